"""Sheets of plain cells, numbers and shared texts without a formula, measured as a whole: most sheets are such."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

__all__ = ["PlainCells", "plain_cells"]

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
_FILLED: Final = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>/]*>')
_SHARED: Final = re.compile(rb' t="s"><v>([0-9]+)')
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
    shared: np.ndarray[tuple[int], np.dtype[np.int64]]
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
    cells = content[start:end]
    filled = _FILLED.findall(cells)
    letters = {one for one, _ in filled}
    rows = {row for _, row in filled}
    shared = np.array(_SHARED.findall(cells), dtype=np.bytes_).astype(np.int64)
    return PlainCells(
        max(map(int, rows), default=0), max(map(_number, letters), default=0), shared, content[:start] + content[end:]
    )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
