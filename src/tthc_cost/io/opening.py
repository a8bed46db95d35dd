"""Opening a workbook that a stranger sent: what it is, how large, and which cells only look blank."""

from __future__ import annotations

import io
import lzma
import math
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import InputFault, MissingExtraError, Place
from tthc_cost.io.markup import check_prologue, column_letters, damaged, look_at_cells, read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from tthc_cost.errors import Remark

__all__ = ["LARGEST_FILE", "MOST_CELLS", "MOST_ROWS", "Sheet", "Workbook", "open_workbook"]

LARGEST_FILE: Final = 128 * 2**20
"""Bytes that the parts of one workbook may unpack to."""
MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 5_000_000
"""Rows of one sheet, and cells of the rectangle from A1 to its last filled cell."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_ROOT_RELATIONS: Final = "_rels/.rels"
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
    """

    rows: list[list[Any]]
    marks: Mapping[tuple[int, int], Remark]


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook: the names of its sheets in order, each read when asked for."""

    file: str
    parts: Mapping[str, bytes]
    calculates_on_load: bool
    calamine: CalamineWorkbook

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sheets."""
        return tuple(self.parts)

    def sheet(self, name: str) -> Sheet:
        """Read a sheet.

        Raises
        ------
        InputFault
            If it is too large or damaged.
        """
        from python_calamine import CalamineError  # noqa: PLC0415 - of an extra, and present once a workbook is open

        place = Place(self.file, name)
        look = look_at_cells(self.parts[name], place, calculates_on_load=self.calculates_on_load)
        if look.rows > MOST_ROWS or look.rows * look.columns > MOST_CELLS:
            columns = column_letters(max(look.columns - 1, 0))
            raise InputFault.because(
                "sheet_too_large", place, rows=look.rows, columns=columns, limit=MOST_ROWS, cells=MOST_CELLS
            )
        try:
            rows = self.calamine.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise damaged(place, error) from None
        width = max([look.columns, *(len(row) for row in rows)])
        rows += [[] for _ in range(look.rows - len(rows))]
        return Sheet([row + [""] * (width - len(row)) for row in rows], look.marks)


def open_workbook(path: Path, file: str) -> Workbook:
    """Open an .xlsx workbook, refusing at once whatever is none or could do harm.

    What is handed to calamine is a copy of the few parts that make up cells, as they were checked here: so a file
    whose directory lies about sizes, or holds a part twice, is read in one way only.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        Its name in messages.

    Returns
    -------
    Workbook

    Raises
    ------
    InputFault
        If it is missing, empty, protected, damaged, too large, or no .xlsx workbook.
    MissingExtraError
        If python-calamine is not installed.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 - of an extra
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="python-calamine", extra="report") from None
    place = Place(file)
    data = _contents(path, place)
    parts = _parts(data, place)
    main = _main_part(parts, place)
    sheets, calculates_on_load = _sheets(parts, main, place)
    for name in parts.keys() - set(sheets.values()):
        check_prologue(parts[name], place)
    try:
        calamine = CalamineWorkbook.from_filelike(_sealed(parts))
    except PasswordError:
        raise InputFault.because("file_encrypted", place) from None
    except CalamineError as error:
        raise damaged(place, error) from None
    return Workbook(file, {title: parts[name] for title, name in sheets.items()}, calculates_on_load, calamine)


# The file and its parts


def _contents(path: Path, place: Place) -> bytes:
    """Read the file, and say what it is if it is no .xlsx."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _too_large(place, size)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputFault.because("file_missing", place) from None
    except OSError as error:
        raise InputFault.because("file_unreadable", place, reason=error.strerror or type(error).__name__) from None
    if not data:
        raise InputFault.because("file_empty", place)
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise InputFault.because("file_encrypted", place)
        raise InputFault.because("file_other_format", place, format=".xls")
    return data


def _too_large(place: Place, size: int) -> InputFault:
    return InputFault.because("file_too_large", place, size=math.ceil(size / 2**20), limit=LARGEST_FILE // 2**20)


def _is_of_cells(name: str) -> bool:
    """Tell the parts that cells are made of from pictures, charts, macros and the like."""
    if name in {_ROOT_RELATIONS, "[Content_Types].xml"}:
        return True
    folder, _, last = name.rpartition("/")
    return folder.split("/")[0] in {"xl", ""} and last.endswith((".xml", ".rels")) and not re.search(
        r"/(drawings|charts|media|theme|pivot\w*|comments\w*|externalLinks|customXml|worksheets/_rels)(/|$)", folder
    )  # fmt: skip


def _parts(data: bytes, place: Place) -> dict[str, bytes]:
    """Unpack the parts that cells are made of, within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
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
            # A directory may understate a size; what is read never goes beyond it, and its checksum then fails.
            return {entry.filename: archive.read(entry) for entry in entries}
    except zipfile.BadZipFile as error:
        if data.startswith(b"PK"):
            raise damaged(place, error) from None
        raise InputFault.because("file_not_workbook", place) from None
    except (zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError) as error:
        raise damaged(place, error) from None


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


def _sheets(parts: Mapping[str, bytes], main: str, place: Place) -> tuple[dict[str, str], bool]:
    """Return the part of each worksheet by its name, and whether formulas are to be calculated on opening."""
    relations = posixpath.join(posixpath.dirname(main), "_rels", f"{posixpath.basename(main)}.rels")
    if relations not in parts:
        raise damaged(place, relations)
    targets = {identifier: (kind, target) for kind, identifier, target in _relations(parts, relations, place)}
    sheets = {}
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
                if target not in parts or title in sheets:
                    raise damaged(place, target)
                sheets[title] = target
    return sheets, calculates


def _sealed(parts: Mapping[str, bytes]) -> io.BytesIO:
    sealed = io.BytesIO()
    with zipfile.ZipFile(sealed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    sealed.seek(0)
    return sealed
