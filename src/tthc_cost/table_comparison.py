"""Costed tables on any engine: added up by any columns, compared, and made one reduction."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
from narwhals.stable.v2.dependencies import is_dask_dataframe

from tthc_cost.arithmetic import SUM_LIMIT_VND, Reduction
from tthc_cost.errors import InputFault, Place
from tthc_cost.line_columns import COST, FAULT, FAULTY_LINES, is_missing
from tthc_cost.line_expressions import SUM_PART, with_sums
from tthc_cost.line_partitions import partition_sums
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    AnyFrame: TypeAlias = Any
    """Whatever narwhals knows as a frame, or a frame of Dask; the same kind comes back."""
    Partitions: TypeAlias = Any
    Frame: TypeAlias = Any
    """A narwhals DataFrame or LazyFrame."""

__all__ = ["compare_tables", "reduction_of", "sum_costs"]

_BASELINE: Final = "baseline_vnd"
_SIMPLIFIED: Final = "simplified_vnd"
_SAVING: Final = "saving_vnd"


def sum_costs(costed: AnyFrame, *by: str) -> AnyFrame:
    """Add up costed lines by any of their columns.

    Parameters
    ----------
    costed : any frame
        What `cost_activities` returns, joined to whatever the groups are to be: ``annual_cost_vnd`` [đồng a year] and
        the columns of `by`.
    *by : str
        One or more columns.

    Returns
    -------
    Same kind as `costed`
        The columns and ``annual_cost_vnd`` (int64), sorted by them. A lazy frame stays lazy and unsorted, and also gets
        ``faulty_lines`` and ``fault``; the cost of a group with any is null.

    Raises
    ------
    InputFault
        For a missing column; on an eager frame also for lines without a cost, and a sum above 2^62 đồng.

    Examples
    --------
    >>> import pandas as pd
    >>> costed = pd.DataFrame({"agency": ["Sở Nội vụ", "Sở Nội vụ"], "annual_cost_vnd": [7, 5]})
    >>> sum_costs(costed, "agency")["annual_cost_vnd"].tolist()
    [12]
    """
    if is_dask_dataframe(costed):
        _require(costed.columns, (*by, COST))
        return partition_sums(_with_fault_of_partitions(costed), by)
    frame = nw.from_native(costed)
    _require(frame.collect_schema().names(), (*by, COST))
    if isinstance(frame, nw.LazyFrame):
        return with_sums(_with_fault(frame), by, (COST,)).to_native()
    _refuse_faulty((frame,), by)
    return _sums(frame, by, (COST,)).sort(*by).to_native()


def compare_tables(baseline: AnyFrame, simplified: AnyFrame, *by: str) -> AnyFrame:
    """Compare two costed tables by any of their columns, each line at the population it states.

    Decisions and merges are not looked at, and populations not made alike: `compare` of a `Review` does that. A group
    that stands in one table only costs 0 in the other.

    Parameters
    ----------
    baseline, simplified : any frames of one kind
        What `cost_activities` returns for each state: ``annual_cost_vnd`` [đồng a year] and the columns of `by`.
    *by : str
        One or more columns that both have.

    Returns
    -------
    Same kind as the arguments
        The columns, ``baseline_vnd``, ``simplified_vnd`` and ``saving_vnd`` (int64) [đồng a year], sorted by them. Lazy
        frames stay lazy and unsorted, and also get ``faulty_lines`` and ``fault``; the costs of a group with any
        are null.

    Raises
    ------
    InputFault
        As `sum_costs`.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"procedure": ["NB-01", "NB-02"], "annual_cost_vnd": [100, 40]})
    >>> after = pd.DataFrame({"procedure": ["NB-01"], "annual_cost_vnd": [70]})
    >>> compare_tables(before, after, "procedure")
      procedure  baseline_vnd  simplified_vnd  saving_vnd
    0     NB-01           100              70          30
    1     NB-02            40               0          40
    """
    costs = (_BASELINE, _SIMPLIFIED)
    if is_dask_dataframe(baseline):
        states = []
        for table, here, elsewhere in ((baseline, *costs), (simplified, *costs[::-1])):
            _require(table.columns, (*by, COST))
            lines = _with_fault_of_partitions(table)
            lines = lines.assign(**{here: lines[COST], elsewhere: 0}).astype(dict.fromkeys(costs, "Int64"))
            states.append(lines[[*by, *costs, FAULT]])
        sums = partition_sums(import_module("dask.dataframe").concat(states), by, costs)
        return sums.assign(**{_SAVING: sums[_BASELINE] - sums[_SIMPLIFIED]})[
            [*by, *costs, _SAVING, FAULTY_LINES, FAULT]
        ]
    frames = [nw.from_native(table) for table in (baseline, simplified)]
    for frame in frames:
        _require(frame.collect_schema().names(), (*by, COST))
    lazy = isinstance(frames[0], nw.LazyFrame)
    if lazy:
        frames = [_with_fault(frame) for frame in frames]
    else:
        _refuse_faulty(frames, by)
        frames = [_sums(frame, by, (COST,)) for frame in frames]
    nothing, rest = nw.lit(0, dtype=nw.Int64), [FAULT] if lazy else []
    before, after = (
        frame.select(*by, here.alias(_BASELINE), elsewhere.alias(_SIMPLIFIED), *rest)
        for frame, here, elsewhere in zip(frames, (nw.col(COST), nothing), (nothing, nw.col(COST)), strict=True)
    )
    both = nw.concat([before, after])
    if both.implementation.is_pyarrow():  # which groups by no key whose chunks number their words differently
        both = nw.from_native(both.to_native().unify_dictionaries())
    summed = with_sums(both, by, costs) if lazy else _sums(both, by, costs).sort(*by)
    saving = (nw.col(_BASELINE) - nw.col(_SIMPLIFIED)).alias(_SAVING)
    rest = [FAULTY_LINES, FAULT] if lazy else []
    return summed.select(*by, *costs, saving, *rest).to_native()


def reduction_of(compared: AnyFrame) -> Reduction:
    """Add a comparison of tables up to one reduction: the one aggregation that a lazy frame is run for.

    Parameters
    ----------
    compared : any frame
        What `compare_tables` returns.

    Returns
    -------
    Reduction
        Σ baseline and Σ simplified [đồng a year].

    Raises
    ------
    InputFault
        If any line is at fault, with the first and last groups that have one, or a sum passes 2^62 đồng.

    Examples
    --------
    >>> import pandas as pd
    >>> compared = pd.DataFrame({"procedure": ["NB-01", "NB-02"], "baseline_vnd": [100, 40], "simplified_vnd": 40})
    >>> reduction_of(compared).ratio
    Fraction(3, 7)
    """
    if is_dask_dataframe(compared):
        meta = _totals_of_partition(import_module("dask.dataframe.utils").make_meta(compared)).iloc[:0]
        partitions: Partitions = compared
        rows = partitions.map_partitions(_totals_of_partition, meta=meta).compute().to_dict("records")
    else:
        rows = _collected(_totals(nw.from_native(compared)))
    faulty = [row for row in rows if _whole(row["faulty"])]
    if faulty:
        count, code = sum(_whole(row["faulty"]) for row in faulty), min(row["code"] for row in faulty)
        first, last = min(row["first"] for row in faulty), max(row["last"] for row in faulty)
        raise InputFault.because("lines_at_fault", Place(column=COST), count=count, code=code, first=first, last=last)
    before, after = (
        sum(_whole(row[f"{name}_high"]) * SUM_PART + _whole(row[f"{name}_low"]) for row in rows)
        for name in (_BASELINE, _SIMPLIFIED)
    )
    if max(before, after) > SUM_LIMIT_VND or any(_whole(row["too_large"]) for row in rows):
        raise InputFault.because("sum_too_large", limit=SUM_LIMIT_VND)
    return Reduction(before, after)


def _require(names: Sequence[str], wanted: Sequence[str]) -> None:
    names = [str(name) for name in names]
    missing = [name for name in wanted if name not in names]
    if missing:
        near = suggest(missing[0], names) or names
        raise InputFault.because("missing_column", column=missing[0], near="; ".join(near) or "–")


def _with_fault(frame: Frame) -> Frame:
    """Give lines a fault where they have none and no cost either, as after a join that found nothing."""
    uncosted = nw.when(nw.col(COST).is_null()).then(nw.lit("blank_required"))
    known = [nw.col(FAULT)] if FAULT in frame.collect_schema().names() else []
    return frame.with_columns(nw.coalesce(*known, uncosted).alias(FAULT))


def _with_fault_of_partitions(lines: Partitions) -> Partitions:
    known = lines[FAULT] if FAULT in lines.columns else lines[COST].isna().map({}, meta=(FAULT, "string"))
    return lines.assign(**{FAULT: known.mask(known.isna() & lines[COST].isna(), "blank_required")})


def _refuse_faulty(frames: Sequence[Frame], by: Sequence[str]) -> None:
    """Raise what is wrong with any line of tables in memory."""
    found = []
    for frame in frames:
        faulty = frame.filter(
            nw.col(COST).is_null() | ~nw.col(FAULT).is_null() if FAULT in frame.columns else nw.col(COST).is_null()
        )
        found += _with_fault(faulty).select(by[0], FAULT).rows()
    if found:
        keys = [str(key) for key, _ in found]
        said = {"count": len(found), "code": found[0][1], "first": min(keys), "last": max(keys)}
        raise InputFault.because("lines_at_fault", Place(column=COST), **said)


def _sums(frame: Frame, by: Sequence[str], costs: Sequence[str]) -> Frame:
    """Add up tables in memory; floats beside the integers tell a sum that may wrap, where there can be one."""
    wide = [name for name in costs if len(frame) and int(frame[name].max()) * len(frame) > SUM_LIMIT_VND]
    about = [f"{name}_about" for name in wide]
    frame = frame.with_columns(nw.col(name).cast(nw.Float64).alias(f"{name}_about") for name in wide)
    sums = frame.group_by(*by).agg(nw.col(*costs, *about).sum())
    if any(sums[name].max() > SUM_LIMIT_VND for name in (*about, *wide)):
        raise InputFault.because("sum_too_large", limit=SUM_LIMIT_VND)
    return sums.select(*by, *(nw.col(name).cast(nw.Int64) for name in costs))


def _totals(frame: Frame) -> Frame:
    """Add everything up to one row: each cost in two parts that cannot wrap, and what stands in the way."""
    names = frame.collect_schema().names()
    if FAULT not in names:
        frame = frame.with_columns(nw.lit(0, dtype=nw.Int64).alias(FAULTY_LINES), _no_text().alias(FAULT))
    faulty = nw.when(nw.col(FAULTY_LINES) > 0)
    frame = frame.with_columns(
        nw.col(FAULTY_LINES).alias("faulty"),
        (nw.col(FAULT) == "sum_too_large").cast(nw.Int64).alias("too_large"),
        faulty.then(nw.col(FAULT)).otherwise(_no_text()).alias("code"),
        faulty.then(nw.col(names[0]).cast(nw.String)).otherwise(_no_text()).alias("first"),
        *((nw.col(name) % SUM_PART).alias(f"{name}_low") for name in (_BASELINE, _SIMPLIFIED)),
    )
    frame = frame.with_columns(
        ((nw.col(name) - nw.col(f"{name}_low")) // SUM_PART).alias(f"{name}_high") for name in (_BASELINE, _SIMPLIFIED)
    )
    parts = [f"{name}_{part}" for name in (_BASELINE, _SIMPLIFIED) for part in ("high", "low")]
    return frame.select(
        nw.col("faulty", "too_large", *parts).sum(),
        nw.col("code", "first").min(),
        nw.col("first").max().alias("last"),
    )


def _totals_of_partition(lines: pd.DataFrame) -> pd.DataFrame:
    totals: pd.DataFrame = _totals(nw.from_native(lines)).to_native()
    return totals


def _collected(totals: Frame) -> list[dict[str, Any]]:
    if isinstance(totals, nw.LazyFrame):
        if totals.implementation.is_polars():
            totals = totals.collect()
        else:
            totals = totals.collect("pyarrow" if totals.implementation.is_spark_like() else "pandas")
    rows: list[dict[str, Any]] = list(totals.rows(named=True))
    return rows


def _no_text() -> nw.Expr:
    return nw.lit(None, dtype=nw.String)


def _whole(value: Any) -> int:  # noqa: ANN401 - a cell of any engine
    return 0 if is_missing(value) else int(value)
