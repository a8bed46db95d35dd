"""The table of ranges read: which figure of the cost each row is about, and what is wrong with the row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from tthc_cost.errors import Remark, remark
from tthc_cost.line_columns import EFFORT, FREQUENCY, MONEY, POPULATION
from tthc_cost.schema import TABLES, key_text, row_place, rows_of
from tthc_cost.vocabulary import fold, nearest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tthc_cost.inventory import Inventory
    from tthc_cost.schema import Table
    from tthc_cost.vocabulary import State

__all__ = ["Stated", "StatedRanges", "stated_ranges"]

_VOLUMES: Final = (FREQUENCY.name, POPULATION.name)
_OF_COST: Final[Mapping[str, tuple[str, ...]]] = {
    "activities": (EFFORT.name, *(one.name for one in MONEY), *_VOLUMES),
    "procedures": _VOLUMES,
    "volumes": _VOLUMES,
}
"""The figures that make the cost, by table."""

Key = tuple[str, ...]


class Stated(NamedTuple):
    """One figure with its range, in the unit of its column."""

    low: float
    figure: float
    high: float


@dataclass(frozen=True, slots=True)
class StatedRanges:
    """The ranges of one state that are of figures of the cost.

    Parameters
    ----------
    of : mapping
        From table and column to what is stated by the key of the row.
    remarks : tuple of Remark
        Faults of rows, and the rows that are of no figure of the cost.
    """

    of: Mapping[tuple[str, str], Mapping[Key, Stated]]
    remarks: tuple[Remark, ...]


def stated_ranges(inventory: Inventory, state: State) -> StatedRanges:
    """Read the table of ranges of one state.

    Parameters
    ----------
    inventory : Inventory
        Its ranges name a table and a column, by code or by heading, and a row by its key, joined by ``/``.
    state : State
        Which state it is, for the places of the remarks.

    Returns
    -------
    StatedRanges
        Every low is at most the figure and every high at least it; volumes have a low above zero.
    """
    found: dict[tuple[str, str], dict[Key, Stated]] = {}
    remarks: list[Remark] = []
    rows = {name: _Rows.of(TABLES[name], inventory.tables[name]) for name in _OF_COST} if len(inventory.ranges) else {}
    for row in rows_of(inventory.ranges):
        said = _figure(row, rows)
        if isinstance(said, Remark):
            remarks.append(said.at(**_place(row, state)))
        else:
            table, column, key, one = said
            found.setdefault((table, column), {})[key] = one
    return StatedRanges(found, tuple(remarks))


def _place(row: Mapping[str, Any], state: State) -> dict[str, Any]:
    place = row_place(TABLES["ranges"], row)
    where = {one.name: getattr(place, one.name) for one in fields(place)}
    return where | {"state": state.value}


def _figure(  # noqa: PLR0911 - each is another fault
    row: Mapping[str, Any], rows: Mapping[str, _Rows]
) -> tuple[str, str, Key, Stated] | Remark:
    """Return the table, the column, the key and the range of a row, or what is wrong with it."""
    table = _table_of(row["table"])
    if table is None:
        return remark("range_unknown_table", value=row["table"], known=", ".join(_OF_COST))
    column = _column_of(table, row["column"])
    if column is None:
        known = ", ".join(_OF_COST.get(table, TABLES[table].names[:-1]))
        return remark("range_unknown_column", value=row["column"], table=table, known=known)
    if column not in _OF_COST.get(table, ()):
        return remark("range_not_of_cost", table=table, column=column)
    figure = rows[table].figure(row["key"], column)
    if isinstance(figure, str):
        return remark(figure, value=row["key"], table=table, near=rows[table].near(row["key"]))
    key, value = figure
    low, high = float(row["low"]), float(row["high"])
    if pd.isna(value):
        return remark("range_without_figure", column=column)
    if not low <= value <= high:
        return remark("range_outside", low=f"{low:g}", value=f"{value:g}", high=f"{high:g}")
    if column in _VOLUMES and low == 0 < high:
        return remark("range_from_zero", column=column)
    return table, column, key, Stated(low, float(value), high)


@cache
def _table_of(text: str) -> str | None:
    """Return the table that a text names, by its name or its heading."""
    folded = fold(text)
    return next((one.name for one in TABLES.values() if folded in {fold(one.name), fold(one.vi)}), None)


@cache
def _column_of(table: str, text: str) -> str | None:
    folded = fold(text)
    return next((one.name for one in TABLES[table].columns if folded in {fold(one.name), fold(one.vi)}), None)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a table by their keys as the table of ranges writes them."""

    columns: Mapping[str, list[Any]]
    keys: Mapping[str, tuple[int, Key]]
    ambiguous: frozenset[str]
    near: Any

    @classmethod
    def of(cls, table: Table, frame: pd.DataFrame) -> _Rows:
        keys = [key_text(row, table) for row in rows_of(frame[list(table.key)])]
        texts = ["/".join(key) for key in keys]
        ambiguous = frozenset(text for text, count in Counter(texts).items() if count > 1)
        by_text = {text: (row, key) for row, (text, key) in enumerate(zip(texts, keys, strict=True))}
        columns = {name: frame[name].tolist() for name in _OF_COST[table.name]}
        return cls(columns, by_text, ambiguous, nearest_of(by_text))

    def figure(self, text: str, column: str) -> tuple[Key, Any] | str:
        """Return the key of a row and its figure, or the code of what is wrong."""
        if text in self.ambiguous:
            return "range_ambiguous_row"
        if text not in self.keys:
            return "range_unknown_row"
        row, key = self.keys[text]
        return key, self.columns[column][row]
