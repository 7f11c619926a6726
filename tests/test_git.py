"""The one way to run git."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mtrack import git
from mtrack.errors import CannotRunError

if TYPE_CHECKING:
    from pathlib import Path


def _repository(folder: Path) -> git.Location:
    folder.mkdir()
    (folder / "file").write_text("x", encoding="utf-8")
    for command in (
        ["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", folder.name],
    ):  # fmt: skip
        subprocess.run(["git", "-C", folder, *command], check=True)
    place = git.locate(str(folder))
    assert place is not None
    return place


@pytest.mark.parametrize(
    "answer", ["", "\n", "blob\n", "aa blob\n", "aa blob -5\nhello\n", "aa blob x\n", "aa missing\n", "aa tree 5\nhello\n", "aa blob 9\nhello\n",
               "aa blob " + "9" * 5000 + "\n"],
)  # fmt: skip
def test_an_answer_that_is_no_content_is_told(answer: str) -> None:
    blobs: Any = git.Blobs.__new__(git.Blobs)
    blobs._git = SimpleNamespace(stdin=BytesIO(), stdout=BytesIO(answer.encode()))  # noqa: SLF001
    with pytest.raises(
        CannotRunError,
        match=r"^git has not all of the history here \(a+ is missing\); fetch it first \(in a partial clone with git fetch --refetch --no-filter\)$",
    ):
        list(blobs.get(["a" * 40], 100))


def test_no_variable_leads_into_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _repository(tmp_path / "ours")
    _repository(tmp_path / "other")
    ours = git.head(str(tmp_path / "ours"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert git.head(str(tmp_path / "ours")) == ours
    assert git.head(str(tmp_path)) is None
    assert git.run(place, "log", "--format=%s").stdout == b"ours\n"
    assert git.read(place, "log", "--format=%s") == b"ours\n"


def test_a_repository_is_found_by_walking_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = _repository(tmp_path / "ours")
    top = os.path.realpath(tmp_path / "ours")
    assert place == git.Location(top, "")
    below = tmp_path / "ours/a/b c"
    below.mkdir(parents=True)
    assert git.locate(str(below)) == git.Location(top, "a/b c")
    assert git.locate(str(below / "not/there")) == git.Location(top, "a/b c/not/there")
    assert git.locate(str(tmp_path)) is None
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.pathsep.join((str(tmp_path), str(tmp_path / "ours/a"))))
    assert git.locate(str(below)) is None
    assert git.locate(str(tmp_path / "ours")) == git.Location(top, "")
    assert (place.path("x/y"), place.path(".")) == ("x/y", ".")
    inner = git.Location(top, "a")
    assert (inner.path("x/y"), inner.path(".")) == ("a/x/y", "a")


def test_a_bare_repository_in_the_workspace_is_a_folder_like_others(tmp_path: Path) -> None:
    place = _repository(tmp_path / "ours")
    bare = tmp_path / "ours/project"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    (bare / "config").write_text("[core]\n\tbare = true\n\tpager = touch pwned\n", encoding="utf-8")
    assert git.locate(str(bare)) == git.Location(place.top, "project")
    assert git.open_repository(str(bare)).top == place.top
    assert git.head(str(bare)) == git.head(str(tmp_path / "ours"))


def test_a_monitor_that_the_repository_names_is_not_run(tmp_path: Path) -> None:
    place = _repository(tmp_path / "ours")
    ran = tmp_path / "ran"
    subprocess.run(["git", "-C", tmp_path / "ours", "config", "core.fsmonitor", f"touch {ran}; false"], check=True)
    git.run(place, "status")
    git.ready(str(tmp_path / "ours"), ["file"])
    assert not ran.exists()


def test_what_git_sees_is_what_was_asked_for(tmp_path: Path) -> None:
    """Every git gets the settings and variables that keep it from running, fetching and locking."""
    place = _repository(tmp_path / "ours")
    seen = git.read(place, "-c", "alias.see=!env", "see").decode()
    for line in ("GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C"):  # fmt: skip
        assert line in seen.splitlines()
    for setting in ("core.fsmonitor", "safe.bareRepository", "core.commitGraph", "log.showSignature"):
        assert setting.casefold() in seen.casefold()
    assert b"explicit" in git.run(place, "config", "safe.bareRepository").stdout
    apart = git.run_apart(str(tmp_path / "ours"), "rev-parse", "--git-dir")
    assert apart.stdout == b".git\n"  # what lies in the folder itself; nothing above it
    (tmp_path / "ours/inner").mkdir()
    assert git.run_apart(str(tmp_path / "ours/inner"), "rev-parse", "--git-dir").returncode == 128


def test_a_working_tree_elsewhere_is_refused(tmp_path: Path) -> None:
    _repository(tmp_path / "ours")
    (tmp_path / "other").mkdir()
    for worktree in (str(tmp_path / "other"), str(tmp_path)):
        subprocess.run(["git", "-C", tmp_path / "ours", "config", "core.worktree", worktree], check=True)
        with pytest.raises(CannotRunError, match=r"core\.worktree"):
            git.open_repository(str(tmp_path / "ours"))
    subprocess.run(["git", "-C", tmp_path / "ours", "config", "core.worktree", ".."], check=True)
    assert git.open_repository(str(tmp_path / "ours")).inner == ""


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
def test_a_repository_of_someone_else_is_told_in_gits_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _repository(tmp_path / "ours")
    real = subprocess.run(["sh", "-c", "command -v git"], check=True, capture_output=True, text=True).stdout.strip()
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(CannotRunError, match=r"dubious ownership.*safe\.directory") as failed:
        git.open_repository(str(tmp_path / "ours"))
    assert "is in none" not in str(failed.value)
    with pytest.raises(CannotRunError, match=r"dubious ownership.*nothing was changed"):
        git.ready(str(tmp_path / "ours"), [])


def test_who_commits_is_known_with_and_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings"
    settings.write_text("[user]\n\tname = Global Name\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    _repository(tmp_path / "ours")
    assert git.user_name(str(tmp_path)) == git.user_name(str(tmp_path / "ours")) == "Global Name"
    subprocess.run(["git", "-C", tmp_path / "ours", "config", "user.name", "Own Name"], check=True)
    assert git.user_name(str(tmp_path / "ours")) == "Own Name"


def test_tracked_files_are_told_from_the_workspace(tmp_path: Path) -> None:
    _repository(tmp_path / "ours")
    (tmp_path / "ours/a*b").mkdir()
    (tmp_path / "ours/a*b/x").write_text("x", encoding="utf-8")
    (tmp_path / "ours/axb").mkdir()
    (tmp_path / "ours/axb/y").write_text("y", encoding="utf-8")
    subprocess.run(["git", "-C", tmp_path / "ours", "add", "."], check=True)
    assert git.tracked(str(tmp_path / "ours")) == frozenset({"file", "a*b/x", "axb/y"})
    assert git.tracked(str(tmp_path / "ours/a*b")) == frozenset({"x"})
    assert git.tracked(str(tmp_path / "ours"), "a*b") == frozenset({"a*b/x"})
    assert git.tracked(str(tmp_path)) is None
