"""Draws against the closed form, the same bits for any number of workers, and a progress that is told."""

from __future__ import annotations

import builtins
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from tthc_cost.errors import MissingExtraError
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.distributions import Bounded, Lognormal, Shape
from tthc_cost.uncertainty.inputs import InputKind, Inputs
from tthc_cost.uncertainty.lines import uncertain_lines
from tthc_cost.uncertainty.simulation import BLOCK_DRAWS, simulate
from tthc_cost.uncertainty.variance_parts import VarianceParts
from uncertain_reviews import generated, named, products

if TYPE_CHECKING:
    from tthc_cost.uncertainty.lines import UncertainLines
    from tthc_cost.uncertainty.simulation import Simulation

FIFTH = Fraction(1, 5)
KINDS = [
    Assumptions(),
    Assumptions(shape="pert", reading="p10_p90", figure_between_states=0.9),
    Assumptions(between_states=0, figure_between_states=0, stage_cv=0.3),
    Assumptions(between_states=1, figure_between_states=1, default_spread=(0.6, 1.8), agency_cv=0),
]


def moments(values: Any) -> list[tuple[float, float]]:
    """Mean and variance of draws with their standard errors."""
    n, mean = len(values), values.mean()
    apart = (values - mean) ** 2
    return [(mean, values.std() / n**0.5), (apart.mean(), apart.std() / n**0.5)]


def deviations(lines: UncertainLines, drawn: Simulation) -> list[float]:
    """By how many standard errors the draws leave the exact mean and variance of three weighted sums."""
    parts = VarianceParts.of(lines)
    found = []
    for before, after in ((1.0, 0.0), (0.0, 1.0), (0.8, -1.0)):
        weights = np.array([[before, after]])
        exact = [float((parts.means * weights).sum()), float(parts.variance(weights)[0])]
        scale = float(abs(parts.means).sum())
        for value, (mean, error) in zip(
            exact, moments(before * drawn.baseline + after * drawn.simplified), strict=True
        ):
            found.append(abs(mean - value) / error if error > 1e-9 * scale else 0.0)
    return found


def test_draws_leave_the_closed_form_no_more_often_than_chance_does() -> None:
    found: list[float] = []
    for seed in range(8):
        lines = uncertain_lines(generated(seed, shape_after=1.2 + 0.1 * seed), KINDS[seed % len(KINDS)])
        found += deviations(lines, simulate(lines, FIFTH, 16 * BLOCK_DRAWS, seed=100 + seed))
    beyond = sum(one > 3 for one in found)
    assert beyond <= stats.binom.ppf(0.999, len(found), 2 * stats.norm.sf(3))
    assert np.median(found) < 1.5


def test_a_seed_gives_the_same_bits_for_any_number_of_workers_and_draws() -> None:
    lines = uncertain_lines(generated(3), Assumptions())
    group = np.arange(len(lines.line)) % 3
    draws = 5 * BLOCK_DRAWS + 7
    one = simulate(lines, FIFTH, draws, seed=9, groupings=[group])
    for workers in (2, 3):
        other = simulate(lines, FIFTH, draws, seed=9, groupings=[group], workers=workers)
        assert one.baseline.tobytes() == other.baseline.tobytes()
        assert one.simplified.tobytes() == other.simplified.tobytes()
        assert one.hits[0].tolist() == other.hits[0].tolist()
    fewer = simulate(lines, FIFTH, BLOCK_DRAWS + 1, seed=9, groupings=[group])
    assert fewer.baseline.tobytes() == one.baseline[: BLOCK_DRAWS + 1].tobytes()
    assert simulate(lines, FIFTH, 10, seed=10, groupings=[group]).baseline.tolist() != one.baseline[:10].tolist()


def test_both_sides_of_a_draw_have_the_same_errors() -> None:
    lines = uncertain_lines(generated(4), Assumptions())
    unchanged = products(
        [1, 1], [0, 1], [{InputKind.GRADE: 0, InputKind.FIGURE: 1}] * 2,
        {kind: lines.inputs[kind] for kind in (InputKind.GRADE, InputKind.FIGURE)},
    )  # fmt: skip
    drawn = simulate(unchanged, FIFTH, 100)
    assert (drawn.saving == 0).all()
    assert drawn.baseline.std() > 0


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("mode", [0.0, 0.3, 1.0])
def test_a_drawn_figure_has_the_distribution_of_its_range(shape: Shape, mode: float) -> None:
    one = Bounded(np.array([0.0]), np.array([mode]), np.array([1.0]), shape)
    mean = float(one.mean[0])
    error = Bounded(one.low / mean, one.mode / mean, one.high / mean, shape)
    lines = products([mean], [0], [{InputKind.FIGURE: 0}], {InputKind.FIGURE: Inputs.of(named(1), error, error)})
    drawn = simulate(lines, FIFTH, 20_000, seed=5).baseline
    shares = np.linspace(0.02, 0.98, 25)
    expected = np.array([float(one.quantile(share)[0]) for share in shares])
    assert stats.kstest(drawn, lambda x: np.interp(x, [0, *expected, 1], [0, *shares, 1])).statistic < 0.025
    assert 0 <= drawn.min() <= drawn.max() <= 1


def test_shared_errors_are_correlated_between_the_states_as_stated() -> None:
    errors = Lognormal.of_mean_one(np.array([0.5]))
    lines = products(
        [1, 1], [0, 2], [{InputKind.STAGE: 0}] * 2, {InputKind.STAGE: Inputs.of(named(1), errors, errors, 0.6)}
    )
    drawn = simulate(lines, FIFTH, 60_000, seed=2)
    assert np.corrcoef(drawn.baseline, drawn.simplified)[0, 1] == pytest.approx(0.6, abs=0.02)


def test_hits_are_counted_in_each_group() -> None:
    certain = products([100, 100, 80, 81], [0, 0, 2, 2], [{}] * 4, {})
    drawn = simulate(certain, FIFTH, 10, groupings=[np.array([0, 1, 0, 1]), np.array([0, 0, 0, 0])])
    assert [one.tolist() for one in drawn.hits] == [[10, 0], [0]]
    assert drawn.draws == 10
    assert drawn.reduction.tolist() == pytest.approx([0.195] * 10)


def test_progress_is_told_block_by_block() -> None:
    told: list[tuple[str, int, int]] = []
    lines = uncertain_lines(generated(1), Assumptions())
    for workers in (1, 2):
        simulate(lines, FIFTH, 2 * BLOCK_DRAWS + 1, workers=workers, progress=lambda *one: told.append(one))
    assert told == [("simulation", done, 3) for done in (1, 2, 3)] * 2


def test_a_thousand_pert_shapes_are_rounded_to_thousandths_and_stay_right() -> None:
    n = 1500
    modes = np.random.default_rng(1).uniform(0, 1, n)
    drawn = Bounded(np.zeros(n), modes, np.ones(n), Shape.PERT)
    error = Bounded(drawn.low / drawn.mean, drawn.mode / drawn.mean, drawn.high / drawn.mean, Shape.PERT)
    lines = products([1.0] * n, [0] * n, [{InputKind.FIGURE: one} for one in range(n)],
                     {InputKind.FIGURE: Inputs.of(named(n), error, error)})  # fmt: skip
    (mean, of_mean), (variance, of_variance) = moments(simulate(lines, FIFTH, 4 * BLOCK_DRAWS).baseline)
    assert abs(mean - n) < 4 * of_mean
    assert abs(variance - VarianceParts.of(lines).variance(np.array([[1.0, 0.0]]))[0]) < 4 * of_variance


def test_draws_need_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_scipy(name: str, *rest: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_scipy)
    with pytest.raises(MissingExtraError):
        simulate(products([1], [0], [{}], {}), FIFTH, 1)
