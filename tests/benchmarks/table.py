"""Print a table of benchmarks, each beside its rival in turn in one process: ``python tests/benchmarks/table.py``."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import rows_of_processes
import rows_on_arrays
import rows_on_duckdb
import rows_on_polars
from constructed_lines import AGENCIES, BYTES_A_LINE, GRADES, LINES_OF_EACH
from paired_rows import held_mib, measure, whole_mib

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paired_rows import Measured, Row

ROWS: Final = (*rows_on_arrays.ROWS, *rows_on_polars.ROWS, *rows_on_duckdb.ROWS, *rows_of_processes.ROWS)
LIBRARIES: Final = ("numpy", "pandas", "polars", "pyarrow", "duckdb", "narwhals")
HEADINGS: Final = (
    "lines", "name", "ours", "beside", "ours, s", "theirs, s", "ns a line", "times theirs (10–90 %)", "of processors",
    "ours at most, MiB", "beyond its data, MiB", "results",
)  # fmt: skip
NOTES: Final = """
Constructed lines: {lines_of_each} a procedure, {grades} grades, up to {agencies:,} agencies, figures in floats. Two
states are costed, added up by procedure, then by agency, and compared, unless the row says otherwise. Both calls of a
row are timed in turn in one process; «times theirs» is the median of the paired ratios by the clock and what lies
between 10 and 90 % of them, «of processors» the median of the same for the seconds that processors worked. Memory is
VmHWM of a process of its own that runs ours once. From workbook to report beside LibreOffice:
pytest -m heavy tests/benchmarks/test_whole_path_time.py
"""


@dataclass(slots=True)
class Table:
    """Rows measured so far, as Markdown."""

    cells: list[Sequence[str]] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    def add(self, row: Row, lines: int, measured: Measured, differences: str, memory: tuple[float, float]) -> None:
        """Add a measured row."""
        ours, theirs = measured.seconds
        median, low, high = measured.ratios("elapsed")
        of_lines = ["–", "–"] if row.once else [f"{lines:,}", f"{ours / lines * 1e9:,.0f}"]
        self.cells.append((
            of_lines[0], row.name, row.ours, row.theirs, f"{ours:.3f}", f"{theirs:.3f}", of_lines[1],
            f"{median:.2f} ({low:.2f} … {high:.2f})", f"{measured.ratios('worked')[0]:.2f}",
            *(f"{part:,.0f}" for part in memory), "DIFFERENT" if differences else row.same,
        ))  # fmt: skip
        if differences:
            self.different.append(f"{row.name}, {lines:,} lines: {differences}")

    def text(self) -> str:
        """Return the table."""
        rule = ["---", "---", "---", "---", *["--:"] * (len(HEADINGS) - 5), "---"]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in (HEADINGS, rule, *self.cells))


def main() -> int:
    """Run the benchmarks asked for; 1 where results differ, 130 when stopped."""
    asked = arguments()
    if asked.alone:
        return alone(asked.alone, asked.rows[0])
    with TemporaryDirectory(prefix="bytecode-") as bytecode:
        # An installed package is compiled, and so must be what other processes import.
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return tell(asked)


def tell(asked: argparse.Namespace) -> int:
    """Measure what was asked for, print it, and return the status."""
    chosen = [row for row in ROWS if not asked.only or row.name in asked.only]
    table, status = Table(), 0
    try:
        for number, lines in enumerate(asked.rows):
            for row in chosen:
                if not row.once or number == 0:
                    run(table, row, lines, asked.pairs)
    except KeyboardInterrupt:
        say("stopped: what was measured so far follows")
        status = 130
    said = "\n".join(["", *machine(asked.rows, floor=not asked.only or "sorted" in asked.only), NOTES.format(
        lines_of_each=LINES_OF_EACH, grades=len(GRADES), agencies=AGENCIES
    ).strip(), "", table.text(), ""])  # fmt: skip
    sys.stdout.write(said)
    if asked.out:
        asked.out.write_text(said, encoding="utf-8")
    for one in table.different:
        say(f"DIFFERENT: {one}")
    return status or bool(table.different)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", nargs="+", type=int, default=[10_000, 1_000_000], metavar="LINES", help="lines a state"
    )
    parser.add_argument("--only", nargs="+", choices=[row.name for row in ROWS], metavar="NAME", help="of %(choices)s")
    parser.add_argument("--pairs", type=int, default=7, help="how often each is timed (default %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the table there, in Markdown")
    parser.add_argument("--alone", choices=[row.name for row in ROWS], help=argparse.SUPPRESS)
    return parser.parse_args()


def run(table: Table, row: Row, lines: int, pairs: int) -> None:
    """Measure one row and add it to the table."""
    say(f"{row.name}, {lines:,} lines …")
    with row.prepare(lines) as pair:
        differences, measured = measure(pair, min(pairs, row.pairs))
    command = [sys.executable, __file__, "--alone", row.name, "--rows", str(lines)]
    most, own = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    table.add(row, lines, measured, differences, (float(most), float(own)))
    ours, theirs = measured.seconds
    say(f"    {ours:.3f} s beside {theirs:.3f} s: {measured.ratios('elapsed')[0]:.2f} times; {differences or row.same}")


def alone(name: str, lines: int) -> int:
    """Run ours once in this process; print the most memory it held, and how much of it beyond its data [MiB]."""
    row = next(row for row in ROWS if row.name == name)
    with row.prepare(lines) as pair:
        held = held_mib()
        pair.ours()
        most = whole_mib()
    sys.stdout.write(f"{most} {most - held}\n")
    return 0


def machine(rows: Iterable[int], *, floor: bool) -> list[str]:
    """Say what it ran on, and the least time that memory allows for the first row."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    said = [f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}, {libraries}."]
    if floor:
        copy, triad = rows_of_processes.bytes_a_second()
        least = ", ".join(f"{lines:,} lines {2 * lines * BYTES_A_LINE / copy:.4f} s" for lines in rows)
        said.append(
            f"Memory: copy {copy / 1e9:.1f} GB/s, triad {triad / 1e9:.1f} GB/s. Both states, {BYTES_A_LINE} bytes a "
            f"line, read once at the speed of a copy: {least}."
        )
    return said


def say(line: str) -> None:
    """Tell the one who waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
