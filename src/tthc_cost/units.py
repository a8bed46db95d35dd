"""Quantities as people write them: each kind of figure read exactly into its documented unit, or refused with why."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

from tthc_cost.errors import AmbiguousQuantityError, DimensionError, InputFault, Place
from tthc_cost.numerals import (
    DECIMAL_MARKS,
    LONGEST_TEXT,
    bare,
    clean,
    cut,
    exact_number,
    read_numeral,
    rewrite,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    import pint

    from tthc_cost.errors import TthcCostError
    from tthc_cost.numerals import Number

__all__ = [
    "read_count",
    "read_duration",
    "read_effort",
    "read_frequency",
    "read_money",
    "read_number",
    "read_rate",
    "registry",
]


_AMBIGUOUS: Final = frozenset({
    "figure_unreadable", "figure_has_two_readings", "figure_is_range", "figure_is_vague",
    "effort_in_bare_days", "frequency_period",
})  # fmt: skip
"""Codes of what has no reading or more than one; the others say that it is something else."""


@dataclass(frozen=True, slots=True)
class _Amount:
    """A numeral as typed, the scale word after it (1 without one) and its unit (empty without one)."""

    numeral: str
    scale: int
    unit: str


@dataclass(frozen=True, slots=True)
class _Figure:
    """A text taken apart: factors, each a sum of amounts, and what they are divided by."""

    factors: tuple[tuple[_Amount, ...], ...]
    per: tuple[_Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a place asks for: units and what one of them is worth, in text and as a pint unit."""

    words: Mapping[str, str]
    units: Mapping[str, Fraction]
    targets: Mapping[str, Fraction]
    per: Mapping[tuple[str, ...], Fraction]
    refusals: Mapping[str, str]
    whole: bool
    times_people: bool

    def error(self, code: str, shown: str, argument: str, **values: str) -> TthcCostError:
        """Make the error that says what came and what was expected."""
        error = AmbiguousQuantityError if code in _AMBIGUOUS else DimensionError
        return error.because(code, Place(column=argument), value=shown, **self.words, **values)

    def refuse(self, units: set[str], shown: str, argument: str) -> NoReturn:
        """Raise for units that do not belong here, with the particular reason if there is one."""
        reasons = [self.refusals[unit] for unit in sorted(units) if unit in self.refusals]
        raise self.error(reasons[0] if reasons else "wrong_quantity", shown, argument)

    def counts_people(self, factor: tuple[_Amount, ...], figure: _Figure) -> bool:
        """Tell whether a factor only says how many people, or how many times, the other factor stands for."""
        alone = len(factor) == 1 and factor[0].unit in {"", "person"}
        return alone and self.times_people and len(figure.factors) > 1

    def is_whole(self, amount: _Amount, factor: tuple[_Amount, ...], figure: _Figure) -> bool:
        """Tell whether the thing counted comes in whole units, so that three digits after a mark are thousands."""
        return amount.scale == 1 and (self.whole or self.counts_people(factor, figure))


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((files("tthc_cost") / "data" / "units.toml").read_text(encoding="utf-8"))


@cache
def _kind(name: str) -> _Kind:
    """Return one kind of figure, as the data describe it."""
    entry = _data()["kinds"][name]
    return _Kind(
        words={word: entry[word] for word in ("expected", "expected_en", "examples")},
        units={unit: Fraction(worth) for unit, worth in entry["units"].items()},
        targets={unit: Fraction(worth) for unit, worth in entry["targets"].items()},
        per={tuple(units.split()): Fraction(worth) for units, worth in entry["per"].items()},
        refusals={unit: code for code, units in entry.get("refusals", {}).items() for unit in units},
        whole=entry.get("whole", False),
        times_people=entry.get("times_people", False),
    )


@cache
def _effort(hours_per_day: Fraction) -> _Kind:
    kind = _kind("effort")
    return replace(kind, units={**kind.units, "person_day": hours_per_day})


@cache
def _duration(hours_per_working_day: Fraction | None) -> _Kind:
    kind = _kind("duration")
    if hours_per_working_day is None:
        return kind
    hours = {unit: _kind("effort").units[unit] / hours_per_working_day for unit in ("hour", "minute", "second")}
    return replace(
        kind,
        units={**kind.units, **hours},
        targets={**kind.targets, "hour": hours["hour"]},
        refusals={unit: code for unit, code in kind.refusals.items() if unit not in hours},
    )


@cache
def _lexicon() -> Mapping[str, tuple[str, str]]:
    """Return each phrase in bare letters with what it means: its group, and the unit or scale that it names."""
    return {
        bare(phrase): (name, phrase) if group == "joint" else (group, name)
        for group, names in _data()["words"].items()
        for name, phrases in names.items()
        for phrase in phrases
    }


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the library's own pint registry, built when first asked for; its numbers are exact.

    Three kinds of time are kept apart: person-hours (``person_hour``, ``person_day`` of eight), elapsed working time
    (``working_day``) and time of the calendar (``hour``, ``day``, ``month``, ``year``). Money is ``dong``,
    ``thousand_dong``, ``million_dong`` and ``billion_dong``; things that are counted are ``person``, ``dossier``,
    ``procedure`` and, without a dimension, ``subject``. There are no prefixes, and nothing of pint's own list of units.

    Returns
    -------
    pint.UnitRegistry
        Always the same one. Quantities of other registries are read by the names of their units.

    Examples
    --------
    >>> unit = registry()
    >>> print((unit("2 ngày_công") * unit("45265 dong/person_hour")).to("dong"))
    724240 dong
    >>> unit("2 working_day").check("[person] * [time]")
    False
    """
    import pint  # noqa: PLC0415 - plain numbers and text are read without it, and it is slow to import

    units: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
    units.load_definitions(_data()["definitions"].splitlines())
    return units


def read_effort(value: object, *, argument: str = "effort_hours", hours_per_day: Number = 8) -> Fraction:
    """Read effort, the person-hours of work in one case.

    A plain time is person-time: two hours are two person-hours. ``3 người x 2 giờ`` is six. Days are read only as
    *ngày công*; elapsed working days are not effort.

    Parameters
    ----------
    value : int, float, Decimal, Fraction, str or pint.Quantity
        The figure; a plain number is in person-hours, and a float stands for its shortest decimal.
    argument : str
        Name of the column or parameter, for the error.
    hours_per_day : number
        Person-hours of one *ngày công* [h].

    Returns
    -------
    Fraction
        Effort [h], exact.

    Raises
    ------
    AmbiguousQuantityError
        The text has no reading as effort, or more than one (``"1.234"``, ``"10-15"``, ``"2 ngày"``).
    DimensionError
        It is something else, for example ``"2 ngày làm việc"`` or money.
    InputFault
        It is missing, negative, or no finite number.

    Examples
    --------
    >>> read_effort("1 giờ 30 phút"), read_effort("1,5"), read_effort("½ ngày công")
    (Fraction(3, 2), Fraction(3, 2), Fraction(4, 1))
    >>> read_effort("03 người x 2 giờ")
    Fraction(6, 1)
    """
    return _read(value, _effort(read_number(hours_per_day, argument="hours_per_day", positive=True)), argument)


def read_duration(value: object, *, argument: str, hours_per_working_day: Number | None = None) -> Fraction:
    """Read elapsed working days: the duration of a step or the deadline of a procedure.

    Parameters
    ----------
    value : int, float, Decimal, Fraction, str or pint.Quantity
        The figure; a plain number, and in text a plain ``ngày``, is in working days.
    argument : str
        Name of the column or parameter, for the error.
    hours_per_working_day : number, optional
        Elapsed hours of one working day [h]; without it hours are refused.

    Returns
    -------
    Fraction
        Elapsed time [working days], exact.

    Raises
    ------
    AmbiguousQuantityError, InputFault
        As of `read_effort`.
    DimensionError
        It is effort, money or calendar time (which a calendar alone could convert), or hours that nothing converts.

    Examples
    --------
    >>> read_duration("05 ngày làm việc", argument="deadline_days")
    Fraction(5, 1)
    >>> read_duration("4 giờ", argument="duration_days", hours_per_working_day=8)
    Fraction(1, 2)
    """
    hours = hours_per_working_day
    if hours is not None:
        hours = read_number(hours, argument="hours_per_working_day", positive=True)
    return _read(value, _duration(hours), argument)


def read_money(value: object, *, argument: str) -> Fraction:
    """Read money [đồng]: a service, a fee or another charge in one case; exact, not rounded to whole đồng.

    Đồng are whole, so a group of three digits in an amount of đồng is thousands, whichever mark stands before it:
    ``20.000`` is twenty thousand. Under a scale word it may be either: ``1.500 triệu`` has two readings.

    Parameters
    ----------
    value, argument
        As of `read_effort`; a plain number is in đồng.

    Raises
    ------
    AmbiguousQuantityError, DimensionError, InputFault
        As of `read_effort`; money a year, for example, is something else.

    Examples
    --------
    >>> read_money("20.000 đồng", argument="fee_vnd"), read_money("1,5 triệu", argument="fee_vnd")
    (Fraction(20000, 1), Fraction(1500000, 1))
    """
    return _read(value, _kind("money"), argument)


def read_rate(value: object, *, argument: str = "vnd_per_hour") -> Fraction:
    """Read an hourly rate (*mức TNBQ/01 người/01 giờ làm việc*) [đồng/h]; exact, not rounded to whole đồng.

    Text without ``/giờ`` is taken as đồng an hour, as the official column asks; a Quantity must say so itself.

    Parameters
    ----------
    value, argument
        As of `read_effort`; a plain number is in đồng per person-hour.

    Raises
    ------
    AmbiguousQuantityError, DimensionError, InputFault
        As of `read_effort`; đồng a month, for example, is something else.

    Examples
    --------
    >>> read_rate("45.265 đồng/giờ")
    Fraction(45265, 1)
    """
    return _read(value, _kind("rate"), argument)


def read_frequency(value: object, *, argument: str = "frequency") -> Fraction:
    """Read a frequency [times a year]: how often one subject carries the procedure out.

    Years, quarters and months divide exactly; a week or a day does not, and is refused.

    Parameters
    ----------
    value, argument
        As of `read_effort`; a plain number is in times a year.

    Raises
    ------
    AmbiguousQuantityError, DimensionError, InputFault
        As of `read_effort`; ``"1 lần/tuần"`` is ambiguous.

    Examples
    --------
    >>> read_frequency("1 lần/quý"), read_frequency("1 lần/3 năm"), read_frequency("1/3")
    (Fraction(4, 1), Fraction(1, 3), Fraction(1, 3))
    """
    return _read(value, _kind("frequency"), argument)


def read_count(value: object, *, argument: str) -> Fraction:
    """Read a count, such as the population of subjects in a year; exact, not rounded.

    Counts are whole, so a group of three digits is thousands: ``1.234`` is one thousand two hundred and thirty-four.

    Parameters
    ----------
    value, argument
        As of `read_effort`; a plain number, or one with the thing that is counted.

    Raises
    ------
    AmbiguousQuantityError, DimensionError, InputFault
        As of `read_effort`; a time, for example, is something else.

    Examples
    --------
    >>> read_count("1.234", argument="population"), read_count("40 đối tượng", argument="population")
    (Fraction(1234, 1), Fraction(40, 1))
    """
    return _read(value, _kind("count"), argument)


def read_number(value: object, *, argument: str, positive: bool = False) -> Fraction:
    """Read a number without a unit, such as a coefficient.

    Parameters
    ----------
    value, argument
        As of `read_effort`.
    positive : bool
        Whether 0 is refused.

    Raises
    ------
    AmbiguousQuantityError, DimensionError, InputFault
        As of `read_effort`; or it is 0 and must not be.

    Examples
    --------
    >>> read_number("0,7", argument="allowance")
    Fraction(7, 10)
    """
    number = _read(value, _kind("number"), argument)
    if positive and not number:
        raise InputFault.because("figure_not_positive", Place(column=argument), value=shorten(value))
    return number


def _read(value: object, kind: _Kind, argument: str) -> Fraction:
    """Read a figure of any form, and see that it is not negative."""
    if isinstance(value, str):
        return _read_text(value, kind, argument)
    if hasattr(value, "magnitude") and hasattr(value, "unit_items"):
        exact = _read_quantity(cast("pint.Quantity[Any]", value), kind, argument)
    else:
        exact = exact_number(value, argument=argument)
    if exact < 0:
        raise InputFault.because("figure_negative", Place(column=argument), value=shorten(value))
    return exact


def _read_quantity(value: pint.Quantity[Any], kind: _Kind, argument: str) -> Fraction:
    """Convert a Quantity of any registry by the names of its units."""
    from pint.errors import PintError  # noqa: PLC0415 - whoever has a Quantity has imported pint

    ours = registry()
    shown = shorten(value)
    magnitude = exact_number(value.magnitude, argument=argument)
    try:
        powers = {ours.get_name(name): Fraction(str(power)) for name, power in value.unit_items()}
    except PintError:
        raise kind.error("wrong_quantity", shown, argument) from None
    # A pint day is one of the calendar, of 24 hours; only in text may a day be short for a working day.
    names = {name: "calendar_day" if name == "day" else name for name in powers}
    refused = {names[name] if power > 0 else f"/{names[name]}" for name, power in powers.items()}
    if refused & kind.refusals.keys():
        kind.refuse(refused, shown, argument)
    person_day = kind.units.get("person_day", Fraction(8)) / 8
    correction = person_day ** int(powers.get("person_day", 0))
    unit = ours.Quantity(Fraction(1), ours.Unit(ours.UnitsContainer(powers)))
    for target, worth in kind.targets.items():
        if unit.is_compatible_with(target):
            return Fraction(unit.to(target).magnitude) * magnitude * worth * correction
    raise kind.error("wrong_quantity", shown, argument)


def _read_text(text: str, kind: _Kind, argument: str) -> Fraction:
    """Read a text in the one convention for decimals in which it is admissible; two different values are ambiguous."""
    shown = shorten(text)
    unreadable = kind.error("figure_unreadable", shown, argument)
    if len(text) > LONGEST_TEXT:
        raise unreadable
    cleaned = clean(text)
    if not cleaned:
        raise InputFault.because("figure_missing", Place(column=argument))
    tokens = cut(cleaned, _lexicon())
    _refuse_what_is_no_single_figure(tokens, kind, shown, argument)
    figure = _parse(tokens)
    if figure is None:
        raise unreadable
    over = tuple(sorted(amount.unit for amount in figure.per))
    counted = [factor for factor in figure.factors if not kind.counts_people(factor, figure)]
    foreign = {amount.unit for factor in counted for amount in factor} - kind.units.keys()
    if foreign or over not in kind.per:
        kind.refuse(foreign | {f"/{unit}" for unit in over}, shown, argument)
    readings = {mark: found for mark in DECIMAL_MARKS if (found := _evaluate(figure, kind, mark)) is not None}
    if not readings:
        raise unreadable
    if len(set(readings.values())) > 1:
        wholes = [kind.is_whole(amount, factor, figure) for factor in figure.factors for amount in factor]
        wholes += [True for amount in figure.per if amount.numeral]
        first, second = (rewrite(cleaned, wholes, mark) for mark in readings)
        raise kind.error("figure_has_two_readings", shown, argument, first=first, second=second)
    return readings.popitem()[1]


def _refuse_what_is_no_single_figure(tokens: list[tuple[str, str]], kind: _Kind, shown: str, argument: str) -> None:
    """Raise for negative figures, for ranges and for figures that are only about right."""
    numerals = [text for group, text in tokens if group == "numeral"]
    groups = [group for group, _ in tokens]
    if groups[:2] == ["dash", "numeral"]:
        raise InputFault.because("figure_negative", Place(column=argument), value=shown)
    ends = [index for index, pair in enumerate(pairwise(groups)) if pair in {("dash", "numeral"), ("range", "numeral")}]
    if any("numeral" in groups[:index] for index in ends):
        raise kind.error("figure_is_range", shown, argument, numbers="; ".join(numerals))
    if "vague" in groups and numerals:
        raise kind.error("figure_is_vague", shown, argument)


def _parse(tokens: list[tuple[str, str]]) -> _Figure | None:
    """Put tokens together as ``amounts [x amounts] [/ amount]…``; None if they do not fit."""
    factors: list[list[_Amount]] = [[]]
    per: list[_Amount] = []
    rest = list(reversed(tokens))
    while rest:
        group, text = rest.pop()
        if group == "times" and factors[-1] and not per:
            factors.append([])
        elif group == "per" and factors[-1]:
            numeral = rest.pop()[1] if rest and rest[-1][0] == "numeral" else ""
            if "/" in numeral or not rest or rest[-1][0] != "unit":
                return None
            per.append(_Amount(numeral, 1, rest.pop()[1]))
        elif group == "numeral" and not per:
            scale = 1
            while rest and rest[-1][0] == "scale":
                scale *= int(rest.pop()[1])
            unit = rest.pop()[1] if rest and rest[-1][0] == "unit" else ""
            factors[-1].append(_with_minutes(factors[-1], _Amount(text, scale, unit)))
        else:
            return None
    return _Figure(tuple(map(tuple, factors)), tuple(per)) if factors[-1] else None


def _with_minutes(before: list[_Amount], amount: _Amount) -> _Amount:
    """Take the thirty of ``1h30`` as minutes."""
    two_digits = re.fullmatch("[0-5][0-9]", amount.numeral)
    after_hours = bool(before) and before[-1].unit == "hour"
    return _Amount(amount.numeral, 1, "minute") if two_digits and after_hours and not amount.unit else amount


def _evaluate(figure: _Figure, kind: _Kind, mark: str) -> Fraction | None:
    """Compute a figure with `mark` as its decimal mark; None where that is inadmissible."""
    product = kind.per[tuple(sorted(amount.unit for amount in figure.per))]
    people = [kind.counts_people(factor, figure) for factor in figure.factors]
    if sorted(people) not in ([False], [False, True]):
        return None
    for factor in figure.factors:
        sizes = [amount.scale * kind.units.get(amount.unit, 1) for amount in factor]
        unitless = len(factor) > 1 and any(not one.unit and not (kind.whole and one.scale > 1) for one in factor)
        if unitless or any(larger <= smaller for larger, smaller in pairwise(sizes)):
            return None
        total = Fraction(0)
        for amount, size in zip(factor, sizes, strict=True):
            number = read_numeral(amount.numeral, mark, whole=kind.is_whole(amount, factor, figure))
            if number is None:
                return None
            total += number * size
        product *= total
    for amount in figure.per:
        divisor = read_numeral(amount.numeral or "1", mark, whole=True)
        if not divisor:
            return None
        product /= divisor
    return product
