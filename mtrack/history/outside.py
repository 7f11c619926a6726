"""What a repository holds beside a workspace: where a project can go that no command in the workspace shows any more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mtrack import git
from mtrack.history.repository import SUBMODULE
from mtrack.workspace import RECORDS, ancestors, join
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.history.repository import Repository


class Outside:
    """The files of a repository around a workspace, beside what a commit had there."""

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository = repository
        self._commit = commit

    def records(self) -> dict[str, bytes]:
        """The records outside the workspace that the commit does not have so, by folder from the root. Raises CannotRunError."""
        repository, top = self._repository, self._repository.place.top
        if not repository.prefix:
            return {}
        raw = {path: source.read_bytes(top, path) for path in self._paths(top)}
        was: dict[str, bytes | None] = {}
        if raw:
            listed = git.read(repository.place, "ls-tree", "-z", "--full-tree", self._commit, "--", *raw)
            for line in filter(None, listed.split(b"\0")):
                head, _, path = line.partition(b"\t")
                was[os.fsdecode(path)] = repository.content(head.split()[2].decode("ascii"))
        return {
            repository.shown(path.rpartition("/")[0]): content
            for path, content in raw.items()
            if isinstance(content, bytes) and content != was.get(path)
        }

    def _paths(self, top: str) -> Iterator[str]:
        for folder in folders(top):
            inside = folder == self._repository.prefix or folder.startswith(f"{self._repository.prefix}/")
            if not inside:
                yield join(folder, RECORDS)

    def repositories(self, paths: Iterable[str]) -> dict[str, str]:
        """The repository within this one that stands in the place of each folder, or above it. Raises CannotRunError."""
        led = {path: [path, *ancestors(path)][:-1] if path != "." else [] for path in paths}
        places = sorted({above for found in led.values() for above in found})
        if not places:
            return {}
        place = self._repository.place
        listed = git.read(place, "ls-files", "-z", "--stage", "--full-name", "--", *map(place.path, places))
        links = {
            os.fsdecode(line.partition(b"\t")[2])
            for line in listed.split(b"\0")
            if line.startswith(SUBMODULE.encode("ascii"))
        }
        own = {path for path in places if place.path(path) in links or self._is_repository(path)}
        found = {path: next((above for above in reversed(led[path]) if above in own), None) for path in led}
        return {path: above for path, above in found.items() if above is not None}

    def _is_repository(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self._repository.root, path, ".git"))


def folders(root: str) -> Iterator[str]:
    """Every folder with records, git's own aside, whatever is hidden or excluded."""
    pending = ["."]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except OSError:  # nobody can look into it; or its path is longer than a path can be
            continue
        if any(name == RECORDS for name, _ in found):
            yield folder
        pending += [join(folder, name) for name, is_folder in reversed(found) if is_folder and name != ".git"]
