"""Sums, units, titles, notes and signatures as departments write them: no đồng counts twice, none is lost unsaid."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remarks import only, says
from scm_forms import AFTER, BEFORE, CASE_7, GROUPS, HEADINGS, PLAIN, Case, FormLine, Page, Style, cases, pages, styles
from tthc_cost.errors import Place, Severity
from tthc_cost.io.opening import Sheet
from tthc_cost.io.scm.checks import check_block
from tthc_cost.io.scm.layout import default_layout
from tthc_cost.io.scm.table import read_scm_sheet

if TYPE_CHECKING:
    from tthc_cost.errors import Remark
    from tthc_cost.io.scm.lines import Line

NUMBER, WORK, ACTIVITY, EFFORT, RATE, SERVICE, FEE, FREQUENCY, POPULATION, PER_CASE, ANNUAL, NOTE = range(12)
CASE_7_COSTS = (22_527_200, 13_074_200)
FIRST_TITLE, SECOND_TITLE = "I. CHI PHÍ HIỆN TẠI", "II. CHI PHÍ SAU ĐƠN GIẢN HÓA"


def annual(line: Line) -> int:
    """Cost of a line by fractions."""
    one = {name: value or Fraction(0) for name, value in line.figures.items()}
    money = one["service_vnd"] + one["fee_vnd"] + one["other_vnd"]
    case = one["effort_hours"] * floor(one["vnd_per_hour"] + Fraction(1, 2)) + money
    return floor(case * one["frequency"] * one["population"] + Fraction(1, 2))


def read(page: Page) -> tuple[tuple[int, int], list[Remark]]:
    """Return what the two blocks of a page cost, and what was said of them."""
    height, width = (max(cell[axis] for cell in page.cells) + 1 for axis in (0, 1))
    cells = [
        ["" if (value := page.cells.get((row, at))) is None else value for at in range(width)] for row in range(height)
    ]
    sheet = Sheet(cells, {}, tuple(page.merged))
    (form,) = read_scm_sheet(sheet, Place("bieu.xlsx", page.name), default_layout())
    remarks = [*form.remarks, *(one for block in form.blocks for one in check_block(block))]
    costs = {block.state.value: sum(map(annual, block.lines)) for block in form.blocks}
    assert len(costs) == len(form.blocks)
    unfilled = [text for block in form.blocks for text, _ in block.unfilled]
    assert not unfilled
    return (costs.get(BEFORE, 0), costs.get(AFTER, 0)), remarks


def faults(page: Page) -> list[str]:
    return [one.code for one in read(page)[1] if one.severity is Severity.FAULT]


def plain(**changes: Any) -> Page:
    return pages(CASE_7, Style(**changes))[0]


def insert(page: Page, below: str, cells: dict[int, Any]) -> Page:
    """Put a row below the first one that holds a text."""
    at = page.find(below)[0]
    page.cells = {(row + (row > at), column): value for (row, column), value in page.cells.items()}
    page.merged = [(top + (top > at), left, low + (low > at), right) for top, left, low, right in page.merged]
    page.cells |= {(at + 1, column): value for column, value in cells.items()}
    return page


def put_below(cells: dict[tuple[int, int], Any], **changes: Any) -> Page:
    page = plain(**changes)
    page.cells |= {(page.row + 1 + row, column): value for (row, column), value in cells.items()}
    return page


# The same figures in any layout


@given(cases(), styles())
@example(
    Case((FormLine("fees", "Soạn", Fraction(0)),), (FormLine("fees", "Soạn", Fraction(0)),)),
    Style(order=("effort", *(name for name in HEADINGS if name != "effort"))),
)
@settings(max_examples=30)
def test_lines_cost_what_the_oracle_says_in_any_layout(case: Case, style: Style) -> None:
    costs: list[int] = []
    for page in pages(case, style):
        of_page, remarks = read(page)
        assert {one.code for one in remarks if one.severity is not Severity.NOTE} <= {"scm_line_like_sum"}
        costs += [cost for cost in of_page if cost or style.sheets == "one"]
    expected = [case.cost(BEFORE), case.cost(AFTER)]
    assert costs == ([one for one in expected if one] if style.sheets == "two" else expected)


# Sums that do not say so

FOUR = Case(
    (
        FormLine("preparation", "Viết tờ trình", Fraction(8), fee=20_000),
        FormLine("preparation", "Sao chụp", Fraction(1), fee=5_000),
        FormLine("submission", "Nộp trực tiếp", Fraction(2)),
        FormLine("result", "Nhận kết quả tại cơ quan", Fraction(2)),
    ),
    CASE_7.after,
)
FOUR_COSTS = (FOUR.cost(BEFORE), FOUR.cost(AFTER))
NOBODY_CAN_TELL = {
    "scm_sum_or_line", "scm_cost_without_figures", "scm_group_or_line", "scm_line_incomplete", "scm_line_without_name",
}  # fmt: skip
SUMS = (
    "Tổng cộng",
    "TỔNG",
    "Tổng thời gian",
    "Cộng dồn",
    "T. cộng",
    "Toàn bộ",
    "Toàn quy trình",
    "Tất cả các bước",
    "",
)


def total_row(lines: tuple[FormLine, ...], filled: str) -> dict[int, Any]:
    """Return the cells of a total: its sums, and beside them nothing, a rate, or every cell filled or added up."""
    cells: dict[int, Any] = {
        PER_CASE: float(sum(one.case for one in lines)),
        ANNUAL: sum(one.annual for one in lines),
    }
    if filled != "costs":
        cells |= {EFFORT: float(sum(one.hours for one in lines)), FEE: sum(one.fee for one in lines)}
    factor = len(lines) if filled == "added" else 1
    if filled in {"rate", "all", "added"}:
        cells[RATE] = 45_265 * factor
    if filled in {"all", "added"}:
        cells |= {FREQUENCY: factor, POPULATION: 40 * factor}
    return cells


@given(
    st.sampled_from(SUMS),
    st.sampled_from([NUMBER, WORK, ACTIVITY]),
    st.sampled_from(["nothing", "rate", "all", "added", "costs"]),
    st.sampled_from([None, "4", "1.9"]),
    st.sampled_from([("rows", "1.1"), ("rows", "-"), ("cells", ""), ("cells", "1.1"), ("merged", "1")]),
    st.booleans(),
)
@example("Tổng cộng", ACTIVITY, "all", "4", ("rows", "1.1"), False)
@example("Toàn quy trình", WORK, "all", "4", ("rows", "1.1"), False)
@settings(max_examples=30)
def test_a_total_in_any_dress_is_never_counted(
    words: str, column: int, filled: str, number: str | None, dress: tuple[str, str], of_a_group: bool
) -> None:
    groups, numbering = dress
    (page,) = pages(FOUR, Style(groups=groups, numbering=numbering, totals=False))
    lines = FOUR.before[:2] if of_a_group else FOUR.before
    cells = total_row(lines, filled) | {NUMBER: number} | {column: words or None}
    insert(page, "Sao chụp" if of_a_group else "Nhận kết quả tại cơ quan", cells)
    costs, remarks = read(page)
    found = {one.code for one in remarks if one.severity is Severity.FAULT}
    assert found <= NOBODY_CAN_TELL
    assert found or costs == FOUR_COSTS


@pytest.mark.parametrize("words", SUMS[:-3])
def test_a_row_called_a_sum_is_one_however_it_is_filled(words: str) -> None:
    (page,) = pages(FOUR, Style(totals=False))
    insert(page, "Nhận kết quả tại cơ quan", total_row(FOUR.before, "all") | {NUMBER: 4, ACTIVITY: words})
    assert read(page)[0] == FOUR_COSTS
    page.cells[page.find(words)[0], EFFORT] = 14
    assert faults(page) == ["scm_group_or_line"]


def test_a_sum_without_the_word_is_told_by_its_costs_or_its_blanks_and_noted() -> None:
    for filled in ("nothing", "added"):
        (page,) = pages(FOUR, Style(totals=False))
        insert(page, "Nhận kết quả tại cơ quan", total_row(FOUR.before, filled) | {WORK: "Toàn quy trình"})
        costs, remarks = read(page)
        assert costs == FOUR_COSTS
        assert says(only("scm_sum_found", remarks), "dòng 9, 10, 12, 14", "taken for a sum")


def one_after_two(**cells: Any) -> tuple[Case, Page]:
    """A group of 1 hour, 1 hour and 2 hours: the last line is the sum of the first two, and is none."""
    hours = (("Soạn", 1), ("Ký", 1), ("Gửi", 2))
    case = Case(tuple(FormLine("preparation", name, Fraction(one)) for name, one in hours), CASE_7.after)
    (page,) = pages(case, Style(totals=False))
    for name, value in cells.items():
        page.cells[page.find("Gửi")[0], list(HEADINGS).index(name)] = value
    return case, page


def test_an_activity_that_happens_to_be_a_sum_counts_with_a_warning() -> None:
    case, page = one_after_two(case=None, annual=None)
    costs, remarks = read(page)
    assert costs[0] == case.cost(BEFORE)
    assert says(only("scm_line_like_sum", remarks), "«Gửi»", "counts as an activity")
    case, page = one_after_two(note="Không phải dòng cộng")
    costs, remarks = read(page)
    assert costs[0] == case.cost(BEFORE)
    assert not remarks


def test_hours_and_money_that_both_add_up_are_refused_unless_the_row_says_what_it_is() -> None:
    lines = tuple(FormLine("preparation", name, Fraction(one), fee=1_000 * one) for name, one in (("a", 1), ("b", 2)))
    case = Case((*lines, FormLine("preparation", "Gửi đi", Fraction(3), fee=3_000)), CASE_7.after)
    (page,) = pages(case, Style(totals=False))
    fault = only("scm_sum_or_line", read(page)[1])
    assert says(fault, "không phải dòng cộng", "counts twice")
    page.cells[page.find("Gửi đi")[0], NOTE] = "Hoạt động riêng, không phải dòng cộng"
    assert read(page)[0][0] == case.cost(BEFORE)


def test_a_line_at_its_own_rate_is_no_sum() -> None:
    case = Case(
        (*one_after_two()[0].before[:2], FormLine("preparation", "Gửi", Fraction(2), rate=59_422)), CASE_7.after
    )
    (page,) = pages(case, Style(totals=False))
    costs, remarks = read(page)
    assert costs[0] == case.cost(BEFORE)
    assert not remarks


def test_hours_alone_where_all_others_have_a_rate_and_volumes_are_refused() -> None:
    page = insert(plain(totals=False), "Nhận tại Bộ phận Một cửa", {WORK: "Toàn quy trình", EFFORT: 13})
    assert faults(page) == ["scm_line_incomplete"]


def test_a_title_may_hold_the_sums_of_its_block() -> None:
    page = plain(totals=False)
    row, _ = page.find(FIRST_TITLE)
    page.cells |= {(row, 0): "I", (row, 1): "CHI PHÍ HIỆN TẠI", (row, EFFORT): 12, (row, FEE): 20_000}
    assert read(page) == (CASE_7_COSTS, [])
    page.cells[row, EFFORT] = 13
    assert faults(page) == ["scm_group_or_line"]


# Units and time


@pytest.mark.parametrize(
    ("text", "time", "money"),
    [
        ("Đơn vị thời gian: phút", "phút", "đồng"),
        ("Đơn vị tính thời gian: phút", "phút", "đồng"),
        ("Thời gian tính bằng phút", "phút", "đồng"),
        ("ĐVT thời gian là phút", "phút", "đồng"),
        ("Đơn vị tiền: nghìn đồng", "giờ", "nghìn đồng"),
        ("(Nghìn đồng)", "giờ", "nghìn đồng"),
        ("Đơn vị: nghìn đồng", "giờ", "nghìn đồng"),
        ("(Đơn vị tính: nghìn đồng, thời gian: phút)", "phút", "nghìn đồng"),
        ("Chi phí tính bằng nghìn đồng, thời gian tính bằng phút", "phút", "nghìn đồng"),
        ("Đơn vị: Sở Nội vụ", "giờ", "đồng"),
        ("ĐVT: đồng, giờ, người", "giờ", "đồng"),
        ("Mức TNBQ tính theo GDP năm 2022: 95,6 triệu đồng", "giờ", "đồng"),
    ],
)
def test_a_line_above_the_table_states_the_unit(text: str, time: str, money: str) -> None:
    def form() -> Page:
        page = plain(time=time, money=money)
        for cell, value in page.cells.items():
            if isinstance(value, str) and "TNBQ" not in value:
                page.cells[cell] = value.replace(f" ({time})", "").replace(f" ({money})", "")
        return page

    page = form()
    page.cells[1, 8] = text
    page.merged.pop(1)
    assert read(page)[0] == CASE_7_COSTS
    assert not faults(page)
    page = form()
    page.cells[page.row + 1, 0] = text
    assert faults(page) == (["scm_unit_late"] if (time, money) != ("giờ", "đồng") else [])


def test_a_unit_of_elapsed_days_is_refused() -> None:
    page = plain()
    page.cells[page.row + 1, 0] = "Thời gian tính theo ngày làm việc"
    assert faults(page) == ["scm_unit_unknown"]


@pytest.mark.parametrize(
    ("heading", "is_work"),
    [
        ("Thời gian giải quyết (giờ)", False),
        ("Thời hạn giải quyết", False),
        ("Thời hạn (giờ)", False),
        ("Thời gian giải quyết (giờ công)", True),
    ],
)
def test_the_time_until_a_procedure_is_done_is_no_effort(heading: str, is_work: bool) -> None:
    page = plain()
    page.cells[page.find("Thời gian thực hiện (giờ)")] = heading
    costs, remarks = read(page)
    if is_work:
        assert costs == CASE_7_COSTS
    else:
        assert says(only("scm_time_is_elapsed", remarks), "giờ công", "not the time somebody works")


def test_the_deadline_may_stand_beside_the_effort() -> None:
    page = plain()
    page.cells[page.find("Ghi chú")] = "Thời hạn giải quyết (ngày)"
    page.cells[page.find("Viết tờ trình")[0], NOTE] = 5
    assert read(page) == (CASE_7_COSTS, [])


@pytest.mark.parametrize("rate", [45.265, 45_265_000])
def test_a_rate_that_nobody_earns_is_refused(rate: float) -> None:
    page = plain()
    page.cells[page.find("Viết tờ trình")[0], RATE] = rate
    fault = only("scm_rate_implausible", read(page)[1])
    assert fault.place.cell == "E9"
    assert says(fault, "thu nhập của một người", "nobody earns")


def test_a_product_of_hours_is_noted() -> None:
    page = plain(totals=False)
    row, _ = page.find("Viết tờ trình")
    page.cells[row, EFFORT] = "4 x 2 giờ"
    costs, remarks = read(page)
    assert costs == CASE_7_COSTS
    assert says(only("scm_product", remarks), "8 giờ công", "«4 x 2 giờ»")


# Titles and tables beside each other


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I. Chi phí tuân thủ TTHC hiện tại", "II. Chi phí tuân thủ TTHC sau đơn giản hóa"),
        ("Quy định hiện hành", "Phương án đơn giản hóa"),
        ("Trước cải cách", "Sau cải cách"),
        ("Hiện tại:", "Kiến nghị:"),
    ],
)
@pytest.mark.parametrize("merged", [False, True])
def test_titles_are_understood_below_the_headings_too(first: str, second: str, merged: bool) -> None:
    page = plain()
    for old, new in ((FIRST_TITLE, first), (SECOND_TITLE, second)):
        cell = page.find(old)
        page.cells[cell] = new
        page.merged += [(cell[0], 0, cell[0], NOTE)] * merged
    assert read(page) == (CASE_7_COSTS, [])


FIGURES = ("effort", "rate", "fee", "frequency", "population", "annual")


def figures(line: FormLine, at: dict[str, int]) -> dict[int, Any]:
    values: tuple[Fraction | int, ...] = (line.hours, line.rate, line.fee, line.frequency, line.population, line.annual)
    return {at[name]: int(value) for name, value in zip(FIGURES, values, strict=True)}


@pytest.mark.parametrize("titles", ["above", "below"])
@pytest.mark.parametrize("spacer", [0, 1])
def test_two_tables_beside_each_other_are_two_blocks(spacer: int, titles: str) -> None:
    page = Page("Biểu 03")
    names = ("number", "work", "activity", *FIGURES)
    lefts = (0, len(names) + spacer)
    title = dict(zip(lefts, (FIRST_TITLE, SECOND_TITLE), strict=True))
    headings = {left + at: HEADINGS[name] for left in lefts for at, name in enumerate(names)}
    for row in (title, headings) if titles == "above" else (headings, title):
        page.put(row)
    for number, lines in enumerate(zip(CASE_7.before, CASE_7.after, strict=True), start=1):
        cells: dict[int, Any] = {}
        for left, line in zip(lefts, lines, strict=True):
            cells |= {left: number, left + 1: GROUPS[line.group], left + 2: line.name}
            cells |= figures(line, {name: left + names.index(name) for name in FIGURES})
        page.put(cells)
    page.put(dict.fromkeys(lefts, "TỔNG CỘNG"))
    assert read(page) == (CASE_7_COSTS, [])


@pytest.mark.parametrize("merged", [False, True])
def test_each_column_may_be_split_into_now_and_after(merged: bool) -> None:
    page = Page("Biểu 03")
    at = [{name: 3 + 2 * place + turn for place, name in enumerate(FIGURES)} for turn in (0, 1)]
    words = {0: HEADINGS["number"], 1: HEADINGS["work"], 2: HEADINGS["activity"]}
    page.put(words | {at[0][name]: HEADINGS[name] for name in FIGURES})
    page.put({at[turn][name]: ("Hiện tại", "Sau ĐGH")[turn] for name in FIGURES for turn in (0, 1)})
    if merged:
        page.merged += [(0, at[0][name], 0, at[1][name]) for name in FIGURES] + [(0, one, 1, one) for one in words]
    for before, after in zip(CASE_7.before, CASE_7.after, strict=True):
        names = {1: GROUPS[before.group], 2: before.name}
        page.put(names | figures(before, at[0]) | figures(after, at[1]))
    assert read(page) == (CASE_7_COSTS, [])


# What is no line


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize(
    "cells",
    [
        {(0, 1): "NGƯỜI LẬP BIỂU", (0, 6): "GIÁM ĐỐC", (3, 1): "Nguyễn Văn A", (3, 6): "Trần Thị B"},
        {(0, 6): "Lai Châu, ngày 5 tháng 3 năm 2023", (1, 6): "GIÁM ĐỐC", (3, 6): "Trần Thị B"},
        {(0, 1): "Giám đốc", (1, 1): "(Đã ký)", (3, 1): "Trần Thị B"},
        {
            (0, 0): "Ghi chú:",
            (1, 1): "- Mức TNBQ năm 2022",
            (1, 3): 45_265,
            (2, 0): 1,
            (2, 1): "Số phiếu",
            (2, 4): "12",
        },
    ],
)
def test_signatures_and_notes_are_no_lines(cells: dict[tuple[int, int], Any], totals: bool) -> None:
    costs, remarks = read(put_below(cells, totals=totals))
    assert costs == CASE_7_COSTS
    assert {one.code for one in remarks} <= {"scm_below_table"}


def test_what_looks_like_a_line_below_the_notes_is_one() -> None:
    cells = {(0, 0): "Ghi chú: bổ sung", (1, 1): "Công việc khác", (1, 2): "Họp", (1, EFFORT): 1, (1, RATE): 45_265}
    costs, _ = read(put_below(cells, totals=False))
    assert costs == (CASE_7_COSTS[0], CASE_7_COSTS[1] + 45_265 * 40)


@pytest.mark.parametrize(
    "cells",
    [
        {WORK: "Công việc khác", EFFORT: 0, RATE: 0, FEE: 0, FREQUENCY: 0, POPULATION: 0, PER_CASE: 0, ANNUAL: 0},
        {WORK: "Công việc khác", ACTIVITY: "Không"},
        {WORK: "Nộp phí, lệ phí", ACTIVITY: "-"},
        {WORK: "Nộp phí, lệ phí", NOTE: "Không phát sinh"},
        {WORK: "Nộp phí, lệ phí", EFFORT: "-", RATE: "-", FEE: "-", FREQUENCY: "-", POPULATION: "-"},
        {WORK: "Nộp phí, lệ phí", FEE: "Không"},
    ],
)
def test_a_group_of_nothing_costs_nothing(cells: dict[int, Any]) -> None:
    page = insert(plain(), "Nhận tại Bộ phận Một cửa", {NUMBER: 4} | cells)
    costs, remarks = read(page)
    assert costs == CASE_7_COSTS
    assert not [one for one in remarks if one.severity is not Severity.NOTE]


def test_a_line_may_be_described_in_rows_of_words() -> None:
    page = insert(plain(), "Viết tờ trình", {ACTIVITY: "+ Soạn thảo"})
    insert(page, "+ Soạn thảo", {NUMBER: "-", ACTIVITY: "In ấn"})
    assert read(page) == (CASE_7_COSTS, [])
    assert read(insert(plain(), "Viết tờ trình", {ACTIVITY: "(khảo sát tại 12 đơn vị)"})) == (CASE_7_COSTS, [])


def test_a_column_of_costs_may_be_of_a_year_whatever_it_is_called() -> None:
    order = tuple(name for name in HEADINGS if name != "case")
    page = plain(order=order)
    page.cells[page.find("Tổng chi phí thực hiện TTHC/01 năm (đồng)")] = "Thành tiền (đồng)"
    assert read(page) == (CASE_7_COSTS, [])
    page.cells[page.find("TỔNG CỘNG")[0], order.index("annual")] = 22_527_100
    assert says(only("scm_differs", read(page)[1]), "100 đồng", "100")


def test_what_is_saved_may_stand_below_the_second_block() -> None:
    cells = {(0, 1): "Chi phí tiết kiệm", (0, ANNUAL): 9_453_000, (1, 1): "Tỷ lệ cắt giảm", (1, ANNUAL): "41,96%"}
    assert read(put_below(cells, totals=False)) == (CASE_7_COSTS, [])


def test_a_name_keeps_its_dashes() -> None:
    case = Case((FormLine("preparation", "Gửi - nhận", Fraction(1)),), CASE_7.after)
    (page,) = pages(case, PLAIN)
    height = max(row for row, _ in page.cells) + 1
    cells = [[page.cells.get((row, at), "") or "" for at in range(12)] for row in range(height)]
    (form,) = read_scm_sheet(Sheet(cells, {}, tuple(page.merged)), Place("bieu.xlsx", "I"), default_layout())
    assert form.blocks[0].lines[0].name == "Gửi - nhận"
