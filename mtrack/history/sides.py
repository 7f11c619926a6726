"""The two sides of a difference: a workspace as a commit had it, or as the working tree has it."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import files, git, limits
from mtrack.changes.moves import Candidate, is_another, pair
from mtrack.check.workspace import Workspace, open_workspace
from mtrack.history import versions
from mtrack.history.judged import open_judged
from mtrack.history.snapshot import snapshot
from mtrack.record.settings import Settings
from mtrack.workspace import Walk, is_below, join

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from datetime import date

    from mtrack.changes.facts import Version
    from mtrack.finding import Finding
    from mtrack.history.repository import Repository
    from mtrack.yaml.source import Source

_ENTRY = re.compile(
    rb"[0-7]{6} (?P<name>[0-9a-f]+) 0\t(?P<path>[^\0]*)\0\s*ctime: [^\n]*\n\s*mtime: (?P<s>[0-9]+):(?P<ns>[0-9]+)\n"
    rb"[^\n]*\n[^\n]*\n\s*size: (?P<size>[0-9]+)[^\n]*\n"
)
"""An entry of the index, with what it remembers of the file."""


class Side:
    """A workspace, and the names that git gives the contents of its files."""

    def __init__(self, workspace: Workspace, content: Callable[[str], str | None]) -> None:
        """`content` names the content of a file, by its path from the workspace's root; None where there is none."""
        self.workspace = workspace
        self._content = content

    @property
    def settings(self) -> Source | None:
        """The settings as they were read; None where there are none."""
        return self.workspace.settings.source

    def version(self, folder: str) -> Version | None:
        """The facts of a project; None where it can't be used."""
        parsed = self._parsed(folder)
        settings = self.workspace.settings
        if parsed.records is None or not (parsed.currency or settings.currency):
            return None
        files = {path: self._content(join(folder, path)) for path in versions.named(parsed.records)}
        return versions.version(folder, parsed, settings, files)

    def _parsed(self, folder: str) -> versions.Parsed:
        return versions.of_source(self.workspace.open(folder)[0].source)

    def candidate(self, folder: str) -> Candidate:
        """The data that shows whether a project is one that moved."""
        raw = self.workspace.raw(folder)
        text = raw if isinstance(raw, bytes) else b""
        return Candidate(hashlib.sha256(text).hexdigest(), self._parsed(folder).records, lambda: text)

    def is_another(self, folder: str, after: Side) -> bool:
        """Whether the project in a folder is not the one that is there afterwards.

        Of records that could not be read, as behind a link out of the workspace, nobody can say whose they were.
        """
        raw = self.workspace.raw(folder)
        return (
            isinstance(raw, bytes)
            and raw != after.workspace.raw(folder)
            and is_another(self.candidate(folder), after.candidate(folder))
        )


def moves(before: Side, after: Side) -> dict[str, str]:
    """The old folder of each project that moved; in the place of one that did another may stand now."""
    old, new = before.workspace.walk.projects, frozenset(after.workspace.walk.projects)
    came = sorted(new.difference(old))
    gone = [folder for folder in old if folder not in new or before.is_another(folder, after)] if came else []
    if not gone:
        return {}
    return pair(
        {folder: before.candidate(folder) for folder in gone}, {folder: after.candidate(folder) for folder in came}
    )


def moved(finding: Finding, old: str, new: str) -> Finding:
    """A finding in a project, at the paths of the folder to which it moved."""
    if new == old:
        return finding
    path, about = (
        item if item is None or not is_below(item, old) else join(new, item[len(old) + 1 :] if old != "." else item)
        for item in (finding.path, finding.about)
    )
    return replace(finding, path=path or finding.path, about=about)


@contextmanager
def side_of(
    repository: Repository,
    commit: str | None,
    as_of: date,
    settings: Settings | None = None,
    without: Container[str] = (),
) -> Iterator[Side]:
    """The workspace as a commit had it, judged by its own settings or the given ones; empty without one. Raises CannotRunError.

    The files `without` which it is are not there.
    """
    if commit is None:
        yield Side(Workspace(repository.root, as_of, Settings(), Walk((), ())), lambda _path: None)
        return
    tree = {entry.path: entry.content for entry in repository.entries(commit)}
    with snapshot(repository, commit, without) as folder:
        if settings is None:
            opened = open_workspace(folder, as_of, origin=repository.root)
        else:
            opened = open_judged(folder, as_of, settings, repository.root)
        yield Side(opened, tree.get)


def side_of_files(repository: Repository, workspace: Workspace) -> Side:
    """The working tree. What the index holds as clean counts as its entry there, and so does what is not checked out.

    So does a file that differs from its entry in line ends alone, as git writes them where the user wants it: whether
    git would say so is not asked, since it would run filters.
    """
    root, place = workspace.root, repository.place
    known: dict[str, str] = {}
    clean: dict[str, str] = {}
    start = len(os.fsencode(place.inner)) + 1 if place.inner else 0
    for match in _ENTRY.finditer(git.read(place, "ls-files", "--stage", "--debug", "-z", "--", place.path("."))):
        path = os.fsdecode(match["path"][start:])
        known[path] = match["name"].decode("ascii")
        if _is_as_it_was(os.path.join(root, *path.split("/")), *(int(match[name]) for name in ("s", "ns", "size"))):
            clean[path] = known[path]
    algorithm = git.read(place, "rev-parse", "--show-object-format").decode("ascii").strip()
    clean |= repository.not_checked_out

    def content(path: str) -> str | None:
        if path in clean:
            return clean[path]
        full = os.path.join(root, *path.split("/"))
        name = known.get(path)
        if name is not None and _with_line_feeds(full, algorithm) == name:
            return name
        return _named(full, algorithm)

    return Side(workspace, content)


def _is_as_it_was(full: str, seconds: int, nanoseconds: int, size: int) -> bool:
    """Whether a file has the time and size that the index remembers; git itself would ask filters where in doubt."""
    try:
        info = os.lstat(full)
    except OSError:
        return False
    time = divmod(info.st_mtime_ns, 1_000_000_000)
    return info.st_size == size and time[0] == seconds and nanoseconds in (0, time[1])


def _named(full: str, algorithm: str) -> str | None:
    """The name that git would give the content of a file, as it is; None where there is none."""
    try:
        if os.path.islink(full):
            target = os.fsencode(os.readlink(full))
            return hashlib.new(algorithm, b"blob %d\0%s" % (len(target), target)).hexdigest()
        info = os.lstat(full)
        if info.st_size > limits.HASHED:  # by size and time: it is another than git knows
            return f"{info.st_size} {info.st_mtime_ns}"
        result = hashlib.new(algorithm, b"blob %d\0" % info.st_size)
        for part in files.parts(full, limits.HASHED):
            result.update(part)
    except (OSError, files.UnreadableFileError):
        return None
    return result.hexdigest()


def _with_line_feeds(full: str, algorithm: str) -> str | None:
    """The name that git would give a text with each line ended by a line feed; None where it is no text that has others."""
    try:
        raw = b"" if os.path.islink(full) else files.read(full, limits.FILE_BYTES)
    except (OSError, files.UnreadableFileError):
        return None
    if b"\r\n" not in raw or b"\0" in raw:
        return None
    raw = raw.replace(b"\r\n", b"\n")
    return hashlib.new(algorithm, b"blob %d\0" % len(raw) + raw).hexdigest()
