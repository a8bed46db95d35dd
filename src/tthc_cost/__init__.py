"""Compliance cost of internal administrative procedures: before, after, and whether the claimed 20 % is real.

>>> import tthc_cost as tc
>>> review = tc.read_example()
>>> comparison = tc.compare(review)
>>> comparison.total.meets("20%")
True
"""

from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import Comparison, compare
from tthc_cost.costing import cost_activities, cost_procedures, validate
from tthc_cost.errors import InputFault, Remark, TthcCostError, Validation
from tthc_cost.inventory import Inventory
from tthc_cost.io import read_example, read_review, read_reviews, write_review, write_template
from tthc_cost.model import (
    Activity,
    Agency,
    CriterionAnswer,
    Decision,
    Document,
    Procedure,
    Proposal,
    Range,
    Rate,
    Step,
    TaskRecord,
    Volume,
)
from tthc_cost.programmes import Programme, programme, programmes
from tthc_cost.rates import RateTable, gdp_per_head
from tthc_cost.report import write_report
from tthc_cost.review import Review
from tthc_cost.targets import TargetReport, check, progress
from tthc_cost.vocabulary import (
    Answer,
    Bearer,
    Counting,
    Criterion,
    DecisionKind,
    Kind,
    Level,
    Measure,
    Stage,
    State,
    TargetState,
    TaskState,
)

__all__ = [
    "Activity",
    "Agency",
    "Answer",
    "Bearer",
    "Comparison",
    "Counting",
    "Criterion",
    "CriterionAnswer",
    "Decision",
    "DecisionKind",
    "Document",
    "InputFault",
    "Inventory",
    "Kind",
    "Level",
    "Measure",
    "Procedure",
    "Programme",
    "Proposal",
    "Range",
    "Rate",
    "RateTable",
    "Reduction",
    "Remark",
    "Review",
    "Stage",
    "State",
    "Step",
    "TargetReport",
    "TargetState",
    "TaskRecord",
    "TaskState",
    "TthcCostError",
    "Validation",
    "Volume",
    "check",
    "compare",
    "cost_activities",
    "cost_procedures",
    "gdp_per_head",
    "programme",
    "programmes",
    "progress",
    "read_example",
    "read_review",
    "read_reviews",
    "validate",
    "write_report",
    "write_review",
    "write_template",
]
