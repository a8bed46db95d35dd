"""Logs on Dask and Spark give the integers that pandas does, and the same words; what is brought home is small."""

from __future__ import annotations

import datetime as dt
import random
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dossier_samples import CALENDAR, WHOLE_2024, case, plain
from engine_frames import dask_frame
from spark_session import spark_session
from tthc_cost.dossier_logs import validate_log, volumes_from_log, with_volumes
from tthc_cost.errors import InputFault
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Procedure
from tthc_cost.observed_times import processing_times_from_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from dossier_samples import Rows

pytestmark = pytest.mark.heavy

AGENCIES = ("Sở Nội vụ", "xã Mường Tè")
DEADLINES = pd.DataFrame({"procedure": ["NB-01", "NB-03"], "deadline_days": [3, 5]})


def sound(count: int, *, texts: bool) -> Rows:
    """Dossiers of five procedures, most of them of the first, some open, some outside 2024, codes with outer blanks."""
    chance = random.Random(6)  # noqa: S311 - a constructed log
    rows = []
    for number in range(count):
        received = dt.date(2023, 11, 1) + dt.timedelta(days=chance.randrange(480))
        returned = received + dt.timedelta(days=chance.randrange(20)) if chance.random() < 0.9 else None
        if texts:
            written = (f"{day:%d/%m/%Y}" if day and number % 2 else day and str(day) for day in (received, returned))
        else:
            written = (day and dt.datetime.combine(day, dt.time(8)) for day in (received, returned))
        row = dict(zip(("received", "returned"), written, strict=True))
        row |= {"procedure": chance.choice(("NB-01", "NB-01 ", "NB-01", "NB-02", "NB-03", "NB-04", "\tNB-05"))}
        row |= {"agency": chance.choice(AGENCIES), "channel": chance.choice(("trực tuyến", "trực tiếp", None))}
        rows.append(row | {"subject": f"người {chance.randrange(60)}", "dossier": f"H-{number}"})
    return rows


def hostile() -> Rows:
    """Rows of every fault that a log can have, each beside sound ones of procedures of its own."""
    faulty: list[dict[str, Any]] = [
        {"procedure": " "}, {"agency": None}, {"received": None}, {"received": "31/02/2024"}, {"returned": "hôm qua"},
        {"returned": "2024-03-14"}, {"agency": "Sở Á"}, {"subject": ""}, {"dossier": None}, {"dossier": "H-lặp"},
    ]  # fmt: skip
    rows = []
    for number, figures in enumerate(faulty):
        row: dict[str, Any] = {"received": "2024-03-15", "returned": "2024-03-18", "agency": AGENCIES[0]}
        row |= {"procedure": f"X-{number}", "channel": "trực tiếp", "subject": "a", "dossier": "H-lặp"}
        rows += [row, row | {"dossier": f"H-{number}"} | figures]
    return rows


def on_dask(rows: Rows) -> Any:
    return dask_frame(pd.DataFrame(rows))


def on_spark(rows: Rows) -> Any:
    kinds = {name: "timestamp_ntz" if isinstance(rows[0][name], dt.datetime) else "string" for name in rows[0]}
    schema = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    return spark_session().createDataFrame([tuple(row.values()) for row in rows], schema).repartition(3)


def rows_of(frame: Any) -> Rows:
    return plain(frame.compute() if hasattr(frame, "compute") else frame.toArrow())


on_clusters = pytest.mark.parametrize("make", [on_dask, on_spark], ids=["dask", "spark"])


@on_clusters
@pytest.mark.parametrize(
    ("texts", "without"), [(False, []), (True, ["subject", "channel"]), (True, ["dossier"])], ids=str
)
def test_volumes_notes_and_times_are_those_of_pandas(
    make: Callable[[Rows], Any], texts: bool, without: list[str]
) -> None:
    rows = [{name: row[name] for name in row if name not in without} for row in sound(600, texts=texts)]
    log, expected = make(rows), pd.DataFrame(rows)
    volumes = volumes_from_log(log, **WHOLE_2024)
    assert type(volumes) is type(log)
    rest = {"faulty_rows": 0, "fault": None}
    assert rows_of(volumes) == [row | rest for row in plain(volumes_from_log(expected, **WHOLE_2024))]
    assert validate_log(log, **WHOLE_2024) == validate_log(expected, **WHOLE_2024)
    by = [name for name in ("procedure", "agency", "channel") if name not in without]
    times: dict[str, Any] = {"calendar": CALENDAR, "by": by, "agencies": AGENCIES}
    found = processing_times_from_log(log, DEADLINES, **times)
    assert found == processing_times_from_log(expected, DEADLINES, **times)
    assert sum(one.over_cases for one in found.rows) > 0


@on_clusters
def test_what_is_at_fault_is_null_and_named_and_nothing_else(make: Callable[[Rows], Any]) -> None:
    rows = hostile()
    log = make(rows)
    told = validate_log(pd.DataFrame(rows), **WHOLE_2024, agencies=AGENCIES)
    counts = {(dict(one.values)["code"], one.place.column, dict(one.values)["count"])
              for one in validate_log(log, **WHOLE_2024, agencies=AGENCIES).faults}  # fmt: skip
    of_pandas = [(fault.code, fault.place.column) for fault in told.faults]
    rows_at_fault = {kind: of_pandas.count(kind) for kind in of_pandas} | {("log_dossier_repeated", "dossier"): 2}
    assert counts == {(*kind, str(count)) for kind, count in rows_at_fault.items()}
    found = rows_of(volumes_from_log(log, **WHOLE_2024, agencies=AGENCIES))
    assert sorted({row["fault"] for row in found if row["fault"]}) == sorted({code for code, _ in of_pandas})
    for row in found:
        assert (row["fault"] is None) == (row["faulty_rows"] == 0) == (row["population"] is not None)
    with pytest.raises(InputFault) as caught:
        processing_times_from_log(log, agencies=AGENCIES)
    assert {dict(one.values)["code"] for one in caught.value.faults} == {code for code, _ in of_pandas} - {
        "log_dossier_repeated"
    }


@on_clusters
def test_one_great_procedure_and_an_empty_log_are_counted(make: Callable[[Rows], Any]) -> None:
    rows = sound(40, texts=False)
    assert rows_of(volumes_from_log(make(rows[:1]), since="2020-01-01", until="2020-12-31")) == []
    only_outside = processing_times_from_log(make(rows[:1]), since="2020-01-01", until="2020-12-31")
    assert only_outside.rows == ()
    skewed = make([row | {"procedure": "NB-01", "agency": AGENCIES[0]} for row in rows])
    expected = sum(row["received"].year == 2024 for row in rows)
    ((found,),) = (rows_of(volumes_from_log(skewed, **WHOLE_2024)),)
    assert round(found["frequency"] * found["population"]) == expected


@on_clusters
def test_measured_volumes_go_into_an_inventory(make: Callable[[Rows], Any]) -> None:
    inventory = Inventory.from_objects(
        Procedure("NB-01", "Nâng lương", frequency=1, population=5), Activity("NB-01", "1", effort_hours=2)
    )
    rows = [case(dt.datetime(2024, 3, 15), None, dossier=f"{number}") for number in range(4)]
    volumes = volumes_from_log(make([{**row, "returned": row["received"]} for row in rows]), **WHOLE_2024)
    given = volumes.compute() if hasattr(volumes, "compute") else volumes.toArrow()
    assert with_volumes(inventory, given).procedures["population"].tolist() == [4]


def test_dask_counts_where_the_rows_lie() -> None:
    dask, dd = import_module("dask"), import_module("dask.dataframe")
    log, readings = pd.DataFrame(sound(30, texts=False)), []

    def read(number: int) -> pd.DataFrame:
        readings.append(number)
        return log.iloc[number::2]

    volumes = volumes_from_log(dd.from_map(read, [0, 1], meta=log.iloc[:0]), **WHOLE_2024)
    assert readings == []
    with dask.config.set({"scheduler": "synchronous", "dataframe.shuffle.method": "tasks"}):  # even beside a cluster
        assert rows_of(volumes)
    assert sorted(readings) == [0, 1]


def test_spark_counts_where_the_rows_lie() -> None:
    log, context = on_spark(sound(30, texts=False)), spark_session().sparkContext
    context.setJobGroup("counting", "")
    volumes_from_log(log, year=2024)
    assert not context.statusTracker().getJobIdsForGroup("counting")
