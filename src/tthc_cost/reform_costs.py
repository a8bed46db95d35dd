"""What a reform itself costs: one-off amounts, who bears them and when, against the saving of every year after."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from tthc_cost.arithmetic import parse_target
from tthc_cost.comparison import Comparison
from tthc_cost.errors import InputFault, Place, TthcCostError, UnknownNameError, remark
from tthc_cost.notebook_tables import NotebookTable, Shown, label, words
from tthc_cost.numerals import format_decimal, format_integer, format_percent, shorten
from tthc_cost.schema import is_blank
from tthc_cost.units import read_money
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from tthc_cost.errors import Language, Remark
    from tthc_cost.notebook_tables import CellKind

    Share: TypeAlias = str | Fraction | Decimal | int

__all__ = ["Convention", "CostKind", "Payment", "ReformAppraisal", "ReformCost", "appraise"]

_LONGEST_HORIZON: Final = 100
_YEARS: Final = range(1900, 2201)
_GROUPS: Final = ("kind", "borne_by", "year", "procedure")


class CostKind(Term):
    """What the one-off cost of a reform is for."""

    SOFTWARE = "software", "phần mềm, trang thiết bị", "software and equipment", "phần mềm"
    TRAINING = "training", "tập huấn, đào tạo", "training", "tập huấn", "đào tạo"
    REGULATION = "regulation", "sửa đổi văn bản quy phạm", "changing regulations", "sửa đổi văn bản"
    OTHER = "other", "chi phí khác của cải cách", "other costs of the reform", "khác"


class Payment(Term):
    """When in a year its money is paid and its saving comes."""

    START_OF_YEAR = "start_of_year", "đầu năm", "start of the year"
    END_OF_YEAR = "end_of_year", "cuối năm", "end of the year"


@dataclass(frozen=True, slots=True)
class ReformCost:
    """One cost of a reform.

    Parameters
    ----------
    item : str
        What it is.
    kind : CostKind or a label of one
        What it is for.
    amount_vnd : int, or text such as ``"1,5 tỷ đồng"``
        Paid once [đồng].
    borne_by : str
        The agency that pays.
    year : int
        The calendar year in which it is paid.
    yearly_vnd : int or text
        What it costs every year from that year on, such as maintenance [đồng a year].
    procedure, source : str, optional
        Code of the procedure it is for; where the figure comes from.

    Raises
    ------
    InputFault
        With every field that cannot be read.

    Examples
    --------
    >>> ReformCost("phần mềm một cửa", "phần mềm", "1,2 tỷ đồng", "Văn phòng UBND tỉnh", 2024).amount_vnd
    1200000000
    """

    item: str
    kind: CostKind | str
    amount_vnd: Any
    borne_by: str
    year: int
    yearly_vnd: Any = 0
    procedure: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        faults: list[Remark] = []
        readers: dict[str, Callable[[Any], object]] = {
            "item": _filled("item"),
            "kind": lambda value: CostKind.parse(str(value)),
            "amount_vnd": _vnd("amount_vnd"),
            "borne_by": _filled("borne_by"),
            "year": _year,
            "yearly_vnd": _vnd("yearly_vnd"),
        }
        for name, read in readers.items():
            try:
                object.__setattr__(self, name, read(getattr(self, name)))
            except TthcCostError as error:
                faults += [one.at(table="reform_costs", column=name) for one in error.faults]
        if faults:
            raise InputFault(*faults)


def _filled(name: str) -> Callable[[Any], str]:
    def read(value: object) -> str:
        if is_blank(value):
            raise InputFault.because("blank_required", column=name)
        return str(value).strip()

    return read


def _vnd(name: str) -> Callable[[Any], int]:
    def read(value: object) -> int:
        amount = read_money(value, argument=name)
        if amount.denominator != 1:
            raise InputFault.because("reform_cost_rounded", value=shorten(value))
        return int(amount)

    return read


def _year(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _YEARS:
        raise InputFault.because("reform_year", value=shorten(value))
    return value


@dataclass(frozen=True, slots=True)
class Convention:
    """How amounts of several years are made comparable, said by name and not left to be guessed.

    Parameters
    ----------
    rate : str, Fraction, Decimal or int
        Discount rate a year, exact: ``"7%"``, ``"3,5%"``; ``"0%"`` spreads evenly.
    years : int
        How many years are counted, 1 … 100.
    paid : Payment or a label of one
        Whether amounts fall at the start of each year (the first is not discounted) or at its end.

    Raises
    ------
    InputFault
        With every part that cannot be read.

    Examples
    --------
    >>> seven = Convention("7%", 10, "start_of_year")
    >>> float(round(seven.present_value([1000] * 10), 2))
    7515.23
    >>> Convention("0%", 10, "đầu năm").annualised(50_000) + 1000
    Fraction(6000, 1)
    >>> float(round(Convention("3,5%", 10, "start_of_year").annuity_factor, 6))
    8.607687

    References
    ----------
    Office of Best Practice Regulation (Australia), Regulatory Burden Measure, help on the present value report: costs
    fall on 1 January, that of year n is divided by (1 + rate)^(n − 1), 7 % unless stated.
    """

    rate: Share
    years: int
    paid: Payment | str

    def __post_init__(self) -> None:
        faults: list[Remark] = []
        rate: Fraction | None = None
        try:
            rate = parse_target(self.rate)
        except TthcCostError:
            faults.append(remark("reform_rate", Place(column="rate"), value=shorten(self.rate)))
        years: object = self.years
        if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= _LONGEST_HORIZON:
            shown = shorten(years)
            faults.append(remark("reform_horizon", Place(column="years"), value=shown, limit=_LONGEST_HORIZON))
        try:
            object.__setattr__(self, "paid", Payment.parse(str(self.paid)))
        except TthcCostError as error:
            faults += [one.at(column="paid") for one in error.faults]
        if faults:
            raise InputFault(*faults)
        object.__setattr__(self, "rate", rate)

    def discount(self, year: int) -> Fraction:
        """Return what 1 đồng of a year is worth at the start, exactly; the first year is 0."""
        waits = year if self.paid is Payment.START_OF_YEAR else year + 1
        return 1 / (1 + Fraction(self.rate)) ** waits

    @property
    def annuity_factor(self) -> Fraction:
        """Present value of 1 đồng in every year that is counted, exactly: what annualising divides by."""
        return sum((self.discount(year) for year in range(self.years)), Fraction(0))

    def present_value(self, amounts: Sequence[Fraction | int]) -> Fraction:
        """Return ``Σ amount of year × discount of year``, exactly; the first amount is the first year's."""
        return sum((amount * self.discount(year) for year, amount in enumerate(amounts)), Fraction(0))

    def annualised(self, present_value: Fraction | int) -> Fraction:
        """Return the equal amount a year that is worth as much, exactly: present value ÷ annuity factor."""
        return present_value / self.annuity_factor

    def text(self, language: Language = "vi") -> str:
        """Say the convention in words."""
        rate, paid = format_percent(Fraction(self.rate), 1, language=language), Payment.parse(self.paid)
        if language == "vi":
            return f"chiết khấu {rate} một năm, tính {self.years} năm, thu chi vào {paid.label()}"
        return f"discounted at {rate} a year over {self.years} years, amounts at the {paid.label('en')}"


@dataclass(frozen=True, slots=True, repr=False)
class ReformAppraisal(Shown):
    """What a reform costs and saves over the years that are counted; made by `appraise`.

    Parameters
    ----------
    annual_saving_vnd : int
        Compliance cost saved in every year from `saves_from` on [đồng a year].
    costs : tuple of ReformCost
        What the reform costs.
    convention : Convention
        Rate, years and time of payment.
    first_year, saves_from : int
        The first year that is counted, and the first one that saves.
    """

    annual_saving_vnd: int
    costs: tuple[ReformCost, ...]
    convention: Convention
    first_year: int
    saves_from: int

    @property
    def one_off_vnd(self) -> int:
        """All that is paid once, not discounted [đồng]."""
        return sum(int(cost.amount_vnd) for cost in self.costs)

    @property
    def yearly_vnd(self) -> int:
        """What the reform costs every year once all of it runs [đồng a year]."""
        return sum(int(cost.yearly_vnd) for cost in self.costs)

    def _years(self) -> range:
        return range(self.first_year, self.first_year + self.convention.years)

    def _cost_of(self, year: int) -> int:
        once = sum(int(cost.amount_vnd) for cost in self.costs if cost.year == year)
        return once + sum(int(cost.yearly_vnd) for cost in self.costs if cost.year <= year)

    def _saving_of(self, year: int) -> int:
        return self.annual_saving_vnd if year >= self.saves_from else 0

    @property
    def present_cost_vnd(self) -> int:
        """Present value of all costs, rounded half up once [đồng]."""
        return _rounded(self._present_cost())

    def _present_cost(self) -> Fraction:
        return self.convention.present_value([self._cost_of(year) for year in self._years()])

    @property
    def present_saving_vnd(self) -> int:
        """Present value of all savings, rounded half up once [đồng]."""
        return _rounded(self.convention.present_value([self._saving_of(year) for year in self._years()]))

    @property
    def net_present_vnd(self) -> int:
        """Present savings less present costs [đồng]: the difference of the two printed figures."""
        return self.present_saving_vnd - self.present_cost_vnd

    @property
    def annualised_cost_vnd(self) -> int:
        """The equal amount in every year that is worth as much as all costs, rounded half up once [đồng a year]."""
        return _rounded(self.convention.annualised(self._present_cost()))

    @property
    def net_annual_vnd(self) -> int:
        """Annual saving less annualised cost [đồng a year]."""
        return self.annual_saving_vnd - self.annualised_cost_vnd

    @property
    def payback_years(self) -> Fraction | None:
        """One-off costs ÷ what a year saves net of running costs, not discounted; None where nothing pays them back."""
        yearly = self.annual_saving_vnd - self.yearly_vnd
        if not self.one_off_vnd:
            return Fraction(0)
        return Fraction(self.one_off_vnd, yearly) if yearly > 0 else None

    @property
    def pays_back_in(self) -> int | None:
        """The first year from which on the discounted savings cover the discounted costs; None if none counted does."""
        balance, since = Fraction(0), None
        for index, year in enumerate(self._years()):
            balance += (self._saving_of(year) - self._cost_of(year)) * self.convention.discount(index)
            since = None if balance < 0 else year if since is None else since
        return since

    def by(self, column: str) -> pd.DataFrame:
        """Add up the costs by what they are for, who bears them, or when.

        Parameters
        ----------
        column : {"kind", "borne_by", "year", "procedure"}
            What to group by.

        Returns
        -------
        pandas.DataFrame
            The column, ``amount_vnd`` [đồng] and ``yearly_vnd`` [đồng a year] (int64), sorted.

        Raises
        ------
        UnknownNameError
            For another column.
        """
        if column not in _GROUPS:
            raise UnknownNameError.because("unknown_grouping", value=column, known=", ".join(_GROUPS))
        names = [column, "amount_vnd", "yearly_vnd"]
        frame = pd.DataFrame([[getattr(cost, name) for name in names] for cost in self.costs], columns=names)
        frame = frame.astype({column: "int64" if column == "year" else "string", **dict.fromkeys(names[1:], "int64")})
        return frame.groupby(column, sort=True, dropna=False, as_index=False).sum()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a year that is counted.

        Returns
        -------
        pandas.DataFrame
            ``year``, ``cost_vnd``, ``saving_vnd`` (int64, đồng) and ``discount`` (float64).
        """
        rows = [
            (year, self._cost_of(year), self._saving_of(year), float(self.convention.discount(index)))
            for index, year in enumerate(self._years())
        ]
        return pd.DataFrame(rows, columns=["year", "cost_vnd", "saving_vnd", "discount"])

    def _brief(self) -> str:
        net = label(
            "brief.convention", "vi", net=format_integer(self.net_present_vnd), convention=self.convention.text()
        )
        return f"{words('brief.appraisal', one_off=self.one_off_vnd, saving=self.annual_saving_vnd)}\n{net}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        facts = {
            "one_off": self.one_off_vnd, "yearly": self.yearly_vnd, "annual_saving": self.annual_saving_vnd,
            "present_cost": self.present_cost_vnd, "present_saving": self.present_saving_vnd,
            "net_present": self.net_present_vnd, "net_annual": self.net_annual_vnd, "payback": self.payback_years,
            "pays_back_in": None if self.pays_back_in is None else str(self.pays_back_in),
        }  # fmt: skip
        rows = [{"fact": label(f"word.{name}", language), "value": value} for name, value in facts.items()]
        notes = (self.convention.text(language),)
        title = label("table.appraisal", language)
        yield NotebookTable(title, {"fact": "text", "value": "number"}, rows, notes=notes)
        years = [
            {"year": str(year), "cost_vnd": cost, "year_saving_vnd": saving, "discount": discount}
            for at, year in enumerate(self._years())
            for cost, saving in [(self._cost_of(year), self._saving_of(year))]
            for discount in [format_decimal(self.convention.discount(at), 4, language=language)]
        ]
        yield NotebookTable(label("table.years", language), _YEAR_COLUMNS, years)


_YEAR_COLUMNS: Final[Mapping[str, CellKind]] = {
    "year": "text", "cost_vnd": "bar", "year_saving_vnd": "bar", "discount": "number",
}  # fmt: skip


def appraise(
    saving: Comparison | int,
    costs: Sequence[ReformCost],
    convention: Convention,
    *,
    first_year: int,
    saves_from: int,
) -> ReformAppraisal:
    """Hold what a reform costs against what it saves in the years that are counted.

    Parameters
    ----------
    saving : Comparison or int
        What is saved a year: the total of a comparison, or whole đồng.
    costs : sequence of ReformCost
        What the reform costs, once and every year.
    convention : Convention
        Discount rate, years counted, and whether amounts fall at the start or the end of a year.
    first_year : int
        The first year that is counted.
    saves_from : int
        The first year in which the saving is there.

    Returns
    -------
    ReformAppraisal

    Raises
    ------
    InputFault
        With every year outside those that are counted, or if the saving is no whole number of đồng.

    Examples
    --------
    >>> software = ReformCost("phần mềm", "software", 2_000_000, "Sở Nội vụ", 2024, yearly_vnd=100_000)
    >>> plan = appraise(600_000, [software], Convention("7%", 10, "end_of_year"), first_year=2024, saves_from=2025)
    >>> plan.payback_years, plan.pays_back_in, plan.net_present_vnd
    (Fraction(4, 1), 2030, 1081884)
    """
    found = saving.total.saving if isinstance(saving, Comparison) else saving
    faults: list[Remark] = []
    if isinstance(found, bool) or not isinstance(found, int):
        faults.append(remark("reform_saving", value=shorten(found)))
    for name, value in (("first_year", first_year), ("saves_from", saves_from)):
        try:
            _year(value)
        except InputFault as error:
            faults += [one.at(column=name) for one in error.faults]
    if faults:
        raise InputFault(*faults)
    last = first_year + convention.years - 1
    asked = [("saves_from", saves_from), *((cost.item, cost.year) for cost in costs)]
    outside = [
        remark("reform_outside_horizon", year=year, what=what, first=first_year, last=last)
        for what, year in asked
        if not first_year <= year <= last
    ]
    if outside:
        raise InputFault(*outside)
    return ReformAppraisal(int(found), tuple(costs), convention, first_year, saves_from)


def _rounded(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()
