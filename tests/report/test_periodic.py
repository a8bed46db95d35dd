"""The printed table of a period: every figure where its heading says, sums that add up, and nothing a formula."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from remarks import only, says
from report_samples import BASELINE_VND, HOSTILE, sample_comparison
from tthc_cost import model
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, OutputExistsError, UnknownNameError, WrongKindError
from tthc_cost.periods import PeriodFigures, RowKind, periodic
from tthc_cost.report.periodic import write_periodic
from tthc_cost.review import Review

if TYPE_CHECKING:
    from pathlib import Path

    from tthc_cost.periods import PeriodicTable

HEADING, FIRST_ROW = 5, 8
FIGURES = 3


@pytest.fixture(scope="module")
def table() -> PeriodicTable:
    """Return the sample at the end of 2025-Q1, with agencies and rounds; Sở Y has been merged into Sở X."""
    sample = sample_comparison()
    assert sample.review is not None
    agencies = model.to_frame(
        model.Agency,
        [
            model.Agency("UBND tỉnh", level="province"),
            model.Agency("Sở X", name=HOSTILE, level="province", parent="UBND tỉnh"),
            model.Agency("Sở Y", level="province", parent="UBND tỉnh", successor="Sở X", valid_to="2025-02-28"),
        ],
    )
    decisions = sample.review.decisions.assign(round=[1, 2, 1, 1, 1, 1])
    baseline, simplified = sample.review.baseline, sample.review.simplified
    review = Review(baseline, simplified, decisions=decisions, agencies=agencies)
    return periodic(compare(review, sample.rates), "2025-Q1")


def _rows(path: Path, sheet: str) -> list[list[Any]]:
    return [list(row) for row in load_workbook(path)[sheet].iter_rows(values_only=True)]


@pytest.fixture(scope="module")
def path(table: PeriodicTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_periodic(table, tmp_path_factory.mktemp("ky") / "bao-cao.xlsx", notice="Số liệu minh họa.")


def test_a_period_has_a_sheet_of_all_and_one_for_each_round(path: Path) -> None:
    assert load_workbook(path).sheetnames == ["2025-Q1", "2025-Q1 lần 1", "2025-Q1 lần 2", "Nguồn, lưu ý"]


def test_headings_stand_over_two_rows_with_the_columns_numbered_below(path: Path) -> None:
    rows = _rows(path, "2025-Q1")
    upper, lower, numbers = rows[HEADING : HEADING + 3]
    assert upper[:5] == ["TT", "Cơ quan giải quyết TTHC", "Cấp", "Số TTHC đã thống kê", "Công bố"]
    assert lower[4:8] == ["Trong kỳ", "Lũy kế", "Trong kỳ", "Lũy kế"]
    assert (upper[16], lower[16:]) == ("Chi phí tuân thủ (đồng/năm)", ["Trước", "Sau", "Tiết kiệm", "Tỷ lệ cắt giảm"])
    assert numbers == ["A", "B", "C", *(str(n) for n in range(1, 18))]


def test_the_title_names_the_period_and_its_days(path: Path) -> None:
    said = [cell for row in _rows(path, "2025-Q1")[:HEADING] for cell in row if cell]
    assert "Quý I năm 2025 (từ ngày 15/12/2024 đến hết ngày 14/03/2025)" in said
    assert "Số liệu minh họa." in said
    assert "Rà soát lần 2" in [cell for row in _rows(path, "2025-Q1 lần 2")[:HEADING] for cell in row]


def _figures(cells: list[Any]) -> PeriodFigures:
    counts = cells[FIGURES + 1 : FIGURES + 13]
    return replace(
        PeriodFigures(cells[FIGURES], tuple(counts[::2]), tuple(counts[1::2])),
        cost=replace(PeriodFigures().cost, baseline=cells[16], simplified=cells[17]),
    )


def test_every_row_of_the_table_stands_there_as_numbers(path: Path, table: PeriodicTable) -> None:
    for sheet, number in (("2025-Q1", 0), ("2025-Q1 lần 1", 1), ("2025-Q1 lần 2", 2)):
        rows = _rows(path, sheet)[FIRST_ROW:]
        for cells, row in zip(rows, table.rows, strict=False):
            figures = row.rounds.get(number, PeriodFigures()) if number else row.figures
            assert _figures(cells) == figures
            assert cells[18] == figures.cost.saving
            ratio = figures.cost.ratio
            assert cells[19] == ("–" if ratio is None else pytest.approx(float(ratio)))


def test_another_reader_sees_the_same_total(path: Path, table: PeriodicTable) -> None:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("2025-Q1").to_python()
    (total,) = (row for row in rows if row[1] == "TỔNG SỐ")
    assert total[16] == BASELINE_VND == table.total.figures.cost.baseline


def test_the_numbered_rows_add_up_to_the_total(path: Path) -> None:
    rows = _rows(path, "2025-Q1")[FIRST_ROW:]
    numbered = [row for row in rows if row[0] and row[0].isdecimal()]
    assert [row[0] for row in numbered] == ["1", "2", "3"]
    (total,) = (row for row in rows if row[1] == "TỔNG SỐ")
    assert sum((_figures(row) for row in numbered), PeriodFigures()) == _figures(total)


def test_sums_are_bold_lower_agencies_indented_and_ended_ones_say_so(path: Path, table: PeriodicTable) -> None:
    sheet = load_workbook(path)["2025-Q1"]
    for number, row in enumerate(table.rows, start=FIRST_ROW + 1):
        cell = sheet.cell(number, 2)
        assert (cell.font.b, int(cell.alignment.indent)) == (row.kind is not RowKind.AGENCY, row.depth)
    names = [sheet.cell(number, 2).value for number in range(FIRST_ROW + 1, sheet.max_row)]
    assert "Sở Y (đến 28/02/2025)" in names
    assert f"{HOSTILE}, tính chung" in names


def test_nothing_is_a_formula(path: Path) -> None:
    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert HOSTILE in [cell.value for cell in cells]


def test_it_is_printed_across_on_one_page_wide_with_its_headings(path: Path) -> None:
    sheet = load_workbook(path)["2025-Q1"]
    page = sheet.page_setup
    assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"${HEADING + 1}:${FIRST_ROW}"


def test_it_says_what_it_rests_on_and_where_it_is_signed(path: Path) -> None:
    said = " ".join(str(cell) for row in _rows(path, "2025-Q1") for cell in row if cell)
    for words in ("09/2019/NĐ-CP", "cần xác nhận", "đã được phê duyệt", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"):
        assert words in said
    assert "lần cuối" not in said
    assert "lần cuối" in " ".join(str(cell) for row in _rows(path, "2025-Q1 lần 1") for cell in row if cell)


def test_sources_rates_and_remarks_are_named(table: PeriodicTable, tmp_path: Path) -> None:
    unlisted = periodic(sample_comparison(), "2025-Q2")
    path = write_periodic([table, unlisted], tmp_path / "b.xlsx", sources=[("ra_soat.xlsx", "ab" * 32)])
    rows = _rows(path, "Nguồn, lưu ý")
    assert ["Tệp: ra_soat.xlsx", "SHA-256 " + "ab" * 32] in rows
    assert any(name == "Mức thu nhập theo giờ" and "95.600.000" in text for name, text in rows)
    assert any(name == "Cảnh báo" and text.startswith("2025-Q2: bảng «Cơ quan»") for name, text in rows)
    assert load_workbook(path).sheetnames[-2:] == ["2025-Q2", "Nguồn, lưu ý"]


def test_it_can_be_written_in_english(table: PeriodicTable, tmp_path: Path) -> None:
    path = write_periodic(table, tmp_path / "b.xlsx", language="en")
    assert load_workbook(path).sheetnames[-2:] == ["2025-Q1 round 2", "Sources, remarks"]
    said = " ".join(str(cell) for row in _rows(path, "2025-Q1") for cell in row if cell)
    assert "First quarter of 2025 (2024-12-15 to 2025-03-14, both included)" in said
    assert "{" not in said


def test_a_whole_number_beyond_fifteen_digits_stays_exact(table: PeriodicTable, tmp_path: Path) -> None:
    row = table.total
    cost = replace(row.figures.cost, baseline=10**16 + 1)
    huge = replace(table, rows=(replace(row, figures=replace(row.figures, cost=cost)),))
    cells = _rows(write_periodic(huge, tmp_path / "b.xlsx"), "2025-Q1")[FIRST_ROW]
    assert cells[16] == "10000000000000001"


def test_the_same_table_gives_the_same_bytes(table: PeriodicTable, tmp_path: Path) -> None:
    one, other = (write_periodic(table, tmp_path / name).read_bytes() for name in ("1.xlsx", "2.xlsx"))
    assert one == other


def test_nothing_is_overwritten_unasked(table: PeriodicTable, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(OutputExistsError):
        write_periodic(table, path)
    assert path.read_bytes() == b"before"
    assert write_periodic(table, path, force=True) == path
    assert path.read_bytes() != b"before"


def test_no_table_and_two_of_one_period_are_refused(table: PeriodicTable, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with pytest.raises(InputFault) as caught:
        write_periodic([], path)
    assert says(only("no_periods", caught.value.faults), "không có bảng", "no periodic table")
    with pytest.raises(InputFault) as caught:
        write_periodic([table, table], path)
    assert says(only("period_repeated", caught.value.faults), "2025-Q1", "2025-Q1")
    with pytest.raises(WrongKindError):
        write_periodic(["2025-Q1"], path)  # type: ignore[list-item] # what the test is about
    with pytest.raises(UnknownNameError):
        write_periodic(table, path, language="fr")  # type: ignore[arg-type] # what the test is about
    assert not path.exists()
