"""A figure as text of a page: its SVG, with the words for who does not see it."""

from __future__ import annotations

import hashlib
import io
import re
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["svg_text"]

_FAMILIES: Final = "'DejaVu Sans', 'Segoe UI', 'Noto Sans', Arial, sans-serif"


def svg_text(figure: Figure, words: str) -> str:
    """Write a figure as an ``<svg>`` element to stand in a page; the same figure gives the same text.

    Text stays text, in the type of the figure or, where a reader lacks it, a narrower one. Names inside the element are
    its own, so that several stand in one page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    words : str
        What it shows, in a sentence, for who does not see it.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - of an extra

    stream = io.StringIO()
    with rc_context({"svg.hashsalt": "tthc_cost", "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    drawn = stream.getvalue()
    head = re.search(r'<svg[^>]*?viewBox="([^"]*)"[^>]*>', drawn)
    assert head is not None  # noqa: S101 - what Matplotlib writes has one
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", drawn[head.end() :], flags=re.DOTALL)
    body = re.sub(r"font(-family)?: ([^;\"]*?)'DejaVu Sans'[^;\"]*", rf"font\1: \2{_FAMILIES}", body)
    own = "p" + hashlib.sha256(body.encode()).hexdigest()[:8]
    used = set(re.findall(r"(?:url\(|href=\")#([\w.-]+)", body))
    body = re.sub(r' id="([\w.-]+)"', lambda found: f' id="{own}-{found[1]}"' if found[1] in used else "", body)
    body = re.sub(r"(url\(|href=\")#", rf"\1#{own}-", body)
    said = escape(words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{head[1]}" '
        f'role="img" aria-label="{said}" style="stroke-linejoin: round; stroke-linecap: butt">'
        f"<title>{said}</title>{body}"
    ).rstrip() + "\n"
