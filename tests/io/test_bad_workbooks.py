"""What is wrong with a workbook is said in both languages, with its file, sheet and cell, and everything at once."""

from __future__ import annotations

import datetime as dt
import io
import os
import struct
import time
import zipfile
from typing import TYPE_CHECKING, Any

import msoffcrypto
import pytest
import xlsxwriter
import xlwt

from tthc_cost.errors import InputFault
from tthc_cost.io import archive_parts, read_review, read_reviews
from workbooks import AFTER, NOW, cost_cell, patch_part, save, save_old, sound_sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tthc_cost.errors import Remark
    from workbooks import Sheets

COSTS = "Tính chi phí"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet2.xml"
"""Part of the cost table in the workbooks made here."""


def _faults(path: Path) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        read_reviews(path) if path.is_dir() else read_review(path)
    return caught.value.faults


def _assert_is_said(faults: tuple[Remark, ...], code: str, *place: str | None, only: bool = True) -> None:
    """Check that a fault is said at its place in both languages, each with a way to mend it, and alone."""
    found = [one for one in faults if one.code == code]
    assert [(one.place.file, one.place.sheet, one.place.cell)[: len(place)] for one in found] == [place], faults
    assert found[0].text("vi").startswith(" › ".join(part for part in place if part))
    assert found[0].text("en").startswith(" › ".join(part for part in place if part))
    assert "Cách sửa: " in found[0].text("vi")
    assert "To mend it: " in found[0].text("en")
    assert found[0].text("vi") != found[0].text("en")
    if only:
        assert [one.code for one in faults] == [code], "\n".join(one.text() for one in faults)


# Cells

CELLS: list[tuple[str, object, str]] = [
    ("text where a number belongs", "nhiều", "figure_unreadable"),
    ("negative", -2, "figure_negative"),
    ("negative text", "-2 giờ", "figure_negative"),
    ("above the limit", 10**6, "over_limit"),
    ("two readings", "1.234", "figure_has_two_readings"),
    ("a range", "10-15", "figure_is_range"),
    ("an approximation", "khoảng 50", "figure_is_vague"),
    ("elapsed days given as effort", "2 ngày làm việc", "effort_is_elapsed"),
    ("a truth", True, "figure_not_number"),
    ("an error", "#REF!", "cell_error"),
    ("division by zero", "#DIV/0!", "cell_error"),
    ("not available", "#N/A", "cell_error"),
    ("a formula never calculated", "=2*4", "cell_not_calculated"),
]


@pytest.mark.parametrize(("value", "code"), [pytest.param(*case[1:], id=case[0]) for case in CELLS])
def test_a_bad_effort_is_said_at_its_cell(tmp_path: Path, value: object, code: str) -> None:
    sheets = sound_sheets()
    cost_cell(value)(sheets)
    _assert_is_said(_faults(save(tmp_path / "so.xlsx", sheets)), code, "so.xlsx", COSTS, "F2")


@pytest.mark.parametrize("number", ["1E400", "-INF", "NaN"])
def test_a_number_cell_without_a_finite_number_is_a_fault(tmp_path: Path, number: str) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b"<v>8</v>", f"<v>{number}</v>".encode())
    )
    _assert_is_said(_faults(path), "cell_not_number", "so.xlsx", COSTS, "F2")


def test_zero_beside_a_formula_that_was_left_to_others_to_calculate_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sound_sheets().items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.get_worksheet_by_name(COSTS).write_formula("F2", "=2*4")
    book.close()
    _assert_is_said(_faults(path), "cell_not_calculated", "so.xlsx", COSTS, "F2")


def test_an_error_below_all_other_rows_is_not_overlooked(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets[COSTS].append([None, None, None, None, None, "=1+1"])
    faults = _faults(save(tmp_path / "so.xlsx", sheets))
    assert {(one.code, one.place.cell) for one in faults} == {("cell_not_calculated", "F8"), ("state_blank", "A8"),
        ("blank_required", "B8"), ("blank_required", "C8")}  # fmt: skip


ELSEWHERE: list[tuple[str, str, str, object, str]] = [
    ("a date that does not exist", "Rà soát", "C2", "31/02/2023", "no_such_date"),
    ("no date", "Rà soát", "C2", "sắp tới", "not_a_date"),
    ("a decision unheard of", "Rà soát", "B2", "để sau", "unknown_term"),
    ("a state unheard of", "TTHC", "A2", "cũ", "unknown_term"),
    ("no state", "TTHC", "A2", None, "state_blank"),
    ("a state that is an error", "TTHC", "A2", "#N/A", "cell_error"),
    ("a part of a subject", "TTHC", "E2", 2.5, "not_whole"),
    ("a code that is a number", "TTHC", "B3", 1.00408, "code_is_number"),
    ("a code that became a date", COSTS, "C2", dt.date(2024, 2, 1), "cell_code_is_not_text"),
    ("no name", "TTHC", "C2", None, "blank_required"),
]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"), [pytest.param(*case[1:], id=case[0]) for case in ELSEWHERE]
)
def test_a_bad_cell_is_said_at_its_place(tmp_path: Path, sheet: str, cell: str, value: object, code: str) -> None:
    sheets = sound_sheets()
    sheets[sheet][int(cell[1:]) - 1][ord(cell[0]) - ord("A")] = value
    _assert_is_said(_faults(save(tmp_path / "so.xlsx", sheets)), code, "so.xlsx", sheet, cell, only=False)


# Sheets and headings


def _spoil_heading(text: str | None, column: int = 6) -> Callable[[Sheets], None]:
    return cost_cell(text, row=1, column=column)


def _rename(old: str, new: str) -> Callable[[Sheets], None]:
    def spoil(sheets: Sheets) -> None:
        sheets[new] = sheets.pop(old)

    return spoil


def _drop_column(sheet: str, column: int) -> Callable[[Sheets], None]:
    def spoil(sheets: Sheets) -> None:
        for row in sheets[sheet]:
            del row[column - 1]

    return spoil


BUILDS: list[tuple[str, Callable[[Sheets], Any], str, tuple[str | None, ...]]] = [
    ("a missing sheet", lambda sheets: sheets.pop(COSTS), "sheet_missing", (None, None)),
    ("a misspelt sheet", _rename(COSTS, "Tinh chi phi"), "sheet_misspelt", ("Tinh chi phi", None)),
    ("a misspelt optional sheet", _rename("Mức thu nhập", "Mức thu nhâp"), "sheet_misspelt", ("Mức thu nhâp", None)),
    ("a sheet twice", lambda sheets: sheets.update(Activities=sheets[COSTS]), "sheet_twice", ("Activities", None)),
    ("a missing column", _drop_column(COSTS, 6), "missing_column", (COSTS, None)),
    ("a missing key", _drop_column(COSTS, 2), "missing_column", (COSTS, None)),
    ("a missing state", _drop_column("TTHC", 1), "missing_column", ("TTHC", None)),
    ("a misspelt column", _spoil_heading("Thời gian thưc hiên"), "misspelt_column", (COSTS, "F1")),
    ("a misspelt optional column", _spoil_heading("Phí lệ phí (đồng)", 7), "misspelt_column", (COSTS, "G1")),
    ("minutes", _spoil_heading("Thời gian thực hiện (phút)"), "heading_unit", (COSTS, "F1")),
    ("days", _spoil_heading("Thời gian thực hiện (ngày làm việc)"), "heading_unit", (COSTS, "F1")),
    ("thousands", _spoil_heading("Phí, lệ phí (nghìn đồng)", 7), "heading_unit", (COSTS, "G1")),
    ("thousands with a point", _spoil_heading("Phí, lệ phí (1.000 đ)", 7), "heading_unit", (COSTS, "G1")),
    ("a heading twice", _spoil_heading("Effort", 7), "heading_twice", (COSTS, "G1")),
    ("no headings", lambda sheets: sheets.update({COSTS: [["1", "2"]]}), "sheet_without_headings", (COSTS, None)),
    ("a blank sheet", lambda sheets: sheets.update({COSTS: []}), "sheet_without_headings", (COSTS, None)),
]


@pytest.mark.parametrize(("spoil", "code", "place"), [pytest.param(*case[1:], id=case[0]) for case in BUILDS])
def test_a_badly_built_sheet_is_said_once_and_nothing_follows_from_it(
    tmp_path: Path, spoil: Callable[[Sheets], Any], code: str, place: tuple[str | None, ...]
) -> None:
    sheets = sound_sheets()
    spoil(sheets)
    _assert_is_said(_faults(save(tmp_path / "so.xlsx", sheets)), code, "so.xlsx", *place)


def test_the_unit_that_a_heading_states_is_shown_as_typed(tmp_path: Path) -> None:
    sheets = sound_sheets()
    _spoil_heading("Thời gian thực hiện (Phút)")(sheets)
    assert "«Phút»" in _faults(save(tmp_path / "so.xlsx", sheets))[0].text()


def test_cells_of_a_badly_built_workbook_are_still_checked(tmp_path: Path) -> None:
    sheets = sound_sheets()
    del sheets["Rà soát"]
    cost_cell("khoảng 50")(sheets)
    faults = _faults(save(tmp_path / "so.xlsx", sheets))
    assert [(one.code, one.place.cell) for one in faults] == [("sheet_missing", None), ("figure_is_vague", "F2")]


# Keys


def test_a_code_used_twice_is_said_with_both_places(tmp_path: Path) -> None:
    sheets = sound_sheets()
    cost_cell("1", row=3, column=3)(sheets)
    faults = _faults(save(tmp_path / "so.xlsx", sheets))
    _assert_is_said(faults, "duplicate_key", "so.xlsx", COSTS)
    assert faults[0].place.row == 3
    assert "so.xlsx › Tính chi phí › dòng 2" in faults[0].text("vi")


def test_a_procedure_in_two_files_is_said_with_both_files(tmp_path: Path) -> None:
    for file in ("a.xlsx", "b.xlsx"):
        save(tmp_path / file)
    faults = _faults(tmp_path)
    assert {one.code for one in faults} == {"duplicate_key"}
    assert {(one.place.file, one.place.sheet) for one in faults} == {
        ("b.xlsx", name) for name in list(sound_sheets())[:3]
    }
    assert all("a.xlsx" in one.text("vi") and "a.xlsx" in one.text("en") for one in faults)


def test_all_faults_of_all_files_come_at_once_file_by_file(tmp_path: Path) -> None:
    first, second = sound_sheets("NB-01"), sound_sheets("NB-02")
    cost_cell("khoảng 50")(first)
    first["Rà soát"][1][2] = "31/02/2023"
    second[COSTS][1][5] = -1
    del second["TTHC"]
    save(tmp_path / "a.xlsx", first)
    save(tmp_path / "b.xlsx", second)
    (tmp_path / "c.xlsx").touch()
    save(tmp_path / "d.xlsx", sound_sheets("NB-04"))
    assert [(one.code, one.place.file, one.place.cell) for one in _faults(tmp_path)] == [
        ("figure_is_vague", "a.xlsx", "F2"),
        ("no_such_date", "a.xlsx", "C2"),
        ("sheet_missing", "b.xlsx", None),
        ("figure_negative", "b.xlsx", "F2"),
        ("file_empty", "c.xlsx", None),
    ]


def test_files_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    sheets = sound_sheets()
    cost_cell(-1)(sheets)
    save(tmp_path / "so_noi_vu" / "ra_soat.xlsx", sheets)
    save(tmp_path / "so_tai_chinh" / "ra_soat.xlsx", sound_sheets("NB-02"))
    _assert_is_said(_faults(tmp_path), "figure_negative", "so_noi_vu/ra_soat.xlsx", COSTS, "F2")


# Files


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    _assert_is_said(_faults(tmp_path / "so.xlsx"), "file_missing", "so.xlsx")


def test_a_path_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "so.xlsx").mkdir()
    with pytest.raises(InputFault) as caught:
        read_review(tmp_path / "so.xlsx")
    assert [one.code for one in caught.value.faults] == ["file_unreadable"]


CONTENTS: list[tuple[str, bytes, str]] = [
    ("an empty file", b"", "file_empty"),
    ("text", "Mã TTHC;Tên TTHC\nNB-01;Nâng bậc lương\n".encode(), "file_not_workbook"),
    ("a web page", b"<html><table></table></html>", "file_not_workbook"),
    ("a workbook of the old format and nothing in it", OLE + bytes(4096), "file_damaged"),
    ("the beginning of a download", b"PK\x03\x04" + bytes(100), "file_damaged"),
]


@pytest.mark.parametrize(("content", "code"), [pytest.param(*case[1:], id=case[0]) for case in CONTENTS])
def test_a_file_that_is_no_workbook(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(content)
    _assert_is_said(_faults(path), code, "so.xlsx")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/document.xml": b"<w/>"}, "file_not_workbook"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<o/>"}, "file_other_format"),
        ({"xl/workbook.bin": b"\x83\x01"}, "file_other_format"),
    ],
)
def test_an_archive_that_is_no_xlsx_workbook(tmp_path: Path, parts: dict[str, bytes], code: str) -> None:
    path = tmp_path / "so.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    _assert_is_said(_faults(path), code, "so.xlsx")


def test_a_workbook_protected_by_a_password(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsx")
    plain = msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes()))
    with path.open("wb") as protected:
        plain.encrypt("Lai Châu", protected)
    _assert_is_said(_faults(path), "file_encrypted", "so.xlsx")


def test_a_workbook_that_is_not_read_is_not_left_out_of_a_folder_in_silence(tmp_path: Path) -> None:
    save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"<o/>")
    _assert_is_said(_faults(tmp_path), "file_other_format", "b.ods")


def test_a_truncated_workbook(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsx")
    path.write_bytes(path.read_bytes()[:2000])
    _assert_is_said(_faults(path), "file_damaged", "so.xlsx")


def test_a_workbook_with_a_piece_missing_in_its_middle(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + whole[150:])
    _assert_is_said(_faults(path), "file_damaged", "so.xlsx")


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "_rels/.rels", SHEET]
)
@pytest.mark.parametrize("content", [b"", b"<a><b></a>", b"\x00\x01", b"<a>" * 1000])
def test_a_part_that_is_no_xml(tmp_path: Path, part: str, content: bytes) -> None:
    path = patch_part(save(tmp_path / "so.xlsx"), part, lambda _: content)
    codes = {one.code for one in _faults(path)}
    assert codes <= {"file_damaged", "file_not_workbook"}


# Files that mean harm

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
DOCTYPES = {
    "an entity of entities": f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>',
    "an entity in a file": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
    "an outer subset": '<!DOCTYPE x SYSTEM "file:///etc/hostname">',
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_doctype_is_refused_wherever_it_stands(tmp_path: Path, doctype: str, part: str) -> None:
    path = tmp_path / "so.xlsx"
    save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts.setdefault("xl/sharedStrings.xml", b"<sst/>")
    prologue, root = (b"", parts[part]) if not parts[part].startswith(b"<?xml") else parts[part].split(b"?>", 1)
    parts[part] = (prologue + b"?>" if prologue else b"") + doctype.encode() + root
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    faults = _faults(path)
    _assert_is_said(faults, "file_hostile", "so.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as part:
        for _ in range(archive_parts.LARGEST_FILE // 2**20 + 1):
            part.write(bytes(2**20))
    assert path.stat().st_size < 2**20
    _assert_is_said(_faults(path), "file_too_large", "so.xlsx")


def test_a_bomb_whose_directory_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", bytes(10**7))
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 10**7), struct.pack("<L", 10)))
    _assert_is_said(_faults(path), "file_damaged", "so.xlsx")


def test_a_cell_at_the_end_of_the_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET,
        lambda part: part.replace(b"</sheetData>", b'<row><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )  # fmt: skip
    _assert_is_said(_faults(path), "sheet_too_large", "so.xlsx", COSTS)


def test_blank_formatted_cells_to_the_end_of_the_sheet_do_no_harm(tmp_path: Path) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET,
        lambda part: part.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),
    )  # fmt: skip
    assert len(read_review(path).baseline.activities) == 3


def test_a_dimension_that_lies_does_no_harm(tmp_path: Path) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b'ref="A1:G7"', b'ref="A1:XFD1048576"')
    )
    assert len(read_review(path).baseline.activities) == 3


@pytest.mark.parametrize("reference", ["A0", "ZZZZ1", "1A", "A99999999", "XFD9999999"])
def test_a_cell_where_no_cell_can_be_is_a_fault(tmp_path: Path, reference: str) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b'r="F2"', f'r="{reference}"'.encode())
    )
    assert {one.code for one in _faults(path)} <= {"file_damaged", "sheet_too_large"}


def test_a_text_that_is_not_among_the_shared_ones_is_a_fault(tmp_path: Path) -> None:
    path = patch_part(
        save(tmp_path / "so.xlsx"),
        SHEET,
        lambda part: part.replace(b'<c r="F2" t="n"><v>8</v>', b'<c r="F2" t="s"><v>99</v>'),
    )
    assert {one.code for one in _faults(path)} & {"file_damaged", "figure_unreadable"}


def test_a_shared_text_that_would_be_copied_without_end_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sound_sheets().items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    costs = book.get_worksheet_by_name(COSTS)
    for below in range(5000):
        costs.write_string(below + 20, 8, "dài " * 8000)
    book.close()
    assert path.stat().st_size < 2**20
    _assert_is_said(_faults(path), "too_many", "so.xlsx", COSTS)


MERGES: list[tuple[str, str, str | None]] = [
    ("areas over each other", '<mergeCell ref="B2:D4"/><mergeCell ref="C3:E5"/>', "merges_overlap"),
    ("an area twice", '<mergeCell ref="B2:D4"/><mergeCell ref="B2:D4"/>', "merges_overlap"),
    ("more than are read", '<mergeCell ref="A1"/>' * 50_001, "too_many"),
    ("the whole sheet", '<mergeCell ref="A1:XFD1048576"/>', None),
    ("one cell", '<mergeCell ref="B2"/>', None),
]


@pytest.mark.parametrize(("merges", "code"), [pytest.param(*case[1:], id=case[0]) for case in MERGES])
def test_merged_areas_do_no_harm(tmp_path: Path, merges: str, code: str | None) -> None:
    end = f"</sheetData><mergeCells>{merges}</mergeCells>".encode()
    path = patch_part(save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b"</sheetData>", end))
    if code is None:
        assert len(read_review(path).baseline.activities) == 3
    else:
        _assert_is_said(_faults(path), code, "so.xlsx", COSTS)


def test_a_million_blank_rows_do_no_harm(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % row for row in range(8, 1_000_008))
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    assert len(read_review(path).baseline.activities) == 3


@pytest.mark.heavy
def test_blank_cells_without_end_are_a_fault_before_they_are_read(tmp_path: Path) -> None:
    cells = b"<c/>" * 20_000_000 + b"</sheetData>"
    path = patch_part(save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b"</sheetData>", cells))
    began = time.process_time()
    _assert_is_said(_faults(path), "too_many", "so.xlsx", COSTS)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (b'<c t="e"><v>#N/A</v></c>', "cells in error"),
        pytest.param(b"<c><f>1</f><v>1</v></c>", "formulas", marks=pytest.mark.heavy),
    ],
)
def test_more_errors_or_formulas_than_are_read_is_one_fault(tmp_path: Path, bad: bytes, what: str) -> None:
    rows = (b"<row>" + bad * 11 + b"</row>") * (100_000 if what == "formulas" else 10_000)
    path = patch_part(
        save(tmp_path / "so.xlsx"), SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    faults = _faults(path)
    _assert_is_said(faults, "too_many", "so.xlsx", COSTS)
    assert what in faults[0].text("en")


def test_more_unknown_headings_than_anybody_meant_is_one_fault(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets[COSTS][0] += [f"Cột thứ {number}" for number in range(2000)]
    _assert_is_said(_faults(save(tmp_path / "so.xlsx", sheets)), "too_many", "so.xlsx", COSTS)


def test_more_ways_to_write_a_state_than_anybody_meant_is_one_fault(tmp_path: Path) -> None:
    sheets = sound_sheets()
    for number in range(1000):
        sheets[COSTS].append([f"trạng thái {number}", "NB-01", f"{number + 10}", "x", "A1/1", 1])
    _assert_is_said(_faults(save(tmp_path / "so.xlsx", sheets)), "too_many", "so.xlsx", COSTS, only=False)


def test_more_sheets_than_are_read_is_one_fault(tmp_path: Path) -> None:
    sheets = b"".join(b'<sheet name="S%d" sheetId="1" r:id="rId2"/>' % number for number in range(2001))
    path = patch_part(
        save(tmp_path / "so.xlsx"), "xl/workbook.xml", lambda part: part.replace(b"</sheets>", sheets + b"</sheets>")
    )
    _assert_is_said(_faults(path), "too_many", "so.xlsx")


def test_a_heading_without_end_is_no_heading(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets[COSTS][0].append("Thời gian " * 3000)
    notes = [one for one in read_review(save(tmp_path / "so.xlsx", sheets)).notes if one.code == "unknown_column"]
    assert [len(dict(one.values)["column"]) for one in notes] == [301]


# Formulas

CIRCLES: list[tuple[str, dict[str, str], set[str]]] = [
    ("a cell of itself", {"F2": "F2+1"}, {"F2"}),
    ("two of each other", {"F2": "$F$3*1", "F3": "SUM(E1:F2)"}, {"F2", "F3"}),
    ("one beside a circle", {"F2": "F2", "F3": "F2"}, {"F2"}),
    ("through a function", {"F2": 'IF(1,F3,"F2")', "F3": "F2"}, {"F2", "F3"}),
    ("another sheet", {"F2": "TTHC!F2"}, set()),
    ("a text", {"F2": '0*LEN("F2")'}, set()),
    ("a function like a cell", {"F2": "LOG10(1)*0"}, set()),
    ("a chain", {"F2": "F3", "F3": "F4"}, set()),
]


@pytest.mark.parametrize(("formulas", "cells"), [pytest.param(*case[1:], id=case[0]) for case in CIRCLES])
def test_a_formula_that_depends_on_itself_is_a_fault(tmp_path: Path, formulas: dict[str, str], cells: set[str]) -> None:
    path = tmp_path / "so.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sound_sheets().items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    for cell, formula in formulas.items():
        book.get_worksheet_by_name(COSTS).write_formula(cell, f"={formula}", None, 0)
    book.close()
    patch_part(path, "xl/workbook.xml", lambda part: part.replace(b' fullCalcOnLoad="1"', b""))
    if cells:
        faults = _faults(path)
        assert {one.code for one in faults} == {"cell_cyclic"}
        assert {one.place.cell for one in faults} == cells
    else:
        assert len(read_review(path).baseline.activities) == 3


# What leads out of a workbook, or out of a folder


def test_macros_are_not_even_looked_at(tmp_path: Path) -> None:
    path = save(tmp_path / "so.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b'Sub Auto_Open(): Kill "C:\\*.*": End Sub')
        archive.writestr("xl/macrosheets/sheet9.xml", b"no XML at all")
    assert len(read_review(path).baseline.activities) == 3


TARGETS = ("file:///etc/hostname", "http://example.org/sheet2.xml", "../../khac.xlsx", r"\\may\chu\sheet2.xml")


@pytest.mark.parametrize("target", TARGETS)
def test_no_part_outside_the_workbook_is_followed(tmp_path: Path, target: str) -> None:
    save(tmp_path / "khac.xlsx")
    path = patch_part(
        save(tmp_path / "so.xlsx"),
        "xl/_rels/workbook.xml.rels",
        lambda part: part.replace(b"/xl/worksheets/sheet2.xml", target.encode()),
    )
    _assert_is_said(_faults(path), "file_damaged", "so.xlsx")


def test_a_link_in_a_folder_is_a_fault_and_not_followed(tmp_path: Path) -> None:
    outside = save(tmp_path / "ngoai" / "so.xlsx")
    folder = tmp_path / "trong"
    save(folder / "a.xlsx")
    (folder / "b.xlsx").symlink_to(outside)
    (folder / "c.xlsx").symlink_to(tmp_path / "khong_co.xlsx")
    (folder / "d").symlink_to(outside.parent)
    assert [(one.code, one.place.file) for one in _faults(folder)] == [
        ("link_not_followed", name) for name in ("b.xlsx", "c.xlsx", "d")
    ]


def test_a_name_that_cannot_be_shown_is_a_fault(tmp_path: Path) -> None:
    save(tmp_path / "Biểu số 2 (bản cuối) – Sở Nội vụ.xlsx")
    save(tmp_path / "a\x1b[2Jb.xlsx")
    _assert_is_said(_faults(tmp_path), "file_name_unprintable", "a\N{REPLACEMENT CHARACTER}[2Jb.xlsx")


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "so.xlsx")
    _assert_is_said(_faults(tmp_path / "so.xlsx"), "file_unreadable", "so.xlsx")


# Workbooks of Excel 97 to 2003


def test_cells_of_an_old_workbook_are_said_at_their_place(tmp_path: Path) -> None:
    sheets = sound_sheets()
    cost_cell("khoảng 50")(sheets)
    cost_cell(-1, row=3)(sheets)
    faults = _faults(save_old(tmp_path / "so.xls", sheets))
    assert [(one.code, one.place.sheet, one.place.cell) for one in faults] == [
        ("figure_is_vague", COSTS, "F2"),
        ("figure_negative", COSTS, "F3"),
    ]


def test_an_error_in_an_old_workbook_is_a_fault(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name, rows in sound_sheets().items():
        sheet = book.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if name == COSTS and (row, column) == (1, 5):
                    sheet.row(row).set_cell_error(column, 0x2A)
                elif value is not None:
                    sheet.write(row, column, value)
    book.save(str(tmp_path / "so.xls"))
    faults = _faults(tmp_path / "so.xls")
    _assert_is_said(faults, "cell_error", "so.xls", COSTS, "F2")
    assert "#N/A" in faults[0].text()


def _patched(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


def test_an_old_workbook_protected_by_a_password(tmp_path: Path) -> None:
    codepage = struct.pack("<HHH", 0x42, 2, 1200)
    path = _patched(save_old(tmp_path / "so.xls"), codepage, struct.pack("<HHH", 0x2F, 2, 1))
    _assert_is_said(_faults(path), "file_encrypted", "so.xls")


def test_a_workbook_of_excel_95_is_refused_by_name(tmp_path: Path) -> None:
    start = struct.pack("<HHHH", 0x809, 16, 0x600, 5)
    path = _patched(save_old(tmp_path / "so.xls"), start, struct.pack("<HHHH", 0x809, 16, 0x500, 5))
    faults = _faults(path)
    _assert_is_said(faults, "file_other_format", "so.xls")
    assert "Excel 95" in faults[0].text("en")


def test_numbers_that_lie_in_an_old_workbook_take_no_memory(tmp_path: Path) -> None:
    path = save_old(tmp_path / "so.xls")
    dimensions = struct.pack("<HHII", 0x200, 14, 0, 7)
    lying = struct.pack("<HHII", 0x200, 14, 0, 2**32 - 1)
    assert len(read_review(_patched(path, dimensions, lying)).baseline.activities) == 3


def test_chains_of_sectors_that_run_in_a_circle_are_a_fault(tmp_path: Path) -> None:
    path = save_old(tmp_path / "so.xls")
    content = bytearray(path.read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    for sector in range(100):
        struct.pack_into("<I", content, 512 * (table + 1) + 4 * sector, 0)
    path.write_bytes(content)
    _assert_is_said(_faults(path), "file_damaged", "so.xls")


def test_a_cell_where_no_old_workbook_has_one_is_a_fault(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name, rows in sound_sheets().items():
        sheet = book.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(row, column, value)
    sheet.write(0, 255, 7)
    book.save(str(tmp_path / "so.xls"))
    number = struct.pack("<HHHH", 0x27E, 10, 0, 255)
    path = _patched(tmp_path / "so.xls", number, struct.pack("<HHHH", 0x27E, 10, 0, 256))
    _assert_is_said(_faults(path), "file_damaged", "so.xls", "Mức thu nhập")


@pytest.mark.parametrize("length", [100, 600, 3000, 6000])
def test_a_truncated_old_workbook(tmp_path: Path, length: int) -> None:
    path = save_old(tmp_path / "so.xls")
    path.write_bytes(path.read_bytes()[:length])
    _assert_is_said(_faults(path), "file_damaged", "so.xls")


def test_states_of_a_sheet_may_be_written_in_any_known_way(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["TTHC"][1][0], sheets["TTHC"][2][0] = NOW.upper(), AFTER.replace("hóa", "hoá")
    assert len(read_review(save(tmp_path / "so.xlsx", sheets)).baseline.procedures) == 1
