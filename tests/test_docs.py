"""The pages say what the code says: every column, term, message and public name stands where a reader looks for it."""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tthc_cost
from tthc_cost import vocabulary
from tthc_cost.cli import app
from tthc_cost.schema import TABLES
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from cyclopts import Argument

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
ROOMS = sorted(room.name for room in pkgutil.iter_modules(tthc_cost.__path__))
TERMS = [
    kind for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, Term) and kind is not Term
]


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def rows_of(text: str) -> set[tuple[str, ...]]:
    """Return the rows of the tables of a page, cell by cell."""
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    return {tuple(cell.strip() for cell in line.split(" | ")) for line in lines}


def section_of(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    return re.split(rf"^{level} ", text.partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", TABLES)
def test_the_nomenclature_lists_every_column_with_its_unit(name: str) -> None:
    table = TABLES[name]
    rows = rows_of(section_of(read("reference/nomenclature.md"), f"### {table.vi} · `{name}`"))
    for column in table.columns:
        unit = f"{column.unit('vi')} · {column.unit('en')}" if column.unit() else ""
        assert (f"`{column.name}`", column.vi, column.en, unit) in rows, column.name


def test_every_quantity_has_a_word_in_both_languages_with_its_unit_meaning_and_source() -> None:
    _, _, *words = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section_of(read("reference/nomenclature.md"), "## Các từ · The words").splitlines()
        if line.startswith("|")
    ]
    columns = [column for table in TABLES.values() for column in table.columns]
    units = {name: unit for _, _, code, unit, _, _ in words for name in re.findall(r"`([\w.]+)`", code)}
    for column in columns:
        if column.unit():
            assert column.unit("vi").partition("/")[0] in units[column.name], column.name
    said = {column.name for column in columns} | set(TABLES) | set(tthc_cost.__all__)
    said |= {term.value for kind in TERMS for term in kind} | {"annual_cost_vnd", "simplified", "baseline"}
    for vi, en, _, _, meaning, source in words:
        assert all((vi, en, source)), vi
        assert re.fullmatch(r".+; \*.+\*", meaning), vi
    for name in units:
        owner, _, attribute = name.partition(".")
        assert owner in said, name
        assert not attribute or attribute in _attributes(getattr(tthc_cost, owner)), name


def _attributes(kind: type) -> set[str]:
    return {*dir(kind), *(name for one in kind.__mro__ for name in getattr(one, "__annotations__", ()))}


@pytest.mark.parametrize("kind", TERMS, ids=lambda kind: kind.__name__)
def test_the_nomenclature_lists_every_term_in_both_languages(kind: type[Term]) -> None:
    text = read("reference/nomenclature.md")
    (heading,) = re.findall(rf"^### .*`{kind.__name__}`$", text, flags=re.MULTILINE)
    rows = rows_of(section_of(text, heading))
    assert {(f"`{term.value}`", term.label("vi"), term.label("en")) for term in kind} <= rows


@pytest.mark.parametrize("name", TABLES)
def test_the_page_of_tables_states_key_type_and_limits_of_every_column(name: str) -> None:
    table = TABLES[name]
    section = section_of(read("reference/tables.md"), f"## `{name}` · {table.vi}")
    assert "Khóa · key: " + ", ".join(f"`{part}`" for part in table.key) in section
    rows = {row[0]: row for row in rows_of(section)}
    for column in table.columns:
        _, heading, _, dtype, limits, needed = rows[f"`{column.name}`"]
        assert (heading, dtype) == (column.heading("vi"), f"`{column.dtype}`")
        assert limits == ("" if column.limit is None else f"0 … {column.limit:,}".replace(",", "\N{NO-BREAK SPACE}"))
        assert needed.startswith("bắt buộc có giá trị" if column.filled else "cột phải có" if column.present else "")


def test_every_message_stands_on_its_page_as_it_is_said() -> None:
    text = html.unescape(re.sub(r"\\([*\[])", r"\1", read("reference/messages.md")))
    messages = ROOT / "src" / "tthc_cost" / "data" / "messages"
    catalogue: dict[str, dict[str, str]] = {}
    for file in messages.glob("*.toml"):
        catalogue |= tomllib.loads(file.read_text(encoding="utf-8"))
    assert set(re.findall(r"^### `(\w+)`$", text, flags=re.MULTILINE)) == set(catalogue)
    for code, entry in catalogue.items():
        section = section_of(text, f"### `{code}`")
        assert f"({entry['severity']})" in section
        for name, sentence in entry.items():
            assert name == "severity" or sentence in section, (code, name)


def test_the_page_of_the_command_line_has_every_command_and_option_as_its_help_says() -> None:
    text = read("reference/cli.md")
    shared = rows_of(section_of(text, "## Lựa chọn chung · Shared choices"))
    commands = [name for name in app if not name.startswith("-")]
    assert re.findall(r"^## `tthc-cost (\w+)`$", text, flags=re.MULTILINE) == commands
    for command in commands:
        section = section_of(text, f"## `tthc-cost {command}`")
        assert app[command].help.strip() in section
        rows = {row[0]: row for row in rows_of(section)}
        for one in app[command].assemble_argument_collection():
            if one.names == ("*",):
                assert "[các lựa chọn chung](#lua-chon-chung-shared-choices)" in section
                continue
            row = _row_of(one)
            assert row in (shared if one.keys else rows.values()), row
            rows.pop(row[0], None)
        assert not [name for name in rows if name.startswith("`")], command


def _row_of(option: Argument) -> tuple[str, ...]:
    choices = ", ".join(f"`{one}`" for one in option.get_choices() or ())
    default = option.field_info.default
    shown = "bắt buộc · required" if option.required else f"`{default}`" if default else ""
    return f"`{option.names[0]}`", choices, shown, option.parameter.help or ""


def test_commands_of_the_readme_are_commands() -> None:
    commands = re.findall(r"^tthc-cost .*", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert commands
    for command in commands:
        app.parse_args(shlex.split(command, comments=True)[1:], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_every_extra_to_install_is_one_of_the_project(page: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"install .*?(?:tthc-cost|\.)\[([\w,-]+)\]", page.read_text(encoding="utf-8"))
    assert {extra for extras in named for extra in extras.split(",")} <= set(settings["optional-dependencies"])


def test_the_first_page_names_every_how_to() -> None:
    linked = set(re.findall(r"\(how-to/([\w-]+)\.md\)", read("index.md")))
    assert linked == {page.stem for page in (DOCS / "how-to").glob("*.md")}


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_of_a_room_has_its_stub(room: str) -> None:
    names = importlib.import_module(f"tthc_cost.{room}").__all__
    stubs = re.findall(rf"^::: tthc_cost\.{room}\.(\w+)$", read(f"reference/{room}.md"), flags=re.MULTILINE)
    assert sorted(stubs) == sorted(names)


def test_every_name_at_the_root_is_listed_and_lives_in_a_room() -> None:
    listed = dict(re.findall(r"\[`tc\.(\w+)`\]\[tthc_cost\.(\w+)\.\w+\]", read("reference/index.md")))
    assert set(listed) == set(tthc_cost.__all__)
    for name, room in listed.items():
        assert getattr(importlib.import_module(f"tthc_cost.{room}"), name) is getattr(tthc_cost, name)


def test_the_page_of_the_design_has_every_room_at_its_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = settings["importlinter"]["contracts"][0]["layers"]
    order = [name.strip() for layer in layers for name in layer.split("|") if "(" not in name]
    rows = section_of(read("explanation/design.md"), "## The layers").splitlines()
    shown = [name for row in rows for name in re.findall(r"`(\w+)`\]\(", row.split(" | ")[0])]
    assert sorted(shown) == ROOMS
    assert sorted(shown, key=order.index) == shown


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


@pytest.mark.parametrize("page", sorted((DOCS / "explanation").glob("*.md")), ids=lambda page: page.stem)
def test_every_explanation_begins_with_a_summary_in_vietnamese(page: Path) -> None:
    assert '!!! abstract "Tóm tắt"' in page.read_text(encoding="utf-8").split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_on_the_pages_is_python_that_is_run_or_a_command_to_type(page: Path) -> None:
    fences = re.findall(r"^ *```(.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(fences[::2]) <= {"python", "console"}


@pytest.mark.heavy
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    for page in PAGES:
        assert (tmp_path / page.relative_to(DOCS).with_suffix(".html")).is_file()
    assert "tthc_cost.comparison.compare" in (tmp_path / "reference" / "comparison.html").read_text(encoding="utf-8")
