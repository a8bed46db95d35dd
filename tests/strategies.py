"""Hypothesis strategies that make the ugly: what departments really type, and what they could.

Zero volumes, a third of a time a year, 0.7 h, ties at half a đồng, one line and thousands, figures at their bounds,
names in NFC and NFD, rows shuffled and written twice. All quantities lie on the grids of DESIGN.md section 3, so that
an exact answer exists; `Line.row` gives them as a sheet would, in floats.

Building blocks, to be composed: figures (`efforts`, `rates_vnd_per_hour`, `money`, `frequencies`, `populations`),
names (`names`, `spellings`), then `lines`, `portfolios` and `large_portfolios`, and `rearranged` for their rows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "GRADES",
    "Line",
    "Portfolio",
    "efforts",
    "frequencies",
    "large_portfolios",
    "lines",
    "money",
    "names",
    "populations",
    "portfolios",
    "rate_tables",
    "rates_vnd_per_hour",
    "rearranged",
    "spellings",
    "tied_lines",
]

Row = TypeVar("Row")

LINE_LIMIT_VND = 5 * 10**12
GRADES = ("A0/1", "A1/1", "A1/3", "A2.1/1", "A3.1/6", "B/12")


@dataclass(frozen=True, slots=True)
class Line:
    """One activity with exact figures, and the groups it belongs to.

    Parameters
    ----------
    effort_hours
        Person-hours of one case, a whole number of 1/3000 h.
    grade, vnd_per_hour
        Grade and its hourly rate; None and 0 where nobody works.
    service_vnd, fee_vnd, other_vnd
        Money of one case [đồng].
    frequency
        Times a year, a whole number of 1/300.
    population
        Subjects a year.
    procedure, agency
        Keys to group by.
    """

    effort_hours: Fraction
    grade: str | None
    vnd_per_hour: int
    service_vnd: int
    fee_vnd: int
    other_vnd: int
    frequency: Fraction
    population: int
    procedure: str = "NB-01"
    agency: str = "Sở Nội vụ"

    def row(self) -> dict[str, Any]:
        """Return the line as a row of the ``activities`` table holds it, effort and frequency in floats."""
        return {
            "procedure": self.procedure,
            "grade": self.grade,
            "effort_hours": float(self.effort_hours),
            "service_vnd": self.service_vnd,
            "fee_vnd": self.fee_vnd,
            "other_vnd": self.other_vnd,
            "frequency": float(self.frequency),
            "population": self.population,
        }


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Lines of many procedures and agencies, and the rates of their grades [đồng per person-hour]."""

    rates: Mapping[str, int]
    lines: tuple[Line, ...]


def efforts(limit_hours: int = 100_000) -> st.SearchStrategy[Fraction]:
    """Person-hours of one case: nothing, minutes, thirds, thousandths, 0.7 h, one step, the limit."""
    awkward = ["0", "7/10", "1/3", "2/3", "1/3000", "1/60", "0.08", "0.29", "1.005", "2.5", str(limit_hours)]
    return st.one_of(
        st.sampled_from([Fraction(text) for text in awkward]),
        st.integers(0, 60_000).map(lambda steps: Fraction(steps, 3000)),
        st.integers(0, 600).map(lambda minutes: Fraction(minutes, 60)),
        st.integers(0, 3000 * limit_hours).map(lambda steps: Fraction(steps, 3000)),
    )


def rates_vnd_per_hour() -> st.SearchStrategy[int]:
    """Hourly rates [đồng]: published ones, odd ones, one đồng and the limit."""
    return st.one_of(st.sampled_from([45_265, 48_248, 33_638, 19_810, 1, 10**8]), st.integers(1, 200_000))


def money(limit_vnd: int = 10**12) -> st.SearchStrategy[int]:
    """Money of one case [đồng]: most often nothing, or a round sum; any sum; the limit."""
    return st.one_of(
        st.sampled_from([0, 0, 20_000, 1_500_000, 1, limit_vnd]), st.integers(0, 5_000_000), st.integers(0, limit_vnd)
    )


def frequencies(limit_per_year: int = 100_000) -> st.SearchStrategy[Fraction]:
    """Frequencies set by rule [times a year]: once, every three or five years, monthly, never, one step, the limit."""
    awkward = ["1", "1/3", "0.2", "1/2", "12", "52", "1/12", "0", "1/300", "0.29", str(limit_per_year)]
    return st.one_of(
        st.sampled_from([Fraction(text) for text in awkward]),
        st.integers(0, 3000).map(lambda steps: Fraction(steps, 300)),
        st.integers(0, 300 * limit_per_year).map(lambda steps: Fraction(steps, 300)),
    )


def populations(limit: int = 10**9) -> st.SearchStrategy[int]:
    """Subjects a year: none, one, the hundreds that are usual, the limit."""
    return st.one_of(st.sampled_from([0, 1, 40, 60, 100_000, limit]), st.integers(0, 5000), st.integers(0, limit))


def rate_tables() -> st.SearchStrategy[dict[str, int]]:
    """Rates by grade [đồng per person-hour], every grade of `GRADES`."""
    return st.fixed_dictionaries({grade: rates_vnd_per_hour() for grade in GRADES})


_WORDS = (
    "Hòa giải", "hoà giải", "Thủ tục", "bổ nhiệm", "cán bộ", "đề nghị", "quyết định", "phê duyệt", "kế hoạch",
    "ủy quyền", "uỷ quyền", "thủy lợi", "khóa đào tạo", "quý I", "xã Thu Lũm", "1.004080", "(cấp tỉnh)", "nội bộ",
)  # fmt: skip


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def names() -> st.SearchStrategy[str]:
    """Names as they are typed: Vietnamese words, either normal form, either tone style, blanks to spare."""
    plain = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=5).map(" ".join)
    return plain.flatmap(spellings)


def spellings(name: str) -> st.SearchStrategy[str]:
    """Ways to type one name that a Vietnamese reader takes for the same: case, blanks and normal form differ."""
    forms = st.sampled_from([_composed, _decomposed])
    cases = st.sampled_from([str, str.upper, str.lower, str.capitalize])
    blanks = st.sampled_from([" ", "  ", "\N{NO-BREAK SPACE}", "\n"])
    ends = st.sampled_from(["", " ", "\t"])

    def typed(form: Callable[[str], str], case: Callable[[str], str], blank: str, end: str) -> str:
        return end + form(case(name)).replace(" ", blank) + end

    return st.builds(typed, forms, cases, blanks, ends)


_procedures = st.sampled_from(["NB-01", "NB-02", "NB-07", "1.004080", "1.00408", "NB-10"])
_agencies = st.sampled_from(["Sở Nội vụ", "Sở Tài chính", "UBND xã Thu Lũm", "UBND phường Tân Phong"])


@st.composite
def lines(
    draw: st.DrawFn, rates: Mapping[str, int] | None = None, *, within_limit: bool = True, extremes: bool = True
) -> Line:
    """Lines with figures of every size.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    rates
        Rates by grade to take from; a grade of any rate if None.
    within_limit
        Whether the line must stay within 5·10^12 đồng a year; if not, each figure is still within its own limit.
    extremes
        Whether figures up to their limits are wanted, or everyday ones only.
    """
    small = {} if extremes else {"hours": 100, "vnd": 10**7, "times": 100, "subjects": 10_000}
    grade = draw(st.sampled_from([*GRADES, None]))
    rate = 0 if grade is None else draw(rates_vnd_per_hour()) if rates is None else rates[grade]
    purse = money(small.get("vnd", 10**12))
    line = Line(
        effort_hours=Fraction(0) if grade is None else draw(efforts(small.get("hours", 100_000))),
        grade=grade,
        vnd_per_hour=rate,
        service_vnd=draw(purse),
        fee_vnd=draw(purse),
        other_vnd=draw(purse),
        frequency=draw(frequencies(small.get("times", 100_000))),
        population=draw(populations(small.get("subjects", 10**9))),
        procedure=draw(_procedures),
        agency=draw(_agencies),
    )
    return _held_to_limit(line) if within_limit else line


def _held_to_limit(line: Line) -> Line:
    """Lower the volumes, and last the figures of the case, until the line costs at most the limit."""
    case = line.effort_hours * line.vnd_per_hour + line.service_vnd + line.fee_vnd + line.other_vnd
    if case > LINE_LIMIT_VND:
        return _held_to_limit(replace(line, effort_hours=Fraction(7, 10), service_vnd=LINE_LIMIT_VND // 10))
    if case * line.frequency > LINE_LIMIT_VND:
        line = replace(line, frequency=Fraction(LINE_LIMIT_VND // case))
    if case * line.frequency * line.population > LINE_LIMIT_VND:
        line = replace(line, population=int(LINE_LIMIT_VND // (case * line.frequency)))
    return line


def tied_lines() -> st.SearchStrategy[Line]:
    """Lines whose annual cost before rounding ends in exactly half a đồng."""
    odd = st.integers(0, 25_000).map(lambda half: 2 * half + 1)
    halves = st.integers(0, 50).map(lambda half: Fraction(2 * half + 1, 2))
    tied = st.builds(
        Line, halves, st.sampled_from(GRADES), odd, money(10**6), money(10**6), st.just(0), st.just(Fraction(1)), odd
    )
    plain = Line(Fraction(7, 10), "A1/1", 45_265, 0, 0, 0, Fraction(1), 1)
    return st.just(plain) | tied


@st.composite
def portfolios(draw: st.DrawFn, *, min_lines: int = 0, max_lines: int = 12, extremes: bool = True) -> Portfolio:
    """Portfolios of a few lines, at times one, at times none, rows written twice among them."""
    rates = draw(rate_tables())
    few = draw(st.lists(lines(rates, extremes=extremes), min_size=min_lines, max_size=max_lines))
    again = draw(st.lists(st.sampled_from(few), max_size=3)) if few else []
    return Portfolio(rates, tuple(few + again))


@st.composite
def large_portfolios(draw: st.DrawFn, *, max_lines: int = 5000) -> Portfolio:
    """Portfolios of thousands of lines: a few of each kind, spread over many procedures, in no order."""
    rates = draw(rate_tables())
    few = draw(st.lists(lines(rates, extremes=False), min_size=1, max_size=8))
    chance = draw(st.randoms(use_true_random=True))
    count = draw(st.integers(1000, max_lines))
    many = (replace(chance.choice(few), procedure=f"NB-{chance.randrange(count):05}") for _ in range(count))
    return Portfolio(rates, tuple(many))


def rearranged(rows: Sequence[Row]) -> st.SearchStrategy[list[Row]]:
    """Return the same rows in any order, quickly for thousands too."""
    return st.randoms(use_true_random=True).map(lambda chance: chance.sample(rows, len(rows)))
