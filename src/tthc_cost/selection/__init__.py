"""The choice of measures: the cheapest set that reaches a target, and what more saving would cost."""

from tthc_cost.selection.choice import Frontier, Objective, Restrictions, Selection, frontier, select

__all__ = ["Frontier", "Objective", "Restrictions", "Selection", "frontier", "select"]
