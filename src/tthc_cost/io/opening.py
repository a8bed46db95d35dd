"""Opening a workbook that a stranger sent: what it is, how large, and which cells only look blank."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.errors import InputFault, MissingExtraError, Place
from tthc_cost.io.archive_parts import (
    main_part,
    read_contents,
    relations_of,
    sealed,
    shared_texts,
    sheets_of,
    unpack,
)
from tthc_cost.io.biff import open_records
from tthc_cost.io.markup import check_prologue, column_letters, damaged, look_at_cells, text_lengths

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from tthc_cost.errors import Remark
    from tthc_cost.io.markup import Area, Cells

__all__ = ["MOST_CELLS", "MOST_ROWS", "Sheet", "Workbook", "open_workbook"]

MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 5_000_000
"""Rows of one sheet, and cells of the rectangle from A1 to its last filled cell."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet from A1 on, and those of them that cannot be read as they stand.

    Parameters
    ----------
    rows
        Values by row; a blank cell is the empty text.
    marks
        Faults of cells by row and column, counted from 0.
    merged
        Merged areas as first row, first column, last row and last column, counted from 0, within the filled part of
        the sheet; no two overlap, so to go through all their cells is bounded too.
    formulas
        Row and column of each cell whose value is what a formula gave when the file was saved.
    hidden_rows
        Rows that are not shown, counted from 0.
    """

    rows: list[list[Any]]
    marks: Mapping[tuple[int, int], Remark]
    merged: tuple[Area, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook: the names of its sheets in order, each read when asked for."""

    file: str
    names: tuple[str, ...]
    read: Callable[[str], tuple[Cells, Callable[[], list[list[Any]]]]]
    """How a sheet is built, and what gives its rows, which is not asked before the first is known to be bearable."""
    hidden: frozenset[str] = frozenset()
    """Which sheets are not shown."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the sheets that are shown, in order."""
        return tuple(name for name in self.names if name not in self.hidden)

    def sheet(self, name: str) -> Sheet:
        """Read a sheet.

        Raises
        ------
        InputFault
            If it is too large or damaged.
        """
        place = Place(self.file, name)
        look, values = self.read(name)
        if look.rows > MOST_ROWS or look.rows * look.columns > MOST_CELLS:
            columns = column_letters(max(look.columns - 1, 0))
            raise InputFault.because(
                "sheet_too_large", place, rows=look.rows, columns=columns, limit=MOST_ROWS, cells=MOST_CELLS
            )
        merged = _merged(look, place)
        rows = values()
        width = max([look.columns, *(len(row) for row in rows)])
        rows += [[] for _ in range(look.rows - len(rows))]
        filled = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
        return Sheet(filled, look.marks, merged, look.formulas, look.hidden_rows)


def open_workbook(path: Path, file: str, *, formats: Sequence[str] = ("xlsx",)) -> Workbook:
    """Open a workbook, refusing at once whatever is none or could do harm.

    What is handed to calamine is a copy of the few parts that make up cells, as they were checked here: so a file
    whose directory lies about sizes, or holds a part twice, is read in one way only. Macros are not among them.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    file : str
        Its name in messages.
    formats : sequence of str
        What it may be: ``"xlsx"`` (with or without macros), and ``"xls"``, the format of Excel 97 to 2003.

    Returns
    -------
    Workbook

    Raises
    ------
    InputFault
        If it is missing, empty, protected, damaged, too large, or of none of the formats.
    MissingExtraError
        If python-calamine is not installed.
    """
    place = Place(file)
    data = read_contents(path, place)
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise InputFault.because("file_encrypted", place)
        if "xls" not in formats:
            raise InputFault.because("file_other_format", place, format=".xls")
        return _open_xls(data, file)
    return _open_xlsx(data, file)


def _open_xlsx(data: bytes, file: str) -> Workbook:
    place = Place(file)
    parts = unpack(data, place)
    main = main_part(parts, place)
    relations = relations_of(main, parts, place)
    sheets, hidden, calculates_on_load = sheets_of(parts, main, relations, place)
    for name in parts.keys() - set(sheets.values()):
        check_prologue(parts[name], place)

    shared = shared_texts(parts, relations, place)
    lengths = text_lengths(parts[shared], place) if shared else []

    calamine = _calamine(sealed(parts), place)

    def read(name: str) -> tuple[Cells, Callable[[], list[list[Any]]]]:
        here = Place(file, name)
        look = look_at_cells(parts[sheets[name]], here, calculates_on_load=calculates_on_load, shared_lengths=lengths)

        def values() -> list[list[Any]]:
            with _contained(here):
                return calamine.get_sheet_by_name(name).to_python(skip_empty_area=False)

        return look, values

    return Workbook(file, tuple(sheets), read, hidden)


def _open_xls(data: bytes, file: str) -> Workbook:
    records = open_records(data, file)

    def read(name: str) -> tuple[Cells, Callable[[], list[list[Any]]]]:
        look, rows = records.read(name)

        def values() -> list[list[Any]]:
            filled: list[list[Any]] = [[""] * look.columns for _ in range(look.rows)]
            for row, cells in rows.items():
                for column, value in cells.items():
                    filled[row][column] = value
            return filled

        return look, values

    return Workbook(file, tuple(records.sheets), read, records.hidden)


def _calamine(source: io.BytesIO, place: Place) -> CalamineWorkbook:
    try:
        from python_calamine import CalamineWorkbook  # noqa: PLC0415 - of an extra
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="python-calamine", extra="report") from None
    with _contained(place):
        return CalamineWorkbook.from_filelike(source)


@contextmanager
def _contained(place: Place) -> Iterator[None]:
    """Turn whatever calamine raises into a fault; a panic of its Rust code is a BaseException that has no name."""
    from python_calamine import CalamineError, PasswordError  # noqa: PLC0415 - of an extra

    try:
        yield
    except PasswordError:
        raise InputFault.because("file_encrypted", place) from None
    except CalamineError as error:
        raise damaged(place, error) from None
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise damaged(place, error) from None


def _merged(look: Cells, place: Place) -> tuple[Area, ...]:
    """Return the merged areas within the filled part of a sheet; areas that overlap are a fault."""
    taken = np.zeros((look.rows, look.columns), dtype=bool)
    areas = []
    for top, left, bottom, right in look.merged:
        area = taken[top : bottom + 1, left : right + 1]
        if area.any():
            cell = f"{column_letters(left)}{top + 1}"
            raise InputFault.because("merges_overlap", Place(place.file, place.sheet, cell))
        area[...] = True
        if area.size > 1:
            areas.append((top, left, top + area.shape[0] - 1, left + area.shape[1] - 1))
    return tuple(areas)
