"""What a reader sees of a result's HTML: its tables as plain text, read by the parser of the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["ShownTable", "tables_in"]

_VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class ShownTable:
    """A table: caption, headings, and the text of every cell; the first cell of a row names it."""

    caption: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def row(self, name: str) -> dict[str, str]:
        """Return the cells of a row by their headings."""
        return next(dict(zip(self.headings, row, strict=True)) for row in self.rows if row[0] == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[ShownTable] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append(ShownTable())
        elif tag == "tr" and "tbody" in self.open:
            self.tables[-1].rows.append([])
        elif tag in {"th", "td"}:
            cells = self.tables[-1].rows[-1] if "tbody" in self.open else self.tables[-1].headings
            cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags are not nested"

    def handle_data(self, data: str) -> None:
        text = data.replace("\N{NO-BREAK SPACE}", " ")
        if "caption" in self.open:
            self.tables[-1].caption += text
        elif "tbody" in self.open and {"th", "td"} & set(self.open):
            self.tables[-1].rows[-1][-1] += text
        elif "thead" in self.open and "th" in self.open:
            self.tables[-1].headings[-1] += text


def tables_in(html: str) -> list[ShownTable]:
    """Read the tables of a piece of HTML, which must be well formed, run nothing and fetch nothing."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, "tags are left open"
    assert reader.tags <= {
        "div",
        "style",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "b",
        "i",
        "p",
    }
    assert reader.attributes <= {"class", "style", "lang", "role", "tabindex", "aria-label", "aria-hidden", "scope"}
    assert all(word not in html for word in ("http:", "https:", "url(", "@import"))
    return reader.tables
