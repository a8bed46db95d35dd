"""One procedure is read alike however its form is laid out; what is not regular is listed; no file can do harm."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import msoffcrypto
import pandas as pd
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, Severity
from tthc_cost.io import write_template
from tthc_cost.io.word.contents import read_answer, read_deadline, read_execution, read_sets
from tthc_cost.io.word.forms import read_word_folder, read_word_forms
from tthc_cost.io.word.labels import field_of
from tthc_cost.schema import ORIGIN, TABLES
from tthc_cost.vocabulary import Answer
from word_samples import ITEMS, LAYOUTS, save_form, save_rows, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tthc_cost.errors import Remark
    from tthc_cost.io.word.forms import WordForms

Rows = list[tuple[str, ...]]
HEAD: Rows = [("Mã TTHC", "NB-04"), ("Tên thủ tục", "Nâng bậc lương")]


def _rows(forms: WordForms, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table without origin and blank cells."""
    frame = forms.tables[table].drop(columns=ORIGIN)
    return [{str(name): value for name, value in row.items() if pd.notna(value)} for row in frame.to_dict("records")]


def _read(folder: Path, *tables: Sequence[Sequence[str]]) -> WordForms:
    return read_word_forms(save_rows(folder / "bieu.docx", *tables))


def _form(folder: Path, *rows: tuple[str, ...]) -> WordForms:
    return _read(folder, [*HEAD, *rows])


# Layouts

EXPECTED: dict[str, list[dict[str, Any]]] = {
    "procedures": [{
        "procedure": "NB-04",
        "name": "Nâng bậc lương thường xuyên đối với công chức",
        "field": "Công chức, viên chức",
        "agency": "Sở Nội vụ",
        "channel": "Trực tiếp hoặc qua Hệ thống quản lý văn bản và điều hành",
        "subject": "Các sở, ban, ngành",
        "result": "Quyết định nâng bậc lương",
        "conditions": "Đủ thời gian giữ bậc theo quy định",
        "dossier_sets": 1,
        "deadline_days": 15.0,
        "legal_basis": "Luật Cán bộ, công chức ngày 13 tháng 11 năm 2008\nThông tư số 08/2013/TT-BNV ngày 31/7/2013",
    }],
    "documents": [
        {"procedure": "NB-04", "document": "1", "name": "Công văn đề nghị (bản chính)", "copies": 1},
        {"procedure": "NB-04", "document": "2", "name": "Danh sách nâng bậc lương theo mẫu số 01 (bản chính)",
         "copies": 2, "is_form": True},
    ],
    "steps": [
        {"procedure": "NB-04", "step": "1", "name": "Cơ quan sử dụng công chức lập danh sách."},
        {"procedure": "NB-04", "step": "2", "name": "Sở Nội vụ thẩm định hồ sơ."},
        {"procedure": "NB-04", "step": "3", "name": "Sở Nội vụ ban hành quyết định."},
    ],
    "criteria": [], "decisions": [], "proposals": [],
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_one_procedure_is_read_alike_in_every_layout(tmp_path: Path, layout: Callable[[Any], None]) -> None:
    forms = read_word_forms(save_form(tmp_path / "bieu.docx", layout))
    assert {table: _rows(forms, table) for table in forms.tables} == EXPECTED
    assert {one.code for one in forms.remarks} <= {"word_table_unread", "word_text_unread", "word_row_unread"}


def test_frames_are_those_of_the_contract_and_say_where_each_row_stands(tmp_path: Path) -> None:
    forms = read_word_forms(save_form(tmp_path / "bieu.docx"))
    for name, frame in forms.tables.items():
        assert list(frame.columns) == list(TABLES[name].names)
        assert all(str(frame[column.name].dtype) == column.dtype for column in TABLES[name].columns)
    assert forms.tables["procedures"][ORIGIN].tolist() == ["bieu.docx › bảng 2 › 2"]
    assert forms.tables["steps"][ORIGIN].unique().tolist() == ["bieu.docx › bảng 2 › 4"]


def test_tables_fill_the_template_and_hold_nothing_to_mend(tmp_path: Path) -> None:
    forms = read_word_forms(save_form(tmp_path / "bieu.docx"))
    assert not [remark for name, frame in forms.tables.items() for remark in conform(name, frame).remarks]
    assert write_template(tmp_path / "so.xlsx", tables=forms.tables).is_file()


def test_an_introduction_to_the_dossier_is_no_component_of_it(tmp_path: Path) -> None:
    text = "Hồ sơ gồm có:\na) Thành phần hồ sơ:\n- Đơn\n- Tờ trình\nb) Số lượng hồ sơ: 01 bộ"
    forms = _form(tmp_path, ("Thành phần, số lượng hồ sơ", text))
    assert [row["name"] for row in _rows(forms, "documents")] == ["Đơn", "Tờ trình"]
    assert forms.tables["procedures"]["dossier_sets"].tolist() == [1]
    assert not forms.remarks


def test_a_step_that_is_numbered_twice_is_a_fault_of_the_table(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Trình tự thực hiện", "Bước 1: Nộp\nBước 1: Trả"))
    assert only("duplicate_key", forms.remarks).place.table == "steps"


def test_the_letterhead_is_listed_once_and_not_read(tmp_path: Path) -> None:
    forms = read_word_forms(save_form(tmp_path / "bieu.docx"))
    assert says(only("word_table_unread", forms.remarks), "bảng 1", "begins «ỦY BAN NHÂN DÂN TỈNH")
    assert says(only("word_text_unread", forms.remarks), "1 dòng", "BIỂU MẪU THỐNG KÊ")


def test_what_stands_below_the_form_is_not_taken_into_its_last_item(tmp_path: Path) -> None:
    forms = read_word_forms(save_form(tmp_path / "bieu.docx", LAYOUTS[2]))
    assert says(only("word_row_unread", forms.remarks), "«Nơi nhận»: «Như trên;»", "«Nơi nhận» is not known")


def test_an_unknown_item_of_numbered_text_does_not_run_into_the_one_before(tmp_path: Path) -> None:
    document = docx.Document()
    for line in ("1. Tên thủ tục: A", "2. Kết quả: Quyết định", "3. Ghi nhận khác: mật", "4. Đối tượng: Các sở"):
        document.add_paragraph(line)
    document.save(str(tmp_path / "bieu.docx"))
    forms = read_word_forms(tmp_path / "bieu.docx")
    assert _rows(forms, "procedures")[0]["result"] == "Quyết định"
    assert _rows(forms, "procedures")[0]["subject"] == "Các sở"
    assert says(only("word_row_unread", forms.remarks), "«Ghi nhận khác»: «mật»", "was not read")


def test_a_label_within_a_step_is_not_an_item_of_the_form(tmp_path: Path) -> None:
    document = docx.Document()
    for line in (
        "1. Tên thủ tục: A", "2. Trình tự thực hiện:", "- Bước 1: Nộp hồ sơ", "+ Thời hạn: 02 ngày làm việc",
        "+ Cơ quan thực hiện: Sở Nội vụ", "- Bước 2: Trả kết quả", "3. Thời hạn giải quyết: 10 ngày làm việc",
    ):  # fmt: skip
        document.add_paragraph(line)
    document.save(str(tmp_path / "bieu.docx"))
    forms = read_word_forms(tmp_path / "bieu.docx")
    steps = [{name: row[name] for name in row if name != "procedure"} for row in _rows(forms, "steps")]
    assert steps == [
        {"step": "1", "name": "Nộp hồ sơ", "performer": "Sở Nội vụ", "duration_days": 2.0},
        {"step": "2", "name": "Trả kết quả"},
    ]
    assert _rows(forms, "procedures")[0]["deadline_days"] == 10.0


def test_a_table_may_follow_the_label_it_belongs_to(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Tên thủ tục: A")
    document.add_paragraph("Trình tự thực hiện:")
    table = document.add_table(2, 4)
    rows = [
        ("TT", "Nội dung công việc", "Đơn vị thực hiện", "Thời gian"),
        ("1", "Thẩm định", "Sở A", "3 ngày làm việc"),
    ]
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text
    document.save(str(tmp_path / "bieu.docx"))
    (step,) = _rows(read_word_forms(tmp_path / "bieu.docx"), "steps")
    assert (step["name"], step["performer"], step["duration_days"]) == ("Thẩm định", "Sở A", 3.0)


# Many procedures


@pytest.mark.parametrize("layout", [LAYOUTS[0], LAYOUTS[2], LAYOUTS[8]], ids=lambda layout: layout.__name__)
def test_a_name_or_code_that_comes_again_begins_the_next_procedure(
    tmp_path: Path, layout: Callable[[Any], None]
) -> None:
    document = docx.Document()
    layout(document)
    following = {"Mã TTHC": "1.004080", "Tên thủ tục": "Thủ tục khác", "Thời hạn giải quyết": "3 ngày làm việc"}
    for label, text in following.items():
        document.add_paragraph(f"{label}: {text}")
    document.save(str(tmp_path / "bieu.docx"))
    frame = read_word_forms(tmp_path / "bieu.docx").tables["procedures"]
    assert frame["procedure"].tolist() == ["NB-04", "1.004080"]
    assert frame["deadline_days"].tolist() == [15.0, 3.0]


def test_a_wide_table_has_a_row_a_procedure_and_rows_for_their_group(tmp_path: Path) -> None:
    document = docx.Document()
    headings = ("STT", "Mã", "Tên TTHC nội bộ", "Cơ quan giải quyết", "Ghi chú")
    rows = [
        headings, ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("A. TTHC NỘI BỘ GIỮA CÁC CƠ QUAN HÀNH CHÍNH NHÀ NƯỚC", "", "", "", ""), ("I. Lĩnh vực Nội vụ", "", "", "", ""),
        ("1", "NB-01", "Thủ tục A", "Sở Nội vụ", "hay dùng"), headings,
        ("2", "NB-02", "Thủ tục B", "Sở Nội vụ", ""),
    ]  # fmt: skip
    table = document.add_table(0, 5)
    for row in rows:
        cells = table.add_row().cells
        if not row[1]:
            cells[0].merge(cells[4])
        for cell, text in zip(cells, row, strict=True):
            cell.text = text or cell.text
    document.save(str(tmp_path / "danh_muc.docx"))
    forms = read_word_forms(tmp_path / "danh_muc.docx")
    same = {"kind": "between_agencies", "field": "Nội vụ", "agency": "Sở Nội vụ"}
    assert _rows(forms, "procedures") == [
        {"procedure": "NB-01", "name": "Thủ tục A"} | same,
        {"procedure": "NB-02", "name": "Thủ tục B"} | same,
    ]
    assert says(only("word_row_unread", forms.remarks), "«Ghi chú»: «hay dùng»", "was not read")


def test_a_list_of_names_alone_is_a_table_and_not_one_procedure_called_by_a_heading(tmp_path: Path) -> None:
    forms = _read(tmp_path, [("STT", "Tên thủ tục", "Ghi chú"), ("1", "A", ""), ("2", "B", "")])
    assert forms.tables["procedures"]["name"].tolist() == ["A", "B"]


def test_a_folder_is_read_as_one_and_tells_its_progress(tmp_path: Path) -> None:
    (tmp_path / "so").mkdir()
    save_rows(tmp_path / "so" / "a.docx", [*HEAD, ("Thời hạn giải quyết", "5 ngày làm việc")])
    save_rows(tmp_path / "b.docx", [("Tên thủ tục", "Thủ tục nâng bậc lương"), ("Kết quả rà soát", "Giữ nguyên")])
    save_rows(tmp_path / "~$b.docx", HEAD)
    seen: list[tuple[str, int, int]] = []
    forms = read_word_folder(tmp_path, lambda *step: seen.append(step))
    assert seen == [("b.docx", 1, 2), ("so/a.docx", 2, 2)]
    assert forms.tables["procedures"]["procedure"].tolist() == ["NB-04"]
    assert _rows(forms, "decisions") == [{"procedure": "NB-04", "decision": "keep"}]
    assert says(only("word_code_by_name", forms.remarks), "lấy mã NB-04", "takes NB-04")


def test_every_fault_of_a_folder_is_said_at_once(tmp_path: Path) -> None:
    save_rows(tmp_path / "a.docx", HEAD)
    (tmp_path / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (tmp_path / "c.docx").write_bytes(b"")
    with pytest.raises(InputFault) as caught:
        read_word_folder(tmp_path)
    said = [(one.place.file, one.code) for one in caught.value.faults]
    assert said == [("b.doc", "word_other_format"), ("c.docx", "file_empty")]


# What is listed


def test_a_row_of_an_unknown_label_is_listed_with_its_beginning(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Số điện thoại liên hệ", "0213 " * 40))
    found = only("word_row_unread", forms.remarks)
    assert found.place.sheet == "bảng 1"
    assert found.place.row == 3
    assert says(found, "«Số điện thoại liên hệ»: «0213 0213", "…»")


DEADLINES = [
    ("15 ngày làm việc", 15), ("05 (năm) ngày làm việc.", 5),
    ("Không quá 07 ngày làm việc kể từ ngày nhận đủ hồ sơ", 7),
    ("Trong thời hạn 1,5 ngày làm việc", 1.5), ("Thời hạn giải quyết: 3 ngày làm việc", 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "days"), DEADLINES)
def test_a_time_limit_in_working_days_is_read(tmp_path: Path, text: str, days: float) -> None:
    forms = _form(tmp_path, ("Thời hạn giải quyết", text))
    assert forms.tables["procedures"]["deadline_days"].tolist() == [days]
    assert not forms.remarks


@pytest.mark.parametrize(
    "text",
    ["48 giờ", "01 tháng", "15 ngày lịch", "Theo quy định", "5 ngày làm việc; trường hợp phức tạp 10 ngày làm việc",
     "10-15 ngày làm việc", "Sở Nội vụ: 5 ngày làm việc"],
)  # fmt: skip
def test_a_time_limit_that_is_not_one_number_of_working_days_is_left_blank_and_listed(
    tmp_path: Path, text: str
) -> None:
    forms = _form(tmp_path, ("Thời hạn giải quyết", text))
    assert forms.tables["procedures"]["deadline_days"].isna().all()
    assert says(only("word_value_unread", forms.remarks), f"ghi «{text}»", "is left blank")


def test_days_that_are_called_nothing_else_are_working_days_and_said_to_be(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Thời hạn giải quyết", "15 ngày"))
    assert forms.tables["procedures"]["deadline_days"].tolist() == [15]
    assert says(only("word_plain_days", forms.remarks), "«15 ngày»", "working days")


def test_a_condition_on_a_time_limit_is_listed(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Thời hạn giải quyết", "5 ngày làm việc, trừ trường hợp bất khả kháng"))
    assert forms.tables["procedures"]["deadline_days"].tolist() == [5]
    assert says(only("word_part_unread", forms.remarks), "trừ trường hợp bất khả kháng", "was not read")


def test_numbers_of_sets_are_read_or_listed(tmp_path: Path) -> None:
    assert [read_sets(text) for text in ("01 bộ", "02 (hai) bộ hồ sơ.", "3", "01 bộ gốc, 01 bộ sao", "")] == [
        1, 2, 3, None, None,
    ]  # fmt: skip
    only("word_value_unread", _form(tmp_path, ("Số lượng hồ sơ", "01 bộ gốc, 01 bộ sao")).remarks)


DOCUMENTS = [
    ("Đơn (01 bản chính)", "Đơn (bản chính)", 1), ("Đơn: 02 bản sao;", "Đơn (bản sao)", 2), ("Đơn", "Đơn", None),
    ("01 bản sao Quyết định", "Quyết định (bản sao)", 1), ("Bản sao quyết định: 3 bản", "Bản sao quyết định", 3),
    ("Đơn, số lượng: 01 (một) bản.", "Đơn", 1), ("Báo cáo năm 2023 (nếu có)", "Báo cáo năm 2023 (nếu có)", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "copies"), DOCUMENTS)
def test_a_component_and_its_copies_are_read(tmp_path: Path, text: str, name: str, copies: int | None) -> None:
    forms = _form(tmp_path, ("Thành phần hồ sơ", f"- {text}\n- Tờ trình"))
    rows = _rows(forms, "documents")
    assert [(row["name"], row.get("copies")) for row in rows] == [(name, copies), ("Tờ trình", None)]
    assert not forms.remarks


def test_two_numbers_of_copies_are_kept_in_the_name_and_listed(tmp_path: Path) -> None:
    text = "Đơn (01 bản chính và 02 bản sao)"
    forms = _form(tmp_path, ("Thành phần hồ sơ", f"- {text}\n- Tờ trình"))
    assert _rows(forms, "documents")[0] == {"procedure": "NB-04", "document": "1", "name": text}
    assert says(only("word_part_unread", forms.remarks), text, text)


def test_forms_are_known_by_their_names_and_none_means_none(tmp_path: Path) -> None:
    dossier = ("Thành phần hồ sơ", "- Đơn đề nghị (01 bản chính)\n- Tờ trình")
    named = _form(tmp_path, dossier, ("Mẫu đơn, tờ khai", "- Đơn đề nghị\n- Phiếu lạ"))
    assert [row.get("is_form") for row in _rows(named, "documents")] == [True, None]
    assert says(only("word_part_unread", named.remarks), "«Phiếu lạ»", "«Phiếu lạ»")
    none = _form(tmp_path, dossier, ("Mẫu đơn, tờ khai", "Không."))
    assert [row["is_form"] for row in _rows(none, "documents")] == [False, False]
    assert not none.remarks


def test_steps_that_are_not_told_apart_are_listed_and_not_made_up(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Trình tự thực hiện", "Cơ quan nộp hồ sơ rồi chờ."))
    assert forms.tables["steps"].empty
    only("word_part_unread", forms.remarks)


def test_a_fee_has_no_table_and_is_said_unless_there_is_none(tmp_path: Path) -> None:
    assert not _form(tmp_path, ("Phí, lệ phí", "Không có")).remarks
    found = only("word_fee_not_tabled", _form(tmp_path, ("Phí, lệ phí", "30.000 đồng")).remarks)
    assert says(found, "«30.000 đồng»", "«30.000 đồng»")


def test_an_item_that_stands_twice_keeps_its_first_contents(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Kết quả", "Quyết định"), ("Kết quả", "Quyết định"), ("Kết quả", "Công văn"))
    assert forms.tables["procedures"]["result"].tolist() == ["Quyết định"]
    assert says(only("word_field_twice", forms.remarks), "không dùng «Công văn»", "not «Công văn»")


def test_a_procedure_without_a_code_gets_one_that_stands_for_it(tmp_path: Path) -> None:
    spellings = ("Hòa giải ở cơ sở", "  HOÀ GIẢI ở cơ sở.", unicodedata.normalize("NFD", "Thủ tục hòa giải ở cơ sở"))
    codes = set()
    for spelling in spellings:
        forms = _read(tmp_path, [("Tên thủ tục", spelling), ("Kết quả", "Biên bản")])
        codes |= set(forms.tables["procedures"]["procedure"])
        assert says(only("word_without_code", forms.remarks), "tạm dùng mã TAM-", "stands for it")
    assert len(codes) == 1


def test_items_before_any_name_belong_to_nobody(tmp_path: Path) -> None:
    forms = _read(tmp_path, [("Lĩnh vực", "Nội vụ"), ("Kết quả", "Quyết định")])
    assert forms.tables["procedures"].empty
    assert [one.code for one in forms.remarks] == ["word_without_procedure"] * 2
    assert says(forms.remarks[0], "«Lĩnh vực»", "«Nội vụ»")


# Review


def test_criteria_are_read_by_component_from_ticked_questions(tmp_path: Path) -> None:
    forms = _read(tmp_path, HEAD, [
        ("STT", "Câu hỏi", "Có", "Không", "Lý do"),
        ("I", "Toàn bộ thủ tục hành chính", "", "", ""),
        ("1", "Thủ tục có cần thiết không?", "x", "", "Thực hiện Luật"),
        ("2", "Thủ tục có hợp pháp không?", "☒", "☐", ""),
        ("II", "Trình tự thực hiện", "", "", ""),
        ("1", "Trình tự này có hợp lý không?", "[ ]", "[x]", "Trùng bước"),
        ("III", "Sự cần thiết", "", "", ""),
        ("1", "Thủ tục nhằm bảo đảm quyền lợi gì, có rõ không?", "x", "", "Rõ"),
    ])  # fmt: skip
    rows = [tuple(row.values())[1:] for row in _rows(forms, "criteria")]
    assert rows == [
        ("Toàn bộ thủ tục", "necessity", "yes", "Thực hiện Luật\nRõ"),
        ("Toàn bộ thủ tục", "legality", "yes"),
        ("Trình tự thực hiện", "reasonableness", "no", "Trùng bước"),
    ]
    assert not forms.remarks


def test_criteria_are_read_from_a_column_each(tmp_path: Path) -> None:
    forms = _read(tmp_path, HEAD, [
        ("Bộ phận cấu thành", "Sự cần thiết", "Tính hợp lý", "Tính hợp pháp", "Lý do"),
        ("Cách thức thực hiện", "Có", "Không. Lý do: chưa có hình thức điện tử", "Đạt", ""),
    ])  # fmt: skip
    assert [tuple(row.values())[1:] for row in _rows(forms, "criteria")] == [
        ("Cách thức thực hiện", "necessity", "yes"),
        ("Cách thức thực hiện", "reasonableness", "no", "chưa có hình thức điện tử"),
        ("Cách thức thực hiện", "legality", "yes"),
    ]


def test_criteria_are_read_from_boxes_beside_their_names(tmp_path: Path) -> None:
    forms = _form(tmp_path, ("Sự cần thiết của TTHC", f"{tick('có')}\nLý do: bảo đảm quyền lợi"),
                  ("Tính hợp pháp", tick("không")),
                  ("Mẫu đơn, tờ khai", ""), ("Có cần thiết không?", tick("có")))  # fmt: skip
    rows = [tuple(row.values())[1:] for row in _rows(forms, "criteria")]
    assert rows[:2] == [
        ("Toàn bộ thủ tục", "necessity", "yes", "bảo đảm quyền lợi"),
        ("Toàn bộ thủ tục", "legality", "no"),
    ]


ANSWERS = [
    ("Có ☒ Không ☐", Answer.YES, ""), ("☐ Có ☒ Không", Answer.NO, ""),
    ("[x] Có [ ] Không; lý do: rõ", Answer.YES, "rõ"),
    ("Có: □  Không: ☑", Answer.NO, ""), ("Đạt", Answer.YES, ""), ("Không đạt, vì chậm", Answer.NO, "vì chậm"),
    ("Có ☒ Không ☒", None, ""), ("Có ☐ Không ☐", None, ""), ("Không cần thiết", None, ""),
    ("x", None, ""), ("", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer", "reason"), ANSWERS)
def test_an_answer_is_read_where_just_one_is_given(text: str, answer: Answer | None, reason: str) -> None:
    assert read_answer(text) == (answer, reason)


def test_answers_and_questions_that_are_not_clear_are_listed(tmp_path: Path) -> None:
    forms = _read(tmp_path, HEAD, [
        ("STT", "Câu hỏi", "Có", "Không", "Lý do"),
        ("1", "Có hợp lý không?", "x", "x", ""),
        ("2", "Có thể bãi bỏ không, hay vẫn cần thiết?", "x", "", ""),
        ("3", "Có cần thiết không?", "x", "", ""),
        ("4", "Mẫu đơn có cần thiết không?", "", "x", ""),
    ])  # fmt: skip
    assert forms.tables["criteria"].empty
    assert says(only("word_answer_unread", forms.remarks), "«Có hợp lý không?»", "«x | x»")
    assert says(only("word_question_unclear", forms.remarks), "«Có thể bãi bỏ", "whether yes means")
    assert says(only("word_answers_differ", forms.remarks), "«Toàn bộ thủ tục»", "unlike answers")


def test_proposals_are_read_with_their_legal_act(tmp_path: Path) -> None:
    forms = _read(tmp_path, HEAD, [
        ("STT", "Nội dung đơn giản hóa", "Lý do", "Kiến nghị thực thi", "Lộ trình"),
        ("1", "Bỏ bản sao", "Đã có trên phần mềm", "Sửa đổi, bổ sung khoản 2 Điều 11 Quyết định số 127/2021/QĐ-UBND",
         "30/6/2024"),
        ("2", "Giảm thời hạn", "Hồ sơ điện tử", "Đề nghị các sở xem xét", "Quý II"),
    ])  # fmt: skip
    assert _rows(forms, "proposals") == [
        {"procedure": "NB-04", "item": "1", "content": "Bỏ bản sao", "reason": "Đã có trên phần mềm",
         "action": "Sửa đổi, bổ sung", "provision": "khoản 2 Điều 11", "document": "Quyết định số 127/2021/QĐ-UBND",
         "due_on": pd.Timestamp(2024, 6, 30)},
        {"procedure": "NB-04", "item": "2", "content": "Giảm thời hạn", "reason": "Hồ sơ điện tử"},
    ]  # fmt: skip
    assert says(only("word_part_unread", forms.remarks), "Đề nghị các sở xem xét", "Đề nghị các sở xem xét")
    assert says(only("word_value_unread", forms.remarks), "«Quý II»", "«Quý II»")


def test_each_letter_with_its_reason_is_a_proposal(tmp_path: Path) -> None:
    text = "a) Bỏ bản sao.\nLý do: đã có.\nb) Rút ngắn thời hạn.\nLý do: hồ sơ điện tử."
    forms = _form(tmp_path, ("Nội dung đơn giản hóa", text), ("Kiến nghị thực thi", "Bãi bỏ Quyết định số 5/QĐ-UBND"))
    assert [tuple(row.values())[1:] for row in _rows(forms, "proposals")] == [
        ("1", "Bỏ bản sao.", "đã có."),
        ("2", "Rút ngắn thời hạn.", "hồ sơ điện tử."),
    ]
    only("word_part_unread", forms.remarks)


def test_an_act_on_two_documents_is_not_split() -> None:
    assert read_execution("Sửa đổi Điều 1 Quyết định số 5 và bãi bỏ Quyết định số 6") is None
    assert read_execution("Ban hành Quyết định mới") == {"action": "Ban hành", "document": "Quyết định mới"}


def test_a_decision_is_read_in_the_words_of_the_field_or_listed(tmp_path: Path) -> None:
    assert _rows(_form(tmp_path, ("Kết quả rà soát", "SỬA ĐỔI, BỔ SUNG.")), "decisions")[0]["decision"] == "amend"
    only("word_value_unread", _form(tmp_path, ("Kết quả rà soát", "Sửa một chút")).remarks)


# Spelling


@settings(max_examples=60)
@given(st.data())
def test_the_spelling_of_a_label_makes_no_difference(data: st.DataObject) -> None:
    label = data.draw(st.sampled_from(sorted(ITEMS)))
    change = data.draw(st.sampled_from(["strip", "upper", "lower", "title"]))
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    before = data.draw(st.sampled_from(["", "1. ", "1.2. ", "1.2 ", "(3) ", "a) ", "IV. ", "- ", "•", "10)"]))
    after = data.draw(st.sampled_from(["", ":", " :", ".", " (nếu có):", " của TTHC", " thủ tục hành chính", "\n"]))
    space = data.draw(st.sampled_from([" ", "\N{NO-BREAK SPACE}", "  ", "\n"]))
    words = getattr(label, change)() if not before.startswith("1.2 ") else label
    typed = unicodedata.normalize(form, f"{before}{words}{after}".replace(" ", space))  # type: ignore[arg-type]
    if label in {"Mã TTHC", "Tên thủ tục"} and "t" in after.casefold():
        return
    assert field_of(typed) == field_of(label)
    assert field_of(label) is not None


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_without_a_crash(text: str) -> None:
    field_of(text)
    read_answer(text)
    read_execution(text)
    days, _, _ = read_deadline(text)
    assert days is None or days >= 0


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(sorted(ITEMS)), st.text("abđớ 01.:;()-\n", max_size=40)), max_size=8))
def test_any_contents_are_read_into_sound_tables(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    forms = _form(tmp_path_factory.mktemp("bieu"), *rows)
    assert not [one for one in forms.remarks if one.severity is Severity.FAULT and one.code != "duplicate_key"]


# The words of a document


def _append(paragraph: Any, xml: str) -> None:
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{xml}</w:r>"))  # noqa: SLF001 - the XML has no other door


def test_boxes_of_every_make_are_boxes(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells],
                          ["Tên thủ tục", "A", "Tính hợp lý", "", "Tính hợp pháp", ""], strict=True):  # fmt: skip
        cell.text = text
    symbols, fields = table.cell(1, 1).paragraphs[0], table.cell(2, 1).paragraphs[0]
    box = (
        '<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="{}"/></w:checkBox></w:ffData>'
        "</w:fldChar>"
    )
    for word, symbol, value in (("Có ", "F0FE", "1"), (" Không ", "F0A8", "0")):
        symbols.add_run(word)
        _append(symbols, f'<w:sym w:font="Wingdings" w:char="{symbol}"/>')
        fields.add_run(word)
        _append(fields, box.format(value) + "<w:instrText> FORMCHECKBOX </w:instrText>")
    document.save(str(tmp_path / "bieu.docx"))
    assert [row["answer"] for row in _rows(read_word_forms(tmp_path / "bieu.docx"), "criteria")] == ["yes", "yes"]


def test_words_of_text_boxes_are_read_once_and_hidden_words_not_at_all(tmp_path: Path) -> None:
    document = docx.Document()
    boxed = "<w:txbxContent><w:p><w:r><w:t>Kết quả: {}</w:t></w:r></w:p></w:txbxContent>"
    alternate = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{boxed.format('Quyết định')}</mc:Choice><mc:Fallback>{boxed.format('Cũ')}</mc:Fallback>"
        "</mc:AlternateContent>"
    )
    paragraph = document.add_paragraph("Tên thủ tục: A")
    hidden = paragraph.add_run(" bí mật")
    hidden.font.hidden = True
    _append(paragraph, alternate)
    document.save(str(tmp_path / "bieu.docx"))
    (row,) = _rows(read_word_forms(tmp_path / "bieu.docx"), "procedures")
    assert (row["name"], row["result"]) == ("A", "Quyết định")


def test_numbers_of_word_itself_are_counted_as_it_counts(tmp_path: Path) -> None:
    """A list that prints «Bước 1:» by itself, made to begin at 3, within a cell."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Bước %1:"/></w:lvl>'
    kind = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{level}</w:abstractNum>')
    numbering.insert(0, kind)
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/></w:lvlOverride>'
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/>{override}</w:num>'))
    table = document.add_table(2, 2)
    for cell, text in zip(
        [*table.rows[0].cells, table.cell(1, 0)], ["Tên thủ tục", "A", "Trình tự thực hiện"], strict=True
    ):
        cell.text = text
    for text in ("Nộp hồ sơ", "Trả kết quả"):
        paragraph = table.cell(1, 1).add_paragraph(text)
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the XML has no other door
        of_list = OxmlElement("w:numPr")
        for name, value in (("w:ilvl", "0"), ("w:numId", "90")):
            one = OxmlElement(name)
            one.set(qn("w:val"), value)
            of_list.append(one)
        properties.append(of_list)
    document.save(str(tmp_path / "bieu.docx"))
    steps = _rows(read_word_forms(tmp_path / "bieu.docx"), "steps")
    assert [(row["step"], row["name"]) for row in steps] == [("3", "Nộp hồ sơ"), ("4", "Trả kết quả")]


# Files that cannot hurt us


def _faults(path: Path) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        read_word_forms(path)
    return caught.value.faults


def _repack(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a document again with one part changed, or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


BODY = "word/document.xml"
OPEN, CLOSE = b'<w:document xmlns:w="w"><w:body>', b"</w:body></w:document>"


def _body(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: OPEN + content + CLOSE


def _assert_is_only(path: Path, code: str, vi: str, en: str) -> None:
    faults = _faults(path)
    assert [one.code for one in faults] == [code]
    assert faults[0].place.file == path.name
    assert says(faults[0], vi, en)
    assert "Cách sửa: " in faults[0].text("vi")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file_empty", "rỗng"),
        (b"Ten thu tuc", "word_not_document", ".docx"),
        (b"{\\rtf1 abc}", "word_other_format", ".rtf"),
        (b"%PDF-1.7", "word_other_format", ".pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "word_other_format", ".doc"),
        (b"PK\x03\x04" + bytes(50), "word_damaged", "hỏng"),
    ],
)
def test_what_is_no_docx_is_said_to_be_what_it_is(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    (tmp_path / "bieu.docx").write_bytes(content)
    (fault,) = _faults(tmp_path / "bieu.docx")
    assert fault.code == code
    assert words in fault.text()


def test_a_missing_file_and_an_empty_folder_are_faults(tmp_path: Path) -> None:
    assert _faults(tmp_path / "bieu.docx")[0].code == "file_missing"
    (tmp_path / "a").mkdir()
    for folder, code in ((tmp_path / "a", "folder_without_documents"), (tmp_path / "b", "folder_missing")):
        with pytest.raises(InputFault) as caught:
            read_word_folder(folder)
        only(code, caught.value.faults)


def test_a_document_without_a_form_is_a_fault(tmp_path: Path) -> None:
    path = save_rows(tmp_path / "bieu.docx", [("Số:", "12/BC"), ("Hà Nội", "2024")])
    _assert_is_only(path, "word_no_form", "không tìm thấy mục nào", "no item")


def test_a_document_with_a_password_is_said_to_have_one(tmp_path: Path) -> None:
    plain = io.BytesIO(save_form(tmp_path / "ro.docx").read_bytes())
    with (tmp_path / "bieu.docx").open("wb") as sealed:
        msoffcrypto.OfficeFile(plain).encrypt("mat khau", sealed)
    _assert_is_only(tmp_path / "bieu.docx", "word_encrypted", "Protect Document", "password")


def test_another_package_is_said_to_be_what_it_is(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), "xl/workbook.xml", lambda _: b"<x/>")
    _assert_is_only(path, "word_other_format", ".xlsx", ".xlsx")


@pytest.mark.parametrize("part", [BODY, "word/styles.xml", "word/numbering.xml", "_rels/.rels"])
def test_a_doctype_is_refused_in_every_part(tmp_path: Path, part: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path = _repack(save_form(tmp_path / "bieu.docx"), part, lambda old: bomb + old.partition(b"?>")[2])
    _assert_is_only(path, "word_hostile", "DOCTYPE", "DOCTYPE")


def test_a_damaged_part_is_a_fault(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, lambda old: old[:-40])
    _assert_is_only(path, "word_damaged", "Open and Repair", "Open and Repair")


def test_a_part_that_unpacks_to_very_much_is_refused_before_it_does(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, lambda _: b" " * (33 * 2**20))
    assert path.stat().st_size < 2**20
    _assert_is_only(path, "word_too_large", "33 MB", "33 MB")


def test_a_part_that_understates_its_size_is_damaged(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, lambda old: old + b" " * 2**20)
    data = bytearray(path.read_bytes())
    start = data.rindex(b"PK\x01\x02", 0, data.rindex(BODY.encode()))
    data[start + 24 : start + 28] = struct.pack("<I", 1000)
    path.write_bytes(data)
    _assert_is_only(path, "word_damaged", "hỏng", "damaged")


def test_very_many_elements_are_refused(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, _body(b"<w:p/>" * 4_000_001))
    _assert_is_only(path, "word_too_complex", "quá nhiều phần tử", "too many elements")


@pytest.mark.parametrize("times", [9, 50_000])
def test_tables_in_tables_end_somewhere(tmp_path: Path, times: int) -> None:
    nested = b"<w:tbl><w:tr><w:tc>" * times + b"</w:tc></w:tr></w:tbl>" * times
    _assert_is_only(
        _repack(save_form(tmp_path / "bieu.docx"), BODY, _body(nested)), "word_too_complex", "lồng", "nests"
    )


def test_elements_in_elements_end_somewhere(tmp_path: Path) -> None:
    deep = b"<w:p>" + b"<w:r>" * 50_000 + b"</w:r>" * 50_000 + b"</w:p>"
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, _body(deep))
    _assert_is_only(path, "word_too_complex", "lồng", "nests")


def test_a_text_of_megabytes_is_read_in_little_time(tmp_path: Path) -> None:
    long = "Bước 1: hồ sơ (01 bản " * 20_000
    forms = _form(tmp_path, ("Thành phần hồ sơ", long), ("Thời hạn giải quyết", long), ("Trình tự thực hiện", long),
                  ("Kiến nghị thực thi", f"Sửa đổi {long}"), ("Sự cần thiết", f"Có ☒ {long}"))  # fmt: skip
    assert len(max((one.text() for one in forms.remarks), key=len)) < 1000


def test_macros_links_and_pictures_are_not_touched(tmp_path: Path) -> None:
    path = save_form(tmp_path / "bieu.docm")
    _repack(path, "word/vbaProject.bin", lambda _: b"<!DOCTYPE evil>")
    _repack(path, "word/media/image1.png", lambda _: bytes(10))
    link = b'<Relationship Id="r9" Type="x/numbering" Target="http://vd.vn/x.xml" TargetMode="External"/>'
    link += b"</Relationships>"
    _repack(path, "word/_rels/document.xml.rels", lambda old: old.replace(b"</Relationships>", link))
    assert _rows(read_word_forms(path), "procedures") == EXPECTED["procedures"]


def test_a_part_that_stands_twice_is_damage(tmp_path: Path) -> None:
    path = save_form(tmp_path / "bieu.docx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/Document.xml", OPEN + CLOSE)
    _assert_is_only(path, "word_damaged", "duplicate part", "duplicate part")


def test_a_package_of_something_else_is_no_document(tmp_path: Path) -> None:
    path = _repack(save_form(tmp_path / "bieu.docx"), BODY, lambda _: b"<x/>")
    _assert_is_only(path, "word_not_document", "Word (.docx)", "not a Word document")


def test_every_remark_of_the_room_is_provoked_here() -> None:
    with open(__file__, encoding="utf-8") as source:  # noqa: PTH123 - this file
        text = source.read()
    assert not [code for code in codes_of("word") if f'"{code}"' not in text]
