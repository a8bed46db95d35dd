"""Several observations of one figure: what each named rule makes of them, exactly, and that the rule is said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost.errors import InputFault, UnknownNameError
from tthc_cost.uncertainty.observations import Rule, summarise, summarise_table

FIGURES = st.lists(st.fractions(0, 1000, max_denominator=60), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("rule", "value", "used"),
    [("low_average", Fraction(2), 3), ("mean", Fraction(26, 5), 5), ("median", Fraction(3), 1),
     ("trimmed_mean", Fraction(3), 3)],
)  # fmt: skip
def test_each_rule_takes_its_own_of_five_observations(rule: str, value: Fraction, used: int) -> None:
    found = summarise([16, 4, 3, 2, 1], rule)
    assert (found.value, found.used) == (value, used)
    assert (found.count, int(found.low), int(found.high)) == (5, 1, 16)


def test_the_low_average_of_an_even_number_takes_the_lower_half() -> None:
    assert summarise([1, 2, 8, 9]).value == Fraction(3, 2)


def test_the_low_average_keeps_every_observation_that_is_the_median() -> None:
    assert summarise([2, 2, 2, 9]).value == 2
    assert summarise([2, 2, 2, 9]).used == 3


def test_fewer_than_five_observations_are_not_trimmed() -> None:
    assert summarise([1, 2, 3, 10], "trimmed_mean").value == 4


@given(figures=FIGURES)
def test_the_low_average_is_at_most_median_and_mean_and_all_lie_within_the_observations(
    figures: list[Fraction],
) -> None:
    found = {rule: summarise(figures, rule).value for rule in Rule}
    assert found[Rule.LOW_AVERAGE] <= min(found[Rule.MEAN], found[Rule.MEDIAN])
    assert all(min(figures) <= value <= max(figures) for value in found.values())


@given(figures=FIGURES, times=st.fractions(0, 60, max_denominator=60))
def test_minutes_and_hours_are_summarised_alike_in_any_order(figures: list[Fraction], times: Fraction) -> None:
    for rule in Rule:
        scaled = summarise([times * one for one in reversed(figures)], rule)
        assert scaled.value == times * summarise(figures, rule).value


def test_observations_are_exact() -> None:
    mixed: list[Any] = [0.1, Decimal("0.2"), Fraction(1, 3), np.float64(0.7), np.int64(1)]
    assert summarise(mixed, "mean").value == (Fraction(3, 10) + Fraction(1, 3) + Fraction(17, 10)) / 5


def test_the_rule_is_said_with_the_figure() -> None:
    found = summarise([1, 2, 4])
    assert found.text("en").startswith("1.5, of 3 observations (1 … 4), by low average: the mean")
    assert found.text().startswith("1,5, từ 3 số liệu (1 … 4), theo mức trung bình thấp")


def test_a_table_gives_the_rows_of_the_table_of_ranges() -> None:
    rows = {
        "table": ["activities"] * 3,
        "key": ["A/1", "B/1", "A/1"],
        "column": ["effort_hours"] * 3,
        "value": [3, 5, 1],
    }
    for frame in (pd.DataFrame(rows), pl.DataFrame(rows)):
        found = summarise_table(frame, "mean")
        assert found[["key", "value", "low", "high", "count"]].to_numpy().tolist() == [
            ["A/1", 2.0, 1.0, 3.0, 2], ["B/1", 5.0, 5.0, 5.0, 1],
        ]  # fmt: skip
        assert found["source"].str.contains("trung bình cộng").all()


def test_every_bad_observation_is_told_at_once() -> None:
    frame = pd.DataFrame({"table": "activities", "key": ["A/1", "A/2", "A/3"], "column": "effort_hours",
                          "value": [-1, "nhiều", None]})  # fmt: skip
    with pytest.raises(InputFault) as caught:
        summarise_table(frame)
    assert [one.code for one in caught.value.faults] == ["observation_negative", "figure_not_number", "figure_missing"]
    assert caught.value.faults[0].place.key == ("activities", "A/1", "effort_hours")
    assert says(caught.value.faults[0], "số âm", "negative")
    with pytest.raises(InputFault) as caught:
        summarise_table(frame.drop(columns="value"))
    assert says(only("missing_column", caught.value.faults), "value", "value")


def test_nothing_observed_has_no_summary_and_a_rule_must_be_known() -> None:
    with pytest.raises(InputFault) as caught:
        summarise([])
    assert says(only("no_observations", caught.value.faults), "không có số liệu", "no observation")
    with pytest.raises(UnknownNameError):
        summarise([1], "mode")
    assert {"no_observations", "observation_negative"} <= codes_of("uncertainty")
