"""One Spark session of two threads, in its ANSI mode, for every test that asks."""

from __future__ import annotations

import atexit
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine_frames import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["spark_frame", "spark_session"]

_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@cache
def spark_session() -> Any:
    """Start Spark, once; it needs Java 17 or later."""
    sql: Any = import_module("pyspark.sql")
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)
    return session


def spark_frame(rows: Sequence[Mapping[str, Any]], partitions: int = 3) -> Any:
    """Make a frame of rows that all have `COLUMNS`, and the number of their row, for Spark keeps no order."""
    schema = ", ".join(f"{name} {'string' if kind is str else 'double'}" for name, kind in COLUMNS.items())
    plain = [
        (number, *(None if row[name] is None else kind(row[name]) for name, kind in COLUMNS.items()))
        for number, row in enumerate(rows)
    ]
    return spark_session().createDataFrame(plain, f"row long, {schema}").repartition(partitions)
