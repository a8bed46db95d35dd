"""The command line: workbooks in, a report, a verdict or a template out."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from contextlib import contextmanager
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tthc_cost.comparison import compare
from tthc_cost.errors import InputFault, MissingExtraError, TthcCostError
from tthc_cost.io import (
    EXAMPLE_PATH,
    find_workbooks,
    read_example,
    read_review,
    read_reviews,
    write_review,
    write_template,
)
from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.programmes import Programme, programme
from tthc_cost.rates import RateTable
from tthc_cost.report import write_report
from tthc_cost.targets import check
from tthc_cost.vocabulary import Bearer, Counting, Measure, TargetState

try:
    import typer
    from rich.console import Console
    from rich.progress import Progress
except ModuleNotFoundError as error:
    raise MissingExtraError.because("missing_extra", library=error.name, extra="report") from None

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tthc_cost.errors import Language
    from tthc_cost.review import Review
    from tthc_cost.targets import TargetReport

__all__ = ["app", "main"]

NOTICE = {
    "vi": "Số liệu được xây dựng để minh họa, không phải số liệu thật của bất kỳ cơ quan nào.",
    "en": "Constructed data for illustration; not the figures of any real agency.",
}

app = typer.Typer(
    name="tthc-cost",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tính chi phí tuân thủ TTHC nội bộ trước và sau đơn giản hóa, và kiểm tra mục tiêu cắt giảm.\n\n"
    "Compliance cost of internal administrative procedures, before and after, against the targets of a programme.",
)


class BasisOption(StrEnum):
    """How far a proposal must have come to count."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    IN_FORCE = "in_force"


class PopulationOption(StrEnum):
    """At which population simplified procedures are costed."""

    BASELINE = "baseline"
    STATED = "stated"


class LanguageOption(StrEnum):
    """Language of the output."""

    VI = "vi"
    EN = "en"


Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="[WORKBOOK|FOLDER]",
        help="Biểu rà soát (.xlsx) hoặc thư mục chứa các biểu; bỏ trống để dùng ví dụ kèm theo. "
        "/ A workbook, or a folder of them; the embedded example without one.",
        show_default=False,
    ),
]
ProgrammeChoice = Annotated[
    str,
    typer.Option("--programme", help="Kế hoạch: mã kèm theo, hoặc tệp .toml. / A shipped programme, or a .toml file."),
]
Day = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="Ngày tính; mặc định là hôm nay. / The day; today by default."),
]
Income = Annotated[
    str | None,
    typer.Option(
        "--income",
        metavar="VND",
        help="Một mức chung từ thu nhập bình quân đầu người/năm. / One rate for all, from an income a year.",
    ),
]
CivilService = Annotated[
    str | None,
    typer.Option(
        "--civil-service",
        metavar="YYYY-MM-DD",
        help="Mức theo lương cơ sở và hệ số tại ngày này. / Civil-service rates of this day.",
    ),
]
RatesOn = Annotated[
    str | None,
    typer.Option(
        "--rates-on",
        metavar="YYYY-MM-DD",
        help="Lấy mức thu nhập của biểu áp dụng tại ngày này. / The workbook's own rates in force on this day.",
    ),
]
BasisChoice = Annotated[
    BasisOption,
    typer.Option("--basis", help="Tính phương án từ khi kiến nghị, phê duyệt hay thực thi. / When a saving counts."),
]
CountingChoice = Annotated[
    Counting, typer.Option("--counting", help="Cách đếm TTHC được cắt giảm. / How a cut in number is counted.")
]
PopulationChoice = Annotated[
    PopulationOption,
    typer.Option("--population", help="Số đối tượng: như hiện tại, hay như đã ghi. / Baseline's, or as stated."),
]
Bearers = Annotated[
    list[Bearer] | None,
    typer.Option("--bearer", help="Chỉ tính chi phí của bên này (có thể lặp lại). / Only this bearer; repeatable."),
]
LanguageChoice = Annotated[LanguageOption, typer.Option("--lang", help="Ngôn ngữ. / Language.")]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Trả mã thoát 1 nếu có mục tiêu không đạt. / Exit 1 if a target is missed."),
]
Force = Annotated[bool, typer.Option("--force", help="Ghi đè kết quả cũ. / Overwrite.")]


@app.callback(invoke_without_command=True)
def _about(
    show_version: Annotated[bool, typer.Option("--version", help="Phiên bản. / Version.", is_eager=True)] = False,
) -> None:
    if show_version:
        typer.echo(version("tthc-cost"))
        raise typer.Exit


@app.command()
def report(
    source: Source = None,
    out: Annotated[Path, typer.Option("--out", help="Thư mục kết quả. / Folder for the results.")] = Path("bao-cao"),
    programme_code: ProgrammeChoice = "lai-chau-2022-2025",
    on: Day = None,
    income: Income = None,
    civil_service: CivilService = None,
    rates_on: RatesOn = None,
    basis: BasisChoice = BasisOption.APPROVED,
    counting: CountingChoice = Counting.STRICT,
    population: PopulationChoice = PopulationOption.BASELINE,
    bearers: Bearers = None,
    language: LanguageChoice = LanguageOption.VI,
    strict: Strict = False,
    force: Force = False,
) -> None:
    """Ghi báo cáo: report.html, results.xlsx, results.json. / Write the report."""
    with _faults_said(language.value):
        found = _checked(
            source, programme_code, on, (income, civil_service, rates_on), basis, counting, population, bearers
        )
        notice = NOTICE[language.value] if source is None else ""
        page = write_report(
            found.comparison, found, out, force=force, language=language.value, sources=_sources(source), notice=notice
        )
    _print_targets(found, language.value, notice)
    typer.echo(f"{'Báo cáo' if language is LanguageOption.VI else 'Report'}: {page}")
    _leave(found, strict=strict)


@app.command("check")
def check_targets(
    source: Source = None,
    programme_code: ProgrammeChoice = "lai-chau-2022-2025",
    on: Day = None,
    income: Income = None,
    civil_service: CivilService = None,
    rates_on: RatesOn = None,
    basis: BasisChoice = BasisOption.APPROVED,
    counting: CountingChoice = Counting.STRICT,
    population: PopulationChoice = PopulationOption.BASELINE,
    bearers: Bearers = None,
    language: LanguageChoice = LanguageOption.VI,
    strict: Strict = False,
) -> None:
    """Kiểm tra từng mục tiêu của kế hoạch. / Check each target of the programme."""
    with _faults_said(language.value):
        found = _checked(
            source, programme_code, on, (income, civil_service, rates_on), basis, counting, population, bearers
        )
    _print_targets(found, language.value, NOTICE[language.value] if source is None else "")
    _leave(found, strict=strict)


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Tệp .xlsx sẽ ghi. / The .xlsx to write.")] = Path("bieu-ra-soat.xlsx"),
    example: Annotated[
        bool, typer.Option("--example", help="Điền sẵn ví dụ kèm theo. / Filled with the embedded example.")
    ] = False,
    force: Force = False,
) -> None:
    """Ghi biểu rà soát trống để các cơ quan điền. / Write an empty workbook for agencies to fill in."""
    with _faults_said("vi"):
        if example:
            write_review(read_example(), path, about=NOTICE["vi"], force=force)
        else:
            write_template(path, force=force)
    typer.echo(path)


def main() -> None:
    """Run the command line: exit status 0 done, 1 a target is missed under ``--strict``, 2 bad input or usage."""
    app()


def _checked(
    source: Path | None,
    programme_code: str,
    on: str | None,
    rates_chosen: tuple[str | None, str | None, str | None],
    basis: BasisOption,
    counting: Counting,
    population: PopulationOption,
    bearers: list[Bearer] | None,
) -> TargetReport:
    chosen = _programme(programme_code)
    review = _read(source)
    rates = _rates(review, *rates_chosen)
    comparison = compare(review, rates, population=population.value, bearers=bearers or None)
    return check(
        comparison, chosen, on=on or dt.datetime.now().astimezone().date(), basis=basis.value, counting=counting
    )


def _rates(review: Review, income: str | None, civil_service: str | None, rates_on: str | None) -> RateTable | None:
    """Return the rates that were asked for; None for those of the review, which hold without a date."""
    if sum(one is not None for one in (income, civil_service, rates_on)) > 1:
        raise InputFault.because("two_rates")
    if income is not None:
        return RateTable.from_income(income)
    if civil_service is not None:
        return RateTable.civil_service(civil_service)
    return None if rates_on is None else RateTable.from_table(review.baseline.rates, on=rates_on)


def _programme(code: str) -> Programme:
    path = Path(code)
    if path.suffix != ".toml":
        return programme(code)
    if not path.is_file():
        raise InputFault.because("no_such_file", path=path)
    return Programme.from_toml(path.read_text(encoding="utf-8"))


def _read(source: Path | None) -> Review:
    if source is None:
        return read_example()
    if not source.is_dir():
        return read_review(source)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def tell(name: str, done: int, total: int) -> None:
            bar.update(task, description=name, completed=done, total=total)

        return read_reviews(source, progress=tell)


def _sources(source: Path | None) -> list[tuple[str, str]]:
    """Return the workbooks read, with what tells their content apart from any other."""
    found = find_workbooks(EXAMPLE_PATH if source is None else source)
    return [(name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in found.items()]


@contextmanager
def _faults_said(language: Language) -> Iterator[None]:
    """Say the library's own errors on the terminal, one line a fault, and leave with status 2."""
    try:
        yield
    except TthcCostError as error:
        typer.echo(error.text(language), err=True)
        raise typer.Exit(2) from None


_MARKS = {TargetState.MET: ("✓", "green"), TargetState.MISSED: ("✗", "red"), TargetState.OPEN: ("…", "yellow")}
_WORDS = {
    "vi": ("trước", "yêu cầu", "đã đạt", "theo rà soát", "còn thiếu", "cảnh báo và ghi chú, xem báo cáo"),
    "en": ("before", "required", "achieved", "as reviewed", "missing", "warnings and notes, see the report"),
}
_UNITS = {"vi": ("đồng/năm", "ngày làm việc", "TTHC"), "en": ("đồng/year", "working days", "procedures")}


def _print_targets(found: TargetReport, language: Language, notice: str) -> None:
    """Print each target in two lines: its verdict and name, then its figures."""
    before, required, achieved, stated, missing, remarks = _WORDS[language]
    per_year, days, procedures = _UNITS[language]
    units = {Measure.COST_REDUCTION: per_year, Measure.TIME_REDUCTION: days}
    if notice:
        typer.secho(notice, fg="yellow")
    name = found.programme.name if language == "vi" else found.programme.name_en
    day = "%d/%m/%Y" if language == "vi" else "%Y-%m-%d"
    typer.secho(f"{name} – {found.on:{day}}", bold=True)
    for one in found.targets:
        target = one.target
        mark, colour = _MARKS.get(one.state, ("?", "yellow"))
        label = target.name if language == "vi" else target.name_en
        typer.echo(f"{typer.style(f'{mark} {one.state.label(language)}', fg=colour)}  {label}")
        percent = functools.partial(format_percent, apart_from=target.required, language=language)
        unit = units.get(target.measure, procedures)
        figures = [f"{before} {target.before:{day}}", f"{required} {percent(target.required)}"]
        figures.append(f"{achieved} {percent(one.achieved)}")
        if one.stated is not None:
            figures.append(f"{stated} {percent(one.stated)}")
        if one.missing:
            figures.append(f"{missing} {format_integer(one.missing, language=language)} {unit}")
        typer.echo(f"    {' · '.join(figures)}")
    said = len(found.comparison.remarks) + len(found.remarks)
    if said:
        typer.echo(f"{said} {remarks}")


def _leave(found: TargetReport, *, strict: bool) -> None:
    if strict and found.missed:
        raise typer.Exit(1)
