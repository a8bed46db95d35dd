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

    from tthc_cost.arithmetic import Floats
    from tthc_cost.findings import Evidence

__all__ = ["RULES"]

_SHOWN: Final = 10


# Every line by one factor


def _one_factor(evidence: Evidence) -> Iterator[Seen]:
    """Find agencies, or else procedures, whose figures changed by one factor, but for a few.

    Of n lines whose figures change, or whose effort stays, k follow one factor c: each is as near to c times its figure
    before as it was rounded, to hundredths, tenths or quarters of an hour; or is off it by a drift d. Had each line
    a factor of its own, spread over a range r, line i would do so with probability p_i = (how wide the results are that
    follow) ÷ (r · its figure before), at least that of a common factor such as a half; so that k or more of n do has at
    most the chance n · (n - 1 over k - 1) · Π p_i over all followers but the one that sets the factor. A round factor,
    a whole number of steps s, is set by nobody: a follower is exactly c times its figure before rounded to a unit, a
    thousand đồng or a quarter of an hour, and the chance is r ÷ s · (n over k) · Π p_i over all followers. At most
    `chance`, and at least a share of those that change, it is said. Where the factor is the one by which the sets of
    the dossier fell, the procedure has a reason of its own.
    """
    changes = _changes(evidence)
    if changes["line"].nunique() < recognised()["patterns"]["least_lines"]:
        return
    explained = _fewer_sets(evidence)
    drift = float(Fraction(recognised()["patterns"]["drift"]))
    for level in ("agency", "group"):
        rows = changes[changes[level].notna()]
        if level == "agency":
            rows = rows[(rows.groupby("agency", sort=False)["group"].transform("nunique") > 1).to_numpy(dtype=bool)]
        uniform = _uniform(rows, level)
        changed = rows.groupby(level, sort=False)["line"].nunique()
        for key, part in uniform.groupby(level, sort=False):
            ratio = _factor(part)
            reason = explained.get(str(key)) if level == "group" else None
            if reason is not None and abs(ratio - reason) <= drift * reason:
                continue
            groups = part["group"].unique()
            figures = {
                "lines": part["line"].nunique(),
                "all": int(changed[key]),
                "count": len(groups),
                "ratio": ratio,
                "cut_ratio": 1 - ratio,
            }
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


def _factor(part: pd.DataFrame) -> Fraction:
    """Return the factor of figures that follow one: the round one if all are it, rounded; else that in the middle."""
    ratios = (part["after"] / part["before"]).to_numpy()
    step, middle_ratio = Fraction(recognised()["patterns"]["round_factor"]), float(np.median(ratios))
    follows, _ = _by_round_factor(part, np.zeros(len(part), dtype=np.intp), np.full(len(part), middle_ratio))
    if follows.all():
        return round(middle_ratio / step) * step
    middle = part.iloc[ratios.argsort(kind="stable")[len(part) // 2]]
    return Fraction(int(middle["after"]), int(middle["before"]))


def _uniform(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the figures of one factor of the agencies or groups that have one, of all figures or all efforts."""
    whole = rows[_have_one_factor(rows, level)]
    rest = rows[rows["is_effort"] & ~rows[level].isin(whole[level].unique())]
    return pd.concat([whole, rest[_have_one_factor(rest, level)]])


def _have_one_factor(rows: pd.DataFrame, level: str) -> NDArray[np.bool_]:
    """Tell which figures follow one factor of their key, where too many do for chance: by the tightest rounding."""
    chosen = np.zeros(len(rows), dtype=bool)
    limits = recognised()["patterns"]
    if rows["line"].nunique() < limits["least_lines"]:
        return chosen
    drift = float(Fraction(limits["drift"]))
    keys = pd.factorize(rows[level].to_numpy(dtype=object))[0]
    before, after = (rows[name].to_numpy(dtype=np.float64) for name in ("before", "after"))
    ratio = after / before
    middle = pd.Series(ratio).groupby(keys).transform("median").to_numpy()
    near = np.abs(ratio - middle) <= 2 * drift * middle
    hour = float(EFFORT_STEPS_PER_HOUR)
    roundings = [
        np.where(rows["is_effort"], float(Fraction(hours)) * hour + 1, float(vnd))
        for hours, vnd in zip(limits["effort_rounding_hours"], limits["money_rounding_vnd"], strict=True)
    ]
    for off in roundings:
        # The factor is that of the largest figure near the middle one: it is the least rounded.
        largest = pd.Series(np.where(near, before / off, 0.0)).groupby(keys).transform("idxmax").to_numpy()
        allowed = off + before * (off[largest] / before[largest])
        follows = np.abs(after - before * ratio[largest]) <= allowed
        chosen |= _too_many(rows, keys, follows, 2 * allowed) & ~_known(keys, chosen)
    ends = pd.Series(ratio).where(near).groupby(keys)
    factor = (ends.transform("min").to_numpy() + ends.transform("max").to_numpy()) / 2
    allowed = roundings[0] + before * factor * drift
    follows = np.abs(after - before * factor) <= allowed
    chosen |= _too_many(rows, keys, follows, 2 * allowed) & ~_known(keys, chosen)
    tried = Fraction(limits["spread"]) / Fraction(limits["round_factor"])
    chosen |= _too_many(rows, keys, *_by_round_factor(rows, keys, middle), tried) & ~_known(keys, chosen)
    return chosen


def _by_round_factor(
    rows: pd.DataFrame, keys: NDArray[np.intp], middle: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Tell which figures are the round factor nearest the middle one times theirs before, rounded; and to what unit.

    The unit of each kind of figures of a key is the one to which most follow, and the coarsest of several, so that
    what is rounded anyway is not taken for exact. A half is rounded either way.
    """
    limits = recognised()["patterns"]
    step = Fraction(limits["round_factor"])
    of_hour = [int(Fraction(one) * EFFORT_STEPS_PER_HOUR) for one in limits["effort_units_hours"]]
    before, after = (rows[name].to_numpy(dtype=np.int64) for name in ("before", "after"))
    factor = np.rint(middle / float(step)).astype(np.int64) * step.numerator
    off = 2 * np.abs(step.denominator * after - factor * before)
    follows, unit = np.zeros(len(rows), dtype=bool), np.ones(len(rows), dtype=np.int64)
    is_effort = rows["is_effort"].to_numpy(dtype=bool)
    for own, units in ((is_effort, of_hour), (~is_effort, limits["money_units_vnd"])):
        most = np.zeros(keys.max(initial=0) + 1, dtype=np.int64)
        for one in units:
            fits = own & (after % one == 0) & (off <= step.denominator * one)
            many = np.bincount(keys[fits], minlength=len(most))
            better = own & (many >= most)[keys]
            follows, unit = np.where(better, fits, follows), np.where(better, one, unit)
            most = np.maximum(most, many)
    return follows, unit


def _known(keys: NDArray[np.intp], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which figures are of a key of which some are chosen already."""
    return np.isin(keys, keys[chosen])


def _too_many(
    rows: pd.DataFrame,
    keys: NDArray[np.intp],
    follows: NDArray[np.bool_],
    width: NDArray[Any],
    tried: Fraction | None = None,
) -> NDArray[np.bool_]:
    """Tell which figures follow where more lines of their key do than chance allows.

    `width` is how far apart two results may lie that both follow, `tried` how many factors could have been followed;
    none where a follower sets the factor.
    """
    limits = recognised()["patterns"]
    before = rows["before"].to_numpy(dtype=np.float64)
    follows = follows & (rows["after"].to_numpy() < rows["before"].to_numpy())
    if np.bincount(keys[follows], minlength=1).max() < limits["least_lines"]:
        return np.zeros_like(follows)
    chance = np.clip(width / (before * float(Fraction(limits["spread"]))), float(Fraction(limits["common"])), 1)
    figures = pd.DataFrame({"key": keys, "line": rows["line"].to_numpy(), "follows": follows, "log": np.log(chance)})
    lines = figures.groupby(["key", "line"], sort=False).agg({"follows": "all", "log": "min"}).reset_index()
    groups = pd.DataFrame({"key": keys, "group": rows["group"].to_numpy(), "unchanged": rows["unchanged"].to_numpy()})
    unchanged = groups.drop_duplicates(["key", "group"]).groupby("key")["unchanged"].sum()
    following = lines[lines["follows"]].groupby("key")["log"].agg(["size", "sum", "min"])
    changed, k = lines.groupby("key").size()[following.index].to_numpy(), following["size"].to_numpy()
    n = changed + unchanged[following.index].to_numpy()
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n.max(initial=1) + 1)))])
    factors = np.log(k) - following["min"].to_numpy() if tried is None else np.log(float(tried))
    chance = factors + logs[n] - logs[k] - logs[n - k] + following["sum"].to_numpy()
    several = figures.assign(before=before)[follows].groupby("key")["before"].nunique().reindex(following.index)
    suspect = (chance <= np.log(float(Fraction(limits["chance"])))) & (k >= limits["least_lines"])
    suspect &= (several.to_numpy() >= limits["least_figures"]) & (k >= float(Fraction(limits["share"])) * changed)
    return follows & np.isin(keys, following.index[suspect])


def _changes(evidence: Evidence) -> pd.DataFrame:
    """Return each figure of a line, effort and money, that is there in both states and differs: on the grid.

    ``line`` is the same number for one line of all the agencies that carry its procedure out.
    """
    frame, steps = evidence.pairs.frame, evidence.pairs.steps
    at = np.flatnonzero((frame["baseline_at"] >= 0) & (frame["continued_at"] >= 0) & frame["counted_baseline"])
    before_at, after_at = (frame[name].to_numpy()[at] for name in ("baseline_at", "continued_at"))
    parts = []
    for name in ("effort", "money"):
        before, after = steps[name][before_at], steps[name][after_at]
        kept = (before != after) & (before > 0) & (after > 0)
        both = {"at": at[kept], "before": before[kept], "after": after[kept]}
        parts.append(pd.DataFrame(both | {"is_effort": name == "effort"}))
    changes = pd.concat(parts, ignore_index=True)
    group = frame["group"].to_numpy(dtype=object)[changes["at"]]
    agencies = {one: evidence.agency_of(one) for one in set(group)}
    saves = (frame["annual_cost_vnd_baseline"] > frame["annual_cost_vnd_simplified"]).to_numpy()[changes["at"]]
    agency = pd.Series(group, dtype=object).map(agencies)
    same = (steps["effort"][before_at] == steps["effort"][after_at]) & (steps["effort"][before_at] > 0)
    line = evidence.pairs.works
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

    One that is abolished need only have the lines that another has in the baseline. Names of lines are left out: a
    copied form is renamed sooner than its figures are measured again. What changes nothing is left out as well: norms
    that many procedures share are no saving.
    """
    costs = evidence.costs
    changed = costs["procedure"][costs["counted"] & costs["group"].isin(
        costs["group"][costs["counted"] & ((costs["saving_vnd"] != 0) | ~costs["in_simplified"])]
    )]  # fmt: skip
    gone = costs["procedure"][costs["counted"] & ~costs["in_simplified"] & (costs["group"] == costs["procedure"])]
    told: set[str] = set()
    for states, doubted, why in (
        (tuple(State), set(changed), ("ở cả hai trạng thái", "in both states")),
        ((State.BASELINE,), set(gone), ("ở hiện tại, trong đó có TTHC được bãi bỏ", "in the baseline, some abolished")),
    ):
        for codes, lines in _alike(evidence, states):
            if states == tuple(State):
                codes = [code for code in codes if code in doubted]  # noqa: PLW2901 - the others change nothing
            rows = [evidence.by_code[code] for code in codes]
            several = len(codes) > 1 and len({fold(row["name"] or row["procedure"]) for row in rows}) == len(rows)
            if several and not doubted.isdisjoint(codes) and not told.issuperset(codes):
                told.update(codes)
                figures = {
                    "codes": ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else ""),
                    "count": len(codes),
                    "lines": lines,
                    "where": why,
                }
                yield Seen(codes[0], None, figures, priced=False)


def _alike(evidence: Evidence, states: tuple[State, ...]) -> Iterator[tuple[list[str], int]]:
    """Return the counted procedures whose lines are the same in some states, with how many lines of the baseline."""
    frame = evidence.pairs.frame
    frame = frame[frame["counted_baseline"] | frame["counted_simplified"]]
    table = _marks(frame, states).groupby(frame["procedure"].to_numpy(dtype=object), sort=False).sum()
    table = table[table["lines"] >= recognised()["patterns"]["least_identical_lines"]]
    alike: dict[Hashable, list[str]] = defaultdict(list)
    for procedure, *mark in table[table.duplicated(keep=False)].itertuples(name=None):
        alike[tuple(mark)].append(str(procedure))
    for mark, codes in alike.items():
        yield codes, int(mark[-1])  # type: ignore[index]


def _marks(frame: pd.DataFrame, states: tuple[State, ...]) -> pd.DataFrame:
    """Return for each pair two numbers that its lines in some states determine, and whether it is in the baseline.

    The sums of such numbers over a procedure are alike if its lines are, whatever their order, and hardly otherwise:
    they are hashes of 64 bits by two keys, which agree by chance for one in some 10^38 pairs of procedures.
    """
    columns: list[pd.Series[Any]] = []
    for state in states:
        for name in _COPIED:
            column = frame[f"{name}_{state}"]
            if column.dtype.name == "Int64":
                column = column.fillna(0).astype("int64")
            elif name == "effort_hours":
                column = column.fillna(0.0)
            columns.append(column.fillna("") if column.dtype.name == "string" else column)
    wide = pd.concat(columns, axis=1).assign(before=(frame["baseline_at"] >= 0))
    if State.SIMPLIFIED in states:
        wide["after"] = frame["continued_at"] >= 0
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
