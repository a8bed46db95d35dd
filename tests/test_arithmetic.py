"""The laws of the arithmetic, held against the oracle and against integers of any size."""

from __future__ import annotations

import operator
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pint
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import oracle
from strategies import (
    Line,
    efforts,
    frequencies,
    large_portfolios,
    lines,
    money,
    portfolios,
    rates_vnd_per_hour,
    rearranged,
    tied_lines,
)
from tthc_cost import arithmetic
from tthc_cost.arithmetic import (
    LineBlock,
    Reduction,
    add_sums,
    annual_cost_product,
    annual_costs,
    lines_over_limit,
    parse_target,
    round_half_up,
    scale_population,
    steps_of,
    steps_of_block,
)
from tthc_cost.errors import InputFault, MismatchError, TargetTypeError, ZeroBaselineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strategies import (
        Portfolio,
    )

LIMIT_VND = 5 * 10**12
INT64 = 2**63 - 1


def integers(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.int64)


def block_of(portfolio: Sequence[Line]) -> LineBlock:
    return LineBlock(
        effort=integers([int(line.effort_hours * 3000) for line in portfolio]),
        vnd_per_hour=integers([line.vnd_per_hour for line in portfolio]),
        money=integers([line.service_vnd + line.fee_vnd + line.other_vnd for line in portfolio]),
        frequency=integers([int(line.frequency * 300) for line in portfolio]),
        population=integers([line.population for line in portfolio]),
    )


def scaled_block_of(portfolio: Sequence[Line], costed: int, stated: int) -> LineBlock:
    block, same = block_of(portfolio), np.ones(len(portfolio), dtype=np.int64)
    whole, rest, base = scale_population(block.population, costed * same, stated * same)
    return replace(block, population=whole, population_rest=rest, population_base=base)


def costs_of(portfolio: Sequence[Line]) -> list[int]:
    return [int(cost) for cost in annual_costs(block_of(portfolio))]


def over_limit(block: LineBlock) -> list[bool]:
    over = lines_over_limit(block)
    return [False] * block.effort.size if over is None else [bool(one) for one in over]


# ---- published cases


def test_textbook_case_of_the_standard_cost_model() -> None:
    assert annual_cost_product(3, 10, 0, 2, 100_000) == 6_000_000


def test_case_constructed_for_article_27() -> None:
    def state(hours: int, fee: int) -> int:
        line = Line(Fraction(hours), "A1/1", 45_265, 0, fee, 0, Fraction(1), 40)
        assert annual_cost_product(hours, 45_265, fee, 1, 40) == oracle.line_cost(line)
        return costs_of([line])[0]

    cost = Reduction(state(8 + 2 + 2, 20_000), state(5 + 1 + 1, 10_000))
    assert (cost.baseline, cost.simplified, cost.saving) == (22_527_200, 13_074_200, 9_453_000)
    assert f"{float(cost.ratio or 0):.2%}" == "41.96%"
    assert cost.meets("20%")


def test_seven_tenths_of_an_hour_is_rounded_as_the_calculator_does() -> None:
    assert costs_of([Line(Fraction(7, 10), "A1/1", 45_265, 0, 0, 0, Fraction(1), 1)]) == [31_686]


@pytest.mark.parametrize(
    ("baseline", "simplified", "published"),
    [(2306, 654, "71.64%"), (4888, 4888 - 3071, "62.8%"), (6974, 6974 - 2269, "32.5%")],
)
def test_published_reductions(baseline: int, simplified: int, published: str) -> None:
    ratio = Reduction(baseline, simplified).ratio
    assert ratio is not None
    assert f"{float(ratio):.{len(published) - 4}%}" == published


def test_reduction_of_a_portfolio_is_not_the_mean_of_percentages() -> None:
    whole = Reduction(100, 10) + Reduction(9_900, 9_900)
    assert whole.ratio == Fraction(9, 1000)


def test_a_fifth_of_46_procedures_is_10() -> None:
    assert Reduction(46, 46, "procedures").shortfall("20%") == 10
    assert not Reduction(46, 37, "procedures").meets("20%")
    assert Reduction(46, 36, "procedures").meets("20%")


# ---- the bounds are a contract


def test_the_grids_hold_what_forms_hold() -> None:
    hours = [Fraction(1, 60), Fraction(2, 6000), Fraction(1, 1000), Fraction(1, 3), Fraction(1, 1500)]
    times = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 5), Fraction(1, 12), Fraction(1, 100)]
    assert all((hour * arithmetic.EFFORT_STEPS_PER_HOUR).denominator == 1 for hour in hours)
    assert all((time * arithmetic.FREQUENCY_STEPS).denominator == 1 for time in times)
    assert (arithmetic.EFFORT_STEPS_PER_HOUR, arithmetic.FREQUENCY_STEPS) == (3000, 300)
    assert arithmetic.STEPS_PER_VND == 900_000


def test_the_limits_are_the_documented_ones() -> None:
    assert arithmetic.EFFORT_LIMIT_HOURS == 100_000
    assert arithmetic.RATE_LIMIT_VND_PER_HOUR == 100_000_000
    assert arithmetic.MONEY_LIMIT_VND == 1_000_000_000_000
    assert arithmetic.FREQUENCY_LIMIT_PER_YEAR == 100_000
    assert arithmetic.POPULATION_LIMIT == 1_000_000_000
    assert arithmetic.LINE_LIMIT_VND == LIMIT_VND
    assert arithmetic.SUM_LIMIT_VND == 2**62
    assert arithmetic.STEP_NOISE == 1 / 1_000_000


def test_a_block_at_the_line_limit_cannot_wrap_a_sum() -> None:
    assert arithmetic.BLOCK_LINES == 65_536
    assert arithmetic.SUM_LIMIT_VND + arithmetic.BLOCK_LINES * arithmetic.LINE_LIMIT_VND <= INT64


def test_the_room_names_all_it_shows() -> None:
    assert [name for name in arithmetic.__all__ if not hasattr(arithmetic, name)] == []


# ---- the formula before rounding


@given(st.tuples(efforts(), efforts()), rates_vnd_per_hour(), st.tuples(money(), money()), frequencies(), frequencies())
def test_before_rounding_cost_is_linear_in_every_figure(
    efforts_two: tuple[Fraction, Fraction], rate: int, fees: tuple[int, int], frequency: Fraction, often: Fraction
) -> None:
    cost = annual_cost_product
    (effort, more), (fee, charge) = efforts_two, fees
    one = cost(effort, rate, fee, frequency, 7)
    assert cost(effort + more, rate, fee + charge, frequency, 7) == one + cost(more, rate, charge, frequency, 7)
    assert cost(effort, 3 * rate, 3 * fee, frequency, 7) == 3 * one
    assert cost(effort, rate, fee, frequency + often, 7) == one + cost(effort, rate, fee, often, 7)
    assert cost(effort, rate, fee, frequency, 1) * 7 == one


@given(st.integers(0, 10**6), rates_vnd_per_hour(), money(), frequencies(), st.integers(0, 10**6))
def test_minutes_and_hours_agree(minutes: int, rate: int, fee: int, frequency: Fraction, population: int) -> None:
    hours = Fraction(minutes, 60)
    by_minutes = annual_cost_product(minutes, rate, fee, frequency, population, effort_steps=60)
    assert by_minutes == 60 * annual_cost_product(hours, rate, fee, frequency, population)
    assert steps_of(minutes / 60, 3000) == steps_of(hours, 3000) == 50 * minutes


@given(lines())
def test_the_product_is_the_oracle_s_for_plain_fractions(line: Line) -> None:
    expenses = line.service_vnd + line.fee_vnd + line.other_vnd
    cost = annual_cost_product(line.effort_hours, line.vnd_per_hour, expenses, line.frequency, line.population)
    assert cost == oracle.line_cost_unrounded(line)


def test_its_figures_can_be_named() -> None:
    named = annual_cost_product(effort=180, vnd_per_hour=10, money=0, frequency=2, population=100_000, effort_steps=60)
    assert named == 60 * 6_000_000


def test_its_dimension_is_dong_a_year() -> None:
    registry: Any = pint.UnitRegistry(None)
    for definition in ("person = [person]", "vnd = [currency]", "hour = [time]", "minute = hour / 60", "year = [year]"):
        registry.define(definition)
    vnd, hour, person, year = registry.vnd, registry.hour, registry.person, registry.year
    rate, fee, frequency = 45_265 * vnd / (person * hour), 20_000 * vnd, 1 / year

    cost = annual_cost_product(12 * person * hour, rate, fee, frequency, 40)
    assert cost.units == vnd / year
    assert cost.magnitude == 22_527_200
    minutes = annual_cost_product(720 * person * registry.minute, rate, fee, frequency, 40)
    assert minutes.to(vnd / year).magnitude == pytest.approx(22_527_200)
    with pytest.raises(pint.DimensionalityError):
        annual_cost_product(12 * hour, rate, fee, frequency, 40)


# ---- rounding and the grid


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**9))
@example(5, 10)
@example(-5, 10)
@example(4, 9)
@example(5, 9)
def test_halves_are_rounded_up(numerator: int, denominator: int) -> None:
    assume(denominator % 2 == 0 or 2 * numerator % denominator != 0 or numerator % denominator == 0)
    assert round_half_up(numerator, denominator) == oracle.round_half_up(Fraction(numerator, denominator))


@given(efforts() | frequencies())
def test_a_figure_on_the_grid_comes_back_from_its_float(figure: Fraction) -> None:
    steps = 3000 if (figure * 3000).denominator == 1 else 300
    assert steps_of(float(figure), steps) == figure * steps == steps_of(figure, steps)
    assert steps_of_block(np.array([float(figure)]), steps).tolist() == [figure * steps]


@given(st.decimals(0, 100_000, places=5) | st.decimals(0, 10**12, places=2), st.sampled_from([1, 300, 3000]))
@example(Decimal("0.5"), 1)
@example(Decimal("1.00005"), 300)
@example(Decimal("0.000166"), 3000)
def test_a_float_is_snapped_as_its_shortest_decimal(figure: Decimal, steps: int) -> None:
    assume(figure * steps <= 3 * 10**8 or steps == 1)
    typed = float(figure)
    assert steps_of(typed, steps) == oracle.snap(typed, steps) == steps_of(figure, steps)


@given(st.lists(st.floats(-(10**12), 10**12), max_size=20), st.sampled_from([1, 300, 3000]))
@example([9_999_999_999.499998, 0.00833333], 300)
@example([9_999_999_999.499998], 1)
@example([-0.7], 300)
@example([-2.6], 1)
def test_a_block_is_snapped_as_each_of_its_figures(figures: list[float], steps: int) -> None:
    block = steps_of_block(np.array(figures, dtype=np.float64), steps)
    assert block.dtype == np.int64
    assert block.tolist() == [steps_of(figure, steps) for figure in figures]


def test_snapping_leaves_its_block_as_it_was() -> None:
    figures = np.array([0.7, 2.5])
    steps_of_block(figures, 3000)
    assert figures.tolist() == [0.7, 2.5]


@given(st.integers(0, 3 * 10**8))
def test_the_noise_lifts_a_float_to_a_tie_and_no_further(step: int) -> None:
    tie = step + 0.5
    assert steps_of(tie - 2.0**-21, 1) == step + 1
    assert steps_of(tie - 2.0**-19, 1) == step
    assert steps_of(Fraction(tie) - Fraction(1, 10**9), 1) == step


# ---- a block is the oracle


@given(portfolios())
def test_a_block_costs_what_the_oracle_says(portfolio: Portfolio) -> None:
    assert not any(over_limit(block_of(portfolio.lines)))
    assert costs_of(portfolio.lines) == [oracle.line_cost(line) for line in portfolio.lines]


@settings(max_examples=5)
@given(large_portfolios(max_lines=2000))
def test_thousands_of_lines_cost_what_the_oracle_says(portfolio: Portfolio) -> None:
    assert costs_of(portfolio.lines) == [oracle.line_cost(line) for line in portfolio.lines]


@given(tied_lines())
def test_half_a_dong_is_rounded_up(line: Line) -> None:
    unrounded = oracle.line_cost_unrounded(line)
    assert unrounded.denominator == 2
    assert costs_of([line]) == [unrounded + Fraction(1, 2)]


def test_a_line_at_the_limit_is_exact() -> None:
    line = Line(Fraction(1, 3), "A1/1", 3, LIMIT_VND - 1, 0, 0, Fraction(1), 1)
    assert lines_over_limit(block_of([line])) is None
    assert costs_of([line]) == [LIMIT_VND]


def test_costs_beyond_what_floats_hold_are_exact() -> None:
    line = Line(Fraction(1, 3000), "A1/1", 1, 4_999_999_999_999, 0, 0, Fraction(299, 300), 1)
    product = annual_cost_product(1, 1, 4_999_999_999_999, 299, 1, effort_steps=3000)
    assert product > 2**53
    assert float(product) != product
    assert costs_of([line]) == [oracle.line_cost(line)]


def test_no_lines_cost_nothing() -> None:
    none = block_of([])
    assert lines_over_limit(none) is None
    assert annual_costs(none).tolist() == []


@given(portfolios(min_lines=1), st.data())
def test_order_changes_nothing(portfolio: Portfolio, data: st.DataObject) -> None:
    shuffled = data.draw(rearranged(portfolio.lines))
    assert sorted(costs_of(shuffled)) == sorted(costs_of(portfolio.lines))
    by_line = dict(zip(portfolio.lines, costs_of(portfolio.lines), strict=True))
    assert costs_of(shuffled) == [by_line[line] for line in shuffled]


@given(lines(), st.data())
def test_lowering_a_figure_never_raises_the_cost(line: Line, data: st.DataObject) -> None:
    block = block_of([line])
    figure = data.draw(st.sampled_from(["effort", "vnd_per_hour", "money", "frequency", "population"]))
    lowered = integers([data.draw(st.integers(0, int(getattr(block, figure)[0])))])
    assert 0 <= annual_costs(replace(block, **{figure: lowered}))[0] <= annual_costs(block)[0]


@given(lines())
def test_costing_changes_none_of_its_figures(line: Line) -> None:
    block = scaled_block_of([line], 3, 7)
    before = {field.name: getattr(block, field.name).tolist() for field in fields(block)}
    lines_over_limit(block)
    annual_costs(replace(block, population=integers([0])))
    assert before == {field.name: getattr(block, field.name).tolist() for field in fields(block)}


# ---- populations scaled by V ÷ S

scales = st.tuples(st.integers(0, 10**9) | st.integers(0, 200), st.integers(1, 10**9) | st.integers(1, 200))


@given(portfolios(), scales)
def test_a_scaled_block_costs_what_the_oracle_says(portfolio: Portfolio, scale: tuple[int, int]) -> None:
    block = scaled_block_of(portfolio.lines, *scale)
    over = [oracle.is_over_limit(line, *scale) for line in portfolio.lines]
    assert over_limit(block) == over
    costs = annual_costs(block).tolist()
    for line, cost, beyond in zip(portfolio.lines, costs, over, strict=True):
        assert beyond or cost == oracle.line_cost(line, *scale)


def test_45_online_and_15_on_paper_of_60_stay_3_to_1_at_150() -> None:
    online, paper = (Line(Fraction(0), None, 0, 1000, 0, 0, Fraction(1), number) for number in (45, 15))
    assert annual_costs(scaled_block_of([online, paper], 150, 60)).tolist() == [112_500, 37_500]


def test_scaling_no_lines_gives_no_lines() -> None:
    assert [part.tolist() for part in scale_population(*map(integers, ([], [], [])))] == [[], [], []]


@given(lines(), st.integers(1, 10**9))
def test_scaling_by_one_changes_nothing(line: Line, volume: int) -> None:
    block = scaled_block_of([line], volume, volume)
    assert over_limit(block) == [False]
    assert annual_costs(block).tolist() == costs_of([line])


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
@example(10**9, 10**9, 1)
@example(10**9, 10**9, 10**9)
@example(10**9, 10**9 - 1, 10**9)
def test_a_scaled_population_keeps_its_fraction(population: int, costed: int, stated: int) -> None:
    whole, rest, base = (int(part[0]) for part in scale_population(*map(integers, ([population], [costed], [stated]))))
    assert whole * base + rest == population * costed
    assert 0 <= rest < base == stated


@pytest.mark.parametrize(
    ("figures", "seen"),
    [
        (([-1], [1], [1]), "-1"),
        (([10**9 + 1], [1], [1]), "1000000001"),
        (([1, 1], [0, -2], [1, 1]), "-2"),
        (([1], [10**9 + 1], [1]), "1000000001"),
        (([1], [1], [0]), "0"),
        (([1], [1], [10**9 + 1]), "1000000001"),
    ],
)
def test_populations_outside_their_bounds_are_refused(figures: tuple[list[int], ...], seen: str) -> None:
    with pytest.raises(InputFault) as refused:
        scale_population(*map(integers, figures))
    (fault,) = refused.value.faults
    least = "1" if figures[2] in ([0], [10**9 + 1]) else "0"
    assert (fault.code, dict(fault.values)) == (
        "population_bounds",
        {"value": seen, "least": least, "limit": "1000000000"},
    )


# ---- the limit of a line


@given(st.lists(lines(within_limit=False) | lines(), max_size=8))
def test_lines_over_the_limit_are_found_exactly(portfolio: list[Line]) -> None:
    over = [oracle.is_over_limit(line) for line in portfolio]
    assert over_limit(block_of(portfolio)) == over


@given(st.lists(lines(within_limit=False), min_size=1, max_size=8), scales)
def test_scaled_lines_over_the_limit_are_found_exactly(portfolio: list[Line], scale: tuple[int, int]) -> None:
    over = [oracle.is_over_limit(line, *scale) for line in portfolio]
    assert over_limit(scaled_block_of(portfolio, *scale)) == over


def big(most: int) -> st.SearchStrategy[int]:
    return (
        st.integers(0, most) | st.integers(0, 62).map(lambda bits: min(2**bits, most)) | st.sampled_from([0, 1, most])
    )


@given(
    st.lists(st.tuples(*[big(INT64)] * 5, big(10**9), big(10**9)), min_size=1, max_size=6),
    st.booleans(),
)
@example(rows=[(10**9 - 1, 1, 0, 1, 0, 10**9 - 1, 10**9)], scaled=True)
@example(rows=[(1, 1, LIMIT_VND - 1, 299, 0, 10**9 - 2, 10**9 - 1), (1, 1, 7, 299, 3, 5, 6)], scaled=True)
def test_no_figure_of_any_size_wraps(rows: list[tuple[int, ...]], scaled: bool) -> None:
    rows = [(*row[:5], min(row[5], max(0, row[6] - 1)), max(1, row[6])) if scaled else (*row[:5], 0, 1) for row in rows]
    parts = [integers(part) for part in zip(*rows, strict=True)]
    block = LineBlock(*parts) if scaled else LineBlock(*parts[:5])

    def exact(row: tuple[int, ...], *, once: bool = False) -> int:
        effort, rate, expenses, frequency, whole, rest, base = row
        subjects = 1 if once else whole + Fraction(rest, base)
        return oracle.round_half_up(Fraction(effort * rate + expenses * 3000) * frequency * subjects / 900_000)

    over = [max(exact(row), exact(row, once=True)) > LIMIT_VND for row in rows]
    assert over_limit(block) == over
    inside = [row for row, beyond in zip(rows, over, strict=True) if not beyond]
    costs = [cost for cost, beyond in zip(annual_costs(block).tolist(), over, strict=True) if not beyond]
    assert costs == [exact(row) for row in inside]
    assert annual_costs(block).dtype == np.int64


@pytest.mark.parametrize(("rest", "over"), [(0, False), (449_999, False), (450_000, True)])
@pytest.mark.parametrize("population", [0, 1])
def test_the_limit_is_held_to_the_dong(rest: int, over: bool, population: int) -> None:
    block = LineBlock(*map(integers, ([rest], [1], [LIMIT_VND * 300], [1], [population])))
    assert over_limit(block) == [over]
    assert annual_costs(block)[0] == (LIMIT_VND + over) * population


def test_the_fraction_of_a_scaled_population_counts_towards_the_limit() -> None:
    figures = map(integers, ([0], [0], [LIMIT_VND], [300], [1], [1], [2]))
    assert over_limit(LineBlock(*figures)) == [True]


@pytest.mark.parametrize("expenses", [LIMIT_VND, LIMIT_VND + 1, LIMIT_VND * 6 // 5, LIMIT_VND * 2, LIMIT_VND * 20])
@pytest.mark.parametrize("population", [0, 1, 2])
def test_nearly_one_subject_more_wraps_nothing(expenses: int, population: int) -> None:
    figures = map(integers, ([0], [0], [expenses], [300], [population], [10**9 - 1], [10**9]))
    assert over_limit(LineBlock(*figures)) == [expenses > LIMIT_VND or population > 0]


def test_an_everyday_block_is_cleared_by_its_largest_figures() -> None:
    block = block_of([Line(Fraction(7, 10), "A1/1", 45_265, 0, 20_000, 0, Fraction(1), 40)] * 3)
    assert lines_over_limit(block) is None


def test_one_line_over_the_limit_leaves_its_neighbours_alone() -> None:
    cheap = Line(Fraction(1), "A1/1", 45_265, 0, 0, 0, Fraction(1), 1)
    dear = replace(cheap, service_vnd=10**12, population=10**9, frequency=Fraction(100_000))
    nobody = replace(dear, population=0)
    assert over_limit(block_of([cheap, dear, cheap, nobody])) == [False, True, False, True]


# ---- sums


def totals_of(groups: Sequence[int], costs: Sequence[int], number: int, pieces: int = 1) -> list[int]:
    totals = np.zeros(number, dtype=np.int64)
    cuts = np.linspace(0, len(groups), pieces + 1).astype(int)
    for start, stop in pairwise(cuts):
        add_sums(totals, integers(groups[start:stop]), integers(costs[start:stop]))
    return [int(total) for total in totals]


grouped = st.lists(st.tuples(st.integers(0, 40), st.integers(0, LIMIT_VND)), max_size=60)


@given(grouped, st.integers(1, 5), st.data())
def test_the_parts_add_to_the_whole_in_any_order_and_grouping(
    pairs: list[tuple[int, int]], pieces: int, data: st.DataObject
) -> None:
    expected = oracle.sums(pairs)
    for rows in (pairs, sorted(pairs), data.draw(rearranged(pairs))):
        totals = totals_of([group for group, _ in rows], [cost for _, cost in rows], 41, pieces)
        assert totals == [expected.get(group, 0) for group in range(41)]
        assert sum(totals) == sum(cost for _, cost in pairs)
        halves = totals_of([group // 2 for group, _ in rows], [cost for _, cost in rows], 21, pieces)
        assert halves == [sum(totals[2 * half : 2 * half + 2]) for half in range(21)]


@settings(max_examples=5)
@given(large_portfolios(max_lines=2000), st.data())
def test_procedures_and_agencies_add_to_the_same_total(portfolio: Portfolio, data: st.DataObject) -> None:
    rows = data.draw(rearranged(portfolio.lines))
    for key in ("procedure", "agency"):
        names = sorted({getattr(line, key) for line in rows})
        groups = [names.index(getattr(line, key)) for line in rows]
        expected = oracle.sums((getattr(line, key), oracle.line_cost(line)) for line in rows)
        assert totals_of(groups, costs_of(rows), len(names), 3) == [expected[name] for name in names]


@given(st.lists(grouped, max_size=4))
def test_what_no_total_is_above_is_kept_from_block_to_block(blocks: list[list[tuple[int, int]]]) -> None:
    totals, at_most = np.zeros(41, dtype=np.int64), 0
    for pairs in blocks:
        groups, costs = integers([group for group, _ in pairs]), integers([cost for _, cost in pairs])
        at_most = add_sums(totals, groups, costs, at_most)
    expected = oracle.sums(pair for pairs in blocks for pair in pairs)
    assert totals.tolist() == [expected.get(group, 0) for group in range(41)]
    assert at_most == sum(expected.values())


def test_once_sums_may_reach_the_limit_every_total_is_looked_at() -> None:
    totals = integers([2**62 - 5, 0])
    assert add_sums(totals, integers([1]), integers([5]), at_most=2**62 - 5) == 2**62
    assert add_sums(totals, integers([1]), integers([9]), at_most=2**62) == 2**62
    assert add_sums(totals, integers([0]), integers([5]), at_most=2**62) == 2**62
    with pytest.raises(InputFault):
        add_sums(totals, integers([0]), integers([1]), at_most=2**62)


def test_groups_far_apart_are_added_like_near_ones() -> None:
    totals = np.arange(1000, dtype=np.int64)
    add_sums(totals, integers([999, 0, 999]), integers([1, 2, 3]))
    assert totals[[0, 999]].tolist() == [2, 1003]
    assert totals[1:999].tolist() == list(range(1, 999))


@pytest.mark.parametrize("groups", [[0, 1, 1, 2], [2, 1, 0, 1], [0, 999, 999, 5], [999, 0, 5, 999], [0, 0, 0, 0]])
def test_a_sum_beyond_its_limit_is_refused(groups: list[int]) -> None:
    for group in set(groups):
        totals = np.zeros(1000, dtype=np.int64)
        totals[group] = 2**62 - groups.count(group) * LIMIT_VND
        add_sums(totals, integers(groups), integers([LIMIT_VND] * 4))
        assert totals[group] == 2**62
        with pytest.raises(InputFault) as refused:
            add_sums(totals, integers([group]), integers([1]))
        assert refused.value.faults[0].code == "sum_too_large"
        assert dict(refused.value.faults[0].values) == {"limit": str(2**62)}


def test_a_full_block_at_the_line_limit_is_refused_before_it_wraps() -> None:
    totals = np.full(1, 2**62, dtype=np.int64)
    full = np.zeros(arithmetic.BLOCK_LINES, dtype=np.int64)
    with pytest.raises(InputFault):
        add_sums(totals, full, full + LIMIT_VND)
    assert totals[0] == 2**62 + arithmetic.BLOCK_LINES * LIMIT_VND


def test_adding_nothing_changes_nothing() -> None:
    totals = integers([3, 4])
    assert add_sums(totals, integers([]), integers([]), 4) == 4
    assert add_sums(totals, integers([]), integers([])) == 2**62
    assert totals.tolist() == [3, 4]


# ---- targets


@pytest.mark.parametrize(
    ("target", "share"),
    [
        ("20%", Fraction(1, 5)),
        (" 20 % ", Fraction(1, 5)),
        ("20\N{NO-BREAK SPACE}%", Fraction(1, 5)),
        ("19,5 %", Fraction(39, 200)),
        ("19.5%", Fraction(39, 200)),
        ("+100%", Fraction(1)),
        ("0%", Fraction(0)),
        ("1/5", Fraction(1, 5)),
        (" 2 / 3 ", Fraction(2, 3)),
        ("0,2", Fraction(1, 5)),
        ("0.2", Fraction(1, 5)),
        ("1", Fraction(1)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.2"), Fraction(1, 5)),
        (0, Fraction(0)),
        (1, Fraction(1)),
    ],
)
def test_targets_are_read_exactly(target: Any, share: Fraction) -> None:
    assert parse_target(target) == share
    assert type(parse_target(target)) is Fraction


@pytest.mark.parametrize("target", [0.2, 1.0, True, None, np.float64(0.2), 0.2j, [1]])
def test_a_target_that_is_not_exact_is_refused(target: Any) -> None:
    with pytest.raises(TargetTypeError) as refused:
        parse_target(target)
    (fault,) = refused.value.faults
    assert (fault.code, dict(fault.values)) == ("target_type", {"value": repr(target)})


@pytest.mark.parametrize(
    "target",
    [
        "",
        "%",
        "hai mươi",
        "20%%",
        "1/0",
        "0/0",
        "1,5,5",
        "1.234,5%",
        "0.",
        ".5",
        "1/5%",
        "1e999999999",
        "1_0%",
        "20 % x",
        pytest.param("9" * 10_000, id="ten thousand nines"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("-Infinity"),
        Decimal("sNaN"),
    ],
)
def test_a_target_that_cannot_be_read_is_refused(target: Any) -> None:
    with pytest.raises(InputFault) as refused:
        parse_target(target)
    (fault,) = refused.value.faults
    assert (fault.code, dict(fault.values)) == ("target_text", {"value": str(target)})
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("target", ["20", "100.01%", "-1%", "-0.2", "6/5", Fraction(-1, 10**9), Decimal("1.01"), 2, -1])
def test_a_target_outside_0_to_100_per_cent_is_refused(target: Any) -> None:
    with pytest.raises(InputFault) as refused:
        parse_target(target)
    (fault,) = refused.value.faults
    assert (fault.code, dict(fault.values)) == ("target_range", {"value": str(target)})


@given(st.integers(0, 10_000))
def test_hundredths_of_a_per_cent_are_read_with_comma_and_point(hundredths: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02}"
    assert parse_target(f"{text}%") == parse_target(text.replace(".", ",") + " %") == Fraction(hundredths, 10_000)


# ---- reductions

amounts = st.integers(0, 2**62) | st.integers(0, 100)
shares = st.fractions(0, 1)


def test_exactly_the_target_meets_it_and_a_hair_less_does_not() -> None:
    assert Reduction(5 * 10**17, 4 * 10**17).meets("20%")
    assert not Reduction(5 * 10**17, 4 * 10**17 + 1).meets("20%")
    assert Reduction(10, 10).meets("0%")
    assert not Reduction(10, 11).meets("0%")


@given(amounts, amounts, shares)
def test_reductions_are_the_oracle_s(baseline: int, simplified: int, target: Fraction) -> None:
    reduction = Reduction(baseline, simplified)
    assert reduction.saving == baseline - simplified
    assert reduction.ratio == oracle.ratio(baseline, simplified)
    assert reduction.shortfall(target) == oracle.shortfall(baseline, simplified, target)
    if baseline:
        assert reduction.meets(target) == oracle.meets(baseline, simplified, target)


@given(st.integers(1, 2**62), amounts, shares)
def test_the_shortfall_is_the_least_that_meets_the_target(baseline: int, simplified: int, target: Fraction) -> None:
    reduction = Reduction(baseline, simplified)
    missing = reduction.shortfall(target)
    assert missing >= 0
    assert Reduction(baseline, simplified - missing).meets(target)
    assert reduction.meets(target) == (missing == 0)
    assert missing == 0 or not Reduction(baseline, simplified - missing + 1).meets(target)


def test_half_a_dong_short_is_a_dong_short() -> None:
    assert Reduction(7, 7).shortfall("50%") == 4
    assert Reduction(7, 4).shortfall("50%") == 1
    assert Reduction(7, 3).shortfall("50%") == 0


@given(amounts, amounts)
def test_there_and_back_are_opposite(one: int, other: int) -> None:
    assert Reduction(one, other).saving == -Reduction(other, one).saving


@given(amounts)
def test_no_change_saves_nothing(amount: int) -> None:
    same = Reduction(amount, amount)
    assert same.saving == 0
    assert same.ratio == (0 if amount else None)


@pytest.mark.parametrize("simplified", [0, 5])
def test_a_zero_baseline_has_no_ratio(simplified: int) -> None:
    nothing = Reduction(0, simplified)
    assert nothing.ratio is None
    with pytest.raises(ZeroBaselineError) as refused:
        nothing.meets("20%")
    assert refused.value.faults[0].code == "zero_baseline"


def test_an_inexact_target_is_refused_by_whoever_asks() -> None:
    inexact: Any = 0.2
    for ask in (Reduction(5, 4).meets, Reduction(5, 4).shortfall, Reduction(0, 0).meets):
        with pytest.raises(TargetTypeError):
            ask(inexact)


@given(st.lists(st.tuples(amounts, amounts), min_size=1))
def test_reductions_of_one_kind_add_up(pairs: list[tuple[int, int]]) -> None:
    whole = sum((Reduction(*pair, "working_days") for pair in pairs), start=Reduction(0, 0, "working_days"))
    assert whole == Reduction(sum(b for b, _ in pairs), sum(s for _, s in pairs), "working_days")


def test_reductions_of_unlike_kinds_cannot_be_added() -> None:
    assert Reduction(5, 4).unit == "vnd_per_year"
    with pytest.raises(MismatchError) as refused:
        Reduction(5, 4) + Reduction(46, 36, "procedures")
    (fault,) = refused.value.faults
    assert (fault.code, dict(fault.values)) == ("unlike_reductions", {"one": "vnd_per_year", "other": "procedures"})
    with pytest.raises(MismatchError):
        Reduction(46, 36, "procedures") + Reduction(5, 4)
    with pytest.raises(TypeError):
        operator.add(Reduction(5, 4), 1)


def test_days_may_be_fractions() -> None:
    days = Reduction(Fraction(21, 2), Fraction(15, 2), "working_days")
    assert days.ratio == Fraction(2, 7)
    assert days.shortfall("50%") == 3


def test_values_of_the_room_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        setattr(Reduction(5, 4), "baseline", 6)  # noqa: B010 - what mypy forbids is what is tried
    with pytest.raises(AttributeError):
        setattr(block_of([]), "effort", None)  # noqa: B010 - as above
    assert not hasattr(Reduction(5, 4), "__dict__")
    assert not hasattr(block_of([]), "__dict__")
