"""Opening a workbook that a stranger sent: what it is, how large, and which cells only look blank."""

from __future__ import annotations

import io
import lzma
import math
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.errors import InputFault, MissingExtraError, Place
from tthc_cost.io.biff import open_records
from tthc_cost.io.markup import (
    Bound,
    check_prologue,
    column_letters,
    damaged,
    look_at_cells,
    read_tags,
    text_lengths,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from tthc_cost.errors import Remark
    from tthc_cost.io.markup import Area, Cells

__all__ = ["LARGEST_FILE", "MOST_CELLS", "MOST_ROWS", "Sheet", "Workbook", "open_workbook", "read_contents"]

LARGEST_FILE: Final = 128 * 2**20
"""Bytes that the parts of one workbook may unpack to."""
MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 5_000_000
"""Rows of one sheet, and cells of the rectangle from A1 to its last filled cell."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_ROOT_RELATIONS: Final = "_rels/.rels"
_OTHER_PARTS: Final = re.compile(
    r"/(drawings|charts|media|theme|pivot\w*|comments\w*|externalLinks|customXml|macrosheets|worksheets/_rels)(/|$)"
)
_SHARED_TEXTS: Final = "xl/sharedstrings.xml"
_LONGEST_TITLE: Final = 255
_BROKEN: Final = (
    zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
    LookupError,
)  # fmt: skip
"""What unpacking a damaged archive can raise: it seeks and decodes where the damaged directory says."""
_COMPRESSIONS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet from A1 on, and those of them that cannot be read as they stand.

    Parameters
    ----------
    rows
        Values by row; a blank cell is the empty text.
    marks
        Faults of cells by row and column, counted from 0.
    merged
        Merged areas as first row, first column, last row and last column, counted from 0, within the filled part of
        the sheet; no two overlap, so to go through all their cells is bounded too.
    formulas
        Row and column of each cell whose value is what a formula gave when the file was saved.
    hidden_rows
        Rows that are not shown, counted from 0.
    """

    rows: list[list[Any]]
    marks: Mapping[tuple[int, int], Remark]
    merged: tuple[Area, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook: the names of its sheets in order, each read when asked for."""

    file: str
    names: tuple[str, ...]
    read: Callable[[str], tuple[Cells, Callable[[], list[list[Any]]]]]
    """How a sheet is built, and what gives its rows, which is not asked before the first is known to be bearable."""
    hidden: frozenset[str] = frozenset()
    """Which sheets are not shown."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the sheets that are shown, in order."""
        return tuple(name for name in self.names if name not in self.hidden)

    def sheet(self, name: str) -> Sheet:
        """Read a sheet.

        Raises
        ------
        InputFault
            If it is too large or damaged.
        """
        place = Place(self.file, name)
        look, values = self.read(name)
        if look.rows > MOST_ROWS or look.rows * look.columns > MOST_CELLS:
            columns = column_letters(max(look.columns - 1, 0))
            raise InputFault.because(
                "sheet_too_large", place, rows=look.rows, columns=columns, limit=MOST_ROWS, cells=MOST_CELLS
            )
        merged = _merged(look, place)
        rows = values()
        width = max([look.columns, *(len(row) for row in rows)])
        rows += [[] for _ in range(look.rows - len(rows))]
        filled = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
        return Sheet(filled, look.marks, merged, look.formulas, look.hidden_rows)


def open_workbook(path: Path, file: str, *, formats: Sequence[str] = ("xlsx",)) -> Workbook:
    """Open a workbook, refusing at once whatever is none or could do harm.

    What is handed to calamine is a copy of the few parts that make up cells, as they were checked here: so a file
    whose directory lies about sizes, or holds a part twice, is read in one way only. Macros are not among them.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        Its name in messages.
    formats : sequence of str
        What it may be: ``"xlsx"`` (with or without macros), and ``"xls"``, the format of Excel 97 to 2003.

    Returns
    -------
    Workbook

    Raises
    ------
    InputFault
        If it is missing, empty, protected, damaged, too large, or of none of the formats.
    MissingExtraError
        If python-calamine is not installed.
    """
    place = Place(file)
    data = read_contents(path, place)
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise InputFault.because("file_encrypted", place)
        if "xls" not in formats:
            raise InputFault.because("file_other_format", place, format=".xls")
        return _open_xls(data, file)
    return _open_xlsx(data, file)


def _open_xlsx(data: bytes, file: str) -> Workbook:
    place = Place(file)
    parts = _parts(data, place)
    main = _main_part(parts, place)
    relations = _relations_of(main, parts, place)
    sheets, hidden, calculates_on_load = _sheets(parts, main, relations, place)
    for name in parts.keys() - set(sheets.values()):
        check_prologue(parts[name], place)

    shared = _shared_texts(parts, relations, place)
    lengths = text_lengths(parts[shared], place) if shared else []

    calamine = _calamine(_sealed(parts), place)

    def read(name: str) -> tuple[Cells, Callable[[], list[list[Any]]]]:
        here = Place(file, name)
        look = look_at_cells(parts[sheets[name]], here, calculates_on_load=calculates_on_load, shared_lengths=lengths)

        def values() -> list[list[Any]]:
            with _contained(here):
                return calamine.get_sheet_by_name(name).to_python(skip_empty_area=False)

        return look, values

    return Workbook(file, tuple(sheets), read, hidden)


def _open_xls(data: bytes, file: str) -> Workbook:
    records = open_records(data, file)

    def read(name: str) -> tuple[Cells, Callable[[], list[list[Any]]]]:
        look, rows = records.read(name)

        def values() -> list[list[Any]]:
            filled: list[list[Any]] = [[""] * look.columns for _ in range(look.rows)]
            for row, cells in rows.items():
                for column, value in cells.items():
                    filled[row][column] = value
            return filled

        return look, values

    return Workbook(file, tuple(records.sheets), read, records.hidden)


def _calamine(source: io.BytesIO, place: Place) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineWorkbook  # noqa: PLC0415 - of an extra
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="python-calamine", extra="report") from None
    with _contained(place):
        return CalamineWorkbook.from_filelike(source)


@contextmanager
def _contained(place: Place) -> Iterator[None]:
    """Turn whatever calamine raises into a fault; a panic of its Rust code is a BaseException that has no name."""
    from python_calamine import CalamineError, PasswordError  # noqa: PLC0415 - of an extra

    try:
        yield
    except PasswordError:
        raise InputFault.because("file_encrypted", place) from None
    except CalamineError as error:
        raise damaged(place, error) from None
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise damaged(place, error) from None


def _merged(look: Cells, place: Place) -> tuple[Area, ...]:
    """Return the merged areas within the filled part of a sheet; areas that overlap are a fault."""
    taken = np.zeros((look.rows, look.columns), dtype=bool)
    areas = []
    for top, left, bottom, right in look.merged:
        area = taken[top : bottom + 1, left : right + 1]
        if area.any():
            cell = f"{column_letters(left)}{top + 1}"
            raise InputFault.because("merges_overlap", Place(place.file, place.sheet, cell))
        area[...] = True
        if area.size > 1:
            areas.append((top, left, top + area.shape[0] - 1, left + area.shape[1] - 1))
    return tuple(areas)


# The file and its parts


def read_contents(path: Path, place: Place) -> bytes:
    """Read a file within its limit.

    Raises
    ------
    InputFault
        If it is missing, no regular file, unreadable, too large or empty.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputFault.because("file_unreadable", place, reason="not a regular file")
        if status.st_size > LARGEST_FILE:
            raise _too_large(place, status.st_size)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputFault.because("file_missing", place) from None
    except OSError as error:
        raise InputFault.because("file_unreadable", place, reason=error.strerror or type(error).__name__) from None
    if not data:
        raise InputFault.because("file_empty", place)
    return data


def _too_large(place: Place, size: int) -> InputFault:
    return InputFault.because("file_too_large", place, size=math.ceil(size / 2**20), limit=LARGEST_FILE // 2**20)


def _is_of_cells(name: str) -> bool:
    """Tell the parts that cells are made of from pictures, charts, macros and the like."""
    if name in {_ROOT_RELATIONS, "[Content_Types].xml"}:
        return True
    folder, _, last = name.rpartition("/")
    is_xml = folder.split("/")[0] in {"xl", ""} and last.endswith((".xml", ".rels"))
    return is_xml and not _OTHER_PARTS.search(folder)


def _parts(data: bytes, place: Place) -> dict[str, bytes]:
    """Unpack the parts that cells are made of, within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # A directory may understate a size; what is read never goes beyond it, and its checksum then fails.
            return {entry.filename: archive.read(entry) for entry in _entries_of_cells(archive, place)}
    except InputFault:
        raise
    except zipfile.BadZipFile as error:
        if data.startswith(b"PK"):
            raise damaged(place, error) from None
        raise InputFault.because("file_not_workbook", place) from None
    except _BROKEN as error:
        raise damaged(place, error) from None


def _entries_of_cells(archive: zipfile.ZipFile, place: Place) -> list[zipfile.ZipInfo]:
    """Return what the directory of an archive says of the parts that cells are made of, once it bears being read."""
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise InputFault.because("file_other_format", place, format=".xlsb")
    if "content.xml" in names and "mimetype" in names:
        raise InputFault.because("file_other_format", place, format=".ods")
    entries = [entry for entry in archive.infolist() if _is_of_cells(entry.filename)]
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise damaged(place, "duplicate part")
    if any(entry.flag_bits & 1 for entry in entries):
        raise InputFault.because("file_encrypted", place)
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_FILE:
        raise _too_large(place, size)
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise damaged(place, "compression")
    return entries


def _relations(parts: Mapping[str, bytes], name: str, place: Place) -> list[tuple[str, str, str]]:
    """Return type, identifier and target of each relation in a part, the targets from the root."""
    folder = posixpath.dirname(posixpath.dirname(name))
    found = []
    for tag, attributes in read_tags(parts[name], place):
        if tag == "Relationship":
            kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
            found.append((kind, attributes.get("Id", ""), posixpath.normpath(posixpath.join("/", folder, target))[1:]))
    return found


def _main_part(parts: Mapping[str, bytes], place: Place) -> str:
    if _ROOT_RELATIONS in parts:
        for kind, _, target in _relations(parts, _ROOT_RELATIONS, place):
            if kind == "officeDocument" and target in parts:
                return target
    raise InputFault.because("file_not_workbook", place)


def _relations_of(main: str, parts: Mapping[str, bytes], place: Place) -> list[tuple[str, str, str]]:
    name = posixpath.join(posixpath.dirname(main), "_rels", f"{posixpath.basename(main)}.rels")
    if name not in parts:
        raise damaged(place, name)
    return _relations(parts, name, place)


def _shared_texts(parts: Mapping[str, bytes], relations: Sequence[tuple[str, str, str]], place: Place) -> str | None:
    """Return the part of the texts that cells share, whether it is found by its relation or by its usual name."""
    related = {target for kind, _, target in relations if kind == "sharedStrings" and target in parts}
    found = related | {name for name in parts if name.casefold() == _SHARED_TEXTS}
    if len(found) > 1:
        raise damaged(place, "; ".join(sorted(found)))
    return next(iter(found), None)


def _sheets(
    parts: Mapping[str, bytes], main: str, relations: Sequence[tuple[str, str, str]], place: Place
) -> tuple[dict[str, str], frozenset[str], bool]:
    """Return the part of each worksheet by its name, which are hidden, and whether formulas are calculated on load."""
    targets = {identifier: (kind, target) for kind, identifier, target in relations}
    sheets = {}
    hidden = set()
    calculates = False
    tags = read_tags(parts[main], place)
    if not any(tag == "workbook" for tag, _ in tags):
        raise InputFault.because("file_not_workbook", place)
    for tag, attributes in tags:
        if tag == "calcPr":
            calculates = attributes.get("fullCalcOnLoad", "0") in {"1", "true"}
        if tag == "sheet":
            identifier = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            kind, target = targets.get(identifier, ("", ""))
            if kind == "worksheet":
                title = attributes.get("name", "")
                if target not in parts or title in sheets or len(title) > _LONGEST_TITLE:
                    raise damaged(place, target)
                sheets[title] = target
                if attributes.get("state", "visible") != "visible":
                    hidden.add(title)
                Bound.SHEETS.check(len(sheets), place)
    return sheets, frozenset(hidden), calculates


def _sealed(parts: Mapping[str, bytes]) -> io.BytesIO:
    sealed = io.BytesIO()
    with zipfile.ZipFile(sealed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    sealed.seek(0)
    return sealed
