"""One option of every group, least by an amount and within demands: HiGHS searches, integers decide."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from tthc_cost.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from scipy.sparse import csr_array

    Choice: TypeAlias = tuple[int, ...]

__all__ = ["Amount", "ChoiceModel", "Demand", "Solution", "least", "least_in_turn"]

_LARGEST: Final = 1e9
"""What the figures of a row add up to at most, as the solver sees them: with room for a đồng above its tolerance."""
_OPTIMAL, _INFEASIBLE = 0, 2
_BLOCK: Final = 20
"""How many items are put in order at once: the powers of two that order them stay small."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole figure of a choice: the sum over its options, and so much for each document that they need.

    Parameters
    ----------
    of_options : mapping of int to int
        Figure of each option by its number; none is 0.
    per_document : int
        What each document counts, once however many options need it.
    """

    of_options: Mapping[int, int] = field(default_factory=dict)
    per_document: int = 0

    def __neg__(self) -> Amount:
        return Amount({option: -value for option, value in self.of_options.items()}, -self.per_document)


@dataclass(frozen=True, slots=True)
class Demand:
    """That an amount be at least so much.

    Parameters
    ----------
    name : str
        What kind of demand it is.
    amount : Amount
        What is asked about.
    at_least : int
        How much.
    whom : str
        Whom it concerns.
    """

    name: str
    amount: Amount
    at_least: int
    whom: str = ""


@dataclass(frozen=True)
class ChoiceModel:
    """Groups of options, of which exactly one each is chosen.

    Parameters
    ----------
    groups : tuple of int
        Number of options of each group; options are numbered through, group by group.
    documents : tuple of frozenset of str
        Documents that each option needs.
    demands : tuple of Demand
        What every choice must satisfy.
    """

    groups: tuple[int, ...]
    documents: tuple[frozenset[str], ...]
    demands: tuple[Demand, ...] = ()

    def value(self, amount: Amount, choice: Choice) -> int:
        """Return an amount of a choice, in integers."""
        value = sum(amount.of_options.get(option, 0) for option in choice)
        if amount.per_document:
            value += amount.per_document * len(frozenset().union(*(self.documents[option] for option in choice)))
        return value

    def short(self, demand: Demand, choice: Choice) -> int:
        """Return by how much a choice falls short of a demand; 0 where it satisfies it."""
        return max(0, demand.at_least - self.value(demand.amount, choice))

    def within(self, *demands: Demand) -> ChoiceModel:
        """Return the model with further demands."""
        return replace(self, demands=(*self.demands, *demands))

    def without(self, *names: str) -> ChoiceModel:
        """Return the model without the demands of these names."""
        return replace(self, demands=tuple(one for one in self.demands if one.name not in names))

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """First option of each group."""
        return tuple(accumulate(self.groups[:-1], initial=0)) if self.groups else ()

    @cached_property
    def group_of(self) -> tuple[int, ...]:
        """Group of each option."""
        return tuple(number for number, size in enumerate(self.groups) for _ in range(size))


@dataclass(frozen=True, slots=True)
class Solution:
    """What a search came to.

    Parameters
    ----------
    choice : tuple of int, or None
        The chosen option of each group, satisfying every demand in integers; None where none was found.
    value : int
        The amount of the choice.
    bound : int or None
        No choice comes to less; None where nothing is known.
    ended : bool
        Whether the search ended by itself: the choice is then proven least, or proven not to exist.
    """

    choice: Choice | None
    value: int
    bound: int | None
    ended: bool


def least(model: ChoiceModel, amount: Amount, *, seconds: float) -> Solution:
    """Return the choice of the least amount.

    The solver works in floating point within a tolerance, so each demand is handed to it half a unit weaker than it is:
    no choice that satisfies it in integers is lost. What the solver returns is then held against the integers; a choice
    that falls short is cut off and the search goes on.

    Parameters
    ----------
    model : ChoiceModel
        Options and demands.
    amount : Amount
        What is to be least.
    seconds : float
        How long to search [s].

    Returns
    -------
    Solution

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> model = ChoiceModel((2, 2), (frozenset(),) * 4, (Demand("saving", Amount({1: 20, 3: 19}), 20),))
    >>> least(model, Amount({1: 7, 3: 5}), seconds=10).choice
    (1, 2)
    """
    program = _Program(model, amount)
    deadline = time.monotonic() + seconds
    cuts: list[Choice] = []
    while True:
        found = program.solve(cuts, max(0.0, deadline - time.monotonic()))
        ended = found.status in {_OPTIMAL, _INFEASIBLE}
        bound = None if found.mip_dual_bound is None else program.bound(found.mip_dual_bound)
        if found.x is None:
            return Solution(None, 0, bound, ended)
        choice = program.choice(found.x)
        if not any(model.short(demand, choice) for demand in model.demands):
            value = model.value(amount, choice)
            return Solution(choice, value, value if ended else bound, ended)
        if not ended:
            return Solution(None, 0, bound, ended)
        cuts.append(choice)


def least_in_turn(
    model: ChoiceModel, amounts: Sequence[Amount], items: Sequence[Collection[int]], *, seconds: float
) -> tuple[Solution, bool]:
    """Return the choice of the least first amount; of several the one least in the next, and at last the earliest.

    Parameters
    ----------
    model : ChoiceModel
        Options and demands.
    amounts : sequence of Amount
        What is to be least, the most important first.
    items : sequence of collection of int
        For each item, in order, the options that hold it. Of choices that are equal in all amounts the one is taken
        that holds the first item that not all of them hold.
    seconds : float
        How long to search, in all [s].

    Returns
    -------
    solution : Solution
        The choice, with value and bound of the first amount.
    settled : bool
        Whether no other choice comes before it; False where the time ran out.

    Raises
    ------
    MissingExtraError
        If scipy is not installed.
    """
    deadline = time.monotonic() + seconds
    first = least(model, amounts[0], seconds=seconds)
    if first.choice is None or not first.ended:
        return first, False
    choice, value = first.choice, first.value
    for amount, then in zip(amounts, (*amounts[1:], None), strict=True):
        model = model.within(Demand("equal", -amount, -value))
        if then is not None:
            found = least(model, then, seconds=deadline - time.monotonic())
            if found.choice is None or not found.ended:
                return replace(first, choice=choice), False
            choice, value = found.choice, found.value
    other = Demand("other", Amount(dict.fromkeys(choice, -1)), 1 - len(choice))
    alone = least(model.within(other), Amount(), seconds=deadline - time.monotonic())
    if alone.choice is None:
        return replace(first, choice=choice), alone.ended
    for start in range(0, len(items), _BLOCK):
        earliest = _powers(items[start : start + _BLOCK])
        found = least(model, -earliest, seconds=deadline - time.monotonic())
        if found.choice is None or not found.ended:
            return replace(first, choice=choice), False
        model = model.within(Demand("order", earliest, -found.value))
        choice = found.choice
    return replace(first, choice=choice), True


def _powers(items: Sequence[Collection[int]]) -> Amount:
    """Return the amount that weighs each item more than all that follow it."""
    weights: defaultdict[int, int] = defaultdict(int)
    for place, options in enumerate(reversed(items)):
        for option in options:
            weights[option] += 1 << place
    return Amount(weights)


class _Program:
    """A model as the solver takes it: a column an option, and one a document where documents count."""

    def __init__(self, model: ChoiceModel, amount: Amount) -> None:
        self.model = model
        self.options = len(model.documents)
        counted = amount.per_document or any(demand.amount.per_document for demand in model.demands)
        names = sorted(frozenset().union(*model.documents)) if counted else []
        self.column_of = {name: self.options + number for number, name in enumerate(names)}
        self.costs, self.unit, self.scale, self.rest = self._objective(amount)
        self.matrix, self.lower, self.upper = self._rows()

    def _objective(self, amount: Amount) -> tuple[Any, int, float, int]:
        """Return the costs of the columns, their unit and scale, and what every choice has in common."""
        figures, rest = self._shifted(amount)
        divisor = math.gcd(*figures.values()) or 1
        scale = _scale(value // divisor for value in figures.values())
        costs = np.zeros(self.options + len(self.column_of))
        for column, value in figures.items():
            costs[column] = value // divisor * scale
        return costs, divisor, scale, rest

    def _shifted(self, amount: Amount) -> tuple[dict[int, int], int]:
        """Count the options of each group from its first: figures stay small, and most become 0."""
        model, of_options = self.model, amount.of_options
        figures = dict(of_options)
        rest = 0
        for first, size in zip(model.firsts, model.groups, strict=True):
            origin = of_options.get(first, 0)
            if origin:
                rest += origin
                for option in range(first, first + size):
                    figures[option] = of_options.get(option, 0) - origin
        if amount.per_document:
            figures |= dict.fromkeys(self.column_of.values(), amount.per_document)
        return {column: value for column, value in figures.items() if value}, rest

    def _rows(self) -> tuple[csr_array, list[float], list[float]]:
        rows: list[dict[int, float]] = []
        lower: list[float] = []
        upper: list[float] = []
        for first, size in zip(self.model.firsts, self.model.groups, strict=True):
            rows.append(dict.fromkeys(range(first, first + size), 1.0))
            lower.append(1.0)
            upper.append(1.0)
        needing: defaultdict[tuple[int, str], dict[int, float]] = defaultdict(dict)
        if self.column_of:
            for option, documents in enumerate(self.model.documents):
                for name in documents:
                    needing[self.model.group_of[option], name][option] = 1.0
        for (_, name), row in sorted(needing.items()):
            rows.append({**row, self.column_of[name]: -1.0})
            lower.append(-np.inf)
            upper.append(0.0)
        for demand in self.model.demands:
            figures, rest = self._shifted(demand.amount)
            divisor = math.gcd(*figures.values()) or 1
            scale = _scale(value // divisor for value in figures.values())
            rows.append({column: value // divisor * scale for column, value in figures.items()})
            lower.append((-((rest - demand.at_least) // divisor) - 0.5) * scale)
            upper.append(np.inf)
        return _matrix(rows, len(self.costs)), lower, upper

    def solve(self, cuts: Sequence[Choice], seconds: float) -> Any:  # noqa: ANN401 - scipy has no type for it
        """Search, with whole choices cut off."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - only needed here

        constraints = [LinearConstraint(self.matrix, self.lower, self.upper)]
        if cuts:
            off = _matrix([dict.fromkeys(cut, 1.0) for cut in cuts], len(self.costs))
            constraints.append(LinearConstraint(off, -np.inf, [len(cut) - 1.0 for cut in cuts]))
        # The solver's presolve goes through all pairs of options for minutes and finds nothing to leave out.
        options: Any = {"mip_rel_gap": 0.0, "time_limit": seconds, "presolve": False}
        return milp(
            self.costs,
            integrality=np.ones(len(self.costs), dtype=np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=constraints,
            options=options,
        )

    def choice(self, values: Any) -> Choice:  # noqa: ANN401 - as above
        """Return the option of each group that the solver gives most."""
        return tuple(
            first + int(np.argmax(values[first : first + size]))
            for first, size in zip(self.model.firsts, self.model.groups, strict=True)
        )

    def bound(self, value: float) -> int | None:
        """Return the solver's bound as a whole amount: whole units, counted a thousandth weaker than it says."""
        return math.ceil(value / self.scale - 1e-3) * self.unit + self.rest if math.isfinite(value) else None


def _scale(values: Any) -> float:  # noqa: ANN401 - any iterable of integers
    """Return the power of two that brings the sum of figures down to what the solver can tell apart."""
    total = sum(abs(value) for value in values)
    return 2.0 ** min(0, math.floor(math.log2(_LARGEST / total))) if total else 1.0


def _matrix(rows: Sequence[Mapping[int, float]], columns: int) -> csr_array:
    try:
        from scipy.sparse import csr_array as matrix_of  # noqa: PLC0415 - only needed here
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="scipy", extra="analysis") from None
    ends = np.cumsum([0, *(len(row) for row in rows)])
    places = np.fromiter((column for row in rows for column in row), dtype=np.int64, count=int(ends[-1]))
    values = np.fromiter((value for row in rows for value in row.values()), dtype=np.float64, count=int(ends[-1]))
    return matrix_of((values, places, ends), shape=(len(rows), columns))
