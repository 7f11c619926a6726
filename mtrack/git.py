"""One git commit with the files an edit touched, and with nothing else."""

from __future__ import annotations

import os
import subprocess
import time

from mtrack.errors import CannotRunError


def _git(root: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(["git", "-C", root, "--literal-pathspecs", *arguments])


def _run(command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(  # noqa: S603  (arguments are a list; no shell)
            command, input=text, capture_output=True, encoding="utf-8", errors="replace", env=environment, check=False
        )
    except OSError:
        message = "--commit needs git, which is not installed; nothing was changed"
        raise CannotRunError(message) from None


def ready(root: str, paths: list[str]) -> None:
    """Raise CannotRunError where there is no repository, or the files have changes that are not committed."""
    found = _git(root, "rev-parse", "--is-inside-work-tree")
    if found.returncode or found.stdout.strip() != "true":
        message = f"--commit needs a git repository, and {os.path.relpath(root)} is in none; nothing was changed"
        raise CannotRunError(message)
    if not paths:
        return
    state = _git(root, "status", "--porcelain", "--untracked-files=all", "--", *paths)
    if state.returncode:
        message = f"git can't tell the state of {', '.join(paths)}: {_last(state.stderr)}; nothing was changed"
        raise CannotRunError(message)
    if state.stdout:
        message = f"{', '.join(paths)} has changes that are not committed yet; commit them first, or leave --commit out; nothing was changed"
        raise CannotRunError(message)


def commit(root: str, paths: list[str], message: str) -> str:
    """Commit just these files, those that git ignores aside; the commit's short name.

    Raises CannotRunError; the edit stays then.
    """
    ignored = _run(["git", "-C", root, "check-ignore", "-z", "--stdin"], "\0".join(paths)).stdout.split("\0")
    paths = [path for path in paths if path not in ignored]
    for arguments in (
        ("add", "--intent-to-add", "--", *paths),
        ("commit", "--quiet", "--only", "--message", message, "--", *paths),
    ):
        done = _patiently(root, *arguments)
        if done.returncode:
            trouble = f"recorded, but not committed: git says {_last(done.stderr or done.stdout)}"
            raise CannotRunError(trouble)
    return _git(root, "rev-parse", "--short", "HEAD").stdout.strip()


def _patiently(root: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git, again where another git holds the index for a moment."""
    for _ in range(50):
        done = _git(root, *arguments)
        if not done.returncode or "index.lock" not in done.stderr:
            break
        time.sleep(1 / 10)
    return done


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return f"'{(fatal or lines or ['nothing'])[-1]}'"
