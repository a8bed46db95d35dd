"""Workbooks of our layout, one or a folder of them, into one review, with every fault of all of them at once."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, Place, Severity, TthcCostError, Validation, remark
from tthc_cost.io.headings import HEADING_ROWS, STATE, STATE_HEADING, TABLES_BY_STATE, find_headings, heading_labels
from tthc_cost.io.markup import Bound, column_letters
from tthc_cost.io.opening import open_workbook
from tthc_cost.review import REVIEW_TABLE_NAMES, Review
from tthc_cost.schema import ORIGIN, TABLES, ColumnKind, Unreadable, origin_text
from tthc_cost.vocabulary import State, fold, suggest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.headings import Headings
    from tthc_cost.io.opening import Sheet, Workbook
    from tthc_cost.schema import Table

__all__ = [
    "INTRODUCTION",
    "LISTS",
    "REQUIRED_TABLES",
    "ReadWorkbook",
    "find_workbooks",
    "in_order",
    "read_review",
    "read_reviews",
    "read_sheet",
    "review_of",
]

INTRODUCTION: Final = "Giới thiệu"
LISTS: Final = "Danh mục"
"""Sheets of the template that are not read: what it is and how to fill it in, and what its drop-down lists offer."""
REQUIRED_TABLES: Final = ("procedures", "activities", "decisions")
"""Tables without whose sheet a workbook is incomplete."""

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls"})
_OTHER_WORKBOOKS: Final = frozenset({".xlsb", ".ods"})
_CODES: Final = frozenset({ColumnKind.CODE, ColumnKind.NUMBER_CODE, ColumnKind.CODES})


def read_review(path: str | os.PathLike[str]) -> Review:
    """Read one workbook of the template's layout.

    Sheets, columns and rows may stand in any order, above the headings a letterhead may stand, and headings are
    recognised with or without their unit, in Vietnamese or English. A unit other than the column's own is a fault:
    nothing is scaled. Formulas count with the value that was saved, which a note says of each column. Macros never run.

    Parameters
    ----------
    path : str or path-like
        An .xlsx or .xlsm file, or an .xls one of Excel 97 to 2003.

    Returns
    -------
    Review

    Raises
    ------
    InputFault
        With every fault of the file, each with its sheet and cell.
    MissingExtraError
        If python-calamine is not installed.

    Examples
    --------
    >>> from tthc_cost.io import EXAMPLE_PATH
    >>> len(read_review(EXAMPLE_PATH).baseline.procedures)
    48
    """
    path = Path(path)
    return review_of([_read_workbook(path, path.name)])


def find_workbooks(source: str | os.PathLike[str]) -> dict[str, Path]:
    """Find the workbooks of a folder and of those in it, or the one workbook that is named.

    Parameters
    ----------
    source : path
        A workbook, or a folder; hidden files and the lock files of an open workbook are passed over, and so is
        whatever has another ending than a workbook.

    Returns
    -------
    dict of str to Path
        Each workbook by its path within the folder, sorted.

    Raises
    ------
    InputFault
        If there is no such folder, or no workbook in it; if a workbook or folder in it is a link, which may lead
        out of it; if a name holds characters that cannot be shown.
    """
    folder = Path(source)
    if folder.is_file():
        return {folder.name: folder}
    if not folder.is_dir():
        raise InputFault.because("folder_missing", Place(str(folder)))
    files: dict[str, Path] = {}
    faults = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith((".", "~$")) for part in inside.parts):
            continue
        is_workbook = path.suffix.lower() in _WORKBOOKS | _OTHER_WORKBOOKS
        shown = "".join(
            "\N{REPLACEMENT CHARACTER}" if _is_unshowable(letter) else letter for letter in inside.as_posix()
        )
        place = Place(shown)
        if path.is_symlink() and (is_workbook or path.is_dir()):
            faults.append(remark("link_not_followed", place))
        elif is_workbook and path.is_file():
            files[inside.as_posix()] = path
            faults += [] if shown == inside.as_posix() else [remark("file_name_unprintable", place)]
    if faults:
        raise InputFault(*faults)
    if not files:
        raise InputFault.because("folder_without_workbooks", Place(str(folder)))
    return files


def _is_unshowable(letter: str) -> bool:
    """Tell a control character, or a byte of a name that is no text."""
    return unicodedata.category(letter) in {"Cc", "Cs"}


def read_reviews(folder: str | os.PathLike[str], progress: Callable[[str, int, int], None] | None = None) -> Review:
    """Read every workbook of a folder and of those in it as one review.

    Hidden files, and those that a spreadsheet program lays beside an open one (``~$…``), are left out. A workbook in
    another format (.xlsb, .ods) is a fault: to leave it out would leave out whoever sent it.

    Parameters
    ----------
    folder : str or path-like
        The folder. A file's name in messages is its path from here.
    progress : callable, optional
        Called after each file with its name, how many are done, and how many there are.

    Returns
    -------
    Review

    Raises
    ------
    InputFault
        With every fault of all files.
    MissingExtraError
        If python-calamine is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.io import read_example, write_review
    >>> with TemporaryDirectory() as folder:
    ...     path = write_review(read_example(), f"{folder}/so_noi_vu.xlsx")
    ...     review = read_reviews(folder, lambda file, done, total: print(f"{done}/{total} {file}"))
    1/1 so_noi_vu.xlsx
    """
    files = find_workbooks(folder)
    read = []
    for done, (file, path) in enumerate(files.items(), start=1):
        read.append(_read_workbook(path, file))
        if progress:
            progress(file, done, len(files))
    return review_of(read)


# One workbook


@dataclass(slots=True)
class _ReadTable:
    """The rows of a sheet as they stand, the state of each if it has one, and the letters of its columns."""

    table: Table
    frame: pd.DataFrame
    states: list[State | None]
    letters: Mapping[str, str]

    @property
    def by_state(self) -> bool:
        return self.table.name in TABLES_BY_STATE

    def rows(self, state: State | None) -> pd.DataFrame:
        """Return the rows of one state, or those of none."""
        return self.frame[np.array([found is state for found in self.states], dtype=bool)]


@dataclass(slots=True)
class ReadWorkbook:
    """What one workbook holds, what is wrong with its build, and whether its tables can be put together."""

    file: str
    tables: dict[str, _ReadTable] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    sound: bool = True

    def cell(self, place: Place) -> str | None:
        """Return the cell of a place that names a row and a column of this workbook."""
        read = next((one for one in self.tables.values() if one.table.name == place.table), None)
        letter = read.letters.get(place.column or "") if read and place.file == self.file else None
        return f"{letter}{place.row}" if letter and place.row else None


def _read_workbook(path: Path, file: str) -> ReadWorkbook:
    read = ReadWorkbook(file)
    try:
        workbook = open_workbook(path, file, formats=("xlsx", "xls"))
    except InputFault as error:
        read.remarks += error.faults
        read.sound = False
        return read
    for name, sheet in _sheets_of_tables(workbook, read).items():
        try:
            read_sheet(TABLES[name], workbook.sheet(sheet), Place(file, sheet), read)
        except InputFault as error:
            read.remarks += error.faults
            read.sound = False
    return read


def _sheets_of_tables(workbook: Workbook, read: ReadWorkbook) -> dict[str, str]:
    """Find the sheet of each table, and say which are missing, unknown or there twice."""
    titles = {fold(title): table.name for table in TABLES.values() for title in (table.name, table.en, table.vi)}
    unread = {fold(INTRODUCTION), fold(LISTS)}
    sheets: dict[str, str] = {}
    unknown = []
    for sheet in workbook.names:
        name = titles.get(fold(sheet))
        if name is None:
            unknown += [sheet] if fold(sheet) not in unread else []
        elif name in sheets:
            place = Place(read.file, sheet)
            read.remarks.append(remark("sheet_twice", place, first=sheets[name], second=sheet))
            read.sound = False
        else:
            sheets[name] = sheet
    missing = [name for name in REQUIRED_TABLES if name not in sheets]
    for sheet in unknown:
        absent = [TABLES[name].vi for name in TABLES if name not in sheets]
        near = suggest(sheet, absent, 1)
        if near:
            read.remarks.append(remark("sheet_misspelt", Place(read.file, sheet), near=near[0]))
            missing = [name for name in missing if TABLES[name].vi != near[0]]
            read.sound = False
        else:
            read.remarks.append(remark("sheet_unknown", Place(read.file, sheet)))
    for name in missing:
        title = TABLES[name].vi
        near = suggest(title, workbook.names) or workbook.names
        read.remarks.append(remark("sheet_missing", Place(read.file), sheet=title, near="; ".join(near)))
        read.sound = False
    return {name: sheets[name] for name in TABLES if name in sheets}


def read_sheet(table: Table, sheet: Sheet, place: Place, read: ReadWorkbook) -> None:
    """Read the rows of a sheet, or whatever has cells like one, into the workbook that it is of."""
    headings = find_headings(table, sheet.rows, place)
    if headings is None:
        is_blank = not any(_is_filled(cell) for row in sheet.rows for cell in row) and not sheet.marks
        if table.name in REQUIRED_TABLES or not is_blank:
            examples = "; ".join(list(heading_labels(table).values())[:3])
            read.remarks.append(remark("sheet_without_headings", place, rows=HEADING_ROWS, examples=examples))
            read.sound = False
        return
    read.remarks += headings.remarks
    read.sound = read.sound and headings.knows_its_rows(table)
    rows = _filled_rows(headings, sheet)
    read.remarks += _notes_on_formulas(table, headings, sheet, rows, place)
    columns: dict[str, list[Any]] = {
        name: _column(table, name, sheet, rows, position)
        for name, position in headings.columns.items()
        if name != STATE
    }
    columns |= {name: [Unreadable()] * len(rows) for name in headings.unreadable - {STATE}}
    columns[ORIGIN] = [origin_text(place.file or "", place.sheet or "", row + 1) for row in rows]
    letters = {name: column_letters(position) for name, position in headings.columns.items()}
    states = _states(headings, sheet, rows, place, read) if table.name in TABLES_BY_STATE else []
    read.tables[table.name] = _ReadTable(table, pd.DataFrame(columns, dtype=object), states, letters)


def _filled_rows(headings: Headings, sheet: Sheet) -> list[int]:
    """Return the rows below the headings with something in a column of the table."""
    positions = list(headings.columns.values())
    marked = {row for row, column in sheet.marks if column in positions}
    below = range(headings.row + 1, len(sheet.rows))
    first = min(positions)
    return [
        row
        for row in below
        if _is_filled(sheet.rows[row][first])
        or row in marked
        or any(_is_filled(sheet.rows[row][one]) for one in positions)
    ]


def _is_filled(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _notes_on_formulas(
    table: Table, headings: Headings, sheet: Sheet, rows: Sequence[int], place: Place
) -> list[Remark]:
    """Say of each column how many of its cells count with what a formula gave, and where the first is."""
    notes = []
    for name, position in headings.columns.items() if sheet.formulas else ():
        found = [row for row in rows if (row, position) in sheet.formulas]
        if found:
            label = STATE_HEADING["vi"] if name == STATE else table.column(name).vi
            here = Place(place.file, place.sheet, f"{column_letters(position)}{found[0] + 1}")
            notes.append(remark("formula_values", here, column=label, count=len(found)))
    return notes


def _column(table: Table, name: str, sheet: Sheet, rows: Sequence[int], position: int) -> list[Any]:
    """Return the cells of a column, whole numbers as such, with a fault in the place of what cannot be read."""
    cells = [sheet.rows[row][position] for row in rows]
    kinds = set(map(type, cells))
    if kinds <= {str, float}:
        # No two of these are equal but different, so each is looked at once.
        plain = {one: _plain_value(one) for one in set(cells)}
        values = [plain[one] for one in cells]
    else:
        is_code = table.column(name).kind in _CODES
        values = [_code(one) if is_code else _plain_value(one) for one in cells]
    if sheet.marks:
        marks = (sheet.marks.get((row, position)) for row in rows)
        values = [one if mark is None else Unreadable(mark) for one, mark in zip(values, marks, strict=True)]
    return values


def _plain_value(cell: object) -> object:
    """Return a whole number as such, and None for a blank cell."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


def _code(value: object) -> object:
    if not isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        return _plain_value(value)
    shown = value.strftime("%d/%m/%Y") if isinstance(value, dt.date) else str(value)
    return Unreadable(remark("cell_code_is_not_text", value=shown))


def _states(
    headings: Headings, sheet: Sheet, rows: Sequence[int], place: Place, read: ReadWorkbook
) -> list[State | None]:
    """Read the state of each row; a row without one belongs to neither and makes the workbook unsound."""
    if STATE in headings.unreadable:
        return [None] * len(rows)
    column = headings.columns[STATE]
    states: list[State | None] = []
    known: dict[object, State | tuple[Remark, ...]] = {}
    for row in rows:
        cell, mark = sheet.rows[row][column], sheet.marks.get((row, column))
        found = known.get((cell, mark))
        if found is None:
            found = known[cell, mark] = _state(cell, mark)
            Bound.UNKNOWN_STATES.check(len(known) - len(State), place)
        if isinstance(found, State):
            states.append(found)
        else:
            here = {"file": place.file, "sheet": place.sheet, "cell": f"{column_letters(column)}{row + 1}"}
            read.remarks += [fault.at(**here) for fault in found]
            read.sound = False
            states.append(None)
    return states


def _state(cell: object, mark: Remark | None) -> State | tuple[Remark, ...]:
    """Read a state, or say why it cannot be."""
    if mark:
        return (mark,)
    if not _is_filled(cell):
        labels = {state.value: state.label() for state in State}
        return (remark("state_blank", column=STATE_HEADING["vi"], **labels),)
    try:
        return State.parse(str(cell))
    except TthcCostError as error:
        return error.faults


# All workbooks


def review_of(workbooks: Sequence[ReadWorkbook]) -> Review:
    """Make one review of all workbooks, or raise every fault of all of them."""
    remarks = [one for read in workbooks for one in read.remarks]
    sound = [read for read in workbooks if read.sound]
    # What other tables refer to may be in a table that could not be read, so an unsound workbook is checked by itself.
    for read in workbooks:
        if not read.sound:
            remarks += _faults_of_cells(read)
    if not any(len(read.tables["procedures"].frame) for read in workbooks if "procedures" in read.tables):
        remarks += [remark("no_procedures", Place(read.file, TABLES["procedures"].vi)) for read in sound]
    tables = (_tables(sound, state) for state in (State.BASELINE, State.SIMPLIFIED, None))
    try:
        if not sound:
            Validation.of(remarks).raise_faults()
        return Review.from_tables(*tables, remarks=remarks)
    except InputFault as error:
        by_file = {read.file: read for read in workbooks}
        said = in_order(error.faults, by_file, lambda place: by_file[place.file or ""].cell(place))
        raise InputFault(*said) from None


def _tables(workbooks: Iterable[ReadWorkbook], state: State | None) -> dict[str, pd.DataFrame]:
    """Stack the tables of one state, or those of the review, from all workbooks."""
    frames: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for read in workbooks:
        for name, one in read.tables.items():
            if one.by_state:
                if state is not None:
                    frames[name].append(one.rows(state))
            elif (name in REVIEW_TABLE_NAMES) == (state is None):
                frames[name].append(one.frame)
    return {name: pd.concat(several, ignore_index=True) for name, several in frames.items()}


def _faults_of_cells(read: ReadWorkbook) -> list[Remark]:
    """Say what is wrong with the cells of a workbook whose tables cannot be put together."""
    faults = []
    for name, one in read.tables.items():
        is_known = not one.by_state or None not in one.states
        for frame in [one.rows(state) for state in (*State, None)] if one.by_state else [one.frame]:
            said = [fault for fault in conform(name, frame).remarks if fault.severity is Severity.FAULT]
            faults += [fault for fault in said if is_known or fault.code != "duplicate_key"]
    return faults


def in_order(faults: Iterable[Remark], files: Iterable[str], cell_of: Callable[[Place], str | None]) -> list[Remark]:
    """Give each fault its cell, drop repetitions, and sort by file, keeping the order within one."""
    rank = {file: number for number, file in enumerate(files)}
    placed = (
        one if one.place.cell or one.place.file not in rank else one.at(cell=cell_of(one.place)) for one in faults
    )
    return sorted(dict.fromkeys(placed), key=lambda fault: rank.get(fault.place.file or "", len(rank)))
