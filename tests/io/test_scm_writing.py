"""Form 03/SCM-KSTT as written: its words and order, formulas that are exact in binary floats, and what it refuses."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from oracle import round_half_up
from remarks import codes_of, only, says
from report_samples import HOSTILE, sample_comparison
from review_strategies import review_of
from scm_workbooks import (
    ANNUAL,
    CODE,
    LARGEST_FEE_VND,
    NUMBER,
    RATES,
    SUMMARY,
    WORK,
    check_against,
    formulas_of,
    hard_cases,
    values_of,
)
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, NeedsLinesError, OutputExistsError, UnknownNameError, WrongKindError
from tthc_cost.io.example import read_example
from tthc_cost.io.scm.formulas import COLUMNS, FormLine, Formula, cells_of
from tthc_cost.io.scm.reading import read_scm_form
from tthc_cost.io.scm.writing import MOST_PROCEDURES, write_scm_form
from tthc_cost.model import Activity, Decision, Procedure, Volume
from tthc_cost.rates import RateTable
from tthc_cost.vocabulary import Bearer, Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = RateTable.from_income(2112 * 1000)
"""1 000 đồng an hour for everybody."""
TOO_LARGE = "Quá lớn cho công thức bảng tính"


# Exactness


def ieee_round(value: float) -> float:
    """Round half away from zero what a binary float exactly is."""
    return float(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def fifteen_digits(value: float) -> float:
    """Round as a program does that takes two floats of the same fifteen digits for one."""
    return ieee_round(float(f"{value:.15g}"))


def calculated(line: FormLine, rounding: Callable[[float], float]) -> float:
    """Work the formulas of a line in binary floats, as a spreadsheet does."""
    cells = cells_of(line, 0, {("", line.rate): str(line.rate)})
    names = {f"{chr(ord('A') + position)}1": column.name for position, column in enumerate(COLUMNS)}

    def value(name: str) -> float:
        cell = cells.get(name)
        if not isinstance(cell, Formula):
            assert cell is None or isinstance(cell, (int, float))
            return float(cell or 0)
        text = re.sub(r"\b(\d+)(?=[^.\d]|$)", r"\1.0", re.sub(r"[A-W]1\b", lambda one: names[one[0]], cell.text))
        text = text.replace(",0.0)", ")")
        known = {one: value(one) for one in names.values() if re.search(rf"\b{one}\b", text)}
        return float(eval(text, {"ROUND": rounding}, known))  # noqa: S307 - a formula of ours

    return value("annual")


@st.composite
def form_lines(draw: st.DrawFn) -> FormLine:
    """Lines of any size, a third of them scaled, with what they cost."""
    effort = draw(st.sampled_from([0, 1, 1000, 2100]) | st.integers(0, 3 * 10**8))
    rate = draw(st.sampled_from([1, 45_265]) | st.integers(1, 10**8))
    fee = draw(st.sampled_from([0, 1, LARGEST_FEE_VND, LARGEST_FEE_VND - 1]) | st.integers(0, 10**11))
    frequency = draw(st.sampled_from([1, 25, 100, 150, 300]) | st.integers(0, 30_000))
    own, costed, stated = (draw(st.integers(least, most)) for least, most in ((0, 10**7), (0, 10**5), (1, 10**5)))
    if draw(st.integers(0, 2)):
        costed = stated
    exact = Fraction(effort * rate, 3000) + fee
    exact *= Fraction(frequency, 300) * own * Fraction(costed, stated)
    annual = round_half_up(exact)
    assume(annual <= 5 * 10**12)
    return FormLine(
        State.SIMPLIFIED, None, "", "1", "", None, effort, rate, None, fee, None, frequency, own, costed, stated, annual
    )


@given(form_lines())
@example(FormLine(State.BASELINE, None, "", "1", "", None, 2100, 45_265, None, None, None, 300, 1, 1, 1, 31_686))
def test_formulas_are_exact_in_binary_floats_or_not_written(line: FormLine) -> None:
    assert calculated(line, ieee_round) == line.annual
    if not line.is_scaled:
        assert calculated(line, fifteen_digits) == line.annual


def test_a_formula_is_written_up_to_two_to_the_53_and_a_number_said_to_be_one_above() -> None:
    line = FormLine(State.BASELINE, None, "", "1", "", None, None, 0, LARGEST_FEE_VND, None, None, 300, 1, 1, 1,
                    LARGEST_FEE_VND)  # fmt: skip
    cells = cells_of(line, 0, {})
    assert isinstance(cells["annual"], Formula)
    assert cells["note"] is None
    assert line.service is not None
    larger = replace(line, service=line.service + 1, annual=line.annual + 1)
    cells = cells_of(larger, 0, {})
    assert cells["annual"] == LARGEST_FEE_VND + 1
    assert TOO_LARGE in str(cells["note"])
    assert "x" not in cells


def test_values_beside_the_formulas_are_the_comparisons_own(tmp_path: Path) -> None:
    for number, comparison in enumerate((sample_comparison(), hard_cases())):
        check_against(comparison, values_of(write_scm_form(comparison, tmp_path / f"{number}.xlsx")))


def test_the_hard_cases_hold_scaled_lines_and_lines_too_large(tmp_path: Path) -> None:
    path = write_scm_form(hard_cases(), tmp_path / "form.xlsx")
    formulas, sheets = formulas_of(path), values_of(path)
    assert any(column == 21 for _, _, column in formulas)
    notes = [str(row[11]) for rows in sheets.values() for row in rows if len(row) > 11]
    assert sum(TOO_LARGE in note for note in notes) > 2
    assert sum("P × V / S" in note for note in notes) > 10


# The form


def lines_on(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row in rows if re.fullmatch(r"\d+\.\d+", str(row[NUMBER]))]


def test_the_columns_are_those_of_the_official_form(tmp_path: Path) -> None:
    rows = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))["A"]
    heads = next(row for row in rows if row[0] == "STT")
    assert heads[:12] == (
        "STT", "Các công việc khi thực hiện TTHC", "Các hoạt động/cách thức thực hiện cụ thể",
        "Thời gian thực hiện (giờ)", "Mức TNBQ/01 người/01 giờ làm việc (đồng)",
        "Mức chi phí thuê tư vấn, dịch vụ (đồng)", "Mức phí, lệ phí, chi phí khác (đồng)", "Số lần thực hiện/01 năm",
        "Số lượng đối tượng tuân thủ/01 năm", "Chi phí thực hiện TTHC (đồng)",
        "Tổng chi phí thực hiện TTHC/01 năm (đồng)", "Ghi chú",
    )  # fmt: skip
    assert [row[0] for row in rows[:7]] == [
        "Biểu mẫu 03/SCM-KSTT", "BẢNG TÍNH CHI PHÍ TUÂN THỦ THỦ TỤC HÀNH CHÍNH",
        "Tên thủ tục hành chính: Thủ tục A", "Mã TTHC: A", "Cơ quan giải quyết TTHC: Sở X", "Lĩnh vực: ",
        "Kết quả rà soát: sửa đổi, bổ sung",
    ]  # fmt: skip


def test_groups_stand_in_the_official_order_and_blocks_after_each_other(tmp_path: Path) -> None:
    rows = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))["A"]
    body = [(row[NUMBER], row[WORK], row[ANNUAL]) for row in rows[9:] if row[CODE] is None and row[WORK]]
    assert [(number, work) for number, work, _ in body[:9]] == [
        ("I", "CHI PHÍ THỰC HIỆN TTHC HIỆN TẠI"), ("1", "Chuẩn bị hồ sơ"), ("2", "Nộp hồ sơ"),
        ("3", "Nộp phí, lệ phí, chi phí khác"), ("4", "Chuẩn bị, phục vụ việc kiểm tra, đánh giá"),
        ("5", "Giải quyết hồ sơ"), ("6", "Công việc khác"), ("7", "Nhận kết quả"), (None, "TỔNG"),
    ]  # fmt: skip
    assert [(number, work) for number, work, _ in body if number in {"II", "III"}] == [
        ("II", "CHI PHÍ THỰC HIỆN TTHC SAU ĐƠN GIẢN HÓA"), ("III", "SO SÁNH CHI PHÍ"),
    ]  # fmt: skip
    assert [value for _, _, value in body[-4:]] == [22_527_200, 13_074_200, 9_453_000, pytest.approx(0.4196260)]
    assert [row[NUMBER] for row in lines_on(rows)] == ["1.1", "5.1", "5.2", "1.1", "5.1", "5.2"]


def test_lines_without_a_stage_are_not_guessed_into_a_group(tmp_path: Path) -> None:
    rows = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))["C"]
    assert ("6", "Nhận kết quả") in [(row[NUMBER], row[WORK]) for row in rows]
    assert ("7", "Chưa ghi công việc") in [(row[NUMBER], row[WORK]) for row in rows]


def test_rates_stand_on_a_sheet_of_their_own_to_which_lines_refer(tmp_path: Path) -> None:
    path = write_scm_form(sample_comparison(), tmp_path / "form.xlsx")
    assert values_of(path)[RATES][2][1:3] == ("A1/1", 45_265)
    formulas = formulas_of(path)
    assert {text for (_, _, column), text in formulas.items() if column == 4} == {f"='{RATES}'!$C$3"}


def test_sub_totals_totals_saving_and_ratio_are_formulas(tmp_path: Path) -> None:
    path = write_scm_form(sample_comparison(), tmp_path / "form.xlsx")
    rows, formulas = values_of(path)["A"], formulas_of(path)
    where = {row[WORK]: position for position, row in reversed(list(enumerate(rows)))}
    first = where["Chuẩn bị hồ sơ"]
    assert formulas["A", first, ANNUAL] == f"=SUM(K{first + 2}:K{first + 2})"
    assert re.fullmatch(r"=SUM\(K\d+(,K\d+)*\)|=SUM\(K\d+:K\d+\)", formulas["A", where["TỔNG"], ANNUAL])
    saving = where["Chi phí tiết kiệm (đồng/năm)"]
    assert formulas["A", saving, ANNUAL] == f"=K{saving - 1}-K{saving}"
    assert formulas["A", saving + 1, ANNUAL].startswith(f"=IF(K{saving - 1}=0")
    assert all((SUMMARY, row, 7) in formulas for row, cells in enumerate(values_of(path)[SUMMARY]) if cells[0] == 1)


def test_procedures_that_move_together_save_together(tmp_path: Path) -> None:
    sheets = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))
    for code in "EFG":
        rows = sheets[code]
        start = next(number for number, row in enumerate(rows) if str(row[WORK]).startswith("Tính chung"))
        assert rows[start][WORK] == "Tính chung các TTHC cùng xét: E, F, G"
        assert [row[ANNUAL] for row in rows[start + 1 : start + 5]] == [905_300, 905_300, 0, 0]
    line = next(row for row in sheets[SUMMARY] if row[1] == "E")
    assert (line[6], line[10]) == ("F, G", "tính chung")


def test_procedures_outside_the_ratios_are_marked_and_summed_apart(tmp_path: Path) -> None:
    sheets = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))
    assert "TTHC TÁCH RIÊNG, không tính vào tỷ lệ cắt giảm: chuyển do sắp xếp tổ chức bộ máy." in [
        row[0] for row in sheets["T"]
    ]
    firsts = [row[0] for row in sheets[SUMMARY]]
    assert firsts.index("B. TTHC tách riêng, không tính vào tỷ lệ cắt giảm") > firsts.index("TỔNG")


def test_bearers_that_are_left_out_stand_in_a_block_of_their_own(tmp_path: Path) -> None:
    comparison = replace(sample_comparison(), bearers=(Bearer.REQUESTER,))
    sheets = values_of(write_scm_form(comparison, tmp_path / "form.xlsx"))
    check_against(comparison, sheets)
    rows = sheets["A"]
    outside = rows[next(number for number, row in enumerate(rows) if row[NUMBER] == "IV") :]
    assert [(row[CODE], row[ANNUAL]) for row in outside if row[CODE]] == [
        ("2", 2 * 45_265 * 40), ("3", 2 * 45_265 * 40), ("2", 45_265 * 40), ("3", 45_265 * 40),
    ]  # fmt: skip
    assert any("đối tượng thực hiện TTHC" in str(row[0]) for row in sheets[SUMMARY])


def test_bearers_are_shown_where_they_differ(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))
    assert not book["A"].column_dimensions["O"].hidden
    assert book["C"].column_dimensions["O"].hidden


def test_each_agency_of_a_procedure_has_its_line(tmp_path: Path) -> None:
    before = [
        Procedure("X", "X"), Activity("X", "1", name="Nộp", fee_vnd=1000, stage=Stage.SUBMISSION),
        Volume("X", "xã Mường So", 2, 40), Volume("X", "xã Thu Lũm", 0.5, 3),
    ]  # fmt: skip
    comparison = compare(review_of(before, [], Decision("X", "keep")), RATE)
    sheets = values_of(write_scm_form(comparison, tmp_path / "form.xlsx"))
    check_against(comparison, sheets)
    lines = [(row[2], row[7], row[8], row[ANNUAL]) for row in lines_on(sheets["X"])]
    assert lines == 2 * [("Nộp – xã Mường So", 2, 40, 80_000), ("Nộp – xã Thu Lũm", 0.5, 3, 1500)]


def test_a_scaled_population_shows_its_three_figures(tmp_path: Path) -> None:
    before = [Procedure("X", "X", frequency=1, population=150), Activity("X", "1", fee_vnd=1000)]
    after = [Procedure("X", "X", frequency=1, population=60), Activity("X", "1", fee_vnd=1000, population=45)]
    path = write_scm_form(compare(review_of(before, after, Decision("X", "amend")), RATE), tmp_path / "form.xlsx")
    row = lines_on(values_of(path)["X"])[1]
    assert (row[8], row[ANNUAL], row[15:18]) == (112.5, 112_500, (45, 150, 60))
    assert "P × V / S" in row[11]
    assert not openpyxl.load_workbook(path)["X"].column_dimensions["P"].hidden


def test_a_comparison_of_a_day_is_written_as_it_stood(tmp_path: Path) -> None:
    then = sample_comparison().at("approved", dt.date(2024, 12, 1))
    check_against(then, values_of(write_scm_form(then, tmp_path / "form.xlsx")))


def test_chosen_procedures_bring_along_what_moves_with_them(tmp_path: Path) -> None:
    sheets = values_of(write_scm_form(sample_comparison(), tmp_path / "form.xlsx", procedures=["A", "F"]))
    assert list(sheets) == [SUMMARY, "A", "E", "F", "G", RATES]
    assert "Tệp này ghi 4 trong 7 TTHC; tổng là của các TTHC được ghi." in [row[0] for row in sheets[SUMMARY]]
    assert list(values_of(write_scm_form(sample_comparison(), tmp_path / "one.xlsx", procedures="C")))[1] == "C"


def test_the_reader_of_the_form_comes_to_the_same_costs(tmp_path: Path) -> None:
    whole = compare(read_example())
    standing = whole.standing
    # A form of one procedure cannot say what was merged into what.
    alone = ~standing["group"].duplicated(keep=False) & standing["in_baseline"]
    path = write_scm_form(whole, tmp_path / "form.xlsx", procedures=standing["procedure"][alone])
    review = read_scm_form(path)
    rates, simplified_rates = (RateTable.from_table(one.rates) for one in (review.baseline, review.simplified))
    read = compare(review, rates, simplified_rates=simplified_rates)
    columns = ["baseline_vnd", "simplified_vnd"]
    costs = pd.concat([whole.procedures.query("counted"), whole.apart]).set_index("procedure")[columns]
    again = read.procedures.set_index("procedure")[columns]
    assert len(again) == alone.sum() > 25
    pd.testing.assert_frame_equal(again.sort_index(), costs.loc[again.index].sort_index())


def test_it_prints_on_a4_across_with_the_heads_repeated(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_scm_form(sample_comparison(), tmp_path / "form.xlsx"))
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.page_setup.fitToWidth in {None, 1}
        assert sheet.page_setup.fitToHeight == 0
    head = next(row[0].row for row in book["A"].iter_rows() if row[0].value == "STT")
    assert book["A"].print_title_rows == f"${head}:${head + 1}"
    assert "$R$" in book["A"].print_area


# What comes in


def named(*codes: str, name: str = "Tên", **line: Any) -> Comparison:
    before = [
        one
        for code in codes
        for one in (Procedure(code, name, frequency=1, population=1), Activity(code, "1", fee_vnd=1, **line))
    ]
    return compare(review_of(before, [], *(Decision(code, "keep") for code in codes)), RATE)


@pytest.mark.parametrize("text", [HOSTILE, "=1+1", "+1", "-1", "@SUM(A1)", "\u0007chuông", "dài" * 20_000])
def test_texts_stay_texts(tmp_path: Path, text: str) -> None:
    comparison = named(text[:40], name=text, grade=text[:40])
    comparison = replace(comparison, lines=comparison.lines.assign(name=text))
    path = write_scm_form(comparison, tmp_path / "form.xlsx")
    harmless = write_scm_form(named("A", grade="B"), tmp_path / "harmless.xlsx")
    assert len(formulas_of(path)) == len(formulas_of(harmless))
    sheet = openpyxl.load_workbook(path).worksheets[1]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    shown = [cell for cell in cells if str(cell.value).replace("_x0007_", "\a").startswith(text[:5])]
    assert len(shown) >= 2
    assert all(cell.data_type == "s" for cell in shown)


def test_sheets_have_names_that_a_sheet_can_have(tmp_path: Path) -> None:
    codes = [
        "b/9", "b:9", "B?9", "'quoted'", "it's", "x" * 40, "X" * 50, "tổng hợp", "MỨC THU NHẬP", "History", "[a]*\\",
        "𝔄", "'", "1.004080",
    ]  # fmt: skip
    comparison = named(*codes)
    sheets = values_of(write_scm_form(comparison, tmp_path / "form.xlsx"))
    check_against(comparison, sheets)
    names = list(sheets)
    assert len({name.casefold() for name in names}) == len(codes) + 2
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
    assert names[1:6] == ["b-9", "b-9 (2)", "B-9 (3)", "quoted", "it's"]
    assert "1.004080" in names


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_scm_form(sample_comparison(), tmp_path / f"{one}.xlsx") for one in "ab")
    assert first.read_bytes() == second.read_bytes()


# What is refused


def test_published_totals_have_no_lines_to_write(tmp_path: Path) -> None:
    published = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [2], "simplified_vnd": [1]}))
    with pytest.raises(NeedsLinesError):
        write_scm_form(published, tmp_path / "form.xlsx")
    with pytest.raises(WrongKindError):
        write_scm_form(published.lines, tmp_path / "form.xlsx")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_every_unknown_procedure_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as error:
        write_scm_form(named("NB-07"), tmp_path / "form.xlsx", procedures=["NB-O7", "khác", "NB-07"])
    first, second = error.value.faults
    assert says(first, "NB-07", "NB-07")
    assert says(second, "khác", "khác")


def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    path = write_scm_form(named("A"), tmp_path / "form.xlsx")
    with pytest.raises(OutputExistsError):
        write_scm_form(named("A"), path)
    assert write_scm_form(named("A"), path, force=True) == path
    with pytest.raises(InputFault) as error:
        write_scm_form(named("A"), tmp_path / "none" / "form.xlsx")
    only("folder_missing", error.value.faults)


def nothing() -> tuple[Comparison, Any]:
    return named("A"), []


def too_many() -> tuple[Comparison, Any]:
    comparison = named("A")
    standing = pd.concat([
        comparison.standing.assign(procedure=f"A{number}", group=f"A{number}") for number in range(MOST_PROCEDURES + 1)
    ])  # fmt: skip
    return replace(comparison, standing=standing), None


def too_much() -> tuple[Comparison, Any]:
    comparison = named("A")
    lines = pd.concat([comparison.lines.assign(annual_cost_vnd=5 * 10**12)] * 200)
    return replace(comparison, lines=lines), "A"


PROVOKED: dict[str, tuple[Callable[[], tuple[Comparison, Any]], str, str]] = {
    "scm_form_empty": (nothing, "không có TTHC nào", "no procedure to write"),
    "scm_form_too_many": (too_many, "có 1001 TTHC", "1001 procedures"),
    "scm_form_sum_too_large": (too_much, "1000000000000000", "more than the 15 digits"),
}


@pytest.mark.parametrize("code", PROVOKED)
def test_what_cannot_be_written_is_refused(tmp_path: Path, code: str) -> None:
    make, vi, en = PROVOKED[code]
    comparison, procedures = make()
    with pytest.raises(InputFault) as error:
        write_scm_form(comparison, tmp_path / "form.xlsx", procedures=procedures)
    assert says(only(code, error.value.faults), vi, en)
    assert not list(tmp_path.iterdir())


def test_every_remark_of_the_room_is_provoked() -> None:
    assert set(PROVOKED) == codes_of("scm_writing")
