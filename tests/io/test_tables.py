"""A review written as a folder of tables is read back equal, and every fault of such a folder names its cell."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remarks import codes_of, only, says
from review_tables import review_tables
from tthc_cost.errors import InputFault, MissingExtraError, OutputExistsError, Place, UnknownNameError
from tthc_cost.io import delimited, read_example
from tthc_cost.io.delimited import delimited_cells, delimited_text
from tthc_cost.io.tables import find_tables, read_tables, write_tables
from tthc_cost.review import Review
from workbooks import AFTER, NOW, sound_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from tthc_cost.errors import Remark
    from tthc_cost.io.tables import Format

FILES = {"TTHC": "procedures", "Tính chi phí": "activities", "Rà soát": "decisions", "Mức thu nhập": "rates"}


def save_csv(folder: Path, separator: str = ",", encoding: str = "utf-8") -> Path:
    """Write the sound review as a folder of CSV files with Vietnamese headings."""
    folder.mkdir(parents=True)
    for sheet, rows in sound_sheets("1.004080").items():
        target = io.StringIO()
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        csv.writer(target, delimiter=separator).writerows(texts)
        (folder / f"{FILES[sheet]}.csv").write_bytes(target.getvalue().encode(encoding))
    return folder


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path) -> tuple[Remark, ...]:
    with pytest.raises(InputFault) as caught:
        read_tables(folder)
    return caught.value.faults


@pytest.mark.parametrize("written", ["csv", "parquet"])
@given(tables=review_tables())
@settings(max_examples=8)
def test_what_is_written_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, written: Format, tables: tuple[dict[str, pd.DataFrame], ...]
) -> None:
    review = Review.from_tables(*tables)
    assert read_tables(write_tables(review, tmp_path_factory.mktemp("there") / "bang", format=written)) == review


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    review = read_example()
    read = [read_tables(write_tables(review, tmp_path / one, format=one)) for one in ("csv", "parquet")]
    assert read == [review, review]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separator_and_byte_order_mark_change_nothing(tmp_path: Path, separator: str, encoding: str) -> None:
    review = read_tables(save_csv(tmp_path / "bang", separator, encoding))
    assert review.baseline.procedures["procedure"].tolist() == ["1.004080"]
    assert review.baseline.activities["effort_hours"].tolist() == [8, 2, 2]
    assert review.simplified.activities["fee_vnd"].fillna(0).tolist() == [10_000, 0, 0]


def test_vietnamese_excel_writes_semicolons_decimal_commas_and_thousands_points(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang", ";")
    change(folder, "activities.csv", "A1/1;8;20000", "A1/1;0,7;20.000")
    activities = read_tables(folder).baseline.activities
    assert (activities["effort_hours"].iloc[0], activities["fee_vnd"].iloc[0]) == (0.7, 20_000)


def test_files_may_bear_the_names_of_the_sheets(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang")
    for sheet, name in FILES.items():
        (folder / f"{name}.csv").rename(folder / f"{sheet}.CSV")
    (folder / "Tính chi phí.CSV").rename(folder / "tinh_chi_phi.csv")
    (folder / "ghi-chú.txt").write_text("không phải bảng", encoding="utf-8")
    (folder / ".procedures.csv").write_text("", encoding="utf-8")
    assert read_tables(folder) == read_tables(save_csv(tmp_path / "khac"))
    assert set(find_tables(folder)) == set(FILES.values())


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2), min_size=1))
def test_any_cells_come_back_from_a_csv(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("there") / "o.csv"
    path.write_bytes(delimited_text([["a", "b"], *rows]))
    assert delimited_cells(path, Place(path.name), lambda top: len(top[0])) == [["a", "b"], *rows]


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)", "\tx", "\rx", "'", "'=x"])
def test_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(delimited_text([[text]]).decode("utf-8-sig"), newline=""))
    assert cell == f"'{text}"


def test_an_apostrophe_that_belongs_to_a_text_stays(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("a,b\n'Ví dụ',''=x", encoding="utf-8")
    assert delimited_cells(path, Place("o.csv"), lambda top: len(top[0])) == [["a", "b"], ["'Ví dụ'", "'=x"]]


def test_numbers_are_written_plainly_and_so_that_they_have_one_reading(tmp_path: Path) -> None:
    inventory = {
        "procedures": pd.DataFrame({"procedure": ["a"], "name": ["A"], "frequency": [1.0], "population": [1_234]}),
        "activities": pd.DataFrame({"procedure": ["a"], "activity": ["1"], "grade": ["A1/1"], "effort_hours": [1.125]}),
    }
    review = Review.from_tables(
        inventory,
        {},
        {"decisions": pd.DataFrame({"procedure": ["a"], "decision": ["keep"], "reviewed_on": ["2/1/2023"]})},
    )
    folder = write_tables(review, tmp_path / "bang")
    row = next(csv.DictReader(io.StringIO((folder / "activities.csv").read_text(encoding="utf-8-sig"))))
    assert (row["effort_hours"], row["frequency"], row["population"]) == ("1.1250", "1", "1234")
    assert "a,keep,,,2023-01-02," in (folder / "decisions.csv").read_text(encoding="utf-8-sig")
    change(folder, "activities.csv", "1.1250", "1.125")
    assert [(one.code, one.place.cell) for one in faults(folder)] == [("figure_has_two_readings", "J2")]


def test_codes_of_a_parquet_file_that_are_numbers_are_faults(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang")
    for name in ("procedures", "activities", "decisions"):
        frame = pd.read_csv(folder / f"{name}.csv")
        pl.from_pandas(frame).write_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    found = faults(folder)
    assert {one.code for one in found} == {"code_is_number"}
    first = found[0].place
    assert (first.file, first.sheet, first.row, first.column) == ("bang", "procedures.parquet", 2, "procedure")


def test_what_is_neither_text_nor_number_nor_date_is_a_fault_of_its_row(tmp_path: Path) -> None:
    folder = write_tables(read_example(), tmp_path / "bang", format="parquet")
    frame = pl.read_parquet(folder / "steps.parquet")
    names = [None, b"x", *[None] * (len(frame) - 2)]
    frame.with_columns(
        pl.Series("performer", names, dtype=pl.Binary), pl.lit(float("nan")).alias("duration_days")
    ).write_parquet(folder / "steps.parquet")
    found = faults(folder)
    assert says(only("parquet_value", found), "kiểu dữ liệu bytes", "of type bytes")
    assert (only("parquet_value", found).place.row, found[0].place.sheet) == (3, "steps.parquet")
    assert sum(one.code == "not_finite" for one in found) == len(frame)


def test_faults_of_all_files_are_said_at_once_each_with_file_row_and_column(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang")
    change(folder, "activities.csv", "A1/1,8,20000", "A1/1,8 ngày,20000")
    change(folder, "procedures.csv", f"{AFTER},1.004080,Nâng bậc lương,1,40", f"{AFTER},1.004080,Nâng bậc lương,1,-40")
    change(folder, "decisions.csv", "30/11/2023", "31/11/2023")
    found = {(one.place.sheet, one.place.cell, one.place.row, one.place.column) for one in faults(folder)}
    assert found == {
        ("procedures.csv", "E3", 3, "population"),
        ("activities.csv", "F2", 2, "effort_hours"),
        ("decisions.csv", "C2", 2, "approved_on"),
    }
    assert all(one.place.file == "bang" for one in faults(folder))


def _recoded(encoding: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / "procedures.csv"
        text = path.read_text(encoding="utf-8").replace("ậ", "a").replace("ê", "e").replace("ố", "o")
        path.write_bytes(text.encode(encoding, errors="replace"))

    return spoil


def _written(file: str, content: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / file).write_bytes(content)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "code", "vi", "en"),
    [
        (_recoded("cp1258"), "csv_encoding", "không phải là văn bản UTF-8: dòng 1", "is not UTF-8 text: row 1"),
        (_recoded("utf-16"), "csv_encoding", "(UTF-16)", "(UTF-16)"),
        (_recoded("utf-16-le"), "csv_encoding", "(UTF-16)", "(UTF-16)"),
        (_written("procedures.csv", b""), "file_empty", "tệp rỗng", "the file is empty"),
        (_written("procedures.csv", b'procedure,name\na,"b'), "csv_damaged", "mở mà không đóng", "never closed"),
        (_written("procedures.csv", b"a,b\n1,2\n"), "sheet_without_headings", "tiêu đề cột", "column headings"),
        (_written("procedures.csv", b"procedure,name\n" + b"a,b\n" * 200_000), "table_too_large", "200000", "200000"),
        (_written("steps.parquet", b"PAR1 is not enough PAR1"), "parquet_damaged", "không phải là Parquet", "Parquet"),
        (_written("procedures.parquet", b"PAR1"), "table_file_twice", "đã có ở tệp procedures.csv", "procedures.csv"),
        (_written("activity.csv", b"a"), "table_file_misspelt", "không có bảng nào tên", "no table has the name"),
        (lambda folder: (folder / "decisions.csv").unlink(), "table_file_missing", "thêm tệp decisions.csv", "Rà soát"),
        (lambda folder: (folder / "steps.csv").symlink_to(folder / "rates.csv"), "link_not_followed", "liên", "link"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_clear_fault(
    tmp_path: Path, spoil: Callable[[Path], None], code: str, vi: str, en: str
) -> None:
    folder = save_csv(tmp_path / "bang")
    if code == "table_file_misspelt":
        (folder / "activities.csv").unlink()
    spoil(folder)
    assert says(only(code, faults(folder)), vi, en)


def test_a_table_of_more_cells_than_are_read_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_csv(tmp_path / "bang")
    monkeypatch.setattr(delimited, "MOST_CELLS", 8)
    assert {one.code for one in faults(folder)} == {"table_too_large"}
    with pytest.raises(InputFault) as caught:
        read_tables(write_tables(read_example(), tmp_path / "parquet", format="parquet"))
    assert {one.code for one in caught.value.faults} == {"table_too_large"}


def test_a_file_of_no_table_is_noted_and_left_alone(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang")
    (folder / "so_lieu_khac.csv").write_bytes(b"x")
    said = only("table_file_unknown", read_tables(folder).notes)
    assert said.place.sheet == "so_lieu_khac.csv"
    assert says(said, "không được đọc", "is not read")


def test_uncertain_figures_are_numbers_in_a_csv_too(tmp_path: Path) -> None:
    folder = save_csv(tmp_path / "bang")
    text = f'state,table,key,column,low,high\n{NOW},activities,1.004080/1,effort_hours,"0,5",1 giờ\n'
    (folder / "ranges.csv").write_text(text, encoding="utf-8")
    assert [one.place.cell for one in faults(folder)] == ["F2"]
    change(folder, "ranges.csv", "1 giờ", "12.5")
    assert read_tables(folder).baseline.ranges[["low", "high"]].to_numpy().tolist() == [[0.5, 12.5]]


def test_a_folder_that_is_there_is_written_only_when_asked_and_other_files_stay(tmp_path: Path) -> None:
    review = read_example()
    folder = write_tables(review, tmp_path / "bang")
    (folder / "cua_toi.txt").write_text("công sức của tôi", encoding="utf-8")
    with pytest.raises(OutputExistsError):
        write_tables(review, folder)
    write_tables(review, folder, force=True)
    assert (folder / "cua_toi.txt").exists()


def test_other_formats_and_missing_folders_are_refused(tmp_path: Path) -> None:
    wrong: Any = "xml"
    with pytest.raises(UnknownNameError) as caught:
        write_tables(read_example(), tmp_path / "bang", format=wrong)
    assert says(only("unknown_format", caught.value.faults), "định dạng «xml»", "the format «xml»")
    assert [one.code for one in faults(tmp_path / "bang")] == ["folder_missing"]


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_tables(read_example(), tmp_path / "bang", format="parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tthc-cost\[engines\]"'):
        read_tables(folder)


def test_every_remark_of_the_room_is_provoked_here() -> None:
    texts = [
        Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("test_tables.py", "test_writing.py")
    ]
    assert {code for code in codes_of("tables") if not any(f'"{code}"' in text for text in texts)} == set()
