"""What the items of a form say, where it is put regularly: steps, documents, time limits, answers, legal acts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.cells import read_value
from tthc_cost.errors import TthcCostError
from tthc_cost.io.word.archive import EMPTY_BOX, TICKED_BOX
from tthc_cost.io.word.labels import split_label, text_of
from tthc_cost.schema import TABLES
from tthc_cost.vocabulary import Answer, Criterion, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tthc_cost.io.word.labels import Grid, Line

__all__ = [
    "Found",
    "has_box",
    "is_none",
    "is_ticked",
    "read_answer",
    "read_criterion",
    "read_deadline",
    "read_documents",
    "read_execution",
    "read_proposals",
    "read_sets",
    "read_steps",
]

_NONE: Final = frozenset(fold(one) for one in ("không", "không có", "không quy định", "không có quy định", "chưa có"))


@dataclass(slots=True)
class Found:
    """The rows that contents gave, and the lines that gave nothing."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def is_none(text: str) -> bool:
    """Tell whether contents say that there is nothing."""
    return fold(text.strip(" .;")) in _NONE


# Lists


def _items(lines: Sequence[Line], starts: Callable[[Line], bool]) -> tuple[list[list[Line]], list[str]]:
    """Divide lines into items, each from the line it starts with; what stands before the first belongs to none."""
    items: list[list[Line]] = []
    before = []
    for line in lines:
        if starts(line):
            items.append([line])
        elif items:
            items[-1].append(line)
        elif not line.text.endswith(":"):
            before.append(line.whole)
    return items, before


def _kind_of_list(lines: Iterable[Line]) -> str:
    return next((line.kind for line in lines if line.kind), "")


_STEP: Final = re.compile(
    r"bước\s*(?P<code>\d{1,3}(?:\.\d{1,2})*[a-z]?)\s*[:.)–-]*\s*(?P<name>.*)", re.IGNORECASE | re.DOTALL
)


def read_steps(lines: Sequence[Line], grids: Sequence[Grid] = ()) -> Found:
    """Read steps: lines that begin with *Bước n*, else the items of the outermost list, or a table of steps.

    A line *Đơn vị thực hiện: …* or *Thời gian: …* within a step names its performer or its duration. Which step
    follows which is not concluded from their order.

    Parameters
    ----------
    lines : sequence of Line
        The contents of the item.
    grids : sequence of Grid
        Tables within it.
    """
    found = Found()
    kind = _kind_of_list(lines)
    typed = any(_STEP.match(line.text) for line in lines)
    items, found.unread = _items(
        lines, lambda line: bool(_STEP.match(line.text)) if typed else bool(kind) and line.kind == kind
    )
    for first, *rest in items:
        known = _STEP.match(first.text)
        row = {"step": known["code"] if known else str(len(found.rows) + 1)}
        names = [known["name"] if known else first.text]
        for line in rest:
            name, value = split_label(line.text, "steps")
            if name in {"performer", "duration_days"}:
                row[name] = value
            else:
                names.append(line.text)
        found.rows.append(row | {"name": "\n".join(filter(None, names))})
    for grid in grids:
        for one in grid.rows:
            cells = {name: text_of(said) for name, said in grid.cells(one).items()}
            known = _STEP.fullmatch(cells.get("step", "")) or _STEP.match(cells.get("name", ""))
            code = known["code"] if known else cells.get("step") or str(len(found.rows) + 1)
            name = known["name"] if known and known.string == cells.get("name") else cells.get("name", "")
            if name:
                found.rows.append(cells | {"step": code.strip(". "), "name": name})
            elif said := " | ".join(filter(None, cells.values())):
                found.unread.append(said)
    return found


_COPIES: Final = (
    r"(?:số lượng\s*:?\s*)?(?P<copies>\d{1,3})\s*(?:\([^()\d]*\)\s*)?bản\b"
    r"(?:\s+(?P<kind>chính|gốc|sao(?:\s+y)?(?:\s+có)?(?:\s+(?:chứng thực|công chứng))?|chụp|điện tử|giấy)\b)?"
)
_COPIES_AFTER: Final = re.compile(rf"(?P<name>.+?)\s*(?:[:,;–-]\s*|\(\s*){_COPIES}\s*\)?", re.IGNORECASE | re.DOTALL)
_COPIES_BEFORE: Final = re.compile(rf"{_COPIES}\s+(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_COPIES_ANYWHERE: Final = re.compile(r"\d\s*(?:\([^()\d]*\)\s*)?bản\b", re.IGNORECASE)
_COUNT: Final = re.compile(r"(?P<count>\d{1,3})\s*(?:\([^()\d]*\)\s*)?(?:bản|bộ)?[.;]?", re.IGNORECASE)
_OF_FORM: Final = re.compile(r"\btheo mẫu\b|\bmẫu số\b", re.IGNORECASE)


def read_documents(lines: Sequence[Line], grids: Sequence[Grid] = ()) -> Found:
    """Read the components of a dossier: the items of a list, lines without one, or a table.

    ``Đơn đề nghị (01 bản chính)`` has one copy and is called ``Đơn đề nghị (bản chính)``. A component is known to be a
    form where its name says *theo mẫu* or *Mẫu số*.

    Parameters
    ----------
    lines, grids
        As of `read_steps`.
    """
    found = Found()
    kind = _kind_of_list(lines)
    items, found.unread = _items(lines, lambda line: line.kind == kind)
    for item in items:
        _add_document(found, text_of(item).rstrip(" .;"))
    for grid in grids:
        for row in grid.rows:
            _add_row_of_documents(found, {name: text_of(said) for name, said in grid.cells(row).items()})
    return found


def _add_document(found: Found, text: str) -> None:
    several = len(_COPIES_ANYWHERE.findall(text)) > 1
    known = None if several else _COPIES_AFTER.fullmatch(text) or _COPIES_BEFORE.fullmatch(text)
    if several:
        found.unread.append(text)
    _append(
        found, known["name"] if known else text, known["copies"] if known else None, known["kind"] if known else None
    )


def _append(found: Found, name: str, copies: str | None, kind: str | None) -> None:
    name = f"{name} (bản {' '.join(kind.lower().split())})" if kind else name
    is_form = True if _OF_FORM.search(name) else None
    copied = int(copies) if copies else None
    found.rows.append({"document": str(len(found.rows) + 1), "name": name, "copies": copied, "is_form": is_form})


def _add_row_of_documents(found: Found, cells: dict[str, str]) -> None:
    name = cells.get("name", "").rstrip(" .;")
    counts = {one: _COUNT.fullmatch(cells.get(one, "").strip()) for one in ("copies", "originals", "duplicates")}
    given = {one: known["count"] for one, known in counts.items() if known and int(known["count"])}
    unclear = [text for one, text in cells.items() if one in counts and text and not counts[one] and not is_none(text)]
    if not name or len(given) > 1 or unclear:
        said = " | ".join(filter(None, cells.values()))
        if name and len(unclear) == 1 and not given:
            _add_document(found, f"{name} ({unclear[0]})")
            return
        found.unread += [said] if said else []
        if not name:
            return
        given = {}
    one, copies = next(iter(given.items()), ("copies", None))
    _append(found, name, copies, {"originals": "chính", "duplicates": "sao"}.get(one))


_SETS: Final = re.compile(r"(\d{1,3})\s*(?:\([^()\d]*\)\s*)?(?:bộ(?:\s+hồ sơ)?)?\s*[.;]?", re.IGNORECASE)


def read_sets(text: str) -> int | None:
    """Read the number of sets of a dossier; None where it is not one number.

    Examples
    --------
    >>> read_sets("01 (một) bộ"), read_sets("01 bộ gửi Sở, 02 bộ lưu")
    (1, None)
    """
    known = _SETS.fullmatch(text)
    return int(known[1]) if known else None


# Time limits

_DEADLINE: Final = re.compile(
    r"(?:trong\s+)?(?:(?:thời hạn|thời gian)(?:\s+giải quyết)?\s*(?::|là)?\s*)?"
    r"(?:không quá|tối đa|chậm nhất(?:\s+là)?|trong(?:\s+vòng)?)?\s*(?:là\s+)?"
    r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)\s*(?:\([^()\d]*\)\s*)?(?P<unit>[^\W\d_]+(?:\s+[^\W\d_]+){0,2}?)"
    r"\s*(?P<rest>(?:[,;.(]|(?:kể từ|tính từ|từ|sau khi)\b).*)?",
    re.IGNORECASE | re.DOTALL,
)
_SECOND_LIMIT: Final = re.compile(r"\d\s*(?:\([^()]*\)\s*)?(?:ngày|giờ|phút|tuần|tháng|buổi)\b", re.IGNORECASE)
_FROM_RECEIPT: Final = re.compile(
    r"[,;.(\s]*(?:kể từ|tính từ|từ)\s+(?:ngày|khi|thời điểm)\b.*\bnhận\b.*", re.IGNORECASE | re.DOTALL
)


def read_deadline(
    text: str, table: str = "procedures", column: str = "deadline_days"
) -> tuple[float | None, bool, str]:
    """Read a time limit in working days.

    A limit is the most that may pass, so *không quá 15 ngày làm việc* is 15. *Kể từ ngày nhận đủ hồ sơ* goes without
    saying; any other condition is returned as the rest.

    Parameters
    ----------
    text : str
        Contents of the item.
    table, column : str
        The column that the limit is for.

    Returns
    -------
    days : float or None
        Elapsed time [working days]; None where there are several limits, or hours, or days of the calendar.
    is_plain : bool
        Whether the days are called nothing but days.
    rest : str
        What else is said.

    Examples
    --------
    >>> read_deadline("Không quá 15 ngày làm việc, kể từ ngày nhận đủ hồ sơ hợp lệ.")
    (15.0, False, '')
    """
    known = _DEADLINE.fullmatch(" ".join(text.split()))
    if known is None or _SECOND_LIMIT.search(known["rest"] or ""):
        return None, False, ""
    try:
        days = read_value(TABLES[table].column(column), f"{known['number']} {known['unit']}")
    except TthcCostError:
        return None, False, ""
    rest = (known["rest"] or "").strip(" .,;")
    return days, fold(known["unit"]) == fold("ngày"), "" if _FROM_RECEIPT.fullmatch(rest) else rest


# Review

_BOX: Final = rf"(?P<box{{0}}>[{EMPTY_BOX}□{TICKED_BOX}☑✓✔✗■]|\[\s*[xXvV✓]?\s*\]|\(\s*[xXvV✓]?\s*\))"
_WORD: Final = r"(?P<word{0}>không\s+đạt|đạt|có|không)"
_TICKS: Final = tuple(
    re.compile(rf"\s*{one.format(0)}\s*:?\s*{two.format(0)}[\s,;/]*{one.format(1)}\s*:?\s*{two.format(1)}(?P<rest>.*)",
               re.IGNORECASE | re.DOTALL)
    for one, two in ((_WORD, _BOX), (_BOX, _WORD))
)  # fmt: skip
_IN_WORDS: Final = re.compile(
    r"(?P<word>không\s+đạt|không\s+xét|đạt|có|không)\s*(?:[.,;:–-]\s*(?P<rest>.*))?", re.IGNORECASE | re.DOTALL
)
_REASON: Final = re.compile(
    r"[\s.,;:–-]*(?:\(?(?:nêu rõ\s+)?lý do\)?\s*:?)?[\s.…_]*(?P<reason>.*)", re.IGNORECASE | re.DOTALL
)


def is_ticked(text: str) -> bool | None:
    """Tell whether a cell is ticked, or left blank; None where it holds something else."""
    bare = "".join(text.split()).strip(".").casefold()
    if bare in {"", "[]", "()", EMPTY_BOX, "□", "-", "–"}:
        return False
    return True if bare in {"x", "v", "✓", "✔", "✗", "☑", "■", TICKED_BOX, "[x]", "(x)", "[v]", "[✓]"} else None


def read_answer(text: str) -> tuple[Answer | None, str]:
    """Read an answer, ticked (``Có ☒ Không ☐``, ``[x] Có [ ] Không``) or in words, and the reason after it.

    Examples
    --------
    >>> read_answer("Có ☐ Không ☒ Lý do: văn bản đã có trên hệ thống")
    (<Answer.NO: 'no'>, 'văn bản đã có trên hệ thống')
    """
    for ticks in _TICKS:
        if known := ticks.fullmatch(text):
            ticked = [known[f"word{one}"] for one in (0, 1) if is_ticked(known[f"box{one}"])]
            return (Answer.parse(ticked[0]), _reason(known["rest"])) if len(ticked) == 1 else (None, "")
    if known := _IN_WORDS.fullmatch(text.strip()):
        return Answer.parse(known["word"]), _reason(known["rest"] or "")
    return None, ""


def _reason(text: str) -> str:
    known = _REASON.fullmatch(text)
    return known["reason"].strip() if known else text.strip()


_CRITERIA: Final = {
    Criterion.NECESSITY: "cần thiết",
    Criterion.REASONABLENESS: "hợp lý",
    Criterion.LEGALITY: "hợp pháp",
    Criterion.COST: "chi phí",
}
_TURNED: Final = tuple(
    fold(one)
    for one in (
        "bãi bỏ", "thay thế", "cắt giảm", "rút ngắn", "đơn giản", "rào cản", "chồng chéo", "mâu thuẫn", "trùng",
        "vướng mắc", "khó khăn", "bất hợp lý", "không cần thiết", "không hợp lý", "không hợp pháp", "chưa", "trái",
        "tốn kém", "bỏ", "gây",
    )
)  # fmt: skip
"""Words of a question to which yes is no praise."""


_PUNCTUATION: Final = re.compile(r"[^\w\s]")


def has_box(text: str) -> bool:
    """Tell whether a text has a box to tick."""
    return re.search(_BOX.format(""), text) is not None


def read_criterion(text: str, above: Criterion | None = None) -> Criterion | None:
    """Return the criterion that a heading or question is about.

    Parameters
    ----------
    text : str
        The heading or question.
    above : Criterion, optional
        What the section is about, for a question that names no criterion itself.

    Returns
    -------
    Criterion or None
        None where it is none or several, or where yes would not mean that it is met.
    """
    words = f" {fold(_PUNCTUATION.sub(' ', text))} "
    if any(f" {turned} " in words for turned in _TURNED):
        return None
    named = [criterion for criterion, word in _CRITERIA.items() if f" {fold(word)} " in words]
    return named[0] if len(named) == 1 else above if not named else None


def read_proposals(lines: Sequence[Line]) -> list[dict[str, str]]:
    """Read the contents of proposals: one item, or one a letter where each has its *Lý do*."""
    reasons = [name == "reason" for name, _ in (split_label(line.text, "proposals") for line in lines)]
    kind = _kind_of_list(lines) if any(reasons) else ""
    items, _ = _items(lines, lambda line: not kind or line.kind == kind)
    if not kind:
        items = [list(lines)] if lines else []
    proposals = []
    for item in items:
        said: dict[str, list[str]] = {"content": [], "reason": []}
        part = "content"
        for line in item:
            name, text = split_label(line.text, "proposals")
            part = "reason" if name == "reason" else part
            said[part].append(text if name == "reason" else line.text)
        proposals.append({name: "\n".join(filter(None, texts)) for name, texts in said.items() if texts})
    return proposals


_EXECUTION: Final = re.compile(
    r"(?:đề nghị\s+)?(?P<action>sửa đổi\s*,?\s*bổ sung|sửa đổi|bổ sung|bãi bỏ|thay thế|h[uủ][yỷ] bỏ|"
    r"ban hành mới|ban hành)\s+"
    r"(?:(?:quy định\s+)?(?:tại\s+)?(?P<provision>(?:điểm|khoản|điều|mục|chương|phụ lục|biểu)\b.*?)\s+(?:của\s+)?)?"
    r"(?P<document>(?:bộ luật|luật|pháp lệnh|nghị định|nghị quyết|quyết định|thông tư|quy chế|chỉ thị)\b.*)",
    re.IGNORECASE | re.DOTALL,
)


def read_execution(text: str) -> dict[str, str] | None:
    """Read a legal act: what is to be done to which provision of which document; None where it is not put so.

    Examples
    --------
    >>> read_execution("Sửa đổi khoản 2 Điều 11 Quyết định số 127/2021/QĐ-UBND")
    {'action': 'Sửa đổi', 'provision': 'khoản 2 Điều 11', 'document': 'Quyết định số 127/2021/QĐ-UBND'}
    """
    known = _EXECUTION.fullmatch(text.rstrip(" .;"))
    acts = len(re.findall(r"\b(?:sửa đổi|bãi bỏ|thay thế)\b", text, re.IGNORECASE))
    if known is None or "\n" in text or acts > 1:
        return None
    return {name: value for name, value in known.groupdict().items() if value}
