"""Pictures of results, each one Matplotlib's own figure: for a notebook, a page or a print, in either language."""

from tthc_cost.plots.canvas import probability_text
from tthc_cost.plots.certainty import distribution, input_name, tornado
from tthc_cost.plots.choice import frontier
from tthc_cost.plots.dates import milestones
from tthc_cost.plots.groups import agencies, heat_map
from tthc_cost.plots.ranking import pareto
from tthc_cost.plots.savings import causes, waterfall
from tthc_cost.plots.steps import critical_path
from tthc_cost.plots.svg import svg_text

__all__ = [
    "agencies",
    "causes",
    "critical_path",
    "distribution",
    "frontier",
    "heat_map",
    "input_name",
    "milestones",
    "pareto",
    "probability_text",
    "svg_text",
    "tornado",
    "waterfall",
]
