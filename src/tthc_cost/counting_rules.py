"""Rules on procedures counted more than once: at several levels, split to be merged, added late, saved twice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.findings import Family, Rule, Seen, set_apart
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import State, fold
from tthc_cost.wording import plain_words, recognised

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from tthc_cost.findings import Evidence
    from tthc_cost.line_pairs import Positions

    Row = dict[str, Any]

__all__ = ["RULES"]

_NUMBERING: Final = re.compile(r"\b(?:\d+|[ivx]+|phần|loại|nhóm|trường hợp)\b|[^\w\s]")
_FIGURES: Final = ("grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd")
_VOLUMES: Final = ("frequency", "population")
_SEVERAL: Final = 2


def _cut(row: Row) -> bool:
    return bool(row["counted"] and row["in_baseline"] and not row["in_simplified"])


def _names(evidence: Evidence) -> dict[str, list[Row]]:
    """Return the counted procedures of the baseline by their name, without «Thủ tục» and without their level."""
    found = defaultdict(list)
    for row in evidence.by_code.values():
        if row["counted"] and row["in_baseline"] and row["name"]:
            found[_bare_name(row["name"], row["level"])].append(row)
    return found


def _bare_name(name: str, level: str | None) -> str:
    """Reduce a name to what a procedure does: «Thủ tục cử đi học (cấp xã)» of the commune is «cử đi học»."""
    prefix, suffix = _around_names(level)
    whole = plain_words(name)
    return suffix.sub("", prefix.sub("", whole)).strip(" -") or whole


@cache
def _around_names(level: str | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what stands before and after the name proper of a procedure of a level."""
    words = recognised()["names"]
    levels = words["levels"]
    before, after, place = (
        "|".join(sorted(map(plain_words, some), key=len, reverse=True))
        for some in (
            words["prefixes"],
            words["places"],
            levels[level] if level else [one for some in levels.values() for one in some],
        )
    )
    return re.compile(rf"^(?:(?:{before})(?!\S)[\s-]*)+"), re.compile(rf"(?:\s+(?:{after}|-))*\s+(?:{place})$")


def _counted_at_several_levels(evidence: Evidence) -> Iterator[Seen]:
    """Find procedures of one name at several levels or agencies; the same lines and volumes repeat the cost."""
    for rows in evidence.once(_names).values():
        ordered = sorted(rows, key=_cut)
        same = [row for row in ordered if _is_alike(evidence, ordered[0], row)]
        where = {(row["level"], evidence.once(_last_agencies)[row["procedure"]]) for row in same}
        if len(where) < _SEVERAL or not any(_cut(row) or row["simplification"] for row in same):
            continue
        if len({row["group"] for row in same}) < _SEVERAL:
            continue
        codes = [row["procedure"] for row in same]
        volumes = evidence.once(_lines_with_volumes)
        copies = [code for code in codes[1:] if volumes.get(code) == volumes.get(codes[0])]
        copies = [code for code in copies if not evidence.merged_with(code)]
        at = np.concatenate([np.array([], dtype=np.intp), *(evidence.own_pairs(code) for code in copies)])
        shown = ", ".join(row["procedure"] for row in rows if row in same)
        figures = {"name": rows[0]["name"], "count": len(same), "codes": shown}
        yield Seen(codes[0], None, figures, Undo.APART, at, as_one=tuple(codes[1:]), priced=bool(copies))


def _last_agencies(evidence: Evidence) -> dict[str, str]:
    """Return of each procedure the folded agency that resolves it, or into which that one was merged."""
    successors = evidence.review.agencies[["agency", "successor"]].dropna()
    heirs = {fold(old): fold(heir) for old, heir in successors.itertuples(index=False, name=None)}
    found = {}
    for code, row in evidence.by_code.items():
        agency, passed = fold(row["agency"] or ""), set()
        while agency in heirs and agency not in passed:
            passed.add(agency)
            agency = heirs[agency]
        found[code] = agency
    return found


def _is_alike(evidence: Evidence, one: Row, other: Row) -> bool:
    """Tell whether two names are the same as they are written, or else half of the lines of one are the other's."""
    if fold(one["name"]) == fold(other["name"]):
        return True
    for lines in (evidence.once(_figures_of), evidence.once(_names_of_lines)):
        first, second = (Counter(dict(lines.get(row["procedure"], ()))) for row in (one, other))
        if _SEVERAL * (first & second).total() >= max(1, min(first.total(), second.total())):
            return True
    return False


def _lines_of(evidence: Evidence, names: tuple[str, ...]) -> dict[str, frozenset[tuple[Hashable, int]]]:
    """Return what the baseline lines of each procedure hold in some columns, whatever their order and codes."""
    frame = evidence.pairs.frame
    found: dict[str, Counter[Hashable]] = {}
    rows = frame[["procedure_baseline", *(f"{name}_baseline" for name in names)]][frame["baseline_at"] >= 0]
    for code, *values in rows.astype(object).where(rows.notna(), None).itertuples(index=False, name=None):
        found.setdefault(code, Counter())[tuple(values)] += 1
    return {code: frozenset(lines.items()) for code, lines in found.items()}


def _figures_of(evidence: Evidence) -> dict[str, frozenset[tuple[Hashable, int]]]:
    return _lines_of(evidence, _FIGURES)


def _lines_with_volumes(evidence: Evidence) -> dict[str, frozenset[tuple[Hashable, int]]]:
    return _lines_of(evidence, (*_FIGURES, *_VOLUMES))


def _names_of_lines(evidence: Evidence) -> dict[str, frozenset[tuple[Hashable, int]]]:
    return _lines_of(evidence, ("name",))


def _without_numbers(name: str) -> str:
    return fold(_NUMBERING.sub(" ", unicodedata.normalize("NFC", name).casefold()))


def _split_then_merged(evidence: Evidence) -> Iterator[Seen]:
    merged = [codes for codes in evidence.groups.values() if len(codes) >= _SEVERAL]
    if not merged:
        return
    figures = evidence.once(_figures_of)
    for codes in merged:
        alike: dict[Hashable, list[str]] = defaultdict(list)
        for code in codes:
            row = evidence.by_code[code]
            if row["in_baseline"] and row["counted"] and row["name"] and code in figures:
                alike[_without_numbers(row["name"]), figures[code]].append(code)
        for same in alike.values():
            if len(same) >= _SEVERAL:
                ordered = sorted(same, key=lambda code: _cut(evidence.by_code[code]))
                group = evidence.by_code[ordered[0]]["group"]
                said = {"codes": ", ".join(same), "count": len(same), "receiver": group}
                yield Seen(ordered[0], None, said, as_one=tuple(ordered[1:]), priced=False)


def _announced_late(evidence: Evidence) -> Iterator[Seen]:
    """Find procedures cut that were announced after the inventory was to be closed, or after the review had begun."""
    for code, announced in evidence.late.items():
        if not _cut(evidence.by_code[code]):
            continue
        figures = {"announced": f"{announced:%d/%m/%Y}", "closed": f"{evidence.closed_on:%d/%m/%Y}", "part": ("", "")}
        group = evidence.by_code[code]["group"]
        if not set(evidence.merged_with(code)) <= set(evidence.late) and _can_be_taken_out(evidence, group):
            yield Seen(code, None, figures, Undo.LATE, evidence.pairs.of_group[group], as_one=(code,))
        else:
            yield set_apart(evidence, code, figures, evidence.late)


def _can_be_taken_out(evidence: Evidence, receiver: str) -> bool:
    """Tell whether a receiver can be costed without those announced late, at the subjects of the others.

    So it is where all were carried out as often a year, and either one alone was in time, or the receiver has the
    subjects of all: where some were subjects of several, those of the others cannot be told.
    """
    review, pairs = evidence.review, evidence.pairs
    often = {pairs.times[State.BASELINE].get(one) for one in review.predecessors[receiver]}
    known = review.populations.set_index("procedure")
    timely = [one for one in review.predecessors[receiver] if one not in evidence.late]
    if len(often) > 1 or receiver not in known.index or is_blank(known["stated_population"][receiver]):
        return False
    least = (1 - Fraction(recognised()["counted_again_share"])) * int(pairs.merged_population[receiver])
    costed = known["costed_population"][receiver]
    return len(timely) == 1 or (not is_blank(costed) and int(costed) >= least)


def _saved_in_both_rounds(evidence: Evidence) -> Iterator[Seen]:
    """Find procedures of one name and agency that save in a round and, from where they stood before it, in the next."""
    costs = evidence.costs.set_index("procedure")[["baseline_vnd", "simplified_vnd"]]
    for rows in evidence.once(_names).values():
        by_agency: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row["round"] and (_cut(row) or row["simplification"]):
                by_agency[evidence.once(_last_agencies)[row["procedure"]]].append(row)
        for same in by_agency.values():
            first, *others = sorted(same, key=lambda row: row["round"])
            for row in others:
                old, new = first["procedure"], row["procedure"]
                goes_on = costs["baseline_vnd"][new] <= costs["simplified_vnd"][old]
                if row["round"] > first["round"] and row["group"] != first["group"] and not goes_on:
                    figures = {"first": old, "round": int(row["round"])}
                    if evidence.merged_with(old) or evidence.merged_with(new):
                        yield set_apart(evidence, new, figures)
                        continue
                    at = _lesser_savings(evidence, old, new)
                    figures["part"] = ("", "")
                    yield Seen(new, None, figures, Undo.APART, at, as_one=(new,))


def _lesser_savings(evidence: Evidence, first: str, second: str) -> Positions:
    """Return of every two lines of the same work the one that saves less; of the same name, else of the same code."""
    frame = evidence.pairs.frame
    saved = frame["annual_cost_vnd_baseline"] - frame["annual_cost_vnd_simplified"]
    left = []
    for code in (first, second):
        own = frame.iloc[evidence.own_pairs(code)]
        left.append(own[own["baseline_at"] >= 0])
    found = []
    for column in ("name_baseline", "activity"):
        keys = [
            {
                (fold(one), agency): at
                for at, one, agency in rows[[column, "volume_agency"]].fillna("").itertuples(name=None)
                if one
            }
            for rows in left
        ]
        both = [(keys[0][one], keys[1][one]) for one in keys[0] if one in keys[1]]
        found += [min(pair, key=lambda at: int(saved[at])) for pair in both]
        left = [rows.drop(index=[pair[side] for pair in both]) for side, rows in enumerate(left)]
    return np.array(found, dtype=np.intp)


_GONE: Final = Family.DISAPPEARANCE
RULES: Final = (
    Rule("counted_at_several_levels", _GONE, "Một TTHC tính ở nhiều cấp, nhiều cơ quan",
         "one procedure counted at several levels or agencies", _counted_at_several_levels),
    Rule("split_then_merged", _GONE, "Tách TTHC rồi hợp nhất", "split, then merged", _split_then_merged),
    Rule("announced_late", _GONE, "TTHC bổ sung sau khi chốt danh mục", "added to the inventory after it was closed",
         _announced_late),
    Rule("saved_in_both_rounds", _GONE, "Một TTHC tính tiết kiệm ở cả hai lần rà soát",
         "one procedure saved in both rounds", _saved_in_both_rounds),
)  # fmt: skip
"""The rules of this room, in order."""
