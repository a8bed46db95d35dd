"""Reviews for the tests of the Word documents: one of hostile and missing texts, and a long one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tthc_cost import model
from tthc_cost.comparison import compare
from tthc_cost.inventory import Inventory
from tthc_cost.rates import RateTable
from tthc_cost.review import Review
from tthc_cost.targets import check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tthc_cost.comparison import Comparison
    from tthc_cost.targets import TargetReport

__all__ = ["HOSTILE_TEXTS", "checked", "compared", "long_comparison", "one_procedure"]

HOSTILE_TEXTS = (
    '{{ 7 * 7 }} {% for x in "ab" %}{# ẩn #}',
    "{_{ 1 }_}",
    "</w:t></w:r><w:p/> & <b> \"'",
    "Sở\tA\nB\fC\aD\x00E",
    "Tên " + "rất dài " * 40 + "k" * 300,
)
_RATES = RateTable.from_income(95_600_000)


def compared(
    baseline: list[Any],
    simplified: list[Any],
    decisions: list[model.Decision],
    proposals: Iterable[model.Proposal] = (),
    **options: Any,
) -> Comparison:
    """Compare two states given as objects."""
    review = Review(
        Inventory.from_objects(*baseline),
        Inventory.from_objects(*simplified),
        decisions=model.to_frame(model.Decision, decisions),
        proposals=model.to_frame(model.Proposal, proposals),
    )
    return compare(review, _RATES, **options)


def checked(comparison: Comparison, on: str = "2024-12-31") -> TargetReport:
    """Check a comparison against the plan of Lai Châu."""
    return check(comparison, "lai-chau-2022-2025", on=on)


def one_procedure(text: str, *proposals: model.Proposal, **decision: Any) -> Comparison:
    """Compare one procedure whose every text is the same, 1 000 đồng before and 750 after."""
    texts: dict[str, Any] = {"field": text, "agency": text, "reviewing_agency": text, "kind": "between_agencies"}
    given: dict[str, Any] = {"reviewed_on": "2023-10-02", "submitted_on": "2023-11-01", "approved_on": "2023-12-01"}
    return compared(
        [model.Procedure("A", text, frequency=1, population=1, **texts), model.Activity("A", "1", fee_vnd=1_000)],
        [model.Procedure("A", text), model.Activity("A", "1", fee_vnd=750)],
        [model.Decision("A", "amend", **(given | decision))],
        proposals,
    )


@cache
def long_comparison(agencies: int) -> Comparison:
    """Compare two procedures of every agency, n and n + agencies of one.

    Where n is a multiple of 3 it is still to be submitted; of the others, where n = 1 modulo 4 it was submitted before
    it was reviewed.
    """
    baseline: list[Any] = []
    simplified: list[Any] = []
    decisions, proposals = [], []
    for n in range(2 * agencies):
        code, agency = f"TT-{n:03}", f"Sở Quản lý chuyên ngành và Phát triển đa mục tiêu số {n % agencies + 1}"
        name = f"Thủ tục thẩm định, phê duyệt và phân bổ kinh phí thực hiện nhiệm vụ thường xuyên thứ {n + 1}"
        baseline.append(
            model.Procedure(
                code, name, field=f"Lĩnh vực {n % 7 + 1}", agency=agency, reviewing_agency=agency, level="province",
                kind="between_agencies", deadline_days=15, frequency=12, population=1_000,
            )
        )  # fmt: skip
        simplified.append(model.Procedure(code, name, deadline_days=10))
        baseline.append(model.Activity(code, "1", stage="fees", bearer="requester", fee_vnd=70_000 + n))
        simplified.append(model.Activity(code, "1", stage="fees", bearer="requester", fee_vnd=50_000 + n))
        reviewed = "2023-12-02" if n % 4 == 1 else "2023-10-02"
        dates: dict[str, Any] = {"reviewed_on": reviewed}
        if n % 3:
            dates |= {"submitted_on": "2023-11-20", "approved_on": "2023-12-20"}
        decisions.append(model.Decision(code, "amend", round=1, **dates))
        proposals += [
            model.Proposal(
                code, str(item), f"Bỏ thành phần hồ sơ thứ {item} của thủ tục", "Cơ quan giải quyết đã có dữ liệu",
                "Quyết định số 01/2020/QĐ-UBND", f"khoản {item} Điều {n + 1}", "Sửa đổi, bổ sung", "UBND tỉnh",
                "2024-06-30",
            )
            for item in (1, 2)
        ]  # fmt: skip
    return compared(baseline, simplified, decisions, proposals)
