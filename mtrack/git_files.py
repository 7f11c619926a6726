"""The files that git opens whatever it is asked: whether they are such that it would wait for them, or read them for minutes."""

from __future__ import annotations

import os
import stat

from mtrack import files, limits
from mtrack.errors import CannotRunError

_OWN = {
    "HEAD": limits.FILE_BYTES,
    "config.worktree": limits.FILE_BYTES,
    "index": limits.GIT_FILE_BYTES,
}
"""The files of one working tree, and the bytes that each may have."""
_SHARED = {
    "config": limits.FILE_BYTES,
    "packed-refs": limits.GIT_FILE_BYTES,
    "shallow": limits.GIT_FILE_BYTES,
    "objects/info/alternates": limits.FILE_BYTES,
}
"""The same of those that all working trees of a repository share."""
_TO_COMMIT = (".gitmodules", ".gitattributes", ".gitignore", ".git/info/attributes", ".git/info/exclude")


def check(folder: str) -> None:
    """Raise CannotRunError where git can't be asked about a repository; `folder` is its `.git`, which may be a file that leads there."""
    own = _leads_to(folder, b"gitdir: ") or folder
    shared = _leads_to(os.path.join(own, "commondir")) or own
    for where, sizes in ((own, _OWN), (shared, _SHARED)):
        for name, size in sizes.items():
            _check(os.path.join(where, name), size)


def check_to_commit(top: str) -> None:
    """Raise CannotRunError where git would wait for a file at the top of a working tree that it opens to commit."""
    for name in _TO_COMMIT:
        _check(os.path.join(top, name), limits.FILE_BYTES)


def _leads_to(path: str, mark: bytes = b"") -> str | None:
    """The folder that a file names behind a mark; None where it is no such file."""
    _check(path, limits.FILE_BYTES)
    try:
        said = files.read(path)
    except files.UnreadableFileError:
        return None
    if not said.startswith(mark):
        return None
    return os.path.join(os.path.dirname(path), os.fsdecode(said.removeprefix(mark).rstrip(b"\r\n")))


def _check(path: str, size: int) -> None:
    try:
        info = os.stat(path)
    except (OSError, ValueError):
        return  # git says what it makes of that
    if not stat.S_ISREG(info.st_mode) and not stat.S_ISDIR(info.st_mode):
        message = f"git can't be asked: {path} is not a regular file"
        raise CannotRunError(message)
    if stat.S_ISREG(info.st_mode) and info.st_size > size:
        message = f"git can't be asked: {path} is larger than {size >> 20:,} MiB"
        raise CannotRunError(message)
