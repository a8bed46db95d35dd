"""Documents, steps and paper against the lines: each trick is found with its exact effect, its twin is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from audit_samples import compared, found, line, only_finding, procedure, silent, standing
from tthc_cost.auditing import audit
from tthc_cost.model import Decision, Document, Step
from tthc_cost.part_rules import RULES

AMENDED = Decision("A", "amend")
COPY, FORM = Document("A", "TP1", "Bản sao quyết định"), Document("A", "TP2", "Đơn đề nghị")


def dossier(*parts: object, **more: Any) -> list[object]:
    return [procedure("A", **more), *parts]


def work(activity: str, document: str | None = None, hours: float = 1, **more: Any) -> Any:
    return line("A", activity, document=document, effort_hours=hours, grade="A1/1", stage="preparation", **more)


BOTH = dossier(COPY, FORM, work("1", "TP1"), work("2", "TP2"))


# Dropped, and still worked on


def test_a_dropped_document_whose_work_stays_is_no_cut() -> None:
    comparison = compared(BOTH, dossier(FORM, work("1"), work("2", "TP2", 0.5)), AMENDED)
    one = only_finding("dropped_part_still_worked", comparison)
    assert (one.severity, one.procedure, one.activity, one.effect_vnd) == ("warning", "A", "1", 0)
    assert one.figures["left_vnd"] == 10_000
    assert "thành phần hồ sơ «Bản sao quyết định»" in one.text("vi")
    assert standing(comparison) == (20_000, 15_000)


def test_the_only_document_dropped_is_seen_where_the_agency_lists_those_of_others() -> None:
    other = [procedure("B"), Document("B", "TP1", "Tờ trình"), line("B", fee_vnd=100)]
    before, after = dossier(COPY, work("1", "TP1")), dossier(work("1", "TP1", 0.5))
    code = "dropped_part_still_worked"
    decisions = (AMENDED, Decision("B", "amend"))
    cheaper = [procedure("B"), Document("B", "TP1", "Tờ trình"), line("B", fee_vnd=90)]
    assert only_finding(code, compared([*before, *other], [*after, *cheaper], *decisions)).effect_vnd == 0
    assert silent(code, compared(before, after, AMENDED))
    assert silent(code, compared([*before, *other], after, AMENDED, Decision("B", "keep")))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(dossier(FORM, work("2", "TP2")), id="dropped with its work"),
        pytest.param(dossier(FORM, work("1", "TP2"), work("2", "TP2")), id="the work now serves another document"),
        pytest.param(dossier(Document("A", "TP1", "đơn  ĐỀ NGHỊ"), work("2", "TP1")), id="the rest numbered anew"),
        pytest.param(
            dossier(Document("A", "TP1", "Bản số hóa quyết định"), FORM, work("1", "TP1", 0.5), work("2", "TP2")),
            id="replaced under its code",
        ),
        pytest.param(dossier(COPY, FORM, work("1"), work("2")), id="the lines no longer say to what they belong"),
        pytest.param(dossier(work("1"), work("2")), id="the simplified state lists no documents at all"),
    ],
)
def test_honest_changes_of_a_dossier_are_not_accused(after: list[object]) -> None:
    assert audit(compared(BOTH, after, AMENDED)).findings == ()


def stepped(*steps: tuple[str, str], of: dict[str, str | None]) -> list[object]:
    lines = [
        line("A", activity, step=step, effort_hours=2, grade="A1/1", stage="processing")
        for activity, step in of.items()
    ]
    return dossier(*(Step("A", code, name) for code, name in steps), *lines)


def test_a_dropped_step_whose_work_stays_is_no_cut() -> None:
    before = stepped(("B1", "Tiếp nhận"), ("B2", "Lấy ý kiến"), of={"1": "B1", "2": "B2"})
    one = only_finding(
        "dropped_part_still_worked", compared(before, stepped(("B1", "Tiếp nhận"), of={"1": "B1", "2": None}), AMENDED)
    )
    assert "the step «Lấy ý kiến»" in one.text("en")
    assert audit(compared(before, stepped(("B1", "Tiếp nhận"), of={"1": "B1"}), AMENDED)).findings == ()


# Kept, and no longer worked on


def test_a_document_that_stays_still_costs() -> None:
    comparison = compared(BOTH, dossier(COPY, FORM, work("2", "TP2")), AMENDED)
    one = only_finding("part_without_work", comparison)
    assert (one.severity, one.activity, one.effect_vnd) == ("warning", "1", 10_000)
    assert one.figures["saved_vnd"] == 10_000
    assert standing(comparison) == (20_000, 20_000)


def test_a_step_that_stays_still_costs() -> None:
    steps = (("B1", "Tiếp nhận"), ("B2", "Lấy ý kiến"))
    comparison = compared(
        stepped(*steps, of={"1": "B1", "2": "B2", "3": "B2"}), stepped(*steps, of={"1": "B1"}), AMENDED
    )
    one = only_finding("part_without_work", comparison)
    assert (one.activity, one.effect_vnd, one.figures["lines"]) == (None, 40_000, 2)
    assert "bước «Lấy ý kiến»" in one.text("vi")


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(dossier(COPY, FORM, work("3", "TP2", 0.5)), id="its work now done together with others'"),
        pytest.param(dossier(COPY, FORM, work("1", "TP1", 0), work("2", "TP2")), id="a line that costs nothing now"),
        pytest.param(dossier(FORM, work("2", "TP2")), id="dropped with its work"),
        pytest.param(dossier(COPY, FORM, work("9", "TP1", 0.5), work("2", "TP2")), id="other work on it"),
    ],
)
def test_work_that_goes_for_a_reason_is_not_accused(after: list[object]) -> None:
    assert silent("part_without_work", compared(BOTH, after, AMENDED))


def test_an_abolished_procedure_needs_no_documents() -> None:
    kept = [procedure("K"), line("K", fee_vnd=100)]
    assert audit(compared([*BOTH, *kept], kept, Decision("A", "abolish"), Decision("K", "keep"))).findings == ()


# Documents that were not announced, or are there twice


def test_a_document_that_the_dossier_does_not_have_leaves_both_sides() -> None:
    photo = work("2", None, 3, name="Sao chụp, chứng thực bằng tốt nghiệp")
    comparison = compared(dossier(COPY, work("1", "TP1"), photo), dossier(COPY, work("1", "TP1", 0.5)), AMENDED)
    one = only_finding("unannounced_document", comparison)
    assert (one.activity, one.effect_vnd) == ("2", 30_000)
    assert "chứng thực bằng tốt nghiệp" in one.text("vi")
    assert standing(comparison) == (10_000, 5_000)


def test_documents_of_a_procedure_without_any_are_doubted_where_the_agency_lists_others() -> None:
    listed = [procedure("B"), Document("B", "TP1", "Tờ trình"), line("B", fee_vnd=100)]
    before, after = dossier(work("1", "TP9"), work("2", hours=2)), dossier(work("2", hours=2))
    decisions = (AMENDED, Decision("B", "keep"))
    comparison = compared([*before, *listed], [*after, *listed], *decisions)
    assert only_finding("unannounced_document", comparison).effect_vnd == 10_000
    assert silent("unannounced_document", compared(before, after, AMENDED))


@pytest.mark.parametrize(
    ("name", "document"),
    [("Tổ chức họp, thống nhất nội dung", None), ("Sao chụp bản sao quyết định", None), ("Sao chụp giấy tờ", "TP1")],
)
def test_work_on_no_document_or_on_an_announced_one_may_be_dropped(name: str, document: str | None) -> None:
    before = dossier(COPY, work("1", "TP1"), work("2", document, name=name))
    assert silent("unannounced_document", compared(before, dossier(COPY, work("1", "TP1", 0.5)), AMENDED))


def test_a_document_listed_twice_is_cut_once_at_most() -> None:
    again = Document("A", "TP3", "bản  sao QUYẾT ĐỊNH")
    before = dossier(COPY, again, FORM, work("1", "TP1"), work("2", "TP2"), work("3", "TP3", 2))
    comparison = compared(before, dossier(COPY, FORM, work("1", "TP1"), work("2", "TP2", 0.5)), AMENDED)
    one = only_finding("document_twice", comparison)
    assert (one.effect_vnd, one.figures["codes"]) == (20_000, "TP1, TP3")
    assert standing(comparison) == (20_000, 15_000)
    kept = only_finding("document_twice", compared(before, before, AMENDED))
    assert kept.effect_vnd == 0
    assert silent("document_twice", compared(BOTH, BOTH, AMENDED))


@pytest.mark.parametrize(
    "name", ["BẢN SAO   QUYẾT ĐỊNH", "Bản sao, quyết định.", "«Bản sao quyết định»", "Bản sao - quyết định;"]
)
def test_how_a_name_is_typed_hides_no_repeat(name: str) -> None:
    again = Document("A", "TP3", name)
    before = dossier(COPY, again, work("1", "TP1"), work("3", "TP3", 2))
    assert found("document_twice", compared(before, dossier(COPY, work("1", "TP1")), AMENDED))
    lines = dossier(work("1", name="Bản sao quyết định"), work("2", name=name), work("3", name="Ký"))
    assert found("line_twice", compared(lines, dossier(work("3", name="Ký")), AMENDED))


def test_the_place_of_a_tone_mark_hides_no_repeat() -> None:
    two = [Document("A", "TP1", "Giấy tờ hoà giải"), Document("A", "TP2", "giấy tờ hòa giải")]
    assert found(
        "document_twice", compared(dossier(*two, work("1", "TP1")), dossier(two[0], work("1", "TP1", 0.5)), AMENDED)
    )
    other = [two[0], Document("A", "TP2", "Giấy tờ hòa giải 2")]
    assert silent(
        "document_twice", compared(dossier(*other, work("1", "TP1")), dossier(other[0], work("1", "TP1", 0.5)), AMENDED)
    )


def test_of_a_document_twice_dropped_twice_one_drop_stands() -> None:
    again = Document("A", "TP3", "Bản sao quyết định")
    before = dossier(COPY, again, FORM, work("1", "TP1"), work("2", "TP2"), work("3", "TP3"))
    assert (
        only_finding("document_twice", compared(before, dossier(FORM, work("2", "TP2")), AMENDED)).effect_vnd == 10_000
    )


def test_a_line_repeated_word_for_word_saves_once() -> None:
    repeated = [work("1", name="Sao chụp"), work("2", name="sao  chụp"), work("3", name="Viết đơn")]
    comparison = compared(dossier(*repeated), dossier(work("3", name="Viết đơn")), AMENDED)
    one = only_finding("line_twice", comparison)
    assert (one.activity, one.effect_vnd, one.figures["lines"]) == ("2", 10_000, 1)
    assert standing(comparison) == (20_000, 10_000)


@pytest.mark.parametrize(
    "second",
    [
        work("2", name="Sao chụp", hours=2), work("2", "TP1", name="Sao chụp"), work("2", name="Sao chụp đơn"),
        work("2", name="Sao chụp", fee_vnd=1),
    ],
)  # fmt: skip
def test_like_lines_are_not_the_same_line(second: Any) -> None:
    before = dossier(COPY, work("1", name="Sao chụp"), second, work("3"))
    assert silent("line_twice", compared(before, dossier(COPY, work("3")), AMENDED))


def test_a_repeated_line_that_stays_saves_nothing_twice() -> None:
    before = dossier(work("1", name="Ký duyệt"), work("2", name="Ký duyệt"), work("3"))
    assert silent("line_twice", compared(before, dossier(*before[1:3], work("3", hours=0.5)), AMENDED))


# Online, and still on paper


def going_online(*more: object, channel: str = "Trực tuyến toàn trình", was: str = "Trực tiếp", sets: int = 1) -> Any:
    submit = {"grade": "A1/1", "stage": "submission"}
    before = dossier(work("1", hours=4), line("A", "2", effort_hours=3, **submit), channel=was, dossier_sets=3)
    after = dossier(
        work("1", hours=2), line("A", "2", effort_hours=1, **submit), *more, channel=channel, dossier_sets=sets
    )
    return compared(before, after, AMENDED)


@pytest.mark.parametrize(
    ("more", "sets", "why"),
    [
        ((), 2, "2 bản/bộ hồ sơ"),
        ((Document("A", "TP1", "Đơn", copies=3),), 1, "3 bản/bộ hồ sơ"),
        ((work("3", name="Photocopy hồ sơ gửi kèm"),), 1, "«Photocopy hồ sơ gửi kèm»"),
    ],
)
def test_online_with_paper_saves_nothing_in_submission(more: tuple[object, ...], sets: int, why: str) -> None:
    one = only_finding("online_with_paper", going_online(*more, sets=sets))
    assert (one.severity, one.effect_vnd) == ("warning", 20_000)
    assert why in one.text("vi")


def test_online_with_paper_disputes_no_more_than_was_saved() -> None:
    scan = work("9", name="Quét, tải hồ sơ lên hệ thống", hours=1.5)
    one = only_finding("online_with_paper", going_online(scan, sets=2))
    assert one.effect_vnd == 20_000 - 15_000
    dearer = work("9", name="Quét, tải hồ sơ lên hệ thống", hours=2.5)
    assert only_finding("online_with_paper", going_online(dearer, sets=2)).effect_vnd == 0


def test_online_without_paper_is_not_accused() -> None:
    assert audit(going_online(Document("A", "TP1", "Đơn", copies=1))).findings == ()


@pytest.mark.parametrize("channel", ["Trực tiếp; trực tuyến", "Trực tuyến một phần", "Dịch vụ bưu chính"])
def test_a_channel_that_is_open_to_paper_may_ask_for_it(channel: str) -> None:
    assert silent("online_with_paper", going_online(channel=channel, sets=2))


def test_what_was_online_already_saves_nothing_by_going_online() -> None:
    one = only_finding("online_with_paper", going_online(was="Trực tuyến", sets=2))
    assert one.effect_vnd == 0


def test_several_tricks_on_one_procedure_are_all_named() -> None:
    again = Document("A", "TP3", "Bản sao quyết định")
    before = dossier(COPY, again, FORM, work("1", "TP1"), work("2", "TP2"), work("3", "TP3", 2), channel="Trực tiếp")
    after = dossier(COPY, FORM, work("2", "TP2"), channel="Trực tuyến", dossier_sets=2)
    comparison = compared(before, after, AMENDED)
    codes = {code for code in (rule.code for rule in RULES) if found(code, comparison)}
    assert codes == {"part_without_work", "document_twice", "online_with_paper"}
    assert standing(comparison) == (20_000, 20_000)
