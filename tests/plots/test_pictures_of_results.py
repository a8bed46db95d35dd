"""Pictures of comparisons, audits, programmes and steps: what is drawn is what the result says, whatever it says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from audit_samples import compared, line, procedure
from pictures import assert_legible, shown, words
from report_samples import sample_comparison, sample_report, two_lines
from tthc_cost import plots
from tthc_cost.attribution import Cause, attribute
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, NeedsLinesError, UnknownNameError, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.io.example import read_example
from tthc_cost.model import Activity, Decision, Procedure, Step
from tthc_cost.plots.canvas import amount
from tthc_cost.plots.rows import FALL, FULL, PALE, RISE, largest
from tthc_cost.rates import RateTable
from tthc_cost.schema import rows_of
from tthc_cost.standing_steps import steps_of
from tthc_cost.targets import check
from tthc_cost.timing import processing_times
from tthc_cost.vocabulary import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.auditing import Audit
    from tthc_cost.errors import Language
    from tthc_cost.timing import ProcessingTimes

FIFTH = Fraction(1, 5)
LONG = (
    "Ban Quản lý các dự án đầu tư xây dựng cơ sở hạ tầng thuộc các chương trình mục tiêu quốc gia phát triển "
    "kinh tế - xã hội vùng đồng bào dân tộc thiểu số và miền núi"
)


@cache
def example() -> Comparison:
    return compare(read_example())


@cache
def published(*costs: tuple[str, int, int]) -> Comparison:
    """Published totals: agency, before and after."""
    rows = [(f"TT-{number:03}", *cost) for number, cost in enumerate(costs)]
    return Comparison.from_costs(pd.DataFrame(rows, columns=["procedure", "agency", "baseline_vnd", "simplified_vnd"]))


@cache
def many() -> Comparison:
    """Two hundred agencies, each of one procedure; every tenth costs more than before."""
    rows = [
        (f"{LONG} số {n}", 1_000_000 * (n + 1), 800_000 * (n + 1) + (400_000 * (n + 1) if n % 10 == 0 else 0))
        for n in range(200)
    ]
    return published(*rows)


@cache
def crowded() -> Comparison:
    """Sixty agencies with lines of every stage and of none, and long names that begin alike; some stages cost more."""
    states: tuple[list[object], list[object]] = [], []
    for n in range(60):
        for side, state in enumerate(states):
            state.append(procedure(f"NB-{n}", name=f"{LONG} {n}", agency=f"{LONG} {n}"))
            state += [
                line(f"NB-{n}", str(at), stage=stage, fee_vnd=1_234_567 * (n + 1) * (1 + side * (-1) ** at * at % 3))
                for at, stage in enumerate((*Stage, None))
            ]
    return compared(*states, *(Decision(f"NB-{n}", "amend") for n in range(60)))


@cache
def rising() -> Comparison:
    """One procedure gets cheaper, one dearer by more; one costs nothing before."""
    return compared(
        [procedure(code) for code in "ABC"]
        + [line("A", fee_vnd=1000), line("B", fee_vnd=500), line("C", fee_vnd=0)],
        [procedure(code) for code in "ABC"]
        + [line("A", fee_vnd=900), line("B", fee_vnd=900), line("C", fee_vnd=20)],
        *(Decision(code, "amend") for code in "ABC"),
    )  # fmt: skip


@cache
def nothing() -> Comparison:
    """Nothing counts: the only procedure was lost by reorganisation."""
    return compared([procedure("A"), line("A", fee_vnd=7)], [], Decision("A", "transfer"))


@cache
def free() -> Comparison:
    return published(("Sở A", 0, 0), ("Sở B", 0, 0))


@cache
def disproved() -> Audit:
    """Findings of both weights: the example, which warns of tricks, costed at lower rates afterwards: an error."""
    review = read_example()
    rates = compare(review).rates
    assert rates is not None
    rows = [(one.grade, one.vnd_per_hour * 9 // 10) for one in rates.rates]
    lower = RateTable.from_table(pd.DataFrame(rows, columns=["grade", "vnd_per_hour"]), source="thử")
    return audit(compare(review, rates, simplified_rates=lower))


@cache
def gantt() -> ProcessingTimes:
    """Forty steps with long names, which branch and branch again."""
    steps = [
        Step("A", str(n), f"{LONG} {n}", duration_days=n % 7 + 0.5, after=str(n // 2) if n > 1 else "")
        for n in range(1, 41)
    ]
    office = Procedure("A", LONG, deadline_days=3, frequency=1, population=1)
    return processing_times(Inventory.from_objects(office, Activity("A", "1", fee_vnd=1), *steps))


@cache
def unknown_times() -> ProcessingTimes:
    """A states no time of a step, B of none, C has no step; D is gone afterwards."""
    made = [
        *(
            Procedure(code, f"Thủ tục {code}", frequency=1, population=1, deadline_days=days)
            for code, days in zip("ABCD", (5, 5, None, 1), strict=True)
        ),
        *(Activity(code, "1", fee_vnd=10) for code in "ABCD"),
        Step("A", "1", "tiếp nhận", duration_days=4),
        Step("A", "2", "lấy ý kiến", after="1"),
        Step("A", "3", "thẩm định", duration_days=3, after="1"),
        Step("B", "1", "tiếp nhận"),
        Step("D", "1", "tiếp nhận", duration_days=1),
    ]  # fmt: skip
    decisions = [*(Decision(code, "amend") for code in "ABC"), Decision("D", "abolish")]
    after = [one for one in made if getattr(one, "procedure", "") != "D"]
    return processing_times(compared(made, after, *decisions))


PICTURES: dict[str, Callable[[Language], Figure]] = {
    "agencies": lambda one: plots.agencies(example(), language=one),
    "agencies, two hundred": lambda one: plots.agencies(many(), language=one),
    "agencies, one": lambda one: plots.agencies(published((LONG, 10, 8)), language=one),
    "agencies, none named": lambda one: plots.agencies(two_lines(1000, 700).comparison, language=one),
    "agencies, free": lambda one: plots.agencies(free(), language=one),
    "agencies, nothing": lambda one: plots.agencies(nothing(), language=one),
    "agencies, dearer": lambda one: plots.agencies(rising(), language=one),
    "agencies, billions": lambda one: plots.agencies(published(("Bộ", 4 * 10**14, 10**10), ("Sở", 1, 0)), language=one),
    "heat map of cost": lambda one: plots.heat_map(example(), language=one),
    "heat map of saving": lambda one: plots.heat_map(example(), quantity="saving", language=one),
    "heat map, crowded": lambda one: plots.heat_map(crowded(), language=one),
    "heat map, crowded saving": lambda one: plots.heat_map(crowded(), 8, quantity="saving", language=one),
    "heat map, dearer": lambda one: plots.heat_map(rising(), quantity="saving", language=one),
    "heat map, nothing": lambda one: plots.heat_map(nothing(), language=one),
    "pareto of cost": lambda one: plots.pareto(example(), language=one),
    "pareto of saving": lambda one: plots.pareto(example(), 25, quantity="saving", language=one),
    "pareto, two hundred": lambda one: plots.pareto(many(), quantity="saving", language=one),
    "pareto, crowded": lambda one: plots.pareto(crowded(), language=one),
    "pareto, dearer": lambda one: plots.pareto(rising(), quantity="saving", language=one),
    "pareto, free": lambda one: plots.pareto(free(), language=one),
    "pareto, nothing": lambda one: plots.pareto(nothing(), quantity="saving", language=one),
    "causes": lambda one: plots.causes(attribute(example()), target=FIFTH, language=one),
    "causes, dearer": lambda one: plots.causes(attribute(rising()), target=FIFTH, language=one),
    "causes, none": lambda one: plots.causes(attribute(nothing()), language=one),
    "waterfall": lambda one: plots.waterfall(disproved(), target=FIFTH, language=one),
    "waterfall, two": lambda one: plots.waterfall(disproved(), 2, language=one),
    "waterfall, dearer": lambda one: plots.waterfall(audit(rising()), target=FIFTH, language=one),
    "waterfall, nothing": lambda one: plots.waterfall(audit(nothing()), language=one),
    "milestones": lambda one: plots.milestones(sample_report(), language=one),
    "milestones, early": lambda one: plots.milestones(
        check(example(), "lai-chau-2022-2025", on="2022-11-01"), language=one
    ),
    "milestones, late": lambda one: plots.milestones(check(example(), "decision-1085", on="2030-01-01"), language=one),
    "milestones, dearer": lambda one: plots.milestones(two_lines(1000, 1700), language=one),
    "milestones, unknown": lambda one: plots.milestones(
        check(free(), "lai-chau-2022-2025", on="2025-06-01"), language=one
    ),
    "milestones, none": lambda one: plots.milestones(replace(sample_report(), targets=()), language=one),
    "critical path": lambda one: plots.critical_path(processing_times(example()), "NB-01", language=one),
    "critical path, merged": lambda one: plots.critical_path(processing_times(example()), "NB-04", language=one),
    "critical path, crowded": lambda one: plots.critical_path(gantt(), "A", language=one),
    **{
        f"critical path, {code}": lambda one, code=code: plots.critical_path(unknown_times(), code, language=one)  # type: ignore[misc]
        for code in "ABCD"
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, "vi") for name in PICTURES] + [(name, "en") for name in PICTURES if "," not in name],
)
def test_a_picture_is_legible_whatever_it_shows(name: str, language: Language) -> None:
    assert_legible(PICTURES[name](language))


def bars(axes: Axes) -> list[Any]:
    return list(axes.patches)


def in_grey(colour: Any) -> float:
    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


# --- what is drawn is what the result says


def test_the_bars_of_agencies_are_their_costs_and_add_up_to_the_whole() -> None:
    (axes,) = plots.agencies(example(), 200).axes
    table = example().by("agency").sort_values("baseline_vnd", ascending=False)
    pairs = [(bar.get_width(), other.get_width()) for bar, other in zip(bars(axes)[::2], bars(axes)[1::2], strict=True)]
    assert pairs == list(zip(table["baseline_vnd"], table["simplified_vnd"], strict=True))
    names = [one.get_text().replace("\n", " ") for one in axes.get_yticklabels()]
    assert names == table["agency"].tolist()


def test_what_has_no_bar_of_its_own_is_in_the_last_one_and_said_to_be() -> None:
    figure = plots.agencies(many(), 15)
    (axes,) = figure.axes
    widths = [bar.get_width() for bar in bars(axes)]
    assert len(widths) == 2 * 16
    assert (sum(widths[::2]), sum(widths[1::2])) == (many().total.baseline, many().total.simplified)
    assert "185 cơ quan còn lại" in words(figure)


def test_a_change_is_said_for_what_it_is() -> None:
    said = words(plots.agencies(published(("A", 100, 75), ("B", 100, 110), ("C", 100, 100), ("D", 0, 50))))
    for text in ("75 (giảm 25,0 %)", "110 (tăng 10,0 %)", "100 (không đổi)"):
        assert text in said
    assert "\n50\n" in said


def test_names_that_begin_alike_are_told_apart() -> None:
    (axes,) = plots.agencies(many(), 10).axes
    names = [one.get_text() for one in axes.get_yticklabels()]
    assert len(set(names)) == len(names) == 11


@pytest.mark.parametrize(("quantity", "column"), [("cost", "baseline_vnd"), ("saving", "saving_vnd")])
@pytest.mark.parametrize("comparison", [example, rising])
def test_the_cells_of_a_heat_map_are_the_amounts_and_its_edges_their_sums(
    comparison: Callable[[], Comparison], quantity: Any, column: str
) -> None:
    figure = plots.heat_map(comparison(), 99, quantity=quantity)
    (axes,) = figure.axes
    table = comparison().by("agency", "stage")
    rows = [one.get_text().replace("\n", " ") for one in axes.get_yticklabels()]
    stages = [one for one in Stage if (table["stage"] == one).any()] + ([None] if table["stage"].isna().any() else [])
    unit = 10**6 if comparison is example else 1
    cells = {tuple(one.get_position()): one.get_text() for one in axes.texts}
    for row in rows_of(table):
        where = stages.index(None if pd.isna(row["stage"]) else Stage.parse(row["stage"])), rows.index(row["agency"])
        assert cells.pop(where) == amount(int(row[column]), unit, "vi")
    for at, stage in enumerate(stages):
        chosen = table["stage"].isna() if stage is None else table["stage"] == stage
        assert cells.pop((at, len(rows) - 1)) == amount(int(table.loc[chosen, column].sum()), unit, "vi")
    for place, agency in enumerate(rows[:-1]):
        assert cells.pop((len(stages), place)) == amount(
            int(table.loc[table["agency"] == agency, column].sum()), unit, "vi"
        )
    assert list(cells.values()) == [amount(int(table[column].sum()), unit, "vi")]


def test_letters_stand_out_from_their_cell_and_only_dearer_cells_are_hatched() -> None:
    for comparison in (example(), crowded(), rising()):
        (axes,) = plots.heat_map(comparison, quantity="saving").axes
        faces = {(round(bar.get_x() + bar.get_width() / 2), round(bar.get_y() + 0.48)): bar for bar in bars(axes)}
        for text in axes.texts:
            bar = faces.get(tuple(round(one) for one in text.get_position()))  # type: ignore[arg-type]
            if bar is not None:
                linear = [
                    [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in to_rgb(colour)]
                    for colour in (bar.get_facecolor(), text.get_color())
                ]
                light = sorted(float(np.dot((0.2126, 0.7152, 0.0722), one)) for one in linear)
                assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5
                assert bool(bar.get_hatch()) == text.get_text().startswith("-")


def test_a_cell_without_lines_is_empty_and_nothing_is_not_a_little() -> None:
    assert amount(0, 10**6, "vi") == "0"
    assert amount(1, 10**6, "vi") == "≈\N{NO-BREAK SPACE}0,0"
    assert amount(-50_000, 10**6, "en") == "-0.1"
    (axes,) = plots.heat_map(example(), 99).axes
    assert len(bars(axes)) == len(example().by("agency", "stage"))


@pytest.mark.parametrize("n", [3, 15, 999])
@pytest.mark.parametrize("quantity", ["cost", "saving"])
def test_the_rows_of_a_pareto_are_the_whole_and_its_line_their_running_share(n: int, quantity: Any) -> None:
    left, right = plots.pareto(example(), n, quantity=quantity).axes
    values = [int(bar.get_width()) for bar in bars(left)]
    whole = example().total.baseline if quantity == "cost" else example().total.saving
    assert sum(values) == whole
    assert np.asarray(right.lines[0].get_xdata()) == pytest.approx(np.cumsum(values) / int(whole))
    own = values[:-1] if n < 999 else values
    assert own == sorted(own, reverse=True)


def test_procedures_that_are_merged_save_together() -> None:
    figure = plots.pareto(sample_comparison(), 99, quantity="saving")
    left, _ = figure.axes
    assert sorted(int(bar.get_width()) for bar in bars(left)) == [0, 0, 9_053_000, 9_453_000]
    assert "(hợp nhất 2 TTHC)" in words(figure).replace("\n", " ")


def test_a_rise_is_never_hidden_in_the_rest_while_smaller_savings_are_shown() -> None:
    assert largest([5, 4, 3, 2, 1, -9], 2) == ([0, 5], [1, 2, 3, 4])
    assert largest([3, 2, 1], 2) == ([0, 1, 2], [])
    figure = plots.pareto(rising(), 1, quantity="saving")
    left, right = figure.axes
    assert [int(bar.get_width()) for bar in bars(left)][:1] == [-4000]
    assert not right.lines
    assert "không có tỷ lệ cộng dồn" in words(figure)


def test_causes_lead_from_nothing_to_the_whole_saving() -> None:
    for comparison in (example(), rising()):
        parts = [(cause, vnd) for cause, vnd in attribute(comparison).total.items() if vnd]
        (axes,) = plots.causes(attribute(comparison)).axes
        *steps, whole = bars(axes)
        reached = 0
        for bar, (_, vnd) in zip(steps, parts, strict=True):
            assert sorted((reached, reached + vnd)) == [bar.get_x(), bar.get_x() + bar.get_width()]
            assert bar.get_hatch() == (FALL if vnd > 0 else RISE)[1]
            reached += vnd
        ends = sorted((whole.get_x(), whole.get_x() + whole.get_width()))
        assert ends == sorted((0, comparison.total.saving))
        assert reached == comparison.total.saving


def test_what_changes_by_itself_has_a_star() -> None:
    said = words(plots.causes(attribute(example())))
    assert f"{Cause.POPULATION.label().capitalize()} *" in said
    assert "* tự thay đổi" in said
    assert "*" not in words(plots.causes(attribute(rising())))


def test_a_waterfall_takes_out_what_the_audit_does_step_by_step() -> None:
    found = disproved()
    for n in (1, 2, 5, 99):
        (axes,) = plots.waterfall(found, n, target=FIFTH).axes
        steps = steps_of(found, n)
        for bar, step in zip(bars(axes), steps, strict=True):
            start = 0 if not step.findings else int(step.cost.saving)
            end = int(step.cost.saving) + step.effect_vnd
            assert sorted((start, end)) == [bar.get_x(), bar.get_x() + bar.get_width()]
        asked = [one.get_xdata()[0] for one in axes.lines if one.get_linewidth() == 2.0]  # type: ignore[index]
        assert asked == [float(FIFTH * step.cost.baseline) for step in steps]


def test_errors_and_warnings_are_told_apart_and_the_rest_from_both() -> None:
    found = disproved()
    (axes,) = plots.waterfall(found, 99).axes
    for bar, step in zip(bars(axes), steps_of(found, 99), strict=True):
        hatch = "" if not step.findings else (RISE if step.findings[0].severity == "error" else FALL)[1]
        assert (bar.get_hatch() or "") == hatch
    assert {one.severity for one in found.findings} >= {"error", "warning"}


def test_milestones_show_what_is_reached_stated_and_required() -> None:
    report = check(example(), "lai-chau-2022-2025", on="2024-11-30")
    figure = plots.milestones(report)
    days, shares = figure.axes
    for place, result in enumerate(report.targets):
        here = [bar for bar in bars(shares) if round(bar.get_y()) == place]
        ratios = [one for one in (result.stated, result.achieved) if one is not None]
        assert [bar.get_width() for bar in here] == [float(one) for one in ratios]
        (asked,) = [one for one in shares.lines if round(np.mean(one.get_ydata())) == place]  # type: ignore[arg-type]
        assert set(asked.get_xdata()) == {float(result.target.required)}  # type: ignore[arg-type]
        (spot,) = [one for one in days.lines if one.get_marker() != "None" and list(one.get_ydata()) == [place]]  # type: ignore[arg-type]
        assert list(spot.get_xdata()) == [result.target.before.toordinal()]  # type: ignore[arg-type]
    on = [one for one in days.lines if one.get_linestyle() == "--"]
    assert {one.get_xdata()[0] for one in on} == {date(2024, 11, 30).toordinal()}  # type: ignore[index]
    said = words(figure)
    for text in ("97,8 % (45/46 TTHC)", "14,3 % (436,1/3.059,4 triệu đồng)", "≥ 20 %", "ngày tính 30/11/2024"):
        assert text in said
    assert [said.count(f"\n{one}\n") for one in ("đạt", "không đạt", "chưa đến hạn")] == [2, 2, 2]


def test_what_nobody_knows_has_no_bar_of_zero() -> None:
    figure = PICTURES["milestones, unknown"]("vi")
    assert words(figure).count("không xác định được") == 6
    assert all(bar.get_width() == 0 for bar in bars(figure.axes[1])) or not bars(figure.axes[1])


def test_a_share_that_falls_short_by_a_hair_is_not_printed_as_the_target() -> None:
    figure = plots.milestones(two_lines(100_000, 80_001))
    assert "19,999 %" in words(figure)


def test_steps_lie_where_they_begin_and_end_and_the_critical_ones_are_dark() -> None:
    times = processing_times(example())
    (axes,) = plots.critical_path(times, "NB-01").axes
    drawn = iter(bars(axes))
    for state in ("baseline", "simplified"):
        schedule = times.of("NB-01", state)
        assert schedule is not None
        for step in schedule.steps:
            bar = next(drawn)
            assert (bar.get_x(), bar.get_width()) == (float(step.starts_days), float(step.duration_days or 0))
            assert bar.get_facecolor()[:3] == to_rgb((FULL if step.is_critical else PALE)[0])
            if step.slack_days:
                assert next(drawn).get_width() == float(step.slack_days)
    assert not list(drawn)
    dashed = [one.get_xdata()[0] for one in axes.lines if one.get_linestyle() == "--"]  # type: ignore[index]
    assert dashed == [17, 12]


def test_a_step_without_a_duration_has_no_bar_and_the_time_is_at_least() -> None:
    (axes,) = plots.critical_path(unknown_times(), "A").axes
    said = words(axes.figure)  # type: ignore[arg-type]
    assert len([bar for bar in bars(axes) if bar.get_facecolor()[:3] == to_rgb(FULL[0])]) == 4
    assert "ít nhất 7 ngày làm việc" in said
    assert "vượt 2 ngày" in said.replace("\n", " ")
    assert said.count("không nêu thời hạn\n") == 2
    assert "không bước nào nêu thời hạn" in words(plots.critical_path(unknown_times(), "B"))
    assert "không nêu bước nào" in words(plots.critical_path(unknown_times(), "C"))
    assert "không có TTHC này" in words(plots.critical_path(unknown_times(), "D"))


def test_steps_that_are_not_drawn_are_counted_and_none_of_them_is_critical() -> None:
    schedule = gantt().of("A")
    assert schedule is not None
    figure = plots.critical_path(gantt(), "A", 10)
    said = words(figure)
    assert "không vẽ 30 bước ngắn hơn" in said.replace("\n", " ")
    for code in schedule.critical:
        assert f"\n{code} " in said


# --- for every reader


def test_looks_differ_on_a_black_and_white_print() -> None:
    for one, other in itertools.combinations((FULL, PALE, FALL, RISE), 2):
        assert one[1] != other[1] or abs(in_grey(one[0]) - in_grey(other[0])) > 0.3


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert "3.059,4" in words(plots.heat_map(example()))
    assert "3,059.4" in words(plots.heat_map(example(), language="en"))
    assert "Tổng cộng" not in words(plots.heat_map(example(), language="en"))


def test_a_picture_reads_out_its_figures() -> None:
    for name, said in {
        "agencies": "trước 3.059,4, sau 2.273,7 triệu đồng/năm (giảm 25,7\N{NO-BREAK SPACE}%)",
        "milestones": "không đạt",
        "waterfall": "đứng vững",
        "critical path": "thời hạn 17 ngày",
    }.items():
        (svg,) = ET.fromstring(str(PICTURES[name]("vi")._repr_html_()))  # noqa: S314 - our own
        assert said in str(svg.get("aria-label"))


def test_markup_and_dollars_in_a_name_are_drawn_as_they_stand() -> None:
    drawn = plots.svg_text(plots.agencies(published(("Sở <b> $x^2$ & $", 10, 9))), "")
    said = " ".join("".join(ET.fromstring(drawn).itertext()).split())  # noqa: S314 - our own
    assert "Sở <b> $x^2$ & $" in said


def test_no_text_is_smaller_than_the_smallest() -> None:
    for name in ("heat map of cost", "pareto of cost", "causes", "milestones", "critical path"):
        assert min(float(Text.get_fontsize(one)) for one in shown(PICTURES[name]("vi"))) >= 9


# --- what is refused


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(NeedsLinesError):
        plots.heat_map(free())
    for picture in (plots.heat_map, plots.pareto):
        with pytest.raises(UnknownNameError, match="đại lượng «time»"):
            picture(example(), quantity="time")  # type: ignore[arg-type]
    refused: tuple[Callable[[], Figure], ...] = (
        lambda: plots.agencies(example(), 0),
        lambda: plots.pareto(example(), -1),
        lambda: plots.waterfall(disproved(), 0),
        lambda: plots.critical_path(gantt(), "A", 0),
    )
    for draw in refused:
        with pytest.raises(InputFault, match="số dòng được vẽ riêng"):
            draw()
    with pytest.raises(UnknownNameError, match="NB-41"):
        plots.critical_path(processing_times(example()), "NB-411")
    for wrong in (plots.agencies, plots.heat_map, plots.pareto, plots.causes, plots.waterfall, plots.milestones):
        with pytest.raises(WrongKindError):
            wrong("Sở Nội vụ")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="fr"):
        plots.agencies(example(), language="fr")  # type: ignore[arg-type]
