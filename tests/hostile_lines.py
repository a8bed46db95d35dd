"""Lines that engines go wrong on: faults of every kind, and sound ones at the edge of what rounds and fits."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tthc_cost.errors import Validation

__all__ = ["EDGE_GRADE", "HOSTILE", "NOTHING", "RATES", "SOUND", "SOUND_COST", "counted", "edges", "rate_table"]

EDGE_GRADE, EDGE_RATE = "bậc lẻ", 10_007

SOUND: dict[str, Any] = {
    "procedure": "NB-01", "grade": "A1/1", "effort_hours": 2.0, "service_vnd": None, "fee_vnd": 20_000.0,
    "other_vnd": 0.0, "frequency": 1.0, "population": 40.0,
}  # fmt: skip
SOUND_COST = (2 * 45_265 + 20_000) * 40


def rate_table(rates: Mapping[str, int]) -> RateTable:
    return RateTable.from_table(
        pd.DataFrame({"grade": list(rates), "vnd_per_hour": list(rates.values())}), source="bảng thử"
    )


RATES = rate_table({"A1/1": 45_265, "Chuyên viên hòa giải": 10**8, EDGE_GRADE: EDGE_RATE})

NOTHING = {"effort_hours": None, "service_vnd": None, "fee_vnd": None, "other_vnd": None}
HOSTILE: list[tuple[dict[str, Any], list[str]]] = [
    *(({name: -1.0}, ["negative"]) for name in ("effort_hours", "fee_vnd", "frequency", "population")),
    *(({name: math.inf}, ["not_finite"]) for name in ("effort_hours", "fee_vnd", "frequency", "population")),
    *(({name: -math.inf}, ["not_finite"]) for name in ("effort_hours", "population")),
    ({"effort_hours": 100_000.5}, ["over_limit"]),
    ({"service_vnd": 1e12 + 1}, ["over_limit"]),
    ({"frequency": 1e300}, ["over_limit"]),
    ({"population": 1e9 + 1}, ["over_limit"]),
    ({"frequency": None}, ["blank_required"]),
    ({"population": None}, ["blank_required"]),
    ({"population": 1.5}, ["not_whole"]),
    ({"population": 0.2}, ["not_whole"]),
    ({"effort_hours": 0.0001}, ["rounds_to_zero"]),
    ({"frequency": 0.001}, ["rounds_to_zero"]),
    ({"other_vnd": 0.4}, ["rounds_to_zero"]),
    ({"grade": None}, ["effort_without_grade"]),
    ({"grade": "  "}, ["effort_without_grade"]),
    ({"grade": "A9/9"}, ["unknown_grade"]),
    ({"grade": "A9/9", "effort_hours": 0.0}, ["unknown_grade"]),
    (NOTHING, ["no_figure"]),
    (NOTHING | {"grade": "A9/9"}, ["no_figure", "unknown_grade"]),
    ({"effort_hours": -1.0, "grade": None, "population": None}, ["negative", "blank_required"]),
    ({"fee_vnd": 1e12, "population": 6.0}, ["line_over_limit"]),
    ({"fee_vnd": 1e12, "frequency": 6.0, "population": 0.0}, ["line_over_limit"]),
    ({"effort_hours": 1e5, "fee_vnd": 1e12, "frequency": 1e5, "population": 1e9}, ["line_over_limit"]),
    ({"grade": "Chuyên viên hòa giải", "effort_hours": 1e5, "population": 1e9}, ["line_over_limit"]),
]


def counted(said: Validation) -> Counter[str]:
    """Return how many lines have each fault, as the remarks on a lazy frame say."""
    found: Counter[str] = Counter()
    for values in (dict(fault.values) for fault in said.faults if fault.code == "lines_at_fault"):
        found[values["code"]] += int(values["count"])
    return found


def edges() -> Iterator[tuple[dict[str, Any], int]]:
    """Yield great lines whose product lies at a half đồng or one step of 1/900 000 below it, with their cost.

    With f·p prime to 900 000 there is an A = effort · rate + 3000 · money such that A · f · p leaves any wanted rest.
    """
    for population in (1009, 99_991, 999_983):
        for rest in (449_999, 450_000, 899_999, 0):
            times, base = 7, rest * pow(7 * population, -1, 900_000) % 900_000
            effort = base * pow(EDGE_RATE, -1, 3000) % 3000
            money = (base - effort * EDGE_RATE) // 3000 % 300 + 300 * (49 * 10**11 // (times * population))
            product = (effort * EDGE_RATE + 3000 * money) * times * population
            assert product % 900_000 == rest
            line = SOUND | {"grade": EDGE_GRADE, "effort_hours": effort / 3000, "service_vnd": float(money)}
            yield (
                line | {"fee_vnd": None, "frequency": times / 300, "population": float(population)},
                (product // 900_000 + (rest >= 450_000)),
            )
