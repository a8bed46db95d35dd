"""How sure it is that a target is reached: the public face of uncertain inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.arithmetic import parse_target
from tthc_cost.comparison import Comparison
from tthc_cost.errors import InputFault, ZeroBaselineError, remark, require
from tthc_cost.notebook_tables import NotebookTable, Shown, label, required_share
from tthc_cost.numerals import format_integer, format_percent
from tthc_cost.uncertainty.assumptions import Assumptions
from tthc_cost.uncertainty.distributions import normal_quantile
from tthc_cost.uncertainty.lines import uncertain_lines
from tthc_cost.uncertainty.sensitivity import Quantity, Sensitivity
from tthc_cost.uncertainty.simulation import TIE, simulate
from tthc_cost.uncertainty.variance_parts import VarianceParts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal
    from fractions import Fraction

    from tthc_cost.errors import Language, Remark
    from tthc_cost.notebook_tables import CellKind
    from tthc_cost.uncertainty.distributions import Flags, Floats, Integers
    from tthc_cost.uncertainty.lines import UncertainLines
    from tthc_cost.uncertainty.simulation import Simulation

__all__ = ["ASSURANCE", "GROUPINGS_OF_PROBABILITY", "PERCENTILES", "TargetProbability", "target_probability"]


PERCENTILES: Final = (5, 10, 25, 50, 75, 90, 95)
"""Which percentiles of saving and reduction are shown."""
ASSURANCE: Final = 0.9
"""With which probability the assured reduction is reached."""
GROUPINGS_OF_PROBABILITY: Final = ("agency", "level")
"""By what the probability is shown."""

_SURE: Final = 1e-6
"""A reduction whose standard deviation is below this, a ten-thousandth of a point, is certain."""
_LEAST_SHOWN: Final = 0.001
"""A probability nearer to 0 or 1 is shown as less or more than this."""
_MOST_DRAWS: Final = 10**8
_MOST_SEED: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class _Reduction:
    """The reduction of groups as ``1 − exp(N(location, scale²))``; arrays of shape (number of groups,)."""

    location: Floats
    scale: Floats

    @classmethod
    def of(cls, parts: VarianceParts) -> _Reduction:
        """Match the means and covariances of both costs, which are exact, by a bivariate lognormal."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1 / parts.means
            zero = np.zeros(len(inverse))
            squares = [
                parts.variance(np.nan_to_num(np.stack(weights, axis=1), nan=0, posinf=0))
                for weights in (
                    (inverse[:, 0], zero), (zero, inverse[:, 1]), (inverse[:, 0], -inverse[:, 1]),
                )
            ]  # fmt: skip
            before, after, apart = squares
            across = 1 + (before + after - apart) / 2
            excess = apart + apart * (before + after) / 2 - ((before - after) ** 2 + apart**2) / 4
            location = np.log(parts.means[:, 1] / parts.means[:, 0]) - np.log1p(after) / 2 + np.log1p(before) / 2
        return cls(location, np.sqrt(np.log1p(np.maximum(excess, 0) / across**2)))

    def probability(self, target: float) -> Floats:
        """Return how probable at least a reduction is; NaN where there is no baseline."""
        most = math.log1p(-target) if target < 1 else -math.inf
        sure = np.where(-np.expm1(self.location) >= target - TIE, 1.0, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (most - self.location) / self.scale
        spread = np.array([NormalDist().cdf(one) if np.isfinite(one) else 0.0 for one in z.tolist()])
        found = np.where((self.scale > _SURE) & np.isfinite(self.location), spread, sure)
        return np.where(np.isnan(self.location), np.nan, found)

    def quantile(self, probability: float) -> Floats:
        """Return the reduction that is fallen short of with a probability."""
        return -np.expm1(self.location - self.scale * normal_quantile(probability))

    @property
    def mean(self) -> Floats:
        return -np.expm1(self.location + self.scale**2 / 2)

    @property
    def deviation(self) -> Floats:
        return np.exp(self.location + self.scale**2 / 2) * np.sqrt(np.expm1(self.scale**2))


@dataclass(frozen=True, eq=False, repr=False)
class TargetProbability(Shown):
    """How sure it is that a reduction reaches a target; made by `target_probability`.

    Parameters
    ----------
    comparison : Comparison
        What was compared; its reduction is that of the most likely figures.
    target : Fraction
        The share to reach.
    assumptions : Assumptions
        What was assumed; ``assumptions.text()`` says it in words.
    lines : UncertainLines
        The costs as sums of products of uncertain inputs.
    simulation : Simulation, optional
        The draws; None if none were asked for.
    remarks : tuple of Remark
        Warnings and notes.
    """

    comparison: Comparison
    target: Fraction
    assumptions: Assumptions
    lines: UncertainLines
    simulation: Simulation | None
    remarks: tuple[Remark, ...]

    @cached_property
    def _parts(self) -> VarianceParts:
        return VarianceParts.of(self.lines)

    @cached_property
    def _reduction(self) -> _Reduction:
        return _Reduction.of(self._parts)

    @cached_property
    def probability(self) -> float:
        """How probable the target is, in closed form.

        The means and covariances of the two costs are exact; taking their ratio to be lognormal is an approximation.
        Where nothing is uncertain it is the exact verdict, 0 or 1.
        """
        if self.lines.is_certain:
            return float(self.comparison.total.meets(self.target))
        return float(self._reduction.probability(float(self.target))[0])

    @property
    def probability_simulated(self) -> float | None:
        """The share of the draws that reach the target; None without draws."""
        if self.simulation is None:
            return None
        return float(np.mean(self._reaches(self.simulation)))

    @property
    def standard_error(self) -> float | None:
        """The standard error of `probability_simulated`; None without draws."""
        if self.simulation is None:
            return None
        hits = np.array([self._reaches(self.simulation).sum()])
        return float(_standard_errors(hits, self.simulation.draws, certain=self.lines.is_certain)[0])

    def _reaches(self, simulation: Simulation) -> Flags:
        reaches: Flags = simulation.reduction >= float(self.target) - TIE
        return reaches

    @property
    def assured_reduction(self) -> float:
        """The reduction that is reached with a probability of 90 %, in closed form."""
        return float(self._reduction.quantile(1 - ASSURANCE)[0])

    @cached_property
    def distribution(self) -> pd.DataFrame:
        """The distribution of reduction and saving.

        Returns
        -------
        pandas.DataFrame
            ``quantity`` (``reduction``, a share; ``saving``, đồng a year), ``statistic`` (``likeliest``: the
            comparison's own; ``mean``, ``sd``, ``P5`` … ``P95``), ``closed_form``, ``simulated``, ``standard_error`` of
            the simulated figure (float64, NaN without draws). In closed form mean and sd of the saving are exact; its
            percentiles are normal, and the reduction lognormal, by approximation.
        """
        reduction, parts = self._reduction, self._parts
        saving_mean = float(parts.means[0, 0] - parts.means[0, 1])
        saving_sd = math.sqrt(float(parts.variance(np.array([[1.0, -1.0]]))[0]))
        shares = [one / 100 for one in PERCENTILES]
        names = ["likeliest", "mean", "sd", *(f"P{one}" for one in PERCENTILES)]
        total = self.comparison.total
        closed = {
            "reduction": [
                float(total.ratio or 0), float(reduction.mean[0]), float(reduction.deviation[0]),
                *(float(reduction.quantile(one)[0]) for one in shares),
            ],
            "saving": [
                float(total.saving), saving_mean, saving_sd,
                *(saving_mean + saving_sd * normal_quantile(one) for one in shares),
            ],
        }  # fmt: skip
        drawn = self.simulation
        rows = []
        for quantity, values in closed.items():
            found = (
                [(math.nan, math.nan)] * len(values) if drawn is None else _simulated(getattr(drawn, quantity), shares)
            )
            rows += [
                (quantity, *one, *other) for one, other in zip(zip(names, values, strict=True), found, strict=True)
            ]
        kinds = dict.fromkeys(("quantity", "statistic"), "string")
        kinds |= dict.fromkeys(("closed_form", "simulated", "standard_error"), "float64")
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    def by(self, column: str) -> pd.DataFrame:
        """Return how sure the target is in each group.

        Parameters
        ----------
        column : {"agency", "level"}
            By what.

        Returns
        -------
        pandas.DataFrame
            The rows of ``comparison.by(column)``, and ``mean_reduction``, ``reduction_sd``, ``assured_reduction``,
            ``probability`` in closed form, ``probability_simulated`` and its ``standard_error`` (float64; NaN where the
            baseline is zero or nothing was drawn).

        Raises
        ------
        InputFault
            For another column.
        """
        if column not in GROUPINGS_OF_PROBABILITY:
            known = ", ".join(GROUPINGS_OF_PROBABILITY)
            raise InputFault.because("unknown_probability_grouping", value=column, known=known)
        frame = self.comparison.by(column)
        codes = _group_codes(self.comparison, self.lines, column)
        parts = VarianceParts.of(self.lines, codes, len(frame))
        reduction = _Reduction.of(parts)
        none = (frame["baseline_vnd"] == 0).to_numpy(dtype=bool)
        certain = ~np.isin(np.arange(len(frame)), codes[(self.lines.inputs_of >= 0).any(axis=1)])
        share = self.target
        exact = [
            float(before > 0 and (before - after) * share.denominator >= share.numerator * before)
            for before, after in frame[["baseline_vnd", "simplified_vnd"]].itertuples(index=False, name=None)
        ]
        simulated = errors = np.full(len(frame), np.nan)
        if self.simulation is not None:
            hits = self.simulation.hits[GROUPINGS_OF_PROBABILITY.index(column)]
            hits = np.append(hits, np.zeros(len(frame) - len(hits), dtype=np.int64))
            simulated = hits / self.simulation.draws
            errors = _standard_errors(hits, self.simulation.draws, certain=certain)
        columns = {
            "mean_reduction": reduction.mean,
            "reduction_sd": reduction.deviation,
            "assured_reduction": reduction.quantile(1 - ASSURANCE),
            "probability": np.where(certain, exact, reduction.probability(float(share))),
            "probability_simulated": simulated,
            "standard_error": errors,
        }
        return frame.assign(**{name: np.where(none, np.nan, values) for name, values in columns.items()})

    def sensitivity(self, quantity: Quantity | str = Quantity.REDUCTION) -> Sensitivity:
        """Return which inputs make a quantity uncertain: ``reduction``, ``saving``, ``baseline`` or ``simplified``."""
        return Sensitivity(self.lines, Quantity.parse(quantity))

    def to_frame(self) -> pd.DataFrame:
        """Return `distribution`: one row a statistic of the reduction and of the saving."""
        return self.distribution

    def _brief(self) -> str:
        said = {"target": required_share(self.target), "probability": self._probability_text("vi")}
        return label("brief.probability", "vi", **said)

    def _probability_text(self, language: Language) -> str:
        """Print the probability, and never as certain what is not."""
        if self.lines.is_certain or _LEAST_SHOWN <= self.probability <= 1 - _LEAST_SHOWN:
            return format_percent(self.probability, 1, language=language)
        few = self.probability < _LEAST_SHOWN
        bound = _LEAST_SHOWN if few else 1 - _LEAST_SHOWN
        return f"{'<' if few else '>'} {format_percent(bound, 1, language=language)}"

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        reduction, saving = (part for _, part in self.distribution.groupby("quantity"))
        rows = [
            {"statistic": _statistic(name, language), "reduction": share, "saving_vnd": round(vnd)}
            for name, share, vnd in zip(
                reduction["statistic"], reduction["closed_form"], saving["closed_form"], strict=True
            )
        ]
        assured, share = (
            format_percent(one, digits, language=language)
            for one, digits in ((self.assured_reduction, 2), (ASSURANCE, 0))
        )
        notes = [label("note.assured", language, share=assured, assurance=share)]
        if self.simulation is not None:
            draws = format_integer(self.simulation.draws, language=language)
            hits = format_percent(self.probability_simulated, language=language)
            notes.append(label("note.simulated", language, draws=draws, share=hits))
        said = {"target": required_share(self.target, language)}
        title = label("table.probability", language, **said, probability=self._probability_text(language))
        columns: dict[str, CellKind] = {"statistic": "text", "reduction": "share", "saving_vnd": "integer"}
        yield NotebookTable(title, columns, rows, notes=tuple(notes))


def _statistic(name: str, language: Language) -> str:
    if name.startswith("P"):
        return label("word.percentile", language, n=name[1:])
    return label(f"word.{name}", language)


def target_probability(
    comparison: Comparison,
    target: str | Fraction | Decimal | int,
    assumptions: Assumptions | None = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> TargetProbability:
    """Say how probable it is that the reduction in cost reaches a target, the figures being uncertain.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed; its figures are the most likely ones, and the tables ``ranges`` of its review say how far
        they may be off.
    target : str, Fraction, Decimal or int
        Such as ``"20%"``; see `tthc_cost.arithmetic.parse_target`.
    assumptions : Assumptions, optional
        How ranges are read and which errors of estimation are shared; their defaults without it.
    draws : int
        How often both costs are drawn; 0 for the closed form alone.
    seed : int
        Decides every draw, 0 … 2⁶⁴ − 1.
    workers : int
        Threads that draw; their number changes nothing.
    progress : callable, optional
        Called with ``"simulation"``, the blocks drawn so far, and all blocks.

    Returns
    -------
    TargetProbability

    Raises
    ------
    NeedsLinesError
        For published totals.
    ZeroBaselineError
        If the baseline is zero.
    InputFault
        With every fault of the tables of ranges, or for draws, a seed or workers out of bounds.
    TargetTypeError
        For a binary float.
    MissingExtraError
        Without scipy, for draws and for PERT.

    Examples
    --------
    >>> from tthc_cost.comparison import compare
    >>> from tthc_cost.inventory import Inventory
    >>> from tthc_cost.model import Activity, Decision, Procedure, Range, to_frame
    >>> from tthc_cost.rates import RateTable
    >>> from tthc_cost.review import Review
    >>> before, after = (
    ...     Inventory.from_objects(
    ...         Procedure("NB-07", "Điều chuyển tài sản công", frequency=1, population=40),
    ...         Activity("NB-07", "1", name="Soạn hồ sơ", effort_hours=hours),
    ...         Range("activities", "NB-07/1", "effort_hours", 0.75 * hours, 1.5 * hours),
    ...     )
    ...     for hours in (4, 3)
    ... )
    >>> review = Review(before, after, decisions=to_frame(Decision, [Decision("NB-07", "amend")]))
    >>> found = target_probability(compare(review, RateTable.from_income("95.040.000 đồng")), "20%", draws=0)
    >>> round(found.probability, 2), round(found.assured_reduction, 2)
    (0.62, 0.01)
    """
    require(comparison, Comparison, "comparison")
    share = parse_target(target)
    bounds = (("draws", draws, 0, _MOST_DRAWS), ("seed", seed, 0, _MOST_SEED), ("workers", workers, 1, 64))
    faults = [
        remark("simulation_bounds", argument=name, value=value, least=least, most=most)
        for name, value, least, most in bounds
        if type(value) is not int or not least <= value <= most
    ]
    if faults:
        raise InputFault(*faults)
    assumptions = Assumptions() if assumptions is None else assumptions
    require(assumptions, Assumptions, "assumptions")
    lines = uncertain_lines(comparison, assumptions)
    if comparison.total.ratio is None:
        raise ZeroBaselineError.because("zero_baseline")
    simulation = None
    if draws:
        groupings = [_group_codes(comparison, lines, column) for column in GROUPINGS_OF_PROBABILITY]
        simulation = simulate(
            lines, share, draws, seed=seed, groupings=groupings, workers=workers, progress=progress
        )  # fmt: skip
    return TargetProbability(comparison, share, assumptions, lines, simulation, lines.remarks)


def _group_codes(comparison: Comparison, lines: UncertainLines, column: str) -> Integers:
    """Return of each product the row of ``comparison.by(column)`` to which it belongs."""
    labels = comparison.by(column)[column].astype("string").fillna("").tolist()
    row = {label: at for at, label in enumerate(labels)}
    own = comparison.lines[column].astype("string").fillna("").map(row).to_numpy(dtype=np.int64, na_value=-1)
    return own[lines.line]


def _standard_errors(hits: Integers, draws: int, *, certain: Any) -> Floats:  # noqa: ANN401 - one or many
    """Return the standard error of shares of draws; of all or none of them that of a draw more that was not."""
    share = (hits + 1) / (draws + 2)
    errors: Floats = np.where(certain, 0.0, np.sqrt(share * (1 - share) / draws))
    return errors


def _simulated(values: Floats, shares: list[float]) -> list[tuple[float, float]]:
    """Return mean, sd and quantiles of draws with their standard errors, after a first figure that is not drawn."""
    values = values[np.isfinite(values)]
    n = len(values)
    mean, sd = float(values.mean()), float(values.std(ddof=1)) if n > 1 else 0.0
    fourth = float(((values - mean) ** 4).mean())
    of_sd = math.sqrt(max(fourth - sd**4, 0) / n) / (2 * sd) if sd else 0.0
    found = [(math.nan, math.nan), (mean, sd / math.sqrt(n)), (sd, of_sd)]
    for share in shares:
        apart = math.sqrt(share * (1 - share) / n)
        low, middle, high = np.quantile(values, [max(share - apart, 0), share, min(share + apart, 1)]).tolist()
        found.append((middle, (high - low) / 2))
    return found
