"""The verdict on a terminal: each target in two lines, each finding in two paragraphs."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost.measures.kinds import legal_document
from tthc_cost.notebook_tables import SIGNS
from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.report.labels import Labels
from tthc_cost.report.stands import count_text, stands_text
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.selection import Objective
from tthc_cost.vocabulary import Level, Measure, TargetState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from tthc_cost.auditing import Audit
    from tthc_cost.errors import Language
    from tthc_cost.selection import Selection
    from tthc_cost.targets import TargetReport
    from tthc_cost.uncertainty import TargetProbability
    from tthc_cost.vocabulary import Term

__all__ = ["print_audit", "print_probability", "print_selection", "print_targets"]

_COLOURS: Final[Mapping[Term, str]] = {TargetState.MET: "green", TargetState.MISSED: "red"}
_SEVERITY_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "default"}
_WORDS: Final = {
    "vi": ("trước", "yêu cầu", "đã đạt", "theo rà soát", "còn thiếu", "cảnh báo và ghi chú, xem báo cáo"),
    "en": ("before", "required", "achieved", "as reviewed", "missing", "warnings and notes, see the report"),
}
_UNITS: Final = {"vi": ("đồng/năm", "ngày làm việc", "TTHC"), "en": ("đồng/year", "working days", "procedures")}


def _speaking(console: Console, notice: str) -> Callable[..., None]:
    """Return what prints texts just as they are, after what is to be said above all."""
    say = functools.partial(console.print, markup=False, highlight=False, soft_wrap=True)
    if notice:
        say(notice, style="yellow")
    return say


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
    say = _speaking(console, notice)
    name = found.programme.name if language == "vi" else found.programme.name_en
    day = "%d/%m/%Y" if language == "vi" else "%Y-%m-%d"
    say(f"{name} – {found.on:{day}}", style="bold")
    for one in found.targets:
        target = one.target
        say(f"{SIGNS[one.state]} {one.state.label(language)}", style=_COLOURS.get(one.state, "yellow"), end="  ")
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
    say = _speaking(console, notice)
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


def print_probability(
    found: TargetProbability, console: Console, *, language: Language = "vi", notice: str = ""
) -> None:
    """Print how sure a target is, what was assumed, and which figures to measure better first.

    Parameters
    ----------
    found : TargetProbability
        What `target_probability` made.
    console : rich.console.Console
        Where to print.
    language : {"vi", "en"}
        Of the words.
    notice : str
        What is to be said above all.
    """
    labels = Labels(language)
    say = _speaking(console, notice)
    share = functools.partial(_share, language=language)
    stated = labels.percent(found.comparison.total.ratio, found.target)
    say(labels("sure.stated", stated=stated, target=labels.percent(found.target)))
    say(labels("sure.verdict", probability=share(found.probability)), style="bold")
    if found.probability_simulated is not None and found.simulation is not None:
        drawn = {"draws": labels.integer(found.simulation.draws), "seed": str(found.simulation.seed)}
        simulated, error = share(found.probability_simulated), share(found.standard_error)
        say(labels("sure.simulated", probability=simulated, error=error, **drawn))
    say(labels("sure.assured", reduction=share(found.assured_reduction)))
    for column in ("agency", "level"):
        say(labels(f"sure.by_{column}"), style="bold")
        for row in rows_of(found.by(column)):
            name = labels("report.none") if is_blank(row[column]) else row[column]
            shown = Level.parse(name).label(language) if column == "level" and name in list(Level) else name
            say(f"    {shown}: {share(row['probability'])}")
    first = rows_of(found.sensitivity().measure_first())
    if first:
        say(labels("sure.measure_first"), style="bold")
        for row in first:
            say(f"    {row['table']} › {row['key']} › {row['column']}: {share(row['variance_fall'])}")
    say(labels("sure.assumed"), style="bold")
    say(found.assumptions.text(language))
    for one in found.remarks:
        say(one.text(language))


def _share(value: float | None, *, language: Language) -> str:
    return format_percent(None if value is None else Fraction(str(round(value, 4))), language=language)


def print_selection(
    points: Sequence[Selection], console: Console, *, language: Language = "vi", notice: str = ""
) -> None:
    """Print what the chosen measures reach, a line a selection, and the measures themselves if there is one.

    Parameters
    ----------
    points : sequence of Selection
        What `select` made, or the points of a frontier.
    console : rich.console.Console
        Where to print.
    language : {"vi", "en"}
        Of the words.
    notice : str
        What is to be said above all.
    """
    labels = Labels(language)
    say = _speaking(console, notice)
    for one in points:
        unit = f" {labels('chosen.vnd')}" if one.objective is Objective.ONE_OFF_COST else ""
        figures = {
            "target": labels("chosen.most") if one.target is None else labels.percent(one.target),
            "objective": one.objective.label(language), "value": labels.integer(one.value) + unit,
            "ratio": labels.percent(one.total.ratio, one.target), "saving": labels.integer(one.total.saving),
            "cut": labels.integer(one.count.saving), "number": labels.integer(len(one.measures)),
            "proven": labels("chosen.proven" if one.proven else "chosen.open"),
        }  # fmt: skip
        say(labels("chosen.point", **figures), style="bold")
        for measure in one.measures if len(points) == 1 else ():
            said = "; ".join(filter(None, [measure.procedure, measure.kind.label(language), legal_document(measure)]))
            say(f"    {measure.code}: {said} ({labels.integer(measure.one_off_vnd)})")
        for remark in one.remarks:
            say(remark.text(language))
