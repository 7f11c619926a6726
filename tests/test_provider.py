"""This repository as others use it: hooks for pre-commit, an action for GitHub. Both are installed and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support import ROOT, add_evidence, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("provider")  # the slow part, one installation each, is done once

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00, milestones: 1}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf, payments: [{date: 2026-02-10, amount: 4000.00}]}
    status: paid
"""
OVERBILLED = RECORD.replace("number: INV-1, amount: 4000.00", "number: INV-1, amount: 4500.00")


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that knows neither this checkout nor this user's git."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "GIT_"))}
    kept |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", **(env or {})}
    for role in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{role}_NAME": "Studio North", f"GIT_{role}_EMAIL": "studio@north.example"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env=kept, capture_output=True, text=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def commit(root: Path, message: str = "Record") -> str:
    """Commit all that is there; the commit's hash."""
    if not (root / ".git").exists():
        assert run("git", "init", "-q", ".", cwd=root).returncode == 0
    for command in (("add", "--all"), ("commit", "-q", "--no-verify", "-m", message)):
        done = run("git", *command, cwd=root)
        assert done.returncode == 0, done.stderr
    return run("git", "rev-parse", "HEAD", cwd=root).stdout.strip()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout's files, as a commit of it would be."""
    folder = tmp_path_factory.mktemp("provider")
    for name in ("mtrack", "schemas", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "action.yml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def workspace(root: Path, record: str = RECORD) -> Path:
    write_tree(root, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": record})
    add_evidence(root)
    return root


# pre-commit


@pytest.fixture(scope="module")
def hooked(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A workspace in git whose hooks come from the provider, and the environment to run them in."""
    root = workspace(tmp_path_factory.mktemp("hooked") / "workspace")
    config = {
        "repos": [
            {"repo": str(provider), "rev": commit(provider), "hooks": [{"id": "mtrack-lint"}, {"id": "mtrack-gaps"}]}
        ]
    }
    write_tree(root, {".pre-commit-config.yaml": yaml.safe_dump(config)})
    commit(root)
    return root, {"PRE_COMMIT_HOME": str(root.parent / "cache")}


def pre_commit(hooked: tuple[Path, dict[str, str]], *arguments: str) -> subprocess.CompletedProcess[str]:
    root, env = hooked
    return run(sys.executable, "-m", "pre_commit", *arguments, "--color", "never", cwd=root, env=env)


def test_pre_commit_knows_the_hooks_as_valid(provider: Path) -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml", cwd=provider)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_hooks_run_the_checker(hooked: tuple[Path, dict[str, str]]) -> None:
    root, env = hooked
    done = pre_commit(hooked, "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(".")[0] for line in done.stdout.splitlines() if line.endswith("Passed")] == ["mtrack lint"]

    write_tree(root, {"acme/milestones.yaml": OVERBILLED})
    run("git", "add", "--all", cwd=root)
    done = pre_commit(hooked, "run")
    assert done.returncode == 1
    assert "acme/milestones.yaml:7:13: error[overbilled] " in done.stdout
    assert "-->" not in done.stdout

    write_tree(root, {"acme/milestones.yaml": RECORD, "notes.txt": "nothing of mtrack's\n"})
    run("git", "add", "--all", cwd=root)
    done = pre_commit(hooked, "run")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("Passed")

    done = pre_commit(hooked, "run", "--hook-stage", "manual", "mtrack-gaps")
    assert done.returncode == 0, done.stdout
    assert "1 project: no gaps, no overlaps" in done.stdout

    assert pre_commit(hooked, "install").returncode == 0
    write_tree(root, {"acme/milestones.yaml": OVERBILLED})
    run("git", "add", "--all", cwd=root)
    done = run("git", "commit", "-m", "Bill too much", cwd=root, env=env)
    assert done.returncode == 1
    assert "error[overbilled]" in done.stdout + done.stderr


def test_the_hook_sees_that_evidence_is_gone_and_tells_only_what_the_commit_brings(
    hooked: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    root, env = tmp_path / "workspace", hooked[1]
    shutil.copytree(hooked[0], root)
    run("git", "reset", "-q", "--hard", cwd=root)
    write_tree(root, {"globex/milestones.yaml": OVERBILLED.replace("INV-1", "INV-2")})
    add_evidence(root)
    commit(root, "Record what is wrong already")

    run("git", "mv", "acme/agreement/sow.pdf", "acme/agreement/signed.pdf", cwd=root)
    done = pre_commit((root, env), "run")
    assert done.returncode == 1
    assert "acme/milestones.yaml:3:19: error[attachment-missing] " in done.stdout
    assert "overbilled" not in done.stdout

    run("git", "reset", "-q", "--hard", cwd=root)
    run("git", "rm", "-q", "acme/signoffs/m1.eml", cwd=root)
    done = pre_commit((root, env), "run")
    assert done.returncode == 1
    assert "error[attachment-missing] " in done.stdout


def test_the_hooks_of_init_and_of_this_repository_do_the_same() -> None:
    (own, _) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    written = yaml.safe_load((ROOT / "templates/init/pre-commit-config.yaml").read_text(encoding="utf-8"))
    (hook,) = written["repos"][0]["hooks"]
    assert {**hook, "language": "python", "description": own["description"]} == own


def test_the_entry_that_init_writes_runs(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    assert mtrack("init", root).code == 0
    write_tree(root, {"acme/milestones.yaml": RECORD})
    add_evidence(root)
    commit(root)
    script = tmp_path / "bin" / "mtrack"
    write_tree(tmp_path, {"bin/mtrack": f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m mtrack "$@"\n'})
    script.chmod(0o755)
    env = {"PATH": f"{script.parent}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tmp_path / "cache")}
    command = (sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never")
    done = run(*command, cwd=root, env=env)
    assert (done.returncode, done.stdout.rstrip().endswith("Passed")) == (0, True), done.stdout
    write_tree(root, {"acme/milestones.yaml": OVERBILLED})
    run("git", "add", "--all", cwd=root)
    done = run(*command, cwd=root, env=env)
    assert done.returncode == 1
    assert "error[overbilled]" in done.stdout


# The action


@pytest.fixture(scope="module")
def action(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, str]]:
    """The action with its first step done, and the environment a runner gives it."""
    read = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    temporary = tmp_path_factory.mktemp("runner")
    env = {"RUNNER_TEMP": str(temporary), "GITHUB_ACTION_PATH": str(provider)}
    first = read["runs"]["steps"][0]
    done = run("bash", "-e", "-o", "pipefail", "-c", first["run"], cwd=temporary, env=env)
    assert done.returncode == 0, done.stderr
    return read, env


def check(
    action: tuple[Any, dict[str, str]], root: Path, base: str = "", **inputs: str
) -> subprocess.CompletedProcess[str]:
    """Run the action's other steps with inputs, as a runner does: expressions first, then bash.

    `base` is the branch that a pull request is for.
    """
    read, env = action
    values = {name: inputs.get(name.replace("-", "_"), given["default"]) for name, given in read["inputs"].items()}
    (step,) = read["runs"]["steps"][1:]
    given = {name: value.replace("${{ inputs.", "").replace(" }}", "") for name, value in step["env"].items()}
    assert "${{" not in step["run"]
    variables = {name: values[of] for name, of in given.items()}
    return run(
        "bash", "-e", "-o", "pipefail", "-c", step["run"], cwd=root, env={**env, **variables, "GITHUB_BASE_REF": base}
    )


def test_the_action_fits_the_published_schema() -> None:
    command = (
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-actions",
        ROOT / "action.yml",
    )
    done = run(*command, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_checks_and_annotates(action: tuple[Any, dict[str, str]], tmp_path: Path) -> None:
    done = check(action, workspace(tmp_path / "clean"))
    assert (done.returncode, done.stderr) == (0, "")
    done = check(action, workspace(tmp_path / "broken", OVERBILLED))
    assert done.returncode == 1
    assert any(line.startswith("::error ") and "overbilled" in line for line in done.stdout.splitlines())
    done = check(action, tmp_path, path="broken", args="--select agreement --fail-on info")
    assert (done.returncode, done.stdout) == (0, "")
    unsigned = RECORD.replace(" signed: 2026-01-10,", "")
    assert check(action, workspace(tmp_path / "warned", unsigned)).returncode == 0
    assert check(action, tmp_path / "warned", fail_on="warning").returncode == 1


def test_the_action_judges_a_pull_request_by_the_settings_of_its_base(
    action: tuple[Any, dict[str, str]], tmp_path: Path
) -> None:
    root = workspace(tmp_path / "tree")
    assert run("git", "update-ref", "refs/remotes/origin/main", commit(root), cwd=root).returncode == 0
    write_tree(root, {"acme/milestones.yaml": OVERBILLED, "mtrack.yaml": "format: 1\nrules: {overbilled: off}\n"})
    for path in (".", "acme"):
        done = check(action, root, base="main", path=path)
        assert done.returncode == 1
        assert "overbilled" in done.stdout
    assert "overbilled" not in check(action, root).stdout
    done = check(action, root, base="other")
    assert done.stdout.startswith("::warning::mtrack judges this pull request by its own settings")
    assert "overbilled" not in done.stdout
    assert "overbilled" not in check(action, root, base="main", args="--settings-from HEAD --select gap").stdout


def test_nothing_in_the_inputs_of_the_action_is_run(action: tuple[Any, dict[str, str]], tmp_path: Path) -> None:
    workspace(tmp_path / "clean")
    for name in ("path", "fail_on", "args"):
        done = check(action, tmp_path, **{name: "$(touch ran); touch ran `touch ran` * ' \" && touch ran"})
        assert done.returncode == 2
    check(action, tmp_path / "clean", base="$(touch ran); touch ran `touch ran` * ' \" && touch ran")
    assert not list(tmp_path.rglob("ran"))
