"""The configurations of a group of procedures: every set of measures that can be applied together, costed exactly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from tthc_cost import costing
from tthc_cost.arithmetic import Reduction
from tthc_cost.errors import InputFault, Place
from tthc_cost.inventory import lines_of
from tthc_cost.measures.applying import ProcedureRows, conflicts, legal_document, rows_after, rows_of, touched
from tthc_cost.measures.effects import ROW_TABLES
from tthc_cost.measures.kinds import MergeProcedures
from tthc_cost.schema import ORIGIN, is_blank
from tthc_cost.schema import rows_of as rows_of_frame
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.inventory import Inventory
    from tthc_cost.measures.kinds import SimplificationMeasure
    from tthc_cost.rates import RateTable

    Row: TypeAlias = Mapping[str, Any]

__all__ = ["LARGEST_GROUP", "Configuration", "Group", "configurations_of", "groups_of"]

LARGEST_GROUP: Final = 2**12
"""How many configurations a group may have."""

_FIGURES: Final = ("effort_hours", "service_vnd", "fee_vnd", "other_vnd", "frequency", "population")
_SHOWN_CODES: Final = 6


@dataclass(frozen=True, slots=True)
class Configuration:
    """One set of measures of a group of procedures, and what comes of it.

    Parameters
    ----------
    measures : tuple of str
        Codes of the measures, in order.
    one_off_vnd : int
        What they cost once, together [đồng].
    documents : frozenset of str
        Regulations to amend, each once in the form that all its spellings have in common.
    costs : mapping of str to Reduction
        Cost before and after of the procedures that count [đồng a year], by agency of the baseline; None is no agency.
    count : Reduction
        Number of procedures that count, before and after.
    """

    measures: tuple[str, ...]
    one_off_vnd: int
    documents: frozenset[str]
    costs: Mapping[str | None, Reduction]
    count: Reduction


@dataclass(frozen=True, slots=True)
class Group:
    """Procedures that measures tie together, and these measures by code."""

    procedures: frozenset[str]
    measures: tuple[SimplificationMeasure, ...]


def groups_of(measures: Iterable[SimplificationMeasure]) -> tuple[Group, ...]:
    """Return the groups of measures that have to do with each other, through procedures that they both touch.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        In any order.

    Returns
    -------
    tuple of Group
        In the order of the codes of their first measures.

    Examples
    --------
    >>> from tthc_cost.measures.kinds import Abolish, MergeProcedures
    >>> some = [Abolish("M1", "A"), Abolish("M2", "B"), MergeProcedures("M3", "A", ("C",)), Abolish("M4", "C")]
    >>> [[one.code for one in group.measures] for group in groups_of(some)]
    [['M1', 'M3', 'M4'], ['M2']]
    """
    above: dict[str, str] = {}

    def root(code: str) -> str:
        while above.setdefault(code, code) != code:
            code = above[code]
        return code

    ordered = sorted(measures, key=lambda one: one.code)
    for measure in ordered:
        first, *others = touched(measure)
        for other in others:
            above[root(other)] = root(first)
    members: defaultdict[str, list[SimplificationMeasure]] = defaultdict(list)
    for measure in ordered:
        members[root(measure.procedure)].append(measure)
    return tuple(
        Group(frozenset(code for one in found for code in touched(one)), tuple(found)) for found in members.values()
    )


def configurations_of(
    measures: Iterable[SimplificationMeasure], baseline: Inventory, rates: RateTable
) -> tuple[tuple[Configuration, ...], ...]:
    """Return the configurations of every group, and last the procedures that no measure touches, as they are.

    What a configuration comes to is what `compare` finds of the review that applies just these measures: every
    procedure at the baseline's population, a receiver at the one it states, each line rounded once.

    Parameters
    ----------
    measures : iterable of SimplificationMeasure
        In any order, each code once.
    baseline : Inventory
        The procedures as they are.
    rates : RateTable
        Hourly rates [đồng/h].

    Returns
    -------
    tuple of tuple of Configuration
        Of each group, the empty configuration first, then by the number of measures and their codes.

    Raises
    ------
    InputFault
        With every measure that cannot be applied to the baseline, every group of more than `LARGEST_GROUP`
        configurations, and every line that cannot be costed.
    """
    before = _Baseline.of(baseline, rates)
    groups = groups_of(measures)
    every = rows_of(baseline, {code for group in groups for code in group.procedures})
    faults: list[Remark] = []
    states: list[list[_State]] = []
    for group in groups:
        try:
            states.append(_states(group, _rows_of_group(every, group)))
        except InputFault as error:
            faults += error.faults
    if faults:
        raise InputFault(*dict.fromkeys(faults))
    costs = _costs([state for found in states for state in found], rates)
    untouched = [code for code in before.rows if ("procedures", code, "") not in every.by_key]
    return (
        *(tuple(before.configuration(state, next(costs)) for state in found) for found in states),
        (before.as_they_are(untouched),),
    )


def _rows_of_group(every: ProcedureRows, group: Group) -> ProcedureRows:
    codes = [code for code in sorted(group.procedures) if every.of("procedures", code)]
    return ProcedureRows(
        **{table: tuple(row for code in codes for row in every.of(table, code)) for table in ROW_TABLES}
    )


@dataclass(frozen=True, slots=True)
class _State:
    """The rows of a group after some of its measures, and what each procedure that is left continues."""

    measures: tuple[SimplificationMeasure, ...]
    before: ProcedureRows
    after: ProcedureRows
    predecessors: Mapping[str, Sequence[Row]]

    @classmethod
    def of(cls, measures: tuple[SimplificationMeasure, ...], before: ProcedureRows) -> _State:
        after = rows_after(measures, before)
        heir: dict[str, str] = {}
        for one in measures:
            if isinstance(one, MergeProcedures):
                heir |= dict.fromkeys((one.procedure, *one.merged), one.procedure if one.into is None else one.into)
        found: dict[str, list[Row]] = {row["procedure"]: [] for row in after.procedures}
        for row in before.procedures:
            now = heir.get(row["procedure"], row["procedure"])
            if now in found:
                found[now].append(row)
        return cls(measures, before, after, found)

    def volumes(self, procedure: Row) -> tuple[int, int]:
        """Return V, the population a procedure is costed at, and S, the one it states."""
        old = self.predecessors[procedure["procedure"]]
        populations, stated = [row["population"] for row in old], procedure["population"]
        if None in populations:
            if any(code == row["procedure"] for one in self.measures for code in touched(one) for row in old):
                code, names = procedure["procedure"], "; ".join(row["procedure"] for row in old)
                place = Place(table="procedures", key=(code,), column="population")
                raise InputFault.because("baseline_population_blank", place, procedure=code, before=names)
            return 1, 1
        costed = max(populations) if len(old) == 1 else max(*populations, stated)
        return (costed, stated) if costed != stated else (1, 1)


def _states(group: Group, rows: ProcedureRows) -> list[_State]:
    """Return what every set of measures of a group that can be applied together leaves of its procedures."""
    numbers = {measure.code: number for number, measure in enumerate(group.measures)}
    apart: defaultdict[int, set[int]] = defaultdict(set)
    for one, other, _ in conflicts(group.measures, rows):
        apart[numbers[other.code]].add(numbers[one.code])
    sets: list[tuple[int, ...]] = [()]
    for number in range(len(group.measures)):
        sets += [(*chosen, number) for chosen in sets if apart[number].isdisjoint(chosen)]
        if len(sets) > LARGEST_GROUP:
            raise _too_many(group, rows)
    states: list[_State] = []
    refused: dict[int, tuple[Remark, ...]] = {}
    for chosen in sorted(sets, key=lambda numbers: (len(numbers), numbers)):
        try:
            state = _State.of(tuple(group.measures[number] for number in chosen), rows)
            for row in state.after.procedures:
                state.volumes(row)
            states.append(state)
        except InputFault as error:
            # Of measures that go together two by two, some may still leave a procedure with nothing to do.
            if len(chosen) == 1:
                refused[chosen[0]] = error.faults
    possible = {measure.code for state in states for measure in state.measures}
    faults = [fault for number, why in refused.items() if group.measures[number].code not in possible for fault in why]
    if faults:
        raise InputFault(*faults)
    return states


def _too_many(group: Group, rows: ProcedureRows) -> InputFault:
    codes = [row["procedure"] for row in rows.procedures]
    return InputFault.because(
        "too_many_configurations",
        Place(table="measures", key=(group.measures[0].code,)),
        measures=len(group.measures),
        procedures="; ".join(codes[:_SHOWN_CODES]) + (" …" if codes[_SHOWN_CODES:] else ""),
        limit=LARGEST_GROUP,
    )


def _costs(states: Sequence[_State], rates: RateTable) -> Iterator[dict[str, int]]:
    """Yield what each procedure of each state costs a year [đồng], from one costing of the lines of all states."""
    left = [(number, row["procedure"]) for number, state in enumerate(states) for row in state.after.procedures]
    volumes = np.array(
        [state.volumes(row) for state in states for row in state.after.procedures], dtype=np.int64
    ).reshape(-1, 2)
    units = {place: unit for unit, place in enumerate(left)}
    lines = lines_of(*(_frame(states, units, table, names) for table, names in _NEEDED.items()))
    unit = lines["procedure"].to_numpy(dtype=np.int64)
    codes = np.array([code for _, code in left], dtype=object)
    costs = costing.annual_costs_of(
        lines.assign(procedure=codes[unit]), rates, costed=volumes[unit, 0], stated=volumes[unit, 1]
    )
    totals = np.zeros(len(left), dtype=np.int64)
    np.add.at(totals, unit, costs)
    found: list[dict[str, int]] = [{} for _ in states]
    for (number, code), total in zip(left, totals.tolist(), strict=True):
        found[number][code] = total
    return iter(found)


_NEEDED: Final = {
    "activities": ("activity", "grade", *_FIGURES),
    "volumes": ("agency", "frequency", "population"),
}
"""The columns of lines and volumes that a cost is made of."""


def _frame(
    states: Sequence[_State], units: Mapping[tuple[int, str], int], table: str, names: Iterable[str]
) -> pd.DataFrame:
    """Return the rows of a table of all states, each procedure of each state under a number of its own."""
    rows = [
        (units[number, row["procedure"]], row)
        for number, state in enumerate(states)
        for row in getattr(state.after, table)
    ]
    columns = {
        name: np.array([row[name] for _, row in rows], dtype=np.float64 if name in _FIGURES else object)
        for name in names
    }
    return pd.DataFrame({"procedure": np.array([unit for unit, _ in rows], dtype=np.int64), **columns, ORIGIN: pd.NA})


@dataclass(frozen=True, slots=True)
class _Baseline:
    """The procedures of the baseline by code, and what each costs a year [đồng]."""

    rows: Mapping[str, Row]
    cost_vnd: Mapping[str, int]

    @classmethod
    def of(cls, baseline: Inventory, rates: RateTable) -> _Baseline:
        lines = baseline.lines()
        cost_vnd = dict.fromkeys(baseline.procedures["procedure"], 0)
        for code, cost in zip(lines["procedure"], costing.annual_costs_of(lines, rates).tolist(), strict=True):
            cost_vnd[code] += cost
        return cls({row["procedure"]: row for row in rows_of_frame(baseline.procedures)}, cost_vnd)

    def as_they_are(self, codes: Iterable[str]) -> Configuration:
        """Return the configuration in which procedures stay as they are."""
        counted = [code for code in codes if _in_scope(self.rows[code])]
        spent = [(_agency(self.rows[code]), self.cost_vnd[code]) for code in counted]
        count = Reduction(len(counted), len(counted), "procedures")
        return Configuration((), 0, frozenset(), _by_agency(spent, spent), count)

    def configuration(self, state: _State, cost_after: Mapping[str, int]) -> Configuration:
        """Return what a state comes to, in the scope and by the agencies of the baseline."""
        counted = {row["procedure"] for row in state.before.procedures if _in_scope(row)}
        left = {code for code, old in state.predecessors.items() if any(row["procedure"] in counted for row in old)}
        # What takes over a procedure that counts, counts in both states.
        counted |= {code for code in left if code in self.rows}
        before = [(_agency(self.rows[code]), self.cost_vnd[code]) for code in counted]
        after = [
            (
                _agency(self.rows[code]) if code in self.rows else _shared_agency(row, state.predecessors[code]),
                cost_after[code],
            )
            for row in state.after.procedures
            if (code := row["procedure"]) in left
        ]
        return Configuration(
            tuple(one.code for one in state.measures),
            sum(one.one_off_vnd for one in state.measures),
            frozenset(fold(name) for one in state.measures if (name := legal_document(one))),
            _by_agency(before, after),
            Reduction(len(before), len(after), "procedures"),
        )


def _in_scope(procedure: Row) -> bool:
    return is_blank(procedure["in_scope"]) or bool(procedure["in_scope"])


def _agency(procedure: Row) -> str | None:
    return None if is_blank(procedure["agency"]) else str(procedure["agency"])


def _shared_agency(receiver: Row, predecessors: Iterable[Row]) -> str | None:
    """Return the agency of a receiver that is new: the one its predecessors agree on, or else its own."""
    stated = {agency for row in predecessors if (agency := _agency(row)) is not None}
    return stated.pop() if len(stated) == 1 else _agency(receiver)


def _by_agency(
    before: Iterable[tuple[str | None, int]], after: Iterable[tuple[str | None, int]]
) -> dict[str | None, Reduction]:
    found: dict[str | None, list[int]] = {}
    for state, costs in enumerate((before, after)):
        for agency, cost in costs:
            found.setdefault(agency, [0, 0])[state] += cost
    return {agency: Reduction(old, new) for agency, (old, new) in found.items()}
