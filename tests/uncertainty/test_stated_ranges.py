"""The table of ranges: which figure each row is of, and every row that is of none."""

from __future__ import annotations

import pandas as pd
import pytest

from remarks import codes_of, only, says
from tthc_cost.errors import InputFault, Severity
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Procedure, Range, Step, Volume
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.lines import uncertain_lines
from tthc_cost.uncertainty.stated_ranges import Stated, stated_ranges
from tthc_cost.vocabulary import State
from uncertain_reviews import amended

PROCEDURE = Procedure("NB-07", "Điều chuyển tài sản", frequency=2, population=40)
LINE = Activity("NB-07", "1", grade="a", effort_hours=4)


def read(*ranges: Range, others: tuple[object, ...] = (PROCEDURE, LINE)) -> Inventory:
    return Inventory.from_objects(*others, *ranges)


def test_a_range_names_its_figure_by_codes_or_by_headings() -> None:
    by_code = Range("activities", "NB-07/1", "effort_hours", 3, 6)
    by_heading = Range("Tính chi phí", "NB-07/1", "Thời gian thực hiện", 3, 6)
    for one in (by_code, by_heading):
        found = stated_ranges(read(one), State.BASELINE)
        assert found.of == {("activities", "effort_hours"): {("NB-07", "1"): Stated(3, 4, 6)}}
        assert not found.remarks


def test_ranges_of_procedures_and_volumes_are_read() -> None:
    volume = Volume("NB-07", "xã Mường So", 1, 40)
    ranges = (
        Range("procedures", "NB-07", "frequency", 1, 3),
        Range("volumes", "NB-07/xã Mường So", "population", 30, 60),
    )
    found = stated_ranges(read(*ranges, others=(PROCEDURE, LINE, volume)), State.BASELINE).of
    assert found["procedures", "frequency"] == {("NB-07",): Stated(1, 2, 3)}
    assert found["volumes", "population"] == {("NB-07", "xã Mường So"): Stated(30, 40, 60)}


@pytest.mark.parametrize(
    ("code", "one", "vi", "en"),
    [
        ("range_unknown_table", Range("hoạt động", "NB-07/1", "effort_hours", 3, 6), "không có bảng", "no table"),
        ("range_unknown_column", Range("activities", "NB-07/1", "hours", 3, 6), "không có cột", "no column"),
        ("range_unknown_row", Range("activities", "NB-07/2", "effort_hours", 3, 6), "NB-07/1", "NB-07/1"),
        ("range_without_figure", Range("activities", "NB-07/1", "fee_vnd", 3, 6), "để trống", "is blank"),
        ("range_outside", Range("activities", "NB-07/1", "effort_hours", 5, 6), "4 không nằm trong", "4 does not lie"),
        ("range_from_zero", Range("procedures", "NB-07", "population", 0, 60), "bắt đầu từ 0", "begins at 0"),
    ],
)
def test_a_range_of_no_figure_is_a_fault(code: str, one: Range, vi: str, en: str) -> None:
    said = only(code, stated_ranges(read(one), State.SIMPLIFIED).remarks)
    assert said.severity is Severity.FAULT
    assert (said.place.table, said.place.state) == ("ranges", "simplified")
    assert says(said, vi, en)


def test_a_key_that_names_two_rows_is_a_fault() -> None:
    others = [Procedure(code, "Thủ tục", frequency=1, population=1) for code in ("b", "b/9")]
    lines = Activity("b", "9/1", grade="a", effort_hours=4), Activity("b/9", "1", grade="a", effort_hours=4)
    one = Range("activities", "b/9/1", "effort_hours", 3, 6)
    found = stated_ranges(read(one, others=(*others, *lines)), State.BASELINE)
    assert says(only("range_ambiguous_row", found.remarks), "nhiều dòng", "several rows")


def test_a_range_of_what_makes_no_cost_is_said_and_not_used() -> None:
    step = Step("NB-07", "1", "Thẩm định", duration_days=3)
    one = Range("steps", "NB-07/1", "duration_days", 2, 5)
    found = stated_ranges(read(one, others=(PROCEDURE, LINE, step)), State.BASELINE)
    assert not found.of
    assert says(only("range_not_of_cost", found.remarks), "không được dùng", "is not used")


def test_all_faults_of_both_states_are_raised_at_once() -> None:
    wrong = Range("activities", "NB-07/1", "effort_hours", 5, 6), Range("activities", "x", "effort_hours", 5, 6)
    comparison = amended([PROCEDURE, LINE, *wrong], [PROCEDURE, LINE, wrong[0]])
    with pytest.raises(InputFault) as caught:
        uncertain_lines(comparison, Assumptions())
    assert [(one.code, one.place.state) for one in caught.value.faults] == [
        ("range_outside", "baseline"), ("range_unknown_row", "baseline"), ("range_outside", "simplified"),
    ]  # fmt: skip


def test_effort_that_may_be_worked_needs_a_grade() -> None:
    line = Activity("NB-07", "1", effort_hours=0, fee_vnd=10_000)
    one = Range("activities", "NB-07/1", "effort_hours", 0, 2)
    with pytest.raises(InputFault) as caught:
        uncertain_lines(amended([PROCEDURE, line, one], [PROCEDURE, line]), Assumptions())
    assert says(only("range_needs_grade", caught.value.faults), "ngạch", "grade")
    graded = Activity("NB-07", "1", grade="b", effort_hours=0, fee_vnd=10_000)
    found = uncertain_lines(amended([PROCEDURE, graded, one], [PROCEDURE, graded]), Assumptions())
    assert found.coefficient[:2] == pytest.approx([2 / 3 * 55_000 * 2 * 40] * 2)


def test_the_table_may_come_as_any_frame() -> None:
    frame = pd.DataFrame(
        {"table": ["activities"], "key": ["NB-07/1"], "column": ["effort_hours"], "low": [3], "high": [6]}
    )
    plain = read()
    made = Inventory(plain.procedures, plain.activities, ranges=frame)
    assert stated_ranges(made, State.BASELINE).of["activities", "effort_hours"]["NB-07", "1"] == Stated(3, 4, 6)


def test_every_remark_of_a_range_is_provoked_here_or_beside_it() -> None:
    assert {code for code in codes_of("uncertainty") if code.startswith("range_")} == {
        "range_unknown_table", "range_unknown_column", "range_unknown_row", "range_ambiguous_row",
        "range_without_figure", "range_outside", "range_from_zero", "range_needs_grade", "range_not_of_cost",
        "range_unused", "range_below_zero",
    }  # fmt: skip
