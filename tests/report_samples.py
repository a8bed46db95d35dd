"""A small review whose every figure was worked out by hand, and the report on it.

At 45 265 đ/h, A is case 7 of the method's published cases (22 527 200 → 13 074 200) and approved in time; B (9 053 000)
is abolished but not approved by the day; C (2 263 250) is kept, under a name that would run as a script or a formula; E
and F (452 650 each, one line each) are merged into G, one line, which costs what both did; T is transferred, so apart.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tthc_cost import model
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.io.example import read_example
from tthc_cost.measures.kinds import LineAfter, SimplifyWork
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.selection import frontier
from tthc_cost.targets import check
from tthc_cost.uncertainty import Assumptions, target_probability

if TYPE_CHECKING:
    from tthc_cost.auditing import Audit
    from tthc_cost.comparison import Comparison
    from tthc_cost.selection import Frontier
    from tthc_cost.targets import TargetReport
    from tthc_cost.uncertainty import TargetProbability

__all__ = [
    "BASELINE_VND", "HOSTILE", "SIMPLIFIED_VND", "sample_audit", "sample_comparison", "sample_frontier",
    "sample_probability", "sample_report", "two_lines",
]  # fmt: skip

HOSTILE = '=1+1<script>alert("x")</script>'
BASELINE_VND = 22_527_200 + 9_053_000 + 2_263_250 + 2 * 452_650
SIMPLIFIED_VND = 13_074_200 + 2_263_250 + 905_300
_RATES = RateTable.from_income(95_600_000)


@cache
def sample_comparison() -> Comparison:
    """Compare the sample."""
    procedure, activity, decision = model.Procedure, model.Activity, model.Decision
    office: dict[str, Any] = {"level": "province", "kind": "between_agencies", "frequency": 1}
    baseline = Inventory.from_objects(
        procedure("A", "Thủ tục A", agency="Sở X", population=40, deadline_days=15, **office),
        procedure("B", "Thủ tục B", agency="Sở X", population=200, deadline_days=5, **office),
        procedure("C", HOSTILE, agency="Sở Y", population=50, deadline_days=10, **office),
        procedure("E", "Thủ tục E", agency="Sở Y", population=10, **office),
        procedure("F", "Thủ tục F", agency="Sở Y", population=10, **office),
        procedure("T", "Thủ tục T", agency="Sở Y", population=9, **office),
        activity("A", "1", stage="preparation", bearer="requester", effort_hours=8, grade="A1/1", fee_vnd=20_000),
        activity("A", "2", stage="processing", bearer="resolver", effort_hours=2, grade="A1/1"),
        activity("A", "3", stage="processing", bearer="coordinator", effort_hours=2, grade="A1/1"),
        *(activity(code, "1", bearer="requester", effort_hours=1, grade="A1/1") for code in "BCEFT"),
    )
    simplified = Inventory.from_objects(
        procedure("A", "Thủ tục A", deadline_days=10),
        procedure("G", "Thủ tục G", population=20, **office),
        activity("A", "1", stage="preparation", bearer="requester", effort_hours=5, grade="A1/1", fee_vnd=10_000),
        activity("A", "2", stage="processing", bearer="resolver", effort_hours=1, grade="A1/1"),
        activity("A", "3", stage="processing", bearer="coordinator", effort_hours=1, grade="A1/1"),
        activity("G", "1", bearer="requester", effort_hours=1, grade="A1/1"),
    )
    done: dict[str, Any] = {"reviewed_on": "2023-10-02", "submitted_on": "2023-11-01", "approved_on": "2024-12-02"}
    decisions = [
        decision("A", "amend", effective_on="2025-01-20", **done),
        decision("B", "abolish", reviewed_on="2024-10-01", submitted_on="2024-12-20"),
        decision("C", "keep", **done),
        decision("E", "merge", replaced_by="G", **done),
        decision("F", "merge", replaced_by="G", **done),
        decision("T", "transfer"),
    ]
    return compare(Review(baseline, simplified, decisions=model.to_frame(model.Decision, decisions)), _RATES)


@cache
def sample_report(on: str = "2024-12-31") -> TargetReport:
    """Check the sample against the plan of Lai Châu."""
    return check(sample_comparison(), "lai-chau-2022-2025", on=on)


@cache
def two_lines(before_vnd: int, after_vnd: int) -> TargetReport:
    """Check one approved procedure that costs only money: once a year, of one subject."""
    done: dict[str, Any] = {"reviewed_on": "2023-10-02", "submitted_on": "2023-11-01", "approved_on": "2024-12-02"}
    states = [
        Inventory.from_objects(
            model.Procedure("A", "Thủ tục A", frequency=1, population=1), model.Activity("A", "1", fee_vnd=vnd)
        )
        for vnd in (before_vnd, after_vnd)
    ]
    decisions = model.to_frame(model.Decision, [model.Decision("A", "amend", **done)])
    comparison = compare(Review(states[0], states[1], decisions=decisions), _RATES)
    return check(comparison, "lai-chau-2022-2025", on="2025-01-01")


@cache
def sample_probability(draws: int) -> TargetProbability:
    """Ask how sure a fifth is in the embedded example, efforts lying between 0.8 and 1.5 of what is stated."""
    assumptions = Assumptions(default_spread=(0.8, 1.5))
    return target_probability(compare(read_example()), "20%", assumptions, draws=draws)


@cache
def sample_audit() -> Audit:
    """Audit the embedded example, which has errors and warnings."""
    return audit(compare(read_example()))


@cache
def sample_frontier() -> Frontier:
    """Choose among three measures, each in a procedure of its own, for 10 % and 20 % of the cost."""
    rows: list[object] = []
    measures = []
    for number, (fee, one_off) in enumerate(((600, 7), (400, 4), (1000, 90)), start=1):
        code = f"NB-{number}"
        rows += [model.Procedure(code, "Báo cáo", frequency=1, population=1)]
        rows += [model.Activity(code, "1", fee_vnd=fee)]
        measures.append(
            SimplifyWork(f"PA-{number}", code, (LineAfter("1", fee_vnd=fee // 2),), one_off_vnd=one_off * 1_000_000)
        )
    return frontier(measures, Inventory.from_objects(*rows), _RATES, ("10%", "20%"))
