"""The page on clusters does what it says: its commands, typed as they stand there, give the đồng of pandas."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import tthc_cost as tc

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "chay-tren-cum-may.md"
SCRIPTS = sorted((PAGE.parent / "scripts").glob("tinh_tren_*.py"))
ADDRESS = "127.0.0.1:8786"
GRADES = ("A1/1", "A1/2", "A2.1/1")


def command(beginning: str, folder: Path, port: int) -> list[str]:
    """Return a command of the page, its files where they are and its port one that is free."""
    typed = re.findall(rf"^{re.escape(beginning)}.*$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    words = shlex.split(typed[0].replace("8786", str(port)))
    folders = {"hien-tai", "sau-don-gian-hoa", "ket-qua-dask", "ket-qua-spark"}
    scripts = {script.name: str(script) for script in SCRIPTS}
    words = [str(folder / word) if word in folders else scripts.get(word, word) for word in words]
    program = Path(sys.executable).with_name(words[0])
    return [str(program if program.exists() else words[0]), *words[1:]]


@contextmanager
def started(words: list[str], folder: Path) -> Iterator[None]:
    """Keep a command running in a folder of its own."""
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def lines(share: float) -> pd.DataFrame:
    """Two thousand lines of fifty procedures of four agencies; the share is what is left of their hours."""
    numbers = range(2000)
    return pd.DataFrame({
        "procedure": [f"NB-{number % 50:02}" for number in numbers],
        "agency": [("Sở Nội vụ", "Sở Y tế", "xã Mường Tè", "xã Bum Tở")[number % 4] for number in numbers],
        "grade": [GRADES[number % 3] for number in numbers],
        "effort_hours": [round(number % 37 * 0.7 * share, 2) for number in numbers],
        "service_vnd": [None if number % 2 else 1000.0 * number for number in numbers],
        "fee_vnd": 20_000.0, "other_vnd": 0.0, "frequency": 1.5, "population": [number % 400 for number in numbers],
    })  # fmt: skip


def expected_of(tables: list[pd.DataFrame]) -> tuple[str, list[tuple[object, ...]]]:
    """Return what pandas finds: the three figures, and the rows of the comparison."""
    rates = tc.RateTable.civil_service(on="2024-07-01")
    compared = tc.compare_tables(*(tc.cost_activities(table, rates) for table in tables), "agency", "procedure")
    total = tc.reduction_of(compared)
    return f"{total.baseline} {total.simplified} {total.saving}", sorted(compared.itertuples(index=False, name=None))


def saved(folder: Path) -> list[pd.DataFrame]:
    """Write both states, each in three files."""
    tables = [lines(1.0), lines(0.8)]
    for name, table in zip(("hien-tai", "sau-don-gian-hoa"), tables, strict=True):
        (folder / name).mkdir()
        for part in range(3):
            table.iloc[part::3].to_parquet(folder / name / f"{part}.parquet", index=False)
    return tables


def rows_of(folder: Path) -> list[tuple[object, ...]]:
    names = ["agency", "procedure", "baseline_vnd", "simplified_vnd", "saving_vnd"]
    return sorted(pd.read_parquet(folder)[names].itertuples(index=False, name=None))


def test_the_page_shows_the_scripts_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for script in SCRIPTS:
        shown = script.read_text(encoding="utf-8").splitlines()
        assert "\n".join(f"    {line}" if line else "" for line in shown) in text


@pytest.mark.heavy
def test_the_commands_for_dask_give_the_dong_of_pandas(tmp_path: Path) -> None:
    expected, rows = expected_of(saved(tmp_path))
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = int(chosen.getsockname()[1])
    with ExitStack() as running:
        running.enter_context(started(command("dask scheduler", tmp_path, port), tmp_path))
        for _ in range(2):
            running.enter_context(started(command("dask worker", tmp_path, port), tmp_path))
        time.sleep(1)
        words = command("python tinh_tren_dask", tmp_path, port)
        ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
    assert ran.stdout.split("\n")[0] == expected, ran.stderr[-2000:]
    assert rows_of(tmp_path / "ket-qua-dask") == rows


@pytest.mark.heavy
def test_the_command_for_spark_gives_the_dong_of_pandas(tmp_path: Path) -> None:
    expected, rows = expected_of(saved(tmp_path))
    there = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    words = command("spark-submit", tmp_path, 8786)
    ran = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=600, env=os.environ | there, cwd=tmp_path
    )
    assert expected in ran.stdout.splitlines(), ran.stderr[-2000:]
    assert rows_of(tmp_path / "ket-qua-spark") == rows
