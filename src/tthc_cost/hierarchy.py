"""Agencies on a day: which of them exist, what each stands under, and into what those that have ended were merged."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tthc_cost.errors import Validation, remark
from tthc_cost.schema import TABLES, is_blank, row_place, rows_of
from tthc_cost.vocabulary import Level, fold, suggest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from tthc_cost.errors import Remark

__all__ = ["Arrangement", "Hierarchy", "Member", "arrange", "hierarchy_of"]

_LEVELS: Final = tuple(Level)
_SHOWN_NAMES: Final = 10

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One agency: as the table of agencies has it, or only as procedures name it.

    Parameters
    ----------
    code, name : str or None
        As the table has them; None stands for the procedures that name no agency.
    level : Level or None
        Stated by the table, or by all procedures of the agency alike.
    parent, successor : str or None
        As the table names them.
    begins_on, ends_on : date or None
        First and last day; of an agency that states no last day, the last day of its level.
    listed : bool
        Whether the table of agencies has it.
    """

    code: str | None
    name: str | None
    level: Level | None
    parent: str | None = None
    successor: str | None = None
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    listed: bool = False

    def has_ended(self, day: dt.date) -> bool:
        """Tell whether its last day is over."""
        return self.ends_on is not None and self.ends_on < day

    def exists(self, day: dt.date) -> bool:
        """Tell whether it exists on a day; its first and last day are both included."""
        return not self.has_ended(day) and (self.begins_on is None or self.begins_on <= day)

    @property
    def order(self) -> tuple[int, str, str]:
        """What agencies are sorted by: level, name, code."""
        rank = len(_LEVELS) if self.level is None else _LEVELS.index(self.level)
        return (rank, fold(self.name), self.code or "") if self.name else (len(_LEVELS) + 1, "", "")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The agencies of a review on a day.

    Parameters
    ----------
    day : date
        The day.
    listed : tuple of Member
        Agencies of the table.
    by_name : mapping of str to Member
        The same by folded code, and by a folded name that only one of them bears.
    remarks : tuple of Remark
        Names of parents and successors that no agency bears.
    """

    day: dt.date
    listed: tuple[Member, ...]
    by_name: Mapping[str, Member]
    remarks: tuple[Remark, ...] = ()

    def find(self, name: str | None) -> Member | None:
        """Return the agency of a code or name, however it is typed."""
        return None if name is None else self.by_name.get(fold(name))

    def way_up(self, member: Member) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
        """Return the agencies above one, and the circle in which the way ends, if it does.

        An agency that has ended stands under its successor, any other under its parent; what does not exist on the day
        is passed over. The agencies below one that has ended go to its successor only where that is of no lower level:
        a district may hand its work to a commune, but not its other communes.

        Parameters
        ----------
        member : Member
            Of the table or not.

        Returns
        -------
        above, circle : tuple of Member
            Nearest first.
        """
        here = (member, True)
        passed, above = [here], list[Member]()
        while True:
            last, hands_over = here
            heir = self.find(last.successor) if last.has_ended(self.day) else None
            if heir is not None and not hands_over and heir.order[0] > last.order[0]:
                heir = None
            following = self.find(last.parent) if heir is None else heir
            if following is None:
                return tuple(above), ()
            here = (following, hands_over and heir is not None)
            if here in passed:
                return tuple(above), tuple(one for one, _ in passed[passed.index(here) :])
            passed.append(here)
            if following.exists(self.day):
                above.append(following)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Agencies in order, each after those it stands under.

    Parameters
    ----------
    above : mapping of Member to tuple of Member
        Every agency in order, with those above it, nearest first.
    apart : frozenset of Member
        Those whose way does not lead to the top, or is not known.
    remarks : tuple of Remark
        Why they are apart, and which agencies have ended without a successor.
    """

    above: Mapping[Member, tuple[Member, ...]]
    apart: frozenset[Member]
    remarks: tuple[Remark, ...]


@cache
def _last_days() -> Mapping[Level, dt.date]:
    """Return the last day of each level of government that has ended."""
    read = tomllib.loads((files("tthc_cost") / "data" / "levels.toml").read_text(encoding="utf-8"))
    return {Level.parse(one["level"]): one["last_day"] for one in read["level_ended"]}


def hierarchy_of(agencies: pd.DataFrame, levels: Mapping[str, Level], day: dt.date) -> Hierarchy:
    """Read the table of agencies as it stands on a day.

    Parameters
    ----------
    agencies : pandas.DataFrame
        The table of a review.
    levels : mapping of str to Level
        Levels of agencies that the table may leave blank, by code.
    day : date
        The day.

    Returns
    -------
    Hierarchy

    Examples
    --------
    >>> import datetime as dt
    >>> from tthc_cost import model
    >>> table = model.to_frame(
    ...     model.Agency,
    ...     [
    ...         model.Agency("UBND tỉnh", level="province"),
    ...         model.Agency("UBND huyện", level="district", parent="UBND tỉnh"),
    ...         model.Agency("UBND xã", level="commune", parent="UBND huyện"),
    ...     ],
    ... )
    >>> for day in (dt.date(2025, 6, 30), dt.date(2025, 7, 1)):
    ...     hierarchy = hierarchy_of(table, {}, day)
    ...     print([one.code for one in hierarchy.way_up(hierarchy.find("UBND xã"))[0]])
    ['UBND huyện', 'UBND tỉnh']
    ['UBND tỉnh']
    """
    rows = rows_of(agencies)
    listed = tuple(_member(row, levels) for row in rows)
    names: dict[str, set[Member]] = defaultdict(set)
    for member in listed:
        names[fold(member.name or "")].add(member)
    by_name = {name: next(iter(bearers)) for name, bearers in names.items() if len(bearers) == 1}
    by_name |= {fold(member.code or ""): member for member in listed}
    unknown = (
        (row, column)
        for row in rows
        for column in ("parent", "successor")
        if not is_blank(row[column]) and fold(row[column]) not in by_name
    )
    codes = [member.code or "" for member in listed]
    remarks = tuple(
        remark(
            "agency_above_unknown",
            row_place(TABLES["agencies"], row, column),
            value=row[column],
            near="; ".join(suggest(row[column], codes)) or "–",
        )
        for row, column in unknown
    )
    return Hierarchy(day, listed, by_name, remarks)


def _member(row: Row, levels: Mapping[str, Level]) -> Member:
    code, name, parent, successor, stated = (
        None if is_blank(row[column]) else str(row[column])
        for column in ("agency", "name", "parent", "successor", "level")
    )
    begins, ends = (None if is_blank(row[column]) else row[column].date() for column in ("valid_from", "valid_to"))
    level = Level.parse(stated) if stated else levels.get(code or "")
    ends = _last_days().get(level) if ends is None and level else ends
    return Member(code, name or code, level, parent, successor, begins, ends, listed=True)


def arrange(hierarchy: Hierarchy, owners: Iterable[Member]) -> Arrangement:
    """Put in order the agencies that exist on the day, and others that own something.

    Parameters
    ----------
    hierarchy : Hierarchy
        The agencies on the day.
    owners : iterable of Member
        Those with something to add up: also ended ones, and ones that the table does not list.

    Returns
    -------
    Arrangement

    Raises
    ------
    InputFault
        With every circle in which agencies stand above one another.
    """
    owners = tuple(dict.fromkeys(owners))
    shown = dict.fromkeys([*(one for one in hierarchy.listed if one.exists(hierarchy.day)), *owners])
    ways = {one: hierarchy.way_up(one) for one in (*hierarchy.listed, *shown)}
    Validation.of(_circles(circle for _, circle in ways.values())).raise_faults()
    unordered = {one: ways[one][0] for one in shown}
    above = {
        one: unordered[one]
        for one in sorted(unordered, key=lambda one: [each.order for each in (*reversed(unordered[one]), one)])
    }
    leading = {one for chain in above.values() for one in chain}
    apart = frozenset(
        one for one, chain in above.items() if hierarchy.listed and not _is_top(chain[-1] if chain else one, leading)
    )
    remarks = (*hierarchy.remarks, *_said(hierarchy, above, apart, owners))
    return Arrangement(above, apart, remarks)


def _is_top(member: Member, leading: set[Member]) -> bool:
    """Tell whether an agency without one above it is at the top: of the province, or of no level and above others."""
    return member.listed and (member.level is _LEVELS[0] or (member.level is None and member in leading))


def _circles(circles: Iterable[tuple[Member, ...]]) -> Iterator[Remark]:
    """Say each circle once, from the first of its agencies by code."""
    said = set()
    for circle in circles:
        codes = [member.code or "" for member in circle]
        if codes and frozenset(codes) not in said:
            said.add(frozenset(codes))
            first = codes.index(min(codes))
            yield remark("agencies_in_circle", circle=" → ".join([*codes[first:], *codes[:first], codes[first]]))


def _said(
    hierarchy: Hierarchy,
    above: Mapping[Member, tuple[Member, ...]],
    apart: frozenset[Member],
    owners: Sequence[Member],
) -> Iterator[Remark]:
    """Say which agencies have no place, and which have ended without a successor."""
    if not hierarchy.listed:
        yield remark("agencies_blank")
        return
    unlisted = [one for one in above if not one.listed and one.code]
    without = [one for one in above if one in apart and one.listed and not above[one]]
    ended = [one for one in owners if one.has_ended(hierarchy.day) and hierarchy.find(one.successor) is None]
    named = (("agencies_unlisted", unlisted), ("agencies_without_parent", without), ("agencies_ended", ended))
    for code, members in named:
        if members:
            names = sorted(one.code or "" for one in members)
            shown = "; ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
            yield remark(code, n=len(names), agencies=shown)
