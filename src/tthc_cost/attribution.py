"""What a saving is made of: split exactly over its causes, line by line, to the đồng."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, POPULATION_LIMIT, STEPS_PER_VND, SUM_LIMIT_VND
from tthc_cost.comparison import GROUPINGS, Comparison
from tthc_cost.errors import InputFault, MismatchError, NeedsLinesError, Place, UnknownNameError, require
from tthc_cost.line_pairs import LinePairs
from tthc_cost.notebook_tables import NotebookTable, Shown, brief_reduction, label
from tthc_cost.numerals import format_integer
from tthc_cost.vocabulary import Term, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tthc_cost.arithmetic import Flags, Integers
    from tthc_cost.errors import Language
    from tthc_cost.line_pairs import Positions
    from tthc_cost.rates import RateTable

    Exact: TypeAlias = NDArray[Any]  # int64 where no product can pass it, else Python's integers

__all__ = ["PARTS", "REAL_CAUSES", "Attribution", "Cause", "LineFactors", "attribute", "split_savings"]


class Cause(Term):
    """What a saving comes from, in the order in which a waterfall shows it."""

    ABOLISHED = "abolished", "bãi bỏ TTHC", "procedures abolished"
    MERGED = "merged", "hợp nhất, lồng ghép TTHC", "procedures merged"
    REMOVED = "removed", "bỏ hoạt động", "activities removed"
    ADDED = "added", "thêm hoạt động", "activities added"
    EFFORT = "effort", "thời gian thực hiện (giờ công)", "effort"
    GRADE = "grade", "ngạch công chức/vị trí việc làm", "grade"
    MONEY = "money", "phí, lệ phí, thuê dịch vụ, chi phí khác", "out-of-pocket money"
    FREQUENCY = "frequency", "số lần thực hiện trong năm", "frequency"
    POPULATION = "population", "số lượng đối tượng tuân thủ", "population"
    RATES = "rates", "mức thu nhập bình quân một giờ làm việc", "hourly rates"


REAL_CAUSES: Final = tuple(one for one in Cause if one not in {Cause.POPULATION, Cause.RATES})
"""What a review changes; population and rates change by themselves."""
PARTS: Final = ("line", "effort", "grade", "money", "frequency", "population", "rates")
"""Into what the saving of one pair of lines is split; ``line`` is what comes of a line being there, or of a merge."""

_FACTORS: Final = (Cause.EFFORT, Cause.GRADE, Cause.MONEY, Cause.FREQUENCY, Cause.POPULATION, Cause.RATES)
_WAYS: Final = 24
"""The Shapley weights of four factors are twelfths, those of three sixths; grade and rates share in halves."""
_COLUMNS: Final = tuple(f"{cause}_vnd" for cause in Cause)
_COSTS: Final = ("baseline_vnd", "simplified_vnd", "saving_vnd")


@dataclass(frozen=True, slots=True)
class LineFactors:
    """The factors of one side of pairs of lines on the grid, arrays of int64 of shape (n,).

    Parameters
    ----------
    effort
        Effort of one case [1/3000 h].
    vnd_per_hour, crossed_vnd_per_hour
        What an hour costs, and what an hour of this side's grade costs at the rates of the other side [đồng/h].
    money
        Service, fee and other of one case [đồng].
    frequency
        Times a year [1/300].
    population, population_base
        Subjects at which the line is costed: a fraction of two whole numbers.
    annual_cost_vnd
        The cost, rounded [đồng a year].
    """

    effort: Integers
    vnd_per_hour: Integers
    crossed_vnd_per_hour: Integers
    money: Integers
    frequency: Integers
    population: Integers
    population_base: Integers
    annual_cost_vnd: Integers

    def take(self, chosen: Flags, kind: type[Any]) -> LineFactors:
        """Return the chosen lines, in integers of a kind."""
        return LineFactors(*(getattr(self, one.name)[chosen].astype(kind) for one in fields(self)))


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(Shown):
    """A saving split over its causes; made by `attribute`.

    Parameters
    ----------
    comparison : Comparison
        What was split.
    lines : pandas.DataFrame
        One row a pair of lines that enters the totals: its groups (the baseline's line's; of an added line its own),
        ``activity``, ``name``, ``baseline_vnd``, ``simplified_vnd``, ``saving_vnd`` and a column a cause,
        ``abolished_vnd`` … ``rates_vnd`` (int64, đồng a year), which add up to the saving in every row.
    """

    comparison: Comparison
    lines: pd.DataFrame

    @cached_property
    def total(self) -> dict[Cause, int]:
        """What each cause saves [đồng a year]; together exactly ``comparison.total.saving``."""
        return {cause: int(self.lines[f"{cause}_vnd"].sum()) for cause in Cause}

    def by(self, *columns: str) -> pd.DataFrame:
        """Group the parts.

        Parameters
        ----------
        *columns : str
            One or more of `tthc_cost.comparison.GROUPINGS`, such as ``"procedure"``, ``"agency"`` or ``"level"``.
            A pair of lines stands where its baseline line stands.

        Returns
        -------
        pandas.DataFrame
            The columns, then ``baseline_vnd``, ``simplified_vnd``, ``saving_vnd`` and a column a cause (int64, đồng a
            year), sorted by the columns.

        Raises
        ------
        UnknownNameError
            For a column that costs cannot be grouped by.
        """
        unknown = [name for name in columns if name not in GROUPINGS]
        if unknown or not columns:
            raise UnknownNameError.because("unknown_grouping", value=", ".join(unknown), known=", ".join(GROUPINGS))
        grouping = self.lines.groupby(list(columns), sort=True, dropna=False, observed=True)
        return grouping[[*_COSTS, *_COLUMNS]].sum().reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cause, in the order of `Cause`.

        Returns
        -------
        pandas.DataFrame
            ``cause``, ``name`` (Vietnamese), ``name_en``, ``saving_vnd`` (int64, đồng a year) and ``reduction``
            (float64, share of the baseline; NaN where that is zero).
        """
        baseline = int(self.comparison.total.baseline)
        rows = [
            (cause.value, cause.label("vi"), cause.label("en"), saving, saving / baseline if baseline else np.nan)
            for cause, saving in self.total.items()
        ]
        texts = dict.fromkeys(("cause", "name", "name_en"), "string")
        frame = pd.DataFrame(rows, columns=[*texts, "saving_vnd", "reduction"])
        return frame.astype({**texts, "saving_vnd": "int64", "reduction": "float64"})

    def _brief(self) -> str:
        largest = sorted(self.total.items(), key=lambda one: -abs(one[1]))
        parts = [f"{cause.label()} {format_integer(vnd)}" for cause, vnd in largest if vnd]
        return f"{brief_reduction(self.comparison.total)}\n{'; '.join(parts)}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        baseline = self.comparison.total.baseline
        rows: list[dict[str, Any]] = [
            {"cause": cause, "saving_vnd": vnd, "reduction": Fraction(vnd, baseline) if baseline else None}
            for cause, vnd in self.total.items()
        ]
        whole = self.comparison.total
        rows.append({"cause": label("word.total", language), "saving_vnd": whole.saving, "reduction": whole.ratio})
        yield NotebookTable(
            label("table.attribution", language), {"cause": "text", "saving_vnd": "bar", "reduction": "share"}, rows
        )


def attribute(comparison: Comparison) -> Attribution:
    """Split a saving over its causes, exactly.

    Each line is put beside the line that continues it. Its saving is the difference of two products ``(effort × rate +
    money) × frequency × population``; each factor's part is its Shapley value: the mean, over all orders in which the
    factors can change one after the other, of what the cost falls by when that factor changes. The part of the hourly
    rate is shared between the grade, which the review decides, and the rates, which it does not.

    A line that stands on one side only is wholly *removed* or *added*, and *abolished* if nothing continues its
    procedure. Within a merge, what stands on one side only, and what a line gains or loses of its population because
    the cases of several procedures come together, is *merged*; that the receiver states more or fewer cases than
    those it replaces had, is *population*.

    The lines of merged communes go on in those of the new one, each in the share of its subjects; work that goes on
    there is neither removed nor added.

    Parts are whole đồng: the largest remainders are rounded up, ties in the order of `PARTS`, after the pair has been
    turned so that it saves; so there and back are exactly opposite.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.

    Returns
    -------
    Attribution

    Raises
    ------
    NeedsLinesError
        For published totals.
    MismatchError
        If the cost of a line does not follow from its figures.
    InputFault
        If a part passes the limit of a sum.

    Examples
    --------
    >>> from tthc_cost.comparison import compare
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.model import Activity, Decision, Procedure, to_frame
    >>> from tthc_cost.rates import RateTable
    >>> from tthc_cost.review import Review
    >>> before, after = (
    ...     Inventory.from_objects(
    ...         Procedure("NB-07", "Điều chuyển tài sản công", frequency=times, population=40),
    ...         Activity("NB-07", "1", effort_hours=hours, fee_vnd=20_000),
    ...     )
    ...     for hours, times in ((4, 2), (3, 1))
    ... )
    >>> review = Review(before, after, decisions=to_frame(Decision, [Decision("NB-07", "amend")]))
    >>> c = compare(review, RateTable.from_income("95.040.000 đồng"))
    >>> {cause.value: vnd for cause, vnd in attribute(c).total.items() if vnd}, c.total.saving
    ({'effort': 2700000, 'frequency': 7100000}, 9800000)

    References
    ----------
    L. S. Shapley, "A value for n-person games", 1953; G. Owen, "Values of games with a priori unions", 1977, for the
    two parts of the hourly rate.
    """
    require(comparison, Comparison, "comparison")
    if not comparison.has_lines:
        raise NeedsLinesError.because("needs_lines")
    pairs = LinePairs.of(comparison)
    inside = comparison.lines["counted"].to_numpy(dtype=bool)
    if comparison.bearers is not None:
        inside = inside & comparison.lines["bearer"].isin(comparison.bearers).to_numpy(dtype=bool)
    before, own, after = (pairs.frame[f"{name}_at"].to_numpy() for name in ("baseline", "simplified", "continued"))
    before, after = (np.where((at >= 0) & inside[at], at, -1) for at in (before, after))
    after = np.where((before >= 0) | (own == after), after, -1)
    either = (before >= 0) | (after >= 0)
    before, after, group = before[either], after[either], pairs.frame["group"][either].reset_index(drop=True)
    first = comparison.lines.iloc[np.where(before >= 0, before, after)].reset_index(drop=True)
    merged = group.isin(_merged_groups(comparison)).to_numpy(dtype=bool)
    costs, parts = _split(pairs, before, after, merged, first)
    frame = first[[*GROUPINGS, "activity", "name"]].assign(
        **dict(zip(_COSTS, (*costs, costs[0] - costs[1]), strict=True))
    )
    cause = _causes_of_lines(comparison, first["procedure"], group, before < 0, merged)
    for one in (Cause.ABOLISHED, Cause.MERGED, Cause.REMOVED, Cause.ADDED):
        frame[f"{one}_vnd"] = np.where(cause == one, parts[:, 0], 0)
    for one in _FACTORS:
        frame[f"{one}_vnd"] = parts[:, PARTS.index(one)]
    return Attribution(comparison, frame)


def _split(
    pairs: LinePairs, before: Positions, after: Positions, merged: Flags, names: pd.DataFrame
) -> tuple[tuple[Integers, Integers], Integers]:
    """Return the costs of both sides of every pair, and the parts of what it saves.

    Where several lines go on in one, as those of merged communes do, each goes on in its share of it, by the subjects
    that it had; what rounding leaves to the cost of the whole is `population`, of the first of them.
    """
    sides = _sides(pairs, before, after)
    midway = _midway(pairs, sides, before, after, merged)
    shared = pd.Series(after).duplicated(keep=False).to_numpy() & (after >= 0)
    costs = sides[0].annual_cost_vnd.copy(), sides[1].annual_cost_vnd.copy()
    parts = np.zeros((len(before), len(PARTS)), dtype=np.int64)
    alone = ~shared
    some = tuple(one.take(alone, np.int64) for one in sides)
    lines = names[alone].reset_index(drop=True)
    parts[alone] = split_savings(some[0], some[1], midway=(midway[0][alone], midway[1][alone]), names=lines)
    if shared.any():
        old, new = (one.take(shared, object) for one in sides)
        share, whole = _shares(pairs.steps["population"][before[shared]], after[shared])
        new = replace(new, population=new.population * share, population_base=new.population_base * whole)
        new = replace(new, annual_cost_vnd=_exact_cost(new))
        received = merged[shared]
        middle, base = (one[shared].astype(object) for one in midway)
        middle, base = np.where(received, middle * share, middle), np.where(received, base * whole, base)
        pieces = split_savings(old, new, midway=(middle, base), names=names[shared].reset_index(drop=True))
        own = pd.Series(new.annual_cost_vnd.astype(np.int64))
        left = costs[1][shared] - own.groupby(after[shared]).transform("sum").to_numpy()
        left = np.where(pd.Series(after[shared]).duplicated(), 0, left)
        pieces[:, PARTS.index("population")] -= left
        parts[shared], costs[1][shared] = pieces, own.to_numpy() + left
    return costs, parts


def _shares(subjects: Integers, lines: Positions) -> tuple[Exact, Exact]:
    """Return each pair's share of the line that it goes on in: by its subjects; where none has any, of the first."""
    first = ~pd.Series(lines).duplicated().to_numpy()
    together = pd.Series(subjects).groupby(lines).transform("sum").to_numpy()
    nobody = together == 0
    share, whole = np.where(nobody, first, subjects), np.where(nobody, 1, together)
    return share.astype(object), whole.astype(object)


def _exact_cost(side: LineFactors) -> Exact:
    """Return what lines cost, rounded half up, in Python's integers."""
    case = side.effort * side.vnd_per_hour + side.money * EFFORT_STEPS_PER_HOUR
    steps, unit = case * side.frequency * side.population, STEPS_PER_VND * side.population_base
    cost: Exact = (2 * steps + unit) // (2 * unit)
    return cost


def _merged_groups(comparison: Comparison) -> set[str]:
    """Return the groups in which several procedures of the baseline have become fewer."""
    standing = comparison.standing[comparison.standing["in_baseline"]]
    several = standing["group"].duplicated(keep=False)
    return set(standing["group"][several & ~standing["in_simplified"]])


def _causes_of_lines(
    comparison: Comparison, procedures: pd.Series[Any], groups: pd.Series[Any], added: Flags, merged: Flags
) -> NDArray[Any]:
    standing = comparison.standing
    gone = set(standing["procedure"][~standing["in_simplified"] & (standing["group"] == standing["procedure"])])
    abolished = (procedures.isin(gone) & (procedures == groups)).to_numpy(dtype=bool)
    return np.select(
        [merged, added, abolished], [Cause.MERGED.value, Cause.ADDED.value, Cause.ABOLISHED.value], Cause.REMOVED.value
    )


def _sides(pairs: LinePairs, before: Integers, after: Integers) -> tuple[LineFactors, LineFactors]:
    """Return the factors of both sides; a line that is not there is its other side, carried out by nobody."""
    steps, here = pairs.steps, [before >= 0, after >= 0]
    at = [np.where(before >= 0, before, after), np.where(after >= 0, after, before)]
    works = [steps["effort"][one] > 0 for one in at]
    hourly = [steps["vnd_per_hour"][one] for one in at]
    hourly = [np.where(works[side], hourly[side], hourly[1 - side]) for side in (0, 1)]
    same = ~(works[0] & works[1] & here[0] & here[1])
    crossed = _crossed_rates(pairs.comparison, at, hourly, same)
    costed, stated = _scales(pairs.comparison.lines)
    sides = []
    for side in (0, 1):
        population = steps["population"][at[side]] * costed[at[side]]
        sides.append(
            LineFactors(
                effort=steps["effort"][at[side]],
                vnd_per_hour=hourly[side],
                crossed_vnd_per_hour=crossed[side],
                money=steps["money"][at[side]],
                frequency=steps["frequency"][at[side]],
                population=np.where(here[side], population, 0),
                population_base=np.where(here[side], stated[at[side]], 1),
                annual_cost_vnd=np.where(here[side], steps["annual_cost_vnd"][at[side]], 0),
            )
        )
    return sides[0], sides[1]


def _scales(lines: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return V and S of every line as it stands; 1 and 1 where nothing is scaled."""
    costed, stated = (
        lines[name].fillna(0).to_numpy(dtype=np.int64) for name in ("costed_population", "stated_population")
    )
    scaled = (stated > 0) & lines["costed_population"].notna().to_numpy()
    return np.where(scaled, costed, 1), np.where(scaled, stated, 1)


def _crossed_rates(
    comparison: Comparison, at: list[Integers], hourly: list[Integers], same: Flags
) -> tuple[Integers, Integers]:
    """Return what an hour of each side's grade costs at the rates of the other side.

    Where a table does not have the other side's grade, only one way leads from rate to rate; where neither has, the
    grades are of two systems and the change is one of rates. A line that was put back to the baseline's rates, as
    `Comparison.at` does, is not at those of its own state.
    """
    codes, labels = pd.factorize(comparison.lines["grade"])
    folded = [fold(grade) for grade in labels]
    number = {grade: code for code, grade in enumerate(dict.fromkeys(folded))}
    grades = np.array([*(number[grade] for grade in folded), -1], dtype=np.int64)[codes]
    at_old, at_new = (_rates_of(one, number) for one in (comparison.rates, comparison.simplified_rates))
    (old_grade, new_grade), (old, new) = (grades[one] for one in at), hourly
    same = same | (old_grade == new_grade)
    new_at_old = at_old[new_grade]
    old_at_new = np.where(at_new[new_grade] == new, at_new[old_grade], np.where(new_at_old == new, old, -1))
    unknown = np.where(old_at_new < 0, old, old + new - old_at_new)
    new_at_old = np.where(new_at_old < 0, unknown, new_at_old)
    old_at_new = np.where(old_at_new < 0, old + new - new_at_old, old_at_new)
    return np.where(same, new, old_at_new), np.where(same, old, new_at_old)


def _rates_of(rates: RateTable | None, grades: Iterable[str]) -> Integers:
    """Return the rates of folded grades and, last, of no grade; -1 where there is none."""
    known = {} if rates is None else {fold(grade): rate for grade, rate in rates.as_mapping().items()}
    for_all = -1 if rates is None or rates.for_all is None else rates.for_all
    return np.array([*(known.get(grade, for_all) for grade in grades), for_all], dtype=np.int64)


def _midway(
    pairs: LinePairs, sides: tuple[LineFactors, LineFactors], before: Integers, after: Integers, merged: Flags
) -> tuple[Integers, Integers]:
    """Return the population up to which a pair's change comes of a line being there or of a merge; with its base.

    In a merge that is the receiver's, were it that of all it replaces.
    """
    alone = (before < 0) | (after < 0)
    middle = np.where(alone, sides[1].population, sides[0].population)
    base = np.where(alone, sides[1].population_base, sides[0].population_base)
    received = np.flatnonzero(merged & (after >= 0))
    review = pairs.comparison.review
    if review is None or not received.size:
        return middle, base
    owners = pairs.comparison.lines["procedure"].iloc[after[received]]
    known = review.baseline.procedures.set_index("procedure")["population"]
    sums = {heir: known.loc[list(codes)].sum(skipna=False) for heir, codes in review.predecessors.items()}
    stated = review.populations.set_index("procedure")["stated_population"]
    together, instead = (owners.map(one).fillna(0).to_numpy(dtype=np.int64) for one in (sums, stated))
    sure = (together > 0) & (instead > 0)
    own = pairs.steps["population"][after[received]]
    middle[received] = np.where(sure, own * np.minimum(together, POPULATION_LIMIT), sides[1].population[received])
    base[received] = np.where(sure, instead, sides[1].population_base[received])
    return middle, base


def split_savings(
    before: LineFactors,
    after: LineFactors,
    *,
    midway: tuple[Integers, Integers] | None = None,
    names: pd.DataFrame | None = None,
) -> Integers:
    """Split the saving of each pair of lines over its factors.

    The Shapley values of ``(e·r + m)·f·p`` in closed form, exact, with what is on the left of a change written x and
    on its right y: of a product of four factors ``Δe · [3·rfp + (one of r, f, p changed) + (two) + 3·(all)] / 12``, of
    one of three ``Δm · [2·fp + (one) + 2·(both)] / 6``.

    Parameters
    ----------
    before, after : LineFactors
        Both sides.
    midway : pair of arrays of int64, shape (n,), optional
        A population and its base: what lies between the left one and this is the part ``line``, the rest
        ``population``. Without it all is ``population``.
    names : pandas.DataFrame, optional
        ``procedure`` and ``activity`` of each pair, for messages.

    Returns
    -------
    array of int64, shape (n, 7)
        Đồng a year, a column each of `PARTS`; every row adds up to the difference of the two costs.

    Raises
    ------
    MismatchError
        If a cost does not follow from its factors.
    InputFault
        If a part, or the sum of one, passes 2^62.
    """
    left = (before.population, before.population_base) if midway is None else midway
    populations = [(before.population, before.population_base), left, (after.population, after.population_base)]
    populations = [(top // common, base // common) for top, base in populations for common in (np.gcd(top, base),)]
    base = np.lcm.reduce([one for _, one in populations])
    estimate = _largest(before, after, populations, base)
    parts = np.zeros((len(base), len(PARTS)), dtype=np.int64)
    for small, kind in ((True, np.int64), (False, object)):
        chosen = (estimate < SUM_LIMIT_VND) == small
        if chosen.any():
            sides = before.take(chosen, kind), after.take(chosen, kind)
            common = base[chosen].astype(kind)
            subjects = [top[chosen].astype(kind) * (common // own[chosen]) for top, own in populations]
            shares = _rounded(
                _exact_parts(*sides, subjects), _WAYS * STEPS_PER_VND * common,
                sides[0].annual_cost_vnd - sides[1].annual_cost_vnd,
            )  # fmt: skip
            if (abs(shares) > SUM_LIMIT_VND).any():
                place = _place(names, np.flatnonzero(chosen)[(abs(shares) > SUM_LIMIT_VND).any(axis=1)])
                raise InputFault.because("part_too_large", place, limit=SUM_LIMIT_VND)
            parts[chosen] = shares
    if (np.abs(parts.astype(np.float64)).sum(axis=0) > SUM_LIMIT_VND).any():
        raise InputFault.because("sum_too_large", limit=SUM_LIMIT_VND)
    wrong = np.flatnonzero(parts.sum(axis=1) != before.annual_cost_vnd - after.annual_cost_vnd)
    if wrong.size:
        raise MismatchError.because("cost_not_of_figures", _place(names, wrong), n=wrong.size)
    return parts


def _place(names: pd.DataFrame | None, lines: Integers) -> Place:
    key = () if names is None else tuple(str(one) for one in names[["procedure", "activity"]].iloc[int(lines[0])])
    return Place(table="activities", key=key)


def _largest(
    before: LineFactors, after: LineFactors, populations: list[tuple[Integers, Integers]], base: Integers
) -> NDArray[np.float64]:
    """Estimate what no integer of the split of a pair passes: 24 times the product of its largest factors."""

    def most(*arrays: Integers) -> NDArray[np.float64]:
        largest: NDArray[np.float64] = np.abs(np.stack(arrays).astype(np.float64)).max(axis=0)
        return largest

    effort, money, frequency = (
        most(getattr(before, name), getattr(after, name)) for name in ("effort", "money", "frequency")
    )
    hourly = most(*(getattr(one, name) for one in (before, after) for name in ("vnd_per_hour", "crossed_vnd_per_hour")))
    subjects = np.maximum.reduce(
        [top.astype(np.float64) * (base.astype(np.float64) / own.astype(np.float64)) for top, own in populations],
        initial=0.0,
    )
    case = effort * hourly + money * EFFORT_STEPS_PER_HOUR
    estimate: NDArray[np.float64] = _WAYS * np.maximum(
        case * frequency * subjects, base.astype(np.float64) * STEPS_PER_VND
    )
    return estimate


def _exact_parts(before: LineFactors, after: LineFactors, subjects: list[Exact]) -> Exact:
    """Return the parts of each pair before rounding, in 1/24 of a step times the base of the population."""
    x, y = before, after
    start, middle, end = subjects
    both, one, none = x.frequency * start, x.frequency * end + y.frequency * start, y.frequency * end
    near, far = 3 * both + one + none, both + one + 3 * none
    hours = x.effort * near + y.effort * far
    once, mixed, twice = (
        x.effort * x.vnd_per_hour,
        x.effort * y.vnd_per_hour + y.effort * x.vnd_per_hour,
        y.effort * y.vnd_per_hour,
    )
    vnd = 4 * EFFORT_STEPS_PER_HOUR
    case_near = 2 * (3 * once + mixed + twice) + vnd * (2 * x.money + y.money)
    case_far = 2 * (once + mixed + 3 * twice) + vnd * (x.money + 2 * y.money)
    cases = x.frequency * case_near + y.frequency * case_far
    grade = (x.vnd_per_hour - y.crossed_vnd_per_hour) + (x.crossed_vnd_per_hour - y.vnd_per_hour)
    rates = (x.vnd_per_hour - x.crossed_vnd_per_hour) + (y.crossed_vnd_per_hour - y.vnd_per_hour)
    parts = {
        "line": (start - middle) * cases,
        "effort": 2 * (x.effort - y.effort) * (x.vnd_per_hour * near + y.vnd_per_hour * far),
        "grade": grade * hours,
        "money": vnd * (x.money - y.money) * (2 * both + one + 2 * none),
        "frequency": (x.frequency - y.frequency) * (start * case_near + end * case_far),
        "population": (middle - end) * cases,
        "rates": rates * hours,
    }
    return np.stack([parts[name] for name in PARTS], axis=1)


def _rounded(parts: Exact, denominator: Exact, saving: Exact) -> Exact:
    """Round parts to whole đồng that add up to the saving: down, and the largest remainders up."""
    sign = np.zeros_like(saving)
    for column in (saving, parts.sum(axis=1), *parts.T):
        sign = np.where(sign == 0, (column > 0) * 1 - (column < 0) * 1, sign)
    turned = parts * sign[:, None]
    down = turned // denominator[:, None]
    rest = turned - down * denominator[:, None]
    order = np.argsort(-rest, axis=1, kind="stable")
    missing = saving * sign - down.sum(axis=1)
    up = np.zeros_like(down)
    np.put_along_axis(up, order, (np.arange(len(PARTS)) < missing[:, None]).astype(down.dtype), axis=1)
    shares: Exact = (down + up) * sign[:, None]
    return shares
