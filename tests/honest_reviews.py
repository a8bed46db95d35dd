"""Honest reviews at random, by the definition in ``docs/explanation/honest-reviews.md`` and by nothing else.

What the audit looks for is unknown here: of the library this knows the tables and how reviews are made. A seed gives
the same review on every machine. `HonestCase.elements` says which elements of the definition a review has.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from honest_procedures import GRADES, Survey, twentieth
from honest_simplifications import simplify
from tthc_cost.arithmetic import Reduction
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.schema import TABLES, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from honest_procedures import Procedure, Row
    from honest_simplifications import Proposal
    from tthc_cost.comparison import Comparison

__all__ = ["AS_OF", "NOISE", "HonestCase", "honest_case", "honest_claims", "honest_review"]

Tables = dict[str, list[dict[str, Any]]]

AS_OF: Final = dt.date(2025, 3, 31)
"""The day on which the reviews are looked at: what is due later is not due yet."""

NOISE: Final = 10
"""By how much per cent a population moves from one count to the next, at most."""

PROVINCIAL: Final = ("Sở Nội vụ", "Sở Tài chính", "Sở Xây dựng", "Sở Tư pháp", "Sở Y tế", "Sở Khoa học và Công nghệ")
SUCCESSORS: Final = {
    "Sở Kế hoạch và Đầu tư": "Sở Tài chính",
    "Sở Giao thông vận tải": "Sở Xây dựng",
    "Sở Lao động - Thương binh và Xã hội": "Sở Nội vụ",
}
DISTRICTS: Final = ("UBND huyện Tam Đường", "UBND huyện Sìn Hồ", "UBND huyện Phong Thổ", "UBND thành phố Lai Châu")
LOWER_GRADES: Final = ("A0/2", "A1/1", "B/4")
LEVELS_BELOW: Final = {"province": "district", "district": "commune"}
EXCLUSIONS: Final = (
    "Chế độ báo cáo theo Nghị định số 09/2019/NĐ-CP",
    "TTHC theo Nghị định số 63/2010/NĐ-CP",
    "Có nội dung bí mật nhà nước",
)
SAME_SUBJECTS: Final = (
    "Đối tượng thực hiện của hai thủ tục trùng nhau",
    "Hai thủ tục có cùng đối tượng thực hiện",
    "Người nộp hồ sơ của hai thủ tục là một",
)
AMBITIONS: Final = (
    {"kept": 6, "amended": 3, "similar": 1},
    {"kept": 3, "amended": 5, "similar": 1, "joined": 1, "abolished": 1, "replaced": 1, "delegated": 1},
    {"kept": 1, "amended": 5, "similar": 3, "joined": 2, "abolished": 2, "replaced": 2, "delegated": 1},
)
APART: Final = {"transferred": 0.3, "out_of_scope": 0.3, "recommended": 0.5}
"""What befalls one procedure of an agency whatever its ambition, and how likely."""


@dataclass(frozen=True, slots=True)
class HonestCase:
    """An honest review as rows, and the elements of the definition that it has."""

    baseline: Tables
    simplified: Tables
    review_tables: Tables
    elements: frozenset[str]

    def review(self) -> Review:
        """Return the review itself."""
        groups = (self.baseline, self.simplified, self.review_tables)
        return Review.from_tables(*({name: _frame(name, rows) for name, rows in one.items()} for one in groups))


def _frame(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows))
    return frame[[column.name for column in TABLES[table].columns if column.name in frame]]


def honest_review(seed: int) -> Review:
    """Return the honest review of a seed."""
    return honest_case(seed).review()


def honest_case(seed: int) -> HonestCase:
    """Return the honest review of a seed as rows."""
    return _Office(Random(seed)).case()  # noqa: S311 - no secret


@cache
def _rates(*, one_rate: bool) -> tuple[Row, ...]:
    table = RateTable.from_gdp_per_head(2022) if one_rate else RateTable.civil_service(on="2023-01-01")
    return tuple(row for row in rows_of(table.to_frame()) if one_rate or row["grade"] in GRADES)


def _tables(state: Sequence[Procedure], *, one_rate: bool) -> Tables:
    return {
        "procedures": [one.row for one in state],
        "activities": [line for one in state for line in one.lines],
        "documents": [document for one in state for document in one.documents],
        "steps": [step for one in state for step in one.steps],
        "volumes": [volume for one in state for volume in one.volumes],
        "rates": list(_rates(one_rate=one_rate)),
    }


class _Office:
    """Who makes one review: draws what there is, then what becomes of it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.survey = Survey(random)
        self.after: list[Procedure] = []
        self.review: Tables = {"decisions": [], "proposals": [], "criteria": [], "agencies": []}
        self.heirs: dict[str, str] = {}
        self.states_criteria = self.survey.chance(0.6)

    def case(self) -> HonestCase:
        """Make the review."""
        large = self.random.random() < 1 / 40
        size = self.random.randint(30, 60) if large else self.random.randint(3, 15)
        offices = min(size // 3, self.random.randint(5, 8) if large else self.random.randint(1, 4))
        self.survey.elements |= {"large_review"} if large else {"small_department"} if size == 3 else set()
        agencies = self.agencies(offices)
        shares = [size // offices + (number < size % offices) for number in range(offices)]
        for (agency, level), share in zip(agencies, shares, strict=True):
            self.decide(self.survey.procedures(agency, level, share))
        for one in self.after:
            one.row |= {name: self.heirs.get(one.row[name], one.row[name]) for name in ("agency", "reviewing_agency")}
        if {row["round"] for row in self.review["decisions"]} >= {1, 2}:
            self.survey.elements.add("two_rounds")
        before, after = (_tables(state, one_rate=self.survey.one_rate) for state in (self.survey.drawn, self.after))
        return HonestCase(before, after, self.review, frozenset(self.survey.elements))

    def agencies(self, number: int) -> list[tuple[str, str]]:
        """Draw who takes part, and which of them are merged into others while the reviews go on."""
        pool = [(name, "province") for name in (*PROVINCIAL, *SUCCESSORS)]
        pool += [(name, "district") for name in DISTRICTS] + [("UBND cấp xã", "commune")]
        chosen = self.random.sample(pool, number)
        reorganises = self.survey.chance(0.5)
        self.heirs = {name: SUCCESSORS[name] for name, _ in chosen if reorganises and name in SUCCESSORS}
        listed: dict[str, Row] = {name: {"agency": name, "name": name, "level": level} for name, level in chosen}
        for old, new in self.heirs.items():
            self.survey.elements.add("reorganised")
            listed[old] |= {"successor": new, "valid_to": dt.date(2025, 2, 28)}
            listed.setdefault(new, {"agency": new, "name": new, "level": "province"})
        if self.heirs or self.survey.chance(0.4):
            self.review["agencies"] += listed.values()
        return chosen

    # What becomes of it.

    def decide(self, procedures: list[Procedure]) -> None:
        """Decide on every procedure of an agency, as boldly as it is."""
        ambition = self.random.choice(AMBITIONS)
        pending = {one.code: one for one in self.random.sample(procedures, len(procedures))}
        for fate, share in APART.items():
            if len(pending) > 2 and self.survey.chance(share):
                getattr(self, fate)(pending.pop(next(iter(pending))))
        while pending:
            one = pending.pop(next(iter(pending)))
            fate = self.random.choices(list(ambition), list(ambition.values()))[0]
            other = self.partner(fate, one, pending)
            if other is not None:
                pending.pop(other.code)
                (self.merge_similar if fate == "similar" else self.join)(one, other)
            elif fate in ("similar", "joined", "amended"):
                self.amended(one, 1 + self.random.randint(0, AMBITIONS.index(ambition)))
            else:
                getattr(self, fate)(one)

    def partner(self, fate: str, one: Procedure, pending: dict[str, Procedure]) -> Procedure | None:
        if fate == "similar":
            twin = pending.get(self.survey.twins.get(one.code, ""))
            return None if twin is None or twin.row["frequency"] != one.row["frequency"] else twin
        if fate != "joined" or one.volumes or one.tagged("post"):
            return None
        alike = (
            other
            for other in pending.values()
            if not other.volumes and not other.tagged("post") and other.row["frequency"] == one.row["frequency"]
        )
        return next(alike, None)

    def dates(self, *, approved: bool = True) -> Row:
        """Draw the dates of a decision and of its carrying out: in order and in time, or late and said to be so."""
        random = self.random
        number = random.choice((1, 2))
        year = 2022 + number
        reviewed = dt.date(year, 4, 1) + dt.timedelta(random.randint(0, 220))
        submitted = min(reviewed + dt.timedelta(random.randint(0, 40)), dt.date(year, 11, 29))
        approval = dt.date(year, 12, random.randint(1, 30))
        due = dt.date(year + 1, 6, random.randint(1, 30))
        if number == 2 and self.survey.chance(0.04):
            submitted, approval = dt.date(2024, 12, random.randint(2, 10)), dt.date(2024, 12, random.randint(11, 30))
            self.survey.elements.add("late_submission")
        if number == 2 and approved and self.survey.chance(0.06):
            approval, due = dt.date(2025, random.randint(1, 3), random.randint(2, 14)), dt.date(2025, 9, 30)
            self.survey.elements.add("late_approval")
        dates: Row = {"round": number, "reviewed_on": reviewed, "submitted_on": submitted}
        if not approved:
            return dates
        done: dt.date | None = approval + dt.timedelta(random.randint(0, (due - approval).days))
        if number == 1 and self.survey.chance(0.05):
            done = due + dt.timedelta(random.randint(5, 150))
            self.survey.elements.add("late_implementation")
        if done and done > AS_OF:
            done = None
            self.survey.elements.add("not_yet_due")
        in_force = None if done is None else done + dt.timedelta(random.randint(0, 15))
        return dates | {"approved_on": approval, "effective_on": in_force, "due_on": due, "implemented_on": done}

    def record(self, one: Procedure, decision: str, dates: Row, heir: str | None = None) -> None:
        columns = ("round", "reviewed_on", "submitted_on", "approved_on", "effective_on")
        row = {"procedure": one.code, "decision": decision, "replaced_by": heir}
        self.review["decisions"].append(row | {name: dates.get(name) for name in columns})
        if not self.states_criteria:
            return
        ends, keeps = decision == "abolish", decision == "keep"
        answers = {"necessity": "no" if ends else "yes"} | {
            name: "not_asked" if ends else "yes" if keeps or name == "legality" else "no"
            for name in ("reasonableness", "legality", "cost")
        }
        self.review["criteria"] += [
            {"procedure": one.code, "component": "Toàn bộ TTHC", "criterion": name, "answer": answer}
            for name, answer in answers.items()
        ]

    def propose(self, one: Procedure, dates: Row, proposals: Sequence[Proposal], **changes: object) -> None:
        legal: Row = {
            "document": one.row["legal_basis"], "provision": f"Điều {self.random.randint(3, 12)}",
            "action": "Sửa đổi, bổ sung", "authority": "UBND tỉnh", "due_on": dates.get("due_on"),
            "implemented_on": dates.get("implemented_on"),
        }  # fmt: skip
        if legal["implemented_on"]:
            number, year = self.random.randint(1, 90), legal["implemented_on"].year
            legal["implemented_by"] = f"Quyết định số {number}/{year}/QĐ-UBND"
        for number, (content, reason) in enumerate(proposals, 1):
            item = {"procedure": one.code, "item": str(number), "content": content, "reason": reason}
            self.review["proposals"].append(item | legal | changes)

    def recount(self, one: Procedure) -> None:
        """Count the subjects again; or say nothing of them, which means that they are the same."""
        self.survey.elements.add("volume_noise")
        if one.volumes:
            for row in one.volumes:
                row["population"] = self.about(row["population"])
            if len(one.volumes) > 2 and self.survey.chance(0.4):
                self.merge_communes(one)
            return
        old, writers = one.row["population"], one.tagged("post")
        one.row["population"] = self.about(old)
        if writers:
            comers = one.tagged("submit")[0]
            comers["population"] = round(Fraction(comers["population"] * one.row["population"], old))
            writers[0]["population"] = one.row["population"] - comers["population"]
        elif self.survey.chance(0.2):
            one.row["population"] = None

    def about(self, count: int) -> int:
        low, high = math.ceil(count * (100 - NOISE) / 100), count * (100 + NOISE) // 100
        return self.random.randint(low, high)

    def merge_communes(self, one: Procedure) -> None:
        """Make one commune of the first two, unless one of them has become part of another already."""
        first, second, *others = one.volumes
        listed = {row["agency"]: row for row in self.review["agencies"]}
        heir = f"{first['agency']} (mới)"
        if any(listed[row["agency"]]["successor"] != heir for row in (first, second) if row["agency"] in listed):
            return
        one.volumes = [first | {"agency": heir, "population": first["population"] + second["population"]}, *others]
        ended = {"level": "commune", "successor": heir, "valid_to": dt.date(2024, 12, 31)}
        for row in (first, second):
            listed[row["agency"]] = {"agency": row["agency"], "name": row["agency"], **ended}
        listed[heir] = {"agency": heir, "name": heir, "level": "commune", "valid_from": dt.date(2025, 1, 1)}
        self.review["agencies"] = list(listed.values())
        self.survey.elements.add("communes_merged")

    def kept(self, one: Procedure) -> None:
        self.survey.elements.add("kept")
        dates = self.dates()
        self.record(one, "keep", {name: dates[name] for name in ("round", "reviewed_on", "submitted_on")})
        if one.row["agency"] in self.heirs or self.survey.chance(0.5):
            after = one.copy()
            self.recount(after)
            self.after.append(after)

    def amended(self, one: Procedure, changes: int) -> None:
        dates = self.dates()
        after = one.copy()
        self.recount(after)
        self.propose(one, dates, simplify(after, changes, self.survey))
        self.record(one, "amend", dates)
        self.after.append(after)

    def recommended(self, one: Procedure) -> None:
        self.survey.elements.add("recommended")
        dates = self.dates(approved=False)
        after = one.copy()
        self.recount(after)
        self.propose(
            one, dates, simplify(after, 1, self.survey), document="Thông tư số 03/2019/TT-BNV", authority="Bộ Nội vụ",
            action="Kiến nghị Bộ Nội vụ sửa đổi, bổ sung",
        )  # fmt: skip
        self.record(one, "amend", dates)
        self.after.append(after)

    def abolished(self, one: Procedure) -> None:
        self.survey.elements.add("abolished")
        dates = self.dates()
        why = ("Bãi bỏ TTHC", "Không còn cần thiết: kết quả đã có trong phần mềm quản lý dùng chung")
        self.propose(one, dates, [why], action="Bãi bỏ")
        self.record(one, "abolish", dates)

    def transferred(self, one: Procedure) -> None:
        self.survey.elements.add("transferred")
        dates = self.dates()
        why = ("Chuyển TTHC do sắp xếp tổ chức bộ máy", "Chức năng chuyển sang cơ quan khác; không tính là cắt giảm")
        self.propose(one, dates, [why], action="Chuyển")
        self.record(one, "transfer", dates)

    def out_of_scope(self, one: Procedure) -> None:
        self.survey.elements.add("out_of_scope")
        one.row |= {"in_scope": False, "exclusion": self.random.choice(EXCLUSIONS)}
        self.record(one, "keep", {})
        if one.row["agency"] in self.heirs:
            self.after.append(one.copy())

    def replaced(self, one: Procedure) -> None:
        self.survey.elements.add("replaced")
        dates = self.dates()
        after = one.copy(f"{one.code}-TT", name=f"{one.row['name']} (thay thế)")
        self.recount(after)
        proposals = [("Thay thế TTHC bằng TTHC mới đơn giản hơn", "Văn bản cũ đã được rà soát, ban hành lại")]
        self.propose(one, dates, proposals + simplify(after, 2, self.survey), action="Thay thế")
        self.record(one, "replace", dates, after.code)
        self.after.append(after)

    def delegated(self, one: Procedure) -> None:
        """Hand a procedure to the level below, which travels less and works as long, more or less."""
        level = LEVELS_BELOW.get(one.row["level"])
        if level is None:
            self.amended(one, 1)
            return
        self.survey.elements.add("delegated")
        dates = self.dates()
        below = "UBND cấp huyện" if level == "district" else "UBND cấp xã"
        after = one.copy(level=level, agency=below)
        for line in after.tagged("step"):
            line["effort_hours"] = twentieth(line["effort_hours"] * self.random.uniform(0.85, 1.1))
            if line["bearer"] == "resolver" and not self.survey.one_rate:
                line["grade"] = self.random.choice(LOWER_GRADES)
        for line in after.tagged("submit", "result"):
            line["effort_hours"] = twentieth(line["effort_hours"] * self.random.uniform(0.3, 0.8))
        self.recount(after)
        why = (
            f"Phân cấp cho {below} giải quyết; thời gian của từng hoạt động được xác định lại ở cấp mới",
            "Giải quyết gần cơ sở hơn, giảm đi lại",
        )
        self.propose(one, dates, [why])
        self.record(one, "delegate", dates)
        self.after.append(after)

    def merge_similar(self, one: Procedure, twin: Procedure) -> None:
        """Merge two that are alike: the lines of the heavier, for the subjects of both, asked for a little less."""
        self.survey.elements.add("merged_sum")
        dates = self.dates()
        after = self.receiver(one, twin)
        of_twin = {line["activity"]: line.get("effort_hours") for line in twin.lines}
        for line in after.lines:
            if line.get("effort_hours"):
                line["effort_hours"] = max(line["effort_hours"], of_twin[line["activity"]])
        together = one.row["population"] + twin.row["population"]
        counted = max(self.about(together), one.row["population"], twin.row["population"])
        after.row["population"] = self.random.choice((together, counted, None))
        why = (f"Hợp nhất «{one.row['name']}» và «{twin.row['name']}»", "Hai thủ tục có hồ sơ, trình tự như nhau")
        self.merge_into(after, (one, twin), "merge", dates, [why, *simplify(after, 1, self.survey)])

    def join(self, one: Procedure, other: Procedure) -> None:
        """Merge or link two of the same subjects: documents and journeys that both asked for are made once."""
        decision = self.random.choice(("merge", "link"))
        self.survey.elements.add("linked" if decision == "link" else "merged_same_subjects")
        dates = self.dates()
        after = one.copy() if decision == "link" else self.receiver(one, other)
        held = {document["name"] for document in after.documents}
        lines = [line for line in other.lines if line["tag"] in ("prepare", "copy", "step")]
        for old in other.documents:
            if old["name"] in held:
                continue
            code = str(1 + max(int(document["document"]) for document in after.documents))
            after.documents.append(old | {"procedure": after.code, "document": code})
            for line in lines:
                if line.get("document") == old["document"]:
                    self.take_over(after, line, document=code)
        for old in other.steps:
            code = str(1 + max(int(step["step"]) for step in after.steps))
            last = after.steps[-1]["step"]
            after.steps.append(old | {"procedure": after.code, "step": code, "after": last})
            for line in lines:
                if line.get("step") == old["step"]:
                    self.take_over(after, line, step=code)
        after.settle_deadline(one.slack + other.slack)
        fewer, more = sorted((one.row["population"], other.row["population"]))
        after.row["population"] = more + self.random.randint(0, fewer // 4)
        why = (
            f"{'Liên thông' if decision == 'link' else 'Hợp nhất'} với «{other.row['name']}», nộp một lần",
            f"{self.random.choice(SAME_SUBJECTS)}, còn {after.row['population']} đối tượng/năm",
        )
        self.merge_into(after, (one, other), decision, dates, [why])

    def take_over(self, after: Procedure, line: Row, **place: str) -> None:
        values = {name: value for name, value in line.items() if name not in ("procedure", "activity", "tag")}
        after.add_line(line["tag"], **(values | place))

    def receiver(self, one: Procedure, other: Procedure) -> Procedure:
        """Return what two procedures become: a new one, or the first of them."""
        if self.survey.chance(0.5):
            return one.copy()
        return one.copy(f"{one.code}-HN", name=f"{one.row['name']} và {other.row['name']}")

    def merge_into(
        self, after: Procedure, old: Sequence[Procedure], decision: str, dates: Row, proposals: Sequence[Proposal]
    ) -> None:
        for one in old:
            stays = one.code == after.code
            self.record(one, "amend" if stays else decision, dates, None if stays else after.code)
            self.propose(one, dates, proposals)
        self.after.append(after)


def honest_claims(comparison: Comparison) -> pd.DataFrame:
    """Return what an honest department claims: the totals of its lines, percentages as a printed form rounds them.

    Parameters
    ----------
    comparison : Comparison
        Of an honest review.

    Returns
    -------
    pandas.DataFrame
        A table of claims: of everything, of each agency and of some procedures.
    """
    total = comparison.total
    random = Random(int(total.baseline))  # noqa: S311 - no secret
    rows = [{"scope": "total", **_stated(total, random), "procedures_cut": comparison.count().saving}]
    for scope, column, share in (("agency", "agency", 1.0), ("procedure", "procedure", 0.3)):
        costs = comparison.by(column)[[column, "baseline_vnd", "simplified_vnd"]]
        for name, before, after in costs.itertuples(index=False, name=None):
            if random.random() < share and not pd.isna(name):
                rows.append({"scope": scope, "name": name, **_stated(Reduction(before, after), random)})
    return pd.DataFrame(rows).astype(object)


def _stated(cost: Reduction, random: Random) -> Row:
    """State a cost in one of the ways in which forms do."""
    amounts: Row = {
        "baseline_vnd": cost.baseline, "simplified_vnd": cost.simplified, "saving_vnd": cost.saving,
    }  # fmt: skip
    ratio = cost.ratio
    if ratio is None:
        return amounts
    digits = random.choice((0, 1, 2))
    tens = 10**digits
    whole, decimals = divmod(math.floor(abs(ratio) * 100 * tens + Fraction(1, 2)), tens)
    text = f"{'-' if ratio < 0 else ''}{whole}" + (f",{decimals:0{digits}d}" if digits else "") + " %"
    return random.choice((amounts, {})) | {"reduction": text}
