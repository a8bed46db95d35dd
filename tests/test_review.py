"""Laws of a review: both states and their decisions agree, many make one, and nothing is lost on the way to JSON."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given

from remarks import codes_of, only, says
from review_strategies import FEW, cases, review_of
from tthc_cost.errors import InputFault, Severity, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Decision, Procedure, Rate
from tthc_cost.review import REVIEW_TABLE_NAMES, Review
from tthc_cost.schema import ORIGIN, origin_text

if TYPE_CHECKING:
    from review_strategies import Case

AMEND = Decision("A", "amend")


def state(code: str = "A", agency: str | None = None, **more: Any) -> list[object]:
    return [
        Procedure(code, "Thủ tục", frequency=1, population=4, agency=agency, **more),
        Activity(code, "1", fee_vnd=9),
    ]


def raw(**cells: Any) -> dict[str, pd.DataFrame]:
    """Tables of one state with one procedure and one line."""
    procedure = {"procedure": "A", "name": "x", "frequency": 1, "population": 4}
    line = {"procedure": "A", "activity": "1", "effort_hours": 1, "grade": "A1/1"}
    return {"procedures": pd.DataFrame([procedure]), "activities": pd.DataFrame([line | cells])}


DECIDED = {"decisions": pd.DataFrame({"procedure": ["A"], "decision": ["amend"]})}


def test_dates_out_of_order_are_a_warning() -> None:
    decision = Decision("A", "amend", reviewed_on="2024-01-02", submitted_on="2024-01-01")
    warning = only("dates_out_of_order", review_of(state(), state(), decision).warnings)
    assert says(warning, "không theo thứ tự", "out of order")
    in_order: list[dict[str, Any]] = [
        {},
        {"approved_on": "2024-01-01"},
        {"reviewed_on": "2024-01-01", "effective_on": "2024-01-01"},
    ]
    for dates in in_order:
        assert review_of(state(), state(), Decision("A", "amend", **dates)).warnings == ()


def test_one_agency_spelt_in_several_ways_is_a_fault_that_shows_them() -> None:
    with pytest.raises(InputFault) as caught:
        review_of(state(agency="Sở Nội Vụ"), [*state(agency="Sở Nội vụ"), *state("N", "Sở  Nội vụ")], AMEND)
    fault = only("agency_spellings", caught.value.faults)
    assert says(fault, "viết theo nhiều cách: «Sở Nội Vụ»", "spelt in several ways: «Sở Nội Vụ»")
    assert "«Sở  Nội vụ»" in fault.text()


def test_spellings_that_differ_in_normal_form_alone_are_one() -> None:
    forms = [unicodedata.normalize(form, "Sở Nội vụ, tỉnh Hòa Bình") for form in ("NFC", "NFD")]
    review = review_of(state(agency=forms[0]), state(agency=forms[1]), AMEND)
    assert review.baseline.procedures["agency"].equals(review.simplified.procedures["agency"])


@pytest.mark.parametrize(
    ("code", "text", "vi", "en"),
    [
        ("not_json", "{", "không phải là JSON", "no JSON"),
        ("json_version", "[]", "loại và phiên bản", "schema and version"),
        ("json_version", '{"schema": "tthc_cost.review", "version": 0}', "đọc", "reads"),
        ("json_table", '{"schema": "tthc_cost.review", "version": 1}', "thiếu bảng", "no table"),
        (
            "json_table",
            '{"schema": "tthc_cost.review", "version": 1, "baseline": {"procedures": [1]}}',
            "danh sách",
            "list",
        ),
    ],
)
def test_what_is_no_review_in_json_is_refused(code: str, text: str, vi: str, en: str) -> None:
    with pytest.raises(InputFault) as caught:
        Review.from_json(text)
    assert says(only(code, caught.value.faults), vi, en)


def test_every_remark_of_the_room_is_provoked() -> None:
    assert codes_of("review") == {"dates_out_of_order", "agency_spellings", "not_json", "json_version", "json_table"}


@pytest.mark.parametrize("table", ["decisions", "criteria", "proposals"])
def test_nothing_is_decided_of_a_procedure_that_does_not_exist(table: str) -> None:
    rows = {
        "decisions": {"procedure": "Q", "decision": "keep"},
        "criteria": {"procedure": "Q", "component": "TTHC", "criterion": "cost"},
        "proposals": {"procedure": "Q", "item": "1"},
    }
    with pytest.raises(InputFault) as caught:
        Review(
            Inventory.from_objects(*state()), Inventory.from_objects(*state()), **{table: pd.DataFrame([rows[table]])}
        )
    fault = only("unknown_procedure", caught.value.faults)
    assert (fault.place.table, fault.place.column) == (table, "procedure")


def test_proposals_and_criteria_may_be_of_a_new_procedure() -> None:
    inventories = Inventory.from_objects(*state()), Inventory.from_objects(*state("N"))
    decisions = pd.DataFrame([{"procedure": "A", "decision": "replace", "replaced_by": "N"}])
    review = Review(*inventories, decisions, proposals=pd.DataFrame([{"procedure": "N", "item": 1}]))
    assert review.proposals["item"].tolist() == ["1"]


def test_every_fault_of_both_states_and_the_review_is_said_at_once() -> None:
    before, after = raw(effort_hours="vài giờ"), raw(effort_hours=None)
    after["procedures"].loc[0, "population"] = 0
    with pytest.raises(InputFault) as caught:
        Review.from_tables(before, after, {"decisions": pd.DataFrame({"procedure": ["B"], "decision": ["xem xét"]})})
    assert {one.code for one in caught.value.faults} == {
        "figure_unreadable", "no_figure", "unknown_term", "unknown_procedure", "population_vanishes",
    }  # fmt: skip
    assert {one.severity for one in caught.value.faults} == {Severity.FAULT}


def test_a_cell_that_cannot_be_read_is_not_also_called_missing() -> None:
    with pytest.raises(InputFault) as caught:
        Review.from_tables(raw(effort_hours="vài giờ"), raw(), DECIDED)
    assert [one.code for one in caught.value.faults] == ["figure_unreadable"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"effort_hours": None}, "no_figure"),
        ({"frequency": 0.0001}, "rounds_to_zero"),
        ({"fee_vnd": 10**12, "frequency": 10}, "line_over_limit"),
    ],
)
def test_lines_that_cannot_be_costed_are_faults_in_either_state(cells: dict[str, Any], code: str) -> None:
    for states in ((raw(**cells), raw()), (raw(), raw(**cells))):
        with pytest.raises(InputFault) as caught:
            Review.from_tables(*states, DECIDED)
        assert [one.code for one in caught.value.faults] == [code]


def test_the_rates_of_a_review_must_know_its_grades() -> None:
    rates = pd.DataFrame({"grade": ["A1/2"], "vnd_per_hour": [1]})
    with pytest.raises(InputFault) as caught:
        Review.from_tables(raw() | {"rates": rates}, raw() | {"rates": rates}, DECIDED)
    assert {one.code for one in caught.value.faults} == {"unknown_grade"}


@FEW
@given(cases())
def test_json_loses_nothing(case: Case) -> None:
    review = case.review()
    text = review.to_json()
    again = Review.from_json(text)
    assert again == review
    assert again.to_json() == text
    assert again.predecessors == review.predecessors
    assert again.populations.equals(review.populations)
    assert {one.code for one in again.warnings} == {one.code for one in review.warnings}
    assert json.loads(text)["version"] == 1


@FEW
@given(cases(max_procedures=3))
def test_a_review_of_its_own_inventories_is_the_same_and_so_is_one_of_one(case: Case) -> None:
    review = case.review()
    parts = {name: getattr(review, name) for name in REVIEW_TABLE_NAMES}
    assert Review(review.baseline, review.simplified, **parts) == review
    assert Review.combine(review) == review


def test_json_keeps_codes_dates_flags_and_origins() -> None:
    origin = origin_text("sở.xlsx", "TTHC", 5)
    review = review_of(
        state("1.004080", in_scope=False, announced_on="01/04/2023", origin=origin), state("1.004080"),
        Decision("1.004080", "amend", approved_on="9999-12-31", round=2),
    )  # fmt: skip
    again = Review.from_json(review.to_json())
    assert again == review
    row = again.baseline.procedures.iloc[0]
    assert (row["procedure"], row["in_scope"], row[ORIGIN]) == ("1.004080", False, origin)
    assert again.decisions["approved_on"][0].year == 9999


def test_reviews_differ_when_a_figure_does() -> None:
    one, other = review_of(state(), state(), AMEND), review_of(state(), state(), Decision("A", "delegate"))
    assert one != other
    assert one != 1


def test_many_reviews_make_one_with_every_procedure_once() -> None:
    rates = [Rate("A1/1", None, 30_000, "NĐ 73/2024"), Rate("A1/2", None, 40_000)]
    many = [review_of([*state(code), *rates], [*state(code), *rates], Decision(code, "amend")) for code in "ABC"]
    combined = Review.combine(*many)
    assert combined.baseline.procedures["procedure"].tolist() == ["A", "B", "C"]
    assert combined.baseline.rates["grade"].tolist() == ["A1/1", "A1/2"]
    assert combined.simplified.rates.equals(combined.baseline.rates)


def test_the_order_of_reviews_and_their_grouping_make_no_difference() -> None:
    a, b, c = (review_of(state(code), state(code), Decision(code, "amend")) for code in "ABC")
    assert Review.combine(Review.combine(a, b), c) == Review.combine(a, b, c) == Review.combine(a, Review.combine(b, c))


def test_no_reviews_make_an_empty_one() -> None:
    assert Review.combine() == Review(Inventory.from_objects(), Inventory.from_objects())
    assert Review.combine(Review.combine(), Review.combine()) == Review.combine()


def test_a_procedure_in_two_reviews_is_a_fault_that_names_both_files() -> None:
    one, other = (
        review_of(state(origin=origin_text(file, "TTHC", 4)), state(origin=origin_text(file, "TTHC", 4)), AMEND)
        for file in ("sở-a.xlsx", "sở-b.xlsx")
    )
    with pytest.raises(InputFault) as caught:
        Review.combine(one, other)
    fault = next(one for one in caught.value.faults if one.place.file)
    assert fault.code == "duplicate_key"
    assert says(fault, "sở-b.xlsx", "sở-a.xlsx")


def test_an_agency_spelt_otherwise_in_another_review_is_a_fault_that_names_both_files() -> None:
    many = [
        review_of(
            state(code, agency, origin=origin_text(f"{code}.xlsx", "TTHC", 4)),
            state(code, agency),
            Decision(code, "amend"),
        )
        for code, agency in (("A", "Sở Nội Vụ"), ("B", "Sở Nội vụ"))
    ]
    with pytest.raises(InputFault) as caught:
        Review.combine(*many)
    assert says(only("agency_spellings", caught.value.faults), "A.xlsx", "B.xlsx")


def test_rows_of_shared_tables_that_disagree_are_faults() -> None:
    def sharing(code: str, rate: int, level: str) -> Review:
        rows = Inventory.from_objects(*state(code), Rate("A1/1", "2024-07-01", rate))
        agencies = pd.DataFrame([{"agency": "Sở A", "level": level}])
        return Review(rows, rows, pd.DataFrame([{"procedure": code, "decision": "amend"}]), agencies=agencies)

    alike = Review.combine(sharing("A", 1, "province"), sharing("B", 1, "province"))
    assert len(alike.agencies) == len(alike.baseline.rates) == 1
    with pytest.raises(InputFault) as caught:
        Review.combine(sharing("A", 1, "province"), sharing("B", 2, "district"))
    assert {one.place.table for one in caught.value.faults} == {"rates", "agencies"}


def test_an_empty_review_is_a_review() -> None:
    empty = Review.from_tables({}, {}, None)
    assert empty == Review.from_json(empty.to_json())
    assert (empty.warnings, empty.notes, empty.predecessors) == ((), (), {})


def test_notes_of_the_tables_are_the_reviews() -> None:
    rates = {"rates": pd.DataFrame({"grade": ["A1/1"], "vnd_per_hour": [1]})}
    review = Review.from_tables(raw(fee_vnd=0.7) | rates, raw(effort_hours=None, fee_vnd=1) | rates, DECIDED)
    assert {one.code for one in review.notes} == {"rounded_money", "grade_without_effort"}


def test_json_is_strict_and_a_figure_that_is_none_is_refused() -> None:
    both = [Procedure("A", "x", frequency=1, population=2), Activity("A", "1", effort_hours=2.5)]
    text = review_of(both, both).to_json()
    assert "NaN" not in text
    with pytest.raises(InputFault) as caught:
        Review.from_json(text.replace("2.5", "NaN"))
    assert says(only("not_json", caught.value.faults), "không phải là JSON", "no JSON")


def test_nan_is_a_fault_where_it_is_told_from_a_blank() -> None:
    procedures = pl.DataFrame({"procedure": ["A"], "name": ["x"], "frequency": [1.0], "population": [1]})
    lines = pl.DataFrame({"procedure": ["A"], "activity": ["1"], "effort_hours": [float("nan")], "fee_vnd": [5]})
    with pytest.raises(InputFault) as caught:
        Inventory(procedures=procedures, activities=lines)  # type: ignore[arg-type]
    assert says(only("not_finite", caught.value.faults), "NaN", "not a finite number")
    with pytest.raises(InputFault):
        Activity("A", "1", effort_hours=float("nan"), fee_vnd=5)


def test_money_rounded_on_the_way_through_objects_is_noted() -> None:
    both = [Procedure("A", "x", frequency=1, population=1), Activity("A", "1", fee_vnd=12.34)]
    review = review_of(both, both)
    assert review.baseline.activities["fee_vnd"].tolist() == [12]
    assert "rounded_money" in {one.code for one in review.notes}


def test_a_fault_of_a_procedure_is_not_told_again_of_its_lines() -> None:
    procedures = pd.DataFrame({"procedure": ["A"], "name": ["x"], "frequency": [1], "population": ["khoảng 50"]})
    lines = pd.DataFrame({"procedure": ["A"], "activity": ["1"], "effort_hours": [1.0], "grade": ["x"]})
    with pytest.raises(InputFault) as caught:
        Review.from_tables({"procedures": procedures, "activities": lines}, {}, None)
    told = {(one.code, one.place.table) for one in caught.value.faults}
    assert not {table for _, table in told if table == "activities"}


def test_a_repeated_row_is_placed_in_the_language_of_the_message() -> None:
    procedures = pd.DataFrame({"procedure": ["A", "A"], "name": "x", "frequency": 1, "population": 1})
    lines = pd.DataFrame({"procedure": ["A"], "activity": ["1"], "effort_hours": [1.0]})
    with pytest.raises(InputFault) as caught:
        Inventory(procedures=procedures, activities=lines)
    assert "bảng" not in caught.value.text("en")


def test_what_is_no_inventory_is_refused_by_name() -> None:
    with pytest.raises(WrongKindError, match="Inventory"):
        Review(pd.DataFrame(), pd.DataFrame())  # type: ignore[arg-type]
