"""What the sheet of measures says to whoever fills it in: which columns each kind needs, an example, hints."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Final

from tthc_cost.io.instructions import Example, Introduction
from tthc_cost.measures.columns import MEASURES, MeasureKind
from tthc_cost.measures.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HINTS", "LEGAL_ACTIONS", "OF_MEASURES"]

LEGAL_ACTIONS: Final = ("sửa đổi, bổ sung", "thay thế", "bãi bỏ", "hủy bỏ", "ban hành mới")
"""How a document is usually dealt with; other words may be typed."""

_RULES: Final = f"""\
Biểu này liệt kê các phương án có thể thực hiện để đơn giản hóa thủ tục hành chính (TTHC) nội bộ, kèm chi phí thực \
hiện và văn bản cần sửa. Trang này không được đọc khi tính toán; ví dụ đã điền có ở cuối trang.
1. Điền ở trang «{MEASURES.vi}». Mỗi phương án ghi một dòng, có mã riêng, chọn loại phương án trong danh sách và ghi \
mã TTHC đúng như trong biểu rà soát.
2. Phương án thay đổi hoạt động nào trong biểu tính chi phí thì thêm một dòng có cùng mã phương án, ghi mã hoạt động \
và số liệu sau đơn giản hóa; số liệu không đổi thì để trống, hoạt động không còn thì chọn «có» ở cột «Không còn \
hoạt động này». Bãi bỏ, hợp nhất thủ tục, giảm số lần thực hiện, bỏ bước, bỏ giấy tờ thì chi phí được tính lại theo \
loại phương án; với các loại khác, không ghi số liệu thì chi phí không giảm.
3. Nội dung chung của phương án chỉ cần ghi ở dòng đầu. Chi phí thực hiện phương án là chi phí phát sinh một lần (sửa \
văn bản, phần mềm, tập huấn), không phải chi phí tuân thủ.
4. Không đổi tên trang tính và tiêu đề cột; thứ tự dòng tùy ý. Di chuột lên tiêu đề (góc có tam giác đỏ) để xem cách \
ghi. Phương án không muốn xét nữa thì chọn «có» ở cột «Loại khỏi phương án», không cần xóa.
5. Mỗi loại phương án dùng các cột sau, ngoài các cột về chi phí thực hiện, nội dung, lý do, văn bản cần sửa:
"""
_ONE_OF_THEM: Final = frozenset({MeasureKind.DELEGATE, MeasureKind.SHORTEN_STEP})
"""Kinds of which one column or another must be filled in."""
_SHARED: Final = frozenset({"code", "procedure", "legal", "one_off_vnd", "content", "reason"})


def _columns_of(kind: MeasureKind) -> str:
    """Say in a line which columns a kind of measure needs, and which it may use."""
    own = [one for one in fields(KINDS[kind]) if one.name not in _SHARED]
    needed = [f"«{MEASURES.column(one.name).vi}»" for one in own if one.default is MISSING and one.name != "lines"]
    optional = [
        f"«{MEASURES.column(one.name).vi}»" for one in own if one.default is not MISSING and one.name != "lines"
    ]
    lines = [one for one in own if one.name == "lines"]
    said = [f"bắt buộc {', '.join(needed)}"] if needed else []
    if kind in _ONE_OF_THEM:
        choices = ", ".join([*optional, *(["dòng hoạt động thay đổi"] if lines else [])])
        return f"– {kind.label()}: {'; '.join([*said, f'bắt buộc ghi ít nhất một trong: {choices}'])}."
    said += [f"có thể ghi {', '.join(optional)}"] if optional else []
    if lines:
        said.append("các dòng hoạt động thay đổi" if lines[0].default is not MISSING else "bắt buộc có dòng hoạt động")
    return f"– {kind.label()}: {'; '.join(said) or 'không cần cột nào khác'}."


_DOCUMENT: Final = "Quyết định số 15/2020/QĐ-UBND"
_EXAMPLE: Final = Example(
    MEASURES,
    (
        "measure", "kind", "procedure", "document", "activity", "effort_hours", "one_off_vnd", "legal_document",
        "action",
    ),
    (
        ("PA-1", MeasureKind.DROP_DOCUMENT.label(), "NB-01", "TP3", None, None, 2_000_000, _DOCUMENT, LEGAL_ACTIONS[0]),
        ("PA-2", MeasureKind.SIMPLIFY_WORK.label(), "NB-01", None, "1", 5, 10_000_000, _DOCUMENT, LEGAL_ACTIONS[0]),
        ("PA-2", None, None, None, "2", "45 phút", None, None, None),
        ("PA-3", MeasureKind.ABOLISH.label(), "NB-05", None, None, None, 0, _DOCUMENT, LEGAL_ACTIONS[2]),
    ),
)  # fmt: skip

OF_MEASURES: Final = Introduction(
    "DANH SÁCH PHƯƠNG ÁN ĐƠN GIẢN HÓA THỦ TỤC HÀNH CHÍNH NỘI BỘ",
    _RULES + "\n".join(map(_columns_of, MeasureKind)),
    (_EXAMPLE,),
)
"""What a workbook of measures says first."""

HINTS: Final[Mapping[str, str]] = {
    "measure": "Mỗi phương án một mã; các dòng của một phương án ghi cùng mã. Ví dụ: PA-1",
    "kind": "Chọn trong danh sách; trang «Giới thiệu» nêu mỗi loại cần ghi cột nào.",
    "procedure": "Mã TTHC như trong biểu rà soát; khi hợp nhất là TTHC nhận. Ví dụ: NB-01",
    "merged": "Các mã được gộp vào, cách nhau bằng dấu chấm phẩy. Ví dụ: NB-02;NB-03 hoặc B2;B3",
    "into": "Chỉ ghi khi TTHC sau hợp nhất có mã mới. Ví dụ: NB-50",
    "document": "Mã thành phần hồ sơ như trong biểu rà soát. Ví dụ: TP1",
    "held_by": "Cơ quan có thể cung cấp giấy tờ thay người làm thủ tục. Ví dụ: Sở Tư pháp",
    "copies": "Số bản phải nộp sau đơn giản hóa. Ví dụ: 1",
    "step": "Mã bước như trong biểu rà soát; khi gộp bước là bước giữ lại. Ví dụ: B1",
    "duration_days": "Số ngày làm việc của bước sau đơn giản hóa. Ví dụ: 2; nửa ngày ghi 0,5",
    "deadline_days": "Số ngày làm việc để giải quyết sau đơn giản hóa. Ví dụ: 10",
    "channel": "Ví dụ: Trực tuyến",
    "agency": "Cơ quan giải quyết TTHC sau khi phân cấp. Ví dụ: UBND cấp xã",
    "activity": "Mã hoạt động trong biểu tính chi phí; mỗi dòng ghi một hoạt động. Ví dụ: 1",
    "dropped": "«có» khi không còn ai phải làm hoạt động này; khi đó không ghi số liệu.",
    "name": "Ghi khi hoạt động, bước hoặc TTHC có tên mới.",
    "grade": "Chỉ ghi khi người khác làm, lúc phân cấp hoặc hợp nhất. Ví dụ: A1/3",
    "effort_hours": "Giờ công cho một lần thực hiện, sau đơn giản hóa. Ví dụ: 1,5 hoặc 45 phút",
    "service_vnd": "Tiền cho một lần thực hiện, sau đơn giản hóa. Ví dụ: 20.000",
    "fee_vnd": "Tiền cho một lần thực hiện, sau đơn giản hóa. Ví dụ: 20.000",
    "other_vnd": "Tiền cho một lần thực hiện, sau đơn giản hóa. Ví dụ: 20.000",
    "frequency": "Số lần một đối tượng thực hiện trong một năm, sau đơn giản hóa. Ví dụ: 1 hoặc 1 lần/quý",
    "population": "Số đối tượng trong một năm sau hợp nhất; để trống thì lấy tổng. Ví dụ: 150",
    "one_off_vnd": "Tổng chi phí để thực hiện phương án, một lần. Ví dụ: 12 triệu đồng",
    "legal_document": "Số, ký hiệu của văn bản, viết thống nhất ở mọi dòng. Ví dụ: Quyết định số 15/2020/QĐ-UBND",
    "provision": "Ví dụ: khoản 2 Điều 11",
    "action": f"Chọn trong danh sách hoặc ghi khác. Ví dụ: {LEGAL_ACTIONS[0]}",
    "authority": "Cơ quan có thẩm quyền sửa văn bản. Ví dụ: UBND tỉnh",
    "excluded": "«có» để không xét phương án này mà không phải xóa.",
}
"""What is said of each column of measures."""
