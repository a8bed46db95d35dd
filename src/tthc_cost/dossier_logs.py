"""From logs of dossiers to measured volumes: how many cases a year each procedure has at each agency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import narwhals.stable.v2 as nw
import pandas as pd

from tthc_cost.arithmetic import FREQUENCY_STEPS
from tthc_cost.conformity import as_pandas, conform
from tthc_cost.errors import InputFault, Place, Validation, remark, require
from tthc_cost.inventory import Inventory
from tthc_cost.line_columns import FAULT
from tthc_cost.log_frames import added_up, as_given, brought_home, row_by_row
from tthc_cost.log_rows import (
    KIND,
    LOG,
    MONTH,
    NO_DATE,
    OUTSIDE,
    SOUND,
    Kind,
    LogWindow,
    counted,
    fault_remarks,
    read_log,
    working,
)
from tthc_cost.schema import TABLES, row_place, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.log_frames import AnyFrame, Frame, How, Known
    from tthc_cost.log_rows import Day, LogRows

__all__ = ["validate_log", "volumes_from_log", "with_volumes"]

_REPEATED: Final = Kind("log_dossier_repeated", "dossier")
_KEYS: Final = ("procedure", "agency")
_MONTHS: Final = 12
_CASES, _SUBJECTS, _FAULTY = working("cases"), working("subjects"), working("faulty")


def volumes_from_log(
    log: AnyFrame,
    *,
    year: int | None = None,
    since: Day | None = None,
    until: Day | None = None,
    scale_by_days: bool = False,
    agencies: Iterable[str] | None = None,
) -> AnyFrame:
    """Count the cases of each procedure and agency in a year, as the table `volumes` holds them.

    A log counts cases, that is ``frequency × population``. With a column ``subject``, the population is the number of
    different subjects and the frequency cases ÷ subjects, on its grid of 1/300; without, the population is the number
    of cases and the frequency 1. The product is the cases, but for the rounding where cases ÷ subjects lies off the
    grid or a window is scaled.

    Parameters
    ----------
    log : pandas, Polars or any other frame narwhals knows, eager or lazy, or Dask
        A row a dossier: ``procedure``, ``agency``, ``received`` (dates, or text such as ``2024-03-15`` and
        ``15/03/2024``), and if it has them ``returned``, ``subject``, ``dossier`` (its number, which may stand once for
        a procedure and agency) and ``channel``. Other columns are left alone.
    year : int, optional
        The calendar year of receipt. The log must hold dossiers received in each of its twelve months; of a lazy log
        only `validate_log` says whether it does.
    since, until : date or text, optional
        Instead of a year, the first and last day of receipt that the log covers, taken at its word; at most one year.
    scale_by_days : bool
        Whether cases of a shorter window are scaled by days of the year ÷ days of the window. Never by itself.
    agencies : iterable of str, optional
        The agencies that exist; any other is then a fault.

    Returns
    -------
    Same kind as `log`
        ``procedure``, ``agency``, ``frequency`` (float64) [1/year] and ``population`` (int64) [subjects/year]; sorted
        where eager. A lazy frame stays lazy and also gets ``faulty_rows`` and ``fault``; the volumes of a procedure and
        agency with any are null. What has no case in the window has no row.

    Raises
    ------
    InputFault
        On an eager frame with every fault of every row, also when the year is incomplete; on a lazy one with those of
        the window and the columns only (`validate_log` tells the others).

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"procedure": "NB-01", "agency": ["Sở A", "Sở A", "Sở B"], "subject": ["x", "x", "x"],
    ...                     "received": ["2024-01-15", "2024-07-01", "30/12/2024"]})
    >>> volumes_from_log(log, since="2024-01-01", until="2024-12-31")
      procedure agency  frequency  population
    0     NB-01   Sở A        2.0           1
    1     NB-01   Sở B        1.0           1
    """
    window = _year_window(year, since, until, scale_by_days=scale_by_days)
    rows = read_log(log, window, agencies=agencies)
    if isinstance(rows.frame, nw.DataFrame):
        Validation.of(_volume_faults(rows, window)).raise_faults()
    volumes = _volumes(rows, window)
    if isinstance(volumes, nw.DataFrame):
        return nw.maybe_reset_index(volumes.select(*_KEYS, "frequency", "population").sort(*_KEYS)).to_native()
    names = (*_KEYS, "frequency", "population", "faulty_rows", FAULT)
    return as_given(row_by_row(volumes, lambda frame: frame.select(*names)))


def validate_log(
    log: AnyFrame,
    *,
    year: int | None = None,
    since: Day | None = None,
    until: Day | None = None,
    scale_by_days: bool = False,
    agencies: Iterable[str] | None = None,
) -> Validation:
    """Say everything that is wrong or worth knowing when volumes are taken from a log; never raises for its rows.

    Parameters
    ----------
    log, year, since, until, scale_by_days, agencies
        As for `volumes_from_log`. A lazy log is aggregated a few times, and each kind of fault told once.

    Returns
    -------
    Validation
        Faults; a warning of dossiers that are still open; notes of what stands outside the window, of how cases became
        volumes, and of rows that are wholly alike where nothing tells one dossier from another.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"procedure": ["NB-01"], "agency": ["Sở A"], "received": ["31/02/2024"]})
    >>> [fault.code for fault in validate_log(log, since="2024-01-01", until="2024-12-31").faults]
    ['log_date_unreadable']
    """
    try:
        window = _year_window(year, since, until, scale_by_days=scale_by_days)
        rows = read_log(log, window, agencies=agencies)
    except InputFault as error:
        return Validation.of(error.faults)
    return Validation.of((*_volume_faults(rows, window), *_volume_notes(rows, window)))


def _year_window(year: int | None, since: Day | None, until: Day | None, *, scale_by_days: bool) -> LogWindow:
    """Return the window of one year, or of less if it is to be scaled."""
    window = LogWindow.of(year, since, until)
    if window is None:
        raise InputFault.because("log_window_unstated")
    if window.days > window.year_days or (window.days < window.year_days and not scale_by_days):
        raise InputFault.because(
            "log_window_no_year",
            since=f"{window.first_day:%d/%m/%Y}",
            until=f"{window.last_day:%d/%m/%Y}",
            days=window.days,
            year=window.year_days,
        )
    return window


def _counting(rows: LogRows, *, sound: bool = False) -> Frame:
    """Return the rows received in the window, or the sound ones, each as one case, and whether it is at fault."""

    def count(frame: Known) -> Known:
        kept = nw.col(KIND) == SOUND if sound else nw.col(KIND) != OUTSIDE
        faulty = (nw.col(KIND) > SOUND).cast(nw.Int64)
        return frame.filter(kept).with_columns(nw.lit(1, dtype=nw.Int64).alias(_CASES), faulty.alias(_FAULTY))

    return row_by_row(rows.frame, count)


def _grouped(rows: LogRows) -> Frame:
    """Count cases, different subjects and faulty rows of each procedure and agency, by aggregations of one column."""
    keys = [working(name) for name in _KEYS]
    sums: dict[str, How] = {_CASES: "sum", _FAULTY: "sum", KIND: "max"}
    subject = [working("subject")] if rows.has("subject") else []
    frame = _counting(rows)
    if rows.has("dossier"):
        number = len(rows.kinds) + 1
        frame = added_up(frame, [*keys, working("dossier")], sums | dict.fromkeys(subject, "min"))
        frame = row_by_row(frame, lambda dossiers: _repeated_as_faults(dossiers, number))
    if subject:
        frame = added_up(frame, [*keys, *subject], sums)
    one = nw.lit(1, dtype=nw.Int64).alias(_SUBJECTS)
    return added_up(row_by_row(frame, lambda subjects: subjects.with_columns(one)), keys, {**sums, _SUBJECTS: "sum"})


def _repeated_as_faults(dossiers: Known, number: int) -> Known:
    """Make a fault, of this number, of each sound dossier that has more than one row."""
    again = (nw.col(KIND) == SOUND) & (nw.col(_CASES) > 1)
    return dossiers.with_columns(
        nw.when(again).then(nw.lit(number, dtype=nw.Int64)).otherwise(nw.col(KIND)).alias(KIND),
        nw.when(again).then(nw.col(_CASES)).otherwise(nw.col(_FAULTY)).alias(_FAULTY),
    )


def _volumes(rows: LogRows, window: LogWindow) -> Frame:
    """Make volumes of counts; on a lazy frame null where a row is at fault."""
    lazy = not isinstance(rows.frame, nw.DataFrame)
    codes = [one.code for one in (*rows.kinds, _REPEATED)]
    by_subject = rows.has("subject")
    return row_by_row(
        _grouped(rows), lambda counts: _with_volumes(counts, window, codes, by_subject=by_subject, nulled=lazy)
    )


def _with_volumes(counts: Known, window: LogWindow, codes: Sequence[str], *, by_subject: bool, nulled: bool) -> Known:
    """Divide cases by subjects, rounded half up once to the grid."""
    counts = nw.maybe_convert_dtypes(counts) if nulled else counts  # a partition of pandas, whose int64 knows no null
    cases, subjects = nw.col(_CASES), nw.col(_SUBJECTS)
    up, down = window.year_days, window.days
    population, frequency = subjects, (cases * (2 * FREQUENCY_STEPS * up) + subjects * down) // (subjects * (2 * down))
    if not by_subject:
        population, frequency = (cases * (2 * up) + down) // (2 * down), subjects * 0 + FREQUENCY_STEPS
    fault = nw.lit(None, dtype=nw.String)
    for number, code in enumerate(codes, start=1):
        fault = nw.when(nw.col(KIND) == number).then(nw.lit(code)).otherwise(fault)
    named = [nw.when(nw.col(working(name)) != "").then(nw.col(working(name))).alias(name) for name in _KEYS]
    # Polars multiplies by the reciprocal of a constant, even of one that fills a column, and that is not always the
    # nearest float: so divide by a column that only we know to be constant.
    counts = counts.with_columns((subjects * 0 + FREQUENCY_STEPS).cast(nw.Float64).alias(working("grid")))
    made = {"frequency": frequency.cast(nw.Float64) / nw.col(working("grid")), "population": population.cast(nw.Int64)}
    if nulled:
        made = {name: nw.when(nw.col(KIND) <= SOUND).then(one) for name, one in made.items()}
    return counts.with_columns(
        *named,
        *(one.alias(name) for name, one in made.items()),
        nw.col(_FAULTY).alias("faulty_rows"),
        fault.cast(nw.String).alias(FAULT),
    )


def _volume_faults(rows: LogRows, window: LogWindow) -> Iterator[Remark]:
    yield from fault_remarks(rows)
    if rows.has("dossier"):
        yield from _repeated_dossiers(rows)
    if window.is_calendar_year:
        dated = nw.col(working("received")) > 0
        within = row_by_row(_counting(rows), lambda frame: frame.filter(dated))
        months = {int(month) for month in brought_home(within, [MONTH], {_CASES: "sum"})[MONTH].to_list()}
        empty = [str(month) for month in range(1, _MONTHS + 1) if month not in months]
        if empty:
            place = Place(table=LOG.name, column="received")
            yield remark("log_year_incomplete", place, year=window.first_day.year, months=", ".join(empty))


def _repeated_dossiers(rows: LogRows) -> Iterator[Remark]:
    """Say which dossiers stand more than once for a procedure and agency; of a lazy log, how many."""
    keys = [working(name) for name in LOG.key]
    more = nw.col(_CASES) > 1
    repeated = row_by_row(added_up(_counting(rows, sound=True), keys, {_CASES: "sum"}), lambda one: one.filter(more))
    if isinstance(repeated, nw.DataFrame):
        for *key, count in sorted(repeated.rows()):
            place = row_place(LOG, dict(zip(LOG.key, key, strict=True)), _REPEATED.column)
            yield remark(_REPEATED.code, place, value=key[-1], count=count)
        return
    code = nw.col(keys[0])
    everything, first, last = working("everything"), working("first"), working("last")
    one = nw.lit(1, dtype=nw.Int64).alias(everything)
    marked = row_by_row(repeated, lambda frame: frame.with_columns(one, code.alias(first), code.alias(last)))
    for _, count, *ends in brought_home(marked, [everything], {_CASES: "sum", first: "min", last: "max"}).rows():
        yield counted(_REPEATED, int(count), *ends)


def _volume_notes(rows: LogRows, window: LogWindow) -> Iterator[Remark]:
    place = Place(table=LOG.name)
    still_open = nw.lit(value=False, dtype=nw.Boolean)
    if rows.has("returned"):
        still_open = (nw.col(KIND) == SOUND) & (nw.col(working("returned")) == NO_DATE)
    outside, open_cases = _totals(rows.frame, nw.col(KIND) == OUTSIDE, still_open)
    if open_cases:
        yield remark("log_dossiers_open", place, count=open_cases)
    if outside:
        yield remark(
            "log_rows_outside",
            place,
            count=outside,
            since=f"{window.first_day:%d/%m/%Y}",
            until=f"{window.last_day:%d/%m/%Y}",
        )
    if window.days < window.year_days:
        yield remark("log_scaled_by_days", place, days=window.days, year=window.year_days)
    if rows.has("subject"):
        yield from _rounded_frequencies(rows, window)
    else:
        yield remark("log_without_subjects", place)
    if not rows.has("dossier"):
        yield from _alike(rows)


def _rounded_frequencies(rows: LogRows, window: LogWindow) -> Iterator[Remark]:
    """Say how many volumes are not their cases exactly, since cases ÷ subjects lies off the grid."""
    sound, whole = nw.col(KIND) <= SOUND, nw.col(_SUBJECTS) * window.days
    off = nw.col(_CASES) * (FREQUENCY_STEPS * window.year_days) % whole > 0
    rounded, of = _totals(_grouped(rows), sound & off, sound)
    if rounded:
        yield remark("log_frequency_rounded", Place(table=LOG.name), count=rounded, of=of)


def _alike(rows: LogRows) -> Iterator[Remark]:
    """Count rows that no column of the log tells from another: they count as cases of their own."""
    keys = [working(name) for name in rows.names]
    (count,) = _totals(added_up(_counting(rows, sound=True), keys, {_CASES: "sum"}), nw.col(_CASES) - 1)
    if count:
        yield remark("log_rows_alike", Place(table=LOG.name), count=count)


def _totals(frame: Frame, *of: nw.Expr) -> list[int]:
    """Add up whole numbers, or count what is true, over all rows: a single row is brought home."""
    everything, names = working("everything"), [working(f"total_{number}") for number in range(len(of))]
    marks = [one.cast(nw.Int64).alias(name) for one, name in zip(of, names, strict=True)]
    marks.append(nw.lit(1, dtype=nw.Int64).alias(everything))
    marked = row_by_row(frame, lambda rows: rows.with_columns(*marks))
    totals = brought_home(marked, [everything], dict.fromkeys(names, "sum")).rows()
    return [int(total) for total in totals[0][1:]] if totals else [0] * len(of)


def with_volumes(inventory: Inventory, volumes: AnyFrame) -> Inventory:
    """Return an inventory whose procedures take their measured volumes instead of those it states.

    Lines that repeat the frequency or population of their procedure, or state none, take the measured ones, once per
    agency. A log does not tell how often a single line is done, so a line with a figure of its own is a fault: it would
    multiply the cases again. Give both states of a review the same volumes: where the simplified state keeps a
    frequency of its own, its difference from the measured one would show as a saving (or a cost) made by rule.

    Parameters
    ----------
    inventory : Inventory
        One state; what `volumes` does not name stays as it is.
    volumes : any dataframe
        The table `volumes`, for example of `volumes_from_log`; a lazy one is collected.

    Returns
    -------
    Inventory

    Raises
    ------
    InputFault
        With every fault of the volumes, every procedure that the inventory does not have, and every line with a
        frequency or population of its own.

    Examples
    --------
    >>> from tthc_cost.model import Activity, Procedure
    >>> guessed = Inventory.from_objects(
    ...     Procedure("NB-01", "Nâng lương", frequency=1, population=500), Activity("NB-01", "1", effort_hours=2)
    ... )
    >>> counted = pd.DataFrame({"procedure": ["NB-01"], "agency": ["Sở A"], "frequency": [1.0], "population": [152]})
    >>> with_volumes(guessed, counted).procedures["population"].tolist()
    [152]
    """
    require(inventory, Inventory, "inventory")
    frame = as_pandas(volumes)
    told = [name for name in ("faulty_rows", FAULT) if name in frame.columns]
    measured = conform("volumes", frame.drop(columns=told))
    Validation.of(measured.remarks).raise_faults()
    codes = measured.frame["procedure"].unique()
    procedures, activities = inventory.procedures.copy(), inventory.activities.copy()
    stated = procedures.set_index("procedure")
    of_line = activities["procedure"].isin(codes)
    remarks = []
    for name in ("frequency", "population"):
        own = activities["procedure"].map(stated[name]).astype(activities[name].dtype)
        differs = of_line & activities[name].notna() & ~(activities[name] == own).fillna(value=False)
        for row in rows_of(activities[differs.astype(bool)]):
            place = row_place(TABLES["activities"], row, name)
            column = TABLES["activities"].column(name)
            remarks.append(remark("log_line_has_own_volume", place, column=column.vi, value=row[name]))
        activities[name] = activities[name].mask(of_line)
        procedures[name] = procedures[name].mask(procedures["procedure"].isin(codes))
    Validation.of(remarks).raise_faults()
    kept = inventory.volumes[~inventory.volumes["procedure"].isin(codes)]
    together = pd.concat([kept, measured.frame])
    return replace(inventory, procedures=procedures, activities=activities, volumes=together)
