"""Rules on the life of a proposal: approved too late, by nobody who may, without record, or never carried out."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.findings import Family, Rule, Seen
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, Measure
from tthc_cost.wording import any_of, mentions, plain_words, recognised

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from tthc_cost.findings import Evidence

    Row = dict[str, Any]

__all__ = ["RULES"]

_SHOWN: Final = 10
_ITEM: Final = ("document", "due_on", "implemented_by", "implemented_on")
_WRITTEN_DAY: Final = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_NO_DOCUMENT: Final = ("chưa có văn bản thực thi", "no document carries them out")
_NO_DAY: Final = (
    "văn bản thực thi không ghi ngày, hoặc ghi ngày chưa đến",
    "their document bears no day that has come",
)
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
    """Find groups whose proposals are for bodies above the province, none of whose documents carries them out."""
    for group, items in evidence.once(_items).items():
        central = [row for row in items if _is_central(row) and not _is_done_above(row, evidence.on)]
        if central:
            first = central[0]
            named = [first[name] for name in ("document", "authority") if first[name] is not None]
            figures = {
                "central": len(central),
                "items": len(items),
                "what": "; ".join(named or [first["content"] or first["action"]]),
            }
            yield _of_group(evidence, group, figures, whole=len(central) == len(items))


def _is_central(row: Row) -> bool:
    """Tell whether a proposal is for a body above the province: by what is to be amended, else by who decides."""
    if any(_asks_above(row[name]) for name in ("content", "provision", "action") if row[name] is not None):
        return True
    authority = plain_words(row["authority"] or "")
    document = row["document"]
    return _is_of_central_body(authority) or (
        document is not None and _is_central_document(document, alone=not authority)
    )


def _is_of_central_body(authority: str) -> bool:
    words = recognised()["life"]
    if not mentions(authority, words["central_bodies"]):
        return False
    return bool(mentions(authority, words["recommendation"]) or not mentions(authority, words["provincial_bodies"]))


@cache
def _is_central_document(document: str, *, alone: bool = False) -> bool:
    """Tell whether a document is of a body above the province: by its kind or its own number.

    A number further on is of another document, which this one carries out; it tells only where it stands `alone`.
    """
    words = recognised()["life"]
    for one in map(plain_words, document.split(";")):
        own = _compiled()["own_number"].match(one)
        numbers = one if alone else own[1] if own else ""
        if any(mark in one for mark in words["provincial_numbers"]):
            continue
        if any(f"{one} ".startswith(f"{plain_words(kind)} ") for kind in words["central_kinds"]):
            return True
        if any(mark in numbers for mark in words["central_numbers"]):
            return True
    return False


@cache
def _asks_above(text: str) -> bool:
    """Tell whether a text says that a document of a central body is to be amended, or that such a body is asked to."""
    words = plain_words(text)
    return any(_compiled()[name].search(words) for name in ("amends", "numbered", "recommends", "asks"))


@cache
def _compiled() -> Mapping[str, re.Pattern[str]]:
    words = recognised()["life"]

    kinds, bodies, amend, place = (
        any_of(words[name]) for name in ("central_kinds", "central_bodies", "amend", "place")
    )
    asked = "".join(rf"(?<!{plain_words(one)} )" for one in words["unasked"]) + r"(?<!\S)"
    numbers = "|".join(re.escape(one) for one in words["central_numbers"])
    where = rf"(?:\s+(?:{place}|\d\S*|[a-zđ](?!\S)))*"
    return {
        "own_number": re.compile(rf"(?:{any_of(words['kinds'])}\s+)?(?:{plain_words('số')}\s+)?(\S+/\S+)"),
        "amends": re.compile(rf"{asked}{amend}{where}\s+{kinds}"),
        "numbered": re.compile(rf"{asked}{amend}{where}\s+{any_of(words['kinds'])}{where}\s+\S*(?:{numbers})"),
        "recommends": re.compile(rf"{asked}{plain_words('kiến nghị')}(?:\s+\S+){{0,2}}?\s+{bodies}"),
        "asks": re.compile(
            rf"{asked}{any_of(words['recommendation'])}(?:\s+\S+){{0,2}}?\s+{bodies}(?:\s+\S+){{0,4}}?\s+{amend}"
        ),
    }


def _is_done_above(row: Row, on: dt.date | None) -> bool:
    """Tell whether a document of a central body carries a proposal out, as known on a day."""
    document, day = row["implemented_by"], row["implemented_on"]
    known = on is None or day is None or bool(day <= pd.Timestamp(on))
    return document is not None and known and _is_central_document(document, alone=True)


def _not_implemented(evidence: Evidence) -> Iterator[Seen]:
    """Find approved groups past the day by which a document was to carry them out, and of which none is shown.

    The day is the proposal's, else that of the programme's task for the round. A day without a document shows
    none; a document without a day may be of any, so that it has no price.
    """
    if evidence.on is None:
        return
    today = pd.Timestamp(evidence.on)
    for group, rows in evidence.once(_counted_groups).items():
        if not all(row["approved_on"] is not None and row["approved_on"] <= today for row in rows):
            continue
        of_plan = _due_by_programme(evidence, rows)
        in_force = all(row["effective_on"] is not None and row["effective_on"] <= today for row in rows)
        items = evidence.once(_items).get(group) or [dict.fromkeys(_ITEM)]
        overdue = []
        for item in items:
            due = of_plan if item["due_on"] is None else item["due_on"]
            if due is not None and due < today and not _is_carried_out(item, today, in_force=in_force):
                overdue.append((due, item))
        if overdue:
            missing = [item for _, item in overdue if item["implemented_by"] is None]
            figures = {
                "due": _date(min(due for due, _ in overdue)),
                "on": _date(evidence.on),
                "overdue": len(overdue),
                "items": len(items),
                "document": overdue[0][1]["document"],
                "seen": _NO_DOCUMENT if missing else _NO_DAY,
            }
            yield _of_group(evidence, group, figures, whole=len(missing) == len(items))


def _due_by_programme(evidence: Evidence, rows: list[Row]) -> pd.Timestamp | None:
    """Return the last day on which the programme wants the documents of the rounds of some procedures."""
    found = evidence.once(_implementing_days)
    days = [day for number, day in found if number is None or any(row["round"] in {None, number} for row in rows)]
    return max(days, default=None)


def _implementing_days(evidence: Evidence) -> list[tuple[int | None, pd.Timestamp]]:
    """Return the rounds of the programme, and the last day of each for documents that carry the proposals out."""
    words = recognised()["life"]["implementing"]
    return [
        (deadline.round, pd.Timestamp(deadline.before) - pd.Timedelta(days=1))
        for task in (() if evidence.programme is None else evidence.programme.tasks)
        if mentions(plain_words(f"{task.name} {task.result}"), words)
        for deadline in task.deadlines
        if deadline.before is not None
    ]


def _is_carried_out(item: Row, today: pd.Timestamp, *, in_force: bool) -> bool:
    """Tell whether a document carries a proposal out, which bears a day that has come, in its column or its name."""
    if item["implemented_by"] is None:
        return False
    if item["implemented_on"] is not None:
        return bool(item["implemented_on"] <= today)
    written = _WRITTEN_DAY.search(item["implemented_by"])
    if written is None:
        return in_force
    day, month, year = (int(one) for one in written.groups())
    return (year, month, day) <= (today.year, today.month, today.day)


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
