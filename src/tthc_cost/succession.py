"""How the simplified procedures follow from the baseline's: who continues whom, and at which population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pandas as pd

from tthc_cost.errors import remark
from tthc_cost.inventory import completed
from tthc_cost.schema import ORIGIN, TABLES, is_blank, row_place, rows_of
from tthc_cost.vocabulary import DecisionKind, nearest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tthc_cost.errors import Place, Remark

__all__ = ["States", "check_decisions", "complete", "populations", "predecessors"]

_GIVES_UP_ITS_CODE: Final = frozenset({DecisionKind.REPLACE, DecisionKind.MERGE})
_KEEPS_ITS_CODE: Final = frozenset({DecisionKind.AMEND, DecisionKind.DELEGATE})
_ENDS: Final = frozenset({DecisionKind.ABOLISH, DecisionKind.TRANSFER})
_LABELS: Final[Mapping[str, str]] = {kind: kind.label() for kind in DecisionKind}
_TAKEN_OVER: Final = ("procedures", "activities", "documents", "steps", "volumes")

Row = dict[str, Any]
Heirs: TypeAlias = Mapping[str, tuple[str, ...]]
"""The `predecessors` of each simplified procedure."""


@dataclass(frozen=True, slots=True)
class States:
    """The conformed tables of the two states by name, and the decisions between them."""

    baseline: Mapping[str, pd.DataFrame]
    simplified: Mapping[str, pd.DataFrame]
    decisions: pd.DataFrame


def _by_code(frame: pd.DataFrame, *columns: str) -> dict[str, Row]:
    """Return place and columns of the rows of a table, by their procedure; of a repeated code, the first."""
    found: dict[str, Row] = {}
    for row in rows_of(frame[["procedure", ORIGIN, *columns]]):
        if not is_blank(row["procedure"]):
            found.setdefault(row["procedure"], row)
    return found


def _taken_over(states: States) -> list[str]:
    """Return the procedures that are kept and that the simplified state does not repeat."""
    decisions = states.decisions
    kept = decisions["procedure"][decisions["decision"] == DecisionKind.KEEP]
    repeated, known = (set(one["procedures"]["procedure"].tolist()) for one in (states.simplified, states.baseline))
    return [code for code in kept.tolist() if code in known and code not in repeated]


def predecessors(states: States) -> dict[str, tuple[str, ...]]:
    """Return for each simplified procedure the baseline procedures that it continues.

    Parameters
    ----------
    states : States
        Both states and the decisions.

    Returns
    -------
    dict of str to tuple of str
        Itself, if it stood in the baseline and was not itself replaced, and those that it replaces, in the
        baseline's order; empty for a new procedure.
    """
    decided = _by_code(states.decisions, "decision", "replaced_by")
    before, after = (one["procedures"]["procedure"].dropna().tolist() for one in (states.baseline, states.simplified))
    found: dict[str, list[str]] = {code: [] for code in after}
    found |= {code: [] for code in _taken_over(states)}
    for code in dict.fromkeys(before):
        row = decided.get(code, {})
        receiver = row.get("replaced_by")
        heir = code if is_blank(receiver) else receiver
        if heir in found and row.get("decision") not in _ENDS:
            found[heir].append(code)
    return {code: tuple(codes) for code, codes in found.items()}


def check_decisions(states: States) -> list[Remark]:
    """Say in what the decisions and the two states contradict each other.

    Parameters
    ----------
    states : States
        Both states and the decisions.

    Returns
    -------
    list of Remark
        A procedure that is gone without a decision, a receiver that does not exist, and the like.
    """
    decided = _by_code(states.decisions, "decision", "replaced_by")
    after = _by_code(states.simplified["procedures"])
    transferred = frozenset(
        code
        for code, row in decided.items()
        if not is_blank(row["decision"]) and row["decision"] == DecisionKind.TRANSFER
    )
    near = nearest_of(after)
    remarks = []
    for code, procedure in _by_code(states.baseline["procedures"]).items():
        row = decided.get(code)
        if row is not None and is_blank(row["decision"]):
            continue
        if row is not None:
            remarks += _check_decision(code, row, after, transferred, near)
        else:
            place = row_place(TABLES["procedures"], procedure)
            said = "no_decision" if code in after else "gone_without_decision"
            remarks.append(remark(said, place, procedure=code))
    return remarks


def _check_decision(
    code: str, row: Row, after: Mapping[str, Row], transferred: frozenset[str], near: Callable[[str], str]
) -> list[Remark]:
    kind, receiver = row["decision"], row["replaced_by"]
    named = not is_blank(receiver)
    place = partial(row_place, TABLES["decisions"], row)
    said = {"procedure": code, "decision": _LABELS[kind]}
    if kind in _GIVES_UP_ITS_CODE and not named:
        return [remark("no_receiver", place("replaced_by"), **said)]
    if named and kind not in _GIVES_UP_ITS_CODE | {DecisionKind.LINK}:
        return [remark("unexpected_receiver", place("replaced_by"), receiver=receiver, **said)]
    if named:
        return _check_receiver(receiver, place("replaced_by"), said, after, transferred, near=near)
    if code in after and kind == DecisionKind.ABOLISH:
        return [remark("gone_but_present", place("decision"), **said)]
    if code not in after and kind in _KEEPS_ITS_CODE | {DecisionKind.LINK}:
        return [remark("decided_but_absent", place("decision"), **said)]
    return []


def _check_receiver(
    receiver: str,
    place: Place,
    said: Mapping[str, str],
    after: Mapping[str, Row],
    transferred: frozenset[str],
    *,
    near: Callable[[str], str],
) -> list[Remark]:
    code = said["procedure"]
    if receiver == code:
        return [remark("own_receiver", place, **said)]
    if receiver not in after:
        return [remark("unknown_receiver", place, receiver=receiver, near=near(receiver), **said)]
    if receiver in transferred:
        return [remark("receiver_transferred", place, receiver=receiver, **said)]
    if code in after:
        return [remark("gone_but_present", replace(place, column="decision"), **said)]
    return []


def complete(states: States, heirs: Heirs) -> dict[str, pd.DataFrame]:
    """Return the simplified tables with what the decisions say of them filled in.

    A procedure that is kept and not repeated is taken over from the baseline. A blank frequency or population, and
    volumes by agency that are not stated again, are those of the only predecessor; the blank population of a receiver
    of several is their sum, its blank frequency the one they share.

    Parameters
    ----------
    states : States
        Both states and the decisions.
    heirs : mapping of str to tuple of str
        Their `predecessors`.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables of the simplified inventory by name; what cannot be known stays blank.
    """
    tables = dict(states.simplified)
    kept = _taken_over(states)
    for name in _TAKEN_OVER if kept else ():
        old = states.baseline[name]
        tables[name] = pd.concat([tables[name], old[old["procedure"].isin(kept)]], ignore_index=True)
    tables["volumes"] = _with_inherited_volumes(states, tables, heirs)
    tables["procedures"] = _with_inherited_figures(states, tables, heirs)
    tables["activities"] = completed(tables["activities"], tables["procedures"], tables["volumes"])
    return tables


def _stating_population(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the procedures of which a line states a population of its own."""
    lines = tables["activities"]
    return set(lines["procedure"][lines["population"].notna()].unique().tolist())


def _with_inherited_volumes(states: States, tables: Mapping[str, pd.DataFrame], heirs: Heirs) -> pd.DataFrame:
    volumes, old = tables["volumes"], states.baseline["volumes"]
    procedures = tables["procedures"]
    stated = {*volumes["procedure"], *procedures["procedure"][procedures["population"].notna()]}
    stated |= _stating_population(tables)
    by_agency = set(old["procedure"])
    inherited = [
        old[old["procedure"] == codes[0]].assign(procedure=code)
        for code, codes in heirs.items()
        if len(codes) == 1 and codes[0] in by_agency and code not in stated
    ]
    return pd.concat([volumes, *inherited], ignore_index=True) if inherited else volumes


def _with_inherited_figures(states: States, tables: Mapping[str, pd.DataFrame], heirs: Heirs) -> pd.DataFrame:
    before = _by_code(states.baseline["procedures"], "population", "frequency")
    stating = _stating_population(tables)
    procedures = tables["procedures"]
    population: dict[str, int] = {}
    frequency: dict[str, float] = {}
    for code, codes in heirs.items():
        populations_before = [before[one]["population"] for one in codes]
        frequencies_before = {before[one]["frequency"] for one in codes}
        if codes and code not in stating and not any(is_blank(one) for one in populations_before):
            population[code] = int(sum(populations_before))
        if len(frequencies_before) == 1 and not is_blank(next(iter(frequencies_before))):
            frequency[code] = float(next(iter(frequencies_before)))
    inherited = procedures["procedure"].map(population).astype("Int64")
    return procedures.assign(
        population=procedures["population"].fillna(inherited),
        frequency=procedures["frequency"].fillna(procedures["procedure"].map(frequency).astype("float64")),
    )


def populations(states: States, tables: Mapping[str, pd.DataFrame], heirs: Heirs) -> tuple[pd.DataFrame, list[Remark]]:
    """Return the population each simplified procedure is costed at, V, and the one it states, S.

    Parameters
    ----------
    states : States
        Both states and the decisions.
    tables : mapping of str to pandas.DataFrame
        The simplified tables as `complete` returns them.
    heirs : mapping of str to tuple of str
        Their `predecessors`.

    Returns
    -------
    populations : pandas.DataFrame
        ``procedure``, ``costed_population`` (Int64) and ``stated_population`` (Int64), blank where lines state theirs.
    remarks : list of Remark
        Where V or S cannot be known, where S = 0 would lose V, and where a merge would lose volume.
    """
    before = _by_code(states.baseline["procedures"], "population")
    blank = states.baseline["procedures"]["population"].isna().any()
    unchanged = _kept_unchanged(states, tables, heirs) if blank else set()
    with_lines = set(tables["activities"]["procedure"].unique().tolist())
    stating = _stating_population(tables)
    remarks: list[Remark] = []
    rows: list[tuple[str, int | None, int | None]] = []
    for code, row in _by_code(tables["procedures"], "population").items():
        codes = heirs[code]
        stated = None if is_blank(row["population"]) else int(row["population"])
        costed = stated
        if codes and code in with_lines and code not in unchanged:
            place = partial(row_place, TABLES["procedures"], row, "population")
            costed, found = _costed_population(code, stated, codes, before, place)
            remarks += found
            if stated is None and code in stating:
                remarks.append(remark("population_blank", place(), procedure=code))
        rows.append((code, costed, stated))
    frame = pd.DataFrame(rows, columns=["procedure", "costed_population", "stated_population"])
    return frame.astype({"procedure": "string", "costed_population": "Int64", "stated_population": "Int64"}), remarks


def _kept_unchanged(states: States, tables: Mapping[str, pd.DataFrame], heirs: Heirs) -> set[str]:
    """Return the procedures that are kept, replace no other and state the same populations in both states."""
    decisions = states.decisions
    kept = set(decisions["procedure"][decisions["decision"] == DecisionKind.KEEP])
    alone = {code for code, codes in heirs.items() if codes == (code,)}
    before, after = (_stated_populations(one, kept & alone) for one in (states.baseline, tables))
    return {code for code in kept & alone if before[code] == after[code]}


def _stated_populations(tables: Mapping[str, pd.DataFrame], codes: set[str]) -> dict[str, set[tuple[str | None, ...]]]:
    """Return of each procedure its population, and that of each of its lines."""
    found: dict[str, set[tuple[str | None, ...]]] = {code: set() for code in codes}
    for name, columns in (("procedures", ["procedure"]), ("activities", ["procedure", "activity"])):
        rows = tables[name][tables[name]["procedure"].isin(codes)]
        for key in rows[[*columns, "population"]].itertuples(index=False, name=None):
            found[key[0]].add(tuple(None if is_blank(one) else str(one) for one in key))
    return found


def _costed_population(
    code: str, stated: int | None, codes: Iterable[str], before: Mapping[str, Row], place: Callable[[], Place]
) -> tuple[int | None, list[Remark]]:
    of_predecessors = [before[one]["population"] for one in codes]
    if any(is_blank(one) for one in of_predecessors):
        return stated, [remark("baseline_population_blank", place(), procedure=code, before="; ".join(codes))]
    largest = int(max(of_predecessors))
    single = len(of_predecessors) == 1
    costed = largest if single else max(largest, stated or 0)
    remarks = []
    if stated == 0 and costed:
        remarks.append(remark("population_vanishes", place(), procedure=code, before=costed))
    elif not single and stated is not None and stated < largest:
        remarks.append(remark("merge_raised", place(), procedure=code, stated=stated, raised=costed))
    elif not single and stated is not None and stated < sum(of_predecessors):
        together = int(sum(of_predecessors))
        remarks.append(remark("merge_below_sum", place(), procedure=code, stated=stated, together=together))
    return costed, remarks
