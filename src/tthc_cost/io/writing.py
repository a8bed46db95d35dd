"""Workbooks of our layout: the empty template that departments fill in, and a review written into it."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.errors import InputFault, MismatchError, remark
from tthc_cost.inventory import TABLE_NAMES
from tthc_cost.io.books import FIRST_DATE, LONGEST_TEXT, new_book, printed_across
from tthc_cost.io.headings import STATE, TABLES_BY_STATE, heading_labels
from tthc_cost.io.reading import INTRODUCTION, LISTS, REQUIRED_TABLES
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.schema import ORIGIN, TABLES, ColumnKind, row_place
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook as Book
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.errors import Remark
    from tthc_cost.io.books import NewBook
    from tthc_cost.review import Review
    from tthc_cost.schema import Column, Table
    from tthc_cost.vocabulary import Term

__all__ = ["write_review", "write_template"]

_SHEETS: Final = (
    "procedures", "documents", "steps", "activities", "decisions", "proposals",
    "rates", "agencies", "volumes", "task_records", "criteria", "ranges",
)  # fmt: skip
_ROWS_TO_FILL: Final = 2000
"""Rows below the headings that have drop-down lists."""
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
_WIDTH_OF_LINES: Final = 85
_LINE_HEIGHT: Final = 16
_A4: Final = 9

_TITLE: Final = "BIỂU RÀ SOÁT, ĐƠN GIẢN HÓA THỦ TỤC HÀNH CHÍNH NỘI BỘ"
_HOW_TO_FILL: Final = """\
Biểu này ghi chi phí tuân thủ của từng thủ tục hành chính (TTHC) nội bộ trước và sau khi đơn giản hóa, và kết quả \
rà soát. Trang này không được đọc khi tính toán.
1. Bắt buộc điền ba trang «TTHC», «Tính chi phí» và «Rà soát»; các trang khác điền khi có số liệu.
2. Ở trang có cột «Trạng thái», mỗi dòng ghi «hiện tại» hoặc «sau đơn giản hóa». TTHC được giữ nguyên thì không cần \
ghi lại ở trạng thái «sau đơn giản hóa».
3. Không đổi tên trang tính và tiêu đề cột; thứ tự cột, thứ tự dòng tùy ý. Cột có tiêu đề nền đậm phải có mặt.
4. Đơn vị tính ghi trong ngoặc ở tiêu đề cột. Có thể ghi đơn vị khác ngay trong ô, ví dụ «45 phút», «2 ngày công», \
«20.000 đồng»; không ghi khoảng («10-15») hay ước chừng («khoảng 50»).
5. «Thời gian thực hiện» là giờ công làm việc thực tế cho một lần thực hiện, không phải số ngày chờ đợi; thời hạn \
(ngày làm việc) ghi ở trang «TTHC» và trang «Trình tự thực hiện».
6. Dòng chi phí đã có ít nhất một số liệu thì ô trống được tính là 0; dòng không có số liệu nào là lỗi, không phát \
sinh gì thì ghi số 0. Tiền ghi bằng đồng, không ghi nghìn đồng.
7. Mã TTHC là văn bản, ví dụ NB-01 hoặc 1.004080; mỗi mã dùng cho một TTHC. Trong một TTHC, mỗi hoạt động có một mã \
riêng. TTHC hợp nhất, thay thế thì ghi mã TTHC nhận ở cột «Được thay bằng TTHC» của trang «Rà soát».
8. Ngày ghi dạng ngày/tháng/năm, ví dụ 30/11/2023. Mọi số liệu nên nêu nguồn ở cột «Nguồn số liệu».
"""


def write_template(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Write the empty workbook that departments fill in.

    Parameters
    ----------
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
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(f"{folder}/mau.xlsx").name
    'mau.xlsx'
    """
    return _write({}, Path(path), "", force=force)


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
    return _write(_tables_of(review), path, about, force=force)


def _tables_of(review: Review) -> dict[str, pd.DataFrame]:
    """Return the table of each sheet, with the state of each row where there are two."""
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
    _check_texts(tables)
    return save_file(target, _workbook(tables, about), force=force)


# The workbook


def _heading_style(new: NewBook, *, needed: bool) -> Format:
    colours = {"bg_color": "#1F4E79", "font_color": "#FFFFFF"} if needed else {"bg_color": "#DDEBF7"}
    return new.style(bold=True, text_wrap=True, align="center", valign="vcenter", border=1, **colours)


def _cell_style(new: NewBook, column: Column) -> Format:
    number_format = _FORMATS.get(column.kind)
    wrap = {"text_wrap": True} if column.kind in {ColumnKind.TEXT, ColumnKind.TERM} else {}
    return new.style(**({"num_format": number_format} if number_format else {}), **wrap)


def _workbook(tables: Mapping[str, pd.DataFrame], about: str) -> bytes:
    with new_book(_TITLE) as new:
        _introduce(new, about)
        sheets = {name: new.book.add_worksheet(TABLES[name].vi) for name in _SHEETS}
        lists = _write_lists(new.book)
        for name, sheet in sheets.items():
            _write_sheet(sheet, TABLES[name], tables.get(name), new, lists)
    return new.content


def _introduce(new: NewBook, about: str) -> None:
    sheet = new.book.add_worksheet(INTRODUCTION)
    sheet.set_column(0, 0, _WIDTH_OF_LINES)
    sheet.hide_gridlines(2)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, _TITLE, new.style(bold=True, font_size=14, text_wrap=True))
    said = [(line, new.style(bold=True, text_wrap=True)) for line in about.splitlines()]
    said += [(line, new.style(text_wrap=True)) for line in _HOW_TO_FILL.splitlines()]
    for row, (line, style) in enumerate(said, start=1):
        sheet.write_string(row, 0, line, style)
        sheet.set_row(row, _LINE_HEIGHT * math.ceil(max(len(line), 1) / _WIDTH_OF_LINES))


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
    labels = heading_labels(table.name)
    rows = 0 if frame is None else len(frame)
    last = max(rows, _ROWS_TO_FILL)
    columns = {column.name: column for column in table.columns}
    for position, (name, label) in enumerate(labels.items()):
        column = columns.get(name)
        style = new.style(text_wrap=True) if column is None else _cell_style(new, column)
        sheet.set_column(position, position, _width(column), style)
        sheet.write_string(0, position, label, _heading_style(new, needed=column is None or column.present))
        offers = "State" if column is None else _offers(column)
        if offers:
            sheet.data_validation(1, position, last, position, _validation(lists[offers]))
        for row, value in enumerate([] if frame is None else _shown(column, frame[name])):
            _write_cell(sheet, row + 1, position, value, style)
    sheet.freeze_panes(1, (table.name in TABLES_BY_STATE) + min(len(table.key), 2))
    sheet.autofilter(0, 0, rows, len(labels) - 1)
    sheet.set_row(0, 4 * _LINE_HEIGHT)
    printed_across(sheet)
    if table.name in REQUIRED_TABLES:
        sheet.set_tab_color("#1F4E79")


def _width(column: Column | None) -> int:
    if column is None:
        return _WIDTH_OF_FIGURES
    return _WIDTH_OF_WIDE if column.name in _WIDE else _WIDTHS.get(column.kind, _WIDTH_OF_FIGURES)


def _offers(column: Column) -> str:
    if column.term:
        return column.term.__name__
    return "flag" if column.kind is ColumnKind.FLAG else ""


def _validation(source: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Không có trong danh sách",
        "error_message": "Hãy chọn một giá trị trong danh sách.",
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


def _check_texts(tables: Mapping[str, pd.DataFrame]) -> None:
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
