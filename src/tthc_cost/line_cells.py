"""Eager columns of lines read block by block and put on the grid; rates of grades are looked up once a spelling."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.arithmetic import steps_of_block
from tthc_cost.errors import UnknownNameError
from tthc_cost.line_columns import is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from tthc_cost.line_columns import Figure, LineColumns
    from tthc_cost.rates import RateTable

    Integers: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Eager: TypeAlias = nw.DataFrame[Any]
    Column: TypeAlias = nw.Series[Any]

__all__ = ["NO_GRADE", "UNKNOWN_GRADE", "Cells", "numbers_of", "rates_reader", "reader_of", "snapped"]

NO_GRADE: Final = -1
"""Stands for the rate of a line without a grade."""
UNKNOWN_GRADE: Final = -2
"""Stands for the rate of a grade that the rate table does not name."""


@dataclass(slots=True)
class Cells:
    """A block of one column on its grid; what is blank or at fault stands as 0."""

    steps: Integers
    typed: NDArray[Any]
    blank: Flags | None
    faults: dict[str, Flags]


def reader_of(column: Column) -> Callable[[int, int], tuple[NDArray[Any], Flags | None]]:
    """Return what reads a column's lines from … to; a plain pandas column is one array, sliced without a copy."""
    native = column.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, np.dtype) and native.dtype.kind in "iuf":
        whole = native.to_numpy()
        return lambda start, stop: (whole[start:stop], None)
    return lambda start, stop: numbers_of(column[start:stop])


def numbers_of(part: Column) -> tuple[NDArray[Any], Flags | None]:
    """Return a block's numbers, NaN where blank, and where the engine holds a NaN that is no blank."""
    dtype: Any = part.dtype
    if not dtype.is_numeric():
        return np.array(
            [math.nan if is_missing(value) else float(value) for value in part.to_list()], dtype=float
        ), None
    if dtype.is_decimal() or dtype in {nw.Int128, nw.UInt128}:
        part = part.cast(nw.Float64)
    values = part.to_numpy()
    if values.dtype.kind == "O":
        values = part.cast(nw.Float64).to_numpy().astype(np.float64)
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
        if dtype.is_float() and not part.implementation.is_pandas_like() and np.isnan(values.min(initial=0.0)):
            blank = part.is_null().to_numpy()
            odd = np.isnan(values) & ~blank
            return values, odd if odd.any() else None
    return values, None


def snapped(figure: Figure, values: NDArray[Any], not_a_number: Flags | None) -> Cells:
    """Put a block on the grid; the lines are looked at one by one only if its extremes are not in order."""
    blank: Flags | None = None
    faults: dict[str, Flags] = {}
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
    if not (values.min() >= 0 and values.max() <= figure.limit):
        missing = np.isnan(values)
        infinite = np.isinf(values)
        if not_a_number is not None:
            missing &= ~not_a_number
            infinite |= not_a_number
        finite = ~(missing | infinite)
        faults = {
            "blank_required": missing & figure.filled,
            "not_finite": infinite,
            "negative": finite & (values < 0),
            "over_limit": finite & (values > figure.limit),
        }
        blank = missing if missing.any() else None
        values = np.where(missing | np.logical_or.reduce(list(faults.values())), 0, values)
    if values.dtype.kind != "f":
        steps = values.astype(np.int64, copy=False)
        steps = steps if figure.steps == 1 else steps * figure.steps
    elif figure.whole:
        steps = values.astype(np.int64)
        faults["not_whole"] = steps != values
    else:
        steps = steps_of_block(values, figure.steps)
        if np.count_nonzero(steps != 0) != np.count_nonzero(values != 0):  # flags are counted faster than numbers
            faults["rounds_to_zero"] = (steps == 0) & (values != 0)
    return Cells(steps, values, blank, {code: lines for code, lines in faults.items() if lines.any()})


def rates_reader(frame: Eager, columns: LineColumns) -> Callable[[int, int], Integers]:
    """Return what gives the rates of the lines from … to; negative where there is no grade or an unknown one.

    Each spelling is looked up once; categories are never turned back into text.
    """
    rates = columns.rates
    if rates is None or not columns.graded or "grade" in columns.unreadable:
        rate = 0 if rates is None else rates.for_all or 0
        return lambda start, stop: np.full(stop - start, rate, dtype=np.int64)
    grades, rate_of = frame["grade"], _RateOf(rates)
    native = grades.to_native()
    if not isinstance(native, pd.Series):
        return lambda start, stop: rate_of.spelled(grades[start:stop].cast(nw.String))
    if isinstance(native.dtype, pd.CategoricalDtype):
        codes, of_category = native.cat.codes.to_numpy(), rate_of.table(native.cat.categories)
        return lambda start, stop: of_category.take(codes[start:stop], mode="wrap")

    def from_pandas(start: int, stop: int) -> Integers:
        positions, spellings = pd.factorize(native.iloc[start:stop])
        rates_of_lines: Integers = rate_of.table(spellings)[positions]
        return rates_of_lines

    return from_pandas


@dataclass(frozen=True, slots=True)
class _RateOf:
    """The rate of each spelling of a grade, looked up once."""

    rates: RateTable
    known: dict[str, int] = field(default_factory=dict)

    def one(self, grade: object) -> int:
        text = "" if is_missing(grade) else str(grade)
        if not text.strip():
            return NO_GRADE
        if text not in self.known:
            try:
                self.known[text] = self.rates.vnd_per_hour(text)
            except UnknownNameError:
                self.known[text] = UNKNOWN_GRADE
        return self.known[text]

    def table(self, grades: Iterable[object]) -> Integers:
        """Return the rates of grades in order, and that of a blank (code -1) last."""
        return np.array([*(self.one(grade) for grade in grades), NO_GRADE], dtype=np.int64)

    def spelled(self, part: Column) -> Integers:
        """Return the rates of a block of an engine, which replaces each spelling itself."""
        spellings = [grade for grade in part.unique().to_list() if grade is not None]
        if not spellings:
            return np.full(len(part), NO_GRADE, dtype=np.int64)
        found = part.replace_strict(spellings, [self.one(grade) for grade in spellings], return_dtype=nw.Int64)
        return found.fill_null(NO_GRADE).to_numpy()
