"""Which agency owes which task of a programme, and where each task stands on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import remark
from tthc_cost.schema import TABLES, row_place
from tthc_cost.vocabulary import TaskState, fold, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from tthc_cost.errors import Remark
    from tthc_cost.programmes import Deadline, Programme, Task
    from tthc_cost.review import Review

__all__ = ["Office", "Register", "TaskResult", "agency_name", "judge_tasks", "register_of"]

_EVE: Final = dt.timedelta(days=1)
_COMMITTEE: Final = fold("Ủy ban nhân dân")
_OFFICE: Final = fold("Văn phòng")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskResult:
    """Where one task stands with one agency.

    Parameters
    ----------
    task, deadline : Task, Deadline
        What is to be done, and when.
    agency : str or None
        Code of the agency that owes it; None when the review does not say which agencies there are.
    state : TaskState
        Done before the day, late on it or after; overdue when it is due and only others have records; no data when
        nobody has; open when it is not due; undated when it has no day.
    done_on : date or None
        When it was done, as known on the day of the check.
    """

    task: Task
    deadline: Deadline
    agency: str | None
    state: TaskState
    done_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Office:
    """One agency of the review, and what it is called."""

    code: str
    names: frozenset[str]
    level: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def exists(self, day: dt.date) -> bool:
        """Tell whether it exists on a day; its first and last day are given, both included."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    def is_called(self, name: str, *, with_place: bool) -> bool:
        """Tell whether a folded name is its own, perhaps with the place added: "Văn phòng UBND tỉnh Lai Châu"."""
        return any(own == name or (with_place and own.startswith(f"{name} ")) for own in self.names)


@dataclass(frozen=True, slots=True)
class Register:
    """The agencies of a review by name, its task records, and who finished what on which day."""

    offices: tuple[Office, ...]
    by_name: Mapping[str, Office]
    records: tuple[Row, ...]
    done: Mapping[tuple[str, str], dt.date]


def register_of(review: Review | None) -> Register:
    """Gather the agencies that are listed, and those that are only known by their records."""
    if review is None:
        return Register((), {}, (), {})
    tables = review.tables["review"]
    records = tuple(_rows(tables["task_records"]))
    listed = [
        Office(
            row["agency"],
            frozenset(agency_name(row[name]) for name in ("agency", "name") if row[name] is not None),
            row["level"],
            _date(row["valid_from"]),
            _date(row["valid_to"]),
        )
        for row in _rows(tables["agencies"])
    ]
    if not listed:
        return Register((), {}, records, {})
    known = {name for office in listed for name in office.names}
    unlisted = {row["agency"] for row in records if agency_name(row["agency"]) not in known}
    offices = sorted(
        [*listed, *(Office(agency, frozenset({agency_name(agency)})) for agency in unlisted)], key=lambda one: one.code
    )
    by_name: dict[str, Office] = {agency_name(office.code): office for office in offices}
    for office in offices:
        by_name |= {name: office for name in office.names if name not in by_name}
    done: dict[tuple[str, str], dt.date] = {}
    for row in records:
        key, day = (row["task"], by_name[agency_name(row["agency"])].code), _date(row["done_on"])
        if day is not None:
            done[key] = min(day, done.get(key, day))
    return Register(tuple(offices), by_name, records, done)


def _owing(register: Register, task: Task, deadline: Deadline, controlling: str, on: dt.date) -> list[Office]:
    """Return the agencies that owe a task by a deadline, sorted."""
    when = on if deadline.before is None else deadline.before - _EVE
    there = [office for office in register.offices if office.exists(when)]

    def called(name: str) -> set[Office]:
        with_place = _is_part(name, controlling)
        return {office for office in there if office.is_called(name, with_place=with_place)}

    leads = {name: called(name) for name in map(agency_name, task.leads)}
    owing = set().union(*leads.values())
    if any(not offices and not _is_part(name, controlling) for name, offices in leads.items()):
        supporting = set().union(*map(called, map(agency_name, task.supports)))
        levels = deadline.levels or task.levels
        owing |= {office for office in there if office.level in levels} - supporting
    return sorted(owing, key=lambda office: office.code)


def judge_tasks(
    review: Review | None, programme: Programme, on: dt.date
) -> tuple[tuple[TaskResult, ...], list[Remark]]:
    """Judge each task of a programme, with each agency that owes it, by the review's records.

    Parameters
    ----------
    review : Review or None
        Agencies and task records; None when there are none.
    programme : Programme
        What was ordered.
    on : date
        The day; what was done later is not known on it.

    Returns
    -------
    results : tuple of TaskResult
        In the programme's order, agencies sorted.
    remarks : list of Remark
        Records that answer to no task, or to none that their agency owes.
    """
    register = register_of(review)
    controlling = agency_name(programme.controlling_agency)
    reported = {row["task"] for row in register.records}
    results: list[TaskResult] = []
    used: set[tuple[str, str]] = set()
    for task in programme.tasks:
        has_data = any(_record_key(task, deadline) in reported for deadline in task.deadlines)
        for deadline in task.deadlines:
            owing = _owing(register, task, deadline, controlling, on) if register.records else []
            for office in owing:
                key = (_record_key(task, deadline), office.code)
                used.add(key)
                day = register.done.get(key)
                done = None if day is None or day > on else day
                state = _task_state(deadline, done, on, has_data=has_data)
                results.append(TaskResult(task, deadline, office.code, state, done))
            if not owing:
                state = TaskState.UNDATED if deadline.before is None else TaskState.NO_DATA
                results.append(TaskResult(task, deadline, None, state, None))
    return tuple(results), list(_idle_records(register, programme, used))


def _task_state(deadline: Deadline, done: dt.date | None, on: dt.date, *, has_data: bool) -> TaskState:
    if deadline.before is None:
        return TaskState.DONE if done is not None and not deadline.recurring else TaskState.UNDATED
    if done is not None:
        return TaskState.DONE if done < deadline.before else TaskState.LATE
    if on < deadline.before:
        return TaskState.OPEN
    return TaskState.OVERDUE if has_data else TaskState.NO_DATA


def _record_key(task: Task, deadline: Deadline) -> str:
    return task.code if deadline.round is None else f"{task.code}/{deadline.round}"


def _idle_records(register: Register, programme: Programme, used: set[tuple[str, str]]) -> Iterator[Remark]:
    """Say which records answer to no task, or to none that their agency owes."""
    if register.records and not register.offices:
        yield remark("task_agencies_blank")
    keys = [_record_key(task, deadline) for task in programme.tasks for deadline in task.deadlines]
    known = {*keys, *(task.code for task in programme.tasks if not task.deadlines)}
    for row in register.records:
        said = {"value": row["task"]}
        if row["task"] not in known:
            near = "; ".join(suggest(row["task"], keys) or keys)
            yield remark("task_record_unknown", row_place(TABLES["task_records"], row, "task"), known=near, **said)
        elif register.offices and row["task"] in keys:
            office = register.by_name[agency_name(row["agency"])]
            if (row["task"], office.code) not in used:
                place = row_place(TABLES["task_records"], row, "agency")
                yield remark("task_record_unused", place, agency=row["agency"], **said)


def _rows(frame: pd.DataFrame) -> list[Row]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _date(value: pd.Timestamp | None) -> dt.date | None:
    return None if value is None else value.date()


def agency_name(text: str) -> str:
    """Fold an agency's name, its usual abbreviations brought to one form.

    Examples
    --------
    >>> agency_name("VP Ủy ban nhân dân tỉnh") == agency_name("Văn phòng UBND tỉnh")
    True
    """
    words = fold(text).replace(_COMMITTEE, "ubnd").split()
    return " ".join(_OFFICE if word == "vp" else word for word in words)


def _is_part(name: str, controlling: str) -> bool:
    """Tell whether a folded name is the controlling agency's, with or without its place."""
    return f"{name} ".startswith(f"{controlling} ") or f"{controlling} ".startswith(f"{name} ")
