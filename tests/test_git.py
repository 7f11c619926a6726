"""The one way to run git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from mtrack import git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _repository(folder: Path) -> None:
    folder.mkdir()
    (folder / "file").write_text("x", encoding="utf-8")
    for command in (
        ["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", folder.name],
    ):  # fmt: skip
        subprocess.run(["git", "-C", folder, *command], check=True)


def test_no_variable_leads_into_another_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ours", "other"):
        _repository(tmp_path / name)
    ours = git.head(str(tmp_path / "ours"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert git.head(str(tmp_path / "ours")) == ours
    assert git.head(str(tmp_path)) is None
    assert git.run(str(tmp_path / "ours"), "log", "--format=%s").stdout == b"ours\n"


def test_a_bare_repository_in_the_workspace_runs_nothing(tmp_path: Path) -> None:
    _repository(tmp_path / "ours")
    bare = tmp_path / "ours/project"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    (bare / "config").write_text("[core]\n\tbare = true\n\tpager = touch pwned\n", encoding="utf-8")
    assert git.run(str(bare), "rev-parse", "HEAD").returncode


def test_a_monitor_that_the_repository_names_is_not_run(tmp_path: Path) -> None:
    _repository(tmp_path / "ours")
    ran = tmp_path / "ran"
    subprocess.run(["git", "-C", tmp_path / "ours", "config", "core.fsmonitor", f"touch {ran}; false"], check=True)
    git.run(str(tmp_path / "ours"), "status")
    assert not ran.exists()
