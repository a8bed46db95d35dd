"""The report as a reader sees it: on a screen, on a phone and on paper, without a network."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from report_samples import sample_frontier, sample_probability
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.io.example import read_example
from tthc_cost.report import write_report
from tthc_cost.targets import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
SECTIONS = (
    "answer", "standing", "sure", "chosen", "agencies", "targets", "figures", "stages", "procedures", "apart",
    "milestones", "remarks", "limits", "provenance",
)  # fmt: skip

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    comparison = compare(read_example())
    report = check(comparison, "lai-chau-2022-2025", on="2024-12-31")
    folder = tmp_path_factory.mktemp("report") / "out"
    notice = "Số liệu xây dựng để minh họa, không phải số liệu thật."
    found = audit(comparison, report.programme, on=report.on)
    page = write_report(
        comparison,
        report,
        folder,
        audit=found,
        probability=sample_probability(1000),
        frontier=sample_frontier(),
        notice=notice,
    )
    return page.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_page_fits_its_screen_says_nothing_to_the_console_and_asks_for_nothing(
    browser: Any, address: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wider = (
        "[...document.querySelectorAll('main > section > *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
    )
    assert page.evaluate(f"{wider}.length") == 0
    for name in SECTIONS:
        assert page.locator(f"#{name}").is_visible()
    assert said == []
    assert asked == [address]
    page.close()


def test_the_answer_is_on_the_first_screen(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    for chosen in (".answer article:first-child .sentence", "#standing .sentence"):
        box = page.locator(chosen).bounding_box()
        assert box["y"] + box["height"] < 900
    page.close()


def test_text_of_charts_does_not_shrink_on_a_phone(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    heights = page.evaluate("[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)")
    assert min(heights) >= 11
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_picture_keeps_its_words_on_it_and_scrolls_rather_than_shrinks(
    browser: Any, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(address)
    assert page.locator(".picture svg").count() == 3
    for one in page.locator(".picture").all():
        frame, drawn = one.bounding_box(), one.locator("svg").bounding_box()
        assert frame["x"] + frame["width"] <= width
        assert drawn["width"] >= 700
    outside = """figure => {
        const sheet = figure.querySelector("svg").getBoundingClientRect();
        return [...figure.querySelectorAll("svg text")].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < sheet.left - 1 || box.right > sheet.right + 1
                || box.top < sheet.top - 1 || box.bottom > sheet.bottom + 1;
        }).map(text => text.textContent);
    }"""
    assert [one.evaluate(outside) for one in page.locator(".picture").all()] == [[], [], []]
    page.close()


def test_it_prints_on_a4_with_the_table_heads_repeated(browser: Any, address: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(address)
    paper = page.pdf(prefer_css_page_size=True)
    page.close()
    assert paper.startswith(b"%PDF")
    sheets = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper))
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(842, 595)}
    tool = shutil.which("pdftotext")
    if tool is not None:
        (tmp_path / "report.pdf").write_bytes(paper)
        text = _text_of(tool, tmp_path / "report.pdf")
        assert text.count("Kết quả rà soát") > text.count("Từng TTHC, theo số tiền tiết kiệm")


def _text_of(tool: str, path: Path) -> str:
    import subprocess  # noqa: PLC0415 - only where the tool is

    return subprocess.run([tool, str(path), "-"], check=True, capture_output=True, text=True).stdout
