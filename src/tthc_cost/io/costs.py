"""A plain table of published costs, of agencies that have nothing else: read, scaled to đồng, its sums checked."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.arithmetic import steps_of
from tthc_cost.cells import read_value
from tthc_cost.errors import InputFault, Place, TthcCostError, Validation, remark
from tthc_cost.io.cost_headings import COSTS, TEXTS, UNITS, cost_columns, cost_layout, cost_title
from tthc_cost.io.delimited import delimited_cells
from tthc_cost.io.headings import HEADING_ROWS
from tthc_cost.io.opening import Sheet, open_workbook
from tthc_cost.numerals import bare, clean, exact_number, format_exact, shorten
from tthc_cost.schema import TABLES, is_blank
from tthc_cost.units import read_money, read_number

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from tthc_cost.errors import Remark
    from tthc_cost.io.cost_headings import CostLayout

__all__ = ["PublishedCosts", "read_costs"]

_NUMBERING: Final = re.compile(r"[(\[]?(\d{1,2}|[A-Z])[)\]]?\s*(=.*)?")
_TOTAL: Final = re.compile(
    r"(tong|cong|tong cong|tong so|tong chi phi)"
    r"( [ivx0-9a-d+=()]+| (nhom|linh vuc|co quan|cac|muc|phan|toan|cua) .*)?[:.]?"
)
_GROUP: Final = re.compile(r"([IVXLC]+|[A-H])[.)]?")
_FIELD: Final = re.compile(r"(?:[IVXLC]+[.)]?\s+)?lĩnh vực:?\s+(.+)", re.IGNORECASE)
_MOST_DECIMALS: Final = 12
_NOISE_VND: Final = Fraction(1, 1000)
_NOISE_OF_RATIO: Final = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedCosts:
    """What a table of published costs says.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``procedure`` (text), ``name``, ``agency`` and ``field`` where they are there, ``baseline_vnd`` and
        ``simplified_vnd`` (whole đồng a year): what `Comparison.from_costs` takes.
    remarks : tuple of Remark
        Warnings and notes: sums, savings and percentages that are stated and are not ours, what was rounded, and which
        rows were passed over.
    """

    frame: pd.DataFrame
    remarks: tuple[Remark, ...]


def read_costs(path: str | os.PathLike[str]) -> PublishedCosts:
    r"""Read a plain table of the costs of procedures before and after.

    Headings are found by their words, on one row or two: *Mã TTHC*, *Tên TTHC*, *Cơ quan*, *Lĩnh vực*, *Chi phí
    trước* (or *hiện tại*), *Chi phí sau*; without codes the names stand for them. Costs in thousands, millions or
    billions, as the heading or a line *ĐVT: …* says, are scaled exactly. Rows of totals are not procedures: they are
    checked against the procedures' sums, and so are stated savings and percentages.

    Parameters
    ----------
    path : str or path-like
        An .xlsx, .xls or .csv file.

    Returns
    -------
    PublishedCosts

    Raises
    ------
    InputFault
        With every fault of the table, each with its cell.
    MissingExtraError
        If it is a workbook and python-calamine is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> rows = "ĐVT: triệu đồng", "Mã TTHC;Chi phí trước;Chi phí sau", "1.004080;22,5272;13,0742", "Tổng;22,5;14"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "chi_phi.csv"
    ...     _ = path.write_text("\n".join(rows), encoding="utf-8")
    ...     costs = read_costs(path)
    >>> costs.frame.to_dict("records")
    [{'procedure': '1.004080', 'baseline_vnd': 22527200, 'simplified_vnd': 13074200}]
    >>> [one.code for one in costs.remarks]
    ['costs_differ_by_rounding', 'costs_differ']
    """
    path = Path(path)
    found = [(layout, sheet) for place, sheet in _sheets(path) if (layout := cost_layout(sheet, place))]
    if len(found) != 1:
        titles = "; ".join(layout.place.sheet or "" for layout, _ in found)
        code = "costs_several_sheets" if found else "costs_without_headings"
        raise InputFault.because(code, Place(path.name), rows=HEADING_ROWS, sheets=titles)
    return _read(*found[0])


def _sheets(path: Path) -> Iterable[tuple[Place, Sheet]]:
    if path.suffix.lower() == ".csv":
        place = Place(path.name)

        def headings(rows: Sequence[Sequence[str]]) -> int:
            return max((len(cost_columns(row)) for row in rows), default=0)

        yield place, Sheet(delimited_cells(path, place, headings), {})
        return
    workbook = open_workbook(path, path.name, formats=("xlsx", "xls"))
    for name in workbook.shown:
        yield Place(path.name, name), workbook.sheet(name)


# The rows


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure that a table states, and the worth of its last digit [đồng]."""

    vnd: Fraction
    last_digit: Fraction


@dataclass(frozen=True, slots=True)
class _Row:
    """A procedure, or a row that sums procedures: its label and what it states."""

    row: int
    label: str
    stated: Mapping[str, _Figure]
    is_group: bool = False


@dataclass(slots=True)
class _Table:
    """What has been read of a table."""

    layout: CostLayout
    sheet: Sheet
    records: list[dict[str, Any]] = field(default_factory=list)
    procedures: list[_Row] = field(default_factory=list)
    sums: list[_Row] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    field_above: str = ""
    marks: dict[int, dict[int, Remark]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        for (row, position), mark in self.sheet.marks.items():
            self.marks[row][position] = mark

    def value(self, row: int, column: str) -> Any:  # noqa: ANN401 - a cell of a sheet
        """Return a cell, None where there is none or nothing in it."""
        position = self.layout.columns.get(column)
        cell = None if position is None else self.sheet.rows[row][position]
        return None if is_blank(cell) else cell

    def text(self, row: int, column: str) -> str:
        return "" if (value := self.value(row, column)) is None else str(value).strip()


def _read(layout: CostLayout, sheet: Sheet) -> PublishedCosts:
    table = _Table(layout, sheet, remarks=[*layout.remarks])
    code = "procedure" if "procedure" in layout.columns else "name"
    if code == "name":
        table.remarks.append(remark("costs_without_codes", layout.at(layout.first - 1, "name")))
    for row in range(layout.first, len(sheet.rows)):
        _read_row(table, row, code)
    if not table.records and not Validation.of(table.remarks).faults:
        table.remarks.append(remark("costs_without_rows", layout.place))
    _check_codes(table)
    Validation.of(table.remarks).raise_faults()
    _check_sums(table)
    names = [name for name in (*TEXTS, *COSTS) if name == "procedure" or any(name in one for one in table.records)]
    return PublishedCosts(pd.DataFrame(table.records, columns=names), tuple(table.remarks))


def _read_row(table: _Table, row: int, code: str) -> None:
    layout = table.layout
    filled = [str(cell).strip() for cell in table.sheet.rows[row] if not is_blank(cell)]
    if not (filled or row in table.marks) or (row == layout.first and _is_numbering(filled)):
        return
    labels = [text for name in ("number", "procedure", "name") if (text := table.text(row, name))]
    known = table.text(row, code)
    is_total = any(_TOTAL.fullmatch(bare(clean(text))) for text in labels)
    is_group = bool(_GROUP.fullmatch(table.text(row, "number"))) and (code == "name" or not known)
    has_costs = any(table.value(row, name) is not None or _mark(table, row, name) for name in COSTS)
    is_heading = not known or (len(labels) == 1 and len(known.split()) > 1)
    if is_total or is_group:
        _find_field(table, labels)
        table.sums.append(_Row(row, " ".join(labels), _stated(table, row), is_group))
    elif is_heading and not has_costs:
        _find_field(table, labels)
        table.remarks.append(remark("costs_row_passed_over", layout.cell(row, 0), text=shorten(" ".join(filled))))
    else:
        _read_procedure(table, row, code)


def _stated(table: _Table, row: int) -> dict[str, _Figure]:
    return {name: figure for name in (*COSTS, "saving") if (figure := _figure(table, row, name))}


def _is_numbering(filled: Sequence[str]) -> bool:
    """Tell the row below the headings that counts the columns: (1) (2) (3)=(1)-(2)."""
    numbers = [found[1] for text in filled if (found := _NUMBERING.fullmatch(text.removesuffix(".0")))]
    counted = [int(one) for one in numbers if one.isdecimal()]
    return (
        len(numbers) == len(filled) and len(counted) > 1 and counted == [*range(counted[0], counted[0] + len(counted))]
    )


def _find_field(table: _Table, labels: Sequence[str]) -> None:
    for text in labels:
        if found := _FIELD.fullmatch(clean(text)):
            table.field_above = found[1].strip()


def _read_procedure(table: _Table, row: int, code: str) -> None:
    record: dict[str, Any] = {}
    for name in TEXTS:
        if (name in table.layout.columns) and (value := _text(table, row, name, needed=name == code)):
            record[name] = value
    if code == "name" and "name" in record:
        record["procedure"] = record["name"]
    if table.field_above and "field" not in table.layout.columns:
        record["field"] = table.field_above
    stated = _stated(table, row)
    record |= _whole_costs(table, row, stated)
    table.records.append(record)
    table.procedures.append(_Row(row, record.get("procedure", ""), stated))


def _whole_costs(table: _Table, row: int, stated: Mapping[str, _Figure]) -> dict[str, int]:
    """Round the two costs to whole đồng, and say where that changes one, or where there is none."""
    costs = {}
    for name in COSTS:
        place = table.layout.at(row, name)
        if name in stated:
            vnd = stated[name].vnd
            costs[name] = steps_of(vnd, 1)
            if abs(costs[name] - vnd) > _NOISE_VND:
                shown = {"value": format_exact(vnd), "rounded": costs[name]}
                table.remarks.append(remark("rounded_money", place, column=cost_title(name), **shown))
        elif table.value(row, name) is None and not _mark(table, row, name):
            table.remarks.append(remark("blank_required", place, column=cost_title(name)))
    return costs


def _text(table: _Table, row: int, name: str, *, needed: bool) -> str | None:
    place = table.layout.at(row, name)
    column = TABLES["procedures"].column(name)
    if mark := _mark(table, row, name):
        table.remarks.append(mark)
        return None
    try:
        value = read_value(column, table.value(row, name))
    except TthcCostError as error:
        table.remarks += [one.at(file=place.file, sheet=place.sheet, cell=place.cell) for one in error.faults]
        return None
    if value is None and needed:
        table.remarks.append(remark("blank_required", place, column=column.vi))
    return None if value is None else str(value)


def _mark(table: _Table, row: int, name: str) -> Remark | None:
    mark = table.marks.get(row, {}).get(table.layout.columns[name])
    place = table.layout.at(row, name)
    return mark.at(file=place.file, sheet=place.sheet, cell=place.cell) if mark else None


def _figure(table: _Table, row: int, name: str) -> _Figure | None:
    """Read a cost; nothing, and a dash in the column of savings, is none."""
    if name not in table.layout.columns:
        return None
    if mark := _mark(table, row, name):
        table.remarks.append(mark)
        return None
    value, place, unit = table.value(row, name), table.layout.at(row, name), table.layout.units[name]
    if value is None or (name == "saving" and _is_dash(str(value))):
        return None
    try:
        if isinstance(value, str):
            has_unit = any(letter.isalpha() for letter in value)
            vnd = read_money(value if has_unit else f"{value} {unit}", argument=cost_title(name))
        else:
            vnd = exact_number(value, argument=cost_title(name)) * UNITS[unit]
    except TthcCostError as error:
        table.remarks += [one.at(file=place.file, sheet=place.sheet, cell=place.cell) for one in error.faults]
        return None
    if vnd < 0 and name != "saving":
        table.remarks.append(remark("negative", place, value=value, column=cost_title(name)))
        return None
    return _Figure(vnd, Fraction(UNITS[unit], 10 ** _decimals(vnd / UNITS[unit])))


def _is_dash(text: str) -> bool:
    return not text.strip(" -–—.…")


def _decimals(exact: Fraction) -> int:
    return next((digits for digits in range(_MOST_DECIMALS) if (exact * 10**digits).denominator == 1), _MOST_DECIMALS)


# What the table states and what it comes to


def _check_codes(table: _Table) -> None:
    first: dict[str, Place] = {}
    for one in table.procedures:
        place = table.layout.at(one.row, "procedure" if "procedure" in table.layout.columns else "name")
        if one.label and one.label in first:
            known = first[one.label]
            shown = {"first_vi": known.text("vi"), "first_en": known.text("en")}
            table.remarks.append(remark("duplicate_key", place, key=one.label, **shown))
        first.setdefault(one.label, place)


def _check_sums(table: _Table) -> None:
    for one in table.procedures + table.sums:
        _check_saving(table, one)
    for one in table.sums:
        candidates = [rows for rows in _summed(table, one) if rows]
        for name in COSTS:
            if name in one.stated and candidates:
                sums = [[row.stated[name] for row in rows] for rows in candidates]
                _compare(table, one, name, min(sums, key=lambda parts: abs(_total(parts) - one.stated[name].vnd)))


def _total(parts: Iterable[_Figure]) -> Fraction:
    return sum((one.vnd for one in parts), Fraction(0))


def _summed(table: _Table, one: _Row) -> list[list[_Row]]:
    """Return which procedures a row may sum: those below a group, those above up to another sum, or all."""
    above = max((other.row for other in table.sums if other.row < one.row), default=-1)
    below = min((other.row for other in table.sums if other.row > one.row), default=len(table.sheet.rows))
    if one.is_group:
        return [[row for row in table.procedures if one.row < row.row < below]]
    return [[row for row in table.procedures if above < row.row < one.row], table.procedures]


def _check_saving(table: _Table, one: _Row) -> None:
    before, after = (one.stated.get(name) for name in COSTS)
    if before is None or after is None:
        return
    if "saving" in one.stated:
        _compare(table, one, "saving", [before, _Figure(-after.vnd, after.last_digit)])
    if "ratio" in table.layout.columns and before.vnd:
        _check_ratio(table, one, (before.vnd - after.vnd) / before.vnd)


def _compare(table: _Table, one: _Row, name: str, parts: Sequence[_Figure]) -> None:
    """Hold a stated figure against the sum of its parts; each may be off by half its last digit."""
    stated, ours = one.stated[name], _total(parts)
    difference = stated.vnd - ours
    if abs(difference) > _NOISE_VND:
        allowance = (stated.last_digit + sum(part.last_digit for part in parts)) / 2
        code = "costs_differ_by_rounding" if abs(difference) <= allowance else "costs_differ"
        shown = {"stated": stated.vnd, "ours": ours, "difference": difference}
        texts = {key: format_exact(figure) for key, figure in shown.items()}
        place = table.layout.at(one.row, name)
        table.remarks.append(remark(code, place, row=shorten(one.label), column=cost_title(name), **texts))


def _check_ratio(table: _Table, one: _Row, ours: Fraction) -> None:
    """Hold a stated percentage against ours; written as 41,96, as 41,96% or as 0,4196, to the digits it has."""
    value, place = table.value(one.row, "ratio"), table.layout.at(one.row, "ratio")
    text = clean(str(value)).removesuffix("%").strip() if value is not None else ""
    if _is_dash(text):
        return
    try:
        stated = (
            read_number(text, argument="ratio") if isinstance(value, str) else exact_number(value, argument="ratio")
        )
    except TthcCostError:
        table.remarks.append(remark("costs_ratio_unreadable", place, value=shorten(value)))
        return
    half = Fraction(1, 2 * 10 ** _decimals(stated))
    scales = (Fraction(1, 100),) if "%" in str(value) else (Fraction(1, 100), Fraction(1))
    if not any(abs(stated * scale - ours) <= max(half * scale, _NOISE_OF_RATIO) for scale in scales):
        percent = f"{format_exact(Fraction(round(ours * 10**4), 100))}%"
        table.remarks.append(
            remark("costs_ratio_differs", place, row=shorten(one.label), stated=shorten(value), ours=percent)
        )
