"""What is handed out: the archives hold what they must and no more, and what is installed from them works by itself."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import NamedTuple

import pytest

import tthc_cost

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SUPPORTED = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), flags=re.MULTILINE)
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"

COMPARED = 'import tthc_cost as tc; print(tc.compare(tc.read_example()).total.meets("20%"))'
NEEDS_AN_EXTRA = {
    "import tthc_cost.cli": "report",
    "tc.read_example()": "report",
    "tc.write_template('a.xlsx')": "report",
}


def test_every_supported_python_is_at_least_the_least_required() -> None:
    least = PROJECT["requires-python"].removeprefix(">=")
    assert SUPPORTED[0] == least
    assert HERE in SUPPORTED


@pytest.mark.parametrize("name", tthc_cost.__all__)
def test_the_changelog_names_every_public_name(name: str) -> None:
    quoted = " ".join(re.findall(r"`([^`]+)`", CHANGELOG))
    assert name in re.findall(r"\w+", quoted)


def test_the_changelog_dates_the_version_unless_it_is_in_development() -> None:
    version = PROJECT["version"]
    heading = r"^## \[Unreleased\]$" if ".dev" in version else rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    assert re.search(heading, CHANGELOG, flags=re.MULTILINE)


class Archives(NamedTuple):
    """Both archives as a release makes them, the wheel once more from the tree, and the clean copy they are made of."""

    source: Path
    wheel: Path
    wheel_of_the_tree: Path
    tree: Path


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder, and return what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_under(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    pytest.importorskip("build")
    tree = tmp_path_factory.mktemp("tree")
    for name in (*SETTINGS["tool"]["hatch"]["build"]["targets"]["sdist"]["include"], "pyproject.toml"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(ROOT / name, tree / name)
    made, again = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("again")
    run(sys.executable, "-m", "build", "--outdir", made, folder=tree)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", again, folder=tree)
    return Archives(next(made.glob("*.tar.gz")), next(made.glob("*.whl")), next(again.glob("*.whl")), tree)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.heavy
def test_the_source_archive_holds_the_tree_and_nothing_else(archives: Archives) -> None:
    with tarfile.open(archives.source) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names == files_under(archives.tree) | {"PKG-INFO"}


@pytest.mark.heavy
def test_the_wheel_holds_the_package_and_nothing_else(archives: Archives) -> None:
    package = {name for name in files_under(archives.tree / "src") if name.startswith("tthc_cost/")}
    about = f"tthc_cost-{PROJECT['version']}.dist-info"
    names = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    assert {"tthc_cost/py.typed", "tthc_cost/data/example.xlsx"} <= package
    assert set(contents(archives.wheel)) == package | {f"{about}/{name}" for name in names}


@pytest.mark.heavy
def test_the_wheel_of_the_source_archive_is_the_wheel_of_the_tree(archives: Archives) -> None:
    assert contents(archives.wheel) == contents(archives.wheel_of_the_tree)


@pytest.mark.heavy
def test_the_wheel_says_what_the_project_says(archives: Archives) -> None:
    metadata = pytest.importorskip("packaging.metadata")
    raw = next(data for name, data in contents(archives.wheel).items() if name.endswith("/METADATA"))
    said = metadata.Metadata.from_email(raw, validate=True)
    assert (said.name, str(said.version)) == (PROJECT["name"], PROJECT["version"])
    assert said.summary == PROJECT["description"]
    assert said.license_expression == PROJECT["license"]
    assert set(said.provides_extra) == set(PROJECT["optional-dependencies"])
    message = message_from_bytes(raw)
    assert message.get_content_type() == "text/plain"
    assert message["Description-Content-Type"].partition(";")[0] == "text/markdown"
    assert said.description == (ROOT / "README.md").read_text(encoding="utf-8")


def interpreter(version: str) -> Path | None:
    """Find an interpreter on this machine: this one, one on the path, or one that pyenv keeps; none is fetched."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    named = shutil.which(f"python{version}")
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    for path in ([Path(sys.executable)] if version == HERE else []) + ([Path(named)] if named else []) + kept:
        done = subprocess.run([path, "-c", asked], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip() == version:
            return path
    return None


def environment(python: Path, folder: Path, *requirements: str) -> Path:
    """Make an environment with nothing but what is required, and return where its programs are."""
    run(python, "-m", "venv", "--without-pip", "env", folder=folder)
    programs = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--only-binary", ":all:", *requirements, folder=folder)
    return programs


@pytest.fixture(scope="module", params=SUPPORTED)
def programs(request: pytest.FixtureRequest, archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Path:
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"no CPython {request.param} on this machine")
    return environment(
        python, tmp_path_factory.mktemp("installed"), f"{PROJECT['name']}[report] @ {archives.wheel.as_uri()}"
    )


@pytest.mark.heavy
def test_the_command_line_explains_itself(programs: Path, tmp_path: Path) -> None:
    assert "report" in run(programs / "tthc-cost", "--help", folder=tmp_path)


@pytest.mark.heavy
def test_the_report_of_the_example_is_written_into_an_empty_folder(programs: Path, tmp_path: Path) -> None:
    run(programs / "tthc-cost", "report", "--out", "out", folder=tmp_path)
    assert files_under(tmp_path) == {
        f"out/{name}" for name in ("lines.csv", "report.html", "results.json", "results.xlsx")
    }


@pytest.mark.heavy
def test_the_example_meets_its_target(programs: Path, tmp_path: Path) -> None:
    assert run(programs / "python", "-W", "error", "-c", COMPARED, folder=tmp_path).strip() == "True"


@pytest.fixture(scope="module")
def bare(archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the base dependencies alone."""
    requirement = f"{PROJECT['name']} @ {archives.wheel.as_uri()}"
    return environment(Path(sys.executable), tmp_path_factory.mktemp("bare"), requirement)


@pytest.mark.heavy
def test_costing_needs_no_extra(bare: Path, tmp_path: Path) -> None:
    code = (
        "import pandas as pd, tthc_cost as tc\n"
        "line = {'procedure': 'NB-01', 'effort_hours': 0, 'fee_vnd': 20_000, 'frequency': 1, 'population': 3}\n"
        "lines = pd.DataFrame([line])\n"
        "print(tc.cost_procedures(lines, tc.RateTable.from_income(95_600_000))['annual_cost_vnd'].tolist())"
    )
    assert run(bare / "python", "-W", "error", "-c", code, folder=tmp_path).strip() == "[60000]"


@pytest.mark.heavy
@pytest.mark.parametrize(("code", "extra"), NEEDS_AN_EXTRA.items())
def test_what_needs_an_extra_says_which(code: str, extra: str, bare: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [bare / "python", "-c", f"import tthc_cost as tc; {code}"], cwd=tmp_path, capture_output=True, check=False
    )
    said = done.stderr.decode().splitlines()[-3:]
    assert done.returncode == 1
    assert any("MissingExtraError" in line for line in said), said
    assert f'pip install "tthc-cost[{extra}]"' in "\n".join(said)
