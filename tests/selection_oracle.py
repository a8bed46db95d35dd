"""The oracle of selections: small cases, every subset of their measures tried, costed in plain integers.

It knows no groups, no configurations and no solver, and states in its own words which measures go together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tthc_cost.inventory import Inventory
from tthc_cost.measures.kinds import (
    Abolish,
    LegalAction,
    LineAfter,
    LowerFrequency,
    MergeProcedures,
    SimplifyWork,
)
from tthc_cost.model import Activity, Procedure
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from tthc_cost.measures.kinds import SimplificationMeasure

__all__ = ["RATES", "Asked", "Case", "Outcome", "Plan", "Way", "asked", "best_of", "cases", "outcome_of", "ways_of"]

RATES = RateTable.from_income(2112 * 1000)
AGENCIES = ("Sở Nội vụ", "Sở Tài chính")
REGULATIONS = ("QĐ 1", "QĐ 2", "QĐ 3", None)


@dataclass(frozen=True, slots=True)
class Way:
    """A procedure as it is: who resolves it, how often, for how many, and the fee of each line [đồng]."""

    agency: str
    frequency: int
    population: int
    fees: Mapping[str, int]
    in_scope: bool = True

    @property
    def cost_vnd(self) -> int:
        return sum(self.fees.values()) * self.frequency * self.population


@dataclass(frozen=True, slots=True)
class Plan:
    """A measure, by `what` it does.

    ``fee`` lowers a line's fee to `after`, ``drop`` drops the line, ``rarer`` lowers the frequency to `after`,
    ``abolish`` ends the procedure, ``merge`` puts `other` into it.
    """

    code: str
    what: str
    procedure: str
    line: str = ""
    after: int = 0
    other: str = ""
    one_off_vnd: int = 0
    regulation: str | None = None

    def measure(self) -> SimplificationMeasure:
        """Return it as the library takes it."""
        legal = LegalAction(self.regulation)
        if self.what == "abolish":
            return Abolish(self.code, self.procedure, legal=legal, one_off_vnd=self.one_off_vnd)
        if self.what == "rarer":
            return LowerFrequency(self.code, self.procedure, self.after, legal=legal, one_off_vnd=self.one_off_vnd)
        if self.what == "merge":
            return MergeProcedures(self.code, self.procedure, (self.other,), legal=legal, one_off_vnd=self.one_off_vnd)
        line = LineAfter(self.line, dropped=True) if self.what == "drop" else LineAfter(self.line, fee_vnd=self.after)
        return SimplifyWork(self.code, self.procedure, (line,), legal=legal, one_off_vnd=self.one_off_vnd)


@dataclass(frozen=True, slots=True)
class Case:
    """Procedures by code, and what could be done."""

    procedures: Mapping[str, Way]
    plans: tuple[Plan, ...]

    def measures(self) -> list[SimplificationMeasure]:
        """Return the measures as the library takes them."""
        return [plan.measure() for plan in self.plans]

    def baseline(self) -> Inventory:
        """Return the procedures as the library takes them."""
        things: list[object] = []
        for code, way in self.procedures.items():
            things.append(
                Procedure(
                    code, f"TTHC {code}", agency=way.agency, frequency=way.frequency, population=way.population,
                    in_scope=way.in_scope,
                )
            )  # fmt: skip
            things += [Activity(code, line, fee_vnd=fee) for line, fee in way.fees.items()]
        return Inventory.from_objects(*things)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of measures comes to: costs by agency and number of procedures, before and after."""

    before: Counter[str]
    after: Counter[str]
    count: tuple[int, int]

    @property
    def saving(self) -> int:
        return self.before.total() - self.after.total()


def outcome_of(case: Case, chosen: Collection[Plan]) -> Outcome | None:
    """Work a set of measures out; None where they do not go together."""
    cells = Counter((plan.procedure, plan.line or plan.what) for plan in chosen)
    ends = [plan.procedure if plan.what == "abolish" else plan.other for plan in chosen]
    gone = {code for plan, code in zip(chosen, ends, strict=True) if plan.what in {"abolish", "merge"}}
    touching = Counter(code for plan in chosen for code in (plan.procedure, plan.other) if code in gone)
    if max((*cells.values(), *touching.values()), default=0) > 1:
        return None
    counted = {code for code, way in case.procedures.items() if way.in_scope}
    counted |= {plan.procedure for plan in chosen if plan.what == "merge" and plan.other in counted}
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for code, way in case.procedures.items():
        then = _way_after(case, way, [plan for plan in chosen if plan.procedure == code])
        if not then.fees:
            return None
        if code in counted:
            before[way.agency] += way.cost_vnd
            after[way.agency] += 0 if code in gone else then.cost_vnd
    return Outcome(before, after, (len(counted), len(counted - gone)))


def _way_after(case: Case, way: Way, own: Collection[Plan]) -> Way:
    for plan in own:
        if plan.what == "fee":
            way = replace(way, fees={**way.fees, plan.line: plan.after})
        elif plan.what == "drop":
            way = replace(way, fees={line: fee for line, fee in way.fees.items() if line != plan.line})
        elif plan.what == "rarer":
            way = replace(way, frequency=plan.after)
        elif plan.what == "merge":
            way = replace(way, population=way.population + case.procedures[plan.other].population)
    return way


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a selection, as `select` takes it."""

    target: Fraction | None
    objective: str
    count_target: Fraction | None = None
    budget_vnd: int | None = None
    required: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    prerequisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    agency_minima: Mapping[str, Fraction] = field(default_factory=dict)

    def allows(self, chosen: Collection[Plan], outcome: Outcome) -> bool:
        """Tell whether a set of measures satisfies everything."""
        codes = {plan.code for plan in chosen}
        reductions = [(self.target, outcome.saving, outcome.before.total())]
        reductions.append((self.count_target, outcome.count[0] - outcome.count[1], outcome.count[0]))
        for agency, share in self.agency_minima.items():
            reductions.append((share, outcome.before[agency] - outcome.after[agency], outcome.before[agency]))
        return (
            all(share is None or Fraction(saving) >= share * whole for share, saving, whole in reductions)
            and (self.budget_vnd is None or sum(plan.one_off_vnd for plan in chosen) <= self.budget_vnd)
            and self.required <= codes
            and not self.excluded & codes
            and all(set(needed) <= codes for code, needed in self.prerequisites.items() if code in codes)
        )

    def value(self, chosen: Collection[Plan]) -> int:
        """Return what is to be least."""
        if self.objective == "one_off_cost":
            return sum(plan.one_off_vnd for plan in chosen)
        if self.objective == "changes":
            return len(chosen)
        return len({plan.regulation for plan in chosen} - {None})


def ways_of(case: Case) -> Iterator[tuple[tuple[Plan, ...], Outcome]]:
    """Go through all sets of measures that go together."""
    for size in range(len(case.plans) + 1):
        for chosen in combinations(case.plans, size):
            if (outcome := outcome_of(case, chosen)) is not None:
                yield chosen, outcome


def best_of(case: Case, wish: Asked) -> tuple[int, int, int, list[str]] | None:
    """Return value, saving, number and codes of the best set: least, then saving most, then fewest, then earliest."""
    rank: Callable[[tuple[int, int, int, list[str]]], tuple[int, int, int, list[str]]]
    rank = lambda one: (one[0], -one[1], one[2], one[3])  # noqa: E731 - only here
    return min(
        (
            (wish.value(chosen), outcome.saving, len(chosen), sorted(plan.code for plan in chosen))
            for chosen, outcome in ways_of(case)
            if wish.allows(chosen, outcome)
        ),
        key=rank,
        default=None,
    )


@st.composite
def cases(draw: st.DrawFn, *, most: int = 8) -> Case:
    """Two to four procedures, of which one may be out of scope, and up to `most` measures, ties among them likely."""
    codes = [f"NB-{number}" for number in range(draw(st.integers(2, 4)))]
    procedures = {
        code: Way(
            draw(st.sampled_from(AGENCIES)),
            draw(st.integers(1, 4)),
            draw(st.integers(1, 3)),
            {line: draw(st.integers(1, 12)) for line in "12"},
            in_scope=number == 0 or draw(st.integers(0, 5)) > 0,
        )
        for number, code in enumerate(codes)
    }
    plans = []
    for number in draw(st.permutations(range(draw(st.integers(1, most))))):
        code = draw(st.sampled_from(codes))
        way = procedures[code]
        line = draw(st.sampled_from("12"))
        kinds = ["fee", "drop", "abolish", "merge"] + ["rarer"] * 2 * (way.frequency > 1)
        what = draw(st.sampled_from(kinds))
        after = {"fee": way.fees[line], "rarer": way.frequency}.get(what, 1)
        plans.append(
            Plan(
                f"PA-{number}",
                what,
                code,
                line if what in {"fee", "drop"} else "",
                draw(st.integers(what == "rarer", after - 1)) if after > 1 or what == "fee" else 0,
                draw(st.sampled_from([one for one in codes if one != code])) if what == "merge" else "",
                draw(st.integers(0, 5)),
                draw(st.sampled_from(REGULATIONS)),
            )
        )
    return Case(procedures, tuple(plans))


@st.composite
def asked(draw: st.DrawFn, case: Case) -> Asked:
    """Targets and restrictions, most of them within reach."""
    codes = [plan.code for plan in case.plans]
    some = st.frozensets(st.sampled_from(codes), max_size=1)
    shares = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(1, 5), Fraction(1, 3), Fraction(1, 2)])
    rarely = st.integers(0, 3).map(lambda number: number == 0)
    required = draw(some) if draw(rarely) else frozenset()
    agencies = sorted({way.agency for way in case.procedures.values() if way.in_scope})
    return Asked(
        draw(shares),
        draw(st.sampled_from(["one_off_cost", "regulations", "changes"])),
        draw(shares) if draw(rarely) else None,
        draw(st.integers(0, 12)) if draw(rarely) else None,
        required,
        draw(some) - required if draw(rarely) else frozenset(),
        {draw(st.sampled_from(codes)): (draw(st.sampled_from(codes)),)} if draw(rarely) else {},
        {draw(st.sampled_from(agencies)): draw(shares)} if draw(rarely) else {},
    )
