"""What is written is read back equal, looks as a clerk expects, and never harms what is already there."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import GRADES, efforts, frequencies, money, names, populations
from tthc_cost import arithmetic
from tthc_cost.errors import InputFault, MismatchError, MissingExtraError, OutputExistsError
from tthc_cost.io import read_review, write_review, write_template
from tthc_cost.io.books import LONGEST_TEXT
from tthc_cost.review import Review
from tthc_cost.schema import TABLES, ColumnKind
from tthc_cost.vocabulary import Answer, Bearer, Criterion, DecisionKind, Kind, Level, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Row = dict[str, Any]

UGLY = (
    "=1+1", "+84", "-5", "@SUM(A1)", "1.004080", "00123", "https://x.vn", "<b>&amp;", "_x0041_", "a\nb", "a\rb",
    "a\tb", "'", '"', "30/11/2023", "TRUE", "1E5", "{=1}", "\x01", "\N{NO-BREAK SPACE}x", "x" * 1000,
)  # fmt: skip
"""Texts that a spreadsheet would rather take for something else."""

texts = st.none() | st.sampled_from(UGLY) | names()
filled_texts = st.sampled_from([one for one in UGLY if one.strip()]) | names()
dates = st.none() | st.dates(dt.date(1890, 1, 1), dt.date(2100, 1, 1))
agencies = st.none() | st.sampled_from(["Sở Nội vụ", "UBND xã Thu Lũm", "=Sở"])
codes = st.sampled_from(["1", "2", "1.10", "00", "=1", "2a", "1/2"])


def _optional(term: type[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from([one.value for one in term])


def _of_columns(table: str, /, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Draw a row: the columns that are given, and blank or anything of its kind for the others."""
    of_kind: dict[ColumnKind, st.SearchStrategy[Any]] = {
        ColumnKind.TEXT: texts,
        ColumnKind.DATE: dates,
        ColumnKind.FLAG: st.none() | st.booleans(),
        ColumnKind.COUNT: st.none() | st.integers(0, 100),
        ColumnKind.DAYS: st.none() | st.integers(0, 400).map(lambda half: half / 2),
    }
    rest = {one.name: of_kind[one.kind] for one in TABLES[table].columns if one.name not in given}
    return st.fixed_dictionaries(rest | given)


@st.composite
def _state_tables(draw: st.DrawFn, procedures: Sequence[str]) -> dict[str, list[Row]]:
    """Tables of one state of these procedures."""
    tables: dict[str, list[Row]] = {name: [] for name in ("procedures", "activities", "documents", "steps", "ranges")}
    for code in procedures:
        of_code = {"procedure": st.just(code)}
        tables["procedures"].append(draw(_of_columns(
            "procedures", **of_code, name=filled_texts, kind=_optional(Kind), level=_optional(Level), agency=agencies,
            reviewing_agency=agencies, frequency=frequencies(100).map(float), population=st.integers(1, 5000),
            in_scope=st.none() | st.booleans(),
        )))  # fmt: skip
        for table, key in (("documents", "document"), ("steps", "step")):
            for part in draw(st.lists(codes, max_size=2, unique=True)):
                rest = {"after": st.none()} if table == "steps" else {}
                tables[table].append(
                    draw(_of_columns(table, **of_code, **{key: st.just(part)}, **rest, name=filled_texts))
                )
        for number in draw(st.lists(codes, min_size=1, max_size=3, unique=True)):
            tables["activities"].append(draw(_of_columns(
                "activities", **of_code, activity=st.just(number), stage=_optional(Stage), document=st.none(),
                step=st.none(), bearer=_optional(Bearer), grade=st.sampled_from(GRADES),
                effort_hours=efforts(10).map(float), service_vnd=st.none() | money(10**6), fee_vnd=money(10**6),
                other_vnd=st.none() | money(10**6), frequency=st.none() | frequencies(100).map(float),
                population=st.none() | populations(5000),
            )))  # fmt: skip
        if draw(st.booleans()):
            figures = {one: st.floats(0, 1e9).map(lambda figure: round(figure, 3)) for one in ("low", "high")}
            named = {"table": st.just("activities"), "key": st.just(f"{code}/1"), "column": st.just("effort_hours")}
            tables["ranges"].append(draw(_of_columns("ranges", **named, **figures)))
    return tables


@st.composite
def _review_tables(draw: st.DrawFn) -> tuple[dict[str, pd.DataFrame], ...]:
    """Tables of a review: some procedures kept and not repeated, the others amended."""
    procedures = draw(
        st.lists(st.sampled_from(["NB-01", "1.004080", "1.00408", "=NB"]), min_size=1, max_size=3, unique=True)
    )
    kept = draw(st.sets(st.sampled_from(procedures)))
    baseline = draw(_state_tables(procedures))
    simplified = draw(_state_tables([code for code in procedures if code not in kept]))
    by_agency = draw(st.sets(st.sampled_from(procedures)))
    for state in (baseline, simplified):
        for row in state["procedures"] + state["activities"]:
            row["population"] = None if row["procedure"] in by_agency else row["population"]
        state["volumes"] = [
            {"procedure": row["procedure"], "agency": agency, "frequency": 1.5, "population": 7}
            for row in state["procedures"]
            if row["procedure"] in by_agency
            for agency in ("Sở Nội vụ", "UBND xã Thu Lũm")
        ]  # fmt: skip
        state["rates"] = [{"grade": grade, "vnd_per_hour": 45_265, "source": "=GDP"} for grade in GRADES]
    baseline["rates"][0]["vnd_per_hour"] = simplified["rates"][0]["vnd_per_hour"] = draw(st.integers(1, 200_000))
    review: dict[str, list[Row]] = {
        "decisions": [],
        "criteria": [],
        "proposals": [],
        "agencies": [],
        "task_records": [],
    }
    for code in procedures:
        decision = DecisionKind.KEEP.value if code in kept else DecisionKind.AMEND.value
        of_code = {"procedure": st.just(code)}
        review["decisions"].append(
            draw(_of_columns("decisions", **of_code, decision=st.just(decision), replaced_by=st.none()))
        )
        review["criteria"].append(draw(_of_columns(
            "criteria", **of_code, component=filled_texts, criterion=st.sampled_from([one.value for one in Criterion]),
            answer=_optional(Answer),
        )))  # fmt: skip
        review["proposals"].append(draw(_of_columns("proposals", **of_code, item=codes)))
    review["agencies"].append(draw(_of_columns("agencies", agency=st.just("Sở Nội vụ"), level=_optional(Level))))
    review["task_records"].append(
        draw(_of_columns("task_records", task=st.sampled_from(["1.1", "2.1"]), agency=st.just("Sở Nội vụ")))
    )
    return tuple(
        {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows}
        for tables in (baseline, simplified, review)
    )


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop where rows came from, and put quantities on the grids of DESIGN section 3, where they live."""
    frame = frame.drop(columns="origin")
    for name, steps in (("effort_hours", 3000), ("frequency", 300)):
        if name in frame.columns:
            frame[name] = [None if pd.isna(one) else arithmetic.steps_of(one, steps) for one in frame[name]]
    return frame


@given(_review_tables())
@settings(max_examples=10)
def test_what_is_written_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, tables: tuple[dict[str, pd.DataFrame], ...]
) -> None:
    review = Review.from_tables(*tables)
    read = read_review(write_review(review, tmp_path_factory.mktemp("there") / "so.xlsx"))
    for group, frames in review.tables.items():
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(_comparable(read.tables[group][name]), _comparable(frame), obj=name)


def _review(**figures: object) -> Review:
    activity = {"procedure": "1.004080", "activity": "1", "grade": "A1/1", "effort_hours": 0.7, **figures}
    inventory = {
        "procedures": pd.DataFrame([
            {"procedure": "1.004080", "name": "=HYPERLINK(1)", "kind": "within_agency", "in_scope": True,
             "frequency": 1, "population": 40, "announced_on": "30/11/2023"},
        ]),
        "activities": pd.DataFrame([activity]),
    }  # fmt: skip
    return Review.from_tables(
        inventory, {}, {"decisions": pd.DataFrame({"procedure": ["1.004080"], "decision": ["keep"]})}
    )


def test_cells_have_the_form_of_what_they_hold(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_review(_review(fee_vnd=20_000), tmp_path / "so.xlsx"))
    procedures = dict(zip((cell.value for cell in book["TTHC"][1]), book["TTHC"][2], strict=True))
    assert [cell.data_type for cell in book["TTHC"][2][:3]] == ["s", "s", "s"]
    assert procedures["Tên TTHC"].value == "=HYPERLINK(1)"
    assert (procedures["Mã TTHC"].value, procedures["Mã TTHC"].number_format) == ("1.004080", "@")
    assert procedures["Nhóm TTHC"].value == "trong từng cơ quan"
    assert procedures["Thuộc phạm vi kế hoạch"].value == "có"
    assert procedures["Ngày công bố"].value == dt.datetime(2023, 11, 30)
    assert procedures["Ngày công bố"].number_format == "dd/mm/yyyy"
    costs = dict(zip((cell.value for cell in book["Tính chi phí"][1]), book["Tính chi phí"][2], strict=True))
    assert (costs["Phí, lệ phí (đồng)"].value, costs["Phí, lệ phí (đồng)"].number_format) == (20_000, "#,##0")
    assert [row[0].value for row in book["TTHC"].iter_rows(min_row=2)] == ["hiện tại", "sau đơn giản hóa"]


def test_the_template_has_every_sheet_and_heading_and_is_no_review_yet(tmp_path: Path) -> None:
    path = write_template(tmp_path / "mau.xlsx")
    book = openpyxl.load_workbook(path)
    assert set(book.sheetnames) == {"Giới thiệu", "Danh mục", *(table.vi for table in TABLES.values())}
    for table in TABLES.values():
        headings = [cell.value for cell in book[table.vi][1]]
        assert [one for one in headings if one != "Trạng thái"] == [one.heading("vi") for one in table.columns]
    with pytest.raises(InputFault) as caught:
        read_review(path)
    assert [one.code for one in caught.value.faults] == ["no_procedures"]
    assert "chưa có TTHC nào" in caught.value.text("vi")
    assert "no procedures yet" in caught.value.text("en")


def test_lists_offer_the_terms_in_vietnamese(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))
    offered = {}
    for validation in book["Rà soát"].data_validations.dataValidation:
        cells = book["Danh mục"][validation.formula1.split("!")[1].replace("$", "")]
        offered[str(validation.sqref).split(":")[0]] = [cell.value for (cell,) in cells]
    assert offered == {"B2": [one.label("vi") for one in DecisionKind]}
    assert book["Danh mục"].sheet_state == "hidden"
    columns = {str(one.sqref)[0] for one in book["TTHC"].data_validations.dataValidation}
    assert {book["TTHC"][f"{letter}1"].value for letter in columns} == {
        "Trạng thái", "Nhóm TTHC", "Cấp thực hiện", "Thuộc phạm vi kế hoạch"}  # fmt: skip


def test_sheets_print_on_landscape_pages_of_their_width_with_their_headings(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_template(tmp_path / "mau.xlsx"))["Tính chi phí"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("D2", "$1:$1")
    assert sheet.auto_filter.ref is not None


def test_the_first_sheet_says_what_it_is_told_to_say(tmp_path: Path) -> None:
    path = write_review(_review(), tmp_path / "so.xlsx", about="Số liệu giả định.\n=Không dùng")
    sheet = openpyxl.load_workbook(path)["Giới thiệu"]
    assert [sheet["A2"].value, sheet["A3"].value, sheet["A3"].data_type] == ["Số liệu giả định.", "=Không dùng", "s"]


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_review(_review(), tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    path.write_text("công sức của tôi", encoding="utf-8")
    for write in (write_template, lambda there: write_review(_review(), there)):
        with pytest.raises(OutputExistsError) as caught:
            write(path)
        assert caught.value.faults[0].place.file == str(path)
        assert path.read_text(encoding="utf-8") == "công sức của tôi"
    write_review(_review(), path, force=True)
    assert len(read_review(path).baseline.procedures)


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        write_template(tmp_path / "x" / "so.xlsx")
    assert [one.code for one in caught.value.faults] == ["folder_missing"]


@pytest.mark.parametrize("text", ["x" * (LONGEST_TEXT + 1), "\ufffe"])
def test_a_text_that_no_cell_holds_is_a_fault_and_is_not_cut(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFault) as caught:
        write_review(_review(name=text), tmp_path / "so.xlsx")
    assert {(one.code, one.place.column) for one in caught.value.faults} == {("text_unwritable", "name")}
    assert list(tmp_path.iterdir()) == []


def test_the_longest_text_that_a_cell_holds_comes_back_whole(tmp_path: Path) -> None:
    review = read_review(write_review(_review(name="ư" * LONGEST_TEXT), tmp_path / "so.xlsx"))
    assert review.baseline.activities["name"].tolist() == ["ư" * LONGEST_TEXT]


def test_two_tables_of_rates_do_not_fit_one_workbook(tmp_path: Path) -> None:
    review = _review()
    tables = {group: dict(frames) for group, frames in review.tables.items()}
    tables["baseline"]["rates"] = pd.DataFrame({"grade": ["A1/1"], "vnd_per_hour": [45_265], "source": ["GDP 2022"]})
    other = Review.from_tables(tables["baseline"], tables["simplified"], tables["review"])
    with pytest.raises(MismatchError) as caught:
        write_review(other, tmp_path / "so.xlsx")
    assert [one.code for one in caught.value.faults] == ["rates_of_two_states"]


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_template(tmp_path / "mau.xlsx")
    for library, use in (
        ("python_calamine", read_review),
        ("xlsxwriter", lambda there: write_template(there, force=True)),
    ):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError, match=r'pip install "tthc-cost\[report\]"'):
            use(path)
