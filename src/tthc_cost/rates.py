"""What an hour of work costs: hourly rates by grade, from dated law, from an income, or from a table of one's own."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, cast

import pandas as pd

from tthc_cost.arithmetic import RATE_LIMIT_VND_PER_HOUR, steps_of
from tthc_cost.cells import read_value
from tthc_cost.conformity import as_pandas, conform
from tthc_cost.errors import DateOutOfRangeError, InputFault, Place, Severity, TthcCostError, UnknownNameError, remark
from tthc_cost.model import Rate, from_frame, to_frame
from tthc_cost.notebook_tables import NotebookTable, Shown, label, words
from tthc_cost.numerals import exact_number, format_decimal, format_exact, shorten
from tthc_cost.schema import ORIGIN, TABLES, Column, ColumnKind, row_place
from tthc_cost.units import read_money, read_number
from tthc_cost.vocabulary import fold, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pint
    from narwhals.stable.v2.typing import IntoFrame

    from tthc_cost import numerals
    from tthc_cost.errors import Language, Remark
    from tthc_cost.notebook_tables import CellKind

    Number: TypeAlias = numerals.Number | str
    Money: TypeAlias = Number | pint.Quantity[Any]
    Row: TypeAlias = Mapping[str, Any]

__all__ = [
    "ALL_GRADES",
    "Figure",
    "Rate",
    "RateTable",
    "base_salary_dates",
    "gdp_per_head",
    "gdp_years",
    "working_hours",
]

ALL_GRADES: Final = "*"
"""What stands in the column ``grade`` of a table that has one rate whatever the grade."""

_ON: Final = Column("on", ColumnKind.DATE, "Ngày tính", "Day")
_CONFIDENCE: Final = ("stated", "F", "D", "M")
"""Best first: the user's own, read in the source, derived from what was read, recalled and to be confirmed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of law or statistics, as it is shipped.

    Parameters
    ----------
    value : Fraction
        The figure, exactly, in ``unit``.
    unit : str
        Its unit.
    valid_from : date
        The day from which it holds.
    source : str
        Where it stands, in Vietnamese; says *cần xác nhận* when it is still to be confirmed.
    confidence : str
        ``"F"`` read in a public copy of the source, ``"M"`` recalled and to be confirmed, ``"D"`` derived.
    """

    value: Fraction
    unit: str
    valid_from: date
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, repr=False)
class RateTable(Shown):
    """The hourly rates of one day, one a grade.

    Made by `civil_service`, `from_income`, `from_gdp_per_head` or `from_table`.

    Parameters
    ----------
    rates : tuple of Rate
        Those in force on the day, one a grade, rounded half up to whole đồng; empty when one rate holds for all.
    on : date or None
        The day; None for a table that states no dates.
    source : str
        One sentence in Vietnamese for every report: law, allowance, contributions, hours divided by.
    confidence : str
        Worst of the shipped figures used: ``"F"``, ``"D"`` or ``"M"`` (to be confirmed); ``"stated"`` when none was.
    for_all : int or None
        The one rate whatever the grade, in đồng an hour; rounded half up to whole đồng.

    Raises
    ------
    InputFault
        All rates that are 0 or less, that pass the limit, or are no number.
    """

    rates: tuple[Rate, ...]
    on: date | None
    source: str
    confidence: str
    for_all: int | None = None
    _by_fold: Mapping[str, Rate] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        faults = [one for rate in self.rates for one in _amount_faults(rate.grade, rate.vnd_per_hour, _place(rate))]
        if self.for_all is not None:
            exact = exact_number(self.for_all, argument="for_all")
            faults += _amount_faults(ALL_GRADES, exact, Place(column="for_all"))
            object.__setattr__(self, "for_all", steps_of(exact, 1))
        if faults:
            raise InputFault(*faults)
        rates = tuple(replace(rate, vnd_per_hour=steps_of(rate.vnd_per_hour, 1)) for rate in self.rates)
        object.__setattr__(self, "rates", rates)
        object.__setattr__(self, "_by_fold", {fold(rate.grade): rate for rate in rates})

    @classmethod
    def civil_service(
        cls,
        on: date | str,
        *,
        allowance: Number = 0,
        contributions: bool = False,
        hours_per_month: Number | None = None,
        representative_steps: Mapping[str, int] | None = None,
    ) -> Self:
        """Make the rates of civil servants from base salary and coefficient.

        Each is ``base salary × (coefficient + allowance) × (1 + contributions) ÷ hours a month``, exact and rounded
        half up once, to whole đồng an hour.

        Parameters
        ----------
        on : date or str
            Day whose base salary is taken; text as ``"2024-07-01"``.
        allowance : int, str, Decimal, Fraction or float
            Allowance as a coefficient (hệ số phụ cấp), at least 0; a float stands for its shortest decimal.
        contributions : bool
            Whether the employer's contributions are added.
        hours_per_month : int, str, Decimal, Fraction or float, optional
            Working hours a month [h]; by default the shipped figure, 176.
        representative_steps : mapping of str to int, optional
            The step that stands for a bare title or class, as ``{"chuyên viên": 3}``; the name then is a grade too.

        Returns
        -------
        RateTable
            Grades ``"A1/1"`` … (class/step) and the bare names that have a representative step.

        Raises
        ------
        InputFault
            For a date that does not exist, a figure that is none, or a step the title does not have; all at once.
        DateOutOfRangeError
            For a day before the first figure known.
        UnknownNameError
            For a representative step of a title that does not exist.

        Examples
        --------
        >>> RateTable.civil_service("2024-07-01").vnd_per_hour("A1/1")
        31111

        References
        ----------
        Nghị định số 204/2004/NĐ-CP; Nghị định số 73/2024/NĐ-CP and those before it.
        """
        faults: list[Remark] = []
        day = _day(on, faults)
        extra = _stated(allowance, "allowance", faults, zero=True)
        hours_stated = None if hours_per_month is None else _stated(hours_per_month, "hours_per_month", faults)
        chosen = _representatives(representative_steps or {}, faults)
        if faults:
            raise InputFault(*faults)
        salary = _figure(_in_force("base_salary", day)[0])
        classes = _in_force("coefficient", day, "class")
        shares = _in_force("contribution", day, "name") if contributions else []
        hours = working_hours("hours_per_month", hours_stated, day)
        share = sum((Fraction(row["value"]) for row in shares), Fraction(0))
        rows, named = [], []
        for row in classes:
            for step in range(1, row["steps"] + 1):
                coefficient = Fraction(row["start"]) + (step - 1) * Fraction(row["increment"])
                amount = salary.value * (coefficient + extra) * (1 + share) / hours.value
                source = _sentence("grade", **row, step=step, coefficient=format_decimal(coefficient, 2))
                rows.append((f"{row['class']}/{step}", salary.valid_from, amount, source))
                for name in (row["title"], row["class"]):
                    if chosen.get(name) == step:
                        described = _sentence("representative", grade=source)
                        named.append((name, salary.valid_from, amount, described))
        names = ", ".join(row["name"] for row in shares)
        sentence = _sentence(
            "civil_service",
            salary=format_exact(salary.value),
            since=_date_text(salary.valid_from),
            law=salary.source,
            coefficients="; ".join(dict.fromkeys(row["source"] for row in classes)),
            allowance=_sentence("allowance", allowance=format_exact(extra)) if extra else "",
            contributions=_sentence("contributions", share=format_exact(share * 100), names=names) if shares else "",
            hours=format_exact(hours.value),
            hours_source=hours.source,
        )
        used = [salary.confidence, hours.confidence, *(row["confidence"] for row in (*classes, *shares))]
        return cls(_rates(rows + named), day, sentence, _worst(used))

    @classmethod
    def from_income(
        cls,
        income_vnd_per_year: Money,
        *,
        hours_per_year: Number | None = None,
        source: str = "",
        on: date | str | None = None,
    ) -> Self:
        """Make one rate for all grades from an income a year: ``income ÷ hours``, rounded half up once.

        Parameters
        ----------
        income_vnd_per_year : int, str, Decimal, Fraction, float or pint.Quantity
            Average income of one person in a year, above 0: a number in đồng, text such as ``"95,6 triệu đồng"``, or
            a Quantity in VND.
        hours_per_year : int, str, Decimal, Fraction or float, optional
            Working hours a year [h]; by default the shipped figure, 2 112.
        source : str, optional
            Where the income stands; goes into every report.
        on : date or str, optional
            The day it holds for.

        Raises
        ------
        InputFault
            For a figure or a date that is none; all at once. So is text or a Quantity that is no money.

        Examples
        --------
        >>> RateTable.from_income(95_600_000).for_all, RateTable.from_income("95,6 triệu đồng").for_all
        (45265, 45265)
        """
        faults: list[Remark] = []
        day = None if on is None else _day(on, faults)
        income = _stated(income_vnd_per_year, "income_vnd_per_year", faults, read=read_money)
        hours_stated = None if hours_per_year is None else _stated(hours_per_year, "hours_per_year", faults)
        if faults:
            raise InputFault(*faults)
        hours = working_hours("hours_per_year", hours_stated, day)
        source = source or _sentence("stated")
        (rate,) = _rates([(ALL_GRADES, day, income / hours.value, source)])
        written = {"income": format_exact(income), "hours": format_exact(hours.value)}
        sentence = _sentence("income", **written, source=source, hours_source=hours.source)
        return cls((), day, sentence, hours.confidence, rate.vnd_per_hour)

    @classmethod
    def from_gdp_per_head(cls, year: int, *, hours_per_year: Number | None = None) -> Self:
        """Make one rate for all grades from GDP per head: `from_income` of `gdp_per_head`.

        Parameters
        ----------
        year : int
            Year of the figure.
        hours_per_year : int, str, Decimal, Fraction or float, optional
            Working hours a year [h]; by default the shipped figure, 2 112.

        Raises
        ------
        DateOutOfRangeError
            For a year whose figure is not known.
        InputFault
            For hours that are no positive number.

        Examples
        --------
        >>> RateTable.from_gdp_per_head(2025).for_all
        59422
        """
        figure = gdp_per_head(year)
        source = _sentence("gdp", year=year, source=figure.source)
        table = cls.from_income(figure.value, hours_per_year=hours_per_year, source=source, on=figure.valid_from)
        return replace(table, confidence=_worst([figure.confidence, table.confidence]))

    @classmethod
    def from_table(cls, frame: IntoFrame, on: date | str | None = None, *, source: str = "") -> Self:
        """Read the rates of one's own table.

        Parameters
        ----------
        frame : any dataframe
            Columns ``grade``, ``vnd_per_hour`` [đồng/h; rounded half up to whole đồng] and, if it has them,
            ``valid_from`` (blank: always) and ``source``. The grade ``*`` alone is one rate for all.
        on : date or str, optional
            The day: of each grade the last row valid by then is taken. Needed where a grade has more than one row.
        source : str, optional
            Sentence for the reports; by default made of the column ``source``.

        Raises
        ------
        InputFault
            All faults of the table at once: a cell that its column refuses, a rate of 0, two rows of one grade from
            one date, several dates and no day, ``*`` beside other grades.
        DateOutOfRangeError
            For a day before the first row of a grade.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"grade": ["A1/1", "A1/1"], "vnd_per_hour": [23932, 31111],
        ...                       "valid_from": ["2023-07-01", "2024-07-01"]})
        >>> RateTable.from_table(frame, on="2024-06-30").as_mapping()
        {'A1/1': 23932}
        """
        faults: list[Remark] = []
        day = None if on is None else _day(on, faults)
        by_grade: defaultdict[str, list[Rate]] = defaultdict(list)
        for rate in _read(as_pandas(frame), faults):
            by_grade[fold(rate.grade)].append(rate)
        faults += [fault for of_grade in by_grade.values() for fault in _date_faults(of_grade, on)]
        if ALL_GRADES in by_grade and len(by_grade) > 1:
            faults.append(remark("rate_for_all_mixed", _place(by_grade[ALL_GRADES][0], "grade")))
        if faults:
            raise InputFault(*faults)
        chosen = _last_valid(by_grade, day)
        sources = sorted({rate.source for rate in chosen if rate.source}) or [_sentence("no_source")]
        sentence = source or _sentence("table", sources="; ".join(sources))
        if ALL_GRADES in by_grade:
            return cls((), day or cast("date | None", chosen[0].valid_from), sentence, "stated", chosen[0].vnd_per_hour)
        return cls(chosen, day, sentence, "stated")

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades that have a rate, as the table spells them; empty when one rate holds for all."""
        return tuple(rate.grade for rate in self.rates)

    def vnd_per_hour(self, grade: str | None) -> int:
        """Return the rate of a grade, in whole đồng an hour.

        Parameters
        ----------
        grade : str or None
            Grade in any case and Unicode form; whatever it is, a rate for all answers.

        Raises
        ------
        UnknownNameError
            For a grade the table does not have; the message lists the nearest, or says that a step is needed.

        Examples
        --------
        >>> RateTable.civil_service("2026-07-01").vnd_per_hour("a1/1")
        33638
        """
        if self.for_all is not None:
            return self.for_all
        asked = fold(grade) if isinstance(grade, str) else ""
        if asked in self._by_fold:
            return int(self._by_fold[asked].vnd_per_hour)
        place = Place(table="rates", key=(grade,) if isinstance(grade, str) else (), column="grade")
        for row in _data()["coefficient"]:
            example = f"{row['class']}/1"
            if asked in {fold(row["title"]), fold(row["class"])} and fold(example) in self._by_fold:
                raise UnknownNameError.because("rate_needs_step", place, value=grade, example=example)
        nearest = suggest(asked, self.grades) or self.grades[:3]
        raise UnknownNameError.because("rate_unknown_grade", place, value=grade or "", known="; ".join(nearest))

    def as_mapping(self) -> dict[str, int]:
        """Return each grade's rate in đồng an hour, by the grade as the table spells it; empty for one rate for all."""
        return {rate.grade: rate.vnd_per_hour for rate in self.rates}

    def to_frame(self) -> pd.DataFrame:
        """Return the table ``rates``: grade, valid_from (datetime64), vnd_per_hour (int64), source; a row a grade.

        One rate for all is one row of grade ``*``.
        """
        rates = self.rates
        if self.for_all is not None:
            rates = (Rate(ALL_GRADES, self.on, self.for_all, self.source),)
        frame = conform("rates", to_frame(Rate, rates)).frame
        return frame[["grade", "valid_from", "vnd_per_hour", "source"]].astype({"vnd_per_hour": "int64"})

    def _brief(self) -> str:
        paid = [int(one.vnd_per_hour) for one in self.rates]
        if self.for_all is not None:
            said = words("brief.rate_for_all", rate=self.for_all)
        elif paid:
            said = words("brief.rates", n=len(paid), low=min(paid), high=max(paid))
        else:
            said = words("brief.no_rates")
        return f"{said}\n{self.source}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        kinds: dict[str, CellKind] = {"grade": "text", "vnd_per_hour": "integer", "valid_from": "day"}
        rows = [
            {"grade": one.grade, "vnd_per_hour": one.vnd_per_hour, "valid_from": one.valid_from} for one in self.rates
        ]
        if self.for_all is not None:
            everyone = label("word.all_grades", language)
            rows = [{"grade": everyone, "vnd_per_hour": self.for_all, "valid_from": self.on}]
        yield NotebookTable(label("table.rates", language), kinds, rows, notes=(self.source,))


def gdp_per_head(year: int) -> Figure:
    """Return GDP per head of a year, in đồng a person, with its source and vintage.

    It is the first estimate, later revised, and another series than the average income of household surveys.

    Parameters
    ----------
    year : int
        The year.

    Raises
    ------
    DateOutOfRangeError
        For a year whose figure is not known.

    Examples
    --------
    >>> print(gdp_per_head(2022).value)
    95600000
    """
    rows = {row["year"]: row for row in _data()["gdp_per_head"]}
    if year not in rows:
        raise DateOutOfRangeError.because("rate_year_unknown", value=year, known=", ".join(map(str, rows)))
    return _figure(rows[year])


def gdp_years() -> tuple[int, ...]:
    """Return the years whose gross domestic product per head is shipped.

    Examples
    --------
    >>> gdp_years()
    (2022, 2023, 2024, 2025)
    """
    return tuple(row["year"] for row in _data()["gdp_per_head"])


def base_salary_dates() -> tuple[date, ...]:
    """Return the days from which a shipped base salary holds.

    Examples
    --------
    >>> base_salary_dates()[-1]
    datetime.date(2026, 7, 1)
    """
    return tuple(row["from"] for row in _data()["base_salary"])


@cache
def _data() -> Row:
    """Read the figures shipped with the library."""
    return tomllib.loads((files("tthc_cost") / "data" / "rates.toml").read_text(encoding="utf-8"))


def _sentence(name: str, /, **values: object) -> str:
    """Fill one of the shipped sentences that say where a rate comes from."""
    return str(_data()["sentences"][name]).format_map(values)


def _figure(row: Row) -> Figure:
    return Figure(Fraction(row["value"]), row["unit"], row["from"], row["source"], row["confidence"])


def _in_force(name: str, day: date, key: str = "unit") -> list[Row]:
    """Return the rows of a figure in force on a day, one for each value of the column that tells its kinds apart."""
    rows = _data()[name]
    latest = {row[key]: row for row in sorted(rows, key=lambda row: row["from"]) if row["from"] <= day}
    if latest:
        return list(latest.values())
    vi, en = _data()["names"][name]
    first = min(row["from"] for row in rows)
    raise DateOutOfRangeError.because("rate_date_before_first", figure=vi, figure_en=en, value=day, first=first)


def working_hours(name: str, stated: Fraction | None = None, day: date | None = None) -> Figure:
    """Return the working hours to divide by: those stated, or the shipped ones of a day.

    Parameters
    ----------
    name : {"hours_per_month", "hours_per_year"}
        Of which time.
    stated : Fraction, optional
        Hours to use instead.
    day : datetime.date, optional
        On which they hold; by default the latest.

    Examples
    --------
    >>> working_hours("hours_per_year").value
    Fraction(2112, 1)
    """
    shipped = _figure(_in_force(name, day or date.max)[0])
    if stated is None:
        return shipped
    return replace(shipped, value=stated, source=_sentence("stated"), confidence="stated")


def _worst(confidences: Iterable[str]) -> str:
    return max(confidences, key=_CONFIDENCE.index)


def _date_text(day: date) -> str:
    """Write a date as Vietnamese administrative documents do: 01/7/2024."""
    return f"{day.day:02d}/{day.month:{'02d' if day.month < 3 else 'd'}}/{day.year}"  # noqa: PLR2004 - Decree 30/2020


def _day(value: object, faults: list[Remark]) -> date:
    """Read the day that rates are asked for; note a fault if there is none."""
    try:
        day: date | None = read_value(_ON, value)
    except TthcCostError as error:
        faults += [fault.at(column=_ON.name) for fault in error.faults]
    else:
        if day is not None:
            return day
        faults.append(remark("blank_required", Place(column=_ON.name), column=_ON.vi))
    return date.max


def _stated(
    value: object,
    name: str,
    faults: list[Remark],
    *,
    zero: bool = False,
    read: Callable[..., Fraction] = read_number,
) -> Fraction:
    """Read a positive figure exactly (or one that may be 0); note a fault if it is none."""
    try:
        figure = read(value, argument=name)
    except TthcCostError as error:
        faults += error.faults
        return Fraction(1)
    if not figure and not zero:
        faults.append(remark("figure_not_positive", Place(column=name), value=shorten(value)))
    return figure


def _representatives(steps: Mapping[str, int], faults: list[Remark]) -> dict[str, int]:
    """Check representative steps; return them by the shipped spelling of the title or class."""
    last_steps = {name: row["steps"] for row in _data()["coefficient"] for name in (row["title"], row["class"])}
    names = {fold(name): name for name in last_steps}
    chosen: dict[str, int] = {}
    for title, step in steps.items():
        if fold(title) not in names:
            known = "; ".join(suggest(title, last_steps) or last_steps)
            raise UnknownNameError.because("rate_unknown_title", value=title, known=known)
        name = names[fold(title)]
        last = last_steps[name]
        if name in chosen:
            faults.append(remark("rate_step_twice", title=name))
        if isinstance(step, bool) or not isinstance(step, Integral) or not 1 <= step <= last:
            faults.append(remark("rate_step", title=name, value=step, steps=last))
        else:
            chosen[name] = int(step)
    return chosen


def _read(frame: pd.DataFrame, faults: list[Remark]) -> list[Rate]:
    """Read the rows of the table ``rates`` that are whole and above 0, and note what is wrong with the others."""
    conformed = conform("rates", frame)
    faults += [_in_words_of_rates(one) for one in conformed.remarks if one.severity is Severity.FAULT]
    if frame.empty:
        faults.append(remark("rate_table_empty", Place(table="rates")))
    whole = conformed.frame.drop(index=list(conformed.at_fault)).dropna(subset=["grade", "vnd_per_hour"])
    rates = from_frame(Rate, whole)
    faults += [one for rate in rates for one in _amount_faults(rate.grade, rate.vnd_per_hour, _place(rate))]
    return rates


def _in_words_of_rates(fault: Remark) -> Remark:
    """Say of a rate below half a đồng what is true of rates: other figures may be 0 instead."""
    return replace(fault, code="rate_rounds_to_zero") if fault.code == "rounds_to_zero" else fault


def _amount_faults(grade: str, vnd: Fraction | int, place: Place) -> Iterable[Remark]:
    """Say that a rate is not above 0 in whole đồng, or that it passes the limit."""
    if vnd <= 0:
        yield remark("rate_not_positive", place, grade=grade, value=vnd)
    elif not steps_of(vnd, 1):
        yield remark("rate_rounds_to_zero", place, value=float(vnd))
    elif vnd > RATE_LIMIT_VND_PER_HOUR:
        column = TABLES["rates"].column("vnd_per_hour").vi
        yield remark("over_limit", place, column=column, value=vnd, limit=RATE_LIMIT_VND_PER_HOUR)


def _rates(rows: Iterable[tuple[str, date | None, Fraction, str]]) -> tuple[Rate, ...]:
    """Make rates of exact amounts, each rounded half up once; all faults at once."""
    faults: list[Remark] = []
    columns = ["grade", "valid_from", "vnd_per_hour", "source"]
    rates = _read(pd.DataFrame(list(rows), columns=columns, dtype=object), faults)
    if faults:
        raise InputFault(*faults)
    return tuple(rates)


def _place(rate: Rate, column: str = "vnd_per_hour") -> Place:
    return row_place(TABLES["rates"], {"grade": rate.grade, ORIGIN: rate.origin}, column)


def _since(rate: Rate) -> date:
    """Return the day from which a rate holds; a blank one is always."""
    return rate.valid_from if isinstance(rate.valid_from, date) else date.min


def _date_faults(of_grade: list[Rate], on: object) -> Iterable[Remark]:
    """Say which spellings of one grade are valid from one date, and whether a day is needed to choose among dates."""
    first_from: dict[date, Rate] = {}
    for rate in of_grade:
        first = first_from.setdefault(_since(rate), rate)
        if rate.grade != first.grade:
            yield remark("rate_spelt_twice", _place(rate, "valid_from"), value=rate.grade, first=first.grade)
    if on is None and len(first_from) > 1:
        one = of_grade[0]
        yield remark("rate_needs_date", _place(one, "valid_from"), grade=one.grade, n=len(first_from))


def _last_valid(by_grade: Mapping[str, list[Rate]], day: date | None) -> tuple[Rate, ...]:
    """Return of each grade the last row valid on a day, in the order of their folded names."""
    chosen, faults = [], []
    for _, of_grade in sorted(by_grade.items()):
        valid = [rate for rate in of_grade if _since(rate) <= (day or date.max)]
        if valid:
            chosen.append(max(valid, key=_since))
        else:
            first = min(of_grade, key=_since)
            place = _place(first, "valid_from")
            faults.append(remark("rate_not_yet", place, grade=first.grade, value=day, first=first.valid_from))
    if faults:
        raise DateOutOfRangeError(*faults)
    return tuple(chosen)
