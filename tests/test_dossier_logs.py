"""Volumes of logs, on every engine, against dossiers counted one by one; and what they cost in a comparison."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier_samples import (
    MAKERS,
    WHOLE_2024,
    case,
    counted_volumes,
    day,
    eager_engines,
    every_engine,
    few_but_long,
    lazy_engines,
    logs,
    plain,
)
from remarks import codes_of, only, says
from tthc_cost.comparison import compare
from tthc_cost.dossier_logs import validate_log, volumes_from_log, with_volumes
from tthc_cost.errors import InputFault
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Decision, Procedure, to_frame
from tthc_cost.observed_times import processing_times_from_log
from tthc_cost.rates import RateTable
from tthc_cost.review import Review

if TYPE_CHECKING:
    from dossier_samples import Make, Rows

# Volumes


@every_engine
@few_but_long
@given(rows=logs(), with_subjects=st.booleans(), data=st.data())
def test_volumes_are_those_counted_one_by_one(make: Make, rows: Rows, with_subjects: bool, data: st.DataObject) -> None:
    if with_subjects:
        rows = [{**row, "subject": data.draw(st.sampled_from("xyz"))} for row in rows]
    found = [
        {name: row[name] for name in ("procedure", "agency", "frequency", "population")}
        for row in plain(volumes_from_log(make(rows), **WHOLE_2024))
    ]
    assert found == counted_volumes(rows, day("2024-01-01"), day("2024-12-31"))


@every_engine
def test_the_kind_of_frame_comes_back(make: Make) -> None:
    log = make([case(), case(returned="2024-03-18")])
    before = type(log)
    assert type(volumes_from_log(log, **WHOLE_2024)) is before


@lazy_engines
def test_a_lazy_log_is_not_collected(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def collect(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(nw.LazyFrame, "collect", collect)
    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    volumes_from_log(make([case()]), year=2024)


@given(rows=logs(subjects=True), order=st.randoms())
@few_but_long
def test_order_and_other_columns_change_nothing(rows: Rows, order: Any) -> None:
    shuffled = [{**row, "note": "x"} for row in rows]
    order.shuffle(shuffled)
    found = volumes_from_log(pd.DataFrame(shuffled), **WHOLE_2024)
    assert found.equals(volumes_from_log(pd.DataFrame(rows), **WHOLE_2024))


def test_a_subject_that_comes_again_is_one_subject() -> None:
    rows = [case(subject=who) for who in ("x", "x", "x", "y")]
    (volume,) = plain(volumes_from_log(pd.DataFrame(rows), **WHOLE_2024))
    assert (volume["frequency"], volume["population"]) == (2.0, 2)


def test_without_subjects_the_population_takes_the_count_and_a_note_says_so() -> None:
    log = pd.DataFrame([case(dossier=str(n)) for n in range(4)])
    (volume,) = plain(volumes_from_log(log, **WHOLE_2024))
    assert (volume["frequency"], volume["population"]) == (1.0, 4)
    note = only("log_without_subjects", validate_log(log, **WHOLE_2024).notes)
    assert says(note, "số đối tượng lấy bằng số hồ sơ", "the population is the number of cases")


@every_engine
def test_a_frequency_off_its_grid_is_noted(make: Make) -> None:
    rows = [case(subject=f"{number % 7}", dossier=f"{number}") for number in range(100)]
    (volume,) = plain(volumes_from_log(make(rows), **WHOLE_2024))
    assert (volume["frequency"], volume["population"]) == (4286 / 300, 7)  # 100 ÷ 7 is 14.2857…
    note = only("log_frequency_rounded", validate_log(make(rows), **WHOLE_2024).notes)
    assert says(note, "1/1 dòng của bảng «Khối lượng»", "of 1 volumes, 1 have")
    assert not validate_log(make(rows[:98]), **WHOLE_2024).notes


# The window


def months(*numbers: int) -> Rows:
    return [case(dt.date(2024, number, 15), subject="x", dossier=f"{number}") for number in numbers]


@every_engine
def test_a_year_counts_when_the_log_holds_all_its_months(make: Make) -> None:
    assert plain(volumes_from_log(make(months(*range(1, 13))), year=2024))[0]["frequency"] == 12
    assert validate_log(make(months(*range(1, 13))), year=2024)


@eager_engines
def test_an_incomplete_year_is_refused(make: Make) -> None:
    with pytest.raises(InputFault) as caught:
        volumes_from_log(make(months(*range(1, 11))), year=2024)
    assert says(only("log_year_incomplete", caught.value.faults), "các tháng 11, 12 của năm 2024", "2024: 11, 12;")


@lazy_engines
def test_an_incomplete_year_of_a_lazy_log_is_told_by_validation(make: Make) -> None:
    only("log_year_incomplete", validate_log(make(months(*range(1, 11))), year=2024).faults)


def test_a_stated_window_is_taken_at_its_word() -> None:
    assert len(volumes_from_log(pd.DataFrame(months(3)), **WHOLE_2024)) == 1


@every_engine
def test_a_shorter_window_is_scaled_only_when_asked(make: Make) -> None:
    log = [case(dossier=f"{n}") for n in range(100)]
    half: dict[str, Any] = {"since": "2024-01-01", "until": "2024-06-30"}  # 182 days
    with pytest.raises(InputFault) as caught:
        volumes_from_log(make(log), **half)
    assert says(only("log_window_no_year", caught.value.faults), "182 ngày", "are 182 days and not one year (366 days)")
    (volume,) = plain(volumes_from_log(make(log), **half, scale_by_days=True))
    assert volume["population"] == math.floor(Fraction(100 * 366, 182) + Fraction(1, 2)) == 201
    note = only("log_scaled_by_days", validate_log(make(log), **half, scale_by_days=True).notes)
    assert says(note, "366/182", "366/182")


def test_scaling_goes_to_the_frequency_where_subjects_are_known() -> None:
    log = pd.DataFrame([case(subject="x"), case(subject="y"), case(subject="y")])
    (volume,) = plain(volumes_from_log(log, since="2024-01-01", until="2024-06-30", scale_by_days=True))
    assert volume["population"] == 2
    assert volume["frequency"] == math.floor(Fraction(3, 2) * Fraction(366, 182) * 300 + Fraction(1, 2)) / 300


def test_scaling_a_whole_year_changes_nothing() -> None:
    log = pd.DataFrame(months(1, 2))
    found = volumes_from_log(log, **WHOLE_2024)
    assert found.equals(volumes_from_log(log, **WHOLE_2024, scale_by_days=True))
    assert not validate_log(log, **WHOLE_2024, scale_by_days=True).notes


def test_a_year_may_begin_on_any_day() -> None:
    assert len(volumes_from_log(pd.DataFrame([case("2024-03-01")]), since="2024-02-29", until="2025-02-28")) == 1
    assert len(volumes_from_log(pd.DataFrame([case("2024-03-01")]), since="15/12/2023", until="14/12/2024")) == 1


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ({}, "log_window_unstated"),
        ({"since": "2024-01-01"}, "log_window_unclear"),
        ({"year": 2024, "since": "2024-01-01", "until": "2024-12-31"}, "log_window_unclear"),
        ({"since": "2024-12-31", "until": "2024-01-01"}, "log_window_unclear"),
        ({"year": 0}, "log_window_unclear"),
        ({"since": "2023-01-01", "until": "2024-12-31", "scale_by_days": True}, "log_window_no_year"),
    ],
)
def test_a_window_that_is_no_year_is_refused(window: dict[str, Any], code: str) -> None:
    with pytest.raises(InputFault) as caught:
        volumes_from_log(pd.DataFrame([case()]), **window)
    only(code, caught.value.faults)
    only(code, validate_log(pd.DataFrame([case()]), **window).faults)


@every_engine
def test_rows_outside_the_window_are_counted_and_not_looked_at(make: Make) -> None:
    log = make([case(), case("2023-12-31"), case("2025-01-01", "2024-12-01"), case("2025-01-01", agency=None)])
    assert plain(volumes_from_log(log, **WHOLE_2024))[0]["population"] == 1
    note = only("log_rows_outside", validate_log(log, **WHOLE_2024))
    assert says(
        note, "3 dòng có ngày tiếp nhận ngoài khoảng từ 01/01/2024 đến 31/12/2024", "3 rows were received outside"
    )


# Faults

FAULTY: dict[str, tuple[dict[str, Any], str, str]] = {
    "no procedure": (case(procedure=" "), "blank_required", "procedure"),
    "no agency": (case(agency=None), "blank_required", "agency"),
    "no day of receipt": (case(None), "blank_required", "received"),
    "no such day": (case("31/02/2024"), "log_date_unreadable", "received"),
    "no leap year": (case("29/02/2023"), "log_date_unreadable", "received"),
    "no date": (case("hôm qua"), "log_date_unreadable", "received"),
    "unreadable return": (case("15/03/2024", "15/13/2024"), "log_date_unreadable", "returned"),
    "returned too early": (case("2024-03-15", "2024-03-14"), "log_returned_before_received", "returned"),
    "unknown agency": (case(agency="Sở Á"), "log_agency_unknown", "agency"),
    "no subject": (case(subject=""), "blank_required", "subject"),
    "no number": (case(dossier=None), "blank_required", "dossier"),
}
faulty_rows = pytest.mark.parametrize(("row", "code", "column"), FAULTY.values(), ids=FAULTY)


def beside(row: dict[str, Any]) -> Rows:
    """A faulty row between sound ones of its kind; texts where it has texts for dates."""
    sound = case(**{name: f"{name} 1" for name in ("subject", "dossier") if name in row})
    other = {**sound, "procedure": "NB-02", **({"dossier": "dossier 2"} if "dossier" in row else {})}
    rows = [sound, row, other]
    for name in ("received", "returned"):
        if any(isinstance(one[name], str) for one in rows):
            rows = [{**one, name: one[name] and str(one[name])} for one in rows]
    return rows


@faulty_rows
@eager_engines
def test_an_eager_log_raises_each_fault_at_its_place(make: Make, row: dict[str, Any], code: str, column: str) -> None:
    with pytest.raises(InputFault) as caught:
        volumes_from_log(make(beside(row)), **WHOLE_2024, agencies=["Sở A"])
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.table, fault.place.row, fault.place.column) == (code, "dossier_log", 2, column)
    assert fault.text("vi")
    assert fault.text("en")


@faulty_rows
@lazy_engines
def test_a_lazy_log_nulls_what_holds_a_fault(make: Make, row: dict[str, Any], code: str, column: str) -> None:
    log = make(beside(row))
    found = plain(volumes_from_log(log, **WHOLE_2024, agencies=["Sở A"]))
    faulty = [one for one in found if one["fault"]]
    assert [(one["fault"], one["faulty_rows"], one["population"], one["frequency"]) for one in faulty] == [
        (code, 1, None, None)
    ]
    assert [one["population"] for one in found if one["procedure"] == "NB-02"] == [1]
    (fault,) = validate_log(log, **WHOLE_2024, agencies=["Sở A"]).faults
    assert fault.place.column == column
    assert says(fault, f"sổ có 1 dòng lỗi «{code}»", f"1 rows of the log have the fault «{code}»")
    assert fault.code == "log_rows_at_fault"
    with pytest.raises(InputFault) as caught:
        processing_times_from_log(log, agencies=["Sở A"])
    assert caught.value.faults == (fault,)


def test_all_faults_are_told_at_once_with_what_was_seen() -> None:
    rows = [case("x", "y"), case("2024-03-15", "2024-03-14", agency="Sở Á"), case()]
    log = pd.DataFrame([{**row, "received": str(row["received"])} for row in rows])
    faults = validate_log(log, **WHOLE_2024, agencies=["Sở A"]).faults
    assert [fault.code for fault in faults] == [
        "log_date_unreadable", "log_date_unreadable", "log_returned_before_received", "log_agency_unknown",
    ]  # fmt: skip
    assert says(faults[0], "ghi «x»", "says «x», which is no day")
    assert says(faults[2], "ngày trả kết quả (2024-03-14) trước ngày tiếp nhận (2024-03-15)", "before it was received")
    assert says(faults[3], "gần nhất là: Sở A", "the nearest are: Sở A")


def test_a_fault_of_a_file_stands_at_its_row_there() -> None:
    log = pd.DataFrame([case(agency=None, origin="so.xlsx › Sổ › 12")])
    (fault,) = validate_log(log, **WHOLE_2024).faults
    assert (fault.place.file, fault.place.sheet, fault.place.row) == ("so.xlsx", "Sổ", 12)


def test_thousands_of_faults_are_counted() -> None:
    log = pd.DataFrame([case(agency=None)] * 1200)
    assert says(only("further_faults", validate_log(log, **WHOLE_2024).faults), "200", "200")


@eager_engines
def test_a_repeated_dossier_is_a_fault(make: Make) -> None:
    rows = [case(dossier="H-1"), case(dossier="H-2"), case("2024-05-06", dossier="H-1")]
    (fault,) = validate_log(make(rows), **WHOLE_2024).faults
    assert fault.place.key == ("NB-01", "Sở A", "H-1")
    assert says(fault, "mã hồ sơ «H-1» có 2 dòng", "the dossier «H-1» has 2 rows")
    with pytest.raises(InputFault):
        volumes_from_log(make(rows), **WHOLE_2024)


@lazy_engines
@pytest.mark.parametrize("subjects", [{}, {"subject": "x"}], ids=["plain", "subjects"])
def test_a_repeated_dossier_of_a_lazy_log_leaves_its_volume_null(make: Make, subjects: dict[str, str]) -> None:
    rows = [case(dossier=number, **subjects) for number in ("H-1", "H-2", "H-1")]
    (volume,) = plain(volumes_from_log(make(rows), **WHOLE_2024))
    assert (volume["fault"], volume["faulty_rows"], volume["population"]) == ("log_dossier_repeated", 2, None)
    (fault,) = validate_log(make(rows), **WHOLE_2024).faults
    assert says(fault, "2 dòng lỗi «log_dossier_repeated»", "2 rows")


def test_one_number_may_stand_at_two_agencies() -> None:
    log = pd.DataFrame([case(dossier="1"), case(dossier="1", agency="Sở B")])
    assert validate_log(log, **WHOLE_2024)


@every_engine
def test_rows_that_nothing_tells_apart_count_and_are_noted(make: Make) -> None:
    log = make([case(channel="trực tuyến")] * 3 + [case(channel="trực tiếp")])
    assert plain(volumes_from_log(log, **WHOLE_2024))[0]["population"] == 4
    assert says(only("log_rows_alike", validate_log(log, **WHOLE_2024).notes), "2 dòng giống hệt", "2 rows are wholly")


def test_agencies_are_the_same_in_any_unicode_form_and_trimmed() -> None:
    log = pd.DataFrame([case(agency="  Sở Nội vụ ")])
    assert validate_log(log, **WHOLE_2024, agencies=["Sở Nội vụ"])


@every_engine
def test_columns_are_looked_at_first(make: Make) -> None:
    with pytest.raises(InputFault) as caught:
        volumes_from_log(make([{"procedure": "A", "agency": "Sở A"}]), **WHOLE_2024)
    assert [fault.code for fault in caught.value.faults] == ["missing_column"]


def test_columns_of_another_kind_are_refused() -> None:
    log = pd.DataFrame({"procedure": [1.5], "agency": ["a"], "received": [45_000], "subjekt": ["x"]})
    codes = [fault.code for fault in validate_log(log, **WHOLE_2024).faults]
    assert codes == ["code_is_number", "log_column_no_date", "misspelt_column"]
    assert [one.code for one in validate_log([1], **WHOLE_2024).faults] == ["not_a_dataframe"]


# From the log to the đồng

RATES = RateTable.from_income(2112 * 50_000)  # 50 000 đ an hour


def office(hours: int, **figures: Any) -> Inventory:
    """Two procedures; the volumes of the first are to be measured."""
    return Inventory.from_objects(
        Procedure("A", "Nâng lương", **({"frequency": 1, "population": 500} | figures)),
        Procedure("B", "Nghỉ phép", frequency=2, population=10),
        Activity("A", "1", effort_hours=hours, fee_vnd=1000),
        Activity("A", "2", effort_hours=1),
        Activity("B", "1", effort_hours=1),
    )


@pytest.mark.parametrize("name", ["pandas", "polars_lazy", "duckdb"])
@few_but_long
@given(rows=logs(subjects=True))
def test_the_comparison_costs_measured_volumes(name: str, rows: Rows) -> None:
    of_a = [row for row in rows if row["procedure"] == "A" and row["received"].year == 2024]
    log = MAKERS[name]([row for row in rows if row["procedure"] == "A"] + [case(procedure="B", subject="x", dossier="0",
                       channel="trực tiếp", received=day("2020-01-01"))])  # fmt: skip
    volumes = volumes_from_log(log, **WHOLE_2024)
    baseline, simplified = with_volumes(office(4), volumes), with_volumes(office(2), volumes)
    decisions = to_frame(Decision, [Decision("A", "amend"), Decision("B", "keep")])
    found = compare(Review(baseline, simplified, decisions=decisions), RATES)
    by_agency: dict[str, list[int]] = {}
    for volume in counted_volumes(of_a, day("2024-01-01"), day("2024-12-31")):
        times = Fraction(round(volume["frequency"] * 300), 300) * volume["population"]
        lines = [[(4 * 50_000 + 1000), 50_000], [(2 * 50_000 + 1000), 50_000]]
        by_agency[volume["agency"]] = [
            sum(math.floor(per_case * times + Fraction(1, 2)) for per_case in of) for of in lines
        ]
    other = 50_000 * 20
    guessed = 500 * 251_000
    if by_agency:
        assert found.total.baseline == sum(before for before, _ in by_agency.values()) + other
        assert found.total.simplified == sum(after for _, after in by_agency.values()) + other
        grouped = found.by("volume_agency")[["volume_agency", "baseline_vnd", "simplified_vnd"]]
        costs = {agency: [before, after] for agency, before, after in grouped.itertuples(index=False, name=None)}
        assert {agency: costs[agency] for agency in by_agency} == by_agency
    else:
        assert found.total.baseline == guessed + other


def test_an_inventory_without_populations_takes_the_volumes_as_its_table() -> None:
    log = pd.DataFrame([case(procedure="A", agency=who) for who in ("Sở Một", "Sở Một", "xã Hai")])
    taken = Inventory(
        pd.DataFrame({"procedure": ["A"], "name": ["Nâng lương"]}),
        pd.DataFrame({"procedure": ["A"], "activity": ["1"], "effort_hours": [2]}),
        volumes=volumes_from_log(log, **WHOLE_2024),
    )
    assert taken.procedures["population"].tolist() == [3]
    assert taken.lines()[["volume_agency", "population"]].to_numpy().tolist() == [["Sở Một", 2], ["xã Hai", 1]]


def test_cases_are_not_multiplied_by_a_frequency_that_they_hold() -> None:
    log = pd.DataFrame([case(procedure="A")] * 4)
    quarterly = with_volumes(office(4, frequency=4, population=1), volumes_from_log(log, **WHOLE_2024))
    assert quarterly.lines()[["frequency", "population"]].to_numpy().tolist()[0] == [2.0, 10]
    assert quarterly.lines()[["frequency", "population"]].to_numpy().tolist()[1:] == [[1.0, 4]] * 2


@pytest.mark.parametrize("own", [{"frequency": 3}, {"population": 7}])
def test_a_line_with_a_volume_of_its_own_is_a_fault(own: dict[str, Any]) -> None:
    inventory = Inventory.from_objects(
        Procedure("A", "Nâng lương", frequency=1, population=10), Activity("A", "1", effort_hours=1, **own)
    )
    with pytest.raises(InputFault) as caught:
        with_volumes(inventory, volumes_from_log(pd.DataFrame([case(procedure="A")]), **WHOLE_2024))
    fault = only("log_line_has_own_volume", caught.value.faults)
    assert fault.place.key == ("A", "1")
    assert says(fault, "tính hai lần", "it would count twice")


def test_faulty_volumes_never_reach_an_inventory() -> None:
    log = pl.LazyFrame([case(procedure="A"), case("2024-03-15", "2024-03-14", procedure="A")])
    with pytest.raises(InputFault) as caught:
        with_volumes(office(4), volumes_from_log(log, **WHOLE_2024))
    assert {fault.code for fault in caught.value.faults} == {"blank_required"}


def test_volumes_of_an_unknown_procedure_are_a_fault() -> None:
    with pytest.raises(InputFault) as caught:
        with_volumes(office(4), volumes_from_log(pd.DataFrame([case(procedure="C")]), **WHOLE_2024))
    only("unknown_procedure", caught.value.faults)


def test_the_catalogue_holds_nothing_that_is_not_provoked_here() -> None:
    here = Path(__file__)
    source = "".join(file.read_text(encoding="utf-8") for file in (here, here.with_name("test_observed_times.py")))
    assert all(f'"{code}"' in source for code in codes_of("dossier_logs"))
