"""Several observations of one figure, summarised by a named rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import pandas as pd

from tthc_cost.conformity import as_pandas
from tthc_cost.errors import InputFault, Place, remark
from tthc_cost.numerals import exact_number, format_exact
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import Term, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from narwhals.stable.v2.typing import IntoDataFrame

    from tthc_cost.errors import Language, Remark
    from tthc_cost.numerals import Number

__all__ = ["TRIMMED_SHARE", "Rule", "Summary", "summarise", "summarise_table"]

TRIMMED_SHARE: Final = Fraction(1, 5)
"""How much of the observations the trimmed mean leaves out at each end, rounded down to whole observations."""
_KEY: Final = ("table", "key", "column")


class Rule(Term):
    """How several observations of one figure become one."""

    LOW_AVERAGE = (
        "low_average", "mức trung bình thấp: trung bình của các số liệu không lớn hơn trung vị",
        "low average: the mean of the observations not above the median",
    )  # fmt: skip
    MEAN = "mean", "trung bình cộng", "mean"
    MEDIAN = "median", "trung vị", "median"
    TRIMMED_MEAN = (
        "trimmed_mean", "trung bình đã bỏ một phần năm số liệu thấp nhất và một phần năm cao nhất",
        "mean without the lowest and the highest fifth",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What several observations of one figure come to.

    Parameters
    ----------
    value : Fraction
        The figure, exactly, in the unit of the observations.
    rule : Rule
        By which rule.
    low, high : Fraction
        The least and the greatest observation.
    count : int
        How many observations there are.
    used : int
        Over how many of them the rule takes its mean; for the median the one or two in the middle.

    Examples
    --------
    >>> print(summarise([3, 4, 5, 12]).text("en"))
    3.5, of 4 observations (3 … 12), by low average: the mean of the observations not above the median (2 used)
    """

    value: Fraction
    rule: Rule
    low: Fraction
    high: Fraction
    count: int
    used: int

    def text(self, language: Language = "vi") -> str:
        """Say the figure, the observations and the rule in one line, for the column ``source``."""
        value, low, high = (format_exact(one, language=language) for one in (self.value, self.low, self.high))
        if language == "vi":
            how = f"theo {self.rule.label('vi')} (dùng {self.used})"
            return f"{value}, từ {self.count} số liệu ({low} … {high}), {how}"
        return f"{value}, of {self.count} observations ({low} … {high}), by {self.rule.label('en')} ({self.used} used)"


def summarise(observations: Iterable[Number], rule: Rule | str = Rule.LOW_AVERAGE) -> Summary:
    """Summarise several observations of one figure, exactly.

    Article 27 of Circular 02/2017/TT-VPCP asks for the *low average* where sources of data differ, and its definition
    was not read. Ours: the mean of the observations that are not above the median. It never exceeds the mean.

    Parameters
    ----------
    observations : iterable of int, float, Decimal or Fraction
        Figures of one unit, 0 or more; a float stands for its shortest decimal.
    rule : Rule
        ``"low_average"``, ``"mean"``, ``"median"`` or ``"trimmed_mean"``, which leaves out `TRIMMED_SHARE` of the
        observations at each end: of fewer than five none.

    Returns
    -------
    Summary

    Raises
    ------
    InputFault
        If there is none, or with every one that is no number of 0 or more.
    UnknownNameError
        For a rule that is none.

    Examples
    --------
    >>> summarise([0.1, 0.2, 0.4], "mean").value
    Fraction(7, 30)

    References
    ----------
    Circular 02/2017/TT-VPCP, article 27(2).
    """
    rule = Rule.parse(rule)
    faults: list[Remark] = []
    figures = sorted(one for value in observations if (one := _exact(value, Place(), faults)) is not None)
    if not figures and not faults:
        faults.append(remark("no_observations"))
    if faults:
        raise InputFault(*faults)
    return _summary(figures, rule)


def summarise_table(frame: IntoDataFrame, rule: Rule | str = Rule.LOW_AVERAGE) -> pd.DataFrame:
    """Summarise a table of observations, one row an observation.

    Parameters
    ----------
    frame : any dataframe
        ``table``, ``key``, ``column``: which figure, as in the table of ranges; ``value``: what was observed.
    rule : Rule
        See `summarise`.

    Returns
    -------
    pandas.DataFrame
        One row a figure, in the order of their first observations: ``table``, ``key``, ``column``, ``value``, ``low``,
        ``high`` (float64), ``count``, ``used`` (int64), ``rule``, and ``source``, the whole in words. The columns up to
        ``column``, ``low`` and ``high`` are rows of the table of ranges.

    Raises
    ------
    InputFault
        With every missing column and every observation that is no number of 0 or more.

    Examples
    --------
    >>> seen = pd.DataFrame({"table": "activities", "key": "NB-07/1", "column": "effort_hours", "value": [2, 3, 7]})
    >>> summarise_table(seen)[["key", "value", "low", "high"]].values.tolist()
    [['NB-07/1', 2.5, 2.0, 7.0]]
    """
    rule = Rule.parse(rule)
    seen = as_pandas(frame)
    names = [str(name) for name in seen.columns]
    faults = [
        remark("missing_column", Place(table="observations"), column=name, near="; ".join(suggest(name, names)) or "–")
        for name in (*_KEY, "value")
        if name not in names
    ]
    if faults:
        raise InputFault(*faults)
    figures: dict[tuple[str, ...], list[Fraction]] = {}
    for *key, value in seen[[*_KEY, "value"]].astype(object).itertuples(index=False, name=None):
        parts = tuple("" if is_blank(part) else str(part) for part in key)
        one = _exact(value, Place(table="observations", key=parts, column="value"), faults)
        figures.setdefault(parts, []).extend([] if one is None else [one])
    if faults:
        raise InputFault(*faults)
    summaries = [_summary(sorted(values), rule) for values in figures.values()]
    rows = [
        (*key, float(one.value), float(one.low), float(one.high), one.count, one.used, rule.value, one.text())
        for key, one in zip(figures, summaries, strict=True)
    ]
    kinds = dict.fromkeys(_KEY, "string") | dict.fromkeys(("value", "low", "high"), "float64")
    kinds |= {"count": "int64", "used": "int64", "rule": "string", "source": "string"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def _exact(value: object, place: Place, faults: list[Remark]) -> Fraction | None:
    """Read one observation; note a fault if it is no number of 0 or more."""
    try:
        exact = exact_number(None if is_blank(value) else value, argument="value")
    except InputFault as error:
        faults += [replace(one, place=place) for one in error.faults]
        return None
    if exact < 0:
        faults.append(remark("observation_negative", place, value=value))
        return None
    return exact


def _summary(figures: list[Fraction], rule: Rule) -> Summary:
    """Apply a rule to sorted figures."""
    count = len(figures)
    used = figures[(count - 1) // 2 : count // 2 + 1]
    if rule is Rule.LOW_AVERAGE:
        median = sum(used, Fraction(0)) / len(used)
        used = [one for one in figures if one <= median]
    elif rule is Rule.MEAN:
        used = figures
    elif rule is Rule.TRIMMED_MEAN:
        left_out = math.floor(count * TRIMMED_SHARE)
        used = figures[left_out : count - left_out]
    return Summary(sum(used, Fraction(0)) / len(used), rule, figures[0], figures[-1], count, len(used))
