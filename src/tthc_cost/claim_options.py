"""Which way of computing reproduces a claimed figure: bearers, rates, rounding, populations, means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import (
    EFFORT_STEPS_PER_HOUR,
    STEPS_PER_VND,
    LineBlock,
    Reduction,
    annual_cost_product,
    annual_costs,
    lines_over_limit,
    round_half_up,
    scale_population,
)
from tthc_cost.claims import Scope
from tthc_cost.errors import TthcCostError
from tthc_cost.line_pairs import Undo
from tthc_cost.numerals import format_integer
from tthc_cost.rates import RateTable, base_salary_dates, gdp_years
from tthc_cost.schema import ORIGIN
from tthc_cost.vocabulary import Bearer, State, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tthc_cost.arithmetic import Flags, Integers
    from tthc_cost.claims import Claim
    from tthc_cost.errors import Language
    from tthc_cost.findings import Evidence

__all__ = ["Way", "Ways", "is_about", "reductions_of"]

Rounding = Literal["line", "line_down", "case", "case_down"]
_ROUNDINGS: Final[tuple[Rounding, ...]] = ("line", "line_down", "case", "case_down")
_STATED: Final = "stated"
_NO_BEARER: Final = len(Bearer)
_SHOWN: Final = 3
_LEAST_ROUNDING: Final = 1000
_SEVERAL: Final = 2
_MOST_ROUNDS: Final = 3
_LANGUAGES: Final[tuple[Language, Language]] = ("vi", "en")

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "line_down": ("bỏ phần lẻ của đồng ở từng dòng", "each line cut to whole đồng"),
    "case": (
        "làm tròn chi phí một lần thực hiện đến đồng trước khi nhân",
        "the cost of one case rounded to whole đồng before it is multiplied",
    ),
    "case_down": (
        "bỏ phần lẻ của đồng ở chi phí một lần thực hiện trước khi nhân",
        "the cost of one case cut to whole đồng before it is multiplied",
    ),
    "population_stated": (
        "mỗi trạng thái tính theo số lượng đối tượng đã ghi",
        "each state at the population that it states",
    ),
    "population_baseline": (
        "cả hai trạng thái tính theo số lượng đối tượng hiện tại",
        "both states at the baseline's population",
    ),
    "bearers": ("chỉ tính chi phí của {bearers}", "only the costs of {bearers}"),
    "all_bearers": ("tính chi phí của mọi bên", "the costs of every bearer"),
    "rates": ("mức thu nhập {rates}", "rates {rates}"),
    "rates_apart": (
        "mức thu nhập hiện tại {before}, sau đơn giản hóa {after}",
        "rates before {before}, after {after}",
    ),
    "rates_of_round": ("lần {round}: mức thu nhập {rates}", "round {round}: rates {rates}"),
    "own_rates": ("của biểu rà soát", "of the comparison"),
    "civil_service": ("theo lương cơ sở từ {value}", "by the base salary since {value}"),
    "gdp": (
        "theo GDP bình quân đầu người năm {value} chia cho giờ làm việc",
        "by GDP per head of {value} over the hours worked",
    ),
    "own_table": ("theo bảng mức thu nhập của biểu rà soát từ {value}", "by the review's own table since {value}"),
    "rounded": ("làm tròn số tiền đến {value} đồng", "amounts rounded to {value} đồng"),
    "of_changed": (
        "chỉ chia cho chi phí của các TTHC có thay đổi, bỏ TTHC giữ nguyên",
        "dividing by the cost of the procedures that change alone, without those kept",
    ),
    "of_simplified": ("chia cho chi phí sau đơn giản hóa", "dividing by the cost after simplification"),
    "mean_procedures": ("lấy trung bình cộng tỷ lệ của các TTHC", "the mean of the procedures' percentages"),
    "mean_agencies": ("lấy trung bình cộng tỷ lệ của các cơ quan", "the mean of the agencies' percentages"),
    "and": ("; đồng thời ", "; and "),
    "or": (" – hoặc ", " – or "),
}  # fmt: skip


def _say(word: str, language: Language, **values: object) -> str:
    return _WORDS[word][language == "en"].format_map({name: str(value) for name, value in values.items()})


@cache
def _bases() -> tuple[tuple[str, str, RateTable], ...]:
    """Return every basis of rates that the library ships: its word, date or year, and its rates."""
    return (
        *(("civil_service", f"{day:%d/%m/%Y}", RateTable.civil_service(day)) for day in base_salary_dates()),
        *(("gdp", str(year), RateTable.from_gdp_per_head(year)) for year in gdp_years()),
    )


def reductions_of(evidence: Evidence, claim: Claim) -> list[Reduction]:
    """Return what a claim must follow from: the cost of its scope; of procedures that move together, also of all.

    Empty for a name that nothing bears.
    """
    comparison, costs = evidence.comparison, evidence.costs
    if claim.scope is Scope.TOTAL:
        return [comparison.total]
    chosen = [own := costs[is_about(evidence, claim, costs)]]
    if claim.scope is Scope.PROCEDURE:
        chosen.append(costs[costs["counted"] & costs["group"].isin(own["group"])])
    return [Reduction(int(one["baseline_vnd"].sum()), int(one["simplified_vnd"].sum())) for one in chosen if len(one)]


def is_about(evidence: Evidence, claim: Claim, rows: pd.DataFrame) -> Flags:
    """Tell which rows, of lines or procedures, a claim is about: those counted, whoever bears them."""
    inside = rows["counted"].to_numpy(dtype=bool)
    if claim.scope is Scope.AGENCY:
        return inside & (rows["agency"].map(fold, na_action="ignore") == fold(claim.name)).to_numpy(dtype=bool)
    if claim.scope is Scope.PROCEDURE:
        return inside & (rows["procedure"] == claim.name).to_numpy(dtype=bool)
    if claim.scope is Scope.ROUND:
        return inside & np.array(  # type: ignore[no-any-return]
            [str(evidence.rounds.get(code)) == claim.name for code in rows["procedure"]], dtype=bool
        )
    return inside


@dataclass(frozen=True, slots=True)
class Way:
    """One way of computing: what it does otherwise than the comparison, in both languages.

    Parameters
    ----------
    deviations : int
        In how many things it does otherwise.
    vi, en : str
        What it does.
    is_no_reduction : bool
        Whether what it gives is no saving divided by the whole baseline: no convention, but another figure.
    """

    deviations: int
    vi: str
    en: str
    is_no_reduction: bool = False


class Ways:
    """Every way of computing tried on the lines of a comparison.

    Parameters
    ----------
    evidence : Evidence
        What has lines.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        comparison = evidence.comparison
        lines = comparison.lines
        self.after = (lines["state"] == State.SIMPLIFIED).to_numpy(dtype=bool)
        codes = {bearer.value: n for n, bearer in enumerate(Bearer)}
        self.bearer = lines["bearer"].map(codes).fillna(_NO_BEARER).to_numpy(dtype=np.int64)
        present = [n for n in range(_NO_BEARER) if (self.bearer == n).any()]
        everyone = (*present, _NO_BEARER)
        own = everyone if comparison.bearers is None else tuple(codes[one] for one in comparison.bearers)
        some = [one for size in range(1, len(present) + 1) for one in combinations(present, size)]
        by_lines = {np.isin(self.bearer, one).tobytes(): one for one in (*some, everyone)}
        by_lines.pop(np.isin(self.bearer, own).tobytes(), None)
        self.bearers = [own, *by_lines.values()]
        self.populations = [comparison.population, "stated" if comparison.population == "baseline" else "baseline"]
        own_rates = evidence.pairs.steps["vnd_per_hour"]
        self.rates: list[tuple[str, str, Integers]] = [("own_rates", "", own_rates)]
        known = {own_rates.tobytes()}
        for word, value, table in (*self._own_tables(), *_bases()):
            hourly = self._hourly(table)
            if hourly is not None and hourly.tobytes() not in known:
                known.add(hourly.tobytes())
                self.rates.append((word, value, hourly))

    def _own_tables(self) -> Iterator[tuple[str, str, RateTable]]:
        """Return the rates that the review states, as of each day from which some hold: rounds may have used others."""
        review = self.evidence.review
        stated = pd.concat([review.baseline.rates, review.simplified.rates]).drop(columns=ORIGIN, errors="ignore")
        for day in stated["valid_from"].dropna().sort_values().unique() if len(stated) else ():
            since = pd.Timestamp(day).date()
            try:
                yield "own_table", f"{since:%d/%m/%Y}", RateTable.from_table(stated.drop_duplicates(), since)
            except TthcCostError:
                continue

    def _hourly(self, table: RateTable) -> Integers | None:
        """Return what an hour of each line costs at a basis; None if it has no rate for a grade."""
        lines = self.evidence.comparison.lines
        works = (lines["effort_hours"] > 0).fillna(value=False).to_numpy(dtype=bool)
        grades = lines["grade"].astype(object).where(lines["grade"].notna(), None)
        try:
            known = {grade: table.vnd_per_hour(grade) for grade in set(grades[works])}
        except TthcCostError:
            return None
        return np.array(
            [known[grade] if work else 0 for grade, work in zip(grades, works, strict=True)], dtype=np.int64
        )

    def reproducing(self, claim: Claim) -> Way | None:
        """Name the ways that give a claim's figures with the fewest changes, together; None if none does.

        A percentage or a rounded amount is met by chance by some of many ways, so it is tried against one change at a
        time; amounts to the đồng against all changes together. Together they are no reduction if none of them is one.
        """
        chosen = np.flatnonzero(is_about(self.evidence, claim, self.evidence.comparison.lines))
        if not chosen.size:
            return None
        found = sorted(self._found(claim, chosen), key=lambda way: way.deviations)
        found = list(dict.fromkeys(way for way in found if way.deviations == found[0].deviations))
        if not found:
            return None
        vi, en = (_say("or", one).join(getattr(way, one) for way in found[:_SHOWN]) for one in ("vi", "en"))
        return Way(found[0].deviations, vi, en, is_no_reduction=all(way.is_no_reduction for way in found))

    def _found(self, claim: Claim, chosen: NDArray[np.intp]) -> Iterator[Way]:
        yield from self._rounded_amounts(claim)
        yield from self._other_shares(claim)
        before, after = self._sums(chosen)
        # Axes of all that follows: rounding, rates before, rates after, population, bearers.
        b, a = before[:, :, None, :1, :], after[:, None, :, :, :]
        valid = (b >= 0) & (a >= 0)
        for name, amount in (("baseline_vnd", b), ("simplified_vnd", a), ("saving_vnd", b - a)):
            if (stated := getattr(claim, name)) is not None:
                valid = valid & (np.abs(amount - stated) <= int(claim.slack(name)))
        if claim.reduction is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                near = np.abs((b - a) / b - float(claim.reduction)) <= 10.0 ** (-claim.digits - 2)
            valid = valid & near
        shape = np.broadcast_shapes(b.shape, a.shape)
        b, a = np.broadcast_to(b, shape), np.broadcast_to(a, shape)
        for index in zip(*(part.tolist() for part in np.nonzero(np.broadcast_to(valid, shape))), strict=True):
            cost = Reduction(int(b[index]), int(a[index]))
            way = self._way(*index)
            if way.deviations and (claim.is_exact or way.deviations == 1) and claim.follows_from(cost):
                yield way
        if claim.is_exact:
            yield from self._rates_by_round(claim, chosen)

    def _rates_by_round(self, claim: Claim, chosen: NDArray[np.intp]) -> Iterator[Way]:
        """Try a basis of rates for each round of the review; what has no round stays at the comparison's own."""
        rounds = np.array([self.evidence.rounds.get(code, 0) for code in self.evidence.comparison.lines["procedure"]])
        numbers = sorted(set(rounds[chosen].tolist()))
        if not 1 < sum(number > 0 for number in numbers) <= _MOST_ROUNDS:
            return
        sums = []
        for number in numbers:
            pair = (amounts[0, :, 0, 0] for amounts in self._sums(chosen[rounds[chosen] == number]))
            known = [(n, int(b), int(a)) for n, (b, a) in enumerate(zip(*pair, strict=True)) if b >= 0 <= a]
            sums.append(known if number else known[:1])
        for some in product(*sums):
            used = {number: self.rates[n] for number, (n, _, _) in zip(numbers, some, strict=True) if number}
            if len({(word, value) for word, value, _ in used.values()}) < _SEVERAL:
                continue
            if claim.follows_from(Reduction(sum(b for _, b, _ in some), sum(a for _, _, a in some))):
                vi, en = (
                    "; ".join(
                        _say("rates_of_round", one, round=number, rates=_say(word, one, value=value))
                        for number, (word, value, _) in used.items()
                    )
                    for one in _LANGUAGES
                )
                yield Way(len(used), vi, en)

    def _sums(self, chosen: NDArray[np.intp]) -> tuple[Integers, Integers]:
        """Return the totals of some lines before and after, -1 where they cannot be computed.

        Axes: rounding, rates, population, bearers. The baseline has one population in any way.
        """
        totals = []
        for state, populations in enumerate((self.populations[:1], self.populations)):
            at = chosen[self.after[chosen] == bool(state)]
            inside = [np.isin(self.bearer[at], some) for some in self.bearers]
            sums = np.full((len(_ROUNDINGS), len(self.rates), len(populations), len(self.bearers)), -1, dtype=np.int64)
            for p, population in enumerate(populations):
                for r, (_, _, hourly) in enumerate(self.rates):
                    block = self._block(at, hourly, population)
                    if (over := lines_over_limit(block)) is not None and over.any():
                        continue
                    for n, rounding in enumerate(_ROUNDINGS):
                        costs = _rounded(block, rounding)
                        sums[n, r, p] = [int(costs[some].sum()) for some in inside]
            totals.append(sums)
        return totals[0], totals[1]

    def _block(self, at: NDArray[np.intp], hourly: Integers, population: str) -> LineBlock:
        pairs = self.evidence.pairs
        steps = pairs.steps
        undone = np.full(len(at), int(Undo.POPULATION) if population == "baseline" else 0, dtype=np.int64)
        people, costed, stated = pairs.volumes(at, undone)
        if population == _STATED:
            costed = stated = np.ones_like(people)
        whole, rest, base = scale_population(people, costed, stated)
        return LineBlock(steps["effort"][at], hourly[at], steps["money"][at], steps["frequency"][at], whole, rest, base)

    def _way(self, rounding: int, before: int, after: int, population: int, bearers: int) -> Way:
        words: list[tuple[str, dict[Language, dict[str, str]]]] = []
        none: dict[Language, dict[str, str]] = {"vi": {}, "en": {}}
        if bearers:
            names = [list(Bearer)[n] for n in self.bearers[bearers] if n != _NO_BEARER]
            said: dict[Language, dict[str, str]] = {
                one: {"bearers": ", ".join(name.label(one) for name in names)} for one in _LANGUAGES
            }
            every = _NO_BEARER in self.bearers[bearers]
            words.append(("all_bearers", none) if every else ("bearers", said))
        if before or after:
            tables = [
                {one: _say(self.rates[n][0], one, value=self.rates[n][1]) for one in _LANGUAGES}
                for n in (before, after)
            ]
            said = {
                one: {"rates": tables[0][one], "before": tables[0][one], "after": tables[1][one]} for one in _LANGUAGES
            }
            words.append(("rates" if before == after else "rates_apart", said))
        if rounding:
            words.append((_ROUNDINGS[rounding], none))
        if population:
            words.append((f"population_{self.populations[population]}", none))
        vi, en = (_say("and", one).join(_say(word, one, **values[one]) for word, values in words) for one in _LANGUAGES)
        return Way(len(words) + (before != after), vi, en)

    def _rounded_amounts(self, claim: Claim) -> Iterator[Way]:
        """Try amounts that end in zeros, behind two digits at least, as rounded to the digits before the zeros."""
        amounts = [getattr(claim, name) for name in ("baseline_vnd", "simplified_vnd", "saving_vnd")]
        units = tuple(_unit_of_zeros(one) for one in amounts)
        rounded = replace(claim, units=tuple(max(one, two) for one, two in zip(claim.units, units, strict=True)))  # type: ignore[arg-type]
        if rounded != claim and any(rounded.follows_from(cost) for cost in reductions_of(self.evidence, claim)):
            unit = max(units)
            vi, en = (_say("rounded", one, value=format_integer(unit, language=one)) for one in _LANGUAGES)
            yield Way(1, vi, en)

    def _other_shares(self, claim: Claim) -> Iterator[Way]:
        """Try what is no saving over the whole baseline: means of percentages, and percentages of something else."""
        if claim.reduction is None or claim.scope is Scope.PROCEDURE:
            return
        whole = [cost for cost in reductions_of(self.evidence, claim) if claim.has_amounts_of(cost)]
        if not whole:
            return
        costs = self.evidence.costs
        costs = costs[is_about(self.evidence, claim, costs)]
        changes = costs["baseline_vnd"] != costs["simplified_vnd"]
        bases = (("of_changed", int(costs["baseline_vnd"][changes].sum())), ("of_simplified", int(whole[0].simplified)))
        for word, base in bases:
            if base > 0 and claim.is_share(Fraction(int(whole[0].saving), base)):
                yield _no_reduction(word)
        for word, column in (
            ("mean_procedures", "procedure"),
            ("mean_procedures", "group"),
            ("mean_agencies", "agency"),
        ):
            if column == "agency" and claim.scope is Scope.AGENCY:
                continue
            groups = costs.groupby(column)[["baseline_vnd", "simplified_vnd"]].sum()
            groups = groups[groups["baseline_vnd"] > 0]
            shares = [Fraction(b - a, b) for b, a in groups.astype(object).itertuples(index=False, name=None)]
            if shares and claim.is_share(sum(shares, Fraction(0)) / len(shares)):
                yield _no_reduction(word)


def _no_reduction(word: str) -> Way:
    return Way(1, _say(word, "vi"), _say(word, "en"), is_no_reduction=True)


def _unit_of_zeros(amount: int | None) -> int:
    """Return the largest power of ten, from a thousand on, of which an amount is a multiple, ten at least; else 1."""
    unit = 1
    while amount and amount % (10 * unit) == 0 and abs(amount) >= 100 * unit:
        unit *= 10
    return unit if unit >= _LEAST_ROUNDING else 1


def _rounded(block: LineBlock, rounding: Rounding) -> Integers:
    """Return the annual costs of lines by one way of rounding."""
    if rounding == "line":
        return annual_costs(block)
    if rounding == "line_down":
        return _cut(block)
    case = block.effort * block.vnd_per_hour + block.money * EFFORT_STEPS_PER_HOUR
    whole = round_half_up(case, EFFORT_STEPS_PER_HOUR) if rounding == "case" else case // EFFORT_STEPS_PER_HOUR
    nothing = np.zeros_like(block.effort)
    return annual_costs(
        LineBlock(
            nothing, nothing, whole, block.frequency, block.population, block.population_rest, block.population_base
        )
    )


def _cut(block: LineBlock) -> Integers:
    """Return the annual costs of lines without what is left of a đồng."""
    assert block.population_base is not None  # noqa: S101 - made by scale_population
    assert block.population_rest is not None  # noqa: S101
    once: Integers = annual_cost_product(
        block.effort, block.vnd_per_hour, block.money, block.frequency, 1, effort_steps=EFFORT_STEPS_PER_HOUR
    )
    quotient, remainder = once // block.population_base, once % block.population_base
    steps = once * block.population + quotient * block.population_rest
    steps += remainder * block.population_rest // block.population_base
    return steps // STEPS_PER_VND
