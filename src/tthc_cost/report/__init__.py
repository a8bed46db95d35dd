"""What leaves the office: the report, the Word documents and the periodic tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tthc_cost.io.saving import check_folder, save_folder
from tthc_cost.report.documents import Issuer, write_annex, write_appraisal, write_letters
from tthc_cost.report.html import render
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.periodic import write_periodic
from tthc_cost.report.results import lines_csv, results_text
from tthc_cost.report.workbook import LINES_NAME, workbook_bytes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Language
    from tthc_cost.selection import Frontier
    from tthc_cost.targets import TargetReport
    from tthc_cost.uncertainty import TargetProbability

__all__ = [
    "HTML_NAME",
    "JSON_NAME",
    "LINES_NAME",
    "WORKBOOK_NAME",
    "Issuer",
    "write_annex",
    "write_appraisal",
    "write_letters",
    "write_periodic",
    "write_report",
]

HTML_NAME: Final = "report.html"
WORKBOOK_NAME: Final = "results.xlsx"
JSON_NAME: Final = "results.json"


def write_report(
    comparison: Comparison,
    report: TargetReport | None,
    folder: str | os.PathLike[str],
    *,
    audit: Audit | None = None,
    probability: TargetProbability | None = None,
    frontier: Frontier | None = None,
    force: bool = False,
    language: Language = "vi",
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
) -> Path:
    """Write a report as a folder of four files, all of them or none.

    ``report.html`` is to be read and printed, ``results.xlsx`` to calculate with, ``results.json`` for other tools,
    and ``lines.csv`` holds every costed line. The page needs nothing else: no network, no script. The same arguments
    give the same bytes.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    report : TargetReport or None
        What it was checked against; without it there are no targets, tasks and dates.
    folder : str or path-like
        Where to write; its parent must be there.
    audit : Audit, optional
        What in the saving is not a simplification, of this very comparison (`tthc_cost.auditing.audit`): what stands,
        what must be explained, and what the saving comes from. Without it the report says nothing of these.
    probability : TargetProbability, optional
        How sure the reduction is, of this very comparison (`tthc_cost.uncertainty.target_probability`): how probable
        the target is, what may come instead, and what makes it uncertain, with pictures.
    frontier : Frontier, optional
        What more reduction takes (`tthc_cost.selection.frontier`), with a picture.
    force : bool
        Whether a folder that is already there may be used; only these files in it are replaced.
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
        If Jinja2 or XlsxWriter is not installed, or Matplotlib for the pictures.

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
    page = page_of(comparison, report, sources, notice, audit, probability=probability, frontier=frontier)
    contents = {
        HTML_NAME: render(page, labels).encode("utf-8", "replace"),
        WORKBOOK_NAME: workbook_bytes(page, labels),
        JSON_NAME: results_text(page).encode("utf-8", "replace"),
        LINES_NAME: lines_csv(page),
    }
    return save_folder(target, contents, force=force) / HTML_NAME
