"""The report's words: labels of one language out of the catalogue, and how it prints figures, days and terms."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import UnknownNameError
from tthc_cost.numerals import format_decimal, format_integer, format_percent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from tthc_cost.errors import Language
    from tthc_cost.vocabulary import Term

__all__ = ["Labels", "catalogue"]

_LANGUAGES: Final = ("vi", "en")
_MOST_DECIMALS: Final = 6


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every label of the report, by ``section.name``, in both languages."""
    read = tomllib.loads((files("tthc_cost") / "data" / "labels.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": entry for section, entries in read.items() for name, entry in entries.items()}


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels and figures in one language.

    Parameters
    ----------
    language : {"vi", "en"}
        Which.

    Raises
    ------
    UnknownNameError
        For another language.

    Examples
    --------
    >>> say = Labels("vi")
    >>> say("missing.count_reduction", n=say.integer(3)), say.share(Fraction(1, 5)).replace(chr(160), " ")
    ('còn phải cắt giảm 3 TTHC', '20 %')
    """

    language: Language

    def __post_init__(self) -> None:
        if self.language not in _LANGUAGES:
            raise UnknownNameError.because("unknown_report_language", value=self.language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a label of the catalogue with its places filled."""
        text = catalogue()[key][self.language]
        return text.format_map(values) if values else text

    def integer(self, value: Fraction | int | None) -> str:
        """Print a whole number, thousands grouped."""
        return format_integer(value, language=self.language)

    def number(self, value: Fraction | float | None) -> str:
        """Print a number with the decimals it has, at most six."""
        if value is None:
            return format_integer(None)
        return _with_its_decimals(value, self.language)

    def percent(self, ratio: Fraction | None, target: Fraction | None = None) -> str:
        """Print a ratio with two decimals, more where it would print as a target that it is not."""
        return format_percent(ratio, apart_from=target, language=self.language)

    def share(self, required: Fraction) -> str:
        """Print a required share with the decimals it has."""
        return format_percent(required, _decimals(required * 100), language=self.language)

    def day(self, day: dt.date | None) -> str:
        """Print a day: ``31/12/2024``, or ``2024-12-31`` in English."""
        if day is None:
            return format_integer(None)
        return day.isoformat() if self.language == "en" else f"{day.day:02}/{day.month:02}/{day.year}"

    def term(self, term: Term | None) -> str:
        """Print a term of the vocabulary, or that none is given."""
        return self("report.blank") if term is None else term.label(self.language)

    def terms(self, terms: Iterable[Term]) -> str:
        """Print several terms in a row."""
        return "; ".join(self.term(one) for one in terms)


@lru_cache(maxsize=1024)
def _with_its_decimals(value: Fraction | float, language: Language) -> str:
    """Print a number with the decimals it has; days, hours and the like are few, and each is met again and again."""
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    return format_decimal(value, _decimals(exact), language=language)


def _decimals(value: Fraction) -> int:
    exact = (digits for digits in range(_MOST_DECIMALS) if (value * 10**digits).denominator == 1)
    return next(exact, _MOST_DECIMALS)
