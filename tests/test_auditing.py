"""Laws of the audit: what is disputed is taken out once, exactly, in any order; what is honest stands as stated."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_samples import RATE, line, procedure
from oracle import round_half_up
from remarks import codes_of
from review_strategies import FEW, cases, review_of, unchanged_cases
from tthc_cost.auditing import RULES, audit
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, UnknownNameError, WrongKindError
from tthc_cost.findings import Evidence, Family, Rule, Seen, mentions, plain_words
from tthc_cost.line_pairs import LinePairs, Undo
from tthc_cost.model import Decision, Volume
from tthc_cost.schema import is_blank

if TYPE_CHECKING:
    from collections.abc import Collection

    from review_strategies import Case
    from tthc_cost.auditing import Audit
    from tthc_cost.rates import RateTable

FAMILIES = ("audit_claims", "audit_likeness", "audit_disappearance", "audit_counting")


def tricked(rates: RateTable = RATE, **options: Any) -> Comparison:
    """Compare a review with tricks on three procedures, two of which lie on one saving, and an honest cut.

    A: 8 h to 6 h, honest, 10 × 8 000 to 10 × 6 000. F: 12 times to 1. S: from 12 times × 10 to 1 × 120. L: its
    frequency falls from 4 to 2 and, costed at what is stated, its population from 10 to 5.
    """
    review = review_of(
        [procedure("A"), line("A", effort_hours=8, grade="A1/1"),
         procedure("F", frequency=12), line("F", fee_vnd=100),
         procedure("S", frequency=12), line("S", fee_vnd=300),
         procedure("L", frequency=4), line("L", fee_vnd=700)],
        [procedure("A"), line("A", effort_hours=6, grade="A1/1"),
         procedure("F", frequency=1), line("F", fee_vnd=100),
         procedure("S", frequency=1, population=120), line("S", fee_vnd=300),
         procedure("L", frequency=2, population=5), line("L", fee_vnd=700)],
        *(Decision(code, "amend") for code in "AFSL"),
    )  # fmt: skip
    return compare(review, rates, **options)


def effects(found: Audit) -> dict[tuple[str, str | None], int | None]:
    return {(one.code, one.procedure): one.effect_vnd for one in found.findings}


# What stands


@FEW
@given(unchanged_cases())
def test_what_changes_nothing_stands_as_it_is(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    found = audit(comparison)
    assert found.standing.total == comparison.total
    assert found.disputed_vnd == 0
    assert not found.errors


def test_an_honest_review_has_no_findings() -> None:
    review = review_of(
        [procedure("A"), line("A", effort_hours=8, grade="A1/1"), procedure("B"), line("B", fee_vnd=5)],
        [procedure("A"), line("A", effort_hours=6, grade="A1/1")],
        Decision("A", "amend"),
        Decision("B", "abolish"),
    )
    comparison = compare(review, RATE)
    found = audit(comparison)
    assert found.findings == ()
    assert found.standing is comparison
    assert found.waterfall["code"].tolist() == ["stated", "standing"]
    assert found.rules == tuple(RULES)


@FEW
@given(cases(), st.sampled_from(["baseline", "stated"]), st.sampled_from([None, ["requester"]]))
def test_the_waterfall_leads_exactly_from_stated_to_standing(case: Case, population: Any, bearers: Any) -> None:
    comparison = compare(case.review(), case.rate_table(), population=population, bearers=bearers)
    found = audit(comparison)
    steps = found.waterfall
    assert steps["effect_vnd"].sum() == comparison.total.saving - found.standing.total.saving == found.disputed_vnd
    assert tuple(steps[["baseline_vnd", "simplified_vnd"]].iloc[-1]) == (
        found.standing.total.baseline,
        found.standing.total.simplified,
    )
    left = steps["saving_vnd"].iloc[:-1]
    assert (left.shift() - left).iloc[1:].tolist() == steps["effect_vnd"].iloc[1:-1].tolist()
    assert found.by_agency["disputed_vnd"].sum() == found.disputed_vnd
    assert found.to_frame()["further_vnd"].sum() == found.disputed_vnd
    priced = [one.effect_vnd for one in found.findings if one.effect_vnd is not None]
    assert priced == sorted(priced, reverse=True)


def test_tricks_are_named_with_their_exact_effect_and_the_honest_cut_stands() -> None:
    found = audit(tricked())
    assert found.comparison.total.baseline == 80_000 + 12_000 + 36_000 + 28_000
    assert effects(found) == {
        ("cases_regrouped", "S"): 36_000 - 3_000,
        ("frequency_fell", "L"): 28_000 - 14_000,
        ("frequency_fell", "F"): 12_000 - 1_000,
    }
    assert [one.procedure for one in found.findings] == ["S", "L", "F"]
    assert found.standing.total.saving == 20_000
    assert found.findings[0].effect_points == Fraction(33_000 * 100, 156_000)
    assert [one.procedure for one in found.errors] == ["S"]


def test_what_stands_without_errors_and_what_without_warnings_too_are_two_figures() -> None:
    found = audit(tricked())
    assert [one.severity for one in found.findings] == ["error", "warning", "warning"]
    assert found.standing_without_errors.total.saving == found.comparison.total.saving - 33_000
    assert found.standing.total.saving == found.standing_without_errors.total.saving - 14_000 - 11_000
    warned = audit(tricked(), without="cases_regrouped")
    assert warned.standing_without_errors is warned.comparison
    proven = audit(tricked(), without="frequency_fell")
    assert proven.standing_without_errors.total == proven.standing.total != proven.comparison.total


def test_two_findings_on_one_saving_take_it_out_once() -> None:
    found = audit(tricked(population="stated"))
    assert effects(found)["population_fell", "L"] == 2 * 10 * 700 - 2 * 5 * 700
    assert effects(found)["frequency_fell", "L"] == 4 * 5 * 700 - 2 * 5 * 700
    cost = found.standing.procedures.set_index("procedure")
    assert cost.loc["L", "saving_vnd"] == 0
    further = found.to_frame().groupby("procedure")["further_vnd"].sum()
    assert further["L"] == 28_000 - 7_000


def test_a_rule_can_be_switched_off() -> None:
    found = audit(tricked(), without=["frequency_fell"])
    assert [one.code for one in found.findings] == ["cases_regrouped"]
    assert "frequency_fell" not in found.rules
    assert found.disputed_vnd == 33_000
    assert audit(tricked(), without="cases_regrouped").rules == tuple(
        code for code in RULES if code != "cases_regrouped"
    )


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="frequency_fell"):
        audit(tricked(), without=["frequency_fel"])


def test_only_comparisons_days_and_programmes_are_taken() -> None:
    with pytest.raises(WrongKindError):
        audit("no comparison")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError):
        audit(tricked(), 2025)  # type: ignore[arg-type]
    with pytest.raises(InputFault):
        audit(tricked(), on="2024-02-30")
    with pytest.raises(UnknownNameError):
        audit(tricked(), "lai-chau")


def test_published_totals_are_held_against_the_rules_that_need_no_lines() -> None:
    published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    found = audit(Comparison.from_costs(published))
    assert found.findings == ()
    assert set(found.rules) == {code for code, rule in RULES.items() if not rule.needs_lines}


def test_findings_come_as_frames() -> None:
    found = audit(tricked(population="stated"))
    frame = found.to_frame()
    assert frame["code"].tolist() == [one.code for one in found.findings]
    assert frame["severity"].isin(["error", "warning", "note"]).all()
    assert frame["vi"].tolist() == [str(one) for one in found.findings]
    agencies = found.by_agency
    assert agencies["agency"].tolist() == ["Sở Nội vụ"]
    assert agencies[["errors", "warnings", "notes"]].to_numpy().sum() == len(found.findings)


def test_who_reviews_a_procedure_is_asked_before_who_resolves_it() -> None:
    def states(frequency: int) -> list[object]:
        return [procedure("F", frequency=frequency, reviewing_agency="Sở Tư pháp"), line("F", fee_vnd=100)]

    found = audit(compare(review_of(states(12), states(1), Decision("F", "amend")), RATE))
    assert [one.agency for one in found.findings] == ["Sở Tư pháp"]


def test_every_sentence_is_filled_in_both_languages() -> None:
    for one in audit(tricked(population="stated")).findings:
        for text in (one.text("vi"), one.text("en")):
            assert "{" not in text
    one = audit(tricked()).findings[0]
    assert one.effect("vi").startswith("Ảnh hưởng: 33.000 đồng/năm, 21,15 điểm")
    assert one.effect("en").startswith("Effect: 33,000 đồng a year, 21.15 percentage")


# The registry


def test_every_rule_has_a_sentence_and_every_sentence_a_rule() -> None:
    sentences = set().union(*(codes_of(room) for room in FAMILIES))
    families = {Family.CLAIMS, Family.LIKENESS, Family.DISAPPEARANCE}
    assert {code for code, rule in RULES.items() if rule.family in families} == sentences
    for code, rule in RULES.items():
        assert code == rule.code
        assert rule.title("vi")
        assert rule.title("en")
        assert rule.severity in {"error", "warning", "note"}


def test_words_are_recognised_whole() -> None:
    assert mentions(plain_words("do Giải Thể, sáp nhập"), ["giải thể"]) == "giải thể"
    assert mentions(plain_words(unicodedata.normalize("NFD", "báo cáo định kỳ.")), ["định kỳ"]) == "định kỳ"
    assert mentions(plain_words("thanh trang"), ["thanh tra"]) is None
    assert mentions("", ["thanh tra"]) is None


# Pairs of lines, and what they cost with something undone


UNDONE = st.integers(0, sum(Undo))


def steps(value: object) -> Fraction:
    return Fraction(0) if is_blank(value) else Fraction(str(value)).limit_denominator(3000)


def mean_times(comparison: Comparison, code: str) -> Fraction:
    """Work out how often all that was merged into a procedure was carried out on average, to 1/300; 0 of no merge."""
    review = comparison.review
    assert review is not None
    origins = review.predecessors[code]
    procedures = review.baseline.procedures.set_index("procedure")
    costed = review.populations.set_index("procedure")["costed_population"][code]
    cases, subjects = Fraction(0), 0
    for one in origins:
        lines = comparison.lines[(comparison.lines["procedure"] == one) & (comparison.lines["state"] == "baseline")]
        own = procedures["frequency"][one]
        often = max((steps(times) for times in ([own] if not is_blank(own) else lines["frequency"])), default=None)
        if often is not None:
            cases += often * int(procedures["population"][one])
            subjects += int(procedures["population"][one])
    if len(origins) < 2 or not subjects:
        return Fraction(0)
    return Fraction(round_half_up(cases / max(subjects, 0 if is_blank(costed) else int(costed)) * 300), 300)


def oracle(comparison: Comparison, pair: Any, undone: Undo, late: Collection[str] = ()) -> tuple[int, int]:
    """Work out in fractions what a pair puts into the totals with something undone."""
    review = comparison.review
    assert review is not None
    lines = comparison.lines.astype(object).where(comparison.lines.notna(), None)
    before = None if pair.baseline_at < 0 else lines.iloc[pair.baseline_at]
    after = None if pair.simplified_at < 0 else lines.iloc[pair.simplified_at]
    known = review.populations.set_index("procedure")
    baseline = review.baseline.procedures.set_index("procedure")["population"]

    def cost(row: Any, *, is_after: bool) -> int:
        hourly = 0 if row["vnd_per_hour"] is None else row["vnd_per_hour"]
        if undone & Undo.RATE and is_after and hourly:
            hourly = comparison.rates.vnd_per_hour(row["grade"])  # type: ignore[union-attr]
        often = steps(
            before["frequency"] if undone & Undo.FREQUENCY and is_after and before is not None else row["frequency"]
        )
        if undone & Undo.MEAN and is_after:
            often = max(often, mean_times(comparison, row["procedure"]))
        often = min(often, Fraction(1)) if undone & Undo.ONCE else often
        people = Fraction(int(row["population"]))
        if is_after:
            stated, costed = (
                known.loc[row["procedure"], "stated_population"],
                known.loc[row["procedure"], "costed_population"],
            )
            wanted = costed if comparison.population == "baseline" or undone & Undo.POPULATION else stated
            if undone & Undo.VOLUME and review.predecessors[row["procedure"]]:
                wanted = max(wanted, sum(baseline[one] for one in review.predecessors[row["procedure"]]))
            origins = review.predecessors[row["procedure"]]
            timely = [one for one in origins if one not in late]
            if undone & Undo.LATE and 0 < len(timely) < len(origins):
                wanted = sum(baseline[one] for one in timely)
            people = people * int(wanted) / int(stated) if stated else people
        money = sum(0 if row[name] is None else int(row[name]) for name in ("service_vnd", "fee_vnd", "other_vnd"))
        return round_half_up((steps(row["effort_hours"]) * hourly + money) * often * people)

    def counts(row: Any, bearer: Any) -> bool:
        asked = bool(undone & Undo.COUNTED) and not undone & Undo.APART
        inside = asked if undone & (Undo.APART | Undo.COUNTED) else bool(row["counted"])
        leaves = undone & Undo.LATE and row["state"] == "baseline" and row["procedure"] in late
        return inside and not leaves and (comparison.bearers is None or bearer in comparison.bearers)

    old = 0 if before is None or not counts(before, before["bearer"]) else cost(before, is_after=False)
    if undone & Undo.LINE:
        return old, old
    if after is None:
        return old, 0
    bearer = before["bearer"] if undone & Undo.BEARER and before is not None else after["bearer"]
    return old, cost(after, is_after=True) if counts(after, bearer) else 0


@FEW
@given(cases(), st.sampled_from(["baseline", "stated"]), st.sampled_from([None, ["requester"]]), st.data())
def test_what_is_undone_costs_what_the_oracle_says(
    case: Case, population: Any, bearers: Any, data: st.DataObject
) -> None:
    comparison = compare(case.review(), case.rate_table(), population=population, bearers=bearers)
    late = [code for code in comparison.standing["procedure"] if data.draw(st.booleans())]
    pairs = LinePairs.of(comparison, late)
    size = len(pairs.frame)
    undone = np.array([data.draw(UNDONE) for _ in range(size)], dtype=np.int64)
    baseline, simplified = pairs.amounts(np.arange(size), undone)
    expected = [
        oracle(comparison, pair, Undo(int(bits)), late)
        for pair, bits in zip(pairs.frame.itertuples(), undone, strict=True)
    ]
    assert list(zip(baseline.tolist(), simplified.tolist(), strict=True)) == expected
    left = pairs.left(undone).total
    assert (left.baseline, left.simplified) == (baseline.sum(), simplified.sum())


@FEW
@given(cases())
def test_nothing_undone_is_the_comparison_and_every_line_undone_saves_nothing(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    pairs = LinePairs.of(comparison)
    size = len(pairs.frame)
    baseline, simplified = pairs.amounts(np.arange(size), np.zeros(size, dtype=np.int64))
    assert (baseline.sum(), simplified.sum()) == (comparison.total.baseline, comparison.total.simplified)
    assert pairs.left(np.zeros(size, dtype=np.int64)) is comparison
    left = pairs.left(np.full(size, int(Undo.LINE)))
    assert left.total.saving == 0
    counted = left.standing[left.standing["counted"]]
    with_lines = counted[counted["procedure"].isin(comparison.lines["procedure"])]
    assert (with_lines["in_baseline"] == with_lines["in_simplified"]).all()
    assert not with_lines["simplification"].any()


@FEW
@given(cases())
def test_every_line_is_in_one_pair(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    frame = LinePairs.of(comparison).frame
    at = [one for name in ("baseline_at", "simplified_at") for one in frame[name] if one >= 0]
    assert sorted(at) == list(range(len(comparison.lines)))
    both = frame[(frame["baseline_at"] >= 0) & (frame["simplified_at"] >= 0)]
    group = comparison.standing.set_index("procedure")["group"]
    assert all(
        group[a] == group[b] for a, b in zip(both["procedure_baseline"], both["procedure_simplified"], strict=True)
    )


def test_a_line_that_changed_its_code_is_found_by_its_name() -> None:
    review = review_of(
        [procedure("A"), line("A", "1", fee_vnd=1, name="Nộp hồ sơ"), line("A", "2", fee_vnd=2, name="Xem xét")],
        [procedure("A"), line("A", "3", fee_vnd=2, name="xem  XÉT")],
        Decision("A", "amend"),
    )
    frame = LinePairs.of(compare(review, RATE)).frame
    found = {(one.name_baseline, is_blank(one.name_simplified)) for one in frame.itertuples()}
    assert found == {("Nộp hồ sơ", True), ("Xem xét", False)}


def test_what_goes_apart_leaves_both_sides_and_what_is_counted_enters_both() -> None:
    review = review_of(
        [
            procedure("A"),
            line("A", fee_vnd=10),
            procedure("X", in_scope=False, exclusion="báo cáo"),
            line("X", fee_vnd=7),
        ],
        [
            procedure("A"),
            line("A", fee_vnd=4),
            procedure("X", in_scope=False, exclusion="báo cáo"),
            line("X", fee_vnd=9),
        ],
        Decision("A", "amend"),
        Decision("X", "amend"),
    )
    pairs = LinePairs.of(compare(review, RATE))
    apart = pairs.left(np.where(pairs.frame["procedure"] == "A", int(Undo.APART), 0))
    assert (apart.total.baseline, apart.total.simplified, apart.count().baseline) == (0, 0, 0)
    counted = pairs.left(np.where(pairs.frame["procedure"] == "X", int(Undo.COUNTED), 0))
    assert (counted.total.baseline, counted.total.simplified) == (170, 130)
    assert counted.count().baseline == 2


def test_what_is_put_back_can_be_explained_to_the_dong() -> None:
    left = audit(tricked(population="stated")).standing
    for code in left.standing["procedure"]:
        explained = left.explain(code)
        assert (
            sum(one.annual_cost_vnd for one in explained.lines) == explained.cost.baseline + explained.cost.simplified
        )
        for one in explained.lines:
            assert one.annual_cost_vnd == round_half_up(one.case_cost_vnd * one.frequency * one.population)


def test_a_frequency_put_back_is_no_simplification_any_more() -> None:
    found = audit(tricked())
    assert found.comparison.count("broad").saving == 4
    assert found.standing.count("broad").saving == 1


def test_the_order_of_findings_does_not_matter_to_what_stands() -> None:
    comparison = tricked(population="stated")
    pairs = LinePairs.of(comparison)
    kinds = (Undo.FREQUENCY, Undo.POPULATION, Undo.LINE)
    ends = set()
    for order in permutations(kinds):
        undone = np.zeros(len(pairs.frame), dtype=np.int64)
        for kind in order:
            undone |= int(kind)
        ends.add(pairs.left(undone).total)
    assert len(ends) == 1


def test_a_line_put_back_beyond_the_limit_is_refused() -> None:
    review = review_of(
        [procedure("A", frequency=100, population=1), line("A", fee_vnd=10**9)],
        [procedure("A", frequency=1, population=1), line("A", fee_vnd=10**11)],
        Decision("A", "amend"),
    )
    with pytest.raises(InputFault) as error:
        audit(compare(review, RATE))
    assert [one.code for one in error.value.faults] == ["line_over_limit"]


def test_what_many_agencies_carry_out_is_put_back_agency_by_agency() -> None:
    def states(often: int) -> list[object]:
        volumes = [Volume("A", "xã Một", often, 3), Volume("A", "xã Hai", 2 * often, 5)]
        return [procedure("A", frequency=None, population=None), line("A", fee_vnd=100), *volumes]

    found = audit(compare(review_of(states(6), states(2), Decision("A", "amend")), RATE))
    assert effects(found) == {("frequency_fell", "A"): (6 - 2) * 3 * 100 + (12 - 4) * 5 * 100}
    assert found.standing.total.saving == 0


def test_a_rule_works_once_for_all_who_ask() -> None:
    asked = []

    def work(evidence: Evidence) -> int:
        asked.append(evidence)
        return len(asked)

    evidence = Evidence(tricked())
    assert (evidence.once(work), evidence.once(work)) == (1, 1)
    rule = Rule("frequency_fell", Family.LIKENESS, "một", "one", lambda _: [Seen("A")])
    assert rule.title("en") == "one"
