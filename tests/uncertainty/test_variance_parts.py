"""The exact variance against going through every outcome of discrete factors, in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tthc_cost.uncertainty.distributions import Lognormal
from tthc_cost.uncertainty.inputs import InputKind, Inputs
from tthc_cost.uncertainty.variance_parts import VarianceParts
from uncertain_reviews import named, products

if TYPE_CHECKING:
    from tthc_cost.uncertainty.lines import UncertainLines

Pair = tuple[Fraction, Fraction]
"""The factor before and after, in one of two outcomes that are as likely."""


def two_point(outcomes: list[tuple[Pair, Pair]]) -> Inputs:
    """Inputs of two outcomes each; only their covariances matter to the variance."""
    moments = []
    for low, high in outcomes:
        assert [sum(version) / 2 for version in zip(low, high, strict=True)] == [1, 1]
        apart = [one - 1 for one in low]
        moments.append([float(apart[0] ** 2), float(apart[0] * apart[1]), float(apart[1] ** 2)])
    unused = Lognormal(np.ones(len(outcomes)), np.zeros(len(outcomes)))
    return Inputs(named(len(outcomes)), unused, unused, 1.0, np.array(moments).reshape(-1, 3))


def portfolio(seed: int) -> tuple[UncertainLines, dict[InputKind, list[tuple[Pair, Pair]]]]:
    """Nine products of up to six inputs each, two of every kind, with versions that differ where they may."""
    random = np.random.default_rng(seed)
    outcomes: dict[InputKind, list[tuple[Pair, Pair]]] = {}
    for kind in InputKind:
        made = []
        for _ in range(2):
            before = Fraction(int(random.integers(1, 9)), 10)
            one_version = kind in {InputKind.POPULATION, InputKind.FREQUENCY}
            after = before if one_version else Fraction(int(random.integers(-8, 9)), 10)
            made.append(((1 - before, 1 - after), (1 + before, 1 + after)))
        outcomes[kind] = made
    inputs_of = [{kind: int(random.integers(0, 2)) for kind in InputKind if random.random() < 0.7} for _ in range(9)]
    coefficient = random.integers(1, 100, 9).tolist()
    stands = [0, 1, 2] * 3
    return products(coefficient, stands, inputs_of, {k: two_point(o) for k, o in outcomes.items()}), outcomes


def enumerated(
    lines: UncertainLines, outcomes: dict[InputKind, list[tuple[Pair, Pair]]], weights: Pair, rows: list[int]
) -> tuple[Fraction, Fraction]:
    """Mean and variance of a weighted sum of the costs, by going through every outcome of every input."""
    keys = [(kind, position) for kind in InputKind for position in range(2)]
    total = square = Fraction(0)
    count = 0
    for chosen in product((0, 1), repeat=len(keys)):
        value = {key: outcomes[key[0]][key[1]][side] for key, side in zip(keys, chosen, strict=True)}
        cost = Fraction(0)
        for row in rows:
            stands = int(lines.stands[row])
            one = Fraction(int(lines.coefficient[row])) * weights[stands > 0]
            for column, kind in enumerate(InputKind):
                position = int(lines.inputs_of[row, column])
                if position >= 0:
                    one *= value[kind, position][stands == 2]
            cost += one
        total, square, count = total + cost, square + cost**2, count + 1
    mean = total / count
    return mean, square / count - mean**2


@pytest.mark.parametrize("seed", range(3))
def test_the_variance_is_that_of_going_through_every_outcome(seed: int) -> None:
    lines, outcomes = portfolio(seed)
    parts = VarianceParts.of(lines)
    for weights in ((Fraction(4, 5), Fraction(-1)), (Fraction(1), Fraction(0))):
        mean, variance = enumerated(lines, outcomes, weights, list(range(9)))
        plain = np.array([[float(one) for one in weights]])
        assert float((parts.means * plain).sum()) == pytest.approx(float(mean), rel=1e-12)
        assert parts.variance(plain)[0] == pytest.approx(float(variance), rel=1e-12)


def test_the_variance_of_each_group_is_that_of_its_own_products() -> None:
    lines, outcomes = portfolio(7)
    group = np.array([0, 0, 0, 1, 1, 1, 1, 3, 3])
    parts = VarianceParts.of(lines, group, 4)
    variance = parts.variance(np.array([[1.0, -1.0]] * 4))
    for number in range(4):
        rows = np.flatnonzero(group == number).tolist()
        _, expected = enumerated(lines, outcomes, (Fraction(1), Fraction(-1)), rows)
        assert variance[number] == pytest.approx(float(expected), rel=1e-12)
    assert parts.means[2].tolist() == [0, 0]


def test_the_parts_of_a_group_add_up_and_none_of_one_version_alone_is_negative() -> None:
    lines, _ = portfolio(1)
    parts = VarianceParts.of(lines)
    weights = np.array([[0.8, -1.0]])
    assert sum(part.of(weights).sum() for part in parts.parts) == pytest.approx(parts.variance(weights)[0])
    assert all((part.of(np.array([[1.0, 0.0]])) >= 0).all() for part in parts.parts)


def test_twenty_thousand_independent_lines_are_surer_than_anyone_can_be() -> None:
    # A fifth saved of each, own errors of 15 % before and after, nothing shared: sd = 0.8·0.15·√(2/n).
    n = 20_000
    figures = Inputs(named(n), Lognormal(np.ones(n), np.zeros(n)), Lognormal(np.ones(n), np.zeros(n)), 0.0,
                     np.tile([0.15**2, 0, 0.15**2], (n, 1)))  # fmt: skip
    of = [{InputKind.FIGURE: one} for one in range(n)]
    lines = products([1.0] * n + [0.8] * n, [0] * n + [2] * n, of * 2, {InputKind.FIGURE: figures})
    sd = VarianceParts.of(lines).variance(np.array([[0.8, -1.0]]))[0] ** 0.5 / n
    assert sd == pytest.approx(0.8 * 0.15 * (2 / n) ** 0.5)
    assert round(100 * sd, 2) == 0.12
