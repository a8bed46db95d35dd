"""The oracle of comparison: a review worked out a second time in fractions, from its rows and the rules alone.

It reads DESIGN.md sections 3 and 4 and nothing of the library's successions, standings or comparisons.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle import round_half_up

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from review_strategies import Case

__all__ = ["GROUPS", "OracleLine", "Outcome", "outcome_of"]

Row = dict[str, Any]

GROUPS = ("kind", "level", "field", "agency", "reviewing_agency")
DATES = {"submitted": "submitted_on", "approved": "approved_on", "in_force": "effective_on"}


@dataclass(frozen=True, slots=True)
class OracleLine:
    """A line of one state: what it costs a year [đồng], and the groups it belongs to."""

    state: str
    procedure: str
    groups: dict[str, str | None]
    counted: bool
    cost: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review comes to.

    Parameters
    ----------
    lines
        Every line of both states.
    counted
        Whether each procedure of either state is in the ratios.
    strict, broad
        Number of procedures before and after.
    time, time_weighted
        Working days before and after, unweighted and by cases.
    """

    lines: tuple[OracleLine, ...]
    counted: dict[str, bool]
    strict: tuple[int, int]
    broad: tuple[int, int]
    time: tuple[Fraction, Fraction]
    time_weighted: tuple[Fraction, Fraction]

    def total(self, bearers: Collection[str] | None = None, *, counted: bool = True) -> tuple[int, int]:
        """Add the lines of each state that count, or those that are shown apart."""
        sums = self.sums((), bearers, counted=counted)
        return sums.get((), (0, 0))

    def sums(
        self, columns: Iterable[str], bearers: Collection[str] | None = None, *, counted: bool = True
    ) -> dict[tuple[str | None, ...], tuple[int, int]]:
        """Add the costs before and after by groups."""
        names = tuple(columns)
        before: Counter[tuple[str | None, ...]] = Counter()
        after: Counter[tuple[str | None, ...]] = Counter()
        keys = set()
        for line in self.lines:
            if line.counted == counted and (bearers is None or line.groups["bearer"] in bearers):
                key = tuple(line.groups[name] for name in names)
                keys.add(key)
                (before if line.state == "baseline" else after)[key] += line.cost
        return {key: (before[key], after[key]) for key in keys}


class _Work:
    """One review while it is worked out."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.before = {row["procedure"]: row for row in case.baseline["procedures"]}
        self.decided = {row["procedure"]: row for row in case.decisions}
        self.after = {row["procedure"]: row for row in case.simplified["procedures"]}
        self.rows = {
            "baseline": dict(case.baseline),
            "simplified": {name: list(rows) for name, rows in case.simplified.items()},
        }
        for code, row in self.before.items():
            if self.kind(code) == "keep" and code not in self.after:
                self.after[code] = row
                for name in ("activities", "volumes"):
                    self.rows["simplified"][name] += self.of(code, name, "baseline")
        self.old = {code: [one for one in self.before if self.heir(one) == code] for code in self.after}

    def kind(self, code: str) -> str | None:
        return self.decided.get(code, {}).get("decision")

    def heir(self, code: str) -> str | None:
        """Return the procedure that continues one of the baseline; None of one that is abolished or transferred."""
        if self.kind(code) in {"abolish", "transfer"}:
            return None
        return self.decided.get(code, {}).get("replaced_by") or code

    def of(self, code: str, name: str, state: str) -> list[Row]:
        return [row for row in self.rows[state][name] if row["procedure"] == code]

    def volumes(self, code: str, state: str) -> list[Row]:
        """Return the volumes by agency: those stated, else those of the only predecessor where nothing else is said."""
        own = self.of(code, "volumes", state)
        old = self.old[code] if state == "simplified" else []
        silent = self.after[code]["population"] is None if state == "simplified" else False
        return self.of(old[0], "volumes", "baseline") if not own and len(old) == 1 and silent else own

    def population(self, code: str) -> int:
        """Return how many subjects the baseline states for a procedure."""
        rows = self.of(code, "volumes", "baseline")
        return sum(row["population"] for row in rows) if rows else self.before[code]["population"]

    def stated(self, code: str) -> int:
        """Return S: what a simplified procedure states, or what follows from those that it continues."""
        rows = self.volumes(code, "simplified")
        if rows:
            return sum(row["population"] for row in rows)
        own = self.after[code]["population"]
        return sum(self.population(one) for one in self.old[code]) if own is None else own

    def costed(self, code: str) -> int:
        """Return V: the baseline's population; of a merge what it states, but never less than the largest."""
        populations = [self.population(one) for one in self.old[code]]
        if not populations:
            return self.stated(code)
        return populations[0] if len(populations) == 1 else max(self.stated(code), *populations)

    def times(self, code: str, state: str) -> Fraction | None:
        """Return the frequency of a procedure."""
        own: Fraction | None = (self.before if state == "baseline" else self.after)[code]["frequency"]
        if own is not None or state == "baseline":
            return own
        shared = {self.before[one]["frequency"] for one in self.old[code]}
        return shared.pop() if len(shared) == 1 else None

    def counts(self, code: str) -> bool:
        """Tell whether a procedure is in the ratios: a receiver is if any that it continues is."""
        if self.old.get(code):
            return any(self.in_scope(self.before[one]) for one in self.old[code])
        if code in self.before:
            return self.kind(code) != "transfer" and self.in_scope(self.before[code])
        return self.in_scope(self.after[code])

    @staticmethod
    def in_scope(row: Row) -> bool:
        return row["in_scope"] is not False

    def groups(self, code: str) -> dict[str, str | None]:
        """Return the groups of a procedure: the baseline's, for a receiver what those it continues agree on."""
        if code in self.before:
            found = {name: self.before[code][name] for name in GROUPS}
        else:
            found = {}
            for name in GROUPS:
                stated = {self.before[one][name] for one in self.old[code]} - {None}
                found[name] = stated.pop() if len(stated) == 1 else self.after[code][name]
        return {"procedure": code, "decision": self.kind(code), **found}

    def lines(self, code: str, state: str, *, scaled: bool) -> Iterable[OracleLine]:
        volumes = self.volumes(code, state)
        for row in self.of(code, "activities", state):
            shares: list[tuple[str | None, Fraction | None, int]]
            shares = [(one["agency"], one["frequency"], one["population"]) for one in volumes]
            if not shares:
                of_procedure = self.before[code]["population"] if state == "baseline" else self.stated(code)
                own = row["population"]
                shares = [(None, self.times(code, state), of_procedure if own is None else own)]
            for agency, times, subjects in shares:
                frequency = times if row["frequency"] is None else row["frequency"]
                assert frequency is not None
                cost = self.case_cost(row) * frequency * subjects
                if scaled and state == "simplified" and self.costed(code) != self.stated(code):
                    cost = cost * self.costed(code) / self.stated(code)
                groups = self.groups(code) | {name: row[name] for name in ("stage", "bearer", "grade")}
                groups["volume_agency"] = agency
                yield OracleLine(state, code, groups, self.counts(code), round_half_up(cost))

    def case_cost(self, row: Row) -> Fraction:
        work = (row["effort_hours"] or Fraction(0)) * self.case.rates[row["grade"]]
        return work + sum(row[name] or 0 for name in ("service_vnd", "fee_vnd", "other_vnd"))

    def figures(self, code: str, state: str) -> Counter[Any]:
        """Return what a simplification changes: grade, effort, money and frequency of the lines."""
        found: Counter[Any] = Counter()
        by_agency = frozenset(row["frequency"] for row in self.volumes(code, state))
        for row in self.of(code, "activities", state):
            effort = row["effort_hours"] or Fraction(0)
            money = tuple(row[name] or 0 for name in ("service_vnd", "fee_vnd", "other_vnd"))
            own = row["frequency"]
            times = frozenset({own}) if own is not None else by_agency or frozenset({self.times(code, state)})
            found[(row["grade"] if effort else None, effort, money, times)] += 1
        return found

    def is_simplified(self, code: str) -> bool:
        origins = [code] if code in self.before else self.old[code]
        before = sum((self.figures(one, "baseline") for one in origins), Counter[Any]())
        return bool(self.old[code]) and before != self.figures(code, "simplified")

    def cases(self, code: str) -> Fraction | None:
        rows = self.of(code, "volumes", "baseline") or [self.before[code]]
        if any(row["frequency"] is None or row["population"] is None for row in rows):
            return None
        return sum((row["frequency"] * row["population"] for row in rows), Fraction(0))


def _arrived(work: _Work, at: tuple[str, str]) -> dict[str, bool]:
    """Tell of each baseline procedure whether it, and all that move with it, had come so far on a day."""
    column, on = DATES[at[0]], at[1]
    here = {code: (work.decided.get(code, {}).get(column) or "9999") <= on for code in work.before}
    return {code: all(here[one] for one in work.old.get(work.heir(code) or "", [code])) for code in work.before}


def outcome_of(case: Case, *, population: str = "baseline", at: tuple[str, str] | None = None) -> Outcome:
    """Work a review out.

    Parameters
    ----------
    case
        The rows and rates of the review.
    population
        ``"baseline"``: each simplified line at V ÷ S of its population; ``"stated"``: as written.
    at
        Basis and day (ISO): what had not come so far stays at its baseline.
    """
    work = _Work(case)
    arrived = dict.fromkeys(work.before, True) if at is None else _arrived(work, at)
    held = {code for code, here in arrived.items() if not here}
    lines = [line for code in work.before for line in work.lines(code, "baseline", scaled=False)]
    after = [code for code in work.after if code not in held and not held & set(work.old[code])]
    both = [line for line in lines if line.procedure in held]
    lines += [OracleLine("simplified", one.procedure, one.groups, one.counted, one.cost) for one in both]
    lines += [line for code in after for line in work.lines(code, "simplified", scaled=population == "baseline")]
    counted = {code: work.counts(code) for code in {**work.before, **work.after}}
    strict = (sum(counted[code] for code in work.before), sum(counted[code] for code in [*held, *after]))
    changed = sum(counted[code] and work.is_simplified(code) for code in after)
    days = [(work.before[code]["deadline_days"], work.before[code]["deadline_days"], work.cases(code))
            for code in held if counted[code]]  # fmt: skip
    for code in after:
        origin = code if code in work.before else work.old[code][0] if len(work.old[code]) == 1 else None
        if counted[code] and origin is not None:
            pair = work.before[origin]["deadline_days"], work.after[code]["deadline_days"]
            days.append((*pair, work.cases(origin)))
    known = [(Fraction(a), Fraction(b), cases) for a, b, cases in days if a is not None and b is not None]
    return Outcome(
        tuple(lines),
        counted,
        strict,
        (strict[0], strict[1] - changed),
        (sum((a for a, _, _ in known), Fraction(0)), sum((b for _, b, _ in known), Fraction(0))),
        (
            sum((a * cases for a, _, cases in known if cases is not None), Fraction(0)),
            sum((b * cases for _, b, cases in known if cases is not None), Fraction(0)),
        ),
    )
