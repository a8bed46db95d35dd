"""Laws of the sheet of measures: written and read back equal, and every fault told at its row."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given

from measure_strategies import scenes
from remarks import only, says
from review_strategies import FEW
from tthc_cost.errors import InputFault
from tthc_cost.measures.columns import MEASURES
from tthc_cost.measures.kinds import (
    KINDS,
    Abolish,
    LegalAction,
    LineAfter,
    LowerFrequency,
    MergeProcedures,
    MergeSteps,
    SimplifyWork,
)
from tthc_cost.measures.table import measures_frame, measures_from_table

if TYPE_CHECKING:
    from measure_strategies import Scene


@given(scenes())
@FEW
def test_measures_come_back_from_their_table(scene: Scene) -> None:
    assert measures_from_table(measures_frame(scene.measures)) == scene.measures


def test_every_field_of_every_kind_has_its_column() -> None:
    columns = {column.name for column in MEASURES.columns}
    for kind in (*KINDS.values(), LineAfter, LegalAction):
        assert {one.name for one in fields(kind)} - {"code", "lines", "legal"} <= columns


def test_a_name_with_a_line_is_the_lines_and_one_without_is_the_measures() -> None:
    measures = (
        MergeSteps(
            "PA-1", "NB-01", "1", ("2", "3"), name="Nhận", lines=(LineAfter("4", name="Nhận và xem", fee_vnd=0),)
        ),
        MergeProcedures("PA-2", "NB-01", ("NB-02",), population=50, lines=(LineAfter("1", population=20),)),
    )
    assert measures_from_table(measures_frame(measures)) == measures


def test_a_sheet_is_read_as_it_is_typed_in_any_engine() -> None:
    sheet = {
        "measure": ["PA-1", "PA-1", "PA-2", None, "PA-3"],
        "kind": ["Đơn giản hóa cách thực hiện", None, "giảm tần suất thực hiện", None, "bãi bỏ"],
        "procedure": ["NB-01", None, "NB-02", None, "NB-03"],
        "activity": ["1", "2", None, None, None],
        "effort_hours": ["45 phút", None, None, None, None],
        "dropped": [None, "x", None, None, None],
        "frequency": [None, None, "2", None, None],
        "one_off_vnd": ["1,5 triệu đồng", None, None, None, None],
        "legal_document": ["Quyết định số 1/2020/QĐ-UBND", None, None, None, None],
        "excluded": [None, None, None, None, "có"],
        "ghi chú": ["a", None, None, None, None],
    }
    expected = (
        SimplifyWork(
            "PA-1", "NB-01", (LineAfter("1", effort_hours=0.75), LineAfter("2", dropped=True)),
            legal=LegalAction("Quyết định số 1/2020/QĐ-UBND"), one_off_vnd=1_500_000,
        ),
        LowerFrequency("PA-2", "NB-02", 2),
    )  # fmt: skip
    assert measures_from_table(pd.DataFrame(sheet)) == expected
    assert measures_from_table(pl.DataFrame(sheet)) == expected


def test_no_rows_are_no_measures() -> None:
    assert measures_from_table(measures_frame([])) == ()


def faults_of(**columns: list[Any]) -> tuple[Any, ...]:
    with pytest.raises(InputFault) as caught:
        measures_from_table(pd.DataFrame(columns, dtype=object))
    return caught.value.faults


def test_headings_are_checked_first() -> None:
    faults = faults_of(measure=["a"], kin=["bãi bỏ"], procedur=["X"])
    assert [one.code for one in faults] == ["missing_column", "missing_column", "misspelt_column", "misspelt_column"]
    twice = pd.DataFrame([["a", "bãi bỏ", "X", "Y"]], columns=["measure", "kind", "procedure", "procedure"])
    with pytest.raises(InputFault) as caught:
        measures_from_table(twice)
    assert only("repeated_column", caught.value.faults).place.table == "measures"


def test_all_faults_of_all_rows_are_told_at_once_at_their_places() -> None:
    origin = [f"don_vi.xlsx › Phương án › {row}" for row in range(2, 11)]
    faults = faults_of(
        measure=["a", "a", None, "b", "c", "d", "e", 1.5, "f"],
        kind=["bỏ bước", "gộp bước", "bãi bỏ", "tào lao", "giảm số lượng bản", None, "bãi bỏ", "bãi bỏ", "bãi bỏ"],
        procedure=["p"] * 9,
        copies=[3, None, None, None, "hai", None, None, None, None],
        step=["1", None, None, None, None, None, None, None, None],
        activity=[None, None, None, None, "7", None, "1", None, None],
        excluded=[None, None, None, None, None, None, None, None, "có lẽ"],
        origin=origin,
    )
    assert {(one.code, one.place.row) for one in faults} >= {
        ("measure_rows_differ", 3),
        ("measure_unknown_kind_field", 2),
        ("blank_required", 4),
        ("unknown_term", 5),
        ("measure_line_unclear", 6),
        ("blank_required", 7),
        ("measure_unknown_kind_field", 8),
        ("code_is_number", 9),
        ("not_a_flag", 10),
    }
    assert says(only("measure_rows_differ", faults), "các dòng của phương án a", "the rows of measure a")
    stray = next(one for one in faults if one.code == "measure_unknown_kind_field")
    assert says(stray, "phương án «bỏ bước» không dùng cột «Số lượng bản còn lại»", "no use for the column «Copies»")
    assert all(one.place.file == "don_vi.xlsx" for one in faults)


def test_an_excluded_measure_must_still_be_one() -> None:
    faults = faults_of(measure=["a"], kind=["bỏ bước"], procedure=["p"], excluded=["có"])
    assert only("blank_required", faults).place.column == "step"


def test_a_measure_may_stand_in_one_row_with_its_only_line() -> None:
    (one,) = measures_from_table(pd.DataFrame({
        "measure": ["a"], "kind": ["rút ngắn bước"], "procedure": ["p"], "step": ["2"], "duration_days": ["3 ngày"],
        "activity": ["5"], "effort_hours": [0.5],
    }))  # fmt: skip
    assert (one.procedure, one.duration_days, one.lines) == ("p", 3, (LineAfter("5", effort_hours=0.5),))  # type: ignore[union-attr]
    assert measures_from_table(pd.DataFrame({"measure": [1], "kind": ["abolish"], "procedure": ["p"]})) == (
        Abolish("1", "p"),
    )
