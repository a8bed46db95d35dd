"""The XML inside a workbook, read without trust: its tags, and a second look at the cells that calamine calls blank."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias
from xml.parsers import expat

import numpy as np

from tthc_cost.errors import InputFault, remark
from tthc_cost.io.circles import cells_in_circles
from tthc_cost.io.plain_cells import plain_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tthc_cost.errors import Place, Remark

__all__ = [
    "Area",
    "Bound",
    "Cells",
    "check_prologue",
    "column_letters",
    "damaged",
    "look_at_cells",
    "read_tags",
    "text_lengths",
]

_DEEPEST: Final = 64
"""Tags within each other; a sheet needs a dozen, and a parser keeps all that are open."""
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LETTERS: Final = 26
_LAST_ROW: Final = 2**20 - 1
_LAST_COLUMN: Final = 2**14 - 1
_FIRST_CHUNK: Final = 2**16

Area: TypeAlias = tuple[int, int, int, int]
"""A rectangle of cells: first row, first column, last row, last column, counted from 0."""


class Bound(Enum):
    """What a workbook may not have without end, since each of them takes time or memory: how many, and its names."""

    ERRORS = 100_000, "ô lỗi", "cells in error"
    FORMULAS = 1_000_000, "công thức", "formulas"
    MERGES = 50_000, "vùng ô gộp", "merged areas"
    SHEETS = 2_000, "trang tính", "sheets"
    TAGS = 1_000_000, "thẻ XML trong một phần của tệp", "XML tags in a part of the file"
    TAGS_OF_CELLS = 12_000_000, "ô và dòng, kể cả ô trống có định dạng", "cells and rows, blank ones with a format too"
    TEXT = 2**27, "ký tự", "characters"
    UNKNOWN_HEADINGS = 200, "cột có tiêu đề lạ", "columns with an unknown heading"
    UNKNOWN_STATES = 200, "cách ghi trạng thái khác nhau", "ways to write a state"

    def check(self, number: int, place: Place) -> None:
        """Raise the fault of a file or sheet that has more of it than is read."""
        limit, vi, en = self.value
        if number > limit:
            raise InputFault.because("too_many", place, limit=limit, what_vi=vi, what_en=en)


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0, as sheets show them.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Cells:
    """How a sheet is built.

    Parameters
    ----------
    rows, columns
        How far it is filled.
    marks
        Its cells that cannot be read as they stand, by row and column from 0.
    merged
        Merged areas as the file states them.
    formulas
        Row and column of each cell whose value a formula gave.
    hidden_rows
        Rows that are not shown.
    """

    rows: int
    columns: int
    marks: Mapping[tuple[int, int], Remark]
    merged: Sequence[Area]
    formulas: frozenset[tuple[int, int]]
    hidden_rows: frozenset[int]


def read_tags(content: bytes, place: Place) -> list[tuple[str, dict[str, str]]]:
    """Return the name and attributes of every element of a part, in order; a faulty part is a fault."""
    tags = _Tags(place)
    _go_through(content, tags, place)
    return tags.found


def check_prologue(content: bytes, place: Place) -> None:
    """Refuse a part that declares a DOCTYPE, having looked no further than its root."""
    _go_through(content, _Prologue(place), place)


def text_lengths(content: bytes, place: Place) -> list[int]:
    """Return the length of each text that cells of a workbook share."""
    lengths = _Lengths(place)
    _go_through(content, lengths, place)
    return lengths.found_lengths


def look_at_cells(
    content: bytes, place: Place, *, calculates_on_load: bool, shared_lengths: Sequence[int] = ()
) -> Cells:
    """Go through the cells of a sheet for what calamine gives back as blank, or as a number, though it is neither.

    Parameters
    ----------
    content : bytes
        The sheet's part.
    place : Place
        File and sheet.
    calculates_on_load : bool
        Whether the workbook asks to be calculated when opened: a 0 beside a formula is then no value.
    shared_lengths : sequence of int
        Length of each shared text: each cell that shows it will hold a copy.

    Returns
    -------
    Cells
    """
    look = _Look(place, shared_lengths, calculates_on_load=calculates_on_load)
    plain = plain_cells(content)
    if plain is not None:
        look.rows, look.columns = plain.rows, plain.columns
        lengths = np.array([*shared_lengths, 0], dtype=np.int64)
        Bound.TEXT.check(int(lengths[np.minimum(plain.shared, len(shared_lengths))].sum()), place)
    _go_through(content if plain is None else plain.rest, look, place)
    look.marks |= dict.fromkeys(cells_in_circles(look.zeros), remark("cell_cyclic"))
    formulas = frozenset(look.formulas - look.marks.keys())
    hidden = frozenset(row for row in look.hidden_rows if row < look.rows)
    return Cells(look.rows, look.columns, look.marks, look.merged, formulas, hidden)


def damaged(place: Place, reason: object) -> InputFault:
    """Return the fault of a file that is not built as it should be."""
    return InputFault.because("file_damaged", place, reason=str(reason) or type(reason).__name__)


class _HostileError(Exception):
    """A part declares what no workbook needs."""


class _DoneError(Exception):
    """Enough of a part has been seen."""


class _Tags:
    """Collects the tags of a part."""

    most = Bound.TAGS

    def __init__(self, place: Place) -> None:
        self.place = place
        self.found: list[tuple[str, dict[str, str]]] = []
        self.depth = self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > _DEEPEST:
            raise ValueError(name)
        if self.count > self.most.value[0]:
            self.most.check(self.count, self.place)
        self.see(name.rpartition(":")[2], attributes)

    def see(self, tag: str, attributes: dict[str, str]) -> None:
        self.found.append((tag, attributes))

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, text: str) -> None:
        """Take no notice."""


class _Prologue(_Tags):
    """Looks at what stands before the root of a part, where alone a DOCTYPE may be."""

    def see(self, tag: str, attributes: dict[str, str]) -> None:
        del tag, attributes
        raise _DoneError


class _Lengths(_Tags):
    """Measures the texts of the table that cells share."""

    most = Bound.TAGS_OF_CELLS

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.found_lengths: list[int] = []

    def see(self, tag: str, attributes: dict[str, str]) -> None:
        del attributes
        if tag == "si":
            self.found_lengths.append(0)

    def text(self, text: str) -> None:
        if self.found_lengths:
            self.found_lengths[-1] += len(text)


class _Look(_Tags):
    """Second look at a sheet: how far it goes, and the cells that calamine gives back as blank though they are not."""

    most = Bound.TAGS_OF_CELLS

    def __init__(self, place: Place, shared_lengths: Sequence[int], *, calculates_on_load: bool) -> None:
        super().__init__(place)
        self.shared_lengths = shared_lengths
        self.calculates_on_load = calculates_on_load
        self.characters = 0
        self.marks: dict[tuple[int, int], Remark] = {}
        self.merged: list[Area] = []
        self.formulas: set[tuple[int, int]] = set()
        self.zeros: dict[tuple[int, int], str] = {}
        self.hidden_rows: set[int] = set()
        self.rows = self.columns = 0
        self.row = self.column = -1
        self.columns_of: dict[str, int] = {}
        self.kind = ""
        self.value: list[str] = []
        self.formula: list[str] = []
        self.has_formula = self.has_text = self.in_value = self.in_formula = False

    def see(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.column += 1
            if reference := attributes.get("r"):
                self.row, self.column = self._position(reference)
            self.kind = attributes.get("t", "n")
            self.value.clear()
            self.formula.clear()
            self.has_formula = self.has_text = self.in_value = self.in_formula = False
        elif tag == "v":
            self.in_value = True
        elif tag == "f":
            self.has_formula = self.in_formula = True
        elif tag == "is":
            self.has_text = True
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
            if not 0 <= self.row <= _LAST_ROW:
                raise ValueError(tag)
            if attributes.get("hidden", "0") in {"1", "true"}:
                self.hidden_rows.add(self.row)
        elif tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            top, left = self._position(first)
            bottom, right = self._position(last or first)
            Bound.MERGES.check(len(self.merged) + 1, self.place)
            self.merged.append((min(top, bottom), min(left, right), max(top, bottom), max(left, right)))

    def _position(self, reference: str) -> tuple[int, int]:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ValueError(reference)
        letters, row = found.groups()
        if letters not in self.columns_of:
            number = 0
            for letter in letters:
                number = number * _LETTERS + ord(letter) - ord("A") + 1
            self.columns_of[letters] = number - 1
        position = int(row) - 1, self.columns_of[letters]
        if position[0] > _LAST_ROW or position[1] > _LAST_COLUMN:
            raise ValueError(reference)
        return position

    def text(self, text: str) -> None:
        if self.in_value:
            self.value.append(text)
        elif self.in_formula:
            self.formula.append(text)

    def end(self, name: str) -> None:
        self.depth -= 1
        tag = name.rpartition(":")[2]
        if tag == "v":
            self.in_value = False
        elif tag == "f":
            self.in_formula = False
        elif tag == "c":
            value = "".join(self.value).strip()
            mark = self._mark(value)
            if mark:
                self.marks[self.row, self.column] = mark
                Bound.ERRORS.check(len(self.marks), self.place)
            if self.has_formula:
                self.formulas.add((self.row, self.column))
                Bound.FORMULAS.check(len(self.formulas), self.place)
                if value == "0" and not mark:
                    self.zeros[self.row, self.column] = "".join(self.formula)
            if self.kind == "s" and value.isdecimal() and int(value) < len(self.shared_lengths):
                self.characters += self.shared_lengths[int(value)]
                Bound.TEXT.check(self.characters, self.place)
            if mark or value or self.has_text:
                self.rows = max(self.rows, self.row + 1)
                self.columns = max(self.columns, self.column + 1)

    def _mark(self, value: str) -> Remark | None:
        if self.kind == "e":
            return remark("cell_error", value=value or "#VALUE!")
        if self.has_formula and not value and self.kind == "n":
            return remark("cell_not_calculated")
        # Programs that cannot calculate write 0 beside a formula and leave the rest to whoever opens the file.
        if self.has_formula and value == "0" and self.kind == "n" and self.calculates_on_load:
            return remark("cell_not_calculated")
        if self.kind == "n" and value and not _is_finite(value):
            return remark("cell_not_number")
        return None


def _is_finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _chunks(content: bytes) -> Iterator[bytes]:
    """Cut a part into pieces that grow: some parsers begin anew with each piece of a text that does not end."""
    start, size = 0, _FIRST_CHUNK
    while start < len(content):
        yield content[start : start + size]
        start += size
        size *= 2


def _go_through(content: bytes, tags: _Tags, place: Place) -> None:
    """Parse a part for somebody who looks at its tags; a DOCTYPE is refused, so no entity is ever expanded."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tags.start
    parser.EndElementHandler = tags.end
    parser.CharacterDataHandler = tags.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for chunk in _chunks(content):
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003
    except _DoneError:
        return
    except InputFault:
        raise
    except _HostileError:
        raise InputFault.because("file_hostile", place) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(place, error) from None


def _refuse(*_declared: object) -> None:
    raise _HostileError
