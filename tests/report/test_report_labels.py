"""The catalogue of labels: both languages, nothing missing, nothing left over."""

from __future__ import annotations

import datetime as dt
import re
import string
import unicodedata
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest

from tthc_cost.errors import UnknownNameError
from tthc_cost.notebook_tables import SIGNS
from tthc_cost.report.labels import Labels, catalogue
from tthc_cost.vocabulary import TargetState, TaskState


def _source() -> str:
    room = Path(str(files("tthc_cost.report")))
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(room.rglob("*")) if path.suffix in {".py", ".jinja"}
    )


def test_a_label_says_the_same_in_both_languages_with_the_same_places() -> None:
    for key, entry in catalogue().items():
        assert set(entry) == {"vi", "en"}, key
        places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in entry.values()]
        assert places[0] == places[1], key
        assert all(text and text == unicodedata.normalize("NFC", text).strip() for text in entry.values()), key


def test_every_label_is_used() -> None:
    source = _source()
    stems = set(re.findall(r'["\'](\w+\.\w*)["\'] ~', source)) | set(re.findall(r'f["\'](\w+\.\w*)\{', source))
    unused = [
        key
        for key in catalogue()
        if not re.search(rf'["\']{re.escape(key)}["\']', source) and not any(key.startswith(stem) for stem in stems)
    ]
    assert unused == []


def test_every_state_has_a_sign() -> None:
    assert set(SIGNS) == {*TargetState, *TaskState}


def test_days_read_as_each_language_writes_them() -> None:
    assert Labels("vi").day(dt.date(2025, 1, 2)) == "02/01/2025"
    assert Labels("en").day(dt.date(2025, 1, 2)) == "2025-01-02"
    assert Labels("vi").day(None) == "–"


@pytest.mark.parametrize(
    ("value", "printed"), [(None, "–"), (10.0, "10"), (2.5, "2,5"), (Fraction(1, 3), "0,333333"), (1_234, "1.234")]
)
def test_a_number_has_the_decimals_it_needs(value: Fraction | float | None, printed: str) -> None:
    assert Labels("vi").number(value) == printed


def test_another_language_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="fr"):
        Labels("fr")  # type: ignore[arg-type]
