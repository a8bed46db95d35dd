"""The JSON: exact, deterministic, and the same in every language."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from report_samples import BASELINE_VND, SIMPLIFIED_VND, sample_report
from tthc_cost.report.page import page_of
from tthc_cost.report.results import results_text


@pytest.fixture(scope="module")
def results() -> Any:
    report = sample_report()
    return json.loads(results_text(page_of(report.comparison, report, [("ra_soat.xlsx", "ab" * 32)])))


def _fraction(ratio: dict[str, int]) -> Fraction:
    return Fraction(ratio["numerator"], ratio["denominator"])


def test_it_names_its_schema_and_version(results: Any) -> None:
    assert (results["schema"], results["version"]) == ("tthc_cost.results", 1)


def test_ratios_are_exact(results: Any) -> None:
    cost = results["figures"]["cost"]
    assert (cost["stated"]["baseline"], cost["stated"]["simplified"]) == (BASELINE_VND, SIMPLIFIED_VND)
    assert _fraction(cost["stated"]["ratio"]) == Fraction(BASELINE_VND - SIMPLIFIED_VND, BASELINE_VND)
    assert _fraction(cost["achieved"]["ratio"]) == Fraction(9_453_000, BASELINE_VND)
    assert _fraction(cost["required"]) == Fraction(1, 5)


def test_both_countings_are_given_and_the_one_used_is_named(results: Any) -> None:
    assert results["counting"] == "strict"
    assert results["figures"]["count_strict"]["stated"]["saving"] == 2
    assert results["figures"]["count_broad"]["stated"]["saving"] == 4


def test_parts_add_up_to_the_whole(results: Any) -> None:
    whole = results["total"]["stated"]["baseline"]
    assert sum(one["stated"]["baseline"] for one in results["agencies"]) == whole
    assert sum(one["baseline"] for one in results["stages"]) == whole
    assert sum(group["cost"]["baseline"] for group in results["procedures"]) == whole


def test_targets_carry_what_they_lack(results: Any) -> None:
    targets = {one["target"]: one for one in results["targets"]}
    assert targets["cost-20"]["state"] == targets["count-20"]["state"] == "met"
    assert targets["reviewed-100"]["missing"] == 1
    assert targets["reviewed-100"]["before"] == "2024-11-30"


def test_provenance_travels(results: Any) -> None:
    told = results["provenance"]
    assert told["inputs"] == [{"name": "ra_soat.xlsx", "sha256": "ab" * 32}]
    assert told["rates"]["for_all_vnd_per_hour"] == 45_265
    assert told["population"] == "baseline"


def test_the_same_report_gives_the_same_text() -> None:
    texts = {results_text(page_of(report.comparison, report)) for report in (sample_report(), sample_report())}
    assert len(texts) == 1
