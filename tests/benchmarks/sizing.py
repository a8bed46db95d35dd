"""How large and how long the national case is: bytes a line, lines a second of one core; run it as a script.

    python tests/benchmarks/sizing.py [LINES]

Seconds are those that processors worked, the least of three runs.
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import tthc_cost as tc

if TYPE_CHECKING:
    from collections.abc import Callable

RATES = tc.RateTable.civil_service(on="2024-07-01")
YEAR: dict[str, Any] = {"since": "2024-01-01", "until": "2024-12-31"}


def activities(count: int) -> pl.DataFrame:
    """Lines as forms have them: twenty of a procedure, a national code, three money columns mostly blank."""
    chance = np.random.default_rng(1)
    number = np.arange(count)
    money = {
        name: pl.Series(np.where(chance.random(count) < filled, chance.integers(1, 100, count) * 5000.0, np.nan))
        for name, filled in (("service_vnd", 0.1), ("fee_vnd", 0.2), ("other_vnd", 0.1))
    }
    grades = np.array(["A1/1", "A1/2", "A1/3", "A2.1/1", "A0/1"])
    return pl.DataFrame({
        "procedure": pl.Series(number // 20).map_elements(lambda code: f"1.{code:06}", pl.String),
        "agency": pl.Series(number // 20 % 3355).map_elements(lambda code: f"UBND xã {code:04}", pl.String),
        "grade": grades[chance.integers(0, 5, count)],
        "effort_hours": chance.integers(0, 800, count) / 10,
        **{name: column.fill_nan(None) for name, column in money.items()},
        "frequency": chance.choice([1.0, 2.0, 4.0, 12.0], count),
        "population": chance.integers(1, 500, count),
    })  # fmt: skip


def dossiers(count: int) -> pl.DataFrame:
    """A log of one year: 200 procedures of 3 355 agencies, numbered dossiers, subjects that come twice on average."""
    chance = np.random.default_rng(2)
    received = np.datetime64("2024-01-01") + chance.integers(0, 366, count)
    return pl.DataFrame({
        "procedure": pl.Series(chance.integers(0, 200, count)).map_elements(lambda code: f"1.{code:06}", pl.String),
        "agency": pl.Series(chance.integers(0, 3355, count)).map_elements(lambda code: f"UBND xã {code:04}", pl.String),
        "received": received,
        "returned": received + chance.integers(0, 30, count),
        "subject": pl.Series(chance.integers(0, count // 2, count)).map_elements(lambda who: f"{who:012}", pl.String),
        "dossier": pl.Series(np.arange(count)).map_elements(lambda number: f"H{number:09}", pl.String),
    })  # fmt: skip


def seconds(run: Callable[[], object]) -> float:
    """Return the least seconds of processors of three runs."""
    took = []
    for _ in range(3):
        before = time.process_time()
        run()
        took.append(time.process_time() - before)
    return min(took)


def main(count: int) -> None:
    """Print one line for each figure."""
    lines, log = activities(count), dossiers(count)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} lines")
    with TemporaryDirectory() as folder:
        for name, frame in (("activities", lines), ("log", log)):
            file = Path(folder) / f"{name}.parquet"
            frame.write_parquet(file)
            held = frame.to_pandas().memory_usage(deep=True).sum()
            print(f"{name}: Parquet {file.stat().st_size / count:.0f} bytes a line, "
                  f"Polars {frame.estimated_size() / count:.0f}, pandas {held / count:.0f}")  # fmt: skip
        parquet, of_log = f"{folder}/activities.parquet", f"{folder}/log.parquet"
        in_pandas = lines.to_pandas()
        categories = in_pandas.astype({"procedure": "category", "grade": "category"})
        duck = duckdb.connect(config={"threads": 1})
        runs: dict[str, Callable[[], object]] = {
            "read Parquet into pandas": lambda: pd.read_parquet(parquet),
            "cost_procedures, pandas, text": lambda: tc.cost_procedures(in_pandas, RATES),
            "cost_procedures, pandas, categories": lambda: tc.cost_procedures(categories, RATES),
            "cost_procedures, Polars lazy, from Parquet": lambda: tc.cost_procedures(
                pl.scan_parquet(parquet), RATES
            ).collect(),
            "cost_procedures, DuckDB, from Parquet": lambda: tc.cost_procedures(
                duck.read_parquet(parquet), RATES
            ).fetchall(),
            "volumes_from_log, Polars lazy, from Parquet": lambda: tc.volumes_from_log(
                pl.scan_parquet(of_log), **YEAR
            ).collect(),
            "volumes_from_log, DuckDB, from Parquet": lambda: tc.volumes_from_log(
                duck.read_parquet(of_log), **YEAR
            ).fetchall(),
            "processing_times_from_log, Polars lazy, from Parquet": lambda: tc.processing_times_from_log(
                pl.scan_parquet(of_log)
            ),
        }
        for name, run in runs.items():
            took = seconds(run)
            print(f"{name}: {count / took / 1e6:.2f} million lines a second of processors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
