"""Where the bars and marks of the report's charts stand, in per cent of the width, so that text never shrinks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.attribution import Cause
    from tthc_cost.report.page import Milestone, ProcedureGroup, StageLine
    from tthc_cost.standing_steps import Step
    from tthc_cost.targets import TargetResult
    from tthc_cost.vocabulary import Bearer, Stage, TargetState, TaskState

    T = TypeVar("T")

__all__ = [
    "Bullet",
    "CauseBar",
    "Mark",
    "SavingBar",
    "Segment",
    "StageBars",
    "StateBar",
    "StepBar",
    "Timeline",
    "bullet_of",
    "cause_bars",
    "saving_bars",
    "stage_bars",
    "step_bars",
    "timeline_of",
]

TOP_PROCEDURES = 10
"""How many of the largest savings the chart shows."""
_APART = 3.6
"""Least distance of two marks of a row on the timeline [% of the width]."""


@dataclass(frozen=True, slots=True)
class Bullet:
    """A reduction against its target: two bars and an upright line [% of the width]."""

    achieved: float | None
    stated: float | None
    target: float | None


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar: whose it is, where it begins and how wide it is [% of the width]."""

    bearer: Bearer | None
    shade: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class StateBar:
    """One stacked bar: a stage in one state."""

    state: State
    segments: tuple[Segment, ...]
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class StageBars:
    """Both bars of one stage."""

    stage: Stage | None
    bars: tuple[StateBar, ...]


@dataclass(frozen=True, slots=True)
class SavingBar:
    """One bar of the largest savings."""

    group: ProcedureGroup
    width: float


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step of the waterfall: what still stands, what it takes out, and the target [% of the width].

    Parameters
    ----------
    step : Step
        Which.
    left, left_width : float
        Where the bar of what still stands begins, and how wide it is.
    taken, taken_width : float
        The same of what is taken out.
    target : float or None
        The saving that the target asks of this step's baseline.
    """

    step: Step
    left: float
    left_width: float
    taken: float
    taken_width: float
    target: float | None


@dataclass(frozen=True, slots=True)
class CauseBar:
    """One cause of the saving, and its bar; costs that it adds have one too."""

    cause: Cause
    saving_vnd: int
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One event of the timeline: its label, its state, where it stands and in which row."""

    label: str
    day: dt.date
    state: TargetState | TaskState
    x: float
    row: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events of a programme along its days [% of the width].

    Parameters
    ----------
    years : tuple of (int, float)
        Each New Year.
    today : float
        The day of the report.
    targets, tasks : tuple of Mark
        In rows that keep them apart.
    """

    years: tuple[tuple[int, float], ...]
    today: float
    targets: tuple[Mark, ...]
    tasks: tuple[Mark, ...]

    @property
    def target_rows(self) -> int:
        """How many rows the targets take."""
        return _rows(self.targets)

    @property
    def task_rows(self) -> int:
        """How many rows the tasks take."""
        return _rows(self.tasks)


def bullet_of(
    achieved: Fraction | None, stated: Fraction | None, target: Fraction | None, full: Fraction | None = None
) -> Bullet:
    """Lay out a reduction against its target; a negative one has no bar.

    Parameters
    ----------
    achieved, stated, target : Fraction or None
        Ratios.
    full : Fraction, optional
        Ratio that fills the width; by default a little more than the largest of the three.
    """
    known = [one for one in (achieved, stated, target) if one is not None]
    full = full or max([Fraction(1, 100), *known]) * Fraction(10, 9)
    return Bullet(*(None if one is None else _within(one / full) for one in (achieved, stated, target)))


def stage_bars(stages: Sequence[StageLine]) -> tuple[StageBars, ...]:
    """Lay out the cost of each stage in both states, stacked by bearer, on one scale."""
    most = max((side for one in stages for side in _sides(one.cost)), default=0) or 1
    return tuple(
        StageBars(one.stage, tuple(_state_bar(one, position, state, most) for position, state in enumerate(State)))
        for one in stages
    )


def _sides(cost: Reduction) -> tuple[int, int]:
    return int(cost.baseline), int(cost.simplified)


def _state_bar(line: StageLine, position: int, state: State, most: int) -> StateBar:
    segments, x = [], 0.0
    for shade, (bearer, cost) in enumerate(line.by_bearer):
        width = _within(Fraction(_sides(cost)[position], most))
        segments.append(Segment(bearer, shade, x, width))
        x += width
    return StateBar(state, tuple(one for one in segments if one.width), _sides(line.cost)[position])


def saving_bars(groups: Sequence[ProcedureGroup]) -> tuple[SavingBar, ...]:
    """Lay out the largest savings, groups being sorted by them; what saves nothing has no bar."""
    shown = [one for one in groups[:TOP_PROCEDURES] if one.cost.saving > 0]
    most = max((one.cost.saving for one in shown), default=1)
    return tuple(SavingBar(one, _within(Fraction(one.cost.saving, most))) for one in shown)


def step_bars(steps: Sequence[Step], target: Fraction | None) -> tuple[StepBar, ...]:
    """Lay out the waterfall from stated to standing on one scale, which holds zero.

    Parameters
    ----------
    steps : sequence of Step
        In order.
    target : Fraction or None
        Share of cost to be saved.
    """
    savings = [Fraction(one.cost.saving) for one in steps]
    asked = [None if target is None else target * one.cost.baseline for one in steps]
    ends = [Fraction(0), *savings, *(one for one in asked if one is not None)]
    low, high = min(ends), max(ends) * Fraction(51, 50) or Fraction(1)

    def place(saving: Fraction) -> float:
        return _within((saving - low) / (high - low))

    def bar(one: Fraction, other: Fraction) -> tuple[float, float]:
        start, end = place(min(one, other)), place(max(one, other))
        return start, round(end - start, 2)

    return tuple(
        StepBar(
            step,
            *bar(Fraction(0), saving),
            *bar(saving, saving + step.effect_vnd),
            None if required is None else place(required),
        )
        for step, saving, required in zip(steps, savings, asked, strict=True)
    )


def cause_bars(causes: Iterable[tuple[Cause, int]]) -> tuple[CauseBar, ...]:
    """Lay out what a saving comes from; a cause without a part in it is left out."""
    shown = [(cause, saving) for cause, saving in causes if saving]
    most = max((abs(saving) for _, saving in shown), default=1)
    return tuple(CauseBar(cause, saving, _within(Fraction(abs(saving), most))) for cause, saving in shown)


def timeline_of(
    targets: Sequence[TargetResult], milestones: Iterable[Milestone], on: dt.date, span: tuple[dt.date, dt.date]
) -> Timeline:
    """Lay out targets, by their number, and dated tasks, by their code, from the first day to the last.

    Parameters
    ----------
    targets, milestones : sequence
        What happens.
    on : datetime.date
        Day of the report.
    span : tuple of datetime.date
        First and last day of the programme; widened to hold every event.
    """
    tasks = [(one.task.code, one.deadline.before, one.worst) for one in milestones if one.deadline.before]
    goals = [(str(number), one.target.before, one.state) for number, one in enumerate(targets, start=1)]
    days = [*span, on, *(day for _, day, _ in tasks), *(day for _, day, _ in goals)]
    first, last = min(days), max(days)

    def place(day: dt.date) -> float:
        return round(2 + 96 * (day - first).days / max(1, (last - first).days), 2)

    years = range(first.year + 1, last.year + 1)
    return Timeline(
        tuple((year, place(first.replace(year=year, month=1, day=1))) for year in years),
        place(on),
        _apart([(label, day, state, place(day)) for label, day, state in goals]),
        _apart([(label, day, state, place(day)) for label, day, state in tasks]),
    )


def _apart(events: Iterable[tuple[str, dt.date, TargetState | TaskState, float]]) -> tuple[Mark, ...]:
    """Put each event in the first row in which it touches no other."""
    ends: list[float] = []
    marks = []
    for label, day, state, x in sorted(events, key=lambda event: event[1]):
        row = next((row for row, end in enumerate(ends) if x - end >= _APART), len(ends))
        ends[row : row + 1] = [x]
        marks.append(Mark(label, day, state, x, row))
    return tuple(marks)


def _rows(marks: Iterable[Mark]) -> int:
    return max((one.row + 1 for one in marks), default=0)


def _within(share: Fraction) -> float:
    return round(100 * float(min(max(share, Fraction(0)), Fraction(1))), 2)
