"""What is said when something is wrong: remarks with a place and a way to mend them, and the errors that carry them."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "AmbiguousQuantityError",
    "DateOutOfRangeError",
    "DimensionError",
    "InputFault",
    "Language",
    "MismatchError",
    "MissingExtraError",
    "NeedsLinesError",
    "OutputExistsError",
    "Place",
    "Remark",
    "Severity",
    "TargetTypeError",
    "TthcCostError",
    "UnknownNameError",
    "Validation",
    "WrongKindError",
    "ZeroBaselineError",
    "remark",
    "require",
]

Language = Literal["vi", "en"]

SHOWN_OF_ONE_CODE = 20
"""How many remarks of one code an error prints; the rest are counted, and stay in ``error.faults``."""


class Severity(StrEnum):
    """How much a remark weighs: a fault stops the calculation, a warning and a note do not."""

    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in a file, or in a table that never was one.

    Parameters
    ----------
    file, sheet, cell
        Workbook, sheet and cell (``"H12"``), when the table was read from one.
    row
        Row of the sheet, counted from 1 as the sheet does.
    table, key, column
        Table of the schema, key of the row (its key columns in order) and column.
    state
        ``"baseline"`` or ``"simplified"``, for a table of one state that was not read from a file.
    """

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    table: str | None = None
    key: tuple[str, ...] = ()
    column: str | None = None
    state: str | None = None

    def text(self, language: Language = "vi") -> str:
        """Say the place in one line, from the file inwards; empty when nothing is known."""
        words = {"vi": ("dòng", "bảng", "cột"), "en": ("row", "table", "column")}[language]
        states = {"vi": {"baseline": "hiện tại", "simplified": "sau đơn giản hóa"}}.get(language, {})
        parts = [self.file, self.sheet]
        if self.cell:
            parts.append(self.cell)
        elif self.row:
            parts.append(f"{words[0]} {self.row}")
        if self.table and not self.sheet:
            state = f" ({states.get(self.state, self.state)})" if self.state else ""
            parts.append(f"{words[1]} {self.table}{state}")
        if self.key:
            parts.append("/".join(self.key))
        if self.column and not self.cell:
            parts.append(f"{words[2]} {self.column}")
        return " › ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about the input: a fault, a warning or a note of the catalogue, at its place.

    Parameters
    ----------
    code
        Stable name of the remark in the catalogue, for example ``"unknown_grade"``.
    place
        Where it stands.
    values
        What fills the sentence: pairs of a name and the text to show.
    """

    code: str
    place: Place = field(default_factory=Place)
    values: tuple[tuple[str, str], ...] = ()

    @property
    def severity(self) -> Severity:
        """Fault, warning or note, as the catalogue has it for this code."""
        return Severity(_catalogue()[self.code]["severity"])

    def text(self, language: Language = "vi") -> str:
        """Say where, what and why, and how to mend it, in one language."""
        entry = _catalogue()[self.code]
        values = dict(self.values)
        what = entry[language].format_map(values)
        mend = entry.get(f"{language}_mend", "").format_map(values)
        if mend:
            what = f"{what} {'Cách sửa' if language == 'vi' else 'To mend it'}: {mend}"
        place = self.place.text(language)
        return f"{place}: {what}" if place else what

    def at(self, **where: Any) -> Self:  # noqa: ANN401 - the fields of Place are of several types
        """Return the same remark with parts of its place filled in."""
        return replace(self, place=replace(self.place, **where))


def remark(code: str, place: Place | None = None, /, **values: object) -> Remark:
    """Make a remark of the catalogue; the values are shown as ``str`` gives them."""
    return Remark(code, place or Place(), tuple((name, str(value)) for name, value in values.items()))


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every sentence the library can say of its input: one file a room in ``data/messages``."""
    entries: dict[str, Mapping[str, str]] = {}
    for source in sorted((files("tthc_cost") / "data" / "messages").iterdir(), key=lambda path: path.name):
        for code, entry in tomllib.loads(source.read_text(encoding="utf-8")).items():
            if code in entries:
                raise RuntimeError(code)
            entries[code] = entry
    return entries


def _listing(remarks: Iterable[Remark], say: Callable[[Remark], str], rest: Callable[[int, str], str]) -> str:
    """List remarks in order, at most ``SHOWN_OF_ONE_CODE`` of a code, and count the others."""
    counts: Counter[str] = Counter()
    lines = []
    for one in remarks:
        counts[one.code] += 1
        if counts[one.code] <= SHOWN_OF_ONE_CODE:
            lines.append(say(one))
    lines += [rest(n - SHOWN_OF_ONE_CODE, code) for code, n in counts.items() if n > SHOWN_OF_ONE_CODE]
    return "\n".join(lines)


class TthcCostError(Exception):
    """Root of the library's errors.

    Parameters
    ----------
    *faults
        What is wrong, everything at once.

    Attributes
    ----------
    faults : tuple of Remark
        The same, for programs.
    """

    def __init__(self, *faults: Remark) -> None:
        super().__init__(*faults)
        self.faults = faults

    @classmethod
    def because(cls, code: str, place: Place | None = None, /, **values: object) -> Self:
        """Make the error from one remark of the catalogue."""
        return cls(remark(code, place, **values))

    def text(self, language: Language = "vi") -> str:
        """Say all faults in one language, a line each."""
        more = {"vi": "… và {n} lỗi {code} nữa", "en": "… and {n} more of {code}"}[language]
        return _listing(self.faults, lambda one: one.text(language), lambda n, code: more.format(n=n, code=code))

    def __str__(self) -> str:
        return _listing(
            self.faults,
            lambda one: f"{one.text('vi')}\n  {one.text('en')}",
            lambda n, code: f"… và {n} lỗi {code} nữa / and {n} more of {code}",
        )


class InputFault(TthcCostError, ValueError):  # noqa: N818 - "fault" is the field's word, DESIGN section 5
    """The input holds faults; all of them are in ``faults``."""


class AmbiguousQuantityError(TthcCostError, ValueError):
    """A text has no reading as the quantity its place asks for, or more than one."""


class DimensionError(TthcCostError, TypeError):
    """A quantity of one kind stands where another is asked for, for example elapsed days for effort."""


class UnknownNameError(TthcCostError, LookupError):
    """A grade, a programme, a procedure or a term that does not exist."""


class DateOutOfRangeError(TthcCostError, LookupError):
    """A date before the first figure that is known."""


class MismatchError(TthcCostError, ValueError):
    """Two things that cannot be compared or combined."""


class NeedsLinesError(TthcCostError, TypeError):
    """A question about the lines, asked of published totals that have none."""


class TargetTypeError(TthcCostError, TypeError):
    """A target given as a binary float; text, ``Fraction`` and ``Decimal`` are exact."""


class ZeroBaselineError(TthcCostError, ZeroDivisionError):
    """Whether a reduction of nothing meets a target has no answer."""


class WrongKindError(TthcCostError, TypeError):
    """An argument of another kind than asked for, for example a table where a `RateTable` belongs."""


def require(value: object, kind: type, argument: str) -> None:
    """Raise a `WrongKindError` unless a value is of a kind.

    Parameters
    ----------
    value : object
        What was given.
    kind : type
        What is asked for.
    argument : str
        Name of the argument, for the message.
    """
    if not isinstance(value, kind):
        given = type(value).__name__
        raise WrongKindError.because("wrong_kind", argument=argument, expected=kind.__name__, given=given)


class MissingExtraError(TthcCostError, ImportError):
    """A library of an extra is not installed."""


class OutputExistsError(TthcCostError, FileExistsError):
    """The output is already there, and overwriting was not asked for."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a look at the input found, by weight.

    Parameters
    ----------
    faults, warnings, notes
        Remarks of each severity, in the order found.
    """

    faults: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    @classmethod
    def of(cls, remarks: Iterable[Remark]) -> Self:
        """Sort remarks into faults, warnings and notes."""
        found = tuple(remarks)
        return cls(*(tuple(one for one in found if one.severity is severity) for severity in Severity))

    def __add__(self, other: Validation) -> Validation:
        return Validation(self.faults + other.faults, self.warnings + other.warnings, self.notes + other.notes)

    def __bool__(self) -> bool:
        """Tell whether nothing stands in the way of the calculation."""
        return not self.faults

    def __iter__(self) -> Iterator[Remark]:
        return iter(self.faults + self.warnings + self.notes)

    def raise_faults(self) -> None:
        """Raise every fault at once as an `InputFault`; do nothing when there are none."""
        if self.faults:
            raise InputFault(*self.faults)
