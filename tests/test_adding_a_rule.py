"""A rule is added as CONTRIBUTING.md says: one function, no other edit; then it is everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COPIED = (
    "mtrack",
    "schemas",
    "templates",
    "tests",
    "example-workspace",
    "docs",
    "README.md",
    "CONTRIBUTING.md",
    "pyproject.toml",
)
RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: tbd, amount: 9000.00, status: not_billed}
"""


def example() -> tuple[str, str]:
    """The module that CONTRIBUTING.md adds a rule to as an example, and the rule's function."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Adding a rule")[2]
    found = re.search(r"`(mtrack/rules/[\w/]+\.py)`.*?```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1], found[2]


class Copy:
    """A copy of the source with the example rule added."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, root / name)
        module, function = example()
        with (root / module).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{function}")
        before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        self.stale = self.run("tests/tools/generated.py", "--check")
        self.made = self.run("tests/tools/generated.py")
        self.changed = sorted(
            path.relative_to(root).as_posix() for path, content in before.items() if path.read_bytes() != content
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Python in the copy."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def mtrack(self, *arguments: str) -> str:
        """What a command of the copy prints."""
        done = self.run("-m", "mtrack", *arguments)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def project(tmp_path: Path) -> str:
    for path, text in {
        "milestones.yaml": RECORD,
        "agreement/sow.pdf": "signed",
        "mtrack.yaml": "format: 1\nrules: {placeholder-name: error}\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.xdist_group("adding-a-rule")
def test_make_test_writes_what_follows_from_a_rule_and_nothing_else(copy: Copy) -> None:
    names = ["docs/rules.md", "schemas/milestones.schema.json", "schemas/workspace.schema.json"]
    assert copy.stale.returncode == 1
    assert sorted(line.split()[0] for line in copy.stale.stdout.splitlines()) == names
    assert copy.made.returncode == 0
    assert copy.run("tests/tools/generated.py", "--check").stdout == ""
    assert copy.changed == names
    done = copy.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_rule_pages.py", "-k", "placeholder-name or schema"
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.xdist_group("adding-a-rule")
def test_the_rule_is_in_the_list_and_has_its_page(copy: Copy) -> None:
    listing = copy.mtrack("rules")
    assert "placeholder-name" in listing
    assert "the name of a milestone" in copy.mtrack("rules", "placeholder-name").lower()


@pytest.mark.xdist_group("adding-a-rule")
def test_lint_finds_what_the_rule_says_with_the_severity_of_the_settings(copy: Copy, project: str) -> None:
    (finding,) = json.loads(copy.mtrack("lint", project, "--format", "json", "--as-of", "2026-02-20"))["findings"]
    assert (finding["rule"], finding["category"], finding["severity"]) == ("placeholder-name", "record", "error")
    assert (finding["path"], finding["line"], finding["milestone"]) == ("milestones.yaml", 5, "M1")


@pytest.mark.xdist_group("adding-a-rule")
def test_sarif_describes_the_rule(copy: Copy, project: str) -> None:
    (run,) = json.loads(copy.mtrack("lint", project, "--format", "sarif", "--as-of", "2026-02-20"))["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["placeholder-name"]
    (described,) = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "placeholder-name"]
    assert described["shortDescription"]["text"].startswith("The name of a milestone")
