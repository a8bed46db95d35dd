"""The words of the Word forms: which field a label names, and the tables that are known by their headings."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.io.word.archive import Paragraph
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.io.word.archive import Block, Cell, Table

__all__ = [
    "WHOLE",
    "Grid",
    "Line",
    "at_positions",
    "component_of",
    "field_of",
    "find_grid",
    "is_caption",
    "is_end",
    "is_ordinal",
    "is_part",
    "lines_of",
    "shown",
    "split_label",
    "text_of",
]

WHOLE: Final = "Toàn bộ thủ tục"
"""The component of a criterion that is asked of the procedure as a whole."""

_SHOWN: Final = 60
_HEADING_ROWS: Final = 6
_LONGEST_LABEL: Final = 120
_BULLETS: Final = "-–—−•*+·●○▪■◦►➢"
_MARK: Final = re.compile(
    rf"(?P<bullet>[{re.escape(_BULLETS)}])\s*"
    r"|(?P<number>\(?\d{1,3}(?:\.\d{1,3})*[.)])(?:\s+|(?=[^\W\d_]))"
    r"|(?P<bare>\d{1,2}(?:\.\d{1,2})+)\s+(?=[^\W\d_])"
    r"|(?P<roman>[IVX]{1,5})[.)]\s+"
    r"|(?P<letter>\(?[a-zđA-ZĐ])(?:[.]\s+|[)]\s*)"
)
_ORDINAL: Final = re.compile(r"\s*\(?(?:[IVX]{1,5}|[a-zđA-ZĐ]|[\d.]+)[.)]?\s*")
_PLACEHOLDER: Final = re.compile(r"[\s.…_·]*")
_NO_WORD: Final = re.compile(r"[^\w\s]|_")
_PROCEDURE: Final = tuple(
    fold(one) for one in ("thủ tục hành chính nội bộ", "TTHC nội bộ", "thủ tục nội bộ", "thủ tục hành chính", "thủ tục")
)
_OF: Final = fold("của")
_BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


# Lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell or of the body, apart from the mark before it.

    Parameters
    ----------
    text
        Its words.
    mark
        The number, letter or bullet before it, typed or of an automatic list.
    kind
        What sort of mark that is: ``"1"`` and ``"1.1"`` by depth, ``"a"``, ``"I"``, a bullet, or nothing.
    is_heading
        Whether its style is one of headings.
    """

    text: str
    mark: str = ""
    kind: str = ""
    is_heading: bool = False

    @property
    def whole(self) -> str:
        """The line as it is printed."""
        return f"{self.mark} {self.text}".strip()

    @property
    def ordinal(self) -> int | None:
        """Which one of its list it is, counted from 1; None for bullets and for what has no mark."""
        bare = self.mark.strip(".()")
        if self.kind.startswith("1"):
            return int(bare.rpartition(".")[2])
        return "abcdđeghiklmnopqrstuvxy".find(bare.lower()) + 1 if self.kind == "a" else None


def lines_of(blocks: Iterable[Block]) -> list[Line]:
    """Return the lines of paragraphs, those of dots to be written on left out; tables among them are passed over."""
    lines = []
    for block in blocks:
        if isinstance(block, Paragraph):
            for number, text in enumerate(block.text.split("\n")):
                line = _line(text, block.mark if not number else "", is_heading=block.is_heading)
                if not _PLACEHOLDER.fullmatch(line.text):
                    lines.append(line)
    return lines


def _line(text: str, mark: str, *, is_heading: bool) -> Line:
    if mark and not _MARK.fullmatch(f"{mark} "):
        # A list may print whole words, such as "Bước 1:".
        text, mark = f"{mark} {text}", ""
    if not mark:
        mark, text = _cut_mark(text)
    return Line(text.strip(), mark, _kind(mark), is_heading)


def _cut_mark(text: str) -> tuple[str, str]:
    """Return the mark that a text begins with, and the rest; 1.5 before a small letter is a figure."""
    found = _MARK.match(text)
    if found is None or (found["bare"] and not text[found.end()].isupper()):
        return "", text
    return found[0].strip(), text[found.end() :]


def _kind(mark: str) -> str:
    found = _MARK.fullmatch(mark) or _MARK.fullmatch(f"{mark} ")
    if found is None:
        return mark
    if number := found["number"] or found["bare"]:
        return ".".join("1" for _ in number.strip("().").split("."))
    return found["bullet"] or ("I" if found["roman"] else "a")


def text_of(lines: Iterable[Line]) -> str:
    """Return lines as the text of a cell, without their marks."""
    return "\n".join(line.text for line in lines)


def shown(text: str) -> str:
    """Return the beginning of a text, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…"


# Labels


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("tthc_cost") / "data" / "word_forms.toml").read_text(encoding="utf-8"))


def _key(text: str) -> str:
    """Reduce a label to the words that name its field."""
    if len(text) > _LONGEST_LABEL:
        return ""
    _, text = _cut_mark(unicodedata.normalize("NFC", text).strip())
    words = f" {fold(_NO_WORD.sub(' ', _BRACKETED.sub(' ', text)))} "
    for spelling in _PROCEDURE:
        words = words.replace(f" {spelling} ", " tthc ")
    shorter = words.strip().removesuffix(" tthc").removesuffix(f" {_OF}")
    return shorter if " " in shorter else words.strip()


@cache
def _fields(context: str) -> Mapping[str, str]:
    return {_key(label): name for name, labels in _data()["labels"][context].items() for label in labels}


@cache
def _keys(name: str) -> frozenset[str]:
    return frozenset(_key(label) for label in _data()[name])


@cache
def _components() -> Mapping[str, str]:
    labels = _data()["labels"]["inventory"]
    known = {name: spellings[0] for name, spellings in labels.items() if name not in _OF_REVIEW}
    components = {_key(label): known[name][:1].upper() + known[name][1:] for name in known for label in labels[name]}
    return components | {_key(one): name for name, spellings in _data()["components"].items() for one in spellings}


_OF_REVIEW: Final = frozenset({"content", "reason", "execution", "decision", "code"})


def field_of(text: str, context: str = "inventory") -> str | None:
    """Return the field that a label names, None if it names none.

    Examples
    --------
    >>> field_of("4. CÁCH THỨC THỰC HIỆN (nếu có):")
    'channel'
    """
    return _fields(context).get(_key(text))


def component_of(text: str) -> str | None:
    """Return what the table of criteria calls a part of a procedure, None if the text names none."""
    return _components().get(_key(text))


def is_caption(text: str) -> bool:
    """Tell whether a text only heads a column, or is nothing but a number."""
    return not re.search(r"[^\W\d_]", text) or _key(text) in _keys("captions")


def is_ordinal(text: str) -> bool:
    """Tell whether a text is a number, a letter or a Roman numeral and nothing more."""
    return _ORDINAL.fullmatch(text) is not None


def is_end(line: Line) -> bool:
    """Tell whether a line begins what stands below a form."""
    return _key(line.text.partition(":")[0]) in _keys("ended")


def is_part(name: str | None, of: str | None) -> bool:
    """Tell whether a field may stand within the contents of another."""
    return name in _data()["parts"].get(of, ())


def split_label(text: str, context: str = "inventory") -> tuple[str | None, str]:
    """Return the field of a line such as ``label: contents`` and the contents; None and the text if it is no such line.

    Examples
    --------
    >>> split_label("Số lượng hồ sơ: 01 bộ")
    ('dossier_sets', '01 bộ')
    """
    label, colon, contents = text.partition(":")
    name = field_of(label, context) if colon else None
    return (name, contents.strip()) if name else (None, text)


# Tables with headings


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose columns are known by their headings.

    Parameters
    ----------
    context
        Which headings they are.
    columns
        Position of each column that is known, counted from 0.
    labels
        Heading of each of those.
    unknown
        Heading of each column that is not.
    first
        Position of the first row below the headings.
    rows
        The rows below.
    """

    context: str
    columns: Mapping[str, int]
    labels: Mapping[str, str]
    unknown: Mapping[int, str]
    first: int
    rows: tuple[tuple[Cell, ...], ...]

    def has_headings(self, row: tuple[Cell, ...]) -> bool:
        """Tell whether the headings stand in a row again, as at the top of a page."""
        return _names(row, self.context).items() >= {at: name for name, at in self.columns.items()}.items()

    def is_number(self, position: int, text: str) -> bool:
        """Tell whether a cell says nothing but which row, or which column, it is of."""
        return is_caption(text) or (is_ordinal(text) and position not in self.columns.values())

    def cells(self, row: tuple[Cell, ...]) -> dict[str, list[Line]]:
        """Return the lines of each known column of a row."""
        by_position = at_positions(row)
        return {
            name: lines_of(by_position[position].blocks)
            for name, position in self.columns.items()
            if position in by_position
        }


def at_positions(row: tuple[Cell, ...]) -> dict[int, Cell]:
    """Return the cell over each column of the table."""
    cells = [cell for cell in row for _ in range(min(cell.span, 100))]
    return dict(enumerate(cells))


def _words(cell: Cell) -> str:
    return " ".join(text_of(lines_of(cell.blocks)).split())


def _names(row: tuple[Cell, ...], context: str) -> dict[int, str]:
    """Return the field that each cell of a row names, by the first column under it."""
    found: dict[int, str] = {}
    position = 0
    for cell in row:
        name = None if cell.continues else field_of(_words(cell), context)
        if name:
            found[position] = name
        position += min(cell.span, 100)
    return found


def _suffices(names: set[str], context: str, *, is_numbered: bool) -> bool:
    if context == "criteria":
        ticked = {"yes", "no"} <= names or ("answer" in names and names & {"component", "criterion", "question"})
        return bool(ticked) or len(names & {"necessity", "reasonableness", "legality", "cost"}) > 1
    if context == "inventory":
        return "name" in names and (len(names) > 1 or is_numbered)
    if context == "proposals":
        return "content" in names and len(names) > 1
    return "name" in names and len(names) > 1


def find_grid(table: Table, *contexts: str) -> Grid | None:
    """Find the row of headings of a table near its top; None if it has none of these contexts."""
    for number, row in enumerate(table.rows[:_HEADING_ROWS]):
        is_numbered = _key(_words(row[0])) in _keys("numbers")
        for context in contexts:
            names = _names(row, context)
            last = number
            below = table.rows[number + 1] if number + 1 < len(table.rows) else ()
            if any(cell.continues for cell in below) and (more := _names(below, context)):
                names |= more
                last += 1
            columns: dict[str, int] = {}
            for position, name in sorted(names.items()):
                columns.setdefault(name, position)
            if len(set(names.values())) == len(names) and _suffices(set(columns), context, is_numbered=is_numbered):
                headings = {at: _words(cell) for at, cell in at_positions(row).items()}
                known = {headings[at] for at in names}
                unknown = {at: text for at, text in headings.items() if text not in known and not is_caption(text)}
                if last > number:
                    headings |= {at: text for at, cell in at_positions(below).items() if (text := _words(cell))}
                labels = {name: headings[at] for name, at in columns.items()}
                return Grid(context, columns, labels, unknown, last + 1, table.rows[last + 1 :])
    return None
