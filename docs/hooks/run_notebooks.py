"""The notebooks as pages of the site: run while it is built, each cell with its answer below it."""  # noqa: INP001 - a hook stands in no package

from __future__ import annotations

import logging
import shutil
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbformat
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

__all__ = ["on_files", "on_page_content", "on_page_read_source", "on_post_build"]

_log = logging.getLogger("mkdocs.hooks.run_notebooks")


class _Notebook(File):
    """A notebook that is a page, and the answers of its cells."""

    answers: tuple[str, ...] = ()

    def is_documentation_page(self) -> bool:
        return True


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make a page of every notebook."""
    places = (config.docs_dir, config.site_dir, config.use_directory_urls)
    return Files([_Notebook(one.src_uri, *places) if one.src_uri.endswith(".ipynb") else one for one in files])


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:  # noqa: ARG001 - as it is called
    """Run a notebook in an empty folder; its text is Markdown, with a mark wherever an answer is to stand."""
    if not isinstance(page.file, _Notebook):
        return None
    name = page.file.name
    notebook = nbformat.read(str(page.file.abs_src_path), as_version=4)  # type: ignore[no-untyped-call] - it states no types
    with TemporaryDirectory() as folder:
        quiet = ["--IPKernelApp.log_level=40"]  # that it speaks to this machine only needs no warning
        place = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=600, resources=place, extra_arguments=quiet).execute()
    parts: list[str] = []
    answers: list[str] = []
    for cell in notebook.cells:
        code = cell.cell_type == "code"
        parts.append(f"```python\n{cell.source}\n```" if code else cell.source)
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                _log.warning("%s: %s", name, output.text)
            parts.append(_mark(len(answers)))
            answers.append(f'<div class="answer" data-search-exclude>{_answer(output)}</div>')
    page.file.answers = tuple(answers)
    # Raw HTML, for the notebook itself is no page: a link to it in Markdown leads to this one.
    parts.insert(1, f'<p class="taken"><a href="{name}.ipynb" download>Tải sổ tay này về máy (.ipynb)</a></p>')
    return "\n\n".join(parts)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - as it is called
    """Put the answers where their marks are, as the kernel gave them: Markdown reads none of it."""
    answers = page.file.answers if isinstance(page.file, _Notebook) else ()
    for number, answer in enumerate(answers):
        html = html.replace(_mark(number), answer)
    return html


def on_post_build(config: MkDocsConfig) -> None:
    """Lay each notebook beside its page, to be taken along."""
    for one in Path(config.docs_dir).glob("notebooks/*.ipynb"):
        shutil.copy(one, Path(config.site_dir) / "notebooks")


def _answer(output: Any) -> str:  # noqa: ANN401 - nbformat's own
    said = output.get("data", {})
    if "text/html" in said:
        return str(said["text/html"])
    return f"<pre>{escape(output.text if output.output_type == 'stream' else said['text/plain'])}</pre>"


def _mark(number: int) -> str:
    return f'<div id="answer-{number}"></div>'
