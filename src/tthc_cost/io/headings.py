"""Finding a table in a sheet: the row of its headings, which column each heading names, and the unit it states."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import Place, remark
from tthc_cost.io.markup import Bound, column_letters
from tthc_cost.schema import ColumnKind
from tthc_cost.vocabulary import fold, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.schema import Table

__all__ = ["HEADING_ROWS", "STATE", "STATE_HEADING", "TABLES_BY_STATE", "Headings", "find_headings", "heading_labels"]

STATE: Final = "state"
"""Name of the column of a sheet that tells the two states apart; no table of the library has it."""
STATE_HEADING: Final[Mapping[str, str]] = {"vi": "Trạng thái", "en": "State"}
TABLES_BY_STATE: Final = frozenset({"procedures", "documents", "steps", "activities", "volumes", "ranges"})
"""Tables whose sheet holds both states."""
HEADING_ROWS: Final = 20
"""Rows at the top of a sheet among which the headings are looked for; a letterhead may stand above them."""
_FEWEST_HEADINGS: Final = 2
_LONGEST_HEADING: Final = 300

_BRACKETED: Final = re.compile(r"(.*[^\s(\[])\s*[(\[]([^()\[\]]*)[)\]]")
_NO_UNIT: Final = frozenset(fold(words) for words in ("nếu có", "bắt buộc", "if any", "required"))
_NUMBERING: Final = re.compile(r"[0-9=x+*/ -]*")
_UNITS_TOO: Final[Mapping[ColumnKind, tuple[str, ...]]] = {
    ColumnKind.EFFORT: ("giờ", "hours"),
    ColumnKind.MONEY: ("vnđ", "vnd", "đ"),
    ColumnKind.RATE: ("đồng", "vnđ", "vnd", "đ", "vnđ/giờ", "vnd/giờ", "đ/giờ", "đồng/giờ công", "vnd/hour"),
    ColumnKind.FREQUENCY: ("lần",),
    ColumnKind.POPULATION: ("đối tượng", "subjects"),
}
"""What else a heading may write for a column's own unit: the same unit, so that no figure changes."""


@dataclass(slots=True)
class Headings:
    """The headings of a sheet.

    Parameters
    ----------
    row
        Their row, counted from 0.
    columns
        Position of each column of the table that is there, counted from 0.
    unreadable
        Columns that are missing or not to be trusted, about which all has been said.
    remarks
        What was said.
    """

    row: int
    columns: dict[str, int]
    unreadable: set[str] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)

    def knows_its_rows(self, table: Table) -> bool:
        """Tell whether the key of each row, and its state, can be read."""
        needed = {*table.key, STATE} if table.name in TABLES_BY_STATE else {*table.key}
        return not needed & self.unreadable


def heading_labels(table: Table) -> dict[str, str]:
    """Return the headings of a sheet as the template shows them, by column, the state first.

    Examples
    --------
    >>> from tthc_cost.schema import TABLES
    >>> heading_labels(TABLES["volumes"])["frequency"]
    'Số lần thực hiện/01 năm (lần/năm)'
    """
    state = {STATE: STATE_HEADING["vi"]} if table.name in TABLES_BY_STATE else {}
    return state | {column.name: column.heading("vi") for column in table.columns}


def find_headings(table: Table, rows: Sequence[Sequence[Any]], place: Place) -> Headings | None:
    """Find the row of headings, and say what is wrong with it.

    Parameters
    ----------
    table : Table
        The table that the sheet should hold.
    rows : sequence of sequences
        Cells of the sheet.
    place : Place
        File and sheet.

    Returns
    -------
    Headings or None
        None if no row near the top looks like headings.
    """
    best, best_count = None, _FEWEST_HEADINGS - 1
    for position, row in enumerate(rows[:HEADING_ROWS]):
        names = {name for cell in row if (name := _recognise(table, cell)[0])}
        if len(names) >= _FEWEST_HEADINGS and names & set(table.key):
            best = position
            break
        if len(names) > best_count:
            best, best_count = position, len(names)
    return None if best is None else _read_headings(table, best, rows, place)


def _read_headings(table: Table, row: int, rows: Sequence[Sequence[Any]], place: Place) -> Headings:
    headings = Headings(row, {})
    unknown: dict[int, str] = {}
    for position, cell in enumerate(rows[row]):
        here = _cell(place, position, row)
        text = _plain(str(cell))
        name, unit = _recognise(table, cell)
        if name is None:
            if text:
                unknown[position] = text if len(text) <= _LONGEST_HEADING else f"{text[:_LONGEST_HEADING]}…"
            elif any(str(below[position]).strip() for below in rows[row + 1 :]):
                headings.remarks.append(remark("column_without_heading", here))
        elif name in headings.columns:
            first = f"{column_letters(headings.columns[name])}{row + 1}"
            headings.remarks.append(remark("heading_twice", here, column=_shown(table, name), first=first))
            headings.unreadable.add(name)
        else:
            headings.columns[name] = position
            if unit:
                column = table.column(name)
                headings.remarks.append(remark("heading_unit", here, column=column.vi, seen=unit, unit=column.unit()))
                headings.unreadable.add(name)
    Bound.UNKNOWN_HEADINGS.check(len(unknown), place)
    _match_unknown(table, headings, unknown, place)
    _check_missing(table, headings, [_plain(str(cell)) for cell in rows[row]], place)
    return headings


def _match_unknown(table: Table, headings: Headings, unknown: Mapping[int, str], place: Place) -> None:
    """Say of each unknown heading which missing column it may mean: to drop that in silence would lose figures."""
    labels = _labels(table)
    for position, text in unknown.items():
        here = _cell(place, position, headings.row)
        taken = headings.columns.keys() | headings.unreadable
        absent = {label: name for label, name in labels.items() if name not in taken}
        near = suggest(found[1] if (found := _BRACKETED.fullmatch(text)) else text, absent, 1)
        if near:
            name = absent[near[0]]
            headings.remarks.append(remark("misspelt_column", here, column=text, near=_shown(table, name)))
            headings.unreadable.add(name)
        else:
            headings.remarks.append(remark("unknown_column", here, column=text))


def _check_missing(table: Table, headings: Headings, texts: Sequence[str], place: Place) -> None:
    present = [text for text in texts if text]
    needed = [column.name for column in table.columns if column.present]
    if table.name in TABLES_BY_STATE:
        needed.insert(0, STATE)
    for name in needed:
        if name not in headings.columns and name not in headings.unreadable:
            label = _shown(table, name)
            near = suggest(label, present) or tuple(present)
            headings.remarks.append(remark("missing_column", place, column=label, near="; ".join(near)))
            headings.unreadable.add(name)


def _shown(table: Table, name: str) -> str:
    return STATE_HEADING["vi"] if name == STATE else table.column(name).vi


def _cell(place: Place, column: int, row: int) -> Place:
    return Place(place.file, place.sheet, f"{column_letters(column)}{row + 1}")


@cache
def _labels(table: Table) -> Mapping[str, str]:
    """Return the column of each heading that is understood, folded and without unit."""
    labels = {fold(label): STATE for label in (*STATE_HEADING.values(), STATE)} if table.name in TABLES_BY_STATE else {}
    for column in table.columns:
        labels |= {fold(label): column.name for label in (column.name, column.en, column.vi)}
    return labels | {fold(key): key for key in table.key}


@cache
def _units(table: Table, name: str) -> frozenset[str]:
    column = table.column(name)
    own = (column.unit("vi"), column.unit("en"), *_UNITS_TOO.get(column.kind, ()))
    return frozenset(fold(unit).replace(" ", "") for unit in own)


def _recognise(table: Table, cell: object) -> tuple[str | None, str | None]:
    """Return the column that a heading names, and the unit it states if that is not the column's own."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_HEADING:
        return None, None
    labels = _labels(table)
    text = _plain(cell)
    if fold(text) in labels:
        return labels[fold(text)], None
    found = _BRACKETED.fullmatch(text)
    name = labels.get(fold(found[1])) if found else None
    if found is None or name is None:
        return None, None
    seen = _plain(found[2])
    has_unit = name != STATE and bool(table.column(name).unit())
    if not has_unit or fold(seen) in _NO_UNIT or _NUMBERING.fullmatch(seen):
        return name, None
    return name, None if fold(seen).replace(" ", "") in _units(table, name) else seen


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" *:")
