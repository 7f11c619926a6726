"""Finds the workspace's root and its projects, in sorted order, and lists the files evidence can lie in."""

from __future__ import annotations

import os
import re
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from mtrack import limits
from mtrack.characters import seen_tight
from mtrack.errors import CannotRunError
from mtrack.files import inside
from mtrack.patterns import matcher
from mtrack.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

SETTINGS = "mtrack.yaml"
RECORDS = "milestones.yaml"
_NEARLY = re.compile(r"milestones?(?:\([^)]*\)|copy)?\.ya?ml(?:\.txt|\.bak|\.orig|\.old|~)?")
"""Nearly the name of a project's records, white space and case aside: other endings, a second download, a copy, a backup."""
EVIDENCE = ("agreement", "invoices", "signoffs")
"""The sub-folders of a project whose files the records name."""
_EVIDENCE = frozenset(EVIDENCE)


def is_like_records(name: str) -> bool:
    """Whether a file's name is that of records, or nearly: in capitals, in another form, with another ending, as a copy."""
    return _NEARLY.fullmatch(seen_tight(name)) is not None


def is_reserved(name: str) -> bool:
    """Whether a file's name is that of settings or records, or nearly."""
    return is_like_records(name) or is_like_settings(name)


def is_like_settings(name: str) -> bool:
    """Whether a file's name is that of settings, or nearly."""
    return seen_tight(name) in (SETTINGS, "mtrack.yml")


def find_root(path: str) -> str:
    """The nearest folder at or above `path` (a file's folder) that holds `mtrack.yaml`.

    Without one, the nearest project, so that a path inside a project means it; without that either, `path`.
    """
    start = folder_of(path)
    return _nearest_with(SETTINGS, start) or _nearest_with(RECORDS, start) or start


def folder_of(path: str) -> str:
    """The folder that a path is, or that a file lies in."""
    start = os.path.abspath(path)
    return start if os.path.isdir(start) else os.path.dirname(start)


def _nearest_with(name: str, folder: str) -> str | None:
    """The nearest folder at or above one that holds an entry of a name."""
    while not os.path.lexists(os.path.join(folder, name)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def link_out(path: str) -> str | None:
    """The first link on the way to a path that leads out of what it stands in; None where there is none.

    That is the workspace around the link, else the project, else the git repository: a link that stands in none of
    them is the user's own.
    """
    full = os.path.abspath(path)
    for link in sorted({full, *above(full)}, key=len):
        if os.path.islink(link):
            around = _around(os.path.dirname(link))
            if around is not None and not inside(os.path.realpath(link), os.path.realpath(around)):
                return link
    return None


def above(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first."""
    while path != (path := os.path.dirname(path)):
        yield path


def _around(folder: str) -> str | None:
    """The root around a folder: the nearest workspace, else project, else git repository."""
    return _nearest_with(SETTINGS, folder) or _nearest_with(RECORDS, folder) or _nearest_with(".git", folder)


_FEW = 30
"""The number of names compared in no more time than it takes to ask the system."""


class Folder(Struct, frozen=True, array_like=True, gc=False):
    """The contents of a folder, hidden and excluded things left out, each sorted by name.

    `below` are sub-folders, `links` links to folders, by their path from the root; `outside` what leads out of
    the workspace. `files` have their size in bytes, None where one is a link or no regular file. `has_more` says that
    sub-folders are excluded.
    """

    has_records: bool
    below: tuple[str, ...]
    links: tuple[str, ...]
    files: dict[str, int | None]
    has_more: bool = False
    outside: tuple[str, ...] = ()

    def lacks(self, name: str) -> bool:
        """Whether nothing in it has a name, in capitals or not; False also where that can't be told at once."""
        if self.has_more or len(self.files) > _FEW or name.startswith(".") or name.lower() == RECORDS:
            return False
        names = "\n".join((*self.files, *self.below, *self.links, *self.outside)).lower()
        return not names or (names.isascii() and name.isascii() and name.lower() not in names and os.name != "nt")

    @property
    def plain(self) -> bool:
        """Whether it holds nothing but files, none of them records."""
        return not (self.has_records or self.below or self.links or self.outside)


class Walk(Struct, frozen=True, array_like=True):
    """The result of a walk, as paths from the root: project folders, and folders with evidence but no records.

    `closed` are folders that could not be looked into. `real` has the real path of the root and of what was entered by a
    link: other folders lie where they stand. `folders` has what each folder holds, so that it is not asked again.
    """

    projects: tuple[str, ...]
    recordless: tuple[str, ...]
    closed: tuple[str, ...] = ()
    real: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    watch: Any = None
    """The `Watch` that notes all that is looked at, where one is wanted."""
    linked: bool = False
    """Whether something was entered by a link."""
    nearly: tuple[str, ...] = ()
    """Files with nearly the name of a project's records, in folders without them, sorted."""
    outside: tuple[str, ...] = ()
    """Links to folders outside, or to nothing there, sorted, but those among the papers of a project, which are asked for by name."""

    def lacks(self, path: str) -> bool:
        """Whether the listing of a folder shows that nothing is at a path from the root; False also where that can't be told."""
        if len(path) > limits.PATH:
            return True  # nor would it be looked up
        above, _, name = path.rpartition("/")
        while above and above not in self.folders:
            above, _, name = above.rpartition("/")
        folder = self.folders.get(above or ".")
        return folder is not None and folder.lacks(name)


def is_below(path: str, top: str) -> bool:
    """Whether a path is `top` or lies below it, both from the root."""
    return top in (".", path) or path.startswith(f"{top}/")


def _nearly(folders: Iterable[tuple[str, Folder]]) -> list[str]:
    """Files with nearly the name of a project's records, in folders without them."""
    return [
        join(path, name)
        for path, folder in folders
        if not folder.has_records
        for name in folder.files
        if name[0] in "mM " and is_like_records(name)
    ]


def _outside(folders: Iterable[Folder], projects: Container[str]) -> list[str]:
    """Links to folders outside that may be in the place of a project: those that are not among papers."""
    return [path for folder in folders for path in folder.outside if not _is_among_papers(path, projects)]


def _is_among_papers(path: str, projects: Container[str]) -> bool:
    """Whether a path is a project's own folder of papers, or lies in it."""
    names = path.split("/")
    return any(name in _EVIDENCE and ("/".join(names[:i]) or ".") in projects for i, name in enumerate(names))


def join(folder: str, name: str) -> str:
    """A path below a folder, both from the root."""
    return name if folder == "." else f"{folder}/{name}"


def walk(
    root: str,
    exclude: tuple[str, ...] = (),
    watch: Watch | None = None,
    origin: str | None = None,
    *,
    files: bool = True,
) -> Walk:
    """All projects under `root`, hidden folders, excluded ones and links out of it left out.

    `watch` notes each folder and file that is looked at. `origin` is the workspace that the root is a copy of: a link
    leads out where it does so from there too. Without `files` only folders are looked at: nothing is told of evidence
    without records, nor of files with nearly their name.
    Raises CannotRunError where the root itself can't be read. A folder that is reached by a link as well as by
    itself is entered once, by its own path.
    """
    try:
        os.scandir(root).close()
    except OSError as error:
        message = f"{root} can't be read: {os.strerror(error.errno or 5).lower()}"
        raise CannotRunError(message) from error
    top = os.path.realpath(root)
    asked = _Asked(matcher(exclude), _way_out(root, origin), files)
    visited: set[str] = set()
    links: list[str] = []
    unseen: dict[str, bool] = {}
    folders: dict[str, Folder] = {}
    reals: dict[str, str] = {}
    evidence: list[str] = []

    def enter(path: str, full: str) -> None:
        reals[path] = os.path.realpath(full)
        pending = [(path, full, reals[path])]
        while pending:
            path, full, real = pending.pop()
            if real in visited:
                continue
            visited.add(real)
            try:
                folder = _looked(path, full, asked, watch)
            except OSError:
                unseen[path] = os.path.lexists(os.path.join(full, RECORDS))
                continue
            for link in folder.links:
                heappush(links, link)
            folders[path] = folder
            if (
                files
                and not folder.has_records
                and any(
                    name in EVIDENCE and _holds_files(path, name, os.path.join(full, name), asked.excluded)
                    for name in folder.below
                )
            ):
                evidence.append(path)
            # No link is among them: each really lies where its folder does.
            pending.extend(
                (join(path, name), os.path.join(full, name), os.path.join(real, name))
                for name in reversed(folder.below)
            )

    enter(".", root)
    while links:
        path = heappop(links)
        full = os.path.join(root, *path.split("/"))
        real = os.path.realpath(full)
        if inside(real, top) and os.path.isdir(real):
            enter(path, full)
    known = {path: folder.has_records for path, folder in folders.items()} | unseen
    projects = tuple(sorted(path for path, has_records in known.items() if has_records))
    recordless = _recordless(sorted(evidence), projects)
    return Walk(
        projects,
        recordless,
        tuple(sorted(unseen)),
        reals,
        folders,
        watch,
        len(reals) > 1,
        tuple(sorted(_nearly(folders.items()))),
        tuple(sorted(_outside(folders.values(), frozenset(projects)))),
    )


def is_excluded(path: str, exclude: tuple[str, ...]) -> bool:
    """Whether a walk would not enter a folder, since patterns leave it out or one above it."""
    parts, excluded = path.split("/"), matcher(exclude)
    return path != "." and any(excluded("/".join(parts[:i])) for i in range(1, len(parts) + 1))


def walk_again(root: str, exclude: tuple[str, ...], watch: Watch, before: Walk, changed: Iterable[str]) -> Walk | None:
    """The same as `walk`, where since the walk `before` no folder or project came or went; else None.

    `changed` are the folders that are not as they were; the watch takes over what was noted of the others.
    """
    asked, known = _Asked(matcher(exclude), _way_out(root, None)), frozenset(before.projects)
    folders, new = dict(before.folders), {}
    for path in changed:
        old = folders.get(path)
        if old is None or not (known.intersection((path, *ancestors(path))) or _EVIDENCE.isdisjoint(path.split("/"))):
            return None  # evidence that came or went may have no records
        apart = Watch(watch.began)
        try:
            full = os.path.join(root, path) if path != "." else root
            found = _looked(path, full, asked, apart)
        except OSError:
            return None
        if (found.has_records, found.below, found.links) != (old.has_records, old.below, ()):
            return None
        folders[path], new[path] = found, apart
    watch.take({i: new[path] for i, path in enumerate(folders) if path in new} if new else {})
    nearly = [path for path in before.nearly if (path.rpartition("/")[0] or ".") not in new]
    nearly += _nearly((path, folders[path]) for path in new)
    outside = [path for path in before.outside if (path.rpartition("/")[0] or ".") not in new]
    outside += _outside((folders[path] for path in new), known)
    return replace(
        before, real={}, folders=folders, watch=watch, nearly=tuple(sorted(nearly)), outside=tuple(sorted(outside))
    )


def _way_out(root: str, origin: str | None) -> Callable[[str, str], bool]:
    """A function that says whether a link leads to a folder outside, given its path from the root and its full path.

    One to nothing, as to a disk that is not there now, counts where its name has no ending as files have.
    """
    top, stands = os.path.realpath(root), origin and os.path.realpath(origin)

    def leads_out(path: str, full: str) -> bool:
        *above, name = path.split("/")
        if stands is None and "." in name and not os.path.isdir(full):
            return False  # nearly every link to a file
        real = os.path.realpath(full)
        if inside(real, top):
            return False
        if stands is not None:
            try:
                real = os.path.realpath(os.path.join(stands, *above, os.readlink(full)))
            except OSError:
                return False
        return (stands is None or not inside(real, stands)) and (
            os.path.isdir(real) or not ("." in name or os.path.lexists(real))
        )

    return leads_out


class _Asked(NamedTuple):
    """What to ask of a folder's contents: which sub-folders are left out, which links lead out, and whether for its files."""

    excluded: Callable[[str], bool]
    leads_out: Callable[[str, str], bool]
    files: bool = True


def _looked(path: str, full: str, asked: _Asked, watch: Watch | None) -> Folder:
    """The contents of a folder, all of it noted where that is wanted. Raises OSError where it can't be read."""
    if watch is None:
        return _scan(path, full, asked)
    info = os.stat(full)
    watch.enter(full, info)
    try:
        folder = _scan(path, full, asked, watch)
    except OSError:
        watch.leave()
        watch.doubt(full)
        raise
    if folder.links or folder.outside or None in folder.files.values():
        watch.doubt(full)  # what a link leads to may change, and no state here shows it
    return folder


def _scan(path: str, full: str, asked: _Asked, watch: Watch | None = None) -> Folder:
    """The contents of a folder. Raises OSError where it can't be read."""
    has_records = has_more = False
    below: list[str] = []
    links: list[str] = []
    outside: list[str] = []
    files: list[tuple[str, int | None]] = []
    with os.scandir(full) as entries:
        for entry in entries:
            name = entry.name
            if name == RECORDS:
                has_records = True
                if watch is not None:
                    _size(entry, watch)
            elif name.startswith("."):
                continue
            elif entry.is_file(follow_symlinks=False):
                if asked.files:
                    files.append((name, _size(entry, watch)))
            elif not is_folder(entry) and not (entry.is_symlink() and asked.leads_out(join(path, name), entry.path)):
                files.append((name, None))
            elif asked.excluded(join(path, name)):
                has_more = True
            elif entry.is_symlink():
                link = join(path, name)
                (outside if asked.leads_out(link, entry.path) else links).append(link)
            else:
                below.append(name)
    below.sort()
    links.sort()
    outside.sort()
    files.sort()
    return Folder(has_records, tuple(below), tuple(links), dict(files), has_more, tuple(outside))


def _size(entry: os.DirEntry[str], watch: Watch | None) -> int | None:
    """The size of a regular file; None for what has just gone."""
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError:
        if watch is not None:
            watch.doubt(entry.path)
        return None
    if watch is not None:
        watch.note(entry.name, info)
    return info.st_size


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one; a link that leads back to itself is neither."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _recordless(evidence: list[str], projects: tuple[str, ...]) -> tuple[str, ...]:
    """Folders with evidence that are in no project, have none below, and lie in no other such folder."""
    known = set(projects)
    holding = {ancestor for project in projects for ancestor in ancestors(project)}
    result: dict[str, None] = {}
    for folder in evidence:
        if folder not in holding and not any(above in known or above in result for above in ancestors(folder)):
            result[folder] = None
    return tuple(result)


def ancestors(path: str) -> Iterator[str]:
    """The folders above a path from the root, the nearest first."""
    while path != ".":
        path = path.rpartition("/")[0] or "."
        yield path


def _holds_files(path: str, name: str, full: str, excluded: Callable[[str], bool]) -> bool:
    files = evidence_files(full, lambda below: excluded(join(path, f"{name}/{below}")))
    return next(files, None) is not None


def evidence_files(folder: str, excluded: Callable[[str], bool] = lambda _path: False) -> Iterator[str]:
    """Files at any depth below a folder, relative to it with "/", sorted; hidden ones, and all of a project, aside.

    `excluded` is asked about each sub-folder's path from `folder`.
    """
    pending: list[tuple[str, str | None]] = [("", folder)]
    while pending:
        path, full = pending.pop()
        if full is None:
            yield path
            continue
        try:
            with os.scandir(full) as found:
                entries = sorted(found, key=lambda entry: entry.name, reverse=True)
        except OSError:
            continue
        if any(entry.name == RECORDS for entry in entries):
            continue
        for entry in entries:
            below = f"{path}/{entry.name}" if path else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not excluded(below):
                    pending.append((below, entry.path))
            elif not (entry.is_symlink() and is_folder(entry)):
                pending.append((below, None))
