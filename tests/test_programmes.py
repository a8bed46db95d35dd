"""The shipped programmes hold what the documents say, figure by figure, and a programme of one's own is read whole."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tthc_cost.errors import InputFault, UnknownNameError
from tthc_cost.programmes import Programme, programme, programmes
from tthc_cost.vocabulary import Kind, Level, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.errors import Language

LAI_CHAU = programme("lai-chau-2022-2025")
NATIONAL = programme("decision-1085")

SPECIALISED = "Các cơ quan chuyên môn thuộc UBND tỉnh"
DISTRICT = "UBND cấp huyện"
COMMUNE = "UBND cấp xã"
OFFICE = "Văn phòng UBND tỉnh"
ALL = (SPECIALISED, DISTRICT, COMMUNE)

# Typed from the appendix of the plan: task, leads, supports, beginning of the result.
APPENDIX = [
    ("1.1", ALL, (OFFICE,), "Kế hoạch Rà soát, đơn giản hóa thủ tục hành chính nội bộ của cơ quan"),
    ("1.2", (OFFICE,), (OFFICE,), "Văn bản hành chính"),
    ("2.1", ALL, (OFFICE,), "Biểu mẫu thống kê TTHC nội bộ"),
    ("2.2", (OFFICE,), ALL, "Văn bản tham gia ý kiến đối với kết quả điền biểu mẫu thống kê TTHC nội bộ"),
    ("2.3", (SPECIALISED,), (OFFICE, DISTRICT, COMMUNE), "Dự thảo Quyết định công bố TTHC nội bộ"),
    ("2.4", (OFFICE,), ALL, "Quyết định công bố TTHC nội bộ trong hệ thống cơ quan hành chính nhà nước tỉnh Lai châu"),
    ("2.5", (SPECIALISED, DISTRICT), (OFFICE,), "TTHC nội bộ được công khai"),
    ("3.1", ALL, (OFFICE,), "Biểu mẫu rà soát TTHC nội bộ"),
    ("3.2", (SPECIALISED,), (OFFICE, DISTRICT, COMMUNE), "Dự thảo Quyết định phê duyệt phương án đơn giản hóa"),
    ("3.3", (OFFICE,), (SPECIALISED,), "Quyết định phê duyệt phương án đơn giản hóa TTHC nội bộ"),
    ("3.4", (SPECIALISED,), (OFFICE, DISTRICT, COMMUNE), "Các văn bản thực thi phương án đơn giản hóa TTHC nội bộ"),
]

# Every fixed date of a task: task, level or None for all leads, round, day before which.
DATES = {
    ("II.1.b", None, 1, "2023-12-31"),
    ("II.1.b", None, 2, "2024-12-31"),
    ("IV.1", None, None, "2022-11-10"),
    ("IV.2.3", None, 1, "2023-11-25"),
    ("IV.2.3", None, 2, "2024-11-25"),
    ("1.1", None, None, "2022-11-10"),
    ("2.1", "district", None, "2023-01-10"),
    ("2.1", "province", None, "2023-01-15"),
    ("2.2", None, None, "2023-02-15"),
    ("2.3", None, None, "2023-03-01"),
    ("2.4", None, None, "2023-04-01"),
    ("3.1", None, 1, "2023-11-30"),
    ("3.1", None, 2, "2024-11-30"),
    ("3.2", None, 1, "2023-11-30"),
    ("3.2", None, 2, "2024-11-30"),
    ("3.3", None, 1, "2023-12-31"),
    ("3.3", None, 2, "2024-12-31"),
    ("3.4", None, 1, "2024-07-01"),
    ("3.4", None, 2, "2025-07-01"),
}

BETWEEN = (Kind.BETWEEN_AGENCIES,)
# Section II.1: measure, share, day before which, kinds in the denominator, place.
TARGETS = [
    (Measure.ANNOUNCED, Fraction(1), date(2023, 4, 1), (), "II.1.a"),
    (Measure.PUBLICISED, Fraction(1), date(2023, 4, 1), BETWEEN, "II.1.a"),
    (Measure.REVIEWED, Fraction(1, 2), date(2023, 11, 30), (), "II.1.b"),
    (Measure.REVIEWED, Fraction(1), date(2024, 11, 30), (), "II.1.b"),
    (Measure.COUNT_REDUCTION, Fraction(1, 5), date(2025, 1, 1), (), "II.1.b"),
    (Measure.COST_REDUCTION, Fraction(1, 5), date(2025, 1, 1), (), "II.1.b"),
]


def codes(error: InputFault) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(fault.code, fault.place.key, fault.place.column) for fault in error.faults]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)


# the Lai Châu plan


def test_the_shipped_programmes_are_named() -> None:
    assert programmes() == ("decision-1085", "lai-chau-2022-2025", "resolution-66")
    assert [programme(code).code for code in programmes()] == list(programmes())


def test_the_targets_are_those_of_the_plan() -> None:
    found = [(t.measure, t.required, t.before, t.kinds, t.source) for t in LAI_CHAU.targets]
    assert found == TARGETS


def test_announcing_and_publicising_have_their_own_denominators() -> None:
    assert LAI_CHAU.target("announced-100").kinds == ()
    assert LAI_CHAU.target("publicised-100").kinds == (Kind.BETWEEN_AGENCIES,)


def test_reviewed_means_reviewed_and_submitted() -> None:
    for code in ("reviewed-50", "reviewed-100"):
        assert "rà soát và kiến nghị phê duyệt" in LAI_CHAU.target(code).text


def test_every_date_of_every_task_is_that_of_the_plan() -> None:
    found = {
        (task.code, level, deadline.round, deadline.before.isoformat())
        for task in LAI_CHAU.tasks
        for deadline in task.deadlines
        if deadline.before
        for level in (deadline.levels or (None,))
    }
    assert found == DATES


def test_every_date_is_the_one_in_the_plans_own_words() -> None:
    dated = [deadline for task in LAI_CHAU.tasks for deadline in task.deadlines if deadline.before]
    assert len(dated) == len(DATES)
    for deadline in dated:
        day, month, year = map(int, re.findall(r"\d+", deadline.text.split("rước")[1]))
        assert deadline.before == date(year, month, day)
        if deadline.round:
            assert f"ần {deadline.round}" in deadline.text


@pytest.mark.parametrize(("code", "leads", "supports", "result"), APPENDIX)
def test_every_task_of_the_appendix_has_lead_support_and_result(
    code: str, leads: tuple[str, ...], supports: tuple[str, ...], result: str
) -> None:
    task = LAI_CHAU.task(code)
    assert (task.leads, task.supports) == (leads, supports)
    assert task.result.startswith(result)
    assert task.name
    assert task.group


def test_the_appendix_is_whole() -> None:
    assert [task.code for task in LAI_CHAU.tasks if task.group] == [code for code, *_ in APPENDIX]


def test_section_four_is_whole() -> None:
    assert [task.code for task in LAI_CHAU.tasks if task.code.startswith("IV")] == [
        "IV.1", "IV.1-2", "IV.1-3", "IV.2.1-1", "IV.2.1-2", "IV.2.1-3", "IV.2.3-1", "IV.2.3-2", "IV.2.3", "IV.3",
    ]  # fmt: skip


def test_recurring_and_relative_tasks_are_undated() -> None:
    guidance, report, publicise = (LAI_CHAU.task(code).deadlines[0] for code in ("1.2", "IV.1-3", "2.5"))
    assert (guidance.recurring, guidance.before, guidance.text) == (True, None, "Thường xuyên")
    assert (report.recurring, report.text) == (True, "hàng quý, năm theo quy định")
    assert not publicise.recurring
    assert publicise.relative_to == "Quyết định công bố được ban hành"
    assert publicise.text == "Ngay sau khi Quyết định công bố được ban hành"


def test_the_levels_of_a_task_are_those_of_its_leads() -> None:
    assert LAI_CHAU.task("3.1").levels == (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
    assert LAI_CHAU.task("2.5").levels == (Level.PROVINCE, Level.DISTRICT)
    assert LAI_CHAU.task("3.4").levels == (Level.PROVINCE,)
    assert LAI_CHAU.task("IV.2.3").levels == (Level.DISTRICT,)
    assert LAI_CHAU.task("IV.1-2").levels == tuple(Level)


def test_communes_fill_in_the_form_without_a_deadline() -> None:
    task = LAI_CHAU.task("2.1")
    assert Level.COMMUNE in task.levels
    assert [d.before for d in task.deadlines_of(Level.DISTRICT)] == [date(2023, 1, 10)]
    assert [d.before for d in task.deadlines_of(Level.PROVINCE)] == [date(2023, 1, 15)]
    assert task.deadlines_of(Level.COMMUNE) == ()


def test_a_level_that_leads_nothing_owes_nothing() -> None:
    assert LAI_CHAU.task("3.2").deadlines_of(Level.COMMUNE) == ()
    assert len(LAI_CHAU.task("3.1").deadlines_of(Level.COMMUNE)) == 2


def test_communes_owe_a_plan_in_the_appendix_but_not_in_section_four() -> None:
    assert Level.COMMUNE in LAI_CHAU.task("1.1").levels
    assert Level.COMMUNE not in LAI_CHAU.task("IV.1").levels


def test_guidance_is_led_and_supported_by_the_same_office() -> None:
    assert LAI_CHAU.task("1.2").leads == LAI_CHAU.task("1.2").supports


@pytest.mark.parametrize(
    "words",
    [
        ("Mục IV.1 và Phụ lục 1.1", "UBND cấp xã"),
        ("Phụ lục 1.2", "cùng là Văn phòng UBND tỉnh"),
        ("Mục II.1.b và Phụ lục 3.3", "Chủ tịch UBND tỉnh"),
        ("Phụ lục 3.4", "01/7/2025"),
        ("Phụ lục 2.1", "không có thời hạn"),
        ("Mục II.1.a", "hai mẫu số"),
        ("Mục IV", "không có mục 2.2"),
        ("Mục II.1.b và Phụ lục 3.1, 3.2", "chỉ các cơ quan chuyên môn"),
        ("Mục IV.2.3 và Phụ lục 3.1", "25/11"),
    ],
)
def test_a_contradiction_of_the_plan_is_kept_as_a_note_with_its_place(words: tuple[str, ...]) -> None:
    assert any(all(word in note for word in words) for note in LAI_CHAU.notes)


def test_every_note_begins_with_its_place() -> None:
    assert all(re.match(r"(Mục|Phụ lục|Tên văn bản)[^:]*: ", note) for note in LAI_CHAU.notes)


def test_the_last_legal_acts_are_due_after_the_twenty_per_cent() -> None:
    last = LAI_CHAU.task("3.4").deadlines[-1].before
    assert last is not None
    assert last > LAI_CHAU.target("cost-20").before


def test_the_head_of_the_plan_is_whole() -> None:
    assert LAI_CHAU.issued == "11/2022"
    assert LAI_CHAU.number == "/KH-UBND"
    assert LAI_CHAU.controlling_agency == "Văn phòng UBND tỉnh"
    assert "1085/QĐ-TTg ngày 15/9/2022" in LAI_CHAU.legal_basis[0]
    assert "6828/VPCP-KSTT" in LAI_CHAU.legal_basis[1]
    assert (len(LAI_CHAU.scope), len(LAI_CHAU.exclusions), len(LAI_CHAU.subjects)) == (2, 2, 3)
    assert (len(LAI_CHAU.requirements), len(LAI_CHAU.recipients)) == (3, 7)
    assert "ngân sách chi thường xuyên" in LAI_CHAU.funding
    assert "Tổng Thanh Hải" in LAI_CHAU.signed_by
    assert (LAI_CHAU.starts.year, LAI_CHAU.ends, LAI_CHAU.rounds) == (2022, date(2025, 12, 31), (1, 2))
    assert LAI_CHAU.confidence == "F"
    for outside in ("63/2010/NĐ-CP", "xử lý vi phạm hành chính", "thanh tra", "bí mật nhà nước", "09/2019/NĐ-CP"):
        assert outside in " ".join(LAI_CHAU.exclusions)


# the national plan


def test_the_national_targets_are_those_read() -> None:
    assert [(t.measure, t.required, t.before) for t in NATIONAL.targets] == [
        (Measure.REVIEWED, Fraction(1, 2), date(2024, 1, 1)),
        (Measure.REVIEWED, Fraction(1), date(2025, 1, 1)),
        (Measure.COUNT_REDUCTION, Fraction(1, 5), date(2025, 1, 1)),
        (Measure.COST_REDUCTION, Fraction(1, 5), date(2025, 1, 1)),
    ]
    assert (NATIONAL.issued, NATIONAL.starts) == ("15/9/2022", date(2022, 9, 15))


def test_the_conflict_of_the_public_copies_is_kept() -> None:
    assert any("01/10/2024" in note and "01/01/2024" in note for note in NATIONAL.notes)


# both


@pytest.mark.parametrize("code", programmes())
def test_all_text_is_composed_and_trimmed(code: str) -> None:
    assert all(text == unicodedata.normalize("NFC", text).strip() for text in texts(programme(code)))
    raw = (files("tthc_cost") / "data" / "programmes" / f"{code}.toml").read_text(encoding="utf-8")
    assert raw == unicodedata.normalize("NFC", raw)


@pytest.mark.parametrize("code", programmes())
def test_targets_are_text_never_binary_floats(code: str) -> None:
    raw = tomllib.loads((files("tthc_cost") / "data" / "programmes" / f"{code}.toml").read_text(encoding="utf-8"))
    assert all(isinstance(target["required"], str) for target in raw["targets"])


def test_a_programme_is_found_in_any_case() -> None:
    assert programme("Lai-Chau-2022-2025") == LAI_CHAU


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_unknown_programme_is_told_the_nearest(language: Language) -> None:
    with pytest.raises(UnknownNameError) as caught:
        programme("lai-chau")
    assert "lai-chau-2022-2025" in caught.value.text(language)


def test_an_unknown_target_or_task_is_told_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="cost-20"):
        LAI_CHAU.target("cost-30")
    with pytest.raises(UnknownNameError, match=r"3\.4"):
        LAI_CHAU.task("3.5")


# a programme of one's own

OWN = """
code = "tinh-a"
name = "Kế hoạch của tỉnh A"
controlling_agency = "Văn phòng UBND tỉnh"
starts = 2026-01-01
ends = "2026-12-31"
rounds = [1]
[lead_levels]
"Các sở" = ["cấp tỉnh"]
[[targets]]
code = "cost"
name = "Cắt giảm chi phí"
measure = "cost_reduction"
required = "19,5 %"
before = 2026-12-31
kinds = ["giữa các cơ quan HCNN"]
[[tasks]]
code = "1"
name = "Rà soát"
leads = ["Các sở"]
deadlines = [{ round = 1, before = 2026-07-01, text = "trước 01/7/2026" }]
"""


def test_a_province_can_write_its_own() -> None:
    own = Programme.from_toml(OWN)
    assert (own.starts, own.ends) == (date(2026, 1, 1), date(2026, 12, 31))
    assert own.target("cost").required == Fraction(39, 200)
    assert own.target("cost").kinds == (Kind.BETWEEN_AGENCIES,)
    assert own.task("1").levels == (Level.PROVINCE,)
    assert (own.confidence, own.notes, own.funding) == ("stated", (), "")


@pytest.mark.parametrize("ends", ['"31/12/2026"', "2026-12-31", "2026-12-31T00:00:00"])
def test_a_day_is_written_as_toml_has_it_or_as_text(ends: str) -> None:
    assert Programme.from_toml(OWN.replace('"2026-12-31"', ends, 1)) == Programme.from_toml(OWN)


def test_decomposed_text_is_the_same_programme() -> None:
    assert Programme.from_toml(unicodedata.normalize("NFD", OWN)) == Programme.from_toml(OWN)


@pytest.mark.parametrize(
    ("was", "becomes", "code", "column"),
    [
        ('code = "tinh-a"\n', "", "programme_missing", "code"),
        ('name = "Kế hoạch của tỉnh A"', 'name = " "', "programme_missing", "name"),
        ('name = "Kế hoạch của tỉnh A"', "name = 1", "programme_type", "name"),
        ("starts = 2026-01-01\n", "", "programme_missing", "starts"),
        ('ends = "2026-12-31"', 'ends = "2026-02-30"', "no_such_date", "ends"),
        ('ends = "2026-12-31"', 'ends = "31/11/2026"', "no_such_date", "ends"),
        ('ends = "2026-12-31"', 'ends = "cuối năm"', "not_a_date", "ends"),
        ('ends = "2026-12-31"', "ends = 2026", "not_a_date", "ends"),
        ('ends = "2026-12-31"', 'ends = " "', "programme_missing", "ends"),
        ('ends = "2026-12-31"', "ends = 2025-12-31", "programme_period", "ends"),
        ("rounds = [1]", 'rounds = [1, "hai", true]', "programme_type", "rounds"),
        ("rounds = [1]", "rounds = [2]", "programme_round", "deadlines"),
        ("rounds = [1]", "round = [1]", "programme_entry_unknown", "round"),
        ("rounds = [1]", "rounds = [1]\nscope = [1]", "programme_type", "scope"),
        ('["cấp tỉnh"]', '["cấp vùng"]', "unknown_term", "Các sở"),
        ('leads = ["Các sở"]', 'leads = ["Các phòng"]', "programme_lead", "leads"),
        ('leads = ["Các sở"]', "leads = []", "programme_missing", "leads"),
        ('measure = "cost_reduction"', 'measure = "cost"', "unknown_term", "measure"),
        ('measure = "cost_reduction"\n', "", "programme_missing", "measure"),
        ('measure = "cost_reduction"', 'measure = " "', "programme_missing", "measure"),
        ('measure = "cost_reduction"', "measure = 1", "unknown_term", "measure"),
        ('"19,5 %"', "0.195", "target_type", "required"),
        ('"19,5 %"', "true", "target_type", "required"),
        ('"19,5 %"', '"một phần năm"', "target_text", "required"),
        ('"19,5 %"', '"120%"', "target_range", "required"),
        ('required = "19,5 %"\n', "", "programme_missing", "required"),
        ("before = 2026-12-31", "", "programme_missing", "before"),
        ("before = 2026-07-01, ", "", "programme_deadline", "deadlines"),
        ("before = 2026-07-01", "before = 2026-07-01, recurring = true", "programme_deadline", "deadlines"),
        ("before = 2026-07-01", 'before = 2026-07-01, levels = ["commune"]', "programme_deadline_level", "deadlines"),
        ("before = 2026-07-01", "before = 2026-07-01, recurring = 1", "programme_type", "recurring"),
        ("round = 1,", "round = true,", "programme_type", "round"),
        ('deadlines = [{ round = 1, before = 2026-07-01, text = "trước 01/7/2026" }]', "deadlines = [1]",
         "programme_type", "deadlines"),
    ],
)  # fmt: skip
def test_a_fault_of_a_programme_is_told_at_its_place(was: str, becomes: str, code: str, column: str) -> None:
    assert was in OWN
    with pytest.raises(InputFault) as caught:
        Programme.from_toml(OWN.replace(was, becomes, 1))
    assert (code, column) in [(fault.code, fault.place.column) for fault in caught.value.faults]
    assert caught.value.text("vi")
    assert caught.value.text("en")


def test_a_code_names_one_target_or_task() -> None:
    second = OWN[OWN.index("[[tasks]]") :]
    with pytest.raises(InputFault) as caught:
        Programme.from_toml(OWN + second)
    assert codes(caught.value) == [("programme_duplicate", ("1",), "code")]


def test_a_text_that_is_not_toml_is_a_fault() -> None:
    with pytest.raises(InputFault, match="TOML") as caught:
        Programme.from_toml("starts = 2023-02-30")
    assert codes(caught.value) == [("programme_not_toml", (), None)]


def test_all_faults_of_a_programme_are_told_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        Programme.from_toml(
            """
            name = "x"
            starts = "2026-02-30"
            ends = 2026-01-01
            purpose = "y"
            [[targets]]
            code = "a"
            name = "A"
            measure = "cosst"
            required = 0.2
            before = "2026-13-01"
            [[tasks]]
            name = "B"
            leads = ["ai đó"]
            deadlines = [{ text = "sớm" }]
            """
        )
    assert sorted(codes(caught.value), key=str) == sorted(
        [
            ("no_such_date", (), "starts"),
            ("programme_missing", (), "code"),
            ("programme_missing", (), "controlling_agency"),
            ("unknown_term", ("a",), "measure"),
            ("target_type", ("a",), "required"),
            ("no_such_date", ("a",), "before"),
            ("programme_lead", ("1",), "leads"),
            ("programme_missing", ("1",), "code"),
            ("programme_deadline", ("1", "1"), "deadlines"),
            ("programme_entry_unknown", (), "purpose"),
        ],
        key=str,
    )
    assert {fault.place.table for fault in caught.value.faults} == {"programme", "targets", "tasks", "deadlines"}
