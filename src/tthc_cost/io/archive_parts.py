"""The parts of a workbook's archive: unpacked within bounds, how they relate, which of them are sheets."""

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
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault
from tthc_cost.io.markup import Bound, damaged, read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tthc_cost.errors import Place

__all__ = [
    "LARGEST_FILE",
    "main_part",
    "read_contents",
    "relations_of",
    "sealed",
    "shared_texts",
    "sheets_of",
    "unpack",
]

LARGEST_FILE: Final = 128 * 2**20
"""Bytes that the parts of one workbook may unpack to."""

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


def unpack(data: bytes, place: Place) -> dict[str, bytes]:
    """Unpack the parts that cells are made of, within bounds: their contents by name.

    Raises
    ------
    InputFault
        If it is no workbook, protected, damaged, too large, or of another format.
    """
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


def main_part(parts: Mapping[str, bytes], place: Place) -> str:
    """Return the name of the part that lists the sheets.

    Raises
    ------
    InputFault
        If there is none.
    """
    if _ROOT_RELATIONS in parts:
        for kind, _, target in _relations(parts, _ROOT_RELATIONS, place):
            if kind == "officeDocument" and target in parts:
                return target
    raise InputFault.because("file_not_workbook", place)


def relations_of(main: str, parts: Mapping[str, bytes], place: Place) -> list[tuple[str, str, str]]:
    """Return type, identifier and target of each relation of the part that lists the sheets.

    Raises
    ------
    InputFault
        If they are missing or damaged.
    """
    name = posixpath.join(posixpath.dirname(main), "_rels", f"{posixpath.basename(main)}.rels")
    if name not in parts:
        raise damaged(place, name)
    return _relations(parts, name, place)


def shared_texts(parts: Mapping[str, bytes], relations: Sequence[tuple[str, str, str]], place: Place) -> str | None:
    """Return the part of the texts that cells share, whether it is found by its relation or by its usual name."""
    related = {target for kind, _, target in relations if kind == "sharedStrings" and target in parts}
    found = related | {name for name in parts if name.casefold() == _SHARED_TEXTS}
    if len(found) > 1:
        raise damaged(place, "; ".join(sorted(found)))
    return next(iter(found), None)


def sheets_of(
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


def sealed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return an archive of these parts and nothing else, ready to be read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    made.seek(0)
    return made
