"""The costs of both states drawn many times: block by block, with the same bits whatever the number of workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.errors import MissingExtraError
from tthc_cost.uncertainty.distributions import Bounded, Lognormal, Shape
from tthc_cost.uncertainty.inputs import InputKind
from tthc_cost.uncertainty.lines import CHANGED, UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from tthc_cost.uncertainty.distributions import Flags, Floats, Integers, Singles
    from tthc_cost.uncertainty.inputs import Inputs
    from tthc_cost.uncertainty.lines import UncertainLines

__all__ = ["BLOCK_DRAWS", "TIE", "Simulation", "simulate"]


BLOCK_DRAWS: Final = 1024
"""Draws of a logical block: each has a stream of its own, so that it does not matter who draws it, and when."""
TIE: Final = 1e-9
"""Reductions that fall short of a target by no more than this reach it: floats cannot tell exactly 20 % from it."""

_FIGURES_AT_ONCE: Final = 64
_KNOTS: Final = 2048
_MOST_SHAPES: Final = 1000
_FACTORS: Final = tuple(kind for kind in InputKind if kind is not InputKind.FIGURE)
_FIGURE: Final = list(InputKind).index(InputKind.FIGURE)


@dataclass(frozen=True, eq=False)
class Simulation:
    """Draws of the two costs.

    Parameters
    ----------
    seed : int
        What decides every draw.
    baseline, simplified : array of float64, shape (draws,)
        Total cost of both states [đồng a year]; both sides of a draw have the same errors.
    hits : tuple of arrays of int64
        Of each group of each grouping, in how many draws its reduction reached the target.
    """

    seed: int
    baseline: Floats
    simplified: Floats
    hits: tuple[Integers, ...]

    @property
    def draws(self) -> int:
        """How many there are."""
        return len(self.baseline)

    @property
    def saving(self) -> Floats:
        """Baseline less simplified of each draw [đồng a year]."""
        return self.baseline - self.simplified

    @property
    def reduction(self) -> Floats:
        """Saving over baseline of each draw; NaN where the baseline is zero."""
        reduction: Floats = np.divide(
            self.saving, self.baseline, out=np.full_like(self.baseline, np.nan), where=self.baseline > 0
        )
        return reduction


def simulate(
    lines: UncertainLines,
    target: Fraction,
    draws: int,
    *,
    seed: int = 1,
    groupings: Sequence[Integers] = (),
    workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Simulation:
    """Draw the costs of both states.

    Each block of `BLOCK_DRAWS` draws has a stream of its own, Philox keyed by the seed and the number of the block. Own
    errors are drawn in single precision, both states from the same numbers; sums are in double
    precision. The memory needed does not grow with the number of lines times draws.

    Parameters
    ----------
    lines : UncertainLines
        Products of uncertain inputs.
    target : Fraction
        The reduction that counts as a hit.
    draws : int
        How many.
    seed : int
        0 … 2⁶⁴ − 1.
    groupings : sequence of arrays of int64, each of shape (n,)
        Codes of the groups of each product.
    workers : int
        Threads; the draws are the same for any number.
    progress : callable, optional
        Called with ``"simulation"``, the blocks drawn so far, and all blocks.

    Returns
    -------
    Simulation

    Raises
    ------
    MissingExtraError
        Without scipy.
    """
    plan = _Plan.of(lines, groupings)
    blocks = -(-draws // BLOCK_DRAWS)
    baseline, simplified = np.empty(draws), np.empty(draws)
    hits = np.zeros(plan.outputs // 2, dtype=np.int64)
    share = 1 - float(target)

    def draw(block: int) -> Integers:
        part = slice(block * BLOCK_DRAWS, min(draws, (block + 1) * BLOCK_DRAWS))
        costs = _drawn(plan, np.random.Generator(np.random.Philox(key=[seed, block])))[:, : part.stop - part.start]
        before, after = costs[0::2], costs[1::2]
        baseline[part], simplified[part] = before[0], after[0]
        count: Integers = (share * before - after >= -TIE * before).sum(axis=1)
        return count

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done, found in enumerate(pool.map(draw, range(blocks)) if workers > 1 else map(draw, range(blocks)), 1):
            hits += found
            if progress:
                progress("simulation", done, blocks)
    sizes = np.cumsum([1, *(_groups(codes) for codes in groupings)])
    return Simulation(seed, baseline, simplified, tuple(np.split(hits, sizes[:-1]))[1:])


def _groups(codes: Integers) -> int:
    return int(codes.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class _Cells:
    """Some products, summed up to cells that share all factors: ``(weights @ own errors + constants) × factors``.

    ``factors`` are rows of the tables of factors, by kind; the cells go into the rows ``outputs`` of the costs.
    """

    weights: Any
    constants: Floats
    factors: Mapping[InputKind, Integers]
    outputs: Integers
    sums: Any


@dataclass(frozen=True, slots=True)
class _Figures:
    """Own errors that are drawn together, and the products that have them.

    There is a row for each figure, its mode standing at ``modes``; then one for each of the figures ``again`` of which
    the changed version stands elsewhere or is drawn anew.
    """

    count: int
    again: Integers
    modes: Singles
    shapes: Integers
    cells: _Cells


@dataclass(frozen=True, eq=False)
class _Plan:
    """What a block of draws does, worked out once."""

    inputs: Mapping[InputKind, Inputs]
    figures: tuple[_Figures, ...]
    cells: tuple[_Cells, ...]
    outputs: int
    knots: Singles | None

    @classmethod
    def of(cls, lines: UncertainLines, groupings: Sequence[Integers]) -> _Plan:
        """Put products of the same factors together, and figures of the same cells beside each other."""
        offsets = np.cumsum([1, *(_groups(codes) for codes in groupings)])
        groups = np.stack(
            [np.zeros(len(lines.line), np.int64), *(c + o for c, o in zip(groupings, offsets, strict=False))]
        )
        factors = np.delete(lines.inputs_of, _FIGURE, axis=1)
        cell = np.unique(np.column_stack([groups.T, factors, lines.stands]), axis=0, return_inverse=True)[1].reshape(-1)
        figure = lines.inputs_of[:, _FIGURE]
        products = _Products(lines, groups, cell, figure, lines.stands == CHANGED)
        has = np.flatnonzero(figure >= 0)
        first = np.full(len(lines.inputs[InputKind.FIGURE]), len(cell), dtype=np.int64)
        np.minimum.at(first, figure[has], cell[has])
        used = np.flatnonzero(first < len(cell))
        order = used[np.argsort(first[used], kind="stable")]
        rank = np.full(len(first), -1, dtype=np.int64)
        rank[order] = np.arange(len(order))
        by_rank = has[np.argsort(rank[figure[has]], kind="stable")]
        starts = np.arange(0, len(order), _FIGURES_AT_ONCE)
        cuts = np.searchsorted(rank[figure[by_rank]], np.append(starts, len(order)))
        shapes, knots = _shapes(lines.inputs[InputKind.FIGURE])
        made = tuple(
            products.figures(order[start : start + _FIGURES_AT_ONCE], by_rank[low:high], shapes)
            for start, low, high in zip(starts, cuts, cuts[1:], strict=False)
        )
        bare = np.flatnonzero(figure < 0)
        bare = bare[np.argsort(cell[bare], kind="stable")]
        ends = np.flatnonzero(np.diff(cell[bare], prepend=-1))[::_FIGURES_AT_ONCE]
        rest = tuple(products.cells(rows) for rows in np.split(bare, ends[1:])) if len(bare) else ()
        return cls(lines.inputs, made, rest, 2 * int(offsets[-1]), knots)


def _shapes(inputs: Inputs) -> tuple[Floats, Singles | None]:
    """Return where the modes of own errors stand, before and after; and of PERT the quantiles at the knots.

    More than a thousand PERT shapes are rounded to thousandths of the range.
    """
    if not isinstance(inputs.before, Bounded) or not isinstance(inputs.after, Bounded):
        raise TypeError
    shares = np.round(np.stack([inputs.before.share, inputs.after.share], axis=1), 12)
    if inputs.before.shape is not Shape.PERT:
        return shares, None
    if len(np.unique(shares)) > _MOST_SHAPES:
        shares = np.round(shares, 3)
    modes = np.unique(shares)[:, None]
    knots = Bounded(np.zeros_like(modes), modes, np.ones_like(modes), Shape.PERT).quantile(
        np.linspace(0, 1, _KNOTS + 1)
    )
    return shares, knots.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Products:
    """The products of the lines, with their cells."""

    lines: UncertainLines
    groups: Integers
    cell: Integers
    figure: Integers
    changed: Flags

    def figures(self, figures: Integers, rows: Integers, shares: Floats) -> _Figures:
        """Make the own errors of some figures and the products that have them."""
        inputs = self.lines.inputs[InputKind.FIGURE]
        place = np.full(len(shares), -1, dtype=np.int64)
        place[figures] = np.arange(len(figures))
        at, changed = place[self.figure[rows]], self.changed[rows].astype(np.int64)
        versions = np.zeros((len(figures), 2), dtype=bool)
        versions[at, changed] = True
        own = shares[figures]
        differs = (own[:, 0] != own[:, 1]) | (inputs.coupling < 1)
        again = np.flatnonzero(versions.all(axis=1) & differs)
        first = np.where(versions[:, 0], own[:, 0], own[:, 1])
        modes = np.concatenate([first, own[again, 1]])
        column = np.arange(len(figures))
        column[again] = len(figures) + np.arange(len(again))
        columns = np.where(changed == 1, column[at], at)
        ends = np.stack(
            [np.stack([one.low, one.width], axis=1) for one in (inputs.before, inputs.after)]  # type: ignore[union-attr]
        )[changed, self.figure[rows]]
        coefficient = self.lines.coefficient[rows]
        weights, lost = coefficient * ends[:, 1], 0.0 if inputs.before.shape is Shape.PERT else 1 - modes[columns]  # type: ignore[union-attr]
        cells = self.cells(rows, coefficient * ends[:, 0] + weights * lost, (weights, columns, len(modes)))
        codes = np.searchsorted(np.unique(shares), modes)
        return _Figures(len(figures), again, modes.astype(np.float32)[:, None], codes[:, None], cells)

    def cells(
        self, rows: Integers, constants: Floats | None = None, weights: tuple[Floats, Integers, int] | None = None
    ) -> _Cells:
        """Sum some products up to their cells."""
        sparse = _sparse()
        _, first, cell = np.unique(self.cell[rows], return_index=True, return_inverse=True)
        kept = rows[first]
        constants = self.lines.coefficient[rows] if constants is None else constants
        matrix = None
        if weights is not None:
            matrix = sparse.csr_array((weights[0], (cell, weights[1])), shape=(len(first), weights[2]))
        factors: dict[InputKind, Integers] = {}
        for column, kind in enumerate(_FACTORS):
            position, count = self.lines.inputs_of[kept, column], len(self.lines.inputs[kind])
            if (position >= 0).any():
                version = np.where(self.changed[kept], count, 0)
                factors[kind] = np.where(position >= 0, position + version, 2 * count)
        side = (self.lines.stands[kept] >= UNCHANGED).astype(np.int64)
        targets = 2 * self.groups[:, kept] + side
        outputs, row = np.unique(targets, return_inverse=True)
        columns = np.broadcast_to(np.arange(len(kept)), targets.shape).reshape(-1)
        sums = sparse.csr_array((np.ones(targets.size), (row.reshape(-1), columns)), shape=(len(outputs), len(kept)))
        return _Cells(matrix, np.bincount(cell, constants, minlength=len(first)), factors, outputs, sums)


def _sparse() -> Any:  # noqa: ANN401 - the module
    try:
        from scipy import sparse  # noqa: PLC0415 - heavy, and only simulation needs it
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="scipy", extra="analysis") from None
    return sparse


def _drawn(plan: _Plan, random: np.random.Generator) -> Floats:
    """Draw a block of costs, shape (outputs, BLOCK_DRAWS): baseline and simplified in turn, first of all lines."""
    costs = np.zeros((plan.outputs, BLOCK_DRAWS))
    factors: dict[InputKind, Floats] = {
        kind: _factors(plan.inputs[kind], random) for kind in _FACTORS if _is_used(plan, kind)
    }
    work = _Workspace.of(plan)
    for cells in plan.cells:
        _add(cells, np.repeat(cells.constants[:, None], BLOCK_DRAWS, axis=1), factors, costs, work)
    coupling = plan.inputs[InputKind.FIGURE].coupling
    for figures in plan.figures:
        errors = _own_errors(figures, plan.knots, coupling, random, work)
        values = figures.cells.weights @ errors
        values += figures.cells.constants[:, None]
        _add(figures.cells, values, factors, costs, work)
    return costs


def _is_used(plan: _Plan, kind: InputKind) -> bool:
    return any(kind in one.factors for one in plan.cells) or any(kind in one.cells.factors for one in plan.figures)


def _add(cells: _Cells, values: Floats, factors: Mapping[InputKind, Floats], costs: Floats, work: _Workspace) -> None:
    """Multiply the values of cells by their factors and add them to the costs."""
    factor = work.factor[: len(values)]
    for kind, rows in cells.factors.items():
        np.take(factors[kind], rows, axis=0, out=factor, mode="clip")
        values *= factor
    costs[cells.outputs] += cells.sums @ values


def _factors(inputs: Inputs, random: np.random.Generator) -> Floats:
    """Draw the factors of one kind: the version before, the one after, and a row of ones for none."""
    n = len(inputs)
    table = np.ones((2 * n + 1, BLOCK_DRAWS))
    if isinstance(inputs.before, Lognormal):
        median, sigma = inputs.before.median[:, None], inputs.before.sigma[:, None]
        before = random.standard_normal((n, BLOCK_DRAWS))
        after = before
        if inputs.coupling < 1:
            # The logarithms are correlated a little more than the factors.
            variance = np.expm1(sigma**2)
            together = np.divide(
                np.log1p(inputs.coupling * variance), sigma**2, out=np.ones_like(sigma), where=sigma > 0
            )
            alone = np.sqrt(np.maximum(1 - together**2, 0))
            after = together * before + alone * random.standard_normal((n, BLOCK_DRAWS))
        table[:n], table[n:-1] = median * np.exp(sigma * before), median * np.exp(sigma * after)
    else:
        low, mode, high = (getattr(inputs.before, one)[:, None] for one in ("low", "mode", "high"))
        table[:n] = Bounded(low, mode, high, inputs.before.shape).quantile(random.random((n, BLOCK_DRAWS)))
        table[n:-1] = table[:n]
    return table


@dataclass(frozen=True, slots=True)
class _Workspace:
    """Arrays that a block of draws uses again and again: fresh memory takes longer to get than to fill."""

    uniform: Singles
    scratch: Singles
    errors: Floats
    factor: Floats

    @classmethod
    def of(cls, plan: _Plan) -> _Workspace:
        """Make room for the largest part of a plan."""
        drawn = max((len(one.modes) for one in plan.figures), default=0), BLOCK_DRAWS
        every = (*plan.cells, *(one.cells for one in plan.figures))
        cells = max((len(one.constants) for one in every), default=0), BLOCK_DRAWS
        return cls(np.empty(drawn, np.float32), np.empty(drawn, np.float32), np.empty(drawn), np.empty(cells))


def _own_errors(
    figures: _Figures, knots: Singles | None, coupling: float, random: np.random.Generator, work: _Workspace
) -> Floats:
    """Draw where own errors stand in their ranges, 0 … 1; shape (figures and those drawn again, BLOCK_DRAWS).

    Triangular ones are less by ``1 − mode``, which the constants of the cells make good.
    """
    rows = figures.count + len(figures.again)
    uniform, scratch, errors = work.uniform[:rows], work.scratch[:rows], work.errors[:rows]
    random.random(out=uniform[: figures.count], dtype=np.float32)
    if len(figures.again):
        after, chance = uniform[figures.count :], scratch[figures.count :]
        np.take(uniform, figures.again, axis=0, out=after)
        if coupling < 1:
            # One number tells whether the error is a new one, and which: beyond the coupling it is uniform again.
            random.random(out=chance, dtype=np.float32)
            chance -= np.float32(coupling)
            anew = chance >= 0
            chance /= np.float32(1 - coupling)
            np.copyto(after, chance, where=anew)
    if knots is None:
        _triangular(uniform, figures.modes, scratch)
        np.copyto(errors, uniform)
    else:
        np.copyto(errors, _interpolated(uniform, figures.shapes, knots))
    return errors


def _triangular(uniform: Singles, mode: Singles, scratch: Singles) -> None:
    """Turn probabilities u into ``√(m·min(u, m)) − √((1 − m)·(1 − max(u, m)))``, in place and without a branch."""
    np.maximum(uniform, mode, out=scratch)
    np.subtract(1, scratch, out=scratch)
    np.multiply(scratch, 1 - mode, out=scratch)
    np.sqrt(scratch, out=scratch)
    np.minimum(uniform, mode, out=uniform)
    np.multiply(uniform, mode, out=uniform)
    np.sqrt(uniform, out=uniform)
    np.subtract(uniform, scratch, out=uniform)


def _interpolated(uniform: Singles, shapes: Integers, knots: Singles) -> Singles:
    """Turn probabilities into quantiles by straight lines between the knots of their shapes."""
    place = uniform * np.float32(_KNOTS)
    left = np.minimum(place.astype(np.int32), _KNOTS - 1)
    place -= left
    at = left + shapes * (_KNOTS + 1)
    lower, upper = knots.reshape(-1)[at], knots.reshape(-1)[at + 1]
    quantile: Singles = lower + place * (upper - lower)
    return quantile
