"""Where each procedure stands: in which states and groups, whether it counts, and how far its proposal has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, FREQUENCY_STEPS, steps_of, steps_of_block
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Sequence

    from tthc_cost.inventory import Inventory
    from tthc_cost.review import Review

__all__ = ["DATED_COLUMNS", "INHERITED_COLUMNS", "STANDING_COLUMNS", "arrived_groups", "held_back", "standing_of"]

INHERITED_COLUMNS: Final = ("kind", "level", "field", "agency", "reviewing_agency")
"""Groups that a simplified procedure has from its predecessors."""
DATED_COLUMNS: Final = (
    "announced_on", "publicised_on", "reviewed_on", "submitted_on", "approved_on", "effective_on",
)  # fmt: skip
STANDING_COLUMNS: Final = (
    "procedure", "name", *INHERITED_COLUMNS, "decision", "replaced_by", "round",
    "group", "in_baseline", "in_simplified", "counted", "exclusion",
    "simplification", "baseline_deadline_days", "simplified_deadline_days", "cases_per_year",
    *DATED_COLUMNS,
)  # fmt: skip

Row = dict[str, Any]


def _by_code(frame: pd.DataFrame) -> dict[str, Row]:
    return {row["procedure"]: row for row in rows_of(frame)}


def standing_of(review: Review) -> pd.DataFrame:
    """Return one row a procedure of either state.

    Parameters
    ----------
    review : Review
        What is compared.

    Returns
    -------
    pandas.DataFrame
        `STANDING_COLUMNS`, baseline procedures first. ``group`` names the receiver with which a procedure moves, or
        itself; ``counted`` tells whether it is in the ratios; ``simplification`` whether its lines changed.
    """
    before, after = _by_code(review.baseline.procedures), _by_code(review.simplified.procedures)
    decided = _by_code(review.decisions)
    heirs = {code: heir for heir, codes in review.predecessors.items() for code in codes}
    lines_before, lines_after = _figures_of(review.baseline), _figures_of(review.simplified)
    by_agency = _cases_by_agency(review.baseline.volumes)
    rows: list[Row] = []
    for code, own in before.items():
        decision = decided.get(code, {})
        row = {**own, **{name: decision.get(name) for name in ("decision", "replaced_by", "round", *DATED_COLUMNS[2:])}}
        row["group"] = heirs.get(code, code)
        row["in_baseline"], row["in_simplified"] = True, code in after
        row["counted"], row["exclusion"] = _counts(own, decision)
        row["baseline_deadline_days"] = own["deadline_days"]
        row["cases_per_year"] = by_agency.get(code, _cases(own))
        rows.append(row)
    counted = {row["procedure"] for row in rows if row["counted"]}
    rows += [
        {
            **own, **_inherited(own, [before[one] for one in review.predecessors[code]]),
            "group": code, "in_baseline": False, "in_simplified": True,
            "counted": bool(counted & set(review.predecessors[code])) if review.predecessors[code] else _in_scope(own),
        }
        for code, own in after.items() if code not in before
    ]  # fmt: skip
    for row in rows:
        code = row["procedure"]
        codes = review.predecessors.get(code, ())
        row["simplification"] = False
        if row["in_simplified"] and codes:
            if row["in_baseline"] and not row["counted"] and counted & set(codes):
                row["counted"], row["exclusion"] = True, None
            origins = [code] if code in before else codes
            figures = list(chain.from_iterable(lines_before[one] for one in origins))
            row["simplification"] = Counter(figures) != Counter(lines_after[code])
            row["simplified_deadline_days"] = (
                after[code]["deadline_days"] if code in before or len(codes) == 1 else None
            )
            if code not in before and len(codes) == 1:
                row["baseline_deadline_days"] = before[codes[0]]["deadline_days"]
                row["cases_per_year"] = by_agency.get(codes[0], _cases(before[codes[0]]))
    return _typed(rows)


def _typed(rows: Sequence[Row]) -> pd.DataFrame:
    dates = dict.fromkeys(DATED_COLUMNS, "datetime64[s]")
    numbers = dict.fromkeys(("baseline_deadline_days", "simplified_deadline_days", "cases_per_year"), "float64")
    flags = dict.fromkeys(("in_baseline", "in_simplified", "counted", "simplification"), "bool")
    kinds = dict.fromkeys(STANDING_COLUMNS, "string") | dates | numbers | flags | {"round": "Int64"}
    cells = {name: [None if is_blank(row.get(name)) else row[name] for row in rows] for name in kinds}
    return pd.DataFrame({name: pd.Series(cells[name], dtype=kind) for name, kind in kinds.items()})


def _in_scope(procedure: Row) -> bool:
    return is_blank(procedure["in_scope"]) or bool(procedure["in_scope"])


def _counts(procedure: Row, decision: Row) -> tuple[bool, str | None]:
    if not _in_scope(procedure):
        return False, None if is_blank(procedure["exclusion"]) else procedure["exclusion"]
    if decision.get("decision") == DecisionKind.TRANSFER:
        return False, DecisionKind.TRANSFER.label()
    return True, None


def _cases(procedure: Row) -> float | None:
    frequency, population = procedure["frequency"], procedure["population"]
    return None if is_blank(frequency) or is_blank(population) else float(frequency) * int(population)


def _cases_by_agency(volumes: pd.DataFrame) -> dict[str, float]:
    """Return the cases a year of the procedures that many agencies carry out, added on the grid."""
    steps: Counter[str] = Counter()
    for procedure, frequency, population in volumes[["procedure", "frequency", "population"]].itertuples(index=False):
        steps[procedure] += steps_of(frequency, FREQUENCY_STEPS) * int(population)
    return {procedure: count / FREQUENCY_STEPS for procedure, count in steps.items()}


def _inherited(own: Row, predecessors: list[Row]) -> Row:
    """Return the groups of a receiver that did not stand in the baseline: those its predecessors agree on."""
    groups = {}
    for name in INHERITED_COLUMNS:
        stated = {row[name] for row in predecessors if not is_blank(row[name])}
        groups[name] = stated.pop() if len(stated) == 1 else own[name]
    return groups


def _figures_of(inventory: Inventory) -> defaultdict[str, list[Hashable]]:
    """Return the figures of each procedure's lines, on the grid: what a simplification must change."""
    figures: defaultdict[str, list[Hashable]] = defaultdict(list)
    by_agency: dict[str, set[int]] = {}
    for procedure, frequency in inventory.volumes[["procedure", "frequency"]].itertuples(index=False, name=None):
        by_agency.setdefault(procedure, set()).add(steps_of(frequency, FREQUENCY_STEPS))
    lines = inventory.activities
    procedures = lines["procedure"].tolist()
    efforts = _steps(lines["effort_hours"], EFFORT_STEPS_PER_HOUR)
    grades = {grade: fold(grade) for grade in lines["grade"].dropna().unique()}
    stated = zip(lines["grade"].tolist(), efforts, strict=True)
    who = [grades.get(grade) if effort else None for grade, effort in stated]
    money = (lines[name].fillna(0).tolist() for name in ("service_vnd", "fee_vnd", "other_vnd"))
    times = [
        frozenset(by_agency.get(procedure, ())) if missing else steps
        for procedure, steps, missing in zip(
            procedures, _steps(lines["frequency"], FREQUENCY_STEPS), lines["frequency"].isna().tolist(), strict=True
        )
    ]
    for procedure, line in zip(procedures, zip(who, efforts, *money, times, strict=True), strict=True):
        figures[procedure].append(line)
    return figures


def _steps(values: pd.Series[Any], steps_per_unit: int) -> list[int]:
    """Return a column of quantities on the grid, 0 where it is blank."""
    steps: list[int] = steps_of_block(values.fillna(0).to_numpy(dtype=np.float64), steps_per_unit).tolist()
    return steps


def arrived_groups(standing: pd.DataFrame, column: str, on: dt.date, before: dt.date | None = None) -> pd.Series[Any]:
    """Tell for each row whether its group has come as far as a date column says.

    Parameters
    ----------
    standing : pandas.DataFrame
        As `standing_of` returns it.
    column : str
        A column of `DATED_COLUMNS`.
    on, before : datetime.date
        Events count on or before `on`, and before `before`.

    Returns
    -------
    pandas.Series of bool
        True for a group all of whose baseline procedures are there; a new procedure is always there.
    """
    return (dated(standing[column], on, before) | ~standing["in_baseline"]).groupby(standing["group"]).transform("all")


def dated(dates: pd.Series[Any], on: dt.date, before: dt.date | None = None) -> pd.Series[Any]:
    """Tell which dates lie on or before `on`, and before `before`; a blank date does not."""
    there = dates <= pd.Timestamp(on)
    return there if before is None else there & (dates < pd.Timestamp(before))


def held_back(standing: pd.DataFrame, arrived: pd.Series[Any]) -> pd.DataFrame:
    """Return the standing in which every group that has not arrived is as it was in the baseline."""
    back = ~arrived
    before = standing["baseline_deadline_days"].where(standing["in_baseline"])
    return standing.assign(
        in_simplified=standing["in_simplified"].where(arrived, standing["in_baseline"]),
        simplification=standing["simplification"] & arrived,
        simplified_deadline_days=standing["simplified_deadline_days"].mask(back, before),
    )
