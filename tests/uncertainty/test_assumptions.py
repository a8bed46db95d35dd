"""What is assumed is bounded, and said in words in both languages."""

from __future__ import annotations

import pytest

from remarks import only, says
from tthc_cost.errors import InputFault, UnknownNameError
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.distributions import Reading, Shape


def test_terms_are_recognised_as_a_clerk_writes_them() -> None:
    read = Assumptions(shape="Tam giác", reading="p10_p90")
    assert (read.shape, read.reading) == (Shape.TRIANGULAR, Reading.P10_P90)
    with pytest.raises(UnknownNameError):
        Assumptions(shape="normal")


def test_every_assumption_out_of_bounds_is_told_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        Assumptions(grade_cv=20, between_states=-0.1, default_spread=(1.1, 1.2))
    assert [one.place.column for one in caught.value.faults] == ["grade_cv", "between_states", "default_spread"]
    assert says(caught.value.faults[0], "nằm ngoài khoảng 0 – 2", "outside 0 – 2")
    assert says(only("spread_bounds", caught.value.faults), "không chứa 1", "does not hold 1")


def test_every_assumption_is_said() -> None:
    said = Assumptions(grade_cv=0.11, stage_cv=0.12, agency_cv=0.13, between_states=0.9, figure_between_states=0.25)
    for figure in ("11 %", "12 %", "13 %", "0.9", "0.25", "triangular", "least and the greatest"):
        assert figure in said.text("en")
    for figure in ("11 %", "12 %", "13 %", "0,9", "0,25", "tam giác", "chính xác"):
        assert figure in said.text("vi")
    assert "80" in Assumptions(default_spread=(0.8, 1.5)).text("vi")
    assert not any("{" in Assumptions(default_spread=(0.8, 1.5)).text(language) for language in ("vi", "en"))
