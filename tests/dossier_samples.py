"""Dossiers to count: the engines they are put on, logs of them, and an oracle that goes through them one by one."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from tthc_cost.log_rows import WorkingCalendar
from tthc_cost.schema import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Rows = list[dict[str, Any]]
    Make = Callable[[Rows], Any]

__all__ = [
    "CALENDAR", "DAYS", "MAKERS", "WHOLE_2024", "case", "counted_volumes", "day", "eager_engines", "every_engine",
    "few_but_long", "lazy_engines", "logs", "plain", "ranked", "walked_days",
]  # fmt: skip

WHOLE_2024: dict[str, Any] = {"since": "2024-01-01", "until": "2024-12-31"}
TYPED = {
    "procedure": pl.String, "agency": pl.String, "received": pl.Date, "returned": pl.Date, "channel": pl.String,
    "subject": pl.String, "dossier": pl.String,
}  # fmt: skip
# Tết and the swapped days of 2024 as a user would state them.
CALENDAR = WorkingCalendar(
    holidays=("2024-01-01", *(f"2024-02-{day:02}" for day in range(8, 15)), "2024-04-29", "2024-04-30", "2024-05-01"),
    make_up_days=("2024-05-04",),
)


def _polars(rows: Rows) -> pl.DataFrame:
    names = [name for name in TYPED if any(name in row for row in rows)]
    cells = {name: [row.get(name) for row in rows] for name in names}
    texts = {name for name in names if any(isinstance(cell, str) for cell in cells[name])}
    return pl.DataFrame(cells, schema={name: pl.String if name in texts else TYPED[name] for name in names})


def _duckdb(rows: Rows) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", _polars(rows).to_arrow())
    connection.execute("CREATE TABLE log AS SELECT * FROM given")
    return connection.table("log")


MAKERS: dict[str, Make] = {
    "pandas": lambda rows: _polars(rows).to_pandas(),
    "pandas_objects": pd.DataFrame,
    "polars": _polars,
    "pyarrow": lambda rows: _polars(rows).to_arrow(),
    "polars_lazy": lambda rows: _polars(rows).lazy(),
    "duckdb": _duckdb,
}
LAZY = ("polars_lazy", "duckdb")

every_engine = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
EAGER = tuple(name for name in MAKERS if name not in LAZY)
eager_engines = pytest.mark.parametrize("make", [MAKERS[name] for name in EAGER], ids=EAGER)
lazy_engines = pytest.mark.parametrize("make", [MAKERS[name] for name in LAZY], ids=LAZY)


def plain(frame: Any) -> Rows:
    """Return the rows of any frame, missing values as None, in the order of their keys."""
    known = nw.from_native(frame)
    if isinstance(known, nw.LazyFrame):
        known = known.collect("polars")
    rows = [{name: None if is_blank(cell) else cell for name, cell in row.items()} for row in known.rows(named=True)]
    return sorted(rows, key=lambda row: (row["procedure"] or "", row["agency"] or ""))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def case(received: Any = "2024-03-15", returned: Any = None, **more: Any) -> dict[str, Any]:
    """One dossier; texts of ISO days become dates."""

    def date(value: Any) -> Any:
        return (
            dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value
        )

    row = {"procedure": "NB-01", "agency": "Sở A", "received": date(received), "returned": date(returned)}
    return row | more


# The oracle: one dossier after another, one day after another


def walked_days(received: dt.date, returned: dt.date, calendar: WorkingCalendar) -> int:
    count, today = 0, received
    while today < returned:
        today += dt.timedelta(days=1)
        worked = today.weekday() < 5 and today not in calendar.holidays
        count += worked or (today.weekday() >= 5 and today in calendar.make_up_days)
    return count


def counted_volumes(rows: Rows, first: dt.date, last: dt.date) -> Rows:
    subjects: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        if first <= row["received"] <= last:
            subjects[row["procedure"], row["agency"]].append(row.get("subject"))
    made = []
    for (procedure, agency), of_case in sorted(subjects.items()):
        population = len(of_case) if None in of_case else len(set(of_case))
        steps = math.floor(Fraction(len(of_case), population) * 300 + Fraction(1, 2))
        made.append({"procedure": procedure, "agency": agency, "frequency": steps / 300, "population": population})
    return made


def ranked(days: Iterable[int], share: Fraction) -> int | None:
    in_order = sorted(days)
    return in_order[math.ceil(share * len(in_order)) - 1] if in_order else None


DAYS = st.dates(dt.date(2023, 11, 1), dt.date(2025, 2, 28))


@st.composite
def logs(draw: st.DrawFn, *, subjects: bool = False) -> Rows:
    """Up to 40 sound dossiers of two procedures and agencies, some still open."""
    rows = []
    for number in range(draw(st.integers(1, 40))):
        received = draw(DAYS)
        took = draw(st.none() | st.integers(0, 30))
        row = case(received, None if took is None else received + dt.timedelta(days=took))
        row |= {"procedure": draw(st.sampled_from(("A", "B"))), "agency": draw(st.sampled_from(("Sở Một", "xã Hai")))}
        row |= {"channel": draw(st.sampled_from(("trực tuyến", "trực tiếp"))), "dossier": f"H-{number}"}
        rows.append(row | ({"subject": draw(st.sampled_from("xyz"))} if subjects else {}))
    return rows


few_but_long = settings(max_examples=4)
