"""Numbers in Vietnamese and English text: how they are read, in each admissible way, and how they are written."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import TYPE_CHECKING, Final, TypeAlias

from tthc_cost.errors import InputFault, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tthc_cost.errors import Language

__all__ = [
    "DECIMAL_MARKS",
    "LONGEST_TEXT",
    "Number",
    "bare",
    "clean",
    "cut",
    "exact_number",
    "format_decimal",
    "format_exact",
    "format_integer",
    "format_percent",
    "read_numeral",
    "rewrite",
    "shorten",
]

Number: TypeAlias = int | float | Decimal | Fraction

DECIMAL_MARKS: Final = ",."
"""The two conventions for decimals, the Vietnamese one first."""

LONGEST_TEXT: Final = 100
"""Characters of the longest text that is read as one figure."""

_LARGEST_EXPONENT: Final = 400
"""Powers of ten beyond this are no figure of the field, and would take for ever to expand."""
_TOO_LARGE: Final = 10**_LARGEST_EXPONENT

_LONGEST_DECIMALS: Final = 6
"""Decimals of the longest number that is printed as a decimal rather than as a quotient."""

_GROUP: Final = 3
_NUMERAL: Final = (
    r"(?:[0-9]+ )?[0-9]+/[0-9]+(?![0-9.,/])"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9])(?:[.,][0-9]+)*"
    r"|[0-9]+(?:[.,][0-9]+)*"
)
_PART = re.compile(rf"(?P<numeral>{_NUMERAL})|(?P<word>[^\W\d_]+)|(?P<sign>\S)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([., ])[0-9]{3}(?:\1[0-9]{3})*")
_MISGROUPED = re.compile(r"(?!0[.,])[0-9]+[.,][0-9]{3}")
_READINGS: Final = {
    mark: re.compile(rf"([0-9]+|[1-9][0-9]{{0,2}}([{group} ])[0-9]{{3}}(?:\2[0-9]{{3}})*)(?:[{mark}]([0-9]+))?")
    for mark, group in zip(DECIMAL_MARKS, reversed(DECIMAL_MARKS), strict=True)
}
_MARKS_ON_LETTERS = re.compile("(?<=[^\\W\\d_])[\N{COMBINING GRAVE ACCENT}-\N{COMBINING LATIN SMALL LETTER X}]+")
_JOINTS_OF_WORDS = re.compile(r"(?<=[^\W\d_])[-‐‑_](?=[^\W\d_])")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2044: "/", 0x2215: "/"}


def exact_number(value: object, *, argument: str) -> Fraction:
    """Read a plain number exactly; a float stands for its shortest decimal.

    Parameters
    ----------
    value : int, float, Decimal or Fraction
        The number, of Python or numpy.
    argument : str
        Name of the column or parameter, for the error.

    Raises
    ------
    InputFault
        It is missing, no finite number, or far too large.

    Examples
    --------
    >>> exact_number(0.7, argument="allowance")
    Fraction(7, 10)
    """
    if value is None:
        raise InputFault.because("figure_missing", Place(column=argument))
    exact = None
    if isinstance(value, bool):
        pass
    elif isinstance(value, Fraction):
        exact = value
    elif isinstance(value, int | Rational):
        exact = Fraction(int(value.numerator), int(value.denominator))
    elif isinstance(value, Real | Decimal):
        shortest = Decimal(str(value))
        if shortest.is_finite() and abs(shortest.adjusted()) <= _LARGEST_EXPONENT:
            exact = Fraction(shortest)
    if exact is None or abs(exact.numerator) >= _TOO_LARGE * exact.denominator:
        shown, kind = shorten(value), type(value).__name__
        raise InputFault.because("figure_not_number", Place(column=argument), value=shown, type=kind)
    return exact


def shorten(value: object) -> str:
    """Write a value on one line of at most `LONGEST_TEXT` characters, for a message.

    Examples
    --------
    >>> shorten("1,5   giờ")
    '1,5 giờ'
    """
    try:
        text = unicodedata.normalize("NFC", " ".join(str(value).split()))
    except ValueError:  # an integer of too many digits
        return "…"
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def clean(text: str) -> str:
    """Bring characters that look alike to one form: widths, spaces, hidden marks and vulgar fractions.

    Examples
    --------
    >>> clean("１½  giờ")
    '1 1/2 giờ'
    """
    characters = []
    for character in unicodedata.normalize("NFC", text).translate(_FULL_WIDTH):
        if unicodedata.decomposition(character).startswith("<fraction>"):
            characters.append(" " + unicodedata.normalize("NFKC", character).replace("\N{FRACTION SLASH}", "/") + " ")
        elif unicodedata.category(character) != "Cf":
            characters.append(character)
    return " ".join("".join(characters).split())


def bare(text: str) -> str:
    """Drop case, marks on letters and joints of words: forms are often typed without any of them.

    Examples
    --------
    >>> bare("2 Người-giờ")
    '2 nguoi gio'
    """
    letters = _MARKS_ON_LETTERS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return _JOINTS_OF_WORDS.sub(" ", letters.replace("đ", "d").replace("ð", "d"))


def cut(text: str, lexicon: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Cut a text that was cleaned into its numerals and what its words and signs mean, the longest phrase first.

    Parameters
    ----------
    text : str
        The text.
    lexicon : mapping of str to (str, str)
        Phrases and signs in `bare` letters, and what each stands for.

    Returns
    -------
    list of (str, str)
        ``("numeral", …)``, an entry of the lexicon, or ``("other", …)`` for what is not in it.

    Examples
    --------
    >>> cut("1.234,5 giờ/ca", {"gio": ("unit", "hour"), "/": ("per", "/")})
    [('numeral', '1.234,5'), ('unit', 'hour'), ('per', '/'), ('other', 'ca')]
    """
    parts = [(found.lastgroup, found.group()) for found in _PART.finditer(bare(text))]
    if len(parts) > 1 and parts[-1] == ("sign", ".") and parts[-2][0] == "word":
        parts.pop()
    longest = max((phrase.count(" ") for phrase in lexicon), default=0) + 1
    tokens = []
    start = 0
    while start < len(parts):
        group, found = parts[start]
        phrases = [" ".join(part for _, part in parts[start : start + words]) for words in range(longest, 0, -1)]
        known = next((phrase for phrase in phrases if phrase in lexicon), found) if group == "word" else found
        tokens.append(("numeral", found) if group == "numeral" else lexicon.get(known, ("other", found)))
        start += known.count(" ") + 1 if group == "word" else 1
    return tokens


def read_numeral(numeral: str, mark: str, *, whole: bool) -> Fraction | None:
    """Read a numeral in one convention for decimals.

    Parameters
    ----------
    numeral : str
        As `cut` gives it.
    mark : {",", "."}
        The decimal mark; the other one, or a space, groups thousands.
    whole : bool
        Whether what is counted comes in whole units, so that three digits after either mark are thousands.

    Returns
    -------
    Fraction or None
        The number; None where this reading is inadmissible.

    Examples
    --------
    >>> read_numeral("1.234", ",", whole=False), read_numeral("1.234", ".", whole=False)
    (Fraction(1234, 1), Fraction(617, 500))
    >>> read_numeral("1.234", ".", whole=True), read_numeral("1.234,5", ".", whole=False)
    (Fraction(1234, 1), None)
    """
    if "/" in numeral:
        integer, _, fraction = numeral.rpartition(" ")
        over, under = map(int, fraction.split("/"))
        if under == 0 or (integer and over >= under):
            return None
        return int(integer or 0) + Fraction(over, under)
    if whole and _GROUPED.fullmatch(numeral):
        return Fraction(re.sub("[., ]", "", numeral))
    if whole and _MISGROUPED.fullmatch(numeral):
        return None
    found = _READINGS[mark].fullmatch(numeral)
    return found and Fraction(f"{re.sub('[., ]', '', found[1])}.{found[3] or 0}")


def rewrite(text: str, wholes: Iterable[bool], mark: str) -> str:
    """Write a text that was cleaned again, as it reads in one convention, so that it has no other reading.

    Parameters
    ----------
    text : str
        The text.
    wholes : iterable of bool
        Of each numeral in order, whether it counts whole units.
    mark : {",", "."}
        The decimal mark it is read with; the comma is the one it is written with.

    Examples
    --------
    >>> rewrite("1.234 giờ", [False], "."), rewrite("1.234 giờ", [False], ",")
    ('1,2340 giờ', '1234 giờ')
    """
    rest = iter(wholes)

    def write(found: re.Match[str]) -> str:
        numeral = found["numeral"]
        number = read_numeral(numeral, mark, whole=next(rest))
        if number is None or "/" in numeral or numeral.isdigit():
            return found.group()
        # A space before the stroke keeps what follows from being the lower half of a fraction.
        after = " /" if found["stroke"] else ""
        if number.denominator == 1:
            return f"{number}{after}"
        decimals = len(re.split("[.,]", numeral)[-1])
        # A fourth decimal, for three could again be a group of thousands.
        return format_decimal(number, decimals + (decimals == _GROUP)).replace(".", "") + after

    return re.sub(rf"(?P<numeral>{_NUMERAL})(?P<stroke>/?)", write, text)


def format_integer(number: Number | None, *, language: Language = "vi") -> str:
    """Print a number in whole units, thousands grouped; what is missing prints as a dash.

    Parameters
    ----------
    number : int, float, Decimal, Fraction or None
        The number; rounded half away from zero.
    language : {"vi", "en"}
        Whose marks: ``1.234.567`` or ``1,234,567``.

    Examples
    --------
    >>> format_integer(1234567), format_integer(1234567, language="en"), format_integer(None)
    ('1.234.567', '1,234,567', '–')
    """
    return format_decimal(number, 0, language=language)


def format_decimal(number: Number | None, digits: int, *, language: Language = "vi") -> str:
    """Print a number with a fixed count of decimals, rounded exactly, half away from zero.

    Parameters
    ----------
    number : int, float, Decimal, Fraction or None
        The number; a float stands for its shortest decimal, and what is missing prints as a dash.
    digits : int
        Decimals, none or more.
    language : {"vi", "en"}
        Whose marks: ``1.234,50`` or ``1,234.50``.

    Returns
    -------
    str
        The text; a cut and its reverse print alike but for the sign, and nothing prints as minus zero.

    Raises
    ------
    InputFault
        The number is not finite, or `digits` is negative.

    Examples
    --------
    >>> format_decimal(Fraction(2469, 2), 2), format_decimal(0.125, 2, language="en")
    ('1.234,50', '0.13')
    """
    if number is None:
        return "–"
    if digits < 0:
        raise InputFault.because("figure_negative", Place(column="digits"), value=digits)
    exact = exact_number(number, argument="number")
    numerator, denominator = exact.as_integer_ratio()
    units = (2 * 10**digits * abs(numerator) + denominator) // (2 * denominator)
    whole, decimals = divmod(units, 10**digits)
    group, mark = (".", ",") if language == "vi" else (",", ".")
    text = f"{whole:,}".replace(",", group) + (f"{mark}{decimals:0{digits}}" if digits else "")
    return f"-{text}" if numerator < 0 < units else text


def format_exact(number: Number | None, *, language: Language = "vi") -> str:
    """Print a number unrounded: with the decimals it has if they are few, else as a quotient.

    Parameters
    ----------
    number : int, float, Decimal, Fraction or None
        The number; a float stands for its shortest decimal, and what is missing prints as a dash.
    language : {"vi", "en"}
        Whose marks: ``1.234,5`` or ``1,234.5``.

    Raises
    ------
    InputFault
        The number is not finite.

    Examples
    --------
    >>> format_exact(Fraction(2469, 2)), format_exact(2112), format_exact(Fraction(1, 3))
    ('1.234,5', '2.112', '1/3')
    """
    if number is None:
        return "–"
    exact = exact_number(number, argument="number")
    for digits in range(_LONGEST_DECIMALS + 1):
        if (exact * 10**digits).denominator == 1:
            return format_decimal(exact, digits, language=language)
    return "/".join(format_integer(part, language=language) for part in exact.as_integer_ratio())


def format_percent(
    ratio: Number | None, digits: int = 2, *, apart_from: Number | None = None, language: Language = "vi"
) -> str:
    """Print a ratio in per cent, rounded exactly, and never as a target that it is not.

    Parameters
    ----------
    ratio : int, float, Decimal, Fraction or None
        The ratio, 1 being 100 %; what is missing prints as a dash.
    digits : int
        Decimals of the per cent, at the least.
    apart_from : int, float, Decimal, Fraction, optional
        A target printed beside it: decimals are added until a ratio that differs from it also prints differently.
    language : {"vi", "en"}
        Whose marks: ``41,96 %`` or ``41.96 %``; the space does not break.

    Raises
    ------
    InputFault
        The ratio is not finite, or `digits` is negative.

    Examples
    --------
    >>> format_percent(Fraction(9453000, 22527200)).replace(chr(160), " ")
    '41,96 %'
    >>> format_percent(Fraction(19999, 100000), 1, apart_from=Fraction(1, 5)).replace(chr(160), " ")
    '19,999 %'
    """
    if ratio is None:
        return "–"
    exact = exact_number(ratio, argument="ratio")
    target = exact if apart_from is None else exact_number(apart_from, argument="apart_from")
    text = format_decimal(exact * 100, digits, language=language)
    while exact != target and text == format_decimal(target * 100, digits, language=language):
        digits += 1
        text = format_decimal(exact * 100, digits, language=language)
    return f"{text}\N{NO-BREAK SPACE}%"
