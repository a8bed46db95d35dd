"""A plain table of published costs is read to the đồng, and what it says of itself is held against its own rows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost.comparison import Comparison
from tthc_cost.errors import InputFault
from tthc_cost.io.costs import read_costs
from workbooks import save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.costs import PublishedCosts

Rows = list[list[Any]]

HEADINGS = ["STT", "Mã TTHC", "Tên TTHC", "Chi phí trước (đồng)", "Chi phí sau (đồng)"]
SOUND: Rows = [
    HEADINGS,
    [1, "1.004080", "Nâng bậc lương", 22_527_200, 13_074_200],
    [2, "NB-02", "Điều chuyển tài sản công", 100, 10],
]


def read(tmp_path: Path, rows: Rows) -> PublishedCosts:
    return read_costs(save(tmp_path / "chi_phi.xlsx", {"Chi phí": rows}))


def faults(tmp_path: Path, rows: Rows) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        read(tmp_path, rows)
    return caught.value.faults


def with_columns(*columns: str, cells: Sequence[Sequence[Any]]) -> Rows:
    """Return the sound table with more columns."""
    return [row + list(more) for row, more in zip(SOUND, [columns, *cells], strict=True)]


def test_what_is_read_is_what_the_comparison_takes(tmp_path: Path) -> None:
    costs = read(tmp_path, SOUND)
    assert costs.remarks == ()
    assert costs.frame.to_dict("records") == [
        {"procedure": "1.004080", "name": "Nâng bậc lương", "baseline_vnd": 22_527_200, "simplified_vnd": 13_074_200},
        {"procedure": "NB-02", "name": "Điều chuyển tài sản công", "baseline_vnd": 100, "simplified_vnd": 10},
    ]
    total = Comparison.from_costs(costs.frame).total
    assert (total.baseline, total.saving) == (22_527_300, 9_453_090)


def test_a_letterhead_headings_on_two_rows_numbering_groups_and_signatures_change_nothing(tmp_path: Path) -> None:
    rows: Rows = [
        ["UBND TỈNH LAI CHÂU"],
        ["Đơn vị: Sở Nội vụ", None, None, None, "ĐVT: nghìn đồng/năm"],
        [],
        ["STT", "Mã số TTHC", "TÊN THỦ TỤC\nHÀNH CHÍNH", "Chi phí tuân thủ TTHC", None, "Ghi chú"],
        [None, None, None, "Trước khi đơn giản hoá", "Sau khi đơn giản hoá"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        ["I", None, "Lĩnh vực Nội vụ"],
        [1, "1.004080", "Nâng bậc lương", 22_527.2, "13.074,2"],
        ["II", None, "Lĩnh vực Tài chính"],
        [2, "NB-02", "Điều chuyển tài sản công", 0.1, 0.01],
        [None, None, "Tổng cộng", 22_527.3, 13_074.21],
        [],
        [None, None, "NGƯỜI LẬP BIỂU"],
    ]
    costs = read(tmp_path, rows)
    assert costs.frame["baseline_vnd"].tolist() == [22_527_200, 100]
    assert costs.frame["simplified_vnd"].tolist() == [13_074_200, 10]
    assert costs.frame["field"].tolist() == ["Nội vụ", "Tài chính"]
    assert [one.code for one in costs.remarks] == ["costs_row_passed_over"]
    assert costs.remarks[0].place.cell == "A13"
    assert says(costs.remarks[0], "NGƯỜI LẬP BIỂU", "is not counted")


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("đồng", 1), ("VNĐ", 1), ("đ/năm", 1), ("nghìn đồng", 10**3), ("1.000đ", 10**3), ("Ngàn đồng/năm", 10**3),
     ("1000 đồng", 10**3), ("ĐVT: triệu đồng", 10**6), ("Tỷ đồng", 10**9), ("tỉ đồng/01 năm", 10**9)],
)  # fmt: skip
@given(steps=st.integers(0, 10**9))
@settings(max_examples=3)
def test_every_unit_is_scaled_exactly(
    tmp_path_factory: pytest.TempPathFactory, unit: str, scale: int, steps: int
) -> None:
    tenths = max(scale // 10**3, 1)  # three decimals, the shortest that binary fractions do not hold
    stated = Fraction(steps * tenths, scale)
    text = f"{steps // (scale // tenths)}," + f"{steps % (scale // tenths):03}0" if scale > 1 else str(steps)
    rows: Rows = [
        ["Mã TTHC", f"Chi phí hiện tại ({unit})", f"Chi phí sau ({unit})"],
        ["a", float(stated), text],
    ]
    frame = read(tmp_path_factory.mktemp("there"), rows).frame
    assert frame["baseline_vnd"].tolist() == frame["simplified_vnd"].tolist() == [stated * scale]


def test_a_csv_with_semicolons_and_decimal_commas_reads_as_the_workbook_does(tmp_path: Path) -> None:
    path = tmp_path / "chi_phi.csv"
    text = "Mã TTHC;Tên TTHC;Chi phí trước, hiện tại (triệu đồng);Chi phí sau (triệu đồng)\n1.004080;A;22,5272;13,0742"
    path.write_text(text, encoding="utf-8-sig")
    assert read_costs(path).frame.to_dict("records") == [
        {"procedure": "1.004080", "name": "A", "baseline_vnd": 22_527_200, "simplified_vnd": 13_074_200}
    ]


def test_without_codes_the_names_stand_for_them_and_that_is_noted(tmp_path: Path) -> None:
    rows: Rows = [row[2:] for row in SOUND] + [["Tổng", 22_527_300, 13_074_210]]
    costs = read(tmp_path, rows)
    assert costs.frame["procedure"].tolist() == ["Nâng bậc lương", "Điều chuyển tài sản công"]
    assert says(only("costs_without_codes", costs.remarks), "tên TTHC được dùng làm mã", "the names stand for them")


def test_sums_of_groups_above_and_below_their_rows_are_checked(tmp_path: Path) -> None:
    one, two = ([number, f"NB-{number}", "Tên", 100, 10] for number in (1, 2))
    above: Rows = [HEADINGS, ["I", None, "Nhóm A", 100, 15], one, ["II", None, "Nhóm B", 100, 10], two]
    below: Rows = [HEADINGS, one, [None, None, "Cộng nhóm A", 100, 15], two, [None, None, "Cộng", 100, 10]]
    for rows, cell in ((above, "E2"), (below, "E3")):
        totals: Rows = [*rows, [None, None, "TỔNG CỘNG", 200, 20]]
        found = only("costs_differ", read(tmp_path, totals).remarks)
        assert found.place.cell == cell
        assert dict(found.values)["difference"] == "5"
        assert len(read(tmp_path, totals).frame) == 2


def test_a_total_that_is_not_the_sum_is_reported_and_the_rows_count(tmp_path: Path) -> None:
    costs = read(tmp_path, [*SOUND, [None, "Tổng cộng", None, 22_527_400, 13_074_210]])
    said = only("costs_differ", costs.remarks)
    assert said.place.cell == "D4"
    assert says(said, "ghi 22.527.400 đồng, tính lại được 22.527.300 đồng", "states 22.527.400 đồng")
    assert Comparison.from_costs(costs.frame).total.baseline == 22_527_300


def test_what_rounding_explains_is_a_note_and_what_it_does_not_is_a_warning(tmp_path: Path) -> None:
    rows: Rows = [
        ["Mã TTHC", "Chi phí trước (tỷ đồng)", "Chi phí sau (tỷ đồng)", "Chi phí tiết kiệm (tỷ đồng)"],
        ["BXD", 393.4, 201, 192],
        ["Tổng", 393, 203],
    ]  # the published figures of the Ministry of Construction: reference/method.md, case 3
    remarks = read(tmp_path, rows).remarks
    assert [(one.code, one.place.cell) for one in remarks] == [
        ("costs_differ_by_rounding", "D2"), ("costs_differ_by_rounding", "B3"), ("costs_differ", "C3")]  # fmt: skip
    assert says(remarks[0], "có thể do làm tròn", "rounding each row can explain")


@pytest.mark.parametrize("stated", ["71.64%", "71,64 %", 71.64, 0.7164, "0,7164", 71.6, 72])
def test_a_percentage_is_held_against_the_costs_to_its_own_digits(tmp_path: Path, stated: object) -> None:
    rows: Rows = [["Tên TTHC", "Chi phí trước (tỷ đồng)", "Chi phí sau (tỷ đồng)", "Tỷ lệ cắt giảm (%)"]]
    rows += [["293 TTHC của Hà Nội", 2306, 654, stated]]  # published: 71.64 %
    assert "costs_ratio_differs" not in {one.code for one in read(tmp_path, rows).remarks}
    rows[1][2] = 600
    said = only("costs_ratio_differs", read(tmp_path, rows).remarks)
    assert says(said, "tính lại được 73,98%", "where we get 73,98%")


def test_a_percentage_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    rows = with_columns("Tỷ lệ cắt giảm", cells=[["gần một nửa"], ["–"]])
    said = only("costs_ratio_unreadable", read(tmp_path, rows).remarks)
    assert says(said, "không đọc được tỷ lệ cắt giảm «gần một nửa»", "cannot be read")


def test_what_is_no_whole_number_of_dong_is_rounded_half_up_and_noted_and_noise_is_not(tmp_path: Path) -> None:
    rows: Rows = [["Mã TTHC", "Chi phí trước (nghìn đồng)", "Chi phí sau (nghìn đồng)"], ["a", 1.0005, 0.1 + 0.2]]
    costs = read(tmp_path, rows)
    assert costs.frame[["baseline_vnd", "simplified_vnd"]].to_numpy().tolist() == [[1001, 300]]
    assert [(one.code, one.place.cell) for one in costs.remarks] == [("rounded_money", "B2")]


def test_a_cost_without_a_unit_is_taken_as_dong_with_a_warning(tmp_path: Path) -> None:
    rows: Rows = [["Mã TTHC", "Chi phí hiện tại", "Chi phí sau (nghìn đồng)"], ["a", 5000, 4]]
    costs = read(tmp_path, rows)
    assert costs.frame["simplified_vnd"].tolist() == [4000]
    said = only("costs_unit_assumed", costs.remarks)
    assert said.place.cell == "B1"
    assert says(said, "số liệu được hiểu là đồng", "taken as đồng")
    named: Rows = [["procedure", "baseline_vnd", "simplified_vnd"], ["a", 5000, 4]]
    assert read(tmp_path, named).remarks == ()


def _cell(row: int, column: int, value: object) -> Callable[[Rows], None]:
    def spoil(rows: Rows) -> None:
        rows[row - 1][column - 1] = value

    return spoil


@pytest.mark.parametrize(
    ("spoil", "code", "cell", "vi", "en"),
    [
        (_cell(2, 2, 1.00408), "code_is_number", "B2", "mã «1.00408» là số", "may have lost zeros"),
        (_cell(3, 2, "1.004080"), "duplicate_key", "B3", "đã có ở chi_phi.xlsx › Chi phí › B2", "already stands at"),
        (_cell(3, 2, None), "blank_required", "B3", "«Mã TTHC» để trống", "is empty"),
        (_cell(3, 4, None), "blank_required", "D3", "«Chi phí trước» để trống", "is empty"),
        (_cell(3, 5, -1), "negative", "E3", "-1", "-1"),
        (_cell(3, 5, "-"), "figure_unreadable", "E3", "-", "-"),
        (_cell(3, 5, "khoảng 50"), "figure_is_vague", "E3", "khoảng 50", "khoảng 50"),
        (_cell(1, 4, "Chi phí trước (USD)"), "costs_unit_unknown", "D1", "đơn vị tính «USD»", "the unit «USD»"),
        (_cell(1, 3, "Chi phí sau (đồng)"), "heading_twice", "E1", "có hai lần; lần đầu ở ô C1", "first in cell C1"),
    ],
)  # fmt: skip
def test_a_fault_names_its_cell_and_says_how_to_mend_it(
    tmp_path: Path, spoil: Callable[[Rows], None], code: str, cell: str, vi: str, en: str
) -> None:
    rows = [[*row] for row in SOUND]
    spoil(rows)
    said = [one for one in faults(tmp_path, rows) if one.code == code]
    assert [(one.place.file, one.place.cell) for one in said] == [("chi_phi.xlsx", cell)]
    assert says(said[0], vi, en)


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    rows = [[*row] for row in SOUND]
    rows[1][1], rows[1][3], rows[2][4] = 1.00408, None, -5
    assert [one.code for one in faults(tmp_path, rows)] == ["code_is_number", "blank_required", "negative"]


def test_three_digits_after_a_mark_in_a_scaled_text_are_not_guessed(tmp_path: Path) -> None:
    rows: Rows = [["Mã TTHC", "Chi phí trước (triệu đồng)", "Chi phí sau (triệu đồng)"], ["a", "1.500", 1]]
    assert [one.code for one in faults(tmp_path, rows)] == ["figure_has_two_readings"]


def test_a_code_without_costs_is_a_fault_and_not_passed_over(tmp_path: Path) -> None:
    said = faults(tmp_path, [*SOUND, [None, "NB-03"]])
    assert [(one.code, one.place.cell) for one in said] == [("blank_required", "D4"), ("blank_required", "E4")]


def test_a_workbook_without_or_with_several_tables_of_costs_is_a_fault(tmp_path: Path) -> None:
    said = only("costs_without_headings", faults(tmp_path, [["Mã TTHC", "Tên"], ["a", "b"]]))
    assert says(said, "không tìm thấy bảng chi phí", "there is no table of costs")
    with pytest.raises(InputFault) as caught:
        read_costs(save(tmp_path / "hai.xlsx", {"Quý I": SOUND, "Quý II": SOUND, "Ghi chú": [["x"]]}))
    assert says(only("costs_several_sheets", caught.value.faults), "Quý I; Quý II", "Quý I; Quý II")
    assert says(only("costs_without_rows", faults(tmp_path, [HEADINGS])), "không có dòng TTHC", "no row of a procedure")


def test_every_remark_of_the_room_is_provoked_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert {code for code in codes_of("costs") if f'"{code}"' not in text} == set()
