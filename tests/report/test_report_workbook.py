"""The workbook: numbers are numbers, codes and formulas are text, and it adds up."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from report_samples import BASELINE_VND, HOSTILE, SIMPLIFIED_VND, sample_comparison, sample_report, two_lines
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.workbook import workbook_bytes

if TYPE_CHECKING:
    from tthc_cost.targets import TargetReport

SHEETS = [
    "Tổng hợp", "Cơ quan", "Mục tiêu", "TTHC", "TTHC tách riêng", "Công việc", "Từng dòng tính", "Nhiệm vụ",
    "Cảnh báo, ghi chú", "Nguồn",
]  # fmt: skip


def _book(report: TargetReport) -> Any:
    page = page_of(report.comparison, report, [("ra_soat.xlsx", "ab" * 32)])
    return load_workbook(io.BytesIO(workbook_bytes(page, Labels("vi"))))


def _rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    heads, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def book() -> Any:
    return _book(sample_report())


def test_every_sheet_is_there(book: Any) -> None:
    assert book.sheetnames == SHEETS


def test_nothing_is_a_formula(book: Any) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert HOSTILE in [cell.value for cell in cells]


def test_codes_are_text_and_costs_are_whole_numbers(book: Any) -> None:
    rows = _rows(book, "TTHC")
    assert [row["Mã"] for row in rows] == ["A", "B", "C", "E", "F", "G"]
    assert all(isinstance(row["Trước (đồng/năm)"], int) for row in rows)
    assert rows[0]["Ngày phê duyệt"] == dt.datetime(2024, 12, 2)


def test_agencies_procedures_stages_and_lines_each_add_up_to_the_total(book: Any) -> None:
    *agencies, total = _rows(book, "Cơ quan")
    assert total["Trước (đồng/năm)"] == BASELINE_VND == sum(row["Trước (đồng/năm)"] for row in agencies)
    assert sum(row["Sau (đồng/năm)"] for row in _rows(book, "TTHC")) == SIMPLIFIED_VND
    stages = [row for row in _rows(book, "Công việc") if row["Công việc khi thực hiện TTHC"] != "Tổng số"]
    assert sum(row["Sau (đồng/năm)"] for row in stages) == SIMPLIFIED_VND
    lines = [row for row in _rows(book, "Từng dòng tính") if row["Tính vào tỷ lệ"] == "có"]
    by_state = {state: sum(row["Chi phí (đồng/năm)"] for row in lines if row["Trạng thái"] == state)
                for state in ("hiện tại", "sau đơn giản hóa")}  # fmt: skip
    assert by_state == {"hiện tại": BASELINE_VND, "sau đơn giản hóa": SIMPLIFIED_VND}


def test_a_ratio_short_of_its_target_shows_the_decimals_that_say_so() -> None:
    sheet = _book(two_lines(10_000_000, 8_000_001))["Mục tiêu"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(sheet.max_row, heads.index("Đạt được") + 1)
    assert cell.value == pytest.approx(0.1999999)
    assert cell.number_format == "0.00000%"


def test_a_whole_number_beyond_fifteen_digits_stays_exact() -> None:
    comparison = sample_comparison()
    large = comparison.lines.assign(annual_cost_vnd=comparison.lines["annual_cost_vnd"] * 10**9 + 1)
    page = page_of(replace(comparison, lines=large), None)
    *_, total = _rows(load_workbook(io.BytesIO(workbook_bytes(page, Labels("vi")))), "Cơ quan")
    assert total["Trước (đồng/năm)"] == str(BASELINE_VND * 10**9 + 7)


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    report = sample_report()
    page = page_of(report.comparison, report, [("x" * 40_000, "ab" * 32)])
    sheet = load_workbook(io.BytesIO(workbook_bytes(page, Labels("vi"))))["Nguồn"]
    longest = max((str(cell.value) for cell in sheet["A"]), key=len)
    assert len(longest) == 32_767
    assert longest.endswith("…")


def test_the_same_report_gives_the_same_bytes() -> None:
    report = sample_report()
    page = page_of(report.comparison, report)
    assert workbook_bytes(page, Labels("en")) == workbook_bytes(page, Labels("en"))


def test_more_rows_than_a_sheet_holds_are_not_cut_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tthc_cost.report.workbook.MOST_ROWS", 5)
    sheet = _book(sample_report())["Từng dòng tính"]
    assert sheet.max_row == 2
    assert "nhiều hơn một trang tính chứa được" in sheet["A2"].value
