"""What the office's documents share: who issues them, their days, and the sentences of ``data/documents.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from tthc_cost.programmes import Programme

__all__ = ["Issuer", "day_text", "programme_text", "say"]

_PROVINCES: Final = ("tỉnh ", "thành phố ")
_COMMITTEE: Final = ("Ủy ban nhân dân", "UBND")
_LAST_MONTH_WITH_ZERO: Final = 2


@cache
def _sentences() -> Mapping[str, str]:
    read = tomllib.loads((files("tthc_cost") / "data" / "documents.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, entries in read.items() for name, text in entries.items()}


def say(key: str, /, **values: object) -> str:
    """Return a sentence of the documents with its places filled.

    Examples
    --------
    >>> say("annex.group", n="03")
    'Nhóm 03 thủ tục hành chính'
    """
    return _sentences()[key].format_map(values)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The office whose documents these are; what is not given is left as dots for a pen.

    Parameters
    ----------
    parent : str
        The body it belongs to, which is reported to, for example ``"UBND tỉnh Lai Châu"``.
    office : str
        Its own name, for example ``"Văn phòng UBND tỉnh"``.
    place : str
        Where it signs, for example ``"Lai Châu"``.
    symbol, unit : str
        Of its documents and of the unit that drafts them, for example ``"VPUBND"`` and ``"KSTT"``.
    signer_title, signer : str
        Who signs: office and name.
    recipients : tuple of str
        Who receives a copy, beside the addressee and the archive.

    Examples
    --------
    >>> Issuer(office="Văn phòng UBND tỉnh").dotted().place
    '…………'

    References
    ----------
    Decree 30/2020/NĐ-CP, appendix I (to be confirmed).
    """

    parent: str = ""
    office: str = ""
    place: str = ""
    symbol: str = ""
    unit: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()

    @classmethod
    def of(cls, programme: Programme) -> Self:
        """Return what a province's programme says of the office that controls procedures.

        A national programme does not say which office checks it, so everything stays blank.

        Parameters
        ----------
        programme : Programme
            What was ordered.

        Examples
        --------
        >>> from tthc_cost.programmes import programme
        >>> issuer = Issuer.of(programme("lai-chau-2022-2025"))
        >>> issuer.parent, issuer.office, issuer.place
        ('UBND tỉnh Lai Châu', 'Văn phòng UBND tỉnh', 'Lai Châu')
        """
        for province in _PROVINCES:
            if programme.place.startswith(province):
                parent = programme.issuing_body.replace(*_COMMITTEE)
                return cls(parent, programme.controlling_agency, programme.place.removeprefix(province))
        return cls()

    def dotted(self) -> Self:
        """Return the same with dots for every blank."""
        blanks: dict[str, Any] = {one.name: say("head.blank") for one in fields(self) if getattr(self, one.name) == ""}
        return replace(self, **blanks)


def day_text(day: dt.date | None) -> str:
    """Write a day as documents do, with a zero before days below 10 and before January and February; None is dots.

    Examples
    --------
    >>> import datetime as dt
    >>> day_text(dt.date(2024, 6, 5)), day_text(dt.date(2025, 1, 31))
    ('05/6/2024', '31/01/2025')
    """
    if day is None:
        return say("head.day")
    month = f"{day.month:02}" if day.month <= _LAST_MONTH_WITH_ZERO else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def programme_text(programme: Programme) -> str:
    """Return the name of a programme with its number, dots where the number is not known."""
    if not programme.number:
        return programme.name
    number = f"{say('head.blank')}{programme.number}" if programme.number.startswith("/") else programme.number
    return say("head.number", name=programme.name, number=number)
