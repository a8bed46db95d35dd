"""What the template says to whoever fills it in: rules and an example on its first sheet, a hint on each heading."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.io.books import printed_across
from tthc_cost.io.headings import STATE, heading_labels
from tthc_cost.io.reading import INTRODUCTION
from tthc_cost.schema import TABLES, ColumnKind
from tthc_cost.vocabulary import Bearer, DecisionKind, Kind, Level, Stage, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.format import Format

    from tthc_cost.io.books import NewBook
    from tthc_cost.schema import Column, Table

__all__ = ["OF_REVIEWS", "Example", "Introduction", "hint", "introduce"]


@dataclass(frozen=True, slots=True)
class Example:
    """A table of an example filled in.

    Parameters
    ----------
    table
        Whose it is.
    columns
        Names of those that are shown.
    rows
        Their cells.
    """

    table: Table
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the first sheet of a workbook says.

    Parameters
    ----------
    title
        Of the sheet and of the document.
    rules
        How to fill it in, in lines.
    examples
        Tables of an example filled in.
    """

    title: str
    rules: str
    examples: tuple[Example, ...]


_HOW_TO_FILL: Final = """\
Biểu này ghi chi phí tuân thủ của từng thủ tục hành chính (TTHC) nội bộ trước và sau khi đơn giản hóa, và kết quả \
rà soát. Trang này không được đọc khi tính toán; ví dụ đã điền có ở cuối trang.
1. Bắt buộc điền ba trang «TTHC», «Tính chi phí» và «Rà soát» (thẻ trang màu xanh); các trang khác điền khi có số liệu.
2. Ở trang có cột «Trạng thái», mỗi dòng ghi «hiện tại» hoặc «sau đơn giản hóa». TTHC được giữ nguyên thì không cần \
ghi lại ở trạng thái «sau đơn giản hóa».
3. Không đổi tên trang tính và tiêu đề cột; thứ tự dòng tùy ý. Cột có tiêu đề nền đậm phải có mặt. Di chuột lên tiêu \
đề (góc có tam giác đỏ) để xem cách ghi. Tiêu đề được khóa không dùng mật khẩu để khỏi sửa nhầm; các dòng bên dưới \
nhập, sắp xếp, lọc, chèn, xóa bình thường.
4. Đơn vị tính ghi trong ngoặc ở tiêu đề cột. Có thể ghi đơn vị khác ngay trong ô, ví dụ «45 phút», «2 ngày công», \
«20.000 đồng»; không ghi khoảng («10-15») hay ước chừng («khoảng 50»).
5. «Thời gian thực hiện» là giờ công làm việc thực tế cho một lần thực hiện, không phải số ngày chờ đợi; thời hạn \
(ngày làm việc) ghi ở trang «TTHC» và trang «Trình tự thực hiện».
6. Dòng chi phí đã có ít nhất một số liệu thì ô trống được tính là 0; dòng không có số liệu nào là lỗi, không phát \
sinh gì thì ghi số 0. Tiền ghi bằng đồng, không ghi nghìn đồng.
7. Mã TTHC là văn bản, ví dụ NB-01 hoặc 1.004080; mỗi mã dùng cho một TTHC. Trong một TTHC, mỗi hoạt động có một mã \
riêng. TTHC hợp nhất, thay thế thì ghi mã TTHC nhận ở cột «Được thay bằng TTHC» của trang «Rà soát».
8. Ngày ghi dạng ngày/tháng/năm, ví dụ 30/11/2023. Mọi số liệu nên nêu nguồn ở cột «Nguồn số liệu».
"""
_EXAMPLE_TITLE: Final = "VÍ DỤ ĐÃ ĐIỀN (số liệu giả định; các cột không có ở đây được để trống)"

_NOW, _AFTER = (state.label() for state in State)
_CODE: Final = "NB-01"


def _line(stage: Stage, name: str, hours: float, fee: int | None = None) -> tuple[Any, ...]:
    return stage.label(), name, Bearer.REQUESTER.label(), "A1/1", hours, fee


_EXAMPLES: Final = (
    Example(
        TABLES["procedures"],
        (STATE, "procedure", "name", "kind", "level", "agency", "frequency", "population"),
        tuple(
            (state, _CODE, "Nâng bậc lương trước thời hạn", Kind.BETWEEN_AGENCIES.label(), Level.PROVINCE.label(),
             "Sở Nội vụ", 1, 40)
            for state in (_NOW, _AFTER)
        ),
    ),
    Example(
        TABLES["activities"],
        (STATE, "procedure", "activity", "stage", "name", "bearer", "grade", "effort_hours", "fee_vnd"),
        (
            (_NOW, _CODE, "1", *_line(Stage.PREPARATION, "Lập hồ sơ đề nghị", 8, 20_000)),
            (_NOW, _CODE, "2", *_line(Stage.SUBMISSION, "Nộp hồ sơ trực tiếp", 2)),
            (_NOW, _CODE, "3", *_line(Stage.RESULT, "Nhận kết quả trực tiếp", 2)),
            (_AFTER, _CODE, "1", *_line(Stage.PREPARATION, "Lập hồ sơ theo mẫu rút gọn", 5, 10_000)),
            (_AFTER, _CODE, "2", *_line(Stage.SUBMISSION, "Nộp hồ sơ trực tuyến", 1)),
            (_AFTER, _CODE, "3", *_line(Stage.RESULT, "Nhận kết quả trực tuyến", 1)),
        ),
    ),
    Example(
        TABLES["decisions"],
        ("procedure", "decision", "round", "reviewed_on", "submitted_on"),
        ((_CODE, DecisionKind.AMEND.label(), 1, "15/10/2023", "15/11/2023"),),
    ),
    Example(
        TABLES["rates"],
        ("grade", "valid_from", "vnd_per_hour", "source"),
        (("A1/1", "01/01/2023", 45_265, "GDP bình quân đầu người năm 2022"),),
    ),
)  # fmt: skip

OF_REVIEWS: Final = Introduction("BIỂU RÀ SOÁT, ĐƠN GIẢN HÓA THỦ TỤC HÀNH CHÍNH NỘI BỘ", _HOW_TO_FILL, _EXAMPLES)
"""What a workbook of a review says first."""

_COLUMNS: Final = 9
_WIDTH: Final = 15
_LETTERS_ACROSS: Final = 1.35 * _COLUMNS * _WIDTH
_LINE_HEIGHT: Final = 16

_HINTS: Final[Mapping[str, str]] = {
    STATE: f"«{_NOW}» hoặc «{_AFTER}».",
    "procedure": "Mã của TTHC, là văn bản. Ví dụ: NB-01; 1.004080",
    "activity": "Mỗi dòng của một TTHC có một mã riêng. Ví dụ: 1; 2; 3 hoặc HĐ1",
    "document": "Mã của thành phần hồ sơ trong TTHC. Ví dụ: TP1",
    "step": "Mã của bước trong TTHC. Ví dụ: B1",
    "after": "Mã các bước phải xong trước, cách nhau bằng dấu chấm phẩy. Ví dụ: B1;B2",
    "grade": "Ngạch/bậc có trong trang «Mức thu nhập». Ví dụ: A1/3 (chuyên viên bậc 3)",
    "replaced_by": "Mã TTHC nhận, khi hợp nhất hoặc thay thế. Ví dụ: NB-02",
    "task": "Mã nhiệm vụ trong phụ lục của kế hoạch. Ví dụ: 2.1",
    "source": "Số liệu lấy từ đâu. Ví dụ: Khảo sát tháng 3/2023 tại 06 đơn vị",
    "agency": "Tên viết thống nhất ở mọi trang. Ví dụ: Sở Nội vụ",
    "reviewing_agency": "Cơ quan dự thảo văn bản quy định TTHC. Ví dụ: Sở Tài chính",
}
_HINTS_OF_KINDS: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.EFFORT: "Giờ công làm việc cho một lần thực hiện. Ví dụ: 1,5 hoặc 45 phút",
    ColumnKind.MONEY: "Tiền cho một lần thực hiện, ghi bằng đồng. Ví dụ: 20.000",
    ColumnKind.RATE: "Đồng cho một giờ làm việc của một người. Ví dụ: 45.265",
    ColumnKind.FREQUENCY: "Số lần một đối tượng thực hiện trong một năm. Ví dụ: 1; 12 hoặc 1 lần/quý",
    ColumnKind.POPULATION: "Số đối tượng thực hiện trong một năm, số nguyên. Ví dụ: 150",
    ColumnKind.COUNT: "Số nguyên từ 0 trở lên. Ví dụ: 1",
    ColumnKind.DAYS: "Ngày làm việc. Ví dụ: 15; nửa ngày ghi 0,5",
    ColumnKind.DATE: "Ngày/tháng/năm. Ví dụ: 30/11/2023",
    ColumnKind.FLAG: "«có» hoặc «không».",
}


def hint(name: str, column: Column | None) -> str:
    """Say what belongs into a column, with an example; empty where its heading says it all.

    Parameters
    ----------
    name : str
        Name of the column.
    column : Column or None
        The column; None for that of the state.

    Examples
    --------
    >>> hint("stage", TABLES["activities"].column("stage"))
    'Chọn trong danh sách. Ví dụ: Chuẩn bị hồ sơ'
    """
    if name in _HINTS or column is None:
        return _HINTS[name]
    if column.term:
        return f"Chọn trong danh sách. Ví dụ: {next(iter(column.term)).label()}"
    return _HINTS_OF_KINDS.get(column.kind, "")


def introduce(new: NewBook, introduction: Introduction, about: str, heading: Format) -> None:
    """Write the first sheet: the title, what is said about this workbook, the rules, and the example.

    Parameters
    ----------
    new : NewBook
        The workbook; the sheet is added to it.
    introduction : Introduction
        What it says.
    about : str
        What to say of it, in lines.
    heading : Format
        Of the headings of the example.
    """
    sheet = new.book.add_worksheet(INTRODUCTION)
    sheet.set_column(0, _COLUMNS - 1, _WIDTH)
    sheet.hide_gridlines(2)
    printed_across(sheet)
    sheet.fit_to_pages(1, 1)
    strong = new.style(bold=True, text_wrap=True)
    said = [(introduction.title, new.style(bold=True, font_size=14, text_wrap=True))]
    said += [(line, strong) for line in about.splitlines()]
    said += [(line, new.style(text_wrap=True)) for line in introduction.rules.splitlines()]
    said += [(_EXAMPLE_TITLE, strong)]
    for row, (line, style) in enumerate(said):
        sheet.merge_range(row, 0, row, _COLUMNS - 1, "", style)
        sheet.write_string(row, 0, line, style)
        sheet.set_row(row, _LINE_HEIGHT * math.ceil(max(len(line), 1) / _LETTERS_ACROSS) + 3)
    row = len(said)
    framed = new.style(text_wrap=True, border=1, num_format="#,##0")
    for example in introduction.examples:
        labels = heading_labels(example.table)
        sheet.write_string(row, 0, f"Trang «{example.table.vi}»", new.style(bold=True))
        table: Sequence[tuple[Any, ...]] = (tuple(labels[column] for column in example.columns), *example.rows)
        for below, cells in enumerate(table, start=1):
            style = heading if below == 1 else framed
            longest = max(len(str(cell)) for cell in cells)
            sheet.set_row(row + below, _LINE_HEIGHT * math.ceil(longest / _WIDTH))
            for position, cell in enumerate(cells):
                sheet.write(row + below, position, cell, style)
        row += len(table) + 1
    sheet.protect()
