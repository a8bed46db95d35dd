"""What departments state of their own saving, in a workbook or a CSV file, read as a table of claims."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost import claims
from tthc_cost.cells import read_value
from tthc_cost.errors import InputFault, Place, Severity, TthcCostError, remark
from tthc_cost.io.delimited import delimited_cells
from tthc_cost.io.headings import find_headings
from tthc_cost.io.opening import Sheet, open_workbook
from tthc_cost.io.percent_cells import percent_cells
from tthc_cost.io.reading import ReadWorkbook, in_order, read_sheet
from tthc_cost.schema import ORIGIN, Column, ColumnKind, Table, Unreadable, row_place, rows_of
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark

__all__ = ["CLAIMS", "read_claims"]

CLAIMS: Final = Table(
    "claims", "Số liệu báo cáo", "Claims", ("scope", "name"),
    (
        Column("scope", ColumnKind.TEXT, "Phạm vi", "Scope", filled=True, present=True),
        Column("name", ColumnKind.NUMBER_CODE, "Tên, mã", "Name"),
        Column("baseline_vnd", ColumnKind.MONEY, "Chi phí trước", "Baseline"),
        Column("simplified_vnd", ColumnKind.MONEY, "Chi phí sau", "Simplified"),
        Column("saving_vnd", ColumnKind.MONEY, "Tiết kiệm", "Saving"),
        Column("reduction", ColumnKind.TEXT, "Tỷ lệ cắt giảm", "Reduction"),
        Column("procedures_cut", ColumnKind.COUNT, "Số TTHC cắt giảm", "Procedures cut"),
    ),
)  # fmt: skip
"""Contract of the sheet of claims."""

_COLUMNS_OF_FAULTS: Final = {
    "claim_share": "reduction",
    "claim_count": "procedures_cut",
    "claim_without_name": "name",
}
"""Where a fault of a claim is whose place names no column."""
_SIGNIFICANT: Final = 15
"""Digits of a number that spreadsheets keep."""


def read_claims(path: str | os.PathLike[str]) -> pd.DataFrame:
    r"""Read what departments state of their own saving.

    Headings are found by their words, Vietnamese or English, or by the columns' names: *Phạm vi*, *Tên, mã*, *Chi phí
    trước*, *Chi phí sau*, *Tiết kiệm*, *Tỷ lệ cắt giảm*, *Số TTHC cắt giảm*. Sheets that are hidden are left out.

    A share is what the sheet shows: text with its per cent sign; a number in a cell formatted as a percentage, to the
    decimals of the format; a number below a heading with ``(%)``, in per cent; otherwise a number up to 1, a ratio.
    Where an .xls file, whose formats are not read, leaves two readings, it is a fault.

    Parameters
    ----------
    path : str or path-like
        An .xlsx, .xls or .csv file with one table of claims.

    Returns
    -------
    pandas.DataFrame
        The columns of `tthc_cost.claims.CLAIM_COLUMNS` that are there, one row a claim: what `audit` takes. Values are
        Python objects, amounts whole đồng or text as typed, shares text; None where nothing is stated.
        ``attrs["notes"]`` holds what there is to note, as Vietnamese texts: formulas, columns that are not read.

    Raises
    ------
    InputFault
        With every fault of the file, each with its cell; if no sheet or several hold a table of claims.
    MissingExtraError
        If it is a workbook and python-calamine is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> rows = "Phạm vi;Tên, mã;Tiết kiệm;Tỷ lệ cắt giảm", "cơ quan;Sở Y tế;1,5 tỷ đồng;25,3 %", "tổng;;20.000.000.000;"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "bao_cao.csv"
    ...     _ = path.write_text("\n".join(rows), encoding="utf-8")
    ...     read_claims(path)["saving_vnd"].tolist()
    ['1,5 tỷ đồng', '20.000.000.000']
    """
    path = Path(path)
    place, sheet = _sheet_of_claims(path)
    read = ReadWorkbook(path.name)
    read_sheet(CLAIMS, sheet, place, read)
    if CLAIMS.name not in read.tables:
        raise InputFault.because("claims_without_headings", place, headings=_headings())
    table = read.tables[CLAIMS.name]
    faults = [one for one in read.remarks if one.severity is Severity.FAULT]
    has_sound_headings = not faults
    if table.frame.empty:
        faults.append(remark("claims_none", place))
    shares = _Shares(path, place, sheet, table.letters.get("reduction"))
    rows = [_read_row(row, shares, faults) for row in rows_of(table.frame)]
    names = [name for name in claims.CLAIM_COLUMNS if name in table.frame.columns]
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in names})
    if has_sound_headings:
        faults += _faults_of_claims(frame, rows, faults)
    if faults:
        raise InputFault(*in_order(faults, [read.file], read.cell))
    frame.attrs["notes"] = [one.text("vi") for one in in_order(read.remarks, [read.file], read.cell)]
    return frame


# The sheet


def _headings() -> str:
    return "; ".join(f"«{column.vi}»" for column in CLAIMS.columns)


def _sheet_of_claims(path: Path) -> tuple[Place, Sheet]:
    """Return the one sheet with headings of claims; a sheet that is alone says itself what is wrong with its own."""
    sheets = list(_sheets(path))
    found = [(place, sheet) for place, sheet in sheets if _has_claims(sheet, place)] if len(sheets) > 1 else sheets
    if len(found) != 1:
        titles = "; ".join(place.sheet or "" for place, _ in found or sheets)
        code = "claims_several_sheets" if found else "claims_without_headings"
        raise InputFault.because(code, Place(path.name), sheets=titles, headings=_headings())
    return found[0]


def _has_claims(sheet: Sheet, place: Place) -> bool:
    headings = find_headings(CLAIMS, sheet.rows, place)
    return headings is not None and "scope" in headings.columns


def _sheets(path: Path) -> Iterator[tuple[Place, Sheet]]:
    if path.suffix.lower() == ".csv":
        place = Place(path.name)
        known = {fold(one) for column in CLAIMS.columns for one in (column.name, column.en, column.vi)}

        def headings(rows: Sequence[Sequence[str]]) -> int:
            return max((len({fold(cell) for cell in row} & known) for row in rows), default=0)

        yield place, Sheet(delimited_cells(path, place, headings), {})
        return
    workbook = open_workbook(path, path.name, formats=("xlsx", "xls"))
    for name in workbook.shown:
        yield Place(path.name, name), workbook.sheet(name)


# The cells


class _Shares:
    """The column of shares: how its numbers are to be read."""

    def __init__(self, path: Path, place: Place, sheet: Sheet, letters: str | None) -> None:
        self.letters = letters
        self.decimals: Mapping[str, int] | None = {}
        self.is_per_cent = False
        if letters is not None:
            headings = find_headings(CLAIMS, sheet.rows, place)
            cell = sheet.rows[headings.row][headings.columns["reduction"]] if headings else ""
            self.is_per_cent = "%" in str(cell)
            if path.suffix.lower() != ".csv":
                self.decimals = percent_cells(path, place.sheet or "")

    def text(self, value: object, row: int) -> object:
        """Return a share as the sheet shows it, with its per cent sign; as it is where nobody can tell."""
        if isinstance(value, str):
            return f"{value} %" if self.is_per_cent and "%" not in value else value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        exact = Decimal(repr(value)) if isinstance(value, int) else Decimal(f"{value:.{_SIGNIFICANT}g}")
        shown = None if self.decimals is None else self.decimals.get(f"{self.letters}{row}")
        if shown is not None:
            return f"{(exact * 100).quantize(Decimal(1).scaleb(-shown), ROUND_HALF_UP):f} %"
        is_ratio = abs(exact) <= 1
        if self.is_per_cent and (self.decimals is not None or not is_ratio):
            return f"{exact:f} %"
        return f"{_plain(exact * 100)} %" if is_ratio and not self.is_per_cent else value


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_row(row: Mapping[str, Any], shares: _Shares, faults: list[Remark]) -> dict[str, Any]:
    """Read the cells of a row; what is at fault is None."""
    read: dict[str, Any] = {ORIGIN: row[ORIGIN]}
    for name in claims.CLAIM_COLUMNS:
        value = row.get(name)
        place = row_place(CLAIMS, row, name)
        if isinstance(value, Unreadable):
            faults += [] if value.remark is None else [_at(value.remark, place)]
            value = None
        elif isinstance(value, str):
            value = value.strip() or None
        if name == "name":
            try:
                value = read_value(CLAIMS.column(name), value)
            except TthcCostError as error:
                faults += [_at(one, place) for one in error.faults]
                value = None
        elif name == "reduction" and value is not None:
            value = shares.text(value, place.row or 0)
        elif name == "procedures_cut" and isinstance(value, str) and value.isdecimal():
            value = int(value)
        read[name] = value
    return read


def _at(fault: Remark, place: Place) -> Remark:
    return fault.at(file=place.file, sheet=place.sheet, row=place.row, table=place.table, column=place.column)


def _faults_of_claims(frame: pd.DataFrame, rows: Sequence[Mapping[str, Any]], said: Sequence[Remark]) -> list[Remark]:
    """Return what is wrong with the claims themselves, at their cells; nothing of rows that could not be read."""
    known = {one.place.row for one in said if one.place.table == CLAIMS.name}
    try:
        claims.read_claims(frame)
    except InputFault as error:
        places = [(one, row_place(CLAIMS, rows[(one.place.row or 1) - 1], _column_of(one))) for one in error.faults]
        return [_at(one, place) for one, place in places if place.row not in known]
    return []


def _column_of(fault: Remark) -> str | None:
    return fault.place.column or dict(fault.values).get("column") or _COLUMNS_OF_FAULTS.get(fault.code)
