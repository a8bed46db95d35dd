"""Figures of lines: each planted trick is found with its exact effect, its honest twin is not accused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from audit_samples import compared, found, line, only_finding, procedure, proposal, silent, standing
from remarks import codes_of
from tthc_cost.auditing import audit
from tthc_cost.line_rules import RULES
from tthc_cost.model import Agency, Decision, Step, Volume
from tthc_cost.part_rules import RULES as PART_RULES

AMENDED = Decision("A", "amend")
GRADE = {"grade": "A1/1"}


def test_the_rooms_have_a_rule_for_each_of_their_sentences() -> None:
    assert {rule.code for rule in (*PART_RULES, *RULES)} == codes_of("audit_lines")


# A shorter deadline


def with_deadline(days: float, *hours: float, **more: Any) -> list[object]:
    """Procedure A with a line of work for each number of hours; 0 has no line."""
    lines = [line("A", str(n), effort_hours=one, **GRADE, **more) for n, one in enumerate(hours, 1) if one]
    return [procedure("A", deadline_days=days), *lines]


BEFORE = with_deadline(15, 6, 3, 9, 1.5)


def test_effort_that_falls_just_as_the_deadline_is_no_saving() -> None:
    comparison = compared(BEFORE, with_deadline(10, 4, 2, 6, 1.5), AMENDED)
    one = only_finding("deadline_as_saving", comparison)
    assert (one.severity, one.effect_vnd, one.figures["lines"]) == ("warning", 60_000, 3)
    assert (one.figures["before"], one.figures["after"]) == (15, 10)
    assert "tỷ lệ của thời hạn" in one.text("vi")
    assert standing(comparison) == (195_000, 195_000)


def test_people_round_to_hundredths_of_an_hour() -> None:
    comparison = compared(with_deadline(17, 1, 3, 0.25), with_deadline(12, 0.71, 2.12, 0.18), AMENDED)
    assert only_finding("deadline_as_saving", comparison).effect_vnd == 12_400


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(with_deadline(10, 4, 2.5, 6, 1.5), id="lines that fall by amounts of their own"),
        pytest.param(with_deadline(15, 4, 2, 6, 1.5), id="the deadline stays"),
        pytest.param(with_deadline(20, 4, 2, 6, 1.5), id="the deadline rises"),
        pytest.param(with_deadline(10, 4, 2, 9, 1.5), id="two lines, by chance"),
        pytest.param(with_deadline(10, 6, 3, 9, 1.5), id="time is saved, and no cost"),
        pytest.param(with_deadline(10, 6, 0, 0, 1.5), id="work dropped"),
    ],
)
def test_effort_that_falls_for_itself_is_not_accused(after: list[object]) -> None:
    assert silent("deadline_as_saving", compared(BEFORE, after, AMENDED))


def communes(days: float, efforts: tuple[float, ...], **populations: int) -> list[object]:
    """Procedure A of several communes, a line of work for each number of hours."""
    lines = [line("A", str(n), effort_hours=one, **GRADE) for n, one in enumerate(efforts, 1)]
    volumes = [Volume("A", name.replace("_", " "), 1, many) for name, many in populations.items()]
    return [procedure("A", deadline_days=days, frequency=None, population=None), *lines, *volumes]


MERGED = [Agency("xã 1", successor="xã mới"), Agency("xã 2", successor="xã mới")]
DEADLINE = proposal("A", content="Giảm thời hạn giải quyết từ 12 ngày xuống 10 ngày làm việc")


def test_communes_that_become_one_drop_no_work() -> None:
    before = communes(12, (1, 2, 3), xã_1=20, xã_2=30, xã_3=10)
    for after in (
        communes(10, (1, 2, 3), xã_mới=50, xã_3=10),
        communes(10, (1, 2, 3), xã_mới=49, xã_3=12),
    ):
        honest = compared(before, after, AMENDED, DEADLINE, *MERGED)
        assert audit(honest).findings == ()
    joins = communes(10, (1, 2, 3), xã_1=50, xã_3=10)
    assert audit(compared(before, joins, AMENDED, DEADLINE, Agency("xã 2", successor="xã 1"))).findings == ()


def test_work_that_falls_with_the_deadline_is_seen_in_merged_communes() -> None:
    before = communes(12, (1, 2, 3), xã_1=20, xã_2=30, xã_3=10)
    tricked = compared(before, communes(10, (1, 1.5, 2.5), xã_mới=50, xã_3=10), AMENDED, DEADLINE, *MERGED)
    assert only_finding("deadline_as_saving", tricked).effect_vnd == 60_000 == tricked.total.saving
    assert standing(tricked) == (360_000, 360_000)
    scaled = compared(
        communes(15, (6, 3, 9), xã_1=20, xã_2=30), communes(10, (4, 2, 6), xã_mới=50), AMENDED, MERGED[0], MERGED[1]
    )
    one = only_finding("deadline_as_saving", scaled)
    assert (one.effect_vnd, standing(scaled)) == (300_000, (900_000, 900_000))


def test_a_proposal_of_nothing_but_a_deadline_saves_no_effort() -> None:
    only = proposal("A", content="Giảm thời hạn giải quyết từ 15 ngày xuống 10 ngày làm việc")
    comparison = compared(BEFORE, with_deadline(10, 5, 3, 0, 1.5), AMENDED, only)
    one = only_finding("deadline_as_saving", comparison)
    assert one.effect_vnd == 10_000 + 90_000
    assert "the proposal is of nothing but the deadline" in one.text("en")
    assert silent("deadline_as_saving", compared(BEFORE, with_deadline(10, 6, 3, 9, 1.5), AMENDED, only))


@pytest.mark.parametrize(
    "content",
    [
        "Bỏ bước lấy ý kiến để giảm thời hạn giải quyết từ 15 ngày xuống 10 ngày",
        "Khai thác dữ liệu dùng chung; giảm thời hạn giải quyết",
        "Gửi hồ sơ điện tử",
    ],
)
def test_a_proposal_that_drops_work_may_save_effort(content: str) -> None:
    after = with_deadline(10, 5, 3, 0, 1.5)
    assert audit(compared(BEFORE, after, AMENDED, proposal("A", content=content))).findings == ()


# Effort beyond the deadline


def processing(hours: float, days: float | None, *more: object, grade: str = "A1/1", **described: Any) -> list[object]:
    about = {"stage": "processing", "bearer": "resolver"} | described
    return [procedure("A", deadline_days=days), line("A", effort_hours=hours, grade=grade, **about), *more]


def test_one_person_works_eight_hours_a_day() -> None:
    comparison = compared(processing(41, 5), processing(30, 5), AMENDED)
    one = only_finding("effort_beyond_deadline", comparison)
    assert (one.severity, one.effect_vnd) == ("warning", 110_000)
    assert (one.figures["hours"], one.figures["possible"]) == (41, 40)
    assert "hiện tại" in one.text("vi")
    assert standing(comparison) == (410_000, 410_000)


def test_a_step_has_days_of_its_own() -> None:
    step = Step("A", "B1", "Thẩm định", performer="Chuyên viên", duration_days=2)
    comparison = compared(processing(20, 5, step, step="B1"), processing(20, 5, step, step="B1"), AMENDED)
    one = only_finding("effort_beyond_deadline", comparison)
    assert (one.effect_vnd, one.figures["possible"]) == (0, 16)
    assert "bước «Thẩm định»" in one.text("vi")


def test_a_deadline_cut_below_the_effort_is_told() -> None:
    one = only_finding("effort_beyond_deadline", compared(processing(20, 5), processing(20, 2), AMENDED))
    assert (one.effect_vnd, one.figures["days"]) == (0, 2)
    assert "simplified" in one.text("en")


def test_lines_of_one_person_are_added() -> None:
    more = line("A", "2", effort_hours=3, stage="processing", bearer="resolver", **GRADE)
    assert found("effort_beyond_deadline", compared(processing(14, 2, more), processing(14, 2, more), AMENDED))
    other = line("A", "2", effort_hours=3, stage="processing", bearer="resolver", grade="A2.1/1")
    assert silent("effort_beyond_deadline", compared(processing(14, 2, other), processing(14, 2, other), AMENDED))


def test_of_several_who_perform_a_step_each_works_eight_hours_a_day() -> None:
    step = Step("A", "B1", "Lấy ý kiến", performer="Sở Tài chính; Sở Tư pháp")
    state = processing(90, 5, step, step="B1")
    one = only_finding("effort_beyond_deadline", compared(state, state, AMENDED))
    assert (one.figures["people"], one.figures["possible"]) == (2, 80)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(processing(40, 5), id="as much as the days hold"),
        pytest.param(processing(400, None), id="no deadline"),
        pytest.param(processing(400, 5, bearer="requester"), id="the requester's own time"),
        pytest.param(processing(400, 5, stage="preparation"), id="before the dossier is in"),
        pytest.param(processing(60, 5, name="Họp hội đồng thẩm định"), id="a council"),
        pytest.param(
            processing(60, 5, Step("A", "B1", "Lấy ý kiến", performer="Sở Tài chính, Sở Tư pháp"), step="B1"),
            id="two who perform it",
        ),
    ],
)
def test_several_people_may_work_longer_than_one(state: list[object]) -> None:
    assert silent("effort_beyond_deadline", compared(state, state, AMENDED))


# Cost that rises, figures without source


def test_a_simplification_that_costs_more_is_told() -> None:
    before, after = ([procedure("A"), line("A", fee_vnd=fee)] for fee in (50, 70))
    one = only_finding("cost_rises", compared(before, after, AMENDED))
    assert (one.severity, one.effect_vnd, one.figures["rose_vnd"]) == ("note", 0, 200)
    assert silent("cost_rises", compared(after, before, AMENDED))
    assert silent("cost_rises", compared(before, before, AMENDED))
    assert silent("cost_rises", compared(before, after, Decision("A", "keep")))


def test_more_subjects_are_no_rise() -> None:
    before = [procedure("A"), line("A", fee_vnd=50)]
    after = [procedure("A", population=20), line("A", fee_vnd=40)]
    assert silent("cost_rises", compared(before, after, AMENDED, population="stated"))


def test_a_merge_is_held_against_all_that_it_replaces() -> None:
    before = [procedure("A"), line("A", fee_vnd=50), procedure("B"), line("B", fee_vnd=40)]
    after = [procedure("M", population=20), line("M", fee_vnd=44)]
    merged = [Decision(code, "merge", replaced_by="M") for code in "AB"]
    assert silent("cost_rises", compared(before, after, *merged))
    dearer = [procedure("M", population=20), line("M", fee_vnd=46)]
    assert only_finding("cost_rises", compared(before, dearer, *merged)).figures["rose_vnd"] == 20


def test_figures_need_a_source() -> None:
    state = [
        procedure("A"),
        line("A", fee_vnd=5, source="Khảo sát"),
        line("A", "2", fee_vnd=5),
        line("A", "3", fee_vnd=5),
    ]
    one = only_finding("no_source", compared(state, state, AMENDED))
    assert (one.severity, one.agency, one.effect_vnd, one.figures["lines"]) == ("warning", "Sở Nội vụ", None, 2)
    assert "Không quy được" in str(one)


def test_a_source_of_the_procedure_is_enough_and_a_form_without_sources_asks_for_none() -> None:
    sourced = [procedure("A", source="Sổ theo dõi"), line("A", fee_vnd=5)]
    assert audit(compared(sourced, sourced, AMENDED)).findings == ()
    bare = [procedure("A"), line("A", fee_vnd=5)]
    assert audit(compared(bare, bare, AMENDED)).findings == ()


# Figures in another unit


HOURS = (0.5, 1, 0.75, 1.5, 1, 0.8, 1.2, 2, 0.6, 1, 0.9)


def many(first: float, *, fee: int = 40_000, name: str = "effort") -> list[object]:
    """Twelve procedures of one agency; A has an unusual figure, of effort or of fees."""
    states: list[object] = []
    for n, hours in enumerate(HOURS):
        code = f"P{n}"
        states += [procedure(code), line(code, effort_hours=hours, stage="result", fee_vnd=fee + 100 * n, **GRADE)]
    own = {"effort_hours": first, "fee_vnd": fee} if name == "effort" else {"effort_hours": 1, "fee_vnd": int(first)}
    return [procedure("A"), line("A", stage="result", **own, **GRADE), *states]


KEPT = [AMENDED, *(Decision(f"P{n}", "keep") for n in range(len(HOURS)))]


@pytest.mark.parametrize(
    ("trick", "right", "name", "unit"),
    [
        (60, 1, "effort", "phút ghi thành giờ"), (90, 1, "effort", "phút ghi thành giờ"),
        (480, 1, "effort", "phút ghi thành ngày công"), (40_000_000, 40_000, "fees", "đồng ghi thành nghìn đồng"),
    ],
)  # fmt: skip
def test_a_baseline_in_another_unit_saves_nothing(trick: float, right: float, name: str, unit: str) -> None:
    comparison = compared(many(trick, name=name), many(right, name=name), *KEPT)
    one = only_finding("other_unit", comparison)
    price = 10_000 if name == "effort" else 10
    assert one.effect_vnd == (trick - right) * price == comparison.total.saving
    assert (one.severity, one.procedure, one.activity) == ("warning", "A", "1")
    assert unit in one.text("vi")


def test_a_simplified_fee_in_thousands_saves_nothing() -> None:
    comparison = compared(many(40_000, name="fees"), many(40, name="fees"), *KEPT)
    one = only_finding("other_unit", comparison)
    assert one.effect_vnd == 399_600
    assert "nghìn đồng ghi thành đồng" in one.text("vi")
    assert one.figures["value"] == 40


def test_effort_exactly_an_eighth_of_its_own_baseline_is_days_for_hours() -> None:
    comparison = compared(many(0.8), many(0.1), *KEPT)
    one = only_finding("other_unit", comparison)
    assert one.effect_vnd == 7_000
    assert "ngày công ghi thành giờ" in one.text("vi")
    assert one.figures["value"] == Fraction(1, 10)


def test_a_unit_that_is_wrong_in_both_states_cannot_be_priced() -> None:
    assert only_finding("other_unit", compared(many(60), many(60), *KEPT)).effect_vnd is None


@pytest.mark.parametrize("before", [0.25, 4, 10, 16, 200])
@pytest.mark.parametrize("after", [0.1, 0.25, 4])
def test_large_and_small_work_is_not_a_unit(before: float, after: float) -> None:
    assert silent("other_unit", compared(many(before), many(min(before, after)), *KEPT))


def test_work_that_goes_online_may_take_an_eighth_of_what_it_took() -> None:
    def renamed(name: str) -> Any:
        after = many(0.1)
        after[1] = line("A", stage="result", effort_hours=0.1, fee_vnd=40_000, name=name, **GRADE)
        return compared(many(0.8), after, *KEPT)

    assert silent("other_unit", renamed("Nhận kết quả trực tuyến"))
    assert found("other_unit", renamed("Nhận kết quả tại một cửa"))


def test_a_line_of_many_agencies_is_one_figure_of_its_pool() -> None:
    def states(hours: float, communes: int) -> list[object]:
        made: list[object] = []
        for code, of_case in (("A", hours), ("B", 0.25), ("C", 0.5), ("D", 0.75)):
            volumes = [Volume(code, f"xã {n}", 1, 3) for n in range(communes)]
            lines = line(code, effort_hours=of_case, stage="result", **GRADE)
            made += [procedure(code, frequency=None, population=None), lines, *volumes]
        return made

    decisions = [Decision(code, "amend" if code == "A" else "keep") for code in "ABCD"]
    assert silent("other_unit", compared(states(30, 9), states(1, 9), *decisions))


def test_few_figures_have_no_usual_size() -> None:
    before, after = ([procedure("A"), line("A", effort_hours=hours, **GRADE)] for hours in (60, 1))
    assert audit(compared(before, after, AMENDED)).findings == ()
