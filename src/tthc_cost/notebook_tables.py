"""How a result shows itself: titled columns of plain values as HTML tables for a notebook, two lines for a terminal."""

from __future__ import annotations

import datetime as dt
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from tthc_cost.errors import Severity, UnknownNameError
from tthc_cost.numerals import exact_number, format_decimal, format_exact, format_integer, format_percent
from tthc_cost.vocabulary import TargetState, TaskState, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from tthc_cost.errors import Language, Remark

__all__ = [
    "LINE_LENGTH", "SHOWN_ROWS", "SIGNS", "Against", "CellKind", "NotebookTable", "Shown", "Worded", "brief_reduction",
    "label", "reductions_table", "remark_counts", "remarks_note", "remarks_tables", "required_share", "shown_rows",
    "tables_html", "words",
]  # fmt: skip

SHOWN_ROWS: Final = 12
"""Rows of a table that are shown; what is left out is counted below it."""
LINE_LENGTH: Final = 120
"""Characters of a line of text in a terminal; a result has two at most."""
SIGNS: Final[Mapping[Term, str]] = {
    TargetState.MET: "✓",
    TargetState.MISSED: "✗",
    TargetState.OPEN: "○",
    TargetState.UNDEFINED: "?",
    TaskState.DONE: "✓",
    TaskState.LATE: "!",
    TaskState.OVERDUE: "✗",
    TaskState.OPEN: "○",
    TaskState.UNDATED: "∞",
    TaskState.NO_DATA: "?",
}
"""The sign of a state; it always stands beside the word."""

CellKind: TypeAlias = Literal["text", "integer", "number", "share", "bar", "day", "verdict"]
"""How the cells of a column are written: a bar is a whole number with its length beside the largest of the column."""

_WORD_SIGNS: Final = {"yes": "✓", "no": "✗", "error": "✗", "warning": "!", "note": "○"}
_LONGEST_CELL: Final = 400
_SHORT, _LONG = 12, 60
_DIGITS: Final = 2
_MISSING: Final = "–"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_FIGURES: Final = frozenset({"integer", "number", "share", "bar"})
# Every rule begins with the frame, so nothing else on the page changes; text and ground are the page's own, light or
# dark, and the two colours of bars and signs stand out from both.
_STYLE: Final = """<style>
.tthc-cost{overflow-x:auto;max-width:100%;line-height:1.4}
.tthc-cost table{border-collapse:collapse;border:0;margin:.2em 0 1em;background:none;color:inherit;width:auto}
.tthc-cost table caption{caption-side:top;text-align:left;font-weight:600;padding:.3em 0;color:inherit}
.tthc-cost table tr{background:none;border:0}
.tthc-cost table th,.tthc-cost table td{text-align:left;vertical-align:top;padding:.3em .9em .3em 0;color:inherit;
background:none;border:0;border-bottom:1px solid rgba(128,128,128,.4);max-width:26em;white-space:normal;
overflow-wrap:break-word;font-weight:400}
.tthc-cost table thead th{font-weight:600;vertical-align:bottom;border-bottom:2px solid rgba(128,128,128,.7)}
.tthc-cost table .figure{text-align:right;font-variant-numeric:tabular-nums}
.tthc-cost table td.figure,.tthc-cost table .verdict,.tthc-cost table .code{white-space:nowrap}
.tthc-cost table .name{min-width:9em}
.tthc-cost table .long{min-width:16em}
.tthc-cost p{margin:.2em 0 .6em;max-width:60em}
.tthc-cost .bar{display:block;position:relative;height:5px;min-width:5em;margin-top:3px;
background:rgba(128,128,128,.22)}
.tthc-cost .bar b{display:block;height:5px;background:#3b82c4}
.tthc-cost .bar .rise{background:#c2702e}
.tthc-cost .bar i{position:absolute;top:-2px;height:9px;width:2px;background:currentColor}
.tthc-cost .sign{font-weight:700;color:#3b82c4}
.tthc-cost .bad{color:#c2702e}
</style>"""


class Against(NamedTuple):
    """A share beside the share that is required: printed apart from it, and with its mark on the bar."""

    share: Fraction | None
    required: Fraction


class Worded(NamedTuple):
    """A word of the catalogue: ``Worded("yes")`` is printed as its label, with its sign if it has one."""

    name: str


class Quantity(Protocol):
    """A quantity before and after, as `tthc_cost.arithmetic.Reduction` is one."""

    @property
    def baseline(self) -> int | Fraction: ...
    @property
    def simplified(self) -> int | Fraction: ...
    @property
    def saving(self) -> int | Fraction: ...
    @property
    def ratio(self) -> Fraction | None: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NotebookTable:
    """A table to be shown.

    Parameters
    ----------
    title : str
        What stands above it, in the language of the table.
    columns : mapping of str to CellKind
        Names of columns, which are those of their headings in the catalogue, and how their cells are written. The
        first one names the row.
    rows : sequence of mapping of str to object
        Plain values by column; None is missing.
    of : int, optional
        How many rows there are in all, where `rows` are only the first.
    notes : tuple of str
        What is said below, a paragraph each.
    headings : mapping of str to str
        Headings that are not the catalogue's.
    more : str
        The label that says how many rows are left out, and where all are.
    """

    title: str
    columns: Mapping[str, CellKind]
    rows: Sequence[Mapping[str, Any]]
    of: int | None = None
    notes: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    more: str = "table.more"


class Shown:
    """A result that shows itself: tables in a notebook, two lines in a terminal."""

    __slots__ = ()

    def _brief(self) -> str:
        """Return what the result is and its totals, in Vietnamese, on one line or two."""
        raise NotImplementedError

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        """Return what a notebook shows of the result."""
        raise NotImplementedError

    def __repr__(self) -> str:
        lines = f"{type(self).__name__}: {self._brief()}".split("\n", 1)
        return "\n".join(_shortened(_plain(line), LINE_LENGTH) for line in lines)

    def to_html(self, *, language: Language = "vi") -> str:
        """Return the result as HTML tables, the first rows of each, to stand in a page.

        Parameters
        ----------
        language : {"vi", "en"}
            Of all labels and numbers.

        Returns
        -------
        str
            One ``<div>`` with its style, that fetches nothing and runs nothing; all text of workbooks is escaped.

        Raises
        ------
        UnknownNameError
            For another language.
        """
        return tables_html(self._tables(language), language)

    def _repr_html_(self) -> str:
        return self.to_html()


@cache
def _catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((files("tthc_cost") / "data" / "notebook_tables.toml").read_text(encoding="utf-8"))


def label(key: str, language: Language, /, **values: object) -> str:
    """Return a label of the catalogue with its places filled.

    Parameters
    ----------
    key : str
        Section and name, ``"column.saving_vnd"``.
    language : {"vi", "en"}
        Which.
    **values
        What stands in its places; numbers are to be written already.

    Raises
    ------
    UnknownNameError
        For another language.

    Examples
    --------
    >>> label("unit.vnd_per_year", "vi"), label("unit.vnd_per_year", "en")
    ('đồng/năm', 'đồng a year')
    """
    section, name = key.split(".")
    said = _catalogue()[section][name]
    if language not in said:
        raise UnknownNameError.because("unknown_report_language", value=language)
    return said[language].format_map(values)


def words(key: str, language: Language = "vi", /, **numbers: Fraction | float | None) -> str:
    """Return a label of the catalogue with whole numbers in its places.

    Examples
    --------
    >>> words("brief.remarks", warnings=1200, notes=3)
    '1.200 cảnh báo, 3 ghi chú'
    """
    return label(key, language, **{name: format_integer(one, language=language) for name, one in numbers.items()})


def _unit(unit: str, language: Language) -> str:
    return label(f"unit.{unit}", language) if unit in _catalogue()["unit"] else unit


def required_share(share: Fraction, language: Language = "vi") -> str:
    """Print a share that is required, unrounded.

    Examples
    --------
    >>> from fractions import Fraction
    >>> required_share(Fraction(1, 8)).replace(chr(160), " ")
    '12,5 %'
    """
    return f"{format_exact(share * 100, language=language)}{_NO_BREAK}%"


def brief_reduction(quantity: Quantity, language: Language = "vi") -> str:
    """Say a reduction in a line, in exact figures.

    Parameters
    ----------
    quantity : Reduction
        What is said.
    language : {"vi", "en"}
        In which.

    Examples
    --------
    >>> from tthc_cost.arithmetic import Reduction
    >>> brief_reduction(Reduction(46, 36, "procedures"), "en").replace(chr(160), " ")
    '46 → 36 procedures, cut by 10 (21.74 %)'
    """
    saving = quantity.saving
    direction = "same" if not saving else "cut" if saving > 0 else "rise"
    figures = (quantity.baseline, quantity.simplified, saving if saving > 0 else -saving)
    before, after, change = (format_exact(one, language=language) for one in figures)
    ratio = quantity.ratio
    share = format_percent(None if ratio is None else abs(ratio), language=language)
    unit = _unit(quantity.unit, language)
    return label(
        f"brief.{direction}", language, before=before, after=after, unit=unit, change=change, share=share
    )  # fmt: skip


def reductions_table(
    title: str, rows: Iterable[tuple[str, Quantity]], language: Language, notes: tuple[str, ...] = ()
) -> NotebookTable:
    """Make a table of reductions, a row each, with its unit beside its name.

    Parameters
    ----------
    title : str
        What stands above it.
    rows : iterable of (str, Reduction)
        What each is called, and what it is.
    language : {"vi", "en"}
        In which.
    notes : tuple of str
        What is said below.

    Returns
    -------
    NotebookTable
    """
    kinds: dict[str, CellKind] = {"quantity": "text", **dict.fromkeys(_REDUCTION_COLUMNS, "number")}
    made = [
        {
            "quantity": f"{name} ({_unit(one.unit, language)})" if name else _unit(one.unit, language),
            "baseline": one.baseline, "simplified": one.simplified, "saving": one.saving, "reduction": one.ratio,
        }
        for name, one in rows
    ]  # fmt: skip
    return NotebookTable(title, kinds | {"reduction": "share"}, made, notes=notes)


_REDUCTION_COLUMNS: Final = ("baseline", "simplified", "saving")


def remark_counts(remarks: Iterable[Remark]) -> dict[str, int]:
    """Count ``warnings`` and ``notes``, as the catalogue's sentences name them."""
    found = Counter(one.severity for one in remarks)
    return {"warnings": found[Severity.WARNING], "notes": found[Severity.NOTE]}


def remarks_note(remarks: Iterable[Remark], language: Language) -> tuple[str, ...]:
    """Say how many warnings and notes there are, and where; nothing if there are none."""
    said = list(remarks)
    return (words("note.remarks", language, **remark_counts(said)),) if said else ()


def remarks_tables(remarks: Iterable[Remark], language: Language) -> tuple[NotebookTable, ...]:
    """Make a table of warnings and notes; none, if there are none.

    Parameters
    ----------
    remarks : iterable of Remark
        What has been said of the tables.
    language : {"vi", "en"}
        In which.

    Returns
    -------
    tuple of NotebookTable
    """
    rows = [{"weight": Worded(one.severity.value), "text": one.text(language)} for one in remarks]
    if not rows:
        return ()
    columns: dict[str, CellKind] = {"weight": "verdict", "text": "text"}
    return (NotebookTable(label("table.remarks", language), columns, rows, more="table.more_remarks"),)


def shown_rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - pandas is not known here
    """Return the first rows of a pandas frame as plain values by column, blank cells as None.

    Parameters
    ----------
    frame : pandas.DataFrame
        `SHOWN_ROWS` of it are taken.
    """
    head = frame.head(SHOWN_ROWS).astype(object)
    rows: list[dict[str, Any]] = head.where(head.notna(), None).to_dict("records")
    return rows


def tables_html(tables: Iterable[NotebookTable], language: Language) -> str:
    """Write tables as one piece of HTML.

    Parameters
    ----------
    tables : iterable of NotebookTable
        What is shown, in order.
    language : {"vi", "en"}
        Of headings and numbers.

    Returns
    -------
    str
        A ``<div lang=…>`` with its style; every text is escaped.

    Examples
    --------
    >>> sizes = NotebookTable("Các bảng", {"table": "text", "rows": "integer"}, [{"table": "<b>", "rows": 1200}])
    >>> found = tables_html([sizes], "vi")
    >>> "&lt;b&gt;" in found, "1.200" in found
    (True, True)
    """
    made = list(tables)
    body = "".join(_table_html(one, language) for one in made)
    about = _text(made[0].title) if made else ""
    frame = f'<div class="tthc-cost" lang="{escape(language)}" role="region" tabindex="0" aria-label="{about}">'
    return f"{frame}{_STYLE}{body}</div>"


def _table_html(table: NotebookTable, language: Language) -> str:
    rows = table.rows[:SHOWN_ROWS]
    columns = [_Column.of(name, kind, rows) for name, kind in table.columns.items()]
    headings = (table.headings.get(one.name) or label(f"column.{one.name}", language) for one in columns)
    head = "".join(
        f'<th scope="col"{one.style}>{_text(said)}</th>' for one, said in zip(columns, headings, strict=True)
    )
    lines = []
    for row in rows:
        first, *others = ((one.style, one.written(row.get(one.name), language)) for one in columns)
        cells = "".join(f"<td{style}>{cell}</td>" for style, cell in others)
        lines.append(f'<tr><th scope="row"{first[0]}>{first[1]}</th>{cells}</tr>')
    left = (len(table.rows) if table.of is None else table.of) - len(rows)
    notes = [words(table.more, language, n=left)] if left else [] if rows else [label("table.empty", language)]
    below = "".join(f"<p>{_text(one)}</p>" for one in (*notes, *table.notes))
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<table class="shown"><caption>{_text(table.title)}</caption>{body}</table>{below}'


@dataclass(frozen=True, slots=True)
class _Column:
    """A column, how it is written, and what its longest bar stands for."""

    name: str
    kind: CellKind
    style: str
    largest: Fraction | float

    @classmethod
    def of(cls, name: str, kind: CellKind, rows: Sequence[Mapping[str, Any]]) -> _Column:
        values = [row[name] for row in rows if row.get(name) is not None]
        longest = max((len(one) for one in values if isinstance(one, str)), default=0)
        style = "figure" if kind in _FIGURES else "verdict" if kind == "verdict" else _text_style(longest)
        largest = max((abs(one) for one in values), default=0) if kind == "bar" else 1
        return cls(name, kind, f' class="{style}"' if style else "", largest)

    def written(self, value: Any, language: Language) -> str:  # noqa: ANN401 - any plain value
        """Write a cell: what says by its type how it is written, then by the kind of the column."""
        match value:
            case None:
                said = _MISSING
            case bool() | Term() | Worded():
                said = _worded(value, language)
            case str():
                said = _text(value)
            case dt.date():
                said = value.strftime("%d/%m/%Y" if language == "vi" else "%Y-%m-%d")
            case Against(share, required) if share is not None:
                said = format_percent(share, apart_from=required, language=language)
                said += _bar(float(share), required)
            case Against():
                said = _MISSING
            case _ if self.kind == "share":
                said = format_percent(value, language=language) + _bar(float(value))
            case _ if self.kind == "bar":
                said = _number(value, _DIGITS, language) + _bar(float(value) / (float(self.largest) or 1))
            case _:
                said = _number(value, 0 if self.kind == "integer" else _DIGITS, language)
        return said


def _text_style(longest: int) -> str:
    """Keep codes on one line, and give sentences room."""
    return "code" if longest <= _SHORT else "long" if longest > _LONG else "name"


def _bar(share: float, required: Fraction | None = None) -> str:
    """Draw a share of a whole width, and where the required one ends; the number beside it says the same."""
    width = min(abs(share), 1) * 100
    rise = ' class="rise"' if share < 0 else ""
    goal = "" if required is None else f'<i style="left:{float(required) * 100:.2f}%"></i>'
    return f'<span class="bar" aria-hidden="true"><b{rise} style="width:{width:.2f}%"></b>{goal}</span>'


def _number(value: Fraction | float, most: int, language: Language) -> str:
    """Write a number with the decimals that it has, and at most so many."""
    exact = exact_number(value, argument="number")
    digits = next(one for one in range(most + 1) if one == most or not (exact * 10**one) % 1)
    return format_decimal(exact, digits, language=language)


def _worded(value: bool | Term | Worded, language: Language) -> str:
    """Write a word, with its sign before it if it has one."""
    if isinstance(value, Term):
        said, sign = value.label(language), SIGNS.get(value, "")
    else:
        name = value.name if isinstance(value, Worded) else "yes" if value else "no"
        said, sign = label(f"word.{name}", language), _WORD_SIGNS.get(name, "")
    style = "sign bad" if sign in {"✗", "!"} else "sign"
    return (f'<span class="{style}" aria-hidden="true">{sign}</span> ' if sign else "") + _text(said)


def _plain(text: str) -> str:
    """Bring a text on one line, without what a terminal or a page would act on."""
    visible = "".join(one if one.isprintable() or one == _NO_BREAK else " " for one in text)
    return " ".join(one for one in unicodedata.normalize("NFC", visible).split(" ") if one)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(text: str) -> str:
    return escape(_shortened(_plain(text), _LONGEST_CELL))
