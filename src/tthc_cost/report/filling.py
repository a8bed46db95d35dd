"""Filling a Word template: whatever the input says is text, and the same values give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault, MissingExtraError, Place

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from _typeshed import DataclassInstance
    from markupsafe import Markup

__all__ = ["LARGEST_TEMPLATE", "filler"]

LARGEST_TEMPLATE: Final = 32
"""Megabytes that the parts of a template may unpack to."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS: Final = re.compile("[ \t\n\v\f\r\x85\u2028\u2029]+")
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


def filler(name: str, template: str | os.PathLike[str] | None = None) -> Callable[[DataclassInstance], bytes]:
    """Return the function that fills a template with the fields of a dataclass and returns the bytes of the .docx.

    Expressions of the template run in a sandbox, and only those: a text of the values is written as it is, on one
    line, with a question mark for each character that a document cannot hold.

    Parameters
    ----------
    name : str
        Template of the library, such as ``"annex.docx"``.
    template : str or path-like, optional
        One of the user's own in its place.

    Raises
    ------
    MissingExtraError
        If docxtpl or Jinja2 is not installed.
    InputFault
        If the template is no sound .docx, or, when it is filled, asks for what is not there.
    """
    try:
        import docxtpl  # noqa: PLC0415 - of an extra
        from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415 - of an extra
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - of an extra
    except ImportError as error:
        library = (error.name or "docxtpl").partition(".")[0]
        raise MissingExtraError.because("missing_extra", library=library, extra="report") from None
    place = Place(name if template is None else str(template))
    content = (files("tthc_cost.report") / "templates" / name).read_bytes() if template is None else _own(template)

    def fill(values: DataclassInstance) -> bytes:
        sandbox = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_text)
        document = docxtpl.DocxTemplate(io.BytesIO(content))
        written = io.BytesIO()
        try:
            document.render({one.name: getattr(values, one.name) for one in fields(values)}, sandbox, autoescape=True)
            document.save(written)
        except (
            TemplateError,
            ArithmeticError,
            AttributeError,
            LookupError,
            SyntaxError,
            TypeError,
            ValueError,
        ) as error:
            raise InputFault.because("template_faulty", place, detail=error) from error
        return _dateless(written.getvalue())

    return fill


def _own(template: str | os.PathLike[str]) -> bytes:
    """Read a template of the user's, and open it once to see that it can be."""
    import docx  # noqa: PLC0415 - of an extra

    place = Place(str(template))
    try:
        content = Path(template).read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sound = sum(part.file_size for part in parts.infolist()) <= LARGEST_TEMPLATE * 2**20 and not parts.testzip()
        if sound:
            docx.Document(io.BytesIO(content))
            return content
    except FileNotFoundError:
        raise InputFault.because("file_missing", place) from None
    except (OSError, zipfile.BadZipFile, zlib.error, LookupError, NotImplementedError, SyntaxError, ValueError):
        pass
    raise InputFault.because("template_unusable", place, limit=LARGEST_TEMPLATE)


def _text(value: object) -> Markup:
    """Return a value as text of the document: on one line, and nothing in it markup or an expression."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - of an extra

    line = _BREAKS.sub(" ", _NOT_IN_XML.sub("?", str(value)))
    return Markup(str(escape(line)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - it was escaped


def _dateless(content: bytes) -> bytes:
    """Return the same document without the time of its making."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as written, zipfile.ZipFile(made, "w") as again:
        for name in written.namelist():
            part = zipfile.ZipInfo(name, _NO_DATE)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 0
            again.writestr(part, written.read(name))
    return made.getvalue()
