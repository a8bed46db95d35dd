"""Disappearing and moving work: each planted trick is found with its exact effect, its honest twin is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from audit_samples import compared, found, line, only_finding, procedure, proposal, silent, standing
from remarks import codes_of
from tthc_cost.auditing import audit
from tthc_cost.disappearance_rules import RULES
from tthc_cost.model import Agency, Decision

KEPT = [procedure("K"), line("K", fee_vnd=100)]
KEEP = Decision("K", "keep")
GONE = Decision("A", "abolish")
AMENDED = Decision("A", "amend")


def with_a(fee: int = 50, **more: Any) -> list[object]:
    return [*KEPT, procedure("A", **more), line("A", fee_vnd=fee)]


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_disappearance")


# Gone for another reason


@pytest.mark.parametrize(
    "why",
    [proposal("A", reason="Do sắp xếp tổ chức bộ máy, Sở giải thể."), Agency("Sở Nội vụ", successor="Sở Tư pháp")],
)
def test_what_reorganisation_took_leaves_both_sides(why: Any) -> None:
    comparison = compared(with_a(), KEPT, KEEP, GONE, why)
    one = only_finding("lost_by_reorganisation", comparison)
    assert (one.severity, one.effect_vnd) == ("warning", 500)
    assert standing(comparison) == (1000, 1000)
    assert audit(comparison).standing.count().saving == 0


def accused(code: str, reasons: list[str]) -> list[str]:
    """Abolish a procedure for each reason, and return the reasons that a rule doubts."""
    codes = [f"A{number}" for number in range(len(reasons))]
    before = [one for code in codes for one in (procedure(code), line(code, fee_vnd=50))]
    gone = [Decision(code, "abolish") for code in codes]
    why = [proposal(code, reason=reason) for code, reason in zip(codes, reasons, strict=True)]
    doubted = {one.procedure for one in found(code, compared([*KEPT, *before], KEPT, KEEP, *gone, *why))}
    return [reason for code, reason in zip(codes, reasons, strict=True) if code in doubted]


def test_reorganisation_has_many_names_and_may_be_denied() -> None:
    tricks = [
        "Do sắp xếp lại tổ chức bộ máy",
        "Do thực hiện mô hình chính quyền địa phương 2 cấp",
        "Chức năng, nhiệm vụ không còn; điều chuyển nhiệm vụ về Công an tỉnh",
        "Do không tổ chức cấp huyện từ 01/7/2025",
        "Hợp nhất sở nên phòng không còn",
        "Không do trùng lặp mà do giải thể đơn vị",
    ]
    honest = [
        "Không phải do sắp xếp tổ chức bộ máy, TTHC không còn cần thiết",
        "Không phải vì sắp xếp, tinh gọn bộ máy",
        "Việc sắp xếp tổ chức không ảnh hưởng đến TTHC này; bãi bỏ vì trùng lặp",
        "Hợp nhất vào phần mềm dùng chung",
    ]
    assert accused("lost_by_reorganisation", tricks + honest) == tricks


def test_a_rule_abolished_before_is_told_from_a_paper_that_lost_its_force() -> None:
    tricks = [
        "TTHC đã được bãi bỏ tại Luật Cán bộ, công chức năm 2025",
        "Nghị định số 24 không còn quy định thủ tục này",
        "Thông tư số 02 đã bỏ quy định về thủ tục này",
        "Thủ tục cấp giấy phép đã hết hiệu lực từ 01/01/2023",
        "Quy định về TTHC không còn hiệu lực",
    ]
    honest = [
        "Giấy tờ đã hết hiệu lực vẫn phải nộp",
        "Giấy phép của thủ tục đã hết hiệu lực thì không phải cấp lại",
        "Mẫu đơn đã bị bãi bỏ",
        "TTHC chưa bị bãi bỏ ở trung ương",
        "Bước thẩm định đã được bãi bỏ tại quy chế",
    ]
    assert accused("abolished_before", tricks + honest) == tricks


def test_what_was_abolished_before_is_no_merge_either() -> None:
    one = only_finding("abolished_before", merged(100, proposal("B", reason="TTHC đã bị bãi bỏ tại Luật mới")))
    assert (one.procedure, one.effect_vnd, one.as_one) == ("B", None, ("B",))
    assert silent("abolished_before", merged(100, proposal("A", reason="TTHC đã bị bãi bỏ tại Luật mới")))


def test_what_is_abolished_for_a_reason_of_its_own_is_not_accused() -> None:
    comparison = compared(with_a(), KEPT, KEEP, GONE, proposal("A", reason="Không cần thiết"), Agency("Sở Nội vụ"))
    assert audit(comparison).findings == ()


def test_what_was_abolished_before_its_agency_ended_is_not_lost_with_it() -> None:
    ended = Agency("Sở Nội vụ", successor="Sở Tư pháp", valid_to="2025-02-28")
    for day, accused in (("2023-12-20", False), ("2025-03-01", True), (None, True)):
        gone = Decision("A", "abolish", approved_on=day)
        assert silent("lost_by_reorganisation", compared(with_a(), KEPT, KEEP, gone, ended)) is not accused


@pytest.mark.parametrize(
    ("submitted", "reason", "is_accused"),
    [
        ("2024-05-23", "Kết quả đã có trong phần mềm dùng chung", False),
        ("2024-05-23", None, True),
        ("2024-05-23", "Sở giải thể", True),
        ("2025-03-01", "Kết quả đã có trong phần mềm dùng chung", True),
        (None, "Kết quả đã có trong phần mềm dùng chung", True),
    ],
)
def test_what_an_agency_submitted_for_a_reason_of_its_own_may_be_approved_after_its_end(
    submitted: str | None, reason: str | None, is_accused: bool
) -> None:
    ended = Agency("Sở Nội vụ", successor="Sở Tư pháp", valid_to="2025-02-28")
    gone = Decision("A", "abolish", submitted_on=submitted, approved_on="2025-03-10")
    comparison = compared(with_a(), KEPT, KEEP, gone, ended, proposal("A", content="Bãi bỏ TTHC", reason=reason))
    assert bool(found("lost_by_reorganisation", comparison)) is is_accused


def test_one_procedure_of_two_merged_agencies_is_no_merge_of_procedures() -> None:
    def both(name: str) -> Any:
        own = [procedure("A", name=name), line("A", fee_vnd=50)]
        heir = [procedure("B", name="Cử đi học", agency="Sở Tài chính"), line("B", fee_vnd=40)]
        after = [procedure("B", name="Cử đi học", agency="Sở Tài chính", population=20), heir[1]]
        decisions = Decision("A", "merge", replaced_by="B"), Decision("B", "amend")
        return compared([*own, *heir], after, *decisions, Agency("Sở Nội vụ", successor="Sở Tài chính"))

    comparison = both("Cử đi học")
    one = only_finding("lost_by_reorganisation", comparison)
    assert (one.procedure, one.effect_vnd) == ("A", None)
    assert (comparison.count().saving, audit(comparison).standing.count().saving) == (1, 0)
    assert silent("lost_by_reorganisation", both("Cử đi họp"))


def test_a_transfer_is_honest_about_reorganisation() -> None:
    why = proposal("A", reason="Do sắp xếp tổ chức bộ máy")
    assert audit(compared(with_a(), KEPT, KEEP, Decision("A", "transfer"), why)).findings == ()


def test_what_was_abolished_before_is_no_cut_of_this_review() -> None:
    comparison = compared(with_a(), KEPT, KEEP, GONE, proposal("A", reason="TTHC đã bị bãi bỏ tại Nghị định số 1"))
    assert only_finding("abolished_before", comparison).effect_vnd == 500
    assert standing(comparison) == (1000, 1000)


@pytest.mark.parametrize("more", [{"name": "Xử phạt vi phạm hành chính về đất đai"}, {"exclusion": "chế độ báo cáo"}])
def test_what_is_out_of_scope_leaves_both_sides(more: dict[str, Any]) -> None:
    comparison = compared(with_a(**more), with_a(20, **more), KEEP, AMENDED)
    assert only_finding("out_of_scope_counted", comparison).effect_vnd == 300
    assert standing(comparison) == (1000, 1000)
    assert silent("out_of_scope_counted", compared(with_a(**more), with_a(**more), KEEP, Decision("A", "keep")))
    assert silent("out_of_scope_counted", compared(with_a(), with_a(20), KEEP, AMENDED))


def test_an_inspector_is_no_inspection() -> None:
    for name, accused in (("Thanh tra trách nhiệm công vụ", True), ("Bổ nhiệm thanh tra viên", False)):
        comparison = compared(with_a(name=name), with_a(20, name=name), KEEP, AMENDED)
        assert silent("out_of_scope_counted", comparison) is not accused


def test_what_is_out_of_scope_and_merged_leaves_only_the_count_for_its_subjects_stay() -> None:
    def both(*names: str) -> Any:
        before = [
            one
            for code, name in zip("AB", names, strict=True)
            for one in (procedure(code, name=name), line(code, fee_vnd=30))
        ]
        after = [procedure("M", population=20), line("M", fee_vnd=20)]
        return compared(before, after, *(Decision(code, "merge", replaced_by="M") for code in "AB"))

    one = both("Cấp thẻ", "Thanh tra công vụ")
    finding = only_finding("out_of_scope_counted", one)
    assert (finding.procedure, finding.effect_vnd) == ("B", None)
    assert "không tách riêng được" in str(finding)
    assert standing(one) == (600, 400)
    assert (one.count().saving, audit(one).standing.count().saving) == (1, 0)
    every = both("Thanh tra nội bộ", "Thanh tra công vụ")
    assert [one.effect_vnd for one in found("out_of_scope_counted", every)] == [200, 200]
    assert standing(every) == (0, 0)
    assert silent("out_of_scope_counted", both("Cấp thẻ", "Đổi thẻ"))


def test_a_dead_procedure_counts_and_saves_no_dong() -> None:
    one = only_finding("dead_procedure", compared(with_a(population=0), KEPT, KEEP, GONE))
    assert (one.severity, one.effect_vnd) == ("note", 0)
    assert silent("dead_procedure", compared(with_a(), KEPT, KEEP, GONE))


# Moved


def test_work_that_changes_its_bearer_is_put_back() -> None:
    before = [*KEPT, procedure("A"), line("A", fee_vnd=50, bearer="requester")]
    after = [*KEPT, procedure("A"), line("A", fee_vnd=45, bearer="resolver")]
    some = compared(before, after, KEEP, AMENDED, bearers=["requester"])
    assert only_finding("work_moved_to_bearer", some).effect_vnd == 450
    assert standing(some) == (500, 450)
    every = compared(before, after, KEEP, AMENDED)
    assert only_finding("work_moved_to_bearer", every).effect_vnd == 0
    assert standing(every) == (1500, 1450)
    assert silent("work_moved_to_bearer", compared(before, before, KEEP, AMENDED, bearers=["requester"]))


def shifted(rise: int, **options: Any) -> Any:
    def states(fee: int, other: int) -> list[object]:
        one, two = line("A", fee_vnd=fee, bearer="requester"), line("A", "2", fee_vnd=other, bearer="resolver")
        return [procedure("A"), one, two]

    return compared(states(50, 10), states(20, 10 + rise), AMENDED, **options)


def test_cost_that_rises_at_a_bearer_left_out_is_disputed() -> None:
    comparison = shifted(30, bearers=["requester"])
    assert only_finding("cost_shifted_to_bearer", comparison).effect_vnd == 300
    assert standing(comparison) == (500, 500)
    part = only_finding("cost_shifted_to_bearer", shifted(10, bearers=["requester"]))
    assert part.effect_vnd is None
    assert "Không quy được" in str(part)
    assert silent("cost_shifted_to_bearer", shifted(0, bearers=["requester"]))


def test_cost_that_rises_at_a_bearer_who_counts_is_told_and_is_counted_already() -> None:
    assert only_finding("cost_shifted_to_bearer", shifted(20)).effect_vnd == 0
    assert silent("cost_shifted_to_bearer", shifted(10))


def moved(*, in_scope: bool, effort: int = 5) -> Any:
    outside = {"in_scope": in_scope, "exclusion": None if in_scope else "quy trình nội bộ"}
    lines = [line("A", effort_hours=3, grade="A1/1"), line("A", "2", name="Thẩm định", effort_hours=5, grade="A1/1")]
    other = [procedure("X", **outside), line("X", effort_hours=1, grade="A1/1")]
    receives = line("X", "7", name="thẩm ĐỊNH", effort_hours=effort, grade="A1/1")
    return compared(
        [procedure("A"), *lines, *other], [procedure("A"), lines[0], *other, receives], AMENDED, Decision("X", "amend")
    )


def test_work_that_moves_out_of_the_ratios_is_counted_there() -> None:
    comparison = moved(in_scope=False)
    one = only_finding("work_moved_to_procedure", comparison)
    assert (one.procedure, one.activity, one.effect_vnd) == ("A", "2", 50_000)
    assert standing(comparison) == (80_000, 30_000 + 50_000)
    assert audit(comparison).standing.count() == comparison.count()


def test_a_procedure_that_goes_on_as_an_internal_process_is_found_once_and_is_no_cut() -> None:
    def states(code: str, **more: Any) -> list[object]:
        works = [line(code, f"{n}", name=f"Thẩm định {n}", effort_hours=n, grade="A1/1") for n in (1, 2)]
        return [*KEPT, procedure(code, **more), *works]

    process = states("X", in_scope=False, exclusion="quy trình nội bộ")
    comparison = compared(states("A"), process, KEEP, GONE)
    one = only_finding("work_moved_to_procedure", comparison)
    assert (one.figures["lines"], one.effect_vnd) == (2, 30_000)
    assert standing(comparison) == (31_000, 31_000)
    assert (comparison.count().saving, audit(comparison).standing.count().saving) == (1, 0)
    other = [procedure("X", in_scope=False, exclusion="quy trình nội bộ"), line("X", effort_hours=1, grade="A1/1")]
    assert silent("work_moved_to_procedure", compared(states("A"), [*KEPT, *other], KEEP, GONE))


def test_work_that_moves_within_the_ratios_is_told_and_is_counted_already() -> None:
    assert only_finding("work_moved_to_procedure", moved(in_scope=True)).effect_vnd == 0
    assert silent("work_moved_to_procedure", moved(in_scope=False, effort=4))


def test_one_fee_alike_in_two_procedures_is_chance_and_two_are_not() -> None:
    def states(*copied: str, of: str) -> list[object]:
        fees = [line(of, f"9{n}", name=one, other_vnd=2_000 + n) for n, one in enumerate(copied)]
        return [procedure("A"), line("A", fee_vnd=10), procedure("X"), line("X", fee_vnd=10), *fees]

    copies = ("Sao chụp quyết định", "Chứng thực bản sao")
    decisions = (AMENDED, Decision("X", "amend"))
    assert silent("work_moved_to_procedure", compared(states(copies[0], of="A"), states(copies[0], of="X"), *decisions))
    both = only_finding(
        "work_moved_to_procedure", compared(states(*copies, of="A"), states(*copies, of="X"), *decisions)
    )
    assert both.figures["lines"] == 2


# Merged


def merged(stated: int | None, *others: Any, **options: Any) -> Any:
    before = [
        procedure("A", population=60),
        line("A", fee_vnd=10),
        procedure("B", population=40),
        line("B", fee_vnd=10),
    ]
    after = [procedure("A", population=stated), line("A", fee_vnd=10)]
    return compared(before, after, AMENDED, Decision("B", "merge", replaced_by="A"), *others, **options)


def test_a_merge_that_loses_volume_is_costed_at_all_it_takes_in() -> None:
    comparison = merged(75)
    one = only_finding("merge_loses_volume", comparison)
    assert (one.procedure, one.severity, one.effect_vnd) == ("A", "warning", 25 * 10)
    assert standing(comparison) == (1000, 1000)
    assert only_finding("merge_loses_volume", merged(75, population="stated")).effect_vnd == 250


def test_a_receiver_that_repeats_its_own_population_is_named_so() -> None:
    comparison = merged(60)
    assert only_finding("merge_repeats_population", comparison).effect_vnd == 400
    assert silent("merge_loses_volume", comparison)


def test_a_merge_of_all_subjects_or_of_the_same_ones_is_honest() -> None:
    reasons = (
        "Hai thủ tục có cùng đối tượng thực hiện",
        "Đối tượng thực hiện của hai thủ tục trùng nhau, còn 75 đối tượng/năm",
        "Người nộp hồ sơ của hai thủ tục là một",
        "40 người làm thủ tục B đều đồng thời làm thủ tục A",
        "Các đơn vị nộp thủ tục B cũng là các đơn vị nộp thủ tục A",
    )
    same = [merged(many, proposal("B", reason=one)) for one in reasons for many in (60, 75)]
    for honest in (merged(100), merged(None), *same):
        assert silent("merge_loses_volume", honest)
        assert silent("merge_repeats_population", honest)
    for reason in (
        "Đối tượng không trùng nhau",
        "Hồ sơ như nhau, đối tượng tuân thủ đông",
        "Hai thủ tục không cùng đối tượng",
    ):
        assert found("merge_loses_volume", merged(75, proposal("B", reason=reason)))


def test_a_sum_counted_again_may_be_a_tenth_less() -> None:
    assert silent("merge_loses_volume", merged(90))
    assert found("merge_loses_volume", merged(89))


def test_a_merge_across_the_border_of_scope_is_told() -> None:
    def states(*, in_scope: bool) -> Any:
        outside = procedure("B", in_scope=in_scope, exclusion=None if in_scope else "ngoài kế hoạch")
        before = [procedure("A"), line("A", fee_vnd=10), outside, line("B", fee_vnd=10)]
        after = [procedure("A", population=20), line("A", fee_vnd=10)]
        return compared(before, after, AMENDED, Decision("B", "merge", replaced_by="A"))

    one = only_finding("merge_across_scope", states(in_scope=False))
    assert (one.severity, one.effect_vnd) == ("note", None)
    assert silent("merge_across_scope", states(in_scope=True))


# Several at once


def test_several_tricks_at_once_are_all_named_and_the_honest_part_stands() -> None:
    before = [
        procedure("H"), line("H", fee_vnd=100),
        procedure("A"), line("A", fee_vnd=50),
        procedure("M", population=60), line("M", fee_vnd=10), procedure("N", population=40), line("N", fee_vnd=10),
        procedure("F", frequency=12), line("F", fee_vnd=5),
    ]  # fmt: skip
    after = [
        procedure("H"), line("H", fee_vnd=70),
        procedure("M", population=60), line("M", fee_vnd=10),
        procedure("F"), line("F", fee_vnd=5),
    ]  # fmt: skip
    decisions = [Decision(code, "amend") for code in "HMF"]
    why = proposal("A", reason="Sở giải thể do sắp xếp tổ chức")
    comparison = compared(before, after, *decisions, GONE, Decision("N", "merge", replaced_by="M"), why)
    findings = audit(comparison).findings
    assert {one.code: (one.procedure, one.effect_vnd) for one in findings} == {
        "lost_by_reorganisation": ("A", 500),
        "merge_repeats_population": ("M", 400),
        "frequency_fell": ("F", 11 * 10 * 5),
    }
    assert [one.effect_vnd for one in findings] == [550, 500, 400]
    assert standing(comparison) == (1000 + 1000 + 600, 700 + 1000 + 600)
