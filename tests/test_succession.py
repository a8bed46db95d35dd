"""Laws of succession: who continues whom, at which population, and where decisions and states contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from remarks import codes_of, only, says
from review_strategies import review_of
from tthc_cost.errors import InputFault
from tthc_cost.model import Activity, Decision, Procedure, Volume
from tthc_cost.schema import rows_of
from tthc_cost.vocabulary import DecisionKind

if TYPE_CHECKING:
    from tthc_cost.review import Review


def procedure(code: str, population: int | None = None, frequency: float | None = 1, **more: Any) -> Procedure:
    return Procedure(code, f"Thủ tục {code}", population=population, frequency=frequency, **more)


def line(code: str, activity: str = "1", **figures: Any) -> Activity:
    return Activity(code, activity, **({"fee_vnd": 1000} | figures))


def state(**populations: int | None) -> list[object]:
    """Procedures with one line each, by code and population."""
    return [one for code, number in populations.items() for one in (procedure(code, number), line(code))]


def volumes_of(review: Review, code: str) -> tuple[int, int]:
    """V and S of a simplified procedure."""
    row = next(row for row in rows_of(review.populations) if row["procedure"] == code)
    return row["costed_population"], row["stated_population"]


def faults_of(before: list[object], after: list[object], *decisions: Decision) -> Any:
    with pytest.raises(InputFault) as caught:
        review_of(before, after, *decisions)
    return caught.value.faults


MERGE = Decision("A", "merge", replaced_by="B")
AMEND_B = Decision("B", "amend")
FAULTS = [
    ("gone_without_decision", state(A=4, B=4), state(B=4), [AMEND_B], "không thể coi đó là cắt giảm", "no saving"),
    ("no_receiver", state(A=4), [], [Decision("A", "merge")], "chưa ghi TTHC nhận", "nothing says into which"),
    ("unexpected_receiver", state(A=4, B=4), state(B=4), [Decision("A", "abolish", replaced_by="B"), AMEND_B],
     "«bãi bỏ»", "yet B is named"),
    ("own_receiver", state(A=4), state(A=4), [Decision("A", "merge", replaced_by="A")], "là chính nó", "into itself"),
    ("unknown_receiver", state(A=4), state(N=1), [Decision("A", "replace", replaced_by="N1")], "nhất: N.", "are: N."),
    ("gone_but_present", state(A=4), state(A=4), [Decision("A", "abolish")], "vẫn có ở trạng thái", "yet it is in"),
    ("decided_but_absent", state(A=4), [], [Decision("A", "amend")], "bổ sung các dòng", "add its rows"),
    ("receiver_transferred", state(A=4, B=4), state(B=4), [MERGE, Decision("B", "transfer")],
     "chuyển do sắp xếp", "B itself is transferred"),
    ("baseline_population_blank", [procedure("A"), line("A", population=4)], state(A=4), [Decision("A", "amend")],
     "không ghi số lượng đối tượng", "none is stated"),
    ("population_blank", state(A=4), [procedure("A"), line("A", population=4)], [Decision("A", "amend")],
     "không ghi số chung", "the procedure states none"),
    ("population_vanishes", state(A=4), state(A=0), [Decision("A", "amend")], "ghi 0 đối tượng", "0 subjects"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "before", "after", "decisions", "vi", "en"), FAULTS, ids=[case[0] for case in FAULTS])
def test_what_contradicts_the_decisions_is_a_fault(
    code: str, before: list[object], after: list[object], decisions: list[Decision], vi: str, en: str
) -> None:
    assert says(only(code, faults_of(before, after, *decisions)), vi, en)


def test_a_procedure_without_decision_that_is_still_there_is_a_warning() -> None:
    warning = only("no_decision", review_of(state(A=4), state(A=4)).warnings)
    assert says(warning, "chưa có kết quả rà soát", "has no decision")


def test_a_merge_that_states_less_than_the_largest_is_raised_with_a_warning() -> None:
    review = review_of(state(A=60, B=40), state(B=50), MERGE, AMEND_B)
    assert volumes_of(review, "B") == (60, 50)
    assert says(only("merge_raised", review.warnings), "đã tính với 60", "costed at 60")


def test_a_merge_that_states_less_than_the_sum_is_taken_with_a_warning() -> None:
    review = review_of(state(A=60, B=40), state(B=60), MERGE, AMEND_B)
    assert volumes_of(review, "B") == (60, 60)
    assert says(only("merge_below_sum", review.warnings), "ít hơn tổng 100", "their sum of 100")
    assert not review_of(state(A=60, B=40), state(B=100), MERGE, AMEND_B).warnings


def test_every_remark_of_the_room_is_provoked() -> None:
    known = {case[0] for case in FAULTS} | {"no_decision", "merge_raised", "merge_below_sum"}
    assert codes_of("succession") == known


@pytest.mark.parametrize("kind", ["amend", "delegate", "link"])
def test_what_keeps_its_code_must_stand_after(kind: str) -> None:
    assert only("decided_but_absent", faults_of(state(A=4), [], Decision("A", kind))).place.key == ("A",)


@pytest.mark.parametrize("kind", ["replace", "merge"])
def test_what_gives_up_its_code_names_its_receiver(kind: str) -> None:
    assert only("no_receiver", faults_of(state(A=4), state(A=4), Decision("A", kind))).place.key == ("A",)


@pytest.mark.parametrize("kind", ["keep", "amend", "delegate", "abolish", "transfer"])
def test_only_what_gives_up_its_code_names_a_receiver(kind: str) -> None:
    faults = faults_of(state(A=4, B=4), state(A=4, B=4), Decision("A", kind, replaced_by="B"), AMEND_B)
    assert only("unexpected_receiver", faults).place.column == "replaced_by"


@pytest.mark.parametrize("kind", ["replace", "merge", "link"])
def test_what_gave_up_its_code_must_not_stand_after(kind: str) -> None:
    faults = faults_of(state(A=4, B=4), state(A=4, B=4), Decision("A", kind, replaced_by="B"), AMEND_B)
    assert only("gone_but_present", faults).place.column == "decision"


def test_a_chain_of_merges_ends_in_nothing() -> None:
    faults = faults_of(
        state(A=4, B=4, C=4), state(C=4), MERGE, Decision("B", "merge", replaced_by="C"), Decision("C", "amend")
    )
    assert only("unknown_receiver", faults).place.key == ("A",)


@pytest.mark.parametrize("after", [[], state(A=7)], ids=["absent", "present"])
def test_a_transferred_procedure_continues_nothing(after: list[object]) -> None:
    review = review_of(state(A=4, B=4), [*after, *state(B=4)], Decision("A", "transfer"), AMEND_B)
    assert review.predecessors == {"B": ("B",)} | ({"A": ()} if after else {})


def test_predecessors_are_those_replaced_and_itself_in_the_baselines_order() -> None:
    review = review_of(
        state(C=1, A=1, B=1, K=1), state(B=3, N=1, **{"1.10": 5}),
        Decision("C", "merge", replaced_by="B"), Decision("A", "replace", replaced_by="N"),
        AMEND_B, Decision("K", "keep"),
    )  # fmt: skip
    assert review.predecessors == {"B": ("C", "B"), "N": ("A",), "1.10": (), "K": ("K",)}


@pytest.mark.parametrize("stated", [None, 40, 1, 9000])
def test_one_predecessor_is_costed_at_the_baselines_population(stated: int | None) -> None:
    for after, decision in (
        (state(A=stated), Decision("A", "amend")),
        (state(N=stated), Decision("A", "replace", replaced_by="N")),
    ):
        review = review_of(state(A=40), after, decision)
        assert volumes_of(review, "A" if decision.replaced_by is None else "N") == (40, stated or 40)


@pytest.mark.parametrize(("stated", "costed"), [(None, 100), (150, 150), (61, 61), (60, 60), (50, 60)])
def test_a_merge_is_costed_at_what_it_states_or_the_sum_but_never_below_the_largest(
    stated: int | None, costed: int
) -> None:
    into_standing = review_of(state(A=60, B=40), state(B=stated), MERGE, AMEND_B)
    into_new = review_of(
        state(A=60, B=40), state(N=stated),
        Decision("A", "merge", replaced_by="N"), Decision("B", "merge", replaced_by="N"),
    )  # fmt: skip
    assert volumes_of(into_standing, "B") == volumes_of(into_new, "N") == (costed, stated or 100)
    assert bool([one for one in into_new.warnings if one.code == "merge_raised"]) == (stated == 50)


def test_a_merge_without_subjects_on_either_side_is_no_fault() -> None:
    assert volumes_of(review_of(state(A=0, B=0), state(B=0), MERGE, AMEND_B), "B") == (0, 0)


def test_a_merge_of_many_subjects_into_none_is_a_fault() -> None:
    assert only("population_vanishes", faults_of(state(A=60, B=40), state(B=0), MERGE, AMEND_B)).place.key == ("B",)


def test_a_new_procedure_has_its_own_population() -> None:
    review = review_of(state(A=4), state(A=4, N=9), Decision("A", "amend"))
    assert volumes_of(review, "N") == (9, 9)


def test_a_blank_frequency_is_the_predecessors() -> None:
    review = review_of(
        [procedure("A", 4, 12), line("A")], [procedure("A", None, None), line("A")], Decision("A", "amend")
    )
    assert review.simplified.activities[["frequency", "population"]].to_numpy().tolist() == [[12.0, 4]]


def test_a_merges_blank_frequency_is_the_one_they_share() -> None:
    before = [procedure("A", 4, 12), line("A"), procedure("B", 4, 12), line("B")]
    review = review_of(before, [procedure("B", None, None), line("B")], MERGE, AMEND_B)
    assert review.simplified.activities[["frequency", "population"]].to_numpy().tolist() == [[12.0, 8]]
    before[0] = procedure("A", 4, 6)
    faults = faults_of(before, [procedure("B", None, None), line("B")], MERGE, AMEND_B)
    assert only("blank_required", faults).place.column == "frequency"


def test_a_kept_procedure_that_is_not_repeated_is_taken_over_whole() -> None:
    before = [
        *state(A=40),
        Volume("B", "xã 1", 2, 10),
        Volume("B", "xã 2", 3, 20),
        procedure("B", None, None),
        line("B"),
    ]
    review = review_of(before, state(A=40), Decision("A", "amend"), Decision("B", "keep"))
    assert set(review.simplified.procedures["procedure"]) == {"A", "B"}
    assert review.simplified.volumes.equals(review.baseline.volumes)
    assert volumes_of(review, "B") == (30, 30)


def test_volumes_by_agency_that_are_not_stated_again_stay() -> None:
    before = [Volume("A", "xã 1", 2, 10), Volume("A", "xã 2", 3, 20), procedure("A", None, None), line("A")]
    review = review_of(before, [procedure("N", None, None), line("N")], Decision("A", "replace", replaced_by="N"))
    assert review.simplified.volumes[["procedure", "agency", "population"]].to_numpy().tolist() == [
        ["N", "xã 1", 10],
        ["N", "xã 2", 20],
    ]
    stated = review_of(before, [procedure("A", 60), line("A")], Decision("A", "amend"))
    assert stated.simplified.volumes.empty
    assert volumes_of(stated, "A") == (30, 60)


def test_kept_lines_with_populations_of_their_own_need_no_population_of_the_procedure() -> None:
    before = [procedure("A"), line("A", population=4)]
    for after in ([], before):
        review = review_of(before, after, Decision("A", "keep"))
        assert review.populations["costed_population"].isna().all()
    changed = [procedure("A"), line("A", population=3)]
    faults = faults_of(before, changed, Decision("A", "keep"))
    assert only("baseline_population_blank", faults).place.key == ("A",)


def test_a_procedure_out_of_scope_without_lines_needs_no_population() -> None:
    outside = procedure("X", None, None, in_scope=False)
    for after in ([], [outside]):
        review = review_of([*state(A=4), outside], [*state(A=4), *after], Decision("A", "amend"), Decision("X", "keep"))
        assert review.warnings == ()


def test_terms_of_a_decision_are_shown_in_words() -> None:
    fault = only("own_receiver", faults_of(state(A=4), state(A=4), Decision("A", "hợp nhất", replaced_by="A")))
    assert DecisionKind.MERGE.label() in fault.text("vi")
