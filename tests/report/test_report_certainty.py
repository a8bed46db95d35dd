"""How sure, and what more takes, in the report: on the page, in the workbook and in the JSON, in both languages."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from report_samples import sample_audit, sample_frontier, sample_probability
from tthc_cost.report import write_report
from tthc_cost.report.html import render
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.results import results_text
from tthc_cost.report.workbook import workbook_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from tthc_cost.errors import Language
    from tthc_cost.report.page import Page


@cache
def page(draws: int = 1000) -> Page:
    found = sample_probability(draws)
    return page_of(found.comparison, None, probability=found, frontier=sample_frontier())


class _Said(HTMLParser):
    """The text of a page, and its elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


@cache
def said(language: Language = "vi", draws: int = 1000) -> _Said:
    return _Said(render(page(draws), Labels(language)))


def percents(language: Language) -> dict[str, str]:
    found = sample_probability(1000)
    figures = {"probability": found.probability, "assured": found.assured_reduction}
    digits = {"probability": 1, "assured": 2}
    marks = {"vi": ",", "en": "."}
    return {name: f"{100 * one:.{digits[name]}f} %".replace(".", marks[language]) for name, one in figures.items()}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_sentence_is_the_answer(language: Language) -> None:
    figures = percents(language)
    asked = {
        "vi": f"Xác suất cắt giảm được ít nhất 20 % chi phí tuân thủ là {figures['probability']}; "
        f"mức cắt giảm đạt được với xác suất 90 % là {figures['assured']}.",
        "en": f"The probability of a reduction of at least 20 % is {figures['probability']}; "
        f"a reduction of {figures['assured']} is reached with a probability of 90 %.",
    }
    assert asked[language] in said(language).text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_picture_says_its_figures_to_who_does_not_see_it(language: Language) -> None:
    pictures = [tag for name, tag in said(language).tags if name == "svg" and tag.get("viewbox")]
    assert len(pictures) == 3
    for one in pictures:
        assert one["role"] == "img"
        assert len(re.findall(r"\d", str(one["aria-label"]))) >= 4
    ids = [tag["id"] for _, tag in said(language).tags if "id" in tag]
    assert len(set(ids)) == len(ids)


def test_what_is_assumed_and_what_is_approximate_is_said() -> None:
    text = said().text
    for line in sample_probability(1000).assumptions.text("vi").splitlines():
        assert " ".join(line.split()) in text
    assert Labels("vi")("sure.approximate") in text


def test_without_draws_no_column_is_about_them() -> None:
    assert "Mô phỏng" in said().text
    assert "Mô phỏng" not in said(draws=0).text.replace(Labels("vi")("sure.approximate"), "")


def test_the_contents_lead_to_both_parts_and_neither_is_there_without_its_figures() -> None:
    links = [tag["href"] for name, tag in said().tags if name == "a"]
    assert {"#sure", "#chosen"} <= set(links)
    bare = render(page_of(page().comparison, None), Labels("vi"))
    assert 'id="sure"' not in bare
    assert 'id="chosen"' not in bare


def test_no_picture_asks_for_anything_outside_the_page() -> None:
    html = render(page(), Labels("vi"))
    assert not re.search(r"url\((?!#)|href=\"(?!#)|@import|<script", html)


def test_each_point_of_the_frontier_says_whether_it_is_proven_and_how_probable() -> None:
    text = said().text
    assert text.count("đã chứng minh là ít nhất") == len(sample_frontier().points)
    assert "trên 99,9 %" in text


def test_the_workbook_has_numbers_not_texts() -> None:
    book = load_workbook(io.BytesIO(workbook_bytes(page(), Labels("vi"))))
    for name in ("Chắc chắn đến đâu", "Xác suất cơ quan, cấp", "Độ nhạy", "Nên đo lại trước", "Cắt giảm thêm"):
        assert name in book.sheetnames
    found = sample_probability(1000)
    assert book["Chắc chắn đến đâu"]["B2"].value == pytest.approx(found.probability, abs=1e-6)
    heads, *rows = book["Xác suất cơ quan, cấp"].iter_rows(values_only=True)
    column = heads.index("Xác suất đạt mục tiêu")
    known = [*found.by("agency")["probability"], *found.by("level")["probability"]]
    assert [row[column] for row in rows] == pytest.approx(known, abs=1e-6)
    points = list(book["Cắt giảm thêm"].iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in points] == [one.one_off_vnd for one in sample_frontier().points]


def test_the_json_has_every_figure_and_no_nan() -> None:
    results: Any = json.loads(results_text(page()), parse_constant=pytest.fail)
    found, told = sample_probability(1000), results["probability"]
    assert told["target"] == {"numerator": 1, "denominator": 5}
    assert told["probability"] == found.probability
    assert (told["draws"], told["seed"]) == (1000, 1)
    assert told["assumptions"]["agency_cv"] == found.assumptions.agency_cv
    assert [one["statistic"] for one in told["distribution"][:2]] == ["likeliest", "mean"]
    assert told["distribution"][0]["simulated"] is None
    points = results["frontier"]["points"]
    assert [point["codes"] for point in points] == [list(one.codes) for one in sample_frontier().points]
    assert points[-1]["target"] is None
    bare: Any = json.loads(results_text(page_of(page().comparison, None)))
    assert bare["probability"] is bare["frontier"] is None


def test_the_audit_gives_both_what_stands_and_what_stands_without_errors() -> None:
    audited = sample_audit()
    shown = page_of(audited.comparison, None, audit=audited)
    told: Any = json.loads(results_text(shown))["audit"]
    assert told["standing"]["saving"] == audited.standing.total.saving
    assert told["standing_without_errors"]["saving"] == audited.standing_without_errors.total.saving
    assert told["standing"]["saving"] < told["standing_without_errors"]["saving"]
    text = _Said(render(shown, Labels("vi"))).text.replace("\N{NO-BREAK SPACE}", " ")
    for one in (audited.standing, audited.standing_without_errors):
        assert Labels("vi").percent(one.total.ratio).replace("\N{NO-BREAK SPACE}", " ") in text


def test_the_same_arguments_give_the_same_bytes_and_the_pictures_are_in_the_page(tmp_path: Path) -> None:
    found = sample_probability(1000)
    folders = [
        write_report(found.comparison, None, tmp_path / name, probability=found, frontier=sample_frontier()).parent
        for name in ("a", "b")
    ]
    for name in ("report.html", "results.xlsx", "results.json"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1
    assert {path.name for path in folders[0].iterdir()} == {"report.html", "results.xlsx", "results.json", "lines.csv"}


def test_a_report_without_pictures_needs_neither_matplotlib_nor_scipy() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = sys.modules['scipy'] = None\n"
        "import pandas as pd, tempfile\n"
        "from tthc_cost.comparison import Comparison\n"
        "from tthc_cost.report import write_report\n"
        "frame = pd.DataFrame({'procedure': ['a'], 'baseline_vnd': [100], 'simplified_vnd': [80]})\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    write_report(Comparison.from_costs(frame), None, folder + '/out')\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
