"""Words: what a Vietnamese reader takes for one word is one word to us, and no word means two terms."""

from __future__ import annotations

import copy
import pickle
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import names, spellings
from tthc_cost import vocabulary
from tthc_cost.errors import UnknownNameError
from tthc_cost.vocabulary import Bearer, DecisionKind, Kind, Level, Stage, Term, fold, nearest_of, suggest

KINDS = [kind for kind in Term.__subclasses__() if kind.__module__ == vocabulary.__name__]
TERMS = [term for kind in KINDS for term in kind]


@given(names(), st.data())
def test_spellings_of_a_name_fold_alike(name: str, data: st.DataObject) -> None:
    once = " ".join(name.split())
    assert fold(data.draw(spellings(once))) == fold(name)


@given(st.text() | names())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("uỷ quyền", "ủy quyền"),
        ("Thuỷ lợi", "THỦY LỢI"),
        ("khoẻ", "khỏe"),
        ("Ðề nghị", "đề nghị"),
        ("nội\N{ZERO WIDTH SPACE} bộ", "nội bộ"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}nội\N{NO-BREAK SPACE}bộ", "nội bộ"),
    ],
)
def test_one_word_to_the_reader_is_one_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoa", "hòa"), ("da", "đa"), ("ma", "má"), ("lu", "lư"), ("o", "ô"), ("1.00408", "1.004080"), ("a b", "ab")],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("kind", KINDS)
def test_no_spelling_means_two_terms(kind: type[Term]) -> None:
    spelled = [
        {fold(name) for name in (term.value, term.label(), term.label("en"), *term._others)}  # noqa: SLF001 - all spellings
        for term in kind
    ]
    assert [name for name, times in Counter(name for names in spelled for name in names).items() if times > 1] == []


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_recognised_by_its_code_and_labels(term: Term) -> None:
    for name in (term, term.value, term.label(), term.label("vi"), term.label("en"), term.label().upper()):
        assert type(term).parse(name) is term
        assert type(term).parse(unicodedata.normalize("NFD", name)) is term
    assert str(term) == term.value
    assert pickle.loads(pickle.dumps(term)) is copy.deepcopy(term) is term  # noqa: S301 - our own bytes
    assert unicodedata.is_normalized("NFC", term.label())


def test_terms_are_recognised_as_clerks_write_them() -> None:
    assert Kind.parse("giữa các cơ quan hành chính nhà nước") is Kind.BETWEEN_AGENCIES
    assert Level.parse(" Cấp  XÃ ") is Level.COMMUNE
    assert Stage.parse("xử lý hồ sơ") is Stage.PROCESSING
    assert Bearer.parse("cơ quan phối hợp") is Bearer.COORDINATOR
    assert DecisionKind.parse("uỷ quyền") is DecisionKind.DELEGATE
    assert DecisionKind.parse("sửa đổi, bổ sung") is DecisionKind.AMEND


def test_an_unknown_term_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as refused:
        DecisionKind.parse("bãi bo")
    (fault,) = refused.value.faults
    assert (fault.code, dict(fault.values)) == ("unknown_term", {"value": "bãi bo", "known": "bãi bỏ"})


def test_a_term_like_no_other_is_refused_with_all() -> None:
    with pytest.raises(UnknownNameError) as refused:
        Level.parse("???")
    assert dict(refused.value.faults[0].values)["known"] == "cấp tỉnh; cấp huyện; cấp xã"


def test_the_nearest_names_come_first_and_in_their_own_spelling() -> None:
    known = ["Sở Nội vụ", "Sở Tài chính", "Sở Y tế", "UBND tỉnh"]
    assert suggest("sở nội vu", known)[0] == "Sở Nội vụ"
    assert suggest("SỞ TÀI CHÁNH", known, limit=1) == ("Sở Tài chính",)
    assert suggest("zzz", known) == ()
    assert len(suggest("Sở", ["Sở A", "Sở B", "Sở C", "Sở D"])) == 3


def test_the_room_names_all_it_shows() -> None:
    assert {kind.__name__ for kind in KINDS} <= set(vocabulary.__all__)


def test_only_the_first_words_that_differ_are_looked_up() -> None:
    near = nearest_of(["NB-01", "NB-02"], most=2)
    assert near("NB-01 ").startswith("NB-01")
    assert near("xyz") == "–"
    assert near("NB-02 ") == "–"
    assert near("NB-01 ").startswith("NB-01")
