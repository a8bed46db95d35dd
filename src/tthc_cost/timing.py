"""Time as a quantity of its own: how long a procedure takes by its steps, and how many hours of work a review frees."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, FREQUENCY_STEPS, STEPS_PER_VND, Reduction, steps_of_block
from tthc_cost.comparison import Comparison
from tthc_cost.errors import NeedsLinesError, Validation, WrongKindError, remark, require
from tthc_cost.inventory import Inventory
from tthc_cost.notebook_tables import NotebookTable, Shown, brief_reduction, label, reductions_table, words
from tthc_cost.numerals import exact_number, format_decimal, format_exact, format_integer
from tthc_cost.rates import working_hours
from tthc_cost.schema import TABLES, is_blank, row_place, rows_of
from tthc_cost.units import read_number
from tthc_cost.vocabulary import Bearer, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost import numerals
    from tthc_cost.errors import Language, Remark
    from tthc_cost.notebook_tables import CellKind
    from tthc_cost.rates import Figure

    Number: TypeAlias = numerals.Number | str

__all__ = ["FreedHours", "HoursFreed", "ProcessingTimes", "Schedule", "StepTime", "hours_freed", "processing_times"]

_SHOWN_CODES: Final = 10
_WORKERS: Final = ("agency", "bearer", "grade")

Row = dict[str, Any]
Graph = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step is done, counted in working days from the start of the procedure.

    Parameters
    ----------
    step, name, performer : str
        Code, name, and who carries it out; empty where not stated.
    after : tuple of str
        The steps that it waits for.
    duration_days : Fraction or None
        Its elapsed time; None where it is not stated, and then taken as 0 in all that follows.
    starts_days, ends_days : Fraction
        The earliest it can begin and end.
    slack_days : Fraction
        What it can be late by without the procedure taking longer; 0 on a critical path.
    can_save_days : Fraction
        What the procedure would be shorter by if this step alone took no time.
    """

    step: str
    name: str
    performer: str
    after: tuple[str, ...]
    duration_days: Fraction | None
    starts_days: Fraction
    ends_days: Fraction
    slack_days: Fraction
    can_save_days: Fraction

    @property
    def is_critical(self) -> bool:
        """Whether the procedure takes longer as soon as this step does."""
        return not self.slack_days


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long one procedure takes in one state by its steps, against its statutory deadline.

    Parameters
    ----------
    procedure : str
        Its code.
    state : State or None
        Of a comparison, which of the two.
    deadline_days : Fraction or None
        Statutory time [working days].
    steps : tuple of StepTime
        In the order of the table.
    """

    procedure: str
    state: State | None
    deadline_days: Fraction | None
    steps: tuple[StepTime, ...]

    @property
    def elapsed_days(self) -> Fraction | None:
        """Length of the longest chain of steps [working days]; None where no step states its time."""
        if all(step.duration_days is None for step in self.steps):
            return None
        return max(step.ends_days for step in self.steps)

    @property
    def is_lower_bound(self) -> bool:
        """Whether a step does not state its time, so that the procedure takes at least as long as computed."""
        return any(step.duration_days is None for step in self.steps)

    @property
    def slack_days(self) -> Fraction | None:
        """Deadline less elapsed time, negative for an excess; of a lower bound, at most so much."""
        elapsed = self.elapsed_days
        return None if elapsed is None or self.deadline_days is None else self.deadline_days - elapsed

    @property
    def keeps_deadline(self) -> bool | None:
        """Whether the steps end by the deadline; None where that is not known."""
        if self.slack_days is None:
            return None
        return False if self.slack_days < 0 else None if self.is_lower_bound else True

    @property
    def critical(self) -> tuple[str, ...]:
        """Codes of the steps on a longest chain; empty where no step states its time."""
        return () if self.elapsed_days is None else tuple(step.step for step in self.steps if step.is_critical)

    def to_reach(self, deadline_days: Number) -> dict[str, Fraction]:
        """Say which single steps could bring the procedure down to a deadline, and by how much each is to be shortened.

        Parameters
        ----------
        deadline_days : int, str, Decimal, Fraction or float
            The deadline wished for [working days], at least 0.

        Returns
        -------
        dict of str to Fraction
            Step to working days. Empty when it is kept already, and when no step alone is enough.

        Raises
        ------
        InputFault
            If the deadline is no number of days.
        """
        excess = (self.elapsed_days or Fraction(0)) - read_number(deadline_days, argument="deadline_days")
        return {step.step: excess for step in self.steps if 0 < excess <= step.can_save_days}


@dataclass(frozen=True, slots=True, repr=False)
class ProcessingTimes(Shown):
    """The schedules of an inventory, or of both states of a comparison.

    Parameters
    ----------
    schedules : tuple of Schedule
        One a procedure and state, also of those without steps.
    remarks : tuple of Remark
        Warnings and notes.
    """

    schedules: tuple[Schedule, ...]
    remarks: tuple[Remark, ...]

    def of(self, procedure: str, state: State | str | None = None) -> Schedule | None:
        """Return the schedule of a procedure; None where there is none."""
        wanted = None if state is None else State.parse(state)
        return next((one for one in self.schedules if (one.procedure, one.state) == (procedure, wanted)), None)

    @property
    def procedures(self) -> pd.DataFrame:
        """One row a procedure and state.

        ``procedure``, ``state``, ``deadline_days``, ``elapsed_days``, ``slack_days`` (float64, NaN where not known),
        ``is_lower_bound``, ``keeps_deadline`` (boolean) and ``critical_steps`` (codes, separated by ``;``).
        """
        rows = [
            {
                "procedure": one.procedure, "state": one.state and one.state.value,
                "deadline_days": one.deadline_days, "elapsed_days": one.elapsed_days, "slack_days": one.slack_days,
                "is_lower_bound": one.is_lower_bound, "keeps_deadline": one.keeps_deadline,
                "critical_steps": ";".join(one.critical) or None,
            }
            for one in self.schedules
        ]  # fmt: skip
        kinds = {
            "procedure": "string", "state": "string", "deadline_days": "float64", "elapsed_days": "float64",
            "slack_days": "float64", "is_lower_bound": "boolean", "keeps_deadline": "boolean",
            "critical_steps": "string",
        }  # fmt: skip
        return _typed(rows, kinds)

    @property
    def steps(self) -> pd.DataFrame:
        """One row a step.

        ``procedure``, ``state``, ``step``, ``name``, ``performer``, ``duration_days`` (NaN where not stated),
        ``starts_days``, ``ends_days``, ``slack_days``, ``can_save_days`` (float64) and ``is_critical`` (bool).
        """
        numbers = ("duration_days", "starts_days", "ends_days", "slack_days", "can_save_days")
        rows = [
            {
                "procedure": one.procedure, "state": one.state and one.state.value, "step": step.step,
                "name": step.name, "performer": step.performer, **{name: getattr(step, name) for name in numbers},
                "is_critical": step.step in one.critical,
            }
            for one in self.schedules
            for step in one.steps
        ]  # fmt: skip
        texts = dict.fromkeys(("procedure", "state", "step", "name", "performer"), "string")
        return _typed(rows, {**texts, **dict.fromkeys(numbers, "float64"), "is_critical": "bool"})

    def to_frame(self) -> pd.DataFrame:
        """Return `procedures`: one row a procedure and state."""
        return self.procedures

    def _brief(self) -> str:
        codes = {one.procedure for one in self.schedules}
        late = {one.procedure for one in self.schedules if one.keeps_deadline is False}
        return words("brief.times", procedures=len(codes), late=len(late))

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        rows = [
            {
                "procedure": one.procedure, "state": one.state, "deadline_days": one.deadline_days,
                "elapsed_days": _elapsed(one, language), "slack_days": one.slack_days,
                "keeps_deadline": one.keeps_deadline, "critical_steps": "; ".join(one.critical),
            }
            for one in sorted(self.schedules, key=lambda one: (one.slack_days is None, one.slack_days or 0))
        ]  # fmt: skip
        notes = (label("note.lower_bound", language),) if any(one.is_lower_bound for one in self.schedules) else ()
        yield NotebookTable(label("table.times", language), _TIME_COLUMNS, rows, notes=notes)


_TIME_COLUMNS: Final[Mapping[str, CellKind]] = {
    "procedure": "text", "state": "text", "deadline_days": "number", "elapsed_days": "number", "slack_days": "number",
    "keeps_deadline": "verdict", "critical_steps": "text",
}  # fmt: skip


def _elapsed(schedule: Schedule, language: Language) -> Fraction | str | None:
    days = schedule.elapsed_days
    return days if days is None or not schedule.is_lower_bound else f"≥ {format_exact(days, language=language)}"


def processing_times(source: Comparison | Inventory) -> ProcessingTimes:
    """Compute how long procedures take by their steps, along the longest chain of steps that wait for one another.

    A step begins when all that it comes after have ended; one that comes after none, at the start. Where a procedure
    names no predecessor at all, its steps follow one another in the order of the table, and a note says so. A step
    without a duration is missing, not instant: the time is then a lower bound. All times are elapsed working days; no
    hour of work is saved by shortening them.

    Parameters
    ----------
    source : Comparison or Inventory
        Of a comparison, both states as the review states them.

    Returns
    -------
    ProcessingTimes

    Raises
    ------
    InputFault
        With every circle in which steps wait for one another.
    NeedsLinesError
        For published totals.

    Examples
    --------
    >>> from tthc_cost.model import Activity, Procedure, Step
    >>> office = Inventory.from_objects(
    ...     Procedure("A", "Nâng lương", deadline_days=10, frequency=1, population=1),
    ...     Activity("A", "1", effort_hours=1),
    ...     Step("A", "1", "tiếp nhận", duration_days=1),
    ...     Step("A", "2", "thẩm định", duration_days=6, after="1"),
    ...     Step("A", "3", "lấy ý kiến", duration_days=4, after="1"),
    ...     Step("A", "4", "ký", duration_days=5, after="2;3"),
    ... )
    >>> time = processing_times(office).of("A")
    >>> int(time.elapsed_days), int(time.slack_days), time.critical
    (12, -2, ('1', '2', '4'))
    >>> {step: int(days) for step, days in time.to_reach(10).items()}  # step 2 alone saves 2 days, step 1 only 1
    {'2': 2, '4': 2}

    References
    ----------
    J. E. Kelley and M. R. Walker, "Critical-path planning and scheduling", 1959.
    """
    states: list[tuple[State | None, Inventory]]
    if isinstance(source, Inventory):
        states = [(None, source)]
    elif not isinstance(source, Comparison):
        given = type(source).__name__
        raise WrongKindError.because("wrong_kind", argument="source", expected="Comparison, Inventory", given=given)
    elif source.review is None:
        raise NeedsLinesError.because("needs_lines")
    else:
        states = [(State.BASELINE, source.review.baseline), (State.SIMPLIFIED, source.review.simplified)]
    schedules: list[Schedule] = []
    remarks: list[Remark] = []
    for state, inventory in states:
        of_procedure: dict[str, list[Row]] = defaultdict(list)
        for row in rows_of(inventory.steps):
            of_procedure[row["procedure"]].append(row)
        graphs = {code: _graph(rows) for code, rows in of_procedure.items()}
        circles = [one for code, graph in graphs.items() for one in _circles(code, graph, of_procedure[code])]
        remarks += [one if one.place.sheet or state is None else one.at(state=state.value) for one in circles]
        if circles:
            continue
        deadlines = inventory.procedures[["procedure", "deadline_days"]].itertuples(index=False, name=None)
        made = [
            Schedule(code, state, _days(days), _times(of_procedure[code], graphs.get(code, {})))
            for code, days in deadlines
        ]
        remarks += _said(made, of_procedure, state)
        schedules += made
    Validation.of(remarks).raise_faults()
    return ProcessingTimes(tuple(schedules), tuple(remarks))


def _typed(rows: list[Row], kinds: Mapping[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(kinds), dtype=object)
    for name, kind in kinds.items():
        if kind == "float64":
            frame[name] = [float("nan") if value is None else float(value) for value in frame[name]]
    return frame.astype(dict(kinds))


def _days(value: object) -> Fraction | None:
    return None if is_blank(value) else exact_number(value, argument="duration_days")


def _text(value: object) -> str:
    return "" if is_blank(value) else str(value)


def _named(row: Row) -> tuple[str, ...]:
    return () if is_blank(row["after"]) else tuple(row["after"].split(";"))


def _graph(rows: Sequence[Row]) -> Graph:
    """Return the steps before each step; of a procedure that names none, the one above it in the table."""
    graph = {row["step"]: _named(row) for row in rows}
    if any(graph.values()):
        return graph
    codes = list(graph)
    return {code: tuple(codes[n - 1 : n]) if n else () for n, code in enumerate(codes)}


def _circles(procedure: str, graph: Graph, rows: Sequence[Row]) -> Iterator[Remark]:
    """Say each circle once; its last wait is struck out to find the next."""
    left = {code: list(before) for code, before in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = list(error.args[1])
            left[circle[1]].remove(circle[0])
            place = row_place(TABLES["steps"], next(row for row in rows if row["step"] == circle[1]), "after")
            yield remark("steps_in_circle", place, procedure=procedure, circle=" → ".join(circle))
        else:
            return


def _times(rows: Sequence[Row], graph: Graph) -> tuple[StepTime, ...]:
    order = tuple(TopologicalSorter(graph).static_order())
    stated = {row["step"]: _days(row["duration_days"]) for row in rows}
    days = {code: duration or Fraction(0) for code, duration in stated.items()}
    ends = _ends(order, graph, days)
    whole = max(ends.values(), default=Fraction(0))
    latest = dict.fromkeys(order, whole)
    for code in reversed(order):
        for before in graph[code]:
            latest[before] = min(latest[before], latest[code] - days[code])

    def can_save(code: str) -> Fraction:
        if latest[code] > ends[code]:
            return Fraction(0)
        return whole - max(_ends(order, graph, {**days, code: Fraction(0)}).values())

    steps = []
    for row in rows:
        code, name, performer = (_text(row[column]) for column in ("step", "name", "performer"))
        times = (ends[code] - days[code], ends[code], latest[code] - ends[code], can_save(code))
        steps.append(StepTime(code, name, performer, graph[code], stated[code], *times))
    return tuple(steps)


def _ends(order: Iterable[str], graph: Graph, days: Mapping[str, Fraction]) -> dict[str, Fraction]:
    ends: dict[str, Fraction] = {}
    for code in order:
        ends[code] = max((ends[before] for before in graph[code]), default=Fraction(0)) + days[code]
    return ends


def _said(schedules: Iterable[Schedule], rows: Mapping[str, Sequence[Row]], state: State | None) -> Iterator[Remark]:
    several = [one for one in schedules if len(one.steps) > 1]
    in_order = [one.procedure for one in several if not any(_named(row) for row in rows[one.procedure])]
    blank = [one.procedure for one in schedules if one.is_lower_bound]
    for said, codes in (("steps_in_order", in_order), ("step_duration_blank", blank)):
        if codes:
            shown = ", ".join(codes[:_SHOWN_CODES]) + (" …" if len(codes) > _SHOWN_CODES else "")
            one = remark(said, n=len(codes), procedures=shown).at(table="steps")
            yield one if state is None else one.at(state=state.value)


@dataclass(frozen=True, slots=True)
class FreedHours:
    """Hours of work a year of one grade in one agency's procedures.

    Parameters
    ----------
    agency, bearer, grade : str or None
        Who resolves the procedure, or carries it out where many agencies do; who bears the work; of which grade.
    hours : Reduction
        Person-hours a year before and after, exact.
    """

    agency: str | None
    bearer: str | None
    grade: str | None
    hours: Reduction


@dataclass(frozen=True, slots=True, repr=False)
class HoursFreed(Shown):
    """Hours of work that a review frees, made by `hours_freed`.

    Parameters
    ----------
    rows : tuple of FreedHours
        One an agency, bearer and grade that works in either state, sorted.
    hours_per_post : Figure
        Hours a year of one full-time post, with their source.
    """

    rows: tuple[FreedHours, ...]
    hours_per_post: Figure

    @property
    def total(self) -> Reduction:
        """All hours before and after [person-hours a year]."""
        return sum((row.hours for row in self.rows), Reduction(Fraction(0), Fraction(0), _HOURS))

    @property
    def posts(self) -> Fraction:
        """Freed hours ÷ hours a year of a full-time post. Hours are freed, not people."""
        return Fraction(self.total.saving) / self.hours_per_post.value

    def to_frame(self) -> pd.DataFrame:
        """Return one row an agency, bearer and grade.

        Returns
        -------
        pandas.DataFrame
            ``agency``, ``bearer``, ``grade``, ``baseline_hours``, ``simplified_hours``, ``freed_hours`` and
            ``freed_posts`` (float64, a year).
        """
        rows = [
            {
                "agency": row.agency, "bearer": row.bearer, "grade": row.grade,
                "baseline_hours": row.hours.baseline, "simplified_hours": row.hours.simplified,
                "freed_hours": row.hours.saving, "freed_posts": row.hours.saving / self.hours_per_post.value,
            }
            for row in self.rows
        ]  # fmt: skip
        numbers = ("baseline_hours", "simplified_hours", "freed_hours", "freed_posts")
        return _typed(rows, {**dict.fromkeys(_WORKERS, "string"), **dict.fromkeys(numbers, "float64")})

    def _brief(self) -> str:
        return brief_reduction(self.total)

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        said = {
            "posts": format_decimal(self.posts, 2, language=language),
            "hours": format_integer(self.hours_per_post.value, language=language),
        }
        whole = [(label("word.hours", language), self.total)]
        note = label("note.posts", language, **said)
        yield reductions_table(label("table.hours", language), whole, language, (note,))
        rows = [
            {
                "agency": row.agency, "bearer": row.bearer and Bearer.parse(row.bearer), "grade": row.grade,
                "baseline_hours": row.hours.baseline, "simplified_hours": row.hours.simplified,
                "freed_hours": row.hours.saving,
            }
            for row in sorted(self.rows, key=lambda row: -row.hours.saving)
        ]  # fmt: skip
        yield NotebookTable(label("table.hours_of", language), _HOUR_COLUMNS, rows)


_HOUR_COLUMNS: Final[Mapping[str, CellKind]] = {
    "agency": "text", "bearer": "text", "grade": "text", "baseline_hours": "number", "simplified_hours": "number",
    "freed_hours": "bar",
}  # fmt: skip
_HOURS: Final = "person_hours_per_year"


def hours_freed(comparison: Comparison, *, hours_per_year: Number | None = None) -> HoursFreed:
    """Add up the hours of work that are no longer needed: ``Σ effort × frequency × population``, before less after.

    The lines are those that enter the totals, at the population at which they are costed; exact.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.
    hours_per_year : int, str, Decimal, Fraction or float, optional
        Hours a year of one full-time post; the shipped figure of 2 112 h unless stated.

    Returns
    -------
    HoursFreed

    Raises
    ------
    NeedsLinesError
        For published totals.
    InputFault
        If the hours are no positive number.

    Examples
    --------
    >>> from tthc_cost.comparison import compare
    >>> from tthc_cost.model import Activity, Decision, Procedure, to_frame
    >>> from tthc_cost.rates import RateTable
    >>> from tthc_cost.review import Review
    >>> before, after = (
    ...     Inventory.from_objects(
    ...         Procedure("A", "Nâng lương", agency="Sở Nội vụ", frequency=1, population=528),
    ...         Activity("A", "1", grade="A1/1", effort_hours=hours),
    ...     )
    ...     for hours in (3, 1)
    ... )
    >>> review = Review(before, after, decisions=to_frame(Decision, [Decision("A", "amend")]))
    >>> freed = hours_freed(compare(review, RateTable.civil_service("2024-07-01")))
    >>> int(freed.total.saving), freed.posts
    (1056, Fraction(1, 2))
    """
    require(comparison, Comparison, "comparison")
    if not comparison.has_lines:
        raise NeedsLinesError.because("needs_lines")
    stated = None if hours_per_year is None else read_number(hours_per_year, argument="hours_per_year", positive=True)
    lines = comparison.lines[comparison.lines["counted"] & (comparison.lines["effort_hours"] > 0).fillna(value=False)]
    if comparison.bearers is not None:
        lines = lines[lines["bearer"].isin(comparison.bearers)]
    scaled = lines["costed_population"] != lines["stated_population"]
    keys = pd.DataFrame(
        {
            "agency": lines["volume_agency"].fillna(lines["agency"]),
            "bearer": lines["bearer"],
            "grade": lines["grade"],
            "state": lines["state"],
            "costed": lines["costed_population"].where(scaled),
            "stated": lines["stated_population"].where(scaled),
        }
    )
    grouping = keys.groupby(list(keys), sort=True, dropna=False)
    number = grouping.ngroup().to_numpy()
    heads = keys.iloc[np.unique(number, return_index=True)[1]]
    steps = np.zeros(len(heads), dtype=object)
    effort = steps_of_block(lines["effort_hours"].to_numpy(dtype=np.float64), EFFORT_STEPS_PER_HOUR).astype(object)
    often = steps_of_block(lines["frequency"].to_numpy(dtype=np.float64), FREQUENCY_STEPS)
    np.add.at(steps, number, effort * often * lines["population"].to_numpy(dtype=np.int64))
    sums: dict[tuple[Any, Any, Any], dict[str, Fraction]] = {}
    for head, count in zip(heads.itertuples(index=False, name=None), steps, strict=True):
        agency, bearer, grade, state, costed, base = (None if is_blank(value) else value for value in head)
        scale = Fraction(int(costed), int(base)) if costed is not None and base else Fraction(1)
        of_worker = sums.setdefault((agency, bearer, grade), {one.value: Fraction(0) for one in State})
        of_worker[str(state)] += Fraction(int(count), STEPS_PER_VND) * scale
    rows = tuple(
        FreedHours(*worker, Reduction(hours[State.BASELINE], hours[State.SIMPLIFIED], _HOURS))
        for worker, hours in sums.items()
    )
    return HoursFreed(rows, working_hours("hours_per_year", stated))
