"""The verdict on a terminal: each target in two lines, each finding in two paragraphs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.report.labels import MARKS, Labels
from tthc_cost.report.stands import count_text, stands_text
from tthc_cost.vocabulary import Measure, TargetState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from tthc_cost.auditing import Audit
    from tthc_cost.errors import Language
    from tthc_cost.targets import TargetReport
    from tthc_cost.vocabulary import Term

__all__ = ["print_audit", "print_targets"]

_COLOURS: Final[Mapping[Term, str]] = {TargetState.MET: "green", TargetState.MISSED: "red"}
_SEVERITY_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "default"}
_WORDS: Final = {
    "vi": ("trước", "yêu cầu", "đã đạt", "theo rà soát", "còn thiếu", "cảnh báo và ghi chú, xem báo cáo"),
    "en": ("before", "required", "achieved", "as reviewed", "missing", "warnings and notes, see the report"),
}
_UNITS: Final = {"vi": ("đồng/năm", "ngày làm việc", "TTHC"), "en": ("đồng/year", "working days", "procedures")}


def print_targets(found: TargetReport, console: Console, *, language: Language = "vi", notice: str = "") -> None:
    """Print each target: its verdict and name, then its figures.

    Parameters
    ----------
    found : TargetReport
        What was checked.
    console : rich.console.Console
        Where to print.
    language : {"vi", "en"}
        Of the words; names of a programme stay as they are.
    notice : str
        What is to be said above all.
    """
    before, required, achieved, stated, missing, remarks = _WORDS[language]
    per_year, days, procedures = _UNITS[language]
    units = {Measure.COST_REDUCTION: per_year, Measure.TIME_REDUCTION: days}
    say = functools.partial(console.print, markup=False, highlight=False, soft_wrap=True)
    if notice:
        say(notice, style="yellow")
    name = found.programme.name if language == "vi" else found.programme.name_en
    day = "%d/%m/%Y" if language == "vi" else "%Y-%m-%d"
    say(f"{name} – {found.on:{day}}", style="bold")
    for one in found.targets:
        target = one.target
        say(f"{MARKS[one.state]} {one.state.label(language)}", style=_COLOURS.get(one.state, "yellow"), end="  ")
        say(target.name if language == "vi" else target.name_en)
        percent = functools.partial(format_percent, apart_from=target.required, language=language)
        figures = [f"{before} {target.before:{day}}", f"{required} {percent(target.required)}"]
        figures.append(f"{achieved} {percent(one.achieved)}")
        if one.stated is not None:
            figures.append(f"{stated} {percent(one.stated)}")
        if one.missing:
            unit = units.get(target.measure, procedures)
            figures.append(f"{missing} {format_integer(one.missing, language=language)} {unit}")
        say(f"    {' · '.join(figures)}")
    said = len(found.comparison.remarks) + len(found.remarks)
    if said:
        say(f"{said} {remarks}")


def print_audit(
    audit: Audit, report: TargetReport, console: Console, *, language: Language = "vi", notice: str = ""
) -> None:
    """Print what is to be explained, most costly first, and what of the saving stands.

    Parameters
    ----------
    audit : Audit
        What was found.
    report : TargetReport
        What the comparison was checked against.
    console : rich.console.Console
        Where to print.
    language : {"vi", "en"}
        Of the words.
    notice : str
        What is to be said above all.
    """
    labels = Labels(language)
    say = functools.partial(console.print, markup=False, highlight=False, soft_wrap=True)
    if notice:
        say(notice, style="yellow")
    if audit.findings:
        say(labels("standing.asked", count=count_text(audit.findings, labels)), style="bold")
    for one in audit.findings:
        place = one.procedure or labels("standing.general")
        severity = labels(f"standing.{one.severity}")
        where = labels("standing.where", severity=severity, place=place, agency=one.agency or labels("report.none"))
        say(f"{where} ({one.code})", style=_SEVERITY_COLOURS[one.severity])
        say(f"    {one.text(language)}")
    stated, left = (format_percent(one.total.ratio, language=language) for one in (audit.comparison, audit.standing))
    say(labels("standing.verdict", stated=stated, standing=left), style="bold")
    for sentence in stands_text(audit, report, labels):
        say(sentence)
