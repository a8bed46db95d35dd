"""Elapsed time by critical path, against all chains of steps; hours freed, against the lines as they are explained."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import codes_of, only, says
from review_strategies import FEW, cases, review_of
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, NeedsLinesError, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Decision, Procedure, Step, Volume
from tthc_cost.programmes import programme
from tthc_cost.rates import RateTable
from tthc_cost.targets import check
from tthc_cost.timing import hours_freed, processing_times
from tthc_cost.vocabulary import Measure, State, TargetState

if TYPE_CHECKING:
    from review_strategies import Case
    from tthc_cost.timing import Schedule

RATES = RateTable.from_income(2112 * 10_000)
AMEND = Decision("A", "amend")


def _office(*steps: Step, code: str = "A", deadline: Any = 10, **figures: Any) -> list[object]:
    figures = {"frequency": 1, "population": 10, "agency": "Sở Nội vụ", **figures}
    procedure = Procedure(code, f"Thủ tục {code}", deadline_days=deadline, **figures)
    return [procedure, Activity(code, "1", effort_hours=1, grade="x"), *steps]


def _step(code: str, days: Any, after: str = "", *, of: str = "A") -> Step:
    return Step(of, code, f"Bước {code}", duration_days=days, after=after)


def _schedule(*steps: Step, deadline: Any = 10) -> Schedule:
    found = processing_times(Inventory.from_objects(*_office(*steps, deadline=deadline))).of("A")
    assert found is not None
    return found


def _figures(schedule: Schedule) -> list[Any]:
    return [schedule.elapsed_days, schedule.slack_days, schedule.keeps_deadline]


def _chains(after: dict[str, tuple[str, ...]], code: str) -> list[tuple[str, ...]]:
    """Every chain of steps that ends at one."""
    return [(*chain, code) for before in after[code] for chain in _chains(after, before)] or [(code,)]


@st.composite
def _drawn_steps(draw: st.DrawFn) -> dict[str, tuple[Fraction, tuple[str, ...]]]:
    """Up to six steps in half days; each may wait for those drawn before it, the second always for the first."""
    steps: dict[str, tuple[Fraction, tuple[str, ...]]] = {}
    for number in range(draw(st.integers(2, 6))):
        days = Fraction(draw(st.integers(0, 8)), 2)
        before = draw(st.lists(st.sampled_from(sorted(steps)), unique=True)) if steps else []
        steps[str(number)] = days, tuple(before) if number != 1 else ("0",)
    return steps


@FEW
@given(steps=_drawn_steps())
def test_elapsed_time_is_that_of_the_longest_of_all_chains(steps: dict[str, tuple[Fraction, tuple[str, ...]]]) -> None:
    after = {code: before for code, (_, before) in steps.items()}
    chains = [chain for code in steps for chain in _chains(after, code)]

    def longest(days: dict[str, Fraction]) -> Fraction:
        return max(sum((days[code] for code in chain), Fraction(0)) for chain in chains)

    days = {code: duration for code, (duration, _) in steps.items()}
    schedule = _schedule(*(_step(code, float(one), ";".join(before)) for code, (one, before) in steps.items()))
    assert schedule.elapsed_days == longest(days)
    for step in schedule.steps:
        assert step.can_save_days == longest(days) - longest({**days, step.step: Fraction(0)})
        assert step.is_critical == (longest({**days, step.step: days[step.step] + 1}) == longest(days) + 1)
        assert longest({**days, step.step: days[step.step] + step.slack_days}) == longest(days)


def test_the_excess_over_the_deadline_is_told_and_which_steps_alone_can_mend_it() -> None:
    schedule = _schedule(_step("1", 1), _step("2", 6, "1"), _step("3", 4, "1"), _step("4", 5, "2;3"))
    assert _figures(schedule) == [12, -2, False]
    assert schedule.critical == ("1", "2", "4")
    assert schedule.to_reach("10 ") == {"2": 2, "4": 2}  # step 1 takes but one day; beside step 2 stands step 3
    assert schedule.to_reach("9,5") == {"4": Fraction("2.5")}
    assert schedule.to_reach(12) == {}
    assert schedule.to_reach(2) == {}
    with pytest.raises(InputFault):
        schedule.to_reach(-1)


def test_exact_days_meet_the_deadline_exactly() -> None:
    schedule = _schedule(*(_step(str(n), 0.1, str(n - 1) if n else "") for n in range(3)), deadline=0.3)
    assert _figures(schedule) == [Fraction(3, 10), 0, True]


def test_a_step_without_duration_makes_the_time_a_lower_bound() -> None:
    found = processing_times(Inventory.from_objects(*_office(_step("1", 4), _step("2", None, "1"))))
    schedule = found.schedules[0]
    assert _figures(schedule) == [4, 6, None]
    assert schedule.is_lower_bound
    assert says(only("step_duration_blank", found.remarks), "mức thấp nhất: A", "lower bound: A")
    late = _schedule(_step("1", 14), _step("2", None, "1"))
    assert _figures(late) == [14, -4, False]


def test_time_that_no_step_states_is_not_known() -> None:
    for schedule in (_schedule(), _schedule(_step("1", None))):
        assert _figures(schedule) == [None, None, None]
        assert schedule.critical == ()
        assert schedule.to_reach(3) == {}
    assert _schedule(_step("1", 4), deadline=None).keeps_deadline is None


def test_steps_that_name_no_predecessor_follow_one_another_and_a_note_says_so() -> None:
    found = processing_times(Inventory.from_objects(*_office(_step("2", 4), _step("1", 3))))
    assert found.schedules[0].elapsed_days == 7
    assert [step.after for step in found.schedules[0].steps] == [(), ("2",)]
    assert says(only("steps_in_order", found.remarks), "nối tiếp", "follow one another")
    one = processing_times(Inventory.from_objects(*_office(_step("1", 3))))
    assert one.remarks == ()
    beside = _schedule(_step("1", 4), _step("2", 3), _step("3", 1, "1"))
    assert beside.elapsed_days == 5


def test_every_circle_of_every_procedure_is_a_fault_at_once() -> None:
    circles = [_step("1", 1, "3"), _step("2", 1, "1"), _step("3", 1, "2"), _step("4", 1, "4")]
    other = _office(_step("1", 1, "2", of="B"), _step("2", 1, "1", of="B"), code="B")
    with pytest.raises(InputFault) as raised:
        processing_times(Inventory.from_objects(*_office(*circles), *other))
    said = [one.text("vi") for one in raised.value.faults]
    assert len(said) == 3
    assert {one.place.key[0] for one in raised.value.faults} == {"A", "B"}
    assert any("4 → 4" in one for one in said)
    assert all(says(one, "thành vòng", "in a circle") for one in raised.value.faults)


def test_circles_of_both_states_are_told_with_their_state() -> None:
    circle = _office(_step("1", 1, "2"), _step("2", 1, "1"))
    with pytest.raises(InputFault) as raised:
        processing_times(compare(review_of(circle, circle, AMEND), RATES))
    assert [one.place.state for one in raised.value.faults] == ["baseline", "simplified"]


def test_an_unknown_step_is_a_fault_of_the_inventory() -> None:
    with pytest.raises(InputFault) as raised:
        Inventory.from_objects(*_office(_step("1", 1, "9")))
    only("unknown_step", raised.value.faults)


def test_both_states_are_shown_side_by_side() -> None:
    before = _office(_step("1", 8), _step("2", 4, "1"), deadline=15)
    after = _office(_step("1", 5), _step("2", None, "1"), deadline=10)
    c = compare(review_of(before, after, AMEND), RATES)
    found = processing_times(c)
    frame = found.procedures
    assert frame[["state", "elapsed_days", "slack_days"]].to_numpy().tolist() == [
        ["baseline", 12, 3],
        ["simplified", 5, 5],
    ]
    assert frame["keeps_deadline"].isna().tolist() == [False, True]
    assert frame["critical_steps"].tolist() == ["1;2", "1;2"]
    steps = found.steps
    assert steps["duration_days"].isna().tolist() == [False, False, False, True]
    assert steps["can_save_days"].tolist() == [8, 4, 5, 0]
    assert only("step_duration_blank", found.remarks).place.state == "simplified"
    same = found.of("A", "hiện tại")
    assert same is not None
    assert same.state is State.BASELINE
    assert found.of("B") is None
    assert codes_of("timing") == {"steps_in_circle", "steps_in_order", "step_duration_blank"}


def test_frames_of_nothing_keep_their_columns() -> None:
    found = processing_times(Inventory.from_objects(*_office()))
    assert found.steps.empty
    assert found.steps.dtypes["slack_days"] == "float64"
    assert found.procedures["elapsed_days"].isna().all()


def test_time_cannot_be_computed_of_published_totals_or_of_anything_else() -> None:
    published = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [10]}))
    for ask in (processing_times, hours_freed):
        with pytest.raises(NeedsLinesError):
            ask(published)
    with pytest.raises(WrongKindError):
        processing_times("A")  # type: ignore[arg-type]


def test_shorter_deadlines_meet_the_targets_of_resolution_66() -> None:
    plan = programme("resolution-66")
    times = [target for target in plan.targets if target.measure is Measure.TIME_REDUCTION]
    assert [(target.code, target.required) for target in times] == [
        ("time-30", Fraction(3, 10)),
        ("time-50", Fraction(1, 2)),
    ]
    decided = Decision("A", "amend", submitted_on="2025-05-01", reviewed_on="2025-04-01", approved_on="2025-06-01")
    c = compare(review_of(_office(deadline=20), _office(deadline=14), decided), RATES)
    assert c.total.saving == 0
    states = {one.target.code: one.state for one in check(c, plan, on="2026-01-01").targets}
    assert states["time-30"] is TargetState.MET
    assert states["time-50"] is TargetState.OPEN
    assert states["reviewed-100"] is TargetState.MET
    assert states["cost-30"] is TargetState.MISSED


def test_no_hours_are_freed_by_a_shorter_deadline() -> None:
    c = compare(review_of(_office(deadline=20), _office(deadline=2), AMEND), RATES)
    assert hours_freed(c).total.saving == 0


def test_hours_are_freed_by_agency_bearer_and_grade() -> None:
    who = [Volume("A", "xã Mường So", 1, 30), Volume("A", "xã Thu Lũm", 1, 66)]
    lines = [
        [
            Activity("A", "1", bearer="resolver", grade="x", effort_hours=h),
            Activity("B", "1", grade="y", effort_hours=2),
        ]
        for h in (24, 2)
    ]
    procedures = [Procedure("A", "A", agency="UBND xã", frequency=1), Procedure("B", "B", frequency=1, population=5)]
    decisions = [AMEND, Decision("B", "keep")]
    c = compare(review_of([*procedures, *who, *lines[0]], [*procedures, *who, *lines[1]], *decisions), RATES)
    freed = hours_freed(c)
    assert [(row.agency, row.bearer, row.grade, row.hours.saving) for row in freed.rows] == [
        ("xã Mường So", "resolver", "x", 660),
        ("xã Thu Lũm", "resolver", "x", 1452),
        (None, None, "y", 0),
    ]
    assert freed.total.saving == freed.hours_per_post.value == 2112
    assert freed.posts == 1
    assert "22 ngày/tháng" in freed.hours_per_post.source
    frame = freed.to_frame()
    assert frame["freed_posts"].sum() == 1
    assert frame["baseline_hours"].tolist() == [720, 1584, 10]
    assert hours_freed(c, hours_per_year="1056").posts == 2
    with pytest.raises(InputFault):
        hours_freed(c, hours_per_year=0)


@FEW
@given(case=cases())
def test_hours_are_those_of_the_lines_as_explained(case: Case) -> None:
    for how in ({}, {"population": "stated"}):
        c = compare(case.review(), case.rate_table(), **how)  # type: ignore[arg-type]
        counted = c.standing["procedure"][c.standing["counted"]]
        lines = [line for code in counted for line in c.explain(code).lines]
        by_state = {
            state: sum(
                (line.effort_hours * line.frequency * line.population for line in lines if line.state is state),
                Fraction(0),
            )
            for state in State
        }
        total = hours_freed(c).total
        assert (total.baseline, total.simplified) == (by_state[State.BASELINE], by_state[State.SIMPLIFIED])


def test_only_the_bearers_of_the_totals_are_counted() -> None:
    both = [
        Activity("A", "1", bearer="resolver", effort_hours=3),
        Activity("A", "2", bearer="requester", effort_hours=1),
    ]
    state = [Procedure("A", "A", frequency=1, population=2), *both]
    c = compare(review_of(state, state, AMEND), RATES, bearers="resolver")
    assert hours_freed(c).total.baseline == 6
