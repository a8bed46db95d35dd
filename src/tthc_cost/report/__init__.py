"""The report: a page to read and print, a workbook to calculate with, and JSON for other tools, in one folder."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault, OutputExistsError, Place
from tthc_cost.report.html import render
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.results import results_text
from tthc_cost.report.workbook import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    target = Path(folder)
    labels = Labels(language)
    if target.exists() and not force:
        raise OutputExistsError.because("output_exists", Place(str(target)))
    if target.exists() and not target.is_dir():
        raise InputFault.because("output_not_folder", Place(str(target)))
    if not target.parent.is_dir():
        raise InputFault.because("folder_missing", Place(str(target.parent)))
    page = page_of(comparison, report, sources, notice)
    _put(
        target,
        {
            HTML_NAME: render(page, labels).encode("utf-8", "replace"),
            WORKBOOK_NAME: workbook_bytes(page, labels),
            JSON_NAME: results_text(page).encode("utf-8", "replace"),
        },
    )
    return target / HTML_NAME


def _put(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files beside the folder, then move them in; if one cannot be moved, put back what was there."""
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    former = beside / "former"
    try:
        former.mkdir(parents=True)
        for name, content in contents.items():
            (beside / name).write_bytes(content)
        if target.is_dir():
            _replace(target, beside, former, tuple(contents))
        else:
            former.rmdir()
            beside.rename(target)
    except OSError as error:
        raise InputFault.because("report_not_written", Place(str(target)), reason=error.strerror or error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace(target: Path, beside: Path, former: Path, names: tuple[str, ...]) -> None:
    moved: list[str] = []
    try:
        for name in names:
            if (target / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if (target / name).exists():
                (target / name).replace(former / name)
            moved.append(name)
            (beside / name).replace(target / name)
    except OSError:
        for name in moved:
            (target / name).unlink(missing_ok=True)
        for kept in former.iterdir():
            kept.replace(target / kept.name)
        raise
