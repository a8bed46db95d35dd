"""Costs by group, drawn: agencies before and after, and agencies by stage of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import Comparison
from tthc_cost.errors import require
from tthc_cost.numerals import format_integer
from tthc_cost.plots.canvas import (
    DARK,
    SMALL,
    amount,
    beside,
    empty,
    number_scale,
    say,
    sheet,
    unit_of_money,
    wrapped,
)
from tthc_cost.plots.rows import FULL, PALE, change_text, checked_quantity, keys, largest, name_rows, named, total_text
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import Stage, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.errors import Language
    from tthc_cost.plots.rows import Quantity

    _Cells: TypeAlias = dict[Stage | None, int]

__all__ = ["agencies", "heat_map"]

_NAME_WIDTH: Final = 30
_NARROW: Final = 20
_LINE: Final = 70
_STAGE_WIDTH: Final = 10
_STAGE_LINES: Final = 6
_THICK: Final = 0.38
_BLUE: Final = (31, 78, 121)
_ORANGE: Final = (179, 88, 6)
"""Blue saves and orange costs more: told apart by every eye, and by the minus sign and the hatching on a print."""
_DEEPEST: Final = 0.85
_FAINT: Final = "#d5d9df"
_DIM: Final = 0.179
"""The luminance below which white letters stand out more than black ones."""


def agencies(comparison: Comparison, n: int = 15, *, language: Language = "vi") -> Figure:
    """Draw what the procedures of each agency cost before and after, the most costly first.

    Parameters
    ----------
    comparison : Comparison
        Both states; the agencies are the baseline's.
    n : int
        How many agencies have bars of their own; the others have theirs together.
    language : {"vi", "en"}
        Of the words.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If Matplotlib is not installed.
    UnknownNameError
        For another language.
    InputFault
        If n is less than 1.
    """
    require(comparison, Comparison, "comparison")
    rows = sorted(rows_of(comparison.by("agency")), key=lambda row: -int(row["baseline_vnd"]))
    costs = [Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"])) for row in rows]
    shown, rest = largest([max(one.baseline, one.simplified) for one in costs], n)
    names = [named(rows[at]["agency"], say("agencies.blank", language)) for at in shown]
    drawn = [costs[at] for at in shown]
    if rest:
        names.append(say("agencies.rest", language, n=format_integer(len(rest), language=language)))
        drawn.append(sum((costs[at] for at in rest), Reduction(0, 0)))
    unit, name = unit_of_money(max((int(max(one.baseline, one.simplified)) for one in drawn[: len(shown)]), default=0))
    said = total_text(comparison, unit, name, language)
    with sheet(say("agencies.title", language), 1.7 + 0.5 * max(len(drawn), 2), said) as (figure, axes):
        if not drawn:
            empty(axes, say("agencies.none", language))
            return figure
        for place, cost in enumerate(drawn):
            sides = (cost.baseline, PALE, ""), (cost.simplified, FULL, change_text(cost, language))
            for step, (value, (face, _), change) in zip((-0.5, 0.5), sides, strict=True):
                at = place + step * _THICK
                axes.barh(at, int(value), _THICK, color=face, edgecolor=DARK, linewidth=0.8)
                text = amount(value, unit, language)
                beside(axes, int(value), at, f"{text} ({change})" if change else text)
        name_rows(axes, names, _NAME_WIDTH)
        axes.set_xlim(0, max(1, *axes.get_xlim()))
        number_scale(axes.xaxis, unit, language)
        axes.set_xlabel("\n".join((say("agencies.x", language, unit=say(name, language)), wrapped(said, _LINE))))
        keys(figure, zip((PALE, FULL), (state.label(language) for state in State), strict=True))
    return figure


def heat_map(comparison: Comparison, n: int = 15, *, quantity: Quantity = "cost", language: Language = "vi") -> Figure:
    """Draw what each stage of the work costs in the procedures of each agency, or what is saved in it.

    The deeper a cell, the larger the amount in it, sums of several agencies aside; it is empty where an agency has no
    line of a stage. Where costs rise, the saving is negative, and its cell is hatched.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed; the agencies are the baseline's, the stage is each line's own.
    n : int
        How many agencies have rows of their own; the others have one together.
    quantity : {"cost", "saving"}
        What the procedures cost in the baseline, or what the review saves [đồng a year].
    language : {"vi", "en"}
        Of the words.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingExtraError
        If Matplotlib is not installed.
    NeedsLinesError
        For published totals, which have no stages.
    UnknownNameError
        For another quantity or language.
    InputFault
        If n is less than 1.
    """
    require(comparison, Comparison, "comparison")
    names, drawn, own = _cells(comparison, n, "saving_vnd" if checked_quantity(quantity) else "baseline_vnd", language)
    whole = _added_up(drawn)
    stages = [one for one in (*Stage, None) if one in whole]
    largest_cell = max((abs(value) for row in drawn[:own] for value in row.values()), default=0)
    unit, name = unit_of_money(max(largest_cell, abs(sum(whole.values())) / 10))
    title = say(f"heat_map.{quantity}", language, unit=say(name, language))
    total = say("heat_map.total", language)
    with sheet(title, 2.1 + 0.46 * max(len(drawn), 2), total_text(comparison, unit, name, language)) as (figure, axes):
        if not drawn:
            empty(axes, say("agencies.none", language))
            return figure
        most = max(1, largest_cell)
        for at, stage in enumerate(stages):
            for place, row in enumerate(drawn):
                if stage in row:
                    depth = _DEEPEST * abs(row[stage]) / most if place < own else 0.0
                    _cell(axes, (at, place), row[stage], depth, amount(row[stage], unit, language))
            _total(axes, at, len(drawn), amount(whole[stage], unit, language))
        for place, row in enumerate((*drawn, whole)):
            _total(axes, len(stages), place, amount(sum(row.values()), unit, language))
        name_rows(axes, [*names, total], _NARROW, 3)
        axes.set_ylim(len(drawn) + 0.5, -0.5)
        axes.set_xlim(-0.5, len(stages) + 0.5)
        heads = [say("heat_map.blank", language) if one is None else one.label(language) for one in stages]
        axes.set_xticks(range(len(heads) + 1), [wrapped(one, _STAGE_WIDTH, _STAGE_LINES) for one in (*heads, total)])
        axes.set_xlabel(say("heat_map.empty", language), fontsize=SMALL)
        axes.tick_params(axis="x", length=0, bottom=False, labelbottom=False, top=False, labeltop=True)
        for side in axes.spines.values():
            side.set_visible(False)
    return figure


def _cells(comparison: Comparison, n: int, column: str, language: Language) -> tuple[list[str], list[_Cells], int]:
    """Return the names of the rows, the amounts of the stages they have lines of, and how many are of one agency."""
    cells: dict[str | None, _Cells] = {}
    for row in rows_of(comparison.by("agency", "stage")):
        agency, stage = (None if is_blank(row[one]) else row[one] for one in ("agency", "stage"))
        cells.setdefault(agency, {})[None if stage is None else Stage.parse(stage)] = int(row[column])
    known = sorted(cells, key=lambda one: -sum(cells[one].values()))
    shown, rest = largest([sum(map(abs, cells[one].values())) for one in known], n)
    names = [named(known[at], say("agencies.blank", language)) for at in shown]
    drawn = [cells[known[at]] for at in shown]
    if rest:
        names.append(say("agencies.rest", language, n=format_integer(len(rest), language=language)))
        drawn.append(_added_up([cells[known[at]] for at in rest]))
    return names, drawn, len(shown)


def _added_up(rows: Sequence[_Cells]) -> _Cells:
    sums: _Cells = {}
    for row in rows:
        for stage, value in row.items():
            sums[stage] = sums.get(stage, 0) + value
    return sums


def _cell(axes: Axes, at: tuple[int, int], value: int, depth: float, text: str) -> None:
    """Draw a cell, 0 … 1 deep; in orange and hatched where costs rise."""
    tint: Any = tuple(1 - depth * (1 - part / 255) for part in (_BLUE if value >= 0 else _ORANGE))
    edge, hatch = "white" if depth else _FAINT, "///" if value < 0 else ""
    x, y = at
    axes.bar(x, 0.96, 0.97, y - 0.48, color=tint, edgecolor=edge, hatch=hatch, linewidth=0.6)
    letters = "white" if _luminance(tint) < _DIM else "black"
    axes.text(
        x, y, text, ha="center", va="center", fontsize=SMALL, color=letters, zorder=4,
        bbox={"facecolor": tint, "edgecolor": "none", "pad": 1} if hatch else None,
    )  # fmt: skip


def _luminance(colour: Iterable[float]) -> float:
    """Return the relative luminance of a colour, as the Web Content Accessibility Guidelines define it."""
    parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour]  # noqa: PLR2004
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _total(axes: Axes, x: int, y: int, text: str) -> None:
    axes.text(x, y, text, ha="center", va="center", fontsize=SMALL, fontweight="bold")
