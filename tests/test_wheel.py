"""mtrack as users get it: the wheel in an environment of its own, and the source archive it is built from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT, write_tree

from mtrack import __version__, resources

pytestmark = pytest.mark.xdist_group("wheel")  # built once, not by every worker

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 1}
milestones:
  - {id: M1, name: Beta delivered, amount: 5000.00, planned: 2026-04-01, status: not_billed}
"""


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that can't find this checkout."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _files(*folders: str) -> set[str]:
    """The files of this checkout that are no leftovers of a run."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source archive, and the wheel that was built from it and nothing else."""
    folder = tmp_path_factory.mktemp("dist")
    done = _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands in an environment that has the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = dist.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", commands / "python", "--disable-pip-version-check", "install")
    done = _run(*pip, "--quiet", wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return commands


def test_the_wheel_holds_the_package_its_schemas_and_templates_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    inside = {f"mtrack/{path}" for path in _files("schemas", "templates")}
    assert names == _files("mtrack") | inside
    assert wheel.name == f"mtrack-{__version__}-py3-none-any.whl"


def test_the_source_archive_holds_what_building_and_testing_need(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {member.name.partition("/")[2] for member in tar.getmembers() if member.isfile()}
    wanted = _files("mtrack", "schemas", "templates", "tests", "example-workspace", "bench", ".ci") | {
        "pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".editorconfig", ".gitignore",
        ".yamllint.yaml",
    }  # fmt: skip
    assert wanted - names == set()


def test_the_wheel_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = _run(installed / "mtrack", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[-1], done.stderr) == (0, __version__, "")
    done = _run(installed / "python", "-c", "import mtrack; print(mtrack.__file__)", cwd=tmp_path)
    assert not Path(done.stdout.strip()).is_relative_to(ROOT)
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("name", resources.SCHEMAS)
def test_the_wheel_brings_its_schemas(name: str, installed: Path, tmp_path: Path) -> None:
    done = _run(installed / "mtrack", "schema", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


def test_the_wheel_lints_and_reports(installed: Path, tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD, "acme/agreement/sow.pdf": "an agreement\n"})
    done = _run(installed / "mtrack", "lint", "--as-of", "2026-02-20", "--format", "concise", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("acme/milestones.yaml:3:")
    assert "error[amount-unlisted]" in line
    done = _run(installed / "mtrack", "report", "--as-of", "2026-02-20", "--format", "md", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Acme website" in done.stdout


def test_the_wheel_reads_a_pdf(installed: Path, tmp_path: Path) -> None:
    globex = ROOT / "example-workspace" / "globex-rebrand"
    shutil.copytree(globex, tmp_path / "globex-rebrand")
    done = _run(installed / "mtrack", "verify", "--as-of", "2026-02-20", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "M3 'Brand book' EUR 5,000.00: statement-of-work.pdf p. 1, l. 7: \"3. Brand book EUR 5,000.00\"" in done.stdout
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a script of bash")
def test_built_twice_it_has_the_same_bytes_and_says_what_it_needs(dist: Path, tmp_path: Path) -> None:
    """As the release workflow builds it; from another folder and at another hour than `dist` was."""
    copy = tmp_path / "copy"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [copy / ".ci/build", tmp_path / "out", tmp_path / "extras"],
        cwd=tmp_path, env=environment | {"PYTHON": sys.executable}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    built = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert built == {path.name: path.read_bytes() for path in dist.iterdir()}
    sums = (tmp_path / "extras/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    bom = (tmp_path / "extras/mtrack.cdx.json").read_bytes()
    assert sums == [
        f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted({**built, "mtrack.cdx.json": bom}.items())
    ]  # fmt: skip
    _check_bill(json.loads(bom), next(content for name, content in built.items() if name.endswith(".whl")))


def _check_bill(bill: Any, wheel: bytes) -> None:
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    own = bill["metadata"]["component"]
    assert (own["name"], own["version"], own["hashes"][0]["content"]) == (
        "mtrack",
        __version__,
        hashlib.sha256(wheel).hexdigest(),
    )
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert len(parts) == len(bill["components"])
    assert all(ref == part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for ref, part in parts.items())
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (needs,) = bill["dependencies"]
    assert needs["ref"] == own["bom-ref"]
    assert len(needs["dependsOn"]) == len(settings["project"]["dependencies"])
    assert set(needs["dependsOn"]) < set(parts)


@pytest.mark.skipif(sys.platform == "win32", reason="a script of bash")
def test_a_byte_that_differs_fails_the_build(tmp_path: Path) -> None:
    """A build that looks at the time zone, which a build must not."""
    copy = tmp_path / "copy"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    )
    settings = (copy / "pyproject.toml").read_text(encoding="utf-8")
    (copy / "pyproject.toml").write_text(
        f"{settings}\n[tool.hatch.build.targets.wheel.hooks.custom]\n", encoding="utf-8"
    )
    (copy / "hatch_build.py").write_text(
        "import os\nfrom hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        with open(os.path.join(self.root, 'mtrack', 'zone.txt'), 'w') as file:\n"
        "            file.write(os.environ.get('TZ', ''))\n",
        encoding="utf-8",
    )
    (copy / "pyproject.toml").write_text(
        (copy / "pyproject.toml").read_text(encoding="utf-8").replace('"/mtrack", ', '"/mtrack", "/hatch_build.py", '),
        encoding="utf-8",
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [copy / ".ci/build", tmp_path / "out", tmp_path / "extras"],
        cwd=tmp_path, env=environment | {"PYTHON": sys.executable}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "differ" in done.stdout + done.stderr
    assert list((tmp_path / "extras").iterdir()) == []


def test_the_release_is_what_that_script_builds() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    commands = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert commands.index(".ci/run") < commands.index(".ci/build dist extras")
    uploaded = [step["with"]["path"] for step in jobs["build"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert uploaded == ["dist", "extras"]
    attested = [step["with"]["subject-path"] for step in jobs["attest"]["steps"] if "attest" in step["uses"]]
    assert attested == ["dist/*\nextras/*\n"]
    assert workflow["permissions"] == {}
    assert {name for name, job in jobs.items() if "write" in job["permissions"].values()} == {
        "attest",
        "publish",
        "release",
    }
