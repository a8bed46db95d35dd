"""The edge to files: our own workbook, read and written."""

from tthc_cost.io.example import EXAMPLE_PATH, read_example
from tthc_cost.io.reading import find_workbooks, read_review, read_reviews
from tthc_cost.io.writing import write_review, write_template

__all__ = [
    "EXAMPLE_PATH",
    "find_workbooks",
    "read_example",
    "read_review",
    "read_reviews",
    "write_review",
    "write_template",
]
