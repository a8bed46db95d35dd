"""Sheets of plain cells, numbers and shared texts without a formula, measured as a whole: most sheets are such."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

__all__ = ["PlainCells", "plain_cells"]

Bytes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint8]]
Numbers: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

_REFERENCE: Final = rb'r="[A-Z]{1,3}[1-9][0-9]{0,6}"'
_STYLE: Final = rb'(?: s="[0-9]{1,5}")?'
_NUMBER: Final = rb"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?"
_ROW: Final = (
    rb'<row r="[1-9][0-9]{0,6}"'
    rb"(?: (?:spans|s|customFormat|ht|customHeight|x14ac:dyDescent|outlineLevel|collapsed|thickBot|thickTop)"
    rb'="[0-9.:a-z]*"'
    rb'| hidden="(?:0|false)")*>'
)
_CELL: Final = (
    rb"<c " + _REFERENCE + _STYLE + rb'(?:(?: t="n")?(?:><v>' + _NUMBER + rb'</v></c>|/>)| t="s"><v>[0-9]{1,9}</v></c>)'
)
_ALL_PLAIN: Final = re.compile(rb"(?:" + _CELL + rb"|" + _ROW + rb"|</row>)*+")
_REFERENCE_AT: Final = len('<c r="')
_SHARED_AT: Final = len("><v>")
_START: Final = b"<sheetData>"
_END: Final = b"</sheetData>"


@dataclass(frozen=True, slots=True)
class PlainCells:
    """What a sheet of plain cells holds.

    Parameters
    ----------
    rows, columns
        How far it is filled.
    shared
        The number of the shared text of each cell that shows one.
    rest
        The sheet without its cells.
    """

    rows: int
    columns: int
    shared: Numbers
    rest: bytes


def plain_cells(content: bytes) -> PlainCells | None:
    """Measure a sheet if every byte between its first row and its last belongs to a plain cell or a row that is shown.

    Whatever else stands there, a formula, an error, a text of its own, a comment, another way to write the same, leaves
    the sheet to who looks at each cell.

    Parameters
    ----------
    content : bytes
        The sheet's part.

    Returns
    -------
    PlainCells or None

    Examples
    --------
    >>> sheet = b'<worksheet><sheetData><row r="1"><c r="B1"><v>7</v></c></row></sheetData></worksheet>'
    >>> found = plain_cells(sheet)
    >>> found.rows, found.columns, found.rest
    (1, 2, b'<worksheet><sheetData></sheetData></worksheet>')
    >>> plain_cells(sheet.replace(b"<v>7</v>", b"<f>1/0</f><v>7</v>")) is None
    True
    """
    start, end = content.find(_START) + len(_START), content.rfind(_END)
    if not len(_START) <= start <= end or _ALL_PLAIN.fullmatch(content, start, end) is None:
        return None
    text = np.frombuffer(content, dtype=np.uint8)[start:end]
    opened, closed = np.flatnonzero(text == ord("<")), np.flatnonzero(text == ord(">"))
    of_filled = (text[opened + 1] == ord("c")) & (text[closed - 1] != ord("/"))
    opened, closed = opened[of_filled], closed[of_filled]
    columns, after = _numbers(text, opened + _REFERENCE_AT, "A", 26, least=1)
    rows, _ = _numbers(text, after, "0", 10)
    shared, _ = _numbers(text, closed[text[closed - 2] == ord("s")] + _SHARED_AT, "0", 10)
    return PlainCells(int(rows.max(initial=0)), int(columns.max(initial=0)), shared, content[:start] + content[end:])


def _numbers(text: Bytes, at: Numbers, first: str, base: int, least: int = 0) -> tuple[Numbers, Numbers]:
    """Return the number written at each position, and where it ends; its first sign stands for the least."""
    number = np.zeros(at.size, dtype=np.int64)
    while (goes_on := (sign := text[at] - np.uint8(ord(first))) < base).any():
        number = np.where(goes_on, number * base + sign + least, number)
        at = at + goes_on
    return number, at
