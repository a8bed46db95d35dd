"""The uncertain efforts and sums of money of lines: their distributions, and whether the review changed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tthc_cost.line_columns import EFFORT
from tthc_cost.uncertainty.distributions import Bounded, Reading, Shape
from tthc_cost.uncertainty.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.uncertainty.assumptions import Assumptions
    from tthc_cost.uncertainty.distributions import Flags, Floats, Integers
    from tthc_cost.uncertainty.inputs import PairedLines
    from tthc_cost.uncertainty.stated_ranges import StatedRanges
    from tthc_cost.vocabulary import State

__all__ = ["UncertainFigures", "own_errors", "uncertain_figures"]


@dataclass(frozen=True, eq=False)
class UncertainFigures:
    """One column of figures of all lines, arrays of shape (n,).

    Parameters
    ----------
    column : str
        Name of the column.
    distribution : Bounded
        Their distributions, in the unit of the column; certain where no range is stated.
    stated : array of bool
        Whether a range is stated, and not taken from the default spread.
    unchanged : array of bool
        Whether it is the figure of the baseline line that a simplified line continues.
    figure : array of int64
        Which of them are one figure.
    changed : array of bool
        Whether it is a figure of the simplified state with an error of its own version.
    cut_at_zero : int
        How many ranges, read as P10–P90, would have begun below zero.
    """

    column: str
    distribution: Bounded
    stated: Flags
    unchanged: Flags
    changed: Flags
    figure: Integers
    cut_at_zero: int

    @property
    def ranged(self) -> Flags:
        """Which of them are uncertain."""
        return self.distribution.high > self.distribution.low

    @property
    def positions(self) -> tuple[Integers, Integers]:
        """Of every line the position of its figure among the uncertain ones, -1 for none; and of each of these a line.

        The second has a column for the version before and one for the version after, -1 where there is none.
        """
        ranged = np.flatnonzero(self.ranged)
        known, figure = np.unique(self.figure[ranged], return_inverse=True)
        at = np.full((len(known), 2), -1, dtype=np.int64)
        at[figure[::-1], self.changed[ranged][::-1].astype(np.int64)] = ranged[::-1]
        position = np.full(len(self.figure), -1, dtype=np.int64)
        position[ranged] = figure
        return position, at


def uncertain_figures(
    lines: PairedLines, column: str, ranges: Mapping[State, StatedRanges], assumptions: Assumptions
) -> UncertainFigures:
    """Give the figures of one column their distributions.

    Parameters
    ----------
    lines : PairedLines
        Lines of both states.
    column : str
        ``effort_hours`` or one of the columns of money.
    ranges : mapping
        The ranges of each state.
    assumptions : Assumptions
        How they are read.

    Returns
    -------
    UncertainFigures
        A figure that equals that of the line it continues (and an effort, of the same grade) is the same figure. If one
        state states its range, both have it; if they state two, it has changed.
    """
    figure = lines.frame[column].astype("float64").fillna(0).to_numpy()
    found = lines.stated(ranges, "activities", ("procedure", "activity"), column)
    low, high = (
        np.array([np.nan if one is None else getattr(one, end) for one in found], dtype=np.float64)
        for end in ("low", "high")
    )
    same = np.flatnonzero(lines.same(figure, lines.grades) if column == EFFORT.name else lines.same(figure))
    before = lines.partner[same]
    missing = np.isnan(low[before])
    theirs = np.isnan(low[same]) | missing | ((low[same] == low[before]) & (high[same] == high[before]))
    for end in (low, high):
        end[before[missing]] = end[same[missing]]
        end[same[theirs]] = end[before[theirs]]
    unchanged = np.zeros(len(figure), dtype=bool)
    unchanged[same[theirs]] = True
    stated = ~np.isnan(low)
    if assumptions.default_spread is not None and column == EFFORT.name:
        spread = ~stated & (figure > 0)
        for end, share in zip((low, high), assumptions.default_spread, strict=True):
            end[spread] = figure[spread] * share
    values, cut = _read(low, figure, high, assumptions)
    return UncertainFigures(column, values, stated, unchanged, lines.after & ~unchanged, lines.figure, cut)


def _read(low: Floats, figure: Floats, high: Floats, assumptions: Assumptions) -> tuple[Bounded, int]:
    """Read ranges, each distinct one once; tell how many of them were cut at zero."""
    ranged = high > low
    rows, back = np.unique(np.stack([low, figure, high], axis=1)[ranged], axis=0, return_inverse=True)
    shape, reading = Shape.parse(assumptions.shape), Reading.parse(assumptions.reading)
    read = Bounded.from_range(rows[:, 0], rows[:, 1], rows[:, 2], shape, reading)
    ends = figure.copy(), figure.copy()
    for end, one in zip(ends, (read.low, read.high), strict=True):
        end[ranged] = one[back.reshape(-1)]
    cut = (read.low == 0) & (rows[:, 0] > 0)
    return Bounded(ends[0], figure, ends[1], shape), int(cut[back.reshape(-1)].sum())


def own_errors(lines: PairedLines, figures: Sequence[UncertainFigures], coupling: float) -> Inputs:
    """Return the own error of every uncertain figure, column after column, in the order of their positions.

    Parameters
    ----------
    lines : PairedLines
        Lines of both states.
    figures : sequence of UncertainFigures
        Columns of theirs.
    coupling : float
        How far a changed figure keeps its error.
    """
    names, versions = [], ([], [])  # type: tuple[list[pd.DataFrame], tuple[list[Bounded], list[Bounded]]]
    for one in figures:
        _, at = one.positions
        keys = lines.frame[["procedure", "activity"]].iloc[at.max(axis=1)].astype("string").reset_index(drop=True)
        key = keys["procedure"] + "/" + keys["activity"]
        names.append(pd.DataFrame({"table": "activities", "key": key, "column": one.column}))
        for version, column in zip(versions, at.T, strict=True):
            here, drawn = column >= 0, one.distribution.take(column)
            mean = np.where(here, drawn.mean, 1)
            low, mode, high = (np.where(here, end, 1) / mean for end in (drawn.low, drawn.mode, drawn.high))
            version.append(Bounded(low, mode, high, drawn.shape))
    before, after = (_joined(version) for version in versions)
    return Inputs.of(pd.concat(names, ignore_index=True), before, after, coupling)


def _joined(parts: Sequence[Bounded]) -> Bounded:
    low, mode, high = (np.concatenate([getattr(one, end) for one in parts]) for end in ("low", "mode", "high"))
    return Bounded(low, mode, high, parts[0].shape)
