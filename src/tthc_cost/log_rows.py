"""Rows of a dossier log on any engine: the window they are counted in, their faults, and working days that passed."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import narwhals.stable.v2 as nw

from tthc_cost.cells import read_day
from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.line_columns import WHITE_SPACE
from tthc_cost.log_frames import brought_home, opened, row_by_row, sample_of
from tthc_cost.schema import ORIGIN, Column, ColumnKind, Table, is_blank, row_place
from tthc_cost.vocabulary import nearest_of, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.log_frames import AnyFrame, Frame, How, Known

    Day: TypeAlias = dt.date | str

__all__ = [
    "DAYS", "KIND", "LOG", "MONTH", "NO_DATE", "OPEN", "OUTSIDE", "SOUND",
    "Kind", "LogRows", "LogWindow", "WorkingCalendar", "counted", "fault_remarks", "read_log", "working",
]  # fmt: skip


def _log() -> Table:
    kind = ColumnKind
    return Table("dossier_log", "Sổ theo dõi hồ sơ", "Dossier log", ("procedure", "agency", "dossier"), (
        Column("procedure", kind.CODE, "Mã TTHC", "Procedure", filled=True, present=True),
        Column("agency", kind.TEXT, "Cơ quan", "Agency", filled=True, present=True),
        Column("received", kind.DATE, "Ngày tiếp nhận", "Received", filled=True, present=True),
        Column("returned", kind.DATE, "Ngày trả kết quả", "Returned"),
        Column("channel", kind.TEXT, "Hình thức nộp", "Channel"),
        Column("subject", kind.TEXT, "Đối tượng nộp hồ sơ", "Subject", filled=True),
        Column("dossier", kind.CODE, "Mã hồ sơ", "Dossier", filled=True),
    ))  # fmt: skip


LOG: Final = _log()
"""What a log holds, a row a dossier; `returned` may be blank, and its last four columns may be absent."""

OUTSIDE: Final = -1
"""Kind of a row received outside the window; it is not looked at further."""
SOUND: Final = 0
"""Kind of a row that counts; above it, one more than the position of its fault in `LogRows.kinds`."""
OPEN: Final = -1
"""Working days of a dossier that has not been returned."""
_NAMED: Final = 1000
"""Rows of one fault that are named one by one; the others are counted."""

NO_DATE: Final = -1
"""Day of a blank date."""
_UNREADABLE: Final = 0
_NO_DAY: Final = "0001-01-01"
_ISO_DAY: Final = (
    "^(?:(?:19|20)[0-9][0-9]-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:19(?:0[48]|[2468][048]|[13579][26])|20(?:[02468][048]|[13579][26]))-02-29)(?:[T ].*)?$"
)
"""Days that exist, of the years 1900 to 2099: a text is known to be one before an engine is asked to cast its parts."""

_WORKDAYS: Final = 5


def working(name: str) -> str:
    """Return the name of a working column, which no log has."""
    return f"__tthc_{name}"


KIND: Final = working("kind")
DAYS: Final = working("days")
MONTH: Final = working("month")
_COUNT, _FIRST, _LAST = working("count"), working("first"), working("last")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked: Monday to Friday, without the holidays, with the weekend days that make up for others.

    Parameters
    ----------
    holidays : tuple of date or text
        Days off, as decided each year; those on a weekend change nothing.
    make_up_days : tuple of date or text
        Saturdays and Sundays that are worked instead of another day, which is then a holiday.

    Raises
    ------
    InputFault
        If one is no day.

    Examples
    --------
    >>> swapped = WorkingCalendar(holidays=("2024-04-29", "2024-04-30", "2024-05-01"), make_up_days=("2024-05-04",))
    >>> swapped.days_between("2024-04-26", "2024-05-06")  # 2, 3, 4 and 6 May
    4
    """

    holidays: tuple[Day, ...] = ()
    make_up_days: tuple[Day, ...] = ()

    def __post_init__(self) -> None:
        for name in ("holidays", "make_up_days"):
            object.__setattr__(self, name, tuple(sorted({read_day(day) for day in getattr(self, name)})))

    def days_between(self, received: Day, returned: Day) -> int:
        """Count the working days after the day of receipt, up to and with the day of return.

        Parameters
        ----------
        received, returned : date or text

        Returns
        -------
        int
            Elapsed working days; 0 on the same day.
        """
        first, last = (read_day(day).toordinal() - 1 for day in (received, returned))
        count: int = _weekdays(last, min) - _weekdays(first, min)
        return count + sum(sign for day, sign in self._exceptions if first < day <= last)

    def elapsed(self, received: nw.Expr, returned: nw.Expr) -> nw.Expr:
        """Return `days_between` as an expression over days counted from Monday, 1 January of the year 1."""
        five = nw.lit(_WORKDAYS, dtype=nw.Int64)

        def least(day: nw.Expr, _: int) -> nw.Expr:
            return nw.min_horizontal(day, five)

        count: nw.Expr = _weekdays(returned, least) - _weekdays(received, least)
        for day, sign in self._exceptions:
            count += ((received < day) & (returned >= day)).cast(nw.Int64) * sign
        return count

    @property
    def _exceptions(self) -> list[tuple[int, int]]:
        """The days that differ from their week, and by how much."""
        off, on = ([read_day(day) for day in days] for days in (self.holidays, self.make_up_days))
        weekdays = [(day.toordinal() - 1, -1) for day in off if day.weekday() < _WORKDAYS]
        return weekdays + [(day.toordinal() - 1, 1) for day in on if day.weekday() >= _WORKDAYS]


def _weekdays(day: Any, least: Any) -> Any:  # noqa: ANN401 - an integer or an expression
    """Count the days from Monday to Friday up to and with a day, counted from a Monday as 0."""
    return day // 7 * _WORKDAYS + least(day % 7 + 1, _WORKDAYS)


@dataclass(frozen=True, slots=True)
class LogWindow:
    """The days of receipt that are counted, both ends with them.

    Parameters
    ----------
    first_day, last_day : date
        The window.
    is_calendar_year : bool
        Whether it was asked for as a year, which the log must then hold in each of its months.
    """

    first_day: dt.date
    last_day: dt.date
    is_calendar_year: bool = False

    @classmethod
    def of(cls, year: int | None, since: Day | None, until: Day | None) -> Self | None:
        """Return the window of a year, or of two days; None where nothing is stated.

        Raises
        ------
        InputFault
            If both or half of them are stated, or they end before they begin.
        """
        if year is None and since is None and until is None:
            return None
        if year is not None and since is None and until is None and dt.MINYEAR < year < dt.MAXYEAR:
            return cls(dt.date(year, 1, 1), dt.date(year, 12, 31), is_calendar_year=True)
        if year is not None or since is None or until is None or read_day(since) > read_day(until):
            raise InputFault.because("log_window_unclear", year=year, since=since, until=until)
        return cls(read_day(since), read_day(until))

    @property
    def days(self) -> int:
        """Days of the window."""
        return (self.last_day - self.first_day).days + 1

    @property
    def year_days(self) -> int:
        """Days of the year that begins on its first day."""
        first = self.first_day
        leap = (first.month, first.day) == (2, 29)
        next_year = dt.date(first.year + 1, 3, 1) if leap else first.replace(year=first.year + 1)
        return (next_year - first).days


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which a row can be at fault.

    Parameters
    ----------
    code : str
        The remark it makes.
    column : str
        The column that it stands in.
    """

    code: str
    column: str


@dataclass(frozen=True, slots=True)
class LogRows:
    """A log with what was found of each row in working columns.

    Parameters
    ----------
    frame : narwhals frame, or Dask's
        The log with `KIND`, `DAYS` (where it has ``returned``), `MONTH` of receipt, and ``working(name)`` of each key
        as trimmed text, empty where blank.
    kinds : tuple of Kind
        The faults looked for; ``working("fault_0")`` and so on tell which rows have them.
    names : tuple of str
        Columns of `LOG` that the log has.
    agencies : tuple of str or None
        Those known.
    """

    frame: Frame
    kinds: tuple[Kind, ...]
    names: tuple[str, ...]
    agencies: tuple[str, ...] | None

    def has(self, column: str) -> bool:
        """Tell whether the log has a column."""
        return column in self.names


def read_log(
    log: AnyFrame,
    window: LogWindow | None,
    *,
    agencies: Iterable[str] | None = None,
    calendar: WorkingCalendar | None = None,
    needed: tuple[str, ...] = (),
) -> LogRows:
    """Look at each row of a log, by elementwise expressions only.

    Parameters
    ----------
    log : any dataframe
        A row a dossier; a lazy one is not collected.
    window : LogWindow or None
        Which rows count; None for all.
    agencies : iterable of str, optional
        Those known; any other is a fault.
    calendar : WorkingCalendar, optional
        For `DAYS`, which are not computed without it.
    needed : tuple of str
        Columns that must be there besides those that always must.

    Returns
    -------
    LogRows

    Raises
    ------
    InputFault
        With everything that is wrong with its columns.
    """
    frame = opened(log)
    names = _checked_columns(sample_of(frame), needed)
    known = None if agencies is None else tuple(dict.fromkeys(unicodedata.normalize("NFC", one) for one in agencies))
    conditions = _conditions(names, known)

    def look(rows: Known) -> Known:
        return _with_kinds(_with_keys_and_days(rows, names), window, [condition for _, condition in conditions])

    def measure(rows: Known) -> Known:
        received, returned = nw.col(working("received")), nw.col(working("returned"))
        sound = (nw.col(KIND) == SOUND) & (returned > _UNREADABLE)
        elapsed = nw.when(sound).then((calendar or WorkingCalendar()).elapsed(received, returned))
        return rows.with_columns(elapsed.otherwise(nw.lit(OPEN, dtype=nw.Int64)).cast(nw.Int64).alias(DAYS))

    frame = row_by_row(frame, look)
    if calendar is not None and "returned" in names:
        frame = row_by_row(frame, measure)
    return LogRows(frame, tuple(kind for kind, _ in conditions), names, known)


def _with_keys_and_days(frame: Known, names: Sequence[str]) -> Known:
    """Add each text trimmed, empty where blank, and each date as a whole number."""
    dates = [name for name in ("received", "returned") if name in names]
    texts = [name for name in names if name not in dates]
    if isinstance(frame, nw.DataFrame):
        frame = _with_plain_dates(frame.with_row_index(working("row")), dates)
    frame = frame.with_columns(
        nw.col(name).cast(nw.String).str.strip_chars(WHITE_SPACE).fill_null("").alias(working(name)) for name in texts
    )
    for name in dates:
        frame = _with_day(frame, name)
    return frame


def _with_kinds(frame: Known, window: LogWindow | None, conditions: Sequence[nw.Expr]) -> Known:
    """Add which faults a row has, and its kind."""
    received = nw.col(working("received"))
    outside = nw.lit(value=False, dtype=nw.Boolean)
    if window is not None:
        first, last = (day.toordinal() - 1 for day in (window.first_day, window.last_day))
        outside = (received > _UNREADABLE) & ((received < first) | (received > last))
    frame = frame.with_columns(outside.alias(working("outside")))
    within = ~nw.col(working("outside"))
    flags = [working(f"fault_{number}") for number in range(len(conditions))]
    frame = frame.with_columns(
        *((condition & within).alias(flag) for flag, condition in zip(flags, conditions, strict=True))
    )
    kind = nw.when(~within).then(nw.lit(OUTSIDE, dtype=nw.Int64)).otherwise(nw.lit(SOUND, dtype=nw.Int64))
    for number, flag in reversed(list(enumerate(flags, start=1))):
        kind = nw.when(nw.col(flag)).then(nw.lit(number, dtype=nw.Int64)).otherwise(kind)
    return frame.with_columns(kind.alias(KIND))


def _checked_columns(frame: Known, needed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of `LOG` that are there; raise everything that is wrong with columns as such."""
    schema: Any = frame.collect_schema()
    given = [str(name) for name in schema.names()]
    place = Place(table=LOG.name)
    faults = []
    others = [name for name in given if name not in (*LOG.names, ORIGIN)]
    for column in LOG.columns:
        if column.name in given:
            dtype = schema[column.name]
            where = replace(place, column=column.name)
            day = column.kind is ColumnKind.DATE
            if not day and (dtype.is_float() or dtype.is_decimal()):
                faults.append(remark("code_is_number", where, value=column.name))
            elif day and dtype.is_numeric() and not _all_blank(frame, column.name):
                faults.append(remark("log_column_no_date", where, column=column.vi, dtype=dtype))
        elif column.present or column.name in needed:
            near = suggest(column.name, given) or tuple(given)
            faults.append(remark("missing_column", place, column=column.name, near="; ".join(near) or "–"))
        elif near := suggest(column.name, others, 1):
            faults.append(remark("misspelt_column", place, column=near[0], near=column.name))
    if faults:
        raise InputFault(*faults)
    return tuple(column.name for column in LOG.columns if column.name in given)


def _all_blank(frame: Known, name: str) -> bool:
    """Tell whether a column holds nothing, which has the type of a number on some engines."""
    return isinstance(frame, nw.DataFrame) and all(map(is_blank, frame[name].to_list()))


def _with_plain_dates(frame: nw.DataFrame[Any], dates: Sequence[str]) -> nw.DataFrame[Any]:
    """Write as text what an eager column of no type of its own holds: dates and texts side by side, or nothing."""
    plain = []
    for name in dates:
        if frame[name].dtype in {nw.String, nw.Date, nw.Datetime}:
            continue
        cells = [
            cell.isoformat() if isinstance(cell, dt.date) and cell == cell else cell if isinstance(cell, str) else None  # noqa: PLR0124 - NaT
            for cell in frame[name].to_list()
        ]
        plain.append(nw.new_series(name, cells, nw.String, backend=frame.implementation))
    return frame.with_columns(*plain) if plain else frame


def _with_day(frame: Known, name: str) -> Known:
    """Add a date column as whole days from Monday, 1 January of the year 1; below 1 where it is no day."""
    dtype: Any = frame.collect_schema()[name]
    year, month, day, state = (working(f"{name}_{part}") for part in ("year", "month", "day", "state"))
    if dtype in {nw.Date, nw.Datetime}:
        date = nw.col(name)
        status = nw.when(date.is_null()).then(nw.lit(NO_DATE)).otherwise(nw.lit(1))
        parts = [date.dt.year(), date.dt.month(), date.dt.day()]
        frame = frame.with_columns(status.cast(nw.Int64).alias(state), *(
            part.fill_null(1).cast(nw.Int64).alias(to) for part, to in zip(parts, (year, month, day), strict=True)
        ))  # fmt: skip
    else:
        frame = _with_parts_of_text(frame, name, (year, month, day), state)
    later = (nw.col(month) <= 2).cast(nw.Int64)  # noqa: PLR2004 - a year that begins in March ends with the leap day
    frame = frame.with_columns(
        (nw.col(year) - later).alias(year),
        (nw.col(month) + later * 12 - 3).alias(working(f"{name}_since_march")),
    )
    whole, march = nw.col(year), nw.col(working(f"{name}_since_march"))
    count = whole * 365 + whole // 4 - whole // 100 + whole // 400 + (march * 153 + 2) // 5 + nw.col(day) - 307
    known = nw.when(nw.col(state) > 0).then(count).otherwise(nw.col(state))
    added = [known.cast(nw.Int64).alias(working(name))]
    if name == "received":
        added.append((nw.col(month)).alias(MONTH))
    return frame.with_columns(*added)


def _with_parts_of_text(frame: Known, name: str, parts: tuple[str, str, str], state: str) -> Known:
    """Split text into year, month and day: ``2024-03-15`` or ``15/03/2024``, each with or without a time of day."""
    text = working(f"{name}_text")
    at = nw.col(text)
    zero = nw.lit("0")
    frame = frame.with_columns(nw.col(name).cast(nw.String).str.strip_chars(WHITE_SPACE).fill_null("").alias(text))
    frame = frame.with_columns(
        nw.when(at.str.contains("^[0-9][/-][0-9]")).then(nw.concat_str(zero, at)).otherwise(at).alias(text)
    )
    short_month = at.str.contains("^[0-9][0-9][/-][0-9][/-]")
    padded = nw.concat_str(at.str.slice(0, 3), zero, at.str.slice(3))
    frame = frame.with_columns(nw.when(short_month).then(padded).otherwise(at).alias(text))
    dashes = nw.lit("-")
    turned = nw.concat_str(at.str.slice(6, 4), dashes, at.str.slice(3, 2), dashes, at.str.slice(0, 2), at.str.slice(10))
    day_first = at.str.contains("^[0-9][0-9][/-][0-9][0-9][/-][0-9][0-9][0-9][0-9](?:[T ].*)?$")
    frame = frame.with_columns(nw.when(day_first).then(turned).otherwise(at).alias(text))
    readable = at.str.contains(_ISO_DAY)
    wrong = nw.when(at == "").then(nw.lit(NO_DATE)).otherwise(nw.lit(_UNREADABLE))
    frame = frame.with_columns(
        nw.when(readable).then(nw.lit(1)).otherwise(wrong).cast(nw.Int64).alias(state),
        nw.when(readable).then(at).otherwise(nw.lit(_NO_DAY)).alias(text),
    )
    slices = ((0, 4), (5, 2), (8, 2))
    return frame.with_columns(
        *(at.str.slice(*where).cast(nw.Int64).alias(part) for part, where in zip(parts, slices, strict=True))
    )


def _conditions(names: tuple[str, ...], agencies: tuple[str, ...] | None) -> list[tuple[Kind, nw.Expr]]:
    """Return the faults looked for, a row's first one first, and what tells them."""
    received, returned = nw.col(working("received")), nw.col(working("returned"))
    blank = [name for name in names if LOG.column(name).filled and name != "received"]
    found = [(Kind("blank_required", name), nw.col(working(name)) == "") for name in blank]
    found += [
        (Kind("blank_required", "received"), received == NO_DATE),
        (Kind("log_date_unreadable", "received"), received == _UNREADABLE),
    ]
    if "returned" in names:
        before = (returned > _UNREADABLE) & (received > _UNREADABLE) & (returned < received)
        found += [
            (Kind("log_date_unreadable", "returned"), returned == _UNREADABLE),
            (Kind("log_returned_before_received", "returned"), before),
        ]
    if agencies is not None:
        spelt = sorted({unicodedata.normalize(form, one).strip() for one in agencies for form in ("NFC", "NFD")})
        agency = nw.col(working("agency"))
        found.append((Kind("log_agency_unknown", "agency"), (agency != "") & ~agency.is_in(spelt)))
    return found


def fault_remarks(rows: LogRows) -> Iterator[Remark]:
    """Say the faults of rows: of an eager log each at its place, of a lazy one each kind with how many rows have it.

    Parameters
    ----------
    rows : LogRows
        What `read_log` returns; a lazy one is collected once.

    Yields
    ------
    Remark
        Faults.
    """
    if isinstance(rows.frame, nw.DataFrame):
        for number, kind in enumerate(rows.kinds):
            yield from _named(rows, rows.frame, number, kind)
        return

    def mark(frame: Known) -> Known:
        code, one = nw.col(working("procedure")), nw.lit(1, dtype=nw.Int64)
        return frame.with_columns(one.alias(_COUNT), code.alias(_FIRST), code.alias(_LAST))

    how: dict[str, How] = {_COUNT: "sum", _FIRST: "min", _LAST: "max"}
    for kind, count, first, last in sorted(brought_home(row_by_row(rows.frame, mark), [KIND], how).rows()):
        if kind > SOUND:
            yield counted(rows.kinds[int(kind) - 1], int(count), first, last)


def counted(kind: Kind, count: int, first: str, last: str) -> Remark:
    """Say how many rows of a lazy log are at fault in one way, and the first and last of their procedures."""
    place = Place(table=LOG.name, column=kind.column)
    return remark("log_rows_at_fault", place, count=count, code=kind.code, first=first or "–", last=last or "–")


def _named(rows: LogRows, frame: nw.DataFrame[Any], number: int, kind: Kind) -> Iterator[Remark]:
    faulty = frame.filter(nw.col(working(f"fault_{number}")))
    shown = faulty.head(_NAMED)
    near = nearest_of(rows.agencies or ())
    keep = [name for name in (*rows.names, ORIGIN) if name in shown.columns]
    cells = {name: shown[name].to_list() for name in keep}
    for at, row in enumerate(shown[working("row")].to_list()):
        values = {name: column[at] for name, column in cells.items()}
        place = row_place(LOG, values, kind.column)
        place = place if place.row else replace(place, row=int(row) + 1)
        said = {"column": LOG.column(kind.column).vi, "value": values[kind.column], "received": values["received"]}
        if kind.code == "log_agency_unknown":
            said["near"] = near(str(values["agency"])) or "–"
        yield remark(kind.code, place, **said)
    if len(faulty) > _NAMED:
        yield remark("further_faults", Place(table=LOG.name, column=kind.column), count=len(faulty) - _NAMED,
                     code=kind.code)  # fmt: skip
