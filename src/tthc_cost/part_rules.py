"""Rules on the parts of a procedure against its lines: documents, steps, and paper where the channel is online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from tthc_cost.findings import Family, Rule, Seen, mentions, plain_words, recognised
from tthc_cost.line_pairs import Undo
from tthc_cost.schema import is_blank
from tthc_cost.vocabulary import DecisionKind, Stage, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tthc_cost.findings import Evidence
    from tthc_cost.line_pairs import Positions

    Kind = Literal["document", "step"]

__all__ = ["RULES"]

_KINDS: Final[tuple[Kind, ...]] = ("document", "step")
_WORDS: Final = {"document": ("thành phần hồ sơ", "document"), "step": ("bước", "step")}
_SHOWN: Final = 3
_UNDECIDED: Final = (DecisionKind.KEEP, None)


def _folded(evidence: Evidence) -> dict[str, str]:
    """Return the names of all documents and steps, reduced to their words."""
    review = evidence.review
    names = [getattr(state, f"{kind}s")["name"] for state in (review.baseline, review.simplified) for kind in _KINDS]
    return {name: _only_words(name) for name in pd.concat(names).unique()}


def _only_words(name: str) -> str:
    """Return a name without what two typists write differently: case, spaces, tone marks' place, all punctuation."""
    return " ".join("".join(mark if mark.isalnum() else " " for mark in plain_words(name)).split())


def _parts(frame: pd.DataFrame, kind: Kind, folded: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the parts that each procedure lists: their folded names by their codes."""
    found: dict[str, dict[str, str]] = {}
    for procedure, code, name in frame[["procedure", kind, "name"]].itertuples(index=False, name=None):
        found.setdefault(procedure, {})[code] = folded[name]
    return found


def _fates(evidence: Evidence, kind: Kind) -> pd.DataFrame:
    """Return what became of the documents or steps of each baseline procedure that goes on in the simplified state.

    One row a part: ``procedure_baseline``, its code under `kind` and ``_baseline``, ``part`` (its name), ``heir`` (the
    simplified procedure), ``later`` (its code there, blank if it was dropped), ``heir_lists`` (whether that procedure
    lists any). Left out are procedures of which nobody knows what they list later: they list none, nor does their
    agency for another procedure that it simplifies.

    A part goes on if its name does, whatever its code; or its code does, under a name that no part had before.
    """
    review, folded = evidence.review, evidence.once(_folded)
    before = _parts(getattr(review.baseline, f"{kind}s"), kind, folded)
    after = _parts(getattr(review.simplified, f"{kind}s"), kind, folded)
    changed = {
        code: heir for heir, codes in review.predecessors.items() for code in codes
        if evidence.by_code[code]["decision"] not in _UNDECIDED
    }  # fmt: skip
    telling = {evidence.agency_of(code) for code, heir in changed.items() if heir in after}
    rows = []
    for code, heir in changed.items():
        own, listed = before.get(code, {}), after.get(heir, {})
        if not own or (not listed and evidence.agency_of(heir) not in telling):
            continue
        by_name = {name: one for one, name in listed.items()}
        names = set(own.values())
        for part, name in own.items():
            renamed = heir == code and part in listed and listed[part] not in names
            rows.append((code, part, heir, by_name.get(name, part if renamed else None), bool(listed)))
    fates = pd.DataFrame(rows, columns=["procedure_baseline", f"{kind}_baseline", "heir", "later", "heir_lists"])
    fates = fates.astype(dict.fromkeys(fates.columns[:4], "string"))
    written = getattr(review.baseline, f"{kind}s")[["procedure", kind, "name"]]
    written = written.set_axis(["procedure_baseline", f"{kind}_baseline", "part"], axis=1)
    return fates.merge(written, on=["procedure_baseline", f"{kind}_baseline"], how="left")


def _fates_of_documents(evidence: Evidence) -> pd.DataFrame:
    return _fates(evidence, "document")


def _fates_of_steps(evidence: Evidence) -> pd.DataFrame:
    return _fates(evidence, "step")


def _with_fates(evidence: Evidence, rows: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Return the rows whose baseline line belongs to a part of which it is known what became, with its fate."""
    tagged = rows[rows[f"{kind}_baseline"].notna()].assign(at=lambda some: some.index)
    if tagged.empty:
        return tagged.assign(part=None, heir=None, later=None, heir_lists=False)
    fates = evidence.once(_fates_of_documents if kind == "document" else _fates_of_steps)
    return tagged.merge(fates, on=["procedure_baseline", f"{kind}_baseline"], how="inner")


def _owners(evidence: Evidence) -> pd.DataFrame:
    """Return the pairs with the document and the step that their lines belong to, as their own state writes them."""
    review, frame = evidence.review, evidence.pairs.frame
    keys = ["procedure", "activity"]
    lines = evidence.comparison.lines[["state", *keys]]
    written = pd.concat(
        [
            state.activities[[*keys, *_KINDS]].assign(state=name.value)
            for name, state in ((State.BASELINE, review.baseline), (State.SIMPLIFIED, review.simplified))
        ]
    )
    written["state"] = written["state"].astype(lines["state"].dtype)
    parts = lines.merge(written.assign(written=True), on=["state", *keys], how="left")
    copied = [f"{name}_{state}" for name in ("procedure", "stage") for state in State]
    found = frame[["group", "procedure", "activity", *copied]].copy()
    for state, column in ((State.BASELINE, "baseline_at"), (State.SIMPLIFIED, "continued_at")):
        at = frame[column].to_numpy()
        for name in _KINDS:
            found[f"{name}_{state}"] = parts[name].array.take(at, allow_fill=True)
        found[f"written_{state}"] = (at >= 0) & parts["written"].fillna(value=False).to_numpy(dtype=bool)[at]
        found[f"counted_{state}"] = frame[f"counted_{state}"]
        found[f"cost_{state}"] = frame[f"annual_cost_vnd_{state}"]
    return found


def _names(names: Iterable[str]) -> str:
    """Write the first of some names, and that there are more."""
    ordered = list(dict.fromkeys(names))
    shown = "; ".join(f"«{one}»" for one in ordered[:_SHOWN])
    return f"{shown} …" if len(ordered) > _SHOWN else shown


def _dropped_parts_still_worked(evidence: Evidence) -> Iterator[Seen]:
    """Find lines that go on and cost, but belonged to a part that was dropped and now belong to none."""
    rows = evidence.once(_owners)
    both = rows[rows["written_baseline"] & rows["written_simplified"] & rows["counted_simplified"]]
    both = both[both["cost_simplified"] > 0]
    for kind in _KINDS:
        tagged = _with_fates(evidence, both, kind)
        of_none = tagged[f"{kind}_simplified"].isna() | ~tagged["heir_lists"].astype(bool)
        for procedure, part in tagged[tagged["later"].isna() & of_none].groupby("procedure_baseline", sort=False):
            figures = {
                "kind": _WORDS[kind],
                "names": _names(part["part"]),
                "lines": part["activity"].nunique(),
                "left_vnd": int(part["cost_simplified"].sum()),
            }
            yield Seen(str(procedure), _one_line(part), figures)


def _one_line(rows: pd.DataFrame) -> str | None:
    """Return the code of the line that some pairs are about; None where they are about several."""
    codes = rows["activity"].unique()
    return str(codes[0]) if len(codes) == 1 else None


def _parts_without_work(evidence: Evidence) -> Iterator[Seen]:
    """Find parts that stay while all lines that belonged to them are gone, and none was added in the stage of these."""
    rows = evidence.once(_owners)
    counted = rows[rows["counted_baseline"] & (rows["cost_baseline"] > 0) & rows["written_baseline"]]
    for kind in _KINDS:
        tagged = _with_fates(evidence, counted, kind)
        tagged = tagged[tagged["later"].notna()]
        keys = [tagged[name] for name in ("procedure_baseline", f"{kind}_baseline")]
        idle = tagged[~tagged["written_simplified"].groupby(keys).transform("any").astype(bool)]
        left = rows[rows["written_simplified"] & rows["group"].isin(idle["group"].unique())]
        worked = set(zip(left["procedure_simplified"], left[f"{kind}_simplified"], strict=True))
        added = left[~left["written_baseline"]]
        fresh = set(zip(added["group"], added["stage_simplified"].fillna(""), strict=True))
        pairs = zip(idle["heir"], idle["later"], idle["group"], idle["stage_baseline"].fillna(""), strict=True)
        unexplained = [(heir, code) not in worked and (group, stage) not in fresh for heir, code, group, stage in pairs]
        for procedure, part in idle[np.array(unexplained, dtype=bool)].groupby("procedure_baseline", sort=False):
            figures = {
                "kind": _WORDS[kind],
                "names": _names(part["part"]),
                "lines": part["activity"].nunique(),
                "saved_vnd": int(part["cost_baseline"].sum()),
            }
            yield Seen(str(procedure), _one_line(part), figures, Undo.LINE, part["at"].to_numpy())


def _cheaper(rows: pd.DataFrame) -> Positions:
    """Return the positions of the pairs that save something."""
    return rows.index[rows["cost_baseline"] > rows["cost_simplified"]].to_numpy()


def _unannounced_documents(evidence: Evidence) -> Iterator[Seen]:
    """Find lines on documents that are not of the announced dossier, and whose cost falls.

    Either their document is not listed, while the agency lists those of its other procedures; or the line names a
    document and belongs to none, while the other lines of its procedure belong to theirs.
    """
    rows, documents = evidence.once(_owners), evidence.review.baseline.documents
    rows = rows[rows["written_baseline"] & rows["counted_baseline"]]
    saving = rows["cost_baseline"] > rows["cost_simplified"]
    listing = {evidence.agency_of(code) for code in documents["procedure"].unique()}
    code = rows["document_baseline"]
    tagging = rows["procedure_baseline"][code.notna()].unique()
    lists = rows["procedure_baseline"].isin(documents["procedure"].unique())
    unlisted = code.notna() & ~lists & saving
    of_none = code.isna() & lists & rows["procedure_baseline"].isin(tagging) & saving
    of_none &= (rows["stage_baseline"] == Stage.PREPARATION).fillna(value=False)
    words = recognised()["lines"]["words"]["document_work"]
    names = evidence.pairs.frame["name_baseline"]
    for procedure, part in rows[unlisted | of_none].groupby("procedure_baseline", sort=False):
        if evidence.agency_of(str(procedure)) not in listing:
            continue
        known = [plain_words(name) for name in documents["name"][documents["procedure"] == procedure]]
        texts = ["" if is_blank(names[at]) else plain_words(names[at]) for at in part.index]
        doubted = part[[
            not is_blank(one) or (mentions(text, words) is not None and not any(name in text for name in known))
            for one, text in zip(part["document_baseline"], texts, strict=True)
        ]]  # fmt: skip
        if len(doubted):
            figures = {
                "names": _names(names[doubted.index].fillna(doubted["activity"])),
                "lines": doubted["activity"].nunique(),
            }
            yield Seen(str(procedure), _one_line(doubted), figures, Undo.APART, doubted.index.to_numpy())


def _documents_twice(evidence: Evidence) -> Iterator[Seen]:
    """Find documents of one name in a baseline procedure; the one that saves least is the document, the rest copies."""
    rows, documents = evidence.once(_owners), evidence.review.baseline.documents
    named = documents.assign(folded=documents["name"].map(evidence.once(_folded)))
    named = named[named.duplicated(["procedure", "folded"], keep=False)]
    for _, part in named.groupby(["procedure", "folded"], sort=False):
        procedure = str(part["procedure"].iloc[0])
        if not evidence.by_code[procedure]["counted"]:
            continue
        own = rows[(rows["procedure_baseline"] == procedure).fillna(value=False)]
        lines = [own[(own["document_baseline"] == code).fillna(value=False)] for code in part["document"]]
        lines.sort(key=lambda some: int((some["cost_baseline"] - some["cost_simplified"]).sum()))
        copies = pd.concat(lines[1:])
        codes = ", ".join(part["document"])
        figures = {"name": part["name"].iloc[0], "codes": codes, "vnd": int(copies["cost_baseline"].sum())}
        yield Seen(procedure, None, figures, Undo.APART, _cheaper(copies))


_SAME_LINE: Final = (
    "procedure_baseline", "volume_agency", "stage_baseline", "bearer_baseline", "grade_baseline",
    "effort_hours_baseline", "service_vnd_baseline", "fee_vnd_baseline", "other_vnd_baseline",
    "frequency_baseline", "population_baseline",
)  # fmt: skip


def _lines_twice(evidence: Evidence) -> Iterator[Seen]:
    """Find lines of the baseline that repeat another word for word and figure for figure, and so save twice."""
    frame, rows = evidence.pairs.frame, evidence.once(_owners)
    named = frame[["name_baseline", *_SAME_LINE]].join(rows[["document_baseline", "step_baseline"]])
    named = named[named["name_baseline"].notna() & frame["counted_baseline"]]
    named["name_baseline"] = named["name_baseline"].map(
        {name: _only_words(name) for name in named["name_baseline"].unique()}
    )
    named = named[named.duplicated(keep=False)]
    if named.empty:
        return
    saved = (rows["cost_baseline"] - rows["cost_simplified"])[named.index]
    named = named.assign(saved=saved).sort_values("saved", kind="stable")
    copies = named[named.drop(columns="saved").duplicated() & (named["saved"] > 0)].sort_index()
    for procedure, part in copies.groupby("procedure_baseline", sort=False):
        first = part.index[0]
        figures = {
            "name": str(frame["name_baseline"].iloc[first]),
            "lines": int(part.index.size),
            "saved_vnd": int(part["saved"].sum()),
        }
        yield Seen(str(procedure), str(frame["activity"].iloc[first]), figures, Undo.APART, part.index.to_numpy())


def _is_online(channel: str) -> bool:
    words, text = recognised()["lines"]["words"], plain_words(channel)
    return mentions(text, words["online"]) is not None and mentions(text, words["not_online"]) is None


def _online_with_paper(evidence: Evidence) -> Iterator[Seen]:
    """Find procedures that go online and still ask for several copies, or for work that only paper takes.

    What going online saves in submitting and receiving is then disputed, unless the baseline was online already.
    """
    review, frame = evidence.review, evidence.pairs.frame
    described = [state.procedures.set_index("procedure") for state in (review.baseline, review.simplified)]
    before, after = (one["channel"].fillna("").to_dict() for one in described)
    sets = described[1]["dossier_sets"].dropna().to_dict()
    copies = review.simplified.documents.dropna(subset="copies").groupby("procedure")["copies"].max().to_dict()
    words = recognised()["lines"]["words"]["paper_work"]
    lines = frame[(frame["annual_cost_vnd_simplified"] > 0) & frame["counted_simplified"]]
    paper = lines[lines["stage_simplified"].isin([Stage.PREPARATION, Stage.SUBMISSION]).fillna(value=False)]
    said = {name: mentions(plain_words(name), words) for name in paper["name_simplified"].dropna().unique()}
    paper = paper[paper["name_simplified"].map(said).notna()]
    on_paper = paper.groupby("procedure_simplified", sort=False)["name_simplified"].first().to_dict()
    online = {one for one in {*before.values(), *after.values()} if _is_online(one)}
    for code in (str(one) for one, channel in after.items() if channel in online):
        row = evidence.by_code[code]
        origins = review.predecessors.get(code, ())
        decided = [evidence.by_code[one]["decision"] for one in origins]
        if not row["counted"] or set(decided) <= set(_UNDECIDED):
            continue
        many = max(int(sets.get(code, 0)), int(copies.get(code, 0)))
        if many > 1:
            why = (f"vẫn yêu cầu {many} bản/bộ hồ sơ", f"{many} copies or sets are still asked for")
        elif code in on_paper:
            why = (f"vẫn còn việc «{on_paper[code]}»", f"the work «{on_paper[code]}» is still there")
        else:
            continue
        was_online = all(before[one] in online for one in origins)
        at = () if was_online else _delivery(evidence, row["group"], paper.index)
        yield Seen(code, None, {"channel": after[code], "why": why}, Undo.LINE, at)


def _delivery(evidence: Evidence, group: str, paper: pd.Index[Any]) -> Positions:
    """Return the pairs of a group whose cost changes in submitting the dossier or receiving the result, if it falls.

    Work that is added to prepare the dossier, such as scanning it, is part of going online, unless it is on paper: with
    it all put back, no more is disputed than was saved.
    """
    frame = evidence.pairs.frame
    own = frame.iloc[evidence.pairs.of_group[group]]
    delivery = [own[f"stage_{state}"].isin([Stage.SUBMISSION, Stage.RESULT]).fillna(value=False) for state in State]
    added = own["baseline_at"] < 0
    prepared = added & (own["stage_simplified"] == Stage.PREPARATION).fillna(value=False)
    before, after = (own[f"annual_cost_vnd_{state}"].where(own[f"counted_{state}"], 0) for state in State)
    chosen = (delivery[0] | delivery[1] | prepared) & (before != after) & ~(added & own.index.isin(paper))
    saved = int((before - after)[chosen].sum())
    return own.index[chosen if saved > 0 else chosen & False].to_numpy()


_LINES: Final = Family.LINES
RULES: Final = (
    Rule("dropped_part_still_worked", _LINES, "Bỏ thành phần hồ sơ, bước nhưng còn hoạt động",
         "a document or step dropped while its work stays", _dropped_parts_still_worked),
    Rule("part_without_work", _LINES, "Còn thành phần hồ sơ, bước nhưng bỏ hoạt động",
         "work dropped while its document or step stays", _parts_without_work),
    Rule("unannounced_document", _LINES, "Tính chi phí cho giấy tờ không có trong hồ sơ công bố",
         "cost of a document that was not announced", _unannounced_documents),
    Rule("document_twice", _LINES, "Một thành phần hồ sơ ghi hai lần", "the same document twice", _documents_twice),
    Rule("line_twice", _LINES, "Một dòng chi phí ghi hai lần", "the same line twice", _lines_twice),
    Rule("online_with_paper", _LINES, "Nộp trực tuyến vẫn phải có bản giấy",
         "online submission with paper still required", _online_with_paper),
)  # fmt: skip
"""The rules of this room, in order."""
