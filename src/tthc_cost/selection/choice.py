"""The cheapest set of measures that reaches a target: chosen exactly, proven for the stated model."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict, Unpack

import pandas as pd

from tthc_cost.arithmetic import parse_target
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, remark, require
from tthc_cost.measures.applying import apply_measures, legal_document, touched
from tthc_cost.notebook_tables import (
    NotebookTable,
    Shown,
    brief_reduction,
    label,
    reductions_table,
    required_share,
    shown_rows,
    words,
)
from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.selection.model import Amount, Demand, least, least_in_turn
from tthc_cost.selection.problem import Restriction, problem_of, why_not
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.probability import target_probability
from tthc_cost.vocabulary import Term, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.errors import Language, Remark
    from tthc_cost.inventory import Inventory
    from tthc_cost.measures.kinds import SimplificationMeasure
    from tthc_cost.notebook_tables import CellKind
    from tthc_cost.rates import RateTable
    from tthc_cost.review import Review
    from tthc_cost.selection.model import Solution
    from tthc_cost.selection.problem import Problem

    Share: TypeAlias = str | Fraction | Decimal | int

__all__ = ["Frontier", "Objective", "Restrictions", "Selection", "frontier", "select"]

_TARGETS: Final = ("5%", "10%", "15%", "20%", "25%", "30%", "35%", "40%", "45%", "50%")


class Objective(Term):
    """What the chosen measures are to have least of."""

    ONE_OFF_COST = "one_off_cost", "chi phí thực hiện một lần", "one-off cost", "chi phí một lần"
    REGULATIONS = "regulations", "số văn bản phải sửa đổi", "regulations to amend", "số văn bản"
    CHANGES = "changes", "số phương án đơn giản hóa", "number of changes", "số phương án"


class Restrictions(TypedDict, total=False):
    """What else a selection has to satisfy; all may be left out.

    Parameters
    ----------
    count_target : str, Fraction, Decimal or int
        Share of the procedures to be cut, strictly counted, ``"20%"``.
    budget_vnd : int or text such as ``"1,5 tỷ đồng"``
        What the measures may cost once, together [đồng].
    required, excluded : iterable of str
        Codes of measures that must, and must not, be chosen.
    untouched : iterable of str
        Codes of procedures to be left alone: no measure that touches one is chosen.
    prerequisites : mapping of str to iterable of str
        For the code of a measure, the codes without which it may not be chosen.
    agency_minima : mapping of str to share
        For an agency of the baseline, the share of its compliance cost that must be saved.
    """

    count_target: Share | None
    budget_vnd: int | str | None
    required: Iterable[str]
    excluded: Iterable[str]
    untouched: Iterable[str]
    prerequisites: Mapping[str, Iterable[str]]
    agency_minima: Mapping[str, Share]


@dataclass(frozen=True, eq=False, repr=False)
class Selection(Shown):
    """A set of measures that reaches its targets; made by `select`.

    Parameters
    ----------
    measures : tuple of SimplificationMeasure
        The chosen measures, by code.
    objective : Objective
        What is least.
    value, bound : int
        Its amount, in đồng, regulations or measures, and what no other set comes below.
    total, count : Reduction
        Cost [đồng a year] and number of procedures before and after, as `compare` finds them for `review`.
    by_agency : mapping of str to Reduction
        Cost before and after of the procedures of each agency of the baseline; None is no agency.
    target, count_target : Fraction or None
        What was to be reached.
    baseline : Inventory
        What the measures are applied to.
    remarks : tuple of Remark
        Warnings and notes: what is not proven.
    """

    measures: tuple[SimplificationMeasure, ...]
    objective: Objective
    value: int
    bound: int
    total: Reduction
    count: Reduction
    by_agency: Mapping[str | None, Reduction] = field(repr=False)
    target: Fraction | None
    count_target: Fraction | None
    baseline: Inventory = field(repr=False)
    remarks: tuple[Remark, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the chosen measures, in order."""
        return tuple(one.code for one in self.measures)

    @property
    def one_off_vnd(self) -> int:
        """What the chosen measures cost once, together [đồng]."""
        return sum(one.one_off_vnd for one in self.measures)

    @property
    def regulations(self) -> tuple[str, ...]:
        """Regulations to amend, each once however it is spelt, in order."""
        names = sorted(name for one in self.measures if (name := legal_document(one)))
        return tuple({fold(name): name for name in reversed(names)}.values())[::-1]

    @property
    def proven(self) -> bool:
        """Whether no other set has less of the objective."""
        return self.bound >= self.value

    @property
    def gap(self) -> Fraction:
        """By what share of the value a better set could still be less: 0 when proven."""
        return Fraction(max(0, self.value - self.bound), self.value) if self.value else Fraction(0)

    @cached_property
    def review(self) -> Review:
        """The baseline with the chosen measures applied, ready for `compare`, `audit` and the report."""
        return apply_measures(self.measures, self.baseline)

    @property
    def table(self) -> pd.DataFrame:
        """One row a chosen measure: ``measure``, ``procedures``, ``one_off_vnd`` and what is to be amended by whom."""
        rows = [
            (one.code, "; ".join(touched(one)), one.one_off_vnd, *astuple(one.legal))
            for one in self.measures
        ]  # fmt: skip
        names = ["measure", "procedures", "one_off_vnd", "document", "provision", "action", "authority"]
        return pd.DataFrame(rows, columns=names).astype({**dict.fromkeys(names, "string"), "one_off_vnd": "int64"})

    @property
    def agencies(self) -> pd.DataFrame:
        """One row an agency: ``agency``, ``baseline_vnd``, ``simplified_vnd``, ``saving_vnd``, ``reduction``."""
        rows = [
            (agency, one.baseline, one.simplified, one.saving, None if one.ratio is None else float(one.ratio))
            for agency, one in self.by_agency.items()
        ]
        names = ["agency", "baseline_vnd", "simplified_vnd", "saving_vnd", "reduction"]
        kinds = dict.fromkeys(names[1:4], "int64") | {"agency": "string", "reduction": "float64"}
        return pd.DataFrame(rows, columns=names).astype(kinds)

    def to_frame(self) -> pd.DataFrame:
        """Return `table`: one row a chosen measure."""
        return self.table

    def _brief(self) -> str:
        chosen = words("brief.selection", measures=len(self.measures), one_off=self.one_off_vnd)
        return f"{chosen}\n{brief_reduction(self.total)}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        reached = [(label("word.cost", language), self.total), (label("word.count_strict", language), self.count)]
        gap = format_percent(self.gap, language=language)
        notes = () if self.proven else (label("note.unproven", language, gap=gap),)
        yield reductions_table(label("table.reached", language), reached, language, notes)
        title = label("table.selection", language, objective=self.objective.label(language))
        headings = {"procedures": label("column.procedure", language)}
        rows = shown_rows(self.table)
        yield NotebookTable(title, _MEASURE_COLUMNS, rows, len(self.measures), headings=headings)


_MEASURE_COLUMNS: Final[Mapping[str, CellKind]] = {
    "measure": "text", "procedures": "text", "one_off_vnd": "bar", "document": "text", "authority": "text",
}  # fmt: skip
_POINT_COLUMNS: Final[Mapping[str, CellKind]] = {
    "required": "share", "reduction": "share", "saving_vnd": "integer", "value": "bar", "proven": "verdict",
    "measures": "integer", "regulations": "integer", "procedures_cut": "integer",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(Shown):
    """What more saving costs: for each of several cost targets the cheapest set that reaches it; made by `frontier`.

    Parameters
    ----------
    points : tuple of Selection
        By target; the last one saves the most that can be saved.
    objective : Objective
        What is least at each point.
    rates : RateTable
        Hourly rates [đồng/h].
    assumptions : Assumptions, optional
        What is assumed of uncertain figures; the defaults without it.
    highest : Fraction or None
        The highest target that was asked for, reached or not; None if none was.
    """

    points: tuple[Selection, ...]
    objective: Objective
    rates: RateTable = field(repr=False)
    assumptions: Assumptions | None
    highest: Fraction | None

    @cached_property
    def probabilities(self) -> tuple[float, ...]:
        """How probable it is, in closed form, that each point reaches its target when its figures are estimates.

        The last point, which has no target of its own, is asked for the highest of them; NaN if there was none. Every
        point is a review to be costed, so this is worked out when first asked for.

        Raises
        ------
        InputFault
            With every fault of the baseline's table of ranges.
        """
        return tuple(self._probability(one) for one in self.points)

    def _probability(self, point: Selection) -> float:
        target = self.highest if point.target is None else point.target
        if target is None:
            return math.nan
        return target_probability(compare(point.review, self.rates), target, self.assumptions, draws=0).probability

    @property
    def table(self) -> pd.DataFrame:
        """One row a point.

        ``target`` (blank for the last point), ``reduction``, `probabilities` as ``probability``, ``saving_vnd``,
        ``value`` of the objective, ``proven``, ``one_off_vnd``, ``measures``, ``regulations``, ``procedures_cut``, and
        ``codes`` of the measures.
        """
        rows = [
            {
                "target": None if one.target is None else float(one.target),
                "reduction": None if one.total.ratio is None else float(one.total.ratio),
                "probability": probability,
                "saving_vnd": one.total.saving,
                "value": one.value,
                "proven": one.proven,
                "one_off_vnd": one.one_off_vnd,
                "measures": len(one.measures),
                "regulations": len(one.regulations),
                "procedures_cut": one.count.saving,
                "codes": "; ".join(one.codes),
            }
            for one, probability in zip(self.points, self.probabilities, strict=True)
        ]
        kinds = dict.fromkeys(("target", "reduction", "probability"), "float64")
        kinds |= {"saving_vnd": "int64", "value": "int64", "proven": "bool"}
        kinds |= dict.fromkeys(("one_off_vnd", "measures", "regulations", "procedures_cut"), "int64")
        kinds["codes"] = "string"
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    def to_frame(self) -> pd.DataFrame:
        """Return `table`: one row a point."""
        return self.table

    def _brief(self) -> str:
        ratios = [one.total.ratio for one in self.points]
        low, high = (format_percent(one) for one in (ratios[0], ratios[-1])) if ratios else ("–", "–")
        return label("brief.frontier", "vi", points=len(ratios), low=low, high=high)

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        most = label("word.most", language)
        rows = [
            {
                "required": most if one.target is None else required_share(one.target, language),
                "reduction": one.total.ratio, "saving_vnd": one.total.saving, "value": one.value,
                "proven": one.proven, "measures": len(one.measures), "regulations": len(one.regulations),
                "procedures_cut": one.count.saving,
            }
            for one in self.points
        ]  # fmt: skip
        objective = self.objective.label(language)
        title, headings = label("table.frontier", language, objective=objective), {"value": _sentence_case(objective)}
        yield NotebookTable(title, _POINT_COLUMNS, rows, headings=headings)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def select(
    measures: Iterable[SimplificationMeasure],
    baseline: Inventory,
    rates: RateTable,
    target: Share | None = "20%",
    *,
    objective: Objective | str = Objective.ONE_OFF_COST,
    seconds: float = 60.0,
    **restrictions: Unpack[Restrictions],
) -> Selection:
    """Choose the cheapest set of measures that reaches the targets.

    Of all sets that reach them and keep to the restrictions, the one that has least of the objective; of several such,
    the one that saves most, then that of the fewest measures, then that of the earliest codes.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        What could be done, each under a code of its own.
    baseline : Inventory
        The procedures as they are.
    rates : RateTable
        Hourly rates [đồng/h].
    target : str, Fraction, Decimal or int, optional
        Share of the compliance cost to be saved; None for no cost target. Saving exactly the share reaches it.
    objective : Objective or a label of one
        What is to be least: one-off cost, regulations to amend (each once), or the number of measures.
    seconds : float
        How long to search, in all [s].
    **restrictions
        The target for the number of procedures, and what else is to be kept to: `Restrictions`.

    Returns
    -------
    Selection
        ``proven`` tells whether the search ended; if it did not, ``bound`` and ``gap`` say what is left open.

    Raises
    ------
    InputFault
        With everything wrong with the measures and restrictions; if there is no such set, with the most that can be
        reached, how far that falls short, and what stands in the way.
    ZeroBaselineError
        If the baseline has no cost, or no procedures, to take a share of.
    MissingExtraError
        If scipy is not installed.

    Notes
    -----
    Measures that touch the same procedures are costed together, in every combination that can be applied, so that
    nothing is saved twice; different groups of procedures add up. The search is HiGHS's branch and bound over one
    combination of each group, in floating point; every set that it returns is held against the integers.

    Examples
    --------
    >>> from tthc_cost.measures.kinds import LineAfter, SimplifyWork
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.model import Activity, Procedure
    >>> from tthc_cost.rates import RateTable
    >>> baseline = Inventory.from_objects(
    ...     Procedure("NB-01", "Báo cáo", frequency=1, population=1), Activity("NB-01", "1", fee_vnd=600),
    ...     Procedure("NB-02", "Kiểm kê", frequency=1, population=1), Activity("NB-02", "1", fee_vnd=400),
    ... )
    >>> some = [
    ...     SimplifyWork("PA-1", "NB-01", (LineAfter("1", fee_vnd=400),), one_off_vnd=7_000),
    ...     SimplifyWork("PA-2", "NB-02", (LineAfter("1", fee_vnd=250),), one_off_vnd=4_000),
    ... ]
    >>> found = select(some, baseline, RateTable.from_income(95_600_000), "20%")
    >>> found.codes, found.value, found.proven, found.total.ratio
    (('PA-1',), 7000, True, Fraction(1, 5))
    """
    given, aim = tuple(measures), Objective.parse(objective)
    problem = problem_of(given, baseline, rates, target, **restrictions)
    if not problem.shares:
        raise InputFault.because("selection_without_target")
    found = _least(problem, baseline, aim, seconds)
    if found is None:
        unrestricted = None
        if restrictions.get("excluded") or restrictions.get("untouched"):
            with suppress(InputFault):
                everything: Restrictions = {**restrictions, "excluded": (), "untouched": ()}
                unrestricted = problem_of(given, baseline, rates, target, **everything)
        raise why_not(problem, unrestricted, seconds=seconds)
    return found


def frontier(
    measures: Iterable[SimplificationMeasure],
    baseline: Inventory,
    rates: RateTable,
    targets: Iterable[Share] = _TARGETS,
    *,
    objective: Objective | str = Objective.ONE_OFF_COST,
    assumptions: Assumptions | None = None,
    seconds: float = 60.0,
    **restrictions: Unpack[Restrictions],
) -> Frontier:
    """Choose the cheapest set of measures for each of several cost targets.

    Parameters
    ----------
    measures, baseline, rates, objective
        As of `select`.
    targets : iterable of str, Fraction, Decimal or int
        Shares of the compliance cost to be saved; those that cannot be reached have no point.
    assumptions : Assumptions, optional
        What is assumed of uncertain figures, for the probability that each point reaches its target; their defaults
        without it.
    seconds : float
        How long to search for each point [s].
    **restrictions
        As of `select`; they hold at every point.

    Returns
    -------
    Frontier
        A point a target, and last the set that saves the most, at the least of the objective.

    Raises
    ------
    InputFault, ZeroBaselineError, MissingExtraError
        As `select`; where the restrictions alone cannot be kept.

    Examples
    --------
    >>> from tthc_cost.measures.kinds import LineAfter, SimplifyWork
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.model import Activity, Procedure
    >>> from tthc_cost.rates import RateTable
    >>> baseline = Inventory.from_objects(
    ...     Procedure("NB-01", "Báo cáo", frequency=1, population=1), Activity("NB-01", "1", fee_vnd=600),
    ...     Procedure("NB-02", "Kiểm kê", frequency=1, population=1), Activity("NB-02", "1", fee_vnd=400),
    ... )
    >>> some = [
    ...     SimplifyWork("PA-1", "NB-01", (LineAfter("1", fee_vnd=400),), one_off_vnd=7_000),
    ...     SimplifyWork("PA-2", "NB-02", (LineAfter("1", fee_vnd=250),), one_off_vnd=4_000),
    ... ]
    >>> found = frontier(some, baseline, RateTable.from_income(95_600_000), ["10%", "20%"])
    >>> found.table[["target", "reduction", "value"]].values.tolist()
    [[0.1, 0.15, 4000.0], [0.2, 0.2, 7000.0], [nan, 0.35, 11000.0]]
    >>> found.probabilities  # fees without ranges are certain
    (1.0, 1.0, 1.0)
    """
    if assumptions is not None:
        require(assumptions, Assumptions, "assumptions")
    aim = Objective.parse(objective)
    problem = problem_of(measures, baseline, rates, None, **restrictions)
    points = []
    shares = sorted({parse_target(target) for target in targets})
    for share in shares:
        point = _least(problem.aiming_at(Restriction.COST_TARGET, share), baseline, aim, seconds)
        if point is None:
            break
        points.append(point)
    most = least(problem.model, -problem.saving, seconds=seconds)
    if most.choice is None:
        raise why_not(problem, None, seconds=seconds)
    all_of_it = Demand("most", problem.saving, -most.value)
    last = _least(replace(problem, model=problem.model.within(all_of_it)), baseline, aim, seconds)
    points += [] if last is None else [last]
    return Frontier(tuple(points), aim, rates, assumptions, shares[-1] if shares else None)


def _least(problem: Problem, baseline: Inventory, objective: Objective, seconds: float) -> Selection | None:
    """Return the set of measures with least of an objective; None where none is possible."""
    amount = {
        Objective.ONE_OFF_COST: problem.one_off_vnd,
        Objective.REGULATIONS: Amount(per_document=1),
        Objective.CHANGES: problem.changes,
    }[objective]
    amounts = (amount, -problem.saving, problem.changes)
    found, settled = least_in_turn(problem.model, amounts, tuple(problem.holders.values()), seconds=seconds)
    if found.choice is None:
        if found.ended:
            return None
        raise InputFault.because("selection_not_in_time", seconds=f"{seconds:g}")
    codes = {code for option in found.choice for code in problem.options[option].measures}
    agencies = sorted({name for option in found.choice for name in problem.options[option].costs}, key=_blank_last)
    return Selection(
        measures=tuple(measure for code, measure in problem.measures.items() if code in codes),
        objective=objective,
        value=found.value,
        bound=max(0, found.bound or 0),
        total=problem.reached(found.choice, Restriction.COST_TARGET),
        count=problem.reached(found.choice, Restriction.COUNT_TARGET),
        by_agency={name: problem.reached(found.choice, Restriction.AGENCY_MINIMUM, name) for name in agencies},
        target=problem.shares.get((Restriction.COST_TARGET, "")),
        count_target=problem.shares.get((Restriction.COUNT_TARGET, "")),
        baseline=baseline,
        remarks=_left_open(found, settled, seconds),
    )


def _left_open(found: Solution, settled: bool, seconds: float) -> tuple[Remark, ...]:
    """Say what a search that ran out of time did not prove."""
    if not found.ended:
        shown = {"value": format_integer(found.value), "bound": format_integer(max(0, found.bound or 0))}
        return (remark("selection_not_proven", **shown, seconds=f"{seconds:g}"),)
    return () if settled else (remark("selection_not_settled", seconds=f"{seconds:g}"),)


def _blank_last(agency: str | None) -> tuple[bool, str]:
    return agency is None, agency or ""
