"""Costing a lazy frame only describes what is to be done: whoever reads its lines is counted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from polars.io.plugins import register_io_source

from hostile_lines import RATES, SOUND
from tthc_cost.costing import cost_activities, cost_procedures, validate
from tthc_cost.table_comparison import compare_tables, reduction_of, sum_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Watched = tuple[Any, list[str], Callable[[Any], Any]]

LINES = pd.DataFrame([SOUND, SOUND | {"procedure": "NB-02"}]).astype({"service_vnd": float})


def watched_polars() -> Watched:
    """A scan that notes when it is run."""
    readings: list[str] = []
    lines = pl.from_pandas(LINES)

    def read(columns: list[str] | None, *_: Any) -> Iterator[pl.DataFrame]:
        readings.append("read")
        yield lines if columns is None else lines.select(columns)

    return register_io_source(read, schema=lines.schema), readings, lambda frame: frame.collect()


def watched_duckdb() -> Watched:
    """A view on a function of Python that notes when it is called."""
    readings: list[str] = []
    connection = duckdb.connect()

    def read(procedure: str) -> str:
        readings.append(procedure)
        return procedure

    connection.create_function("watched", read, ["VARCHAR"], "VARCHAR", side_effects=True)
    columns = "grade, effort_hours, fee_vnd, frequency, population"
    made = connection.sql(f"SELECT watched(procedure) AS procedure, {columns} FROM LINES")  # noqa: S608 - our own names
    return made, readings, lambda relation: relation.fetchall()


def watched_dask() -> Watched:
    """Partitions that note when they are made, in this process."""
    dask, dd = import_module("dask"), import_module("dask.dataframe")

    readings: list[str] = []

    def read(number: int) -> pd.DataFrame:
        readings.append(str(number))
        return LINES.iloc[number : number + 1]

    def run(frame: Any) -> Any:
        with dask.config.set(scheduler="synchronous"):
            return frame.compute()

    return dd.from_map(read, [0, 1], meta=LINES.iloc[:0]), readings, run


@pytest.mark.parametrize("watch", [watched_polars, watched_duckdb, pytest.param(watched_dask, marks=pytest.mark.heavy)])
def test_lines_are_read_only_when_the_user_asks(watch: Callable[[], Watched]) -> None:
    frame, readings, run = watch()
    lines, procedures = cost_activities(frame, RATES), cost_procedures(frame, RATES)
    agencies, compared = sum_costs(lines, "procedure", "grade"), compare_tables(lines, lines, "procedure")
    assert {type(made) for made in (lines, procedures, agencies, compared)} == {type(frame)}
    assert readings == []
    for made in (lines, procedures, agencies, compared):
        run(made)
        assert readings != []
        readings.clear()


@pytest.mark.parametrize("watch", [watched_polars, watched_duckdb])
def test_validating_reads_the_lines_once(watch: Callable[[], Watched]) -> None:
    frame, readings, run = watch()
    run(frame)
    once = sorted(readings)
    readings.clear()
    validate(frame, RATES)
    assert sorted(readings) == once


@pytest.mark.heavy
def test_dask_validates_and_reduces_in_one_computation_each() -> None:
    dask = import_module("dask")

    frame, readings, _ = watched_dask()
    with dask.config.set(scheduler="synchronous"):
        validate(frame, RATES)
        assert sorted(readings) == ["0", "1"]
        readings.clear()
        reduction_of(sum_costs(cost_activities(frame, RATES), "procedure").rename(
            columns={"annual_cost_vnd": "baseline_vnd"}
        ).assign(simplified_vnd=0))  # fmt: skip
    assert sorted(readings) == ["0", "1"]
