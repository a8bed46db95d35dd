"""Like with like: each planted difference is found with its exact effect, its honest twin is not accused."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given

from audit_samples import RATE, compared, found, line, only_finding, procedure, proposal, silent, standing
from oracle import round_half_up
from remarks import codes_of
from review_strategies import FEW, cases
from tthc_cost.auditing import RULES as ALL_RULES
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.likeness_rules import RULES
from tthc_cost.model import Agency, Decision, Rate, Volume
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from review_strategies import Case

AMENDED = Decision("A", "amend")
WORKED: dict[str, Any] = {"effort_hours": 2, "grade": "A1/1"}


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_likeness")


def test_a_change_of_rates_is_taken_out_to_the_dong() -> None:
    before = [procedure("A"), line("A", **WORKED)]
    after = [procedure("A"), line("A", effort_hours=1, grade="A1/1")]
    half = RateTable.from_income(2112 * 500)
    comparison = compared(before, after, AMENDED, simplified_rates=half)
    one = only_finding("rates_changed", comparison)
    assert (one.severity, one.effect_vnd, one.agency) == ("error", 10 * 1000 - 10 * 500, "Sở Nội vụ")
    assert standing(comparison) == (20_000, 10_000)
    assert silent("rates_changed", compared(before, after, AMENDED, simplified_rates=RATE))


def test_each_agency_is_asked_about_its_own_lines_at_other_rates() -> None:
    states = [procedure("A"), line("A", **WORKED), procedure("B", agency="Sở Tài chính"), line("B", **WORKED)]
    comparison = compared(states, states, AMENDED, Decision("B", "amend"), simplified_rates=RateTable.from_income(2112))
    assert {one.agency: one.effect_vnd for one in found("rates_changed", comparison)} == {
        "Sở Nội vụ": 20_000 - 20,
        "Sở Tài chính": 20_000 - 20,
    }


def test_two_tables_of_rates_are_told_though_one_is_used() -> None:
    def states(vnd: int) -> list[object]:
        return [procedure("A"), line("A", **WORKED), Rate("A1/1", None, vnd)]

    rates = RateTable.from_table(pd.DataFrame({"grade": ["A1/1"], "vnd_per_hour": [700]}))
    one = only_finding("stated_rates_differ", compared(states(700), states(500), AMENDED, rates=rates))
    assert (one.severity, one.effect_vnd) == ("warning", 0)
    assert "A1/1" in str(one)
    assert silent("stated_rates_differ", compared(states(700), states(700), AMENDED, rates=rates))


def test_a_fall_in_population_is_no_saving() -> None:
    before = [procedure("A"), line("A", fee_vnd=100)]
    after = [procedure("A", population=4), line("A", fee_vnd=90)]
    comparison = compared(before, after, AMENDED, population="stated")
    assert only_finding("population_fell", comparison).effect_vnd == 6 * 90
    assert standing(comparison) == (1000, 900)
    assert silent("population_fell", compared(before, after, AMENDED))


def test_a_fall_in_population_by_merged_agencies_is_named_so() -> None:
    def states(*volumes: Volume) -> list[object]:
        return [procedure("A", frequency=None, population=None), line("A", fee_vnd=100), *volumes]

    one, two = Volume("A", "xã Một", 1, 6), Volume("A", "xã Hai", 1, 4)
    merged = Agency("xã Hai", successor="xã Một")
    comparison = compared(states(one, two), states(one), AMENDED, merged, population="stated")
    finding = only_finding("population_fell_with_agencies", comparison)
    assert finding.effect_vnd == 400
    assert "xã Hai" in str(finding)
    assert silent("population_fell", comparison)
    assert silent("population_fell_with_agencies", compared(states(one, two), states(one), AMENDED, merged))


def test_subjects_that_go_with_the_resolving_agency_are_named_so() -> None:
    before = [procedure("A"), line("A", fee_vnd=100)]
    after = [procedure("A", population=4), line("A", fee_vnd=90)]
    gone = Agency("Sở Nội vụ", successor="Sở Tài chính")
    comparison = compared(before, after, AMENDED, gone, population="stated")
    assert only_finding("population_fell_with_agencies", comparison).effect_vnd == 6 * 90
    assert silent("population_fell", comparison)
    other = Agency("Sở Tư pháp", successor="Sở Tài chính")
    assert found("population_fell", compared(before, after, AMENDED, other, population="stated"))


def test_a_rise_in_population_is_put_back_as_well() -> None:
    after = [procedure("A", population=14), line("A", fee_vnd=90)]
    comparison = compared([procedure("A"), line("A", fee_vnd=100)], after, AMENDED, population="stated")
    one = only_finding("population_rose", comparison)
    assert (one.severity, one.effect_vnd) == ("note", -4 * 90)
    assert standing(comparison) == (1000, 900)


@FEW
@given(cases())
def test_without_its_populations_the_stated_comparison_is_the_baselines(case: Case) -> None:
    review, rates = case.review(), case.rate_table()
    others = [code for code in audit(compare(review, rates)).rules if not code.startswith("population_")]
    left = audit(compare(review, rates, population="stated"), without=others).standing
    assert left.total == compare(review, rates).total


def test_a_frequency_falls_only_by_a_proposal_that_says_so() -> None:
    before = [procedure("A", frequency=12), line("A", fee_vnd=100), line("A", "2", fee_vnd=7)]
    after = [procedure("A", frequency=4), line("A", fee_vnd=90), line("A", "2", fee_vnd=7)]
    one = only_finding("frequency_fell", compared(before, after, AMENDED))
    assert (one.severity, one.effect_vnd, one.activity) == ("warning", (12 - 4) * 10 * (90 + 7), None)
    other = proposal("A", content="Bỏ một thành phần hồ sơ")
    assert found("frequency_fell", compared(before, after, AMENDED, other))
    decoy = proposal("A", content="Giữ nguyên số lần thực hiện hằng tháng", reason="Giảm từ 12 lần xuống 6 lần")
    assert found("frequency_fell", compared(before, after, AMENDED, decoy))
    said = proposal("A", content="Giảm SỐ LẦN báo cáo, từ hằng tháng còn hằng quý")
    assert silent("frequency_fell", compared(before, after, AMENDED, said))


def test_the_frequency_of_one_line_is_told_by_its_line() -> None:
    before = [procedure("A"), line("A", fee_vnd=100, frequency=2), line("A", "2", fee_vnd=7)]
    after = [procedure("A"), line("A", fee_vnd=100, frequency=1), line("A", "2", fee_vnd=7)]
    one = only_finding("frequency_fell", compared(before, after, AMENDED))
    assert (one.procedure, one.activity, one.effect_vnd) == ("A", "1", 1000)


def test_a_frequency_that_rises_is_not_accused() -> None:
    before, after = ([procedure("A", frequency=often), line("A", fee_vnd=100)] for often in (1, 2))
    assert silent("frequency_fell", compared(before, after, AMENDED))


def merged(often: int, *others: Any, of: tuple[int, int] = (12, 12)) -> Any:
    before = [
        one
        for code, times, many in zip("AB", of, (60, 40), strict=True)
        for one in (procedure(code, population=many, frequency=times), line(code, fee_vnd=10))
    ]
    after = [procedure("M", population=100, frequency=often), line("M", fee_vnd=20)]
    return compared(before, after, *(Decision(code, "merge", replaced_by="M") for code in "AB"), *others)


def test_no_merge_lowers_a_frequency_unsaid() -> None:
    one = only_finding("frequency_fell_in_merge", merged(4))
    assert (one.procedure, one.severity, one.effect_vnd) == ("M", "warning", (12 - 4) * 100 * 20)
    assert (one.figures["before"], one.figures["after"], one.figures["mean"]) == (12, 4, 12)
    assert standing(merged(4)) == (12_000, 24_000)
    assert found("frequency_fell_in_merge", merged(1, of=(1, 12)))
    decoy = proposal("A", content="Giữ nguyên số lần báo cáo hằng tháng")
    assert found("frequency_fell_in_merge", merged(4, decoy))
    for honest in (merged(12), merged(12, of=(1, 12)), merged(4, proposal("B", content="Gộp 12 kỳ thành 4 kỳ"))):
        assert silent("frequency_fell_in_merge", honest)


@pytest.mark.parametrize("of", [(12, 1), (4, 1), (2, 12), (3, 2)])
@pytest.mark.parametrize("subjects", [(60, 40), (7, 11), (1, 6), (1000, 1)])
@pytest.mark.parametrize("receives", [1, Fraction(9, 10)])
def test_a_receiver_stands_at_the_average_of_all_that_were_merged(
    of: tuple[int, int], subjects: tuple[int, int], receives: Fraction
) -> None:
    people = max(*subjects, math.ceil(sum(subjects) * receives))
    before = [
        one
        for code, times, many in zip("AB", of, subjects, strict=True)
        for one in (procedure(code, population=many, frequency=times), line(code, effort_hours=1.5, grade="A1/1"))
    ]
    after = [procedure("M", population=people), line("M", effort_hours=1.1, grade="A1/1", fee_vnd=77)]
    comparison = compared(before, after, *(Decision(code, "merge", replaced_by="M") for code in "AB"))
    others = [code for code in ALL_RULES if code != "frequency_fell_in_merge"]
    cases = sum(times * many for times, many in zip(of, subjects, strict=True))
    often = Fraction(round_half_up(Fraction(cases * 300, sum(subjects))), 300)
    cost = round_half_up((Fraction(11, 10) * 1000 + 77) * often * people)
    one = only_finding("frequency_fell_in_merge", comparison)
    assert (one.figures["mean"], one.effect_vnd) == (often, cost - comparison.total.simplified)
    left = audit(comparison, without=others).standing
    assert (left.total.baseline, left.total.simplified) == (comparison.total.baseline, cost)
    assert [line.frequency for line in left.explain("M").lines if line.state == "simplified"] == [often]


def test_lines_that_go_on_have_their_own_frequency_to_be_held_against() -> None:
    before = [procedure("A", frequency=12), line("A", fee_vnd=10), procedure("B"), line("B", fee_vnd=10, name="chung")]
    both = [Decision(code, "merge", replaced_by="M") for code in "AB"]
    after = [procedure("M", population=20), line("M", fee_vnd=20, name="chung")]
    one = only_finding("frequency_fell_in_merge", compared(before, after, *both))
    assert one.effect_vnd is None
    assert "nối tiếp" in one.text("vi")
    mixed = compared(before, [*after, line("M", "N", fee_vnd=3, name="việc mới")], *both)
    assert only_finding("frequency_fell_in_merge", mixed).effect_vnd == 20 * 3 * 11 // 2


@pytest.mark.parametrize(("subjects", "accused"), [(120, True), (119, False), (10, False)])
def test_times_written_as_subjects_save_nothing(subjects: int, accused: bool) -> None:
    before = [procedure("A", frequency=12), line("A", fee_vnd=100)]
    after = [procedure("A", population=subjects), line("A", fee_vnd=100)]
    comparison = compared(before, after, AMENDED)
    assert bool(found("cases_regrouped", comparison)) is accused
    assert bool(found("frequency_fell", comparison)) is not accused
    if accused:
        one = only_finding("cases_regrouped", comparison)
        assert (one.severity, one.effect_vnd) == ("error", 11 * 10 * 100)
        assert standing(comparison) == (12_000, 12_000)


def test_dossiers_entered_twice_are_counted_once() -> None:
    def states(times: int, fee: int) -> list[object]:
        return [procedure("A", frequency=times, population=times), line("A", fee_vnd=fee)]

    comparison = compared(states(120, 10), states(120, 4), AMENDED)
    one = only_finding("dossiers_twice", comparison)
    assert one.effect_vnd == 120 * 120 * 6 - 120 * 6
    assert standing(comparison) == (1200, 480)
    assert silent("dossiers_twice", compared(states(12, 10), states(12, 4), AMENDED))


def test_dossiers_entered_twice_before_a_merge_cannot_be_told_apart() -> None:
    before = [
        procedure("A", frequency=120, population=120),
        line("A", fee_vnd=10),
        procedure("B", frequency=120, population=40),
        line("B", fee_vnd=10),
    ]
    after = [procedure("M", frequency=120, population=160), line("M", fee_vnd=9)]
    comparison = compared(before, after, *(Decision(code, "merge", replaced_by="M") for code in "AB"))
    assert only_finding("dossiers_twice", comparison).effect_vnd is None
    assert standing(comparison) == (comparison.total.baseline, comparison.total.simplified)
