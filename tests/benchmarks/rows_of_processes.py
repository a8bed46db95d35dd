"""What an import costs beside pandas's, and how fast the machine's memory is, which nothing can be faster than."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from time import perf_counter
from typing import Final

import numpy as np
from paired_rows import Pair, Row, plain_row

__all__ = ["ROWS", "bytes_a_second"]

_DOUBLES: Final = 2**24
"""128 MiB an array: more than any cache holds."""


def _import(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {name}"], check=True)


def _imports(lines: int) -> Pair:
    del lines
    return Pair(partial(_import, "tthc_cost"), partial(_import, "pandas"), lambda _ours, _theirs: "")


def bytes_a_second(runs: int = 5) -> tuple[float, float]:
    """Return the bytes read and written a second by numpy's copy, and by its triad ``a = b + s·c``, the best of runs.

    A triad in numpy goes through memory twice: it reads c and writes a, then reads a and b and writes a.
    """
    one, other, result = np.ones(_DOUBLES), np.ones(_DOUBLES), np.empty(_DOUBLES)
    size, copies, triads = one.nbytes, [], []
    for _ in range(runs):
        began = perf_counter()
        np.copyto(result, one)
        copied = perf_counter()
        np.multiply(other, 3.0, out=result)
        np.add(result, one, out=result)
        copies.append(2 * size / (copied - began))
        triads.append(5 * size / (perf_counter() - copied))
    return max(copies), max(triads)


ROWS: Final = (
    Row(
        "import",
        "python -c 'import tthc_cost'",
        "python -c 'import pandas'",
        partial(plain_row, _imports),
        "nothing to compare",
        once=True,
    ),
)
