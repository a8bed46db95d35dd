"""What is ordered and by when: programmes (kế hoạch) with their targets, tasks and deadlines, read from dated TOML."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from tthc_cost.arithmetic import parse_target
from tthc_cost.cells import read_value
from tthc_cost.errors import InputFault, Place, TthcCostError, UnknownNameError, remark
from tthc_cost.schema import Column, ColumnKind, is_blank
from tthc_cost.vocabulary import Kind, Level, Measure, fold, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tthc_cost.errors import Remark
    from tthc_cost.vocabulary import Term

    TermT = TypeVar("TermT", bound=Term)
    T = TypeVar("T")

__all__ = ["Deadline", "Programme", "Target", "Task", "programme", "programmes"]

_NO_DATE: Final = date.min


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a task is to be done: before a day, again and again, or after something else.

    Parameters
    ----------
    levels : tuple of Level
        Whom it binds; empty for every lead of the task.
    round : int or None
        Round of the review it belongs to.
    before : date or None
        The day before which it is to be done: strictly, so by its eve.
    recurring : bool
        Whether it comes again and again ("thường xuyên").
    relative_to : str or None
        What it follows, in the plan's words ("ngay sau khi …").
    text : str
        The plan's own words.
    """

    levels: tuple[Level, ...]
    round: int | None
    before: date | None
    recurring: bool
    relative_to: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached, and by when.

    Parameters
    ----------
    code, name, name_en : str
        Stable code, and its name in Vietnamese and English.
    measure : Measure
        What is measured.
    required : Fraction
        Share to be reached, exactly: 1/5 for 20 %.
    before : date
        The day before which it is to be reached: strictly, so by its eve.
    kinds : tuple of Kind
        Kinds of procedures in the denominator; empty for all.
    text : str
        The plan's own words.
    source : str
        Place in the plan, for example ``"II.1.b"``.
    notes : tuple of str
        What a reader must know, in Vietnamese.
    """

    code: str
    name: str
    name_en: str
    measure: Measure
    required: Fraction
    before: date
    kinds: tuple[Kind, ...]
    text: str
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, by whom, with what result.

    Parameters
    ----------
    code : str
        Place in the plan or its appendix, for example ``"3.1"``.
    group : str
        Heading it stands under; empty outside the appendix.
    name : str
        The task in the plan's words.
    leads, supports : tuple of str
        Lead and supporting agencies, as the plan names them.
    levels : tuple of Level
        Levels that owe the task: those of its leads.
    result : str
        What comes out of it.
    deadlines : tuple of Deadline
        When it is due; empty when the plan does not say.
    notes : tuple of str
        What a reader must know, in Vietnamese.
    """

    code: str
    group: str
    name: str
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    levels: tuple[Level, ...]
    result: str
    deadlines: tuple[Deadline, ...]
    notes: tuple[str, ...]

    def deadlines_of(self, level: Level) -> tuple[Deadline, ...]:
        """Return the deadlines that bind a level; none for a level that does not owe the task."""
        if level not in self.levels:
            return ()
        return tuple(deadline for deadline in self.deadlines if level in (deadline.levels or self.levels))


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as it was issued: scope, targets, tasks, and where it contradicts itself.

    Parameters
    ----------
    code, name, name_en, place : str
        Stable code, name in Vietnamese and English, and where it holds.
    number, issued, issuing_body, signed_by : str
        Number and date of the document (as printed; a blank stays blank), who issued and who signed it.
    legal_basis, scope, exclusions, subjects, requirements, recipients : tuple of str
        The plan's own words, an entry a paragraph.
    funding : str
        Where the money comes from, in the plan's words.
    controlling_agency : str
        The office that controls procedures (cơ quan kiểm soát TTHC).
    starts, ends : date
        First and last day.
    rounds : tuple of int
        Rounds of the review.
    targets : tuple of Target
        What is to be reached.
    tasks : tuple of Task
        What is to be done.
    notes : tuple of str
        Contradictions and gaps, in Vietnamese, each beginning with its place.
    source, confidence : str
        Where it was read, and ``"F"``, ``"M"`` (to be confirmed) or ``"stated"``.
    """

    code: str
    name: str
    name_en: str
    place: str
    number: str
    issued: str
    issuing_body: str
    signed_by: str
    legal_basis: tuple[str, ...]
    scope: tuple[str, ...]
    exclusions: tuple[str, ...]
    subjects: tuple[str, ...]
    requirements: tuple[str, ...]
    recipients: tuple[str, ...]
    funding: str
    controlling_agency: str
    starts: date
    ends: date
    rounds: tuple[int, ...]
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...]
    notes: tuple[str, ...]
    source: str
    confidence: str

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a programme of one's own; ``data/programmes/lai-chau-2022-2025.toml`` is the model to follow.

        Parameters
        ----------
        text : str
            The TOML. Required are ``code``, ``name``, ``controlling_agency``, ``starts``, ``ends``; of a target
            ``code``, ``name``, ``measure``, ``required`` (text such as ``"20%"``) and ``before``; of a task ``code``,
            ``name`` and ``leads``, each of which has its levels in the table ``lead_levels``.

        Raises
        ------
        InputFault
            All faults at once, each with its table, code and entry; a text that is not TOML has only that one.

        Examples
        --------
        >>> plan = Programme.from_toml('''
        ... code = "tinh-a-2026"
        ... name = "Kế hoạch rà soát của tỉnh A"
        ... controlling_agency = "Văn phòng UBND tỉnh"
        ... starts = 2026-01-01
        ... ends = 2026-12-31
        ... [[targets]]
        ... code = "cost-20"
        ... name = "Cắt giảm 20% chi phí tuân thủ"
        ... measure = "cost_reduction"
        ... required = "20%"
        ... before = 2027-01-01
        ... ''')
        >>> print(plan.target("cost-20").required)
        1/5
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputFault.because("programme_not_toml", detail=error) from None
        faults: list[Remark] = []
        entries = _Entries(data, "programme", (), faults)
        lead_levels = {
            _tidy(name): _Entries({name: levels}, "lead_levels", (), faults).terms(name, Level)
            for name, levels in entries.table("lead_levels").items()
        }
        rounds = entries.numbers("rounds")
        starts, ends = entries.day("starts"), entries.day("ends")
        if _NO_DATE not in (starts, ends) and ends < starts:
            entries.fault("programme_period", "ends", starts=starts, ends=ends)
        words = entries.words(cls, needed=("code", "name", "controlling_agency"))
        read = cls(
            **words | {"confidence": words["confidence"] or "stated"},
            starts=starts,
            ends=ends,
            rounds=rounds,
            targets=entries.each("targets", _target),
            tasks=entries.each("tasks", lambda task: _task(task, lead_levels, rounds)),
        )
        entries.finish()
        faults += _duplicates(read)
        if faults:
            raise InputFault(*faults)
        return read

    def target(self, code: str) -> Target:
        """Return the target of a code.

        Raises
        ------
        UnknownNameError
            If there is none; the message lists the nearest.
        """
        return self._part({target.code: target for target in self.targets}, code)

    def task(self, code: str) -> Task:
        """Return the task of a code.

        Raises
        ------
        UnknownNameError
            If there is none; the message lists the nearest.
        """
        return self._part({task.code: task for task in self.tasks}, code)

    def _part(self, parts: Mapping[str, T], code: str) -> T:
        if code not in parts:
            known = "; ".join(suggest(code, parts) or parts)
            raise UnknownNameError.because("programme_part_unknown", programme=self.code, value=code, known=known)
        return parts[code]


def programmes() -> tuple[str, ...]:
    """Return the codes of the programmes shipped with the library.

    Examples
    --------
    >>> programmes()
    ('decision-1085', 'lai-chau-2022-2025', 'resolution-66')
    """
    return tuple(sorted(_shipped()))


def programme(code: str) -> Programme:
    """Return a programme shipped with the library.

    Parameters
    ----------
    code : str
        One of `programmes`, in any case.

    Raises
    ------
    UnknownNameError
        If there is none; the message lists the nearest.

    Examples
    --------
    >>> programme("lai-chau-2022-2025").target("cost-20").before
    datetime.date(2025, 1, 1)
    """
    names = {fold(name): name for name in programmes()}
    if fold(code) not in names:
        known = "; ".join(suggest(code, programmes()) or programmes())
        raise UnknownNameError.because("programme_unknown", value=code, known=known)
    return Programme.from_toml(_shipped()[names[fold(code)]])


@cache
def _shipped() -> Mapping[str, str]:
    folder = files("tthc_cost") / "data" / "programmes"
    return {
        path.name.removesuffix(".toml"): path.read_text(encoding="utf-8")
        for path in folder.iterdir()
        if path.name.endswith(".toml")
    }


def _target(entries: _Entries) -> Target:
    return Target(
        **entries.words(Target, needed=("code", "name")),
        measure=entries.term("measure", Measure),
        required=entries.share("required"),
        before=entries.day("before"),
        kinds=entries.terms("kinds", Kind),
    )


def _task(entries: _Entries, lead_levels: Mapping[str, tuple[Level, ...]], rounds: tuple[int, ...]) -> Task:
    words = entries.words(Task, needed=("code", "name", "leads"))
    for lead in words["leads"]:
        if lead not in lead_levels:
            entries.fault("programme_lead", "leads", value=lead)
    owing = {level for lead in words["leads"] for level in lead_levels.get(lead, Level)}
    levels = tuple(level for level in Level if level in owing)
    deadlines = entries.each("deadlines", lambda deadline: _deadline(deadline, levels, rounds))
    return Task(**words, levels=levels, deadlines=deadlines)


def _deadline(entries: _Entries, owing: tuple[Level, ...], rounds: tuple[int, ...]) -> Deadline:
    deadline = Deadline(
        levels=entries.terms("levels", Level),
        round=entries.number("round"),
        before=entries.day("before") if entries.has("before") else None,
        recurring=entries.flag("recurring"),
        relative_to=entries.text("relative_to") or None,
        text=entries.text("text"),
    )
    if (deadline.before is not None) + deadline.recurring + (deadline.relative_to is not None) != 1:
        entries.fault("programme_deadline", "deadlines", value=deadline.text)
    for level in deadline.levels:
        if level not in owing:
            entries.fault("programme_deadline_level", "deadlines", value=deadline.text, level=level.label())
    if deadline.round is not None and deadline.round not in rounds:
        known = ", ".join(map(str, rounds)) or "–"
        entries.fault("programme_round", "deadlines", value=deadline.text, round=deadline.round, known=known)
    return deadline


def _duplicates(read: Programme) -> Iterable[Remark]:
    for table, parts in (("targets", read.targets), ("tasks", read.tasks)):
        for code, n in Counter(part.code for part in parts if part.code).items():
            if n > 1:
                yield remark("programme_duplicate", Place(table=table, key=(code,), column="code"), value=code, n=n)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


class _Entries:
    """One table of the TOML: gives each entry as its kind, and notes what is missing, wrong or not known."""

    def __init__(self, data: Mapping[str, Any], table: str, key: tuple[str, ...], faults: list[Remark]) -> None:
        self._data, self._table, self._key, self._faults = data, table, key, faults
        self._asked: list[str] = []

    def fault(self, code: str, column: str, /, **values: object) -> None:
        """Note a fault of an entry."""
        self._faults.append(remark(code, Place(table=self._table, key=self._key, column=column), **values))

    def finish(self) -> None:
        """Note every entry that nobody asked for."""
        for name in self._data:
            if name not in self._asked:
                known = ", ".join(suggest(name, self._asked) or self._asked)
                self.fault("programme_entry_unknown", name, name=name, known=known)

    def has(self, name: str) -> bool:
        """Say whether there is such an entry."""
        self._asked.append(name)
        return name in self._data

    def _get(self, name: str, kind: type[T], default: T, example: str, *, needed: bool = False) -> T:
        value = self._data[name] if self.has(name) else default
        if needed and isinstance(value, str | list) and not (value.strip() if isinstance(value, str) else value):
            self.fault("programme_missing", name, name=name, example=example)
        return value if self._is(value, kind, name, f"{name} = {example}") else default

    def _is(self, value: object, kind: type, name: str, example: str) -> bool:
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not right:
            self.fault("programme_type", name, name=name, value=repr(value), example=example)
        return right

    def _several(self, name: str, kind: type[T], example: str, *, needed: bool = False) -> Iterator[tuple[int, T]]:
        values: list[T] = self._get(name, list, [], example, needed=needed)
        written = f"{name} = {example}"
        return ((n, value) for n, value in enumerate(values, start=1) if self._is(value, kind, name, written))

    def text(self, name: str, *, needed: bool = False) -> str:
        """Read a text, trimmed and composed (NFC)."""
        return _tidy(self._get(name, str, "", '"…"', needed=needed))

    def texts(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        """Read a list of texts."""
        return tuple(_tidy(value) for _, value in self._several(name, str, '["…"]', needed=needed))

    def words(self, kind: type, needed: tuple[str, ...]) -> dict[str, Any]:
        """Read the fields of a class that are texts or lists of texts."""
        readers: dict[Any, Callable[..., Any]] = {"str": self.text, "tuple[str, ...]": self.texts}
        found = {one.name: readers[one.type] for one in fields(kind) if one.type in readers}
        return {name: read(name, needed=name in needed) for name, read in found.items()}

    def number(self, name: str) -> int | None:
        """Read a whole number, None if there is none."""
        return self._get(name, int, 0, "1") if self.has(name) else None

    def numbers(self, name: str) -> tuple[int, ...]:
        """Read a list of whole numbers."""
        return tuple(value for _, value in self._several(name, int, "[1, 2]"))

    def flag(self, name: str) -> bool:
        """Read yes or no; no if there is none."""
        return self._get(name, bool, default=False, example="true")

    def table(self, name: str) -> Mapping[str, Any]:
        """Read a table of the programme's own names."""
        return self._get(name, dict, {}, "{ … }")

    def day(self, name: str) -> date:
        """Read a day, as TOML's own date or as text."""
        read = partial(read_value, Column(name, ColumnKind.DATE, name, name))
        return self._read(name, read, _NO_DATE, "2024-11-30")

    def share(self, name: str) -> Fraction:
        """Read a share exactly, as a target is written."""
        return self._read(name, parse_target, Fraction(0), '"20%"')

    def term(self, name: str, kind: type[TermT]) -> TermT:
        """Read a term of the field."""
        return self._read(name, lambda value: kind.parse(str(value)), next(iter(kind)), f'"{next(iter(kind))}"')

    def terms(self, name: str, kind: type[TermT]) -> tuple[TermT, ...]:
        """Read a list of terms."""
        found = (self._parsed(name, kind.parse, value) for value in self.texts(name))
        return tuple(term for term in found if term is not None)

    def _read(self, name: str, read: Callable[[Any], T], default: T, example: str) -> T:
        value = self._data[name] if self.has(name) else ""
        if is_blank(value):
            self.fault("programme_missing", name, name=name, example=example)
            return default
        found = self._parsed(name, read, value)
        return default if found is None else found

    def _parsed(self, name: str, read: Callable[[Any], T], value: object) -> T | None:
        try:
            return read(value)
        except TthcCostError as error:
            self._faults += [fault.at(table=self._table, key=self._key, column=name) for fault in error.faults]
            return None

    def each(self, name: str, read: Callable[[_Entries], T]) -> tuple[T, ...]:
        """Read a list of tables, one by one."""
        found = []
        for number, value in self._several(name, dict, "[{ … }]"):
            own = value.get("code")
            key = (_tidy(own),) if isinstance(own, str) else (*self._key, str(number))
            entries = _Entries(value, name, key, self._faults)
            found.append(read(entries))
            entries.finish()
        return tuple(found)
