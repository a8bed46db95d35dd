"""What tests ask of a picture: its texts as they are drawn, whether they stay on the sheet, and off each other."""

from __future__ import annotations

import io
import itertools
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.text import Text
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["assert_legible", "shown", "words"]


def shown(figure: Figure) -> list[Text]:
    """Every text that is drawn; Matplotlib keeps ticks beyond the limits of an axis, which are not."""
    figure.draw_without_rendering()
    beyond = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not (axes.axison and low - 1e-9 <= tick.get_loc() <= high + 1e-9):
                    beyond |= {id(tick.label1), id(tick.label2)}
        if not axes.axison:
            beyond |= {id(axes.xaxis.label), id(axes.yaxis.label)}
    every = figure.findobj(Text)
    return [one for one in every if one.get_visible() and one.get_text().strip() and id(one) not in beyond]


def words(figure: Figure) -> str:
    """Return all that is written in a picture, a line a text."""
    return "\n".join(one.get_text() for one in shown(figure)).replace("\N{NO-BREAK SPACE}", " ")


def assert_legible(figure: Figure) -> None:
    """Assert that the picture is not blank, and that its words stay on it and off each other."""
    page = figure.bbox
    boxes = [(one.get_text(), Text.get_window_extent(one)) for one in shown(figure)]
    for text, box in boxes:
        assert box.x0 >= page.x0 - 1, text
        assert box.x1 <= page.x1 + 1, text
        assert box.y0 >= page.y0 - 1, text
        assert box.y1 <= page.y1 + 1, text
        assert text == unicodedata.normalize("NFC", text)
    for (text, box), (other, another) in itertools.combinations(boxes, 2):
        assert not box.padded(-1.5).overlaps(another.padded(-1.5)), (text, other)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    pixels = np.asarray(Image.open(stream).convert("L"))
    assert pixels.shape[1] == 960
    assert 0.004 < (pixels < 200).mean() < 0.6
