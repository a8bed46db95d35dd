"""Several rate tables over the same lines, and many lines on threads: the same sums and faults as one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oracle import is_over_limit, line_cost, sums
from remarks import codes_of
from strategies import lines
from tthc_cost.arithmetic import BLOCK_LINES
from tthc_cost.costing import cost_activities, cost_procedures, cost_scenarios
from tthc_cost.errors import InputFault, WrongKindError
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from strategies import Line

INCOMES = {"năm 2022": RateTable.from_income(95_600_000), "năm 2023": RateTable.from_income(101_900_000)}
LINE: dict[str, Any] = {"procedure": "NB-01", "effort_hours": 2.0, "frequency": 1.0, "population": 40}
MANY = 20 * BLOCK_LINES + 7
"""More blocks than one thread is left with."""


def graded(**vnd_per_hour: int) -> RateTable:
    return RateTable.from_table(
        pd.DataFrame({"grade": list(vnd_per_hour), "vnd_per_hour": list(vnd_per_hour.values())}), source="bảng thử"
    )


@given(st.lists(lines(), min_size=1, max_size=5))
def test_each_scenario_is_the_sum_of_its_exact_lines(drawn: list[Line]) -> None:
    at_rates = {
        name: [replace(one, vnd_per_hour=rates.for_all or 0) for one in drawn] for name, rates in INCOMES.items()
    }
    assume(not any(is_over_limit(one) for part in at_rates.values() for one in part))
    frame = pd.DataFrame([one.row() for one in drawn])
    found = cost_scenarios(frame, INCOMES).set_index("procedure")
    for name, part in at_rates.items():
        assert found[name].to_dict() == sums((one.procedure, line_cost(one)) for one in part)


def test_native_in_native_out() -> None:
    found = cost_scenarios(pl.DataFrame([LINE]), INCOMES)
    assert isinstance(found, pl.DataFrame)
    assert found.columns == ["procedure", *INCOMES]


def test_the_faults_of_all_scenarios_are_told_at_once_and_those_of_the_lines_once() -> None:
    frame = pd.DataFrame([LINE | {"grade": "A1"}, LINE | {"grade": "B1", "population": -1}])
    with pytest.raises(InputFault) as caught:
        cost_scenarios(frame, {"một": graded(A1=1), "hai": graded(B1=1)})
    assert [fault.code for fault in caught.value.faults] == ["negative", "unknown_grade", "unknown_grade"]


def test_a_scenario_needs_rates_a_name_of_its_own_and_lines_in_memory() -> None:
    frame = pd.DataFrame([LINE])
    with pytest.raises(WrongKindError):
        cost_scenarios(frame, {"một": 45_265})  # type: ignore[dict-item]
    cases: dict[str, tuple[dict[str, RateTable], Any]] = {
        "no_scenario": ({}, frame),
        "repeated_column": ({"procedure": INCOMES["năm 2022"]}, frame),
        "scenarios_of_lazy_lines": (INCOMES, pl.DataFrame([LINE]).lazy()),
    }
    assert codes_of("scenarios") <= set(cases)
    for code, (scenarios, given_lines) in cases.items():
        with pytest.raises(InputFault) as caught:
            cost_scenarios(given_lines, scenarios)
        assert [fault.code for fault in caught.value.faults] == [code]


def many_lines() -> pd.DataFrame:
    """Constructed lines whose cost is whole đồng by hand: hours × 1 000 đồng × subjects."""
    chance = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "procedure": chance.integers(0, 1000, MANY),
            "effort_hours": chance.integers(0, 100, MANY),
            "frequency": np.ones(MANY, dtype=np.int64),
            "population": chance.integers(0, 500, MANY),
        }
    )


def test_many_lines_on_threads_add_up_exactly() -> None:
    frame = many_lines()
    costs = frame["effort_hours"] * frame["population"] * 1000
    rates = RateTable.from_table(pd.DataFrame({"grade": ["*"], "vnd_per_hour": [1000]}), source="bảng thử")
    found = cost_procedures(frame, rates).set_index("procedure")["annual_cost_vnd"]
    pd.testing.assert_series_equal(found, costs.groupby(frame["procedure"]).sum(), check_names=False)


def test_faults_found_on_threads_are_told_in_the_order_of_the_lines() -> None:
    frame = many_lines().drop(columns="procedure")
    wrong = [MANY - 1, 3, 7 * BLOCK_LINES, BLOCK_LINES - 1]
    frame.loc[wrong, "population"] = -1
    with pytest.raises(InputFault) as caught:
        cost_activities(frame, INCOMES["năm 2022"])
    assert [fault.place.row for fault in caught.value.faults] == sorted(position + 1 for position in wrong)
