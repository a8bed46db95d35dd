"""Laws of one state: its lines are complete, its tables agree, and every disagreement is said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given

from remarks import codes_of, only, says
from review_strategies import FEW, cases
from tthc_cost.errors import InputFault
from tthc_cost.inventory import TABLE_NAMES, Inventory
from tthc_cost.model import Activity, Document, Procedure, Step, Volume

if TYPE_CHECKING:
    from review_strategies import Case

NB = Procedure("NB-01", "Bổ nhiệm", frequency=2, population=40)
LINE = Activity("NB-01", "1", fee_vnd=1000)


def fault_of(code: str, *objects: object) -> Any:
    with pytest.raises(InputFault) as caught:
        Inventory.from_objects(*objects)
    return only(code, caught.value.faults)


FAULTS = [
    ("unknown_procedure", (NB, LINE, Activity("NB-1", "1", fee_vnd=1)), "NB-01", "NB-01"),
    ("unknown_document", (NB, Activity("NB-01", "1", document="9", fee_vnd=1), Document("NB-01", "1", "Tờ trình")),
     "thành phần hồ sơ «9»", "no document «9»"),
    ("unknown_step", (NB, LINE, Step("NB-01", "1", "Tiếp nhận", after="0")), "bước «0»", "no step «0»"),
    ("no_activities", (NB,), "không có hoạt động", "no activity"),
    ("population_beside_volumes", (NB, Activity("NB-01", "1", fee_vnd=1, population=3), Volume("NB-01", "xã A", 1, 40)),
     "theo từng cơ quan", "volumes by agency"),
    ("population_not_sum", (NB, LINE, Volume("NB-01", "xã A", 1, 15), Volume("NB-01", "xã B", 1, 15)),
     "khác với tổng 30", "differs from the sum 30"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "objects", "vi", "en"), FAULTS, ids=[case[0] for case in FAULTS])
def test_tables_that_disagree_are_faults(code: str, objects: tuple[object, ...], vi: str, en: str) -> None:
    assert says(fault_of(code, *objects), vi, en)


def test_every_remark_of_the_room_is_provoked() -> None:
    assert codes_of("inventory") == {case[0] for case in FAULTS}


@pytest.mark.parametrize("owner", [Document("NB-09", "1", "x"), Step("NB-09", "1", "x"), Volume("NB-09", "xã A", 1, 1)])
def test_nothing_may_belong_to_a_procedure_that_does_not_exist(owner: object) -> None:
    assert fault_of("unknown_procedure", NB, LINE, owner).place.key[0] == "NB-09"


def test_a_line_may_name_a_step_only_if_its_procedure_lists_it() -> None:
    line = Activity("NB-01", "1", step="2", fee_vnd=1)
    assert len(Inventory.from_objects(NB, line).activities) == 1
    assert fault_of("unknown_step", NB, line, Step("NB-01", "1", "Tiếp nhận")).place.column == "step"


def test_faults_of_all_tables_are_said_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        Inventory(
            procedures=pd.DataFrame({"procedure": ["A", "A"], "name": ["x", None]}),
            activities=pd.DataFrame({"procedure": ["B"], "activity": ["1"], "effort_hours": ["vài giờ"]}),
            steps=pd.DataFrame({"procedure": ["A"], "step": ["1"], "name": ["x"], "duration_days": [-1]}),
        )
    assert {"duplicate_key", "blank_required", "unknown_procedure", "no_activities"} <= {
        one.code for one in caught.value.faults
    }
    assert {one.place.table for one in caught.value.faults} == {"procedures", "activities", "steps"}


def test_a_procedure_out_of_scope_needs_no_activities() -> None:
    outside = Procedure("NB-02", "Ngoài kế hoạch", in_scope=False, exclusion="bí mật nhà nước")
    assert len(Inventory.from_objects(NB, LINE, outside).procedures) == 2


def test_a_blank_frequency_or_population_of_a_line_is_its_procedures() -> None:
    own = Activity("NB-01", "2", fee_vnd=1, frequency=0, population=0)
    lines = Inventory.from_objects(NB, LINE, own).activities
    assert lines["frequency"].tolist() == [2.0, 0.0]
    assert lines["population"].tolist() == [40, 0]


def test_one_procedure_in_38_communes_is_one_procedure_with_the_sum_of_their_populations() -> None:
    communes = [Volume("NB-01", f"xã {number}", 1, number) for number in range(1, 39)]
    inventory = Inventory.from_objects(Procedure("NB-01", "Bổ nhiệm", frequency=5), LINE, *communes)
    assert inventory.procedures["population"].tolist() == [38 * 39 // 2]
    assert inventory.activities["population"].isna().all()
    lines = inventory.lines()
    assert len(lines) == 38
    assert lines["population"].tolist() == list(range(1, 39))
    assert set(lines["frequency"]) == {1.0}
    assert lines["volume_agency"].tolist() == [f"xã {number}" for number in range(1, 39)]


def test_a_line_may_have_a_frequency_of_its_own_beside_volumes() -> None:
    line = Activity("NB-01", "1", fee_vnd=1, frequency=12)
    volume = Volume("NB-01", "xã A", 1, 40)
    assert Inventory.from_objects(NB, line, volume).lines()["frequency"].tolist() == [12.0]


def test_lines_without_volumes_are_as_they_stand() -> None:
    lines = Inventory.from_objects(NB, LINE).lines()
    assert lines[["frequency", "population"]].to_numpy().tolist() == [[2.0, 40]]
    assert lines["volume_agency"].isna().all()


@FEW
@given(cases(max_procedures=3))
def test_an_inventory_of_its_own_tables_and_of_its_own_objects_is_the_same(case: Case) -> None:
    before, _, _ = case.frames()
    inventory = Inventory(**before)
    assert Inventory(**_stated(inventory)) == inventory
    objects = [one for kind in (Procedure, Activity, Volume) for one in inventory.objects(kind)]
    assert Inventory.from_objects(*objects) == inventory
    assert inventory.activities.drop(columns="origin").notna()["frequency"].all() or not inventory.volumes.empty


def _stated(inventory: Inventory) -> dict[str, pd.DataFrame]:
    return {name: inventory.tables[name] for name in TABLE_NAMES}


def test_inventories_differ_when_a_figure_does() -> None:
    one, other = (Inventory.from_objects(NB, Activity("NB-01", "1", fee_vnd=vnd)) for vnd in (1, 2))
    assert one != other
    assert one != "one"


def test_warnings_and_notes_are_kept() -> None:
    frame = pd.DataFrame(
        {"procedure": ["NB-01"], "activity": ["1"], "effort_hours": [None], "fee_vnd": [0.7], "zzz": 1}
    )
    inventory = Inventory(pd.DataFrame({"procedure": ["NB-01"], "name": ["x"]}), frame)
    assert {one.code for one in inventory.remarks.notes} == {"rounded_money", "unknown_column"}
    assert inventory.activities["fee_vnd"].tolist() == [1]


def test_the_tables_given_are_left_as_they_were() -> None:
    frame = pd.DataFrame({"procedure": ["NB-01"], "activity": ["1"], "effort_hours": ["45 phút"]})
    copy = frame.copy()
    Inventory(pd.DataFrame({"procedure": ["NB-01"], "name": ["x"], "frequency": [1]}), frame)
    assert frame.equals(copy)
