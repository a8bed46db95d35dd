"""What is said when something is wrong: every sentence in both languages, at its place, everything at once."""

from __future__ import annotations

import copy
import pickle
import re
import tomllib
import unicodedata
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_cost import errors
from tthc_cost.errors import InputFault, Place, Remark, Severity, TthcCostError, Validation, remark

ROOMS = sorted((files("tthc_cost") / "data" / "messages").iterdir(), key=lambda room: room.name)
ENTRIES = [
    pytest.param(code, entry, id=f"{room.name}:{code}")
    for room in ROOMS
    for code, entry in tomllib.loads(room.read_text(encoding="utf-8")).items()
]
ERRORS = [
    kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, TthcCostError)
]


def names_in(sentence: str) -> set[str]:
    """Return the placeholders of a sentence; ``kind_en`` is the English text of ``kind``."""
    return {re.sub("_(vi|en)$", "", name) for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize(("code", "entry"), ENTRIES)
def test_every_sentence_is_said_in_both_languages(code: str, entry: dict[str, str]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert set(entry) >= {"severity", "vi", "en"}
    assert set(entry) <= {"severity", "vi", "vi_mend", "en", "en_mend"}
    assert ("vi_mend" in entry) == ("en_mend" in entry)
    assert entry["severity"] in set(Severity)
    in_vietnamese = names_in(entry["vi"]) | names_in(entry.get("vi_mend", ""))
    assert in_vietnamese == names_in(entry["en"]) | names_in(entry.get("en_mend", ""))
    for sentence in entry.values():
        assert sentence.strip() == sentence != ""
        assert unicodedata.is_normalized("NFC", sentence)


def test_a_code_stands_once_in_all_rooms() -> None:
    codes = [entry.values[0] for entry in ENTRIES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_is_caught_as_the_library_s_and_survives_pickling(kind: type[TthcCostError]) -> None:
    error = kind.because("target_text", Place(file="a.xlsx", row=3), value="x")
    assert isinstance(error, TthcCostError)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    for same in (again, copy.copy(error)):
        assert type(same) is kind
        assert same.faults == error.faults == error.args
        assert str(same) == str(error)


def test_errors_are_the_natural_built_in_too() -> None:
    natural = {kind.__name__: kind.__bases__[-1] for kind in ERRORS if kind is not TthcCostError}
    assert natural == {
        "AmbiguousQuantityError": ValueError,
        "DateOutOfRangeError": LookupError,
        "DimensionError": TypeError,
        "InputFault": ValueError,
        "MismatchError": ValueError,
        "MissingExtraError": ImportError,
        "NeedsLinesError": TypeError,
        "OutputExistsError": FileExistsError,
        "TargetTypeError": TypeError,
        "UnknownNameError": LookupError,
        "WrongKindError": TypeError,
        "ZeroBaselineError": ZeroDivisionError,
    }


def test_a_remark_says_where_what_and_how_to_mend_it() -> None:
    one = remark("target_text", Place(file="a.xlsx", sheet="MucTieu", cell="C4", row=4, column="target"), value="x")
    assert one.severity is Severity.FAULT
    assert one.text("en") == (
        "a.xlsx › MucTieu › C4: the target «x» cannot be read. "
        'To mend it: write it as "20%", "19.5%" or "1/5".'
    )  # fmt: skip
    assert one.text() == (
        "a.xlsx › MucTieu › C4: không đọc được mục tiêu «x». "
        'Cách sửa: viết dạng "20%", "19,5%" hoặc "1/5".'
    )  # fmt: skip
    assert Remark("target_text", values=(("value", "{x}"),)).text().startswith("không đọc được mục tiêu «{x}».")


@pytest.mark.parametrize(
    ("place", "vi", "en"),
    [
        (Place(), "", ""),
        (Place(file="a.xlsx", sheet="S", row=4), "a.xlsx › S › dòng 4", "a.xlsx › S › row 4"),
        (Place(sheet="S", cell="C4", row=4, column="x", table="t", key=("NB-1", "2")), "S › C4 › NB-1/2", None),
        (Place(table="rates", key=("A1/1",), column="source"), "bảng rates › A1/1 › cột source", None),
        (Place(table="rates", row=2, column="c"), "dòng 2 › bảng rates › cột c", "row 2 › table rates › column c"),
    ],
)
def test_a_place_is_said_from_the_file_inwards(place: Place, vi: str, en: str | None) -> None:
    assert place.text() == vi
    assert en is None or place.text("en") == en


def test_a_remark_can_be_put_in_its_place_later() -> None:
    found = remark("target_text", Place(table="targets"), value="x").at(file="a.xlsx", row=7)
    assert found.place == Place(file="a.xlsx", row=7, table="targets")
    assert found.values == (("value", "x"),)


def test_a_remark_of_no_room_is_refused_when_it_is_said() -> None:
    with pytest.raises(KeyError):
        remark("no_such_code").text()


@pytest.mark.parametrize("count", [1, 20, 21, 5000])
def test_a_flood_of_one_kind_is_counted_not_printed(count: int) -> None:
    many = [remark("target_text", value=n) for n in range(count)]
    error = InputFault(*many, remark("zero_baseline"))
    assert len(error.faults) == count + 1
    lines = error.text("en").splitlines()
    assert len(lines) == min(count, 20) + 1 + (count > 20)
    assert lines[min(count, 20)].startswith("the baseline is zero")
    assert (lines[-1] == f"… and {count - 20} more of target_text") == (count > 20)
    if count > 20:
        assert str(error).endswith(f"… và {count - 20} lỗi target_text nữa / and {count - 20} more of target_text")
        assert error.text().endswith(f"… và {count - 20} lỗi target_text nữa")


def test_an_error_is_printed_in_both_languages() -> None:
    error = InputFault.because("zero_baseline")
    assert str(error) == f"{error.text('vi')}\n  {error.text('en')}"


weights = st.lists(st.sampled_from([remark("zero_baseline"), remark("target_text", value=1)]))


@given(weights, weights)
def test_validations_add_up_in_order(some: list[Remark], others: list[Remark]) -> None:
    both = Validation.of(some) + Validation.of(others)
    assert both == Validation.of(some + others)
    assert list(both) == some + others
    assert bool(both) == (not some and not others)


def test_validation_tells_faults_from_warnings_and_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {weight: {"severity": weight, "vi": weight, "en": weight} for weight in ("fault", "warning", "note")}
    monkeypatch.setattr(errors, "_catalogue", lambda: entries)
    note, fault, warning = (remark(weight) for weight in ("note", "fault", "warning"))
    found = Validation.of([note, fault, warning, note])
    assert (found.faults, found.warnings, found.notes) == ((fault,), (warning,), (note, note))
    assert list(found) == [fault, warning, note, note]
    with pytest.raises(InputFault) as refused:
        found.raise_faults()
    assert refused.value.faults == (fault,)
    assert Validation.of([note, warning])
    Validation.of([note, warning]).raise_faults()


def test_a_code_in_two_rooms_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    rooms = tmp_path / "data" / "messages"
    rooms.mkdir(parents=True)
    for room in ("one.toml", "two.toml"):
        (rooms / room).write_text("[same]\nseverity = 'note'\n", encoding="utf-8")
    monkeypatch.setattr(errors, "files", lambda _package: tmp_path)
    with pytest.raises(RuntimeError, match="same"):
        errors._catalogue.__wrapped__()  # noqa: SLF001 - the cached catalogue is the library's own
