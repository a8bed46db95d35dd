"""What each kind of simplification measure does to the rows of its procedures, and what it needs to be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, steps_of
from tthc_cost.errors import Place, remark
from tthc_cost.measures.columns import FIGURES, MEASURES
from tthc_cost.measures.kinds import (
    Abolish,
    CutCopies,
    Delegate,
    DropDocument,
    DropStep,
    GoOnline,
    LowerFrequency,
    MergeProcedures,
    MergeSteps,
    ShortenDeadline,
    ShortenStep,
    SimplifyWork,
    StopAsking,
)
from tthc_cost.vocabulary import Bearer, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.measures.kinds import SimplificationMeasure

__all__ = ["ROW_TABLES", "Effect", "ProcedureRows", "Row", "RowKey", "codes_of", "effect_of", "key_of", "name_of"]

Row: TypeAlias = "Mapping[str, Any]"
"""One row of a table: value by column, None where blank."""
RowKey: TypeAlias = tuple[str, str, str]
"""Table, procedure, and the code of the row within it; empty for the procedure itself."""

ROW_TABLES: Final[Mapping[str, str]] = {
    "procedures": "", "documents": "document", "steps": "step", "activities": "activity", "volumes": "agency",
}  # fmt: skip
"""The tables that measures change, each with the column that tells the rows of one procedure apart."""


def key_of(table: str, row: Row) -> RowKey:
    """Return the key of a row of one of `ROW_TABLES`."""
    column = ROW_TABLES[table]
    return table, row["procedure"], row[column] if column else ""


_THINGS: Final = {
    "procedures": ("TTHC", "procedure"),
    "documents": ("thành phần hồ sơ", "document"),
    "steps": ("bước", "step"),
    "activities": ("hoạt động", "line"),
    "volumes": ("khối lượng của", "volumes of"),
}


def name_of(key: RowKey) -> tuple[str, str]:
    """Return what a row is, in words of both languages.

    Examples
    --------
    >>> name_of(("steps", "NB-07", "2"))
    ('bước 2 của TTHC NB-07', 'step 2 of procedure NB-07')
    """
    table, procedure, code = key
    if not code:
        return f"TTHC {procedure}", f"procedure {procedure}"
    vi, en = _THINGS[table]
    return f"{vi} {code} của TTHC {procedure}", f"{en} {code} of procedure {procedure}"


def codes_of(text: str | None) -> tuple[str, ...]:
    """Return the codes of a cell that holds several, such as ``after``."""
    return tuple(text.split(";")) if text else ()


@dataclass(frozen=True)
class ProcedureRows:
    """The rows of some procedures, blanks as None.

    Parameters
    ----------
    procedures, documents, steps, activities, volumes : tuple of mapping
        Rows of each table, value by column.
    """

    procedures: tuple[Row, ...] = ()
    documents: tuple[Row, ...] = ()
    steps: tuple[Row, ...] = ()
    activities: tuple[Row, ...] = ()
    volumes: tuple[Row, ...] = ()

    @cached_property
    def by_key(self) -> dict[RowKey, Row]:
        """Every row by its key."""
        return {key_of(table, row): row for table in ROW_TABLES for row in getattr(self, table)}

    @cached_property
    def by_procedure(self) -> dict[tuple[str, str], list[Row]]:
        """The rows of each table and procedure."""
        found: dict[tuple[str, str], list[Row]] = {}
        for table in ROW_TABLES:
            for row in getattr(self, table):
                found.setdefault((table, row["procedure"]), []).append(row)
        return found

    @cached_property
    def effects(self) -> dict[SimplificationMeasure, Effect]:
        """What measures do to these rows, as far as it has been asked."""
        return {}

    def of(self, table: str, procedure: str) -> Sequence[Row]:
        """Return the rows of one table that belong to a procedure."""
        return self.by_procedure.get((table, procedure), ())


@dataclass(slots=True)
class Effect:
    """What one measure does to the rows as they stand.

    Parameters
    ----------
    names
        Rows that the measure is about: no other measure may take them away.
    removes
        Rows that are gone with it.
    sets
        Cells that it changes, by row and column: no other measure may change them.
    joins
        For each step that is gone, the step that it became part of.
    passes
        For each step that is gone and part of none, the steps that it came after.
    adds
        Rows that come with it, by table.
    renamed
        New codes of procedures.
    faults
        Why it cannot be applied to these rows at all.
    """

    names: set[RowKey] = field(default_factory=set)
    removes: set[RowKey] = field(default_factory=set)
    sets: dict[RowKey, dict[str, Any]] = field(default_factory=dict)
    joins: dict[RowKey, str] = field(default_factory=dict)
    passes: dict[RowKey, tuple[str, ...]] = field(default_factory=dict)
    adds: list[tuple[str, Row]] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    faults: list[Remark] = field(default_factory=list)

    def set(self, key: RowKey, **values: Any) -> None:  # noqa: ANN401 - cells of any column
        """Change cells of a row."""
        self.sets.setdefault(key, {}).update(values)


def effect_of(measure: SimplificationMeasure, rows: ProcedureRows) -> Effect:
    """Return what a measure does to the rows of its procedures.

    Parameters
    ----------
    measure : SimplificationMeasure
        Any measure.
    rows : ProcedureRows
        The rows of its procedures, and of others.

    Returns
    -------
    Effect
        With faults where the measure names what is not there, or lowers what is no higher.
    """
    known = rows.effects.get(measure)
    if known is not None:
        return known
    effect = Effect()
    codes = (measure.procedure, *measure.merged) if isinstance(measure, MergeProcedures) else (measure.procedure,)
    keys = [("procedures", code, "") for code in codes]
    effect.names.update(keys)
    for key in keys:
        if key not in rows.by_key:
            near = "; ".join(suggest(key[1], [row["procedure"] for row in rows.procedures])) or "–"
            place = _place(measure, "procedure" if key[1] == measure.procedure else "merged")
            effect.faults.append(remark("unknown_procedure", place, procedure=key[1], near=near))
    if not effect.faults:
        _EFFECTS[type(measure)](measure, rows, effect)
    rows.effects[measure] = effect
    return effect


def _place(measure: SimplificationMeasure, column: str) -> Place:
    return Place(table=MEASURES.name, key=(measure.code,), column=column)


def _part(measure: Any, rows: ProcedureRows, effect: Effect, column: str, code: str) -> list[Row]:  # noqa: ANN401 - of several classes
    """Name a document or a step, known by its own row or by lines that belong to it; return its lines."""
    table = f"{column}s"
    key = (table, measure.procedure, code)
    effect.names.add(key)
    lines = [row for row in rows.of("activities", measure.procedure) if row[column] == code]
    if key not in rows.by_key and not lines:
        listed = [row[column] for row in rows.of(table, measure.procedure)]
        listed += [row[column] for row in rows.of("activities", measure.procedure) if row[column]]
        place = _place(measure, column if getattr(measure, column) == code else "merged")
        effect.faults.append(_unknown(table, measure.procedure, code, listed, place))
    return lines


def _unknown(table: str, procedure: str, code: str, known: Iterable[str], place: Place) -> Remark:
    near = "; ".join(suggest(code, known) or dict.fromkeys(known)) or "–"
    what, what_en = _THINGS[table]
    return remark("measure_unknown_part", place, procedure=procedure, what=what, what_en=what_en, value=code, near=near)


def _remove(effect: Effect, table: str, removed: Iterable[Row]) -> None:
    effect.removes.update(key_of(table, row) for row in removed)


def _lower(
    measure: SimplificationMeasure, effect: Effect, key: RowKey, row: Row | None, column: str, *, or_equal: bool = False
) -> None:
    """Set a figure of a row to the measure's own, which must be lower; a figure that was not stated says nothing."""
    after = getattr(measure, column)
    if after is None or row is None:
        return
    before = row[column]
    effect.set(key, **{column: after})
    if before is not None and (after > before or (after == before and not or_equal)):
        effect.faults.append(_not_lower(_place(measure, column), column, key, after, before))


def _not_lower(place: Place, column: str, key: RowKey, after: object, before: object) -> Remark:
    named = MEASURES.column(column)
    what, what_en = name_of(key)
    return remark(
        "measure_not_lower", place, what=what, what_en=what_en, column=named.vi, column_en=named.en,
        after=after, before=before,
    )  # fmt: skip


def _set_lines(measure: Any, rows: ProcedureRows, effect: Effect, *, may_rise: bool = False) -> None:  # noqa: ANN401 - of several classes
    """Change or remove the lines that a measure names; none may come to take more, unless several are weighed together.

    A blank figure is zero here, as it is in a cost.
    """
    for line in measure.lines:
        key = ("activities", measure.procedure, line.activity)
        row = rows.by_key.get(key)
        effect.names.add(key)
        if row is None:
            known = [one["activity"] for one in rows.of("activities", measure.procedure)]
            place = _place(measure, "activity")
            effect.faults.append(_unknown("activities", measure.procedure, line.activity, known, place))
        elif line.dropped:
            effect.removes.add(key)
        else:
            figures = line.figures
            effect.set(key, **figures)
            for column in FIGURES:
                after, before = figures.get(column, 0), row[column] or 0
                if not may_rise and after > before:
                    effect.faults.append(_not_lower(_place(measure, column), column, key, after, before))


def _drop_document(measure: DropDocument, rows: ProcedureRows, effect: Effect) -> None:
    lines = _part(measure, rows, effect, "document", measure.document)
    effect.removes.add(("documents", measure.procedure, measure.document))
    _remove(effect, "activities", lines)


def _stop_asking(measure: StopAsking, rows: ProcedureRows, effect: Effect) -> None:
    lines = _part(measure, rows, effect, "document", measure.document)
    effect.removes.add(("documents", measure.procedure, measure.document))
    for row in lines:
        key = key_of("activities", row)
        if row["bearer"] == Bearer.REQUESTER:
            effect.removes.add(key)
        else:
            effect.set(key, document=None)


def _cut_copies(measure: CutCopies, rows: ProcedureRows, effect: Effect) -> None:
    _part(measure, rows, effect, "document", measure.document)
    key = ("documents", measure.procedure, measure.document)
    _lower(measure, effect, key, rows.by_key.get(key), "copies")
    _set_lines(measure, rows, effect)


def _drop_step(measure: DropStep, rows: ProcedureRows, effect: Effect) -> None:
    lines = _part(measure, rows, effect, "step", measure.step)
    key = ("steps", measure.procedure, measure.step)
    effect.removes.add(key)
    if key in rows.by_key:
        effect.passes[key] = codes_of(rows.by_key[key]["after"])
    _remove(effect, "activities", lines)


def _merge_steps(measure: MergeSteps, rows: ProcedureRows, effect: Effect) -> None:
    key = ("steps", measure.procedure, measure.step)
    _part(measure, rows, effect, "step", measure.step)
    durations = [rows.by_key[key]["duration_days"]] if key in rows.by_key else []
    for code in measure.merged:
        gone = ("steps", measure.procedure, code)
        for row in _part(measure, rows, effect, "step", code):
            effect.set(key_of("activities", row), step=measure.step)
        effect.removes.add(gone)
        effect.joins[gone] = measure.step
        if gone in rows.by_key:
            durations.append(rows.by_key[gone]["duration_days"])
    if key in rows.by_key:
        stated = [Fraction(repr(days)) for days in durations if days is not None]
        together = float(sum(stated)) if stated else None
        effect.set(key, duration_days=together if measure.duration_days is None else measure.duration_days)
        if measure.duration_days is not None and together is not None and measure.duration_days > together:
            place = _place(measure, "duration_days")
            effect.faults.append(_not_lower(place, "duration_days", key, measure.duration_days, together))
        if measure.name is not None:
            effect.set(key, name=measure.name)
    _set_lines(measure, rows, effect, may_rise=True)
    _weigh_together(measure, rows, effect)


def _weigh_together(measure: MergeSteps, rows: ProcedureRows, effect: Effect) -> None:
    """Refuse a merge of steps whose lines take more than before; only like is weighed with like."""
    sums: dict[tuple[Any, ...], dict[str, int]] = {}
    for line in measure.lines:
        row = rows.by_key.get(("activities", measure.procedure, line.activity))
        if row is None:
            continue
        after: Row = dict.fromkeys(FIGURES) if line.dropped else {**row, **line.figures}
        kinds = (row["grade"], row["frequency"], row["population"])
        risen = sums.setdefault(kinds, dict.fromkeys(FIGURES, 0))
        for column in FIGURES[:-1]:
            steps = EFFORT_STEPS_PER_HOUR if column == "effort_hours" else 1
            risen[column] += steps_of(after[column] or 0, steps) - steps_of(row[column] or 0, steps)
        if not line.dropped and (after["frequency"] or 0) > (row["frequency"] or 0):
            risen["frequency"] += 1
    for column in FIGURES:
        if any(risen[column] > 0 for risen in sums.values()):
            named = MEASURES.column(column)
            place = _place(measure, column)
            effect.faults.append(remark("measure_steps_rise", place, column=named.vi, column_en=named.en))


def _shorten_step(measure: ShortenStep, rows: ProcedureRows, effect: Effect) -> None:
    _part(measure, rows, effect, "step", measure.step)
    key = ("steps", measure.procedure, measure.step)
    _lower(measure, effect, key, rows.by_key.get(key), "duration_days", or_equal=bool(measure.lines))
    _set_lines(measure, rows, effect)


def _shorten_deadline(measure: ShortenDeadline, rows: ProcedureRows, effect: Effect) -> None:
    key = ("procedures", measure.procedure, "")
    _lower(measure, effect, key, rows.by_key[key], "deadline_days")


def _lower_frequency(measure: LowerFrequency, rows: ProcedureRows, effect: Effect) -> None:
    key = ("procedures", measure.procedure, "")
    own, after = rows.by_key[key]["frequency"], measure.frequency
    volumes = rows.of("volumes", measure.procedure)
    highest = max([own or 0.0, *(row["frequency"] or 0.0 for row in volumes)])
    if after >= highest:
        effect.faults.append(_not_lower(_place(measure, "frequency"), "frequency", key, after, highest))
    effect.set(key, frequency=None if own is None else min(own, after))
    for row in volumes:
        effect.set(key_of("volumes", row), frequency=min(row["frequency"], after))
    if not volumes:
        for row in rows.of("activities", measure.procedure):
            if row["frequency"] == own:
                effect.set(key_of("activities", row), frequency=after)


def _go_online(measure: GoOnline, rows: ProcedureRows, effect: Effect) -> None:
    effect.set(("procedures", measure.procedure, ""), channel=measure.channel)
    _set_lines(measure, rows, effect)


def _delegate(measure: Delegate, rows: ProcedureRows, effect: Effect) -> None:
    key = ("procedures", measure.procedure, "")
    row = rows.by_key[key]
    level = row["level"] if measure.level is None else str(measure.level)
    effect.set(key, level=level, agency=row["agency"] if measure.agency is None else measure.agency)
    _set_lines(measure, rows, effect)


def _simplify_work(measure: SimplifyWork, rows: ProcedureRows, effect: Effect) -> None:
    _set_lines(measure, rows, effect)


def _abolish(measure: Abolish, rows: ProcedureRows, effect: Effect) -> None:
    _remove_procedure(measure.procedure, rows, effect)


def _remove_procedure(code: str, rows: ProcedureRows, effect: Effect) -> None:
    for table in ROW_TABLES:
        _remove(effect, table, rows.of(table, code))


def _merge_procedures(measure: MergeProcedures, rows: ProcedureRows, effect: Effect) -> None:
    key = ("procedures", measure.procedure, "")
    if measure.into is not None:
        new = ("procedures", measure.into, "")
        if new in rows.by_key:
            place = _place(measure, "into")
            effect.faults.append(remark("measure_code_taken", place, procedure=measure.into))
        effect.set(new, procedure=measure.into)
        effect.renamed[measure.procedure] = measure.into
    if measure.name is not None:
        effect.set(key, name=measure.name)
    if any(rows.of("volumes", code) for code in (measure.procedure, *measure.merged)):
        _merge_volumes(measure, rows, effect)
    else:
        _merge_populations(measure, rows, effect)
    for code in measure.merged:
        _remove_procedure(code, rows, effect)
    _set_lines(measure, rows, effect, may_rise=True)


def _merge_populations(measure: MergeProcedures, rows: ProcedureRows, effect: Effect) -> None:
    codes = (measure.procedure, *measure.merged)
    populations = {code: rows.by_key["procedures", code, ""]["population"] for code in codes}
    blank = [code for code, population in populations.items() if population is None]
    if blank:
        place = _place(measure, "merged")
        effect.faults.append(remark("measure_population_unknown", place, procedures="; ".join(blank)))
        return
    largest, before = max(populations.values()), populations[measure.procedure]
    after = sum(populations.values()) if measure.population is None else measure.population
    if after < largest:
        place = _place(measure, "population")
        effect.faults.append(remark("measure_population_small", place, stated=after, largest=largest))
    effect.set(("procedures", measure.procedure, ""), population=after)
    said = {line.activity for line in measure.lines if line.dropped or line.population is not None}
    for row in rows.of("activities", measure.procedure):
        if row["population"] == before:
            effect.set(key_of("activities", row), population=after)
        elif after != before and row["activity"] not in said:
            place = _place(measure, "activity")
            what = {"activity": row["activity"], "own": row["population"], "before": before}
            effect.faults.append(remark("measure_line_population", place, **what))


def _merge_volumes(measure: MergeProcedures, rows: ProcedureRows, effect: Effect) -> None:
    """Add up the volumes agency by agency; what one agency does oftener than another's rule allows has no sum."""
    codes = (measure.procedure, *measure.merged)
    place = _place(measure, "population" if measure.population is not None else "merged")
    if measure.population is not None or not all(rows.of("volumes", code) for code in codes):
        effect.faults.append(remark("measure_merge_volumes", place, procedures="; ".join(codes)))
        return
    sums: dict[str, dict[str, Any]] = {}
    for code in codes:
        for row in rows.of("volumes", code):
            known = sums.setdefault(row["agency"], {**row, "procedure": measure.procedure, "population": 0})
            known["population"] += row["population"]
            if known["frequency"] != row["frequency"]:
                agency = row["agency"]
                effect.faults.append(remark("measure_merge_frequencies", place, procedure=code, agency=agency))
    for agency, row in sums.items():
        key = ("volumes", measure.procedure, agency)
        if key in rows.by_key:
            effect.set(key, frequency=row["frequency"], population=row["population"])
        else:
            effect.adds.append(("volumes", row))
    effect.set(("procedures", measure.procedure, ""), population=sum(row["population"] for row in sums.values()))


_EFFECTS: Final[dict[type[Any], Callable[[Any, ProcedureRows, Effect], None]]] = {
    DropDocument: _drop_document,
    StopAsking: _stop_asking,
    CutCopies: _cut_copies,
    DropStep: _drop_step,
    MergeSteps: _merge_steps,
    ShortenStep: _shorten_step,
    ShortenDeadline: _shorten_deadline,
    SimplifyWork: _simplify_work,
    LowerFrequency: _lower_frequency,
    GoOnline: _go_online,
    Delegate: _delegate,
    Abolish: _abolish,
    MergeProcedures: _merge_procedures,
}
