"""Rules on work that disappears or moves: gone for other reasons, moved elsewhere, merged at a loss."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.findings import Family, Rule, Seen, set_apart
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import Bearer, DecisionKind, State, fold
from tthc_cost.wording import any_of, mentions, plain_words, recognised, sentences

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from tthc_cost.findings import Evidence

__all__ = ["RULES"]

_FIGURES: Final = ("grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd")
_LEAST_MERGED: Final = 2
_LEAST_MOVED: Final = 2


def _abolished(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the counted procedures that are abolished."""
    rows = evidence.by_code.values()
    return [row for row in rows if row["counted"] and row["decision"] == DecisionKind.ABOLISH and row["in_baseline"]]


def _cut(row: dict[str, Any]) -> bool:
    return bool(row["counted"] and row["in_baseline"] and not row["in_simplified"])


def _lost_by_reorganisation(evidence: Evidence) -> Iterator[Seen]:
    """Find what is abolished with its agency, or merged into the same procedure of the agency that took it over."""
    agencies = evidence.review.agencies.dropna(subset="successor")
    merged = {fold(row["agency"]): row for row in rows_of(agencies)}
    words = recognised()["words"]["reorganised"]
    for row in _abolished(evidence):
        said = evidence.says(row["group"], words)
        agency = merged.get(fold(row["agency"])) if row["agency"] else None
        heir = None if agency is None or _proposed_by_the_end(evidence, row, agency) else agency["successor"]
        if said or heir:
            why = (f"phương án nêu «{said}»", f"the proposal says «{said}»")
            if not said:
                why = (f"{row['agency']} đã nhập vào {heir}", f"{row['agency']} was merged into {heir}")
            yield set_apart(evidence, row["procedure"], {"why": why})
    for row in evidence.by_code.values():
        heir = evidence.by_code.get(row["replaced_by"] or "")
        agency = merged.get(fold(row["agency"] or ""))
        if heir is None or agency is None or not _cut(row) or fold(row["name"] or "") != fold(heir["name"] or ""):
            continue
        if fold(agency["successor"]) == fold(heir["agency"] or "") and not _proposed_by_the_end(evidence, row, agency):
            why = (f"{row['agency']} đã nhập vào {heir['agency']}", f"{row['agency']} was merged into {heir['agency']}")
            yield set_apart(evidence, row["procedure"], {"why": why})


def _proposed_by_the_end(evidence: Evidence, row: dict[str, Any], agency: dict[str, Any]) -> bool:
    """Tell whether an abolition was approved while the agency was still there, where both days are known.

    One approved later is not lost with the agency either that the agency itself had submitted, giving its reason.
    """
    approved, submitted, end = row["approved_on"], row["submitted_on"], agency["valid_to"]
    if is_blank(approved) or is_blank(end):
        return False
    return bool(approved <= end or (not is_blank(submitted) and submitted <= end and _has_reason(evidence, row)))


def _has_reason(evidence: Evidence, row: dict[str, Any]) -> bool:
    """Tell whether a proposal of a procedure's own gives a reason."""
    proposals = evidence.review.proposals
    return bool(proposals["reason"][proposals["procedure"] == row["procedure"]].notna().any())


def _abolished_before(evidence: Evidence) -> Iterator[Seen]:
    """Find what is abolished or merged although a proposal says that it was abolished before."""
    said = evidence.once(_said_to_be_gone)
    ends = {DecisionKind.ABOLISH, DecisionKind.MERGE, DecisionKind.REPLACE}
    rows = evidence.by_code.values()
    found = {row["procedure"] for row in rows if _cut(row) and row["decision"] in ends and row["procedure"] in said}
    for code in (one for one in evidence.by_code if one in found):
        yield set_apart(evidence, code, {"said": said[code]}, found)


def _said_to_be_gone(evidence: Evidence) -> dict[str, str]:
    """Return the procedures of which an own proposal says that they were abolished, and by which words.

    What lost its force must be the procedure or its rule: of a paper it is a reason to simplify.
    """
    words = recognised()["words"]
    found: dict[str, str] = {}
    for row in rows_of(evidence.review.proposals):
        for text in (row[name] for name in ("content", "reason", "action") if not is_blank(row[name])):
            for clause in (plain_words(one) for whole in sentences(text) for one in whole.split(",")):
                said = mentions(clause, words["abolished_before"])
                subject = clause.partition(plain_words(said))[0] if said else ""
                if said and not mentions(clause, words["denials"]) and not _is_of_a_paper(subject):
                    found.setdefault(str(row["procedure"]), said)
    return found


def _is_of_a_paper(subject: str) -> bool:
    """Tell whether what a clause is about, its first noun known, is a paper and no procedure or rule."""
    words = recognised()["words"]
    paper, rule = (re.search(rf"(?<!\S){any_of(words[name])}", subject) for name in ("papers", "rules"))
    return paper is not None and (rule is None or paper.start() < rule.start())


def _out_of_scope(evidence: Evidence) -> Iterator[Seen]:
    words = recognised()["words"]
    exclusions = evidence.review.baseline.procedures.set_index("procedure")["exclusion"]
    found = {}
    for code, row in evidence.by_code.items():
        if not (row["counted"] and row["in_baseline"] and (_cut(row) or row["simplification"])):
            continue
        name = plain_words(row["name"] or "")
        said = None if mentions(name, words["within_scope"]) else mentions(name, words["out_of_scope"])
        said = said if is_blank(exclusions[code]) else str(exclusions[code])
        if said:
            found[code] = said
    for code, said in found.items():
        yield set_apart(evidence, code, {"said": said}, found)


def _dead_procedures(evidence: Evidence) -> Iterator[Seen]:
    lines = evidence.comparison.lines
    costs = lines.groupby("procedure")["annual_cost_vnd"].sum()
    return (Seen(row["procedure"]) for row in _abolished(evidence) if not costs.get(row["procedure"], 0))


def _moved_to_other_bearers(evidence: Evidence) -> Iterator[Seen]:
    frame = evidence.pairs.frame
    both = frame["bearer_baseline"].notna() & frame["bearer_simplified"].notna() & frame["counted_simplified"]
    moved = frame[(both & (frame["bearer_baseline"] != frame["bearer_simplified"])).astype(bool)]
    for code, part in moved.groupby("procedure", sort=False):
        first = part.iloc[0]
        figures = {
            "lines": len(part),
            "before": Bearer.parse(first["bearer_baseline"]),
            "after": Bearer.parse(first["bearer_simplified"]),
            "moved_vnd": int(part["annual_cost_vnd_simplified"].sum()),
        }
        activity = str(first["activity"]) if len(part) == 1 else None
        yield Seen(str(code), activity, figures, Undo.BEARER, part.index.to_numpy())


def _shifted_between_bearers(evidence: Evidence) -> Iterator[Seen]:
    """Find groups in which cost falls at some bearers and rises at others, by lines that keep their bearer."""
    frame = evidence.pairs.frame
    before, after = frame["bearer_baseline"], frame["bearer_simplified"]
    stays = (before.isna() | after.isna() | (before == after)).to_numpy(dtype=bool)
    counted = (frame["counted_baseline"] | frame["counted_simplified"]).to_numpy(dtype=bool)
    rows = frame[stays & counted]
    change = rows["annual_cost_vnd_simplified"] - rows["annual_cost_vnd_baseline"]
    bearer = rows["bearer_baseline"].fillna(rows["bearer_simplified"]).to_numpy(dtype=object)
    groups = rows["group"].to_numpy(dtype=object)
    listed = pd.DataFrame({"group": groups, "bearer": bearer, "change": change.to_numpy()})
    sums = listed.groupby(["group", "bearer"], sort=False, dropna=False)["change"].sum().reset_index()
    chosen = evidence.comparison.bearers
    inside = np.ones(len(sums), dtype=bool) if chosen is None else sums["bearer"].isin(chosen).to_numpy()
    falls = (-sums["change"]).where((sums["change"] < 0) & inside, 0).groupby(sums["group"]).sum()
    rises = sums["change"].where((sums["change"] > 0) & (inside if chosen is None else ~inside), 0)
    rises = rises.groupby(sums["group"]).sum()
    least = Fraction(recognised()["shifted_share"]) if chosen is None else Fraction(0)
    for group in falls.index[(falls > 0) & (rises > 0)]:
        fell, rose = int(falls[group]), int(rises[group])
        if rose < least * fell:
            continue
        figures = {"fell_vnd": fell, "rose_vnd": rose}
        procedure = next(code for code in evidence.groups[group])
        if chosen is None:
            yield Seen(procedure, None, figures)
        elif rose >= fell:
            at = evidence.pairs.of_group[group]
            fallen = change.reindex(at).lt(0) & pd.Series(bearer, index=rows.index).reindex(at).isin(chosen)
            yield Seen(procedure, None, figures, Undo.LINE, at[fallen.to_numpy(dtype=bool)])
        else:
            yield Seen(procedure, None, figures, priced=False)


def _moved_to_other_procedures(evidence: Evidence) -> Iterator[Seen]:
    """Find a line that is gone from a counted procedure and comes up, the very same, in another.

    One line of money alone, a fee or the price of a copy, is alike in many procedures: it takes work, or two lines
    between the same two procedures.
    """
    frame = evidence.pairs.frame
    gone = _once_only(frame[(frame["continued_at"] < 0) & frame["counted_baseline"]], State.BASELINE)
    added = _once_only(frame[frame["baseline_at"] < 0], State.SIMPLIFIED)
    moved = [(*line, *added[work]) for work, line in gone.items() if work in added]
    together: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for position, procedure, to, receiver in moved:
        together[procedure, receiver].append((position, to))
    works = (frame["effort_hours_baseline"] > 0).fillna(value=False)
    for (procedure, receiver), lines in together.items():
        target = evidence.by_code[receiver]
        if target["group"] == evidence.by_code[procedure]["group"]:
            continue
        if len(lines) < _LEAST_MOVED and not works[lines[0][0]]:
            continue
        first = frame.loc[lines[0][0]]
        figures = {"receiver": receiver, "work": str(first["name_baseline"]), "lines": len(lines)}
        outside = not target["counted"] and target["decision"] != DecisionKind.TRANSFER
        at = tuple(to for _, to in lines) if outside else ()
        yield Seen(procedure, str(first["activity"]) if len(lines) == 1 else None, figures, Undo.COUNTED, at)


def _once_only(rows: pd.DataFrame, state: State) -> dict[tuple[Hashable, ...], tuple[int, str]]:
    """Return the works that only one line does: from name, grade and figures to the line's position and procedure."""
    columns = [f"{name}_{state}" for name in ("name", "procedure", *_FIGURES)]
    named = rows[columns].dropna(subset=columns[0])
    named = named.astype(object).where(named.notna(), None)
    found: dict[tuple[Hashable, ...], list[tuple[int, str]]] = defaultdict(list)
    for position, name, procedure, *figures in named.itertuples(name=None):
        found[fold(name), *figures].append((position, procedure))
    return {work: lines[0] for work, lines in found.items() if len(lines) == 1}


def _of_same_subjects(evidence: Evidence) -> set[str]:
    """Return the groups whose proposals say, in one clause, that the subjects are the same."""
    words = recognised()["words"]
    found = set()
    for row in rows_of(evidence.review.proposals):
        known = evidence.by_code.get(row["procedure"])
        texts = [row[name] for name in ("content", "reason") if not is_blank(row[name])]
        clauses = [plain_words(one) for text in texts for whole in sentences(text) for one in whole.split(",")]
        told = any(
            not mentions(one, words["not"])
            and (
                mentions(one, words["same_subjects"])
                or (mentions(one, words["subjects"]) and mentions(one, words["same"]))
            )
            for one in clauses
        )
        if known is not None and told:
            found.add(str(known["group"]))
    return found


def _merges(evidence: Evidence) -> dict[str, tuple[int, int, int | None]]:
    """Return of each receiver of several: population costed at, the sum of all merged, and its own old one."""
    review = evidence.review
    known = review.populations.set_index("procedure")
    before = review.baseline.procedures.set_index("procedure")["population"]
    tolerance = Fraction(recognised()["counted_again_share"])
    found = {}
    for code, origins in review.predecessors.items():
        if len(origins) < _LEAST_MERGED or code not in evidence.pairs.of_simplified:
            continue
        stated = known["stated_population"].get(code)
        costed: Any = stated if evidence.comparison.population == "stated" else known["costed_population"].get(code)
        together = evidence.pairs.merged_population[code]
        if is_blank(costed) or costed >= together or not evidence.by_code[code]["counted"]:
            continue
        if evidence.by_code[code]["group"] in evidence.once(_of_same_subjects):
            continue
        own = before.get(code) if code in origins else None
        repeats = not is_blank(own) and own == stated
        if not repeats and costed >= (1 - tolerance) * int(together):
            continue
        found[code] = (int(costed), int(together), int(costed) if repeats else None)
    return found


def _merges_at_a_loss(evidence: Evidence) -> Iterator[Seen]:
    for code, (costed, together, own) in evidence.once(_merges).items():
        if own is None:
            figures = {"stated": costed, "together": together}
            yield Seen(code, None, figures, Undo.VOLUME, evidence.pairs.of_simplified[code])


def _merges_at_own_population(evidence: Evidence) -> Iterator[Seen]:
    for code, (_, together, own) in evidence.once(_merges).items():
        if own is not None:
            figures = {"own": own, "together": together}
            yield Seen(code, None, figures, Undo.VOLUME, evidence.pairs.of_simplified[code])


def _merges_across_scope(evidence: Evidence) -> Iterator[Seen]:
    scope = evidence.review.baseline.procedures.set_index("procedure")["in_scope"].fillna(value=True)
    for code, origins in evidence.review.predecessors.items():
        outside = [one for one in origins if not scope[one]]
        if outside and len(outside) < len(origins):
            yield Seen(code, None, {"outside": ", ".join(outside)}, priced=False)


_GONE: Final = Family.DISAPPEARANCE
RULES: Final = (
    Rule("lost_by_reorganisation", _GONE, "TTHC mất đi do sắp xếp tổ chức mà tính là bãi bỏ",
         "lost by reorganisation, yet counted", _lost_by_reorganisation),
    Rule("abolished_before", _GONE, "TTHC đã bị bãi bỏ từ trước mà tính là cắt giảm",
         "already abolished, yet counted", _abolished_before),
    Rule("out_of_scope_counted", _GONE, "TTHC ngoài phạm vi mà tính vào kết quả",
         "out of scope, yet counted", _out_of_scope),
    Rule("dead_procedure", _GONE, "Bãi bỏ TTHC không phát sinh", "a dead procedure abolished", _dead_procedures),
    Rule("work_moved_to_bearer", _GONE, "Việc chuyển sang bên khác thực hiện",
         "work moved to another bearer", _moved_to_other_bearers),
    Rule("cost_shifted_to_bearer", _GONE, "Chi phí giảm ở bên này, tăng ở bên khác",
         "cost that falls at one bearer and rises at another", _shifted_between_bearers),
    Rule("work_moved_to_procedure", _GONE, "Việc chuyển sang TTHC, quy trình khác",
         "work moved to another procedure", _moved_to_other_procedures),
    Rule("merge_loses_volume", _GONE, "Hợp nhất làm mất khối lượng", "a merge that loses volume", _merges_at_a_loss),
    Rule("merge_repeats_population", _GONE, "TTHC nhận giữ số đối tượng cũ của mình",
         "a receiver that repeats its own old population", _merges_at_own_population),
    Rule("merge_across_scope", _GONE, "Hợp nhất TTHC trong và ngoài phạm vi",
         "a merge across the border of scope", _merges_across_scope),
)  # fmt: skip
"""The rules of this family, in order."""
