"""Hypothesis strategies of the tables of a review, with every column and the texts that spreadsheets mistake."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from strategies import GRADES, efforts, frequencies, money, names
from tthc_cost.schema import TABLES, ColumnKind
from tthc_cost.vocabulary import Answer, Bearer, Criterion, DecisionKind, Kind, Level, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UGLY", "review_tables"]

Row = dict[str, Any]

UGLY = (
    "=1+1", "+84", "-5", "@SUM(A1)", "1.004080", "00123", "https://x.vn", "<b>&amp;", "_x0041_", "a\nb", "a\rb",
    "a\tb", "'", '"', "30/11/2023", "TRUE", "1E5", "{=1}", "\x01", "\N{NO-BREAK SPACE}x", "x" * 1000,
)  # fmt: skip
"""Texts that a spreadsheet would rather take for something else."""

texts = st.none() | st.sampled_from(UGLY) | names()
filled_texts = st.sampled_from([one for one in UGLY if one.strip()]) | names()
dates = st.none() | st.dates(dt.date(1890, 1, 1), dt.date(2100, 1, 1))
agencies = st.none() | st.sampled_from(["Sở Nội vụ", "UBND xã Thu Lũm", "=Sở"])
codes = st.sampled_from(["1", "2", "1.10", "00", "=1", "2a", "1/2"])


def _optional(term: type[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from([one.value for one in term])


def _of_columns(table: str, /, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Draw a row: the columns that are given, and blank or anything of its kind for the others."""
    of_kind: dict[ColumnKind, st.SearchStrategy[Any]] = {
        ColumnKind.TEXT: texts,
        ColumnKind.DATE: dates,
        ColumnKind.FLAG: st.none() | st.booleans(),
        ColumnKind.COUNT: st.none() | st.integers(0, 100),
        ColumnKind.DAYS: st.none() | st.integers(0, 400).map(lambda half: half / 2),
    }
    rest = {one.name: of_kind[one.kind] for one in TABLES[table].columns if one.name not in given}
    return st.fixed_dictionaries(rest | given)


@st.composite
def _state_tables(draw: st.DrawFn, procedures: Sequence[str]) -> dict[str, list[Row]]:
    """Tables of one state of these procedures."""
    tables: dict[str, list[Row]] = {name: [] for name in ("procedures", "activities", "documents", "steps", "ranges")}
    for code in procedures:
        of_code = {"procedure": st.just(code)}
        tables["procedures"].append(draw(_of_columns(
            "procedures", **of_code, name=filled_texts, kind=_optional(Kind), level=_optional(Level), agency=agencies,
            reviewing_agency=agencies, frequency=frequencies(50).map(float), population=st.integers(1, 500),
            in_scope=st.none() | st.booleans(),
        )))  # fmt: skip
        for table, key in (("documents", "document"), ("steps", "step")):
            for part in draw(st.lists(codes, max_size=2, unique=True)):
                rest = {"after": st.none()} if table == "steps" else {}
                tables[table].append(
                    draw(_of_columns(table, **of_code, **{key: st.just(part)}, **rest, name=filled_texts))
                )
        for number in draw(st.lists(codes, min_size=1, max_size=3, unique=True)):
            tables["activities"].append(draw(_of_columns(
                "activities", **of_code, activity=st.just(number), stage=_optional(Stage), document=st.none(),
                step=st.none(), bearer=_optional(Bearer), grade=st.sampled_from(GRADES),
                effort_hours=efforts(10).map(float), service_vnd=st.none() | money(10**6), fee_vnd=money(10**6),
                other_vnd=st.none() | money(10**6), frequency=st.none() | frequencies(50).map(float),
                population=st.none() | st.sampled_from([0, 1, 500]) | st.integers(0, 500),
            )))  # fmt: skip
        if draw(st.booleans()):
            figures = {one: st.floats(0, 1e9).map(lambda figure: round(figure, 3)) for one in ("low", "high")}
            named = {"table": st.just("activities"), "key": st.just(f"{code}/1"), "column": st.just("effort_hours")}
            tables["ranges"].append(draw(_of_columns("ranges", **named, **figures)))
    return tables


@st.composite
def review_tables(draw: st.DrawFn) -> tuple[dict[str, pd.DataFrame], ...]:
    """Tables of a review: some procedures kept and not repeated, the others amended."""
    procedures = draw(
        st.lists(st.sampled_from(["NB-01", "1.004080", "1.00408", "=NB"]), min_size=1, max_size=3, unique=True)
    )
    kept = draw(st.sets(st.sampled_from(procedures)))
    baseline = draw(_state_tables(procedures))
    simplified = draw(_state_tables([code for code in procedures if code not in kept]))
    by_agency = draw(st.sets(st.sampled_from(procedures)))
    for state in (baseline, simplified):
        for row in state["procedures"] + state["activities"]:
            row["population"] = None if row["procedure"] in by_agency else row["population"]
        state["volumes"] = [
            {"procedure": row["procedure"], "agency": agency, "frequency": 1.5, "population": 7}
            for row in state["procedures"]
            if row["procedure"] in by_agency
            for agency in ("Sở Nội vụ", "UBND xã Thu Lũm")
        ]  # fmt: skip
        state["rates"] = [{"grade": grade, "vnd_per_hour": 45_265, "source": "=GDP"} for grade in GRADES]
    baseline["rates"][0]["vnd_per_hour"] = simplified["rates"][0]["vnd_per_hour"] = draw(st.integers(1, 200_000))
    review: dict[str, list[Row]] = {
        "decisions": [],
        "criteria": [],
        "proposals": [],
        "agencies": [],
        "task_records": [],
    }
    for code in procedures:
        decision = DecisionKind.KEEP.value if code in kept else DecisionKind.AMEND.value
        of_code = {"procedure": st.just(code)}
        review["decisions"].append(
            draw(_of_columns("decisions", **of_code, decision=st.just(decision), replaced_by=st.none()))
        )
        review["criteria"].append(draw(_of_columns(
            "criteria", **of_code, component=filled_texts, criterion=st.sampled_from([one.value for one in Criterion]),
            answer=_optional(Answer),
        )))  # fmt: skip
        review["proposals"].append(draw(_of_columns("proposals", **of_code, item=codes)))
    review["agencies"].append(draw(_of_columns("agencies", agency=st.just("Sở Nội vụ"), level=_optional(Level))))
    review["task_records"].append(
        draw(_of_columns("task_records", task=st.sampled_from(["1.1", "2.1"]), agency=st.just("Sở Nội vụ")))
    )
    return tuple(
        {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows}
        for tables in (baseline, simplified, review)
    )
