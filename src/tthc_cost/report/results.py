"""The results as JSON for other tools: whole đồng, exact ratios, no word of a language but the input's own."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.io.delimited import delimited_text
from tthc_cost.report.certainty import FIGURES
from tthc_cost.schema import is_blank, rows_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.auditing import Audit
    from tthc_cost.rates import RateTable
    from tthc_cost.report.page import AgencyLine, Figure, Milestone, Page, ProcedureGroup, ProcedureLine
    from tthc_cost.selection import Frontier
    from tthc_cost.targets import TargetResult
    from tthc_cost.tasks import TaskResult
    from tthc_cost.uncertainty import TargetProbability

__all__ = ["RESULTS_SCHEMA", "RESULTS_VERSION", "lines_csv", "results_text"]

RESULTS_SCHEMA: Final = "tthc_cost.results"
RESULTS_VERSION: Final = 1

Json = dict[str, Any]

_encoded: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def results_text(page: Page) -> str:
    """Write a report as JSON text; the same report always gives the same text.

    Parameters
    ----------
    page : Page
        What to write.

    Returns
    -------
    str
        Costs in whole đồng a year; ratios as ``{"numerator", "denominator"}`` in lowest terms, or null; days as text
        ``"2024-12-31"``; terms by their code.
    """
    report = page.report
    content: Json = {
        "schema": RESULTS_SCHEMA,
        "version": RESULTS_VERSION,
        "notice": page.notice or None,
        "programme": None if report is None else report.programme.code,
        "on": None if report is None else _day(report.on),
        "basis": None if report is None else report.basis,
        "counting": page.counting.value,
        "figures": {one.name: _figure(one) for one in page.figures},
        "targets": [] if report is None else [_target(one) for one in report.targets],
        "total": _agency(page.total),
        "agencies": [_agency(one) for one in page.agencies],
        "stages": [
            {"stage": line.stage, "bearer": bearer, **_reduction(cost)}
            for line in page.stages
            for bearer, cost in line.by_bearer
        ],
        "bearers": [
            {"bearer": bearer, "in_total": inside, **_reduction(cost)} for bearer, cost, inside in page.bearers
        ],
        "audit": None if page.audit is None else _audit(page.audit),
        "causes": [{"cause": cause.value, "saving": saving} for cause, saving in page.causes],
        "probability": None if page.probability is None else _probability(page.probability),
        "frontier": None if page.frontier is None else _frontier(page.frontier),
        "procedures": [_group(one) for one in page.procedures],
        "apart": [{**_procedure(one.line), "reason": one.reason} for one in page.apart],
        "milestones": [_milestone(one) for one in page.milestones],
        "tasks": [] if report is None else [_task(one) for one in report.tasks],
        "remarks": [
            {"code": one.code, "severity": one.severity.value, "vi": one.text("vi"), "en": one.text("en")}
            for group in page.remarks
            for one in group.remarks
        ],
        "provenance": _provenance(page),
    }
    return f"{{\n{_joined(f'{_encoded(name)}: {_one_a_line(value)}' for name, value in content.items())}\n}}\n"


def _one_a_line(value: object) -> str:
    """Write the items of a list one a line, as a person reads them; what is in an item is written at once, and fast."""
    return f"[\n{_joined(map(_encoded, value))}\n]" if value and isinstance(value, list) else _encoded(value)


def _joined(texts: Iterable[str]) -> str:
    return ",\n".join(texts)


def lines_csv(page: Page) -> bytes:
    """Write the costed lines of both states as CSV, a row a line, in the words and units of the tables.

    Parameters
    ----------
    page : Page
        What to write.

    Returns
    -------
    bytes
        Columns of ``Comparison.lines``; a blank figure is an empty cell.
    """
    lines = page.comparison.lines
    shown = [_shown(column) for _, column in lines.items()]
    return delimited_text([[str(name) for name in lines.columns], *zip(*shown, strict=True)])


def _shown(column: pd.Series[Any]) -> list[str]:
    """Return the text of each cell of a column, empty where it is blank; each distinct value is written once."""
    codes, values = column.factorize()
    texts: list[str] = np.array([*map(str, values.tolist()), ""], dtype=object)[codes].tolist()
    return texts


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(value: Fraction | float | None) -> int | Json | None:
    """Return a whole number as one, and any other exactly."""
    if value is None or isinstance(value, int):
        return value
    exact = Fraction(repr(value)) if isinstance(value, float) else value
    return int(exact) if exact.denominator == 1 else _ratio(exact)


def _ratio(ratio: Fraction | None) -> Json | None:
    return None if ratio is None else {"numerator": ratio.numerator, "denominator": ratio.denominator}


def _reduction(reduction: Reduction) -> Json:
    return {
        "unit": reduction.unit,
        "baseline": _number(reduction.baseline),
        "simplified": _number(reduction.simplified),
        "saving": _number(reduction.saving),
        "ratio": _ratio(reduction.ratio),
    }


def _or_none(reduction: Reduction | None) -> Json | None:
    return None if reduction is None else _reduction(reduction)


def _figure(figure: Figure) -> Json:
    return {
        "stated": _reduction(figure.stated),
        "achieved": _or_none(figure.achieved),
        "in_force": _or_none(figure.in_force),
        "required": _ratio(figure.required),
    }


def _target(result: TargetResult) -> Json:
    target = result.target
    return {
        "target": target.code,
        "name": target.name,
        "measure": target.measure.value,
        "before": _day(target.before),
        "required": _ratio(target.required),
        "state": result.state.value,
        "numerator": _number(result.numerator),
        "denominator": _number(result.denominator),
        "achieved": _ratio(result.achieved),
        "missing": result.missing,
        "stated": _ratio(result.stated),
    }


def _agency(line: AgencyLine) -> Json:
    return {
        "agency": line.agency,
        "procedures": line.procedures,
        "reviewed_submitted": line.reviewed,
        "strict_cut": line.strict_cut,
        "broad_cut": line.broad_cut,
        "approved": line.approved,
        "in_force": line.in_force,
        "stated": _reduction(line.cost),
        "achieved": _or_none(line.achieved),
        "shortfall_vnd": line.shortfall_vnd,
        "overdue": line.overdue,
    }


def _audit(audit: Audit) -> Json:
    """Return what stands and why the rest does not; a step of the waterfall names its finding by its position."""
    return {
        "rules": list(audit.rules),
        "stated": _reduction(audit.comparison.total),
        "standing": _reduction(audit.standing.total),
        "standing_without_errors": _reduction(audit.standing_without_errors.total),
        "disputed": audit.disputed_vnd,
        "findings": [
            {
                "code": one.code,
                "family": one.family.value,
                "severity": one.severity,
                "procedure": one.procedure,
                "activity": one.activity,
                "agency": one.agency,
                "effect": one.effect_vnd,
                "effect_points": _ratio(one.effect_points),
                "vi": one.text("vi"),
                "en": one.text("en"),
            }
            for one in audit.findings
        ],
        "waterfall": [
            {
                "finding": None if is_blank(row["finding"]) else int(row["finding"]),
                "code": row["code"],
                "effect": None if is_blank(row["effect_vnd"]) else int(row["effect_vnd"]),
                "baseline": int(row["baseline_vnd"]),
                "simplified": int(row["simplified_vnd"]),
                "saving": int(row["saving_vnd"]),
            }
            for row in rows_of(audit.waterfall)
        ],
    }


def _probability(found: TargetProbability) -> Json:
    """Return how sure a target is; shares and probabilities are floats, for they are estimates."""
    drawn, sensitivity = found.simulation, found.sensitivity()
    return {
        "target": _ratio(found.target),
        "probability": found.probability,
        "probability_simulated": found.probability_simulated,
        "standard_error": found.standard_error,
        "draws": None if drawn is None else drawn.draws,
        "seed": None if drawn is None else drawn.seed,
        "assured_reduction": found.assured_reduction,
        "assumptions": asdict(found.assumptions),
        "distribution": _known(found.distribution),
        "by_agency": _known(found.by("agency")),
        "by_level": _known(found.by("level")),
        "tornado": _known(sensitivity.tornado(FIGURES)),
        "measure_first": _known(sensitivity.measure_first(FIGURES)),
        "remarks": [{"code": one.code, "vi": one.text("vi"), "en": one.text("en")} for one in found.remarks],
    }


def _frontier(found: Frontier) -> Json:
    return {
        "objective": found.objective.value,
        "points": [
            {
                **row,
                "target": _ratio(one.target),
                "reduction": _ratio(one.total.ratio),
                "bound": one.bound,
                "codes": list(one.codes),
            }
            for one, row in zip(found.points, _known(found.table), strict=True)
        ],
    }


def _known(frame: pd.DataFrame) -> list[Json]:
    """Return the rows of a frame, null for what is not known."""
    return rows_of(frame.astype(object).where(frame.notna(), None))


def _group(group: ProcedureGroup) -> Json:
    return {
        "group": group.code,
        "cost": _reduction(group.cost),
        "procedures": [_procedure(line) for line in group.lines],
    }


def _procedure(line: ProcedureLine) -> Json:
    return {
        "procedure": line.code,
        "name": line.name,
        "agency": line.agency,
        "decision": line.decision,
        "replaced_by": line.replaced_by,
        "in_baseline": line.in_baseline,
        "in_simplified": line.in_simplified,
        "deadline_before_days": _number(line.deadline_before),
        "deadline_after_days": _number(line.deadline_after),
        "submitted_on": _day(line.submitted_on),
        "approved_on": _day(line.approved_on),
        "effective_on": _day(line.effective_on),
        "cost": _reduction(line.cost),
    }


def _milestone(one: Milestone) -> Json:
    return {
        "task": one.task.code,
        "before": _day(one.deadline.before),
        "deadline": one.deadline.text,
        "states": {state.value: number for state, number in one.states},
    }


def _task(one: TaskResult) -> Json:
    return {
        "task": one.task.code,
        "round": one.deadline.round,
        "before": _day(one.deadline.before),
        "agency": one.agency,
        "state": one.state.value,
        "done_on": _day(one.done_on),
    }


def _provenance(page: Page) -> Json:
    comparison = page.comparison
    return {
        "library": "tthc-cost",
        "library_version": version("tthc-cost"),
        "inputs": [{"name": name, "sha256": digest} for name, digest in page.sources],
        "programme_source": None if page.report is None else page.report.programme.source,
        "programme_confidence": None if page.report is None else page.report.programme.confidence,
        "population": comparison.population,
        "bearers": None if comparison.bearers is None else [one.value for one in comparison.bearers],
        "rates": _rates(comparison.rates),
        "simplified_rates": _rates(comparison.simplified_rates),
        "rates_used": [
            {"grade": one.grade, "vnd_per_hour": one.vnd_per_hour, "source": one.source} for one in page.rates
        ],
    }


def _rates(rates: RateTable | None) -> Json | None:
    if rates is None:
        return None
    return {
        "on": _day(rates.on),
        "source": rates.source,
        "confidence": rates.confidence,
        "for_all_vnd_per_hour": rates.for_all,
    }
