"""Benchmarks on Polars, beside queries written by hand for the same exact integers and the same validity."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from constructed_lines import AFTER, BEFORE, GRADES, HOURLY_VND, constructed, rate_table
from paired_rows import Pair, Row, agency_differences, plain_row

from tthc_cost.arithmetic import (
    EFFORT_LIMIT_HOURS,
    EFFORT_STEPS_PER_HOUR,
    FREQUENCY_LIMIT_PER_YEAR,
    FREQUENCY_STEPS,
    LINE_LIMIT_VND,
    MONEY_LIMIT_VND,
    POPULATION_LIMIT,
    STEP_NOISE,
    STEPS_PER_VND,
    SUM_LIMIT_VND,
)
from tthc_cost.costing import cost_activities, cost_procedures
from tthc_cost.table_comparison import compare_tables, reduction_of

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Engine: TypeAlias = Literal["in-memory", "streaming", "eager"]

__all__ = ["ROWS", "comparison_by_hand", "costs_by_hand", "sums_by_hand"]

_RATES: Final = pl.DataFrame({"grade": GRADES, "vnd_per_hour": HOURLY_VND}).lazy()
EAGER: Final = "eager"
_UP: Final = 0.5 + STEP_NOISE
_FAR_OVER_STEPS: Final = 6e12 * STEPS_PER_VND


def costs_by_hand(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Cost lines as one does who knows Polars and his columns, and wants exact integers but no word of what is wrong.

    Checked, as by the library: blank volumes, lines without any figure, NaN and infinity, signs, the limit of each
    column, efforts and frequencies that the grid would make 0, effort without a grade, unknown grades, and the limit
    of a line at its own population and at one subject; such a line has no cost. Not done: saying which of these it
    is, other spellings of a grade, populations that are not of a type of integers,
    procedures without a code.
    """
    effort, service, frequency, population = (
        pl.col(name) for name in ("effort_hours", "service_vnd", "frequency", "population")
    )
    hours, money = effort.fill_null(0.0), service.fill_null(0.0)
    effort_steps = (hours * float(EFFORT_STEPS_PER_HOUR) + _UP).floor()
    frequency_steps = (frequency * float(FREQUENCY_STEPS) + _UP).floor()
    rate = pl.col("vnd_per_hour")
    sound = (
        hours.is_between(0, EFFORT_LIMIT_HOURS)
        & money.is_between(0, MONEY_LIMIT_VND)
        & frequency.is_between(0, FREQUENCY_LIMIT_PER_YEAR)
        & population.is_between(0, POPULATION_LIMIT)
        & ((effort_steps >= 1) == (hours > 0))
        & ((frequency_steps >= 1) == (frequency > 0))
        & (effort.is_not_null() | service.is_not_null())
        & (rate.is_not_null() | (pl.col("grade").is_null() & (hours == 0)))
    )
    steps = {"effort_steps": effort_steps, "money_steps": (money + _UP).floor(), "frequency_steps": frequency_steps}
    floats = lines.join(_RATES, on="grade", how="left").with_columns(
        sound=sound, vnd_per_hour=rate.fill_null(0), **steps
    )
    one_case = pl.col("effort_steps") * rate + pl.col("money_steps") * EFFORT_STEPS_PER_HOUR
    estimate = one_case * pl.col("frequency_steps") * pl.max_horizontal(population, 1)
    small = pl.col("sound") & (estimate <= _FAR_OVER_STEPS)
    integers = floats.with_columns(pl.when(small).then(pl.col(name)).cast(pl.Int64) for name in steps)
    once = one_case * pl.col("frequency_steps")
    cost = (once * population + STEPS_PER_VND // 2) // STEPS_PER_VND
    highest = once * pl.max_horizontal(population, 1)
    within = highest < LINE_LIMIT_VND * STEPS_PER_VND + STEPS_PER_VND // 2
    return integers.with_columns(annual_cost_vnd=pl.when(within).then(cost))


def sums_by_hand(costed: pl.LazyFrame, by: str, *costs: str) -> pl.LazyFrame:
    """Add up by a column: null where a line has no cost or a sum passes its limit."""
    values = [pl.col(name) for name in costs]
    sums = costed.group_by(by).agg(
        *(value.sum() for value in values),
        whole=pl.all_horizontal(value.null_count() == 0 for value in values),
        about=pl.max_horizontal(value.cast(pl.Float64).sum() for value in values),
    )
    complete = pl.col("whole") & (pl.col("about") <= float(SUM_LIMIT_VND))
    return sums.select(
        by, *(pl.when(complete).then(value).alias(name) for name, value in zip(costs, values, strict=True))
    )


def comparison_by_hand(before: pl.LazyFrame, after: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """Put both states under each other and add up by a column; a group of one state costs 0 in the other."""
    cost, nothing = pl.col("annual_cost_vnd"), pl.lit(0, dtype=pl.Int64)
    both = pl.concat([
        before.select(by, baseline_vnd=cost, simplified_vnd=nothing),
        after.select(by, baseline_vnd=nothing, simplified_vnd=cost),
    ])  # fmt: skip
    return sums_by_hand(both, by, "baseline_vnd", "simplified_vnd")


def _roll_up(before: Any, after: Any, agencies: Any) -> Any:
    rates = rate_table()
    states = [cost_procedures(lines, rates).join(agencies, on="procedure") for lines in (before, after)]
    return compare_tables(*states, "agency")


def _roll_up_by_hand(before: pl.LazyFrame, after: pl.LazyFrame, agencies: pl.LazyFrame) -> pl.LazyFrame:
    one, other = (
        sums_by_hand(costs_by_hand(lines), "procedure", "annual_cost_vnd").join(agencies, on="procedure")
        for lines in (before, after)
    )
    return comparison_by_hand(one, other, "agency")


def _with_ratio(compared: Any) -> Any:
    return compared.with_columns(ratio=1 - pl.col("simplified_vnd") / pl.col("baseline_vnd"))


def _roll_ups(keys: str, engine: Engine, lines: int) -> Pair:
    made = constructed(lines)
    tables = [*(made.polars(state, keys) for state in (BEFORE, AFTER)), made.polars_agencies(keys)]
    lazy = [table.lazy() for table in tables]

    def by_hand() -> pl.DataFrame:
        collected: pl.DataFrame = _with_ratio(_roll_up_by_hand(*lazy)).collect(
            engine="auto" if engine == EAGER else engine
        )
        return collected

    def ours() -> Any:
        if engine == EAGER:
            return _with_ratio(_roll_up(*tables))
        return _with_ratio(_roll_up(*lazy)).collect(engine=engine)

    return Pair(ours, by_hand, agency_differences)


def _comparison(lines: int) -> Pair:
    made, rates = constructed(lines), rate_table()
    before, after = (
        cost_activities(made.polars(state, "numbers"), rates).select("procedure", "annual_cost_vnd").lazy()
        for state in (BEFORE, AFTER)
    )

    def by_hand() -> tuple[int, int]:
        compared = comparison_by_hand(before, after, "procedure")
        summed = compared.select(pl.col("baseline_vnd", "simplified_vnd").sum()).collect()
        return int(summed[0, 0]), int(summed[0, 1])

    def ours() -> tuple[int, int]:
        reduction = reduction_of(compare_tables(before, after, "procedure"))
        return int(reduction.baseline), int(reduction.simplified)

    return Pair(ours, by_hand, lambda one, other: "" if one == other else f"{one} beside {other}")


_BY_HAND = "query by hand, the same exact arithmetic"
ROWS: Final = (
    Row(
        "polars-lazy-numbers",
        "lazy Polars, whole-number keys",
        _BY_HAND,
        partial(plain_row, partial(_roll_ups, "numbers", "in-memory")),
    ),
    Row(
        "polars-lazy-text",
        "lazy Polars, keys of text",
        _BY_HAND,
        partial(plain_row, partial(_roll_ups, "text", "in-memory")),
    ),
    Row(
        "polars-streaming-numbers",
        "lazy Polars streaming, whole-number keys",
        _BY_HAND,
        partial(plain_row, partial(_roll_ups, "numbers", "streaming")),
    ),
    Row(
        "polars-eager",
        "Polars eager, keys of text",
        "lazy " + _BY_HAND,
        partial(plain_row, partial(_roll_ups, "text", EAGER)),
    ),
    Row(
        "polars-compare",
        "costed tables compared by procedure to a reduction, lazy Polars",
        _BY_HAND,
        partial(plain_row, _comparison),
    ),
)
