"""From line to procedure on any dataframe engine: every line is validated, then costed, then added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.dependencies import is_dask_dataframe

from tthc_cost.errors import InputFault, Place, Validation, remark, require
from tthc_cost.line_blocks import block_costs, costed_blocks
from tthc_cost.line_columns import (
    ACTIVITIES,
    COST,
    FAULT,
    LineColumns,
)
from tthc_cost.line_expressions import lazy_remarks, with_costs, with_sums
from tthc_cost.line_findings import Findings
from tthc_cost.line_partitions import columns_of_partitions, partition_costs, partition_remarks, partition_sums
from tthc_cost.procedure_sums import blank_procedures, procedure_sums
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tthc_cost.errors import Remark

    Integers: TypeAlias = NDArray[np.int64]
    Eager: TypeAlias = nw.DataFrame[Any]
    Lazy: TypeAlias = nw.LazyFrame[Any]
    AnyFrame: TypeAlias = Any
    """Whatever narwhals knows as a frame; the same kind comes back."""

__all__ = ["annual_costs_of", "cost_activities", "cost_procedures", "cost_scenarios", "validate"]


def cost_activities(activities: AnyFrame, rates: RateTable) -> AnyFrame:
    """Add to each line what it costs a year.

    ``(effort_hours × vnd_per_hour + service_vnd + fee_vnd + other_vnd) × frequency × population``, exact, rounded half
    up once to whole đồng.

    Parameters
    ----------
    activities : pandas, Polars or any other frame narwhals knows, eager or lazy
        A row a line, with ``effort_hours`` [person-hours], ``frequency`` [1/year], ``population`` [subjects/year],
        ``grade`` (needless where one rate holds for all) and, if it has them, ``service_vnd``, ``fee_vnd`` and
        ``other_vnd`` [đồng a case]. Other columns are kept.
    rates : RateTable
        Hourly rates [đồng/h]. Eager frames take any spelling of a grade; lazy ones differ in case and outer blanks.

    Returns
    -------
    Same kind as `activities`
        The input with ``annual_cost_vnd`` (int64) [đồng a year]. A lazy frame stays lazy and also gets the text column
        ``fault``: the code of a faulty line's first fault, its cost being null.

    Raises
    ------
    InputFault
        On an eager frame with every fault of every line; on a lazy one with those of its columns only.

    Examples
    --------
    >>> import pandas as pd
    >>> from tthc_cost.rates import RateTable
    >>> lines = pd.DataFrame({"effort_hours": [0.7, 2.0], "fee_vnd": [None, 20_000], "frequency": 1, "population": 1})
    >>> cost_activities(lines, RateTable.from_income(95_600_000))["annual_cost_vnd"].tolist()
    [31686, 110530]

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27(3).
    """
    require(rates, RateTable, "rates")
    if is_dask_dataframe(activities):
        columns = columns_of_partitions(activities, rates)
        _raise(columns.faults)
        return partition_costs(activities, columns)
    frame = _frame(activities)
    columns = LineColumns.of(frame, rates)
    if isinstance(frame, nw.LazyFrame):
        _raise(columns.faults)
        kept = [name for name in frame.collect_schema().names() if name not in {COST, FAULT}]
        return with_costs(frame, rates, columns).select(*kept, COST, FAULT).to_native()
    costs = block_costs(frame, columns)
    return frame.with_columns(nw.new_series(COST, costs, nw.Int64, backend=frame.implementation)).to_native()


def cost_procedures(activities: AnyFrame, rates: RateTable) -> AnyFrame:
    """Add up what each procedure costs a year: the sum of its lines' whole đồng.

    Parameters
    ----------
    activities : pandas, Polars or any other frame narwhals knows, eager or lazy
        As for `cost_activities`, with ``procedure`` (text, categories or whole numbers).
    rates : RateTable
        Hourly rates [đồng/h].

    Returns
    -------
    Same kind as `activities`
        ``procedure`` and ``annual_cost_vnd`` (int64) [đồng a year], sorted by procedure. A lazy frame stays lazy and
        unsorted, and also gets ``faulty_lines`` and ``fault``; the cost of a procedure with any is null.

    Raises
    ------
    InputFault
        As `cost_activities`; also where a procedure costs more than 2^62 đồng.

    Examples
    --------
    >>> import pandas as pd
    >>> from tthc_cost.rates import RateTable
    >>> lines = pd.DataFrame({"procedure": ["NB-01"] * 3, "effort_hours": [8, 2, 2], "fee_vnd": [20_000, None, None],
    ...                       "frequency": 1, "population": 40})
    >>> cost_procedures(lines, RateTable.from_income(95_600_000))
      procedure  annual_cost_vnd
    0     NB-01         22527200
    """
    require(rates, RateTable, "rates")
    if is_dask_dataframe(activities):
        columns = columns_of_partitions(activities, rates, by_procedure=True)
        _raise(columns.faults)
        return partition_sums(partition_costs(activities, columns))
    frame = _frame(activities)
    columns = LineColumns.of(frame, rates, by_procedure=True)
    if isinstance(frame, nw.LazyFrame):
        _raise(columns.faults)
        return with_sums(with_costs(frame, rates, columns)).to_native()
    return procedure_sums(frame, {COST: columns})


def cost_scenarios(activities: AnyFrame, scenarios: Mapping[str, RateTable]) -> AnyFrame:
    """Add up what each procedure costs a year at several rate tables, in one pass over the lines.

    Procedures are numbered once and each block of lines is costed for every scenario while it is at hand.

    Parameters
    ----------
    activities : pandas, Polars or any other eager frame narwhals knows
        As for `cost_procedures`.
    scenarios : mapping of str to RateTable
        The name of each scenario, which becomes a column, and its hourly rates [đồng/h].

    Returns
    -------
    Same kind as `activities`
        ``procedure``, and a column (int64) [đồng a year] a scenario, sorted by procedure.

    Raises
    ------
    InputFault
        As `cost_procedures`, with the faults of all scenarios at once; also without any scenario, or for one named
        ``procedure``.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"procedure": ["NB-01"], "effort_hours": [2.0], "frequency": 1, "population": 40})
    >>> rates = {"2022": RateTable.from_income(95_600_000), "2023": RateTable.from_income(102_900_000)}
    >>> cost_scenarios(lines, rates)
      procedure     2022     2023
    0     NB-01  3621200  3897760
    """
    require(scenarios, Mapping, "scenarios")
    for rates in scenarios.values():
        require(rates, RateTable, "scenarios")
    frame = _frame(activities)
    if not scenarios or isinstance(frame, nw.LazyFrame):
        code = "scenarios_of_lazy_lines" if scenarios else "no_scenario"
        raise InputFault.because(code)
    if "procedure" in scenarios:
        raise InputFault.because("repeated_column", column="procedure")
    return procedure_sums(
        frame, {name: LineColumns.of(frame, rates, by_procedure=True) for name, rates in scenarios.items()}
    )


def validate(activities: AnyFrame, rates: RateTable | None = None) -> Validation:
    """Say everything that is wrong or worth knowing of the lines; never raises for what they hold.

    Parameters
    ----------
    activities : any frame
        As for `cost_activities`. Of a lazy frame each kind of fault is told once, with how many lines have it, from
        one aggregation.
    rates : RateTable or None
        Hourly rates [đồng/h]; without them grades are not looked up.

    Returns
    -------
    Validation
        Faults (what costing raises), and notes: figures off the grid with their effect in đồng, grades beside a blank
        effort.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"procedure": ["NB-01"], "effort_hours": [-1.0], "frequency": 1, "population": 1})
    >>> validate(lines).faults[0].text("en").partition(" To mend it")[0]
    'table activities › NB-01 › column effort_hours: «Thời gian thực hiện» is negative (-1.0).'
    """
    if is_dask_dataframe(activities):
        columns = columns_of_partitions(activities, rates, by_procedure="procedure" in activities.columns)
        return Validation.of(columns.faults or tuple(partition_remarks(activities, columns)))
    try:
        frame = _frame(activities)
    except InputFault as error:
        return Validation.of(error.faults)
    columns = LineColumns.of(frame, rates, by_procedure="procedure" in frame.collect_schema().names())
    if isinstance(frame, nw.LazyFrame):
        return Validation.of(columns.faults or tuple(lazy_remarks(with_costs(frame, rates, columns), columns)))
    findings = Findings(frame, columns)
    if columns.by_procedure and not columns.faults:
        findings.add("blank_required", "procedure", 0, blank_procedures(frame))
    for _ in costed_blocks(findings, with_notes=True):
        pass
    return Validation.of(findings.remarks())


def annual_costs_of(
    activities: pd.DataFrame,
    rates: RateTable,
    *,
    costed: Integers | None = None,
    stated: Integers | None = None,
) -> Integers:
    """Return the annual cost of each line, its population scaled by V ÷ S.

    Parameters
    ----------
    activities : pandas.DataFrame
        As for `cost_activities`.
    rates : RateTable
        Hourly rates [đồng/h].
    costed, stated : array of int64, shape (n,), optional
        V, the population at which the line's procedure is costed, and S, the one it states [subjects/year]; without
        both, the lines' own populations are taken.

    Returns
    -------
    array of int64, shape (n,)
        Đồng a year, each rounded once.

    Raises
    ------
    InputFault
        With every fault of every line; S of 0 where V or the line has subjects is one.

    Examples
    --------
    >>> from tthc_cost.rates import RateTable
    >>> lines = pd.DataFrame({"effort_hours": [1.0, 1.0], "frequency": 1.0, "population": [45, 15]})
    >>> rates = RateTable.from_income(2112)
    >>> annual_costs_of(lines, rates, costed=np.array([150, 150]), stated=np.array([60, 60])).tolist()
    [113, 38]
    """
    frame = nw.from_native(activities, eager_only=True)
    volumes = None if costed is None or stated is None else (np.asarray(costed), np.asarray(stated))
    return block_costs(frame, LineColumns.of(frame, rates), volumes)


def _frame(activities: AnyFrame) -> Eager | Lazy:
    if isinstance(activities, pd.DataFrame):
        repeated = [str(name) for name, count in Counter(activities.columns).items() if count > 1]
        _raise(tuple(remark("repeated_column", Place(table=ACTIVITIES.name), column=name) for name in repeated))
    try:
        frame: Eager | Lazy = nw.from_native(activities)
    except TypeError:
        raise InputFault.because("not_a_dataframe", kind=type(activities).__name__) from None
    return frame


def _raise(faults: tuple[Remark, ...]) -> None:
    if faults:
        raise InputFault(*faults)
