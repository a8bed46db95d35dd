"""The law of the printed chain: an auditor who has only the text and a calculator arrives at the printed totals."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given

from oracle import round_half_up
from review_strategies import FEW, cases, review_of
from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import compare
from tthc_cost.errors import NeedsLinesError, UnknownNameError
from tthc_cost.model import Activity, Decision, Procedure, Volume
from tthc_cost.rates import RateTable
from tthc_cost.schema import rows_of
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from review_strategies import Case
    from tthc_cost.comparison import Comparison
    from tthc_cost.explanation import Explanation

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


def number(text: str, language: Language) -> Fraction:
    """Read a printed number or quotient."""
    group, mark = (".", ",") if language == "vi" else (",", ".")
    parts = [Fraction(part.strip().replace(group, "").replace(mark, ".")) for part in text.split("/")]
    return parts[0] if len(parts) == 1 else parts[0] / parts[1]


def value(sum_of_products: str, language: Language) -> Fraction:
    """Work out what a calculator does: ``8 giờ × 45.265 + 20.000``."""
    total = Fraction(0)
    for term in re.sub(r" (giờ|h)\b", "", sum_of_products).split(" + "):
        product = Fraction(1)
        for factor in term.split(" × "):
            product *= number(factor, language)
        total += product
    return total


def printed_amount(line: str, language: Language) -> int:
    """Read the amount that a line of totals states: ``Cộng: 36 đồng/năm``."""
    amount = number(line.rsplit(": ", 1)[1].split(" ", maxsplit=1)[0], language)
    assert amount.denominator == 1
    return int(amount)


def recomputed(explanation: Explanation, language: Language) -> tuple[int, int]:
    """Follow the printed chain with a calculator; return the sums of both states, which are those printed."""
    sums: list[int] = []
    added = 0
    for line in explanation.text(language).split("\nTính chung")[0].split("\nTogether")[0].splitlines():
        if line.startswith("  ") and " = " in line:
            *work, year = line.rsplit(": ", 1)[1].split("; ")
            product, cost = year.split(" = ")
            for case in work:
                worked, printed = case.split(" = ")
                assert value(worked, language) == number(printed, language)
                assert product.startswith(f"{printed} × ")
            assert round_half_up(value(product, language)) == number(cost, language)
            added += int(number(cost, language))
        elif line.startswith("  "):
            assert added == printed_amount(line, language)
            sums.append(added)
            added = 0
    before, after = sums
    return before, after


def printed_together(explanation: Explanation, language: Language) -> tuple[tuple[str, ...], int, int, int]:
    """Read the last block: the codes that move together, their sums and what they save."""
    *_, head, before, after, saving, _ratio = explanation.text(language).splitlines()
    codes = re.fullmatch(r"(?:Tính chung|Together) (.*):", head)
    assert codes is not None
    first, second, third = (printed_amount(line, language) for line in (before, after, saving))
    return tuple(codes[1].split(", ")), first, second, third


@FEW
@given(cases())
def test_the_printed_chain_adds_up_to_the_printed_totals(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    added = {True: [0, 0], False: [0, 0]}
    for row in rows_of(comparison.standing):
        explanation = comparison.explain(row["procedure"])
        for language in LANGUAGES:
            before, after = recomputed(explanation, language)
            assert (before, after) == (explanation.cost.baseline, explanation.cost.simplified)
        added[row["counted"]][0] += before
        added[row["counted"]][1] += after
    assert added[True] == [comparison.total.baseline, comparison.total.simplified]


@FEW
@given(cases())
def test_what_moves_together_is_printed_with_the_sums_of_each_of_its_chains(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    groups: dict[str, list[Explanation]] = {}
    for row in rows_of(comparison.standing):
        groups.setdefault(row["group"], []).append(comparison.explain(row["procedure"]))
    for members in groups.values():
        codes = tuple(one.procedure for one in members)
        for language in LANGUAGES:
            chains = [recomputed(one, language) for one in members]
            before, after = (sum(sums) for sums in zip(*chains, strict=True))
            for one in members:
                assert one.continues == codes
                if len(members) == 1:
                    assert one.together is None
                else:
                    assert printed_together(one, language) == (codes, before, after, before - after)


def article_27() -> Explanation:
    """The case constructed for article 27(3) of Circular 02/2017/TT-VPCP: reference/method.md, case 7."""

    def state(*hours: int, other: int) -> list[object]:
        lines = [
            Activity("NB-01", str(n), name=f"Việc {n}", grade="A1/1", effort_hours=h)
            for n, h in enumerate(hours[1:], 2)
        ]
        first = Activity("NB-01", "1", name="Việc 1", grade="A1/1", effort_hours=hours[0], fee_vnd=other)
        return [Procedure("NB-01", "Điều chuyển tài sản công", frequency=1, population=40), first, *lines]

    review = review_of(state(8, 2, 2, other=20_000), state(5, 1, 1, other=10_000), Decision("NB-01", "amend"))
    return compare(review, RateTable.from_income(95_600_000)).explain("NB-01")


def test_the_case_of_article_27_is_explained_line_by_line() -> None:
    explanation = article_27()
    assert recomputed(explanation, "vi") == recomputed(explanation, "en") == (22_527_200, 13_074_200)
    text = str(explanation)
    assert text == explanation.text("vi")
    assert "8 giờ × 45.265 + 20.000 = 382.120; 382.120 × 1 × 40 = 15.284.800" in text
    assert "Sau đơn giản hóa:" in text
    assert text.splitlines()[-2] == "Chi phí tiết kiệm: 9.453.000 đồng/năm"
    assert text.splitlines()[-1] == "Tỷ lệ cắt giảm chi phí: 41,96\N{NO-BREAK SPACE}%"
    assert "8 h × 45,265 + 20,000 = 382,120" in explanation.text("en")
    assert explanation.text("en").splitlines()[-1] == "Reduction: 41.96\N{NO-BREAK SPACE}%"
    assert "Kết quả rà soát: sửa đổi, bổ sung" in text


def test_lines_keep_their_exact_figures() -> None:
    line = article_27().lines[0]
    assert (line.state, line.effort_hours, line.vnd_per_hour, line.money_vnd) == (
        State.BASELINE,
        Fraction(8),
        45_265,
        20_000,
    )
    assert (line.case_cost_vnd, line.frequency, line.population, line.annual_cost_vnd) == (
        Fraction(382_120),
        Fraction(1),
        Fraction(40),
        15_284_800,
    )


def test_thirds_are_printed_as_quotients_and_a_scaled_population_with_its_three_figures() -> None:
    before = [
        Procedure("A", "x", frequency="1/3", population=100),
        Activity("A", "1", grade="A1/1", effort_hours="1/3"),
    ]
    after = [
        Procedure("A", "x", frequency="1/3", population=60),
        Activity("A", "1", grade="A1/1", effort_hours="1/3", population=10),
    ]
    explanation = compare(review_of(before, after, Decision("A", "amend")), RateTable.from_income(2112 * 10)).explain(
        "A"
    )
    assert "1/3 giờ × 10 = 10/3; 10/3 × 1/3 × 10 × 100/60 = 19" in explanation.text()
    assert recomputed(explanation, "vi") == (111, 19)
    line = explanation.lines[-1]
    assert (line.own_population, line.costed_population, line.stated_population) == (10, 100, 60)
    assert line.population == Fraction(50, 3)
    first = explanation.lines[0]
    assert (first.costed_population, first.stated_population, first.population) == (None, None, Fraction(100))


def test_a_line_of_money_alone_states_it_once() -> None:
    rows = [Procedure("A", "x", frequency=1, population=4), Activity("A", "1", fee_vnd=101)]
    explanation = compare(review_of(rows, [], Decision("A", "keep")), RateTable.from_income(2112)).explain("A")
    assert explanation.lines[0].text() == "1.: 101 × 1 × 4 = 404"


def merged_into(receiver: str, decision: str) -> Comparison:
    """Two procedures of 4 cases at 9 đồng each, merged into one of 8 cases at 3 đồng."""
    before = [
        one
        for code in "AB"
        for one in (Procedure(code, code, frequency=1, population=4), Activity(code, "1", fee_vnd=9))
    ]
    after = [Procedure(receiver, "x", frequency=1), Activity(receiver, "1", fee_vnd=3)]
    last = Decision("B", decision, replaced_by=None if receiver == "B" else receiver)
    review = review_of(before, after, Decision("A", "merge", replaced_by=receiver), last)
    return compare(review, RateTable.from_income(2112))


def test_a_merge_into_a_new_procedure_closes_from_any_of_its_procedures() -> None:
    comparison = merged_into("M", "merge")
    costs = comparison.procedures
    assert comparison.total == Reduction(72, 24)
    assert (costs["baseline_vnd"].sum(), costs["simplified_vnd"].sum()) == (72, 24)
    for code, own in (("A", (36, 0)), ("B", (36, 0)), ("M", (0, 24))):
        explanation = comparison.explain(code)
        assert recomputed(explanation, "vi") == own
        assert explanation.continues == ("A", "B", "M")
        assert explanation.together == comparison.total
        assert printed_together(explanation, "vi") == (("A", "B", "M"), 72, 24, 48)
        assert explanation.text().count("%") == 1
        assert explanation.text().endswith("  Tỷ lệ cắt giảm chi phí: 66,67\N{NO-BREAK SPACE}%")
    assert "Cùng xét với: B, M" in comparison.explain("A").text()


def test_a_merged_receiver_of_the_baseline_carries_its_own_cost_and_the_saving_is_of_both() -> None:
    comparison = merged_into("B", "amend")
    assert recomputed(comparison.explain("A"), "vi") == (36, 0)
    assert recomputed(comparison.explain("B"), "vi") == (36, 24)
    for code in "AB":
        assert printed_together(comparison.explain(code), "en") == (("A", "B"), 72, 24, 48)
    assert comparison.explain("B").text("en").splitlines()[-5:] == [
        "Together A, B:",
        "  Baseline: 72 đồng a year",
        "  Simplified: 24 đồng a year",
        "  Saving: 48 đồng a year",
        "  Reduction: 66.67\N{NO-BREAK SPACE}%",
    ]


def test_what_stands_in_one_state_alone_has_a_saving_but_no_ratio() -> None:
    before = [Procedure("A", "x", frequency=1, population=4), Activity("A", "1", fee_vnd=9)]
    after = [Procedure("N", "new", frequency=1, population=2), Activity("N", "1", fee_vnd=9)]
    comparison = compare(review_of(before, after, Decision("A", "abolish")), RateTable.from_income(2112))
    for code, states, saving in (("A", (State.BASELINE,), "36"), ("N", (State.SIMPLIFIED,), "-18")):
        explanation = comparison.explain(code)
        assert (explanation.states, explanation.together) == (states, None)
        assert explanation.text().endswith(f"Chi phí tiết kiệm: {saving} đồng/năm")


def test_lines_of_many_agencies_name_each() -> None:
    rows = [Procedure("A", "x"), Activity("A", "1", fee_vnd=9), Volume("A", "xã 1", 1, 4), Volume("A", "xã 2", 1, 5)]
    text = compare(review_of(rows, [], Decision("A", "keep")), RateTable.from_income(2112)).explain("A").text()
    assert "xã 1" in text
    assert "xã 2" in text


def test_a_line_of_zeros_is_explained_too() -> None:
    rows = [Procedure("A", "x", frequency=1, population=4), Activity("A", "1", fee_vnd=0)]
    explanation = compare(review_of(rows, [], Decision("A", "keep")), RateTable.from_income(2112)).explain("A")
    assert recomputed(explanation, "vi") == (0, 0)
    assert explanation.text().endswith(": –")


def test_only_procedures_of_the_review_can_be_explained() -> None:
    rows = [Procedure("NB-01", "x", frequency=1, population=4), Activity("NB-01", "1", fee_vnd=0)]
    comparison = compare(review_of(rows, [], Decision("NB-01", "keep")), RateTable.from_income(2112))
    with pytest.raises(UnknownNameError, match="NB-01"):
        comparison.explain("NB-1")
    with pytest.raises(NeedsLinesError):
        type(comparison).from_costs(comparison.procedures).explain("NB-01")
