"""The figures of a cost table: the unit that a heading states, and a cell read exactly into the unit of the library."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost import units
from tthc_cost.errors import InputFault, TthcCostError
from tthc_cost.io.scm.layout import words_in
from tthc_cost.numerals import exact_number, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tthc_cost.io.scm.layout import ScmLayout

__all__ = ["MONEY", "OWN_UNITS", "Unit", "read_figure", "unit_of_heading", "units_of_sentence", "units_of_table"]

MONEY: Final = frozenset({"service_vnd", "fee_vnd", "other_vnd", "case_cost", "annual_cost"})

_READERS: Final[Mapping[str, Callable[[object], Fraction]]] = {
    "effort_hours": units.read_effort,
    "vnd_per_hour": units.read_rate,
    "frequency": units.read_frequency,
    "population": lambda value: units.read_count(value, argument="population"),
    **{name: lambda value, name=name: units.read_money(value, argument=name) for name in MONEY},  # type: ignore[misc]
}
OWN_UNITS: Final[Mapping[str, str]] = {
    "effort_hours": "giờ", "vnd_per_hour": "đồng", "frequency": "lần/năm", "population": "đối tượng",
    **dict.fromkeys(MONEY, "đồng"),
}  # fmt: skip
"""What a figure is in when its heading states no unit."""

_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_STATED: Final = re.compile(r"(?:đvt|đơn vị tính)\s*:?\s*([^;)\]]+)")
_SCALED_MONEY: Final = re.compile(r"(?<!\w)(?:1[.,]?000|nghìn|ngàn|triệu|tỷ|tỉ)\s*(?:đồng|đ|vnđ|vnd)(?!\w)")
_SHORT_TIME: Final = re.compile(r"(?<!\w)(?:phút|giây|ngày công|ngày)(?!\w)")
_MONEY_UNIT: Final = r"(?:1[.,]?000|nghìn|ngàn|triệu|tỷ|tỉ)?\s*(?:đồng|đ|vnđ|vnd)"
_TIME_UNIT: Final = r"(?:phút|giây|giờ(?: công)?|ngày(?: công| làm việc)?|tuần|tháng)"
_ALONE: Final = re.compile(rf"[(\[]\s*({_MONEY_UNIT}|{_TIME_UNIT})\s*[)\]]")
_SENTENCE: Final = re.compile(
    r"(?<!\w)(?:(?:đvt|đơn vị)(?: tính)?(?: thời gian| tiền| chi phí)?(?: là)?"
    r"|(?:thời gian|tiền|phí)[\w ]* (?:tính|ghi|quy) (?:bằng|theo|ra)(?: đơn vị)?)"
    rf"\s+({_MONEY_UNIT}|{_TIME_UNIT})(?!\w)"
)
"""What states a unit without a colon: a unit alone in brackets, ``ĐVT …``, ``thời gian … tính bằng …``."""
_SEPARATORS: Final = re.compile(r"[;,](?!\d)|\s+và\s+")
_TOPIC: Final = re.compile(r"^.*(?::|(?<!\w)(?:là|tính bằng|tính theo|thời gian|chi phí|tiền)(?!\w))\s*")
_PER_CASE_OR_YEAR: Final = re.compile(r"\s*/\s*(?:0?1\s*)?(?:năm|lần|hồ sơ|tthc|trường hợp|thủ tục)\s*$")
_NO_WORDS: Final = re.compile(r"[\d\s=x×+*/().,%-]*")
_UNIT_WORDS: Final = frozenset(words_in("đồng đ vnđ vnd giờ phút giây ngày tuần tháng nghìn ngàn triệu tỷ tỉ"))
_BARE: Final = re.compile(r"[\d.,\s/½¼¾]+")
_DASHES: Final = frozenset("-‐‑‒–—−")
_WORD_OF_SCALE: Final[Mapping[Fraction, str]] = {
    Fraction(1000): "nghìn", Fraction(10**6): "triệu", Fraction(10**9): "tỷ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a heading writes it, and what one of it is in the unit of the library."""

    text: str
    scale: Fraction


_A_YEAR_IS_NOT_MEANT: Final = re.compile(
    r"/\s*(?:\d+\s*)?(?:tháng|quý|tuần|ngày|kỳ|đợt)|/\s*0*(?:[2-9]|[1-9]\d+)\s*năm|giai đoạn\s*\d.*"
)
_OTHER_PERIODS: Final = {
    "frequency": _A_YEAR_IS_NOT_MEANT,
    "population": _A_YEAR_IS_NOT_MEANT,
    "vnd_per_hour": re.compile(r"/\s*(?:\d+\s*)?(?:tháng|quý|tuần|ngày|buổi|năm)(?:\s*làm việc)?"),
}
"""Periods other than the column's own that a heading may name: taken for a year or an hour, figures would multiply."""


def unit_of_heading(column: str, heading: str, layout: ScmLayout) -> Unit | None:
    """Return the unit that a heading states for a column of figures; None if it states none.

    Raises
    ------
    InputFault
        If what it states is no unit of such figures.

    Examples
    --------
    >>> from tthc_cost.io.scm.layout import default_layout
    >>> unit_of_heading("fee_vnd", "Phí, lệ phí (1.000 đồng)", default_layout())
    Unit(text='1.000 đồng', scale=Fraction(1000, 1))
    """
    text = unicodedata.normalize("NFC", heading).casefold()
    period = _OTHER_PERIODS[column].search(_BRACKETS.sub(" ", text)) if column in _OTHER_PERIODS else None
    if period:
        raise InputFault.because("scm_unit_unknown", unit=period[0].strip(), own=OWN_UNITS[column])
    stated = [*_BRACKETS.findall(text), *_STATED.findall(_BRACKETS.sub(" ", text))]
    for candidate in stated:
        if unit := _unit(column, candidate, layout):
            return unit
    pattern = _SHORT_TIME if column == "effort_hours" else _SCALED_MONEY if column in MONEY else None
    found = pattern.search(_BRACKETS.sub(" ", text)) if pattern else None
    return _unit(column, found[0], layout) if found else None


def units_of_table(text: str, layout: ScmLayout) -> dict[str, Unit]:
    """Return the units that a line above the table states for columns of figures, such as ``nghìn đồng; giờ``.

    Raises
    ------
    InputFault
        If it states none, or one that is no unit of such figures.
    """
    found: dict[str, Unit] = {}
    unread = []
    for piece in _SEPARATORS.split(unicodedata.normalize("NFC", text).casefold()):
        stated = _TOPIC.sub("", piece.strip(" .-–()[]"))
        units = _units_of_piece(stated, layout) if stated else {}
        if not units and _UNIT_WORDS & set(words_in(stated)):
            unread.append(stated)
        found |= units
    if unread or not found:
        own = "đồng; nghìn đồng; triệu đồng; giờ; phút"
        raise InputFault.because("scm_unit_unknown", unit=shorten("; ".join(unread) or text), own=own)
    return found


def _units_of_piece(stated: str, layout: ScmLayout) -> dict[str, Unit]:
    for column in ("annual_cost", "effort_hours", "vnd_per_hour"):
        try:
            unit = _unit(column, stated, layout)
        except InputFault:
            continue
        if unit and column == "annual_cost":
            return dict.fromkeys((*MONEY, "vnd_per_hour"), unit)
        if unit:
            return {column: unit}
    return {}


def units_of_sentence(text: str, layout: ScmLayout) -> dict[str, Unit]:
    """Return the units that a text states without a colon: ``Thời gian tính bằng phút``, ``(ĐVT nghìn đồng)``.

    Raises
    ------
    InputFault
        As of `units_of_table`.

    Examples
    --------
    >>> from tthc_cost.io.scm.layout import default_layout
    >>> units_of_sentence("(Thời gian tính bằng phút)", default_layout())
    {'effort_hours': Unit(text='phút', scale=Fraction(1, 60))}
    """
    shown = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    whole = _ALONE.fullmatch(shown)
    stated = [whole[1]] if whole else [found[1] for found in _SENTENCE.finditer(shown)]
    units: dict[str, Unit] = {}
    for one in stated:
        units |= units_of_table(one, layout)
    return units


def _unit(column: str, stated: str, layout: ScmLayout) -> Unit | None:
    shown = " ".join(stated.split())
    text = layout.units.get(" ".join(words_in(shown)), shown)
    bare = _PER_CASE_OR_YEAR.sub("", text) if column in MONEY else text
    if _NO_WORDS.fullmatch(bare):
        return None
    try:
        return Unit(shown, _READERS[column](bare if bare[0].isdigit() else f"1 {bare}"))
    except TthcCostError as error:
        unreadable = error.faults[0].code == "figure_unreadable"
    words = words_in(bare)
    explains = unreadable and len(words) > 1 and not _UNIT_WORDS & set(words)
    if explains or (unreadable and column in {"frequency", "population"}):
        return None
    raise InputFault.because("scm_unit_unknown", unit=shown, own=OWN_UNITS[column])


def read_figure(column: str, value: object, unit: Unit | None, layout: ScmLayout) -> Fraction:
    """Read a cell of figures exactly: a number in the unit of its heading, a time of the clock, or a text.

    A text with a unit of its own is in that unit; a dash, or ``không``, is a zero that somebody typed.

    Raises
    ------
    TthcCostError
        If it has no reading as such a figure, or more than one.

    Examples
    --------
    >>> import datetime as dt
    >>> from tthc_cost.io.scm.layout import default_layout
    >>> minutes = Unit("phút", Fraction(1, 60))
    >>> [str(read_figure("effort_hours", one, minutes, default_layout())) for one in (45, "1,5 giờ", dt.time(1, 30))]
    ['3/4', '3/2', '3/2']
    """
    scale = unit.scale if unit else Fraction(1)
    if isinstance(value, (dt.time, dt.timedelta, dt.date)):
        if column != "effort_hours" or isinstance(value, dt.date):
            raise InputFault.because("scm_cell_is_date", value=value, own=OWN_UNITS[column])
        return _hours(value)
    if not isinstance(value, str):
        read = _READERS[column]
        number = exact_number(value, argument=column)
        return read(number * scale)
    text = " ".join(value.split())
    if set(text) <= _DASHES or layout.says("nothing", text):
        return Fraction(0)
    if not _BARE.fullmatch(text) or scale == 1:
        return _READERS[column](text)
    word = _WORD_OF_SCALE.get(scale)
    if word:
        return _READERS[column](f"{text} {word} đồng")
    return _READERS[column](text) * scale


def _hours(value: dt.time | dt.timedelta) -> Fraction:
    """Return a time of the clock as hours; what a spreadsheet is off by within a second is noise."""
    if isinstance(value, dt.time):
        value = dt.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
    seconds = value.days * 86_400 + value.seconds + round(value.microseconds / 10**6)
    return units.read_effort(Fraction(seconds, 3600))
