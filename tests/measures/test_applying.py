"""Laws of simplification measures: one result in any order or a conflict that is named, and never a silent saving."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measure_strategies import RATES, raising_no_cost, scenes
from remarks import only, says
from review_strategies import FEW
from tthc_cost.auditing import audit
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.measures.applying import apply_measures, conflicts, inventory_after, rows_after, rows_of
from tthc_cost.measures.columns import MeasureKind
from tthc_cost.measures.effects import ROW_TABLES
from tthc_cost.measures.kinds import (
    KINDS,
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
    content_of,
    legal_document,
    touched,
)
from tthc_cost.model import Activity, Document, Procedure, Range, Step, Volume
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from random import Random

    from measure_strategies import Scene
    from tthc_cost.errors import Remark
    from tthc_cost.measures.applying import ProcedureRows
    from tthc_cost.measures.kinds import SimplificationMeasure

ONE_RATE = RateTable.from_table(pd.DataFrame({"grade": ["A1/1", "A1/3"], "vnd_per_hour": [50_000, 60_000]}))


def baseline(*more: object) -> Inventory:
    """Draw up the example: a report with two documents and three steps, and a small procedure beside it."""
    return Inventory.from_objects(
        Procedure(
            "NB-01", "Báo cáo", frequency=4, population=40, deadline_days=15, level="province", agency="Sở Nội vụ"
        ),
        Document("NB-01", "1", "Tờ trình", copies=3),
        Document("NB-01", "2", "Bản sao quyết định"),
        Step("NB-01", "1", "Tiếp nhận", duration_days=1),
        Step("NB-01", "2", "Thẩm định", duration_days=3, after="1"),
        Step("NB-01", "3", "Ký", duration_days=0.5, after="2"),
        Activity("NB-01", "1", document="1", bearer="requester", grade="A1/1", effort_hours=2, other_vnd=9000),
        Activity("NB-01", "2", document="2", bearer="requester", grade="A1/1", effort_hours=1),
        Activity("NB-01", "3", document="2", bearer="resolver", grade="A1/3", effort_hours=0.25),
        Activity("NB-01", "4", step="1", bearer="resolver", grade="A1/3", effort_hours=1),
        Activity("NB-01", "5", step="2", bearer="resolver", grade="A1/3", effort_hours=3, frequency=2),
        Activity("NB-01", "6", step="3", bearer="resolver", grade="A1/3", effort_hours=1),
        Procedure("NB-02", "Báo cáo bổ sung", frequency=1, population=10),
        Activity("NB-02", "1", fee_vnd=1000),
        *more,
    )


def saved(*measures: SimplificationMeasure) -> int:
    """Return what measures save in the example [đồng a year]."""
    return int(compare(apply_measures(measures, baseline()), ONE_RATE).total.saving)


def faults_of(*measures: SimplificationMeasure, inventory: Inventory | None = None) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        apply_measures(measures, inventory or baseline())
    return caught.value.faults


def plain(rows: ProcedureRows) -> dict[str, list[Any]]:
    return {table: [dict(row) for row in getattr(rows, table)] for table in ROW_TABLES}


# What each kind does. Expected savings are worked out by hand: cases x (hours x rate + money).


def test_a_dropped_document_takes_all_its_work_with_it() -> None:
    assert saved(DropDocument("PA", "NB-01", "2")) == 160 * (50_000 + 15_000)


def test_what_another_agency_holds_costs_the_requester_nothing_and_is_still_looked_up() -> None:
    stop = StopAsking("PA", "NB-01", "2", "Sở Tư pháp")
    assert saved(stop) == 160 * 50_000
    left = rows_of(inventory_after([stop], baseline()), ["NB-01"])
    assert left.by_key["activities", "NB-01", "3"]["document"] is None


def test_fewer_copies_save_what_is_stated_and_nothing_if_nothing_is() -> None:
    assert saved(CutCopies("PA", "NB-01", "1", 1)) == 0
    assert saved(CutCopies("PA", "NB-01", "1", 1, (LineAfter("1", other_vnd=3000),))) == 160 * 6000


def test_a_dropped_step_is_stepped_over() -> None:
    drop = DropStep("PA", "NB-01", "2")
    assert saved(drop) == 80 * 180_000
    assert inventory_after([drop], baseline()).steps["after"].tolist()[1] == "1"


def test_merged_steps_take_what_is_stated_and_last_as_long_as_both_unless_said() -> None:
    lines = (LineAfter("4", effort_hours=1.5), LineAfter("6", dropped=True))
    merge = MergeSteps("PA", "NB-01", "2", ("1",), name="Tiếp nhận; thẩm định")
    assert saved(merge) == 0
    assert saved(MergeSteps("PA", "NB-01", "1", ("2", "3"), lines=lines)) == 160 * 30_000
    steps = inventory_after([merge], baseline()).steps
    assert steps["duration_days"].tolist() == [4, 0.5]
    assert steps["name"].tolist() == ["Tiếp nhận; thẩm định", "Ký"]
    assert steps["after"].isna().tolist() == [True, False]
    said = inventory_after([MergeSteps("PA", "NB-01", "2", ("1",), 3.5)], baseline())
    assert said.steps["duration_days"].tolist() == [3.5, 0.5]
    assert set(said.activities["step"].dropna()) == {"2", "3"}


def test_elapsed_days_are_not_effort() -> None:
    sooner = ShortenStep("A", "NB-01", "2", 1), ShortenDeadline("B", "NB-01", 10)
    assert saved(*sooner) == 0
    assert saved(ShortenStep("A", "NB-01", "2", lines=(LineAfter("5", effort_hours="150 phút"),))) == 80 * 30_000
    comparison = compare(apply_measures(sooner, baseline()), ONE_RATE)
    assert comparison.time.saving == 5


def test_simpler_work_takes_less() -> None:
    lines = LineAfter("1", effort_hours=1, name="Điền mẫu rút gọn"), LineAfter("6", frequency=1)
    assert saved(SimplifyWork("PA", "NB-01", lines)) == 160 * 50_000 + 120 * 60_000


def test_a_lower_frequency_holds_for_all_but_lines_with_their_own() -> None:
    assert saved(LowerFrequency("PA", "NB-01", 2)) == 80 * (2 * 50_000 + 9000 + 50_000 + 15_000 + 60_000 + 60_000)


def test_a_lower_frequency_holds_for_every_agency_that_does_it_oftener() -> None:
    communes = Inventory.from_objects(
        Procedure("X", "Báo cáo", frequency=12),
        Activity("X", "1", fee_vnd=1000),
        Volume("X", "xã Mường So", 12, 10),
        Volume("X", "xã Thu Lũm", 1, 5),
    )
    after = inventory_after([LowerFrequency("PA", "X", 2)], communes)
    assert after.volumes["frequency"].tolist() == [2, 1]
    assert after.procedures["frequency"].tolist() == [2]


def test_going_online_changes_the_channel_and_what_is_stated() -> None:
    online = GoOnline("PA", "NB-01", (LineAfter("1", other_vnd=0),))
    assert saved(online) == 160 * 9000
    assert inventory_after([online], baseline()).procedures["channel"].tolist()[0] == "Trực tuyến"


def test_delegated_work_costs_what_it_costs_there() -> None:
    lower = Delegate("PA", "NB-01", "cấp xã", "UBND xã Thu Lũm", (LineAfter("6", grade="A1/1"),))
    assert saved(lower) == 160 * 10_000
    assert inventory_after([lower], baseline()).procedures["level"].tolist()[0] == "commune"


def test_an_abolished_procedure_is_no_more() -> None:
    assert saved(Abolish("PA", "NB-02")) == 10_000
    gone = inventory_after([Abolish("PA", "NB-02")], baseline())
    assert gone == inventory_after([], gone)
    assert gone.procedures["procedure"].tolist() == ["NB-01"]


def test_a_merge_loses_no_cases() -> None:
    review = apply_measures([MergeProcedures("PA", "NB-02", ("NB-01",), "NB-03", name="Báo cáo chung")], baseline())
    assert review.simplified.procedures[["procedure", "name", "population"]].to_numpy().tolist() == [
        ["NB-03", "Báo cáo chung", 50]
    ]
    assert review.predecessors == {"NB-03": ("NB-01", "NB-02")}
    assert compare(review, ONE_RATE).total.simplified == 50 * 1000
    kept = apply_measures([MergeProcedures("PA", "NB-02", ("NB-01",), population=45)], baseline())
    assert compare(kept, ONE_RATE).total.simplified == 45 * 1000
    assert kept.decisions["replaced_by"].tolist() == ["NB-02", pd.NA]


def test_a_merge_adds_volumes_agency_by_agency() -> None:
    communes = Inventory.from_objects(
        Procedure("X", "Báo cáo"), Activity("X", "1", fee_vnd=1000), Volume("X", "xã Mường So", 1, 10),
        Procedure("Y", "Báo cáo"), Activity("Y", "1", fee_vnd=1000),
        Volume("Y", "xã Mường So", 1, 7), Volume("Y", "xã Thu Lũm", 2, 5),
    )  # fmt: skip
    after = inventory_after([MergeProcedures("PA", "X", ("Y",))], communes)
    assert after.volumes[["procedure", "agency", "frequency", "population"]].to_numpy().tolist() == [
        ["X", "xã Mường So", 1, 17],
        ["X", "xã Thu Lũm", 2, 5],
    ]
    assert after.procedures["population"].tolist() == [22]


def test_a_merge_asks_for_the_population_of_lines_with_their_own() -> None:
    comers = Activity("NB-02", "2", fee_vnd=500, population=4)
    fault = only(
        "measure_line_population", faults_of(MergeProcedures("PA", "NB-02", ("NB-01",)), inventory=baseline(comers))
    )
    assert says(fault, "4 trong 10", "4 of 10")
    stated = MergeProcedures("PA", "NB-02", ("NB-01",), lines=(LineAfter("2", population=20),))
    lines = inventory_after([stated], baseline(comers)).activities
    assert lines["population"].tolist() == [50, 20]


def test_the_range_of_a_figure_falls_with_it_and_goes_with_what_is_gone() -> None:
    ranges = (
        Range("activities", "NB-01/1", "effort_hours", 1, 4),
        Range("activities", "NB-01/2", "effort_hours", 0.5, 2),
        Range("activities", "NB-02/1", "fee_vnd", 900, 1100),
        Range("rates", "A1/1", "vnd_per_hour", 1, 2),
    )
    halved = SimplifyWork("A", "NB-01", (LineAfter("1", effort_hours=1),))
    after = inventory_after([halved, DropDocument("B", "NB-01", "2")], baseline(*ranges)).ranges
    assert after[["key", "low", "high"]].to_numpy().tolist() == [
        ["NB-01/1", 0.5, 2], ["NB-02/1", 900, 1100], ["A1/1", 1, 2],
    ]  # fmt: skip


# Laws of every set of measures.


def test_no_measure_changes_nothing() -> None:
    review = apply_measures([], baseline())
    assert review.baseline == review.simplified == baseline()
    assert compare(review, ONE_RATE).total.saving == 0
    assert set(review.decisions["decision"]) == {"keep"}


@given(scenes(), st.randoms(use_true_random=False))
@FEW
def test_measures_give_one_result_in_every_order_or_conflict(scene: Scene, chance: Random) -> None:
    rows = rows_of(scene.inventory, scene.inventory.procedures["procedure"])
    for count in range(len(scene.measures), 0, -1):
        chosen = list(scene.measures[:count])
        try:
            expected = plain(rows_after(chosen, rows))
        except InputFault:
            continue
        orders = list(permutations(chosen)) if count < 4 else [chance.sample(chosen, count) for _ in range(6)]
        for order in orders:
            assert plain(rows_after(order, rows)) == expected
            step = rows
            try:
                for measure in order:
                    step = rows_after([measure], step)
            except InputFault:
                continue
            assert plain(step) == expected
        return


@given(scenes())
@FEW
def test_a_pair_conflicts_exactly_where_it_cannot_be_applied(scene: Scene) -> None:
    found = [(one.code, other.code) for one, other, _ in conflicts(scene.measures, scene.inventory)]
    rows = rows_of(scene.inventory, scene.inventory.procedures["procedure"])
    for pair in combinations(scene.measures, 2):
        try:
            rows_after(pair, rows)
        except InputFault:
            assert (pair[0].code, pair[1].code) in found
        else:
            assert (pair[0].code, pair[1].code) not in found


@given(scenes(most=3))
@FEW
def test_no_measure_is_applied_twice(scene: Scene) -> None:
    rows = rows_of(scene.inventory, scene.inventory.procedures["procedure"])
    for measure in scene.measures:
        with pytest.raises(InputFault):
            rows_after([measure, measure], rows)


@given(scenes())
@FEW
def test_measures_of_different_procedures_never_conflict(scene: Scene) -> None:
    for one, other, _ in conflicts(scene.measures, scene.inventory):
        assert set(touched(one)) & set(touched(other))


@given(scenes(most=3))
@FEW
def test_no_measure_raises_the_cost(scene: Scene) -> None:
    """A merge of procedures may: the cases of one take the way of another. Merged steps round one line, not two."""
    taken: list[SimplificationMeasure] = []
    for measure in raising_no_cost(scene.measures):
        if not conflicts([*taken, measure], scene.inventory):
            taken.append(measure)
    try:
        review = apply_measures(taken, scene.inventory)
    except InputFault:  # three that leave no work, or steps that wait for each other
        return
    rounded = len(scene.inventory.lines()) if any(isinstance(one, MergeSteps) for one in taken) else 0
    assert compare(review, RATES).total.saving >= -rounded
    assert review.baseline == scene.inventory


def test_the_rows_that_no_measure_touches_stay() -> None:
    before, after = baseline(), inventory_after([Abolish("PA", "NB-02")], baseline())
    for name, frame in after.tables.items():
        kept = before.tables[name]
        if "procedure" in frame.columns:
            kept = kept[kept["procedure"] != "NB-02"].reset_index(drop=True)
        assert frame.equals(kept), name


def test_what_is_swept_along_gives_way_to_what_is_taken_away() -> None:
    both = DropDocument("A", "NB-01", "2"), LowerFrequency("B", "NB-01", 2)
    assert saved(*both) == saved(*reversed(both)) < saved(both[0]) + saved(both[1])


# The review that measures make.


def test_a_review_of_measures_says_what_is_decided_and_which_law_is_to_change() -> None:
    legal = LegalAction("Quyết định số 15/2020/QĐ-UBND", "Điều 5", "sửa đổi", "UBND tỉnh")
    measures = (
        LowerFrequency("PA-2", "NB-01", 2, legal=legal, one_off_vnd="1,5 triệu đồng", reason="Ít biến động"),
        Delegate("PA-1", "NB-01", "commune", content="Giao cấp xã"),
        Abolish("PA-3", "NB-02"),
    )
    review = apply_measures(measures, baseline())
    assert review.decisions["decision"].tolist() == ["delegate", "abolish"]
    dates = ["reviewed_on", "submitted_on", "approved_on", "effective_on"]
    assert review.decisions[dates].isna().all(axis=None)
    columns = ["procedure", "item", "content", "document", "provision", "action", "authority"]
    assert review.proposals[columns].fillna("").to_numpy().tolist() == [
        ["NB-01", "PA-1", "Giao cấp xã", "", "", "", ""],
        ["NB-01", "PA-2", "Giảm số lần thực hiện: còn 2 lần/năm", *legal_texts(legal)],
        ["NB-02", "PA-3", "Bãi bỏ thủ tục", "", "", "", ""],
    ]
    assert legal_document(measures[0]) == legal.legal_document
    assert measures[0].one_off_vnd == 1_500_000
    assert audit(compare(review, ONE_RATE)).errors == ()


def legal_texts(legal: LegalAction) -> list[str | None]:
    return [legal.legal_document, legal.provision, legal.action, legal.authority]


def test_decisions_do_not_depend_on_the_order_of_measures() -> None:
    measures: list[SimplificationMeasure] = [
        Delegate("A", "NB-01", "commune"), LowerFrequency("B", "NB-01", 2), ShortenDeadline("C", "NB-01", 9),
        MergeProcedures("D", "NB-01", ("NB-02",), "NB-09"),
    ]  # fmt: skip
    reviews = [apply_measures(order, baseline()) for order in (measures, measures[::-1])]
    assert reviews[0] == reviews[1]
    assert reviews[0].decisions["decision"].tolist() == ["merge", "merge"]


def test_every_kind_has_its_class_and_says_what_it_does() -> None:
    assert set(KINDS) == set(MeasureKind)
    assert content_of(GoOnline("A", "X")) == "Thực hiện trực tuyến: Trực tuyến"
    assert content_of(Delegate("A", "X", "cấp xã")) == "Phân cấp, ủy quyền: cấp xã"
    assert content_of(MergeSteps("A", "X", "1", ("2", "3"), 1.5)) == "Gộp bước: bước 1, gộp 2; 3, còn 1,5 ngày làm việc"


# What is refused, and how it is said.


def test_all_faults_are_told_at_once_with_the_nearest_names() -> None:
    faults = faults_of(
        DropDocument("A", "NB-1", "2"),
        DropDocument("B", "NB-01", "9"),
        SimplifyWork("C", "NB-01", (LineAfter("77", fee_vnd=0),)),
        LowerFrequency("D", "NB-01", 4),
        DropStep("E", "NB-02", "1"),
        LowerFrequency("D", "NB-02", 0.5),
    )
    assert says(only("unknown_procedure", faults), "NB-01", "NB-01")
    assert only("measure_code_twice", faults).place.key == ("D",)
    unknown = [one for one in faults if one.code == "measure_unknown_part"]
    assert [one.place.column for one in unknown] == ["document", "activity", "step"]
    assert says(unknown[0], "không có thành phần hồ sơ «9»", "has no document «9»")
    assert says(only("measure_not_lower", faults), "4.0", "procedure NB-01")


@pytest.mark.parametrize(
    ("one", "other", "code", "words"),
    [
        (Abolish("A", "NB-01"), LowerFrequency("B", "NB-01", 2), "measures_take_away", "A bỏ TTHC NB-01 mà B"),
        (
            CutCopies("A", "NB-01", "1", 1), DropDocument("B", "NB-01", "1"),
            "measures_take_away", "B bỏ thành phần hồ sơ 1 của TTHC NB-01 mà A",
        ),
        (
            ShortenStep("A", "NB-01", "2", 2), ShortenStep("B", "NB-01", "2", 1),
            "measures_change_one_cell", "cùng thay đổi «Thời hạn thực hiện bước» của bước 2",
        ),
        (
            LowerFrequency("A", "NB-01", 2), SimplifyWork("B", "NB-01", (LineAfter("6", frequency=1),)),
            "measures_change_one_cell", "«Số lần thực hiện/01 năm» của hoạt động 6",
        ),
        (
            MergeProcedures("A", "NB-01", ("NB-02",)), Abolish("B", "NB-02"),
            "measures_take_away", "bỏ TTHC NB-02",
        ),
    ],
)  # fmt: skip
def test_each_conflict_names_both_measures_and_what_they_dispute(
    one: SimplificationMeasure, other: SimplificationMeasure, code: str, words: str
) -> None:
    fault = only(code, faults_of(one, other))
    assert says(fault, words, "cannot be applied together")
    assert set(fault.place.key) == {"A", "B"}
    assert [(a.code, b.code, why.code) for a, b, why in conflicts([one, other], baseline())] == [("A", "B", code)]


def test_figures_may_not_rise() -> None:
    dearer = SimplifyWork("A", "NB-01", (LineAfter("1", effort_hours=3),))
    assert only("measure_not_lower", faults_of(dearer)).place.column == "effort_hours"
    rising = MergeSteps("A", "NB-01", "1", ("2",), 9, lines=(LineAfter("4", effort_hours=1.1),))
    assert {one.code for one in faults_of(rising)} == {"measure_steps_rise", "measure_not_lower"}
    other_grade = MergeSteps(
        "A", "NB-01", "1", ("2",), lines=(LineAfter("4", effort_hours=2), LineAfter("5", effort_hours=2))
    )
    assert only("measure_steps_rise", faults_of(other_grade)).place.column == "effort_hours"
    oftener = MergeSteps("A", "NB-01", "1", ("2",), lines=(LineAfter("5", frequency=3),))
    assert only("measure_steps_rise", faults_of(oftener)).place.column == "frequency"


def test_steps_with_others_between_them_are_not_merged_without_these() -> None:
    fault = only("measure_steps_cycle", faults_of(MergeSteps("A", "NB-01", "1", ("3",))))
    assert says(fault, "chờ lẫn nhau", "wait for each other")
    across = MergeSteps("A", "NB-01", "1", ("3",)), DropStep("B", "NB-01", "2")
    assert inventory_after(across, baseline()).steps["step"].tolist() == ["1"]


def test_a_procedure_that_stands_keeps_work_to_do() -> None:
    lines = tuple(LineAfter(str(number), dropped=True) for number in (1, 4, 5, 6))
    both = DropDocument("A", "NB-01", "2"), SimplifyWork("B", "NB-01", lines)
    fault = only("measure_nothing_left", faults_of(*both))
    assert says(fault, "bãi bỏ", "abolish")
    (conflict,) = conflicts(both, baseline())
    assert conflict[2] == fault


def test_a_merge_that_cannot_be_counted_is_refused() -> None:
    taken = MergeProcedures("A", "NB-01", ("NB-02",), "NB-03")
    third = Procedure("NB-03", "Khác", frequency=1, population=1), Activity("NB-03", "1", fee_vnd=1)
    assert only("measure_code_taken", faults_of(taken, inventory=baseline(*third))).place.column == "into"
    small = MergeProcedures("A", "NB-01", ("NB-02",), population=30)
    assert says(only("measure_population_small", faults_of(small)), "30 đối tượng", "largest that goes into it (40)")
    unknown = Procedure("NB-03", "Khác", frequency=1), Activity("NB-03", "1", fee_vnd=1, population=3)
    fault = only(
        "measure_population_unknown", faults_of(MergeProcedures("A", "NB-01", ("NB-03",)), inventory=baseline(*unknown))
    )
    assert says(fault, "NB-03", "NB-03")
    communes = Procedure("NB-03", "Khác"), Activity("NB-03", "1", fee_vnd=1), Volume("NB-03", "xã Thu Lũm", 1, 5)
    mixed = faults_of(MergeProcedures("A", "NB-01", ("NB-03",)), inventory=baseline(*communes))
    assert says(only("measure_merge_volumes", mixed), "NB-01; NB-03", "NB-01; NB-03")
    more = Procedure("NB-04", "Khác"), Activity("NB-04", "1", fee_vnd=1), Volume("NB-04", "xã Thu Lũm", 2, 5)
    faults = faults_of(MergeProcedures("A", "NB-03", ("NB-04",)), inventory=baseline(*communes, *more))
    assert says(only("measure_merge_frequencies", faults), "xã Thu Lũm", "xã Thu Lũm")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: LineAfter("1"), "measure_line_unclear"),
        (lambda: LineAfter("1", dropped=True, fee_vnd=0), "measure_line_unclear"),
        (lambda: SimplifyWork("A", "X", (LineAfter("1", fee_vnd=0), LineAfter("1", fee_vnd=1))), "measure_line_twice"),
        (lambda: SimplifyWork("A", "X", (LineAfter("1", population=0),)), "measure_field_not_its"),
        (lambda: GoOnline("A", "X", (LineAfter("1", grade="B/4"),)), "measure_field_not_its"),
        (lambda: SimplifyWork("A", "X", ()), "measure_changes_nothing"),
        (lambda: ShortenStep("A", "X", "1"), "measure_changes_nothing"),
        (lambda: Delegate("A", "X"), "measure_changes_nothing"),
        (lambda: MergeSteps("A", "X", "1", ("1",)), "measure_merges_itself"),
        (lambda: MergeProcedures("A", "X", ("Y", "Y")), "measure_merges_itself"),
        (lambda: MergeProcedures("A", "X", ()), "blank_required"),
        (lambda: DropDocument("", "X", "1"), "blank_required"),
        (lambda: Abolish("A", "X", one_off_vnd=0.5), "reform_cost_rounded"),
        (lambda: Abolish("A", "X", one_off_vnd=-1), "figure_negative"),
        (lambda: Delegate("A", "X", "cấp làng"), "unknown_term"),
    ],
)  # fmt: skip
def test_a_measure_that_makes_no_sense_is_refused_where_it_is_stated(make: Any, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        make()
    assert only(code, caught.value.faults).text("vi")


def test_measures_are_applied_to_an_inventory_only() -> None:
    with pytest.raises(WrongKindError):
        apply_measures([], "NB-01")  # type: ignore[arg-type]
    with pytest.raises(WrongKindError):
        DropDocument("A", "X", "1", legal="Quyết định")  # type: ignore[arg-type]
