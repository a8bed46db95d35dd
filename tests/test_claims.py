"""Claims are read as they are printed: whole đồng, and percentages with the decimals that they have."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from remarks import codes_of
from tthc_cost.arithmetic import Reduction
from tthc_cost.claims import Claim, Scope, read_claims
from tthc_cost.errors import InputFault

COST = Reduction(10_000, 7_469)


def read(**cells: Any) -> Claim:
    (claim,) = read_claims(pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in cells.items()}))
    return claim


def faults(**cells: Any) -> list[str]:
    with pytest.raises(InputFault) as error:
        read(**cells)
    assert all(one.text("vi") and one.text("en") for one in error.value.faults)
    return [one.code for one in error.value.faults]


def test_no_claims_are_none() -> None:
    assert read_claims(None) == ()


def test_amounts_are_whole_dong_in_any_way_of_writing() -> None:
    assert read(scope="total", saving_vnd="1,5 tỷ đồng").saving_vnd == 1_500_000_000
    assert read(scope="tổng", baseline_vnd=Decimal(5), simplified_vnd=3.0).stated_saving == 2
    assert read(scope="agency", name=" Sở Nội vụ ", saving_vnd=1) == Claim(Scope.AGENCY, "Sở Nội vụ", saving_vnd=1)


@pytest.mark.parametrize(("text", "holds"), [("25,3 %", True), ("25 %", True), ("25.31%", True), ("25,4 %", False)])
def test_a_percentage_holds_within_the_decimals_printed(text: str, holds: bool) -> None:
    assert read(scope="total", reduction=text).follows_from(COST) is holds


def test_a_tie_prints_either_way_and_nothing_has_no_percentage() -> None:
    claim = read(scope="total", reduction="25,3 %")
    assert claim.reduction == Fraction(253, 1000)
    assert claim.is_share(Fraction(2525, 10_000))
    assert not claim.is_share(Fraction(2524, 10_000))
    assert not claim.is_share(None)


def test_every_fault_of_the_table_is_told_at_once() -> None:
    wrong = {"baseline_vnd": 0.5, "simplified_vnd": Decimal("NaN"), "reduction": 0.253, "procedures_cut": 1.5}
    assert faults(scope="total", **wrong) == ["claim_amount", "claim_amount", "claim_share", "claim_count"]
    assert faults(scope="total") == ["claim_states_nothing"]
    assert faults(scope="agency", saving_vnd=1) == ["claim_without_name"]
    assert faults(scope="commune", saving_vnd=1) == ["unknown_term"]
    assert faults(scope="total", saving_vnd="nhiều") == ["figure_unreadable"]
    assert faults(scope="total", savings=1) == ["claim_columns"]
    assert faults(saving_vnd=1) == ["claim_columns"]


def test_every_fault_of_claims_is_provoked() -> None:
    provoked = {
        "claim_amount",
        "claim_share",
        "claim_count",
        "claim_states_nothing",
        "claim_without_name",
        "claim_columns",
    }
    assert provoked | {"claim_columns"} == {code for code in codes_of("audit") if code.startswith("claim_")}
