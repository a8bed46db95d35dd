"""Eager lines in blocks of integers: put on the grid, checked as a block, costed; faults are told line by line."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from tthc_cost.arithmetic import (
    BLOCK_LINES,
    LINE_LIMIT_VND,
    POPULATION_LIMIT,
    STEP_NOISE,
    LineBlock,
    annual_cost_product,
    annual_costs,
    lines_over_limit,
    round_half_up,
    scale_population,
    steps_of_block,
)
from tthc_cost.errors import InputFault, Place, UnknownNameError, remark
from tthc_cost.line_columns import (
    ACTIVITIES,
    EFFORT,
    FIGURES,
    MONEY,
    further_off_grid,
    is_missing,
    near_grades,
    shown_value,
)
from tthc_cost.schema import ORIGIN, row_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from tthc_cost.errors import Remark
    from tthc_cost.line_columns import (
        Figure,
        LineColumns,
    )
    from tthc_cost.rates import RateTable

    Integers: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Eager: TypeAlias = nw.DataFrame[Any]
    Column: TypeAlias = nw.Series[Any]

__all__ = ["Findings", "block_costs", "costed_blocks"]

_NAMED: Final = 1000
"""Lines of one fault that are named one by one; the others are counted."""
_EXAMPLES: Final = 20
"""Lines of one kind of note that are shown one by one."""
_NO_GRADE: Final = -1
_UNKNOWN_GRADE: Final = -2


def block_costs(frame: Eager, columns: LineColumns, volumes: tuple[Integers, Integers] | None = None) -> Integers:
    """Return the annual cost of each line.

    Parameters
    ----------
    frame : narwhals DataFrame
        Lines.
    columns : LineColumns
        Their columns; what is wrong with those is raised together with the faults of the lines.
    volumes : pair of arrays of int64, shape (n,), optional
        V and S of each line [subjects/year], see `scale_population`.

    Returns
    -------
    array of int64, shape (n,)
        Đồng a year.

    Raises
    ------
    InputFault
        With every fault.
    """
    findings = Findings(frame, columns, volumes)
    costs = np.empty(len(frame), dtype=np.int64)
    for start, block in costed_blocks(findings):
        costs[start : start + block.size] = block
    findings.raise_any()
    return costs


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
                values, _ = _numbers(self.frame[figure.name][position : position + 1])
                steps = Fraction(int(_snap(figure, values, None).steps[0]), figure.steps)
            figures[figure.name] = steps
        rate = int(_rate_reader(self.frame, self.columns)(position, position + 1)[0])
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


@dataclass(slots=True)
class _Cells:
    """A block of one column on its grid; what is blank or at fault stands as 0."""

    steps: Integers
    typed: NDArray[Any]
    blank: Flags | None
    faults: dict[str, Flags]


def _reader(column: Column) -> Callable[[int, int], tuple[NDArray[Any], Flags | None]]:
    """Return what reads a column's lines from … to; a plain pandas column is one array, sliced without a copy."""
    native = column.to_native()
    if isinstance(native, pd.Series) and isinstance(native.dtype, np.dtype) and native.dtype.kind in "iuf":
        whole = native.to_numpy()
        return lambda start, stop: (whole[start:stop], None)
    return lambda start, stop: _numbers(column[start:stop])


def _numbers(part: Column) -> tuple[NDArray[Any], Flags | None]:
    """Return a block's numbers, NaN where blank, and where the engine holds a NaN that is no blank."""
    dtype: Any = part.dtype
    if not dtype.is_numeric():
        return np.array(
            [math.nan if is_missing(value) else float(value) for value in part.to_list()], dtype=float
        ), None
    if dtype.is_decimal() or dtype in {nw.Int128, nw.UInt128}:
        part = part.cast(nw.Float64)
    values = part.to_numpy()
    if values.dtype.kind == "O":
        values = part.cast(nw.Float64).to_numpy().astype(np.float64)
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
        if dtype.is_float() and not part.implementation.is_pandas_like() and np.isnan(values.min(initial=0.0)):
            blank = part.is_null().to_numpy()
            odd = np.isnan(values) & ~blank
            return values, odd if odd.any() else None
    return values, None


def _snap(figure: Figure, values: NDArray[Any], not_a_number: Flags | None) -> _Cells:
    """Put a block on the grid; the lines are looked at one by one only if its extremes are not in order."""
    blank: Flags | None = None
    faults: dict[str, Flags] = {}
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
    if not (values.min() >= 0 and values.max() <= figure.limit):
        missing = np.isnan(values)
        infinite = np.isinf(values)
        if not_a_number is not None:
            missing &= ~not_a_number
            infinite |= not_a_number
        finite = ~(missing | infinite)
        faults = {
            "blank_required": missing & figure.filled,
            "not_finite": infinite,
            "negative": finite & (values < 0),
            "over_limit": finite & (values > figure.limit),
        }
        blank = missing if missing.any() else None
        values = np.where(missing | np.logical_or.reduce(list(faults.values())), 0, values)
    if values.dtype.kind != "f":
        steps = values.astype(np.int64, copy=False)
        steps = steps if figure.steps == 1 else steps * figure.steps
    elif figure.whole:
        steps = values.astype(np.int64)
        faults["not_whole"] = steps != values
    else:
        steps = steps_of_block(values, figure.steps)
        if np.count_nonzero(steps) != np.count_nonzero(values):
            faults["rounds_to_zero"] = (steps == 0) & (values != 0)
    return _Cells(steps, values, blank, {code: lines for code, lines in faults.items() if lines.any()})


def costed_blocks(findings: Findings, *, with_notes: bool = False) -> Iterator[tuple[int, Integers]]:
    """Go through the lines in blocks, yielding where each begins and its costs as long as nothing is wrong.

    Parameters
    ----------
    findings : Findings
        Collects what is wrong.
    with_notes : bool
        Whether it also collects notes, which takes longer.

    Yields
    ------
    start, costs : int, array of int64
        Position of the block's first line, and its costs [đồng a year].
    """
    frame, columns = findings.frame, findings.columns
    rate_of = _rate_reader(frame, columns)
    readers = {figure: _reader(frame[figure.name]) for figure in FIGURES if figure.name in columns.readable}
    for start in range(0, len(frame), BLOCK_LINES):
        stop = min(start + BLOCK_LINES, len(frame))
        zeros = np.zeros(stop - start, dtype=np.int64)
        cells = {name: _Cells(zeros, zeros, None, {}) for name in columns.unreadable}
        cells |= {figure.name: _snap(figure, *read(start, stop)) for figure, read in readers.items()}
        rates = rate_of(start, stop)
        faulty = _find_faults(findings, cells, rates, start)
        money = [cells[figure.name].steps for figure in MONEY if figure.name in cells]
        block = LineBlock(
            effort=cells["effort_hours"].steps,
            vnd_per_hour=rates if faulty is None else np.maximum(rates, 0),
            money=sum(money[1:], money[0]) if money else zeros,
            frequency=cells["frequency"].steps if faulty is None else np.where(faulty, 0, cells["frequency"].steps),
            population=cells["population"].steps,
        )
        if findings.volumes is not None:
            block = _scaled(findings, block, start, stop)
        over = lines_over_limit(block)
        if over is not None and over.any():
            findings.add("line_over_limit", None, start, over)
            faulty = over if faulty is None else faulty | over
        if with_notes:
            _find_notes(findings, cells, rates, start, faulty)
        if findings.sound:
            yield start, annual_costs(block)


def _find_faults(findings: Findings, cells: Mapping[str, _Cells], rates: Integers, start: int) -> Flags | None:
    """Collect the faults of a block's lines, and return which lines have any; None when all may be multiplied."""
    found: list[tuple[str, str | None, Flags]] = [
        (code, figure.name, lines)
        for figure in FIGURES
        if figure.name in cells
        for code, lines in cells[figure.name].faults.items()
    ]
    blanks = [cells[figure.name].blank for figure in (EFFORT, *MONEY) if figure.name in cells]
    known = [blank for blank in blanks if blank is not None]
    if len(known) == len(blanks):
        found.append(("no_figure", None, np.logical_and.reduce(known)))
    ungraded = rates.min() < 0
    if ungraded:
        found.append(("effort_without_grade", "grade", (rates == _NO_GRADE) & (cells["effort_hours"].steps > 0)))
        found.append(("unknown_grade", "grade", rates == _UNKNOWN_GRADE))
    faulty: Flags = np.zeros(rates.size, dtype=np.bool_)
    for code, column, lines in found:
        if lines.any():
            findings.add(code, column, start, lines)
            faulty |= lines
    return faulty if ungraded or faulty.any() else None


def _find_notes(
    findings: Findings, cells: Mapping[str, _Cells], rates: Integers, start: int, faulty: Flags | None
) -> None:
    sound = np.ones(rates.size, dtype=np.bool_) if faulty is None else ~faulty
    blank = cells["effort_hours"].blank
    if blank is not None and findings.columns.graded:
        findings.grades_alone += (np.flatnonzero(sound & blank & (rates != _NO_GRADE)) + start).tolist()
    for figure in FIGURES:
        cell = cells.get(figure.name)
        if cell is not None and cell.typed.dtype.kind == "f" and not figure.whole:
            off = sound & (np.abs(cell.typed * float(figure.steps) - cell.steps) > STEP_NOISE)
            if off.any():
                findings.note_off_grid(figure, start, cell.typed, off)


def _scaled(findings: Findings, block: LineBlock, start: int, stop: int) -> LineBlock:
    """Scale a block's populations by V ÷ S; lines where that has no sense are faults and become 0."""
    if findings.volumes is None:
        return block
    costed, stated = (part[start:stop].astype(np.int64, copy=False) for part in findings.volumes)
    senseless = (costed < 0) | (costed > POPULATION_LIMIT) | (stated < 0) | (stated > POPULATION_LIMIT)
    senseless |= (stated == 0) & ((costed > 0) | (block.population > 0))
    if senseless.any():
        findings.add("population_bounds", "population", start, senseless)
    costed = np.where(senseless, 0, costed)
    stated = np.where(senseless | (stated == 0), 1, stated)
    whole, rest, base = scale_population(block.population, costed, stated)
    frequency = np.where(senseless, 0, block.frequency)
    return replace(block, frequency=frequency, population=whole, population_rest=rest, population_base=base)


def _rate_reader(frame: Eager, columns: LineColumns) -> Callable[[int, int], Integers]:
    """Return what gives the rates of the lines from … to; negative where there is no grade or an unknown one.

    Each spelling is looked up once; categories are never turned back into text.
    """
    rates = columns.rates
    if rates is None or not columns.graded or "grade" in columns.unreadable:
        rate = 0 if rates is None else rates.for_all or 0
        return lambda start, stop: np.full(stop - start, rate, dtype=np.int64)
    grades, rate_of = frame["grade"], _RateOf(rates)
    native = grades.to_native()
    if not isinstance(native, pd.Series):
        return lambda start, stop: rate_of.spelled(grades[start:stop].cast(nw.String))
    if isinstance(native.dtype, pd.CategoricalDtype):
        codes, of_category = native.cat.codes.to_numpy(), rate_of.table(native.cat.categories)
        return lambda start, stop: of_category[codes[start:stop]]

    def from_pandas(start: int, stop: int) -> Integers:
        positions, spellings = pd.factorize(native.iloc[start:stop].to_numpy(dtype=object))
        rates_of_lines: Integers = rate_of.table(spellings)[positions]
        return rates_of_lines

    return from_pandas


@dataclass(frozen=True, slots=True)
class _RateOf:
    """The rate of each spelling of a grade, looked up once."""

    rates: RateTable
    known: dict[str, int] = field(default_factory=dict)

    def one(self, grade: object) -> int:
        text = "" if is_missing(grade) else str(grade)
        if not text.strip():
            return _NO_GRADE
        if text not in self.known:
            try:
                self.known[text] = self.rates.vnd_per_hour(text)
            except UnknownNameError:
                self.known[text] = _UNKNOWN_GRADE
        return self.known[text]

    def table(self, grades: Iterable[object]) -> Integers:
        """Return the rates of grades in order, and that of a blank (code -1) last."""
        return np.array([*(self.one(grade) for grade in grades), _NO_GRADE], dtype=np.int64)

    def spelled(self, part: Column) -> Integers:
        """Return the rates of a block of an engine, which replaces each spelling itself."""
        spellings = [grade for grade in part.unique().to_list() if grade is not None]
        if not spellings:
            return np.full(len(part), _NO_GRADE, dtype=np.int64)
        found = part.replace_strict(spellings, [self.one(grade) for grade in spellings], return_dtype=nw.Int64)
        return found.fill_null(_NO_GRADE).to_numpy()
