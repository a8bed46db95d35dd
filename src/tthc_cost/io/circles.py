"""Formulas that depend on themselves: which cells of a sheet they stand in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["cells_in_circles"]

_TEXT: Final = re.compile(r'"[^"]*"')
_REFERENCE: Final = re.compile(
    r"(?<![\w!.$:'])\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?(?![\w(.])", re.ASCII
)
_LETTERS: Final = 26
_MOST_REFERENCES: Final = 1_000_000

Cell = tuple[int, int]


def cells_in_circles(formulas: Mapping[Cell, str]) -> frozenset[Cell]:
    """Return the cells whose formula leads back to itself within its sheet.

    A spreadsheet program shows 0 in them, so those with another value need not be given. References to other sheets
    and by name are not followed, and formulas with more than a million references among them are not looked at.

    Parameters
    ----------
    formulas : mapping of (int, int) to str
        Formula of each cell by its row and column from 0.

    Examples
    --------
    >>> sorted(cells_in_circles({(0, 0): "B1+1", (0, 1): "SUM(A1:A9)", (0, 2): "A1"}))
    [(0, 0), (0, 1)]
    """
    refers: dict[Cell, set[Cell]] = {}
    referred: dict[Cell, set[Cell]] = defaultdict(set)
    by_column = _rows_by_column(formulas)
    count = 0
    for cell, text in formulas.items():
        refers[cell] = set()
        for other in _referred(text, by_column):
            count += 1
            if count > _MOST_REFERENCES:
                return frozenset()
            refers[cell].add(other)
            referred[other].add(cell)
    left = set(formulas)
    for forwards, backwards in ((refers, referred), (referred, refers)):
        number = {cell: sum(other in left for other in forwards.get(cell, ())) for cell in left}
        ends = [cell for cell in left if not number[cell]]
        while ends:
            cell = ends.pop()
            left.discard(cell)
            for other in backwards.get(cell, set()) & left:
                number[other] -= 1
                if not number[other]:
                    ends.append(other)
    return frozenset(left)


def _rows_by_column(formulas: Mapping[Cell, str]) -> Mapping[int, list[int]]:
    rows: dict[int, list[int]] = defaultdict(list)
    for row, column in sorted(formulas):
        rows[column].append(row)
    return rows


def _referred(text: str, rows: Mapping[int, list[int]]) -> Iterator[Cell]:
    """Go through the cells with a formula that a formula refers to."""
    for found in _REFERENCE.finditer(_TEXT.sub("", text)):
        left, top, right, bottom = found.groups()
        first, last = sorted((_column(left), _column(right or left)))
        upper, lower = sorted((int(top) - 1, int(bottom or top) - 1))
        for column in rows if last - first > len(rows) else range(first, last + 1):
            if first <= column <= last and column in rows:
                here = rows[column]
                for row in here[bisect_left(here, upper) : bisect_right(here, lower)]:
                    yield row, column


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1
