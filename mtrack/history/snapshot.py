"""A workspace as it was at a git revision, laid out in a temporary folder of its own."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from mtrack import git
from mtrack.errors import CannotRunError, UsageError
from mtrack.workspace import RECORDS, SETTINGS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator

_EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The name that git gives to empty content, by SHA-1 and by SHA-256."""
_LINK, _SUBMODULE = "120000", "160000"


class _Entry(NamedTuple):
    """A file of a revision: how git keeps it, its content's name, and its path from the workspace's root."""

    mode: str
    content: str
    path: str


def run_git(root: str, *arguments: str, stdin: bytes = b"", apart: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run git to read; `apart` from any repository. Raises CannotRunError where git is not installed."""
    if not apart:
        return git.ask(root, arguments, stdin)
    try:
        return git.run(root, *arguments, stdin=stdin, apart=True)
    except OSError:
        message = "the history is read with git, which is not installed"
        raise CannotRunError(message) from None


def find_commit(root: str, revision: str) -> str | None:
    """The full hash of the commit that a revision means; None where HEAD is asked for before the first commit.

    Raises UsageError, CannotRunError.
    """
    if run_git(root, "rev-parse", "--git-dir").returncode:
        message = "--since needs a git repository, and the workspace is in none"
        raise CannotRunError(message)
    wanted = f"{revision}^{{commit}}"
    done = None if "\0" in revision else run_git(root, "rev-parse", "--verify", "-q", "--end-of-options", wanted)
    if done is None or done.returncode:
        if revision == "HEAD" and not run_git(root, "symbolic-ref", "-q", "HEAD").returncode:
            return None
        message = f"git knows no revision '{revision}' here; in a shallow clone, fetch it first"
        raise UsageError(message)
    return done.stdout.decode("ascii").strip()


@contextmanager
def snapshot(root: str, commit: str) -> Iterator[str]:
    """A folder with what the workspace held at a commit; it is gone afterwards. Raises CannotRunError.

    Records and settings are there byte for byte. Of other files only what rules ask about is kept: the path, whether
    there is any content, and whether two have the same (its name in git stands for it).
    """
    listed = run_git(root, "ls-tree", "-r", "-z", commit)
    if listed.returncode:
        _fail(commit, listed)
    entries = list(_entries(listed.stdout))
    wanted = [entry.content for entry in entries if _is_read(entry) or entry.mode == _LINK]
    contents = _contents(root, commit, wanted)
    with tempfile.TemporaryDirectory(prefix="mtrack-") as folder:
        # Links last: nothing is written through one.
        for entry in sorted(entries, key=lambda entry: entry.mode == _LINK):
            full = os.path.join(folder, *entry.path.split("/"))
            os.makedirs(os.path.dirname(full), exist_ok=True)
            if entry.mode == _LINK:
                os.symlink(os.fsdecode(contents[entry.content]), full)
                continue
            with open(full, "wb") as file:
                if _is_read(entry):
                    file.write(contents[entry.content])
                elif entry.content not in _EMPTY:
                    file.write(entry.content.encode())
        yield folder


def _is_read(entry: _Entry) -> bool:
    own_style = entry.path.startswith("templates/")
    return entry.mode != _LINK and (own_style or entry.path.rpartition("/")[2] in (RECORDS, SETTINGS))


def _entries(listing: bytes) -> Iterator[_Entry]:
    for line in listing.split(b"\0"):
        head, _, path = line.partition(b"\t")
        if path:
            mode, _, content = head.decode("ascii").split()
            name = os.fsdecode(path)
            if mode != _SUBMODULE and not {"", ".", ".."} & set(name.split("/")):
                yield _Entry(mode, content, name)


def _contents(root: str, commit: str, names: Iterable[str]) -> dict[str, bytes]:
    """The contents that git keeps under these names. Raises CannotRunError."""
    names = list(dict.fromkeys(names))
    done = run_git(root, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
    if done.returncode:
        _fail(commit, done)
    result: dict[str, bytes] = {}
    start = 0
    for name in names:
        end = done.stdout.index(b"\n", start)
        head = done.stdout[start:end].split()
        if head[1:2] != [b"blob"]:
            message = f"git has not all of {commit[:10]}: {' '.join(map(os.fsdecode, head))}; fetch it first"
            raise CannotRunError(message)
        start = end + 1 + int(head[2])
        result[name] = done.stdout[end + 1 : start]
        start += 1  # the line break after it
    return result


def _fail(commit: str, done: subprocess.CompletedProcess[bytes]) -> None:
    lines = os.fsdecode(done.stderr).strip().splitlines()
    message = f"git can't read {commit[:10]}: {lines[-1] if lines else 'it says nothing'}"
    if b"promisor" in done.stderr:
        message = f"git has not all of {commit[:10]} here; fetch it first"
    raise CannotRunError(message)
