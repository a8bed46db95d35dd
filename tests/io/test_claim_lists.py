"""What departments state is read as their sheet shows it, or refused with every fault at its cell."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost import claims
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault
from tthc_cost.io import read_example
from tthc_cost.io.claim_lists import CLAIMS, read_claims
from workbooks import save, save_old

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tthc_cost.claims import Claim
    from tthc_cost.errors import Remark

Rows = list[list[Any]]

HEADINGS = ["Phạm vi", "Tên, mã", "Chi phí trước", "Chi phí sau", "Tiết kiệm", "Tỷ lệ cắt giảm", "Số TTHC cắt giảm"]
ROWS: Rows = [
    HEADINGS,
    ["cơ quan", "Sở Y tế", 20_000_000, 15_000_000, 5_000_000, "25 %", 2],
    ["TTHC", "1.004080", "1,5 tỷ đồng", None, None, None, None],
    ["tổng cộng", None, None, None, 34_468_928, "25,68 %", "9"],
]


def read(tmp_path: Path, rows: Rows) -> pd.DataFrame:
    return read_claims(save(tmp_path / "bao_cao.xlsx", {"Báo cáo": rows}))


def faults(path: Path) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        read_claims(path)
    return caught.value.faults


def faults_of(tmp_path: Path, rows: Rows) -> tuple[Remark, ...]:
    return faults(save(tmp_path / "bao_cao.xlsx", {"Báo cáo": rows}))


def as_csv(path: Path, rows: Rows) -> Path:
    lines = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def formatted(path: Path, *cells: tuple[object, str], heading: str = "Tỷ lệ cắt giảm") -> Path:
    """Write a total for each share, in a cell of a number format."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Phạm vi", "Tên, mã", heading])
    for value, number_format in cells:
        sheet.append(["tổng", None, value])
        sheet.cell(sheet.max_row, 3).number_format = number_format
    book.save(path)
    return path


def shares(frame: pd.DataFrame) -> list[tuple[Fraction | None, int]]:
    return [(one.reduction, one.digits) for one in claims.read_claims(frame)]


def expected() -> tuple[Claim, ...]:
    agency, procedure, total = claims.Scope.AGENCY, claims.Scope.PROCEDURE, claims.Scope.TOTAL
    return (
        claims.Claim(agency, "Sở Y tế", 20_000_000, 15_000_000, 5_000_000, Fraction(1, 4), 0, 2),
        claims.Claim(procedure, "1.004080", 1_500_000_000, units=(10**8, 1, 1)),
        claims.Claim(total, "", None, None, 34_468_928, Fraction(2568, 10_000), 2, 9),
    )


def test_a_workbook_old_or_new_and_a_csv_state_the_same(tmp_path: Path) -> None:
    files = (
        save(tmp_path / "a.xlsx", {"Báo cáo": ROWS}),
        save_old(tmp_path / "a.xls", {"Báo cáo": ROWS}),
        as_csv(tmp_path / "a.csv", ROWS),
    )
    for path in files:
        assert claims.read_claims(read_claims(path)) == expected()


def test_headings_are_found_below_a_letterhead_in_any_order_and_language(tmp_path: Path) -> None:
    rows: Rows = [
        ["ỦY BAN NHÂN DÂN TỈNH", None, None, None],
        [None, None, None, None],
        ["STT", "Tiết kiệm (đồng)", "SCOPE", "name"],
        [1, 5_000_000, "agency", "Sở Y tế"],
        [None, None, None, None],
        [2, 7, "total", None],
    ]
    frame = read(tmp_path, rows)
    assert list(frame.columns) == ["scope", "name", "saving_vnd"]
    assert frame["saving_vnd"].tolist() == [5_000_000, 7]
    assert any("STT" in note for note in frame.attrs["notes"])
    json.dumps(frame.attrs)  # what a frame carries can be saved with it


def test_what_is_read_is_what_the_audit_takes(tmp_path: Path) -> None:
    comparison = compare(read_example())
    frame = read(tmp_path, [HEADINGS, ["cơ quan", "Sở Y tế", None, None, 20_000_000, None, None]])
    found = audit(comparison, claims=frame, on=None)
    assert "claim_overstated" in {one.rule.code for one in found.findings}


# Shares


@pytest.mark.parametrize(
    ("value", "number_format", "share", "digits"),
    [
        (0.2, "0%", Fraction(1, 5), 0),
        (0.253, "0.0%", Fraction(253, 1000), 1),
        (0.29, "0.00%", Fraction(29, 100), 2),  # 0.29 * 100 is 28.999999999999996 in binary
        (1 / 3, "0.0 %", Fraction(333, 1000), 1),
        (0.2535, "0.0%", Fraction(254, 1000), 1),
        (-0.05, "0%;[Red]-0%", Fraction(-1, 20), 0),
        (1, "0%", Fraction(1), 0),
        (0, "0%", Fraction(0), 0),
        (0.253, "General", Fraction(253, 1000), 1),
        (0.1 + 0.2, "General", Fraction(3, 10), 0),
        ("25,3 %", "General", Fraction(253, 1000), 1),
    ],
)
def test_a_share_is_what_the_sheet_shows(
    tmp_path: Path, value: object, number_format: str, share: Fraction, digits: int
) -> None:
    assert shares(read_claims(formatted(tmp_path / "a.xlsx", (value, number_format)))) == [(share, digits)]


def test_below_a_heading_in_per_cent_a_plain_number_is_per_cent_and_a_percentage_still_is_one(tmp_path: Path) -> None:
    cells = ((25.3, "General"), (0.2, "0%"), (0.2, "General"), ("25,3", "@"), ("25,3 %", "@"))
    path = formatted(tmp_path / "a.xlsx", *cells, heading="Tỷ lệ cắt giảm (%)")
    assert shares(read_claims(path)) == [
        (Fraction(253, 1000), 1), (Fraction(1, 5), 0), (Fraction(2, 1000), 1), (Fraction(253, 1000), 1),
        (Fraction(253, 1000), 1),
    ]  # fmt: skip


def test_a_number_that_is_no_share_is_a_fault_at_its_cell(tmp_path: Path) -> None:
    found = faults(formatted(tmp_path / "a.xlsx", (0.2, "0%"), (25, "General"), (True, "General")))
    assert [(one.code, one.place.cell) for one in found] == [("claim_share", "C3"), ("claim_share", "C4")]
    found = faults(as_csv(tmp_path / "a.csv", [["Phạm vi", "Tỷ lệ cắt giảm"], ["tổng", "0,2"]]))
    assert only("claim_share", found).place.cell == "B2"


def old(path: Path, value: float, heading: str) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Báo cáo")
    for column, text in enumerate(("Phạm vi", heading)):
        sheet.write(0, column, text)
    sheet.write(1, 0, "tổng")
    sheet.write(1, 1, value, xlwt.easyxf(num_format_str="0%"))
    book.save(str(path))
    return path


def test_in_an_old_workbook_a_share_of_two_readings_is_refused(tmp_path: Path) -> None:
    assert shares(read_claims(old(tmp_path / "a.xls", 0.2, "Tỷ lệ cắt giảm"))) == [(Fraction(1, 5), 0)]
    only("claim_share", faults(old(tmp_path / "b.xls", 0.2, "Tỷ lệ cắt giảm (%)")))


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_percentage_of_two_decimals_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, hundredths: int
) -> None:
    path = formatted(tmp_path_factory.mktemp("there") / "a.xlsx", (hundredths / 10_000, "0.00%"))
    assert shares(read_claims(path)) == [(Fraction(hundredths, 10_000), 2)]


# Which sheet


def test_hidden_sheets_are_left_out_and_several_are_refused_by_name(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"Quý I": ROWS, "Quý II": ROWS, "Ghi chú": [["Số liệu tạm tính"]]})
    assert says(only("claims_several_sheets", faults(path)), "Quý I; Quý II", "Quý I; Quý II")
    book = openpyxl.load_workbook(path)
    book["Quý I"].sheet_state = "hidden"
    book.save(path)
    assert claims.read_claims(read_claims(path)) == expected()


def test_a_file_without_claims_is_refused(tmp_path: Path) -> None:
    no_headings = only("claims_without_headings", faults_of(tmp_path, [["Báo cáo năm 2024"]]))
    assert says(no_headings, "«Phạm vi»", "no table of claims")
    path = save(tmp_path / "hai.xlsx", {"a": [["x"]], "b": [["y"]]})
    assert only("claims_without_headings", faults(path)).place.file == "hai.xlsx"
    assert says(only("claims_none", faults_of(tmp_path, [HEADINGS])), "chưa có số liệu báo cáo nào", "no claims yet")
    only("file_missing", faults(tmp_path / "khong_co.xlsx"))


# Hostile cells


def test_every_fault_is_said_at_its_cell(tmp_path: Path) -> None:
    rows: Rows = [
        HEADINGS,
        ["cơ quan", None, 1, None, None, None, None],
        ["xã", "Sở Y tế", 1, None, None, None, None],
        ["tổng", None, None, None, "nhiều", None, None],
        ["tổng", None, None, None, None, None, None],
        ["TTHC", 1.00408, 1, None, None, None, None],
        ["tổng", None, 10.5, None, None, None, "chín"],
    ]
    found = faults_of(tmp_path, rows)
    assert {one.place.sheet for one in found} == {"Báo cáo"}
    cells = [(one.code, one.place.row or 0, one.place.cell or "") for one in found if one.place.row != 4]
    assert sorted(cells) == [
        ("claim_amount", 7, "C7"), ("claim_count", 7, "G7"), ("claim_states_nothing", 5, ""),
        ("claim_without_name", 2, "B2"), ("code_is_number", 6, "B6"), ("unknown_term", 3, "A3"),
    ]  # fmt: skip
    assert [one.place.cell for one in found if one.place.row == 4][:1] == ["E4"]


def test_cells_in_error_are_faults_and_formulas_count_with_what_was_saved(tmp_path: Path) -> None:
    rows: Rows = [HEADINGS, ["tổng", None, "#REF!", None, "=1+1", None, None]]
    found = faults_of(tmp_path, rows)
    assert sorted((one.code, one.place.cell) for one in found) == [("cell_error", "C2"), ("cell_not_calculated", "E2")]


def test_a_formula_with_its_value_is_noted(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Báo cáo")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["tổng", "", 100, 80])
        sheet.write_formula(1, 4, "=C2-D2", None, 20)
        sheet.write_formula(1, 5, "=E2/C2", book.add_format({"num_format": "0.0%"}), 0.2)
    book = openpyxl.load_workbook(path)
    frame = read_claims(path)
    assert (frame["saving_vnd"].tolist(), frame["reduction"].tolist()) == ([20], ["20.0 %"])
    assert [note.count("công thức") for note in frame.attrs["notes"]] == [1, 1]
    assert "E2" in frame.attrs["notes"][0]


def test_a_heading_of_another_unit_or_twice_is_refused(tmp_path: Path) -> None:
    only("heading_unit", faults_of(tmp_path, [["Phạm vi", "Tiết kiệm (triệu đồng)"], ["tổng", 5]]))
    only("heading_twice", faults_of(tmp_path, [["Phạm vi", "Phạm vi", "Tiết kiệm"], ["tổng", "tổng", 5]]))
    only("missing_column", faults_of(tmp_path, [["Tên, mã", "Tiết kiệm"], ["Sở Y tế", 5]]))


def test_a_round_may_be_a_number_of_the_sheet(tmp_path: Path) -> None:
    frame = read(tmp_path, [HEADINGS, ["lần rà soát", 2, None, None, 5, None, None]])
    assert frame["name"].tolist() == ["2"]
    assert claims.read_claims(frame)[0].name == "2"


def test_the_columns_of_the_sheet_are_those_of_claims() -> None:
    assert tuple(column.name for column in CLAIMS.columns) == claims.CLAIM_COLUMNS


def test_every_remark_of_the_room_is_tried() -> None:
    assert codes_of("claim_lists") == {"claims_without_headings", "claims_several_sheets", "claims_none"}
