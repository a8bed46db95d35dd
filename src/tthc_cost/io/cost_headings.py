"""The headings of a table of published costs: which column holds what, and in which unit."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import Place, remark
from tthc_cost.io.headings import HEADING_ROWS
from tthc_cost.io.markup import column_letters
from tthc_cost.numerals import bare, clean, shorten
from tthc_cost.schema import TABLES, is_blank
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.opening import Sheet

__all__ = ["COSTS", "TEXTS", "UNITS", "CostLayout", "cost_columns", "cost_layout", "cost_title"]

COSTS: Final = ("baseline_vnd", "simplified_vnd")
TEXTS: Final = ("procedure", "name", "agency", "field")
_HEADINGS: Final = {
    "ratio": r"ratio|.*(ty le|phan tram).*|%",
    "saving": r"saving vnd|.*(tiet kiem|cat giam|chenh lech|loi ich).*",
    "simplified_vnd": r"simplified vnd|(.*chi phi.*)?\bsau\b.*",
    "baseline_vnd": r"baseline vnd|(.*chi phi.*)?\b(truoc|hien tai|hien hanh)\b.*",
    "procedure": r"procedure|ma( so)?( (tthc|thu tuc).*)?",
    "name": r"name|(ten )?(tthc|thu tuc).*",
    "agency": r"agency|(co quan|don vi(?! tinh)).*",
    "field": r"field|linh vuc.*",
    "number": r"stt|tt|so tt|so thu tu",
}
"""What a heading says, without its brackets and the marks on its letters, tried in this order."""
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_FORMULA: Final = re.compile(r"[0-9=x+*/%: -]*")
_UNIT_LABEL: Final = re.compile(r"(?:đvt|đơn vị( tính)?)\s*:\s*", re.IGNORECASE)
UNITS: Final = {"đồng": 1, "nghìn đồng": 10**3, "triệu đồng": 10**6, "tỷ đồng": 10**9}
_SPELLINGS: Final = {"vnđ": "đồng", "vnd": "đồng", "đ": "đồng"} | {
    f"{scale}{dong}": f"{word} đồng"
    for word, scales in {
        "nghìn": ("nghìn", "ngàn", "1000", "1.000"), "triệu": ("triệu", "1.000.000"), "tỷ": ("tỷ", "tỉ"),
    }.items()
    for scale in scales
    for dong in (" đồng", " đ", "đ", " vnđ", " vnd", "đồng")
}  # fmt: skip
_PER_YEAR: Final = re.compile(r"\s*/\s*(0?1 )?năm$")
_LONGEST_HEADING: Final = 300


def cost_title(name: str) -> str:
    """Return what a column is called in messages.

    Examples
    --------
    >>> cost_title("baseline_vnd"), cost_title("agency")
    ('Chi phí trước', 'Cơ quan giải quyết TTHC')
    """
    costs = {"baseline_vnd": "Chi phí trước", "simplified_vnd": "Chi phí sau", "saving": "Chi phí tiết kiệm"}
    return costs.get(name) or TABLES["procedures"].column(name).vi


@dataclass(slots=True)
class CostLayout:
    """The headings of a table of costs.

    Parameters
    ----------
    place
        File and sheet.
    first
        The row below the headings, counted from 0.
    columns
        Position of each column that is there, counted from 0: `TEXTS`, `COSTS`, ``saving``, ``ratio``, ``number``.
    units
        Unit of each cost and of the saving, a key of `UNITS`.
    remarks
        What is to be said of the headings.
    """

    place: Place
    first: int
    columns: dict[str, int]
    units: dict[str, str]
    remarks: list[Remark] = field(default_factory=list)

    def at(self, row: int, column: str) -> Place:
        """Return the place of a cell by the name of its column."""
        return self.cell(row, self.columns[column])

    def cell(self, row: int, position: int) -> Place:
        """Return the place of a cell by its position."""
        return Place(self.place.file, self.place.sheet, f"{column_letters(position)}{row + 1}", row + 1)


def cost_layout(sheet: Sheet, place: Place) -> CostLayout | None:
    """Find the headings of costs on one row, or on two that stand above each other.

    Parameters
    ----------
    sheet : Sheet
        The cells.
    place : Place
        File and sheet.

    Returns
    -------
    CostLayout or None
        None if no rows near the top are headings of costs.
    """
    rows = sheet.rows
    for row in range(min(HEADING_ROWS, len(rows))):
        for count in (1, 2):
            headings = _joined(rows[row : row + count])
            found = cost_columns(headings)
            if {*COSTS} <= found.keys() and found.keys() & {"procedure", "name"}:
                layout = CostLayout(place, row + count, {name: positions[0] for name, positions in found.items()}, {})
                _check_twice(layout, found)
                _read_units(layout, headings, [str(cell) for above in rows[: row + count] for cell in above])
                return layout
    return None


def _joined(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Join headings that stand above each other; one that spans several columns stands over the first of them."""
    if len(rows) == 1:
        return [str(cell) for cell in rows[0]]
    joined, span = [], ""
    for above, below in zip(*rows[:2], strict=True):
        span = span if is_blank(above) else str(above)
        joined.append(f"{span} {below}" if not is_blank(below) else "" if is_blank(above) else str(above))
    return joined


def cost_columns(headings: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions of the columns that headings name, by the words in them.

    Examples
    --------
    >>> cost_columns(["STT", "Tên TTHC", "Chi phí hiện tại (nghìn đồng)", "CHI PHÍ SAU", "Tỷ lệ (%)"])
    {'number': [0], 'name': [1], 'baseline_vnd': [2], 'simplified_vnd': [3], 'ratio': [4]}
    """
    found = defaultdict(list)
    for position, text in enumerate(headings):
        if name := _named(text[:_LONGEST_HEADING]):
            found[name].append(position)
    return dict(found)


@lru_cache(maxsize=4096)
def _named(heading: str) -> str | None:
    words = " ".join(_BRACKETS.sub(" ", bare(clean(heading))).split()).strip(" *:.")
    return next((name for name, pattern in _HEADINGS.items() if words and re.fullmatch(pattern, words)), None)


def _check_twice(layout: CostLayout, found: Mapping[str, Sequence[int]]) -> None:
    for name in (*TEXTS, *COSTS):
        for position in found.get(name, ())[1:]:
            first = layout.at(layout.first - 1, name).cell
            place = layout.cell(layout.first - 1, position)
            layout.remarks.append(remark("heading_twice", place, column=cost_title(name), first=first))


def _read_units(layout: CostLayout, headings: Sequence[str], above: Iterable[str]) -> None:
    """Find the unit of each cost: in its heading, or else in a line above; a cost without one is in đồng."""
    general = []
    for cell in above:
        text = clean(cell[:_LONGEST_HEADING])
        label = _UNIT_LABEL.search(text)
        unit = _BRACKETS.sub("", text[label.end() :]).strip(" ()[]") if label else ""
        # «Đơn vị: …» may name an office as well.
        if label and (label[1] or "đvt" in label[0].casefold() or _unit(unit)):
            general.append(unit)
    row = layout.first - 1
    for name in (*COSTS, "saving"):
        if name not in layout.columns:
            continue
        text = headings[layout.columns[name]]
        own = [one for one in _BRACKETS.findall(clean(text[:_LONGEST_HEADING])) if not _FORMULA.fullmatch(one)]
        stated = own or ["đồng"] * text.strip().endswith("_vnd") or general[-1:]
        units = {_unit(one) for one in stated}
        if units and "" not in units and len(units) == 1:
            layout.units[name] = units.pop()
        elif stated:
            seen = "; ".join(dict.fromkeys(stated))
            layout.remarks.append(remark("costs_unit_unknown", layout.at(row, name), seen=shorten(seen)))
        else:
            layout.remarks.append(remark("costs_unit_assumed", layout.at(row, name)))
        layout.units.setdefault(name, "đồng")


def _unit(text: str) -> str:
    words = _PER_YEAR.sub("", _UNIT_LABEL.sub("", " ".join(clean(text).casefold().split())).rstrip(" .,"))
    known = {fold(one): one for one in UNITS} | {fold(one): unit for one, unit in _SPELLINGS.items()}
    return known.get(fold(words), "")
