"""Periodic report tables as a workbook to print and sign: a sheet a period, and one for each round of the review."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault, require
from tthc_cost.io.books import EXACT_BELOW, cell_text, new_book, printed_across
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.periods import EVENTS, PeriodFigures, PeriodicTable, RowKind
from tthc_cost.report.html import rate_source
from tthc_cost.report.labels import Labels

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.errors import Language
    from tthc_cost.io.books import NewBook
    from tthc_cost.periods import PeriodicRow

__all__ = ["write_periodic"]

_FIRST_FIGURE: Final = 3
_COSTS: Final = ("before", "after", "saving", "reduction")
_COLUMNS: Final = _FIRST_FIGURE + 1 + 2 * len(EVENTS) + len(_COSTS)
_LAST: Final = _COLUMNS - 1
_HEADING: Final = 5
"""First of the three rows of headings, counted from 0."""
_FIRST_ROW: Final = _HEADING + 3
_WIDTHS: Final = (5, 36, 9, 8, *(6.3,) * (2 * len(EVENTS)), 14.5, 14.5, 13.5, 9)
_NAME_LETTERS: Final = 44
"""Letters of a name, in bold, that fit on a line of its cell; an indent takes two."""
_NOTE_LETTERS: Final = 230
"""Letters of a note that fit on a line of the sheet."""
_SOURCE_NAME_LETTERS: Final = 30
_SOURCE_LETTERS: Final = 110
"""Widths of the sheet of sources; a few more letters than these fit on a line."""
_LINE_HEIGHT: Final = 14.5
_HIGHEST: Final = 400
_DEEPEST: Final = 10


def write_periodic(
    tables: PeriodicTable | Iterable[PeriodicTable],
    path: str | os.PathLike[str],
    *,
    language: Language = "vi",
    force: bool = False,
    sources: Iterable[tuple[str, str]] = (),
    notice: str = "",
) -> Path:
    """Write periodic tables as an .xlsx, A4 across, ready to be signed.

    Each period has a sheet of all procedures and, where decisions state rounds, one for each round; the last sheet
    names the sources and lists the remarks. The same arguments give the same bytes.

    Parameters
    ----------
    tables : PeriodicTable or iterable of PeriodicTable
        As `tthc_cost.periods.periodic` makes them, each of another period.
    path : str or path-like
        Where to write it.
    language : {"vi", "en"}
        Of the labels; names of agencies stay as they are.
    force : bool
        Whether a file that is already there may be replaced.
    sources : iterable of (str, str)
        Input files: name and SHA-256.
    notice : str
        What is to be said above all, for example that the figures are constructed.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    InputFault
        If there is no table, a period has two, or the file cannot be written.
    MissingExtraError
        If XlsxWriter is not installed.
    """
    say = _Say(Labels(language))
    chosen = (tables,) if isinstance(tables, PeriodicTable) else tuple(tables)
    for table in chosen:
        require(table, PeriodicTable, "tables")
    faults = [code for code, n in Counter(table.period.code for table in chosen).items() if n > 1]
    if faults:
        raise InputFault.because("period_repeated", value=", ".join(faults))
    if not chosen:
        raise InputFault.because("no_periods")
    check_file(path, force=force)
    with new_book(say("title")) as new:
        for table in chosen:
            for title, subtitle, figures in _parts(table, say):
                _write_table(_Page(new, new.book.add_worksheet(title), say), table, subtitle, figures, notice)
        _write_sources(_Page(new, new.book.add_worksheet(say("sheet_sources")), say), chosen, sources)
    return save_file(path, new.content, force=force)


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("tthc_cost") / "data" / "periodic.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Say:
    """The labels of these tables, beside those of all reports."""

    labels: Labels

    def __call__(self, key: str, /, **values: object) -> str:
        return _catalogue()[key][self.labels.language].format_map(values)


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet being written."""

    new: NewBook
    sheet: Worksheet
    say: _Say

    def style(self, **properties: object) -> Format:
        return self.new.style(**{"font_size": 11, **properties})

    def across(self, row: int, first: int, last: int, text: str, **properties: object) -> None:
        """Write a text over several columns of a row."""
        self.sheet.merge_range(row, first, row, last, cell_text(text), self.style(**properties))


def _parts(table: PeriodicTable, say: _Say) -> Iterable[tuple[str, str, Callable[[PeriodicRow], PeriodFigures]]]:
    """Return the sheets of a table: its title, the line under the heading, and which figures of a row it shows."""
    code = table.period.code
    yield code, "", lambda row: row.figures
    if table.rounds == (None,):
        return
    for number in table.rounds:
        title, subtitle = ("sheet_round_blank", "round_blank") if number is None else ("sheet_round", "round")
        yield say(title, period=code, n=number), say(subtitle, n=number), partial(_of_round, number)


def _of_round(number: int | None, row: PeriodicRow) -> PeriodFigures:
    return row.rounds.get(number, PeriodFigures())


def _write_table(
    page: _Page, table: PeriodicTable, subtitle: str, figures: Callable[[PeriodicRow], PeriodFigures], notice: str
) -> None:
    printed_across(page.sheet)
    page.sheet.repeat_rows(_HEADING, _FIRST_ROW - 1)
    page.sheet.set_margins(left=0.6, right=0.5, top=0.7, bottom=0.7)
    page.sheet.freeze_panes(_FIRST_ROW, 2)
    for position, width in enumerate(_WIDTHS):
        page.sheet.set_column(position, position, width)
    _write_top(page, table, subtitle, notice)
    _write_headings(page)
    numbered = 0
    for row, one in enumerate(table.rows, start=_FIRST_ROW):
        numbered += one.kind is RowKind.AGENCY
        _write_row(page, row, one, figures(one), str(numbered) if one.kind is RowKind.AGENCY else "")
    _write_foot(page, _FIRST_ROW + len(table.rows), table, rounds=bool(subtitle))


def _write_top(page: _Page, table: PeriodicTable, subtitle: str, notice: str) -> None:
    say, labels, period = page.say, page.say.labels, table.period
    name = period.name if labels.language == "vi" else period.name_en
    bounds = say("bounds", period=name, first=labels.day(period.first_day), last=labels.day(period.last_day))
    middle = _COLUMNS // 2
    page.across(0, 0, middle - 1, say("from"))
    page.across(0, middle, _LAST, say("to"), align="right")
    page.sheet.set_row(1, 24)
    page.across(1, 0, _LAST, say("title").upper(), align="center", valign="vcenter", bold=True, font_size=14)
    page.across(2, 0, _LAST, bounds, align="center", bold=True)
    page.across(3, 0, _LAST, subtitle, align="center", bold=True)
    page.across(4, 0, middle - 1, notice, italic=True, font_color="#C00000")
    page.across(4, middle, _LAST, say("unit"), align="right", italic=True)


def _write_headings(page: _Page) -> None:
    """Write two rows of headings, and a third that numbers the columns: A, B, C, then 1, 2, 3."""
    say = page.say
    look = {"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter"}
    top, low, numbers = _HEADING, _HEADING + 1, _HEADING + 2
    page.sheet.set_row(top, 33)
    page.sheet.set_row(low, 32)
    for position, name in enumerate(("number", "agency", "level", "procedures")):
        page.sheet.merge_range(top, position, low, position, say(name), page.style(**look))
    position = _FIRST_FIGURE + 1
    for event in EVENTS:
        page.across(top, position, position + 1, say(event), **look)
        for name in ("in_period", "to_date"):
            page.sheet.write_string(low, position, say(name), page.style(**look))
            position += 1
    page.across(top, position, _LAST, say("cost"), **look)
    for name in _COSTS:
        page.sheet.write_string(low, position, say(name), page.style(**look))
        position += 1
    for column in range(_COLUMNS):
        text = "ABC"[column] if column < _FIRST_FIGURE else str(column - _FIRST_FIGURE + 1)
        page.sheet.write_string(numbers, column, text, page.style(border=1, align="center", italic=True))


def _write_row(page: _Page, row: int, one: PeriodicRow, figures: PeriodFigures, number: str) -> None:
    look = {"border": 1, "valign": "vcenter", "bold": one.kind is not RowKind.AGENCY}
    sheet, cost, name = page.sheet, figures.cost, cell_text(_name(one, page.say))
    indent = min(one.depth, _DEEPEST)
    lines = math.ceil(len(name) / (_NAME_LETTERS - 2 * indent))
    sheet.set_row(row, min(_LINE_HEIGHT * lines + 3, _HIGHEST))
    level = "" if one.level is None or one.kind is RowKind.LEVEL else one.level.label(page.say.labels.language)
    sheet.write_string(row, 0, number, page.style(**look, align="center"))
    sheet.write_string(row, 1, name, page.style(**look, text_wrap=True, align="left", indent=indent))
    sheet.write_string(row, 2, level, page.style(**look, align="center"))
    events = (count for both in zip(figures.in_period, figures.to_date, strict=True) for count in both)
    whole = (figures.procedures, *events, cost.baseline, cost.simplified, cost.saving)
    for position, value in enumerate(whole, start=_FIRST_FIGURE):
        style = page.style(**look, num_format="#,##0", align="right")
        if isinstance(value, int) and abs(value) < EXACT_BELOW:
            sheet.write_number(row, position, value, style)
        else:
            sheet.write_string(row, position, str(value), style)
    if cost.ratio is None:
        sheet.write_string(row, _LAST, page.say.labels("report.none"), page.style(**look, align="right"))
    else:
        sheet.write_number(row, _LAST, float(cost.ratio), page.style(**look, num_format="0.00%", align="right"))


def _name(row: PeriodicRow, say: _Say) -> str:
    """Return what stands in the column of agencies."""
    if row.kind is RowKind.TOTAL:
        return say("total").upper()
    if row.kind is RowKind.UNPLACED:
        return say("unplaced")
    if row.kind is RowKind.LEVEL:
        return say("level_blank") if row.level is None else say("level_total", level=say.labels.term(row.level))
    name = row.name or say("agency_blank")
    if row.ended_on is not None:
        name = say("ended", name=name, day=say.labels.day(row.ended_on))
    return say("with_lower", name=name) if row.kind is RowKind.WITH_LOWER else name


def _write_foot(page: _Page, row: int, table: PeriodicTable, *, rounds: bool) -> None:
    """Write the notes, and where it is signed."""
    say, labels, day = page.say, page.say.labels, page.say.labels.day(table.period.last_day)
    confidence = labels(f"provenance.confidence_{table.period.confidence}")
    notes = [
        say("notes"),
        say("note_calendar", source=table.period.source, confidence=confidence),
        say("note_basis", basis=labels(f"basis.{table.basis}"), day=day),
        say("note_lower"),
    ]
    if rounds:
        notes.append(say("note_round"))
    row += 1
    for note in notes:
        page.sheet.set_row(row, _LINE_HEIGHT * math.ceil(len(note) / _NOTE_LETTERS))
        page.across(row, 0, _LAST, note, text_wrap=True, italic=True, font_size=10)
        row += 1
    left, right = (1, 6), (_LAST - 7, _LAST)
    page.across(row + 1, *right, say("signed_on"), align="center", italic=True)
    for place, who, how in ((left, "prepared_by", "prepared_how"), (right, "signed_by", "signed_how")):
        page.across(row + 2, *place, say(who), align="center", bold=True)
        page.across(row + 3, *place, say(how), align="center", italic=True)


def _write_sources(page: _Page, tables: Iterable[PeriodicTable], sources: Iterable[tuple[str, str]]) -> None:
    """Write where the figures come from, and what is to be said of them."""
    labels = page.say.labels
    printed_across(page.sheet)
    page.sheet.set_column(0, 0, _SOURCE_NAME_LETTERS)
    page.sheet.set_column(1, 1, _SOURCE_LETTERS)
    for row, (name, text) in enumerate(dict.fromkeys(_said_of_sources(tables, sources, labels))):
        lines = math.ceil(max(len(text) / _SOURCE_LETTERS, len(name) / _SOURCE_NAME_LETTERS))
        page.sheet.set_row(row, min(_LINE_HEIGHT * lines + 3, _HIGHEST))
        page.sheet.write_string(row, 0, cell_text(name), page.style(text_wrap=True, bold=True, border=1))
        page.sheet.write_string(row, 1, cell_text(text), page.style(text_wrap=True, border=1))


def _said_of_sources(
    tables: Iterable[PeriodicTable], sources: Iterable[tuple[str, str]], labels: Labels
) -> Iterator[tuple[str, str]]:
    for name, digest in sources:
        yield f"{labels('provenance.file')}: {name}", f"SHA-256 {digest}"
    for table in tables:
        comparison = table.comparison
        for label, rates in (("rates", comparison.rates), ("rates_simplified", comparison.simplified_rates)):
            if rates is not None and (label == "rates" or rates != comparison.rates):
                yield labels(f"provenance.{label}"), rate_source(rates) or labels("provenance.rates_below")
                for one in rates.rates:
                    rate = labels.integer(one.vnd_per_hour)
                    yield (
                        f"{labels('provenance.grade')} {one.grade}",
                        f"{rate} {labels('unit.vnd_per_hour')} – {one.source}",
                    )
        population = labels(f"provenance.population_{comparison.population}")
        yield labels("provenance.population"), population
        bearers = labels("provenance.bearers_all") if comparison.bearers is None else labels.terms(comparison.bearers)
        yield labels("provenance.bearers"), bearers
        for said in table.remarks:
            yield labels(f"remarks.{said.severity}"), f"{table.period.code}: {said.text(labels.language)}"
        for said in comparison.remarks:
            yield labels(f"remarks.{said.severity}"), said.text(labels.language)
    yield labels("provenance.library"), f"tthc-cost {version('tthc-cost')}"
