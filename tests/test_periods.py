"""A period's table: bounds from the written rule, sums equal to their parts, nothing counted twice, nobody lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from tthc_cost import model
from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import Comparison, compare
from tthc_cost.errors import DateOutOfRangeError, NeedsLinesError, UnknownNameError, WrongKindError
from tthc_cost.inventory import Inventory
from tthc_cost.model import Activity, Agency, Decision, Procedure
from tthc_cost.periods import EVENTS, PeriodFigures, RowKind, periodic, reporting_period
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.targets import progress

if TYPE_CHECKING:
    from tthc_cost.periods import PeriodicRow, PeriodicTable

RATES = RateTable.from_income(95_600_000)
QUARTERS = ("2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4")


@dataclass(frozen=True)
class Case:
    """One procedure carried out once a year for one subject, so that its costs are what its line says [đồng]."""

    code: str
    before: int = 100
    after: int | None = 60
    decision: str = "amend"
    replaced_by: str | None = None
    agency: str | None = "Sở A"
    level: str | None = "province"
    in_scope: bool = True
    round: int | None = None
    announced: str | None = None
    publicised: str | None = None
    reviewed: str | None = None
    submitted: str | None = None
    approved: str | None = None
    in_force: str | None = None

    def procedure(self, population: int = 1) -> Procedure:
        return Procedure(
            self.code,
            f"Thủ tục {self.code}",
            level=self.level,
            agency=self.agency,
            frequency=1,
            population=population,
            in_scope=self.in_scope,
            exclusion=None if self.in_scope else "ngoài phạm vi",
            announced_on=self.announced,
            publicised_on=self.publicised,
        )

    def decided(self) -> Decision:
        days = {"reviewed_on": self.reviewed, "submitted_on": self.submitted, "approved_on": self.approved}
        return Decision(
            self.code, self.decision, replaced_by=self.replaced_by, round=self.round, effective_on=self.in_force, **days
        )


def compared(*cases: Case, agencies: tuple[Agency, ...] = (), new: tuple[Procedure, ...] = ()) -> Comparison:
    """Compare small procedures; a receiver of several costs 10 đồng a subject."""
    left = [case for case in cases if case.after is not None]
    before = Inventory.from_objects(
        *(case.procedure() for case in cases), *(Activity(case.code, "1", other_vnd=case.before) for case in cases)
    )
    after = Inventory.from_objects(
        *(case.procedure() for case in left),
        *(Activity(case.code, "1", other_vnd=case.after) for case in left),
        *new,
        *(Activity(one.procedure, "1", other_vnd=10) for one in new),
    )
    decisions = model.to_frame(Decision, [case.decided() for case in cases])
    listed = model.to_frame(Agency, list(agencies))
    return compare(Review(before, after, decisions=decisions, agencies=listed), RATES)


PROVINCE = Agency("UBND tỉnh", level="province")
TREE = (
    PROVINCE,
    Agency("Sở A", level="province", parent="UBND tỉnh"),
    Agency("UBND huyện H", level="district", parent="UBND tỉnh"),
    Agency("UBND xã X", level="commune", parent="UBND huyện H"),
    Agency("UBND xã Y", level="commune", parent="UBND huyện H"),
)


def rows_of(table: PeriodicTable, kind: RowKind = RowKind.AGENCY) -> dict[str | None, PeriodicRow]:
    return {row.agency: row for row in table.rows if row.kind is kind}


def of_levels(table: PeriodicTable) -> dict[str | None, PeriodFigures]:
    return {row.level: row.figures for row in table.rows if row.kind is RowKind.LEVEL}


# --- the calendar


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2024-Q1", "2023-12-15", "2024-03-14"),
        ("2024-Q2", "2024-03-15", "2024-06-14"),
        ("2024-Q3", "2024-06-15", "2024-09-14"),
        ("2024-Q4", "2024-09-15", "2024-12-14"),
        ("2024", "2023-12-15", "2024-12-14"),
        (" 2025-q2 ", "2025-03-15", "2025-06-14"),
        ("2019-Q1", "2018-12-15", "2019-03-14"),
    ],
)
def test_quarters_run_from_the_15th_to_the_14th_and_the_year_from_15_december(code: str, first: str, last: str) -> None:
    period = reporting_period(code)
    assert (period.first_day, period.last_day) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@given(st.integers(2020, 9998))
def test_the_quarters_of_a_year_follow_one_another_and_fill_it(year: int) -> None:
    whole = reporting_period(str(year))
    quarters = [reporting_period(f"{year}-Q{n}") for n in range(1, 5)]
    assert (quarters[0].first_day, quarters[-1].last_day) == (whole.first_day, whole.last_day)
    days = [(one.last_day, other.first_day) for one, other in pairwise(quarters)]
    days.append((whole.last_day, reporting_period(f"{year + 1}-Q1").first_day))
    assert all(after - before == dt.timedelta(days=1) for before, after in days)


def test_a_period_has_a_name_in_both_languages_and_its_source() -> None:
    period = reporting_period("2024-Q3")
    assert (period.name, period.name_en) == ("Quý III năm 2024", "Third quarter of 2024")
    assert "09/2019/NĐ-CP" in period.source
    assert period.confidence == "M"


@pytest.mark.parametrize(
    "text", ["2024-Q5", "2024-Q0", "Q3-2024", "24", "", "2024-H1", "0000", "0001-Q1", "２０２４", "²024"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        reporting_period(text)
    assert says(only("period_unknown", caught.value.faults), "2024-Q3", "2024-Q3")


def test_a_period_before_the_first_calendar_is_refused() -> None:
    for code in ("2018", "2018-Q4"):
        with pytest.raises(DateOutOfRangeError) as caught:
            reporting_period(code)
        assert says(only("period_too_early", caught.value.faults), "2019-03-12", "2019-03-12")


def test_a_period_of_another_kind_is_refused() -> None:
    with pytest.raises(WrongKindError):
        reporting_period(2024)  # type: ignore[arg-type] # what the test is about
    with pytest.raises(WrongKindError):
        periodic(compared(Case("1")), dt.date(2024, 1, 1))  # type: ignore[arg-type] # what the test is about


# --- what is counted, and when


@pytest.mark.parametrize("event", ["announced", "publicised", "reviewed", "submitted", "approved", "in_force"])
def test_an_event_counts_in_the_period_that_holds_its_day_and_ever_after(event: str) -> None:
    at = list(EVENTS).index(event)
    for day, inside, so_far in (
        ("2024-06-14", 0, 1),
        ("2024-06-15", 1, 1),
        ("2024-09-14", 1, 1),
        ("2024-09-15", 0, 0),
        (None, 0, 0),
    ):
        case = replace(Case("1"), **{event: day})  # type: ignore[arg-type] # the field is named by the test
        figures = periodic(compared(case), "2024-Q3").total.figures
        assert (figures.procedures, figures.in_period[at], figures.to_date[at]) == (1, inside, so_far)


def test_the_cost_after_is_that_of_what_had_come_so_far_by_the_last_day() -> None:
    costs = compared(Case("1", approved="2024-09-14", in_force="2024-09-20"), Case("2", approved="2024-09-15"))
    assert periodic(costs, "2024-Q3").total.figures.cost == Reduction(200, 160)
    assert periodic(costs, "2024-Q4").total.figures.cost == Reduction(200, 120)
    assert periodic(costs, "2024-Q3", basis="in_force").total.figures.cost == Reduction(200, 200)
    assert periodic(costs, "2024-Q4", basis="in_force").total.figures.cost.ratio == Fraction(1, 5)


def test_what_is_out_of_scope_or_transferred_is_not_counted() -> None:
    costs = compared(Case("1"), Case("2", in_scope=False), Case("3", after=None, decision="transfer"))
    assert periodic(costs, "2024").total.figures == PeriodFigures(1, cost=Reduction(100, 100))


def test_only_chosen_bearers_are_costed() -> None:
    state = Inventory.from_objects(
        Case("1").procedure(),
        Activity("1", "1", other_vnd=70, bearer="requester"),
        Activity("1", "2", other_vnd=30, bearer="resolver"),
    )
    costs = compare(Review(state, state), RATES, bearers="resolver")
    assert periodic(costs, "2024").total.figures.cost == Reduction(30, 30)


def test_published_totals_have_no_dates() -> None:
    published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    with pytest.raises(NeedsLinesError):
        periodic(Comparison.from_costs(published), "2024")


def test_an_unknown_basis_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        periodic(compared(Case("1")), "2024", basis="signed")  # type: ignore[arg-type] # what the test is about


# --- rounds


def test_rounds_add_up_and_what_states_none_is_shown_as_such() -> None:
    day = "2024-01-10"
    costs = compared(
        Case("1", round=1, approved=day), Case("2", round=2), Case("3", round=1), Case("4", after=50, approved=day)
    )
    table = periodic(costs, "2024-Q1")
    assert table.rounds == (1, 2, None)
    assert {number: one.cost for number, one in table.total.rounds.items()} == {
        1: Reduction(200, 160),
        2: Reduction(100, 100),
        None: Reduction(100, 50),
    }
    approved = list(EVENTS).index("approved")
    assert {number: one.to_date[approved] for number, one in table.total.rounds.items()} == {1: 1, 2: 0, None: 1}


def test_what_is_merged_together_is_saved_in_the_round_that_completes_it() -> None:
    day = "2024-01-10"
    merged: dict[str, Any] = {"after": None, "decision": "merge", "replaced_by": "9", "approved": day}
    receiver = Procedure("9", "Thủ tục 9", agency="Sở A", level="province", frequency=1, population=2)
    costs = compared(Case("1", round=1, **merged), Case("2", round=2, **merged), new=(receiver,))
    table = periodic(costs, "2024-Q1")
    assert {number: (one.procedures, one.cost) for number, one in table.total.rounds.items()} == {
        1: (1, Reduction(0, 0)),
        2: (1, Reduction(200, 20)),
    }


# --- from commune to district to province


def test_communes_add_up_into_districts_and_these_into_the_province() -> None:
    costs = compared(
        Case("1"),
        Case("2", agency="UBND xã X", level="commune"),
        Case("3", agency="UBND xã Y", level="commune"),
        Case("4", agency="UBND huyện H", level="district"),
        agencies=TREE,
    )
    table = periodic(costs, "2025-Q2")
    sums = rows_of(table, RowKind.WITH_LOWER)
    assert {code: row.figures.procedures for code, row in sums.items()} == {"UBND tỉnh": 4, "UBND huyện H": 3}
    assert {code: row.figures.procedures for code, row in rows_of(table).items()} == {
        "UBND tỉnh": 0, "Sở A": 1, "UBND huyện H": 1, "UBND xã X": 1, "UBND xã Y": 1,
    }  # fmt: skip
    assert {level: one.procedures for level, one in of_levels(table).items()} == {
        "province": 1, "district": 1, "commune": 2,
    }  # fmt: skip
    shown = [(row.depth, row.kind.value, row.agency) for row in table.rows[:7]]
    assert shown == [
        (0, "with_lower", "UBND tỉnh"),
        (1, "agency", "UBND tỉnh"),
        (1, "agency", "Sở A"),
        (1, "with_lower", "UBND huyện H"),
        (2, "agency", "UBND huyện H"),
        (2, "agency", "UBND xã X"),
        (2, "agency", "UBND xã Y"),
    ]
    assert table.remarks == ()


def test_communes_go_straight_to_the_province_once_districts_have_ended() -> None:
    costs = compared(Case("1", agency="UBND xã X", level="commune"), agencies=TREE)
    table = periodic(costs, "2025-Q3")
    assert {row.agency: row.above for row in rows_of(table).values()} == {
        "UBND tỉnh": None, "Sở A": "UBND tỉnh", "UBND xã X": "UBND tỉnh", "UBND xã Y": "UBND tỉnh",
    }  # fmt: skip
    assert rows_of(periodic(costs, "2025-Q2"))["UBND xã X"].above == "UBND huyện H"


def test_a_last_day_that_an_agency_states_decides_before_that_of_its_level() -> None:
    longer = replace(TREE[2], valid_to="2025-12-31")
    costs = compared(Case("1", agency="UBND xã X", level="commune"), agencies=(*TREE[:2], longer, *TREE[3:]))
    assert rows_of(periodic(costs, "2025-Q3"))["UBND xã X"].above == "UBND huyện H"
    assert rows_of(periodic(costs, "2026-Q1"))["UBND xã X"].above == "UBND tỉnh"


def test_an_agency_that_has_ended_stands_under_its_successor_and_is_not_lost() -> None:
    old = Agency("Sở B", level="province", parent="UBND tỉnh", successor="Sở A", valid_to="2025-02-28")
    below = Agency("Chi cục", level="province", parent="Sở B")
    costs = compared(Case("1", agency="Sở B"), Case("2"), Case("3", agency="Chi cục"), agencies=(*TREE, old, below))
    before, after = (rows_of(periodic(costs, code)) for code in ("2024-Q4", "2025-Q2"))
    assert (before["Sở B"].above, before["Sở B"].ended_on, before["Chi cục"].above) == ("UBND tỉnh", None, "Sở B")
    assert (after["Sở B"].above, after["Sở B"].ended_on) == ("Sở A", dt.date(2025, 2, 28))
    assert after["Chi cục"].above == "Sở A"
    assert rows_of(periodic(costs, "2025-Q2"), RowKind.WITH_LOWER)["Sở A"].figures.procedures == 3


def test_a_chain_of_successors_is_followed_to_one_that_exists() -> None:
    first = Agency("Sở B", level="province", successor="Sở C", valid_to="2024-01-31")
    second = Agency("Sở C", level="province", successor="Sở A", valid_to="2024-02-29")
    costs = compared(Case("1", agency="Sở B"), agencies=(*TREE, first, second))
    rows = rows_of(periodic(costs, "2024"))
    assert rows["Sở B"].above == "Sở A"
    assert "Sở C" not in rows


def test_a_district_hands_its_own_work_to_a_commune_but_not_its_other_communes() -> None:
    district = replace(TREE[2], successor="UBND xã Y")
    costs = compared(
        Case("1", agency="UBND huyện H", level="district"),
        Case("2", agency="UBND xã X", level="commune"),
        agencies=(*TREE[:2], district, *TREE[3:]),
    )
    rows = rows_of(periodic(costs, "2025-Q3"))
    assert (rows["UBND huyện H"].above, rows["UBND xã X"].above) == ("UBND xã Y", "UBND tỉnh")


def test_an_agency_that_does_not_exist_yet_is_passed_over() -> None:
    new = Agency("Sở N", level="province", parent="UBND tỉnh", valid_from="2025-03-01")
    below = Agency("Chi cục", level="province", parent="Sở N")
    costs = compared(Case("1", agency="Chi cục"), agencies=(*TREE, new, below))
    before, after = (rows_of(periodic(costs, code)) for code in ("2024-Q4", "2025-Q2"))
    assert (before["Chi cục"].above, after["Chi cục"].above) == ("UBND tỉnh", "Sở N")
    assert "Sở N" not in before


def test_agencies_are_found_by_code_or_name_however_they_are_typed() -> None:
    named = Agency("SA", name="Sở Hòa giải", level="province", parent="ủy ban TỈNH")
    costs = compared(Case("1", agency="sở hoà giải"), agencies=(replace(PROVINCE, name="Ủy ban tỉnh"), named))
    table = periodic(costs, "2024")
    assert (rows_of(table)["SA"].figures.procedures, rows_of(table)["SA"].above) == (1, "UBND tỉnh")
    assert table.remarks == ()


def test_a_name_that_two_agencies_bear_is_nobodys() -> None:
    twins = (Agency("A1", name="Chi cục", level="province"), Agency("A2", name="Chi cục", level="province"))
    table = periodic(compared(Case("1", agency="Chi cục"), agencies=twins), "2024")
    assert {code: row.figures.procedures for code, row in rows_of(table).items()} == {"A1": 0, "A2": 0, "Chi cục": 1}
    assert says(only("agencies_unlisted", table.remarks), "Chi cục", "Chi cục")


def test_an_agency_of_blank_level_is_of_that_of_all_its_procedures() -> None:
    blank = Agency("UBND xã Z", parent="UBND huyện H")
    one = compared(Case("1", agency="UBND xã Z", level="commune"), agencies=(*TREE, blank))
    assert rows_of(periodic(one, "2024"))["UBND xã Z"].level == "commune"
    two = compared(
        Case("1", agency="UBND xã Z", level="commune"),
        Case("2", agency="UBND xã Z", level=None),
        agencies=(*TREE, blank),
    )
    assert rows_of(periodic(two, "2024"))["UBND xã Z"].level is None
    assert of_levels(periodic(two, "2024"))[None].procedures == 2


# --- what is not known is shown, not guessed


def test_without_a_table_of_agencies_only_levels_are_added() -> None:
    table = periodic(compared(Case("1"), Case("2", agency="UBND xã X", level="commune")), "2024")
    assert says(only("agencies_blank", table.remarks), "bảng «Cơ quan»", "table of agencies is empty")
    assert [row.kind.value for row in table.rows] == ["agency", "agency", "level", "level", "total"]


def test_an_agency_that_the_table_does_not_list_is_apart() -> None:
    table = periodic(compared(Case("1"), Case("2", agency="Sở Z"), agencies=TREE), "2024")
    assert says(only("agencies_unlisted", table.remarks), "Sở Z", "1 agencies")
    (apart,) = (row for row in table.rows if row.kind is RowKind.UNPLACED)
    assert apart.figures.procedures == 1
    assert rows_of(table)["Sở Z"].depth == 1


def test_a_parent_that_nobody_bears_is_said_and_the_agency_is_apart() -> None:
    lost = Agency("UBND xã Z", level="commune", parent="UBND huyện Hh")
    table = periodic(compared(Case("1", agency="UBND xã Z", level="commune"), agencies=(*TREE, lost)), "2024")
    assert says(only("agency_above_unknown", table.remarks), "UBND huyện H.", "«UBND huyện Hh»")
    assert says(only("agencies_without_parent", table.remarks), "UBND xã Z", "UBND xã Z")
    assert rows_of(table)["UBND xã Z"].depth == 1


def test_an_agency_that_ended_without_a_successor_is_said_and_goes_to_what_stood_above_it() -> None:
    table = periodic(compared(Case("1", agency="UBND huyện H", level="district"), agencies=TREE), "2025-Q3")
    assert says(only("agencies_ended", table.remarks), "UBND huyện H", "UBND huyện H")
    assert rows_of(table)["UBND huyện H"].above == "UBND tỉnh"
    assert rows_of(table)["UBND huyện H"].ended_on == dt.date(2025, 6, 30)


def test_procedures_that_state_no_agency_are_apart_by_their_level() -> None:
    cases = (Case("1", agency=None, level="commune"), Case("2", agency=None, level=None), Case("3"))
    table = periodic(compared(*cases, agencies=TREE), "2024")
    assert says(only("procedures_without_agency", table.remarks), "1, 2", "1, 2")
    assert {level: one.procedures for level, one in of_levels(table).items()} == {
        "province": 1, "district": 0, "commune": 1, None: 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "circle",
    [
        (Agency("B", parent="B"),),
        (Agency("B", parent="C"), Agency("C", parent="D"), Agency("D", parent="B")),
        (Agency("B", successor="C", valid_to="2023-01-01"), Agency("C", successor="B", valid_to="2023-01-01")),
        (Agency("B", parent="C"), Agency("C", successor="B", valid_to="2023-01-01")),
    ],
)
def test_a_circle_of_agencies_is_refused_once(circle: tuple[Agency, ...]) -> None:
    with pytest.raises(ValueError, match="B → ") as caught:
        periodic(compared(Case("1"), agencies=(*TREE, *circle)), "2024")
    found = only("agencies_in_circle", caught.value.faults)  # type: ignore[attr-defined] # it is an InputFault
    assert says(found, ": B → ", ": B → ")


def test_every_remark_can_be_provoked_here() -> None:
    said = {"agency_above_unknown", "agencies_in_circle", "agencies_blank", "agencies_unlisted"}
    assert codes_of("hierarchy") == said | {"agencies_without_parent", "agencies_ended"}
    elsewhere = {"no_periods", "period_repeated"}
    assert codes_of("periods") == {"period_unknown", "period_too_early", "procedures_without_agency"} | elsewhere


# --- laws

DAYS = st.none() | st.dates(dt.date(2023, 10, 1), dt.date(2025, 10, 1)).map(dt.date.isoformat)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[list[Case], Comparison]:
    """Procedures of agencies listed, unlisted and blank, with any dates and rounds; and their comparison."""
    cases = []
    for number in range(draw(st.integers(1, 6))):
        agency = draw(st.sampled_from([None, "Sở A", "Sở Lạ", "UBND huyện H", "UBND xã X", "UBND tỉnh"]))
        steps = sorted(draw(st.lists(DAYS, min_size=4, max_size=4)), key=lambda day: day or "9")
        cases.append(
            Case(
                f"NB-{number}",
                before=draw(st.integers(0, 10**9)),
                after=draw(st.integers(0, 10**9)),
                agency=agency,
                level=draw(st.sampled_from(["province", "district", "commune", None])),
                in_scope=draw(st.sampled_from([True, True, False])),
                round=draw(st.sampled_from([None, 1, 2])),
                announced=draw(DAYS),
                publicised=draw(DAYS),
                reviewed=steps[0],
                submitted=steps[1],
                approved=steps[2],
                in_force=steps[3],
            )
        )
    return cases, compared(*cases, agencies=TREE)


LAW = settings(max_examples=8)


@given(comparisons(), st.sampled_from([*QUARTERS, "2024", "2025-Q3"]))
@LAW
def test_every_sum_equals_its_parts(given_: tuple[list[Case], Comparison], code: str) -> None:
    table = periodic(given_[1], code)
    nothing = PeriodFigures()
    alone = [row for row in table.rows if row.kind is RowKind.AGENCY]
    assert sum((row.figures for row in alone), nothing) == table.total.figures
    assert sum((row.figures for row in table.rows if row.kind is RowKind.LEVEL), nothing) == table.total.figures
    tops = [row for row in table.rows if row.depth == 0 and row.kind not in {RowKind.LEVEL, RowKind.TOTAL}]
    assert sum((row.figures for row in tops), nothing) == table.total.figures
    for row in table.rows:
        assert sum(row.rounds.values(), nothing) == row.figures
    for summed in rows_of(table, RowKind.WITH_LOWER).values():
        below = [row for row in table.rows if row.above == summed.agency]
        whole = {row.agency for row in below if row.kind is RowKind.WITH_LOWER}
        direct = [row for row in below if row.kind is RowKind.WITH_LOWER or row.agency not in whole]
        own = rows_of(table)[summed.agency]
        assert sum((row.figures for row in [own, *direct]), nothing) == summed.figures


@given(comparisons())
@LAW
def test_nothing_is_counted_twice_or_lost_between_the_quarters_of_a_year(given_: tuple[list[Case], Comparison]) -> None:
    quarters = [periodic(given_[1], code).total.figures for code in QUARTERS]
    year = periodic(given_[1], "2024").total.figures
    assert tuple(map(sum, zip(*(one.in_period for one in quarters), strict=True))) == year.in_period
    assert (quarters[-1].to_date, quarters[-1].cost) == (year.to_date, year.cost)
    for before, after in pairwise(quarters):
        gained = tuple(now - then for now, then in zip(after.to_date, before.to_date, strict=True))
        assert gained == after.in_period


@given(comparisons(), st.sampled_from(["2024-Q2", "2024", "2025-Q3"]))
@LAW
def test_it_is_what_the_rows_say_by_plain_counting(given_: tuple[list[Case], Comparison], code: str) -> None:
    cases, costs = given_
    year, _, quarter = code.partition("-Q")
    last = f"{year}-{3 * int(quarter or 4):02}-14"
    expected: dict[str | None, Counter[str]] = {}
    for case in cases:
        if not case.in_scope:
            continue
        own = expected.setdefault(case.agency, Counter())
        assert case.after is not None
        own["procedures"] += 1
        own["before"] += case.before
        own["after"] += case.after if case.approved and case.approved <= last else case.before
        own["publicised"] += bool(case.publicised and case.publicised <= last)
        own["in_force"] += bool(case.in_force and case.in_force <= last)
    frame = periodic(costs, code).to_frame()
    frame = frame[(frame["kind"] == "agency") & (frame["procedures"] > 0)]
    sums = frame.assign(agency=frame["agency"].fillna("")).groupby("agency")[
        ["procedures", "baseline_vnd", "simplified_vnd", "publicised_to_date", "in_force_to_date"]
    ].sum()  # fmt: skip
    names = ("procedures", "before", "after", "publicised", "in_force")
    assert {key or "": [own[name] for name in names] for key, own in expected.items()} == {
        str(key): [int(one) for one in row] for key, row in zip(sums.index, sums.to_numpy(), strict=True)
    }


@given(comparisons(), st.sampled_from(["submitted", "approved", "in_force"]))
@LAW
def test_the_total_is_the_comparison_as_it_stood_and_agencies_are_those_of_progress(
    given_: tuple[list[Case], Comparison], basis: Any
) -> None:
    _, costs = given_
    table = periodic(costs, "2025-Q3", basis=basis)
    assert table.total.figures.cost == costs.at(basis, table.period.last_day).total
    known = progress(costs, "lai-chau-2022-2025", on=table.period.last_day, basis=basis)
    own = Counter[str]()
    for row in table.rows:
        if row.kind is RowKind.AGENCY and row.figures.procedures:
            own[row.agency or ""] += row.figures.to_date[list(EVENTS).index("announced")]
    assert own == Counter(dict(zip(known["agency"].fillna(""), known["announced"].astype(int), strict=True)))


def test_order_of_the_agencies_changes_nothing() -> None:
    cases = (Case("1"), Case("2", agency="UBND xã X", level="commune"), Case("3", agency="UBND xã Y", level="commune"))
    one, other = (compared(*cases, agencies=agencies) for agencies in (TREE, TREE[::-1]))
    assert periodic(one, "2024").rows == periodic(other, "2024").rows


# --- frames


def test_the_frame_has_a_row_a_row_in_plain_types() -> None:
    table = periodic(compared(Case("1", approved="2024-01-10"), Case("2", agency="Sở Z"), agencies=TREE), "2024-Q1")
    frame = table.to_frame()
    assert len(frame) == len(table.rows)
    first = frame.iloc[0]
    assert (first["kind"], first["agency"], first["level"]) == ("with_lower", "UBND tỉnh", "province")
    assert (first["approved_in_period"], first["baseline_vnd"], first["saving_vnd"]) == (1, 100, 40)
    assert first["reduction"] == pytest.approx(0.4)
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert (kinds["agency"], kinds["procedures"], kinds["reduction"]) == ("string", "int64", "float64")
    assert kinds["ended_on"] == "datetime64[s]"


def test_the_frame_of_rounds_adds_up_to_the_frame() -> None:
    table = periodic(compared(Case("1", round=1), Case("2", round=2), Case("3"), agencies=TREE), "2024")
    frame = table.rounds_to_frame()
    assert len(frame) == 3 * len(table.rows)
    assert str(frame["round"].dtype) == "Int64"
    totals = frame[frame["kind"] == "total"]
    assert totals["procedures"].tolist() == [1, 1, 1]
    assert totals["round"].tolist()[:2] == [1, 2]
