"""How one cell is read as its column says: numbers, quantities, terms, codes, dates and flags."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from tthc_cost import arithmetic, units
from tthc_cost.errors import InputFault, Place, Remark, TthcCostError, remark
from tthc_cost.schema import ColumnKind, Unreadable, is_blank

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.schema import Column

__all__ = ["Answer", "cell_reader", "read_day", "read_value"]

Answer: TypeAlias = tuple[Any, tuple[Remark, ...]]
"""What a cell holds, None when it is blank or at fault, and what is to be said of it."""


def read_value(column: Column, value: object) -> Any:  # noqa: ANN401 - what the column's kind is read as
    """Read one value as a cell of a column.

    Parameters
    ----------
    column : Column
        The contract it is held against.
    value : object
        A plain number in the column's unit, a text, a quantity, a date, a flag, or nothing.

    Returns
    -------
    str, float, int, bool, datetime.date or None
        None when the value is blank. Money that is not whole stays as it is: the table that it goes into rounds it,
        and says so.

    Raises
    ------
    TthcCostError
        If it cannot be read, is NaN or negative, or passes the column's limit.

    Examples
    --------
    >>> from tthc_cost.schema import TABLES
    >>> read_value(TABLES["activities"].column("effort_hours"), "45 phút")
    0.75
    """
    if isinstance(value, float) and math.isnan(value):
        raise InputFault.because("not_finite", Place(column=column.name), column=column.vi, value="NaN")
    if is_blank(value):
        return None
    read = _reader(column)(value)
    if column.limit is None:
        return read
    whole, said = _within(column, read, column.limit)
    if whole is None:
        raise InputFault(*(one.at(column=column.name) for one in said))
    return float(read) if said else whole


def read_day(value: object) -> dt.date:
    """Read a day: a date, or text such as ``"2024-12-31"`` or ``"31/12/2024"``.

    Raises
    ------
    InputFault
        If it is none, or there is no such day.

    Examples
    --------
    >>> read_day("31/12/2024")
    datetime.date(2024, 12, 31)
    """
    if is_blank(value):
        raise InputFault.because("not_a_date", value=value)
    return _date(value)


def cell_reader(column: Column) -> Callable[[object], Answer]:
    """Return what reads the cells of a column and says what is wrong with each, instead of raising.

    Parameters
    ----------
    column : Column
        The contract the cells are held against.

    Returns
    -------
    callable
        From a cell to its value, None when it is blank or at fault, and what is to be said of it.
    """
    read = _reader(column)

    def answer(value: object) -> Answer:
        if isinstance(value, Unreadable):
            return None, (value.remark,) if value.remark else ()
        if is_blank(value):
            return None, ()
        try:
            seen = read(value)
        except TthcCostError as error:
            return None, error.faults
        return (seen, ()) if column.limit is None else _within(column, seen, column.limit)

    return answer


def _within(column: Column, value: Fraction | float, limit: int) -> Answer:
    """Hold a figure against its column's limits, and make whole what has no fractions."""
    shown = {"value": _shown(value), "column": column.vi}
    if value < 0:
        return None, (remark("negative", **shown),)
    if value > limit:
        return None, (remark("over_limit", **shown, limit=limit),)
    if column.dtype == "float64":
        return float(value), ()
    whole = arithmetic.steps_of(value, 1)
    if whole == value:
        return whole, ()
    if column.kind in {ColumnKind.POPULATION, ColumnKind.COUNT}:
        code = "not_whole"
    else:
        code = "rounded_money" if whole else "rounds_to_zero"
    return whole if code == "rounded_money" else None, (remark(code, **shown, rounded=whole),)


def _shown(value: Fraction | float) -> str:
    return str(value) if not isinstance(value, Fraction) else str(float(value))


def _reader(column: Column) -> Callable[[Any], Any]:
    kind = ColumnKind
    if column.kind is kind.TERM and column.term is not None:
        term = column.term
        return lambda value: term.parse(str(value)).value
    readers: dict[ColumnKind, Callable[[Any], Any]] = {
        kind.CODE: lambda value: _code(value, whole_numbers=False),
        kind.NUMBER_CODE: lambda value: _code(value, whole_numbers=True),
        kind.CODES: _codes,
        kind.TEXT: _text,
        kind.EFFORT: lambda value: units.read_effort(value, argument=column.name),
        kind.MONEY: lambda value: units.read_money(value, argument=column.name),
        kind.RATE: lambda value: units.read_rate(value, argument=column.name),
        kind.FREQUENCY: lambda value: units.read_frequency(value, argument=column.name),
        kind.POPULATION: lambda value: units.read_count(value, argument=column.name),
        kind.COUNT: lambda value: units.read_count(value, argument=column.name),
        kind.DAYS: lambda value: units.read_duration(value, argument=column.name),
        kind.NUMBER: lambda value: _number(value, column.name),
        kind.DATE: _date,
        kind.FLAG: _flag,
    }
    return readers[column.kind]


_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    if _HALF_CHARACTER.search(text):
        raise InputFault.because("broken_text", value=text.encode("utf-8", "replace").decode("utf-8"))
    return text


def _code(value: object, *, whole_numbers: bool) -> str:
    if isinstance(value, (int, float, Decimal, np.number)) and not (whole_numbers and float(value).is_integer()):
        raise InputFault.because("code_is_number", value=value)
    return _text(value)


def _codes(value: object) -> str | None:
    parts = (part.strip() for part in _code(value, whole_numbers=True).split(";"))
    return ";".join(part for part in parts if part) or None


def _number(value: object, column: str) -> float:
    if isinstance(value, str):
        return float(units.read_number(value, argument=column))
    number = float(value) if isinstance(value, (int, float, Decimal, Fraction, np.number)) else math.nan
    if not math.isfinite(number):
        raise InputFault.because("not_a_number", value=value)
    return number


_DAY_FIRST: Final = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")


_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00:00)?")


def _date(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, np.datetime64):
        return pd.Timestamp(value).date()
    text = str(value).strip()
    try:
        if found := _ISO.fullmatch(text):
            return dt.date(*(int(part) for part in found.groups()))
        if found := _DAY_FIRST.fullmatch(text):
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise InputFault.because("no_such_date", value=text) from None
    raise InputFault.because("not_a_date", value=text)


_FLAGS: Final = {"có": True, "x": True, "true": True, "yes": True, "1": True,
                 "không": False, "false": False, "no": False, "0": False}  # fmt: skip


def _flag(value: object) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    found = _FLAGS.get(_text(value).casefold())
    if found is None:
        raise InputFault.because("not_a_flag", value=value)
    return found
