"""What goes on the page: the plain values of a report, in order, without a word of any language."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from tthc_cost.arithmetic import Reduction
from tthc_cost.attribution import attribute
from tthc_cost.comparison import BASES
from tthc_cost.schema import rows_of
from tthc_cost.standing import dated
from tthc_cost.targets import progress
from tthc_cost.vocabulary import Bearer, Counting, DecisionKind, Measure, Stage, TaskState, fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from tthc_cost.attribution import Cause
    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Remark
    from tthc_cost.programmes import Deadline, Task
    from tthc_cost.rates import Rate
    from tthc_cost.selection import Frontier
    from tthc_cost.targets import TargetReport, TargetResult
    from tthc_cost.tasks import TaskResult
    from tthc_cost.uncertainty import TargetProbability
    from tthc_cost.vocabulary import Term

    TermT = TypeVar("TermT", bound=Term)

__all__ = [
    "AgencyLine",
    "ApartLine",
    "Figure",
    "Milestone",
    "Page",
    "ProcedureGroup",
    "ProcedureLine",
    "RemarkGroup",
    "StageLine",
    "page_of",
]


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """How far one resolving agency has come; None where it is not known.

    Parameters
    ----------
    agency : str or None
        Its name; None for the total, or for procedures that name none.
    procedures, reviewed, strict_cut, broad_cut, approved, in_force : int or None
        Its procedures; those reviewed and submitted; the cut in either counting; those approved and in force.
    cost, achieved : Reduction
        What the review states, and what has come as far as the basis asks [đồng a year].
    shortfall_vnd, overdue : int or None
        Still to be saved for the programme's cost target [đồng a year]; what is late.
    """

    agency: str | None
    procedures: int | None
    reviewed: int | None
    strict_cut: int | None
    broad_cut: int | None
    cost: Reduction
    achieved: Reduction | None
    approved: int | None
    in_force: int | None
    shortfall_vnd: int | None
    overdue: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the separate figures: cost, number in two countings, processing time in two weightings.

    Parameters
    ----------
    name : str
        ``"cost"``, ``"count_strict"``, ``"count_broad"``, ``"time"`` or ``"time_weighted"``.
    stated : Reduction
        What the whole review claims.
    achieved, in_force : Reduction or None
        What has come as far as the basis asks, and what is in force, on the day.
    required : Fraction or None
        Share that the programme asks for; None where this figure is not the one judged.
    """

    name: str
    stated: Reduction
    achieved: Reduction | None
    in_force: Reduction | None
    required: Fraction | None


@dataclass(frozen=True, slots=True)
class StageLine:
    """Cost of one stage, by bearer.

    Parameters
    ----------
    stage : Stage or None
        None where lines name none.
    by_bearer : tuple of (Bearer or None, Reduction)
        In the order of the vocabulary; every bearer of the page.
    cost : Reduction
        Their sum.
    """

    stage: Stage | None
    by_bearer: tuple[tuple[Bearer | None, Reduction], ...]
    cost: Reduction


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure of either state, with its cost before and after."""

    code: str
    name: str | None
    agency: str | None
    decision: DecisionKind | None
    replaced_by: str | None
    in_baseline: bool
    in_simplified: bool
    deadline_before: float | None
    deadline_after: float | None
    submitted_on: dt.date | None
    approved_on: dt.date | None
    effective_on: dt.date | None
    cost: Reduction


@dataclass(frozen=True, slots=True)
class ProcedureGroup:
    """A procedure, or a receiver with all that it replaces: only together do they save anything."""

    code: str
    lines: tuple[ProcedureLine, ...]
    cost: Reduction


@dataclass(frozen=True, slots=True)
class ApartLine:
    """A procedure outside the ratios, and why."""

    line: ProcedureLine
    reason: str | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """One task at one deadline: how many agencies stand where, and which ones are late."""

    task: Task
    deadline: Deadline
    states: tuple[tuple[TaskState, int], ...]
    behind: tuple[tuple[TaskState, tuple[str, ...]], ...]

    @property
    def worst(self) -> TaskState:
        """The state that needs attention first."""
        present = {state for state, _ in self.states}
        return next(state for state in _BY_URGENCY if state in present)


_BY_URGENCY = (
    TaskState.OVERDUE, TaskState.LATE, TaskState.NO_DATA, TaskState.OPEN, TaskState.UNDATED, TaskState.DONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RemarkGroup:
    """The remarks of one code."""

    code: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that a report shows.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    report : TargetReport or None
        What it was checked against.
    agencies, total
        One line an agency, and all together.
    figures
        The separate figures; only the cost when published totals are all that is known.
    bearers
        Subtotal of every bearer, and whether it is in the totals.
    stages, procedures, apart, milestones, remarks
        The tables that follow; procedures by falling saving of their group.
    rates
        Hourly rates that the lines use.
    sources : tuple of (str, str)
        Input files: name and SHA-256.
    notice : str
        What is to be said above all, for example that the figures are constructed.
    audit : Audit or None
        What in the saving is not a simplification.
    causes : tuple of (Cause, int)
        What the stated saving comes from [đồng a year]; only beside an audit, and only where lines are known.
    probability : TargetProbability or None
        How sure it is that the target of cost is reached.
    frontier : Frontier or None
        What more reduction takes.
    """

    comparison: Comparison
    report: TargetReport | None
    agencies: tuple[AgencyLine, ...]
    total: AgencyLine
    figures: tuple[Figure, ...]
    bearers: tuple[tuple[Bearer | None, Reduction, bool], ...]
    stages: tuple[StageLine, ...]
    procedures: tuple[ProcedureGroup, ...]
    apart: tuple[ApartLine, ...]
    milestones: tuple[Milestone, ...]
    remarks: tuple[RemarkGroup, ...]
    rates: tuple[Rate, ...]
    sources: tuple[tuple[str, str], ...]
    notice: str
    audit: Audit | None = None
    causes: tuple[tuple[Cause, int], ...] = ()
    probability: TargetProbability | None = None
    frontier: Frontier | None = None

    @property
    def counting(self) -> Counting:
        """The counting that is judged."""
        return Counting.STRICT if self.report is None else self.report.counting

    def verdict(self, measure: Measure) -> TargetResult | None:
        """Return the last target of a measure, which is the one that the programme ends with."""
        return _last_target(self.report, measure)

    @property
    def cost_target(self) -> Fraction | None:
        """The share of cost to be saved, which no other ratio of cost may print as."""
        verdict = self.verdict(Measure.COST_REDUCTION)
        return None if verdict is None else verdict.target.required


def _last_target(report: TargetReport | None, measure: Measure) -> TargetResult | None:
    found = [one for one in (report.targets if report else ()) if one.target.measure is measure]
    return max(found, key=lambda one: one.target.before, default=None)


def page_of(
    comparison: Comparison,
    report: TargetReport | None,
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
    audit: Audit | None = None,
    *,
    probability: TargetProbability | None = None,
    frontier: Frontier | None = None,
) -> Page:
    """Gather what a report shows.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    report : TargetReport or None
        What it was checked against; without it there are no targets, tasks and dates.
    sources : iterable of (str, str)
        Input files: name and SHA-256.
    notice : str
        What is to be said above all.
    audit : Audit, optional
        What in the saving is not a simplification; with it goes what the saving comes from.
    probability : TargetProbability, optional
        How sure it is that the target of cost is reached.
    frontier : Frontier, optional
        What more reduction takes.
    """
    achieved = in_force = None
    if report is not None and comparison.has_lines:
        achieved, in_force = (comparison.at(basis, report.on) for basis in (report.basis, "in_force"))
    stages, bearers = _stages(comparison)
    rows = _rows(comparison.procedures)
    agencies = _agencies(comparison, report)
    return Page(
        comparison, report,
        agencies=agencies,
        total=_total(comparison, report, achieved, agencies),
        figures=_figures(comparison, report, achieved, in_force),
        bearers=bearers,
        stages=stages,
        procedures=_groups(row for row in rows if row["counted"]),
        apart=tuple(_apart(one) for one in _rows(comparison.apart)),
        milestones=_milestones(report),
        remarks=_remarks((*comparison.remarks, *(report.remarks if report else ()))),
        rates=_used_rates(comparison),
        sources=tuple(sources),
        notice=notice,
        audit=audit,
        causes=tuple(attribute(comparison).total.items()) if audit is not None and comparison.has_lines else (),
        probability=probability,
        frontier=frontier,
    )  # fmt: skip


Row = dict[str, Any]


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame with None for what is missing."""
    return rows_of(frame.astype(object).where(frame.notna(), None))


def _term(kind: type[TermT], value: str | None) -> TermT | None:
    return None if value is None else kind.parse(value)


def _day(value: pd.Timestamp | None) -> dt.date | None:
    return None if value is None else value.date()


def _whole(value: int | None) -> int | None:
    return None if value is None else int(value)


def _cost(row: Row) -> Reduction:
    return Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"]))


def _sum(costs: Iterable[Reduction]) -> Reduction:
    return sum(costs, Reduction(0, 0))


def _agencies(comparison: Comparison, report: TargetReport | None) -> tuple[AgencyLine, ...]:
    if report is None or not comparison.has_lines:
        costs = _rows(comparison.by("agency"))
        counted = comparison.standing[comparison.standing["counted"] & comparison.standing["in_baseline"]]
        numbers = Counter(None if pd.isna(one) else one for one in counted["agency"])
        return tuple(_unchecked(row["agency"], numbers[row["agency"]], (None, None), _cost(row)) for row in costs)
    frame = progress(comparison, report.programme, on=report.on, basis=report.basis, counting=report.counting)
    return tuple(_agency(one) for one in _rows(frame))


def _unchecked(agency: str | None, procedures: int, cuts: tuple[int | None, int | None], cost: Reduction) -> AgencyLine:
    return AgencyLine(agency, procedures, None, *cuts, cost, None, None, None, None, None)


def _cuts(comparison: Comparison) -> tuple[int | None, int | None]:
    if not comparison.has_lines:
        return None, None
    return int(comparison.count(Counting.STRICT).saving), int(comparison.count(Counting.BROAD).saving)


def _agency(row: Row) -> AgencyLine:
    cost = _cost(row)
    return AgencyLine(
        row["agency"],
        _whole(row["procedures"]),
        _whole(row["reviewed_submitted"]),
        _whole(row["strict_cut"]),
        _whole(row["broad_cut"]),
        cost,
        Reduction(cost.baseline, int(cost.baseline) - int(row["achieved_saving_vnd"])),
        _whole(row["approved"]),
        _whole(row["in_force"]),
        _whole(row["shortfall_vnd"]),
        _whole(row["overdue"]),
    )


def _total(
    comparison: Comparison, report: TargetReport | None, achieved: Comparison | None, agencies: Iterable[AgencyLine]
) -> AgencyLine:
    if report is None or achieved is None:
        number = int(comparison.count().baseline) if comparison.has_lines else len(comparison.standing)
        return _unchecked(None, number, _cuts(comparison), comparison.total)
    standing = comparison.standing
    standing = standing[standing["counted"] & standing["in_baseline"]]
    come = {name: dated(standing[column], report.on) for name, column in (("reviewed", "reviewed_on"), *BASES.items())}
    last = _last_target(report, Measure.COST_REDUCTION)
    return AgencyLine(
        None,
        len(standing),
        int((come["reviewed"] & come["submitted"]).sum()),
        *_cuts(comparison),
        comparison.total,
        achieved.total,
        int(come["approved"].sum()),
        int(come["in_force"].sum()),
        None if last is None else achieved.total.shortfall(last.target.required),
        sum(one.overdue or 0 for one in agencies),
    )


def _figures(
    comparison: Comparison, report: TargetReport | None, achieved: Comparison | None, in_force: Comparison | None
) -> tuple[Figure, ...]:
    judged = Counting.STRICT if report is None else report.counting
    required = {one.target.measure: one.target.required for one in (report.targets if report else ())}
    counts = {
        f"count_{one}": required.get(Measure.COUNT_REDUCTION) if one is judged and report is not None else None
        for one in Counting
    }
    shares = {
        "cost": required.get(Measure.COST_REDUCTION),
        **counts,
        "time": required.get(Measure.TIME_REDUCTION),
        "time_weighted": None,
    }
    then, now = ({} if one is None else _reductions(one) for one in (achieved, in_force))
    return tuple(
        Figure(name, stated, then.get(name), now.get(name), shares[name])
        for name, stated in _reductions(comparison).items()
    )


def _reductions(comparison: Comparison) -> dict[str, Reduction]:
    if not comparison.has_lines:
        return {"cost": comparison.total}
    return {
        "cost": comparison.total,
        **{f"count_{one}": comparison.count(one) for one in Counting},
        "time": comparison.time,
        "time_weighted": comparison.time_weighted,
    }


def _in_order(terms: Iterable[TermT | None], kind: type[TermT]) -> list[TermT | None]:
    """Return the terms that occur, as the vocabulary has them, and what names none last."""
    present = set(terms)
    return [one for one in (*kind, None) if one in present]


def _stages(
    comparison: Comparison,
) -> tuple[tuple[StageLine, ...], tuple[tuple[Bearer | None, Reduction, bool], ...]]:
    if not comparison.has_lines:
        return (), ()
    subtotals = _rows(comparison.by_bearer)
    bearers = {_term(Bearer, row["bearer"]): (_cost(row), bool(row["in_total"])) for row in subtotals}
    costs: dict[tuple[Stage | None, Bearer | None], Reduction] = {}
    for row in _rows(comparison.by("stage", "bearer")):
        costs[_term(Stage, row["stage"]), _term(Bearer, row["bearer"])] = _cost(row)
    shown = _in_order((bearer for _, bearer in costs), Bearer)
    lines = []
    for stage in _in_order((stage for stage, _ in costs), Stage):
        parts = tuple((bearer, costs.get((stage, bearer), Reduction(0, 0))) for bearer in shown)
        lines.append(StageLine(stage, parts, _sum(cost for _, cost in parts)))
    return tuple(lines), tuple((one, *bearers[one]) for one in _in_order(bearers, Bearer))


def _line(row: Row) -> ProcedureLine:
    return ProcedureLine(
        row["procedure"],
        row["name"],
        row["agency"],
        _term(DecisionKind, row["decision"]),
        row["replaced_by"],
        bool(row["in_baseline"]),
        bool(row["in_simplified"]),
        row["baseline_deadline_days"],
        row["simplified_deadline_days"],
        _day(row["submitted_on"]),
        _day(row["approved_on"]),
        _day(row["effective_on"]),
        _cost(row),
    )


def _groups(rows: Iterable[Row]) -> tuple[ProcedureGroup, ...]:
    members: dict[str, list[ProcedureLine]] = {}
    for row in rows:
        members.setdefault(row["group"], []).append(_line(row))
    groups = [ProcedureGroup(code, tuple(lines), _sum(one.cost for one in lines)) for code, lines in members.items()]
    return tuple(sorted(groups, key=lambda one: (-one.cost.saving, one.code)))


def _apart(row: Row) -> ApartLine:
    return ApartLine(_line(row), row["exclusion"])


def _milestones(report: TargetReport | None) -> tuple[Milestone, ...]:
    if report is None:
        return ()
    found: dict[tuple[str, Deadline], list[TaskResult]] = {}
    for one in report.tasks:
        found.setdefault((one.task.code, one.deadline), []).append(one)
    return tuple(
        Milestone(results[0].task, deadline, _counted(one.state for one in results), _behind(results))
        for (_, deadline), results in found.items()
    )


def _counted(states: Iterable[TaskState]) -> tuple[tuple[TaskState, int], ...]:
    numbers = Counter(states)
    return tuple((state, numbers[state]) for state in TaskState if numbers[state])


def _behind(results: Sequence[TaskResult]) -> tuple[tuple[TaskState, tuple[str, ...]], ...]:
    """Return the agencies that are late with a task, or have not done it."""
    names = {
        state: tuple(one.agency for one in results if one.state is state and one.agency)
        for state in (TaskState.OVERDUE, TaskState.LATE)
    }
    return tuple((state, agencies) for state, agencies in names.items() if agencies)


def _remarks(remarks: Iterable[Remark]) -> tuple[RemarkGroup, ...]:
    groups: dict[str, list[Remark]] = {}
    for one in remarks:
        groups.setdefault(one.code, []).append(one)
    return tuple(RemarkGroup(code, tuple(found)) for code, found in groups.items())


def _used_rates(comparison: Comparison) -> tuple[Rate, ...]:
    """Return the rates, of either state, that a line with effort asks for."""
    lines = comparison.lines
    used = {fold(one) for one in lines["grade"][lines["effort_hours"] > 0].dropna().unique()}
    tables = [one for one in (comparison.rates, comparison.simplified_rates) if one is not None]
    return tuple(dict.fromkeys(rate for table in tables for rate in table.rates if fold(rate.grade) in used))
