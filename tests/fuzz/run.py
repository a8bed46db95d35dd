"""Fuzz of the readers: ``python tests/fuzz/run.py --mutants 20000``. Only the library's own errors may come out.

Each mutant is made from its number alone, so a failure is repeated with ``--first NUMBER --mutants 1``.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TESTS: Final = Path(__file__).resolve().parent.parent
_PATIENCE: Final = 900.0
"""Seconds after which a process that does not answer is ended; one that is busy for long ends by itself, far sooner."""


@dataclass(slots=True)
class Result:
    """What came of the mutants so far."""

    done: int = 0
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)
    peak_kb: int = 0

    def take(self, number: int, answer: dict[str, Any] | None) -> None:
        """Take note of an answer, or of there being none."""
        self.done += 1
        if answer is None:
            self.fail(f"mutant {number}: no answer (the process hung or was ended)")
            return
        self.slowest = max(self.slowest, (answer["seconds"], number))
        self.peak_kb = max(self.peak_kb, answer["peak_kb"])
        codes, broke = answer["codes"], answer.get("broke")
        counts = self.outcomes.setdefault(answer["reader"], Counter())
        counts["failed" if broke else "refused" if codes else "read"] += 1
        counts.update(f"  {code}" for code in codes)
        if broke:
            self.fail(f"mutant {number}, {answer['reader']}: {broke}")

    def fail(self, failure: str) -> None:
        """Take note of a failure, and tell it at once."""
        self.failures.append(failure)
        _say(failure)


class _Worker:
    """A process that reads mutants, begun anew when it does not live through one."""

    def __init__(self, readers: Sequence[str]) -> None:
        self.readers = readers
        self.process: subprocess.Popen[str] | None = None

    def ask(self, number: int) -> dict[str, Any] | None:
        if self.process is None:
            self.process = self._begin()
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(f"{number}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            line = ""
        else:
            line = _line(self.process.stdout, self.process)
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.end()
        return None

    def _begin(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(_TESTS / "readers_under_fuzz.py"), *self.readers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        )
        assert process.stdout
        if _line(process.stdout, process) != "ready\n":
            process.kill()
            message = "the readers cannot be begun; run tests/readers_under_fuzz.py to see why"
            raise RuntimeError(message)
        return process

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _line(stream: IO[str], process: subprocess.Popen[str]) -> str:
    """Return the next line, or nothing if the process ended or had to be."""
    clock = threading.Timer(_PATIENCE, process.kill)
    clock.start()
    try:
        return stream.readline()
    finally:
        clock.cancel()


def run(first: int, mutants: int, processes: int, seconds: float, readers: Sequence[str]) -> Result:
    """Read so many mutants from a number on, for so long at most."""
    result = Result()
    numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(first, first + mutants):
        numbers.put(number)
    began = time.monotonic()
    lock = threading.Lock()

    def work() -> None:
        worker = _Worker(readers)
        while time.monotonic() - began < seconds:
            try:
                number = numbers.get_nowait()
            except queue.Empty:
                break
            try:
                answer = worker.ask(number)
            except RuntimeError as error:
                result.fail(str(error))
                break
            with lock:
                result.take(number, answer)
                if result.done % 500 == 0:
                    passed = time.monotonic() - began
                    _say(f"{result.done}/{mutants}  {passed:.0f} s  {len(result.failures)} failures")
        worker.end()

    threads = [threading.Thread(target=work) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Run, tell, and end with status 1 if anything but the library's own errors came out."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mutants", type=int, default=20_000)
    arguments.add_argument("--first", type=int, default=0, help="number of the first mutant")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    arguments.add_argument("--readers", nargs="*", default=(), help="names of readers; all of them if not given")
    chosen = arguments.parse_args()
    result = run(chosen.first, chosen.mutants, chosen.processes, chosen.seconds, chosen.readers)
    for reader, counts in result.outcomes.items():
        _say(reader)
        for outcome, count in sorted(counts.items(), key=lambda one: (one[0].startswith(" "), -one[1])):
            _say(f"  {outcome}: {count}")
    slowest, number = result.slowest
    _say(f"{result.done} mutants; slowest {slowest:.1f} s (mutant {number}); at most {result.peak_kb / 1024:.0f} MB")
    _say("\n".join((f"{len(result.failures)} failures", *result.failures)))
    sys.exit(1 if result.failures else 0)


if __name__ == "__main__":
    main()
