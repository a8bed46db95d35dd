"""Eager lines in blocks of integers: put on the grid, checked as a block, costed, on as many threads as help."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from tthc_cost.arithmetic import (
    BLOCK_LINES,
    POPULATION_LIMIT,
    STEP_NOISE,
    LineBlock,
    annual_costs,
    lines_over_limit,
    scale_population,
)
from tthc_cost.line_cells import NO_GRADE, UNKNOWN_GRADE, Cells, rates_reader, reader_of, snapped
from tthc_cost.line_columns import EFFORT, FIGURES, MONEY
from tthc_cost.line_findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from tthc_cost.line_columns import LineColumns

    Integers: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Eager: TypeAlias = nw.DataFrame[Any]

__all__ = ["block_costs", "costed_blocks"]

_THREADED_BLOCKS: Final = 16
_THREADS: Final = min(4, os.cpu_count() or 1)
"""More would only wait for memory."""


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
    rate_of = rates_reader(frame, columns)
    readers = {figure: reader_of(frame[figure.name]) for figure in FIGURES if figure.name in columns.readable}

    def costed(start: int) -> _Costed:
        stop = min(start + BLOCK_LINES, len(frame))
        cells = {figure.name: snapped(figure, *read(start, stop)) for figure, read in readers.items()}
        zeros = np.zeros(stop - start, dtype=np.int64)
        cells |= {name: Cells(zeros, zeros, None, {}) for name in columns.unreadable}
        return _cost_block(start, cells, rate_of(start, stop), findings.volumes)

    # Texts keep a thread busy without the interpreter; figures alone are through before another has begun.
    texts = columns.graded and frame.schema.get("grade") == nw.String
    for block in _in_order(costed, range(0, len(frame), BLOCK_LINES), _THREADS if texts else 1):
        for code, column, lines in block.found:
            findings.add(code, column, block.start, lines)
        if with_notes:
            _find_notes(findings, block)
        if findings.sound:
            yield block.start, block.costs


@dataclass(frozen=True, slots=True)
class _Costed:
    """A block that was looked at: what was found in which of its lines, and what they cost, if nothing was found."""

    start: int
    cells: Mapping[str, Cells]
    rates: Integers
    found: tuple[tuple[str, str | None, Flags], ...]
    costs: Integers

    @property
    def faulty(self) -> Flags:
        """Which lines have any fault."""
        return _any_of(self.found, self.rates.size)


def _any_of(found: Iterable[tuple[str, str | None, Flags]], size: int) -> Flags:
    lines: Flags = np.logical_or.reduce([np.zeros(size, dtype=np.bool_), *(lines for _, _, lines in found)])
    return lines


def _in_order(costed: Callable[[int], _Costed], starts: range, threads: int) -> Iterator[_Costed]:
    """Cost blocks, on several threads if there are many, and hand them on in their order, few of them waiting."""
    if len(starts) < _THREADED_BLOCKS or threads == 1:
        yield from map(costed, starts)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Any] = deque()
        for start in starts:
            waiting.append(pool.submit(costed, start))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _cost_block(
    start: int, cells: Mapping[str, Cells], rates: Integers, volumes: tuple[Integers, Integers] | None
) -> _Costed:
    """Look for faults in a block on the grid, and cost it; what is at fault is not multiplied."""
    found = _faults_in(cells, rates)
    money = [cells[figure.name].steps for figure in MONEY if figure.name in cells]
    times = cells["frequency"].steps
    block = LineBlock(
        effort=cells["effort_hours"].steps,
        vnd_per_hour=np.maximum(rates, 0) if rates.min() < 0 else rates,
        money=sum(money[1:], money[0]) if money else np.zeros_like(rates),
        frequency=np.where(_any_of(found, rates.size), 0, times) if found else times,
        population=cells["population"].steps,
    )
    if volumes is not None:
        block, senseless = _scaled(block, *(part[start : start + rates.size] for part in volumes))
        found += [("population_bounds", "population", senseless)] if senseless.any() else []
    over = lines_over_limit(block)
    found += [("line_over_limit", None, over)] if over is not None and over.any() else []
    return _Costed(start, cells, rates, tuple(found), annual_costs(block))


def _faults_in(cells: Mapping[str, Cells], rates: Integers) -> list[tuple[str, str | None, Flags]]:
    """Collect the faults of a block's lines."""
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
    if rates.min() < 0:
        found.append(("effort_without_grade", "grade", (rates == NO_GRADE) & (cells["effort_hours"].steps > 0)))
        found.append(("unknown_grade", "grade", rates == UNKNOWN_GRADE))
    return [(code, column, lines) for code, column, lines in found if lines.any()]


def _find_notes(findings: Findings, block: _Costed) -> None:
    sound = ~block.faulty
    blank = block.cells["effort_hours"].blank
    if blank is not None and findings.columns.graded:
        findings.grades_alone += (np.flatnonzero(sound & blank & (block.rates != NO_GRADE)) + block.start).tolist()
    for figure in FIGURES:
        cell = block.cells.get(figure.name)
        if cell is not None and cell.typed.dtype.kind == "f" and not figure.whole:
            off = sound & (np.abs(cell.typed * float(figure.steps) - cell.steps) > STEP_NOISE)
            if off.any():
                findings.note_off_grid(figure, block.start, cell.typed, off)


def _scaled(block: LineBlock, costed: Integers, stated: Integers) -> tuple[LineBlock, Flags]:
    """Scale a block's populations by V ÷ S; lines where that has no sense become 0, and are told apart."""
    costed, stated = (part.astype(np.int64, copy=False) for part in (costed, stated))
    senseless = (costed < 0) | (costed > POPULATION_LIMIT) | (stated < 0) | (stated > POPULATION_LIMIT)
    senseless |= (stated == 0) & ((costed > 0) | (block.population > 0))
    costed = np.where(senseless, 0, costed)
    stated = np.where(senseless | (stated == 0), 1, stated)
    whole, rest, base = scale_population(block.population, costed, stated)
    frequency = np.where(senseless, 0, block.frequency)
    return replace(block, frequency=frequency, population=whole, population_rest=rest, population_base=base), senseless
