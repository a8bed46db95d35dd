"""Laws of the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner

from tthc_cost.cli import app

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What a run of the command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, folder: Path) -> Run:
    """Run the command in a folder, within this process."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    return Run(done.exit_code, done.stdout, done.stderr)


def test_the_installed_command_runs_on_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from tthc_cost.cli import main; main()", "check", "khong-co.xlsx"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "khong-co.xlsx" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    done = run("template", "--example", "vi-du.xlsx", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "vi-du.xlsx"


def test_the_report_of_the_example_is_three_files(tmp_path: Path) -> None:
    done = run("report", "--on", "2025-01-01", "--out", "bao-cao", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    assert "minh họa" in done.stdout
    assert sorted(path.name for path in (tmp_path / "bao-cao").iterdir()) == [
        "report.html", "results.json", "results.xlsx",
    ]  # fmt: skip
    assert "23,17\u00a0%" in done.stdout


def test_a_second_report_overwrites_only_with_force(tmp_path: Path) -> None:
    assert run("report", folder=tmp_path).returncode == 0
    before = (tmp_path / "bao-cao" / "results.json").read_bytes()
    again = run("report", folder=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert (tmp_path / "bao-cao" / "results.json").read_bytes() == before
    assert run("report", "--force", folder=tmp_path).returncode == 0


def test_the_example_written_and_read_gives_the_same_figures(example: Path, tmp_path: Path) -> None:
    on = ("--on", "2025-01-01")
    assert run("report", *on, "--out", "a", folder=tmp_path).returncode == 0
    assert run("report", example, *on, "--out", "b", folder=tmp_path).returncode == 0
    one, other = (json.loads((tmp_path / name / "results.json").read_text("utf-8")) for name in "ab")
    assert one["total"] == other["total"]
    assert one["targets"] == other["targets"]


def test_strict_counts_missed_targets_only(tmp_path: Path) -> None:
    assert run("check", "--on", "2025-01-01", "--strict", folder=tmp_path).returncode == 1
    assert run("check", "--on", "2022-12-01", "--strict", folder=tmp_path).returncode == 0
    assert run("check", "--on", "2025-01-01", folder=tmp_path).returncode == 0


def test_check_speaks_english(tmp_path: Path) -> None:
    done = run("check", "--on", "2025-01-01", "--lang", "en", folder=tmp_path)
    assert "missed" in done.stdout
    assert "23.17" in done.stdout


def test_faults_of_all_files_come_at_once_and_nothing_is_written(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bieu"
    folder.mkdir()
    for name, cell, value in (("a.xlsx", "effort", "khoảng 50"), ("b.xlsx", "grade", "A9/9")):
        book = openpyxl.load_workbook(example)
        sheet = book["Tính chi phí"]
        headings = {str(one.value).split(" (")[0]: one.column for one in sheet[1]}
        column = headings["Thời gian thực hiện" if cell == "effort" else "Ngạch công chức/vị trí việc làm"]
        sheet.cell(row=3, column=column, value=value)
        book.save(folder / name)
    done = run("report", folder, folder=tmp_path)
    assert done.returncode == 2
    assert "a.xlsx › Tính chi phí › " in done.stderr
    assert "khoảng 50" in done.stderr
    assert "A9/9" in done.stderr
    assert "NB-01" in done.stderr
    assert not (tmp_path / "bao-cao").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "khong-co.xlsx"], "khong-co.xlsx"),
        (["check", "--programme", "lai-chau"], "lai-chau-2022-2025"),
        (["check", "--on", "2025-02-30"], "2025-02-30"),
        (["check", "--income", "95600000", "--civil-service", "2024-07-01"], "--income"),
        (["check", "--basis", "dreamt"], "dreamt"),
        (["check", "--programme", "khong-co.toml"], "khong-co.toml"),
    ],
)
def test_wrong_usage_says_what_and_leaves_with_two(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version(tmp_path: Path) -> None:
    for command in ("report", "check", "template"):
        assert "--help" in run(command, "--help", folder=tmp_path).stdout
    assert run("--version", folder=tmp_path).stdout.strip()


def test_an_income_is_one_rate_for_all(tmp_path: Path) -> None:
    done = run("report", "--income", "95600000", "--out", "r", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "45.265" in (tmp_path / "r" / "report.html").read_text("utf-8")


def test_the_empty_template_is_no_review(tmp_path: Path) -> None:
    assert run("template", "trong.xlsx", folder=tmp_path).returncode == 0
    assert run("template", "trong.xlsx", folder=tmp_path).returncode == 2
    done = run("report", "trong.xlsx", folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_dated_rates_of_the_workbook_need_a_day(example: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(example)
    sheet = book["Mức thu nhập"]
    first = [cell.value for cell in sheet[2]]
    headings = [str(cell.value) for cell in sheet[1]]
    again = [
        dt.datetime(2026, 7, 1) if "từ ngày" in heading else value
        for heading, value in zip(headings, first, strict=True)
    ]
    sheet.append(again)
    book.save(tmp_path / "x.xlsx")
    done = run("check", "x.xlsx", folder=tmp_path)
    assert done.returncode == 2
    assert "--rates-on" in done.stderr
    assert run("check", "x.xlsx", "--rates-on", "2025-01-01", folder=tmp_path).returncode == 0
