"""What more reduction takes, drawn: the frontier of the cheapest sets of measures."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.plots.canvas import (
    DARK,
    INK,
    SMALL,
    SOFT,
    empty,
    mark,
    number_scale,
    percent_scale,
    probability_text,
    required,
    say,
    sheet,
    unit_of_money,
)
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.selection.choice import Objective

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation
    from matplotlib.transforms import BboxBase

    from tthc_cost.errors import Language
    from tthc_cost.selection import Frontier

__all__ = ["frontier"]

_STEP: Final = 13.0
"""How much higher a name is set that would lie on another [pt]."""

Row = dict[str, Any]


def frontier(found: Frontier, *, target: Fraction | None = None, language: Language = "vi") -> Figure:
    """Draw the least of the objective for each reduction, and how probable it is where that is known.

    Parameters
    ----------
    found : Frontier
        As `tthc_cost.selection.frontier` makes it.
    target : Fraction, optional
        The share to reach, drawn as a line.
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
    """
    points = [row for row in rows_of(found.table) if not is_blank(row["reduction"])]
    with sheet(say("frontier.title", language), 5.0) as (figure, axes):
        if not points:
            empty(axes, say("frontier.none", language))
            return figure
        x = [float(row["reduction"]) for row in points]
        most = max(int(row["value"]) for row in points)
        money = found.objective is Objective.ONE_OFF_COST
        unit, name = unit_of_money(most) if money else (1, "")
        words = found.objective.label(language)
        axes.set_ylabel((f"{words} ({say(name, language)})" if money else words).capitalize())
        axes.set_xlabel(say("frontier.x", language))
        number_scale(axes.yaxis, unit, language)
        percent_scale(axes.xaxis, language)
        ends = [*x, *([] if target is None else [float(target)])]
        room = max(max(ends) - min(ends), 0.01)
        axes.set_xlim(min(ends) - 0.3 * room, max(ends) + 0.08 * room)
        axes.set_ylim(0, 1.35 * max(most, 1))
        axes.plot(x, [int(row["value"]) for row in points], ":", color=SOFT, linewidth=1.2, zorder=1)
        for row in points:
            axes.plot(
                [float(row["reduction"])], [int(row["value"])], "o", markersize=8, color=DARK, zorder=2,
                markerfacecolor=DARK if row["proven"] else "white",
            )  # fmt: skip
        keys = ["P"] if any(not is_blank(row.get("probability")) for row in points) else []
        keys += ["proven"] if not all(row["proven"] for row in points) else []
        key = "\n".join(say(f"frontier.{name}", language) for name in keys)
        axes.text(0.01, 0.98, key, transform=axes.transAxes, ha="left", va="top", fontsize=SMALL, color=SOFT)
        if target is not None:
            mark(axes, float(target), say("frontier.target", language, share=required(target, language)), "-")
        _apart(figure, [_named(axes, found, same, language) for same in _at_one_place(points)])
    return figure


def _at_one_place(points: Iterable[Row]) -> list[list[Row]]:
    """Return the points in groups of those that stand at the same place, which are the same set."""
    groups: dict[tuple[float, int], list[Row]] = {}
    for row in points:
        groups.setdefault((row["reduction"], row["value"]), []).append(row)
    return list(groups.values())


def _named(axes: Axes, found: Frontier, same: Sequence[Row], language: Language) -> Annotation:
    """Write beside a point which targets it reaches, upwards to the left, where no cheaper set can be."""
    targets = [None if is_blank(row["target"]) else row["target"] for row in same]
    names = [
        say("frontier.most", language) if one is None else f"≥ {required(Fraction(str(one)), language)}"
        for one in targets
    ]
    text = names[-1] if targets[-1] is not None or len(names) == 1 else f"{names[-2]}; {names[-1]}"
    probability = same[-1].get("probability")
    if not is_blank(probability):
        said = {"targets": text, "share": probability_text(probability, language)}
        if targets[-1] is None and found.highest is not None:
            said["target"] = required(found.highest, language)
        text = say("frontier.probability_of" if "target" in said else "frontier.probability", language, **said)
    return axes.annotate(
        text, (same[-1]["reduction"], same[-1]["value"]), (-7, 5), textcoords="offset points", ha="right", va="bottom",
        fontsize=SMALL, arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4},
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, color=INK,
    )  # fmt: skip


def _apart(figure: Figure, names: Iterable[Annotation]) -> None:
    """Raise each name until it lies on none before it."""
    figure.draw_without_rendering()
    settled: list[BboxBase] = []
    for name in names:
        box = _letters(name)
        while any(box.overlaps(other) for other in settled):
            right, up = name.xyann
            name.xyann = (right, up + _STEP)
            box = _letters(name)
        settled.append(box)


def _letters(name: Annotation) -> BboxBase:
    """Return where the letters of a name stand, without the line that leads to it."""
    from matplotlib.text import Text  # noqa: PLC0415 - of an extra

    name.update_positions(None)  # type: ignore[arg-type]  # None: the figure's own
    return Text.get_window_extent(name)
