"""Laws of every result that shows itself: short in a terminal, true and safe in a notebook, whole as a frame."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from report_samples import (
    BASELINE_VND,
    HOSTILE,
    SIMPLIFIED_VND,
    sample_audit,
    sample_comparison,
    sample_frontier,
    sample_probability,
    sample_report,
)
from shown_tables import tables_in
from tthc_cost.arithmetic import Reduction
from tthc_cost.attribution import attribute
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison, compare
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Procedure
from tthc_cost.notebook_tables import LINE_LENGTH, SHOWN_ROWS
from tthc_cost.observed_times import processing_times_from_log
from tthc_cost.periods import periodic
from tthc_cost.rates import RateTable
from tthc_cost.reform_costs import Convention, ReformCost, appraise
from tthc_cost.review import Review
from tthc_cost.timing import hours_freed, processing_times

if TYPE_CHECKING:
    from shown_tables import ShownTable
    from tthc_cost.observed_times import ObservedTimes


@cache
def _empty() -> Comparison:
    nothing = Inventory.from_objects()
    return compare(Review(nothing, nothing), RateTable.from_income(95_600_000))


@cache
def _published() -> Comparison:
    costs = pd.DataFrame({"procedure": ["a", "b"], "baseline_vnd": [100, 9_900], "simplified_vnd": [10, 9_900]})
    return Comparison.from_costs(costs)


def _observed() -> ObservedTimes:
    log = pd.DataFrame({
        "case": [str(number) for number in range(4)], "procedure": ["A", "A", "A", "B"], "agency": "Sở X",
        "received": ["2024-07-01"] * 4, "returned": ["2024-07-02", "2024-07-03", "2024-07-05", None],
    })  # fmt: skip
    deadlines = pd.DataFrame({"procedure": ["A", "B"], "deadline_days": [2, 2]})
    return processing_times_from_log(log, deadlines, year=2024)


def _appraisal() -> Any:
    software = ReformCost("phần mềm", "software", 2_000_000, "Sở Nội vụ", 2024, yearly_vnd=100_000)
    return appraise(600_000, [software], Convention("7%", 20, "end_of_year"), first_year=2024, saves_from=2025)


RESULTS: dict[str, Any] = {
    "reduction": lambda: sample_comparison().total,
    "comparison": sample_comparison,
    "published": _published,
    "empty": _empty,
    "report": sample_report,
    "audit": sample_audit,
    "hostile audit": lambda: audit(sample_comparison(), "lai-chau-2022-2025", on="2024-12-31"),
    "attribution": lambda: attribute(sample_comparison()),
    "empty attribution": lambda: attribute(_empty()),
    "periodic": lambda: periodic(sample_comparison(), "2024-Q4"),
    "times": lambda: processing_times(sample_comparison()),
    "empty times": lambda: processing_times(_empty()),
    "hours": lambda: hours_freed(sample_comparison()),
    "empty hours": lambda: hours_freed(_empty()),
    "review": lambda: sample_comparison().review,
    "inventory": Inventory.from_objects,
    "selection": lambda: sample_frontier().points[0],
    "frontier": sample_frontier,
    "probability": lambda: sample_probability(1000),
    "closed form": lambda: sample_probability(0),
    "sensitivity": lambda: sample_probability(0).sensitivity(),
    "appraisal": _appraisal,
    "observed": _observed,
    "rates": lambda: RateTable.civil_service("2024-07-01"),
    "one rate": lambda: RateTable.from_income(95_600_000),
    "no rates": lambda: RateTable((), None, "không có", "stated"),
}


def _tables(result: Any, language: Any = "vi") -> list[ShownTable]:
    return tables_in(result.to_html(language=language))


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_short_in_a_terminal(name: str) -> None:
    result = RESULTS[name]()
    lines = repr(result).split("\n")
    assert len(lines) <= 2
    assert all(len(line) <= LINE_LENGTH for line in lines)
    assert lines[0].startswith(f"{type(result).__name__}: ")
    assert unicodedata.is_normalized("NFC", repr(result))


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_shown_in_both_languages(name: str) -> None:
    result = RESULTS[name]()
    vietnamese, english = _tables(result), _tables(result, "en")
    assert [len(one.rows) for one in vietnamese] == [len(one.rows) for one in english]
    assert all(one.caption != other.caption for one, other in zip(vietnamese, english, strict=True))
    assert all(set(one.headings) != set(other.headings) for one, other in zip(vietnamese, english, strict=True))
    assert all(len(row) == len(one.headings) for one in vietnamese for row in one.rows)
    assert all(len(one.rows) <= SHOWN_ROWS for one in vietnamese)
    for language in ("vi", "en"):
        html = result.to_html(language=language)
        assert unicodedata.is_normalized("NFC", html)
        assert "nan" not in html
        assert f'lang="{language}"' in html
    assert result._repr_html_() == result.to_html()


@pytest.mark.parametrize("name", [name for name in RESULTS if name not in {"reduction", "review", "inventory"}])
def test_every_result_is_a_frame(name: str) -> None:
    assert isinstance(RESULTS[name]().to_frame(), pd.DataFrame)


@pytest.mark.parametrize("name", ["comparison", "hostile audit", "review", "periodic"])
def test_a_procedure_named_like_a_script_does_nothing(name: str) -> None:
    html = RESULTS[name]().to_html()
    assert "<script" not in html
    tables_in(html)


def test_a_reduction_is_said_as_it_was_worked_out_by_hand() -> None:
    # 34 748 750 − 16 242 750 = 18 506 000, which is 53.2566… % of the first.
    assert (BASELINE_VND, SIMPLIFIED_VND) == (34_748_750, 16_242_750)
    said = repr(Reduction(BASELINE_VND, SIMPLIFIED_VND)).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Reduction: 34.748.750 → 16.242.750 đồng/năm, giảm 18.506.000 (53,26 %)"
    assert repr(Reduction(Fraction(21, 2), Fraction(1, 3), "working_days")).startswith("Reduction: 10,5 → 1/3 ngày")


def test_a_comparison_shows_its_totals_and_takes_a_merge_as_one() -> None:
    totals, largest = _tables(sample_comparison())
    assert totals.row("Chi phí tuân thủ (đồng/năm)") == {
        "Đại lượng (đơn vị)": "Chi phí tuân thủ (đồng/năm)", "Hiện tại": "34.748.750",
        "Sau đơn giản hóa": "16.242.750", "Cắt giảm": "18.506.000", "Tỷ lệ cắt giảm": "53,26 %",
    }  # fmt: skip
    # A, B, C, E, F before; A, C, G after: 5 → 3. A and G are simplified, so that broadly only C is left.
    assert totals.row("Số lượng (TTHC)")["Cắt giảm"] == "2"
    # Only A and C stand in both states: 15 + 10 days before, 10 + 10 after.
    assert list(totals.row("Thời hạn giải quyết (ngày làm việc)").values())[1:4] == ["25", "20", "5"]
    assert [row[0] for row in largest.rows] == ["A", "B", "C", "E; F; G"]
    assert largest.rows[-1][2:] == ["905.300", "905.300", "0", "0,00 %"]
    assert largest.row("C")["Tên"] == HOSTILE
    assert repr(sample_comparison()).split("\n")[1].startswith("5 → 3 TTHC, giảm 2 (40,00")
    assert len(sample_comparison().to_frame()) == 7


def test_published_totals_show_what_they_know() -> None:
    totals, largest = _tables(_published(), "en")
    assert totals.rows == [["Compliance cost (đồng a year)", "10,000", "9,910", "90", "0.90 %"]]
    assert [row[0] for row in largest.rows] == ["a", "b"]


def test_nothing_compared_shows_no_ratio() -> None:
    totals, largest = _tables(_empty())
    assert totals.row("Chi phí tuân thủ (đồng/năm)")["Tỷ lệ cắt giảm"] == "–"
    assert largest.rows == []
    assert "Không có dòng nào." in _empty().to_html()


def test_the_targets_stand_as_they_were_judged() -> None:
    report = sample_report()
    targets, tasks = _tables(report)
    assert len(targets.rows) == len(report.targets)
    for shown, result in zip(targets.rows, report.targets, strict=True):
        assert shown[0] == result.target.name
        assert shown[1].endswith(result.state.label())
    # Of the cost only A and the merge are approved: 9 453 000 of 34 748 750 is 27.2038… %; stated is 53.2566… %.
    cost = targets.rows[-1]
    assert cost[2:] == ["01/01/2025", "≥ 20 %", "27,20 %", "53,26 %", "0 đồng/năm"]
    assert sum(int(row[1]) for row in tasks.rows) == len(report.tasks)


def test_an_audit_shows_stated_disputed_and_standing() -> None:
    found = sample_audit()
    levels, findings = _tables(found)
    cuts = [int(row[3].replace(".", "")) for row in levels.rows]
    assert cuts[0] - cuts[2] == found.disputed_vnd
    assert cuts[0] == found.comparison.total.saving
    assert [row[1] for row in findings.rows] == [one.procedure or "–" for one in found.findings][:SHOWN_ROWS]
    signs = {"error": "✗ Lỗi", "warning": "! Cảnh báo", "note": "○ Ghi chú"}
    assert [row[0] for row in findings.rows] == [signs[one.severity] for one in found.findings][:SHOWN_ROWS]


def test_causes_add_up_to_the_saving_below_them() -> None:
    (causes,) = _tables(attribute(sample_comparison()))
    *parts, total = (int(row[1].replace(".", "")) for row in causes.rows)
    assert sum(parts) == total == BASELINE_VND - SIMPLIFIED_VND


def test_the_whole_stands_first_in_a_periodic_table() -> None:
    (shown,) = _tables(periodic(sample_comparison(), "2024-Q4"))
    assert shown.rows[0][:2] == ["Tổng cộng", "5"]
    assert shown.rows[0][5] == "34.748.750"


def test_what_passes_its_deadline_comes_first_and_a_lower_bound_says_so() -> None:
    from tthc_cost.model import Step  # noqa: PLC0415 - of this test alone

    office = Inventory.from_objects(
        Procedure("A", "Đúng hạn", deadline_days=10, frequency=1, population=1),
        Procedure("B", "Quá hạn", deadline_days=3, frequency=1, population=1),
        Activity("A", "1", effort_hours=1),
        Activity("B", "1", effort_hours=1),
        Step("A", "1", "tiếp nhận", duration_days=1),
        Step("B", "1", "thẩm định", duration_days=4),
        Step("B", "2", "ký", after="1"),
    )
    times = processing_times(office)
    (shown,) = _tables(times)
    assert [row[:1] + row[2:6] for row in shown.rows] == [
        ["B", "3", "≥ 4", "-1", "✗ không"], ["A", "10", "1", "9", "✓ có"],
    ]  # fmt: skip
    assert repr(times) == "ProcessingTimes: 2 TTHC, 1 vượt thời hạn giải quyết"
    assert times.to_frame()["procedure"].tolist() == ["A", "B"]


def test_a_review_counts_its_tables() -> None:
    review = sample_comparison().review
    assert review is not None
    (shown, *_) = _tables(review)
    assert shown.row("TTHC")["Hiện tại"] == "6"
    assert shown.row("TTHC")["Sau đơn giản hóa"] == str(len(review.simplified.procedures))
    assert repr(review).startswith(f"Review: 6 TTHC hiện tại, {len(review.simplified.procedures)} TTHC sau")


def test_the_warnings_of_a_review_are_shown() -> None:
    before = Inventory.from_objects(
        Procedure("A", "Đơn A", frequency=1, population=100), Activity("A", "1", effort_hours=2),
        Procedure("B", "Đơn B", frequency=1, population=50), Activity("B", "1", effort_hours=2),
    )  # fmt: skip
    after = Inventory.from_objects(Procedure("A", "Đơn AB", population=50), Activity("A", "1", effort_hours=2))
    merged = pd.DataFrame({"procedure": ["A", "B"], "decision": ["amend", "merge"], "replaced_by": [None, "A"]})
    review = Review(before, after, decisions=merged)
    for language in ("vi", "en"):
        (_, remarks) = _tables(review, language)
        assert [row[1] for row in remarks.rows] == [one.text(language) for one in (*review.warnings, *review.notes)]


def test_a_choice_shows_what_it_reaches_and_at_what_cost() -> None:
    point = sample_frontier().points[0]
    reached, measures = _tables(point)
    # 2 000 đồng a year; the cheapest tenth is the measure that costs 4 million and saves 200.
    assert reached.rows[0][1:] == ["2.000", "1.800", "200", "10,00 %"]
    assert [row[:3] for row in measures.rows] == [["PA-2", "NB-2", "4.000.000"]]
    (points,) = _tables(sample_frontier())
    assert [row[0] for row in points.rows] == ["10 %", "20 %", "nhiều nhất có thể"]
    assert points.rows[0][3:5] == ["4.000.000", "✓ có"]


def test_what_is_not_certain_is_never_printed_as_certain() -> None:
    from dataclasses import replace  # noqa: PLC0415 - of this test alone

    probability = sample_probability(0)
    (shown,) = _tables(replace(probability, target=Fraction(99, 100)))
    assert shown.caption.endswith("99 % chi phí tuân thủ: < 0,1 %")
    (shown,) = _tables(replace(probability, target=Fraction(0)))
    assert shown.caption.endswith(": > 99,9 %")


def test_the_distribution_is_shown_as_it_is_in_the_frame() -> None:
    probability = sample_probability(0)
    (shown,) = _tables(probability)
    frame = probability.to_frame()
    saving = frame.loc[frame["quantity"] == "saving", "closed_form"]
    assert [int(row[2].replace(".", "")) for row in shown.rows] == np.rint(saving).astype(int).tolist()


def test_a_reform_shows_the_figures_it_is_judged_by() -> None:
    facts, years = _tables(_appraisal())
    # 2 000 000 ÷ (600 000 − 100 000) = 4 years.
    assert facts.row("Thời gian hoàn vốn (năm)")["Giá trị"] == "4"
    assert years.rows[0] == ["2024", "2.100.000", "0", "0,9346"]  # 1 ÷ 1.07
    assert years.rows[1][:3] == ["2025", "100.000", "600.000"]
    assert "… và 8 dòng nữa" in _appraisal().to_html()


def test_rates_show_their_source() -> None:
    rates = RateTable.civil_service("2024-07-01")
    (shown,) = _tables(rates)
    # 2 340 000 × 2.34 ÷ 176 = 31 111.36… đồng an hour.
    assert shown.row("A1/1")["Đồng/giờ"] == "31.111"
    assert "2.340.000 đồng/tháng" in rates.to_html()
    (one,) = _tables(RateTable.from_income(95_600_000))
    assert one.rows == [["mọi ngạch, vị trí", "45.265", "–"]]


def test_observed_times_show_the_groups_that_they_tell_apart() -> None:
    observed = _observed()
    (shown,) = _tables(observed)
    # Monday 1 July to Tuesday, Wednesday and Friday: 1, 2 and 4 working days against a deadline of 2.
    assert shown.headings[:2] == ["Mã TTHC", "Cơ quan"]
    assert shown.rows[0] == ["A", "Sở X", "3", "0", "2", "4", "1", "33,33 %"]
    assert shown.rows[1] == ["B", "Sở X", "1", "1", "–", "–", "0", "–"]
    assert repr(observed) == "ObservedTimes: 2 nhóm, 4 hồ sơ, 1 hồ sơ quá hạn"
