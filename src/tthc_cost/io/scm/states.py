"""The two blocks of one procedure brought together: which lines are the same, at which rate, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tthc_cost.arithmetic import steps_of
from tthc_cost.errors import remark
from tthc_cost.io.scm.layout import words_in
from tthc_cost.numerals import format_exact, format_integer, shorten
from tthc_cost.schema import ORIGIN, Unreadable, origin_text
from tthc_cost.vocabulary import DecisionKind, State

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from tthc_cost.errors import Place, Remark
    from tthc_cost.io.scm.layout import ScmLayout
    from tthc_cost.io.scm.lines import Block, Line
    from tthc_cost.io.scm.rows import Stated

__all__ = ["Procedure", "Tables", "tables_of"]

_MONEY: Final = ("service_vnd", "fee_vnd", "other_vnd")
_SHOWN: Final = 10
_IN_WORDS: Final = {"abolished": DecisionKind.ABOLISH, "kept": DecisionKind.KEEP, "new": None}

Row: TypeAlias = dict[str, Any]
Pair: TypeAlias = tuple[int, int]
"""A rate now and after [đồng/h]; a grade for each pair, so that two states that differ are found to."""


@dataclass(slots=True)
class Procedure:
    """One procedure as the forms of a file have it: what its letterheads say, and its two blocks."""

    place: Place
    code: Any
    labels: Mapping[str, tuple[Any, Place]]
    blocks: Mapping[State, Block]
    comparison: Mapping[str, Stated]
    remarks: list[Remark]


@dataclass(slots=True)
class Tables:
    """Rows for the tables of a review: of each state, and of the review itself."""

    states: dict[State, dict[str, list[Row]]] = field(
        default_factory=lambda: {state: {"procedures": [], "activities": [], "rates": []} for state in State}
    )
    decisions: list[Row] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(slots=True)
class _Pairs:
    """Lines of the two blocks that are the same activity, by position, and those that stand in one block only."""

    before: Sequence[Line]
    after: Sequence[Line]
    found: dict[int, int] = field(default_factory=dict)
    by_number: list[tuple[int, int]] = field(default_factory=list)

    @property
    def removed(self) -> list[int]:
        return [one for one in range(len(self.before)) if one not in self.found.values()]

    @property
    def added(self) -> list[int]:
        return [one for one in range(len(self.after)) if one not in self.found]


def tables_of(procedure: Procedure, layout: ScmLayout) -> Tables:
    """Return the rows of one procedure, and what is to be said of its two blocks taken together.

    Parameters
    ----------
    procedure : Procedure
        With its block of the current state at least.
    layout : ScmLayout
        Who bears the cost, and the words for a decision.
    """
    tables = Tables()
    before, after = procedure.blocks[State.BASELINE], procedure.blocks.get(State.SIMPLIFIED)
    is_new = not before.lines and _says(before, "new", layout)
    for block in (before, after):
        if block is not None and (block.lines or not any(_says(block, kind, layout) for kind in _IN_WORDS)):
            tables.remarks += [
                remark("scm_line_without_figures", place, name=shorten(text)) for text, place in block.unfilled
            ]
    if not before.lines and not is_new:
        tables.remarks.append(remark("scm_block_empty", before.place, state=State.BASELINE.label()))
        return tables
    if after is None:
        tables.remarks.append(remark("scm_block_missing", before.place, state=State.SIMPLIFIED.label()))
        return tables
    decision = None if after.lines else _said(after, layout)
    if not after.lines and (decision is None or is_new):
        tables.remarks.append(remark("scm_block_empty", after.place, state=State.SIMPLIFIED.label()))
        return tables
    pairs = _pairs(before.lines, after.lines)
    codes = _codes(pairs)
    grades = _grades(pairs, tables)
    populations = _populations(procedure, tables)
    for state, block in ((State.BASELINE, before), (State.SIMPLIFIED, after)):
        if not block.lines:
            continue
        rows = tables.states[state]
        rows["procedures"].append(_procedure_row(procedure, block, populations[state]))
        rows["activities"] += [
            _activity_row(procedure, line, code, grade, layout)
            for line, code, grade in zip(block.lines, codes[state], grades[state], strict=True)
        ]
    if is_new:
        return tables
    if decision is None:
        _say_unmatched(pairs, before, after, tables)
        decision = DecisionKind.AMEND if _differs(pairs, grades) else DecisionKind.KEEP
    place = after.place
    origin = origin_text(place.file or "", place.sheet or "", place.row or 1)
    tables.decisions.append({"procedure": procedure.code, "decision": decision.value, ORIGIN: origin})
    return tables


def _said(block: Block, layout: ScmLayout) -> DecisionKind | None:
    """Return the decision that a block without lines states in words."""
    if block.removed and not block.unfilled:
        return DecisionKind.ABOLISH
    return next((decision for kind, decision in _IN_WORDS.items() if decision and _says(block, kind, layout)), None)


def _says(block: Block, kind: str, layout: ScmLayout) -> bool:
    """Tell whether a block says something in words instead of lines: in its title, or in all that stands below it."""
    below = [layout.says(kind, text) for text, _ in block.unfilled]
    return layout.says(kind, block.title) or (bool(below) and all(below))


# Lines


def _pairs(before: Sequence[Line], after: Sequence[Line]) -> _Pairs:
    """Match lines by group and name, in order where names repeat, then what is left by group and numbering."""
    pairs = _Pairs(before, after)

    def match(key: Callable[[Line], tuple[Hashable, ...]]) -> list[tuple[int, int]]:
        waiting: dict[tuple[Hashable, ...], list[int]] = {}
        for one in pairs.removed:
            waiting.setdefault(key(before[one]), []).append(one)
        found = []
        for one in pairs.added:
            same = waiting.get(key(after[one])) if key(after[one]) else None
            if same:
                found.append((one, same.pop(0)))
        pairs.found |= dict(found)
        return found

    match(lambda line: (_group(line), words_in(line.name)))
    pairs.by_number = match(lambda line: (_group(line), line.number) if line.number else ())
    return pairs


def _group(line: Line) -> str:
    return line.stage.value if line.stage else line.group


def _codes(pairs: _Pairs) -> dict[State, list[str]]:
    """Return a code for each line, one for both of a pair: the form's numbering where it tells lines apart."""
    numbers = [line.number for line in pairs.before]
    own = all(numbers) and len(set(numbers)) == len(numbers)
    before = numbers if own else [str(number) for number in range(1, len(numbers) + 1)]
    taken = set(before)
    after = []
    following = len(numbers)
    for position, line in enumerate(pairs.after):
        code = before[pairs.found[position]] if position in pairs.found else line.number if own else ""
        while not code or (position not in pairs.found and code in taken):
            following += 1
            code = str(following)
        taken.add(code)
        after.append(code)
    return {State.BASELINE: before, State.SIMPLIFIED: after}


def _differs(pairs: _Pairs, grades: Mapping[State, Sequence[str | None]]) -> bool:
    if pairs.removed or pairs.added:
        return True

    def figures(line: Line, grade: str | None) -> tuple[object, ...]:
        money = sum((line.figures[name] or Fraction(0) for name in _MONEY), Fraction(0))
        return line.figures["effort_hours"] or 0, money, grade

    for after, before in pairs.found.items():
        old, new = pairs.before[before], pairs.after[after]
        if figures(old, grades[State.BASELINE][before]) != figures(new, grades[State.SIMPLIFIED][after]):
            return True
        if new.figures["frequency"] not in {None, old.figures["frequency"]}:
            return True
    return False


def _say_unmatched(pairs: _Pairs, before: Block, after: Block, tables: Tables) -> None:
    """List the lines of one block only, and refuse a group that is blank after where it had lines before."""
    for code, lines, block in (
        ("scm_lines_removed", [pairs.before[one] for one in pairs.removed], before),
        ("scm_lines_added", [pairs.after[one] for one in pairs.added], after),
    ):
        if lines:
            names = "; ".join(f"«{shorten(line.name)}» ({_where(line)})" for line in lines[:_SHOWN])
            rest = f" … (+{len(lines) - _SHOWN})" if len(lines) > _SHOWN else ""
            tables.remarks.append(remark(code, block.place, count=len(lines), lines=names + rest))
    for new, old in pairs.by_number:
        one, other = pairs.before[old], pairs.after[new]
        values = {"number": one.number, "before": shorten(one.name), "after": shorten(other.name)}
        tables.remarks.append(remark("scm_matched_by_number", other.place, **values))
    for mine, others in ((after, before), (before, after)):
        for stage, text, place in mine.empty_groups:
            group = stage.value if stage else " ".join(words_in(text))
            same = [line for line in others.lines if _group(line) == group]
            if same and not any(_group(line) == group for line in mine.lines):
                values = {"name": shorten(text), "state": mine.state.label(), "count": str(len(same))}
                tables.remarks.append(remark("scm_group_blank", place, **values))


def _where(line: Line) -> str:
    return f"dòng {line.place.row}"


# Rates


def _rate(line: Line) -> int | None:
    """Return the rate that a line states, whole đồng an hour."""
    rate = line.figures["vnd_per_hour"]
    return None if rate is None else steps_of(rate, 1)


def _works(line: Line) -> bool:
    """Tell whether a line states hours, be they 0: only then its rate is a grade of it."""
    return line.figures["effort_hours"] is not None


def _grades(pairs: _Pairs, tables: Tables) -> dict[State, list[str | None]]:
    """Name a grade for each rate of the current state, and give a line after it the grade that it had before.

    A line at another rate keeps its grade if that rate is new: the two states then state different rates, and
    comparing them is refused until somebody says at which rates.
    """
    known = {rate for line in pairs.before if (rate := _rate(line)) is not None}
    before = [_same(_rate(line)) for line in pairs.before]
    after = [_same(_rate(line)) if _works(line) else None for line in pairs.after]
    for position, old in pairs.found.items():
        line, had, grade = pairs.after[position], _rate(pairs.before[old]), after[position]
        if grade is None or had is None or had == grade[0]:
            continue
        rate = grade[0]
        values = {"name": shorten(line.name), "before": format_integer(had), "after": format_integer(rate)}
        grades = [words_in(one.grade or "") for one in (pairs.before[old], line)]
        if rate in known or (all(grades) and grades[0] != grades[1]):
            tables.remarks.append(remark("scm_rate_moved", line.place, **values))
        else:
            tables.remarks.append(remark("scm_rate_changed", line.place, **values))
            before[old] = after[position] = (had, rate)
    _place_new_rates(pairs, known, after, tables)
    _add_rates(pairs, before, after, tables)
    names = [_grade(grade) if _works(line) else None for grade, line in zip(before, pairs.before, strict=True)]
    return {State.BASELINE: names, State.SIMPLIFIED: [_grade(one) for one in after]}


def _place_new_rates(pairs: _Pairs, known: set[int], after: list[Pair | None], tables: Tables) -> None:
    """Warn of new lines at a rate that the current block does not have; it stands for the one rate it can stand for."""
    changed = {grade for grade in after if grade and grade[0] != grade[1]}
    for position in pairs.added:
        line, grade = pairs.after[position], after[position]
        if grade is None or grade[0] != grade[1] or grade[0] in known or not known:
            continue
        rate = grade[0]
        stands_for = {pair[0] for pair in changed if pair[1] == rate} or known
        if len(stands_for) == 1:
            after[position] = (next(iter(stands_for)), rate)
        values = {"name": shorten(line.name), "after": format_integer(rate)}
        tables.remarks.append(remark("scm_rate_new", line.place, **values))


def _add_rates(pairs: _Pairs, before: Sequence[Pair | None], after: Sequence[Pair | None], tables: Tables) -> None:
    """Give both states a rate for each grade: the same, unless the form states another one after."""
    lines = [*zip(before, pairs.before, strict=True), *zip(after, pairs.after, strict=True)]
    first: dict[Pair, Line] = {}
    for pair, line in lines:
        if pair is not None:
            first.setdefault(pair, line)
    for pair, line in first.items():
        origin = origin_text(line.place.file or "", line.place.sheet or "", line.place.row or 1)
        for state, rate in zip(State, pair, strict=True):
            tables.states[state]["rates"].append({"grade": _grade(pair), "vnd_per_hour": rate, ORIGIN: origin})


def _same(rate: int | None) -> Pair | None:
    return None if rate is None else (rate, rate)


def _grade(pair: Pair | None) -> str | None:
    if pair is None:
        return None
    before, after = (format_integer(rate) for rate in pair)
    return f"mức {before} đồng/giờ" if pair[0] == pair[1] else f"mức {before} → {after} đồng/giờ"


# Rows


def _population(block: Block, procedure: Procedure) -> Fraction | None:
    """Return how many subjects a block states: of lines that differ, the largest if the letterhead does not say."""
    values = {value for line in block.lines if (value := line.figures["population"]) is not None}
    stated = procedure.labels.get("population")
    if len(values) <= 1 or stated is None:
        return max(values, default=None)
    return Fraction(stated[0])


def _populations(procedure: Procedure, tables: Tables) -> dict[State, Fraction | None]:
    """Return the population of each state, and refuse two that cannot be told from lines that differ."""
    blocks = procedure.blocks
    found = {state: _population(blocks[state], procedure) for state in State}
    uniform = all(len({line.figures["population"] for line in blocks[state].lines} - {None}) <= 1 for state in State)
    before, after = found[State.BASELINE], found[State.SIMPLIFIED]
    if before is not None and after is not None and before != after:
        values = {"before": format_exact(before), "after": format_exact(after)}
        code = "scm_population_changed" if uniform else "scm_population_unclear"
        tables.remarks.append(remark(code, blocks[State.SIMPLIFIED].place, **values))
    return found


def _procedure_row(procedure: Procedure, block: Block, population: Fraction | None) -> Row:
    frequencies = {value for line in block.lines if (value := line.figures["frequency"]) is not None}
    place = block.place
    return {
        "procedure": procedure.code,
        "name": _label(procedure, "name"),
        "field": _label(procedure, "field"),
        "agency": _label(procedure, "agency"),
        "frequency": frequencies.pop() if len(frequencies) == 1 else None,
        "population": Unreadable() if any("population" in line.at_fault for line in block.lines) else population,
        ORIGIN: origin_text(place.file or "", place.sheet or "", place.row or 1),
    }


def _label(procedure: Procedure, name: str) -> str | None:
    found = procedure.labels.get(name)
    return None if found is None else shorten(found[0])


def _activity_row(procedure: Procedure, line: Line, code: str, grade: str | None, layout: ScmLayout) -> Row:
    figures = ("effort_hours", *_MONEY, "frequency", "population")
    place = line.place
    return {
        "procedure": procedure.code,
        "activity": code,
        "stage": line.stage.value if line.stage else None,
        "name": line.name,
        "bearer": layout.bearer.value,
        "grade": Unreadable() if "vnd_per_hour" in line.at_fault else grade,
        **{name: Unreadable() if name in line.at_fault else line.figures[name] for name in figures},
        "source": line.source,
        ORIGIN: origin_text(place.file or "", place.sheet or "", place.row or 1),
    }
