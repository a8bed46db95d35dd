"""A list of measures is written and read back equal, or refused with every fault at its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from measure_strategies import scenes
from remarks import only, says
from review_strategies import FEW
from tthc_cost.errors import InputFault, OutputExistsError, WrongKindError
from tthc_cost.io import read_example
from tthc_cost.io.measure_instructions import HINTS, LEGAL_ACTIONS
from tthc_cost.io.measure_lists import read_measures, write_measures, write_measures_template
from tthc_cost.measures import (
    Abolish,
    Delegate,
    DropDocument,
    LegalAction,
    LineAfter,
    LowerFrequency,
    MeasureKind,
    MergeProcedures,
    SimplifyWork,
)
from tthc_cost.measures.columns import MEASURES
from tthc_cost.measures.table import measures_frame

if TYPE_CHECKING:
    from pathlib import Path

    from measure_strategies import Scene

MEASURES_OF_ALL = (
    Abolish("PA-1", "1.004080", legal=LegalAction("Quyết định số 15/2020/QĐ-UBND"), one_off_vnd=12_000_000),
    LowerFrequency("PA-2", "NB-02", 2),
    DropDocument("PA-3", "NB-03", "HS2"),
    SimplifyWork("PA-4", "NB-04", (LineAfter("1", effort_hours=0.75), LineAfter("2", dropped=True))),
)


def save(path: Path, rows: list[list[Any]], *more: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = MEASURES.vi if more else "Trang 1"
    for row in rows:
        sheet.append(row)
    for title in more:
        book.create_sheet(title)
    book.save(path)
    return path


def rows_in(language: str | None) -> list[list[Any]]:
    frame = measures_frame(MEASURES_OF_ALL)
    names = [str(name) for name in frame.columns]
    top = [MEASURES.column(name).heading(language) if language else name for name in names]  # type: ignore[arg-type]
    return [top, *frame.astype(object).where(frame.notna(), None).to_numpy().tolist()]


@pytest.mark.parametrize("language", ["vi", "en", None])
def test_what_is_listed_in_a_workbook_comes_back(language: str | None, tmp_path: Path) -> None:
    assert read_measures(save(tmp_path / "phuong an.xlsx", rows_in(language))) == MEASURES_OF_ALL
    assert read_measures(save(tmp_path / "hai trang.xlsx", rows_in(language), "Ghi chú")) == MEASURES_OF_ALL


@pytest.mark.parametrize("separator", [",", ";"])
def test_what_is_listed_in_a_csv_comes_back(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "phuong-an.csv"
    measures_frame(MEASURES_OF_ALL).to_csv(path, sep=separator, index=False, encoding="utf-8-sig")
    assert read_measures(path) == MEASURES_OF_ALL


def test_every_fault_is_said_at_its_cell(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Mã phương án", "Loại phương án", "Mã TTHC", "Số lần thực hiện/01 năm"],
        ["PA-1", "giảm số lần thực hiện", "NB-01", "nhiều"],
        ["PA-2", "làm cho nhanh", "NB-02", None],
    ]
    with pytest.raises(InputFault) as error:
        read_measures(save(tmp_path / "a.xlsx", rows))
    assert [one.place.cell for one in error.value.faults] == ["D2", "B3"]


def test_a_workbook_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as error:
        read_measures(save(tmp_path / "a.xlsx", []))
    assert "Mã phương án" in only("measures_without_headings", error.value.faults).text("vi")
    book = openpyxl.Workbook()
    book.create_sheet("Trang 2")
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputFault) as error:
        read_measures(tmp_path / "b.xlsx")
    assert "Trang 2" in only("measures_which_sheet", error.value.faults).text("en")


# What is written


@given(scenes().filter(lambda scene: scene.measures))
@FEW
def test_what_is_written_is_read_back_equal(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> None:
    path = write_measures(scene.measures, tmp_path_factory.mktemp("there") / "phuong_an.xlsx")
    assert read_measures(path) == scene.measures


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20)


@given(WORDS.filter(str.strip), st.floats(0.001, 100))
@example("=cmd()", 7 / 60)
@example("+1", 1 / 3)
@example("@x", 0.1 + 0.2)
@example("-2", 1.1)
@example("https://x.vn", 1.0)
@example("{=A1}", 99.99999999999999)
@example("1.004080", 2.0)
@FEW
def test_a_text_stays_text_and_a_number_keeps_its_last_digit(
    tmp_path_factory: pytest.TempPathFactory, text: str, hours: float
) -> None:
    legal = LegalAction(text, text, text, text)
    measures = (
        SimplifyWork("PA-1", text, (LineAfter(text, name=text, effort_hours=hours),), legal=legal, content=text),
        Delegate("PA-2", "NB-01", "commune", text, reason=text),
        MergeProcedures("PA-3", "NB-01", ("NB-00",), f"{text}x", name=text, population=40),
    )
    path = write_measures(measures, tmp_path_factory.mktemp("there") / "phuong_an.xlsx")
    assert read_measures(path) == measures
    sheet = openpyxl.load_workbook(path)[MEASURES.vi]
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert not any(cell.hyperlink for row in sheet for cell in row)


def test_cells_have_the_form_of_what_they_hold(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_measures(MEASURES_OF_ALL, tmp_path / "phuong_an.xlsx"))
    sheet = book[MEASURES.vi]
    rows = [dict(zip((cell.value for cell in sheet[1]), row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    first, last = rows[0], rows[-1]
    assert (first["Mã TTHC"].value, first["Mã TTHC"].data_type) == ("1.004080", "s")
    assert first["Loại phương án"].value == "bãi bỏ thủ tục"
    cost = first["Chi phí thực hiện phương án, một lần (đồng)"]
    assert (cost.value, cost.number_format) == (12_000_000, "#,##0")
    assert (last["Mã hoạt động"].value, last["Không còn hoạt động này"].value) == ("2", "có")


def test_the_same_measures_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_measures(MEASURES_OF_ALL, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_a_code_that_two_measures_have_is_refused_since_a_sheet_would_make_them_one(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        write_measures([Abolish("PA-1", "NB-01"), Abolish("PA-1", "NB-02")], tmp_path / "a.xlsx")
    assert only("measure_code_twice", caught.value.faults).place.key == ("PA-1",)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("công sức của tôi", encoding="utf-8")
    with pytest.raises(OutputExistsError):
        write_measures(MEASURES_OF_ALL, path)
    with pytest.raises(OutputExistsError):
        write_measures_template(path)
    assert path.read_text(encoding="utf-8") == "công sức của tôi"
    write_measures_template(path, force=True)
    assert read_measures(write_measures(MEASURES_OF_ALL, path, force=True)) == MEASURES_OF_ALL


def test_an_empty_template_is_no_list_yet(tmp_path: Path) -> None:
    for path in (write_measures_template(tmp_path / "mau.xlsx"), write_measures([], tmp_path / "rong.xlsx")):
        with pytest.raises(InputFault) as caught:
            read_measures(path)
        fault = only("measures_none", caught.value.faults)
        assert says(fault, "chưa có phương án nào", "no measures yet")
        assert fault.place.sheet == MEASURES.vi


def test_a_template_that_was_filled_in_is_read_as_what_was_filled_in(tmp_path: Path) -> None:
    path = write_measures_template(tmp_path / "mau.xlsx", read_example())
    book = openpyxl.load_workbook(path)
    sheet = book[MEASURES.vi]
    position = {cell.value: cell.column for cell in sheet[1]}
    typed = {"Mã phương án": "PA-1", "Loại phương án": "bãi bỏ thủ tục", "Mã TTHC": "NB-05"}
    for heading, value in typed.items():
        sheet.cell(2, position[heading], value)
    sheet.cell(2, position["Chi phí thực hiện phương án, một lần (đồng)"], "8 triệu đồng")
    book.save(path)
    assert read_measures(path) == (Abolish("PA-1", "NB-05", one_off_vnd=8_000_000),)


def offered(path: Path) -> dict[str, tuple[list[str], bool]]:
    """What the lists of a template offer by heading, and whether nothing else is taken."""
    book = openpyxl.load_workbook(path)
    sheet = book[MEASURES.vi]
    found = {}
    for one in sheet.data_validations.dataValidation:
        if one.type == "list":
            cells = book["Danh mục"][one.formula1.split("!")[1].replace("$", "")]
            letter = str(one.sqref).split(":")[0].rstrip("0123456789")
            found[str(sheet[f"{letter}1"].value)] = ([cell.value for (cell,) in cells], bool(one.showErrorMessage))
    return found


def test_lists_offer_kinds_and_legal_actions_and_the_procedures_of_a_review(tmp_path: Path) -> None:
    lists = offered(write_measures_template(tmp_path / "a.xlsx"))
    assert lists["Loại phương án"] == ([one.label() for one in MeasureKind], True)
    assert lists["Hình thức xử lý"] == (list(LEGAL_ACTIONS), False)  # other words are right too
    assert "Mã TTHC" not in lists
    review = read_example()
    lists = offered(write_measures_template(tmp_path / "b.xlsx", review))
    assert lists["Mã TTHC"] == (review.baseline.procedures["procedure"].tolist(), True)
    with pytest.raises(WrongKindError):
        write_measures_template(tmp_path / "c.xlsx", "ra_soat.xlsx")  # type: ignore[arg-type]


def test_every_heading_says_what_belongs_below_it(tmp_path: Path) -> None:
    review = read_example()
    sheet = openpyxl.load_workbook(write_measures_template(tmp_path / "a.xlsx", review))[MEASURES.vi]
    said = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
    code, name = review.baseline.procedures[["procedure", "name"]].iloc[0]
    assert said["Mã TTHC"].endswith(f"Ví dụ: {code} ({name})")
    assert HINTS.keys() <= {column.name for column in MEASURES.columns}
    assert {column.heading("vi") for column in MEASURES.columns} - said.keys() == {"Nội dung đơn giản hóa", "Lý do"}


def test_the_sheet_is_locked_at_its_headings_stays_in_view_and_prints(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_measures_template(tmp_path / "a.xlsx"))
    assert book.sheetnames == ["Giới thiệu", MEASURES.vi, "Danh mục"]
    sheet = book[MEASURES.vi]
    assert [cell.value for cell in sheet[1]] == [column.heading("vi") for column in MEASURES.columns]
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "C2"
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")


def test_the_first_sheet_names_what_each_kind_needs_and_its_example_is_sound(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_measures_template(tmp_path / "a.xlsx"))["Giới thiệu"]
    said = [str(cell.value) for cell in sheet["A"] if cell.value is not None]
    for kind in MeasureKind:
        assert sum(line.startswith(f"– {kind.label()}:") for line in said) == 1
    assert any("giảm số lần thực hiện: bắt buộc «Số lần thực hiện/01 năm»" in line for line in said)
    start = next(cell.row for cell in sheet["A"] if cell.value == f"Trang «{MEASURES.vi}»") + 1
    rows = [list(row) for row in sheet.iter_rows(min_row=start, values_only=True)]
    assert read_measures(save(tmp_path / "vi_du.xlsx", rows)) == (
        DropDocument(
            "PA-1", "NB-01", "TP3", one_off_vnd=2_000_000,
            legal=LegalAction("Quyết định số 15/2020/QĐ-UBND", action="sửa đổi, bổ sung"),
        ),
        SimplifyWork(
            "PA-2", "NB-01", (LineAfter("1", effort_hours=5), LineAfter("2", effort_hours=0.75)),
            one_off_vnd=10_000_000, legal=LegalAction("Quyết định số 15/2020/QĐ-UBND", action="sửa đổi, bổ sung"),
        ),
        Abolish("PA-3", "NB-05", legal=LegalAction("Quyết định số 15/2020/QĐ-UBND", action="bãi bỏ")),
    )  # fmt: skip
