"""Published calculations hold to the đồng (or the cent), through the public face alone."""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tthc_cost as tc
from tthc_cost.arithmetic import round_half_up
from tthc_cost.units import read_money, registry

Case = dict[str, Any]

CASES: list[Case] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["cases"]
CENTS_IN_A_THOUSAND_EURO = 100_000


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    """Run a test over the cases of some kinds, each under its number and title."""
    chosen = [case for case in CASES if case["kind"] in kinds]
    return pytest.mark.parametrize("case", chosen, ids=[f"{case['number']} {case['title']}" for case in chosen])


def rates_of(case: Case) -> tc.RateTable:
    table = pd.DataFrame({"grade": list(case["rates"]), "vnd_per_hour": list(case["rates"].values())})
    return tc.RateTable.from_table(table, source=case["source"])


def costed(case: Case) -> pd.DataFrame:
    columns = ["activity", "grade", "effort_hours", "other_vnd", "frequency", "population"]
    lines = pd.DataFrame(case["lines"]).reindex(columns=columns)
    costs: pd.DataFrame = tc.cost_activities(lines, rates_of(case))
    return costs


def printed_percent(ratio: Fraction | None, like: str) -> str:
    """Round a ratio in per cent as the source prints it: a half upwards, with as many decimals."""
    assert ratio is not None
    exact = Decimal(100 * ratio.numerator) / Decimal(ratio.denominator)
    return str(exact.quantize(Decimal(like), ROUND_HALF_UP))


def test_every_published_case_is_here() -> None:
    assert {case["number"] for case in CASES} == set(range(1, 9))
    assert all(case["confidence"] in {"F", "M", "D"} and case["source"] for case in CASES)


@of_kind("lines", "unit_fault")
def test_each_line_and_the_sum_are_as_calculated_by_hand(case: Case) -> None:
    costs = costed(case)["annual_cost_vnd"]
    assert costs.tolist() == [line["annual_cost"] for line in case["lines"]]
    assert costs.sum() == case["total"]


@of_kind("published")
def test_published_totals_give_the_published_saving(case: Case) -> None:
    row = {"procedure": "all", "baseline_vnd": case["baseline"], "simplified_vnd": case["simplified"]}
    total = tc.Comparison.from_costs(pd.DataFrame([row])).total
    assert abs(total.saving - case["saving"]) <= case.get("tolerance", 0)
    assert ("tolerance" in case) == ("why" in case)
    if "percent" in case:
        assert printed_percent(total.ratio, case["percent"]) == case["percent"]


@of_kind("count")
def test_counts_of_procedures_give_the_published_per_cent(case: Case) -> None:
    count = tc.Reduction(case["before"], case["before"] - case["cut"], unit="procedures")
    assert count.saving == case["cut"]
    assert printed_percent(count.ratio, case["percent"]) == case["percent"]


@pytest.mark.parametrize("case", [case for case in CASES if "parts" in case], ids=lambda case: case["source"])
def test_sums_that_are_rounded_once_add_up_where_the_source_does_not(case: Case) -> None:
    costs = costed(case)
    parts = costs.groupby(costs["activity"].str[0])["annual_cost_vnd"].sum()
    assert parts.to_dict() == {part["name"]: part["total"] for part in case["parts"]}
    assert parts.sum() == case["total"]
    for printed in (*case["parts"], case):
        thousands = round_half_up(printed["total"], CENTS_IN_A_THOUSAND_EURO)
        assert printed["printed_thousand_euro"] - thousands == printed["off_by_thousand_euro"]
    assert case["printed_thousand_euro"] == sum(part["printed_thousand_euro"] for part in case["parts"])


@of_kind("unit_fault")
def test_a_sum_under_the_wrong_heading_is_another_sum(case: Case) -> None:
    unit = registry()
    cents = case["total"] * unit("dong")
    under_its_unit = int(case["printed"]) * 100 * unit("dong")
    under_thousands = int(case["printed"]) * 100 * unit("thousand_dong")
    assert under_its_unit == cents
    assert under_thousands != cents
    assert read_money(under_thousands, argument="other_vnd") == 1000 * case["total"]


@of_kind("unit_fault")
def test_hours_are_no_money_and_money_no_hours(case: Case) -> None:
    hours = f"{case['lines'][0]['effort_hours']} giờ công"
    with pytest.raises(tc.InputFault) as no_money:
        tc.Activity("NB-01", "1", other_vnd=hours)
    assert {fault.place.column for fault in no_money.value.faults} == {"other_vnd"}
    with pytest.raises(tc.InputFault) as no_hours:
        tc.Activity("NB-01", "1", effort_hours=f"{case['printed']} đồng")
    assert {fault.place.column for fault in no_hours.value.faults} == {"effort_hours"}


@of_kind("unit_fault")
def test_a_sheet_headed_in_thousands_is_refused(case: Case, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tc.write_template(tmp_path / "bieu.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Tính chi phí"]
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Chi phí khác (đồng)")
    heading.value = "Chi phí khác (nghìn đồng)"
    book.save(path)
    with pytest.raises(tc.InputFault) as refused:
        tc.read_review(path)
    assert any(fault.place.cell == heading.coordinate for fault in refused.value.faults), case["why"]


@of_kind("review")
def test_the_formula_of_article_27_gives_cost_before_cost_after_and_benefit(case: Case) -> None:
    (grade,) = case["rates"]
    states = []
    for lines in (case["before"], case["after"]):
        activities = [tc.Activity("NB-01", str(number), grade=grade, **line) for number, line in enumerate(lines, 1)]
        procedure = tc.Procedure("NB-01", "Constructed", frequency=case["frequency"], population=case["population"])
        states.append(tc.Inventory.from_objects(procedure, *activities))
    decisions = pd.DataFrame({"procedure": ["NB-01"], "decision": ["amend"]})
    before, after = states
    comparison = tc.compare(tc.Review(before, after, decisions=decisions), rates_of(case))
    total = comparison.total
    assert total == tc.Reduction(case["baseline"], case["simplified"])
    assert total.saving == case["saving"]
    assert printed_percent(total.ratio, case["percent"]) == case["percent"]
    explained = comparison.explain("NB-01")
    case_costs = [line.case_cost_vnd for line in explained.lines if line.state is tc.State.BASELINE]
    assert sum(case_costs) == case["case_cost"]


@of_kind("portfolio")
def test_the_reduction_of_a_portfolio_is_no_mean_of_percentages(case: Case) -> None:
    comparison = tc.Comparison.from_costs(pd.DataFrame(case["costs"]))
    assert printed_percent(comparison.total.ratio, case["percent"]) == case["percent"]
    alone = [tc.Reduction(row["baseline_vnd"], row["simplified_vnd"]).ratio for row in case["costs"]]
    mean = sum((ratio for ratio in alone if ratio is not None), Fraction(0)) / len(alone)
    assert printed_percent(mean, case["mean_of_percentages"]) == case["mean_of_percentages"]
    assert comparison.total.ratio != mean
