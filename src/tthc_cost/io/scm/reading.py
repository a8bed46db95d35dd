"""Files of form 03/SCM-KSTT, the official cost table, read into a review."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.errors import InputFault, Place, Severity, remark, require
from tthc_cost.io.opening import open_workbook
from tthc_cost.io.reading import find_workbooks, in_order
from tthc_cost.io.scm.checks import check_block, check_comparison
from tthc_cost.io.scm.layout import ScmLayout, default_layout, words_in
from tthc_cost.io.scm.states import Procedure, tables_of
from tthc_cost.io.scm.table import read_scm_sheet
from tthc_cost.numerals import shorten
from tthc_cost.review import Review
from tthc_cost.vocabulary import State

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.opening import Workbook
    from tthc_cost.io.scm.lines import Block
    from tthc_cost.io.scm.states import Tables
    from tthc_cost.io.scm.table import Form

__all__ = ["read_scm_form", "read_scm_forms"]

_FORMATS: Final = ("xlsx", "xls")


def read_scm_form(path: str | os.PathLike[str], *, layout: ScmLayout | None = None) -> Review:
    """Read a workbook of form 03/SCM-KSTT, the official cost table: one procedure, or several.

    The current block and the one after simplification may stand on one sheet, below each other or side by side, on
    sheets of their own, or on one sheet a procedure. Headings are found by their words, a unit in a heading scales its
    column, and what the form leaves unsaid and is taken from another cell is noted. A hidden sheet does not count; a
    warning says so if a cost table is on it. Costs, sub-totals and totals that
    the form states are held against ours: a difference is a warning and changes no figure of ours.

    Parameters
    ----------
    path : str or path-like
        An .xlsx or .xls file.
    layout : ScmLayout, optional
        The words of a province's own form; by default the shipped ones.

    Returns
    -------
    Review
        Lines of the two blocks that are the same, by group and name, have the same code. Each hourly rate of the
        current block is a grade. The decision is not on the form: ``amend`` if lines differ, ``keep`` if they do not,
        ``abolish`` if the block after says so in words.

    Raises
    ------
    InputFault
        With every fault of the file, each with its sheet and cell; a missing or empty block is one.
    MissingExtraError
        If python-calamine is not installed.

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27.
    """
    path = Path(path)
    return _review_of([_read_file(path, path.name, layout)])


def read_scm_forms(
    folder: str | os.PathLike[str],
    progress: Callable[[str, int, int], None] | None = None,
    *,
    layout: ScmLayout | None = None,
) -> Review:
    """Read every form of a folder, and of those in it, as one review.

    Parameters
    ----------
    folder : str or path-like
        The folder. A file's name in messages is its path from here.
    progress : callable, optional
        Called after each file with its name, how many are done, and how many there are.
    layout : ScmLayout, optional
        As of `read_scm_form`.

    Returns
    -------
    Review

    Raises
    ------
    InputFault
        With every fault of all files.
    MissingExtraError
        If python-calamine is not installed.
    """
    files = find_workbooks(folder)
    read = []
    for done, (file, path) in enumerate(files.items(), start=1):
        read.append(_read_file(path, file, layout))
        if progress:
            progress(file, done, len(files))
    return _review_of(read)


# One file


@dataclass(slots=True)
class _File:
    """What one file holds, what was said of it, the columns that its lines stand in, and where procedures begin."""

    name: str
    tables: list[Tables] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    letters: dict[tuple[str | None, int | None], dict[str, str]] = field(default_factory=dict)
    sheets: list[Place] = field(default_factory=list)

    def cell(self, place: Place) -> str | None:
        """Return the cell of a place that names a row and a column of this file."""
        letter = self.letters.get((place.sheet, place.row), {}).get(place.column or "")
        return f"{letter}{place.row}" if letter else None


@dataclass(slots=True)
class _Group:
    """Forms of one procedure."""

    forms: list[Form] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, tuple[Any, Place]]:
        labels: dict[str, tuple[Any, Place]] = {}
        for form in self.forms:
            for name, found in form.labels.items():
                labels.setdefault(name, found)
        return labels

    @property
    def states(self) -> set[State]:
        return {block.state for form in self.forms for block in form.blocks}

    def word(self, label: str) -> str | None:
        found = self.labels.get(label)
        return None if found is None else " ".join(words_in(str(found[0])))

    def takes(self, form: Form) -> bool:
        """Tell whether a form is of this procedure: by its code, its name, or what its sheet is called."""
        other = _Group([form])
        if other.word("code") and self.word("code"):
            return other.word("code") == self.word("code")
        if other.word("name") and self.word("name"):
            return other.word("name") == self.word("name")
        nameless = not (other.word("name") or other.word("code") or self.word("name") or self.word("code"))
        return nameless and any(form.rest == one.rest for one in self.forms) and not (other.states & self.states)


def _read_file(path: Path, file: str, layout: ScmLayout | None) -> _File:
    chosen = default_layout() if layout is None else layout
    require(chosen, ScmLayout, "layout")
    read = _File(file)
    forms: list[Form] = []
    try:
        workbook = open_workbook(path, file, formats=_FORMATS)
    except InputFault as error:
        read.remarks += error.faults
        return read
    for name in workbook.shown:
        try:
            forms += read_scm_sheet(workbook.sheet(name), Place(file, name), chosen)
        except InputFault as error:
            read.remarks += error.faults
    read.remarks += _left_out(workbook, chosen)
    read.remarks += [one for form in forms for one in form.remarks]
    groups = _groups(forms)
    if not groups and not any(one.severity is Severity.FAULT for one in read.remarks):
        words = "; ".join(
            f"«{chosen.columns[name][0]}»" for name in ("activity", "effort_hours", "vnd_per_hour", "frequency")
        )
        sheets = "; ".join(workbook.shown)
        read.remarks.append(remark("scm_no_table", Place(file), sheets=sheets, words=words))
    for group in groups:
        _read_group(group, read, len(groups) > 1, chosen)
    return read


def _left_out(workbook: Workbook, layout: ScmLayout) -> Iterator[Remark]:
    """Warn of cost tables on hidden sheets: mostly old copies, which nobody who looks at the file would see counted."""
    for name in workbook.names:
        if name in workbook.hidden:
            place = Place(workbook.file, name)
            try:
                forms = read_scm_sheet(workbook.sheet(name), place, layout)
                holds_table = any(form.blocks or form.remarks for form in forms)
            except InputFault:
                holds_table = True
            if holds_table:
                yield remark("scm_hidden_sheet", place)


def _groups(forms: Sequence[Form]) -> list[_Group]:
    """Bring the forms of each procedure together, those of two sheets that only together make one included."""
    groups: list[_Group] = []
    for form in forms:
        if form.blocks:
            group = next((one for one in groups if one.takes(form)), None)
            if group is None:
                groups.append(_Group([form]))
            else:
                group.forms.append(form)
    halves = [one for one in groups if len(one.states) == 1]
    if len(halves) == len(State) and halves[0].states != halves[1].states:
        one, other = halves
        same = all(one.word(name) in {None, other.word(name)} or other.word(name) is None for name in ("code", "name"))
        if same and not (one.word("name") and other.word("name")):
            one.forms += other.forms
            groups.remove(other)
    for form in forms:
        if not form.blocks:
            takers = [one for one in groups if one.takes(form)] or (groups if len(groups) == 1 else [])
            for group in takers[:1]:
                group.forms.append(form)
    return groups


def _read_group(group: _Group, read: _File, several: bool, layout: ScmLayout) -> None:
    blocks: dict[State, Block] = {}
    for block in (block for form in group.forms for block in form.blocks):
        if block.state in blocks:
            first = blocks[block.state].place.text("vi")
            read.remarks.append(remark("scm_block_twice", block.place, state=block.state.label(), first=first))
        blocks.setdefault(block.state, block)
        for line in block.lines:
            read.letters[line.place.sheet, line.place.row] = dict(line.letters)
    place = next(iter(blocks.values())).place
    if State.BASELINE not in blocks:
        read.remarks.append(remark("scm_block_missing", place, state=State.BASELINE.label()))
        return
    labels = group.labels
    made = " ".join(Path(read.name).with_suffix("").as_posix().replace("/", "-").replace(";", "-").split())
    if several:
        made = f"{made}-{' '.join((place.sheet or '').replace(';', '-').split())}"
        before = sum(one.sheet == place.sheet for one in read.sheets)
        read.sheets.append(place)
        made = f"{made}-{before + 1}" if before else made
    code = labels["code"][0] if "code" in labels else made
    if "code" not in labels:
        read.remarks.append(remark("scm_code_made", place, code=code))
    if "name" not in labels:
        name = (place.sheet or "") if several else Path(read.name).stem
        labels["name"] = (name, place)
        read.remarks.append(remark("scm_name_made", place, name=shorten(name)))
    comparison = {key: stated for form in group.forms for key, stated in form.comparison.items()}
    procedure = Procedure(place, code, labels, blocks, comparison, [])
    tables = tables_of(procedure, layout)
    read.tables.append(tables)
    read.remarks += tables.remarks
    for block in blocks.values():
        read.remarks += check_block(block)
    read.remarks += check_comparison(blocks, comparison)


# All files


def _review_of(files: Sequence[_File]) -> Review:
    """Make one review of all files, or raise every fault of all of them."""
    rows: dict[State | None, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for tables in (one for file in files for one in file.tables):
        for state, of_state in tables.states.items():
            for name, found in of_state.items():
                rows[state][name] += found
        rows[None]["decisions"] += tables.decisions
    remarks = [one for file in files for one in file.remarks]
    try:
        return Review.from_tables(
            *(
                {name: pd.DataFrame(found, dtype=object) for name, found in rows[state].items() if found}
                for state in (*State, None)
            ),
            remarks=remarks,
        )
    except InputFault as error:
        by_name = {file.name: file for file in files}
        said = in_order(error.faults, by_name, lambda place: by_name[place.file or ""].cell(place))
        raise InputFault(*said) from None
