"""The readers that are fuzzed, and the process in which they read mutants, with little memory, telling how each ended.

Run by ``tests/fuzz/run.py`` with the names of readers: takes numbers of mutants on its input, one a line, and answers
each with a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mutants import mutant, originals
from tthc_cost.errors import TthcCostError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["READERS", "outcome"]

READERS: Final = {
    "read_review": ("tthc_cost.io.reading", "review"),
    "read_scm_form": ("tthc_cost.io.scm.reading", "form_03"),
    "read_word_forms": ("tthc_cost.io.word.forms", "word"),
}
"""Each reader of strangers' files: where it stands, and which originals the mutants that it reads are made of."""
_SECONDS: Final = 60
"""Seconds of processor time that reading one mutant may take."""
_MEMORY: Final = 2**30
"""Bytes that reading may take beyond what the process had when it began."""


def _readers(names: Sequence[str]) -> dict[str, tuple[str, Callable[[Path], Any]]]:
    """Return each reader and its name, by the originals that it is for."""
    found = {}
    for name in names:
        module, originals = READERS[name]
        found[originals] = (name, getattr(importlib.import_module(module), name))
    return found


def outcome(number: int, readers: Mapping[str, tuple[str, Callable[[Path], Any]]], folder: Path) -> dict[str, Any]:
    """Read one mutant.

    Returns
    -------
    dict of str to object
        ``reader``, and ``codes``: of its faults, none if it was read; or ``broke``: what came out of the reader.
    """
    name, data = mutant(number, tuple(sorted(name for name in originals() if name.split("/")[0] in readers)))
    reader, read = readers[name.split("/")[0]]
    path = folder / f"mutant{Path(name).suffix}"
    path.write_bytes(data)
    try:
        read(path)
    except TthcCostError as error:
        error.text("vi")
        error.text("en")
        return {"reader": reader, "codes": sorted({fault.code for fault in error.faults})}
    except BaseException as error:  # noqa: BLE001 - whatever else comes out of a reader is what is looked for
        return {"reader": reader, "codes": [], "broke": f"{type(error).__name__}: {error}"[:300]}
    return {"reader": reader, "codes": []}


def _virtual_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Answer numbers until there are no more."""
    warnings.simplefilter("error")
    readers = _readers(sys.argv[1:] or tuple(READERS))
    with tempfile.TemporaryDirectory() as folder:
        outcome(0, readers, Path(folder))
        resource.setrlimit(resource.RLIMIT_AS, (_virtual_bytes() + _MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _say("ready")
        for line in sys.stdin:
            began = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, _SECONDS)  # whose signal ends the process, in whatever code it is
            found = outcome(int(line), readers, Path(folder))
            signal.setitimer(signal.ITIMER_PROF, 0)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            _say(json.dumps(found | {"seconds": time.process_time() - began, "peak_kb": peak}))


if __name__ == "__main__":
    main()
