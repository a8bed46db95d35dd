"""Sheets of tables of the schema: locked headings with hints, drop-down lists, cells in the form of what they hold."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.io.books import FIRST_DATE, Exact, new_book, printed_across
from tthc_cost.io.headings import TABLES_BY_STATE, heading_labels
from tthc_cost.io.instructions import hint, introduce
from tthc_cost.io.markup import column_letters
from tthc_cost.io.reading import LISTS
from tthc_cost.schema import ColumnKind
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter import Workbook as Book
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.io.books import NewBook
    from tthc_cost.io.instructions import Introduction
    from tthc_cost.schema import Column, Table

__all__ = ["Offer", "TableSheet", "table_workbook"]

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


@dataclass(frozen=True, slots=True)
class Offer:
    """What a drop-down list offers.

    Parameters
    ----------
    texts
        In order.
    is_complete
        Whether nothing else may be typed.
    """

    texts: tuple[str, ...]
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A sheet to be written.

    Parameters
    ----------
    table
        Whose columns it has.
    frame
        Its rows; None for a sheet to be filled in.
    is_required
        Whether its tab is marked as one that has to be filled in.
    hints
        By column, what is said of it instead of what is said of such columns everywhere.
    offers
        By column, what a list offers where neither a term nor a flag is asked for.
    """

    table: Table
    frame: pd.DataFrame | None = None
    is_required: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)

    def offer(self, name: str, column: Column | None) -> tuple[str, Offer] | None:
        """Return what the list of a column offers, None without one, under a name that all lists of it share."""
        if column is None:
            return "State", Offer(tuple(state.label() for state in State))
        if column.term:
            return column.term.__name__, Offer(tuple(one.label() for one in column.term))
        if column.kind is ColumnKind.FLAG:
            return "flag", Offer(_FLAGS)
        return (name, self.offers[name]) if name in self.offers else None

    def columns(self) -> dict[str, Column | None]:
        """Return the columns by name in order; None is that of the state."""
        known = {column.name: column for column in self.table.columns}
        return {name: known.get(name) for name in heading_labels(self.table)}


def table_workbook(introduction: Introduction, sheets: Sequence[TableSheet], about: str = "") -> bytes:
    """Return a workbook of sheets of tables, with a first sheet of instructions.

    Parameters
    ----------
    introduction : Introduction
        What the first sheet says.
    sheets : sequence of TableSheet
        In order.
    about : str
        What the first sheet says besides, in lines.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    with new_book(introduction.title) as new:
        introduce(new, introduction, about, _heading_style(new, needed=True))
        made = [(new.book.add_worksheet(one.table.vi), one) for one in sheets]
        lists = _write_lists(new.book, sheets)
        for sheet, one in made:
            _write_sheet(sheet, one, new, lists)
    return new.content


def _heading_style(new: NewBook, *, needed: bool) -> Format:
    colours = {"bg_color": "#1F4E79", "font_color": "#FFFFFF"} if needed else {"bg_color": "#DDEBF7"}
    return new.style(bold=True, text_wrap=True, align="center", valign="vcenter", border=1, **colours)


def _cell_style(new: NewBook, column: Column) -> Format:
    number_format = _FORMATS.get(column.kind)
    wrap = {"text_wrap": True} if column.kind in {ColumnKind.TEXT, ColumnKind.TERM} else {}
    return new.style(locked=False, **({"num_format": number_format} if number_format else {}), **wrap)


def _write_lists(book: Book, sheets: Iterable[TableSheet]) -> dict[str, str]:
    """Write the hidden sheet of what drop-down lists offer (labels hold commas, so no list can be given inline)."""
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    offered = dict(
        found for one in sheets for name, column in one.columns().items() if (found := one.offer(name, column))
    )
    lists = {}
    for position, (name, offer) in enumerate(offered.items()):
        for row, text in enumerate((name, *offer.texts)):
            sheet.write_string(row, position, text)
        letters = column_letters(position)
        lists[name] = f"='{LISTS}'!${letters}$2:${letters}${len(offer.texts) + 1}"
    return lists


def _write_sheet(sheet: Worksheet, one: TableSheet, new: NewBook, lists: Mapping[str, str]) -> None:
    table, frame = one.table, one.frame
    labels = heading_labels(table)
    rows = 0 if frame is None else len(frame)
    last = max(rows, _ROWS_TO_FILL)
    lines = [1] * rows
    for position, (name, column) in enumerate(one.columns().items()):
        style = new.style(locked=False, text_wrap=True) if column is None else _cell_style(new, column)
        sheet.set_column(position, position, _width(column), style)
        sheet.write_string(0, position, labels[name], _heading_style(new, needed=column is None or column.present))
        if said := one.hints.get(name) or hint(name, column):
            sheet.write_comment(0, position, said, _HINT_BOX)
        offer = one.offer(name, column)
        validation = _of_list(lists[offer[0]], offer[1]) if offer else _of_figures(column, position)
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
    sheet.fit_to_pages(math.ceil(sum(map(_width, one.columns().values())) / _WIDTH_OF_PAGE), 0)
    sheet.repeat_columns(0, kept_in_view - 1)
    if one.is_required:
        sheet.set_tab_color("#1F4E79")


def _width(column: Column | None) -> int:
    if column is None:
        return _WIDTH_OF_FIGURES
    return _WIDTH_OF_WIDE if column.name in _WIDE else _WIDTHS.get(column.kind, _WIDTH_OF_FIGURES)


def _of_list(source: str, offer: Offer) -> dict[str, Any]:
    """Return the rule of a cell that offers a list."""
    return {
        "validate": "list",
        "source": source,
        "show_error": offer.is_complete,
        "error_title": "Không có trong danh sách",
        "error_message": "Hãy chọn một giá trị trong danh sách.",
    }


def _of_figures(column: Column | None, position: int) -> dict[str, Any]:
    """Return what refuses a wrong value as it is typed: negative, or no date; nothing for texts."""
    if column is None:
        return {}
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
        sheet.write_number(row, position, Exact(value) if isinstance(value, float) else value, style)
