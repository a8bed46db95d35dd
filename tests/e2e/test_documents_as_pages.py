"""The Word documents as pages: LibreOffice lays them out, and nothing is cut, unnumbered or without its headings."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn

from document_samples import HOSTILE_TEXTS, checked, long_comparison, one_procedure
from tthc_cost import model
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.io.example import read_example
from tthc_cost.report.documents import write_annex, write_appraisal, write_letters
from tthc_cost.targets import check

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ("soffice", "pdftotext", "pdftoppm", "pdffonts")
MARGIN_PIXELS = 25
"""Half of the narrowest margin, 15 mm, at 85 dots an inch: nothing is printed nearer to the edge."""

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(any(shutil.which(one) is None for one in TOOLS), reason="needs LibreOffice Writer and poppler"),
]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the documents of the example, of a long review, and of hostile texts."""
    folder = tmp_path_factory.mktemp("documents")
    example = check(compare(read_example()), "lai-chau-2022-2025", on="2024-12-31")
    long = checked(long_comparison(45))
    paths = []
    for name, report in (("example", example), ("long", long)):
        found = audit(report.comparison, report.programme, on=report.on)
        paths.append(write_annex(report.comparison, folder / f"{name}-annex.docx"))
        paths.append(write_appraisal(report.comparison, report, folder / f"{name}-appraisal.docx", audit=found))
        letter, *_ = write_letters(report.comparison, report, folder / f"{name}-letters", audit=found)
        paths.append(letter.rename(folder / f"{name}-letter.docx"))
    for number, text in enumerate(HOSTILE_TEXTS):
        comparison = one_procedure(text, model.Proposal("A", "1", text, text, text, text, text, text))
        paths.append(write_annex(comparison, folder / f"hostile-{number}.docx"))
    return paths


@pytest.fixture(scope="module")
def pages(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Convert all to PDF at once."""
    profile, made = tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("pdf")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(made), *map(str, documents)], check=True, capture_output=True, timeout=300)
    found = {path.stem: path for path in made.glob("*.pdf")}
    assert found.keys() == {path.stem for path in documents}
    return found


def _said(command: str, *arguments: str) -> str:
    return subprocess.run([command, *arguments], check=True, capture_output=True, timeout=60).stdout.decode()


def _pages(pdf: Path) -> list[str]:
    return _said("pdftotext", "-layout", str(pdf), "-").split("\f")[:-1]


def _joined(text: str) -> str:
    """Return the letters of a text without white space, which a page sets as it likes."""
    return re.sub(r"[\s\u00a0\u00ad]+", "", text)


def test_no_text_is_lost_on_the_way_to_the_page(documents: list[Path], pages: dict[str, Path]) -> None:
    for path in documents:
        printed = _joined(_said("pdftotext", "-raw", str(pages[path.stem]), "-"))
        for paragraph in docx.Document(str(path)).element.body.iter(qn("w:p")):
            text = "".join(one.text or "" for one in paragraph.iter(qn("w:t")))
            for word in text.split():
                assert _joined(word) in printed or len(word) > 40, (path.stem, word)


def test_nothing_is_printed_in_the_margins(pages: dict[str, Path]) -> None:
    for name, pdf in pages.items():
        images = subprocess.run(
            ["pdftoppm", "-r", "85", "-gray", str(pdf)], check=True, capture_output=True, timeout=120
        )
        for width, rows in _images(images.stdout):
            edges = b"".join(row[:MARGIN_PIXELS] + row[width - MARGIN_PIXELS :] for row in rows)
            assert set(edges) <= {255}, name
            assert any(set(row) != {255} for row in rows), name


def _images(content: bytes) -> list[tuple[int, list[bytes]]]:
    """Read the grey images that pdftoppm writes one after the other."""
    images, position = [], 0
    while position < len(content):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", content[position:])
        assert head is not None
        width, height = int(head[1]), int(head[2])
        start = position + head.end()
        images.append((width, [content[start + row * width : start + (row + 1) * width] for row in range(height)]))
        position = start + width * height
    return images


def test_every_page_but_the_first_has_its_number_at_the_top(pages: dict[str, Path]) -> None:
    for name, pdf in pages.items():
        first, *others = _pages(pdf)
        assert first.strip().splitlines()[0].strip() != "1", name
        for number, page in enumerate(others, start=2):
            assert page.strip().splitlines()[0].strip() == str(number), name
    assert min(len(_pages(pages[name])) for name in ("long-annex", "long-appraisal")) > 5


def test_all_fonts_are_a_times_and_embedded(pages: dict[str, Path]) -> None:
    for pdf in pages.values():
        fonts = [line.split() for line in _said("pdffonts", str(pdf)).splitlines()[2:]]
        assert fonts
        for font in fonts:
            assert re.match(r"([A-Z]{6}\+)?(LiberationSerif|TimesNewRoman)", font[0])
            assert font[-5:-3] == ["yes", "yes"]


def test_a_table_that_breaks_repeats_its_headings(pages: dict[str, Path]) -> None:
    everything = _pages(pages["long-appraisal"])
    annex = next(number for number, page in enumerate(everything) if re.search(r"^\s*Phụ lục I$", page, re.MULTILINE))
    row = re.compile(r"Quản lý chuyên ngành và Phát triển +\d+ +\d+ +\d+")
    asked = [page for page in everything[:annex] if row.search(page)]
    tables = [page for page in everything[annex:] if "Quản lý chuyên ngành" in page]
    assert len(asked) > 1
    assert len(tables) > 2
    for page in asked:
        assert re.search(r"Lỗi\s+Cảnh báo\s+Ghi chú", page)
    for page in tables:
        assert re.search(r"STT\s+Cơ quan giải quyết TTHC", page)


def test_a_signature_stands_on_a_page_with_words_before_it(pages: dict[str, Path]) -> None:
    for name in ("example-appraisal", "example-letter", "long-appraisal", "long-letter"):
        (page,) = (page for page in _pages(pages[name]) if "Nơi nhận" in page)
        assert "./." in page, name
