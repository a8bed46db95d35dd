"""Workbooks of our layout: the empty template that departments fill in, and a review written into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, MismatchError, UnknownNameError, Validation, remark
from tthc_cost.inventory import TABLE_NAMES
from tthc_cost.io.books import LONGEST_TEXT
from tthc_cost.io.headings import STATE, TABLES_BY_STATE
from tthc_cost.io.instructions import OF_REVIEWS
from tthc_cost.io.reading import REQUIRED_TABLES
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.io.table_sheets import TableSheet, table_workbook
from tthc_cost.schema import ORIGIN, TABLES, row_place
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from tthc_cost.conformity import AnyFrame
    from tthc_cost.errors import Remark
    from tthc_cost.review import Review
    from tthc_cost.schema import Table

__all__ = ["check_texts", "stacked_tables", "write_review", "write_template"]

_SHEETS: Final = (
    "procedures", "documents", "steps", "activities", "decisions", "proposals",
    "rates", "agencies", "volumes", "task_records", "criteria", "ranges",
)  # fmt: skip


def write_template(
    path: str | os.PathLike[str], *, tables: Mapping[str, AnyFrame] | None = None, force: bool = False
) -> Path:
    """Write the workbook that departments fill in, empty or with what is known already.

    Parameters
    ----------
    path : str or path-like
        Where to write it (.xlsx).
    tables : mapping of str to any dataframe, optional
        Tables by name to fill it with beforehand, for example the procedures, documents and steps of the inventory, so
        that departments add only the costs; rows of tables of two states are written as the baseline's.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    UnknownNameError
        If there is no table of a name.
    InputFault
        With every fault of the tables.
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(f"{folder}/mau.xlsx").name
    'mau.xlsx'
    """
    return _write(_filled_beforehand(tables or {}), Path(path), "", force=force)


def _filled_beforehand(tables: Mapping[str, AnyFrame]) -> dict[str, pd.DataFrame]:
    unknown = [name for name in tables if name not in TABLES]
    if unknown:
        raise UnknownNameError.because("unknown_table", value=", ".join(unknown), known=", ".join(TABLES))
    conformed = {name: conform(name, frame) for name, frame in tables.items()}
    Validation.of(said for one in conformed.values() for said in one.remarks).raise_faults()
    state = {STATE: State.BASELINE.value}
    return {
        name: one.frame.assign(**state) if name in TABLES_BY_STATE else one.frame for name, one in conformed.items()
    }


def write_review(review: Review, path: str | os.PathLike[str], *, force: bool = False, about: str = "") -> Path:
    """Write a review as a workbook; `read_review` reads it back equal, save where its rows came from.

    The file is whole or absent, and the same review gives the same bytes. Whatever looks like a formula is text.

    Parameters
    ----------
    review : Review
        The review.
    path : str or path-like
        Where to write it (.xlsx).
    force : bool
        Whether a file that is already there may be replaced.
    about : str
        What its first sheet should say of it, in lines.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    MismatchError
        If the two states state different rates: a workbook holds one table of them.
    InputFault
        If a text is too long for a cell or holds characters that no cell can.
    MissingExtraError
        If XlsxWriter is not installed.
    """
    return _write(stacked_tables(review), path, about, force=force)


def stacked_tables(review: Review) -> dict[str, pd.DataFrame]:
    """Return the tables of a review by name, both states in one where there are two, each row with its ``state``.

    Parameters
    ----------
    review : Review
        The review.

    Raises
    ------
    MismatchError
        If the two states state different rates: there is one table of them.
    """
    tables = dict(review.tables["review"])
    states = {State.BASELINE: review.baseline, State.SIMPLIFIED: review.simplified}
    for name in TABLE_NAMES:
        if name in TABLES_BY_STATE:
            frames = [one.tables[name].assign(**{STATE: state.value}) for state, one in states.items()]
            tables[name] = pd.concat(frames, ignore_index=True)
    rates = [one.tables["rates"].drop(columns=ORIGIN) for one in states.values()]
    if not rates[0].equals(rates[1]):
        raise MismatchError.because("rates_of_two_states", sheet=TABLES["rates"].vi)
    return tables | {"rates": review.baseline.tables["rates"]}


def _write(tables: Mapping[str, pd.DataFrame], path: str | os.PathLike[str], about: str, *, force: bool) -> Path:
    target = check_file(path, force=force)
    check_texts(tables)
    sheets = [TableSheet(TABLES[name], tables.get(name), is_required=name in REQUIRED_TABLES) for name in _SHEETS]
    return save_file(target, table_workbook(OF_REVIEWS, sheets, about), force=force)


def check_texts(tables: Mapping[str, pd.DataFrame], known: Mapping[str, Table] = TABLES) -> None:
    """Refuse texts that a cell would cut short, or that would make the file unreadable."""
    faults: list[Remark] = []
    for name, frame in tables.items():
        table = known[name]
        for column in (one for one in table.columns if one.dtype == "string"):
            for position, text in enumerate(frame[column.name].tolist()):
                if isinstance(text, str) and (len(text) > LONGEST_TEXT or not _is_of_xml(text)):
                    row = {str(key): value for key, value in frame.iloc[position].items()}
                    place = row_place(table, row, column.name)
                    faults.append(remark("text_unwritable", place, length=len(text), limit=LONGEST_TEXT))
    if faults:
        raise InputFault(*faults)


def _is_of_xml(text: str) -> bool:
    return text.isprintable() or not any("\ud800" <= one <= "\udfff" or one in "\ufffe\uffff" for one in text)
