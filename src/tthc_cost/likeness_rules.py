"""Rules on like with like: rates, populations and frequencies whose change is no simplification."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from tthc_cost.arithmetic import FREQUENCY_STEPS, steps_of
from tthc_cost.findings import Family, Rule, Seen, mentions, recognised
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import ORIGIN, is_blank, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tthc_cost.findings import Evidence

__all__ = ["RULES"]


def _times(value: float) -> Fraction:
    return Fraction(steps_of(float(value), FREQUENCY_STEPS), FREQUENCY_STEPS)


def _rates_changed(evidence: Evidence) -> Iterator[Seen]:
    pairs = evidence.pairs
    at = pairs.positions(pairs.frame["simplified_at"] >= 0)
    after = pairs.frame["simplified_at"].to_numpy()[at]
    old, new = pairs.baseline_rates[after], pairs.steps["vnd_per_hour"][after]
    differ = old != new
    at, old, new = at[differ], old[differ], new[differ]
    rows = pairs.frame.iloc[at]
    asked = {code: evidence.agency_of(code) or "" for code in rows["procedure"].unique()}
    agencies = rows["procedure"].map(asked).to_numpy(dtype=object)
    for agency in dict.fromkeys(agencies):
        own = np.flatnonzero(agencies == agency)
        first = own[0]
        grade = rows["grade_simplified"].iloc[first]
        figures = {
            "lines": len(own),
            "grade": "–" if is_blank(grade) else str(grade),
            "before_vnd": int(old[first]),
            "after_vnd": int(new[first]),
        }
        yield Seen(None, None, figures, Undo.RATE, at[own], agency=agency or None)


def _stated_rates_differ(evidence: Evidence) -> Iterator[Seen]:
    before, after = (
        state.rates.drop(columns=[ORIGIN, "source"]).sort_values(["grade", "valid_from"], ignore_index=True)
        for state in (evidence.review.baseline, evidence.review.simplified)
    )
    if before.empty or after.empty or before.equals(after):
        return
    both = before.merge(after, on=["grade", "valid_from", "vnd_per_hour"], how="outer", indicator=True)
    grades = sorted(set(both["grade"][both["_merge"] != "both"]))
    yield Seen(None, None, {"grades": ", ".join(grades), "count": len(grades)})


def _populations(evidence: Evidence) -> pd.DataFrame:
    """Return the simplified procedures costed at a population of their own that differs from the baseline's."""
    populations = evidence.review.populations
    if evidence.comparison.population == "baseline":
        return populations[:0]
    return populations[(populations["costed_population"] != populations["stated_population"]).fillna(value=False)]


def _changed_populations(evidence: Evidence, *, fell: bool, merged: bool) -> Iterator[Seen]:
    for code, costed, stated in evidence.once(_populations).itertuples(index=False, name=None):
        if (stated < costed) != fell or (fell and (code in evidence.once(_of_merged_agencies)) != merged):
            continue
        at = evidence.pairs.of_simplified.get(code)
        if at is not None and evidence.by_code[code]["counted"]:
            agencies = evidence.once(_of_merged_agencies).get(code, "–")
            figures = {"before": int(costed), "after": int(stated), "agencies": agencies}
            yield Seen(code, None, figures, Undo.POPULATION, at)


def _of_merged_agencies(evidence: Evidence) -> dict[str, str]:
    """Return the procedures that agencies merged into others carried out in the baseline only, and those agencies."""
    review = evidence.review
    agencies = review.agencies
    gone = set(agencies["agency"][agencies["successor"].notna()])
    found = {}
    before, after = (_agencies_of(state.volumes) for state in (review.baseline, review.simplified))
    for code, codes in review.predecessors.items():
        old: set[str] = set().union(*(before.get(one, set()) for one in codes))
        vanished = sorted((old & gone) - after.get(code, set()))
        if vanished:
            found[code] = ", ".join(vanished)
    return found


def _agencies_of(volumes: pd.DataFrame) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, agency in volumes[["procedure", "agency"]].itertuples(index=False, name=None):
        found.setdefault(code, set()).add(agency)
    return found


def _populations_fell(evidence: Evidence) -> Iterator[Seen]:
    return _changed_populations(evidence, fell=True, merged=False)


def _populations_fell_with_agencies(evidence: Evidence) -> Iterator[Seen]:
    return _changed_populations(evidence, fell=True, merged=True)


def _populations_rose(evidence: Evidence) -> Iterator[Seen]:
    return _changed_populations(evidence, fell=False, merged=False)


def _fallen_frequencies(evidence: Evidence) -> pd.DataFrame:
    """Return the pairs of counted lines carried out less often after than before."""
    frame = evidence.pairs.frame
    fell = (frame["frequency_simplified"] < frame["frequency_baseline"]).fillna(value=False)
    return frame[fell & frame["counted_baseline"] & frame["counted_simplified"]]


def _regrouped(evidence: Evidence) -> dict[str, tuple[Fraction, int, Fraction, int]]:
    """Return procedures with fewer times and more subjects a year, but the very same cases: (times, subjects) twice."""
    review = evidence.review
    if evidence.comparison.population == "stated":
        return {}
    fallen = evidence.once(_fallen_frequencies)["procedure_simplified"].unique()
    before, after = (
        {row["procedure"]: row for row in rows_of(state.procedures[["procedure", "frequency", "population"]])}
        for state in (review.baseline, review.simplified)
    )
    found = {}
    for code in fallen:
        origins = review.predecessors.get(code, ())
        if len(origins) != 1:
            continue
        cells = [row[name] for row in (before[origins[0]], after[code]) for name in ("frequency", "population")]
        if any(is_blank(one) for one in cells):
            continue
        often, few, rarely, many = _times(cells[0]), int(cells[1]), _times(cells[2]), int(cells[3])
        if rarely < often and few and often * few == rarely * many:
            found[code] = (often, few, rarely, many)
    return found


def _cases_regrouped(evidence: Evidence) -> Iterator[Seen]:
    rows = evidence.once(_fallen_frequencies)
    for code, (often, few, rarely, many) in evidence.once(_regrouped).items():
        at = rows.index[rows["procedure_simplified"] == code].to_numpy()
        figures = {"before": often, "population_before": few, "after": rarely, "population_after": many}
        yield Seen(code, None, figures, Undo.FREQUENCY, at)


def _frequencies_fell(evidence: Evidence) -> Iterator[Seen]:
    rows = evidence.once(_fallen_frequencies)
    rows = rows[~rows["procedure_simplified"].isin(evidence.once(_regrouped))]
    words = recognised()["words"]["frequency"]
    for code, part in rows.groupby("procedure", sort=False):
        if mentions(evidence.proposal_words.get(part["group"].iloc[0], ""), words):
            continue
        first = part.iloc[0]
        figures = {
            "before": _times(first["frequency_baseline"]),
            "after": _times(first["frequency_simplified"]),
            "lines": len(part),
        }
        yield Seen(
            str(code),
            str(first["activity"]) if len(part) == 1 else None,
            figures,
            Undo.FREQUENCY,
            part.index.to_numpy(),
        )


def _dossiers_twice(evidence: Evidence) -> Iterator[Seen]:
    procedures = evidence.review.baseline.procedures
    often = procedures["frequency"] > recognised()["dossiers_above_per_year"]
    twice = often & (procedures["frequency"] == procedures["population"]).fillna(value=False)
    for code, times in procedures.loc[twice.astype(bool), ["procedure", "frequency"]].itertuples(
        index=False, name=None
    ):
        if evidence.by_code[code]["counted"]:
            at = evidence.own_pairs(code)
            yield Seen(code, None, {"times": _times(times), "cases": _times(times) ** 2}, Undo.ONCE, at)


_LIKENESS: Final = Family.LIKENESS
RULES: Final = (
    Rule("rates_changed", _LIKENESS, "Mức thu nhập hai trạng thái khác nhau",
         "rates that differ between the states", _rates_changed),
    Rule("stated_rates_differ", _LIKENESS, "Biểu ghi hai bảng mức thu nhập",
         "two tables of rates stated", _stated_rates_differ),
    Rule("population_fell", _LIKENESS, "Số lượng đối tượng giảm được tính là tiết kiệm",
         "a fall in population taken for a saving", _populations_fell),
    Rule("population_fell_with_agencies", _LIKENESS, "Số lượng đối tượng giảm do sáp nhập cơ quan",
         "a population that fell because agencies were merged", _populations_fell_with_agencies),
    Rule("population_rose", _LIKENESS, "Số lượng đối tượng tăng", "a population that rose", _populations_rose),
    Rule("cases_regrouped", _LIKENESS, "Số lần giảm, số đối tượng tăng tương ứng",
         "times a year written as subjects", _cases_regrouped),
    Rule("frequency_fell", _LIKENESS, "Số lần thực hiện giảm không có phương án",
         "a frequency that fell without a proposal", _frequencies_fell),
    Rule("dossiers_twice", _LIKENESS, "Số hồ sơ ghi cả ở số lần và số đối tượng",
         "dossiers entered as population and as frequency", _dossiers_twice),
)  # fmt: skip
"""The rules of this family, in order."""
