"""Baseline against simplified: like with like, by any grouping, and as it stood on any day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np
import pandas as pd

from tthc_cost import costing
from tthc_cost.arithmetic import (
    BLOCK_LINES,
    FREQUENCY_STEPS,
    SUM_LIMIT_VND,
    Reduction,
    add_sums,
    steps_of_block,
)
from tthc_cost.cells import read_value
from tthc_cost.conformity import as_pandas
from tthc_cost.errors import InputFault, MismatchError, NeedsLinesError, Place, UnknownNameError, remark, require
from tthc_cost.explanation import explanation_of
from tthc_cost.notebook_tables import (
    NotebookTable,
    Shown,
    brief_reduction,
    label,
    reductions_table,
    remark_counts,
    remarks_note,
    shown_rows,
    words,
)
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.schema import ORIGIN, TABLES, is_blank
from tthc_cost.standing import INHERITED_COLUMNS, STANDING_COLUMNS, arrived_groups, held_back, standing_of
from tthc_cost.vocabulary import Bearer, Counting, DecisionKind, State, suggest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from narwhals.stable.v2.typing import IntoDataFrame

    from tthc_cost.errors import Language, Remark
    from tthc_cost.explanation import Explanation
    from tthc_cost.notebook_tables import CellKind

__all__ = ["BASES", "GROUPINGS", "Basis", "Comparison", "PopulationBasis", "compare"]

PopulationBasis = Literal["baseline", "stated"]
Basis = Literal["submitted", "approved", "in_force"]

BASES: Final[Mapping[str, str]] = {
    "submitted": "submitted_on",
    "approved": "approved_on",
    "in_force": "effective_on",
}
"""How far a proposal can have come, and the column that dates it."""

_LINE_GROUPS: Final = ("stage", "bearer", "grade", "volume_agency")
GROUPINGS: Final = ("procedure", *INHERITED_COLUMNS, "decision", *_LINE_GROUPS)
"""Columns that costs can be grouped by."""

_LINE_COLUMNS: Final = (
    "state", "procedure", "activity", "name", *INHERITED_COLUMNS, "decision", *_LINE_GROUPS,
    "effort_hours", "service_vnd", "fee_vnd", "other_vnd", "frequency", "population",
    "costed_population", "stated_population", "vnd_per_hour", "counted", "annual_cost_vnd",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """The cost of every procedure before and after, and what follows from it.

    Made by `compare`, or by `Comparison.from_costs` from published totals.

    Parameters
    ----------
    standing : pandas.DataFrame
        One row a procedure of either state: its groups, decision and dates, whether it stands in each state and counts
        in the ratios, its deadlines, and whether its lines changed.
    lines : pandas.DataFrame
        The costed lines of both states, ``annual_cost_vnd`` in đồng a year (int64); of published totals one line a
        procedure and state, without activity.
    rates, simplified_rates : RateTable, optional
        What each state is costed at.
    bearers : tuple of Bearer, optional
        Whose costs are in the totals; None for all.
    population : {"baseline", "stated"}
        Whether simplified lines are costed at the baseline's population.
    review : Review, optional
        What was compared; None for published totals.
    remarks : tuple of Remark
        Warnings and notes.
    """

    standing: pd.DataFrame
    lines: pd.DataFrame
    rates: RateTable | None = None
    simplified_rates: RateTable | None = None
    bearers: tuple[Bearer, ...] | None = None
    population: PopulationBasis = "baseline"
    review: Review | None = None
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def from_costs(cls, frame: IntoDataFrame) -> Self:
        """Make a comparison of published costs alone.

        Parameters
        ----------
        frame : any dataframe
            ``procedure`` (text), ``baseline_vnd`` and ``simplified_vnd`` (whole đồng a year); optionally ``name``,
            ``kind``, ``level``, ``field``, ``agency``, ``reviewing_agency``.

        Returns
        -------
        Comparison
            Knows totals, groups of procedures and ratios; what needs lines says so.

        Raises
        ------
        InputFault
            With every missing column, blank, negative or fractional cost and repeated procedure.

        Examples
        --------
        >>> import pandas as pd
        >>> published = pd.DataFrame(
        ...     {"procedure": ["a", "b"], "baseline_vnd": [100, 9_900], "simplified_vnd": [10, 9_900]}
        ... )
        >>> Comparison.from_costs(published).total.ratio
        Fraction(9, 1000)
        """
        return cls(*_published(as_pandas(frame).astype(object).reset_index(drop=True)))

    @property
    def has_lines(self) -> bool:
        """Whether the lines are known, or only the published totals of procedures."""
        return self.review is not None

    def _need_lines(self) -> None:
        if not self.has_lines:
            raise NeedsLinesError.because("needs_lines")

    def _total_lines(self, *columns: str, counted: bool = True) -> pd.DataFrame:
        """Return state, cost and `columns` of the lines that enter the totals, or of those shown apart."""
        chosen = self.lines["counted"] == counted
        if self.bearers is not None:
            chosen &= self.lines["bearer"].isin(self.bearers).to_numpy(dtype=bool)
        return self.lines[[*columns, "state", "annual_cost_vnd"]][chosen]

    @property
    def total(self) -> Reduction:
        """Σ cost before and after of all procedures that count [đồng a year]."""
        lines = self._total_lines()
        by_state = _sums(lines["annual_cost_vnd"], (lines["state"] == State.SIMPLIFIED).to_numpy(dtype=np.int64), 2)
        baseline, simplified = (int(one) for one in by_state)
        return Reduction(baseline, simplified)

    def count(self, counting: Counting | str = Counting.STRICT) -> Reduction:
        """Return the reduction in the number of procedures.

        Parameters
        ----------
        counting : Counting
            Strict: procedures of the baseline less those of the simplified state. Broad: strict, and the simplified
            procedures that continue a baseline one with a line added, removed or changed in grade, effort, money or
            frequency.

        Raises
        ------
        NeedsLinesError
            For published totals, which do not say which procedures are left.
        """
        self._need_lines()
        counted, left = self.standing["counted"], self.standing["counted"] & self.standing["in_simplified"]
        before, after = int((counted & self.standing["in_baseline"]).sum()), int(left.sum())
        if Counting.parse(counting) is Counting.BROAD:
            after -= int((left & self.standing["simplification"]).sum())
        return Reduction(before, after, "procedures")

    @property
    def time(self) -> Reduction:
        """Σ statutory deadline of the procedures in both states [working days]; those without one are left out."""
        return self._time(weighted=False)

    @property
    def time_weighted(self) -> Reduction:
        """As `time`, each deadline times the baseline's cases a year [working days a year]."""
        return self._time(weighted=True)

    def _time(self, *, weighted: bool) -> Reduction:
        self._need_lines()
        deadlines = ["baseline_deadline_days", "simplified_deadline_days"]
        rows = self.standing[self.standing["counted"]].dropna(subset=deadlines)
        rows = rows.dropna(subset="cases_per_year") if weighted else rows.assign(cases_per_year=1)
        cases = steps_of_block(rows["cases_per_year"].to_numpy(dtype=np.float64), FREQUENCY_STEPS).tolist()
        before, after = (_weighted_sum(rows[column].tolist(), cases) / FREQUENCY_STEPS for column in deadlines)
        return Reduction(before, after, "working_days_per_year" if weighted else "working_days")

    def by(self, *columns: str) -> pd.DataFrame:
        """Group the costs that enter the totals.

        Parameters
        ----------
        *columns : str
            One or more of `GROUPINGS`. Groups of procedures are the baseline's; stage, bearer and grade are each
            line's own; ``volume_agency`` is who carries it out where `volumes` states many agencies.

        Returns
        -------
        pandas.DataFrame
            The columns, then ``baseline_vnd``, ``simplified_vnd``, ``saving_vnd`` (int64, đồng a year) and
            ``reduction`` (float64, NaN where the baseline is zero), sorted by the columns.

        Raises
        ------
        UnknownNameError
            For a column that costs cannot be grouped by.
        NeedsLinesError
            For stage, bearer or grade of published totals.
        """
        unknown = [name for name in columns if name not in GROUPINGS]
        if unknown or not columns:
            raise UnknownNameError.because("unknown_grouping", value=", ".join(unknown), known=", ".join(GROUPINGS))
        if set(columns) & set(_LINE_GROUPS):
            self._need_lines()
        return _grouped(self._total_lines(*columns), list(columns))

    @property
    def by_bearer(self) -> pd.DataFrame:
        """Subtotals of every bearer, also of those left out of the totals; ``in_total`` tells which are in."""
        self._need_lines()
        lines = self.lines[["bearer", "state", "annual_cost_vnd"]]
        frame = _grouped(lines[self.lines["counted"]], ["bearer"])
        return frame.assign(in_total=True if self.bearers is None else frame["bearer"].isin(self.bearers))

    @property
    def procedures(self) -> pd.DataFrame:
        """One row a procedure of either state: its standing, costs in both, ``saving_vnd`` and ``reduction``."""
        return self._with_costs(self.standing, self._total_lines("procedure"))

    @property
    def apart(self) -> pd.DataFrame:
        """The procedures outside the ratios, with the reason in ``exclusion``, and what they cost."""
        return self._with_costs(self.standing[~self.standing["counted"]], self._total_lines("procedure", counted=False))

    def to_frame(self) -> pd.DataFrame:
        """Return `procedures`: one row a procedure of either state."""
        return self.procedures

    def _brief(self) -> str:
        counts = f"{brief_reduction(self.count())}; " if self.has_lines else ""
        return f"{brief_reduction(self.total)}\n{counts}{words('brief.remarks', **remark_counts(self.remarks))}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        quantities = {"cost": self.total}
        if self.has_lines:
            quantities |= {f"count_{one}": self.count(one) for one in Counting}
            quantities |= {"time": self.time, "time_weighted": self.time_weighted}
        apart = int((~self.standing["counted"]).sum())
        notes = [*remarks_note(self.remarks, language)]
        notes += [words("note.apart", language, n=apart)] if apart else []
        rows = [(label(f"word.{name}", language), one) for name, one in quantities.items()]
        yield reductions_table(label("table.comparison", language), rows, language, tuple(notes))
        frame = self._groups()
        yield NotebookTable(label("table.largest", language), _SHOWN_COLUMNS, shown_rows(frame), len(frame))

    def _groups(self) -> pd.DataFrame:
        """Add up the procedures that go on in one another, whose single costs would pass for savings; largest first."""
        frame = self.procedures
        groups = frame[frame["counted"]].groupby("group", sort=False, dropna=False)
        codes = groups["procedure"].agg("; ".join)
        sums = groups[["baseline_vnd", "simplified_vnd"]].sum()
        found = _with_saving(sums.assign(procedure=codes, name=groups["name"].first()).reset_index(drop=True))
        return found.iloc[np.argsort(-found["saving_vnd"].abs().to_numpy(), kind="stable")]

    def _with_costs(self, standing: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
        costs = _grouped(lines, ["procedure"]).drop(columns=["saving_vnd", "reduction"])
        merged = standing.merge(costs, on="procedure", how="left")
        return _with_saving(merged.fillna({"baseline_vnd": 0, "simplified_vnd": 0}))

    def at(self, basis: Basis, on: dt.date, before: dt.date | None = None) -> Comparison:
        """Return the comparison as it stood on a day: a proposal that had not come so far stays at its baseline.

        A receiver and all that it replaces move together: while one of their decisions is not there, all stay.

        Parameters
        ----------
        basis : {"submitted", "approved", "in_force"}
            How far a proposal must have come.
        on : datetime.date
            Events count on or before this day.
        before : datetime.date, optional
            Events count only before this day as well: the date of a target.

        Raises
        ------
        NeedsLinesError
            For published totals, which carry no dates.
        UnknownNameError
            For a basis that is none.
        """
        self._need_lines()
        if basis not in BASES:
            raise UnknownNameError.because("unknown_basis", value=basis, known=", ".join(BASES))
        arrived = arrived_groups(self.standing, BASES[basis], on, before)
        stay = self.standing["procedure"][~arrived].tolist()
        lines = self.lines
        staying = lines["procedure"].isin(stay)
        simplified = lines["state"] == State.SIMPLIFIED
        again = lines[staying & ~simplified].assign(state=State.SIMPLIFIED.value)
        lines = pd.concat([lines[~(staying & simplified)], again], ignore_index=True)
        return replace(self, standing=held_back(self.standing, arrived), lines=lines)

    def explain(self, procedure: str) -> Explanation:
        """Return the chain from the lines of a procedure to its cost before and after, for an auditor to follow.

        Parameters
        ----------
        procedure : str
            Code of a procedure of either state.

        Raises
        ------
        UnknownNameError
            If there is no such procedure; the nearest are named.
        NeedsLinesError
            For published totals.
        """
        self._need_lines()
        known = self.standing["procedure"].tolist()
        if procedure not in known:
            near = "; ".join(suggest(procedure, known)) or "–"
            raise UnknownNameError.because("unknown_procedure", procedure=procedure, near=near)
        return explanation_of(procedure, self._with_costs(self.standing, self.lines), self.lines)


_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "procedure": "text", "name": "text", "baseline_vnd": "integer", "simplified_vnd": "integer", "saving_vnd": "bar",
    "reduction": "share",
}  # fmt: skip


def compare(
    review: Review,
    rates: RateTable | None = None,
    *,
    simplified_rates: RateTable | None = None,
    population: PopulationBasis = "baseline",
    bearers: Bearer | str | Iterable[Bearer | str] | None = None,
) -> Comparison:
    """Cost both states of a review and compare them, like with like.

    Parameters
    ----------
    review : Review
        The two states and the decisions.
    rates : RateTable, optional
        Hourly rates of both states; without it those that the review itself states.
    simplified_rates : RateTable, optional
        Other rates for the simplified state; the change of rates is then part of the saving.
    population : {"baseline", "stated"}
        Each simplified line is costed at V ÷ S of its population, V the population of the baseline and S the one its
        procedure states; with ``"stated"`` it is taken as written.
    bearers : Bearer or iterable of Bearer, optional
        Whose costs enter the totals; all unless said otherwise. `Comparison.by_bearer` always shows each.

    Returns
    -------
    Comparison

    Raises
    ------
    InputFault
        With every line that cannot be costed.
    MismatchError
        If no rates are given and the two states state none, or different ones.

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27.
    """
    require(review, Review, "review")
    for name, table in (("rates", rates), ("simplified_rates", simplified_rates)):
        if table is not None:
            require(table, RateTable, name)
    if population not in {"baseline", "stated"}:
        raise UnknownNameError.because("unknown_population", value=population)
    wanted = [bearers] if isinstance(bearers, str) else bearers
    chosen = None if wanted is None else tuple(Bearer.parse(one) for one in wanted)
    if chosen == ():
        raise InputFault.because("no_bearers", known=", ".join(Bearer))
    rates = _own_rates(review) if rates is None else rates
    after_rates = rates if simplified_rates is None else simplified_rates
    states = []
    faults: list[Remark] = []
    for state, table in ((State.BASELINE, rates), (State.SIMPLIFIED, after_rates)):
        try:
            states.append(_costed_lines(review, state, table, population))
        except InputFault as error:
            faults += [one.at(state=state.value) for one in error.faults]
    if faults:
        raise InputFault(*dict.fromkeys(faults))
    standing = standing_of(review)
    lines = pd.concat(states, ignore_index=True).merge(
        standing[["procedure", *INHERITED_COLUMNS, "decision", "counted"]], on="procedure", how="left"
    )
    changed = standing[(standing["decision"] == DecisionKind.KEEP) & standing["simplification"]]
    kept = [remark("kept_but_changed", Place(key=(code,)), procedure=code) for code in changed["procedure"]]
    remarks = (*review.warnings, *kept, *review.notes)
    return Comparison(
        standing, lines[list(_LINE_COLUMNS)], rates, after_rates, chosen, population, review, tuple(remarks)
    )


def _own_rates(review: Review) -> RateTable:
    """Return the rates that the review states, the same for both states or none."""
    before, after = (state.rates for state in (review.baseline, review.simplified))
    if before.empty and after.empty:
        raise MismatchError.because("no_rates")
    if not before.empty and not after.empty and not _plain_rates(before).equals(_plain_rates(after)):
        raise MismatchError.because("rates_differ")
    return RateTable.from_table(after if before.empty else before)


def _plain_rates(rates: pd.DataFrame) -> pd.DataFrame:
    return rates.drop(columns=ORIGIN).sort_values(["grade", "valid_from"], ignore_index=True)


def _costed_lines(review: Review, state: State, rates: RateTable, population: PopulationBasis) -> pd.DataFrame:
    inventory = review.baseline if state is State.BASELINE else review.simplified
    lines = inventory.lines()
    costed = stated = None
    if state is State.SIMPLIFIED and population == "baseline":
        lines = lines.merge(review.populations, on="procedure", how="left")
        scaled = (lines["costed_population"] != lines["stated_population"]).fillna(value=False).to_numpy(dtype=bool)
        costed, stated = (
            np.where(scaled, lines[name].fillna(1).to_numpy(dtype=np.int64), 1)
            for name in ("costed_population", "stated_population")
        )
    else:
        blank = pd.Series(pd.NA, index=lines.index, dtype="Int64")
        lines = lines.assign(costed_population=blank, stated_population=blank)
    costs = costing.annual_costs_of(lines, rates, costed=costed, stated=stated)
    works = lines["effort_hours"] > 0
    by_grade = {grade: rates.vnd_per_hour(grade) for grade in lines["grade"][works].dropna().unique()}
    hourly = lines["grade"].map(by_grade).astype("Int64").fillna(pd.NA if rates.for_all is None else rates.for_all)
    return lines.assign(state=state.value, annual_cost_vnd=costs, vnd_per_hour=hourly.where(works))


def _weighted_sum(days: Iterable[float], weights: Iterable[int]) -> Fraction:
    """Return Σ days x weight; each number of days is made exact once."""
    weight_of: Counter[float] = Counter()
    for one, weight in zip(days, weights, strict=True):
        weight_of[one] += weight
    return sum((_exact(one) * weight for one, weight in weight_of.items()), Fraction(0))


def _exact(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _sums(costs: pd.Series[Any], groups: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    totals = np.zeros(size, dtype=np.int64)
    values = costs.to_numpy(dtype=np.int64)
    at_most = 0
    for start in range(0, values.size, BLOCK_LINES):
        block = slice(start, start + BLOCK_LINES)
        at_most = add_sums(totals, groups[block], values[block], at_most)
    return totals


def _grouped(lines: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    grouping = lines.groupby(columns, sort=True, dropna=False, observed=True)
    index = grouping.ngroup().to_numpy(dtype=np.int64)
    frame = lines[columns].iloc[np.unique(index, return_index=True)[1]].reset_index(drop=True)
    for state in State:
        inside = (lines["state"] == state).to_numpy(dtype=bool)
        frame[f"{state}_vnd"] = _sums(lines["annual_cost_vnd"][inside], index[inside], len(frame))
    return _with_saving(frame)


def _with_saving(frame: pd.DataFrame) -> pd.DataFrame:
    before, after = (frame[f"{state}_vnd"].astype("int64") for state in State)
    saving = before - after
    return frame.assign(
        baseline_vnd=before, simplified_vnd=after, saving_vnd=saving, reduction=saving / before.where(before != 0)
    )


def _code(value: object, faults: list[Remark]) -> str:
    """Read the code of a published total; note a fault and return no text if it is none."""
    place = Place(table="costs", column="procedure")
    if is_blank(value):
        faults.append(remark("blank_required", place, column="procedure"))
        return ""
    try:
        return str(read_value(TABLES["procedures"].column("procedure"), value))
    except InputFault as error:
        faults += [replace(one, place=place) for one in error.faults]
        return ""


def _is_whole_vnd(value: object) -> bool:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, Decimal, Fraction, np.number)):
        return False
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return bool(0 <= value <= SUM_LIMIT_VND) and int(value) == value


def _published(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold published totals against their contract, and return their standing and one line a procedure and state."""
    faults: list[Remark] = []
    costs = ["baseline_vnd", "simplified_vnd"]
    for name in ("procedure", *costs):
        if name not in frame.columns:
            near = "; ".join(suggest(name, [str(one) for one in frame.columns]) or [str(one) for one in frame.columns])
            faults.append(remark("missing_column", Place(table="costs"), column=name, near=near or "–"))
    if faults:
        raise InputFault(*faults)
    seen: set[str] = set()
    frame = frame.assign(procedure=[_code(code, faults) for code in frame["procedure"]])
    for code, *values in frame[["procedure", *costs]].itertuples(index=False, name=None):
        place = Place(table="costs", key=(code,))
        if code and code in seen:
            faults.append(remark("duplicate_key", place, key=code, first_vi=code, first_en=code))
        seen.add(code)
        faults += [
            remark("not_whole_vnd", replace(place, column=name), value=value)
            for name, value in zip(costs, values, strict=True)
            if not _is_whole_vnd(value)
        ]
    if not faults and any(sum(int(one) for one in frame[name]) > SUM_LIMIT_VND for name in costs):
        faults.append(remark("sum_too_large", Place(table="costs"), limit=SUM_LIMIT_VND))
    if faults:
        raise InputFault(*faults)
    standing = pd.DataFrame({name: frame.get(name) for name in STANDING_COLUMNS}, index=frame.index)
    standing = standing.assign(
        group=frame["procedure"], in_baseline=True, in_simplified=True,
        counted=True, simplification=False,
    )  # fmt: skip
    lines = pd.concat([
        standing.assign(state=state.value, annual_cost_vnd=frame[f"{state}_vnd"].astype("int64")) for state in State
    ], ignore_index=True)  # fmt: skip
    return standing, lines.reindex(columns=list(_LINE_COLUMNS))
