"""Procedures by size, drawn: the few that most of the cost, or of the saving, lies in."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.comparison import Comparison
from tthc_cost.errors import require
from tthc_cost.numerals import format_integer
from tthc_cost.plots.canvas import (
    DARK,
    SMALL,
    amount,
    beside,
    empty,
    number_scale,
    percent,
    percent_scale,
    say,
    sheet,
    split,
    unit_of_money,
)
from tthc_cost.plots.rows import FULL, PALE, RISE, checked_quantity, largest, name_rows, named, total_text
from tthc_cost.schema import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.plots.rows import Quantity

__all__ = ["pareto"]

_NAME_WIDTH: Final = 36
_ROOM: Final = 0.3

Row = dict[str, Any]


def pareto(comparison: Comparison, n: int = 15, *, quantity: Quantity = "cost", language: Language = "vi") -> Figure:
    """Draw the procedures that cost, or save, the most, and which share of the whole they have together.

    Procedures that are merged save together, so that by saving they are one row. Shares are of the sum of all
    procedures that count; where some cost more than before they pass 100 % and come back to it. Where nothing is
    saved in all there are none.

    Parameters
    ----------
    comparison : Comparison
        Both states.
    n : int
        How many rows there are besides the rest, which is one: the largest amounts, also of negative savings.
    quantity : {"cost", "saving"}
        What the procedures cost in the baseline, or what the review saves [đồng a year].
    language : {"vi", "en"}
        Of the words.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If Matplotlib is not installed.
    UnknownNameError
        For another quantity or language.
    InputFault
        If n is less than 1.
    """
    require(comparison, Comparison, "comparison")
    saving = checked_quantity(quantity)
    ranked = sorted(_savings(comparison, language) if saving else _costs(comparison), key=lambda one: -one[1])
    shown, rest = largest([value for _, value in ranked], n)
    names, values = [ranked[at][0] for at in shown], [ranked[at][1] for at in shown]
    if rest:
        names.append(say(f"pareto.rest_{quantity}", language, n=format_integer(len(rest), language=language)))
        values.append(sum(ranked[at][1] for at in rest))
    unit, name = unit_of_money(max(map(abs, values[: len(shown)]), default=0))
    title = say(f"pareto.{quantity}", language)
    with sheet(title, 1.7 + 0.42 * max(len(values), 3), total_text(comparison, unit, name, language)) as (figure, axes):
        if not values:
            empty(axes, say("agencies.none", language))
            return figure
        shares = split(figure, axes, 1.5, 1)
        for place, value in enumerate(values):
            face, hatch = RISE if value < 0 else PALE if rest and place == len(values) - 1 else FULL
            axes.barh(place, value, 0.62, color=face, hatch=hatch, edgecolor=DARK, linewidth=0.8)
            beside(axes, value, place, amount(value, unit, language), right=value >= 0)
        low, high = min(0, *values, 0), max(0, *values, 0)
        axes.set_xlim(low - _ROOM * (high - low) if low else 0, high if high > low else 1)
        number_scale(axes.xaxis, unit, language, 4)
        axes.set_xlabel(say(f"pareto.x_{quantity}", language, unit=say(name, language)))
        name_rows(axes, names, _NAME_WIDTH)
        _together(shares, values, language)
    return figure


def _together(axes: Axes, values: Sequence[int], language: Language) -> None:
    """Draw which share of the whole the rows have, each with those above it."""
    whole = sum(values)
    if whole <= 0:
        empty(axes, say("pareto.no_share", language))
        return
    shares = [Fraction(sum(values[: place + 1]), whole) for place in range(len(values))]
    axes.plot([float(one) for one in shares], range(len(shares)), "o-", color=DARK, markersize=5, linewidth=1.3)
    most = max(1.0, *map(float, shares))
    for place, share in enumerate(shares):
        axes.annotate(
            percent(share, language, Fraction(1)), (1, place), (6, 0), xycoords=axes.get_yaxis_transform(),
            textcoords="offset points", ha="left", va="center", fontsize=SMALL,
        )  # fmt: skip
    axes.set_xlim(0, 1.05 * most)
    percent_scale(axes.xaxis, language, 3)
    axes.set_xlabel(say("pareto.share", language))


def _costs(comparison: Comparison) -> list[tuple[str, int]]:
    """Return what each procedure of the baseline costs."""
    rows = rows_of(comparison.procedures)
    return [(_name(row), int(row["baseline_vnd"])) for row in rows if row["counted"] and row["in_baseline"]]


def _savings(comparison: Comparison, language: Language) -> list[tuple[str, int]]:
    """Return what is saved by each procedure, or by all that move together."""
    rows = [row for row in rows_of(comparison.procedures) if row["counted"]]
    merged = Counter(row["group"] for row in rows if row["in_baseline"])
    heads = {row["group"]: row for row in reversed(rows)} | {
        row["group"]: row for row in rows if row["procedure"] == row["group"]
    }
    sums = Counter[str]()
    for row in rows:
        sums[row["group"]] += int(row["saving_vnd"])
    return [
        (
            _name(heads[group], "" if merged[group] < 2 else say("pareto.merged", language, n=merged[group])),  # noqa: PLR2004
            value,
        )
        for group, value in sums.items()
    ]


def _name(row: Row, merged: str = "") -> str:
    return f"{row['procedure']} {merged} {named(row['name'], '')}"
