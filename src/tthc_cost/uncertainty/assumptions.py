"""What is assumed of uncertain figures: how ranges are read, and which errors of estimation many figures share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.numerals import format_exact, format_percent
from tthc_cost.uncertainty.distributions import Reading, Shape

if TYPE_CHECKING:
    from tthc_cost.errors import Language

__all__ = ["Assumptions"]

_MOST_CV: Final = 2
_SENTENCES: Final = {
    "vi": """\
Số liệu trong biểu là giá trị dễ xảy ra nhất; giá trị thấp và giá trị cao là {reading}; phân bố {shape}, riêng số \
lượng đối tượng phân bố log chuẩn.
Sai số chung khi ước lượng giờ công (hệ số biến thiên): theo ngạch {grade}, theo công việc {stage}, theo cơ quan \
chủ trì rà soát {agency}.
Tương quan giữa hai trạng thái: sai số chung {between}, sai số riêng của từng số liệu đã thay đổi {own}. Số liệu không \
thay đổi là một số liệu, sai số như nhau ở cả hai trạng thái.
Sai số về số lượng đối tượng của một TTHC là một, ở cả hai trạng thái.""",
    "en": """\
The stated figure is the most likely value; low and high are {reading}; distributions are {shape}, lognormal for \
populations.
Shared errors in estimating effort (coefficients of variation): grade {grade}, stage {stage}, reviewing agency {agency}.
Correlation between the two states: of shared errors {between}, of a changed figure's own error {own}. A figure that \
did not change is one figure, with one error in both states.
The error in a procedure's population is one, in both states.""",
}
_SPREAD: Final = {
    "vi": (
        "Giờ công không ghi khoảng giá trị được coi là chính xác.",
        "Giờ công không ghi khoảng giá trị được lấy từ {low} đến {high} số đã ghi.",
    ),
    "en": (
        "Effort without a range is taken to be certain.",
        "Effort without a range is taken to lie between {low} and {high} of what is stated.",
    ),
}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How ranges are read and which errors are shared; the defaults and why are in "How sure is the 20 %".

    Parameters
    ----------
    shape : Shape
        Distribution of effort, money and frequency within their ranges: ``"triangular"`` or ``"pert"``.
    reading : Reading
        What low and high mean: ``"bounds"`` or, since experts' ranges are too narrow, ``"p10_p90"``.
    grade_cv, stage_cv, agency_cv : float
        Coefficients of variation (sd ÷ mean, 0 … 2) of the factors of mean 1 that all efforts of one grade, of one
        stage, and of one reviewing agency share: its habit of estimating.
    between_states : float
        Correlation of each such factor before and after, 0 … 1; 1 where both states were estimated alike.
    figure_between_states : float
        How far a figure that the review changed keeps its own error: with this probability both states stand at the
        same quantile of their ranges, otherwise they are independent.
    default_spread : (float, float), optional
        Range of an effort that states none, as shares of it, such as ``(0.8, 1.5)``, read as `reading` says. Without
        it such efforts are certain but for the shared factors.

    Raises
    ------
    InputFault
        With every parameter outside its bounds.
    UnknownNameError
        For a shape or a reading that is none.

    Examples
    --------
    >>> Assumptions(shape="pert", agency_cv=0).text("en").splitlines()[1]
    'Shared errors in estimating effort (coefficients of variation): grade 10 %, stage 15 %, reviewing agency 0 %.'
    """

    shape: Shape | str = Shape.TRIANGULAR
    reading: Reading | str = Reading.BOUNDS
    grade_cv: float = 0.10
    stage_cv: float = 0.15
    agency_cv: float = 0.20
    between_states: float = 0.8
    figure_between_states: float = 0.5
    default_spread: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", Shape.parse(self.shape))
        object.__setattr__(self, "reading", Reading.parse(self.reading))
        bounds = {one.name: (0, _MOST_CV) for one in fields(self) if one.name.endswith("_cv")}
        bounds |= dict.fromkeys(("between_states", "figure_between_states"), (0, 1))
        faults = [
            remark("assumption_bounds", Place(column=name), value=getattr(self, name), least=least, most=most)
            for name, (least, most) in bounds.items()
            if not least <= getattr(self, name) <= most
        ]
        if self.default_spread is not None:
            low, high = self.default_spread
            if not 0 <= low <= 1 <= high <= 100:  # noqa: PLR2004 - a hundredfold is no range
                faults.append(remark("spread_bounds", Place(column="default_spread"), value=self.default_spread))
        if faults:
            raise InputFault(*faults)

    def text(self, language: Language = "vi") -> str:
        """Say every assumption in words, a line each."""
        words = {
            name: format_percent(getattr(self, f"{name}_cv"), 0, language=language).replace("\N{NO-BREAK SPACE}", " ")
            for name in ("grade", "stage", "agency")
        }
        words |= {
            name: format_exact(figure, language=language)
            for name, figure in (("between", self.between_states), ("own", self.figure_between_states))
        }
        words |= {
            "shape": Shape.parse(self.shape).label(language),
            "reading": Reading.parse(self.reading).label(language),
        }
        low, high = self.default_spread or (1, 1)
        words |= {name: format_percent(one, 0, language=language) for name, one in (("low", low), ("high", high))}
        spread = _SPREAD[language][self.default_spread is not None]
        return f"{_SENTENCES[language]}\n{spread}".format_map(words)
