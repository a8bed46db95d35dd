"""What departments state of their own saving: of everything, an agency, a procedure or a round of the review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tthc_cost.arithmetic import SUM_LIMIT_VND
from tthc_cost.conformity import as_pandas
from tthc_cost.errors import InputFault, Place, TthcCostError, remark
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.units import read_money
from tthc_cost.vocabulary import Term

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame

    from tthc_cost.arithmetic import Reduction
    from tthc_cost.errors import Remark

__all__ = ["CLAIM_COLUMNS", "Claim", "Scope", "read_claims"]

CLAIM_COLUMNS: Final = (
    "scope", "name", "baseline_vnd", "simplified_vnd", "saving_vnd", "reduction", "procedures_cut",
)  # fmt: skip
"""Columns of a table of claims; all but ``scope`` may be missing or blank."""

_AMOUNTS: Final = ("baseline_vnd", "simplified_vnd", "saving_vnd")
_ROUND: Final = re.compile(r"\D*(\d+)(?:\.0)?\D*")
_PERCENT: Final = re.compile(r"\s*(-?\d+)(?:[.,](\d+))?\s*%\s*")


class Scope(Term):
    """What a claim is about."""

    TOTAL = "total", "toàn bộ", "total", "tổng", "tổng cộng"
    AGENCY = "agency", "cơ quan", "agency"
    PROCEDURE = "procedure", "TTHC", "procedure", "thủ tục hành chính"
    ROUND = "round", "rà soát lần", "review round", "lần", "lần rà soát", "round of review", "đợt", "đợt rà soát"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is stated of everything, an agency, a procedure or a round.

    Parameters
    ----------
    scope : Scope
        What it is about.
    name : str
        Agency, code of the procedure or number of the round; empty for everything.
    baseline_vnd, simplified_vnd, saving_vnd : int or None
        Costs before and after, and what is saved [đồng a year].
    reduction : Fraction or None
        Share saved, as printed: 253/1000 of ``"25,3 %"``.
    digits : int
        Decimals of the per cent printed; the share is right within half a unit of the last.
    procedures_cut : int or None
        Procedures stated to be cut.
    units : tuple of int
        One of the last digit stated of each amount before, after and saved [đồng]: 10^8 of ``"1,5 tỷ"``, 1 of a plain
        number; the amount is right within half of it.
    """

    scope: Scope
    name: str = ""
    baseline_vnd: int | None = None
    simplified_vnd: int | None = None
    saving_vnd: int | None = None
    reduction: Fraction | None = None
    digits: int = 0
    procedures_cut: int | None = None
    units: tuple[int, int, int] = (1, 1, 1)

    @property
    def is_exact(self) -> bool:
        """Whether an amount is stated to the đồng, and not a percentage or rounded amounts alone."""
        return any(
            getattr(self, name) is not None and unit == 1 for name, unit in zip(_AMOUNTS, self.units, strict=True)
        )

    def slack(self, *names: str) -> Fraction:
        """Return by how much a sum of amounts may be off for the digits that they are stated with [đồng]."""
        rounded = (one for name, one in zip(_AMOUNTS, self.units, strict=True) if name in names and one > 1)
        return Fraction(sum(rounded), 2)

    def is_amount(self, name: str, amount: int) -> bool:
        """Tell whether an amount rounds to the one stated; true where none is."""
        stated = getattr(self, name)
        return stated is None or abs(stated - amount) <= self.slack(name)

    def is_share(self, ratio: Fraction | None) -> bool:
        """Tell whether a ratio prints as the percentage stated; true where none is."""
        if self.reduction is None:
            return True
        return ratio is not None and abs(ratio - self.reduction) <= Fraction(1, 2 * 100 * 10**self.digits)

    def has_amounts_of(self, cost: Reduction) -> bool:
        """Tell whether the amounts stated are those of a cost, as far as their digits go."""
        found = (int(cost.baseline), int(cost.simplified), int(cost.saving))
        return all(self.is_amount(name, amount) for name, amount in zip(_AMOUNTS, found, strict=True))

    def follows_from(self, cost: Reduction) -> bool:
        """Tell whether every figure stated, but the count, is that of a cost."""
        return self.has_amounts_of(cost) and self.is_share(cost.ratio)

    @property
    def stated_saving(self) -> int | None:
        """The saving stated, or the difference of the costs stated [đồng a year]."""
        if self.saving_vnd is not None or self.baseline_vnd is None or self.simplified_vnd is None:
            return self.saving_vnd
        return self.baseline_vnd - self.simplified_vnd


def read_claims(frame: IntoDataFrame | None) -> tuple[Claim, ...]:
    """Read a table of claims.

    Parameters
    ----------
    frame : any dataframe or None
        ``scope`` (``"total"``, ``"agency"``, ``"procedure"`` or ``"round"``), ``name``, ``baseline_vnd``,
        ``simplified_vnd`` and ``saving_vnd`` (whole đồng a year, or text such as ``"1,5 tỷ đồng"``), ``reduction``
        (text with its per cent sign, as printed: ``"25,3 %"``), ``procedures_cut``; blank where nothing is stated.

    Returns
    -------
    tuple of Claim

    Raises
    ------
    InputFault
        With every cell that cannot be read, and every row that states nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> read_claims(pd.DataFrame({"scope": ["total"], "reduction": ["25,3 %"]}))[0].reduction
    Fraction(253, 1000)
    """
    if frame is None:
        return ()
    faults: list[Remark] = []
    table = as_pandas(frame).astype(object)
    unknown = [str(name) for name in table.columns if name not in CLAIM_COLUMNS]
    if unknown or "scope" not in table.columns:
        known = ", ".join(CLAIM_COLUMNS)
        raise InputFault.because("claim_columns", unknown=", ".join(unknown) or "–", known=known)
    claims = [_claim(row, Place(table="claims", row=n + 1), faults) for n, row in enumerate(rows_of(table))]
    if faults:
        raise InputFault(*faults)
    return tuple(claims)


def _claim(row: dict[str, Any], place: Place, faults: list[Remark]) -> Claim:
    cells = {name: None if is_blank(row.get(name)) else row[name] for name in CLAIM_COLUMNS}
    scope = Scope.TOTAL
    try:
        scope = Scope.parse(str(cells["scope"] or ""))
    except TthcCostError as error:
        faults += [_placed(one, place, "scope") for one in error.faults]
    name = "" if cells["name"] is None or scope is Scope.TOTAL else str(cells["name"]).strip()
    if scope is Scope.ROUND and (number := _ROUND.fullmatch(name)) is not None:
        name = number[1]
    if scope is not Scope.TOTAL and not name:
        faults.append(remark("claim_without_name", place))
    if all(cells[one] is None for one in CLAIM_COLUMNS[2:]):
        faults.append(remark("claim_states_nothing", place))
    amounts = {one: _amount(cells[one], place, one, faults) for one in _AMOUNTS}
    units = tuple(1 if amount is None else _unit(cells[one]) for one, amount in amounts.items())
    share, digits = _share(cells["reduction"], place, faults)
    cut = cells["procedures_cut"]
    if cut is not None and not _is_whole(cut):
        faults.append(remark("claim_count", place, value=cut))
        cut = None
    return Claim(
        scope,
        name,
        **amounts,
        reduction=share,
        digits=digits,
        procedures_cut=None if cut is None else int(cut),
        units=units,  # type: ignore[arg-type]
    )


def _placed(one: Remark, place: Place, column: str) -> Remark:
    return one.at(table=place.table, row=place.row, column=column)


def _is_whole(value: object) -> bool:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, Decimal, Fraction, np.number)):
        return False
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    number: Any = value
    return bool(abs(number) < SUM_LIMIT_VND) and number == int(number)


def _amount(value: object, place: Place, column: str, faults: list[Remark]) -> int | None:
    if value is None:
        return None
    amount: object = value
    if isinstance(value, str):
        try:
            amount = read_money(value, argument=column)
        except TthcCostError as error:
            faults += [_placed(one, place, column) for one in error.faults]
            return None
    if not _is_whole(amount):
        faults.append(remark("claim_amount", place, column=column, value=value))
        return None
    return int(amount)  # type: ignore[call-overload, no-any-return]


def _unit(value: object) -> int:
    """Return what one more of the last digit of an amount is worth [đồng]; 1 for less than a đồng, and for numbers."""
    if not isinstance(value, str):
        return 1
    last = next(n for n in reversed(range(len(value))) if value[n].isdecimal())
    other = value[:last] + ("1" if value[last] != "1" else "2") + value[last + 1 :]
    steps = abs(int(value[last]) - int(other[last]))
    amounts = (read_money(one, argument="saving_vnd") for one in (value, other))
    return max(1, int(abs(next(amounts) - next(amounts)) / steps))


def _share(value: object, place: Place, faults: list[Remark]) -> tuple[Fraction | None, int]:
    if value is None:
        return None, 0
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        faults.append(remark("claim_share", place, value=value))
        return None, 0
    whole, decimals = found.group(1), found.group(2) or ""
    return Fraction(f"{whole}.{decimals or 0}") / 100, len(decimals)
