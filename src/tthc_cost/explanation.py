"""The printed chain from the lines of one procedure to its annual cost, which a pocket calculator can follow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, FREQUENCY_STEPS, Reduction, annual_cost_product, steps_of
from tthc_cost.numerals import format_exact, format_integer, format_percent
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, State

if TYPE_CHECKING:
    import pandas as pd

    from tthc_cost.errors import Language

__all__ = ["ExplainedLine", "Explanation", "explanation_of"]

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "vi": {
        "decision": "Kết quả rà soát",
        "with": "Cùng xét với",
        "together": "Tính chung",
        "sum": "Cộng",
        "unit": "đồng/năm",
        "saving": "Chi phí tiết kiệm",
        "ratio": "Tỷ lệ cắt giảm chi phí",
    },
    "en": {
        "decision": "Decision",
        "with": "Moves together with",
        "together": "Together",
        "sum": "Sum",
        "unit": "đồng a year",
        "saving": "Saving",
        "ratio": "Reduction",
    },
}


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line of the chain, every figure exact.

    Parameters
    ----------
    state, activity, name
        What the line is.
    agency
        Who carries it out, where many agencies do; else empty.
    effort_hours : Fraction
        Work of one case, on the grid [person-hours].
    vnd_per_hour, money_vnd : int
        Hourly rate, and service, fee and other of one case [đồng].
    case_cost_vnd : Fraction
        ``effort × rate + money``, not rounded [đồng].
    frequency : Fraction
        Times a year.
    own_population : int
        Subjects that the line states or has from its procedure (P).
    costed_population, stated_population : int or None
        Population at which the procedure is costed, and the one it states (V and S); None where they do not differ.
    annual_cost_vnd : int
        Rounded half up once [đồng a year].
    """

    state: State
    activity: str
    name: str
    agency: str
    effort_hours: Fraction
    vnd_per_hour: int
    money_vnd: int
    case_cost_vnd: Fraction
    frequency: Fraction
    own_population: int
    costed_population: int | None
    stated_population: int | None
    annual_cost_vnd: int

    @property
    def population(self) -> Fraction:
        """Subjects at which the line is costed: P, or P · V ÷ S, exactly."""
        if self.costed_population is None or self.stated_population is None:
            return Fraction(self.own_population)
        return Fraction(self.own_population * self.costed_population, self.stated_population)

    def text(self, language: Language = "vi") -> str:
        """Write the line as one sum; P, V and S are printed as they were read."""
        case = format_exact(self.case_cost_vnd, language=language)
        work = ""
        if self.effort_hours:
            hour = {"vi": "giờ", "en": "h"}[language]
            effort = format_exact(self.effort_hours, language=language)
            money = f" + {format_integer(self.money_vnd, language=language)}" if self.money_vnd else ""
            work = f"{effort} {hour} × {format_integer(self.vnd_per_hour, language=language)}{money} = {case}; "
        times = [
            format_exact(self.frequency, language=language),
            format_integer(self.own_population, language=language),
        ]
        if self.costed_population is not None and self.stated_population is not None:
            scale = (self.costed_population, self.stated_population)
            times.append("/".join(format_integer(one, language=language) for one in scale))
        cost = format_integer(self.annual_cost_vnd, language=language)
        what = " – ".join(part for part in (f"{self.activity}. {self.name}".strip(), self.agency) if part)
        return f"{what}: {work}{' × '.join((case, *times))} = {cost}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the cost of one procedure comes about, before and after.

    Parameters
    ----------
    procedure, name : str
        Code and name.
    decision : DecisionKind or None
        What the review decided.
    continues : tuple of str
        All procedures that move together, itself, what it continues and what continues it.
    states : tuple of State
        The states in which it stands.
    lines : tuple of ExplainedLine
        The lines of both states.
    cost : Reduction
        Its own cost before and after [đồng a year].
    together : Reduction or None
        Cost before and after of all that move together [đồng a year]; None where it moves alone.
    """

    procedure: str
    name: str
    decision: DecisionKind | None
    continues: tuple[str, ...]
    states: tuple[State, ...]
    lines: tuple[ExplainedLine, ...]
    cost: Reduction
    together: Reduction | None

    def text(self, language: Language = "vi") -> str:
        """Write the whole chain, a line each, with sums that add up to the đồng.

        Procedures that move together save together: their saving and ratio are printed once, of all. A ratio of its own
        is printed of a procedure that moves alone and stands in both states.
        """
        words = _WORDS[language]
        written = [f"{self.procedure}. {self.name}"]
        if self.decision:
            written.append(f"{words['decision']}: {self.decision.label(language)}")
        others = [code for code in self.continues if code != self.procedure]
        if others:
            written.append(f"{words['with']}: {', '.join(others)}")
        for state, cost in ((State.BASELINE, self.cost.baseline), (State.SIMPLIFIED, self.cost.simplified)):
            written.append(f"{_heading(state, language)}:")
            written += [f"  {line.text(language)}" for line in self.lines if line.state is state]
            written.append(f"  {words['sum']}: {_amount(cost, language)}")
        if self.together is None:
            written.append(f"{words['saving']}: {_amount(self.cost.saving, language)}")
            if len(self.states) == len(State):
                written.append(f"{words['ratio']}: {format_percent(self.cost.ratio, language=language)}")
        else:
            written += [
                f"{words['together']} {', '.join(self.continues)}:",
                f"  {_heading(State.BASELINE, language)}: {_amount(self.together.baseline, language)}",
                f"  {_heading(State.SIMPLIFIED, language)}: {_amount(self.together.simplified, language)}",
                f"  {words['saving']}: {_amount(self.together.saving, language)}",
                f"  {words['ratio']}: {format_percent(self.together.ratio, language=language)}",
            ]
        return "\n".join(written)

    def __str__(self) -> str:
        return self.text()


def _heading(state: State, language: Language) -> str:
    label = state.label(language)
    return f"{label[0].upper()}{label[1:]}"


def _amount(vnd: int | Fraction, language: Language) -> str:
    return f"{format_integer(int(vnd), language=language)} {_WORDS[language]['unit']}"


def explanation_of(procedure: str, costs: pd.DataFrame, lines: pd.DataFrame) -> Explanation:
    """Make the explanation of one procedure.

    Parameters
    ----------
    procedure : str
        A code in `costs`.
    costs : pandas.DataFrame
        Standing of all procedures, with ``baseline_vnd`` and ``simplified_vnd``.
    lines : pandas.DataFrame
        Costed lines of both states.

    Returns
    -------
    Explanation
        Its own chain, and the sums of all of its ``group``.
    """
    row: dict[str, Any] = dict(costs.set_index("procedure").loc[procedure])
    group = costs[costs["group"] == row["group"]]
    before, after = (sum(int(cost) for cost in group[f"{state}_vnd"]) for state in State)
    own = rows_of(lines[lines["procedure"] == procedure])
    return Explanation(
        procedure,
        "" if is_blank(row["name"]) else str(row["name"]),
        None if is_blank(row["decision"]) else DecisionKind.parse(row["decision"]),
        tuple(group["procedure"]),
        tuple(state for state in State if row[f"in_{state}"]),
        tuple(_explained(line) for line in own),
        Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"])),
        Reduction(before, after) if len(group) > 1 else None,
    )


def _explained(line: dict[str, Any]) -> ExplainedLine:
    effort = Fraction(_steps(line["effort_hours"], EFFORT_STEPS_PER_HOUR), EFFORT_STEPS_PER_HOUR)
    rate, *money = (
        0 if is_blank(line[name]) else int(line[name])
        for name in ("vnd_per_hour", "service_vnd", "fee_vnd", "other_vnd")
    )
    costed, stated = (
        None if is_blank(line[name]) else int(line[name]) for name in ("costed_population", "stated_population")
    )
    if costed == stated or not stated:
        costed = stated = None
    activity, name, agency = (
        "" if is_blank(line[one]) else str(line[one]) for one in ("activity", "name", "volume_agency")
    )
    return ExplainedLine(
        State.parse(line["state"]),
        activity,
        name,
        agency,
        effort,
        rate,
        sum(money),
        annual_cost_product(effort, rate, sum(money), 1, 1),
        Fraction(_steps(line["frequency"], FREQUENCY_STEPS), FREQUENCY_STEPS),
        int(line["population"]),
        costed,
        stated,
        int(line["annual_cost_vnd"]),
    )


def _steps(value: float, steps_per_unit: int) -> int:
    return 0 if is_blank(value) else steps_of(float(value), steps_per_unit)
