"""Times of dossiers, on every engine, against days walked through one by one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier_samples import (
    CALENDAR,
    DAYS,
    WHOLE_2024,
    case,
    every_engine,
    few_but_long,
    logs,
    ranked,
    walked_days,
)
from remarks import only, says
from tthc_cost.dossier_logs import validate_log, volumes_from_log
from tthc_cost.errors import InputFault, WrongKindError
from tthc_cost.log_rows import WorkingCalendar
from tthc_cost.observed_times import processing_times_from_log

if TYPE_CHECKING:
    from dossier_samples import Make, Rows

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
