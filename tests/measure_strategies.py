"""Hypothesis strategies for simplification measures: procedures with parts, and measures that each apply to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import strategies as st

from tthc_cost.errors import InputFault
from tthc_cost.inventory import Inventory
from tthc_cost.measures.applying import rows_after, rows_of
from tthc_cost.measures.kinds import (
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
)
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tthc_cost.measures.kinds import SimplificationMeasure

__all__ = ["RATES", "Scene", "raising_no_cost", "scenes"]

Row = dict[str, Any]

RATES = RateTable.from_table(pd.DataFrame({"grade": ["A1/1", "A1/3", "B/4"], "vnd_per_hour": [45_265, 48_248, 33_638]}))
CODES = ("NB-01", "NB-02", "b/9")
COMMUNES = ("xã Mường So", "xã Thu Lũm")


@dataclass(frozen=True, slots=True)
class Scene:
    """An inventory, and measures of which each can be applied to it alone."""

    inventory: Inventory
    measures: tuple[SimplificationMeasure, ...]


@st.composite
def _lines(draw: st.DrawFn, code: str, documents: int, steps: int, *, own_population: int | None) -> list[Row]:
    rows = []
    homes = [("document", str(number + 1)) for number in range(documents)]
    homes += [("step", str(number + 1)) for number in range(steps)] + [("stage", "submission")]
    for number, (column, value) in enumerate(draw(st.permutations(homes * 2))[: draw(st.integers(1, 7))]):
        grade = draw(st.sampled_from(["A1/1", "A1/3", "B/4", None]))
        row: Row = {"procedure": code, "activity": str(number + 1), column: value, "name": f"Việc {number + 1}"}
        row["bearer"] = draw(st.sampled_from(["requester", "resolver", "coordinator"]))
        row["grade"] = grade
        row["effort_hours"] = None if grade is None else draw(st.integers(0, 240)) / 60
        row["other_vnd"] = draw(st.sampled_from([0, 3000, 20_001]) if grade is None else st.sampled_from([None, 3000]))
        row["frequency"] = draw(st.sampled_from([None, None, None, 6.0]))
        row["population"] = draw(st.sampled_from([None, None, None, own_population]))
        rows.append(row)
    return rows


@st.composite
def _procedure(draw: st.DrawFn, code: str) -> dict[str, list[Row]]:
    documents, steps = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    by_agency = draw(st.integers(0, 3)) == 0
    population = draw(st.integers(1, 300))
    row: Row = {
        "procedure": code, "name": f"Thủ tục {code}", "level": "province", "agency": "Sở Nội vụ",
        "deadline_days": draw(st.sampled_from([None, 5, 15.5])), "channel": draw(st.sampled_from([None, "Trực tiếp"])),
        "frequency": draw(st.sampled_from([1, 4, 12])), "population": None if by_agency else population,
    }  # fmt: skip
    volumes = [
        {"procedure": code, "agency": agency, "frequency": draw(st.sampled_from([1.0, 4.0])), "population": population}
        for agency in (COMMUNES[: draw(st.integers(1, 2))] if by_agency else ())
    ]
    after = st.sets(st.integers(1, 4))
    return {
        "procedures": [row],
        "documents": [
            {"procedure": code, "document": str(n), "name": f"Giấy {n}", "copies": draw(st.sampled_from([None, 1, 3]))}
            for n in range(1, documents + 1)
        ],
        "steps": [
            {
                "procedure": code, "step": str(n), "name": f"Bước {n}",
                "duration_days": draw(st.sampled_from([None, 0.5, 2, 3])),
                "after": ";".join(str(one) for one in sorted(draw(after), reverse=True) if one < n) or None,
            }
            for n in range(1, steps + 1)
        ],
        "activities": draw(_lines(code, documents, steps, own_population=None if by_agency else population // 2)),
        "volumes": volumes,
    }  # fmt: skip


@st.composite
def _lower_line(draw: st.DrawFn, row: Row, *, may_drop: bool = True) -> LineAfter:
    code = row["activity"]
    if may_drop and draw(st.integers(0, 3)) == 0:
        return LineAfter(code, dropped=True)
    figures: Row = {}
    for column, parts in (("effort_hours", 4), ("other_vnd", 3)):
        if row[column]:
            less = row[column] * draw(st.integers(0, parts)) / parts
            figures[column] = less if column == "effort_hours" else int(less)
    return LineAfter(code, **figures) if figures else LineAfter(code, name="Việc đã đổi tên")


@st.composite
def _measure(draw: st.DrawFn, code: str, tables: dict[str, list[Row]], procedures: Sequence[str]) -> Any:
    procedure = draw(st.sampled_from(list(procedures)))
    row = next(one for one in tables["procedures"] if one["procedure"] == procedure)
    lines, documents, steps = (
        [one for one in tables[name] if one["procedure"] == procedure] for name in ("activities", "documents", "steps")
    )
    some = draw(st.lists(st.sampled_from(lines), min_size=1, max_size=2, unique_by=lambda one: one["activity"]))
    change = tuple(draw(_lower_line(one)) for one in some)
    others = [one for one in procedures if one != procedure]
    said: dict[str, Any] = {
        "one_off_vnd": draw(st.integers(0, 10**7)),
        "legal": LegalAction(draw(st.sampled_from([None, "QĐ 1", "QĐ 2"])), "Điều 3", "sửa đổi", "UBND tỉnh"),
    }
    kinds = [SimplifyWork, GoOnline, LowerFrequency, Delegate, Abolish, ShortenDeadline]
    kinds += [DropDocument, StopAsking, CutCopies] * bool(documents) + [DropStep, ShortenStep] * bool(steps)
    kinds += [MergeSteps] * (2 * (len(steps) > 1)) + [MergeProcedures] * bool(others)
    kind = draw(st.sampled_from(kinds))
    document = draw(st.sampled_from(documents))["document"] if documents else ""
    few = draw(st.permutations([one["step"] for one in steps]))
    if kind is MergeSteps:
        duration = draw(st.sampled_from([None, 1]))
        return kind(code, procedure, few[0], tuple(few[1 : draw(st.integers(2, len(few)))]), duration, **said)
    if kind is MergeProcedures:
        into = draw(st.sampled_from([None, f"MỚI-{code}"]))
        own = [one["activity"] for one in lines if one["population"] is not None]
        kept = tuple(LineAfter(one, population=draw(st.integers(0, 50))) for one in own)
        return kind(code, procedure, tuple(others[: draw(st.integers(1, 2))]), into, lines=kept, **said)
    stated: dict[type[Any], tuple[Any, ...]] = {
        SimplifyWork: (change,), GoOnline: (change,), LowerFrequency: (draw(st.sampled_from([0.5, 1, 2])),),
        Delegate: ("commune", None, change), Abolish: (), ShortenDeadline: (draw(st.sampled_from([3, 5.5])),),
        DropDocument: (document,), StopAsking: (document, "Sở Tư pháp"), CutCopies: (document, 1, change),
        DropStep: tuple(few[:1]), ShortenStep: (*few[:1], draw(st.sampled_from([0.5, 1])), change),
    }  # fmt: skip
    assert row["procedure"] == procedure
    return kind(code, procedure, *stated[kind], **said)


@st.composite
def scenes(draw: st.DrawFn, *, most: int = 5) -> Scene:
    """Inventories of a few procedures, and measures of every kind that each can be applied to them alone."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
    drawn = [draw(_procedure(code)) for code in codes]
    tables = {name: [row for one in drawn for row in one[name]] for name in drawn[0]}
    inventory = Inventory(**{name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows})
    rows = rows_of(inventory, codes)
    measures = []
    for number in range(draw(st.integers(1, most))):
        measure = draw(_measure(f"PA-{number + 1}", tables, codes))
        try:
            rows_after([measure], rows)
        except InputFault:
            continue
        measures.append(measure)
    return Scene(inventory, tuple(measures))


def raising_no_cost(measures: Sequence[SimplificationMeasure]) -> list[SimplificationMeasure]:
    """Return the measures that can only lower the cost: not those whose cost depends on another grade or procedure."""
    return [one for one in measures if not isinstance(one, MergeProcedures)]
