"""The costs and sums that a form states, held against ours, and what explains a difference exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, FREQUENCY_STEPS, annual_cost_product, steps_of
from tthc_cost.errors import remark
from tthc_cost.numerals import format_exact, format_integer, shorten
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.scm.lines import Block, Line
    from tthc_cost.io.scm.rows import Stated

__all__ = ["check_block", "check_comparison"]

_MONEY: Final = ("service_vnd", "fee_vnd", "other_vnd")
_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a line costs once and in a year [đồng], and what it would cost with the usual slips."""

    line: Line
    case: Fraction
    annual: int
    slips: Mapping[str, tuple[Fraction, Fraction]]


def check_block(block: Block) -> list[Remark]:
    """Say which costs of lines, groups and totals a block states otherwise than they work out.

    Parameters
    ----------
    block : Block
        Its lines, and the sums it states. What a line lacks or misspells is a fault elsewhere: nothing is checked then.
    """
    costs = [_cost(line) for line in block.lines]
    known = [cost for cost in costs if cost is not None]
    meant = {"case_cost": "annual_cost"} if _states_years(known) else {}
    remarks = []
    for cost in known:
        remarks += _rounded_rate(cost.line) + _check_line(cost, meant)
    if len(known) < len(costs):
        return remarks
    for one in block.sums:
        for column, stated in one.stated.items():
            name = meant.get(column, column)
            sums = [[known[line] for line in lines] for lines in one.lines if lines]
            if sums and not any(_agrees(stated, _total(lines, name)) for lines in sums):
                remarks.append(_sum_differs(stated, sums[0], name, column))
    return remarks


def _states_years(costs: Sequence[_Cost]) -> bool:
    """Tell whether the only column of costs states those of a year, whatever its heading says (``Thành tiền``)."""
    stated = [(one, cost) for cost in costs if (one := cost.line.stated.get("case_cost"))]
    if any("annual_cost" in cost.line.letters for cost in costs):
        return False
    yearly = sum(_agrees(one, Fraction(cost.annual)) for one, cost in stated)
    return yearly > sum(_agrees(one, cost.case) for one, cost in stated)


def check_comparison(blocks: Mapping[State, Block], comparison: Mapping[str, Stated]) -> list[Remark]:
    """Say which totals, and which saving, a comparison states otherwise than the blocks work out.

    Parameters
    ----------
    blocks : mapping of State to Block
        Both blocks.
    comparison : mapping of str to Stated
        Cost of either state, and ``saving``.
    """
    costs = {state: [_cost(line) for line in block.lines] for state, block in blocks.items()}
    known = {state: [one for one in of if one is not None] for state, of in costs.items()}
    if set(costs) != set(State) or any(len(known[state]) < len(costs[state]) for state in costs):
        return []
    remarks = []
    for state in State:
        stated = comparison.get(state.value)
        if stated and not _agrees(stated, _total(known[state], "annual_cost")):
            remarks.append(_sum_differs(stated, known[state], "annual_cost"))
    stated = comparison.get("saving")
    ours = [_total(known[state], "annual_cost") for state in State]
    if stated and not _agrees(stated, abs(ours[0] - ours[1])):
        slips = {
            code: abs(_total(known[State.BASELINE], code) - _total(known[State.SIMPLIFIED], code))
            for code in ("scm_differs_rate", "scm_differs_case")
        }
        remarks.append(_differs(stated, abs(ours[0] - ours[1]), slips))
    return remarks


def _cost(line: Line) -> _Cost | None:
    figures = line.figures
    effort, rate = figures["effort_hours"], figures["vnd_per_hour"]
    frequency, population = figures["frequency"], figures["population"]
    if line.at_fault or frequency is None or population is None or (effort and rate is None):
        return None
    hours = Fraction(steps_of(effort or Fraction(0), EFFORT_STEPS_PER_HOUR), EFFORT_STEPS_PER_HOUR)
    times = Fraction(steps_of(frequency, FREQUENCY_STEPS), FREQUENCY_STEPS)
    exact_rate = rate or Fraction(0)
    whole_rate = steps_of(exact_rate, 1)
    money = Fraction(sum(steps_of(figures[name] or Fraction(0), 1) for name in _MONEY))
    case = annual_cost_product(hours, whole_rate, money, 1, 1)
    by_exact_rate = annual_cost_product(hours, exact_rate, money, 1, 1)
    by_rounded_case = Fraction(steps_of(case, 1))
    slips = {
        "scm_differs_rate": (by_exact_rate, by_exact_rate * times * population),
        "scm_differs_case": (by_rounded_case, by_rounded_case * times * population),
    }
    return _Cost(line, case, steps_of(case * times * population, 1), slips)


def _rounded_rate(line: Line) -> list[Remark]:
    rate = line.figures["vnd_per_hour"]
    if rate is None or rate.denominator == 1 or not line.figures["effort_hours"]:
        return []
    cell = f"{line.letters['vnd_per_hour']}{line.place.row}" if "vnd_per_hour" in line.letters else None
    here = remark("scm_rate_rounded", line.place, rate=format_exact(rate), rounded=format_integer(steps_of(rate, 1)))
    return [here.at(cell=cell)]


def _check_line(cost: _Cost, meant: Mapping[str, str]) -> list[Remark]:
    remarks = []
    figures = cost.line.figures
    frequency, population = figures["frequency"] or Fraction(0), figures["population"] or Fraction(0)
    for column, stated in cost.line.stated.items():
        name = meant.get(column, column)
        ours = cost.case if name == "case_cost" else Fraction(cost.annual)
        if _agrees(stated, ours):
            continue
        slips = {code: both[name == "annual_cost"] for code, both in cost.slips.items()}
        if name == "annual_cost":
            for factor in {Fraction(1), frequency, population}:
                slips[f"scm_differs_volume {factor}"] = cost.case * factor
        remarks.append(_differs(stated, ours, slips))
    return remarks


def _total(costs: Sequence[_Cost], name: str) -> Fraction:
    """Add what lines cost once or in a year, or would cost in a year with one of the slips, each rounded once."""
    if name == "case_cost":
        return sum((cost.case for cost in costs), Fraction(0))
    if name == "annual_cost":
        return Fraction(sum(cost.annual for cost in costs))
    return sum((cost.slips[name][1] for cost in costs), Fraction(0))


def _agrees(stated: Stated, ours: Fraction) -> bool:
    """Tell whether a figure is ours to the đồng, or to the whole unit it is stated in."""
    if steps_of(stated.value, 1) == steps_of(ours, 1):
        return True
    in_units = stated.value / stated.scale
    return stated.scale > 1 and in_units.denominator == 1 and in_units == steps_of(ours / stated.scale, 1)


def _sum_differs(stated: Stated, costs: Sequence[_Cost], name: str, column: str | None = None) -> Remark:
    ours = _total(costs, name)
    position = int(name == "annual_cost")
    slips = {
        code: sum((cost.slips[code][position] for cost in costs), Fraction(0))
        for code in ("scm_differs_rate", "scm_differs_case")
    }
    left_out = {
        f"scm_differs_left_out {number}": ours - (cost.annual if position else cost.case)
        for number, cost in enumerate(costs)
        if (cost.annual if position else cost.case) and len(costs) > 1
    }
    names = {f"scm_differs_left_out {number}": shorten(cost.line.name) for number, cost in enumerate(costs)}
    said = [cost.line.stated[column or name].value for cost in costs if (column or name) in cost.line.stated]
    of_lines = sum(said, Fraction(0)) if len(said) == len(costs) else None
    return _differs(stated, ours, slips | left_out, names, of_lines)


def _differs(
    stated: Stated,
    ours: Fraction,
    slips: Mapping[str, Fraction],
    names: Mapping[str, str] | None = None,
    of_lines: Fraction | None = None,
) -> Remark:
    """Say a difference, with its cause if exactly one of the slips gives what is stated."""
    explains = [code for code, value in slips.items() if value != ours and _agrees(stated, value)]
    if stated.value and ours in {stated.value * _THOUSAND, stated.value / _THOUSAND}:
        explains.append("scm_differs_thousand")
    causes = dict.fromkeys(code.partition(" ")[0] for code in explains)
    code = (
        next(iter(causes))
        if len(causes) == 1 and (len(explains) == 1 or "scm_differs_volume" in causes)
        else "scm_differs"
    )
    if code == "scm_differs" and not explains and of_lines is not None and _agrees(stated, of_lines):
        code = "scm_differs_lines"
    values = {
        "stated": format_exact(stated.value),
        "ours": format_integer(steps_of(ours, 1)),
        "difference": format_exact(abs(stated.value - steps_of(ours, 1))),
        "name": (names or {}).get(explains[0], "") if explains else "",
    }
    return remark(code, stated.place, **values)
