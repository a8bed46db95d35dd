"""The lines of one block of a cost table: told from groups and sums, and completed with what is given once for many."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import Place, remark
from tthc_cost.io.markup import column_letters
from tthc_cost.io.scm.layout import words_in
from tthc_cost.io.scm.rows import CARRIED, INPUTS, read_rows
from tthc_cost.io.scm.sums import MayBeSum, Verdict, adds_up, find_sums
from tthc_cost.numerals import format_exact, shorten
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.scm.headings import Grid
    from tthc_cost.io.scm.layout import ScmLayout
    from tthc_cost.io.scm.rows import Node, RowOf, Rows, Stated
    from tthc_cost.vocabulary import Stage

__all__ = ["Block", "Line", "Sum", "block_of"]

_SHOWN: Final = 8
_LOWEST_RATE, _HIGHEST_RATE = 1_000, 5_000_000
_FEWEST_OF_LINE: Final = 2
_CODES: Final[Mapping[Verdict, str]] = {
    Verdict.SUM: "scm_sum_found",
    Verdict.LIKE_SUM: "scm_line_like_sum",
    Verdict.UNCLEAR: "scm_sum_or_line",
    Verdict.INCOMPLETE: "scm_line_incomplete",
}


@dataclass(slots=True)
class Line:
    """One line of a block.

    Parameters
    ----------
    place
        File, sheet and row.
    stage, group
        The group of the official table it belongs to, if it names one, and the words of the group.
    number, name
        Its numbering and what is done.
    figures
        Hours, rate [đồng/h, as stated], money, frequency and population; None where blank.
    at_fault
        Columns whose figure could not be read or is missing, which has been said.
    stated
        What the sheet states the line to cost: ``case_cost`` and ``annual_cost``.
    grade, source
        The grade that it names, and what it notes beside.
    letters
        Letters of the columns, by their names.
    """

    place: Place
    stage: Stage | None
    group: str
    number: str
    name: str
    figures: dict[str, Fraction | None]
    at_fault: set[str]
    stated: Mapping[str, Stated]
    grade: str | None
    source: str | None
    letters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that the sheet states, and the lines it may be the sum of, the likelier first."""

    stated: Mapping[str, Stated]
    lines: tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Block:
    """One state of a procedure as a sheet has it.

    Parameters
    ----------
    state, place
        Which state it is, and where it begins.
    title
        What its title says.
    lines, sums
        Its lines, and the sums that it states.
    empty_groups
        Groups that are printed and left blank: group, words, place.
    unfilled
        Rows that may be lines and have no figures: words, place.
    removed
        How many rows say that their activity is gone.
    saving
        What a row below its lines states to be saved.
    remarks
        What was said while reading.
    """

    state: State
    place: Place
    title: str = ""
    lines: list[Line] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    empty_groups: list[tuple[Stage | None, str, Place]] = field(default_factory=list)
    unfilled: list[tuple[str, Place]] = field(default_factory=list)
    removed: int = 0
    saving: Stated | None = None
    remarks: list[Remark] = field(default_factory=list)


def block_of(
    grid: Grid,
    state: State,
    rows: Sequence[RowOf],
    stated: Mapping[str, tuple[Fraction, Place]],
    layout: ScmLayout,
) -> Block:
    """Make a block of its rows.

    Parameters
    ----------
    grid : Grid
        The sheet.
    state : State
        Which of the two states it is.
    rows : sequence of RowOf
        Its rows in order.
    stated : mapping
        Figures that the letterhead states once for all, with their cells.
    layout : ScmLayout
        The words.
    """
    read = read_rows(grid, rows, layout)
    block = Block(state, grid.cell(rows[0].row, 0), read.title, saving=read.saving, remarks=read.remarks)
    _Maker(grid, layout, read, block).make(stated)
    block.remarks += read.notes.remarks(grid.place, layout)
    hidden = {of.row + 1 for of in rows if of.row in grid.sheet.hidden_rows}
    counted = sorted(hidden & {line.place.row for line in block.lines if line.place.row})
    if counted:
        place = Place(grid.place.file, grid.place.sheet, row=counted[0])
        block.remarks.append(remark("scm_hidden_rows", place, rows=", ".join(map(str, counted))))
    return block


@dataclass(slots=True)
class _Maker:
    """Makes the lines and sums of a block out of its rows."""

    grid: Grid
    layout: ScmLayout
    rows: Rows
    block: Block

    def make(self, stated: Mapping[str, tuple[Fraction, Place]]) -> None:
        nodes = self.rows.nodes
        self._drop_what_follows()
        leaves: dict[int, list[Node]] = {}
        headers: list[Node] = []
        groups: list[tuple[Node, list[int]]] = []
        described = 0
        for position, node in enumerate(nodes):
            if position < described:
                continue
            headers = [one for one in headers if one.depth < node.depth]
            below = self._leaves_below(position)
            if node.has_input and below and not any(nodes[one].has_input or nodes[one].stated for one in below):
                described, below = below[-1] + 1, []
            if (not below or self._is_line_too(node, below)) and self._is_line(node):
                leaves[position] = headers
            elif node.stated and below:
                groups.append((node, below))
            if below:
                headers = [*headers, node]
        unsaid = self._unsaid_sums(leaves)
        line_at: dict[int, int] = {}
        for position, over in leaves.items():
            if position not in unsaid:
                line_at[position] = len(self.block.lines)
                self.block.lines.append(self._line(nodes[position], over))
        for node, below in [*groups, *((nodes[one], of) for one, of in unsaid.items() if nodes[one].stated)]:
            self.block.sums.append(Sum(node.stated, (tuple(line_at[one] for one in below if one in line_at),)))
        self._fill_in(stated)
        self._add_sums(line_at)

    def _unsaid_sums(self, leaves: Mapping[int, Sequence[Node]]) -> dict[int, list[int]]:
        """Return the rows that are sums without saying so, with what they add up; say of which nobody can tell."""
        said = [position for position, _ in self.rows.sums]
        followers = [*list(leaves)[1:], len(self.rows.nodes)]
        position_of: dict[MayBeSum, int] = {}
        for (position, over), following in zip(leaves.items(), followers, strict=False):
            node = self.rows.nodes[position]
            group = " ".join(words_in(over[0].text)) if over else ""
            ends = any(position < one <= following for one in said)
            position_of[MayBeSum(node, _number(node, over), group, self._is_own(node), ends)] = position
        sums: dict[int, list[int]] = {}
        for row, verdict, lines in find_sums(list(position_of)):
            if verdict is Verdict.SUM:
                sums[position_of[row]] = [position_of[one] for one in lines]
            numbers = [str(one.node.of.row + 1) for one in lines]
            added = ", ".join(numbers) if len(numbers) <= _SHOWN else f"{numbers[0]} … {numbers[-1]}"
            values = {"name": shorten(row.node.text), "count": len(lines), "rows": added}
            self.block.remarks.append(remark(_CODES[verdict], self._input_cell(row.node), **values))
        return sums

    def _is_own(self, node: Node) -> bool:
        return any(self.layout.says("own_line", text) for text in (node.text, self._text(node, "source") or ""))

    def _drop_what_follows(self) -> None:
        """Drop the rows below the last sum or a footer that are no part of the table: signatures, notes and the like.

        Below a footer a row with one figure is a note about it, and said to be passed over; one with more is a line.
        """
        nodes = self.rows.nodes
        last = self.rows.sums[-1][0] if self.rows.sums else 0
        if last and not any(one.digits or one.stage or any(map(str.isalnum, one.number)) for one in nodes[last:]):
            del nodes[last:]
        for start in self.rows.footers:
            below = nodes[start:]
            if start >= last and below and not any(map(_looks_like_line, below)):
                passed = [str(one.of.row + 1) for one in below if one.digits]
                if passed:
                    place = self.grid.cell(below[0].of.row, 0)
                    self.block.remarks.append(remark("scm_below_table", place, rows=", ".join(passed)))
                del nodes[start:]

    def _leaves_below(self, position: int) -> list[int]:
        """Return the rows that stand below a row in the numbering and have none below themselves."""
        nodes = self.rows.nodes
        depth = nodes[position].depth
        after = range(position + 1, len(nodes))
        end = next((one for one in after if nodes[one].depth <= depth), len(nodes))
        last = len(nodes) - 1
        return [one for one in range(position + 1, end) if one == last or nodes[one + 1].depth <= nodes[one].depth]

    def _is_line_too(self, node: Node, below: Sequence[int]) -> bool:
        """Tell whether a group with figures of its own is a line beside those below it; sums of them are no line."""
        if not node.has_input:
            return False
        leaves = [self.rows.nodes[one] for one in below]
        own = {name: value for name in INPUTS if (value := node.figures[name]) is not None}
        sums = {name: sum((one.figures[name] or Fraction(0) for one in leaves), Fraction(0)) for name in own}
        if own == sums:
            return False
        if any(one.number for one in leaves) or node.figures["vnd_per_hour"] is None:
            self._refuse(node)
        return True

    def _is_line(self, node: Node) -> bool:
        """Tell whether a row is a line, and say what is wrong if it has no figures."""
        if node.has_input:
            self.block.remarks += node.remarks
            self._check_rate(node)
            return True
        place = self.grid.cell(node.of.row, 0)
        if any(one.value for one in node.stated.values()):
            cell = next(iter(node.stated.values())).place
            self.block.remarks.append(remark("scm_cost_without_figures", cell, name=shorten(node.text)))
        elif node.is_removed:
            self.block.removed += 1
        elif node.is_nothing:
            pass
        elif node.depth == 0 and node.stage is not None:
            self.block.empty_groups.append((node.stage, node.text, place))
        else:
            self.block.unfilled.append((node.text, place))
        return False

    def _line(self, node: Node, headers: Sequence[Node]) -> Line:
        group = headers[0] if headers else node
        between = [one.text for one in headers if one is not group or one.stage is None]
        number = _number(node, headers)
        letters = {name: column_letters(at[0]) for name, at in node.of.columns.positions.items()}
        names = {"grade": letters.get("vnd_per_hour", "A"), "name": letters.get("activity", letters.get("work", "A"))}
        place = self.grid.place
        return Line(
            Place(place.file, place.sheet, row=node.of.row + 1),
            group.stage,
            " ".join(words_in(group.text)),
            number if any(one.isalnum() for one in number) else "",
            ": ".join([*between, node.text]),
            self._carried(node, headers),
            node.at_fault,
            node.stated,
            self._text(node, "grade"),
            self._text(node, "source"),
            names | letters,
        )

    def _check_rate(self, node: Node) -> None:
        """Refuse a rate that nobody earns: a mark of thousands was taken for a decimal one, or a unit holds not."""
        rate, at = node.figures["vnd_per_hour"], node.of.columns.first("vnd_per_hour")
        if rate and at is not None and node.figures["effort_hours"] and not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
            unit = node.of.columns.units.get(at)
            values = {"rate": format_exact(rate), "unit": unit.text if unit else "đồng"}
            node.at_fault.add("vnd_per_hour")
            self.block.remarks.append(remark("scm_rate_implausible", self.grid.cell(node.of.row, at), **values))

    def _text(self, node: Node, name: str) -> str | None:
        at = node.of.columns.first(name)
        return None if at is None else self.grid.text(node.of.row, at) or None

    def _add_sums(self, line_at: Mapping[int, int]) -> None:
        """Add the sums that say so: of the block if nothing follows, else of the group, or of all, above them."""
        everything = tuple(line_at.values())
        for position, node in self.rows.sums:
            top = next((one for one in range(position - 1, -1, -1) if self.rows.nodes[one].depth == 0), 0)
            group = tuple(line for one, line in line_at.items() if top <= one < position)
            above = tuple(line for one, line in line_at.items() if one < position)
            is_last = not group or above == everything
            likely = (everything, group) if is_last else (group, above, everything)
            if node.stated and everything:
                self.block.sums.append(Sum(node.stated, likely))
            figures = [[self.block.lines[one].figures for one in lines] for lines in likely]
            if node.text or node.of.is_title:
                is_sum = any(adds_up(node.figures, lines, yearly=True) for lines in figures)
            else:
                several = [lines for lines in figures if len(lines) > 1]
                is_sum = not node.has_input or any(adds_up(node.figures, lines) for lines in several)
            if not is_sum:
                self._refuse(node)

    def _refuse(self, node: Node) -> None:
        columns = node.of.columns
        if node.text or node.of.is_title:
            code, place = "scm_group_or_line", self._input_cell(node)
        else:
            at = columns.first("activity") if columns.first("work") is None else columns.first("work")
            code, place = "scm_line_without_name", self.grid.cell(node.of.row, at or 0)
        self.block.remarks.append(remark(code, place, name=shorten(node.text or self.rows.title)))

    def _input_cell(self, node: Node) -> Place:
        return self.grid.cell(node.of.row, node.of.columns.first("effort_hours") or 0)

    # What is given once

    def _carried(self, node: Node, headers: Sequence[Node]) -> dict[str, Fraction | None]:
        """Return the figures of a line, blank ones taken from its group or from the line above it in the group."""
        figures = dict(node.figures)
        if not any(figures[name] for name in INPUTS):
            figures |= {name: figures[name] or None for name in CARRIED}
        before = self.block.lines[-1] if self.block.lines else None
        start = headers[0].of.row + 1 if headers else None
        in_group = before is not None and start is not None and (before.place.row or 0) >= start
        for name in CARRIED:
            at = node.of.columns.first(name)
            if figures[name] is not None or name in node.at_fault or at is None:
                continue
            given = next((one for one in reversed(headers) if one.figures[name] is not None), None)
            if given is not None:
                figures[name], row = given.figures[name], given.of.row + 1
            elif in_group and before is not None and before.figures[name] is not None:
                figures[name], row = before.figures[name], before.place.row or 0
            else:
                continue
            if name != "vnd_per_hour" or figures["effort_hours"] is not None:
                letter = column_letters(at)
                self.rows.notes.add("scm_carried", name, f"{letter}{row}", f"{letter}{node.of.row + 1}")
        return figures

    def _fill_in(self, stated: Mapping[str, tuple[Fraction, Place]]) -> None:
        """Give lines that are still blank the one figure that the column, or the letterhead, states for all."""
        for name in CARRIED:
            values = {line.figures[name] for line in self.block.lines} - {None}
            once, where = stated.get(name, (None, None))
            only = next(iter(values)) if len(values) == 1 else once if not values else None
            source = where.cell if where and once == only else ""
            for line in self.block.lines:
                needed = name != "vnd_per_hour" or bool(line.figures["effort_hours"]) or "effort_hours" in line.at_fault
                if line.figures[name] is not None or name in line.at_fault or not needed:
                    continue
                if values and not any(line.figures[one] for one in INPUTS) and not line.at_fault:
                    line.figures[name] = max(values, key=lambda one: one or 0)
                    continue
                cell = f"{line.letters[name]}{line.place.row}" if name in line.letters else None
                if only is not None:
                    line.figures[name] = only
                    self.rows.notes.add("scm_stated_once", name, f"{source}|{format_exact(only)}", cell)
                elif name == "vnd_per_hour" or self.block.state is State.BASELINE or values:
                    place = Place(line.place.file, line.place.sheet, cell, line.place.row)
                    column = self.layout.columns[name][0]
                    line.at_fault.add(name)
                    self.block.remarks.append(
                        remark("scm_figure_missing", place, column=column, name=shorten(line.name))
                    )


def _number(node: Node, headers: Sequence[Node]) -> str:
    """Return the numbering of a row, that of a group which stands in the same row included."""
    return node.number or next((one.number for one in reversed(headers) if one.of is node.of), "")


def _looks_like_line(node: Node) -> bool:
    return len(node.digits) >= _FEWEST_OF_LINE or (node.stage is not None and bool(node.digits))
