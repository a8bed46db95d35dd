"""Pictures of results, each one Matplotlib's own figure: for a notebook, a page or a print, in either language."""

from tthc_cost.plots.canvas import probability_text, svg_text
from tthc_cost.plots.certainty import distribution, input_name, tornado
from tthc_cost.plots.choice import frontier

__all__ = ["distribution", "frontier", "input_name", "probability_text", "svg_text", "tornado"]
