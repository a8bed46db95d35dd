"""The life of a proposal: each planted trick is found with its exact effect, its honest twin is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from audit_samples import compared, found, line, only_finding, procedure, proposal, silent, standing
from remarks import codes_of
from tthc_cost.auditing import audit
from tthc_cost.life_rules import RULES
from tthc_cost.model import Decision, Proposal

PLAN = "lai-chau-2022-2025"
"""Cost and count are to be cut before 1 January 2025."""
KEPT = [procedure("K"), line("K", fee_vnd=100)]
BEFORE = [*KEPT, procedure("A"), line("A", fee_vnd=50)]
AFTER = [*KEPT, procedure("A"), line("A", fee_vnd=30)]
DATED: dict[str, Any] = {"reviewed_on": "2024-10-01", "submitted_on": "2024-11-01"}
IN_TIME = Decision("A", "amend", **DATED, approved_on="2024-12-31")
IN_FORCE = Decision("A", "amend", **DATED, approved_on="2024-12-31", effective_on="2025-05-01")
DUE = {"document": "Quyết định số 12/2021/QĐ-UBND", "authority": "UBND tỉnh", "due_on": "2025-06-30"}


def case(decision: Decision, *others: Any, before: list[object] = BEFORE, after: list[object] = AFTER) -> Any:
    return compared(before, after, Decision("K", "keep"), decision, *others)


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_life")


# Approved too late


@pytest.mark.parametrize("day", ["2025-01-01", "2025-03-01"])
def test_what_is_approved_after_the_milestone_stays_at_its_baseline(day: str) -> None:
    comparison = case(Decision("A", "amend", **DATED, approved_on=day))
    one = only_finding("approved_late", comparison, PLAN)
    assert (one.severity, one.effect_vnd) == ("warning", 200)
    assert "01/01/2025" in one.text("vi")
    assert standing(comparison, PLAN) == (1500, 1500)


def test_a_procedure_abolished_too_late_still_counts_as_one() -> None:
    late = Decision("A", "abolish", **DATED, approved_on="2025-01-08")
    comparison = case(late, after=KEPT)
    assert only_finding("approved_late", comparison, PLAN).effect_vnd == 500
    assert audit(comparison, PLAN).standing.count().saving == 0


def test_a_merge_is_as_late_as_the_last_of_it() -> None:
    before = [*BEFORE, procedure("B"), line("B", fee_vnd=10)]
    after = [*KEPT, procedure("M", population=20), line("M", fee_vnd=20)]
    first = Decision("B", "merge", replaced_by="M", **DATED, approved_on="2024-12-01")
    last = Decision("A", "merge", replaced_by="M", **DATED, approved_on="2025-01-08")
    comparison = case(last, first, before=before, after=after)
    assert only_finding("approved_late", comparison, PLAN).effect_vnd == 600 - 400
    assert audit(comparison, PLAN).standing.count().saving == 0


@pytest.mark.parametrize(
    ("decision", "arguments", "after"),
    [
        pytest.param(IN_TIME, (PLAN,), AFTER, id="on the eve"),
        pytest.param(Decision("A", "amend", **DATED, approved_on="2025-03-01"), (), AFTER, id="no programme"),
        pytest.param(Decision("A", "amend", **DATED), (PLAN,), AFTER, id="not approved, so not counted yet"),
        pytest.param(Decision("A", "keep", **DATED, approved_on="2025-03-01"), (PLAN,), BEFORE, id="kept"),
        pytest.param(Decision("A", "amend", **DATED, approved_on="2025-03-01"), (PLAN,), BEFORE, id="saves nothing"),
    ],
)
def test_what_is_approved_in_time_or_claims_nothing_is_not_accused(
    decision: Decision, arguments: tuple[str, ...], after: list[object]
) -> None:
    assert audit(case(decision, after=after), *arguments).findings == ()


# For a central body to decide


@pytest.mark.parametrize(
    "more",
    [
        {"authority": "Chính phủ"},
        {"authority": "Bộ Nội vụ"},
        {"authority": "UBND tỉnh kiến nghị Bộ Văn hóa, Thể thao và Du lịch"},
        {"document": "Nghị định số 24/2014/NĐ-CP của Chính phủ"},
        {"document": "Thông tư số 02/2021/TT-BNV"},
        {"document": "Luật Đất đai"},
        {"document": "Quyết định số 1085/QĐ-TTg"},
    ],
)
def test_what_a_central_body_decides_is_only_recommended(more: dict[str, str]) -> None:
    comparison = case(IN_TIME, proposal("A", **more))
    one = only_finding("needs_central_document", comparison)
    assert (one.severity, one.effect_vnd) == ("warning", 200)
    assert next(iter(more.values())) in one.text("vi")
    assert standing(comparison) == (1500, 1500)


@pytest.mark.parametrize(
    "more",
    [
        {"authority": "UBND tỉnh"},
        {"authority": "Chủ tịch UBND tỉnh", "document": "Quyết định quy định chi tiết Nghị định số 24/2014/NĐ-CP"},
        {"authority": "Sở Nội vụ", "document": "Quy chế nội bộ; toàn bộ Chương II"},
        {"document": "Quyết định số 12/2021/QĐ-UBND thi hành Nghị định số 24/2014/NĐ-CP"},
        {"document": "Văn bản quy phạm pháp luật của HĐND tỉnh", "content": "bỏ 01 bộ theo Nghị định số 61/2018/NĐ-CP"},
        {"document": "Nghị định số 24/2014/NĐ-CP", "implemented_by": "Nghị định số 107/2020/NĐ-CP"},
        {},
    ],
)
def test_what_the_province_decides_is_not_accused(more: dict[str, str]) -> None:
    assert audit(case(IN_TIME, proposal("A", **more))).findings == ()


def accused(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Amend a procedure by each proposal, and return the proposals that need a central document."""
    codes = [f"A{number}" for number in range(len(items))]
    before, after = ([one for code in codes for one in (procedure(code), line(code, fee_vnd=fee))] for fee in (50, 30))
    decisions = [Decision(code, "amend", **DATED, approved_on="2024-12-31") for code in codes]
    proposals = [proposal(code, **item) for code, item in zip(codes, items, strict=True)]
    doubted = {
        one.procedure for one in found("needs_central_document", compared(before, after, *decisions, *proposals))
    }
    return [item for code, item in zip(codes, items, strict=True) if code in doubted]


def test_what_is_to_be_amended_tells_more_than_who_is_said_to_decide() -> None:
    province = {"document": "Quyết định số 12/2021/QĐ-UBND", "authority": "UBND tỉnh"}
    above = {"document": "Thông tư số 02/2021/TT-BNV", "authority": "Bộ Nội vụ"}
    tricks: list[dict[str, Any]] = [
        province | {"document": "Thông tư số 02/2021/TT-BNV"},
        province | {"document": "Quyết định số 1085/QĐ-TTg"},
        province | {"content": "Sửa đổi khoản 2 Điều 5 Nghị định số 24/2014/NĐ-CP"},
        province | {"content": "Sửa đổi, bổ sung Quyết định số 1085/QĐ-TTg"},
        province | {"content": "Kiến nghị Bộ Nội vụ sửa đổi quy định về hồ sơ"},
        province | {"action": "Đề nghị Thủ tướng Chính phủ bãi bỏ"},
        {"content": "Bãi bỏ quy định tại điểm a khoản 1 Điều 3 Luật Đất đai"},
        above | {"implemented_by": "Quyết định số 5/2025/QĐ-UBND", "implemented_on": "2025-01-05"},
        above | {"implemented_on": "2025-01-05"},
    ]
    honest: list[dict[str, Any]] = [
        province | {"content": "Bỏ bước đề nghị Bộ Nội vụ cho ý kiến"},
        province | {"content": "Sửa đổi Quyết định số 12/2021/QĐ-UBND cho phù hợp Nghị định số 24/2014/NĐ-CP"},
        province | {"content": "Không sửa đổi Luật Đất đai; chỉ sửa quy chế của tỉnh"},
        province | {"content": "Thay thế bản giấy bằng dữ liệu của Bộ Tư pháp"},
        province | {"content": "Bãi bỏ quyết định ban hành theo Luật cũ"},
        province | {"document": "Quyết định số 12/2021/QĐ-UBND quy định chi tiết Nghị định số 24/2014/NĐ-CP"},
        above | {"implemented_by": "Thông tư số 9/2025/TT-BNV", "implemented_on": "2025-01-05"},
    ]
    assert accused(tricks + honest) == tricks


def test_of_several_proposals_some_of_them_central_nobody_knows_the_price() -> None:
    comparison = case(IN_TIME, proposal("A", authority="UBND tỉnh"), Proposal("A", "2", authority="Bộ Tài chính"))
    one = only_finding("needs_central_document", comparison)
    assert (one.effect_vnd, one.figures["central"], one.figures["items"]) == (None, 1, 2)
    assert "Không quy được" in str(one)
    assert standing(comparison) == (1500, 1300)


# Never carried out


def test_what_no_document_carries_out_by_its_date_is_not_saved() -> None:
    comparison = case(IN_TIME, proposal("A", **DUE))
    one = only_finding("not_implemented", comparison, on="2025-07-01")
    assert (one.severity, one.effect_vnd, one.figures["due"]) == ("warning", 200, "30/06/2025")
    assert standing(comparison, on="2025-07-01") == (1500, 1500)


@pytest.mark.parametrize(
    ("decision", "more"),
    [
        pytest.param(IN_FORCE, {}, id="in force, by no document"),
        pytest.param(IN_TIME, {"implemented_on": "2025-05-01"}, id="a day, and no document"),
    ],
)
def test_a_day_is_no_document(decision: Decision, more: dict[str, Any]) -> None:
    assert (
        only_finding("not_implemented", case(decision, proposal("A", **(DUE | more))), on="2025-08-01").effect_vnd
        == 200
    )


@pytest.mark.parametrize("document", ["Quyết định số 5/2025/QĐ-UBND", "Quyết định số 5 ngày 15/9/2025"])
def test_a_document_without_a_day_that_has_come_is_asked_about(document: str) -> None:
    one = only_finding("not_implemented", case(IN_TIME, proposal("A", **DUE, implemented_by=document)), on="2025-08-01")
    assert one.effect_vnd is None
    assert "không ghi ngày" in one.text("vi")


def test_where_no_proposal_says_by_when_the_programme_does() -> None:
    undated = proposal("A", **(DUE | {"due_on": None}))
    second = Decision("A", "amend", **DATED, approved_on="2024-12-31", round=2)
    for others in ((undated,), ()):
        one = only_finding("not_implemented", case(second, *others), PLAN, on="2025-07-01")
        assert (one.effect_vnd, one.figures["due"]) == (200, "30/06/2025")
    assert silent("not_implemented", case(second, undated), PLAN, on="2025-06-30")
    assert silent("not_implemented", case(second, undated), on="2025-07-01")
    first = Decision("A", "amend", reviewed_on="2023-10-01", approved_on="2023-12-01", round=1)
    assert only_finding("not_implemented", case(first), PLAN, on="2024-07-01").figures["due"] == "30/06/2024"


@pytest.mark.parametrize(
    ("decision", "more", "on"),
    [
        pytest.param(IN_TIME, {}, "2025-06-30", id="on the day itself"),
        pytest.param(IN_TIME, {}, None, id="nobody says what day it is"),
        pytest.param(IN_TIME, {"due_on": None}, "2026-01-01", id="no date"),
        pytest.param(
            IN_TIME, {"implemented_by": "Quyết định số 5", "implemented_on": "2025-07-20"}, "2025-08-01",
            id="late, and carried out",
        ),
        pytest.param(
            IN_TIME, {"implemented_by": "Quyết định số 5 ngày 15/5/2025"}, "2025-08-01", id="the day is in its name",
        ),
        pytest.param(Decision("A", "amend", **DATED), {}, "2025-08-01", id="not approved"),
        pytest.param(IN_FORCE, {"implemented_by": "Quyết định số 5"}, "2025-08-01", id="a document, and in force"),
    ],
)  # fmt: skip
def test_what_is_carried_out_or_not_due_is_not_accused(
    decision: Decision, more: dict[str, Any], on: str | None
) -> None:
    assert silent("not_implemented", case(decision, proposal("A", **(DUE | more))), on=on)


def test_a_document_of_a_later_day_is_not_known_yet() -> None:
    later = proposal("A", **DUE, implemented_by="Quyết định số 5", implemented_on="2025-09-01")
    assert found("not_implemented", case(IN_TIME, later), on="2025-08-01")
    assert silent("not_implemented", case(IN_TIME, later), on="2025-09-01")


def test_a_part_that_is_overdue_has_no_price() -> None:
    done = Proposal("A", "2", **DUE, implemented_by="Quyết định số 5", implemented_on="2025-06-01")
    one = only_finding("not_implemented", case(IN_TIME, proposal("A", **DUE), done), on="2025-08-01")
    assert (one.effect_vnd, one.figures["overdue"]) == (None, 1)


# Approved, it says


def test_an_approval_without_review_and_submission_is_asked_about() -> None:
    before = [*BEFORE, procedure("B"), line("B", fee_vnd=10)]
    after = [*AFTER, procedure("B"), line("B", fee_vnd=9)]
    bare = [Decision(code, "amend", approved_on="2024-12-01") for code in "AB"]
    one = only_finding("approved_without_record", case(bare[0], bare[1], before=before, after=after))
    assert (one.severity, one.effect_vnd, one.agency) == ("warning", None, "Sở Nội vụ")
    assert one.figures["codes"] == "A, B"


@pytest.mark.parametrize("dates", [DATED, {}, {"submitted_on": "2024-11-01"}, {"reviewed_on": "2024-11-01"}])
def test_a_record_need_not_be_whole(dates: dict[str, Any]) -> None:
    approved: dict[str, Any] = {"approved_on": "2024-12-01"} if dates else {}
    assert audit(case(Decision("A", "amend", **dates, **approved))).findings == ()


def test_several_doubts_on_one_saving_take_it_out_once() -> None:
    late = Decision("A", "amend", approved_on="2025-01-08")
    comparison = case(late, proposal("A", due_on="2025-03-01", authority="Bộ Nội vụ"))
    codes = {one.code for one in audit(comparison, PLAN, on="2025-08-01").findings}
    assert codes == {rule.code for rule in RULES}
    assert standing(comparison, PLAN, on="2025-08-01") == (1500, 1500)
