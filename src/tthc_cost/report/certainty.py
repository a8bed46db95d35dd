"""What is said of how sure a reduction is and of what more of it takes: sentences, rows, and the pictures in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.plots import distribution, frontier, input_name, probability_text, svg_text, tornado
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.selection.choice import Objective
from tthc_cost.uncertainty.probability import GROUPINGS_OF_PROBABILITY
from tthc_cost.vocabulary import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.report.labels import Labels
    from tthc_cost.selection import Frontier, Selection
    from tthc_cost.uncertainty import TargetProbability

__all__ = [
    "FIGURES",
    "Spread",
    "assumed_text",
    "first_text",
    "groups_of",
    "objective_text",
    "picture_of_choice",
    "pictures_of_certainty",
    "point_name",
    "points_of",
    "share",
    "spread_name",
    "spreads_of",
    "sure_text",
]  # fmt: skip

FIGURES: Final = 10
"""How many inputs the pictures and tables show."""
_DIGITS: Final = 6

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spread:
    """One statistic of the reduction and of the saving: in closed form, by draws, and the standard error of these.

    Parameters
    ----------
    statistic : str
        ``"likeliest"``, ``"mean"``, ``"sd"``, ``"P5"`` …
    reduction, saving : tuple of (float or None, float or None, float or None)
        Shares, and đồng a year; None without draws.
    """

    statistic: str
    reduction: tuple[float | None, ...]
    saving: tuple[float | None, ...]


def share(value: float | None) -> Fraction | None:
    """Return a share without the noise of its last binary digits; None for what is not known."""
    return None if value is None or not math.isfinite(value) else Fraction(str(round(value, _DIGITS)))


def spreads_of(found: TargetProbability) -> tuple[Spread, ...]:
    """Return the distribution, one statistic after the other."""
    read: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for row in rows_of(found.distribution):
        figures = (row["closed_form"], row["simulated"], row["standard_error"])
        known = tuple(None if is_blank(one) else float(one) for one in figures)
        read.setdefault(row["statistic"], {})[row["quantity"]] = known
    return tuple(Spread(name, both["reduction"], both["saving"]) for name, both in read.items())


def sure_text(found: TargetProbability, labels: Labels) -> tuple[str, ...]:
    """Say how probable the target is, which reduction is assured, and by how many draws that was checked."""
    target, certain = labels.share(found.target), found.lines.is_certain
    stated = labels.percent(found.comparison.total.ratio, found.target)
    if certain:
        reached = labels(f"sure.{'met' if found.probability else 'missed'}")
        return (labels("sure.certain", stated=stated, target=target, reached=reached),)
    assured = labels.percent(share(found.assured_reduction), found.target)
    probability = probability_text(found.probability, labels.language)
    said = [labels("sure.sentence", target=target, probability=probability, assured=assured)]
    said.append(labels("sure.stated", stated=stated, target=target))
    if found.simulation is not None:
        drawn = {"draws": labels.integer(found.simulation.draws), "seed": str(found.simulation.seed)}
        simulated = probability_text(found.probability_simulated, labels.language)
        error = labels.percent(share(found.standard_error))
        said.append(labels("sure.simulated", probability=simulated, error=error, **drawn) + ".")
    return tuple(said)


def assumed_text(found: TargetProbability, labels: Labels) -> tuple[str, ...]:
    """Say what was assumed, what is only approximate, and what was noticed on the way."""
    said = (*found.assumptions.text(labels.language).splitlines(), labels("sure.approximate"))
    return (*said, *(one.text(labels.language) for one in found.remarks))


def first_text(found: TargetProbability, labels: Labels) -> str:
    """Say how much of the uncertainty better figures of single lines would take away at most."""
    first = found.sensitivity().measure_first(FIGURES)
    if first.empty:
        return labels("sure.none_to_measure")
    together = labels.percent(share(first["together"].iloc[-1]))
    return labels("sure.together", n=labels.integer(len(first)), share=together)


def spread_name(one: Spread, labels: Labels) -> str:
    """Return what a statistic is called."""
    name = one.statistic
    return labels("sure.percentile", n=name[1:]) if name.startswith("P") else labels(f"sure.stat_{name}")


def groups_of(found: TargetProbability, labels: Labels) -> tuple[tuple[str, Row], ...]:
    """Return the agencies, then the levels, by name, each with its row of `TargetProbability.by`."""
    return tuple(
        (_group_name(column, row[column], labels), row)
        for column in GROUPINGS_OF_PROBABILITY
        for row in rows_of(found.by(column))
    )


def _group_name(column: str, name: object, labels: Labels) -> str:
    if is_blank(name):
        return labels("report.blank")
    said = Level.parse(str(name)).label(labels.language) if column == "level" else str(name)
    return said[:1].upper() + said[1:]


def pictures_of_certainty(found: TargetProbability, labels: Labels) -> dict[str, str]:
    """Draw the distribution and the tornado, each with a sentence that says its figures."""
    target = labels.share(found.target)
    spread = {one.statistic: labels.percent(share(one.reduction[0])) for one in spreads_of(found)}
    words = labels(
        "sure.picture", target=target, low=spread["P5"], high=spread["P95"], middle=spread["P50"],
        probability=probability_text(found.probability, labels.language, certain=found.lines.is_certain),
    )  # fmt: skip
    made = {"distribution": svg_text(distribution(found, language=labels.language), words)}
    sensitivity = found.sensitivity()
    bars = rows_of(sensitivity.tornado(1))
    if bars:
        (bar,) = bars
        ends = {name: labels.percent(share(bar[f"reduction_{name}"])) for name in ("low", "high")}
        words = labels("sure.tornado", name=input_name(bar, labels.language), **ends)
        drawn = tornado(sensitivity, FIGURES, target=found.target, language=labels.language)
        made["tornado"] = svg_text(drawn, words)
    return made


def picture_of_choice(found: Frontier, target: Fraction | None, labels: Labels) -> str:
    """Draw the frontier, with a sentence that says its figures."""
    points = "; ".join(
        labels(
            "chosen.said", ratio=labels.percent(one.total.ratio, one.target), value=objective_text(found, one, labels)
        )
        for one in found.points
    )
    return svg_text(frontier(found, target=target, language=labels.language), labels("chosen.picture", points=points))


def objective_text(found: Frontier, point: Selection, labels: Labels) -> str:
    """Print the objective and its amount at a point."""
    unit = f" {labels('chosen.vnd')}" if found.objective is Objective.ONE_OFF_COST else ""
    return f"{found.objective.label(labels.language)} {labels.integer(point.value)}{unit}"


def point_name(found: Frontier, point: Selection, labels: Labels) -> str:
    """Return which target a point is of; the last one, of none, is judged by the highest."""
    if point.target is not None:
        return labels.share(point.target)
    if found.highest is None:
        return labels("chosen.most")
    return labels("chosen.most_of", share=labels.share(found.highest))


def points_of(found: Frontier) -> Iterator[tuple[Selection, Row]]:
    """Return each point with its row of the table."""
    yield from zip(found.points, rows_of(found.table), strict=True)
