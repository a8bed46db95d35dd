"""Text files of cells (CSV): read within bounds whatever separates them, written so that no spreadsheet runs them."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault
from tthc_cost.io.archive_parts import read_contents
from tthc_cost.io.headings import HEADING_ROWS
from tthc_cost.io.opening import MOST_CELLS, MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tthc_cost.errors import Place

__all__ = ["check_size", "delimited_cells", "delimited_text"]

_SEPARATORS: Final = ",;\t"
_RUN: Final = frozenset("=+-@\t\r'")
"""What a spreadsheet takes for the beginning of a formula, and the mark that keeps it from doing so."""
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def delimited_cells(path: Path, place: Place, headings: Callable[[Sequence[Sequence[str]]], int]) -> list[list[str]]:
    r"""Read the cells of a CSV file, all of them text, each row filled up to the same width.

    Commas, semicolons or tabs separate the cells: those among which the most headings are found. A leading apostrophe
    that `delimited_text` put there is taken off.

    Parameters
    ----------
    path : pathlib.Path
        The file: UTF-8, with or without a byte order mark.
    place : Place
        Where it stands, for messages.
    headings : callable
        How many headings the first rows hold.

    Raises
    ------
    InputFault
        If it is missing, empty, too large, of another encoding, or its quotation marks do not close.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.errors import Place
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "procedures.csv"
    ...     _ = path.write_text("procedure;name\n1.004080;Cấp, đổi thẻ\n", encoding="utf-8-sig")
    ...     delimited_cells(path, Place(path.name), lambda rows: len({"procedure", "name"} & {*rows[0]}))
    [['procedure', 'name'], ['1.004080', 'Cấp, đổi thẻ']]
    """
    text = _decoded(read_contents(path, place), place)
    separator = max(_SEPARATORS, key=lambda one: headings(_top(text, one)))
    check_size(1, text.count(separator), place)
    try:
        rows = list(islice(_reader(text, separator), MOST_ROWS + 1))
    except csv.Error as error:
        raise InputFault.because("csv_damaged", place, reason=error) from None
    width = max(map(len, rows), default=0)
    check_size(len(rows), width, place)
    return [[_without_mark(cell) for cell in row] + [""] * (width - len(row)) for row in rows]


def check_size(rows: int, columns: int, place: Place) -> None:
    """Raise an `InputFault` if a table has too many rows or cells.

    Parameters
    ----------
    rows, columns : int
        How many it has.
    place : Place
        Where it stands.
    """
    if rows > MOST_ROWS or rows * columns > MOST_CELLS:
        raise InputFault.because("table_too_large", place, rows=MOST_ROWS, cells=MOST_CELLS)


def delimited_text(rows: Iterable[Sequence[str]]) -> bytes:
    r"""Write cells as a CSV file: UTF-8 with a byte order mark, so that Excel shows the accents; separated by commas.

    A cell that a spreadsheet would run, and one that begins with an apostrophe, gets an apostrophe before it.

    Parameters
    ----------
    rows : iterable of sequences of str
        The cells.

    Examples
    --------
    >>> delimited_text([["1.004080", "=1+1", "Lý do, căn cứ"]]).decode("utf-8-sig")
    '1.004080,\'=1+1,"Lý do, căn cứ"\r\n'
    """
    target = io.StringIO(newline="")
    csv.writer(target).writerows([f"'{cell}" if cell[:1] in _RUN else cell for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _without_mark(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:2] in _RUN else cell


def _decoded(data: bytes, place: Place) -> str:
    if data.startswith(_WIDE_MARKS) or 0 in data[:4]:
        raise InputFault.because("csv_encoding", place, row=1, seen="UTF-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise InputFault.because("csv_encoding", place, row=row, seen=f"0x{data[error.start]:02X}") from None


def _reader(text: str, separator: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _top(text: str, separator: str) -> list[list[str]]:
    """Return the first rows as they read with a separator, up to where they cannot be read."""
    rows = []
    try:
        for row in islice(_reader(text, separator), HEADING_ROWS):
            rows.append(row)  # noqa: PERF402 - what was read before an error counts
    except csv.Error:
        pass
    return rows
