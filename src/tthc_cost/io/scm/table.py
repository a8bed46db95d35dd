"""A sheet of cost tables taken apart: letterheads, blocks and their rows, with no file in sight."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import TthcCostError, remark
from tthc_cost.io.scm.figures import read_figure, units_of_sentence, units_of_table
from tthc_cost.io.scm.headings import Grid, find_scm_headings, is_numbering, missing_headings
from tthc_cost.io.scm.layout import COMPARISON, FIGURES, words_in
from tthc_cost.io.scm.lines import block_of
from tthc_cost.io.scm.rows import RowOf, Stated
from tthc_cost.vocabulary import State, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from tthc_cost.errors import Place, Remark
    from tthc_cost.io.opening import Sheet
    from tthc_cost.io.scm.figures import Unit
    from tthc_cost.io.scm.headings import ScmHeadings
    from tthc_cost.io.scm.layout import ScmLayout
    from tthc_cost.io.scm.lines import Block

__all__ = ["Form", "read_scm_sheet"]

_ROMAN: Final = {"i": State.BASELINE.value, "ii": State.SIMPLIFIED.value, "iii": COMPARISON}
_MOST_TITLE_TEXTS: Final = 2
_INPUTS: Final = ("effort_hours", "service_vnd", "fee_vnd", "other_vnd")


@dataclass(slots=True)
class Form:
    """What one sheet holds of one procedure.

    Parameters
    ----------
    place
        File and sheet.
    rest
        Words of the sheet's name beside those that name a block.
    labels
        What the letterhead states: the value as it stands and its cell, by ``name``, ``code``, ``agency`` ….
    blocks
        The cost tables.
    comparison
        What the third block states: cost of either state, and the saving.
    remarks
        What was said while reading.
    """

    place: Place
    rest: str
    labels: dict[str, tuple[Any, Place]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    comparison: dict[str, Stated] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """Rows of one block while they are gathered, each with the columns it stands under."""

    state: str | None
    title: int | None
    rows: list[RowOf] = field(default_factory=list)
    ended: bool = False


@dataclass(slots=True)
class _Scan:
    """A sheet being gone through from top to bottom."""

    grid: Grid
    layout: ScmLayout
    state_of_sheet: str | None
    form: Form
    forms: list[Form] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    headings: ScmHeadings | None = None
    tables: list[_Table] = field(default_factory=list)
    done: list[_Table] = field(default_factory=list)
    title: tuple[str, int] | None = None
    unread: set[str] = field(default_factory=set)

    def run(self) -> list[Form]:
        row = 0
        while row < self.grid.rows:
            row += self._row(row)
        self._finish()
        return [form for form in self.forms if form.blocks or form.labels or form.remarks or form.comparison]

    def _row(self, row: int) -> int:
        """Take one row, or the several rows of headings, and return how many."""
        if self.grid.is_blank(row):
            return 1
        headings = find_scm_headings(self.grid, row, self.units, self.layout)
        if headings:
            self._begin(headings)
            return headings.last - row + 1
        if is_numbering(self.grid, row) or self._is_titles(row):
            return 1
        texts = [text for column in range(self.grid.width) if (text := self.grid.text(row, column))]
        comparing = (self.tables[0].state if self.tables else self.state_of_sheet) == COMPARISON
        has_figures = self._has_numbers(row) if comparing else bool(self.tables) and self._has_figures(row)
        if not has_figures and self._read_labels(row):
            return 1
        if not (comparing and has_figures) and (block := self._title(texts, has_figures=has_figures)):
            self._open(block, row)
            return 1
        if comparing:
            self._compare(row)
        elif self.headings:
            self._gather(row, texts)
        return 1

    # Blocks

    def _begin(self, headings: ScmHeadings) -> None:
        """Take up new headings: those of a new block, or the same ones printed again on the next page."""
        self.headings = headings
        self.form.remarks += headings.remarks
        going_on = [one for one in self.tables if not one.ended and one.state != COMPARISON]
        own = [state for state in headings.by_state if state]
        if len(own) > 1 or (own and [one.state for one in going_on] != own):
            self._close()
            self.tables = [_Table(state, None) for state in own]
        elif not going_on:
            state = self.title[0] if self.title else self.state_of_sheet
            title = self.title[1] if self.title else None
            self._close()
            self.tables = [_Table(state, title)]
        self.title = None

    def _open(self, block: str, row: int) -> None:
        """Take up a block that a title names; before any headings the title waits for them."""
        side_by_side = self.headings is not None and len(self.headings.by_state) > 1
        if self.headings is None or (side_by_side and block != COMPARISON):
            self.title = (block, row)
            return
        self._close()
        self.tables = [_Table(block, row)]
        columns = next(iter(self.headings.by_state.values()))
        self.tables[0].rows.append(RowOf(row, columns, is_title=True))

    def _title(self, texts: list[str], *, has_figures: bool) -> str | None:
        """Return the block that a row is the title of; beside figures, which are its sums, it says so and no more."""
        distinct = list(dict.fromkeys(texts))
        if not 0 < len(distinct) <= _MOST_TITLE_TEXTS:
            return None
        text = " ".join(distinct)
        words = words_in(text)
        roman = _ROMAN.get(words[0]) if words else None
        bare = text.partition(" ")[2] if roman else text
        if self.layout.begins("total", bare) or self.layout.stage(bare):
            return None
        if has_figures and not (self.layout.block(text) and self.layout.names_sum(f"tổng {bare}")):
            return None
        return self.layout.block(text) or (roman if len(words) > 1 and self.headings else None)

    def _is_titles(self, row: int) -> bool:
        """Tell whether a row holds the titles of tables beside each other, which their headings have told apart."""
        if self.headings is None or len(self.headings.by_state) == 1:
            return False
        cells = [value for column in range(self.grid.width) if (value := self.grid.value(row, column)) is not None]
        return len(cells) > 1 and all(isinstance(one, str) and self.layout.block(one) for one in cells)

    def _gather(self, row: int, texts: list[str]) -> None:
        if self.headings is None:
            return
        self.tables = self.tables or [_Table(self.state_of_sheet, None)]
        for table in self.tables:
            columns = self.headings.by_state.get(table.state) or next(iter(self.headings.by_state.values()))
            table.rows.append(RowOf(row, columns))
            table.ended = table.ended or any(self.layout.begins("total", text) for text in texts[:2])

    def _has_figures(self, row: int) -> bool:
        if self.headings is None:
            return False
        tables = self.headings.by_state.values()
        columns = {one for of in tables for name in _INPUTS for one in of.positions.get(name, ())}
        marks = self.grid.sheet.marks
        return any((row, one) in marks or _is_figure(self.grid.value(row, one)) for one in columns)

    def _has_numbers(self, row: int) -> bool:
        return any(isinstance(value, (int, float)) for value in self.grid.sheet.rows[row])

    def _close(self) -> None:
        self.done += [table for table in self.tables if table.rows]
        self.tables = []

    # Letterhead and comparison

    def _read_labels(self, row: int) -> bool:
        found = _labels_in(self.grid, row, self.layout, alone=not self.tables)
        again = found.keys() & {"name", "code"} & self.form.labels.keys()
        if found.keys() & {"name", "code"} and (self.tables or self.done or again):
            self._finish()
        stated = self._units_stated(row, found)
        for label, (value, place) in found.items():
            if label != "unit" and not (label == "agency" and stated):
                self.form.labels.setdefault(label, (value, place))
        if self.headings is None:
            self.units |= stated
        else:
            self._refuse_late_units(row, stated)
        return bool(found) or bool(stated)

    def _units_stated(self, row: int, labels: Mapping[str, tuple[Any, Place]]) -> dict[str, Unit]:
        """Return the units that a row outside the table states; ``Đơn vị: …`` may be an agency."""
        stated: dict[str, Unit] = {}
        for label in ("unit", "agency"):
            if label in labels:
                value, place = labels[label]
                stated |= self._units(units_of_table, str(value), place, must_be=label == "unit")
        for column in range(self.grid.width):
            if not stated and (text := self.grid.text(row, column)):
                stated |= self._units(units_of_sentence, text, self.grid.cell(row, column), must_be=True)
        return stated

    def _units(
        self, read: Callable[[str, ScmLayout], dict[str, Unit]], text: str, place: Place, *, must_be: bool
    ) -> dict[str, Unit]:
        try:
            return read(text, self.layout)
        except TthcCostError as error:
            here = {"file": place.file, "sheet": place.sheet, "cell": place.cell}
            self.form.remarks += [one.at(**here) for one in error.faults if must_be]
            return {}

    def _refuse_late_units(self, row: int, stated: Mapping[str, Unit]) -> None:
        """Refuse a unit that is stated below the headings and is not the one that figures were read in."""
        if self.headings is None:
            return
        for columns in self.headings.by_state.values():
            for name, unit in stated.items():
                used = [columns.units.get(one) for one in columns.positions.get(name, ())]
                if any((one.scale if one else 1) != unit.scale for one in used):
                    self.form.remarks.append(remark("scm_unit_late", self.grid.cell(row, 0), unit=unit.text))
                    return

    def _compare(self, row: int) -> None:
        """Read what a comparison states: beside its label, or below it."""
        for column in range(self.grid.width):
            text = self.grid.text(row, column)
            if not text:
                continue
            kind = "saving" if self.layout.says("saving", text) else self.layout.block(text)
            if "%" in text or words_in("tỷ lệ")[1] in words_in(text) or kind in {None, COMPARISON}:
                continue
            beside = [(row, one) for one in range(column + 1, self.grid.width)]
            for at in [*beside, (row + 1, column)]:
                if at in self.grid.sheet.marks:
                    self.unread.add(str(kind))
                value = self.grid.value(*at)
                if str(kind) in self.unread:
                    break
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    unit = self.units.get("annual_cost")
                    figure = read_figure("annual_cost", abs(value), unit, self.layout)
                    stated = Stated(figure, self.grid.cell(*at), unit.scale if unit else 1)
                    self.form.comparison.setdefault(str(kind), stated)
                    break
                if value is not None and at[0] == row:
                    break

    def _finish(self) -> None:
        """Close the form that has been read, and begin another."""
        self._close()
        stated = _stated_once(self.form, self.layout)
        for table in self.done:
            if table.state == COMPARISON:
                continue
            columns = table.rows[0].columns
            place = self.grid.cell(table.rows[0].row, 0)
            missing = missing_headings(columns, stated, self.layout)
            if "elapsed" in columns.positions and "effort_hours" not in columns.positions:
                continue
            if missing:
                seen = "; ".join(self.layout.columns[name][0] for name in columns.positions)
                at = self.grid.cell(columns.row, 0)
                self.form.remarks.append(remark("scm_heading_missing", at, missing=", ".join(missing), seen=seen))
                continue
            if table.state is None:
                self.form.remarks.append(remark("scm_state_unknown", place))
                continue
            block = block_of(self.grid, State.parse(table.state), table.rows, stated, self.layout)
            self.form.remarks += block.remarks
            self.form.blocks.append(block)
            if block.saving:
                self.form.comparison.setdefault("saving", block.saving)
        if self.headings:
            self.form.remarks += self._unknown_columns()
        self.forms.append(self.form)
        self.form = Form(self.form.place, self.form.rest)
        self.done, self.headings, self.title, self.unread = [], None, None, set()

    def _unknown_columns(self) -> list[Remark]:
        """Name the columns with figures under headings that are not understood: dropped, they would be lost."""
        headings = self.headings
        if headings is None:
            return []
        rows = {one.row for table in self.done for one in table.rows if table.state != COMPARISON}
        return [
            remark("scm_column_unknown", self.grid.cell(headings.last, column), column=text)
            for column, text in headings.unknown.items()
            if any(isinstance(self.grid.value(row, column), (int, float)) for row in rows)
        ]


def read_scm_sheet(sheet: Sheet, place: Place, layout: ScmLayout) -> list[Form]:
    """Read the cost tables of a sheet, a form for each procedure on it.

    Parameters
    ----------
    sheet : Sheet
        Its cells.
    place : Place
        File and sheet.
    layout : ScmLayout
        The words.

    Returns
    -------
    list of Form
        None for a sheet that holds neither a cost table nor a letterhead.
    """
    state, rest = layout.block_of_sheet(place.sheet or "")
    return _Scan(Grid(sheet, place), layout, state, Form(place, rest)).run()


def _is_figure(value: object) -> bool:
    """Tell whether a cell holds a figure, or a text that may be one."""
    return value is not None and (not isinstance(value, str) or any(one.isdigit() for one in value))


def _stated_once(form: Form, layout: ScmLayout) -> dict[str, tuple[Fraction, Place]]:
    """Read the figures that a letterhead states once for all lines."""
    stated: dict[str, tuple[Fraction, Place]] = {}
    for name in FIGURES:
        if name not in form.labels:
            continue
        value, place = form.labels[name]
        try:
            stated[name] = form.labels[name] = (read_figure(name, value, None, layout), place)
        except TthcCostError as error:
            form.remarks += [one.at(file=place.file, sheet=place.sheet, cell=place.cell) for one in error.faults]
    return stated


_TOKEN: Final = re.compile(r"\w+(?:/\w+)*|[:：]|\S")


def _labels_in(grid: Grid, row: int, layout: ScmLayout, *, alone: bool) -> dict[str, tuple[Any, Place]]:
    """Return what the labels of a row state: after the colon, or in the next cell of the row that is filled."""
    found: dict[str, tuple[Any, Place]] = {}
    for column in range(grid.width):
        text = grid.text(row, column)
        if not text:
            continue
        pieces = _split_labels(text, layout)
        exact = next((key for key, phrases in layout.labels.items() if words_in(text) in map(words_in, phrases)), None)
        if not pieces and alone and exact:
            pieces = {exact: ""}
        for label, value in pieces.items():
            where = column
            if not value:
                where = next((one for one in range(column + 1, grid.width) if grid.value(row, one) is not None), -1)
            if where >= 0 and (grid.value(row, where) is not None or value):
                found.setdefault(label, (value or grid.value(row, where), grid.cell(row, where)))
    return found


def _split_labels(text: str, layout: ScmLayout) -> dict[str, str]:
    """Return the value after each label of a text such as ``Mã TTHC: 1.004080 - Lĩnh vực: Nội vụ``."""
    phrases = {words_in(phrase): key for key, several in layout.labels.items() for phrase in several}
    tokens = [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
    marks: list[tuple[int, int, str]] = []
    for at, (token, _, after) in enumerate(tokens):
        if token not in {":", "："}:
            continue
        words: list[str] = []
        for start in range(at - 1, -1, -1):
            if not (own := [fold(word) for word in words_in(tokens[start][0])]):
                break
            words = own + words
            if key := phrases.get(tuple(words)):
                begin = tokens[start][1]
                marks = [one for one in marks if one[0] != begin and one[1] != after]
                marks.append((begin, after, key))
    found: dict[str, str] = {}
    for position, (_, after, key) in enumerate(marks):
        until = marks[position + 1][0] if position + 1 < len(marks) else len(text)
        value = text[after:until].strip(" -–;,.(")
        found.setdefault(key, value.removesuffix(")") if "(" not in value else value)
    return found
