"""The documents that leave the office, in Word: annex to a decision, appraisal report, letters to the agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tthc_cost.cells import read_day
from tthc_cost.comparison import Comparison
from tthc_cost.errors import require
from tthc_cost.io.saving import check_file, check_folder, file_name, save_file, save_folder
from tthc_cost.report.annex import annex_of
from tthc_cost.report.appraisal import appraisal_of
from tthc_cost.report.filling import filler
from tthc_cost.report.letterhead import Issuer
from tthc_cost.report.letters import letters_of
from tthc_cost.targets import TargetReport

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterable
    from pathlib import Path

    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Basis
    from tthc_cost.report.letters import Letter

__all__ = ["Issuer", "write_annex", "write_appraisal", "write_letters"]


def write_annex(
    comparison: Comparison,
    path: str | os.PathLike[str],
    *,
    issuer: Issuer | None = None,
    decision: str = "",
    basis: Basis = "approved",
    on: dt.date | str | None = None,
    round: int | None = None,  # noqa: A002 - the column's name
    template: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> Path:
    """Write the annex to the decision that approves simplifications (Phụ lục phương án đơn giản hóa), as a .docx.

    Approved content only, without the national heading: by field and procedure what is to change and why, the legal
    action, and the benefit (cost before, after, saving, per cent). Procedures that are merged are shown once, with all
    their names and the cost of the group, once every one of them is approved. What is kept, transferred by
    reorganisation or out of scope is left out. The same arguments give the same bytes.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed; its review has the proposals and decisions.
    path : str or path-like
        File to write.
    issuer : Issuer, optional
        Whose decision it is (``parent``); dots unless given.
    decision : str
        Number and date of the decision, such as ``"125/QĐ-UBND ngày 15 tháng 12 năm 2023"``; dots unless given.
    basis : {"approved", "submitted", "in_force"}
        How far a proposal must have come; an annex of what is only submitted is marked as a draft.
    on : date or str, optional
        Only what had come so far by this day; any day unless given.
    round : int, optional
        Only groups with a procedure of this round of the review.
    template : str or path-like, optional
        A .docx of the office's own, with the same places to fill as ``annex.docx`` of the library.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    InputFault
        If it cannot be written, the day does not exist, or the template cannot be used.
    NeedsLinesError
        For published totals, which carry no proposals.
    UnknownNameError
        For an unknown basis.
    MissingExtraError
        If docxtpl is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tthc_cost as tc
    >>> comparison = tc.compare(tc.read_example())
    >>> with TemporaryDirectory() as folder:
    ...     write_annex(comparison, f"{folder}/phu-luc.docx", on="2023-12-31").name
    'phu-luc.docx'

    References
    ----------
    Decree 63/2010/NĐ-CP; Decree 30/2020/NĐ-CP on the form of documents (to be confirmed).
    """
    require(comparison, Comparison, "comparison")
    target = check_file(path, force=force)
    annex = annex_of(
        comparison,
        issuer or Issuer(),
        basis=basis,
        on=None if on is None else read_day(on),
        round=round,
        decision=decision,
    )
    return save_file(target, filler("annex.docx", template)(annex), force=force)


def write_appraisal(
    comparison: Comparison,
    report: TargetReport,
    path: str | os.PathLike[str],
    *,
    issuer: Issuer | None = None,
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
    audit: Audit | None = None,
    template: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> Path:
    """Write the appraisal report (báo cáo thẩm định) as a .docx.

    The verdict on each target and on what stands of the saving, the figures of the whole and of each agency, what must
    be explained, what is held apart, warnings and notes, how it was computed from which files, and what is not
    claimed. The same arguments give the same bytes.

    Parameters
    ----------
    comparison : Comparison
        What was compared; of published totals, what needs lines is left out and said.
    report : TargetReport
        What it was checked against.
    path : str or path-like
        File to write.
    issuer : Issuer, optional
        Whose report it is; unless given, what a province's programme says of its controlling agency.
    sources : iterable of (str, str)
        Input files: name and SHA-256.
    notice : str
        What is to be said above all, for example that the figures are constructed.
    audit : Audit, optional
        What in the saving is not a simplification, of this very comparison: what stands, held against the target, and
        what must be explained. Without it the report says that this was not looked at.
    template : str or path-like, optional
        A .docx of the office's own, with the same places to fill as ``appraisal.docx`` of the library.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    InputFault
        If it cannot be written, or the template cannot be used.
    MissingExtraError
        If docxtpl is not installed.
    """
    require(comparison, Comparison, "comparison")
    require(report, TargetReport, "report")
    target = check_file(path, force=force)
    own = issuer or Issuer.of(report.programme)
    appraisal = appraisal_of(comparison, report, own, sources=sources, notice=notice, audit=audit)
    return save_file(target, filler("appraisal.docx", template)(appraisal), force=force)


def write_letters(
    comparison: Comparison,
    report: TargetReport,
    folder: str | os.PathLike[str],
    *,
    issuer: Issuer | None = None,
    answer_by: dt.date | str | None = None,
    audit: Audit | None = None,
    template: str | os.PathLike[str] | None = None,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write the letter (công văn đề nghị hoàn chỉnh) of every agency that has something to complete, all or none.

    The findings that concern it, its warnings and notes, its procedures that are not yet reviewed and submitted, and
    its figures. An agency is written to for the procedures it reviews, or, where none is named to review them,
    resolves; the letter then says so. A remark that is not about one procedure, and a finding that concerns no one
    agency, stand in the appraisal report alone.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.
    report : TargetReport
        What it was checked against.
    folder : str or path-like
        Where to write; its parent must be there. No folder is made when there is nothing to ask for.
    issuer : Issuer, optional
        Whose letters they are; unless given, what a province's programme says of its controlling agency.
    answer_by : date or str, optional
        The day to answer by; dots unless given.
    audit : Audit, optional
        What in the saving is not a simplification, of this very comparison: each agency's findings stand first in its
        letter, most costly first.
    template : str or path-like, optional
        A .docx of the office's own, with the same places to fill as ``letter.docx`` of the library.
    force : bool
        Whether a folder that is already there may be used; letters of the same agencies are replaced, others stay.

    Returns
    -------
    tuple of pathlib.Path
        The letters, by the agency's name.

    Raises
    ------
    OutputExistsError
        If the folder is there and `force` is not given.
    InputFault
        If something cannot be written, the day does not exist, or the template cannot be used.
    NeedsLinesError
        For published totals, of which nobody knows what is still missing.
    MissingExtraError
        If docxtpl is not installed.
    """
    require(comparison, Comparison, "comparison")
    require(report, TargetReport, "report")
    target = check_folder(folder, force=force)
    own = issuer or Issuer.of(report.programme)
    fill = filler("letter.docx", template)
    letters = letters_of(
        comparison, report, own, answer_by=None if answer_by is None else read_day(answer_by), audit=audit
    )
    if not letters:
        return ()
    contents = {name: fill(letter) for name, letter in _named(letters).items()}
    save_folder(target, contents, force=force)
    return tuple(target / name for name in contents)


def _named(letters: Iterable[Letter]) -> dict[str, Letter]:
    """Name a file after each agency, numbered where two agencies would share a name."""
    named: dict[str, Letter] = {}
    for letter in letters:
        name, turn = file_name(letter.name, ".docx"), 2
        while name in named:
            name, turn = file_name(letter.name, f"-{turn}.docx"), turn + 1
        named[name] = letter
    return named
