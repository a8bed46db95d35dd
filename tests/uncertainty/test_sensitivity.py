"""Sobol indices against the analytic product, enumeration and draws; the tornado; and what to measure first."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.distributions import Bounded, Lognormal
from tthc_cost.uncertainty.inputs import InputKind, Inputs
from tthc_cost.uncertainty.lines import uncertain_lines
from tthc_cost.uncertainty.sensitivity import Quantity, Sensitivity
from tthc_cost.uncertainty.simulation import simulate
from uncertain_reviews import generated, named, products

CVS = {InputKind.STAGE: 0.30, InputKind.AGENCY: 0.10, InputKind.POPULATION: 0.05}


def factors(*cvs: float, coupling: float = 1.0) -> Inputs:
    errors = Lognormal.of_mean_one(np.array(cvs))
    return Inputs.of(named(len(cvs)), errors, errors, coupling)


def test_a_product_of_three_independent_factors_has_the_published_indices() -> None:
    lines = products([5e6], [0], [dict.fromkeys(CVS, 0)], {kind: factors(cv) for kind, cv in CVS.items()})
    found = Sensitivity(lines, Quantity.BASELINE)
    assert round(found.variance**0.5 / 5e6, 4) == 0.3220
    assert [round(one, 4) for one in found.indices["first_order"]] == [0.8683, 0.0965, 0.0241]
    assert found.indices["kind"].tolist() == [kind.value for kind in CVS]
    # Total order: κ·Π(1 + κ of the others) ÷ (Π(1 + κ) − 1), exactly.
    squares = [Fraction(3, 10) ** 2, Fraction(1, 10) ** 2, Fraction(1, 20) ** 2]
    whole = (1 + squares[0]) * (1 + squares[1]) * (1 + squares[2])
    expected = [float(one * whole / (1 + one) / (whole - 1)) for one in squares]
    assert found.indices["total_order"].tolist() == pytest.approx(expected)


def test_indices_of_a_sum_add_up_to_one_and_first_is_total() -> None:
    lines = products([3, 4], [0, 0], [{InputKind.STAGE: 0}, {InputKind.STAGE: 1}], {InputKind.STAGE: factors(0.5, 0.5)})
    found = Sensitivity(lines, Quantity.BASELINE).indices
    assert found["first_order"].tolist() == pytest.approx([16 / 25, 9 / 25])
    assert found["total_order"].tolist() == pytest.approx([16 / 25, 9 / 25])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("quantity", Quantity)
def test_first_order_never_exceeds_total_order_and_sums_enclose_one(seed: int, quantity: Quantity) -> None:
    found = Sensitivity(uncertain_lines(generated(seed), Assumptions()), quantity).indices
    assert (found["first_order"] >= 0).all()
    assert (found["first_order"] <= found["total_order"] + 1e-12).all()
    assert found["first_order"].sum() <= 1 + 1e-9 <= found["total_order"].sum() + 2e-9


def test_what_multiplies_both_costs_alike_is_no_cause_of_an_uncertain_reduction() -> None:
    lines = products(
        [100, 70], [0, 2], [{InputKind.GRADE: 0, InputKind.STAGE: 0}] * 2,
        {InputKind.GRADE: factors(0.4), InputKind.STAGE: factors(0.1, coupling=0.5)},
    )  # fmt: skip
    of_reduction = Sensitivity(lines).indices.set_index("kind")["first_order"]
    assert of_reduction["grade"] == pytest.approx(0, abs=1e-12)
    of_saving = Sensitivity(lines, Quantity.SAVING).indices.set_index("kind")["first_order"]
    assert of_saving["grade"] > of_saving["stage"]


def test_the_first_order_index_is_the_variance_that_goes_when_the_input_is_known() -> None:
    lines = uncertain_lines(generated(2), Assumptions())
    found = Sensitivity(lines, Quantity.SAVING)
    best = found.measure_first(1).iloc[0]
    names = lines.inputs[InputKind.parse(best["kind"])].names
    at = int(np.flatnonzero((names["key"] == best["key"]) & (names["column"] == best["column"]))[0])
    column = list(InputKind).index(InputKind.parse(best["kind"]))
    fixed = lines.inputs_of.copy()
    fixed[fixed[:, column] == at, column] = -1
    known = type(lines)(lines.coefficient, lines.stands, fixed, lines.line, lines.inputs)
    # Known to be at its mean, an input takes its total effect at the mean with it: more than first order.
    left = Sensitivity(known, Quantity.SAVING).variance
    indices = found.indices[(found.indices["key"] == best["key"]) & (found.indices["column"] == best["column"])]
    assert 1 - left / found.variance == pytest.approx(float(indices["total_order"].iloc[0]))
    assert best["variance_fall"] <= 1 - left / found.variance


def test_the_variance_of_the_reduction_is_that_of_its_linear_form() -> None:
    lines = uncertain_lines(generated(5), Assumptions(agency_cv=0.05, stage_cv=0.05))
    found = Sensitivity(lines)
    drawn = simulate(lines, Fraction(1, 5), 20_000)
    baseline = Sensitivity(lines, Quantity.BASELINE)._parts.means[0, 0]  # noqa: SLF001 - the mean it divides by
    assert found.variance**0.5 / baseline == pytest.approx(drawn.reduction.std(), rel=0.08)


def test_the_tornado_holds_every_other_input_at_its_mean() -> None:
    bounded = Bounded(np.array([0.5]), np.array([1.0]), np.array([1.5]))
    lines = products(
        [100, 60, 10], [0, 1, 1], [{InputKind.FIGURE: 0}, {InputKind.POPULATION: 0}, {}],
        {InputKind.FIGURE: Inputs.of(named(1), bounded, bounded), InputKind.POPULATION: factors(0.2)},
    )  # fmt: skip
    found = Sensitivity(lines, Quantity.SAVING).tornado(2).set_index("kind")
    low, high = bounded.quantile(0.1)[0], bounded.quantile(0.9)[0]
    columns = ["saving_low_vnd", "saving_high_vnd", "reduction_low", "reduction_high"]
    expected = [100 * low - 70, 100 * high - 70, 1 - 0.7 / low, 1 - 0.7 / high]
    assert found[columns].to_numpy()[0].tolist() == pytest.approx(expected)
    assert found.index.tolist() == ["figure", "population"]
    assert len(Sensitivity(lines).tornado(1)) == 1


def test_errors_that_differ_between_the_states_move_the_tornado_apart() -> None:
    lines = products([100, 80], [0, 2], [{InputKind.STAGE: 0}] * 2, {InputKind.STAGE: factors(0.2, coupling=0.5)})
    found = Sensitivity(lines).tornado().iloc[0]
    assert found["reduction_low"] < 0.2 < found["reduction_high"]


def test_what_to_measure_first_lists_figures_and_never_shared_errors() -> None:
    found = Sensitivity(uncertain_lines(generated(6), Assumptions())).measure_first(3)
    assert len(found) == 3
    assert set(found["kind"]) <= {"figure", "population", "frequency"}
    assert found["variance_fall"].is_monotonic_decreasing
    assert found["together"].iloc[-1] == pytest.approx(found["variance_fall"].sum())
    assert found["table"].notna().all()


def test_where_nothing_is_uncertain_there_is_nothing_to_measure() -> None:
    found = Sensitivity(products([100, 80], [0, 1], [{}, {}], {}))
    assert found.variance == 0
    assert len(found.indices) == len(found.measure_first()) == len(found.tornado()) == 0
