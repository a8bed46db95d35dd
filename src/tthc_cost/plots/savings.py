"""A saving step by step, drawn: what it comes from, and what is left of it once it is audited."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost.attribution import REAL_CAUSES, Attribution
from tthc_cost.auditing import Audit
from tthc_cost.errors import require
from tthc_cost.numerals import format_integer
from tthc_cost.plots.canvas import (
    DARK,
    INK,
    SOFT,
    above,
    amount,
    beside,
    empty,
    number_scale,
    percent,
    required,
    say,
    sheet,
    unit_of_money,
)
from tthc_cost.plots.rows import FALL, FULL, PALE, RISE, keys, largest, name_rows, total_text
from tthc_cost.standing_steps import SHOWN_STEPS, steps_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.plots.rows import Look
    from tthc_cost.standing_steps import Step

__all__ = ["causes", "waterfall"]

_NAME_WIDTH: Final = 38
_ROOM: Final = 0.24


@dataclass(frozen=True, slots=True)
class _Fall:
    """One bar, from where the saving stood to where it stands after it; ``cost`` is the baseline it is a share of."""

    name: str
    start: int
    end: int
    look: Look
    text: str
    baseline: int


def causes(attribution: Attribution, *, target: Fraction | None = None, language: Language = "vi") -> Figure:
    """Draw what the saving comes from, cause by cause, up to the whole; each with its share of today's cost.

    Causes without a part in it are left out. What changes by itself, population and rates, is marked with a star.

    Parameters
    ----------
    attribution : Attribution
        As `tthc_cost.attribution.attribute` makes it.
    target : Fraction, optional
        The share to reach, drawn as a line.
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
    require(attribution, Attribution, "attribution")
    comparison = attribution.comparison
    whole, baseline = int(comparison.total.saving), int(comparison.total.baseline)
    parts = [(cause, vnd) for cause, vnd in attribution.total.items() if vnd]
    unit, name = unit_of_money(_widest([vnd for _, vnd in parts], whole, target, baseline))

    def text(vnd: int) -> str:
        share = f" ({percent(Fraction(vnd, baseline), language, Fraction(0))})" if baseline else ""
        return amount(vnd, unit, language) + share

    bars, reached = [], 0
    for cause, vnd in parts:
        label = cause.label(language)
        label = label[0].upper() + label[1:] + ("" if cause in REAL_CAUSES else " *")
        bars.append(_Fall(label, reached, reached + vnd, FALL if vnd > 0 else RISE, text(vnd), baseline))
        reached += vnd
    bars.append(_Fall(say("causes.total", language), 0, whole, FULL, text(whole), baseline))
    words = [say("causes.x", language, unit=say(name, language))]
    if any(cause not in REAL_CAUSES for cause, _ in parts):
        words.append(say("causes.star", language))
    with sheet(say("causes.title", language), _height(bars), total_text(comparison, unit, name, language)) as (
        figure,
        axes,
    ):
        if not parts:
            empty(axes, say("causes.none", language))
            return figure
        axes.set_xlabel("\n".join(words))
        _fall(axes, bars, target, language)
        number_scale(axes.xaxis, unit, language)
        looks = [look for look in (FALL, RISE) if any(bar.look == look for bar in bars)]
        keys(figure, [(look, say(f"causes.{'adds' if look is RISE else 'saves'}", language)) for look in looks])
    return figure


def waterfall(
    audit: Audit, n: int = SHOWN_STEPS, *, target: Fraction | None = None, language: Language = "vi"
) -> Figure:
    """Draw the way from the saving that is stated to the one that stands, as ``Audit.waterfall`` has it.

    Parameters
    ----------
    audit : Audit
        As `tthc_cost.auditing.audit` makes it.
    n : int
        How many findings have a bar of their own; the others have one together.
    target : Fraction, optional
        The share to reach: the saving it asks for at each step, whose baseline may be smaller, drawn as a line.
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
    InputFault
        If n is less than 1.
    """
    require(audit, Audit, "audit")
    largest([], n)
    steps = steps_of(audit, n)
    effects = [int(one.cost.saving) for one in steps]
    unit, name = unit_of_money(_widest([], max(effects, key=abs), target, int(steps[0].cost.baseline)))
    bars = [_bar(one, unit, target, language) for one in steps]
    said = say("waterfall.said", language, stated=bars[0].text, standing=bars[-1].text, unit=say(name, language))
    with sheet(say("waterfall.title", language), _height(bars), said) as (figure, axes):
        if not any(bar.baseline for bar in bars):
            empty(axes, say("agencies.none", language))
            return figure
        axes.set_xlabel(say("waterfall.x", language, unit=say(name, language)))
        _fall(axes, bars, target, language)
        number_scale(axes.xaxis, unit, language)
        kinds = {RISE: "error", FALL: "warning"}
        used = [look for look in kinds if any(bar.look == look for bar in bars)]
        keys(figure, [(look, say(f"waterfall.{kinds[look]}", language)) for look in used])
    return figure


def _bar(step: Step, unit: int, target: Fraction | None, language: Language) -> _Fall:
    saving, baseline = int(step.cost.saving), int(step.cost.baseline)
    if not step.findings:
        text = amount(saving, unit, language)
        share = step.cost.ratio
        text += "" if share is None else f" ({percent(share, language, target)})"
        return _Fall(say(f"waterfall.{step.name}", language), 0, saving, FULL, text, baseline)
    text = amount(-step.effect_vnd, unit, language)
    if step.name == "rest":
        words, look = say("waterfall.rest", language, n=format_integer(len(step.findings), language=language)), PALE
    else:
        (one,) = step.findings
        words = one.text(language)
        if one.procedure:
            words = say("waterfall.finding", language, title=one.rule.title(language), place=one.procedure)
        look = RISE if one.severity == "error" else FALL
    return _Fall(words, saving + step.effect_vnd, saving, look, text, baseline)


def _widest(parts: Sequence[int], whole: int, target: Fraction | None, baseline: int) -> float:
    return max(abs(whole), *map(abs, (*parts, 0)), float(target or 0) * baseline)


def _height(bars: Sequence[_Fall]) -> float:
    return 2.0 + 0.45 * max(len(bars), 2)


def _fall(axes: Axes, bars: Sequence[_Fall], target: Fraction | None, language: Language) -> None:
    """Draw the bars from the top down, each beginning where the one above it ends."""
    asked = [] if target is None else [float(target * bar.baseline) for bar in bars]
    ends = [0, *asked, *(end for bar in bars for end in (bar.start, bar.end))]
    room = _ROOM * ((max(ends) - min(ends)) or 1)
    axes.set_xlim(min(ends) - (room if min(ends) < 0 else 0), max(ends) + room)
    for place, bar in enumerate(bars):
        face, hatch = bar.look
        left, right = sorted((bar.start, bar.end))
        axes.barh(place, right - left, 0.62, left, color=face, hatch=hatch, edgecolor=DARK, linewidth=0.9)
        beside(axes, right, place, bar.text)
        if place + 1 < len(bars):
            axes.plot([bar.end, bar.end], [place + 0.31, place + 0.69], color=SOFT, linewidth=0.8)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    name_rows(axes, [bar.name for bar in bars], _NAME_WIDTH)
    if target is not None:
        for place, value in enumerate(asked):
            axes.plot(
                [value, value], [place - 0.5, place + 0.5], color=INK, linewidth=2.0, zorder=3, solid_capstyle="butt"
            )
        above(axes, asked[0], say("waterfall.target", language, share=required(target, language)), "-")
