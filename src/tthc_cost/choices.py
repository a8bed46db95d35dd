"""What every command of the command line is told: which review, at which rates, against which programme."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias, TypeVar

from tthc_cost.auditing import Audit, audit
from tthc_cost.comparison import Basis, Comparison, PopulationBasis, compare
from tthc_cost.errors import InputFault, Language, MissingExtraError
from tthc_cost.io import (
    EXAMPLE_PATH,
    ScmLayout,
    find_tables,
    find_workbooks,
    read_costs,
    read_example,
    read_review,
    read_reviews,
    read_scm_form,
    read_scm_forms,
    read_tables,
)
from tthc_cost.io.opening import open_workbook
from tthc_cost.io.reading import REQUIRED_TABLES
from tthc_cost.programmes import Programme, programme
from tthc_cost.rates import RateTable
from tthc_cost.schema import TABLES
from tthc_cost.targets import TargetReport, check
from tthc_cost.vocabulary import Bearer, Counting, fold

try:
    from cyclopts import Parameter
    from rich.console import Console
    from rich.progress import Progress
except ModuleNotFoundError as error:
    raise MissingExtraError.because("missing_extra", library=error.name, extra="report") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from tthc_cost.review import Review

Result = TypeVar("Result")

__all__ = [
    "NOTICE",
    "Choices",
    "Source",
    "SourceKind",
    "audit_of",
    "read_source",
    "sources_of",
    "with_progress",
]

NOTICE: Final = {
    "vi": "Số liệu được xây dựng để minh họa, không phải số liệu thật của bất kỳ cơ quan nào.",
    "en": "Constructed data for illustration; not the figures of any real agency.",
}

SourceKind: TypeAlias = Literal["review", "form", "tables", "costs"]
"""What a source is: our workbooks, official forms 03, a folder of tables, or published costs."""

Source: TypeAlias = Annotated[
    Path | None,
    Parameter(
        help="Sổ tính hoặc thư mục; bỏ trống để dùng ví dụ kèm theo. / A workbook or a folder; the example without."
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Choices:
    """Choices that commands share; each is an option.

    Parameters
    ----------
    kind
        What the source is; found out when not said.
    form_layout
        The words of a province's own form 03.
    programme
        Code of a shipped programme, or a .toml file.
    on
        Day of the check.
    income, civil_service, rates_on
        At which rates: at most one of the three.
    basis
        From when a proposal counts.
    counting
        How procedures are counted.
    population
        At which population simplified procedures are costed.
    bearer
        Whose costs count.
    lang
        Language of what is said.
    """

    kind: Annotated[
        SourceKind | None,
        Parameter(
            "--as", help="Loại tệp: biểu rà soát, biểu 03, bảng, chi phí đã công bố. / What the source is.",
            show_default=False,
        ),
    ] = None  # fmt: skip
    form_layout: Annotated[
        Path | None, Parameter(help="Tệp .toml mô tả biểu 03 của tỉnh. / A province's own form 03.")
    ] = None
    programme: Annotated[
        str, Parameter(help="Kế hoạch: mã kèm theo, hoặc tệp .toml. / A shipped programme, or a .toml file.")
    ] = "lai-chau-2022-2025"
    on: Annotated[
        str | None, Parameter(help="Ngày tính (2024-11-30); mặc định là hôm nay. / The day; today by default.")
    ] = None
    income: Annotated[
        str | None,
        Parameter(help="Một mức chung từ thu nhập bình quân đầu người/năm. / One rate for all, from an income a year."),
    ] = None
    civil_service: Annotated[
        str | None, Parameter(help="Mức theo lương cơ sở và hệ số tại ngày này. / Civil-service rates of this day.")
    ] = None
    rates_on: Annotated[
        str | None,
        Parameter(help="Mức thu nhập của biểu áp dụng tại ngày này. / The workbook's own rates on this day."),
    ] = None
    basis: Annotated[
        Basis, Parameter(help="Tính phương án từ khi kiến nghị, phê duyệt hay thực thi. / When a saving counts.")
    ] = "approved"
    counting: Annotated[
        Literal["strict", "broad"], Parameter(help="Cách đếm TTHC được cắt giảm. / How a cut in number is counted.")
    ] = "strict"
    population: Annotated[
        PopulationBasis, Parameter(help="Số đối tượng: như hiện tại, hay như đã ghi. / Baseline's, or as stated.")
    ] = "baseline"
    bearer: Annotated[
        tuple[Literal["requester", "resolver", "coordinator"], ...],
        Parameter(
            help="Chỉ tính chi phí của bên này (có thể lặp lại). / Only this bearer; repeatable.", show_default=False
        ),
    ] = ()
    lang: Annotated[Language, Parameter(help="Ngôn ngữ. / Language.")] = "vi"

    def comparison(self, source: Path | None) -> Comparison:
        """Read a source and compare its two states as chosen."""
        kind = self.kind_of(source)
        if kind == "costs":
            assert source is not None  # noqa: S101 - the example is no table of costs
            costs = read_costs(source)
            return replace(Comparison.from_costs(costs.frame), remarks=costs.remarks)
        review = read_source(source, kind, self.form_layout)
        bearers = [Bearer.parse(one) for one in self.bearer] or None
        return compare(review, self._rates(review), population=self.population, bearers=bearers)

    def report(self, source: Path | None) -> TargetReport:
        """Read a source and check it against the programme as chosen."""
        chosen = self.chosen_programme()
        comparison = self.comparison(source)
        day = self.on or dt.datetime.now().astimezone().date()
        return check(comparison, chosen, on=day, basis=self.basis, counting=Counting.parse(self.counting))

    def chosen_programme(self) -> Programme:
        """Return the shipped programme of this code, or that of a file."""
        path = Path(self.programme)
        if path.suffix != ".toml":
            return programme(self.programme)
        if not path.is_file():
            raise InputFault.because("no_such_file", path=path)
        return Programme.from_toml(path.read_text(encoding="utf-8"))

    def settled(self, source: Path | None) -> Choices:
        """Return the same choices for a source of which it is settled what it is, so that it is looked at once."""
        return replace(self, kind=self.kind_of(source))

    def kind_of(self, source: Path | None) -> SourceKind:
        """Return what a source is, as said or as it looks: by its files, its suffix, the names of its sheets."""
        if self.kind or source is None:
            return self.kind or "review"
        if source.is_dir():
            return (
                "tables" if find_tables(source).keys() - {""} else _kind_of_workbook(*find_workbooks(source).values())
            )
        return "costs" if source.suffix.lower() == ".csv" else _kind_of_workbook(source)

    def notice(self, source: Path | None) -> str:
        """Return what must be said above all: that the example is constructed."""
        return NOTICE[self.lang] if source is None else ""

    def _rates(self, review: Review) -> RateTable | None:
        """Return the rates that were asked for; None for those of the review, which hold without a date."""
        if sum(one is not None for one in (self.income, self.civil_service, self.rates_on)) > 1:
            raise InputFault.because("two_rates")
        if self.income is not None:
            return RateTable.from_income(self.income)
        if self.civil_service is not None:
            return RateTable.civil_service(self.civil_service)
        return None if self.rates_on is None else RateTable.from_table(review.baseline.rates, on=self.rates_on)


def read_source(source: Path | None, kind: SourceKind, form_layout: Path | None = None) -> Review:
    """Read the review that a path names; of a folder of workbooks all, with a bar of progress on a terminal."""
    if source is None:
        return read_example()
    if kind == "tables":
        return read_tables(source)
    if kind == "form":
        layout = None if form_layout is None else _layout(form_layout)
        if not source.is_dir():
            return read_scm_form(source, layout=layout)
        return with_progress(lambda tell: read_scm_forms(source, tell, layout=layout))
    return with_progress(lambda tell: read_reviews(source, tell)) if source.is_dir() else read_review(source)


def audit_of(report: TargetReport, *, claims: pd.DataFrame | None = None, without: Iterable[str] = ()) -> Audit:
    """Hold the rules against what was checked, on its day, with what the departments state."""
    return audit(report.comparison, report.programme, on=report.on, claims=claims, without=without)


def _kind_of_workbook(path: Path, *_others: Path) -> SourceKind:
    """Tell our workbooks from official forms by the names of their sheets; of a folder the first workbook tells."""
    try:
        names = {fold(name) for name in open_workbook(path, path.name, formats=("xlsx", "xls")).names}
    except InputFault:
        return "review"
    ours = {fold(TABLES[name].vi) for name in REQUIRED_TABLES}
    return "review" if len(names & ours) > 1 else "form"


def _layout(path: Path) -> ScmLayout:
    if not path.is_file():
        raise InputFault.because("no_such_file", path=path)
    return ScmLayout.from_toml(path.read_text(encoding="utf-8"))


def with_progress(work: Callable[[Callable[[str, int, int], None]], Result]) -> Result:
    """Do long work that tells how far it has come, with a bar of progress on a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return work(lambda name, done, total: bar.update(task, description=name, completed=done, total=total))


def sources_of(source: Path | None, kind: SourceKind) -> list[tuple[str, str]]:
    """Return the files read, each with what tells its content apart from any other (SHA-256)."""
    return [(name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in _files(source, kind)]


def _files(source: Path | None, kind: SourceKind) -> Iterator[tuple[str, Path]]:
    if source is not None and kind == "tables":
        for paths in find_tables(source).values():
            yield from ((path.name, path) for path in paths)
    elif source is not None and source.is_file():
        yield source.name, source
    else:
        yield from find_workbooks(EXAMPLE_PATH if source is None else source).items()
