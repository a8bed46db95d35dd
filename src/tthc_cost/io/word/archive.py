"""Opening a Word document that a stranger sent, and what stands in it: paragraphs, their numbering, and tables."""

from __future__ import annotations

import io
import lzma
import math
import posixpath
import re
import struct
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias
from xml.etree import ElementTree as ET

from tthc_cost.errors import InputFault, Place, Remark
from tthc_cost.io.archive_parts import read_contents
from tthc_cost.io.markup import check_prologue, damaged, read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["EMPTY_BOX", "TICKED_BOX", "Block", "Cell", "Document", "Paragraph", "Table", "open_document"]

EMPTY_BOX: Final = "☐"
TICKED_BOX: Final = "☒"
"""What a box of any make is read as."""

_LARGEST_PART: Final = 32 * 2**20
_MOST_TAGS: Final = 2_000_000
_DEEPEST: Final = 100
"""Bytes and elements of one part, and elements within each other, beyond which nobody typed it."""
_DEEPEST_TABLE: Final = 8

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_BEGINNINGS: Final = {b"{\\rtf": ".rtf", b"%PDF": ".pdf"}
_OTHERS: Final = {"content.xml": ".odt", "xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb"}
_ROOT_RELATIONS: Final = "_rels/.rels"
_BROKEN: Final = (
    zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    LookupError,
)  # fmt: skip
"""What the reader of packages raises over a broken one."""
_COMPRESSIONS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_OF_WORD: Final = {
    "file_hostile": "word_hostile",
    "file_damaged": "word_damaged",
    "file_too_large": "word_too_large",
}

_WIDTHLESS: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_UNREAD: Final = frozenset(
    {"pPr", "rPr", "tcPr", "tblPr", "sdtPr", "sectPr", "del", "moveFrom", "Fallback", "instrText"}
)
"""What holds no words, or words that have been struck out or stand twice."""
_SYMBOLS: Final[Mapping[str, str]] = {
    "F06F": EMPTY_BOX, "F071": EMPTY_BOX, "F0A8": EMPTY_BOX, "F072": EMPTY_BOX,
    "F052": TICKED_BOX, "F053": TICKED_BOX, "F054": TICKED_BOX, "F0FC": "✓", "F0FD": TICKED_BOX, "F0FE": TICKED_BOX,
}  # fmt: skip
"""Characters of the fonts Wingdings that mean a box or a tick."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Parameters
    ----------
    text
        Its words in NFC, with plain spaces; a line break within it is a newline.
    mark
        What an automatic list prints before it, such as ``"a)"``; a bullet of any shape is ``"•"``.
    is_heading
        Whether its style is one of headings.
    """

    text: str
    mark: str = ""
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what stands in it, how many columns it takes, and whether it goes on from the cell above."""

    blocks: tuple[Block, ...]
    span: int = 1
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its rows of cells, and which one of the document it is, counted from 1."""

    rows: tuple[tuple[Cell, ...], ...]
    number: int


Block: TypeAlias = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """The body of a document in order."""

    file: str
    blocks: tuple[Block, ...]


def open_document(path: Path, file: str) -> Document:
    """Read the body of a .docx document, refusing at once whatever is none or could do harm.

    Only the body, the styles and the numbering are unpacked: no macro, picture, embedded file or link is ever touched.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        Its name in messages.

    Returns
    -------
    Document

    Raises
    ------
    InputFault
        If it is missing, empty, protected, damaged, too large, or no .docx document.
    """
    place = Place(file)
    data = _contents(path, place)
    with _said_of_word(), _archive(data, place) as archive:
        names = {entry.filename for entry in archive.infolist()}
        main = _related(archive, _ROOT_RELATIONS, place).get("officeDocument", "")
        if main not in names:
            raise InputFault.because("word_not_document", place)
        root = _parse(archive, main, place)
        body = _child(root, "body")
        if _local(root) != "document" or body is None:
            raise InputFault.because("word_not_document", place)
        folder, last = posixpath.split(main)
        relations = _related(archive, posixpath.join(folder, "_rels", f"{last}.rels"), place)
        styles = _parse(archive, relations["styles"], place) if relations.get("styles") in names else None
        lists = _parse(archive, relations["numbering"], place) if relations.get("numbering") in names else None
    return Document(file, tuple(_Reader(_Lists.of(lists), _styles(styles), place).blocks(body)))


# The file and its parts


@contextmanager
def _said_of_word() -> Iterator[None]:
    """Say of a document what the reader of markup says of a workbook."""
    try:
        yield
    except InputFault as error:
        faults = (Remark(_OF_WORD.get(one.code, one.code), one.place, one.values) for one in error.faults)
        raise InputFault(*faults) from None


def _contents(path: Path, place: Place) -> bytes:
    """Read the file, and say what it is if it is no .docx."""
    with _said_of_word():
        data = read_contents(path, place)
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise InputFault.because("word_encrypted", place)
        raise InputFault.because("word_other_format", place, format=".doc")
    for beginning, other in _BEGINNINGS.items():
        if data.startswith(beginning):
            raise InputFault.because("word_other_format", place, format=other)
    return data


def _too_large(place: Place, size: int, limit: int) -> InputFault:
    return InputFault.because("word_too_large", place, size=math.ceil(size / 2**20), limit=limit // 2**20)


@contextmanager
def _archive(data: bytes, place: Place) -> Iterator[zipfile.ZipFile]:
    """Open the package; whatever goes wrong in unpacking it is a fault of the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            for name, other in _OTHERS.items():
                if name in names:
                    raise InputFault.because("word_other_format", place, format=other)
            yield archive
    except InputFault:
        raise
    except zipfile.BadZipFile as error:
        if data.startswith(b"PK"):
            raise damaged(place, error) from None
        raise InputFault.because("word_not_document", place) from None
    except _BROKEN as error:
        raise damaged(place, error) from None


def _part(archive: zipfile.ZipFile, name: str, place: Place) -> bytes:
    entries = [entry for entry in archive.infolist() if entry.filename.casefold() == name.casefold()]
    if len(entries) > 1:
        raise damaged(place, "duplicate part")
    entry = entries[0]
    if entry.flag_bits & 1:
        raise InputFault.because("word_encrypted", place)
    if entry.compress_type not in _COMPRESSIONS:
        raise damaged(place, "compression")
    # A directory may understate a size; what is read never goes beyond it, and its checksum then fails.
    if entry.file_size > _LARGEST_PART:
        raise _too_large(place, entry.file_size, _LARGEST_PART)
    return archive.read(entry)


def _related(archive: zipfile.ZipFile, name: str, place: Place) -> dict[str, str]:
    """Return the part of each kind that a part is related to, within the file."""
    if name not in archive.namelist():
        return {}
    folder = posixpath.dirname(posixpath.dirname(name))
    return {
        attributes.get("Type", "").rpartition("/")[2]: posixpath.normpath(
            posixpath.join("/", folder, attributes.get("Target", ""))
        )[1:]
        for tag, attributes in read_tags(_part(archive, name, place), place)
        if tag == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal"
    }


def _parse(archive: zipfile.ZipFile, name: str, place: Place) -> ET.Element:
    content = _part(archive, name, place)
    check_prologue(content, place)
    if content.count(b"<") > 2 * _MOST_TAGS:
        raise InputFault.because("word_too_complex", place)
    try:
        return ET.fromstring(content)  # noqa: S314 - a DOCTYPE has been refused, so there is no entity to expand
    except (ET.ParseError, ValueError, LookupError) as error:
        raise damaged(place, error) from None


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ET.Element | None, name: str) -> ET.Element | None:
    return None if element is None else next((one for one in element if _local(one) == name), None)


def _value(element: ET.Element | None, name: str = "val") -> str | None:
    """Return an attribute of an element, whatever namespace it is in."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _is_on(element: ET.Element | None) -> bool:
    return element is not None and _value(element) not in {"0", "false", "off"}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004 - no list is as long


# Lists and styles

_Numbering: TypeAlias = tuple[str, int] | None
"""The list a paragraph is of and its level there; None when nothing is said, an empty list when there is none."""


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int


@dataclass(slots=True)
class _Lists:
    """The lists of a document and how far each has been counted."""

    kinds: Mapping[str, str]
    """The definition that each list follows."""
    levels: Mapping[str, Mapping[int, _Level]]
    starts: Mapping[str, Mapping[int, int]]
    """Levels at which a list begins anew."""
    counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: ET.Element | None) -> _Lists:
        kinds: dict[str, str] = {}
        levels: dict[str, dict[int, _Level]] = {}
        starts: dict[str, dict[int, int]] = {}
        for one in root if root is not None else ():
            if _local(one) == "abstractNum":
                found = {_number(_value(each, "ilvl")): each for each in one if _local(each) == "lvl"}
                levels[_value(one, "abstractNumId") or ""] = {
                    level: _Level(
                        _value(_child(each, "numFmt")) or "decimal",
                        _value(_child(each, "lvlText")) or "",
                        _number(_value(_child(each, "start")) or "1"),
                    )
                    for level, each in found.items()
                }
            elif _local(one) == "num":
                name = _value(one, "numId") or ""
                kinds[name] = _value(_child(one, "abstractNumId")) or ""
                starts[name] = {
                    _number(_value(each, "ilvl")): _number(_value(_child(each, "startOverride")))
                    for each in one
                    if _child(each, "startOverride") is not None
                }
        return cls(kinds, levels, starts)

    def mark(self, numbering: _Numbering) -> str:
        """Count one paragraph on, and return what is printed before it."""
        if numbering is None or numbering[0] not in self.kinds:
            return ""
        name, level = numbering
        kind = self.kinds[name]
        levels = self.levels.get(kind, {})
        if level not in levels:
            return ""
        counts = self.counts[kind]
        if name not in self.begun:
            self.begun.add(name)
            counts |= {at: start - 1 for at, start in self.starts[name].items()}
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if levels[level].format == "bullet":
            return "•"
        shown = {str(at + 1): _numeral(counts.get(at, one.start), one.format) for at, one in levels.items()}
        return re.sub(r"%([1-9])", lambda found: shown.get(found[1], ""), levels[level].text).strip()


def _numeral(number: int, style: str) -> str:
    if style.endswith("Letter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if style.startswith("upper") else letter
    if style.endswith("Roman"):
        tens = "x" * (number // 10)
        roman = tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[number % 10]
        return roman.upper() if style.startswith("upper") else roman
    return "" if style == "none" else f"{number:02}" if style == "decimalZero" else str(number)


@dataclass(frozen=True, slots=True)
class _Style:
    numbering: _Numbering
    is_heading: bool


def _styles(root: ET.Element | None) -> dict[str, _Style]:
    """Return what each style of paragraphs says, its own words before those of the style it is based on."""
    found = {_value(one, "styleId") or "": one for one in root if _local(one) == "style"} if root is not None else {}
    styles = {}
    for name in found:
        chain: list[str] = []
        parent: str | None = name
        while parent in found and parent not in chain:
            chain.append(parent)
            parent = _value(_child(found[parent], "basedOn"))
        properties = [_child(found[one], "pPr") for one in chain]
        numbering = next((one for each in properties if (one := _numbering(each))), None)
        is_heading = any(_child(one, "outlineLvl") is not None for one in properties) or any(
            (_value(_child(found[one], "name")) or "").casefold().startswith("heading") for one in chain
        )
        styles[name] = _Style(numbering, is_heading)
    return styles


def _numbering(properties: ET.Element | None) -> _Numbering:
    of_list = _child(properties, "numPr")
    if of_list is None:
        return None
    return _value(_child(of_list, "numId")) or "", _number(_value(_child(of_list, "ilvl")))


# The body


@dataclass(slots=True)
class _Words:
    """The words of a paragraph as they are found, and the text boxes that hang on it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[ET.Element] = field(default_factory=list)

    def text(self) -> str:
        """Return the words in NFC, without characters of no width, a line each."""
        lines = _WIDTHLESS.sub("", unicodedata.normalize("NFC", "".join(self.parts))).split("\n")
        return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


@dataclass(slots=True)
class _Reader:
    """Goes through the body in order, since lists are counted."""

    lists: _Lists
    styles: Mapping[str, _Style]
    place: Place
    tables: int = 0

    def blocks(self, parent: ET.Element, depth: int = 0, tables: int = 0) -> Iterator[Block]:
        """Return the paragraphs and tables within an element."""
        if depth > _DEEPEST or tables > _DEEPEST_TABLE:
            raise InputFault.because("word_too_complex", self.place)
        for one in parent:
            name = _local(one)
            if name == "p":
                words = _Words()
                self._words(one, words, depth)
                yield self._paragraph(one, words)
                for box in words.boxes:
                    yield from self.blocks(box, depth + 1, tables)
            elif name == "tbl":
                yield self._table(one, depth, tables + 1)
            elif name not in _UNREAD:
                yield from self.blocks(one, depth + 1, tables)

    def _paragraph(self, element: ET.Element, words: _Words) -> Paragraph:
        properties = _child(element, "pPr")
        style = self.styles.get(_value(_child(properties, "pStyle")) or "", _Style(None, is_heading=False))
        text = words.text()
        own = _numbering(properties)
        mark = self.lists.mark(own or style.numbering) if text else ""
        return Paragraph(text, unicodedata.normalize("NFC", " ".join(mark.split())), style.is_heading)

    def _table(self, element: ET.Element, depth: int, tables: int) -> Table:
        self.tables += 1
        number = self.tables
        rows = tuple(tuple(self._cells(row, depth + 2, tables)) for row in _within(element, "tr"))
        return Table(tuple(row for row in rows if row), number)

    def _cells(self, row: ET.Element, depth: int, tables: int) -> Iterator[Cell]:
        if _child(_child(row, "trPr"), "del") is not None:
            return
        for cell in _within(row, "tc"):
            properties = _child(cell, "tcPr")
            merged = _child(properties, "vMerge")
            span = max(_number(_value(_child(properties, "gridSpan"))), 1)
            blocks = tuple(self.blocks(cell, depth + 2, tables))
            yield Cell(blocks, span, merged is not None and _value(merged) != "restart")

    def _words(self, element: ET.Element, words: _Words, depth: int) -> None:
        if depth > _DEEPEST:
            raise InputFault.because("word_too_complex", self.place)
        for one in element:
            name = _local(one)
            if name == "t":
                words.parts.append(one.text or "")
            elif name in _BREAKS:
                words.parts.append(_BREAKS[name])
            elif name == "sym":
                words.parts.append(_SYMBOLS.get((_value(one, "char") or "").upper(), "•"))
            elif name == "checkBox":
                checked = _child(one, "checked")
                ticked = _is_on(checked if checked is not None else _child(one, "default"))
                words.parts.append(TICKED_BOX if ticked else EMPTY_BOX)
            elif name == "txbxContent":
                words.boxes.append(one)
            elif name not in _UNREAD and not _is_on(_child(_child(one, "rPr"), "vanish")):
                self._words(one, words, depth + 1)


_BREAKS: Final[Mapping[str, str]] = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _within(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """Return the rows of a table or the cells of a row, also those within a content control or a tracked change."""
    waiting = list(reversed(element))
    while waiting:
        one = waiting.pop()
        if _local(one) == name:
            yield one
        elif _local(one) in {"sdt", "sdtContent", "customXml", "ins"}:
            waiting += reversed(one)
