"""The things of the field as frozen dataclasses, one class a table, and their way to frames and back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pandas as pd

from tthc_cost.cells import read_value
from tthc_cost.errors import InputFault, Remark, TthcCostError
from tthc_cost.schema import TABLES, ColumnKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from tthc_cost.vocabulary import Answer, Bearer, Criterion, DecisionKind, Kind, Level, Stage

__all__ = [
    "Activity",
    "Agency",
    "CriterionAnswer",
    "Decision",
    "Document",
    "Procedure",
    "Proposal",
    "Range",
    "Rate",
    "Step",
    "TaskRecord",
    "Volume",
    "from_frame",
    "to_frame",
]

Row = TypeVar("Row")


def _read_fields(row: object) -> None:
    """Read every field of a new object as its column says, and raise all faults at once."""
    table = TABLES[_TABLE_OF[type(row)]]
    faults: list[Remark] = []
    for column in table.columns:
        value = getattr(row, column.name)
        if column.kind is ColumnKind.CODES and not isinstance(value, str):
            value = ";".join(value)
        try:
            read = read_value(column, value)
        except TthcCostError as error:
            faults += [one.at(table=table.name, column=column.name) for one in error.faults]
            continue
        if column.kind is ColumnKind.CODES:
            read = tuple(read.split(";")) if read else ()
        elif read is not None and column.term is not None:
            read = column.term.parse(read)
        if read is None and column.filled:
            faults.append(
                Remark("blank_required", values=(("column", column.vi),)).at(table=table.name, column=column.name)
            )
        object.__setattr__(row, column.name, read)
    if faults:
        raise InputFault(*faults)


@dataclass(frozen=True, slots=True)
class Procedure:
    """One internal administrative procedure (TTHC nội bộ).

    Parameters
    ----------
    procedure : str
        Its stable code, such as ``"NB-07"`` or ``"1.004080"``.
    name : str
        Its name.
    kind, level : Kind, Level, or a label of theirs
        The plan's group and the level of government that carries it out.
    field, agency, reviewing_agency, coordinating_agencies, issuing_body : str, optional
        Field; who resolves it; who drafted the rule and so reviews it; who takes part; who issued the rule.
    channel, subject, result, conditions : str, optional
        How it is submitted, by whom, to what end, on which conditions.
    dossier_sets : int, optional
        Sets of the dossier.
    deadline_days : float, optional
        Statutory elapsed time [working days].
    frequency : float, optional
        Times a year, set by rule [1/year].
    population : int, optional
        Subjects a year [count].
    in_scope : bool
        Whether the programme covers it; blank means it does.
    exclusion, legal_basis : str, optional
        Why it is out of scope; where it is laid down.
    announced_by : str, optional
        The decision that announced it.
    announced_on, publicised_on : datetime.date or text, optional
        When it was announced (công bố) and publicised (công khai).
    source : str, optional
        Where the figures come from.

    Raises
    ------
    InputFault
        With every field that cannot be read.

    Examples
    --------
    >>> Procedure("NB-07", "Điều chuyển tài sản công", level="cấp tỉnh", deadline_days="15 ngày làm việc").deadline_days
    15.0

    References
    ----------
    Decree 63/2010/NĐ-CP, article 8(2).
    """

    procedure: str
    name: str
    kind: Kind | str | None = None
    level: Level | str | None = None
    field: str | None = None
    agency: str | None = None
    reviewing_agency: str | None = None
    coordinating_agencies: str | None = None
    issuing_body: str | None = None
    channel: str | None = None
    subject: str | None = None
    result: str | None = None
    conditions: str | None = None
    dossier_sets: int | None = None
    deadline_days: Any = None
    frequency: Any = None
    population: Any = None
    in_scope: bool | None = None
    exclusion: str | None = None
    legal_basis: str | None = None
    announced_by: str | None = None
    announced_on: dt.date | str | None = None
    publicised_on: dt.date | str | None = None
    source: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """The answer to one review criterion, for a procedure or a part of it (Decree 63/2010, article 10)."""

    procedure: str
    component: str
    criterion: Criterion | str
    answer: Answer | str | None = None
    reason: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Document:
    """One component of a procedure's dossier (thành phần hồ sơ): its code, name, copies, and whether it is a form."""

    procedure: str
    document: str
    name: str
    copies: int | None = None
    is_form: bool | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure; `duration_days` is elapsed [working days], `after` names the steps before it."""

    procedure: str
    step: str
    name: str
    performer: str | None = None
    duration_days: Any = None
    after: tuple[str, ...] | str = ()
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the official cost table: what somebody does in one case, and what it takes.

    Parameters
    ----------
    procedure, activity : str
        Code of the procedure, and of the line within it.
    stage, bearer : Stage, Bearer, or a label of theirs
        The row group of the official table, and who bears the cost.
    document, step : str, optional
        What the work belongs to.
    name : str, optional
        What is done.
    grade : str, optional
        Grade of who does it, such as ``"A1/3"``.
    effort_hours : float, text or Quantity, optional
        Work of one case [person-hours]; ``"45 phút"`` is 0.75.
    service_vnd, fee_vnd, other_vnd : int, text or Quantity, optional
        Out-of-pocket money of one case [đồng].
    frequency, population : optional
        Times a year and subjects a year; blank takes the procedure's.
    source : str, optional
        Where the figures come from.

    Raises
    ------
    InputFault
        With every field that cannot be read.

    Examples
    --------
    >>> Activity("NB-07", "1", grade="A1/3", effort_hours="1,5 giờ", fee_vnd="20.000 đồng").effort_hours
    1.5
    """

    procedure: str
    activity: str
    stage: Stage | str | None = None
    document: str | None = None
    step: str | None = None
    name: str | None = None
    bearer: Bearer | str | None = None
    grade: str | None = None
    effort_hours: Any = None
    service_vnd: Any = None
    fee_vnd: Any = None
    other_vnd: Any = None
    frequency: Any = None
    population: Any = None
    source: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Range:
    """The range of an uncertain figure: the table, row key (joined by ``/``) and column it belongs to, low and high."""

    table: str
    key: str
    column: str
    low: float
    high: float
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Rate:
    """The hourly rate of a grade [đồng per person-hour], the day from which it holds, and its source."""

    grade: str
    valid_from: dt.date | str | None
    vnd_per_hour: Any
    source: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency, the one above it, the one it was merged into, and when it existed."""

    agency: str
    name: str | None = None
    level: Level | str | None = None
    parent: str | None = None
    successor: str | None = None
    valid_from: dt.date | str | None = None
    valid_to: dt.date | str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Volume:
    """How often [1/year] and for how many subjects [count] one agency carries a procedure out."""

    procedure: str
    agency: str
    frequency: Any
    population: Any
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the review decides about a procedure, in which round, and how far the proposal has come."""

    procedure: str
    decision: DecisionKind | str
    replaced_by: str | None = None
    round: int | None = None
    reviewed_on: dt.date | str | None = None
    submitted_on: dt.date | str | None = None
    approved_on: dt.date | str | None = None
    effective_on: dt.date | str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """When an agency finished a task of the programme; a task of two rounds is ``"3.1/1"`` and ``"3.1/2"``."""

    task: str
    agency: str
    done_on: dt.date | str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One item of what is to change in a procedure, why, and the legal action that makes it so."""

    procedure: str
    item: str
    content: str | None = None
    reason: str | None = None
    document: str | None = None
    provision: str | None = None
    action: str | None = None
    authority: str | None = None
    due_on: dt.date | str | None = None
    implemented_by: str | None = None
    implemented_on: dt.date | str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        _read_fields(self)


_TABLE_OF: Final[Mapping[type, str]] = {
    Procedure: "procedures",
    CriterionAnswer: "criteria",
    Document: "documents",
    Step: "steps",
    Activity: "activities",
    Range: "ranges",
    Rate: "rates",
    Agency: "agencies",
    Volume: "volumes",
    Decision: "decisions",
    TaskRecord: "task_records",
    Proposal: "proposals",
}


def to_frame(kind: type[Row], rows: Iterable[Row]) -> pd.DataFrame:
    """Write objects of one class as a frame of its table.

    Parameters
    ----------
    kind : type
        A class of this room.
    rows : iterable of that class
        The objects, in order.

    Returns
    -------
    pandas.DataFrame
        One row an object, columns as in the table's contract, values as Python objects.

    Examples
    --------
    >>> to_frame(Volume, [Volume("NB-07", "UBND xã Mường So", 1, 40)])["population"].tolist()
    [40]
    """
    names = TABLES[_TABLE_OF[kind]].names
    cells = [[_plain(getattr(row, name)) for name in names] for row in rows]
    return pd.DataFrame(cells, columns=list(names), dtype=object)


def _plain(value: object) -> object:
    return (";".join(value) or None) if isinstance(value, tuple) else value


def from_frame(kind: type[Row], frame: pd.DataFrame) -> list[Row]:
    """Read the rows of a frame as objects of one class: the inverse of `to_frame`.

    Parameters
    ----------
    kind : type
        A class of this room.
    frame : pandas.DataFrame
        A frame of its table; absent columns are blank.

    Returns
    -------
    list of that class

    Raises
    ------
    InputFault
        With every cell that cannot be read, of the first row that has one.
    """
    names = [one.name for one in fields(kind) if one.name in frame.columns]  # type: ignore[arg-type]
    return [kind(**_objects(names, row)) for row in frame[names].itertuples(index=False, name=None)]


def _objects(names: Iterable[str], row: tuple[Any, ...]) -> dict[str, Any]:
    values = {name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)}
    return {name: value.date() if isinstance(value, pd.Timestamp) else value for name, value in values.items()}
