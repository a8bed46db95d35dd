"""What is said of an audit: what stands and whether it meets the target, and the findings in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tthc_cost.vocabulary import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.auditing import Audit
    from tthc_cost.findings import Family, Finding, FindingSeverity
    from tthc_cost.report.labels import Labels
    from tthc_cost.targets import TargetReport

__all__ = ["FindingGroup", "count_text", "families_of", "stands_text"]

_SEVERITIES: Final[tuple[FindingSeverity, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one family, most costly first."""

    family: Family
    findings: tuple[Finding, ...]


def families_of(audit: Audit) -> tuple[FindingGroup, ...]:
    """Return the findings by family, the family with the most costly finding first."""
    groups: dict[Family, list[Finding]] = {}
    for one in audit.findings:
        groups.setdefault(one.family, []).append(one)
    return tuple(FindingGroup(family, tuple(findings)) for family, findings in groups.items())


def count_text(findings: tuple[Finding, ...], labels: Labels) -> str:
    """Say how many findings there are, and of which weight."""
    numbers = {name: sum(one.severity == name for one in findings) for name in _SEVERITIES}
    parts = [labels(f"standing.{name}s", n=labels.integer(number)) for name, number in numbers.items() if number]
    return labels("standing.count", n=labels.integer(len(findings)), parts=", ".join(parts))


def stands_text(audit: Audit, report: TargetReport | None, labels: Labels) -> tuple[str, ...]:
    """Say what was stated, what stands, also once the warnings are explained, and whether it still meets the target.

    The target is the programme's last one of cost.

    Parameters
    ----------
    audit : Audit
        What was found.
    report : TargetReport or None
        What the comparison was checked against; what has come as far as it asks is judged as well.
    labels : Labels
        In which language.
    """
    stated, left = audit.comparison.total, audit.standing.total
    target = None if report is None else _cost_target(report)
    figures = {"stated": labels.percent(stated.ratio, target), "standing": labels.percent(left.ratio, target)}
    if not audit.findings:
        said = [labels("standing.nothing", n=labels.integer(len(audit.rules)))]
    elif left == stated:
        said = [labels("standing.unchanged", **figures)]
    elif audit.disputed_vnd > 0:
        said = [labels("standing.sentence", **figures, disputed=labels.integer(audit.disputed_vnd))]
    else:
        said = [labels("standing.recomputed", **figures)]
    if left != stated:
        said.append(_explained(audit, target, labels))
    if report is None or target is None:
        return tuple(said)
    said += _judged("", stated, left, target, labels)
    if audit.comparison.has_lines:
        come, stands = (one.at(report.basis, report.on).total for one in (audit.comparison, audit.standing))
        said += _judged("achieved_", come, stands, target, labels, basis=labels(f"basis.{report.basis}"))
    return tuple(said)


def _explained(audit: Audit, target: Fraction | None, labels: Labels) -> str:
    """Say what stands once every warning is explained: what the figures disprove, and no more, is out."""
    left, proven = audit.standing.total, audit.standing_without_errors.total
    if proven == left:
        return labels("standing.disproved")
    name = "standing.unexplained" if proven == audit.comparison.total else "standing.without_errors"
    return labels(name, proven=labels.percent(proven.ratio, target), standing=labels.percent(left.ratio, target))


def _cost_target(report: TargetReport) -> Fraction | None:
    goals = [one.target for one in report.targets if one.target.measure is Measure.COST_REDUCTION]
    last = max(goals, key=lambda one: one.before, default=None)
    return None if last is None else last.required


def _judged(
    name: str, stated: Reduction, left: Reduction, target: Fraction, labels: Labels, **values: str
) -> Iterator[str]:
    """Hold what stands against the target; a baseline of nothing has no ratio to hold."""
    if left.ratio is not None:
        yield labels(
            f"standing.{name}{'met' if left.meets(target) else 'missed'}",
            stated=labels.percent(stated.ratio, target),
            standing=labels.percent(left.ratio, target),
            required=labels.share(target),
            missing=labels.integer(left.shortfall(target)),
            **values,
        )
