"""Rules on patterns that real reviews do not make: one factor for all lines, agencies just above 20 %, copies."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, parse_target
from tthc_cost.findings import Family, Rule, Seen, recognised
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import Measure, State, fold

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from tthc_cost.findings import Evidence

__all__ = ["RULES"]

_SHOWN: Final = 10


# Every line by one factor


def _one_factor(evidence: Evidence) -> Iterator[Seen]:
    """Find agencies, or else procedures, all of whose changed figures changed by one factor.

    The factor is that of the largest figure; all others must have it too, but for the rounding that people do. Where
    the factor is the one by which the sets of the dossier fell, the procedure has a reason of its own. Where some
    efforts stay as they were, more lines must agree: halving a few of many is common.
    """
    changes = _changes(evidence)
    explained = _fewer_sets(evidence)
    for level in ("agency", "group"):
        rows = changes[changes[level].notna()]
        if level == "agency":
            rows = rows[(rows.groupby("agency", sort=False)["group"].transform("nunique") > 1).to_numpy(dtype=bool)]
        uniform = _uniform(rows, level)
        for key, part in uniform.groupby(level, sort=False):
            largest = part.iloc[int((part["before"] / part["off"]).to_numpy().argmax())]
            ratio = Fraction(int(largest["after"]), int(largest["before"]))
            if ratio >= 1 or (level == "group" and explained.get(str(key)) == ratio):
                continue
            groups = part["group"].unique()
            figures = {"lines": part["line"].nunique(), "count": len(groups), "ratio": ratio, "cut_ratio": 1 - ratio}
            agency = part["agency"].iloc[0]
            yield Seen(
                str(groups[0]) if len(groups) == 1 else None,
                None,
                figures,
                Undo.LINE,
                part["at"][part["saves"]].unique(),
                agency=None if is_blank(agency) else str(agency),
            )
        changes = changes[~changes["group"].isin(uniform["group"].unique())]


def _uniform(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the figures of the agencies or groups all of whose figures, or all of whose efforts, have one factor."""
    whole = rows[_have_one_factor(rows, level)]
    rest = rows[rows["is_effort"] & ~rows[level].isin(whole[level].unique())]
    return pd.concat([whole, rest[_have_one_factor(rest, level)]])


def _have_one_factor(rows: pd.DataFrame, level: str) -> NDArray[np.bool_]:
    """Tell which figures belong to a key with enough of them, all of the factor of the largest within rounding."""
    if rows.empty:
        return np.zeros(0, dtype=bool)
    limits = recognised()["patterns"]
    keys = pd.factorize(rows[level].to_numpy(dtype=object))[0]
    before, after, off = (rows[name].to_numpy(dtype=np.float64) for name in ("before", "after", "off"))
    largest = pd.Series(before / off).groupby(keys, sort=False).transform("idxmax").to_numpy()
    ratio = after[largest] / before[largest]
    follows = np.abs(after - before * ratio) <= off + before * off[largest] / before[largest]
    table = rows[["line", "before", "unchanged"]].assign(key=keys, follows=follows)
    grouped = table.groupby("key", sort=False)
    lines = grouped["line"].transform("nunique")
    every = grouped["unchanged"].transform("max") == 0
    enough = (lines >= limits["least_lines"]) & (every | (lines >= limits["many_lines"]))
    enough &= grouped["before"].transform("nunique") >= limits["least_figures"]
    chosen: NDArray[np.bool_] = (enough & grouped["follows"].transform("all")).to_numpy(dtype=bool)
    return chosen


def _changes(evidence: Evidence) -> pd.DataFrame:
    """Return each figure of a line, effort and money, that is there in both states and differs: on the grid.

    ``line`` is the same number for one line of all the agencies that carry its procedure out.
    """
    frame, steps, limits = evidence.pairs.frame, evidence.pairs.steps, recognised()["patterns"]
    at = np.flatnonzero((frame["baseline_at"] >= 0) & (frame["continued_at"] >= 0) & frame["counted_baseline"])
    before_at, after_at = (frame[name].to_numpy()[at] for name in ("baseline_at", "continued_at"))
    hour = Fraction(limits["effort_rounding_hours"]) * EFFORT_STEPS_PER_HOUR
    parts = []
    for name, rounding in (("effort", float(hour) + 1), ("money", float(limits["money_rounding_vnd"]))):
        before, after = steps[name][before_at], steps[name][after_at]
        kept = (before != after) & (before > 0) & (after > 0)
        both = {"at": at[kept], "before": before[kept], "after": after[kept]}
        parts.append(pd.DataFrame(both | {"off": rounding, "is_effort": name == "effort"}))
    changes = pd.concat(parts, ignore_index=True)
    group = frame["group"].to_numpy(dtype=object)[changes["at"]]
    agencies = {one: evidence.agency_of(one) for one in set(group)}
    saves = (frame["annual_cost_vnd_baseline"] > frame["annual_cost_vnd_simplified"]).to_numpy()[changes["at"]]
    agency = pd.Series(group, dtype=object).map(agencies)
    same = (steps["effort"][before_at] == steps["effort"][after_at]) & (steps["effort"][before_at] > 0)
    line = frame.groupby(["procedure", "activity"], sort=False).ngroup().to_numpy()
    stays = pd.DataFrame({"line": line, "group": frame["group"].to_numpy(dtype=object)}).iloc[at[same]]
    unchanged = stays.drop_duplicates()["group"].value_counts()
    left = pd.Series(group).map(unchanged).fillna(0).to_numpy(dtype=np.int64)
    line = line[changes["at"]]
    return changes.assign(group=group, agency=agency, line=line, saves=saves, unchanged=left)


def _fewer_sets(evidence: Evidence) -> dict[str, Fraction]:
    """Return of each simplified procedure its sets of the dossier after ÷ before, where they fell."""
    review = evidence.review
    before, after = (
        state.procedures.set_index("procedure")["dossier_sets"].dropna().astype("int64").to_dict()
        for state in (review.baseline, review.simplified)
    )
    origins = {code: codes[0] for code, codes in review.predecessors.items() if len(codes) == 1}
    return {
        code: Fraction(after[code], before[one])
        for code, one in origins.items() if code in after and 0 < after[code] < before.get(one, 0)
    }  # fmt: skip


# Agencies just above the target


def _clustered(evidence: Evidence) -> Iterator[Seen]:
    """Test whether more agencies than chance puts there lie just above the target t.

    Of the n agencies with a reduction in [t - b, t + b), k lie in [t, t + w). Were reductions spread evenly over the
    band, each would lie in the window with probability p = w ÷ 2b, so the chance of k or more is
    Σ (n over i) p^i (1 - p)^(n - i) over i = k … n, worked out in fractions; at most `significance`, it is said. All
    four are data: w = 1/2 point, b = 2.5 points, significance 1 in 1 000, which three of three agencies just reach.
    """
    limits = recognised()["patterns"]
    targets = () if evidence.programme is None else evidence.programme.targets
    required = [one.required for one in targets if one.measure is Measure.COST_REDUCTION]
    target = max(required, default=parse_target(limits["target"]))
    window, band = Fraction(limits["window"]), Fraction(limits["band"])
    if evidence.standing["agency"].isna().all():
        return
    ratios = {
        str(agency): Fraction(int(before) - int(after), int(before))
        for agency, before, after in evidence.comparison.by("agency")[["agency", "baseline_vnd", "simplified_vnd"]]
        .dropna(subset="agency").itertuples(index=False, name=None) if before
    }  # fmt: skip
    around = [one for one in ratios.values() if target - band <= one < target + band]
    inside = sorted(agency for agency, one in ratios.items() if target <= one < target + window)
    chance = _at_least(len(inside), len(around), window / (2 * band))
    if inside and chance <= Fraction(limits["significance"]):
        figures = {
            "inside": len(inside),
            "around": len(around),
            "target_ratio": target,
            "to_ratio": target + window,
            "agencies": ", ".join(inside[:_SHOWN]) + (" …" if len(inside) > _SHOWN else ""),
            "one_in": int(1 / chance),
        }
        yield Seen(None, None, figures, priced=False)


def _at_least(count: int, trials: int, probability: Fraction) -> Fraction:
    """Return the chance that so many or more of independent trials succeed, exactly."""
    return sum(
        (comb(trials, i) * probability**i * (1 - probability) ** (trials - i) for i in range(count, trials + 1)),
        Fraction(0),
    )


# Identical tables


_COPIED: Final = ("stage", "bearer", "grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd")


def _identical_tables(evidence: Evidence) -> Iterator[Seen]:
    """Find procedures of different names with the very same lines in both states, whatever their order and volumes.

    Names of lines are left out: a copied form is renamed sooner than its figures are measured again. What changes
    nothing is left out as well: norms that many procedures share are no saving.
    """
    frame = evidence.pairs.frame
    costs = evidence.costs
    changed = costs["group"][costs["counted"] & ((costs["saving_vnd"] != 0) | ~costs["in_simplified"])]
    inside = frame["group"].isin(changed.unique()).to_numpy(dtype=bool)
    marks = _marks(frame[inside])
    owners = frame["procedure"].to_numpy(dtype=object)[inside]
    table = marks.groupby(owners, sort=False).sum()
    table = table[table["lines"] >= recognised()["patterns"]["least_identical_lines"]]
    table = table[table.duplicated(keep=False)]
    alike: dict[Hashable, list[str]] = defaultdict(list)
    for procedure, *mark in table.itertuples(name=None):
        alike[tuple(mark)].append(str(procedure))
    for codes in alike.values():
        rows = [evidence.by_code[code] for code in codes]
        if len({fold(row["name"] or row["procedure"]) for row in rows}) == len(rows):
            figures = {
                "codes": ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else ""),
                "count": len(codes),
                "lines": int(table.loc[codes[0], "lines"]),
            }
            yield Seen(codes[0], None, figures, priced=False)


def _marks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return for each pair two numbers that its lines determine, and how many lines of the baseline it has.

    The sums of such numbers over a procedure are alike if its lines are, whatever their order, and hardly otherwise:
    they are hashes of 64 bits by two keys, which agree by chance for one in some 10^38 pairs of procedures.
    """
    columns: list[pd.Series[Any]] = []
    for state in State:
        for name in _COPIED:
            column = frame[f"{name}_{state}"]
            if column.dtype.name == "Int64":
                column = column.fillna(0).astype("int64")
            elif name == "effort_hours":
                column = column.fillna(0.0)
            columns.append(column.fillna("") if column.dtype.name == "string" else column)
    wide = pd.concat(columns, axis=1).assign(
        before=(frame["baseline_at"] >= 0), after=(frame["continued_at"] >= 0)
    )  # fmt: skip
    keys = ("0123456789123456", "6543210987654321")
    marks = {
        f"mark{n}": pd.util.hash_pandas_object(wide, index=False, hash_key=key).to_numpy() for n, key in enumerate(keys)
    }
    return pd.DataFrame(marks).assign(lines=(frame["baseline_at"] >= 0).to_numpy(dtype=np.int64))


_PATTERNS: Final = Family.PATTERNS
RULES: Final = (
    Rule("one_factor", _PATTERNS, "Mọi dòng giảm theo cùng một hệ số", "every line by one factor", _one_factor),
    Rule("clustered_at_target", _PATTERNS, "Nhiều cơ quan vừa đủ đạt mục tiêu",
         "agencies clustered just above the target", _clustered, needs_lines=False),
    Rule("identical_tables", _PATTERNS, "Nhiều TTHC có bảng tính giống hệt nhau",
         "identical tables for different procedures", _identical_tables),
)  # fmt: skip
"""The rules of this family, in order."""
