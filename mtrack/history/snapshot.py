"""A workspace as it was at a git revision, laid out in a temporary folder of its own."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from mtrack import files, limits
from mtrack.errors import CannotRunError
from mtrack.history.links import LONGEST, lead
from mtrack.history.repository import LINK
from mtrack.interrupts import held_back, undone
from mtrack.workspace import RECORDS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from mtrack.history.repository import Repository, TreeEntry

_EMPTY = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
}
"""The name that git gives to empty content, by SHA-1 and by SHA-256."""


@contextmanager
def snapshot(repository: Repository, commit: str, without: Container[str] = ()) -> Iterator[str]:
    """A folder with what the workspace held at a commit; it is gone afterwards. Raises CannotRunError, OSError.

    The files `without` which it is are not there. Records and settings are there byte for byte. Of other files only what rules ask about is kept: the path, whether
    there is any content, and whether two have the same (its name in git stands for it). The folder lies alone in one
    of its own, in which git can be run.
    """
    entries = [entry for entry in repository.entries(commit) if entry.path not in without]
    contents = _Contents(repository, commit)
    contents.read(entries)
    with _temporary_folder() as outer:
        folder = os.path.join(outer, "workspace")
        os.mkdir(folder)
        # Links last: nothing is written through one.
        for entry in sorted(entries, key=lambda entry: entry.mode == LINK):
            try:
                _write(os.path.join(folder, *entry.path.split("/")), entry, contents.by_path)
            except (OSError, ValueError) as error:
                why = files.system_words(error) if isinstance(error, OSError) else "its name can't be"
                message = f"{commit[:10]} can't be laid out in {tempfile.gettempdir()}: {entry.path}: {why}"
                raise CannotRunError(message) from None
        yield folder


class _Contents:
    """The contents that are laid out, by path: records, settings, links, and what links of such a name lead to."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self.by_path: dict[str, bytes | None] = {}
        self._by_name: dict[str, bytes | None] = {}
        self._size = 0

    def read(self, entries: list[TreeEntry]) -> None:
        """Read those of a tree. Raises CannotRunError where they are too large together."""
        self._read([entry for entry in entries if entry.mode == LINK])
        links = {path: os.fsdecode(content or b"")[: LONGEST + 1] for path, content in self.by_path.items()}
        leads = [lead(path, links) for path in links if _is_read(path)]
        named = {found.path for found in leads if found is not None}
        self._read([entry for entry in entries if entry.mode != LINK and (_is_read(entry.path) or entry.path in named)])

    def _read(self, entries: list[TreeEntry]) -> None:
        known = self._by_name
        self.repository.expect(dict.fromkeys(entry.content for entry in entries if entry.content not in known))
        for entry in entries:
            if entry.content not in known:
                known[entry.content] = self.repository.content(entry.content)
            self.by_path[entry.path] = known[entry.content]
            self._size += len(known[entry.content] or b"")
            if self._size > limits.SNAPSHOT_BYTES:
                most = f"{limits.SNAPSHOT_BYTES >> 20} MiB"
                message = (
                    f"the records of {self.commit[:10]} take more than {most}, which is what --at and --since read"
                )
                raise CannotRunError(message)


@contextmanager
def _temporary_folder() -> Iterator[str]:
    """A folder of its own, which goes whatever happens: with the object, where an interrupt comes in between."""
    with held_back():
        folder = files.temporary_folder("mtrack-")

    def remove() -> None:
        _empty(folder.name)
        folder.cleanup()

    try:
        with undone(remove):
            yield folder.name
    finally:
        with held_back():
            remove()


def _empty(top: str) -> None:
    """Remove what is in a folder, as far as that can be; however deep it is, no function calls itself."""
    folders = [top]
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    with suppress(OSError):
                        os.unlink(entry.path)
    for folder in reversed(folders[1:]):
        with suppress(OSError):
            os.rmdir(folder)


def _make(folder: str) -> None:
    """Make a folder and those above it that are missing; however deep it is, no function calls itself. Raises OSError."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for below in reversed(missing):
        os.mkdir(below)


def _write(full: str, entry: TreeEntry, contents: dict[str, bytes | None]) -> None:
    """Write a file or a link, never over another. Raises OSError, ValueError."""
    _make(os.path.dirname(full))
    content = contents.get(entry.path)
    if entry.mode == LINK:
        if not content or len(content) > LONGEST:
            message = "a link that leads nowhere"
            raise ValueError(message)
        os.symlink(os.fsdecode(content), full)
        return
    with open(full, "xb") as file:
        if entry.path not in contents:
            file.write(b"" if entry.content in _EMPTY else entry.content.encode())
        elif content is None:
            file.truncate(limits.FILE_BYTES + 1)  # too large to be read, as it is in git
        else:
            file.write(content)


def _is_read(path: str) -> bool:
    """Whether what is read at a path is records, settings or a template."""
    return path.startswith("templates/") or path.rpartition("/")[2] in (RECORDS, SETTINGS)
