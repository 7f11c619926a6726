"""The folder of a report: no link is followed, and only what mtrack wrote there is ever replaced or removed."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from mtrack import directory, git, limits
from mtrack.directory import Directory, LinkError
from mtrack.errors import CannotRunError, UsageError
from mtrack.files import UnreadableFileError, inside
from mtrack.interrupts import held_back, let_in
from mtrack.site.rows import Rows
from mtrack.site.written import Written
from mtrack.watch import is_fine, is_settled, state_of
from mtrack.workspace import EVIDENCE, RECORDS, SETTINGS, above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtrack.check.workspace import Workspace
    from mtrack.watch import State

_BELOW = ("projects", "files")
"""The folders in a report's folder: the projects' pages, and copies of the evidence."""


class Folder:
    """A report's folder, open while the report is written."""

    def __init__(self, top: Directory, written: Written, *, force: bool = False) -> None:
        """Raises UsageError where the folder holds something and mtrack did not make it, or what it made was changed.

        With `force` what stands in the place of a page is replaced; all else stays.
        """
        self._top = top
        self._force = force
        self._written = written
        self._below: dict[str, Directory] = {}
        self._made: dict[str, tuple[str, str]] = {}
        """The pages that are there as this run would make them: digests of content and inputs."""
        self._states: dict[str, State] = {}
        """The states of pages whose content is known, where they show every later change."""
        names = top.names()
        for name in _BELOW:
            if name in names:
                self._open_below(name, make=False)
        self._sweep()
        self._names = top.names()
        self._before = {name: self._digest(name) for name in written.names()}
        """The pages of earlier runs that stand there, and the digests of what they hold."""
        if self._names and not force:
            self._check()

    def _sweep(self) -> None:
        """Remove what a run that was killed left of pages: what stands there under names that mtrack has made up."""
        for name in self._written.temporary:
            place, last = self._place(name)
            if place is not None:
                with suppress(OSError):
                    place.unlink(last)

    def close(self) -> None:
        """Close the folder."""
        for folder in self._below.values():
            folder.close()
        self._top.close()

    def _check(self) -> None:
        """Raise UsageError where the folder is not as mtrack left it."""
        if not any(self._is_ours(name, digest) for name, digest in self._before.items()):
            path = self._top.path
            message = f"{path} is not empty and mtrack did not make it, as far as it knows; remove it, name a new folder with -o, or replace what has the names of pages with --force"
            raise UsageError(message)
        for name, digest in self._before.items():
            if not self._is_ours(name, digest) and self._stands(name):
                self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        path = os.path.join(self._top.path, *name.split("/"))
        message = f"{path} is not as mtrack wrote it; remove it, name a new folder with -o, or replace it with --force"
        raise UsageError(message)

    def _is_ours(self, name: str, digest: str | None) -> bool:
        return self._written.inputs(name, digest) is not None

    def _open_below(self, name: str, *, make: bool) -> None:
        try:
            self._below[name] = self._top.below(name, make=make)
        except LinkError as error:
            raise _refused_link(error) from error
        except OSError as error:
            raise _cant_write(os.path.join(self._top.path, name), error) from error

    def _place(self, name: str, *, make: bool = False) -> tuple[Directory | None, str]:
        """The folder a page lies in, and its name there."""
        above, _, last = name.rpartition("/")
        if not above:
            return self._top, last
        if above not in self._below and make:
            self._open_below(above, make=True)
        return self._below.get(above), last

    def _digest(self, name: str) -> str | None:
        """The digest of what a page holds; it is not read where its state shows that it is as it was."""
        place, last = self._place(name)
        return None if place is None else self._known(name) or place.digest(last)

    def _known(self, name: str) -> str | None:
        """The digest of what a page holds, where its state says so."""
        place, last = self._place(name)
        now = time.time_ns()
        with suppress(OSError):
            info = place.stat(last) if place is not None else None
            if info is not None and is_settled(state := state_of(info), now):
                self._states[name] = state
                return self._written.content(name, state)
        return None

    def _stands(self, name: str) -> bool:
        place, last = self._place(name)
        return place is not None and place.stat(last) is not None

    def put(self, name: str, inputs: str, make: Callable[[Rows], bytes]) -> None:
        """Write a page or a file, unless it is there as it was made from the same inputs.

        `make` may take rows from the page that stands there. Raises UsageError where something stands there that mtrack
        did not write, CannotRunError.
        """
        before = self._before.get(name)
        if name not in self._made and before is not None and self._written.inputs(name, before) == inputs:
            self._made[name] = before, inputs
            return
        rows = self._rows(name, before)
        content = make(rows)
        digest = hashlib.sha256(content).hexdigest()
        self._written.keep_rows(name, rows.kept(digest))
        place, last = self._place(name, make=True)
        assert place is not None
        now = self._digest(name)
        if now != digest:
            if not self._force and not self._is_ours(name, now) and place.stat(last) is not None:
                self._refuse(name)
            self._written.note(name, digest, inputs)
            try:
                beside = partial(self._written.note_temporary, name)
                place.write(last, [content], durable=False, note=beside)
            except OSError as error:
                raise _cant_write(os.path.join(place.path, last), error) from error
            self._note_state(name, place, last)
        self._made[name] = digest, inputs

    def _note_state(self, name: str, place: Directory, last: str) -> None:
        """Note the state of a page that was just written; none where a change in the same second would not show."""
        self._states.pop(name, None)
        with suppress(OSError):
            info = place.stat(last)
            if info is not None and is_fine(state := state_of(info)):
                self._states[name] = state

    def _rows(self, name: str, content: str | None) -> Rows:
        """The rows of the page that stands there, if it still is what this mtrack wrote."""
        kept = self._written.rows(name)
        if kept is not None and kept.content == content:
            place, last = self._place(name)
            with suppress(OSError, UnreadableFileError):
                page = place.read(last, limits.COPIED) if place is not None else b""
                if (self._known(name) or hashlib.sha256(page).hexdigest()) == content:  # also once it is read
                    return Rows(page, kept)
        return Rows()

    def finish(self) -> None:
        """Remove the pages that are no more."""
        for name in self._before.keys() - self._made.keys():
            place, last = self._place(name)
            if place is not None and self._is_ours(name, place.digest(last)):
                with suppress(OSError):
                    place.unlink(last)
        for name in _BELOW:
            with suppress(OSError):  # not empty, most of the time
                self._top.rmdir(name)
        self._written.settle(self._made, self._states)


@contextmanager
def open_folder(
    workspace: Workspace, target: str, written: Written, say: Callable[[str], None], *, force: bool = False
) -> Iterator[Folder]:
    """Open a report's folder, made where there is none. Raises UsageError where it must not be written to.

    `say` is called where its content is committed, and so may come from anyone.
    """
    top = _open(target, guard(workspace, target, whole=True))
    try:
        committed = _is_committed(workspace, top.path)
        if committed:
            say(f"{target} is committed; only pages that this mtrack wrote there are trusted, kept or replaced")
        folder = Folder(top, written, force=force)
    except BaseException:
        top.close()
        raise
    try:
        yield folder
    finally:
        folder.close()


def _open(path: str, visit: Callable[[Directory, str | None], None]) -> Directory:
    try:
        return directory.open_plain(path, make=True, visit=visit)
    except LinkError as error:
        raise _refused_link(error) from error
    except NotADirectoryError as error:
        message = f"{error.filename} is not a folder"
        raise UsageError(message) from error
    except OSError as error:
        raise _cant_write(path, error) from error


def _refused_link(error: LinkError) -> UsageError:
    real = os.path.realpath(error.path)
    return UsageError(f"{error.path} is a link, and mtrack does not write through one; it leads to {real}")


def _cant_write(path: str, error: OSError) -> CannotRunError:
    return CannotRunError(f"{path} can't be written: {os.strerror(error.errno or 5).lower()}")


def write(
    full: str,
    parts: Iterable[bytes],
    visit: Callable[[Directory, str | None], None] = lambda _folder, _name: None,
    written: Written | None = None,
) -> None:
    """Write a file whole or not at all, and the folders above it.

    What runs that were killed left of it half written goes, where `written` knows of it. Raises UsageError where a link
    leads to it, CannotRunError.
    """
    above, name = os.path.split(os.path.abspath(full))
    with held_back(), _noted(written or Written(None)) as known, let_in(), _open(above, visit) as folder:
        info = folder.stat(name)
        if info is not None and directory.is_link(info):
            raise _refused_link(LinkError(full))
        for left in known.temporary:
            with suppress(OSError):
                folder.unlink(left)
        try:
            folder.write(name, parts, durable=False, note=partial(known.note_temporary, name))
        except OSError as error:
            raise _cant_write(full, error) from error
        known.forget()


@contextmanager
def _noted(written: Written) -> Iterator[Written]:
    """What is noted of an output that is one file; nothing while another mtrack writes it, which then is not touched."""
    with ExitStack() as stack:
        try:
            stack.enter_context(written.held(0))
        except CannotRunError:
            written = Written(None)
        yield written


def guard(workspace: Workspace, target: str, *, whole: bool) -> Callable[[Directory, str | None], None]:
    """A guard against a report written over records, this workspace's or another's, folder by folder on the way to it.

    That is: in a project's folder (where the root is the project, in its evidence), and, if the target is to be
    `whole` the report's, over a workspace itself. Raises UsageError.
    """
    root = os.path.realpath(workspace.origin)
    holding = {_identity(folder) for folder in (root, *above(root))}
    own = _identity(root)
    among = UsageError(f"{target} lies among a project's records; name a folder outside with -o")
    real = directory.plain(target)
    if any(inside(real, folder) for folder in _kept(workspace, root)):
        raise among

    def visit(folder: Directory, name: str | None) -> None:
        is_project = folder.stat(RECORDS) is not None
        if is_project and (folder.identity != own or (name or "").casefold() in EVIDENCE):
            raise among
        if whole and name is None and (folder.identity in holding or is_project or folder.stat(SETTINGS) is not None):
            message = f"{target} holds a workspace; name another folder with -o"
            raise UsageError(message)

    return visit


def _identity(path: str) -> tuple[int, int]:
    info = os.stat(path)
    return info.st_dev, info.st_ino


def _kept(workspace: Workspace, root: str) -> Iterator[str]:
    """Folders that hold records and nothing else, though nothing on the way to them says so.

    Those of a commit need not be there now, and evidence may be a link to a folder elsewhere.
    """
    for folder, found in workspace.walk.folders.items():
        full = os.path.join(root, *folder.split("/"))
        if found.has_records:
            if workspace.commit is not None and folder != ".":
                yield full
            for link in found.links:
                name = link.rpartition("/")[2]
                if name in EVIDENCE:
                    yield os.path.realpath(os.path.join(full, name))


def _is_committed(workspace: Workspace, path: str) -> bool:
    """Whether git tracks files in a folder."""
    place = git.locate(workspace.origin)
    if place is None or not inside(path, place.top):
        return False
    try:
        return bool(git.tracked(place.top, os.path.relpath(os.path.realpath(path), place.top).replace(os.sep, "/")))
    except CannotRunError:  # told of the workspace; what stands in the folder is trusted no more for it
        return False
