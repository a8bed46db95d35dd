"""How sure a reduction is when its figures are estimates: what is assumed, how probable, what to measure better."""

from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.distributions import Reading, Shape
from tthc_cost.uncertainty.observations import Rule, Summary, summarise, summarise_table
from tthc_cost.uncertainty.probability import TargetProbability, target_probability
from tthc_cost.uncertainty.sensitivity import Quantity, Sensitivity
from tthc_cost.uncertainty.simulation import Simulation

__all__ = [
    "Assumptions",
    "Quantity",
    "Reading",
    "Rule",
    "Sensitivity",
    "Shape",
    "Simulation",
    "Summary",
    "TargetProbability",
    "summarise",
    "summarise_table",
    "target_probability",
]
