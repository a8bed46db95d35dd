"""Dask lines, partition by partition: each is a pandas frame that goes through the blocks of integers where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.arithmetic import STEPS_PER_VND, SUM_LIMIT_VND
from tthc_cost.line_blocks import costed_blocks
from tthc_cost.line_columns import CELL_CODES, COST, FAULT, FAULTY_LINES, FIGURES, LineColumns
from tthc_cost.line_expressions import remarks_of_kind
from tthc_cost.line_findings import Findings
from tthc_cost.procedure_sums import blank_procedures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tthc_cost.errors import Remark
    from tthc_cost.line_columns import Figure
    from tthc_cost.rates import RateTable

    Integers: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Partitions: TypeAlias = Any
    """A dask.dataframe.DataFrame, which is never computed here but in `partition_remarks`."""

__all__ = ["columns_of_partitions", "partition_costs", "partition_remarks", "partition_sums"]

_ABOUT: Final = "__tthc_about_"
_KINDS: Final = (
    ("procedure", "blank_required"),
    *((figure.name, code) for figure in FIGURES for code in CELL_CODES),
    (None, "no_figure"),
    ("grade", "effort_without_grade"),
    ("grade", "unknown_grade"),
    (None, "line_over_limit"),
    *((figure.name, "off_grid_lines") for figure in FIGURES),
    ("effort_hours", "grade_without_effort"),
)
"""What can be said of lines, in the order in which it is said."""


def columns_of_partitions(frame: Partitions, rates: RateTable | None, *, by_procedure: bool = False) -> LineColumns:
    """Look at the columns of a Dask frame, by their types alone.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Lines.
    rates : RateTable or None
        Hourly rates the lines are to be costed at.
    by_procedure : bool
        Whether sums by procedure are wanted.
    """
    return LineColumns.of(nw.from_native(_empty(frame)).lazy(), rates, by_procedure=by_procedure)


def partition_costs(frame: Partitions, columns: LineColumns) -> Partitions:
    """Add to each line its annual cost, null at fault, and the code of its first fault, null where sound.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Lines; not computed.
    columns : LineColumns
        Their columns; none at fault.

    Returns
    -------
    dask.dataframe.DataFrame
        The lines with `COST` (Int64) and `FAULT`.
    """
    return frame.map_partitions(_costed, columns, meta=_costed(_empty(frame), columns))


def partition_sums(
    frame: Partitions, keys: Sequence[str] = ("procedure",), costs: Sequence[str] = (COST,)
) -> Partitions:
    """Add up costed lines by their keys: within each partition, then over partitions, one row a key of each.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Lines with the keys, the costs [đồng] and `FAULT`, as `partition_costs` returns them; not computed.
    keys : sequence of str
        Columns to add up by.
    costs : sequence of str
        Columns to add up.

    Returns
    -------
    dask.dataframe.DataFrame
        The keys, each cost (null if a line is at fault or the sum passes 2^62), `FAULTY_LINES` and `FAULT`.
    """
    keys, costs = list(keys), list(costs)
    parts = frame.map_partitions(_addends, keys, costs, meta=_addends(_empty(frame), keys, costs))
    how = dict.fromkeys(parts.columns.drop(keys), "sum") | {FAULT: "min"}
    sums = parts.groupby(keys, dropna=False, observed=True, sort=False).agg(how).reset_index()
    return sums.map_partitions(_finished, keys, costs, meta=_finished(_empty(sums), keys, costs))


def partition_remarks(frame: Partitions, columns: LineColumns) -> Iterator[Remark]:
    """Say each kind of fault once, with a figure that has it and how many lines do: one computation.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Lines; each partition is computed to a row for each kind of fault.
    columns : LineColumns
        Their columns; none at fault.

    Yields
    ------
    Remark
        Faults and notes, by column, as `lazy_remarks` does.
    """
    found = frame.map_partitions(_kinds, columns, meta=_kinds(_empty(frame), columns)).compute()
    for number, rows in found.groupby("kind"):
        column, code = _KINDS[int(str(number))]
        seen = [value for value in rows["seen"] if value is not None]
        example = (min if code == "negative" else max)(seen, default=0)
        keys = rows[["first", "last"]].dropna()
        ends = (keys["first"].min(), keys["last"].max()) if len(keys) else (None, None)
        yield from remarks_of_kind(column, code, (int(rows["count"].sum()), example, *ends), columns.rates)


def _empty(frame: Partitions) -> pd.DataFrame:
    empty: pd.DataFrame = import_module("dask.dataframe.utils").make_meta(frame)
    return empty


@dataclass(slots=True)
class _Kind:
    """What is known of the lines of one partition that have the same fault."""

    count: int = 0
    seen: Any = None
    first: str | None = None
    last: str | None = None

    def see(self, code: str, values: list[Any]) -> None:
        """Keep the least of negative figures, and of others the greatest."""
        values = values if self.seen is None else [*values, self.seen]
        self.seen = (min if code == "negative" else max)(values, default=None)

    def stand(self, procedures: list[str]) -> None:
        """Keep the first and the last procedure."""
        known = [*procedures, *(key for key in (self.first, self.last) if key is not None)]
        self.first, self.last = min(known, default=None), max(known, default=None)


@dataclass(slots=True)
class _Marks(Findings):
    """Faults kept as each line's first code, and as counts by kind; nothing stops the costing of the other lines."""

    codes: NDArray[Any] = field(init=False)
    kinds: dict[tuple[str | None, str], _Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.said = []
        self.codes = np.full(len(self.frame), None, dtype=object)

    @property
    def sound(self) -> bool:
        """Whether the blocks are to be costed: always, a fault being told on its line."""
        return True

    def add(self, code: str, column: str | None, start: int, lines: Flags) -> None:
        """Mark the lines of the block that begins at ``start``, and count them."""
        if not lines.any():
            return
        first = self.codes[start : start + lines.size]
        first[lines & (first == None)] = code  # noqa: E711 - elementwise
        kind = self._counted(column, code, int(np.count_nonzero(lines)))
        positions = (np.flatnonzero(lines) + start).tolist()
        if code == "line_over_limit":
            kind.see(code, [int(self._cost(positions[0]) * STEPS_PER_VND)])
        elif column is not None and column != "procedure":
            shown = "effort_hours" if code == "effort_without_grade" else column
            kind.see(code, self.frame[shown][positions].drop_nulls().to_list())
        if "procedure" in self.frame.columns:
            kind.stand([str(key) for key in self.frame["procedure"][positions].drop_nulls().to_list()])

    def note_off_grid(self, figure: Figure, start: int, values: NDArray[Any], lines: Flags) -> None:  # noqa: ARG002 - counted only
        """Count the figures off the grid."""
        self._counted(figure.name, "off_grid_lines", int(np.count_nonzero(lines)))

    def _counted(self, column: str | None, code: str, lines: int) -> _Kind:
        kind = self.kinds.setdefault((column, code), _Kind())
        kind.count += lines
        return kind


def _marked(lines: pd.DataFrame, columns: LineColumns, *, with_notes: bool = False) -> tuple[_Marks, Integers]:
    """Cost a partition; what a faulty line costs has no meaning."""
    marks = _Marks(nw.from_native(lines, eager_only=True), columns)
    if columns.by_procedure:
        marks.add("blank_required", "procedure", 0, blank_procedures(marks.frame))
    blocks = [block for _, block in costed_blocks(marks, with_notes=with_notes)]
    return marks, np.concatenate([np.zeros(0, dtype=np.int64), *blocks])


def _costed(lines: pd.DataFrame, columns: LineColumns) -> pd.DataFrame:
    marks, costs = _marked(lines, columns)
    faults = pd.array(marks.codes, dtype="string")
    kept = lines.drop(columns=[COST, FAULT], errors="ignore")
    return kept.assign(**{COST: pd.arrays.IntegerArray(costs, np.asarray(~faults.isna())), FAULT: faults})


def _addends(lines: pd.DataFrame, keys: list[str], costs: list[str]) -> pd.DataFrame:
    whole = {name: lines[name].fillna(0).astype(np.int64) for name in costs}
    about = {f"{_ABOUT}{name}": part.astype(np.float64) for name, part in whole.items()}
    return lines[keys].assign(
        **whole, **about, **{FAULTY_LINES: lines[FAULT].notna().astype(np.int64), FAULT: lines[FAULT]}
    )


def _finished(sums: pd.DataFrame, keys: list[str], costs: list[str]) -> pd.DataFrame:
    too_large = (sums[[*costs, *(f"{_ABOUT}{name}" for name in costs)]] > SUM_LIMIT_VND).any(axis=1).to_numpy()
    incomplete = too_large | (sums[FAULTY_LINES] > 0).to_numpy()
    whole = {name: pd.arrays.IntegerArray(sums[name].to_numpy(dtype=np.int64, copy=True), incomplete) for name in costs}
    faults = sums[FAULT].mask(sums[FAULT].isna() & too_large, "sum_too_large")
    return sums[keys].assign(**whole, **{FAULTY_LINES: sums[FAULTY_LINES], FAULT: faults})


def _kinds(lines: pd.DataFrame, columns: LineColumns) -> pd.DataFrame:
    marks, _ = _marked(lines, columns, with_notes=True)
    if marks.grades_alone:
        marks.kinds["effort_hours", "grade_without_effort"] = _Kind(len(marks.grades_alone))
    rows = [(_KINDS.index(kind), one.count, one.seen, one.first, one.last) for kind, one in marks.kinds.items()]
    types: dict[str, Any] = {"kind": "int64", "count": "int64", "seen": object, "first": object, "last": object}
    return pd.DataFrame(rows, columns=list(types)).astype(types)
