"""Benchmarks on DuckDB, in memory and over folders of Parquet, beside SQL by hand for the same exact integers."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from constructed_lines import AFTER, BEFORE, GRADES, HOURLY_VND, constructed, rate_table
from paired_rows import Pair, Row, agency_differences

from tthc_cost.arithmetic import (
    EFFORT_LIMIT_HOURS,
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_LIMIT_PER_YEAR,
    FREQUENCY_STEPS,
    LINE_LIMIT_VND,
    MONEY_LIMIT_VND,
    POPULATION_LIMIT,
    STEP_NOISE,
    STEPS_PER_VND,
    SUM_LIMIT_VND,
)
from tthc_cost.costing import cost_activities, cost_procedures
from tthc_cost.table_comparison import compare_tables, reduction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructed_lines import Constructed

__all__ = ["ROWS", "comparison_by_hand", "costs_by_hand", "sums_by_hand"]

MEMORY_LIMIT: Final = "4GB"
PART_LINES: Final = 1_000_000
BYTES_ON_DISK: Final = 40
"""What a line may take in Parquet and, while it is added up, in files of DuckDB's own."""
_FAR_OVER_STEPS: Final = 6e12 * STEPS_PER_VND
_UP: Final = 0.5 + STEP_NOISE
_LINES: Final = {BEFORE: "lines_before", AFTER: "lines_after"}


def costs_by_hand(source: str) -> str:
    """Cost lines as one does who knows SQL and the columns, and wants exact integers but no word of what is wrong.

    Checked, as by the library: blank volumes, lines without any figure, NaN and infinity, signs, the limit of each
    column, efforts and frequencies that the grid would make 0, effort without a grade, unknown grades, and the limit
    of a line at its own population and at one subject; such a line has no cost. Not done: saying which of these it
    is, other spellings of a grade, populations that are not of a type of integers,
    procedures without a code.
    """
    return f"""
        WITH floats AS (
            SELECT procedure, population, grade, effort_hours, service_vnd, frequency, vnd_per_hour,
                coalesce(effort_hours, 0) AS hours, coalesce(service_vnd, 0) AS money,
                floor(hours * {EFFORT_STEPS_PER_HOUR}.0::DOUBLE + {_UP}::DOUBLE) AS effort_steps,
                floor(money + {_UP}::DOUBLE) AS money_steps,
                floor(frequency * {FREQUENCY_STEPS}.0::DOUBLE + {_UP}::DOUBLE) AS frequency_steps
            FROM {source} LEFT JOIN rates USING (grade)
        ), checked AS (
            SELECT procedure, population, coalesce(vnd_per_hour, 0) AS rate, effort_steps, money_steps, frequency_steps,
                hours BETWEEN 0 AND {EFFORT_LIMIT_HOURS}
                AND money BETWEEN 0 AND {MONEY_LIMIT_VND}
                AND frequency BETWEEN 0 AND {FREQUENCY_LIMIT_PER_YEAR}
                AND population BETWEEN 0 AND {POPULATION_LIMIT}
                AND (effort_steps >= 1) = (hours > 0)
                AND (frequency_steps >= 1) = (frequency > 0)
                AND (effort_hours IS NOT NULL OR service_vnd IS NOT NULL)
                AND (vnd_per_hour IS NOT NULL OR (grade IS NULL AND hours = 0))
                AND (effort_steps * coalesce(vnd_per_hour, 0) + money_steps * {EFFORT_STEPS_PER_HOUR})
                    * frequency_steps * greatest(population, 1) <= {_FAR_OVER_STEPS}::DOUBLE AS sound
            FROM floats
        ), integers AS (
            SELECT procedure, population,
                CASE WHEN sound THEN
                    (effort_steps::BIGINT * rate::BIGINT + money_steps::BIGINT * {EFFORT_STEPS_PER_HOUR})
                    * frequency_steps::BIGINT
                END AS once
            FROM checked
        )
        SELECT procedure,
            CASE WHEN once * greatest(population, 1) < {LINE_LIMIT_VND * STEPS_PER_VND + STEPS_PER_VND // 2}
                THEN (once * population + {STEPS_PER_VND // 2}) // {STEPS_PER_VND}
            END AS annual_cost_vnd
        FROM integers
    """  # noqa: S608 - names and numbers of our own


def sums_by_hand(costed: str, by: str, *costs: str) -> str:
    """Add up by a column: null where a line has no cost or a sum passes its limit; DuckDB adds in 128 bits."""
    complete = " AND ".join(f"count(*) = count({cost}) AND sum({cost}) <= {SUM_LIMIT_VND}" for cost in costs)
    sums = ", ".join(f"CASE WHEN {complete} THEN sum({cost})::BIGINT END AS {cost}" for cost in costs)
    return f"SELECT {by}, {sums} FROM ({costed}) GROUP BY {by}"  # noqa: S608 - names of our own


def comparison_by_hand(before: str, after: str, by: str) -> str:
    """Put both states under each other and add up by a column; a group of one state costs 0 in the other."""
    both = (
        f"SELECT {by}, annual_cost_vnd AS baseline_vnd, 0::BIGINT AS simplified_vnd FROM ({before}) UNION ALL "  # noqa: S608
        f"SELECT {by}, 0::BIGINT, annual_cost_vnd FROM ({after})"
    )
    return sums_by_hand(both, by, "baseline_vnd", "simplified_vnd")


def _roll_up(before: Any, after: Any, agencies: Any) -> Any:
    rates = rate_table()
    states = [cost_procedures(lines, rates).join(agencies, "procedure") for lines in (before, after)]
    return compare_tables(*states, "agency").project("*, 1 - simplified_vnd / baseline_vnd AS ratio")


def _roll_up_by_hand(before: str, after: str) -> str:
    one, other = (
        f"SELECT * FROM ({sums_by_hand(costs_by_hand(source), 'procedure', 'annual_cost_vnd')}) "  # noqa: S608
        "JOIN agencies USING (procedure)"
        for source in (before, after)
    )
    compared = comparison_by_hand(one, other, "agency")
    return f"SELECT *, 1 - simplified_vnd / baseline_vnd AS ratio FROM ({compared})"  # noqa: S608


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    _keep(connection, "rates", pl.DataFrame({"grade": GRADES, "vnd_per_hour": HOURLY_VND}))
    return connection


def _keep(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("frame", frame.to_arrow())
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")  # noqa: S608 - a name of our own
    connection.unregister("frame")


@contextmanager
def _roll_ups(keys: str, lines: int) -> Iterator[Pair]:
    made = constructed(lines)
    with _connection() as connection:
        for state, name in _LINES.items():
            _keep(connection, name, made.polars(state, keys))
        _keep(connection, "agencies", made.polars_agencies(keys))
        tables = [connection.table(name) for name in (*_LINES.values(), "agencies")]
        by_hand = _roll_up_by_hand(*_LINES.values())
        yield Pair(lambda: _roll_up(*tables).df(), lambda: connection.sql(by_hand).df(), agency_differences)


@contextmanager
def _comparison(lines: int) -> Iterator[Pair]:
    made, rates = constructed(lines), rate_table()
    with _connection() as connection:
        for state, name in _LINES.items():
            costed = cost_activities(made.polars(state, "numbers"), rates)
            _keep(connection, name, costed.select("procedure", "annual_cost_vnd"))
        before, after = (connection.table(name) for name in _LINES.values())
        by_hand = comparison_by_hand("FROM lines_before", "FROM lines_after", "procedure")
        total = f"SELECT sum(baseline_vnd)::BIGINT, sum(simplified_vnd)::BIGINT FROM ({by_hand})"  # noqa: S608

        def ours() -> tuple[int, int]:
            reduction = reduction_of(compare_tables(before, after, "procedure"))
            return int(reduction.baseline), int(reduction.simplified)

        yield Pair(
            ours,
            lambda: connection.sql(total).fetchall()[0],
            lambda one, other: "" if one == other else f"{one}, {other}",
        )


@contextmanager
def _folder(lines: int) -> Iterator[tuple[Path, pd.DataFrame]]:
    """Write a folder of Parquet, a file a million lines, and add its agencies up in plain integers on the way."""
    with TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        free, wanted = shutil.disk_usage(folder).free, lines * BYTES_ON_DISK
        if wanted > free:
            gibibytes = [f"{size / 2**30:.1f} GiB" for size in (wanted, free)]
            message = f"{lines:,} lines may need {gibibytes[0]} in {folder.parent}, where {gibibytes[1]} are free"
            raise OSError(message)
        (folder / "lines").mkdir()
        (folder / "agencies").mkdir()
        parts = []
        for part, start in enumerate(range(0, lines, PART_LINES)):
            made = constructed(min(PART_LINES, lines - start), part)
            table = made.polars(BEFORE, "text").with_columns(effort_after=pl.Series(made.effort[AFTER]))
            table.write_parquet(folder / "lines" / f"{part:04}.parquet")
            made.polars_agencies("text").write_parquet(folder / "agencies" / f"{part:04}.parquet")
            parts.append(_plain_integers(made))
        yield folder, pd.concat(parts).groupby("agency", as_index=False).sum()


def _plain_integers(made: Constructed) -> pd.DataFrame:
    """Cost constructed lines, which are hundredths of an hour, by the formula in whole numbers."""
    rate, agency = HOURLY_VND[made.grade], made.agency_of[made.procedure]
    costs = {}
    for name, state in (("baseline_vnd", BEFORE), ("simplified_vnd", AFTER)):
        hundredths = np.rint(made.effort[state] * 100).astype(np.int64)
        one_case = hundredths * rate + made.service_vnd.astype(np.int64) * 100
        doubled = one_case * np.rint(made.frequency * 2).astype(np.int64) * made.population
        costs[name] = (doubled + 100) // 200
    return pd.DataFrame({"agency": agency, **costs}).groupby("agency", as_index=False).sum()


def _over(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Open a folder as lines of both states and agencies, in the memory allowed."""
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET temp_directory = '{folder / 'spilt'}'")
    lines, agencies = (connection.read_parquet(f"{folder / name}/*.parquet") for name in ("lines", "agencies"))
    after = lines.project("* REPLACE (effort_after AS effort_hours)")
    for name, relation in zip((*_LINES.values(), "agencies"), (lines, after, agencies), strict=True):
        relation.create_view(name)
    return [lines, after, agencies]


@contextmanager
def _parquet(lines: int) -> Iterator[Pair]:
    with _folder(lines) as (folder, expected), _connection() as connection:
        tables = _over(folder, connection)
        by_hand = _roll_up_by_hand(*_LINES.values())

        def differences(ours: pd.DataFrame, theirs: pd.DataFrame) -> str:
            return agency_differences(ours, expected) or agency_differences(ours, theirs)

        yield Pair(lambda: _roll_up(*tables).df(), lambda: connection.sql(by_hand).df(), differences)


@contextmanager
def _time_a_line(lines: int) -> Iterator[Pair]:
    with (
        _folder(lines) as (folder, expected),
        _folder(PART_LINES) as (small, few),
        _connection() as connection,
        _connection() as other,
    ):
        tables, of_part = _over(folder, connection), _over(small, other)
        yield Pair(
            lambda: _roll_up(*tables).df(),
            lambda: _roll_up(*of_part).df(),
            lambda ours, theirs: agency_differences(ours, expected) or agency_differences(theirs, few),
            PART_LINES / lines,
        )


_BY_HAND: Final = "SQL by hand, the same exact arithmetic"
ROWS: Final = (
    Row("duckdb-numbers", "DuckDB, whole-number keys", _BY_HAND, partial(_roll_ups, "numbers")),
    Row("duckdb-text", "DuckDB, keys of text", _BY_HAND, partial(_roll_ups, "text")),
    Row("duckdb-compare", "costed tables compared by procedure to a reduction, DuckDB", _BY_HAND, _comparison),
    Row("duckdb-parquet", f"DuckDB over Parquet in {MEMORY_LIMIT}, keys of text", _BY_HAND, _parquet, pairs=3),
    Row(
        "duckdb-parquet-a-line",
        "the same, time a line",
        f"ours on {PART_LINES:,} lines, time a line",
        _time_a_line,
        same="plain integers",
        pairs=3,
    ),
)
