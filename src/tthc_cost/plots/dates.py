"""Where a programme stands, drawn: its milestones along the days, and how much of each is reached."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import require
from tthc_cost.numerals import format_exact, format_integer
from tthc_cost.plots.canvas import (
    DARK,
    INK,
    SMALL,
    SOFT,
    amount,
    beside,
    day_text,
    empty,
    mark,
    percent,
    percent_scale,
    required,
    say,
    sheet,
    split,
    unit_of_money,
)
from tthc_cost.plots.rows import FULL, PALE, keys, name_rows
from tthc_cost.targets import TargetReport
from tthc_cost.vocabulary import Measure, TargetState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.targets import TargetResult

__all__ = ["milestones"]

_NAME_WIDTH: Final = 27
_YEARS: Final = 2
_TICKS: Final = 5
_MARKS: Final[Mapping[TargetState, tuple[str, str]]] = {
    TargetState.MET: ("o", DARK),
    TargetState.MISSED: ("X", INK),
    TargetState.OPEN: ("o", "white"),
    TargetState.UNDEFINED: ("D", "white"),
}
"""The shape and the filling of what stands at a date; the state is written beside it."""


def milestones(report: TargetReport, *, language: Language = "vi") -> Figure:
    """Draw the targets of a programme in the order of their dates: when each is due, its state, how far it is.

    On the left the date before which each is to be reached, and the day of the report; on the right the share that is
    reached, behind it what the whole review states, and the share required.

    Parameters
    ----------
    report : TargetReport
        As `tthc_cost.targets.check` makes it.
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
    require(report, TargetReport, "report")
    results = sorted(report.targets, key=lambda one: one.target.before)
    day = day_text(report.on, language)
    parts = [f"{_name(one, language)}: {one.state.label(language)}" for one in results]
    title = say("milestones.title", language, day=day)
    with sheet(title, 1.9 + 0.78 * max(len(results), 2), "; ".join(parts)) as (figure, axes):
        if not results:
            empty(axes, say("milestones.none", language))
            return figure
        shares = split(figure, axes, 1, 1.25)
        name_rows(axes, [_name(one, language) for one in results], _NAME_WIDTH, 4)
        _days(axes, report, results, language)
        for place, result in enumerate(results):
            _share(shares, place, result, language)
        known = [float(one) for result in results for one in (result.achieved, result.stated) if one is not None]
        low, high = min(0.0, *known, 0.0), max(1.0, *known, 0.0)
        shares.set_xlim(low - (0.05 if low < 0 else 0), high)
        percent_scale(shares.xaxis, language)
        shares.set_xlabel(say("milestones.x", language))
        basis = say(f"milestones.{report.basis}", language)
        looks = [(FULL, say("milestones.achieved", language, basis=basis)), (PALE, say("milestones.stated", language))]
        keys(figure, looks, ("|", say("milestones.required", language)))
    return figure


def _name(result: TargetResult, language: Language) -> str:
    return result.target.name if language == "vi" else result.target.name_en


def _days(axes: Axes, report: TargetReport, results: list[TargetResult], language: Language) -> None:
    plan = report.programme
    days = [plan.starts, plan.ends, report.on, *(one.target.before for one in results)]
    first, last = min(days), max(days)
    room = max(1, (last - first).days) * 0.06
    axes.set_xlim(first.toordinal() - room, last.toordinal() + room)
    every = 1 + (last.year - first.year) // _TICKS
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1, every)]
    ticks = [(one, str(one.year)) for one in years]
    if len(years) < _YEARS:
        ticks = [(one, day_text(one, language)) for one in (first, last)]
    axes.set_xticks([one.toordinal() for one, _ in ticks], [text for _, text in ticks])
    mark(axes, report.on.toordinal(), say("milestones.on", language, day=day_text(report.on, language)), "--")
    low, high = axes.get_xlim()
    for place, result in enumerate(results):
        at, (shape, face) = result.target.before.toordinal(), _MARKS[result.state]
        axes.plot([low, at], [place, place], color=SOFT, linewidth=0.8, zorder=1)
        axes.plot([at], [place], shape, color=INK, markerfacecolor=face, markersize=9, zorder=5)
        middle = (at - low) / (high - low)
        where: Any = "left" if middle < 1 / 3 else "right" if middle > 2 / 3 else "center"
        due = say("milestones.before", language, day=day_text(result.target.before, language))
        for step, text, weight in ((-9, due, "normal"), (9, result.state.label(language), "bold")):
            axes.annotate(
                text, (at, place), (0, -step), textcoords="offset points", ha=where, fontsize=SMALL, zorder=4,
                va="bottom" if step < 0 else "top", fontweight=weight,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip


def _share(axes: Axes, place: int, result: TargetResult, language: Language) -> None:
    goal = result.target.required
    ends = [float(goal)]
    for ratio, thick, (face, _) in ((result.stated, 0.34, PALE), (result.achieved, 0.18, FULL)):
        if ratio is not None:
            axes.barh(place + 0.12, float(ratio), thick, color=face, edgecolor=DARK, linewidth=0.8)
            ends.append(float(ratio))
    axes.plot([float(goal)] * 2, [place - 0.12, place + 0.36], color=INK, linewidth=2.4, zorder=3)
    beside(axes, max(ends), place + 0.12, say("milestones.least", language, share=required(goal, language)))
    axes.annotate(
        _reached(result, language), (0, place - 0.16), (2, 0), textcoords="offset points", va="bottom", fontsize=SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=4,
    )  # fmt: skip


def _reached(result: TargetResult, language: Language) -> str:
    """Say how far a target is, in its own numbers; what nobody knows is no zero."""
    if result.achieved is None:
        return say("milestones.unknown", language)
    share = percent(result.achieved, language, result.target.required)
    if result.target.measure is Measure.COST_REDUCTION:
        unit, name = unit_of_money(int(result.denominator))
        figures = [amount(one, unit, language) for one in (result.numerator, result.denominator)]
        kind = say(name, language)
    elif result.target.measure is Measure.TIME_REDUCTION:
        figures = [format_exact(one, language=language) for one in (result.numerator, result.denominator)]
        kind = say("milestones.days", language)
    else:
        figures = [format_integer(one, language=language) for one in (result.numerator, result.denominator)]
        kind = say("milestones.procedures", language)
    return say("milestones.reached", language, share=share, part=figures[0], whole=figures[1], kind=kind)
