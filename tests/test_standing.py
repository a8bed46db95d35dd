"""Laws of standing: scope and groups are the baseline's, what moves together waits together, and a cut is a cut."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from review_oracle import outcome_of
from review_strategies import FEW, cases, review_of
from tthc_cost.model import Activity, Decision, Procedure, Volume
from tthc_cost.standing import STANDING_COLUMNS, arrived_groups, dated, held_back, standing_of
from tthc_cost.vocabulary import DecisionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review_strategies import Case


def state(code: str, fee: int = 9, **more: Any) -> list[object]:
    described = {"frequency": 1, "population": 4} | more
    return [Procedure(code, f"Thủ tục {code}", **described), Activity(code, "1", grade="A1/1", fee_vnd=fee)]


def standing(before: Sequence[object], after: Sequence[object], *decisions: Decision) -> Any:
    return standing_of(review_of(before, after, *decisions)).set_index("procedure")


def test_an_empty_review_has_no_rows_but_every_column() -> None:
    assert tuple(standing_of(review_of([], [])).columns) == STANDING_COLUMNS


@FEW
@given(cases())
def test_each_procedure_of_either_state_stands_once_and_counts_as_the_oracle_says(case: Case) -> None:
    rows = standing_of(case.review())
    outcome = outcome_of(case)
    assert dict(zip(rows["procedure"], rows["counted"], strict=True)) == outcome.counted
    before = [row["procedure"] for row in case.baseline["procedures"]]
    assert rows["procedure"].tolist()[: len(before)] == before
    assert rows["in_baseline"].tolist() == [code in before for code in rows["procedure"]]


def test_scope_and_groups_are_the_baselines() -> None:
    before = state("A", agency="Sở X", level="province", in_scope=False, exclusion="bí mật nhà nước")
    row = standing(before, state("A", agency="Sở Y", level="commune", in_scope=True), Decision("A", "delegate")).loc[
        "A"
    ]
    assert (row["agency"], row["level"], row["counted"], row["exclusion"]) == (
        "Sở X",
        "province",
        False,
        "bí mật nhà nước",
    )


def test_a_new_receiver_has_the_groups_its_predecessors_agree_on_else_its_own() -> None:
    before = [*state("A", field="Nội vụ", agency="Sở X"), *state("B", field="Nội vụ", agency="Sở Y")]
    merged = [Decision(code, "merge", replaced_by="N") for code in "AB"]
    row = standing(before, state("N", field="khác", agency="Sở Z"), *merged).loc["N"]
    assert (row["field"], row["agency"]) == ("Nội vụ", "Sở Z")


@pytest.mark.parametrize(("scopes", "counted"), [((True, True), True), ((True, False), True), ((False, False), False)])
@pytest.mark.parametrize("receiver", ["B", "N"])
def test_a_receiver_is_in_scope_if_any_predecessor_is(scopes: tuple[bool, bool], counted: bool, receiver: str) -> None:
    before = [*state("A", in_scope=scopes[0]), *state("B", in_scope=scopes[1])]
    of_b = Decision("B", "amend") if receiver == "B" else Decision("B", "merge", replaced_by="N")
    rows = standing(before, state(receiver, in_scope=not counted), Decision("A", "merge", replaced_by=receiver), of_b)
    assert rows.loc[receiver, "counted"] == counted
    assert rows.loc["A", "counted"] == scopes[0]


@pytest.mark.parametrize("scope", [True, False, None])
def test_a_new_procedure_has_its_own_scope(scope: bool | None) -> None:
    rows = standing(state("A"), [*state("A"), *state("N", in_scope=scope)], Decision("A", "amend"))
    assert rows.loc["N", "counted"] == (scope is not False)


def test_a_transferred_procedure_does_not_count_and_says_why() -> None:
    for after in ([], state("A")):
        row = standing(
            [*state("A"), *state("B")], [*after, *state("B")], Decision("A", "transfer"), Decision("B", "amend")
        ).loc["A"]
        assert (row["counted"], row["exclusion"]) == (False, DecisionKind.TRANSFER.label())


CHANGES: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    ({"name": "viết lại", "stage": "result", "bearer": "requester", "source": "khảo sát", "population": 2}, False),
    ({"grade": "a1/1"}, False),
    ({"other_vnd": 0}, False),
    ({"grade": "A1/2"}, True),
    ({"effort_hours": 0.5}, True),
    ({"fee_vnd": 8}, True),
    ({"service_vnd": 1}, True),
    ({"frequency": 2}, True),
]


@pytest.mark.parametrize(("change", "simplified"), CHANGES, ids=str)
def test_a_simplification_changes_grade_effort_money_or_frequency(change: dict[str, Any], simplified: bool) -> None:
    procedure = Procedure("A", "x", frequency=1, population=4)
    line: dict[str, Any] = {"grade": "A1/1", "effort_hours": 1, "fee_vnd": 9}
    after = [procedure, Activity("A", "7", **line | change)]
    assert (
        standing([procedure, Activity("A", "1", **line)], after, Decision("A", "amend")).loc["A", "simplification"]
        == simplified
    )


def test_a_line_added_or_removed_is_a_simplification() -> None:
    two = [*state("A"), Activity("A", "2", fee_vnd=9)]
    for before, after in ((state("A"), two), (two, state("A"))):
        assert standing(before, after, Decision("A", "amend")).loc["A", "simplification"]


def test_a_frequency_changed_by_agency_is_a_simplification_and_other_agencies_are_not() -> None:
    def by(**times: float) -> list[object]:
        return [
            *state("A", frequency=None, population=None),
            *(Volume("A", agency, often, 5) for agency, often in times.items()),
        ]

    assert standing(by(x=2, y=2), by(x=2, y=1), Decision("A", "amend")).loc["A", "simplification"]
    assert not standing(by(x=2, y=2), by(z=2), Decision("A", "amend")).loc["A", "simplification"]


def test_a_grade_beside_no_effort_is_no_figure() -> None:
    after = [state("A")[0], Activity("A", "1", grade="B/12", fee_vnd=9, effort_hours=0)]
    assert not standing(state("A"), after, Decision("A", "amend")).loc["A", "simplification"]


def test_a_procedure_that_replaces_one_is_held_against_its_lines() -> None:
    replaced = Decision("A", "replace", replaced_by="N")
    assert not standing(state("A"), state("N"), replaced).loc["N", "simplification"]
    assert standing(state("A"), state("N", fee=8), replaced).loc["N", "simplification"]
    assert not standing(state("A"), [*state("A"), *state("N")], Decision("A", "amend")).loc["N", "simplification"]


def test_events_count_on_or_before_the_day_and_before_the_date() -> None:
    rows = standing_of(review_of(state("A"), state("A"), Decision("A", "amend", approved_on="2024-12-31")))
    day = dt.date(2024, 12, 31)
    eve, new_year = day - dt.timedelta(days=1), day + dt.timedelta(days=1)
    assert [dated(rows["approved_on"], on, before).all() for on, before in (
        (eve, None), (day, None), (new_year, new_year), (new_year, day), (day, day)
    )] == [False, True, True, False, False]  # fmt: skip
    assert not dated(rows["effective_on"], dt.date.max).any()


def test_what_moves_together_waits_for_the_last_and_a_new_procedure_waits_for_nothing() -> None:
    before = [*state("A"), *state("B"), *state("C")]
    review = review_of(
        before, [*state("B"), *state("C"), *state("N")],
        Decision("A", "merge", replaced_by="B", approved_on="2024-01-01"), Decision("B", "amend"),
        Decision("C", "amend", approved_on="2024-01-01"),
    )  # fmt: skip
    rows = standing_of(review)
    arrived = arrived_groups(rows, "approved_on", dt.date(2024, 1, 1))
    assert dict(zip(rows["procedure"], arrived, strict=True)) == {"A": False, "B": False, "C": True, "N": True}
    held = held_back(rows, arrived).set_index("procedure")
    assert held["in_simplified"].to_dict() == {"A": True, "B": True, "C": True, "N": True}


def test_a_receiver_held_back_stands_nowhere() -> None:
    review = review_of(
        state("A", deadline_days=15), state("N", deadline_days=10), Decision("A", "replace", replaced_by="N")
    )
    rows = standing_of(review)
    held = held_back(rows, arrived_groups(rows, "approved_on", dt.date(2024, 1, 1))).set_index("procedure")
    assert held["in_simplified"].to_dict() == {"A": True, "N": False}
    assert held["simplified_deadline_days"].notna().to_dict() == {"A": True, "N": False}


def test_a_procedure_without_lines_is_not_simplified_by_having_none() -> None:
    outside = Procedure("X", "x", in_scope=False)
    for after in ([], [outside]):
        assert not standing([outside], after, Decision("X", "keep")).loc["X", "simplification"]
