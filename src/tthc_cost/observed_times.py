"""How long dossiers took in their logs: median, ninth decile, and the share that passed the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.cells import read_value
from tthc_cost.conformity import as_pandas
from tthc_cost.errors import Place, Validation, WrongKindError, remark, require
from tthc_cost.log_frames import brought_home, row_by_row
from tthc_cost.log_rows import (
    DAYS,
    KIND,
    LOG,
    OPEN,
    OUTSIDE,
    SOUND,
    LogWindow,
    WorkingCalendar,
    counted,
    fault_remarks,
    read_log,
    working,
)
from tthc_cost.notebook_tables import NotebookTable, Shown, label, words
from tthc_cost.schema import TABLES, is_blank, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tthc_cost.errors import Language, Remark
    from tthc_cost.log_frames import AnyFrame
    from tthc_cost.log_rows import Day, LogRows
    from tthc_cost.notebook_tables import CellKind

__all__ = ["ObservedTime", "ObservedTimes", "processing_times_from_log"]

_KEYS: Final = ("procedure", "agency")
_GROUPS: Final = ("procedure", "agency", "channel")
_SHOWN_CODES: Final = 10
_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "procedure": "text", "agency": "text", "channel": "text", "cases": "bar", "open_cases": "integer",
    "median_days": "integer", "p90_days": "integer", "over_cases": "integer", "over_share": "share",
}  # fmt: skip
_CASES: Final = working("cases")


@dataclass(frozen=True, slots=True)
class ObservedTime:
    """How long the dossiers of one group took, in working days from receipt to return.

    Parameters
    ----------
    procedure, agency, channel : str or None
        The group; None for what the times are not told apart by, and for a blank channel.
    cases, open_cases : int
        Dossiers received, and those of them not returned: they are in no figure below.
    median_days, p90_days : int or None
        The nearest rank: the least observed value that at least half, or nine tenths, of the returned dossiers do not
        exceed. None where none was returned.
    judged_cases, over_cases : int
        Returned dossiers whose procedure states a deadline, and those of them that took longer.
    """

    procedure: str | None
    agency: str | None
    channel: str | None
    cases: int
    open_cases: int
    median_days: int | None
    p90_days: int | None
    judged_cases: int
    over_cases: int

    @property
    def over_share(self) -> Fraction | None:
        """Part of the judged dossiers that took longer than the deadline, exact; None where none is judged."""
        return Fraction(self.over_cases, self.judged_cases) if self.judged_cases else None


@dataclass(frozen=True, slots=True, repr=False)
class ObservedTimes(Shown):
    """Processing times by group, made by `processing_times_from_log`.

    Parameters
    ----------
    rows : tuple of ObservedTime
        One a group that has a case, sorted.
    remarks : tuple of Remark
        Warnings and notes.
    """

    rows: tuple[ObservedTime, ...]
    remarks: tuple[Remark, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group.

        Returns
        -------
        pandas.DataFrame
            ``procedure``, ``agency``, ``channel``, ``cases``, ``open_cases``, ``median_days``, ``p90_days``,
            ``judged_cases``, ``over_cases`` (Int64) and ``over_share`` (float64).
        """
        counts = ("cases", "open_cases", "median_days", "p90_days", "judged_cases", "over_cases")
        kinds = {**dict.fromkeys(_GROUPS, "string"), **dict.fromkeys(counts, "Int64")}
        made = {name: pd.Series([getattr(row, name) for row in self.rows], dtype=kind) for name, kind in kinds.items()}
        shares = [float("nan") if row.over_share is None else float(row.over_share) for row in self.rows]
        return pd.DataFrame({**made, "over_share": pd.Series(shares, dtype="float64")})

    def _brief(self) -> str:
        cases, over = (sum(getattr(row, name) for row in self.rows) for name in ("cases", "over_cases"))
        return words("brief.observed", groups=len(self.rows), cases=cases, over=over)

    def _tables(self, language: Language) -> Iterator[NotebookTable]:
        columns = {name: kind for name, kind in _SHOWN_COLUMNS.items() if kind != "text" or self._tells(name)}
        rows = [{name: getattr(row, name) for name in columns} for row in sorted(self.rows, key=lambda row: -row.cases)]
        yield NotebookTable(label("table.observed", language), columns, rows)

    def _tells(self, group: str) -> bool:
        return any(getattr(row, group) is not None for row in self.rows)


def processing_times_from_log(
    log: AnyFrame,
    procedures: AnyFrame | None = None,
    *,
    year: int | None = None,
    since: Day | None = None,
    until: Day | None = None,
    calendar: WorkingCalendar | None = None,
    by: Sequence[str] = _KEYS,
    agencies: Iterable[str] | None = None,
) -> ObservedTimes:
    """Measure how long dossiers took: median, ninth decile, and the share that passed the deadline.

    The days are elapsed working days: those after the day of receipt, up to and with the day of return; 0 on the same
    day. The engine counts dossiers by procedure, agency and days; from these few counts every figure is exact, and the
    same on every engine.

    Parameters
    ----------
    log : any dataframe, eager or lazy
        As for `volumes_from_log`, with ``returned``, blank where the dossier is open. A lazy one is collected once,
        when it has been counted.
    procedures : any dataframe, optional
        ``procedure`` and ``deadline_days`` [working days]: the table `procedures` of an inventory serves. Without it,
        or where it states no deadline, nothing is over.
    year, since, until : optional
        Days of receipt that count, of any length; all by default.
    calendar : WorkingCalendar, optional
        Holidays and make-up days; without it every Monday to Friday is worked, and a note says so.
    by : sequence of {"procedure", "agency", "channel"}
        What the times are told apart by; medians of parts do not add up to that of the whole.
    agencies : iterable of str, optional
        The agencies that exist; any other is then a fault.

    Returns
    -------
    ObservedTimes

    Raises
    ------
    InputFault
        With every fault of every row; of a lazy log, each kind once.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"procedure": "NB-01", "agency": "Sở A", "received": "2024-03-15",  # a Friday
    ...                     "returned": ["2024-03-15", "2024-03-18", "2024-03-25", None]})
    >>> times = processing_times_from_log(log, pd.DataFrame({"procedure": ["NB-01"], "deadline_days": [5]}))
    >>> times.rows[0].median_days, times.rows[0].p90_days, times.rows[0].over_share, times.rows[0].open_cases
    (1, 6, Fraction(1, 3), 1)

    References
    ----------
    Civil Code 2015, articles 147 and 148: the day of the event does not count towards a period of days.
    """
    days_off = WorkingCalendar() if calendar is None else calendar
    require(days_off, WorkingCalendar, "calendar")
    if isinstance(by, str) or not by or not set(by) <= set(_GROUPS):
        raise WrongKindError.because("wrong_kind", argument="by", expected="; ".join(_GROUPS), given=by)
    window = LogWindow.of(year, since, until)
    needed = ("returned", *(name for name in by if name == "channel"))
    rows = read_log(log, window, agencies=agencies, calendar=days_off, needed=needed)
    deadlines = _deadlines(procedures)
    if isinstance(rows.frame, nw.DataFrame):
        Validation.of(fault_remarks(rows)).raise_faults()
    histogram = _histogram(rows, by)
    _raise_counted(rows, histogram)
    within = histogram["kind"].to_numpy() != OUTSIDE
    outside = int(histogram["cases"][~within].sum())
    counts = histogram[within].reset_index(drop=True)
    group = counts.groupby([name for name in _GROUPS if name in by], sort=True).ngroup().to_numpy()
    deadline = counts["procedure"].map(deadlines).to_numpy(dtype=np.float64)
    figures = _figures(group, counts["days"].to_numpy(), counts["cases"].to_numpy(), deadline)
    first = counts.iloc[np.unique(group, return_index=True)[1]]
    shown = [[(part or None) if name in by else None for part in first[name].tolist()] for name in _GROUPS]
    found = tuple(ObservedTime(*row) for row in zip(*shown, *figures, strict=True))
    undated = set(counts["procedure"][np.isnan(deadline)]) if procedures is not None else set()
    said = _time_remarks(found, outside, undated, window, days_off)
    return ObservedTimes(found, tuple(said))


def _histogram(rows: LogRows, by: Sequence[str]) -> pd.DataFrame:
    """Count dossiers on the engine, and bring the counts home: procedure, agency, channel, kind, days, cases."""
    one = nw.lit(1, dtype=nw.Int64).alias(_CASES)
    keys = [*(working(name) for name in dict.fromkeys((*_KEYS, *by))), KIND, DAYS]
    counted_rows = row_by_row(rows.frame, lambda frame: frame.with_columns(one))
    counts = brought_home(counted_rows, keys, {_CASES: "sum"})
    made: dict[str, Any] = dict.fromkeys(_GROUPS, "")
    for name in (*keys, _CASES):
        whole = name in {KIND, DAYS, _CASES}
        made[name.removeprefix(working(""))] = pd.Series(counts[name].to_list(), dtype="int64" if whole else object)
    return pd.DataFrame(made)


def _figures(
    group: NDArray[np.int64], days: NDArray[np.int64], cases: NDArray[np.int64], deadline: NDArray[np.float64]
) -> list[list[int | None]]:
    """Return the figures of `ObservedTime` from ``cases`` on, a list of each, from counts of dossiers.

    In the order of group and days, the dossier of rank r within a group is the first at which the running count of
    returned dossiers reaches those of all groups before, and r; the rank of a decile of n is ⌈tenths · n ÷ 10⌉.
    """
    size = int(group.max()) + 1 if group.size else 0
    back = days != OPEN

    def total(of: NDArray[np.bool_]) -> NDArray[np.int64]:
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, group[of], cases[of])
        return sums

    received, returned = total(np.ones_like(back)), total(back)
    in_order = np.lexsort((days[back], group[back]))
    days_in_order, running = days[back][in_order], np.cumsum(cases[back][in_order])
    before = np.cumsum(returned) - returned

    def least(tenths: int) -> list[int | None]:
        ranks = before + (returned * tenths + 9) // 10
        found = np.searchsorted(running, ranks[returned > 0])
        values = np.full(size, None, dtype=object)
        values[returned > 0] = days_in_order[found]
        return [None if value is None else int(value) for value in values]

    judged, over = total(back & ~np.isnan(deadline)), total(back & (days > deadline))
    return [
        received.tolist(), (received - returned).tolist(), least(5), least(9), judged.tolist(), over.tolist(),
    ]  # fmt: skip


def _raise_counted(rows: LogRows, histogram: pd.DataFrame) -> None:
    """Raise the faults that the counts of a lazy log hold, each kind once."""
    faulty = histogram[histogram["kind"] > SOUND].groupby("kind").agg({"cases": "sum", "procedure": ["min", "max"]})
    Validation.of(
        counted(rows.kinds[kind - 1], int(count), first, last)
        for kind, count, first, last in faulty.itertuples(name=None)
    ).raise_faults()


def _deadlines(procedures: AnyFrame | None) -> dict[str, float]:
    """Return the deadlines that are stated [working days]."""
    if procedures is None:
        return {}
    frame, table = as_pandas(procedures), TABLES["procedures"]
    absent = [name for name in ("procedure", "deadline_days") if name not in frame.columns]
    near = "; ".join(map(str, frame.columns)) or "–"
    Validation.of(
        remark("missing_column", Place(table=table.name), column=name, near=near) for name in absent
    ).raise_faults()
    column = table.column("deadline_days")
    pairs = [(row["procedure"], read_value(column, row["deadline_days"])) for row in rows_of(frame)]
    return {str(code).strip(): days for code, days in pairs if not is_blank(days)}


def _time_remarks(
    found: tuple[ObservedTime, ...],
    outside: int,
    undated: set[str],
    window: LogWindow | None,
    calendar: WorkingCalendar,
) -> Iterator[Remark]:
    place = Place(table=LOG.name)
    still_open = sum(row.open_cases for row in found)
    if still_open:
        yield remark("log_dossiers_open", place, count=still_open)
    if outside and window is not None:
        yield remark(
            "log_rows_outside",
            place,
            count=outside,
            since=f"{window.first_day:%d/%m/%Y}",
            until=f"{window.last_day:%d/%m/%Y}",
        )
    if undated:
        shown = ", ".join(sorted(undated)[:_SHOWN_CODES]) + (" …" if len(undated) > _SHOWN_CODES else "")
        yield remark("log_without_deadline", place, n=len(undated), procedures=shown)
    if not calendar.holidays:
        yield remark("log_weekends_only", place)
