"""A claim follows from the lines, or the way of computing that gives it is named, or it is unfounded."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pytest

from audit_samples import compared, line, only_finding, procedure, silent
from oracle import round_half_up
from remarks import codes_of
from tthc_cost.auditing import audit
from tthc_cost.claim_rules import RULES
from tthc_cost.comparison import Comparison, compare
from tthc_cost.model import Decision
from tthc_cost.rates import RateTable
from tthc_cost.review import Review

if TYPE_CHECKING:
    from tthc_cost.findings import Finding

RATES: Final = RateTable.civil_service("2024-07-01")
HOURLY: Final = RATES.vnd_per_hour("A1/1")

# Hours before and after, money of a case, subjects before and after: all on one procedure, by its bearer.
BEARERS: Final[dict[str, tuple[Fraction, Fraction, int]]] = {
    "requester": (Fraction("7.5"), Fraction("4.7"), 13),
    "resolver": (Fraction("2.3"), Fraction("3.1"), 0),
}
SUBJECTS: Final = 37, 29


def reviewed(**options: Any) -> Comparison:
    def state(n: int) -> list[object]:
        lines = [
            line("A", bearer, bearer=bearer, grade="A1/1", effort_hours=hours[n], fee_vnd=hours[2])
            for bearer, hours in BEARERS.items()
        ]
        return [procedure("A", frequency=2, population=SUBJECTS[n]), *lines]

    return compared(state(0), state(1), Decision("A", "amend"), **({"rates": RATES} | options))


def total(
    *bearers: str,
    hourly: tuple[int, int] = (HOURLY, HOURLY),
    subjects: tuple[int, int] = (37, 37),
    rounding: str = "line",
) -> tuple[int, int]:
    """Work out before and after in fractions, by one way of computing."""
    sums = []
    for n in (0, 1):
        costs = []
        for bearer in bearers or tuple(BEARERS):
            case = Fraction(BEARERS[bearer][n] * hourly[n] + BEARERS[bearer][2])
            if rounding.startswith("case"):
                case = Fraction(int(case) if rounding == "case_down" else round_half_up(case))
            year = case * 2 * subjects[n]
            costs.append(int(year) if rounding == "line_down" else round_half_up(year))
        sums.append(sum(costs))
    return sums[0], sums[1]


def claims(**cells: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series([value], dtype=object) for name, value in ({"scope": "total"} | cells).items()}
    )


def by_other_way(before: int, after: int, **options: Any) -> Finding:
    stated = claims(baseline_vnd=before, simplified_vnd=after, saving_vnd=before - after)
    return only_finding("claim_by_other_way", reviewed(**options), claims=stated)


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_claims")


def test_a_claim_that_follows_from_the_lines_is_not_accused() -> None:
    before, after = total()
    comparison = reviewed()
    assert (comparison.total.baseline, comparison.total.simplified) == (before, after)
    share = f"{float(round(comparison.total.ratio * 100, 1))} %"  # type: ignore[operator]
    stated = claims(
        baseline_vnd=before, simplified_vnd=after, saving_vnd=before - after, reduction=share, procedures_cut=0
    )
    assert [one.code for one in audit(comparison, claims=stated).findings if one.family.value == "claims"] == []


@pytest.mark.parametrize(
    ("way", "vi", "en"),
    [
        ({"bearers": ["requester"]}, "chỉ tính chi phí của đối tượng thực hiện TTHC", "only the costs of requester"),
        (
            {"subjects": (37, 29)},
            "mỗi trạng thái tính theo số lượng đối tượng đã ghi",
            "at the population that it states",
        ),
        ({"rounding": "case"}, "làm tròn chi phí một lần thực hiện", "the cost of one case rounded"),
        ({"rounding": "case_down"}, "bỏ phần lẻ của đồng ở chi phí một lần", "the cost of one case cut"),
        ({"rounding": "line_down"}, "bỏ phần lẻ của đồng ở từng dòng", "each line cut to whole đồng"),
        ({"hourly": (23_932, 23_932)}, "lương cơ sở từ 01/07/2023", "base salary since 01/07/2023"),
        ({"hourly": (45_265, 45_265)}, "GDP bình quân đầu người năm 2022", "GDP per head of 2022"),
        ({"hourly": (HOURLY, 23_932)}, "hiện tại của biểu rà soát, sau đơn giản hóa theo lương", "rates before of the"),
    ],
)
def test_the_way_of_computing_that_gives_the_claim_is_named(way: dict[str, Any], vi: str, en: str) -> None:
    way = dict(way)
    before, after = total(*way.pop("bearers", ()), **way)
    assert (before, after) != total()
    one = by_other_way(before, after)
    assert one.severity == "warning"
    assert vi in one.text("vi")
    assert en in one.text("en")
    assert one.effect_vnd == (before - after) - (total()[0] - total()[1])
    assert " – hoặc " not in one.text("vi")


def test_ways_that_differ_in_several_things_are_named_together() -> None:
    for bearer, hourly, subjects in product(BEARERS, (23_932, 48_248), ((37, 37), (37, 29))):
        before, after = total(bearer, hourly=(hourly, hourly), subjects=subjects)
        text = by_other_way(before, after).text("en")
        assert f"only the costs of {bearer}" in text
        assert {23_932: "base salary since 01/07/2023", 48_248: "GDP per head of 2023"}[hourly] in text
        assert ("at the population that it states" in text) == (subjects == (37, 29))


def test_from_some_bearers_or_stated_populations_the_way_back_is_named() -> None:
    text = by_other_way(*total(), bearers=["requester"], population="stated").text("en")
    assert "the costs of every bearer; and both states at the baseline's population" in text


def test_an_unfounded_claim_is_an_error_and_says_by_how_much() -> None:
    before, after = total()
    one = only_finding("claim_overstated", reviewed(), claims=claims(saving_vnd=before - after + 1_000))
    assert (one.severity, one.effect_vnd, one.at) == ("error", 1_000, ())
    assert one.effect_points == Fraction(100 * 1_000, before)
    assert audit(reviewed(), claims=claims(saving_vnd=1)).standing.total == audit(reviewed()).standing.total


def test_a_claim_below_the_lines_is_a_warning() -> None:
    before, after = total()
    one = only_finding("claim_differs", reviewed(), claims=claims(saving_vnd=before - after - 77))
    assert (one.severity, one.effect_vnd) == ("warning", -77)


def test_figures_that_contradict_one_another_are_told() -> None:
    before, after = total()
    saving = claims(baseline_vnd=before, simplified_vnd=after, saving_vnd=before - after + 5)
    assert only_finding("claim_contradicts_itself", reviewed(), claims=saving).effect_vnd == 5
    share = claims(baseline_vnd=before, simplified_vnd=after, reduction="90 %")
    assert only_finding("claim_contradicts_itself", reviewed(), claims=share).severity == "error"


def published(*costs: tuple[str, int, int]) -> Comparison:
    return Comparison.from_costs(pd.DataFrame(costs, columns=["procedure", "baseline_vnd", "simplified_vnd"]))


def test_published_totals_are_held_against_claims_too() -> None:
    comparison = published(("a", 100, 10), ("b", 9_900, 9_900))
    assert silent("claim_overstated", comparison, claims=claims(reduction="0,9 %"))
    one = only_finding("claim_overstated", comparison, claims=claims(reduction="45 %"))
    assert (one.effect_vnd, one.effect_points) == (4_500 - 90, Fraction(441, 10))


def several(agencies: tuple[str, str] = ("Sở Nội vụ", "Sở Tài chính")) -> Comparison:
    def state(*fees: int) -> list[object]:
        return [
            one
            for code, agency, fee in zip("AB", agencies, fees, strict=True)
            for one in (procedure(code, agency=agency), line(code, fee_vnd=fee))
        ]

    return compared(state(10, 990), state(1, 990), Decision("A", "amend"), Decision("B", "keep"))


def test_the_mean_of_percentages_is_named_and_disproved() -> None:
    one = only_finding("claim_of_other_share", several(), claims=claims(reduction="45,0 %"))
    assert one.severity == "error"
    assert "trung bình cộng tỷ lệ của các TTHC" in one.text("vi")
    assert one.effect_points == 45 - Fraction(9, 10)
    same = several(("Sở Nội vụ", "Sở Nội vụ"))
    of_agency = claims(scope="agency", name="sở nội vụ", reduction="45 %")
    agency = only_finding("claim_of_other_share", same, claims=of_agency)
    assert (agency.agency, agency.procedure) == ("sở nội vụ", None)


def test_a_mean_that_states_less_than_the_lines_is_no_error() -> None:
    comparison = published(("a", 100, 100), ("b", 9_900, 0))
    lines = compared(
        [procedure("A"), line("A", fee_vnd=10), procedure("B"), line("B", fee_vnd=990)],
        [procedure("A"), line("A", fee_vnd=10)],
        Decision("A", "keep"), Decision("B", "abolish"),
    )  # fmt: skip
    one = only_finding("claim_by_other_way", lines, claims=claims(reduction="50 %"))
    assert one.severity == "warning"
    assert one.effect_points == -49
    assert silent("claim_of_other_share", comparison, claims=claims(reduction="99 %"))


@pytest.mark.parametrize(
    ("reduction", "words"),
    [("90 %", "chỉ chia cho chi phí của các TTHC có thay đổi"), ("0,91 %", "chia cho chi phí sau đơn giản hóa")],
)
def test_a_percentage_of_another_base_is_named_and_disproved(reduction: str, words: str) -> None:
    stated = claims(baseline_vnd=10_000, saving_vnd=90, reduction=reduction)
    one = only_finding("claim_of_other_share", several(), claims=stated)
    assert words in one.text("vi")
    assert silent("claim_of_other_share", several(), claims=claims(saving_vnd=90, reduction="0,90 %"))


# Rounded to the digits stated


def millions(saving: int = 12_345_678) -> Comparison:
    """Two procedures that cost 100 000 000 together and save so much."""
    before = [procedure(code, population=1) for code in "AB"]
    fees = [line("A", fee_vnd=60_000_000), line("B", fee_vnd=40_000_000)]
    after = [line("A", fee_vnd=60_000_000 - saving), line("B", fee_vnd=40_000_000)]
    return compared([*before, *fees], [*before, *after], Decision("A", "amend"), Decision("B", "keep"))


def codes_for(comparison: Comparison, **cells: Any) -> list[str]:
    findings = audit(comparison, claims=claims(**cells)).findings
    return [one.code for one in findings if one.family.value == "claims"]


@pytest.mark.parametrize(
    "saving", ["12,3 triệu", "12,35 triệu đồng", "12 triệu", "0,01 tỷ", "12346 nghìn đồng", "12345678", 12_345_678]
)
def test_our_figure_rounded_to_the_digits_stated_agrees(saving: object) -> None:
    assert codes_for(millions(), saving_vnd=saving) == []


@pytest.mark.parametrize("saving", ["12,4 triệu", "13 triệu", "0,02 tỷ", "12345679", 12_345_679])
def test_one_more_of_the_last_digit_does_not(saving: object) -> None:
    assert codes_for(millions(), saving_vnd=saving) == ["claim_overstated"]


def test_rounded_amounts_contradict_one_another_only_beyond_their_digits() -> None:
    rounded: dict[str, Any] = {"baseline_vnd": "0,1 tỷ", "simplified_vnd": "87,7 triệu", "reduction": "12,3 %"}
    assert codes_for(millions(), **rounded, saving_vnd="12,3 triệu") == []
    assert codes_for(millions(), **rounded, saving_vnd="12,4 triệu") == ["claim_overstated"]
    assert codes_for(millions(), **rounded, saving_vnd="72 triệu") == ["claim_contradicts_itself"]
    odd = {"baseline_vnd": "100 triệu", "simplified_vnd": "87,7 triệu", "reduction": "15 %"}
    assert codes_for(millions(), **odd) == ["claim_contradicts_itself"]


def test_a_total_of_rounded_parts_may_differ_by_their_rounding() -> None:
    parts: dict[str, Any] = {"scope": ["total", "procedure", "procedure"], "name": [None, "A", "B"]}
    for total, told in (("12,3 triệu", False), ("12,5 triệu", True)):
        stated = table(**parts, saving_vnd=[total, "12,35 triệu", "0 triệu"])
        found = [one.code for one in audit(millions(), claims=stated).findings]
        assert ("claim_not_sum_of_parts" in found) is told or total == "12,5 triệu"


def test_plain_numbers_that_end_in_zeros_are_named_as_rounded() -> None:
    one = only_finding("claim_by_other_way", millions(), claims=claims(saving_vnd=12_300_000))
    assert "làm tròn số tiền đến 100.000 đồng" in one.text("vi")
    assert one.effect_vnd == -45_678
    assert codes_for(millions(), saving_vnd=12_400_000) == ["claim_overstated"]
    assert codes_for(millions(), saving_vnd=10_000_000) == ["claim_differs"]


def test_rates_of_another_day_in_the_reviews_own_table_are_named() -> None:
    """Round 1 was costed at the rates of 2023, round 2 at those of 2024; the review's table has both."""
    own = pd.DataFrame(
        {"grade": "A1/1", "vnd_per_hour": [1_111, 2_222], "valid_from": ["2023-02-01", "2024-02-01"]}
    )  # fmt: skip
    before, after = ([procedure("A"), line("A", grade="A1/1", effort_hours=hours)] for hours in (7, 4))
    rates = RateTable.from_table(own, on="2024-06-01")
    plain = compared(before, after, Decision("A", "amend"), rates=rates)
    assert plain.review is not None
    state = {name: getattr(plain.review.baseline, name) for name in ("procedures", "activities")}
    later = {name: getattr(plain.review.simplified, name) for name in ("procedures", "activities")}
    review = Review.from_tables(state | {"rates": own}, later | {"rates": own}, {"decisions": plain.review.decisions})
    one = only_finding("claim_by_other_way", compare(review, rates), claims=claims(saving_vnd=3 * 10 * 1_111))
    assert "theo bảng mức thu nhập của biểu rà soát từ 01/02/2023" in one.text("vi")
    assert codes_for(compare(review, rates), saving_vnd=3 * 10 * 2_222) == []


def test_claims_of_agencies_and_procedures_are_held_against_their_own() -> None:
    of_agency = {"scope": "agency", "name": "Sở Nội vụ"}
    assert silent("claim_overstated", several(), claims=claims(**of_agency, saving_vnd=90, reduction="90 %"))
    assert only_finding("claim_overstated", several(), claims=claims(**of_agency, saving_vnd=91)).agency == "Sở Nội vụ"
    one = only_finding("claim_overstated", several(), claims=claims(scope="procedure", name="A", saving_vnd=100))
    assert (one.procedure, one.agency, one.effect_vnd) == ("A", "Sở Nội vụ", 10)


def test_a_claim_of_what_is_not_there_is_told() -> None:
    for scope, name in (("agency", "Sở Y tế"), ("procedure", "Z")):
        one = only_finding("claim_unknown", several(), claims=claims(scope=scope, name=name, saving_vnd=5))
        assert name in str(one)


def test_procedures_that_move_together_may_be_claimed_together() -> None:
    before = [procedure("A"), line("A", fee_vnd=10), procedure("B"), line("B", fee_vnd=10)]
    after = [procedure("A", population=20), line("A", fee_vnd=6)]
    comparison = compared(before, after, Decision("A", "amend"), Decision("B", "merge", replaced_by="A"))
    for saving in (200 - 120, 100 - 120):
        stated = claims(scope="procedure", name="A", saving_vnd=saving)
        assert not [one for one in audit(comparison, claims=stated).findings if one.family.value == "claims"]


def table(**cells: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})


def test_a_total_is_the_sum_of_its_parts() -> None:
    parts: dict[str, Any] = {"scope": ["total", "agency", "agency"], "name": [None, "Sở Nội vụ", "Sở Tài chính"]}
    one = only_finding("claim_not_sum_of_parts", several(), claims=table(**parts, saving_vnd=[95, 90, 0]))
    assert (one.severity, one.effect_vnd) == ("error", 5)
    assert silent("claim_not_sum_of_parts", several(), claims=table(**parts, saving_vnd=[90, 90, 0]))
    some = table(scope=["total", "agency"], name=[None, "Sở Tài chính"], saving_vnd=[90, 0])
    assert silent("claim_not_sum_of_parts", several(), claims=some)


def test_the_count_is_strict_unless_it_says_otherwise() -> None:
    assert silent("claim_counted_broadly", several(), claims=claims(procedures_cut=0))
    broad = only_finding("claim_counted_broadly", several(), claims=claims(procedures_cut=1))
    assert (broad.severity, broad.effect_vnd) == ("warning", None)
    assert only_finding("claim_miscounted", several(), claims=claims(procedures_cut=2)).severity == "error"
    agency = only_finding(
        "claim_miscounted", several(), claims=claims(scope="agency", name="Sở Tài chính", procedures_cut=1)
    )
    assert agency.agency == "Sở Tài chính"
    assert silent("claim_miscounted", several(), claims=claims(scope="procedure", name="B", procedures_cut=0))


def test_lines_without_bearer_belong_to_no_bearers_claim() -> None:
    before = [procedure("A"), line("A", fee_vnd=10), line("A", "2", fee_vnd=7, bearer="requester")]
    after = [procedure("A"), line("A", fee_vnd=9), line("A", "2", fee_vnd=5, bearer="requester")]
    comparison = compared(before, after, Decision("A", "amend"))
    one = only_finding("claim_by_other_way", comparison, claims=claims(saving_vnd=20, baseline_vnd=70))
    assert "only the costs of requester" in one.text("en")


# Rounds


def in_rounds() -> Comparison:
    """Review A in round 1, B and its new receiver in round 2, all costed at the rates of 2024."""
    before = [
        one
        for code in "ABC"
        for one in (procedure(code, population=37), line(code, effort_hours=7.5, grade="A1/1", fee_vnd=13))
    ]
    after = [
        procedure("A", population=37), line("A", effort_hours=4.7, grade="A1/1", fee_vnd=13),
        procedure("M", population=74), line("M", effort_hours=3.1, grade="A1/1"),
    ]  # fmt: skip
    merged = [Decision(code, "merge", replaced_by="M", round=2) for code in "BC"]
    return compared(before, after, Decision("A", "amend", round=1), *merged, rates=RATES)


def of_round(number: int, hourly: int) -> tuple[int, int]:
    old = round_half_up(37 * (Fraction("7.5") * hourly + 13))
    if number == 1:
        return old, round_half_up(37 * (Fraction("4.7") * hourly + 13))
    return 2 * old, round_half_up(74 * Fraction("3.1") * hourly)


def states(cost: tuple[int, int], **cells: Any) -> dict[str, Any]:
    return {"baseline_vnd": cost[0], "simplified_vnd": cost[1], "saving_vnd": cost[0] - cost[1]} | cells


def test_rounds_costed_at_the_rates_of_their_own_years_are_named_round_by_round() -> None:
    first, second = of_round(1, 23_932), of_round(2, HOURLY)
    together = states((first[0] + second[0], first[1] + second[1]), scope="total")
    stated = pd.DataFrame([states(first, scope="round", name="Lần 1"), states(second, scope="lần", name=2), together])
    findings = audit(in_rounds(), claims=stated).findings
    assert [one.code for one in findings] == ["claim_by_other_way"] * 2
    texts = {one.text("vi") for one in findings}
    assert any("rà soát lần 1" in one and "lương cơ sở từ 01/07/2023" in one for one in texts)
    assert any(
        "lần 1: mức thu nhập theo lương cơ sở từ 01/07/2023; lần 2: mức thu nhập của biểu" in one for one in texts
    )
    assert "round 1: rates by the base salary since 01/07/2023" in "".join(one.text("en") for one in findings)


@pytest.mark.parametrize("number", [1, 2])
def test_a_round_costed_as_the_comparison_is_follows(number: int) -> None:
    stated = pd.DataFrame(
        [states(of_round(number, HOURLY), scope="round", name=str(number), procedures_cut=number - 1)]
    )
    assert audit(in_rounds(), claims=stated).findings == ()


def test_a_total_that_is_not_the_sum_of_its_rounds_is_told() -> None:
    rounds = [states(of_round(number, HOURLY), scope="round", name=number) for number in (1, 2)]
    cost = in_rounds().total
    whole = states((int(cost.baseline), int(cost.simplified)), scope="total")
    assert audit(in_rounds(), claims=pd.DataFrame([*rounds, whole])).findings == ()
    more = whole | {"saving_vnd": whole["saving_vnd"] + 1}
    assert "claim_not_sum_of_parts" in {
        one.code for one in audit(in_rounds(), claims=pd.DataFrame([*rounds, more])).findings
    }


def test_a_round_that_there_is_not_is_unknown() -> None:
    stated = pd.DataFrame([{"scope": "round", "name": "3", "saving_vnd": 1}])
    assert [one.code for one in audit(in_rounds(), claims=stated).findings] == ["claim_unknown"]
