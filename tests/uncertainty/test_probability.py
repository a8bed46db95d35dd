"""How sure a target is: exact verdicts where nothing is uncertain, known probabilities, and what the result shows."""

from __future__ import annotations

from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from remarks import codes_of, only, says
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, NeedsLinesError, TargetTypeError, WrongKindError, ZeroBaselineError
from tthc_cost.model import Activity, Procedure, Range
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.probability import PERCENTILES, target_probability
from uncertain_reviews import amended, generated, rates, review_of_states

if TYPE_CHECKING:
    from tthc_cost.uncertainty.probability import TargetProbability


def shown(found: TargetProbability, column: str) -> dict[tuple[str, str], float]:
    """The figures of a column of the distribution, by quantity and statistic."""
    frame = found.distribution
    return dict(zip(zip(frame["quantity"], frame["statistic"], strict=True), frame[column].tolist(), strict=True))


SURE = Assumptions(grade_cv=0, stage_cv=0, agency_cv=0)


def one_line(before: float, after: float, *ranges: Range, population: int = 40, **figures: Any) -> Comparison:
    """One line whose hours fall; ranges are of the baseline and of the simplified state alike."""
    states = [
        [Procedure("NB-07", "Thủ tục", agency="Sở A", level="province", frequency=1, population=population),
         Activity("NB-07", "1", name="Việc", grade="a", effort_hours=hours, **figures)]
        for hours in (before, after)
    ]  # fmt: skip
    return amended([*states[0], *ranges], [*states[1], *ranges])


def both(before: float, after: float, low: float, high: float) -> Comparison:
    """As `one_line`, the range of each state being the same shares of its hours."""
    states = [
        [Procedure("NB-07", "Thủ tục", frequency=1, population=40),
         Activity("NB-07", "1", name="Việc", grade="a", effort_hours=hours),
         Range("activities", "NB-07/1", "effort_hours", low * hours, high * hours)]
        for hours in (before, after)
    ]  # fmt: skip
    return amended(*states)


@pytest.mark.parametrize(("after", "probability"), [(8.0, 1.0), (7.999, 1.0), (8.001, 0.0)])
def test_without_uncertainty_exactly_the_target_is_reached_and_a_hair_less_is_not(
    after: float, probability: float
) -> None:
    found = target_probability(one_line(10, after), "20%", SURE, draws=50)
    assert (found.probability, found.probability_simulated, found.standard_error) == (probability, probability, 0)
    assert found.by("agency")["probability"].tolist() == [probability]


@pytest.mark.parametrize(("after", "probability"), [(8.0, 1.0), (8.001, 0.0)])
def test_errors_that_both_states_share_do_not_touch_the_verdict(after: float, probability: float) -> None:
    shared = Assumptions(between_states=1, figure_between_states=1)
    found = target_probability(both(10, after, 0.7, 1.6), "20%", shared, draws=2000)
    assert (found.probability, found.probability_simulated) == (probability, probability)
    assert found.by("agency")["probability"].tolist() == [probability]
    assert shown(found, "closed_form")["saving", "sd"] > 0


def test_one_shared_error_of_each_state_has_a_known_probability() -> None:
    # ln(S/B) is normal about ln 0.75: exactly the model, so the closed form is exact.
    cv, correlation = 0.2, 0.5
    found = target_probability(one_line(8, 6), "20%", Assumptions(grade_cv=cv, stage_cv=0, agency_cv=0,
                               between_states=correlation), draws=40_000)  # fmt: skip
    sigma = (2 * (np.log1p(cv**2) - np.log1p(correlation * cv**2))) ** 0.5
    exact = NormalDist().cdf((np.log(0.8) - np.log(0.75)) / sigma)
    assert found.probability == pytest.approx(exact, rel=1e-9)
    assert found.probability_simulated == pytest.approx(exact, abs=4 * (found.standard_error or 0))
    assert found.assured_reduction == pytest.approx(1 - 0.75 * np.exp(sigma * NormalDist().inv_cdf(0.9)), rel=1e-9)


def test_a_population_alone_moves_the_saving_and_not_the_reduction() -> None:
    found = target_probability(one_line(10, 8, Range("procedures", "NB-07", "population", 20, 80)), "20%", SURE)
    assert shown(found, "closed_form")["reduction", "sd"] < 1e-9
    assert shown(found, "closed_form")["saving", "sd"] > 0
    assert (found.probability, found.probability_simulated) == (1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_closed_form_and_draws_agree_on_a_portfolio(seed: int) -> None:
    found = target_probability(generated(seed), "20%", draws=8000)
    assert found.probability == pytest.approx(found.probability_simulated, abs=0.03)
    closed, drawn, errors = (shown(found, column) for column in ("closed_form", "simulated", "standard_error"))
    for statistic in ("mean", "sd"):
        one = ("saving", statistic)
        assert abs(closed[one] - drawn[one]) < 4 * errors[one]
    for statistic in ("mean", *(f"P{one}" for one in PERCENTILES)):
        one = ("reduction", statistic)
        assert closed[one] == pytest.approx(drawn[one], abs=0.2 * drawn["reduction", "sd"])
    assert all(error > 0 for (_, statistic), error in errors.items() if statistic != "likeliest")
    assert closed["reduction", "P10"] == found.assured_reduction


@pytest.mark.parametrize("column", ["agency", "level"])
def test_groups_are_those_of_the_comparison(column: str) -> None:
    comparison = generated(1)
    found = target_probability(comparison, "20%", draws=4000)
    frame = found.by(column)
    pd.testing.assert_frame_equal(frame[comparison.by(column).columns.tolist()], comparison.by(column))
    assert frame["probability"].tolist() == pytest.approx(frame["probability_simulated"].tolist(), abs=0.05)
    assert (frame["standard_error"] > 0).all()


def test_a_group_that_is_all_of_it_has_the_probability_of_the_whole() -> None:
    found = target_probability(one_line(8, 6), "20%", draws=3000)
    row = found.by("agency").iloc[0]
    assert row["probability"] == pytest.approx(found.probability)
    assert row["probability_simulated"] == found.probability_simulated
    assert row["standard_error"] == found.standard_error


def test_a_group_without_a_baseline_has_no_probability() -> None:
    states = [[Procedure("A", "Thủ tục", agency="Sở A", frequency=1, population=1),
               Procedure("B", "Thủ tục", agency="Sở B", frequency=1, population=1),
               Activity("A", "1", grade="a", effort_hours=hours), Activity("B", "1", fee_vnd=0)]
              for hours in (4, 3)]  # fmt: skip
    frame = target_probability(amended(*states), "20%", draws=100).by("agency")
    assert frame["probability"].notna().tolist() == [True, False]
    assert frame["probability_simulated"].notna().tolist() == [True, False]


def test_all_abolished_is_a_reduction_of_the_whole() -> None:
    before = [Procedure("A", "Thủ tục", frequency=1, population=1), Activity("A", "1", grade="a", effort_hours=4)]

    comparison = compare(review_of_states(before, [], {"A": "abolish"}), rates())
    for target in ("20%", "100%"):
        found = target_probability(comparison, target, draws=100)
        assert (found.probability, found.probability_simulated, found.assured_reduction) == (1, 1, 1)


def test_the_whole_is_never_reached_while_anything_is_left() -> None:
    found = target_probability(one_line(8, 6), "100%", draws=100)
    assert (found.probability, found.probability_simulated) == (0, 0)
    assert found.standard_error is not None
    assert found.standard_error > 0


def test_a_zero_baseline_has_no_answer() -> None:
    states = [[Procedure("A", "Thủ tục", frequency=1, population=1), Activity("A", "1", fee_vnd=0)] for _ in "12"]
    with pytest.raises(ZeroBaselineError):
        target_probability(amended(*states), "20%")


def test_without_draws_only_the_closed_form_is_shown() -> None:
    found = target_probability(generated(0), "20%", draws=0)
    assert (found.simulation, found.probability_simulated, found.standard_error) == (None, None, None)
    assert found.distribution[["simulated", "standard_error"]].isna().all(axis=None)
    assert found.by("level")["probability_simulated"].isna().all()
    assert 0 < found.probability < 1


def test_the_result_carries_its_assumptions_its_seed_and_its_remarks() -> None:
    found = target_probability(generated(0), "1/5", draws=10, seed=77)
    assert (found.target, found.simulation.seed, found.simulation.draws) == (Fraction(1, 5), 77, 10)  # type: ignore[union-attr]
    assert found.assumptions == Assumptions()
    assert says(only("effort_without_range", found.remarks), "không ghi khoảng", "state no range")
    assert len(found.sensitivity("saving").tornado(5)) == 5


def test_arguments_out_of_bounds_are_told_at_once() -> None:
    comparison = generated(0)
    with pytest.raises(InputFault) as caught:
        target_probability(comparison, "20%", draws=-1, seed=2**64, workers=0)
    assert [one.code for one in caught.value.faults] == ["simulation_bounds"] * 3
    assert says(caught.value.faults[0], "draws = -1", "draws = -1")
    with pytest.raises(InputFault) as caught:
        target_probability(comparison, "20%", draws=0).by("grade")
    assert says(only("unknown_probability_grouping", caught.value.faults), "agency, level", "agency, level")
    with pytest.raises(TargetTypeError):
        target_probability(comparison, 0.2)  # type: ignore[arg-type]
    with pytest.raises(WrongKindError):
        target_probability(comparison, "20%", "pert")  # type: ignore[arg-type]
    published = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [1], "simplified_vnd": [1]}))
    with pytest.raises(NeedsLinesError):
        target_probability(published, "20%")


def test_every_remark_is_provoked_by_a_test() -> None:
    others = {"no_observations", "observation_negative", "assumption_bounds", "spread_bounds"}
    here = {"simulation_bounds", "unknown_probability_grouping", "effort_without_range", "effort_default_spread"}
    assert {code for code in codes_of("uncertainty") if not code.startswith("range_")} == others | here
