"""Exact sums of eager lines by procedure: keys are numbered once, sorted ones without hashing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.arithmetic import BLOCK_LINES, add_sums
from tthc_cost.errors import InputFault
from tthc_cost.line_blocks import costed_blocks
from tthc_cost.line_columns import WHITE_SPACE
from tthc_cost.line_findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from tthc_cost.line_columns import LineColumns

    Integers: TypeAlias = NDArray[np.int64]
    Eager: TypeAlias = nw.DataFrame[Any]
    Column: TypeAlias = nw.Series[Any]
    AnyFrame: TypeAlias = Any
    """Whatever narwhals knows as a frame; the same kind comes back."""

__all__ = ["blank_procedures", "procedure_sums"]

_SPREAD: Final = 4
"""How many times wider than their number whole keys may lie and still be counted rather than hashed."""
_LARGEST: Final = 2**63


def procedure_sums(frame: Eager, scenarios: Mapping[str, LineColumns]) -> AnyFrame:
    """Return what each procedure costs a year in each scenario, sorted by procedure, as a native frame.

    Parameters
    ----------
    frame : narwhals DataFrame
        Lines with ``procedure``.
    scenarios : mapping of str to LineColumns
        The columns of the lines, looked at for sums by procedure, with the rates of each scenario; its costs go into
        the column of that name. All are costed in one pass over the lines.

    Raises
    ------
    InputFault
        With every fault of every line in any scenario, or of a sum beyond 2^62 đồng.
    """
    findings = {name: Findings(frame, columns) for name, columns in scenarios.items()}
    first = next(iter(findings.values()))
    groups = None
    if "procedure" in frame.columns and not any(one.place.column == "procedure" for one in first.columns.faults):
        blank = blank_procedures(frame)
        if blank.any():
            first.add("blank_required", "procedure", 0, blank)
        else:
            groups = _grouped(frame["procedure"])
    totals = {name: np.zeros(0 if groups is None else groups.count, dtype=np.int64) for name in scenarios}
    at_most = dict.fromkeys(scenarios, 0)
    for blocks in zip_longest(*(costed_blocks(one) for one in findings.values())):
        if groups is None or None in blocks:
            continue
        start = blocks[0][0]
        of_lines = groups.of_lines(start, start + blocks[0][1].size)
        for name, (_, costs) in zip(scenarios, blocks, strict=True):
            try:
                at_most[name] = add_sums(totals[name], of_lines, costs, at_most[name])
            except InputFault as error:
                findings[name].said += error.faults
                groups = None
                break
    if groups is None or not all(one.sound for one in findings.values()):
        raise InputFault(*dict.fromkeys(said for one in findings.values() if not one.sound for said in one.remarks()))
    backend = frame.implementation
    columns = (nw.new_series(name, part, nw.Int64, backend=backend) for name, part in totals.items())
    sums = groups.labels.to_frame().with_columns(*columns)
    return sums.to_native() if groups.in_order else sums.sort("procedure").to_native()


def blank_procedures(frame: Eager) -> NDArray[np.bool_]:
    """Tell which lines name no procedure: nothing, or text of white space.

    Parameters
    ----------
    frame : narwhals DataFrame
        Lines with ``procedure``.

    Returns
    -------
    array of bool, shape (n,)
    """
    codes = frame["procedure"]
    blank: NDArray[np.bool_] = codes.is_null().to_numpy()
    native = codes.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, pd.CategoricalDtype):
        of_category = pd.Series(native.cat.categories).astype("str").str.strip(WHITE_SPACE) == ""
        empty = np.append(of_category.to_numpy(dtype=np.bool_), True)
        return empty.take(native.cat.codes.to_numpy(), mode="wrap") if empty[:-1].any() else blank
    if codes.dtype in {nw.String, nw.Categorical, nw.Enum} and not blank.all():
        texts = codes.cast(nw.String).str.strip_chars(WHITE_SPACE)
        blank = blank | (texts == "").fill_null(value=False).to_numpy()
    return blank


@dataclass(frozen=True, slots=True)
class _Groups:
    """The procedures of a frame: one label a group, and the group of each line."""

    labels: Column
    of_lines: Callable[[int, int], NDArray[Any]]
    in_order: bool = False

    @property
    def count(self) -> int:
        return len(self.labels)


def _grouped(keys: Column) -> _Groups:
    """Give each procedure a number: categories by their codes, sorted keys without hashing, others by hashing once."""
    native = keys.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, pd.CategoricalDtype):
        return _grouped_categories(native)
    dtype = keys.dtype
    if dtype in {nw.Categorical, nw.Enum}:
        keys = keys.cast(nw.String)
    if dtype.is_integer() and (groups := _grouped_numbers(keys)) is not None:
        return groups
    firsts = _first_lines(keys)
    if firsts is not None:
        labels = keys[firsts.tolist()] if not isinstance(native, pd.Series) else _from_pandas(native.iloc[firsts])

        def of_lines(start: int, stop: int) -> Integers:
            here = firsts[np.searchsorted(firsts, start, side="right") : np.searchsorted(firsts, stop)] - start
            steps = np.zeros(stop - start, dtype=np.int64)
            steps[here] = 1
            steps[0] += np.searchsorted(firsts, start, side="right") - 1
            return np.cumsum(steps)

        return _Groups(labels if keys.dtype == dtype else labels.cast(dtype), of_lines, in_order=True)
    if isinstance(native, pd.Series):
        codes, found = pd.factorize(native)
        labels = _from_pandas(pd.Series(found, dtype=native.dtype, name="procedure"))
    else:
        labels = keys.unique()
        codes = keys.replace_strict(labels.to_list(), range(len(labels)), return_dtype=nw.Int64).to_numpy()
        labels = labels if keys.dtype == dtype else labels.cast(dtype)
    return _Groups(labels, lambda start, stop: codes[start:stop])


def _from_pandas(series: pd.Series[Any]) -> Column:
    column: Column = nw.from_native(series.reset_index(drop=True), series_only=True)
    return column


def _grouped_categories(native: pd.Series[Any]) -> _Groups:
    categories = native.cat.categories
    codes = native.cat.codes.to_numpy()
    seen = np.zeros(len(categories), dtype=np.bool_)
    seen[codes] = True
    if categories.is_monotonic_increasing:
        order = np.flatnonzero(seen)
    else:
        by_text = np.argsort(np.array([str(category) for category in categories], dtype=object))
        order = by_text[seen[by_text]]
    group = np.zeros(len(categories), dtype=np.intp)
    group[order] = np.arange(order.size)
    labels = pd.Series(categories.take(order), dtype=native.dtype, name="procedure")
    return _Groups(_from_pandas(labels), lambda start, stop: group[codes[start:stop]], in_order=True)


def _grouped_numbers(keys: Column) -> _Groups | None:
    """Tell whole numbers apart by counting them, without hashing; None if they lie too far from each other."""
    if keys.null_count() or not len(keys):
        return None
    numbers, native = keys.to_numpy(), keys.to_native()
    lowest, highest = int(numbers.min()), int(numbers.max())
    if highest - lowest >= _SPREAD * len(keys) or highest >= _LARGEST:
        return None
    seen = np.zeros(highest - lowest + 1, dtype=np.bool_)

    def offsets(start: int, stop: int) -> Integers:
        return numbers[start:stop].astype(np.int64, copy=False) - lowest

    for start in range(0, len(numbers), BLOCK_LINES):
        seen[offsets(start, start + BLOCK_LINES)] = True
    labels = (np.flatnonzero(seen) + lowest).astype(numbers.dtype)
    if isinstance(native, pd.Series):
        column = _from_pandas(pd.Series(labels, dtype=native.dtype, name="procedure"))
    else:
        column = nw.new_series("procedure", labels, keys.dtype, backend=keys.implementation)
    if labels.size == seen.size:
        return _Groups(column, offsets, in_order=True)
    group = np.cumsum(seen) - 1
    return _Groups(column, lambda start, stop: group[offsets(start, stop)], in_order=True)


def _first_lines(keys: Column) -> Integers | None:
    """Return where each procedure begins if the keys are sorted; None if they are not."""
    firsts = [np.zeros(min(1, len(keys)), dtype=np.int64)]
    native = keys.to_native()
    whole: Any = keys
    if isinstance(native, pd.Series):
        whole = native.to_numpy() if isinstance(native.dtype, np.dtype) else native.array
    for start in range(0, len(keys) - 1, BLOCK_LINES):
        part = whole[start : start + BLOCK_LINES + 1]
        if whole is keys and not keys.dtype.is_integer():
            in_order, changes = part.is_sorted(), part[:-1] != part[1:]
        else:
            values = part.to_numpy() if whole is keys else part
            in_order, changes = (values[:-1] <= values[1:]).all(), values[:-1] != values[1:]
        if not in_order:
            return None
        firsts.append(np.flatnonzero(np.asarray(changes, dtype=np.bool_)) + (start + 1))
    return np.concatenate(firsts)
