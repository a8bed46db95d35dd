"""The XML inside a workbook, read without trust: its tags, and a second look at the cells that calamine calls blank."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from tthc_cost.errors import InputFault, remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.errors import Place, Remark

__all__ = ["Cells", "check_prologue", "column_letters", "damaged", "look_at_cells", "read_tags"]

_DEEPEST: Final = 64
"""Tags within each other; a sheet needs a dozen, and a parser keeps all that are open."""
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LETTERS: Final = 26


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
    """How far a sheet is filled, and its cells that cannot be read as they stand, by row and column from 0."""

    rows: int
    columns: int
    marks: Mapping[tuple[int, int], Remark]


def read_tags(content: bytes, place: Place) -> list[tuple[str, dict[str, str]]]:
    """Return the name and attributes of every element of a part, in order; a faulty part is a fault."""
    tags = _Tags()
    _go_through(content, tags, place)
    return tags.found


def check_prologue(content: bytes, place: Place) -> None:
    """Refuse a part that declares a DOCTYPE, having looked no further than its root."""
    _go_through(content, _Prologue(), place)


def look_at_cells(content: bytes, place: Place, *, calculates_on_load: bool) -> Cells:
    """Go through the cells of a sheet for what calamine gives back as blank, or as a number, though it is neither.

    Parameters
    ----------
    content : bytes
        The sheet's part.
    place : Place
        File and sheet.
    calculates_on_load : bool
        Whether the workbook asks to be calculated when opened: a 0 beside a formula is then no value.

    Returns
    -------
    Cells
    """
    look = _Look(calculates_on_load=calculates_on_load)
    _go_through(content, look, place)
    return Cells(look.rows, look.columns, look.marks)


def damaged(place: Place, reason: object) -> InputFault:
    """Return the fault of a file that is not built as it should be."""
    return InputFault.because("file_damaged", place, reason=str(reason) or type(reason).__name__)


class _HostileError(Exception):
    """A part declares what no workbook needs."""


class _DoneError(Exception):
    """Enough of a part has been seen."""


class _Tags:
    """Collects the tags of a part."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError(name)
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


class _Look(_Tags):
    """Second look at a sheet: how far it goes, and the cells that calamine gives back as blank though they are not."""

    def __init__(self, *, calculates_on_load: bool) -> None:
        super().__init__()
        self.calculates_on_load = calculates_on_load
        self.marks: dict[tuple[int, int], Remark] = {}
        self.rows = self.columns = 0
        self.row = self.column = -1
        self.columns_of: dict[str, int] = {}
        self.kind = ""
        self.value: list[str] = []
        self.has_formula = self.has_text = self.in_value = False

    def see(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.column += 1
            if reference := attributes.get("r"):
                self._locate(reference)
            self.kind = attributes.get("t", "n")
            self.value.clear()
            self.has_formula = self.has_text = self.in_value = False
        elif tag == "v":
            self.in_value = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "is":
            self.has_text = True
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
            if self.row < 0:
                raise ValueError(tag)

    def _locate(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ValueError(reference)
        letters, row = found.groups()
        if letters not in self.columns_of:
            number = 0
            for letter in letters:
                number = number * _LETTERS + ord(letter) - ord("A") + 1
            self.columns_of[letters] = number - 1
        self.row, self.column = int(row) - 1, self.columns_of[letters]

    def text(self, text: str) -> None:
        if self.in_value:
            self.value.append(text)

    def end(self, name: str) -> None:
        self.depth -= 1
        tag = name.rpartition(":")[2]
        if tag == "v":
            self.in_value = False
        elif tag == "c":
            value = "".join(self.value).strip()
            mark = self._mark(value)
            if mark:
                self.marks[self.row, self.column] = mark
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


def _chunks(content: bytes) -> Iterable[bytes]:
    return (content[start : start + 2**16] for start in range(0, len(content), 2**16))


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
    except _HostileError:
        raise InputFault.because("file_hostile", place) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(place, error) from None


def _refuse(*_declared: object) -> None:
    raise _HostileError
