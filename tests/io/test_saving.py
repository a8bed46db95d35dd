"""What is written is there whole or not at all, in the place named, and never over something unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remarks import says
from tthc_cost.errors import InputFault, OutputExistsError
from tthc_cost.io.saving import file_name, save_file, save_folder

if TYPE_CHECKING:
    from pathlib import Path


def _names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    assert save_file(tmp_path / "a.csv", b"1").read_bytes() == b"1"
    assert _names(tmp_path) == ["a.csv"]


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    save_file(tmp_path / "a.csv", b"1")
    with pytest.raises(OutputExistsError):
        save_file(tmp_path / "a.csv", b"2")
    assert (tmp_path / "a.csv").read_bytes() == b"1"
    assert save_file(tmp_path / "a.csv", b"2", force=True).read_bytes() == b"2"


def test_a_folder_in_the_place_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "so.xlsx").mkdir()
    with pytest.raises(InputFault) as caught:
        save_file(tmp_path / "so.xlsx", b"1", force=True)
    assert says(caught.value.faults[0], "là một thư mục", "is a folder")
    assert _names(tmp_path) == ["so.xlsx"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        save_file(tmp_path / ("a" * 300), b"1")
    assert says(caught.value.faults[0], "không có tệp nào bị thay đổi", "no file was changed")
    assert not _names(tmp_path)


def test_files_of_a_folder_are_all_written_or_none(tmp_path: Path) -> None:
    folder = tmp_path / "ra"
    save_folder(folder, {"a": b"1", "b": b"1"})
    (folder / "c").mkdir()
    with pytest.raises(InputFault) as caught:
        save_folder(folder, {"a": b"2", "c": b"2"}, force=True)
    assert caught.value.faults[0].code == "output_not_written"
    assert (folder / "a").read_bytes() == b"1"
    assert _names(folder) == ["a", "b", "c"]
    assert _names(tmp_path) == ["ra"]


@given(st.text())
def test_the_name_of_a_file_never_leaves_its_folder(text: str) -> None:
    name = file_name(text, ".docx")
    assert name.endswith(".docx")
    assert set(name[:-5]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[:-5]
