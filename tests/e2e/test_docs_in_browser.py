"""The pages as a reader sees them, opened from a folder without a server: on a screen, a phone, by ear and key."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.io.example import read_example
from tthc_cost.report import write_report
from tthc_cost.targets import check

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
SCREEN, PHONE = (1280, 900), (390, 844)
TYPICAL = (
    "index", "tutorial/tu-bieu-den-ket-luan", "how-to/dien-bieu-mau", "how-to/tinh-lai-so-lieu-cua-so",
    "explanation/method", "reference/nomenclature", "reference/cli", "reference/for-other-tools",
    "reference/comparison",
)  # fmt: skip
HOW_TOS = sorted(page.stem for page in (ROOT / "docs" / "how-to").glob("*.md"))

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def opened(browser: Any, address: str, size: tuple[int, int], scheme: str = "light") -> tuple[Any, list[str]]:
    """Open a page, and return it with what its console says and what it asks of the network."""
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else said.append(request.url))
    page.goto(address)
    return page, said


def serious(page: Any) -> list[tuple[str, str]]:
    """Return what axe finds to be a barrier, each with the first place where it is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, options={"preload": False}).response["violations"]
    return [(one["id"], str(one["nodes"][0]["target"])) for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["screen", "phone"])
def test_every_page_fits_says_nothing_to_the_console_and_asks_for_nothing(
    browser: Any, site: Path, size: tuple[int, int]
) -> None:
    page, said = opened(browser, "about:blank", size)
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":  # a server's: its links begin at the root
            continue
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        assert said == [], path
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["screen", "phone"])
def test_typical_pages_have_contrast_alt_texts_and_names(
    browser: Any, site: Path, size: tuple[int, int], scheme: str
) -> None:
    page, _ = opened(browser, "about:blank", size, scheme)
    for name in TYPICAL:
        page.goto((site / f"{name}.html").as_uri())
        assert serious(page) == [], name
    page.close()


def found(browser: Any, site: Path, *searches: str) -> list[list[str]]:
    """Return the files that each search from the first page finds, best first."""
    page, said = opened(browser, "about:blank", SCREEN)
    files = []
    for words in searches:  # by the address, so that what is read is of the whole words, and not of those half typed
        page.goto(f"{(site / 'index.html').as_uri()}?q={quote(words)}")
        page.wait_for_selector(".md-search-result__item")
        links = page.locator(".md-search-result__item > a")
        files.append(links.evaluate_all("links => links.map(link => link.pathname)"))
    page.close()
    assert said == []
    return files


@pytest.mark.parametrize(
    ("with_accents", "without"),
    [
        ("thủ tục", "thu tuc"), ("tuân thủ", "tuan thu"), ("Đơn giản hóa", "don gian hoa"), ("số lượng", "SO LUONG"),
        ("tính lại", "tinh lai"),
    ],
)  # fmt: skip
def test_the_search_finds_vietnamese_with_and_without_accents(
    browser: Any, site: Path, with_accents: str, without: str
) -> None:
    accented, plain = found(browser, site, with_accents, without)
    assert accented == plain
    assert all(Path(one).is_file() for one in accented)


def test_the_search_asks_for_every_syllable_and_for_codes_as_they_are_written(browser: Any, site: Path) -> None:
    name, code, both = found(browser, site, "compare_tables", "unknown_grade", "thủ tục")
    assert name[0].endswith("table_comparison.html")
    assert any(one.endswith("messages.html") for one in code)
    texts = [Path(one).read_text(encoding="utf-8").lower() for one in both]
    assert all(re.search(r"\bt[uụúứư]c", text) for text in texts)


def test_every_how_to_is_reached_from_the_first_page(browser: Any, site: Path) -> None:
    page, _ = opened(browser, (site / "index.html").as_uri(), SCREEN)
    links = page.locator("article a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {f"how-to/{name}.html" for name in HOW_TOS} <= set(links)
    page.locator("article a[href='how-to/dien-bieu-mau.html']").first.click()
    assert page.locator("h1").inner_text().startswith("Điền biểu rà soát")
    page.close()


def test_the_menu_opens_on_a_phone(browser: Any, site: Path) -> None:
    page, said = opened(browser, (site / "index.html").as_uri(), PHONE)
    page.locator("label.md-header__button[for='__drawer']").click()
    page.get_by_text("Cách làm", exact=True).first.click()
    page.locator("nav.md-nav--primary").get_by_text("Tính lại số liệu của sở").click()
    page.wait_for_url("**/tinh-lai-so-lieu-cua-so.html")
    assert said == []
    page.close()


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["screen", "phone"])
def test_the_report_has_contrast_alt_texts_and_names(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    comparison = compare(read_example())
    report = check(comparison, "lai-chau-2022-2025", on="2024-12-31")
    found_by = audit(comparison, report.programme, on=report.on)
    written = write_report(comparison, report, tmp_path / "out", audit=found_by)
    page, _ = opened(browser, written.as_uri(), size)
    assert serious(page) == []
    page.close()
