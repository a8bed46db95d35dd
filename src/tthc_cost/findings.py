"""What a finding of the audit is, what the rules look at, and how a rule says what it saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, cast

import numpy as np
import pandas as pd

from tthc_cost.errors import Severity, remark
from tthc_cost.line_pairs import LinePairs, Undo
from tthc_cost.numerals import format_decimal, format_exact, format_integer, format_percent
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import Measure, Term
from tthc_cost.wording import affirmed, mentions, plain_words, recognised

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Mapping
    from fractions import Fraction

    from tthc_cost.claims import Claim
    from tthc_cost.comparison import Comparison
    from tthc_cost.errors import Language
    from tthc_cost.line_pairs import Positions
    from tthc_cost.programmes import Programme
    from tthc_cost.review import Review

    # Whole numbers, fractions, texts, terms of the field, or pairs of texts in both languages.
    Figure: TypeAlias = Any

Result = TypeVar("Result")

__all__ = [
    "Evidence", "Family", "Finding", "FindingSeverity", "Rule", "Seen", "mentions", "plain_words", "recognised",
    "set_apart",
]  # fmt: skip

FindingSeverity = Literal["error", "warning", "note"]

_POINT_DIGITS: Final = 2
_NOTHING: Final = Undo(0)
_INSEPARABLE: Final = (
    " TTHC này hợp nhất cùng TTHC khác, khối lượng của nó không tách riêng được, nên ở đây chỉ bớt số TTHC.",
    " It was merged with others and its volume cannot be told apart, so that only the count is corrected here.",
)


_WEIGHTS: Final[Mapping[Severity, FindingSeverity]] = {
    Severity.FAULT: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


class Family(Term):
    """What the rules of the audit are about."""

    CLAIMS = "claims", "Số liệu báo cáo", "claims"
    LIKENESS = "likeness", "So sánh cùng điều kiện", "like with like"
    DISAPPEARANCE = "disappearance", "Công việc mất đi, chuyển đi", "disappearing and moving work"
    LINES = "lines", "Từng dòng chi phí", "lines"
    PATTERNS = "patterns", "Dấu hiệu lặp lại", "patterns"
    LIFE = "life", "Phê duyệt, thực thi", "life of a proposal"


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the rules look at; what several of them need is worked out once.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.
    programme : Programme, optional
        What was ordered.
    on : datetime.date, optional
        The day of the audit; what happened later is not known on it.
    claims : tuple of Claim
        What the departments state.
    """

    comparison: Comparison
    programme: Programme | None = None
    on: dt.date | None = None
    claims: tuple[Claim, ...] = ()
    _done: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def review(self) -> Review:
        """The review compared; asked only by rules that need lines."""
        assert self.comparison.review is not None  # noqa: S101 - a rule without it is not run
        return self.comparison.review

    @property
    def standing(self) -> pd.DataFrame:
        """One row a procedure of either state, as `Comparison.standing`."""
        return self.comparison.standing

    @cached_property
    def pairs(self) -> LinePairs:
        """The lines of both states side by side; rules name what they dispute by positions in it."""
        return LinePairs.of(self.comparison, self.late)

    @cached_property
    def closed_on(self) -> pd.Timestamp | None:
        """The first day on which an announcement is too late: the programme's, else that after the review began."""
        targets = () if self.programme is None else self.programme.targets
        closed = [pd.Timestamp(one.before) for one in targets if one.measure is Measure.ANNOUNCED]
        begun = self.standing["reviewed_on"].min()
        return min(closed) if closed else None if is_blank(begun) else begun + pd.Timedelta(days=1)

    @cached_property
    def late(self) -> dict[str, pd.Timestamp]:
        """The procedures announced too late, and when."""
        if self.closed_on is None:
            return {}
        late = self.standing["announced_on"] >= self.closed_on
        rows = self.standing.loc[late & self.standing["in_baseline"], ["procedure", "announced_on"]]
        return dict(rows.itertuples(index=False, name=None))

    @cached_property
    def by_code(self) -> dict[str, dict[str, Any]]:
        """The rows of `standing` by procedure, blank cells as None."""
        rows = rows_of(self.standing)
        return {row["procedure"]: {name: None if is_blank(one) else one for name, one in row.items()} for row in rows}

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """All procedures that move together, by the name of their group."""
        found: dict[str, list[str]] = {}
        for code, row in self.by_code.items():
            found.setdefault(row["group"], []).append(code)
        return {group: tuple(codes) for group, codes in found.items()}

    @cached_property
    def costs(self) -> pd.DataFrame:
        """One row a procedure, as `Comparison.procedures`: its standing and what it puts into the totals."""
        return self.comparison.procedures

    @cached_property
    def proposal_texts(self) -> dict[str, tuple[str, ...]]:
        """What the proposals say of each group, cell by cell, by the name of the group."""
        columns = ["content", "reason", "document", "provision", "action", "authority"]
        written: dict[str, list[str]] = {}
        for row in rows_of(self.review.proposals):
            known = self.by_code.get(row["procedure"])
            if known is not None:
                written.setdefault(known["group"], []).extend(row[name] for name in columns if not is_blank(row[name]))
        return {group: tuple(texts) for group, texts in written.items()}

    @cached_property
    def rounds(self) -> dict[str, int]:
        """The round in which each procedure is reviewed; of a new one that of those it replaces, if they have one."""
        found = {code: int(row["round"]) for code, row in self.by_code.items() if row["round"] is not None}
        for codes in self.groups.values():
            numbers = {found[code] for code in codes if code in found}
            if len(numbers) == 1:
                found |= dict.fromkeys(codes, *numbers)
        return found

    def says(self, group: str, known: Iterable[str]) -> str | None:
        """Return the first of some known expressions that a group's proposals affirm, None if none."""
        said = (affirmed(text, known) for text in self.proposal_texts.get(group, ()))
        return next((one for one in said if one), None)

    def merged_with(self, procedure: str) -> tuple[str, ...]:
        """Return the other counted procedures of the baseline that move with a procedure."""
        codes = self.groups[self.by_code[procedure]["group"]]
        rows = (self.by_code[code] for code in codes if code != procedure)
        return tuple(row["procedure"] for row in rows if row["in_baseline"] and row["counted"])

    def own_pairs(self, procedure: str) -> Positions:
        """Return the positions of all pairs of a baseline procedure; in a merge those of its own baseline lines."""
        group = self.by_code[procedure]["group"]
        alone = sum(bool(self.by_code[code]["in_baseline"]) for code in self.groups[group]) == 1
        pairs = self.pairs.of_group.get(group) if alone else self.pairs.of_baseline.get(procedure)
        return np.array([], dtype=np.intp) if pairs is None else pairs

    def once(self, work: Callable[[Evidence], Result]) -> Result:
        """Return what a function makes of the evidence, made once for all the rules that ask."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast("Result", self._done[work])

    def agency_of(self, procedure: str | None) -> str | None:
        """Return who is asked about a procedure: who reviews it, else who resolves it."""
        row = self.by_code.get(procedure or "", {})
        return row.get("reviewing_agency") or row.get("agency")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule saw, before it is weighed.

    Parameters
    ----------
    procedure, activity : str, optional
        Where; None for what is about several.
    figures : mapping of str to int, Fraction, str, Term, (str, str) or None
        What fills the rule's sentence of the catalogue, and is handed on. Whole numbers are printed with grouped
        thousands, fractions as they are (those named ``…ratio`` in per cent), terms by their label, a pair is
        the Vietnamese and the English text.
    undo : Undo
        What of the pairs `at` is disputed.
    at : sequence of int
        Positions in `Evidence.pairs` of the lines that are disputed.
    as_one : tuple of str
        Procedures that should not be counted as procedures of their own; their cost stays.
    agency : str, optional
        Who is asked; by default who reviews the procedure.
    priced : bool
        False for what cannot be priced in đồng; what disputes nothing, yet is priced, has an effect of 0.
    overstated : tuple of (int, Fraction), optional
        For claims: đồng and share by which the claim exceeds what follows from the lines. It is the effect, and leaves
        the comparison, which never held it, as it is.
    """

    procedure: str | None = None
    activity: str | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    undo: Undo = _NOTHING
    at: Positions | tuple[int, ...] = ()
    as_one: tuple[str, ...] = ()
    agency: str | None = None
    priced: bool = True
    overstated: tuple[int | None, Fraction | None] | None = None


def set_apart(evidence: Evidence, procedure: str, figures: Mapping[str, Figure], doubted: Collection[str] = ()) -> Seen:
    """Take a procedure out of both sides of the ratios.

    The receiver of a merge keeps the subjects of all that were merged. One of these alone would leave the baseline with
    its cost, and its subjects would stay: that is not like with like. So it only leaves the count, unless all the
    others are `doubted` as well and the whole merge can leave.

    Parameters
    ----------
    evidence : Evidence
        What the rules look at.
    procedure : str
        A procedure of the baseline.
    figures : mapping
        What was seen; ``part`` is added, which says what was not taken out, and why.
    doubted : collection of str
        All the procedures that the rule takes out.
    """
    if set(evidence.merged_with(procedure)) <= set(doubted):
        at = evidence.pairs.of_group.get(evidence.by_code[procedure]["group"], ())
        return Seen(procedure, None, {**figures, "part": ("", "")}, Undo.APART, at)
    return Seen(procedure, None, {**figures, "part": _INSEPARABLE}, as_one=(procedure,), priced=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the audit.

    Parameters
    ----------
    code : str
        Stable name; also of its sentence in the catalogue, which has the severity.
    family : Family
        What it is about.
    vi, en : str
        Title.
    look : callable
        From the evidence to all that the rule sees.
    needs_lines : bool
        Whether it has nothing to say of published totals.
    """

    code: str
    family: Family
    vi: str
    en: str
    look: Callable[[Evidence], Iterable[Seen]]
    needs_lines: bool = True

    def title(self, language: Language = "vi") -> str:
        """Return the title in one language."""
        return self.vi if language == "vi" else self.en

    @property
    def severity(self) -> FindingSeverity:
        """How much its findings weigh: ``"error"`` only where the figures prove it."""
        return _WEIGHTS[remark(self.code).severity]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to be explained or completed (nội dung cần giải trình, hoàn chỉnh).

    Parameters
    ----------
    rule : Rule
        What found it.
    procedure, activity, agency : str or None
        Where it is, and who is asked.
    figures : mapping
        What was seen, by name.
    effect_vnd : int or None
        Đồng a year of the stated saving that it disputes, taken alone; negative where the saving would be larger; None
        where it cannot be priced.
    effect_points : Fraction or None
        Percentage points of the reduction that it disputes, taken alone.
    undo, at, as_one
        What it disputes, as in `Seen`.
    """

    rule: Rule
    procedure: str | None
    activity: str | None
    agency: str | None
    figures: Mapping[str, Figure]
    effect_vnd: int | None
    effect_points: Fraction | None
    undo: Undo = _NOTHING
    at: tuple[int, ...] = ()
    as_one: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Stable name of its rule."""
        return self.rule.code

    @property
    def family(self) -> Family:
        """What its rule is about."""
        return self.rule.family

    @property
    def severity(self) -> FindingSeverity:
        """``"error"``, ``"warning"`` or ``"note"``."""
        return self.rule.severity

    def sentence(self, language: Language = "vi") -> str:
        """Say what was seen, why it matters, and what the agency is asked to do."""
        shown = {name: _shown(name, value, language) for name, value in self.figures.items()}
        own = {"procedure": self.procedure or "–", "activity": self.activity or "–", "agency": self.agency or "–"}
        return remark(self.code, **(own | shown)).text(language)

    def effect(self, language: Language = "vi") -> str:
        """Say what it does to the stated saving."""
        if self.effect_vnd is None and self.effect_points is None:
            return remark("finding_unpriced").text(language)
        vnd = "–" if self.effect_vnd is None else format_integer(self.effect_vnd, language=language)
        points = (
            "–" if self.effect_points is None else format_decimal(self.effect_points, _POINT_DIGITS, language=language)
        )
        return remark("finding_effect", vnd=vnd, points=points).text(language)

    def text(self, language: Language = "vi") -> str:
        """Say the whole of it in one language."""
        return f"{self.sentence(language)} {self.effect(language)}"

    def __str__(self) -> str:
        return self.text()


def _shown(name: str, value: Figure, language: Language) -> str:
    if value is None:
        return "–"
    if isinstance(value, Term):
        return value.label(language)
    if isinstance(value, tuple):
        return str(value[language == "en"])
    if isinstance(value, str):
        return value
    if name.endswith("ratio"):
        return format_percent(value, language=language)
    return format_exact(value, language=language)
