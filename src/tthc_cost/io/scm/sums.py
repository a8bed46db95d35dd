"""Rows that are sums and do not say so: told from activities by their figures, whatever they are called.

A sum that is taken for an activity doubles a block, and an activity that is taken for a sum is lost; both without a
word. So a row is looked at when each of its hours and charges is the sum of those of the two or more lines above it in
the group or in the block, or of those below it where a group or the block begins. Lines that happen to be such sums
are no rarity (1 + 1 = 2 hours), so what else the row holds decides, in this order:

1. it says that it is an activity (``own_line`` in its note): it is one;
2. it states costs: what adds up the costs of those lines, and is not its own hours times its own rate, is a sum; its
   own product, which is not the sum, is a line;
3. it leaves blank a rate or a volume that each of those lines fills in: a sum, unless it is numbered as they are;
4. charges add up beside hours, or it is numbered otherwise than those lines, or it adds up four lines of the
   whole block: nobody can tell, and it is refused;
5. otherwise it is a line, with a warning where a group or the block ends or begins.

A row that adds up nothing, and alone leaves every rate and volume blank, is refused too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from tthc_cost.io.scm.rows import CARRIED, INPUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.io.scm.rows import Node, Stated

__all__ = ["MayBeSum", "Verdict", "adds_up", "find_sums"]

_FEWEST: Final = 2
_MANY: Final = 4


class Verdict(Enum):
    """What a row is that adds up others: a line, a line to be warned of, a sum, or nobody can tell."""

    LINE = auto()
    LIKE_SUM = auto()
    SUM = auto()
    UNCLEAR = auto()
    INCOMPLETE = auto()


@dataclass(frozen=True, slots=True, eq=False)
class MayBeSum:
    """A row with figures: its node, its numbering, its group, and whether it says to be an activity.

    Parameters
    ----------
    node
        The row.
    number
        Its numbering, that of a group which stands in the same row included.
    group
        Words of the group it stands in; empty if it is in none.
    is_own
        Whether it says that it is an activity.
    ends
        Whether a sum that says so follows it.
    """

    node: Node
    number: str
    group: str
    is_own: bool = False
    ends: bool = False


Figures: TypeAlias = Mapping[str, Fraction | None]
Rows: TypeAlias = Sequence[MayBeSum]


def adds_up(own: Figures, others: Sequence[Figures], *, yearly: bool = False) -> bool:
    """Tell whether the hours and charges that a row states are the sums of those of other rows.

    Parameters
    ----------
    own : mapping of str to Fraction or None
        Figures of the row by column; those that it leaves blank, or that are 0, are not asked for.
    others : sequence of mappings
        Figures of the others.
    yearly : bool
        Whether it may also state what they come to in a year.

    Examples
    --------
    >>> one = dict.fromkeys(("effort_hours", "service_vnd", "fee_vnd", "other_vnd")) | {"effort_hours": Fraction(1)}
    >>> adds_up(one | {"effort_hours": Fraction(2)}, [one, one])
    True
    """
    return all(
        value == _total(name, others) or (yearly and value == _in_a_year(name, others))
        for name in INPUTS
        if (value := own[name])
    )


def _total(name: str, rows: Sequence[Figures]) -> Fraction:
    return sum((one[name] or Fraction(0) for one in rows), Fraction(0))


def _in_a_year(name: str, rows: Sequence[Figures]) -> Fraction:
    once = Fraction(1)
    yearly = [(one[name] or 0) * (one["frequency"] or once) * (one["population"] or once) for one in rows]
    return sum(yearly, Fraction(0))


def find_sums(rows: Rows) -> Iterator[tuple[MayBeSum, Verdict, Rows]]:
    """Go through the rows of a block and yield what is not plainly a line, and the lines that it adds up.

    Parameters
    ----------
    rows : sequence of MayBeSum
        Rows with figures, those that say to be sums left out.

    Yields
    ------
    tuple of MayBeSum, Verdict and sequence of MayBeSum
    """
    below = _Totals(rows[::-1])
    above = _Totals([])
    for at, row in enumerate(rows):
        verdict, lines = (Verdict.LINE, ()) if row.is_own else _judge(row, above, below, len(rows) - at - 1)
        if verdict is not Verdict.SUM:
            above.add(row)
        if verdict is not Verdict.LINE:
            yield row, verdict, lines


class _Totals:
    """Lines, what they add up to from the first one on, and where the run of lines of one group began."""

    def __init__(self, lines: Rows) -> None:
        self.lines: list[MayBeSum] = []
        self.totals: list[tuple[Fraction, ...]] = [(Fraction(0),) * len(INPUTS)]
        self.starts: list[int] = []
        for one in lines:
            self.add(one)

    def add(self, row: MayBeSum) -> None:
        """Add a line."""
        same = self.lines and self.lines[-1].group == row.group
        self.starts.append(self.starts[-1] if same else len(self.lines))
        self.lines.append(row)
        added = (row.node.figures[name] or Fraction(0) for name in INPUTS)
        self.totals.append(tuple(one + more for one, more in zip(self.totals[-1], added, strict=True)))

    def added_up_by(self, row: MayBeSum, count: int) -> Iterator[Rows]:
        """Yield what a row adds up of the first ``count`` lines: the last ones of a group, and all of them."""
        own = [row.node.figures[name] for name in INPUTS]
        for start in dict.fromkeys((self.starts[count - 1], 0)) if count else ():
            sums = (last - first for first, last in zip(self.totals[start], self.totals[count], strict=True))
            if not all(not one or one == of for one, of in zip(own, sums, strict=True)):
                continue
            lines = self.lines[start:count]
            if any(sum(bool(one.node.figures[name]) for one in lines) >= _FEWEST for name in _summed(row)):
                yield sorted(lines, key=lambda one: one.node.of.row)


def _judge(row: MayBeSum, above: _Totals, below: _Totals, left: int) -> tuple[Verdict, Rows]:
    """Say what a row is, with ``left`` rows below it, which are the first ones of those counted from the end."""
    before, after = above.lines[-1] if above.lines else None, below.lines[left - 1] if left else None
    changes = before is None or after is None or before.group != after.group
    found = list(above.added_up_by(row, len(above.lines)))
    if changes:
        found += below.added_up_by(row, left)
    everything = len(above.lines) + left
    answers = [
        (_judge_against(row, lines, is_everything=len(lines) == everything, closes=row.ends or changes), lines)
        for lines in found
    ]
    for verdict in (Verdict.SUM, Verdict.LINE, Verdict.UNCLEAR, Verdict.LIKE_SUM):
        for answer in answers:
            if answer[0] is verdict:
                return answer
    others = (*above.lines, *below.lines[:left]) if _blank(row) >= _columns(row) else ()
    return (Verdict.INCOMPLETE if _lacks_everything(row, others) else Verdict.LINE), ()


def _summed(row: MayBeSum) -> list[str]:
    return [name for name in INPUTS if row.node.figures[name]]


def _judge_against(row: MayBeSum, lines: Rows, *, is_everything: bool, closes: bool) -> Verdict:
    said = _said_by_costs(row, lines)
    if said is not None:
        return said
    numbered = bool(row.number)
    alike = all(bool(one.number) == numbered for one in lines)
    if _leaves_blank(row, lines):
        return Verdict.UNCLEAR if numbered and alike else Verdict.SUM
    several = len(_summed(row)) >= _FEWEST
    many = is_everything and sum(any(one.node.figures[name] for name in _summed(row)) for one in lines) >= _MANY
    if several or many or not alike:
        return Verdict.UNCLEAR
    return Verdict.LIKE_SUM if closes else Verdict.LINE


def _said_by_costs(row: MayBeSum, lines: Rows) -> Verdict | None:
    """Return what the costs that a row states say: they are those of other lines, or its own."""
    for name in ("annual_cost", "case_cost"):
        stated = row.node.stated.get(name)
        others = [one.node.stated[name] for one in lines if name in one.node.stated]
        own = _product(row, lines, yearly=name == "annual_cost")
        if stated is None or len(others) < len(lines) or own is None:
            continue
        volume = _volume(row, lines) or Fraction(1)
        is_sum = _near(stated, sum((one.value for one in others), Fraction(0)), Fraction(len(lines)))
        is_own = _near(stated, own, volume if name == "annual_cost" else Fraction(1))
        if is_sum != is_own:
            return Verdict.SUM if is_sum else Verdict.LINE
    return None


def _near(stated: Stated, value: Fraction, slack: Fraction) -> bool:
    """Tell whether a stated cost is a value but for rounding."""
    return abs(stated.value - value) <= max(slack, Fraction(1)) * stated.scale


def _figure(row: MayBeSum, lines: Rows, name: str) -> Fraction | None:
    """Return a rate or volume of a row, or the only one that the lines beside it have."""
    own = row.node.figures[name]
    values = {one.node.figures[name] for one in lines} - {None}
    return own if own is not None else next(iter(values)) if len(values) == 1 else None


def _volume(row: MayBeSum, lines: Rows) -> Fraction | None:
    frequency, population = (_figure(row, lines, name) for name in ("frequency", "population"))
    return None if frequency is None or population is None else frequency * population


def _product(row: MayBeSum, lines: Rows, *, yearly: bool) -> Fraction | None:
    """Return what a row would cost as a line, None if that cannot be said."""
    figures = row.node.figures
    hours = figures["effort_hours"] or Fraction(0)
    rate, volume = _figure(row, lines, "vnd_per_hour"), _volume(row, lines)
    if (hours and rate is None) or (yearly and volume is None):
        return None
    money = sum((figures[name] or Fraction(0) for name in INPUTS if name != "effort_hours"), Fraction(0))
    case = hours * (rate or Fraction(0)) + money
    return case * volume if yearly and volume is not None else case


def _blank(row: MayBeSum) -> set[str]:
    """Return the rates and volumes that a row leaves blank; money alone asks for no rate."""
    needed = [name for name in CARRIED if name != "vnd_per_hour" or row.node.figures["effort_hours"]]
    return {name for name in needed if row.node.figures[name] is None and name not in row.node.at_fault}


def _leaves_blank(row: MayBeSum, lines: Rows) -> bool:
    return bool(_blank(row) - {name for one in lines for name in _blank(one)})


def _columns(row: MayBeSum) -> set[str]:
    return {name for name in CARRIED if name in row.node.of.columns.positions}


def _lacks_everything(row: MayBeSum, others: Rows) -> bool:
    """Tell whether a row alone leaves blank its rate and every volume that there is a column for."""
    columns = _columns(row)
    needs_all = "vnd_per_hour" in columns and len(columns) >= _FEWEST and columns <= _blank(row)
    return needs_all and len(others) >= _FEWEST and not any(_blank(one) & columns for one in others)
