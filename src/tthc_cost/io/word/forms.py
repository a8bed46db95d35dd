"""Inventory and review forms filled in with Word, as tables of the library; what is not put regularly is listed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.cells import read_value
from tthc_cost.conformity import conform
from tthc_cost.errors import InputFault, Place, TthcCostError, remark
from tthc_cost.io.word.archive import open_document
from tthc_cost.io.word.contents import (
    is_none,
    read_deadline,
    read_documents,
    read_execution,
    read_proposals,
    read_sets,
    read_steps,
)
from tthc_cost.io.word.entries import find_entries
from tthc_cost.io.word.labels import shown
from tthc_cost.schema import ORIGIN, TABLES, ColumnKind, origin_text
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.word.entries import Entry

__all__ = ["WordForms", "read_word_folder", "read_word_forms"]

_READ: Final = ("procedures", "documents", "steps", "criteria", "decisions", "proposals")
_DOCUMENTS: Final = frozenset({".docx", ".docm"})
_OTHER_DOCUMENTS: Final = frozenset({".doc", ".odt", ".rtf"})
_PROCEDURE: Final = "thủ tục "
_PLAIN: Final = frozenset({ColumnKind.TEXT, ColumnKind.CODE})
_LEADERS: Final = ("code", "name", "field", "kind", "level")
"""Items that may be the first of a procedure's, so that a second one begins the next procedure."""
_OF_PROPOSAL: Final = frozenset({"execution", "reason", "document", "provision", "action", "authority", "due_on"})


@dataclass(frozen=True, slots=True)
class WordForms:
    """What the Word forms hold.

    Parameters
    ----------
    tables
        Frames by the name of their table, every column at its dtype: ``procedures``, ``documents``, ``steps`` of the
        inventory form, ``criteria``, ``decisions`` and ``proposals`` of the review form; each may be empty.
    remarks
        What was not read, with its label and how it begins, and what was taken for granted.
    """

    tables: Mapping[str, pd.DataFrame]
    remarks: tuple[Remark, ...]


def read_word_forms(path: str | os.PathLike[str]) -> WordForms:
    """Read one Word document with the inventory or review forms of one procedure or of many.

    The items are found by their labels: in a table of label and contents with or without numbers, in a table with a row
    a procedure, or in running text. Steps, documents, numbers of copies, time limits in working days, answers to the
    review criteria and legal acts are read where they are put regularly; whatever is not is listed, never guessed.

    Parameters
    ----------
    path : str or path-like
        A .docx file. Macros, links and pictures in it are not touched.

    Returns
    -------
    WordForms

    Raises
    ------
    InputFault
        If the file cannot be read safely, or holds no form.

    Examples
    --------
    >>> import docx
    >>> from tempfile import TemporaryDirectory
    >>> form = docx.Document()
    >>> for line in ("Tên thủ tục: Nâng bậc lương", "Mã TTHC: NB-04", "Thời hạn giải quyết: 15 ngày làm việc"):
    ...     _ = form.add_paragraph(line)
    >>> with TemporaryDirectory() as folder:
    ...     form.save(f"{folder}/bieu.docx")
    ...     read = read_word_forms(f"{folder}/bieu.docx")
    >>> read.tables["procedures"][["procedure", "deadline_days"]].values.tolist()
    [['NB-04', 15.0]]
    """
    path = Path(path)
    return _forms_of([_read(path, path.name)])


def read_word_folder(
    folder: str | os.PathLike[str], progress: Callable[[str, int, int], None] | None = None
) -> WordForms:
    """Read every Word document of a folder and of those in it.

    A procedure whose review form is in another file than its inventory form is one by its code, or by its name.

    Parameters
    ----------
    folder : str or path-like
        The folder. Hidden files, and those that Word lays beside an open one (``~$…``), are left out.
    progress : callable, optional
        Called after each file with its name, how many are done, and how many there are.

    Returns
    -------
    WordForms

    Raises
    ------
    InputFault
        With every fault of all files; a document in another format (.doc, .odt, .rtf) is one, since to leave it out
        would leave out whoever sent it.

    Examples
    --------
    >>> import docx
    >>> from tempfile import TemporaryDirectory
    >>> form = docx.Document()
    >>> _ = form.add_paragraph("Tên thủ tục: Nâng bậc lương")
    >>> with TemporaryDirectory() as folder:
    ...     form.save(f"{folder}/bieu.docx")
    ...     read = read_word_folder(folder, lambda file, done, total: print(f"{done}/{total} {file}"))
    1/1 bieu.docx
    >>> print(read.remarks[0].code)
    word_without_code
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputFault.because("folder_missing", Place(str(folder)))
    inside = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    names = [
        path
        for path in inside
        if path.suffix.lower() in _DOCUMENTS | _OTHER_DOCUMENTS
        and not any(part.startswith((".", "~$")) for part in path.parts)
    ]
    if not names:
        raise InputFault.because("folder_without_documents", Place(str(folder)))
    read: list[_Read] = []
    faults: list[Remark] = []
    for done, name in enumerate(names, start=1):
        try:
            read.append(_read(folder / name, name.as_posix()))
        except InputFault as error:
            faults += error.faults
        if progress:
            progress(name.as_posix(), done, len(names))
    if faults:
        raise InputFault(*faults)
    return _forms_of(read)


# Procedures


@dataclass(slots=True)
class _Procedure:
    """The items of one procedure in one file."""

    entries: list[Entry] = field(default_factory=list)

    def says(self, name: str) -> str:
        """Return the text of the first item of a field, empty without one."""
        return next((" ".join(entry.text.split()).strip(" .;") for entry in self.entries if entry.name == name), "")


@dataclass(slots=True)
class _Read:
    procedures: list[_Procedure]
    remarks: list[Remark]


def _read(path: Path, file: str) -> _Read:
    """Read one document, and divide its items among procedures."""
    entries, remarks = find_entries(open_document(path, file))
    if not any(entry.name for entry in entries):
        raise InputFault.because("word_no_form", Place(file))
    procedures: list[_Procedure] = []
    remarks += [
        remark("word_row_unread", entry.place, label=entry.label, text=shown(entry.text))
        for entry in entries
        if entry.name is None and entry.lines
    ]
    known = [entry for entry in entries if entry.name and (entry.lines or entry.grids)]
    leader = next((entry.name for entry in known if entry.name in _LEADERS), "name")
    for entry in known:
        names = {one.name for one in procedures[-1].entries} if procedures else set()
        if not procedures or entry.starts or (entry.name in names and entry.name in {leader, "name", "code"}):
            procedures.append(_Procedure())
        procedures[-1].entries.append(entry)
    remarks += [
        remark("word_without_procedure", entry.place, label=shown(entry.label), text=shown(entry.text))
        for one in procedures
        if not one.says("name") and not one.says("code")
        for entry in one.entries
    ]
    return _Read([one for one in procedures if one.says("name") or one.says("code")], remarks)


def _name_key(name: str) -> str:
    folded = fold(name.strip(" .;"))
    return folded.removeprefix(fold(_PROCEDURE) + " ")


def _coded(procedures: Iterable[_Procedure], remarks: list[Remark]) -> dict[str, list[_Procedure]]:
    """Bring the parts of each procedure together under its code, that of its namesake, or one that stands for it."""
    procedures = list(procedures)
    codes: dict[str, set[str]] = {}
    for one in procedures:
        if one.says("code"):
            codes.setdefault(_name_key(one.says("name")), set()).add(one.says("code"))
    coded: dict[str, list[_Procedure]] = {}
    for one in procedures:
        code, name = one.says("code"), one.says("name")
        namesakes = codes.get(_name_key(name), set())
        if not code and len(namesakes) == 1:
            code = next(iter(namesakes))
            remarks.append(remark("word_code_by_name", one.entries[0].place, procedure=shown(name), code=code))
        elif not code:
            code = f"TAM-{hashlib.sha256(_name_key(name).encode()).hexdigest()[:8]}"
            if code not in coded:
                remarks.append(remark("word_without_code", one.entries[0].place, procedure=shown(name), code=code))
        coded.setdefault(code, []).append(one)
    return coded


def _forms_of(read: Sequence[_Read]) -> WordForms:
    remarks = [one for each in read for one in each.remarks]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _READ}
    for code, parts in _coded((one for each in read for one in each.procedures), remarks).items():
        _Rows(code, rows, remarks).add(parts)
    tables = {}
    for name, found in rows.items():
        conformed = conform(name, pd.DataFrame(found, dtype=object) if found else None)
        tables[name] = conformed.frame
        remarks += conformed.remarks
    return WordForms(MappingProxyType(tables), tuple(remarks))


# Rows


@dataclass(slots=True)
class _Rows:
    """Makes the rows of one procedure."""

    code: str
    rows: dict[str, list[dict[str, Any]]]
    remarks: list[Remark]

    def add(self, parts: Sequence[_Procedure]) -> None:
        """Add the rows of all its items."""
        entries = [entry for part in parts for entry in part.entries]
        fields: dict[str, Entry] = {}
        for entry in entries:
            name = entry.name or ""
            if name in {"criteria", "content"} | _OF_PROPOSAL:
                continue
            if name not in fields:
                fields[name] = entry
            elif fold(entry.text) != fold(fields[name].text) or entry.grids:
                text = shown(entry.text)
                self._say("word_field_twice", entry, procedure=self.code, text=text)
        if "name" in fields and fields["name"].text.strip(" .;"):
            columns = {column.name for column in TABLES["procedures"].columns} - {"procedure", "name"}
            values = {name: self._value("procedures", name, entry) for name, entry in fields.items() if name in columns}
            name = " ".join(fields["name"].text.split()).rstrip(" .;")
            self._add("procedures", fields["name"], values | {"name": name})
        self._steps(fields.get("steps"))
        self._documents(fields.get("documents"), fields.get("forms"))
        if (fees := fields.get("fees")) and not is_none(fees.text):
            self.remarks.append(remark("word_fee_not_tabled", fees.place, text=shown(fees.text)))
        if decision := fields.get("decision"):
            self._decision(decision)
        self._criteria([entry for entry in entries if entry.judgement])
        self._proposals([entry for entry in entries if entry.name in {"content"} | _OF_PROPOSAL])

    def _say(self, code: str, entry: Entry, **values: object) -> None:
        self.remarks.append(remark(code, entry.place, label=shown(entry.label), **values))

    def _value(self, table: str, name: str, entry: Entry) -> object:
        """Read an item as its column says; None, and said so, where it is no such value."""
        column = TABLES[table].column(name)
        text = entry.text
        if column.kind in _PLAIN:
            return text
        if column.kind is ColumnKind.DAYS:
            return self._days(text, entry, table, name)
        if name == "dossier_sets":
            value: object = read_sets(" ".join(text.split()))
        else:
            try:
                value = read_value(column, text.rstrip(" .;"))
            except TthcCostError:
                value = None
        if value is None:
            self._unread(entry, text, column.unit() or column.vi)
        return value

    def _unread(self, entry: Entry, text: str, reason: str) -> None:
        self._say("word_value_unread", entry, text=shown(text), reason=reason)

    def _days(self, text: str, entry: Entry, table: str, column: str) -> float | None:
        days, is_plain, rest = read_deadline(text, table, column)
        if days is None:
            self._unread(entry, text, TABLES[table].column(column).unit())
        if is_plain:
            self._say("word_plain_days", entry, text=shown(text))
        if rest:
            self._say("word_part_unread", entry, text=shown(rest))
        return days

    def _add(self, table: str, entry: Entry, row: Mapping[str, Any]) -> None:
        self.rows[table].append({"procedure": self.code} | dict(row) | {ORIGIN: _origin(entry)})

    def _steps(self, entry: Entry | None) -> None:
        if entry is None:
            return
        found = read_steps(entry.lines, entry.grids)
        for text in found.unread:
            self._say("word_part_unread", entry, text=shown(text))
        for row in found.rows:
            if "duration_days" in row:
                row["duration_days"] = self._days(row["duration_days"], entry, "steps", "duration_days")
            self._add("steps", entry, row)

    def _documents(self, entry: Entry | None, forms: Entry | None) -> None:
        found = read_documents(entry.lines, entry.grids) if entry and not is_none(entry.text) else None
        if entry and found:
            for text in found.unread:
                self._say("word_part_unread", entry, text=shown(text))
            for row in found.rows:
                if forms and is_none(forms.text):
                    row["is_form"] = row["is_form"] or False
                self._add("documents", entry, row)
        if forms is None or is_none(forms.text):
            return
        by_name = {fold(row["name"]): row for row in self.rows["documents"] if row["procedure"] == self.code}
        for line in forms.lines:
            name = fold(line.text.rstrip(" .;"))
            matching = [row for known, row in by_name.items() if known == name or known.startswith(f"{name} (")]
            for row in matching:
                row["is_form"] = True
            if not matching:
                self._say("word_part_unread", forms, text=shown(line.text))

    def _decision(self, entry: Entry) -> None:
        try:
            decision = read_value(TABLES["decisions"].column("decision"), entry.text.rstrip(" .;"))
        except TthcCostError:
            self._unread(entry, entry.text, TABLES["decisions"].column("decision").vi)
        else:
            self._add("decisions", entry, {"decision": decision})

    def _criteria(self, entries: Iterable[Entry]) -> None:
        """Add an answer a component and criterion; where several questions agree, their reasons together."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            if judged := entry.judgement:
                groups.setdefault((judged.component, judged.criterion), []).append(entry)
        for (component, criterion), group in groups.items():
            judgements = [entry.judgement for entry in group if entry.judgement]
            first = judgements[0]
            if len({one.answer for one in judgements}) > 1:
                label = first.criterion.label()
                self.remarks.append(remark("word_answers_differ", group[0].place, component=component, criterion=label))
                continue
            reasons = "\n".join(dict.fromkeys(filter(None, (one.reason for one in judgements))))
            row = {"component": component, "criterion": criterion, "answer": first.answer, "reason": reasons or None}
            self._add("criteria", group[0], row)

    def _proposals(self, entries: Sequence[Entry]) -> None:
        """Add an item a content; reason and legal act are those of the contents before them."""
        columns = {column.name for column in TABLES["proposals"].columns}
        items: list[dict[str, Any]] = []
        current: list[dict[str, Any]] = []
        for entry in entries:
            name = entry.name or ""
            if name == "content":
                current = [one | {ORIGIN: _origin(entry)} for one in read_proposals(entry.lines)]
                items += current
                continue
            if name == "execution":
                said: Mapping[str, object] | None = read_execution(entry.text)
            else:
                value = self._value("proposals", name, entry)
                said = {name: value} if value is not None else {}
            # An act that stands under several contents is not known to be the act of each.
            if said is None or len(current) != 1 or said.keys() & current[0].keys():
                self._say("word_part_unread", entry, text=shown(entry.text))
            else:
                current[0] |= said
        for number, item in enumerate(items, start=1):
            known = {name: value for name, value in item.items() if name in columns or name == ORIGIN}
            self.rows["proposals"].append({"procedure": self.code, "item": str(number)} | known)


def _origin(entry: Entry) -> str:
    place = entry.place
    return origin_text(place.file or "", place.sheet or "", place.row or 0)
