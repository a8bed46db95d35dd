"""Folders of Parquet are costed where they lie, also when they are larger than the memory allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tthc_cost.costing import cost_procedures
from tthc_cost.rates import RateTable

if TYPE_CHECKING:
    from pathlib import Path

LINES, PROCEDURES = 4_000_000, 1000
MEMORY_BYTES = 48 * 10**6


@pytest.mark.heavy
def test_duckdb_costs_a_folder_larger_than_its_memory(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    maker = duckdb.connect()
    maker.execute(
        f"COPY (SELECT id % {PROCEDURES} AS procedure, 0.0::DOUBLE AS effort_hours, "  # noqa: S608 - numbers of our own
        f"floor(random() * 1e9) AS fee_vnd, floor(random() * 1e9) AS other_vnd, 1.0::DOUBLE AS frequency, "
        f"1 AS population FROM range({LINES}) AS made(id)) TO '{lines}' (FORMAT parquet, FILE_SIZE_BYTES '16MB')"
    )
    assert sum(file.stat().st_size for file in lines.iterdir()) > MEMORY_BYTES
    total = "sum(fee_vnd::BIGINT + other_vnd::BIGINT)"
    source = f"read_parquet('{lines}/*.parquet')"
    expected = dict(maker.sql(f"SELECT procedure, {total} FROM {source} GROUP BY procedure").fetchall())  # noqa: S608
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY_BYTES}B'")
    connection.execute("SET threads = 2")
    found = cost_procedures(connection.read_parquet(f"{lines}/*.parquet"), RateTable.from_income(2112))
    assert {row[0]: row[1] for row in found.fetchall()} == expected
