"""Workbooks of Excel 97 to 2003 (.xls): their cells from the records of the file, with no length in it trusted."""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.io.compound import stream_of
from tthc_cost.io.markup import Bound, Cells, column_letters, damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.markup import Area

__all__ = ["Records", "open_records"]

_BIFF8: Final = 0x0600
_MOST_COLUMNS: Final = 256
_ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_DATES: Final = frozenset({*range(14, 23), 45, 47})
_DURATION: Final = 46
"""Number formats that every workbook has without stating them: dates and times, and hours beyond a day."""
_WORDS_OF_FORMAT: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_HOURS_ON: Final = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_FIRST_DAY: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a date of a sheet has no zone
_FIRST_DAY_OF_1904: Final = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_DAY_THAT_WAS_NONE: Final = 60
_LAST_DAY: Final = 2_958_465


class _Kind(IntEnum):
    """Kinds of record that say something of cells, as [MS-XLS] numbers them."""

    FORMULA = 0x0006
    EOF = 0x000A
    DATE_1904 = 0x0022
    FILE_PASS = 0x002F
    CONTINUE = 0x003C
    BOUND_SHEET = 0x0085
    MULTIPLE_RK = 0x00BD
    RICH_TEXT = 0x00D6
    FORM = 0x00E0
    MERGES = 0x00E5
    SHARED_TEXTS = 0x00FC
    SHARED_TEXT = 0x00FD
    NUMBER = 0x0203
    TEXT = 0x0204
    TRUTH_OR_ERROR = 0x0205
    TEXT_OF_FORMULA = 0x0207
    ROW = 0x0208
    RK = 0x027E
    FORMAT = 0x041E
    BOF = 0x0809


_NOT_SHOWN: Final = 0b11
"""The bits of a sheet's state in which it is hidden, or very hidden."""
_CONTINUES: Final = struct.pack("<H", _Kind.CONTINUE)
_BROKEN: Final = (struct.error, ValueError, IndexError, LookupError, OverflowError, StopIteration)
"""What reading a damaged record can raise."""


@dataclass(frozen=True, slots=True)
class Records:
    """An open .xls workbook: where each sheet begins and which are hidden, shared texts, and how numbers are shown."""

    file: str
    stream: bytes
    sheets: Mapping[str, int]
    hidden: frozenset[str]
    texts: Sequence[str]
    formats: Sequence[str]
    first_day: dt.datetime

    def read(self, name: str) -> tuple[Cells, dict[int, dict[int, Any]]]:
        """Read a sheet.

        Returns
        -------
        Cells
            How it is built.
        dict of int to dict of int to object
            Its values by row and column from 0.

        Raises
        ------
        InputFault
            If it is damaged or has too much of something.
        """
        place = Place(self.file, name)
        sheet = _SheetReader(self, place)
        try:
            for kind, pieces in _records(self.stream, self.sheets[name]):
                sheet.take(kind, pieces)
        except InputFault:
            raise
        except _BROKEN as error:
            raise damaged(place, error) from None
        rows = 1 + max([-1, *sheet.rows, *(row for row, _ in sheet.marks)])
        columns = 1 + max([-1, *(max(cells) for cells in sheet.rows.values()), *(column for _, column in sheet.marks)])
        if columns > _MOST_COLUMNS:
            raise damaged(place, column_letters(columns - 1))
        formulas = frozenset(sheet.formulas - sheet.marks.keys())
        hidden = frozenset(row for row in sheet.hidden_rows if row < rows)
        return Cells(rows, columns, sheet.marks, sheet.merged, formulas, hidden), sheet.rows

    def value(self, number: float, form: int) -> object:
        """Return a number as its cell shows it: as it is, or as a date, a time or a duration."""
        shown = self.formats[form] if form < len(self.formats) else ""
        if not shown or not 0 <= number <= _LAST_DAY:
            return number
        if shown == "duration":
            return dt.timedelta(days=number)
        is_early = self.first_day == _FIRST_DAY and 1 <= number < _LEAP_DAY_THAT_WAS_NONE
        seconds = round((number + is_early) * 86_400)
        moment = self.first_day + dt.timedelta(seconds=seconds)
        if number < 1:
            return moment.time()
        return moment.date() if seconds % 86_400 == 0 else moment


def open_records(data: bytes, file: str) -> Records:
    """Open an .xls workbook.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name in messages.

    Returns
    -------
    Records

    Raises
    ------
    InputFault
        If it is none, older than Excel 97, protected, or damaged.
    """
    place = Place(file)
    try:
        stream = stream_of(data, "Workbook")
        if stream is None:
            if stream_of(data, "Book") is not None:
                raise InputFault.because("file_other_format", place, format="Excel 95")
            raise InputFault.because("file_not_workbook", place)
        return _globals(stream, file)
    except InputFault:
        raise
    except _BROKEN as error:
        raise damaged(place, error) from None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, list[bytes]]]:
    """Go through the records from one beginning to its end, each as its own bytes and those that continue it."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, position)
        pieces = [_piece(stream, position, length)]
        position += 4 + length
        while stream[position : position + 2] == _CONTINUES:
            (length,) = struct.unpack_from("<H", stream, position + 2)
            pieces.append(_piece(stream, position, length))
            position += 4 + length
        depth += (kind == _Kind.BOF) - (kind == _Kind.EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, pieces


def _piece(stream: bytes, position: int, length: int) -> bytes:
    piece = stream[position + 4 : position + 4 + length]
    if len(piece) < length:
        raise ValueError(hex(position))
    return piece


def _globals(stream: bytes, file: str) -> Records:
    place = Place(file)
    sheets: dict[str, int] = {}
    visibility: dict[str, int] = {}
    texts: list[str] = []
    shown: dict[int, str] = dict.fromkeys(_DATES, "date") | {_DURATION: "duration"}
    forms: list[int] = []
    first_day = _FIRST_DAY
    for kind, pieces in _records(stream, 0):
        record = pieces[0]
        if kind == _Kind.BOF and struct.unpack_from("<H", record)[0] != _BIFF8:
            raise InputFault.because("file_other_format", place, format="Excel 95")
        if kind == _Kind.FILE_PASS:
            raise InputFault.because("file_encrypted", place)
        if kind == _Kind.DATE_1904 and record[0]:
            first_day = _FIRST_DAY_OF_1904
        elif kind == _Kind.FORMAT:
            shown[struct.unpack_from("<H", record)[0]] = _kind_of_format(_text([record[2:]]))
        elif kind == _Kind.FORM:
            forms.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == _Kind.BOUND_SHEET and record[5] == 0:
            name = _text([struct.pack("<HB", record[6], record[7]) + record[8:]])
            if name in sheets:
                raise ValueError(name)
            sheets[name] = struct.unpack_from("<I", record)[0]
            visibility[name] = record[4] & _NOT_SHOWN
            Bound.SHEETS.check(len(sheets), place)
        elif kind == _Kind.SHARED_TEXTS:
            texts = _shared_texts(pieces)
    hidden = frozenset(name for name, not_shown in visibility.items() if not_shown)
    return Records(file, stream, sheets, hidden, texts, [shown.get(form, "") for form in forms], first_day)


def _kind_of_format(code: str) -> str:
    """Tell what a number format shows: a date or time, a duration, or a number (the empty text)."""
    if _HOURS_ON.search(code):
        return "duration"
    letters = _WORDS_OF_FORMAT.sub("", code.split(";", maxsplit=1)[0]).casefold().replace("general", "")
    return "date" if any(letter in "dmyhs" for letter in letters) else ""


# Texts


@dataclass(slots=True)
class _Pieces:
    """Bytes of a record and of those that continue it, read one after the other."""

    pieces: Sequence[bytes]
    number: int = 0
    position: int = 0

    @property
    def left(self) -> int:
        return len(self.pieces[self.number]) - self.position

    @property
    def at_end(self) -> bool:
        return not self.left and self.number + 1 >= len(self.pieces)

    def turn(self) -> None:
        """Go on to the next piece, which must be there."""
        self.number, self.position = self.number + 1, 0
        if self.number >= len(self.pieces):
            raise ValueError(self.number)

    def unpack(self, layout: str) -> tuple[Any, ...]:
        if not self.left:
            self.turn()
        found = struct.unpack_from(layout, self.pieces[self.number], self.position)
        self.position += struct.calcsize(layout)
        return found

    def skip(self, length: int) -> None:
        while length > self.left:
            length -= self.left
            self.turn()
        self.position += length

    def text(self) -> str:
        """Read a text: its length, how it is written, and its letters, which may go on in the next piece."""
        length, flags = self.unpack("<HB")
        (runs,) = self.unpack("<H") if flags & 8 else (0,)
        (extension,) = self.unpack("<I") if flags & 4 else (0,)
        letters = bytearray()
        while length:
            if not self.left:
                self.turn()
                (flags,) = self.unpack("<B")
            width = 1 + (flags & 1)
            here = min(length, self.left // width)
            if not here:
                raise ValueError(length)
            seen = self.pieces[self.number][self.position : self.position + here * width]
            letters += seen if width > 1 else seen.decode("latin-1").encode("utf-16-le")
            self.position += here * width
            length -= here
        self.skip(4 * runs + extension)
        return letters.decode("utf-16-le", "replace")


def _text(pieces: Sequence[bytes]) -> str:
    return _Pieces(pieces).text()


def _shared_texts(pieces: Sequence[bytes]) -> list[str]:
    source = _Pieces(pieces)
    _, count = source.unpack("<II")
    texts: list[str] = []
    while len(texts) < count and not source.at_end:
        texts.append(source.text())
    return texts


# Cells


class _SheetReader:
    """Takes the records of a sheet one by one."""

    def __init__(self, book: Records, place: Place) -> None:
        self.book = book
        self.place = place
        self.rows: dict[int, dict[int, Any]] = defaultdict(dict)
        self.marks: dict[tuple[int, int], Remark] = {}
        self.merged: list[Area] = []
        self.formulas: set[tuple[int, int]] = set()
        self.hidden_rows: set[int] = set()
        self.last_formula = (0, 0)

    def take(self, kind: int, pieces: Sequence[bytes]) -> None:
        """Take note of a record, if it is of a kind that says something of cells."""
        if kind in _TAKERS:
            _TAKERS[kind](self, pieces)

    def mark(self, row: int, column: int, fault: Remark) -> None:
        self.marks[row, column] = fault
        Bound.ERRORS.check(len(self.marks), self.place)

    def put(self, row: int, column: int, form: int, number: float) -> None:
        if math.isfinite(number):
            self.rows[row][column] = self.book.value(number, form)
        else:
            self.mark(row, column, remark("cell_not_number"))

    def take_number(self, pieces: Sequence[bytes]) -> None:
        self.put(*struct.unpack_from("<HHHd", pieces[0]))

    def take_rk(self, pieces: Sequence[bytes]) -> None:
        row, column, form, packed = struct.unpack_from("<HHHI", pieces[0])
        self.put(row, column, form, _unpacked(packed))

    def take_rks(self, pieces: Sequence[bytes]) -> None:
        row, first = struct.unpack_from("<HH", pieces[0])
        for number, (form, packed) in enumerate(struct.iter_unpack("<HI", pieces[0][4:-2])):
            self.put(row, first + number, form, _unpacked(packed))

    def take_shared_text(self, pieces: Sequence[bytes]) -> None:
        row, column, _, text = struct.unpack_from("<HHHI", pieces[0])
        self.rows[row][column] = self.book.texts[text]

    def take_text(self, pieces: Sequence[bytes]) -> None:
        row, column = struct.unpack_from("<HH", pieces[0])
        self.rows[row][column] = _text([pieces[0][6:], *pieces[1:]])

    def take_truth_or_error(self, pieces: Sequence[bytes]) -> None:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", pieces[0])
        if is_error:
            self.mark(row, column, remark("cell_error", value=_ERRORS.get(value, "#?")))
        else:
            self.rows[row][column] = bool(value)

    def take_formula(self, pieces: Sequence[bytes]) -> None:
        row, column, form = struct.unpack_from("<HHH", pieces[0])
        kind, _, value = struct.unpack_from("<BBB", pieces[0], 6)
        self.last_formula = row, column
        self.formulas.add((row, column))
        Bound.FORMULAS.check(len(self.formulas), self.place)
        if pieces[0][12:14] != b"\xff\xff":
            self.put(row, column, form, *struct.unpack_from("<d", pieces[0], 6))
        elif kind == 1:
            self.rows[row][column] = bool(value)
        elif kind == 2:  # noqa: PLR2004 - an error, as the format numbers what a formula gave
            self.mark(row, column, remark("cell_error", value=_ERRORS.get(value, "#?")))

    def take_text_of_formula(self, pieces: Sequence[bytes]) -> None:
        row, column = self.last_formula
        self.rows[row][column] = _text(pieces)

    def take_merges(self, pieces: Sequence[bytes]) -> None:
        for top, bottom, left, right in struct.iter_unpack("<HHHH", pieces[0][2:]):
            self.merged.append((min(top, bottom), min(left, right), max(top, bottom), max(left, right)))
            Bound.MERGES.check(len(self.merged), self.place)

    def take_row(self, pieces: Sequence[bytes]) -> None:
        (row,), (flags,) = struct.unpack_from("<H", pieces[0]), struct.unpack_from("<H", pieces[0], 12)
        if flags & 0x20:
            self.hidden_rows.add(row)


_TAKERS: Final[Mapping[int, Callable[[_SheetReader, Sequence[bytes]], None]]] = {
    _Kind.FORMULA: _SheetReader.take_formula,
    _Kind.MULTIPLE_RK: _SheetReader.take_rks,
    _Kind.RICH_TEXT: _SheetReader.take_text,
    _Kind.MERGES: _SheetReader.take_merges,
    _Kind.SHARED_TEXT: _SheetReader.take_shared_text,
    _Kind.NUMBER: _SheetReader.take_number,
    _Kind.TEXT: _SheetReader.take_text,
    _Kind.TRUTH_OR_ERROR: _SheetReader.take_truth_or_error,
    _Kind.TEXT_OF_FORMULA: _SheetReader.take_text_of_formula,
    _Kind.ROW: _SheetReader.take_row,
    _Kind.RK: _SheetReader.take_rk,
}


def _unpacked(packed: int) -> float:
    """Return the number that four bytes hold: 30 bits of a whole number or a float, or a hundredth of it."""
    if packed & 2:
        number: float = (packed - (packed & 2**31) * 2) >> 2
    else:
        (number,) = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))
    return float(number / 100 if packed & 1 else number)
