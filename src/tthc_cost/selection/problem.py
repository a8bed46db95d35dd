"""What is asked of a selection: targets and restrictions read, stated in integers, and why nothing satisfies them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from tthc_cost.arithmetic import Reduction, parse_target
from tthc_cost.errors import InputFault, Place, TthcCostError, ZeroBaselineError, remark, require
from tthc_cost.inventory import Inventory
from tthc_cost.measures.applying import touched
from tthc_cost.numerals import format_integer, format_percent, shorten
from tthc_cost.rates import RateTable
from tthc_cost.selection.configurations import configurations_of
from tthc_cost.selection.model import Amount, ChoiceModel, Demand, least
from tthc_cost.units import read_money
from tthc_cost.vocabulary import Term, fold, nearest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from tthc_cost.errors import Remark
    from tthc_cost.measures.kinds import SimplificationMeasure
    from tthc_cost.selection.configurations import Configuration

    Share: TypeAlias = str | Fraction | Decimal | int
    Choice: TypeAlias = tuple[int, ...]

__all__ = ["Problem", "Restriction", "problem_of", "why_not"]


class Restriction(Term):
    """What a selection has to satisfy."""

    COST_TARGET = "cost_target", "mục tiêu cắt giảm chi phí tuân thủ", "the target for the compliance cost"
    COUNT_TARGET = "count_target", "mục tiêu cắt giảm số lượng TTHC", "the target for the number of procedures"
    AGENCY_MINIMUM = "agency_minimum", "mức cắt giảm tối thiểu của cơ quan", "the minimum of an agency"
    BUDGET = "budget", "kinh phí tối đa", "the budget"
    REQUIRED = "required", "các phương án bắt buộc", "the required measures"
    PREREQUISITE = "prerequisite", "các phương án phải có trước", "the prerequisites"
    EXCLUSION = "exclusion", "các phương án, TTHC bị loại trừ", "the measures and procedures left out"


_GOALS: Final = (Restriction.COST_TARGET, Restriction.COUNT_TARGET, Restriction.AGENCY_MINIMUM)
_NOTHING: Final = Reduction(0, 0)


@dataclass(frozen=True)
class Problem:
    """A selection stated in integers: one configuration of each group is to be chosen.

    Parameters
    ----------
    measures : mapping of str to SimplificationMeasure
        All that may be chosen, by code, in order.
    options : tuple of Configuration
        The configurations of all groups.
    model : ChoiceModel
        The groups, and what is demanded of a choice.
    shares : mapping
        The share that each goal asks for, by kind and agency.
    """

    measures: Mapping[str, SimplificationMeasure]
    options: tuple[Configuration, ...]
    model: ChoiceModel
    shares: Mapping[tuple[Restriction, str], Fraction]

    def aiming_at(self, goal: Restriction, share: Fraction, whom: str = "") -> Problem:
        """Return the problem with one more goal.

        ``Σ (q · saving − p · baseline) ≥ 0`` for a share of p/q: exact, also where a configuration moves a procedure
        into the scope and so changes the baseline.

        Raises
        ------
        ZeroBaselineError
            If there is nothing to take a share of.
        """
        figures = [self._of(option, goal, whom) for option in range(len(self.options))]
        if not any(one.baseline for one in figures):
            raise ZeroBaselineError.because("zero_baseline", Place(key=(whom,) if whom else ()))
        above = {
            option: int(share.denominator * one.saving - share.numerator * one.baseline)
            for option, one in enumerate(figures)
            if one.baseline or one.simplified
        }
        model = self.model.within(Demand(goal, Amount(above), 0, whom))
        return replace(self, model=model, shares={**self.shares, (goal, whom): share})

    def _of(self, option: int, goal: Restriction, whom: str | None = "") -> Reduction:
        configuration = self.options[option]
        if goal is Restriction.COUNT_TARGET:
            return configuration.count
        if goal is Restriction.AGENCY_MINIMUM:
            return configuration.costs.get(whom, _NOTHING)
        return sum(configuration.costs.values(), _NOTHING)

    def reached(self, choice: Choice, goal: Restriction, whom: str | None = "") -> Reduction:
        """Return what a choice reduces, of what a goal is about."""
        first, *others = (self._of(option, goal, whom) for option in choice)
        return sum(others, first)

    @property
    def saving(self) -> Amount:
        """What is saved, all agencies together [đồng a year]."""
        return Amount({
            option: sum(int(one.saving) for one in configuration.costs.values())
            for option, configuration in enumerate(self.options)
        })  # fmt: skip

    @property
    def one_off_vnd(self) -> Amount:
        """What the measures cost once [đồng]."""
        return Amount({option: one.one_off_vnd for option, one in enumerate(self.options)})

    @property
    def changes(self) -> Amount:
        """How many measures are chosen."""
        return Amount({option: len(one.measures) for option, one in enumerate(self.options)})

    @cached_property
    def holders(self) -> Mapping[str, Mapping[int, int]]:
        """For each measure, in order, 1 for every configuration that holds it."""
        found: dict[str, dict[int, int]] = {code: {} for code in self.measures}
        for option, configuration in enumerate(self.options):
            for code in configuration.measures:
                found[code][option] = 1
        return found


def problem_of(
    measures: Iterable[SimplificationMeasure],
    baseline: Inventory,
    rates: RateTable,
    target: Share | None,
    *,
    count_target: Share | None = None,
    budget_vnd: int | str | None = None,
    required: Iterable[str] = (),
    excluded: Iterable[str] = (),
    untouched: Iterable[str] = (),
    prerequisites: Mapping[str, Iterable[str]] | None = None,
    agency_minima: Mapping[str, Share] | None = None,
) -> Problem:
    """State a selection in integers.

    Parameters
    ----------
    measures, baseline, rates, target, count_target, budget_vnd, required, excluded, untouched, prerequisites
        As of `tthc_cost.selection.choice.select`.
    agency_minima
        As there.

    Raises
    ------
    InputFault
        With everything that is wrong with measures and restrictions.
    ZeroBaselineError
        If there is nothing to take a share of.
    """
    require(baseline, Inventory, "baseline")
    require(rates, RateTable, "rates")
    given = tuple(measures)
    asked = _Reader(given, baseline)
    shares = {
        Restriction.COST_TARGET: asked.share(target, "target"),
        Restriction.COUNT_TARGET: asked.share(count_target, "count_target"),
    }
    minima = {asked.agency(name): asked.share(share, "agency_minima") for name, share in (agency_minima or {}).items()}
    budget = None if budget_vnd is None else asked.read(lambda: int(read_money(budget_vnd, argument="budget_vnd")), 0)
    needed = {asked.measure(code, "required") for code in required}
    before = [
        (asked.measure(code, "prerequisites"), asked.measure(other, "prerequisites"))
        for code, others in (prerequisites or {}).items()
        for other in others
    ]
    out = {asked.measure(code, "excluded") for code in excluded}
    alone = {asked.procedure(code) for code in untouched}
    out |= {one.code for one in given if alone & set(touched(one))}
    asked.contradictions(needed & out)
    asked.raise_faults()
    groups = configurations_of((one for one in given if one.code not in out), baseline, rates)
    options = tuple(one for group in groups for one in group)
    model = ChoiceModel(tuple(len(group) for group in groups), tuple(one.documents for one in options))
    by_code = {one.code: one for one in sorted(given, key=lambda one: one.code) if one.code not in out}
    problem = Problem(by_code, options, model, {})
    held = problem.holders
    demands = [Demand(Restriction.REQUIRED, Amount(held[code]), 1) for code in sorted(needed)]
    for code, other in before:
        both = dict(held.get(other, {}))
        for option in held.get(code, ()):
            both[option] = both.get(option, 0) - 1
        demands.append(Demand(Restriction.PREREQUISITE, Amount(both), 0))
    if budget is not None:
        demands.append(Demand(Restriction.BUDGET, -problem.one_off_vnd, -budget))
    problem = replace(problem, model=model.within(*demands))
    for goal, share in shares.items():
        problem = problem if share is None else problem.aiming_at(goal, share)
    for agency, share in minima.items():
        problem = problem if share is None else problem.aiming_at(Restriction.AGENCY_MINIMUM, share, agency)
    return problem


class _Reader:
    """Reads what is asked, and gathers what is wrong with it."""

    def __init__(self, measures: Sequence[SimplificationMeasure], baseline: Inventory) -> None:
        times = Counter(one.code for one in measures)
        self.faults: list[Remark] = [
            remark("measure_code_twice", Place(table="measures", key=(code,)), measure=code)
            for code, count in times.items()
            if count > 1
        ]
        self.codes = frozenset(times)
        self.procedures = frozenset(baseline.procedures["procedure"])
        self.agencies = {fold(name): str(name) for name in baseline.procedures["agency"].dropna().unique()}
        self.near_measure, self.near_procedure, self.near_agency = (
            nearest_of(names) for names in (times, self.procedures, self.agencies.values())
        )

    def read(self, what: Callable[[], int], otherwise: int) -> int:
        try:
            return what()
        except TthcCostError as error:
            self.faults += error.faults
            return otherwise

    def share(self, value: Share | None, argument: str) -> Fraction | None:
        try:
            return None if value is None else parse_target(value)
        except TthcCostError as error:
            self.faults += [one.at(column=argument) for one in error.faults]
            return None

    def measure(self, code: str, argument: str) -> str:
        if code not in self.codes:
            near = self.near_measure(code)
            self.faults.append(remark("unknown_measure", Place(column=argument), measure=shorten(code), near=near))
        return code

    def procedure(self, code: str) -> str:
        if code not in self.procedures:
            near, place = self.near_procedure(code), Place(column="untouched")
            self.faults.append(remark("unknown_procedure", place, procedure=shorten(code), near=near))
        return code

    def agency(self, name: str) -> str:
        if fold(name) not in self.agencies:
            near, place = self.near_agency(name), Place(column="agency_minima")
            self.faults.append(remark("unknown_agency", place, agency=shorten(name), near=near))
        return self.agencies.get(fold(name), name)

    def contradictions(self, codes: Iterable[str]) -> None:
        self.faults += [remark("measure_required_and_excluded", measure=code) for code in sorted(codes)]

    def raise_faults(self) -> None:
        if self.faults:
            raise InputFault(*self.faults)


def why_not(problem: Problem, unrestricted: Problem | None, *, seconds: float) -> InputFault:
    """Return why no choice satisfies a problem: how far each goal falls short, and what stands in the way.

    Parameters
    ----------
    problem : Problem
        One that is proven to have no solution.
    unrestricted : Problem, optional
        The same with all measures, where some are left out.
    seconds : float
        How long each question may take [s].

    Returns
    -------
    InputFault
        For each goal that cannot be reached even without the others the most that can, or else what remains possible
        of each goal while the others are kept; and every restriction without which there would be a solution.
    """

    def can(model: ChoiceModel) -> bool:
        return least(model, Amount(), seconds=seconds).choice is not None

    model = problem.model
    goals = [demand for demand in model.demands if demand.name in _GOALS]
    without_goals = model.without(*_GOALS)
    faults = []
    if can(without_goals):
        faults = [
            fault for goal in goals if (fault := _most(problem, without_goals, goal, "goal_out_of_reach", seconds))
        ]
        if not faults:
            for goal in goals:
                others = replace(model, demands=tuple(one for one in model.demands if one is not goal))
                fault = _most(problem, others, goal, "goal_out_of_reach_with_others", seconds)
                faults += [] if fault is None else [fault]
    else:
        faults.append(remark("restrictions_contradict"))
    kinds = dict.fromkeys(Restriction.parse(demand.name) for demand in model.demands)
    binding = [kind for kind in kinds if len(kinds) > 1 and can(model.without(kind))]
    if unrestricted is not None and can(unrestricted.model):
        binding.append(Restriction.EXCLUSION)
    faults += [remark("restriction_binds", what=kind.label(), what_en=kind.label("en")) for kind in binding]
    return InputFault(*faults)


def _most(problem: Problem, model: ChoiceModel, goal: Demand, code: str, seconds: float) -> Remark | None:
    """Say the most that can be reached of a goal; nothing if that is enough, or if nobody knows."""
    found = least(model, -goal.amount, seconds=seconds)
    if found.choice is None or not found.ended or not problem.model.short(goal, found.choice):
        return None
    kind = Restriction.parse(goal.name)
    share = problem.shares[kind, goal.whom]
    reached = problem.reached(found.choice, kind, goal.whom)
    unit, unit_en = ("TTHC", "procedures") if kind is Restriction.COUNT_TARGET else ("đồng/năm", "đồng a year")
    amounts = {"saving": reached.saving, "missing": reached.shortfall(share), "baseline": reached.baseline}
    shown = {name: format_integer(value) for name, value in amounts.items()}
    shown |= {f"{name}_en": format_integer(value, language="en") for name, value in amounts.items()}
    ratio = Fraction(0) if reached.ratio is None else reached.ratio
    return remark(
        code,
        Place(key=(goal.whom,) if goal.whom else ()),
        what=kind.label(), what_en=kind.label("en"), unit=unit, unit_en=unit_en, **shown,
        target=format_percent(share), target_en=format_percent(share, language="en"),
        reached=format_percent(ratio, apart_from=share),
        reached_en=format_percent(ratio, apart_from=share, language="en"),
    )  # fmt: skip
