"""`mtrack init` sets a workspace up for the places where people work, and its own jobs run on it as they should."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from history.story import Story
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import ROOT, add_evidence, judge, mtrack, validated, write_tree

from mtrack import __version__, resources
from mtrack.edit import scaffold, writer
from mtrack.errors import CannotRunError

WRITTEN = [
    "mtrack.yaml",
    ".gitignore",
    ".vscode/settings.json",
    ".vscode/extensions.json",
    ".github/workflows/mtrack.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".mtrack/requirements.txt",
    ".mtrack/schemas/milestones.schema.json",
    ".mtrack/schemas/workspace.schema.json",
]
RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 4000.00, milestones: 1}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {completed: 2026-02-01, approved: 2026-02-02, signoff: signoffs/m1.md}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.md, payments: [{date: 2026-02-10, amount: 4000.00}]}
    status: paid
closed: 2026-02-12
"""
PAPERS: dict[str, str | bytes] = {
    "acme/agreement/sow.md": "Discovery: EUR 4,000.00\nTotal: EUR 4,000.00\nSigned on 10 January 2026\n",
    "acme/invoices/1.md": "Invoice INV-1, 3 February 2026\nTotal: EUR 4,000.00\n",
    "acme/signoffs/m1.md": "Discovery is accepted.\n",
}
"""What the papers of RECORD say, since the settings that are made have them read."""


def workspace(root: Path, record: str = RECORD) -> Path:
    """What `mtrack init` makes, with a project that is in order on any day."""
    assert mtrack("init", root).code == 0
    write_tree(root, {"acme/milestones.yaml": record, **PAPERS})
    add_evidence(root)
    return root


def broken(root: Path) -> Path:
    return workspace(root, RECORD.replace("number: INV-1, amount: 4000.00", "number: INV-1, amount: 4500.00"))


# What is written.


def test_init_writes_the_files_and_says_so(tmp_path: Path) -> None:
    result = mtrack("init", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line.removeprefix("wrote ") for line in lines if line.startswith("wrote ")] == WRITTEN
    assert any(line.startswith("next: mtrack new ") for line in lines)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()) == sorted(WRITTEN)
    assert mtrack("lint", tmp_path).code == 0


@pytest.mark.parametrize("path", WRITTEN)
def test_init_never_overwrites(path: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {path: "format: 1\n"})
    result = mtrack("init", cwd=tmp_path)
    assert result.code == 0
    assert (tmp_path / path).read_text(encoding="utf-8") == "format: 1\n"
    assert f"kept {path}: it was there already\n" in result.out
    assert result.out.count("wrote ") == len(WRITTEN) - 1
    assert ("mtrack schema --update" in result.out) == path.startswith(".mtrack/schemas/")


def test_init_again_changes_nothing(tmp_path: Path) -> None:
    mtrack("init", cwd=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert mtrack("init", cwd=tmp_path).out.count("kept ") == len(WRITTEN)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_init_in_the_way_of_its_folders(tmp_path: Path) -> None:
    write_tree(tmp_path, {".vscode": "a file\n"})
    result = mtrack("init", cwd=tmp_path)
    assert result.code == 3
    assert ".vscode can't be made" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        (".mtrack", "a file", "made: it is not a folder"),
        (".github/workflows", "a file", "made: it is not a folder"),
        (".mtrack", "a dangling link", "made: it is not a folder"),
        ("mtrack.yaml", "a folder", "written: it is not a file"),
        ("mtrack.yaml", "a dangling link", "written: it is not a file"),
        (".mtrack/schemas/workspace.schema.json", "a folder", "written: it is not a file"),
    ],
)
def test_init_looks_before_it_writes(path: str, kind: str, words: str, more: tuple[str, ...], tmp_path: Path) -> None:
    full = tmp_path / path
    full.parent.mkdir(parents=True, exist_ok=True)
    if kind == "a file":
        full.write_text("mine", encoding="utf-8")
    elif kind == "a folder":
        full.mkdir()
    else:
        full.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    result = mtrack("init", tmp_path, *more)
    assert (result.code, result.out) == (3, "")
    assert result.err == f"mtrack: {full} can't be {words}; move it away; nothing was changed\n"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("there", [(), ("", "mtrack.yaml"), ("", ".github/mine")])
def test_what_init_wrote_goes_where_a_later_file_can_t_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]
) -> None:
    root = tmp_path / "deep/inner"
    if there:
        write_tree(root, dict.fromkeys(filter(None, there), "format: 1\n"))
    before = sorted(tmp_path.rglob("*"))
    create = writer.create

    def fail_late(top: str, full: str, content: bytes) -> None:
        if full.endswith("workspace.schema.json"):
            writer.cannot_write(full, OSError(28, "no space left on device"))
        create(top, full, content)

    monkeypatch.setattr(writer, "create", fail_late)
    result = mtrack("init", root)
    assert (result.code, result.out) == (3, "")
    assert result.err.endswith("can't be written: no space left on device; nothing was changed\n")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_dry_run_shows_every_file_and_writes_none(tmp_path: Path) -> None:
    result = mtrack("init", "--dry-run", cwd=tmp_path)
    assert [line[6:] for line in result.out.splitlines() if line.startswith("+++ b/")] == WRITTEN
    assert result.out.count("\n@@ -0,0 +1,") == len(WRITTEN)
    assert list(tmp_path.iterdir()) == []


def test_settings_explain_every_key_and_the_samples_hold(tmp_path: Path) -> None:
    mtrack("init", cwd=tmp_path)
    text = (tmp_path / "mtrack.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=.mtrack/schemas/workspace.schema.json\n")
    data = yaml.safe_load(re.sub(r"^# (?=[a-z_]+:|  )", "", text, flags=re.MULTILINE))
    properties = json.loads(resources.schema_text("workspace"))["properties"]
    assert set(data) == set(properties)
    (tmp_path / "mtrack.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    assert {finding.rule for finding in judge(tmp_path)} == {
        "unknown-milestone",  # the invoice of the waiver
        "no-projects",
    }


def test_the_currency_is_set(tmp_path: Path) -> None:
    mtrack("init", "--currency", "SEK", cwd=tmp_path)
    data = yaml.safe_load((tmp_path / "mtrack.yaml").read_text(encoding="utf-8"))
    assert data == {"format": 1, "currency": "SEK", "verify": True}


def test_a_repository_around_the_workspace_is_told(tmp_path: Path) -> None:
    assert "git init, then pre-commit install" in mtrack("init", "first", cwd=tmp_path).out
    (tmp_path / ".git").mkdir()
    told = mtrack("init", "billing", cwd=tmp_path).out
    assert "root of the repository, .:" in told
    assert "mtrack lint billing" in told
    assert "git init" not in told
    (tmp_path / "billing" / ".git").mkdir()
    assert "repository" not in mtrack("init", "billing", cwd=tmp_path).out


def test_a_new_project_names_its_schema(tmp_path: Path) -> None:
    mtrack("init", "--currency", "EUR", cwd=tmp_path)
    for project in ("acme", "clients/globex"):
        mtrack("new", project, "--milestone", "Discovery=4000.00", cwd=tmp_path)
        first, _, _ = (tmp_path / project / "milestones.yaml").read_text(encoding="utf-8").partition("\n")
        path = first.removeprefix("# yaml-language-server: $schema=")
        schema = (tmp_path / project / path).read_text(encoding="utf-8")
        assert schema == resources.schema_text("milestones")


def test_a_new_project_names_no_schema_that_is_not_there(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\ncurrency: EUR\n"})
    mtrack("new", "acme", "--milestone", "Discovery=4000.00", cwd=tmp_path)
    assert (tmp_path / "acme" / "milestones.yaml").read_text(encoding="utf-8").startswith("project: ")


def test_the_editor_settings_map_each_file_to_its_schema(tmp_path: Path) -> None:
    mtrack("init", cwd=tmp_path)
    mapped = json.loads((tmp_path / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert mapped == {f"./{path}": ANY_DEPTH[name] for path, name in scaffold.SCHEMAS.items()}
    assert [path for path in mapped if not (tmp_path / path).is_file()] == []


ANY_DEPTH = {"milestones": "**/milestones.yaml", "workspace": "mtrack.yaml"}


# Whether the schemas are current.


def test_schema_check_and_update(tmp_path: Path) -> None:
    workspace(tmp_path)
    assert mtrack("schema", "--check", cwd=tmp_path).code == 0
    milestones, settings = (tmp_path / path for path in scaffold.SCHEMAS)
    milestones.unlink()
    settings.write_text("{}\n", encoding="utf-8")
    result = mtrack("schema", "--check", tmp_path / "acme", cwd=tmp_path)
    assert (result.code, result.err) == (1, "")
    assert result.out.splitlines() == [
        ".mtrack/schemas/milestones.schema.json is missing: mtrack schema --update writes it",
        ".mtrack/schemas/workspace.schema.json is out of date: mtrack schema --update writes it",
    ]
    assert mtrack("schema", "--update", cwd=tmp_path).code == 0
    assert settings.read_text(encoding="utf-8") == resources.schema_text("workspace")
    assert milestones.read_text(encoding="utf-8") == resources.schema_text("milestones")
    assert mtrack("schema", "--check", cwd=tmp_path).code == 0
    settings.write_bytes(settings.read_bytes().replace(b"\n", b"\r\n"))
    assert mtrack("schema", "--check", cwd=tmp_path).code == 0


@pytest.mark.parametrize("state", ["missing", "out of date"])
def test_schemas_are_updated_all_or_none(state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (workspace(tmp_path) / path for path in scaffold.SCHEMAS)
    for schema in (first, second):
        schema.write_bytes(b"{}\r\n")
    if state == "missing":
        first.unlink()
    replace = writer.replace

    def failing(root: str, full: str, before: bytes, after: bytes) -> None:
        if full.endswith(second.name):
            message = f"{full} can't be written: no space left on device; nothing was changed"
            raise CannotRunError(message)
        replace(root, full, before, after)

    monkeypatch.setattr(writer, "replace", failing)
    result = mtrack("schema", "--update", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")
    assert "nothing was changed" in result.err
    assert second.read_bytes() == b"{}\r\n"
    assert first.read_bytes() == b"{}\r\n" if state == "out of date" else not first.exists()


@pytest.mark.parametrize("arguments", [("--check", "--update"), ("--check", "nowhere"), ("nothing",), ()])
def test_schema_used_wrongly(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = mtrack("schema", *arguments, cwd=workspace(tmp_path))
    assert (result.code, result.out) == (2, "")


def test_schema_check_outside_a_workspace(tmp_path: Path) -> None:
    for option in ("--check", "--update"):
        result = mtrack("schema", option, cwd=tmp_path)
        assert (result.code, result.out) == (3, "")
        assert "mtrack init" in result.err
    assert list(tmp_path.iterdir()) == []


# The jobs.


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-workflows", ".github/workflows/mtrack.yml"), ("vendor.gitlab-ci", ".gitlab-ci.yml")],
)
def test_the_jobs_fit_the_published_schemas(schema: str, path: str, tmp_path: Path) -> None:
    mtrack("init", cwd=tmp_path)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(tmp_path / path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def environment(folder: Path) -> dict[str, str]:
    """An environment in which this checkout's mtrack is the one on the path."""
    script = folder / "mtrack"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m mtrack "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    temporary = folder / "temp"
    temporary.mkdir(exist_ok=True)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "RUNNER_TEMP": str(temporary)}


def runner_temp(env: dict[str, str]) -> Path:
    """Where a job keeps what it makes: outside the checkout."""
    return Path(env["RUNNER_TEMP"])


def shell(command: str, root: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A step as a runner runs it."""
    options = ("-e", "-o", "pipefail", "-c")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", *options, command],
        cwd=root, env=env, capture_output=True, text=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def run_job(root: Path, job: str, env: dict[str, str], event: str = "push") -> dict[str, int]:
    """Run a job's own steps in order, as GitHub does: after a failure only those that always run. Exit codes by name."""
    workflow: Any = yaml.safe_load((root / ".github/workflows/mtrack.yml").read_text(encoding="utf-8"))
    codes: dict[str, int] = {}
    installed = False
    for step in workflow["jobs"][job]["steps"]:
        command = step.get("run")
        if step.get("name") == INSTALL:
            installed = True
        elif "pull_request" in step.get("if", "") and event != "pull_request":
            assert step["if"].endswith("&& github.event_name == 'pull_request'")
        elif command is not None and (not any(codes.values()) or step.get("if", "").startswith("always()")):
            assert installed
            codes[step["name"]] = shell(command, root, env).returncode
    return codes


CHECK, SCHEMAS, SARIF, REPORT, GAPS = (
    "Check the records", "Check the editors' schemas", "Write the findings for code scanning", "Write the report",
    "Look for gaps and overlaps",
)  # fmt: skip
HIDES, MONEY = "Say what a pull request hides", "Say what a pull request does to the money"
INSTALL = "Install"


def test_jobs_name_the_version_that_wrote_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaffold, "__version__", "9.8.7")
    texts = [scaffold.contents(None)[path] for path in JOBS]
    assert [set(re.findall(r"mtrack(?:@v|-)(\d[\d.]*\d)", text)) for text in texts] == [{"9.8.7"}, {"9.8.7"}]
    assert not any("{version}" in text or "{source}" in text for text in scaffold.contents(None).values())


JOBS = (".github/workflows/mtrack.yml", ".gitlab-ci.yml")


def test_jobs_install_nothing_by_its_name_alone() -> None:
    """What mtrack needs by version and hash, mtrack from where the setting says, and nothing else."""
    for path in JOBS:
        text = scaffold.contents(None)[path]
        lines = [
            line.strip().removeprefix("- ")
            for line in text.splitlines()
            if re.search(r"\b(pip|pipx|uv|apt-get)\b", line)
        ]
        assert {line.partition(":?")[0] for line in lines} == {
            "pip install --require-hashes --only-binary :all: -r .mtrack/requirements.txt",
            'pip install --no-deps --no-build-isolation "${MTRACK_SOURCE',
        }


LOCKED = re.compile(
    r"^([a-z0-9-]+)==([^\s;]+)((?: ; [^\\\n]+)?)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)\n", re.MULTILINE
)


def test_what_mtrack_needs_is_locked_by_version_and_hash() -> None:
    text = scaffold.contents(None)[".mtrack/requirements.txt"]
    locked = {name: version for name, version, _, _ in LOCKED.findall(text)}
    assert LOCKED.sub("", text).startswith("# ")
    assert all(line.startswith("# ") for line in LOCKED.sub("", text).splitlines())
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pending = [
        *map(Requirement, settings["project"]["dependencies"]),
        *map(Requirement, settings["build-system"]["requires"]),
    ]
    seen: set[str] = set()
    others: set[str] = set()
    while pending:
        need = pending.pop()
        name = canonicalize_name(need.name)
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        assert need.specifier.contains(locked[name]), need
        if name not in seen:
            seen.add(name)
            if distribution(name).version == locked[name]:  # another release may need something else
                pending += map(Requirement, distribution(name).requires or ())
            else:
                others.add(name)
    assert len(seen) > 20 or others


@pytest.mark.parametrize("path", JOBS)
def test_a_job_says_what_to_set_before_it_installs_anything_unknown(path: str, tmp_path: Path) -> None:
    jobs: Any = yaml.safe_load(scaffold.contents(None)[path])
    env = environment(tmp_path / "bin")
    pip = tmp_path / "bin/pip"
    pip.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(tmp_path))}/asked\n', encoding="utf-8")
    pip.chmod(0o755)
    steps = jobs["default"]["before_script"] if "default" in jobs else [
        step["run"] for step in jobs["jobs"]["check"]["steps"] if step.get("name") == "Install"
    ]  # fmt: skip
    command = "\n".join(steps)
    failed = shell(command, tmp_path, env | {"MTRACK_SOURCE": ""})
    assert failed.returncode
    assert "say above where mtrack comes from" in failed.stderr
    source = f"git+https://host.example/north/mtrack@v{__version__}"
    assert shell(command, tmp_path, env | {"MTRACK_SOURCE": source}).returncode == 0
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines()[
        -1
    ] == f"install --no-deps --no-build-isolation {source}"


COMMIT, DIGEST = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 4
ORIGINS: dict[str, tuple[Any, str]] = {
    "a commit": (
        {
            "url": "https://host.example/north/mtrack",
            "vcs_info": {"vcs": "git", "requested_revision": "v0.1.0", "commit_id": COMMIT},
        },
        f"git+https://host.example/north/mtrack@{COMMIT}",
    ),
    "a wheel": (
        {"url": "https://host.example/mtrack-0.1.0-py3-none-any.whl", "archive_info": {"hashes": {"sha256": DIGEST}}},
        f"https://host.example/mtrack-0.1.0-py3-none-any.whl#sha256={DIGEST}",
    ),
    "this machine": ({"url": "file:///somewhere/mtrack", "dir_info": {"editable": True}}, ""),
    "a repository on this machine": (
        {"url": "file:///somewhere/mtrack", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
        "",
    ),
    "a password": (
        {"url": "https://me:secret@host.example/mtrack", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
        "",
    ),
    "a quote": ({"url": "https://host.example/'; x", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, ""),
    "no hash": ({"url": "https://host.example/mtrack.whl", "archive_info": {}}, ""),
    "an index": (None, ""),
    "nonsense": ([], ""),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_jobs_install_from_where_mtrack_came(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known, expected = ORIGINS[name]

    class Installed:
        def read_text(self, _name: str) -> str | None:
            return None if known is None else json.dumps(known)

    monkeypatch.setattr("importlib.metadata.distribution", lambda _name: Installed())
    told = mtrack("init", tmp_path).out
    assert ("set MTRACK_SOURCE in the job you keep" in told) == (not expected)
    workflow, jobs = (yaml.safe_load((tmp_path / path).read_text(encoding="utf-8")) for path in JOBS)
    assert workflow["env"]["MTRACK_SOURCE"] == f"${{{{ vars.MTRACK_SOURCE || '{expected}' }}}}"
    assert jobs["variables"]["MTRACK_SOURCE"] == expected


def test_the_workflow_passes_on_a_clean_tree(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    assert run_job(root, "check", env) == {CHECK: 0, SCHEMAS: 0, SARIF: 0, REPORT: 0}
    assert json.loads((runner_temp(env) / "mtrack.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []
    assert (runner_temp(env) / "mtrack-report/index.html").is_file()
    assert run_job(root, "check", env) == {CHECK: 0, SCHEMAS: 0, SARIF: 0, REPORT: 0}  # what it made is no trouble
    assert run_job(root, "page", env) == {REPORT: 0}


def test_the_workflow_fails_on_a_broken_tree_and_still_reports(tmp_path: Path) -> None:
    root, env = broken(tmp_path / "tree"), environment(tmp_path / "bin")
    assert run_job(root, "check", env) == {CHECK: 1, SCHEMAS: 0, SARIF: 0, REPORT: 0}
    results = json.loads((runner_temp(env) / "mtrack.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert "overbilled" in {result["ruleId"] for result in results}
    assert "M1" in (runner_temp(env) / "mtrack-report/index.html").read_text(encoding="utf-8")


def overdue(root: Path) -> Path:
    """A tree without an error, in which money is owed for years."""
    payments = ", payments: [{date: 2026-02-10, amount: 4000.00}]"
    return workspace(
        root, RECORD.replace(payments, "").replace("status: paid", "status: sent").replace("closed: 2026-02-12\n", "")
    )


def test_gaps_fail_the_weekly_jobs_and_no_other(tmp_path: Path) -> None:
    root, env = overdue(tmp_path / "tree"), environment(tmp_path / "bin")
    assert run_job(root, "check", env) == {CHECK: 0, SCHEMAS: 0, SARIF: 0, REPORT: 0}
    assert run_job(root, "gaps", env) == {GAPS: 1}
    assert [code for _, code in run_gitlab(root, "mtrack", env)] == [0, 0, 0, 0]
    assert run_gitlab(root, "gaps", env) == [("mtrack gaps --fail-on warning", 1)]
    clean = workspace(tmp_path / "clean")
    assert run_job(clean, "gaps", env) == {GAPS: 0}
    assert run_gitlab(clean, "gaps", env) == [("mtrack gaps --fail-on warning", 0)]

    workflow: Any = yaml.safe_load((root / ".github/workflows/mtrack.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["gaps"]["if"].startswith("github.event_name == 'schedule' || ")
    assert "if" not in workflow["jobs"]["check"]
    jobs: Any = yaml.safe_load((root / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert jobs["gaps"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert "rules" not in jobs["mtrack"]


@pytest.mark.parametrize("path", ["templates/init/github-workflow.yml", *sorted(
    file.relative_to(ROOT).as_posix() for file in (ROOT / ".github/workflows").iterdir())])  # fmt: skip
def test_actions_are_pinned_by_commit_and_say_their_version(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    used = re.findall(r"^ *(?:- )?uses: (.*)$", text, re.MULTILINE)
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line)] == []


def test_the_jobs_of_one_action_all_use_the_same_version() -> None:
    texts = [(ROOT / "templates/init/github-workflow.yml").read_text(encoding="utf-8")]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").iterdir()]
    used = set(re.findall(r"uses: ([\w./-]+)@(.*)", "\n".join(texts)))
    assert len(used) == len({action for action, _ in used})


def test_the_workflow_fails_on_records_and_settings_that_cannot_be_read(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree", "project: [\n"), environment(tmp_path / "bin")
    assert run_job(root, "check", env) == {CHECK: 1, SCHEMAS: 0, SARIF: 0, REPORT: 0}
    write_tree(root, {"mtrack.yaml": "format: [\n"})
    (runner_temp(env) / "mtrack.sarif").unlink()
    assert run_job(root, "check", env) == {CHECK: 3, SCHEMAS: 0, SARIF: 1, REPORT: 1}
    assert not (runner_temp(env) / "mtrack.sarif").exists()


def test_the_workflow_says_what_a_pull_request_does_to_the_money(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    story = Story(root)
    story.commit("begin", "2026-01-01")
    story.git("update-ref", "refs/remotes/origin/main", "HEAD")
    (records,) = root.glob("*/milestones.yaml")
    text = records.read_text(encoding="utf-8")
    records.write_text(text.replace("project: ", "client: Somebody else\nproject: ", 1), encoding="utf-8")
    story.commit("change", "2026-01-02")
    env |= {"BASE": "main", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    codes = run_job(root, "check", env, "pull_request")
    assert codes == {CHECK: 0, HIDES: 0, MONEY: 0, SCHEMAS: 0, SARIF: 0, REPORT: 0}
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("### Billing\n")
    assert "project: client set to 'Somebody else'" in summary


def test_a_pull_request_is_judged_by_the_settings_of_the_branch_it_is_for(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    story = Story(root)
    begin = story.commit("begin", "2026-01-01")
    story.git("update-ref", "refs/remotes/origin/main", "HEAD")
    (records,) = root.glob("*/milestones.yaml")
    settings = (root / "mtrack.yaml").read_text(encoding="utf-8")
    story.write({"mtrack.yaml": settings + "rules: {status-mismatch: off}\n"})
    text = records.read_text(encoding="utf-8")
    records.write_text(text.replace("status: paid", "status: sent"), encoding="utf-8")
    story.commit("change", "2026-01-02")
    assert run_job(root, "check", env)[CHECK] == 0  # by its own settings
    env |= {"BASE": "main", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    codes = run_job(root, "check", env, "pull_request")
    assert (codes[CHECK], codes[HIDES]) == (1, 0)
    hidden = shell(step(root, HIDES), root, env).stdout
    assert "::warning file=mtrack.yaml,line=" in hidden
    assert f"'status-mismatch' is off, and was an error at {begin[:10]}" in hidden
    assert codes[REPORT] == 0
    page = (runner_temp(env) / "mtrack-report/findings.html").read_text(encoding="utf-8")
    assert "status-mismatch" in page


def test_a_merge_request_is_judged_by_the_settings_of_the_branch_it_is_for(tmp_path: Path) -> None:
    there = workspace(tmp_path / "there")
    story = Story(there)
    begin = story.commit("begin", "2026-01-01")
    root, env = tmp_path / "tree", environment(tmp_path / "bin")
    shell(f"git clone -q {there} {root}", tmp_path, env)
    env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
    assert [code for _, code in run_gitlab(root, "merge-request", env)] == [0] * 6
    assert json.loads((root / "gl-code-quality-report.json").read_text(encoding="utf-8")) == []

    here = Story(root)
    (records,) = root.glob("*/milestones.yaml")
    settings = (root / "mtrack.yaml").read_text(encoding="utf-8")
    here.write({"mtrack.yaml": settings + "rules: {status-mismatch: off}\n"})
    text = records.read_text(encoding="utf-8")
    records.write_text(text.replace("status: paid", "status: sent"), encoding="utf-8")
    here.commit("change", "2026-01-02")
    assert run_gitlab(root, "mtrack", env)[-1][1] == 0  # by its own settings
    done = run_gitlab(root, "merge-request", env)
    assert [code for _, code in done] == [0, 0, 0, 0, 0, 1]
    assert done[-1][0] == "mtrack lint --settings-from FETCH_HEAD"
    assert "status changed from paid to sent" in shell(done[1][0], root, env).stdout
    assert f"'status-mismatch' is off, and was an error at {begin[:10]}" in shell(done[2][0], root, env).stdout
    assert "status-mismatch" in shell(done[-1][0], root, env).stdout
    entries = json.loads((root / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert "status-mismatch" in {entry["check_name"] for entry in entries}
    assert "status-mismatch" in (root / "mtrack-report/findings.html").read_text(encoding="utf-8")
    jobs: Any = yaml.safe_load((root / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert jobs["merge-request"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert jobs["merge-request"]["artifacts"] == jobs["mtrack"]["artifacts"]


def test_a_request_does_not_hide_what_came_since_its_branch_began(tmp_path: Path) -> None:
    """The branch that it is for has got another project and graver rules meanwhile."""
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    story = Story(root)
    story.commit("begin", "2026-01-01")
    story.git("checkout", "--quiet", "-b", "request")
    story.commit("change", "2026-01-02", {"note.txt": "a note\n"})
    story.git("checkout", "--quiet", "main")
    story.write({"mtrack.yaml": (root / "mtrack.yaml").read_text(encoding="utf-8") + "rules: {overdue: error}\n"})
    story.commit("go on", "2026-01-03", {"late/milestones.yaml": RECORD.replace("status: paid", "status: sent")})
    story.git("update-ref", "refs/remotes/origin/main", "HEAD")
    story.git("checkout", "--quiet", "request")
    story.git("fetch", "--quiet", ".", "main")
    jobs: Any = yaml.safe_load((root / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    (hides,) = [line for line in jobs["merge-request"]["script"] if "settings-weakened" in line]
    assert "settings-weakened" in mtrack("lint", "--since", "main", root).out
    for command in (hides, step(root, HIDES)):
        done = shell(command, root, env | {"BASE": "main"})
        assert (done.returncode, "settings-weakened" in done.stdout, done.stderr) == (0, False, "")


def test_jobs_that_write_the_report_have_the_whole_history(tmp_path: Path) -> None:
    root = workspace(tmp_path / "tree")
    workflow: Any = yaml.safe_load((root / ".github/workflows/mtrack.yml").read_text(encoding="utf-8"))
    for job in workflow["jobs"].values():
        (checkout,) = [item for item in job["steps"] if item.get("uses", "").startswith("actions/checkout@")]
        if any("mtrack report" in item.get("run", "") for item in job["steps"]):
            assert checkout["with"]["fetch-depth"] == 0
    jobs: Any = yaml.safe_load((root / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert jobs["variables"]["GIT_DEPTH"] == 0


def step(root: Path, name: str) -> str:
    """What a step of the check job runs."""
    workflow: Any = yaml.safe_load((root / ".github/workflows/mtrack.yml").read_text(encoding="utf-8"))
    (command,) = [
        item["run"] for item in workflow["jobs"]["check"]["steps"] if item["name" if "name" in item else "uses"] == name
    ]
    return str(command)


def test_the_workflow_tells_of_schemas_out_of_date(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    (root / ".mtrack/schemas/workspace.schema.json").unlink()
    assert run_job(root, "check", env) == {CHECK: 0, SCHEMAS: 1, SARIF: 0, REPORT: 0}


def run_gitlab(root: Path, job: str, env: dict[str, str]) -> list[tuple[str, int]]:
    """Run a GitLab job's script line by line, up to the first that fails."""
    jobs: Any = yaml.safe_load((root / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    done: list[tuple[str, int]] = []
    assert jobs["default"]["before_script"]
    for line in jobs[job]["script"]:
        done.append((line, shell(line, root, env).returncode))
        if done[-1][1]:
            break
    return done


def test_the_gitlab_job_passes_on_a_clean_tree(tmp_path: Path) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    done = run_gitlab(root, "mtrack", env)
    assert [code for _, code in done] == [0, 0, 0, 0]
    assert json.loads((root / "gl-code-quality-report.json").read_text(encoding="utf-8")) == []
    assert run_gitlab(root, "pages", env)[-1][1] == 0
    assert (root / "public/index.html").is_file()


def test_the_gitlab_job_fails_on_a_broken_tree_and_still_reports(tmp_path: Path) -> None:
    root, env = broken(tmp_path / "tree"), environment(tmp_path / "bin")
    done = run_gitlab(root, "mtrack", env)
    assert [code for _, code in done] == [0, 0, 0, 1]
    assert done[-1][0] == "mtrack lint --format text"
    entries = json.loads((root / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {entry["location"]["path"] for entry in entries} == {"acme/milestones.yaml"}
    assert (root / "mtrack-report/index.html").is_file()


@pytest.mark.parametrize("name", ["mtrack.sarif", "mtrack-report", "public", "gl-code-quality-report.json"])
@pytest.mark.parametrize("what", ["a link out", "a dangling link", "a folder", "a file"])
def test_what_a_stranger_puts_in_a_job_s_way_changes_nothing(tmp_path: Path, name: str, what: str) -> None:
    root, env = workspace(tmp_path / "tree"), environment(tmp_path / "bin")
    victim = write_tree(tmp_path / "victim", {"index.html": "mine", "file": "mine"})
    if what == "a file":
        write_tree(root, {name: "theirs"})
    elif what == "a folder":
        write_tree(root, {f"{name}/index.html": "theirs", f"{name}/.mtrack-report.json": "{}"})
    else:
        (root / name).symlink_to(victim / ("nowhere" if "dangling" in what else "file" if "." in name else ""))
    assert set(run_job(root, "check", env).values()) == {0}
    assert set(run_job(root, "page", env).values()) == {0}
    for job in ("mtrack", "pages"):
        assert {code for _, code in run_gitlab(root, job, env)} == {0}
    for made in (runner_temp(env) / "mtrack-report", root / "mtrack-report", root / "public"):
        assert b"<title>Overview" in (made / "index.html").read_bytes()
        assert not made.is_symlink()
    assert sorted(path.name for path in victim.iterdir()) == ["file", "index.html"]
    assert {path.read_text(encoding="utf-8") for path in victim.iterdir()} == {"mine"}


def test_what_the_jobs_write_is_ignored_by_git(tmp_path: Path) -> None:
    root, env = broken(tmp_path / "tree"), environment(tmp_path / "bin")
    run_job(root, "check", env)
    run_gitlab(root, "mtrack", env)
    env["GIT_CONFIG_GLOBAL"] = os.devnull
    shell("git init -q .", root, env)
    done = shell("git status --porcelain --untracked-files=all", root, env)
    assert done.returncode == 0, done.stderr
    untracked = {line[3:] for line in done.stdout.splitlines()}
    project = ("milestones.yaml", "agreement/sow.md", "invoices/1.md", "signoffs/m1.md")
    assert untracked == {*WRITTEN, *(f"acme/{path}" for path in project)}


def test_the_findings_of_a_clean_workspace_are_none(tmp_path: Path) -> None:
    result = mtrack("lint", workspace(tmp_path), "--format", "json", "--fail-on", "info")
    assert (result.code, validated(result.out, "findings")["findings"]) == (0, [])


# What docs/setup.md and a runner say.


def test_the_setup_page_shows_what_is_there(tmp_path: Path) -> None:
    text = (ROOT / "docs/setup.md").read_text(encoding="utf-8")
    steps, provider, modeline = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    mtrack("init", tmp_path)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/mtrack.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for job in ("check", "gaps") for step in workflow["jobs"][job]["steps"] if "run" in step]
    shown = [step["run"] for step in yaml.safe_load(steps)]
    assert [command for command in shown if not any(own.startswith(command) for own in commands)] == []
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (repository,) = yaml.safe_load(provider)["repos"]
    assert repository["rev"] == f"v{__version__}"
    assert {hook["id"] for hook in repository["hooks"]} == hooks
    assert modeline == scaffold.modeline(str(tmp_path), "acme")


@pytest.mark.parametrize(("variable", "format_"), [("GITHUB_ACTIONS", "github"), ("GITLAB_CI", "gitlab")])
def test_a_runner_is_offered_its_format_and_never_given_it(
    variable: str, format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = broken(tmp_path)
    plain = mtrack("lint", root)
    monkeypatch.setenv(variable, "true")
    offered = mtrack("lint", root)
    assert (offered.code, offered.out) == (plain.code, plain.out)
    assert f"--format {format_} " in offered.err
    assert offered.err.count("\n") == 1
    assert mtrack("lint", root, "--format", "text").err == ""
    assert mtrack("lint", root, "--format", format_).err == ""
    assert mtrack("lint", root, "--select", "agreement").err == ""


def test_what_init_wrote_is_committed_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Studio North")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "studio@north.example")
    env = environment(tmp_path / "bin")
    root = tmp_path / "tree"
    root.mkdir()
    shell("git init -q .", root, env)
    result = mtrack("init", "--commit", cwd=root)
    assert (result.code, result.err) == (0, "")
    assert "committed as " in result.out
    assert sorted(shell("git ls-files", root, env).stdout.splitlines()) == sorted(WRITTEN)
    assert shell("git status --porcelain", root, env).stdout == ""
