"""Compliance cost of internal administrative procedures: before, after, and whether the claimed 20 % is real.

>>> import tthc_cost as tc
>>> review = tc.read_example()
>>> comparison = tc.compare(review)
>>> comparison.total.meets("20%")
True
"""

from tthc_cost.arithmetic import Reduction
from tthc_cost.attribution import Attribution, Cause, attribute
from tthc_cost.auditing import Audit, audit
from tthc_cost.comparison import Comparison, compare
from tthc_cost.costing import cost_activities, cost_procedures, validate
from tthc_cost.errors import InputFault, Remark, TthcCostError, Validation
from tthc_cost.findings import Finding
from tthc_cost.inventory import Inventory
from tthc_cost.io import (
    PublishedCosts,
    ScmLayout,
    WordForms,
    read_costs,
    read_example,
    read_review,
    read_reviews,
    read_scm_form,
    read_scm_forms,
    read_tables,
    read_word_folder,
    read_word_forms,
    write_review,
    write_scm_form,
    write_tables,
    write_template,
)
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
from tthc_cost.periods import PeriodicTable, ReportingPeriod, periodic, reporting_period
from tthc_cost.programmes import Programme, programme, programmes
from tthc_cost.rates import RateTable, gdp_per_head
from tthc_cost.reform_costs import Convention, ReformCost, appraise
from tthc_cost.report import Issuer, write_annex, write_appraisal, write_letters, write_periodic, write_report
from tthc_cost.review import Review
from tthc_cost.targets import TargetReport, check, progress
from tthc_cost.timing import HoursFreed, ProcessingTimes, hours_freed, processing_times
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
    "Attribution",
    "Audit",
    "Bearer",
    "Cause",
    "Comparison",
    "Convention",
    "Counting",
    "Criterion",
    "CriterionAnswer",
    "Decision",
    "DecisionKind",
    "Document",
    "Finding",
    "HoursFreed",
    "InputFault",
    "Inventory",
    "Issuer",
    "Kind",
    "Level",
    "Measure",
    "PeriodicTable",
    "Procedure",
    "ProcessingTimes",
    "Programme",
    "Proposal",
    "PublishedCosts",
    "Range",
    "Rate",
    "RateTable",
    "Reduction",
    "ReformCost",
    "Remark",
    "ReportingPeriod",
    "Review",
    "ScmLayout",
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
    "WordForms",
    "appraise",
    "attribute",
    "audit",
    "check",
    "compare",
    "cost_activities",
    "cost_procedures",
    "gdp_per_head",
    "hours_freed",
    "periodic",
    "processing_times",
    "programme",
    "programmes",
    "progress",
    "read_costs",
    "read_example",
    "read_review",
    "read_reviews",
    "read_scm_form",
    "read_scm_forms",
    "read_tables",
    "read_word_folder",
    "read_word_forms",
    "reporting_period",
    "validate",
    "write_annex",
    "write_appraisal",
    "write_letters",
    "write_periodic",
    "write_report",
    "write_review",
    "write_scm_form",
    "write_tables",
    "write_template",
]
