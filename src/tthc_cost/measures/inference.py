"""The simplification measures that a department's before and after amount to, and what none of them expresses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.measures.applying import rows_after, rows_of
from tthc_cost.measures.columns import FIGURES, LegalAction, LineAfter
from tthc_cost.measures.effects import ROW_TABLES, ProcedureRows, codes_of, name_of
from tthc_cost.measures.kinds import (
    Abolish,
    CutCopies,
    Delegate,
    DropDocument,
    DropStep,
    GoOnline,
    LowerFrequency,
    MergeProcedures,
    MergeSteps,
    ShortenDeadline,
    ShortenStep,
    SimplifyWork,
    StopAsking,
)
from tthc_cost.schema import ORIGIN, TABLES, is_blank
from tthc_cost.schema import rows_of as rows_of_frame
from tthc_cost.vocabulary import Bearer, DecisionKind, Stage, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tthc_cost.errors import Remark
    from tthc_cost.measures.effects import Row, RowKey
    from tthc_cost.measures.kinds import SimplificationMeasure
    from tthc_cost.review import Review

__all__ = ["changes_not_expressed", "infer_measures"]

_MONEY_AND_EFFORT: Final = FIGURES[:-1]
_WEIGHTY: Final = frozenset({*FIGURES, "grade", "bearer", "population", "copies", "duration_days", "deadline_days"})
"""Columns whose change is one of cost or time; the others describe."""
_NOT_COMPARED: Final = frozenset({"source", ORIGIN})


def infer_measures(review: Review) -> tuple[SimplificationMeasure, ...]:
    """Find the measures that lead from the baseline of a review to its simplified state.

    Documents, steps and lines are matched by their codes. What rises, what is added, another bearer, another grade
    without a delegation, and a procedure that is new are no measures: `changes_not_expressed` names them.

    Parameters
    ----------
    review : Review
        A department's before and after.

    Returns
    -------
    tuple of SimplificationMeasure
        Codes are the procedure's with a number. The legal action is that of the procedure's proposals where they all
        have the same; one-off costs are 0, since a review does not state them. `apply_measures` of them to the
        baseline costs the same as the review, and has the same simplified tables, but for what is not expressed:
        populations as they are costed, a blank figure being 0.

    Examples
    --------
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.measures.applying import apply_measures
    >>> from tthc_cost.model import Activity, Procedure
    >>> baseline = Inventory.from_objects(
    ...     Procedure("NB-01", "Báo cáo", frequency=4, population=40), Activity("NB-01", "1", fee_vnd=1000)
    ... )
    >>> review = apply_measures([LowerFrequency("PA-1", "NB-01", 2)], baseline)
    >>> [type(one).__name__ for one in infer_measures(review)]
    ['LowerFrequency']
    """
    before, after = _states(review)
    decided = {row["procedure"]: row["decision"] for row in rows_of_frame(review.decisions)}
    found: list[SimplificationMeasure] = []
    for code, decision in decided.items():
        if decision == DecisionKind.ABOLISH:
            found.append(Abolish(f"{code}/1", code, **_legal_of(review, code)))
    unchanged = _unchanged(before, after)
    for heir, codes in review.predecessors.items():
        expressible = len(codes) > 1 or codes == (heir,)
        if expressible and heir not in unchanged and decided.get(heir) != DecisionKind.TRANSFER:
            lead = heir if heir in codes else max(codes, key=lambda code: _alike(before, after, code, heir))
            others = tuple(code for code in codes if code != lead)
            change = _Change(before, after, lead, others, heir, decided.get(lead), _legal_of(review, lead))
            found += change.measures()
    return tuple(found)


def changes_not_expressed(
    review: Review, measures: Iterable[SimplificationMeasure] | None = None
) -> tuple[Remark, ...]:
    """Return what of a review its measures do not express.

    Parameters
    ----------
    review : Review
        A department's before and after.
    measures : iterable of SimplificationMeasure, optional
        Those of `infer_measures` unless given.

    Returns
    -------
    tuple of Remark
        Warnings on every figure of cost or time, row, procedure or rate that differs between the simplified state and
        the baseline after the measures; notes on descriptions. Uncertain ranges and sources of figures are not
        compared. Where there is no warning, measures and review cost the same.
    """
    before, after = _states(review)
    chosen = tuple(infer_measures(review) if measures is None else measures)
    applied = rows_after(chosen, before)
    return (*_rates_not_expressed(review), *_differences(applied, after))


def _rates_not_expressed(review: Review) -> Iterator[Remark]:
    before, after = (
        state.rates.drop(columns=[ORIGIN, "source"]).sort_values(["grade", "valid_from"], ignore_index=True)
        for state in (review.baseline, review.simplified)
    )
    if len(after) and not before.equals(after):
        yield remark("measure_rates_not_expressed", Place(table="rates"))


def _states(review: Review) -> tuple[ProcedureRows, ProcedureRows]:
    """Return all rows of both states, those of the simplified one at the populations that they are costed at."""
    before = rows_of(review.baseline, review.baseline.procedures["procedure"])
    after = rows_of(review.simplified, review.simplified.procedures["procedure"])
    scales: dict[str, Fraction] = {}
    for code, costed, stated in review.populations.itertuples(index=False, name=None):
        if not is_blank(costed) and not is_blank(stated) and stated and costed != stated:
            scales[code] = Fraction(int(costed), int(stated))
    if not scales:
        return before, after
    tables = {
        table: tuple(_scaled(row, scales.get(row["procedure"])) for row in getattr(after, table))
        for table in ROW_TABLES
    }
    return before, ProcedureRows(**tables)


def _scaled(row: Row, scale: Fraction | None) -> Row:
    if scale is None or row.get("population") is None:
        return row
    population = row["population"] * scale
    return {**row, "population": int(population) if population.denominator == 1 else population}


def _unchanged(before: ProcedureRows, after: ProcedureRows) -> set[str]:
    return {
        row["procedure"]
        for row in before.procedures
        if all(
            [_plain(one) for one in before.of(table, row["procedure"])]
            == [_plain(one) for one in after.of(table, row["procedure"])]
            for table in ROW_TABLES
        )
    }


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _NOT_COMPARED}


def _alike(before: ProcedureRows, after: ProcedureRows, code: str, heir: str) -> int:
    """Count the cells of documents, steps and lines that a procedure and its heir have in common, by code."""
    return sum(
        value is not None and value == after.by_key.get((table, heir, row[ROW_TABLES[table]]), {}).get(name)
        for table in ("documents", "steps", "activities")
        for row in before.of(table, code)
        for name, value in row.items()
    )


def _legal_of(review: Review, code: str) -> dict[str, Any]:
    """Return the legal action and the reason that all proposals of a procedure share."""
    proposals = review.proposals[review.proposals["procedure"] == code]
    shared = {}
    for name in ("document", "provision", "action", "authority", "reason"):
        values = set(proposals[name].dropna()) if proposals[name].notna().all() else set()
        shared[name] = values.pop() if len(values) == 1 else None
    reason = shared.pop("reason")
    return {"legal": LegalAction(shared.pop("document"), **shared), "reason": reason}


@dataclass(slots=True)
class _Change:
    """What becomes of one procedure, and the measures found for it so far.

    Parameters
    ----------
    before, after
        Rows of both states.
    lead, others, heir
        The procedure whose rows carry on, those that went into it, and the code that the rows have after.
    decision
        What is decided of the lead.
    said
        Legal action and reason.
    """

    before: ProcedureRows
    after: ProcedureRows
    lead: str
    others: tuple[str, ...]
    heir: str
    decision: str | None
    said: Mapping[str, Any]
    rows: ProcedureRows = field(init=False)
    found: list[SimplificationMeasure] = field(default_factory=list)
    left: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = (self.lead, *self.others)
        tables = {table: tuple(row for code in codes for row in self.before.of(table, code)) for table in ROW_TABLES}
        self.rows = ProcedureRows(**tables)

    def measures(self) -> list[SimplificationMeasure]:
        """Find the measures, the most particular first; a line belongs to the first that explains it."""
        if self.others:
            self._find_merge()
        self._find_frequency()
        self.left = self._changed_lines()
        self._find_documents()
        self._find_steps()
        self._find_procedure_columns()
        self._offer(SimplifyWork, lines=self._take(self.left))
        return self.found

    def _offer(self, kind: Any, *stated: Any, **values: Any) -> None:  # noqa: ANN401 - of any kind
        """Keep a measure if it can be applied together with those that were found; its lines are left otherwise."""
        if kind is SimplifyWork and not values["lines"]:
            return
        code = f"{self.lead}/{len(self.found) + 1}"
        try:
            measure = kind(code, self.lead, *stated, **values, **self.said)
            rows_after([*self.found, measure], self.rows)
        except InputFault:
            return
        self.found.append(measure)
        for line in values.get("lines", ()):
            self.left.pop(line.activity, None)

    def _take(self, activities: Iterable[str], *, rising: bool = False) -> tuple[LineAfter, ...]:
        """Return what becomes of those lines that are left to be explained."""
        changes = self._changed_lines(rising=True) if rising else self.left
        return tuple(LineAfter(code, **changes[code]) for code in list(activities) if code in self.left or rising)

    def _row(self, table: str, code: str = "") -> tuple[Row | None, Row | None]:
        """Return a row of the lead before, and of the heir after."""
        return self.before.by_key.get((table, self.lead, code)), self.after.by_key.get((table, self.heir, code))

    def _lines(self, column: str, code: str) -> list[Row]:
        return [row for row in self.before.of("activities", self.lead) if row[column] == code]

    def _line_after(self, row: Row) -> Row | None:
        return self.after.by_key.get(("activities", self.heir, row["activity"]))

    def _changed_lines(self, *, rising: bool = False) -> dict[str, dict[str, Any]]:
        """Return for each line what falls, or with `rising` all figures that change; a new name if anything does."""
        standing = rows_after(self.found, self.rows)
        changed: dict[str, dict[str, Any]] = {}
        for row in standing.of("activities", self.heir if self._is_renamed() else self.lead):
            new = self._line_after(row)
            if new is None:
                changed[row["activity"]] = {"dropped": True}
                continue
            figures: dict[str, Any] = {}
            for column in FIGURES:
                old_figure, figure = row[column] or 0, new[column] or 0
                of_agencies = column == "frequency" and None in (row[column], new[column])
                if not of_agencies and (figure != old_figure if rising else figure < old_figure):
                    figures[column] = figure
            if figures and new["name"] != row["name"] and new["name"] is not None:
                figures["name"] = new["name"]
            if figures:
                changed[row["activity"]] = figures
        return changed

    def _is_renamed(self) -> bool:
        return any(isinstance(one, MergeProcedures) and one.into for one in self.found)

    def _find_merge(self) -> None:
        old, new = self._row("procedures")
        if old is None or new is None:
            return
        populations = [self.before.by_key["procedures", code, ""]["population"] for code in (self.lead, *self.others)]
        is_sum = None in populations or sum(populations) == new["population"] or self.after.of("volumes", self.heir)
        lines = [line for row in self.before.of("activities", self.lead) for line in self._merged_line(row, old, new)]
        self._offer(
            MergeProcedures,
            self.others,
            into=None if self.heir == self.lead else self.heir,
            name=None if new["name"] == old["name"] else new["name"],
            population=None if is_sum else new["population"],
            lines=tuple(lines),
        )

    def _merged_line(self, row: Row, old: Row, new: Row) -> Iterator[LineAfter]:
        """Tell what only a merge may change of a line: figures that rise, the grade, a population of its own."""
        after = self._line_after(row)
        has_own = row["population"] is not None and row["population"] != old["population"]
        if after is None:
            if has_own:
                yield LineAfter(row["activity"], dropped=True)
            return
        figures = {
            column: after[column]
            for column in _MONEY_AND_EFFORT
            if after[column] is not None and after[column] > (row[column] or 0)
        }
        if after["grade"] not in (None, row["grade"]):
            figures["grade"] = after["grade"]
        follows = not has_own and after["population"] == new["population"]
        if isinstance(after["population"], int) and not follows:
            figures["population"] = after["population"]
        if figures:
            yield LineAfter(row["activity"], **figures)

    def _find_frequency(self) -> None:
        old, new = self._row("procedures")
        if old is None or new is None:
            return
        before = [row["frequency"] for row in (old, *self.before.of("volumes", self.lead))]
        after = [row["frequency"] for row in (new, *self.after.of("volumes", self.heir))]
        highest = max((one for one in after if one is not None), default=None)
        if highest is not None and highest < max((one for one in before if one is not None), default=0):
            self._offer(LowerFrequency, highest)

    def _find_documents(self) -> None:
        for row in self.before.of("documents", self.lead):
            code = row["document"]
            lines = self._lines("document", code)
            new = self._row("documents", code)[1]
            if new is None:
                gone = [line for line in lines if self._line_after(line) is None]
                theirs = [line for line in lines if line["bearer"] == Bearer.REQUESTER]
                kind = DropDocument if len(gone) == len(lines) else StopAsking if gone == theirs else None
                if kind is not None:
                    known = len(self.found)
                    self._offer(kind, code)
                    for line in gone if len(self.found) > known else ():
                        self.left.pop(line["activity"], None)
            elif new["copies"] is not None and row["copies"] is not None and new["copies"] < row["copies"]:
                self._offer(CutCopies, code, new["copies"], lines=self._take(line["activity"] for line in lines))

    def _find_steps(self) -> None:
        steps = self.before.of("steps", self.lead)
        merged: dict[str, list[str]] = {}
        for row in steps:
            code = row["step"]
            if self._row("steps", code)[1] is not None:
                continue
            into = self._went_into(row)
            if into is not None:
                merged.setdefault(into, []).append(code)
            elif not any(map(self._line_after, self._lines("step", code))):
                known = len(self.found)
                self._offer(DropStep, code)
                for line in self._lines("step", code) if len(self.found) > known else ():
                    self.left.pop(line["activity"], None)
        for into, codes in merged.items():
            old, new = self._row("steps", into)
            changes = self._changed_lines(rising=True)
            lines = [line["activity"] for code in (into, *codes) for line in self._lines("step", code)]
            name = None if old is None or new is None or new["name"] == old["name"] else new["name"]
            self._offer(
                MergeSteps,
                into,
                tuple(codes),
                duration_days=None if new is None else new["duration_days"],
                name=name,
                lines=self._take((line for line in lines if line in changes), rising=True),
            )
        for row in steps:
            new = self._row("steps", row["step"])[1]
            if new is None:
                continue
            lines_after = self._take(line["activity"] for line in self._lines("step", row["step"]))
            days = new["duration_days"]
            shorter = days is not None and row["duration_days"] is not None and days < row["duration_days"]
            if lines_after or (shorter and row["step"] not in merged):
                self._offer(ShortenStep, row["step"], days if shorter else None, lines=lines_after)

    def _went_into(self, row: Row) -> str | None:
        """Return the step that a step that is gone went into, None where it was dropped."""
        code = row["step"]
        remaining = [line for line in map(self._line_after, self._lines("step", code)) if line is not None]
        took = {line["step"] for line in remaining} - {None, code}
        if remaining:
            return took.pop() if len(took) == 1 else None
        followers = [one["step"] for one in self.before.of("steps", self.lead) if code in codes_of(one["after"])]
        for near in (*codes_of(row["after"]), *followers):
            old, new = self._row("steps", near)
            if old is None or new is None:
                continue
            named_both = old["name"] != new["name"] and fold(row["name"]) in fold(new["name"] or "")
            if named_both or any(self._rises(line) for line in self._lines("step", near)):
                return str(near)
        return None

    def _rises(self, line: Row) -> bool:
        after = self._line_after(line)
        return after is not None and any((after[name] or 0) > (line[name] or 0) for name in _MONEY_AND_EFFORT)

    def _find_procedure_columns(self) -> None:
        old, new = self._row("procedures")
        if old is None or new is None:
            return
        if (
            new["channel"] != old["channel"]
            and new["channel"] is not None
            and fold("trực tuyến") in fold(new["channel"])
        ):
            stages = (Stage.SUBMISSION, Stage.RESULT)
            lines = [row["activity"] for row in self.before.of("activities", self.lead) if row["stage"] in stages]
            self._offer(GoOnline, channel=new["channel"], lines=self._take(lines))
        if self.decision == DecisionKind.DELEGATE:
            known = self.before.of("activities", self.lead)
            grades = {row["activity"]: after["grade"] for row in known if (after := self._line_after(row)) is not None
                      and after["grade"] not in (None, row["grade"])}  # fmt: skip
            lines_after = tuple(LineAfter(code, grade=grade) for code, grade in grades.items())
            self._offer(Delegate, new["level"], new["agency"], lines=lines_after)
        deadlines = old["deadline_days"], new["deadline_days"]
        if None not in deadlines and deadlines[1] < deadlines[0]:
            self._offer(ShortenDeadline, deadlines[1])


def _differences(applied: ProcedureRows, after: ProcedureRows) -> Iterator[Remark]:
    """Compare the rows that measures give with those that the review has, and say what differs."""
    known, wanted = ({row["procedure"] for row in state.procedures} for state in (applied, after))
    for key in (key for key in (*applied.by_key, *(key for key in after.by_key if key not in applied.by_key))):
        if key[0] != "procedures" and key[1] not in known & wanted:
            continue
        old, new = applied.by_key.get(key), after.by_key.get(key)
        place = Place(table=key[0], key=tuple(part for part in key[1:] if part))
        what, what_en = name_of(key)
        if old is None or new is None:
            change = ("thêm mới", "is added") if old is None else ("không còn", "is gone")
            yield remark(
                "measure_row_not_expressed", place, what=what, what_en=what_en, change=change[0], change_en=change[1]
            )
        else:
            yield from _cell_differences(key, old, new, place)


def _cell_differences(key: RowKey, old: Row, new: Row, place: Place) -> Iterator[Remark]:
    what, what_en = name_of(key)
    for column in TABLES[key[0]].columns:
        name = column.name
        before, after = old[name], new[name]
        if name in _MONEY_AND_EFFORT:
            before, after = before or 0, after or 0
        if name in _NOT_COMPARED or before == after:
            continue
        said = {"column": column.vi, "column_en": column.en, "what": what, "what_en": what_en}
        code = "measure_not_expressed" if name in _WEIGHTY else "measure_wording_not_expressed"
        yield remark(code, replace(place, column=name), before=_shown(before), after=_shown(after), **said)


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
