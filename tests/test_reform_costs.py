"""What a reform costs against what it saves: published figures, and plain sums of powers beside the closed words."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import codes_of, only, says
from review_strategies import review_of
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, UnknownNameError
from tthc_cost.model import Activity, Decision, Procedure
from tthc_cost.rates import RateTable
from tthc_cost.reform_costs import Convention, CostKind, Payment, ReformCost, appraise

if TYPE_CHECKING:
    from tthc_cost.reform_costs import ReformAppraisal

START, END = Payment.START_OF_YEAR, Payment.END_OF_YEAR


def _cost(amount: Any = 1_000, year: int = 2024, **figures: Any) -> ReformCost:
    fields = {"item": "phần mềm", "kind": "software", "borne_by": "Văn phòng UBND tỉnh", **figures}
    return ReformCost(amount_vnd=amount, year=year, **fields)


def _plan(
    *costs: ReformCost, saving: int = 0, years: int = 10, rate: str = "7%", paid: Payment = START
) -> ReformAppraisal:
    return appraise(saving, costs, Convention(rate, years, paid), first_year=2024, saves_from=2024)


def test_a_thousand_a_year_for_ten_years_at_seven_per_cent_paid_at_the_start() -> None:
    # As the Australian Regulatory Burden Measure discounts; tables of annuities due print 7.515232 for it.
    convention = Convention("7%", 10, "start_of_year")
    assert round(convention.annuity_factor, 6) == Fraction("7.515232")
    assert round(convention.present_value([1_000] * 10), 2) == Fraction("7515.23")
    assert _plan(_cost(0, yearly_vnd=100_000)).present_cost_vnd == 751_523


def test_start_up_costs_are_spread_evenly_where_nothing_is_discounted() -> None:
    # 50 000 once over ten years and 1 000 a year are 6 000 a year (recalled).
    plan = _plan(_cost(50_000, yearly_vnd=1_000), rate="0%")
    assert plan.annualised_cost_vnd == 6_000
    assert Convention("0%", 10, "end_of_year").annualised(50_000) + 1_000 == 6_000


def test_three_and_a_half_per_cent_over_ten_years_due_divides_by_8_607687() -> None:
    # (1 + r) times what the tables of the Green Book print for the end of the year, 8.3166 (recalled).
    due, ordinary = Convention("3,5%", 10, "đầu năm"), Convention("3.5%", 10, "cuối năm")
    assert round(due.annuity_factor, 6) == Fraction("8.607687")
    assert round(ordinary.annuity_factor, 4) == Fraction("8.3166")
    assert due.annuity_factor == ordinary.annuity_factor * Fraction("1.035")


@given(
    rate=st.integers(0, 1000),
    amounts=st.lists(st.integers(0, 10**12), min_size=1, max_size=30),
    paid=st.sampled_from(Payment),
)
def test_present_value_is_the_sum_of_discounted_amounts(rate: int, amounts: list[int], paid: Payment) -> None:
    convention = Convention(Fraction(rate, 1000), len(amounts), paid)
    value = convention.present_value(amounts)
    with localcontext(prec=80):
        growth, wait = Decimal(1) + Decimal(rate) / 1000, 0 if paid is START else 1
        expected = sum((amount / growth ** (year + wait) for year, amount in enumerate(amounts)), Decimal(0))
        assert abs(Decimal(value.numerator) / Decimal(value.denominator) - expected) < Decimal("1e-30")
    assert convention.present_value([convention.annualised(value)] * len(amounts)) == value


def test_money_is_rounded_half_up_once() -> None:
    plan = _plan(_cost(5), years=2, rate="0%")
    assert plan.annualised_cost_vnd == 3  # 2.5
    exact = Decimal(1_000_001) / Decimal("1.07")
    end = _plan(_cost(1_000_001), paid=END)
    assert end.present_cost_vnd == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_a_reform_is_held_against_its_saving() -> None:
    costs = [_cost(2_000), _cost(1_000, 2025, kind="tập huấn", borne_by="Sở Nội vụ", yearly_vnd=50)]
    plan = appraise(600, costs, Convention("0%", 10, START), first_year=2024, saves_from=2025)
    assert (plan.one_off_vnd, plan.yearly_vnd) == (3_000, 50)
    assert plan.to_frame()[["cost_vnd", "saving_vnd"]].to_numpy().tolist() == [
        [2_000, 0],
        [1_050, 600],
        *[[50, 600]] * 8,
    ]
    assert (plan.present_cost_vnd, plan.present_saving_vnd, plan.net_present_vnd) == (3_450, 5_400, 1_950)
    assert (plan.annualised_cost_vnd, plan.net_annual_vnd) == (345, 255)
    assert plan.payback_years == Fraction(3_000, 550)
    assert plan.pays_back_in == 2030  # 2 000 and 450 are owed after 2025; 550 a year bring them back in five


def test_what_is_never_paid_back_has_no_year() -> None:
    assert _plan(_cost(1_000), saving=0).payback_years is None
    assert _plan(_cost(1_000), saving=0).pays_back_in is None
    assert _plan(_cost(1_000, yearly_vnd=20), saving=20).payback_years is None
    assert _plan(_cost(1_000, yearly_vnd=20), saving=20).pays_back_in is None
    short = _plan(_cost(1_000), saving=110, rate="10%")
    assert short.payback_years == Fraction(100, 11)
    assert short.pays_back_in is None


def test_what_costs_nothing_is_paid_back_at_once() -> None:
    plan = _plan(saving=10)
    assert plan.one_off_vnd == plan.payback_years == 0
    assert plan.pays_back_in == 2024


def test_a_later_cost_can_undo_a_payback() -> None:
    plan = _plan(_cost(100), _cost(900, 2027), saving=150, rate="0%")
    assert plan.pays_back_in == 2030


def test_the_same_money_later_weighs_less() -> None:
    early, late = _plan(_cost(1_000_000, 2024)), _plan(_cost(1_000_000, 2026))
    assert late.present_cost_vnd < early.present_cost_vnd == 1_000_000
    assert _plan(_cost(1_000_000), paid=END).present_cost_vnd == 934_579


def test_costs_are_added_by_what_they_are_for_who_bears_them_and_when() -> None:
    plan = _plan(
        _cost(1), _cost(2, 2025, kind="đào tạo"), _cost(4, 2025, borne_by="Sở Nội vụ", yearly_vnd=8, procedure="NB-01")
    )
    assert plan.by("kind").to_numpy().tolist() == [["software", 5, 8], ["training", 2, 0]]
    assert plan.by("borne_by")["amount_vnd"].tolist() == [4, 3]
    assert plan.by("year").to_numpy().tolist() == [[2024, 1, 0], [2025, 6, 8]]
    assert plan.by("procedure")["amount_vnd"].tolist() == [4, 3]
    assert _plan().by("year").empty
    with pytest.raises(UnknownNameError):
        plan.by("item")


def test_the_saving_is_that_of_a_comparison() -> None:
    before, after = (
        [Procedure("A", "A", frequency=1, population=100), Activity("A", "1", effort_hours=hours)] for hours in (3, 1)
    )
    c = compare(review_of(before, after, Decision("A", "amend")), RateTable.from_income(2112 * 10_000))
    plan = appraise(c, [_cost("4 triệu đồng")], Convention("7%", 3, END), first_year=2024, saves_from=2025)
    assert plan.annual_saving_vnd == 2_000_000
    assert plan.payback_years == 2


def test_the_convention_says_its_name() -> None:
    convention = Convention("3,5%", 10, "đầu năm")
    assert convention.text().replace("\N{NO-BREAK SPACE}", " ") == (
        "chiết khấu 3,5 % một năm, tính 10 năm, thu chi vào đầu năm"
    )
    assert "3.5\N{NO-BREAK SPACE}% a year over 10 years, amounts at the start of the year" in convention.text("en")


def test_a_cost_is_read_as_it_is_written() -> None:
    cost = ReformCost(" phần mềm ", "sửa đổi văn bản", "1,5 tỷ đồng", "Sở Tư pháp", 2024, "20 triệu đồng")
    assert (cost.item, cost.kind, cost.amount_vnd, cost.yearly_vnd) == (
        "phần mềm",
        CostKind.REGULATION,
        1_500_000_000,
        20_000_000,
    )


def test_every_fault_of_a_cost_is_told_at_once() -> None:
    with pytest.raises(InputFault) as raised:
        ReformCost("", "xe", -1, "  ", 24, "0,5 đồng")
    faults = raised.value.faults
    codes = [one.code for one in faults]
    assert codes == ["blank_required", "unknown_term", "figure_negative", "blank_required", "reform_year", *codes[5:]]
    assert {one.place.column for one in faults} == {"item", "kind", "amount_vnd", "borne_by", "year", "yearly_vnd"}
    assert says(only("reform_year", faults), "không phải là năm", "no year")
    with pytest.raises(InputFault) as raised:
        _cost(Fraction(1, 2))
    assert says(only("reform_cost_rounded", raised.value.faults), "số đồng nguyên", "whole number of đồng")


def test_every_fault_of_a_convention_is_told_at_once() -> None:
    with pytest.raises(InputFault) as raised:
        Convention(0.07, 0, "giữa năm")  # type: ignore[arg-type]
    assert [one.code for one in raised.value.faults] == ["reform_rate", "reform_horizon", "unknown_term"]
    assert says(only("reform_rate", raised.value.faults), "không bằng đúng 7%", "is not 7 %")
    assert says(only("reform_horizon", raised.value.faults), "từ 1 đến 100", "from 1 to 100")


def test_years_outside_those_that_are_counted_are_faults() -> None:
    convention = Convention("7%", 3, START)
    with pytest.raises(InputFault) as raised:
        appraise(1, [_cost(year=2023), _cost(year=2027)], convention, first_year=2024, saves_from=2030)
    assert [one.code for one in raised.value.faults] == ["reform_outside_horizon"] * 3
    assert says(raised.value.faults[0], "từ 2024 đến 2026", "2024 to 2026")
    with pytest.raises(InputFault) as raised:
        appraise(1.5, [], convention, first_year="2024", saves_from=24)  # type: ignore[arg-type]
    assert [one.code for one in raised.value.faults] == ["reform_saving", "reform_year", "reform_year"]
    assert says(raised.value.faults[0], "không phải là số đồng nguyên", "no whole number of đồng")
    assert codes_of("reform_costs") == {
        "reform_year", "reform_rate", "reform_horizon", "reform_outside_horizon", "reform_saving",
        "reform_cost_rounded",
    }  # fmt: skip
