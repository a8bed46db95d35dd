"""A frame brought to the contract of its table, and everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.cells import cell_reader
from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.schema import ORIGIN, TABLES, Unreadable, key_text, row_place
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.cells import Answer
    from tthc_cost.errors import Remark
    from tthc_cost.schema import Column, Table

AnyFrame: TypeAlias = Any
"""Whatever narwhals knows as a frame."""

_OFTEN_ALIKE: Final = frozenset({str, int, float, bool, type(None), type(pd.NA), dt.datetime, dt.date, Unreadable})
"""Kinds of cell that are read once for all that are equal."""
_NUMBERS: Final = frozenset({int, float, type(None)})

__all__ = ["AnyFrame", "Conformed", "as_pandas", "conform", "empty"]


def empty(table: str) -> pd.DataFrame:
    """Return a table without rows, with every column at its dtype."""
    return _empty(table).copy()


@cache
def _empty(table: str) -> pd.DataFrame:
    columns = {column.name: _blank(column.dtype, 0) for column in TABLES[table].columns}
    return pd.DataFrame(columns | {ORIGIN: _blank("string", 0)})


@dataclass(frozen=True, slots=True)
class Conformed:
    """A frame brought to the contract of its table.

    Parameters
    ----------
    frame : pandas.DataFrame
        All columns of the table in order and at their dtypes, `ORIGIN` last, a fresh index; a cell at fault is blank.
    remarks : tuple of Remark
        Faults, warnings and notes, each with its place.
    at_fault : frozenset of int
        Positions of the rows with a cell at fault: nothing more should be concluded from them.
    """

    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    at_fault: frozenset[int]


def as_pandas(frame: AnyFrame) -> pd.DataFrame:
    """Return a frame of any engine as a pandas one, its cells as Python objects; a pandas frame as it is.

    NaN is a fault where it is told from a missing value; in pandas it is the missing value.

    Parameters
    ----------
    frame : any dataframe
        Eager, or lazy and then collected.

    Raises
    ------
    InputFault
        If it is no dataframe.
    """
    if isinstance(frame, pd.DataFrame):
        return frame
    try:
        known = nw.from_native(frame)
    except TypeError:
        raise InputFault.because("not_a_dataframe", kind=type(frame).__name__) from None
    if isinstance(known, nw.LazyFrame):
        known = known.collect(None if known.implementation.is_polars() else "pandas")
    told_apart = not known.implementation.is_pandas()
    return pd.DataFrame(
        {name: pd.Series(_cells(known[name].to_list(), name, told_apart), dtype=object) for name in known.columns}
    )


def _cells(cells: list[Any], name: str, nan_is_told_from_missing: bool) -> list[Any]:
    """Return the cells of a column, a NaN marked as a fault where the engine tells it from a missing value."""
    if not nan_is_told_from_missing:
        return cells
    fault = Unreadable(remark("not_finite", column=name, value="NaN"))
    return [fault if isinstance(cell, float) and math.isnan(cell) else cell for cell in cells]


def conform(table: str, frame: AnyFrame | None) -> Conformed:
    """Bring a frame to the contract of its table, and say everything that is wrong with it.

    Parameters
    ----------
    table : str
        Name of a table in `TABLES`.
    frame : any dataframe or None
        Those columns in any order; text such as ``"45 phút"`` and quantities are read. None is an empty table.

    Returns
    -------
    Conformed

    Raises
    ------
    InputFault
        If it is no dataframe at all.
    """
    contract = TABLES[table]
    if frame is None:
        return Conformed(empty(table), (), frozenset())
    frame = as_pandas(frame)
    remarks = _check_headings(contract, frame)
    if not len(frame):
        return Conformed(empty(table), tuple(remarks), frozenset())
    frame = frame.loc[:, ~frame.columns.duplicated()].reset_index(drop=True)
    place = _places(contract, frame)
    columns: dict[str, pd.Series[Any]] = {}
    at_fault: set[int] = set()
    for column in contract.columns:
        if column.name not in frame.columns:
            columns[column.name] = _blank(column.dtype, len(frame))
            continue
        values, troubles = _read_column(column, frame[column.name])
        columns[column.name] = values
        for position, trouble in troubles.items():
            remarks += [replace(one, place=place(position, column.name)) for one in trouble]
        if not (troubles or column.filled):
            continue
        missing = set(np.flatnonzero(values.isna().to_numpy()).tolist())
        unread = missing & troubles.keys()
        if column.filled:
            for position in sorted(missing - unread):
                remarks.append(remark("blank_required", place(position, column.name), column=column.vi))
            unread = missing
        at_fault |= unread
    columns[ORIGIN] = frame[ORIGIN].astype("string") if ORIGIN in frame.columns else _blank("string", len(frame))
    conformed = pd.DataFrame(columns, index=frame.index)
    remarks += _check_keys(contract, conformed, at_fault)
    return Conformed(conformed, tuple(remarks), frozenset(at_fault))


@lru_cache(maxsize=64)
def _blank(dtype: str, rows: int) -> pd.Series[Any]:
    """Return a column of blanks; the same one again, since a frame takes its columns as copies."""
    missing: Any = pd.NaT if dtype.startswith("datetime") else np.nan if dtype == "float64" else pd.NA
    return pd.Series([missing] * rows, dtype=dtype)


def _places(table: Table, frame: pd.DataFrame) -> Callable[[int, str | None], Place]:
    """Return what tells the place of a row of a frame, or of one cell of it."""
    known = {name: frame[name].tolist() for name in (*table.key, ORIGIN) if name in frame.columns}
    return lambda row, column: row_place(table, {name: values[row] for name, values in known.items()}, column)


def _check_headings(table: Table, frame: pd.DataFrame) -> list[Remark]:
    given = [str(name) for name in frame.columns]
    place = Place(table=table.name)
    repeated = [name for name, count in Counter(given).items() if count > 1]
    remarks = [remark("repeated_column", place, column=name) for name in repeated]
    unknown = [name for name in dict.fromkeys(given) if name not in table.names]
    absent = [column.name for column in table.columns if column.name not in given]
    for column in table.columns:
        if column.name in absent and column.present and (len(frame) or given):
            near = suggest(column.name, given) or tuple(given)
            remarks.append(remark("missing_column", place, column=column.name, near="; ".join(near) or "–"))
    for name in unknown:
        near = suggest(name, absent, 1)
        if near:
            remarks.append(remark("misspelt_column", place, column=name, near=near[0]))
        else:
            remarks.append(remark("unknown_column", place, column=name))
    return remarks


def _check_keys(table: Table, frame: pd.DataFrame, at_fault: set[int]) -> list[Remark]:
    """Name every key that stands twice; a part of a key that may be blank is blank in both."""
    keys = frame[list(table.key)]
    if not keys.duplicated().any():
        return []
    needed = [name for name in table.key if table.column(name).filled]
    sound = ~pd.Series(keys.index.isin(list(at_fault)), index=keys.index)
    complete = keys.notna().all(axis="columns") | (keys[needed].notna().all(axis="columns") & sound)
    rows = keys[complete]
    repeated = np.flatnonzero(rows.duplicated(keep="first").to_numpy())
    if not len(repeated):
        return []
    place = _places(table, frame)
    positions = rows.index.to_numpy()
    kept = list(zip(*(rows[name].astype(object).where(rows[name].notna(), None) for name in table.key), strict=True))
    first: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(kept):
        first.setdefault(key, row)
    remarks = []
    for number in repeated.tolist():
        before = place(int(positions[first[kept[number]]]), None)
        remarks.append(
            remark(
                "duplicate_key",
                place(int(positions[number]), None),
                key="/".join(filter(None, key_text(dict(zip(table.key, kept[number], strict=True)), table))),
                first_vi=before.text("vi") or "1",
                first_en=before.text("en") or "1",
            )
        )
    return remarks


def _read_column(column: Column, values: pd.Series[Any]) -> tuple[pd.Series[Any], dict[int, tuple[Remark, ...]]]:
    """Read a column, the usual kinds of array as a whole, anything else cell by cell."""
    if values.array.isna().all():
        return _blank(column.dtype, len(values)), {}
    numbers = _plain_numbers(column, values)
    if numbers is not None:
        return numbers, {}
    cells, troubles = _read_cells(cell_reader(column), values.tolist())
    if column.dtype.startswith("datetime"):
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)).astype(column.dtype)), troubles  # type: ignore[call-overload]
    return pd.Series(cells, dtype=column.dtype), troubles


def _read_cells(read: Callable[[object], Answer], cells: list[Any]) -> tuple[list[Any], dict[int, tuple[Remark, ...]]]:
    """Read each cell, those that are alike once; return the values, and by row what is said of those at fault."""
    alike = cells
    kinds = set(map(type, cells))
    if kinds <= _OFTEN_ALIKE and len(kinds) > 1:
        alike = list(zip(map(type, cells), cells, strict=True))
    elif not kinds <= _OFTEN_ALIKE:
        alike = list(range(len(cells)))
    distinct = dict(zip(alike, cells, strict=True))
    answers = {key: read(cell) for key, cell in distinct.items()}
    values = {key: value for key, (value, _) in answers.items()}
    said = {key: one for key, (_, one) in answers.items() if one or isinstance(distinct[key], Unreadable)}
    by_row = {row: said[key] for row, key in enumerate(alike) if key in said} if said else {}
    return list(map(values.__getitem__, alike)), by_row


def _plain_numbers(column: Column, values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column of numbers within their limits as a whole; None when its cells must be looked at one by one."""
    dtypes = pd.api.types
    if column.limit is not None and values.dtype == object and set(map(type, values)) <= _NUMBERS:
        values = values.astype("float64")
    if column.limit is None or not dtypes.is_numeric_dtype(values.dtype) or dtypes.is_bool_dtype(values.dtype):
        return None
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    whole = column.dtype == "float64" or bool(np.all(np.isnan(numbers) | (numbers == np.floor(numbers))))
    in_range = np.isnan(numbers) | ((numbers >= 0) & (numbers <= column.limit))
    return pd.Series(numbers).astype(column.dtype) if whole and in_range.all() else None  # type: ignore[call-overload]
