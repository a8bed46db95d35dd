"""Reporting periods by the reporting calendar, and what each agency had done and saved by the end of one."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import Comparison
from tthc_cost.errors import DateOutOfRangeError, NeedsLinesError, UnknownNameError, remark, require
from tthc_cost.hierarchy import Member, arrange, hierarchy_of
from tthc_cost.notebook_tables import NotebookTable, Shown, brief_reduction, label
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost.comparison import Basis
    from tthc_cost.errors import Language, Remark
    from tthc_cost.hierarchy import Arrangement, Hierarchy
    from tthc_cost.notebook_tables import CellKind

__all__ = [
    "EVENTS",
    "PeriodFigures",
    "PeriodicRow",
    "PeriodicTable",
    "ReportingPeriod",
    "RowKind",
    "periodic",
    "reporting_period",
]

EVENTS: Final[Mapping[str, str]] = {
    "announced": "announced_on",
    "publicised": "publicised_on",
    "reviewed": "reviewed_on",
    "submitted": "submitted_on",
    "approved": "approved_on",
    "in_force": "effective_on",
}
"""What happens to a procedure, in order, and the column that dates it."""

_SHOWN_CODES: Final = 10

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A quarter or a year of the reporting calendar.

    Parameters
    ----------
    code : str
        ``"2024-Q3"`` or ``"2024"``.
    name, name_en : str
        Its name in Vietnamese and in English.
    first_day, last_day : date
        Both are in the period.
    source, confidence : str
        The rule behind the bounds, and how well it is known: ``"F"`` read, ``"M"`` recalled and to be confirmed.
    """

    code: str
    name: str
    name_en: str
    first_day: dt.date
    last_day: dt.date
    source: str
    confidence: str


@cache
def _rules() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return tomllib.loads((files("tthc_cost") / "data" / "reporting.toml").read_text(encoding="utf-8"))


def reporting_period(text: str) -> ReportingPeriod:
    """Return the reporting period of a code, with the bounds that the calendar in force on its last day gives it.

    Parameters
    ----------
    text : str
        A quarter such as ``"2024-Q3"`` or a year such as ``"2024"``.

    Returns
    -------
    ReportingPeriod

    Raises
    ------
    UnknownNameError
        If the text is no such code.
    DateOutOfRangeError
        If the period ends before the first calendar that is known.

    Examples
    --------
    >>> quarter = reporting_period("2024-Q1")
    >>> quarter.name, quarter.first_day.isoformat(), quarter.last_day.isoformat()
    ('Quý I năm 2024', '2023-12-15', '2024-03-14')

    References
    ----------
    Decree 09/2019/NĐ-CP: quarters run from the 15th to the 14th, the year from 15 December to 14 December.
    """
    require(text, str, "period")
    code = text.strip().upper()
    year = code[:4]
    if not re.fullmatch(r"[0-9]{4}", year) or int(year) <= dt.MINYEAR:
        raise UnknownNameError.because("period_unknown", value=text)
    known = False
    for calendar in sorted(_rules()["calendar"], key=lambda one: one["from"], reverse=True):
        for rule in calendar["periods"]:
            if rule["code"].format(year=year) == code:
                known = True
                period = _period(int(year), code, rule, calendar)
                if period.last_day >= calendar["from"]:
                    return period
    if not known:
        raise UnknownNameError.because("period_unknown", value=text)
    first = min(one["from"] for one in _rules()["calendar"])
    raise DateOutOfRangeError.because("period_too_early", value=code, first=first)


def _period(year: int, code: str, rule: Mapping[str, Any], calendar: Mapping[str, Any]) -> ReportingPeriod:
    cut_off = calendar["cut_off_day"]
    years_back, month = divmod(rule["last_month"] - rule["months"] - 1, 12)
    before = dt.date(year + years_back, month + 1, cut_off)
    name, name_en = (rule[key].format(year=year) for key in ("name", "name_en"))
    last_day = dt.date(year, rule["last_month"], cut_off)
    return ReportingPeriod(
        code, name, name_en, before + dt.timedelta(days=1), last_day, calendar["source"], calendar["confidence"]
    )


_NONE_OF_EACH: Final = (0,) * len(EVENTS)
_NOTHING: Final = Reduction(0, 0)


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What one row of a periodic table says; figures add up, field by field and exactly.

    Parameters
    ----------
    procedures : int
        Procedures of the baseline that count (thống kê).
    in_period, to_date : tuple of int
        Of these, how many each of `EVENTS` happened to within the period, and by its last day.
    cost : Reduction
        Before, and after as it stood on the last day [đồng a year].

    Examples
    --------
    >>> both = PeriodFigures(2, cost=Reduction(100, 80)) + PeriodFigures(1, cost=Reduction(50, 50))
    >>> both.procedures, both.cost.saving
    (3, 20)
    """

    procedures: int = 0
    in_period: tuple[int, ...] = _NONE_OF_EACH
    to_date: tuple[int, ...] = _NONE_OF_EACH
    cost: Reduction = _NOTHING

    def __add__(self, other: PeriodFigures) -> PeriodFigures:
        if not isinstance(other, PeriodFigures):
            return NotImplemented
        return PeriodFigures(
            self.procedures + other.procedures,
            tuple(map(sum, zip(self.in_period, other.in_period, strict=True))),
            tuple(map(sum, zip(self.to_date, other.to_date, strict=True))),
            self.cost + other.cost,
        )


class RowKind(StrEnum):
    """What a row of a periodic table adds up."""

    AGENCY = "agency"
    WITH_LOWER = "with_lower"
    UNPLACED = "unplaced"
    LEVEL = "level"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class PeriodicRow:
    """One row of a periodic table.

    Parameters
    ----------
    kind : RowKind
        One agency alone; an agency with all that stands under it; all that nobody knows the place of; the agencies of
        one level, each alone; the whole.
    agency, name : str or None
        Code and name of the agency; None in the other rows, and for procedures that state none.
    level : Level or None
        Of the agency, or of the row's agencies; None when it is not stated.
    above : str or None
        Code of the agency that it stands under on the last day of the period.
    ended_on : date or None
        The last day of an agency that has ended by then.
    depth : int
        How far it is indented.
    figures : PeriodFigures
        All rounds together.
    rounds : mapping of int or None to PeriodFigures
        The same by round of the review, None where it is not stated; they add up to `figures`.
    """

    kind: RowKind
    agency: str | None
    name: str | None
    level: Level | None
    above: str | None
    ended_on: dt.date | None
    depth: int
    figures: PeriodFigures
    rounds: Mapping[int | None, PeriodFigures]


@dataclass(frozen=True, slots=True, repr=False)
class PeriodicTable(Shown):
    """What each agency, each level and the whole had done and saved by the end of a period.

    Parameters
    ----------
    period : ReportingPeriod
        Which.
    basis : {"submitted", "approved", "in_force"}
        How far a proposal must have come for its cost after to count.
    comparison : Comparison
        What is reported.
    rows : tuple of PeriodicRow
        Agencies under those they stand under, by level and name; then the levels; the whole last.
    remarks : tuple of Remark
        Agencies whose place is not known or that have ended, procedures that state none.
    """

    period: ReportingPeriod
    basis: Basis
    comparison: Comparison
    rows: tuple[PeriodicRow, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def total(self) -> PeriodicRow:
        """The whole."""
        return self.rows[-1]

    @property
    def rounds(self) -> tuple[int | None, ...]:
        """The rounds that there are, in order; None, not stated, last."""
        return tuple(sorted(self.total.rounds, key=lambda one: (one is None, one or 0)))

    def to_frame(self) -> pd.DataFrame:
        """Write the rows as a frame, all rounds together.

        Returns
        -------
        pandas.DataFrame
            ``kind``, ``agency``, ``name``, ``level``, ``above`` (text), ``ended_on`` (datetime64), ``depth``,
            ``procedures``, of each event ``…_in_period`` and ``…_to_date`` (int64), ``baseline_vnd``,
            ``simplified_vnd``, ``saving_vnd`` (int64, đồng a year) and ``reduction`` (float64, NaN where the baseline
            is zero). To add up, take the rows of one kind.
        """
        return _framed([{**_words(row), **_numbers(row.figures)} for row in self.rows])

    def rounds_to_frame(self) -> pd.DataFrame:
        """Write the rows as a frame, one row for each round: the columns of `to_frame` and ``round`` (Int64)."""
        nothing = PeriodFigures()
        rows = [
            {"round": one, **_words(row), **_numbers(row.rounds.get(one, nothing))}
            for one in self.rounds
            for row in self.rows
        ]
        return _framed(rows, "round").astype({"round": "Int64"})

    def _brief(self) -> str:
        return f"{self.period.name}, {brief_reduction(self.total.figures.cost)}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        period = self.period.name if language == "vi" else self.period.name_en
        rows = [
            {"name": _title(row, language), **_numbers(row.figures), "reduction": row.figures.cost.ratio}
            for row in (self.total, *self.rows[:-1])
        ]
        yield NotebookTable(label("table.periodic", language, name=period), _SHOWN_COLUMNS, rows)


_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "name": "text", "procedures": "integer", "announced_to_date": "integer", "reviewed_to_date": "integer",
    "approved_to_date": "integer", "baseline_vnd": "integer", "simplified_vnd": "integer", "saving_vnd": "integer",
    "reduction": "share",
}  # fmt: skip


def _title(row: PeriodicRow, language: Language) -> str:
    name = row.name or label("word.not_stated", language)
    blank = label("word.not_stated", language)
    level = blank if row.level is None else row.level.label(language)
    return {
        RowKind.AGENCY: name,
        RowKind.WITH_LOWER: label("word.with_lower", language, name=name),
        RowKind.UNPLACED: label("word.unplaced", language),
        RowKind.LEVEL: label("word.level", language, level=level),
        RowKind.TOTAL: label("word.total", language),
    }[row.kind]


def _words(row: PeriodicRow) -> Row:
    names = ("kind", "agency", "name", "level", "above", "ended_on", "depth")
    return {name: getattr(row, name) for name in names}


def _numbers(figures: PeriodFigures) -> Row:
    cost = figures.cost
    return {
        "procedures": figures.procedures,
        **{f"{name}_in_period": count for name, count in zip(EVENTS, figures.in_period, strict=True)},
        **{f"{name}_to_date": count for name, count in zip(EVENTS, figures.to_date, strict=True)},
        "baseline_vnd": cost.baseline,
        "simplified_vnd": cost.simplified,
        "saving_vnd": cost.saving,
        "reduction": float("nan") if cost.ratio is None else float(cost.ratio),
    }


def _framed(rows: Sequence[Row], *first: str) -> pd.DataFrame:
    numbers = list(_numbers(PeriodFigures()))
    words = ["kind", "agency", "name", "level", "above"]
    frame = pd.DataFrame(rows, columns=[*first, *words, "ended_on", "depth", *numbers])
    kinds = dict.fromkeys(words, "string") | dict.fromkeys(["depth", *numbers[:-1]], "int64") | {"reduction": "float64"}
    return frame.assign(ended_on=pd.to_datetime(frame["ended_on"]).astype("datetime64[s]")).astype(kinds)


def periodic(comparison: Comparison, period: ReportingPeriod | str, *, basis: Basis = "approved") -> PeriodicTable:
    """Report what each agency had done and saved by the end of a period.

    Counts are of the baseline's procedures that count, under the agency that resolves them. The cost after is as it
    stood at `basis` on the last day: a procedure whose proposal had not come so far stays at its baseline. An agency is
    added up into the one that it stands under on that day: communes into districts and these into the province, and
    straight into the province once districts have ended; an agency that has ended into its successor.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed, with the review's agencies and decisions.
    period : ReportingPeriod or str
        A period, or its code: ``"2024-Q3"``, ``"2024"``.
    basis : {"submitted", "approved", "in_force"}
        How far a proposal must have come for its cut to count.

    Returns
    -------
    PeriodicTable

    Raises
    ------
    NeedsLinesError
        For published totals, which carry no dates.
    UnknownNameError, DateOutOfRangeError
        For a basis or period that is not known.
    InputFault
        If agencies stand above one another in a circle.

    Notes
    -----
    A procedure counts in the round that its decision states. Its cost counts in the last round stated of those with
    which it moves: a receiver and all that it replaces are saved together, in the round that completes them. What
    states no level but stands above others is the top; any other agency without a parent, below the province or of no
    stated level, is shown apart, and so is what the table of agencies does not list.

    Examples
    --------
    >>> from tthc_cost.comparison import compare
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.model import Activity, Procedure
    >>> from tthc_cost.rates import RateTable
    >>> from tthc_cost.review import Review
    >>> procedure = Procedure("NB-01", "Bổ nhiệm", agency="Sở Nội vụ", frequency=1, population=40)
    >>> state = Inventory.from_objects(procedure, Activity("NB-01", "1", fee_vnd=20_000))
    >>> table = periodic(compare(Review(state, state), RateTable.from_income(95_600_000)), "2024-Q3")
    >>> table.total.figures.procedures, table.total.figures.cost.baseline, table.total.figures.cost.saving
    (1, 800000, 0)
    """
    require(comparison, Comparison, "comparison")
    when = reporting_period(period) if isinstance(period, str) else period
    require(when, ReportingPeriod, "period")
    review = comparison.review
    if review is None:
        raise NeedsLinesError.because("needs_lines")
    procedures = comparison.at(basis, when.last_day).procedures
    rows = rows_of(procedures[procedures["counted"]])
    levels = _levels(rows)
    hierarchy = hierarchy_of(review.agencies, levels, when.last_day)
    owners = [_owner(row, hierarchy, levels) for row in rows]
    parts = _parts(rows, owners, when)
    arrangement = arrange(hierarchy, owners)
    remarks = (*_without_agency(rows), *arrangement.remarks)
    return PeriodicTable(when, basis, comparison, tuple(_rows(arrangement, parts, when.last_day)), remarks)


Parts = dict[int | None, PeriodFigures]


def _levels(rows: Iterable[Row]) -> dict[str, Level]:
    """Return the level of each agency all of whose procedures state the same one."""
    stated: dict[str, set[Level | None]] = defaultdict(set)
    for row in rows:
        if not is_blank(row["agency"]):
            stated[row["agency"]].add(_level(row))
    only = {agency: next(iter(levels)) for agency, levels in stated.items() if len(levels) == 1}
    return {agency: level for agency, level in only.items() if level is not None}


def _level(row: Row) -> Level | None:
    return None if is_blank(row["level"]) else Level.parse(row["level"])


def _owner(row: Row, hierarchy: Hierarchy, levels: Mapping[str, Level]) -> Member:
    if is_blank(row["agency"]):
        return Member(None, None, _level(row))
    code = str(row["agency"])
    return hierarchy.find(code) or Member(code, code, levels.get(code))


def _without_agency(rows: Iterable[Row]) -> Iterator[Remark]:
    blank = sorted(row["procedure"] for row in rows if is_blank(row["agency"]) and row["in_baseline"])
    if blank:
        shown = ", ".join(blank[:_SHOWN_CODES]) + (" …" if len(blank) > _SHOWN_CODES else "")
        yield remark("procedures_without_agency", n=len(blank), procedures=shown)


def _parts(rows: Sequence[Row], owners: Sequence[Member], period: ReportingPeriod) -> dict[Member, Parts]:
    """Return the figures of each agency alone, by round."""
    last_round: dict[str, int] = {}
    for row in rows:
        if not is_blank(row["round"]):
            last_round[row["group"]] = max(int(row["round"]), last_round.get(row["group"], 0))
    parts: dict[Member, Parts] = defaultdict(lambda: defaultdict(PeriodFigures))
    for row, owner in zip(rows, owners, strict=True):
        if row["in_baseline"]:
            parts[owner][None if is_blank(row["round"]) else int(row["round"])] += _happened(row, period)
        cost = Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"]))
        parts[owner][last_round.get(row["group"])] += PeriodFigures(cost=cost)
    return parts


def _happened(row: Row, period: ReportingPeriod) -> PeriodFigures:
    days = [None if is_blank(row[column]) else row[column].date() for column in EVENTS.values()]
    return PeriodFigures(
        1,
        tuple(int(day is not None and period.first_day <= day <= period.last_day) for day in days),
        tuple(int(day is not None and day <= period.last_day) for day in days),
    )


def _rows(arrangement: Arrangement, parts: Mapping[Member, Parts], day: dt.date) -> Iterator[PeriodicRow]:
    lower: dict[Member, list[Member]] = defaultdict(list)
    for member, chain in arrangement.above.items():
        for above in chain:
            lower[above].append(member)
    placed = [member for member in arrangement.above if member not in arrangement.apart]
    apart = [member for member in arrangement.above if member in arrangement.apart]
    for member in placed:
        yield from _of_agency(member, arrangement.above[member], lower[member], parts, day)
    if apart:
        yield _of_many(RowKind.UNPLACED, None, apart, parts)
    for member in apart:
        for row in _of_agency(member, arrangement.above[member], lower[member], parts, day):
            yield replace(row, depth=row.depth + 1)
    for level in (*Level, None):
        alone = [member for member in arrangement.above if member.level is level]
        if alone:
            yield _of_many(RowKind.LEVEL, level, alone, parts)
    yield _of_many(RowKind.TOTAL, None, arrangement.above, parts)


def _of_agency(
    member: Member, above: Sequence[Member], lower: Sequence[Member], parts: Mapping[Member, Parts], day: dt.date
) -> Iterator[PeriodicRow]:
    """Give an agency with all that stands under it, if anything does, and alone."""
    ended = member.ends_on if member.has_ended(day) else None
    named = (member.code, member.name, member.level, above[0].code if above else None, ended)
    if lower:
        yield PeriodicRow(RowKind.WITH_LOWER, *named, len(above), *_added([member, *lower], parts))
    yield PeriodicRow(RowKind.AGENCY, *named, len(above) + bool(lower), *_added([member], parts))


def _of_many(
    kind: RowKind, level: Level | None, members: Iterable[Member], parts: Mapping[Member, Parts]
) -> PeriodicRow:
    return PeriodicRow(kind, None, None, level, None, None, 0, *_added(members, parts))


def _added(members: Iterable[Member], parts: Mapping[Member, Parts]) -> tuple[PeriodFigures, Parts]:
    rounds: Parts = defaultdict(PeriodFigures)
    for member in members:
        for number, figures in parts.get(member, {}).items():
            rounds[number] += figures
    return sum(rounds.values(), PeriodFigures()), dict(rounds)
