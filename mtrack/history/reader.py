"""The one reader of records across commits: what each commit changed, as events, parents before children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack.changes.align import align
from mtrack.changes.compare import compare
from mtrack.changes.event import Commit, Event
from mtrack.changes.facts import NOTHING, PROJECT, Version
from mtrack.changes.merge import common, expected
from mtrack.history.repository import check_number
from mtrack.history.settings_events import settings_events
from mtrack.history.tree import Grower, Merging, Root, Tracked, Tree, joined, merge_of
from mtrack.history.versions import Versions, version
from mtrack.record.settings import Settings
from mtrack.workspace import RECORDS, SETTINGS, ancestors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mtrack.history.graph import Base, Graph
    from mtrack.history.repository import Repository, TreeChange


_AHEAD = 10_000
"""Changed files that are known of before they are looked at."""


class ProjectChange(Struct, frozen=True):
    """The change of a project in a commit: its facts before and after, with the same identities, and the events."""

    uid: int
    folder: str
    before: Version
    after: Version
    events: tuple[Event, ...]


class CommitChange(Struct, frozen=True):
    """The changes in a commit. `settings` are the workspace's as of it, `events` those of the settings.

    `revalued` are the projects whose amounts the settings put in another currency; they have no events of their own.
    """

    commit: Commit
    settings: Settings
    events: tuple[Event, ...]
    projects: tuple[ProjectChange, ...]
    revalued: tuple[ProjectChange, ...] = ()


class State(Struct, frozen=True, array_like=True):
    """The state of a reader after a commit: the tree, the projects that turned out to be one, and the last uid."""

    tree: Tree
    same: dict[int, int]
    last_uid: int


class Reader:
    """Reads a history in a repository. Afterwards the graph has the trees that are to be kept."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.versions = Versions(repository.content)
        self.same: dict[int, int] = {}
        """Projects that turned out to be one: two sides of a merge began the same folder."""
        self._grower = Grower(self.versions, self._accepts)
        self._first = 0
        self._last: dict[int, tuple[Tracked, Settings, Version]] = {}
        """The last version of each project, which the next commit is compared with."""

    def resume(self, graph: Graph, state: State) -> None:
        """Go on after the graph's first commit, which another reader has read."""
        self._first = 1
        self.same = dict(state.same)
        self._grower.last_uid = state.last_uid
        graph.done(0, state.tree)

    def state(self, graph: Graph) -> State:
        """The state of the reader after the graph's last commit, whose tree is kept."""
        return State(graph.trees[len(graph.commits) - 1], self.same, self._grower.last_uid)

    def read(self, graph: Graph) -> Iterator[CommitChange]:
        """The changes of each commit, parents first. Raises CannotRunError."""
        commits, first = graph.commits, self._first
        for i, changes in enumerate(self._ahead(self.repository.changes(graph.pairs()[first:])), first):
            commit = commits[i]
            change = self._commit(i, graph, changes, cut=commit.id in self.repository.shallow)
            if change.projects or change.events:
                yield change

    def _ahead(self, changes: Iterator[list[TreeChange]]) -> Iterator[list[TreeChange]]:
        """The changes of each commit, told some commits ahead, so that the contents they are read from come together."""
        seen: set[str] = set()
        while True:
            waiting: list[list[TreeChange]] = []
            wanted: list[str] = []
            size = 0
            for change in changes:
                waiting.append(change)
                new = dict.fromkeys(content for content in _contents(change) if content not in seen)
                seen.update(new)
                wanted += new
                size += len(change)
                if size > _AHEAD or len(wanted) > _AHEAD:
                    break
            if not waiting:
                return
            self.repository.expect(wanted)
            yield from waiting

    def _commit(self, i: int, graph: Graph, changes: list[TreeChange], *, cut: bool) -> CommitChange:
        """The changes of projects and settings in a commit; nothing where a shallow clone is `cut` there."""
        above = graph.parents[i]
        others = [graph.trees[parent] for parent in above[1:]]
        old = self._before(graph, above, changes)
        tree = graph.take(above)
        touched = self._grower.grow(tree, changes, others)
        check_number(len(tree.files), graph.commits[i].id)
        if len(above) > 1:
            projects = self._merge(tree, old, others, graph.bases[i], graph.trees)
        else:
            projects = [] if cut else self._ordinary(tree, old, touched)
        events, settings = self._settings(tree, old, others, cut=cut)
        revalued = self._revalued(tree, old, {change.uid for change in projects}) if events else ()
        graph.done(i, tree)
        return CommitChange(graph.commits[i], settings, events, tuple(projects), tuple(revalued))

    def _before(self, graph: Graph, above: Sequence[int], changes: list[TreeChange]) -> Tree:
        """The first parent's tree as it was; only what is asked about, where the tree itself is carried on."""
        if not above:
            return Tree({}, {})
        tree = graph.trees[above[0]]
        if graph.needed[above[0]] > 1:
            return tree
        files = {change.path: tree.files[change.path] for change in changes if change.path in tree.files}
        above_them = {folder for change in changes for folder in ancestors(change.path)}
        for folder in {self.repository.prefix, *above_them}:
            path = joined("" if folder == "." else folder, SETTINGS)
            settings = tree.read(path)
            if settings is not None:
                files[path] = settings
        return Tree(files, dict(tree.projects))

    def _settings_for(self, tree: Tree, folder: str) -> Settings:
        """The settings for a folder; defaults where they can't be used."""
        return self.versions.settings(tree.settings(folder, self.repository.prefix)) or Settings()

    def _accepts(self, tree: Tree, folder: str, blob: str) -> bool:
        parsed = self.versions.parsed(blob)
        return parsed.records is not None and bool(parsed.currency or self._settings_for(tree, folder).currency)

    def version(self, tree: Tree, project: Tracked | None) -> Version:
        """The facts of a project at a commit: of its last version that can be used."""
        if project is None:
            return NOTHING
        folder = self.repository.shown(project.folder)
        if project.usable is None:
            return Version(folder, {})
        settings = self._settings_for(tree, project.folder)
        known = self._last.get(project.uid)
        if known is not None and known[0] is project and known[1] is settings:
            return known[2]
        parsed = self.versions.parsed(project.usable)
        found = version(folder, parsed, settings, project.files, self.versions.filled)
        self._last[project.uid] = project, settings, found
        return found

    def _ordinary(self, tree: Tree, old: Tree, touched: Iterable[str]) -> list[ProjectChange]:
        """The changes that a commit with one parent, or none, made to the projects that it touched."""
        before = {old.projects[folder].uid: old.projects[folder] for folder in touched if folder in old.projects}
        after = {tree.projects[folder].uid: tree.projects[folder] for folder in touched if folder in tree.projects}
        result = []
        for uid in dict.fromkeys((*after, *before)):
            was, now = before.get(uid), after.get(uid)
            change = self._change(was, now, *self._versions(tree, old, was, now))
            if change is not None:
                result.append(change)
        return sorted(result, key=lambda change: change.folder)

    def _versions(self, tree: Tree, old: Tree, was: Tracked | None, now: Tracked | None) -> tuple[Version, Version]:
        """A project before and after a commit, with the same identities."""
        after = self.version(tree, now)
        if was is not None and was.merging is not None and not (now is not None and now.broken):
            return self._three_way(old, was.merging, after)
        before = self.version(old, was)
        return before, align(before, after)

    def _change(
        self, was: Tracked | None, now: Tracked | None, before: Version, after: Version
    ) -> ProjectChange | None:
        """The change of a project between two versions with the same identities; None where there is none."""
        some = now if now is not None else was
        assert some is not None
        events = compare(before, after)
        state = self._state(was, now)
        if state is not None:
            events.insert(0, state)
        return ProjectChange(some.uid, some.folder, before, after, tuple(events)) if events else None

    def _state(self, was: Tracked | None, now: Tracked | None) -> Event | None:
        """The event of a version that can't be used any more, or again."""
        if now is None or now.broken == (was is not None and was.broken):
            return None
        if now.broken:
            why = self.versions.parsed(now.blob).why or "there is no currency"
            return Event(
                event="broken",
                project=self.repository.shown(now.folder),
                record=PROJECT,
                message=f"records can't be used: {why}",
            )
        return Event(
            event="mended",
            project=self.repository.shown(now.folder),
            record=PROJECT,
            message="records can be used again",
        )

    def _merge(
        self, tree: Tree, old: Tree, others: list[Tree], bases: Sequence[Base], trees: Mapping[int, Tree]
    ) -> list[ProjectChange]:
        """The changes that a merge made by itself: its differences from the three-way merge of its parents."""
        if not all(base.commits for base in bases) and self.repository.shallow:
            return []
        sides = [old, *others]
        found = [side.by_uid() for side in (tree, *sides)]
        below = {commit: trees[commit].by_uid() for base in bases for commit in base.all()}
        result = []
        for uid in dict.fromkeys(uid for side in found for uid in side):
            now = found[0].get(uid)
            if now is None and any(self.same.get(uid) == other for other in found[0]):
                continue
            entries = tuple(self._entry(uid, now, side, by) for side, by in zip(sides, found[1:], strict=True))
            parts = merge_of(entries, (_root(uid, base, below) for base in bases))
            if now is not None and now.broken:
                now = tree.projects[now.folder] = replace(now, merging=parts)
            if _settled(now, parts):
                continue
            change = self._merged(tree, now, parts)
            if change is not None:
                result.append(change)
        return sorted(result, key=lambda change: change.folder)

    def _entry(self, uid: int, now: Tracked | None, side: Tree, by_uid: dict[int, Tracked]) -> Tracked | None:
        """A parent's version of a project: the same one, or the one in its folder."""
        entry = by_uid.get(uid)
        if entry is None and now is not None and now.folder in side.projects:
            entry = side.projects[now.folder]
            self.same[entry.uid] = uid
        return entry

    def _merged(self, tree: Tree, now: Tracked | None, parts: Merging) -> ProjectChange | None:
        """The change of a project in a merge; one that the merge broke is compared once it can be used again."""
        if now is not None and now.broken:
            before = after = self.version(tree, now)
        else:
            before, after = self._three_way(tree, parts, self.version(tree, now))
        sides = [side for side in parts.sides if side is not None]
        same = (side for side in sides if now is None or side.broken == now.broken)
        return self._change(next(same, next(iter(sides), None)), now, before, after)

    def _three_way(self, tree: Tree, parts: Merging, after: Version) -> tuple[Version, Version]:
        """The three-way merge of the sides, and the version that was made of them with the same identities."""
        before = self._side(tree, parts.sides[0], after)
        for side, root in zip(parts.sides[1:], parts.roots, strict=True):
            before, after = expected(self._root(tree, root, after), before, self._side(tree, side, after), after)
        return before, after

    def _side(self, tree: Tree, project: Tracked | None, merged: Version) -> Version:
        """The facts of a side; of one that a merge broke, the three-way merge of that one's sides."""
        if project is None or project.merging is None:
            return self.version(tree, project)
        return self._three_way(tree, project.merging, merged)[0]

    def _root(self, tree: Tree, root: Root, merged: Version) -> Version:
        """The facts that two sides have in common."""
        result = self._side(tree, next(iter(root.projects), None), merged)
        for project, below in zip(root.projects[1:], root.below, strict=True):
            result = common(self._root(tree, below, merged), result, self._side(tree, project, merged), merged)
        return result

    def _settings(self, tree: Tree, old: Tree, others: list[Tree], *, cut: bool) -> tuple[tuple[Event, ...], Settings]:
        """The events of the workspace's settings, and the settings that hold."""
        path = joined(self.repository.prefix, SETTINGS)
        now, was = tree.read(path), old.read(path)
        settings = self.versions.settings(now) or Settings()
        sides = [was, *(other.read(path) for other in others)]
        if cut or now in sides:
            return (), settings
        return tuple(
            settings_events(self._data(was), self._data(now), usable=self.versions.settings(now) is not None)
        ), settings

    def _revalued(self, tree: Tree, old: Tree, known: set[int]) -> Iterator[ProjectChange]:
        """The other projects to which the settings gave another currency."""
        path = joined(self.repository.prefix, SETTINGS)
        was, now = (self.versions.settings(side.read(path)) or Settings() for side in (old, tree))
        if was.currency == now.currency:
            return
        for folder, project in sorted(tree.projects.items()):
            before = old.projects.get(folder)
            if before is None or before.uid != project.uid or project.uid in known or project.usable is None:
                continue
            if self.versions.parsed(project.usable).currency is None:
                versions = self.version(old, before), self.version(tree, project)
                if versions[0].currency != versions[1].currency:
                    yield ProjectChange(project.uid, self.repository.shown(folder), *versions, ())

    def _data(self, blob: str | None) -> Any:
        """The data of settings; None where there are none, or none that can be used."""
        settings = self.versions.settings(blob) if blob is not None else None
        return settings.source.data if settings is not None and settings.source is not None else None


def _contents(changes: Iterable[TreeChange]) -> Iterator[str]:
    """The contents that a commit will be read from."""
    for path, content, is_link in changes:
        if content is not None and (is_link or path.rpartition("/")[2] in (RECORDS, SETTINGS)):
            yield content


def _root(uid: int, base: Base, known: Mapping[int, Mapping[int, Tracked]]) -> Root:
    """A project in what two sides are made from; `known` are the projects of each commit."""
    projects = tuple(known[commit].get(uid) for commit in base.commits)
    return Root(projects, tuple(_root(uid, below, known) for below in base.below))


def _settled(now: Tracked | None, parts: Merging) -> bool:
    """Whether a merge holds what it should without a look inside: each side as it was, or the one that changed."""

    def state(project: Tracked | None) -> object:
        return project and (project.folder, project.blob, project.files)

    if all(state(now) == state(side) for side in parts.sides):
        return True
    if len(parts.sides) != 2:  # noqa: PLR2004
        return False
    ours, theirs = map(state, parts.sides)
    base = [*map(state, parts.roots[0].projects)] or [None]
    return (state(now) == ours and base == [theirs] * len(base)) or (
        state(now) == theirs and base == [ours] * len(base)
    )
