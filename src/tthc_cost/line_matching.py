"""Which line after simplification continues which line before it: the lines of both states side by side."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.vocabulary import State, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from tthc_cost.arithmetic import Flags, Integers
    from tthc_cost.comparison import Comparison

    Positions = NDArray[np.intp]

__all__ = ["key_numbers", "lines_side_by_side", "whole_numbers"]

_COPIED: Final = (
    "procedure", "name", "stage", "bearer", "grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd",
    "frequency", "population", "vnd_per_hour", "annual_cost_vnd", "counted",
)  # fmt: skip
_BLANKS: Final[Mapping[str, Any]] = {"annual_cost_vnd": 0, "counted": False}


def lines_side_by_side(comparison: Comparison) -> pd.DataFrame:
    """Put the lines of a comparison side by side.

    A line continues the line of the same code of the procedure that it continues alone, or of its own procedure; of the
    lines then left, the one of the same name in the same group. The line of an agency that was merged into another goes
    on in that agency's line of the same work: the first of several is paired with it if no other is, and its cost is
    divided among all by what they cost before.

    Parameters
    ----------
    comparison : Comparison
        What has lines.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``procedure``, ``group``, ``activity``, ``volume_agency`` of its first line, the positions of
        its lines in `Comparison.lines` (``baseline_at``, ``simplified_at``, and ``continued_at`` for a successor's; -1
        where there is none), and what either line states, with the suffix of its state.
    """
    lines = comparison.lines.reset_index(drop=True)
    standing = comparison.standing.set_index("procedure")
    lines["group"] = lines["procedure"].map(standing["group"]).astype("string")
    origins = standing["group"][standing["in_baseline"]].value_counts()
    alone = lines["group"].map(origins).fillna(0).to_numpy() == 1
    lines["owner"] = lines["procedure"].where(~alone, lines["group"])
    before, after = _matched(lines, ["owner", "activity", "volume_agency"])
    before, after = _matched_by_name(lines, before, after)
    before, after, continued = _continued(lines, _successors(comparison), before, after)
    return _side_by_side(lines, before, after, continued)


def whole_numbers(values: pd.Series[Any]) -> Integers:
    """Return a column of whole numbers, 0 where it is blank."""
    return np.asarray(values.astype("Int64").fillna(0), dtype=np.int64)


def key_numbers(lines: pd.DataFrame, columns: Iterable[str]) -> Integers:
    """Return a number for the values that several columns have together."""
    number: NDArray[Any] = np.zeros(len(lines), dtype=np.int64)
    for name in columns:
        codes, values = pd.factorize(lines[name], use_na_sentinel=False)
        number = pd.factorize(number * (len(values) + 1) + codes)[0]
    return number.astype(np.int64)


def _matched(lines: pd.DataFrame, columns: list[str]) -> tuple[Positions, Positions]:
    """Return the positions of the lines of both states that have the same key, -1 where there is none."""
    keys = key_numbers(lines, columns)
    after = (lines["state"] == State.SIMPLIFIED).to_numpy(dtype=bool)
    before_at, after_at = np.flatnonzero(~after), np.flatnonzero(after)
    both = pd.DataFrame({"key": keys[before_at], "before": before_at}).merge(
        pd.DataFrame({"key": keys[after_at], "after": after_at}), on="key", how="outer", sort=False
    )
    both = both[~both.duplicated("before") | both["before"].isna()]
    found = both[["before", "after"]].fillna(-1).to_numpy(dtype=np.intp)
    return found[:, 0], found[:, 1]


def _matched_by_name(lines: pd.DataFrame, before: Positions, after: Positions) -> tuple[Positions, Positions]:
    """Match of the lines left over those whose name occurs once on each side of their group."""
    single = (before < 0) | (after < 0)
    at = np.where(before[single] >= 0, before[single], after[single])
    left = lines.iloc[at][["group", "name", "volume_agency", "state"]].assign(at=at).dropna(subset="name")
    left["name"] = left["name"].map({name: fold(name) for name in left["name"].unique()})
    left = left[~left.duplicated(["group", "name", "volume_agency", "state"], keep=False)]
    is_after = left["state"] == State.SIMPLIFIED
    found = left[~is_after].merge(left[is_after], on=["group", "name", "volume_agency"], suffixes=("", "_after"))
    if found.empty:
        return before, after
    old, new = found["at"].to_numpy(dtype=np.intp), found["at_after"].to_numpy(dtype=np.intp)
    taken = single & (np.isin(before, old) | np.isin(after, new))
    return np.concatenate([before[~taken], old]), np.concatenate([after[~taken], new])


def _successors(comparison: Comparison) -> dict[str, str]:
    """Return the folded agency into which each folded agency was merged."""
    if comparison.review is None:
        return {}
    agencies = comparison.review.agencies[["agency", "successor"]].dropna()
    return {fold(old): fold(heir) for old, heir in agencies.itertuples(index=False, name=None)}


def _last(agency: str, successors: Mapping[str, str]) -> str:
    """Return the agency in which an agency at last goes on."""
    passed = {agency}
    while (agency := successors.get(agency, agency)) not in passed:
        passed.add(agency)
    return agency


def _continued(
    lines: pd.DataFrame, successors: Mapping[str, str], before: Positions, after: Positions
) -> tuple[Positions, Positions, Positions]:
    """Return the pairs, and of each the simplified line that goes on with its work, if need be a successor's."""
    places = {one: fold(one) for one in lines["volume_agency"].dropna().unique()}
    moved = lines["volume_agency"].isin([one for one, place in places.items() if place in successors]).to_numpy()
    left = np.flatnonzero((after < 0) & moved[before])
    if not left.size:
        return before, after, after
    last = lines["volume_agency"].map({one: _last(place, successors) for one, place in places.items()})
    keys = key_numbers(lines.assign(last=last), ["owner", "activity", "last"])
    heirs = np.flatnonzero((lines["state"] == State.SIMPLIFIED).to_numpy(dtype=bool) & ~moved)
    heir = dict(zip(keys[heirs[::-1]].tolist(), heirs[::-1].tolist(), strict=True))
    added = {int(line): row for row, line in enumerate(after) if before[row] < 0}
    after, continued, gone = after.copy(), after.copy(), []
    for row in left:
        line = heir.get(int(keys[before[row]]), -1)
        continued[row] = line
        if line in added:
            gone.append(added.pop(line))
            after[row] = line
    return tuple(np.delete(one, gone) for one in (before, after, continued))  # type: ignore[return-value]


def _divided(continued: Positions, paired: Flags, before_vnd: Integers, after_vnd: Integers) -> Integers:
    """Divide the cost of each line in which several pairs go on among them, by what they cost before, exactly."""
    after_vnd = after_vnd.copy()
    rows = pd.Series(continued)
    several = rows[rows.duplicated(keep=False) & (rows >= 0)]
    for at in several.groupby(several).groups.values():
        own = np.asarray(at, dtype=np.intp)
        weights = [int(one) for one in before_vnd[own]]
        if not sum(weights):
            weights = [int(one) for one in paired[own]]
        whole, ends = int(after_vnd[own[0]]), [0, *accumulate(weights)]
        cuts = [whole * end // ends[-1] for end in ends]
        after_vnd[own] = np.diff(np.array(cuts, dtype=np.int64))
    return after_vnd


def _side_by_side(lines: pd.DataFrame, before: Positions, after: Positions, continued: Positions) -> pd.DataFrame:
    order = np.lexsort((after, np.where(before >= 0, before, len(lines))))
    before, after, continued = before[order], after[order], continued[order]
    first = lines.iloc[np.where(before >= 0, before, after)].reset_index(drop=True)
    columns: dict[str, Any] = {name: first[name] for name in ("procedure", "group", "activity", "volume_agency")}
    columns |= {"baseline_at": before, "simplified_at": after, "continued_at": continued}
    for state, at in ((State.BASELINE, before), (State.SIMPLIFIED, continued)):
        for name in _COPIED:
            values = lines[name].array
            columns[f"{name}_{state}"] = values.take(at, allow_fill=True, fill_value=_BLANKS.get(name))
    frame = pd.DataFrame(columns)
    if (continued != after).any():
        costs = (frame[f"annual_cost_vnd_{state}"] for state in State)
        divided = _divided(continued, after >= 0, *(whole_numbers(one) for one in costs))
        frame["annual_cost_vnd_simplified"] = pd.Series(divided, dtype=frame["annual_cost_vnd_simplified"].dtype)
    return frame
