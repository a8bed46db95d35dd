"""What of a comparison becomes uncertain, by which error, and that the likeliest figures stay the exact ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from remarks import only, says
from review_strategies import FEW, cases, unchanged_cases
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import NeedsLinesError
from tthc_cost.model import Activity, Decision, Procedure, Range, Volume
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.inputs import InputKind
from tthc_cost.uncertainty.lines import BASELINE, CHANGED, UNCHANGED, uncertain_lines
from tthc_cost.uncertainty.variance_parts import VarianceParts
from uncertain_reviews import amended, generated, rates, review_of_states

if TYPE_CHECKING:
    from review_strategies import Case
    from tthc_cost.uncertainty.lines import UncertainLines

ALONE = Assumptions(grade_cv=0, stage_cv=0, agency_cv=0)
"""No shared errors."""


def procedure(code: str = "NB-07", population: int = 40, **figures: Any) -> Procedure:
    return Procedure(code, f"Thủ tục {code}", frequency=1, population=population, **figures)


def line(hours: float, *, code: str = "NB-07", activity: str = "1", **figures: Any) -> Activity:
    return Activity(code, activity, name=f"Việc {activity}", grade="a", effort_hours=hours, **figures)


def effort(hours: float, low: float, high: float, key: str = "NB-07/1") -> Range:
    return Range("activities", key, "effort_hours", low * hours, high * hours)


def saving_sd(lines: UncertainLines) -> float:
    return float(VarianceParts.of(lines).variance(np.array([[1.0, -1.0]]))[0] ** 0.5)


def of_kind(lines: UncertainLines, kind: InputKind) -> list[int]:
    return [int(one) for one in lines.inputs_of[:, list(InputKind).index(kind)]]


@pytest.mark.parametrize("seed", range(3))
def test_without_ranges_the_means_are_the_exact_costs(seed: int) -> None:
    comparison = generated(seed)
    bare = [Assumptions(), ALONE]
    review = review_of_states(
        [*comparison.review.baseline.objects(Procedure), *comparison.review.baseline.objects(Activity)],  # type: ignore[union-attr]
        [*comparison.review.simplified.objects(Procedure), *comparison.review.simplified.objects(Activity)],  # type: ignore[union-attr]
    )
    plain = compare(review, rates())
    for assumptions in bare:
        means = VarianceParts.of(uncertain_lines(plain, assumptions)).means[0]
        assert means.tolist() == pytest.approx([float(plain.total.baseline), float(plain.total.simplified)], rel=1e-12)
    assert uncertain_lines(plain, ALONE).is_certain
    assert not uncertain_lines(plain, Assumptions()).is_certain


@FEW
@given(case=cases())
def test_of_any_review_without_ranges_the_means_are_the_exact_costs(case: Case) -> None:
    comparison = compare(case.review(), case.rate_table())
    parts = VarianceParts.of(uncertain_lines(comparison, Assumptions()))
    exact = [float(comparison.total.baseline), float(comparison.total.simplified)]
    assert parts.means[0].tolist() == pytest.approx(exact, rel=1e-9)
    assert parts.variance(np.array([[1.0, -1.0]]))[0] >= 0


@FEW
@given(case=unchanged_cases())
def test_of_any_review_no_change_saves_nothing(case: Case) -> None:
    free = Assumptions(between_states=0, figure_between_states=0, default_spread=(0.5, 2))
    assert saving_sd(uncertain_lines(compare(case.review(), case.rate_table()), free)) == 0


def test_no_change_saves_nothing_whatever_the_errors() -> None:
    state = [
        procedure(),
        line(4, fee_vnd=20_000),
        effort(4, 0.5, 2),
        Range("procedures", "NB-07", "population", 30, 60),
    ]
    lines = uncertain_lines(amended(state, state[:2]), Assumptions(between_states=0, figure_between_states=0))
    assert saving_sd(lines) == 0
    assert VarianceParts.of(lines).variance(np.array([[1.0, 0.0]]))[0] > 0
    assert CHANGED not in lines.stands


def test_an_unchanged_figure_has_the_range_of_whichever_state_states_it() -> None:
    one = effort(4, 0.5, 2)
    for before, after in (([one], []), ([], [one]), ([one], [one])):
        lines = uncertain_lines(amended([procedure(), line(4), *before], [procedure(), line(4), *after]), ALONE)
        assert lines.stands.tolist() == [BASELINE, UNCHANGED]
        assert of_kind(lines, InputKind.FIGURE) == [0, 0]
        assert saving_sd(lines) == 0


def test_two_ranges_stated_of_one_figure_are_two_errors() -> None:
    comparison = amended([procedure(), line(4), effort(4, 0.5, 2)], [procedure(), line(4), effort(4, 0.9, 1.2)])
    lines = uncertain_lines(comparison, ALONE)
    assert lines.stands.tolist() == [BASELINE, CHANGED]
    assert saving_sd(lines) > 0


def test_a_changed_figure_keeps_as_much_of_its_error_as_is_stated() -> None:
    comparison = amended([procedure(), line(4), effort(4, 0.5, 2)], [procedure(), line(3), effort(3, 0.5, 2)])
    hourly = 40_000 * 40
    variance = (0.5**2 + 1 + 4 - 0.5 - 1 - 2) / 18  # of a triangular 0.5, 1, 2
    for coupling in (0.0, 0.5, 1.0):
        lines = uncertain_lines(
            comparison, Assumptions(grade_cv=0, stage_cv=0, agency_cv=0, figure_between_states=coupling)
        )
        expected = hourly * (variance * (16 + 9 - 2 * coupling * 12)) ** 0.5
        assert saving_sd(lines) == pytest.approx(expected, rel=1e-9)


def test_shared_errors_are_of_grade_stage_and_reviewing_agency() -> None:
    states = [procedure(reviewing_agency="Sở Nội vụ"), procedure("B", reviewing_agency="Sở Nội vụ"),
              line(4, stage="result"), line(2, code="B", stage="processing")]  # fmt: skip
    lines = uncertain_lines(amended(states, [*states[:2], line(3, stage="result"), states[3]]), Assumptions())
    assert of_kind(lines, InputKind.AGENCY) == [0] * 4
    assert of_kind(lines, InputKind.GRADE) == [0] * 4
    assert len(set(of_kind(lines, InputKind.STAGE))) == 2
    assert lines.stands.tolist() == [BASELINE, BASELINE, CHANGED, UNCHANGED]
    assert set(lines.inputs[InputKind.STAGE].names["key"]) == {"Nhận kết quả", "Giải quyết hồ sơ"}
    assert "Sở Nội vụ" in lines.inputs[InputKind.AGENCY].names["key"].tolist()


def test_money_has_no_shared_error() -> None:
    state = [
        procedure(),
        Activity("NB-07", "1", fee_vnd=20_000),
        Range("activities", "NB-07/1", "fee_vnd", 10_000, 30_000),
    ]
    lines = uncertain_lines(amended(state, state[:2]), Assumptions())
    assert (lines.inputs_of >= 0).sum(axis=1).tolist() == [1, 1]
    assert of_kind(lines, InputKind.FIGURE) == [0, 0]


def test_one_activity_of_many_agencies_is_one_figure() -> None:
    volumes = [Volume("NB-07", agency, 1, 10) for agency in ("xã A", "xã B", "xã C")]
    state = [Procedure("NB-07", "Thủ tục"), line(4), effort(4, 0.5, 2), *volumes]
    lines = uncertain_lines(amended(state, state), ALONE)
    assert of_kind(lines, InputKind.FIGURE) == [0] * 6


def test_the_population_of_both_states_has_one_error() -> None:
    before = [procedure(), line(4), Range("procedures", "NB-07", "population", 30, 60)]
    after = [procedure(population=60), line(3)]
    for population in ("baseline", "stated"):
        lines = uncertain_lines(amended(before, after, population=population), ALONE)
        assert of_kind(lines, InputKind.POPULATION) == [0, 0]


def test_a_population_that_only_the_simplified_state_states_counts_where_it_is_used() -> None:
    before, after = [procedure(), line(4)], [procedure(), line(3), Range("procedures", "NB-07", "population", 30, 60)]
    at_baseline = uncertain_lines(amended(before, after), ALONE)
    assert of_kind(at_baseline, InputKind.POPULATION) == [-1, -1]
    assert of_kind(uncertain_lines(amended(before, after, population="stated"), ALONE), InputKind.POPULATION) == [-1, 0]


def test_volumes_and_lines_have_their_own_population_before_that_of_the_procedure() -> None:
    volumes = [Volume("NB-07", "xã A", 1, 10), Volume("NB-07", "xã B", 1, 20)]
    state = [Procedure("NB-07", "Thủ tục"), line(4), *volumes, Range("volumes", "NB-07/xã A", "population", 5, 20),
             Range("procedures", "NB-07", "population", 20, 60)]  # fmt: skip
    lines = uncertain_lines(amended(state, state[:4]), ALONE)
    assert of_kind(lines, InputKind.POPULATION) == [0, 1, 0, 1]
    assert lines.inputs[InputKind.POPULATION].names["table"].tolist() == ["volumes", "procedures"]
    own = [procedure(), line(4, population=15), line(2, activity="2"),
           Range("procedures", "NB-07", "population", 30, 60),
           Range("activities", "NB-07/1", "population", 10, 20)]  # fmt: skip
    lines = uncertain_lines(amended(own, own[:3]), ALONE)
    assert of_kind(lines, InputKind.POPULATION) == [0, 1, 0, 1]


def test_the_cases_of_a_merge_are_those_of_all_that_were_merged() -> None:
    before = [procedure("A", 30), procedure("B", 10), line(4, code="A"), line(4, code="B"),
              Range("procedures", "A", "population", 20, 50),
              Range("procedures", "B", "population", 5, 20)]  # fmt: skip
    after = [Procedure("M", "Thủ tục gộp", frequency=1), line(3, code="M")]
    decisions = {code: Decision(code, "merge", replaced_by="M") for code in "AB"}
    comparison = compare(review_of_states(before, after, decisions), rates())
    lines = uncertain_lines(comparison, ALONE)
    merged = lines.stands != BASELINE
    errors = np.array(of_kind(lines, InputKind.POPULATION))
    names = lines.inputs[InputKind.POPULATION].names["key"].tolist()
    means = lines.inputs[InputKind.POPULATION]
    assert sorted(names[one] for one in errors[merged]) == ["A", "B"]
    assert len(means) == 2
    # Cases that all are more or fewer change the saving in proportion: 4 − 3 hours of every case.
    sums = {names[one]: lines.coefficient[errors == one] for one in set(errors.tolist())}
    for both in sums.values():
        assert both[1] == pytest.approx(0.75 * both[0], rel=1e-9)


def test_a_frequency_is_certain_unless_a_range_is_stated() -> None:
    before = [Procedure("NB-07", "Thủ tục", frequency=2, population=40), line(4), line(1, activity="2", frequency=1)]
    one = Range("procedures", "NB-07", "frequency", 1, 4)
    lines = uncertain_lines(amended([*before, one], before), ALONE)
    assert of_kind(lines, InputKind.FREQUENCY) == [0, -1, 0, -1]
    assert saving_sd(lines) == 0
    assert lines.coefficient[0] == pytest.approx(4 * 40_000 * 40 * (1 + 2 + 4) / 3)


def test_a_range_that_no_line_uses_is_said() -> None:
    state = [procedure(), line(4, population=20), Range("procedures", "NB-07", "population", 30, 60),
             Range("activities", "NB-07/1", "population", 15, 30)]  # fmt: skip
    said = only("range_unused", uncertain_lines(amended(state, state[:2]), ALONE).remarks)
    assert says(said, "1 khoảng giá trị của population", "1 ranges of population")


def test_a_proposal_held_back_has_the_figures_and_ranges_of_its_baseline() -> None:
    before, after = [procedure(), line(4), effort(4, 0.5, 2)], [procedure(), line(3), effort(3, 0.9, 1.2)]
    decided = {"NB-07": Decision("NB-07", "amend", approved_on="2024-06-01")}
    comparison = compare(review_of_states(before, after, decided), rates())
    held = uncertain_lines(comparison.at("approved", dt.date(2024, 1, 1)), ALONE)
    assert held.stands.tolist() == [BASELINE, UNCHANGED]
    assert saving_sd(held) == 0
    assert saving_sd(uncertain_lines(comparison, ALONE)) > 0


def test_efforts_without_a_range_are_certain_counted_and_spread_only_if_asked() -> None:
    state = [procedure(), line(4), line(2, activity="2"), effort(4, 0.5, 2)]
    comparison = amended(state, state)
    lines = uncertain_lines(comparison, ALONE)
    assert says(only("effort_without_range", lines.remarks), "2 trong 4 dòng", "2 of 4 lines")
    assert of_kind(lines, InputKind.FIGURE) == [0, -1, 0, -1]
    spread = uncertain_lines(comparison, Assumptions(default_spread=(0.8, 1.5)))
    assert says(only("effort_default_spread", spread.remarks), "khoảng mặc định", "default spread")
    assert of_kind(spread, InputKind.FIGURE) == [0, 1, 0, 1]


def test_ranges_cut_at_zero_are_counted() -> None:
    state = [procedure(), line(4), effort(4, 0.1, 2)]
    lines = uncertain_lines(amended(state, state), Assumptions(reading="p10_p90"))
    assert says(only("range_below_zero", lines.remarks), "dưới 0", "below 0")


def test_lines_of_other_bearers_stay_out() -> None:
    state = [procedure(), line(4, bearer="requester"), line(2, activity="2", bearer="resolver")]
    lines = uncertain_lines(amended(state, state, bearers="resolver"), Assumptions())
    assert len(lines.coefficient) == 2
    assert VarianceParts.of(lines).means[0, 0] == pytest.approx(2 * 40_000 * 40)


def test_published_totals_have_no_uncertain_lines() -> None:
    published = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [1], "simplified_vnd": [1]}))
    with pytest.raises(NeedsLinesError):
        uncertain_lines(published, Assumptions())
