"""What the appraisal report says: the verdict on each target, the figures behind it, and how they were computed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from tthc_cost.report.html import (
    bearers_text,
    limits,
    missing_text,
    rate_source,
    rate_tables,
    reason_text,
    target_name,
)
from tthc_cost.report.labels import Labels
from tthc_cost.report.letterhead import day_text, programme_text, say
from tthc_cost.report.page import page_of
from tthc_cost.report.stands import count_text, stands_text
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import Measure, TargetState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.rates import RateTable
    from tthc_cost.report.letterhead import Issuer
    from tthc_cost.report.page import AgencyLine, Page
    from tthc_cost.targets import TargetReport

__all__ = ["Appraisal", "appraisal_of"]

SHOWN_REMARKS: Final = 5
"""How many remarks of one code the report writes out; the letters have them all."""
SHOWN_FINDINGS: Final = 10
"""How many findings the report writes out, the most costly; the letters have all that concern an agency."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target and the verdict on it."""

    name: str
    before: str
    required: str
    achieved: str
    state: str
    missing: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure before and after: as the review states it, and the ratio of what has come as far as asked."""

    name: str
    unit: str
    before: str
    after: str
    saving: str
    stated: str
    achieved: str


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One resolving agency."""

    agency: str
    procedures: str
    reviewed: str
    cut: str
    before: str
    after: str
    saving: str
    ratio: str


@dataclass(frozen=True, slots=True)
class AskedRow:
    """How much one agency has to explain; the last row is the sum."""

    agency: str
    errors: str
    warnings: str
    notes: str
    disputed: str


@dataclass(frozen=True, slots=True)
class ApartRow:
    """One procedure outside the ratios."""

    code: str
    name: str
    agency: str
    reason: str
    before: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """One hourly rate that was used."""

    grade: str
    rate: str
    source: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One input file."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Everything the report shows; the template ``appraisal.docx`` asks for these names."""

    issuer: Issuer
    programme: str
    day: str
    notice: str
    verdict: tuple[str, ...]
    targets: tuple[TargetRow, ...]
    targets_note: str
    figures: tuple[FigureRow, ...]
    figures_note: str
    basis: str
    agencies: tuple[AgencyRow, ...]
    total: AgencyRow
    agencies_note: str
    findings_note: str
    asked: tuple[AskedRow, ...]
    findings: tuple[str, ...]
    apart: tuple[ApartRow, ...]
    remarks: tuple[str, ...]
    method: tuple[str, ...]
    rates: tuple[RateRow, ...]
    sources: tuple[SourceRow, ...]
    limits: tuple[str, ...]


def appraisal_of(
    comparison: Comparison,
    report: TargetReport,
    issuer: Issuer,
    *,
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
    audit: Audit | None = None,
) -> Appraisal:
    """Gather what the appraisal report shows.

    Parameters
    ----------
    comparison, report, issuer, sources, notice, audit
        As in `tthc_cost.report.documents.write_appraisal`.
    """
    labels = Labels("vi")
    page = page_of(comparison, report, sources, notice)
    basis = labels(f"basis.{report.basis}")
    return Appraisal(
        issuer=issuer.dotted(),
        programme=programme_text(report.programme),
        day=day_text(report.on),
        notice=notice,
        verdict=(*_verdict(page, report, labels), *(() if audit is None else stands_text(audit, report, labels))),
        targets=tuple(_targets(report, labels)),
        targets_note=say("appraisal.targets_note", day=day_text(report.on), basis=basis),
        figures=tuple(_figures(page, labels)),
        figures_note=labels("figures.note") if comparison.has_lines else say("appraisal.figures_published"),
        basis=basis,
        agencies=tuple(_agency(one, one.agency or labels("report.blank"), page, labels) for one in page.agencies),
        total=_agency(page.total, labels("agencies.total"), page, labels),
        agencies_note=_agencies_note(page, report, labels),
        findings_note=_findings_note(audit, labels),
        asked=tuple(_asked(audit, labels)),
        findings=tuple(_findings(audit, labels)),
        apart=tuple(
            ApartRow(
                one.line.code,
                one.line.name or labels("report.blank"),
                one.line.agency or labels("report.blank"),
                reason_text(one, labels),
                labels.integer(one.line.cost.baseline),
            )
            for one in page.apart
        ),
        remarks=tuple(_remarks(page, labels)),
        method=tuple(_method(page, report, labels)),
        rates=tuple(
            RateRow(one.grade, labels.integer(one.vnd_per_hour), one.source or labels("report.blank"))
            for one in page.rates
        ),
        sources=tuple(SourceRow(*one) for one in page.sources),
        limits=limits(page, labels),
    )


def _verdict(page: Page, report: TargetReport, labels: Labels) -> Iterable[str]:
    """Say how many targets are met, and what was reached of the two that the programme ends with."""
    numbers = Counter(one.state for one in report.targets)
    states = "; ".join(
        say("appraisal.state", n=labels.integer(numbers[state]), state=labels.term(state))
        for state in TargetState
        if numbers[state]
    )
    if states:
        yield say("appraisal.targets", n=labels.integer(len(report.targets)), states=states)
    else:
        yield say("appraisal.no_targets")
    for name, measure in (("cost", Measure.COST_REDUCTION), ("count", Measure.COUNT_REDUCTION)):
        one = page.verdict(measure)
        if one is None or one.achieved is None:
            continue
        required = one.target.required
        yield " ".join((
            labels(
                f"answer.sentence_{name}",
                basis=labels(f"basis.{report.basis}"),
                achieved=labels.percent(one.achieved, required),
                required=labels.share(required),
                n=labels.number(one.numerator),
                of=labels.number(one.denominator),
            ),
            labels("answer.stated", stated=labels.percent(one.stated, required)),
            _begun(missing_text(one, labels)) + ".",
        ))  # fmt: skip


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _targets(report: TargetReport, labels: Labels) -> Iterable[TargetRow]:
    for one in report.targets:
        required = one.target.required
        yield TargetRow(
            target_name(one, labels),
            day_text(one.target.before),
            labels.share(required),
            labels.percent(one.achieved, required),
            labels.term(one.state),
            missing_text(one, labels),
        )


def _figures(page: Page, labels: Labels) -> Iterable[FigureRow]:
    for one in page.figures:
        yield FigureRow(
            labels(f"figures.{one.name}"),
            labels(f"unit.{one.stated.unit}"),
            labels.number(one.stated.baseline),
            labels.number(one.stated.simplified),
            labels.number(one.stated.saving),
            labels.percent(one.stated.ratio, one.required),
            labels.percent(None if one.achieved is None else one.achieved.ratio, one.required),
        )


def _agency(line: AgencyLine, name: str, page: Page, labels: Labels) -> AgencyRow:
    cut = {"strict": line.strict_cut, "broad": line.broad_cut}[page.counting.value]
    return AgencyRow(
        name,
        labels.integer(line.procedures),
        labels.integer(line.reviewed),
        labels.integer(cut),
        labels.integer(line.cost.baseline),
        labels.integer(line.cost.simplified),
        labels.integer(line.cost.saving),
        labels.percent(line.cost.ratio, page.cost_target),
    )


def _agencies_note(page: Page, report: TargetReport, labels: Labels) -> str:
    basis = labels(f"basis.{report.basis}")
    achieved: Reduction | None = page.total.achieved
    if achieved is None:
        return say("appraisal.agencies_published", basis=basis)
    return say(
        "appraisal.agencies_note",
        counting=labels.term(page.counting),
        basis=basis,
        day=day_text(report.on),
        saving=labels.integer(achieved.saving),
        ratio=labels.percent(achieved.ratio, page.cost_target),
    )


def _findings_note(audit: Audit | None, labels: Labels) -> str:
    if audit is None:
        return say("appraisal.not_audited")
    if not audit.findings:
        return say("appraisal.no_findings", n=labels.integer(len(audit.rules)))
    count = count_text(audit.findings, labels)
    return say("appraisal.findings", count=count, disputed=labels.integer(audit.disputed_vnd))


def _asked(audit: Audit | None, labels: Labels) -> Iterable[AskedRow]:
    if audit is None or not audit.findings:
        return
    table = audit.by_agency
    named = [say("appraisal.general") if is_blank(one) else str(one) for one in table["agency"]]
    numbers = table[["errors", "warnings", "notes", "disputed_vnd"]]
    rows = [*zip(named, numbers.to_numpy().tolist(), strict=True), (labels("agencies.total"), numbers.sum().tolist())]
    yield from (AskedRow(name, *(labels.integer(one) for one in row)) for name, row in rows)


def _findings(audit: Audit | None, labels: Labels) -> Iterable[str]:
    """Write out the most costly findings, and those that no letter can hold."""
    found = () if audit is None else audit.findings
    shown = [one for n, one in enumerate(found) if n < SHOWN_FINDINGS or (one.agency is None and one.procedure is None)]
    for one in shown:
        agency = one.agency or say("appraisal.general")
        severity = labels(f"standing.{one.severity}")
        yield say("appraisal.finding", severity=severity, agency=agency, text=one.text("vi"))
    if len(found) > len(shown):
        yield say("appraisal.more_findings", n=labels.integer(len(found) - len(shown)))


def _remarks(page: Page, labels: Labels) -> Iterable[str]:
    for group in page.remarks:
        for one in group.remarks[:SHOWN_REMARKS]:
            yield say("appraisal.remark", severity=labels(f"remarks.{one.severity}"), text=one.text("vi"))
        rest = len(group.remarks) - SHOWN_REMARKS
        if rest > 0:
            yield say("appraisal.more", n=labels.integer(rest))


def _method(page: Page, report: TargetReport, labels: Labels) -> Iterable[str]:
    def line(label: str, value: str) -> str:
        return say("method.line", label=labels(label), value=value)

    comparison, plan = page.comparison, report.programme
    yield line("provenance.method", labels("provenance.formula"))
    for label, table in rate_tables(page):
        yield line(label, " ".join(_rate_words(table, labels)))
    if comparison.has_lines:
        yield line("provenance.population", labels(f"provenance.population_{comparison.population}"))
        yield line("provenance.bearers", bearers_text(page, labels))
        yield line("provenance.counting", labels.term(page.counting))
        yield line("provenance.basis", labels(f"basis.{report.basis}"))
    confidence = plan.confidence if plan.confidence in {"F", "M"} else "stated"
    source = plan.source or programme_text(plan)
    yield line("provenance.programme", f"{source} ({labels(f'provenance.confidence_{confidence}')})")
    yield line("provenance.library", f"tthc-cost {version('tthc-cost')}")
    if not page.sources:
        yield labels("provenance.no_inputs")


def _rate_words(table: RateTable, labels: Labels) -> Iterable[str]:
    if table.for_all is not None:
        yield _begun(labels("provenance.for_all", rate=labels.integer(table.for_all))) + "."
    yield rate_source(table) or say("method.rates_listed")
    if table.on is not None:
        yield f"{labels('provenance.on')}: {day_text(table.on)}."
    confidence = labels(f"provenance.confidence_{table.confidence}")
    yield f"{labels('provenance.confidence')}: {confidence}."
