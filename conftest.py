"""Every Python block of README.md and of the pages under docs is run, in a folder of its own."""

from __future__ import annotations

import os
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling


def _enter(namespace: dict[str, Any]) -> None:
    """Run the blocks of one page in an empty folder: they may write workbooks and reports there."""
    folder = TemporaryDirectory()
    namespace["_left"] = os.getcwd(), folder  # noqa: PTH109 - given back to os.chdir as it is
    os.chdir(folder.name)


def _leave(namespace: dict[str, Any]) -> None:
    left, folder = namespace["_left"]
    os.chdir(left)
    folder.cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE)],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:  # noqa: ANN401 - xdist's own
    """Keep the blocks of a page on one worker, for each goes on from those above it; spread all other tests."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where tests run in parallel

    class ByPage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file.endswith(".md") else nodeid

    return ByPage(config, log)
