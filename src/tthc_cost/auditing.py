"""Is the saving real? Every rule held against a comparison, and the reduction that stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tthc_cost import (
    claim_rules,
    counting_rules,
    disappearance_rules,
    life_rules,
    likeness_rules,
    line_rules,
    part_rules,
    pattern_rules,
)
from tthc_cost.arithmetic import Reduction
from tthc_cost.cells import read_day
from tthc_cost.claims import read_claims
from tthc_cost.comparison import Comparison
from tthc_cost.errors import UnknownNameError, require
from tthc_cost.findings import Evidence, Finding
from tthc_cost.line_pairs import Undo
from tthc_cost.notebook_tables import NotebookTable, Shown, Worded, label, reductions_table, words
from tthc_cost.numerals import format_percent
from tthc_cost.programmes import Programme
from tthc_cost.programmes import programme as shipped_programme
from tthc_cost.vocabulary import suggest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from narwhals.stable.v2.typing import IntoDataFrame
    from numpy.typing import NDArray

    from tthc_cost.arithmetic import Integers
    from tthc_cost.errors import Language
    from tthc_cost.findings import Rule, Seen
    from tthc_cost.line_pairs import LinePairs
    from tthc_cost.notebook_tables import CellKind

__all__ = ["RULES", "Audit", "audit"]

_ROOMS: Final = (
    claim_rules, likeness_rules, disappearance_rules, counting_rules, part_rules, line_rules, pattern_rules, life_rules,
)  # fmt: skip
RULES: Final[Mapping[str, Rule]] = {rule.code: rule for room in _ROOMS for rule in room.RULES}
"""All rules by their code, family by family."""

_SEVERITIES: Final = ("error", "warning", "note")


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Shown):
    """What in a saving is not a simplification, and what is left of it.

    Parameters
    ----------
    comparison : Comparison
        Both states, as stated.
    findings : tuple of Finding
        Most costly first; what cannot be priced last, by weight, then in the order of the rules and procedures.
    standing : Comparison
        The same with everything disputed taken out; `Comparison.total` of it is the reduction that stands.
    standing_without_errors : Comparison
        The same with only the errors taken out, what the figures disprove: it stands once all warnings are explained.
    waterfall : pandas.DataFrame
        From stated to standing, one row a finding that disputes something, and a first and a last row without one:
        ``finding`` (position in `findings`, blank in the first and last row), ``code`` (``"stated"``, that of the
        finding, ``"standing"``), ``severity``, ``procedure``, ``effect_vnd`` (what it takes out further, given those
        before: they add exactly to stated less standing), and after it ``baseline_vnd``, ``simplified_vnd``,
        ``saving_vnd`` (int64) and ``reduction`` (float64).
    rules : tuple of str
        Codes of the rules that were held against it.
    """

    comparison: Comparison
    findings: tuple[Finding, ...]
    standing: Comparison
    standing_without_errors: Comparison
    waterfall: pd.DataFrame
    rules: tuple[str, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What the figures prove."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def disputed_vnd(self) -> int:
        """The saving as stated less the saving that stands [đồng a year]."""
        return int(self.comparison.total.saving - self.standing.total.saving)

    @cached_property
    def _further(self) -> dict[int, int]:
        rows = self.waterfall.dropna(subset="finding")
        return dict(zip(rows["finding"].astype(int), rows["effect_vnd"].astype(int), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Write the findings as a frame, one row each, in their order.

        Returns
        -------
        pandas.DataFrame
            ``code``, ``family``, ``severity``, ``procedure``, ``activity``, ``agency`` (text), ``effect_vnd`` (Int64,
            alone), ``further_vnd`` (Int64, given those before; blank where nothing is disputed), ``effect_points``
            (float64), ``vi`` and ``en``.
        """
        rows = [
            {
                "code": one.code,
                "family": one.family.value,
                "severity": one.severity,
                "procedure": one.procedure,
                "activity": one.activity,
                "agency": one.agency,
                "effect_vnd": one.effect_vnd,
                "further_vnd": self._further.get(position),
                "effect_points": None if one.effect_points is None else float(one.effect_points),
                "vi": one.text("vi"),
                "en": one.text("en"),
            }
            for position, one in enumerate(self.findings)
        ]
        numbers = {"effect_vnd": "Int64", "further_vnd": "Int64", "effect_points": "float64"}
        frame = pd.DataFrame(rows, columns=list(_FRAME_COLUMNS), dtype=object)
        return frame.astype(dict.fromkeys(_FRAME_COLUMNS, "string") | numbers)

    def _brief(self) -> str:
        stated, standing = (format_percent(one.total.ratio) for one in (self.comparison, self.standing))
        counts = words("brief.findings", **self._counts())
        return f"{label('brief.disputed', 'vi', stated=stated, standing=standing)}; {counts}"

    def _counts(self) -> dict[str, int]:
        return {f"{name}s": sum(one.severity == name for one in self.findings) for name in _SEVERITIES}

    def _tables(self, language: Language) -> Iterable[NotebookTable]:
        levels = {
            "stated": self.comparison, "without_errors": self.standing_without_errors, "standing": self.standing,
        }  # fmt: skip
        reductions = [(label(f"word.{name}", language), one.total) for name, one in levels.items()]
        yield reductions_table(label("table.audit", language), reductions, language)
        rows = [
            {
                "weight": Worded(one.severity), "procedure": one.procedure, "agency": one.agency,
                "text": one.sentence(language), "effect_vnd": one.effect_vnd,
            }
            for one in self.findings
        ]  # fmt: skip
        notes = (words("brief.findings", language, **self._counts()),)
        yield NotebookTable(label("table.findings", language), _SHOWN_COLUMNS, rows, notes=notes)

    @property
    def by_agency(self) -> pd.DataFrame:
        """Count the findings of each agency that is asked.

        Returns
        -------
        pandas.DataFrame
            ``agency``, ``errors``, ``warnings``, ``notes`` (int64) and ``disputed_vnd`` (int64), what its findings take
            out given those before, so that the column adds exactly to `disputed_vnd`; sorted, findings that concern
            no one agency last.
        """
        frame = self.to_frame()
        counts = {f"{name}s": (frame["severity"] == name).astype("int64") for name in _SEVERITIES}
        counts["disputed_vnd"] = frame["further_vnd"].fillna(0).astype("int64")
        table = frame[["agency"]].assign(**counts).groupby("agency", dropna=False, sort=True).sum().reset_index()
        return table.astype({"agency": "string"} | dict.fromkeys(counts, "int64"))


_SHOWN_COLUMNS: Final[Mapping[str, CellKind]] = {
    "weight": "verdict", "procedure": "text", "agency": "text", "text": "text", "effect_vnd": "bar",
}  # fmt: skip
_FRAME_COLUMNS: Final = (
    "code", "family", "severity", "procedure", "activity", "agency", "effect_vnd", "further_vnd", "effect_points",
    "vi", "en",
)  # fmt: skip


def audit(
    comparison: Comparison,
    programme: Programme | str | None = None,
    *,
    on: dt.date | str | None = None,
    claims: IntoDataFrame | None = None,
    without: Iterable[str] = (),
) -> Audit:
    """Hold every rule against a comparison: what in the saving is not a simplification.

    A finding disputes lines: their rate, frequency, population or bearer, the whole line, or that it belongs to the
    ratios at all. What is disputed is put back as it was; being put back twice changes nothing, so findings on
    one saving take it out once, and in any order.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed; of published totals only claims can be judged.
    programme : Programme or str, optional
        What was ordered, or the code of a programme shipped with the library: its date of announcement freezes the
        baseline.
    on : date or str, optional
        The day of the audit.
    claims : any dataframe, optional
        What the departments state, see `tthc_cost.claims.read_claims`.
    without : iterable of str
        Codes of rules to leave out.

    Returns
    -------
    Audit

    Raises
    ------
    UnknownNameError
        For a rule or programme that does not exist.
    InputFault
        For a day that does not exist, and with every fault of the claims.

    Notes
    -----
    A procedure that is gone without a decision is no finding: `Review` refuses it.

    Examples
    --------
    >>> import pandas as pd
    >>> published = pd.DataFrame({"procedure": ["a"], "baseline_vnd": [100], "simplified_vnd": [80]})
    >>> claims = pd.DataFrame({"scope": ["total"], "reduction": ["25 %"]})
    >>> found = audit(Comparison.from_costs(published), claims=claims)
    >>> [one.code for one in found.findings], found.findings[0].effect_points
    (['claim_overstated'], Fraction(5, 1))
    """
    require(comparison, Comparison, "comparison")
    plan = shipped_programme(programme) if isinstance(programme, str) else programme
    if plan is not None:
        require(plan, Programme, "programme")
    rules = _chosen(without, has_lines=comparison.has_lines)
    evidence = Evidence(comparison, plan, None if on is None else read_day(on), read_claims(claims))
    seen = [(rule, one) for rule in rules for one in rule.look(evidence)]
    disputes = any(len(one.at) or one.as_one for _, one in seen)
    findings = _weighed(evidence, seen, evidence.pairs if disputes else None)
    errors = [one for one in findings if one.severity == "error"]
    left, proven = (_left(evidence, some) if disputes else comparison for some in (findings, errors))
    waterfall = _waterfall(comparison.total, findings, evidence.pairs if disputes else None)
    return Audit(comparison, tuple(findings), left, proven, waterfall, tuple(rule.code for rule in rules))


def _left(evidence: Evidence, findings: list[Finding]) -> Comparison:
    """Return the comparison with all that some findings dispute undone."""
    undone = np.zeros(len(evidence.pairs.frame), dtype=np.int64)
    for one in findings:
        undone[list(one.at)] |= int(one.undo)
    return evidence.pairs.left(undone, {code for one in findings for code in one.as_one})


def _chosen(without: Iterable[str], *, has_lines: bool) -> list[Rule]:
    """Return the rules to hold against a comparison, in order."""
    left_out = [without] if isinstance(without, str) else list(without)
    for code in left_out:
        if code not in RULES:
            near = ", ".join(suggest(code, RULES) or RULES)
            raise UnknownNameError.because("unknown_rule", value=code, near=near)
    return [rule for rule in RULES.values() if rule.code not in left_out and (has_lines or not rule.needs_lines)]


def _weighed(evidence: Evidence, seen: list[tuple[Rule, Seen]], pairs: LinePairs | None) -> list[Finding]:
    """Make findings of what was seen, each with its effect alone; most costly first."""
    found = [_finding(evidence, rule, one) for rule, one in seen]
    if pairs is not None:
        number, at, undo = _steps(found)
        changes = _changes(pairs, (number, at), np.zeros_like(undo), undo, len(found))
        found = [
            one if one.effect_vnd is None or not one.at else _priced(one, evidence.comparison.total, *change)
            for one, change in zip(found, changes, strict=True)
        ]
    ranks = {code: rank for rank, code in enumerate(RULES)}
    known = {code: rank for rank, code in enumerate(evidence.by_code)}
    weight = {name: rank for rank, name in enumerate(_SEVERITIES)}

    def order(one: Finding) -> tuple[Any, ...]:
        unpriced = one.effect_vnd is None
        place = (known.get(one.procedure or "", -1), one.activity or "")
        return (unpriced, -(one.effect_vnd or 0), weight[one.severity], ranks[one.code], *place)

    return sorted(found, key=order)


def _finding(evidence: Evidence, rule: Rule, seen: Seen) -> Finding:
    agency = seen.agency or evidence.agency_of(seen.procedure)
    vnd, points = (0, Fraction(0)) if seen.priced else (None, None)
    if seen.overstated is not None:
        vnd, share = seen.overstated
        points = None if share is None else share * 100
    at = tuple(int(one) for one in dict.fromkeys(seen.at))
    return Finding(
        rule, seen.procedure, seen.activity, agency, dict(seen.figures), vnd, points, seen.undo, at, seen.as_one
    )


def _steps(findings: Iterable[Finding]) -> tuple[Integers, NDArray[np.intp], Integers]:
    """Return the findings' disputes as one long table: number of the finding, position of the pair, what is undone."""
    rows = [(number, one) for number, one in enumerate(findings) if one.at]
    number = np.repeat([number for number, _ in rows], [len(one.at) for _, one in rows]).astype(np.int64)
    undo = np.repeat([int(one.undo) for _, one in rows], [len(one.at) for _, one in rows]).astype(np.int64)
    at = np.array([at for _, one in rows for at in one.at], dtype=np.intp)
    return number, at, undo


def _changes(
    pairs: LinePairs, steps: tuple[Integers, NDArray[np.intp]], before: Integers, after: Integers, size: int
) -> list[tuple[int, int]]:
    """Return by how much each finding changes the baseline's and the simplified total [đồng a year]."""
    number, at = steps
    changes = []
    for then, now in zip(pairs.amounts(at, before), pairs.amounts(at, after), strict=True):
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, number, now - then)
        changes.append(sums.tolist())
    return list(zip(*changes, strict=True))


def _priced(finding: Finding, total: Reduction, baseline: int, simplified: int) -> Finding:
    left = Reduction(total.baseline + baseline, total.simplified + simplified)
    points = None if total.ratio is None or left.ratio is None else (total.ratio - left.ratio) * 100
    return replace(finding, effect_vnd=simplified - baseline, effect_points=points)


def _waterfall(total: Reduction, findings: list[Finding], pairs: LinePairs | None) -> pd.DataFrame:
    """Take out one finding after the other: each undoes further what those before have left."""
    disputing = [(position, one) for position, one in enumerate(findings) if one.at]
    stated = {"code": "stated", "baseline_vnd": total.baseline, "simplified_vnd": total.simplified}
    rows: list[dict[str, Any]] = [stated]
    if pairs is not None and disputing:
        number, at, undo = _steps(findings)
        order = np.lexsort((number, at))
        number, at, undo = number[order], at[order], undo[order]
        before, after = _so_far(at, undo)
        changes = _changes(pairs, (number, at), before, after, len(findings))
        for position, one in disputing:
            baseline, simplified = changes[position]
            last = rows[-1]
            rows.append(
                {
                    "finding": position,
                    "code": one.code,
                    "severity": one.severity,
                    "procedure": one.procedure,
                    "effect_vnd": simplified - baseline,
                    "baseline_vnd": last["baseline_vnd"] + baseline,
                    "simplified_vnd": last["simplified_vnd"] + simplified,
                }
            )
    last = rows[-1]
    rows.append({"code": "standing"} | {name: last[name] for name in ("baseline_vnd", "simplified_vnd")})
    frame = pd.DataFrame(rows, columns=list(_STEP_COLUMNS), dtype=object)
    frame = frame.astype(_STEP_COLUMNS)
    saving = frame["baseline_vnd"] - frame["simplified_vnd"]
    return frame.assign(saving_vnd=saving, reduction=saving / frame["baseline_vnd"].where(frame["baseline_vnd"] != 0))


_STEP_COLUMNS: Final = {
    "finding": "Int64", "code": "string", "severity": "string", "procedure": "string", "effect_vnd": "Int64",
    "baseline_vnd": "int64", "simplified_vnd": "int64",
}  # fmt: skip


def _so_far(at: NDArray[np.intp], undo: Integers) -> tuple[Integers, Integers]:
    """Return for each step on a pair, sorted by pair, what was undone before it and what is after it."""
    after = np.zeros_like(undo)
    for flag in Undo:
        has = pd.Series((undo & flag) != 0).groupby(at).cummax().to_numpy(dtype=bool)
        after |= np.where(has, int(flag), 0)
    first = np.ones(len(at), dtype=bool)
    first[1:] = at[1:] != at[:-1]
    before = np.where(first, 0, np.roll(after, 1))
    return before, after
