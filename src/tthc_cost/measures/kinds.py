"""Simplification measures as values: what may be changed in a procedure, the legal action for it, and its cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from tthc_cost.errors import InputFault, Place, remark, require
from tthc_cost.measures.columns import MEASURES, LegalAction, LineAfter, MeasureKind, read_fields
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from tthc_cost.vocabulary import Level

__all__ = [
    "KINDS",
    "Abolish",
    "CutCopies",
    "Delegate",
    "DropDocument",
    "DropStep",
    "GoOnline",
    "LegalAction",
    "LineAfter",
    "LowerFrequency",
    "MergeProcedures",
    "MergeSteps",
    "ShortenDeadline",
    "ShortenStep",
    "SimplificationMeasure",
    "SimplifyWork",
    "StopAsking",
    "content_of",
    "legal_document",
    "touched",
]


def _read_measure(measure: SimplificationMeasure) -> None:
    """Read the fields of a measure and of its lines."""
    read_fields(measure)
    require(measure.legal, LegalAction, "legal")
    lines = tuple(getattr(measure, "lines", ()))
    if not lines:
        return
    for line in lines:
        require(line, LineAfter, "lines")
    object.__setattr__(measure, "lines", lines)
    stated = [line.activity for line in lines]
    faults = [
        remark("measure_line_twice", _place(measure, "activity"), activity=code)
        for code in dict.fromkeys(stated)
        if stated.count(code) > 1
    ]
    forbidden = () if isinstance(measure, MergeProcedures) else ("population",)
    forbidden = forbidden if isinstance(measure, MergeProcedures | Delegate) else (*forbidden, "grade")
    faults += [
        remark(
            "measure_field_not_its",
            _place(measure, name),
            column=MEASURES.column(name).vi,
            kind=measure.kind.label(),
            column_en=MEASURES.column(name).en,
            kind_en=measure.kind.label("en"),
        )
        for name in forbidden
        if any(name in line.figures for line in lines)
    ]
    if faults:
        raise InputFault(*faults)


def _place(measure: SimplificationMeasure, column: str) -> Place:
    return Place(table=MEASURES.name, key=(measure.code,), column=column)


def _need(measure: SimplificationMeasure, *changes: object) -> None:
    """Refuse a measure that states none of what it is to change."""
    if not any(one is not None and one != () for one in changes):
        raise InputFault.because("measure_changes_nothing", _place(measure, "kind"), measure=measure.code)


@dataclass(frozen=True, slots=True)
class DropDocument:
    """A document is no longer part of the dossier: it goes, and with it every line of work on it.

    Parameters
    ----------
    code, procedure, document : str
        Stable name of the measure; the procedure; the document.
    legal : LegalAction
        The legal action that makes it so.
    one_off_vnd : int, or text such as ``"1,2 tỷ đồng"``
        What the change itself costs, once [đồng].
    content, reason : str, optional
        What the proposal says; without a content, `content_of` words it.

    Raises
    ------
    InputFault
        With every field that cannot be read, as of every measure.

    Examples
    --------
    >>> DropDocument("PA-1", "NB-07", "3", one_off_vnd="2 triệu đồng").one_off_vnd
    2000000
    """

    code: str
    procedure: str
    document: str
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.DROP_DOCUMENT

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class StopAsking:
    """A document that another agency holds is no longer asked for: its holder is looked up instead.

    The document leaves the dossier, and with it the lines of it that the requester bears; those of the resolver and
    the coordinator, who now look it up, stay. Parameters as of `DropDocument`, with `held_by`, who holds it.
    """

    code: str
    procedure: str
    document: str
    held_by: str | None = None
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.STOP_ASKING

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class CutCopies:
    """Fewer copies of a document are asked for; what copying them takes then is stated line by line.

    Parameters as of `DropDocument`, with `copies`, how many are left, and `lines`, tuple of `LineAfter`.
    """

    code: str
    procedure: str
    document: str
    copies: int
    lines: tuple[LineAfter, ...] = ()
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.CUT_COPIES

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class DropStep:
    """A step is no longer taken: it goes with its lines, and what came after it comes after what it came after.

    Parameters as of `DropDocument`, with `step`.
    """

    code: str
    procedure: str
    step: str
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.DROP_STEP

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class MergeSteps:
    """Several steps become one: the others' lines become its own, and stay as they are unless `lines` says otherwise.

    Together the lines that are named may take no more than before, grade by grade. Elapsed time is not saved by
    silence: without `duration_days` the step lasts as long as all of them together.

    Parameters
    ----------
    code, procedure, step : str
        As of `DropDocument`; the step that stays.
    merged : tuple of str
        The steps that go into it.
    duration_days : float, optional
        How long it takes then [working days].
    name : str, optional
        Its name then.
    lines : tuple of LineAfter
        Lines of all of them that change.
    legal, one_off_vnd, content, reason
        As of `DropDocument`.
    """

    code: str
    procedure: str
    step: str
    merged: tuple[str, ...]
    duration_days: Any = None
    name: str | None = None
    lines: tuple[LineAfter, ...] = ()
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.MERGE_STEPS

    def __post_init__(self) -> None:
        _read_measure(self)
        _check_merged(self, self.step)


@dataclass(frozen=True, slots=True)
class ShortenStep:
    """A step takes fewer days, less work, or both: two different things, each to be stated.

    Parameters as of `DropDocument`, with `step`, `duration_days` [working days, elapsed] and `lines`, tuple of
    `LineAfter`, where effort is in person-hours. Nothing is concluded from the one for the other.
    """

    code: str
    procedure: str
    step: str
    duration_days: Any = None
    lines: tuple[LineAfter, ...] = ()
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.SHORTEN_STEP

    def __post_init__(self) -> None:
        _read_measure(self)
        _need(self, self.duration_days, self.lines)


@dataclass(frozen=True, slots=True)
class ShortenDeadline:
    """The procedure must be decided sooner: `deadline_days` [working days]. It saves time, and of itself no cost.

    Other parameters as of `DropDocument`.
    """

    code: str
    procedure: str
    deadline_days: Any
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.SHORTEN_DEADLINE

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class SimplifyWork:
    """Lines of the cost table take less, or are gone, while documents and steps stay: a simpler form, a lower fee.

    Parameters as of `DropDocument`, with `lines`, tuple of `LineAfter`.
    """

    code: str
    procedure: str
    lines: tuple[LineAfter, ...]
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.SIMPLIFY_WORK

    def __post_init__(self) -> None:
        _read_measure(self)
        _need(self, self.lines)


@dataclass(frozen=True, slots=True)
class LowerFrequency:
    """The procedure is carried out less often: `frequency` [1/year], in every agency that does so more often.

    A line with a frequency of its own keeps it. Other parameters as of `DropDocument`.
    """

    code: str
    procedure: str
    frequency: Any
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.LOWER_FREQUENCY

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class GoOnline:
    """The dossier is submitted and the result received online: another `channel`, and `lines` that take less.

    Parameters as of `DropDocument`, with `channel` and `lines`, tuple of `LineAfter`.
    """

    code: str
    procedure: str
    lines: tuple[LineAfter, ...] = ()
    channel: str = "Trực tuyến"
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.GO_ONLINE

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class Delegate:
    """Another `level` or `agency` decides the procedure; `lines` say what the work takes there, and at which grade.

    Parameters as of `DropDocument`, with `level`, `agency` and `lines`, tuple of `LineAfter`. A grade may cost more
    there: only a costing shows.
    """

    code: str
    procedure: str
    level: Level | str | None = None
    agency: str | None = None
    lines: tuple[LineAfter, ...] = ()
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.DELEGATE

    def __post_init__(self) -> None:
        _read_measure(self)
        _need(self, self.level, self.agency)


@dataclass(frozen=True, slots=True)
class Abolish:
    """The procedure is no more. Parameters as of `DropDocument`, without a document."""

    code: str
    procedure: str
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.ABOLISH

    def __post_init__(self) -> None:
        _read_measure(self)


@dataclass(frozen=True, slots=True)
class MergeProcedures:
    """Several procedures become one: its dossier, steps and lines hold for the cases of all.

    Where the way of the one that stays costs more a case than that of another, the merge raises the cost: only a
    costing shows.

    Parameters
    ----------
    code, procedure : str
        As of `DropDocument`; the procedure whose rows carry on.
    merged : tuple of str
        The procedures that go into it.
    into : str, optional
        A new code that the one procedure has then; its own unless said.
    name : str, optional
        Its name then.
    population : int, optional
        Subjects a year of all together [count]; their sum unless said, and never less than the largest.
    lines : tuple of LineAfter
        Lines of the one that stays which change; a line with a population of its own must state the new one.
    legal, one_off_vnd, content, reason
        As of `DropDocument`.
    """

    code: str
    procedure: str
    merged: tuple[str, ...]
    into: str | None = None
    name: str | None = None
    population: Any = None
    lines: tuple[LineAfter, ...] = ()
    legal: LegalAction = field(default=LegalAction(), kw_only=True)
    one_off_vnd: Any = field(default=0, kw_only=True)
    content: str | None = field(default=None, kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    kind: ClassVar = MeasureKind.MERGE_PROCEDURES

    def __post_init__(self) -> None:
        _read_measure(self)
        _check_merged(self, self.procedure)
        if self.into == self.procedure:
            object.__setattr__(self, "into", None)


SimplificationMeasure: TypeAlias = (
    DropDocument
    | StopAsking
    | CutCopies
    | DropStep
    | MergeSteps
    | ShortenStep
    | ShortenDeadline
    | SimplifyWork
    | LowerFrequency
    | GoOnline
    | Delegate
    | Abolish
    | MergeProcedures
)
"""Any simplification measure. What a target of a programme measures is another thing: `vocabulary.Measure`."""

KINDS: Final[dict[MeasureKind, type[Any]]] = {
    one.kind: one
    for one in (
        DropDocument, StopAsking, CutCopies, DropStep, MergeSteps, ShortenStep, ShortenDeadline, SimplifyWork,
        LowerFrequency, GoOnline, Delegate, Abolish, MergeProcedures,
    )
}  # fmt: skip
"""The class of each kind of measure."""


def _check_merged(measure: MergeSteps | MergeProcedures, stays: str) -> None:
    """Refuse a merge of nothing, of a thing with itself, or of one thing twice."""
    codes = (stays, *measure.merged)
    if len(codes) < 2 or len(set(codes)) < len(codes):  # noqa: PLR2004 - it takes two
        raise InputFault.because("measure_merges_itself", _place(measure, "merged"), codes="; ".join(codes))


def touched(measure: SimplificationMeasure) -> tuple[str, ...]:
    """Return the procedures that a measure reads or changes, and the new code of a merge, each once.

    Examples
    --------
    >>> touched(MergeProcedures("PA-1", "NB-01", ("NB-02", "NB-03")))
    ('NB-01', 'NB-02', 'NB-03')
    """
    if not isinstance(measure, MergeProcedures):
        return (measure.procedure,)
    codes = (measure.procedure, *measure.merged, measure.into)
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def legal_document(measure: SimplificationMeasure) -> str | None:
    """Return the document that a measure asks to change: what is counted as regulations to be amended."""
    return measure.legal.legal_document


def content_of(measure: SimplificationMeasure) -> str:
    """Return what a measure says is to change: its own content, or its kind and what it is about, in Vietnamese.

    Examples
    --------
    >>> content_of(DropDocument("PA-1", "NB-07", "3"))
    'Bỏ thành phần hồ sơ: thành phần hồ sơ 3'
    """
    if measure.content is not None:
        return measure.content
    about = []
    for name, words in _WORDS.items():
        value = getattr(measure, name, None)
        if value not in (None, ()):
            value = value.label() if isinstance(value, Term) else value
            value = f"{value:g}".replace(".", ",") if isinstance(value, float) else value
            about.append(words.format("; ".join(value) if isinstance(value, tuple) else value))
    if lines := getattr(measure, "lines", ()):
        about.append(f"hoạt động {', '.join(line.activity for line in lines)}")
    kind = measure.kind.label()
    return f"{kind[0].upper()}{kind[1:]}" + (f": {', '.join(about)}" if about else "")


_WORDS: Final = {
    "document": "thành phần hồ sơ {}",
    "held_by": "khai thác từ {}",
    "copies": "còn {} bản",
    "step": "bước {}",
    "merged": "gộp {}",
    "into": "thành {}",
    "duration_days": "còn {} ngày làm việc",
    "deadline_days": "còn {} ngày làm việc",
    "frequency": "còn {} lần/năm",
    "channel": "{}",
    "level": "{}",
    "agency": "{}",
}
