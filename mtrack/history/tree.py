"""The projects in the tree of a commit, carried on from its parent: which they are, where they lie, what they name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from mtrack.changes.moves import Candidate, is_another, pair
from mtrack.history.links import LONGEST, lead
from mtrack.history.versions import contents
from mtrack.workspace import RECORDS, SETTINGS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mtrack.history.repository import TreeChange
    from mtrack.history.versions import Versions


class Tracked(Struct, frozen=True):
    """A project at a commit: who it is, its folder in the repository ("." at the top), and its content in git.

    `usable` is the last content that could be used, and `files` what it named then; the content itself, unless
    `broken`. `led` are the paths that files named through links rest on. `merging` are the sides of a merge since which
    it is broken.
    """

    uid: int
    folder: str
    blob: str
    usable: str | None
    files: dict[str, str | None]
    broken: bool
    led: frozenset[str] = frozenset()
    merging: Merging | None = None


_DEEPEST = 3
"""How many merges that broke a project one after another are told apart."""


class Root(Struct, frozen=True):
    """A project in the commits that two sides of a merge are made from, and in those below, as `Base` has them."""

    projects: tuple[Tracked | None, ...]
    below: tuple[Root, ...]

    def all(self) -> Iterator[Tracked | None]:
        """The project in each of them."""
        yield from self.projects
        for root in self.below:
            yield from root.all()


class Merging(Struct, frozen=True):
    """The sides of a merge in a project: it in each parent, and in what the first is made from together with each other."""

    sides: tuple[Tracked | None, ...]
    roots: tuple[Root, ...]
    depth: int = 0
    """How many merges that broke it the sides go back to, one before the other."""


def merge_of(sides: Iterable[Tracked | None], roots: Iterable[Root]) -> Merging:
    """The sides of a merge; of one that is broken since too many merges only the last content that could be used counts."""
    kept, below = tuple(map(_bounded, sides)), tuple(map(_bounded_root, roots))
    projects = (*kept, *(project for root in below for project in root.all()))
    depths = [one.merging.depth + 1 for one in projects if one is not None and one.merging is not None]
    return Merging(kept, below, max(depths, default=0))


def _bounded(project: Tracked | None) -> Tracked | None:
    if project is None or project.merging is None or project.merging.depth < _DEEPEST:
        return project
    return replace(project, merging=None)


def _bounded_root(root: Root) -> Root:
    return Root(tuple(map(_bounded, root.projects)), tuple(map(_bounded_root, root.below)))


class Tree(Struct):
    """A commit's tree: every file by its path in the repository, its projects by folder, and where its links lead."""

    files: dict[str, str]
    projects: dict[str, Tracked]
    links: dict[str, str] = field(default_factory=dict)
    """The targets of links as written, by path."""
    linked: set[str] = field(default_factory=set)
    """The folders whose records are a link."""

    def copy(self) -> Tree:
        """A copy that can be changed by itself."""
        return Tree(dict(self.files), dict(self.projects), dict(self.links), set(self.linked))

    def read(self, path: str) -> str | None:
        """The content that is read at a path, through links too; None where there is none in the tree."""
        if not self.links:
            return self.files.get(path)
        found = lead(path, self.links)
        return None if found is None else self.files.get(found.path)

    def content(self, path: str) -> str | None:
        """The content at a path; of a link that leads to no file of the tree, the link itself."""
        return self.read(path) or self.files.get(path)

    def records(self, folder: str) -> str | None:
        """The content of the records in a folder; a folder that is a link has none of its own."""
        path = joined("" if folder == "." else folder, RECORDS)
        return self.read(path) if path in self.files else None

    def blob(self, folder: str) -> str | None:
        """The content of the records of the project in a folder, as they were read."""
        return self.projects[folder].blob if folder in self.projects else None

    def by_uid(self) -> dict[int, Tracked]:
        """The projects by who they are."""
        return {project.uid: project for project in self.projects.values()}

    def settings(self, folder: str, root: str) -> str | None:
        """The content of the settings for a folder: the workspace's where it lies there, else the nearest above."""
        own = self.read(joined(root, SETTINGS))
        if own is not None and (not root or folder == root or folder.startswith(f"{root}/")):
            return own
        while True:
            found = self.read(joined("" if folder == "." else folder, SETTINGS))
            if found is not None or folder in ("", "."):
                return found
            folder = folder.rpartition("/")[0]


def joined(folder: str, name: str) -> str:
    """A path below a folder of the repository."""
    return f"{folder}/{name}" if folder else name


class Grower:
    """Turns the tree of a parent into that of a commit."""

    def __init__(self, versions: Versions, accepts: Callable[[Tree, str, str], bool]) -> None:
        """`accepts` says of a tree, a folder and a content whether it can be used with the settings there."""
        self.versions = versions
        self.accepts = accepts
        self.last_uid = 0
        self._targets: dict[str, str] = {}
        """The targets of links by their content's name."""

    def grow(self, tree: Tree, changes: Iterable[TreeChange], others: Iterable[Tree] = ()) -> set[str]:
        """Apply a commit's changes; the folders of projects that are not as they were.

        `others` are the trees of a merge's other parents: a project that came may be theirs.
        """
        touched: dict[str, None] = {}
        below: list[str] = []
        for path, content, is_link in changes:
            self._put(tree, path, content, is_link=is_link)
            folder, _, name = path.rpartition("/")
            if name == RECORDS:
                touched[folder or "."] = None
            else:
                below.append(path)
        touched |= dict.fromkeys(folder for folder in sorted(tree.linked) if tree.records(folder) != tree.blob(folder))
        result = self._records(tree, touched, others)
        result |= self._led_to(tree, below) - result
        for path in below:
            owner = self._owner(tree, path)
            if owner is not None and owner not in result:
                project = tree.projects[owner]
                inner = path if owner == "." else path[len(owner) + 1 :]
                if inner in project.files and not project.broken:
                    result.add(owner)
        for folder in result:
            if folder in tree.projects:
                tree.projects[folder] = self._with_files(tree, tree.projects[folder])
        return result

    def _put(self, tree: Tree, path: str, content: str | None, *, is_link: bool) -> None:
        """Change a file or a link of a tree."""
        folder, _, name = path.rpartition("/")
        if content is None:
            tree.files.pop(path, None)
        else:
            tree.files[path] = content
        if is_link and content is not None:
            tree.links[path] = self._target(content)
            if name == RECORDS:
                tree.linked.add(folder or ".")
        elif path in tree.links:
            del tree.links[path]
            if name == RECORDS:
                tree.linked.discard(folder or ".")

    def _target(self, content: str) -> str:
        """The path that a link leads to, as written; "" where it is longer than a path can be."""
        if content not in self._targets:
            raw = self.versions.content(content)
            self._targets[content] = os.fsdecode(raw) if raw is not None and len(raw) <= LONGEST else ""
        return self._targets[content]

    @staticmethod
    def _led_to(tree: Tree, changed: Iterable[str]) -> set[str]:
        """The projects with a file named through links that rests on what changed."""
        paths = set(changed)
        return {folder for folder, project in tree.projects.items() if not paths.isdisjoint(project.led)}

    @staticmethod
    def _owner(tree: Tree, path: str) -> str | None:
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if (folder or ".") in tree.projects:
                return folder or "."
        return None

    def _records(self, tree: Tree, touched: Iterable[str], others: Iterable[Tree]) -> set[str]:
        """The projects whose records changed, came, went or moved."""
        touched = list(touched)
        old = {folder: tree.projects[folder] for folder in touched if folder in tree.projects}
        now = {folder: tree.records(folder) for folder in touched}
        gone = {folder: project for folder, project in old.items() if now[folder] is None}
        came = {folder: blob for folder, blob in now.items() if blob is not None and folder not in old}
        maybe = gone | {folder: project for folder, project in old.items() if came and self._is_another(project, now)}
        moved: dict[str, str] = {}
        if maybe and came:
            moved = pair(
                {folder: self._candidate(project.blob) for folder, project in maybe.items()},
                {folder: self._candidate(blob) for folder, blob in came.items()},
            )
        gone |= {folder: maybe[folder] for folder in moved.values()}
        others = list(others)
        theirs = self._moved_from(tree, others, {folder: came[folder] for folder in came if folder not in moved})
        for folder in gone:
            del tree.projects[folder]
        for folder, blob in now.items():
            if blob is None:
                continue
            left = gone.get(folder)  # which stands elsewhere now
            known = [other.projects[folder] for other in others if folder in other.projects]
            known += [theirs[folder]] if folder in theirs else []
            was = old.get(moved.get(folder, folder)) if left is None else None
            was = was or next((one for one in known if left is None or one.uid != left.uid), None)
            if (
                folder in came
                and folder not in moved
                and was is not None
                and was.uid in {p.uid for p in tree.projects.values()}
            ):
                was = replace(was, uid=self._new_uid())
            tree.projects[folder] = self._tracked(tree, folder, blob, was)
        return {*touched}

    def _moved_from(self, tree: Tree, others: Iterable[Tree], came: Mapping[str, str]) -> dict[str, Tracked]:
        """The projects of a merge's other parents that it moved itself, by their new folders."""
        left = {folder: blob for folder, blob in came.items() if not any(folder in other.projects for other in others)}
        here = {project.uid for project in tree.projects.values()}
        gone = {
            folder: project
            for other in others
            for folder, project in other.projects.items()
            if left and project.uid not in here and tree.records(folder) is None
        }
        moved = pair(
            {folder: self._candidate(project.blob) for folder, project in gone.items()},
            {folder: self._candidate(blob) for folder, blob in left.items()},
        )
        return {new: gone[old] for new, old in moved.items()}

    def _is_another(self, was: Tracked, now: Mapping[str, str | None]) -> bool:
        """Whether another project stands in the folder where one was."""
        blob = now[was.folder]
        return blob not in (None, was.blob) and is_another(self._candidate(was.blob), self._candidate(blob))

    def _candidate(self, blob: str) -> Candidate:
        return Candidate(blob, self.versions.parsed(blob).records, lambda: self.versions.content(blob) or b"")

    def _new_uid(self) -> int:
        self.last_uid += 1
        return self.last_uid

    def _tracked(self, tree: Tree, folder: str, blob: str, was: Tracked | None) -> Tracked:
        uid = was.uid if was is not None else self._new_uid()
        if self.accepts(tree, folder, blob):
            return Tracked(uid, folder, blob, blob, {}, broken=False)
        if was is None:
            return Tracked(uid, folder, blob, None, {}, broken=True)
        return Tracked(uid, folder, blob, was.usable, was.files, broken=True, merging=was.merging)

    def _with_files(self, tree: Tree, project: Tracked) -> Tracked:
        """The project with what the tree holds under the names of its files; while it is broken, as they were."""
        if project.broken or project.usable is None:
            return project
        records = self.versions.parsed(project.usable).records
        assert records is not None
        files = contents(records, project.folder, tree.content)
        leads = [lead(join(project.folder, path), tree.links) for path in files] if tree.links else []
        led = [path for found in leads if found is not None and found.links for path in (found.path, *found.links)]
        return replace(project, files=files, led=frozenset(above for path in led for above in (path, *_above(path))))


def _above(path: str) -> Iterator[str]:
    """The folders above a path of the repository."""
    while path:
        path = path.rpartition("/")[0]
        yield path
