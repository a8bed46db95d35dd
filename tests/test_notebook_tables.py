"""Laws of the tables that a notebook shows: plain values in, safe and complete HTML out, in two languages."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tthc_cost
from remarks import only, says
from shown_tables import tables_in
from tthc_cost.arithmetic import Reduction
from tthc_cost.errors import UnknownNameError
from tthc_cost.notebook_tables import (
    LINE_LENGTH,
    SHOWN_ROWS,
    Against,
    NotebookTable,
    Shown,
    Worded,
    brief_reduction,
    label,
    reductions_table,
    required_share,
    shown_rows,
    tables_html,
)
from tthc_cost.report.labels import catalogue
from tthc_cost.vocabulary import TargetState

WORDS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    (files("tthc_cost") / "data" / "notebook_tables.toml").read_text(encoding="utf-8")
)
KEYS = [(section, name) for section, entries in WORDS.items() for name in entries]


def _cells(kind: Any, *values: object, language: Any = "vi") -> list[str]:
    table = NotebookTable("Bảng", {"name": "text", "value": kind}, [{"name": "x", "value": one} for one in values])
    (shown,) = tables_in(tables_html([table], language))
    return [row[1] for row in shown.rows]


def test_numbers_are_written_the_way_of_each_language() -> None:
    assert _cells("integer", 1234567, None) == ["1.234.567", "–"]
    assert _cells("integer", 1234567, language="en") == ["1,234,567"]
    assert _cells("number", Fraction(5, 2), 3, 0.125) == ["2,5", "3", "0,13"]
    assert _cells("bar", -2000, 1000, Fraction(1017, 2)) == ["-2.000", "1.000", "508,5"]
    assert _cells("share", Fraction(1, 5), None) == ["20,00 %", "–"]
    assert _cells("day", dt.date(2024, 11, 30)) == ["30/11/2024"]
    assert _cells("day", dt.date(2024, 11, 30), language="en") == ["2024-11-30"]


def test_a_share_short_of_what_is_required_never_prints_as_it() -> None:
    assert _cells("share", Against(Fraction(19_999, 100_000), Fraction(1, 5))) == ["19,999 %"]
    assert _cells("share", Against(None, Fraction(1, 5))) == ["–"]
    assert required_share(Fraction(1, 8)) == "12,5\N{NO-BREAK SPACE}%"


def test_a_bar_is_as_long_as_its_share_of_the_largest_and_a_rise_is_told_apart() -> None:
    rows = [{"name": "a", "saving_vnd": 400}, {"name": "b", "saving_vnd": -100}, {"name": "c", "saving_vnd": 0}]
    html = tables_html([NotebookTable("Bảng", {"name": "text", "saving_vnd": "bar"}, rows)], "vi")
    assert re.findall(r'<b( class="rise")? style="width:([\d.]+)%">', html) == [
        ("", "100.00"), (' class="rise"', "25.00"), ("", "0.00"),
    ]  # fmt: skip


def test_the_required_share_is_marked_on_the_bar() -> None:
    rows = [{"name": "a", "achieved": Against(Fraction(1, 4), Fraction(1, 5))}]
    html = tables_html([NotebookTable("Bảng", {"name": "text", "achieved": "share"}, rows)], "vi")
    assert 'style="width:25.00%"' in html
    assert 'style="left:20.00%"' in html


def test_a_bar_never_leaves_its_cell() -> None:
    html = tables_html([NotebookTable("Bảng", {"name": "text", "reduction": "share"}, [{"reduction": -7.5}])], "vi")
    assert re.findall(r'style="width:([\d.]+)%', html) == ["100.00"]


def test_a_sign_always_stands_beside_its_word() -> None:
    assert _cells("verdict", *TargetState) == ["✓ đạt", "✗ không đạt", "○ chưa đến hạn", "? không xác định"]
    assert _cells("verdict", True, False, Worded("error"), language="en") == ["✓ yes", "✗ no", "✗ Error"]


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp;\x1b[31m\u202e'


def test_text_of_strangers_does_nothing_wherever_it_stands() -> None:
    table = NotebookTable(HOSTILE, {"name": "text"}, [{"name": HOSTILE}], notes=(HOSTILE,), headings={"name": HOSTILE})
    html = tables_html([table], "vi")
    (shown,) = tables_in(html)
    seen = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp; [31m'
    assert (shown.caption, shown.headings, shown.rows) == (seen, [seen], [[seen]])
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_an_endless_text_is_cut() -> None:
    (cell,) = _cells("text", "x" * 10_000)
    assert len(cell) == 400
    assert cell.endswith("…")


def test_text_is_composed() -> None:
    (cell,) = _cells("text", unicodedata.normalize("NFD", "Nâng bậc lương"))
    assert cell == "Nâng bậc lương"


def test_what_is_left_out_is_counted() -> None:
    rows = [{"name": str(number)} for number in range(SHOWN_ROWS + 5)]
    html = tables_html([NotebookTable("Bảng", {"name": "text"}, rows)], "vi")
    (shown,) = tables_in(html)
    assert len(shown.rows) == SHOWN_ROWS
    assert "… và 5 dòng nữa; .to_frame() có đủ mọi dòng." in html
    shortened = NotebookTable("Bảng", {"name": "text"}, rows[:SHOWN_ROWS], len(rows))
    assert tables_html([shortened], "vi") == html


def test_a_table_without_rows_says_so() -> None:
    html = tables_html([NotebookTable("Bảng", {"name": "text"}, [])], "en")
    assert tables_in(html)[0].rows == []
    assert "There are no rows." in html
    assert tables_in(tables_html([], "vi")) == []


def test_blank_cells_of_a_frame_are_missing() -> None:
    frame = pd.DataFrame({
        "name": pd.Series(["a", None], dtype="string"), "rows": pd.Series([1, None], dtype="Int64"),
        "reduction": [0.25, float("nan")], "valid_from": pd.Series(["2024-07-01", None], dtype="datetime64[s]"),
    })  # fmt: skip
    assert shown_rows(frame)[1] == dict.fromkeys(frame.columns)
    table = NotebookTable(
        "Bảng", {"name": "text", "rows": "integer", "reduction": "share", "valid_from": "day"}, shown_rows(frame)
    )
    assert tables_in(tables_html([table], "vi"))[0].rows == [["a", "1", "25,00 %", "01/07/2024"], ["–"] * 4]


def test_a_reduction_names_its_unit_and_an_unknown_one_is_shown_as_it_is() -> None:
    table = reductions_table(
        "Bảng", [("Giờ", Reduction(3, 2, "person_hours_per_year")), ("", Reduction(3, 2, "<b>"))], "vi"
    )
    first, second = tables_in(tables_html([table], "vi"))[0].rows
    assert first == ["Giờ (giờ công/năm)", "3", "2", "1", "33,33 %"]
    assert second[0] == "<b>"


def test_a_line_of_text_says_the_direction() -> None:
    said = [
        brief_reduction(Reduction(10, after, "procedures"), "vi").replace("\N{NO-BREAK SPACE}", " ")
        for after in (8, 12, 10)
    ]
    assert said == ["10 → 8 TTHC, giảm 2 (20,00 %)", "10 → 12 TTHC, tăng 2 (20,00 %)", "10 → 10 TTHC, không đổi"]
    assert brief_reduction(Reduction(0, 5), "en") == "0 → 5 đồng a year, up by 5 (–)"


class _Long(Shown):
    def _brief(self) -> str:
        return "một " * 100 + "\n" + "hai\x1b[2J " * 100 + "\nba"


def test_text_for_a_terminal_has_two_lines_that_fit_and_commands_nothing() -> None:
    lines = repr(_Long()).split("\n")
    assert [len(line) for line in lines] == [LINE_LENGTH, LINE_LENGTH]
    assert lines[0].startswith("_Long: một một")
    assert "\x1b" not in lines[1]


def test_the_style_touches_nothing_else_on_the_page() -> None:
    html = tables_html([NotebookTable("Bảng", {"name": "text"}, [])], "vi")
    style = re.sub(r"\s+", " ", html[html.index("<style>") + 7 : html.index("</style>")])
    selectors = [one.strip() for rule in style.split("}") if rule.strip() for one in rule.split("{")[0].split(",")]
    assert selectors
    assert all(one.startswith(".tthc-cost") for one in selectors)
    # A ground or an ink of our own would be unreadable on a page of the other kind.
    assert not re.search(r"(?<!-)color:#(?!3b82c4|c2702e)|background:(white|#f)", style)


def test_another_language_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        label("column.name", "fr")  # type: ignore[arg-type]
    said = only("unknown_report_language", caught.value.faults)
    assert says(said, "«fr»", "«fr»")


@pytest.mark.parametrize(("section", "name"), KEYS)
def test_every_word_is_there_in_both_languages_and_composed(section: str, name: str) -> None:
    entry = WORDS[section][name]
    assert set(entry) == {"vi", "en"}
    places = [set(re.findall(r"\{(\w+)\}", text)) for text in entry.values()]
    assert places[0] == places[1]
    assert all(text and text == unicodedata.normalize("NFC", text).strip() for text in entry.values())


def test_no_word_is_left_over() -> None:
    rooms = Path(tthc_cost.__file__).parent.rglob("*.py")
    written = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    composed = {"unit", "column", "basis"}
    left = [
        f"{section}.{name}"
        for section, name in KEYS
        if not (re.search(rf"['\"]{section}[.]{name}['\"]", written) or f'"{name}"' in written or section in composed)
    ]
    made = {"brief.cut", "brief.rise", "brief.same", "word.count_strict", "word.count_broad", "word.yes", "word.no"}
    assert set(left) <= made


def test_the_report_and_the_notebook_use_the_same_units() -> None:
    of_report = catalogue()
    for name, said in WORDS["unit"].items():
        assert of_report.get(f"unit.{name}", said) == said
