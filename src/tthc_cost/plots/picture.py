"""A figure that shows itself in a notebook, and says in words what it shows."""

from __future__ import annotations

from matplotlib.figure import Figure

from tthc_cost.plots.svg import svg_text

__all__ = ["Picture"]

_DPI = 120
_PIXELS_PER_INCH = 96
"""Of a page that is not magnified."""


class Picture(Figure):
    """Matplotlib's figure, drawn without a window, that a notebook shows as the last value of a cell.

    Parameters
    ----------
    alt : str
        What it shows, in a sentence, for who does not see it.
    width, height : float
        Its size [in].
    """

    def __init__(self, alt: str, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=_DPI, layout="constrained")
        self.alt = alt

    def _repr_html_(self) -> str:
        """Return the SVG with its words, never wider than it is printed."""
        width = round(self.get_size_inches()[0] * _PIXELS_PER_INCH)
        return f'<div style="max-width: {width}px">{svg_text(self, self.alt)}</div>'
