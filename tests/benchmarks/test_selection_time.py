"""How long the choice among 5 000 measures of 1 000 procedures takes; prints, and judges only that it is proven."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.measures.kinds import Abolish, LegalAction, LineAfter, LowerFrequency, MergeProcedures, SimplifyWork
from tthc_cost.rates import RateTable
from tthc_cost.selection.choice import Objective, select

if TYPE_CHECKING:
    from tthc_cost.measures.kinds import SimplificationMeasure

PROCEDURES, LINES_OF_EACH, MEASURES = 1_000, 10, 5_000
MERGES = 20
REGULATIONS = 400
GRADES = [f"A1/{step}" for step in range(1, 10)]

pytestmark = pytest.mark.heavy


def province(seed: int = 1) -> tuple[list[SimplificationMeasure], Inventory, RateTable]:
    """Return 1 000 procedures of 40 agencies, 5 000 measures that touch each other's lines, and the rates."""
    chance = random.Random(seed)  # noqa: S311 - a constructed province
    procedures: list[dict[str, Any]] = [
        {
            "procedure": f"NB-{number:04}", "name": f"Thủ tục nội bộ số {number}", "agency": f"Sở {number % 40}",
            "frequency": chance.choice([1, 2, 4, 12]), "population": chance.randint(1, 500),
        }
        for number in range(PROCEDURES)
    ]  # fmt: skip
    lines: list[dict[str, Any]] = [
        {
            "procedure": one["procedure"], "activity": str(number + 1), "name": f"Hoạt động {number + 1}",
            "grade": chance.choice(GRADES), "effort_hours": chance.randint(4, 800) / 100,
            "fee_vnd": chance.choice([None, None, 20_000, 15_000]),
        }
        for one in procedures
        for number in range(LINES_OF_EACH)
    ]  # fmt: skip
    rates = pd.DataFrame({"grade": GRADES, "vnd_per_hour": [20_000 + 1_500 * step for step in range(9)]})
    measures: list[SimplificationMeasure] = []

    def said() -> dict[str, Any]:
        document = f"Quyết định số {chance.randint(1, REGULATIONS)}/QĐ-UBND"
        return {"legal": LegalAction(document), "one_off_vnd": chance.randint(1, 300) * 1_000_000}

    for number, one in enumerate(procedures):
        code = one["procedure"]
        own = lines[number * LINES_OF_EACH : (number + 1) * LINES_OF_EACH]
        names = iter(f"PA-{code}-{letter}" for letter in "abcde")
        if number % 50 == 0:
            measures.append(MergeProcedures(next(names), code, (procedures[number + 1]["procedure"],), **said()))
        if number % 4 == 0:
            measures.append(Abolish(next(names), code, **said()))
        elif one["frequency"] > 1:
            measures.append(LowerFrequency(next(names), code, one["frequency"] / 2, **said()))
        for name in names:
            taken = chance.sample(own, 2)
            less = (LineAfter(line["activity"], effort_hours=round(line["effort_hours"] / 2, 2)) for line in taken)
            measures.append(SimplifyWork(name, code, tuple(less), **said()))
    baseline = Inventory(pd.DataFrame(procedures), pd.DataFrame(lines))
    return measures, baseline, RateTable.from_table(rates)


@pytest.mark.parametrize("objective", list(Objective))
def test_a_province_is_solved_to_proven_optimality(
    objective: Objective, capsys: pytest.CaptureFixture[str], record_property: Any
) -> None:
    measures, baseline, rates = province()
    assert len(measures) == MEASURES
    began, worked = time.perf_counter(), time.process_time()
    found = select(measures, baseline, rates, "20%", count_target="10%", objective=objective)
    wall, work = time.perf_counter() - began, time.process_time() - worked
    record_property("seconds", work)
    with capsys.disabled():
        print(  # noqa: T201 - the line is what the benchmark is for
            f"\n{objective}: {found.value:,} by {len(found.measures)} of {MEASURES:,} measures, proven {found.proven}, "
            f"{[one.code for one in found.remarks]}, {work:.1f} s of work, {wall:.1f} s on the clock"
        )
    assert found.proven or found.gap > 0
    compared = compare(found.review, rates)
    assert (compared.total, compared.count()) == (found.total, found.count)
    assert found.total.meets("20%")
    assert found.count.meets("10%")
