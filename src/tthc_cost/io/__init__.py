"""The edge to files: what departments send in, read; workbooks, forms and tables, written."""

from tthc_cost.io.claim_lists import read_claims
from tthc_cost.io.costs import PublishedCosts, read_costs
from tthc_cost.io.example import EXAMPLE_PATH, read_example
from tthc_cost.io.measure_lists import read_measures, write_measures, write_measures_template
from tthc_cost.io.reading import find_workbooks, read_review, read_reviews
from tthc_cost.io.scm.layout import ScmLayout
from tthc_cost.io.scm.reading import read_scm_form, read_scm_forms
from tthc_cost.io.scm.writing import write_scm_form
from tthc_cost.io.tables import find_tables, read_tables, write_tables
from tthc_cost.io.word.forms import WordForms, read_word_folder, read_word_forms
from tthc_cost.io.writing import write_review, write_template

__all__ = [
    "EXAMPLE_PATH",
    "PublishedCosts",
    "ScmLayout",
    "WordForms",
    "find_tables",
    "find_workbooks",
    "read_claims",
    "read_costs",
    "read_example",
    "read_measures",
    "read_review",
    "read_reviews",
    "read_scm_form",
    "read_scm_forms",
    "read_tables",
    "read_word_folder",
    "read_word_forms",
    "write_measures",
    "write_measures_template",
    "write_review",
    "write_scm_form",
    "write_tables",
    "write_template",
]
