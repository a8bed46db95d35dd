"""What a workbook may look like and still be read as it is meant."""

from __future__ import annotations

import datetime as dt
import subprocess
import unicodedata
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import says
from tthc_cost.errors import InputFault
from tthc_cost.io import read_review, read_reviews
from tthc_cost.io.opening import open_workbook
from workbooks import patch_part, save, save_old, sound_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from tthc_cost.review import Review
    from workbooks import Sheets


def test_figures_dates_and_decisions_are_what_the_sheet_says(tmp_path: Path) -> None:
    review = read_review(save(tmp_path / "a.xlsx"))
    assert review.baseline.activities["effort_hours"].tolist() == [8, 2, 2]
    assert review.simplified.activities["effort_hours"].tolist() == [5, 1, 1]
    assert review.baseline.activities["fee_vnd"].tolist() == [20_000, pd.NA, pd.NA]
    assert review.baseline.activities["population"].tolist() == [40, 40, 40]
    decision = review.tables["review"]["decisions"].iloc[0]
    assert (decision["decision"], decision["approved_on"]) == ("amend", pd.Timestamp(2023, 11, 30))
    rates = review.tables["baseline"]["rates"]
    assert rates["vnd_per_hour"].tolist() == [45_265]
    assert review.tables["simplified"]["rates"].equals(rates)


def test_every_row_knows_its_file_sheet_and_row(tmp_path: Path) -> None:
    review = read_review(save(tmp_path / "a.xlsx"))
    assert review.simplified.activities["origin"].tolist() == [f"a.xlsx › Tính chi phí › {row}" for row in (5, 6, 7)]


def _same_but_for_origin(one: Review, other: Review) -> bool:
    return all(
        frame.drop(columns="origin").equals(other.tables[group][name].drop(columns="origin"))
        for group, tables in one.tables.items()
        for name, frame in tables.items()
    )


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_order_of_sheets_and_columns_changes_nothing(tmp_path_factory: pytest.TempPathFactory, chance: Any) -> None:
    folder = tmp_path_factory.mktemp("order")
    shuffled = {}
    for name in chance.sample(list(sound_sheets()), 4):
        rows = sound_sheets()[name]
        order = chance.sample(range(len(rows[0])), len(rows[0]))
        shuffled[name] = [[row[position] for position in order] for row in rows]
    read = read_review(save(folder / "a.xlsx", shuffled))
    assert _same_but_for_origin(read, read_review(save(folder / "b.xlsx")))


HEADINGS = [
    "Thời gian thực hiện",
    "THỜI GIAN  THỰC HIỆN\n(giờ công)",
    "Thời gian thực hiện (giờ)",
    "Thời gian thực hiện [giờ công] *",
    "Thời gian thực hiện (4)",
    unicodedata.normalize("NFD", "Thời gian thực hiện (giờ công)"),
    "Effort (person-hours)",
    "effort",
    "effort_hours",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_headings_are_known_by_label_or_name_with_or_without_their_unit(tmp_path: Path, heading: str) -> None:
    sheets = sound_sheets()
    sheets["Tính chi phí"][0][5] = heading
    assert read_review(save(tmp_path / "a.xlsx", sheets)).baseline.activities["effort_hours"].tolist() == [8, 2, 2]


def test_sheets_are_known_by_either_language_and_any_spelling(tmp_path: Path) -> None:
    names = {"TTHC": "procedures", "Tính chi phí": "TÍNH CHI PHÍ", "Rà soát": "Decisions", "Mức thu nhập": "Rates"}
    sheets = {names[name]: rows for name, rows in sound_sheets().items()}
    assert _same_but_for_origin(read_review(save(tmp_path / "a.xlsx", sheets)), read_review(save(tmp_path / "b.xlsx")))


def test_a_letterhead_above_the_headings_is_skipped(tmp_path: Path) -> None:
    sheets = sound_sheets()
    letterhead: list[list[Any]] = [
        ["UBND TỈNH LAI CHÂU"],
        ["SỞ NỘI VỤ", None, None, "BẢNG TÍNH CHI PHÍ"],
        [],
        [None, "Nguồn"],
    ]
    sheets["Tính chi phí"] = letterhead + sheets["Tính chi phí"]
    review = read_review(save(tmp_path / "a.xlsx", sheets))
    assert review.baseline.activities["origin"].iloc[0] == "a.xlsx › Tính chi phí › 6"


def test_blank_rows_and_rows_with_only_unknown_columns_are_skipped(tmp_path: Path) -> None:
    sheets = sound_sheets()
    rows = sheets["Tính chi phí"]
    sheets["Tính chi phí"] = [
        ["STT", *rows[0]],
        *([number, *row] for number, row in enumerate(rows[1:], 1)),
        [8],
        ["", " "],
    ]
    sheets["Tính chi phí"].insert(2, [])
    assert len(read_review(save(tmp_path / "a.xlsx", sheets)).simplified.activities) == 3


def test_numbers_typed_as_text_are_read_with_their_units(tmp_path: Path) -> None:
    sheets = sound_sheets()
    for row, (effort, fee) in enumerate([("1,5 giờ", "20.000 đồng"), ("45 phút", "20 nghìn đồng"), ("0,7", "1500")], 1):
        sheets["Tính chi phí"][row][5:7] = [effort, fee]
    activities = read_review(save(tmp_path / "a.xlsx", sheets)).baseline.activities
    assert activities["effort_hours"].tolist() == [1.5, 0.75, 0.7]
    assert activities["fee_vnd"].tolist() == [20_000, 20_000, 1500]


@pytest.mark.parametrize(
    "date",
    [dt.date(2023, 11, 30), pd.Timestamp(2023, 11, 30).to_pydatetime(), "30/11/2023", "2023-11-30", "30.11.2023"],
)
def test_dates_are_read_from_date_cells_and_from_text(tmp_path: Path, date: object) -> None:
    sheets = sound_sheets()
    sheets["Rà soát"][1][2] = date
    review = read_review(save(tmp_path / "a.xlsx", sheets))
    assert review.tables["review"]["decisions"]["approved_on"].tolist() == [pd.Timestamp(2023, 11, 30)]


def test_whole_numbers_are_codes_of_lines(tmp_path: Path) -> None:
    sheets = sound_sheets()
    for number, row in enumerate(sheets["Tính chi phí"][1:], start=1):
        row[2] = number
    assert read_review(save(tmp_path / "a.xlsx", sheets)).simplified.activities["activity"].tolist() == ["4", "5", "6"]


def test_national_codes_stay_text(tmp_path: Path) -> None:
    review = read_review(save(tmp_path / "a.xlsx", sound_sheets("1.004080")))
    assert review.baseline.procedures["procedure"].tolist() == ["1.004080"]


def test_a_formula_counts_with_its_saved_value(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sound_sheets().items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    costs = book.get_worksheet_by_name("Tính chi phí")
    costs.write_formula("F2", "=2*4", None, 8)
    costs.write_formula("E2", '="A1"&"/1"', None, "A1/1")
    book.close()
    activities = read_review(path).baseline.activities
    assert activities[["grade", "effort_hours"]].iloc[0].tolist() == ["A1/1", 8]


def test_columns_with_formulas_are_noted_once_each_at_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sound_sheets().items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    costs = book.get_worksheet_by_name("Tính chi phí")
    for cell, value in (("F4", 2), ("F5", 5), ("F6", 1)):
        costs.write_formula(cell, "=2*1", None, value)
    costs.write_formula("J2", "=1", None, 1)
    book.close()
    notes = [one for one in read_review(path).notes if one.code == "formula_values"]
    assert [(one.place.cell, dict(one.values)["count"]) for one in notes] == [("F4", "3")]
    assert says(notes[0], "3 ô là công thức", "3 cells with a formula")


def test_an_old_workbook_is_read_as_a_new_one(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Rà soát"][1][2] = dt.date(2023, 11, 30)
    sheets["Tính chi phí"][1][5] = 7.45
    sheets["Tính chi phí"][2][3] = "Nộp hồ sơ, " * 1500
    old, new = save_old(tmp_path / "a.xls", sheets), save(tmp_path / "a.xlsx", sheets)
    assert _same_but_for_origin(read_review(old), read_review(new))


SERIALS = [
    (45_260, "dd/mm/yyyy", dt.date(2023, 11, 30)),
    (45_260.75, "dd/mm/yyyy hh:mm", dt.datetime(2023, 11, 30, 18)),
    (0.03125, "hh:mm", dt.time(0, 45)),
    (1.25, "[h]:mm", dt.timedelta(hours=30)),
    (59, "d/m/yy", dt.date(1900, 2, 28)),
    (45_260, '#,##0 "đồng"', 45_260),
    (45_265.5, '#,##0.00\\ "đ/giờ"', 45_265.5),
    (-1, "dd/mm/yyyy", -1),
]


@pytest.mark.parametrize(("number", "form", "value"), SERIALS)
def test_a_number_of_an_old_workbook_is_what_its_format_shows(
    tmp_path: Path, number: float, form: str, value: object
) -> None:
    book = xlwt.Workbook()
    book.add_sheet("A").write(0, 0, number, xlwt.easyxf(num_format_str=form))
    book.save(str(tmp_path / "a.xls"))
    assert open_workbook(tmp_path / "a.xls", "a.xls", formats=("xls",)).sheet("A").rows == [[value]]


def test_a_sheet_tells_its_merged_areas_formulas_and_hidden_rows_in_either_format(tmp_path: Path) -> None:
    old = xlwt.Workbook()
    sheet = old.add_sheet("A")
    sheet.write_merge(0, 1, 0, 2, "Tiêu đề")
    sheet.write(3, 2, "x")
    sheet.row(3).hidden = True
    sheet.row(9).hidden = True
    old.save(str(tmp_path / "a.xls"))
    new = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    page = new.add_worksheet("A")
    page.merge_range("A1:C2", "Tiêu đề")
    page.write("C4", "x")
    page.set_row(3, None, None, {"hidden": True})
    page.set_row(9, None, None, {"hidden": True})
    page.write_formula("A4", "=1+1", None, 2)
    new.close()
    for file, formulas in (("a.xls", set()), ("a.xlsx", {(3, 0)})):
        found = open_workbook(tmp_path / file, file, formats=("xlsx", "xls")).sheet("A")
        assert found.merged == ((0, 0, 1, 2),)
        assert found.hidden_rows == {3}
        assert found.formulas == formulas


def test_a_workbook_tells_its_hidden_sheets_in_either_format(tmp_path: Path) -> None:
    old, new = xlwt.Workbook(), openpyxl.Workbook()
    new.remove(new.worksheets[0])
    for name, old_state, new_state in (("A", 0, "visible"), ("B", 1, "hidden"), ("C", 2, "veryHidden")):
        old.add_sheet(name).visibility = old_state
        new.create_sheet(name).sheet_state = new_state
    old.save(str(tmp_path / "a.xls"))
    new.save(tmp_path / "a.xlsx")
    for file in ("a.xls", "a.xlsx"):
        found = open_workbook(tmp_path / file, file, formats=("xlsx", "xls"))
        assert found.names == ("A", "B", "C")
        assert found.hidden == {"B", "C"}
        assert found.shown == ("A",)


def test_a_formula_that_gives_no_text_is_a_blank_cell(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Tính chi phí"][1][6] = '=IF(TRUE,"","")'
    path = save(tmp_path / "a.xlsx", sheets)
    patch_part(path, "xl/worksheets/sheet2.xml", lambda part: part.replace(b'r="G2"', b'r="G2" t="str"'))
    assert read_review(path).baseline.activities["fee_vnd"].isna().all()


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    sheets = sound_sheets() | {"Nháp": [["x"]], "Giới thiệu": [["y"]]}
    sheets["Tính chi phí"][0].extend(["Người lập biểu", None])
    sheets["Tính chi phí"][1].extend(["Vàng A Páo", "chưa chắc"])
    notes = [one.text("vi") for one in read_review(save(tmp_path / "a.xlsx", sheets)).notes if one.place.file]
    assert notes == [
        "a.xlsx › Nháp: trang tính này không thuộc mẫu nên không được đọc.",
        "a.xlsx › Tính chi phí › I1: cột này có nội dung nhưng không có tiêu đề nên không được dùng.",
        "a.xlsx › Tính chi phí › H1: cột «Người lập biểu» không thuộc bảng này nên không được dùng.",
    ]


def _with_agencies(sheets: Sheets) -> Sheets:
    return sheets | {"Cơ quan": [["Cơ quan", "Cấp"], ["Sở Nội vụ", "cấp tỉnh"]]}


def test_a_folder_is_one_review_in_the_order_of_its_files(tmp_path: Path) -> None:
    save(tmp_path / "b.xlsx", _with_agencies(sound_sheets("NB-02")))
    save(tmp_path / "a.xlsx", _with_agencies(sound_sheets("NB-01")))
    save(tmp_path / "a" / "a.xlsx", sound_sheets("NB-03"))
    for hidden in ("~$a.xlsx", ".a.xlsx", ".cũ/c.xlsx"):
        save(tmp_path / hidden)
    (tmp_path / "ghi_chu.txt").write_text("…", encoding="utf-8")
    seen: list[tuple[str, int, int]] = []
    review = read_reviews(tmp_path, lambda file, done, total: seen.append((file, done, total)))
    assert seen == [("a/a.xlsx", 1, 3), ("a.xlsx", 2, 3), ("b.xlsx", 3, 3)]
    assert review.baseline.procedures["procedure"].tolist() == ["NB-03", "NB-01", "NB-02"]
    assert review.baseline.procedures["origin"].tolist() == [f"{file} › TTHC › 2" for file, _, _ in seen]


def test_a_folder_of_one_workbook_is_that_workbook(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx")
    assert read_reviews(tmp_path) == read_review(path)


def test_a_folder_without_workbooks_or_no_folder_is_a_fault(tmp_path: Path) -> None:
    for folder, code in ((tmp_path, "folder_without_workbooks"), (tmp_path / "x", "folder_missing")):
        with pytest.raises(InputFault) as caught:
            read_reviews(folder)
        assert [one.code for one in caught.value.faults] == [code]


@pytest.mark.heavy
def test_a_workbook_saved_by_an_office_suite_is_read_with_what_it_calculated(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["Tính chi phí"][1][5] = "=2*4"
    sheets["Tính chi phí"][2][6] = '=IF(TRUE,"","")'
    path = save(tmp_path / "so.xlsx", sheets)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    read, typed = read_review(tmp_path / "out" / "so.xlsx"), read_review(save(tmp_path / "typed.xlsx"))
    assert _same_but_for_origin(read, typed)
