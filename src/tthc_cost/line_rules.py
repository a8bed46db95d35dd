"""Rules on the figures of lines: effort against the deadline, cost that rises, sources, and figures in another unit."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR
from tthc_cost.findings import Family, Rule, Seen, mentions, plain_words, recognised
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import Bearer, DecisionKind, Stage, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.arithmetic import Floats, Integers
    from tthc_cost.findings import Evidence
    from tthc_cost.line_pairs import Positions

__all__ = ["RULES"]

_CLAUSE: Final = re.compile(r"[;,.\n]| và ")
_PEOPLE: Final = re.compile(r"[;,\n]| và | and ")
_MONEY: Final = ("service_vnd", "fee_vnd", "other_vnd")
_MEDIAN_TO_DEVIATION: Final = 1.4826
"""A standard deviation is so many times the median absolute deviation of normally distributed figures."""


def _saves(frame: pd.DataFrame) -> pd.Series[Any]:
    return frame["counted_baseline"] & (frame["annual_cost_vnd_baseline"] > frame["annual_cost_vnd_simplified"])


# A shorter deadline


def _shorter_deadlines(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """Return the deadlines before and after of the groups in which one procedure continues with a shorter one."""
    found = {}
    for code, row in evidence.by_code.items():
        before, after = row["baseline_deadline_days"], row["simplified_deadline_days"]
        if row["counted"] and row["in_simplified"] and before is not None and after is not None and 0 < after < before:
            found[code] = (before, after)
    return found


def _deadlines_as_savings(evidence: Evidence) -> Iterator[Seen]:
    """Find effort that falls exactly as the deadline does, or by a proposal of nothing but a shorter deadline."""
    shorter = evidence.once(_shorter_deadlines)
    if not shorter:
        return
    frame = evidence.pairs.frame
    saves = _saves(frame).to_numpy(dtype=bool)
    before_hours, after_hours = (frame[f"effort_hours_{state}"].fillna(0).to_numpy() for state in State)
    contents, only_deadlines = evidence.once(_contents), evidence.once(_only_deadlines)
    proportional = _in_proportion(evidence, frame[saves & frame["group"].isin(shorter.keys())], shorter)
    for group, (before, after) in shorter.items():
        figures: dict[str, Any] = {"before": _days(before), "after": _days(after)}
        if (at := proportional.get(group)) is not None:
            why = ("mọi dòng giảm đúng theo tỷ lệ của thời hạn", "every line falls just as the deadline does")
        elif contents.get(group) and only_deadlines.issuperset(contents[group]):
            at = evidence.pairs.of_group[group]
            at = at[saves[at] & (before_hours[at] > after_hours[at])]
            why = ("phương án chỉ nêu giảm thời hạn", "the proposal is of nothing but the deadline")
        else:
            continue
        if len(at):
            yield Seen(group, None, figures | {"lines": len(at), "why": why}, Undo.LINE, at)


def _days(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _in_proportion(
    evidence: Evidence, own: pd.DataFrame, shorter: dict[str, tuple[float, float]]
) -> dict[str, Positions]:
    """Return the pairs of the groups all of whose lines with a changed effort change as the deadline does."""
    limits = recognised()["lines"]
    effort = evidence.pairs.steps["effort"]
    before_at, after_at = (own[name].to_numpy() for name in ("baseline_at", "continued_at"))
    before, after = effort[before_at], effort[after_at]
    changed = (after_at >= 0) & (after > 0) & (before != after)
    rows = own[changed].assign(before=before[changed], after=after[changed])
    days = np.array([shorter[group] for group in rows["group"]], dtype=np.float64).reshape(-1, 2)
    rounding = float(Fraction(limits["effort_rounding_hours"]) * EFFORT_STEPS_PER_HOUR) + 1
    off = np.abs(rows["after"].to_numpy() * days[:, 0] - rows["before"].to_numpy() * days[:, 1])
    grouped = rows.assign(follows=off <= rounding * days[:, 0]).groupby("group", sort=False)
    follows = grouped["follows"].transform("all") & (grouped["before"].transform("nunique") > 1)
    follows &= grouped["activity"].transform("nunique") >= limits["least_lines"]
    chosen = rows[follows.to_numpy(dtype=bool)]
    return {str(group): part.index.to_numpy() for group, part in chosen.groupby("group", sort=False)}


def _contents(evidence: Evidence) -> dict[str, list[str]]:
    """Return what the proposals of each group are to change, an item each."""
    found = defaultdict(list)
    proposals = evidence.review.proposals
    for procedure, content in zip(proposals["procedure"], proposals["content"], strict=True):
        if procedure in evidence.by_code and not is_blank(content):
            found[evidence.by_code[procedure]["group"]].append(content)
    return found


def _only_deadlines(evidence: Evidence) -> set[str]:
    """Return the contents of proposals that are of nothing but a deadline, clause by clause."""
    words = recognised()["lines"]["words"]
    found = set()
    for text in {one for texts in evidence.once(_contents).values() for one in texts}:
        clauses = [clause for one in _CLAUSE.split(text) if (clause := plain_words(one))]
        told = all(mentions(one, words["deadline"]) for one in clauses)
        if clauses and told and not any(mentions(one, words["change_of_work"]) for one in clauses):
            found.add(text)
    return found


# Effort beyond the deadline


def _effort_beyond_deadline(evidence: Evidence) -> Iterator[Seen]:
    """Find effort of one person on a step, or on a procedure, that its days do not hold.

    Lines of processing of one bearer, grade and step are taken to be one person's, unless the line or the performer of
    the step names several; the days are those of the step where it states them, and never more than the deadline.
    """
    saves = _saves(evidence.pairs.frame).to_numpy(dtype=bool)
    told: set[str] = set()
    for state in State:
        excess = _excess(evidence, state)
        for procedure, part in excess.groupby("procedure", sort=False):
            code = str(procedure)
            if code not in told:
                told.add(code)
                at = part["at"].to_numpy(dtype=np.intp) if state is State.BASELINE else np.array([], dtype=np.intp)
                worst = part.sort_values("beyond", kind="stable").iloc[-1]
                yield Seen(code, None, {"state": state, **_told(worst)}, Undo.LINE, at[saves[at]])


def _told(person: pd.Series[Any]) -> dict[str, Any]:
    """Return what is said of a person with more effort than the days hold."""
    where = person["name"]
    return {
        "grade": "–" if is_blank(person["grade"]) else person["grade"],
        "where": ("toàn bộ TTHC", "the whole procedure") if is_blank(where) else (f"bước «{where}»", f"step «{where}»"),
        "hours": Fraction(int(person["effort"]), EFFORT_STEPS_PER_HOUR),
        "days": _days(person["days"]),
        "people": int(person["people"]),
        "possible": _days(person["hours"]),
    }


def _excess(evidence: Evidence, state: State) -> pd.DataFrame:
    """Return the lines of persons with more effort [grid], together, on a step than its days hold."""
    lines = _processing(evidence, state)
    several = recognised()["lines"]["words"]["several_people"]
    performers = lines["performer"].dropna().unique()
    crowds = [one for one in performers if mentions(plain_words(one), several)]
    people = {one: sum(bool(part.strip()) for part in _PEOPLE.split(one)) for one in performers}
    lines = lines[~lines["performer"].isin(crowds)]
    persons = lines.groupby(["procedure", "place", "bearer", "grade", "step"], sort=False, dropna=False)
    effort = persons["effort"].transform("sum")
    number = lines["performer"].map(people).fillna(1).astype("int64")
    hours = number * lines["days"] * recognised()["lines"]["hours_per_day"]
    beyond = effort - hours * EFFORT_STEPS_PER_HOUR
    lines = lines.assign(people=number, hours=hours, effort=effort, beyond=beyond)
    return lines[lines["beyond"] > 0]


def _processing(evidence: Evidence, state: State) -> pd.DataFrame:
    """Return the lines of processing that one person may do, with the days there are for them."""
    frame = evidence.pairs.frame
    inventory = evidence.review.baseline if state is State.BASELINE else evidence.review.simplified
    several = recognised()["lines"]["words"]["several_people"]
    names = frame[f"name_{state}"]
    crowds = [one for one in names.dropna().unique() if mentions(plain_words(one), several)]
    chosen = (frame[f"stage_{state}"].fillna("") == Stage.PROCESSING) & ~names.isin(crowds)
    chosen &= (frame[f"bearer_{state}"].fillna("") != Bearer.REQUESTER) & frame[f"counted_{state}"]
    rows = frame[chosen & (frame[f"{state}_at"] >= 0) & (frame[f"effort_hours_{state}"] > 0)]
    columns = [f"{name}_{state}" for name in ("procedure", "bearer", "grade")]
    at = rows[f"{state}_at"].to_numpy()
    lines = rows[[*columns, "volume_agency"]].set_axis(["procedure", "bearer", "grade", "place"], axis=1)
    lines = lines.assign(
        activity=evidence.comparison.lines["activity"].iloc[at].set_axis(rows.index),
        effort=evidence.pairs.steps["effort"][at],
        at=rows.index,
    )
    owners = inventory.activities[["procedure", "activity", "step"]]
    steps = inventory.steps[["procedure", "step", "name", "performer", "duration_days"]]
    lines = lines.merge(owners, on=["procedure", "activity"], how="left")
    lines = lines.merge(steps, on=["procedure", "step"], how="left")
    lines["deadline"] = lines["procedure"].map(inventory.procedures.set_index("procedure")["deadline_days"])
    days = lines[["duration_days", "deadline"]].min(axis=1)
    return lines.assign(days=days)[days > 0]


# Cost that rises, figures without source


def _cost_rises(evidence: Evidence) -> Iterator[Seen]:
    """Find groups decided as simplified that cost more than before at the same rates and populations."""
    frame, pairs = evidence.pairs.frame, evidence.pairs
    change = frame["annual_cost_vnd_simplified"].where(frame["counted_simplified"], 0)
    change = change - frame["annual_cost_vnd_baseline"].where(frame["counted_baseline"], 0)
    sums = change.groupby(frame["group"].to_numpy(dtype=object)).sum()
    unchanged = {None, DecisionKind.KEEP, DecisionKind.TRANSFER}
    rows = (row for row in evidence.by_code.values() if row["in_baseline"] and row["counted"])
    decided = {row["group"] for row in rows if row["decision"] not in unchanged}
    groups = [str(one) for one in sums.index[sums > 0] if one in decided]
    if not groups:
        return
    at = np.concatenate([pairs.of_group[group] for group in groups])
    owner = np.repeat(np.arange(len(groups)), [len(pairs.of_group[group]) for group in groups])
    like = np.full(len(at), int(Undo.RATE | Undo.POPULATION), dtype=np.int64)
    totals = np.zeros((2, len(groups)), dtype=np.int64)
    for total, amounts in zip(totals, pairs.amounts(at, like), strict=True):
        np.add.at(total, owner, amounts)
    for group, before, after in zip(groups, *totals.tolist(), strict=True):
        if after > before:
            yield Seen(group, None, {"before_vnd": before, "after_vnd": after, "rose_vnd": after - before})


def _without_source(evidence: Evidence) -> Iterator[Seen]:
    """Find the baseline's figures that neither their line nor their procedure has a source for, agency by agency.

    Forms that have no column for sources state none at all; nobody is asked then for what the form does not ask.
    """
    inventory = evidence.review.baseline
    lines = inventory.activities
    sourced = inventory.procedures["procedure"][inventory.procedures["source"].notna()]
    if sourced.empty and lines["source"].isna().all():
        return
    bare = lines["source"].isna() & ~lines["procedure"].isin(sourced)
    counted = {code for code, row in evidence.by_code.items() if row["counted"]}
    rows = lines[bare & lines["procedure"].isin(counted)]
    agencies = rows["procedure"].map({code: evidence.agency_of(code) for code in rows["procedure"].unique()})
    for agency, part in rows.groupby(agencies.to_numpy(dtype=object), sort=False, dropna=False):
        codes = part["procedure"].unique()
        figures = {"lines": len(part), "count": len(codes), "first": str(codes[0])}
        procedure = str(codes[0]) if len(codes) == 1 else None
        yield Seen(procedure, None, figures, agency=None if is_blank(agency) else str(agency), priced=False)


# Figures in another unit


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit that a figure may be in by mistake.

    Parameters
    ----------
    factor : Fraction
        How many times the right figure it then is.
    of_baseline : bool
        Whether it is doubted only where it is exactly this part of its own figure in the baseline.
    words : tuple of str
        How it comes about, in Vietnamese and English.
    """

    factor: Fraction
    of_baseline: bool
    words: tuple[str, str]


def _units(quantity: str) -> list[_Unit]:
    rows = recognised()["lines"]["units"][quantity]
    return [_Unit(Fraction(row["factor"]), row.get("of_baseline", False), (row["vi"], row["en"])) for row in rows]


def _in_another_unit(evidence: Evidence) -> Iterator[Seen]:
    """Find figures far off those of their stage and grade, and near to them in another unit.

    On logarithms, a figure is an outlier if it is more than a number of deviations off the median of its pool, the
    deviation being 1.4826 times the median absolute one; the suspected unit is the one that brings it nearest. In its
    pool a line stands once, however many agencies carry its procedure out.

    References
    ----------
    B. Iglewicz and D. C. Hoaglin (1993), How to detect and handle outliers.
    """
    stages = _pools(evidence, ("stage",))
    columns = {"effort_hours": ("effort", _pools(evidence, ("stage", "grade")))}
    columns |= dict.fromkeys(_MONEY, ("money", stages))
    strangers = [_strangers(evidence, column, *how) for column, how in columns.items()]
    found = pd.concat([one for one in strangers if len(one)] or strangers[:1], ignore_index=True)
    if found.empty:
        return
    found = found.drop_duplicates("at").sort_values("at", kind="stable")
    frame = evidence.pairs.frame
    saves = _saves(frame).to_numpy(dtype=bool)
    found["procedure"] = frame["procedure"].iloc[found["at"]].to_numpy(dtype=object)
    for (procedure, _), part in found.groupby(["procedure", "unit"], sort=False):
        first = part.iloc[0]
        at = part["at"].to_numpy(dtype=np.intp)
        activities = frame["activity"].iloc[at].unique()
        disputed = at[saves[at]]
        figures = {
            "lines": len(activities),
            "value": Fraction(repr(float(first["value"]))),
            "usual": Fraction(repr(round(float(first["usual"]), 2))),
            "quantity": first["quantity"],
            "unit": first["words"],
        }
        activity = str(activities[0]) if len(activities) == 1 else None
        yield Seen(str(procedure), activity, figures, Undo.LINE, disputed, priced=bool(len(disputed)))


_QUANTITIES: Final = {"effort": ("giờ công", "hours"), "money": ("đồng", "đồng")}


def _strangers(evidence: Evidence, column: str, quantity: str, pools: Integers) -> pd.DataFrame:
    """Return the pairs with a figure in a suspected unit: position, figure, usual figure and unit."""
    frame, units = evidence.pairs.frame, _units(quantity)
    figures = _figures(evidence, column, pools)
    usual, off = _outliers(figures)
    left = np.abs(off[:, None] - np.log([float(unit.factor) for unit in units])[None, :])
    nearest = left.argmin(axis=1)
    near = left.min(axis=1) <= np.log(recognised()["lines"]["near_usual"])
    at = figures["at"].to_numpy()
    before = frame[f"{column}_baseline"].to_numpy(dtype=np.float64, na_value=np.nan)[at]
    factors = np.array([float(unit.factor) for unit in units])[nearest]
    exact = np.isclose(figures["value"], before * factors, rtol=1e-9, atol=0) & figures["is_after"].to_numpy()
    of_baseline = np.array([unit.of_baseline for unit in units])[nearest]
    near &= exact | ~of_baseline
    near[near & of_baseline] = [not _goes_online(frame.iloc[one]) for one in at[near & of_baseline]]
    figures, nearest = figures[near], nearest[near]
    return pd.DataFrame(
        {"at": figures["at"], "value": figures["value"], "usual": usual[near],
         "unit": [f"{column} {one}" for one in nearest], "words": [units[one].words for one in nearest],
         "quantity": [_QUANTITIES[quantity]] * len(figures)}
    )  # fmt: skip


def _goes_online(pair: pd.Series[Any]) -> bool:
    """Tell whether a line is called online only afterwards: that is other work than it was."""
    names = ("" if is_blank(one) else plain_words(one) for one in (pair[f"name_{state}"] for state in State))
    before, after = (mentions(one, recognised()["lines"]["words"]["online"]) for one in names)
    return after is not None and before is None


def _pools(evidence: Evidence, names: tuple[str, ...]) -> Integers:
    """Return a number for what the lines of the baseline, and then those of the simplified state, have together."""
    frame = evidence.pairs.frame
    number = np.zeros(2 * len(frame), dtype=np.int64)
    for name in names:
        both = pd.concat([frame[f"{name}_{state}"] for state in State])
        codes, values = pd.factorize(both, use_na_sentinel=False)
        number = number * len(values) + codes
    return pd.factorize(number)[0].astype(np.int64)


def _figures(evidence: Evidence, column: str, pools: Integers) -> pd.DataFrame:
    """Return the positive figures of both states in one column, of pools with a usual size.

    Position, state, value, pool and line, which is the same for all agencies and in both states: so many as have a
    usual size must be of different lines.
    """
    frame = evidence.pairs.frame
    values = np.concatenate([frame[f"{column}_{state}"].to_numpy(np.float64, na_value=np.nan) for state in State])
    counted = np.concatenate([frame[f"counted_{state}"].to_numpy(dtype=bool) for state in State])
    chosen = np.flatnonzero(counted & (values > 0))
    at, pool = chosen % len(frame), pools[chosen]
    line = evidence.pairs.works[at]
    base = len(frame) + 1
    many = np.bincount(np.unique(pool * base + line) // base, minlength=pools.max(initial=0) + 1)
    usual = (many >= recognised()["lines"]["least_figures"])[pool]
    table = {"at": at, "is_after": chosen >= len(frame), "value": values[chosen], "pool": pool, "line": line}
    return pd.DataFrame({name: values[usual] for name, values in table.items()})


def _outliers(figures: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return of each figure the usual one, and how far off it is on logarithms if it is an outlier, else infinity."""
    limits = recognised()["lines"]
    logs, pool = np.log(figures["value"]), figures["pool"].to_numpy()
    once = ~figures.duplicated(["pool", "line", "is_after"]).to_numpy()
    middle = logs[once].groupby(pool[once]).median().reindex(pool).to_numpy()
    off = logs - middle
    spread = off.abs()[once].groupby(pool[once]).median().reindex(pool).to_numpy()
    spread = spread.clip(min=np.log(float(Fraction(limits["least_spread"])))) * _MEDIAN_TO_DEVIATION
    strange = off.abs() > float(Fraction(limits["outlier_score"])) * spread
    return np.exp(middle), off.where(strange, np.inf).to_numpy()


_LINES: Final = Family.LINES
RULES: Final = (
    Rule("deadline_as_saving", _LINES, "Giảm thời hạn mà tính là giảm chi phí",
         "a shorter deadline presented as a cost saving", _deadlines_as_savings),
    Rule("effort_beyond_deadline", _LINES, "Giờ công vượt quá thời hạn cho phép",
         "effort longer than the deadline allows", _effort_beyond_deadline),
    Rule("cost_rises", _LINES, "Đơn giản hóa mà chi phí tăng", "cost that rises", _cost_rises),
    Rule("no_source", _LINES, "Số liệu không có nguồn", "figures without source", _without_source),
    Rule("other_unit", _LINES, "Số liệu có dấu hiệu nhầm đơn vị", "figures that look like another unit",
         _in_another_unit),
)  # fmt: skip
"""The rules of this room, in order."""
