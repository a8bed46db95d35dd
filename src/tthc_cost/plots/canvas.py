"""The sheet that a picture is drawn on: its words, its type and colours, its scales and marks."""

from __future__ import annotations

import textwrap
import tomllib
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import MissingExtraError, UnknownNameError
from tthc_cost.numerals import format_decimal, format_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from tthc_cost.errors import Language
    from tthc_cost.plots.picture import Picture

__all__ = [
    "DARK", "INK", "LIGHT", "SMALL", "SOFT", "above", "amount", "beside", "day_text", "empty", "mark", "number_scale",
    "percent", "percent_scale", "probability_text", "required", "say", "sheet", "split", "unit_of_money", "wrapped",
]  # fmt: skip

INK: Final = "#1a1f26"
SOFT: Final = "#4b5563"
DARK: Final = "#1f4e79"
LIGHT: Final = "#c9d9ea"
"""Two blues, far apart in lightness, so that they are told apart without colour and on a black and white print."""
SMALL: Final = 9.0
"""Size of the smallest letters [pt]."""

_WIDTH: Final = 8.0
_NORMAL: Final = 10.0
_TITLE: Final = 12.0
_FAMILY: Final = "DejaVu Sans"
"""Matplotlib's own type has every Vietnamese letter, and is wider than what a reader without it will see instead."""
_SURE: Final = Fraction(1, 1000)
_DIGITS: Final = 3
_FINEST: Final = 10**5
_ROW: Final = 17.0
"""Height of a line of words above a chart [pt]."""
_THIRD: Final = 1 / 3
_STEPS: Final = 7
"""Of an axis, at most."""
_UNITS: Final = ((10**10, 10**9, "billion"), (10**7, 10**6, "million"), (0, 1, "one"))


@cache
def _catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((files("tthc_cost") / "data" / "plots.toml").read_text(encoding="utf-8"))


def say(key: str, language: Language, /, **values: object) -> str:
    """Return the words of a picture with their places filled, to be drawn as they stand."""
    section, name = key.split(".")
    said = _catalogue()[section][name]
    if language not in said:
        raise UnknownNameError.because("unknown_report_language", value=language)
    return said[language].format_map(values)


def percent(ratio: Fraction | float | None, language: Language, target: Fraction | None = None) -> str:
    """Print a ratio with one decimal, more where it would print as a target that it is not."""
    return format_percent(ratio, 1, apart_from=target, language=language)


def required(share: Fraction, language: Language) -> str:
    """Print a share to be reached with the decimals it has."""
    return format_percent(share, _decimals(share * 100), language=language)


def probability_text(probability: Fraction | float | None, language: Language = "vi", *, certain: bool = False) -> str:
    """Print a probability with one decimal, and never as certain what is not.

    Parameters
    ----------
    probability : float, Fraction or None
        0 … 1; what is missing prints as a dash.
    language : {"vi", "en"}
        Whose words and marks.
    certain : bool
        Whether nothing is uncertain, so that 0 and 1 are exact.

    Examples
    --------
    >>> probability_text(0.8731).replace(chr(160), " "), probability_text(0.99999).replace(chr(160), " ")
    ('87,3 %', 'trên 99,9 %')
    """
    if probability is None or certain:
        return format_percent(probability, 0 if certain else 1, language=language)
    for name, edge, beyond in (("below", _SURE, probability < _SURE), ("above", 1 - _SURE, probability > 1 - _SURE)):
        if beyond:
            return say(f"share.{name}", language, share=format_percent(edge, 1, language=language))
    return format_percent(probability, 1, language=language)


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """Break a name into few lines, cutting what is too long; a dollar sign starts no formula."""
    broken = textwrap.wrap(" ".join(text.split()), width, max_lines=lines, placeholder=" …")
    return "\n".join(broken).replace("$", r"\$")


def amount(value: int | Fraction, unit: int, language: Language) -> str:
    """Print an amount in a unit of so many, with one decimal unless that is one; only nothing prints as 0."""
    if not value:
        return "0"
    text = format_decimal(Fraction(value) / unit, 0 if unit == 1 else 1, language=language)
    return f"≈\N{NO-BREAK SPACE}{text}" if not text.strip("0.,") else text


def day_text(day: date, language: Language) -> str:
    """Print a day: ``31/12/2024``, or ``2024-12-31`` in English."""
    return day.isoformat() if language == "en" else f"{day.day:02}/{day.month:02}/{day.year}"


@contextmanager
def sheet(title: str, height: float, said: str = "") -> Iterator[tuple[Picture, Axes]]:
    """Make an empty figure with one chart, in a style that no setting of the reader changes.

    Parameters
    ----------
    title : str
        What is said above.
    height : float
        Of the figure [in]; all are equally wide.
    said : str
        What else to tell who does not see it.

    Yields
    ------
    Picture, matplotlib.axes.Axes

    Raises
    ------
    MissingExtraError
        If Matplotlib is not installed.
    """
    try:
        from matplotlib import style  # noqa: PLC0415 - of an extra

        from tthc_cost.plots.picture import Picture  # noqa: PLC0415 - imports Matplotlib
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="matplotlib", extra="plots") from None
    settings = {"font.family": [_FAMILY], "font.size": _NORMAL, "text.color": INK, "axes.labelcolor": INK}
    with style.context(["default", settings]):
        figure = Picture(f"{title}. {said}".strip(" .") + ".", _WIDTH, height)
        axes = figure.add_subplot()
        figure.suptitle(wrapped(title, 76), x=0.012, ha="left", fontsize=_TITLE, fontweight="bold")
        _plain(axes)
        yield figure, axes


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(SOFT)
    axes.tick_params(labelsize=SMALL, labelcolor=INK, color=SOFT, labelfontfamily=_FAMILY)


def split(figure: Picture, axes: Axes, left: float, right: float) -> Axes:
    """Make room for a second chart to the right of the first, in given shares of the width, with the same rows."""
    grid = figure.add_gridspec(1, 2, width_ratios=[left, right])
    axes.set_subplotspec(grid[0])
    second = figure.add_subplot(grid[1], sharey=axes)
    _plain(second)
    second.tick_params(axis="y", left=False, labelleft=False)
    return second


def empty(axes: Axes, text: str) -> None:
    """Say in the place of a chart why there is none."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, wrapped(text, 80), transform=axes.transAxes, ha="center", va="center")


def beside(axes: Axes, value: float, place: float, text: str, *, right: bool = True) -> None:
    """Write in a row of a chart, to the right or the left of a value."""
    axes.annotate(
        text, (value, place), (4 if right else -4, 0), textcoords="offset points", ha="left" if right else "right",
        va="center", fontsize=SMALL, zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def mark(axes: Axes, value: float, text: str, line: str, row: int = 0) -> None:
    """Draw an upright line through a chart, up to its words in a row above it; rows keep words from each other.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where; its limits are final.
    value : float
        At what place of the horizontal axis.
    text : str
        What it is.
    line : {"-", "--", ":"}
        Full, dashed or dotted.
    row : int
        How high the words stand, from 0.
    """
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - of an extra

    axes.plot(
        [value, value], [0, 1], transform=axes.get_xaxis_transform(), **_stroke(line),
        path_effects=[withStroke(linewidth=3.4, foreground="white")],
    )  # fmt: skip
    above(axes, value, text, line, row)


def above(axes: Axes, value: float, text: str, line: str, row: int = 0) -> None:
    """Write above a chart what stands at a value of its horizontal axis, as `mark` does."""
    low, high = axes.get_xlim()
    share = (value - low) / (high - low)
    side = "left" if share < _THIRD else "right" if share > 1 - _THIRD else "center"
    where = axes.get_xaxis_transform()
    axes.annotate(
        "", (value, 1), (0, 4 + _ROW * row), xycoords=where, textcoords="offset points", zorder=2,
        arrowprops={"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **_stroke(line)},
    )  # fmt: skip
    axes.annotate(
        text, (value, 1), ({"left": -3, "right": 3, "center": 0}[side], 5 + _ROW * row), xycoords=where,
        textcoords="offset points", ha=side, va="bottom", fontsize=_NORMAL,
        fontweight="bold" if line == "-" else "normal", zorder=4,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _stroke(line: str) -> dict[str, Any]:
    return {"linestyle": line, "color": INK, "linewidth": 2.0 if line == "-" else 1.3}


def percent_scale(axis: Axis, language: Language, most: int = _STEPS) -> None:
    """Write shares along an axis in per cent, with the decimals that the steps need, in so many steps at most."""

    def text(value: float, _position: float) -> str:
        exact = Fraction(round(value * _FINEST), _FINEST)
        return format_percent(exact, _decimals(exact * 100), language=language)

    _steps(axis, text, most)


def unit_of_money(most: float) -> tuple[int, str]:
    """Return the unit that suits amounts of up to so much, in đồng, and what it is called in `say`."""
    return next((unit, f"unit.{name}") for least, unit, name in _UNITS if most >= least)


def number_scale(axis: Axis, unit: int, language: Language, most: int = _STEPS) -> None:
    """Write whole amounts along an axis in a unit of so many, in so many steps at most."""

    def text(value: float, _position: float) -> str:
        shown = Fraction(round(value), unit)
        return format_decimal(shown, _decimals(shown), language=language)

    _steps(axis, text, most, integer=True)


def _steps(axis: Axis, text: Callable[[float, float], str], most: int, *, integer: bool = False) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - of an extra

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=integer))
    axis.set_major_formatter(text)


def _decimals(value: Fraction) -> int:
    return next(one for one in range(_DIGITS + 1) if one == _DIGITS or (value * 10**one).denominator == 1)
