"""What the annex to a decision says: the simplifications that were approved, field by field, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tthc_cost.arithmetic import Reduction
from tthc_cost.comparison import BASES
from tthc_cost.errors import NeedsLinesError, UnknownNameError
from tthc_cost.report.labels import Labels
from tthc_cost.report.letterhead import day_text, say
from tthc_cost.schema import is_blank, rows_of
from tthc_cost.standing import arrived_groups
from tthc_cost.vocabulary import DecisionKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tthc_cost.comparison import Basis, Comparison
    from tthc_cost.report.letterhead import Issuer

__all__ = ["Annex", "AnnexField", "AnnexItem", "AnnexProcedure", "annex_of", "letter_of_item"]

_LETTERS: Final = "abcdđeghiklmnopqrstuvxy"
_UNCHANGED: Final = frozenset({DecisionKind.KEEP, DecisionKind.TRANSFER})
_ROMAN: Final = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnnexItem:
    """One item of what is to change, and why."""

    letter: str
    content: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnnexProcedure:
    """A procedure, or all that are merged into one, with what is to change, by which legal action, to what benefit."""

    number: int
    title: str
    parts: tuple[str, ...]
    items: tuple[AnnexItem, ...]
    actions: tuple[str, ...]
    before: str
    after: str
    saving: str
    ratio: str


@dataclass(frozen=True, slots=True)
class AnnexField:
    """A field, with its procedures."""

    number: str
    name: str
    procedures: tuple[AnnexProcedure, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """Everything the annex shows; the template ``annex.docx`` asks for these names.

    Parameters
    ----------
    issuer : Issuer
        Blanks dotted.
    decision : str
        Number and date of the decision it belongs to.
    draft : bool
        Whether its proposals are only submitted.
    fields : tuple of AnnexField
        In the order of the review.
    nothing : str
        What to say when there is none.
    notes : tuple of str
        What a reader of the costs must know.
    """

    issuer: Issuer
    decision: str
    draft: bool
    fields: tuple[AnnexField, ...]
    nothing: str
    notes: tuple[str, ...]


def annex_of(
    comparison: Comparison,
    issuer: Issuer,
    *,
    basis: Basis = "approved",
    on: dt.date | None = None,
    round: int | None = None,  # noqa: A002 - the column's name
    decision: str = "",
) -> Annex:
    """Gather what the annex shows.

    Parameters
    ----------
    comparison : Comparison
        Both states, costed.
    issuer : Issuer
        Whose document it is.
    basis, on, round, decision
        As in `tthc_cost.report.documents.write_annex`.

    Raises
    ------
    NeedsLinesError
        For published totals, which carry no proposals.
    UnknownNameError
        For an unknown basis.
    """
    review = comparison.review
    if review is None:
        raise NeedsLinesError.because("needs_lines")
    if basis not in BASES:
        raise UnknownNameError.because("unknown_basis", value=basis, known=", ".join(BASES))
    labels = Labels("vi")
    proposals: dict[str, list[Row]] = {}
    for row in rows_of(review.proposals):
        proposals.setdefault(row["procedure"], []).append(row)
    by_field: dict[str, list[list[Row]]] = {}
    for rows in _groups(comparison, basis, on, round):
        field = next((row["field"] for row in rows if not is_blank(row["field"])), say("head.blank"))
        by_field.setdefault(field, []).append(rows)
    shown = tuple(
        AnnexField(
            _roman(number),
            field,
            tuple(_procedure(n, rows, proposals, labels) for n, rows in enumerate(groups, start=1)),
        )
        for number, (field, groups) in enumerate(by_field.items(), start=1)
    )
    return Annex(
        issuer.dotted(),
        decision or say("head.decision"),
        basis == "submitted",
        shown,
        say("annex.nothing", basis=labels(f"basis.{basis}")),
        tuple(_notes(comparison, labels)),
    )


def _groups(comparison: Comparison, basis: Basis, on: dt.date | None, round_: int | None) -> list[list[Row]]:
    """Return the procedures that move together, of every group that has come so far and is simplified."""
    frame = comparison.procedures
    day = pd.Timestamp.max if on is None else pd.Timestamp(on)
    frame = frame[arrived_groups(comparison.standing, BASES[basis], day).to_numpy() & frame["counted"].to_numpy()]
    groups: dict[str, list[Row]] = {}
    for row in rows_of(frame):
        groups.setdefault(row["group"], []).append(row)
    return [
        rows
        for rows in groups.values()
        if any(
            row["in_baseline"] and row["decision"] not in _UNCHANGED and round_ in {None, row["round"]} for row in rows
        )
    ]


def _procedure(number: int, rows: Sequence[Row], proposals: Mapping[str, list[Row]], labels: Labels) -> AnnexProcedure:
    before = [row for row in rows if row["in_baseline"]]
    new = [row for row in rows if not row["in_baseline"]]
    alone = len(rows) == 1
    parts = [
        say("annex.part", name=_named(row), decision=labels.term(DecisionKind.parse(row["decision"]))) for row in before
    ]
    parts += [say("annex.receiver", name=_named(row)) for row in new]
    cost = sum((Reduction(int(row["baseline_vnd"]), int(row["simplified_vnd"])) for row in rows), Reduction(0, 0))
    items = [one for row in rows for one in proposals.get(row["procedure"], [])]
    several = len({one["procedure"] for one in items}) > 1
    title = _named(before[0]) if len(before) == 1 else say("annex.group", n=f"{len(before):02}")
    return AnnexProcedure(
        number,
        title,
        () if alone else tuple(parts),
        tuple(_item(n, one, several=several) for n, one in enumerate(items)) or (_without_items(before, labels),),
        tuple(_actions(items)) or (say("head.blank"),),
        labels.integer(cost.baseline),
        labels.integer(cost.simplified),
        labels.integer(cost.saving),
        say("annex.no_ratio") if cost.ratio is None else labels.percent(cost.ratio),
    )


def _named(row: Row) -> str:
    return say("head.procedure", name=_or_dots(row["name"]), code=row["procedure"])


def _or_dots(value: object) -> str:
    """Return a text without the stop that the document itself sets after it."""
    return say("head.blank") if is_blank(value) else str(value).strip().rstrip(".;")


def _item(position: int, proposal: Row, *, several: bool) -> AnnexItem:
    content = _or_dots(proposal["content"])
    if several:
        content = say("annex.of_procedure", code=proposal["procedure"], content=content)
    return AnnexItem(letter_of_item(position), content, _or_dots(proposal["reason"]))


def _without_items(before: Sequence[Row], labels: Labels) -> AnnexItem:
    """Say what was decided, and leave to a pen what nobody wrote."""
    decided = dict.fromkeys(labels.term(DecisionKind.parse(row["decision"])) for row in before)
    decision = "; ".join(decided)
    content = say("annex.without_items", decision=decision[:1].upper() + decision[1:], blank=say("head.blank"))
    return AnnexItem(letter_of_item(0), content, say("head.blank"))


def _actions(items: Iterable[Row]) -> Iterable[str]:
    """Say each legal action once, with all the provisions that it touches in one document."""
    provisions: dict[tuple[str, str, str | None, dt.date | None], list[str]] = {}
    for one in items:
        authority = None if is_blank(one["authority"]) else _or_dots(one["authority"])
        due = None if is_blank(one["due_on"]) else one["due_on"].date()
        key = (_or_dots(one["action"]), _or_dots(one["document"]), authority, due)
        provisions.setdefault(key, []).append(_or_dots(one["provision"]))
    for (action, document, authority, due), places in provisions.items():
        provision = say("annex.several").join(dict.fromkeys(places))
        said = say("annex.action", action=action, provision=provision, document=document)
        if authority is not None:
            said = say("annex.authority", said=said, authority=authority)
        yield say("annex.due", said=said, day=day_text(due))


def _notes(comparison: Comparison, labels: Labels) -> Iterable[str]:
    if comparison.bearers is not None:
        yield say("annex.bearers", bearers=labels.terms(comparison.bearers))
    if comparison.population == "stated":
        yield labels("limits.population_stated")


def letter_of_item(position: int) -> str:
    """Return the letter of an item, counted from 0, as Vietnamese documents have them; a number follows after y.

    Examples
    --------
    >>> [letter_of_item(position) for position in (0, 4, 22, 23)]
    ['a', 'đ', 'y', 'a1']
    """
    turn, place = divmod(position, len(_LETTERS))
    return _LETTERS[place] + (str(turn) if turn else "")


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        text += sign * times
    return text
