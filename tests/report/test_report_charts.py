"""The charts: in proportion, within their frame, and no mark upon another."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from report_samples import sample_report
from tthc_cost.report.charts import bullet_of, saving_bars, stage_bars, timeline_of
from tthc_cost.report.page import page_of
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from tthc_cost.report.charts import Mark


def test_bars_stand_in_the_proportion_of_their_ratios() -> None:
    shape = bullet_of(Fraction(1, 10), Fraction(3, 10), Fraction(1, 5), full=Fraction(2, 5))
    assert (shape.achieved, shape.stated, shape.target) == (25, 75, 50)


@pytest.mark.parametrize("ratio", [Fraction(-1, 2), Fraction(0), Fraction(1), None])
def test_a_bar_stays_within_its_frame(ratio: Fraction | None) -> None:
    shape = bullet_of(ratio, ratio, Fraction(1, 5))
    assert all(one is None or 0 <= one <= 100 for one in (shape.achieved, shape.stated, shape.target))


def test_stages_share_one_scale_and_stack_without_gaps() -> None:
    report = sample_report()
    bars = stage_bars(page_of(report.comparison, report).stages)
    # Preparation of A: (8 h x 45 265 + 20 000) x 40 = 15 284 800, and after (5 h x 45 265 + 10 000) x 40 = 9 453 000.
    widest = bars[0].bars
    assert [bar.cost_vnd for bar in widest] == [15_284_800, 9_453_000]
    assert sum(part.width for part in widest[0].segments) == 100
    assert sum(part.width for part in widest[1].segments) == pytest.approx(100 * 9_453_000 / 15_284_800, abs=0.01)
    for stage in bars:
        assert [bar.state for bar in stage.bars] == list(State)
        for bar in stage.bars:
            ends = [part.x + part.width for part in bar.segments]
            assert [part.x for part in bar.segments[1:]] == pytest.approx(ends[:-1])


def test_only_savings_have_bars() -> None:
    report = sample_report()
    bars = saving_bars(page_of(report.comparison, report).procedures)
    assert [(one.group.code, one.width) for one in bars] == [("A", 100), ("B", round(100 * 9_053 / 9_453, 2))]


def test_marks_of_the_timeline_never_touch() -> None:
    report = sample_report()
    page = page_of(report.comparison, report)
    line = timeline_of(report.targets, page.milestones, report.on, (report.programme.starts, report.programme.ends))
    assert len(line.targets) == len(report.targets)
    for marks in (line.targets, line.tasks):
        pairs = [(one, other) for one, other in combinations(marks, 2) if one.row == other.row]
        assert all(abs(one.x - other.x) >= 3.6 for one, other in pairs)
        assert all(0 <= one.x <= 100 for one in marks)
    assert line.task_rows >= line.target_rows >= 1


def test_time_runs_to_the_right() -> None:
    report = sample_report()
    line = timeline_of(report.targets, (), dt.date(2030, 1, 1), (report.programme.starts, report.programme.ends))
    assert line.tasks == ()
    assert line.task_rows == 0
    assert max(one.x for one in line.targets) < line.today == 98

    def when(mark: Mark) -> dt.date:
        return mark.day

    assert sorted(line.targets, key=lambda one: one.x) == sorted(line.targets, key=when)
