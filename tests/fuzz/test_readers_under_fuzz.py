"""Whatever a file holds, a reader gives a review or says what is wrong with the file: nothing else comes out of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mutants import mutant, originals

RUN = Path(__file__).parent / "run.py"


def test_a_number_makes_the_same_mutant_each_time() -> None:
    assert [mutant(number) for number in range(20)] == [mutant(number) for number in range(20)]
    assert len({mutant(number)[1] for number in range(20)} - set(originals().values())) > 15


@pytest.mark.heavy
def test_only_our_own_errors_come_out_of_the_readers() -> None:
    command = [sys.executable, str(RUN), "--seconds", "60", "--first", "1000000"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    assert " mutants; slowest " in finished.stdout
