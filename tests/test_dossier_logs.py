"""Volumes and times of logs, on every engine, against dossiers counted one by one and days walked through."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost.comparison import compare
from tthc_cost.dossier_logs import validate_log, volumes_from_log, with_volumes
from tthc_cost.errors import InputFault, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.log_rows import WorkingCalendar
from tthc_cost.model import Activity, Decision, Procedure, to_frame
from tthc_cost.observed_times import processing_times_from_log
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.schema import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Rows = list[dict[str, Any]]
    Make = Callable[[Rows], Any]

WHOLE_2024: dict[str, Any] = {"since": "2024-01-01", "until": "2024-12-31"}
TYPED = {
    "procedure": pl.String, "agency": pl.String, "received": pl.Date, "returned": pl.Date, "channel": pl.String,
    "subject": pl.String, "dossier": pl.String,
}  # fmt: skip
# Tết and the swapped days of 2024 as a user would state them.
CALENDAR = WorkingCalendar(
    holidays=("2024-01-01", *(f"2024-02-{day:02}" for day in range(8, 15)), "2024-04-29", "2024-04-30", "2024-05-01"),
    make_up_days=("2024-05-04",),
)


def _polars(rows: Rows) -> pl.DataFrame:
    names = [name for name in TYPED if any(name in row for row in rows)]
    cells = {name: [row.get(name) for row in rows] for name in names}
    texts = {name for name in names if any(isinstance(cell, str) for cell in cells[name])}
    return pl.DataFrame(cells, schema={name: pl.String if name in texts else TYPED[name] for name in names})


def _duckdb(rows: Rows) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", _polars(rows).to_arrow())
    connection.execute("CREATE TABLE log AS SELECT * FROM given")
    return connection.table("log")


MAKERS: dict[str, Make] = {
    "pandas": lambda rows: _polars(rows).to_pandas(),
    "pandas_objects": pd.DataFrame,
    "polars": _polars,
    "pyarrow": lambda rows: _polars(rows).to_arrow(),
    "polars_lazy": lambda rows: _polars(rows).lazy(),
    "duckdb": _duckdb,
}
LAZY = ("polars_lazy", "duckdb")

every_engine = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
EAGER = tuple(name for name in MAKERS if name not in LAZY)
eager_engines = pytest.mark.parametrize("make", [MAKERS[name] for name in EAGER], ids=EAGER)
lazy_engines = pytest.mark.parametrize("make", [MAKERS[name] for name in LAZY], ids=LAZY)


def plain(frame: Any) -> Rows:
    """Return the rows of any frame, missing values as None, in the order of their keys."""
    known = nw.from_native(frame)
    if isinstance(known, nw.LazyFrame):
        known = known.collect("polars")
    rows = [{name: None if is_blank(cell) else cell for name, cell in row.items()} for row in known.rows(named=True)]
    return sorted(rows, key=lambda row: (row["procedure"] or "", row["agency"] or ""))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def case(received: Any = "2024-03-15", returned: Any = None, **more: Any) -> dict[str, Any]:
    """One dossier; texts of ISO days become dates."""

    def date(value: Any) -> Any:
        return (
            dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value
        )

    row = {"procedure": "NB-01", "agency": "Sở A", "received": date(received), "returned": date(returned)}
    return row | more


# The oracle: one dossier after another, one day after another


def walked_days(received: dt.date, returned: dt.date, calendar: WorkingCalendar) -> int:
    count, today = 0, received
    while today < returned:
        today += dt.timedelta(days=1)
        worked = today.weekday() < 5 and today not in calendar.holidays
        count += worked or (today.weekday() >= 5 and today in calendar.make_up_days)
    return count


def counted_volumes(rows: Rows, first: dt.date, last: dt.date) -> Rows:
    subjects: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        if first <= row["received"] <= last:
            subjects[row["procedure"], row["agency"]].append(row.get("subject"))
    made = []
    for (procedure, agency), of_case in sorted(subjects.items()):
        population = len(of_case) if None in of_case else len(set(of_case))
        steps = math.floor(Fraction(len(of_case), population) * 300 + Fraction(1, 2))
        made.append({"procedure": procedure, "agency": agency, "frequency": steps / 300, "population": population})
    return made


def ranked(days: Iterable[int], share: Fraction) -> int | None:
    in_order = sorted(days)
    return in_order[math.ceil(share * len(in_order)) - 1] if in_order else None


DAYS = st.dates(dt.date(2023, 11, 1), dt.date(2025, 2, 28))


@st.composite
def logs(draw: st.DrawFn, *, subjects: bool = False) -> Rows:
    """Up to 40 sound dossiers of two procedures and agencies, some still open."""
    rows = []
    for number in range(draw(st.integers(1, 40))):
        received = draw(DAYS)
        took = draw(st.none() | st.integers(0, 30))
        row = case(received, None if took is None else received + dt.timedelta(days=took))
        row |= {"procedure": draw(st.sampled_from(("A", "B"))), "agency": draw(st.sampled_from(("Sở Một", "xã Hai")))}
        row |= {"channel": draw(st.sampled_from(("trực tuyến", "trực tiếp"))), "dossier": f"H-{number}"}
        rows.append(row | ({"subject": draw(st.sampled_from("xyz"))} if subjects else {}))
    return rows


few_but_long = settings(max_examples=4)


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


# Dates


@pytest.mark.parametrize(
    "text",
    ["2024-02-29", "29/02/2024", "29-02-2024", "29/2/2024", " 2024-02-29 ", "2024-02-29T08:30:00", "29/02/2024 08:30"],
)
@every_engine
def test_days_are_read_as_they_are_written_in_vietnam(make: Make, text: str) -> None:
    times = processing_times_from_log(make([case(text, "1/3/2024")]))
    assert times.rows[0].median_days == 1


@few_but_long
@given(of=st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), after=st.integers(0, 400))
def test_text_and_dates_are_the_same_days(of: dt.date, after: int) -> None:
    last = min(of + dt.timedelta(days=after), dt.date(2099, 12, 31))
    texts = pl.DataFrame([case() | {"received": f"{of:%d/%m/%Y}", "returned": str(last)}])
    dates = pl.DataFrame([case(of, last)])
    (row,), (same,) = (processing_times_from_log(log).rows for log in (texts, dates))
    assert row == same
    assert row.median_days == walked_days(of, last, WorkingCalendar())


@pytest.mark.parametrize("text", ["2023-02-29", "1900-02-29", "2024-04-31", "2024-00-10", "2024-1-1x", "24-01-01", "0"])
def test_a_day_that_does_not_exist_is_never_read(text: str) -> None:
    log = pl.LazyFrame([{**case(), "received": text}])
    assert volumes_from_log(log, **WHOLE_2024).collect()["fault"].to_list() == ["log_date_unreadable"]


@pytest.mark.parametrize(
    "received",
    [
        pd.to_datetime(["2024-03-15 16:45"]).tz_localize("Asia/Ho_Chi_Minh"),
        np.array(["2024-03-15T23:59"], dtype="datetime64[s]"),
        pd.Series([dt.date(2024, 3, 15)], dtype=object),
    ],
)
def test_a_time_of_day_is_of_its_day(received: Any) -> None:
    log = pd.DataFrame({"procedure": ["A"], "agency": ["Sở A"], "received": received, "returned": ["2024-03-18"]})
    assert processing_times_from_log(log).rows[0].median_days == 1


def test_a_log_in_which_nothing_was_returned_has_no_time() -> None:
    for blank in (None, float("nan"), pd.NaT):
        log = pd.DataFrame({"procedure": ["A"], "agency": ["Sở A"], "received": ["2024-03-15"], "returned": [blank]})
        (row,) = processing_times_from_log(log).rows
        assert (row.cases, row.open_cases, row.median_days, row.p90_days, row.over_share) == (1, 1, None, None, None)


# Processing times


@every_engine
@few_but_long
@given(rows=logs(), deadline=st.integers(0, 20))
def test_times_are_those_walked_day_by_day(make: Make, rows: Rows, deadline: int) -> None:
    procedures = pd.DataFrame({"procedure": ["A"], "deadline_days": [deadline]})
    found = processing_times_from_log(make(rows), procedures, calendar=CALENDAR, by=("procedure", "agency", "channel"))
    groups: dict[tuple[str, ...], list[int | None]] = defaultdict(list)
    for row in rows:
        took = None if row["returned"] is None else walked_days(row["received"], row["returned"], CALENDAR)
        groups[row["procedure"], row["agency"], row["channel"]].append(took)
    assert [(row.procedure, row.agency, row.channel) for row in found.rows] == sorted(groups)
    for one in found.rows:
        times = groups[str(one.procedure), str(one.agency), str(one.channel)]
        days = [time for time in times if time is not None]
        judged = days if one.procedure == "A" else []
        assert (one.cases, one.open_cases) == (len(times), len(times) - len(days))
        assert (one.median_days, one.p90_days) == (ranked(days, Fraction(1, 2)), ranked(days, Fraction(9, 10)))
        assert one.over_share == (Fraction(sum(d > deadline for d in judged), len(judged)) if judged else None)


@settings(max_examples=15)
@given(received=DAYS, length=st.integers(0, 60), holidays=st.lists(DAYS), made_up=st.lists(DAYS))
def test_working_days_are_those_walked_through(received: dt.date, length: int, holidays: Any, made_up: Any) -> None:
    calendar = WorkingCalendar(tuple(holidays), tuple(made_up))
    returned = received + dt.timedelta(days=length)
    assert calendar.days_between(received, returned) == walked_days(received, returned, calendar)
    log = pl.DataFrame([case(received, returned)])
    assert processing_times_from_log(log, calendar=calendar).rows[0].median_days == calendar.days_between(
        received, returned
    )


def test_the_swapped_days_of_may_2024_are_worked() -> None:
    # 29 April 2024 was off and Saturday 4 May worked instead, by decision of that year.
    assert CALENDAR.days_between("2024-04-26", "2024-05-02") == 1
    assert CALENDAR.days_between("2024-05-03", "2024-05-06") == 2
    assert WorkingCalendar().days_between("2024-05-03", "2024-05-06") == 1


def test_a_figure_is_always_one_that_was_observed() -> None:
    # Nearest rank: of two dossiers the median is the first, of ten the ninth decile the ninth.
    rows = [case("2024-03-18", dt.date(2024, 3, 18) + dt.timedelta(days=n)) for n in (0, 1)]
    (row,) = processing_times_from_log(pd.DataFrame(rows)).rows
    assert (row.median_days, row.p90_days) == (0, 1)


def test_groups_may_be_wider_than_the_procedure() -> None:
    rows = [case(returned="2024-03-18"), case(returned="2024-03-19", agency="Sở B"), case(procedure="NB-02")]
    procedures = pd.DataFrame({"procedure": ["NB-01"], "deadline_days": ["1 ngày làm việc"]})
    whole = processing_times_from_log(pd.DataFrame(rows), procedures, by=("procedure",))
    assert [(row.procedure, row.agency, row.cases, row.over_share) for row in whole.rows] == [
        ("NB-01", None, 2, Fraction(1, 2)),
        ("NB-02", None, 1, None),
    ]
    by_agency = processing_times_from_log(pd.DataFrame(rows), procedures, by=("agency",))
    assert [(row.agency, row.cases, row.over_share) for row in by_agency.rows] == [
        ("Sở A", 2, Fraction(0)),
        ("Sở B", 1, Fraction(1)),
    ]


def test_channels_are_told_apart_and_a_blank_one_is_its_own() -> None:
    rows = [case(channel="trực tuyến"), case(channel=None), case(channel="trực tuyến")]
    found = processing_times_from_log(pd.DataFrame(rows), by=("channel",))
    assert [(row.channel, row.cases) for row in found.rows] == [(None, 1), ("trực tuyến", 2)]
    assert found.to_frame()["cases"].tolist() == [1, 2]


def test_what_the_times_do_not_hold_is_said() -> None:
    rows = [case(), case("2023-01-02", "2023-01-03")]
    procedures = pd.DataFrame({"procedure": ["NB-02"], "deadline_days": [5]})
    found = processing_times_from_log(pd.DataFrame(rows), procedures, **WHOLE_2024)
    assert {one.code for one in found.remarks} == {
        "log_dossiers_open", "log_rows_outside", "log_without_deadline", "log_weekends_only",
    }  # fmt: skip
    still_open = only("log_dossiers_open", found.remarks)
    assert says(still_open, "1 hồ sơ chưa có ngày trả", "1 dossiers have no day of return")
    assert says(only("log_without_deadline", found.remarks), "NB-01", "NB-01")
    assert not processing_times_from_log(pd.DataFrame([case(returned="2024-03-15")]), calendar=CALENDAR).remarks
    only("log_dossiers_open", validate_log(pd.DataFrame(rows), **WHOLE_2024).warnings)


def test_a_frame_of_times_keeps_what_is_not_known() -> None:
    frame = processing_times_from_log(pd.DataFrame([case()])).to_frame()
    assert frame["median_days"].isna().all()
    assert frame["over_share"].isna().all()
    assert frame["open_cases"].tolist() == [1]


def test_arguments_of_another_kind_are_refused() -> None:
    log = pd.DataFrame([case()])
    for wrong in ({"by": ()}, {"by": "agency"}, {"by": ("field",)}, {"calendar": ("2024-01-01",)}):
        with pytest.raises(WrongKindError):
            processing_times_from_log(log, **wrong)
    for absent in ({"by": ("channel",)}, {"procedures": pd.DataFrame({"procedure": ["A"]})}):
        with pytest.raises(InputFault) as caught:
            processing_times_from_log(log, **absent)
        only("missing_column", caught.value.faults)
    with pytest.raises(InputFault):
        WorkingCalendar(("30/02/2024",))


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
    source = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{code}"' in source for code in codes_of("dossier_logs"))
