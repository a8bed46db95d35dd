"""Counted more than once: each planted trick is found with its exact effect, its honest twin is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from audit_samples import compared, found, line, only_finding, procedure, silent, standing
from remarks import codes_of
from tthc_cost.auditing import RULES as ALL_RULES
from tthc_cost.auditing import audit
from tthc_cost.counting_rules import RULES
from tthc_cost.model import Agency, Decision

KEPT = [procedure("K"), line("K", fee_vnd=100)]
KEEP = Decision("K", "keep")
AMENDED = Decision("A", "amend")
PLAN = "lai-chau-2022-2025"


def test_the_room_has_a_rule_for_each_of_its_sentences() -> None:
    assert {rule.code for rule in RULES} == codes_of("audit_counting")


# Counted twice


LEVELS = ("province", "district", "commune")


def at_levels(*names: str, subjects: tuple[int, ...] = (10, 20, 30), fees: tuple[int, ...] = (10, 10, 10)) -> Any:
    """Abolish one procedure a level."""
    before = [
        one
        for level, name, many, fee in zip(LEVELS, names, subjects, fees, strict=False)
        for one in (procedure(level, level=level, name=name, population=many), line(level, fee_vnd=fee))
    ]
    return compared([*KEPT, *before], KEPT, KEEP, *(Decision(level, "abolish") for level in LEVELS[: len(names)]))


def test_one_procedure_at_three_levels_is_one() -> None:
    comparison = at_levels("Cử đi học", "Cử đi học", "Cử đi học")
    one = only_finding("counted_at_several_levels", comparison)
    assert one.effect_vnd is None
    assert (comparison.count().saving, audit(comparison).standing.count().saving) == (3, 1)
    assert standing(comparison) == (comparison.total.baseline, comparison.total.simplified)


def test_the_same_cases_at_three_levels_cost_once() -> None:
    comparison = at_levels("Cử đi học", "Cử đi học", "Cử đi học", subjects=(10, 10, 10))
    assert only_finding("counted_at_several_levels", comparison).effect_vnd == 200
    assert standing(comparison) == (1100, 1000)
    assert audit(comparison).standing.count().saving == 1


def test_a_level_in_the_name_hides_no_procedure() -> None:
    for names in (
        ("Cử đi học (cấp tỉnh)", "Cử đi học (cấp huyện)", "Cử đi học (cấp xã)"),
        ("Cử đi học", "Thủ tục cử đi học cấp huyện", "TTHC cử đi học - thuộc thẩm quyền của UBND cấp xã"),
    ):
        assert only_finding("counted_at_several_levels", at_levels(*names)).figures["count"] == 3
    assert silent("counted_at_several_levels", at_levels("Đánh giá công chức", "Đánh giá viên chức cấp huyện"))
    own = ("Đánh giá cán bộ cấp tỉnh", "Đánh giá cán bộ cấp huyện", "Đánh giá cán bộ cấp xã")
    assert silent("counted_at_several_levels", at_levels(*own, fees=(10, 7, 12)))


def test_what_is_kept_or_cut_at_some_levels_counts_as_often_as_it_is_cut_at_all() -> None:
    def states(*levels: str) -> list[object]:
        of = (procedure(level, level=level, name="Cử đi học", population=n) for n, level in enumerate(levels, 10))
        return [one for named in of for one in (named, line(named.procedure, fee_vnd=10))]

    kept = [Decision(level, "keep") for level in LEVELS]
    assert silent("counted_at_several_levels", compared(states(*LEVELS), states(*LEVELS), *kept))
    gone = [Decision(level, "abolish") for level in LEVELS[1:]]
    part = compared(states(*LEVELS), states("province"), Decision("province", "keep"), *gone)
    assert (part.count().saving, audit(part).standing.count().saving) == (2, 0)


def parts(*names: str, fees: tuple[int, ...] = (10, 10)) -> Any:
    codes = ("A", "B")
    before = [
        one
        for code, name, fee in zip(codes, names, fees, strict=True)
        for one in (procedure(code, name=name), line(code, fee_vnd=fee))
    ]
    after = [procedure("A", name=names[0], population=20), line("A", fee_vnd=9)]
    return compared(before, after, AMENDED, Decision("B", "merge", replaced_by="A"))


def test_an_inventory_split_to_be_merged_counts_once() -> None:
    comparison = parts("Cấp thẻ (phần 1)", "Cấp thẻ – phần 2")
    one = only_finding("split_then_merged", comparison)
    assert (one.severity, one.effect_vnd) == ("warning", None)
    assert (comparison.count().saving, audit(comparison).standing.count().saving) == (1, 0)
    assert silent("split_then_merged", parts("Cấp thẻ", "Đổi thẻ"))
    assert silent("split_then_merged", parts("Cấp thẻ (phần 1)", "Cấp thẻ (phần 2)", fees=(10, 25)))


def late(announced: str, **more: Any) -> Any:
    before = [
        procedure("K", announced_on="2023-03-01"),
        KEPT[1],
        procedure("A", announced_on=announced),
        line("A", fee_vnd=50),
    ]
    reviewed = {"reviewed_on": "2023-08-01"} | more
    return compared(
        before, [before[0], KEPT[1]], Decision("K", "keep", **reviewed), Decision("A", "abolish", **reviewed)
    )


def test_what_was_added_after_the_inventory_closed_is_no_cut() -> None:
    comparison = late("2023-05-01")
    one = only_finding("announced_late", comparison, "lai-chau-2022-2025")
    assert (one.procedure, one.effect_vnd) == ("A", 500)
    assert standing(comparison, "lai-chau-2022-2025") == (1000, 1000)
    assert silent("announced_late", late("2023-03-31"), "lai-chau-2022-2025")


def test_without_a_programme_the_inventory_closes_when_the_review_begins() -> None:
    assert silent("announced_late", late("2023-05-01"))
    assert found("announced_late", late("2023-08-02"))
    assert silent("announced_late", late("2023-08-02", reviewed_on=None))


def merged_of(*days: str, subjects: int | None = 100, often: tuple[int, ...] = (1, 1, 1), more: bool = False) -> Any:
    """Merge 60 and 40 subjects, and 30 more, into one procedure; each was announced on its day."""
    before: list[object] = []
    for code, day, many, times in zip("ABC", days, (60, 40, 30), often, strict=False):
        before += [procedure(code, population=many, announced_on=day, frequency=times), line(code, fee_vnd=20)]
    after = [procedure("M", population=subjects), line("M", fee_vnd=15), line("M", "Z", fee_vnd=7, name="việc mới")]
    return compared(
        before, after if more else after[:2], *(Decision(one, "merge", replaced_by="M") for one in "ABC"[: len(days)])
    )


IN_TIME, TOO_LATE = "2023-03-01", "2023-05-01"


@pytest.mark.parametrize("subjects", [100, 60, 75, 110, 130])
@pytest.mark.parametrize("more", [False, True])
def test_a_late_predecessor_leaves_with_its_subjects_whatever_its_receiver_states(subjects: int, more: bool) -> None:
    comparison = merged_of(IN_TIME, TOO_LATE, subjects=subjects, more=more)
    one = only_finding("announced_late", comparison, PLAN)
    after = 60 * (15 + 7 * more)
    assert (one.procedure, one.figures["part"]) == ("B", ("", ""))
    assert one.effect_vnd == comparison.total.saving - (60 * 20 - after)
    others = [code for code in ALL_RULES if code != "announced_late"]
    left = audit(comparison, PLAN, without=others).standing
    assert (left.total.baseline, left.total.simplified) == (60 * 20, after)
    assert (comparison.count().saving, left.count().saving) == (1, 0)
    assert sum(line.annual_cost_vnd for line in left.explain("M").lines) == after
    assert silent("announced_late", merged_of(IN_TIME, "2023-03-02"), PLAN)


def test_what_stands_without_a_late_predecessor_is_the_merge_of_the_others() -> None:
    days = (IN_TIME, IN_TIME, TOO_LATE)
    late = merged_of(*days, subjects=130)
    honest = merged_of(*days[:2])
    assert standing(late, PLAN) == (honest.total.baseline, honest.total.simplified)
    two = merged_of(IN_TIME, TOO_LATE, TOO_LATE, subjects=130)
    assert [one.effect_vnd for one in found("announced_late", two, PLAN)] == [650 - 300] * 2
    assert standing(two, PLAN) == (60 * 20, 60 * 15)


@pytest.mark.parametrize(
    "comparison",
    [
        pytest.param(merged_of(IN_TIME, TOO_LATE, often=(1, 12)), id="at other frequencies"),
        pytest.param(merged_of(IN_TIME, IN_TIME, TOO_LATE, subjects=70), id="some are subjects of several"),
    ],
)
def test_a_late_predecessor_whose_volume_cannot_be_told_leaves_only_the_count(comparison: Any) -> None:
    one = only_finding("announced_late", comparison, PLAN)
    assert one.effect_vnd is None
    assert "không tách riêng được" in one.text("vi")
    assert audit(comparison, PLAN).standing.count().saving == comparison.count().saving - 1


def test_a_merge_of_late_procedures_alone_leaves_as_a_whole() -> None:
    comparison = merged_of("2023-05-01", "2023-05-01")
    assert [one.effect_vnd for one in found("announced_late", comparison, PLAN)] == [500, 500]
    assert standing(comparison, PLAN) == (0, 0)


def rounds(*fees: tuple[int, int], name: str = "Cử đi học", agency: str = "Sở Nội vụ", **more: Any) -> Any:
    """Amend A in the first round, B in the second: fees before and after of one line or two."""
    before, after = (
        [
            procedure("A", name="Cử đi học"),
            *(line("A", f"{n}", fee_vnd=one[state]) for n, one in enumerate(fees[::2])),
            procedure("B", name=name, agency=agency),
            *(line("B", f"{n}", fee_vnd=one[state]) for n, one in enumerate(fees[1::2])),
        ]
        for state in (0, 1)
    )
    decisions = Decision("A", "amend", round=1), Decision("B", "amend", round=more.get("second", 2))
    return compared(before, after, *decisions, *more.get("others", ()))


def test_what_both_rounds_save_on_one_line_is_saved_once() -> None:
    comparison = rounds((50, 40), (50, 20))
    one = only_finding("saved_in_both_rounds", comparison)
    assert (one.procedure, one.effect_vnd) == ("B", 10 * 10)
    assert standing(comparison) == (500, 200)
    parts = rounds((50, 40), (50, 50), (50, 50), (50, 20))
    assert only_finding("saved_in_both_rounds", parts).effect_vnd == 0
    assert standing(parts) == (1000, 600)


def test_neither_a_prefix_nor_a_merged_agency_hides_the_second_round() -> None:
    assert found("saved_in_both_rounds", rounds((50, 40), (50, 20), name="Thủ tục cử đi học"))
    heir = Agency("Sở Nội vụ", successor="Sở Tài chính")
    moved = rounds((50, 40), (50, 20), agency="Sở Tài chính", others=[heir])
    assert {one.code for one in audit(moved).findings} == {"saved_in_both_rounds"}


def test_a_second_round_may_go_on_from_what_the_first_left() -> None:
    assert silent("saved_in_both_rounds", rounds((50, 40), (40, 20)))
    assert silent("saved_in_both_rounds", rounds((50, 40), (50, 20), second=1))
    assert silent("saved_in_both_rounds", rounds((50, 40), (50, 20), name="Cử đi họp"))
