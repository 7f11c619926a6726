"""One commit with the files that an edit touched and nothing else, and what is said where it does not come."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mtrack import git
from mtrack.errors import CannotRunError
from mtrack.interrupts import let_in, say_if_interrupted

if TYPE_CHECKING:
    import subprocess

RECORDED, COMMITTED = "recorded already", "recorded and committed already"
_NOT_COMMITTED = "recorded, but not committed; commit it with git instead of running the command again"
"""What an interrupt says of an edit that is written."""


def commit_files(root: str, paths: list[str], subject: str) -> str:
    """Commit files that are written; an interrupt may end it, and then says so: in a block that holds interrupts back."""
    say_if_interrupted(f"{RECORDED}; whether it is committed, git log says")
    try:
        with let_in():
            name = _commit(root, paths, subject)
    except KeyboardInterrupt:
        say_if_interrupted(COMMITTED if _is_committed(root, paths) else _NOT_COMMITTED)
        raise
    say_if_interrupted(COMMITTED)
    return name


def _commit(root: str, paths: list[str], message: str) -> str:
    """Commit just these files, those that git ignores aside; the commit's short name.

    The user's hooks run. Raises CannotRunError; the edit stays then, and the index is as it was.
    """
    place = git.work_tree(root)
    ignored = git.ignored_of(place, paths, recorded=True)
    wanted = [place.path(path) for path in paths if path not in ignored]
    if not wanted:
        message = f"recorded, but not committed: {git.left_alone(ignored)}"
        raise CannotRunError(message)
    known = git.around_edit(place, git.LITERAL, "ls-files", "-z", "--", *wanted, recorded=True).stdout
    new = [path for path in wanted if os.fsencode(path) not in known.split(b"\0")]
    try:
        _add_and_commit(place, wanted, message)
    except BaseException:
        if new and not _is_committed(root, paths):
            with suppress(CannotRunError):
                _patiently(place, "update-index", "--force-remove", "--", *new)
        raise
    return git.head(root) or ""


def _add_and_commit(place: git.Location, paths: list[str], message: str) -> None:
    for arguments in (
        ("add", "--intent-to-add", "--", *paths),
        ("commit", "--quiet", "--only", "--message", message, "--", *paths),
    ):
        done = _patiently(place, git.LITERAL, *arguments)
        if done.returncode:
            trouble = "\n  ".join(("recorded, but not committed; git, and the hooks it ran, say:", *_all_lines(done)))
            raise CannotRunError(trouble)


def _is_committed(root: str, paths: list[str]) -> bool:
    """Whether files, those that git ignores aside, are as the last commit has them."""
    with suppress(CannotRunError):
        place = git.work_tree(root)
        done = git.around_edit(place, git.LITERAL, *git.STATUS, "--", *map(place.path, paths))
        return not done.returncode and not done.stdout
    return False


def _patiently(place: git.Location, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git, again where another git holds the index for a moment."""
    for _ in range(50):
        done = git.around_edit(place, *arguments, recorded=True)
        if not done.returncode or b"index.lock" not in done.stderr:
            break
        time.sleep(1 / 10)
    return done


def _all_lines(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """All lines that git and the programs it ran wrote."""
    said = [line.rstrip() for output in (done.stdout, done.stderr) for line in git.text_of(output).splitlines()]
    return said or ["nothing"]
