"""Columns that make the cost of a line, and what is wrong with them as columns."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.arithmetic import (
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_STEPS,
)
from tthc_cost.errors import Place, UnknownNameError, remark
from tthc_cost.schema import TABLES
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    from tthc_cost.errors import Remark
    from tthc_cost.rates import RateTable

    Eager: TypeAlias = nw.DataFrame[Any]
    Lazy: TypeAlias = nw.LazyFrame[Any]
    DType: TypeAlias = Any

__all__ = [
    "ACTIVITIES",
    "CELL_CODES",
    "COST",
    "EFFORT",
    "FAULT",
    "FAULTY_LINES",
    "FIGURES",
    "FREQUENCY",
    "MONEY",
    "POPULATION",
    "WHITE_SPACE",
    "Figure",
    "LineColumns",
    "further_off_grid",
    "is_missing",
    "near_grades",
    "shown_value",
]

COST: Final = "annual_cost_vnd"
FAULT: Final = "fault"
FAULTY_LINES: Final = "faulty_lines"
WHITE_SPACE: Final = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
"""What is stripped off texts: named one by one, since engines left to themselves differ (a no-break space, say)."""
ACTIVITIES: Final = TABLES["activities"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A numeric column of a line.

    Parameters
    ----------
    name
        Name of the column.
    steps
        Steps of its grid in one unit.
    filled, whole
        Whether it may not be blank, and has no fractions.
    """

    name: str
    steps: int = 1
    filled: bool = False
    whole: bool = False

    @property
    def limit(self) -> int:
        """Largest value allowed."""
        return ACTIVITIES.column(self.name).limit or 0

    @property
    def vi(self) -> str:
        """Heading in Vietnamese."""
        return ACTIVITIES.column(self.name).vi


EFFORT: Final = Figure("effort_hours", EFFORT_STEPS_PER_HOUR)
MONEY: Final = (Figure("service_vnd"), Figure("fee_vnd"), Figure("other_vnd"))
FREQUENCY: Final = Figure("frequency", FREQUENCY_STEPS, filled=True)
POPULATION: Final = Figure("population", filled=True, whole=True)
FIGURES: Final = (EFFORT, *MONEY, FREQUENCY, POPULATION)
CELL_CODES: Final = (
    "blank_required", "not_finite", "negative", "over_limit", "not_whole", "rounds_to_zero",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineColumns:
    """Which columns a frame has for the cost of its lines, and what is wrong with them as columns.

    Parameters
    ----------
    readable, unreadable
        Names of the numeric columns that can be read, and of what is wanted and cannot.
    faults
        What is wrong with the columns.
    rates
        Hourly rates the lines are to be costed at.
    by_procedure
        Whether sums by procedure are wanted.
    """

    readable: frozenset[str]
    unreadable: frozenset[str]
    faults: tuple[Remark, ...]
    rates: RateTable | None
    by_procedure: bool

    @property
    def graded(self) -> bool:
        """Whether a line's rate depends on its grade."""
        return self.rates is not None and self.rates.for_all is None

    @classmethod
    def of(cls, frame: Eager | Lazy, rates: RateTable | None, *, by_procedure: bool = False) -> LineColumns:
        """Look at the columns of a frame, at their cells only where a type says nothing."""
        schema = frame.collect_schema()
        names = [str(name) for name in schema.names()]
        graded = rates is not None and rates.for_all is None
        wanted = [figure.name for figure in (EFFORT, FREQUENCY, POPULATION)]
        wanted += ["grade"] * graded + ["procedure"] * by_procedure
        place = Place(table=ACTIVITIES.name)
        faults = []
        for name in [name for name in wanted if name not in names]:
            near = suggest(name, names) or tuple(names)
            faults.append(remark("missing_column", place, column=name, near="; ".join(near) or "–"))
        absent = {figure.name.removesuffix("_vnd"): figure.name for figure in MONEY if figure.name not in names}
        others = [name for name in names if name not in ACTIVITIES.names and name != COST]
        near_money = {name: suggest(name.removesuffix("_vnd"), absent, 1) for name in others}
        faults += [
            remark("misspelt_column", place, column=name, near=absent[near[0]])
            for name, near in near_money.items()
            if near
        ]
        present = [figure.name for figure in FIGURES if figure.name in names]
        wrong = {name: seen for name in present if (seen := _not_numeric(frame, name, schema[name])) is not None}
        for name, seen in wrong.items():
            where = Place(table=ACTIVITIES.name, column=name)
            faults.append(remark("column_not_numeric", where, column=name, dtype=schema[name], value=seen))
        if by_procedure and "procedure" in names:
            seen = _not_code(frame, schema["procedure"])
            if seen is not None:
                faults.append(remark("code_is_number", Place(table=ACTIVITIES.name, column="procedure"), value=seen))
        missing = {name for name in wanted if name not in names}
        return cls(frozenset(present) - set(wrong), frozenset(wrong) | missing, tuple(faults), rates, by_procedure)


def _not_numeric(frame: Eager | Lazy, name: str, dtype: DType) -> str | None:
    """Return what a column holds that is no number; None when nothing."""
    if dtype.is_numeric():
        return None
    if isinstance(frame, nw.LazyFrame):
        # A column of nothing but nulls has no type narwhals knows; any other fails when it is cast.
        return None if dtype == nw.Unknown else "–"
    for value in frame[name].to_list():
        number = isinstance(value, (numbers.Real, Decimal)) and not isinstance(value, (bool, np.bool_))
        if not number and not is_missing(value):
            return str(value)
    return None


def _not_code(frame: Eager | Lazy, dtype: DType) -> str | None:
    """Return what a column of codes holds that is neither text nor a whole number; None when nothing."""
    if dtype.is_integer() or dtype in {nw.String, nw.Categorical, nw.Enum}:
        return None
    if isinstance(frame, nw.LazyFrame):
        return str(dtype)
    values = frame["procedure"].to_list()
    return next((str(value) for value in values if not is_missing(value) and not isinstance(value, str)), None)


def is_missing(value: object) -> bool:
    """Tell whether a cell of any engine holds nothing; unlike `is_blank` of a sheet, white space is something."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def further_off_grid(name: str, count: int) -> Remark:
    """Count the figures of a column that lie off its grid and are not shown."""
    figure = next(one for one in FIGURES if one.name == name)
    place = Place(table=ACTIVITIES.name, column=name)
    return remark("off_grid_lines", place, column=figure.vi, count=count, steps=figure.steps)


def shown_value(value: object) -> str:
    """Write a cell as its sheet would show it, a float by its shortest decimal."""
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)


def near_grades(value: object, rates: RateTable | None) -> str:
    """Return the grades nearest to one that has no rate, or an example of a step."""
    try:
        if rates is not None:
            rates.vnd_per_hour(str(value))
    except UnknownNameError as error:
        said = dict(error.faults[0].values)
        return said.get("known") or said.get("example") or "–"
    return "–"
