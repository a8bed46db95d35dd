"""Lazy lines as expressions of their own engine: faulty figures are nulled before anything is cast or multiplied."""

from __future__ import annotations

import operator
import unicodedata
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import narwhals.stable.v2 as nw

from tthc_cost.arithmetic import (
    EFFORT_STEPS_PER_HOUR,
    LINE_LIMIT_VND,
    STEP_NOISE,
    STEPS_PER_VND,
    SUM_LIMIT_VND,
    annual_cost_product,
    round_half_up,
)
from tthc_cost.errors import Place, remark
from tthc_cost.line_columns import (
    ACTIVITIES,
    CELL_CODES,
    COST,
    EFFORT,
    FAULT,
    FAULTY_LINES,
    FIGURES,
    FREQUENCY,
    MONEY,
    POPULATION,
    WHITE_SPACE,
    further_off_grid,
    is_missing,
    near_grades,
    shown_value,
)
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.line_columns import (
        Figure,
        LineColumns,
    )
    from tthc_cost.rates import RateTable

    Lazy: TypeAlias = nw.LazyFrame[Any]
    AnyLines: TypeAlias = Any
    Cell: TypeAlias = Any
    DType: TypeAlias = Any
    Fault: TypeAlias = tuple[str, nw.Expr]
    Kind: TypeAlias = tuple[str | None, str, nw.Expr, nw.Expr]

__all__ = ["SUM_PART", "lazy_remarks", "remarks_of_kind", "with_costs", "with_sums"]

_SURELY_OVER_VND: Final = 6 * 10**12
"""Above this estimate a line is over the limit whatever floats lost; up to it, its integers cannot wrap."""
SUM_PART: Final = 2**21
"""What a cost is split by where a sum beyond 64 bits raises: both parts of 2^41 lines add up within them."""

_CODES: Final = sorted({*CELL_CODES, "effort_without_grade", "line_over_limit", "no_figure", "unknown_grade"})
"""Codes of faults by their number, which orders as they do and is quicker than texts to choose and to aggregate."""
_FIRST: Final = "__tthc_first"
_NUMBER: Final = "__tthc_number"
_GRADE: Final = "__tthc_grade"
_RATE: Final = "__tthc_rate"
_MONEY: Final = "__tthc_money"
_ESTIMATE: Final = "__tthc_estimate"
_ONCE: Final = "__tthc_once"
_WITHIN: Final = "__tthc_within"


def with_costs(frame: Lazy, rates: RateTable | None, columns: LineColumns) -> Lazy:
    """Add the annual cost, the first fault and working columns, by elementwise expressions only.

    Parameters
    ----------
    frame : narwhals LazyFrame
        Lines; never collected.
    rates : RateTable or None
        Hourly rates [đồng/h]; 0 without them.
    columns : LineColumns
        Which of them can be used; none at fault.

    Returns
    -------
    narwhals LazyFrame
        The lines with `COST` (null at fault), `FAULT` (null where sound) and columns that begin with ``__tthc_``.
    """
    schema = frame.collect_schema()
    frame = _with_rates(frame, rates, columns)
    present = [figure for figure in FIGURES if figure.name in schema]
    floors_to_whole = frame.implementation.is_spark_like()
    frame = frame.with_columns(
        _float_steps(figure, floors_to_whole=floors_to_whole).alias(_steps_of(figure)) for figure in present
    )
    money = reduce(operator.add, (nw.col(_steps_of(figure)) for figure in present if figure in MONEY), nw.lit(0.0))
    subjects = nw.max_horizontal(nw.col(_steps_of(POPULATION)), nw.lit(1.0))
    effort, frequency, rate = nw.col(_steps_of(EFFORT)), nw.col(_steps_of(FREQUENCY)), nw.col(_RATE).fill_null(0)
    estimate = annual_cost_product(effort, rate, money, frequency, subjects, effort_steps=EFFORT_STEPS_PER_HOUR)
    frame = frame.with_columns(
        _first(chain.from_iterable(_faults(columns, schema).values())).alias(_FIRST),
        estimate.alias(_ESTIMATE),
        money.alias(_MONEY),
    )
    safe = nw.when(nw.col(_FIRST).is_null() & (nw.col(_ESTIMATE) <= float(_SURELY_OVER_VND * STEPS_PER_VND)))
    names = (_steps_of(EFFORT), _MONEY, _steps_of(FREQUENCY), _steps_of(POPULATION))
    frame = frame.with_columns(
        safe.then(nw.col(name)).cast(nw.Int64).alias(_working(f"whole_{name}")) for name in names
    )
    effort, charge, frequency, population = (nw.col(_working(f"whole_{name}")) for name in names)
    once = annual_cost_product(effort, rate, charge, frequency, 1, effort_steps=EFFORT_STEPS_PER_HOUR)
    frame = frame.with_columns(once.alias(_ONCE))
    once = nw.col(_ONCE)
    highest = once * nw.max_horizontal(population, nw.lit(1, dtype=nw.Int64))
    frame = frame.with_columns((highest < LINE_LIMIT_VND * STEPS_PER_VND + STEPS_PER_VND // 2).alias(_WITHIN))
    within = nw.when(nw.col(_WITHIN))
    cost = _rounded(once * population, exact_division=not frame.implementation.is_spark_like())
    over = nw.coalesce(_FIRST, _number("line_over_limit"))
    frame = frame.with_columns(
        within.then(cost).alias(COST),
        within.then(nw.lit(None, dtype=nw.Int8)).otherwise(over).alias(_NUMBER),
    )
    text = _looked_up(frame, nw.col(_NUMBER), dict(enumerate(_CODES)), nw.String)
    return frame.with_columns(nw.when(~nw.col(_NUMBER).is_null()).then(text).alias(FAULT))


def _with_rates(frame: Lazy, rates: RateTable | None, columns: LineColumns) -> Lazy:
    """Add the rate, looked up as the grade is spelt and only where that misses stripped and in small letters."""
    if not columns.graded or rates is None:
        return frame.with_columns(nw.lit(rates.for_all if rates is not None else 0, dtype=nw.Int64).alias(_RATE))
    of_grade = rates.as_mapping()
    spellings = {
        spelling: rate
        for grade, rate in of_grade.items()
        for spelling in {unicodedata.normalize(form, grade).strip().lower() for form in ("NFC", "NFD")} | {fold(grade)}
    }
    grade = nw.col("grade").cast(nw.String)
    frame = frame.with_columns(_looked_up(frame, grade, of_grade, nw.Int64).alias(_RATE))
    missed = nw.when(nw.col(_RATE).is_null()).then(grade)
    frame = frame.with_columns(missed.str.strip_chars(WHITE_SPACE).str.to_lowercase().alias(_GRADE))
    again = _looked_up(frame, nw.col(_GRADE), spellings, nw.Int64)
    return frame.with_columns(nw.coalesce(nw.col(_RATE), again).alias(_RATE))


def _looked_up(frame: Lazy, value: nw.Expr, results: Mapping[Cell, Cell], dtype: DType) -> nw.Expr:
    """Look up by a hash where the engine has one, else one by one."""
    if frame.implementation.is_polars():
        return value.replace_strict(results, default=None, return_dtype=dtype)
    branches: Any = nw
    for key, result in results.items():
        branches = branches.when(value == key).then(nw.lit(result, dtype=dtype))
    found: nw.Expr = branches.otherwise(nw.lit(None, dtype=dtype))
    return found


def _first(faults: Iterable[Fault]) -> nw.Expr:
    """Give the number of the first fault that a line has; null if none."""
    branches: Any = nw
    for code, lines in faults:
        branches = branches.when(lines).then(_number(code))
    number: nw.Expr = branches.otherwise(nw.lit(None, dtype=nw.Int8))
    return number


def _faults(columns: LineColumns, schema: Mapping[str, Any]) -> dict[str | None, list[Fault]]:
    """Return what a line may have wrong, by column, in the order in which a line's first fault is sought."""
    faults: dict[str | None, list[Fault]] = {}
    if columns.by_procedure and "procedure" in schema:
        code = nw.col("procedure")
        nothing = code.is_null()
        if not schema["procedure"].is_integer():
            code = code.cast(nw.String)
            strange = nw.when((code < "!") | (code > "~")).then(code)  # what begins in ASCII print is not blank
            nothing |= strange.str.strip_chars(WHITE_SPACE) == ""
        faults["procedure"] = [("blank_required", nothing)]
    for figure in FIGURES:
        if figure.name in schema:
            faults[figure.name] = list(_of_figure(figure))
    blank = [nw.col(figure.name).is_null() for figure in (EFFORT, *MONEY) if figure.name in schema]
    faults[None] = [("no_figure", nw.all_horizontal(*blank, ignore_nulls=False))]
    if columns.graded:
        unknown = nw.col(_RATE).is_null()
        named = (nw.col(_GRADE) != "").fill_null(value=False)
        worked = (nw.col(_steps_of(EFFORT)) >= 1) & (nw.col(EFFORT.name) <= EFFORT.limit)
        faults["grade"] = [("effort_without_grade", unknown & ~named & worked), ("unknown_grade", unknown & named)]
    return faults


def _of_figure(figure: Figure) -> Iterator[Fault]:
    value = nw.col(figure.name).cast(nw.Float64)
    if figure.filled:
        yield "blank_required", value.is_null()
    yield "not_finite", ~value.is_finite()
    yield "negative", value < 0
    yield "over_limit", value > figure.limit
    steps = nw.col(_steps_of(figure))
    if figure.whole:
        yield "not_whole", value != steps
    else:
        yield "rounds_to_zero", (value > 0) & (steps < 1)


def _float_steps(figure: Figure, *, floors_to_whole: bool) -> nw.Expr:
    """Give whole steps as floats; Spark floors to 64 bits and raises beyond them, so there only figures in bounds."""
    value = nw.col(figure.name).cast(nw.Float64)
    if not figure.filled:
        value = value.fill_null(0.0)
    if floors_to_whole:
        value = nw.when((value >= 0) & (value <= figure.limit)).then(value)
    steps = (value * float(figure.steps) + (0.5 + STEP_NOISE)).floor()
    return steps.cast(nw.Float64) if floors_to_whole else steps


def _number(code: str) -> nw.Expr:
    return nw.lit(_CODES.index(code), dtype=nw.Int8)


def _working(name: str) -> str:
    return f"__tthc_{name}"


def _steps_of(figure: Figure) -> str:
    return _working(f"steps_{figure.name}")


def _text(value: str | None) -> nw.Expr:
    return nw.lit(value, dtype=nw.String)


def _rounded(product: nw.Expr, *, exact_division: bool) -> nw.Expr:
    """Round half up to whole đồng; Spark divides as floats, so there the rest is taken off first.

    The quotient is then whole and below 2^43, and what floats lose of it is less than a half.
    """
    if exact_division:
        rounded: nw.Expr = round_half_up(product, STEPS_PER_VND)
        return rounded.cast(nw.Int64)
    dividend = product + STEPS_PER_VND // 2
    return ((dividend - dividend % STEPS_PER_VND) / STEPS_PER_VND + 0.5).floor().cast(nw.Int64)


def with_sums(frame: AnyLines, keys: Sequence[str] = ("procedure",), costs: Sequence[str] = (COST,)) -> AnyLines:
    """Add up costed lines by their keys; a float sum tells where integers would pass their limit.

    Parameters
    ----------
    frame : narwhals LazyFrame or DataFrame
        Lines with the keys, the costs [đồng] and `FAULT`, as `with_costs` returns them.
    keys : sequence of str
        Columns to add up by.
    costs : sequence of str
        Columns to add up.

    Returns
    -------
    Same kind as `frame`
        The keys, each cost (null if a line is at fault or the sum passes 2^62), `FAULTY_LINES` and `FAULT`.
    """
    first = _NUMBER if _NUMBER in frame.collect_schema().names() else FAULT
    wholes: dict[str, list[tuple[str, int]]] = {}
    added: dict[str, nw.Expr] = {}
    for name in costs:
        cost = nw.col(name)
        wholes[name] = [(name, 1)]
        if frame.implementation.is_spark_like():  # which raises where a sum passes 2^63
            rest = cost % SUM_PART
            high, low = _working(f"high_{name}"), _working(f"low_{name}")
            wholes[name] = [(high, SUM_PART), (low, 1)]
            added |= {high: ((cost - rest) // SUM_PART).cast(nw.Int64), low: rest}
        added[_working(f"about_{name}")] = cost.cast(nw.Float64)
    parts = [part for of_cost in wholes.values() for part, _ in of_cost]
    about = [_working(f"about_{name}") for name in costs]
    sums = (
        frame.with_columns(**added)
        .group_by(*keys)
        .agg(
            nw.col(*parts, *about).sum(),
            nw.col(first).count().alias(FAULTY_LINES),
            nw.col(first).min().alias(FAULT),
        )
    )
    roughly = reduce(nw.max_horizontal, map(nw.col, about)) <= float(SUM_LIMIT_VND)
    sums = sums.with_columns(
        reduce(
            operator.add, (nw.when(roughly).then(nw.col(part)).cast(nw.Int64) * unit for part, unit in of_cost)
        ).alias(name)
        for name, of_cost in wholes.items()
    )
    fits = (reduce(nw.max_horizontal, map(nw.col, costs)) <= SUM_LIMIT_VND).fill_null(value=False)
    faulty = nw.col(FAULTY_LINES) > 0
    fault = nw.col(FAULT)
    if first == _NUMBER:
        fault = _looked_up(frame, fault, dict(enumerate(_CODES)), nw.String)
    return sums.select(
        *keys,
        *(nw.when(~faulty & fits).then(nw.col(name)).alias(name) for name in costs),
        nw.col(FAULTY_LINES).cast(nw.Int64),
        nw.when(faulty)
        .then(fault)
        .otherwise(nw.when(~fits).then(_text("sum_too_large")).otherwise(_text(None)))
        .alias(FAULT),
    )


def lazy_remarks(frame: Lazy, columns: LineColumns) -> Iterator[Remark]:
    """Say each kind of fault once, with a figure that has it and how many lines do: one aggregation.

    Parameters
    ----------
    frame : narwhals LazyFrame
        What `with_costs` returns; collected once.
    columns : LineColumns
        Those it was made with.

    Yields
    ------
    Remark
        Faults and notes, by column.
    """
    nothing = nw.lit(0, dtype=nw.Int64)
    faults = _faults(columns, frame.collect_schema())
    number_of = {column: _working(f"number_{column}") for column in faults}
    frame = frame.with_columns(_first(of_column).alias(number_of[column]) for column, of_column in faults.items())
    seen_in = {figure.name: nw.col(figure.name).cast(nw.Float64) for figure in FIGURES if figure.name in faults}
    seen_of = {"effort_without_grade": seen_in[EFFORT.name], "unknown_grade": nw.col(_GRADE)}
    kinds: list[Kind] = [
        (column, code, nw.col(number_of[column]) == _number(code), seen_of.get(code, seen_in.get(str(column), nothing)))
        for column, of_column in faults.items()
        for code, _ in of_column
    ]
    kinds.append((None, "line_over_limit", nw.col(_NUMBER) == _number("line_over_limit"), nw.col(_ESTIMATE)))
    sound = nw.col(_NUMBER).is_null()
    for figure in FIGURES:
        if figure.name in faults:
            rest = (seen_in[figure.name] * float(figure.steps) - nw.col(_steps_of(figure))).abs()
            kinds.append((figure.name, "off_grid_lines", sound & (rest > STEP_NOISE), nothing))
    if columns.graded:
        alone = sound & nw.col(EFFORT.name).is_null() & ~nw.col(_RATE).is_null()
        kinds.append((EFFORT.name, "grade_without_effort", alone, nothing))
    key = nw.col("procedure").cast(nw.String) if "procedure" in frame.collect_schema().names() else _text("–")
    marks, totals = [], []
    for number, (_, code, lines, value) in enumerate(kinds):
        count, seen, where = (_working(f"{part}_{number}") for part in ("count", "seen", "where"))
        marks += [nw.when(lines).then(nw.lit(1, dtype=nw.Int64)).alias(count), nw.when(lines).then(value).alias(seen)]
        marks.append(nw.when(lines).then(key).alias(where))
        example = nw.col(seen).min() if code == "negative" else nw.col(seen).max()
        totals += [nw.col(count).sum(), example, nw.col(where).min(), nw.col(where).max().alias(f"{where}_last")]
    aggregated = frame.with_columns(*marks).select(*totals)
    if frame.implementation.is_polars():
        collected = aggregated.collect()
    else:
        collected = aggregated.collect("pyarrow" if frame.implementation.is_spark_like() else "pandas")
    row = iter(collected.row(0))
    for (column, code, _, _), count, seen, first, last in zip(kinds, row, row, row, row, strict=True):
        if count and not is_missing(count):
            yield from remarks_of_kind(column, code, (int(count), seen, first, last), columns.rates)


def remarks_of_kind(
    column: str | None, code: str, lines: tuple[int, Cell, Cell, Cell], rates: RateTable | None
) -> Iterator[Remark]:
    """Say one kind of fault or note of a lazy frame.

    Parameters
    ----------
    column, code : str
        What is wrong, and where; no column for a fault of the whole line.
    lines : tuple
        How many lines have it, a figure that has it, and the first and last of their procedures.
    rates : RateTable or None
        Hourly rates, to name the grades nearest to an unknown one.

    Yields
    ------
    Remark
        The fault, then how many lines have it; a note at once with its count.
    """
    place = Place(table=ACTIVITIES.name, column=column)
    count, seen, *keys = lines
    if code == "off_grid_lines" and column is not None:
        yield further_off_grid(column, count)
        return
    if code == "grade_without_effort":
        yield remark(code, place, count=count)
        return
    if code == "line_over_limit":
        yield remark(code, place, value=int(seen / STEPS_PER_VND), limit=LINE_LIMIT_VND)
    elif code == "unknown_grade":
        yield remark(code, place, value=seen, near=near_grades(seen, rates))
    elif code in {"no_figure", "effort_without_grade"} or column is None:
        yield remark(code, place, value=shown_value(seen))
    else:
        of_column = ACTIVITIES.column(column)
        yield remark(code, place, column=of_column.vi, value=shown_value(seen), limit=of_column.limit)
    first, last = ("–" if is_missing(key) else key for key in keys)
    yield remark("lines_at_fault", place, count=count, code=code, first=first, last=last)
