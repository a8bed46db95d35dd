"""Putting what was made where it was asked for: whole or not at all, and never over what is there unasked."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import unicodedata
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tthc_cost.errors import InputFault, OutputExistsError, Place
from tthc_cost.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_file", "check_folder", "file_name", "save_file", "save_folder"]

_LONGEST_NAME: Final = 80


def file_name(text: str, suffix: str) -> str:
    """Return a file's name made of a text: small letters without accents, digits and hyphens.

    Parameters
    ----------
    text : str
        For example the name of an agency; whatever it holds, the name stays within its folder.
    suffix : str
        Ending with its dot.

    Examples
    --------
    >>> file_name("Sở Nội vụ", ".docx"), file_name("../../etc", ".docx")
    ('so-noi-vu.docx', 'etc.docx')
    """
    letters = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", "".join(one for one in letters if not unicodedata.combining(one)))
    return ("-".join(words)[:_LONGEST_NAME].strip("-") or "khong-ten") + suffix


def check_file(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Return the path of a file to write.

    Raises
    ------
    OutputExistsError
        If it is there and `force` is not given.
    InputFault
        If it is a folder, or its folder is missing.
    """
    target = Path(path)
    there = _what_is_there(target)
    if there == "folder":
        raise InputFault.because("output_not_file", Place(str(target)))
    if there and not force:
        raise OutputExistsError.because("output_exists", Place(str(target)))
    if _what_is_there(target.parent) != "folder":
        raise InputFault.because("folder_missing", Place(str(target.parent)))
    return target


def check_folder(folder: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Return the path of a folder to write.

    Raises
    ------
    OutputExistsError
        If it is there and `force` is not given.
    InputFault
        If it is a file, or its own folder is missing.
    """
    target = Path(folder)
    there = _what_is_there(target)
    if there and not force:
        raise OutputExistsError.because("output_exists", Place(str(target)))
    if there == "file":
        raise InputFault.because("output_not_folder", Place(str(target)))
    if _what_is_there(target.parent) != "folder":
        raise InputFault.because("folder_missing", Place(str(target.parent)))
    return target


def _what_is_there(path: Path) -> str:
    """Return "folder", "file" or nothing; a name that no file can have is found out by whoever writes it."""
    try:
        return "folder" if stat.S_ISDIR(path.stat().st_mode) else "file"
    except OSError:
        return ""


def save_file(path: str | os.PathLike[str], content: bytes, *, force: bool = False) -> Path:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : str or path-like
        Where to write it.
    content : bytes
        What it holds.
    force : bool
        Whether a file that is already there may be replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputExistsError
        If the file is there and `force` is not given.
    InputFault
        If its folder is missing, it is a folder, or it cannot be written.
    """
    target = check_file(path, force=force)
    beside = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        raise InputFault.because("output_not_written", Place(str(target)), reason=error.strerror or error) from error
    finally:
        beside.unlink(missing_ok=True)
    return target


def save_folder(folder: str | os.PathLike[str], contents: Mapping[str, bytes], *, force: bool = False) -> Path:
    """Write the files of a folder, all of them or none.

    Parameters
    ----------
    folder : str or path-like
        Where to write; its parent must be there.
    contents : mapping of str to bytes
        Each file by its name.
    force : bool
        Whether a folder that is already there may be used; only files of these names are replaced in it.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    OutputExistsError
        If the folder is there and `force` is not given.
    InputFault
        If it is a file, its parent is missing, or something cannot be written; then nothing has changed.
    """
    target = check_folder(folder, force=force)
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    former = beside / "former"
    try:
        former.mkdir(parents=True)
        for name, content in contents.items():
            (beside / name).write_bytes(content)
        if target.is_dir():
            _replace(target, beside, former, tuple(contents))
        else:
            former.rmdir()
            beside.rename(target)
    except OSError as error:
        raise InputFault.because("output_not_written", Place(str(target)), reason=error.strerror or error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _replace(target: Path, beside: Path, former: Path, names: tuple[str, ...]) -> None:
    """Move the files in; if one cannot be moved, put back what was there."""
    moved: list[str] = []
    try:
        for name in names:
            if (target / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if (target / name).exists():
                (target / name).replace(former / name)
            moved.append(name)
            (beside / name).replace(target / name)
    except OSError:
        for name in moved:
            (target / name).unlink(missing_ok=True)
        for kept in former.iterdir():
            kept.replace(target / kept.name)
        raise
