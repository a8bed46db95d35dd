"""The words by which a cost table of form 03/SCM-KSTT is understood: shipped ones, and those a province adds."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from tthc_cost.errors import InputFault, Place, UnknownNameError, remark
from tthc_cost.vocabulary import Bearer, Stage, fold, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.errors import Remark

__all__ = ["COLUMNS", "COMPARISON", "FIGURES", "ScmLayout", "default_layout", "words_in"]

COMPARISON: Final = "comparison"
"""Name of the third block, beside the two states."""
FIGURES: Final = (
    "effort_hours", "vnd_per_hour", "service_vnd", "fee_vnd", "other_vnd", "frequency", "population",
    "case_cost", "annual_cost",
)  # fmt: skip
"""Columns of figures, the last two being what the form itself works out."""
COLUMNS: Final = ("number", "work", "activity", *FIGURES, "grade", "source", "elapsed", "ignored")

_GAP: Final = "…"
_WORD: Final = re.compile(r"\w+")

Phrases: TypeAlias = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1 << 12)
def words_in(text: str) -> tuple[str, ...]:
    r"""Return the words of a text, folded, without punctuation and characters of no width.

    Examples
    --------
    >>> words_in("GHI chú:\n(đ)")
    ('ghi', 'chú', 'đ')
    """
    seen = "".join(mark for mark in unicodedata.normalize("NFC", text) if unicodedata.category(mark) != "Cf")
    return tuple(fold(word) for word in _WORD.findall(seen.replace("_", " ")))


@cache
def _parts(phrase: str) -> tuple[str, ...]:
    """Return the pieces of a phrase between its gaps, as they stand in the words of a text."""
    return tuple(f" {' '.join(words)} " for piece in phrase.split(_GAP) if (words := words_in(piece)))


def _found(phrase: str, text: str) -> int:
    """Return how many words of a phrase stand in a text, in order, or 0 if they do not all."""
    parts = _parts(phrase)
    length = sum(len(part.split()) for part in parts)
    if length == 1:
        return int(parts[0] == text)
    start = 0
    for part in parts:
        start = text.find(part, start) + len(part) - 1
        if start < len(part) - 1:
            return 0
    return length


def _is_number(text: str, first: str) -> bool:
    """Tell whether a text holds only numbers, Roman ones included, or letters after its first word."""
    return all(word.isdigit() or len(word) == 1 or set(word) <= set("ivx") for word in text.removeprefix(first).split())


def _spaced(text: str) -> str:
    return f" {' '.join(words_in(text))} "


@dataclass(frozen=True, slots=True)
class ScmLayout:
    """How a province lays out form 03/SCM-KSTT: the words of its headings, labels, blocks and groups.

    Parameters
    ----------
    columns, labels, blocks, stages, words : mapping of str to tuple of str
        Phrases by what they mean; of those found in a text the longest decides.
    units : mapping of str to str
        Units as written in headings, and what they mean, such as ``{"trđ": "triệu đồng"}``.
    bearer : Bearer
        Who bears the cost of the lines.

    Examples
    --------
    >>> layout = ScmLayout.from_toml('''
    ... [columns]
    ... effort_hours = ["công lao động"]
    ... ''')
    >>> layout.meaning("columns", "Công lao động (giờ)"), layout.meaning("columns", "Thời gian thực hiện (giờ)")
    ('effort_hours', 'effort_hours')
    """

    columns: Phrases
    labels: Phrases
    blocks: Phrases
    stages: Phrases
    words: Phrases
    units: Mapping[str, str]
    bearer: Bearer = Bearer.REQUESTER

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a layout of one's own, which adds to the words of the shipped one.

        Parameters
        ----------
        text : str
            The TOML: tables ``columns``, ``labels``, ``blocks``, ``stages`` and ``words`` of lists of phrases,
            ``units`` of texts, and ``bearer``; ``data/layouts/form-03.toml`` shows them all.

        Raises
        ------
        InputFault
            All faults at once: an unknown table or key, a value of another kind, a phrase that means two things.
        """
        shipped = tomllib.loads(_shipped())
        try:
            own = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputFault.because("scm_layout_not_toml", detail=error) from None
        faults = [
            remark("scm_layout_unknown", Place(table=name), key=name, near=_near(name, shipped))
            for name in own
            if name not in shipped
        ]
        bearer = own.get("bearer", shipped.pop("bearer"))
        if not _is_bearer(bearer):
            faults.append(_wrong_kind("bearer", "bearer", bearer, "; ".join(Bearer)))
        merged = {name: _merged(name, entries, own.get(name, {}), faults) for name, entries in shipped.items()}
        if faults:
            raise InputFault(*faults)
        units = {" ".join(words_in(key)): value for key, value in merged.pop("units").items()}
        return cls(**merged, units=units, bearer=Bearer.parse(bearer))

    def meaning(self, table: str, text: str) -> str | None:
        """Return what a text means by the phrases of one table: the key whose longest phrase stands in it."""
        words = _spaced(text)
        best, best_length = None, 0
        for key, phrases in getattr(self, table).items():
            length = max((_found(phrase, words) for phrase in phrases), default=0)
            if length > best_length:
                best, best_length = key, length
        return best

    def says(self, kind: str, text: str) -> bool:
        """Tell whether a text holds a phrase of ``words``: a total, a ditto, an abolition and the like."""
        words = _spaced(text)
        return any(_found(phrase, words) for phrase in self.words[kind])

    def is_said(self, kind: str, text: str) -> bool:
        """Tell whether a text is a phrase of ``words`` and nothing else."""
        words = _spaced(text)
        return any(_parts(phrase) == (words,) for phrase in self.words[kind])

    def begins(self, kind: str, text: str) -> bool:
        """Tell whether a text begins with a phrase of ``words``; after one word no more than a number may follow."""
        words = _spaced(text)
        return any(
            words.startswith(parts[0]) and ((length > 1 and _found(phrase, words) > 0) or _is_number(words, parts[0]))
            for phrase in self.words[kind]
            for parts in [_parts(phrase)]
            for length in [sum(len(part.split()) for part in parts)]
        )

    def names_sum(self, text: str) -> bool:
        """Tell whether a text is the name of a sum and nothing else, as ``Tổng thời gian thực hiện`` or ``Cộng mục 1``.

        After a phrase of ``total`` or ``total_alone`` only those of ``of_total``, numbers and a group's name may stand.
        """
        words = _spaced(text)
        phrases = (*self.words["total"], *self.words["total_alone"])
        heads = [part for phrase in phrases for part in _parts(phrase) if words.startswith(part)]
        if not heads:
            return False
        rest = words.removeprefix(max(heads, key=len).rstrip())
        for part in sorted((part for one in self.words["of_total"] for part in _parts(one)), key=len, reverse=True):
            while part in rest:
                rest = rest.replace(part, " ")
        unnumbered = " ".join(word for word in rest.split() if not _is_number(f" {word} ", " "))
        return not unnumbered or any(
            unnumbered in {" ".join(words_in(one)) for one in (stage.label(), *self.stages[stage.value])}
            for stage in Stage
        )

    def names_saving(self, text: str) -> bool:
        """Tell whether a text is the name of what is saved and nothing else, as ``Chi phí tiết kiệm (I - II)``."""
        words = _spaced(text)
        saved = [part for phrase in self.words["saving"] for part in _parts(phrase) if part in words]
        return bool(saved) and self.names_sum(f"tổng {words.replace(max(saved, key=len), ' ')}")

    def stage(self, text: str) -> Stage | None:
        """Return the group of the official table that a text names."""
        try:
            return Stage.parse(text)
        except UnknownNameError:
            found = self.meaning("stages", text)
            return Stage.parse(found) if found else None

    def block(self, text: str) -> str | None:
        """Return the block that a title names: a state, or `COMPARISON`; None if it names none, or both states."""
        words = _spaced(text)
        found = {name for name, phrases in self.blocks.items() if any(_found(phrase, words) for phrase in phrases)}
        if COMPARISON in found:
            return COMPARISON
        return found.pop() if len(found) == 1 else None

    def block_of_sheet(self, name: str) -> tuple[str | None, str]:
        """Return the block that the name of a sheet names, one word of it being enough, and the rest of the name."""
        words = _spaced(name)
        best: tuple[bool, int, str, str] | None = None
        for block, phrases in self.blocks.items():
            for (part,) in (_parts(phrase) for phrase in phrases):
                found = (block == COMPARISON, len(part), block, words.replace(part, " ", 1).strip())
                if part in words and (best is None or found[:2] > best[:2]):
                    best = found
        return (best[2], best[3]) if best else (None, words.strip())


def _near(key: str, known: Iterable[str]) -> str:
    return "; ".join(suggest(key, known) or tuple(known))


def _merged(table: str, entries: Mapping[str, Any], added: Any, faults: list[Remark]) -> dict[str, Any]:  # noqa: ANN401 - TOML
    """Add a province's entries of one table to the shipped ones, and say what is wrong with them."""
    merged = {key: value if isinstance(value, str) else tuple(value) for key, value in entries.items()}
    if not isinstance(added, dict):
        faults.append(_wrong_kind(table, table, added, f"[{table}]"))
        return merged
    for key, value in added.items():
        if table == "units":
            if isinstance(value, str) and value.strip() and words_in(key):
                merged[key] = value
            else:
                faults.append(_wrong_kind(table, key, value, '"…"'))
        elif key not in entries:
            faults.append(remark("scm_layout_unknown", Place(table=table), key=key, near=_near(key, entries)))
        elif not _is_phrases(value):
            faults.append(_wrong_kind(table, key, value, '["…", "…"]'))
        else:
            merged[key] = (*merged[key], *value)
    return merged if table in {"units", "words"} else _unambiguous(table, merged, faults)


def _is_bearer(value: object) -> bool:
    try:
        Bearer.parse(str(value))
    except UnknownNameError:
        return False
    return isinstance(value, str)


def _is_phrases(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and words_in(one) for one in value)


def _wrong_kind(table: str, key: str, value: object, expected: str) -> Remark:
    return remark("scm_layout_value", Place(table=table), key=key, value=value, expected=expected)


def _unambiguous(table: str, entries: dict[str, Any], faults: list[Remark]) -> dict[str, Any]:
    """Name every phrase that stands under two keys: what it means would hang on their order."""
    first: dict[tuple[str, ...], str] = {}
    for key, phrases in entries.items():
        for phrase in phrases:
            other = first.setdefault(_parts(phrase), key)
            if other != key:
                values = {"phrase": phrase, "first": other, "second": key}
                faults.append(remark("scm_layout_ambiguous", Place(table=table), **values))
    return entries


@cache
def _shipped() -> str:
    return (files("tthc_cost") / "data" / "layouts" / "form-03.toml").read_text(encoding="utf-8")


@cache
def default_layout() -> ScmLayout:
    """Return the shipped layout."""
    return ScmLayout.from_toml("")
