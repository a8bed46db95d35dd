"""The rows of one block of a cost table: their words, their figures, and how deep in the numbering they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import TthcCostError, remark
from tthc_cost.io.markup import column_letters
from tthc_cost.io.scm.figures import read_figure
from tthc_cost.io.scm.layout import FIGURES, words_in
from tthc_cost.numerals import format_exact, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tthc_cost.errors import Place, Remark
    from tthc_cost.io.scm.headings import Columns, Grid
    from tthc_cost.io.scm.layout import ScmLayout
    from tthc_cost.vocabulary import Stage

__all__ = ["CARRIED", "INPUTS", "Node", "Notes", "RowOf", "Rows", "Stated", "read_rows"]

INPUTS: Final = ("effort_hours", "service_vnd", "fee_vnd", "other_vnd")
"""Columns of which a line must fill one."""
CARRIED: Final = ("vnd_per_hour", "frequency", "population")
"""Columns that may be given once for several lines."""
_RESULTS: Final = ("case_cost", "annual_cost")

_NUMBER: Final = re.compile(r"\d{1,3}(?:\.\d{1,3})*\.?|[ivxIVX]{1,5}[.)]?|[a-zđA-ZĐ][.)]?|[-–—•+*]")
_PREFIX: Final = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})+[.)]?(?=\s)|\d{1,3}(?:\.\d{1,3})*[.)]|[IVX]{1,5}[.)]|[a-zđA-ZĐ][.)]|[-–—•+*])\s*(?=\S)"
)
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_PRODUCT: Final = re.compile(r"\d\D*[x×*]\s*\d", re.IGNORECASE)
_COMMENT: Final = re.compile(r"[(\[*].*")
_BULLETS: Final = frozenset("-–—•+*")
_DITTO_MARKS: Final = frozenset("\"'″”“’〃")


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row of a block, counted from 0, and the columns it stands under."""

    row: int
    columns: Columns
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """A cost that the sheet states [đồng], its cell, and how much one of the unit it is stated in is."""

    value: Fraction
    place: Place
    scale: Fraction | int = 1


@dataclass(slots=True)
class Node:
    """A row with something to say, or the group that it opens, at its depth in the numbering.

    Parameters
    ----------
    of
        The row.
    depth
        0 for a group of the table, and one more for each level below it.
    number, text, stage
        Its numbering, its words without it, and the group of the official table that these name.
    figures
        Its figures but for its costs; None where blank.
    stated
        The costs it states.
    at_fault, remarks
        Columns that could not be read, and why; said only once the row is known to be a line.
    in_words
        Columns at fault that hold words without a digit.
    is_removed, is_nothing
        Whether it says that the activity is gone, or that there is nothing of the kind.
    """

    of: RowOf
    depth: int
    number: str
    text: str
    stage: Stage | None = None
    figures: dict[str, Fraction | None] = field(default_factory=lambda: dict.fromkeys(FIGURES[:-2]))
    stated: dict[str, Stated] = field(default_factory=dict)
    at_fault: set[str] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)
    in_words: set[str] = field(default_factory=set)
    is_removed: bool = False
    is_nothing: bool = False

    @property
    def has_figures(self) -> bool:
        """Tell whether it holds a figure that could be read."""
        return bool(self.stated) or any(value is not None for value in self.figures.values())

    @property
    def digits(self) -> set[str]:
        """Columns of figures that hold more than words, be it readable or not."""
        filled = {name for name, value in self.figures.items() if value is not None}
        return (filled | self.at_fault | self.stated.keys()) - self.in_words

    @property
    def has_input(self) -> bool:
        """Tell whether it states hours or money, readable or not."""
        return any(self.figures[name] is not None for name in INPUTS) or bool(self.at_fault & set(INPUTS))


@dataclass(slots=True)
class Notes:
    """What is said in the same way of several cells, to be said once: cells by code, column and source."""

    cells: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, code: str, column: str, source: str, cell: str | None) -> None:
        """Note one cell."""
        self.cells[code, column, source].append(cell or "–")

    def remarks(self, place: Place, layout: ScmLayout) -> Iterable[Remark]:
        """Say each note once, at its first cell."""
        for (code, name, source), cells in self.cells.items():
            origin, _, value = source.partition("|")
            several = f"{cells[0]} … {cells[-1]}" if len(cells) > 1 else cells[0]
            column = layout.columns[name][0] if name else ""
            values = {"column": column, "source": origin or "–", "cells": several, "count": len(cells), "value": value}
            yield remark(code, **values).at(file=place.file, sheet=place.sheet, cell=cells[0])


@dataclass(slots=True)
class Rows:
    """The rows of a block: what may be lines and groups, and how many of those stand above each sum and each footer."""

    nodes: list[Node] = field(default_factory=list)
    sums: list[tuple[int, Node]] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    saving: Stated | None = None
    title: str = ""
    remarks: list[Remark] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)


def read_rows(grid: Grid, rows: Sequence[RowOf], layout: ScmLayout) -> Rows:
    """Read the rows of a block, one after the other.

    Parameters
    ----------
    grid : Grid
        The sheet.
    rows : sequence of RowOf
        Rows in order.
    layout : ScmLayout
        The words.
    """
    reader = _Reader(grid, layout)
    for of in rows:
        reader.take(of)
    return reader.read


class _Reader:
    """Takes rows in order and remembers what stands above, for the cells that say ditto."""

    def __init__(self, grid: Grid, layout: ScmLayout) -> None:
        self.grid = grid
        self.layout = layout
        self.read = Rows()
        self.above: dict[str, tuple[Any, str]] = {}

    def take(self, of: RowOf) -> None:
        number, work, activity = self._texts(of)
        texts = [text for column in of.columns.span if (text := self.grid.text(of.row, column))]
        title = work or activity
        if of.is_title:
            self.read.title = " ".join(texts)
            self._sum(of)
            return
        node = self._node(of, number, activity or work)
        works = node.has_input and node.figures["vnd_per_hour"] is not None
        named = [work, activity] if title else texts
        says_total = any(self.layout.begins("total", text) for text in ([title] if title else texts))
        if any(map(self.layout.names_sum, named)) or (says_total and not number and not works):
            node.text = node.text or " ".join(texts)
            self._sum(of, node)
        elif not node.has_figures and self._is_footer([title] if title else texts):
            self.read.footers.append(len(self.read.nodes))
        elif not title:
            self._nameless(node)
        elif not node.has_input and self._is_comparison(title):
            self.read.saving = self.read.saving or node.stated.get("annual_cost")
        elif not (node.digits or number) and _COMMENT.fullmatch(title):
            pass
        else:
            node.is_removed = self._says_removed(of, (work, activity), texts)
            node.is_nothing = any(not words_in(text) or self.layout.is_said("nothing", text) for text in texts)
            self._place(node, work, activity)

    def _is_comparison(self, title: str) -> bool:
        """Tell whether a row without figures of its own compares the two blocks: what is saved, or its percentage."""
        return "tỷ lệ" in " ".join(words_in(title)) or self.layout.names_saving(title)

    def _is_footer(self, texts: Sequence[str]) -> bool:
        """Tell whether a row without figures begins what stands below a table: notes, or who signs."""
        bare = [_unnumbered(text) for text in texts]
        return any(self.layout.begins("footer", text) or self.layout.is_said("signer", text) for text in bare)

    def _says_removed(self, of: RowOf, names: Sequence[str], texts: Sequence[str]) -> bool:
        """Tell whether a row says that its activity is gone: beside its name, or in brackets after it."""
        named = {
            self.grid.text(of.row, at)
            for name in ("number", "work", "activity")
            for at in of.columns.positions.get(name, ())
        }
        beside = [text for text in texts if text not in named]
        bracketed = [piece for name in names for piece in _BRACKETS.findall(name)]
        return any(self.layout.says("abolished", text) for text in [*beside, *bracketed])

    def _place(self, node: Node, work: str, activity: str) -> None:
        """Add a row at its depth; a group and its first line may stand in one row."""
        nodes = self.read.nodes
        stage = self.layout.stage(work) if work else None
        if work and activity:
            number = "" if stage and not node.number.isdigit() else node.number
            depth = self._depth(number, work, stage, has_activity=True)
            nodes.append(Node(node.of, depth, number, work, stage))
            node.depth = depth + 1
        elif work or node.number:
            node.stage = stage
            node.depth = self._depth(node.number, work or activity, stage, has_activity=False)
        else:
            node.depth = next((one.depth for one in reversed(nodes) if self._opens(one)), -1) + 1
        nodes.append(node)

    def _opens(self, node: Node) -> bool:
        """Tell whether lines without a group of their own may belong to a row: it is not itself such a line."""
        at = node.of.columns.first("activity")
        return node.depth == 0 or at is None or not self.grid.text(node.of.row, at)

    # Words

    def _texts(self, of: RowOf) -> tuple[str, str, str]:
        """Return the numbering of a row, and what stands in its two columns of text, the numbering taken off."""
        row, columns = of.row, of.columns
        at_number, at_work, at_activity = (columns.first(name) for name in ("number", "work", "activity"))
        number = "" if at_number is None else self._number(row, at_number)
        work = "" if at_work is None else self.grid.text(row, at_work)
        activity = "" if at_activity is None else self._merged_text(row, at_activity)
        if at_number is not None and not number and not work:
            work = self.grid.text(row, at_number)
        if at_work is None:
            work, activity = work or activity, ""
        work = self._undittoed("work", work, row, at_work)
        activity = self._undittoed("activity", activity, row, at_activity)
        for text in (work, activity):
            if not number and (found := _PREFIX.match(text)):
                number = found[1].rstrip(".)")
        return number, _unnumbered(work), _unnumbered(activity)

    def _number(self, row: int, column: int) -> str:
        value = self.grid.value(row, column)
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else str(value)
        text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
        return text.rstrip(".)") if _NUMBER.fullmatch(text) else ""

    def _merged_text(self, row: int, column: int) -> str:
        """Return the text of a cell, or of the merged cell that reaches down to it."""
        area = self.grid.area(row, column)
        return self.grid.text(area[0], area[1]) if area and area[1] == column else self.grid.text(row, column)

    def _undittoed(self, name: str, text: str, row: int, column: int | None) -> str:
        if not text or column is None:
            return text
        cell = f"{column_letters(column)}{row + 1}"
        if self._is_ditto(text) and name in self.above:
            value, source = self.above[name]
            self.read.notes.add("scm_ditto", name, source, cell)
            return str(value)
        self.above[name] = (text, cell)
        return text

    def _is_ditto(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        text = value.strip()
        is_mark = bool(text) and set(text) <= _DITTO_MARKS
        return is_mark or words_in(text) in [words_in(phrase) for phrase in self.layout.words["ditto"]]

    # Depth

    def _depth(self, number: str, text: str, stage: Stage | None, *, has_activity: bool) -> int:
        """Return how deep a row stands: 0 for a group, and one more for each level of its numbering."""
        nodes = self.read.nodes
        if _kind(number) in {"bullet", "letter"}:
            return _depth_of_mark(nodes, number)
        if "." in number:
            return number.count(".")
        top = next((one for one in reversed(nodes) if one.depth == 0), None)
        if number.isdigit() and top and not stage:
            return _depth_of_integer(nodes[-1], top, int(number))
        if number or top is None:
            return 0
        opens_group = stage is not None and (has_activity or _is_whole(text, stage, self.layout))
        return 0 if opens_group or (top.stage is None and not top.number) else 1

    # Figures

    def _node(self, of: RowOf, number: str, text: str) -> Node:
        node = Node(of, 0, number, text)
        for name in FIGURES:
            read = [self._figure(node, name, column) for column in of.columns.positions.get(name, ())]
            filled = [one for one in read if one is not None]
            value = sum(filled, Fraction(0)) if filled else None
            if name not in _RESULTS:
                node.figures[name] = value
            elif value is not None:
                column = of.columns.positions[name][0]
                unit = of.columns.units.get(column)
                node.stated[name] = Stated(value, self.grid.cell(of.row, column), unit.scale if unit else 1)
        return node

    def _figure(self, node: Node, name: str, column: int) -> Fraction | None:
        row = node.of.row
        try:
            if mark := self.grid.sheet.marks.get((row, column)):
                node.at_fault.add(name)
                node.remarks.append(self._here(mark, row, column))
                return None
            value = self._value(node, name, column)
            if value is None or (isinstance(value, str) and self._is_words(name, value)):
                return None
            figure = read_figure(name, value, node.of.columns.units.get(column), self.layout)
            if name == "effort_hours" and isinstance(value, str) and _PRODUCT.search(value):
                cell = self.grid.cell(row, column).cell
                self.read.notes.add("scm_product", name, f"{shorten(value)}|{format_exact(figure)}", cell)
        except TthcCostError as error:
            node.at_fault.add(name)
            if (text := self.grid.text(row, column)) and not any(map(str.isdigit, text)):
                node.in_words.add(name)
            node.remarks += [self._here(one, row, column) for one in error.faults]
            return None
        return figure

    def _is_words(self, name: str, text: str) -> bool:
        """Tell whether a text is no figure: it says that the activity is gone, or stands where a cost is stated."""
        return self.layout.says("abolished", text) or (name in _RESULTS and not text.strip()[:1].isdigit())

    def _here(self, one: Remark, row: int, column: int) -> Remark:
        place = self.grid.cell(row, column)
        return one.at(file=place.file, sheet=place.sheet, cell=place.cell, row=place.row, column=None)

    def _value(self, node: Node, name: str, column: int) -> Any:  # noqa: ANN401 - whatever a cell may hold
        """Return what a cell holds, what stands above if it says so, or what the merged cell over it holds."""
        row = node.of.row
        value, place = self.grid.value(row, column), self.grid.cell(row, column)
        key = f"{name}{column}"
        if value is None:
            return self._merged_figure(node, name, column)
        if self._is_ditto(value):
            if key not in self.above:
                node.at_fault.add(name)
                node.remarks.append(remark("scm_ditto_of_nothing", place, value=shorten(value)))
                return None
            value, source = self.above[key]
            self.read.notes.add("scm_ditto", name, source, place.cell)
        elif (row, column) in self.grid.sheet.formulas and name not in _RESULTS:
            self.read.notes.add("scm_formulas", "", "", place.cell)
        self.above[key] = (value, str(place.cell))
        return value

    def _merged_figure(self, node: Node, name: str, column: int) -> Any:  # noqa: ANN401 - as of _value
        """Return the figure of a merged cell for a row within it; hours and money cannot be shared out."""
        row = node.of.row
        area = self.grid.area(row, column)
        value = self.grid.value(area[0], area[1]) if area and area[0] < row and area[1] == column else None
        if area is None or value is None or name in _RESULTS:
            return None
        place = self.grid.cell(row, column)
        if name in INPUTS:
            if node.text:
                node.at_fault.add(name)
                node.remarks.append(remark("scm_merged_figure", place, value=shorten(value)))
            return None
        self.read.notes.add("scm_merged", name, f"{column_letters(column)}{area[0] + 1}", place.cell)
        return value

    # Sums

    def _sum(self, of: RowOf, node: Node | None = None) -> None:
        """Take the costs of a row that is a sum; in a title, text is the title."""
        node = node or self._node(of, "", "")
        results = [one for name in _RESULTS for one in of.columns.positions.get(name, ())]
        read = {
            self.grid.cell(of.row, one).cell for one in results if not (of.is_title and self.grid.text(of.row, one))
        }
        self.read.remarks += [one for one in node.remarks if one.place.cell in read]
        if node.stated or node.has_input or not of.is_title:
            self.read.sums.append((len(self.read.nodes), node))

    def _nameless(self, node: Node) -> None:
        """Take figures without a name for a sum, to be checked; what is no figure, such as a date, is passed over."""
        if node.stated or any(node.figures[name] is not None for name in INPUTS):
            self.read.sums.append((len(self.read.nodes), node))


def _unnumbered(text: str) -> str:
    found = _PREFIX.match(text)
    return text[found.end() :] if found else text


def _kind(number: str) -> str:
    if not number:
        return ""
    if number in _BULLETS:
        return "bullet"
    is_letter = number.isalpha() and number.islower()
    return "letter" if is_letter else "number"


def _depth_of_mark(nodes: Sequence[Node], number: str) -> int:
    """Return the depth of a bullet or a letter: that of its like before it, or one below the number it stands under."""
    last: dict[str, int] = {}
    for position, node in enumerate(nodes):
        if node.number:
            last[_kind(node.number)] = position
    mine = last.pop(_kind(number), -1)
    other = max(last.values(), default=-1)
    if mine > other:
        return nodes[mine].depth
    return nodes[other].depth + 1 if other >= 0 else int(bool(nodes))


def _depth_of_integer(before: Node, top: Node, number: int) -> int:
    """Return the depth of a plain number: the next group, or a line of a group whose lines are numbered anew."""
    if before.depth == 1 and before.number.isdigit() and number == int(before.number) + 1:
        return 1
    continues = not top.number.isdigit() or number == int(top.number) + 1
    return 0 if continues else 1


def _is_whole(text: str, stage: Stage, layout: ScmLayout) -> bool:
    """Tell whether a text is the name of a group and no more."""
    names = (stage.label(), *layout.stages[stage.value])
    return words_in(text) in [words_in(name) for name in names]
