"""Word forms as departments send them, made with python-docx: one procedure in many layouts, and a review of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["ITEMS", "LAYOUTS", "add_rows", "save_form", "save_rows", "tick"]

CODE, NAME = "NB-04", "Nâng bậc lương thường xuyên đối với công chức"
STEPS = ["Cơ quan sử dụng công chức lập danh sách.", "Sở Nội vụ thẩm định hồ sơ.", "Sở Nội vụ ban hành quyết định."]
DOCUMENTS = ["Công văn đề nghị", "Danh sách nâng bậc lương theo mẫu số 01"]
COPIES = ["01 bản chính", "02 bản chính"]
SETS = "01 (một) bộ"
DEADLINE = "15 ngày làm việc, kể từ ngày nhận đủ hồ sơ hợp lệ."
BASES = ["Luật Cán bộ, công chức ngày 13 tháng 11 năm 2008", "Thông tư số 08/2013/TT-BNV ngày 31/7/2013"]

ITEMS: dict[str, str] = {
    "Mã TTHC": CODE,
    "Tên thủ tục": NAME,
    "Lĩnh vực": "Công chức, viên chức",
    "Trình tự thực hiện": "\n".join(f"- Bước {number}: {text}" for number, text in enumerate(STEPS, start=1)),
    "Cách thức thực hiện": "Trực tiếp hoặc qua Hệ thống quản lý văn bản và điều hành",
    "Thành phần, số lượng hồ sơ": "\n".join([
        "a) Thành phần hồ sơ:",
        *(f"- {name} ({copies});" for name, copies in zip(DOCUMENTS, COPIES, strict=True)),
        f"b) Số lượng hồ sơ: {SETS}",
    ]),
    "Thời hạn giải quyết": DEADLINE,
    "Đối tượng thực hiện": "Các sở, ban, ngành",
    "Cơ quan thực hiện/ giải quyết": "Sở Nội vụ",
    "Kết quả thực hiện": "Quyết định nâng bậc lương",
    "Phí, lệ phí (nếu có)": "Không",
    "Mẫu đơn, tờ khai (nếu có)": "Danh sách nâng bậc lương theo mẫu số 01",
    "Yêu cầu, điều kiện (nếu có)": "Đủ thời gian giữ bậc theo quy định",
    "Căn cứ pháp lý": "\n".join(f"- {text}" for text in BASES),
}  # fmt: skip
"""The procedure as the inventory form asks for it, label by label."""


def _letterhead(document: Any) -> None:
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "ỦY BAN NHÂN DÂN TỈNH\nSỞ NỘI VỤ"
    table.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    document.add_paragraph("BIỂU MẪU THỐNG KÊ THỦ TỤC HÀNH CHÍNH NỘI BỘ")


def add_rows(document: Any, rows: Sequence[Sequence[str]]) -> Any:
    """Add a table; a newline in a text begins a new paragraph of its cell."""
    table = document.add_table(0, max(map(len, rows)))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            first, *rest = text.split("\n")
            cell.paragraphs[0].add_run(first)
            for more in rest:
                cell.add_paragraph(more)
    return table


def save_rows(path: Path, *tables: Sequence[Sequence[str]]) -> Path:
    """Write a document of nothing but tables."""
    document = docx.Document()
    for rows in tables:
        add_rows(document, rows)
        document.add_paragraph()
    document.save(str(path))
    return path


def two_columns(document: Any) -> None:
    add_rows(document, list(ITEMS.items()))


def three_columns_with_numbers(document: Any) -> None:
    rows = [(str(number), label.upper(), text) for number, (label, text) in enumerate(ITEMS.items(), start=1)]
    add_rows(document, [("STT", "Nội dung", "Nội dung kê khai"), *rows])


def running_text(document: Any) -> None:
    for number, (label, text) in enumerate(ITEMS.items(), start=1):
        first, *rest = text.split("\n")
        document.add_paragraph(f"{number}. {label}:" + (f" {first}" if not rest else ""))
        for line in [first, *rest] if rest else []:
            document.add_paragraph(line)
    document.add_paragraph("Nơi nhận:")
    document.add_paragraph("- Như trên;")


def running_text_with_lists(document: Any) -> None:
    """Labels and items numbered by Word itself; nothing of that is in the text."""
    for label, text in ITEMS.items():
        paragraph = document.add_paragraph(style="List Number")
        paragraph.add_run(f"{label}:").bold = True
        lines = text.split("\n")
        if len(lines) == 1:
            paragraph.add_run(f" {text}")
            continue
        for line in lines:
            style = "List Bullet 2" if line.startswith("- ") else None
            document.add_paragraph(line.removeprefix("- "), style=style)


def one_wide_table(document: Any) -> None:
    labels, texts = list(ITEMS), list(ITEMS.values())
    rows = [["STT", *labels], [f"({number})" for number in range(1, len(labels) + 2)], ["1", *texts]]
    add_rows(document, rows)


def merged_cells(document: Any) -> None:
    """Labels merged over several rows, the parts of the dossier beside theirs."""
    rows: list[tuple[str, str, str]] = []
    merges: list[tuple[int, int]] = []
    for label, text in ITEMS.items():
        start = len(rows)
        if "hồ sơ" in label:
            documents = "\n".join(f"+ {name}: {copies}" for name, copies in zip(DOCUMENTS, COPIES, strict=True))
            rows += [(label, "Thành phần hồ sơ", documents), ("", "Số lượng hồ sơ", SETS)]
            merges.append((start, start + 1))
        elif "Trình tự" in label:
            rows += [(label if not number else "", line, "") for number, line in enumerate(text.split("\n"))]
            merges.append((start, len(rows) - 1))
        else:
            rows.append((label, text, ""))
    table = add_rows(document, rows)
    for number, row in enumerate(rows):
        if not row[2]:
            table.cell(number, 1).merge(table.cell(number, 2))
    for first, last in merges:
        table.cell(first, 0).merge(table.cell(last, 0))


def nested_tables(document: Any) -> None:
    """Steps and dossier as tables within the cells."""
    table = add_rows(document, [(label, "" if "Trình tự" in label or "hồ sơ" in label else text)
                                for label, text in ITEMS.items()])  # fmt: skip
    labels = list(ITEMS)
    steps = table.cell(labels.index("Trình tự thực hiện"), 1).add_table(4, 2)
    _fill(steps, [("Bước", "Nội dung công việc"), *((f"Bước {one}", text) for one, text in enumerate(STEPS, start=1))])
    cell = table.cell(labels.index("Thành phần, số lượng hồ sơ"), 1)
    dossier = cell.add_table(3, 4)
    counts = [copies.split()[0] for copies in COPIES]
    rows = [(str(one), name, count, "0") for one, (name, count) in enumerate(zip(DOCUMENTS, counts, strict=True), 1)]
    _fill(dossier, [("STT", "Tên thành phần hồ sơ", "Bản chính", "Bản sao"), *rows])
    cell.add_paragraph(f"Số lượng hồ sơ: {SETS}")


def ugly_typing(document: Any) -> None:
    """Decomposed letters, old tone places, spaces that do not break, and line breaks in the place of paragraphs."""
    import unicodedata  # noqa: PLC0415 - of this layout alone

    table = document.add_table(0, 2)
    for number, (label, text) in enumerate(ITEMS.items(), start=1):
        cells = table.add_row().cells
        cells[0].text = unicodedata.normalize("NFD", f" {number}.\N{NO-BREAK SPACE}{label} : ")
        cells[1].text = unicodedata.normalize("NFD", text.replace("ngày làm", "ngày\N{NO-BREAK SPACE}làm")) + "\n………\n"


def one_column(document: Any) -> None:
    """A box drawn round running text."""
    table = document.add_table(0, 1)
    for label, text in ITEMS.items():
        table.add_row().cells[0].text = f"{label.upper()}: {text}" if "\n" not in text else f"{label.upper()}:\n{text}"


def content_controls(document: Any) -> None:
    """Rows within a content control, tracked insertions, and words that were struck out."""
    table = add_rows(document, list(ITEMS.items()))
    for row in list(table.rows):
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        row._tr.addprevious(control)  # noqa: SLF001 - the XML has no other door
        content.append(row._tr)  # noqa: SLF001 - the XML has no other door
        control.append(content)
    struck, run, text = OxmlElement("w:moveFrom"), OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "Tên cũ"
    run.append(text)
    struck.append(run)
    cell = table._tbl.findall(f".//{qn('w:tc')}")[3]  # noqa: SLF001 - the XML has no other door
    cell.find(qn("w:p")).append(struck)


def _fill(table: Any, rows: Sequence[Sequence[str]]) -> None:
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text


LAYOUTS: tuple[Callable[[Any], None], ...] = (
    two_columns, three_columns_with_numbers, running_text, running_text_with_lists, one_wide_table, merged_cells,
    nested_tables, ugly_typing, one_column, content_controls,
)  # fmt: skip
"""The same procedure, laid out differently."""


def save_form(path: Path, layout: Callable[[Any], None] = two_columns, *, letterhead: bool = True) -> Path:
    """Write the inventory form of the procedure in a layout."""
    document = docx.Document()
    if letterhead:
        _letterhead(document)
    layout(document)
    document.save(str(path))
    return path


def tick(answer: str) -> str:
    """Return two boxes, one of them ticked."""
    return "Có ☒ Không ☐" if answer == "có" else "Có ☐ Không ☒"
