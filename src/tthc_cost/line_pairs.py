"""What lines side by side cost with a disputed part undone, and the comparison so left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntFlag
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import (
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_STEPS,
    LINE_LIMIT_VND,
    LineBlock,
    annual_costs,
    lines_over_limit,
    round_half_up,
    scale_population,
    steps_of,
    steps_of_block,
)
from tthc_cost.errors import InputFault, Place
from tthc_cost.line_matching import key_numbers, lines_side_by_side, whole_numbers
from tthc_cost.standing import held_back
from tthc_cost.vocabulary import State, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from tthc_cost.arithmetic import Flags, Integers
    from tthc_cost.comparison import Comparison

    Positions = NDArray[np.intp]

__all__ = ["LinePairs", "Undo"]


class Undo(IntFlag):
    """What of a pair of lines is disputed, and so put back. Any union of them has one meaning, whoever disputes it."""

    RATE = 1
    """The simplified line is costed at the baseline's rates."""
    FREQUENCY = 2
    """The simplified line is carried out as often as its baseline line."""
    POPULATION = 4
    """The simplified line is costed at the population that its procedure had in the baseline."""
    VOLUME = 8
    """The line of a merge is costed at the sum of the populations of all that were merged."""
    BEARER = 16
    """The simplified line is borne by who bore its baseline line."""
    LINE = 32
    """The line is as it was in the baseline: what is gone comes back, what was added goes."""
    ONCE = 64
    """Both lines are carried out once a year."""
    APART = 128
    """Both lines leave the ratios."""
    COUNTED = 256
    """Both lines enter the ratios."""
    MEAN = 512
    """The line of a merge is carried out as often as all that were merged were on average, or more often."""
    LATE = 1024
    """The baseline line leaves if its procedure was announced late; the line of a merge is costed for the others."""


_COSTING: Final = Undo.RATE | Undo.FREQUENCY | Undo.POPULATION | Undo.VOLUME | Undo.ONCE | Undo.MEAN | Undo.LATE
_LEAST_MERGED: Final = 2
_MONEY: Final = ("service_vnd", "fee_vnd", "other_vnd")


@dataclass(frozen=True, eq=False)
class LinePairs:
    """Every line of the baseline beside the simplified line that continues it.

    Parameters
    ----------
    comparison : Comparison
        Costed lines of both states.
    frame : pandas.DataFrame
        One row a pair, indexed from 0: ``procedure`` (the baseline's, of an added line its own), ``group``,
        ``activity``, ``volume_agency``; ``baseline_at`` and ``simplified_at``, the positions of its lines in
        ``comparison.lines``, -1 where it has none; ``continued_at``, the position of the simplified line that goes on
        with the work, which may be that of another pair; and of each line ``name_baseline``, ``name_simplified``,
        ``effort_hours_baseline`` …, blank where it has none, its cost then being 0. The simplified columns are those
        of the line at ``continued_at``; where several pairs go on in one line, its cost is divided among them.
    late : frozenset of str
        Codes of procedures of the baseline that were announced too late to be in it.
    """

    comparison: Comparison
    frame: pd.DataFrame
    late: frozenset[str] = frozenset()

    @classmethod
    def of(cls, comparison: Comparison, late: Iterable[str] = ()) -> Self:
        """Put the lines of a comparison side by side.

        Parameters
        ----------
        comparison : Comparison
            What has lines.
        late : iterable of str
            Procedures announced too late.
        """
        return cls(comparison, lines_side_by_side(comparison), frozenset(late))

    def positions(self, chosen: pd.Series[Any] | Flags) -> Positions:
        """Return the positions of the pairs for which a flag holds."""
        return np.flatnonzero(np.asarray(chosen, dtype=bool))

    @cached_property
    def works(self) -> Integers:
        """A number of the line of each pair, the same for all agencies that carry its procedure out."""
        return key_numbers(self.frame, ["procedure", "activity"])

    @cached_property
    def of_group(self) -> dict[str, Positions]:
        """The positions of all pairs of a group, by its name."""
        return self._indices("group")

    @cached_property
    def of_baseline(self) -> dict[str, Positions]:
        """The positions of the pairs with a baseline line of a procedure, by its code."""
        return self._indices("procedure_baseline")

    @cached_property
    def of_simplified(self) -> dict[str, Positions]:
        """The positions of the pairs with a simplified line of a procedure, by its code."""
        return self._indices("procedure_simplified")

    def _indices(self, column: str) -> dict[str, Positions]:
        indices = self.frame.groupby(self.frame[column].to_numpy(dtype=object)).indices
        return {str(name): np.asarray(at, dtype=np.intp) for name, at in indices.items()}

    @cached_property
    def steps(self) -> dict[str, Integers]:
        """The figures of all lines of both states on the grid, as they stand.

        ``effort`` [1/3000 h], ``frequency`` [1/300 a year], ``money`` (service, fee and other) [đồng],
        ``vnd_per_hour``, ``population``, ``annual_cost_vnd``: int64, in the order of ``comparison.lines``.
        """
        lines = self.comparison.lines
        steps = {
            "effort": _on_grid(lines["effort_hours"], EFFORT_STEPS_PER_HOUR),
            "frequency": _on_grid(lines["frequency"], FREQUENCY_STEPS),
            "money": np.zeros(len(lines), dtype=np.int64),
        }
        for name in _MONEY:
            steps["money"] += whole_numbers(lines[name])
        for name in ("vnd_per_hour", "population", "annual_cost_vnd"):
            steps[name] = whole_numbers(lines[name])
        return steps

    @cached_property
    def _scales(self) -> pd.DataFrame:
        """V ÷ S of every line as it stands, and V at the baseline's, at all that were merged, and at those in time."""
        lines, review = self.comparison.lines, self.comparison.review
        scales = pd.DataFrame(
            {"own": whole_numbers(lines["costed_population"]), "stated": whole_numbers(lines["stated_population"])}
        )
        scales["costed"] = scales["own"]
        if review is not None:
            known = review.populations.set_index("procedure")
            after = (lines["state"] == State.SIMPLIFIED).to_numpy(dtype=bool)
            if self.comparison.population == "stated":
                for name in ("stated", "costed"):
                    values = whole_numbers(lines["procedure"].map(known[f"{name}_population"]))
                    scales[name] = np.where(after, values, 0)
                scales["own"] = scales["stated"]
            merged = whole_numbers(lines["procedure"].map(self.merged_population))
            scales["merged"] = np.where(after & (scales["stated"] > 0) & (merged > 0), merged, scales["costed"])
            timely = lines["procedure"].map(self.timely_population).astype("Int64")
            is_left = after & (scales["stated"] > 0).to_numpy() & timely.notna().to_numpy()
            scales["timely"] = np.where(is_left, whole_numbers(timely), scales["costed"])
        return scales

    @cached_property
    def merged_population(self) -> pd.Series[Any]:
        """The sum of the baseline populations of all that a simplified procedure continues, by its code."""
        review = self.comparison.review
        if review is None:
            return pd.Series(dtype="Int64")
        known = self._subjects
        sums = {heir: sum(known[code] for code in codes) for heir, codes in review.predecessors.items()}
        return pd.Series(sums, dtype="Int64")

    @cached_property
    def timely_population(self) -> dict[str, int]:
        """The sum of the baseline populations of those in time, by the receiver of these and of some that were late."""
        review = self.comparison.review
        if review is None or not self.late:
            return {}
        split = {heir: [one for one in codes if one not in self.late] for heir, codes in review.predecessors.items()}
        return {
            heir: sum(self._subjects[one] for one in codes)
            for heir, codes in split.items() if 0 < len(codes) < len(review.predecessors[heir])
        }  # fmt: skip

    @cached_property
    def _subjects(self) -> dict[str, int]:
        """The population of each procedure of the baseline."""
        assert self.comparison.review is not None  # noqa: S101 - asked only by what has one
        before = self.comparison.review.baseline.procedures.set_index("procedure")["population"]
        return dict(zip(before.index, before.fillna(0).astype("int64").tolist(), strict=True))

    @cached_property
    def times(self) -> dict[State, dict[str, Fraction]]:
        """How often a year each procedure of a state is carried out: as it says, else as its most frequent line."""
        review = self.comparison.review
        if review is None:
            return {state: {} for state in State}
        found = {}
        for state, inventory in zip(State, (review.baseline, review.simplified), strict=True):
            lines = self.frame.groupby(f"procedure_{state}")[f"frequency_{state}"].max().dropna().to_dict()
            own = inventory.procedures.set_index("procedure")["frequency"].dropna().to_dict()
            found[state] = {
                str(code): Fraction(steps_of(float(often), FREQUENCY_STEPS), FREQUENCY_STEPS)
                for code, often in (lines | own).items()
            }
        return found

    @cached_property
    def merged_times(self) -> dict[str, Fraction]:
        """How often a year all that a receiver of several continues was carried out on average, by its code.

        The cases of the baseline, Σ frequency · population, over its subjects, or those that the receiver is costed at
        where these are more; rounded half up to the grid of frequencies.
        """
        review = self.comparison.review
        if review is None:
            return {}
        often = self.times[State.BASELINE]
        costed = review.populations.set_index("procedure")["costed_population"].fillna(0).to_dict()
        found = {}
        for code, origins in review.predecessors.items():
            known = [one for one in origins if one in often and self._subjects[one]]
            if len(origins) >= _LEAST_MERGED and known:
                cases = sum(often[one] * self._subjects[one] for one in known)
                subjects = max(sum(self._subjects[one] for one in known), int(costed.get(code, 0)))
                mean = Fraction(cases) * FREQUENCY_STEPS / subjects
                found[code] = Fraction(round_half_up(mean.numerator, mean.denominator), FREQUENCY_STEPS)
        return found

    @cached_property
    def _mean_times(self) -> Integers:
        """`merged_times` of the procedure of every line [grid], 0 where it has none."""
        steps = {code: int(often * FREQUENCY_STEPS) for code, often in self.merged_times.items()}
        return np.array([steps.get(code, 0) for code in self.comparison.lines["procedure"]], dtype=np.int64)

    @cached_property
    def _late_lines(self) -> Flags:
        """Tell which lines are of procedures announced late."""
        return self.comparison.lines["procedure"].isin(self.late).to_numpy(dtype=bool)

    def amounts(self, at: Positions, undone: Integers) -> tuple[Integers, Integers]:
        """Return what pairs put into the totals of both states once something of them is undone.

        Parameters
        ----------
        at : array of intp, shape (n,)
            Positions of pairs; one may occur again.
        undone : array of int64, shape (n,)
            Of each a union of `Undo`.

        Returns
        -------
        baseline, simplified : arrays of int64, shape (n,)
            Đồng a year; 0 for a line that does not enter the totals.

        Raises
        ------
        InputFault
            If a line, put back, passes the limit of a line.
        """
        before, after = (self.frame[f"{state}_at"].to_numpy()[at] for state in State)
        back = (undone & Undo.LINE) != 0
        baseline = self._costs(before, before, undone & Undo.ONCE)
        simplified = np.where(back, baseline, self._costs(after, before, undone & _COSTING))
        counts = self._counts(before, after, undone)
        return tuple(np.where(inside, amount, 0) for inside, amount in zip(counts, (baseline, simplified), strict=True))  # type: ignore[return-value]

    def _counts(self, before: Positions, after: Positions, undone: Integers) -> tuple[Flags, Flags]:
        """Tell which lines enter the totals."""
        lines, bearers = self.comparison.lines, self.comparison.bearers
        counted = lines["counted"].to_numpy(dtype=bool)
        borne = np.ones(len(lines), dtype=bool) if bearers is None else lines["bearer"].isin(bearers).to_numpy()
        asked = np.where((undone & Undo.APART) != 0, 0, np.where((undone & Undo.COUNTED) != 0, 1, -1))
        as_before = ((undone & Undo.LINE) != 0) | (((undone & Undo.BEARER) != 0) & (before >= 0))
        found = []
        for at, who in ((before, before), (after, np.where(as_before, before, after))):
            exists = np.where((undone & Undo.LINE) != 0, before, at) >= 0
            own = np.where((undone & Undo.LINE) != 0, before, at)
            inside = np.where(asked >= 0, asked == 1, counted[own]) & ~self._leaves(own, before, undone)
            found.append(exists & inside & borne[who])
        return found[0], found[1]

    def _leaves(self, lines: Positions, before: Positions, undone: Integers) -> Flags:
        """Tell which lines are baseline lines, in either state, that leave for being late."""
        leaves: Flags = ((undone & Undo.LATE) != 0) & (lines == before) & self._late_lines[before]
        return leaves

    def _costs(self, lines: Positions, before: Positions, undone: Integers) -> Integers:
        """Return the cost of lines, at other factors where something is undone; 0 for the line that is none."""
        steps = self.steps
        costs = np.where(lines >= 0, steps["annual_cost_vnd"][lines], 0)
        again = np.flatnonzero((undone != 0) & (lines >= 0))
        if again.size:
            block = self._block(lines[again], before[again], undone[again])
            if (over := lines_over_limit(block)) is not None and over.any():
                line = lines[again][over][0]
                key = tuple(str(one) for one in self.comparison.lines[["procedure", "activity"]].iloc[line])
                raise InputFault.because("line_over_limit", Place(key=key), value="–", limit=LINE_LIMIT_VND)
            costs[again] = annual_costs(block)
        return costs

    def _block(self, lines: Positions, before: Positions, undone: Integers) -> LineBlock:
        population, costed, stated = self.volumes(lines, undone)
        whole, rest, base = scale_population(population, costed, stated)
        return LineBlock(
            self.steps["effort"][lines],
            self._hourly(lines, undone),
            self.steps["money"][lines],
            self._times(lines, before, undone),
            whole,
            rest,
            base,
        )

    def _hourly(self, lines: Positions, undone: Integers) -> Integers:
        return np.where((undone & Undo.RATE) != 0, self.baseline_rates[lines], self.steps["vnd_per_hour"][lines])

    def _times(self, lines: Positions, before: Positions, undone: Integers) -> Integers:
        own = self.steps["frequency"]
        often = np.where(((undone & Undo.FREQUENCY) != 0) & (before >= 0), own[before], own[lines])
        if ((undone & Undo.MEAN) != 0).any():
            often = np.where((undone & Undo.MEAN) != 0, np.maximum(often, self._mean_times[lines]), often)
        return np.where((undone & Undo.ONCE) != 0, np.minimum(often, FREQUENCY_STEPS), often)

    def volumes(self, lines: Positions, undone: Integers) -> tuple[Integers, Integers, Integers]:
        """Return P, V and S of lines; V and S are 1 where nothing is scaled."""
        scales = {name: self._scales[name].to_numpy()[lines] for name in self._scales}
        costed = np.where((undone & Undo.POPULATION) != 0, scales["costed"], scales["own"])
        costed = np.where((undone & Undo.VOLUME) != 0, np.maximum(costed, scales.get("merged", costed)), costed)
        costed = np.where((undone & Undo.LATE) != 0, scales.get("timely", costed), costed)
        scaled = (scales["stated"] > 0) & (costed != scales["stated"])
        return self.steps["population"][lines], np.where(scaled, costed, 1), np.where(scaled, scales["stated"], 1)

    @cached_property
    def baseline_rates(self) -> Integers:
        """What an hour of every line costs at the baseline's rates [đồng/h]; 0 where no hours are worked."""
        rates, lines = self.comparison.rates, self.comparison.lines
        works = (lines["effort_hours"] > 0).fillna(value=False).to_numpy(dtype=bool)
        if rates is None:
            return self.steps["vnd_per_hour"]
        if rates.for_all is not None:
            return np.where(works, rates.for_all, 0)
        known = {fold(grade): rate for grade, rate in rates.as_mapping().items()}
        by_grade = {grade: known.get(fold(grade), 0) for grade in lines["grade"].dropna().unique()}
        return np.where(works, whole_numbers(lines["grade"].map(by_grade)), 0)

    def left(self, undone: Integers, as_one: Collection[str] = ()) -> Comparison:
        """Return the comparison once all that is disputed is undone.

        Parameters
        ----------
        undone : array of int64, shape (number of pairs,)
            Of each pair the union of what is disputed.
        as_one : collection of str
            Procedures that leave the count of procedures, their cost staying.

        Returns
        -------
        Comparison
            The same object when nothing is disputed.
        """
        if not undone.any() and not as_one:
            return self.comparison
        lines = self._lines_left(undone)
        standing = self._standing_left(undone, as_one)
        return replace(self.comparison, lines=lines, standing=standing)

    def _lines_left(self, undone: Integers) -> pd.DataFrame:
        lines, frame = self.comparison.lines, self.frame
        before, after = (frame[f"{state}_at"].to_numpy() for state in State)
        touched = np.flatnonzero(undone)
        gone = np.concatenate([before[touched], after[touched]])
        kept = np.ones(len(lines), dtype=bool)
        kept[gone[gone >= 0]] = False
        old, new, what = before[touched], after[touched], undone[touched]
        back = (what & Undo.LINE) != 0
        whole = frame["group"].iloc[touched].isin(self._whole_groups(undone)).to_numpy()
        source = np.where(back, old, new)
        owners = np.where(back & ~whole, frame["group"].iloc[touched], "")
        parts = [lines[kept]]
        for state, at, bits in (
            (State.BASELINE, old, what & (Undo.ONCE | Undo.APART | Undo.COUNTED | Undo.LATE)),
            (State.SIMPLIFIED, source, what),
        ):
            is_there = at >= 0
            parts.append(self._rewritten(state, at[is_there], old[is_there], bits[is_there], owners[is_there]))
        everything = pd.concat([one for one in parts if len(one)] or [lines[:0]])
        return everything.sort_index(kind="stable").sort_values(
            "state", key=lambda states: states == State.SIMPLIFIED, kind="stable", ignore_index=True
        )

    def _rewritten(
        self, state: State, at: Positions, before: Positions, undone: Integers, owners: NDArray[Any]
    ) -> pd.DataFrame:
        """Return lines with what is undone written into their columns."""
        rows = self.comparison.lines.iloc[at].assign(state=state.value)
        if state is State.SIMPLIFIED:
            rows["procedure"] = rows["procedure"].where(owners == "", pd.Series(owners, index=rows.index))
        factors = np.where(at == before, undone & Undo.ONCE, undone & _COSTING)
        costs = self._costs(at, before, factors)
        changed = factors != 0
        times = self._times(at, before, factors) / FREQUENCY_STEPS
        rows["frequency"] = rows["frequency"].where(~changed, pd.Series(times, index=rows.index))
        worked = rows["vnd_per_hour"].notna()
        hourly = pd.Series(self._hourly(at, factors), index=rows.index, dtype="Int64").where(worked)
        rows["vnd_per_hour"] = rows["vnd_per_hour"].where(~changed, hourly)
        _, costed, stated = self.volumes(at, factors)
        for name, values in (("costed_population", costed), ("stated_population", stated)):
            scaled = pd.Series(values, index=rows.index, dtype="Int64").where(costed != stated)
            rows[name] = rows[name].where(~changed, scaled)
        borne = ((undone & (Undo.BEARER | Undo.LINE)) == Undo.BEARER) & (before >= 0)
        if borne.any():
            bearers = self.comparison.lines["bearer"].iloc[before].set_axis(rows.index)
            rows["bearer"] = rows["bearer"].where(~borne, bearers)
        counted = rows["counted"].to_numpy(dtype=bool) | ((undone & Undo.COUNTED) != 0)
        counted &= ((undone & Undo.APART) == 0) & ~self._leaves(at, before, undone)
        return rows.assign(annual_cost_vnd=costs, counted=counted)

    def _whole_groups(self, undone: Integers) -> set[str]:
        """Return the groups of which every line is put back."""
        back = pd.Series((undone & Undo.LINE) != 0)
        whole = back.groupby(self.frame["group"].to_numpy(dtype=object)).all()
        return set(whole.index[whole])

    def _standing_left(self, undone: Integers, as_one: Collection[str]) -> pd.DataFrame:
        frame = self.frame
        standing = self.comparison.standing
        standing = held_back(standing, ~standing["group"].isin(self._whole_groups(undone)))
        touched = set(frame["group"][undone != 0])
        changed = set(frame["group"][self._still_changed(undone)])
        standing["simplification"] &= ~standing["group"].isin(touched - changed)
        codes = pd.concat([frame[f"procedure_{state}"] for state in State])
        for flag, value in ((Undo.COUNTED, True), (Undo.APART, False)):
            has = np.tile((undone & flag) != 0, 2)
            every = pd.Series(has).groupby(codes.to_numpy(dtype=object)).all()
            standing.loc[standing["procedure"].isin(every.index[every]), "counted"] = value
        standing.loc[standing["procedure"].isin(list(as_one)), "counted"] = False
        return standing

    def _still_changed(self, undone: Integers) -> Flags:
        """Tell which pairs differ in grade, effort, money or frequency once something is undone."""
        before, after = (self.frame[name].to_numpy() for name in ("baseline_at", "continued_at"))
        steps = self.steps
        differ = (before < 0) | (after < 0)
        for name in ("effort", "money"):
            differ |= steps[name][before] != steps[name][after]
        grades = self.comparison.lines["grade"].fillna("").to_numpy(dtype=object)
        differ |= (grades[before] != grades[after]) & (steps["effort"][after] > 0)
        often = steps["frequency"][before] != steps["frequency"][after]
        differ |= often & ((undone & (Undo.FREQUENCY | Undo.ONCE)) == 0)
        changed: Flags = differ & ((undone & Undo.LINE) == 0)
        return changed


def _on_grid(values: pd.Series[Any], steps_per_unit: int) -> Integers:
    return steps_of_block(values.fillna(0).to_numpy(dtype=np.float64), steps_per_unit)
