"""How long a province's review takes from workbook to report, beside LibreOffice; prints, and never judges a time."""

from __future__ import annotations

import csv
import os
import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import pytest
import xlsxwriter

from libreoffice import SOFFICE, converted
from tthc_cost.io import EXAMPLE_PATH, write_review
from tthc_cost.review import Review

if TYPE_CHECKING:
    from pathlib import Path

PROCEDURES, LINES_OF_EACH = 5_000, 10
GRADES = [f"A1/{step}" for step in range(1, 10)]
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Every sheet as a file of commas, figures as they are."""
OURS = """
import re, sys
from pathlib import Path
import tthc_cost as tc
comparison = tc.compare(tc.read_review(sys.argv[1]))
report = tc.check(comparison, tc.programme("lai-chau-2022-2025"), on="2024-12-31")
tc.write_report(comparison, report, sys.argv[2])
held = re.search("VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())
print(int(held[1]) / 1024, comparison.total.baseline)
"""
"""The most memory is the process's own; getrusage would count what the process that started it held."""

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")]


def tables() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]:
    """Return procedures, the lines of both states and the rates of a constructed province."""
    chance = random.Random(1)  # noqa: S311 - a constructed province
    procedures: list[dict[str, Any]] = [
        {
            "procedure": f"NB-{number:05}", "name": f"Thủ tục nội bộ số {number}", "agency": f"Sở {number % 40}",
            "reviewing_agency": f"Sở {number % 40}", "field": f"Lĩnh vực {number % 20}", "deadline_days": 10,
            "kind": "between_agencies", "level": "province", "frequency": 1, "population": chance.randint(1, 500),
        }
        for number in range(PROCEDURES)
    ]  # fmt: skip
    stages = ["preparation", "submission", "fees", "inspection", "processing", "other", "result"]
    before: list[dict[str, Any]] = [
        {
            "procedure": one["procedure"], "activity": str(number + 1), "stage": stages[number % 7],
            "name": f"Hoạt động {number + 1}", "bearer": "requester", "grade": chance.choice(GRADES),
            "effort_hours": chance.randint(4, 800) / 100, "fee_vnd": chance.choice([None, None, 20_000, 15_000]),
        }
        for one in procedures
        for number in range(LINES_OF_EACH)
    ]  # fmt: skip
    after = [{**line, "effort_hours": float(line["effort_hours"]) * chance.choice([1, 0.75, 0.5])} for line in before]
    return procedures, before, after, {grade: 20_000 + 1_500 * step for step, grade in enumerate(GRADES)}


def write_ours(path: Path) -> None:
    procedures, before, after, rates = tables()
    shared = {
        "procedures": pd.DataFrame(procedures),
        "rates": pd.DataFrame({"grade": list(rates), "vnd_per_hour": list(rates.values()), "source": "bảng thử"}),
    }
    decisions = [
        {"procedure": one["procedure"], "decision": "amend", "submitted_on": "2023-11-01", "approved_on": "2023-12-01"}
        for one in procedures
    ]
    baseline, simplified = (shared | {"activities": pd.DataFrame(lines)} for lines in (before, after))
    write_review(Review.from_tables(baseline, simplified, {"decisions": pd.DataFrame(decisions)}), path)


def write_rival(path: Path, *, both_states: bool) -> None:
    """Write the same work as formulas: 100 000 look-ups of a rate and a sum a procedure.

    With `both_states`, also what the comparison needs beside them: the population of each line looked up, and a sum for
    each state.
    """
    procedures, before, after, rates = tables()
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        grades, cases, lines, sums = (book.add_worksheet(name) for name in ("rates", "cases", "lines", "sums"))
        for row, (grade, rate) in enumerate(rates.items()):
            grades.write_row(row, 0, [grade, rate])
        for row, one in enumerate(procedures):
            cases.write_row(row, 0, [one["procedure"], one["population"]])
        population = {one["procedure"]: one["population"] for one in procedures}
        last = len(before) + len(after)
        for row, line in enumerate(before + after):
            code, at = line["procedure"], row + 1
            state = 1 if row < len(before) else 2
            lines.write_row(row, 0, [code, line["grade"], state, line["effort_hours"], line["fee_vnd"] or 0])
            if both_states:
                lines.write_formula(row, 5, f"=VLOOKUP(A{at},cases!$A$1:$B${PROCEDURES},2,FALSE)")
            else:
                lines.write_number(row, 5, population[code])
            lines.write_formula(row, 6, f"=VLOOKUP(B{at},rates!$A$1:$B$9,2,FALSE)")
            lines.write_formula(row, 7, f"=ROUND((D{at}*G{at}+E{at})*F{at},0)")
        for row, one in enumerate(procedures):
            sums.write_string(row, 0, one["procedure"])
            for state in (1, 2) if both_states else (1,):
                where = f"lines!$A$1:$A${last},A{row + 1},lines!$C$1:$C${last},{state}"
                sums.write_formula(row, state, f"=SUMIFS(lines!$H$1:$H${last},{where})")
        sums.write_formula(PROCEDURES, 1, f"=SUM(B1:B{PROCEDURES})")


@dataclass(slots=True)
class Stopwatch:
    """Seconds that went by, and seconds that processors worked: on a busy machine only the latter can be compared."""

    elapsed: float = 0.0
    worked: float = 0.0

    def __enter__(self) -> Self:
        self.elapsed, self.worked = -time.perf_counter(), -_worked_by_children()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.elapsed += time.perf_counter()
        self.worked += _worked_by_children()


def _worked_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_ours(workbook: Path, out: Path, bytecode: Path) -> list[str]:
    """Read, compare, check and report in a process of its own, whose modules are compiled if they have run before."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", OURS, str(workbook), str(out)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


def test_from_workbook_to_report_beside_libreoffice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Any
) -> None:
    # An installed package is compiled, as LibreOffice is.
    run_ours(EXAMPLE_PATH, tmp_path / "example", tmp_path / "bytecode")
    write_ours(tmp_path / "ours.xlsx")
    with Stopwatch() as ours:
        memory, total = run_ours(tmp_path / "ours.xlsx", tmp_path / "report", tmp_path / "bytecode")
    spent = f"{ours.elapsed:.1f} s, {ours.worked:.1f} s of processors, {float(memory):.0f} MiB"
    report = [f"{2 * PROCEDURES * LINES_OF_EACH:,} lines read, compared and reported: {spent}"]
    record_property("seconds", ours.elapsed)
    record_property("seconds of processors", ours.worked)
    record_property("MiB", float(memory))
    for both_states, name in ((False, "100 000 look-ups, 5 000 sums"), (True, "200 000 look-ups, 10 000 sums")):
        write_rival(tmp_path / "rival.xlsx", both_states=both_states)
        out = tmp_path / f"out-{both_states}"
        with Stopwatch() as theirs:
            converted([tmp_path / "rival.xlsx"], out, AS_CSV)
        with next(out.glob("*sums*.csv")).open(encoding="utf-8", newline="") as file:
            sums = list(csv.reader(file))
        # Floats may be off by a đồng a line; that the work is the same is what matters here.
        assert abs(int(sums[-1][1]) - int(total)) <= PROCEDURES
        record_property(name, theirs.elapsed / ours.elapsed)
        report.append(
            f"LibreOffice, {name}: {theirs.elapsed:.1f} s, {theirs.elapsed / ours.elapsed:.1f} x ours; "
            f"{theirs.worked:.1f} s of processors, {theirs.worked / ours.worked:.1f} x ours"
        )
    with capsys.disabled():
        print("", *report, sep="\n")  # noqa: T201 - the table is what the benchmark is for
