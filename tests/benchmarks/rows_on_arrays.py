"""Benchmarks on pandas, PyArrow and plain arrays, beside bare numpy and what is written by hand in floats."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from constructed_lines import AFTER, BEFORE, GRADES, HOURLY_VND, LINES_OF_EACH, constructed, rate_table
from paired_rows import Pair, Row, agency_differences, plain_row

from tthc_cost.arithmetic import (
    BLOCK_LINES,
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_STEPS,
    LineBlock,
    add_sums,
    annual_costs,
    lines_over_limit,
)
from tthc_cost.costing import cost_activities, cost_procedures
from tthc_cost.table_comparison import compare_tables, reduction_of

if TYPE_CHECKING:
    from constructed_lines import Constructed

__all__ = ["ROWS"]

STATES: Final = {"baseline_vnd": BEFORE, "simplified_vnd": AFTER}


def _with_ratio(compared: pd.DataFrame) -> pd.DataFrame:
    return compared.assign(ratio=1 - compared["simplified_vnd"] / compared["baseline_vnd"])


def _most_lines_of_an_agency(made: Constructed) -> int:
    """Return what floats may be off by in the cost of an agency: a đồng a line."""
    return int(np.bincount(made.agency_of[made.procedure]).max())


def _bare_arrays(made: Constructed) -> dict[str, Any]:
    """Roll up whole arrays of floats, neither checked nor exact: gather, multiply, floor, bincount, bincount."""
    per_hour, agencies = HOURLY_VND.astype(float), {}
    for name, state in STATES.items():
        work = per_hour[made.grade] * made.effort[state]
        costs = np.floor((work + made.service_vnd) * made.frequency * made.population + 0.5)
        procedures = np.bincount(made.procedure, weights=costs, minlength=made.agency_of.size)
        agencies[name] = np.bincount(made.agency_of, weights=procedures)
    return {**agencies, "ratio": 1 - agencies["simplified_vnd"] / agencies["baseline_vnd"]}


def _whole_numbers(order: str, lines: int) -> Pair:
    made = constructed(lines) if order == "sorted" else constructed(lines).shuffled()
    frames = [made.pandas(state, "numbers") for state in STATES.values()]
    rates = rate_table()

    def ours() -> pd.DataFrame:
        states = []
        for frame in frames:
            procedures = cost_procedures(frame, rates)
            states.append(procedures.assign(agency=made.agency_of[procedures["procedure"].to_numpy()]))
        return _with_ratio(compare_tables(*states, "agency"))

    def differences(one: pd.DataFrame, other: dict[str, Any]) -> str:
        theirs = pd.DataFrame(other).rename_axis("agency").reset_index()
        return agency_differences(one, theirs[theirs["baseline_vnd"] > 0], _most_lines_of_an_agency(made))

    return Pair(ours, partial(_bare_arrays, made), differences)


def _kernel(lines: int) -> Pair:
    made = constructed(lines)
    money, groups = made.service_vnd.astype(np.int64), made.procedure
    effort, frequency = (
        np.rint(figures * steps).astype(np.int64)
        for figures, steps in ((made.effort[BEFORE], EFFORT_STEPS_PER_HOUR), (made.frequency, FREQUENCY_STEPS))
    )

    def ours() -> Any:
        totals = np.zeros(made.agency_of.size, dtype=np.int64)
        at_most = 0
        for start in range(0, lines, BLOCK_LINES):
            part = slice(start, start + BLOCK_LINES)
            rates = HOURLY_VND[made.grade[part]]
            block = LineBlock(effort[part], rates, money[part], frequency[part], made.population[part])
            if lines_over_limit(block) is None:
                at_most = add_sums(totals, groups[part], annual_costs(block), at_most)
        return totals

    def theirs() -> Any:
        work = HOURLY_VND.astype(float)[made.grade] * made.effort[BEFORE]
        costs = np.floor((work + made.service_vnd) * made.frequency * made.population + 0.5)
        return np.bincount(groups, weights=costs, minlength=made.agency_of.size)

    def differences(one: Any, other: Any) -> str:
        off = np.abs(one - other.astype(np.int64)).max()
        return f"{off} đồng in a procedure" if off > LINES_OF_EACH else ""

    return Pair(ours, theirs, differences)


def _pandas_by_hand(frames: list[pd.DataFrame], rates: pd.DataFrame, agencies: pd.DataFrame) -> pd.DataFrame:
    """Merge the rates, multiply floats, group by procedure, merge the agencies, group by agency."""
    states = {}
    for name, frame in zip(STATES, frames, strict=True):
        lines = frame.merge(rates, on="grade", how="left")
        one_case = lines["effort_hours"] * lines["vnd_per_hour"] + lines["service_vnd"]
        lines["cost"] = np.floor(one_case * lines["frequency"] * lines["population"] + 0.5)
        procedures = lines.groupby("procedure", observed=True)["cost"].sum().reset_index()
        states[name] = procedures.merge(agencies, on="procedure").groupby("agency")["cost"].sum()
    return _with_ratio(pd.DataFrame(states).reset_index())


def _pandas(keys: str, lines: int) -> Pair:
    made, rates = constructed(lines), rate_table()
    frames, agencies = [made.pandas(state, keys) for state in STATES.values()], made.pandas_agencies(keys)
    hourly = pd.DataFrame({"grade": GRADES, "vnd_per_hour": HOURLY_VND}).astype({"grade": frames[0]["grade"].dtype})

    def ours() -> pd.DataFrame:
        states = [cost_procedures(frame, rates).merge(agencies, on="procedure") for frame in frames]
        return _with_ratio(compare_tables(*states, "agency"))

    within = _most_lines_of_an_agency(made)
    return Pair(
        ours,
        lambda: _pandas_by_hand(frames, hourly, agencies),
        lambda one, other: agency_differences(one, other, within),
    )


def _pyarrow_by_hand(tables: list[pa.Table], rates: pa.Table, agencies: pa.Table) -> pd.DataFrame:
    """Join the rates, multiply floats, group by procedure, join the agencies, group by agency."""
    states = {}
    for name, table in zip(STATES, tables, strict=True):
        lines = table.join(rates, "grade")
        work = pc.multiply(lines["effort_hours"], lines["vnd_per_hour"])
        cases = pc.multiply(lines["frequency"], lines["population"])
        cost = pc.floor(pc.add(pc.multiply(pc.add(work, lines["service_vnd"]), cases), 0.5))
        procedures = pa.table({"procedure": lines["procedure"], "cost": cost}).group_by("procedure")
        joined = procedures.aggregate([("cost", "sum")]).join(agencies, "procedure")
        states[name] = joined.group_by("agency").aggregate([("cost_sum", "sum")]).to_pandas().set_index("agency")
    return _with_ratio(
        pd.DataFrame({name: state["cost_sum_sum"] for name, state in states.items()})
        .rename_axis("agency")
        .reset_index()
    )


def _pyarrow(lines: int) -> Pair:
    made, rates = constructed(lines), rate_table()
    tables = [made.polars(state, "text").to_arrow(compat_level=None) for state in STATES.values()]
    tables = [_plain_text(table) for table in tables]
    agencies = _plain_text(made.polars_agencies("text").to_arrow())
    hourly = pa.table({"grade": GRADES, "vnd_per_hour": HOURLY_VND.astype(float)})
    within = _most_lines_of_an_agency(made)

    def ours() -> pd.DataFrame:
        states = [cost_procedures(table, rates).join(agencies, "procedure") for table in tables]
        return _with_ratio(compare_tables(*states, "agency").to_pandas())

    return Pair(
        ours,
        lambda: _pyarrow_by_hand(tables, hourly, agencies),
        lambda one, other: agency_differences(one, other, within),
    )


def _plain_text(table: pa.Table) -> pa.Table:
    fields = [
        (
            one.name,
            pa.string() if one.name in {"procedure", "grade"} and not pa.types.is_integer(one.type) else one.type,
        )
        for one in table.schema
    ]
    return table.cast(pa.schema(fields))


def _comparison(lines: int) -> Pair:
    made, rates = constructed(lines), rate_table()
    before, after = (
        cost_activities(made.pandas(state, "numbers"), rates)[["procedure", "annual_cost_vnd"]]
        for state in STATES.values()
    )

    def by_hand() -> tuple[int, int]:
        states = [table.groupby("procedure")["annual_cost_vnd"].sum() for table in (before, after)]
        compared = pd.DataFrame(dict(zip(STATES, states, strict=True))).fillna(0)
        return int(compared["baseline_vnd"].sum()), int(compared["simplified_vnd"].sum())

    def ours() -> tuple[int, int]:
        reduction = reduction_of(compare_tables(before, after, "procedure"))
        return int(reduction.baseline), int(reduction.simplified)

    return Pair(ours, by_hand, lambda one, other: "" if one == other else f"{one} beside {other}")


_TO_THE_VND: Final = "a đồng a line"
_FLOATS: Final = "by hand in floats: merge, groupby"


def _row(name: str, ours: str, theirs: str, prepare: Any, same: str = _TO_THE_VND) -> Row:
    return Row(name, ours, theirs, partial(plain_row, prepare), same)


ROWS: Final = (
    _row("kernel", "one state by procedure, arrays on the grid already", "bare numpy, floats", _kernel),
    _row("sorted", "pandas, sorted whole-number keys", "bare numpy, floats", partial(_whole_numbers, "sorted")),
    _row("unsorted", "pandas, unsorted whole-number keys", "bare numpy, floats", partial(_whole_numbers, "unsorted")),
    _row("pandas-text", "pandas, keys of text", f"pandas {_FLOATS}", partial(_pandas, "text")),
    _row("pandas-categories", "pandas, keys in categories", f"pandas {_FLOATS}", partial(_pandas, "category")),
    _row("pyarrow", "PyArrow, keys of text", f"PyArrow {_FLOATS}", _pyarrow),
    _row(
        "pandas-compare",
        "costed tables compared by procedure to a reduction, pandas",
        "pandas by hand: groupby, join",
        _comparison,
        "the same integers",
    ),
)
