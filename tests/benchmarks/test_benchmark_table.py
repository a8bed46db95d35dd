"""The table of benchmarks runs, and both sides of each of its rows find the same; no time is judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TABLE = Path(__file__).with_name("table.py")


@pytest.mark.heavy
def test_every_row_finds_what_its_rival_finds() -> None:
    command = [sys.executable, str(TABLE), "--rows", "10_000", "100_000", "--pairs", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, "DIFFERENT" in run.stdout) == (0, False), run.stderr
