"""Written workbooks of form 03/SCM-KSTT: what their cells hold, and what must add up to a comparison's integers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pandas as pd
import pytest

from review_strategies import review_of
from tthc_cost.comparison import compare
from tthc_cost.model import Activity, Decision, Procedure
from tthc_cost.rates import RateTable
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tthc_cost.comparison import Comparison

__all__ = [
    "ANNUAL", "CODE", "FIRST_COST", "LARGEST_FEE_VND", "NUMBER", "RATES", "SUMMARY", "WORK",
    "Sheets", "check_against", "formulas_of", "hard_cases", "values_of",
]  # fmt: skip

SUMMARY, RATES = "Tổng hợp", "Mức thu nhập"
NUMBER, WORK, ANNUAL, CODE = 0, 1, 10, 12
"""Columns of a procedure's sheet."""
FIRST_COST = 7
"""Column of the summary."""
LARGEST_FEE_VND: Final = 2**53 // 900_000
"""Fee of one subject, once a year, whose numerator a binary float still holds exactly."""
_BLOCKS: Final = {"I": State.BASELINE, "II": State.SIMPLIFIED}

Sheets = dict[str, list[tuple[Any, ...]]]


def values_of(path: Path) -> Sheets:
    """Return the values that a workbook holds, those beside formulas too."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def formulas_of(path: Path) -> dict[tuple[str, int, int], str]:
    """Return every formula of a workbook by sheet, row and column, counted from 0."""
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.row - 1, cell.column - 1): str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def check_against(comparison: Comparison, sheets: Sheets) -> None:
    """Hold every line, sub-total and total of a workbook against the comparison's integers."""
    columns = ["baseline_vnd", "simplified_vnd"]
    costs = pd.concat([comparison.procedures.query("counted"), comparison.apart]).set_index("procedure")[columns]
    summary = sheets[SUMMARY]
    shown = {row[1]: row[FIRST_COST : FIRST_COST + 3] for row in summary if isinstance(row[NUMBER], (int, float))}
    assert shown == {code: (before, after, before - after) for code, before, after in costs.itertuples(name=None)}
    total = next(row for row in summary if row[NUMBER] == "TỔNG")
    reduction = comparison.total
    assert total[FIRST_COST : FIRST_COST + 3] == (reduction.baseline, reduction.simplified, reduction.saving)
    if reduction.ratio is not None:
        assert total[FIRST_COST + 3] == pytest.approx(float(reduction.ratio), rel=1e-12, abs=1e-15)
    written: Counter[tuple[Any, ...]] = Counter()
    for name, rows in sheets.items():
        written.update(_lines_on(rows) if name not in {SUMMARY, RATES} else ())
    lines = comparison.lines
    inside = lines if comparison.bearers is None else lines[lines["bearer"].isin(comparison.bearers)]
    keys = ["state", "procedure", "activity", "annual_cost_vnd"]
    assert written == Counter(inside[keys].itertuples(index=False, name=None))


def _lines_on(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Read the lines of both states on a sheet, and check that its groups and totals add up."""
    procedure, state = "", None
    costs = groups = group = 0
    for row in rows:
        if str(row[NUMBER]).startswith("Mã TTHC: "):
            procedure = row[NUMBER].removeprefix("Mã TTHC: ")
        if row[NUMBER] in {"I", "II", "III", "IV"}:
            assert costs == 0
            state, groups = _BLOCKS.get(row[NUMBER]), 0
        elif state is None:
            continue
        elif row[CODE] is not None:
            costs, group = costs + row[ANNUAL], group - row[ANNUAL]
            yield state.value, procedure, row[CODE], row[ANNUAL]
        elif row[WORK] == "TỔNG":
            assert (row[ANNUAL], row[ANNUAL], group) == (costs, groups, 0)
            costs = 0
        elif row[NUMBER] is not None:
            assert group == 0
            group, groups = row[ANNUAL], groups + row[ANNUAL]


def hard_cases() -> Comparison:
    """Compare what binary floats get wrong: ties, thirds, parts of V ÷ S, and products to either side of 2^53."""
    small: list[dict[str, Any]] = [
        {"effort_hours": 0.7}, {"effort_hours": 1 / 3}, {"effort_hours": "1 phút", "frequency": 1 / 3},
        {"effort_hours": 1 / 3, "fee_vnd": 1, "frequency": 0.01}, {"other_vnd": 1, "fee_vnd": 2, "frequency": 0.5},
        {"effort_hours": 0.001, "service_vnd": 0, "frequency": 1 / 12}, {"effort_hours": 0},
    ]  # fmt: skip
    large: list[dict[str, Any]] = [
        {"fee_vnd": LARGEST_FEE_VND}, {"fee_vnd": LARGEST_FEE_VND + 1},
        {"fee_vnd": LARGEST_FEE_VND - 1, "effort_hours": 1 / 3000}, {"effort_hours": 99_999.999, "frequency": 1 / 3},
        {"service_vnd": 3 * LARGEST_FEE_VND, "frequency": 1 / 3},
    ]  # fmt: skip
    pairs = [
        _pair("ties", 1, 1, small),
        _pair("many", 999_999, 999_999, small),
        _pair("parts", 10, 7, small, own=3),
        _pair("odd parts", 99_991, 99_989, small, own=31_337),
        _pair("too many parts", 999_999_937, 999_999_929, [{"fee_vnd": 1, "frequency": 1 / 3}], own=999_983),
        _pair("large", 1, 1, large),
        _pair("large parts", 10, 7, large, own=3),
        _pair("most", 499, 499, [{"fee_vnd": LARGEST_FEE_VND - 1, "effort_hours": 0.7}]),
    ]
    before, after = ([one for pair in pairs for one in pair[side]] for side in (0, 1))
    rates = RateTable.from_table(pd.DataFrame({"grade": ["A"], "vnd_per_hour": [45_265]}))
    return compare(review_of(before, after, *(Decision(pair[0][0].procedure, "amend") for pair in pairs)), rates)


def _pair(code: str, before: int, after: int, lines: list[dict[str, Any]], own: int | None = None) -> list[list[Any]]:
    """Make a procedure of both states, its lines stating populations of their own after."""
    return [
        [
            Procedure(code, code, frequency=1, population=population),
            *(
                Activity(code, str(number), grade="A", population=stated, **line)
                for number, line in enumerate(lines, start=1)
            ),
        ]
        for population, stated in ((before, None), (after, own))
    ]
