"""One state of the procedures: their tables, complete and consistent with each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import numpy as np
import pandas as pd

from tthc_cost import model
from tthc_cost.conformity import conform
from tthc_cost.errors import Validation, remark
from tthc_cost.notebook_tables import NotebookTable, Shown, label, remark_counts, remarks_tables, words
from tthc_cost.schema import ORIGIN, TABLES, row_place, rows_of
from tthc_cost.vocabulary import nearest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.conformity import Conformed
    from tthc_cost.errors import Language, Remark

__all__ = ["TABLE_NAMES", "Inventory", "Prepared", "completed", "lines_of", "prepare"]

TABLE_NAMES: Final = ("procedures", "activities", "documents", "steps", "ranges", "volumes", "rates")
"""Tables of an inventory, in the order of its fields."""

_CLASSES: Final[Mapping[str, type]] = {
    "procedures": model.Procedure,
    "activities": model.Activity,
    "documents": model.Document,
    "steps": model.Step,
    "ranges": model.Range,
    "volumes": model.Volume,
    "rates": model.Rate,
}

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Tables brought to their contracts and completed, what was said of them, and which activities are at fault."""

    tables: Mapping[str, pd.DataFrame]
    remarks: tuple[Remark, ...]
    activities_at_fault: frozenset[int]


def prepare(tables: Mapping[str, pd.DataFrame | None]) -> Prepared:
    """Conform the tables of one state, complete its activities and say everything that is wrong.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of an inventory by name; absent ones are empty.

    Returns
    -------
    Prepared
        A blank frequency or population of a line is its procedure's; what neither states stays blank.
    """
    conformed = {name: conform(name, tables.get(name)) for name in TABLE_NAMES}
    frames = {name: one.frame for name, one in conformed.items()}
    remarks = [said for one in conformed.values() for said in one.remarks]
    lost = any(pd.isna(frames["procedures"]["procedure"].iloc[row]) for row in conformed["procedures"].at_fault)
    remarks += [] if lost else _unknown_procedures(frames)
    remarks += _unknown_parts(frames)
    remarks += _procedures_without_activities(frames)
    frames["procedures"], found = _with_summed_volumes(frames)
    remarks += found
    frames["activities"] = completed(frames["activities"], frames["procedures"], frames["volumes"])
    return Prepared(frames, tuple(remarks), conformed["activities"].at_fault | _lines_in_doubt(frames, conformed))


def _lines_in_doubt(frames: Mapping[str, pd.DataFrame], conformed: Mapping[str, Conformed]) -> frozenset[int]:
    """Return the lines of procedures that are at fault themselves: what these lack may be what could not be read."""
    faulty = frames["procedures"]["procedure"].iloc[sorted(conformed["procedures"].at_fault)]
    return frozenset(np.flatnonzero(frames["activities"]["procedure"].isin(faulty.dropna()).to_numpy()).tolist())


def _rows(table: str, frame: pd.DataFrame, chosen: pd.Series[bool]) -> Iterable[tuple[dict[str, Any], Any]]:
    """Go through the chosen rows of a table: each row and what makes its place from a column."""
    if not chosen.any():
        return
    for row in rows_of(frame[chosen]):
        yield row, lambda column, row=row: row_place(TABLES[table], row, column)


def _unknown_procedures(frames: Mapping[str, pd.DataFrame]) -> list[Remark]:
    known = frames["procedures"]["procedure"].dropna().unique().tolist()
    near = nearest_of(known)
    remarks = []
    for table in ("activities", "documents", "steps", "volumes"):
        frame = frames[table]
        unknown = frame["procedure"].notna() & ~frame["procedure"].isin(known)
        for row, place in _rows(table, frame, unknown):
            code = row["procedure"]
            remarks.append(remark("unknown_procedure", place("procedure"), procedure=code, near=near(code)))
    return remarks


def _unknown_parts(frames: Mapping[str, pd.DataFrame]) -> list[Remark]:
    """Find lines of documents or steps that their procedure does not list, where it lists any."""
    remarks = []
    for owner, column, part in (("activities", "document", "documents"), ("activities", "step", "steps")):
        lines, parts = frames[owner], frames[part]
        listed = set(zip(parts["procedure"], parts[column], strict=True))
        lists_any = lines["procedure"].isin(parts["procedure"].unique())
        doubtful = lines[lines[column].notna() & lists_any]
        known = [pair in listed for pair in zip(doubtful["procedure"], doubtful[column], strict=True)]
        for row, place in _rows(owner, doubtful, ~pd.Series(known, index=doubtful.index, dtype=bool)):
            remarks.append(remark(f"unknown_{column}", place(column), value=row[column], procedure=row["procedure"]))
    steps = frames["steps"]
    listed = set(zip(steps["procedure"], steps["step"], strict=True))
    for row, place in _rows("steps", steps, steps["after"].notna()):
        remarks += [
            remark("unknown_step", place("after"), value=before, procedure=row["procedure"])
            for before in row["after"].split(";")
            if (row["procedure"], before) not in listed
        ]
    return remarks


def _procedures_without_activities(frames: Mapping[str, pd.DataFrame]) -> list[Remark]:
    procedures = frames["procedures"]
    with_lines = frames["activities"]["procedure"].unique().tolist()
    bare = ~procedures["procedure"].isin(with_lines) & procedures["in_scope"].fillna(value=True)
    return [
        remark("no_activities", place(None), procedure=row["procedure"])
        for row, place in _rows("procedures", procedures, bare.astype(bool) & procedures["procedure"].notna())
    ]


def _with_summed_volumes(frames: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[Remark]]:
    """Give the procedures that many agencies carry out the sum of their populations, and forbid another figure."""
    procedures, activities, volumes = frames["procedures"], frames["activities"], frames["volumes"]
    if volumes.empty:
        return procedures, []
    remarks = []
    for row, place in _rows(
        "activities",
        activities,
        activities["procedure"].isin(volumes["procedure"].unique()) & activities["population"].notna(),
    ):
        remarks.append(remark("population_beside_volumes", place("population"), value=row["population"]))
    sums = procedures["procedure"].map(volumes.groupby("procedure")["population"].sum(min_count=1)).astype("Int64")
    differs = (sums.notna() & procedures["population"].notna() & (sums != procedures["population"])).fillna(value=False)
    for row, place in _rows("procedures", procedures.assign(sum=sums), differs.astype(bool)):
        remarks.append(remark("population_not_sum", place("population"), value=row["population"], sum=row["sum"]))
    return procedures.assign(population=sums.fillna(procedures["population"])), remarks


def completed(activities: pd.DataFrame, procedures: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Fill a line's blank frequency and population with its procedure's, unless `volumes` states them by agency.

    Parameters
    ----------
    activities, procedures, volumes : pandas.DataFrame
        Conformed tables of one state.

    Returns
    -------
    pandas.DataFrame
        The activities; what neither states stays blank.
    """
    known = procedures.dropna(subset="procedure").drop_duplicates("procedure").set_index("procedure")
    by_agency = activities["procedure"].isin(volumes["procedure"].unique())
    filled = {}
    for column in ("frequency", "population"):
        own = activities["procedure"].map(known[column]).astype(activities[column].dtype)
        filled[column] = activities[column].where(activities[column].notna() | by_agency, own)
    return activities.assign(**filled)


def lines_of(activities: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Return activities once per agency where `volumes` states agencies, with that agency's volumes.

    Parameters
    ----------
    activities, volumes : pandas.DataFrame
        Conformed tables of one state.

    Returns
    -------
    pandas.DataFrame
        The columns of `activities`, and ``volume_agency``: who carries the procedure out, where that is stated.
    """
    lines = activities.assign(volume_agency=pd.Series(pd.NA, index=activities.index, dtype="string"))
    if volumes.empty:
        return lines
    by_agency = lines["procedure"].isin(volumes["procedure"].unique())
    stated = volumes.drop(columns="origin").rename(columns={"agency": "volume_agency", "frequency": "agency_frequency"})
    spread = lines[by_agency].drop(columns=["population", "volume_agency"]).merge(stated, on="procedure", how="left")
    spread["frequency"] = spread["frequency"].fillna(spread["agency_frequency"])
    return pd.concat([lines[~by_agency], spread[lines.columns]], ignore_index=True)


@dataclass(frozen=True, eq=False, repr=False)
class Inventory(Shown):
    """The procedures of one state, with their lines, documents, steps and volumes.

    Parameters
    ----------
    procedures, activities : any dataframe
        The two tables that are needed to compute; columns as the schema has them, text such as ``"45 phút"`` is read.
    documents, steps, ranges, volumes, rates : any dataframe, optional
        The others; `rates` are those that the source of the inventory states.

    Attributes
    ----------
    remarks : Validation
        Warnings and notes about the tables.

    Raises
    ------
    InputFault
        With every fault of every table.

    Notes
    -----
    The frames are conformed copies: they hold every column of the schema at its dtype, and a blank frequency or
    population of a line is its procedure's.

    Examples
    --------
    >>> import pandas as pd
    >>> one = Inventory(
    ...     procedures=pd.DataFrame({"procedure": ["NB-01"], "name": "Nâng lương", "frequency": 1, "population": 40}),
    ...     activities=pd.DataFrame({"procedure": ["NB-01"], "activity": ["1"], "effort_hours": ["45 phút"]}),
    ... )
    >>> one.activities[["effort_hours", "frequency", "population"]].values.tolist()
    [[0.75, 1.0, 40]]
    """

    procedures: pd.DataFrame
    activities: pd.DataFrame
    documents: pd.DataFrame = None  # type: ignore[assignment]
    steps: pd.DataFrame = None  # type: ignore[assignment]
    ranges: pd.DataFrame = None  # type: ignore[assignment]
    volumes: pd.DataFrame = None  # type: ignore[assignment]
    rates: pd.DataFrame = None  # type: ignore[assignment]
    remarks: Validation = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prepared = prepare(self.tables)
        remarks = Validation.of(prepared.remarks)
        remarks.raise_faults()
        self._keep(prepared.tables, remarks)

    def _keep(self, tables: Mapping[str, pd.DataFrame], remarks: Validation) -> None:
        for name in TABLE_NAMES:
            object.__setattr__(self, name, tables[name])
        object.__setattr__(self, "remarks", remarks)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in TABLE_NAMES}

    @classmethod
    def of_prepared(cls, prepared: Prepared) -> Self:
        """Make an inventory of tables that `prepare` found without fault, without preparing them again."""
        inventory = object.__new__(cls)
        inventory._keep(prepared.tables, Validation.of(prepared.remarks))
        return inventory

    @classmethod
    def from_objects(cls, *objects: object) -> Self:
        """Make an inventory of `Procedure`, `Activity` and the other objects of the model, in any order.

        Examples
        --------
        >>> from tthc_cost.model import Activity, Procedure
        >>> line = Activity("NB-01", "1", fee_vnd="20.000 đồng", frequency=1, population=40)
        >>> len(Inventory.from_objects(Procedure("NB-01", "Nâng bậc lương"), line).activities)
        1
        """
        return cls(
            **{
                name: model.to_frame(kind, [one for one in objects if isinstance(one, kind)])
                for name, kind in _CLASSES.items()
            }
        )

    def objects(self, kind: type[Row]) -> list[Row]:
        """Return the rows of one table as objects of its class."""
        name = next(name for name, one in _CLASSES.items() if one is kind)
        return model.from_frame(kind, getattr(self, name))

    def lines(self) -> pd.DataFrame:
        """Return the lines to be costed: the activities, once per agency where `volumes` states agencies.

        Returns
        -------
        pandas.DataFrame
            The columns of `activities`, and ``volume_agency``: who carries the procedure out, where that is stated.
        """
        return lines_of(self.activities, self.volumes)

    def _brief(self) -> str:
        sizes = words("brief.inventory", procedures=len(self.procedures), activities=len(self.activities))
        said = words("brief.remarks", **remark_counts(self.remarks))
        return f"{sizes}; {said}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        rows = [{"table": getattr(TABLES[name], language), "rows": len(one)} for name, one in self.tables.items()]
        yield NotebookTable(label("table.inventory", language), {"table": "text", "rows": "integer"}, rows)
        yield from remarks_tables(self.remarks, language)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Inventory):
            return NotImplemented
        return all(
            table.drop(columns=ORIGIN).equals(other.tables[name].drop(columns=ORIGIN))
            for name, table in self.tables.items()
        )

    __hash__ = None  # type: ignore[assignment]
