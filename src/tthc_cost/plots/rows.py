"""The rows of a chart: which have one of their own, what they are called, what they mean and add up to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal

from tthc_cost.errors import InputFault, UnknownNameError
from tthc_cost.plots.canvas import DARK, INK, LIGHT, SMALL, amount, percent, say, wrapped
from tthc_cost.schema import is_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Language

__all__ = [
    "FALL", "FULL", "PALE", "RISE", "Look", "Quantity", "change_text", "checked_quantity", "keys", "largest",
    "name_rows", "named", "total_text",
]  # fmt: skip

Quantity = Literal["cost", "saving"]
"""What procedures are ranked and cells filled by: what they cost in the baseline, or what is saved."""

Look = tuple[str, str]
"""The face of a bar and its hatching; no two are alike on a black and white print."""
FULL: Final[Look] = (DARK, "")
PALE: Final[Look] = (LIGHT, "")
FALL: Final[Look] = ("white", "////")
RISE: Final[Look] = ("white", "xxxx")

_SPARE: Final = 6
"""Letters that the breaking of lines may cost."""


def largest(values: Sequence[Any], n: int) -> tuple[list[int], list[int]]:
    """Return the positions of the n largest amounts, whatever their sign, and of the rest, both in the order given.

    A single one that would be the rest is shown as well.

    Raises
    ------
    InputFault
        If n is less than 1.
    """
    if n < 1:
        raise InputFault.because("too_few_rows", value=n)
    order = sorted(range(len(values)), key=lambda one: -abs(values[one]))
    shown = len(values) if len(values) <= n + 1 else n
    return sorted(order[:shown]), sorted(order[shown:])


def checked_quantity(value: str) -> bool:
    """Tell whether it is the saving that is drawn, and refuse what is no quantity."""
    if value not in {"cost", "saving"}:
        raise UnknownNameError.because("unknown_drawn_quantity", value=value)
    return value == "saving"


def named(value: object, otherwise: str) -> str:
    """Return a name, or what stands for none."""
    return otherwise if is_blank(value) else str(value)


def name_rows(axes: Axes, names: Sequence[str], width: int, lines: int = 2) -> None:
    """Write the names of the rows, from the top down; what would read like another keeps its end."""
    short = [wrapped(name, width, lines) for name in names]
    alike = {one for one, times in Counter(short).items() if times > 1}
    short = [
        wrapped(_ends_of(name, width * lines), width, lines) if one in alike else one
        for name, one in zip(names, short, strict=True)
    ]
    axes.set_yticks(range(len(names)), short)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _ends_of(name: str, room: int) -> str:
    """Return how a name begins and ends, where it has no room."""
    if len(name) <= room:
        return name
    half = room // 2 - _SPARE
    return f"{name[:half].rsplit(' ', 1)[0]} … {name[-half:].split(' ', 1)[-1]}"


def keys(figure: Figure, looks: Iterable[tuple[Look, str]], *lines: tuple[str, str]) -> None:
    """Write below the chart what its bars mean, then its lines: a style, or an upright ``"|"``, and its words."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - of an extra
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles: list[Patch | Line2D] = [
        Patch(facecolor=face, edgecolor=DARK, hatch=hatch, linewidth=0.8, label=text) for (face, hatch), text in looks
    ]
    for style, text in lines:
        upright = {"marker": "|", "linestyle": "none", "markersize": 12, "markeredgewidth": 2.4}
        handles.append(Line2D([], [], color=INK, label=text, **(upright if style == "|" else {"linestyle": style})))
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=SMALL)


def change_text(cost: Reduction, language: Language) -> str:
    """Say by how much a cost falls or rises; nothing of a baseline of nothing."""
    if cost.ratio is None:
        return ""
    word = "same" if not cost.saving else "down" if cost.saving > 0 else "up"
    return say(f"change.{word}", language, share=percent(abs(cost.ratio), language))


def total_text(comparison: Comparison, unit: int, name: str, language: Language) -> str:
    """Say what all procedures cost before and after."""
    total = comparison.total
    change = change_text(total, language)
    return say(
        "change.total",
        language,
        before=amount(total.baseline, unit, language),
        after=amount(total.simplified, unit, language),
        unit=say(name, language),
        change=f" ({change})" if change else "",
    )
