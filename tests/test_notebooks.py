"""The notebooks of the office: kept without answers, run from top to bottom without a word of warning."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
HEAVY = ("5-",)
"""What needs a cluster; the others need the library, its engines and its pictures."""
ALONE = """import socket
import sys

def alone(event, arguments):
    if event == "socket.connect" and isinstance(address := arguments[1], tuple):
        if not address[0].startswith("127.") and address[0] not in {"::1", "localhost"}:
            raise OSError(f"a notebook reaches for {address}")

sys.addaudithook(alone)
"""
"""Forbids a notebook every machine but this one."""


def names(notebooks: Sequence[Path]) -> list[Any]:
    heavy = pytest.mark.heavy
    return [pytest.param(one, id=one.stem, marks=[heavy] if one.name.startswith(HEAVY) else []) for one in notebooks]


def read(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=nbformat.NO_CONVERT)


def run(content: Any, folder: Path) -> Any:
    """Run a notebook in a folder; what goes wrong in a cell is raised."""
    nbclient = pytest.importorskip("nbclient")
    content.cells.insert(0, nbformat.v4.new_code_cell(ALONE, id="alone"))
    nbclient.NotebookClient(content, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return content


def test_there_are_notebooks() -> None:
    assert [one.name[:2] for one in NOTEBOOKS] == ["1-", "2-", "3-", "4-", "5-"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_a_notebook_is_kept_without_answers(notebook: Path) -> None:
    content = read(notebook)
    nbformat.validate(content)
    assert (content.nbformat, content.nbformat_minor) >= (4, 5)
    assert content.metadata.kernelspec.name == "python3"
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert not [cell.id for cell in code if cell.outputs or cell.execution_count is not None]
    ids = [cell.id for cell in content.cells]
    assert ids == [f"{notebook.name[0]}-{place:02}" for place in range(1, len(ids) + 1)]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_a_notebook_says_in_composed_vietnamese_that_its_data_are_constructed_and_where_own_files_go(
    notebook: Path,
) -> None:
    text = notebook.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    said = "\n\n".join(cell.source for cell in read(notebook).cells if cell.cell_type == "markdown")
    assert said.startswith(f"# {notebook.name[0]}. ")
    assert "dựng lên" in said
    assert "## Biểu của mình để ở đâu" in said


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_what_a_notebook_links_to_is_there(notebook: Path) -> None:
    said = "\n".join(cell.source for cell in read(notebook).cells if cell.cell_type == "markdown")
    for place in re.findall(r"\]\(([^)#]+)\)", said):
        assert (notebook.parent / place).is_file(), place


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_a_notebook_is_in_the_navigation_and_on_the_first_page(notebook: Path) -> None:
    place = notebook.relative_to(DOCS).as_posix()
    assert f": {place}\n" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"({place})" in (DOCS / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("notebook", names(NOTEBOOKS))
def test_a_notebook_runs_from_an_empty_folder_alone_and_without_a_warning(notebook: Path, tmp_path: Path) -> None:
    done = run(read(notebook), tmp_path)
    said = [
        (cell.id, one.text) for cell in done.cells for one in cell.get("outputs", ()) if one.get("name") == "stderr"
    ]
    assert not said


def test_a_notebook_that_reaches_for_another_machine_fails(tmp_path: Path) -> None:
    errors = pytest.importorskip("nbclient.exceptions")
    reaching = nbformat.v4.new_code_cell('import socket\nsocket.create_connection(("192.0.2.1", 80), timeout=1)')
    with pytest.raises(errors.CellExecutionError, match="reaches for"):
        run(nbformat.v4.new_notebook(cells=[reaching]), tmp_path)
