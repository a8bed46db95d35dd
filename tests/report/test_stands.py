"""What stands, in everything that leaves the office: a trick is in all of it, an honest review in none."""

from __future__ import annotations

import io
import itertools
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import docx
import pandas as pd
import pytest
from openpyxl import load_workbook
from rich.console import Console

from audit_samples import compared, line, procedure, proposal
from report_samples import sample_comparison, sample_report
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison
from tthc_cost.io.example import read_example
from tthc_cost.model import Decision
from tthc_cost.report import write_annex, write_appraisal, write_letters, write_report
from tthc_cost.report.charts import cause_bars, step_bars
from tthc_cost.report.html import render, step_name
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.report.results import results_text
from tthc_cost.report.stands import families_of, stands_text
from tthc_cost.report.terminal import print_audit
from tthc_cost.report.workbook import workbook_bytes
from tthc_cost.standing_steps import steps_of
from tthc_cost.targets import check

if TYPE_CHECKING:
    from pathlib import Path

    from tthc_cost.auditing import Audit
    from tthc_cost.errors import Language
    from tthc_cost.targets import TargetReport

VI = Labels("vi")
TRICK = "chưa có văn bản thực thi"
DAY = "2024-12-31"


def _review(*, honest: bool) -> Comparison:
    """Compare A, of 1 000 đồng by ten subjects, with 750; what makes it so is due, and there only if it is honest."""
    done: dict[str, Any] = {"reviewed_on": "2023-10-02", "submitted_on": "2023-11-01", "approved_on": "2023-12-01"}
    written: dict[str, Any] = {"implemented_by": "Quyết định 9", "implemented_on": "2024-05-01"} if honest else {}
    return compared(
        [procedure("A", source="Khảo sát"), line("A", fee_vnd=1_000), line("A", "2", fee_vnd=0, other_vnd=200)],
        [procedure("A"), line("A", fee_vnd=750), line("A", "2", fee_vnd=0, other_vnd=200)],
        Decision("A", "amend", **done),
        proposal(
            "A", content="Giảm phí", reason="Đã có dữ liệu", document="Quyết định 1", provision="Điều 2",
            action="Sửa đổi", authority="UBND tỉnh", due_on="2024-06-30", **written,
        ),
    )  # fmt: skip


def _audited(*, honest: bool) -> tuple[TargetReport, Audit]:
    report = check(_review(honest=honest), "lai-chau-2022-2025", on=DAY)
    return report, audit(report.comparison, report.programme, on=report.on)


@pytest.fixture(scope="module")
def tricked() -> tuple[TargetReport, Audit]:
    return _audited(honest=False)


@pytest.fixture(scope="module")
def honest() -> tuple[TargetReport, Audit]:
    return _audited(honest=True)


@pytest.fixture(scope="module")
def example() -> tuple[TargetReport, Audit]:
    from tthc_cost.comparison import compare  # noqa: PLC0415 - the sample above is another module's

    report = check(compare(read_example()), "lai-chau-2022-2025", on=DAY)
    return report, audit(report.comparison, report.programme, on=report.on)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _html(report: TargetReport, found: Audit, language: Language = "vi") -> str:
    return _plain(render(page_of(report.comparison, report, audit=found), Labels(language)))


def _words(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return _plain("\n".join([*(one.text for one in document.paragraphs), *cells]))


def _printed(report: TargetReport, found: Audit, language: Language = "vi") -> str:
    told = io.StringIO()
    print_audit(found, report, Console(file=told, width=200), language=language, notice="Minh họa")
    return _plain(told.getvalue())


def _book(report: TargetReport, found: Audit) -> Any:
    return load_workbook(io.BytesIO(workbook_bytes(page_of(report.comparison, report, audit=found), VI)))


# --- a trick is everywhere, an honest review nowhere


def test_a_trick_is_on_the_page_in_the_documents_and_on_the_terminal(
    tricked: tuple[TargetReport, Audit], tmp_path: Path
) -> None:
    report, found = tricked
    appraisal = write_appraisal(report.comparison, report, tmp_path / "a.docx", audit=found)
    (letter,) = write_letters(report.comparison, report, tmp_path / "l", audit=found)
    for said in (_html(report, found), _words(appraisal), _words(letter), _printed(report, found)):
        assert TRICK in said
    for said in (_html(report, found), _words(appraisal), _printed(report, found)):
        assert "nêu cắt giảm 20,83 % chi phí tuân thủ; phần đứng vững là 0,00 %" in said
        assert "chưa đạt mục tiêu ít nhất 20 %; còn thiếu 2.400 đồng/năm" in said
        assert "Riêng phương án đã được phê duyệt đến ngày tính: nêu 20,83 %, đứng vững 0,00 %, chưa đạt" in said
    assert letter.name == "so-noi-vu.docx"
    assert "1. Giải trình, hoàn chỉnh các nội dung ảnh hưởng đến kết quả cắt giảm" in _words(letter)


def test_an_honest_review_stands_and_every_place_says_so(honest: tuple[TargetReport, Audit], tmp_path: Path) -> None:
    report, found = honest
    assert found.findings == ()
    appraisal = _words(write_appraisal(report.comparison, report, tmp_path / "a.docx", audit=found))
    for said in (_html(report, found), appraisal, _printed(report, found)):
        assert "toàn bộ số tiết kiệm đã nêu đứng vững" in said
        assert "20,83 %, đạt mục tiêu ít nhất 20 %" in said
        assert TRICK not in said
    assert "không có nội dung nào phải giải trình, hoàn chỉnh" in appraisal
    assert write_letters(report.comparison, report, tmp_path / "l", audit=found) == ()
    assert 'class="waterfall"' not in _html(report, found)


def test_without_an_audit_nothing_is_said_of_it(tricked: tuple[TargetReport, Audit], tmp_path: Path) -> None:
    report, _ = tricked
    page = page_of(report.comparison, report)
    assert VI("standing.title") not in render(page, VI)
    assert json.loads(results_text(page))["audit"] is None
    assert VI("sheets.findings") not in load_workbook(io.BytesIO(workbook_bytes(page, VI))).sheetnames
    said = _words(write_appraisal(report.comparison, report, tmp_path / "a.docx"))
    assert "chưa kiểm tra nội dung cần giải trình" in said
    assert "đứng vững" not in said


def test_the_annex_knows_no_finding(tricked: tuple[TargetReport, Audit], tmp_path: Path) -> None:
    said = _words(write_annex(tricked[0].comparison, tmp_path / "p.docx"))
    assert "Giảm phí" in said
    assert TRICK not in said


def test_the_page_and_the_terminal_speak_english(tricked: tuple[TargetReport, Audit]) -> None:
    report, found = tricked
    for said in (_html(report, found, "en"), _printed(report, found, "en")):
        assert "of it stands" in said
        assert "đứng vững" not in said


# --- the figures


def test_steps_lead_from_stated_to_standing_without_a_gap(example: tuple[TargetReport, Audit]) -> None:
    _, found = example
    for most in (1, 2, 5, 100):
        steps = steps_of(found, most)
        assert (steps[0].cost, steps[-1].cost) == (found.comparison.total, found.standing.total)
        for before, after in itertools.pairwise(steps):
            assert before.cost.saving - after.effect_vnd == after.cost.saving
        assert sum(one.name in {"finding", "rest"} for one in steps) <= most
        assert sum(one.effect_vnd for one in steps) == found.disputed_vnd
    disputed = int((found.waterfall["effect_vnd"].iloc[1:-1] != 0).sum())
    assert step_name(steps_of(found, 1)[1], VI) == f"{disputed} nội dung khác"


def test_bars_lie_within_the_chart_and_add_up(example: tuple[TargetReport, Audit]) -> None:
    bars = step_bars(steps_of(example[1]), Fraction(1, 5))
    for before, after in itertools.pairwise(bars[:-1]):
        assert after.left_width + after.taken_width == pytest.approx(before.left_width, abs=0.05)
        assert after.left_width == pytest.approx(after.taken, abs=0.01)
    assert all(0 <= one.left <= one.left + one.left_width <= 100 for one in bars)
    rises = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [10], "simplified_vnd": [20]}))
    below, *_ = step_bars(steps_of(audit(rises)), None)
    assert (below.left, below.left_width > 0) == (0, True)


def test_findings_stand_by_family_the_most_costly_first(example: tuple[TargetReport, Audit]) -> None:
    _, found = example
    groups = families_of(found)
    assert groups[0].findings[0] is found.findings[0]
    assert sorted(map(id, found.findings)) == sorted(id(one) for group in groups for one in group.findings)
    assert all(one.family is group.family for group in groups for one in group.findings)


def test_findings_beyond_a_readable_number_are_counted(
    example: tuple[TargetReport, Audit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tthc_cost.report.html.SHOWN_FINDINGS", 1)
    said = _html(*example)
    assert said.count('class="badge warning"') == len(families_of(example[1]))
    assert "… và 2 nội dung nữa; xem trang «Nội dung giải trình» của results.xlsx." in said


def test_causes_add_up_to_the_saving_stated(example: tuple[TargetReport, Audit]) -> None:
    report, found = example
    page = page_of(report.comparison, report, audit=found)
    assert sum(vnd for _, vnd in page.causes) == report.comparison.total.saving
    assert sum(one.saving_vnd for one in cause_bars(page.causes)) == report.comparison.total.saving
    assert max(one.width for one in cause_bars(page.causes)) == 100


def test_the_workbook_holds_every_finding_the_waterfall_and_the_causes(example: tuple[TargetReport, Audit]) -> None:
    report, found = example
    book = _book(report, found)
    findings, waterfall, causes = (
        [*book[VI(f"sheets.{name}")].iter_rows(min_row=2, values_only=True)]
        for name in ("findings", "waterfall", "causes")
    )
    assert [row[7] for row in findings] == [one.effect_vnd for one in found.findings]
    assert sum(row[2] or 0 for row in waterfall) == found.disputed_vnd
    assert (waterfall[0][5], waterfall[-1][5]) == (report.comparison.total.saving, found.standing.total.saving)
    assert sum(row[1] for row in causes) == report.comparison.total.saving


def test_the_json_is_exact(example: tuple[TargetReport, Audit]) -> None:
    report, found = example
    told = json.loads(results_text(page_of(report.comparison, report, audit=found)))
    kept = told["audit"]
    assert kept["standing"]["saving"] == found.standing.total.saving
    assert kept["stated"]["saving"] - kept["standing"]["saving"] == kept["disputed"]
    assert sum(one["effect"] or 0 for one in kept["waterfall"]) == kept["disputed"]
    assert [one["code"] for one in kept["findings"]] == [one.code for one in found.findings]
    assert sum(one["saving"] for one in told["causes"]) == report.comparison.total.saving


def test_agencies_of_the_appraisal_add_up_to_what_is_disputed(
    example: tuple[TargetReport, Audit], tmp_path: Path
) -> None:
    report, found = example
    path = write_appraisal(report.comparison, report, tmp_path / "a.docx", audit=found)
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(str(path)).tables]
    (rows,) = [table[1:] for table in tables if table[0][-1] == "Phải giải trình (đồng/năm)"]
    amounts = [int(row[-1].replace(".", "")) for row in rows]
    assert sum(amounts[:-1]) == amounts[-1] == found.disputed_vnd


def test_every_agency_with_a_finding_gets_a_letter_with_all_of_them(
    example: tuple[TargetReport, Audit], tmp_path: Path
) -> None:
    report, found = example
    said = [_words(path) for path in write_letters(report.comparison, report, tmp_path / "l", audit=found)]
    for one in found.findings:
        (own,) = [text for text in said if f"Kính gửi: {one.agency}\n" in text]
        assert _plain(one.text("vi")) in own


def test_what_concerns_no_one_agency_is_in_the_appraisal_and_in_no_letter(tmp_path: Path) -> None:
    report = sample_report()
    claims = pd.DataFrame({"scope": ["total"], "reduction": ["99 %"]})
    found = audit(report.comparison, report.programme, on=report.on, claims=claims)
    (claim,) = [one for one in found.findings if one.code == "claim_overstated"]
    assert _plain(claim.text("vi")) in _words(write_appraisal(report.comparison, report, tmp_path / "a", audit=found))
    for path in write_letters(report.comparison, report, tmp_path / "l", audit=found):
        assert _plain(claim.text("vi")) not in _words(path)


def test_published_costs_have_a_verdict_but_no_causes(tmp_path: Path) -> None:
    published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [75]})
    comparison = Comparison.from_costs(published)
    claims = pd.DataFrame({"scope": ["total"], "reduction": ["30 %"]})
    report = check(comparison, "lai-chau-2022-2025", on=DAY)
    found = audit(comparison, report.programme, on=report.on, claims=claims)
    page = write_report(comparison, report, tmp_path / "r", audit=found)
    said = _plain(page.read_text("utf-8"))
    assert VI("standing.unchanged", stated="25,00 %") in said
    assert VI("standing.causes") not in said
    assert json.loads((page.parent / "results.json").read_text("utf-8"))["causes"] == []
    assert write_report(comparison, None, tmp_path / "s", audit=audit(comparison)).is_file()


def test_what_only_warnings_dispute_stands_once_it_is_explained(tricked: tuple[TargetReport, Audit]) -> None:
    report, found = tricked
    assert not found.errors
    assert "nếu được giải trình hết thì vẫn là 20,83 %" in _printed(report, found)
    assert "with all of them explained it is still 20.83 %" in _plain(stands_text(found, report, Labels("en"))[1])


def test_what_the_figures_disprove_is_told_from_what_is_unexplained() -> None:
    """S of 12 times by ten becomes once by 120, an error; F of 12 times once, a warning."""
    comparison = compared(
        [procedure("S", frequency=12), line("S", fee_vnd=300), procedure("F", frequency=12), line("F", fee_vnd=100)],
        [procedure("S", population=120), line("S", fee_vnd=300), procedure("F"), line("F", fee_vnd=100)],
        Decision("S", "amend"), Decision("F", "amend"),
    )  # fmt: skip
    both = _plain(stands_text(audit(comparison), None, VI)[1])
    assert both.startswith("Chỉ trừ phần bị số liệu bác bỏ (lỗi) thì còn 22,92 %; phần chênh lệch với 0,00 %")
    proven = stands_text(audit(comparison, without="frequency_fell"), None, VI)
    assert proven[1] == VI("standing.disproved")


def test_a_baseline_of_nothing_is_held_against_no_target() -> None:
    nothing = Comparison.from_costs(pd.DataFrame({"procedure": ["a"], "baseline_vnd": [0], "simplified_vnd": [0]}))
    report = check(nothing, "lai-chau-2022-2025", on=DAY)
    assert len(stands_text(audit(nothing), report, VI)) == 1
    assert render(page_of(nothing, report, audit=audit(nothing)), VI)


def test_text_of_the_input_is_never_markup_in_a_finding() -> None:
    comparison = sample_comparison()
    page = page_of(comparison, sample_report(), audit=audit(comparison))
    assert "<script" not in render(page, VI)
