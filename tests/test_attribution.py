"""A saving split over its causes: the split of a pair of lines against enumeration, and the laws of whole reviews."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from remarks import codes_of, only, says
from review_strategies import FEW, cases, review_of, unchanged_cases
from tthc_cost.arithmetic import LINE_LIMIT_VND
from tthc_cost.attribution import PARTS, REAL_CAUSES, Cause, LineFactors, attribute, split_savings
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import InputFault, MismatchError, NeedsLinesError, UnknownNameError
from tthc_cost.inventory import Inventory
from tthc_cost.line_pairs import LinePairs, Undo
from tthc_cost.model import Activity, Agency, Decision, Procedure, Volume, to_frame
from tthc_cost.rates import RateTable
from tthc_cost.review import Review

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from review_strategies import Case
    from tthc_cost.attribution import Attribution

Exact = Any
PLAYERS = ("effort", "grade", "money", "frequency", "population", "rates")
PAIRS = 10_000
STEPS = 900_000


def _figures(random: np.random.Generator, *, most: tuple[int, ...]) -> list[NDArray[np.int64]]:
    """Five figures of each line, about a third of them 0 or 1."""
    drawn = []
    for limit in most:
        wide = np.exp(random.uniform(0, np.log(limit), PAIRS)).astype(np.int64)
        drawn.append(np.where(random.random(PAIRS) < 0.3, random.integers(0, 2, PAIRS), wide))
    return drawn


def generated_pairs(seed: int = 7) -> tuple[LineFactors, LineFactors]:
    """10 000 pairs on the grid, from nothing to what passes 64 bits; about half of the figures do not change."""
    random = np.random.default_rng(seed)
    limits = (3 * 10**6, 10**6, 10**8, 3 * 10**4, 10**5)
    before = _figures(random, most=limits)
    after = [
        np.where(random.random(PAIRS) < 0.5, old, new)
        for old, new in zip(before, _figures(random, most=limits), strict=True)
    ]
    crossed = [np.where(random.random(PAIRS) < 0.5, after[1], random.integers(1, 10**6, PAIRS)) for _ in "12"]
    stated = np.where(random.random(PAIRS) < 0.5, 1, random.integers(1, 1000, PAIRS))
    sides = []
    for side, (effort, hourly, money, often, people) in enumerate((before, after)):
        base = stated if side else np.ones(PAIRS, dtype=np.int64)
        cost = _rounded_cost(effort, hourly, money, often, people, base)
        sides.append(LineFactors(effort, hourly, crossed[side], money, often, people, base, cost))
    fits = (sides[0].annual_cost_vnd <= LINE_LIMIT_VND) & (sides[1].annual_cost_vnd <= LINE_LIMIT_VND)
    before_after = [one.take(fits, object) for one in sides]
    return tuple(
        LineFactors(*(getattr(one, name.name).astype(np.int64) for name in fields(one))) for one in before_after
    )  # type: ignore[return-value]


def _rounded_cost(effort: Exact, hourly: Exact, money: Exact, often: Exact, people: Exact, base: Exact) -> NDArray[Any]:
    effort, hourly, money, often, people, base = (
        one.astype(object) for one in (effort, hourly, money, often, people, base)
    )
    product = (effort * hourly + 3000 * money) * often * people
    rounded: NDArray[Any] = (2 * product + STEPS * base) // (2 * STEPS * base)
    return rounded


def enumerated(before: LineFactors, after: LineFactors) -> dict[str, NDArray[Any]]:
    """Return the part of each factor by going through the orders, over the common denominator 240 · steps · base.

    The grade and the rates are two halves of one factor: they follow each other in every order.
    """
    count = len(before.effort)
    sides = [one.take(np.ones(count, dtype=bool), object) for one in (before, after)]
    hourly = {
        (False, False): sides[0].vnd_per_hour, (True, False): sides[1].crossed_vnd_per_hour,
        (False, True): sides[0].crossed_vnd_per_hour, (True, True): sides[1].vnd_per_hour,
    }  # fmt: skip
    people = [sides[0].population * sides[1].population_base, sides[1].population * sides[0].population_base]

    def product(changed: frozenset[str]) -> Exact:
        effort, money, often = (getattr(sides[name in changed], name) for name in ("effort", "money", "frequency"))
        rate = hourly["grade" in changed, "rates" in changed]
        return (effort * rate + 3000 * money) * often * people["population" in changed]

    known: dict[frozenset[str], Exact] = {}
    parts = {name: np.zeros(count, dtype=object) for name in PLAYERS}
    orders = [one for one in permutations(PLAYERS) if abs(one.index("grade") - one.index("rates")) == 1]
    assert len(orders) == 240
    for order in orders:
        changed: frozenset[str] = frozenset()
        for name in order:
            further = changed | {name}
            for one in (changed, further):
                if one not in known:
                    known[one] = product(one)
            parts[name] += known[changed] - known[further]
            changed = further
    return parts


def by_largest_remainder(parts: dict[str, Fraction], saving: int) -> dict[str, int]:
    """Round one line's parts in plain Python: turned so that it saves, down, then the largest remainders up."""
    ordered = [Fraction(saving), sum(parts.values(), Fraction(0)), *parts.values()]
    sign = next((1 if one > 0 else -1 for one in ordered if one), 1)
    down = {name: (sign * part).__floor__() for name, part in parts.items()}
    rest = {name: sign * parts[name] - down[name] for name in parts}
    for name in sorted(parts, key=lambda name: -rest[name])[: sign * saving - sum(down.values())]:
        down[name] += 1
    return {name: sign * one for name, one in down.items()}


@pytest.fixture(scope="module")
def pairs() -> tuple[LineFactors, LineFactors]:
    return generated_pairs()


def test_ten_thousand_pairs_are_split_as_enumeration_splits_them(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, after = pairs
    assert len(before.effort) > PAIRS // 2
    found = split_savings(before, after)
    exact = enumerated(before, after)
    bases = before.population_base.astype(object) * after.population_base.astype(object)
    for line in range(len(before.effort)):
        denominator = int(240 * STEPS * bases[line])
        parts = {name: Fraction(int(exact[name][line]), denominator) for name in PLAYERS}
        saving = int(before.annual_cost_vnd[line] - after.annual_cost_vnd[line])
        expected = by_largest_remainder(parts, saving)
        assert dict(zip(PARTS, found[line].tolist(), strict=True)) == {"line": 0, **expected}


def test_parts_of_every_pair_add_up_to_its_saving(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, after = pairs
    found = split_savings(before, after)
    assert (found.sum(axis=1) == before.annual_cost_vnd - after.annual_cost_vnd).all()


def test_there_and_back_are_exactly_opposite(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, after = pairs
    assert (split_savings(before, after) == -split_savings(after, before)).all()


def test_a_factor_that_does_not_change_has_no_part(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, after = pairs
    found = split_savings(before, after)
    for name in ("effort", "money", "frequency"):
        same = getattr(before, name) == getattr(after, name)
        assert same.any()
        assert not found[same, PARTS.index(name)].any()
    people = before.population * after.population_base == after.population * before.population_base
    assert not found[people, PARTS.index("population")].any()


def test_no_change_of_a_line_is_all_zeros(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, _ = pairs
    same = replace(before, crossed_vnd_per_hour=before.vnd_per_hour)
    assert not split_savings(same, same).any()


def test_small_and_large_figures_are_split_alike(pairs: tuple[LineFactors, LineFactors]) -> None:
    before, after = (one.take(np.arange(len(one.effort)) < 500, np.int64) for one in pairs)
    lines = [np.arange(500) == line for line in range(500)]
    alone = [split_savings(before.take(line, np.int64), after.take(line, np.int64)) for line in lines]
    assert (np.concatenate(alone) == split_savings(before, after)).all()


ALL = RateTable.from_income(2112 * 10_000)  # 10 000 đ/h whatever the grade


def _rates(**by_grade: int) -> RateTable:
    frame = pd.DataFrame({"grade": list(by_grade), "vnd_per_hour": list(by_grade.values())})
    return RateTable.from_table(frame)


def _procedure(code: str = "A", population: int = 100, **figures: Any) -> Procedure:
    return Procedure(code, f"Thủ tục {code}", frequency=1, population=population, agency="Sở Nội vụ", **figures)


def _parts(split: Attribution) -> dict[str, int]:
    return {cause.value: vnd for cause, vnd in split.total.items() if vnd}


def _line(code: str = "A", activity: str = "1", hours: Any = 1, **figures: Any) -> Activity:
    return Activity(code, activity, **{"name": f"Việc {activity}", "effort_hours": hours, "grade": "x", **figures})


def _compared(before: list[object], after: list[object], *decisions: Decision, **how: Any) -> Comparison:
    return compare(review_of(before, after, *decisions), how.pop("rates", ALL), **how)


AMEND = Decision("A", "amend")


def test_each_single_change_is_its_own_cause() -> None:
    start = [_procedure(), _line(hours=4, fee_vnd=20_000)]
    for line, cause in (
        (_line(hours=3, fee_vnd=20_000), "effort"),
        (_line(hours=4, fee_vnd=10_000), "money"),
        (_line(hours=4, fee_vnd=20_000, frequency=0.5), "frequency"),
    ):
        split = attribute(_compared(start, [_procedure(), line], AMEND))
        assert _parts(split) == {cause: split.comparison.total.saving}
        assert split.comparison.total.saving > 0


def test_a_change_of_population_alone_is_no_real_cause() -> None:
    lines = [_line(hours=4, fee_vnd=3)]
    c = _compared([_procedure(), *lines], [_procedure(population=60), *lines], AMEND, population="stated")
    assert _parts(attribute(c)) == {"population": 40 * 40_003}
    assert _parts(attribute(_compared([_procedure(), *lines], [_procedure(population=60), *lines], AMEND))) == {}


def test_a_change_of_rates_alone_is_no_real_cause() -> None:
    state = [_procedure(), _line(hours=3), _line(activity="2", hours=0, fee_vnd=7)]
    c = _compared(state, state, AMEND, rates=_rates(x=10_000), simplified_rates=_rates(x=9_000))
    assert _parts(attribute(c)) == {"rates": 300_000}


def test_a_lower_grade_at_the_same_rates_is_a_real_cause() -> None:
    before, after = [_procedure(), _line(hours=2)], [_procedure(), _line(hours=2, grade="y")]
    c = _compared(before, after, AMEND, rates=_rates(x=10_000, y=6_000))
    assert _parts(attribute(c)) == {"grade": 800_000}


def test_grade_and_rates_that_change_together_share_what_the_rate_falls_by() -> None:
    before, after = [_procedure(), _line(hours=1)], [_procedure(), _line(hours=1, grade="y")]
    c = _compared(before, after, AMEND, rates=_rates(x=10_000, y=6_000), simplified_rates=_rates(x=8_000, y=5_000))
    assert _parts(attribute(c)) == {"grade": 100 * 3_500, "rates": 100 * 1_500}


def test_where_a_table_lacks_a_grade_the_known_way_alone_counts() -> None:
    before, after = [_procedure(), _line(hours=1)], [_procedure(), _line(hours=1, grade="y")]
    for tables, parts in (
        ((_rates(x=10, y=6), _rates(y=5)), {"grade": 400, "rates": 100}),
        ((_rates(x=10), _rates(x=8, y=5)), {"grade": 300, "rates": 200}),
        ((_rates(x=10), _rates(y=5)), {"rates": 500}),
    ):
        c = _compared(before, after, AMEND, rates=tables[0], simplified_rates=tables[1])
        assert _parts(attribute(c)) == parts


def test_hours_that_are_gone_have_no_part_in_a_change_of_rates() -> None:
    before, after = [_procedure(), _line(hours=2, fee_vnd=5)], [_procedure(), _line(hours=0, fee_vnd=5)]
    c = _compared(before, after, AMEND, rates=_rates(x=10_000), simplified_rates=_rates(x=9_000))
    assert _parts(attribute(c)) == {"effort": 2_000_000}


def test_a_line_on_one_side_is_wholly_removed_or_added_at_its_own_figures() -> None:
    before = [_procedure(), _line(hours=1), _line(activity="2", hours=2)]
    after = [_procedure(), _line(hours=1), _line(activity="3", hours=5)]
    c = _compared(before, after, AMEND, rates=_rates(x=10), simplified_rates=_rates(x=8))
    assert _parts(attribute(c)) == {"removed": 2_000, "added": -4_000, "rates": 200}


def test_an_abolished_procedure_saves_all_it_cost() -> None:
    c = _compared([_procedure(), _line(hours=2)], [], Decision("A", "abolish"))
    assert _parts(attribute(c)) == {"abolished": 2_000_000}


def test_a_new_procedure_is_added_work() -> None:
    old = [_procedure(), _line(hours=1)]
    c = _compared(old, [*old, _procedure("B"), _line("B", hours=1)], Decision("A", "keep"))
    assert _parts(attribute(c)) == {"added": -1_000_000}


def test_a_procedure_replaced_by_one_other_is_compared_line_by_line() -> None:
    after = [_procedure("B"), _line("B", hours=1)]
    c = _compared([_procedure(), _line(hours=2)], after, Decision("A", "replace", "B"))
    split = attribute(c)
    assert _parts(split) == {"effort": 1_000_000}
    assert split.by("procedure")[["procedure", "saving_vnd"]].to_numpy().tolist() == [["A", 1_000_000]]


MERGE = (Decision("A", "merge", "C"), Decision("B", "merge", "C"))


def test_a_merge_that_only_moves_the_cases_saves_nothing_by_any_cause() -> None:
    before = [_procedure("A", 60), _line("A"), _procedure("B", 40), _line("B", name="Việc khác")]
    after = [_procedure("C", 100), _line("C")]
    split = attribute(_compared(before, after, *MERGE))
    assert _parts(split) == {}
    assert split.by("procedure")["merged_vnd"].tolist() == [-40 * 10_000, 40 * 10_000]


def test_a_line_that_one_merged_procedure_does_for_all_is_saved_by_the_merge() -> None:
    before = [_procedure("A", 60), _line("A", "1"), _line("A", "2"), _procedure("B", 40), _line("B", "3")]
    after = [_procedure("C", 100), _line("C", "1")]
    assert _parts(attribute(_compared(before, after, *MERGE))) == {"merged": 600_000}


def test_cases_that_a_merge_loses_are_population() -> None:
    before = [_procedure("A", 60), _line("A"), _procedure("B", 40), _line("B", name="Việc khác")]
    for after in ([_procedure("C", 60), _line("C")], [_procedure("C", 60), _line("C", "9", name="Việc mới")]):
        assert _parts(attribute(_compared(before, after, *MERGE))) == {"population": 400_000}
        stated = _compared(before, [_procedure("C", 50), after[1]], *MERGE, population="stated")
        assert _parts(attribute(stated)) == {"population": 500_000}


def test_what_a_merge_changes_in_a_line_is_the_cause_that_it_is() -> None:
    before = [_procedure("A", 60), _line("A", hours=2), _procedure("B", 40), _line("B", hours=2, name="Việc khác")]
    parts = _parts(attribute(_compared(before, [_procedure("C", 100), _line("C", hours=1)], *MERGE)))
    # 80 cases in the mean lose an hour; 40 cases of 2 h go from B and come to the line of A, of 1.5 h in the mean.
    assert parts == {"effort": 80 * 10_000, "merged": (40 * 2 - 60) * 10_000}
    assert sum(parts.values()) == 1_000_000


def test_a_merge_not_yet_approved_has_no_part() -> None:
    dated = [replace(one, approved_on="2024-06-01") for one in MERGE]
    before = [_procedure("A", 60), _line("A"), _procedure("B", 40), _line("B", name="Việc khác")]
    c = _compared(before, [_procedure("C", 60), _line("C")], *dated, rates=_rates(x=10), simplified_rates=_rates(x=5))
    assert _parts(attribute(c.at("approved", dt.date(2024, 5, 31)))) == {}


def test_what_is_put_back_to_the_baseline_has_no_part() -> None:
    state = [_line(hours=4, fee_vnd=3), _line(activity="2")]
    c = _compared([_procedure(), *state], [_procedure(population=60), *state], AMEND, population="stated")
    pairs = LinePairs.of(c)
    undone = np.array([Undo.POPULATION, 0], dtype=np.int64)
    assert _parts(attribute(pairs.left(undone))) == {"population": 40 * 10_000}
    assert _parts(attribute(c.at("approved", dt.date(2024, 5, 31)))) == {}


def test_lines_of_many_agencies_are_split_agency_by_agency() -> None:
    who = ("xã Mường So", "xã Thu Lũm")
    volumes = [Volume("A", one, frequency=1, population=10 * (n + 1)) for n, one in enumerate(who)]
    agencies = [Procedure("A", "Thủ tục A", agency="UBND xã"), *volumes]
    c = _compared([*agencies, _line(hours=2)], [*agencies, _line(hours=1)], AMEND)
    found = attribute(c).by("volume_agency")
    assert dict(zip(found["volume_agency"], found["effort_vnd"], strict=True)) == {who[0]: 100_000, who[1]: 200_000}


def communes(lines: list[Activity], **volumes: tuple[int, int]) -> list[object]:
    """Procedure A in communes, each so many times a year by so many subjects."""
    stated = [Volume("A", name, frequency=often, population=many) for name, (often, many) in volumes.items()]
    return [Procedure("A", "Thủ tục A", agency="UBND xã"), *lines, *stated]


def became(**successors: str) -> pd.DataFrame:
    return to_frame(Agency, [Agency(old, successor=heir) for old, heir in successors.items()])


def merged_communes(before: list[object], after: list[object], agencies: pd.DataFrame, **how: Any) -> Comparison:
    decisions = to_frame(Decision, [AMEND])
    states = Inventory.from_objects(*before), Inventory.from_objects(*after)
    return compare(Review(*states, decisions=decisions, agencies=agencies), ALL, **how)


def test_communes_that_become_one_remove_and_add_nothing() -> None:
    lines = [_line(hours=2), _line(activity="2", hours=1)]
    before = communes(lines, x1=(1, 20), x2=(1, 30), x3=(2, 7), z=(2, 3))
    moved = communes(lines, y=(1, 50), z=(2, 10))
    assert _parts(attribute(merged_communes(before, moved, became(x1="y", x2="y", x3="z")))) == {}
    cheaper = communes([_line(hours=1), _line(activity="2", hours=1)], y=(1, 50), z=(2, 10))
    split = attribute(merged_communes(before, cheaper, became(x1="y", x2="y", x3="z")))
    assert _parts(split) == {"effort": 700_000} == {"effort": split.comparison.total.saving}
    own = split.by("volume_agency").set_index("volume_agency")["effort_vnd"]
    assert own.to_dict() == {"x1": 200_000, "x2": 300_000, "x3": 140_000, "z": 60_000}


def test_a_line_that_merged_communes_drop_is_removed_and_a_new_one_added() -> None:
    before = communes([_line(hours=2), _line(activity="2", hours=1)], x1=(1, 20), x2=(1, 30))
    after = communes([_line(hours=2), _line(activity="3", hours=4)], y=(1, 50))
    split = attribute(merged_communes(before, after, became(x1="y", x2="y")))
    assert _parts(split) == {"removed": 500_000, "added": -2_000_000}


def test_merged_communes_without_subjects_leave_all_to_the_first() -> None:
    before = communes([_line(hours=2)], x1=(1, 0), x2=(1, 0), z=(1, 10))
    after = communes([_line(hours=1)], y=(1, 4), z=(1, 10))
    split = attribute(merged_communes(before, after, became(x1="y", x2="y"), population="stated"))
    assert sum(split.total.values()) == split.comparison.total.saving == 60_000
    assert (_parts(split)["population"], _parts(split)["effort"]) == (-60_000, 120_000)


def test_merged_communes_are_split_as_enumeration_splits_their_shares() -> None:
    """Each commune goes on in the share of the new one's line that its subjects have of all its predecessors'."""
    random = np.random.default_rng(11)
    old = {f"x{n}": (int(random.integers(1, 4)), int(random.integers(1, 60))) for n in range(7)}
    new = {f"y{n}": (int(random.integers(1, 4)), int(random.integers(1, 99))) for n in range(2)}
    heirs = {name: f"y{n % 2}" for n, name in enumerate(old)}
    hours = [Fraction(int(one), 60) for one in random.integers(1, 200, 2)]
    states = [
        communes([_line(hours=float(hours[n]), fee_vnd=17 + n)], **volumes) for n, volumes in enumerate((old, new))
    ]
    comparison = merged_communes(states[0], states[1], became(**heirs), population="stated")
    split = attribute(comparison)
    assert sum(split.total.values()) == comparison.total.saving
    assert not split.total[Cause.REMOVED]
    assert not split.total[Cause.ADDED]
    steps = [int(one * 3000) for one in hours]
    exact: dict[str, Fraction] = dict.fromkeys(PLAYERS, Fraction(0))
    for name, (often, many) in old.items():
        together = sum(people for other, (_, people) in old.items() if heirs[other] == heirs[name])
        later, people = new[heirs[name]]
        sides = [
            LineFactors(*(np.array([one], dtype=object) for one in figures))
            for figures in (
                (steps[0], 10_000, 10_000, 17, 300 * often, many, 1, 0),
                (steps[1], 10_000, 10_000, 18, 300 * later, people * many, together, 0),
            )
        ]
        parts = enumerated(sides[0], sides[1])
        exact = {one: exact[one] + Fraction(int(parts[one][0]), 240 * STEPS * together) for one in PLAYERS}
    for one in PLAYERS:
        assert abs(_parts(split).get(one, 0) - exact[one]) <= len(old) + 1


def test_rounding_of_merged_communes_is_population_and_every_row_adds_up() -> None:
    old, new = {f"x{n}": (1, 1) for n in range(38)}, {f"y{n}": (1, 4 if n < 8 else 3) for n in range(10)}
    heirs = {name: f"y{n % 10}" for n, name in enumerate(old)}
    state = [communes([_line(hours=1 / 3000)], **volumes) for volumes in (old, new)]
    with_rates = merged_communes(state[0], state[1], became(**heirs))
    split = attribute(with_rates)
    columns = [f"{cause}_vnd" for cause in Cause]
    assert (split.lines[columns].sum(axis=1) == split.lines["saving_vnd"]).all()
    assert split.lines["simplified_vnd"].sum() == with_rates.total.simplified
    assert set(_parts(split)) <= {"population"}


def test_only_the_bearers_of_the_totals_are_split() -> None:
    before = [_procedure(), _line(bearer="requester", hours=2), _line(activity="2", bearer="resolver", hours=2)]
    after = [_procedure(), _line(bearer="requester", hours=1), _line(activity="2", bearer="resolver", hours=1)]
    assert _parts(attribute(_compared(before, after, AMEND, bearers="resolver"))) == {"effort": 1_000_000}


def test_procedures_outside_the_ratios_are_not_split() -> None:
    out = _procedure(in_scope=False)
    c = _compared([out, _line(hours=2)], [out, _line(hours=1)], AMEND)
    assert attribute(c).lines.empty
    assert _parts(attribute(c)) == {}


def test_a_frame_of_causes_follows_the_order_of_the_waterfall() -> None:
    c = _compared([_procedure(), _line(hours=4)], [_procedure(), _line(hours=3)], AMEND)
    frame = attribute(c).to_frame()
    assert frame["cause"].tolist() == [one.value for one in Cause]
    assert frame.set_index("cause")["reduction"]["effort"] == 0.25
    assert frame["name"].tolist()[0] == "bãi bỏ TTHC"
    assert attribute(_compared([_procedure(), _line(hours=0)], [_procedure(), _line(hours=0)], AMEND)).to_frame()[
        "reduction"
    ].isna().all()  # fmt: skip


def test_population_and_rates_are_the_causes_that_are_not_real() -> None:
    assert set(Cause) - set(REAL_CAUSES) == {Cause.POPULATION, Cause.RATES}


def test_parts_cannot_be_grouped_by_what_is_no_group() -> None:
    split = attribute(_compared([_procedure(), _line()], [_procedure(), _line()], AMEND))
    for columns in (("effort_hours",), ()):
        with pytest.raises(UnknownNameError) as raised:
            split.by(*columns)
        only("unknown_grouping", raised.value.faults)


def test_published_totals_cannot_be_split() -> None:
    published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [10]})
    with pytest.raises(NeedsLinesError):
        attribute(Comparison.from_costs(published))


def test_a_cost_that_does_not_follow_from_its_figures_is_refused() -> None:
    c = _compared([_procedure(), _line(hours=2)], [_procedure(), _line(hours=1)], AMEND)
    with pytest.raises(MismatchError) as raised:
        attribute(replace(c, lines=c.lines.assign(annual_cost_vnd=c.lines["annual_cost_vnd"] * 3)))
    found = only("cost_not_of_figures", raised.value.faults)
    assert says(found, "không khớp", "does not follow")
    assert found.place.key == ("A", "1")


def test_a_part_that_passes_the_limit_of_a_sum_is_a_fault() -> None:
    before = [_procedure(), _line(hours=50_000, population=1)]
    after = [_procedure(), _line(hours=0, fee_vnd=0, frequency=100_000, population=10**9)]
    c = _compared(before, after, AMEND, rates=_rates(x=10**8), population="stated")
    with pytest.raises(InputFault) as raised:
        attribute(c)
    assert says(only("part_too_large", raised.value.faults), "kiểm tra đơn vị", "check the units")
    assert codes_of("attribution") == {"part_too_large", "cost_not_of_figures"}


@FEW
@given(case=cases())
def test_parts_add_up_to_the_saving_in_every_grouping(case: Case) -> None:
    review, rates = case.review(), case.rate_table()
    for how in ({}, {"population": "stated"}, {"bearers": "requester"}):
        c = compare(review, rates, **how)  # type: ignore[arg-type]
        split = attribute(c)
        columns = [f"{cause}_vnd" for cause in Cause]
        assert sum(split.total.values()) == c.total.saving
        assert split.lines["baseline_vnd"].sum() == c.total.baseline
        assert split.lines["simplified_vnd"].sum() == c.total.simplified
        assert (split.lines[columns].sum(axis=1) == split.lines["saving_vnd"]).all()
        for names in (["procedure"], ["agency"], ["level", "stage"]):
            grouped = split.by(*names)
            assert (grouped[columns].sum(axis=1) == grouped["saving_vnd"]).all()
            assert grouped["saving_vnd"].sum() == c.total.saving
        assert split.total[Cause.RATES] == 0


@FEW
@given(case=unchanged_cases())
def test_no_change_is_all_zeros(case: Case) -> None:
    assert not any(attribute(compare(case.review(), case.rate_table())).total.values())


@FEW
@given(case=unchanged_cases())
def test_other_rates_alone_are_zero_under_every_real_cause(case: Case) -> None:
    halved = replace(case, rates={grade: rate // 2 + 1 for grade, rate in case.rates.items()}).rate_table()
    split = attribute(compare(case.review(), case.rate_table(), simplified_rates=halved))
    assert [split.total[cause] for cause in (*REAL_CAUSES, Cause.POPULATION)] == [0] * 9


def test_a_review_and_its_way_back_are_opposite_in_every_part() -> None:
    random = np.random.default_rng(3)

    def state() -> list[object]:
        rows: list[object] = []
        for code in ("A", "B", "C"):
            rows.append(_procedure(code, int(random.integers(1, 200))))
            for activity in sorted({str(one) for one in random.integers(1, 6, 4)}):
                figures = {"grade": str(random.choice(["x", "y"])), "fee_vnd": int(random.integers(0, 3))}
                rows.append(_line(code, activity, hours=float(random.integers(0, 9)) / 8, name=None, **figures))
        return rows

    tables = _rates(x=45_265, y=33_637), _rates(x=48_249, y=23_931)
    decisions = [Decision(code, "amend") for code in ("A", "B", "C")]
    for _ in range(2):
        one, other = state(), state()
        there = _compared(one, other, *decisions, rates=tables[0], simplified_rates=tables[1], population="stated")
        back = _compared(other, one, *decisions, rates=tables[1], simplified_rates=tables[0], population="stated")
        parts, opposite = attribute(there).total, attribute(back).total
        gone = {Cause.REMOVED, Cause.ADDED}
        assert [parts[cause] for cause in Cause if cause not in gone] == [
            -opposite[cause] for cause in Cause if cause not in gone
        ]
        assert parts[Cause.REMOVED] == -opposite[Cause.ADDED]
