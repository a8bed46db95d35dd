"""The formula of compliance cost on a grid of integers: product, rounding, bounds, exact sums and exact ratios."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from tthc_cost.errors import InputFault, MismatchError, TargetTypeError, ZeroBaselineError
from tthc_cost.notebook_tables import Shown, brief_reduction, label, reductions_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tthc_cost.errors import Language
    from tthc_cost.notebook_tables import NotebookTable

    Integers: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    # Numbers, arrays, engine expressions and quantities have no type in common that says they add and multiply.
    Operand: TypeAlias = Any

__all__ = [
    "BLOCK_LINES",
    "EFFORT_LIMIT_HOURS",
    "EFFORT_STEPS_PER_HOUR",
    "FREQUENCY_LIMIT_PER_YEAR",
    "FREQUENCY_STEPS",
    "LINE_LIMIT_VND",
    "MONEY_LIMIT_VND",
    "POPULATION_LIMIT",
    "RATE_LIMIT_VND_PER_HOUR",
    "STEPS_PER_VND",
    "STEP_NOISE",
    "SUM_LIMIT_VND",
    "LineBlock",
    "Reduction",
    "add_sums",
    "annual_cost_product",
    "annual_costs",
    "lines_over_limit",
    "parse_target",
    "round_half_up",
    "scale_population",
    "steps_of",
    "steps_of_block",
]

EFFORT_STEPS_PER_HOUR: Final = 3000
"""Steps of the effort grid in an hour: minutes, thousandths and thirds of an hour are whole steps."""
FREQUENCY_STEPS: Final = 300
"""Steps of the frequency grid in one time a year: halves, thirds, fifths, twelfths and hundredths are whole steps."""
STEPS_PER_VND: Final = EFFORT_STEPS_PER_HOUR * FREQUENCY_STEPS
"""What the integer product is divided by to give đồng a year."""
STEP_NOISE: Final = 1e-6
"""Part of a step that a binary float may fall short of a tie by and still be taken as the tie, which goes up."""

EFFORT_LIMIT_HOURS: Final = 100_000
RATE_LIMIT_VND_PER_HOUR: Final = 10**8
MONEY_LIMIT_VND: Final = 10**12
FREQUENCY_LIMIT_PER_YEAR: Final = 100_000
POPULATION_LIMIT: Final = 10**9
LINE_LIMIT_VND: Final = 5 * 10**12
"""Largest annual cost of one line, at its own volume and for one subject; its product stays below 2^63."""
SUM_LIMIT_VND: Final = 2**62
BLOCK_LINES: Final = 1 << 16
"""Lines costed at a time: a block's integers stay in the processor's cache."""

# Above the line limit by more than floating point can err; twice it, for the fraction of a scaled population, fits.
_GUARD_VND: Final = 5.01e12
_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_TARGET = re.compile(rf"\s*{_NUMBER}\s*(?:(%)|/\s*{_NUMBER})?\s*")


def annual_cost_product(
    effort: Operand,
    vnd_per_hour: Operand,
    money: Operand,
    frequency: Operand,
    population: Operand,
    *,
    effort_steps: int = 1,
) -> Operand:
    """Return the annual cost of a line before rounding, for whatever knows ``+`` and ``*``.

    ``(effort × rate + money × effort_steps) × frequency × population``, money being service + fee + other

    One formula for plain numbers, blocks of integers, engine expressions and quantities with units; article 27(3)
    of Circular 02/2017/TT-VPCP.

    Parameters
    ----------
    effort
        Effort of one case [person-hours, or steps of 1/3000 h].
    vnd_per_hour
        Hourly rate [đồng per person-hour].
    money
        Out-of-pocket money of one case, service + fee + other [đồng].
    frequency
        Times a year [1/year, or steps of 1/300].
    population
        Subjects a year [count].
    effort_steps : int
        Steps of the effort grid in an hour: 1 for hours, 3000 on the grid, so that work and money have one scale.

    Returns
    -------
    Same kind as the arguments
        Đồng a year, or steps of ``1/(3000·300)`` đồng on the grid.

    Examples
    --------
    >>> annual_cost_product(3, 10, 0, 2, 100_000)
    6000000
    """
    return (effort * vnd_per_hour + money * effort_steps) * frequency * population


def round_half_up(numerator: Operand, denominator: int) -> Operand:
    """Divide integers and round half up: ``floor(numerator / denominator + 1/2)``, exactly.

    Parameters
    ----------
    numerator : int, array of int64, or an integer expression of an engine
        Dividend; on engines and in arrays at least 0.
    denominator : int
        Positive divisor.

    Examples
    --------
    >>> round_half_up(316855, 10), round_half_up(316854, 10)
    (31686, 31685)
    """
    return (numerator + denominator // 2) // denominator


def steps_of(value: Fraction | Decimal | float, steps_per_unit: int) -> int:
    """Put one figure on the grid: the nearest whole number of steps, ties up.

    Parameters
    ----------
    value : Fraction, Decimal, int or float
        Finite figure in whole units. A float stands for its shortest decimal: it goes through the operations of
        `steps_of_block`, whose `STEP_NOISE` outweighs what binary figures within their column's limit are off by.
    steps_per_unit : int
        Steps of the grid in one unit.

    Returns
    -------
    int
        Steps.

    Examples
    --------
    >>> steps_of(0.7, 3000), steps_of(Fraction(1, 3), 3000), steps_of(Fraction("0.5"), 1)
    (2100, 1000, 1)
    """
    if isinstance(value, float):
        return math.floor(value * float(steps_per_unit) + (0.5 + STEP_NOISE))
    return math.floor(Fraction(value) * steps_per_unit + Fraction(1, 2))


def steps_of_block(values: Floats, steps_per_unit: int) -> Integers:
    """Put a block of floats on the grid: ``floor(value · steps_per_unit + (1/2 + STEP_NOISE))``, as `steps_of` does.

    One multiplication, one addition and one floor in floating point, so that every engine that follows IEEE 754
    gives the same integers.

    Parameters
    ----------
    values : array of float64, shape (n,)
        Finite figures within the column's limit.
    steps_per_unit : int
        Steps of the grid in one unit.

    Returns
    -------
    array of int64, shape (n,)
        Steps.

    Examples
    --------
    >>> steps_of_block(np.array([0.7, 1 / 3]), 3000).tolist()
    [2100, 1000]
    """
    steps = values * float(steps_per_unit)
    steps += 0.5 + STEP_NOISE
    np.floor(steps, out=steps)
    return steps.astype(np.int64)


@dataclass(frozen=True, slots=True)
class LineBlock:
    """A block of lines on the grid, all arrays of int64 and shape (n,).

    Parameters
    ----------
    effort
        Effort of one case [1/3000 h].
    vnd_per_hour
        Hourly rate of the line's grade [đồng/h].
    money
        Service, fee and other of one case [đồng].
    frequency
        Times a year [1/300].
    population
        Subjects a year at which the line is costed, whole part.
    population_rest, population_base
        Where the population is scaled by V ÷ S (see `scale_population`), the rest of its division and S.
    """

    effort: Integers
    vnd_per_hour: Integers
    money: Integers
    frequency: Integers
    population: Integers
    population_rest: Integers | None = None
    population_base: Integers | None = None


def scale_population(population: Integers, costed: Integers, stated: Integers) -> tuple[Integers, Integers, Integers]:
    """Scale each line's population by V ÷ S without losing the fraction.

    Parameters
    ----------
    population : array of int64, shape (n,)
        Population of the line, P [subjects a year], 0 … `POPULATION_LIMIT`.
    costed, stated : array of int64, shape (n,)
        V, the population its procedure is costed at, 0 … `POPULATION_LIMIT`, and S, the one it states, from 1.

    Returns
    -------
    whole, rest, base : arrays of int64, shape (n,)
        ``P·V = whole·S + rest`` with ``0 ≤ rest < S``, and S: three fields of a `LineBlock`.

    Raises
    ------
    InputFault
        If a population lies outside its bounds, where the integers would wrap or divide by zero.

    Examples
    --------
    >>> [part.tolist() for part in scale_population(np.array([45, 15]), np.array([100, 100]), np.array([60, 60]))]
    [[75, 25], [0, 0], [60, 60]]
    """
    for figures, least in ((population, 0), (costed, 0), (stated, 1)):
        for value in (figures.min(initial=least), figures.max(initial=least)):
            if not least <= value <= POPULATION_LIMIT:
                raise InputFault.because("population_bounds", value=value, least=least, limit=POPULATION_LIMIT)
    whole, rest = _divide(population * costed, stated)
    return whole, rest, stated


def _divide(dividend: Integers, divisor: Integers) -> tuple[Integers, Integers]:
    quotient = dividend // divisor  # with the rest by multiplication, at half the time of divmod
    return quotient, dividend - quotient * divisor


def lines_over_limit(block: LineBlock) -> Flags | None:
    """Find lines whose annual cost is above `LINE_LIMIT_VND`, at their own volume or for a single subject.

    Exact for any figures from 0, with nothing wrapped: lines far over the limit are told by an estimate in floating
    point, all others by their integers. Most blocks are spared both, for their largest figures together do not reach
    the limit.

    Parameters
    ----------
    block : LineBlock
        Lines on the grid, no figure negative.

    Returns
    -------
    array of bool, shape (n,), or None
        The lines over the limit; None if the block cannot hold any.

    Examples
    --------
    >>> one = np.array([1])
    >>> lines_over_limit(LineBlock(one, one, one * 10**12, one * 1800, one))
    array([ True])
    """
    if not block.effort.size:
        return None
    scaled = block.population_rest is not None
    largest = annual_cost_product(
        int(block.effort.max()),
        int(block.vnd_per_hour.max()),
        int(block.money.max()),
        int(block.frequency.max()),
        max(1, int(block.population.max()) + scaled),
        effort_steps=EFFORT_STEPS_PER_HOUR,
    )
    if largest <= LINE_LIMIT_VND * STEPS_PER_VND:
        return None
    estimate = annual_cost_product(
        block.effort.astype(np.float64),
        block.vnd_per_hour,
        block.money.astype(np.float64),
        block.frequency,
        np.maximum(block.population, 1),
        effort_steps=EFFORT_STEPS_PER_HOUR,
    )
    over: Flags = estimate > _GUARD_VND * STEPS_PER_VND
    near = _take(block, ~over)
    once = round_half_up(_product(near, 1), STEPS_PER_VND)
    over[~over] = np.maximum(annual_costs(near), once) > LINE_LIMIT_VND
    return over


def _take(block: LineBlock, chosen: Flags) -> LineBlock:
    parts = ((name, getattr(block, name)) for name in LineBlock.__slots__)
    return LineBlock(**{name: part[chosen] for name, part in parts if part is not None})


def annual_costs(block: LineBlock) -> Integers:
    """Return the annual cost of each line of a block, rounded half up once, to whole đồng.

    A scaled population ``whole + rest/S`` multiplies the product M of one subject as ``M·whole + q·rest + r·rest/S``
    with ``q, r = divmod(M, S)``: each term is at most the product itself or S², so none passes 2^63 within the
    limits, and the last fraction, below one step, cannot change the rounded quotient.

    Parameters
    ----------
    block : LineBlock
        Lines on the grid, none of them found by `lines_over_limit`.

    Returns
    -------
    array of int64, shape (n,)
        Đồng a year.

    Examples
    --------
    >>> one = np.array([1])
    >>> annual_costs(LineBlock(2100 * one, 45_265 * one, 0 * one, 300 * one, one)).tolist()
    [31686]
    """
    base, rest = block.population_base, block.population_rest
    if base is None or rest is None or not rest.any():
        steps = _product(block, block.population)
    else:
        once = _product(block, 1)
        quotient, remainder = _divide(once, base)
        steps = once * block.population + quotient * rest + remainder * rest // base
    costs: Integers = round_half_up(steps, STEPS_PER_VND)
    return costs


def _product(block: LineBlock, population: Integers | int) -> Integers:
    product: Integers = annual_cost_product(
        block.effort, block.vnd_per_hour, block.money, block.frequency, population, effort_steps=EFFORT_STEPS_PER_HOUR
    )
    return product


def add_sums(totals: Integers, groups: Integers, costs: Integers, at_most: int = SUM_LIMIT_VND) -> int:
    """Add a block's costs to the totals of their groups, in place and exactly.

    Parameters
    ----------
    totals : array of int64, shape (number of groups,)
        Running sums [đồng], none above `SUM_LIMIT_VND`.
    groups : array of int64, shape (n,)
        Index of each line's group, in any order; quickest when near lines are of near groups.
    costs : array of int64, shape (n,)
        At least 0 and within the line limit, n at most `BLOCK_LINES`.
    at_most : int
        What no total is above before: 0 for new totals, then what the call before returned. While this stays within
        the limit no total needs to be looked at.

    Returns
    -------
    int
        What no total is above now.

    Raises
    ------
    InputFault
        If a total passes 2^62.

    Examples
    --------
    >>> totals = np.zeros(2, dtype=np.int64)
    >>> add_sums(totals, np.array([1, 0, 1]), np.array([5, 7, 9]), at_most=0)
    21
    >>> totals.tolist()
    [7, 14]
    """
    np.add.at(totals, groups, costs)
    at_most += int(costs.sum())
    if at_most <= SUM_LIMIT_VND:
        return at_most
    if totals[groups].max() > SUM_LIMIT_VND:
        raise InputFault.because("sum_too_large", limit=SUM_LIMIT_VND)
    return SUM_LIMIT_VND


def parse_target(target: str | Fraction | Decimal | int) -> Fraction:
    """Read a target as an exact share between 0 and 1.

    Parameters
    ----------
    target : str, Fraction, Decimal or int
        ``"20%"``, ``"19,5 %"``, ``"1/5"``, ``"0.2"``, ``Fraction(1, 5)``, ``Decimal("0.2")``.

    Raises
    ------
    TargetTypeError
        For a binary float: 0.2 is not one fifth.
    InputFault
        If the text is no share, or the share lies outside 0 … 1.

    Examples
    --------
    >>> parse_target("20%")
    Fraction(1, 5)
    """
    if isinstance(target, bool) or not isinstance(target, (str, Fraction, Decimal, int)):
        raise TargetTypeError.because("target_type", value=repr(target))
    try:
        share = _share_in(target) if isinstance(target, str) else Fraction(target)
    except (ValueError, ArithmeticError):
        raise InputFault.because("target_text", value=target) from None
    if not 0 <= share <= 1:
        raise InputFault.because("target_range", value=target)
    return share


def _share_in(text: str) -> Fraction:
    found = _TARGET.fullmatch(text.replace(",", "."))
    if found is None:
        raise ValueError
    number, percent, divisor = found.groups()
    return Fraction(number) / (100 if percent else Fraction(divisor or 1))


@dataclass(frozen=True, slots=True, repr=False)
class Reduction(Shown):
    """A quantity before and after simplification, and how much of it is saved.

    Parameters
    ----------
    baseline, simplified : int or Fraction
        The quantity in each state, in `unit`.
    unit : str
        What is counted: ``"vnd_per_year"``, ``"procedures"``, ``"working_days"`` or ``"working_days_per_year"``.
        Reductions of different units cannot be added.

    Examples
    --------
    >>> cost = Reduction(22_527_200, 13_074_200)
    >>> cost.saving, float(round(100 * cost.ratio, 2)), cost.meets("20%")
    (9453000, 41.96, True)

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27(1)(c): the benefit is the current cost less the cost after.
    """

    baseline: int | Fraction
    simplified: int | Fraction
    unit: str = "vnd_per_year"

    @property
    def saving(self) -> int | Fraction:
        """Baseline less simplified, in the unit; negative when the quantity rises."""
        return self.baseline - self.simplified

    @property
    def ratio(self) -> Fraction | None:
        """Saving ÷ baseline, exactly; None when the baseline is zero."""
        return Fraction(self.saving) / Fraction(self.baseline) if self.baseline else None

    def meets(self, target: str | Fraction | Decimal | int) -> bool:
        """Tell whether the reduction reaches a target share; exactly the target meets it.

        Raises
        ------
        ZeroBaselineError
            If the baseline is zero.
        TargetTypeError, InputFault
            See `parse_target`.
        """
        share = parse_target(target)
        if self.ratio is None:
            raise ZeroBaselineError.because("zero_baseline")
        return self.ratio >= share

    def shortfall(self, target: str | Fraction | Decimal | int) -> int:
        """Return what is still to be saved to reach a target: ``max(0, ceil(target · baseline − saving))``."""
        return max(0, math.ceil(parse_target(target) * self.baseline - self.saving))

    def _brief(self) -> str:
        return brief_reduction(self)

    def _tables(self, language: Language) -> tuple[NotebookTable, ...]:
        return (reductions_table(label("table.reduction", language), [("", self)], language),)

    def __add__(self, other: Reduction) -> Reduction:
        if not isinstance(other, Reduction):
            return NotImplemented
        if self.unit != other.unit:
            raise MismatchError.because("unlike_reductions", one=self.unit, other=other.unit)
        return Reduction(self.baseline + other.baseline, self.simplified + other.simplified, self.unit)
