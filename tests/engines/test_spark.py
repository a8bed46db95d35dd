"""Spark gives the integers of the oracle in its ANSI mode, and runs nothing before it is asked to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from engine_frames import COLUMNS
from hostile_lines import HOSTILE, RATES, SOUND, SOUND_COST, counted, edges, rate_table
from oracle import line_cost, sums
from remarks import only
from spark_session import spark_frame, spark_session
from strategies import portfolios
from tthc_cost.arithmetic import SUM_LIMIT_VND, Reduction
from tthc_cost.costing import cost_activities, cost_procedures, validate
from tthc_cost.errors import InputFault
from tthc_cost.rates import RateTable
from tthc_cost.table_comparison import compare_tables, reduction_of, sum_costs

if TYPE_CHECKING:
    from strategies import Portfolio

pytestmark = pytest.mark.heavy


def rows_of(frame: Any, order: str) -> list[dict[str, Any]]:
    return sorted((row.asDict() for row in frame.collect()), key=lambda row: (row[order] is not None, row[order]))


def jobs_of(group: str) -> int:
    return len(spark_session().sparkContext.statusTracker().getJobIdsForGroup(group))


# Spark plans for a second, so the tables are long and the examples two.
@settings(max_examples=2)
@given(portfolio=portfolios(min_lines=20, max_lines=60))
def test_spark_costs_as_the_auditor_does(portfolio: Portfolio) -> None:
    frame, rates = spark_frame([line.row() for line in portfolio.lines]), rate_table(portfolio.rates)
    found = [row["annual_cost_vnd"] for row in rows_of(cost_activities(frame, rates), "row")]
    assert found == [line_cost(line) for line in portfolio.lines]
    expected = sums((line.procedure, line_cost(line)) for line in portfolio.lines)
    by_procedure = rows_of(cost_procedures(frame, rates), "procedure")
    assert {row["procedure"]: row["annual_cost_vnd"] for row in by_procedure} == expected


def test_the_greatest_costs_round_as_exactly_as_the_least() -> None:
    rows, expected = zip(*edges(), strict=True)
    found = rows_of(cost_activities(spark_frame(rows), RATES), "row")
    assert [row["annual_cost_vnd"] for row in found] == list(expected)


def test_hostile_lines_are_named_and_no_others() -> None:
    hostile = [SOUND | {"procedure": f"NB-{number + 10}"} | figures for number, (figures, _) in enumerate(HOSTILE)]
    hostile.append(SOUND | {"procedure": None})
    firsts = [codes[0] for _, codes in HOSTILE]
    rows = [row for line in hostile for row in (SOUND, line)]
    frame = spark_frame(rows)
    found = rows_of(cost_activities(frame, RATES), "row")
    assert [row["fault"] for row in found[1::2]] == [*firsts, None]
    assert [row["annual_cost_vnd"] for row in found[:-1]] == [SOUND_COST, None] * len(HOSTILE) + [SOUND_COST]
    by_procedure = {row["procedure"]: row for row in rows_of(cost_procedures(frame, RATES), "procedure")}
    assert by_procedure.pop("NB-01")["annual_cost_vnd"] == SOUND_COST * len(hostile)
    assert {row["annual_cost_vnd"] for row in by_procedure.values()} == {None}
    assert [by_procedure[line["procedure"]]["fault"] for line in hostile] == [*firsts, "blank_required"]
    every = [code for _, codes in HOSTILE for code in codes]
    assert counted(validate(frame, RATES)) == Counter([*every, "blank_required"])


def test_an_empty_table_costs_nothing() -> None:
    frame = spark_frame([])
    assert cost_activities(frame, RATES).collect() == []
    assert cost_procedures(frame, RATES).collect() == []


@pytest.mark.parametrize("dtype", ["tinyint", "int", "bigint", "float", "decimal(18,3)"])
def test_numbers_of_any_width_cost_the_same(dtype: str) -> None:
    frame = spark_session().sql(
        f"select 'A1/1' as grade, cast(2 as {dtype}) as effort_hours, cast(100 as {dtype}) as fee_vnd, "
        f"cast(1 as {dtype}) as frequency, cast(40 as {dtype}) as population, null as other_vnd"
    )
    assert cost_activities(frame, RATES).collect()[0]["annual_cost_vnd"] == (2 * 45_265 + 100) * 40


# One procedure has nearly all lines, and at 5·10^12 đồng each its sum would pass 2^63.
LINES, OTHERS = 1_900_000, 1000
KEY = f"if(id < {OTHERS}, concat('NB-', id), 'NB-lớn') as procedure"


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_a_sum_that_would_wrap_is_null_and_every_other_stands(ansi: str) -> None:
    session = spark_session()
    session.conf.set("spark.sql.ansi.enabled", ansi)
    try:
        lines = session.range(LINES).selectExpr(
            KEY, "0D as effort_hours", "1e12 as fee_vnd", "1D as frequency", "5 as population",
        )  # fmt: skip
        found = {row["procedure"]: row for row in cost_procedures(lines, RateTable.from_income(2112)).collect()}
    finally:
        session.conf.set("spark.sql.ansi.enabled", "true")
    great = found.pop("NB-lớn")
    assert (great["annual_cost_vnd"], great["faulty_lines"], great["fault"]) == (None, 0, "sum_too_large")
    assert len(found) == OTHERS
    assert {row["annual_cost_vnd"] for row in found.values()} == {5 * 10**12}


@pytest.mark.parametrize("above", [0, 1])
def test_the_limit_of_a_sum_is_kept_to_the_dong(above: int) -> None:
    rows = [("A", SUM_LIMIT_VND - 1), ("A", 1 + above), ("B", 2)]
    lines = spark_session().createDataFrame(rows, "agency string, annual_cost_vnd long")
    found = {row["agency"]: row["annual_cost_vnd"] for row in sum_costs(lines, "agency").collect()}
    assert found == {"A": None if above else SUM_LIMIT_VND, "B": 2}


@pytest.mark.parametrize("spelling", ["", " \t\r\n", "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"])
def test_a_procedure_of_white_space_is_blank(spelling: str) -> None:
    rows = rows_of(cost_procedures(spark_frame([SOUND, SOUND | {"procedure": spelling}]), RATES), "procedure")
    found = {row["procedure"]: (row["annual_cost_vnd"], row["fault"]) for row in rows}
    assert found == {"NB-01": (SOUND_COST, None), spelling: (None, "blank_required")}


def test_one_great_procedure_adds_up_to_the_dong() -> None:
    lines = spark_session().range(1_000_000).selectExpr(
        KEY, "0D as effort_hours", "cast(id as double) as fee_vnd", "1D as frequency", "1 as population",
    )  # fmt: skip
    found = {row["procedure"]: row for row in cost_procedures(lines, RateTable.from_income(2112)).collect()}
    assert found["NB-lớn"]["annual_cost_vnd"] == sum(range(OTHERS, 1_000_000))
    assert found["NB-7"]["annual_cost_vnd"] == 7


def test_nothing_runs_before_it_is_asked_for() -> None:
    frame, context = spark_frame([SOUND, SOUND | {"grade": None}]), spark_session().sparkContext
    context.setJobGroup("planning", "")
    lines, procedures = cost_activities(frame, RATES), cost_procedures(frame, RATES)
    assert type(lines) is type(procedures) is type(frame)
    assert lines.columns == ["row", *COLUMNS, "annual_cost_vnd", "fault"]
    assert procedures.columns == ["procedure", "annual_cost_vnd", "faulty_lines", "fault"]
    assert {dict(made.dtypes)["annual_cost_vnd"] for made in (lines, procedures)} == {"bigint"}
    with pytest.raises(InputFault):
        cost_activities(frame.drop("frequency"), RATES)
    assert jobs_of("planning") == 0
    context.setJobGroup("validating", "")
    validate(frame, RATES)
    assert jobs_of("validating") == 1


def test_tables_compare_and_name_their_faults() -> None:
    frame = spark_frame([SOUND, SOUND | {"procedure": "NB-02"}])
    before = cost_activities(frame, RATES)
    after = cost_activities(frame.filter("procedure = 'NB-01'"), RATES)
    assert reduction_of(compare_tables(before, after, "procedure")) == Reduction(2 * SOUND_COST, SOUND_COST)
    faulty = cost_activities(frame.withColumn("grade", frame["grade"].substr(9, 1)), RATES)
    with pytest.raises(InputFault) as caught:
        reduction_of(compare_tables(before, faulty, "procedure"))
    said = dict(only("lines_at_fault", caught.value.faults).values)
    assert said == {"count": "2", "code": "effort_without_grade", "first": "NB-01", "last": "NB-02"}
