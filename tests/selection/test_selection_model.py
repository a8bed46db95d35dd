"""One option a group: the search against every choice tried, in integers that floating point cannot tell apart."""

from __future__ import annotations

import random
import sys
from itertools import accumulate, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_cost.errors import MissingExtraError
from tthc_cost.selection.model import Amount, ChoiceModel, Demand, least, least_in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60.0


def choices(model: ChoiceModel) -> Iterator[tuple[int, ...]]:
    """Go through all choices, first options first."""
    ends = list(accumulate(model.groups))
    return product(*(range(end - size, end) for end, size in zip(ends, model.groups, strict=True)))


def worth(model: ChoiceModel, amount: Amount, choice: tuple[int, ...]) -> int:
    """Add an amount up in words of its own."""
    needed = set().union(*(model.documents[option] for option in choice))
    return sum(amount.of_options.get(option, 0) for option in choice) + amount.per_document * len(needed)


@st.composite
def models(draw: st.DrawFn) -> ChoiceModel:
    """Up to four groups, and demands with figures from nothing to 10^18, neighbours likely."""
    groups = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)))
    options = range(sum(groups))
    documents = tuple(draw(st.frozensets(st.sampled_from("abc"), max_size=2)) for _ in options)
    size = draw(st.sampled_from([1, 10**6, 10**12, 10**18]))
    figures = st.integers(-2, 2).map(lambda near: size + near) | st.integers(0, 3)
    demands = []
    for number in range(draw(st.integers(0, 2))):
        of_options = {option: draw(figures) for option in options}
        reach = sum(
            of_options[option] for option in draw(st.sampled_from(list(choices(ChoiceModel(groups, documents)))))
        )
        demands.append(Demand(str(number), Amount(of_options), reach + draw(st.integers(-1, 1))))
    return ChoiceModel(groups, documents, tuple(demands))


@given(models(), st.data())
def test_the_least_is_the_least_of_all_choices(model: ChoiceModel, data: st.DataObject) -> None:
    options = range(sum(model.groups))
    costs = Amount(
        {option: data.draw(st.integers(0, 4) | st.integers(0, 10**12)) for option in options},
        data.draw(st.integers(0, 2)),
    )
    second = Amount({option: data.draw(st.integers(-2, 2)) for option in options})
    items = [frozenset(group) for group in data.draw(st.lists(st.frozensets(st.sampled_from(options)), max_size=30))]
    possible = [
        choice
        for choice in choices(model)
        if all(worth(model, demand.amount, choice) >= demand.at_least for demand in model.demands)
    ]
    found, settled = least_in_turn(model, (costs, second), items, seconds=PATIENCE)
    assert found.ended
    if not possible:
        assert found.choice is None
        return
    ranks = [
        (
            worth(model, costs, choice),
            worth(model, second, choice),
            [-len(item.intersection(choice)) for item in items],
        )
        for choice in possible
    ]
    assert settled
    assert found.choice in possible
    assert ranks[possible.index(found.choice)][:2] == min(ranks)[:2]
    assert (found.value, found.bound) == (min(ranks)[0], min(ranks)[0])


def test_a_choice_one_short_of_a_billion_billions_is_cut_off() -> None:
    """The solver cannot tell 10^18 from 10^18 − 1; three cheap choices are short by one each."""
    large = 10**18
    figures = {1: large - 1, 2: large, 4: large - 1, 5: large}
    model = ChoiceModel((3, 3), (frozenset(),) * 6, (Demand("all", Amount(figures), 2 * large),))
    found = least(model, Amount({1: 1, 2: 9, 4: 1, 5: 9}), seconds=PATIENCE)
    assert (found.choice, found.value, found.ended) == ((2, 5), 18, True)
    assert least(model.within(Demand("no", Amount({2: -1}), 0)), Amount(), seconds=PATIENCE).choice is None


def test_a_document_counts_once_however_many_need_it() -> None:
    documents: tuple[frozenset[str], ...] = (frozenset(), frozenset("a"), frozenset("b")) * 2
    model = ChoiceModel((3, 3), documents, (Demand("two", Amount({1: 1, 2: 1, 4: 1, 5: 1}), 2),))
    found = least(model, Amount(per_document=5), seconds=PATIENCE)
    assert found.value == 5
    assert found.choice in {(1, 4), (2, 5)}


def test_what_runs_out_of_time_has_a_bound() -> None:
    """Half of forty large even figures and one more: what no search goes through in a second."""
    chance = random.Random(3)  # noqa: S311 - constructed figures
    figures = {2 * group + 1: 2 * chance.randint(10**7, 10**8) for group in range(40)}
    model = ChoiceModel((2,) * 40, (frozenset(),) * 80)
    half = Demand("half", Amount(figures), sum(figures.values()) // 2 + 1)
    found, settled = least_in_turn(model.within(half), (Amount(figures),), [], seconds=1.0)
    assert not found.ended
    assert not settled
    assert found.bound is None or 0 < found.bound <= max(figures.values()) + half.at_least
    assert found.bound is None or found.bound % 2 == 0
    assert found.choice is None or found.value >= half.at_least


@pytest.mark.parametrize("name", ["first", "second"])
def test_demands_are_taken_away_by_name(name: str) -> None:
    model = ChoiceModel((2,), (frozenset(),) * 2).within(
        Demand("first", Amount({1: 1}), 1), Demand("second", Amount({1: -1}), 0)
    )
    assert least(model, Amount(), seconds=PATIENCE).choice is None
    assert least(model.without(name), Amount(), seconds=PATIENCE).choice == ((0,) if name == "first" else (1,))


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "scipy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError) as error:
        least(ChoiceModel((2,), (frozenset(),) * 2), Amount({1: 1}), seconds=PATIENCE)
    assert "tthc-cost[analysis]" in error.value.text("vi")
