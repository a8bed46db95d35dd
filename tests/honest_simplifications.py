"""What an honest department simplifies in a procedure, and what its proposal says of it.

Part of the generator of ``honest_reviews``; the definition is in ``docs/explanation/honest-reviews.md``. The name of
each way is an element of the definition; a way that a procedure has no room for returns None.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from honest_procedures import OPINION, SITE_VISIT, twentieth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from honest_procedures import Procedure, Row, Survey

__all__ = ["Proposal", "simplify"]

Proposal = tuple[str, str]

LOWER: Final = {2: 1, 4: 2, 12: 4}
HOW_OFTEN: Final = {1: "hằng năm", 2: "6 tháng một lần", 4: "hằng quý", 12: "hằng tháng"}


def _document_dropped(after: Procedure, survey: Survey) -> Proposal | None:
    if len(after.documents) < 3:
        return None
    dropped = survey.random.choice(after.documents)
    after.documents.remove(dropped)
    after.drop_lines([line for line in after.lines if line.get("document") == dropped["document"]])
    return f"Bỏ thành phần hồ sơ «{dropped['name']}»", "Thông tin đã có trong cơ sở dữ liệu dùng chung"


def _replace_step(after: Procedure, gone: Row) -> None:
    after.steps.remove(gone)
    for step in after.steps:
        if step["after"] == gone["step"]:
            step["after"] = gone["after"]


def _of_step(after: Procedure, step: Row) -> Row:
    return next(line for line in after.lines if line.get("step") == step["step"])


def _steps_merged(after: Procedure, survey: Survey) -> Proposal | None:
    position = survey.random.randrange(len(after.steps) - 1)
    first, second = after.steps[position : position + 2]
    work, other = _of_step(after, first), _of_step(after, second)
    if work["bearer"] != other["bearer"] or work["grade"] != other["grade"]:
        return None
    slack = after.slack
    more, less = sorted((work["effort_hours"], other["effort_hours"]), reverse=True)
    work["effort_hours"] = twentieth(more + less * survey.random.uniform(0.3, 0.9))
    content = f"Gộp bước «{first['name']}» và bước «{second['name']}»"
    work["name"] = first["name"] = f"{first['name']}; {second['name']}"
    longer = max(first["duration_days"], second["duration_days"])
    first["duration_days"] = survey.random.choice((longer, longer + 0.5))
    after.drop_lines([other])
    _replace_step(after, second)
    after.settle_deadline(slack)
    return content, "Hai bước do cùng một người thực hiện"


def _step_dropped(after: Procedure, survey: Survey) -> Proposal | None:
    unneeded = [step for step in after.steps[1:-1] if step["name"] in (OPINION, SITE_VISIT)]
    if not unneeded:
        return None
    slack = after.slack
    gone = survey.random.choice(unneeded)
    after.drop_lines([line for line in after.lines if line.get("step") == gone["step"]])
    _replace_step(after, gone)
    after.settle_deadline(slack)
    return f"Bỏ bước «{gone['name']}»", "Nội dung đã được xem xét ở bước thẩm định"


def _copies_cut(after: Procedure, survey: Survey) -> Proposal | None:
    copied = {line["document"]: line for line in after.tagged("copy")}
    many = [one for one in after.documents if one["copies"] > 1 and one["document"] in copied]
    if not many:
        return None
    chosen = survey.random.sample(many, survey.random.randint(1, len(many)))
    for document in chosen:
        line = copied[document["document"]]
        line["other_vnd"] //= document["copies"]
        document["copies"] = 1
    names = "; ".join(f"«{document['name']}»" for document in chosen)
    return f"Giảm số lượng bản của {names} còn 01 bản", "Cơ quan giải quyết chỉ lưu 01 bản"


def _submitted_online(after: Procedure, survey: Survey) -> Proposal | None:
    if after.row["channel"] == "Trực tuyến":
        return None
    after.row |= {"channel": "Trực tuyến", "dossier_sets": 1}
    after.drop_lines(after.tagged("copy", "post"))
    for line in after.tagged("submit", "result"):
        line["effort_hours"] = twentieth(line["effort_hours"] * survey.random.uniform(0.1, 0.5))
        line["name"] = line["name"].removesuffix(" trực tiếp") + " trực tuyến"
        line["population"] = None
    says_so = survey.chance(0.5)
    for document in after.documents:
        document["copies"] = 1 if says_so else 0
        document["name"] += " (bản điện tử)" if says_so else ""
    work = survey.work(0.25)
    after.add_line("scan", name="Quét, ký số hồ sơ", stage="submission", bearer="requester", **work)
    return (
        "Nộp hồ sơ và nhận kết quả trực tuyến qua hệ thống quản lý văn bản; không nộp bản giấy",
        "Hồ sơ điện tử ký số có giá trị như bản giấy",
    )


def _frequency_lowered(after: Procedure, survey: Survey) -> Proposal | None:
    old = after.row["frequency"]
    if old not in LOWER:
        return None
    new = after.row["frequency"] = LOWER[old]
    content = survey.random.choice((
        f"Giảm tần suất thực hiện từ {old} lần/năm xuống {new} lần/năm",
        f"Giảm số lần thực hiện trong năm từ {old:02d} lần còn {new:02d} lần",
        f"Thực hiện {HOW_OFTEN[new]} thay vì {HOW_OFTEN[old]}",
        f"Mỗi năm thực hiện {new} kỳ thay vì {old} kỳ",
    ))  # fmt: skip
    return content, "Số liệu ít biến động giữa các kỳ"


def _estimated_anew(after: Procedure, survey: Survey) -> Proposal | None:
    worked = [line for line in after.lines if line.get("effort_hours")]
    chosen = survey.random.sample(worked, survey.random.randint(1, max(1, len(worked) // 3)))
    for line in chosen:
        line["effort_hours"] = twentieth(line["effort_hours"] * survey.random.uniform(0.6, 1.1))
        line["source"] = "Bấm giờ 10 hồ sơ, tháng 9/2023"
    names = "; ".join(f"«{line['name']}»" for line in chosen)
    return f"Xác định lại thời gian thực hiện của {names}", "Có biểu mẫu thống nhất; đã bấm giờ hồ sơ thực tế"


def _deadline_shortened(after: Procedure, survey: Survey) -> Proposal | None:
    longest = max(after.steps, key=lambda step: step["duration_days"])
    least = max(1, math.ceil(_of_step(after, longest)["effort_hours"] / 3))
    half_days = round(2 * longest["duration_days"])
    if half_days <= least:
        return None
    old, slack = after.row["deadline_days"], after.slack
    longest["duration_days"] = survey.random.randint(least, half_days - 1) / 2
    after.settle_deadline(slack)
    content = f"Rút ngắn thời hạn giải quyết từ {old:g} ngày xuống {after.row['deadline_days']:g} ngày làm việc"
    return content.replace(".", ","), "Bước kéo dài chủ yếu do chờ đợi"


WAYS: Final[Mapping[str, Callable[[Procedure, Survey], Proposal | None]]] = {
    "document_dropped": _document_dropped,
    "steps_merged": _steps_merged,
    "step_dropped": _step_dropped,
    "copies_cut": _copies_cut,
    "submitted_online": _submitted_online,
    "frequency_lowered": _frequency_lowered,
    "estimated_anew": _estimated_anew,
    "deadline_shortened": _deadline_shortened,
}


def simplify(after: Procedure, changes: int, survey: Survey) -> list[Proposal]:
    """Simplify a procedure in so many ways, if it has room for them, and return what the proposals say."""
    said: list[Proposal] = []
    for name in survey.random.sample(list(WAYS), len(WAYS)):
        proposal = WAYS[name](after, survey) if len(said) < changes else None
        if proposal is not None:
            survey.elements.add(name)
            said.append(proposal)
    return said
