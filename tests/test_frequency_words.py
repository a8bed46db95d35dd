"""What a proposal says of how often: an explanation agrees with the figures, and no mention alone is one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tthc_cost.frequency_words import explains

TOLD = {
    (4, 1): (
        "Giảm từ 04 lần xuống 01 lần",
        "Chuyển từ báo cáo quý sang báo cáo năm",
        "Báo cáo theo năm thay cho theo quý",
        "Gộp 4 đợt thành 1 đợt",
        "Gộp bốn đợt trong năm thành một đợt",
        "Chỉ lập 01 lần trong cả nhiệm kỳ",
        "Bỏ báo cáo quý, chỉ báo cáo năm",
        "Bỏ 03 kỳ báo cáo quý",
        "Không phải lập hằng quý",
        "Chuyển sang thực hiện hằng năm",
        "Sửa đổi khoản 2 Điều 5: báo cáo một năm một lần",
        "Giữ nguyên thành phần hồ sơ, giảm từ 4 lần xuống 1 lần",
        "Giãn tần suất kiểm tra",
        "reduced from 4 times a year to 1 time a year",
    ),
    (12, 4): (
        "Giảm SỐ LẦN báo cáo, từ hằng tháng còn hằng quý",
        "Mỗi năm thực hiện 4 kỳ thay vì 12 kỳ",
        "Giảm từ 12 xuống 04 lần mỗi năm",
        "Giảm từ 1 lần/tháng xuống 1 lần/quý",
        "Giảm từ 3 lần/quý xuống còn 1 lần/quý",
        "Giảm 8 lần trong năm",
        "12 lần → 4 lần",
        "Thay báo cáo tháng bằng báo cáo quý",
        "Cắt giảm số lần báo cáo",
    ),
    (12, 1): ("Mỗi năm chỉ nộp 01 lần", "Thực hiện 01 lần/năm", "Từ nay mỗi đơn vị lập một lần duy nhất"),
    (2, 1): ("Thực hiện hằng năm thay vì 6 tháng một lần", "Giãn chu kỳ kiểm tra từ 6 tháng lên 12 tháng"),
    (1, Fraction(1, 4)): ("Kéo dài hiệu lực giấy phép từ 1 năm lên 4 năm", "Thẻ có giá trị 4 năm thay vì 1 năm"),
    (1, Fraction(1, 3)): ("Định kỳ 3 năm/lần thay cho mỗi năm một lần",),
}
NOT_TOLD = {
    (4, 1): (
        "Báo cáo hằng năm gửi qua phần mềm",
        "Nộp báo cáo hằng năm qua phần mềm thay cho bản giấy",
        "Chuyển báo cáo hằng năm sang bản điện tử",
        "Báo cáo hằng quý và báo cáo hằng năm nộp qua phần mềm",
        "Định kỳ gửi báo cáo",
        "Báo cáo 6 tháng ghi rõ số liệu",
        "Không thay đổi tần suất",
        "Không giảm số lần thực hiện",
        "Vẫn thực hiện định kỳ hằng quý như hiện nay",
        "Số lần thực hiện trong năm do Sở quyết định",
        "Tăng từ 1 lần lên 4 lần",
        "Giảm số lần đi lại từ 4 lần xuống 1 lần",
        "Giảm từ 04 bộ xuống 01 bộ hồ sơ",
        "Rút ngắn thời hạn giải quyết từ 4 ngày xuống 1 ngày",
        "Thời hạn giải quyết giảm từ 4 tháng xuống 1 tháng",
        "Thời hạn hiệu lực của văn bản",
    ),
    (12, 1): (
        "Giữ nguyên số lần thực hiện 12 lần/năm",
        "Giữ nguyên số lần thực hiện, 01 lần/năm",
        "Giảm từ 12 lần xuống 6 lần",
        "Nộp hồ sơ 01 lần qua mạng thay cho bản giấy",
    ),
}


@pytest.mark.parametrize("change", TOLD)
def test_what_says_how_often_explains_a_fall(change: tuple[int, int | Fraction]) -> None:
    before, after = map(Fraction, change)
    assert [text for text in TOLD[change] if not explains([text], before, after)] == []


@pytest.mark.parametrize("change", NOT_TOLD)
def test_what_only_mentions_a_frequency_or_keeps_it_explains_nothing(change: tuple[int, int]) -> None:
    before, after = map(Fraction, change)
    assert [text for text in NOT_TOLD[change] if explains([text], before, after)] == []


def test_one_cell_of_several_is_enough() -> None:
    assert explains(["Bỏ thành phần hồ sơ", "Giảm từ 4 lần xuống 1 lần"], Fraction(4), Fraction(1))
    assert not explains([], Fraction(4), Fraction(1))
