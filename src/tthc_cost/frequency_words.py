"""What a proposal says of how often something is done: whether it explains that the frequency falls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.wording import any_of, mentions, plain_words, recognised, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["explains"]

_START: Final = r"(?<!\S)"
_END: Final = r"(?!\S)"
_NEAR: Final = 4
"""So many words before a figure belong to it."""


@dataclass(frozen=True, slots=True)
class _Often:
    """A figure of how often, and where it stands: so many times in a period, of which there are so many a year."""

    times: Fraction
    periods: int | None
    stated: bool
    start: int
    end: int

    @property
    def per_year(self) -> Fraction:
        return self.times * (self.periods or 1)

    def over(self, other: _Often) -> Fraction:
        """Return how many times as often; a figure that names no period is of the other's."""
        if self.periods is None or other.periods is None:
            return self.times / other.times
        return self.per_year / other.per_year


def explains(texts: Iterable[str], before: Fraction, after: Fraction) -> bool:
    """Tell whether a proposal says that something is done so much less often.

    A sentence does so if it names the old and the new figure, as times («từ 04 lần xuống 01 lần»), as periods («báo
    cáo quý sang báo cáo năm») or as how long something lasts, and these agree with what was stated; if it names one of
    them as what is left or as what goes («chỉ lập 01 lần», «bỏ báo cáo quý»); or if it says in general that the times
    are fewer. That something is «hằng năm» says nothing, and what is kept as it is explains no change.

    Parameters
    ----------
    texts : iterable of str
        What the proposal says.
    before, after : Fraction
        Times a year in the two states.

    Examples
    --------
    >>> fell = Fraction(4), Fraction(1)
    >>> explains(["Giảm từ 04 lần xuống 01 lần"], *fell), explains(["Báo cáo theo năm thay cho theo quý"], *fell)
    (True, True)
    >>> explains(["Giữ nguyên số lần thực hiện"], *fell), explains(["Nộp báo cáo hằng năm qua mạng"], *fell)
    (False, False)
    """
    said = (_of_frequency(one) for text in texts for one in sentences(text))
    return any(_explains(words, before, after) for words in said if words)


def _of_frequency(sentence: str) -> str:
    """Return the words of a sentence that may speak of a change; none if it says that the frequency stays."""
    words, clauses = recognised()["frequency"], []
    for clause in (
        _with_figures(plain_words(one)) for one in re.sub("→|->", " còn ", sentence).replace("/", " / ").split(",")
    ):
        if mentions(clause, words["unchanged"]):
            if _figures(clause) or mentions(clause, words["asked"]):
                return ""
        elif not mentions(clause, words["others"]):
            clauses.append(clause)
    return " ".join(clauses)


def _explains(words: str, before: Fraction, after: Fraction) -> bool:
    known = recognised()["frequency"]
    figures = _figures(words)
    changes = [change for one, two in pairwise(figures) if (change := _change(words, one, two)) is not None]
    if changes:
        return any(change * after == before for change in changes)
    if mentions(words, known["lasts"]) and (lasts := _longer(words)):
        return lasts * after == before
    for one in figures:
        lead = " ".join(words[: one.start].split()[-_NEAR:])
        tail = " ".join(words[one.end :].split()[:2])
        left = mentions(lead, known["left"]) or mentions(tail, known["sole"])
        of_old = {before, before - after}
        if one.per_year == after and (one.stated or left):
            return True
        if one.times == 1 >= after and one.periods is None and left:
            return True
        if one.per_year in of_old and mentions(lead, known["was"]):
            return True
    fewer = _compiled()["fewer"].search(words) is not None
    return fewer and (not figures or any(one.per_year in {before, after, before - after} for one in figures))


def _change(words: str, one: _Often, two: _Often) -> Fraction | None:
    """Return by what two figures say that something is done less often, None if they stand side by side."""
    known = recognised()["frequency"]
    between = words[one.end : two.start]
    if len(between.split()) > _NEAR:
        return None
    if mentions(between, known["instead"]):
        return two.over(one)
    return one.over(two) if mentions(between, known["becomes"]) else None


def _longer(words: str) -> Fraction | None:
    """Return by how much longer something lasts."""
    per_year = _per_year()
    for name in ("longer", "longer_instead"):
        found = _compiled()[name].search(words)
        if found:
            first, second = (
                Fraction(int(found[number]), per_year[found[unit]])
                for number, unit in (("one", "unit"), ("two", "other"))
            )
            return second / first if name == "longer" else first / second
    return None


def _with_figures(words: str) -> str:
    """Write as figures the numbers before a unit or a period."""
    numbers = {plain_words(name): str(value) for name, value in recognised()["frequency"]["numbers"].items()}
    return _compiled()["number"].sub(lambda found: numbers[found[1]], words)


def _per_year() -> dict[str, int]:
    return {plain_words(name): many for name, many in recognised()["frequency"]["per_year"].items()}


def _figures(words: str) -> list[_Often]:
    per_year = _per_year()
    found = []
    for one in _compiled()["often"].finditer(words):
        groups = {name: value for name, value in one.groupdict().items() if value}
        kind = str(one.lastgroup)
        times, many = (int(groups.get(f"{name}_{kind}", 1)) for name in ("n", "k"))
        if times and many:
            period = groups.get(f"p_{kind}")
            periods = None if period is None else per_year[period]
            found.append(_Often(Fraction(times, many), periods, kind in {"rate", "each"}, one.start(), one.end()))
    return found


@cache
def _compiled() -> Mapping[str, re.Pattern[str]]:
    words: Mapping[str, Any] = recognised()["frequency"]
    unit, period, number, fewer, asked, each, every, becomes, longer, instead = (
        any_of(words[name])
        for name in ("units", "per_year", "numbers", "fewer", "asked", "each", "every", "becomes", "longer", "instead")
    )
    since = plain_words("từ")
    work = rf"(?:\s+(?!{since}{_END}|{any_of(words['left_of'])}|{instead})\S+){{0,4}}?"
    often = [
        # 4 lần/năm; 1 lần trong 6 tháng
        (
            rf"(?P<rate>{_START}(?P<n_rate>\d+)\s+(?:{unit}|{any_of(words['counted'])})(?:\s+{any_of(words['done'])})?\s*"
            rf"(?:/|{each}|1{_END})\s*(?:(?P<k_rate>\d+)\s+)?(?P<p_rate>{period}))"
        ),
        # mỗi năm nộp 1 lần; 6 tháng 1 lần; 3 năm/lần
        (
            rf"(?P<each>{_START}(?=(?:{each}|\d+)\s|{period}\s+\d+\s+{unit})(?:{each}\s+)?(?:(?P<k_each>\d+)\s+)?"
            rf"(?P<p_each>{period})(?:{work}\s+(?P<n_each>\d+)\s+{unit}|\s*/\s*{unit}))"
        ),
        # hằng quý; theo năm; báo cáo 6 tháng
        rf"(?P<every>{_START}{every}\s+(?:(?P<k_every>\d+)\s+)?(?P<p_every>{period})(?!\s+\d))",
        # từ 12 xuống 4 lần
        rf"(?P<from>(?<= {since} )(?P<n_from>\d+)(?=\s+{becomes}\s+\d+\s+{unit}))",
        rf"(?P<bare>{_START}(?P<n_bare>\d+)\s+{unit})",
    ]
    span = rf"(?P<{{}}>\d+)\s+(?P<{{}}>{any_of(['năm', 'tháng'])})"
    first, second = span.format("one", "unit"), span.format("two", "other")
    return {
        "often": re.compile("|".join(often)),
        "number": re.compile(rf"{_START}({number})(?=\s+(?:{unit}|{period}))"),
        "fewer": re.compile(rf"{_START}{fewer}(?:\s+\S+){{0,2}}\s+{asked}"),
        "longer": re.compile(rf"{first}\s+{longer}\s+{second}"),
        "longer_instead": re.compile(rf"{first}\s+{instead}\s+{second}"),
    }
