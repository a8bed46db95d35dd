"""Rules on what departments state: figures that do not follow from the lines, and which way of computing gives them.

An error is what the figures disprove: a claim that no way of computing gives and that states more than the lines; one
that is given only by what is no reduction, such as a mean of percentages, and states more; one that contradicts itself
or its parts; a wrong count. What another convention gives (bearers, rates, populations, rounding), or what states less,
is a warning. A figure that is ours rounded to the digits it is stated with agrees.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tthc_cost.arithmetic import Reduction, round_half_up
from tthc_cost.claim_options import Ways, is_about, reductions_of
from tthc_cost.claims import Scope
from tthc_cost.findings import Family, Rule, Seen
from tthc_cost.numerals import format_decimal, format_integer
from tthc_cost.vocabulary import Counting, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tthc_cost.claims import Claim
    from tthc_cost.errors import Language
    from tthc_cost.findings import Evidence, Figure

__all__ = ["RULES"]

_AMOUNTS: Final = ("baseline_vnd", "simplified_vnd", "saving_vnd")


def _judged(evidence: Evidence) -> list[tuple[str, Seen]]:
    """Return the code of the one rule that each claim breaks, and what it sees; a claim that follows breaks none."""
    ways = Ways(evidence) if evidence.claims and evidence.comparison.has_lines else None
    found = []
    for claim in evidence.claims:
        costs = reductions_of(evidence, claim)
        if not costs:
            found.append(("claim_unknown", _seen(claim, {"name": claim.name, "scope": claim.scope})))
        elif not any(claim.follows_from(cost) for cost in costs):
            found.append(_broken(claim, costs[0], ways))
    return found


def _broken(claim: Claim, cost: Reduction, ways: Ways | None) -> tuple[str, Seen]:
    figures: dict[str, Figure] = {
        "what": (_what(claim, "vi"), _what(claim, "en")),
        "claimed": (_stated(claim, "vi"), _stated(claim, "en")),
        "found": (_found(claim, cost, "vi"), _found(claim, cost, "en")),
    }
    over = _overstated(claim, cost)
    more = any(one is not None and one > 0 for one in over)
    way = ways.reproducing(claim) if ways is not None else None
    if way is not None:
        code = "claim_of_other_share" if more and way.is_no_reduction else "claim_by_other_way"
        return code, _seen(claim, figures | {"way": (way.vi, way.en)}, over)
    if _contradicts_itself(claim):
        return "claim_contradicts_itself", _seen(claim, figures, over)
    return "claim_overstated" if more else "claim_differs", _seen(claim, figures, over)


def _seen(claim: Claim, figures: dict[str, Figure], over: tuple[int | None, Fraction | None] = (0, None)) -> Seen:
    procedure = claim.name if claim.scope is Scope.PROCEDURE else None
    agency = claim.name if claim.scope is Scope.AGENCY else None
    return Seen(procedure, None, figures, agency=agency, overstated=over)


def _overstated(claim: Claim, cost: Reduction) -> tuple[int | None, Fraction | None]:
    """Return by how much the saving claimed exceeds the one that follows, in đồng (None: unknown) and as a share."""
    saving, share, baseline = claim.stated_saving, claim.reduction, claim.baseline_vnd or int(cost.baseline)
    if saving is None and share is not None:
        exact = share * baseline
        saving = round_half_up(exact.numerator, exact.denominator)
    if share is None and saving is not None and baseline:
        share = Fraction(saving, baseline)
    points = None if share is None or cost.ratio is None else share - cost.ratio
    if claim.saving_vnd is not None and claim.is_amount("saving_vnd", int(cost.saving)):
        return 0, points if claim.reduction is not None else Fraction(0)
    return (None if saving is None else saving - int(cost.saving)), points


def _contradicts_itself(claim: Claim) -> bool:
    before, after, saving = claim.baseline_vnd, claim.simplified_vnd, claim.saving_vnd
    if before is not None and after is not None and saving is not None and (
        abs(before - after - saving) > claim.slack(*_AMOUNTS)
    ):  # fmt: skip
        return True
    saved = claim.stated_saving
    if saved is None or claim.reduction is None or before is None:
        return False
    off = claim.slack("saving_vnd") if saving is not None else claim.slack("baseline_vnd", "simplified_vnd")
    least, most = before + claim.slack("baseline_vnd"), before - claim.slack("baseline_vnd")
    if least <= 0 or most <= 0:
        return not claim.is_share(Reduction(before, before - saved).ratio)
    lowest, highest = sorted(((saved - off) / least, (saved + off) / most))
    return not claim.is_share(min(max(claim.reduction, lowest), highest))


def _what(claim: Claim, language: Language) -> str:
    return f"{claim.scope.label(language)} {claim.name}".strip()


def _figures(amounts: Iterable[tuple[str, int]], percent: str | None, language: Language) -> str:
    words = {
        "baseline_vnd": ("trước", "before"),
        "simplified_vnd": ("sau", "after"),
        "saving_vnd": ("tiết kiệm", "saved"),
    }
    unit = ("đồng", "đồng")[language == "en"]
    parts = [
        f"{words[name][language == 'en']} {format_integer(one, language=language)} {unit}" for name, one in amounts
    ]
    return ", ".join([*parts, *([percent] if percent else [])]) or "–"


def _percent(share: Fraction | None, digits: int, language: Language) -> str | None:
    return None if share is None else f"{format_decimal(share * 100, digits, language=language)}\N{NO-BREAK SPACE}%"


def _stated(claim: Claim, language: Language) -> str:
    amounts = [(name, value) for name in _AMOUNTS if (value := getattr(claim, name)) is not None]
    return _figures(amounts, _percent(claim.reduction, claim.digits, language), language)


def _found(claim: Claim, cost: Reduction, language: Language) -> str:
    found = {"baseline_vnd": cost.baseline, "simplified_vnd": cost.simplified, "saving_vnd": cost.saving}
    amounts = [(name, int(value)) for name, value in found.items() if getattr(claim, name) is not None]
    share = None if claim.reduction is None else cost.ratio
    return _figures(amounts, _percent(share, claim.digits + 1, language), language)


def _overstated_claims(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_overstated")


def _differing_claims(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_differs")


def _claims_by_other_ways(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_by_other_way")


def _claims_of_other_shares(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_of_other_share")


def _contradictory_claims(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_contradicts_itself")


def _unknown_claims(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_judged) if code == "claim_unknown")


def _sums_of_parts(evidence: Evidence) -> Iterator[Seen]:
    """Hold the total claimed against the sum of the claims of agencies, procedures or rounds, where each has one."""
    costs = evidence.costs[evidence.costs["counted"]]
    for total in (one for one in evidence.claims if one.scope is Scope.TOTAL):
        for scope, names in (
            (Scope.AGENCY, costs["agency"]),
            (Scope.PROCEDURE, costs["procedure"]),
            (Scope.ROUND, costs["procedure"].map(evidence.rounds).astype("Int64").astype("string")),
        ):
            parts = [one for one in evidence.claims if one.scope is scope]
            named = {fold(one.name) for one in parts}
            if not parts or names.isna().any() or {fold(one) for one in names} - named or len(named) < len(parts):
                continue
            for name in _AMOUNTS:
                stated, amounts = getattr(total, name), [getattr(one, name) for one in parts]
                if stated is None or None in amounts:
                    continue
                if abs(stated - sum(amounts)) <= sum((one.slack(name) for one in (total, *parts)), Fraction(0)):
                    continue
                more = stated - sum(amounts)
                over = {"saving_vnd": more, "baseline_vnd": 0, "simplified_vnd": -more}[name]
                words = {"total_vnd": stated, "parts_vnd": sum(amounts), "count": len(parts), "scope": scope}
                yield Seen(None, None, words, overstated=(over if name == "saving_vnd" else None, None))


def _counts(evidence: Evidence) -> Iterator[tuple[str, Seen]]:
    for claim in evidence.claims:
        if claim.procedures_cut is None:
            continue
        part = evidence.standing[is_about(evidence, claim, evidence.standing)]
        strict = int(part["in_baseline"].sum()) - int(part["in_simplified"].sum())
        broad = strict + int((part["in_simplified"] & part["simplification"]).sum())
        if claim.procedures_cut == strict:
            continue
        figures: dict[str, Figure] = {
            "what": (_what(claim, "vi"), _what(claim, "en")),
            "claimed": claim.procedures_cut,
            "strict": strict,
            "broad": broad,
            "counting": Counting.BROAD,
        }
        seen = Seen(None, None, figures, agency=claim.name if claim.scope is Scope.AGENCY else None, priced=False)
        yield ("claim_counted_broadly" if claim.procedures_cut == broad else "claim_miscounted"), seen


def _broad_counts(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_all_counts) if code == "claim_counted_broadly")


def _miscounts(evidence: Evidence) -> Iterator[Seen]:
    return (seen for code, seen in evidence.once(_all_counts) if code == "claim_miscounted")


def _all_counts(evidence: Evidence) -> list[tuple[str, Seen]]:
    return list(_counts(evidence))


_CLAIMS: Final = Family.CLAIMS
RULES: Final = (
    Rule("claim_overstated", _CLAIMS, "Số liệu báo cáo cao hơn kết quả tính từ các dòng",
         "claim above what follows from the lines", _overstated_claims, needs_lines=False),
    Rule("claim_of_other_share", _CLAIMS, "Tỷ lệ báo cáo không phải là tiết kiệm trên toàn bộ chi phí hiện tại",
         "percentage that is no saving over the whole baseline", _claims_of_other_shares, needs_lines=False),
    Rule("claim_contradicts_itself", _CLAIMS, "Số liệu báo cáo tự mâu thuẫn",
         "claim that contradicts itself", _contradictory_claims, needs_lines=False),
    Rule("claim_by_other_way", _CLAIMS, "Số liệu báo cáo tính theo cách khác",
         "claim computed in another way", _claims_by_other_ways, needs_lines=False),
    Rule("claim_differs", _CLAIMS, "Số liệu báo cáo khác kết quả tính từ các dòng",
         "claim unlike what follows from the lines", _differing_claims, needs_lines=False),
    Rule("claim_not_sum_of_parts", _CLAIMS, "Tổng báo cáo khác tổng các phần",
         "total claimed that is not the sum of its parts", _sums_of_parts, needs_lines=False),
    Rule("claim_unknown", _CLAIMS, "Số liệu báo cáo của cơ quan, TTHC không có trong biểu",
         "claim of what is not in the review", _unknown_claims, needs_lines=False),
    Rule("claim_miscounted", _CLAIMS, "Số TTHC cắt giảm không đúng", "procedures cut miscounted", _miscounts),
    Rule("claim_counted_broadly", _CLAIMS, "Tính cả TTHC đơn giản hóa là TTHC cắt giảm",
         "simplified procedures counted as cut", _broad_counts),
)  # fmt: skip
"""The rules of this family, in order."""
