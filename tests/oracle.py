"""The oracle: the arithmetic of compliance cost written a second time, in fractions, from the rules and nothing else.

It knows no grid, no block and no bound of the library's, and imports nothing of it but the type of a test line.
Slow and plain on purpose: this is what the auditor does with a calculator.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from strategies import Line

__all__ = [
    "is_over_limit",
    "line_cost",
    "line_cost_unrounded",
    "meets",
    "ratio",
    "round_half_up",
    "shortfall",
    "snap",
    "sums",
]

HALF = Fraction(1, 2)
LINE_LIMIT_VND = 5_000_000_000_000


def round_half_up(value: Fraction) -> int:
    """Round to the nearest integer, a half upwards."""
    return floor(value + HALF)


def line_cost_unrounded(line: Line, costed: int = 1, stated: int = 1) -> Fraction:
    """Annual cost of a line [đồng a year], its population scaled by ``costed ÷ stated``."""
    work = line.effort_hours * line.vnd_per_hour
    money = line.service_vnd + line.fee_vnd + line.other_vnd
    return (work + money) * line.frequency * line.population * Fraction(costed, stated)


def line_cost(line: Line, costed: int = 1, stated: int = 1) -> int:
    """Annual cost of a line in whole đồng, rounded once."""
    return round_half_up(line_cost_unrounded(line, costed, stated))


def is_over_limit(line: Line, costed: int = 1, stated: int = 1) -> bool:
    """Tell whether a line costs more than the limit, at its volume or for one subject."""
    work = line.effort_hours * line.vnd_per_hour
    once = (work + line.service_vnd + line.fee_vnd + line.other_vnd) * line.frequency
    return max(line_cost(line, costed, stated), round_half_up(once)) > LINE_LIMIT_VND


def sums(pairs: Iterable[tuple[Hashable, int]]) -> dict[Hashable, int]:
    """Add costs by their group."""
    totals: Counter[Hashable] = Counter()
    for group, cost in pairs:
        totals[group] += cost
    return dict(totals)


def ratio(baseline: Fraction | int, simplified: Fraction | int) -> Fraction | None:
    """Share of the baseline that is saved; None of a zero baseline."""
    return None if baseline == 0 else 1 - Fraction(simplified) / Fraction(baseline)


def meets(baseline: int, simplified: int, target: Fraction) -> bool:
    """Tell whether the saving is at least the target share of the baseline, above zero."""
    return (baseline - simplified) * target.denominator >= target.numerator * baseline


def shortfall(baseline: int, simplified: int, target: Fraction) -> int:
    """Least further saving [đồng] that meets the target."""
    missing = target * baseline - (baseline - simplified)
    return ceil(missing) if missing > 0 else 0


def snap(value: float | Fraction, steps_per_unit: int) -> int:
    """Nearest step of a grid, a tie upwards; a float is its shortest decimal."""
    exact = Fraction(repr(value)) if isinstance(value, float) else value
    return round_half_up(exact * steps_per_unit)
