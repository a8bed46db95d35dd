"""The law of the printed chain: an auditor who has only the text and a calculator arrives at the printed totals."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given

from oracle import round_half_up
from review_strategies import FEW, cases, review_of
from tthc_cost.comparison import compare
from tthc_cost.errors import NeedsLinesError, UnknownNameError
from tthc_cost.model import Activity, Decision, Procedure, Volume
from tthc_cost.rates import RateTable
from tthc_cost.schema import rows_of
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from review_strategies import Case
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


def recomputed(explanation: Explanation, language: Language) -> tuple[int, int, int]:
    """Follow the printed chain; return the printed sums and the saving."""
    sums: list[int] = []
    added = 0
    saving = None
    for line in explanation.text(language).splitlines():
        if line.startswith("  ") and " = " in line:
            chain = line.rsplit(": ", 1)[1]
            case_chain, year_chain = chain.split("; ")
            work, case = case_chain.split(" = ")
            product, cost = year_chain.split(" = ")
            assert value(work, language) == number(case, language)
            assert product.startswith(f"{case} × ")
            assert round_half_up(value(product, language)) == number(cost, language)
            added += int(number(cost, language))
        elif line.startswith("  "):
            printed = re.search(r": (\S+)", line)
            assert printed is not None
            assert added == number(printed[1], language)
            sums.append(added)
            added = 0
        elif line.startswith(("Chi phí tiết kiệm", "Saving")):
            saving = int(number(line.split(": ")[1].split(" ")[0], language))
    assert saving is not None
    return sums[0], sums[1], saving


@FEW
@given(cases())
def test_the_printed_chain_adds_up_to_the_printed_totals(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    added = {True: [0, 0], False: [0, 0]}
    for row in rows_of(comparison.standing):
        explanation = comparison.explain(row["procedure"])
        for language in LANGUAGES:
            before, after, saving = recomputed(explanation, language)
            assert (before, after) == (explanation.cost.baseline, explanation.cost.simplified)
            assert saving == before - after
        added[row["counted"]][0] += before
        added[row["counted"]][1] += after
    assert added[True] == [comparison.total.baseline, comparison.total.simplified]


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
    assert recomputed(explanation, "vi") == recomputed(explanation, "en") == (22_527_200, 13_074_200, 9_453_000)
    text = str(explanation)
    assert text == explanation.text("vi")
    assert "8 giờ × 45.265 + 20.000 = 382.120; 382.120 × 1 × 40 = 15.284.800" in text
    assert "Sau đơn giản hóa:" in text
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


def test_thirds_are_printed_as_quotients_and_the_population_as_scaled() -> None:
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
    assert "1/3 giờ × 10 = 10/3; 10/3 × 1/3 × 50/3 = 19" in explanation.text()
    assert recomputed(explanation, "vi") == (111, 19, 92)


def test_what_moves_together_is_named_and_a_merged_receiver_carries_its_own_cost() -> None:
    before = [
        one
        for code in "AB"
        for one in (Procedure(code, code, frequency=1, population=4), Activity(code, "1", fee_vnd=9))
    ]
    after = [Procedure("B", "B", frequency=1), Activity("B", "1", fee_vnd=9)]
    review = review_of(before, after, Decision("A", "merge", replaced_by="B"), Decision("B", "amend"))
    comparison = compare(review, RateTable.from_income(2112))
    assert comparison.explain("A").continues == comparison.explain("B").continues == ("A", "B")
    assert "Cùng xét với: B" in comparison.explain("A").text()
    assert recomputed(comparison.explain("A"), "vi") == (36, 0, 36)
    assert recomputed(comparison.explain("B"), "vi") == (36, 72, -36)


def test_lines_of_many_agencies_name_each() -> None:
    rows = [Procedure("A", "x"), Activity("A", "1", fee_vnd=9), Volume("A", "xã 1", 1, 4), Volume("A", "xã 2", 1, 5)]
    text = compare(review_of(rows, [], Decision("A", "keep")), RateTable.from_income(2112)).explain("A").text()
    assert "xã 1" in text
    assert "xã 2" in text


def test_a_line_of_zeros_is_explained_too() -> None:
    rows = [Procedure("A", "x", frequency=1, population=4), Activity("A", "1", fee_vnd=0)]
    explanation = compare(review_of(rows, [], Decision("A", "keep")), RateTable.from_income(2112)).explain("A")
    assert recomputed(explanation, "vi") == (0, 0, 0)
    assert explanation.text().endswith(": –")


def test_only_procedures_of_the_review_can_be_explained() -> None:
    rows = [Procedure("NB-01", "x", frequency=1, population=4), Activity("NB-01", "1", fee_vnd=0)]
    comparison = compare(review_of(rows, [], Decision("NB-01", "keep")), RateTable.from_income(2112))
    with pytest.raises(UnknownNameError, match="NB-01"):
        comparison.explain("NB-1")
    with pytest.raises(NeedsLinesError):
        type(comparison).from_costs(comparison.procedures).explain("NB-01")
