"""Where a programme stands on a day: its targets met, missed or open, for the whole and agency by agency."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import Reduction
from tthc_cost.cells import read_day
from tthc_cost.comparison import BASES, Comparison
from tthc_cost.errors import UnknownNameError, remark, require
from tthc_cost.notebook_tables import Against, NotebookTable, Shown, label, remarks_note, required_share
from tthc_cost.numerals import format_exact
from tthc_cost.programmes import Programme
from tthc_cost.programmes import programme as shipped_programme
from tthc_cost.standing import dated
from tthc_cost.tasks import agency_name, judge_tasks, register_of
from tthc_cost.vocabulary import Counting, Measure, TargetState, TaskState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost.comparison import Basis
    from tthc_cost.errors import Language, Remark
    from tthc_cost.notebook_tables import CellKind
    from tthc_cost.programmes import Target
    from tthc_cost.tasks import Office, TaskResult

__all__ = ["TARGET_GROUPINGS", "TargetReport", "TargetResult", "check", "progress"]

TARGET_GROUPINGS: Final = ("agency", "level", "field", "kind")
"""Columns that the results of targets can be shown by."""

_EVENTS: Final[Mapping[Measure, tuple[str, ...]]] = {
    Measure.ANNOUNCED: ("announced_on",),
    Measure.PUBLICISED: ("publicised_on",),
    Measure.REVIEWED: ("reviewed_on", "submitted_on"),
}
"""What must have happened to a procedure; the other measures are reductions, judged at a basis."""
_SHOWN_CODES: Final = 10

Key = tuple[str | None, ...]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TargetResult:
    """Where one target stands.

    Parameters
    ----------
    target : Target
        What is to be reached.
    state : TargetState
        Met, also early; missed when it is due and not reached; open when it is not due; undefined when there is nothing
        to measure it by.
    numerator, denominator : int or Fraction
        Procedures done or cut, and all; đồng a year saved, and the baseline's; working days, which may be fractions.
        Both 0 for published totals, whose dates nobody knows.
    achieved : Fraction or None
        ``numerator / denominator``, exactly; None when undefined.
    missing : int
        ``max(0, ceil(required · denominator − numerator))``: what is still to do, in the same unit.
    stated : Fraction or None
        The same reduction as the whole review claims it, approved or not; None for targets that are no reduction.
    """

    target: Target
    state: TargetState
    numerator: int | Fraction
    denominator: int | Fraction
    achieved: Fraction | None
    missing: int
    stated: Fraction | None


@dataclass(frozen=True, slots=True, repr=False)
class TargetReport(Shown):
    """Where a programme stands on a day.

    Parameters
    ----------
    programme : Programme
        What was ordered.
    on : date
        The day; what happened later is not known on it.
    basis : {"submitted", "approved", "in_force"}
        How far a proposal must have come for its cut to count.
    counting : Counting
        How cut procedures are counted.
    comparison : Comparison
        What the programme was held against.
    targets, tasks : tuple of TargetResult, tuple of TaskResult
        In the programme's order; tasks without a deadline are left out.
    remarks : tuple of Remark
        Records that could not be used, procedures that no denominator knows.
    """

    programme: Programme
    on: dt.date
    basis: Basis
    counting: Counting
    comparison: Comparison
    targets: tuple[TargetResult, ...]
    tasks: tuple[TaskResult, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def missed(self) -> tuple[TargetResult, ...]:
        """The targets that are due and not reached."""
        return tuple(one for one in self.targets if one.state is TargetState.MISSED)

    def to_frame(self) -> pd.DataFrame:
        """Write the targets as a frame, one row each.

        Returns
        -------
        pandas.DataFrame
            ``code``, ``name``, ``measure`` (text), ``before`` (datetime64), ``required`` (float64), ``state`` (text),
            ``numerator``, ``denominator``, ``missing`` (Int64, or float64 where days are fractions), ``achieved`` and
            ``stated`` (float64, NaN where there is none).
        """
        rows = [
            {
                "code": one.target.code,
                "name": one.target.name,
                "measure": one.target.measure.value,
                "before": pd.Timestamp(one.target.before),
                "required": one.target.required,
                **_columns(one),
                "stated": one.stated,
            }
            for one in self.targets
        ]
        names = ["code", "name", "measure", "before", "required", *_RESULT_COLUMNS, "stated"]
        return _typed(rows, names, ("required", "achieved", "stated"), _FIGURES).astype({"before": "datetime64[s]"})

    def _brief(self) -> str:
        about = label("brief.targets", "vi", code=self.programme.code, day=f"{self.on:%d/%m/%Y}")
        found = Counter(one.state for one in self.targets)
        return f"{about}\n" + "; ".join(f"{number} {state.label()}" for state, number in found.items())

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        name = self.programme.name if language == "vi" else self.programme.name_en
        day = f"{self.on:%d/%m/%Y}" if language == "vi" else self.on.isoformat()
        said = {"basis": label(f"basis.{self.basis}", language), "counting": self.counting.label(language)}
        notes = (label("note.basis", language, **said), *remarks_note(self.remarks, language))
        rows = [_shown(one, language) for one in self.targets]
        yield NotebookTable(label("table.targets", language, name=name, day=day), _SHOWN_COLUMNS, rows, notes=notes)
        counts = Counter(one.state for one in self.tasks)
        states = [{"verdict": one, "number": counts[one]} for one in TaskState if counts[one]]
        yield NotebookTable(label("table.tasks", language), {"verdict": "verdict", "number": "integer"}, states)

    def by(self, *columns: str) -> pd.DataFrame:
        """Hold every target against each group of procedures, by the same rule.

        Parameters
        ----------
        *columns : str
            One or more of `TARGET_GROUPINGS`: the baseline's groups. A merge across groups moves together, so it is
            reached in all of them on the same day.

        Returns
        -------
        pandas.DataFrame
            The columns, then ``code``, ``state``, ``numerator``, ``denominator``, ``achieved`` (float64), ``missing``;
            sorted by the columns, targets in the programme's order.

        Raises
        ------
        UnknownNameError
            For a column that targets cannot be shown by.
        """
        unknown = [name for name in columns if name not in TARGET_GROUPINGS]
        if unknown or not columns:
            known = ", ".join(TARGET_GROUPINGS)
            raise UnknownNameError.because("unknown_target_grouping", value=", ".join(unknown), known=known)
        whole = _split(self.comparison, columns)
        moments = _moments(self.comparison, self.programme, self.on, self.basis)
        then = {before: _split(moment, columns) for before, moment in moments.items()}
        rows = []
        for key, part in whole.items():
            for target in self.programme.targets:
                moment = then.get(target.before, whole).get(key, _nothing_of(part))
                result = _judge(target, part, moment, on=self.on, counting=self.counting)
                rows.append({**dict(zip(columns, key, strict=True)), "code": target.code, **_columns(result)})
        frame = _typed(rows, [*columns, "code", *_RESULT_COLUMNS], ("achieved",), _FIGURES)
        return frame.astype(dict.fromkeys(columns, "string"))


def _shown(result: TargetResult, language: Language) -> Row:
    target = result.target
    unit = label(f"unit.{_UNITS.get(target.measure, 'procedures')}", language)
    return {
        "target_name": target.name if language == "vi" else target.name_en,
        "before": target.before,
        "required": f"≥ {required_share(target.required, language)}",
        "achieved": None if result.achieved is None else Against(result.achieved, target.required),
        "stated": None if result.stated is None else Against(result.stated, target.required),
        "missing": f"{format_exact(result.missing, language=language)} {unit}" if result.denominator else None,
        "verdict": result.state,
    }


_UNITS: Final[Mapping[Measure, str]] = {
    Measure.COST_REDUCTION: "vnd_per_year",
    Measure.TIME_REDUCTION: "working_days",
}
_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "target_name": "text", "verdict": "verdict", "before": "day", "required": "share", "achieved": "share",
    "stated": "share", "missing": "integer",
}  # fmt: skip
_FIGURES: Final = ("numerator", "denominator", "missing")
_RESULT_COLUMNS: Final = ("state", "numerator", "denominator", "achieved", "missing")


def check(
    comparison: Comparison,
    programme: Programme | str,
    *,
    on: dt.date | str,
    basis: Basis = "approved",
    counting: Counting | str = Counting.STRICT,
) -> TargetReport:
    """Hold a review against a programme, as things stood on a day.

    "Before D" is strict: an event counts if its date is on or before `on`, and before D. A target falls due at D. Its
    denominator is the baseline's procedures that count, of the target's kinds if it names some. A procedure whose
    proposal has not come as far as `basis` stays at its baseline.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.
    programme : Programme or str
        What was ordered, or the code of a programme shipped with the library.
    on : date or str
        The day; text such as ``"2024-11-30"`` or ``"30/11/2024"``.
    basis : {"submitted", "approved", "in_force"}
        How far a proposal must have come for its cut to count.
    counting : Counting
        Strict: procedures that are gone; broad: simplified ones as well.

    Returns
    -------
    TargetReport

    Raises
    ------
    InputFault
        If the day does not exist.
    UnknownNameError
        For an unknown basis, counting or programme.

    Notes
    -----
    A task binds the agencies of the levels that lead it, among those of the table of agencies that exist on the eve of
    its deadline (with no day: on the day of the check). A lead that is one office, such as the controlling agency,
    binds that office alone; an office named as supporting a task does not owe it for its level.

    Examples
    --------
    >>> from tthc_cost.comparison import Comparison
    >>> published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    >>> report = check(Comparison.from_costs(published), "lai-chau-2022-2025", on="2025-01-01")
    >>> report.targets[-1].target.code, report.targets[-1].state.value, report.targets[-1].stated
    ('cost-20', 'undefined', Fraction(1, 5))

    References
    ----------
    Decision 1085/QĐ-TTg of 15 September 2022, and the plans that carry it out.
    """
    require(comparison, Comparison, "comparison")
    plan = shipped_programme(programme) if isinstance(programme, str) else programme
    require(plan, Programme, "programme")
    day = read_day(on)
    if basis not in BASES:
        raise UnknownNameError.because("unknown_basis", value=basis, known=", ".join(BASES))
    counting = Counting.parse(counting)
    moments = _moments(comparison, plan, day, basis)
    targets = tuple(
        _judge(target, comparison, moments.get(target.before, comparison), on=day, counting=counting)
        for target in plan.targets
    )
    tasks, remarks = judge_tasks(comparison.review, plan, day)
    remarks = [*_blank_kinds(comparison, plan), *remarks]
    return TargetReport(plan, day, basis, counting, comparison, targets, tasks, tuple(remarks))


def progress(
    comparison: Comparison,
    programme: Programme | str,
    *,
    on: dt.date | str,
    basis: Basis = "approved",
    counting: Counting | str = Counting.STRICT,
) -> pd.DataFrame:
    """Tell how far each agency has come, one row an agency that resolves procedures.

    Parameters
    ----------
    comparison, programme, on, basis, counting
        As in `check`.

    Returns
    -------
    pandas.DataFrame
        ``agency``, ``level``; ``procedures`` of the baseline that count; of these, as known on the day, ``announced``,
        ``reviewed_submitted``, ``approved``, ``in_force``; as the review states them ``strict_cut``, ``broad_cut``,
        ``baseline_vnd``, ``simplified_vnd``, ``saving_vnd`` [đồng a year], ``reduction``; as it stands at `basis` on
        the day ``achieved_saving_vnd``, ``achieved_reduction`` and ``shortfall_vnd``, which is still to be saved to
        reach the programme's last cost target (blank if it has none); ``overdue``: procedures that a due milestone of
        review still lacks or got late, and tasks overdue. Sorted by agency; procedures that name none are the last
        row, so that the table adds up to the whole.

    Raises
    ------
    NeedsLinesError
        For published totals.
    InputFault, UnknownNameError
        As `check`.
    """
    report = check(comparison, programme, on=on, basis=basis, counting=counting)
    now = _split(comparison.at(basis, report.on), ("agency",))
    costs = [one for one in report.programme.targets if one.measure is Measure.COST_REDUCTION]
    last = max(costs, key=lambda target: target.before, default=None)
    register = register_of(comparison.review)
    late_tasks = Counter(one.agency for one in report.tasks if one.state is TaskState.OVERDUE)
    rows = []
    for key, part in _split(comparison, ("agency",)).items():
        (agency,) = key
        office = None if agency is None else register.by_name.get(agency_name(agency))
        total, achieved = part.total, now.get(key, _nothing_of(part)).total
        rows.append(
            {
                "agency": agency,
                "level": _level(office, part.standing),
                "procedures": len(_denominator(part)),
                "announced": _happened(part, ("announced_on",), report.on).saving,
                "reviewed_submitted": _happened(part, ("reviewed_on", "submitted_on"), report.on).saving,
                "approved": _happened(part, ("approved_on",), report.on).saving,
                "in_force": _happened(part, ("effective_on",), report.on).saving,
                "strict_cut": part.count(Counting.STRICT).saving,
                "broad_cut": part.count(Counting.BROAD).saving,
                "baseline_vnd": total.baseline,
                "simplified_vnd": total.simplified,
                "saving_vnd": total.saving,
                "reduction": total.ratio,
                "achieved_saving_vnd": achieved.saving,
                "achieved_reduction": achieved.ratio,
                "shortfall_vnd": None if last is None else achieved.shortfall(last.required),
                "overdue": _behind(part, report) + (late_tasks[office.code] if office else 0),
            }
        )
    ratios, words = ("reduction", "achieved_reduction"), ("agency", "level")
    figures = tuple(name for name in _PROGRESS_COLUMNS if name not in ratios + words)
    return _typed(rows, _PROGRESS_COLUMNS, ratios, figures).astype(dict.fromkeys(words, "string"))


_PROGRESS_COLUMNS: Final = (
    "agency", "level", "procedures", "announced", "reviewed_submitted", "approved", "in_force", "strict_cut",
    "broad_cut", "baseline_vnd", "simplified_vnd", "saving_vnd", "reduction", "achieved_saving_vnd",
    "achieved_reduction", "shortfall_vnd", "overdue",
)  # fmt: skip


def _behind(part: Comparison, report: TargetReport) -> int:
    """Return how many procedures the due milestones of review lack: late ones are lacking for ever."""
    due = [one for one in report.programme.targets if one.measure is Measure.REVIEWED and report.on >= one.before]
    return max((_judge(one, part, part, on=report.on, counting=report.counting).missing for one in due), default=0)


def _moments(comparison: Comparison, programme: Programme, on: dt.date, basis: Basis) -> dict[dt.date, Comparison]:
    """Return the comparison as it stood on the day and before each date by which something is to be cut."""
    if not comparison.has_lines:
        return {}
    dates = {target.before for target in programme.targets if target.measure not in _EVENTS}
    return {before: comparison.at(basis, on, before) for before in sorted(dates)}


def _judge(target: Target, whole: Comparison, then: Comparison, *, on: dt.date, counting: Counting) -> TargetResult:
    """Judge a target by a comparison, or a part of it, and by the same as it stood at the target's basis."""
    whole, then = (_of_kinds(one, target) for one in (whole, then))
    stated = _reduction(target.measure, whole, counting)
    if not whole.has_lines:
        return TargetResult(target, TargetState.UNDEFINED, 0, 0, None, 0, stated.ratio if stated else None)
    cut = _reduction(target.measure, then, counting)
    reached = _happened(whole, _EVENTS[target.measure], on, target.before) if cut is None else cut
    achieved = reached.ratio
    if achieved is None:
        state = TargetState.UNDEFINED
    elif achieved >= target.required:
        state = TargetState.MET
    else:
        state = TargetState.MISSED if on >= target.before else TargetState.OPEN
    return TargetResult(
        target,
        state,
        _plain_number(reached.saving),
        _plain_number(reached.baseline),
        achieved,
        reached.shortfall(target.required),
        stated.ratio if stated else None,
    )


def _of_kinds(comparison: Comparison, target: Target) -> Comparison:
    if not target.kinds:
        return comparison
    standing, lines = comparison.standing, comparison.lines
    return replace(
        comparison,
        standing=standing[standing["kind"].isin(target.kinds)],
        lines=lines[lines["kind"].isin(target.kinds)],
    )


def _reduction(measure: Measure, comparison: Comparison, counting: Counting) -> Reduction | None:
    """Return the reduction that a measure is about; None if it is about none, or nobody knows it."""
    if measure is Measure.COST_REDUCTION:
        return comparison.total
    if measure in _EVENTS or not comparison.has_lines:
        return None
    return comparison.time if measure is Measure.TIME_REDUCTION else comparison.count(counting)


_ADDED_UP: Final = ("kind", "bearer", "state", "counted", "annual_cost_vnd")


def _denominator(comparison: Comparison) -> pd.DataFrame:
    standing = comparison.standing
    return standing[standing["counted"] & standing["in_baseline"]]


def _happened(comparison: Comparison, events: Iterable[str], on: dt.date, before: dt.date | None = None) -> Reduction:
    """Count the procedures to which all events have happened, as a reduction of those to which they have not."""
    standing = comparison.standing
    counted = (standing["counted"] & standing["in_baseline"]).to_numpy(dtype=bool)
    there = counted.copy()
    for column in events:
        there &= dated(standing[column], on, before).to_numpy(dtype=bool)
    return Reduction(int(counted.sum()), int((counted & ~there).sum()), "procedures")


def _blank_kinds(comparison: Comparison, programme: Programme) -> Iterator[Remark]:
    procedures = _denominator(comparison)
    blank = procedures["procedure"][procedures["kind"].isna()].tolist()
    for target in programme.targets:
        if target.kinds and blank and comparison.has_lines:
            shown = ", ".join(sorted(blank)[:_SHOWN_CODES]) + (" …" if len(blank) > _SHOWN_CODES else "")
            yield remark("target_kind_blank", target=target.code, n=len(blank), procedures=shown)


def _split(comparison: Comparison, columns: Sequence[str]) -> dict[Key, Comparison]:
    """Split a comparison by groups of what counts in it, sorted, a blank group last."""
    standing = comparison.standing[comparison.standing["counted"]]
    # Of the lines only what is added up, and by what: to cut texts into a thousand pieces takes longer than all else.
    lines = comparison.lines[[*dict.fromkeys((*columns, *_ADDED_UP))]][comparison.lines["counted"]]
    both = pd.concat([frame[list(columns)].astype("string") for frame in (standing, lines)], ignore_index=True)
    if both.empty:
        return {}
    numbers = both.groupby(list(columns), sort=True, dropna=False).ngroup().to_numpy()
    heads = both.iloc[np.unique(numbers, return_index=True)[1]]
    rows, rows_of_lines = (
        pd.Series(part).groupby(part).indices for part in (numbers[: len(standing)], numbers[len(standing) :])
    )
    none = np.array([], dtype=np.intp)
    return {
        tuple(None if pd.isna(value) else value for value in head): replace(
            comparison, standing=standing.iloc[rows.get(n, none)], lines=lines.iloc[rows_of_lines.get(n, none)]
        )
        for n, head in enumerate(heads.itertuples(index=False, name=None))
    }


def _nothing_of(comparison: Comparison) -> Comparison:
    return replace(comparison, standing=comparison.standing[:0], lines=comparison.lines[:0])


def _plain_number(value: int | Fraction) -> int | Fraction:
    return int(value) if value == int(value) else value


def _columns(result: TargetResult) -> Row:
    return {
        "state": result.state.value,
        "numerator": result.numerator,
        "denominator": result.denominator,
        "achieved": result.achieved,
        "missing": result.missing,
    }


def _typed(rows: list[Row], names: Sequence[str], ratios: Sequence[str], figures: Sequence[str]) -> pd.DataFrame:
    """Make a frame of rows: ratios in float64, figures in Int64 unless one of the column is a fraction."""
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    for name in ratios:
        frame[name] = pd.Series([float("nan") if one is None else float(one) for one in frame[name]], dtype="float64")
    for name in figures:
        whole = not any(isinstance(one, Fraction) for one in frame[name])
        frame[name] = pd.Series(
            [pd.NA if one is None else one if whole else float(one) for one in frame[name]],
            dtype="Int64" if whole else "Float64",
        )
    for name in ("code", "name", "measure", "state"):
        if name in frame:
            frame[name] = frame[name].astype("string")
    return frame


def _level(office: Office | None, standing: pd.DataFrame) -> str | None:
    """Return the level that the table of agencies states, or the one that all procedures of the agency state."""
    if office is not None and office.level is not None:
        return office.level
    stated = standing["level"].dropna().unique()
    return str(stated[0]) if len(stated) == 1 else None
