"""Writes files of a workspace whole or not at all, one process at a time, and never over another's change.

New content goes to a temporary file beside the old one, is flushed to the disk, and replaces it in one step, after a
comparison of what is there with what was read. A killed process leaves the old or the new file; the next writer removes
its temporary file.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from mtrack import directory, files
from mtrack.directory import Directory, LinkError
from mtrack.errors import CannotRunError
from mtrack.files import TEMPORARY, UnreadableFileError, inside
from mtrack.workspace import EVIDENCE, link_out

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = ".milestones.yaml.lock"
"""Held in a project's folder while it is written in."""
NUMBERS_LOCK = ".mtrack.lock"
"""Held in the root while an invoice number is taken."""
PATIENCE = 30.0
"""Seconds to wait for another writer."""


@contextmanager
def locked(root: str, folder: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other mtrack processes from writing in a folder of the workspace `root`.

    Raises CannotRunError where one still does after `patience` seconds, or the folder can't be locked.
    """
    with open_folder(root, folder) as held, _held(held, LOCK, patience):
        _remove_temporary_files(root, held)
        yield


@contextmanager
def taking_numbers(root: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other mtrack processes from taking a number in the workspace `root`, from reading those in use to the write.

    Who waits for this lock may hold a project's; who holds it waits for none. Raises CannotRunError as `locked` does.
    """
    with open_folder(root, root) as held, _held(held, NUMBERS_LOCK, patience):
        yield


def open_folder(root: str, folder: str, *, make: bool = False) -> Directory:
    """Open a folder of the workspace `root` to write in. Raises CannotRunError where a link leads out, or it can't be."""
    check_given(root)
    try:
        return directory.open_inside(root, folder, make=make)
    except OSError as error:
        if make and not isinstance(error, LinkError):
            message = f"{folder} can't be made: {os.strerror(error.errno or 5).lower()}"
            raise CannotRunError(message) from error
        cannot_write(folder, error)


@contextmanager
def _held(folder: Directory, name: str, patience: float) -> Iterator[None]:
    """Hold a lock by a file of that name in a folder."""
    with ExitStack() as stack:
        try:
            stack.enter_context(folder.locked(name, patience))
        except TimeoutError:
            message = (
                f"another mtrack has been writing in {folder.path} for {patience:.0f} seconds; nothing was changed"
            )
            raise CannotRunError(message) from None
        except OSError as error:
            lock = os.path.join(folder.path, name)
            what = "a link" if isinstance(error, LinkError) else "a folder" if os.path.isdir(lock) else None
            if what is None:
                cannot_write(folder.path, error)
            message = f"{lock} is {what}, and mtrack locks with a file of that name; remove it; nothing was changed"
            raise CannotRunError(message) from error
        yield


def _remove_temporary_files(root: str, folder: Directory) -> None:
    """Remove the temporary files of writers that were killed; a folder to which a link leads out is left alone."""
    for name in (os.curdir, *EVIDENCE):
        with suppress(OSError), directory.open_inside(root, os.path.join(folder.path, name)) as place:
            for entry in place.names():
                if entry.startswith(".") and entry.endswith(TEMPORARY):
                    with suppress(OSError):
                        place.unlink(entry)


def cannot_write(path: str, error: OSError) -> NoReturn:
    """Raise CannotRunError for a path that the system let nobody write."""
    if isinstance(error, LinkError):
        message = f"{error.path} is a link that leads out of the workspace; nothing was changed"
        raise CannotRunError(message) from error
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    message = f"{path} can't be written: {reason}; nothing was changed"
    raise CannotRunError(message) from error


def read(full: str) -> bytes:
    """The bytes of a file of records, of settings or of mtrack's own. Raises CannotRunError."""
    try:
        return files.read(full)
    except UnreadableFileError as error:
        message = f"{full} can't be read: {error.reason}"
        raise CannotRunError(message) from error


def replace(root: str, full: str, before: bytes, after: bytes) -> None:
    """Replace the content `before` of a file by `after`; mode, owner and extended attributes stay.

    A link is followed inside the workspace `root`. Raises CannotRunError where the file can't be written or is not
    what was read; it is whole and unchanged then.
    """
    real = os.path.realpath(full)
    above, name = os.path.split(real)
    with open_folder(root, above) as folder:
        if os.path.exists(real) and not os.access(real, os.W_OK):
            message = f"{full} can't be written: it is read-only; nothing was changed"
            raise CannotRunError(message)

        def unchanged() -> None:
            if _read_in(folder, name, len(before)) != before:
                message = f"{full} was changed by someone else meanwhile; nothing was changed, run the command again"
                raise CannotRunError(message)

        try:
            folder.write(name, [after], check=unchanged)
        except OSError as error:
            cannot_write(full, error)


def _read_in(folder: Directory, name: str, limit: int) -> bytes | None:
    """A file's bytes; None where it can't be read, or has more than `limit` of them."""
    try:
        return folder.read(name, limit)
    except (OSError, UnreadableFileError):
        return None


def create(root: str, full: str, content: bytes) -> None:
    """Write a new file of the workspace `root`, and the folders above it, never over another. Raises CannotRunError."""
    above, name = os.path.split(full)
    with open_folder(root, above, make=True) as folder:
        try:
            folder.write(name, [content], new=True)
        except FileExistsError:
            message = f"{full} is there already; nothing was changed"
            raise CannotRunError(message) from None
        except OSError as error:
            cannot_write(full, error)


def remove(root: str, full: str) -> None:
    """Remove a file of the workspace `root` that this run has written."""
    above, name = os.path.split(full)
    with suppress(OSError), directory.open_inside(root, above) as folder:
        folder.unlink(name)


def check_inside(root: str, path: str) -> None:
    """Raise CannotRunError where a path, of a file that need not be there, does not lie in the workspace `root`."""
    if not inside(os.path.realpath(path), os.path.realpath(root)):
        cannot_write(path, LinkError(path))


def check_given(path: str) -> None:
    """Raise CannotRunError where a link on the way to a path leads out of the workspace that the link stands in."""
    link = link_out(path)
    if link is not None:
        real = os.path.realpath(link)
        message = f"{link} is a link that leads out of the workspace, to {real}; name that, if it is meant; nothing was changed"
        raise CannotRunError(message)
