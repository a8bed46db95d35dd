"""The page: whole in itself, inert against hostile text, readable without colour, and never kinder than the figures."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from report_samples import sample_comparison, sample_report, two_lines
from tthc_cost.auditing import audit
from tthc_cost.comparison import Comparison
from tthc_cost.errors import Place, remark
from tthc_cost.report.html import render
from tthc_cost.report.labels import Labels
from tthc_cost.report.page import page_of
from tthc_cost.targets import check

if TYPE_CHECKING:
    from tthc_cost.targets import TargetReport

SECTIONS = (
    "answer", "agencies", "targets", "figures", "stages", "procedures", "apart", "milestones", "remarks", "limits",
    "provenance",
)  # fmt: skip
SHA256 = "0123456789abcdef" * 4


def _render(report: TargetReport, language: str = "vi", **page: object) -> str:
    labels = Labels("vi" if language == "vi" else "en")
    shown = replace(page_of(report.comparison, report, [("ra_soat.xlsx", SHA256)]), **page)  # type: ignore[arg-type]
    return render(shown, labels)


class _Tags(HTMLParser):
    """Every element with its attributes, in order, and the text of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def html() -> str:
    return _render(sample_report())


def test_text_of_the_input_is_never_markup(html: str) -> None:
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html


def test_a_hostile_notice_and_file_name_are_text_too() -> None:
    report = sample_report()
    page = page_of(report.comparison, report, [('"><img src=x onerror=1>.xlsx', SHA256)], "<b onclick=1>")
    tags = {tag for tag, _ in _Tags(render(page, Labels("vi"))).tags}
    assert not tags & {"img", "b", "script"}


def test_the_page_asks_nothing_of_a_network(html: str) -> None:
    for tag, attributes in _Tags(html).tags:
        assert tag not in {"script", "link", "iframe", "object", "img"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in html
    assert "@import" not in html


def test_every_part_is_there_and_every_link_of_the_contents_leads_somewhere(html: str) -> None:
    tags = _Tags(html).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert tuple(ids) == SECTIONS
    links = [str(attributes["href"]) for tag, attributes in tags if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS[1:]]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_says_its_language_and_tables_say_what_they_are(language: str) -> None:
    tags = _Tags(_render(sample_report(), language)).tags
    names = [tag for tag, _ in tags]
    assert ("html", {"lang": language}) in tags
    assert names.count("table") == names.count("caption")
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")


def test_every_chart_is_named_or_only_repeats_what_stands_beside_it(html: str) -> None:
    tags = _Tags(html).tags
    outer = [attributes for tag, attributes in tags if tag == "svg" and "overflow" not in attributes]
    assert outer
    for attributes in outer:
        assert attributes.get("aria-hidden") == "true" or (attributes["role"] == "img" and attributes["aria-label"])


def test_a_state_is_a_sign_and_a_word(html: str) -> None:
    badges = re.findall(r'<span class="badge (\w+)"><span aria-hidden="true">(.)</span> ([^<:]+)', html)
    assert ("met", "✓", "đạt") in badges
    assert ("missed", "✗", "không đạt") in badges


def test_the_first_screen_answers_with_what_is_approved_and_what_is_stated(html: str) -> None:
    text = _Tags(html).text
    assert "Phương án đã được phê duyệt cắt giảm 27,20 % chi phí tuân thủ; mục tiêu là ít nhất 20 %." in text
    assert "Nếu mọi phương án đã nêu được phê duyệt: 53,26 %." in text
    assert "Phương án đã được phê duyệt cắt giảm 1/5 TTHC, bằng 20,00 %; mục tiêu là ít nhất 20 %." in text


def test_a_reduction_short_of_its_target_never_prints_as_the_target() -> None:
    text = _Tags(_render(two_lines(10_000_000, 8_000_001))).text
    assert "cắt giảm 19,99999 % chi phí tuân thủ" in text
    assert "Còn phải tiết kiệm 1 đồng/năm." in text
    assert "20,00 %" not in text


def test_a_rise_in_cost_is_a_negative_reduction() -> None:
    text = _Tags(_render(two_lines(100, 150))).text
    assert "cắt giảm -50,00 % chi phí tuân thủ" in text


def test_a_baseline_of_nothing_is_undefined() -> None:
    text = _Tags(_render(two_lines(0, 0))).text
    assert "không xác định" in text
    assert Labels("vi")("answer.undefined") in text


def test_a_date_after_the_day_is_not_known(html: str) -> None:
    text = _Tags(html).text
    assert "phê duyệt 02/12/2024" in text
    assert "20/01/2025" not in text


def test_vietnamese_figures_and_days(html: str) -> None:
    text = _Tags(html).text
    assert "34.748.750" in text
    assert "31/12/2024" in text


def test_english_figures_labels_and_days() -> None:
    text = _Tags(_render(sample_report(), "en")).text
    assert "34,748,750" in text
    assert "2024-12-31" in text
    assert "What is approved cuts compliance cost by 27.20 %; the target is at least 20 %." in text
    for label in ("Từng cơ quan", "Chi phí tuân thủ", "không đạt"):
        assert label not in text


def test_the_notice_comes_first() -> None:
    text = _Tags(_render(sample_report(), notice="Số liệu xây dựng để minh họa")).text
    assert text.index("Số liệu xây dựng để minh họa") < text.index("Số liệu tính đến")


def test_what_is_not_claimed_and_where_figures_come_from_is_said(html: str) -> None:
    text = _Tags(html).text
    assert "6828/VPCP-KSTT" in text
    assert "cần xác nhận" in text
    assert SHA256 in text
    assert "45.265 đồng/giờ" in text


def test_an_audit_adds_its_part_with_links_charts_and_tables_like_the_others() -> None:
    report = sample_report()
    tags = _Tags(_render(report, audit=audit(report.comparison))).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert tuple(ids) == ("answer", "standing", *SECTIONS[1:])
    assert ("a", {"href": "#standing"}) in tags
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption")


def test_without_a_programme_the_page_says_so_and_still_answers() -> None:
    text = _Tags(render(page_of(sample_comparison(), None), Labels("vi"))).text
    assert "Chưa đối chiếu với kế hoạch nào" in text
    assert "Kết quả rà soát cắt giảm 53,26 % chi phí tuân thủ: còn 16.242.750 đồng/năm." in text


def test_published_totals_alone_make_a_page() -> None:
    costs = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    published = Comparison.from_costs(costs)
    without = _Tags(render(page_of(published, None), Labels("vi"))).text
    assert "cắt giảm 20,00 % chi phí tuân thủ: còn 80 đồng/năm" in without
    report = check(published, "lai-chau-2022-2025", on="2025-01-01")
    checked = _Tags(_render(report)).text
    assert "Nếu mọi phương án đã nêu được phê duyệt: 20,00 %." in checked
    assert Labels("vi")("limits.published") in checked


def test_many_remarks_of_one_code_are_counted_not_listed() -> None:
    made = tuple(remark("kept_but_changed", Place(key=(f"NB-{n}",)), procedure=f"NB-{n}") for n in range(9))
    page = page_of(replace(sample_comparison(), remarks=made), None)
    text = _Tags(render(page, Labels("vi"))).text
    assert "NB-2: " in text
    assert "NB-3: " not in text
    assert "… và 6 trường hợp nữa" in text
