"""The items of the forms in a Word document, however they are laid out: label, contents and place, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import Place, UnknownNameError, remark
from tthc_cost.io.word.archive import Paragraph, Table
from tthc_cost.io.word.contents import has_box, is_none, is_ticked, read_answer, read_criterion
from tthc_cost.io.word.labels import (
    WHOLE,
    Line,
    at_positions,
    component_of,
    field_of,
    find_grid,
    is_caption,
    is_end,
    is_ordinal,
    is_part,
    lines_of,
    shown,
    split_label,
    text_of,
)
from tthc_cost.vocabulary import Answer, Criterion, Kind, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.word.archive import Block, Cell, Document
    from tthc_cost.io.word.labels import Grid

__all__ = ["Entry", "Judgement", "find_entries"]

_BODY: Final = "văn bản"
_UNMARKED: Final = frozenset({"", "-", "–", "—", "+", "*", "•"})
_NESTED: Final = {"steps": "steps", "documents": "documents", "dossier_sets": "documents"}
"""The tables that may stand within an item."""
_FIELD: Final = "lĩnh vực"
_OF_TICKS: Final[Mapping[tuple[bool | None, bool | None], Answer]] = {
    (True, False): Answer.YES,
    (False, True): Answer.NO,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to a criterion for one component, and the reason."""

    component: str
    criterion: Criterion
    answer: Answer
    reason: str


@dataclass(slots=True)
class Entry:
    """One item of a form.

    Parameters
    ----------
    name
        Its field; None when the label is not known.
    label
        The label as it stands.
    place
        File, table and row, or paragraph.
    lines, grids
        Its contents, and the tables in them.
    starts
        Whether a procedure begins here, whatever the field.
    judgement
        The answer, where it is one.
    """

    name: str | None
    label: str
    place: Place
    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    starts: bool = False
    judgement: Judgement | None = None

    @property
    def text(self) -> str:
        """Its contents as text."""
        return text_of(self.lines)


def find_entries(document: Document) -> tuple[list[Entry], list[Remark]]:
    """Find the items of a document, and say what belongs to none."""
    finder = _Finder(document.file)
    number = 0
    for block in document.blocks:
        if isinstance(block, Paragraph):
            number += 1
            finder.flow([block], Place(document.file, _BODY, row=number))
        else:
            finder.table(block, Place(document.file, f"bảng {block.number}"))
    finder.close()
    return finder.entries, finder.remarks


@dataclass(slots=True)
class _Finder:
    """Goes through a document, with the item that is open and what review questions are about."""

    file: str
    entries: list[Entry] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    open: Entry | None = None
    kind: str | None = None
    """Sort of mark before the labels of the body, once one has been seen."""
    ordinal: int | None = None
    stray: list[str] = field(default_factory=list)
    stray_at: Place | None = None
    component: str = WHOLE
    criterion: Criterion | None = None

    def add(self, entry: Entry) -> Entry:
        self.close_stray()
        self.entries.append(entry)
        return entry

    def close_stray(self) -> None:
        if self.stray:
            text = shown(" ".join(self.stray))
            self.remarks.append(remark("word_text_unread", self.stray_at, lines=len(self.stray), text=text))
        self.stray = []

    def close(self) -> None:
        """End the item that is open."""
        self.open = None
        self.close_stray()

    # Running text

    def flow(self, blocks: Iterable[Block], place: Place) -> None:
        """Read paragraphs in which labels begin lines."""
        for line in lines_of(blocks):
            name, contents = self._heading(line)
            if name and self.open and name == self.open.name and is_part(name, name):
                self.open.lines += lines_of([Paragraph(contents)])
            elif name:
                self._open(name, line, contents, place)
            elif is_end(line) or (self._is_unknown_label(line)):
                label, _, rest = line.text.partition(":")
                self.open = self.add(Entry(None, shown(label), place, [Line(rest.strip())] if rest.strip() else []))
                self.ordinal = line.ordinal
            elif self.open:
                self.open.lines.append(line)
            else:
                self.stray_at = self.stray_at if self.stray else place
                self.stray.append(line.whole)

    def _open(self, name: str, line: Line, contents: str, place: Place) -> None:
        if name not in {"name", "code"} and not is_part(name, self.open.name if self.open else None):
            self.kind = self.kind if self.kind is not None else line.kind
            self.ordinal = line.ordinal if line.kind == self.kind else self.ordinal
        elif name == "name":
            self.kind = self.ordinal = None
        label = line.text.partition(":")[0]
        self.open = self.add(Entry(name, label, place, lines_of([Paragraph(contents)])))

    def _heading(self, line: Line) -> tuple[str | None, str]:
        """Return the field that a line begins, and what it says of it."""
        name, contents = split_label(line.text)
        if name is None:
            name, contents = field_of(line.text), ""
        if name is None:
            return None, ""
        within = self.open.name if self.open else None
        is_leader = name in {"name", "code"}
        is_unlike = self.kind is not None and line.kind in _UNMARKED and line.kind != self.kind
        if is_part(name, within) or is_leader or line.is_heading or not is_unlike:
            return name, contents
        return None, ""

    def _is_unknown_label(self, line: Line) -> bool:
        """Tell whether a line goes on counting the labels, though none is known by its words."""
        if line.is_heading:
            return True
        if self.open is None or self.kind in _UNMARKED | {None} or line.kind != self.kind or line.ordinal is None:
            return False
        before = next((one for one in reversed(self.open.lines) if one.kind == line.kind), None)
        is_counting_on = self.ordinal is not None and line.ordinal == self.ordinal + 1
        return is_counting_on and before is None

    # Tables

    def table(self, table: Table, place: Place) -> None:
        """Read a table by its headings, else by the labels in its rows."""
        within = self.open.name if self.open else None
        if self.open and within in _NESTED and (grid := find_grid(table, _NESTED[within])):
            self.open.grids.append(grid)
            return
        self.open, self.kind, self.ordinal = None, None, None
        self.component, self.criterion = WHOLE, None
        self.close_stray()
        grid = find_grid(table, "criteria", "proposals", "inventory")
        if grid is not None and grid.context == "criteria":
            self._criteria(grid, place)
        elif grid is not None:
            self._wide(grid, place)
        elif any(self._label_of(row)[0] or _begins_with_label(row) for row in table.rows) or _is_of_questions(table):
            self._labelled(table, place)
        else:
            text = shown(" ".join(_text(cell) for row in table.rows for cell in row))
            if text:
                self.remarks.append(remark("word_table_unread", place, text=text))
        self.close()

    def _label_of(self, row: Sequence[Cell]) -> tuple[str | None, str, list[Cell], bool]:
        """Return the field of a row, its label, the cells of its contents, and whether it goes on from above."""
        cells = list(row)
        goes_on = False
        while cells and (cells[0].continues or (len(cells) > 1 and _is_number(_text(cells[0])))):
            goes_on = goes_on or cells[0].continues
            cells = cells[1:]
        cells = [cell for cell in cells if not cell.continues]
        name, label = (field_of(_text(cells[0])), _text(cells[0])) if cells else (None, "")
        if goes_on and len(cells) == 1 and self.open and self.open.name:
            return self.open.name, self.open.label, cells, True
        cells = cells[1:]
        while len(cells) > 1 and is_part(inner := field_of(_text(cells[0])), name):
            name, label, cells = inner, _text(cells[0]), cells[1:]
        return name, label, cells, False

    def _labelled(self, table: Table, place: Place) -> None:
        for number, row in enumerate(table.rows, start=1):
            here = Place(place.file, place.sheet, row=number)
            texts = [text for cell in row if (text := _text(cell))]
            if not texts or all(is_caption(text) for text in texts):
                continue
            name, label, cells, goes_on = self._label_of(row)
            contents = [block for cell in cells for block in cell.blocks]
            if len(texts) == 1 and (not name or not contents):
                self._section(next(cell for cell in row if _text(cell)), here)
            elif name and not _is_answer(cells):
                self.open = self.open if self.open and goes_on else self.add(Entry(name, label, here))
                self._fill(self.open, contents)
            elif not self._question(label, cells, here):
                text = " | ".join(filter(None, (_text(cell) for cell in cells)))
                self.open = self.add(Entry(None, shown(label), here, [Line(text)]))

    def _section(self, cell: Cell, place: Place) -> None:
        """Read a row of one text: as running text is, and for what the questions below it are about."""
        if not self._is_section(_text(cell)):
            self.flow(cell.blocks, place)

    def _is_section(self, text: str) -> bool:
        """Note what the questions below a heading are about; False if it may be the label of an item as well."""
        component, criterion = component_of(text), read_criterion(text)
        if component or criterion:
            self.component = component or WHOLE
            self.criterion = criterion
        if criterion and not component:
            self.open = None
        return bool(criterion) and not component

    def _fill(self, entry: Entry, contents: Sequence[Block]) -> None:
        """Put contents into an item; a line that begins with a label of a part opens that."""
        for block in contents:
            if isinstance(block, Table):
                grid = find_grid(block, _NESTED[entry.name]) if entry.name in _NESTED else None
                if grid:
                    entry.grids.append(grid)
                else:
                    rows = (" | ".join(filter(None, map(_text, row))) for row in block.rows)
                    entry.lines += [Line(text) for text in rows if text]
                continue
            for line in lines_of([block]):
                name, text = split_label(line.text)
                if name is None and is_part(field_of(line.text), entry.name):
                    name, text = field_of(line.text), ""
                if name and name == entry.name and is_part(name, name):
                    line = Line(text)  # noqa: PLW2901 - the line goes on after its label
                elif name and is_part(name, entry.name):
                    entry = self.open = self.add(Entry(name, line.text.partition(":")[0], entry.place))
                    line = Line(text)  # noqa: PLW2901 - the line goes on after its label
                if line.text:
                    entry.lines.append(line)

    # Tables with headings

    def _wide(self, grid: Grid, place: Place) -> None:
        """Read a table with a row a procedure, or a row a proposal."""
        names = sorted(grid.columns, key=lambda name: (name not in {"code", "name"}, name != "content"))
        section: dict[str, str] = {}
        group: dict[str, Entry] = {}
        for number, row in enumerate(grid.rows, start=grid.first + 1):
            here = Place(place.file, place.sheet, row=number)
            filled = [cell for position, cell in _starts(row) if not grid.is_number(position, _text(cell))]
            if not filled or grid.has_headings(row):
                continue
            if len(filled) == 1 and (len(row) == 1 or filled[0].span > 1):
                self._group(filled[0], section, here)
                continue
            cells = {name: cell for name in names if (cell := at_positions(row).get(grid.columns[name]))}
            goes_on = any(cells[name].continues for name in ("code", "name") if name in cells)
            group = group if goes_on else {}
            for name, cell in cells.items():
                if _text(cell) and not cell.continues:
                    is_first = not group and grid.context == "inventory"
                    entry = group.get(name) or self.add(Entry(name, grid.labels[name], here, starts=is_first))
                    group[name] = self.open = entry
                    self._fill(entry, cell.blocks)
            self._unknown(grid, row, here)
            for name in section.keys() - cells.keys() if not goes_on else ():
                self.add(Entry(name, name, here, [Line(section[name])]))
            self.close()

    def _unknown(self, grid: Grid, row: tuple[Cell, ...], place: Place) -> None:
        """List what stands in the columns whose headings are not known."""
        cells = at_positions(row)
        for position, heading in grid.unknown.items():
            if position in cells and (text := _text(cells[position])):
                self.add(Entry(None, shown(heading), place, [Line(text)]))

    def _group(self, cell: Cell, section: dict[str, str], place: Place) -> None:
        """Read a row across a wide table that says of which kind or field the procedures below it are."""
        for line in lines_of(cell.blocks):
            name, text = split_label(line.text)
            first = line.text[: len(_FIELD)]
            if name in {"field", "level", "kind"}:
                section[name] = text
            elif fold(first) == fold(_FIELD):
                section["field"] = line.text[len(_FIELD) :].strip()
            else:
                try:
                    section["kind"] = Kind.parse(line.text).label()
                except UnknownNameError:
                    self.flow([Paragraph(line.whole)], place)
        self.close()

    def _criteria(self, grid: Grid, place: Place) -> None:
        """Read a table of criteria with a row a question, or a row a component and a column a criterion."""
        for number, row in enumerate(grid.rows, start=grid.first + 1):
            here = Place(place.file, place.sheet, row=number)
            cells = {name: text_of(lines) for name, lines in grid.cells(row).items()}
            texts = [text for cell in row if not is_caption(text := _text(cell)) and not is_ordinal(text)]
            if len(texts) == 1 and not any(cells.get(one) for one in ("yes", "no", "answer")):
                # The form's own words name the part that its questions are about, whether we know it or not.
                if not self._is_section(texts[0]) and not component_of(texts[0]):
                    self.component, self.criterion = lines_of([Paragraph(texts[0])])[0].text, None
            elif texts and not grid.has_headings(row):
                self._judge(cells, texts[0], here)
                self._unknown(grid, row, here)

    def _judge(self, cells: dict[str, str], first: str, place: Place) -> None:
        component = cells.get("component", "")
        component = component_of(component) or component or self.component
        asked = cells.get("criterion") or cells.get("question") or first
        columns = [one for one in Criterion if cells.get(one.value)]
        for criterion in columns:
            self._answer(component, criterion, read_answer(cells[criterion.value]), cells, place)
        if columns:
            return
        if "answer" in cells:
            answer = read_answer(cells["answer"])
        else:
            ticks = is_ticked(cells.get("yes", "")), is_ticked(cells.get("no", ""))
            answer = (_OF_TICKS.get(ticks), "")
        self._answer(component, read_criterion(asked, self.criterion), answer, cells | {"asked": asked}, place)

    def _question(self, label: str, cells: Sequence[Cell], place: Place) -> bool:
        """Read a row with a question and its answer beside it; False if it is none."""
        text = "\n".join(filter(None, map(_text, cells)))
        answer = read_answer(text)
        if not (has_box(text) or (answer[0] and read_criterion(label))):
            return False
        component = component_of(label) or self.component
        self._answer(component, read_criterion(label, self.criterion), answer, {"asked": label, "answer": text}, place)
        return True

    def _answer(
        self,
        component: str,
        criterion: Criterion | None,
        answer: tuple[Answer | None, str],
        cells: dict[str, str],
        place: Place,
    ) -> None:
        asked = cells.get("asked", "")
        if criterion is None:
            self.remarks.append(remark("word_question_unclear", place, text=shown(asked)))
        elif answer[0] is None:
            text = shown(
                " | ".join(
                    text for name, text in cells.items() if text and name not in {"asked", "question", "component"}
                )
            )
            self.remarks.append(remark("word_answer_unread", place, label=shown(asked) or criterion.label(), text=text))
        else:
            reason = answer[1] or cells.get("reason", "")
            judged = Judgement(component, criterion, answer[0], "" if is_none(reason) else reason)
            self.add(Entry("criteria", criterion.label(), place, [Line(asked)], judgement=judged))


def _text(cell: Cell) -> str:
    """Return the words of a cell with their marks, as a label is read."""
    return "\n".join(line.whole for line in lines_of(cell.blocks))


def _starts(row: Sequence[Cell]) -> Iterator[tuple[int, Cell]]:
    """Return each cell of a row with the column that it begins in."""
    position = 0
    for cell in row:
        yield position, cell
        position += cell.span


def _is_number(text: str) -> bool:
    return is_ordinal(text) or (is_caption(text) and not field_of(text))


def _is_answer(cells: Sequence[Cell]) -> bool:
    """Tell whether what stands beside a label judges that part of the procedure instead of telling it."""
    text = "\n".join(filter(None, map(_text, cells)))
    return has_box(text) and read_answer(text)[0] is not None


def _begins_with_label(row: Sequence[Cell]) -> bool:
    """Tell whether a row is one text that says its label itself."""
    texts = [text for cell in row if (text := _text(cell))]
    return len(texts) == 1 and split_label(texts[0])[0] is not None


def _is_of_questions(table: Table) -> bool:
    return any(has_box(_text(cell)) for row in table.rows for cell in row)
