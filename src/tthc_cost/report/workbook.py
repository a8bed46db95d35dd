"""The results as a workbook to calculate with: numbers are numbers, codes are text, and nothing is a formula."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.io.books import EXACT_BELOW, FIRST_DATE, cell_text, new_book, printed_across
from tthc_cost.numerals import format_percent
from tthc_cost.plots import input_name
from tthc_cost.report.certainty import (
    assumed_text,
    groups_of,
    point_name,
    points_of,
    share,
    spread_name,
    spreads_of,
    sure_text,
)
from tthc_cost.report.html import (
    bearers_text,
    limits,
    missing_text,
    rate_tables,
    reason_text,
    share_of_baseline,
    step_name,
    target_name,
)
from tthc_cost.schema import rows_of
from tthc_cost.standing_steps import steps_of
from tthc_cost.vocabulary import Bearer, DecisionKind, Kind, Level, Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.io.books import NewBook
    from tthc_cost.report.labels import Labels
    from tthc_cost.report.page import Page
    from tthc_cost.uncertainty import TargetProbability
    from tthc_cost.vocabulary import Term

__all__ = ["LINES_NAME", "MOST_LINES", "workbook_bytes"]

LINES_NAME: Final = "lines.csv"

MOST_ROWS: Final = 1_048_575
"""Rows that a sheet holds below its headings."""
MOST_LINES: Final = 20_000
"""Lines that are still read in a workbook; more of them stand in a file of their own."""
_FORMATS: Final[Mapping[str, str]] = {"code": "@", "whole": "#,##0", "decimal": "#,##0.######", "day": "dd/mm/yyyy"}
_WIDTHS: Final[Mapping[str, int]] = {"code": 12, "text": 24, "long": 60, "ratio": 12, "day": 13}
_WIDTH_OF_FIGURES: Final = 17


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: its name, its columns as headings and kinds, and its rows."""

    title: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Share:
    """A ratio, and the target that it must not print as."""

    ratio: Fraction | None
    target: Fraction | None = None


def workbook_bytes(page: Page, labels: Labels) -> bytes:
    """Write the results as the bytes of an .xlsx; the same page gives the same bytes.

    Parameters
    ----------
    page : Page
        What to write.
    labels : Labels
        In which language.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    with new_book(labels("report.title"), font_name="Calibri") as new:
        more = (
            *(_AUDIT_SHEETS if page.audit else ()),
            *(_SURE_SHEETS if page.probability else ()),
            *(_CHOICE_SHEETS if page.frontier else ()),
        )
        for make in (_SHEETS[0], *more, *_SHEETS[1:]):
            _write(new, make(page, labels), labels)
    return new.content


def _style(new: NewBook, kind: str) -> Format:
    """Return the format of the cells of a column."""
    if kind in _FORMATS:
        return new.style(num_format=_FORMATS[kind])
    return new.style(text_wrap=True) if kind in {"text", "long"} else new.style()


def _decimals(share: _Share) -> int:
    """Return how many decimals of the per cent show that a ratio is not its target."""
    return len(format_percent(share.ratio, apart_from=share.target, language="en").partition(".")[2]) - 2


def _write(new: NewBook, content: _Sheet, labels: Labels) -> None:
    sheet = new.book.add_worksheet(content.title)
    heading = new.style(bold=True, text_wrap=True, border=1, bg_color="#DDEBF7")
    for position, (label, kind) in enumerate(content.columns):
        sheet.set_column(position, position, _WIDTHS.get(kind, _WIDTH_OF_FIGURES))
        sheet.write_string(0, position, label, heading)
    rows = content.rows
    if len(rows) > MOST_ROWS:
        rows = [[labels("sheets.too_long", n=labels.integer(len(rows)), limit=labels.integer(MOST_ROWS))]]
    styles = [_style(new, kind) for _, kind in content.columns]
    for row, values in enumerate(rows, start=1):
        for position, value in enumerate(values):
            if isinstance(value, _Share):
                style = new.style(num_format=f"0.{'0' * _decimals(value)}%")
                _cell(sheet, row, position, None if value.ratio is None else float(value.ratio), style)
            else:
                _cell(sheet, row, position, value, styles[position])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(content.columns) - 1)
    printed_across(sheet)


def _cell(sheet: Worksheet, row: int, position: int, value: object, style: Format) -> None:
    if isinstance(value, Fraction):
        value = int(value) if value.denominator == 1 else float(value)
    if isinstance(value, int) and abs(value) >= EXACT_BELOW:
        value = str(value)
    if isinstance(value, dt.date) and value < FIRST_DATE:
        value = value.isoformat()
    if value is None:
        sheet.write_blank(row, position, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, position, cell_text(value), style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, position, value, style)
    else:
        sheet.write_number(row, position, value, style)


def _figures_of(cost: Reduction, target: Fraction | None) -> list[Any]:
    return [cost.baseline, cost.simplified, cost.saving, _Share(cost.ratio, target)]


def _cost_columns(labels: Labels) -> list[tuple[str, str]]:
    unit = labels("unit.vnd_per_year")
    names = [(f"{labels(f'agencies.{name}')} ({unit})", "whole") for name in ("before", "after", "saving")]
    return [*names, (labels("agencies.reduction"), "ratio")]


def _summary(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("figures.figure"), "long"), (labels("columns.unit"), "text"), (labels("figures.before"), "decimal"),
        (labels("figures.after"), "decimal"), (labels("figures.saving"), "decimal"),
        (labels("figures.stated"), "ratio"),
        (labels("columns.achieved_reduction"), "ratio"), (labels("columns.in_force_reduction"), "ratio"),
        (labels("figures.required"), "ratio"),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [
            labels(f"figures.{one.name}"), labels(f"unit.{one.stated.unit}"), *_figures_of(one.stated, one.required),
            *(_Share(None if state is None else state.ratio, one.required) for state in (one.achieved, one.in_force)),
            _Share(one.required),
        ]
        for one in page.figures
    ]  # fmt: skip
    if page.notice:
        rows.insert(0, [page.notice])
    return _Sheet(labels("sheets.summary"), columns, rows)


def _findings(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("standing.severity"), "code"), (labels("standing.family"), "text"), (labels("standing.code"), "text"),
        (labels("procedures.code"), "code"), (labels("columns.activity"), "code"), (labels("standing.agency"), "text"),
        (labels("standing.text"), "long"), (labels("standing.effect"), "whole"), (labels("standing.points"), "decimal"),
    ]  # fmt: skip
    rows = [
        [
            labels(f"standing.{one.severity}"), labels.term(one.family), one.rule.title(labels.language), one.procedure,
            one.activity, one.agency, one.sentence(labels.language), one.effect_vnd, one.effect_points,
        ]
        for one in (page.audit.findings if page.audit else ())
    ]  # fmt: skip
    return _Sheet(labels("sheets.findings"), columns, rows)


def _waterfall(page: Page, labels: Labels) -> _Sheet:
    """Write every finding that takes something out, none of them together with others."""
    columns = [
        (labels("standing.step"), "long"), (labels("standing.agency"), "text"), (labels("standing.further"), "whole"),
        *_cost_columns(labels),
    ]  # fmt: skip
    steps = steps_of(page.audit, len(page.audit.findings)) if page.audit else ()
    rows = [
        [
            step_name(one, labels), one.findings[0].agency if one.findings else None,
            one.effect_vnd if one.findings else None, *_figures_of(one.cost, page.cost_target),
        ]
        for one in steps
    ]  # fmt: skip
    return _Sheet(labels("sheets.waterfall"), columns, rows)


def _causes(page: Page, labels: Labels) -> _Sheet:
    saving = f"{labels('agencies.saving')} ({labels('unit.vnd_per_year')})"
    columns = [(labels("standing.cause"), "long"), (saving, "whole"), (labels("standing.of_baseline"), "ratio")]
    rows = [[labels.term(cause), part, _Share(share_of_baseline(part, page))] for cause, part in page.causes]
    return _Sheet(labels("sheets.causes"), columns, rows)


def _sure(page: Page, labels: Labels) -> _Sheet:
    """Write the answer, the distribution, and what was assumed."""
    found = _probability_of(page)
    unit = labels("unit.vnd_per_year")
    kinds = (("closed_form", 0), ("drawn", 1), ("error", 2))
    columns = [
        (labels("sure.statistic"), "long"),
        *((f"{labels('agencies.reduction')}: {labels(f'sure.{name}')}", "ratio") for name, _ in kinds),
        *((f"{labels('agencies.saving')} ({unit}): {labels(f'sure.{name}')}", "whole") for name, _ in kinds),
    ]
    rows: list[list[Any]] = [
        [
            labels("sure.probability"), _Share(share(found.probability)), _Share(share(found.probability_simulated)),
            _Share(share(found.standard_error)),
        ]
    ]  # fmt: skip
    rows += [
        [
            spread_name(one, labels), *(_Share(share(value)) for value in one.reduction),
            *(None if value is None else round(value) for value in one.saving),
        ]
        for one in spreads_of(found)
    ]  # fmt: skip
    rows += [[said] for said in (*sure_text(found, labels), *assumed_text(found, labels))]
    return _Sheet(labels("sheets.sure"), columns, rows)


def _groups(page: Page, labels: Labels) -> _Sheet:
    found = _probability_of(page)
    shares = {
        "reduction": "agencies.stated", "mean_reduction": "sure.mean_reduction", "reduction_sd": "sure.stat_sd",
        "assured_reduction": "sure.assured_reduction", "probability": "sure.probability",
        "probability_simulated": "sure.drawn", "standard_error": "sure.error",
    }  # fmt: skip
    columns = [(labels("sure.group"), "text"), *((labels(label), "ratio") for label in shares.values())]
    rows = [[name, *(_Share(share(row[one])) for one in shares)] for name, row in groups_of(found, labels)]
    return _Sheet(labels("sheets.groups"), columns, rows)


def _moved(page: Page, labels: Labels) -> _Sheet:
    sensitivity = _probability_of(page).sensitivity()
    saving = f"{labels('agencies.saving')} ({labels('unit.vnd_per_year')})"
    columns = [
        (labels("sure.first_figure"), "long"),
        *((f"{labels('agencies.reduction')}: {labels(f'sure.{name}')}", "ratio") for name in ("low", "high")),
        *((f"{saving}: {labels(f'sure.{name}')}", "whole") for name in ("low", "high")),
    ]
    rows = [
        [
            input_name(row, labels.language), _Share(share(row["reduction_low"])), _Share(share(row["reduction_high"])),
            round(row["saving_low_vnd"]), round(row["saving_high_vnd"]),
        ]
        for row in rows_of(sensitivity.tornado(MOST_LINES))
    ]  # fmt: skip
    return _Sheet(labels("sheets.moved"), columns, rows)


def _first(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("sure.first_figure"), "long"), (labels("sure.first_fall"), "ratio"),
        (labels("sure.first_together"), "ratio"),
    ]  # fmt: skip
    rows = [
        [input_name(row, labels.language), _Share(share(row["variance_fall"])), _Share(share(row["together"]))]
        for row in rows_of(_probability_of(page).sensitivity().measure_first(MOST_LINES))
    ]
    return _Sheet(labels("sheets.first"), columns, rows)


def _probability_of(page: Page) -> TargetProbability:
    assert page.probability is not None  # noqa: S101 - these sheets are written only where it is known
    return page.probability


def _chosen(page: Page, labels: Labels) -> _Sheet:
    found = page.frontier
    assert found is not None  # noqa: S101 - this sheet is written only where there is one
    columns = [
        (labels("chosen.target"), "text"), (labels("chosen.reduction"), "ratio"),
        (labels("chosen.probability"), "ratio"), (labels("chosen.saving"), "whole"),
        (labels("chosen.one_off"), "whole"), (labels("chosen.regulations"), "whole"),
        (labels("chosen.measures"), "whole"), (labels("chosen.cut"), "whole"), (labels("chosen.proof"), "text"),
        (labels("chosen.codes"), "long"),
    ]  # fmt: skip
    rows = [
        [
            point_name(found, one, labels), _Share(one.total.ratio, one.target), _Share(share(row["probability"])),
            one.total.saving, one.one_off_vnd, len(one.regulations), len(one.measures), one.count.saving,
            labels("chosen.proven" if one.proven else "chosen.open"), "; ".join(one.codes),
        ]
        for one, row in points_of(found)
    ]  # fmt: skip
    return _Sheet(labels("sheets.chosen"), columns, rows)


def _agencies(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("agencies.agency"), "text"), (labels("agencies.procedures"), "whole"),
        (labels("agencies.reviewed"), "whole"),
        (f"{labels('agencies.cut')}: {labels('agencies.strict')}", "whole"),
        (f"{labels('agencies.cut')}: {labels('agencies.broad')}", "whole"),
        *_cost_columns(labels), (labels("columns.achieved_saving"), "whole"),
        (labels("columns.achieved_reduction"), "ratio"), (labels("agencies.approved"), "whole"),
        (labels("agencies.in_force"), "whole"), (labels("agencies.shortfall"), "whole"),
        (labels("agencies.overdue"), "whole"),
    ]  # fmt: skip
    named = [(one, one.agency or labels("report.blank")) for one in page.agencies]
    rows = [
        [
            name, one.procedures, one.reviewed, one.strict_cut, one.broad_cut, *_figures_of(one.cost, page.cost_target),
            None if one.achieved is None else one.achieved.saving,
            _Share(None if one.achieved is None else one.achieved.ratio, page.cost_target),
            one.approved, one.in_force, one.shortfall_vnd, one.overdue,
        ]
        for one, name in [*named, (page.total, labels("agencies.total"))]
    ]  # fmt: skip
    return _Sheet(labels("sheets.agencies"), columns, rows)


def _targets(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("targets.target"), "long"), (labels("targets.before"), "day"), (labels("targets.required"), "ratio"),
        (labels("columns.numerator"), "decimal"), (labels("columns.denominator"), "decimal"),
        (labels("targets.achieved"), "ratio"), (labels("targets.stated"), "ratio"), (labels("targets.state"), "text"),
        (labels("targets.missing"), "text"), (labels("report.note"), "long"),
    ]  # fmt: skip
    rows = [
        [
            target_name(one, labels), one.target.before, _Share(one.target.required), one.numerator, one.denominator,
            _Share(one.achieved, one.target.required), _Share(one.stated, one.target.required),
            labels.term(one.state), missing_text(one, labels), " ".join(one.target.notes),
        ]
        for one in (page.report.targets if page.report else ())
    ]  # fmt: skip
    return _Sheet(labels("sheets.targets"), columns, rows)


def _procedures(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("procedures.code"), "code"), (labels("procedures.name"), "long"), (labels("agencies.agency"), "text"),
        (labels("columns.group"), "code"), (labels("procedures.decision"), "text"),
        (labels("columns.replaced_by"), "code"), *_cost_columns(labels),
        (labels("columns.deadline_before"), "decimal"), (labels("columns.deadline_after"), "decimal"),
        (labels("columns.submitted_on"), "day"), (labels("columns.approved_on"), "day"),
        (labels("columns.effective_on"), "day"),
    ]  # fmt: skip
    rows = [
        [
            line.code, line.name, line.agency, group.code, line.decision and labels.term(line.decision),
            line.replaced_by, *_figures_of(line.cost, page.cost_target), line.deadline_before, line.deadline_after,
            line.submitted_on, line.approved_on, line.effective_on,
        ]
        for group in page.procedures
        for line in group.lines
    ]  # fmt: skip
    return _Sheet(labels("sheets.procedures"), columns, rows)


def _apart(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("procedures.code"), "code"), (labels("procedures.name"), "long"), (labels("agencies.agency"), "text"),
        (labels("apart.reason"), "long"), *_cost_columns(labels),
    ]  # fmt: skip
    rows = [
        [
            one.line.code,
            one.line.name,
            one.line.agency,
            reason_text(one, labels),
            *_figures_of(one.line.cost, page.cost_target),
        ]
        for one in page.apart
    ]
    return _Sheet(labels("sheets.apart"), columns, rows)


def _stages(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("stages.stage"), "text"), (labels("stages.bearer"), "text"), *_cost_columns(labels),
        (labels("stages.in_total"), "text"),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        [labels.term(line.stage), labels.term(bearer), *_figures_of(cost, page.cost_target), labels("stages.yes")]
        for line in page.stages
        for bearer, cost in line.by_bearer
    ]
    rows += [
        [labels("agencies.total"), labels.term(bearer), *_figures_of(cost, page.cost_target),
         labels("stages.yes" if inside else "stages.no")]
        for bearer, cost, inside in page.bearers
    ]  # fmt: skip
    return _Sheet(labels("sheets.stages"), columns, rows)


_LINE_COLUMNS: Final = (
    ("state", "columns.state", "text"), ("procedure", "procedures.code", "code"),
    ("activity", "columns.activity", "code"), ("name", "columns.activity_name", "long"),
    ("agency", "agencies.agency", "text"), ("reviewing_agency", "columns.reviewing_agency", "text"),
    ("kind", "columns.kind", "text"), ("level", "columns.level", "text"), ("field", "columns.field", "text"),
    ("decision", "procedures.decision", "text"), ("stage", "stages.stage", "text"),
    ("bearer", "stages.bearer", "text"), ("grade", "provenance.grade", "code"),
    ("effort_hours", "columns.effort_hours", "decimal"), ("vnd_per_hour", "provenance.rate", "whole"),
    ("service_vnd", "columns.service_vnd", "whole"), ("fee_vnd", "columns.fee_vnd", "whole"),
    ("other_vnd", "columns.other_vnd", "whole"), ("frequency", "columns.frequency", "decimal"),
    ("population", "columns.population", "whole"), ("costed_population", "columns.costed_population", "whole"),
    ("stated_population", "columns.stated_population", "whole"),
    ("annual_cost_vnd", "columns.annual_cost_vnd", "whole"),
    ("counted", "columns.counted", "text"),
)  # fmt: skip
_TERMS: Final[Mapping[str, type[Term]]] = {
    "state": State, "kind": Kind, "level": Level, "decision": DecisionKind, "stage": Stage, "bearer": Bearer,
}  # fmt: skip


def _lines(page: Page, labels: Labels) -> _Sheet:
    """Write the lines of both states; effort and times a year print with the decimals that they have."""
    frame = page.comparison.lines
    if len(frame) > MOST_LINES:
        said = labels("sheets.lines_apart", n=labels.integer(len(frame)), file=LINES_NAME)
        return _Sheet(labels("sheets.lines"), [(labels("columns.item"), "long")], [[said]])
    shown = [_shown(name, frame[name], labels) for name, _, _ in _LINE_COLUMNS]
    columns = [(labels(label), kind) for _, label, kind in _LINE_COLUMNS]
    return _Sheet(labels("sheets.lines"), columns, list(zip(*shown, strict=True)))


def _shown(name: str, values: pd.Series[Any], labels: Labels) -> Iterator[Any]:
    term = _TERMS.get(name)
    for value in values.tolist():
        if pd.isna(value):
            yield None
        elif term is not None:
            yield labels.term(term.parse(value))
        elif name == "counted":
            yield labels("stages.yes" if value else "stages.no")
        else:
            yield value


def _tasks(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("milestones.code"), "code"), (labels("milestones.task"), "long"), (labels("milestones.lead"), "text"),
        (labels("milestones.due"), "text"), (labels("targets.before"), "day"), (labels("milestones.agency"), "text"),
        (labels("milestones.state"), "text"), (labels("milestones.done_on"), "day"), (labels("report.note"), "long"),
    ]  # fmt: skip
    rows = [
        [
            one.task.code, one.task.name, "; ".join(one.task.leads), one.deadline.text, one.deadline.before, one.agency,
            labels.term(one.state), one.done_on, " ".join(one.task.notes),
        ]
        for one in (page.report.tasks if page.report else ())
    ]  # fmt: skip
    return _Sheet(labels("sheets.tasks"), columns, rows)


def _remarks(page: Page, labels: Labels) -> _Sheet:
    columns = [
        (labels("remarks.severity"), "text"), (labels("remarks.code"), "code"), (labels("remarks.place"), "text"),
        (labels("remarks.text"), "long"),
    ]  # fmt: skip
    rows = [
        [labels(f"remarks.{one.severity}"), one.code, one.place.text(labels.language), one.text(labels.language)]
        for group in page.remarks
        for one in group.remarks
    ]
    return _Sheet(labels("sheets.remarks"), columns, rows)


def _provenance(page: Page, labels: Labels) -> _Sheet:
    columns = [(labels("columns.item"), "text"), (labels("columns.value"), "long")]
    return _Sheet(labels("sheets.provenance"), columns, list(_said_of_sources(page, labels)))


def _said_of_sources(page: Page, labels: Labels) -> Iterable[tuple[str, str | int | dt.date | None]]:
    if page.notice:
        yield labels("report.notice"), page.notice
    for name, digest in page.sources:
        yield f"{labels('provenance.file')}: {name}", f"SHA-256 {digest}"
    if page.report is not None:
        yield labels("provenance.programme"), f"{page.report.programme.name} ({page.report.programme.source})"
        yield labels("provenance.day"), labels.day(page.report.on)
        yield labels("provenance.basis"), labels(f"basis.{page.report.basis}")
    yield labels("provenance.counting"), labels.term(page.counting)
    yield labels("provenance.population"), labels(f"provenance.population_{page.comparison.population}")
    yield labels("provenance.bearers"), bearers_text(page, labels)
    for label, table in rate_tables(page):
        yield labels(label), table.source
        yield labels("provenance.confidence"), labels(f"provenance.confidence_{table.confidence}")
    for rate in page.rates:
        yield f"{labels('provenance.grade')} {rate.grade}", f"{labels.integer(rate.vnd_per_hour)} – {rate.source}"
    yield labels("provenance.method"), labels("provenance.formula")
    yield labels("provenance.library"), f"tthc-cost {version('tthc-cost')}"
    for one in limits(page, labels):
        yield labels("limits.title"), one


_AUDIT_SHEETS: Final[tuple[Callable[[Page, Labels], _Sheet], ...]] = (_findings, _waterfall, _causes)
"""What an audit adds, after the first of the others."""
_SURE_SHEETS: Final[tuple[Callable[[Page, Labels], _Sheet], ...]] = (_sure, _groups, _moved, _first)
_CHOICE_SHEETS: Final[tuple[Callable[[Page, Labels], _Sheet], ...]] = (_chosen,)
_SHEETS: Final[tuple[Callable[[Page, Labels], _Sheet], ...]] = (
    _summary, _agencies, _targets, _procedures, _apart, _stages, _lines, _tasks, _remarks, _provenance,
)  # fmt: skip
