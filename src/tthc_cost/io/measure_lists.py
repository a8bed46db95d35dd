"""Candidates for simplification as departments list them, in a workbook or a CSV file, read as measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tthc_cost.errors import InputFault, Place, Severity, remark
from tthc_cost.io.opening import open_workbook
from tthc_cost.io.reading import ReadWorkbook, in_order, read_sheet
from tthc_cost.io.tables import read_csv_table
from tthc_cost.measures import measures_from_table
from tthc_cost.measures.columns import MEASURES
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    import os

    from tthc_cost.errors import Remark
    from tthc_cost.measures import SimplificationMeasure

__all__ = ["read_measures"]


def read_measures(path: str | os.PathLike[str]) -> tuple[SimplificationMeasure, ...]:
    r"""Read a list of measures.

    Parameters
    ----------
    path : str or path-like
        A .xlsx, .xls or .csv file. Its headings are the Vietnamese or English ones of `MEASURES`, or the columns'
        names; of a workbook the sheet *Phương án đơn giản hóa* is read, or its only one.

    Returns
    -------
    tuple of SimplificationMeasure
        As `measures_from_table` reads them.

    Raises
    ------
    InputFault
        With every fault of the file, each with its cell.
    MissingExtraError
        If python-calamine is not installed, for a workbook.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> rows = "Mã phương án,Loại phương án,Mã TTHC,Số lần thực hiện/01 năm\nPA-1,giảm số lần thực hiện,NB-07,2\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "phuong-an.csv")
    ...     _ = file.write_text(rows, encoding="utf-8")
    ...     [(one.code, one.procedure) for one in read_measures(file)]
    [('PA-1', 'NB-07')]
    """
    path = Path(path)
    read = ReadWorkbook(path.name)
    if path.suffix.lower() == ".csv":
        read_csv_table(MEASURES, path, Place(path.name), read)
    else:
        workbook = open_workbook(path, path.name, formats=("xlsx", "xls"))
        titles = {fold(title) for title in (MEASURES.name, MEASURES.en, MEASURES.vi)}
        named = [name for name in workbook.names if fold(name) in titles] or list(workbook.shown)
        if len(named) != 1:
            sheets = "; ".join(workbook.names)
            raise InputFault.because("measures_which_sheet", Place(path.name), sheets=sheets, sheet=MEASURES.vi)
        read_sheet(MEASURES, workbook.sheet(named[0]), Place(path.name, named[0]), read)
    faults = [one for one in read.remarks if one.severity is Severity.FAULT]
    measures: tuple[SimplificationMeasure, ...] = ()
    if MEASURES.name in read.tables:
        try:
            measures = measures_from_table(read.tables[MEASURES.name].frame)
        except InputFault as error:
            faults += error.faults
    elif not faults:
        faults.append(_no_headings(path))
    if faults:
        raise InputFault(*in_order(faults, [read.file], read.cell))
    return measures


def _no_headings(path: Path) -> Remark:
    needed = "; ".join(f"«{column.vi}»" for column in MEASURES.columns if column.present)
    return remark("measures_without_headings", Place(path.name), headings=needed)
