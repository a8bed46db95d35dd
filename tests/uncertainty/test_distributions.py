"""Distributions of uncertain figures against the integrals that define them, and ranges read back."""

from __future__ import annotations

import builtins
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from remarks import only
from tthc_cost.errors import MissingExtraError
from tthc_cost.uncertainty.distributions import (
    Bounded,
    Lognormal,
    Reading,
    Shape,
    comonotone_covariance,
    normal_quantile,
)


def one(low: float, mode: float, high: float, shape: Shape = Shape.TRIANGULAR) -> Bounded:
    low, mode, high = (float(end) for end in (low, mode, high))
    return Bounded(np.array([low]), np.array([mode]), np.array([high]), shape)


def oracle(low: float, mode: float, high: float, shape: Shape) -> Any:
    """Scipy's own distribution."""
    if shape is Shape.TRIANGULAR:
        return stats.triang((mode - low) / (high - low), low, high - low)
    share = (mode - low) / (high - low)
    return stats.beta(1 + 4 * share, 5 - 4 * share, low, high - low)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("ends", [(1.0, 2.0, 6.0), (0.0, 0.0, 3.0), (2.0, 5.0, 5.0)])
def test_mean_variance_and_quantiles_are_those_of_the_distribution(
    shape: Shape, ends: tuple[float, float, float]
) -> None:
    ours, theirs = one(*ends, shape), oracle(*ends, shape)
    assert ours.mean[0] == pytest.approx(theirs.mean())
    assert ours.variance[0] == pytest.approx(theirs.var())
    for probability in (0.0, 0.01, 0.1, 0.37, 0.5, 0.9, 1.0):
        assert ours.quantile(probability)[0] == pytest.approx(theirs.ppf(probability))


def test_the_variance_of_pert_is_that_of_its_beta_and_not_the_customary_sixth() -> None:
    # Beta(3, 3) has the variance 1/28; the sixth squared would be 1/36.
    assert Fraction(float(one(0, 0.5, 1, Shape.PERT).variance[0])).limit_denominator(1000) == Fraction(1, 28)


def test_a_figure_without_width_is_certain() -> None:
    for shape in Shape:
        certain = one(3, 3, 3, shape)
        assert (certain.mean[0], certain.variance[0], certain.quantile(0.9)[0]) == (3, 0, 3)
        read = Bounded.from_range(certain.low, certain.mode, certain.high, shape, Reading.P10_P90)
        assert (read.low[0], read.high[0]) == (3, 3)


@pytest.mark.parametrize("shape", Shape)
@given(
    mode=st.floats(0.01, 100), below=st.floats(0, 0.4), above=st.floats(0.001, 3),
)  # fmt: skip
def test_a_range_read_as_p10_and_p90_has_them_there_and_its_mode_where_it_was_stated(
    shape: Shape, mode: float, below: float, above: float
) -> None:
    low, high = np.array([mode * (1 - below)]), np.array([mode * (1 + above)])
    read = Bounded.from_range(low, np.array([mode]), high, shape, Reading.P10_P90)
    assert read.mode[0] == mode
    assert read.low[0] >= 0
    assert read.low[0] <= low[0] * (1 + 1e-9)
    assert read.quantile(0.9)[0] == pytest.approx(high[0], rel=1e-7)
    if read.low[0] > 0:
        assert read.quantile(0.1)[0] == pytest.approx(low[0], rel=1e-7)


@pytest.mark.parametrize("shape", Shape)
def test_a_range_that_would_begin_below_zero_begins_there_and_keeps_its_p90(shape: Shape) -> None:
    low, mode, high = np.array([0.5, 0.0]), np.array([4.0, 0.0]), np.array([8.0, 3.0])
    read = Bounded.from_range(low, mode, high, shape, Reading.P10_P90)
    assert read.low.tolist() == [0, 0]
    assert read.quantile(0.9) == pytest.approx(high)
    assert (read.quantile(0.1) >= low).all()


def test_bounds_are_the_ends_themselves() -> None:
    read = Bounded.from_range(np.array([2.0]), np.array([3.0]), np.array([5.0]), Shape.PERT, Reading.BOUNDS)
    assert (read.low[0], read.mode[0], read.high[0]) == (2, 3, 5)


def test_a_lognormal_range_has_its_quantiles_where_stated() -> None:
    low, high = np.array([30.0]), np.array([80.0])
    for reading, tail in ((Reading.P10_P90, 0.1), (Reading.BOUNDS, 0.01)):
        read = Lognormal.from_range(low, high, reading)
        theirs = stats.lognorm(read.sigma[0], scale=read.median[0])
        assert [theirs.ppf(tail), theirs.ppf(1 - tail)] == pytest.approx([30, 80])
        assert (read.quantile(tail)[0], read.quantile(1 - tail)[0]) == (pytest.approx(30), pytest.approx(80))
        assert (read.mean[0], read.variance[0]) == (pytest.approx(theirs.mean()), pytest.approx(theirs.var()))


def test_a_shared_factor_has_mean_one_and_the_stated_variation() -> None:
    factor = Lognormal.of_mean_one(np.array([0.0, 0.2, 2.0]))
    assert factor.mean == pytest.approx(np.ones(3))
    assert np.sqrt(factor.variance) == pytest.approx([0.0, 0.2, 2.0])


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("modes", [(0.1, 0.7), (0.5, 0.2), (0.0, 1.0), (0.3, 0.3), (0.0, 0.4)])
def test_the_covariance_of_figures_that_move_together_is_the_integral_of_their_quantiles(
    shape: Shape, modes: tuple[float, float]
) -> None:
    first, second = (oracle(0, mode, 1, shape) for mode in modes)
    bends = sorted({*modes} - {0.0, 1.0}) or None
    integral, _ = integrate.quad(lambda u: first.ppf(u) * second.ppf(u), 0, 1, points=bends, epsabs=1e-11, limit=400)
    found = comonotone_covariance(one(0, modes[0], 1, shape), one(10, 10 + 3 * modes[1], 13, shape))
    assert found[0] == pytest.approx(3 * (integral - first.mean() * second.mean()), abs=1e-7)


def test_figures_of_one_shape_move_together_with_the_variance_of_that_shape() -> None:
    four, three = one(3, 4, 6), one(2.25, 3, 4.5)
    assert comonotone_covariance(four, three)[0] == pytest.approx(0.75 * four.variance[0], rel=1e-12)


def test_the_normal_quantile_is_infinite_at_the_ends() -> None:
    assert (normal_quantile(0), normal_quantile(1), normal_quantile(0.5)) == (-np.inf, np.inf, 0)
    assert normal_quantile(0.9) == pytest.approx(stats.norm.ppf(0.9))


def test_pert_quantiles_need_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_scipy(name: str, *rest: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_scipy)
    assert one(0, 1, 2).quantile(0.5)[0] == 1
    with pytest.raises(MissingExtraError) as caught:
        one(0, 1, 2, Shape.PERT).quantile(0.5)
    assert dict(only("missing_extra", caught.value.faults).values)["extra"] == "analysis"
