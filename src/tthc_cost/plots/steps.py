"""How long a procedure takes, drawn: its steps along the working days in both states, and which of them decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tthc_cost.errors import UnknownNameError, require
from tthc_cost.numerals import format_exact
from tthc_cost.plots.canvas import DARK, INK, SMALL, beside, say, sheet, wrapped
from tthc_cost.plots.rows import FALL, FULL, PALE, keys, largest, name_rows
from tthc_cost.timing import ProcessingTimes
from tthc_cost.vocabulary import State, suggest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.timing import Schedule, StepTime

__all__ = ["critical_path"]

_NAME_WIDTH: Final = 42
_HEAD_WIDTH: Final = 56
_HEAD_LINES: Final = 3
_THICK: Final = 0.56

Line = tuple[str, "StepTime | None", bool]
"""What is written in a row; the step drawn in it, of a heading none; whether it is critical."""


def critical_path(times: ProcessingTimes, procedure: str, n: int = 15, *, language: Language = "vi") -> Figure:
    """Draw the steps of a procedure as a Gantt chart, in both states, with the statutory deadline.

    The dark steps are those on the longest chain: if one of them takes longer, so does the procedure. The others may be
    late by their slack, which is hatched. A step without a duration has a mark and no bar: nobody knows its length.

    Parameters
    ----------
    times : ProcessingTimes
        As `tthc_cost.timing.processing_times` makes it, of both states or of one.
    procedure : str
        Code of the procedure.
    n : int
        How many steps of a state are drawn: those on the longest chain first, then the longest; the heading says how
        many are not.
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
        For a procedure of neither state, or another language.
    InputFault
        If n is less than 1.
    """
    require(times, ProcessingTimes, "times")
    known = list(dict.fromkeys(one.procedure for one in times.schedules))
    if procedure not in known:
        near = "; ".join(suggest(procedure, known)) or "–"
        raise UnknownNameError.because("unknown_procedure", procedure=procedure, near=near)
    alone = times.of(procedure)
    states: list[tuple[State | None, Schedule | None]] = (
        [(state, times.of(procedure, state)) for state in State] if alone is None else [(None, alone)]
    )
    lines: list[Line] = []
    deadlines: list[tuple[float, int, int]] = []
    heads = []
    for state, schedule in states:
        top = len(lines)
        shown, left_out = _chosen(schedule, n)
        heads.append(_heading(state, schedule, left_out, language))
        lines.append((heads[-1], None, False))
        lines += [(_step_name(step), step, critical) for step, critical in shown]
        if schedule is not None and schedule.deadline_days is not None:
            deadlines.append((float(schedule.deadline_days), top, len(lines)))
    title = say("critical_path.title", language, procedure=procedure)
    with sheet(title, 1.7 + 0.44 * max(len(lines), 3), "; ".join(heads)) as (figure, axes):
        name_rows(axes, ["" if step is None else text for text, step, _ in lines], _NAME_WIDTH)
        ends = [float(one.ends_days + one.slack_days) for _, one, _ in lines if one is not None]
        last = max([1.0, *ends, *(days for days, _, _ in deadlines)])
        axes.set_xlim(0, last * 1.02)
        for place, (text, step, critical) in enumerate(lines):
            if step is None:
                axes.annotate(
                    wrapped(text, _HEAD_WIDTH, _HEAD_LINES), (0, place), (2, 0), textcoords="offset points",
                    va="center", fontsize=SMALL, fontweight="bold", zorder=4,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
                )  # fmt: skip
            else:
                _draw(axes, place, step, critical=critical, language=language)
        for days, top, bottom in deadlines:
            axes.plot([days, days], [top - 0.5, bottom - 0.5], "--", color=INK, linewidth=1.3, zorder=3)
        axes.xaxis.set_major_formatter(lambda value, _: format_exact(round(value, 3), language=language))
        axes.set_xlabel(say("critical_path.x", language))
        dashed = [("--", say("critical_path.deadline", language))] if deadlines else []
        looks = zip((FULL, PALE, FALL), ("critical", "other", "slack"), strict=True)
        keys(figure, [(look, say(f"critical_path.{name}", language)) for look, name in looks], *dashed)
    return figure


def _chosen(schedule: Schedule | None, n: int) -> tuple[list[tuple[StepTime, bool]], int]:
    """Return the steps to draw in the order of the table, each with whether it is critical, and how many are not."""
    steps = () if schedule is None else schedule.steps
    longest = sum((step.duration_days or 0 for step in steps), 1)
    codes = set() if schedule is None else set(schedule.critical)
    weights = [(step.duration_days or 0) + (longest if step.step in codes else 0) for step in steps]
    shown, rest = largest(weights, n)
    return [(steps[at], steps[at].step in codes) for at in shown], len(rest)


def _step_name(step: StepTime) -> str:
    return f"{step.step}  {step.name}".strip()


def _heading(state: State | None, schedule: Schedule | None, left_out: int, language: Language) -> str:
    """Say how long a state takes by its steps, and how that compares with its deadline."""
    label = say("critical_path.alone", language) if state is None else state.label(language)
    head = label[0].upper() + label[1:]
    if schedule is None:
        return f"{head}: {say('critical_path.absent', language)}"
    if schedule.elapsed_days is None:
        said = [say("critical_path.unknown" if schedule.steps else "critical_path.stepless", language)]
    else:
        known = "at_least" if schedule.is_lower_bound else "elapsed"
        said = [say(f"critical_path.{known}", language, days=format_exact(schedule.elapsed_days, language=language))]
    if schedule.deadline_days is not None:
        said.append(say("critical_path.within", language, days=format_exact(schedule.deadline_days, language=language)))
    if schedule.slack_days is not None and schedule.slack_days < 0:
        said.append(say("critical_path.over", language, days=format_exact(-schedule.slack_days, language=language)))
    if left_out:
        said.append(say("critical_path.left_out", language, n=left_out))
    return f"{head}: {'; '.join(said)}"


def _draw(axes: Axes, place: int, step: StepTime, *, critical: bool, language: Language) -> None:
    start, end = float(step.starts_days), float(step.ends_days)
    if step.duration_days is None:
        axes.plot([start], [place], "D", color=INK, markerfacecolor="white", markersize=7, zorder=5, clip_on=False)
        axes.annotate(
            say("critical_path.unstated", language), (start, place), (9, 0), textcoords="offset points", va="center",
            fontsize=SMALL, zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip
        return
    face, _ = FULL if critical else PALE
    axes.barh(place, end - start, _THICK, start, color=face, edgecolor=DARK, linewidth=0.8)
    words = say("critical_path.days", language, days=format_exact(step.duration_days, language=language))
    if step.slack_days and not critical:
        face, hatch = FALL
        slack = float(step.slack_days)
        axes.barh(place, slack, _THICK / 2, end, color=face, hatch=hatch, edgecolor=DARK, linewidth=0.5)
        end += slack
        words += say("critical_path.spare", language, days=format_exact(step.slack_days, language=language))
    beside(axes, end, place, words)
