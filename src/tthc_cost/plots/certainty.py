"""How sure a reduction is, drawn: its distribution beside the target, and what makes it uncertain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tthc_cost.numerals import format_decimal, format_integer
from tthc_cost.plots.canvas import (
    DARK,
    LIGHT,
    beside,
    empty,
    mark,
    number_scale,
    percent,
    percent_scale,
    probability_text,
    required,
    say,
    sheet,
    unit_of_money,
    wrapped,
)
from tthc_cost.schema import TABLES, is_blank, rows_of
from tthc_cost.uncertainty.inputs import InputKind
from tthc_cost.uncertainty.lines import BASELINE
from tthc_cost.uncertainty.sensitivity import Quantity
from tthc_cost.vocabulary import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.uncertainty import Sensitivity, TargetProbability
    from tthc_cost.uncertainty.distributions import Floats

__all__ = ["distribution", "input_name", "tornado"]

_BARS: Final = 45
_TAIL: Final = 0.001
_POINT: Final = 0.01
_NONE: Final = "–"
"""What names no stage."""
_Z95: Final = 1.6448536269514722
_NAME_WIDTH: Final = 34


def distribution(probability: TargetProbability, *, language: Language = "vi") -> Figure:
    """Draw how the reduction may turn out, with the target and the reduction that is reached nine times in ten.

    Bars count the draws, none of them on both sides of the target; without draws the line is the closed-form density.
    The dark part reaches the target.

    Parameters
    ----------
    probability : TargetProbability
        As `tthc_cost.uncertainty.target_probability` makes it.
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
        For another language.
    """
    target, drawn = probability.target, probability.simulation
    likeliest, assured = probability.comparison.total.ratio, probability.assured_reduction
    marks = [
        ("likeliest", float(likeliest or 0), percent(likeliest, language, target), ":"),
        ("assured", assured, percent(round(assured, 6), language, target), "--"),
        ("target", float(target), required(target, language), "-"),
    ]
    with sheet(say("distribution.title", language), 4.6) as (figure, axes):
        if drawn is None:
            low, high = _density(axes, probability)
            axes.set_yticks([])
            axes.set_ylabel(say("distribution.density", language))
        else:
            values = drawn.reduction[np.isfinite(drawn.reduction)]
            low, high = _bars(axes, values, float(target))
            axes.yaxis.set_major_formatter(lambda value, _: format_integer(round(value), language=language))
            axes.set_ylabel(say("distribution.draws", language, draws=format_integer(drawn.draws, language=language)))
        room = max((high - low) * 0.04, _POINT / 4)
        low, high = min(low, *(one[1] for one in marks)) - room, max(high, *(one[1] for one in marks)) + room
        axes.set_xlim(low, high)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.22)
        percent_scale(axes.xaxis, language)
        axes.set_xlabel(say("distribution.x", language))
        for row, (name, value, text, line) in enumerate(marks):
            mark(axes, value, say(f"distribution.{name}", language, share=text), line, row)
        _verdict(axes, probability, language)
    return figure


def _bars(axes: Axes, values: Floats, target: float) -> tuple[float, float]:
    """Draw the bars, dark from the target on, and return where all but the rarest draws lie."""
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL]).tolist()
    width = max((high - low) / _BARS, _POINT / 10)
    first, last = (math.floor((one - target) / width) for one in (values.min(), values.max()))
    if last - first > 100 * _BARS:
        first, last = (math.floor((one - target) / width) for one in (low, high))
    edges = target + width * np.arange(first, last + 2)
    # A float that falls short of the target by less than rounding reaches it.
    counts = np.histogram(values + 1e-9, edges)[0]
    colours = [DARK if left > target - width / 2 else LIGHT for left in edges[:-1]]
    axes.bar(edges[:-1], counts, width, align="edge", color=colours, edgecolor=DARK, linewidth=0.5)
    return low, high


def _density(axes: Axes, probability: TargetProbability) -> tuple[float, float]:
    """Draw the closed form, one minus a lognormal that its percentiles give, and return where it lies."""
    table = probability.distribution
    of_reduction = table[table["quantity"] == "reduction"].set_index("statistic")["closed_form"]
    left = 1 - of_reduction
    location, scale = math.log(left["P50"]), math.log(left["P5"] / left["P95"]) / (2 * _Z95)
    target = float(probability.target)
    if scale < _POINT / 100:
        value, width = float(of_reduction["P50"]), _POINT / 5
        axes.bar([value], [1.0], width, color=DARK if value >= target - 1e-9 else LIGHT, edgecolor=DARK)
        return value - width / 2, value + width / 2
    low, high = (1 - math.exp(location + sign * 3.2 * scale) for sign in (1, -1))
    x = np.unique(np.append(np.linspace(low, high, 400), np.clip(target, low, high)))
    y = np.exp(-0.5 * ((np.log(1 - x) - location) / scale) ** 2) / (1 - x)
    for colour, part in ((LIGHT, x <= target), (DARK, x >= target)):
        axes.fill_between(x[part], y[part], color=colour, linewidth=0)
    axes.plot(x, y, color=DARK, linewidth=1.2)
    return low, high


def _verdict(axes: Axes, probability: TargetProbability, language: Language) -> None:
    """Write on each side of the target how probable it is."""
    certain = probability.lines.is_certain
    drawn = probability.probability_simulated
    reached = probability.probability if drawn is None else drawn
    low, high = axes.get_xlim()
    target = (float(probability.target) - low) / (high - low)
    for name, share, x, side in (("short", 1 - reached, 0.01, "left"), ("reached", reached, 0.99, "right")):
        if (share > 0 or not certain) and (target if side == "left" else 1 - target) > 0.12:  # noqa: PLR2004 - it fits
            text = say(f"distribution.{name}", language, share=probability_text(share, language, certain=certain))
            axes.text(x, 0.97, text, transform=axes.transAxes, ha=side, va="top", fontsize=11, fontweight="bold")


def tornado(
    sensitivity: Sensitivity, n: int = 10, *, target: Fraction | None = None, language: Language = "vi"
) -> Figure:
    """Draw what the result becomes with one input at its P10 and at its P90, the most telling first.

    Parameters
    ----------
    sensitivity : Sensitivity
        As `TargetProbability.sensitivity` makes it; of its quantity the saving is drawn, unless it is the reduction.
    n : int
        How many inputs.
    target : Fraction, optional
        The share to reach, drawn as a line where reductions are.
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
        For another language.
    """
    rows = rows_of(sensitivity.tornado(n))
    shares = sensitivity.quantity is Quantity.REDUCTION
    columns = ("reduction_low", "reduction_high") if shares else ("saving_low_vnd", "saving_high_vnd")
    bars = [tuple(float(row[name]) for name in columns) for row in rows]
    with sheet(say("tornado.title", language), 1.9 + 0.42 * max(len(rows), 2)) as (figure, axes):
        if not bars:
            empty(axes, say("tornado.none", language))
            return figure
        middle, goal = (
            _at_the_means(sensitivity, shares=shares),
            float(target) if target is not None and shares else None,
        )
        known = [middle, *(end for bar in bars for end in bar), *([] if goal is None else [goal])]
        room = 0.13 * (max(known) - min(known) or 1)
        axes.set_xlim(min(known) - room, max(known) + room)
        unit, name = (1, "unit.one") if shares else unit_of_money(max(map(abs, known)))

        def text(value: float) -> str:
            return percent(round(value, 6), language) if shares else format_decimal(value / unit, 1, language=language)

        if shares:
            percent_scale(axes.xaxis, language)
        else:
            number_scale(axes.xaxis, unit, language)
        axes.set_xlabel(say("tornado.reduction" if shares else "tornado.saving", language, unit=say(name, language)))
        for place, bar in enumerate(bars):
            for end, colour in zip(bar, (LIGHT, DARK), strict=True):
                axes.barh(place, end - middle, 0.62, middle, color=colour, edgecolor=DARK, linewidth=0.8)
                beside(axes, end, place, text(end), right=end >= middle)
        axes.set_yticks(range(len(rows)), [wrapped(input_name(row, language), _NAME_WIDTH) for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(rows) - 0.5, -1.1)
        for end, name, sign in zip(bars[0], ("low", "high"), "□■", strict=True):
            beside(axes, middle, -0.75, f"{sign} {say(f'tornado.{name}', language)}", right=end >= middle)
        mark(axes, middle, say("tornado.mean", language, value=text(middle)), ":")
        if target is not None and goal is not None:
            mark(axes, goal, say("tornado.target", language, share=required(target, language)), "-", 1)
    return figure


def _at_the_means(sensitivity: Sensitivity, *, shares: bool) -> float:
    """Return the reduction, or the saving, that the means of all inputs give."""
    lines = sensitivity.lines
    before, after = (
        float(lines.coefficient[one].sum()) for one in (lines.stands == BASELINE, lines.stands != BASELINE)
    )
    return 1 - after / before if shares else before - after


def input_name(row: Mapping[str, Any], language: Language = "vi") -> str:
    """Return what an uncertain input is called, of a row of `Sensitivity.tornado` or the like.

    Examples
    --------
    >>> input_name({"kind": "figure", "table": "activities", "key": "NB-07/1", "column": "effort_hours"})
    'NB-07/1: Thời gian thực hiện'
    """
    kind, key = InputKind.parse(row["kind"]), str(row["key"])
    if is_blank(row["table"]):
        if kind is InputKind.STAGE and key != _NONE:
            key = Stage.parse(key).label(language)
        return say(f"tornado.{kind}", language, key=key)
    column = TABLES[row["table"]].column(row["column"])
    return say("tornado.figure", language, key=key, column=column.vi if language == "vi" else column.en)
