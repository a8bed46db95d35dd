"""Tables compared on any engine give what the reviews of the object model give, at the populations they state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_frames import ENGINES, on_engines
from hostile_lines import RATES, SOUND, SOUND_COST, rate_table
from oracle import line_cost, sums
from remarks import only
from strategies import portfolios
from tthc_cost.arithmetic import SUM_LIMIT_VND, Reduction
from tthc_cost.comparison import compare
from tthc_cost.costing import cost_activities
from tthc_cost.errors import InputFault
from tthc_cost.review import Review
from tthc_cost.table_comparison import compare_tables, reduction_of, sum_costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_frames import Engine
    from strategies import Line, Portfolio

few_but_long = settings(max_examples=3)


@pytest.fixture(scope="session", params=on_engines(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="session", params=on_engines(engine for engine in ENGINES if engine.lazy))
def lazy_engine(request: pytest.FixtureRequest) -> Engine:
    """Every lazy engine in turn."""
    chosen: Engine = request.param
    return chosen


def costed(engine: Engine, *tables: Sequence[dict[str, Any]], rates: Any = RATES) -> list[Any]:
    """Cost tables of one connection: those of DuckDB must share it to be compared."""
    return [cost_activities(frame, rates) for frame in engine.make_all(tables)]


def tables_of(lines: Sequence[Line], codes: set[str]) -> dict[str, pd.DataFrame]:
    rows = [line.row() | {"activity": str(number), "name": "việc"} for number, line in enumerate(lines)]
    procedures = [{"procedure": code, "name": code, "frequency": 1, "population": 1} for code in sorted(codes)]
    return {
        "procedures": pd.DataFrame(procedures),
        "activities": pd.DataFrame(rows).drop(columns="agency", errors="ignore"),
    }


@few_but_long
@given(before=portfolios(min_lines=1, max_lines=30), chosen=st.data())
def test_tables_compare_as_reviews_do(engine: Engine, before: Portfolio, chosen: st.DataObject) -> None:
    lines = list(before.lines)
    codes = {line.procedure for line in lines}
    kept = chosen.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=30))
    left = [*kept, *(next(line for line in lines if line.procedure == code) for code in codes)]
    rates = rate_table(before.rates)
    review = Review.from_tables(tables_of(lines, codes), tables_of(left, codes), {})
    model = compare(review, rates, population="stated")
    found = compare_tables(
        *costed(engine, *([line.row() for line in state] for state in (lines, left)), rates=rates), "procedure"
    )
    wanted = ["procedure", "baseline_vnd", "simplified_vnd", "saving_vnd"]
    by_procedure = {row["procedure"]: tuple(row[name] for name in wanted) for row in engine.rows(found)}
    assert by_procedure == {row[0]: row for row in model.procedures[wanted].itertuples(index=False, name=None)}
    assert reduction_of(found) == model.total


@few_but_long
@given(portfolio=portfolios(min_lines=1, max_lines=30))
def test_the_parts_add_to_the_whole_by_any_columns(engine: Engine, portfolio: Portfolio) -> None:
    (lines,) = costed(engine, [line.row() for line in portfolio.lines], rates=rate_table(portfolio.rates))
    found = engine.rows(sum_costs(lines, "procedure", "grade"))
    expected = sums(((line.procedure, line.grade), line_cost(line)) for line in portfolio.lines)
    assert {(row["procedure"], row["grade"]): row["annual_cost_vnd"] for row in found} == expected


def test_a_group_of_one_table_costs_nothing_in_the_other(engine: Engine) -> None:
    found = compare_tables(*costed(engine, [SOUND], [SOUND | {"procedure": "NB-02"}]), "procedure")
    rows = {row.pop("procedure"): row for row in engine.rows(found)}
    rest = {"faulty_lines": 0, "fault": None} if engine.lazy else {}
    assert rows["NB-01"] == {"baseline_vnd": SOUND_COST, "simplified_vnd": 0, "saving_vnd": SOUND_COST} | rest
    assert rows["NB-02"] == {"baseline_vnd": 0, "simplified_vnd": SOUND_COST, "saving_vnd": -SOUND_COST} | rest
    assert reduction_of(found) == Reduction(SOUND_COST, SOUND_COST)


def test_no_lines_are_no_reduction(engine: Engine) -> None:
    assert reduction_of(compare_tables(*costed(engine, [], []), "procedure")) == Reduction(0, 0)


def test_the_same_kind_comes_out(engine: Engine) -> None:
    lines = costed(engine, [SOUND], [SOUND])
    assert type(sum_costs(lines[0], "procedure")) is type(compare_tables(*lines, "procedure")) is type(lines[0])


def test_a_faulty_line_has_no_saving_and_is_named(lazy_engine: Engine) -> None:
    after = [SOUND, SOUND | {"procedure": "NB-02", "grade": None}, SOUND | {"procedure": "NB-03", "population": None}]
    found = compare_tables(*costed(lazy_engine, [SOUND], after), "procedure")
    rows = {row["procedure"]: row for row in lazy_engine.rows(found)}
    assert [rows[f"NB-0{number}"]["saving_vnd"] for number in (1, 2, 3)] == [0, None, None]
    assert [rows[f"NB-0{number}"]["faulty_lines"] for number in (1, 2, 3)] == [0, 1, 1]
    with pytest.raises(InputFault) as caught:
        reduction_of(found)
    said = dict(only("lines_at_fault", caught.value.faults).values)
    assert said == {"count": "2", "code": "blank_required", "first": "NB-02", "last": "NB-03"}


def test_a_line_that_a_join_left_without_a_cost_is_a_fault() -> None:
    lines = pl.DataFrame({"agency": ["A", "A", "B"], "annual_cost_vnd": [1, None, 2]})
    with pytest.raises(InputFault) as caught:
        sum_costs(lines, "agency")
    assert dict(only("lines_at_fault", caught.value.faults).values)["code"] == "blank_required"
    found = {row["agency"]: row["annual_cost_vnd"] for row in sum_costs(lines.lazy(), "agency").collect().to_dicts()}
    assert found == {"A": None, "B": 2}


@pytest.mark.parametrize("lazy", [False, True])
def test_a_sum_beyond_its_limit_is_no_sum(lazy: bool) -> None:
    groups: Any = pl.DataFrame({"agency": ["A", "B"], "baseline_vnd": [SUM_LIMIT_VND, 1], "simplified_vnd": [0, 0]})
    lines = groups.select("agency", annual_cost_vnd="baseline_vnd").with_columns(agency=pl.lit("A"))
    with pytest.raises(InputFault) as caught:
        reduction_of(groups.lazy() if lazy else groups)
    only("sum_too_large", caught.value.faults)
    if lazy:
        many = pl.concat([lines] * 2).lazy()
        assert sum_costs(many, "agency").collect().to_dicts()[0]["fault"] == "sum_too_large"
    else:
        with pytest.raises(InputFault) as caught:
            sum_costs(pl.concat([lines] * 2), "agency")
        only("sum_too_large", caught.value.faults)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("above", [0, 1])
def test_the_limit_of_a_sum_is_kept_to_the_dong(lazy: bool, above: int) -> None:
    # As floats both sums are 2^62.
    lines = pl.DataFrame({"agency": ["A", "A", "B"], "annual_cost_vnd": [SUM_LIMIT_VND - 1, 1 + above, 2]})
    native: Any = lines.lazy() if lazy else lines
    if above and not lazy:
        for add_up in (sum_costs, lambda frame, by: compare_tables(frame, frame, by)):
            with pytest.raises(InputFault) as caught:
                add_up(native, "agency")
            only("sum_too_large", caught.value.faults)
        return
    found = sum_costs(native, "agency")
    sums = {row["agency"]: row["annual_cost_vnd"] for row in (found.collect() if lazy else found).to_dicts()}
    assert sums == {"A": None if above else SUM_LIMIT_VND, "B": 2}
    if above:
        (fault,) = found.collect()["fault"].drop_nulls().to_list()
        assert fault == "sum_too_large"
        with pytest.raises(InputFault) as caught:
            reduction_of(compare_tables(native, native, "agency"))
        only("sum_too_large", caught.value.faults)


def test_a_missing_column_is_named(engine: Engine) -> None:
    for call in (sum_costs, compare_tables):
        with pytest.raises(InputFault) as caught:
            call(*costed(engine, [SOUND], [SOUND])[: 1 + (call is compare_tables)], "agenci")
        only("missing_column", caught.value.faults)
