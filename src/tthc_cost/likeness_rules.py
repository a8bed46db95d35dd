"""Rules on like with like: rates, populations and frequencies whose change is no simplification."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from tthc_cost.arithmetic import FREQUENCY_STEPS, steps_of
from tthc_cost.findings import Family, Rule, Seen
from tthc_cost.frequency_words import explains
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import ORIGIN, is_blank, rows_of
from tthc_cost.vocabulary import State, fold
from tthc_cost.wording import recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tthc_cost.findings import Evidence

__all__ = ["RULES"]

_AT_AVERAGE: Final = (
    " Phần đứng vững tính theo số lần bình quân.",
    " What stands is costed at the average.",
)
_CONTINUED: Final = (
    " Mọi dòng của TTHC này nối tiếp một dòng trước hợp nhất, với số lần của dòng đó, nên không rõ dòng nào giảm.",
    " All its lines continue lines of those merged, at their own frequencies, so that none can be said to have fallen.",
)


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
    """Return the procedures that lose subjects of agencies merged into others, and these agencies.

    An agency loses them by its `volumes`, or has none and resolved the procedure itself.
    """
    review = evidence.review
    agencies = review.agencies
    gone = {fold(one) for one in agencies["agency"][agencies["successor"].notna()]}
    found = {}
    before, after = (_subjects_of_agencies(state.volumes) for state in (review.baseline, review.simplified))
    resolving = review.baseline.procedures.set_index("procedure")["agency"].dropna().to_dict()
    for code, codes in review.predecessors.items():
        left = after.get(code, {})
        old = {agency: many for one in codes for agency, many in before.get(one, {}).items()}
        lost = [agency for agency, many in old.items() if fold(agency) in gone and left.get(agency, 0) < many]
        if not old:
            lost = [resolving[one] for one in codes if fold(resolving.get(one, "")) in gone]
        if lost:
            found[code] = ", ".join(sorted(dict.fromkeys(lost)))
    return found


def _subjects_of_agencies(volumes: pd.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code, agency, many in volumes[["procedure", "agency", "population"]].itertuples(index=False, name=None):
        found.setdefault(code, {})[agency] = int(many)
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


def _unexplained(evidence: Evidence) -> pd.DataFrame:
    """Return the fallen frequencies that no proposal of their group explains."""
    rows = evidence.once(_fallen_frequencies)
    rows = rows[~rows["procedure_simplified"].isin(evidence.once(_regrouped))]
    keys = ["group", "frequency_baseline", "frequency_simplified"]
    told = {
        (group, before, after): explains(evidence.proposal_texts.get(group, ()), _times(before), _times(after))
        for group, before, after in rows[keys].drop_duplicates().itertuples(index=False, name=None)
    }
    silent = [not told[key] for key in rows[keys].itertuples(index=False, name=None)]
    return rows.loc[np.array(silent, dtype=bool)]


def _frequencies_fell(evidence: Evidence) -> Iterator[Seen]:
    for code, part in evidence.once(_unexplained).groupby("procedure", sort=False):
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


def _frequencies_fell_in_merges(evidence: Evidence) -> Iterator[Seen]:
    """Find receivers carried out less often than those they replace were on average, which no proposal says.

    The lines that the receiver has of its own, carried out as often as it is, are costed at that average. Those that
    continue a line of the baseline have its frequency to be held against, and `frequency_fell` does so: where it says
    something of the receiver and there are no others, nothing is left to say; else there is no price.
    """
    pairs = evidence.pairs
    if not pairs.merged_times:
        return
    before, after = (pairs.times[state] for state in State)
    told = set(evidence.once(_unexplained)["procedure_simplified"])
    old_at, often = (pairs.frame[name].to_numpy() for name in ("baseline_at", "frequency_simplified"))
    for code, mean in pairs.merged_times.items():
        if code not in after or after[code] >= mean or not evidence.by_code[code]["counted"]:
            continue
        known = [one for one in evidence.review.predecessors[code] if one in before]
        texts = evidence.proposal_texts.get(evidence.by_code[code]["group"], ())
        if any(explains(texts, before[one], after[code]) for one in known if before[one] > after[code]):
            continue
        own = [at for at in pairs.of_simplified.get(code, ()) if old_at[at] < 0 and _times(often[at]) == after[code]]
        if own or code not in told:
            figures = {
                "before": max(before[one] for one in known),
                "after": after[code],
                "merged": ", ".join(known),
                "mean": mean,
                "part": _AT_AVERAGE if own else _CONTINUED,
            }
            yield Seen(code, None, figures, Undo.MEAN, tuple(own), priced=bool(own))


def _dossiers_twice(evidence: Evidence) -> Iterator[Seen]:
    procedures = evidence.review.baseline.procedures
    often = procedures["frequency"] > recognised()["dossiers_above_per_year"]
    twice = often & (procedures["frequency"] == procedures["population"]).fillna(value=False)
    for code, times in procedures.loc[twice.astype(bool), ["procedure", "frequency"]].itertuples(
        index=False, name=None
    ):
        if evidence.by_code[code]["counted"]:
            figures = {"times": _times(times), "cases": _times(times) ** 2}
            alone = not evidence.merged_with(code)
            yield Seen(code, None, figures, Undo.ONCE, evidence.own_pairs(code) if alone else (), priced=alone)


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
    Rule("frequency_fell_in_merge", _LIKENESS, "Số lần thực hiện giảm qua hợp nhất, không có phương án",
         "a frequency that fell through a merge without a proposal", _frequencies_fell_in_merges),
    Rule("dossiers_twice", _LIKENESS, "Số hồ sơ ghi cả ở số lần và số đối tượng",
         "dossiers entered as population and as frequency", _dossiers_twice),
)  # fmt: skip
"""The rules of this family, in order."""
