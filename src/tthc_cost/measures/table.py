"""Simplification measures as a sheet: read from the table in which departments state them, and written back."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.cells import read_value
from tthc_cost.conformity import as_pandas
from tthc_cost.errors import InputFault, Place, TthcCostError, remark
from tthc_cost.measures.columns import MEASURES, LegalAction, LineAfter, MeasureKind
from tthc_cost.measures.kinds import KINDS
from tthc_cost.schema import ORIGIN, is_blank, row_place, rows_of
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tthc_cost.conformity import AnyFrame
    from tthc_cost.errors import Remark
    from tthc_cost.measures.kinds import SimplificationMeasure

__all__ = ["measures_frame", "measures_from_table"]

_LEGAL: Final = tuple(one.name for one in fields(LegalAction))
_OF_LINES: Final = tuple(one.name for one in fields(LineAfter))
_SHARED: Final = frozenset({"name", "frequency", "population"})
"""Columns that are the line's in a row that names a line, and the measure's own in one that does not."""
_ABOUT: Final = frozenset({"measure", "kind", "excluded", ORIGIN})

Row = dict[str, Any]


def measures_from_table(frame: AnyFrame) -> tuple[SimplificationMeasure, ...]:
    """Read measures from a table.

    A measure is one row or several with one code. A row that names an activity says what becomes of that line; the
    measure's own columns may stand in any of its rows, and need not be repeated. ``name``, ``frequency`` and
    ``population`` belong to the line in a row that names one, and to the measure in one that does not.

    Parameters
    ----------
    frame : any dataframe
        Columns of `MEASURES`; ``measure``, ``kind`` and ``procedure`` must be there, others may be absent, and columns
        that the table does not know are not read.

    Returns
    -------
    tuple of SimplificationMeasure
        In order of their first rows, without those marked as excluded.

    Raises
    ------
    InputFault
        With every fault of every row, excluded or not.

    Examples
    --------
    >>> sheet = pd.DataFrame({
    ...     "measure": ["PA-1", "PA-1"], "kind": ["rút ngắn bước", None], "procedure": ["NB-07", None],
    ...     "step": ["2", None], "activity": ["3", "4"], "effort_hours": ["45 phút", None], "dropped": [None, "x"],
    ... })
    >>> [line.activity for line in measures_from_table(sheet)[0].lines]
    ['3', '4']
    """
    frame = as_pandas(frame)
    faults = _check_headings(frame)
    if faults:
        raise InputFault(*faults)
    groups: dict[str, list[Row]] = {}
    for row in rows_of(frame):
        known = {name: None if is_blank(row.get(name)) else row.get(name) for name in MEASURES.names}
        if all(value is None for name, value in known.items() if name != ORIGIN):
            continue
        try:
            code = read_value(MEASURES.column("measure"), known["measure"])
        except TthcCostError as error:
            faults += [_at(one, known) for one in error.faults]
            continue
        if code is None:
            faults.append(remark("blank_required", row_place(MEASURES, known, "measure"), column="Mã phương án"))
            continue
        groups.setdefault(code, []).append({**known, "measure": code})
    measures = []
    for rows in groups.values():
        measure, found = _measure_of(rows)
        faults += found
        if measure is not None:
            measures.append(measure)
    if faults:
        raise InputFault(*faults)
    return tuple(measures)


def _check_headings(frame: pd.DataFrame) -> list[Remark]:
    given = [str(name) for name in frame.columns]
    place = Place(table=MEASURES.name)
    absent = [column.name for column in MEASURES.columns if column.name not in given]
    found = [
        remark("missing_column", place, column=column.name, near="; ".join(suggest(column.name, given) or given) or "–")
        for column in MEASURES.columns
        if column.present and column.name in absent
    ]
    found += [remark("repeated_column", place, column=name) for name in dict.fromkeys(given) if given.count(name) > 1]
    for name in given:
        near = () if name in MEASURES.names else suggest(name, absent, 1)
        if near:
            found.append(remark("misspelt_column", place, column=name, near=near[0]))
    return found


def _at(fault: Remark, row: Row) -> Remark:
    """Return a fault at the cell of a row."""
    there = row_place(MEASURES, row, fault.place.column)
    return fault.at(file=there.file, sheet=there.sheet, row=there.row, table=there.table, key=there.key)


def _measure_of(rows: Sequence[Row]) -> tuple[SimplificationMeasure | None, list[Remark]]:
    """Return the measure that rows of one code state, None where it is excluded or at fault, and what is wrong."""
    first = rows[0]
    own, faults = _own_values(rows)
    if own["kind"] is None:
        return None, [*faults, remark("blank_required", row_place(MEASURES, first, "kind"), column="Loại phương án")]
    try:
        kind = MeasureKind.parse(str(own["kind"]))
        excluded = read_value(MEASURES.column("excluded"), own["excluded"])
    except TthcCostError as error:
        return None, faults + [_at(one.at(column=one.place.column or "kind"), first) for one in error.faults]
    cls = KINDS[kind]
    names = {one.name for one in fields(cls)}
    faults += _stray_cells(rows, kind, names)
    lines = []
    for row in rows:
        if row["activity"] is not None and "lines" in names:
            try:
                lines.append(LineAfter(**_stated(row, _OF_LINES)))
            except TthcCostError as error:
                faults += [_at(one, row) for one in error.faults]
    values = _stated(own, names)
    values |= {"lines": tuple(lines)} if lines else {}
    required = [one.name for one in fields(cls) if one.default is MISSING and one.name not in values]
    values |= dict.fromkeys(required)
    values["code"] = first["measure"]
    try:
        measure = cls(**values, legal=LegalAction(**_stated(own, _LEGAL)))
    except TthcCostError as error:
        return None, faults + [_at(one, first) for one in error.faults]
    return (None if excluded or faults else measure), faults


def _stated(row: Mapping[str, Any], names: Iterable[str]) -> Row:
    return {name: row[name] for name in names if row.get(name) is not None}


def _own_values(rows: Sequence[Row]) -> tuple[Row, list[Remark]]:
    """Gather what the rows of a measure say of the measure itself: each column as the first row that states it."""
    own: Row = {}
    faults = []
    for column in MEASURES.columns:
        name = column.name
        said = [row for row in rows if row[name] is not None and not _is_of_line(row, name)]
        own[name] = said[0][name] if said else None
        faults += [
            remark(
                "measure_rows_differ", row_place(MEASURES, row, name),
                measure=row["measure"], column=column.vi, column_en=column.en,
            )
            for row in said[1:]
            if name not in _ABOUT - {"kind"} and str(row[name]).strip() != str(own[name]).strip()
        ]  # fmt: skip
    return own, faults


def _is_of_line(row: Row, name: str) -> bool:
    """Tell whether a cell belongs to the line that its row names."""
    return name in _OF_LINES and (name not in _SHARED or row["activity"] is not None)


def _stray_cells(rows: Sequence[Row], kind: MeasureKind, names: Iterable[str]) -> list[Remark]:
    """Refuse cells that mean nothing for this kind of measure."""
    own = {*names, *_LEGAL, *_ABOUT}
    found = []
    for row in rows:
        of_line = row["activity"] is not None and "lines" in own
        for column in MEASURES.columns:
            if row[column.name] is None or (of_line and column.name in _OF_LINES):
                continue
            if column.name not in own:
                found.append(
                    remark(
                        "measure_unknown_kind_field", row_place(MEASURES, row, column.name), kind=kind.label(),
                        kind_en=kind.label("en"), column=column.vi, column_en=column.en,
                    )
                )  # fmt: skip
    return found


def measures_frame(measures: Iterable[SimplificationMeasure]) -> pd.DataFrame:
    """Write measures as a table: what `measures_from_table` reads back equal.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        In any order.

    Returns
    -------
    pandas.DataFrame
        Columns of `MEASURES` but ``excluded``, values as Python objects; of each measure one row with what is its own,
        and one row for each line that it names.
    """
    rows: list[Row] = []
    for measure in measures:
        own = {one.name: getattr(measure, one.name) for one in fields(measure)}
        lines, legal = own.pop("lines", ()), own.pop("legal")
        code = own.pop("code")
        own |= {name: getattr(legal, name) for name in _LEGAL}
        rows.append({"measure": code, "kind": measure.kind.value, **{name: _plain(one) for name, one in own.items()}})
        for line in lines:
            said = {"activity": line.activity, "dropped": line.dropped or None, **line.figures}
            rows.append({"measure": code, "kind": measure.kind.value, "procedure": measure.procedure, **said})
    names = [column.name for column in MEASURES.columns if column.name != "excluded"]
    cells = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    return pd.DataFrame(cells, columns=names)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return ";".join(value) or None
    return value.value if hasattr(value, "value") else value
