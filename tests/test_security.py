"""What SECURITY.md promises: each promise names its test, and what holds for all commands is tried on all here."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, write_tree

from mtrack.cli.commands import COMMANDS

PROMISES = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## What is promised")[2].partition("\n## ")[0]
NAMED = re.compile(r"`(tests/[\w/]+(?:\.py(?:::\w+)?|/))`")


def test_each_promise_names_its_test() -> None:
    promises = re.split(r"\n(?=- )", PROMISES.split("\n- ", 1)[1])
    assert len(promises) > 15
    assert [promise for promise in promises if not NAMED.search(promise)] == []


@pytest.mark.parametrize("named", sorted(set(NAMED.findall(PROMISES))))
def test_a_test_that_a_promise_names_is_there(named: str) -> None:
    path, _, function = named.partition("::")
    if path.endswith("/"):
        assert list((ROOT / path).glob("test_*.py"))
        return
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert function in functions if function else functions


DAY = ("--as-of", "2026-11-22")
READING: dict[str, tuple[str, ...]] = {
    **{name: (name, *DAY) for name in ("lint", "gaps", "status", "aging", "forecast", "next", "invoices", "payments", "verify")},
    "report": ("report", *DAY, "-o", "{out}/report"),
    "report as one file": ("report", *DAY, "--single-file", "{out}/report.html"),
    "report as Markdown": ("report", *DAY, "--format", "md"),
    "lint into a file": ("lint", *DAY, "--format", "json", "--output", "{out}/findings.json"),
    "lint --since": ("lint", *DAY, "--since", "HEAD"),
    "lint --at": ("lint", "--at", "HEAD"),
    "log": ("log",), "diff": ("diff",), "audit": ("audit", *DAY), "rules": ("rules",), "fields": ("fields", "due"),
    "schema": ("schema", "milestones"), "schema --check": ("schema", "--check"), "completion": ("completion", "bash"),
    "cache": ("cache",), "deliver --dry-run": ("deliver", "hooli-app", "M8", "--dry-run", *DAY),
    "init --dry-run": ("init", "{out}/new", "--dry-run"), "new --dry-run": ("new", "x", "--dry-run", "--milestone", "A=1"),
}  # fmt: skip
"""Commands that only read, or only show what they would write."""
WRITING = {
    "init", "new", "add", "set", "deliver", "approve", "bill", "pay", "void", "credit", "dispute", "cancel", "hold", "amend",
    "write-off", "close", "waive", "import",
}  # fmt: skip

# A hook of the interpreter sees what a command does, whatever code does it.
WATCHED = """
import json, os, sys
from mtrack.__main__ import run
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def hook(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if isinstance(path, int) or not (set(mode or "") & set("wax+") or (mode is None and (flags or 0) & WRITES)):
            return
        seen.append(["write", os.fsdecode(path)])
    elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        seen.append(["network", repr(arguments)])
    elif event in ("os.system", "os.exec", "os.posix_spawn", "pty.spawn"):
        seen.append(["run", repr(arguments)])
    elif event == "subprocess.Popen":
        seen.append(["run", os.fsdecode(arguments[0])])
    elif event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"):
        if not isinstance(arguments[0], int):
            seen.append(["write", os.fsdecode(arguments[0])])
    elif event in ("compile", "exec", "import") and isinstance(arguments[1] if event != "exec" else None, (str, bytes)):
        seen.append(["code", os.fsdecode(arguments[1])])
with open(sys.argv[1], "w") as file:
    sys.addaudithook(hook)
    json.dump([run(sys.argv[2:]), seen], file)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in a repository, with all in it that something might take for its own code."""
    root = tmp_path_factory.mktemp("tree") / "work"
    shutil.copytree(ROOT / "example-workspace", root)
    code = "raise SystemExit('code of the tree has run')\n"
    write_tree(root, dict.fromkeys(("json.py", "mtrack.py", "sitecustomize.py", "jinja2/__init__.py"), code))
    write_tree(root, {"templates/site/foot.html.j2": "{{ 1/0 }}", "mtrack/__init__.py": code, "conftest.py": code})
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (
        ("init", "-q"), ("add", "."), ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"),
    ):  # fmt: skip
        subprocess.run(["git", "-C", root, *command], check=True, env=environment)
    return root


def _snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        path.relative_to(root).as_posix(): (
            path.stat().st_mtime_ns,
            path.stat().st_ino,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(root.rglob("*"))
    }


def test_every_command_is_tried_here_or_where_links_are() -> None:
    names = {name for commands in COMMANDS.values() for name in commands}
    assert names - WRITING - {"serve"} == {words[0] for words in READING.values()} - WRITING


@pytest.mark.parametrize("command", READING)
def test_a_reading_command_runs_and_writes_nothing_of_the_tree(tree: Path, tmp_path: Path, command: str) -> None:
    out, cache, temporary = (tmp_path / name for name in ("out", "cache", "temporary"))
    for folder in (out, cache, temporary):
        folder.mkdir()
    before = _snapshot(tree)
    words = [word.format(out=out) for word in READING[command]]
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache), "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED, tmp_path / "seen.json", *words],
        cwd=tree, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    code: int
    seen: list[tuple[str, str]]
    code, seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert code in (0, 1), done.stderr
    assert _snapshot(tree) == before
    assert [what for kind, what in seen if kind == "network"] == []
    may_run = {"git", os.path.basename(sys.executable), *(("bash",) if command == "completion" else ())}
    assert {os.path.basename(what) for kind, what in seen if kind == "run"} <= may_run
    assert [what for kind, what in seen if kind == "code" and _is_in(what, tree)] == []
    writes_out = "{out}" in str(READING[command]) and "dry" not in command
    places = (cache, temporary, out) if writes_out else (cache, temporary)
    written = [what for kind, what in seen if kind == "write" and what != os.devnull]
    # A name without a path is one in a folder that is held open: what became of the tree says the rest.
    assert [what for what in written if os.path.isabs(what) and not any(_is_in(what, place) for place in places)] == []
    assert {path.name for path in out.iterdir()} == ({Path(words[-1]).name} if writes_out else set())
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("more", [(), ("--no-cache",)])
@pytest.mark.parametrize("kind", ["link", "file", "folder"])
def test_what_lies_in_the_folder_for_temporary_files_is_left_alone(
    tree: Path, tmp_path: Path, kind: str, more: tuple[str, ...]
) -> None:
    temporary, target = tmp_path / "temporary", tmp_path / "target"
    for folder in (temporary, target):
        folder.mkdir()
    target.chmod(0o755)
    planted = temporary / f"_jinja2-cache-{os.getuid()}"  # where Jinja2 itself would keep compiled templates
    if kind == "link":
        planted.symlink_to(target)
    elif kind == "file":
        planted.write_text("mine", encoding="utf-8")
    else:
        planted.mkdir()
    planted.chmod(0o755)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TMPDIR": str(temporary),
    }
    subprocess.run(
        [sys.executable, "-P", "-m", "mtrack", "report", *DAY, "-o", tmp_path / "out", *more],
        cwd=tree, env=environment, check=True, timeout=300,
    )  # fmt: skip
    assert stat.S_IMODE(planted.stat().st_mode) == 0o755
    assert [*temporary.iterdir()] == [planted]
    assert [*target.iterdir()] == []


def _is_in(path: str, folder: Path) -> bool:
    real = os.path.realpath(path)
    return real == str(folder) or real.startswith(f"{folder}{os.sep}")
