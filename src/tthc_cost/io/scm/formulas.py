"""The lines of form 03/SCM-KSTT: its columns, and the formulas that cost a line exactly in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.arithmetic import (
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_STEPS,
    STEPS_PER_VND,
    annual_cost_product,
    round_half_up,
    steps_of,
)
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import Bearer, Stage, State, fold

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COLUMNS",
    "POSITIONS",
    "PRINTED_TO",
    "SCALE_COLUMNS",
    "WHOLE",
    "Column",
    "FormLine",
    "Formula",
    "address",
    "cells_of",
    "line_of",
]

_EXACT: Final = 2**53
"""A spreadsheet's numbers are binary floats: whole numbers are exact to here."""
_TOO_LARGE: Final = "Quá lớn cho công thức bảng tính (số nguyên chỉ đúng đến 2^53): ghi số đã tính chính xác."
_SCALED: Final = "Quy đổi theo số đối tượng của hiện tại: P × V / S."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its name in formulas, heading, mark below it, width, and number format."""

    name: str
    heading: str
    mark: str
    width: float
    number_format: str = ""


WHOLE: Final = "#,##0"
"""Number format of whole numbers."""
COLUMNS: Final = (
    Column("number", "STT", "(1)", 5),
    Column("work", "Các công việc khi thực hiện TTHC", "(2)", 10),
    Column("activity", "Các hoạt động/cách thức thực hiện cụ thể", "(3)", 32),
    Column("effort", "Thời gian thực hiện (giờ)", "(4)", 8),
    Column("rate", "Mức TNBQ/01 người/01 giờ làm việc (đồng)", "(5)", 10, WHOLE),
    Column("service", "Mức chi phí thuê tư vấn, dịch vụ (đồng)", "(6)", 10, WHOLE),
    Column("fees", "Mức phí, lệ phí, chi phí khác (đồng)", "(7)", 10, WHOLE),
    Column("frequency", "Số lần thực hiện/01 năm", "(8)", 8),
    Column("population", "Số lượng đối tượng tuân thủ/01 năm", "(9)", 9),
    Column("case", "Chi phí thực hiện TTHC (đồng)", "(10) = (4)×(5)+(6)+(7)", 12),
    Column("annual", "Tổng chi phí thực hiện TTHC/01 năm (đồng)", "(11) = (10)×(8)×(9)", 14, WHOLE),
    Column("note", "Ghi chú", "(12)", 15),
    Column("code", "Mã dòng", "(13)", 7),
    Column("grade", "Ngạch công chức/vị trí việc làm", "(14)", 9),
    Column("bearer", "Bên chịu chi phí", "(15)", 21),
    Column("own", "P (công thức): số ghi ở dòng", "(16)", 10, WHOLE),
    Column("costed", "V (công thức): số của hiện tại", "(17)", 10, WHOLE),
    Column("stated", "S (công thức): số TTHC ghi sau đơn giản hóa", "(18)", 10, WHOLE),
    Column("x", "x (công thức): tử số theo 1/900.000 đồng", "(19)", 18, WHOLE),
    Column("y", "y (công thức): phần đồng chẵn", "(20)", 15, WHOLE),
    Column("z", "z (công thức): phần lẻ theo 1/900.000 đồng", "(21)", 13, WHOLE),
    Column("u", "u (công thức): phần đồng chẵn sau quy đổi", "(22)", 15, WHOLE),
    Column("v", "v (công thức): phần lẻ sau quy đổi theo 1/S đồng", "(23)", 15, WHOLE),
)
"""The columns of the form in its own words, then ours, then whole numbers on the way."""
POSITIONS: Final = {column.name: position for position, column in enumerate(COLUMNS)}
PRINTED_TO: Final = POSITIONS["stated"]
"""Last column on paper; those to its right are for who follows the formulas on the screen."""
SCALE_COLUMNS: Final = ("own", "costed", "stated", "u", "v")
"""Columns that say something only where a population is scaled."""

_HOURS, _TIMES = f"ROUND({{effort}}*{EFFORT_STEPS_PER_HOUR},0)", f"ROUND({{frequency}}*{FREQUENCY_STEPS},0)"
# Every product and sum below is of whole numbers under 2^53, so exact in binary floats. Whole parts are taken one too
# small on purpose: what is left, z and v, then lies between a half and one and a half of its divisor: it is positive,
# a tie of the last ROUND goes up, and it makes up for a whole part that a program rounded the other way. Last divisors
# are even, so that a quotient that is no tie lies further from one than a float below 2^53 over it can err.
_FORMULAS: Final = {
    "case": f"{_HOURS}*{{rate}}/{EFFORT_STEPS_PER_HOUR}+{{service}}+{{fees}}",
    "x": f"({_HOURS}*{{rate}}+{EFFORT_STEPS_PER_HOUR}*({{service}}+{{fees}}))*{_TIMES}",
    "y": f"ROUND({{x}}/{STEPS_PER_VND},0)-1",
    "z": f"{{x}}-{STEPS_PER_VND}*{{y}}",
    "annual": f"{{y}}*{{population}}+ROUND({{z}}*{{population}}/{STEPS_PER_VND},0)",
    "population": "{own}*{costed}/{stated}",
    "u": "ROUND({y}*{own}*{costed}/{stated},0)-1",
    "v": "{y}*{own}*{costed}-{stated}*{u}",
    "annual_scaled": f"{{u}}+ROUND(({STEPS_PER_VND}*{{v}}+{{z}}*{{own}}*{{costed}})/({STEPS_PER_VND}*{{stated}}),0)",
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its sign of equality, and the value that stands beside it."""

    text: str
    value: float | str


@dataclass(frozen=True, slots=True)
class FormLine:
    """A costed line of the form, its figures on the grid of integers.

    Parameters
    ----------
    state, stage, bearer
        Block and group it stands in, and who bears it.
    activity, code, grade
        Texts to show: what is done (and where, if many agencies do it), the code of the line, the grade of who does it.
    effort
        Effort of one case [1/3000 h], None if blank.
    rate
        Hourly rate [đồng/h], 0 where nobody works.
    service, fee, other
        Money of one case [đồng], None if blank.
    frequency
        Times a year [1/300].
    own, costed, stated
        Subjects a year that the line states (P); its procedure is costed at V and states S, equal if nothing is scaled.
    annual
        What the comparison has for it [đồng a year].
    """

    state: State
    stage: Stage | None
    activity: str
    code: str
    grade: str
    bearer: Bearer | None
    effort: int | None
    rate: int
    service: int | None
    fee: int | None
    other: int | None
    frequency: int
    own: int
    costed: int
    stated: int
    annual: int

    @property
    def is_scaled(self) -> bool:
        """Whether its population is multiplied by V ÷ S."""
        return self.costed != self.stated

    @property
    def population(self) -> Fraction:
        """Subjects at which the line is costed, exactly."""
        return Fraction(self.own * self.costed, self.stated) if self.is_scaled else Fraction(self.own)

    def parts(self) -> dict[str, int] | None:
        """Return what x, y, z, u and v come to, or None where a product passes what a spreadsheet holds exactly."""
        money = sum(one or 0 for one in (self.service, self.fee, self.other))
        x = annual_cost_product(
            self.effort or 0, self.rate, money, self.frequency, 1, effort_steps=EFFORT_STEPS_PER_HOUR
        )
        y = round_half_up(x, STEPS_PER_VND) - 1
        parts = {"x": x, "y": y, "z": x - STEPS_PER_VND * y}
        subjects = self.own * self.costed if self.is_scaled else self.own
        products = [x, subjects]
        if self.population.denominator != 1:
            parts["u"] = _nearest(y * subjects, self.stated) - 1
            parts["v"] = y * subjects - self.stated * parts["u"]
            # An odd divisor leaves half as much room around a tie of u, hence twice the product.
            products += [2 * abs(y * subjects), STEPS_PER_VND * parts["v"] + parts["z"] * subjects]
        return parts if max(products) < _EXACT else None


def line_of(row: Mapping[str, Any]) -> FormLine:
    """Make a line of a row of `Comparison.lines`."""
    figures: dict[str, Any] = {name: None if is_blank(value) else value for name, value in row.items()}
    costed, stated = (figures[name] for name in ("costed_population", "stated_population"))
    if costed is None or stated is None:
        costed = stated = 1
    activity, name, agency, grade = (str(figures[one] or "") for one in ("activity", "name", "volume_agency", "grade"))
    effort = figures["effort_hours"]
    return FormLine(
        state=State.parse(row["state"]),
        stage=Stage.parse(figures["stage"]) if figures["stage"] else None,
        activity=" – ".join(part for part in (name or activity, agency) if part),
        code=activity,
        grade=grade,
        bearer=Bearer.parse(figures["bearer"]) if figures["bearer"] else None,
        effort=None if effort is None else steps_of(float(effort), EFFORT_STEPS_PER_HOUR),
        rate=int(figures["vnd_per_hour"] or 0),
        service=figures["service_vnd"],
        fee=figures["fee_vnd"],
        other=figures["other_vnd"],
        frequency=steps_of(float(row["frequency"]), FREQUENCY_STEPS),
        own=int(figures["population"]),
        costed=int(costed),
        stated=int(stated),
        annual=int(row["annual_cost_vnd"]),
    )


def address(name: str, row: int) -> str:
    """Return the address of a cell by the name of its column and its row, counted from 0."""
    return f"{chr(ord('A') + POSITIONS[name])}{row + 1}"


def cells_of(line: FormLine, row: int, rates: Mapping[tuple[str, int], str]) -> dict[str, object]:
    """Return the cells of a line by column: the figures as they are taken, and the formulas over them.

    Parameters
    ----------
    line : FormLine
        What to write.
    row : int
        Row of the sheet, counted from 0.
    rates : mapping of (str, int) to str
        Cell of each hourly rate by its folded grade and figure.
    """
    addresses = {name: address(name, row) for name in POSITIONS}
    case = Fraction((line.effort or 0) * line.rate, EFFORT_STEPS_PER_HOUR)
    case += sum(one or 0 for one in (line.service, line.fee, line.other))
    population = _number(line.population)
    parts = line.parts()
    notes = [_SCALED] if line.is_scaled else []
    values: dict[str, float] = {"case": _number(case)}
    cells: dict[str, object] = {"annual": line.annual, "population": population}
    if line.is_scaled:
        cells |= {"own": line.own, "costed": line.costed, "stated": line.stated}
    if parts is None:
        notes.append(_TOO_LARGE)
    else:
        values |= parts | {"annual": line.annual} | ({"population": population} if line.is_scaled else {})
    for name, value in values.items():
        formula = _FORMULAS["annual_scaled" if name == "annual" and "u" in values else name]
        cells[name] = Formula(formula.format_map(addresses), value)
    charges = [one for one in (line.fee, line.other) if one is not None]
    return cells | {
        "activity": line.activity,
        "effort": None if line.effort is None else _number(Fraction(line.effort, EFFORT_STEPS_PER_HOUR)),
        "rate": Formula(rates[fold(line.grade), line.rate], line.rate) if line.effort else None,
        "service": line.service,
        "fees": Formula("+".join(map(str, charges)), sum(charges)) if len(charges) > 1 else next(iter(charges), None),
        "frequency": _number(Fraction(line.frequency, FREQUENCY_STEPS)),
        "note": " ".join(notes) or None,
        "code": line.code,
        "grade": line.grade or None,
        "bearer": None if line.bearer is None else line.bearer.label(),
    }


def _number(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)


def _nearest(dividend: int, divisor: int) -> int:
    """Divide and round half away from zero, as ROUND does."""
    size = int(round_half_up(abs(dividend), divisor))
    return size if dividend >= 0 else -size
