"""What the tests share: trees from a few lines, and mtrack run on them."""

from __future__ import annotations

import io
import json
import os
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from told import told_by

from mtrack import resources, runner
from mtrack.__main__ import run
from mtrack.check.pipeline import check, of_each
from mtrack.check.workspace import open_workspace
from mtrack.record import evidence
from mtrack.verify import comparing
from mtrack.workspace import Walk

if TYPE_CHECKING:
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.rules.context import ProjectContext

ROOT = Path(__file__).parent.parent
AS_OF = date(2026, 2, 20)
"""The day most tests check as of."""
OF_THE_MACHINE = (
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
    *runner.VARIABLES,
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "LANG",
    "PYTHONUNBUFFERED",
    "LC_ALL",
)
"""Variables of a machine that change what mtrack prints."""


def write_tree(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files, given by their path from `root`."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def add_evidence(root: Path, as_of: date = AS_OF) -> None:
    """Write every file that the records under `root` name and that is not there, each with content of its own."""
    workspace = open_workspace(str(root), as_of)
    for context in filter(None, (workspace.open(folder)[1] for folder in workspace.walk.projects)):
        for named in evidence.named_files(context.project):
            state = evidence.look(str(root), context.project.folder, named, Walk((), ()))
            if state.missing == "is not there":
                os.makedirs(os.path.dirname(state.full), exist_ok=True)
                Path(state.full).write_text(f"{state.full}\n", encoding="utf-8")


def contexts(workspace: Workspace) -> list[ProjectContext]:
    """The projects that have figures."""
    return list(of_each(workspace, lambda context: context))


def judge(root: Path, as_of: date = AS_OF) -> tuple[Finding, ...]:
    """All findings of a tree; the papers are read where its settings say so, and nothing of them is kept."""
    workspace = open_workspace(str(root), as_of)
    with comparing(workspace, None) if workspace.settings.verify else nullcontext():
        return check(workspace).report.findings


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str


class _Output(io.StringIO):
    """Standard output or error as a test reads it."""

    def isatty(self) -> bool:
        return False


TOLD: list[str] = []
"""What the commands of a test told, one after the other."""


def mtrack(*arguments: str | Path, cwd: Path | None = None) -> Result:
    """Run the command line in this process."""
    out, err, before = _Output(), _Output(), Path.cwd()
    if cwd is not None:
        os.chdir(cwd)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run([str(argument) for argument in arguments])
    finally:
        os.chdir(before)
    _validate_json(arguments, code, out.getvalue())
    TOLD.append(f"$ {' '.join(map(str, arguments))} ({code})\n{told_by(out.getvalue())}{err.getvalue()}")
    return Result(code, out.getvalue(), err.getvalue())


JSON_OF = {"lint": "findings"} | {
    name: name for name in ("status", "gaps", "aging", "forecast", "invoices", "payments", "next")
}
"""The commands whose JSON has a published schema; every such output that a test makes must fit it."""


def _validate_json(arguments: tuple[str | Path, ...], code: int, out: str) -> None:
    words = [str(argument) for argument in arguments]
    wants_json = "json" in words or "--format=json" in words
    if words[:1] and words[0] in JSON_OF and code in (0, 1) and wants_json and "--output" not in words:
        validated(out, JSON_OF[words[0]])


@cache
def _validator(schema: str) -> Any:
    return Draft202012Validator(json.loads(resources.schema_text(schema)))


def validated(text: str, schema: str) -> Any:
    """JSON that must fit the published schema."""
    data = json.loads(text)
    _validator(schema).validate(data)
    return data


def lint_json(root: Path, *arguments: str, as_of: date = AS_OF) -> Any:
    """The validated output of `mtrack lint --format json`."""
    result = mtrack("lint", root, "--format", "json", "--as-of", as_of.isoformat(), *arguments)
    assert result.code in (0, 1), result.err
    return validated(result.out, "findings")
