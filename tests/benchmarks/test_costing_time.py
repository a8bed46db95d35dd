"""How long costing takes beside plain float arrays; prints and records, and never judges a time."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tthc_cost.arithmetic import (
    BLOCK_LINES,
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_STEPS,
    LineBlock,
    add_sums,
    annual_costs,
    lines_over_limit,
)
from tthc_cost.costing import cost_procedures
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 10_000_000
PROCEDURES = 1_000_000
KERNEL = "the exact kernel, on the grid"
GRADES = [f"bậc {number}" for number in range(20)]


def frame_of(lines: int) -> pd.DataFrame:
    """Lines sorted by whole-number procedures, grades in categories, figures in floats."""
    chance = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "procedure": np.sort(chance.integers(0, PROCEDURES, lines)),
            "grade": pd.Categorical.from_codes(chance.integers(0, len(GRADES), lines), pd.Index(GRADES)),
            "effort_hours": chance.integers(0, 30_000, lines) / 3000,
            "service_vnd": chance.integers(0, 50_000, lines).astype(float),
            "frequency": np.ones(lines),
            "population": chance.integers(1, 500, lines),
        }
    )


def float_rival(frame: pd.DataFrame, rates: RateTable) -> Callable[[], Any]:
    """Whole arrays of floats, neither checked nor exact: gather, multiply, floor, bincount."""
    per_hour = np.array([rates.vnd_per_hour(grade) for grade in GRADES], dtype=float)
    figures = {name: frame[name].to_numpy() for name in ("effort_hours", "service_vnd", "frequency", "population")}

    def run() -> Any:
        work = per_hour[frame["grade"].cat.codes.to_numpy()] * figures["effort_hours"]
        costs = np.floor((work + figures["service_vnd"]) * figures["frequency"] * figures["population"] + 0.5)
        return np.bincount(frame["procedure"].to_numpy(), weights=costs, minlength=PROCEDURES)

    return run


def kernel(frame: pd.DataFrame, rates: RateTable) -> Callable[[], Any]:
    """The exact kernel alone: blocks of integers that are on the grid already, summed by procedure."""
    per_hour = np.array([rates.vnd_per_hour(grade) for grade in GRADES], dtype=np.int64)
    grades = frame["grade"].cat.codes.to_numpy()
    effort, frequency = (
        np.rint(frame[name].to_numpy() * steps).astype(np.int64)
        for name, steps in (("effort_hours", EFFORT_STEPS_PER_HOUR), ("frequency", FREQUENCY_STEPS))
    )
    money, population, groups = (
        frame[name].to_numpy().astype(np.int64) for name in ("service_vnd", "population", "procedure")
    )

    def run() -> Any:
        totals = np.zeros(PROCEDURES, dtype=np.int64)
        at_most = 0
        for start in range(0, groups.size, BLOCK_LINES):
            part = slice(start, start + BLOCK_LINES)
            block = LineBlock(effort[part], per_hour[grades[part]], money[part], frequency[part], population[part])
            if lines_over_limit(block) is None:
                at_most = add_sums(totals, groups[part], annual_costs(block), at_most)
        return totals

    return run


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.mark.heavy
def test_costing_beside_plain_floats(capsys: pytest.CaptureFixture[str], record_property: Any) -> None:
    frame = frame_of(LINES)
    per_hour = np.random.default_rng(2).integers(20_000, 60_000, len(GRADES))
    rates = RateTable.from_table(pd.DataFrame({"grade": GRADES, "vnd_per_hour": per_hour}), source="bảng thử")
    texts = frame.assign(procedure=frame["procedure"].map("NB-{:07}".format).astype("category"))
    mixed = frame.sample(frac=1.0, random_state=3)
    polars = pl.DataFrame({name: frame[name].to_numpy() for name in frame.columns if name != "grade"}).with_columns(
        grade=pl.Series(GRADES).gather(frame["grade"].cat.codes.to_numpy()).cast(pl.Categorical)
    )
    calls: dict[str, Callable[[], Any]] = {
        KERNEL: kernel(frame, rates),
        "pandas, sorted whole numbers": lambda: cost_procedures(frame, rates),
        "pandas, unsorted whole numbers": lambda: cost_procedures(mixed, rates),
        "pandas, categories": lambda: cost_procedures(texts, rates),
        "polars, sorted whole numbers": lambda: cost_procedures(polars, rates),
        "polars lazy": lambda: cost_procedures(polars.lazy(), rates).collect(),
    }
    rival = float_rival(frame, rates)
    rival()
    report = [f"{LINES:,} lines; seconds, and times the float rival's, timed in turn (median of 5)"]
    for name, call in calls.items():
        call()
        pairs = [(seconds(rival), seconds(call)) for _ in range(5)]
        ratio = statistics.median(ours / theirs for theirs, ours in pairs)
        record_property(name, ratio)
        report.append(f"{name:32} {statistics.median(ours for _, ours in pairs):6.2f} s {ratio:5.1f} x")
    for name in (KERNEL, "pandas, sorted whole numbers"):
        tracemalloc.start()
        result = calls[name]()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        kept = result.nbytes if isinstance(result, np.ndarray) else int(result.memory_usage().sum())
        own = (peak - kept) / 2**20
        record_property(f"own memory MiB, {name}", own)
        report.append(f"memory of its own beyond the result, {name}: {own:.0f} MiB")
    with capsys.disabled():
        print("", *report, sep="\n")  # noqa: T201 - the table is what the benchmark is for
