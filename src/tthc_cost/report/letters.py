"""What each agency is asked to complete: findings, warnings and notes, what it has not reviewed yet, its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tthc_cost.arithmetic import Reduction
from tthc_cost.errors import NeedsLinesError, Severity
from tthc_cost.report.labels import Labels
from tthc_cost.report.letterhead import day_text, programme_text, say
from tthc_cost.schema import TABLES, is_blank, rows_of
from tthc_cost.vocabulary import Measure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Remark
    from tthc_cost.report.letterhead import Issuer
    from tthc_cost.targets import TargetReport

__all__ = ["Letter", "LetterFigure", "LetterSection", "letters_of"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LetterSection:
    """One heading of a letter, and what stands under it."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterFigure:
    """One figure of an agency."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything one letter shows; the template ``letter.docx`` asks for these names.

    Parameters
    ----------
    issuer : Issuer
        Blanks dotted.
    agency : str
        Addressee; dots if its procedures name none.
    name : str
        What its file is named after.
    programme, day, answer_by : str
        What was ordered, the day of the figures, and the day to answer by.
    sections : tuple of LetterSection
        What it is to complete.
    figures : tuple of LetterFigure
        Of its procedures that count.
    notes : tuple of str
        Why it is this agency that is written to.
    """

    issuer: Issuer
    agency: str
    name: str
    programme: str
    day: str
    answer_by: str
    sections: tuple[LetterSection, ...]
    figures: tuple[LetterFigure, ...]
    notes: tuple[str, ...]


def letters_of(
    comparison: Comparison,
    report: TargetReport,
    issuer: Issuer,
    *,
    answer_by: dt.date | None = None,
    audit: Audit | None = None,
) -> tuple[Letter, ...]:
    """Gather the letter of every agency that has something to complete.

    An agency is written to for the procedures it reviews, or, where none is named to review them, resolves.

    Parameters
    ----------
    comparison, report, issuer, answer_by, audit
        As in `tthc_cost.report.documents.write_letters`.

    Returns
    -------
    tuple of Letter
        By the agency's name; one without addressee, for procedures that name no agency at all, comes last.

    Raises
    ------
    NeedsLinesError
        For published totals, of which nobody knows what is wrong or still missing.
    """
    if comparison.review is None:
        raise NeedsLinesError.because("needs_lines")
    rows = rows_of(comparison.procedures)
    addressees: dict[str, str | None] = {}
    for row in rows:
        named = (row[name] for name in ("reviewing_agency", "agency") if not is_blank(row[name]))
        addressees[row["procedure"]] = next(named, None)
    findings = _findings(audit)
    codes = _inverted(addressees)
    sections = {
        agency: (*findings.get(agency, ()), *_sections(codes.get(agency, ()), comparison, report, rows))
        for agency in dict.fromkeys((*codes, *findings))
    }
    achieved = {row["procedure"]: row for row in rows_of(comparison.at(report.basis, report.on).procedures)}
    letters = []
    for agency in sorted((one for one, found in sections.items() if found), key=lambda one: (one is None, one or "")):
        own = [row for row in rows if addressees[row["procedure"]] == agency]
        letters.append(
            Letter(
                issuer.dotted(),
                agency or say("head.blank"),
                agency or say("letter.file"),
                programme_text(report.programme),
                day_text(report.on),
                day_text(answer_by),
                sections[agency],
                tuple(_figures(own, [achieved[row["procedure"]] for row in own], report)),
                tuple(_notes(own, agency)),
            )
        )
    return tuple(letters)


def _inverted(addressees: Mapping[str, str | None]) -> dict[str | None, list[str]]:
    codes: dict[str | None, list[str]] = {}
    for code, agency in addressees.items():
        codes.setdefault(agency, []).append(code)
    return codes


def _sections(
    codes: Iterable[str], comparison: Comparison, report: TargetReport, rows: Sequence[Row]
) -> tuple[LetterSection, ...]:
    """Return what is to be completed in some procedures; nothing if all is well."""
    own = frozenset(codes)
    said = [one for one in (*comparison.remarks, *report.remarks) if _procedure_of(one) in own]
    found = {
        "remarks": [one.text("vi") for one in said if one.severity is not Severity.NOTE],
        "notes": [one.text("vi") for one in said if one.severity is Severity.NOTE],
        "pending": [
            sentence for row in rows if row["procedure"] in own for sentence in _pending(row, pd.Timestamp(report.on))
        ],
    }
    return tuple(
        LetterSection(say(f"letter.{name}"), tuple(dict.fromkeys(sentences)))
        for name, sentences in found.items()
        if sentences
    )


def _findings(audit: Audit | None) -> dict[str | None, tuple[LetterSection, ...]]:
    """Return what each agency is asked to explain, most costly first; what concerns no one agency is in no letter."""
    asked: dict[str | None, list[str]] = {}
    for one in () if audit is None else audit.findings:
        if one.agency is not None or one.procedure is not None:
            asked.setdefault(one.agency, []).append(one.text("vi"))
    return {agency: (LetterSection(say("letter.findings"), tuple(said)),) for agency, said in asked.items()}


def _procedure_of(remark: Remark) -> str | None:
    """Return the code of the procedure that a remark is about: that of its row, or the one that it names."""
    place = remark.place
    table = TABLES.get(place.table or "")
    if place.key and (place.table is None or (table is not None and table.key[0] == "procedure")):
        return place.key[0]
    return dict(remark.values).get("procedure")


def _pending(row: Row, on: pd.Timestamp) -> Iterable[str]:
    if not (row["counted"] and row["in_baseline"]):
        return
    name = say("head.procedure", name=str(row["name"]).strip(), code=row["procedure"])
    reviewed, submitted = row["reviewed_on"], row["submitted_on"]
    if is_blank(reviewed) or reviewed > on:
        yield say("letter.not_reviewed", name=name)
    elif is_blank(submitted) or submitted > on:
        yield say("letter.not_submitted", name=name, day=day_text(reviewed.date()))


def _figures(rows: Sequence[Row], achieved: Sequence[Row], report: TargetReport) -> Iterable[LetterFigure]:
    labels = Labels("vi")
    on = pd.Timestamp(report.on)
    basis = labels(f"basis.{report.basis}")
    required = [one.target.required for one in report.targets if one.target.measure is Measure.COST_REDUCTION]
    target = max(required, default=None)
    counted = [row for row in rows if row["counted"] and row["in_baseline"]]
    stated, come = _cost(rows), _cost(achieved)
    figures = {
        "procedures": labels.integer(len(counted)),
        "reviewed": labels.integer(sum(not list(_pending(row, on)) for row in counted)),
        "before": labels.integer(stated.baseline),
        "after": labels.integer(stated.simplified),
        "saving": labels.integer(stated.saving),
        "ratio": labels.percent(stated.ratio, target),
        "achieved": labels.integer(come.saving),
        "achieved_ratio": labels.percent(come.ratio, target),
    }
    return (LetterFigure(say(f"letter.{name}", basis=basis), value) for name, value in figures.items())


def _cost(rows: Iterable[Row]) -> Reduction:
    costs = (Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"])) for row in rows)
    return sum(costs, Reduction(0, 0))


def _notes(rows: Sequence[Row], agency: str | None) -> Iterable[str]:
    codes = [row["procedure"] for row in rows if is_blank(row["reviewing_agency"])]
    if codes:
        key = "letter.no_agency" if agency is None else "letter.no_reviewer"
        yield say(key, n=len(codes), codes=", ".join(codes))
