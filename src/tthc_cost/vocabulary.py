"""The field's terms: enumerations with Vietnamese and English labels, and how typed words are recognised."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from tthc_cost.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tthc_cost.errors import Language

__all__ = [
    "Answer",
    "Bearer",
    "Counting",
    "Criterion",
    "DecisionKind",
    "Kind",
    "Level",
    "Measure",
    "Stage",
    "State",
    "TargetState",
    "TaskState",
    "Term",
    "fold",
    "nearest_of",
    "suggest",
]

_TONES = frozenset("\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{COMBINING TILDE}"
                   "\N{COMBINING HOOK ABOVE}\N{COMBINING DOT BELOW}")  # fmt: skip


def fold(text: str) -> str:
    """Reduce a text to what makes it the same word for a Vietnamese reader.

    Case, runs of white space, characters of no width, Unicode normal form and the place of the tone mark within a
    syllable make no difference, nor does the Icelandic ``Ð`` that old keyboards typed for ``Đ``: ``hoà`` and ``hòa``
    fold alike. The result is for comparing, not for showing.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The folded text.

    Examples
    --------
    >>> fold("  Hoà   GIẢI ") == fold("hòa giải")
    True
    >>> fold("hoa") == fold("hòa")
    False
    """
    words = []
    seen = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    for word in unicodedata.normalize("NFD", seen).casefold().replace("ð", "đ").split():
        tones = [mark for mark in word if mark in _TONES]
        words.append("".join([mark for mark in word if mark not in _TONES] + tones))
    return unicodedata.normalize("NFC", " ".join(words))


def suggest(word: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return the known names nearest to a word, nearest first, by their folded form."""
    folded = {fold(name): name for name in known}
    return tuple(folded[match] for match in get_close_matches(fold(word), folded, n=limit, cutoff=0.6))


def nearest_of(known: Iterable[str], most: int = 20) -> Callable[[str], str]:
    """Return what names the known names nearest to each of many words.

    Looking through thousands of names takes a while, and nobody reads a thousand suggestions: only the first words
    that differ get them.

    Parameters
    ----------
    known : iterable of str
        Names to choose from.
    most : int
        How many different words are looked up.

    Returns
    -------
    callable
        From a word to the nearest names in one text, or to ``"–"``.

    Examples
    --------
    >>> nearest_of(["NB-01", "XD-02"])("NB-1")
    'NB-01'
    """
    names = tuple(known)
    found: dict[str, str] = {}

    def near(word: str) -> str:
        if word not in found and len(found) < most:
            found[word] = "; ".join(suggest(word, names))
        return found.get(word) or "–"

    return near


class Term(StrEnum):
    """A term of the field: its value is the code used in tables, with labels in both languages."""

    _vi: str
    _en: str
    _others: tuple[str, ...]

    def __new__(cls, code: str, vi: str, en: str, *others: str) -> Self:
        """Make a member from its code, its labels and other spellings that mean it."""
        member = str.__new__(cls, code)
        member._value_ = code
        member._vi, member._en, member._others = vi, en, others  # noqa: SLF001 - the member being made
        return member

    def label(self, language: Language = "vi") -> str:
        """Return the label to show, Vietnamese unless English is asked for."""
        return self._vi if language == "vi" else self._en

    @classmethod
    def parse(cls, text: str) -> Self:
        """Recognise a term by its code, a label or another known spelling.

        Raises
        ------
        UnknownNameError
            If the text names no term of this kind; the message lists the nearest.

        Examples
        --------
        >>> Kind.parse("Giữa các cơ quan HCNN")
        <Kind.BETWEEN_AGENCIES: 'between_agencies'>
        """
        found: Self | None = cls._spellings().get(fold(text))
        if found is None:
            labels = [term.label() for term in cls]
            raise UnknownNameError.because("unknown_term", value=text, known="; ".join(suggest(text, labels) or labels))
        return found

    @classmethod
    @cache
    def _spellings(cls) -> dict[str, Any]:
        """Return every spelling, folded, with the member of the class that it means."""
        return {
            fold(name): term
            for term in cls
            for name in (term.value, term._vi, term._en, *term._others)  # noqa: SLF001 - members of the class itself
        }


class Kind(Term):
    """The plan's two groups of internal procedures."""

    BETWEEN_AGENCIES = (
        "between_agencies", "giữa các cơ quan HCNN", "between agencies",
        "giữa các cơ quan hành chính nhà nước", "TTHC nội bộ giữa các cơ quan hành chính nhà nước", "giữa các cơ quan",
    )  # fmt: skip
    WITHIN_AGENCY = (
        "within_agency", "trong từng cơ quan", "within an agency",
        "trong từng cơ quan hành chính nhà nước", "TTHC nội bộ trong từng cơ quan hành chính nhà nước", "trong cơ quan",
    )  # fmt: skip


class Level(Term):
    """Level of government; the district level is historical after 2025-07-01."""

    PROVINCE = "province", "cấp tỉnh", "province", "tỉnh"
    DISTRICT = "district", "cấp huyện", "district", "huyện"
    COMMUNE = "commune", "cấp xã", "commune", "xã"


class Stage(Term):
    """Part of carrying a procedure out: the row groups of the official cost table."""

    PREPARATION = "preparation", "Chuẩn bị hồ sơ", "preparing the dossier"
    SUBMISSION = "submission", "Nộp hồ sơ", "submitting the dossier"
    FEES = "fees", "Nộp phí, lệ phí, chi phí khác", "paying fees and charges", "phí, lệ phí"
    INSPECTION = (
        "inspection", "Chuẩn bị, phục vụ việc kiểm tra, đánh giá", "inspection and assessment", "kiểm tra, đánh giá",
    )  # fmt: skip
    PROCESSING = "processing", "Giải quyết hồ sơ", "processing the dossier", "xử lý hồ sơ"
    OTHER = "other", "Công việc khác", "other work"
    RESULT = "result", "Nhận kết quả", "receiving the result", "trả kết quả", "nhận, trả kết quả"


class Bearer(Term):
    """Who bears the cost of an activity."""

    REQUESTER = "requester", "đối tượng thực hiện TTHC", "requester", "cơ quan đề nghị", "đối tượng thực hiện"
    RESOLVER = "resolver", "cơ quan giải quyết TTHC", "resolver", "cơ quan giải quyết"
    COORDINATOR = "coordinator", "cơ quan phối hợp", "coordinator"


class State(Term):
    """The two states compared."""

    BASELINE = "baseline", "hiện tại", "baseline", "trước", "trước đơn giản hóa"
    SIMPLIFIED = "simplified", "sau đơn giản hóa", "simplified", "sau"


class DecisionKind(Term):
    """What the review decides about a procedure; amend to abolish are simplifications."""

    KEEP = "keep", "giữ nguyên", "keep"
    AMEND = "amend", "sửa đổi, bổ sung", "amend"
    REPLACE = "replace", "thay thế", "replace"
    MERGE = "merge", "hợp nhất, lồng ghép", "merge", "hợp nhất", "lồng ghép"
    LINK = "link", "liên thông", "link"
    DELEGATE = "delegate", "phân cấp, ủy quyền", "delegate", "phân cấp", "ủy quyền"
    ABOLISH = "abolish", "bãi bỏ", "abolish"
    TRANSFER = "transfer", "chuyển do sắp xếp tổ chức bộ máy", "transfer", "chuyển"


class Criterion(Term):
    """Review criteria of Decree 63/2010, article 10."""

    NECESSITY = "necessity", "sự cần thiết", "necessity", "cần thiết"
    REASONABLENESS = "reasonableness", "tính hợp lý", "reasonableness", "hợp lý"
    LEGALITY = "legality", "tính hợp pháp", "legality", "hợp pháp"
    COST = "cost", "chi phí tuân thủ", "compliance cost"


class Answer(Term):
    """Answer to a review criterion."""

    YES = "yes", "đạt", "yes", "có"
    NO = "no", "không đạt", "no", "không"
    NOT_ASKED = "not_asked", "không xét", "not asked"


class Counting(Term):
    """How a cut in the number of procedures is counted."""

    STRICT = "strict", "chỉ tính TTHC được cắt giảm", "strict: procedures that are gone"
    BROAD = "broad", "tính cả TTHC được đơn giản hóa", "broad: simplified procedures as well"


class Measure(Term):
    """What a target of a programme measures."""

    ANNOUNCED = "announced", "TTHC được thống kê, công bố", "procedures announced"
    PUBLICISED = "publicised", "TTHC được công khai", "procedures publicised"
    REVIEWED = "reviewed", "TTHC được rà soát và kiến nghị phê duyệt", "procedures reviewed and submitted"
    COUNT_REDUCTION = "count_reduction", "tỷ lệ cắt giảm số lượng TTHC", "reduction in the number of procedures"
    COST_REDUCTION = "cost_reduction", "tỷ lệ cắt giảm chi phí tuân thủ", "reduction in compliance cost"
    TIME_REDUCTION = "time_reduction", "tỷ lệ cắt giảm thời hạn giải quyết", "reduction in processing time"


class TargetState(Term):
    """Where a target stands on a day."""

    MET = "met", "đạt", "met"
    MISSED = "missed", "không đạt", "missed"
    OPEN = "open", "chưa đến hạn", "not due yet"
    UNDEFINED = "undefined", "không xác định", "undefined"


class TaskState(Term):
    """Where a task of a programme stands on a day."""

    DONE = "done", "đã hoàn thành", "done"
    LATE = "late", "hoàn thành chậm", "done late"
    OVERDUE = "overdue", "quá hạn", "overdue"
    OPEN = "open", "chưa đến hạn", "not due yet"
    UNDATED = "undated", "không có hạn cố định", "no fixed date"
    NO_DATA = "no_data", "chưa có số liệu", "no data"
