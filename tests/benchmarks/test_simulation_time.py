"""How long drawing takes beside numpy's own triangular draws, and the closed form beside a costing; prints."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.lines import CHANGED
from tthc_cost.uncertainty.probability import target_probability
from tthc_cost.uncertainty.simulation import BLOCK_DRAWS, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.comparison import Comparison

ACTIVITIES, DRAWS = 20_000, 100_000
PAIRS_OF_RUNS, DRAWS_OF_A_RUN = 5, 4 * BLOCK_DRAWS
RIVAL_DRAWS = 512
"""Draws of the rival in one run: what each takes does not depend on how many there are."""
ALONE = "import sys; sys.path[:0] = ['tests', 'tests/benchmarks']; import test_simulation_time as t; t.all_draws()"

pytestmark = pytest.mark.heavy


def province() -> Comparison:
    """Twenty thousand activities of five thousand procedures, each with a range of its own in both states."""
    random = np.random.default_rng(1)
    codes = np.array([f"NB-{number:05}" for number in range(ACTIVITIES // 4)])
    procedures = pd.DataFrame({
        "procedure": codes, "name": codes, "agency": [f"Sở {number % 40}" for number in range(len(codes))],
        "reviewing_agency": [f"Sở {number % 40}" for number in range(len(codes))],
        "level": "province", "frequency": 1, "population": random.integers(1, 500, len(codes)),
    })  # fmt: skip
    stages = ["preparation", "submission", "fees", "inspection", "processing", "other", "result"]
    hours = random.integers(4, 800, ACTIVITIES) / 100
    lines = pd.DataFrame({
        "procedure": np.repeat(codes, 4), "activity": np.tile(["1", "2", "3", "4"], len(codes)),
        "stage": random.choice(stages, ACTIVITIES),
        "grade": [f"A1/{one}" for one in random.integers(1, 10, ACTIVITIES)],
        "effort_hours": hours,
    })  # fmt: skip
    after = lines.assign(effort_hours=np.round(hours * random.choice([1, 0.75, 0.5], ACTIVITIES), 2))
    states = [
        Inventory(procedures, one, ranges=pd.DataFrame({
            "table": "activities", "key": one["procedure"] + "/" + one["activity"], "column": "effort_hours",
            "low": 0.7 * one["effort_hours"], "high": 1.5 * one["effort_hours"],
        }))
        for one in (lines, after)
    ]  # fmt: skip
    review = Review(states[0], states[1], decisions=pd.DataFrame({"procedure": codes, "decision": "amend"}))
    return compare(review, RateTable.civil_service(on="2024-07-01"))


def all_draws() -> None:
    """Draw all, in a process of its own; print its processor seconds and the most memory it ever had [MiB]."""
    lines = target_probability(province(), "20%", draws=0).lines
    began = time.process_time()
    drawn = simulate(lines, Fraction(1, 5), DRAWS)
    took = time.process_time() - began
    assert drawn.draws == DRAWS
    # Not getrusage: it counts what the process that started this one held.
    held = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert held is not None
    print(took, int(held[1]) / 1024)  # noqa: T201 - read by the benchmark


def rival(cells: int) -> Callable[[], None]:
    """Draw every cell, block by block, and weigh it for both states: independent figures, nothing shared."""
    random = np.random.default_rng(2)
    low, mode, high = (share * np.linspace(1, 8, cells) for share in (0.7, 1.0, 1.5))
    weights = random.uniform(1, 2, (cells, 2))

    def run() -> None:
        for _ in range(RIVAL_DRAWS // 64):
            random.triangular(low, mode, high, size=(64, cells)) @ weights

    return run


def seconds(call: Callable[[], Any]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def test_drawing_beside_numpy_and_the_closed_form_beside_a_costing(
    capsys: pytest.CaptureFixture[str], record_property: Any
) -> None:
    comparison = province()
    review = comparison.review
    assert review is not None
    report = [f"{ACTIVITIES:,} activities; processor seconds for {DRAWS:,} draws, and times faster (median of 5)"]
    changed = int((target_probability(comparison, "20%", draws=0).lines.stands == CHANGED).sum())
    for name, coupling, cells in (
        ("one error of both states", 1.0, ACTIVITIES),
        ("by default, numpy the same cells", 0.5, ACTIVITIES + changed),
        ("by default, numpy one state's", 0.5, ACTIVITIES),
    ):
        lines = target_probability(comparison, "20%", Assumptions(figure_between_states=coupling), draws=0).lines
        theirs, ours = rival(cells), partial(simulate, lines, Fraction(1, 5), DRAWS_OF_A_RUN)
        theirs()
        pairs = [
            (seconds(theirs) * DRAWS / RIVAL_DRAWS, seconds(ours) * DRAWS / DRAWS_OF_A_RUN)
            for _ in range(PAIRS_OF_RUNS)
        ]
        ratios = sorted(other / own for other, own in pairs)
        record_property(name, statistics.median(ratios))
        rivals, own = (statistics.median(one) for one in zip(*pairs, strict=True))
        spread = f"{statistics.median(ratios):.1f} x ({ratios[0]:.1f} … {ratios[-1]:.1f})"
        report.append(f"{name:33} {own:6.1f} s, numpy {rivals:6.1f} s: {spread}")
    costing = statistics.median(seconds(lambda: compare(review, comparison.rates)) for _ in range(3))
    closed = statistics.median(
        seconds(lambda: target_probability(comparison, "20%", draws=0).probability) for _ in range(3)
    )
    record_property("closed form, times a costing", closed / costing)
    report.append(f"closed form {closed:.2f} s, {closed / costing:.1f} x one comparison ({costing:.2f} s)")
    said = subprocess.run([sys.executable, "-c", ALONE], check=True, capture_output=True, text=True).stdout.split()
    record_property("memory MiB", float(said[1]))
    report.append(
        f"all draws, by default, in a process of their own: {float(said[0]):.1f} s, {float(said[1]):.0f} MiB in all"
    )
    with capsys.disabled():
        print("", *report, sep="\n")  # noqa: T201 - the table is what the benchmark is for
