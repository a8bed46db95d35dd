"""Form 03/SCM-KSTT is read to the right đồng however it is laid out, or refused with what is to be mended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from remarks import codes_of, only, says
from scm_forms import (
    AFTER,
    BEFORE,
    CASE_7,
    GROUPS,
    HEADINGS,
    PLAIN,
    Case,
    FormLine,
    Page,
    Style,
    cases,
    changed,
    pages,
    save_pages,
    styles,
)
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, MismatchError
from tthc_cost.io.scm.figures import unit_of_heading
from tthc_cost.io.scm.headings import heading_meaning
from tthc_cost.io.scm.layout import ScmLayout, default_layout
from tthc_cost.io.scm.reading import read_scm_form, read_scm_forms
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.errors import Remark
    from tthc_cost.review import Review

COLUMNS = tuple(HEADINGS)
NUMBER, WORK, ACTIVITY, EFFORT, RATE, SERVICE, FEE, FREQUENCY, POPULATION, PER_CASE, ANNUAL, NOTE = range(12)
CASE_7_COSTS = (22_527_200, 13_074_200)

STYLES = {
    "as the circular prints it": Style(comparison=True, column_numbers=True),
    "columns reversed": Style(order=tuple(reversed(COLUMNS))),
    "a sheet for each state": Style(sheets="two", groups="cells", numbering=""),
    "side by side": Style(sheets="side", groups="cells"),
    "groups and volumes merged": Style(groups="merged", volume="merged", numbering="1"),
    "only what is needed": Style(
        order=("number", "work", "effort", "rate", "fee", "frequency", "population"), totals=False, numbering="a"
    ),
    "minutes and thousands, headings in two rows": Style(
        time="phút", money="nghìn đồng", unit_line=True, two_rows=True, comparison=True
    ),
    "volumes in the letterhead, headings again in block II": Style(
        volume="letterhead", numbering="-", again=True, blank_rows=True
    ),
    "numbers typed as text, volumes once": Style(
        order=tuple(name for name in COLUMNS if name != "activity"), texts=True, volume="first", numbering=""
    ),
    "the words of the total in a column of costs": Style(
        order=("case", "work", *(name for name in COLUMNS if name not in {"case", "work", "number"}), "number")
    ),
    "no letterhead, hidden rows": Style(letterhead=0, two_rows=True, hidden=True, totals=False),
}


def costs(review: Review) -> tuple[int, int]:
    total = compare(review).total
    return int(total.baseline), int(total.simplified)


def read(folder: Path, made: list[Page], **options: Any) -> Review:
    return read_scm_form(save_pages(folder / "bieu 03.xlsx", made), **options)


def faults(folder: Path, made: list[Page], **options: Any) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as error:
        read(folder, made, **options)
    return error.value.faults


def page_with(of: Case = CASE_7, style: Style = PLAIN, **cells: Any) -> Page:
    """Return one page whose first line has other contents: ``effort=…``, ``fee=…``, and ``annual=…`` of it."""
    page = pages(of, style)[0]
    row, _ = page.find("Viết tờ trình")
    for name, value in cells.items():
        page.cells[row, COLUMNS.index(name)] = value
    return page


# The same figures in any layout


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
@pytest.mark.parametrize("name", STYLES)
def test_one_case_costs_the_same_in_every_layout(name: str, suffix: str, tmp_path: Path) -> None:
    path = save_pages(tmp_path / f"bieu 03.{suffix}", pages(CASE_7, STYLES[name]))
    review = read_scm_form(path)
    assert costs(review) == CASE_7_COSTS
    assert not review.warnings
    assert review.decisions["decision"].tolist() == ["amend"]
    for state in (review.baseline, review.simplified):
        assert state.activities["stage"].tolist() == ["preparation", "submission", "result"]
        assert state.activities["bearer"].unique().tolist() == ["requester"]
        assert state.activities["grade"].unique().tolist() == ["mức 45.265 đồng/giờ"]
    assert review.baseline.procedures["procedure"].tolist() == ["1.004080"]
    assert review.baseline.procedures["name"].tolist() == ["Nâng bậc lương thường xuyên"]


@given(cases(), styles())
@settings(max_examples=6)
def test_any_layout_costs_what_the_oracle_says(
    tmp_path_factory: pytest.TempPathFactory, case: Case, style: Style
) -> None:
    review = read(tmp_path_factory.mktemp("form"), pages(case, style))
    assert costs(review) == (case.cost(BEFORE), case.cost(AFTER))
    assert not [one for one in review.warnings if one.code.startswith("scm_differs")]
    by_name = review.baseline.activities.set_index("name")["activity"].to_dict()
    for row in review.simplified.activities.itertuples():
        assert by_name[row.name] == row.activity


# Several procedures, several files


def test_one_sheet_a_procedure_gives_a_review_of_all(tmp_path: Path) -> None:
    made = []
    for number in (1, 2):
        (page,) = pages(replace(CASE_7, code=f"1.00000{number}", name=f"Thủ tục số {number}"))
        page.name = f"TTHC {number}"
        made.append(page)
    review = read(tmp_path, made)
    assert review.baseline.procedures["procedure"].tolist() == ["1.000001", "1.000002"]
    assert costs(review) == (2 * CASE_7_COSTS[0], 2 * CASE_7_COSTS[1])


def test_procedures_one_below_the_other_on_a_sheet_are_told_apart(tmp_path: Path) -> None:
    first, second = (pages(replace(CASE_7, code=f"1.00000{number}", name=f"Thủ tục {number}"))[0] for number in (1, 2))
    below = first.row + 2
    first.cells |= {(row + below, column): value for (row, column), value in second.cells.items()}
    first.merged += [(top + below, left, low + below, right) for top, left, low, right in second.merged]
    review = read(tmp_path, [first])
    assert review.baseline.procedures["procedure"].tolist() == ["1.000001", "1.000002"]


def test_pairs_of_sheets_belong_together_by_what_their_names_share(tmp_path: Path) -> None:
    made = []
    for number in (1, 2):
        for page, words in zip(
            pages(replace(CASE_7, code=None, name=None), Style(sheets="two")), ("HT", "sau ĐGH"), strict=True
        ):
            page.name = f"TT{number} {words}"
            made.append(page)
    review = read(tmp_path, made)
    assert review.baseline.procedures["procedure"].tolist() == ["bieu 03-TT1 HT", "bieu 03-TT2 HT"]
    assert costs(review) == (2 * CASE_7_COSTS[0], 2 * CASE_7_COSTS[1])


def test_a_chart_sheet_and_a_cover_matter_not(tmp_path: Path) -> None:
    cover = Page(
        "Bìa", {(0, 0): "Mã TTHC: 2.000123", (1, 0): "Tên TTHC: Điều động công chức", (2, 0): "Lĩnh vực: Nội vụ"}
    )
    chart = Page(
        "BIỂU ĐỒ SO SÁNH", {(0, 0): "Chi phí hiện tại", (0, 1): 22_527_200, (1, 0): "Chi phí sau ĐGH", (1, 1): 1}
    )
    review = read(tmp_path, [cover, *pages(replace(CASE_7, code=None, name=None), Style(sheets="two")), chart])
    procedure = review.baseline.procedures.iloc[0]
    assert (procedure["procedure"], procedure["name"], procedure["field"]) == (
        "2.000123",
        "Điều động công chức",
        "Nội vụ",
    )
    differs = only("scm_differs", review.warnings)
    assert (differs.place.sheet, differs.place.cell) == ("BIỂU ĐỒ SO SÁNH", "B2")


def test_a_folder_is_one_review_and_its_progress_is_told(tmp_path: Path) -> None:
    for number, suffix in enumerate(("xlsx", "xls"), start=1):
        save_pages(tmp_path / f"so {number}" / f"bieu.{suffix}", pages(replace(CASE_7, code=f"1.00000{number}")))
    told: list[tuple[str, int, int]] = []
    review = read_scm_forms(tmp_path, lambda *said: told.append(said))
    assert told == [("so 1/bieu.xlsx", 1, 2), ("so 2/bieu.xls", 2, 2)]
    assert costs(review) == (2 * CASE_7_COSTS[0], 2 * CASE_7_COSTS[1])
    assert len(review.baseline.rates) == 1


def test_faults_of_all_files_come_at_once_and_in_the_order_of_files(tmp_path: Path) -> None:
    save_pages(tmp_path / "b.xlsx", [page_with(effort="nhiều giờ")])
    save_pages(tmp_path / "a.xlsx", [page_with(replace(CASE_7, code="2"), fee=-1)])
    (tmp_path / "c.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(InputFault) as error:
        read_scm_forms(tmp_path)
    assert [(one.place.file, one.place.cell, one.code) for one in error.value.faults] == [
        ("a.xlsx", "G9", "figure_negative"),
        ("b.xlsx", "D9", "figure_unreadable"),
        ("c.xlsx", None, "file_not_workbook"),
    ]


def test_one_code_in_two_files_is_a_fault(tmp_path: Path) -> None:
    for name in "ab":
        save_pages(tmp_path / f"{name}.xlsx", pages(CASE_7))
    with pytest.raises(InputFault) as error:
        read_scm_forms(tmp_path)
    assert "duplicate_key" in {one.code for one in error.value.faults}


# The letterhead


def test_letterhead_is_read_wherever_it_stands(tmp_path: Path) -> None:
    page = page_with(replace(CASE_7, code=None, name=None))
    page.merged.clear()
    page.cells[1, 6] = "Mã TTHC: 1.004080 - Lĩnh vực: Cán bộ, công chức"
    page.cells[2, 8], page.cells[2, 9] = "Tên thủ tục hành chính:", "Nâng bậc lương (NB-07)"
    page.cells[0, 6] = "Cơ quan giải quyết: Sở Nội vụ"
    procedure = read(tmp_path, [page]).baseline.procedures.iloc[0]
    assert procedure[["procedure", "name", "field", "agency"]].tolist() == [
        "1.004080", "Nâng bậc lương (NB-07)", "Cán bộ, công chức", "Sở Nội vụ",
    ]  # fmt: skip


def test_a_form_without_code_and_name_takes_those_of_its_file(tmp_path: Path) -> None:
    review = read(tmp_path, pages(replace(CASE_7, code=None, name=None)))
    assert review.baseline.procedures[["procedure", "name"]].iloc[0].tolist() == ["bieu 03", "bieu 03"]
    assert says(only("scm_code_made", review.notes), "«bieu 03»", "«bieu 03»")
    assert says(only("scm_name_made", review.notes), "tạm dùng", "serves")


def test_a_code_that_excel_made_a_number_is_refused(tmp_path: Path) -> None:
    page = page_with()
    page.cells[page.find("1.004080")] = 1.00408
    assert says(faults(tmp_path, [page])[0], "1.00408", "format the cell as text")


# Cells


@pytest.mark.parametrize(
    ("effort", "hours"),
    [
        (dt.time(1, 30), 1.5), (dt.timedelta(hours=26), 26), ("45 phút", 0.75), ("0,5", 0.5), ("1 giờ 30 phút", 1.5),
        ("-", 0), ("không", 0), ("3 người x 2 giờ", 6),
    ],
)  # fmt: skip
def test_hours_are_read_as_they_are_typed(effort: object, hours: float, tmp_path: Path) -> None:
    review = read(tmp_path, [page_with(effort=effort, fee=1, case=None, annual=None)])
    assert review.baseline.activities["effort_hours"].iloc[0] == hours


@pytest.mark.parametrize(
    ("fee", "vnd"), [("1.500.000", 1_500_000), ("20 nghìn đồng", 20_000), ("1,5 triệu", 1_500_000)]
)
def test_money_is_read_as_it_is_typed(fee: str, vnd: int, tmp_path: Path) -> None:
    review = read(tmp_path, [page_with(fee=fee, case=None, annual=None)])
    assert review.baseline.activities["fee_vnd"].iloc[0] == vnd


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"effort": "5 ngày làm việc"}, "effort_is_elapsed"),
        ({"effort": dt.datetime(2023, 3, 1)}, "scm_cell_is_date"),
        ({"fee": dt.time(1, 30)}, "scm_cell_is_date"),
        ({"effort": "nt"}, "scm_ditto_of_nothing"),
        ({"effort": "=1/0"}, "cell_not_calculated"),
        ({"effort": None, "fee": None, "case": None, "annual": None}, "scm_line_without_figures"),
        ({"effort": None, "fee": None, "case": None}, "scm_cost_without_figures"),
        ({"activity": None, "number": None}, "scm_line_without_name"),
        ({"population": "0,5"}, "not_whole"),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_fault_at_its_cell(cells: dict[str, Any], code: str, tmp_path: Path) -> None:
    fault = faults(tmp_path, [page_with(**cells)])[0]
    assert fault.code == code
    assert fault.place.cell
    assert int(fault.place.cell[1:]) == 9 or code == "not_whole"


def test_ditto_takes_the_value_above_and_says_so(tmp_path: Path) -> None:
    page = page_with()
    row, _ = page.find("Nộp trực tiếp")
    page.cells |= {(row, RATE): "nt", (row, FREQUENCY): "″", (row, POPULATION): "như trên"}
    review = read(tmp_path, [page])
    assert costs(review) == CASE_7_COSTS
    notes = [one for one in review.notes if one.code == "scm_ditto"]
    assert len(notes) == 3
    assert says(notes[0], "E11", "E9")


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("frequency", "Số lần thực hiện/01 tháng"),
        ("frequency", "Số lần thực hiện/quý"),
        ("frequency", "Số lần thực hiện/2 năm"),
        ("population", "Số lượng đối tượng tuân thủ/01 tháng"),
        ("population", "Số lượng đối tượng tuân thủ/06 tháng"),
        ("population", "Số lượng đối tượng tuân thủ giai đoạn 2020-2022"),
        ("vnd_per_hour", "Mức thu nhập bình quân/01 người/01 tháng (đồng)"),
        ("vnd_per_hour", "Mức TNBQ/01 người/01 ngày làm việc (đồng)"),
    ],
)
def test_a_heading_of_another_period_is_refused_not_taken_for_a_year_or_an_hour(column: str, heading: str) -> None:
    with pytest.raises(InputFault) as caught:
        unit_of_heading(column, heading, default_layout())
    assert caught.value.faults[0].code == "scm_unit_unknown"


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("frequency", "Số lần thực hiện/01 năm"),
        ("population", "Số lượng đối tượng tuân thủ/01 năm"),
        ("vnd_per_hour", "Mức TNBQ/01 người/01 giờ làm việc (đồng)"),
    ],
)
def test_the_periods_of_the_official_form_are_understood(column: str, heading: str) -> None:
    unit_of_heading(column, heading, default_layout())


def test_how_many_people_work_is_no_column_to_pass_over() -> None:
    assert heading_meaning("Người thực hiện", default_layout()) == "ignored"
    assert heading_meaning("Số người thực hiện", default_layout()) is None
    assert heading_meaning("Số lượng người thực hiện (người)", default_layout()) is None


@pytest.mark.parametrize("volume", ["first", "merged", "letterhead"])
def test_what_is_given_once_holds_for_all_lines_and_is_noted(volume: str, tmp_path: Path) -> None:
    review = read(tmp_path, pages(CASE_7, Style(volume=volume)))
    assert costs(review) == CASE_7_COSTS
    code = "scm_merged" if volume == "merged" else "scm_stated_once"
    notes = [one for one in review.notes if one.code == code]
    assert len(notes) == 4
    assert says(notes[0], "số lần", "holds for")


def test_a_blank_volume_takes_that_of_the_line_above_in_its_group(tmp_path: Path) -> None:
    twice = replace(CASE_7.before[0], name="Sao chụp", population=40)
    other = replace(CASE_7.before[2], population=40, frequency=Fraction(2))
    page = page_with(Case((CASE_7.before[0], twice, other), (CASE_7.after[0], twice, other)))
    row, _ = page.find("Sao chụp")
    del page.cells[row, FREQUENCY]
    review = read(tmp_path, [page])
    assert review.baseline.activities["frequency"].tolist() == [1, 1, 2]
    assert says(only("scm_carried", review.notes), "H9", "H10")


def test_a_volume_that_nothing_states_is_a_fault(tmp_path: Path) -> None:
    page = page_with()
    for name in ("Viết tờ trình", "Nộp trực tiếp", "Nhận tại Bộ phận Một cửa"):
        del page.cells[page.find(name)[0], POPULATION]
    found = [one for one in faults(tmp_path, [page]) if one.code == "scm_figure_missing"]
    assert [one.place.cell for one in found] == ["I9", "I11", "I13"]
    assert says(found[0], "Số lượng đối tượng: 40", "letterhead")


def test_hours_or_money_of_a_merged_cell_cannot_be_shared_out(tmp_path: Path) -> None:
    twice = replace(CASE_7.before[0], name="Sao chụp")
    page = page_with(Case((CASE_7.before[0], twice), CASE_7.after))
    row, _ = page.find("Sao chụp")
    del page.cells[row, EFFORT]
    page.merged.append((row - 1, EFFORT, row, EFFORT))
    assert says(only("scm_merged_figure", faults(tmp_path, [page])), "tách ô gộp", "unmerge")


def test_formulas_count_with_the_value_that_was_saved(tmp_path: Path) -> None:
    import xlsxwriter  # noqa: PLC0415 - openpyxl saves no values of formulas

    (page,) = pages(CASE_7)
    cell = (page.find("Viết tờ trình")[0], EFFORT)
    path = tmp_path / "bieu.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Biểu 03")
        for at, value in page.cells.items():
            sheet.write_formula(*at, "=4*2", None, 8) if at == cell else sheet.write(*at, value)
    review = read_scm_form(path)
    assert costs(review) == CASE_7_COSTS
    assert says(only("scm_formulas", review.notes), "D9", "formulas")


def test_hidden_rows_count_and_are_noted(tmp_path: Path) -> None:
    review = read(tmp_path, pages(CASE_7, Style(hidden=True)))
    assert costs(review) == CASE_7_COSTS
    assert says(next(one for one in review.notes if one.code == "scm_hidden_rows"), "9, 11, 13", "hidden")


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_an_old_copy_on_a_hidden_sheet_does_not_count_and_a_warning_says_so(tmp_path: Path, ending: str) -> None:
    made = pages(CASE_7, Style(sheets="two"))
    old_copy = replace(pages(changed(CASE_7, hours=Fraction(9)), Style(sheets="two"))[1], name="Bản cũ", is_hidden=True)
    review = read_scm_form(save_pages(tmp_path / f"bieu.{ending}", [old_copy, *made]))
    assert costs(review) == CASE_7_COSTS
    assert says(only("scm_hidden_sheet", review.warnings), "Bản cũ", "Unhide")


def test_a_block_on_a_hidden_sheet_is_missed_and_the_mend_says_to_unhide_it(tmp_path: Path) -> None:
    before, after = pages(CASE_7, Style(sheets="two"))
    (fault,) = faults(tmp_path, [before, replace(after, is_hidden=True)])
    assert fault.code == "scm_block_missing"
    assert says(fault, "Unhide", "unhide")
    (fault,) = faults(tmp_path, [replace(before, is_hidden=True), replace(after, is_hidden=True), Page("Trang 1")])
    assert fault.code == "scm_no_table"
    assert says(fault, "Unhide", "Trang 1")


# Headings and units


def heading_changed(old: str, new: str | None, style: Style = PLAIN) -> list[Page]:
    (page,) = pages(CASE_7, style)
    cell = page.find(old)
    page.cells[cell] = new
    return [page]


@pytest.mark.parametrize(
    "heading",
    ["THỜI  GIAN\nTHỰC HIỆN (Giờ)", "Thời gian thực hiện (giờ)", "Thời gian", "thời gian thực hiện\n(tính cả đi lại)"],
)
def test_headings_are_found_by_their_words(heading: str, tmp_path: Path) -> None:
    assert costs(read(tmp_path, heading_changed("Thời gian thực hiện (giờ)", heading))) == CASE_7_COSTS


def test_a_unit_in_a_heading_scales_its_column_exactly_and_is_noted(tmp_path: Path) -> None:
    page = page_with(style=Style(time="phút", money="nghìn đồng"), effort=100, fee="20,5", case=None, annual=None)
    review = read(tmp_path, [page])
    line = review.baseline.activities.iloc[0]
    assert line["effort_hours"] == 100 / 60
    assert line["fee_vnd"] == 20_500
    notes = [one for one in review.notes if one.code == "scm_unit_scaled"]
    assert says(notes[0], "1/60", "1/60")


def test_a_number_typed_as_text_under_thousands_may_have_two_readings(tmp_path: Path) -> None:
    fault = faults(tmp_path, [page_with(style=Style(money="nghìn đồng"), fee="1.500")])[0]
    assert (fault.code, fault.place.cell) == ("figure_has_two_readings", "G9")


@pytest.mark.parametrize("unit", ["ngày làm việc", "USD", "trđ/tháng"])
def test_a_unit_that_is_none_is_a_fault(unit: str, tmp_path: Path) -> None:
    fault = only(
        "scm_unit_unknown", faults(tmp_path, heading_changed("Thời gian thực hiện (giờ)", f"Thời gian ({unit})"))
    )
    assert fault.place.cell == "D6"
    assert says(fault, "giờ", "[units]")


def test_an_unknown_unit_of_the_whole_table_is_a_fault(tmp_path: Path) -> None:
    page = page_with()
    page.cells[1, 8] = "Đơn vị tính: cái"
    page.merged.pop(1)
    assert only("scm_unit_unknown", faults(tmp_path, [page])).place.cell == "I2"


def test_a_missing_heading_is_named_with_those_understood(tmp_path: Path) -> None:
    fault = only("scm_heading_missing", faults(tmp_path, heading_changed("Thời gian thực hiện (giờ)", "Abc")))
    assert says(fault, "«thời gian»", "lacks")


def test_two_columns_of_one_meaning_are_a_fault_unless_they_add_up(tmp_path: Path) -> None:
    twice = heading_changed("Ghi chú", "Số lần thực hiện trong năm")
    assert says(only("scm_heading_twice", faults(tmp_path, twice)), "H6, L6", "H6, L6")
    added = heading_changed("Ghi chú", "Thời gian đi lại (phút)")
    row, _ = added[0].find("Viết tờ trình")
    added[0].cells[row, NOTE] = 30
    added[0].cells[row, PER_CASE] = added[0].cells[row, ANNUAL] = None
    review = read(tmp_path, added)
    assert review.baseline.activities["effort_hours"].iloc[0] == 8.5
    assert says(only("scm_columns_added", review.notes), "D6, L6", "added")


def test_figures_under_a_heading_that_is_not_understood_are_not_dropped(tmp_path: Path) -> None:
    made = heading_changed("Ghi chú", "Tiền chứng thực")
    made[0].cells[made[0].find("Viết tờ trình")[0], NOTE] = 5_000
    fault = only("scm_column_unknown", faults(tmp_path, made))
    assert fault.place.cell == "L6"
    assert says(fault, "mất chi phí", "lose costs")
    layout = ScmLayout.from_toml('[columns]\nother_vnd = ["tiền chứng thực"]')
    review = read(tmp_path, made, layout=layout)
    assert review.baseline.activities["other_vnd"].iloc[0] == 5_000


def test_a_file_without_a_cost_table_is_a_fault(tmp_path: Path) -> None:
    fault = only("scm_no_table", faults(tmp_path, [Page("Sheet1", {(0, 0): "Danh mục TTHC"})]))
    assert says(fault, "Sheet1", "Sheet1")


# Blocks and decisions


def test_equal_lines_keep_the_procedure_and_save_nothing(tmp_path: Path) -> None:
    review = read(tmp_path, pages(Case(CASE_7.before, CASE_7.before)))
    assert review.decisions["decision"].tolist() == ["keep"]
    assert compare(review).total.saving == 0


def without_after(title: str | None) -> list[Page]:
    (page,) = pages(CASE_7)
    row, _ = page.find("II. CHI PHÍ SAU ĐƠN GIẢN HÓA")
    page.cells = {cell: value for cell, value in page.cells.items() if cell[0] < row}
    if title:
        page.cells[row, 0] = title
    return [page]


@pytest.mark.parametrize(
    ("title", "decision", "saved"),
    [
        ("II. Sau đơn giản hóa: bãi bỏ TTHC", "abolish", CASE_7_COSTS[0]),
        ("II. Sau đơn giản hóa: giữ nguyên", "keep", 0),
    ],
)
def test_a_block_in_words_is_a_decision(title: str, decision: str, saved: int, tmp_path: Path) -> None:
    review = read(tmp_path, without_after(title))
    assert review.decisions["decision"].tolist() == [decision]
    assert compare(review).total.saving == saved


def test_a_missing_or_empty_block_is_no_saving(tmp_path: Path) -> None:
    assert says(only("scm_block_missing", faults(tmp_path, without_after(None))), "sau đơn giản hóa", "not a saving")
    empty = without_after("II. Chi phí sau đơn giản hóa")
    assert says(only("scm_block_empty", faults(tmp_path, empty)), "bãi bỏ", "not a saving")


def test_a_missing_current_block_is_a_fault(tmp_path: Path) -> None:
    fault = only("scm_block_missing", faults(tmp_path, pages(CASE_7, Style(sheets="two"))[1:]))
    assert says(fault, "«hiện tại»", "«hiện tại»")


def test_two_blocks_of_one_state_are_a_fault(tmp_path: Path) -> None:
    made = heading_changed("II. CHI PHÍ SAU ĐƠN GIẢN HÓA", "II. CHI PHÍ HIỆN TẠI")
    assert "scm_block_twice" in {one.code for one in faults(tmp_path, made)}


def test_a_table_of_no_state_is_a_fault(tmp_path: Path) -> None:
    made = pages(CASE_7, Style(sheets="two"))
    made[0].name = "Sheet1"
    assert says(only("scm_state_unknown", faults(tmp_path, made)), "I. Chi phí hiện tại", "unclear")


# Lines


def test_lines_are_matched_by_name_whatever_their_order_and_numbering(tmp_path: Path) -> None:
    review = read(tmp_path, pages(Case(CASE_7.before, tuple(reversed(CASE_7.after)))))
    before = review.baseline.activities.set_index("name")["activity"]
    after = review.simplified.activities.set_index("name")["activity"]
    assert (
        before.to_dict()
        == after.to_dict()
        == {"Viết tờ trình": "1.1", "Nộp trực tiếp": "2.1", "Nhận tại Bộ phận Một cửa": "3.1"}
    )


def test_lines_of_other_names_are_matched_by_their_number(tmp_path: Path) -> None:
    review = read(tmp_path, pages(changed(CASE_7, name="Soạn tờ trình điện tử")))
    assert costs(review) == CASE_7_COSTS
    assert says(only("scm_matched_by_number", review.notes), "«Viết tờ trình»", "«Soạn tờ trình điện tử»")
    assert review.simplified.activities["activity"].iloc[0] == "1.1"


def test_lines_of_one_block_only_are_listed(tmp_path: Path) -> None:
    case = Case(CASE_7.before, (replace(CASE_7.before[0], group="processing", name="Thẩm tra"), *CASE_7.after[1:]))
    page = page_with(case)
    review = read(tmp_path, [page])
    assert says(only("scm_lines_removed", review.notes), "«Viết tờ trình»", "Viết tờ trình")
    assert says(only("scm_lines_added", review.notes), "«Thẩm tra»", "Thẩm tra")
    codes = set(review.baseline.activities["activity"]) & set(review.simplified.activities["activity"])
    assert len(codes) == 2
    assert review.simplified.activities["stage"].iloc[0] == "processing"


def test_a_group_that_is_left_blank_after_is_no_saving(tmp_path: Path) -> None:
    page = page_with()
    row, _ = [cell for cell in sorted(page.cells) if page.cells[cell] == "Nộp trực tiếp"][1]
    page.cells = {cell: value for cell, value in page.cells.items() if cell[0] != row}
    assert says(only("scm_group_blank", faults(tmp_path, [page])), "«Nộp hồ sơ»", "blank is not zero")
    page.cells[row - 1, NOTE] = "bãi bỏ"
    assert costs(read(tmp_path, [page]))[1] == CASE_7_COSTS[1] - CASE_7.after[1].annual


def test_a_group_may_be_a_line_itself(tmp_path: Path) -> None:
    case = Case(
        tuple(replace(line, name=GROUPS[line.group]) for line in CASE_7.before),
        tuple(replace(line, name=GROUPS[line.group]) for line in CASE_7.after),
    )
    made = pages(case, Style(order=tuple(name for name in COLUMNS if name != "activity"), numbering="", groups="rows"))
    for row in [cell[0] for cell in sorted(made[0].cells) if made[0].cells[cell] in GROUPS.values()][::2]:
        del made[0].cells[row, WORK]
    assert costs(read(tmp_path, made)) == CASE_7_COSTS


def test_a_subtotal_is_not_counted_again_and_one_that_is_none_is_a_fault(tmp_path: Path) -> None:
    twice = replace(CASE_7.before[0], name="Sao chụp", hours=Fraction(1))
    case = Case((CASE_7.before[0], twice), (CASE_7.before[0], twice))
    page = page_with(case)
    row, _ = page.find("Chuẩn bị hồ sơ")
    page.cells |= {(row, EFFORT): 9, (row, FEE): 40_000, (row, ANNUAL): case.cost(BEFORE)}
    review = read(tmp_path, [page])
    assert costs(review)[0] == case.cost(BEFORE)
    assert not review.warnings
    page.cells[row, EFFORT] = 10
    assert says(only("scm_group_or_line", faults(tmp_path, [page])), "dòng cộng", "a sum")


def test_signatures_and_footnotes_below_the_table_matter_not(tmp_path: Path) -> None:
    page = page_with()
    page.cells |= {(page.row + 1, 1): "NGƯỜI LẬP BIỂU", (page.row + 1, 8): "Lai Châu, ngày 15 tháng 3 năm 2023"}
    page.cells[page.row + 3, 0] = "Ghi chú: số liệu khảo sát tại 12 cơ quan"
    assert costs(read(tmp_path, [page])) == CASE_7_COSTS


def test_an_activity_may_begin_as_a_sum_does(tmp_path: Path) -> None:
    case = Case(
        tuple(replace(line, name=f"Tổng hợp {line.name}") for line in CASE_7.before),
        tuple(replace(line, name=f"Tổng số hóa {line.name}") for line in CASE_7.after),
    )
    assert costs(read(tmp_path, pages(case, Style(totals=False)))) == CASE_7_COSTS


def test_a_sum_may_add_hours_too_but_no_other_ones(tmp_path: Path) -> None:
    page = page_with()
    row, _ = sum_cell(page, 0)
    page.cells[row, EFFORT] = 12
    assert costs(read(tmp_path, [page])) == CASE_7_COSTS
    page.cells[row, EFFORT] = 13
    assert only("scm_group_or_line", faults(tmp_path, [page])).place.cell == "D14"


def test_an_activity_about_abolishing_is_not_abolished(tmp_path: Path) -> None:
    made = without_after("II. Chi phí sau đơn giản hóa")
    page = made[0]
    page.cells |= {
        (page.row, 1): "Chuẩn bị hồ sơ",
        (page.row + 1, 0): "1.1",
        (page.row + 1, 2): "Soạn quyết định bãi bỏ",
    }
    page.cells |= {(page.row + 2, 0): "1.2", (page.row + 2, 2): "Viết tờ trình"}
    codes = [one.code for one in faults(tmp_path, made)]
    assert codes == ["scm_line_without_figures", "scm_line_without_figures", "scm_block_empty"]


@pytest.mark.parametrize("cells", [{"note": "Bãi bỏ"}, {"activity": "Viết tờ trình (bãi bỏ)"}, {"effort": "bãi bỏ"}])
def test_a_line_that_says_it_is_gone_is_cut(cells: dict[str, str], tmp_path: Path) -> None:
    page = page_with()
    row = [cell for cell in sorted(page.cells) if page.cells[cell] == "Viết tờ trình"][1][0]
    for column in (EFFORT, FEE, PER_CASE, ANNUAL):
        del page.cells[row, column]
    for name, value in cells.items():
        page.cells[row, COLUMNS.index(name)] = value
    page.cells[sum_cell(page, 1)] = 13_074_200 - CASE_7.after[0].annual
    review = read(tmp_path, [page])
    assert costs(review) == (CASE_7_COSTS[0], 13_074_200 - CASE_7.after[0].annual)
    assert says(only("scm_lines_removed", review.notes), "«Viết tờ trình»", "Viết tờ trình")


def test_a_procedure_that_is_new_has_no_current_cost(tmp_path: Path) -> None:
    page = page_with()
    first, _ = page.find("I. CHI PHÍ HIỆN TẠI")
    last, _ = page.find("II. CHI PHÍ SAU ĐƠN GIẢN HÓA")
    page.cells = {cell: value for cell, value in page.cells.items() if not first < cell[0] < last}
    page.cells[first + 1, 1] = "TTHC chưa có ở thời điểm này"
    assert costs(read(tmp_path, [page])) == (0, CASE_7_COSTS[1])


# Rates and populations


def test_a_rate_that_changes_with_the_state_is_no_saving(tmp_path: Path) -> None:
    case = Case(CASE_7.before, tuple(replace(line, rate=30_000) for line in CASE_7.after))
    review = read(tmp_path, pages(case))
    assert says(next(one for one in review.warnings if one.code == "scm_rate_changed"), "45.265", "30.000")
    with pytest.raises(MismatchError):
        compare(review)
    total = compare(review, RateTable.from_table(review.baseline.rates)).total
    assert (total.baseline, total.simplified) == CASE_7_COSTS


def test_a_line_may_move_to_another_rate_of_the_current_block(tmp_path: Path) -> None:
    dear = (replace(CASE_7.before[0], rate=59_422), *CASE_7.before[1:])
    case = Case(dear, CASE_7.after)
    review = read(tmp_path, pages(case))
    assert says(only("scm_rate_moved", review.warnings), "59.422", "45.265")
    assert costs(review) == (case.cost(BEFORE), case.cost(AFTER))


def test_a_line_of_another_grade_has_another_rate(tmp_path: Path) -> None:
    case = Case(CASE_7.before, (replace(CASE_7.after[0], rate=30_000), *CASE_7.after[1:]))
    page = page_with(case)
    page.cells[page.find("Ghi chú")] = "Ngạch công chức"
    lines = [cell[0] for cell in sorted(page.cells) if page.cells[cell] == "Viết tờ trình"]
    page.cells |= {(lines[0], NOTE): "A1/3", (lines[1], NOTE): "B/4"}
    review = read(tmp_path, [page])
    assert says(only("scm_rate_moved", review.warnings), "30.000", "another grade")
    assert costs(review)[1] == case.cost(AFTER)


def test_a_new_line_at_a_rate_of_its_own_is_no_saving(tmp_path: Path) -> None:
    new = FormLine("other", "Họp", Fraction(1), rate=20_000)
    review = read(tmp_path, pages(Case(CASE_7.before, (*CASE_7.after, new))))
    assert says(only("scm_rate_new", review.warnings), "20.000", "«Họp»")
    with pytest.raises(MismatchError):
        compare(review)


def test_the_rate_that_is_multiplied_is_whole(tmp_path: Path) -> None:
    page = page_with(rate=45_265.15, case=8 * 45_265.15 + 20_000, annual=40 * (8 * 45_265.15 + 20_000))
    review = read(tmp_path, [page])
    assert costs(review)[0] == CASE_7_COSTS[0]
    assert only("scm_rate_rounded", review.notes).place.cell == "E9"
    differs = [one for one in review.warnings if one.code == "scm_differs_rate"]
    assert [one.place.cell for one in differs] == ["J9", "K9"]
    assert says(differs[1], "15.284.848", "48")


def test_a_population_that_falls_is_costed_as_it_was(tmp_path: Path) -> None:
    case = Case(CASE_7.before, tuple(replace(line, population=20) for line in CASE_7.after))
    review = read(tmp_path, pages(case))
    assert costs(review) == CASE_7_COSTS
    assert says(only("scm_population_changed", review.warnings), "40", "20")


def test_populations_that_differ_by_line_need_one_for_the_procedure(tmp_path: Path) -> None:
    split = (CASE_7.after[0], replace(CASE_7.after[1], population=30))
    case = Case(CASE_7.before, tuple(replace(line, population=line.population - 5) for line in split))
    page = page_with(case)
    assert says(only("scm_population_unclear", faults(tmp_path, [page])), "40", "35")
    page.cells[2, 0] = "Số lượng đối tượng: 40"
    assert costs(read(tmp_path, [page]))[1] == case.cost(AFTER)


# What the form states is held against ours


def sum_cell(page: Page, block: int) -> tuple[int, int]:
    return [cell for cell in sorted(page.cells) if page.cells[cell] == "TỔNG CỘNG"][block][0], ANNUAL


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda page: page.cells.update({sum_cell(page, 0): 22_527_201}), "scm_differs"),
        (lambda page: page.cells.update({sum_cell(page, 0): 22_527_200 - 3_621_200}), "scm_differs"),
        (lambda page: page.cells.update({sum_cell(page, 0): 22_527_200 - 15_284_800}), "scm_differs_left_out"),
        (lambda page: page.cells.update({sum_cell(page, 1): 13_074.2}), "scm_differs_thousand"),
        (lambda page: page.cells.update({(page.find("Viết tờ trình")[0], ANNUAL): 382_120}), "scm_differs_volume"),
    ],
)
def test_a_difference_is_reported_with_its_cause_and_changes_nothing(
    change: Callable[[Page], None], code: str, tmp_path: Path
) -> None:
    page = page_with()
    change(page)
    review = read(tmp_path, [page])
    assert costs(review) == CASE_7_COSTS
    assert [one.code for one in review.warnings] == [code]
    assert review.warnings[0].place.cell
    assert says(review.warnings[0], "tính lại", "worked out")


def test_a_case_rounded_before_it_is_multiplied_explains_the_difference(tmp_path: Path) -> None:
    line = FormLine("preparation", "Viết tờ trình", Fraction(1, 2), population=1_000)
    page = page_with(Case((line,), (line,)), case=22_633, annual=22_633_000)
    page.cells[sum_cell(page, 0)] = 22_633_000
    review = read(tmp_path, [page])
    assert [one.code for one in review.warnings] == ["scm_differs_case", "scm_differs_case"]
    assert costs(review)[0] == 22_632_500


def test_a_total_of_lines_that_are_off_says_so(tmp_path: Path) -> None:
    page = page_with(annual=15_000_000)
    page.cells[sum_cell(page, 0)] = 22_242_400
    review = read(tmp_path, [page])
    assert [one.code for one in review.warnings] == ["scm_differs", "scm_differs_lines"]


def test_the_comparison_is_held_against_ours(tmp_path: Path) -> None:
    page = page_with(style=Style(comparison=True))
    page.cells[page.find("Chi phí tiết kiệm")[0], ANNUAL] = 9_500_000
    warning = only("scm_differs", read(tmp_path, [page]).warnings)
    assert says(warning, "9.453.000", "47.000")


# Layouts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a =", "scm_layout_not_toml"),
        ("[cot]\na = []", "scm_layout_unknown"),
        ("[columns]\nhours = ['x']", "scm_layout_unknown"),
        ("[columns]\nfrequency = 'x'", "scm_layout_value"),
        ("columns = 1", "scm_layout_value"),
        ("[units]\n'ngàn' = 3", "scm_layout_value"),
        ("bearer = 'ai đó'", "scm_layout_value"),
        ("[columns]\nfrequency = ['thời gian']", "scm_layout_ambiguous"),
    ],
)
def test_every_entry_of_a_layout_is_checked(text: str, code: str) -> None:
    with pytest.raises(InputFault) as error:
        ScmLayout.from_toml(text)
    assert only(code, error.value.faults).text("vi")


def test_a_layout_adds_words_units_and_who_bears_the_cost(tmp_path: Path) -> None:
    made = heading_changed("Thời gian thực hiện (giờ)", "Hao phí lao động (gc)")
    layout = ScmLayout.from_toml(
        'bearer = "resolver"\n[columns]\neffort_hours = ["hao phí lao động"]\n[units]\n"gc" = "giờ công"'
    )
    review = read(tmp_path, made, layout=layout)
    assert costs(review) == CASE_7_COSTS
    assert review.baseline.activities["bearer"].unique().tolist() == ["resolver"]


def test_every_remark_of_the_room_is_provoked_above() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_scm_*.py"))
    assert not {code for code in codes_of("scm") if f'"{code}"' not in source}
