"""Laws of the tables' contract: what is read, what is refused, and what is said of it."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import codes_of, only, says
from strategies import efforts, frequencies, money, names, populations
from tthc_cost.cells import read_value
from tthc_cost.conformity import conform, empty
from tthc_cost.errors import InputFault, Remark, Severity, TthcCostError
from tthc_cost.schema import ORIGIN, TABLES, ColumnKind, Unreadable, key_text, origin_text, row_place, rows_of
from tthc_cost.vocabulary import Stage

if TYPE_CHECKING:
    from fractions import Fraction

LINE = {"procedure": "NB-01", "activity": "1", "effort_hours": 1.0}
PROCEDURE = {"procedure": "NB-01", "name": "Bổ nhiệm"}
RANGE = {"table": "activities", "key": "NB-01/1", "column": "fee_vnd", "low": 1, "high": 2}


def one_row(**cells: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in cells.items()})


REMARKS = [
    ("missing_column", "activities", one_row(procedure="NB-01", activity="1"), "thiếu cột", "missing"),
    ("misspelt_column", "activities", one_row(**LINE, efort_hour=1, fee_vd=3), "fee_vnd", "fee_vnd"),
    ("repeated_column", "activities", pd.DataFrame([["a", "1", 1, 2]], columns=[*LINE, "effort_hours"]),
     "cùng tên", "several"),
    ("unknown_column", "activities", one_row(**LINE, zzz=1), "không thuộc bảng", "not part of this table"),
    ("blank_required", "procedures", one_row(procedure="NB-01", name=" "), "để trống", "empty"),
    ("duplicate_key", "procedures", pd.DataFrame([PROCEDURE, PROCEDURE]), "đã có ở", "already stands"),
    ("negative", "ranges", one_row(**RANGE | {"low": -1}), "số âm", "negative"),
    ("over_limit", "activities", one_row(**LINE | {"effort_hours": 100_001}), "vượt giới hạn", "above the limit"),
    ("not_whole", "procedures", one_row(**PROCEDURE, population=1.5), "số nguyên", "whole number"),
    ("rounds_to_zero", "activities", one_row(**LINE, fee_vnd=0.4), "nhỏ hơn nửa", "less than half"),
    ("rounded_money", "activities", one_row(**LINE, fee_vnd=0.5), "làm tròn thành 1", "rounded to 1"),
    ("code_is_number", "procedures", one_row(procedure=1.00408, name="x"), "1.004080", "1.004080"),
    ("not_a_number", "ranges", one_row(**RANGE | {"high": dt.date(2024, 1, 1)}), "không phải là số", "not a number"),
    ("broken_text", "procedures", one_row(**PROCEDURE, field="đất\ud800"), "ký tự hỏng", "broken characters"),
    ("no_such_date", "procedures", one_row(**PROCEDURE, announced_on="30/02/2023"), "không có ngày", "does not exist"),
    ("not_a_date", "procedures", one_row(**PROCEDURE, announced_on="quý I"), "30/11/2023", "30/11/2023"),
    ("not_a_flag", "procedures", one_row(**PROCEDURE, in_scope="có lẽ"), "«không»", "yes nor no"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "table", "frame", "vi", "en"), REMARKS, ids=[case[0] for case in REMARKS])
def test_what_is_wrong_is_said_in_both_languages(code: str, table: str, frame: pd.DataFrame, vi: str, en: str) -> None:
    assert says(only(code, [one for one in conform(table, frame).remarks if code == one.code][:1]), vi, en)


def test_every_remark_of_the_contract_is_provoked() -> None:
    assert codes_of("schema") <= {case[0] for case in REMARKS}


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_has_every_column_at_its_dtype_and_nothing_to_say(name: str) -> None:
    table, frame = TABLES[name], empty(name)
    assert tuple(frame.columns) == table.names
    for column in table.columns:
        assert str(frame[column.name].dtype) == column.dtype
    for nothing in (None, pd.DataFrame(), frame, pd.DataFrame(columns=list(frame.columns))):
        again = conform(name, nothing)
        assert again.frame.equals(frame)
        assert (again.remarks, again.at_fault) == ((), frozenset())


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_heading_in_both_languages_and_every_key_is_filled(name: str) -> None:
    table = TABLES[name]
    for column in table.columns:
        assert column.vi in column.heading("vi")
        assert column.en in column.heading("en")
        assert unicodedata.is_normalized("NFC", column.vi)
        assert (column.kind is ColumnKind.TERM) == (column.term is not None)
    assert set(table.key) <= set(table.names)
    assert len({column.vi for column in table.columns}) == len(table.columns)


def test_a_heading_bears_its_unit() -> None:
    effort = TABLES["activities"].column("effort_hours")
    assert effort.heading("vi").endswith("(giờ công)")
    assert effort.heading("en").endswith("(person-hours)")
    assert TABLES["activities"].column("name").heading("en") == "Name"


def test_conforming_twice_changes_nothing() -> None:
    frame = pd.DataFrame(
        [
            {
                **LINE,
                "effort_hours": "45 phút",
                "fee_vnd": "20.000 đồng",
                "stage": "Chuẩn bị hồ sơ",
                "frequency": "1 lần/quý",
            }
        ]
    )
    once = conform("activities", frame)
    assert once.remarks == ()
    row = rows_of(once.frame)[0]
    assert (row["effort_hours"], row["fee_vnd"], row["stage"], row["frequency"]) == (0.75, 20_000, "preparation", 4.0)
    assert conform("activities", once.frame).frame.equals(once.frame)


@given(efforts(), frequencies(), money(), populations())
def test_figures_are_read_alike_as_numbers_text_and_fractions(
    effort: Fraction, frequency: Fraction, vnd: int, subjects: int
) -> None:
    columns = TABLES["activities"]
    for name, exact in (("effort_hours", effort), ("frequency", frequency)):
        assert read_value(columns.column(name), exact) == read_value(columns.column(name), float(exact)) == float(exact)
    for name, whole in (("fee_vnd", vnd), ("population", subjects)):
        column = columns.column(name)
        assert (
            read_value(column, whole) == read_value(column, float(whole)) == read_value(column, Decimal(whole)) == whole
        )
        by_column = conform("activities", pd.DataFrame([{**LINE, name: whole}])).frame[name]
        by_cell = conform("activities", one_row(**LINE, **{name: whole})).frame[name]
        assert by_column.tolist() == by_cell.tolist() == [whole]


@pytest.mark.parametrize("blank", [None, math.nan, pd.NA, pd.NaT, "", "  ", "\N{NO-BREAK SPACE}"])
def test_a_blank_is_missing_and_a_typed_zero_is_a_figure(blank: object) -> None:
    frame = conform("activities", one_row(**LINE | {"effort_hours": blank}, fee_vnd=0, service_vnd=blank)).frame
    assert math.isnan(frame["effort_hours"][0])
    assert frame["fee_vnd"][0] == 0
    assert frame["service_vnd"].isna()[0]


@pytest.mark.parametrize("bad", [-1, math.inf, -math.inf, True, "vài", Decimal("Infinity"), 10**13])
@pytest.mark.parametrize("name", ["effort_hours", "fee_vnd", "frequency", "population"])
def test_figures_that_are_none_are_faults_of_their_row(name: str, bad: object) -> None:
    for cells in ([bad, 1], [1, bad]):
        frame = pd.DataFrame({"procedure": "a", "activity": ["1", "2"], "effort_hours": 1.0})
        found = conform("activities", frame.assign(**{name: pd.Series(cells, dtype=object)}))
        assert found.at_fault == {cells.index(bad) if cells[0] is bad else 1}
        assert [one.severity for one in found.remarks] == [Severity.FAULT]
        assert found.remarks[0].place.column == name
        assert found.frame[name].isna().tolist() == [cells[0] is bad, cells[1] is bad]


@pytest.mark.parametrize("value", [-1.0, math.inf, 2e12])
def test_a_column_of_floats_is_held_to_the_same_limits(value: float) -> None:
    found = conform("activities", pd.DataFrame([LINE | {"effort_hours": value}, {**LINE, "activity": "2"}]))
    assert found.at_fault == {0}


def test_all_faults_of_a_table_are_said_at_once_each_with_its_place() -> None:
    frame = pd.DataFrame(
        {
            "procedure": ["A", None, 1.5],
            "activity": ["1", "2", "3"],
            "effort_hours": ["nhiều", 1, -1],
            "stage": ["không rõ", None, None],
            ORIGIN: [origin_text("so.xlsx", "Tính chi phí", row) for row in (5, 6, 7)],
        }
    )
    found = conform("activities", frame)
    assert len(found.remarks) == 5
    assert found.at_fault == {0, 1, 2}
    assert {(one.place.file, one.place.sheet, one.place.row) for one in found.remarks} == {
        ("so.xlsx", "Tính chi phí", row) for row in (5, 6, 7)
    }


def test_codes_are_text_and_keep_their_zeros() -> None:
    frame = conform("procedures", pd.DataFrame({"procedure": [" 1.004080 ", "1.00408"], "name": "x"})).frame
    assert frame["procedure"].tolist() == ["1.004080", "1.00408"]


@pytest.mark.parametrize("number", [1.00408, 1, np.int64(7), np.float32(2.5), Decimal("1.004080"), True])
def test_a_number_is_no_code_of_a_procedure(number: object) -> None:
    found = conform("procedures", one_row(procedure=number, name="x"))
    assert [one.code for one in found.remarks] == ["code_is_number"]


def test_lines_and_steps_may_be_numbered() -> None:
    frame = conform("steps", one_row(procedure="A", step=1.0, name="x", after=2)).frame
    assert (frame["step"][0], frame["after"][0]) == ("1", "2")
    assert conform("activities", one_row(procedure="A", activity=1.1, effort_hours=1)).at_fault == {0}


def test_codes_after_each_other_lose_their_blanks() -> None:
    frame = conform(
        "steps", pd.DataFrame({"procedure": "A", "step": ["1", "2"], "name": "x", "after": [" 1 ;; 2;", ";"]})
    ).frame
    assert frame["after"][0] == "1;2"
    assert frame["after"].isna()[1]


@given(names())
def test_normal_form_and_outer_blanks_make_no_difference(name: str) -> None:
    column = TABLES["procedures"].column("procedure")
    forms = {read_value(column, unicodedata.normalize(form, f" {name}\n")) for form in ("NFC", "NFD")}
    assert len(forms) == 1
    assert unicodedata.is_normalized("NFC", forms.pop())


@pytest.mark.parametrize(
    "typed",
    ["30/11/2023", "30.11.2023", "30-11-2023", "2023-11-30", "2023-11-30 00:00:00", dt.date(2023, 11, 30),
     dt.datetime(2023, 11, 30, 8, 15), pd.Timestamp("2023-11-30"), np.datetime64("2023-11-30")],
)  # fmt: skip
def test_dates_are_read_day_first_or_iso(typed: object) -> None:
    assert read_value(TABLES["decisions"].column("approved_on"), typed) == dt.date(2023, 11, 30)


@pytest.mark.parametrize("typed", ["0203-11-20", "20/11/2923", "9999-12-31", "0001-01-01"])
def test_a_mistyped_year_is_still_a_date(typed: str) -> None:
    frame = conform("task_records", one_row(task="1.1", agency="x", done_on=typed)).frame
    assert frame["done_on"][0].date() == read_value(TABLES["task_records"].column("done_on"), typed)


@pytest.mark.parametrize("typed", ["31/11/2023", "2023-02-29", "2023-11-30T08:15:00", "11/2023", 45_000])
def test_what_is_no_day_is_no_date(typed: object) -> None:
    with pytest.raises(TthcCostError):
        read_value(TABLES["decisions"].column("approved_on"), typed)


@pytest.mark.parametrize(
    ("typed", "flag"),
    [("Có", True), ("x", True), (1, True), (True, True), (np.bool_(True), True), ("KHÔNG", False), (0.0, False)],
)
def test_flags_are_read_as_words_marks_and_numbers(typed: object, flag: bool) -> None:
    assert read_value(TABLES["procedures"].column("in_scope"), typed) is flag


def test_terms_are_read_by_code_or_label() -> None:
    stage = TABLES["activities"].column("stage")
    assert {read_value(stage, text) for text in ("preparation", "CHUẨN BỊ HỒ SƠ", "preparing the dossier")} == {
        "preparation"
    }
    assert stage.term is Stage


def _dtypes() -> list[str]:
    kinds = ["int8", "uint16", "Int32", "float32", "Float64", "object", "category"]
    return [*kinds, "int16[pyarrow]", "double[pyarrow]"] if find_spec("pyarrow") else kinds


@pytest.mark.parametrize("dtype", _dtypes())
def test_the_dtype_of_a_frame_makes_no_difference(dtype: Any) -> None:
    figures = pd.Series([0, 3, 100]).astype(dtype)
    frame = pd.DataFrame({"procedure": "a", "activity": ["1", "2", "3"], "effort_hours": figures, "fee_vnd": figures})
    found = conform("activities", frame.astype({"procedure": "category"}))
    assert found.remarks == ()
    assert found.frame["effort_hours"].tolist() == [0.0, 3.0, 100.0]
    assert found.frame["fee_vnd"].tolist() == [0, 3, 100]


def test_flags_are_no_figures() -> None:
    for dtype in ("bool", "boolean"):
        found = conform("activities", pd.DataFrame([LINE]).assign(effort_hours=pd.Series([True], dtype=dtype)))
        assert found.at_fault == {0}


def test_a_repeated_index_makes_no_difference() -> None:
    frame = pd.DataFrame([PROCEDURE, {**PROCEDURE, "procedure": "NB-02"}], index=[7, 7])
    assert conform("procedures", frame).frame["procedure"].tolist() == ["NB-01", "NB-02"]


def test_what_the_reader_could_not_read_is_said_once_and_left_blank() -> None:
    seen = Remark("not_a_date", values=(("value", "#REF!"),))
    frame = pd.DataFrame(
        {"procedure": ["A", Unreadable()], "name": ["x", "y"], "announced_on": [Unreadable(seen), None]}
    )
    found = conform("procedures", frame)
    assert [one.code for one in found.remarks] == ["not_a_date"]
    assert found.at_fault == {0, 1}
    assert found.frame["procedure"].isna().tolist() == [False, True]


def test_a_place_tells_file_sheet_row_and_key() -> None:
    table = TABLES["activities"]
    row = {"procedure": "NB-01", "activity": "2", ORIGIN: origin_text("tệp › lạ.xlsx", "Tính chi phí", 9)}
    place = row_place(table, row, "fee_vnd")
    assert (place.file, place.sheet, place.row, place.key) == ("tệp › lạ.xlsx", "Tính chi phí", 9, ("NB-01", "2"))
    assert key_text({"procedure": "NB-01", "activity": None}, table) == ("NB-01", "")
    assert row_place(table, {"procedure": "NB-01", ORIGIN: "khác"}).row is None


def test_a_value_out_of_its_limits_is_refused_with_its_column() -> None:
    with pytest.raises(InputFault) as caught:
        read_value(TABLES["procedures"].column("population"), 10**9 + 1)
    assert only("over_limit", caught.value.faults).place.column == "population"
    assert read_value(TABLES["procedures"].column("population"), 10**9) == 10**9


@given(st.lists(st.integers(0, 9), max_size=4))
def test_the_rows_of_a_frame_are_its_cells_by_column(figures: list[int]) -> None:
    frame = pd.DataFrame({"a": pd.Series(figures, dtype="Int64"), "b": "x"})
    assert rows_of(frame) == [{"a": figure, "b": "x"} for figure in figures]
