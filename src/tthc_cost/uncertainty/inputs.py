"""Uncertain inputs, and the lines of both states put beside each other to find which of their figures are one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from tthc_cost.line_pairs import LinePairs
from tthc_cost.uncertainty.distributions import Bounded, comonotone_covariance
from tthc_cost.vocabulary import State, Term, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tthc_cost.comparison import Comparison
    from tthc_cost.uncertainty.distributions import Flags, Floats, Integers, Lognormal
    from tthc_cost.uncertainty.stated_ranges import StatedRanges

__all__ = ["InputKind", "Inputs", "PairedLines", "folded_codes"]


class InputKind(Term):
    """What is uncertain; all inputs are independent of each other."""

    GRADE = "grade", "sai số chung theo ngạch", "error shared by a grade"
    STAGE = "stage", "sai số chung theo công việc", "error shared by a stage"
    AGENCY = "agency", "sai số chung theo cơ quan chủ trì rà soát", "error shared by a reviewing agency"
    POPULATION = "population", "số lượng đối tượng", "population"
    FREQUENCY = "frequency", "số lần thực hiện", "frequency"
    FIGURE = "figure", "giờ công, số tiền của một dòng", "effort or money of a line"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Uncertain inputs of one kind, (n,) of them; each is a factor of mean 1, in two versions.

    Parameters
    ----------
    names : pandas.DataFrame
        ``table``, ``key``, ``column``: which figure; of a shared error the key alone, its grade, stage or agency.
    before, after : Bounded or Lognormal
        The factor of the baseline and of simplified figures that did not change, and the factor of those that did.
    coupling : float
        Of lognormals the correlation of the two versions; of others the probability that both stand at the same
        quantile, being independent otherwise.
    covariances : array of float64, shape (n, 3)
        Variance before, covariance, variance after.
    """

    names: pd.DataFrame
    before: Bounded | Lognormal
    after: Bounded | Lognormal
    coupling: float
    covariances: Floats

    @classmethod
    def of(
        cls, names: pd.DataFrame, before: Bounded | Lognormal, after: Bounded | Lognormal, coupling: float = 1.0
    ) -> Self:
        """Make inputs and work out their covariances."""
        both = isinstance(before, Bounded) and isinstance(after, Bounded) and before is not after
        together = comonotone_covariance(before, after) if both else before.variance  # type: ignore[arg-type]
        return cls(names, before, after, coupling, np.stack([before.variance, coupling * together, after.variance], 1))

    def __len__(self) -> int:
        return len(self.covariances)

    @property
    def certain(self) -> Flags:
        """Which of them do not vary."""
        return np.logical_not(self.covariances.any(axis=1))


def folded_codes(frame: pd.DataFrame, *columns: str) -> Integers:
    """Give the values of columns numbers, blanks being one value; a spelling makes no difference."""
    folded = frame[list(columns)].astype("string")
    for name in columns:
        folded[name] = folded[name].map({one: fold(one) for one in folded[name].dropna().unique()})
    return folded.groupby(list(columns), dropna=False, sort=True).ngroup().to_numpy(dtype=np.int64)


@dataclass(frozen=True, eq=False)
class PairedLines:
    """The costed lines of both states, and of each simplified one the baseline line that it continues.

    Parameters
    ----------
    comparison : Comparison
        What has lines.
    pairs : LinePairs
        The lines side by side.
    frame : pandas.DataFrame
        ``comparison.lines``, indexed from 0.
    after : array of bool, shape (n,)
        Whether a line is of the simplified state.
    partner : array of int64, shape (n,)
        Of a simplified line the position of the baseline line that it continues; -1 for none.
    inside : array of bool, shape (n,)
        Whether a line enters the totals.
    """

    comparison: Comparison
    pairs: LinePairs
    frame: pd.DataFrame
    after: Flags
    partner: Integers
    inside: Flags

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """Put the lines of a comparison side by side."""
        frame, pairs = comparison.lines.reset_index(drop=True), LinePairs.of(comparison)
        inside = frame["counted"].to_numpy(dtype=bool)
        if comparison.bearers is not None:
            inside = inside & frame["bearer"].isin(comparison.bearers).to_numpy(dtype=bool)
        at = pairs.frame[["baseline_at", "simplified_at"]].to_numpy(dtype=np.int64)
        at = at[(at >= 0).all(axis=1)]
        partner = np.full(len(frame), -1, dtype=np.int64)
        partner[at[:, 1]] = at[:, 0]
        return cls(comparison, pairs, frame, (frame["state"] == State.SIMPLIFIED).to_numpy(bool), partner, inside)

    def same(self, *figures: Any) -> Flags:  # noqa: ANN401 - of any dtype
        """Tell which simplified lines have the figures of the line that they continue."""
        equal = self.partner >= 0
        for figure in figures:
            equal = equal & (figure == figure[self.partner])
        return equal

    @cached_property
    def grades(self) -> Integers:
        """The grades of the lines, numbered."""
        return folded_codes(self.frame, "grade")

    @cached_property
    def figure(self) -> Integers:
        """Number the figures of lines: an activity's, however many agencies carry it out, and the one continuing it."""
        own = folded_codes(self.frame, "state", "procedure", "activity")
        paired = np.flatnonzero(self.partner >= 0)
        claims = pd.DataFrame({"before": own[self.partner[paired]], "after": own[paired]})
        claims = claims[~claims.duplicated("before") & ~claims.duplicated("after")]
        heirs = dict(claims[["after", "before"]].itertuples(index=False, name=None))
        return np.array([heirs.get(one, one) for one in own.tolist()], dtype=np.int64)

    def stated(
        self, ranges: Mapping[State, StatedRanges], table: str, key: tuple[str, ...], column: str
    ) -> NDArray[np.object_]:
        """Return what the ranges of each line's own state state of it; None for nothing.

        A range is of the figure that its table states: a line that was put back to its baseline's figure has left it.
        """
        found = np.full(len(self.frame), None, dtype=object)
        for state in State:
            known = ranges[state].of.get((table, column), {})
            if not known:
                continue
            own = np.flatnonzero(self.after == (state is State.SIMPLIFIED))
            keys = self.frame[list(key)].iloc[own].itertuples(index=False, name=None)
            figures = self.frame[column].iloc[own].tolist()
            for at, name, figure in zip(own.tolist(), keys, figures, strict=True):
                one = known.get(name)
                if one is not None and (table == "procedures" or one.figure == figure):
                    found[at] = one
        return found
