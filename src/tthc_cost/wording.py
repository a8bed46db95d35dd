"""What only a text says: its words, its sentences, what these affirm and deny, and the words that rules look for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["affirmed", "any_of", "mentions", "plain_words", "recognised", "sentences"]

_SENTENCE: Final = re.compile(r"[;:\n]|\.(?!\d)|\b(?:mà|nhưng)\b", re.IGNORECASE)


@cache
def recognised() -> Mapping[str, Any]:
    """Return the words and limits by which rules recognise what only a text says, as shipped."""
    return tomllib.loads((files("tthc_cost") / "data" / "audit.toml").read_text(encoding="utf-8"))


def plain_words(text: str) -> str:
    """Reduce a text to its folded words, a space between each two, without punctuation.

    Examples
    --------
    >>> plain_words("Giải thể; SÁP  NHẬP.") == plain_words("giải thể sáp nhập")
    True
    """
    composed = unicodedata.normalize("NFC", text)
    return fold("".join(mark if mark.isalnum() or mark in "/-" else " " for mark in composed))


def mentions(words: str, known: Iterable[str]) -> str | None:
    """Return the first of some known expressions that a text of `plain_words` holds as whole words, None if none.

    Examples
    --------
    >>> mentions(plain_words("Do SẮP XẾP tổ chức, bộ máy"), ["giải thể", "sắp xếp tổ chức"])
    'sắp xếp tổ chức'
    """
    return next((one for one in known if f" {_expression(one)} " in f" {words} "), None)


@cache
def _expression(known: str) -> str:
    return plain_words(known)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; what follows a «mà» or «nhưng» stands for itself.

    Examples
    --------
    >>> sentences("Không do trùng lặp, mà do giải thể. Theo 1.004080")
    ['Không do trùng lặp,', 'do giải thể', 'Theo 1.004080']
    """
    return [one.strip() for one in _SENTENCE.split(unicodedata.normalize("NFC", text)) if one.strip()]


def affirmed(text: str, known: Iterable[str]) -> str | None:
    """Return the first of some known expressions that a sentence of a text holds and does not deny, None if none.

    Examples
    --------
    >>> affirmed("Do giải thể", ["giải thể"]), affirmed("Không phải do giải thể", ["giải thể"])
    ('giải thể', None)
    """
    denials = recognised()["words"]["denials"]
    for words in map(plain_words, sentences(text)):
        said = mentions(words, known)
        if said and not mentions(words, denials):
            return said
    return None


def any_of(known: Iterable[str]) -> str:
    """Return a pattern of any of some expressions in a text of `plain_words`, the longest first, as whole words.

    A word ends at a space: a tone mark that stands last, as folded words have it, is no letter to a pattern.

    Examples
    --------
    >>> import re
    >>> len(re.findall(any_of(["lần", "thực hiện"]), plain_words("Thực hiện 2 lần")))
    2
    """
    return rf"(?:{'|'.join(sorted(map(_expression, known), key=len, reverse=True))})(?!\S)"
