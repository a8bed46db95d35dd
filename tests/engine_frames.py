"""The engines that the tests of `engines/` run on, each with a way in for plain rows and a way out."""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Rows = Sequence[Mapping[str, Any]]

__all__ = ["COLUMNS", "ENGINES", "TEXT", "Engine", "dask_cluster", "dask_frame", "on_engines"]

COLUMNS = {
    "procedure": str, "grade": str, "effort_hours": float, "service_vnd": float, "fee_vnd": float, "other_vnd": float,
    "frequency": float, "population": float,
}  # fmt: skip
"""Columns of the rows, with what a test may put into them; money is in floats where it must hold NaN."""


TEXT = pd.StringDtype(na_value=np.nan)
"""What pandas 3 reads texts as; asked for by name, pandas 2 would make the text "None" of what is missing."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One kind of dataframe.

    Parameters
    ----------
    name
        What pytest shows.
    make
        Makes a frame of rows that all have `COLUMNS`.
    rows
        Reads any frame of the kind back into rows.
    lazy
        Whether costing only describes what is to be done.
    knows_nan
        Whether NaN and null are two things.
    clustered
        Whether its work is done by other processes, which takes seconds to start.
    """

    name: str
    make: Callable[[Rows], Any]
    rows: Callable[[Any], list[dict[str, Any]]]
    lazy: bool = False
    knows_nan: bool = True
    clustered: bool = False

    def __str__(self) -> str:
        return self.name

    def make_all(self, tables: Sequence[Rows]) -> list[Any]:
        """Make frames that can be joined; what DuckDB joins must be of one connection."""
        return _duckdb_tables(tables) if self.make is _duckdb else [self.make(rows) for rows in tables]


def on_engines(engines: Iterable[Engine]) -> list[Any]:
    """Return the engines as parameters of tests, clustered ones for the heavy run."""
    return [pytest.param(engine, id=str(engine), marks=[pytest.mark.heavy] * engine.clustered) for engine in engines]


def _pandas(rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame({name: [row[name] for row in rows] for name in COLUMNS})
    return frame.astype({name: TEXT if kind is str else "float64" for name, kind in COLUMNS.items()})


def _nullable(rows: Rows) -> pd.DataFrame:
    frame = _pandas(rows)
    return frame.astype({name: "string" if kind is str else "Float64" for name, kind in COLUMNS.items()})


def _categorical(rows: Rows) -> pd.DataFrame:
    return _pandas(rows).astype({"procedure": "category", "grade": "category"})


def _objects(rows: Rows) -> pd.DataFrame:
    return _pandas(rows).astype({"procedure": object, "grade": object})


def _polars(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [row[name] for row in rows] for name in COLUMNS},
        schema={name: pl.String if kind is str else pl.Float64 for name, kind in COLUMNS.items()},
    )


def _polars_categorical(rows: Rows) -> pl.DataFrame:
    return _polars(rows).with_columns(pl.col("procedure", "grade").cast(pl.Categorical))


def _pyarrow(rows: Rows) -> pa.Table:
    return pa.table(
        {name: [row[name] for row in rows] for name in COLUMNS},
        schema=pa.schema([(name, pa.string() if kind is str else pa.float64()) for name, kind in COLUMNS.items()]),
    )


def _pyarrow_dictionaries(rows: Rows) -> pa.Table:
    table = _pyarrow(rows)
    for name in ("procedure", "grade"):
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    return table


@cache
def dask_cluster() -> Any:
    """Start two worker processes, once, and let Dask use them from then on."""
    distributed: Any = import_module("distributed")

    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    client = distributed.Client(cluster)
    atexit.register(cluster.close)
    atexit.register(client.close)
    return client


def dask_frame(frame: pd.DataFrame) -> Any:
    """Spread rows over partitions, the first of them empty."""
    dd: Any = import_module("dask.dataframe")

    dask_cluster()
    half = len(frame) // 2
    return dd.from_map(_itself, [frame.iloc[:0], frame.iloc[:half], frame.iloc[half:]], meta=frame.iloc[:0])


def _itself(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _duckdb(rows: Rows) -> duckdb.DuckDBPyRelation:
    return _duckdb_tables([rows])[0]


def _duckdb_tables(tables: Sequence[Rows]) -> list[duckdb.DuckDBPyRelation]:
    connection = duckdb.connect()
    columns = ", ".join(f"{name} {'VARCHAR' if kind is str else 'DOUBLE'}" for name, kind in COLUMNS.items())
    marks = ", ".join(f"${name}" for name in COLUMNS)
    for number, rows in enumerate(tables):
        connection.execute(f"CREATE TABLE lines_{number} ({columns})")
        if rows:
            connection.executemany(
                f"INSERT INTO lines_{number} VALUES ({marks})",  # noqa: S608 - names of our own
                [{name: row[name] for name in COLUMNS} for row in rows],
            )
    return [connection.table(f"lines_{number}") for number in range(len(tables))]


def _pandas_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _duckdb_rows(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


ENGINES = (
    Engine("pandas", _pandas, _pandas_rows, knows_nan=False),
    Engine("pandas_nullable", _nullable, _pandas_rows, knows_nan=False),
    Engine("pandas_categorical", _categorical, _pandas_rows, knows_nan=False),
    Engine("pandas_objects", _objects, _pandas_rows, knows_nan=False),
    Engine("polars", _polars, lambda frame: frame.to_dicts()),
    Engine("polars_categorical", _polars_categorical, lambda frame: frame.to_dicts()),
    Engine("polars_lazy", lambda rows: _polars(rows).lazy(), lambda frame: frame.collect().to_dicts(), lazy=True),
    Engine(
        "polars_lazy_categorical",
        lambda rows: _polars_categorical(rows).lazy(),
        lambda frame: frame.collect().to_dicts(),
        lazy=True,
    ),
    Engine("pyarrow", _pyarrow, pa.Table.to_pylist),
    Engine("pyarrow_dictionaries", _pyarrow_dictionaries, pa.Table.to_pylist),
    Engine("duckdb", _duckdb, _duckdb_rows, lazy=True),
    Engine(
        "dask",
        lambda rows: dask_frame(_pandas(rows)),
        lambda frame: _pandas_rows(frame.compute()),
        lazy=True,
        knows_nan=False,
        clustered=True,
    ),
    Engine(
        "dask_categorical",
        lambda rows: dask_frame(_categorical(rows)),
        lambda frame: _pandas_rows(frame.compute()),
        lazy=True,
        knows_nan=False,
        clustered=True,
    ),
)
