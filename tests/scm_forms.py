"""Forms 03/SCM-KSTT as departments lay them out: one case in any style, and its cost by an oracle of fractions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import openpyxl
import xlwt
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "AFTER",
    "BEFORE",
    "CASE_7",
    "GROUPS",
    "HEADINGS",
    "PLAIN",
    "Case",
    "FormLine",
    "Page",
    "Style",
    "cases",
    "changed",
    "pages",
    "save_pages",
    "styles",
]

BEFORE, AFTER = "baseline", "simplified"
GROUPS = {
    "preparation": "Chuẩn bị hồ sơ",
    "submission": "Nộp hồ sơ",
    "fees": "Nộp phí, lệ phí, chi phí khác",
    "inspection": "Chuẩn bị, phục vụ việc kiểm tra, đánh giá",
    "other": "Công việc khác",
    "result": "Nhận kết quả",
    "processing": "Giải quyết hồ sơ",
}
HEADINGS = {
    "number": "STT",
    "work": "Các công việc khi thực hiện TTHC",
    "activity": "Các hoạt động/cách thức\nthực hiện cụ thể",
    "effort": "Thời gian thực hiện",
    "rate": "Mức TNBQ/01 người/01 giờ làm việc",
    "service": "Mức chi phí thuê tư vấn, dịch vụ",
    "fee": "Mức phí, lệ phí, chi phí khác",
    "frequency": "Số lần thực hiện/01 năm",
    "population": "Số lượng đối tượng tuân thủ/01 năm",
    "case": "Chi phí thực hiện TTHC",
    "annual": "Tổng chi phí thực hiện TTHC/01 năm",
    "note": "Ghi chú",
}
TITLES = {BEFORE: "I. CHI PHÍ HIỆN TẠI", AFTER: "II. CHI PHÍ SAU ĐƠN GIẢN HÓA"}
SHEETS = {BEFORE: "GĐ1", AFTER: "GĐ2"}
UNITS = {"giờ": Fraction(1), "phút": Fraction(60), "đồng": Fraction(1), "nghìn đồng": Fraction(1, 1000)}
MONEY = ("service", "fee", "case", "annual")


@dataclass(frozen=True)
class FormLine:
    """One line: its group, what is done, and its figures; money and rate in đồng."""

    group: str
    name: str
    hours: Fraction
    fee: int = 0
    service: int = 0
    rate: int = 45_265
    frequency: Fraction = Fraction(1)
    population: int = 40

    @property
    def case(self) -> Fraction:
        """Cost of one case."""
        return self.hours * self.rate + self.service + self.fee

    @property
    def annual(self) -> int:
        """Cost of a year, rounded half up once."""
        return floor(self.case * self.frequency * self.population + Fraction(1, 2))


@dataclass(frozen=True)
class Case:
    """One procedure: the lines of its two blocks, and what its letterhead says."""

    before: tuple[FormLine, ...]
    after: tuple[FormLine, ...]
    code: str | None = "1.004080"
    name: str | None = "Nâng bậc lương thường xuyên"

    def lines(self, block: str) -> tuple[FormLine, ...]:
        return self.before if block == BEFORE else self.after

    def cost(self, block: str) -> int:
        return sum(line.annual for line in self.lines(block))


CASE_7 = Case(
    (
        FormLine("preparation", "Viết tờ trình", Fraction(8), fee=20_000),
        FormLine("submission", "Nộp trực tiếp", Fraction(2)),
        FormLine("result", "Nhận tại Bộ phận Một cửa", Fraction(2)),
    ),
    (
        FormLine("preparation", "Viết tờ trình", Fraction(5), fee=10_000),
        FormLine("submission", "Nộp trực tiếp", Fraction(1)),
        FormLine("result", "Nhận tại Bộ phận Một cửa", Fraction(1)),
    ),
)
"""The case constructed for Circular 02/2017, article 27(3): 22 527 200 đồng before, 13 074 200 after."""


@dataclass(frozen=True)
class Style:
    """How a department lays the form out.

    Parameters
    ----------
    order
        Columns that the form has, in order.
    groups
        ``"rows"``: a row for each group; ``"cells"``: its name in each line; ``"merged"``: in one merged cell.
    numbering
        ``"1.1"``, ``"a"``, ``"-"``, ``"1"`` or ``""``.
    time, money
        Units of headings.
    volume
        ``"each"`` line states it, the ``"first"`` of a block, a ``"merged"`` cell, or the ``"letterhead"``.
    sheets
        ``"one"`` below each other, ``"two"``, or ``"side"`` by side.
    """

    order: tuple[str, ...] = tuple(HEADINGS)
    groups: str = "rows"
    numbering: str = "1.1"
    time: str = "giờ"
    money: str = "đồng"
    unit_line: bool = False
    volume: str = "each"
    sheets: str = "one"
    letterhead: int = 3
    two_rows: bool = False
    column_numbers: bool = False
    again: bool = False
    blank_rows: bool = False
    hidden: bool = False
    totals: bool = True
    comparison: bool = False
    texts: bool = False


@dataclass
class Page:
    """A sheet being made: its cells by row and column from 0, merged areas, hidden rows, and whether it is hidden."""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    row: int = 0
    is_hidden: bool = False

    def put(self, values: Mapping[int, Any]) -> int:
        """Add a row, and return its number."""
        for column, value in values.items():
            if value is not None:
                self.cells[self.row, column] = value
        self.row += 1
        return self.row - 1

    def find(self, value: object) -> tuple[int, int]:
        """Return the first cell that holds a value."""
        return next(cell for cell in sorted(self.cells) if self.cells[cell] == value)


def number(value: Fraction | int, *, text: bool = False) -> Any:
    """Return a figure as a sheet has it, or as a Vietnamese types it."""
    exact = Fraction(value)
    plain: float = int(exact) if exact.denominator == 1 else float(exact)
    if not text:
        return plain
    return f"{plain:,}".replace(",", ".") if isinstance(plain, int) else repr(plain).replace(".", ",")


PLAIN = Style()


def pages(case: Case, style: Style = PLAIN) -> list[Page]:
    """Lay a case out."""
    if style.sheets == "two":
        made = [_new_page(SHEETS[block], case, style) for block in (BEFORE, AFTER)]
        for page, block in zip(made, (BEFORE, AFTER), strict=True):
            _headings(page, style)
            _block(page, case.lines(block), style, _columns(style))
        return made
    page = _new_page("Biểu 03", case, style)
    if style.sheets == "side":
        _side_by_side(page, case, style)
        return [page]
    for block in (BEFORE, AFTER):
        if not style.again and block == BEFORE:
            _headings(page, style)
        page.put({0: TITLES[block]})
        if style.again:
            _headings(page, style)
        _block(page, case.lines(block), style, _columns(style))
    if style.comparison:
        page.put({0: "III. SO SÁNH"})
        last = len(style.order) - 1
        saving = case.cost(BEFORE) - case.cost(AFTER)
        for label, value in (
            ("Chi phí hiện tại", case.cost(BEFORE)),
            ("Chi phí sau đơn giản hóa", case.cost(AFTER)),
            ("Chi phí tiết kiệm", saving),
        ):
            page.put({1: label, last: number(value * UNITS[style.money])})
    return [page]


def _columns(style: Style) -> dict[str, int]:
    return {name: position for position, name in enumerate(style.order)}


def _new_page(name: str, case: Case, style: Style) -> Page:
    page = Page(name)
    for text in ("UBND TỈNH LAI CHÂU", "BIỂU TÍNH CHI PHÍ TUÂN THỦ TTHC NỘI BỘ", "(Mẫu 03/SCM-KSTT)")[
        : style.letterhead
    ]:
        page.merged.append((page.row, 0, page.row, len(style.order) - 1))
        page.put({0: text})
    if case.name:
        page.put({0: f"Tên TTHC: {case.name}"})
    if case.code:
        page.put({0: "Mã TTHC:", 2: case.code})
    if style.unit_line:
        page.put({len(style.order) - 2: f"Đơn vị tính: {style.money}"})
    if style.volume == "letterhead":
        line = case.before[0]
        page.put({0: f"Số lần thực hiện: {number(line.frequency, text=True)}"})
        page.put({0: f"Số lượng đối tượng: {line.population}"})
    return page


def _heading(name: str, style: Style) -> str:
    unit = {"effort": style.time, "rate": "đồng"} | dict.fromkeys(MONEY, style.money)
    shown = HEADINGS[name]
    if name not in unit or (style.unit_line and name in MONEY):
        return shown
    return f"{shown} ({unit[name]})"


def _headings(page: Page, style: Style) -> None:
    columns = _columns(style)
    row = page.row
    if style.two_rows:
        over = {name for name in ("service", "fee") if name in columns}
        below = {columns[name]: _heading(name, style) for name in over}
        page.put({column: _heading(name, style) for name, column in columns.items() if name not in over}
                 | ({min(below): "Chi phí ngoài thời gian"} if below else {}))  # fmt: skip
        page.put(below)
        page.merged += [(row, one, row + 1, one) for name, one in columns.items() if name not in over]
        if below and max(below) - min(below) == len(below) - 1 > 0:
            page.merged.append((row, min(below), row, max(below)))
    else:
        page.put({column: _heading(name, style) for name, column in columns.items()})
    if style.column_numbers:
        page.put({column: f"({column + 1})" for column in columns.values()})


def _block(page: Page, lines: Sequence[FormLine], style: Style, at: Mapping[str, int]) -> None:
    first = page.row + (style.groups == "rows")
    work = at["work"]
    for place, group in enumerate(dict.fromkeys(line.group for line in lines), start=1):
        start = page.row
        if style.groups == "rows":
            page.put({at["number"]: place if style.numbering else None, work: GROUPS[group]})
        for position, line in enumerate((line for line in lines if line.group == group), start=1):
            cells = {at["number"]: _number(style.numbering, place, position), at.get("activity", work): line.name}
            cells |= _figures(line, style, at)
            if style.groups == "cells" or (style.groups == "merged" and position == 1):
                cells[work] = GROUPS[group]
            if style.volume == "letterhead" or (style.volume in {"first", "merged"} and page.row > first):
                cells |= dict.fromkeys((at["frequency"], at["population"]))
            _put_line(page, cells, style, hidden=style.hidden and position == 1)
        if style.groups == "merged" and page.row - start > 1:
            page.merged.append((start, work, page.row - 1, work))
    last = page.row - 1
    if style.volume == "merged" and last > first:
        page.merged += [(first, at[name], last, at[name]) for name in ("frequency", "population")]
    if style.totals and "annual" in at:
        total = sum(line.annual for line in lines) * UNITS[style.money]
        page.put({min(at.values()): "TỔNG CỘNG", at["annual"]: number(total)})


def _put_line(page: Page, cells: Mapping[int, Any], style: Style, *, hidden: bool) -> None:
    row = page.put(cells)
    if hidden:
        page.hidden.append(row)
    if style.blank_rows:
        page.put({})


def _number(numbering: str, group: int, position: int) -> Any:
    return {"1.1": f"{group}.{position}", "a": f"{'abcdefghijklm'[position - 1]})", "-": "-", "1": None, "": None}[
        numbering
    ]


def _figures(line: FormLine, style: Style, at: Mapping[str, int]) -> dict[int, Any]:
    scale = {"effort": UNITS[style.time]} | dict.fromkeys(MONEY, UNITS[style.money])
    figures: dict[str, Fraction | int] = {
        "effort": line.hours, "rate": line.rate, "service": line.service, "fee": line.fee,
        "frequency": line.frequency, "population": line.population, "case": line.case, "annual": line.annual,
    }  # fmt: skip
    return {
        at[name]: number(Fraction(value) * scale.get(name, 1), text=style.texts and name not in {"case", "annual"})
        for name, value in figures.items()
        if name in at and not (name in {"service", "fee"} and not value)
    }


def _side_by_side(page: Page, case: Case, style: Style) -> None:
    shared = [name for name in style.order if name in {"number", "work", "activity"}]
    own = [name for name in style.order if name not in {"number", "work", "activity", "note"}]
    at = {
        block: {name: one for one, name in enumerate(shared)}
        | {name: len(shared) + one + turn * len(own) for one, name in enumerate(own)}
        for turn, block in enumerate((BEFORE, AFTER))
    }
    row = page.put({len(shared): "Hiện tại", len(shared) + len(own): "Sau đơn giản hóa"})
    page.merged += [
        (row, len(shared) + turn * len(own), row, len(shared) + (turn + 1) * len(own) - 1) for turn in (0, 1)
    ]
    page.put({at[block][name]: _heading(name, style) for block in at for name in style.order if name in at[block]})
    for before, after in zip(case.before, case.after, strict=True):
        cells = {at[BEFORE]["work"]: GROUPS[before.group], at[BEFORE]["activity"]: before.name}
        page.put(cells | _figures(before, style, at[BEFORE]) | _figures(after, style, at[AFTER]))
    page.put({0: "TỔNG CỘNG", at[BEFORE]["annual"]: case.cost(BEFORE), at[AFTER]["annual"]: case.cost(AFTER)})


def save_pages(path: Path, made: Sequence[Page]) -> Path:
    """Write sheets as .xlsx, or as .xls if the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xls":
        old = xlwt.Workbook()
        for page in made:
            sheet = old.add_sheet(page.name)
            tops = {area[:2]: area for area in page.merged}
            sheet.visibility = int(page.is_hidden)
            for (row, column), value in page.cells.items():
                if area := tops.get((row, column)):
                    sheet.write_merge(area[0], area[2], area[1], area[3], value)
                else:
                    sheet.write(row, column, value)
        old.save(str(path))
        return path
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for page in made:
        sheet = book.create_sheet(page.name)
        for (row, column), value in page.cells.items():
            sheet.cell(row + 1, column + 1, value)
        for first, left, last, right in page.merged:
            sheet.merge_cells(start_row=first + 1, start_column=left + 1, end_row=last + 1, end_column=right + 1)
        sheet.sheet_state = "hidden" if page.is_hidden else "visible"
        for row in page.hidden:
            sheet.row_dimensions[row + 1].hidden = True
    book.save(path)
    return path


def changed(case: Case, **changes: Any) -> Case:
    """Return a case with the first line after simplification changed."""
    return replace(case, after=(replace(case.after[0], **changes), *case.after[1:]))


_HOURS = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(5, 2), Fraction(8)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Lines of one to three groups; after it each line is cut, dropped, or as it was, at one population."""
    population = draw(st.sampled_from([1, 7, 40, 1_234]))
    frequency = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(12)]))
    rates = draw(st.sampled_from([(45_265,), (45_265, 59_422)]))
    before: list[FormLine] = []
    after: list[FormLine] = []
    for group in draw(st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=3, unique=True)):
        for position in range(draw(st.integers(1, 3))):
            line = FormLine(
                group,
                f"{('Soạn', 'Ký', 'Gửi')[position]} văn bản của {GROUPS[group].lower()}",
                draw(_HOURS),
                fee=draw(st.sampled_from([0, 20_000, 1_500_000])),
                service=draw(st.sampled_from([0, 5_000])),
                rate=draw(st.sampled_from(rates)),
                frequency=frequency,
                population=population,
            )
            before.append(line)
            if draw(st.booleans()) or not after:
                after.append(replace(line, hours=draw(_HOURS)))
    return Case(tuple(before), tuple(after))


@st.composite
def styles(draw: st.DrawFn) -> Style:
    order = draw(
        st.permutations([name for name in HEADINGS if draw(st.integers(0, 4)) or name not in {"case", "note"}])
    )
    groups = draw(st.sampled_from(["rows", "cells", "merged"]))
    return Style(
        order=tuple(order),
        groups=groups,
        numbering=draw(st.sampled_from(["1.1", "a", "-"] if groups == "rows" else ["1.1", "-", "1", ""])),
        time=draw(st.sampled_from(["giờ", "phút"])),
        money=draw(st.sampled_from(["đồng", "nghìn đồng"])),
        unit_line=draw(st.booleans()),
        volume=draw(st.sampled_from(["each", "first", "merged", "letterhead"])),
        sheets=draw(st.sampled_from(["one", "two"])),
        letterhead=draw(st.integers(0, 3)),
        two_rows=draw(st.booleans()),
        column_numbers=draw(st.booleans()),
        again=draw(st.booleans()),
        blank_rows=draw(st.booleans()),
        hidden=draw(st.booleans()),
        totals=draw(st.booleans()),
    )
