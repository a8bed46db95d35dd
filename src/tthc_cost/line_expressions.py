"""Lazy lines as expressions of their own engine: faulty figures are nulled before anything is cast or multiplied."""

from __future__ import annotations

import operator
import unicodedata
from functools import reduce
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
    from collections.abc import Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.line_columns import (
        Figure,
        LineColumns,
    )
    from tthc_cost.rates import RateTable

    Lazy: TypeAlias = nw.LazyFrame[Any]
    AnyLines: TypeAlias = Any
    Cell: TypeAlias = Any
    Kind: TypeAlias = tuple[str | None, str, nw.Expr, nw.Expr]

__all__ = ["SUM_PART", "lazy_remarks", "remarks_of_kind", "with_costs", "with_sums"]

_SURELY_OVER_VND: Final = 6 * 10**12
"""Above this estimate a line is over the limit whatever floats lost; up to it, its integers cannot wrap."""
SUM_PART: Final = 2**21
"""What a cost is split by where a sum beyond 64 bits raises: both parts of 2^41 lines add up within them."""


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
    names = schema.names()
    grade = nw.col("grade") if "grade" in names else nw.lit(None, dtype=nw.String)
    grade = grade.cast(nw.String).str.strip_chars(WHITE_SPACE).str.to_lowercase()
    frame = frame.with_columns(
        nw.when(grade != "").then(grade).otherwise(nw.lit(None, dtype=nw.String)).alias(_working("grade")),
        *(
            (nw.col(figure.name).cast(nw.Float64) if figure.name in names else nw.lit(None, dtype=nw.Float64)).alias(
                _working(figure.name)
            )
            for figure in FIGURES
        ),
    )
    frame = frame.with_columns(
        _lazy_rate(rates).alias(_working("rate")),
        *(_lazy_cell_code(figure).alias(_code_of(figure)) for figure in FIGURES),
    )
    frame = frame.with_columns(*_lazy_line_codes(columns, schema))
    codes = [_code_of(figure) for figure in FIGURES]
    frame = frame.with_columns(
        nw.coalesce(_working("code_procedure"), *codes, _working("code_line"), _working("code_grade")).alias(FAULT)
    )
    sound = nw.col(FAULT).is_null()
    frame = frame.with_columns(
        *(_lazy_steps(figure, sound).alias(_steps_of(figure)) for figure in FIGURES),
        nw.when(sound).then(nw.col(_working("rate")).fill_null(0)).alias(_working("rate")),
    )
    return _lazy_product(frame)


def _working(name: str) -> str:
    return f"__tthc_{name}"


def _code_of(figure: Figure) -> str:
    return _working(f"code_{figure.name}")


def _steps_of(figure: Figure) -> str:
    return _working(f"steps_{figure.name}")


def _text(value: str | None) -> nw.Expr:
    return nw.lit(value, dtype=nw.String)


def _lazy_rate(rates: RateTable | None) -> nw.Expr:
    if rates is None or rates.for_all is not None:
        return nw.lit(rates.for_all if rates is not None else 0, dtype=nw.Int64)
    spellings: dict[int, set[str]] = {}
    for grade, rate in rates.as_mapping().items():
        forms = {unicodedata.normalize(form, grade).strip().lower() for form in ("NFC", "NFD")}
        spellings.setdefault(rate, set()).update(forms | {fold(grade)})
    branches = [
        nw.when(nw.col(_working("grade")).is_in(sorted(forms))).then(nw.lit(rate, dtype=nw.Int64))
        for rate, forms in spellings.items()
    ]
    return nw.coalesce(*branches, nw.lit(None, dtype=nw.Int64))


def _lazy_cell_code(figure: Figure) -> nw.Expr:
    value = nw.col(_working(figure.name))
    steps = (value * float(figure.steps) + (0.5 + STEP_NOISE)).floor()
    if figure.whole:
        inside = nw.when(value != value.floor()).then(_text("not_whole")).otherwise(_text(None))
    else:
        inside = nw.when((value > 0) & (steps < 1)).then(_text("rounds_to_zero")).otherwise(_text(None))
    outside = nw.when(value < 0).then(_text("negative")).otherwise(_text("over_limit"))
    number = nw.when((value >= 0) & (value <= figure.limit)).then(inside).otherwise(outside)
    figures = nw.when(value.is_finite()).then(number).otherwise(_text("not_finite"))
    return nw.when(value.is_null()).then(_text("blank_required" if figure.filled else None)).otherwise(figures)


def _lazy_line_codes(columns: LineColumns, schema: Mapping[str, Any]) -> Iterator[nw.Expr]:
    figures = [nw.col(_working(figure.name)).is_null() for figure in (EFFORT, *MONEY)]
    blank = nw.when(nw.all_horizontal(*figures, ignore_nulls=False))
    yield blank.then(_text("no_figure")).otherwise(_text(None)).alias(_working("code_line"))
    code = _text(None)
    if columns.graded:
        worked = nw.col(_code_of(EFFORT)).is_null() & (nw.col(_working("effort_hours")) > 0)
        unnamed = nw.col(_working("grade")).is_null()
        unknown = nw.when(~unnamed & nw.col(_working("rate")).is_null())
        code = nw.when(unnamed & worked).then(_text("effort_without_grade"))
        code = code.otherwise(unknown.then(_text("unknown_grade")).otherwise(_text(None)))
    yield code.alias(_working("code_grade"))
    blank_key = _text(None)
    if columns.by_procedure and "procedure" in schema:
        code = nw.col("procedure")
        nothing = code.is_null()
        if not schema["procedure"].is_integer():
            nothing |= code.cast(nw.String).str.strip_chars(WHITE_SPACE) == ""
        blank_key = nw.when(nothing).then(_text("blank_required")).otherwise(_text(None))
    yield blank_key.alias(_working("code_procedure"))


def _lazy_steps(figure: Figure, sound: nw.Expr) -> nw.Expr:
    """Snap as `steps_of_block` does; what is at fault is null before it is cast or multiplied."""
    value = nw.when(sound).then(nw.col(_working(figure.name)).fill_null(0.0))
    return (value * float(figure.steps) + (0.5 + STEP_NOISE)).floor().cast(nw.Int64)


def _lazy_product(frame: Lazy) -> Lazy:
    """Cost the lines that are sound, after a float estimate has taken out those that would wrap."""
    money = [nw.col(_steps_of(figure)) for figure in MONEY]
    subjects = nw.max_horizontal(nw.col(_steps_of(POPULATION)), nw.lit(1, dtype=nw.Int64))
    frame = frame.with_columns(
        (money[0] + money[1] + money[2]).alias(_working("money")), subjects.alias(_working("subjects"))
    )
    names = (_steps_of(EFFORT), _working("rate"), _working("money"), _steps_of(FREQUENCY), _working("subjects"))
    effort, rate, charge, frequency, at_least_one = (nw.col(name) for name in names)
    floats = (nw.col(name).cast(nw.Float64) for name in names)
    estimate = annual_cost_product(*floats, effort_steps=EFFORT_STEPS_PER_HOUR)
    frame = frame.with_columns(estimate.alias(_working("estimate")))
    small = nw.col(_working("estimate")) <= float(_SURELY_OVER_VND * STEPS_PER_VND)
    frame = frame.with_columns(nw.when(small).then(frequency).alias(_working("safe_frequency")))

    def cost(population: nw.Expr) -> nw.Expr:
        product = annual_cost_product(
            effort, rate, charge, nw.col(_working("safe_frequency")), population, effort_steps=EFFORT_STEPS_PER_HOUR
        )
        return _rounded(product, exact_division=not frame.implementation.is_spark_like())

    frame = frame.with_columns(
        cost(nw.col(_steps_of(POPULATION))).alias(COST), cost(at_least_one).alias(_working("highest"))
    )
    within = nw.col(_working("highest")) <= LINE_LIMIT_VND
    over = nw.col(FAULT).is_null() & ~within.fill_null(value=False)
    return frame.with_columns(
        nw.when(within).then(nw.col(COST)).alias(COST),
        nw.when(over).then(_text("line_over_limit")).otherwise(nw.col(FAULT)).alias(FAULT),
    )


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
    faulty = _working("faulty")
    added: dict[str, nw.Expr] = {faulty: (~nw.col(FAULT).is_null()).cast(nw.Int64)}
    wholes: dict[str, list[tuple[str, int]]] = {}
    for name in costs:
        cost = nw.col(name)
        parts = {name: (cost, 1)}
        if frame.implementation.is_spark_like():  # which raises where a sum passes 2^63
            rest = cost % SUM_PART
            high, low = _working(f"high_{name}"), _working(f"low_{name}")
            parts = {high: ((cost - rest) // SUM_PART, SUM_PART), low: (rest, 1)}
        added |= {part: value.cast(nw.Int64) for part, (value, _) in parts.items()}
        added[_working(f"about_{name}")] = cost.cast(nw.Float64)
        wholes[name] = [(part, unit) for part, (_, unit) in parts.items()]
    frame = frame.with_columns(**added)
    sums = frame.group_by(*keys).agg(*(nw.col(name).sum() for name in added), nw.col(FAULT).min())
    about = nw.all_horizontal(
        *(nw.col(_working(f"about_{name}")) <= float(SUM_LIMIT_VND) for name in costs), ignore_nulls=False
    )
    sums = sums.with_columns(
        reduce(operator.add, (nw.when(about).then(nw.col(part)).cast(nw.Int64) * unit for part, unit in parts)).alias(
            _working(f"sum_{name}")
        )
        for name, parts in wholes.items()
    )
    exactly = (nw.col(_working(f"sum_{name}")) <= SUM_LIMIT_VND for name in costs)
    fits = nw.all_horizontal(about, *exactly, ignore_nulls=True)
    complete = (nw.col(faulty) == 0) & fits
    too_large = nw.when(~fits).then(_text("sum_too_large"))
    return sums.select(
        *keys,
        *(nw.when(complete).then(nw.col(_working(f"sum_{name}"))).alias(name) for name in costs),
        nw.col(faulty).cast(nw.Int64).alias(FAULTY_LINES),
        nw.coalesce(nw.col(FAULT), too_large).alias(FAULT),
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
    kinds: list[Kind] = [
        ("procedure", "blank_required", ~nw.col(_working("code_procedure")).is_null(), nothing),
    ] * columns.by_procedure
    kinds += [
        (figure.name, code, nw.col(_code_of(figure)) == code, nw.col(_working(figure.name)))
        for figure in FIGURES
        for code in CELL_CODES
    ]
    graded = nw.col(_working("code_grade"))
    kinds += [
        (None, "no_figure", nw.col(_working("code_line")) == "no_figure", nothing),
        ("grade", "effort_without_grade", graded == "effort_without_grade", nw.col(_working("effort_hours"))),
        ("grade", "unknown_grade", graded == "unknown_grade", nw.col(_working("grade"))),
        (None, "line_over_limit", nw.col(FAULT) == "line_over_limit", nw.col(_working("estimate"))),
    ]
    sound = nw.col(FAULT).is_null()
    for figure in FIGURES:
        typed = nw.col(_working(figure.name))
        rest = (typed * float(figure.steps) - nw.col(_steps_of(figure)).cast(nw.Float64)).abs()
        kinds.append((figure.name, "off_grid_lines", sound & (rest > STEP_NOISE), nothing))
    if columns.graded:
        alone = sound & nw.col(_working("effort_hours")).is_null() & ~nw.col(_working("grade")).is_null()
        kinds.append(("effort_hours", "grade_without_effort", alone, nothing))
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
