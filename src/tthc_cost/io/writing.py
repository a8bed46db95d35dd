"""Workbooks of our layout: the empty template that departments fill in, and a review written into it."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, MismatchError, UnknownNameError, Validation, remark
from tthc_cost.inventory import TABLE_NAMES
from tthc_cost.io.books import FIRST_DATE, LONGEST_TEXT, new_book, printed_across
from tthc_cost.io.headings import STATE, TABLES_BY_STATE, heading_labels
from tthc_cost.io.instructions import TITLE, hint, introduce
from tthc_cost.io.markup import column_letters
from tthc_cost.io.reading import LISTS, REQUIRED_TABLES
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.schema import ORIGIN, TABLES, ColumnKind, row_place
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook as Book
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.conformity import AnyFrame
    from tthc_cost.errors import Remark
    from tthc_cost.io.books import NewBook
    from tthc_cost.review import Review
    from tthc_cost.schema import Column, Table
    from tthc_cost.vocabulary import Term

__all__ = ["check_texts", "stacked_tables", "write_review", "write_template"]

_SHEETS: Final = (
    "procedures", "documents", "steps", "activities", "decisions", "proposals",
    "rates", "agencies", "volumes", "task_records", "criteria", "ranges",
)  # fmt: skip
_ROWS_TO_FILL: Final = 2000
"""Rows below the headings that have drop-down lists and refuse what cannot be right."""
_LAST_COLUMN: Final = 16_383
_FIRST_DOCUMENTS: Final = dt.date(1945, 9, 2)
"""No date is earlier; a bare year typed for a date would be a day of 1905."""
_DAY_ZERO: Final = dt.date(1899, 12, 30)
"""From which spreadsheets count days."""
_HINT_BOX: Final[Mapping[str, Any]] = {"author": "", "font_name": "Times New Roman", "font_size": 11, "x_scale": 2}
_ALLOWED: Final = dict.fromkeys(
    ("sort", "autofilter", "format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows"), True
)
"""What may be done to a sheet whose headings are locked."""
_FLAGS: Final = ("có", "không")

_FORMATS: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.CODE: "@",
    ColumnKind.NUMBER_CODE: "@",
    ColumnKind.CODES: "@",
    ColumnKind.MONEY: "#,##0",
    ColumnKind.RATE: "#,##0",
    ColumnKind.POPULATION: "#,##0",
    ColumnKind.COUNT: "0",
    ColumnKind.DATE: "dd/mm/yyyy",
}
_WIDTHS: Final[Mapping[ColumnKind, int]] = {
    ColumnKind.CODE: 14,
    ColumnKind.NUMBER_CODE: 12,
    ColumnKind.CODES: 12,
    ColumnKind.TEXT: 28,
    ColumnKind.TERM: 24,
    ColumnKind.DATE: 13,
    ColumnKind.FLAG: 11,
}
_WIDTH_OF_FIGURES: Final = 16
_WIDE: Final = frozenset({"name", "content", "reason", "conditions", "legal_basis"})
_WIDTH_OF_WIDE: Final = 48
_WIDTH_OF_PAGE: Final = 190
"""Letters across a page that can still be read."""
_LINE_HEIGHT: Final = 16
_TALLEST_ROW: Final = 400
_LETTERS: Final = 1.25
"""Letters on a line for each unit of a column's width."""


def write_template(
    path: str | os.PathLike[str], *, tables: Mapping[str, AnyFrame] | None = None, force: bool = False
) -> Path:
    """Write the workbook that departments fill in, empty or with what is known already.

    Parameters
    ----------
    path : str or path-like
        Where to write it (.xlsx).
    tables : mapping of str to any dataframe, optional
        Tables by name to fill it with beforehand, for example the procedures, documents and steps of the inventory, so
        that departments add only the costs; rows of tables of two states are written as the baseline's.
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
    UnknownNameError
        If there is no table of a name.
    InputFault
        With every fault of the tables.
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(f"{folder}/mau.xlsx").name
    'mau.xlsx'
    """
    return _write(_filled_beforehand(tables or {}), Path(path), "", force=force)


def _filled_beforehand(tables: Mapping[str, AnyFrame]) -> dict[str, pd.DataFrame]:
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise UnknownNameError.because("unknown_table", value=", ".join(unknown), known=", ".join(TABLES))
    conformed = {name: conform(name, frame) for name, frame in tables.items()}
    Validation.of(said for one in conformed.values() for said in one.remarks).raise_faults()
    state = {STATE: State.BASELINE.value}
    return {
        name: one.frame.assign(**state) if name in TABLES_BY_STATE else one.frame for name, one in conformed.items()
    }


def write_review(review: Review, path: str | os.PathLike[str], *, force: bool = False, about: str = "") -> Path:
    """Write a review as a workbook; `read_review` reads it back equal, save where its rows came from.

    The file is whole or absent, and the same review gives the same bytes. Whatever looks like a formula is text.

    Parameters
    ----------
    review : Review
        The review.
    path : str or path-like
        Where to write it (.xlsx).
    force : bool
        Whether a file that is already there may be replaced.
    about : str
        What its first sheet should say of it, in lines.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    MismatchError
        If the two states state different rates: a workbook holds one table of them.
    InputFault
        If a text is too long for a cell or holds characters that no cell can.
    MissingExtraError
        If XlsxWriter is not installed.
    """
    return _write(stacked_tables(review), path, about, force=force)


def stacked_tables(review: Review) -> dict[str, pd.DataFrame]:
    """Return the tables of a review by name, both states in one where there are two, each row with its ``state``.

    Parameters
    ----------
    review : Review
        The review.

    Raises
    ------
    MismatchError
        If the two states state different rates: there is one table of them.
    """
    tables = dict(review.tables["review"])
    states = {State.BASELINE: review.baseline, State.SIMPLIFIED: review.simplified}
    for name in TABLE_NAMES:
        if name in TABLES_BY_STATE:
            frames = [one.tables[name].assign(**{STATE: state.value}) for state, one in states.items()]
            tables[name] = pd.concat(frames, ignore_index=True)
    rates = [one.tables["rates"].drop(columns=ORIGIN) for one in states.values()]
    if not rates[0].equals(rates[1]):
        raise MismatchError.because("rates_of_two_states", sheet=TABLES["rates"].vi)
    return tables | {"rates": review.baseline.tables["rates"]}


def _write(tables: Mapping[str, pd.DataFrame], path: str | os.PathLike[str], about: str, *, force: bool) -> Path:
    target = check_file(path, force=force)
    check_texts(tables)
    return save_file(target, _workbook(tables, about), force=force)


# The workbook


def _heading_style(new: NewBook, *, needed: bool) -> Format:
    colours = {"bg_color": "#1F4E79", "font_color": "#FFFFFF"} if needed else {"bg_color": "#DDEBF7"}
    return new.style(bold=True, text_wrap=True, align="center", valign="vcenter", border=1, **colours)


def _cell_style(new: NewBook, column: Column) -> Format:
    number_format = _FORMATS.get(column.kind)
    wrap = {"text_wrap": True} if column.kind in {ColumnKind.TEXT, ColumnKind.TERM} else {}
    return new.style(locked=False, **({"num_format": number_format} if number_format else {}), **wrap)


def _workbook(tables: Mapping[str, pd.DataFrame], about: str) -> bytes:
    with new_book(TITLE) as new:
        introduce(new, about, _heading_style(new, needed=True))
        sheets = {name: new.book.add_worksheet(TABLES[name].vi) for name in _SHEETS}
        lists = _write_lists(new.book)
        for name, sheet in sheets.items():
            _write_sheet(sheet, TABLES[name], tables.get(name), new, lists)
    return new.content


def _write_lists(book: Book) -> dict[str, str]:
    """Write the hidden sheet of what drop-down lists offer (labels hold commas, so no list can be given inline)."""
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    offered: dict[str, Sequence[str]] = {"State": [state.label() for state in State], "flag": _FLAGS}
    for table in TABLES.values():
        offered |= {column.term.__name__: _labels(column.term) for column in table.columns if column.term}
    lists = {}
    for position, (name, labels) in enumerate(offered.items()):
        for row, label in enumerate((name, *labels)):
            sheet.write_string(row, position, label)
        letter = chr(ord("A") + position)
        lists[name] = f"='{LISTS}'!${letter}$2:${letter}${len(labels) + 1}"
    return lists


def _labels(term: type[Term]) -> list[str]:
    return [one.label() for one in term]


def _write_sheet(
    sheet: Worksheet, table: Table, frame: pd.DataFrame | None, new: NewBook, lists: Mapping[str, str]
) -> None:
    labels = heading_labels(table)
    rows = 0 if frame is None else len(frame)
    last = max(rows, _ROWS_TO_FILL)
    columns = {column.name: column for column in table.columns}
    lines = [1] * rows
    for position, (name, label) in enumerate(labels.items()):
        column = columns.get(name)
        style = new.style(locked=False, text_wrap=True) if column is None else _cell_style(new, column)
        sheet.set_column(position, position, _width(column), style)
        sheet.write_string(0, position, label, _heading_style(new, needed=column is None or column.present))
        if hint(name, column):
            sheet.write_comment(0, position, hint(name, column), _HINT_BOX)
        validation = _validation(column, position, lists)
        if validation:
            sheet.data_validation(1, position, last, position, validation)
        for row, value in enumerate([] if frame is None else _shown(column, frame[name])):
            _write_cell(sheet, row + 1, position, value, style)
            if isinstance(value, str):
                lines[row] = max(lines[row], math.ceil(len(value) / (_LETTERS * _width(column))))
    for row, count in enumerate(lines):
        if count > 1:
            sheet.set_row(row + 1, min(_LINE_HEIGHT * count, _TALLEST_ROW))
    # A row can be deleted only if all its cells may be changed, to the last one of the sheet.
    sheet.set_column(len(labels), _LAST_COLUMN, None, new.style(locked=False))
    # Each row would otherwise be gone through to its last column, filled or not: minutes for a province's lines.
    sheet.dim_colmax = len(labels) - 1
    sheet.protect("", _ALLOWED)
    kept_in_view = (table.name in TABLES_BY_STATE) + min(len(table.key), 2)
    sheet.freeze_panes(1, kept_in_view)
    sheet.autofilter(0, 0, last, len(labels) - 1)
    sheet.set_row(0, 4 * _LINE_HEIGHT)
    printed_across(sheet)
    sheet.hide_gridlines(0)
    sheet.fit_to_pages(math.ceil(sum(_width(columns.get(name)) for name in labels) / _WIDTH_OF_PAGE), 0)
    sheet.repeat_columns(0, kept_in_view - 1)
    if table.name in REQUIRED_TABLES:
        sheet.set_tab_color("#1F4E79")


def _width(column: Column | None) -> int:
    if column is None:
        return _WIDTH_OF_FIGURES
    return _WIDTH_OF_WIDE if column.name in _WIDE else _WIDTHS.get(column.kind, _WIDTH_OF_FIGURES)


def _validation(column: Column | None, position: int, lists: Mapping[str, str]) -> dict[str, Any]:
    """Return what refuses a wrong value as it is typed: not in the list, negative, or no date; nothing for texts."""
    if column is None or column.term or column.kind is ColumnKind.FLAG:
        name = "State" if column is None else column.term.__name__ if column.term else "flag"
        return {
            "validate": "list",
            "source": lists[name],
            "error_title": "Không có trong danh sách",
            "error_message": "Hãy chọn một giá trị trong danh sách.",
        }
    if column.kind is ColumnKind.DATE:
        first, title = (_FIRST_DOCUMENTS - _DAY_ZERO).days, "Không phải là ngày"
        message = "Ghi ngày/tháng/năm, ví dụ 30/11/2023."
    elif column.limit is not None:
        first, title = 0, "Số liệu không hợp lệ"
        message = "Số liệu phải từ 0 trở lên; có thể kèm đơn vị, ví dụ «45 phút»."
    else:
        return {}
    cell = f"{column_letters(position)}2"
    return {
        "validate": "custom",
        "value": f"=OR(ISTEXT({cell}),{cell}>={first})",
        "error_title": title,
        "error_message": message,
    }


def _shown(column: Column | None, values: pd.Series[Any]) -> list[Any]:
    """Return the values as cells show them: terms and flags in Vietnamese, blanks as None."""
    cells = [None if pd.isna(value) else value for value in values.tolist()]
    if column is None:
        return [State.parse(str(value)).label() for value in cells]
    if column.term is not None:
        term = column.term
        return [None if value is None else term.parse(value).label() for value in cells]
    if column.kind is ColumnKind.FLAG:
        return [None if value is None else _FLAGS[0 if value else 1] for value in cells]
    return cells


def _write_cell(sheet: Worksheet, row: int, position: int, value: object, style: Format) -> None:
    if isinstance(value, str):
        sheet.write_string(row, position, value, style)
    elif isinstance(value, dt.datetime) and value.date() >= FIRST_DATE:
        sheet.write_datetime(row, position, value, style)
    elif isinstance(value, dt.datetime):
        sheet.write_string(row, position, f"{value:%d/%m/}{value.year:04}", style)
    elif value is not None:
        sheet.write_number(row, position, value, style)


def check_texts(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse texts that a cell would cut short, or that would make the file unreadable."""
    faults: list[Remark] = []
    for name, frame in tables.items():
        table = TABLES[name]
        for column in (one for one in table.columns if one.dtype == "string"):
            for position, text in enumerate(frame[column.name].tolist()):
                if isinstance(text, str) and (len(text) > LONGEST_TEXT or not _is_of_xml(text)):
                    row = {str(key): value for key, value in frame.iloc[position].items()}
                    place = row_place(table, row, column.name)
                    faults.append(remark("text_unwritable", place, length=len(text), limit=LONGEST_TEXT))
    if faults:
        raise InputFault(*faults)


def _is_of_xml(text: str) -> bool:
    return text.isprintable() or not any("\ud800" <= one <= "\udfff" or one in "\ufffe\uffff" for one in text)
