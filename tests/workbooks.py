"""Workbooks as departments send them, made with openpyxl: a sound one, to be spoilt one cell at a time."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import xlwt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["AFTER", "NOW", "Sheets", "cost_cell", "patch_part", "save", "save_old", "sound_sheets"]

Sheets = dict[str, list[list[Any]]]
"""Rows of each sheet by its name, the headings first."""

NOW, AFTER = "hiện tại", "sau đơn giản hóa"


def sound_sheets(procedure: str = "NB-01") -> Sheets:
    """Return the case that was constructed for Circular 02/2017, article 27, before and after."""
    volume = ["Số lần thực hiện/01 năm (lần/năm)", "Số lượng đối tượng tuân thủ/01 năm (đối tượng/năm)"]
    headings = ["Trạng thái", "Mã TTHC", "Mã hoạt động", "Hoạt động/cách thức thực hiện cụ thể"]
    figures = ["Ngạch công chức/vị trí việc làm", "Thời gian thực hiện (giờ công)", "Phí, lệ phí (đồng)"]
    return {
        "TTHC": [
            ["Trạng thái", "Mã TTHC", "Tên TTHC", *volume],
            [NOW, procedure, "Nâng bậc lương", 1, 40],
            [AFTER, procedure, "Nâng bậc lương", 1, 40],
        ],
        "Tính chi phí": [
            [*headings, *figures],
            [NOW, procedure, "1", "Chuẩn bị hồ sơ", "A1/1", 8, 20_000],
            [NOW, procedure, "2", "Nộp hồ sơ", "A1/1", 2, None],
            [NOW, procedure, "3", "Nhận kết quả", "A1/1", 2, None],
            [AFTER, procedure, "1", "Chuẩn bị hồ sơ", "A1/1", 5, 10_000],
            [AFTER, procedure, "2", "Nộp hồ sơ", "A1/1", 1, None],
            [AFTER, procedure, "3", "Nhận kết quả", "A1/1", 1, None],
        ],
        "Rà soát": [["Mã TTHC", "Kết quả rà soát", "Ngày phê duyệt"], [procedure, "sửa đổi, bổ sung", "30/11/2023"]],
        "Mức thu nhập": [
            ["Ngạch công chức/vị trí việc làm", "Mức TNBQ/01 người/01 giờ làm việc (đồng/giờ)", "Nguồn số liệu"],
            ["A1/1", 45_265, "GDP bình quân đầu người năm 2022"],
        ],
    }


def cost_cell(value: object, row: int = 2, column: int = 6) -> Callable[[Sheets], None]:
    """Return what puts a value into a cell of the cost table; F2 if not said otherwise: the effort of line 1."""

    def spoil(sheets: Sheets) -> None:
        sheets["Tính chi phí"][row - 1][column - 1] = value

    return spoil


def save(path: Path, sheets: Sheets | None = None) -> Path:
    """Write the sheets, the sound ones if none are given; text that begins with = becomes a formula, as in Excel."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (sound_sheets() if sheets is None else sheets).items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    sheet.cell(row, column, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def save_old(path: Path, sheets: Sheets | None = None) -> Path:
    """Write the sheets as a workbook of Excel 97 to 2003."""
    book = xlwt.Workbook()
    dates = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for name, rows in (sound_sheets() if sheets is None else sheets).items():
        sheet = book.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(row, column, value, dates if isinstance(value, dt.date) else xlwt.Style.default_style)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    return path


def patch_part(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part inside a workbook, as no spreadsheet program would."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part])
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {part: changed}).items():
            archive.writestr(name, content)
    return path
