"""Candidates for simplification as departments list them: the workbook to fill in, written, and lists, read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tthc_cost.errors import InputFault, Place, Severity, remark, require
from tthc_cost.io.measure_instructions import HINTS, LEGAL_ACTIONS, OF_MEASURES
from tthc_cost.io.opening import open_workbook
from tthc_cost.io.reading import ReadWorkbook, in_order, read_sheet
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.io.table_sheets import Offer, TableSheet, table_workbook
from tthc_cost.io.tables import read_csv_table
from tthc_cost.io.writing import check_texts
from tthc_cost.measures import measures_frame, measures_from_table
from tthc_cost.measures.columns import MEASURES
from tthc_cost.review import Review
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import pandas as pd

    from tthc_cost.errors import Remark
    from tthc_cost.measures import SimplificationMeasure

__all__ = ["read_measures", "write_measures", "write_measures_template"]


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
        With every fault of the file, each with its cell; if it lists nothing.
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
    place = Place(path.name)
    read = ReadWorkbook(path.name)
    if path.suffix.lower() == ".csv":
        read_csv_table(MEASURES, path, place, read)
    else:
        workbook = open_workbook(path, path.name, formats=("xlsx", "xls"))
        titles = {fold(title) for title in (MEASURES.name, MEASURES.en, MEASURES.vi)}
        named = [name for name in workbook.names if fold(name) in titles] or list(workbook.shown)
        if len(named) != 1:
            sheets = "; ".join(workbook.names)
            raise InputFault.because("measures_which_sheet", place, sheets=sheets, sheet=MEASURES.vi)
        place = Place(path.name, named[0])
        read_sheet(MEASURES, workbook.sheet(named[0]), place, read)
    faults = [one for one in read.remarks if one.severity is Severity.FAULT]
    measures: tuple[SimplificationMeasure, ...] = ()
    if MEASURES.name in read.tables:
        if read.tables[MEASURES.name].frame.empty:
            faults.append(remark("measures_none", place))
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


def write_measures(
    measures: Iterable[SimplificationMeasure], path: str | os.PathLike[str], *, force: bool = False
) -> Path:
    """Write measures as the workbook that departments fill in; `read_measures` reads it back equal.

    The file is whole or absent, and the same measures give the same bytes. Whatever looks like a formula is text.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        Each under a code of its own; of each one row, and one for each line that it names.
    path : str or path-like
        Where to write it (.xlsx).
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    InputFault
        If two measures have one code; if a text is too long for a cell or holds characters that no cell can.
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.measures import Abolish
    >>> listed = (Abolish("PA-1", "NB-05", one_off_vnd="12 triệu đồng"),)
    >>> with TemporaryDirectory() as folder:
    ...     read_measures(write_measures(listed, f"{folder}/phuong_an.xlsx")) == listed
    True
    """
    target = check_file(path, force=force)
    chosen = tuple(measures)
    codes = [one.code for one in chosen]
    twice = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
    if twice:
        faults = (remark("measure_code_twice", Place(table=MEASURES.name, key=(code,)), measure=code) for code in twice)
        raise InputFault(*faults)
    frame = measures_frame(chosen).assign(excluded=None)
    check_texts({MEASURES.name: frame}, {MEASURES.name: MEASURES})
    return save_file(target, _workbook(frame, None), force=force)


def write_measures_template(path: str | os.PathLike[str], review: Review | None = None, *, force: bool = False) -> Path:
    """Write the workbook in which departments list measures, with nothing filled in.

    Parameters
    ----------
    path : str or path-like
        Where to write it (.xlsx).
    review : Review, optional
        What the measures are for: the codes of its procedures as they are today are then offered, and no others taken.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    WrongKindError
        If the review is none.
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.io import read_example
    >>> with TemporaryDirectory() as folder:
    ...     write_measures_template(f"{folder}/mau_phuong_an.xlsx", read_example()).name
    'mau_phuong_an.xlsx'
    """
    if review is not None:
        require(review, Review, "review")
    return save_file(check_file(path, force=force), _workbook(None, review), force=force)


def _workbook(frame: pd.DataFrame | None, review: Review | None) -> bytes:
    offers = {"action": Offer(LEGAL_ACTIONS, is_complete=False)}
    hints = dict(HINTS)
    procedures = [] if review is None else review.baseline.procedures[["procedure", "name"]].to_numpy().tolist()
    if procedures:
        code, name = procedures[0]
        offers["procedure"] = Offer(tuple(one for one, _ in procedures))
        hints["procedure"] = f"Chọn trong danh sách; khi hợp nhất là TTHC nhận. Ví dụ: {code} ({name})"
    return table_workbook(OF_MEASURES, [TableSheet(MEASURES, frame, is_required=True, hints=hints, offers=offers)])
