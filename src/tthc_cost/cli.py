"""The command line: what departments sent in; a verdict, a report, documents, forms or tables out."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, TypedDict

from tthc_cost.choices import NOTICE, Choices, Source, audit_of, read_source, sources_of, with_progress
from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, MissingExtraError, NeedsLinesError, TthcCostError
from tthc_cost.io import (
    read_claims,
    read_example,
    read_measures,
    read_word_folder,
    read_word_forms,
    write_measures_template,
    write_review,
    write_scm_form,
    write_tables,
    write_template,
)
from tthc_cost.io.saving import check_folder, save_folder
from tthc_cost.periods import periodic, reporting_period
from tthc_cost.report import Issuer, write_annex, write_appraisal, write_letters, write_periodic, write_report
from tthc_cost.report.terminal import print_audit, print_probability, print_selection, print_targets
from tthc_cost.selection import Objective, Restrictions, Selection, frontier, select
from tthc_cost.uncertainty import target_probability

try:
    from cyclopts import App, CycloptsError, Parameter
    from rich.console import Console
except ModuleNotFoundError as error:
    raise MissingExtraError.because("missing_extra", library=error.name, extra="report") from None

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tthc_cost.errors import Language
    from tthc_cost.targets import TargetReport

__all__ = ["app", "main", "run"]

app = App(
    name="tthc-cost",
    help="Tính chi phí tuân thủ TTHC nội bộ trước và sau đơn giản hóa, và kiểm tra mục tiêu cắt giảm.\n\n"
    "Compliance cost of internal administrative procedures, before and after, against the targets of a programme.",
    version=lambda: version("tthc-cost"),
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
)

Force: TypeAlias = Annotated[bool, Parameter(help="Ghi đè kết quả cũ. / Overwrite.")]
Strict: TypeAlias = Annotated[
    bool, Parameter(help="Trả mã thoát 1 nếu có mục tiêu không đạt. / Exit 1 if a target is missed.")
]
Folder: TypeAlias = Annotated[Path, Parameter(help="Thư mục kết quả. / Folder for the results.")]
Target: TypeAlias = Annotated[str, Parameter(help="Mục tiêu cắt giảm chi phí. / Share of the cost to be saved.")]
ReportFolder: TypeAlias = Annotated[
    Path | None,
    Parameter(name="--report", help="Ghi báo cáo có biểu đồ vào thư mục này. / Write a report with pictures, too."),
]


class About(TypedDict):
    """What a report says of itself."""

    language: Language
    sources: list[tuple[str, str]]
    notice: str


_NO_CHOICES = Choices()


@app.command
def report(
    source: Source = None,
    /,
    *,
    out: Folder = Path("bao-cao"),
    choices: Choices = _NO_CHOICES,
    strict: Strict = False,
    force: Force = False,
) -> int:
    """Ghi báo cáo: report.html, results.xlsx, results.json, lines.csv. / Write the report."""
    choices = choices.settled(source)
    found = choices.report(source)
    about = _about(choices, source)
    page = write_report(found.comparison, found, out, audit=audit_of(found), force=force, **about)
    _print(found, choices.lang, about["notice"])
    _say(f"{'Báo cáo' if choices.lang == 'vi' else 'Report'}: {page}")
    return _status(found, strict=strict)


@app.command(name="check")
def check_targets(source: Source = None, /, *, choices: Choices = _NO_CHOICES, strict: Strict = False) -> int:
    """Kiểm tra từng mục tiêu của kế hoạch. / Check each target of the programme."""
    found = choices.report(source)
    _print(found, choices.lang, choices.notice(source))
    return _status(found, strict=strict)


@app.command(name="audit")
def audit_saving(
    source: Source = None,
    /,
    *,
    claims: Annotated[
        Path | None,
        Parameter(help="Tệp .xlsx, .csv các con số cơ quan đã báo cáo. / A file of what the departments state."),
    ] = None,
    without: Annotated[
        tuple[str, ...], Parameter(help="Bỏ qua quy tắc này (có thể lặp lại). / Leave this rule out; repeatable.")
    ] = (),
    choices: Choices = _NO_CHOICES,
    strict: Annotated[
        bool,
        Parameter(help="Trả mã thoát 1 nếu có lỗi hoặc mục tiêu không đạt. / Exit 1 on an error or a missed target."),
    ] = False,
) -> int:
    """Kiểm tra phần cắt giảm nào đứng vững, nội dung nào phải giải trình. / What of the saving stands, and why not."""
    found = choices.report(source)
    stated = None if claims is None else read_claims(claims)
    audit = audit_of(found, claims=stated, without=without)
    for note in () if stated is None else stated.attrs["notes"]:
        _say(note, error=True)
    print_audit(audit, found, Console(), language=choices.lang, notice=choices.notice(source))
    return 1 if strict and audit.errors else _status(found, strict=strict)


@app.command
def documents(
    source: Source = None,
    /,
    *,
    out: Folder = Path("van-ban"),
    choices: Choices = _NO_CHOICES,
    decision: Annotated[
        str, Parameter(help="Số, ngày quyết định kèm phụ lục. / The decision that the annex goes with.")
    ] = "",
    answer_by: Annotated[
        str | None, Parameter(help="Hạn trả lời công văn (2025-01-20). / Day to answer the letters by.")
    ] = None,
    force: Force = False,
) -> int:
    """Ghi ba loại văn bản Word: phụ lục phương án, báo cáo thẩm định, công văn. / Write the three Word documents."""
    choices = choices.settled(source)
    found = choices.report(source)
    sources, notice = sources_of(source, choices.kind_of(source)), choices.notice(source)
    issuer, audit = Issuer.of(found.programme), audit_of(found)
    target = check_folder(out, force=force)
    with TemporaryDirectory() as made:
        folder = Path(made)
        annex = folder / "phu-luc-phuong-an.docx"
        write_annex(found.comparison, annex, issuer=issuer, decision=decision, basis=found.basis, on=found.on)
        appraisal = folder / "bao-cao-tham-dinh.docx"
        write_appraisal(found.comparison, found, appraisal, issuer=issuer, sources=sources, notice=notice, audit=audit)
        letters = write_letters(
            found.comparison, found, folder / "cong-van", issuer=issuer, answer_by=answer_by, audit=audit
        )
        contents = {one.name: one.read_bytes() for one in (annex, appraisal)}
        contents |= {f"cong-van-{one.name}": one.read_bytes() for one in letters}
    save_folder(target, contents, force=force)
    for name in contents:
        _say(str(target / name))
    return 0


@app.command(name="periodic")
def periodic_tables(
    source: Source = None,
    /,
    *,
    period: Annotated[
        tuple[str, ...],
        Parameter(help="Kỳ báo cáo: 2024-Q3 hoặc 2024 (có thể lặp lại). / Quarter or year; repeatable."),
    ],
    out: Annotated[Path, Parameter(help="Tệp .xlsx sẽ ghi. / The .xlsx to write.")] = Path("bieu-dinh-ky.xlsx"),
    choices: Choices = _NO_CHOICES,
    force: Force = False,
) -> int:
    """Ghi bảng báo cáo định kỳ quý, năm. / Write the periodic report tables."""
    choices = choices.settled(source)
    comparison = choices.comparison(source)
    tables = [periodic(comparison, reporting_period(one), basis=choices.basis) for one in period]
    _say(write_periodic(tables, out, force=force, **_about(choices, source)))
    return 0


@app.command
def form(
    source: Source = None,
    /,
    *,
    out: Annotated[Path, Parameter(help="Tệp .xlsx sẽ ghi. / The .xlsx to write.")] = Path("bieu-03.xlsx"),
    procedure: Annotated[
        tuple[str, ...], Parameter(help="Chỉ ghi TTHC này (có thể lặp lại). / Only this procedure; repeatable.")
    ] = (),
    choices: Choices = _NO_CHOICES,
    force: Force = False,
) -> int:
    """Ghi biểu 03/SCM-KSTT với công thức kiểm tra được trong Excel. / Write form 03 with live formulas."""
    _say(write_scm_form(choices.comparison(source), out, procedures=procedure or None, force=force))
    return 0


@app.command
def convert(
    source: Source = None,
    /,
    *,
    out: Annotated[
        Path,
        Parameter(help="Tệp .xlsx, hoặc thư mục các bảng CSV. / An .xlsx, or a folder for tables in CSV."),
    ],
    parquet: Annotated[bool, Parameter(help="Ghi bảng Parquet thay cho CSV. / Tables in Parquet.")] = False,
    choices: Choices = _NO_CHOICES,
    force: Force = False,
) -> int:
    """Chuyển biểu 03, bảng CSV, Parquet sang biểu rà soát, hoặc ngược lại. / Read in one way, write in another."""
    review = read_source(source, choices.kind_of(source), choices.form_layout)
    if out.suffix.lower() == ".xlsx":
        _say(write_review(review, out, force=force, about=choices.notice(source)))
    else:
        _say(write_tables(review, out, format="parquet" if parquet else "csv", force=force))
    return 0


@app.command
def template(
    path: Annotated[Path, Parameter(help="Tệp .xlsx sẽ ghi. / The .xlsx to write.")] = Path("bieu-ra-soat.xlsx"),
    /,
    *,
    example: Annotated[bool, Parameter(help="Điền sẵn ví dụ kèm theo. / Filled with the embedded example.")] = False,
    measures: Annotated[
        bool, Parameter(help="Bảng phương án cho lệnh select, thay cho biểu rà soát. / A list of measures instead.")
    ] = False,
    of: Annotated[
        Path | None,
        Parameter(help="Cùng --measures: mã TTHC của biểu này làm danh sách chọn. / With --measures: offer its codes."),
    ] = None,
    from_word: Annotated[
        Path | None,
        Parameter(help="Điền sẵn TTHC từ biểu thống kê Word (tệp, thư mục). / With procedures from Word forms."),
    ] = None,
    force: Force = False,
) -> int:
    """Ghi biểu trống để các cơ quan điền. / Write an empty workbook for agencies to fill in."""
    if measures:
        review = None if of is None else read_source(of, Choices().kind_of(of))
        _say(write_measures_template(path, review, force=force))
    elif example:
        _say(write_review(read_example(), path, about=NOTICE["vi"], force=force))
    elif from_word is None:
        _say(write_template(path, force=force))
    else:
        forms = read_word_folder(from_word) if from_word.is_dir() else read_word_forms(from_word)
        _say(write_template(path, tables=forms.tables, force=force))
        for one in forms.remarks:
            _say(one.text("vi"), error=True)
    return 0


@app.command
def simulate(
    source: Source = None,
    /,
    *,
    target: Target = "20%",
    draws: Annotated[int, Parameter(help="Số lần mô phỏng; 0: chỉ tính công thức. / Draws; 0 for none.")] = 10_000,
    seed: Annotated[
        int, Parameter(help="Hạt giống: cùng hạt giống, cùng kết quả. / The same seed, the same draws.")
    ] = 1,
    report_out: ReportFolder = None,
    choices: Choices = _NO_CHOICES,
    force: Force = False,
) -> int:
    """Tính xác suất đạt mục tiêu khi số liệu là ước lượng. / How sure a target is when figures are estimates."""
    choices = choices.settled(source)
    if report_out is not None:
        check_folder(report_out, force=force)
    checked = choices.report(source)
    comparison = checked.comparison
    found = with_progress(lambda tell: target_probability(comparison, target, draws=draws, seed=seed, progress=tell))
    print_probability(found, Console(), language=choices.lang, notice=choices.notice(source))
    if report_out is not None:
        audit, about = audit_of(checked), _about(choices, source)
        _say(write_report(comparison, checked, report_out, audit=audit, probability=found, force=force, **about))
    return 0


@app.command(name="select")
def select_measures(
    measures: Annotated[Path, Parameter(help="Bảng phương án (.xlsx, .csv). / The list of measures.")],
    source: Source = None,
    /,
    *,
    target: Target = "20%",
    count_target: Annotated[
        str | None, Parameter(help="Mục tiêu cắt giảm số TTHC (20%). / Share of the procedures to be cut.")
    ] = None,
    objective: Annotated[
        Literal["one_off_cost", "regulations", "changes"],
        Parameter(help="Ít nhất về: chi phí một lần, số văn bản, số phương án. / What is to be least."),
    ] = "one_off_cost",
    budget: Annotated[str | None, Parameter(help="Kinh phí tối đa («1,5 tỷ đồng»). / The most they may cost.")] = None,
    require: Annotated[tuple[str, ...], Parameter(help="Phải chọn phương án này. / Must be chosen; repeatable.")] = (),
    exclude: Annotated[tuple[str, ...], Parameter(help="Không chọn phương án này. / Must not; repeatable.")] = (),
    leave_alone: Annotated[tuple[str, ...], Parameter(help="Không động đến TTHC này. / Procedure to leave.")] = (),
    frontier_of: Annotated[
        tuple[str, ...],
        Parameter("--frontier", help="Chi phí ở từng mục tiêu (10%, 20%). / What each of several targets costs."),
    ] = (),
    seconds: Annotated[float, Parameter(help="Thời gian tìm tối đa. / Longest search.")] = 60.0,
    out: Annotated[
        Path | None,
        Parameter(
            help="Ghi biểu rà soát (.xlsx); cùng --frontier: của mức cao nhất. / The review; with --frontier, the most."
        ),
    ] = None,
    report_out: ReportFolder = None,
    choices: Choices = _NO_CHOICES,
    force: Force = False,
) -> int:
    """Chọn các phương án ít tốn kém nhất để đạt mục tiêu. / The cheapest set of measures that reaches the targets."""
    candidates, comparison = read_measures(measures), choices.comparison(source)
    review, rates = comparison.review, comparison.rates
    if review is None or rates is None:
        raise NeedsLinesError.because("needs_lines")
    if comparison.bearers is not None:
        raise InputFault.because("selection_of_all_bearers")
    restrictions: Restrictions = {
        "count_target": count_target,
        "budget_vnd": budget,
        "required": require,
        "excluded": exclude,
        "untouched": leave_alone,
    }
    aim = Objective.parse(objective)
    if report_out is not None:
        check_folder(report_out, force=force)
    curve = (
        frontier(candidates, review.baseline, rates, frontier_of, objective=aim, seconds=seconds, **restrictions)
        if frontier_of
        else None
    )
    points: tuple[Selection, ...] = (
        (select(candidates, review.baseline, rates, target, objective=aim, seconds=seconds, **restrictions),)
        if curve is None
        else curve.points
    )
    print_selection(points, Console(), language=choices.lang, notice=choices.notice(source))
    chosen = points[-1].review
    if out is not None:
        _say(write_review(chosen, out, force=force))
    if report_out is not None:
        reached = compare(chosen, rates, population=choices.population)
        sure, about = target_probability(reached, target), _about(choices, source, measures)
        _say(write_report(reached, None, report_out, probability=sure, frontier=curve, force=force, **about))
    return 0


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the command's name; by default what the terminal gave.

    Returns
    -------
    int
        0 done, 1 a target is missed, or the audit finds an error, under ``--strict``, 2 bad input or usage.
    """
    try:
        status = app(arguments, exit_on_error=False, error_console=Console(stderr=True), result_action="return_value")
    except CycloptsError:
        return 2
    except TthcCostError as error:
        _say(error.text(_language(arguments)), error=True)
        return 2
    return status if isinstance(status, int) else 0


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run())


def _about(choices: Choices, source: Path | None, *others: Path) -> About:
    """Return what a report says of itself: its language, the files it was made of, and what must be said above all."""
    files = [
        *sources_of(source, choices.kind_of(source)),
        *(one for path in others for one in sources_of(path, "costs")),
    ]
    return {"language": choices.lang, "sources": files, "notice": choices.notice(source)}


def _say(text: object, *, error: bool = False) -> None:
    Console(stderr=error).print(str(text), markup=False, highlight=False, soft_wrap=True)


def _language(arguments: Sequence[str] | None) -> Language:
    """Return the language asked for, also when what was asked cannot be done."""
    words = " ".join(sys.argv[1:] if arguments is None else arguments).replace("=", " ")
    return "en" if "--lang en" in words else "vi"


def _print(found: TargetReport, language: Language, notice: str) -> None:
    print_targets(found, Console(), language=language, notice=notice)


def _status(found: TargetReport, *, strict: bool) -> int:
    return 1 if strict and found.missed else 0
