"""Every block of code of README.md and of the pages under docs is run: Python, and what is typed in a terminal."""

from __future__ import annotations

import os
import re
import shlex
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

if TYPE_CHECKING:
    from sybil import Example
    from xdist.scheduler import LoadScopeScheduling


# Programs of their own, which their tests run, and what they import from beside them.
collect_ignore_glob = [
    "docs/hooks/*",
    "docs/how-to/scripts/*",
    "tests/benchmarks/[!t]*.py",
    "tests/benchmarks/table.py",
]


def _enter(namespace: dict[str, Any]) -> None:
    """Run the blocks of one page in an empty folder: they may write workbooks and reports there."""
    folder = TemporaryDirectory()
    namespace["_left"] = os.getcwd(), folder  # noqa: PTH109 - given back to os.chdir as it is
    os.chdir(folder.name)


def _leave(namespace: dict[str, Any]) -> None:
    left, folder = namespace["_left"]
    os.chdir(left)
    folder.cleanup()


def _type(block: Example) -> str | None:
    """Run the commands of a block through the command line itself; each ends with 0 or as said beside it."""
    from tthc_cost.cli import run  # noqa: PLC0415 - pages without commands need no more than the library

    for line in filter(str.strip, block.parsed.splitlines()):
        program, *arguments = shlex.split(line, comments=True)
        if program != "tthc-cost":
            continue  # what installs the library has run before
        said = re.search("# mã thoát ([12])", line)
        expected, status = int(said[1]) if said else 0, run(arguments)
        if status != expected:
            return f"{line}: exit status {status}, not {expected}"
    return None


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE),
        CodeBlockParser("console", _type),
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:  # noqa: ANN401 - xdist's own
    """Keep the blocks of a page on one worker, for each goes on from those above it, and what opens one built site."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where tests run in parallel

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file.endswith((".md", "_in_browser.py")) else nodeid

    return ByPage(config, log)
