"""Dask where it is strained: sums near their limit, one great procedure, odd partitions, a worker that is killed."""

from __future__ import annotations

import os
import signal
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from engine_frames import dask_cluster, dask_frame
from hostile_lines import RATES, SOUND, SOUND_COST
from remarks import only
from tthc_cost.arithmetic import SUM_LIMIT_VND, Reduction
from tthc_cost.costing import cost_activities, cost_procedures
from tthc_cost.errors import InputFault
from tthc_cost.rates import RateTable
from tthc_cost.table_comparison import compare_tables, reduction_of, sum_costs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.heavy

ANY_RATE = RateTable.from_income(2112)
LINES, OTHERS = 1_000_000, 1000


def made(read: Any, partitions: int, meta: pd.DataFrame) -> Any:
    """Let the workers make the lines of each partition from its number."""
    dd: Any = import_module("dask.dataframe")
    dask_cluster()
    return dd.from_map(read, range(partitions), meta=meta)


def skewed(number: int, fee: float | None = None, population: int = 1) -> pd.DataFrame:
    """A quarter of a million lines, all but a thousand of one procedure; the fee of a line is its number."""
    lines = pd.RangeIndex(number * LINES // 4, (number + 1) * LINES // 4)
    codes = ["NB-lớn" if line >= OTHERS else f"NB-{line}" for line in lines]
    fees = lines.to_numpy().astype(float) if fee is None else fee
    figures = {"procedure": codes, "effort_hours": 0.0, "fee_vnd": fees, "frequency": 1.0, "population": population}
    return pd.DataFrame(figures, index=lines)


def great(number: int) -> pd.DataFrame:
    return skewed(number, fee=1e12, population=5)


def totals_of(frame: Any) -> dict[str, Any]:
    rows = frame.compute().astype(object)
    return dict(zip(rows.iloc[:, 0], rows["annual_cost_vnd"].where(rows["annual_cost_vnd"].notna(), None), strict=True))


def test_one_great_procedure_adds_up_to_the_dong() -> None:
    found = totals_of(cost_procedures(made(skewed, 4, skewed(0).iloc[:0]), ANY_RATE))
    assert found["NB-lớn"] == sum(range(OTHERS, LINES))
    assert found["NB-7"] == 7
    assert len(found) == OTHERS + 1


def test_a_sum_beyond_its_limit_is_null_and_every_other_stands() -> None:
    sums = cost_procedures(made(great, 4, great(0).iloc[:0]), ANY_RATE)
    found = totals_of(sums)
    assert found.pop("NB-lớn") is None
    assert set(found.values()) == {5 * 10**12}
    assert set(sums["fault"].dropna().compute()) == {"sum_too_large"}


@pytest.mark.parametrize("above", [0, 1])
def test_the_limit_of_a_sum_is_kept_to_the_dong(above: int) -> None:
    lines = dask_frame(pd.DataFrame({"agency": ["A", "B", "A"], "annual_cost_vnd": [SUM_LIMIT_VND - 1, 2, 1 + above]}))
    assert totals_of(sum_costs(lines, "agency")) == {"A": None if above else SUM_LIMIT_VND, "B": 2}


@pytest.mark.parametrize("kind", ["string", "category", object])
def test_keys_of_any_kind_meet_across_partitions(kind: Any) -> None:
    rows = pd.DataFrame([SOUND, SOUND | {"procedure": "NB-02"}, SOUND, SOUND]).astype({"service_vnd": float})
    before = dask_frame(rows.astype({"procedure": kind, "grade": kind}))
    after = dask_frame(rows.iloc[:1].astype({"procedure": kind, "grade": kind}))
    compared = compare_tables(cost_activities(before, RATES), cost_activities(after, RATES), "procedure")
    assert reduction_of(compared) == Reduction(4 * SOUND_COST, SOUND_COST)


def test_a_grade_that_one_worker_alone_has_met_is_named() -> None:
    rows = pd.DataFrame([SOUND, SOUND, SOUND | {"grade": "A9/9", "procedure": "NB-02"}]).astype({"service_vnd": float})
    costed = cost_activities(dask_frame(rows), RATES)
    assert totals_of(sum_costs(costed, "procedure")) == {"NB-01": 2 * SOUND_COST, "NB-02": None}
    with pytest.raises(InputFault) as caught:
        reduction_of(compare_tables(costed, costed, "procedure"))
    said = dict(only("lines_at_fault", caught.value.faults).values)
    assert said == {"count": "2", "code": "unknown_grade", "first": "NB-02", "last": "NB-02"}


def test_a_killed_worker_costs_time_and_no_dong(tmp_path: Path) -> None:
    partitions = 12
    client = dask_cluster()

    def read(number: int) -> pd.DataFrame:
        lines = skewed(0).iloc[OTHERS : 3 * OTHERS].assign(procedure=f"NB-{number % 5}")
        time.sleep(0.2)
        (tmp_path / f"{number}-{time.monotonic_ns()}").touch()
        return lines

    running = client.compute(cost_procedures(made(read, partitions, skewed(0).iloc[:0]), ANY_RATE))
    while len(list(tmp_path.iterdir())) < partitions // 2:
        time.sleep(0.01)
    assert not running.done()
    os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
    found = running.result().set_index("procedure")["annual_cost_vnd"]
    of_one = sum(range(OTHERS, 3 * OTHERS))
    expected = {f"NB-{number}": of_one * len(range(number, partitions, 5)) for number in range(5)}
    assert found.to_dict() == expected
    assert len(list(tmp_path.iterdir())) > partitions  # what only the dead worker held was read again
    client.wait_for_workers(2)
