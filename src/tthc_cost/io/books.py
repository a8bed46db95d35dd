"""New workbooks: made in memory, the same bytes for the same content, and no text in them ever a formula or a link."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["EXACT_BELOW", "FIRST_DATE", "LONGEST_TEXT", "Exact", "NewBook", "cell_text", "new_book", "printed_across"]

LONGEST_TEXT: Final = 32_767
"""Characters that a cell holds."""
EXACT_BELOW: Final = 10**15
"""A cell shows fifteen digits; a larger whole number is written as text, so that it stays exact."""
FIRST_DATE: Final = dt.date(1900, 3, 1)
"""Before it, spreadsheets count a day that never was."""
_NO_DATE: Final = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the date of the parts within
_A4: Final = 9
_NO_XML: Final = dict.fromkeys((0xFFFE, 0xFFFF), "�")


class Exact(float):
    """A number that a file holds to its last digit; XlsxWriter writes sixteen, and some numbers have one more.

    Examples
    --------
    >>> f"{7 / 60:.16G}", f"{Exact(7 / 60):.16G}"
    ('0.1166666666666667', '0.11666666666666667')
    """

    __slots__ = ()

    def __format__(self, _digits: str) -> str:
        return repr(float(self))


@dataclass(slots=True)
class NewBook:
    """A workbook being made, and the formats of its cells, each made once.

    Parameters
    ----------
    book
        XlsxWriter's workbook.
    font_name
        Of every cell.
    content
        The bytes of the file, once it is closed.
    """

    book: Workbook
    font_name: str
    content: bytes = b""
    _made: dict[tuple[tuple[str, object], ...], Format] = field(default_factory=dict)

    def style(self, **properties: object) -> Format:
        """Return the format with these properties of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"font_name": self.font_name, "valign": "top", **properties})
        return self._made[key]


@contextmanager
def new_book(title: str, *, font_name: str = "Times New Roman") -> Iterator[NewBook]:
    """Make a workbook; when the block ends its bytes are in ``content``.

    Parameters
    ----------
    title : str
        Of the document.
    font_name : str
        Of every cell.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - of an extra
    except ImportError:
        raise MissingExtraError.because("missing_extra", library="xlsxwriter", extra="report") from None
    target = io.BytesIO()
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {"in_memory": True, **texts}) as book:
        book.set_properties({"title": title, "created": _NO_DATE})
        new = NewBook(book, font_name)
        yield new
    new.content = target.getvalue()


def cell_text(text: str) -> str:
    """Return what a cell can hold of a text: no half characters, and no more than fits.

    Examples
    --------
    >>> cell_text("a" * 40_000)[-2:]
    'a…'
    """
    sound = text.encode("utf-8", "replace").decode("utf-8").translate(_NO_XML)
    return sound if len(sound) <= LONGEST_TEXT else f"{sound[: LONGEST_TEXT - 1]}…"


def printed_across(sheet: Worksheet, *, heading_rows: int = 1) -> None:
    """Have a sheet printed on A4 across, as wide as a page, its headings on each."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, heading_rows - 1)
    sheet.set_footer("&C&P/&N")
