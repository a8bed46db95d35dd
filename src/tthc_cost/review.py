"""The two states under review, the decisions that lead from one to the other, and who is costed at which population."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import pandas as pd

from tthc_cost import costing, succession
from tthc_cost.conformity import as_pandas, conform
from tthc_cost.errors import InputFault, Validation, remark, require
from tthc_cost.inventory import TABLE_NAMES, Inventory, Prepared, lines_of, prepare
from tthc_cost.notebook_tables import NotebookTable, Shown, label, remark_counts, remarks_tables, words
from tthc_cost.rates import RateTable
from tthc_cost.schema import ORIGIN, TABLES, is_blank, row_place, rows_of
from tthc_cost.vocabulary import State, fold, nearest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.errors import Language, Place, Remark
    from tthc_cost.notebook_tables import CellKind

__all__ = ["JSON_SCHEMA", "JSON_VERSION", "REVIEW_TABLE_NAMES", "Review"]

REVIEW_TABLE_NAMES: Final = ("decisions", "criteria", "proposals", "agencies", "task_records")
"""Tables of a review beside those of its two inventories."""
JSON_SCHEMA: Final = "tthc_cost.review"
JSON_VERSION: Final = 1

_PARTS: Final = {"baseline": TABLE_NAMES, "simplified": TABLE_NAMES, "review": REVIEW_TABLE_NAMES}
_SHARED_TABLES: Final = ("rates", "agencies")
_AGENCY_COLUMNS: Final = (
    ("procedures", "agency"),
    ("procedures", "reviewing_agency"),
    ("volumes", "agency"),
    ("agencies", "agency"),
    ("task_records", "agency"),
)

Tables: TypeAlias = Mapping[str, pd.DataFrame | None]
Frames: TypeAlias = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False, repr=False)
class Review(Shown):
    """A baseline, a simplified state, and what the review decided.

    Parameters
    ----------
    baseline, simplified : Inventory
        The two states. A procedure that is kept need not be repeated in the second.
    decisions, criteria, proposals, agencies, task_records : any dataframe, optional
        Columns as the schema has them.

    Attributes
    ----------
    predecessors : mapping of str to tuple of str
        For each simplified procedure the baseline procedures that it continues: itself, and those that it replaces.
    populations : pandas.DataFrame
        For each simplified procedure ``costed_population`` (V) and ``stated_population`` (S); its lines are costed at
        V ÷ S of the population they state.
    warnings, notes : tuple of Remark
        What does not stop the calculation.

    Raises
    ------
    InputFault
        With every fault of every table, of both states and of their connection.

    Notes
    -----
    Missing is not a saving: a procedure absent from the simplified state without a decision is a fault. A blank
    frequency or population of a simplified procedure with one predecessor is its predecessor's.

    With one predecessor, V is the baseline's population. A receiver of several is costed at the population it states,
    at the baseline sum if it states none, and never below the largest of them.
    """

    baseline: Inventory
    simplified: Inventory
    decisions: pd.DataFrame = None  # type: ignore[assignment]
    criteria: pd.DataFrame = None  # type: ignore[assignment]
    proposals: pd.DataFrame = None  # type: ignore[assignment]
    agencies: pd.DataFrame = None  # type: ignore[assignment]
    task_records: pd.DataFrame = None  # type: ignore[assignment]
    predecessors: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    populations: pd.DataFrame = field(init=False, repr=False)
    warnings: tuple[Remark, ...] = field(init=False, repr=False)
    notes: tuple[Remark, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for state in ("baseline", "simplified"):
            require(getattr(self, state), Inventory, state)
        self._assemble(
            Prepared(self.baseline.tables, tuple(self.baseline.remarks), frozenset()),
            Prepared(self.simplified.tables, tuple(self.simplified.remarks), frozenset()),
            {name: getattr(self, name) for name in REVIEW_TABLE_NAMES},
        )

    @classmethod
    def from_tables(
        cls, baseline: Tables, simplified: Tables, review: Tables | None = None, *, remarks: Iterable[Remark] = ()
    ) -> Self:
        """Make a review of raw tables, and gather every fault of all of them before raising.

        Parameters
        ----------
        baseline, simplified : mapping of str to any dataframe
            Tables of each inventory by name.
        review : mapping of str to pandas.DataFrame, optional
            ``decisions``, ``criteria``, ``proposals``, ``agencies`` and ``task_records``.
        remarks : iterable of Remark
            What has been said of them already, by who read them.

        Raises
        ------
        InputFault
            With every fault.
        """
        made = object.__new__(cls)
        before, after = prepare(_without_copies(baseline)), prepare(_without_copies(simplified))
        made._assemble(before, after, review or {}, tuple(remarks))
        return made

    def _assemble(
        self, baseline: Prepared, simplified: Prepared, tables: Tables, said: tuple[Remark, ...] = ()
    ) -> None:
        conformed = {name: conform(name, frame) for name, frame in _without_copies(tables, REVIEW_TABLE_NAMES).items()}
        frames = {name: one.frame for name, one in conformed.items()}
        states = succession.States(baseline.tables, simplified.tables, frames["decisions"])
        remarks = [
            *said,
            *_of_state(State.BASELINE, baseline.remarks),
            *_of_state(State.SIMPLIFIED, simplified.remarks),
            *(one for table in conformed.values() for one in table.remarks),
        ]
        remarks += succession.check_decisions(states)
        remarks += _check_references(baseline.tables, simplified.tables, frames)
        remarks += _check_spelling((baseline.tables, simplified.tables, frames))
        heirs = succession.predecessors(states)
        completed = succession.complete(states, heirs)
        populations, found = succession.populations(states, completed, heirs)
        remarks += found
        rates, found = _stated_rates(baseline.tables["rates"])
        remarks += found
        for state, tables_of_state, at_fault in (
            (State.BASELINE, baseline.tables, baseline.activities_at_fault),
            (State.SIMPLIFIED, completed, simplified.activities_at_fault),
        ):
            remarks += _of_state(state, _check_lines(tables_of_state, at_fault, rates))
        validation = Validation.of(dict.fromkeys(remarks))
        validation.raise_faults()
        attributes: dict[str, Any] = {
            **frames,
            "baseline": Inventory.of_prepared(Prepared(baseline.tables, baseline.remarks, frozenset())),
            "simplified": Inventory.of_prepared(Prepared(completed, simplified.remarks, frozenset())),
            "predecessors": heirs,
            "populations": populations,
            "warnings": validation.warnings,
            "notes": validation.notes,
        }
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def _brief(self) -> str:
        before, after = (len(state.procedures) for state in (self.baseline, self.simplified))
        said = words("brief.remarks", **remark_counts((*self.warnings, *self.notes)))
        return f"{words('brief.review', before=before, after=after)}; {said}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        before, after = self.baseline.tables, self.simplified.tables
        rows: list[dict[str, Any]] = [
            {"table": one, "baseline_rows": len(before[one]), "simplified_rows": len(after[one])} for one in TABLE_NAMES
        ]
        rows += [{"table": one, "simplified_rows": len(getattr(self, one))} for one in REVIEW_TABLE_NAMES]
        for row in rows:
            row["table"] = getattr(TABLES[row["table"]], language)
        columns: dict[str, CellKind] = {"table": "text", "baseline_rows": "integer", "simplified_rows": "integer"}
        yield NotebookTable(label("table.review", language), columns, rows)
        yield from remarks_tables((*self.warnings, *self.notes), language)

    @classmethod
    def combine(cls, *reviews: Review) -> Self:
        """Make one review of many: each procedure once, each agency spelt in one way.

        Raises
        ------
        InputFault
            With every duplicate and every agency that is spelt in several ways, with the files they stand in.
        """
        groups = [one.tables for one in reviews]
        baseline, simplified, review = (
            {name: pd.concat([group[part][name] for group in groups], ignore_index=True) for name in names if groups}
            for part, names in _PARTS.items()
        )
        return cls.from_tables(baseline, simplified, review)

    @property
    def tables(self) -> dict[str, dict[str, pd.DataFrame]]:
        """All tables by name, in three groups: ``baseline``, ``simplified`` and ``review``."""
        return {
            "baseline": self.baseline.tables,
            "simplified": self.simplified.tables,
            "review": {name: getattr(self, name) for name in REVIEW_TABLE_NAMES},
        }

    def to_json(self) -> str:
        """Write the review as JSON text with its schema's name and version; `from_json` reads it back equal."""
        groups = {
            group: {name: _records(frame) for name, frame in tables.items()} for group, tables in self.tables.items()
        }
        return json.dumps({"schema": JSON_SCHEMA, "version": JSON_VERSION, **groups}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a review that `to_json` wrote.

        Raises
        ------
        InputFault
            If the text is no review, is of another version, or its tables hold faults.
        """
        try:
            content = json.loads(text, parse_constant=_no_constant)
        except ValueError as error:
            raise InputFault.because("not_json", why=error) from None
        stated = (content.get("schema"), content.get("version")) if isinstance(content, dict) else (None, None)
        if stated != (JSON_SCHEMA, JSON_VERSION):
            raise InputFault.because("json_version", stated=stated, expected=(JSON_SCHEMA, JSON_VERSION))
        baseline, simplified, review = (
            {name: _frame(content, part, name) for name in names} for part, names in _PARTS.items()
        )
        return cls.from_tables(baseline, simplified, review)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Review):
            return NotImplemented
        return all(
            frame.drop(columns=ORIGIN).equals(other.tables[group][name].drop(columns=ORIGIN))
            for group, tables in self.tables.items()
            for name, frame in tables.items()
        )

    __hash__ = None  # type: ignore[assignment]


def _frame(content: Mapping[str, Any], part: str, name: str) -> pd.DataFrame:
    """Return one table of the content of a JSON text."""
    tables = content.get(part)
    rows = tables.get(name) if isinstance(tables, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputFault.because("json_table", table=f"{part}.{name}")
    return pd.DataFrame(rows, columns=list(TABLES[name].names), dtype=object)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{name: _json_value(value) for name, value in row.items()} for row in rows_of(frame)]


def _json_value(value: object) -> object:
    """Write a cell as JSON has it: null for a blank, a date as ISO text."""
    if is_blank(value):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def _of_state(state: State, remarks: Iterable[Remark]) -> list[Remark]:
    """Say of each remark which of the two states it is about, unless a sheet and its row say so."""
    return [one if one.place.sheet else one.at(state=state.value) for one in remarks]


def _without_copies(tables: Tables, names: Iterable[str] = TABLE_NAMES) -> dict[str, pd.DataFrame | None]:
    """Drop rows that several workbooks repeat word for word in the tables that they share."""
    kept = {name: tables.get(name) for name in names}
    for name in _SHARED_TABLES:
        frame = kept.get(name)
        if frame is not None:
            frame = as_pandas(frame)
            kept[name] = frame[~frame.drop(columns=ORIGIN, errors="ignore").duplicated()]
    return kept


def _stated_rates(rates: pd.DataFrame) -> tuple[RateTable | None, list[Remark]]:
    """Return the rates that a state states, if any, and what is wrong with them; several dates are no fault here."""
    try:
        return (RateTable.from_table(rates) if len(rates) else None), []
    except InputFault as error:
        return None, [one for one in error.faults if one.code != "rate_needs_date"]


def _check_lines(tables: Frames, at_fault: frozenset[int], rates: RateTable | None) -> tuple[Remark, ...]:
    activities, volumes = tables["activities"], tables["volumes"]
    sound = activities.drop(index=[position for position in at_fault if position in activities.index])
    return tuple(costing.validate(lines_of(sound, volumes), rates))


def _check_references(baseline: Frames, simplified: Frames, frames: Frames) -> list[Remark]:
    before, after = (set(state["procedures"]["procedure"].dropna().tolist()) for state in (baseline, simplified))
    remarks = []
    for table, known in (("decisions", before), ("criteria", before | after), ("proposals", before | after)):
        near = nearest_of(known)
        codes = frames[table]["procedure"]
        for row in rows_of(frames[table][codes.notna() & ~codes.isin(known)]):
            code = row["procedure"]
            place = row_place(TABLES[table], row, "procedure")
            remarks.append(remark("unknown_procedure", place, procedure=code, near=near(code)))
    for row in rows_of(frames["decisions"]):
        steps = [row[name] for name in ("reviewed_on", "submitted_on", "approved_on", "effective_on")]
        dates = [date for date in steps if not is_blank(date)]
        if dates != sorted(dates):
            place = row_place(TABLES["decisions"], row)
            remarks.append(remark("dates_out_of_order", place))
    return remarks


def _check_spelling(groups: Iterable[Frames]) -> list[Remark]:
    spellings: dict[str, dict[str, Place]] = {}
    for tables in groups:
        for table, column in _AGENCY_COLUMNS:
            frame = tables.get(table)
            if frame is None or frame.empty:
                continue
            named = frame[column].notna() & ~frame[column].duplicated()
            for row in rows_of(frame.loc[named, list(dict.fromkeys((ORIGIN, *TABLES[table].key, column)))]):
                place = row_place(TABLES[table], row, column)
                spellings.setdefault(fold(row[column]), {}).setdefault(row[column], place)
    return [
        remark("agency_spellings", ways_vi=_ways(ways, "vi"), ways_en=_ways(ways, "en"))
        for ways in spellings.values()
        if len(ways) > 1
    ]


def _ways(ways: Mapping[str, Place], language: Language) -> str:
    return "; ".join(f"«{way}» ({place.text(language)})" for way, place in ways.items())


def _no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads in JSON and which are no figures."""
    raise ValueError(name)
