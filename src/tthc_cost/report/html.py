"""The page as one HTML text that needs nothing else: styles and charts are in it, scripts there are none."""

from __future__ import annotations

from fractions import Fraction
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.auditing import RULES
from tthc_cost.errors import MissingExtraError
from tthc_cost.notebook_tables import SIGNS
from tthc_cost.numerals import format_decimal
from tthc_cost.plots import input_name, probability_text
from tthc_cost.report import certainty
from tthc_cost.report.charts import bullet_of, cause_bars, saving_bars, stage_bars, step_bars, timeline_of
from tthc_cost.report.stands import count_text, families_of, stands_text
from tthc_cost.schema import rows_of
from tthc_cost.standing_steps import steps_of
from tthc_cost.vocabulary import Bearer, DecisionKind, Measure

if TYPE_CHECKING:
    from jinja2 import Environment

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.rates import RateTable
    from tthc_cost.report.charts import Timeline
    from tthc_cost.report.labels import Labels
    from tthc_cost.report.page import ApartLine, Page, ProcedureGroup, ProcedureLine
    from tthc_cost.standing_steps import Step
    from tthc_cost.targets import TargetResult

__all__ = ["bearers_text", "limits", "missing_text", "reason_text", "render"]

SHOWN_REMARKS: Final = 3
"""How many remarks of one code the page writes out; the workbook has them all."""
POINT_DIGITS: Final = 2
"""Decimals of percentage points."""
SHOWN_FINDINGS: Final = 5
"""How many findings of one family the page writes out; the workbook has them all."""


def render(page: Page, labels: Labels) -> str:
    """Write the page as HTML.

    Parameters
    ----------
    page : Page
        What to show.
    labels : Labels
        In which language.

    Raises
    ------
    MissingExtraError
        If Jinja2 is not installed.
    """
    environment = _environment()
    environment.globals |= {
        "say": labels,
        "missing": lambda result: missing_text(result, labels),
        "reason": lambda one: reason_text(one, labels),
        "target_name": lambda result: target_name(result, labels),
        "group_name": group_name,
        "progress": lambda line: progress_text(line, page, labels),
        "rate_source": rate_source,
        "confidence": lambda rates: f"provenance.confidence_{rates.confidence}",
        "step_name": lambda step: step_name(step, labels),
        "points": lambda points: format_decimal(points, POINT_DIGITS, language=labels.language),
        "share_of_baseline": lambda vnd: share_of_baseline(vnd, page),
        "counted": lambda findings: count_text(findings, labels),
        "bullet": bullet_of,
        "likely": lambda value: probability_text(certainty.share(value), labels.language),
        "about": lambda value: labels.percent(certainty.share(value)),
        "spread_name": lambda one: certainty.spread_name(one, labels),
        "input_name": lambda row: input_name(row, labels.language),
        "amount": lambda value, unit: labels("unit.amount", n=labels.number(value), unit=labels(f"unit.{unit}")),
    }
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template("report.html.jinja").render(
        page=page,
        report=page.report,
        marks=SIGNS,
        answers=_answers(page),
        scale=_scale(page),
        stands=() if page.audit is None else stands_text(page.audit, page.report, labels),
        step_bars=() if page.audit is None else step_bars(steps_of(page.audit), page.cost_target),
        families=() if page.audit is None else families_of(page.audit),
        cause_bars=cause_bars(page.causes),
        rules=len(RULES),
        shown_findings=SHOWN_FINDINGS,
        stage_bars=stage_bars(page.stages),
        saving_bars=saving_bars(page.procedures),
        timeline=_timeline(page),
        limits=limits(page, labels),
        bearers=bearers_text(page, labels),
        rate_tables=rate_tables(page),
        version=version("tthc-cost"),
        shown_remarks=SHOWN_REMARKS,
        sections=_sections(page),
        sure=_sure(page, labels),
        chosen=_chosen(page, labels),
    )


def _sure(page: Page, labels: Labels) -> dict[str, Any] | None:
    """Return what the part on certainty shows."""
    found = page.probability
    if found is None:
        return None
    return {
        "said": certainty.sure_text(found, labels),
        "pictures": certainty.pictures_of_certainty(found, labels),
        "spreads": certainty.spreads_of(found),
        "groups": certainty.groups_of(found, labels),
        "first": rows_of(found.sensitivity().measure_first(certainty.FIGURES)),
        "first_text": certainty.first_text(found, labels),
        "assumed": certainty.assumed_text(found, labels),
    }


def _chosen(page: Page, labels: Labels) -> dict[str, Any] | None:
    """Return what the part on the choice of measures shows."""
    found = page.frontier
    if found is None:
        return None
    target = page.cost_target if page.probability is None else page.probability.target
    return {
        "picture": certainty.picture_of_choice(found, target, labels),
        "points": [(certainty.point_name(found, one, labels), one, row) for one, row in certainty.points_of(found)],
        "objective": found.objective.label(labels.language),
    }


def _environment() -> Environment:
    try:
        import jinja2  # noqa: PLC0415 - of an extra
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="jinja2", extra="report") from None
    templates = files("tthc_cost.report") / "templates"
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (templates / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _answers(page: Page) -> tuple[tuple[str, TargetResult | None, Reduction], ...]:
    """Return what the first screen answers: cost, then number, each with the target it is held against."""
    figures = {one.name: one.stated for one in page.figures}
    asked = (("cost", Measure.COST_REDUCTION, "cost"), ("count", Measure.COUNT_REDUCTION, f"count_{page.counting}"))
    return tuple((name, page.verdict(measure), figures[key]) for name, measure, key in asked if key in figures)


def _scale(page: Page) -> Fraction:
    """Return the ratio that fills the small bars of the agencies, one for all of them."""
    lines = [one.cost.ratio for one in page.agencies] + [one.achieved.ratio for one in page.agencies if one.achieved]
    return max(one for one in (Fraction(1, 100), page.cost_target, *lines) if one is not None)


def _timeline(page: Page) -> Timeline | None:
    report = page.report
    if report is None:
        return None
    return timeline_of(report.targets, page.milestones, report.on, (report.programme.starts, report.programme.ends))


def _sections(page: Page) -> tuple[str, ...]:
    """Return the parts of the page, those that have something to say."""
    there = {
        "standing": page.audit is not None,
        "sure": page.probability is not None,
        "chosen": page.frontier is not None,
        "agencies": True,
        "targets": page.report is not None,
        "figures": True,
        "stages": bool(page.stages),
        "procedures": True,
        "apart": True,
        "milestones": page.report is not None,
        "remarks": True,
        "limits": True,
        "provenance": True,
    }
    return tuple(name for name, shown in there.items() if shown)


def target_name(result: TargetResult, labels: Labels) -> str:
    """Return the name of a target in the language of the page."""
    target = result.target
    return target.name_en if labels.language == "en" and target.name_en else target.name


def missing_text(result: TargetResult, labels: Labels) -> str:
    """Say in words what a target still lacks."""
    if result.achieved is None:
        return labels("report.none")
    if not result.missing:
        return labels("missing.none")
    return labels(f"missing.{result.target.measure}", n=labels.integer(result.missing))


def reason_text(one: ApartLine, labels: Labels) -> str:
    """Say why a procedure is in no ratio."""
    if one.line.decision is DecisionKind.TRANSFER and one.reason == DecisionKind.TRANSFER.label():
        return labels.term(one.line.decision)
    return one.reason or labels("report.blank")


def group_name(group: ProcedureGroup) -> str:
    """Return the code and name that a group is known by: those of its receiver, if there is one."""
    known = {line.code: line.name for line in group.lines}
    return f"{group.code}. {known.get(group.code) or ''}"


def share_of_baseline(saving_vnd: int, page: Page) -> Fraction | None:
    """Return which share of the baseline's cost a part of the saving is; None where that is nothing."""
    baseline = page.comparison.total.baseline
    return Fraction(saving_vnd) / baseline if baseline else None


def step_name(step: Step, labels: Labels) -> str:
    """Return what a step of the waterfall is called."""
    if step.name == "rest":
        return labels("standing.rest", n=labels.integer(len(step.findings)))
    if not step.findings:
        return labels(f"standing.{step.name}")
    (one,) = step.findings
    return labels(
        "standing.finding", title=one.rule.title(labels.language), place=one.procedure or labels("standing.general")
    )


def progress_text(line: ProcedureLine, page: Page, labels: Labels) -> str:
    """Say how far the proposal for a procedure has come, as known on the day of the report."""
    dates = {"in_force_on": line.effective_on, "approved_on": line.approved_on, "submitted_on": line.submitted_on}
    known = {
        name: day for name, day in dates.items() if day is not None and (page.report is None or day <= page.report.on)
    }
    return next((labels(f"procedures.{name}", day=labels.day(day)) for name, day in known.items()), "")


def rate_tables(page: Page) -> tuple[tuple[str, RateTable], ...]:
    """Return the tables of rates with the label of each: one, unless the simplified state has its own."""
    before, after = page.comparison.rates, page.comparison.simplified_rates
    both = (("provenance.rates", before), ("provenance.rates_simplified", None if after == before else after))
    return tuple((label, table) for label, table in both if table is not None)


def rate_source(rates: RateTable) -> str:
    """Return where rates come from; nothing when the sentence only repeats the source of every single rate."""
    own = [rate.source for rate in rates.rates if rate.source]
    return "" if own and all(source in rates.source for source in own) else rates.source


def bearers_text(page: Page, labels: Labels) -> str:
    """Say whose costs are in the totals."""
    bearers = page.comparison.bearers
    if bearers is None or set(bearers) == set(Bearer):
        return labels("provenance.bearers_all")
    return labels.terms(bearers)


def limits(page: Page, labels: Labels) -> tuple[str, ...]:
    """Say what the report does not claim, as far as it concerns this one."""
    comparison = page.comparison
    said = [labels("limits.inputs")]
    if not comparison.has_lines:
        return (*said, labels("limits.published"))
    said.append(labels("limits.counting", counting=labels.term(page.counting)))
    said.append(labels("limits.officials", bearers=bearers_text(page, labels)))
    tables = [one for one in (comparison.rates, comparison.simplified_rates) if one is not None]
    said += [labels(f"limits.rates_{one}") for one in dict.fromkeys(table.confidence for table in tables)]
    said.append(labels(f"limits.population_{comparison.population}"))
    said.append(labels("limits.form"))
    if page.report is not None:
        said.append(labels(f"limits.programme_{_known_confidence(page.report.programme.confidence)}"))
    return tuple(said)


def _known_confidence(confidence: str) -> str:
    return confidence if confidence in {"F", "M"} else "stated"
