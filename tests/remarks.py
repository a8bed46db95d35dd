"""What tests ask of remarks: which were made, what they say in both languages, and which ones a room can make."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.errors import Remark

__all__ = ["codes_of", "only", "says"]


def codes_of(room: str) -> set[str]:
    """Return the codes of every remark a room can make."""
    source = files("tthc_cost") / "data" / "messages" / f"{room}.toml"
    return set(tomllib.loads(source.read_text(encoding="utf-8")))


def only(code: str, remarks: Iterable[Remark]) -> Remark:
    """Return the one remark of that code."""
    found = [one for one in remarks if one.code == code]
    assert len(found) == 1, [one.text("en") for one in found]
    return found[0]


def says(remark: Remark, vi: str, en: str) -> bool:
    """Tell whether a remark has these words in each language, and nothing left unfilled."""
    texts = remark.text("vi"), remark.text("en")
    assert not any("{" in text for text in texts)
    return vi in texts[0] and en in texts[1]
