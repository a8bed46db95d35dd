"""Laws of inferred measures: they give the after back, and what they do not express is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given

from honest_reviews import honest_review
from measure_strategies import RATES, scenes
from remarks import only, says
from review_strategies import FEW, cases
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, Severity
from tthc_cost.inventory import Inventory
from tthc_cost.measures.applying import apply_measures
from tthc_cost.measures.inference import changes_not_expressed, infer_measures
from tthc_cost.measures.kinds import (
    Abolish,
    CutCopies,
    Delegate,
    DropDocument,
    DropStep,
    GoOnline,
    LegalAction,
    LineAfter,
    LowerFrequency,
    MergeProcedures,
    MergeSteps,
    ShortenDeadline,
    ShortenStep,
    SimplifyWork,
    StopAsking,
)
from tthc_cost.model import Activity, Decision, Document, Procedure, Rate, Step, to_frame
from tthc_cost.rates import RateTable
from tthc_cost.review import Review

if TYPE_CHECKING:
    from measure_strategies import Scene
    from review_strategies import Case
    from tthc_cost.errors import Remark
    from tthc_cost.measures.kinds import SimplificationMeasure

FLAT = RateTable.from_income(95_600_000)


def baseline(*more: object) -> Inventory:
    return Inventory.from_objects(
        Procedure(
            "NB-01", "Báo cáo", frequency=4, population=40, deadline_days=15, channel="Trực tiếp", agency="Sở Nội vụ"
        ),
        Document("NB-01", "1", "Tờ trình", copies=3),
        Document("NB-01", "2", "Bản sao"),
        Step("NB-01", "1", "Tiếp nhận", duration_days=1),
        Step("NB-01", "2", "Thẩm định", duration_days=3, after="1"),
        Step("NB-01", "3", "Ký", duration_days=1, after="2"),
        Activity("NB-01", "1", document="1", bearer="requester", effort_hours=2, other_vnd=9000),
        Activity("NB-01", "2", document="2", bearer="requester", effort_hours=1, name="Sao chụp"),
        Activity("NB-01", "3", document="2", bearer="resolver", effort_hours=0.25),
        Activity("NB-01", "4", step="1", bearer="resolver", effort_hours=1, name="Tiếp nhận"),
        Activity("NB-01", "5", step="2", bearer="resolver", effort_hours=3, grade="A1/1"),
        Activity("NB-01", "6", step="3", bearer="resolver", effort_hours=1),
        Activity("NB-01", "7", stage="submission", bearer="requester", effort_hours=2, name="Nộp trực tiếp"),
        Procedure("NB-02", "Báo cáo bổ sung", frequency=1, population=10),
        Activity("NB-02", "1", fee_vnd=1000),
        *more,
    )


def warnings_of(remarks: tuple[Remark, ...]) -> list[Remark]:
    return [one for one in remarks if one.severity is Severity.WARNING]


EVERY_KIND = [
    DropDocument("x", "NB-01", "2"),
    StopAsking("x", "NB-01", "2"),
    CutCopies("x", "NB-01", "1", 1, (LineAfter("1", other_vnd=3000),)),
    DropStep("x", "NB-01", "3"),
    MergeSteps(
        "x", "NB-01", "1", ("2",), 3.5, "Tiếp nhận; thẩm định",
        (LineAfter("4", effort_hours=0.5, name="Nhận"), LineAfter("5", dropped=True)),
    ),
    MergeSteps("x", "NB-01", "2", ("3",), 4),
    ShortenStep("x", "NB-01", "2", 1, (LineAfter("5", effort_hours=2),)),
    ShortenStep("x", "NB-01", "2", 1),
    ShortenDeadline("x", "NB-01", 10),
    SimplifyWork("x", "NB-01", (LineAfter("7", effort_hours=1),)),
    LowerFrequency("x", "NB-01", 2),
    GoOnline("x", "NB-01", (LineAfter("7", effort_hours=0.25, name="Nộp trực tuyến"),), "Trực tuyến toàn trình"),
    Delegate("x", "NB-01", "commune", "UBND xã Thu Lũm", (LineAfter("5", grade="B/4"),)),
    Abolish("x", "NB-02"),
    MergeProcedures("x", "NB-01", ("NB-02",)),
    MergeProcedures("x", "NB-02", ("NB-01",), "NB-03", "Báo cáo chung", 45),
]  # fmt: skip


@pytest.mark.parametrize("measure", EVERY_KIND, ids=lambda one: type(one).__name__)
def test_each_kind_is_found_again_as_it_was(measure: SimplificationMeasure) -> None:
    review = apply_measures([measure], baseline())
    (found,) = infer_measures(review)
    assert type(found) is type(measure)
    kept = {
        name: getattr(found, name) for name in type(found).__dataclass_fields__ if name not in {"code", "duration_days"}
    }
    if not isinstance(found, Delegate):
        assert kept == {name: getattr(measure, name) for name in kept}
    assert apply_measures([found], baseline()).simplified == review.simplified
    assert changes_not_expressed(review) == ()


@given(scenes())
@FEW
def test_inferred_measures_give_the_after_of_measures_back(scene: Scene) -> None:
    try:
        review = apply_measures(scene.measures, scene.inventory)
    except InputFault:
        return
    again = apply_measures(infer_measures(review), review.baseline)
    if not warnings_of(changes_not_expressed(review)):
        assert compare(again, RATES).total == compare(review, RATES).total


@given(cases())
@FEW
def test_what_is_not_expressed_is_said(case: Case) -> None:
    """Of whatever two states: without a warning, measures and review cost the same to the đồng."""
    review, rates = case.review(), case.rate_table()
    measures = infer_measures(review)
    again = apply_measures(measures, review.baseline)
    if not warnings_of(changes_not_expressed(review, measures)):
        assert compare(again, rates).total == compare(review, rates).total


@pytest.mark.parametrize("seed", [1, 3])
def test_an_honest_review_is_measures_and_remarks(seed: int) -> None:
    review = honest_review(seed)
    measures = infer_measures(review)
    assert measures
    left = {one.place.key[0] for one in warnings_of(changes_not_expressed(review, measures))}
    before, after = (
        compare(one, FLAT).procedures.set_index("procedure")["simplified_vnd"]
        for one in (review, apply_measures(measures, review.baseline))
    )
    for code in before.index.intersection(after.index).difference(list(left)):
        assert before[code] == after[code], code


def test_no_change_is_no_measure() -> None:
    review = apply_measures([], baseline())
    assert infer_measures(review) == ()
    assert changes_not_expressed(review) == ()


def test_what_several_measures_did_to_one_procedure_is_told_apart() -> None:
    chosen: list[SimplificationMeasure] = [
        StopAsking("a", "NB-01", "2"), CutCopies("b", "NB-01", "1", 1, (LineAfter("1", other_vnd=3000),)),
        LowerFrequency("c", "NB-01", 2), DropStep("d", "NB-01", "3"), ShortenDeadline("e", "NB-01", 9),
        GoOnline("f", "NB-01", (LineAfter("7", effort_hours=0.5),)),
    ]  # fmt: skip
    review = apply_measures(chosen, baseline())
    found = infer_measures(review)
    assert {type(one) for one in found} == {type(one) for one in chosen}
    assert apply_measures(found, baseline()).simplified == review.simplified


def test_the_legal_action_is_that_of_the_proposals_where_they_have_one() -> None:
    legal = LegalAction("Quyết định số 15/2020/QĐ-UBND", "Điều 5", "sửa đổi", "UBND tỉnh")
    one = LowerFrequency("a", "NB-01", 2, legal=legal, reason="Ít biến động")
    (found,) = infer_measures(apply_measures([one], baseline()))
    assert (found.legal, found.reason) == (legal, "Ít biến động")
    other = ShortenDeadline("b", "NB-01", 9, legal=LegalAction("Quyết định khác"))
    assert {each.legal for each in infer_measures(apply_measures([one, other], baseline()))} == {LegalAction()}


def reviewed(*after: object, before: Inventory | None = None) -> Review:
    """Make a review of NB-02 alone: 10 subjects who pay 1 000 đồng."""
    start = before or Inventory.from_objects(
        Procedure("NB-02", "Báo cáo", frequency=1, population=10),
        Activity("NB-02", "1", fee_vnd=1000, bearer="requester"),
    )
    return Review(start, Inventory.from_objects(*after), decisions=to_frame(Decision, [Decision("NB-02", "amend")]))


def test_a_cost_that_rises_is_no_measure() -> None:
    review = reviewed(Procedure("NB-02", "Báo cáo"), Activity("NB-02", "1", fee_vnd=1500, bearer="requester"))
    assert infer_measures(review) == ()
    (said,) = changes_not_expressed(review)
    assert says(said, "«Phí, lệ phí» của hoạt động 1 của TTHC NB-02 từ 1000 thành 1500", "goes from 1000 to 1500")
    assert (said.code, said.place.column) == ("measure_not_expressed", "fee_vnd")


def test_what_is_added_or_only_described_otherwise_is_said() -> None:
    review = reviewed(
        Procedure("NB-02", "Báo cáo định kỳ"),
        Activity("NB-02", "1", fee_vnd=1000, bearer="resolver"),
        Activity("NB-02", "2", fee_vnd=1),
        Procedure("NB-09", "TTHC mới", frequency=1, population=1),
        Activity("NB-09", "1", fee_vnd=1),
    )
    said = changes_not_expressed(review)
    assert [one.code for one in said] == [
        "measure_wording_not_expressed", "measure_not_expressed",
        "measure_row_not_expressed", "measure_row_not_expressed",
    ]  # fmt: skip
    assert says(said[0], "«Tên TTHC»", "«Name»")
    assert says(said[1], "«Bên chịu chi phí»", "«Bearer»")
    assert {one.place.key for one in said[2:]} == {("NB-02", "2"), ("NB-09",)}
    assert says(said[2], "thêm mới", "is added")


def test_other_rates_are_no_measure() -> None:
    def state(rate: int) -> Inventory:
        return Inventory.from_objects(
            Procedure("NB-02", "Báo cáo", frequency=1, population=10),
            Activity("NB-02", "1", effort_hours=1, grade="A1/1"),
            Rate("A1/1", "2024-07-01", rate, "Phụ lục"),
        )

    review = Review(state(50_000), state(40_000), decisions=to_frame(Decision, [Decision("NB-02", "keep")]))
    assert says(only("measure_rates_not_expressed", changes_not_expressed(review)), "mức thu nhập", "hourly rates")
    same = Review(state(50_000), state(50_000), decisions=to_frame(Decision, [Decision("NB-02", "keep")]))
    assert changes_not_expressed(same) == ()


def test_a_smaller_population_is_costed_at_the_baselines_and_so_no_change() -> None:
    review = reviewed(
        Procedure("NB-02", "Báo cáo", population=5),
        Activity("NB-02", "1", fee_vnd=900, bearer="requester", frequency=1),
    )
    (found,) = infer_measures(review)
    assert isinstance(found, SimplifyWork)
    assert changes_not_expressed(review) == ()
    assert compare(apply_measures([found], review.baseline), FLAT).total.simplified == 9000


def test_a_transfer_and_a_replacement_are_no_measures() -> None:
    after = pd.DataFrame({"procedure": ["NB-01", "NB-02"], "decision": ["keep", "transfer"]})
    moved = Review(baseline(), Inventory.from_objects(), decisions=after)
    assert infer_measures(moved) == ()
    assert says(
        only("measure_row_not_expressed", changes_not_expressed(moved)), "TTHC NB-02 không còn", "NB-02 is gone"
    )
