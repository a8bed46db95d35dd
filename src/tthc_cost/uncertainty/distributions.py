"""The distributions of uncertain figures: triangular, PERT and lognormal, and how a stated range is read as one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import numpy as np

from tthc_cost.errors import MissingExtraError
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Callable

    # Arrays of float64, int64, bool and float32: numpy's stubs lose the type in every other operation.
    Floats: TypeAlias = Any
    Integers: TypeAlias = Any
    Flags: TypeAlias = Any
    Singles: TypeAlias = Any

__all__ = ["Bounded", "Lognormal", "Reading", "Shape", "comonotone_covariance", "normal_quantile"]


_TAIL: Final = 0.1
"""What lies below the low figure of a range, and above the high one, when it is read as P10–P90."""
_LOGNORMAL_TAIL: Final = 0.01
"""The same for a lognormal, which has no bounds, when a range is read as bounds."""
_HALVINGS: Final = 60
_NODES: Final = 256


class Shape(Term):
    """How the values between the ends of a range are distributed."""

    TRIANGULAR = "triangular", "tam giác", "triangular"
    PERT = "pert", "PERT (Beta)", "PERT (Beta)"


class Reading(Term):
    """What the low and the high figure of a range mean."""

    BOUNDS = "bounds", "giá trị thấp nhất và cao nhất có thể", "the least and the greatest value possible"
    P10_P90 = "p10_p90", "P10 và P90 (cứ 10 lần thì 1 lần thấp hơn, 1 lần cao hơn)", "P10 and P90"


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution, infinite at 0 and 1."""
    if 0 < probability < 1:
        return NormalDist().inv_cdf(probability)
    return math.inf if probability else -math.inf


@dataclass(frozen=True, slots=True)
class Bounded:
    """Figures between two ends with one most likely value; arrays of float64 of one shape.

    Parameters
    ----------
    low, mode, high
        Ends and most likely value, ``low ≤ mode ≤ high``, in the unit of the figure; all alike for a certain one.
    shape : Shape
        Triangular, or PERT: the Beta distribution on ``low … high`` with ``α = 1 + 4·(mode − low)/(high − low)`` and
        ``α + β = 6``. Its variance is the exact one of that Beta, ``(mean − low)·(high − mean)/7``, and not the
        customary ``((high − low)/6)²``, which no such Beta has except at two modes.

    Examples
    --------
    >>> one = Bounded(np.array([2.0]), np.array([3.0]), np.array([7.0]), Shape.PERT)
    >>> one.mean.tolist(), one.variance.round(4).tolist()
    ([3.5], [0.75])

    References
    ----------
    D. G. Malcolm et al., "Application of a technique for research and development program evaluation", 1959;
    D. Vose, "Risk Analysis", 2008, on the PERT distribution with its exact variance.
    """

    low: Floats
    mode: Floats
    high: Floats
    shape: Shape = Shape.TRIANGULAR

    @classmethod
    def from_range(cls, low: Floats, mode: Floats, high: Floats, shape: Shape, reading: Reading) -> Self:
        """Read stated ranges.

        Parameters
        ----------
        low, mode, high : array of float64
            What was stated, ``0 ≤ low ≤ mode ≤ high``.
        shape : Shape
            How the values are distributed.
        reading : Reading
            As bounds they are the ends themselves. As P10 and P90 the ends are solved, to the precision of float64,
            such that a tenth of the values lies below `low` and a tenth above `high`. Where the lower end would fall
            below zero it is zero, and only the upper end is solved; `mode` always stays the most likely value.

        Returns
        -------
        Bounded
        """
        if reading is Reading.BOUNDS:
            return cls(low, mode, high, shape)
        quantile = _standard_quantile(shape)

        def left(share: Floats) -> Floats:
            """Tell how far the mode lies above P10, as a share of the range."""
            return share - quantile(np.full_like(share, _TAIL), share)

        def right(share: Floats) -> Floats:
            return quantile(np.full_like(share, 1 - _TAIL), share) - share

        below, above = mode - low, high - mode
        wide = below + above > 0
        share = np.full_like(mode, 0.5)
        # The further right the mode stands, the more lies left of it: one root, bracketed by where P10 or P90 is it.
        least, most = _root(left), _root(lambda share: -right(share))
        share[wide] = _roots(
            lambda share: left(share) * above[wide] - right(share) * below[wide],
            np.full(int(wide.sum()), least),
            np.full(int(wide.sum()), most),
        )
        width = np.where(wide, (below + above) / (left(share) + right(share)), 0)
        negative = wide & (mode - share * width < 0)
        if negative.any():
            share[negative] = _roots(
                lambda share: share * above[negative] - right(share) * mode[negative],
                np.zeros(int(negative.sum())),
                np.full(int(negative.sum()), most),
            )
            ends = mode[negative] + above[negative], mode[negative] / np.maximum(share[negative], 1e-300)
            at_zero = above[negative] / np.maximum(right(share[negative]), 1e-300)
            width[negative] = np.where(mode[negative] > 0, np.maximum(*ends), at_zero)
        return cls(np.where(negative, 0, mode - share * width), mode, mode + (1 - share) * width, shape)

    @property
    def width(self) -> Floats:
        """High less low."""
        return self.high - self.low

    @property
    def share(self) -> Floats:
        """Where the mode stands between the ends, 0 … 1; one half where they are alike."""
        width = self.width
        share: Floats = np.divide(self.mode - self.low, width, out=np.full_like(width, 0.5), where=width > 0)
        return share

    @property
    def mean(self) -> Floats:
        """Expected value: ``(low + mode + high)/3``, PERT ``(low + 4·mode + high)/6``."""
        if self.shape is Shape.PERT:
            return (self.low + 4 * self.mode + self.high) / 6
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> Floats:
        """Exact variance, in the unit squared."""
        share, square = self.share, self.width**2
        if self.shape is Shape.PERT:
            return square * (1 + 4 * share) * (5 - 4 * share) / 252
        return square * (1 - share * (1 - share)) / 18

    def quantile(self, probability: Floats | float) -> Floats:
        """Return the value below which a share of the values lies.

        Raises
        ------
        MissingExtraError
            For PERT without scipy.
        """
        p, share = np.broadcast_arrays(np.asarray(probability, dtype=np.float64), self.share)
        return self.low + self.width * _standard_quantile(self.shape)(p, share)

    def take(self, chosen: Integers) -> Bounded:
        """Return the chosen figures."""
        return Bounded(self.low[chosen], self.mode[chosen], self.high[chosen], self.shape)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Figures above zero whose logarithm is normal: volumes, and the factors that many figures share.

    Parameters
    ----------
    median : array of float64
        Middle value, in the unit of the figure.
    sigma : array of float64
        Standard deviation of the natural logarithm.

    Examples
    --------
    >>> factor = Lognormal.of_mean_one(np.array([0.3]))
    >>> factor.mean.round(12).tolist(), (factor.variance**0.5).round(12).tolist()
    ([1.0], [0.3])
    """

    median: Floats
    sigma: Floats

    @classmethod
    def from_range(cls, low: Floats, high: Floats, reading: Reading) -> Self:
        """Read stated ranges, ``0 < low ≤ high``.

        As P10 and P90 they are exactly these. A lognormal has no bounds: read as bounds, they are its P1 and P99. The
        two decide it wholly, so the stated figure is what the comparison shows, and not a third condition.
        """
        z = -normal_quantile(_TAIL if reading is Reading.P10_P90 else _LOGNORMAL_TAIL)
        return cls(np.sqrt(low * high), np.log(high / low) / (2 * z))

    @classmethod
    def of_mean_one(cls, cv: Floats) -> Self:
        """Make factors of mean 1 and a coefficient of variation (sd ÷ mean)."""
        variance = np.log1p(cv**2)
        return cls(np.exp(-variance / 2), np.sqrt(variance))

    @property
    def mean(self) -> Floats:
        """Expected value, ``median·exp(σ²/2)``."""
        return self.median * np.exp(self.sigma**2 / 2)

    @property
    def variance(self) -> Floats:
        """``mean²·(exp(σ²) − 1)``."""
        return self.mean**2 * np.expm1(self.sigma**2)

    def quantile(self, probability: float) -> Floats:
        """Return the value below which a share of the values lies."""
        return self.median * np.exp(self.sigma * normal_quantile(probability))


def comonotone_covariance(one: Bounded, other: Bounded) -> Floats:
    """Return the covariance of figures that are high and low together: both the same quantile of their own range.

    ``∫ Q₁(u)·Q₂(u) du − mean₁·mean₂`` over 0 … 1: the variance of the shape where both have the same, exact in closed
    form for triangular ones, and by Gauss's rule with 256 nodes for PERT (to better than 1e-7 of the widths).

    Parameters
    ----------
    one, other : Bounded
        Figures of one shape, pairwise.

    Returns
    -------
    array of float64
        In the product of their units.

    Examples
    --------
    >>> narrow = Bounded(np.array([0.0]), np.array([1.0]), np.array([2.0]))
    >>> wide = Bounded(np.array([10.0]), np.array([20.0]), np.array([30.0]))
    >>> comonotone_covariance(narrow, wide).round(4).tolist(), (10 * narrow.variance).round(4).tolist()
    ([1.6667], [1.6667])
    """
    # Rounded so that 4 (3 … 6) and 3 (2.25 … 4.5), one shape to a clerk, are one to the computer.
    shares = np.round(np.stack([one.share, other.share], axis=1), 12)
    pairs, back = np.unique(np.sort(shares, axis=1), axis=0, return_inverse=True)
    alike = pairs[:, 0] == pairs[:, 1]
    standard = Bounded(np.zeros(len(pairs)), pairs[:, 0], np.ones(len(pairs)), one.shape).variance
    first, second = pairs[~alike].T
    standard[~alike] = (_pert_covariance if one.shape is Shape.PERT else _triangular_covariance)(first, second)
    covariance: Floats = one.width * other.width * standard[back.reshape(-1)]
    return covariance


def _triangular_covariance(first: Floats, second: Floats) -> Floats:
    """Integrate the product of two standard triangular quantiles, the mode of the first at the left."""

    def arc(u: Floats) -> Floats:
        """Return the antiderivative of √(u·(1 − u))."""
        return (2 * u - 1) * np.sqrt(u * (1 - u)) / 4 + np.arcsin(np.clip(2 * u - 1, -1, 1)) / 8

    up, down = (np.sqrt(first), np.sqrt(second)), (np.sqrt(1 - first), np.sqrt(1 - second))
    both_up = up[0] * up[1] * first**2 / 2
    between = (
        up[1] * (second**1.5 - first**1.5) * 2 / 3
        - down[0] * up[1] * (arc(second) - arc(first))
    )  # fmt: skip
    rest = 1 - second
    both_down = rest - (down[0] + down[1]) * rest**1.5 * 2 / 3 + down[0] * down[1] * rest**2 / 2
    return both_up + between + both_down - (1 + first) * (1 + second) / 9


def _pert_covariance(first: Floats, second: Floats) -> Floats:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    # Quantiles are steep at both ends, so the nodes are crowded there.
    v = (nodes + 1) / 2
    u, slope = v**3 * (10 - 15 * v + 6 * v**2), 30 * v**2 * (1 - v) ** 2
    quantile = _standard_quantile(Shape.PERT)
    distinct, at = np.unique(np.concatenate([first, second]), return_inverse=True)
    values = quantile(np.broadcast_to(u, (len(distinct), _NODES)), np.repeat(distinct[:, None], _NODES, axis=1))
    one, other = values[at[: len(first)]], values[at[len(first) :]]
    product: Floats = (one * other) @ (weights * slope / 2)
    return product - (1 + 4 * first) * (1 + 4 * second) / 36


def _standard_quantile(shape: Shape) -> Callable[[Floats, Floats], Floats]:
    """Return the quantile on 0 … 1, of a probability and where the mode stands."""
    if shape is Shape.TRIANGULAR:
        return _triangular_quantile
    try:
        from scipy.special import betaincinv  # noqa: PLC0415 - heavy, and only PERT needs it
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="scipy", extra="analysis") from None

    def pert_quantile(probability: Floats, share: Floats) -> Floats:
        value: Floats = betaincinv(1 + 4 * share, 5 - 4 * share, probability)
        return value

    return pert_quantile


def _triangular_quantile(probability: Floats, share: Floats) -> Floats:
    rising = np.sqrt(share * np.minimum(probability, share))
    falling = np.sqrt((1 - share) * (1 - np.maximum(probability, share)))
    return rising + (1 - share) - falling


def _roots(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Halve brackets of functions that rise through zero until they are as narrow as float64 can tell."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = function(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


def _root(function: Callable[[Floats], Floats]) -> float:
    return float(_roots(function, np.zeros(1), np.ones(1))[0])
