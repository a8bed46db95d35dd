"""What a measure is stated in: its kinds, the columns of its sheet, its legal action, and what becomes of a line."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.cells import read_value
from tthc_cost.errors import InputFault, Place, TthcCostError, remark
from tthc_cost.numerals import shorten
from tthc_cost.schema import TABLES, Column, ColumnKind, Table
from tthc_cost.vocabulary import Level, Term

if TYPE_CHECKING:
    from tthc_cost.errors import Remark

__all__ = ["FIGURES", "MEASURES", "LegalAction", "LineAfter", "MeasureKind", "read_fields"]


class MeasureKind(Term):
    """What a simplification measure does."""

    DROP_DOCUMENT = "drop_document", "bỏ thành phần hồ sơ", "drop a document"
    STOP_ASKING = (
        "stop_asking", "không yêu cầu giấy tờ cơ quan khác đã có", "stop asking for what another agency holds",
        "khai thác dữ liệu sẵn có",
    )  # fmt: skip
    CUT_COPIES = "cut_copies", "giảm số lượng bản", "cut copies"
    DROP_STEP = "drop_step", "bỏ bước", "drop a step"
    MERGE_STEPS = "merge_steps", "gộp bước", "merge steps"
    SHORTEN_STEP = "shorten_step", "rút ngắn bước", "shorten a step"
    SHORTEN_DEADLINE = "shorten_deadline", "rút ngắn thời hạn giải quyết", "shorten the deadline"
    SIMPLIFY_WORK = "simplify_work", "đơn giản hóa cách thực hiện", "simplify the work", "cắt giảm công việc"
    LOWER_FREQUENCY = "lower_frequency", "giảm số lần thực hiện", "lower the frequency", "giảm tần suất thực hiện"
    GO_ONLINE = "go_online", "thực hiện trực tuyến", "go online", "nộp trực tuyến"
    DELEGATE = "delegate", "phân cấp, ủy quyền", "delegate", "phân cấp", "ủy quyền"
    ABOLISH = "abolish", "bãi bỏ thủ tục", "abolish the procedure", "bãi bỏ"
    MERGE_PROCEDURES = "merge_procedures", "hợp nhất thủ tục", "merge procedures", "hợp nhất, lồng ghép", "hợp nhất"


def _measures_table() -> Table:
    kind = ColumnKind

    def of_line(name: str) -> Column:
        return replace(TABLES["activities"].column(name), present=False)

    def optional(name: str, what: ColumnKind, vi: str, en: str) -> Column:
        return Column(name, what, vi, en)

    columns = (
        Column("measure", kind.NUMBER_CODE, "Mã phương án", "Measure", filled=True, present=True),
        Column("kind", kind.TERM, "Loại phương án", "Kind", filled=True, present=True, term=MeasureKind),
        Column("procedure", kind.CODE, "Mã TTHC", "Procedure", filled=True, present=True),
        optional("merged", kind.CODES, "Gộp thêm (mã TTHC hoặc mã bước)", "Merged with"),
        optional("into", kind.CODE, "Mã TTHC mới sau hợp nhất", "Into"),
        optional("document", kind.NUMBER_CODE, "Mã thành phần hồ sơ", "Document"),
        optional("held_by", kind.TEXT, "Cơ quan đang có giấy tờ", "Held by"),
        optional("copies", kind.COUNT, "Số lượng bản còn lại", "Copies"),
        optional("step", kind.NUMBER_CODE, "Mã bước", "Step"),
        optional("duration_days", kind.DAYS, "Thời hạn thực hiện bước còn lại", "Duration"),
        optional("deadline_days", kind.DAYS, "Thời hạn giải quyết còn lại", "Deadline"),
        optional("channel", kind.TEXT, "Cách thức thực hiện mới", "Channel"),
        Column("level", kind.TERM, "Cấp được phân cấp", "Level", term=Level),
        optional("agency", kind.TEXT, "Cơ quan được phân cấp", "Agency"),
        optional("activity", kind.NUMBER_CODE, "Mã hoạt động", "Activity"),
        optional("dropped", kind.FLAG, "Không còn hoạt động này", "Dropped"),
        optional("name", kind.TEXT, "Tên mới", "Name"),
        *(of_line(name) for name in ("grade", "effort_hours", "service_vnd", "fee_vnd", "other_vnd")),
        of_line("frequency"),
        of_line("population"),
        optional("one_off_vnd", kind.MONEY, "Chi phí thực hiện phương án, một lần", "One-off cost"),
        optional("content", kind.TEXT, "Nội dung đơn giản hóa", "Content"),
        optional("reason", kind.TEXT, "Lý do", "Reason"),
        optional("legal_document", kind.TEXT, "Văn bản cần sửa", "Legal document"),
        optional("provision", kind.TEXT, "Điều, khoản", "Provision"),
        optional("action", kind.TEXT, "Hình thức xử lý", "Action"),
        optional("authority", kind.TEXT, "Cơ quan có thẩm quyền", "Authority"),
        optional("excluded", kind.FLAG, "Loại khỏi phương án", "Excluded"),
    )
    return Table("measures", "Phương án đơn giản hóa", "Measures", ("measure", "activity"), columns)


MEASURES: Final = _measures_table()
"""Contract of the sheet of measures; the fields of the classes of this room are read as its columns say."""

FIGURES: Final = ("effort_hours", "service_vnd", "fee_vnd", "other_vnd", "frequency")
"""Figures of a line that a measure may lower."""


def read_fields(thing: object) -> None:
    """Read every field of a new object as its column says, and raise all faults at once; a blank takes its default."""
    faults: list[Remark] = []
    for one in fields(thing):  # type: ignore[arg-type]
        if one.name in {"lines", "legal"}:
            continue
        column = MEASURES.column("measure" if one.name == "code" else one.name)
        try:
            read = _read(column, getattr(thing, one.name))
        except TthcCostError as error:
            faults += [fault.at(table=MEASURES.name, column=column.name) for fault in error.faults]
            continue
        if read is None and one.default is MISSING:
            faults.append(remark("blank_required", Place(table=MEASURES.name, column=column.name), column=column.vi))
        object.__setattr__(thing, one.name, one.default if read is None else read)
    if faults:
        raise InputFault(*faults)


def _read(column: Column, value: Any) -> Any:  # noqa: ANN401 - what the column's kind is read as
    """Read one value; several codes as a tuple, a term as itself, money in whole đồng."""
    if column.kind is ColumnKind.CODES:
        text = read_value(column, value if isinstance(value, str) or value is None else ";".join(value))
        return tuple(text.split(";")) if text else None
    read = read_value(column, value)
    if column.kind is ColumnKind.MONEY and isinstance(read, float):
        raise InputFault.because("reform_cost_rounded", value=shorten(value))
    return column.term.parse(read) if column.term is not None and read is not None else read


@dataclass(frozen=True, slots=True)
class LegalAction:
    """The legal action that makes a measure so: the columns of ``proposals``.

    Parameters
    ----------
    legal_document : str, optional
        The document to be changed, such as ``"Quyết định số 15/2020/QĐ-UBND"``.
    provision, action, authority : str, optional
        Article and clause; how it is dealt with (sửa đổi, bãi bỏ …); who may do so.
    """

    legal_document: str | None = None
    provision: str | None = None
    action: str | None = None
    authority: str | None = None

    def __post_init__(self) -> None:
        read_fields(self)


@dataclass(frozen=True, slots=True)
class LineAfter:
    """What becomes of one line of the cost table: it is gone, or some of its figures are others.

    Parameters
    ----------
    activity : str
        Code of the line.
    dropped : bool
        Whether nobody does it any more.
    name, grade : str, optional
        Other wording; another grade, where the work goes to another level or procedure.
    effort_hours : float, text or Quantity, optional
        Work of one case after [person-hours]; None leaves it as it is.
    service_vnd, fee_vnd, other_vnd : int, text or Quantity, optional
        Money of one case after [đồng].
    frequency : float, optional
        Times a year after [1/year].
    population : int, optional
        Subjects a year after [count], in a merge of procedures.

    Raises
    ------
    InputFault
        With every field that cannot be read; if it says nothing, or both that the line is gone and what it takes.

    Examples
    --------
    >>> LineAfter("3", effort_hours="45 phút").figures
    {'effort_hours': 0.75}
    """

    activity: str
    dropped: bool = False
    name: str | None = None
    grade: str | None = None
    effort_hours: Any = None
    service_vnd: Any = None
    fee_vnd: Any = None
    other_vnd: Any = None
    frequency: Any = None
    population: Any = None

    def __post_init__(self) -> None:
        read_fields(self)
        if self.dropped == bool(self.figures):
            raise InputFault.because("measure_line_unclear", activity=self.activity)

    @property
    def figures(self) -> dict[str, Any]:
        """What is stated of the line, by column of ``activities``."""
        stated = {name: getattr(self, name) for name in ("name", "grade", *FIGURES, "population")}
        return {name: value for name, value in stated.items() if value is not None}
