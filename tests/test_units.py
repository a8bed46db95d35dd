"""What figures in forms mean, one spelling at a time, and the laws their reading keeps."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import partial
from importlib.resources import files
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tthc_cost.errors import AmbiguousQuantityError, DimensionError, InputFault, TthcCostError
from tthc_cost.numerals import format_integer
from tthc_cost.units import (
    read_count,
    read_duration,
    read_effort,
    read_frequency,
    read_money,
    read_number,
    read_rate,
    registry,
)

NBSP = "\N{NO-BREAK SPACE}"
FOREIGN: Any = pint.UnitRegistry()
FOREIGN.define("person = [person]")
FOREIGN.define("person_hour = person * hour")
FOREIGN.define("person_day = 7.5 * person_hour")
FOREIGN.define("working_day = [office_time]")
FOREIGN.define("VND = [currency]")
FOREIGN.define("million_dong = 1e6 * VND")
FOREIGN.define("dossier = [file]")
OURS: Any = registry()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10", "10"),
        ("03", "3"),
        ("0", "0"),
        ("1,5", "3/2"),
        ("1.5", "3/2"),
        ("1,50", "3/2"),
        ("0.234", "0.234"),
        ("0,234", "0.234"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1 234 567", "1234567"),
        ("1234,567", "1234.567"),
        ("1234.567", "1234.567"),
        ("1,2345", "1.2345"),
        ("1.5 giờ", "3/2"),
        ("2 giờ", "2"),
        ("2 GIỜ", "2"),
        ("2giờ", "2"),
        ("2 gio", "2"),
        ("2h", "2"),
        ("2 hours", "2"),
        ("2 giờ công", "2"),
        ("2 giờ làm việc", "2"),
        ("2 person-hours", "2"),
        ("2 person_hour", "2"),
        (f"2{NBSP}giờ", "2"),
        ("２ giờ", "2"),
        ("1\N{ZERO WIDTH SPACE}5 giờ", "15"),
        ("45 phút", "3/4"),
        ("45 phut", "3/4"),
        ("45'", "3/4"),
        ("45′", "3/4"),
        ("45 min", "3/4"),
        ("45 ph.", "3/4"),
        ("36 giây", "1/100"),
        ("1 giờ 30 phút", "3/2"),
        ("1 giờ 30", "3/2"),
        ("1h30", "3/2"),
        ("1h30'", "3/2"),
        ("1h05", "13/12"),
        ("1 giờ 90 phút", "5/2"),
        ("½ giờ", "1/2"),
        ("1½ giờ", "3/2"),
        ("1 1/2 giờ", "3/2"),
        ("1/3 giờ", "1/3"),
        ("2 ngày công", "16"),
        ("½ ngày công", "4"),
        ("1 ngày công 2 giờ", "10"),
        ("2 man-days", "16"),
        ("03 người x 2 giờ", "6"),
        ("3 người × 45 phút", "9/4"),
        ("2 giờ x 3 người", "6"),
        ("3 công chức * 2 giờ công", "6"),
        ("2 x 1 giờ 30 phút", "3"),
        ("2 người x 1,5 ngày công", "24"),
        ("1.234 người x 1,5 giờ", "1851"),
        ("2 giờ/hồ sơ", "2"),
        ("45 phút/02 hồ sơ", "3/8"),
    ],
)
def test_effort_is_read_in_person_hours(text: str, hours: str) -> None:
    assert read_effort(text) == Fraction(hours)


@pytest.mark.parametrize(
    ("text", "vnd"),
    [
        ("20.000", 20_000),
        ("20,000", 20_000),
        ("20 000", 20_000),
        ("20.000 đồng", 20_000),
        ("20.000đ", 20_000),
        ("20.000 đ.", 20_000),
        ("20.000 dong", 20_000),
        ("20.000 VNĐ", 20_000),
        ("20000 vnd", 20_000),
        ("1.234.567 đồng", 1_234_567),
        ("31.685,5 đồng", Fraction(63_371, 2)),
        ("1.234,567", Fraction(1_234_567, 1000)),
        ("1,5 triệu", 1_500_000),
        ("1.5 triệu", 1_500_000),
        ("1,5 triệu đồng", 1_500_000),
        ("1,5tr", 1_500_000),
        ("2 tỷ", 2_000_000_000),
        ("2 tỉ đồng", 2_000_000_000),
        ("20 nghìn", 20_000),
        ("20 ngàn đồng", 20_000),
        ("20k", 20_000),
        ("2 nghìn tỷ đồng", 2 * 10**12),
        ("1 tỷ 500 triệu", 1_500_000_000),
        ("1 triệu 200.000 đồng", 1_200_000),
        ("1.500,5 triệu", 1_500_500_000),
        ("20.000 đồng/hồ sơ", 20_000),
        ("20.000 đồng/01 lần", 20_000),
    ],
)
def test_money_is_read_in_dong(text: str, vnd: Fraction | int) -> None:
    assert read_money(text, argument="fee_vnd") == vnd


@pytest.mark.parametrize(
    "text",
    ["45.265", "45.265 đồng", "45.265 đồng/giờ", "45.265 đ/giờ công", "45,2650 nghìn đồng/h",
     "45.265 đồng/01 người/01 giờ làm việc", "45.265 VND per hour"],
)  # fmt: skip
def test_a_rate_is_read_in_dong_an_hour(text: str) -> None:
    assert read_rate(text) == 45_265


@pytest.mark.parametrize(
    ("text", "days"),
    [("10", "10"), ("05 ngày", "5"), ("5 ngày làm việc", "5"), ("1/2 ngày", "1/2"), ("½ ngày", "1/2"),
     ("1,5 ngày", "3/2"), ("5 working days", "5"), ("0.5", "1/2")],
)  # fmt: skip
def test_a_duration_is_read_in_working_days(text: str, days: str) -> None:
    assert read_duration(text, argument="deadline_days") == Fraction(days)


@pytest.mark.parametrize(
    ("text", "times"),
    [("12", "12"), ("1/3", "1/3"), ("0,5", "1/2"), ("2 lần", "2"), ("2 lần/năm", "2"), ("2 lần / 01 năm", "2"),
     ("1 lần/quý", "4"), ("1 lần/tháng", "12"), ("2 lần/6 tháng", "4"), ("1 lần/3 năm", "1/3"), ("3/năm", "3"),
     ("40 hồ sơ/năm", "40"), ("2 times per year", "2")],
)  # fmt: skip
def test_a_frequency_is_read_in_times_a_year(text: str, times: str) -> None:
    assert read_frequency(text) == Fraction(times)


@pytest.mark.parametrize(
    ("text", "count"),
    [("40", 40), ("1.234", 1234), ("1,234", 1234), ("40 đối tượng", 40), ("1.234 hồ sơ/năm", 1234), ("38 xã", 38),
     ("03 người", 3), ("46 TTHC", 46), ("1,5", Fraction(3, 2))],
)  # fmt: skip
def test_a_count_is_whole_so_three_digits_are_thousands(text: str, count: Fraction | int) -> None:
    assert read_count(text, argument="population") == count


@pytest.mark.parametrize(
    ("value", "number"),
    [("0,7", "7/10"), ("0.7", "7/10"), ("7/10", "7/10"), ("1.234,5", "1234.5"), ("95.600.000", "95600000"),
     (0.7, "7/10"), (FOREIGN.Quantity(0.7, ""), "7/10")],
)  # fmt: skip
def test_a_number_without_a_unit_is_read_exactly(value: object, number: str) -> None:
    assert read_number(value, argument="allowance") == Fraction(number)


@pytest.mark.parametrize(
    ("value", "code"),
    [("1.234", "figure_has_two_readings"), ("nhiều", "figure_unreadable"), ("10-15", "figure_is_range"),
     ("176 giờ", "wrong_quantity"), ("-0,5", "figure_negative"), (FOREIGN("2 hour"), "wrong_quantity"),
     ("0", "figure_not_positive"), (0, "figure_not_positive")],
)  # fmt: skip
def test_what_is_no_single_positive_number_says_why(value: object, code: str) -> None:
    with pytest.raises(TthcCostError) as caught:
        read_number(value, argument="hours_per_month", positive=True)
    assert [(one.code, one.place.column) for one in caught.value.faults] == [(code, "hours_per_month")]
    assert caught.value.text("vi")
    assert caught.value.text("en")


def test_zero_is_a_number() -> None:
    assert read_number("0", argument="allowance") == read_number(0, argument="allowance") == 0


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("1.234", "1234", "1,2340"),
        ("1,234", "1,2340", "1234"),
        ("1.000 giờ", "1000 giờ", "1 giờ"),
        ("12.345 phút", "12345 phút", "12,3450 phút"),
        ("2 người x 1.500 giờ", "2 người x 1500 giờ", "2 người x 1,5000 giờ"),
        ("1.234 người x 1.234 giờ", "1234 người x 1234 giờ", "1234 người x 1,2340 giờ"),
    ],
)
def test_effort_with_two_readings_is_refused_and_both_are_shown(text: str, first: str, second: str) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_effort(text)
    assert f"«{first}» hoặc «{second}»" in caught.value.text("vi")
    assert f"«{first}» or «{second}»" in caught.value.text("en")
    assert read_effort(first) != read_effort(second)


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1.500 triệu", (1_500_000_000, 1_500_000)), ("1,234 tỷ đồng", (1_234_000_000, 1_234_000_000_000))],
)
def test_three_digits_before_a_scale_word_may_be_thousands_or_decimals(text: str, readings: tuple[int, int]) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_money(text, argument="fee_vnd")
    values = dict(caught.value.faults[0].values)
    assert [read_money(values[name], argument="fee_vnd") for name in ("first", "second")] == list(readings)


@pytest.mark.parametrize("text", ["10-15", "10 – 15", "10−15 giờ", "10 đến 15 giờ", "từ 10 tới 15", "10 hoặc 15"])
def test_a_range_is_no_figure_and_both_ends_are_shown(text: str) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_effort(text)
    assert "nêu hơn một con số (10; 15); ở đây cần một con số duy nhất" in caught.value.text("vi")
    assert "gives more than one number (10; 15); a single number is needed" in caught.value.text("en")


@pytest.mark.parametrize("text", ["khoảng 50", "~50", "trên 50", ">5", "≥ 5 giờ", "tối đa 5 giờ", "about 5", "50+"])
def test_a_bound_or_an_approximation_is_no_figure(text: str) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_effort(text)
    assert "chỉ là mức ước chừng hoặc giới hạn; ở đây cần một con số duy nhất" in caught.value.text("vi")
    assert "only an approximation or a bound; a single number is needed" in caught.value.text("en")


@pytest.mark.parametrize(
    "text",
    ["1h5", "1 giờ 90", "30 phút 2 giờ", "3 người x 2", "2 x 3", "2 giờ x 2 giờ", "2 người x 3 người", "2 3", "1/0 giờ",
     "1:30", "1e3", "5²", "٥ giờ", "giờ", "-", "x 2 giờ", "2 giờ x", "2 giờ/", "1.5,5.5", "01.234.56", "1 3/2 giờ",
     "2 người x 3 giờ x 2 người", "2 giờ / 0 hồ sơ", "½1 giờ", "1 nghìn 2 giờ", "1/2/2024", "9" * 101, "$5"],
)  # fmt: skip
def test_what_has_no_reading_says_how_to_write_it(text: str) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_effort(text)
    assert "cột effort_hours: không đọc được «" in caught.value.text("vi")
    assert "viết theo một trong các cách: 1,5 giờ; 45 phút; 2 ngày công; 3 người x 2 giờ." in caught.value.text("vi")
    assert "cannot be read; effort (person-hours) is expected here." in caught.value.text("en")


@pytest.mark.parametrize(
    "text", ["2 triệu 5", "500 triệu 1 tỷ", "2 x 20.000 đồng", "1120.000", "01.500 đồng", "-", "miễn phí"]
)
def test_money_without_a_reading_is_refused(text: str) -> None:
    with pytest.raises(AmbiguousQuantityError, match="không đọc được"):
        read_money(text, argument="fee_vnd")


@pytest.mark.parametrize("days", ["2 ngày", "1/2 ngày", "3 người x 2 ngày", "2 days"])
def test_bare_days_of_effort_could_be_work_or_waiting(days: str) -> None:
    with pytest.raises(AmbiguousQuantityError) as caught:
        read_effort(days)
    assert "hai cách hiểu: «ngày công» (công sức của người làm) hoặc «ngày làm việc»" in caught.value.text("vi")
    assert "person-days («ngày công») or elapsed working days («ngày làm việc»)" in caught.value.text("en")


@pytest.mark.parametrize(
    "elapsed",
    ["2 ngày làm việc", "3 người x 2 ngày làm việc", "1 tuần", "2 tháng", "5 ngày lịch", FOREIGN("2 working_day"),
     FOREIGN("2 day"), FOREIGN("2 person * day"), OURS("2 working_day"), OURS("1 week")],
)  # fmt: skip
def test_elapsed_time_is_never_effort(elapsed: object) -> None:
    with pytest.raises(DimensionError) as caught:
        read_effort(elapsed)
    assert "là thời gian trôi qua, không phải thời gian thực hiện (giờ công)" in caught.value.text("vi")
    assert "is elapsed time, not effort (person-hours)" in caught.value.text("en")


@pytest.mark.parametrize(
    "other",
    ["20.000 đồng", "3 người", "2 giờ/năm", "3 người 2 giờ", "3 người 30 phút x 2 người",
     FOREIGN("2 VND"), FOREIGN("2 km"), FOREIGN("3 person"),
     FOREIGN.Quantity(2, ""), FOREIGN("2 hour ** 2"), FOREIGN.Quantity(20, "degC")],
)  # fmt: skip
def test_effort_of_another_kind_says_what_came_and_what_was_expected(other: object) -> None:
    with pytest.raises(DimensionError) as caught:
        read_effort(other, argument="effort_hours")
    shown = other if isinstance(other, str) else str(other)
    assert f"cột effort_hours: «{shown}» không phải là thời gian thực hiện (giờ công)." in caught.value.text("vi")
    assert f"column effort_hours: «{shown}» is not effort (person-hours)." in caught.value.text("en")


@pytest.mark.parametrize(
    "other", ["2 giờ", "20.000 đồng/giờ", "1 triệu đồng/năm", FOREIGN("2 hour"), FOREIGN("2 VND/hour"), FOREIGN("2 kg")]
)
def test_money_of_another_kind_is_refused(other: object) -> None:
    with pytest.raises(DimensionError, match=r"không phải là số tiền \(đồng\)"):
        read_money(other, argument="fee_vnd")


@pytest.mark.parametrize(
    "other", ["95,6 triệu đồng/năm", "8 triệu/tháng", "300.000 đồng/ngày", FOREIGN("2 VND/month"), FOREIGN("2 VND/day")]
)
def test_a_rate_that_is_not_hourly_is_refused(other: object) -> None:
    with pytest.raises(DimensionError, match="không tính theo giờ"):
        read_rate(other)


@pytest.mark.parametrize("other", ["5 đồng/người", "2 giờ", FOREIGN("2 VND"), FOREIGN("2 hour")])
def test_a_rate_of_another_kind_is_refused(other: object) -> None:
    with pytest.raises(DimensionError, match="không phải là mức thu nhập bình quân"):
        read_rate(other)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("4 giờ", "không đổi ra ngày làm việc được"),
        (FOREIGN("4 hour"), "không đổi ra ngày làm việc được"),
        ("5 ngày lịch", "thời gian theo lịch"),
        ("2 tuần", "thời gian theo lịch"),
        (FOREIGN("2 day"), "thời gian theo lịch"),
        ("2 ngày công", "công sức của người làm"),
        ("4 giờ công", "công sức của người làm"),
        (FOREIGN("2 person_day"), "công sức của người làm"),
        ("20.000 đồng", "không phải là thời hạn"),
    ],
)
def test_a_duration_of_another_kind_says_why(other: object, reason: str) -> None:
    with pytest.raises(DimensionError, match=reason):
        read_duration(other, argument="deadline_days")


@pytest.mark.parametrize("other", ["2 tuần", "5 ngày lịch", FOREIGN("2 day"), OURS("1 month")])
def test_calendar_time_is_refused_even_where_hours_convert(other: object) -> None:
    with pytest.raises(DimensionError, match="thời gian theo lịch"):
        read_duration(other, argument="deadline_days", hours_per_working_day=8)


@pytest.mark.parametrize("hours", ["4 giờ", "240 phút", FOREIGN("4 hour"), OURS("240 min")])
def test_hours_are_a_duration_once_the_working_day_is_stated(hours: object) -> None:
    assert read_duration(hours, argument="duration_days", hours_per_working_day=8) == Fraction(1, 2)
    assert read_duration(hours, argument="duration_days", hours_per_working_day=Fraction(5)) == Fraction(4, 5)


def test_days_and_hours_of_a_duration_add_up() -> None:
    assert read_duration("2 ngày 4 giờ", argument="duration_days", hours_per_working_day=8) == Fraction(5, 2)


@pytest.mark.parametrize("other", ["1 lần/tuần", "2 lần/ngày", FOREIGN("1/week"), FOREIGN("1/hour")])
def test_a_year_has_no_stated_number_of_weeks_and_working_days(other: object) -> None:
    with pytest.raises(AmbiguousQuantityError, match="một năm có bao nhiêu tuần, ngày làm việc"):
        read_frequency(other)


@pytest.mark.parametrize("other", ["2 giờ", "20.000 đồng", "1/3 năm", "2 lần/hồ sơ", FOREIGN("2 hour")])
def test_a_frequency_of_another_kind_is_refused(other: object) -> None:
    with pytest.raises(DimensionError, match="không phải là số lần thực hiện trong một năm"):
        read_frequency(other)


@pytest.mark.parametrize("other", ["40 giờ", "40 đồng", "40 lần", FOREIGN("3 hour")])
def test_a_count_of_another_kind_is_refused(other: object) -> None:
    with pytest.raises(DimensionError, match="không phải là số lượng"):
        read_count(other, argument="population")


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (3, "3"),
        (0.7, "7/10"),
        (1e-7, "1/10000000"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (Decimal("0.7"), "7/10"),
        (Fraction(1, 3), "1/3"),
        (np.int64(3), "3"),
        (np.float64(0.7), "7/10"),
        (np.float32(0.1), "1/10"),
        (np.str_("1,5"), "3/2"),
    ],
)
def test_a_plain_number_is_exact_and_a_float_is_its_shortest_decimal(number: object, exact: str) -> None:
    read = (read_effort(number), read_money(number, argument="x"), read_rate(number), read_frequency(number),
            read_duration(number, argument="x"), read_count(number, argument="x"))  # fmt: skip
    assert read == (Fraction(exact),) * 6
    assert all(type(one) is Fraction for one in read)


@pytest.mark.parametrize(
    "value",
    [True, np.True_, float("nan"), float("-inf"), np.float64("nan"), Decimal("NaN"), Decimal("sNaN"),
     Decimal("1e999999"), Decimal("0e-999999"), 10**5000, -(10**5000), Fraction(10**5000, 3), [1], b"1", 1j,
     FOREIGN.Quantity([1.0, 2.0], "hour"), FOREIGN.Quantity(float("nan"), "hour")],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_finite_number_is_a_fault(value: object) -> None:
    with pytest.raises(InputFault) as caught:
        read_effort(value)
    assert "không phải là một con số hữu hạn" in caught.value.text("vi")
    assert "is not a finite number" in caught.value.text("en")


@pytest.mark.parametrize("value", [None, "", f" {NBSP} "])
def test_what_is_missing_is_not_zero(value: object) -> None:
    with pytest.raises(InputFault) as caught:
        read_money(value, argument="fee_vnd")
    assert caught.value.text("vi").startswith("cột fee_vnd: thiếu số liệu.")
    assert caught.value.text("en").startswith("column fee_vnd: the figure is missing.")


@pytest.mark.parametrize("value", [-1, -0.5, Decimal(-1), "-5", "−5 giờ", "- 5", FOREIGN.Quantity(-1, "hour")])
def test_a_negative_figure_is_a_fault(value: object) -> None:
    with pytest.raises(InputFault) as caught:
        read_effort(value)
    assert "là số âm" in caught.value.text("vi")
    assert "is negative" in caught.value.text("en")


@pytest.mark.parametrize(
    ("quantity", "hours"),
    [
        (FOREIGN("45 minute"), "3/4"),
        (FOREIGN("2 person_hour"), "2"),
        (FOREIGN("2 hour * person"), "2"),
        (FOREIGN("2 person_day"), "16"),
        (FOREIGN.Quantity(np.float32(0.1), "hour"), "1/10"),
        (OURS("1.5 giờ_công"), "3/2"),
        (OURS("2 ngày_công"), "16"),
        (OURS("3 người") * OURS("20 min"), "1"),
    ],
)
def test_a_quantity_of_any_registry_is_read_by_the_names_of_its_units(quantity: object, hours: str) -> None:
    assert read_effort(quantity) == Fraction(hours)


def test_other_quantities_are_read_too() -> None:
    assert read_money(FOREIGN("2 million_dong"), argument="fee_vnd") == 2_000_000
    assert read_money(OURS("1.5 triệu_đồng"), argument="fee_vnd") == 1_500_000
    assert read_rate(FOREIGN("60 VND/minute")) == 3_600
    assert read_rate(OURS("45265 đồng/giờ_công")) == 45_265
    assert read_duration(FOREIGN("2 working_day"), argument="deadline_days") == 2
    assert read_frequency(FOREIGN("2/year")) == 2
    assert read_frequency(FOREIGN("1/month")) == 12
    assert read_frequency(FOREIGN("5 dossier/year")) == 5
    assert read_count(FOREIGN.Quantity(3, ""), argument="population") == 3
    assert read_count(OURS("3 hồ_sơ"), argument="population") == 3


def test_the_hours_of_a_person_day_are_a_parameter() -> None:
    assert read_effort("2 ngày công", hours_per_day=7.5) == 15
    assert read_effort(OURS("2 person_day"), hours_per_day=Decimal("7.5")) == 15
    assert read_effort("3 giờ", hours_per_day=7) == 3


@pytest.mark.parametrize("hours", [0, -8])
def test_a_day_without_hours_is_a_fault(hours: int) -> None:
    with pytest.raises(InputFault, match="cột hours_per_day"):
        read_effort("2 ngày công", hours_per_day=hours)
    with pytest.raises(InputFault, match="cột hours_per_working_day"):
        read_duration("2 ngày", argument="deadline_days", hours_per_working_day=hours)


def test_the_annual_cost_has_the_dimension_of_money_a_year() -> None:
    cost = OURS("2 person_hour") * OURS("45265 dong/person_hour") * OURS("3/year") * OURS("40 subject")
    assert cost.to("dong/year").magnitude == 2 * 45_265 * 3 * 40


def test_the_three_kinds_of_time_do_not_mix() -> None:
    times = [OURS("1 person_hour"), OURS("1 working_day"), OURS("1 hour")]
    for index, one in enumerate(times):
        for other in times[index + 1 :]:
            assert not one.is_compatible_with(other)


def test_procedures_and_dossiers_cannot_be_added() -> None:
    with pytest.raises(pint.DimensionalityError):
        OURS("1 procedure") + OURS("1 dossier")


def test_pint_waits_until_a_quantity_needs_it() -> None:
    program = (
        "import sys, tthc_cost.units as u; u.read_effort('45 phút'); u.read_money(20000, argument='fee_vnd');"
        "assert 'pint' not in sys.modules; u.registry(); assert 'pint' in sys.modules"
    )
    subprocess.run([sys.executable, "-X", "utf8", "-c", program], check=True)


def test_the_registry_is_private_and_always_the_same() -> None:
    assert registry() is registry()
    assert "person_hour" not in pint.UnitRegistry()


def test_every_remark_is_in_both_languages_in_normal_form() -> None:
    text = (files("tthc_cost") / "data" / "messages" / "units.toml").read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert all({"severity", "vi", "vi_mend", "en", "en_mend"} == set(entry) for entry in tomllib.loads(text).values())


@given(st.integers(0, 10**15), st.sampled_from(["vi", "en"]), st.sampled_from(["", " đồng", "đ", f"{NBSP}VND"]))
def test_printed_money_reads_back(vnd: int, language: Any, unit: str) -> None:
    assert read_money(format_integer(vnd, language=language) + unit, argument="fee_vnd") == vnd


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.sampled_from([1, 2, 4, 5]))
def test_a_decimal_comma_and_a_decimal_point_agree(whole: int, decimals: int, digits: int) -> None:
    part = f"{decimals % 10**digits:0{digits}}"
    exact = whole + Fraction(int(part), 10**digits)
    assert read_effort(f"{whole},{part}") == read_effort(f"{whole}.{part}") == exact


@given(st.integers(1, 999), st.integers(0, 999))
def test_three_digits_after_one_mark_always_show_two_readings(first: int, second: int) -> None:
    for text in (f"{first}.{second:03} giờ", f"{first},{second:03} giờ"):
        with pytest.raises(AmbiguousQuantityError) as caught:
            read_effort(text)
        values = dict(caught.value.faults[0].values)
        readings = {read_effort(values["first"]), read_effort(values["second"])}
        assert readings == {Fraction(1000 * first + second), first + Fraction(second, 1000)}


@given(st.integers(0, 10**6))
def test_minutes_and_hours_agree(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    expected = Fraction(minutes, 60)
    assert read_effort(f"{minutes} phút") == expected
    assert read_effort(f"{minutes}/60 giờ") == expected
    assert read_effort(f"{hours}h{rest:02}") == expected


@given(st.floats(0, 1e9), st.sampled_from(["minute", "hour"]))
def test_a_plain_time_of_a_foreign_registry_is_person_time(size: float, unit: str) -> None:
    assert read_effort(FOREIGN.Quantity(size, unit)) == Fraction(repr(size)) / (60 if unit == "minute" else 1)


@given(st.sampled_from([
    "1 giờ 30 phút", "½ ngày công", "03 người x 2 giờ", "2 ngày làm việc", "khoảng 5 giờ", "1.234 giờ", "2 ngày",
]))  # fmt: skip
def test_the_unicode_normal_form_makes_no_difference(text: str) -> None:
    figure, refusal = outcome(read_effort, text)
    for same in (unicodedata.normalize("NFD", text), text.upper()):
        other, other_refusal = outcome(read_effort, same)
        assert other == figure
        assert type(other_refusal) is type(refusal)
        assert refusal is None or (other_refusal and other_refusal.faults[0].code == refusal.faults[0].code)


READERS: tuple[Any, ...] = (
    read_effort,
    read_rate,
    read_frequency,
    partial(read_money, argument="fee_vnd"),
    partial(read_duration, argument="deadline_days"),
    partial(read_duration, argument="duration_days", hours_per_working_day=8),
    partial(read_count, argument="population"),
)


def outcome(read: Any, text: str) -> tuple[Fraction | None, TthcCostError | None]:
    """Return the figure, or the refusal to read it."""
    try:
        return read(text), None
    except TthcCostError as error:
        return None, error


PIECES = st.sampled_from([
    "0", "1", "12", "234", "1.234", "1,5", "½", "1/2", ".", ",", "/", "-", "–", " ", NBSP, "x", "×", "'", "giờ", "h",
    "phút", "ngày", "công", "làm việc", "người", "đồng", "triệu", "tỷ", "k", "lần", "năm", "quý", "đến", "khoảng", "~",
    "\u0301",
])  # fmt: skip


@given(st.text(max_size=150) | st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=15).map(" ".join))
@example("1" * 100)
@example("1." * 50)
@example("1 234" * 20)
@example("1/" * 50)
@example("a\u0301" * 50)
@example("\ud800 giờ")
@example("{value} giờ")
@example("1.234/1.234quý")
def test_any_text_is_read_or_refused_and_quickly(text: str) -> None:
    start = time.perf_counter()
    for read in READERS:
        figure, refusal = outcome(read, text)
        if refusal is None:
            assert type(figure) is Fraction
            assert figure >= 0
        else:
            assert refusal.text("vi")
            assert refusal.text("en")
            values = dict(refusal.faults[0].values)
            assert "first" not in values or read(values["first"]) != read(values["second"])
    assert time.perf_counter() - start < 2
