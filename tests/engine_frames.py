"""The engines that the tests of `engines/` run on, each with a way in for plain rows and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Rows = Sequence[Mapping[str, Any]]

__all__ = ["COLUMNS", "ENGINES", "Engine"]

COLUMNS = {
    "procedure": str, "grade": str, "effort_hours": float, "service_vnd": float, "fee_vnd": float, "other_vnd": float,
    "frequency": float, "population": float,
}  # fmt: skip
"""Columns of the rows, with what a test may put into them; money is in floats where it must hold NaN."""


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
    """

    name: str
    make: Callable[[Rows], Any]
    rows: Callable[[Any], list[dict[str, Any]]]
    lazy: bool = False
    knows_nan: bool = True

    def __str__(self) -> str:
        return self.name


def _pandas(rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame({name: [row[name] for row in rows] for name in COLUMNS})
    return frame.astype({name: "str" if kind is str else "float64" for name, kind in COLUMNS.items()})


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


def _duckdb(rows: Rows) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    columns = ", ".join(f"{name} {'VARCHAR' if kind is str else 'DOUBLE'}" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE lines ({columns})")
    if rows:
        marks = ", ".join(f"${name}" for name in COLUMNS)
        connection.executemany(
            f"INSERT INTO lines VALUES ({marks})",  # noqa: S608 - names of our own
            [{name: row[name] for name in COLUMNS} for row in rows],
        )
    return connection.table("lines")


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
    Engine("duckdb", _duckdb, _duckdb_rows, lazy=True),
)
