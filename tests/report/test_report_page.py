"""What goes on the page: it adds up, it is exact, and it does not know more than the day does."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from report_samples import BASELINE_VND, SIMPLIFIED_VND, sample_comparison, sample_report
from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import Comparison
from tthc_cost.report.page import page_of
from tthc_cost.targets import check
from tthc_cost.vocabulary import Bearer, DecisionKind, Measure, Stage, TaskState

if TYPE_CHECKING:
    from tthc_cost.report.page import Page


@pytest.fixture(scope="module")
def page() -> Page:
    report = sample_report()
    return page_of(report.comparison, report)


def _total(costs: list[Reduction]) -> Reduction:
    return sum(costs, Reduction(0, 0))


def test_the_total_is_the_one_worked_out_by_hand(page: Page) -> None:
    assert page.total.cost == Reduction(BASELINE_VND, SIMPLIFIED_VND)
    assert page.total.achieved == Reduction(BASELINE_VND, BASELINE_VND - 9_453_000)
    assert (page.total.procedures, page.total.strict_cut, page.total.broad_cut) == (5, 2, 4)
    assert (page.total.reviewed, page.total.approved, page.total.in_force) == (5, 4, 0)


def test_agencies_add_up_to_the_total(page: Page) -> None:
    lines, total = page.agencies, page.total
    assert [line.agency for line in lines] == ["Sở X", "Sở Y"]
    assert _total([line.cost for line in lines]) == total.cost
    assert _total([line.achieved for line in lines if line.achieved]) == total.achieved
    for name in ("procedures", "reviewed", "strict_cut", "broad_cut", "approved", "in_force", "overdue"):
        assert sum(getattr(line, name) for line in lines) == getattr(total, name)


def test_stages_bearers_and_procedures_add_up_to_the_total(page: Page) -> None:
    assert _total([line.cost for line in page.stages]) == page.total.cost
    assert _total([cost for line in page.stages for _, cost in line.by_bearer]) == page.total.cost
    assert _total([cost for _, cost, inside in page.bearers if inside]) == page.total.cost
    assert _total([group.cost for group in page.procedures]) == page.total.cost


def test_terms_stand_in_the_order_of_the_vocabulary_and_what_names_none_last(page: Page) -> None:
    assert [line.stage for line in page.stages] == [Stage.PREPARATION, Stage.PROCESSING, None]
    assert [bearer for bearer, _, _ in page.bearers] == list(Bearer)


def test_figures_stay_apart_and_exact(page: Page) -> None:
    figures = {one.name: one for one in page.figures}
    assert list(figures) == ["cost", "count_strict", "count_broad", "time", "time_weighted"]
    assert figures["count_strict"].stated == Reduction(5, 3, "procedures")
    assert figures["count_strict"].achieved == Reduction(5, 4, "procedures")
    assert figures["time"].stated == Reduction(Fraction(25), Fraction(20), "working_days")
    assert figures["time_weighted"].stated == Reduction(
        Fraction(15 * 40 + 10 * 50), Fraction(10 * 40 + 10 * 50), "working_days_per_year"
    )


def test_only_the_counting_that_is_judged_has_a_target(page: Page) -> None:
    required = {one.name: one.required for one in page.figures}
    assert required["cost"] == required["count_strict"] == Fraction(1, 5)
    assert required["count_broad"] is required["time"] is None


def test_exactly_twenty_per_cent_of_procedures_is_met(page: Page) -> None:
    verdict = page.verdict(Measure.COUNT_REDUCTION)
    assert verdict is not None
    assert (verdict.numerator, verdict.denominator, verdict.state.value) == (1, 5, "met")


def test_what_is_merged_saves_only_as_a_group(page: Page) -> None:
    group = next(one for one in page.procedures if one.code == "G")
    assert [line.code for line in group.lines] == ["E", "F", "G"]
    assert group.cost == Reduction(905_300, 905_300)


def test_procedures_stand_by_falling_saving(page: Page) -> None:
    assert [group.code for group in page.procedures] == ["A", "B", "C", "G"]


def test_a_transferred_procedure_stands_apart_with_its_reason(page: Page) -> None:
    (one,) = page.apart
    assert (one.line.code, one.line.decision) == ("T", DecisionKind.TRANSFER)
    assert one.reason == DecisionKind.TRANSFER.label()
    assert one.line.cost.baseline == 9 * 45_265


def test_a_task_stands_once_for_each_deadline_whoever_owes_it(page: Page) -> None:
    keys = [(one.task.code, one.deadline) for one in page.milestones]
    assert len(keys) == len(set(keys))
    assert all(one.worst in dict(one.states) for one in page.milestones)
    assert all(state in {TaskState.LATE, TaskState.OVERDUE} for one in page.milestones for state, _ in one.behind)


def test_without_a_programme_there_are_no_targets_and_no_dates() -> None:
    page = page_of(sample_comparison(), None)
    assert page.total.cost == Reduction(BASELINE_VND, SIMPLIFIED_VND)
    assert page.total.achieved is None
    assert page.milestones == ()
    assert page.verdict(Measure.COST_REDUCTION) is None
    assert sum(line.procedures or 0 for line in page.agencies) == page.total.procedures == 5


def test_published_totals_show_costs_and_count_nothing() -> None:
    published = Comparison.from_costs(
        pd.DataFrame({"procedure": ["a", "b"], "baseline_vnd": [100, 9_900], "simplified_vnd": [10, 9_900]})
    )
    for report in (None, check(published, "lai-chau-2022-2025", on="2025-01-01")):
        page = page_of(published, report)
        assert [one.name for one in page.figures] == ["cost"]
        assert page.total.cost == Reduction(10_000, 9_910)
        assert page.total.strict_cut is None
        assert page.stages == ()
