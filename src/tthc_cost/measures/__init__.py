"""Simplification measures as values: what each changes, applied in any order, stated in a sheet, found in a review."""

from tthc_cost.measures.applying import apply_measures, conflicts
from tthc_cost.measures.columns import LegalAction, LineAfter, MeasureKind
from tthc_cost.measures.inference import changes_not_expressed, infer_measures
from tthc_cost.measures.kinds import (
    Abolish,
    CutCopies,
    Delegate,
    DropDocument,
    DropStep,
    GoOnline,
    LowerFrequency,
    MergeProcedures,
    MergeSteps,
    ShortenDeadline,
    ShortenStep,
    SimplificationMeasure,
    SimplifyWork,
    StopAsking,
)
from tthc_cost.measures.table import measures_frame, measures_from_table

__all__ = [
    "Abolish",
    "CutCopies",
    "Delegate",
    "DropDocument",
    "DropStep",
    "GoOnline",
    "LegalAction",
    "LineAfter",
    "LowerFrequency",
    "MeasureKind",
    "MergeProcedures",
    "MergeSteps",
    "ShortenDeadline",
    "ShortenStep",
    "SimplificationMeasure",
    "SimplifyWork",
    "StopAsking",
    "apply_measures",
    "changes_not_expressed",
    "conflicts",
    "infer_measures",
    "measures_frame",
    "measures_from_table",
]
