"""The example that comes with the library: a small review of constructed data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tthc_cost.io.reading import read_review

if TYPE_CHECKING:
    from tthc_cost.review import Review

__all__ = ["EXAMPLE_PATH", "read_example"]

EXAMPLE_PATH: Final = Path(__file__).parents[1] / "data" / "example.xlsx"
"""The workbook of the embedded example."""


def read_example() -> Review:
    """Read the embedded example, whose first sheet says that its data are constructed.

    Returns
    -------
    Review

    Raises
    ------
    MissingExtraError
        If python-calamine is not installed.
    """
    return read_review(EXAMPLE_PATH)
