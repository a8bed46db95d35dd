"""What a benchmark is: a call of ours and its rival, timed in turn in one process after their results were compared."""

from __future__ import annotations

import gc
import re
import resource
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    Call: TypeAlias = Callable[[], Any]
    Table: TypeAlias = Any
    """A frame of any engine: agency, baseline_vnd and simplified_vnd [đồng a year]."""

__all__ = ["Measured", "Pair", "Row", "Timing", "agency_differences", "held_mib", "measure", "plain_row", "whole_mib"]

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Pair:
    """A call of ours beside its rival's.

    Parameters
    ----------
    ours, theirs
        What is timed, each from native data to a native result.
    differences
        Of what both returned, what differs, in words; nothing where they are the same.
    share
        What part of our work the rival does: its seconds are divided by it.
    """

    ours: Call
    theirs: Call
    differences: Callable[[Any, Any], str]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One benchmark of the table.

    Parameters
    ----------
    name
        What it is called on the command line.
    ours, theirs
        What is measured, and beside what.
    prepare
        Constructs the data for a number of lines and gives the pair, inside a context that tidies up behind it.
    same
        How far the results must be the same, in words.
    pairs
        At most so many are timed.
    once
        Whether the number of lines is nothing to it.
    """

    name: str
    ours: str
    theirs: str
    prepare: Callable[[int], AbstractContextManager[Pair]]
    same: str = "the same integers"
    pairs: int = 99
    once: bool = False


@contextmanager
def plain_row(prepare: Callable[[int], Pair], lines: int) -> Iterator[Pair]:
    """Wrap a pair that leaves nothing behind."""
    yield prepare(lines)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: by the clock, and of processors."""

    elapsed: float
    worked: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a row: the timings of its pairs, in the order they were taken."""

    ours: Sequence[Timing]
    theirs: Sequence[Timing]
    share: float

    @property
    def seconds(self) -> tuple[float, float]:
        """The median seconds by the clock, ours and the rival's."""
        return (
            statistics.median(one.elapsed for one in self.ours),
            statistics.median(one.elapsed for one in self.theirs),
        )

    def ratios(self, of: str) -> tuple[float, float, float]:
        """Return the median and the 10th and 90th per cent of the paired ratios, ours ÷ rival's."""
        pairs = zip(self.ours, self.theirs, strict=True)
        ratios = [getattr(ours, of) * self.share / getattr(theirs, of) for ours, theirs in pairs]
        median, low, high = np.percentile(ratios, [50, 10, 90])
        return float(median), float(low), float(high)


def _timed(call: Call) -> Timing:
    gc.collect()
    elapsed, worked = time.perf_counter(), _worked()
    call()
    return Timing(time.perf_counter() - elapsed, _worked() - worked)


def _worked() -> float:
    """Return the seconds that this process and those it started and saw end have worked."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(pair: Pair, pairs: int) -> tuple[str, Measured]:
    """Compare the results, then time both calls in turn, each pair beginning with the other one.

    Parameters
    ----------
    pair : Pair
        What is measured.
    pairs : int
        How many times each is timed, after one run that is not.

    Returns
    -------
    differences, measured : str, Measured
        What differs, and the timings.
    """
    differences = pair.differences(pair.ours(), pair.theirs())
    ours: list[Timing] = []
    theirs: list[Timing] = []
    for number in range(pairs):
        calls = [(ours, pair.ours), (theirs, pair.theirs)]
        for timings, call in calls if number % 2 else calls[::-1]:
            timings.append(_timed(call))
    return differences, Measured(ours, theirs, pair.share)


def agency_differences(ours: Table, theirs: Table, within_vnd: int = 0) -> str:
    """Say which agency's costs differ by more than what floats may lose.

    Parameters
    ----------
    ours, theirs : pandas.DataFrame or what has ``to_pandas`` or ``df``
        ``agency``, ``baseline_vnd`` and ``simplified_vnd`` [đồng a year].
    within_vnd : int
        What each cost may differ by [đồng].
    """
    costs = ["baseline_vnd", "simplified_vnd"]
    ours, theirs = (_pandas(table).set_index("agency")[costs].sort_index() for table in (ours, theirs))
    if not ours.index.equals(theirs.index):
        return f"agencies {sorted(set(ours.index) ^ set(theirs.index))[:5]} stand on one side only"
    missing = ours.isna() != theirs.isna()
    off = (ours.fillna(0).astype("int64") - theirs.fillna(0).astype("int64")).abs() > within_vnd
    wrong = (off | missing).any(axis="columns")
    agency = wrong.idxmax()
    return f"agency {agency}: {ours.loc[agency].tolist()} beside {theirs.loc[agency].tolist()}" if wrong.any() else ""


def _pandas(table: Table) -> pd.DataFrame:
    frame: pd.DataFrame = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    return frame


def held_mib() -> float:
    """Return what this process holds now [MiB], and count the most it holds anew from here."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status("VmRSS")


def whole_mib() -> float:
    """Return the most this process held since `held_mib` [MiB]."""
    return _status("VmHWM")


def _status(name: str) -> float:
    found = re.search(rf"{name}:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024 / MIB
