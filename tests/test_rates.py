"""Laws of the hourly rates; expected figures are those of the decrees and of exact fractions."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_cost.errors import DateOutOfRangeError, InputFault, Place, UnknownNameError
from tthc_cost.rates import ALL_GRADES, Rate, RateTable, _data, gdp_per_head
from tthc_cost.units import registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.errors import Language, TthcCostError

BASE_SALARIES = [
    ("2013-07-01", 1_150_000, "66/2013"),
    ("2016-05-01", 1_210_000, "47/2016"),
    ("2017-07-01", 1_300_000, "47/2017"),
    ("2018-07-01", 1_390_000, "72/2018"),
    ("2019-07-01", 1_490_000, "38/2019"),
    ("2023-07-01", 1_800_000, "24/2023"),
    ("2024-07-01", 2_340_000, "73/2024"),
    ("2026-07-01", 2_530_000, "161/2026"),
]
CLASSES = {
    "A1": ("chuyên viên", "2.34", "0.33", 9, "4.98"),
    "A2.1": ("chuyên viên chính", "4.40", "0.34", 8, "6.78"),
    "A3.1": ("chuyên viên cao cấp", "6.20", "0.36", 6, "8.00"),
    "A0": ("cán sự", "2.10", "0.31", 10, "4.89"),
    "B": ("nhân viên", "1.86", "0.20", 12, "4.06"),
}
CONTRIBUTIONS = Fraction("0.225")


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def codes(error: TthcCostError) -> list[str]:
    return [fault.code for fault in error.faults]


def table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = ["grade", "vnd_per_hour", "valid_from", "source"]
    return pd.DataFrame({name: [row[n] for row in rows] for n, name in enumerate(names[: len(rows[0])])})


# civil servants


@pytest.mark.parametrize(("since", "salary", "decree"), BASE_SALARIES)
def test_the_base_salary_holds_from_its_day(since: str, salary: int, decree: str) -> None:
    day = dt.date.fromisoformat(since)
    rates = RateTable.civil_service(day)
    assert rates.vnd_per_hour("A1/1") == half_up(salary * Fraction("2.34") / 176)
    assert f"{salary:,}".replace(",", ".") in rates.source
    assert f"{decree}/NĐ-CP" in rates.source
    assert all(rate.valid_from == day for rate in rates.rates)


@pytest.mark.parametrize(("since", "salary", "decree"), BASE_SALARIES[1:])
def test_the_eve_of_a_decree_is_paid_by_the_one_before(since: str, salary: int, decree: str) -> None:
    eve = dt.date.fromisoformat(since) - dt.timedelta(days=1)
    rates = RateTable.civil_service(eve)
    assert rates.vnd_per_hour("A1/1") < half_up(salary * Fraction("2.34") / 176)
    assert decree not in rates.source


@pytest.mark.parametrize(
    ("on", "expected"), [("2019-07-01", 19_810), ("2023-07-01", 23_932), ("2024-07-01", 31_111), ("2026-07-01", 33_638)]
)
def test_published_rates_of_the_first_step(on: str, expected: int) -> None:
    assert RateTable.civil_service(on=on).vnd_per_hour("A1/1") == expected


@pytest.mark.parametrize("grade_class", CLASSES)
def test_every_step_has_its_coefficient(grade_class: str) -> None:
    _, start, increment, steps, last = CLASSES[grade_class]
    rates = RateTable.civil_service("2024-07-01")
    coefficients = [Fraction(start) + n * Fraction(increment) for n in range(steps)]
    assert coefficients[-1] == Fraction(last)
    own = [rate for rate in rates.rates if rate.grade.rsplit("/", 1)[0] == grade_class]
    assert [rate.grade for rate in own] == [f"{grade_class}/{n}" for n in range(1, steps + 1)]
    assert [rate.vnd_per_hour for rate in own] == [half_up(2_340_000 * c / 176) for c in coefficients]
    assert f"hệ số {last.replace('.', ',')}" in str(own[-1].source)


def test_there_are_no_other_grades() -> None:
    assert len(RateTable.civil_service("2024-07-01").grades) == sum(steps for _, _, _, steps, _ in CLASSES.values())


allowances = st.fractions(0, 20, max_denominator=1000)


@given(
    salary=st.sampled_from(BASE_SALARIES[3:]),
    grade_class=st.sampled_from(sorted(CLASSES)),
    step=st.integers(1, 6),
    allowance=allowances,
    contributions=st.booleans(),
    hours=st.integers(1, 744) | st.none(),
)
def test_civil_service_is_the_formula_rounded_once(
    *,
    salary: tuple[str, int, str],
    grade_class: str,
    step: int,
    allowance: Fraction,
    contributions: bool,
    hours: int | None,
) -> None:
    since, vnd, _ = salary
    _, start, increment, _, _ = CLASSES[grade_class]
    coefficient = Fraction(start) + (step - 1) * Fraction(increment) + allowance
    share = 1 + CONTRIBUTIONS if contributions else Fraction(1)
    rates = RateTable.civil_service(since, allowance=allowance, contributions=contributions, hours_per_month=hours)
    assert rates.vnd_per_hour(f"{grade_class}/{step}") == half_up(vnd * coefficient * share / (hours or 176))


@given(allowances, allowances)
def test_a_higher_allowance_never_lowers_a_rate(one: Fraction, other: Fraction) -> None:
    low, high = (RateTable.civil_service("2024-07-01", allowance=a).as_mapping() for a in sorted((one, other)))
    assert all(low[grade] <= high[grade] for grade in low)


@pytest.mark.parametrize("allowance", ["0.7", "0,7", "7/10", 0.7, Decimal("0.7"), Fraction(7, 10), np.float64(0.7)])
def test_an_allowance_is_read_exactly(allowance: Any) -> None:
    exact = half_up(2_340_000 * Fraction("3.04") / 176)
    rates = RateTable.civil_service("2024-07-01", allowance=allowance)
    assert rates.vnd_per_hour("A1/1") == exact
    assert "phụ cấp 0,7" in rates.source


def test_contributions_are_off_unless_asked_for() -> None:
    assert "22,5 %" in RateTable.civil_service("2024-07-01", contributions=True).source
    assert "đóng góp" not in RateTable.civil_service("2024-07-01").source


def test_figures_to_be_confirmed_are_named_so() -> None:
    rates = RateTable.civil_service("2024-07-01")
    assert rates.confidence == "M"
    assert "cần xác nhận" in rates.source
    assert "176 giờ/tháng" in rates.source
    assert all("cần xác nhận" in str(rate.source) for rate in rates.rates)


def test_stated_hours_are_named_in_the_source() -> None:
    assert (
        "chia 160 giờ/tháng (do người sử dụng nêu)" in RateTable.civil_service("2024-07-01", hours_per_month=160).source
    )


def test_a_bare_title_needs_a_representative_step() -> None:
    rates = RateTable.civil_service("2024-07-01")
    for name in ("chuyên viên", "Chuyên  viên", "A2.1", "a0"):
        with pytest.raises(UnknownNameError) as caught:
            rates.vnd_per_hour(name)
        assert codes(caught.value) == ["rate_needs_step"]
        assert "bậc đại diện" in caught.value.text("vi")


def test_a_representative_step_stands_for_its_title_alone() -> None:
    rates = RateTable.civil_service("2024-07-01", representative_steps={"CHUYÊN VIÊN": 3, "A2.1": 1})
    assert rates.vnd_per_hour("chuyên viên") == rates.vnd_per_hour("A1/3")
    assert rates.vnd_per_hour("A2.1") == rates.vnd_per_hour("A2.1/1")
    assert rates.grades[-2:] == ("chuyên viên", "A2.1")
    assert "bậc đại diện" in str(rates.rates[-1].source)
    with pytest.raises(UnknownNameError):
        rates.vnd_per_hour("chuyên viên chính")


def test_grades_are_the_same_word_in_every_spelling() -> None:
    rates = RateTable.civil_service("2024-07-01", representative_steps={"cán sự": 1})
    assert rates.vnd_per_hour("a1/1") == rates.vnd_per_hour(" A1/1 ") == 31_111
    assert rates.vnd_per_hour(unicodedata.normalize("NFD", "Cán Sự")) == rates.vnd_per_hour("A0/1")


def test_an_unknown_grade_is_told_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="A1/1") as caught:
        RateTable.civil_service("2024-07-01").vnd_per_hour("A1/11")
    assert codes(caught.value) == ["rate_unknown_grade"]
    with pytest.raises(UnknownNameError):
        RateTable.civil_service("2024-07-01").vnd_per_hour(None)


@pytest.mark.parametrize("on", ["2013-06-30", dt.date(1990, 1, 1)])
def test_no_rate_is_known_before_the_first_base_salary(on: Any) -> None:
    with pytest.raises(DateOutOfRangeError, match="2013-07-01"):
        RateTable.civil_service(on)


def test_contributions_are_not_known_before_their_first_date() -> None:
    with pytest.raises(DateOutOfRangeError, match="2017-06-01"):
        RateTable.civil_service("2016-05-01", contributions=True)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2024-02-30", "no_such_date"),
        ("31/6/2024", "no_such_date"),
        ("20240701", "not_a_date"),
        (2024, "not_a_date"),
        ("", "blank_required"),
        (pd.NaT, "blank_required"),
        (None, "blank_required"),
    ],
)
def test_a_date_that_does_not_exist_is_a_fault(on: Any, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.civil_service(on)
    assert codes(caught.value) == [code]
    assert caught.value.text("vi").startswith("cột on: ")
    assert caught.value.text("en").startswith("column on: ")


@pytest.mark.parametrize(
    "on", ["2024-07-01", "01/7/2024", pd.Timestamp("2024-07-01 08:00"), np.datetime64("2024-07-01")]
)
def test_a_day_is_a_date_a_timestamp_or_a_text(on: Any) -> None:
    assert RateTable.civil_service(on).on == dt.date(2024, 7, 1)


WRONG_NUMBERS: list[tuple[Any, str]] = [
    (-1, "figure_negative"),
    ("-0,5", "figure_negative"),
    (float("nan"), "figure_not_number"),
    (float("inf"), "figure_not_number"),
    (Decimal("NaN"), "figure_not_number"),
    (Decimal("1e999999"), "figure_not_number"),
    (True, "figure_not_number"),
    ([], "figure_not_number"),
    ("nhiều", "figure_unreadable"),
    ("1/0", "figure_unreadable"),
    ("1.234", "figure_has_two_readings"),
    ("176 đồng", "wrong_quantity"),
]
NO_NUMBER = (None, "figure_missing")
ZEROS = [(0, "figure_not_positive"), ("0", "figure_not_positive")]


@pytest.mark.parametrize(("value", "code"), [NO_NUMBER, *WRONG_NUMBERS])
def test_an_allowance_that_is_no_number_is_a_fault(value: Any, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.civil_service("2024-07-01", allowance=value)
    assert codes(caught.value) == [code]
    assert caught.value.faults[0].place == Place(column="allowance")


@pytest.mark.parametrize(("value", "code"), [*ZEROS, *WRONG_NUMBERS])
def test_hours_that_are_not_positive_are_a_fault(value: Any, code: str) -> None:
    makers: list[Callable[[], RateTable]] = [
        lambda: RateTable.civil_service("2024-07-01", hours_per_month=value),
        lambda: RateTable.from_income(95_600_000, hours_per_year=value),
        lambda: RateTable.from_gdp_per_head(2022, hours_per_year=value),
    ]
    for make in makers:
        with pytest.raises(InputFault) as caught:
            make()
        assert codes(caught.value) == [code]
        assert caught.value.text("vi").startswith("cột hours_per_")
        assert caught.value.text("en").startswith("column hours_per_")


def test_all_faults_of_a_call_are_told_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.civil_service(
            "2024-13-01",
            allowance=-1,
            hours_per_month=0,
            representative_steps={"chuyên viên": 10, "B": 0, "A0": 1.5},  # type: ignore[dict-item] # what a caller without a type checker may give
        )
    assert [(fault.code, fault.place.column) for fault in caught.value.faults[:3]] == [
        ("no_such_date", "on"), ("figure_negative", "allowance"), ("figure_not_positive", "hours_per_month"),
    ]  # fmt: skip
    assert codes(caught.value)[3:] == ["rate_step", "rate_step", "rate_step"]


def test_a_title_has_one_representative_step() -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.civil_service("2024-07-01", representative_steps={"cán sự": 1, "Cán sự": 2})
    assert codes(caught.value) == ["rate_step_twice"]


def test_a_representative_step_of_no_title_is_unknown() -> None:
    with pytest.raises(UnknownNameError, match="chuyên viên"):
        RateTable.civil_service("2024-07-01", representative_steps={"chuyen vien": 1})


def test_a_rate_beyond_the_limit_is_a_fault() -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.civil_service("2024-07-01", allowance=10_000)
    assert set(codes(caught.value)) == {"over_limit"}
    assert {fault.place.column for fault in caught.value.faults} == {"vnd_per_hour"}
    assert len({fault.place.key for fault in caught.value.faults}) == len(caught.value.faults) > 1


# one rate for all


@pytest.mark.parametrize(
    ("year", "income", "rate"),
    [(2022, 95_600_000, 45_265), (2023, 101_900_000, 48_248), (2024, 114_000_000, 53_977), (2025, 125_500_000, 59_422)],
)
def test_published_rates_of_gdp_per_head(year: int, income: int, rate: int) -> None:
    assert gdp_per_head(year).value == income
    assert "ước tính lần đầu" in gdp_per_head(year).source
    assert RateTable.from_income(income).for_all == rate
    rates = RateTable.from_gdp_per_head(year)
    assert rates.for_all == rate
    assert str(year) in rates.source
    assert "2.112 giờ/năm" in rates.source
    assert RateTable.from_gdp_per_head(year, hours_per_year=2112).confidence == ("M" if year == 2024 else "F")
    assert rates.confidence == "M"


@pytest.mark.parametrize("year", [2021, 2026, 0])
def test_gdp_per_head_of_a_year_not_known_is_refused(year: int) -> None:
    with pytest.raises(DateOutOfRangeError, match="2022, 2023, 2024, 2025"):
        RateTable.from_gdp_per_head(year)


@given(st.integers(10**6, 10**10), st.integers(1000, 4000))
def test_one_rate_is_income_by_hours_rounded_once(income: int, hours: int) -> None:
    rates = RateTable.from_income(income, hours_per_year=hours)
    assert rates.for_all == half_up(Fraction(income, hours))


def test_one_rate_answers_for_any_grade_or_none() -> None:
    rates = RateTable.from_income(95_600_000, source="niên giám", on="2022-12-31")
    assert rates.vnd_per_hour("A1/1") == rates.vnd_per_hour("trưởng phòng") == rates.vnd_per_hour(None) == 45_265
    assert (rates.grades, rates.as_mapping(), rates.on) == ((), {}, dt.date(2022, 12, 31))
    assert "95.600.000 đồng/năm (niên giám)" in rates.source


def test_an_income_with_stated_hours_rests_on_no_shipped_figure() -> None:
    assert RateTable.from_income(95_600_000, hours_per_year=2000).confidence == "stated"
    assert RateTable.from_income(95_600_000).confidence == "M"


@pytest.mark.parametrize(
    "income",
    [
        95_600_000,
        95_600_000.0,
        Decimal("9.56e7"),
        Fraction(95_600_000),
        "95600000",
        "95.600.000",
        "95,600,000",
        "95.600.000 đồng",
        "95,6 triệu đồng",
        "95,6 triệu",
        registry().Quantity(Fraction("95.6"), "million_dong"),
        registry().Quantity(95_600_000, "VND"),
    ],
)
def test_an_income_is_read_exactly(income: Any) -> None:
    assert RateTable.from_income(income).for_all == 45_265


NO_INCOME: list[tuple[Any, str]] = [
    *ZEROS,
    ("0 đồng", "figure_not_positive"),
    (registry().Quantity(0, "VND"), "figure_not_positive"),
    (registry().Quantity(-1, "VND"), "figure_negative"),
    (registry().Quantity(1, "hour"), "wrong_quantity"),
    ("176 giờ", "wrong_quantity"),
    ("8 triệu đồng/tháng", "wrong_quantity"),
    ("1.500 triệu đồng", "figure_has_two_readings"),
    NO_NUMBER,
    *(wrong for wrong in WRONG_NUMBERS if wrong[0] not in ("1.234", "176 đồng")),
]


@pytest.mark.parametrize(("income", "code"), NO_INCOME)
def test_an_income_that_is_no_positive_money_is_a_fault(income: Any, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.from_income(income)
    assert codes(caught.value) == [code]
    assert caught.value.faults[0].place == Place(column="income_vnd_per_year")


@pytest.mark.parametrize(("income", "code"), [(1, "rate_rounds_to_zero"), (10**12, "over_limit")])
def test_an_income_in_the_wrong_unit_is_a_fault(income: int, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.from_income(income)
    assert codes(caught.value) == [code]


# a table made directly


@pytest.mark.parametrize(
    ("for_all", "code"),
    [
        (0, "rate_not_positive"),
        (-5, "rate_not_positive"),
        (-0.1, "rate_not_positive"),
        (0.49, "rate_rounds_to_zero"),
        (10**8 + 1, "over_limit"),
        (float("nan"), "figure_not_number"),
        (True, "figure_not_number"),
        ("45265", "figure_not_number"),
    ],
)
def test_one_rate_for_all_is_above_zero_and_within_the_limit(for_all: Any, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable((), None, "", "stated", for_all)
    assert codes(caught.value) == [code]
    assert caught.value.faults[0].place == Place(column="for_all")


@pytest.mark.parametrize(("for_all", "rate"), [(1, 1), (10**8, 10**8), (np.int64(45_265), 45_265), (0.5, 1)])
def test_one_rate_for_all_is_whole_dong(for_all: Any, rate: int) -> None:
    rates = RateTable((), None, "", "stated", for_all)
    assert (rates.for_all, type(rates.for_all)) == (rate, int)


def test_every_rate_of_a_table_is_above_zero() -> None:
    row = Rate("B", None, 0, origin="sổ.xlsx › Mức thu nhập › 7")
    with pytest.raises(InputFault) as caught:
        RateTable((Rate("A1/1", None, 1), row, Rate("A0/1", None, 0)), None, "", "stated")
    assert codes(caught.value) == ["rate_not_positive", "rate_not_positive"]
    assert [(fault.place.key, fault.place.row) for fault in caught.value.faults] == [(("B",), 7), (("A0/1",), None)]


def test_every_rate_of_a_table_is_whole_dong() -> None:
    rates = RateTable((Rate("B", None, 45_265.5), Rate("A0/1", None, 45_265.25)), None, "", "stated")
    assert rates.as_mapping() == {"B": 45_266, "A0/1": 45_265}
    assert rates.vnd_per_hour("b") == 45_266


# a table of one's own

ENGINES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy polars": pl.LazyFrame,
    "duckdb": lambda columns: duckdb.connect().from_df(pd.DataFrame(columns)),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_row_valid_on_the_day_is_taken(engine: str) -> None:
    frame = ENGINES[engine](
        {
            "grade": ["A1/1", "A1/1", "lái xe"],
            "vnd_per_hour": [23_932, 31_111, 20_000],
            "valid_from": ["2023-07-01", "2024-07-01", None],
            "source": ["NĐ 24", "NĐ 73", None],
        }
    )
    before = RateTable.from_table(frame, on="2024-06-30")
    after = RateTable.from_table(frame, on=dt.date(2024, 7, 1))
    assert before.as_mapping() == {"A1/1": 23_932, "lái xe": 20_000}
    assert after.as_mapping() == {"A1/1": 31_111, "lái xe": 20_000}
    assert after.rates[0].valid_from == dt.date(2024, 7, 1)
    assert (after.confidence, after.on) == ("stated", dt.date(2024, 7, 1))
    assert "NĐ 73" in after.source


grades = st.sampled_from(["A1/1", "a1/2", "chuyên viên", "lái xe", "B/3"])
rows_of_rates = st.lists(
    st.tuples(
        grades, st.fractions(1, 10**8, max_denominator=8).map(float), st.dates(dt.date(2020, 1, 1), dt.date(2020, 3, 1))
    ),
    min_size=1,
    unique_by=lambda row: (row[0], row[2]),
)


@given(rows_of_rates, st.data())
def test_the_order_of_a_table_changes_nothing(rows: list[tuple[str, float, dt.date]], data: st.DataObject) -> None:
    on = dt.date(2020, 3, 1)
    shuffled = data.draw(st.permutations(rows))
    assert RateTable.from_table(table(rows), on) == RateTable.from_table(table(list(shuffled)), on)


@given(rows_of_rates)
def test_a_table_is_the_last_figure_of_each_grade_rounded_half_up(rows: list[tuple[str, float, dt.date]]) -> None:
    expected: dict[str, int] = {}
    for grade, value, _ in sorted(rows, key=lambda row: row[2]):
        expected[grade] = half_up(Fraction(value))
    assert RateTable.from_table(table(rows), dt.date(2021, 1, 1)).as_mapping() == expected


@pytest.mark.parametrize("value", [45_265.5, Decimal("45265.5"), Fraction(90_531, 2)])
def test_a_rate_that_is_not_whole_is_rounded_half_up_once(value: Any) -> None:
    frame = pd.DataFrame({"grade": ["B"], "vnd_per_hour": pd.Series([value], dtype=object)})
    assert RateTable.from_table(frame).vnd_per_hour("B") == 45_266


def test_a_float_stands_for_its_shortest_decimal() -> None:
    assert RateTable.from_table(table([("B", 1.005 * 10**3)])).vnd_per_hour("B") == 1005


def test_there_and_back_through_a_frame_changes_no_rate() -> None:
    for rates in (RateTable.civil_service("2024-07-01"), RateTable.from_gdp_per_head(2023)):
        frame = rates.to_frame()
        assert list(frame.columns) == ["grade", "valid_from", "vnd_per_hour", "source"]
        assert [str(dtype) for dtype in frame.dtypes] == ["string", "datetime64[s]", "int64", "string"]
        back = RateTable.from_table(frame, on=rates.on)
        assert (back.as_mapping(), back.for_all) == (rates.as_mapping(), rates.for_all)


def test_a_star_is_one_rate_for_all_and_stands_alone() -> None:
    assert RateTable.from_table(table([(ALL_GRADES, 45_265)])).for_all == 45_265
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(table([(ALL_GRADES, 45_265), ("A1/1", 31_111)]))
    assert codes(caught.value) == ["rate_for_all_mixed"]


def test_a_source_of_the_table_goes_before_those_of_its_rows() -> None:
    frame = table([("B", 20_000, None, "Biên bản khảo sát")])
    assert RateTable.from_table(frame).source == "Bảng mức thu nhập theo giờ do người sử dụng nêu (Biên bản khảo sát)."
    assert RateTable.from_table(frame, source="Nghị quyết").source == "Nghị quyết"
    assert "không nêu nguồn" in RateTable.from_table(table([("B", 20_000)])).source


def test_all_faults_of_a_table_are_told_at_once() -> None:
    rows: list[tuple[Any, Any, Any, str]] = [
        ("a", 0, None, ""),
        ("b", -5, None, ""),
        ("c", float("nan"), None, ""),
        ("d", None, None, ""),
        ("đ", float("inf"), None, ""),
        ("e", "nhiều", None, ""),
        (None, 1, None, "sổ.xlsx › Mức thu nhập › 8"),
        (" ", 2, None, "sổ.xlsx › Mức thu nhập › 9"),
        ("g", True, None, ""),
        ("h", 10, "2024-01-01", ""),
        ("H", 11, "2024-01-01", ""),
        ("i", 10**8 + 1, "2024-02-30", ""),
        ("k", 12, None, "sổ.xlsx › Mức thu nhập › 14"),
        ("k", 12, None, "sổ.xlsx › Mức thu nhập › 15"),
    ]
    names = ["grade", "vnd_per_hour", "valid_from", "origin"]
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(pd.DataFrame(rows, columns=names, dtype=object), on="2024-07-01")
    assert sorted(
        (fault.code, fault.place.key, fault.place.column) for fault in caught.value.faults if not fault.place.row
    ) == [
        ("blank_required", ("c",), "vnd_per_hour"),
        ("blank_required", ("d",), "vnd_per_hour"),
        ("figure_negative", ("b",), "vnd_per_hour"),
        ("figure_not_number", ("g",), "vnd_per_hour"),
        ("figure_not_number", ("đ",), "vnd_per_hour"),
        ("figure_unreadable", ("e",), "vnd_per_hour"),
        ("no_such_date", ("i", "2024-02-30"), "valid_from"),
        ("over_limit", ("i", "2024-02-30"), "vnd_per_hour"),
        ("rate_not_positive", ("a",), "vnd_per_hour"),
        ("rate_spelt_twice", ("H",), "valid_from"),
    ]
    assert [(fault.code, fault.place.file, fault.place.row) for fault in caught.value.faults if fault.place.row] == [
        ("blank_required", "sổ.xlsx", 8), ("blank_required", "sổ.xlsx", 9), ("duplicate_key", "sổ.xlsx", 15),
    ]  # fmt: skip
    assert {fault.place.table for fault in caught.value.faults} == {"rates"}


def test_a_rule_of_the_rates_names_the_row_it_is_broken_in() -> None:
    origins = [f"sổ.xlsx › Mức thu nhập › {row}" for row in (2, 3, 4)]
    frame = pd.DataFrame({"grade": ["h", "H", "k"], "vnd_per_hour": [10, 11, 0], "origin": origins})
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(frame)
    assert [(fault.code, fault.place.file, fault.place.row) for fault in caught.value.faults] == [
        ("rate_not_positive", "sổ.xlsx", 4), ("rate_spelt_twice", "sổ.xlsx", 3),
    ]  # fmt: skip


ON_2023 = "2023-12-31"
BROKEN_RULES: list[tuple[str, list[tuple[Any, ...]], str | None, list[int]]] = [
    ("rate_not_positive", [("B", 1), ("A0/1", 0)], None, [3]),
    ("rate_rounds_to_zero", [("B", 1), ("A0/1", "0,2 đồng/giờ")], None, [3]),
    ("over_limit", [("B", 1), ("A0/1", 10**9)], None, [3]),
    ("rate_spelt_twice", [("b", 1), ("B", 2)], None, [3]),
    ("rate_needs_date", [("A0/1", 1), ("B", 1, "2024-01-01"), ("B", 2, "2025-01-01")], None, [3]),
    ("rate_not_yet", [("A0/1", 1), ("B", 2, "2025-01-01"), ("B", 1, "2024-01-01")], ON_2023, [4]),
    ("rate_for_all_mixed", [("B", 1), (ALL_GRADES, 2)], None, [3]),
]


@pytest.mark.parametrize("engine", ["pandas", "polars"])
@pytest.mark.parametrize(("code", "rows", "on", "expected"), BROKEN_RULES)
def test_every_fault_of_a_row_is_found_in_its_file(
    engine: str, code: str, rows: list[tuple[Any, ...]], on: str | None, expected: list[int]
) -> None:
    full = [(*row, None)[:3] for row in rows]
    columns = dict(zip(("grade", "vnd_per_hour", "valid_from"), map(list, zip(*full, strict=True)), strict=True))
    columns["vnd_per_hour"] = list(map(str, columns["vnd_per_hour"]))
    columns["origin"] = [f"sổ.xlsx › Mức thu nhập › {row}" for row in range(2, 2 + len(rows))]
    with pytest.raises((InputFault, DateOutOfRangeError)) as caught:
        RateTable.from_table(ENGINES[engine](columns), on)
    assert codes(caught.value) == [code]
    places = [fault.place for fault in caught.value.faults]
    assert [(place.file, place.sheet, place.row) for place in places] == [
        ("sổ.xlsx", "Mức thu nhập", row) for row in expected
    ]


def test_a_faulty_date_is_no_blank_one() -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(table([("B", 1, "sớm"), ("B", 2, None)]), on="2024-07-01")
    assert codes(caught.value) == ["not_a_date"]


def test_a_positive_rate_never_becomes_zero() -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(table([("B", 0.045)]))
    assert codes(caught.value) == ["rate_rounds_to_zero"]
    assert "ghi 0" not in caught.value.text("vi")
    assert "type 0" not in caught.value.text("en")


def test_the_limit_itself_is_allowed() -> None:
    assert RateTable.from_table(table([("B", 10**8)])).vnd_per_hour("B") == 10**8


def test_several_dates_need_a_day() -> None:
    frame = table([("B", 1, "2024-01-01"), ("B", 2, "2025-01-01"), ("A0/1", 3, "2024-01-01")])
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(frame)
    assert caught.value.faults[0].place == Place(table="rates", key=("B",), column="valid_from")
    assert codes(caught.value) == ["rate_needs_date"]
    for language in ("vi", "en"):
        said = caught.value.text(language)
        assert 'on="2024-07-01"' in said
        assert "--rates-on 2024-07-01" in said


def test_a_day_before_the_first_row_of_a_grade_is_out_of_range() -> None:
    frame = table([("B", 1, "2024-01-01"), ("A0/1", 3, "2025-01-01"), ("A0/2", 3, "2023-01-01")])
    with pytest.raises(DateOutOfRangeError) as caught:
        RateTable.from_table(frame, on="2023-12-31")
    assert [fault.place.key for fault in caught.value.faults] == [("A0/1",), ("B",)]


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pd.DataFrame({"ngạch": ["B"]}), ["missing_column", "missing_column"]),
        (pd.DataFrame({"grade": ["B"], "vnd_per_hours": [1]}), ["missing_column", "misspelt_column"]),
        (pd.DataFrame({"grade": [], "vnd_per_hour": []}), ["rate_table_empty"]),
        (pd.DataFrame(), ["rate_table_empty"]),
        ({"B": 20_000}, ["not_a_dataframe"]),
    ],
)
def test_what_is_no_table_of_rates_is_a_fault(frame: Any, expected: list[str]) -> None:
    with pytest.raises(InputFault) as caught:
        RateTable.from_table(frame)
    assert codes(caught.value) == expected


# the figures themselves


def figures() -> list[dict[str, Any]]:
    return [row for rows in _data().values() if isinstance(rows, list) for row in rows]


def test_every_figure_has_unit_source_confidence_and_date() -> None:
    assert len(figures()) == 8 + 5 + 3 + 1 + 1 + 4
    for row in figures():
        assert row["unit"]
        assert row["source"]
        assert isinstance(row["from"], dt.date)
        assert row["confidence"] in {"F", "M"}
        assert ("cần xác nhận" in row["source"]) == (row["confidence"] == "M")


def test_titles_belong_to_their_classes() -> None:
    assert {row["class"]: row["title"] for row in _data()["coefficient"]} == {
        name: values[0] for name, values in CLASSES.items()
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_errors_can_be_said_in_both_languages(language: Language) -> None:
    with pytest.raises(UnknownNameError) as caught:
        RateTable.civil_service("2024-07-01").vnd_per_hour("chuyên viên")
    assert 'representative_steps={"chuyên viên": 3}' in caught.value.text(language)
