"""The exact variance of the two costs, part by part: what each input, and each set of inputs together, puts into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tthc_cost.uncertainty.inputs import InputKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.uncertainty.distributions import Floats, Integers
    from tthc_cost.uncertainty.lines import UncertainLines

__all__ = ["VariancePart", "VarianceParts", "mean_costs"]


@dataclass(frozen=True, slots=True)
class VariancePart:
    """What all sets of inputs of certain kinds together, one of each kind, put into the variance; arrays of shape (m,).

    Parameters
    ----------
    kinds : tuple of InputKind
        The kinds of the set.
    inputs : array of int64, shape (m, number of kinds)
        Which input of each kind.
    group : array of int64
        The group of lines.
    sums : array of float64, shape (m, 3)
        The means of the products that have all of these inputs, where they stand [đồng a year].
    covariances : array of float64, shape (m, 3)
        The products of the covariances of the inputs: before, across, after.
    """

    kinds: tuple[InputKind, ...]
    inputs: Integers
    group: Integers
    sums: Floats
    covariances: Floats

    def of(self, weights: Floats) -> Floats:
        """Return what each set puts into the variance of a weighted sum of the two costs.

        Parameters
        ----------
        weights : array of float64, shape (number of groups, 2)
            The weights of the baseline's and of the simplified cost of each group.
        """
        before, after = weights[self.group].T
        old = before * self.sums[:, 0] + after * self.sums[:, 1]
        new = after * self.sums[:, 2]
        variance, across, variance_after = self.covariances.T
        # Written so that one error of both states cancels to nothing, and not to the rounding of its square.
        return across * (old + new) ** 2 + (variance - across) * old**2 + (variance_after - across) * new**2


@dataclass(frozen=True, slots=True)
class VarianceParts:
    """The variance of sums of products of independent inputs of mean 1, split over the sets of inputs; exact.

    The mean of a product of two products is that of their coefficients times ``1 + covariance`` for each input that
    they share. Multiplied out, the variance is a sum over the sets of inputs (Hoeffding's decomposition), and of each
    set only the sums of the products that have all of it are needed: sums over cells, never over pairs of lines.

    Parameters
    ----------
    parts : tuple of VariancePart
        One for each set of kinds that occurs.
    means : array of float64, shape (number of groups, 2)
        Mean cost of both states [đồng a year].

    References
    ----------
    W. Hoeffding, "A class of statistics with asymptotically normal distribution", 1948; I. M. Sobol, "Sensitivity
    estimates for nonlinear mathematical models", 1993.
    """

    parts: tuple[VariancePart, ...]
    means: Floats

    @classmethod
    def of(cls, lines: UncertainLines, group: Integers | None = None, groups: int = 1) -> VarianceParts:
        """Split the variance.

        Parameters
        ----------
        lines : UncertainLines
            The products.
        group : array of int64, shape (n,), optional
            The group of each product; all are of one without it.
        groups : int
            How many groups there are.
        """
        group = np.zeros(len(lines.coefficient), dtype=np.int64) if group is None else group
        return cls(tuple(_parts(lines, group)), mean_costs(lines, group, groups))

    def variance(self, weights: Floats) -> Floats:
        """Return the variance of a weighted sum of the two costs of each group [(đồng a year)²].

        Parameters
        ----------
        weights : array of float64, shape (number of groups, 2)
            The weights of the baseline's and of the simplified cost.
        """
        total = np.zeros(len(self.means))
        for part in self.parts:
            total += np.bincount(part.group, part.of(weights), minlength=len(total))
        return total


def mean_costs(lines: UncertainLines, group: Integers, groups: int) -> Floats:
    """Return the mean cost of both states of each group, shape (groups, 2) [đồng a year]."""
    after = (lines.stands > 0).astype(np.int64)
    return np.bincount(2 * group + after, lines.coefficient, minlength=2 * groups).reshape(groups, 2)


def _parts(lines: UncertainLines, group: Integers) -> Iterator[VariancePart]:
    # In one order in both states, so that sums of the same products are the same floats and cancel to nothing.
    every = np.argsort(lines.coefficient, kind="stable")
    codes = np.unique(group, return_inverse=True)[1][every]
    yield from _further(lines, group, every, codes, ())


def _further(
    lines: UncertainLines, group: Integers, rows: Integers, codes: Integers, kinds: tuple[int, ...]
) -> Iterator[VariancePart]:
    """Go through the sets that add one kind or more to some: the products that have them, in ever finer cells."""
    all_kinds = list(InputKind)
    for kind in range(kinds[-1] + 1 if kinds else 0, len(all_kinds)):
        position = lines.inputs_of[rows, kind]
        has = position >= 0
        if not has.any():
            continue
        chosen = rows[has]
        cells = codes[has] * (int(position.max()) + 1) + position[has]
        _, first, cell = np.unique(cells, return_index=True, return_inverse=True)
        own = (*kinds, kind)
        size = len(first)
        sums = np.bincount(3 * cell + lines.stands[chosen], lines.coefficient[chosen], minlength=3 * size)
        inputs = lines.inputs_of[np.ix_(chosen[first], list(own))]
        covariances = np.ones((size, 3))
        for column, one in enumerate(own):
            covariances *= lines.inputs[all_kinds[one]].covariances[inputs[:, column]]
        yield VariancePart(
            tuple(all_kinds[one] for one in own), inputs, group[chosen[first]], sums.reshape(size, 3), covariances
        )
        yield from _further(lines, group, chosen, cell, own)
