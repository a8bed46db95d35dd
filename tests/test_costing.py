"""What a line is worth, what is wrong with it, and what is said of it: the rules on pandas frames."""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_frames import TEXT
from oracle import line_cost
from strategies import lines
from tthc_cost.arithmetic import BLOCK_LINES, LINE_LIMIT_VND
from tthc_cost.costing import annual_costs_of, cost_activities, cost_procedures, validate
from tthc_cost.errors import InputFault, WrongKindError
from tthc_cost.rates import RateTable
from tthc_cost.schema import origin_text

if TYPE_CHECKING:
    from strategies import Line
    from tthc_cost.errors import Remark

FOR_ALL = RateTable.from_income(95_600_000)
GRADED = RateTable.from_table(
    pd.DataFrame({"grade": ["A1/1", "A1/3"], "vnd_per_hour": [31_111, 39_886]}), source="bảng thử"
)
LINE: dict[str, Any] = {
    "procedure": "NB-01", "activity": "1", "grade": "A1/1", "effort_hours": 2.0, "fee_vnd": 20_000.0,
    "frequency": 1.0, "population": 40,
}  # fmt: skip


def table(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([LINE | change for change in changes])


def faults_of(frame: Any, rates: RateTable = GRADED) -> list[Remark]:
    with pytest.raises(InputFault) as caught:
        cost_procedures(frame, rates)
    return list(caught.value.faults)


# Published cases


def test_the_textbook_case_of_the_standard_cost_model() -> None:
    frame = pd.DataFrame({"procedure": ["SCM"], "effort_hours": [3], "frequency": [2], "population": [100_000]})
    rates = RateTable.from_table(pd.DataFrame({"grade": ["*"], "vnd_per_hour": [10]}), source="SCM")
    assert cost_procedures(frame, rates)["annual_cost_vnd"].tolist() == [6_000_000]


@pytest.mark.parametrize(("hours", "fee", "cost"), [((8, 2, 2), 20_000, 22_527_200), ((5, 1, 1), 10_000, 13_074_200)])
def test_the_worked_case_of_article_27(hours: tuple[int, ...], fee: int, cost: int) -> None:
    frame = pd.DataFrame(
        {
            "procedure": "NB-01",
            "effort_hours": [*hours, None],
            "fee_vnd": [None] * 3 + [fee],
            "frequency": 1,
            "population": 40,
        }
    )
    assert cost_procedures(frame, FOR_ALL).to_dict("records") == [{"procedure": "NB-01", "annual_cost_vnd": cost}]


# Keys

BACKWARDS = [f"NB-{key:02}" for key in range(20, -1, -1)]
KEYS: list[Any] = [
    pd.Series,
    lambda keys: pd.Series(keys * 10**9),
    lambda keys: pd.Series(keys - 3, dtype="int8"),
    lambda keys: pd.Series(keys, dtype="Int64"),
    lambda keys: pd.Series([f"NB-{key:02}" for key in keys]),
    lambda keys: pd.Series([f"NB-{key:02}" for key in keys], dtype=object),
    lambda keys: pd.Series([f"NB-{key:02}" for key in keys], dtype="string"),
    lambda keys: pd.Series([f"NB-{key:02}" for key in keys], dtype=pd.CategoricalDtype(BACKWARDS)),
]  # fmt: skip


@pytest.mark.parametrize("kind", range(len(KEYS)))
@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_sums_are_those_of_the_keys_whatever_their_kind(kind: int, in_order: bool, engine: str) -> None:
    order = [3, 3, 5, 6, 6, 6, 9] if in_order else [6, 3, 9, 6, 5, 3, 6]
    keys = KEYS[kind](np.array(order))
    frame = pd.DataFrame(
        {"procedure": keys, "effort_hours": 0.0, "fee_vnd": np.arange(1.0, 8.0), "frequency": 1, "population": 1}
    )
    expected: dict[Any, int] = {}
    for key, fee in zip(keys, frame["fee_vnd"], strict=True):
        expected[key] = expected.get(key, 0) + int(fee)
    if engine == "polars":
        plain: Any = pl.Series(keys.tolist(), dtype=pl.Categorical) if keys.dtype == "category" else keys.tolist()
        native: Any = pl.DataFrame({"procedure": plain} | {name: frame[name].tolist() for name in frame.columns[1:]})
        found = dict(cost_procedures(native, FOR_ALL).iter_rows())
    else:
        sums = cost_procedures(frame, FOR_ALL)
        assert sums["procedure"].dtype == keys.dtype
        found = dict(zip(sums["procedure"], sums["annual_cost_vnd"], strict=True))
    assert list(found.items()) == sorted(expected.items())


@pytest.mark.parametrize("dtype", ["int8", "uint64"])
def test_keys_at_the_ends_of_their_type_do_not_wrap(dtype: str) -> None:
    ends = np.iinfo(dtype)
    keys = np.array([ends.max, ends.min, ends.max - 1, ends.max], dtype=dtype)
    frame = pd.DataFrame({"procedure": np.tile(keys, 50), "effort_hours": 1.0, "frequency": 1, "population": 1})
    found = cost_procedures(frame, RateTable.from_income(2112))
    assert found["procedure"].tolist() == [ends.min, ends.max - 1, ends.max]
    assert found["annual_cost_vnd"].tolist() == [50, 50, 100]


@pytest.mark.parametrize("in_order", [True, False])
def test_procedures_reach_across_blocks(in_order: bool) -> None:
    count = 2 * BLOCK_LINES + 1000
    keys = np.repeat(np.arange(count // 1000 + 1), 1000)[:count]
    fees = np.arange(count) % 977
    if not in_order:
        mixed = np.random.default_rng(7).permutation(count)
        keys, fees = keys[mixed], fees[mixed]
    frame = pd.DataFrame({"procedure": keys, "effort_hours": 0.0, "fee_vnd": fees, "frequency": 1.0, "population": 3})
    expected = pd.Series(fees.astype(np.int64) * 3).groupby(keys).sum()
    found = cost_procedures(frame, FOR_ALL)
    assert found["annual_cost_vnd"].tolist() == expected.tolist()
    assert found["procedure"].tolist() == expected.index.tolist()
    assert int(cost_activities(frame, FOR_ALL)["annual_cost_vnd"].sum()) == int(expected.sum())


def test_a_code_that_became_a_number_is_a_fault() -> None:
    assert [fault.code for fault in faults_of(table({"procedure": 1.00408}))] == ["code_is_number"]
    mixed = table({}, {"procedure": 7})
    assert [dict(fault.values)["value"] for fault in faults_of(mixed)] == ["7"]


# Columns


def test_a_missing_column_is_named_with_the_nearest() -> None:
    frame = table({}).rename(columns={"effort_hours": "effort_hour", "population": "số lượng"})
    faults = faults_of(frame)
    assert [(fault.code, dict(fault.values)["column"]) for fault in faults] == [
        ("missing_column", "effort_hours"),
        ("missing_column", "population"),
    ]
    assert dict(faults[0].values)["near"] == "effort_hour"


def test_a_misspelt_money_column_is_not_taken_for_nothing() -> None:
    faults = faults_of(table({}).rename(columns={"fee_vnd": "fees_vnd"}))
    assert [dict(fault.values) for fault in faults] == [{"column": "fees_vnd", "near": "fee_vnd"}]


@pytest.mark.parametrize("name", ["total_vnd", "saving_vnd", "baseline_vnd", "annual_cost_vnd", "agency"])
def test_other_columns_are_left_alone(name: str) -> None:
    frame = table({}).assign(**{name: 1})
    assert not list(validate(frame, GRADED))
    cost_procedures(frame, GRADED)


def test_grades_are_asked_for_where_rates_differ() -> None:
    frame = table({}).drop(columns="grade")
    assert [fault.code for fault in faults_of(frame)] == ["missing_column"]
    assert cost_procedures(frame, FOR_ALL)["annual_cost_vnd"].tolist() == [(2 * 45_265 + 20_000) * 40]


@pytest.mark.parametrize("value", ["45 phút", True, "2"])
def test_text_where_a_number_belongs_is_a_fault(value: Any) -> None:
    frame = table({"effort_hours": value})
    assert [(fault.code, fault.place.column) for fault in faults_of(frame)] == [("column_not_numeric", "effort_hours")]
    lazy = pl.LazyFrame({name: [frame[name].iloc[0]] for name in frame.columns if name != "activity"})
    assert [fault.code for fault in faults_of(lazy)] == ["column_not_numeric"]
    assert [fault.code for fault in validate(lazy, GRADED).faults] == ["column_not_numeric"]


def test_faults_of_columns_and_lines_are_told_together() -> None:
    frame = table({"effort_hours": "x", "fee_vnd": -1.0}, {"effort_hours": None, "fee_vnd": 1e12, "population": 9})
    codes = ["column_not_numeric", "negative", "line_over_limit"]
    assert [fault.code for fault in faults_of(frame)] == codes
    assert [fault.code for fault in validate(frame, GRADED).faults] == codes


def test_what_is_no_table_is_said_to_be_none() -> None:
    assert [fault.code for fault in faults_of(3)] == ["not_a_dataframe"]
    assert [fault.code for fault in validate([LINE], GRADED).faults] == ["not_a_dataframe"]


def test_two_columns_of_one_name_are_a_fault() -> None:
    frame = table({})
    doubled = pd.concat([frame, frame[["fee_vnd"]]], axis="columns")
    assert [fault.code for fault in faults_of(doubled)] == ["repeated_column"]


# Lines


def test_a_fault_tells_file_sheet_row_key_column_and_value() -> None:
    frame = table({}, {"activity": "2", "fee_vnd": -5.0}).assign(
        origin=origin_text("so_noi_vu.xlsx", "Tính chi phí", 7)
    )
    (fault,) = faults_of(frame)
    place = fault.place
    assert (place.file, place.sheet, place.row, place.key, place.column) == (
        "so_noi_vu.xlsx", "Tính chi phí", 7, ("NB-01", "2"), "fee_vnd",
    )  # fmt: skip
    assert dict(fault.values)["value"] == "-5.0"


def test_without_keys_a_fault_tells_the_row() -> None:
    frame = table({}, {"fee_vnd": -5.0}).drop(columns=["procedure", "activity"])
    assert [fault.place.row for fault in validate(frame, GRADED).faults] == [2]


def test_faults_come_in_the_order_of_the_lines() -> None:
    frame = table({"grade": "A9/9"}, {"fee_vnd": -1.0, "grade": None}, {"population": None})
    codes = ["unknown_grade", "negative", "effort_without_grade", "blank_required"]
    assert [fault.code for fault in faults_of(frame)] == codes


def test_an_unknown_grade_suggests_the_nearest() -> None:
    (fault,) = faults_of(table({"grade": "A1/2"}))
    assert "A1/1" in dict(fault.values)["near"]


def test_many_faults_of_a_kind_are_counted() -> None:
    frame = pd.DataFrame({"effort_hours": [-1.0] * 1005, "frequency": 1, "population": 1})
    faults = validate(frame, FOR_ALL).faults
    assert [fault.code for fault in faults[1000:]] == ["further_faults"]
    assert dict(faults[-1].values)["count"] == "5"


def test_without_rates_grades_are_not_looked_up() -> None:
    frame = table({"grade": "A9/9"}, {"grade": None}, {"effort_hours": -1.0})
    assert [fault.code for fault in validate(frame).faults] == ["negative"]


def test_a_step_or_a_title_without_one_is_explained() -> None:
    rates = RateTable.civil_service("2024-07-01")
    (fault,) = faults_of(table({"grade": "chuyên viên"}), rates)
    assert fault.code == "unknown_grade"
    assert "A1/1" in fault.text("vi")


# Notes


def test_a_grade_beside_a_blank_effort_is_one_note() -> None:
    said = validate(table({"effort_hours": None}, {}, {"effort_hours": None}), GRADED)
    assert said
    assert [(note.code, dict(note.values)) for note in said.notes] == [("grade_without_effort", {"count": "2"})]
    assert [note.code for note in validate(table({"effort_hours": None}), FOR_ALL).notes] == []


def test_a_figure_off_the_grid_tells_its_effect() -> None:
    (note,) = validate(table({"effort_hours": 0.70001}), GRADED).notes
    effect = (Fraction(7, 10) - Fraction("0.70001")) * 31_111 * 40
    assert note.code == "off_grid"
    assert dict(note.values) == {
        "column": "Thời gian thực hiện", "value": "0.70001", "taken": "0.7", "effect": f"{float(effect):+.2f}",
    }  # fmt: skip


def test_part_of_a_dong_is_rounded_half_up_and_noted() -> None:
    frame = table({"effort_hours": None, "grade": None, "fee_vnd": 1234.5})
    assert cost_activities(frame, GRADED)["annual_cost_vnd"].tolist() == [1235 * 40]
    (note,) = validate(frame, GRADED).notes
    assert (dict(note.values)["taken"], dict(note.values)["effect"]) == ("1235", "+20.00")


@pytest.mark.parametrize("hours", [0.7, 1 / 3, 2 / 3, 0.1 + 0.2, 5 / 60, 99_999.29])
def test_noise_of_binary_floats_is_not_worth_a_word(hours: float) -> None:
    assert not list(validate(table({"effort_hours": hours, "population": 1}), GRADED))


def test_many_figures_off_the_grid_are_counted() -> None:
    notes = validate(table(*[{"effort_hours": 0.70001}] * 25), GRADED).notes
    assert [note.code for note in notes] == ["off_grid"] * 20 + ["off_grid_lines"]
    assert dict(notes[-1].values)["count"] == "5"


# Scaled populations


def test_channels_keep_their_shares_at_another_population() -> None:
    frame = table({"population": 45}, {"population": 15})
    costs = annual_costs_of(frame, GRADED, costed=np.array([150, 150]), stated=np.array([60, 60]))
    case = 2 * 31_111 + 20_000
    assert costs.tolist() == [(case * 225 + 1) // 2, (case * 75 + 1) // 2]


@given(line=lines(extremes=False), costed=st.integers(0, 10_000), stated=st.integers(1, 10_000))
def test_scaled_costs_are_the_oracles(line: Line, costed: int, stated: int) -> None:
    rates = RateTable.from_table(
        pd.DataFrame({"grade": [line.grade or "A1/1"], "vnd_per_hour": [line.vnd_per_hour or 1]}), source="bảng thử"
    )
    frame = pd.DataFrame([line.row()]).astype({"grade": TEXT})
    expected = line_cost(line, costed, stated)
    if expected <= LINE_LIMIT_VND:
        found = annual_costs_of(frame, rates, costed=np.array([costed]), stated=np.array([stated]))
        assert found.tolist() == [expected]
    else:
        with pytest.raises(InputFault):
            annual_costs_of(frame, rates, costed=np.array([costed]), stated=np.array([stated]))


@pytest.mark.parametrize(
    ("costed", "stated", "population"), [(5, 0, 5), (5, 0, 0), (0, 0, 5), (-1, 5, 5), (5, 10**10, 5)]
)
def test_a_share_of_nothing_is_a_fault(costed: int, stated: int, population: int) -> None:
    frame = table({}, {"activity": "2", "population": population})
    with pytest.raises(InputFault) as caught:
        annual_costs_of(frame, GRADED, costed=np.array([1, costed]), stated=np.array([1, stated]))
    assert [(fault.code, fault.place.key) for fault in caught.value.faults] == [("population_bounds", ("NB-01", "2"))]


def test_nobody_of_nobody_costs_nothing() -> None:
    costs = annual_costs_of(table({"population": 0}), GRADED, costed=np.array([0]), stated=np.array([0]))
    assert costs.tolist() == [0]


def test_a_line_scaled_over_the_limit_is_a_fault() -> None:
    with pytest.raises(InputFault) as caught:
        annual_costs_of(table({"fee_vnd": 1e9}), GRADED, costed=np.array([10**6]), stated=np.array([1]))
    assert [fault.code for fault in caught.value.faults] == ["line_over_limit"]


# What is said

CATALOGUE = tomllib.loads((files("tthc_cost") / "data" / "messages" / "costing.toml").read_text(encoding="utf-8"))
OCCASIONS: dict[str, Any] = {
    "not_a_dataframe": 3,
    "repeated_column": pd.concat([table({}), table({})[["fee_vnd"]]], axis="columns"),
    "column_not_numeric": table({"effort_hours": "45 phút"}),
    "not_finite": table({"effort_hours": np.inf}),
    "no_figure": table({"effort_hours": None, "fee_vnd": None}),
    "effort_without_grade": table({"grade": None}),
    "unknown_grade": table({"grade": "A1/2"}),
    "line_over_limit": table({"fee_vnd": 1e12}),
    "further_faults": table(*[{"fee_vnd": -1.0}] * 1001),
    "lines_at_fault": pl.LazyFrame([LINE | {"fee_vnd": -1.0}]),
    "grade_without_effort": table({"effort_hours": None}),
    "off_grid": table({"effort_hours": 0.70001}),
    "off_grid_lines": table(*[{"effort_hours": 0.70001}] * 21),
}
SCHEMA_OCCASIONS: dict[str, Any] = {
    "missing_column": table({}).drop(columns="population"),
    "misspelt_column": table({}).rename(columns={"fee_vnd": "fees_vnd"}),
    "blank_required": table({"population": None}),
    "negative": table({"frequency": -1.0}),
    "over_limit": table({"effort_hours": 1e6}),
    "not_whole": table({"population": 1.5}),
    "rounds_to_zero": table({"effort_hours": 1e-5}),
}


def test_every_sentence_of_the_room_has_its_occasion() -> None:
    assert set(OCCASIONS) == set(CATALOGUE)


@pytest.mark.parametrize("code", [*OCCASIONS, *SCHEMA_OCCASIONS])
def test_every_sentence_is_said_in_both_languages(code: str) -> None:
    remarks = [one for one in validate({**OCCASIONS, **SCHEMA_OCCASIONS}[code], GRADED) if one.code == code]
    assert remarks
    vietnamese, english = remarks[0].text("vi"), remarks[0].text("en")
    assert vietnamese != english
    assert not re.search(r"[{}]|None|nan\b", vietnamese + english)
    assert re.search(r"[ăâđêôơưàáảạ]", vietnamese)


@pytest.mark.parametrize("rates", [None, 45_265, pd.DataFrame({"grade": ["x"]})])
@pytest.mark.parametrize("cost", [cost_activities, cost_procedures])
def test_without_a_table_of_rates_nothing_is_costed(cost: Any, rates: Any) -> None:
    lines = pd.DataFrame({"procedure": ["A"], "effort_hours": [100.0], "frequency": [1], "population": [1]})
    with pytest.raises(WrongKindError, match="RateTable"):
        cost(lines, rates)


@pytest.mark.parametrize("code", [None, " "])
def test_a_line_of_no_procedure_is_a_fault_to_validate_as_to_the_sum(code: str | None) -> None:
    lines = pd.DataFrame({"procedure": ["A", code], "effort_hours": 1.0, "frequency": 1, "population": 1})
    told = validate(lines, RateTable.from_income(95_600_000)).faults
    assert [(one.code, one.place.column) for one in told] == [("blank_required", "procedure")]
    with pytest.raises(InputFault):
        cost_procedures(lines, RateTable.from_income(95_600_000))
