"""Simplification measures applied: to the rows of a few procedures, to an inventory, and as a review of their own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, Place, remark, require
from tthc_cost.inventory import TABLE_NAMES, Inventory
from tthc_cost.measures.columns import MEASURES
from tthc_cost.measures.effects import ROW_TABLES, ProcedureRows, codes_of, effect_of, key_of, name_of
from tthc_cost.measures.kinds import Abolish, Delegate, MergeProcedures, content_of, legal_document, touched
from tthc_cost.review import Review
from tthc_cost.schema import TABLES, is_blank
from tthc_cost.schema import rows_of as rows_of_frame
from tthc_cost.vocabulary import DecisionKind, nearest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.measures.effects import Effect, Row, RowKey
    from tthc_cost.measures.kinds import SimplificationMeasure

__all__ = [
    "ProcedureRows",
    "apply_measures",
    "conflicts",
    "inventory_after",
    "legal_document",
    "rows_after",
    "rows_of",
    "touched",
]


Thing = TypeVar("Thing")


def rows_of(inventory: Inventory, procedures: Iterable[str]) -> ProcedureRows:
    """Return the rows of some procedures of an inventory.

    Parameters
    ----------
    inventory : Inventory
        One state; its lines are complete.
    procedures : iterable of str
        Codes; one that the inventory does not know has no rows.

    Returns
    -------
    ProcedureRows
        In the inventory's order.
    """
    wanted = set(procedures)
    return ProcedureRows(**{name: _plain_rows(inventory.tables[name], wanted) for name in ROW_TABLES})


def _plain_rows(frame: pd.DataFrame, procedures: Collection[str]) -> tuple[Row, ...]:
    chosen = frame[frame["procedure"].isin(list(procedures))]
    return tuple(
        {name: None if is_blank(value) else value for name, value in row.items()} for row in rows_of_frame(chosen)
    )


def rows_after(measures: Sequence[SimplificationMeasure], rows: ProcedureRows) -> ProcedureRows:
    """Return the rows after measures, all of them applied to the rows as they stand.

    What each measure does is read off the rows as they stand, and all of it is done at once: the order of the
    measures has no meaning. Applied one after the other, in any order in which each can be applied, they give the
    same.

    Two measures conflict when both change one cell, or when one takes away what the other is about: the procedure, a
    document, a step, or a line that it names. What a measure merely sweeps along (the lines of a document or a step,
    the frequency of all lines) gives way: a line that is gone is gone, whatever else was to happen to it.

    Parameters
    ----------
    measures : sequence of SimplificationMeasure
        In any order.
    rows : ProcedureRows
        The rows of all procedures that they touch; what each measure does to them is remembered in it, so that many
        sets of the same measures cost little.

    Returns
    -------
    ProcedureRows

    Raises
    ------
    InputFault
        With everything that is wrong: what a measure names and is not there, figures that would rise, every pair of
        measures that conflict, steps that would wait for each other, a procedure left without any line.

    Examples
    --------
    >>> from tthc_cost.measures.kinds import LowerFrequency
    >>> rows = ProcedureRows(
    ...     procedures=({"procedure": "NB-01", "frequency": 4.0},),
    ...     activities=({"procedure": "NB-01", "activity": "1", "frequency": 4.0},),
    ... )
    >>> rows_after([LowerFrequency("PA-1", "NB-01", 2)], rows).activities[0]["frequency"]
    2.0
    """
    effects = [effect_of(measure, rows) for measure in measures]
    faults = [fault for effect in effects for fault in effect.faults]
    faults += [why for _, why in _clashing(measures, effects)]
    if faults:
        raise InputFault(*faults)
    after = _combined(effects, rows)
    faults = [*_waiting_for_each_other(effects, after), *_left_without_lines(effects, rows, after)]
    if faults:
        raise InputFault(*faults)
    return after


def conflicts(
    measures: Iterable[SimplificationMeasure], rows_or_inventory: ProcedureRows | Inventory
) -> list[tuple[SimplificationMeasure, SimplificationMeasure, Remark]]:
    """Return every pair of measures that cannot be applied together, and why.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        Each of which can be applied alone.
    rows_or_inventory : ProcedureRows or Inventory
        What they would be applied to.

    Returns
    -------
    list of tuple
        Two measures, in the order given, and a remark. Of three measures of which any two can be applied together,
        all three may still leave a procedure without lines, or steps waiting for each other: `rows_after` says so.

    Raises
    ------
    InputFault
        With everything that is wrong with a measure by itself.
    """
    chosen = tuple(measures)
    rows = rows_or_inventory
    if isinstance(rows, Inventory):
        rows = rows_of(rows, {code for measure in chosen for code in touched(measure)})
    effects = [effect_of(measure, rows) for measure in chosen]
    faults = [fault for effect in effects for fault in effect.faults]
    if faults:
        raise InputFault(*faults)
    found = {(a, b): (chosen[a], chosen[b], why) for (a, b), why in _clashing(chosen, effects)}
    of_procedure: dict[str, list[int]] = {}
    for number, measure in enumerate(chosen):
        for code in touched(measure):
            of_procedure.setdefault(code, []).append(number)
    near = {pair for numbers in of_procedure.values() for pair in combinations(numbers, 2)}
    for a, b in sorted(near - found.keys()):
        both = [effects[a], effects[b]]
        after = _combined(both, rows)
        for why in (*_waiting_for_each_other(both, after), *_left_without_lines(both, rows, after)):
            found.setdefault((a, b), (chosen[a], chosen[b], why))
    return [found[pair] for pair in sorted(found)]


def _clashing(
    measures: Sequence[SimplificationMeasure], effects: Sequence[Effect]
) -> list[tuple[tuple[int, int], Remark]]:
    """Find the pairs of which one takes away what the other is about, or which both change one cell."""
    found: dict[tuple[int, int], Remark] = {}
    namers = _holders((key for key in effect.names) for effect in effects)
    setters = _holders(
        ((key, column) for key, values in effect.sets.items() for column in values) for effect in effects
    )
    for number, effect in enumerate(effects):
        for key in effect.removes & namers.keys():
            for other in namers[key]:
                if other != number:
                    pair = (min(number, other), max(number, other))
                    found.setdefault(pair, _taken_away(measures[number], measures[other], key))
    for (key, column), numbers in setters.items():
        for pair in combinations(numbers, 2):
            found.setdefault(pair, _both_change(measures[pair[0]], measures[pair[1]], key, column))
    return sorted(found.items(), key=lambda one: one[0])


def _holders(things: Iterable[Iterable[Thing]]) -> dict[Thing, list[int]]:
    """Return for each thing the numbers of those that hold it."""
    found: dict[Thing, list[int]] = {}
    for number, held in enumerate(things):
        for thing in held:
            found.setdefault(thing, []).append(number)
    return found


def _taken_away(measure: SimplificationMeasure, other: SimplificationMeasure, key: RowKey) -> Remark:
    what, what_en = name_of(key)
    place = Place(table=MEASURES.name, key=(measure.code, other.code))
    return remark("measures_take_away", place, one=measure.code, other=other.code, what=what, what_en=what_en)


def _both_change(measure: SimplificationMeasure, other: SimplificationMeasure, key: RowKey, column: str) -> Remark:
    what, what_en = name_of(key)
    named = TABLES[key[0]].column(column)
    place = Place(table=MEASURES.name, key=(measure.code, other.code), column=column)
    return remark(
        "measures_change_one_cell", place, one=measure.code, other=other.code, column=named.vi, column_en=named.en,
        what=what, what_en=what_en,
    )  # fmt: skip


def _combined(effects: Sequence[Effect], rows: ProcedureRows) -> ProcedureRows:
    """Do everything that admissible measures do, at once."""
    removed: set[RowKey] = set().union(*(effect.removes for effect in effects))
    cells: dict[RowKey, dict[str, Any]] = {}
    for effect in effects:
        for key, values in effect.sets.items():
            cells[key] = {**cells[key], **values} if key in cells else values
    tables: dict[str, list[Row]] = {}
    for table in ROW_TABLES:
        kept: list[Row] = []
        for row in getattr(rows, table):
            key = key_of(table, row)
            if key not in removed:
                kept.append({**row, **cells[key]} if key in cells else row)
        tables[table] = kept
    if any(effect.joins or effect.passes for effect in effects):
        tables["steps"] = _rewired(effects, rows, tables["steps"])
    for effect in effects:
        for table, row in effect.adds:
            tables[table].append(row)
    new_codes = {old: new for effect in effects for old, new in effect.renamed.items()}
    if new_codes:
        tables = {
            table: [{**row, "procedure": new_codes.get(row["procedure"], row["procedure"])} for row in kept]
            for table, kept in tables.items()
        }
    return ProcedureRows(**{table: tuple(kept) for table, kept in tables.items()})


def _rewired(effects: Sequence[Effect], rows: ProcedureRows, steps: Iterable[Row]) -> list[Row]:
    """Let the steps that remain follow what stands for those that are gone, in the order of the table.

    A merged step stands for all that went into it, and comes after all that any of them came after; in place of a
    dropped step stand those that it came after.
    """
    joins = {key: into for effect in effects for key, into in effect.joins.items()}
    passes = {key: before for effect in effects for key, before in effect.passes.items()}
    members: dict[RowKey, list[RowKey]] = {}
    for gone, into in joins.items():
        members.setdefault(("steps", gone[1], into), []).append(gone)

    def standing(procedure: str, code: str, seen: frozenset[str] = frozenset()) -> set[str]:
        key = ("steps", procedure, code)
        if key in joins:
            return {joins[key]}
        if key not in passes:
            return {code}
        before = [one for one in passes[key] if one not in seen]
        return set[str]().union(*(standing(procedure, one, seen | {code}) for one in before))

    changed = {key[1] for key in (*joins, *passes)}
    rank = {key: number for number, key in enumerate(rows.by_key)}
    found = []
    for row in steps:
        procedure, code = row["procedure"], row["step"]
        if procedure not in changed:
            found.append(row)
            continue
        keys = [key for key in members.get(("steps", procedure, code), ()) if key in rows.by_key]
        before = [one for member in (row, *map(rows.by_key.__getitem__, keys)) for one in codes_of(member["after"])]
        after = set[str]().union(*(standing(procedure, one) for one in before)) - {code}
        text = ";".join(sorted(after, key=lambda one: rank["steps", procedure, one])) or None
        found.append({**row, "after": text})
    return found


def _waiting_for_each_other(effects: Sequence[Effect], after: ProcedureRows) -> list[Remark]:
    """Refuse merged steps of which each would come after the other."""
    found = []
    new_codes = {old: new for effect in effects for old, new in effect.renamed.items()}
    for procedure in sorted({key[1] for effect in effects for key in effect.joins}):
        steps = after.of("steps", new_codes.get(procedure, procedure))
        try:
            TopologicalSorter({row["step"]: codes_of(row["after"]) for row in steps}).prepare()
        except CycleError as error:
            place = Place(table="steps", key=(procedure,))
            found.append(remark("measure_steps_cycle", place, procedure=procedure, steps=" → ".join(error.args[1])))
    return found


def _left_without_lines(effects: Sequence[Effect], rows: ProcedureRows, after: ProcedureRows) -> list[Remark]:
    """Refuse to leave a procedure that stands without any line: who does nothing for it abolishes it."""
    gone = {key[1] for effect in effects for key in effect.removes if key[0] == "procedures"}
    emptied = {key[1] for effect in effects for key in effect.removes if key[0] == "activities"} - gone
    new_codes = {old: new for effect in effects for old, new in effect.renamed.items()}
    return [
        remark("measure_nothing_left", Place(table="activities", key=(code,)), procedure=code)
        for code in sorted(emptied)
        if not after.of("activities", new_codes.get(code, code))
        and rows.by_key["procedures", code, ""].get("in_scope") is not False
    ]


@dataclass(frozen=True, slots=True)
class _Applied:
    """The rows of the touched procedures before and after, and the new codes of those that have one."""

    before: ProcedureRows
    after: ProcedureRows
    new_codes: Mapping[str, str]


def _applied(measures: Sequence[SimplificationMeasure], inventory: Inventory) -> _Applied:
    """Apply measures to the rows that they touch, and gather everything that is wrong with them."""
    require(inventory, Inventory, "baseline")
    known = inventory.procedures["procedure"].tolist()
    near = nearest_of(known)
    codes = [measure.code for measure in measures]
    twice = [code for code in dict.fromkeys(codes) if codes.count(code) > 1] if len(set(codes)) < len(codes) else []
    faults = [remark("measure_code_twice", Place(table=MEASURES.name, key=(code,)), measure=code) for code in twice]
    standing = set(known)
    sound = []
    for measure in measures:
        named = (measure.procedure, *measure.merged) if isinstance(measure, MergeProcedures) else (measure.procedure,)
        missing = [code for code in named if code not in standing]
        for code in missing:
            column = "procedure" if code == measure.procedure else "merged"
            place = Place(table=MEASURES.name, key=(measure.code,), column=column)
            faults.append(remark("unknown_procedure", place, procedure=code, near=near(code)))
        if not missing:
            sound.append(measure)
    before = rows_of(inventory, {code for measure in sound for code in touched(measure)})
    try:
        after = rows_after(sound, before)
    except InputFault as error:
        raise InputFault(*faults, *error.faults) from None
    if faults:
        raise InputFault(*faults)
    merges = [measure for measure in sound if isinstance(measure, MergeProcedures)]
    return _Applied(before, after, {one.procedure: one.into for one in merges if one.into is not None})


def inventory_after(measures: Iterable[SimplificationMeasure], inventory: Inventory) -> Inventory:
    """Return an inventory after measures.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        In any order; none of them gives the same inventory.
    inventory : Inventory
        What they are applied to; it stays as it is.

    Returns
    -------
    Inventory
        The range of a figure that falls narrows in proportion to it; that of a thing that is gone goes with it.

    Raises
    ------
    InputFault
        As `rows_after`, with all unknown procedures and all codes that stand twice.
    """
    applied = _applied(tuple(measures), inventory)
    return _rebuilt(inventory, applied)


def _rebuilt(inventory: Inventory, applied: _Applied) -> Inventory:
    codes = {row["procedure"] for row in applied.before.procedures}
    if not codes:
        return inventory
    order = {code: number for number, code in enumerate(inventory.procedures["procedure"])}
    order |= {new: order[old] for old, new in applied.new_codes.items()}
    tables: dict[str, pd.DataFrame] = {name: inventory.tables[name] for name in TABLE_NAMES}
    for name in ROW_TABLES:
        rows = [dict(row) for row in getattr(applied.after, name)]
        changed = conform(name, pd.DataFrame(rows, columns=list(TABLES[name].names), dtype=object)).frame
        kept = tables[name][~tables[name]["procedure"].isin(codes)]
        joined = pd.concat([kept, changed], ignore_index=True) if len(kept) and len(changed) else changed
        joined = kept if len(kept) and not len(changed) else joined
        ranks = joined["procedure"].map(order)
        tables[name] = joined.loc[ranks.sort_values(kind="stable").index].reset_index(drop=True)
    tables["ranges"] = _ranges_after(inventory.ranges, applied)
    return Inventory(**tables)


def _ranges_after(ranges: pd.DataFrame, applied: _Applied) -> pd.DataFrame:
    """Return the ranges of the figures that remain, in proportion to them."""
    keys = {(key[0], "/".join(part for part in key[1:] if part)): key for key in applied.before.by_key}
    rows = []
    for row in rows_of_frame(ranges):
        key = keys.get((row["table"], row["key"]))
        if key is None:
            rows.append(row)
            continue
        new_code = applied.new_codes.get(key[1], key[1])
        after = applied.after.by_key.get((key[0], new_code, key[2]))
        if after is None or row["column"] not in after:
            continue
        old, new = applied.before.by_key[key][row["column"]], after[row["column"]]
        row["key"] = "/".join(part for part in (new_code, key[2]) if part)
        if old != new and old and new is not None:
            share = Fraction(repr(new)) / Fraction(repr(old))
            row |= {name: float(Fraction(repr(row[name])) * share) for name in ("low", "high")}
        rows.append(row)
    return conform("ranges", pd.DataFrame(rows, columns=list(TABLES["ranges"].names), dtype=object)).frame


def apply_measures(measures: Iterable[SimplificationMeasure], baseline: Inventory) -> Review:
    """Return the review that proposes measures: the baseline, what it comes to, and what is to be decided.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        In any order.
    baseline : Inventory
        The procedures as they are; it stays as it is.

    Returns
    -------
    Review
        Decisions: merge for what goes into another (its own decision is to amend), abolish, delegate, amend for what
        changes otherwise, keep for the rest; nothing is reviewed, submitted or approved on any day yet. Proposals: one
        item for each measure and procedure that it changes, with the measure's legal action.

    Raises
    ------
    InputFault
        As `inventory_after`, and where the review itself holds faults.

    Examples
    --------
    >>> from tthc_cost.measures.kinds import LowerFrequency
    >>> from tthc_cost.model import Activity, Procedure
    >>> baseline = Inventory.from_objects(
    ...     Procedure("NB-01", "Báo cáo", frequency=4, population=40), Activity("NB-01", "1", fee_vnd=1000)
    ... )
    >>> review = apply_measures([LowerFrequency("PA-1", "NB-01", 2)], baseline)
    >>> review.decisions["decision"].tolist(), review.simplified.activities["frequency"].tolist()
    (['amend'], [2.0])
    """
    chosen = tuple(measures)
    simplified = inventory_after(chosen, baseline)
    return Review(
        baseline,
        simplified,
        decisions=_decisions(chosen, baseline),
        proposals=_proposals(chosen),
    )


def _decisions(measures: Iterable[SimplificationMeasure], baseline: Inventory) -> pd.DataFrame:
    decided: dict[str, tuple[DecisionKind, str | None]] = {}
    for measure in measures:
        code = measure.procedure
        own: tuple[DecisionKind, str | None] = (DecisionKind.AMEND, None)
        if isinstance(measure, MergeProcedures):
            into = code if measure.into is None else measure.into
            decided |= dict.fromkeys(measure.merged, (DecisionKind.MERGE, into))
            if measure.into is not None:
                own = DecisionKind.MERGE, into
        elif isinstance(measure, Abolish):
            own = DecisionKind.ABOLISH, None
        elif isinstance(measure, Delegate):
            own = DecisionKind.DELEGATE, None
        before = decided.get(code)
        if before is None or before[0] == DecisionKind.AMEND or own[0] == DecisionKind.MERGE:
            decided[code] = own
    kept = DecisionKind.KEEP, None
    rows = [(code, *decided.get(code, kept)) for code in baseline.procedures["procedure"]]
    return pd.DataFrame(rows, columns=["procedure", "decision", "replaced_by"], dtype=object)


def _proposals(measures: Iterable[SimplificationMeasure]) -> pd.DataFrame:
    rows = []
    for measure in sorted(measures, key=lambda one: one.code):
        said: dict[str, Any] = {"item": measure.code, "content": content_of(measure), "reason": measure.reason}
        said |= {one.name: getattr(measure.legal, one.name) for one in fields(measure.legal)}
        said["document"] = said.pop("legal_document")
        merged = measure.merged if isinstance(measure, MergeProcedures) else ()
        rows += [{"procedure": code, **said} for code in (measure.procedure, *merged)]
    names = ["procedure", "item", "content", "reason", "document", "provision", "action", "authority"]
    return pd.DataFrame(rows, columns=names, dtype=object)
