"""A review as a folder of one file a table, CSV or Parquet, read and written."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections import defaultdict
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tthc_cost.errors import InputFault, MissingExtraError, Place, UnknownNameError, remark
from tthc_cost.io.archive_parts import read_contents
from tthc_cost.io.delimited import check_size, delimited_cells, delimited_text
from tthc_cost.io.headings import STATE, find_headings
from tthc_cost.io.opening import Sheet
from tthc_cost.io.reading import REQUIRED_TABLES, ReadWorkbook, read_sheet, review_of
from tthc_cost.io.saving import check_folder, save_folder
from tthc_cost.io.writing import check_texts, stacked_tables
from tthc_cost.numerals import bare
from tthc_cost.schema import ORIGIN, TABLES, is_blank, rows_of
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    import pandas as pd

    from tthc_cost.errors import Remark
    from tthc_cost.review import Review
    from tthc_cost.schema import Table

__all__ = ["FORMATS", "Format", "find_tables", "read_csv_table", "read_tables", "write_tables"]

Format = Literal["csv", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "parquet")

_GROUP_OF_THOUSANDS: Final = 3
_ARROW_TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "float64": "float64",
    "Int64": "int64",
    "boolean": "bool",
    "datetime64[s]": "date32",
}


def read_tables(folder: str | os.PathLike[str]) -> Review:
    """Read a review from a folder of one file a table.

    Each file is named as its table is, ``procedures.csv`` or ``TTHC.csv``; a table of both states has a column
    ``state`` (*Trạng thái*). Headings are found as in a workbook, by their Vietnamese or English words or by the
    column's name. CSV files are UTF-8, their cells separated by commas, semicolons or tabs, and every cell is text: a
    code such as ``1.004080`` stays as it is. A number has a decimal point or a comma; where both readings are
    possible, as of ``1.125`` hours, it is a fault, and ``1.1250`` says which.

    Parameters
    ----------
    folder : str or path-like
        The folder; files of other kinds are passed over.

    Returns
    -------
    Review

    Raises
    ------
    InputFault
        With every fault of all files, each with file, row and column; rows count from the headings, which are row 1.
    MissingExtraError
        If a file is Parquet and PyArrow is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.io import read_example
    >>> with TemporaryDirectory() as folder:
    ...     path = write_tables(read_example(), f"{folder}/ra_soat")
    ...     read_tables(path) == read_example()
    True
    """
    path = Path(folder)
    read = ReadWorkbook(path.resolve().name)
    for name, file in _files(path, read).items():
        try:
            _READERS[file.suffix.lower()](TABLES[name], file, Place(read.file, file.name), read)
        except InputFault as error:
            read.remarks += error.faults
            read.sound = False
    return review_of([read])


def find_tables(folder: str | os.PathLike[str]) -> dict[str, tuple[Path, ...]]:
    """Find the files of a folder that are named as a table is.

    Parameters
    ----------
    folder : str or path-like
        The folder; its own folders, hidden files and files of other kinds are passed over.

    Returns
    -------
    dict of str to tuple of Path
        The files of each table, sorted, under the table's name; other CSV and Parquet files under the empty text.

    Raises
    ------
    InputFault
        If there is no such folder, or a file is a link, which may lead out of it.
    """
    path = Path(folder)
    if not path.is_dir():
        raise InputFault.because("folder_missing", Place(str(path)))
    titles = {bare(title): table.name for table in TABLES.values() for title in (table.name, table.en, table.vi)}
    found = defaultdict(list)
    for file in sorted(path.iterdir()):
        if file.suffix.lower() in _READERS and not file.name.startswith((".", "~$")) and file.is_file():
            found[titles.get(bare(file.stem), "")].append(file)
    links = [file for files in found.values() for file in files if file.is_symlink()]
    if links:
        raise InputFault(*(remark("link_not_followed", Place(file.name)) for file in links))
    return {name: tuple(files) for name, files in found.items()}


def _files(folder: Path, read: ReadWorkbook) -> dict[str, Path]:
    """Find the file of each table, and say which are missing, unknown or there twice."""
    found = find_tables(folder)
    unknown = found.pop("", ())
    faults = [
        remark("table_file_twice", Place(read.file, files[1].name), table=TABLES[name].vi, first=files[0].name)
        for name, files in found.items()
        if len(files) > 1
    ]
    named: set[str] = set()
    for file in unknown:
        absent = {title: name for name in TABLES if name not in found for title in (name, TABLES[name].vi)}
        near = suggest(file.stem, absent, 1)
        place = Place(read.file, file.name)
        if near:
            faults.append(remark("table_file_misspelt", place, near=f"{absent[near[0]]}{file.suffix}"))
            named.add(absent[near[0]])
        else:
            read.remarks.append(remark("table_file_unknown", place))
    faults += [
        remark("table_file_missing", Place(read.file), table=TABLES[name].vi, file=f"{name}.csv")
        for name in REQUIRED_TABLES
        if name not in found and name not in named
    ]
    read.remarks += faults
    read.sound = not faults
    return {name: found[name][0] for name in TABLES if name in found}


# CSV


def read_csv_table(table: Table, path: Path, place: Place, read: ReadWorkbook) -> None:
    """Read a CSV file into the workbook that it stands for; headings are found as in a sheet."""

    def headings(rows: Sequence[Sequence[str]]) -> int:
        try:
            found = find_headings(table, _squared(rows), place)
        except InputFault:
            return 0
        return len(found.columns) if found else 0

    read_sheet(table, Sheet(delimited_cells(path, place, headings), {}), place, read)


def _squared(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [[*row] + [""] * (width - len(row)) for row in rows]


def _as_csv(frame: pd.DataFrame) -> bytes:
    return delimited_text([list(frame.columns), *([_text(cell) for cell in row.values()] for row in rows_of(frame))])


def _text(cell: object) -> str:
    """Write a cell so that it has one reading: a fraction of three digits could be thousands, and gets a fourth."""
    if is_blank(cell):
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if not isinstance(cell, float):
        return str(cell)
    text = format(Decimal(repr(cell)), "f")
    return text.removesuffix(".0") if len(text.partition(".")[2]) != _GROUP_OF_THOUSANDS else f"{text}0"


# Parquet


def _arrow() -> ModuleType:
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="pyarrow", extra="engines") from None
    return import_module("pyarrow")


def _read_parquet(table: Table, path: Path, place: Place, read: ReadWorkbook) -> None:
    """Read a file whose names and values become a sheet: the names are its first row."""
    names, columns = _columns(read_contents(path, place), place)
    marks = {}
    for position, values in enumerate(columns):
        for row, value in enumerate(values):
            if fault := _fault_of(value, names[position]):
                marks[row + 1, position] = fault
                values[row] = ""
    cells = [names, *(list(row) for row in zip(*columns, strict=True))]
    read_sheet(table, Sheet(cells, marks), place, read)
    if table.name in read.tables:
        read.tables[table.name].letters = {}


def _fault_of(value: object, column: str) -> Remark | None:
    if isinstance(value, float) and math.isnan(value):
        return remark("not_finite", column=column, value="NaN")
    if not isinstance(value, (str, int, float, Decimal, dt.date)):
        return remark("parquet_value", type=type(value).__name__)
    return None


def _columns(data: bytes, place: Place) -> tuple[list[str], list[list[Any]]]:
    """Return the names and values of a Parquet file; a text that stands in many rows is held once."""
    arrow = _arrow()
    try:
        file = arrow.parquet.ParquetFile(io.BytesIO(data))
        names = file.schema_arrow.names
        check_size(file.metadata.num_rows, len(names), place)
        is_text = [arrow.types.is_string(kind) or arrow.types.is_large_string(kind) for kind in file.schema_arrow.types]
        texts = [name for name, holds_text in zip(names, is_text, strict=True) if holds_text]
        read = arrow.parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts).read()
        return names, [_values(arrow, column) for column in read.columns]
    except InputFault:
        raise
    except (arrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise InputFault.because("parquet_damaged", place, reason=type(error).__name__) from None


def _values(arrow: ModuleType, column: Any) -> list[Any]:  # noqa: ANN401 - PyArrow has no types
    values: list[Any] = []
    for chunk in column.chunks:
        if arrow.types.is_dictionary(chunk.type):
            texts = chunk.dictionary.to_pylist()
            values += ["" if index is None else texts[index] for index in chunk.indices.to_pylist()]
        else:
            values += ["" if value is None else value for value in chunk.to_pylist()]
    return values


def _as_parquet(frame: pd.DataFrame) -> bytes:
    arrow = _arrow()
    columns = {}
    for name in frame.columns:
        kind = arrow.type_for_alias(_ARROW_TYPES[str(frame[name].dtype)])
        cells = [None if is_blank(cell) else cell for cell in frame[name].tolist()]
        columns[name] = arrow.array([one.date() if isinstance(one, dt.datetime) else one for one in cells], kind)
    target = io.BytesIO()
    arrow.parquet.write_table(arrow.table(columns), target)
    return target.getvalue()


# A folder


_READERS: Final[Mapping[str, Callable[[Table, Path, Place, ReadWorkbook], None]]] = {
    ".csv": read_csv_table,
    ".parquet": _read_parquet,
}
_WRITERS: Final[Mapping[str, Callable[[pd.DataFrame], bytes]]] = {"csv": _as_csv, "parquet": _as_parquet}


def write_tables(
    review: Review,
    folder: str | os.PathLike[str],
    *,
    format: Format = "csv",  # noqa: A002 - the word for it
    force: bool = False,
) -> Path:
    """Write a review as a folder of one file a table; `read_tables` reads it back equal, save where its rows came from.

    Columns have the names of the schema, and terms their codes; in CSV dates are ISO texts, and numbers have a decimal
    point and no thousands marks.

    Parameters
    ----------
    review : Review
        The review.
    folder : str or path-like
        Where to write; its parent must be there.
    format : {"csv", "parquet"}
        CSV is UTF-8 with a byte order mark, separated by commas; a text that a spreadsheet would run gets an apostrophe
        before it, which `read_tables` takes off.
    force : bool
        Whether a folder that is already there may be used.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    UnknownNameError
        For another format.
    OutputExistsError
        If the folder is there and `force` is not given.
    MismatchError
        If the two states state different rates: there is one table of them.
    InputFault
        If a text is too long for a cell of the CSV, or something cannot be written.
    MissingExtraError
        If Parquet is asked for and PyArrow is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from tthc_cost.io import read_example
    >>> with TemporaryDirectory() as folder:
    ...     path = write_tables(read_example(), f"{folder}/ra_soat")
    ...     (path / "decisions.csv").read_text(encoding="utf-8-sig").splitlines()[0][:27]
    'procedure,decision,replaced'
    """
    if format not in FORMATS:
        raise UnknownNameError.because("unknown_format", value=format, known=", ".join(FORMATS))
    target = check_folder(folder, force=force)
    tables = stacked_tables(review)
    if format == "csv":
        check_texts(tables)
    contents = {f"{name}.{format}": _WRITERS[format](_plain(TABLES[name], frame)) for name, frame in tables.items()}
    return save_folder(target, contents, force=force)


def _plain(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as files hold it: its state first, without where its rows came from."""
    state = [STATE] if STATE in frame.columns else []
    return frame[[*state, *(name for name in table.names if name != ORIGIN)]].astype({STATE: "string"} if state else {})
