"""The headings of a cost table: in which rows they stand, over one row or several, and what each column holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.io.markup import column_letters
from tthc_cost.io.scm.figures import OWN_UNITS, unit_of_heading
from tthc_cost.io.scm.layout import COMPARISON, FIGURES, words_in
from tthc_cost.numerals import format_exact, shorten
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.opening import Sheet
    from tthc_cost.io.scm.figures import Unit
    from tthc_cost.io.scm.layout import ScmLayout

__all__ = [
    "ADDED",
    "Columns",
    "Grid",
    "ScmHeadings",
    "find_scm_headings",
    "heading_meaning",
    "is_numbering",
    "missing_headings",
]

ADDED: Final = frozenset({"effort_hours", "service_vnd", "fee_vnd", "other_vnd"})
"""Columns that may stand several times: their figures are added."""
_FEWEST: Final = 3
_FEWEST_FIGURES: Final = 2
_FEWEST_PAIRED: Final = 4
_MOST_ROWS: Final = 3
_FEWEST_IN_FIRST: Final = 2
_FIRST: Final = frozenset({"number", "work", "activity"})
_PERSON_TIME: Final = frozenset({"công"})
_IN_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_LABEL: Final = re.compile(r"[:：]\s*\d")
_NUMBERED: Final = re.compile(r"[(\[]?\d{1,2}[)\]]?(?:\s*=.*)?|\(?\d{1,2}\)?\s*[-+x×*].*")


class Grid:
    """The cells of a sheet, with the value of a merged area at each of its cells when asked for.

    Parameters
    ----------
    sheet : Sheet
        Cells as they were opened.
    place : Place
        File and sheet, for what is said of a cell.
    """

    def __init__(self, sheet: Sheet, place: Place) -> None:
        self.sheet = sheet
        self.place = place
        self.rows = len(sheet.rows)
        self.width = max((len(row) for row in sheet.rows), default=0)
        self._area = {
            (row, column): area
            for area in sheet.merged
            for row in range(area[0], area[2] + 1)
            for column in range(area[1], area[3] + 1)
        }

    def cell(self, row: int, column: int) -> Place:
        """Return the place of a cell."""
        place = self.place
        return Place(place.file, place.sheet, f"{column_letters(column)}{row + 1}", row + 1)

    def value(self, row: int, column: int) -> Any:  # noqa: ANN401 - whatever a cell may hold
        """Return what a cell itself holds, None when it is blank."""
        value = self.sheet.rows[row][column] if row < self.rows and column < len(self.sheet.rows[row]) else None
        return None if isinstance(value, str) and not value.strip() else value

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell on one line, empty if it holds none."""
        value = self.value(row, column)
        return " ".join(value.split()) if isinstance(value, str) else ""

    def area(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """Return the merged area that a cell is part of: first row and column, last row and column."""
        return self._area.get((row, column))

    def merged_value(self, row: int, column: int) -> Any:  # noqa: ANN401 - as of value
        """Return what a cell shows: its own value, or that of the merged area it is part of."""
        area = self.area(row, column)
        return self.value(area[0], area[1]) if area else self.value(row, column)

    def is_blank(self, row: int) -> bool:
        """Tell whether nothing stands in a row."""
        marked = self.sheet.marks
        return all(self.value(row, column) is None and (row, column) not in marked for column in range(self.width))


@dataclass(frozen=True, slots=True)
class Columns:
    """The row of the headings, where columns stand by what they mean, their units, and from where to where they go."""

    row: int
    positions: Mapping[str, tuple[int, ...]]
    units: Mapping[int, Unit | None]
    span: range

    def first(self, name: str) -> int | None:
        """Return the first position of a column."""
        return next(iter(self.positions.get(name, ())), None)


@dataclass(slots=True)
class ScmHeadings:
    """The headings of a table: their rows, the columns of each state that they tell apart, and what is wrong."""

    first: int
    last: int
    by_state: dict[str | None, Columns]
    unknown: dict[int, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def find_scm_headings(grid: Grid, row: int, units: Mapping[str, Unit], layout: ScmLayout) -> ScmHeadings | None:
    """Return the headings that begin in a row, None if none do.

    Parameters
    ----------
    grid : Grid
        The sheet.
    row : int
        Row, counted from 0.
    units : mapping of str to Unit
        Units that a line above the table states.
    layout : ScmLayout
        The words.
    """
    rows = _rows_of_headings(grid, row, layout)
    if not rows:
        return None
    headings = ScmHeadings(rows[0], rows[-1], {})
    names: dict[int, str] = {}
    states: dict[int, str | None] = {}
    found_units: dict[int, Unit | None] = {}
    for column in range(grid.width):
        texts = _texts(grid, rows, column, layout)
        if not texts:
            continue
        name = _name_of(texts, layout)
        if name is None:
            headings.unknown[column] = texts[-1]
            continue
        states[column] = layout.block(" ".join(texts))
        names[column] = name
        if name in FIGURES:
            found_units[column] = _unit(grid, headings, column, name, texts, units, layout)
    for state, columns in _sides(grid, headings, names, states, layout).items():
        positions: dict[str, tuple[int, ...]] = {}
        for column in columns:
            if names[column] != "ignored":
                positions[names[column]] = (*positions.get(names[column], ()), column)
        span = range(columns[0], columns[-1] + 1) if set(columns) < set(names) else range(grid.width)
        headings.by_state[state] = Columns(headings.last, positions, found_units, span)
        _say_twice(grid, headings, positions)
        _say_elapsed(grid, headings, positions)
    return headings


def _name_of(texts: Sequence[str], layout: ScmLayout) -> str | None:
    """Return what the texts over a column mean: the lowest, or those above it too."""
    name = next(
        (said for start in range(len(texts)) if (said := heading_meaning(" ".join(texts[-1 - start :]), layout))), None
    )
    is_work = name == "elapsed" and _PERSON_TIME & set(words_in(" ".join(_IN_BRACKETS.findall(texts[-1]))))
    return "effort_hours" if is_work else name


def _sides(
    grid: Grid,
    headings: ScmHeadings,
    names: Mapping[int, str],
    states: Mapping[int, str | None],
    layout: ScmLayout,
) -> dict[str | None, list[int]]:
    """Return the columns of each state: told apart by their headings, or as two tables beside each other."""
    told_apart = {states[one] for one, name in names.items() if name in FIGURES} - {None, COMPARISON}
    if len(told_apart) > 1:
        return {state: [one for one in names if states[one] in {state, None}] for state in sorted(told_apart, key=str)}
    tables: list[list[int]] = [[]]
    for column, name in names.items():
        seen = {names[one] for one in tables[-1]}
        if name in _FIRST & seen and seen & set(FIGURES):
            tables.append([])
        tables[-1].append(column)
    if len(tables) > 1 and all(_looks_like_headings([names[one] for one in of]) for of in tables):
        titles = [_title_over(grid, headings, of, layout) for of in tables]
        if None not in titles and len(set(titles)) == len(titles):
            return dict(zip(titles, tables, strict=True))
    return {next(iter(told_apart), None): list(names)}


def _title_over(grid: Grid, headings: ScmHeadings, columns: Sequence[int], layout: ScmLayout) -> str | None:
    """Return the state that a title above, or right below, the headings of one of several tables names."""
    above = range(headings.first - 1, max(headings.first - 1 - _MOST_ROWS, -1), -1)
    for row in (*above, headings.last + 1):
        texts = (grid.text(row, one) for one in range(columns[0], columns[-1] + 1))
        found = {block for text in texts if text and (block := layout.block(text))} - {COMPARISON}
        if len(found) == 1:
            return found.pop()
    return None


def missing_headings(columns: Columns, stated: Mapping[str, Any], layout: ScmLayout) -> list[str]:
    """Return the headings that a cost table cannot do without and this one lacks, each as the form has it.

    Parameters
    ----------
    columns : Columns
        What is there.
    stated : mapping
        Figures that lines above the table state once for all.
    layout : ScmLayout
        The words.
    """
    missing = [] if columns.positions.keys() & {"work", "activity"} else [_shown("activity", layout)]
    needed = ("effort_hours", "vnd_per_hour", "frequency", "population")
    return missing + [_shown(name, layout) for name in needed if name not in {*columns.positions, *stated}]


def _shown(name: str, layout: ScmLayout) -> str:
    return f"«{layout.columns[name][0]}»"


def heading_meaning(text: str, layout: ScmLayout) -> str | None:
    """Return what a heading means, with what stands in brackets only if nothing is understood without it."""
    outside = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", text)
    found = layout.meaning("columns", outside) or layout.meaning("columns", text)
    # Who carries it out may be left unread; how many do is a figure to multiply by.
    return None if found == "ignored" and fold(text).startswith("số ") else found


def _names_in(grid: Grid, row: int, layout: ScmLayout) -> dict[int, str]:
    """Return the columns that the cells of a row name; a row with a number is no heading."""
    cells = [(column, grid.value(row, column)) for column in range(grid.width)]
    if any(not isinstance(value, str) for _, value in cells if value is not None):
        return {}
    texts = {column: value for column, value in cells if value is not None and not _LABEL.search(value)}
    return {column: name for column, value in texts.items() if (name := heading_meaning(value, layout))}


def _looks_like_headings(names: Sequence[str]) -> bool:
    distinct = set(names) - {"ignored"}
    return len(distinct) >= _FEWEST and len(distinct & set(FIGURES)) >= _FEWEST_FIGURES


def _rows_of_headings(grid: Grid, row: int, layout: ScmLayout) -> range | None:
    """Return the rows of the headings that begin in this one."""
    if row >= grid.rows:
        return None
    names = _names_in(grid, row, layout)
    if len(set(names.values())) < _FEWEST_IN_FIRST and not _spans(grid, row):
        return None
    last = row
    while last + 1 < grid.rows and last - row + 1 < _MOST_ROWS and _continues(grid, last + 1, row, layout):
        last += 1
    together = [name for one in range(row, last + 1) for name in _names_in(grid, one, layout).values()]
    return range(row, last + 1) if _looks_like_headings(together) else None


def _spans(grid: Grid, row: int) -> bool:
    """Tell whether a row has headings of several columns, each over some of them."""
    areas = {area for column in range(grid.width) if (area := grid.area(row, column)) and grid.text(row, column)}
    return any(1 < area[3] - area[1] + 1 < grid.width - 1 for area in areas)


def _continues(grid: Grid, row: int, first: int, layout: ScmLayout) -> bool:
    """Tell whether a row goes on with the headings above it: children of a merged one, or units in brackets."""
    texts = {column: grid.value(row, column) for column in range(grid.width) if grid.value(row, column) is not None}
    words = all(isinstance(value, str) for value in texts.values())
    if not texts or not words or all(_NUMBERED.fullmatch(value.strip()) for value in texts.values()):
        return False
    if all(re.fullmatch(r"\s*[(\[].*[)\]]\s*", value) for value in texts.values()):
        return True
    states = {layout.block(value) for value in texts.values()}
    if len(texts) >= _FEWEST_PAIRED and len(states) > 1 and not states & {None, COMPARISON}:
        return True
    under = [column for column in texts if (area := grid.area(first, column)) and area[3] > area[1]]
    covered = [column for column in texts if (area := grid.area(first, column)) and area[2] >= row]
    above = [column for column in texts if grid.merged_value(row - 1, column) is None]
    if len(set(texts.values())) == 1 and not under:
        return False
    names = _names_in(grid, row, layout)
    figures = {name for name in names.values() if name in FIGURES}
    if len(figures) >= _FEWEST_FIGURES and not _FIRST & {_names_in(grid, first, layout).get(one) for one in texts}:
        return not covered
    return not covered and bool(figures) and len(under) + len(above) >= len(texts) - 1 and layout.block(
        " ".join(texts.values())
    ) != COMPARISON  # fmt: skip


def _texts(grid: Grid, rows: range, column: int, layout: ScmLayout | None = None) -> list[str]:
    """Return the texts over a column from top to bottom, those of merged headings included, each once.

    Of two columns «Hiện tại» and «Sau …» below one heading that is not merged, the second has it too.
    """
    seen: list[str] = []
    for row in rows:
        value = grid.merged_value(row, column)
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if text and text not in seen:
            seen.append(text)
    if layout and len(seen) == 1 and len(rows) > 1 and column and layout.block(seen[0]) and not _names(seen[0], layout):
        left = [text for text in _texts(grid, rows, column - 1) if not layout.block(text)]
        return [*left, *seen]
    return seen


def _names(text: str, layout: ScmLayout) -> bool:
    return heading_meaning(text, layout) is not None


def _unit(  # noqa: PLR0917 - private, called once
    grid: Grid,
    headings: ScmHeadings,
    column: int,
    name: str,
    texts: Sequence[str],
    units: Mapping[str, Unit],
    layout: ScmLayout,
) -> Unit | None:
    """Return the unit of a column: that of its own heading, of one above it, or of the table; and say if it scales."""
    place = grid.cell(headings.last, column)
    unit = None
    for text in reversed(texts):
        try:
            unit = unit_of_heading(name, text, layout)
        except InputFault as error:
            if text == texts[-1]:
                headings.remarks += [
                    one.at(file=place.file, sheet=place.sheet, cell=place.cell) for one in error.faults
                ]
        if unit:
            break
    unit = unit or units.get(name)
    if unit and unit.scale != 1:
        values = {"column": shorten(texts[-1]), "unit": unit.text, "own": OWN_UNITS[name]}
        factor = format_exact(unit.scale)
        headings.remarks.append(remark("scm_unit_scaled", place, factor=factor, **values))
    return unit


def _say_twice(grid: Grid, headings: ScmHeadings, positions: Mapping[str, tuple[int, ...]]) -> None:
    """Say which columns mean the same: figures that add up are added, others cannot be told apart."""
    for name, columns in positions.items():
        if len(columns) == 1 or name in {"source", "number", "grade"}:
            continue
        cells = [f"{column_letters(column)}{headings.last + 1}" for column in columns]
        code = "scm_columns_added" if name in ADDED else "scm_heading_twice"
        place = grid.cell(headings.last, columns[-1])
        texts = "; ".join(f"«{_texts(grid, range(headings.first, headings.last + 1), one)[-1]}»" for one in columns)
        headings.remarks.append(remark(code, place, columns=texts, cells=", ".join(cells)))


def _say_elapsed(grid: Grid, headings: ScmHeadings, positions: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a table whose only time is how long the procedure takes: that is no work of anybody."""
    if "elapsed" in positions and "effort_hours" not in positions:
        column = positions["elapsed"][0]
        shown = _texts(grid, range(headings.first, headings.last + 1), column)[-1]
        headings.remarks.append(remark("scm_time_is_elapsed", grid.cell(headings.last, column), column=shown))


def is_numbering(grid: Grid, row: int) -> bool:
    """Tell whether a row numbers the columns, as ``(1) (2) (3)`` or ``4 = 2 x 3``."""
    cells = [value for column in range(grid.width) if (value := grid.value(row, column)) is not None]
    shown = [
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip() for value in cells
    ]
    texts = [text for text in shown if not re.fullmatch(r"[A-Z]", text)]
    return len(cells) >= _FEWEST and bool(texts) and all(_NUMBERED.fullmatch(text) for text in texts) and _rises(texts)


def _rises(texts: Sequence[str]) -> bool:
    numbers = [int(found[0]) for text in texts if (found := re.search(r"\d+", text))]
    return all(later - earlier == 1 for earlier, later in pairwise(numbers))
