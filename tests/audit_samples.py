"""Small reviews that tests of the audit plant tricks in: whole đồng that one can add in one's head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tthc_cost.auditing import RULES, audit
from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Agency, Decision, Procedure, Proposal, to_frame
from tthc_cost.rates import RateTable
from tthc_cost.review import Review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.findings import Finding

__all__ = ["RATE", "compared", "found", "line", "only_finding", "procedure", "proposal", "silent", "standing"]

RATE = RateTable.from_income(2112 * 1000)
"""1 000 đồng an hour for everybody."""


def procedure(code: str, **more: Any) -> Procedure:
    """Make a procedure carried out once a year by ten subjects."""
    described: dict[str, Any] = {
        "name": f"Thủ tục {code}",
        "frequency": 1,
        "population": 10,
        "agency": "Sở Nội vụ",
    } | more
    return Procedure(code, **described)


def line(code: str, activity: str = "1", **more: Any) -> Activity:
    """Make a line with a name of its own."""
    return Activity(code, activity, **({"name": f"việc {activity} của {code}"} | more))


def proposal(code: str, **more: Any) -> Proposal:
    """Make the first item of a procedure's proposals."""
    return Proposal(code, "1", **more)


def compared(
    before: Sequence[object],
    after: Sequence[object],
    *others: Decision | Proposal | Agency,
    rates: RateTable = RATE,
    **options: Any,
) -> Comparison:
    """Compare two states of objects; decisions, proposals and agencies in any order."""
    tables = {
        name: to_frame(kind, [one for one in others if isinstance(one, kind)])
        for name, kind in (("decisions", Decision), ("proposals", Proposal), ("agencies", Agency))
    }
    review = Review(Inventory.from_objects(*before), Inventory.from_objects(*after), **tables)
    return compare(review, rates, **options)


def found(code: str, comparison: Comparison, *arguments: Any, **options: Any) -> list[Finding]:
    """Return what one rule finds, held alone; its sentence must be filled in both languages."""
    findings = list(audit(comparison, *arguments, without=RULES.keys() - {code}, **options).findings)
    assert not any("{" in one.text(language) for one in findings for language in ("vi", "en"))
    return findings


def only_finding(code: str, comparison: Comparison, *arguments: Any, **options: Any) -> Finding:
    """Return the one thing that one rule finds."""
    findings = found(code, comparison, *arguments, **options)
    assert len(findings) == 1, [str(one) for one in findings]
    return findings[0]


def silent(code: str, comparison: Comparison, *arguments: Any, **options: Any) -> bool:
    """Tell whether a rule finds nothing."""
    return not found(code, comparison, *arguments, **options)


def standing(comparison: Comparison, *arguments: Any, **options: Any) -> tuple[int, int]:
    """Return what stands, before and after."""
    left: Audit = audit(comparison, *arguments, **options)
    return int(left.standing.total.baseline), int(left.standing.total.simplified)
