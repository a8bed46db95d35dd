"""The cost of both states as sums of products of independent uncertain inputs, each of mean 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import FREQUENCY_STEPS
from tthc_cost.errors import InputFault, NeedsLinesError, Place, UnknownNameError, Validation, remark
from tthc_cost.line_columns import EFFORT, MONEY
from tthc_cost.uncertainty.distributions import Lognormal
from tthc_cost.uncertainty.figures import own_errors, uncertain_figures
from tthc_cost.uncertainty.inputs import InputKind, Inputs, PairedLines, folded_codes
from tthc_cost.uncertainty.stated_ranges import stated_ranges
from tthc_cost.uncertainty.volumes import uncertain_frequencies, uncertain_populations
from tthc_cost.vocabulary import Stage, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Remark
    from tthc_cost.uncertainty.assumptions import Assumptions
    from tthc_cost.uncertainty.distributions import Flags, Floats, Integers
    from tthc_cost.uncertainty.figures import UncertainFigures
    from tthc_cost.uncertainty.volumes import UncertainVolumes

__all__ = ["BASELINE", "CHANGED", "UNCHANGED", "UncertainLines", "uncertain_lines"]


BASELINE: Final = 0
UNCHANGED: Final = 1
CHANGED: Final = 2
"""Where a product stands: in the baseline; in the simplified state with the baseline's errors; or with its own."""

_SHARED: Final = {InputKind.GRADE: "grade", InputKind.STAGE: "stage", InputKind.AGENCY: "reviewing_agency"}
_NONE: Final = -1


@dataclass(frozen=True, eq=False)
class UncertainLines:
    """Products whose sums are the two costs: ``coefficient × the factor of each input named``, arrays of shape (n,).

    Parameters
    ----------
    coefficient : array of float64
        The product's mean [đồng a year].
    stands : array of int64
        `BASELINE`, `UNCHANGED` or `CHANGED`.
    inputs_of : array of int64, shape (n, 6)
        Of each `InputKind`, in order, the position of the input; -1 for none.
    line : array of int64
        Position of its line in ``comparison.lines``.
    inputs : mapping of InputKind to Inputs
        What is uncertain.
    remarks : tuple of Remark
        Warnings and notes.
    """

    coefficient: Floats
    stands: Integers
    inputs_of: Integers
    line: Integers
    inputs: Mapping[InputKind, Inputs]
    remarks: tuple[Remark, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether nothing is uncertain."""
        return not bool((self.inputs_of >= 0).any())


def uncertain_lines(comparison: Comparison, assumptions: Assumptions) -> UncertainLines:
    """Write the cost of both states as products of uncertain inputs.

    ``line = (effort × own error × errors of its grade, stage and agency × rate + Σ money × own error) × frequency ×
    population``. A simplified figure that equals its baseline line's is the same figure, with the same errors.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed; its exact line costs are those at the most likely figures.
    assumptions : Assumptions
        How ranges are read, and which errors are shared.

    Returns
    -------
    UncertainLines

    Raises
    ------
    NeedsLinesError
        For published totals.
    InputFault
        With every fault of the tables of ranges.
    """
    review = comparison.review
    if review is None:
        raise NeedsLinesError.because("needs_lines")
    ranges = {
        State.BASELINE: stated_ranges(review.baseline, State.BASELINE),
        State.SIMPLIFIED: stated_ranges(review.simplified, State.SIMPLIFIED),
    }
    remarks = [said for one in ranges.values() for said in one.remarks]
    Validation.of(remarks).raise_faults()
    lines = PairedLines.of(comparison)
    columns = (EFFORT.name, *(one.name for one in MONEY))
    figures = [uncertain_figures(lines, column, ranges, assumptions) for column in columns]
    population = uncertain_populations(lines, ranges, assumptions)
    frequency = uncertain_frequencies(lines, ranges, assumptions)
    shared, codes = _shared_errors(lines, assumptions)
    inputs = {
        **shared,
        InputKind.POPULATION: population.inputs,
        InputKind.FREQUENCY: frequency.inputs,
        InputKind.FIGURE: own_errors(lines, figures, assumptions.figure_between_states),
    }
    parts = _Parts.of(lines, figures, population, frequency)
    sums = [parts.products(*one) for one in _sums(lines, figures, codes)]
    made = [np.concatenate([one[at] for one in sums]) for at in range(4)]
    for column, kind in enumerate(InputKind):
        certain = np.append(inputs[kind].certain, True)
        made[2][:, column] = np.where(certain[made[2][:, column]], _NONE, made[2][:, column])
    remarks += [*population.remarks, *frequency.remarks, *_remarks(lines, figures, assumptions)]
    return UncertainLines(made[0], made[1], made[2], made[3], inputs, tuple(remarks))


def _shared_errors(
    lines: PairedLines, assumptions: Assumptions
) -> tuple[dict[InputKind, Inputs], dict[InputKind, Integers]]:
    """Return the errors that efforts share, and which each line has; a blank is one grade, stage or agency."""
    inputs, codes = {}, {}
    for kind, column in _SHARED.items():
        codes[kind] = folded_codes(lines.frame, column)
        first = np.unique(codes[kind], return_index=True)[1]
        keys = lines.frame[column].iloc[first].fillna("–").tolist()
        labels = [Stage.parse(one).label() if kind is InputKind.STAGE and one != "–" else one for one in keys]
        cv = np.full(len(labels), float(getattr(assumptions, f"{kind}_cv")))
        names = pd.DataFrame({"table": pd.NA, "key": labels, "column": pd.NA}, dtype="string")
        errors = Lognormal.of_mean_one(cv)
        inputs[kind] = Inputs.of(names, errors, errors, assumptions.between_states)
    return inputs, codes


@dataclass(frozen=True, eq=False)
class _Parts:
    """The lines that enter the totals, those of merges in parts, with how often each is carried out and by how many."""

    lines: PairedLines
    line: Integers
    volume: Floats
    population: Integers
    frequency: Integers

    @classmethod
    def of(
        cls,
        lines: PairedLines,
        figures: list[UncertainFigures],
        population: UncertainVolumes,
        frequency: UncertainVolumes,
    ) -> _Parts:
        """Scale the volume of each line such that its most likely figures give its exact cost, rounded to the đồng."""
        steps = lines.pairs.steps
        every = np.arange(len(lines.frame))
        subjects, costed, stated = lines.pairs.volumes(every, np.zeros(len(every), dtype=np.int64))
        times = steps["frequency"] / FREQUENCY_STEPS
        volume = times * subjects * costed / stated
        effort, *money = (one.distribution.mode for one in figures)
        case = effort * steps["vnd_per_hour"] + np.sum(money, axis=0)
        cost = case * volume
        volume = volume * np.divide(steps["annual_cost_vnd"], cost, out=np.ones(len(cost)), where=cost > 0)
        at = np.flatnonzero(lines.inside[population.line])
        line, of_population = population.line[at], population.position[at]
        of_frequency = frequency.position[line]
        means = population.means[of_population] * frequency.means[of_frequency]
        return cls(lines, line, volume[line] * population.share[at] * means, of_population, of_frequency)

    def products(
        self, case: Floats, changed: Flags, errors: Mapping[InputKind, Integers]
    ) -> tuple[Floats, Integers, Integers, Integers]:
        """Return the products of one part of the cost of a case: what they are, stand in, depend on and belong to."""
        chosen = case[self.line] > 0
        line = self.line[chosen]
        after = self.lines.after[line]
        stands = np.where(after, np.where(changed[line], CHANGED, UNCHANGED), BASELINE)
        inputs = np.full((len(line), len(InputKind)), _NONE, dtype=np.int64)
        for column, kind in enumerate(InputKind):
            if kind in errors:
                inputs[:, column] = errors[kind][line]
        inputs[:, list(InputKind).index(InputKind.POPULATION)] = self.population[chosen]
        inputs[:, list(InputKind).index(InputKind.FREQUENCY)] = self.frequency[chosen]
        return case[line] * self.volume[chosen], stands.astype(np.int64), inputs, line


def _sums(
    lines: PairedLines, figures: list[UncertainFigures], codes: Mapping[InputKind, Integers]
) -> Iterable[tuple[Floats, Flags, dict[InputKind, Integers]]]:
    """Go through the parts of the cost of a case: the mean of each in đồng, whether it changed, and its errors."""
    certain = np.zeros(len(lines.frame))
    offset = 0
    for one in figures:
        position, at = one.positions
        own = np.where(position >= 0, position + offset, _NONE)
        offset += len(at)
        mean = one.distribution.mean
        if one.column == EFFORT.name:
            source = np.where(one.unchanged, lines.partner, np.arange(len(lines.partner)))
            errors = {kind: code[source] for kind, code in codes.items()}
            yield mean * _hourly(lines, one), one.changed, {**errors, InputKind.FIGURE: own}
        else:
            certain += np.where(position >= 0, 0, mean)
            yield np.where(position >= 0, mean, 0), one.changed, {InputKind.FIGURE: own}
    yield certain, np.zeros(len(certain), dtype=bool), {}


def _hourly(lines: PairedLines, effort: UncertainFigures) -> Floats:
    """Return the rate of every line, also where no hours are stated but a range of them [đồng/h]."""
    hourly = lines.pairs.steps["vnd_per_hour"].astype(np.float64)
    faults = []
    for at in np.flatnonzero(effort.ranged & (effort.distribution.mode == 0)).tolist():
        rates = lines.comparison.simplified_rates if lines.after[at] else lines.comparison.rates
        grade, procedure, activity = lines.frame[["grade", "procedure", "activity"]].iloc[at].tolist()
        try:
            hourly[at] = 0 if rates is None else rates.vnd_per_hour(None if pd.isna(grade) else grade)
        except UnknownNameError:
            state = State.SIMPLIFIED if lines.after[at] else State.BASELINE
            place = Place(table="activities", key=(procedure, activity), column="grade", state=state.value)
            if not effort.unchanged[at]:
                faults.append(remark("range_needs_grade", place))
    if faults:
        raise InputFault(*faults)
    return hourly


def _remarks(lines: PairedLines, figures: list[UncertainFigures], assumptions: Assumptions) -> Iterable[Remark]:
    """Count the efforts that state no range, and the ranges that were cut at zero."""
    effort = figures[0]
    working = lines.inside & (effort.distribution.mode > 0)
    bare = int((working & ~effort.stated).sum())
    if bare:
        code = "effort_without_range" if assumptions.default_spread is None else "effort_default_spread"
        yield remark(code, n=bare, of=int(working.sum()))
    cut = sum(one.cut_at_zero for one in figures)
    if cut:
        yield remark("range_below_zero", n=cut)
