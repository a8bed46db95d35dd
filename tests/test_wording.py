"""What a text says: sentences stand for themselves, and what is denied is not affirmed."""

from __future__ import annotations

import re

from tthc_cost.wording import affirmed, any_of, plain_words, sentences


def test_what_follows_a_but_stands_for_itself() -> None:
    known = ["giải thể", "sáp nhập sở"]
    assert affirmed("Không phải do trùng lặp mà do giải thể", known) == "giải thể"
    assert affirmed("Không phải do sáp nhập sở, giải thể", known) is None
    assert affirmed("Không phải do giải thể. Do sáp nhập sở", known) == "sáp nhập sở"


def test_a_number_is_no_end_of_a_sentence() -> None:
    assert sentences("Mã 1.004080; bỏ bước\nGiữ mẫu.") == ["Mã 1.004080", "bỏ bước", "Giữ mẫu"]


def test_whole_words_alone_are_found_wherever_their_tone_stands() -> None:
    pattern = any_of(["hoà giải", "lần"])
    assert re.fullmatch(pattern, plain_words("hòa giải"))
    assert not re.search(pattern, plain_words("lần-lượt"))
