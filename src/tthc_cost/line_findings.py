"""What is wrong with eager lines: kept as positions while blocks go through, and told line by line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from tthc_cost.arithmetic import LINE_LIMIT_VND, POPULATION_LIMIT, annual_cost_product, round_half_up
from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.line_cells import numbers_of, rates_reader, snapped
from tthc_cost.line_columns import ACTIVITIES, FIGURES, MONEY, further_off_grid, near_grades, shown_value
from tthc_cost.schema import ORIGIN, row_place

if TYPE_CHECKING:
    from collections.abc import Mapping

    import narwhals.stable.v2 as nw
    from numpy.typing import NDArray

    from tthc_cost.errors import Remark
    from tthc_cost.line_columns import Figure, LineColumns

    Integers: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Eager: TypeAlias = nw.DataFrame[Any]

__all__ = ["Findings"]

_NAMED: Final = 1000
"""Lines of one fault that are named one by one; the others are counted."""
_EXAMPLES: Final = 20
"""Lines of one kind of note that are shown one by one."""


@dataclass(slots=True)
class Findings:
    """What is wrong with which lines, kept as positions until it is said.

    Parameters
    ----------
    frame : narwhals DataFrame
        The lines.
    columns : LineColumns
        Their columns, whose faults come first.
    volumes : pair of arrays of int64, optional
        V and S of each line.
    """

    frame: Eager
    columns: LineColumns
    volumes: tuple[Integers, Integers] | None = None
    said: list[Remark] = field(init=False)
    faults: list[tuple[int, int, str, str | None]] = field(default_factory=list)
    counts: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    notes: list[Remark] = field(default_factory=list)
    off_grid: Counter[str] = field(default_factory=Counter)
    grades_alone: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.said = list(self.columns.faults)

    def add(self, code: str, column: str | None, start: int, lines: Flags) -> None:
        """Take note of a fault at the marked lines of the block that begins at ``start``."""
        positions = np.flatnonzero(lines) + start
        room = max(0, _NAMED - self.counts[code, column])
        self.counts[code, column] += positions.size
        order = len(self.faults)
        self.faults += [(int(position), order, code, column) for position in positions[:room]]

    @property
    def sound(self) -> bool:
        """Whether nothing stands in the way so far."""
        return not self.faults and not self.said

    def remarks(self) -> tuple[Remark, ...]:
        """Say everything: columns first, then the lines in order, then notes."""
        said = self.said + [self._fault(position, code, column) for position, _, code, column in sorted(self.faults)]
        for (code, column), count in self.counts.items():
            if count > _NAMED:
                place = Place(table=ACTIVITIES.name, column=column)
                said.append(remark("further_faults", place, count=count - _NAMED, code=code))
        said += self.notes
        for name, count in self.off_grid.items():
            if count > _EXAMPLES:
                said.append(further_off_grid(name, count - _EXAMPLES))
        if self.grades_alone:
            place = self.place(self.grades_alone[0], "effort_hours")
            said.append(remark("grade_without_effort", place, count=len(self.grades_alone)))
        return tuple(said)

    def raise_any(self) -> None:
        """Raise every fault found, at once."""
        if not self.sound:
            raise InputFault(*self.remarks())

    def place(self, position: int, column: str | None) -> Place:
        """Return where a line stands: its origin and key, or else its row."""
        names = [name for name in ("procedure", "activity", ORIGIN) if name in self.frame.columns]
        place = row_place(ACTIVITIES, {name: self.frame[name][position] for name in names}, column)
        return place if place.key or place.row else replace(place, row=position + 1)

    def _fault(self, position: int, code: str, column: str | None) -> Remark:
        place = self.place(position, column)
        if code == "line_over_limit":
            cost = self._cost(position)
            return remark(code, place, value=round_half_up(cost.numerator, cost.denominator), limit=LINE_LIMIT_VND)
        if code == "population_bounds" and self.volumes is not None:
            costed, stated = (int(part[position]) for part in self.volumes)
            value, least = (stated, 1) if 0 <= costed <= POPULATION_LIMIT else (costed, 0)
            return remark(code, place, value=value, least=least, limit=POPULATION_LIMIT)
        if column is None:
            return remark(code, place)
        if code == "effort_without_grade":
            return remark(code, place, value=shown_value(self.frame["effort_hours"][position]))
        value = self.frame[column][position]
        if code == "unknown_grade":
            return remark(code, place, value=value, near=near_grades(value, self.columns.rates))
        of_column = ACTIVITIES.column(column)
        return remark(code, place, column=of_column.vi, value=shown_value(value), limit=of_column.limit)

    def exact(self, position: int) -> dict[str, Fraction]:
        """Return the figures of one line as they are taken, in whole units."""
        figures = {}
        for figure in FIGURES:
            steps = Fraction(0)
            if figure.name in self.columns.readable:
                values, _ = numbers_of(self.frame[figure.name][position : position + 1])
                steps = Fraction(int(snapped(figure, values, None).steps[0]), figure.steps)
            figures[figure.name] = steps
        rate = int(rates_reader(self.frame, self.columns)(position, position + 1)[0])
        figures["rate"] = Fraction(max(rate, 0))
        return figures

    def _cost(self, position: int) -> Fraction:
        """Return the annual cost of a line for its subjects or at least for one, unrounded."""
        line = self.exact(position)
        subjects = line["population"]
        if self.volumes is not None and self.volumes[1][position]:
            subjects *= Fraction(int(self.volumes[0][position]), int(self.volumes[1][position]))
        return _exact_cost({**line, "population": max(subjects, Fraction(1))})

    def note_off_grid(self, figure: Figure, start: int, values: NDArray[Any], lines: Flags) -> None:
        """Say which figures lie off the grid, the first ones with their effect in đồng."""
        positions = np.flatnonzero(lines)
        room = max(0, _EXAMPLES - self.off_grid[figure.name])
        self.off_grid[figure.name] += positions.size
        for position in positions[:room].tolist():
            line = self.exact(start + position)
            typed = {**line, figure.name: Fraction(repr(float(values[position])))}
            effect = _exact_cost(line) - _exact_cost(typed)
            place = self.place(start + position, figure.name)
            shown = {"value": shown_value(values[position]), "taken": f"{float(line[figure.name]):.9g}"}
            self.notes.append(remark("off_grid", place, column=figure.vi, **shown, effect=f"{float(effect):+.2f}"))


def _exact_cost(line: Mapping[str, Fraction]) -> Fraction:
    money = sum((line[figure.name] for figure in MONEY), Fraction(0))
    cost: Fraction = annual_cost_product(
        line["effort_hours"], line["rate"], money, line["frequency"], line["population"]
    )
    return cost
