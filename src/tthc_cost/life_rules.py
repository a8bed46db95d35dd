"""Rules on the life of a proposal: approved too late, by nobody who may, without record, or never carried out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.findings import Family, Rule, Seen, mentions, plain_words, recognised
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, Measure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from tthc_cost.findings import Evidence

    Row = dict[str, Any]

__all__ = ["RULES"]

_SHOWN: Final = 10
_REDUCTIONS: Final = (Measure.COST_REDUCTION, Measure.COUNT_REDUCTION)


def _counted_groups(evidence: Evidence) -> dict[str, list[Row]]:
    """Return the decided procedures of each group that saves đồng or is cut from the count."""
    costs = evidence.costs
    saved = costs.groupby("group")["saving_vnd"].sum()
    cut = costs["group"][costs["counted"] & costs["in_baseline"] & ~costs["in_simplified"]]
    groups = set(saved.index[saved > 0]) | set(cut)
    found = defaultdict(list)
    for row in evidence.by_code.values():
        decided = row["decision"] not in {None, DecisionKind.KEEP, DecisionKind.TRANSFER}
        if row["group"] in groups and row["in_baseline"] and row["counted"] and decided:
            found[str(row["group"])].append(row)
    return found


def _items(evidence: Evidence) -> dict[str, list[Row]]:
    """Return the proposals of each group that counts."""
    groups = evidence.once(_counted_groups)
    found = defaultdict(list)
    for row in rows_of(evidence.review.proposals):
        known = evidence.by_code.get(row["procedure"])
        if known is not None and known["group"] in groups:
            found[str(known["group"])].append({name: None if is_blank(one) else one for name, one in row.items()})
    return found


def _date(day: dt.date | pd.Timestamp) -> str:
    return f"{day:%d/%m/%Y}"


def _of_group(evidence: Evidence, group: str, figures: Mapping[str, Any], *, whole: bool = True) -> Seen:
    """Dispute all that a group saves, or, where only a part of it is in doubt, nothing that has a price."""
    procedure = evidence.once(_counted_groups)[group][0]["procedure"]
    at = evidence.pairs.of_group.get(group, ()) if whole else ()
    return Seen(procedure, None, figures, Undo.LINE, at, priced=whole)


def _approved_late(evidence: Evidence) -> Iterator[Seen]:
    """Find groups approved on or after the day before which the programme is to have cut; the unapproved are open."""
    targets = () if evidence.programme is None else evidence.programme.targets
    milestones = [one.before for one in targets if one.measure in _REDUCTIONS]
    if not milestones:
        return
    milestone = max(milestones)
    for group, rows in evidence.once(_counted_groups).items():
        days = [row["approved_on"] for row in rows]
        if None not in days and max(days) >= pd.Timestamp(milestone):
            yield _of_group(evidence, group, {"approved": _date(max(days)), "milestone": _date(milestone)})


def _needs_central_document(evidence: Evidence) -> Iterator[Seen]:
    """Find groups whose proposals are for bodies above the province, which have not carried them out."""
    above = evidence.once(_central_addressees)
    for group, items in evidence.once(_items).items():
        central = [row for row in items if (row["authority"], row["document"]) in above]
        central = [row for row in central if not _is_implemented(row, evidence.on)]
        if central:
            first = central[0]
            figures = {
                "central": len(central),
                "items": len(items),
                "what": "; ".join(str(one) for one in (first["document"], first["authority"]) if one is not None),
            }
            yield _of_group(evidence, group, figures, whole=len(central) == len(items))


def _central_addressees(evidence: Evidence) -> set[tuple[str | None, str | None]]:
    """Return the authorities and documents, as proposals name them, that are above the province."""
    proposals = evidence.review.proposals[["authority", "document"]].drop_duplicates()
    return {
        (row["authority"], row["document"])
        for row in ({name: None if is_blank(one) else one for name, one in row.items()} for row in rows_of(proposals))
        if _is_central(row["authority"] or "", row["document"] or "")
    }


def _is_central(authority: str, document: str) -> bool:
    """Tell whether a proposal is for a body above the province: who is to decide it says so, else the document."""
    words = recognised()["life"]
    authority, document = plain_words(authority), plain_words(document)
    if authority:
        if not mentions(authority, words["central_bodies"]):
            return False
        return bool(mentions(authority, words["recommendation"]) or not mentions(authority, words["provincial_bodies"]))
    if any(one in document for one in words["provincial_numbers"]):
        return False
    kind = any(f"{document} ".startswith(f"{plain_words(one)} ") for one in words["central_kinds"])
    return kind or any(one in document for one in words["central_numbers"])


def _is_implemented(row: Row, on: dt.date | None) -> bool:
    """Tell whether a document carries a proposal out, as known on a day."""
    day = row["implemented_on"]
    if day is None:
        return row["implemented_by"] is not None
    return on is None or bool(day <= pd.Timestamp(on))


def _not_implemented(evidence: Evidence) -> Iterator[Seen]:
    """Find approved groups past the day by which a document was to carry them out, and that no document carries out."""
    if evidence.on is None:
        return
    today = pd.Timestamp(evidence.on)
    groups = evidence.once(_counted_groups)
    for group, items in evidence.once(_items).items():
        rows = groups[group]
        approved = all(row["approved_on"] is not None and row["approved_on"] <= today for row in rows)
        in_force = all(row["effective_on"] is not None and row["effective_on"] <= today for row in rows)
        overdue = [
            row for row in items
            if row["due_on"] is not None and row["due_on"] < today and not _is_implemented(row, evidence.on)
        ]  # fmt: skip
        if approved and not in_force and overdue:
            figures = {
                "due": _date(min(row["due_on"] for row in overdue)),
                "on": _date(evidence.on),
                "overdue": len(overdue),
                "items": len(items),
                "document": overdue[0]["document"],
            }
            yield _of_group(evidence, group, figures, whole=len(overdue) == len(items))


def _approved_without_record(evidence: Evidence) -> Iterator[Seen]:
    """Find, agency by agency, procedures dated as approved of which neither review nor submission is dated."""
    found = defaultdict(list)
    for rows in evidence.once(_counted_groups).values():
        for row in rows:
            if row["approved_on"] is not None and row["reviewed_on"] is None and row["submitted_on"] is None:
                found[evidence.agency_of(row["procedure"])].append(row["procedure"])
    for agency, codes in found.items():
        shown = ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
        procedure = codes[0] if len(codes) == 1 else None
        yield Seen(procedure, None, {"count": len(codes), "codes": shown}, agency=agency, priced=False)


_LIFE: Final = Family.LIFE
RULES: Final = (
    Rule("approved_late", _LIFE, "Phê duyệt sau mốc của kế hoạch mà vẫn tính",
         "approved after the milestone, yet counted", _approved_late),
    Rule("needs_central_document", _LIFE, "Phải sửa văn bản của trung ương mà đã tính",
         "needs a central document, yet counted", _needs_central_document),
    Rule("not_implemented", _LIFE, "Quá hạn chưa có văn bản thực thi", "approved, and not carried out by its date",
         _not_implemented),
    Rule("approved_without_record", _LIFE, "Ghi đã phê duyệt nhưng không có ngày rà soát, kiến nghị",
         "approved without review or submission on record", _approved_without_record),
)  # fmt: skip
"""The rules of this family, in order."""
