"""Workbooks and documents spoilt at random, and the same ones for the same number: bytes, archives, XML and records."""

from __future__ import annotations

import io
import lzma
import random
import re
import struct
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docx

import word_samples
from scm_forms import CASE_7, Style, pages, save_pages
from tthc_cost.io import read_review, write_review
from workbooks import save, save_old

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mutant", "originals"]

Parts = dict[str, bytes]

_NUMBERS: Final = (
    "-1", "0", "1", "255", "256", "65535", "65536", "99999", "1048576", "1048577", "2147483647", "2147483648",
    "4294967295", "18446744073709551616", "1e308", "1E400", "-1e-320", "NaN", "INF", "0x10", "", " ", "١٢", "1,5",
    "9" * 400,
)  # fmt: skip
_CELLS: Final = (
    "A0", "A1",
    "F2", "XFD1048576", "XFE1", "ZZZZ9", "A1:XFD1048576", "B3:A1", "1A", "$A$1", "a1", "A1:A1:A1",
    "AAAAAAA1",
)  # fmt: skip
_KINDS: Final = ("s", "n", "b", "e", "str", "inlineStr", "d", "x", "")
_TEXTS: Final = (
    "=1+1", "@SUM(A1)", "1/2", "45 phút", "#REF!", "nt", "\u202e", "\ufeff", "&amp;#0;", "&#1;", "&lt;", "&x;",
    "_x0000_", "]]>", "é" * 40_000, "Tổng cộng", "hiện tại", "30/02/2024", "1.004080", "𝟙𝟚", "\U0010ffff", "a › b › 9",
)  # fmt: skip
_ELEMENTS: Final = (
    b'<c r="F2" t="e"><v>#N/A</v></c>', b'<c r="F3"><f>F3</f><v>0</v></c>', b'<c r="G2"><f>1+</f></c>',
    b'<c t="s"><v>7</v></c>', b'<c r="A1" t="s"><v>-1</v></c>', b'<c r="B2" s="99999"><v>45000</v></c>',
    b'<c r="B2" t="b"><v>2</v></c>', b'<row r="1048576" hidden="1"/>', b'<row r="0"/>', b'<row r="-5"/>',
    b'<mergeCell ref="A1:D9"/>', b'<mergeCell ref="B2:XFD9"/>', b"<si><t>x</t></si>", b"<si/>", b'<xf numFmtId="22"/>',
    b'<sheet name="TTHC" sheetId="9" r:id="rId1"/>', b'<sheet name="" sheetId="0"/>', b'<calcPr fullCalcOnLoad="1"/>',
    b'<numFmt numFmtId="164" formatCode="[h]:mm"/>', b"<!-- -->", b"<?x y?>", b"<![CDATA[8]]>",
    b'<Relationship Id="rId1" Type="x/worksheet" Target="http://example.org/x.xml" TargetMode="External"/>',
    b'<Relationship Id="rId1" Type="x/worksheet" Target="../../../../etc/passwd"/>',
    b"<w:p/>", b'<w:gridSpan w:val="99999"/>', b'<w:vMerge w:val="restart"/>', b"<w:tbl>", b'<w:ilvl w:val="99"/>',
)  # fmt: skip
_DOCTYPES: Final = (
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', b'<!DOCTYPE x SYSTEM "file:///etc/hostname">',
    b"<!DOCTYPE x>",
)  # fmt: skip
_NAMES: Final = (
    "xl/workbook.xml", "../xl/x.xml", "/xl/x.xml", "xl\\x.xml", "XL/WORKBOOK.XML", "xl/vbaProject.bin",
    "xl/sharedStrings.xml", "word/document.xml",
)  # fmt: skip
_RECORDS_OF_CELLS: Final = frozenset(
    {0x06, 0x85, 0xBD, 0xE5, 0xFC, 0xFD, 0x200, 0x203, 0x205, 0x208, 0x27E, 0x41E},
)
_UNPACKING: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
    LookupError,
)  # fmt: skip
"""What comes of unpacking an archive that is spoilt already."""
_LEAF: Final = re.compile(rb"<(\w[\w:]*)[^<>]*(?:/>|>[^<>]*</\1>)")
_TAG: Final = re.compile(rb"<[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'([\w:]+)="([^"]*)"')
_TEXT: Final = re.compile(rb">([^<>]+)<")


# What is spoilt


def _without_dates(data: bytes) -> bytes:
    """Return the same archive as it would be at any time: who made it when is left out of its properties."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _packed({name: b"<x/>" if name == "docProps/core.xml" else content for name, content in parts.items()})


def _packed(parts: Parts) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _unpacked(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def originals() -> dict[str, bytes]:
    """Return the files that are spoilt, by what they are and their name: of each program that writes them."""
    merged = Style(groups="merged", volume="merged", two_rows=True, hidden=True, comparison=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typed = save(folder / "go_tay.xlsx")
        written = write_review(read_review(typed), folder / "theo_mau.xlsx")
        forms = [
            save_pages(folder / "bieu_03_gop.xlsx", pages(CASE_7, merged)),
            save_pages(folder / "bieu_03_hai_trang.xlsx", pages(CASE_7, Style(sheets="two", texts=True))),
            save_pages(folder / "bieu_03.xls", pages(CASE_7, merged)),
        ]
        words = []
        for layout in (word_samples.merged_cells, word_samples.nested_tables, word_samples.running_text_with_lists):
            document = docx.Document()
            layout(document)
            words.append(folder / f"{layout.__name__}.docx")
            document.save(str(words[-1]))
        found = {"review": [typed, written, save_old(folder / "go_tay.xls")], "form_03": forms, "word": words}
        files = {f"{kind}/{path.name}": path.read_bytes() for kind, paths in found.items() for path in paths}
    files = {name: data if name.endswith(".xls") else _without_dates(data) for name, data in files.items()}
    parts = _unpacked(files["review/go_tay.xlsx"])
    part = "xl/worksheets/sheet2.xml"
    calculated = parts[part].replace(b"<v>8</v>", b"<f>2*4</f><v>8</v>")
    files["review/cong_thuc.xlsm"] = _packed(parts | {part: calculated, "xl/vbaProject.bin": bytes(range(256))})
    return files


# How it is spoilt


def mutant(number: int, names: tuple[str, ...] | None = None) -> tuple[str, bytes]:
    """Return the name of an original and what a number makes of it.

    Parameters
    ----------
    number : int
        Seed; the same number gives the same bytes.
    names : tuple of str, optional
        Names of the originals to choose from; all of them if not given.
    """
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    name = chance.choice(names or tuple(sorted(originals())))
    data = originals()[name]
    is_archive = data.startswith(b"PK")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        level = chance.random()
        if level < 0.12 or not is_archive:
            data = _spoil_records(chance, data) if not is_archive and level < 0.7 else _spoil_bytes(chance, data)
        else:
            try:
                parts = _unpacked(data)
            except _UNPACKING:
                return name, data
            data = _spoil_archive(chance, parts) if level < 0.3 else _packed(_spoil_xml(chance, parts))
    return name, data


def _spoil_bytes(chance: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    spoilt = bytearray(data)
    at = chance.randrange(len(data))
    length = min(chance.choice((1, 2, 4, 64, 512, 4096)), len(data) - at)
    way = chance.randrange(7)
    if way == 0:
        for _ in range(chance.randint(1, 30)):
            spoilt[chance.randrange(len(data))] = chance.randrange(256)
    elif way == 1:
        del spoilt[at : at + length]
    elif way == 2:
        spoilt[at:at] = spoilt[max(0, at - length) : at] * chance.choice((1, 3))
    elif way == 3:
        del spoilt[at:]
    elif way == 4:
        spoilt[at : at + length] = chance.choice((b"\0", b"\xff")) * length
    elif way == 5:
        spoilt[at] ^= 1 << chance.randrange(8)
    else:
        number = struct.pack("<I", chance.choice((0, 1, 2**16 - 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1)))
        spoilt[at : at + 4] = number[: len(spoilt) - at]
    return bytes(spoilt)


def _spoil_records(chance: random.Random, data: bytes) -> bytes:
    """Spoil one record of an .xls: its kind, its length, or a number in it."""
    places: list[tuple[int, int, int]] = []
    at = 512
    while at + 4 <= len(data) and len(places) < 20_000:
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0 and length == 0:
            break
        places.append((at, kind, length))
        at += 4 + length
    if not places:
        return _spoil_bytes(chance, data)
    cells = [one for one in places if one[1] in _RECORDS_OF_CELLS]
    at, _, length = chance.choice(cells if cells and chance.random() < 0.7 else places)
    spoilt = bytearray(data)
    way = chance.randrange(4)
    extreme = struct.pack("<H", chance.choice((0, 1, 2, 3, 255, 256, 0x3FFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)))
    if way == 0:
        spoilt[at : at + 2] = struct.pack("<H", chance.choice(places)[1])
    elif way == 1:
        spoilt[at + 2 : at + 4] = extreme
    elif way == 2 and length >= 2:
        inside = at + 4 + chance.randrange(length - 1)
        spoilt[inside : inside + 2] = extreme
    else:
        other, _, size = chance.choice(places)
        record = spoilt[other : other + 4 + size]
        spoilt[at : at + len(record)] = record
    return bytes(spoilt)


def _spoil_archive(chance: random.Random, parts: Parts) -> bytes:
    if not parts:
        return _packed(parts)
    name, other = chance.choice(list(parts)), chance.choice(list(parts))
    content = parts[name]
    filling = chance.choice((b" ", b"\0", b"<c/>", b"<row hidden='1'/>", b"<si><t>abc</t></si>", b"&lt;"))
    end = max(content.rfind(b"</"), 0)
    changed: dict[int, Parts] = {
        0: {one: kept for one, kept in parts.items() if one != name},
        1: {chance.choice(_NAMES) if one == name else one: kept for one, kept in parts.items()},
        2: parts | {name: content[: chance.randrange(len(content) + 1)]},
        3: parts | {name: parts[other], other: content},
        4: parts | {name: content[:end] + filling * chance.choice((10, 10_000, 300_000)) + content[end:]},
    }
    way = chance.randrange(9)
    return _packed(changed[way]) if way in changed else _spoil_directory(chance, parts, name, way)


def _spoil_directory(chance: random.Random, parts: Parts, name: str, way: int) -> bytes:
    """Spoil an archive where no part is: how a part is packed, what is said of it, what stands before and after."""
    target = io.BytesIO()
    ways = (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(target, "w") as archive:
        for one, content in parts.items():
            packing = chance.choice(ways) if way == 5 and one == name else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(one), content, packing)
    data = bytearray(target.getvalue())
    if way == 6:
        at = data.find(b"PK\1\2") + chance.choice((8, 10, 16, 20, 24, 28, 30, 42))
        data[at : at + 2] = struct.pack("<H", chance.choice((0, 1, 8, 99, 0xFFFF)))
    elif way == 7:
        data[0:0] = b"MZ" + bytes(chance.randrange(2000))
    elif way == 8:
        data += data[data.find(b"PK\1\2") :]
    return bytes(data)


def _spoil_xml(chance: random.Random, parts: Parts) -> Parts:
    names = [name for name in parts if name.endswith((".xml", ".rels")) and parts[name]]
    if not names:
        return parts
    often = [name for name in names if "/worksheets/" in name or name.endswith(("sharedStrings.xml", "document.xml"))]
    name = chance.choice(often if often and chance.random() < 0.7 else names)
    spoil = chance.choice(_WAYS_WITH_XML)
    return parts | {name: spoil(chance, parts[name])}


def _one(chance: random.Random, pattern: re.Pattern[bytes], content: bytes) -> re.Match[bytes] | None:
    """Choose one match, beginning anywhere: to find all of them each time would take most of the time."""
    start = chance.randrange(max(1, len(content)))
    return pattern.search(content, start) or pattern.search(content)


def _spoil_attribute(chance: random.Random, content: bytes) -> bytes:
    found = _one(chance, _ATTRIBUTE, content)
    if not found:
        return content
    kinds: tuple[tuple[str, ...], ...] = (_NUMBERS, _CELLS, _KINDS, _TEXTS)
    value = chance.choice(
        _CELLS if found[1] in {b"r", b"ref"} else _KINDS if found[1] == b"t" else chance.choice(kinds)
    )
    given = b'%b="%b"' % (found[1], value.encode().replace(b'"', b"").replace(b"<", b""))
    new = chance.choice((given, given, given, given, b"", found[0] + b" " + found[0]))
    return content[: found.start()] + new + content[found.end() :]


def _spoil_text(chance: random.Random, content: bytes) -> bytes:
    found = _one(chance, _TEXT, content)
    if not found:
        return content
    return content[: found.start(1)] + chance.choice(_NUMBERS + _TEXTS).encode() + content[found.end(1) :]


def _drop_tag(chance: random.Random, content: bytes) -> bytes:
    found = _one(chance, chance.choice((_LEAF, _LEAF, _LEAF, _TAG)), content)
    return content[: found.start()] + content[found.end() :] if found else content


def _repeat_tag(chance: random.Random, content: bytes) -> bytes:
    found = _one(chance, chance.choice((_LEAF, _LEAF, _LEAF, _TAG)), content)
    return (
        content[: found.end()] + found[0] * chance.choice((1, 2, 70, 5000)) + content[found.end() :]
        if found
        else content
    )


def _put_element(chance: random.Random, content: bytes) -> bytes:
    found = _one(chance, _TAG, content)
    element = chance.choice(_ELEMENTS) * chance.choice((1, 1, 1, 2, 100, 60_000))
    return content[: found.end()] + element + content[found.end() :] if found else content


def _swap_names(chance: random.Random, content: bytes) -> bytes:
    names = (
        b"<c ",
        b"<v>",
        b"<f>",
        b"<row ",
        b"<is>",
        b"<t>",
        b"<si>",
        b"<sheet ",
        b"<x:c ",
        b"<mergeCell ",
        b"<w:p>",
        b"<w:tc>",
    )
    old = chance.choice([name for name in names if name in content] or [b"<"])
    return content.replace(old, chance.choice(names), chance.choice((1, 3, -1)))


def _put_prologue(chance: random.Random, content: bytes) -> bytes:
    head, mark, root = content.partition(b"?>") if content.startswith(b"<?xml") else (b"", b"", content)
    way = chance.randrange(5)
    if way == 0:
        return head + mark + chance.choice(_DOCTYPES) + root
    if way == 1:
        return content.replace(b"UTF-8", chance.choice((b"UTF-16", b"latin-1", b"x-unknown", b"US-ASCII")), 1)
    if way == 2:
        return content.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-16-be", "utf-8-sig")))
    if way == 3:
        return head + mark + b"<a>" * chance.choice((10, 63, 64, 65, 100_000)) + root
    return content.replace(b"http://schemas.openxmlformats.org", b"http://purl.oclc.org/ooxml", chance.choice((1, -1)))


def _spoil_bytes_of_xml(chance: random.Random, content: bytes) -> bytes:
    return _spoil_bytes(chance, content)


_WAYS_WITH_XML: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _spoil_attribute, _spoil_attribute, _spoil_attribute, _spoil_text, _spoil_text, _drop_tag, _repeat_tag,
    _put_element, _put_element, _swap_names, _put_prologue, _spoil_bytes_of_xml,
)  # fmt: skip
