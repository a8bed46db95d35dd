"""The schema that ships with the library says what results.json holds: all of it, and nothing else."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from report_samples import (
    sample_audit,
    sample_comparison,
    sample_frontier,
    sample_probability,
    sample_report,
)
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison, compare
from tthc_cost.io.example import read_example
from tthc_cost.report.page import page_of
from tthc_cost.report.results import RESULTS_SCHEMA, RESULTS_VERSION, results_text
from tthc_cost.targets import check

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: Any = json.loads((files("tthc_cost") / "data" / "results.schema.json").read_text(encoding="utf-8"))
jsonschema: Any = pytest.importorskip("jsonschema")
FIGURES = ("cost", "count_strict", "count_broad", "time", "time_weighted")
RULES = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def full_example() -> Any:
    comparison = compare(read_example())
    report = check(comparison, "lai-chau-2022-2025", on="2024-12-31")
    page = page_of(
        comparison,
        report,
        [("a.xlsx", "0" * 64)],
        "Số liệu minh họa",
        audit(comparison, report.programme, on=report.on),
        probability=sample_probability(100),
        frontier=sample_frontier(),
    )
    return json.loads(results_text(page))


def small_sample() -> Any:
    return json.loads(results_text(page_of(sample_comparison(), sample_report(), (), "", sample_audit())))


def published_costs() -> Any:
    costs = pd.DataFrame({"procedure": ["a", "b"], "baseline_vnd": [100, 0], "simplified_vnd": [80, 0]})
    return json.loads(results_text(page_of(Comparison.from_costs(costs), None)))


def drawn_by_formula() -> Any:
    comparison = compare(read_example())
    return json.loads(results_text(page_of(comparison, None, probability=sample_probability(0))))


def objects_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_of(one)


def at(document: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        document = document[name]
    return document


def test_the_schema_is_one_and_is_of_the_version_that_is_written() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"] == {"const": RESULTS_SCHEMA}
    assert SCHEMA["properties"]["version"] == {"const": RESULTS_VERSION}


@pytest.mark.parametrize("made", [full_example, small_sample, published_costs, drawn_by_formula])
def test_what_is_written_is_what_the_schema_says(made: Any) -> None:
    assert [(one.json_path, one.message) for one in RULES.iter_errors(made())] == []


def test_every_name_of_an_object_is_there_and_no_other_may_be() -> None:
    for one in objects_of(SCHEMA):
        if "properties" in one:
            assert one["additionalProperties"] is False
            if one["properties"].keys() != set(FIGURES):  # published costs know only the first
                assert one["required"] == list(one["properties"])


def test_a_new_name_is_refused_wherever_it_stands() -> None:
    document = small_sample()
    for place in ((), ("total",), ("total", "stated"), ("procedures", 0), ("audit", "findings", 0), ("provenance",)):
        at(document, place)["another"] = 1
        assert not RULES.is_valid(document), place
        del at(document, place)["another"]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("version",), 2),
        (("total", "stated", "baseline"), 1.5),
        (("total", "stated", "unit"), "vnd"),
        (("targets", 0, "before"), "31/12/2024"),
        (("targets", 0, "state"), "đạt"),
        (("targets", 0, "required"), 0.2),
        (("stages", 0, "bearer"), "someone"),
        (("procedures", 0, "procedures", 0, "decision"), "giữ nguyên"),
    ],
)
def test_a_word_a_float_or_a_day_of_another_kind_is_refused(place: tuple[Any, ...], wrong: Any) -> None:
    document = small_sample()
    at(document, place[:-1])[place[-1]] = wrong
    errors = [tuple(one.absolute_path)[: len(place)] for one in RULES.iter_errors(document)]
    assert set(errors) == {place}
