"""Writing: four files or none, and nothing lost that was there."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from report_samples import sample_report
from tthc_cost.comparison import Comparison
from tthc_cost.errors import InputFault, MissingExtraError, OutputExistsError, UnknownNameError
from tthc_cost.report import write_report

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"report.html", "results.xlsx", "results.json", "lines.csv"}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_four_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    report = sample_report()
    page = write_report(report.comparison, report, tmp_path / "báo cáo")
    assert page == tmp_path / "báo cáo" / "report.html"
    assert _names(tmp_path) == {"báo cáo"}
    assert _names(page.parent) == NAMES
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((page.parent / "results.json").read_text(encoding="utf-8"))["on"] == "2024-12-31"


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    report = sample_report()
    folders = [write_report(report.comparison, report, tmp_path / name, language="en").parent for name in ("a", "b")]
    for name in NAMES:
        assert len({(folder / name).read_bytes() for folder in folders}) == 1


def test_every_line_is_in_the_csv_and_no_cell_of_it_runs(tmp_path: Path) -> None:
    report = sample_report()
    folder = write_report(report.comparison, report, tmp_path / "out").parent
    text = (folder / "lines.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    costs = [int(row["annual_cost_vnd"]) for row in rows if row["counted"] == "True" and row["state"] == "baseline"]
    assert sum(costs) == report.comparison.total.baseline
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_long_list_of_lines_stands_in_the_csv_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tthc_cost.report.workbook.MOST_LINES", 5)
    costs = pd.DataFrame({"procedure": ["a", "b", "c"], "baseline_vnd": 5, "simplified_vnd": 4})
    folder = write_report(Comparison.from_costs(costs), None, tmp_path / "out").parent
    assert (folder / "lines.csv").read_bytes().count(b"\n") == 7
    sheet = openpyxl.load_workbook(folder / "results.xlsx")["Từng dòng tính"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][1:] == [
        ["Có 6 dòng chi phí; xem tệp lines.csv đặt cùng thư mục."]
    ]


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    report = sample_report()
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputExistsError, match="out"):
        write_report(report.comparison, report, tmp_path / "out")
    assert _names(tmp_path / "out") == set()


def test_force_replaces_its_files_and_leaves_the_others(tmp_path: Path) -> None:
    report = sample_report()
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "ghi chú.txt").write_text("giữ lại")
    write_report(report.comparison, report, tmp_path, force=True)
    assert _names(tmp_path) == NAMES | {"ghi chú.txt"}
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "old"
    assert not list(tmp_path.parent.glob(".*.tmp"))


def test_a_file_that_cannot_be_replaced_leaves_everything_as_it_was(tmp_path: Path) -> None:
    report = sample_report()
    folder = tmp_path / "out"
    (folder / "results.json").mkdir(parents=True)
    (folder / "report.html").write_text("old")
    with pytest.raises(InputFault, match="không có tệp nào bị thay đổi"):
        write_report(report.comparison, report, folder, force=True)
    assert _names(folder) == {"report.html", "results.json"}
    assert (folder / "report.html").read_text() == "old"
    assert _names(tmp_path) == {"out"}


def test_a_file_in_the_folders_place_is_refused_even_by_force(tmp_path: Path) -> None:
    report = sample_report()
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputFault, match="không phải thư mục"):
        write_report(report.comparison, report, tmp_path / "out", force=True)


def test_a_missing_parent_is_refused(tmp_path: Path) -> None:
    report = sample_report()
    with pytest.raises(InputFault, match="không có thư mục này"):
        write_report(report.comparison, report, tmp_path / "không có" / "out")


def test_another_language_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    report = sample_report()
    with pytest.raises(UnknownNameError):
        write_report(report.comparison, report, tmp_path / "out", language="fr")  # type: ignore[arg-type]
    assert _names(tmp_path) == set()


@pytest.mark.parametrize("library", ["jinja2", "xlsxwriter"])
def test_a_missing_extra_is_named_and_nothing_is_written(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = sample_report()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=library):
        write_report(report.comparison, report, tmp_path / "out")
    assert _names(tmp_path) == set()
