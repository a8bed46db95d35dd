"""Small reviews of uncertain figures for the tests of uncertainty, and products put together by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Decision, Procedure, Range, to_frame
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.uncertainty.distributions import Bounded, Lognormal
from tthc_cost.uncertainty.inputs import InputKind, Inputs
from tthc_cost.uncertainty.lines import UncertainLines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.comparison import Comparison

__all__ = ["amended", "certain_inputs", "generated", "named", "products", "rates", "review_of_states"]

STAGES = ("preparation", "submission", "processing", "result")


def rates() -> RateTable:
    frame = pd.DataFrame({"grade": ["a", "b"], "vnd_per_hour": [40_000, 55_000]})
    return RateTable.from_table(frame, source="bảng thử")


def review_of_states(
    before: Sequence[object], after: Sequence[object], decisions: Mapping[str, Any] | None = None
) -> Review:
    """Two states of objects; what is not decided otherwise is amended."""
    codes = [one.procedure for one in before if isinstance(one, Procedure)]
    made = [
        one if isinstance(one, Decision) else Decision(code, one)
        for code in codes
        for one in [(decisions or {}).get(code, "amend")]
    ]
    return Review(Inventory.from_objects(*before), Inventory.from_objects(*after), decisions=to_frame(Decision, made))


def amended(before: Sequence[object], after: Sequence[object], **options: Any) -> Comparison:
    return compare(review_of_states(before, after), rates(), **options)


def generated(seed: int, *, shape_after: float = 1.5) -> Comparison:
    """About a dozen lines of four procedures, most with ranges, some removed, some unchanged."""
    random = np.random.default_rng(seed)
    before: list[object] = []
    after: list[object] = []
    for number in range(4):
        code = f"NB-0{number}"
        agency = f"Sở {number % 2}"
        population = int(random.integers(20, 200))
        for state in (before, after):
            state.append(
                Procedure(
                    code, f"Thủ tục {number}", agency=agency, reviewing_agency=agency,
                    level=("province", "commune")[number % 2], frequency=1, population=population,
                )
            )  # fmt: skip
        if random.random() < 0.7:
            before.append(Range("procedures", code, "population", 0.7 * population, 1.4 * population))
        for activity in "123":
            hours = float(random.integers(2, 40)) / 4
            grade, stage = random.choice(["a", "b"]), random.choice(STAGES)
            fee = int(random.integers(0, 5)) * 10_000
            change = float(random.choice([1.0, 0.75, 0.5, 0.0]))
            for state, left in ((before, 1.0), (after, change)):
                if not left:
                    continue
                state.append(
                    Activity(
                        code, activity, name=f"Việc {activity}", grade=str(grade), stage=str(stage),
                        effort_hours=hours * left, fee_vnd=fee,
                    )
                )  # fmt: skip
                wide = 1.6 if state is before else shape_after
                if activity != "3":
                    state.append(
                        Range(
                            "activities", f"{code}/{activity}", "effort_hours", 0.7 * hours * left, wide * hours * left
                        )
                    )
            if fee:
                before.append(Range("activities", f"{code}/{activity}", "fee_vnd", 0.5 * fee, 1.5 * fee))
    return amended(before, after)


def named(n: int) -> pd.DataFrame:
    return pd.DataFrame({"table": pd.NA, "key": [str(one) for one in range(n)], "column": pd.NA}, dtype="string")


def certain_inputs() -> dict[InputKind, Inputs]:
    """No inputs of any kind."""
    none = np.zeros(0)
    made = {kind: Inputs.of(named(0), Lognormal(none, none), Lognormal(none, none)) for kind in InputKind}
    bounded = Bounded(none, none, none)
    return made | {kind: Inputs.of(named(0), bounded, bounded) for kind in (InputKind.FREQUENCY, InputKind.FIGURE)}


def products(
    coefficient: Sequence[float],
    stands: Sequence[int],
    inputs_of: Sequence[Mapping[InputKind, int]],
    inputs: Mapping[InputKind, Inputs],
) -> UncertainLines:
    """Products by hand: their means, where they stand, and the inputs that each has."""
    table = np.array([[one.get(kind, -1) for kind in InputKind] for one in inputs_of], dtype=np.int64)
    return UncertainLines(
        np.array(coefficient, dtype=np.float64), np.array(stands, dtype=np.int64), table,
        np.arange(len(coefficient)), certain_inputs() | dict(inputs),
    )  # fmt: skip
