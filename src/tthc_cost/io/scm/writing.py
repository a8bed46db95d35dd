"""The official cost table, form 03/SCM-KSTT, as a workbook of live formulas that an auditor can follow in Excel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.comparison import Comparison
from tthc_cost.errors import InputFault, NeedsLinesError, UnknownNameError, remark, require
from tthc_cost.io.books import EXACT_BELOW, cell_text, new_book, printed_across
from tthc_cost.io.saving import check_file, save_file
from tthc_cost.io.scm.formulas import (
    COLUMNS,
    POSITIONS,
    PRINTED_TO,
    SCALE_COLUMNS,
    WHOLE,
    Formula,
    address,
    cells_of,
    line_of,
)
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.vocabulary import DecisionKind, Stage, State, fold, suggest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tthc_cost.io.books import NewBook
    from tthc_cost.io.scm.formulas import FormLine

__all__ = ["MOST_PROCEDURES", "write_scm_form"]

MOST_PROCEDURES: Final = 1000
"""Procedures, a sheet each, that one workbook takes."""

_SUMMARY: Final = "Tổng hợp"
_RATES: Final = "Mức thu nhập"
_LINE_HEIGHT: Final = 15
_TITLE_HEIGHT: Final = 24
_LETTERS_PER_WIDTH: Final = 1.2
"""Letters of the font that surely fit where one figure of the default font does."""
_HIGHEST: Final = 409
"""Points that a row of a sheet can be high."""
_LONGEST_SHEET_NAME: Final = 31
_NOT_IN_SHEET_NAMES: Final = frozenset("[]:*?/\\")
_OFFICIAL_STAGES: Final = frozenset(Stage) - {Stage.PROCESSING}
"""Groups of the official table, printed also when they are empty."""

_METHOD: Final = """\
Cách tính chi phí một năm của mỗi dòng là (thời gian × mức TNBQ + thuê tư vấn, dịch vụ + phí, lệ phí, chi phí khác) \
× số lần × số đối tượng, làm tròn một lần đến đồng (từ nửa đồng trở lên thì làm tròn lên); các dòng cộng và tổng là \
phép cộng số nguyên.
Các cột x, y, z (và u, v khi quy đổi) ở bên phải biểu tách phép tính thành số nguyên để bảng tính không mất số lẻ; \
x = tử số theo 1/900.000 đồng của một đối tượng; y = phần đồng chẵn; z = x − 900.000 × y; chi phí một năm = \
y × số đối tượng + LÀM TRÒN(z × số đối tượng / 900.000).
Trước và sau đơn giản hóa tính theo cùng một số lượng đối tượng; dòng ghi P đối tượng trong S đối tượng của TTHC sau \
đơn giản hóa được tính với P × V / S, trong đó V là số lượng của hiện tại.
"""


@dataclass(frozen=True, slots=True)
class _Form:
    """One procedure: its row of the standing, its sheet's name, and its lines, in the totals and left out of them."""

    row: Mapping[str, Any]
    sheet: str
    lines: Sequence[FormLine]
    left_out: Sequence[FormLine]

    @property
    def code(self) -> str:
        return str(self.row["procedure"])

    def cost(self, state: State) -> int:
        return sum(line.annual for line in self.lines if line.state is state)


def write_scm_form(
    comparison: Comparison,
    path: str | os.PathLike[str],
    *,
    procedures: str | Iterable[str] | None = None,
    force: bool = False,
) -> Path:
    """Write the official cost table, form 03/SCM-KSTT, with live formulas: a summary, a sheet a procedure, the rates.

    Each line is ``ROUND((effort × rate + service + fees) × frequency × population)``, worked in whole numbers that a
    spreadsheet holds exactly (below 2^53); sub-totals, totals, savings and ratios are formulas over the lines. A line
    too large for that is written as a number, and its note says so. The values beside the formulas are the
    comparison's own. Lines of bearers that are left out of the totals stand in a block of their own.

    Parameters
    ----------
    comparison : Comparison
        What to write.
    path : str or path-like
        Where to write it (.xlsx).
    procedures : str or iterable of str, optional
        Codes of those to write; those that move together with them come along. All unless said otherwise.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    NeedsLinesError
        For published totals, which have no lines.
    UnknownNameError
        With every code that is no procedure; the nearest are named.
    InputFault
        If there is no procedure to write or more than `MOST_PROCEDURES`, or the costs add up to more than 15 digits.
    OutputExistsError
        If the file is there and `force` is not given.
    MissingExtraError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tthc_cost as tc
    >>> comparison = tc.compare(tc.read_example())
    >>> with TemporaryDirectory() as folder:
    ...     write_scm_form(comparison, f"{folder}/bieu-03.xlsx").name
    'bieu-03.xlsx'

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27.
    """
    require(comparison, Comparison, "comparison")
    target = check_file(path, force=force)
    if not comparison.has_lines:
        raise NeedsLinesError.because("needs_lines")
    forms = _forms(comparison, procedures)
    return save_file(target, _workbook(comparison, forms), force=force)


# What is written


def _forms(comparison: Comparison, procedures: str | Iterable[str] | None) -> list[_Form]:
    standing = rows_of(_chosen(comparison, procedures))
    if not standing:
        raise InputFault.because("scm_form_empty")
    if len(standing) > MOST_PROCEDURES:
        raise InputFault.because("scm_form_too_many", count=len(standing), limit=MOST_PROCEDURES)
    inside: dict[str, list[FormLine]] = {row["procedure"]: [] for row in standing}
    outside: dict[str, list[FormLine]] = {row["procedure"]: [] for row in standing}
    lines = comparison.lines
    for row in rows_of(lines[lines["procedure"].isin(inside)]):
        line = line_of(row)
        counts = comparison.bearers is None or line.bearer in comparison.bearers
        (inside if counts else outside)[row["procedure"]].append(line)
    names = _sheet_names(row["procedure"] for row in standing)
    forms = [
        _Form(row, name, inside[row["procedure"]], outside[row["procedure"]])
        for row, name in zip(standing, names, strict=True)
    ]
    for state in State:
        total = sum(line.annual for form in forms for line in (*form.lines, *form.left_out) if line.state is state)
        if total >= EXACT_BELOW:
            raise InputFault.because("scm_form_sum_too_large", value=total)
    return forms


def _chosen(comparison: Comparison, procedures: str | Iterable[str] | None) -> Any:  # noqa: ANN401 - a frame
    """Return the rows of the standing to write, those that move together side by side."""
    standing = comparison.standing
    groups = standing["group"].tolist()
    if procedures is not None:
        codes = [procedures] if isinstance(procedures, str) else list(procedures)
        known = standing["procedure"].tolist()
        unknown = [code for code in dict.fromkeys(codes) if code not in known]
        if unknown:
            raise UnknownNameError(
                *(
                    remark("unknown_procedure", procedure=code, near="; ".join(suggest(code, known)) or "–")
                    for code in unknown
                )
            )
        wanted = set(standing["group"][standing["procedure"].isin(codes)])
        standing = standing[standing["group"].isin(wanted)]
    first = {group: position for position, group in reversed(list(enumerate(groups)))}
    return standing.sort_values("group", key=lambda column: column.map(first), kind="stable")


def _sheet_names(codes: Iterable[str]) -> Iterator[str]:
    """Make of each code a name that a sheet can have: short enough, without forbidden characters, and only once."""
    taken = {_SUMMARY.casefold(), _RATES.casefold(), "history"}
    for code in codes:
        sound = "".join(
            one if one.isprintable() and one <= "\uffff" and one not in _NOT_IN_SHEET_NAMES else "-" for one in code
        ).strip("' ")
        number, ending = 1, ""
        while (name := sound[: _LONGEST_SHEET_NAME - len(ending)].rstrip("' ") + ending or "TTHC").casefold() in taken:
            number += 1
            ending = f" ({number})"
        taken.add(name.casefold())
        yield name


# How it is written


def _workbook(comparison: Comparison, forms: Sequence[_Form]) -> bytes:
    with new_book("Biểu mẫu 03/SCM-KSTT") as new:
        summary = _Page(new, new.book.add_worksheet(_SUMMARY))
        pages = [_Page(new, new.book.add_worksheet(form.sheet)) for form in forms]
        rates = _write_rates(comparison, forms, _Page(new, new.book.add_worksheet(_RATES)))
        totals = {form.code: _write_blocks(form, page, rates) for form, page in zip(forms, pages, strict=True)}
        for form, page in zip(forms, pages, strict=True):
            _write_comparison(form, page, [one for one in forms if one.row["group"] == form.row["group"]], totals)
            _write_left_out(form, page, rates)
            page.close()
        _write_summary(comparison, forms, summary, totals)
    return new.content


@dataclass(slots=True)
class _Page:
    """A sheet that is written from the top."""

    new: NewBook
    sheet: Worksheet
    row: int = 0

    def put(self, position: int, value: object, **look: object) -> None:
        """Write one cell of the current row; texts are never formulas."""
        style: Format = self.new.style(**look)
        if isinstance(value, str):
            self.sheet.write_string(self.row, position, cell_text(value), style)
        elif isinstance(value, Formula):
            self.sheet.write_formula(self.row, position, f"={value.text}", style, value.value)
        elif value is None:
            self.sheet.write_blank(self.row, position, None, style)
        else:
            self.sheet.write_number(self.row, position, value, style)

    def title(self, text: str, widths: Sequence[float]) -> None:
        """Write a title across columns of these widths, and go to the next row."""
        self.span(0, len(widths) - 1, text, bold=True, font_size=14, align="center")
        self.sheet.set_row(self.row, _TITLE_HEIGHT)
        self.row += 1

    def say(self, text: str, widths: Sequence[float], **look: object) -> None:
        """Write a text across columns of these widths, and go to the next row."""
        self.span(0, len(widths) - 1, text, text_wrap=True, **look)
        self.next((text, sum(widths)))

    def span(self, first: int, last: int, text: str, **look: object) -> None:
        """Write a text into the cells of the current row from the first to the last, made one."""
        style = self.new.style(**look)
        self.sheet.merge_range(self.row, first, self.row, last, "", style)
        self.sheet.write_string(self.row, first, cell_text(text), style)

    def next(self, *wrapped: tuple[object, float]) -> None:
        """Make the current row as high as its texts need in columns of their widths, and go to the next."""
        lines = [
            math.ceil(len(text) / (_LETTERS_PER_WIDTH * width)) for text, width in wrapped if isinstance(text, str)
        ]
        self.sheet.set_row(self.row, min(_LINE_HEIGHT * max([1, *lines]), _HIGHEST))
        self.row += 1

    def heading(self, cells: Mapping[str, object], **look: object) -> None:
        """Write a row of the table whose text goes up to the amounts, and go to the next."""
        self.line({name: value for name, value in cells.items() if name != "work"}, **look)
        self.row -= 1
        self.span(POSITIONS["work"], POSITIONS["case"], str(cells["work"]), border=1, **look | {"align": "left"})
        self.row += 1

    def line(self, cells: Mapping[str, object], **look: object) -> None:
        """Write a row of the table, every cell of it bordered, and go to the next."""
        for position, column in enumerate(COLUMNS):
            value = cells.get(column.name)
            if position > PRINTED_TO and value is None:
                continue
            shown = {"border": 1, "num_format": column.number_format or _decimals(value), **look}
            if column.name == "number":
                shown["align"] = "center"
            if position > PRINTED_TO:
                shown["font_color"] = "#7F7F7F"
            self.put(position, value, **shown, **({"text_wrap": True} if isinstance(value, str) else {"shrink": True}))
        self.next(*((cells.get(column.name), column.width) for column in COLUMNS))

    def cell(self, name: str, below: int = 0) -> str:
        """Return the address of a cell of the table in the current row, or some rows below."""
        return address(name, self.row + below)

    def close(self) -> None:
        self.sheet.print_area(0, 0, self.row, PRINTED_TO)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:P{self.row + 1}"})


def _decimals(value: object) -> str:
    """Return the number format that shows the decimals a figure has, and no lonely decimal mark."""
    number = value.value if isinstance(value, Formula) else value
    return "#,##0.0#####" if isinstance(number, float) and not number.is_integer() else WHOLE


def _quoted(sheet: str) -> str:
    return "'{}'".format(sheet.replace("'", "''"))


def _write_rates(comparison: Comparison, forms: Sequence[_Form], page: _Page) -> dict[tuple[str, int], str]:
    """Write the rates that the lines are costed at, and return the cell of each by its grade and figure."""
    tables = [one for one in (comparison.rates, comparison.simplified_rates) if one is not None]
    heads = ("STT", "Ngạch công chức/vị trí việc làm", "Mức TNBQ/01 người/01 giờ làm việc (đồng/giờ)", "Nguồn số liệu")
    widths = (6, 24, 22, 90)
    page.title("MỨC THU NHẬP BÌNH QUÂN 01 NGƯỜI/01 GIỜ LÀM VIỆC", widths)
    _head(page, [*zip(heads, widths, strict=True)])
    cells: dict[tuple[str, int], str] = {}
    for line in (line for form in forms for line in (*form.lines, *form.left_out)):
        key = (fold(line.grade), line.rate)
        if not line.effort or key in cells:
            continue
        sources = [one.source for table in tables for one in table.rates if (fold(one.grade), one.vnd_per_hour) == key]
        sources += [table.source for table in tables]
        told = (len(cells) + 1, line.grade or "mọi ngạch", line.rate, next((one for one in sources if one), ""))
        for position, value in enumerate(told):
            page.put(position, value, border=1, text_wrap=True, num_format="@" if position == 1 else WHOLE)
        page.next(*zip(told, widths, strict=True))
        cells[key] = f"{_quoted(_RATES)}!$C${page.row}"
    printed_across(page.sheet, heading_rows=2)
    return cells


def _head(page: _Page, heads: Sequence[tuple[str, float]]) -> None:
    for position, (heading, width) in enumerate(heads):
        page.sheet.set_column(position, position, width)
        page.put(position, heading, bold=True, text_wrap=True, border=1, bg_color="#DDEBF7",
                 align="center", valign="vcenter")  # fmt: skip
    page.next(*heads)


def _write_blocks(form: _Form, page: _Page, rates: Mapping[tuple[str, int], str]) -> dict[State, str]:
    """Write the letterhead and the blocks of both states; return the addresses of their totals."""
    _letterhead(form, page)
    totals = {}
    for number, state, title in (
        ("I", State.BASELINE, "CHI PHÍ THỰC HIỆN TTHC HIỆN TẠI"),
        ("II", State.SIMPLIFIED, "CHI PHÍ THỰC HIỆN TTHC SAU ĐƠN GIẢN HÓA"),
    ):
        page.heading({"number": number, "work": title}, bold=True, bg_color="#DDEBF7")
        lines = [line for line in form.lines if line.state is state]
        if not form.row[f"in_{state}"]:
            said = "TTHC chưa có ở trạng thái này." if state is State.BASELINE else "TTHC không còn ở trạng thái này."
            page.heading({"work": said}, italic=True, bold=False)
        sums = _write_stages(lines, page, rates, _OFFICIAL_STAGES) if lines else []
        total = Formula(f"SUM({','.join(sums)})", form.cost(state)) if sums else 0
        totals[state] = page.cell("annual")
        page.heading({"work": "TỔNG", "annual": total}, bold=True, bg_color="#F2F2F2")
    return totals


def _letterhead(form: _Form, page: _Page) -> None:
    row, sheet = form.row, page.sheet
    widths = [column.width for column in COLUMNS[: POSITIONS["bearer"] + 1]]
    page.say("Biểu mẫu 03/SCM-KSTT", widths, italic=True, align="right")
    page.title("BẢNG TÍNH CHI PHÍ TUÂN THỦ THỦ TỤC HÀNH CHÍNH", widths)
    said = {name: "" if is_blank(row[name]) else str(row[name]) for name in ("name", "agency", "field", "decision")}
    decision = DecisionKind.parse(said["decision"]).label() if said["decision"] else "chưa có"
    for label, value in (
        ("Tên thủ tục hành chính", said["name"]),
        ("Mã TTHC", form.code),
        ("Cơ quan giải quyết TTHC", said["agency"]),
        ("Lĩnh vực", said["field"]),
        ("Kết quả rà soát", decision),
    ):
        page.say(f"{label}: {value}", widths, bold=label == "Tên thủ tục hành chính")
    if not row["counted"]:
        page.say(
            f"TTHC TÁCH RIÊNG, không tính vào tỷ lệ cắt giảm{_reason(row)}", widths, bold=True, font_color="#C00000"
        )
    for position, column in enumerate(COLUMNS):
        sheet.set_column(position, position, column.width, None, {"hidden": _is_hidden(column.name, form)})
        look = {"bold": True, "font_color": "#7F7F7F"} if position > PRINTED_TO else {"bold": True}
        page.put(position, column.heading, text_wrap=True, border=1, align="center", valign="vcenter",
                 bg_color="#DDEBF7", **look)  # fmt: skip
    page.next(*((column.heading, column.width - 2) for column in COLUMNS))
    for position, column in enumerate(COLUMNS):
        page.put(position, column.mark, italic=True, text_wrap=True, border=1, align="center", font_size=8)
    page.next(*((column.mark, column.width) for column in COLUMNS))
    printed_across(sheet)
    sheet.repeat_rows(page.row - 2, page.row - 1)
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.freeze_panes(0, POSITIONS["effort"])


def _reason(row: Mapping[str, Any]) -> str:
    return "." if is_blank(row["exclusion"]) else f": {row['exclusion']}."


def _is_hidden(name: str, form: _Form) -> bool:
    """Tell whether a column says nothing on this sheet."""
    lines = (*form.lines, *form.left_out)
    if name == "bearer":
        return len({line.bearer for line in lines}) < 2 and not form.left_out  # noqa: PLR2004 - where they differ
    return name in SCALE_COLUMNS and not any(line.is_scaled for line in lines)


def _write_stages(
    lines: Sequence[FormLine],
    page: _Page,
    rates: Mapping[tuple[str, int], str],
    always: frozenset[Stage] = frozenset(),
) -> list[str]:
    """Write the lines in the groups of the official table, a sub-total each; return the sub-totals' addresses.

    Groups without lines are written only if they are among those that always are.
    """
    sums: list[str] = []
    for stage in (*Stage, None):
        chosen = [line for line in lines if line.stage is stage]
        if not chosen and stage not in always:
            continue
        number = str(len(sums) + 1)
        span = f"{page.cell('annual', 1)}:{page.cell('annual', len(chosen))}"
        subtotal = Formula(f"SUM({span})", sum(line.annual for line in chosen)) if chosen else 0
        sums.append(page.cell("annual"))
        label = "Chưa ghi công việc" if stage is None else stage.label()
        page.heading({"number": number, "work": label, "annual": subtotal}, bold=True)
        for position, line in enumerate(chosen, start=1):
            page.line({"number": f"{number}.{position}", **cells_of(line, page.row, rates)})
    return sums


def _write_left_out(form: _Form, page: _Page, rates: Mapping[tuple[str, int], str]) -> None:
    """Write the lines of bearers that are not in the totals, apart from what is."""
    if not form.left_out:
        return
    title = "NGOÀI TỔNG: CHI PHÍ CỦA CÁC BÊN KHÔNG TÍNH VÀO SO SÁNH"
    page.heading({"number": "IV", "work": title}, bold=True, bg_color="#DDEBF7")
    for state in State:
        lines = [line for line in form.left_out if line.state is state]
        if lines:
            page.heading({"work": f"Ngoài tổng, {state.label()}"}, bold=True)
            sums = _write_stages(lines, page, rates)
            total = Formula(f"SUM({','.join(sums)})", sum(line.annual for line in lines))
            page.heading({"work": f"Cộng ngoài tổng, {state.label()}", "annual": total}, bold=True, bg_color="#F2F2F2")


_BENEFITS: Final = (
    "Chi phí tuân thủ TTHC trước khi đơn giản hóa (đồng/năm)",
    "Chi phí tuân thủ TTHC sau khi đơn giản hóa (đồng/năm)",
    "Chi phí tiết kiệm (đồng/năm)",
    "Tỷ lệ cắt giảm chi phí (%)",
)


def _write_comparison(form: _Form, page: _Page, together: Sequence[_Form], totals: dict[str, dict[State, str]]) -> None:
    """Write what is saved; the ratio is that of all that move together, which save together."""
    own = totals[form.code]
    page.heading({"number": "III", "work": "SO SÁNH CHI PHÍ"}, bold=True, bg_color="#DDEBF7")
    costs = [(own[state], form.cost(state)) for state in State]
    _write_benefit(page, costs, with_ratio=len(together) == 1)
    if len(together) > 1:
        codes = ", ".join(one.code for one in together)
        page.heading({"work": f"Tính chung các TTHC cùng xét: {codes}"}, bold=True)
        costs = [
            (
                "+".join(f"{_quoted(one.sheet)}!{totals[one.code][state]}" for one in together),
                sum(one.cost(state) for one in together),
            )
            for state in State
        ]
        _write_benefit(page, costs, with_ratio=True)


def _write_benefit(page: _Page, costs: Sequence[tuple[str, int]], *, with_ratio: bool) -> None:
    before, after = (page.cell("annual", below) for below in (0, 1))
    for label, (text, value) in zip(_BENEFITS, costs, strict=False):
        page.heading({"work": label, "annual": Formula(text, value)}, bold=False)
    (_, paid), (_, pays) = costs
    page.heading({"work": _BENEFITS[2], "annual": Formula(f"{before}-{after}", paid - pays)}, bold=True)
    if with_ratio:
        cells = {"work": _BENEFITS[3], "annual": _ratio(before, after, paid, pays)}
        page.heading(cells, bold=True, num_format="0.00%", align="right")


def _ratio(before: str, after: str, paid: int, pays: int) -> Formula:
    return Formula(f'IF({before}=0,"–",({before}-{after})/{before})', (paid - pays) / paid if paid else "–")


_SUMMARY_HEADS: Final = (
    ("STT", 5), ("Mã TTHC", 11), ("Tên thủ tục hành chính", 42), ("Cơ quan giải quyết TTHC", 20), ("Lĩnh vực", 15),
    ("Kết quả rà soát", 16), ("Cùng xét với", 11), ("Chi phí trước đơn giản hóa (đồng/năm)", 14),
    ("Chi phí sau đơn giản hóa (đồng/năm)", 14), ("Chi phí tiết kiệm (đồng/năm)", 14), ("Tỷ lệ cắt giảm (%)", 9),
)  # fmt: skip
_SUMMARY_WIDTHS: Final = tuple(width for _, width in _SUMMARY_HEADS)
_FIRST_COST: Final = 7


def _write_summary(
    comparison: Comparison, forms: Sequence[_Form], page: _Page, totals: Mapping[str, Mapping[State, str]]
) -> None:
    widths = _SUMMARY_WIDTHS
    page.title("TỔNG HỢP CHI PHÍ TUÂN THỦ THỦ TỤC HÀNH CHÍNH NỘI BỘ", widths)
    borne = "tất cả" if comparison.bearers is None else "; ".join(one.label() for one in comparison.bearers)
    page.say(f"Bên chịu chi phí được tính vào tổng: {borne}.", widths, italic=True)
    if len(forms) < len(comparison.standing):
        told = f"Tệp này ghi {len(forms)} trong {len(comparison.standing)} TTHC; tổng là của các TTHC được ghi."
        page.say(told, widths, italic=True)
    head = page.row
    _head(page, _SUMMARY_HEADS)
    for title, counted in (("A. TTHC tính vào tỷ lệ cắt giảm", True),
                           ("B. TTHC tách riêng, không tính vào tỷ lệ cắt giảm", False)):  # fmt: skip
        chosen = [form for form in forms if bool(form.row["counted"]) is counted]
        if chosen or counted:
            page.say(title, widths, bold=True, border=1, bg_color="#F2F2F2")
            _write_section(page, chosen, forms, totals)
    page.row += 1
    for sentence in _METHOD.splitlines():
        page.say(sentence, widths, italic=True)
    printed_across(page.sheet)
    page.sheet.repeat_rows(head)
    page.sheet.freeze_panes(head + 1, 3)


def _write_section(
    page: _Page, chosen: Sequence[_Form], forms: Sequence[_Form], totals: Mapping[str, Mapping[State, str]]
) -> None:
    first = page.row + 1
    for number, form in enumerate(chosen, start=1):
        row = form.row
        others = [one.code for one in forms if one.row["group"] == row["group"] and one is not form]
        decision = "" if is_blank(row["decision"]) else DecisionKind.parse(row["decision"]).label()
        decision += "" if is_blank(row["exclusion"]) else f" ({row['exclusion']})"
        texts = ("" if is_blank(row[name]) else row[name] for name in ("name", "agency", "field"))
        told = (number, form.code, *texts, decision, ", ".join(others))
        page.sheet.write_url(page.row, 1, f"internal:{_quoted(form.sheet)}!A1", string=form.sheet)
        for position, value in enumerate(told):
            look = {"font_color": "#0563C1"} if position == 1 else {}
            page.put(position, value, border=1, text_wrap=True, num_format=WHOLE if position == 0 else "@", **look)
        cells = [f"{_quoted(form.sheet)}!{totals[form.code][state]}" for state in State]
        _put_costs(page, cells, [form.cost(state) for state in State], with_ratio=not others)
        page.next(*zip(told, _SUMMARY_WIDTHS, strict=False))
    page.span(0, _FIRST_COST - 1, "TỔNG", bold=True, border=1)
    spans = [f"SUM({letter}{first}:{letter}{page.row})" if chosen else "0" for letter in "HI"]
    sums = [sum(form.cost(state) for form in chosen) for state in State]
    _put_costs(page, spans, sums, with_ratio=True, bold=True)
    page.next()


def _put_costs(page: _Page, texts: Sequence[str], values: Sequence[int], *, with_ratio: bool, **look: object) -> None:
    """Write cost before and after, saving and ratio into the columns H to K of the summary."""
    before, after = f"H{page.row + 1}", f"I{page.row + 1}"
    paid, pays = values
    ratio = _ratio(before, after, paid, pays) if with_ratio else "tính chung"
    costs = (Formula(texts[0], paid), Formula(texts[1], pays), Formula(f"{before}-{after}", paid - pays), ratio)
    for position, value in enumerate(costs, start=_FIRST_COST):
        is_ratio = position == len(_SUMMARY_HEADS) - 1
        page.put(position, value, border=1, align="right", num_format="0.00%" if is_ratio else WHOLE, **look)
