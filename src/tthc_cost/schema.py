"""The contract of the tables: every column's kind, unit and limits, and where a row stands."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost import arithmetic
from tthc_cost.errors import Place
from tthc_cost.vocabulary import (
    Answer,
    Bearer,
    Criterion,
    DecisionKind,
    Kind,
    Level,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tthc_cost.errors import Language, Remark
    from tthc_cost.vocabulary import (
        Term,
    )

__all__ = [
    "ORIGIN",
    "TABLES",
    "Column",
    "ColumnKind",
    "Table",
    "Unreadable",
    "is_blank",
    "key_text",
    "origin_text",
    "row_place",
    "rows_of",
]

ORIGIN: Final = "origin"
"""Column that every table has beside those of the schema: the file, sheet and row that a row came from."""
_ORIGIN_SEPARATOR: Final = " › "


class ColumnKind(StrEnum):
    """What a column holds, and so how a cell of it is read."""

    CODE = "code"
    NUMBER_CODE = "number_code"
    CODES = "codes"
    TEXT = "text"
    TERM = "term"
    EFFORT = "effort"
    MONEY = "money"
    RATE = "rate"
    FREQUENCY = "frequency"
    POPULATION = "population"
    COUNT = "count"
    DAYS = "days"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


_DTYPES: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.EFFORT: "float64",
    ColumnKind.FREQUENCY: "float64",
    ColumnKind.DAYS: "float64",
    ColumnKind.NUMBER: "float64",
    ColumnKind.MONEY: "Int64",
    ColumnKind.RATE: "Int64",
    ColumnKind.POPULATION: "Int64",
    ColumnKind.COUNT: "Int64",
    ColumnKind.FLAG: "boolean",
    ColumnKind.DATE: "datetime64[s]",
}
_LIMITS: Final[Mapping[ColumnKind, int]] = {
    ColumnKind.EFFORT: arithmetic.EFFORT_LIMIT_HOURS,
    ColumnKind.MONEY: arithmetic.MONEY_LIMIT_VND,
    ColumnKind.RATE: arithmetic.RATE_LIMIT_VND_PER_HOUR,
    ColumnKind.FREQUENCY: arithmetic.FREQUENCY_LIMIT_PER_YEAR,
    ColumnKind.POPULATION: arithmetic.POPULATION_LIMIT,
    ColumnKind.COUNT: 10**6,
    ColumnKind.DAYS: 10**5,
    ColumnKind.NUMBER: 10**15,
}
_UNITS: Final[Mapping[ColumnKind, tuple[str, str]]] = {
    ColumnKind.EFFORT: ("giờ công", "person-hours"),
    ColumnKind.MONEY: ("đồng", "đồng"),
    ColumnKind.RATE: ("đồng/giờ", "đồng/hour"),
    ColumnKind.FREQUENCY: ("lần/năm", "times a year"),
    ColumnKind.POPULATION: ("đối tượng/năm", "subjects a year"),
    ColumnKind.DAYS: ("ngày làm việc", "working days"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Name in frames; the unit is its suffix.
    kind
        What it holds.
    vi, en
        Heading without the unit.
    filled
        Whether every row must have a value.
    present
        Whether the column itself must be there; an absent column is otherwise read as blank.
    term
        The enumeration of a `ColumnKind.TERM` column.
    """

    name: str
    kind: ColumnKind
    vi: str
    en: str
    filled: bool = False
    present: bool = False
    term: type[Term] | None = None

    @property
    def dtype(self) -> str:
        """Pandas dtype of the conformed column."""
        return _DTYPES.get(self.kind, "string")

    @property
    def limit(self) -> int | None:
        """Largest value allowed; the smallest is 0."""
        return _LIMITS.get(self.kind)

    def unit(self, language: Language = "vi") -> str:
        """Return the unit in words; empty for columns without one."""
        both = _UNITS.get(self.kind, ("", ""))
        return both[0] if language == "vi" else both[1]

    def heading(self, language: Language = "vi") -> str:
        """Return the heading with its unit in brackets."""
        label = self.vi if language == "vi" else self.en
        return f"{label} ({self.unit(language)})" if self.unit(language) else label


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, the columns that identify a row, and all its columns in order."""

    name: str
    vi: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in order, `ORIGIN` last."""
        return (*(column.name for column in self.columns), ORIGIN)


def _tables() -> dict[str, Table]:
    kind = ColumnKind
    procedure = Column("procedure", kind.CODE, "Mã TTHC", "Procedure", filled=True, present=True)
    agency = Column("agency", kind.TEXT, "Cơ quan", "Agency", filled=True, present=True)
    source = Column("source", kind.TEXT, "Nguồn số liệu", "Source")
    frequency = Column("frequency", kind.FREQUENCY, "Số lần thực hiện/01 năm", "Frequency")
    population = Column("population", kind.POPULATION, "Số lượng đối tượng tuân thủ/01 năm", "Population")
    name = Column("name", kind.TEXT, "Tên", "Name", filled=True, present=True)

    def text(code: str, vi: str, en: str) -> Column:
        return Column(code, kind.TEXT, vi, en)

    def date(code: str, vi: str, en: str) -> Column:
        return Column(code, kind.DATE, vi, en)

    def key(code: str, vi: str, en: str, what: ColumnKind = kind.NUMBER_CODE) -> Column:
        return Column(code, what, vi, en, filled=True, present=True)

    def money(code: str, vi: str, en: str) -> Column:
        return Column(code, kind.MONEY, vi, en)

    tables = (
        Table("procedures", "TTHC", "Procedures", ("procedure",), (
            procedure,
            Column("name", kind.TEXT, "Tên TTHC", "Name", filled=True, present=True),
            Column("kind", kind.TERM, "Nhóm TTHC", "Kind", term=Kind),
            Column("level", kind.TERM, "Cấp thực hiện", "Level", term=Level),
            text("field", "Lĩnh vực", "Field"),
            text("agency", "Cơ quan giải quyết TTHC", "Agency"),
            text("reviewing_agency", "Cơ quan chủ trì rà soát", "Reviewing agency"),
            text("coordinating_agencies", "Cơ quan phối hợp", "Coordinating agencies"),
            text("issuing_body", "Cơ quan ban hành văn bản quy định", "Issuing body"),
            text("channel", "Cách thức thực hiện", "Channel"),
            text("subject", "Đối tượng thực hiện TTHC", "Subject"),
            text("result", "Kết quả thực hiện", "Result"),
            text("conditions", "Yêu cầu, điều kiện", "Conditions"),
            Column("dossier_sets", kind.COUNT, "Số bộ hồ sơ", "Dossier sets"),
            Column("deadline_days", kind.DAYS, "Thời hạn giải quyết", "Deadline"),
            frequency,
            population,
            Column("in_scope", kind.FLAG, "Thuộc phạm vi kế hoạch", "In scope"),
            text("exclusion", "Lý do không thuộc phạm vi", "Exclusion"),
            text("legal_basis", "Căn cứ pháp lý", "Legal basis"),
            text("announced_by", "Quyết định công bố", "Announced by"),
            date("announced_on", "Ngày công bố", "Announced on"),
            date("publicised_on", "Ngày công khai", "Publicised on"),
            source,
        )),
        Table("criteria", "Tiêu chí rà soát", "Criteria", ("procedure", "component", "criterion"), (
            procedure,
            key("component", "Bộ phận cấu thành của TTHC", "Component", kind.TEXT),
            Column("criterion", kind.TERM, "Tiêu chí", "Criterion", filled=True, present=True, term=Criterion),
            Column("answer", kind.TERM, "Kết quả đánh giá", "Answer", term=Answer),
            text("reason", "Lý do", "Reason"),
        )),
        Table("documents", "Thành phần hồ sơ", "Documents", ("procedure", "document"), (
            procedure,
            key("document", "Mã thành phần hồ sơ", "Document"),
            name,
            Column("copies", kind.COUNT, "Số lượng bản", "Copies"),
            Column("is_form", kind.FLAG, "Là mẫu đơn, tờ khai", "Is a form"),
        )),
        Table("steps", "Trình tự thực hiện", "Steps", ("procedure", "step"), (
            procedure,
            key("step", "Mã bước", "Step"),
            name,
            text("performer", "Người (đơn vị) thực hiện", "Performer"),
            Column("duration_days", kind.DAYS, "Thời hạn thực hiện bước", "Duration"),
            Column("after", kind.CODES, "Sau bước", "After"),
        )),
        Table("activities", "Tính chi phí", "Activities", ("procedure", "activity"), (
            procedure,
            key("activity", "Mã hoạt động", "Activity"),
            Column("stage", kind.TERM, "Công việc khi thực hiện TTHC", "Stage", term=Stage),
            Column("document", kind.NUMBER_CODE, "Thuộc thành phần hồ sơ", "Document"),
            Column("step", kind.NUMBER_CODE, "Thuộc bước", "Step"),
            Column("name", kind.TEXT, "Hoạt động/cách thức thực hiện cụ thể", "Name"),
            Column("bearer", kind.TERM, "Bên chịu chi phí", "Bearer", term=Bearer),
            Column("grade", kind.TEXT, "Ngạch công chức/vị trí việc làm", "Grade"),
            Column("effort_hours", kind.EFFORT, "Thời gian thực hiện", "Effort", present=True),
            money("service_vnd", "Chi phí thuê tư vấn, dịch vụ", "Service"),
            money("fee_vnd", "Phí, lệ phí", "Fee"),
            money("other_vnd", "Chi phí khác", "Other"),
            frequency,
            population,
            source,
        )),
        Table("ranges", "Khoảng giá trị", "Ranges", ("table", "key", "column"), (
            key("table", "Bảng", "Table", kind.TEXT),
            key("key", "Khóa của dòng", "Key", kind.TEXT),
            key("column", "Cột", "Column", kind.TEXT),
            Column("low", kind.NUMBER, "Giá trị thấp", "Low", filled=True, present=True),
            Column("high", kind.NUMBER, "Giá trị cao", "High", filled=True, present=True),
        )),
        Table("rates", "Mức thu nhập", "Rates", ("grade", "valid_from"), (
            key("grade", "Ngạch công chức/vị trí việc làm", "Grade", kind.TEXT),
            date("valid_from", "Áp dụng từ ngày", "Valid from"),
            Column("vnd_per_hour", kind.RATE, "Mức TNBQ/01 người/01 giờ làm việc", "Rate", filled=True, present=True),
            source,
        )),
        Table("agencies", "Cơ quan", "Agencies", ("agency",), (
            agency,
            text("name", "Tên đầy đủ", "Name"),
            Column("level", kind.TERM, "Cấp", "Level", term=Level),
            text("parent", "Cơ quan cấp trên", "Parent"),
            text("successor", "Cơ quan kế thừa", "Successor"),
            date("valid_from", "Từ ngày", "Valid from"),
            date("valid_to", "Đến ngày", "Valid to"),
        )),
        Table("volumes", "Khối lượng", "Volumes", ("procedure", "agency"), (
            procedure,
            agency,
            Column("frequency", kind.FREQUENCY, frequency.vi, frequency.en, filled=True, present=True),
            Column("population", kind.POPULATION, population.vi, population.en, filled=True, present=True),
        )),
        Table("decisions", "Rà soát", "Decisions", ("procedure",), (
            procedure,
            Column("decision", kind.TERM, "Kết quả rà soát", "Decision", filled=True, present=True, term=DecisionKind),
            Column("replaced_by", kind.CODE, "Được thay bằng TTHC", "Replaced by"),
            Column("round", kind.COUNT, "Lần", "Round"),
            date("reviewed_on", "Ngày rà soát xong", "Reviewed on"),
            date("submitted_on", "Ngày kiến nghị phê duyệt", "Submitted on"),
            date("approved_on", "Ngày phê duyệt", "Approved on"),
            date("effective_on", "Ngày thực thi", "In force on"),
        )),
        Table("task_records", "Nhiệm vụ", "Task records", ("task", "agency"), (
            key("task", "Mã nhiệm vụ", "Task", kind.CODE),
            agency,
            date("done_on", "Ngày hoàn thành", "Done on"),
        )),
        Table("proposals", "Phương án", "Proposals", ("procedure", "item"), (
            procedure,
            key("item", "Mục", "Item"),
            text("content", "Nội dung đơn giản hóa", "Content"),
            text("reason", "Lý do", "Reason"),
            text("document", "Văn bản cần sửa", "Legal document"),
            text("provision", "Điều, khoản", "Provision"),
            text("action", "Hình thức xử lý", "Action"),
            text("authority", "Cơ quan có thẩm quyền", "Authority"),
            date("due_on", "Hạn thực thi", "Due on"),
            text("implemented_by", "Văn bản thực thi", "Implemented by"),
            date("implemented_on", "Ngày ban hành văn bản thực thi", "Implemented on"),
        )),
    )  # fmt: skip
    return {table.name: table for table in tables}


TABLES: Final[Mapping[str, Table]] = _tables()
"""The tables of the library by name."""


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values by column, in order."""
    names = [str(name) for name in frame.columns]
    columns = [column.tolist() for _, column in frame.items()]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def key_text(row: Mapping[str, Any], table: Table) -> tuple[str, ...]:
    """Return the key of a row as texts, empty where it has none."""
    values = [row.get(name) for name in table.key]
    plain = (value.date() if isinstance(value, dt.datetime) else value for value in values)
    return tuple("" if is_blank(value) or isinstance(value, Unreadable) else str(value) for value in plain)


def origin_text(file: str, sheet: str, row: int) -> str:
    """Write where a row came from, as the `ORIGIN` column holds it."""
    return _ORIGIN_SEPARATOR.join((file, sheet, str(row)))


def row_place(table: Table, row: Mapping[str, Any], column: str | None = None) -> Place:
    """Return the place of a row, or of one cell of it: its origin when it has one, and its key."""
    origin = row.get(ORIGIN)
    file = sheet = number = None
    if isinstance(origin, str) and origin.count(_ORIGIN_SEPARATOR) >= 2:  # noqa: PLR2004 - file, sheet, row
        file, sheet, row_number = origin.rsplit(_ORIGIN_SEPARATOR, 2)
        number = int(row_number) if row_number.isdecimal() else None
    key = tuple(part for part in key_text(row, table) if part)
    return Place(file, sheet, None, number, table.name, key, column)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a frame for a cell that its reader could not read.

    Parameters
    ----------
    remark
        What is wrong with the cell; None when that has been said already, of the whole column or sheet.
    """

    remark: Remark | None = None


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing: None, a missing value of pandas, NaN, or text of white space."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, float) and math.isnan(value)
