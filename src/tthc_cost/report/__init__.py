"""The report: a page to read and print, a workbook to calculate with, and JSON for other tools, in one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tthc_cost.io.saving import check_folder, save_folder
from tthc_cost.report.html import render
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.results import results_text
from tthc_cost.report.workbook import workbook_bytes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Language
    from tthc_cost.targets import TargetReport

__all__ = ["HTML_NAME", "JSON_NAME", "WORKBOOK_NAME", "write_report"]

HTML_NAME: Final = "report.html"
WORKBOOK_NAME: Final = "results.xlsx"
JSON_NAME: Final = "results.json"


def write_report(
    comparison: Comparison,
    report: TargetReport | None,
    folder: str | os.PathLike[str],
    *,
    force: bool = False,
    language: Language = "vi",
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
) -> Path:
    """Write a report as a folder of ``report.html``, ``results.xlsx`` and ``results.json``, all of them or none.

    The page needs nothing else: no network, no script. The same arguments give the same bytes.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    report : TargetReport or None
        What it was checked against; without it there are no targets, tasks and dates.
    folder : str or path-like
        Where to write; its parent must be there.
    force : bool
        Whether a folder that is already there may be used; only the three files in it are replaced.
    language : {"vi", "en"}
        Of the page and the workbook; texts of the input and of the programme stay as they are.
    sources : iterable of (str, str)
        Input files: name and SHA-256.
    notice : str
        What is to be said above all, for example that the figures are constructed.

    Returns
    -------
    pathlib.Path
        The page, ``report.html``.

    Raises
    ------
    OutputExistsError
        If the folder is there and `force` is not given.
    InputFault
        If its parent is missing, it is a file, or nothing can be written there.
    UnknownNameError
        For another language.
    MissingExtraError
        If Jinja2 or XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from tthc_cost.comparison import Comparison
    >>> published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    >>> with TemporaryDirectory() as parent:
    ...     write_report(Comparison.from_costs(published), None, f"{parent}/bao-cao").name
    'report.html'
    """
    target = check_folder(folder, force=force)
    labels = Labels(language)
    page = page_of(comparison, report, sources, notice)
    contents = {
        HTML_NAME: render(page, labels).encode("utf-8", "replace"),
        WORKBOOK_NAME: workbook_bytes(page, labels),
        JSON_NAME: results_text(page).encode("utf-8", "replace"),
    }
    return save_folder(target, contents, force=force) / HTML_NAME
