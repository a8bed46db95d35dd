"""What is written is read back equal, looks as a clerk expects, and never harms what is already there."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from remarks import only, says
from review_tables import review_tables
from tthc_cost import arithmetic
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, MismatchError, MissingExtraError, OutputExistsError, UnknownNameError
from tthc_cost.io import read_review, write_review, write_template
from tthc_cost.io.books import LONGEST_TEXT
from tthc_cost.review import Review
from tthc_cost.schema import TABLES, ColumnKind
from tthc_cost.vocabulary import DecisionKind
from workbooks import save

if TYPE_CHECKING:
    from pathlib import Path

    from tthc_cost.schema import Column


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop where rows came from, and put quantities on the grids of DESIGN section 3, where they live."""
    frame = frame.drop(columns="origin")
    for name, steps in (("effort_hours", 3000), ("frequency", 300)):
        if name in frame.columns:
            frame[name] = [None if pd.isna(one) else arithmetic.steps_of(one, steps) for one in frame[name]]
    return frame


@given(review_tables())
@settings(max_examples=10)
def test_what_is_written_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, tables: tuple[dict[str, pd.DataFrame], ...]
) -> None:
    review = Review.from_tables(*tables)
    read = read_review(write_review(review, tmp_path_factory.mktemp("there") / "so.xlsx"))
    for group, frames in review.tables.items():
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(_comparable(read.tables[group][name]), _comparable(frame), obj=name)


def _typable(cell: Any) -> Any:
    """Return a text as openpyxl can write it as it stands."""
    if not isinstance(cell, str):
        return cell
    return ILLEGAL_CHARACTERS_RE.sub("?", cell).replace("\r", "\n").replace("_x", "-x")


def _fill(path: Path, review: Review) -> None:
    """Fill the template in as a clerk does: below the headings, choosing from the lists."""
    book = openpyxl.load_workbook(path)
    states = {"baseline": "hiện tại", "simplified": "sau đơn giản hóa"}
    for group, tables in review.tables.items():
        for name, frame in tables.items():
            if name == "rates" and group == "simplified":
                continue
            sheet = book[TABLES[name].vi]
            headings = [cell.value for cell in sheet[1]]
            free = 1 + max((cell.row for cell in sheet["A"] if cell.value is not None), default=1)
            for number, (_, row) in enumerate(frame.iterrows(), start=free):
                cells = {column.heading("vi"): _as_typed(column, row[column.name]) for column in TABLES[name].columns}
                cells["Trạng thái"] = states.get(group)
                for position, heading in enumerate(headings, start=1):
                    cell = sheet.cell(number, position)
                    cell.value = cells[heading]
                    if isinstance(cell.value, str):
                        cell.data_type = "s"
    book.save(path)


def _as_typed(column: Column, value: Any) -> Any:
    if pd.isna(value):
        return None
    if column.term:
        return column.term.parse(value).label()
    if column.kind is ColumnKind.FLAG:
        return "có" if value else "không"
    if column.kind is ColumnKind.DATE:
        return f"{value.day}/{value.month}/{value.year}"
    return value


@given(review_tables())
@settings(max_examples=4)
def test_a_template_that_was_filled_in_is_read_as_what_was_filled_in(
    tmp_path_factory: pytest.TempPathFactory, tables: tuple[dict[str, pd.DataFrame], ...]
) -> None:
    review = Review.from_tables(*({name: frame.map(_typable) for name, frame in one.items()} for one in tables))
    path = write_template(tmp_path_factory.mktemp("there") / "mau.xlsx")
    _fill(path, review)
    read = read_review(path)
    for group, frames in review.tables.items():
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(_comparable(read.tables[group][name]), _comparable(frame), obj=name)


def test_headings_are_locked_and_every_cell_below_them_is_free(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_review(_review(), tmp_path / "so.xlsx"))
    for table in TABLES.values():
        sheet = book[table.vi]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        allowed = ("sort", "autoFilter", "formatCells", "insertRows", "deleteRows")
        assert not any(getattr(sheet.protection, name) for name in allowed)  # an attribute says what is forbidden
        assert all(cell.protection.locked for cell in sheet[1])
        assert not any(cell.protection.locked for row in sheet.iter_rows(min_row=2) for cell in row if cell.has_style)
        widths = sheet.column_dimensions.values()
        assert not any(one.protection.locked for one in widths)
        assert max(one.max for one in widths) == 16_384
    assert book["Giới thiệu"].protection.sheet


def test_what_cannot_be_right_is_refused_as_it_is_typed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))
    for table in TABLES.values():
        sheet = book[table.vi]
        headings = {cell.value: cell.column_letter for cell in sheet[1]}
        rules = {str(one.sqref).split(":")[0]: one.formula1 for one in _validations(sheet, "custom")}
        expected = {}
        for column in table.columns:
            cell = f"{headings[column.heading('vi')]}2"
            if column.kind is ColumnKind.DATE:
                expected[cell] = (
                    f"OR(ISTEXT({cell}),{cell}>=16682)"  # 1945-09-02; the year 2023 alone is a smaller number
                )
            elif column.limit is not None:
                expected[cell] = f"OR(ISTEXT({cell}),{cell}>=0)"
        assert rules == expected
    assert (dt.date(1945, 9, 2) - dt.date(1899, 12, 30)).days == 16682


def test_headings_say_with_an_example_what_belongs_below_them(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))
    said = {cell.value: cell.comment.text for cell in book["Tính chi phí"][1] if cell.comment}
    assert said["Thời gian thực hiện (giờ công)"].endswith("Ví dụ: 1,5 hoặc 45 phút")
    assert "Chuẩn bị hồ sơ" in said["Công việc khi thực hiện TTHC"]
    assert "Hoạt động/cách thức thực hiện cụ thể" not in said


def test_the_example_on_the_first_sheet_is_sound_and_gives_the_case_of_article_27(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))
    sheets: dict[str, list[list[Any]]] = {}
    for first, *rest in book["Giới thiệu"].iter_rows(values_only=True):
        if str(first).startswith("Trang «"):
            rows = sheets.setdefault(str(first)[len("Trang «") : -1], [])
        elif sheets and first is not None:
            rows.append([first, *rest])
    comparison = compare(read_review(save(tmp_path / "vi_du.xlsx", sheets)))
    assert (comparison.total.baseline, comparison.total.simplified) == (22_527_200, 13_074_200)


def test_a_template_can_be_filled_beforehand_with_the_baseline_as_it_is_known(tmp_path: Path) -> None:
    inventory = {
        "procedures": pd.DataFrame({"procedure": ["1.004080"], "name": ["Nâng bậc lương"], "level": ["cấp tỉnh"]}),
        "documents": pl.DataFrame({"procedure": ["1.004080"], "document": [1], "name": ["=Đơn"]}),
    }
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx", tables=inventory))
    assert [cell.value for cell in book["TTHC"][2][:5]] == [
        "hiện tại", "1.004080", "Nâng bậc lương", None, "cấp tỉnh"]  # fmt: skip
    assert [cell.value for cell in book["Thành phần hồ sơ"][2][:4]] == ["hiện tại", "1.004080", "1", "=Đơn"]
    assert book["Thành phần hồ sơ"]["D2"].data_type == "s"
    assert book["Tính chi phí"].max_row == 1


def test_a_table_that_does_not_exist_or_holds_faults_is_not_filled_in_beforehand(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as unknown:
        write_template(tmp_path / "mau.xlsx", tables={"TTHC": pd.DataFrame()})
    assert says(only("unknown_table", unknown.value.faults), "không có bảng nào tên «TTHC»", "no table named «TTHC»")
    with pytest.raises(InputFault) as caught:
        write_template(
            tmp_path / "mau.xlsx", tables={"procedures": pd.DataFrame({"procedure": [1.00408], "name": "a"})}
        )
    assert [one.code for one in caught.value.faults] == ["code_is_number"]
    assert not list(tmp_path.iterdir())


@pytest.mark.heavy
def test_a_filled_template_stays_protected_and_readable_after_libreoffice_saved_it(tmp_path: Path) -> None:
    path = write_template(tmp_path / "mau.xlsx")
    _fill(path, _review(fee_vnd=20_000))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    saved = tmp_path / "saved"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", saved, path], check=True, timeout=120
    )
    assert read_review(saved / path.name) == read_review(path) == _review(fee_vnd=20_000)
    sheet = openpyxl.load_workbook(saved / path.name)["Tính chi phí"]
    assert sheet.protection.sheet
    assert [sheet["A1"].protection.locked, sheet["A2"].protection.locked] == [True, False]
    assert len(_validations(sheet, "list")) + len(_validations(sheet, "custom")) > 5


def _review(**figures: object) -> Review:
    activity = {"procedure": "1.004080", "activity": "1", "grade": "A1/1", "effort_hours": 0.7, **figures}
    inventory = {
        "procedures": pd.DataFrame([
            {"procedure": "1.004080", "name": "=HYPERLINK(1)", "kind": "within_agency", "in_scope": True,
             "frequency": 1, "population": 40, "announced_on": "30/11/2023"},
        ]),
        "activities": pd.DataFrame([activity]),
    }  # fmt: skip
    return Review.from_tables(
        inventory, {}, {"decisions": pd.DataFrame({"procedure": ["1.004080"], "decision": ["keep"]})}
    )


def test_cells_have_the_form_of_what_they_hold(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_review(_review(fee_vnd=20_000), tmp_path / "so.xlsx"))
    procedures = dict(zip((cell.value for cell in book["TTHC"][1]), book["TTHC"][2], strict=True))
    assert [cell.data_type for cell in book["TTHC"][2][:3]] == ["s", "s", "s"]
    assert procedures["Tên TTHC"].value == "=HYPERLINK(1)"
    assert (procedures["Mã TTHC"].value, procedures["Mã TTHC"].number_format) == ("1.004080", "@")
    assert procedures["Nhóm TTHC"].value == "trong từng cơ quan"
    assert procedures["Thuộc phạm vi kế hoạch"].value == "có"
    assert procedures["Ngày công bố"].value == dt.datetime(2023, 11, 30)
    assert procedures["Ngày công bố"].number_format == "dd/mm/yyyy"
    costs = dict(zip((cell.value for cell in book["Tính chi phí"][1]), book["Tính chi phí"][2], strict=True))
    assert (costs["Phí, lệ phí (đồng)"].value, costs["Phí, lệ phí (đồng)"].number_format) == (20_000, "#,##0")
    assert [row[0].value for row in book["TTHC"].iter_rows(min_row=2)] == ["hiện tại", "sau đơn giản hóa"]


def test_the_template_has_every_sheet_and_heading_and_is_no_review_yet(tmp_path: Path) -> None:
    path = write_template(tmp_path / "mau.xlsx")
    book = openpyxl.load_workbook(path)
    assert set(book.sheetnames) == {"Giới thiệu", "Danh mục", *(table.vi for table in TABLES.values())}
    for table in TABLES.values():
        headings = [cell.value for cell in book[table.vi][1]]
        assert [one for one in headings if one != "Trạng thái"] == [one.heading("vi") for one in table.columns]
    with pytest.raises(InputFault) as caught:
        read_review(path)
    assert [one.code for one in caught.value.faults] == ["no_procedures"]
    assert "chưa có TTHC nào" in caught.value.text("vi")
    assert "no procedures yet" in caught.value.text("en")


def _validations(sheet: Any, kind: str) -> list[Any]:
    return [one for one in sheet.data_validations.dataValidation if one.type == kind]


def test_lists_offer_the_terms_in_vietnamese(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))
    offered = {}
    for validation in _validations(book["Rà soát"], "list"):
        cells = book["Danh mục"][validation.formula1.split("!")[1].replace("$", "")]
        offered[str(validation.sqref).split(":")[0]] = [cell.value for (cell,) in cells]
    assert offered == {"B2": [one.label("vi") for one in DecisionKind]}
    assert book["Danh mục"].sheet_state == "hidden"
    columns = {str(one.sqref)[0] for one in _validations(book["TTHC"], "list")}
    assert {book["TTHC"][f"{letter}1"].value for letter in columns} == {
        "Trạng thái", "Nhóm TTHC", "Cấp thực hiện", "Thuộc phạm vi kế hoạch"}  # fmt: skip


def test_sheets_print_on_landscape_pages_of_their_width_with_their_headings(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))["Tính chi phí"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("D2", "$1:$1")
    assert sheet.auto_filter.ref is not None


def test_the_first_sheet_says_what_it_is_told_to_say(tmp_path: Path) -> None:
    path = write_review(_review(), tmp_path / "so.xlsx", about="Số liệu giả định.\n=Không dùng")
    sheet = openpyxl.load_workbook(path)["Giới thiệu"]
    assert [sheet["A2"].value, sheet["A3"].value, sheet["A3"].data_type] == ["Số liệu giả định.", "=Không dùng", "s"]


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_review(_review(), tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    path.write_text("công sức của tôi", encoding="utf-8")
    for write in (write_template, lambda there: write_review(_review(), there)):
        with pytest.raises(OutputExistsError) as caught:
            write(path)
        assert caught.value.faults[0].place.file == str(path)
        assert path.read_text(encoding="utf-8") == "công sức của tôi"
    write_review(_review(), path, force=True)
    assert len(read_review(path).baseline.procedures)


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        write_template(tmp_path / "x" / "so.xlsx")
    assert [one.code for one in caught.value.faults] == ["folder_missing"]


@pytest.mark.parametrize("text", ["x" * (LONGEST_TEXT + 1), "\ufffe"])
def test_a_text_that_no_cell_holds_is_a_fault_and_is_not_cut(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFault) as caught:
        write_review(_review(name=text), tmp_path / "so.xlsx")
    assert {(one.code, one.place.column) for one in caught.value.faults} == {("text_unwritable", "name")}
    assert list(tmp_path.iterdir()) == []


def test_the_longest_text_that_a_cell_holds_comes_back_whole(tmp_path: Path) -> None:
    review = read_review(write_review(_review(name="ư" * LONGEST_TEXT), tmp_path / "so.xlsx"))
    assert review.baseline.activities["name"].tolist() == ["ư" * LONGEST_TEXT]


def test_two_tables_of_rates_do_not_fit_one_workbook(tmp_path: Path) -> None:
    review = _review()
    tables = {group: dict(frames) for group, frames in review.tables.items()}
    tables["baseline"]["rates"] = pd.DataFrame({"grade": ["A1/1"], "vnd_per_hour": [45_265], "source": ["GDP 2022"]})
    other = Review.from_tables(tables["baseline"], tables["simplified"], tables["review"])
    with pytest.raises(MismatchError) as caught:
        write_review(other, tmp_path / "so.xlsx")
    assert [one.code for one in caught.value.faults] == ["rates_of_two_states"]


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_template(tmp_path / "mau.xlsx")
    for library, use in (
        ("python_calamine", read_review),
        ("xlsxwriter", lambda there: write_template(there, force=True)),
    ):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError, match=r'pip install "tthc-cost\[report\]"'):
            use(path)
