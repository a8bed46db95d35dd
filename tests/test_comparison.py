"""Laws of comparison: like with like, exact, in any order and grouping, on any day, and equal to the oracle."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import codes_of, only, says
from review_oracle import outcome_of
from review_strategies import FEW, cases, review_of, unchanged_cases
from tthc_cost.comparison import BASES, GROUPINGS, Comparison, compare
from tthc_cost.errors import (
    InputFault,
    MismatchError,
    NeedsLinesError,
    UnknownNameError,
    WrongKindError,
    ZeroBaselineError,
)
from tthc_cost.model import Activity, Decision, Procedure, Rate, Volume
from tthc_cost.rates import RateTable
from tthc_cost.vocabulary import Bearer, Counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from review_strategies import Case
    from tthc_cost.arithmetic import Reduction
    from tthc_cost.comparison import Basis
    from tthc_cost.review import Review

RATE = RateTable.from_income(2112 * 1000)
"""1 000 đồng an hour for everybody."""
DAYS = ("2023-05-10", "2024-06-01", "2024-12-31")


def pair(reduction: Reduction) -> tuple[Any, Any]:
    return reduction.baseline, reduction.simplified


def compared(case: Case, **options: Any) -> Comparison:
    return compare(case.review(), case.rate_table(), **options)


def state(code: str, population: int | None = 4, fee: int = 1000, **more: Any) -> list[object]:
    described = {"frequency": 1, "population": population} | more
    return [Procedure(code, f"Thủ tục {code}", **described), Activity(code, "1", fee_vnd=fee)]


def states(*codes: str, **more: Any) -> list[object]:
    return [one for code in codes for one in state(code, **more)]


# The laws


@FEW
@given(cases(), st.sampled_from(["baseline", "stated"]))
def test_a_comparison_equals_the_oracle_to_the_dong(case: Case, population: Literal["baseline", "stated"]) -> None:
    comparison = compared(case, population=population)
    outcome = outcome_of(case, population=population)
    assert pair(comparison.total) == outcome.total()
    assert pair(comparison.count()) == outcome.strict
    assert pair(comparison.count("broad")) == outcome.broad
    assert pair(comparison.time) == outcome.time
    assert pair(comparison.time_weighted) == outcome.time_weighted
    assert (comparison.apart["baseline_vnd"].sum(), comparison.apart["simplified_vnd"].sum()) == outcome.total(
        counted=False
    )
    for columns in (("procedure",), ("volume_agency", "stage"), ("bearer", "decision", "level")):
        assert grouped(comparison.by(*columns), columns) == outcome.sums(columns)


def grouped(frame: pd.DataFrame, columns: tuple[str, ...]) -> dict[tuple[str | None, ...], tuple[int, int]]:
    keys = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return {
        key: (before, after)
        for key, before, after in zip(
            keys.itertuples(index=False, name=None), frame["baseline_vnd"], frame["simplified_vnd"], strict=True
        )
    }


@FEW
@given(cases(), st.sampled_from(list(BASES)), st.sampled_from(DAYS))
def test_a_comparison_on_a_day_equals_the_oracle(case: Case, basis: Basis, day: str) -> None:
    whole = compared(case)
    then = whole.at(basis, dt.date.fromisoformat(day))
    outcome = outcome_of(case, at=(basis, day))
    assert pair(then.total) == outcome.total()
    assert pair(then.count()) == outcome.strict
    assert pair(then.count("broad")) == outcome.broad
    assert pair(then.time) == outcome.time
    assert pair(then.time_weighted) == outcome.time_weighted
    assert then.total.baseline == whole.total.baseline
    assert then.at(basis, dt.date.fromisoformat(day)).total == then.total


@FEW
@given(cases())
def test_the_parts_add_to_the_whole_by_any_grouping(case: Case) -> None:
    comparison = compared(case)
    for columns in [(one,) for one in GROUPINGS] + list(combinations(GROUPINGS, 2)):
        frame = comparison.by(*columns)
        assert (frame["baseline_vnd"].sum(), frame["simplified_vnd"].sum()) == pair(comparison.total)
        assert (frame["saving_vnd"] == frame["baseline_vnd"] - frame["simplified_vnd"]).all()
        assert frame["reduction"].isna().equals(frame["baseline_vnd"] == 0)
        assert not frame.duplicated(list(columns)).any()
        assert frame.equals(frame.sort_values(list(columns), ignore_index=True))
    counted = comparison.procedures[comparison.procedures["counted"]]
    assert (counted["baseline_vnd"].sum(), counted["simplified_vnd"].sum()) == pair(comparison.total)
    assert (comparison.by_bearer["baseline_vnd"].sum(), comparison.by_bearer["simplified_vnd"].sum()) == pair(
        comparison.total
    )


@FEW
@given(unchanged_cases())
def test_no_change_saves_nothing(case: Case) -> None:
    comparison = compared(case)
    for reduction in (
        comparison.total,
        comparison.count(),
        comparison.count("broad"),
        comparison.time,
        comparison.time_weighted,
    ):
        assert reduction.saving == 0
        assert reduction.ratio in {None, Fraction(0)}
    assert (comparison.procedures["saving_vnd"] == 0).all()
    assert not comparison.standing["simplification"].any()


@FEW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(case: Case, chance: Any) -> None:
    def shuffled(rows: list[Any]) -> list[Any]:
        mixed: list[Any] = chance.sample(rows, len(rows))
        return mixed

    other = replace(
        case,
        baseline={name: shuffled(rows) for name, rows in case.baseline.items()},
        simplified={name: shuffled(rows) for name, rows in case.simplified.items()},
        decisions=shuffled(case.decisions),
    )
    one, again = compared(case), compared(other)
    assert again.total == one.total
    assert (again.count("broad"), again.time_weighted) == (one.count("broad"), one.time_weighted)
    assert again.by("agency", "stage").equals(one.by("agency", "stage"))
    assert again.by("procedure").equals(one.by("procedure"))


@FEW
@given(cases(), st.data())
def test_removing_a_line_or_lowering_a_figure_never_raises_the_cost(case: Case, data: st.DataObject) -> None:
    lines = case.simplified["activities"]
    if not lines:
        return
    position = data.draw(st.integers(0, len(lines) - 1))
    line = lines[position]
    lowered = dict(line)
    name = data.draw(
        st.sampled_from(["effort_hours", "fee_vnd", "service_vnd", "other_vnd", "frequency", "population"])
    )
    if line[name] is not None:
        lowered[name] = line[name] // 2
    fewer = [one for n, one in enumerate(lines) if n != position]
    changes = [[*lines[:position], lowered, *lines[position + 1 :]]]
    if any(one["procedure"] == line["procedure"] for one in fewer):
        changes.append(fewer)
    whole = compared(case).lines
    for changed in changes:
        other = compared(replace(case, simplified=case.simplified | {"activities": changed})).lines
        assert other["annual_cost_vnd"].sum() <= whole["annual_cost_vnd"].sum()


@FEW
@given(unchanged_cases(), cases())
def test_there_and_back_give_opposite_savings_at_the_same_volumes(case: Case, other: Case) -> None:
    there = replace(
        case,
        simplified=case.baseline | {"activities": _other_figures(case, other)},
        decisions=[{"procedure": row["procedure"], "decision": "amend"} for row in case.baseline["procedures"]],
    )
    back = replace(there, baseline=there.simplified, simplified=there.baseline)
    one, two = compared(there), compared(back)
    assert one.total.saving == -two.total.saving
    assert pair(one.total) == pair(two.total)[::-1]
    assert (one.procedures["saving_vnd"] == -two.procedures["saving_vnd"]).all()


def _other_figures(case: Case, other: Case) -> list[dict[str, Any]]:
    """Lines of one case with the figures of another's."""
    figures = other.baseline["activities"] or case.baseline["activities"]
    taken = ("grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd", "stage", "bearer")
    return [
        line | {name: figures[n % len(figures)][name] for name in taken}
        for n, line in enumerate(case.baseline["activities"])
    ]


@FEW
@given(cases(), st.sets(st.sampled_from(list(Bearer)), min_size=1, max_size=2))
def test_only_the_chosen_bearers_are_in_the_total_and_every_one_is_shown(case: Case, chosen: set[Bearer]) -> None:
    whole, part = compared(case), compared(case, bearers=chosen)
    assert pair(part.total) == outcome_of(case).total(chosen)
    shown = part.by_bearer
    assert shown.drop(columns="in_total").equals(whole.by_bearer.drop(columns="in_total"))
    assert shown.loc[shown["in_total"], "baseline_vnd"].sum() == part.total.baseline
    assert whole.by_bearer["in_total"].all()


# Populations


def test_45_online_and_15_on_paper_of_60_stay_3_to_1_at_150() -> None:
    def lines(online: int | None, paper: int | None) -> list[object]:
        return [
            Activity("A", "online", fee_vnd=1000, population=online),
            Activity("A", "giấy", fee_vnd=1000, population=paper),
        ]

    before = [Procedure("A", "x", frequency=1, population=150), *lines(150, 0)]
    after = [Procedure("A", "x", frequency=1, population=60), *lines(45, 15)]
    review = review_of(before, after, Decision("A", "amend"))
    costs = compare(review, RATE).lines.query("state == 'simplified'")["annual_cost_vnd"].tolist()
    assert costs == [112_500, 37_500]
    assert compare(review, RATE, population="stated").total.simplified == 60_000


def test_merging_100_cases_into_50_saves_nothing_by_volume() -> None:
    before = [*state("A", 60), *state("B", 40)]
    merged = [Decision("A", "merge", replaced_by="N"), Decision("B", "merge", replaced_by="N")]
    assert compare(review_of(before, state("N", None), *merged), RATE).total.saving == 0
    review = review_of(before, state("N", 50), *merged)
    comparison = compare(review, RATE)
    assert pair(comparison.total) == (100_000, 60_000)
    assert comparison.remarks[0].code == "merge_raised"
    assert pair(compare(review, RATE, population="stated").total) == (100_000, 50_000)


def test_a_frequency_is_set_by_rule_and_a_change_in_it_is_real() -> None:
    review = review_of(state("A", 40, frequency=2), state("A", 10, frequency=1), Decision("A", "amend"))
    assert pair(compare(review, RATE).total) == (80_000, 40_000)


def test_delegated_work_costs_at_its_new_level_and_counts_at_its_old() -> None:
    review = review_of(state("A", level="province"), state("A", fee=700, level="commune"), Decision("A", "delegate"))
    frame = compare(review, RATE).by("level")
    assert frame[["level", "baseline_vnd", "simplified_vnd"]].to_numpy().tolist() == [["province", 4000, 2800]]


def test_transferred_and_out_of_scope_procedures_leave_both_sides_and_are_shown_apart() -> None:
    before = [*states("A", "T"), *state("X", in_scope=False, exclusion="bí mật nhà nước")]
    review = review_of(
        before, states("A", "X"), Decision("A", "amend"), Decision("T", "transfer"), Decision("X", "amend")
    )
    comparison = compare(review, RATE)
    assert pair(comparison.total) == (4000, 4000)
    assert pair(comparison.count()) == (1, 1)
    apart = comparison.apart.set_index("procedure")
    assert apart["baseline_vnd"].to_dict() == {"T": 4000, "X": 4000}
    assert apart["simplified_vnd"].to_dict() == {"T": 0, "X": 4000}
    assert apart["exclusion"].to_dict() == {"T": "chuyển do sắp xếp tổ chức bộ máy", "X": "bí mật nhà nước"}


def test_volumes_by_agency_are_one_procedure_whose_agencies_can_be_told_apart() -> None:
    rows = [Procedure("A", "x", agency="UBND cấp xã"), Activity("A", "1", fee_vnd=1000)]
    rows += [Volume("A", f"xã {number:02}", 1, number) for number in range(1, 39)]
    comparison = compare(review_of(rows, [], Decision("A", "keep")), RATE)
    assert pair(comparison.count()) == (1, 1)
    assert comparison.by("agency")["baseline_vnd"].tolist() == [741_000]
    assert comparison.by("volume_agency")["baseline_vnd"].tolist() == [1000 * number for number in range(1, 39)]


# Counts and time


def test_three_merged_into_a_new_one_cut_two() -> None:
    merged = [Decision(code, "merge", replaced_by="N") for code in "ABC"]
    review = review_of(
        states("A", "B", "C"), [Procedure("N", "N", frequency=1), Activity("N", "1", fee_vnd=1)], *merged
    )
    assert compare(review, RATE).count().saving == 2


def test_a_new_procedure_that_replaces_none_counts_against() -> None:
    review = review_of(states("A", "B"), states("A", "N"), Decision("A", "amend"), Decision("B", "abolish"))
    assert pair(compare(review, RATE).count()) == (2, 2)
    assert pair(compare(review, RATE).count(Counting.BROAD)) == (2, 2)


def test_broad_counts_what_is_simplified_as_well() -> None:
    review = review_of(
        states("A", "B", "C"), [*state("A", fee=900), *state("B")],
        Decision("A", "amend"), Decision("B", "amend"), Decision("C", "abolish"),
    )  # fmt: skip
    comparison = compare(review, RATE)
    assert comparison.count().saving == 1
    assert comparison.count("broad").saving == 2
    assert comparison.count("chỉ tính TTHC được cắt giảm") == comparison.count()
    with pytest.raises(UnknownNameError):
        comparison.count("khoảng chừng")


def test_20_percent_of_46_procedures_is_10() -> None:
    codes = [f"NB-{number:02}" for number in range(46)]

    def after_abolishing(number: int) -> Reduction:
        gone = [Decision(code, "abolish") for code in codes[:number]]
        rest = [Decision(code, "keep") for code in codes[number:]]
        return compare(review_of(states(*codes), [], *gone, *rest), RATE).count()

    assert (after_abolishing(9).meets("20%"), after_abolishing(10).meets("20%")) == (False, True)
    assert after_abolishing(0).shortfall("20%") == 10


def test_time_is_of_procedures_in_both_states_and_weighted_by_their_cases() -> None:
    before = [
        *state("A", 40, deadline_days=15),
        *state("B", 10, deadline_days=7.5),
        *state("C", deadline_days=30),
        *state("D"),
    ]
    after = [*state("A", 40, deadline_days=10), *state("N", deadline_days=5), *state("D", deadline_days=1)]
    review = review_of(
        before, after, Decision("A", "amend"), Decision("B", "replace", replaced_by="N"),
        Decision("C", "abolish"), Decision("D", "amend"),
    )  # fmt: skip
    comparison = compare(review, RATE)
    assert pair(comparison.time) == (Fraction(45, 2), 15)
    assert pair(comparison.time_weighted) == (675, 450)
    assert comparison.time.unit != comparison.time_weighted.unit


def test_cases_are_exact_thirds() -> None:
    review = review_of(state("A", 10, frequency="1/3", deadline_days=3), [], Decision("A", "keep"))
    assert pair(compare(review, RATE).time_weighted) == (10, 10)


def test_a_shorter_deadline_saves_time_and_no_cost() -> None:
    review = review_of(state("A", deadline_days=15), state("A", deadline_days=10), Decision("A", "amend"))
    comparison = compare(review, RATE)
    assert (comparison.total.saving, comparison.time.saving) == (0, 5)


# On a day


def test_what_is_not_approved_stays_and_a_group_moves_together() -> None:
    merge = Decision("A", "merge", replaced_by="B", approved_on="2024-11-30")
    for approved, saving in (("2024-12-31", 1000), (None, 0)):
        review = review_of(
            [*state("A", 4), *state("B", 4)],
            state("B", None, fee=875),
            merge,
            Decision("B", "amend", approved_on=approved),
        )
        comparison = compare(review, RATE)
        assert comparison.total.saving == 1000
        assert comparison.at("approved", dt.date(2024, 12, 30)).total.saving == 0
        assert comparison.at("approved", dt.date(2024, 12, 31)).total.saving == saving
        assert comparison.at("approved", dt.date(2025, 1, 1), before=dt.date(2024, 12, 31)).total.saving == 0
        assert comparison.at("approved", dt.date(2024, 12, 30)).count().saving == 0


def test_a_replacement_held_back_leaves_the_time_of_the_procedure_it_replaces_once() -> None:
    review = review_of(
        state("A", deadline_days=15), state("N", deadline_days=10), Decision("A", "replace", replaced_by="N")
    )
    assert pair(compare(review, RATE).time) == (15, 10)
    assert pair(compare(review, RATE).at("in_force", dt.date.max).time) == (15, 15)


def test_at_another_rate_what_is_held_back_stays_at_its_baseline_rate() -> None:
    rows = [Procedure("A", "x", frequency=1, population=1), Activity("A", "1", grade="A1/1", effort_hours=1)]
    review = review_of(rows, rows, Decision("A", "amend"))
    comparison = compare(review, RATE, simplified_rates=RateTable.from_income(2112 * 800))
    assert pair(comparison.total) == (1000, 800)
    assert pair(comparison.at("approved", dt.date(2024, 1, 1)).total) == (1000, 1000)


# Rates


def rated(before: int | None, after: int | None) -> Review:
    rows = [Procedure("A", "x", frequency=1, population=1), Activity("A", "1", grade="A1/1", effort_hours=1)]
    stated = [[] if rate is None else [Rate("A1/1", None, rate)] for rate in (before, after)]
    return review_of([*rows, *stated[0]], [*rows, *stated[1]], Decision("A", "amend"))


@pytest.mark.parametrize(("before", "after"), [(700, 700), (700, None), (None, 700)])
def test_without_rates_the_reviews_own_are_taken(before: int | None, after: int | None) -> None:
    comparison = compare(rated(before, after))
    assert pair(comparison.total) == (700, 700)
    assert comparison.rates is comparison.simplified_rates
    assert pair(compare(rated(before, after), RATE).total) == (1000, 1000)


def test_different_rates_or_none_are_refused() -> None:
    with pytest.raises(MismatchError) as caught:
        compare(rated(700, 600))
    assert says(only("rates_differ", caught.value.faults), "hai bảng mức thu nhập khác nhau", "different rates")
    with pytest.raises(MismatchError) as caught:
        compare(rated(None, None))
    assert says(only("no_rates", caught.value.faults), "chưa có mức", "no hourly rates")


def test_a_grade_that_the_rates_do_not_know_is_a_fault_of_every_line() -> None:
    rates = RateTable.from_table(pd.DataFrame({"grade": ["A1/2"], "vnd_per_hour": [1]}))
    with pytest.raises(InputFault) as caught:
        compare(rated(None, None), rates)
    assert {one.code for one in caught.value.faults} == {"unknown_grade"}


# What is said


def test_a_kept_procedure_whose_lines_differ_is_a_warning() -> None:
    comparison = compare(review_of(state("A"), state("A", fee=900), Decision("A", "keep")), RATE)
    assert says(only("kept_but_changed", comparison.remarks), "được giữ nguyên nhưng", "is kept, yet")
    assert comparison.remarks[0].place.key == ("A",)


@pytest.mark.parametrize("columns", [(), ("sở",), ("agency", "effort_hours")])
def test_costs_are_grouped_by_known_columns_only(columns: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        compare(review_of(state("A"), [], Decision("A", "keep")), RATE).by(*columns)
    assert says(only("unknown_grouping", caught.value.faults), "reviewing_agency", "cannot be grouped")


def test_a_way_to_take_populations_and_a_basis_must_be_known() -> None:
    review = review_of(state("A"), [], Decision("A", "keep"))
    with pytest.raises(UnknownNameError) as caught:
        compare(review, RATE, population="mean")  # type: ignore[arg-type]
    assert says(only("unknown_population", caught.value.faults), "«mean»", "no way to take populations")
    with pytest.raises(UnknownNameError) as caught:
        compare(review, RATE).at("announced", dt.date.max)  # type: ignore[arg-type]
    assert says(only("unknown_basis", caught.value.faults), "submitted, approved, in_force", "no stage")
    with pytest.raises(UnknownNameError):
        compare(review, RATE, bearers=["cơ quan nào đó"])


# Published totals


def costs(**rows: tuple[Any, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(code, *both) for code, both in rows.items()], columns=["procedure", "baseline_vnd", "simplified_vnd"]
    )
    return frame.astype({"procedure": object})


def test_a_portfolios_reduction_is_no_mean_of_percentages() -> None:
    total = Comparison.from_costs(costs(a=(100, 10), b=(9_900, 9_900))).total
    assert total.ratio == Fraction(9, 1000)


def test_published_billions_are_exact() -> None:
    total = Comparison.from_costs(costs(hanoi=(2_306 * 10**9, 654 * 10**9))).total
    assert total.saving == 1_652 * 10**9
    assert total.ratio == Fraction(1652, 2306)
    assert round(float(total.ratio) * 100, 2) == 71.64


@pytest.mark.parametrize("number", [int, float, Decimal, np.int64, np.float64])
def test_published_totals_may_be_any_kind_of_number(number: type[Any]) -> None:
    frame = costs(a=(number(100), number(80))).assign(agency=None, level="province", ghi_chú="x")
    comparison = Comparison.from_costs(frame)
    assert pair(comparison.total) == (100, 80)
    assert comparison.by("agency", "level")["saving_vnd"].tolist() == [20]
    assert comparison.procedures["saving_vnd"].tolist() == [20]
    assert comparison.apart.empty
    assert not comparison.has_lines


def test_published_totals_may_come_in_any_eager_frame() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    assert Comparison.from_costs(frame).total.saving == 20


def test_no_published_totals_have_no_ratio() -> None:
    total = Comparison.from_costs(costs()).total
    assert (pair(total), total.ratio) == ((0, 0), None)
    with pytest.raises(ZeroBaselineError):
        total.meets("20%")


@pytest.mark.parametrize(
    ("code", "frame", "vi", "en"),
    [
        ("not_whole_vnd", costs(a=(100.5, 1)), "số đồng nguyên", "whole number"),
        ("not_whole_vnd", costs(a=(-1, 1)), "«-1»", "«-1»"),
        ("not_whole_vnd", costs(a=(None, 1)), "bỏ dòng này", "leave the row out"),
        ("not_whole_vnd", costs(a=(1, "100")), "«100»", "«100»"),
        ("not_whole_vnd", costs(a=(1, True)), "«True»", "«True»"),
        ("not_whole_vnd", costs(a=(float("inf"), 1)), "«inf»", "«inf»"),
        ("not_whole_vnd", costs(a=(Decimal("NaN"), 1)), "«NaN»", "«NaN»"),
        ("sum_too_large", costs(a=(2**62, 1), b=(2**62, 1)), "", ""),
        ("missing_column", costs(a=(1, 1)).drop(columns="simplified_vnd"), "simplified_vnd", "simplified_vnd"),
        ("duplicate_key", pd.concat([costs(a=(1, 1)), costs(**{" a ": (1, 1)})]), "«a» đã có", "«a» already"),
        ("code_is_number", costs(a=(1, 1)).assign(procedure=1.00408), "1.004080", "1.004080"),
        ("blank_required", costs(a=(1, 1)).assign(procedure=" "), "để trống", "empty"),
    ],
)
def test_published_totals_that_are_none_are_faults(code: str, frame: pd.DataFrame, vi: str, en: str) -> None:
    with pytest.raises(InputFault) as caught:
        Comparison.from_costs(frame)
    assert says(only(code, caught.value.faults), vi, en)


def test_what_needs_lines_says_so() -> None:
    published = Comparison.from_costs(costs(a=(100, 10)))
    questions: list[Callable[[], object]] = [
        published.count, lambda: published.time, lambda: published.time_weighted, lambda: published.by_bearer,
        lambda: published.by("agency", "stage"), lambda: published.by("volume_agency"), lambda: published.explain("a"),
        lambda: published.at("approved", dt.date.max),
    ]  # fmt: skip
    for question in questions:
        with pytest.raises(NeedsLinesError) as caught:
            question()
        assert says(only("needs_lines", caught.value.faults), "không có từng dòng", "no lines")


def test_every_remark_of_the_room_is_provoked() -> None:
    assert codes_of("comparison") == {
        "unknown_grouping", "needs_lines", "unknown_population", "unknown_basis", "no_rates", "rates_differ",
        "kept_but_changed", "not_whole_vnd", "no_bearers",
    }  # fmt: skip


def test_no_bearer_at_all_is_a_fault_and_one_may_be_named_alone() -> None:
    both = [Procedure("A", "x", frequency=1, population=2), Activity("A", "1", bearer="resolver", fee_vnd=3)]
    review = review_of(both, both)
    with pytest.raises(InputFault) as caught:
        compare(review, RATE, bearers=[])
    assert says(only("no_bearers", caught.value.faults), "để trống", "empty")
    assert compare(review, RATE, bearers="resolver").total.baseline == 6


@pytest.mark.parametrize("rates", [45_265, pd.DataFrame()])
def test_what_is_no_table_of_rates_is_refused_by_name(rates: Any) -> None:
    both = [Procedure("A", "x", frequency=1, population=2), Activity("A", "1", fee_vnd=3)]
    review = review_of(both, both)
    with pytest.raises(WrongKindError, match="RateTable"):
        compare(review, rates)


# Odd but legal


def test_an_empty_review_compares_to_nothing() -> None:
    comparison = compare(review_of([], []), RATE)
    for reduction in (comparison.total, comparison.count(), comparison.time, comparison.time_weighted):
        assert (pair(reduction), reduction.ratio) == ((0, 0), None)
    assert comparison.by("agency", "stage").empty
    assert comparison.procedures.empty
    assert comparison.by_bearer.empty
    assert comparison.at("approved", dt.date.max).total == comparison.total


def test_abolishing_everything_saves_everything() -> None:
    review = review_of(states("A", "B"), [], Decision("A", "abolish"), Decision("B", "abolish"))
    comparison = compare(review, RATE)
    assert comparison.total.ratio == comparison.count().ratio == 1
    assert comparison.procedures["simplified_vnd"].tolist() == [0, 0]
    assert comparison.by("stage")["reduction"].tolist() == [1.0]


def test_a_baseline_of_zero_has_no_ratio() -> None:
    comparison = compare(review_of(state("A", fee=0), state("A", fee=1), Decision("A", "amend")), RATE)
    assert comparison.total.ratio is None
    assert comparison.by("agency")["reduction"].isna().all()
    assert comparison.total.saving == -4


def test_codes_of_any_script_are_codes() -> None:
    codes = ("TTHC-Đ/№ 7", "手続き", "🏛", "1.004080")
    comparison = compare(review_of(states(*codes), [], *(Decision(code, "abolish") for code in codes)), RATE)
    assert set(comparison.by("procedure")["procedure"]) == set(codes)
