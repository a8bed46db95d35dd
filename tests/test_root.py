"""Laws of the package's root: light to import, complete, and what it says runs."""

from __future__ import annotations

import json
import subprocess
import sys

import tthc_cost as tc

HEAVY = {
    "dask", "docx", "duckdb", "hypothesis", "jinja2", "matplotlib", "mkdocs", "openpyxl", "pint", "polars", "pyarrow",
    "pyspark", "python_calamine", "rich", "scipy", "cyclopts", "xlsxwriter",
}  # fmt: skip


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running some code."""
    said = f"import json, sys\n{code}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_import_is_light() -> None:
    loaded = modules_after("import tthc_cost") & HEAVY
    assert loaded <= modules_after("import pandas, narwhals.stable.v2") & HEAVY


def test_plain_numbers_need_no_pint() -> None:
    assert "pint" not in modules_after("import tthc_cost as tc; tc.Activity('a', '1', effort_hours='45 phút')")


def test_every_public_name_is_there() -> None:
    assert sorted(tc.__all__) == tc.__all__
    assert all(getattr(tc, name).__doc__ for name in tc.__all__)
