"""Pictures: whole, legible, the same every time, in both languages, and true to the figures they show."""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from pictures import assert_legible, words
from tthc_cost import plots
from tthc_cost.errors import MissingExtraError, UnknownNameError
from tthc_cost.inventory import Inventory
from tthc_cost.measures.kinds import LineAfter, SimplifyWork
from tthc_cost.model import Activity, Procedure
from tthc_cost.plots.canvas import say
from tthc_cost.rates import RateTable
from tthc_cost.selection import frontier
from tthc_cost.uncertainty import Assumptions, target_probability
from uncertain_reviews import amended, generated

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.selection import Frontier
    from tthc_cost.uncertainty import TargetProbability

FEES = (600, 400, 300, 700, 250, 500, 450, 800)


@cache
def found(draws: int = 2000, target: str = "20%") -> TargetProbability:
    return target_probability(generated(3), target, Assumptions(default_spread=(0.8, 1.5)), draws=draws)


@cache
def certain(draws: int) -> TargetProbability:
    lines = [Procedure("NB-1", "Báo cáo", frequency=1, population=1)]
    states = [[*lines, Activity("NB-1", "1", fee_vnd=fee)] for fee in (1000, 800)]
    return target_probability(amended(*states), "20%", draws=draws)


@cache
def choices(*targets: str, objective: str = "one_off_cost") -> Frontier:
    rows: list[object] = []
    measures = []
    for number, fee in enumerate(FEES):
        code = f"NB-{number}"
        rows += [
            Procedure(code, "Báo cáo", frequency=1, population=1),
            Activity(code, "1", fee_vnd=fee * 1000),
        ]
        after = LineAfter("1", fee_vnd=fee * 600 + number * 10_000)
        cost = 7_000_000 + number**2 * 3_000_000
        measures.append(SimplifyWork(f"PA-{number}", code, (after,), one_off_vnd=cost))
    rates = RateTable.from_income(95_600_000)
    return frontier(measures, Inventory.from_objects(*rows), rates, targets, objective=objective)


FIFTH = Fraction(1, 5)
PICTURES: dict[str, Callable[[Language], Figure]] = {
    "distribution of draws": lambda language: plots.distribution(found(), language=language),
    "distribution in closed form": lambda language: plots.distribution(found(0), language=language),
    "target far above": lambda language: plots.distribution(found(2000, "90%"), language=language),
    "target far below": lambda language: plots.distribution(found(0, "0,1%"), language=language),
    "certain, drawn": lambda language: plots.distribution(certain(100), language=language),
    "certain": lambda language: plots.distribution(certain(0), language=language),
    "tornado": lambda language: plots.tornado(found().sensitivity(), target=FIFTH, language=language),
    "tornado of the saving": lambda language: plots.tornado(found().sensitivity("saving"), 3, language=language),
    "tornado of nothing": lambda language: plots.tornado(certain(0).sensitivity(), language=language),
    "frontier": lambda language: plots.frontier(
        choices("5%", "10%", "15%", "18%", "20%", "22%", "25%"), target=FIFTH, language=language
    ),
    "frontier of changes": lambda language: plots.frontier(
        choices("10%", "11%", "12%", objective="changes"), language=language
    ),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_not_blank_and_its_words_stay_on_it_and_off_each_other(name: str, language: Language) -> None:
    assert_legible(PICTURES[name](language))


@pytest.mark.parametrize("name", ["distribution of draws", "distribution in closed form", "tornado", "frontier"])
def test_the_same_result_gives_the_same_svg_with_text_as_text(name: str) -> None:
    texts = [plots.svg_text(PICTURES[name]("vi"), "Biểu đồ <1>") for _ in range(2)]
    assert texts[0] == texts[1]
    root = ET.fromstring(texts[0])  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Biểu đồ <1>" == root[0].text
    said = "".join(root.itertext())
    assert any(
        title in said for title in (say(f"{one}.title", "vi") for one in ("distribution", "tornado", "frontier"))
    )
    for one in root.iter(f"{space}text"):
        assert "'DejaVu Sans', 'Segoe UI'" in str(one.get("style"))
    for gone in ("<metadata", "<style", "<!--", "<!DOCTYPE", "20" + "26-"):
        assert gone not in texts[0]
    named = re.findall(r' id="([^"]+)"', texts[0])
    asked = set(re.findall(r"#(p[0-9a-f]{8}-[\w.-]+)", texts[0]))
    assert len(set(named)) == len(named)
    assert asked <= set(named)
    assert not re.search(r"url\((?!#)|href=\"(?!#)", texts[0])


def test_names_of_two_pictures_never_meet() -> None:
    names = [
        set(re.findall(r' id="([^"]+)"', plots.svg_text(PICTURES[name]("vi"), ""))) for name in ("tornado", "frontier")
    ]
    assert all(names)
    assert not names[0] & names[1]


def _is_dark(bar: Any) -> bool:
    return bool(bar.get_facecolor()[2] < 0.6)


def test_the_dark_part_of_the_bars_is_the_share_of_the_draws_that_reach_the_target() -> None:
    result = found()
    figure = plots.distribution(result)
    (axes,) = figure.axes
    dark = sum(bar.get_height() for bar in axes.patches if _is_dark(bar))  # type: ignore[attr-defined]
    assert dark == round(float(result.probability_simulated or 0) * 2000)
    assert sum(bar.get_height() for bar in axes.patches) == 2000  # type: ignore[attr-defined]


def test_the_density_encloses_an_area_of_one_and_the_dark_part_is_the_probability() -> None:
    result = found(0)
    (axes,) = plots.distribution(result).axes
    x, y = (np.asarray(one, dtype=np.float64) for one in axes.lines[0].get_data())
    area = np.trapezoid(y, x)
    beyond = x >= float(result.target)
    assert np.trapezoid(y[beyond], x[beyond]) / area == pytest.approx(result.probability, abs=0.005)


def test_exactly_the_target_is_dark_even_in_floats() -> None:
    for draws in (0, 100):
        (axes,) = plots.distribution(certain(draws)).axes
        tallest = max(axes.patches, key=lambda bar: bar.get_height())  # type: ignore[attr-defined]
        assert _is_dark(tallest)
        assert "đạt mục tiêu\n100 %" in words(plots.distribution(certain(draws)))


def test_a_probability_is_never_printed_as_certain_unless_it_is() -> None:
    said = [plots.probability_text(one) for one in (0.0, 0.0004, 0.5, 0.99951, 1.0)]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in said] == [
        "dưới 0,1 %", "dưới 0,1 %", "50,0 %", "trên 99,9 %", "trên 99,9 %",
    ]  # fmt: skip
    assert plots.probability_text(1.0, certain=True).startswith("100\N{NO-BREAK SPACE}")
    assert plots.probability_text(None) == "–"
    assert plots.probability_text(0.0004, "en") == "under 0.1\N{NO-BREAK SPACE}%"


def test_figures_are_written_as_each_language_writes_them() -> None:
    vietnamese, english = (words(plots.tornado(found().sensitivity(), language=one)) for one in ("vi", "en"))
    assert re.search(r"\d,\d %", vietnamese)
    assert re.search(r"\d\.\d %", english)
    assert "Ước lượng giờ công" in vietnamese
    assert "Estimates of effort" in english


def test_a_tornado_has_the_ends_of_its_table() -> None:
    sensitivity = found().sensitivity()
    (axes,) = plots.tornado(sensitivity, 4).axes
    table = sensitivity.tornado(4)
    ends = sorted(bar.get_x() + bar.get_width() for bar in axes.patches)  # type: ignore[attr-defined]
    assert ends == pytest.approx(sorted([*table["reduction_low"], *table["reduction_high"]]))


def test_targets_that_one_set_reaches_share_a_point_and_the_highest_names_it() -> None:
    said = words(plots.frontier(choices("1%", "2%", "3%")))
    assert "≥ 3 %" in said
    assert "≥ 1 %" not in said


def test_money_has_a_unit_that_suits_it() -> None:
    assert "(triệu đồng)" in words(PICTURES["frontier"]("vi"))
    assert "million đồng" in words(PICTURES["frontier"]("en"))


def test_a_name_with_a_dollar_or_markup_is_drawn_as_it_stands() -> None:
    hostile = "Sở <b> $x^2$ & Tài chính"
    states = [
        [
            Procedure("NB-1", "Báo cáo", agency=hostile, reviewing_agency=hostile, frequency=1, population=5),
            Activity("NB-1", "1", effort_hours=hours, grade="a", stage="processing"),
            Procedure("NB-2", "Tờ trình", frequency=1, population=5),
            Activity("NB-2", "1", effort_hours=4, grade="b", stage="result"),
        ]
        for hours in (4, 3)
    ]
    drawn = plots.svg_text(plots.tornado(target_probability(amended(*states), "20%", draws=0).sensitivity()), "")
    said = " ".join("".join(ET.fromstring(drawn).itertext()).split())  # noqa: S314 - our own
    assert "$x^2$" in said
    assert "<b>" in said


def test_the_settings_of_the_reader_neither_matter_nor_change() -> None:
    plain = plots.svg_text(PICTURES["tornado"]("vi"), "")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "text.color": "white", "axes.grid": True}):
        before = dict(mpl.rcParams)
        assert plots.svg_text(PICTURES["tornado"]("vi"), "") == plain
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_shows_the_picture_as_the_last_value_of_a_cell_and_reads_it_out(name: str) -> None:
    figure = PICTURES[name]("vi")
    formatter: Any = DisplayFormatter()
    shown = formatter.format(figure)[0]["text/html"]
    (svg,) = ET.fromstring(shown)  # noqa: S314 - our own
    (title,) = (one.get_text().replace("\n", " ") for one in [figure._suptitle])  # type: ignore[attr-defined]  # noqa: SLF001 - Matplotlib has no other way to it
    assert svg.get("aria-label") == f"{title}."


def test_no_picture_opens_a_window_or_needs_pyplot() -> None:
    room = Path(str(files("tthc_cost.plots")))
    assert not any("pyplot" in path.read_text(encoding="utf-8") for path in room.glob("*.py"))


def test_another_language_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="fr"):
        plots.distribution(certain(0), language="fr")  # type: ignore[arg-type]


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="plots"):
        plots.distribution(certain(0))


def test_every_word_of_a_picture_is_in_both_languages_and_is_used() -> None:
    words: dict[str, Any] = tomllib.loads((files("tthc_cost") / "data" / "plots.toml").read_text(encoding="utf-8"))
    source = "".join(path.read_text(encoding="utf-8") for path in Path(str(files("tthc_cost.plots"))).glob("*.py"))
    for section, entries in words.items():
        for name, entry in entries.items():
            assert set(entry) == {"vi", "en"}
            places = [set(re.findall(r"\{(\w+)\}", text)) for text in entry.values()]
            assert places[0] == places[1], name
            assert all(text == unicodedata.normalize("NFC", text) for text in entry.values())
            assert f'"{section}.{name}"' in source or f'f"{section}.{{' in source or f"f'{section}.{{" in source, name
