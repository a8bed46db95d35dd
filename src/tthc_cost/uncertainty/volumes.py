"""The uncertain populations and frequencies of lines, and whose error each line has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tthc_cost.errors import remark
from tthc_cost.line_columns import FREQUENCY, POPULATION
from tthc_cost.uncertainty.distributions import Bounded, Lognormal, Reading, Shape
from tthc_cost.uncertainty.inputs import Inputs
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tthc_cost.errors import Remark
    from tthc_cost.uncertainty.assumptions import Assumptions
    from tthc_cost.uncertainty.distributions import Floats, Integers
    from tthc_cost.uncertainty.inputs import PairedLines
    from tthc_cost.uncertainty.stated_ranges import Stated, StatedRanges

__all__ = ["UncertainVolumes", "uncertain_frequencies", "uncertain_populations"]


Name = tuple[State, str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class UncertainVolumes:
    """The error of a volume that each line has, arrays of shape (m,): a line of a merge has a part for each error.

    Parameters
    ----------
    line : array of int64
        Position of the line.
    share : array of float64
        The part of the line, together 1.
    position : array of int64
        Position of the error; -1 for none.
    inputs : Inputs
        The errors.
    means : array of float64
        The mean of each volume over the stated one, in the order of `inputs`; last, 1.
    remarks : tuple of Remark
        Notes.
    """

    line: Integers
    share: Floats
    position: Integers
    inputs: Inputs
    means: Floats
    remarks: tuple[Remark, ...] = ()


class _Sources:
    """The stated ranges of a volume, numbered as they are used."""

    def __init__(self, lines: PairedLines, ranges: Mapping[State, StatedRanges], column: str) -> None:
        self.lines, self.ranges, self.column = lines, ranges, column
        self.numbers: dict[Name, int] = {}
        self.known: list[Stated] = []

    def number(self, state: State, table: str, key: tuple[str, ...]) -> int:
        """Return the number of what a state states of a row, -1 if nothing."""
        found = self.ranges[state].of.get((table, self.column), {}).get(key)
        if found is None or found.high <= found.low:
            return -1
        name = (state, table, key)
        if name not in self.numbers:
            self.numbers[name] = len(self.known)
            self.known.append(found)
        return self.numbers[name]

    def of_procedure(self, state: State, procedure: str, agency: Any) -> int:  # noqa: ANN401 - text or missing
        """Return what is stated of a procedure where one agency carries it out, or of the whole."""
        own = -1 if pd.isna(agency) else self.number(state, "volumes", (procedure, agency))
        return own if own >= 0 else self.number(state, "procedures", (procedure,))

    def of_lines(self) -> Integers:
        """Return what each line's own state states of its volume."""
        frame = self.lines.frame
        found = np.full(len(frame), -1, dtype=np.int64)
        if not any(column == self.column for one in self.ranges.values() for _, column in one.of):
            return found
        columns = frame[["procedure", "activity", "volume_agency", self.column]]
        for at, (procedure, activity, agency, figure) in enumerate(columns.itertuples(index=False, name=None)):
            state = State.SIMPLIFIED if self.lines.after[at] else State.BASELINE
            own = self.number(state, "activities", (procedure, activity))
            if own >= 0 and self.known[own].figure == figure:
                found[at] = own
                continue
            of_all = self.of_procedure(state, procedure, agency)
            inherits = self.column == POPULATION.name or (of_all >= 0 and self.known[of_all].figure == figure)
            found[at] = of_all if inherits else -1
        return found

    def unused(self) -> list[Remark]:
        """Note how many stated ranges no line has."""
        stated = {
            (state, table, key)
            for state, one in self.ranges.items()
            for (table, column), rows in one.of.items()
            if column == self.column
            for key, row in rows.items()
            if row.high > row.low
        }
        n = len(stated - set(self.numbers))
        return [remark("range_unused", column=self.column, n=n)] if n else []


def uncertain_populations(
    lines: PairedLines, ranges: Mapping[State, StatedRanges], assumptions: Assumptions
) -> UncertainVolumes:
    """Give each line the error of the population at which it is costed.

    Parameters
    ----------
    lines : PairedLines
        Lines of both states.
    ranges : mapping
        The ranges of each state: of a line, of a procedure at an agency, or of a procedure, the first there is.
    assumptions : Assumptions
        How they are read.

    Returns
    -------
    UncertainVolumes
        A simplified line has the error of the baseline line, or else of the procedure, that it continues. In a merge it
        has a part for each procedure merged, in proportion to their populations. Its own state's range counts where
        the baseline states none, unless the line is costed at the baseline's population.
    """
    sources = _Sources(lines, ranges, POPULATION.name)
    own = sources.of_lines()
    rows = list(_parts(lines, sources, own)) if (own >= 0).any() else []
    before = np.flatnonzero(~lines.after if rows else np.ones(len(own), dtype=bool))
    line, share, position = (np.array(one) for one in zip(*rows, strict=True)) if rows else ((), (), ())
    reading = Reading.parse(assumptions.reading)
    low, high = (
        np.array([getattr(one, end) / one.figure for one in sources.known], dtype=np.float64) for end in ("low", "high")
    )
    volumes = Lognormal.from_range(low, high, reading)
    errors = Lognormal(volumes.median / volumes.mean, volumes.sigma)
    return UncertainVolumes(
        np.concatenate([before, line]).astype(np.int64),
        np.concatenate([np.ones(len(before)), share]),
        np.concatenate([own[before], position]).astype(np.int64),
        Inputs.of(_names(sources), errors, errors),
        np.append(volumes.mean, 1.0),
        tuple(sources.unused()),
    )


def _parts(lines: PairedLines, sources: _Sources, own: Integers) -> Iterator[tuple[int, float, int]]:
    """Go through the parts of simplified lines and their errors: the line, its share, the number of the error."""
    review = lines.comparison.review
    predecessors = {} if review is None else review.predecessors
    known: dict[str, float] = {}
    if review is not None:
        stated = review.baseline.procedures[["procedure", "population"]].fillna(0)
        known = dict(stated.itertuples(index=False, name=None))
    at_baseline = lines.comparison.population == "baseline"
    columns = lines.frame[["procedure", "volume_agency", "costed_population"]].astype(object)
    for at in np.flatnonzero(lines.after).tolist():
        procedure, agency, costed = columns.iloc[at].tolist()
        codes = predecessors.get(procedure, (procedure,))
        if len(codes) == 1:
            partner = int(lines.partner[at])
            found = int(own[partner]) if partner >= 0 else sources.of_procedure(State.BASELINE, codes[0], agency)
            yield at, 1.0, found if found >= 0 or (at_baseline and not pd.isna(costed)) else int(own[at])
            continue
        positions = [sources.of_procedure(State.BASELINE, code, agency) for code in codes]
        if max(positions, default=-1) < 0:
            yield at, 1.0, int(own[at])
            continue
        weights = [float(known.get(code, 0)) for code in codes]
        whole = sum(weights)
        for weight, position in zip(weights, positions, strict=True):
            if weight > 0 or not whole:
                yield at, weight / whole if whole else 1 / len(codes), position


def uncertain_frequencies(
    lines: PairedLines, ranges: Mapping[State, StatedRanges], assumptions: Assumptions
) -> UncertainVolumes:
    """Give each line the error of its frequency, which is set by rule and uncertain only where a range is stated.

    Parameters
    ----------
    lines : PairedLines
        Lines of both states.
    ranges : mapping
        The ranges of each state, as of populations; that of a procedure is of the lines that state no other frequency.
    assumptions : Assumptions
        How they are read.

    Returns
    -------
    UncertainVolumes
        An unchanged frequency has one error in both states; a changed one an error of its own.
    """
    sources = _Sources(lines, ranges, FREQUENCY.name)
    own = sources.of_lines()
    same = np.flatnonzero(lines.same(lines.pairs.steps["frequency"]))
    before = lines.partner[same]
    own[before] = np.where(own[before] >= 0, own[before], own[same])
    own[same] = own[before]
    low, high = (
        np.array([getattr(one, end) / one.figure for one in sources.known], dtype=np.float64) for end in ("low", "high")
    )
    read = Bounded.from_range(
        low, np.ones_like(low), high, Shape.parse(assumptions.shape), Reading.parse(assumptions.reading)
    )
    errors = Bounded(read.low / read.mean, read.mode / read.mean, read.high / read.mean, read.shape)
    every = np.arange(len(own), dtype=np.int64)
    return UncertainVolumes(
        every,
        np.ones(len(own)),
        own,
        Inputs.of(_names(sources), errors, errors),
        np.append(read.mean, 1.0),
        tuple(sources.unused()),
    )


def _names(sources: _Sources) -> pd.DataFrame:
    rows = [(table, "/".join(key), sources.column) for _, table, key in sources.numbers]
    return pd.DataFrame(rows, columns=["table", "key", "column"], dtype="string")
