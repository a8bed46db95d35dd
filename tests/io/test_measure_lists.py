"""A list of measures is read from a workbook or a CSV file, or refused with every fault at its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from remarks import only
from tthc_cost.errors import InputFault
from tthc_cost.io.measure_lists import read_measures
from tthc_cost.measures import Abolish, DropDocument, LegalAction, LineAfter, LowerFrequency, SimplifyWork
from tthc_cost.measures.columns import MEASURES
from tthc_cost.measures.table import measures_frame

if TYPE_CHECKING:
    from pathlib import Path

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
