"""Hypothesis strategies for whole reviews: two states, decisions of every kind, and what is left blank between them.

A `Case` holds plain rows as departments type them, efforts and frequencies exact. Reviews are consistent (they hold no
fault) but ugly: merges into new and into standing procedures, links, delegations, transfers with and without rows
after, procedures out of scope, volumes by agency, blank frequencies and populations, lines with populations of their
own, cases of which there are none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from strategies import GRADES, efforts, frequencies, money
from tthc_cost.inventory import Inventory
from tthc_cost.model import Decision, to_frame
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FEW", "Case", "cases", "frame_of", "review_of", "unchanged_cases"]

FEW = settings(max_examples=max(5, settings().max_examples // 12))
"""How many whole reviews a law is tried on, few but in CI: each takes as long as thousands of lines."""

Row = dict[str, Any]
Tables = dict[str, list[Row]]

CODES = ("NB-01", "NB-02", "1.004080", "1.00408", "TTHC-Đ7", "b/9")
NEW_CODES = ("MỚI-1", "MỚI-2")
FRESH_CODE = "MỚI-3"
AGENCIES = ("Sở Nội vụ", "Sở Tài chính", "UBND xã Thu Lũm", None)
COMMUNES = ("xã Mường So", "xã Thu Lũm", "phường Tân Phong")
DATES = (None, "2023-05-10", "2023-11-30", "2024-06-01", "2024-12-31", "2025-03-01")
REMAINS = (None, "keep", "amend", "delegate", "link")
GIVES_UP = ("replace", "merge", "link")
MOST_TIMES_A_YEAR = 12
MOST_SUBJECTS = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """A review as rows, with the rates of its grades [đồng per person-hour].

    Parameters
    ----------
    rates
        Rate of every grade.
    baseline, simplified
        Rows of ``procedures``, ``activities`` and ``volumes``.
    decisions
        Rows of ``decisions``.
    """

    rates: Mapping[str, int]
    baseline: Tables
    simplified: Tables
    decisions: list[Row] = field(default_factory=list)

    def frames(self) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
        """Return the tables of both states and of the review as `Review.from_tables` takes them."""
        before, after = (
            {name: frame_of(name, rows) for name, rows in tables.items()} for tables in (self.baseline, self.simplified)
        )
        return before, after, {"decisions": frame_of("decisions", self.decisions)}

    def review(self) -> Review:
        """Return the review itself."""
        return Review.from_tables(*self.frames())

    def rate_table(self) -> RateTable:
        """Return the rates as the library takes them."""
        return RateTable.from_table(
            pd.DataFrame({"grade": list(self.rates), "vnd_per_hour": list(self.rates.values())})
        )


def frame_of(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Write rows as a sheet would hold them: every column of the table, blanks as None, fractions as floats."""
    names = [column.name for column in TABLES[table].columns]
    cells = {name: [_typed(row.get(name)) for row in rows] for name in names}
    return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in cells.items()})


def _typed(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


def _times() -> st.SearchStrategy[Fraction]:
    return frequencies(MOST_TIMES_A_YEAR).filter(lambda times: times <= MOST_TIMES_A_YEAR)


def _subjects() -> st.SearchStrategy[int]:
    return st.sampled_from([0, 1, 40, 60, 150]) | st.integers(0, MOST_SUBJECTS)


@st.composite
def _figures(draw: st.DrawFn) -> Row:
    """What one case takes: blanks among the figures, but one of them at least."""
    row: Row = {
        "stage": draw(st.sampled_from(["preparation", "submission", "processing", None])),
        "bearer": draw(st.sampled_from(["requester", "resolver", "coordinator", None])),
        "grade": draw(st.sampled_from(GRADES)),
        "effort_hours": draw(st.none() | efforts(100)),
        "service_vnd": draw(st.none() | money(10**6)),
        "fee_vnd": draw(st.none() | money(10**6)),
        "other_vnd": draw(st.none() | money(10**6)),
    }
    if all(row[name] is None for name in ("effort_hours", "service_vnd", "fee_vnd", "other_vnd")):
        row["fee_vnd"] = draw(money(10**6))
    return row


@st.composite
def _lines(draw: st.DrawFn, code: str, stated: int | None, *, may_state: bool, least: int = 1) -> list[Row]:
    """Lines of a procedure; only those of one that states its population may state populations of their own."""
    rows = []
    for number in range(draw(st.integers(least, 3))):
        row = {"procedure": code, "activity": str(number + 1), **draw(_figures())}
        row["frequency"] = draw(st.none() | st.none() | _times())
        own = st.integers(0, stated) if may_state and stated is not None else st.none()
        row["population"] = draw(st.none() | own)
        rows.append(row)
    return rows


@st.composite
def _described(draw: st.DrawFn, code: str) -> Row:
    return {
        "procedure": code,
        "name": draw(st.sampled_from(["Bổ nhiệm", "Điều chuyển tài sản công"])),
        "kind": draw(st.sampled_from(["between_agencies", "within_agency", None])),
        "level": draw(st.sampled_from(["province", "district", "commune", None])),
        "field": draw(st.sampled_from(["Nội vụ", "Tài chính", None])),
        "agency": draw(st.sampled_from(AGENCIES)),
        "reviewing_agency": draw(st.sampled_from(AGENCIES)),
        "deadline_days": draw(st.sampled_from([None, 5, 15, 7.5, 0])),
        "in_scope": draw(st.sampled_from([None, True, True, False])),
    }


def _volumes(code: str) -> st.SearchStrategy[list[Row]]:
    each = st.fixed_dictionaries({"frequency": _times(), "population": st.integers(0, MOST_SUBJECTS // 4)})
    rows = st.lists(st.tuples(st.sampled_from(COMMUNES), each), min_size=1, max_size=3, unique_by=lambda pair: pair[0])
    return rows.map(lambda pairs: [{"procedure": code, "agency": agency, **row} for agency, row in pairs])


@st.composite
def _existing(draw: st.DrawFn, code: str) -> tuple[Row, list[Row], list[Row]]:
    """A procedure of the baseline, its lines and its volumes by agency."""
    row = draw(_described(code))
    volumes: list[Row] = draw(_volumes(code)) if draw(st.integers(0, 4)) == 0 else []
    row["frequency"] = draw(_times())
    row["population"] = draw(_subjects())
    if volumes:
        row["frequency"] = draw(st.none() | _times())
        row["population"] = draw(st.sampled_from([None, sum(one["population"] for one in volumes)]))
    least = 0 if row["in_scope"] is False else 1
    lines = draw(_lines(code, row["population"], may_state=not volumes, least=least))
    return row, lines, volumes


@st.composite
def _decided(draw: st.DrawFn, codes: Sequence[str]) -> tuple[list[Row], dict[str, list[str]], list[str]]:
    """Decisions on the baseline's procedures, who continues whom after, and what else is in the simplified state."""
    fates = {
        code: draw(st.sampled_from(("remains", "remains", "gives_up", "gives_up", "rests", "ends"))) for code in codes
    }
    remaining = [code for code, fate in fates.items() if fate == "remains"]
    continued: dict[str, list[str]] = {code: [code] for code in remaining}
    decisions: list[Row] = []
    also: list[str] = []
    for code, fate in fates.items():
        row: Row = {"procedure": code}
        if fate == "remains":
            row["decision"] = draw(st.sampled_from(REMAINS))
        elif fate == "rests":
            row["decision"] = "keep"
        elif fate == "ends":
            row["decision"] = draw(st.sampled_from(("abolish", "transfer")))
            if row["decision"] == "transfer" and draw(st.booleans()):
                also.append(code)
        else:
            row["decision"] = draw(st.sampled_from(GIVES_UP))
            row["replaced_by"] = draw(st.sampled_from((*remaining, *NEW_CODES)))
            continued.setdefault(row["replaced_by"], []).append(code)
        if row["decision"] is not None:
            dates = sorted(draw(st.lists(st.sampled_from(DATES[1:]), max_size=4)))
            row |= dict(zip(("reviewed_on", "submitted_on", "approved_on", "effective_on"), dates, strict=False))
            decisions.append(row)
    if draw(st.integers(0, 3)) == 0:
        also.append(FRESH_CODE)
    return decisions, continued, also


@st.composite
def _after(
    draw: st.DrawFn, code: str, before: Sequence[tuple[Row, list[Row], list[Row]]]
) -> tuple[Row, list[Row], list[Row]]:
    """A procedure of the simplified state that continues those of the baseline, its figures stated or left blank."""
    row = draw(_described(code))
    row["frequency"], row["population"] = draw(_times()), draw(_subjects())
    known = [_population(one) for one in before]
    volumes: list[Row] = []
    chance = st.integers(0, 1)
    repeats_none, is_silent = draw(chance) == 1, draw(chance) == 1
    inherits_volumes = len(before) == 1 and bool(before[0][2]) and repeats_none
    if inherits_volumes:
        row["frequency"] = row["population"] = None
    elif before and is_silent:
        row["population"] = None
    elif draw(st.integers(0, 5)) == 0:
        volumes = draw(_volumes(code))
        row["population"] = None
    if max(known, default=0) and row["population"] == 0:
        row["population"] = 1
    if max(known, default=0) and volumes and not sum(one["population"] for one in volumes):
        volumes[0]["population"] = 1
    if row["population"] is None and not volumes and not inherits_volumes and any(one[2] for one in before):
        row["population"] = max(1, sum(known))
    if not inherits_volumes and len({one[0]["frequency"] for one in before} - {None}) == 1:
        shared = all(one[0]["frequency"] is not None for one in before)
        row["frequency"] = draw(st.sampled_from([None, row["frequency"]])) if shared else row["frequency"]
    may_state = row["population"] is not None and not volumes
    old = [dict(line) for one in before for line in one[1]]
    repeats_lines = draw(chance) == 1
    if old and repeats_lines:
        lines = [
            {**line, "procedure": code, "activity": str(number + 1), "population": None}
            for number, line in enumerate(old)
        ]
        lines = lines[draw(st.integers(0, len(lines) - 1)) :]
        if draw(chance):
            lines[0] |= draw(_figures())
    else:
        lines = draw(_lines(code, row["population"], may_state=may_state))
    return row, lines, volumes


def _population(procedure: tuple[Row, list[Row], list[Row]]) -> int:
    row, _, volumes = procedure
    return sum(one["population"] for one in volumes) if volumes else row["population"]


def _tables(procedures: Sequence[tuple[Row, list[Row], list[Row]]]) -> Tables:
    return {
        "procedures": [row for row, _, _ in procedures],
        "activities": [line for _, lines, _ in procedures for line in lines],
        "volumes": [volume for _, _, volumes in procedures for volume in volumes],
    }


def _rates() -> st.SearchStrategy[dict[str, int]]:
    each = st.sampled_from([45_265, 48_248, 33_638, 1]) | st.integers(1, 200_000)
    return st.fixed_dictionaries(dict.fromkeys(GRADES, each))


@st.composite
def cases(draw: st.DrawFn, *, max_procedures: int = 5) -> Case:
    """Reviews of a few procedures, decisions of every kind, without fault."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=max_procedures, unique=True))
    before = {code: draw(_existing(code)) for code in codes}
    decisions, continued, also = draw(_decided(codes))
    after = [draw(_after(code, [before[one] for one in codes if one in old])) for code, old in continued.items()]
    after += [draw(_after(code, [])) for code in also]
    return Case(draw(_rates()), _tables(list(before.values())), _tables(after), decisions)


@st.composite
def unchanged_cases(draw: st.DrawFn) -> Case:
    """Reviews that change nothing: each procedure kept and repeated, kept and not repeated, or amended in no figure."""
    case = draw(cases())
    fates = {row["procedure"]: draw(st.sampled_from(["keep", "rest", "amend"])) for row in case.baseline["procedures"]}
    decisions = [
        {"procedure": code, "decision": "amend" if fate == "amend" else "keep"} for code, fate in fates.items()
    ]
    repeated = {
        name: [row for row in rows if fates[row["procedure"]] != "rest"] for name, rows in case.baseline.items()
    }
    return replace(case, simplified=repeated, decisions=decisions)


def review_of(before: Sequence[object], after: Sequence[object], *decisions: Decision) -> Review:
    """Make a review of objects of the model."""
    return Review(
        Inventory.from_objects(*before), Inventory.from_objects(*after), decisions=to_frame(Decision, decisions)
    )
