"""Configurations: which measures go together, and that each costs what a comparison of its review finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings

from remarks import only
from selection_oracle import RATES, Case, Plan, Way, cases, outcome_of
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault
from tthc_cost.inventory import Inventory
from tthc_cost.measures.applying import apply_measures
from tthc_cost.measures.kinds import (
    Abolish,
    Delegate,
    DropDocument,
    LegalAction,
    LineAfter,
    LowerFrequency,
    MergeProcedures,
    SimplifyWork,
)
from tthc_cost.model import Activity, Procedure, Volume
from tthc_cost.rates import RateTable
from tthc_cost.selection.configurations import LARGEST_GROUP, configurations_of, groups_of

if TYPE_CHECKING:
    from tthc_cost.measures.kinds import SimplificationMeasure
    from tthc_cost.selection.configurations import Configuration


@given(cases())
@settings(max_examples=max(10, settings().max_examples // 4))
def test_the_configurations_are_the_sets_that_go_together(case: Case) -> None:
    """Each group's, put together with the empty sets of the others, cost what the whole does."""
    *groups, untouched = configurations_of(case.measures(), case.baseline(), RATES)
    by_code = {plan.code: plan for plan in case.plans}
    tried = 0
    for number, group in enumerate(groups):
        assert group[0].measures == ()
        together = {one.measures for one in group}
        assert len(together) == len(group)
        others = [one[0] for place, one in enumerate(groups) if place != number] + list(untouched)
        for one in group:
            outcome = outcome_of(case, [by_code[code] for code in one.measures])
            assert outcome is not None
            whole = [one, *others]
            assert sum(part.count.baseline for part in whole) == outcome.count[0]
            assert sum(part.count.simplified for part in whole) == outcome.count[1]
            for agency in {*outcome.before, *outcome.after}:
                costs = [part.costs[agency] for part in whole if agency in part.costs]
                assert sum(cost.baseline for cost in costs) == outcome.before[agency]
                assert sum(cost.simplified for cost in costs) == outcome.after[agency]
            assert one.one_off_vnd == sum(by_code[code].one_off_vnd for code in one.measures)
            named = {by_code[code].regulation for code in one.measures} - {None}
            assert one.documents == {str(name).casefold() for name in named}
        codes = sorted(
            code for configuration in group for code in configuration.measures if len(configuration.measures) == 1
        )
        for chosen in _subsets(codes):
            admissible = outcome_of(case, [by_code[code] for code in chosen]) is not None
            assert (chosen in together) == admissible, chosen
            tried += 1
    assert tried >= len(groups)


def _subsets(codes: list[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for code in codes:
        found += [(*one, code) for one in found]
    return found


def office() -> Inventory:
    """Lines with effort, thirds and grades, communes, a line with subjects of its own, one procedure out of scope."""
    return Inventory.from_objects(
        Procedure("A", "A", agency="Sở Nội vụ", frequency=4, population=7),
        Activity("A", "1", grade="A1/1", effort_hours=0.7, document="1"),
        Activity("A", "2", grade="A1/1", effort_hours=1 / 3, fee_vnd=1_003),
        Activity("A", "3", fee_vnd=20_000, population=3),
        Procedure("B", "B", agency="Sở Tài chính", frequency=1, population=11),
        Activity("B", "1", grade="A1/3", effort_hours=2.5),
        Procedure("C", "C", frequency=2, population=5, in_scope=False),
        Activity("C", "1", other_vnd=777),
        Procedure("D", "D", agency="UBND xã"),
        Volume("D", "xã Mường So", 1, 13), Volume("D", "xã Thu Lũm", 3, 17),
        Activity("D", "1", grade="A1/1", effort_hours="10 phút"),
        Activity("D", "2", grade="A1/1", effort_hours="1 phút", fee_vnd=5),
        Procedure("E", "E", agency="Sở Y tế", frequency=1, population=1),
        Activity("E", "1", fee_vnd=10_000_000),
    )  # fmt: skip


def office_measures() -> list[SimplificationMeasure]:
    return [
        DropDocument("M1", "A", "1"),
        LowerFrequency("M2", "A", 1.5, legal=LegalAction("QĐ 1"), one_off_vnd=3),
        MergeProcedures("M3", "B", ("C",), into="BC"),
        MergeProcedures("M4", "C", ("B",), population=12),
        SimplifyWork("M5", "B", (LineAfter("1", effort_hours=0.7),), legal=LegalAction("QĐ 1")),
        Abolish("M6", "D"),
        Delegate("M7", "D", "commune", lines=(LineAfter("1", grade="A1/3"),)),
        SimplifyWork("M8", "D", (LineAfter("2", dropped=True),)),
        Delegate("M9", "B", "commune", "UBND xã"),
    ]


GRADED = RateTable.from_table(pd.DataFrame({"grade": ["A1/1", "A1/3"], "vnd_per_hour": [45_265, 48_248]}))


def test_every_configuration_costs_what_a_comparison_of_its_review_finds() -> None:
    baseline, measures = office(), office_measures()
    by_code = {one.code: one for one in measures}
    *groups, untouched = configurations_of(measures, baseline, GRADED)
    assert [sorted({code for one in group for code in one.measures}) for group in groups] == [
        ["M1", "M2"], ["M3", "M4", "M5", "M9"], ["M6", "M7", "M8"],
    ]  # fmt: skip
    for number, group in enumerate(groups):
        rest = [one[0] for place, one in enumerate(groups) if place != number] + list(untouched)
        for one in group:
            compared = compare(apply_measures([by_code[code] for code in one.measures], baseline), GRADED)
            whole = [one, *rest]
            assert _total(whole) == (compared.total.baseline, compared.total.simplified), one.measures
            assert sum(part.count.baseline for part in whole) == compared.count().baseline
            assert sum(part.count.simplified for part in whole) == compared.count().simplified
            for row in compared.by("agency").itertuples():
                agency = None if not isinstance(row.agency, str) else row.agency
                costs = [part.costs[agency] for part in whole if agency in part.costs]
                assert sum(cost.baseline for cost in costs) == row.baseline_vnd
                assert sum(cost.simplified for cost in costs) == row.simplified_vnd, (one.measures, agency)


def _total(parts: list[Configuration]) -> tuple[int, int]:
    costs = [cost for part in parts for cost in part.costs.values()]
    return sum(int(cost.baseline) for cost in costs), sum(int(cost.simplified) for cost in costs)


def test_groups_are_tied_by_the_procedures_they_touch() -> None:
    some: list[SimplificationMeasure] = [
        Abolish("M1", "A"), Abolish("M2", "B"), MergeProcedures("M3", "C", ("D",)), MergeProcedures("M4", "D", ("B",)),
        Abolish("M5", "E"),
    ]  # fmt: skip
    assert [[one.code for one in group.measures] for group in groups_of(some[::-1])] == [
        ["M1"], ["M2", "M3", "M4"], ["M5"],
    ]  # fmt: skip
    assert groups_of(some)[1].procedures == {"B", "C", "D"}


def faults_of(case: Case) -> tuple[Any, ...]:
    with pytest.raises(InputFault) as refused:
        configurations_of(case.measures(), case.baseline(), RATES)
    return refused.value.faults


def test_a_measure_that_can_never_be_applied_is_a_fault_and_not_left_out() -> None:
    way = Way("Sở Nội vụ", 1, 1, {"1": 5})
    only("measure_nothing_left", faults_of(Case({"NB-0": way}, (Plan("PA-1", "drop", "NB-0", "1"),))))
    plans = (Plan("PA-1", "fee", "NB-0", "9", 1), Plan("PA-2", "rarer", "NB-0", after=3))
    codes = [one.code for one in faults_of(Case({"NB-0": way}, plans))]
    assert sorted(codes) == ["measure_not_lower", "measure_unknown_part"]


def test_a_blank_population_is_the_fault_that_its_review_would_raise() -> None:
    baseline = Inventory.from_objects(
        Procedure("A", "A", frequency=1), Activity("A", "1", fee_vnd=9, population=4), Activity("A", "2", fee_vnd=9,
                                                                                                population=4),
    )  # fmt: skip
    measures: list[SimplificationMeasure] = [SimplifyWork("M1", "A", (LineAfter("1", fee_vnd=4),))]
    for attempt in (lambda: configurations_of(measures, baseline, RATES), lambda: apply_measures(measures, baseline)):
        with pytest.raises(InputFault) as refused:
            attempt()
        assert "baseline_population_blank" in [one.code for one in refused.value.faults]
    assert configurations_of([Abolish("M2", "A")], baseline, RATES)[0][1].count.simplified == 0


def test_measures_that_exclude_each_other_are_not_too_many() -> None:
    """Thirty ways to lower one fee are 31 configurations; thirteen fees that may each be lowered are too many."""
    way = Way("Sở Nội vụ", 1, 1, {"1": 100})
    plans = tuple(Plan(f"PA-{number}", "fee", "NB-0", "1", number) for number in range(30))
    assert (
        len(configurations_of(Case({"NB-0": way}, plans).measures(), Case({"NB-0": way}, ()).baseline(), RATES)[0])
        == 31
    )
    fees = {str(line): 10 for line in range(13)}
    case = Case({"NB-0": Way("Sở Nội vụ", 1, 1, fees)}, tuple(Plan(f"PA-{one}", "fee", "NB-0", one, 1) for one in fees))
    fault = only("too_many_configurations", faults_of(case))
    assert dict(fault.values)["limit"] == str(LARGEST_GROUP)
