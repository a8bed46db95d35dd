"""Laws of the objects of the field: they read what people write, refuse what they cannot, and go to frames and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError, fields
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import only, says
from review_strategies import FEW
from strategies import efforts, frequencies, money, names, populations
from tthc_cost import model
from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Decision, Procedure, Proposal, Range, Rate, Step, TaskRecord, Volume
from tthc_cost.schema import TABLES
from tthc_cost.vocabulary import Answer, Bearer, Criterion, DecisionKind, Kind, Level, Stage

if TYPE_CHECKING:
    from fractions import Fraction

CLASSES: dict[str, type[Any]] = {
    "procedures": Procedure,
    "criteria": model.CriterionAnswer,
    "documents": model.Document,
    "steps": Step,
    "activities": Activity,
    "ranges": Range,
    "rates": Rate,
    "agencies": model.Agency,
    "volumes": Volume,
    "decisions": Decision,
    "task_records": TaskRecord,
    "proposals": Proposal,
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_columns_of_its_table_in_order(name: str) -> None:
    assert tuple(one.name for one in fields(CLASSES[name])) == TABLES[name].names


def test_every_table_has_its_class() -> None:
    assert set(CLASSES) == set(TABLES)


OBJECTS: list[Any] = [
    Procedure("1.004080", "Bổ nhiệm", Kind.WITHIN_AGENCY, Level.PROVINCE, in_scope=False, announced_on="01/04/2023"),
    model.CriterionAnswer("NB-01", "TTHC", "sự cần thiết", "đạt"),
    model.Document("NB-01", "1", "Tờ trình", copies=2, is_form=True),
    Step("NB-01", "2", "Thẩm định", duration_days="05 ngày làm việc", after=("1", "1a")),
    Activity("NB-01", "1", stage="Nộp hồ sơ", bearer="requester", grade="A1/3", effort_hours="1,5 giờ", fee_vnd=20_000),
    Range("activities", "NB-01/1", "effort_hours", 1, 2.5),
    Rate("A1/1", "2024-07-01", 31_111, "NĐ 73/2024"),
    model.Agency("UBND xã Mường So", level="cấp xã", parent="UBND tỉnh", valid_to="30/06/2025"),
    Volume("NB-01", "UBND xã Mường So", "1 lần/quý", 40),
    Decision("NB-01", "hợp nhất", replaced_by="NB-02", approved_on="30/11/2023"),
    TaskRecord("3.1/2", "Sở Nội vụ", "2023-11-30"),
    Proposal("NB-01", "1", content="Bỏ bản sao", due_on=dt.date(2024, 1, 1)),
]


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: type(one).__name__)
def test_objects_go_to_frames_and_back_without_loss(one: Any) -> None:
    kind = type(one)
    name = next(name for name, known in CLASSES.items() if known is kind)
    frame = model.to_frame(kind, [one])
    assert model.from_frame(kind, frame) == [one]
    conformed = conform(name, frame)
    assert conformed.remarks == ()
    assert model.from_frame(kind, conformed.frame) == [one]


def test_labels_become_terms_and_text_becomes_figures() -> None:
    line = OBJECTS[4]
    assert isinstance(line, Activity)
    assert (line.stage, line.bearer, line.effort_hours) == (Stage.SUBMISSION, Bearer.REQUESTER, 1.5)
    answer = OBJECTS[1]
    assert isinstance(answer, model.CriterionAnswer)
    assert (answer.criterion, answer.answer) == (Criterion.NECESSITY, Answer.YES)
    decision = OBJECTS[9]
    assert isinstance(decision, Decision)
    assert (decision.decision, decision.approved_on) == (DecisionKind.MERGE, dt.date(2023, 11, 30))
    step = OBJECTS[3]
    assert isinstance(step, Step)
    assert (step.after, step.duration_days) == (("1", "1a"), 5.0)
    assert Step("NB-01", "3", "Ký", after="2; 2a").after == ("2", "2a")


def test_all_faults_of_an_object_are_said_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        Activity("NB-01", "", stage="đâu đó", effort_hours="5 ngày làm việc", fee_vnd=-1)
    faults = caught.value.faults
    assert {one.place.column for one in faults} == {"activity", "stage", "effort_hours", "fee_vnd"}
    assert {one.place.table for one in faults} == {"activities"}
    assert says(only("blank_required", faults), "để trống", "empty")


def test_elapsed_days_are_no_effort_and_effort_is_no_deadline() -> None:
    with pytest.raises(InputFault, match="thời gian trôi qua"):
        Activity("NB-01", "1", effort_hours="2 ngày làm việc")
    with pytest.raises(InputFault):
        Procedure("NB-01", "x", deadline_days="2 ngày công")


def test_a_number_is_no_code() -> None:
    with pytest.raises(InputFault, match=r"1\.004080"):
        Procedure(1.00408, "x")  # type: ignore[arg-type]


def test_objects_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        OBJECTS[0].name = "khác"


@FEW
@given(
    st.lists(st.tuples(names(), efforts(), st.none() | money(), frequencies(), st.none() | populations()), max_size=4),
)
def test_an_inventory_gives_back_the_objects_it_was_made_of(
    figures: list[tuple[str, Fraction, int | None, Fraction, int | None]],
) -> None:
    procedures = [Procedure(f"NB-{n}", name, frequency=1, population=7) for n, (name, *_) in enumerate(figures)]
    lines = [
        Activity(
            f"NB-{n}",
            "1",
            name=name,
            grade="A1/1",
            effort_hours=effort,
            fee_vnd=vnd,
            frequency=times,
            population=subjects,
        )
        for n, (name, effort, vnd, times, subjects) in enumerate(figures)
    ]
    inventory = Inventory.from_objects(*lines, *procedures)
    assert inventory.objects(Procedure) == procedures
    assert inventory.objects(Activity) == [
        line if line.population is not None else Activity(**_with(line, population=7)) for line in lines
    ]


def _with(row: Activity, **changed: Any) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(row)} | changed


def test_a_frame_without_some_columns_makes_objects_with_blanks() -> None:
    frame = pd.DataFrame({"procedure": ["NB-01"], "name": ["Bổ nhiệm"]})
    assert model.from_frame(Procedure, frame) == [Procedure("NB-01", "Bổ nhiệm")]
    assert list(model.to_frame(Procedure, []).columns) == list(TABLES["procedures"].names)
