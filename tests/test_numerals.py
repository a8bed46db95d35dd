"""Numbers print as both languages write them, exactly, and a numeral reads back in each convention."""

from __future__ import annotations

import tomllib
import unicodedata
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_cost.errors import InputFault
from tthc_cost.numerals import (
    DECIMAL_MARKS,
    clean,
    cut,
    exact_number,
    format_decimal,
    format_exact,
    format_integer,
    format_percent,
    read_numeral,
    rewrite,
    shorten,
)

if TYPE_CHECKING:
    from tthc_cost.errors import Language

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1.000", "1,000"),
        (1_234_567, "1.234.567", "1,234,567"),
        (-1_234_567, "-1.234.567", "-1,234,567"),
        (Fraction(63_371, 2), "31.686", "31,686"),
        (Fraction(-1, 3), "0", "0"),
        (None, "–", "–"),
    ],
)
def test_whole_numbers_are_grouped(number: int | None, vi: str, en: str) -> None:
    assert (format_integer(number), format_integer(number, language="en")) == (vi, en)


@pytest.mark.parametrize(
    ("number", "digits", "vi", "en"),
    [
        (Fraction(2469, 2), 2, "1.234,50", "1,234.50"),
        (0.125, 2, "0,13", "0.13"),
        (2.675, 2, "2,68", "2.68"),
        (Decimal("-0.125"), 2, "-0,13", "-0.13"),
        (Fraction(-1, 1000), 2, "0,00", "0.00"),
        (Fraction(1, 20), 1, "0,1", "0.1"),
        (Fraction(2, 3), 4, "0,6667", "0.6667"),
    ],
)
def test_decimals_are_rounded_exactly_half_away_from_zero(number: Fraction, digits: int, vi: str, en: str) -> None:
    assert (format_decimal(number, digits), format_decimal(number, digits, language="en")) == (vi, en)


@pytest.mark.parametrize(
    ("ratio", "digits", "vi", "en"),
    [
        # The example of article 27(3), and two published ratios of procedures simplified.
        (Fraction(9_453_000, 22_527_200), 2, "41,96", "41.96"),
        (Fraction(3_071, 4_888), 1, "62,8", "62.8"),
        (Fraction(2_269, 6_974), 1, "32,5", "32.5"),
        (Fraction(1, 5), 0, "20", "20"),
        (Fraction(-1, 8), 1, "-12,5", "-12.5"),
        (Fraction(5, 100_000), 2, "0,01", "0.01"),
    ],
)  # fmt: skip
def test_a_ratio_prints_in_per_cent(ratio: Fraction, digits: int, vi: str, en: str) -> None:
    assert format_percent(ratio, digits) == f"{vi}{NBSP}%"
    assert format_percent(ratio, digits, language="en") == f"{en}{NBSP}%"


def test_no_ratio_prints_as_a_dash() -> None:
    assert format_percent(None, apart_from=Fraction(1, 5)) == "–"
    assert format_decimal(None, 2) == "–"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [("0.19999", "19,999"), ("0.199999999", "19,9999999"), ("0.20001", "20,001"), ("0.2", "20,00"),
     ("0.19994", "19,99")],
)  # fmt: skip
def test_just_short_of_the_target_never_prints_as_the_target(ratio: str, text: str) -> None:
    assert format_percent(Fraction(ratio), apart_from=Fraction(1, 5)) == f"{text}{NBSP}%"


def test_fewer_than_no_decimals_is_a_fault() -> None:
    with pytest.raises(InputFault, match="cột digits"):
        format_decimal(1, -1)


@given(st.fractions(), st.fractions(), st.integers(0, 4))
def test_different_ratios_print_differently_beside_each_other(ratio: Fraction, target: Fraction, digits: int) -> None:
    printed = format_percent(ratio, digits, apart_from=target)
    same_digits = len(printed.partition(",")[2].rstrip(f"{NBSP}%"))
    assert (printed == format_percent(target, same_digits)) == (ratio == target)


@given(st.fractions(min_value=0), st.integers(0, 6))
def test_printing_is_off_by_half_a_last_digit_at_most(number: Fraction, digits: int) -> None:
    printed = Fraction(format_decimal(number, digits, language="en").replace(",", ""))
    assert abs(printed - number) * 2 * 10**digits <= 1
    assert format_decimal(-number, digits).lstrip("-") == format_decimal(number, digits)


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (Fraction(2469, 2), "1.234,5", "1,234.5"),
        (0.7, "0,7", "0.7"),
        (Decimal("2.50"), "2,5", "2.5"),
        (Fraction(-1, 10**6), "-0,000001", "-0.000001"),
        (Fraction(1, 10**7), "1/10.000.000", "1/10,000,000"),
        (Fraction(-4000, 3), "-4.000/3", "-4,000/3"),
        (2112, "2.112", "2,112"),
        (None, "–", "–"),
    ],
)
def test_an_exact_number_is_a_short_decimal_or_a_quotient(number: Fraction, vi: str, en: str) -> None:
    assert (format_exact(number), format_exact(number, language="en")) == (vi, en)


@given(st.fractions())
def test_an_exact_number_prints_without_rounding(number: Fraction) -> None:
    over, _, under = format_exact(number, language="en").replace(",", "").partition("/")
    assert Fraction(over) / Fraction(under or 1) == number


@given(st.integers(0, 10**12), st.integers(0, 4), st.sampled_from(["vi", "en"]))
def test_a_printed_number_is_read_in_the_convention_it_is_printed_in(
    steps: int, digits: int, language: Language
) -> None:
    number = Fraction(steps, 10**digits)
    printed = format_decimal(number, digits, language=language)
    mark = "," if language == "vi" else "."
    assert cut(printed, {}) == [("numeral", printed)]
    assert read_numeral(printed, mark, whole=False) == number


@pytest.mark.parametrize(
    ("numeral", "comma", "point"),
    [
        ("1,5", Fraction(3, 2), None),
        ("1.234", Fraction(1234), Fraction(617, 500)),
        ("1.234,5", Fraction(2469, 2), None),
        ("1,234.5", None, Fraction(2469, 2)),
        ("1 234,5", Fraction(2469, 2), None),
        ("1 1/2", Fraction(3, 2), Fraction(3, 2)),
        ("1 3/2", None, None),
        ("1/0", None, None),
        ("01.234", None, Fraction("1.234")),
        ("1.23.456", None, None),
    ],
)
def test_a_numeral_has_at_most_one_reading_in_each_convention(
    numeral: str, comma: Fraction | None, point: Fraction | None
) -> None:
    assert [read_numeral(numeral, mark, whole=False) for mark in DECIMAL_MARKS] == [comma, point]


@pytest.mark.parametrize(
    ("numeral", "reading"), [("1.234", 1234), ("1,234", 1234), ("1 234", 1234), ("01.234", None), ("0.234", "0.234")]
)
def test_three_digits_of_what_is_whole_are_thousands_in_either_convention(numeral: str, reading: Any) -> None:
    readings = {read_numeral(numeral, mark, whole=True) for mark in DECIMAL_MARKS} - {None}
    assert readings == ({Fraction(reading)} if reading is not None else set())


@pytest.mark.parametrize(
    ("text", "mark", "rewritten"),
    [
        ("1.234 giờ", ",", "1234 giờ"),
        ("1.234 giờ", ".", "1,2340 giờ"),
        ("1.234/1.234 quý", ".", "1,2340 /1234 quý"),
        ("½ giờ", ".", "½ giờ"),
    ],
)
def test_a_text_written_again_has_no_other_reading(text: str, mark: str, rewritten: str) -> None:
    assert rewrite(text, [False, True], mark) == rewritten


@pytest.mark.parametrize("same", ["1 1/2 giờ", "1½ giờ", "１½ giờ", f"1{NBSP}½\N{ZERO WIDTH SPACE} giờ", "1 1⁄2 giờ"])
def test_characters_that_look_alike_are_alike(same: str) -> None:
    assert clean(same) == "1 1/2 giờ"


def test_a_text_is_cut_into_numerals_and_the_longest_phrases_known() -> None:
    lexicon = {"ngay": ("unit", "day"), "ngay lam viec": ("unit", "working_day"), "/": ("per", "/")}
    assert cut("1 234,5 Ngày-làm việc/ngày làm 2 ngay.", lexicon) == [
        ("numeral", "1 234,5"), ("unit", "working_day"), ("per", "/"), ("unit", "day"), ("other", "lam"),
        ("numeral", "2"), ("unit", "day"),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [True, "1", float("inf"), Decimal("sNaN"), Decimal("1e401"), 10**400, [1]], ids=repr)
def test_only_a_finite_number_is_exact(value: object) -> None:
    with pytest.raises(InputFault, match="cột x") as caught:
        exact_number(value, argument="x")
    assert caught.value.faults[0].code == "figure_not_number"


def test_what_is_missing_is_no_number() -> None:
    with pytest.raises(InputFault) as caught:
        exact_number(None, argument="x")
    assert caught.value.faults[0].code == "figure_missing"


@pytest.mark.parametrize("value", ["9" * 101, 10**5000, " x\n y " * 100], ids=["digits", "integer", "lines"])
def test_a_message_shows_a_short_value_on_one_line(value: object) -> None:
    assert len(shorten(value)) <= 101
    assert "\n" not in shorten(value)
    assert shorten(value).endswith("…")


def test_every_remark_is_in_both_languages_in_normal_form() -> None:
    text = (files("tthc_cost") / "data" / "messages" / "numerals.toml").read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert all({"severity", "vi", "vi_mend", "en", "en_mend"} == set(entry) for entry in tomllib.loads(text).values())
