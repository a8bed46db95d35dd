"""Constructed lines of two states, the same for every engine: ten lines a procedure, twenty grades, agencies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd
import polars as pl

from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

__all__ = [
    "AFTER",
    "AGENCIES",
    "BEFORE",
    "BYTES_A_LINE",
    "GRADES",
    "HOURLY_VND",
    "LINES_OF_EACH",
    "Constructed",
    "constructed",
    "rate_table",
]

LINES_OF_EACH: Final = 10
AGENCIES: Final = 3_400
"""The communes, wards and provincial departments of the country, at most one to ten procedures."""
GRADES: Final = [f"A{kind}/{step}" for kind in (1, 2) for step in range(1, 11)]
HOURLY_VND: Final = np.random.default_rng(2).integers(20_000, 60_000, len(GRADES))
BYTES_A_LINE: Final = 8 + 1 + 4 * 8
"""A whole-number procedure, the code of a grade, and effort, money, frequency and population of eight bytes each."""
BEFORE: Final = "before"
AFTER: Final = "after"


def rate_table() -> RateTable:
    """Return the hourly rates of the twenty grades."""
    return RateTable.from_table(pd.DataFrame({"grade": GRADES, "vnd_per_hour": HOURLY_VND}), source="bảng thử")


@dataclass(frozen=True, slots=True)
class Constructed:
    """Lines of two states as plain arrays, no cell blank and all figures on their grid.

    Parameters
    ----------
    procedure, grade
        Number of each line's procedure, sorted, and of its grade.
    effort
        Hours of one case before and after [person-hours]; money, frequency and population stay.
    service_vnd, frequency, population
        Money of one case [đồng], times and subjects a year.
    agency_of
        The agency of each procedure.
    first_procedure
        What the code of the first procedure is numbered from.
    """

    procedure: Integers
    grade: NDArray[np.int8]
    effort: dict[str, Floats]
    service_vnd: Floats
    frequency: Floats
    population: Integers
    agency_of: Integers
    first_procedure: int = 0

    @property
    def lines(self) -> int:
        return self.procedure.size

    def shuffled(self) -> Constructed:
        """Return the same lines in no order."""
        order = np.random.default_rng(3).permutation(self.lines)
        named = ("procedure", "grade", "service_vnd", "frequency", "population")
        effort = {state: hours[order] for state, hours in self.effort.items()}
        return replace(self, effort=effort, **{name: getattr(self, name)[order] for name in named})

    def codes(self) -> pd.Series[str]:
        """Return the code of each procedure, in the order of their numbers."""
        numbers = pd.Series(np.arange(self.agency_of.size) + self.first_procedure).astype("str")
        return "NB-" + numbers.str.zfill(9)

    def pandas(self, state: str, keys: str) -> pd.DataFrame:
        """Return the lines of a state with keys as ``"numbers"``, ``"text"`` or ``"category"``.

        Grades are categories beside numbers, as in an inventory, and else like the procedures.
        """
        grades = pd.Categorical.from_codes(self.grade, pd.Index(GRADES))
        procedures: Any = self.procedure
        if keys != "numbers":
            procedures = pd.Categorical.from_codes(self.procedure, pd.Index(self.codes()))
        columns = {"procedure": procedures, "grade": grades, **self._figures(state)}
        frame = pd.DataFrame(columns)
        return frame.astype({"procedure": "str", "grade": "str"}) if keys == "text" else frame

    def pandas_agencies(self, keys: str) -> pd.DataFrame:
        """Return the agency of each procedure as a table."""
        codes = np.arange(self.agency_of.size) if keys == "numbers" else self.codes()
        frame = pd.DataFrame({"procedure": codes, "agency": self.agency_of})
        return frame.astype({"procedure": "category"}) if keys == "category" else frame

    def polars(self, state: str, keys: str) -> pl.DataFrame:
        """Return the lines of a state with keys as ``"numbers"`` or ``"text"``; grades are text."""
        procedure = pl.Series(self.procedure)
        if keys == "text":
            procedure = pl.Series(self.codes().to_numpy(dtype=object), dtype=pl.String).gather(procedure)
        grade = pl.Series(GRADES).gather(self.grade)
        return pl.DataFrame({"procedure": procedure, "grade": grade, **self._figures(state)})

    def polars_agencies(self, keys: str) -> pl.DataFrame:
        """Return the agency of each procedure as a table."""
        codes = np.arange(self.agency_of.size) if keys == "numbers" else self.codes().to_numpy(dtype=object)
        return pl.DataFrame({"procedure": codes, "agency": self.agency_of})

    def _figures(self, state: str) -> dict[str, Any]:
        return {
            "effort_hours": self.effort[state],
            "service_vnd": self.service_vnd,
            "frequency": self.frequency,
            "population": self.population,
        }


@lru_cache(maxsize=1)
def constructed(lines: int, part: int = 0) -> Constructed:
    """Construct lines from a seed; another part has other procedures."""
    chance = np.random.default_rng((1, part))
    procedures = max(1, lines // LINES_OF_EACH)
    hundredths = chance.integers(4, 1000, lines)
    kept = chance.choice(np.array([4, 3, 2]), lines)
    return Constructed(
        procedure=np.arange(lines) // LINES_OF_EACH,
        grade=chance.integers(0, len(GRADES), lines, dtype=np.int8),
        effort={BEFORE: hundredths / 100, AFTER: (hundredths * kept // 4) / 100},
        service_vnd=chance.integers(0, 50_000, lines).astype(np.float64),
        frequency=chance.choice(np.array([0.5, 1.0, 4.0, 12.0]), lines),
        population=chance.integers(1, 500, lines),
        agency_of=chance.integers(0, max(1, min(AGENCIES, procedures // 10)), procedures),
        first_procedure=part * procedures,
    )
