"""Patterns that real reviews do not make: each is found, stated by its exact test; its honest twin is not accused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from audit_samples import compared, found, line, only_finding, procedure, silent, standing
from oracle import round_half_up
from remarks import codes_of
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison
from tthc_cost.model import Decision, Volume
from tthc_cost.pattern_rules import RULES, _at_least

if TYPE_CHECKING:
    from collections.abc import Sequence

AMENDED = Decision("A", "amend")
GRADE = {"grade": "A1/1"}
HOURS = (1.0, 2.0, 4.0, 0.5, 8.0)


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_patterns")


# One factor


def work(code: str, hours: Sequence[float], money: Sequence[int] = (), **more: Any) -> list[object]:
    lines = [line(code, str(n), effort_hours=one, **GRADE) for n, one in enumerate(hours, 1)]
    fees = [line(code, f"P{n}", fee_vnd=one) for n, one in enumerate(money, 1)]
    return [procedure(code, **more), *lines, *fees]


def times(factor: float, hours: Sequence[float] = HOURS) -> list[float]:
    return [round(one * factor, 2) for one in hours]


def test_every_line_times_four_fifths_is_no_simplification() -> None:
    comparison = compared(work("A", HOURS, [1000]), work("A", times(0.8), [800]), AMENDED)
    one = only_finding("one_factor", comparison)
    assert (one.severity, one.procedure, one.agency) == ("warning", "A", "Sở Nội vụ")
    assert one.effect_vnd == 31_000 + 2_000 == comparison.total.saving
    assert (one.figures["lines"], one.figures["ratio"]) == (6, Fraction(4, 5))
    assert "còn 80" in one.text("vi")
    assert standing(comparison) == (165_000, 165_000)


def test_one_factor_over_the_procedures_of_an_agency_is_one_finding() -> None:
    before, after = ([*work("A", times(one, HOURS[:3])), *work("B", times(one, HOURS[3:]))] for one in (1, 0.9))
    one = only_finding("one_factor", compared(before, after, AMENDED, Decision("B", "amend")))
    assert (one.procedure, one.agency, one.figures["count"]) == (None, "Sở Nội vụ", 2)
    assert one.effect_vnd == 15_500


def test_rounding_to_hundredths_of_an_hour_hides_no_factor() -> None:
    hours = (1.25, 0.35, 2.15, 7.7, 3.3)
    comparison = compared(work("A", hours), work("A", times(0.83, hours)), AMENDED)
    assert only_finding("one_factor", comparison).effect_vnd == comparison.total.saving


def test_money_of_one_factor_is_seen_without_effort() -> None:
    fees = [10_000, 20_000, 30_000, 40_000, 50_000]
    comparison = compared(work("A", (), fees), work("A", (), [fee * 4 // 5 for fee in fees]), AMENDED)
    assert only_finding("one_factor", comparison).effect_vnd == 300_000


EIGHT = (1.5, 2.0, 4.0, 0.5, 8.0, 3.0, 6.0, 1.0)
NEARLY = (0.79, 0.82, 0.8, 0.78, 0.81, 0.8, 0.785, 0.8)
LONG = (4.1, 7.3, 12.0, 9.6, 15.5, 20.2, 31.7, 5.9, 26.4, 17.8, 11.1, 8.6)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        pytest.param(EIGHT, [*times(0.8, EIGHT[:4]), 4, *times(0.8, EIGHT[5:])], 7, id="one line off, the largest"),
        pytest.param(EIGHT, [*times(0.8, EIGHT[:2]), 4, *times(0.8, EIGHT[3:])], 7, id="one line left as it was"),
        pytest.param(EIGHT[:6], [*times(0.8, EIGHT[:5]), 1], 5, id="one of six off"),
        pytest.param(EIGHT, [round(one * x, 2) for one, x in zip(EIGHT, NEARLY, strict=True)], 8, id="78 to 82 %"),
        pytest.param(LONG, [round(one * 4 / 5, 1) for one in LONG], 12, id="rounded to tenths"),
        pytest.param(LONG, [round(one * 16 / 5) / 4 for one in LONG], 9, id="rounded to quarters"),
    ],
)
def test_a_factor_that_is_hidden_a_little_is_seen(before: Sequence[float], after: Sequence[float], lines: int) -> None:
    one = only_finding("one_factor", compared(work("A", before), work("A", after), AMENDED))
    assert one.figures["lines"] >= lines
    assert abs(one.figures["ratio"] - Fraction(4, 5)) < Fraction(1, 50)


FEES = (13_000, 27_000, 41_000, 68_000, 95_000, 122_000)


def fees(after: Sequence[int], before: Sequence[int] = FEES) -> Comparison:
    return compared(work("A", (), before), work("A", (), after), AMENDED)


def thousands(amount: Fraction) -> int:
    return round_half_up(amount / 1000) * 1000


@pytest.mark.parametrize("off", range(len(FEES)))
@pytest.mark.parametrize("factor", [Fraction(4, 5), Fraction(3, 4), Fraction(9, 10)])
def test_rounding_to_thousands_and_one_line_off_hide_no_factor(factor: Fraction, off: int) -> None:
    after = [thousands(one * factor) for one in FEES]
    after[off] = thousands(FEES[off] * Fraction(11, 20))
    one = only_finding("one_factor", fees(after))
    assert (one.figures["lines"], one.figures["ratio"]) == (5, factor)
    assert one.effect_vnd == 10 * sum(
        before - now for n, (before, now) in enumerate(zip(FEES, after, strict=True)) if n != off
    )


def test_a_half_may_be_rounded_either_way() -> None:
    before = (12_500, 22_500, 37_500, 62_500, 87_500, 117_500)
    for half in (0, 500):
        after = [(one * 4 // 5 + half) // 1000 * 1000 for one in before]
        assert only_finding("one_factor", fees([*after[:5], 60_000], before)).figures["lines"] == 5


@pytest.mark.parametrize(
    "after",
    [
        pytest.param((9_000, 24_000, 31_000, 61_000, 66_000, 105_000), id="six cuts, each for itself"),
        pytest.param((10_000, 20_000, 30_000, 60_000, 80_000, 120_000), id="a new table of round fees"),
        pytest.param((10_000, 24_000, 33_000, 61_000, 66_000, 105_000), id="two lines that share four fifths"),
        pytest.param((10_000, 22_000, 33_000, 54_000, 66_000, 105_000), id="four lines that do"),
    ],
)
def test_fees_that_fall_each_for_itself_are_not_accused(after: Sequence[int]) -> None:
    assert silent("one_factor", fees(after))


def test_small_fees_in_thousands_tell_nothing() -> None:
    before = (2000, 3000, 4000, 5000, 6000, 8000)
    assert silent("one_factor", fees([2000, 2000, 3000, 4000, 5000, 5000], before))


@pytest.mark.parametrize(
    "factors",
    [
        pytest.param((0.7, 0.95, 0.8, 0.75, 0.88, 0.92, 0.83, 0.78), id="each by a factor of its own"),
        pytest.param((0.79, 0.82, 0.8, 1, 1, 1, 1, 1), id="a few alike, most as they were"),
        pytest.param((0.99, 1.01, 1, 1.02, 0.98, 1.01, 0.99, 0.98), id="measured again, much as before"),
    ],
)
def test_lines_measured_one_by_one_are_not_accused(factors: Sequence[float]) -> None:
    after = [round(one * factor * 20) / 20 for one, factor in zip(EIGHT, factors, strict=True)]
    assert silent("one_factor", compared(work("A", EIGHT), work("A", after), AMENDED))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(work("A", (0.8, 1.6, 3.2, 0.4, 6)), id="a line that falls by an amount of its own"),
        pytest.param(work("A", (0.8, 1.6, 3.2, 0.4, 8)), id="four lines only"),
        pytest.param(work("A", (1, 2, 4, 0.5, 8)), id="no change"),
        pytest.param(work("A", times(1.2)), id="a rise"),
        pytest.param(work("A", (1, 2)), id="lines dropped"),
    ],
)
def test_lines_that_fall_each_for_itself_are_not_accused(after: list[object]) -> None:
    assert silent("one_factor", compared(work("A", HOURS), after, AMENDED))


def test_some_of_many_lines_may_be_halved_and_twelve_may_not() -> None:
    hours = [1 + n / 4 for n in range(12)]
    for changed in (6, 12):
        after = [*times(0.5, hours[:changed]), *hours[changed:], 3]
        assert bool(found("one_factor", compared(work("A", [*hours, 3]), work("A", after), AMENDED))) is (changed == 12)


def test_like_figures_that_fall_alike_are_no_pattern() -> None:
    assert silent("one_factor", compared(work("A", [2, 1] * 3), work("A", [1, 0.5] * 3), AMENDED))


def test_a_line_that_many_communes_carry_out_is_one_line() -> None:
    def states(hours: Sequence[float]) -> list[object]:
        volumes = [Volume("A", f"xã {n}", 1, 10) for n in range(4)]
        return [*work("A", hours, frequency=None, population=None), *volumes]

    assert silent("one_factor", compared(states((1.5, 3.0, 6.0)), states((0.5, 1.0, 2.0)), AMENDED))
    tricked = compared(states(HOURS), states(times(0.8)), AMENDED)
    one = only_finding("one_factor", tricked)
    assert (one.figures["lines"], one.effect_vnd) == (5, tricked.total.saving)


def test_half_the_sets_of_a_dossier_take_half_the_work() -> None:
    def states(after: int) -> Comparison:
        return compared(work("A", HOURS, dossier_sets=2), work("A", times(0.5), dossier_sets=after), AMENDED)

    assert silent("one_factor", states(1))
    assert found("one_factor", states(2))


# Just above the target


def agencies(*thousandths: int) -> Comparison:
    """Published costs of agencies that save so many thousandths of 100 000 đồng."""
    rows = [(f"P{n}", f"Sở {n}", 100_000, 100_000 - 100 * one) for n, one in enumerate(thousandths)]
    return Comparison.from_costs(pd.DataFrame(rows, columns=["procedure", "agency", "baseline_vnd", "simplified_vnd"]))


def test_agencies_that_all_just_reach_the_target_are_told() -> None:
    one = only_finding("clustered_at_target", agencies(200, 201, 204, 350))
    assert (one.severity, one.effect_vnd, one.figures["one_in"]) == ("warning", None, 1000)
    assert (one.figures["inside"], one.figures["around"]) == (3, 3)
    assert "Sở 0, Sở 1, Sở 2" in one.text("vi")


@pytest.mark.parametrize(
    "thousandths",
    [
        (200, 204), (205, 206, 207), (199, 198, 197, 200), (176, 183, 190, 197, 200, 203, 210, 217, 224),
        (200, 202, 203, 178, 185, 221), (0, 0, 0), (),
    ],
)  # fmt: skip
def test_agencies_around_the_target_are_not_accused(thousandths: tuple[int, ...]) -> None:
    assert silent("clustered_at_target", agencies(*(thousandths or (500,))))


def test_the_target_is_the_programmes_own() -> None:
    assert found("clustered_at_target", agencies(200, 201, 204), "lai-chau-2022-2025")
    assert silent("clustered_at_target", agencies(300, 301, 304), "lai-chau-2022-2025")


def test_published_costs_without_agencies_are_not_tested() -> None:
    published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    assert audit(Comparison.from_costs(published)).findings == ()


@pytest.mark.parametrize("trials", range(6))
@pytest.mark.parametrize("count", range(7))
def test_the_chance_is_that_of_all_outcomes_counted_one_by_one(count: int, trials: int) -> None:
    probability = Fraction(1, 10)
    chance = sum(
        (probability ** sum(one) * (1 - probability) ** (trials - sum(one))
         for one in product((0, 1), repeat=trials) if sum(one) >= count), Fraction(0),
    )  # fmt: skip
    assert _at_least(count, trials, probability) == chance


# Identical tables


def tables(*codes: str, factor: float = 1, **more: Any) -> list[object]:
    return [one for code in codes for one in work(code, [hours - (factor != 1) * 0.25 for hours in HOURS], **more)]


BOTH = (AMENDED, Decision("B", "amend"))


def test_copied_tables_are_told() -> None:
    one = only_finding("identical_tables", compared(tables("A", "B"), tables("A", "B", factor=0), *BOTH))
    assert (one.severity, one.effect_vnd, one.figures["lines"]) == ("warning", None, 5)
    assert one.figures["codes"] == "A, B"


def test_the_order_of_the_lines_and_the_volumes_hide_no_copy() -> None:
    before = [*work("A", HOURS), *work("B", HOURS[::-1], population=3)]
    lower = [hours - 0.25 for hours in HOURS]
    after = [*work("A", lower), *work("B", lower[::-1], population=3)]
    assert found("identical_tables", compared(before, after, *BOTH))


def test_a_copy_that_is_abolished_while_its_original_stays_is_told() -> None:
    decisions = (Decision("A", "keep"), Decision("B", "abolish"))
    one = only_finding("identical_tables", compared(tables("A", "B"), tables("A"), *decisions))
    assert (one.figures["codes"], one.figures["lines"], one.effect_vnd) == ("A, B", 5, None)
    assert "có TTHC được bãi bỏ" in one.text("vi")
    amended = (AMENDED, Decision("B", "abolish"))
    assert found("identical_tables", compared(tables("A", "B"), tables("A", factor=0), *amended))


def test_an_abolished_procedure_with_figures_of_its_own_is_not_accused() -> None:
    before = [*tables("A"), *work("B", (1, 2, 4, 0.5, 7))]
    decisions = (Decision("A", "keep"), Decision("B", "abolish"))
    assert silent("identical_tables", compared(before, tables("A"), *decisions))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(tables("A", "B"), [*tables("A"), *tables("B", factor=0)], id="simplified each in its own way"),
        pytest.param(
            [*tables("A"), *work("B", (1, 2, 4, 0.5, 7))],
            [*tables("A", factor=0), *work("B", (0.75, 1.75, 3.75, 0.25, 6.75))],
            id="one figure of its own",
        ),
        pytest.param(tables("A", "B"), tables("A", "B"), id="norms that change nothing"),
        pytest.param(work("A", HOURS[:4]) + work("B", HOURS[:4]), work("A", [1]) + work("B", [1]), id="a few lines"),
        pytest.param(
            tables("A", "B", name="Nâng bậc lương"), tables("A", "B", factor=0, name="Nâng bậc lương"),
            id="one procedure at several places",
        ),
    ],
)  # fmt: skip
def test_tables_that_are_alike_for_a_reason_are_not_accused(before: list[object], after: list[object]) -> None:
    assert silent("identical_tables", compared(before, after, *BOTH))


def test_several_patterns_at_once_are_all_named_and_taken_out_once() -> None:
    before = [*work("A", HOURS), *work("B", HOURS)]
    comparison = compared(before, [*work("A", times(0.8)), *work("B", times(0.8))], *BOTH)
    codes = {one.code for one in audit(comparison).findings}
    assert codes == {"one_factor", "identical_tables"}
    assert standing(comparison) == (310_000, 310_000)
