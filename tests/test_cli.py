"""Laws of the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tthc_cost import (
    Activity,
    Decision,
    Inventory,
    Procedure,
    Review,
    audit,
    cli,
    compare,
    programme,
    read_example,
    read_review,
    target_probability,
    write_review,
)
from tthc_cost.io.saving import file_name
from tthc_cost.model import Range, to_frame
from tthc_cost.numerals import format_percent

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
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.run([str(one) for one in arguments])
    return Run(status, out.getvalue(), err.getvalue())


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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two procedures, the hours of the first halved and uncertain."""
    before, after = (
        Inventory.from_objects(
            *(Procedure(code, f"Thủ tục {code}", frequency=1, population=10, agency="Sở Y tế") for code in ("A", "B")),
            *(Activity(code, "1", stage="processing", effort_hours=4, grade="A1/3") for code in ("B",)),
            Activity("A", "1", stage="processing", effort_hours=hours, grade="A1/3"),
            Range("activities", "A/1", "effort_hours", hours / 2, hours * 2),
        )
        for hours in (8, 4)
    )
    decisions = to_frame(Decision, [Decision("A", "amend"), Decision("B", "keep")])
    return write_review(Review(before, after, decisions=decisions), tmp_path_factory.mktemp("small") / "nho.xlsx")


RATES = ("--civil-service", "2024-07-01")


def test_the_report_of_the_example_is_four_files(tmp_path: Path) -> None:
    done = run("report", "--on", "2025-01-01", "--out", "bao-cao", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    assert "minh họa" in done.stdout
    assert sorted(path.name for path in (tmp_path / "bao-cao").iterdir()) == [
        "lines.csv", "report.html", "results.json", "results.xlsx",
    ]  # fmt: skip
    assert "23,17\u00a0%" in done.stdout
    assert "not_implemented" in (tmp_path / "bao-cao" / "results.json").read_text("utf-8")
    assert "Phần nào đứng vững" in (tmp_path / "bao-cao" / "report.html").read_text("utf-8")


def test_a_second_report_overwrites_only_with_force(small: Path, tmp_path: Path) -> None:
    assert run("report", small, *RATES, folder=tmp_path).returncode == 0
    before = (tmp_path / "bao-cao" / "results.json").read_bytes()
    again = run("report", small, *RATES, folder=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert (tmp_path / "bao-cao" / "results.json").read_bytes() == before
    assert run("report", small, *RATES, "--force", folder=tmp_path).returncode == 0


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
        (["audit", "--without", "khong_co_quy_tac"], "khong_co_quy_tac"),
        (["audit", "--claims", "khong-co.csv"], "khong-co.csv"),
    ],
)
def test_wrong_usage_says_what_and_leaves_with_two(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version(tmp_path: Path) -> None:
    for command in ("report", "check", "audit", "documents", "periodic", "form", "convert", "template"):
        assert f"tthc-cost {command}" in run(command, "--help", folder=tmp_path).stdout
    assert run("--version", folder=tmp_path).stdout.strip()


def test_an_income_is_one_rate_for_all(small: Path, tmp_path: Path) -> None:
    done = run("report", small, "--income", "95600000", "--out", "r", folder=tmp_path)
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


def test_documents_are_written_all_together(tmp_path: Path) -> None:
    done = run("documents", "--on", "2025-01-02", "--answer-by", "2025-01-20", "--out", "vb", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "vb").iterdir()}
    found = audit(compare(read_example()), programme("lai-chau-2022-2025"), on="2025-01-02").findings
    # Whoever has a finding gets a letter, and Sở Tài chính has not submitted a procedure that it has reviewed.
    asked = {file_name(one.agency, "") for one in found if one.agency} | {"so-tai-chinh"}
    assert written == {"phu-luc-phuong-an.docx", "bao-cao-tham-dinh.docx", *(f"cong-van-{one}.docx" for one in asked)}
    assert run("documents", "--out", "vb", folder=tmp_path).returncode == 2


def test_a_quarter_and_a_year_go_into_one_workbook(tmp_path: Path) -> None:
    done = run("periodic", "--period", "2024-Q3", "--period", "2024", "--out", "ky.xlsx", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(openpyxl.load_workbook(tmp_path / "ky.xlsx").sheetnames) > 2
    assert run("periodic", "--period", "2024-Q5", folder=tmp_path).returncode == 2


def test_forms_and_tables_are_told_by_their_look(tmp_path: Path) -> None:
    assert run("form", "--procedure", "NB-01", "--out", "bieu-03.xlsx", folder=tmp_path).returncode == 0
    for out in ("bang", "bieu.xlsx"):
        done = run("convert", "bieu-03.xlsx", "--out", out, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    verdicts = [
        tuple(run("check", source, "--on", "2025-01-02", folder=tmp_path).stdout.splitlines()[:-1])
        for source in ("bieu-03.xlsx", "bang", "bieu.xlsx")
    ]
    assert len(set(verdicts)) == 1
    assert "20,23" in verdicts[0][-1]


def test_published_costs_are_checked_without_lines(tmp_path: Path) -> None:
    (tmp_path / "chi-phi.csv").write_text(
        "Mã TTHC;Chi phí trước (đồng);Chi phí sau (đồng)\n1.004080;1.000;750\n", encoding="utf-8-sig"
    )
    done = run("check", "chi-phi.csv", "--on", "2025-01-02", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "25,00" in done.stdout


def test_the_audit_names_what_must_be_explained_and_what_stands(tmp_path: Path) -> None:
    done = run("audit", "--on", "2025-01-02", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace("\u00a0", " ")
    assert "minh họa" in said
    comparison = compare(read_example())
    stands = audit(comparison, programme("lai-chau-2022-2025"), on="2025-01-02").standing.total
    assert stands.saving < comparison.total.saving
    assert f"25,68 % theo rà soát → {format_percent(stands.ratio)} đứng vững".replace("\u00a0", " ") in said
    first, second = said.index("NB-13 · Sở Tài chính (not_implemented)"), said.index("NB-35")
    assert first < second
    assert "34.468.928 đồng/năm" in said


def test_a_rule_left_out_is_not_held_against_the_review(tmp_path: Path) -> None:
    without = ("--without", "online_with_paper", "--without", "not_implemented")
    done = run("audit", "--on", "2025-01-02", *without, "--lang", "en", folder=tmp_path)
    assert "online_with_paper" not in done.stdout
    assert "not_implemented" not in done.stdout
    assert "Warning · NB-35" in done.stdout


def test_claims_of_a_file_are_held_against_the_lines_and_an_error_is_strict(tmp_path: Path) -> None:
    rows = "Phạm vi;Tên, mã;Tiết kiệm;Số TTHC cắt giảm\ncơ quan;Sở Y tế;20.000.000;\n;;;\ntổng;;;9\n"
    (tmp_path / "bao-cao.csv").write_text(rows, encoding="utf-8-sig")
    early = ("--on", "2022-12-01", "--strict")
    assert run("audit", *early, folder=tmp_path).returncode == 0
    done = run("audit", *early, "--claims", "bao-cao.csv", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "claim_overstated" in done.stdout
    assert "claim_miscounted" in done.stdout
    assert run("audit", "--on", "2022-12-01", "--claims", "bao-cao.csv", folder=tmp_path).returncode == 0


def test_a_missed_target_is_strict_for_the_audit_too(tmp_path: Path) -> None:
    assert run("audit", "--on", "2025-01-01", "--strict", folder=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [("Phạm vi;Phạm vi;Tiết kiệm\ntổng;tổng;5\n", "B1"), ("Phạm vi;Tỷ lệ cắt giảm\ntổng;25\n", "25")],
)
def test_claims_that_cannot_be_read_are_refused(rows: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bao-cao.csv").write_text(rows, encoding="utf-8")
    done = run("audit", "--claims", "bao-cao.csv", folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


CANDIDATES = """Mã phương án;Loại phương án;Mã TTHC;Chi phí thực hiện phương án, một lần;Văn bản cần sửa
PA-1;bãi bỏ thủ tục;NB-01;12 triệu đồng;Quyết định số 15/2020/QĐ-UBND
PA-2;bãi bỏ thủ tục;NB-05;8 triệu đồng;Quyết định số 22/2021/QĐ-UBND
PA-3;bãi bỏ thủ tục;NB-07;300 triệu đồng;Quyết định số 22/2021/QĐ-UBND
"""


def test_the_cheapest_measures_are_chosen_and_written(tmp_path: Path) -> None:
    (tmp_path / "phuong-an.csv").write_text(CANDIDATES, encoding="utf-8")
    done = run("select", "phuong-an.csv", "--target", "5%", "--out", "chon.xlsx", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "20.000.000" in done.stdout
    assert "PA-1" in done.stdout
    assert "PA-3" not in done.stdout
    chosen = compare(read_review(tmp_path / "chon.xlsx"))
    assert chosen.total.meets("5%")
    assert chosen.count().saving == 2
    done = run("select", "phuong-an.csv", "--frontier", "2%", "--frontier", "5%", folder=tmp_path)
    assert done.stdout.count("TTHC\n") == 3


def test_what_no_measures_reach_is_refused_with_how_far_they_fall_short(tmp_path: Path) -> None:
    (tmp_path / "phuong-an.csv").write_text(CANDIDATES, encoding="utf-8")
    done = run("select", "phuong-an.csv", "--target", "90%", folder=tmp_path)
    assert done.returncode == 2
    assert "còn thiếu" in done.stderr
    done = run("select", "phuong-an.csv", "--bearer", "requester", "--lang", "en", folder=tmp_path)
    assert done.returncode == 2
    assert "--bearer" in done.stderr


def test_simulate_says_how_sure_the_target_is_and_what_it_assumes(tmp_path: Path) -> None:
    done = run("simulate", "--draws", "2000", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    found = target_probability(compare(read_example()), "20%", draws=0)
    assert format_percent(Fraction(str(round(found.probability, 4)))) in done.stdout
    assert found.assumptions.text() in done.stdout
    assert "cấp xã" in done.stdout.lower()


def test_a_report_of_how_sure_it_is_has_its_pictures(small: Path, tmp_path: Path) -> None:
    done = run("simulate", small, *RATES, "--draws", "500", "--report", "chac", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "chac" / "report.html").read_text("utf-8")
    assert page.count('role="img"') >= 2
    assert "Chắc chắn đến đâu" in page
    assert "--force" in run("simulate", small, *RATES, "--report", "chac", folder=tmp_path).stderr


def test_a_report_of_the_choice_has_its_picture_and_names_both_files(small: Path, tmp_path: Path) -> None:
    (tmp_path / "pa.csv").write_text(
        "Mã phương án;Loại phương án;Mã TTHC;Chi phí thực hiện phương án, một lần\n"
        "PA-1;bãi bỏ thủ tục;B;12 triệu đồng\nPA-2;bãi bỏ thủ tục;A;20 triệu đồng\n",
        encoding="utf-8",
    )
    asked = ("--frontier", "20%", "--frontier", "60%", "--report", "chon", *RATES)
    done = run("select", "pa.csv", small, *asked, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "12.000.000 đồng" in done.stdout
    page = (tmp_path / "chon" / "report.html").read_text("utf-8")
    assert "Muốn cắt giảm thêm thì tốn bao nhiêu" in page
    assert "pa.csv" in page
    assert small.name in page


def test_a_list_of_measures_can_be_begun_for_a_review(small: Path, tmp_path: Path) -> None:
    done = run("template", "pa.xlsx", "--measures", "--of", small, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(tmp_path / "pa.xlsx")
    assert "Phương án đơn giản hóa" in book.sheetnames
    done = run("select", "pa.xlsx", small, *RATES, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
