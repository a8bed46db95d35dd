"""Which cells of a sheet are shown as percentages, and to how many decimals: a file holds 0.2 where it shows 20 %."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import Place
from tthc_cost.io.archive_parts import main_part, read_contents, relations_of, sheets_of, unpack
from tthc_cost.io.markup import read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["percent_cells"]

_ZIPPED: Final = b"PK"
_FORMATS_OF_ALL: Final = {"9": "0%", "10": "0.00%"}
"""The percentages among the number formats that every workbook has without stating them."""
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SECTIONS: Final = frozenset({"cellStyleXfs", "cellXfs", "cellStyles", "dxfs"})


def percent_cells(path: Path, sheet: str) -> Mapping[str, int] | None:
    """Return how many decimals each cell shows that is formatted as a percentage.

    Parameters
    ----------
    path : pathlib.Path
        A workbook that can be opened.
    sheet : str
        One of its sheets.

    Returns
    -------
    mapping of str to int, or None
        By reference (``"C7"``), filled or not; None where the formats of cells are not known: in a workbook of Excel 97
        to 2003, and where cells do not say which they are.
    """
    place = Place(path.name, sheet)
    data = read_contents(path, place)
    if not data.startswith(_ZIPPED):
        return None
    parts = unpack(data, place)
    main = main_part(parts, place)
    relations = relations_of(main, parts, place)
    sheets, _, _ = sheets_of(parts, main, relations, place)
    styles = next((target for kind, _, target in relations if kind == "styles" and target in parts), None)
    decimals = _decimals_of_styles(parts[styles], place) if styles else {}
    found = {}
    for tag, attributes in read_tags(parts[sheets[sheet]], place):
        if tag == "c":
            if "r" not in attributes:
                return None
            if (shown := decimals.get(attributes.get("s", "0"))) is not None:
                found[attributes["r"]] = shown
    return found


def _decimals_of_styles(content: bytes, place: Place) -> dict[str, int]:
    """Return the decimals of each style of cells that shows a percentage, by its number."""
    codes = dict(_FORMATS_OF_ALL)
    formats = []
    section = ""
    for tag, attributes in read_tags(content, place):
        section = tag if tag in _SECTIONS else section
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and section == "cellXfs":
            formats.append(attributes.get("numFmtId", "0"))
    shown = {number: _decimals(codes.get(one, "")) for number, one in enumerate(formats)}
    return {str(number): decimals for number, decimals in shown.items() if decimals is not None}


def _decimals(code: str) -> int | None:
    """Return to how many decimals a number format shows per cent; None if it does not.

    Examples
    --------
    >>> _decimals("0%"), _decimals('0.0#"x" %;[Red]-0.0%'), _decimals('0.00" %"')
    (0, 2, None)
    """
    positive = _LITERAL.sub("", code).split(";")[0]
    if "%" not in positive:
        return None
    return len(re.findall(r"[0#?]", positive.partition(".")[2]))
