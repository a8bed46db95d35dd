"""Every engine gives the integers of the oracle, and says the same of the same hostile tables."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_frames import ENGINES, on_engines
from hostile_lines import HOSTILE, NOTHING, RATES, SOUND, SOUND_COST, counted, edges, rate_table
from oracle import line_cost, sums
from strategies import portfolios, rearranged, tied_lines
from tthc_cost.arithmetic import LINE_LIMIT_VND
from tthc_cost.costing import cost_activities, cost_procedures, validate
from tthc_cost.errors import InputFault
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from engine_frames import Engine
    from strategies import Line, Portfolio


def costs(engine: Engine, rows: list[dict[str, Any]], rates: RateTable = RATES) -> list[Any]:
    return [row["annual_cost_vnd"] for row in engine.rows(cost_activities(engine.make(rows), rates))]


def total_by_procedure(engine: Engine, rows: list[dict[str, Any]], rates: RateTable = RATES) -> dict[str, Any]:
    found = engine.rows(cost_procedures(engine.make(rows), rates))
    names = [row["procedure"] for row in found]
    assert engine.lazy or names == sorted(names)
    assert len(set(names)) == len(names)
    return {row["procedure"]: row["annual_cost_vnd"] for row in found}


def fault_codes(engine: Engine, rows: list[dict[str, Any]], rates: RateTable = RATES) -> list[str]:
    """Return the codes of the faults of a table in order: all on eager engines, each line's first on lazy ones."""
    if engine.lazy:
        return [row["fault"] for row in engine.rows(cost_activities(engine.make(rows), rates)) if row["fault"]]
    with pytest.raises(InputFault) as caught:
        cost_activities(engine.make(rows), rates)
    return [fault.code for fault in caught.value.faults]


@pytest.fixture(scope="session", params=on_engines(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="session", params=on_engines(engine for engine in ENGINES if engine.lazy))
def lazy_engine(request: pytest.FixtureRequest) -> Engine:
    """Every lazy engine in turn."""
    found: Engine = request.param
    return found


# What the tests ask of a frame of Dask; costing itself never hands one to narwhals.
pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning")

# An engine plans a query for each example, so the tables are long and the examples few.
few_but_long = settings(max_examples=5)


# Sound lines


@few_but_long
@given(portfolio=portfolios(max_lines=60))
def test_every_engine_costs_as_the_auditor_does(engine: Engine, portfolio: Portfolio) -> None:
    rows = [line.row() for line in portfolio.lines]
    rates = rate_table(portfolio.rates)
    assert costs(engine, rows, rates) == [line_cost(line) for line in portfolio.lines]
    expected = sums((line.procedure, line_cost(line)) for line in portfolio.lines)
    assert total_by_procedure(engine, rows, rates) == expected


@few_but_long
@given(tied=st.lists(tied_lines(), min_size=1, max_size=40))
def test_half_a_dong_rounds_up_on_every_engine(engine: Engine, tied: list[Line]) -> None:
    named = [replace(line, grade=f"bậc {line.vnd_per_hour}") for line in tied]
    rates = rate_table({str(line.grade): line.vnd_per_hour for line in named})
    assert costs(engine, [line.row() for line in named], rates) == [line_cost(line) for line in named]


@few_but_long
@given(data=st.data())
def test_order_changes_nothing(engine: Engine, data: st.DataObject) -> None:
    portfolio = data.draw(portfolios(min_lines=1, extremes=False))
    rows = [line.row() for line in portfolio.lines]
    shuffled = data.draw(rearranged(rows))
    rates = rate_table(portfolio.rates)
    assert total_by_procedure(engine, rows, rates) == total_by_procedure(engine, shuffled, rates)


def test_the_greatest_costs_round_as_exactly_as_the_least(engine: Engine) -> None:
    rows, expected = zip(*edges(), strict=True)
    assert costs(engine, list(rows)) == list(expected)


def test_seven_tenths_of_an_hour_is_not_one_dong_short(engine: Engine) -> None:
    assert costs(engine, [SOUND | {"effort_hours": 0.7, "fee_vnd": None, "population": 1.0}]) == [31_686]


def test_an_empty_table_costs_nothing(engine: Engine) -> None:
    assert costs(engine, []) == []
    assert total_by_procedure(engine, []) == {}
    assert list(validate(engine.make([]), RATES)) == []


def test_one_line_is_a_table(engine: Engine) -> None:
    assert costs(engine, [SOUND]) == [SOUND_COST]
    assert total_by_procedure(engine, [SOUND]) == {"NB-01": SOUND_COST}
    assert list(validate(engine.make([SOUND]), RATES)) == []


def test_case_and_outer_blanks_of_a_grade_do_not_matter(engine: Engine) -> None:
    rows = [SOUND | {"grade": spelling} for spelling in ("a1/1", " A1/1 ", "\tA1/1")]
    assert costs(engine, rows) == [SOUND_COST] * 3


def test_normal_forms_of_a_grade_are_one(engine: Engine) -> None:
    plain = SOUND | {"fee_vnd": 0.0, "population": 1.0}
    spellings = ["Chuyên viên hòa giải", "CHUYÊN VIÊN HÒA GIẢI"]
    forms = [unicodedata.normalize(form, spelling) for spelling in spellings for form in ("NFC", "NFD")]
    assert costs(engine, [plain | {"grade": grade} for grade in forms]) == [2 * 10**8] * 4


def test_the_other_tone_style_is_known_or_a_fault_and_never_a_wrong_cost(engine: Engine) -> None:
    row = SOUND | {"fee_vnd": 0.0, "population": 1.0, "grade": "Chuyên viên hoà giải"}
    assert costs(engine, [row]) in ([[None], [2 * 10**8]] if engine.lazy else [[2 * 10**8]])


def test_one_rate_for_all_asks_for_no_grade(engine: Engine) -> None:
    rates = RateTable.from_income(95_600_000)
    rows = [SOUND | {"grade": None}, SOUND | {"grade": "thư ký"}]
    assert costs(engine, rows, rates) == [SOUND_COST, SOUND_COST]


def test_an_absent_money_column_is_blank(engine: Engine) -> None:
    frame = nw.from_native(engine.make([SOUND])).drop("service_vnd", "other_vnd").to_native()
    assert [row["annual_cost_vnd"] for row in engine.rows(cost_activities(frame, RATES))] == [SOUND_COST]


# Hostile lines


def test_hostile_lines_are_named_and_no_others(engine: Engine) -> None:
    hostile = [SOUND | {"procedure": f"NB-{number + 10}"} | figures for number, (figures, _) in enumerate(HOSTILE)]
    rows = [row for line in hostile for row in (SOUND, line)]
    named = [(line["procedure"], codes) for line, (_, codes) in zip(hostile, HOSTILE, strict=True)]
    said = validate(engine.make(rows), RATES)
    if engine.lazy:
        found = engine.rows(cost_activities(engine.make(rows), RATES))
        assert [(row["procedure"], row["fault"]) for row in found[1::2]] == [(key, codes[0]) for key, codes in named]
        assert [row["annual_cost_vnd"] for row in found] == [SOUND_COST, None] * len(HOSTILE)
        total = {"NB-01": SOUND_COST * len(HOSTILE)} | {key: None for key, _ in named}
        assert total_by_procedure(engine, rows) == total
        assert counted(said) == Counter(code for _, codes in named for code in codes)
    else:
        expected = [((key,), code) for key, codes in named for code in codes]
        assert [(fault.place.key, fault.code) for fault in said.faults] == expected
        assert fault_codes(engine, rows) == [code for _, code in expected]


def test_nan_is_a_fault_where_it_is_no_blank(engine: Engine) -> None:
    row = SOUND | {"fee_vnd": math.nan}
    if engine.knows_nan:
        assert fault_codes(engine, [row, SOUND]) == ["not_finite"]
    else:
        assert costs(engine, [row, SOUND]) == [2 * 45_265 * 40, SOUND_COST]


def test_a_typed_zero_is_a_figure(engine: Engine) -> None:
    assert costs(engine, [SOUND | NOTHING | {"other_vnd": 0.0}]) == [0]


def test_a_line_at_its_limit_stands(engine: Engine) -> None:
    row = SOUND | {"grade": None, "effort_hours": None, "fee_vnd": 1e12, "population": 5.0}
    assert costs(engine, [row]) == [LINE_LIMIT_VND]


def test_a_line_a_dong_above_its_limit_does_not(engine: Engine) -> None:
    row = SOUND | {"grade": None, "effort_hours": None, "fee_vnd": 1e12, "other_vnd": 1.0, "population": 5.0}
    assert fault_codes(engine, [row]) == ["line_over_limit"]


def expected_codes(row: dict[str, Any], *, knows_nan: bool) -> list[str]:
    """Return the faults of a row, written from the rules of DESIGN section 3 for single values."""
    codes = []
    figures = [("effort_hours", 10**5, 3000), ("service_vnd", 10**12, 1), ("fee_vnd", 10**12, 1),
               ("other_vnd", 10**12, 1), ("frequency", 10**5, 300), ("population", 10**9, 0)]  # fmt: skip
    blank = {name: row[name] is None or (not knows_nan and math.isnan(row[name])) for name, _, _ in figures}
    sound = set()
    for name, limit, steps in figures:
        value = row[name]
        if blank[name]:
            codes += ["blank_required"] * (name in {"frequency", "population"})
        elif not math.isfinite(value):
            codes.append("not_finite")
        elif not 0 <= value <= limit:
            codes.append("negative" if value < 0 else "over_limit")
        elif not steps and value != int(value):
            codes.append("not_whole")
        elif steps and 0 < value * steps < 0.49:
            codes.append("rounds_to_zero")
        else:
            sound.add(name)
    if all(blank[name] for name in NOTHING):
        codes.append("no_figure")
    if row["grade"] is None:
        codes += ["effort_without_grade"] * ("effort_hours" in sound and row["effort_hours"] > 0)
    elif row["grade"] != "A1/1":
        codes.append("unknown_grade")
    return codes


hostile_rows = st.fixed_dictionaries(
    {
        "procedure": st.sampled_from(["NB-01", "NB-02"]),
        "grade": st.sampled_from(["A1/1", "A1/1", "A9/9", None]),
        **{
            name: st.sampled_from([1.0, 0.0, None, None, math.nan, math.inf, -2.0, 1e13, 1e-9, -1e-300, 2.5])
            for name in ("effort_hours", "service_vnd", "fee_vnd", "other_vnd")
        },
        "frequency": st.sampled_from([1.0, 1.0, 0.0, 12.0, None, math.nan, -1.0, 1e-9, 1e6]),
        "population": st.sampled_from([1.0, 1.0, 40.0, 0.0, None, math.nan, 0.5, -math.inf, 2e9]),
    }
)


@few_but_long
@given(rows=st.lists(hostile_rows, min_size=1, max_size=60))
def test_every_engine_finds_the_same_faults(engine: Engine, rows: list[dict[str, Any]]) -> None:
    expected = [expected_codes(row, knows_nan=engine.knows_nan) for row in rows]
    every = [code for codes in expected for code in codes]
    said = validate(engine.make(rows), RATES)
    if engine.lazy:
        firsts = [codes[0] if codes else None for codes in expected]
        found = engine.rows(cost_activities(engine.make(rows), RATES))
        assert [row["fault"] for row in found] == firsts
        assert [row["annual_cost_vnd"] is None for row in found] == [bool(codes) for codes in expected]
        assert counted(said) == Counter(every)
    else:
        assert [fault.code for fault in said.faults] == every
        if every:
            assert fault_codes(engine, rows) == every
        else:
            cost_activities(engine.make(rows), RATES)


def test_a_blank_procedure_has_no_sum(engine: Engine) -> None:
    rows = [SOUND, SOUND | {"procedure": None}]
    if engine.lazy:
        found = {row["procedure"]: row for row in engine.rows(cost_procedures(engine.make(rows), RATES))}
        assert found[None]["annual_cost_vnd"] is None
        assert found["NB-01"]["annual_cost_vnd"] == SOUND_COST
    else:
        with pytest.raises(InputFault) as caught:
            cost_procedures(engine.make(rows), RATES)
        assert [(fault.code, fault.place.row) for fault in caught.value.faults] == [("blank_required", 2)]


@pytest.mark.parametrize("spelling", ["", "  ", "\t\r\n", "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"])
def test_a_procedure_of_white_space_is_blank(lazy_engine: Engine, spelling: str) -> None:
    rows = [SOUND, SOUND | {"procedure": spelling}, SOUND | {"procedure": " NB-02 "}]
    found = {row["procedure"]: row for row in lazy_engine.rows(cost_procedures(lazy_engine.make(rows), RATES))}
    assert (found[spelling]["annual_cost_vnd"], found[spelling]["fault"]) == (None, "blank_required")
    assert found["NB-01"]["annual_cost_vnd"] == found[" NB-02 "]["annual_cost_vnd"] == SOUND_COST


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_a_procedure_of_white_space_is_named_with_its_line(dtype: str) -> None:
    frame = pd.DataFrame([SOUND, SOUND | {"procedure": "\N{NO-BREAK SPACE}"}]).astype({"procedure": dtype})
    with pytest.raises(InputFault) as caught:
        cost_procedures(frame, RATES)
    assert [fault.code for fault in caught.value.faults] == ["blank_required"]


def test_lazy_sums_count_their_faulty_lines(lazy_engine: Engine) -> None:
    rows = [SOUND, SOUND | {"grade": None}, SOUND | NOTHING, SOUND | {"procedure": "NB-02"}]
    found = {row["procedure"]: row for row in lazy_engine.rows(cost_procedures(lazy_engine.make(rows), RATES))}
    assert found["NB-01"]["annual_cost_vnd"] is None
    assert (found["NB-01"]["faulty_lines"], found["NB-02"]["faulty_lines"]) == (2, 0)
    assert found["NB-02"] == {
        "procedure": "NB-02", "annual_cost_vnd": SOUND_COST, "faulty_lines": 0, "fault": None,
    }  # fmt: skip


def test_notes_are_counted_on_every_engine(engine: Engine) -> None:
    rows = [SOUND | {"effort_hours": None}] * 3 + [SOUND | {"effort_hours": 0.7 + 1e-5}] * 2
    notes = validate(engine.make(rows), RATES).notes
    assert dict(notes[-1].values)["count"] == "3"
    assert {note.code for note in notes} <= {"off_grid", "off_grid_lines", "grade_without_effort"}
    assert sum(note.code.startswith("off_grid") for note in notes) == (1 if engine.lazy else 2)


# Kinds of frame


def test_the_same_kind_comes_out(engine: Engine) -> None:
    frame = engine.make([SOUND])
    assert type(cost_activities(frame, RATES)) is type(frame)
    assert type(cost_procedures(frame, RATES)) is type(frame)
    schema = nw.from_native(cost_activities(frame, RATES)).collect_schema()
    assert schema["annual_cost_vnd"] == nw.Int64
    before = nw.from_native(frame).collect_schema()
    after = nw.from_native(cost_procedures(frame, RATES)).collect_schema()
    assert after["procedure"] == before["procedure"]
    assert after["annual_cost_vnd"] == nw.Int64


def test_no_column_is_lost_and_none_of_ours_stays(engine: Engine) -> None:
    frame = engine.make([SOUND])
    names = nw.from_native(frame).collect_schema().names()
    added = ["annual_cost_vnd", "fault"] if engine.lazy else ["annual_cost_vnd"]
    once = cost_activities(frame, RATES)
    assert nw.from_native(once).collect_schema().names() == names + added
    assert nw.from_native(cost_activities(once, RATES)).collect_schema().names() == names + added


def test_the_input_is_not_changed(engine: Engine) -> None:
    frame = engine.make([SOUND, SOUND | {"effort_hours": None}])
    before = engine.rows(frame)
    cost_activities(frame, RATES)
    cost_procedures(frame, RATES)
    validate(frame, RATES)
    assert engine.rows(frame) == before


# Types of column

TYPED = {"effort_hours": 2, "fee_vnd": 20_000, "frequency": 1, "population": 40}


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint32", "uint64", "float32", "Int64", "Float64", object])
def test_pandas_numbers_of_any_width_cost_the_same(dtype: Any) -> None:
    frame = pd.DataFrame({"grade": ["A1/1"], **{name: [value] for name, value in TYPED.items()}})
    frame = frame.astype(dict.fromkeys(TYPED, dtype))
    assert cost_activities(frame, RATES)["annual_cost_vnd"].tolist() == [SOUND_COST]


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    "dtype", [pl.Int8, pl.Int32, pl.UInt16, pl.UInt64, pl.Int128, pl.Float32, pl.Decimal(18, 2), pl.Int64], ids=str
)
def test_polars_numbers_of_any_width_cost_the_same(dtype: Any, lazy: bool) -> None:
    small = TYPED | {"fee_vnd": 100}
    frame = pl.DataFrame({"grade": ["A1/1"], "other_vnd": [None], **small})
    frame = frame.with_columns(pl.col(name).cast(dtype) for name in small)
    native: Any = frame.lazy() if lazy else frame
    costed = cost_activities(native, RATES)
    assert (costed.collect() if lazy else costed)["annual_cost_vnd"].to_list() == [(2 * 45_265 + 100) * 40]


@pytest.mark.parametrize("dtype", ["TINYINT", "INTEGER", "HUGEINT", "UBIGINT", "FLOAT", "DECIMAL(18, 3)"])
def test_duckdb_numbers_of_any_width_cost_the_same(dtype: str) -> None:
    columns = ", ".join(f"{value if name != 'fee_vnd' else 100}::{dtype} AS {name}" for name, value in TYPED.items())
    relation = duckdb.connect().sql(f"SELECT 'A1/1' AS grade, {columns}, NULL AS other_vnd")
    assert cost_activities(relation, RATES).fetchall()[0][-2] == (2 * 45_265 + 100) * 40


def test_pandas_objects_may_hold_exact_numbers() -> None:
    frame = pd.DataFrame(
        {"effort_hours": [Decimal("0.7"), None], "fee_vnd": [None, 5], "frequency": 1, "population": 1}
    )
    frame = frame.astype({"fee_vnd": object})
    assert cost_activities(frame, RateTable.from_income(95_600_000))["annual_cost_vnd"].tolist() == [31_686, 5]


def test_a_pandas_index_stays() -> None:
    frame = pd.DataFrame(
        {"effort_hours": [1.0, 2.0, 3.0], "frequency": 1.0, "population": 1}, index=pd.Index([7, 3, 7], name="dòng")
    )
    costed = cost_activities(frame, RateTable.from_income(2112))
    assert costed.index.equals(frame.index)
    assert costed["annual_cost_vnd"].tolist() == [1, 2, 3]


def test_a_sum_beyond_its_limit_is_null_on_a_lazy_frame() -> None:
    lines = 922_400
    figures = {"procedure": 1, "effort_hours": 0.0, "fee_vnd": 1e12, "frequency": 1.0, "population": 5}
    frame = pl.LazyFrame({name: np.full(lines, value) for name, value in figures.items()})
    found = cost_procedures(frame, RateTable.from_income(2112)).collect().to_dicts()
    assert found == [{"procedure": 1, "annual_cost_vnd": None, "faulty_lines": 0, "fault": "sum_too_large"}]
    with pytest.raises(InputFault) as caught:
        cost_procedures(frame.collect(), RateTable.from_income(2112))
    assert [fault.code for fault in caught.value.faults] == ["sum_too_large"]
