"""A workspace as it was at a git revision, laid out in a temporary folder of its own."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mtrack import limits
from mtrack.errors import CannotRunError
from mtrack.history.repository import LINK
from mtrack.interrupts import held_back, undone
from mtrack.workspace import RECORDS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.history.repository import Repository, TreeEntry

_EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The name that git gives to empty content, by SHA-1 and by SHA-256."""
_LONGEST_LINK = 4095


@contextmanager
def snapshot(repository: Repository, commit: str) -> Iterator[str]:
    """A folder with what the workspace held at a commit; it is gone afterwards. Raises CannotRunError.

    Records and settings are there byte for byte. Of other files only what rules ask about is kept: the path, whether
    there is any content, and whether two have the same (its name in git stands for it). The folder lies alone in one
    of its own, in which git can be run.
    """
    entries = repository.entries(commit)
    if len(entries) > limits.SNAPSHOT_FILES:
        message = f"{commit[:10]} holds {len(entries):,} files; --at and --since read up to {limits.SNAPSHOT_FILES:,}"
        raise CannotRunError(message)
    repository.expect(dict.fromkeys(entry.content for entry in entries if _is_read(entry)))
    contents: dict[str, bytes | None] = {}
    size = 0
    with _temporary_folder() as outer:
        folder = os.path.join(outer, "workspace")
        os.mkdir(folder)
        # Links last: nothing is written through one.
        for entry in sorted(entries, key=lambda entry: entry.mode == LINK):
            if _is_read(entry) and entry.content not in contents:
                contents[entry.content] = repository.content(entry.content)
            size += len(contents.get(entry.content) or b"")
            if size > limits.SNAPSHOT_BYTES:
                whole = f"{limits.SNAPSHOT_BYTES >> 20} MiB"
                message = f"the records of {commit[:10]} take more than {whole}, which is what --at and --since read"
                raise CannotRunError(message)
            try:
                _write(os.path.join(folder, *entry.path.split("/")), entry, contents.get(entry.content))
            except (OSError, ValueError) as error:
                why = os.strerror(error.errno or 5).lower() if isinstance(error, OSError) else "its name can't be"
                message = f"{commit[:10]} can't be laid out in {tempfile.gettempdir()}: {entry.path}: {why}"
                raise CannotRunError(message) from None
        yield folder


@contextmanager
def _temporary_folder() -> Iterator[str]:
    """A folder of its own, which goes whatever happens: with the object, where an interrupt comes in between."""
    with held_back():
        folder = tempfile.TemporaryDirectory(prefix="mtrack-", ignore_cleanup_errors=True)
    try:
        with undone(folder.cleanup):
            yield folder.name
    finally:
        with held_back():
            folder.cleanup()


def _write(full: str, entry: TreeEntry, content: bytes | None) -> None:
    """Write a file or a link, never over another. Raises OSError, ValueError."""
    os.makedirs(os.path.dirname(full), exist_ok=True)
    if entry.mode == LINK:
        if not content or len(content) > _LONGEST_LINK:
            message = "a link that leads nowhere"
            raise ValueError(message)
        os.symlink(os.fsdecode(content), full)
        return
    with open(full, "xb") as file:
        if not _is_read(entry):
            file.write(b"" if entry.content in _EMPTY else entry.content.encode())
        elif content is None:
            file.truncate(limits.FILE_BYTES + 1)  # too large to be read, as it is in git
        else:
            file.write(content)


def _is_read(entry: TreeEntry) -> bool:
    """Whether the content is laid out."""
    own_style = entry.path.startswith("templates/")
    return entry.mode == LINK or own_style or entry.path.rpartition("/")[2] in (RECORDS, SETTINGS)
