"""Which uncertain inputs matter: Sobol indices in closed form, a tornado, and what to measure better first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost.notebook_tables import SHOWN_ROWS, NotebookTable, Shown, label, shown_rows
from tthc_cost.schema import TABLES
from tthc_cost.uncertainty.distributions import normal_quantile
from tthc_cost.uncertainty.inputs import InputKind
from tthc_cost.uncertainty.variance_parts import VarianceParts
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.errors import Language
    from tthc_cost.notebook_tables import CellKind
    from tthc_cost.uncertainty.distributions import Floats
    from tthc_cost.uncertainty.inputs import Inputs
    from tthc_cost.uncertainty.lines import UncertainLines

__all__ = ["Quantity", "Sensitivity"]


_LOW, _HIGH = 0.1, 0.9
_MEASURABLE: Final = (InputKind.POPULATION, InputKind.FREQUENCY, InputKind.FIGURE)


class Quantity(Term):
    """Of what the inputs are the cause of uncertainty."""

    REDUCTION = "reduction", "tỷ lệ cắt giảm", "reduction"
    SAVING = "saving", "chi phí tiết kiệm", "saving"
    BASELINE = "baseline", "chi phí hiện tại", "baseline cost"
    SIMPLIFIED = "simplified", "chi phí sau đơn giản hóa", "simplified cost"


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Shown):
    """What each uncertain input puts into the uncertainty of a quantity.

    Parameters
    ----------
    lines : UncertainLines
        The two costs as sums of products of independent inputs.
    quantity : Quantity
        The quantity Y. The reduction stands for ``(1 − r)·baseline − simplified``, r being the reduction of the mean
        costs: the linear form whose sign is the verdict, and whose standard deviation over the mean baseline is, to
        first order, that of the reduction. What multiplies both costs alike is no cause of its uncertainty.

    Notes
    -----
    Y is linear in each input X, ``Y = A + B·X``, so the *first-order* index, the share of Var Y that would go if X were
    known, is ``E[B]²·Var X / Var Y``, and the *total* index, with all that X does together with others, is ``E[B²]·Var
    X / Var Y``. An input with a version of its own in the simplified state is a group of two, and ``Var X`` their
    covariances. Both are sums of the parts of the variance, exact.

    References
    ----------
    I. M. Sobol, "Sensitivity estimates for nonlinear mathematical models", 1993; A. Saltelli et al., "Global
    Sensitivity Analysis", 2008.
    """

    lines: UncertainLines
    quantity: Quantity = Quantity.REDUCTION

    @cached_property
    def _parts(self) -> VarianceParts:
        return VarianceParts.of(self.lines)

    @cached_property
    def weights(self) -> tuple[float, float]:
        """The weights of the baseline's and of the simplified cost in the quantity."""
        before, after = self._parts.means[0].tolist()
        return {
            Quantity.REDUCTION: (after / before if before else 0.0, -1.0),
            Quantity.SAVING: (1.0, -1.0),
            Quantity.BASELINE: (1.0, 0.0),
            Quantity.SIMPLIFIED: (0.0, 1.0),
        }[self.quantity]

    @cached_property
    def variance(self) -> float:
        """The variance of the quantity [(đồng a year)²]."""
        return float(self._parts.variance(np.array([self.weights]))[0])

    @cached_property
    def indices(self) -> pd.DataFrame:
        """One row an input, the largest first-order index first.

        Returns
        -------
        pandas.DataFrame
            ``kind``, ``table``, ``key``, ``column`` (string; of a shared error only the key), ``first_order`` and
            ``total_order`` (float64; 0 where nothing is uncertain).
        """
        return self._indices.drop(columns="position")

    @cached_property
    def _indices(self) -> pd.DataFrame:
        """The same, with the position of each among the inputs of its kind."""
        texts = ["kind", "table", "key", "column"]
        kinds = list(InputKind)
        sizes = [len(self.lines.inputs[kind]) for kind in kinds]
        first, total = ([np.zeros(size) for size in sizes] for _ in range(2))
        for part in self._parts.parts:
            amounts = part.of(np.array([self.weights]))
            for column, kind in enumerate(part.kinds):
                at = kinds.index(kind)
                share = np.bincount(part.inputs[:, column], amounts, minlength=sizes[at])
                total[at] += share
                if len(part.kinds) == 1:
                    first[at] += share
        frames = [
            self.lines.inputs[kind]
            .names.assign(kind=kind.value, first_order=own, total_order=whole, position=np.arange(len(own)))
            .astype(dict.fromkeys(texts, "string"))
            for kind, own, whole in zip(kinds, first, total, strict=True)
        ]
        frame = pd.concat(frames, ignore_index=True)
        if self.variance > 0:
            frame[["first_order", "total_order"]] /= self.variance
        used = [np.isin(np.arange(size), self.lines.inputs_of[:, column]) for column, size in enumerate(sizes)]
        frame = frame[[*texts, "first_order", "total_order", "position"]][np.concatenate(used)]
        return frame.sort_values(["first_order", "total_order"], ascending=False, kind="stable", ignore_index=True)

    def tornado(self, n: int = 10) -> pd.DataFrame:
        """Return what the mean saving and reduction become with one input at its P10, and at its P90.

        Parameters
        ----------
        n : int
            How many inputs, those that move the quantity most.

        Returns
        -------
        pandas.DataFrame
            ``kind``, ``table``, ``key``, ``column``, ``saving_low_vnd``, ``saving_high_vnd`` (float64, đồng a year),
            ``reduction_low``, ``reduction_high`` (float64): at the input's P10 and P90, all others at their means. An
            input with two versions stands where its effect on the quantity is at its P10 and P90, were it normal.
        """
        before, after = self._parts.means[0].tolist()
        indices = self._indices
        rows = [self._moved(kind, before, after) for kind in InputKind]
        columns = ["saving_low_vnd", "saving_high_vnd", "reduction_low", "reduction_high", "swing"]
        moved = pd.concat(
            [
                pd.DataFrame(one, columns=columns).assign(kind=kind.value)
                for kind, one in zip(InputKind, rows, strict=True)
            ]
        )
        moved["position"] = np.concatenate([np.arange(len(one)) for one in rows])
        frame = indices.merge(moved.astype({"kind": "string"}), on=["kind", "position"], how="left")
        frame = frame.sort_values("swing", ascending=False, kind="stable", ignore_index=True)
        return frame[["kind", "table", "key", "column", *columns[:-1]]].head(n)

    def to_frame(self) -> pd.DataFrame:
        """Return `indices`: one row an input."""
        return self.indices

    def _brief(self) -> str:
        return label("brief.sensitivity", "vi", quantity=self.quantity.label(), inputs=len(self.indices))

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        keys = ["kind", "table", "key", "column"]
        frame = self.tornado(SHOWN_ROWS).merge(self.indices.drop(columns="total_order"), on=keys, how="left")
        rows = [
            row | {"kind": InputKind.parse(row["kind"]).label(language), "column": _column_name(row, language)}
            for row in shown_rows(frame)
        ]
        title = label("table.sensitivity", language, quantity=self.quantity.label(language))
        yield NotebookTable(title, _SHOWN_COLUMNS, rows, len(self.indices))

    def _moved(self, kind: InputKind, before: float, after: float) -> Floats:
        """Return saving and reduction with each input of a kind at P10 and P90, and by how much the quantity moves."""
        inputs, column = self.lines.inputs[kind], list(InputKind).index(kind)
        position = self.lines.inputs_of[:, column]
        has = position >= 0
        slots = 3 * position[has] + self.lines.stands[has]
        sums = np.bincount(slots, self.lines.coefficient[has], minlength=3 * len(inputs)).reshape(-1, 3)
        gradient = np.stack([sums[:, :2] @ self.weights, sums[:, 2] * self.weights[1]], axis=1)
        results: list[Floats] = []
        amounts = []
        for probability in (_LOW, _HIGH):
            old, new = self._at(inputs, gradient, probability)
            costs = before + old * sums[:, 0], after + old * sums[:, 1] + new * sums[:, 2]
            reduction = 1 - np.divide(costs[1], costs[0], out=np.full(len(inputs), np.nan), where=costs[0] > 0)
            results += [costs[0] - costs[1], reduction]
            amounts.append(reduction if self.quantity is Quantity.REDUCTION else np.dot(self.weights, costs))
        swing = np.abs(amounts[1] - amounts[0])
        return np.stack([results[0], results[2], results[1], results[3], swing], axis=1)

    @staticmethod
    def _at(inputs: Inputs, gradient: Floats, probability: float) -> tuple[Floats, Floats]:
        """Return by how much both versions of each input leave their means."""
        variance, across, variance_after = inputs.covariances.T
        moved = np.stack(
            [
                variance * gradient[:, 0] + across * gradient[:, 1],
                across * gradient[:, 0] + variance_after * gradient[:, 1],
            ]
        )
        spread = np.sqrt(np.maximum((moved.T * gradient).sum(axis=1), 0))
        moved *= normal_quantile(probability) * np.divide(1, spread, out=np.zeros(len(inputs)), where=spread > 0)
        single = (gradient == 0).any(axis=1) | ((variance == across) & (across == variance_after))
        old, new = (one.quantile(probability) - 1 for one in (inputs.before, inputs.after))
        return np.where(single, old, moved[0]), np.where(single, new, moved[1])

    def measure_first(self, n: int = 10) -> pd.DataFrame:
        """Return the figures to measure better first.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        pandas.DataFrame
            ``kind``, ``table``, ``key``, ``column``; ``variance_fall`` (float64): the share of the quantity's variance
            that would be expected to go if this figure were known, which is its first-order index; and ``together``
            (float64): what would go if this and all above were known, shared effects of two of them left out. Errors
            that many lines share cannot be measured at one of them and are not listed.
        """
        frame = self.indices
        frame = frame[frame["kind"].isin([kind.value for kind in _MEASURABLE]) & (frame["first_order"] > 0)].head(n)
        frame = frame.rename(columns={"first_order": "variance_fall"}).reset_index(drop=True)
        frame["together"] = frame["variance_fall"].cumsum()
        return frame[["kind", "table", "key", "column", "variance_fall", "together"]]


_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "key": "text", "column": "text", "kind": "text", "first_order": "share", "reduction_low": "share",
    "reduction_high": "share",
}  # fmt: skip


def _column_name(row: Mapping[str, Any], language: Language) -> str | None:
    """Return what the column of an uncertain figure is called; a shared error has none."""
    if row["table"] is None:
        return None
    return str(getattr(TABLES[row["table"]].column(row["column"]), language))
