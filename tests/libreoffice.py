"""LibreOffice as the auditor's spreadsheet: made to calculate anew, whatever values a file brings along."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["ALWAYS", "NEVER", "SOFFICE", "converted"]

SOFFICE: Final = shutil.which("soffice")
ALWAYS, NEVER = 0, 1
"""When the formulas of a workbook are recalculated as it is loaded."""


def converted(paths: Iterable[Path], out: Path, kind: str = "xlsx", *, mode: int = ALWAYS) -> None:
    """Let LibreOffice load workbooks and save them in a folder as another kind."""
    profile = out.with_name(f"{out.name}-profile")
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        f'<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop></item></oor:items>',
        encoding="utf-8",
    )
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(out), *map(str, paths)], check=True, capture_output=True, timeout=900)
