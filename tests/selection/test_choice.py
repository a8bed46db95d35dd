"""The cheapest set of measures: against every subset tried, and the laws of what is chosen and of what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from selection_oracle import RATES, Asked, Case, Plan, Way, asked, best_of, cases
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, TthcCostError, UnknownNameError, WrongKindError, ZeroBaselineError
from tthc_cost.inventory import Inventory
from tthc_cost.measures.kinds import LineAfter, SimplifyWork
from tthc_cost.model import Activity, Procedure, Range
from tthc_cost.selection.choice import Objective, _left_open, frontier, select
from tthc_cost.selection.model import Solution
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.probability import target_probability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.selection.choice import Selection

NO_CHANGE = Fraction(0)


def chosen(case: Case, wish: Asked, plans: Iterable[Plan] | None = None) -> Selection:
    """Let the library choose."""
    return select(
        [plan.measure() for plan in (case.plans if plans is None else plans)],
        case.baseline(),
        RATES,
        wish.target,
        objective=wish.objective,
        count_target=wish.count_target,
        budget_vnd=wish.budget_vnd,
        required=wish.required,
        excluded=wish.excluded,
        prerequisites=wish.prerequisites,
        agency_minima=wish.agency_minima,
    )


def apart(*fees: int, agency: str = "Sở Nội vụ") -> dict[str, Way]:
    """Procedures of one line each, once a year for one subject: each costs its fee."""
    return {f"NB-{number}": Way(agency, 1, 1, {"1": fee}) for number, fee in enumerate(fees)}


def lower(code: str, procedure: int, after: int, one_off_vnd: int, regulation: str | None = None) -> Plan:
    return Plan(code, "fee", f"NB-{procedure}", "1", after, one_off_vnd=one_off_vnd, regulation=regulation)


@settings(max_examples=max(15, settings().max_examples // 3))
@given(st.data())
def test_what_is_chosen_is_the_best_of_all_subsets(data: st.DataObject) -> None:
    case = data.draw(cases())
    wish = data.draw(asked(case))
    best = best_of(case, wish)
    if best is None:
        with pytest.raises(InputFault) as refused:
            chosen(case, wish)
        assert {one.code for one in refused.value.faults} <= {
            "goal_out_of_reach", "goal_out_of_reach_with_others", "restrictions_contradict", "restriction_binds",
        }  # fmt: skip
        return
    found = chosen(case, wish)
    assert best == (found.value, found.total.saving, len(found.measures), list(found.codes))
    assert found.proven
    assert not found.remarks


def test_a_greedy_choice_would_miss_the_best() -> None:
    """By saving per đồng PA-1 comes first, and then any second one is too much; PA-2 and PA-3 just reach the target."""
    case = Case(apart(100, 100, 100), (lower("PA-1", 0, 69, 6), lower("PA-2", 1, 70, 7), lower("PA-3", 2, 70, 7)))
    found = chosen(case, Asked(Fraction(1, 5), "one_off_cost"))
    assert (found.codes, found.value) == (("PA-1", "PA-2"), 13)
    case = Case(apart(100, 100, 100), (lower("PA-1", 0, 41, 5), lower("PA-2", 1, 70, 6), lower("PA-3", 2, 40, 10)))
    assert chosen(case, Asked(Fraction(1, 5), "one_off_cost")).codes == ("PA-3",)


def test_exactly_the_target_reaches_it_and_a_dong_less_does_not() -> None:
    wish = Asked(Fraction(1, 5), "one_off_cost")
    exact, short = (Case(apart(10**11, 4 * 10**11), (lower("PA-1", 0, after, 1), lower("PA-2", 1, 0, 9)))
                    for after in (0, 1))  # fmt: skip
    found = chosen(exact, wish)
    assert (found.codes, found.total.ratio, found.total.shortfall("20%")) == (("PA-1",), Fraction(1, 5), 0)
    assert chosen(short, wish).codes == ("PA-2",)


def test_shared_regulations_are_amended_once() -> None:
    """Three measures of one regulation are one regulation; the two that would do alone are of two."""
    plans = (
        lower("PA-1", 0, 50, 1, "QĐ 1"), lower("PA-2", 1, 50, 1, "QĐ 2"),
        lower("PA-3", 2, 60, 1, "QĐ 3"), lower("PA-4", 3, 70, 1, "QĐ 3"), lower("PA-5", 4, 70, 1, "QĐ 3"),
    )  # fmt: skip
    case = Case(apart(100, 100, 100, 100, 100), plans)
    found = chosen(case, Asked(Fraction(1, 5), "regulations"))
    assert (found.value, found.regulations, found.codes) == (1, ("QĐ 3",), ("PA-3", "PA-4", "PA-5"))
    assert chosen(case, Asked(Fraction(1, 5), "changes")).codes == ("PA-1", "PA-2")


def test_two_spellings_of_a_regulation_are_one() -> None:
    plans = (lower("PA-1", 0, 0, 1, "Quy chế hoà giải"), lower("PA-2", 1, 0, 1, "quy chế  hòa giải"))
    found = chosen(Case(apart(100, 100), plans), Asked(Fraction(1), "regulations"))
    assert (found.value, found.regulations) == (1, ("Quy chế hoà giải",))


def test_nothing_is_saved_twice_within_a_procedure() -> None:
    """Half the frequency and a fee of 10 instead of 20 save 3/4 together, not all of it."""
    case = Case(
        {"NB-0": Way("Sở Nội vụ", 2, 5, {"1": 20})},
        (Plan("PA-1", "rarer", "NB-0", after=1), Plan("PA-2", "fee", "NB-0", "1", 10)),
    )
    found = chosen(case, Asked(Fraction(3, 4), "changes"))
    assert (found.value, found.total.saving) == (2, 150)
    with pytest.raises(InputFault):
        chosen(case, Asked(Fraction(76, 100), "changes"))


def test_ties_do_not_hang_on_the_order_of_the_measures() -> None:
    plans = [lower(f"PA-{number}", number, 50, 3, "QĐ 1") for number in range(6)]
    case = Case(apart(*[100] * 6), tuple(plans))
    for objective in Objective:
        wish = Asked(Fraction(1, 4), objective)
        for order in (plans, plans[::-1], plans[3:] + plans[:3]):
            found = chosen(case, wish, order)
            assert found.codes == (tuple(plan.code for plan in plans) if objective == "regulations" else
                                   ("PA-0", "PA-1", "PA-2"))  # fmt: skip


def test_what_it_finds_is_what_a_comparison_of_its_review_finds() -> None:
    procedures = apart(100, 80, 60, 40) | {"NB-4": Way("Sở Tài chính", 4, 3, {"1": 7, "2": 5})}
    plans = (
        Plan("PA-1", "abolish", "NB-0"), Plan("PA-2", "merge", "NB-1", other="NB-2"), lower("PA-3", 3, 10, 4, "QĐ 1"),
        Plan("PA-4", "rarer", "NB-4", after=1), Plan("PA-5", "drop", "NB-4", "2"), lower("PA-6", 1, 20, 2),
    )  # fmt: skip
    found = chosen(Case(procedures, plans), Asked(Fraction(1, 2), "one_off_cost", Fraction(2, 5)))
    compared = compare(found.review, RATES)
    assert (found.total, found.count) == (compared.total, compared.count())
    by_agency = compared.by("agency")
    table = found.agencies
    assert table["agency"].tolist() == by_agency["agency"].tolist()
    for column in ("baseline_vnd", "simplified_vnd", "saving_vnd"):
        assert table[column].tolist() == by_agency[column].tolist()
    assert found.table["measure"].tolist() == list(found.codes)
    assert found.one_off_vnd == sum(one.one_off_vnd for one in found.measures)


def two() -> Case:
    """Two procedures of two agencies, each with a measure; together 1000."""
    procedures = apart(600) | {"NB-1": Way("Sở Tài chính", 1, 1, {"1": 400})}
    return Case(procedures, (lower("PA-1", 0, 400, 7), lower("PA-2", 1, 250, 4)))


def test_no_target_but_zero_needs_no_measure() -> None:
    found = chosen(two(), Asked(NO_CHANGE, "one_off_cost"))
    assert not found.measures
    assert (found.value, found.total.saving, found.gap) == (0, 0, Fraction(0))


@pytest.mark.parametrize(
    ("wish", "codes"),
    [
        ({}, ("PA-2",)),
        ({"budget_vnd": 4}, ("PA-2",)),
        ({"budget_vnd": "4 đồng"}, ("PA-2",)),
        ({"required": ["PA-1"]}, ("PA-1",)),
        ({"excluded": ["PA-2"]}, ("PA-1",)),
        ({"untouched": ["NB-1"]}, ("PA-1",)),
        ({"prerequisites": {"PA-2": ["PA-1"]}}, ("PA-1",)),
        ({"prerequisites": {"PA-1": ["PA-2"]}}, ("PA-2",)),
        ({"agency_minima": {"Sở Nội vụ": "30%"}}, ("PA-1",)),
        ({"agency_minima": {"sở nội vụ": "1%", "Sở Tài chính": "1%"}}, ("PA-1", "PA-2")),
    ],
)
def test_restrictions_are_kept_to(wish: dict[str, Any], codes: tuple[str, ...]) -> None:
    case = two()
    assert select(case.measures(), case.baseline(), RATES, "10%", **wish).codes == codes


def test_the_count_target_counts_procedures_that_are_gone() -> None:
    procedures = apart(*[10] * 5)
    plans = (
        lower("PA-1", 0, 0, 1), Plan("PA-2", "merge", "NB-1", other="NB-2", one_off_vnd=5),
        Plan("PA-3", "abolish", "NB-3", one_off_vnd=6),
    )  # fmt: skip
    found = chosen(Case(procedures, plans), Asked(None, "one_off_cost", Fraction(1, 5)))
    assert (found.codes, found.count.baseline, found.count.simplified) == (("PA-2",), 5, 4)
    assert chosen(Case(procedures, plans), Asked(Fraction(1, 5), "changes", Fraction(1, 5))).codes == ("PA-3",)


def test_a_receiver_out_of_scope_brings_its_own_cost_into_both_states() -> None:
    """Merging 10 đ of scope into what costs 90 đ out of scope makes a baseline of 100 + 100, not of 100 + 10."""
    procedures = apart(100, 10) | {"NB-2": Way("Sở Nội vụ", 1, 1, {"1": 90}, in_scope=False)}
    plans = (Plan("PA-1", "merge", "NB-2", other="NB-1"), lower("PA-2", 0, 70, 5))
    found = chosen(Case(procedures, plans), Asked(None, "changes", Fraction(1, 3)))
    assert (found.codes, found.count.baseline) == (("PA-1",), 3)
    assert (found.total.baseline, found.total.simplified) == (200, 280)


def refusal(case: Case, target: str | None = "20%", **wish: Any) -> TthcCostError:
    with pytest.raises(TthcCostError) as refused:
        select(case.measures(), case.baseline(), RATES, target, **wish)
    return refused.value


def test_what_cannot_be_reached_says_how_far_it_falls_short() -> None:
    fault = only("goal_out_of_reach", refusal(two(), "36%").faults)
    assert says(fault, "cao nhất cũng chỉ cắt giảm 350 trong 1.000 đồng/năm", "at most 350 of 1,000 đồng a year")
    assert says(fault, "còn thiếu 10 đồng/năm", "10 đồng a year are missing")
    fault = only("goal_out_of_reach", refusal(two(), None, count_target="50%").faults)
    assert says(fault, "còn thiếu 1 TTHC", "1 procedures are missing")
    fault = only("goal_out_of_reach", refusal(two(), agency_minima={"Sở Tài chính": "40%"}).faults)
    assert fault.place.key == ("Sở Tài chính",)


def test_a_dong_short_prints_as_short() -> None:
    case = Case(apart(10**11, 4 * 10**11), (lower("PA-1", 0, 1, 1),))
    fault = only("goal_out_of_reach", refusal(case).faults)
    assert says(fault, "còn thiếu 1 đồng/năm", "1 đồng a year are missing")
    assert says(fault, "19,9999999998", "19.9999999998")


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"budget_vnd": 6}, "kinh phí tối đa"),
        ({"excluded": ["PA-1"]}, "các phương án, TTHC bị loại trừ"),
        ({"untouched": ["NB-0"]}, "các phương án, TTHC bị loại trừ"),
        ({"agency_minima": {"Sở Tài chính": "30%"}, "budget_vnd": 7}, "mức cắt giảm tối thiểu của cơ quan"),
        ({"prerequisites": {"PA-1": ["PA-2"]}, "budget_vnd": 7}, "các phương án phải có trước"),
        ({"required": ["PA-2"], "budget_vnd": 7}, "các phương án bắt buộc"),
    ],
)
def test_a_refusal_names_what_stands_in_the_way(wish: dict[str, Any], kind: str) -> None:
    faults = refusal(two(), **wish).faults
    assert kind in [dict(one.values)["what"] for one in faults if one.code == "restriction_binds"]
    assert {"goal_out_of_reach", "goal_out_of_reach_with_others"} & {one.code for one in faults}


def test_targets_that_only_fail_together_say_so() -> None:
    plans = (Plan("PA-1", "abolish", "NB-1", one_off_vnd=5), lower("PA-2", 0, 0, 6))
    faults = refusal(Case(apart(90, 10), plans), "50%", count_target="50%", budget_vnd=10).faults
    both = [one for one in faults if one.code == "goal_out_of_reach_with_others"]
    assert len(both) == 2
    assert says(both[0], "còn thiếu 40 đồng/năm", "40 đồng a year are missing")


def test_restrictions_that_contradict_each_other_say_so() -> None:
    faults = refusal(two(), "10%", required=["PA-1"], budget_vnd=6).faults
    only("restrictions_contradict", faults)
    assert {dict(one.values)["what"] for one in faults if one.code == "restriction_binds"} == {
        "kinh phí tối đa", "các phương án bắt buộc",
    }  # fmt: skip


def test_everything_wrong_with_what_is_asked_is_said_at_once() -> None:
    case = two()
    twice = Case(case.procedures, (*case.plans, case.plans[0]))
    wish: dict[str, Any] = {
        "required": ["PA-1", "PA-9"], "excluded": ["PA-1"], "untouched": ["NB-7"], "count_target": "120%",
        "agency_minima": {"Sở Y tế": "10%"}, "budget_vnd": "nhiều",
    }  # fmt: skip
    codes = [one.code for one in refusal(twice, **wish).faults]
    for code in (
        "measure_code_twice", "unknown_measure", "measure_required_and_excluded", "unknown_procedure", "target_range",
        "unknown_agency",
    ):  # fmt: skip
        assert codes.count(code) == 1, code
    assert len(codes) == 7


def test_there_must_be_a_target_and_something_to_take_a_share_of() -> None:
    only("selection_without_target", refusal(two(), None).faults)
    nothing = Case(apart(0, 0), (lower("PA-1", 0, 0, 1),))
    assert isinstance(refusal(nothing), ZeroBaselineError)
    with pytest.raises(UnknownNameError):
        select([], two().baseline(), RATES, "20%", objective="nhanh nhất")
    with pytest.raises(TypeError):
        select([], two().baseline(), RATES, "20%", budget=3)  # type: ignore[call-arg]


def test_without_measures_only_a_target_of_nothing_is_reached() -> None:
    case = Case(apart(100), ())
    assert chosen(case, Asked(NO_CHANGE, "changes")).codes == ()
    only("goal_out_of_reach", refusal(case).faults)


def many(count: int) -> Case:
    """As many measures of as many lines of one procedure."""
    fees = {str(line): 10 + line for line in range(count)}
    plans = tuple(Plan(f"PA-{line}", "fee", "NB-0", line, 5, one_off_vnd=1) for line in fees)
    return Case({"NB-0": Way("Sở Nội vụ", 1, 1, fees)}, plans)


def test_twelve_measures_of_one_procedure_are_tried_in_every_combination() -> None:
    assert chosen(many(12), Asked(Fraction(1, 5), "changes")).value == 3


def test_more_combinations_than_can_be_costed_are_refused() -> None:
    fault = only("too_many_configurations", refusal(many(13)).faults)
    assert says(fault, "13 phương án cùng liên quan đến các TTHC NB-0", "more than 4096 ways")
    case = many(13)
    assert select(case.measures(), case.baseline(), RATES, "20%", objective="changes", excluded=["PA-3"]).value == 3


def test_out_of_time_it_says_so() -> None:
    case = two()
    with pytest.raises(InputFault) as refused:
        select(case.measures(), case.baseline(), RATES, "20%", seconds=0)
    only("selection_not_in_time", refused.value.faults)


def test_what_is_not_proven_is_said_with_its_gap() -> None:
    """What is said is tried on figures, for no small case keeps the search busy for a time that can be relied on."""
    found = replace(chosen(two(), Asked(Fraction(1, 10), "one_off_cost")), value=1000, bound=990)
    assert (found.proven, found.gap) == (False, Fraction(1, 100))
    fault = only("selection_not_proven", _left_open(Solution((0,), 1000, 990, ended=False), settled=False, seconds=60))
    assert says(fault, "đang là 1.000, không tập nào có thể dưới 990", "no set can have less than 990")
    note = only("selection_not_settled", _left_open(Solution((0,), 9, 9, ended=True), settled=False, seconds=60))
    assert says(note, "trong 60 giây", "in 60 seconds")
    assert _left_open(Solution((0,), 9, 9, ended=True), settled=True, seconds=60) == ()


def test_the_frontier_rises_and_ends_at_the_most_that_can_be_saved() -> None:
    case = Case(apart(100, 100, 100), (lower("PA-1", 0, 41, 5), lower("PA-2", 1, 70, 6), lower("PA-3", 2, 40, 10)))
    found = frontier(case.measures(), case.baseline(), RATES, ["10%", "20%", "49%", "60%"])
    assert [(one.target, one.codes) for one in found.points] == [
        (Fraction(1, 10), ("PA-1",)), (Fraction(1, 5), ("PA-3",)), (Fraction(49, 100), ("PA-1", "PA-2", "PA-3")),
        (None, ("PA-1", "PA-2", "PA-3")),
    ]  # fmt: skip
    table = found.table
    assert table["value"].is_monotonic_increasing
    assert table["reduction"].is_monotonic_increasing
    assert table["codes"].tolist()[-1] == "PA-1; PA-2; PA-3"
    assert compare(found.points[1].review, RATES).total == found.points[1].total


def one_report(hours: float, spread: tuple[float, float] | None = None) -> Inventory:
    """One procedure of one line, whose effort may lie between shares of what is stated."""
    ranges = [Range("activities", "NB-1/1", "effort_hours", spread[0] * hours, spread[1] * hours)] if spread else []
    line = Activity("NB-1", "1", name="lập báo cáo", effort_hours=hours)
    return Inventory.from_objects(Procedure("NB-1", "Báo cáo", frequency=1, population=40), line, *ranges)


def to(code: str, hours: float, one_off_vnd: int = 1) -> SimplifyWork:
    return SimplifyWork(code, "NB-1", (LineAfter("1", effort_hours=hours),), one_off_vnd=one_off_vnd)


NOT_SHARED = Assumptions(grade_cv=0, stage_cv=0, agency_cv=0)


def test_where_nothing_is_uncertain_every_point_reaches_its_target_for_sure() -> None:
    plans = (lower("PA-1", 0, 41, 5), lower("PA-2", 1, 70, 6), lower("PA-3", 2, 40, 10))
    case = Case(apart(100, 100, 100), plans)
    found = frontier(case.measures(), case.baseline(), RATES, ["10%", "20%"], assumptions=NOT_SHARED)
    assert found.table["probability"].tolist() == [1.0, 1.0, 1.0]
    assert found.table["probability"].dtype == "float64"
    beyond = frontier(case.measures(), case.baseline(), RATES, ["10%", "60%"], assumptions=NOT_SHARED)
    assert beyond.probabilities == (1.0, 0.0)  # the most that can be saved is less than the 60 % that was asked for


def test_a_frontier_without_targets_has_no_probability() -> None:
    found = frontier([to("PA-1", 6)], one_report(8), RATES, [])
    assert len(found.points) == 1
    assert math.isnan(found.table["probability"].tolist()[0])


def test_an_error_that_both_states_share_in_part_gives_each_point_the_probability_of_the_normal_ratio() -> None:
    """One factor of lognormal errors of each state: ln(after ÷ before) is normal, so its probability is known."""
    cv, correlation = 0.2, 0.5
    assumed = Assumptions(grade_cv=cv, stage_cv=0, agency_cv=0, between_states=correlation)
    measures = [to("PA-1", 6.4, 1), to("PA-2", 6, 2), to("PA-3", 4, 3)]
    found = frontier(measures, one_report(8), RATES, ["20%", "25%", "40%"], assumptions=assumed)
    sigma = math.sqrt(2 * (math.log1p(cv**2) - math.log1p(correlation * cv**2)))
    exact = [
        NormalDist().cdf(math.log((1 - target) / after) / sigma)
        for target, after in ((0.2, 0.8), (0.25, 0.75), (0.4, 0.5), (0.4, 0.5))
    ]
    assert exact[:2] == [0.5, 0.5]
    assert found.probabilities == pytest.approx(exact, rel=1e-9)
    assert found.table["probability"].tolist() == list(found.probabilities)


def test_a_point_is_as_sure_as_what_is_compared_of_its_review() -> None:
    found = frontier([to("PA-1", 6), to("PA-2", 4)], one_report(8, (0.5, 2)), RATES, ["20%", "30%"])
    one_by_one = [
        target_probability(compare(point.review, RATES), point.target or "30%", draws=0).probability
        for point in found.points
    ]
    assert list(found.probabilities) == one_by_one
    assert 0.5 < found.probabilities[0] < 1


def test_probabilities_are_worked_out_only_when_asked_for_and_faulty_ranges_said_then() -> None:
    wrong = Range("activities", "NB-1/1", "fee_vnd", 300, 400)
    baseline = Inventory.from_objects(
        Procedure("NB-1", "Báo cáo", frequency=1, population=1), Activity("NB-1", "1", fee_vnd=100), wrong
    )
    measures = [SimplifyWork("PA-1", "NB-1", (LineAfter("1", fee_vnd=50),))]
    found = frontier(measures, baseline, RATES, ["20%"])
    assert found.points[0].codes == ("PA-1",)
    with pytest.raises(InputFault):
        _ = found.table
    with pytest.raises(WrongKindError):
        frontier(measures, baseline, RATES, ["20%"], assumptions="pert")  # type: ignore[arg-type]


def test_the_frontier_keeps_to_its_restrictions() -> None:
    case = two()
    found = frontier(case.measures(), case.baseline(), RATES, ["10%", "20%"], budget_vnd=6)
    assert [one.codes for one in found.points] == [("PA-2",), ("PA-2",)]
    with pytest.raises(InputFault):
        frontier(case.measures(), case.baseline(), RATES, ["10%"], budget_vnd=6, required=["PA-1"])


def test_every_remark_of_the_room_is_tried() -> None:
    tried = {
        "too_many_configurations", "unknown_measure", "unknown_agency", "measure_required_and_excluded",
        "selection_without_target", "selection_not_in_time", "selection_not_proven", "selection_not_settled",
        "goal_out_of_reach", "goal_out_of_reach_with_others", "restrictions_contradict", "restriction_binds",
    }  # fmt: skip
    assert codes_of("selection") == tried
