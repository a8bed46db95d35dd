"""The steps from the saving that is stated to the one that stands, each taking out what a finding disputes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.arithmetic import Reduction
from tthc_cost.schema import rows_of

if TYPE_CHECKING:
    from tthc_cost.auditing import Audit
    from tthc_cost.findings import Finding

__all__ = ["SHOWN_STEPS", "Step", "steps_of"]

SHOWN_STEPS: Final = 12
"""How many findings have a step of their own; the rest is one step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall.

    Parameters
    ----------
    name : str
        ``"stated"``, ``"finding"``, ``"rest"`` or ``"standing"``.
    findings : tuple of Finding
        What is taken out in it.
    effect_vnd : int
        By how much the saving falls [đồng a year].
    cost : Reduction
        What is left after it.
    """

    name: str
    findings: tuple[Finding, ...]
    effect_vnd: int
    cost: Reduction


def steps_of(audit: Audit, most: int = SHOWN_STEPS) -> tuple[Step, ...]:
    """Return the steps from stated to standing; findings that take nothing further out have none.

    Parameters
    ----------
    audit : Audit
        What was found.
    most : int
        How many findings have a step of their own; what is beyond is taken out in one.
    """
    first, *between, last = rows_of(audit.waterfall)
    taken = [row for row in between if row["effect_vnd"]]
    own = taken if len(taken) <= most else taken[: most - 1]
    steps = [Step("stated", (), 0, _cost(first))]
    steps += [Step("finding", (audit.findings[row["finding"]],), int(row["effect_vnd"]), _cost(row)) for row in own]
    rest = taken[len(own) :]
    if rest:
        findings = tuple(audit.findings[row["finding"]] for row in rest)
        steps.append(Step("rest", findings, sum(int(row["effect_vnd"]) for row in rest), _cost(rest[-1])))
    return (*steps, Step("standing", (), 0, _cost(last)))


def _cost(row: dict[str, Any]) -> Reduction:
    return Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"]))
