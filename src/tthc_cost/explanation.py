"""The printed chain from the lines of one procedure to its annual cost, which a pocket calculator can follow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tthc_cost.arithmetic import EFFORT_STEPS_PER_HOUR, FREQUENCY_STEPS, Reduction, annual_cost_product, steps_of
from tthc_cost.numerals import format_exact, format_integer, format_percent
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, State

if TYPE_CHECKING:
    import pandas as pd

    from tthc_cost.errors import Language

__all__ = ["ExplainedLine", "Explanation", "explanation_of"]


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
    frequency, population : Fraction
        Times a year, and subjects at which the line is costed (P · V ÷ S).
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
    population: Fraction
    annual_cost_vnd: int

    def text(self, language: Language = "vi") -> str:
        """Write the line as one sum."""
        hour = {"vi": "giờ", "en": "h"}[language]
        effort = format_exact(self.effort_hours, language=language)
        chain = [f"{effort} {hour} × {format_integer(self.vnd_per_hour, language=language)}"]
        if self.money_vnd:
            chain.append(format_integer(self.money_vnd, language=language))
        work = " + ".join(chain if self.effort_hours else chain[1:] or ["0"])
        times = (
            f"{format_exact(self.frequency, language=language)} × {format_exact(self.population, language=language)}"
        )
        cost = format_integer(self.annual_cost_vnd, language=language)
        what = " – ".join(part for part in (f"{self.activity}. {self.name}".strip(), self.agency) if part)
        case = format_exact(self.case_cost_vnd, language=language)
        return f"{what}: {work} = {case}; {case} × {times} = {cost}"


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
        Baseline procedures that move together with it.
    lines : tuple of ExplainedLine
        The lines of both states.
    cost : Reduction
        Before and after [đồng a year].
    """

    procedure: str
    name: str
    decision: DecisionKind | None
    continues: tuple[str, ...]
    lines: tuple[ExplainedLine, ...]
    cost: Reduction

    def text(self, language: Language = "vi") -> str:
        """Write the whole chain, a line each, with sums that add up to the đồng."""
        words = {
            "vi": (
                "Kết quả rà soát",
                "Cùng xét với",
                "Cộng",
                "đồng/năm",
                "Chi phí tiết kiệm",
                "Tỷ lệ cắt giảm chi phí",
            ),
            "en": ("Decision", "Moves together with", "Sum", "đồng a year", "Saving", "Reduction"),
        }[language]
        written = [f"{self.procedure}. {self.name}"]
        if self.decision:
            written.append(f"{words[0]}: {self.decision.label(language)}")
        others = [code for code in self.continues if code != self.procedure]
        if others:
            written.append(f"{words[1]}: {', '.join(others)}")
        for state, cost in ((State.BASELINE, self.cost.baseline), (State.SIMPLIFIED, self.cost.simplified)):
            label = state.label(language)
            written.append(f"{label[0].upper()}{label[1:]}:")
            written += [f"  {line.text(language)}" for line in self.lines if line.state is state]
            written.append(f"  {words[2]}: {format_integer(int(cost), language=language)} {words[3]}")
        written.append(f"{words[4]}: {format_integer(int(self.cost.saving), language=language)} {words[3]}")
        written.append(f"{words[5]}: {format_percent(self.cost.ratio, language=language)}")
        return "\n".join(written)

    def __str__(self) -> str:
        return self.text()


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
    """
    row: dict[str, Any] = dict(costs.set_index("procedure").loc[procedure])
    together = costs[(costs["group"] == row["group"]) & costs["in_baseline"]]["procedure"]
    own = rows_of(lines[lines["procedure"] == procedure])
    return Explanation(
        procedure,
        "" if is_blank(row["name"]) else str(row["name"]),
        None if is_blank(row["decision"]) else DecisionKind.parse(row["decision"]),
        tuple(together),
        tuple(_explained(line) for line in own),
        Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"])),
    )


def _explained(line: dict[str, Any]) -> ExplainedLine:
    effort = Fraction(_steps(line["effort_hours"], EFFORT_STEPS_PER_HOUR), EFFORT_STEPS_PER_HOUR)
    rate, *money = (
        0 if is_blank(line[name]) else int(line[name])
        for name in ("vnd_per_hour", "service_vnd", "fee_vnd", "other_vnd")
    )
    population = Fraction(int(line["population"]))
    if not is_blank(line["costed_population"]) and line["stated_population"]:
        population *= Fraction(int(line["costed_population"]), int(line["stated_population"]))
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
        population,
        int(line["annual_cost_vnd"]),
    )


def _steps(value: float, steps_per_unit: int) -> int:
    return 0 if is_blank(value) else steps_of(float(value), steps_per_unit)
