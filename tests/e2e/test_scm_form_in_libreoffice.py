"""Form 03/SCM-KSTT recalculated by a spreadsheet that nobody here wrote: it must come to our integers, to the đồng.

The values that we write beside the formulas are spoilt first, and LibreOffice is told to recalculate whatever it
loads: otherwise it would only echo us.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from libreoffice import ALWAYS, NEVER, SOFFICE, converted
from report_samples import sample_comparison
from review_strategies import cases
from scm_workbooks import ANNUAL, FIRST_COST, check_against, formulas_of, hard_cases, values_of
from tthc_cost.comparison import compare
from tthc_cost.io.example import read_example
from tthc_cost.io.scm.writing import write_scm_form
from tthc_cost.vocabulary import Bearer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from review_strategies import Case
    from scm_workbooks import Sheets
    from tthc_cost.comparison import Comparison

WRONG: Final = 7

pytestmark = [pytest.mark.heavy, pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")]


def spoil_values(path: Path, change: Callable[[str], str] = str) -> int:
    """Put a wrong value beside every formula of a workbook, change its sheets, and tell how many formulas it has."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    spoilt = 0
    for name, content in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            text, count = re.subn(r"(</f>)<v>[^<]*</v>", rf"\1<v>{WRONG}</v>", content.decode())
            spoilt += count
            parts[name] = change(text.replace(' t="str"', "")).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return spoilt


def recalculated(paths: Iterable[Path], folder: Path, mode: int = ALWAYS) -> list[Sheets]:
    """Let LibreOffice load and save workbooks, and return what their cells then hold."""
    named = list(paths)
    out = folder / f"out-{mode}"
    converted(named, out, mode=mode)
    return [values_of(out / path.name) for path in named]


def disagreements(formulas: Iterable[tuple[str, int, int]], ours: Sheets, theirs: Sheets) -> list[Any]:
    """Return the formulas at which the two differ: by anything in a whole number, by noise in a fraction."""
    found = []
    for sheet, row, column in formulas:
        mine, other = ours[sheet][row][column], theirs[sheet][row][column]
        is_fraction = isinstance(mine, float) and not mine.is_integer()
        if not (other == pytest.approx(mine, rel=1e-12, abs=0) if is_fraction else other == mine):
            found.append((sheet, row + 1, column + 1, mine, other))
    return found


def check_in_libreoffice(comparisons: Iterable[Comparison], folder: Path) -> None:
    """Write the comparisons, spoil what stands beside the formulas, recalculate, and hold them against each other."""
    listed = list(comparisons)
    paths = [write_scm_form(one, folder / f"{number}.xlsx") for number, one in enumerate(listed)]
    ours, formulas = [values_of(path) for path in paths], [formulas_of(path) for path in paths]
    for path, known in zip(paths, formulas, strict=True):
        assert spoil_values(path) == len(known)
    for comparison, known, mine, theirs in zip(listed, formulas, ours, recalculated(paths, folder), strict=True):
        assert disagreements(known, mine, theirs) == []
        check_against(comparison, theirs)


def test_libreoffice_comes_to_our_integers(tmp_path: Path) -> None:
    of_requesters = replace(sample_comparison(), bearers=(Bearer.REQUESTER,))
    check_in_libreoffice([compare(read_example()), hard_cases(), sample_comparison(), of_requesters], tmp_path)


@settings(max_examples=2, phases=[Phase.generate], derandomize=True)
@given(st.lists(cases(), min_size=8, max_size=8), st.sampled_from([None, "requester"]))
def test_libreoffice_comes_to_our_integers_of_any_review(
    tmp_path_factory: pytest.TempPathFactory, reviews: list[Case], bearers: str | None
) -> None:
    comparisons = [compare(case.review(), case.rate_table(), bearers=bearers) for case in reviews]
    check_in_libreoffice(comparisons, tmp_path_factory.mktemp("forms"))


def test_a_spoilt_formula_is_found_and_so_is_a_spreadsheet_that_does_not_calculate(tmp_path: Path) -> None:
    path = write_scm_form(hard_cases(), tmp_path / "form.xlsx")
    ours, formulas = values_of(path), formulas_of(path)
    spoil_values(path, lambda sheet: sheet.replace("/900000,0)</f>", "/900000,1)</f>"))
    wrong = recalculated([path], tmp_path)[0]
    assert {column for _, _, column, _, _ in disagreements(formulas, ours, wrong)} >= {FIRST_COST + 1, ANNUAL + 1}
    with pytest.raises(AssertionError):
        check_against(hard_cases(), wrong)
    echoed = recalculated([path], tmp_path, NEVER)[0]
    assert {echoed[sheet][row][column] for sheet, row, column in formulas} == {WRONG}
