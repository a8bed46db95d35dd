"""The Word documents, read back: what is approved and nothing else, the comparison's own figures, inert texts."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

from document_samples import HOSTILE_TEXTS, checked, compared, long_comparison, one_procedure
from remarks import codes_of, only, says
from report_samples import sample_comparison, sample_report
from tthc_cost import model
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import (
    InputFault,
    MissingExtraError,
    NeedsLinesError,
    OutputExistsError,
    Place,
    UnknownNameError,
    WrongKindError,
    remark,
)
from tthc_cost.io.example import read_example
from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.programmes import programme
from tthc_cost.report.documents import Issuer, write_annex, write_appraisal, write_letters
from tthc_cost.report.filling import LARGEST_TEMPLATE, filler
from tthc_cost.targets import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.document import Document

    from tthc_cost.targets import TargetReport

TEMPLATES = Path(__file__).parents[2] / "src" / "tthc_cost" / "report" / "templates"
DOCUMENTS = ("annex.docx", "appraisal.docx", "letter.docx")
NATIONAL = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
DOTS = "…………"
AGENCIES = 20
"""Of the long review."""


def _lines(path: Path) -> list[str]:
    """Return the paragraphs of a document in order, those of tables as well; a space that does not break is one."""
    body = docx.Document(str(path)).element.body
    paragraphs = ("".join(text.text or "" for text in one.iter(qn("w:t"))) for one in body.iter(qn("w:p")))
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in paragraphs if text]


def _text(path: Path) -> str:
    return "\n".join(_lines(path))


def _cells(path: Path) -> list[list[list[str]]]:
    return [
        [[cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in row.cells] for row in table.rows]
        for table in docx.Document(str(path)).tables
    ]


def _codes(text: str) -> list[str]:
    return re.findall(r"\(mã ([^)]+)\)", text)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def example() -> TargetReport:
    return check(compare(read_example()), "lai-chau-2022-2025", on="2024-12-31")


# --- the annex


def test_the_annex_shows_what_is_approved_by_the_day_and_nothing_else(example: TargetReport, tmp_path: Path) -> None:
    text = _text(write_annex(example.comparison, tmp_path / "a.docx", on="2023-12-31"))
    review = example.comparison.review
    assert review is not None
    decided = review.decisions
    changes = decided[(decided["approved_on"] <= "2023-12-31") & ~decided["decision"].isin(["keep", "transfer"])]
    assert set(_codes(text)) == {*changes["procedure"], *changes["replaced_by"].dropna()}
    proposals = review.proposals.drop_duplicates("content", keep=False)
    for code, content in zip(proposals["procedure"], proposals["content"], strict=True):
        assert (content in text) == (code in set(changes["procedure"])), code


def test_what_is_only_submitted_is_not_in_the_annex_and_a_draft_of_it_says_so(tmp_path: Path) -> None:
    proposal = model.Proposal("A", "1", "Bỏ bản sao", "Đã có dữ liệu")
    submitted = one_procedure("Thủ tục", proposal, approved_on=None)
    approved = _text(write_annex(submitted, tmp_path / "a.docx"))
    assert "Bỏ bản sao" not in approved
    assert "Không có phương án đơn giản hóa nào đã được phê duyệt." in approved
    assert "DỰ THẢO" not in approved
    draft = _text(write_annex(submitted, tmp_path / "b.docx", basis="submitted"))
    assert "a) Bỏ bản sao." in draft
    assert "DỰ THẢO" in draft


def test_an_approval_after_the_day_is_not_known_on_it(tmp_path: Path) -> None:
    comparison = one_procedure("Thủ tục", approved_on="2023-12-01")
    assert _codes(_text(write_annex(comparison, tmp_path / "a.docx", on=dt.date(2023, 11, 30)))) == []
    assert _codes(_text(write_annex(comparison, tmp_path / "b.docx", on="01/12/2023"))) == ["A"]


def test_the_four_lines_of_the_benefit_are_the_published_case(tmp_path: Path) -> None:
    lines = _lines(write_annex(sample_comparison(), tmp_path / "a.docx"))
    start = lines.index("1.3. Lợi ích phương án đơn giản hóa")
    assert lines[start + 1 : start + 5] == [
        "- Chi phí tuân thủ TTHC trước khi đơn giản hóa: 22.527.200 đồng/năm;",
        "- Chi phí tuân thủ TTHC sau khi đơn giản hóa: 13.074.200 đồng/năm;",
        "- Chi phí tiết kiệm: 9.453.000 đồng/năm;",
        "- Tỷ lệ cắt giảm chi phí: 41,96 %.",
    ]


def test_the_order_is_content_then_action_then_benefit(example: TargetReport, tmp_path: Path) -> None:
    text = _text(write_annex(example.comparison, tmp_path / "a.docx"))
    headings = re.findall(r"^\d+\.([123])\. (Nội dung|Kiến nghị|Lợi ích)", text, re.MULTILINE)
    kinds = [("1", "Nội dung"), ("2", "Kiến nghị"), ("3", "Lợi ích")]
    assert headings == kinds * (len(headings) // 3)
    assert text.count("Lý do: ") == len(re.findall(r"^[a-zđ]\) ", text, re.MULTILINE)) > 0


def test_fields_are_numbered_in_roman_and_procedures_within_them(tmp_path: Path) -> None:
    text = _text(write_annex(long_comparison(AGENCIES), tmp_path / "a.docx"))
    fields = re.findall(r"^([IVX]+)\. LĨNH VỰC LĨNH VỰC (\d)$", text, re.MULTILINE)
    assert [number for number, _ in fields] == ["I", "II", "III", "IV", "V", "VI", "VII"]
    assert len({name for _, name in fields}) == 7


def test_merged_procedures_are_shown_once_with_all_names_and_the_cost_of_the_group(tmp_path: Path) -> None:
    text = _text(write_annex(sample_comparison(), tmp_path / "a.docx"))
    assert "2. Nhóm 02 thủ tục hành chính" in text
    assert _codes(text) == ["A", "E", "F", "G"]
    assert "- TTHC sau đơn giản hóa: Thủ tục G (mã G)." in text
    assert text.count("trước khi đơn giản hóa: 905.300 đồng/năm") == 1
    assert text.count("sau khi đơn giản hóa: 905.300 đồng/năm") == 1


def test_a_merge_waits_until_the_last_of_it_is_approved(tmp_path: Path) -> None:
    procedure, activity, decision = model.Procedure, model.Activity, model.Decision
    baseline, simplified = [
        [
            *(procedure(code, code, frequency=1, population=1) for code in codes),
            *(activity(code, "1", fee_vnd=9) for code in codes),
        ]
        for codes in ("EF", "G")
    ]
    dates: list[dict[str, Any]] = [{"approved_on": "2023-12-01"}, {"submitted_on": "2023-12-01"}]
    half = [decision(code, "merge", replaced_by="G", **when) for code, when in zip("EF", dates, strict=True)]
    whole = [decision(code, "merge", replaced_by="G", **dates[0]) for code in "EF"]
    assert _codes(_text(write_annex(compared(baseline, simplified, half), tmp_path / "a.docx"))) == []
    assert _codes(_text(write_annex(compared(baseline, simplified, whole), tmp_path / "b.docx"))) == ["E", "F", "G"]


def test_a_round_of_the_review_has_an_annex_of_its_own(example: TargetReport, tmp_path: Path) -> None:
    text = _text(write_annex(example.comparison, tmp_path / "a.docx", round=1))
    assert "(mã NB-01)" in text
    assert "(mã NB-02)" not in text


def test_legal_actions_in_one_document_are_said_once(tmp_path: Path) -> None:
    common = {"document": "Quyết định 1", "action": "Sửa đổi", "authority": "UBND tỉnh", "due_on": "2024-06-05"}
    proposals = [model.Proposal("A", str(n), "Bỏ", "Vì", provision=f"khoản {n}", **common) for n in (1, 2)]
    text = _text(write_annex(one_procedure("Thủ tục", *proposals), tmp_path / "a.docx"))
    said = (
        "- Sửa đổi khoản 1; khoản 2 Quyết định 1; thẩm quyền: UBND tỉnh; lộ trình thực hiện: chậm nhất ngày 05/6/2024."
    )
    assert text.count("Quyết định 1") == 1
    assert said in text


def test_what_nobody_wrote_is_dots(tmp_path: Path) -> None:
    bare = _text(write_annex(one_procedure("Thủ tục"), tmp_path / "a.docx"))
    assert f"a) Sửa đổi, bổ sung: {DOTS}." in bare
    assert f"Lý do: {DOTS}." in bare
    assert "Quyết định số ………/QĐ-UBND ngày …… tháng …… năm ……… của Chủ tịch …………" in bare
    item = _text(write_annex(one_procedure("Thủ tục", model.Proposal("A", "1", action="Bãi bỏ")), tmp_path / "b.docx"))
    assert f"- Bãi bỏ {DOTS} {DOTS}; lộ trình thực hiện: chậm nhất ngày ……/……/………." in item
    assert "thẩm quyền" not in item


def test_a_cost_of_nothing_has_no_ratio(tmp_path: Path) -> None:
    comparison = compared(
        [model.Procedure("A", "A", frequency=1, population=1), model.Activity("A", "1", fee_vnd=0)],
        [model.Procedure("A", "A"), model.Activity("A", "1", fee_vnd=0)],
        [model.Decision("A", "amend", approved_on="2023-12-01")],
    )
    assert "không xác định, vì chi phí trước khi đơn giản hóa bằng 0 đồng" in _text(
        write_annex(comparison, tmp_path / "a.docx")
    )


def test_the_annex_says_whose_cost_it_is_unless_it_is_everybodys(tmp_path: Path) -> None:
    review = sample_comparison().review
    assert review is not None
    rates = sample_comparison().rates
    assert "Ghi chú" not in _text(write_annex(sample_comparison(), tmp_path / "a.docx"))
    partial = compare(review, rates, bearers="resolver", population="stated")
    text = _text(write_annex(partial, tmp_path / "b.docx"))
    assert "chỉ gồm chi phí của: cơ quan giải quyết TTHC." in text
    assert "không phải là đơn giản hóa" in text


def test_only_the_annex_has_no_national_heading(example: TargetReport, tmp_path: Path) -> None:
    comparison = example.comparison
    annex = write_annex(comparison, tmp_path / "a.docx", issuer=Issuer(parent="UBND tỉnh A"), decision="1/QĐ-UBND")
    assert NATIONAL not in _text(annex)
    assert "(Kèm theo Quyết định số 1/QĐ-UBND của Chủ tịch UBND tỉnh A)" in _text(annex)
    for path in (
        write_appraisal(comparison, example, tmp_path / "b.docx"),
        *write_letters(comparison, example, tmp_path / "c"),
    ):
        assert NATIONAL in _text(path)
        assert "Độc lập - Tự do - Hạnh phúc" in _text(path)


# --- the appraisal report


def test_the_appraisal_has_a_verdict_on_every_target(example: TargetReport, tmp_path: Path) -> None:
    cells = _cells(write_appraisal(example.comparison, example, tmp_path / "a.docx"))
    rows = next(rows for rows in cells if rows[0][1] == "Mục tiêu")
    assert [(row[1], row[5]) for row in rows[1:]] == [(one.target.name, one.state.label()) for one in example.targets]
    assert [row[4] for row in rows[1:]] == [
        _plain(format_percent(one.achieved, apart_from=one.target.required)) for one in example.targets
    ]


def test_the_agencies_are_those_of_the_comparison_and_add_up(example: TargetReport, tmp_path: Path) -> None:
    cells = _cells(write_appraisal(example.comparison, example, tmp_path / "a.docx"))
    rows = next(rows for rows in cells if rows[0][1] == "Cơ quan giải quyết TTHC")
    expected = example.comparison.by("agency")
    assert [row[1] for row in rows[1:-1]] == expected["agency"].tolist()
    for position, name in ((5, "baseline_vnd"), (6, "simplified_vnd"), (7, "saving_vnd")):
        assert [row[position] for row in rows[1:-1]] == [format_integer(one) for one in expected[name].tolist()]
        assert rows[-1][position] == format_integer(sum(expected[name].tolist()))


def test_the_overall_figures_are_the_comparisons(example: TargetReport, tmp_path: Path) -> None:
    total, approved = example.comparison.total, example.comparison.at("approved", example.on).total
    cells = _cells(write_appraisal(example.comparison, example, tmp_path / "a.docx"))
    rows = next(rows for rows in cells if rows[0][0] == "Số liệu")
    whole = [format_integer(one) for one in (total.baseline, total.simplified, total.saving)]
    ratios = [_plain(format_percent(one.ratio)) for one in (total, approved)]
    assert rows[1] == ["Chi phí tuân thủ (đồng/năm)", *whole, *ratios]
    assert len(rows) == 6


def test_what_is_apart_is_shown_with_its_reason(example: TargetReport, tmp_path: Path) -> None:
    cells = _cells(write_appraisal(example.comparison, example, tmp_path / "a.docx"))
    rows = next(rows for rows in cells if "Lý do" in rows[0])
    assert [row[0] for row in rows[1:]] == ["NB-38", "NB-44"]
    assert rows[2][3] == "chuyển do sắp xếp tổ chức bộ máy"


def test_the_appraisal_says_how_it_was_computed(example: TargetReport, tmp_path: Path) -> None:
    digest = "0123456789abcdef" * 4
    path = write_appraisal(
        example.comparison, example, tmp_path / "a.docx", sources=[("ra_soat.xlsx", digest)], notice="Số liệu minh họa."
    )
    text = _text(path)
    for part in (
        "Lưu ý: Số liệu minh họa.", digest, "ra_soat.xlsx", "Phần mềm: tthc-cost", "Chi phí của: mọi bên",
        "Theo bảng tại Phụ lục II. Độ tin cậy: do người lập biểu nêu.", "Số lượng đối tượng: như hiện tại",
        "Cách đếm TTHC cắt giảm: chỉ tính TTHC được cắt giảm", "không xác nhận số giờ công",
        "Số liệu tính đến hết ngày 31/12/2024",
    ):  # fmt: skip
        assert part in text, part
    assert "Không nêu tệp đầu vào" not in text
    grades = [row[0] for rows in _cells(path) if rows[0][0] == "Ngạch/bậc" for row in rows[1:]]
    lines = example.comparison.lines
    assert set(grades) == set(lines["grade"][lines["effort_hours"] > 0].dropna())


def test_remarks_are_shown_by_kind_and_the_rest_is_counted(tmp_path: Path) -> None:
    report = checked(long_comparison(AGENCIES))
    text = _text(write_appraisal(report.comparison, report, tmp_path / "a.docx"))
    late = sum(n % 4 == 1 and n % 3 != 0 for n in range(2 * AGENCIES))
    assert text.count("các ngày rà soát, kiến nghị, phê duyệt, thực thi không theo thứ tự") == 5
    assert f"… và {late - 5} trường hợp nữa cùng loại." in text
    sample = sample_report()
    assert "Không có cảnh báo hay ghi chú." in _text(write_appraisal(sample.comparison, sample, tmp_path / "b.docx"))


def test_of_published_totals_what_needs_lines_is_left_out_and_said(tmp_path: Path) -> None:
    published = pd.DataFrame({"procedure": ["a"], "agency": ["Sở X"], "baseline_vnd": [100], "simplified_vnd": [80]})
    comparison = Comparison.from_costs(published)
    report = checked(comparison)
    path = write_appraisal(comparison, report, tmp_path / "a.docx")
    text = _text(path)
    assert "không có từng dòng tính" in text
    assert "Phụ lục II" not in text
    assert "không xác định" in text
    assert [row[:4] for rows in _cells(path) if rows[0][0] == "Số liệu" for row in rows[1:]] == [
        ["Chi phí tuân thủ (đồng/năm)", "100", "80", "20"]
    ]
    with pytest.raises(NeedsLinesError):
        write_annex(comparison, tmp_path / "b.docx")
    with pytest.raises(NeedsLinesError):
        write_letters(comparison, report, tmp_path / "c")
    assert [one.name for one in tmp_path.iterdir()] == ["a.docx"]


# --- the letters


def _agency_of(number: int) -> str:
    return f"Sở Quản lý chuyên ngành và Phát triển đa mục tiêu số {number % AGENCIES + 1}"


def test_every_agency_with_something_to_complete_gets_a_letter_and_none_else(tmp_path: Path) -> None:
    report = checked(long_comparison(AGENCIES))
    paths = write_letters(report.comparison, report, tmp_path / "letters")
    addressees = [line.removeprefix("Kính gửi: ") for path in paths for line in _lines(path) if "Kính gửi" in line]
    asked = {_agency_of(n) for n in range(2 * AGENCIES) if n % 3 == 0 or n % 4 == 1}
    assert len(asked) < AGENCIES
    assert sorted(asked) == addressees
    assert set((tmp_path / "letters").iterdir()) == set(paths)


def test_a_letter_asks_for_the_agencys_own_procedures_alone(tmp_path: Path) -> None:
    report = checked(long_comparison(AGENCIES))
    for path in write_letters(report.comparison, report, tmp_path / "letters", answer_by="2025-01-05"):
        text = _text(path)
        number = int(re.search(r"Kính gửi: .* số (\d+)$", text, re.MULTILINE)[1]) - 1  # type: ignore[index]
        own = [number, number + AGENCIES]
        assert set(_codes(text)) == {f"TT-{n:03}" for n in own if n % 3 == 0}
        warned = {int(one) for one in re.findall(r"TT-(\d+): các ngày", text)}
        assert warned == {n for n in own if n % 4 == 1 and n % 3 != 0}
        assert "trước ngày 05/01/2025" in text


def test_a_procedure_that_was_reviewed_is_told_from_one_that_was_not(tmp_path: Path) -> None:
    waiting: dict[str, Any] = {"submitted_on": None, "approved_on": None}
    for name, dates, said in (
        ("a", waiting, "đã rà soát xong ngày 02/10/2023 nhưng chưa kiến nghị phê duyệt."),
        ("b", waiting | {"reviewed_on": None}, "chưa rà soát xong."),
    ):
        comparison = one_procedure("Sở X", **dates)
        (path,) = write_letters(comparison, checked(comparison), tmp_path / name)
        assert f"Sở X (mã A): {said}" in _text(path)
    comparison = one_procedure("Sở X")
    assert write_letters(comparison, checked(comparison), tmp_path / "c") == ()
    assert not (tmp_path / "c").exists()
    early = write_letters(comparison, checked(comparison, "2023-10-31"), tmp_path / "d")
    assert "chưa kiến nghị phê duyệt" in _text(*early)


def test_the_figures_of_a_letter_are_those_of_the_reviewing_agency(example: TargetReport, tmp_path: Path) -> None:
    comparison = example.comparison
    (path,) = write_letters(comparison, example, tmp_path / "letters")
    expected, approved = (
        one.by("reviewing_agency").set_index("reviewing_agency").to_dict("index")["Sở Tài chính"]
        for one in (comparison, comparison.at("approved", example.on))
    )
    figures = {row[0]: row[1] for rows in _cells(path) for row in rows if len(row) == 2}
    assert figures["Chi phí tuân thủ trước khi đơn giản hóa (đồng/năm)"] == format_integer(expected["baseline_vnd"])
    assert figures["Chi phí tiết kiệm, theo rà soát (đồng/năm)"] == format_integer(expected["saving_vnd"])
    come = format_integer(approved["saving_vnd"])
    assert figures["Chi phí tiết kiệm của phương án đã được phê duyệt (đồng/năm)"] == come
    assert figures["Số TTHC được tính trong kế hoạch"] == "7"
    assert figures["Số TTHC đã rà soát và kiến nghị phê duyệt"] == "6"


def test_without_a_reviewing_agency_the_resolving_one_is_written_to_and_told_so(tmp_path: Path) -> None:
    report = sample_report("2024-11-30")
    (path,) = write_letters(report.comparison, report, tmp_path / "letters")
    text = _text(path)
    assert "Kính gửi: Sở X" in text
    assert "Có 2 TTHC chưa ghi cơ quan chủ trì rà soát" in text


def test_procedures_of_no_agency_are_not_lost(tmp_path: Path) -> None:
    comparison = compared(
        [model.Procedure("A", "A", frequency=1, population=1), model.Activity("A", "1", fee_vnd=9)],
        [],
        [model.Decision("A", "abolish")],
    )
    (path,) = write_letters(comparison, checked(comparison), tmp_path / "letters")
    assert f"Kính gửi: {DOTS}" in _text(path)
    assert "Có 1 TTHC chưa ghi cả cơ quan chủ trì rà soát và cơ quan giải quyết: A." in _text(path)


def test_notes_stand_apart_from_warnings_and_what_is_about_no_procedure_is_left_out(tmp_path: Path) -> None:
    comparison = one_procedure("Sở X")
    said = (
        remark("dates_out_of_order", Place(table="decisions", key=("A",))),
        remark("kept_but_changed", Place(key=("A",)), procedure="A"),
        remark("grade_without_effort", Place(table="activities", key=("A", "1")), count=1, grades="A1/1", example="2"),
        remark("target_kind_blank", target="x", n=1, procedures="A"),
        remark("dates_out_of_order", Place(table="task_records", key=("3.1", "A"))),
        remark("dates_out_of_order", Place(table="a table of another room", key=("A",))),
    )
    warned = replace(comparison, remarks=said)
    (path,) = write_letters(warned, checked(warned), tmp_path / "letters")
    lines = _lines(path)
    titles = [line for line in lines if re.match(r"\d\. ", line)]
    assert titles == [
        "1. Giải trình, chỉnh sửa số liệu có cảnh báo",
        "2. Kiểm tra lại số liệu có ghi chú",
        "3. Số liệu để đối chiếu",
    ]
    assert sum(line.startswith("- ") for line in lines[: lines.index(titles[2])]) == 3


def test_agencies_whose_files_would_share_a_name_get_one_each(tmp_path: Path) -> None:
    parts: list[Any] = []
    for code, agency in (("A", "So X."), ("B", "So (X)"), ("C", "So X 2")):
        parts.append(model.Procedure(code, code, agency=agency, frequency=1, population=1))
        parts.append(model.Activity(code, "1", fee_vnd=9))
    comparison = compared(parts, [], [model.Decision(code, "abolish") for code in "ABC"])
    paths = write_letters(comparison, checked(comparison), tmp_path / "letters")
    assert len({path.name for path in paths}) == len(paths) == 3
    assert all(path.is_file() for path in paths)


# --- the office


def test_the_office_is_the_one_that_a_provinces_programme_names_and_nothing_is_invented(tmp_path: Path) -> None:
    report = sample_report()
    text = _text(write_appraisal(report.comparison, report, tmp_path / "a.docx"))
    for said in (
        "UBND TỈNH LAI CHÂU",
        "VĂN PHÒNG UBND TỈNH",
        f"Số: ………/BC-{DOTS}",
        "Lai Châu, ngày …… tháng …… năm ………",
    ):
        assert said in text.splitlines()
    assert Issuer.of(programme("decision-1085")) == Issuer()
    national = check(report.comparison, "decision-1085", on="2024-12-31")
    bare = _text(write_appraisal(national.comparison, national, tmp_path / "b.docx"))
    assert "CHÍNH PHỦ" not in bare
    assert f"{DOTS}, ngày …… tháng …… năm ………" in bare.splitlines()


def test_the_office_can_say_who_it_is(example: TargetReport, tmp_path: Path) -> None:
    issuer = Issuer(
        "UBND tỉnh A", "Văn phòng", "Thành A", "VPUBND", "KSTT", "Chánh Văn phòng", "Nguyễn Văn A", ("Sở Tư pháp",)
    )
    (path,) = write_letters(example.comparison, example, tmp_path / "letters", issuer=issuer)
    lines = _lines(path)
    for said in ("UBND TỈNH A", "VĂN PHÒNG", "Số: ………/VPUBND-KSTT", "CHÁNH VĂN PHÒNG", "Nguyễn Văn A", "- Sở Tư pháp;"):
        assert said in lines


# --- texts, files and templates


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_text_of_the_input_is_a_text_of_the_document(text: str, tmp_path: Path) -> None:
    proposal = model.Proposal("A", "1", text, text, text, text, text, text)
    waiting = one_procedure(text, proposal, submitted_on=None, approved_on=None)
    report = checked(waiting)
    paths = [
        write_annex(one_procedure(text, proposal), tmp_path / "a.docx"),
        write_appraisal(waiting, report, tmp_path / "b.docx", notice=text, sources=[(text, "x")]),
        *write_letters(
            waiting, report, tmp_path / "c", issuer=Issuer(text, text, text, text, text, text, text, (text,))
        ),
    ]
    expected = re.sub(r"[\t\n\f ]+", " ", text).replace("\a", "?").replace("\0", "?").strip()
    assert len(paths) == 3
    for path in paths:
        assert expected in _text(path)
        assert "49" not in _text(path)


def test_a_hostile_text_makes_no_paragraph_of_its_own(tmp_path: Path) -> None:
    numbers = set()
    for position, text in enumerate(("Thủ tục", *HOSTILE_TEXTS)):
        comparison = one_procedure(text, model.Proposal("A", "1", text, text))
        numbers.add(len(_lines(write_annex(comparison, tmp_path / f"{position}.docx"))))
    assert len(numbers) == 1


def test_an_empty_review_gives_documents_that_say_so_and_no_letter(tmp_path: Path) -> None:
    comparison = compared([], [], [])
    report = checked(comparison)
    annex = write_annex(comparison, tmp_path / "a.docx")
    assert "Không có phương án đơn giản hóa nào đã được phê duyệt." in _text(annex)
    assert "0 cơ quan giải quyết TTHC" in _text(write_appraisal(comparison, report, tmp_path / "b.docx"))
    assert write_letters(comparison, report, tmp_path / "c") == ()


def test_the_same_arguments_give_the_same_bytes(example: TargetReport, tmp_path: Path) -> None:
    comparison = example.comparison
    for name in "ab":
        (tmp_path / name).mkdir()
        write_annex(comparison, tmp_path / name / "annex.docx")
        write_appraisal(comparison, example, tmp_path / name / "appraisal.docx")
        write_letters(comparison, example, tmp_path / name / "letters")
    files = [sorted(path for path in (tmp_path / name).rglob("*.docx")) for name in "ab"]
    assert len(files[0]) == 3
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


def test_a_document_that_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    report = sample_report()
    path = tmp_path / "a.docx"
    path.write_text("cũ")
    with pytest.raises(OutputExistsError):
        write_annex(report.comparison, path)
    with pytest.raises(OutputExistsError):
        write_appraisal(report.comparison, report, path)
    assert path.read_text() == "cũ"
    assert "Phụ lục" in _text(write_annex(report.comparison, path, force=True))
    assert "BÁO CÁO" in _text(write_appraisal(report.comparison, report, path, force=True))
    with pytest.raises(InputFault, match="không có thư mục này"):
        write_annex(report.comparison, tmp_path / "không có" / "a.docx")


def test_letters_are_written_all_or_none(tmp_path: Path) -> None:
    report = checked(long_comparison(AGENCIES))
    folder = tmp_path / "letters"
    folder.mkdir()
    with pytest.raises(OutputExistsError):
        write_letters(report.comparison, report, folder)
    names = [path.name for path in write_letters(report.comparison, report, tmp_path / "other")]
    (folder / names[-1]).mkdir()
    with pytest.raises(InputFault, match="không có tệp nào bị thay đổi"):
        write_letters(report.comparison, report, folder, force=True)
    assert [one.name for one in folder.iterdir()] == [names[-1]]


def test_a_template_of_ones_own_is_filled(tmp_path: Path) -> None:
    own = _template(tmp_path, "Theo mẫu riêng: {{ fields | length }} lĩnh vực; {{ issuer.parent }}")
    path = write_annex(sample_comparison(), tmp_path / "a.docx", template=own, issuer=Issuer(parent="UBND tỉnh A"))
    assert _lines(path) == ["Theo mẫu riêng: 1 lĩnh vực; UBND tỉnh A"]


@pytest.mark.parametrize(
    "place",
    [
        "{{ khong_co }}",
        "{{ fields.khong_co }}",
        "{% for one in fields %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ fields.__class__ }}",
        "{{ 1 / 0 }}",
        "{{ range(10 ** 9) | list }}",
        "{{ 1 + fields }}",
    ],
)
def test_a_place_that_cannot_be_filled_or_reaches_outside_is_a_fault(place: str, tmp_path: Path) -> None:
    own = _template(tmp_path, place)
    with pytest.raises(InputFault) as caught:
        write_annex(sample_comparison(), tmp_path / "a.docx", template=own)
    fault = only("template_faulty", caught.value.faults)
    assert says(fault, "chỗ điền không đúng", "is wrong")
    assert fault.place.file == str(own)
    assert not (tmp_path / "a.docx").exists()


def _template(folder: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder / "mau.docx"
    document.save(str(path))
    return path


def _unusable(folder: Path) -> Iterator[Path]:
    good = (TEMPLATES / "annex.docx").read_bytes()
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"0" * (LARGEST_TEMPLATE * 2**20 + 1))
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<w:document" if name == "word/document.xml" else old.read(name))
    contents = (b"", b"no zip", good[: len(good) // 2], empty.getvalue(), large.getvalue(), broken.getvalue())
    for number, content in enumerate(contents):
        path = folder / f"{number}.docx"
        path.write_bytes(content)
        yield path


def test_a_template_that_is_no_sound_document_is_a_fault(tmp_path: Path) -> None:
    for path in _unusable(tmp_path):
        with pytest.raises(InputFault) as caught:
            write_annex(sample_comparison(), tmp_path / "a.docx", template=path)
        fault = only("template_unusable", caught.value.faults)
        assert says(fault, "không dùng được làm mẫu văn bản", "cannot be used as a template")
    with pytest.raises(InputFault, match="không có tệp này"):
        write_annex(sample_comparison(), tmp_path / "a.docx", template=tmp_path / "không có.docx")


def test_every_message_of_the_documents_is_tested_here() -> None:
    assert codes_of("documents") == {"template_faulty", "template_unusable"}


@pytest.mark.parametrize("library", ["docxtpl", "jinja2"])
def test_a_missing_extra_is_named_and_nothing_is_written(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=library):
        write_annex(sample_comparison(), tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


def test_arguments_of_another_kind_are_refused(tmp_path: Path) -> None:
    report = sample_report()
    with pytest.raises(WrongKindError, match="comparison"):
        write_annex(report, tmp_path / "a.docx")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError, match="report"):
        write_appraisal(report.comparison, None, tmp_path / "a.docx")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError, match="report"):
        write_letters(report.comparison, None, tmp_path / "a")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="phê duyệt"):
        write_annex(report.comparison, tmp_path / "a.docx", basis="phê duyệt")  # type: ignore[arg-type]
    with pytest.raises(InputFault, match="31/02/2024"):
        write_annex(report.comparison, tmp_path / "a.docx", on="31/02/2024")


# --- the form of the pages


def _shipped(name: str) -> Document:
    return docx.Document(str(TEMPLATES / name))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pages_are_a4_with_the_margins_of_the_decree_and_a_number_from_the_second_on(name: str) -> None:
    first, *others = _shipped(name).sections
    for section in (first, *others):
        assert {round(one.mm) for one in (section.page_width, section.page_height) if one} == {210, 297}
        assert "PAGE" in section.header._element.xml  # noqa: SLF001 - python-docx has no fields
    margins = {side: round(getattr(first, f"{side}_margin").mm) for side in ("top", "bottom", "left", "right")}
    assert 20 <= margins["top"] <= 25 >= margins["bottom"] >= 20
    assert 30 <= margins["left"] <= 35
    assert 15 <= margins["right"] <= 20
    assert first.different_first_page_header_footer
    assert not any(one.different_first_page_header_footer for one in others)
    assert first.first_page_header.paragraphs[0].text == ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_is_in_times_new_roman(name: str) -> None:
    document = _shipped(name)
    fonts = {
        one.get(qn(f"w:{kind}"))
        for one in document.styles.element.iter(qn("w:rFonts"))
        for kind in ("ascii", "hAnsi", "cs")
    }
    assert fonts == {"Times New Roman"}
    assert not list(document.element.body.iter(qn("w:rFonts")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_tables_repeat_their_headings_keep_rows_whole_and_fit_the_page(name: str) -> None:
    for table in _shipped(name).tables:
        columns = [int(one.get(qn("w:w")) or 0) for one in table._tbl.tblGrid.iter(qn("w:gridCol"))]  # noqa: SLF001
        assert sum(columns) <= 257 * 57
        rows = table._tbl.tr_lst  # noqa: SLF001 - python-docx has no such properties
        assert all(list(row.iter(qn("w:cantSplit"))) for row in rows)
        ruled = list(table._tbl.tblPr.iter(qn("w:tblBorders")))  # noqa: SLF001
        assert bool(list(rows[0].iter(qn("w:tblHeader")))) == bool(ruled)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_template_carries_no_author_picture_or_link(name: str) -> None:
    document = _shipped(name)
    properties = document.core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    with zipfile.ZipFile(TEMPLATES / name) as parts:
        assert not [one for one in parts.namelist() if "media" in one or "thumbnail" in one or "customXml" in one]
        assert not [one for one in parts.namelist() if one.endswith(".rels") and b"External" in parts.read(one)]


def test_a_filler_is_for_one_template_and_any_number_of_documents() -> None:
    fill = filler("letter.docx")
    with pytest.raises(InputFault):
        fill(Issuer())
