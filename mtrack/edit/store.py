"""Files, written whole or not at all: one writer at a time, nothing lost that another wrote, no litter.

New content goes to a temporary file beside the old one, is flushed to the disk, and takes the old one's place in
one step; what was read is compared with what is there right before. A killed process leaves the old or the new
file; what it leaves beside it the next writer sweeps away.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from mtrack import directory, files, limits
from mtrack.characters import HARMFUL, seen
from mtrack.directory import Directory, LinkError
from mtrack.errors import CannotRunError, UsageError
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
_UNCLEAN = re.compile(r"[^\w.()+,=@-]+")
_DEVICE = re.compile("CON|PRN|AUX|NUL|CLOCK\\$|CONIN\\$?|CONOUT\\$?|(COM|LPT)[0-9]", re.IGNORECASE)
"""What Windows takes for a device, whatever comes behind a point."""
LONGEST_STEM, LONGEST_SUFFIX = 100, 20
"""In bytes; a name of 255 is too long for most file systems."""


@contextmanager
def locked(root: str, folder: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other mtracks from writing in a folder of the workspace `root`.

    Raises CannotRunError where one does, or the lock can't be had.
    """
    with _opened(root, folder) as held, _held(held, LOCK, patience):
        _sweep(root, held)
        yield


@contextmanager
def taking_numbers(root: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other mtracks from taking a number in the workspace `root`, from the look at those in use to the writing.

    Who waits for this lock may hold a project's; who holds it waits for none. Raises CannotRunError as `locked` does.
    """
    with _opened(root, root) as held, _held(held, NUMBERS_LOCK, patience):
        yield


def _opened(root: str, folder: str, *, make: bool = False) -> Directory:
    """Open a folder of the workspace `root` to write in. Raises CannotRunError where a link leads out, or it can't be."""
    check_given(root)
    try:
        return directory.open_inside(root, folder, make=make)
    except OSError as error:
        if make and not isinstance(error, LinkError):
            message = f"{folder} can't be made: {os.strerror(error.errno or 5).lower()}"
            raise CannotRunError(message) from error
        _fail(folder, error)


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
        except LinkError as error:
            message = (
                f"{error.path} is a link, and mtrack locks with a file of that name; remove it; nothing was changed"
            )
            raise CannotRunError(message) from error
        except OSError as error:
            _fail(folder.path, error)
        yield


def _sweep(root: str, folder: Directory) -> None:
    """Remove the temporary files of writers that were killed; a folder to which a link leads out is left alone."""
    for name in (os.curdir, *EVIDENCE):
        with suppress(OSError), directory.open_inside(root, os.path.join(folder.path, name)) as place:
            for entry in place.names():
                if entry.startswith(".") and entry.endswith(TEMPORARY):
                    with suppress(OSError):
                        place.unlink(entry)


def _fail(path: str, error: OSError) -> NoReturn:
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
    """Put `after` in the place of a file that holds `before`; mode, owner and extended attributes stay.

    A link is followed inside the workspace `root`. Raises CannotRunError where the file can't be written or is not
    what was read; it is whole and unchanged then.
    """
    real = os.path.realpath(full)
    above, name = os.path.split(real)
    with _opened(root, above) as folder:
        if os.path.exists(real) and not os.access(real, os.W_OK):
            message = f"{full} can't be written: it is read-only; nothing was changed"
            raise CannotRunError(message)

        def unchanged() -> None:
            if _read_in(folder, name, len(before)) != before:
                message = f"{full} was changed by someone else meanwhile; nothing was changed, run the command again"
                raise CannotRunError(message)

        try:
            with folder.writing(name, check=unchanged) as put:
                put(after)
        except OSError as error:
            _fail(full, error)


def _read_in(folder: Directory, name: str, limit: int) -> bytes | None:
    """A file's bytes; None where it can't be read, or has more than `limit` of them."""
    try:
        return folder.read(name, limit)
    except (OSError, UnreadableFileError):
        return None


def create(root: str, full: str, content: bytes) -> None:
    """Write a new file of the workspace `root`, and the folders above it, never over another. Raises CannotRunError."""
    above, name = os.path.split(full)
    with _opened(root, above, make=True) as folder:
        try:
            with folder.writing(name, new=True) as put:
                put(content)
        except FileExistsError:
            message = f"{full} is there already; nothing was changed"
            raise CannotRunError(message) from None
        except OSError as error:
            _fail(full, error)


def check_inside(root: str, path: str) -> None:
    """Raise CannotRunError where a path, of a file that need not be there, does not lie in the workspace `root`."""
    if not inside(os.path.realpath(path), os.path.realpath(root)):
        _fail(path, LinkError(path))


def check_given(path: str) -> None:
    """Raise CannotRunError where a link on the way to a path leads out of the workspace that the link stands in."""
    link = link_out(path)
    if link is not None:
        real = os.path.realpath(link)
        message = f"{link} is a link that leads out of the workspace, to {real}; name that, if it is meant; nothing was changed"
        raise CannotRunError(message)


# Evidence ---------------------------------------------------------------------------------------------------------


class Evidence(Struct, frozen=True):
    """A file that is to lie in the project: where it comes from, and its path from the project folder."""

    source: str
    path: str
    copy: bool
    """Whether it must be copied; False where it (or its like) is there already."""
    same: bool = False
    """Whether source and target are one file."""


def evidence(folder: str, source: str, place: str) -> Evidence:
    """Where a file given on the command line goes below `place` in a project. Raises UsageError, CannotRunError."""
    check_given(source)
    size = _size(source)
    top, real = os.path.realpath(folder), os.path.realpath(source)
    if inside(real, top):
        path = os.path.relpath(real, top).replace(os.sep, "/")
        if "\\" not in path:
            return Evidence(source, path, copy=False, same=True)
    target = os.path.join(folder, place)
    if os.path.lexists(target) and not (os.path.isdir(target) and inside(os.path.realpath(target), top)):
        message = f"{target} is not a folder inside the project"
        raise CannotRunError(message)
    stem, suffix = os.path.splitext(clean_name(os.path.basename(source)))
    there = _by_look(target)
    for number in range(1, 10_000):
        name = f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"
        alike = there.get(seen(name))
        if alike is None:
            _check_size(source, size)
            return Evidence(source, f"{place}/{name}", copy=True)
        if _is_same(os.path.join(target, alike), source, size):
            return Evidence(source, f"{place}/{alike}", copy=False)
    message = f"{target} is full of files named like {stem}{suffix}"
    raise CannotRunError(message)


def _by_look(folder: str) -> dict[str, str]:
    """The names in a folder, by what those have in common that are one to some system."""
    try:
        return {seen(name): name for name in sorted(os.listdir(folder), reverse=True)}
    except FileNotFoundError:
        return {}
    except OSError as error:
        _fail(folder, error)


def _size(source: str) -> int:
    """The size of a file that can be evidence. Raises UsageError."""
    try:
        info = os.stat(source)
    except OSError as error:
        message = f"{source} can't be read: {os.strerror(error.errno or 5).lower()}"
        raise UsageError(message) from None
    if not stat.S_ISREG(info.st_mode) or not info.st_size:
        message = f"{source} is {'empty' if stat.S_ISREG(info.st_mode) else 'not a file'}"
        raise UsageError(message)
    return info.st_size


def _check_size(source: str, size: int) -> None:
    """Raise UsageError for a file that is too large to be copied."""
    if size > limits.COPIED:
        message = f"{source} is larger than {limits.COPIED >> 20} MiB; move it into the project folder yourself, and name it there"
        raise UsageError(message)


def _is_same(full: str, source: str, size: int) -> bool:
    """Whether two files hold the same, as far as that is looked at."""
    if not os.path.isfile(full) or os.stat(full).st_size != size:
        return False
    content = files.digest(full, limits.COPIED)
    return content is not None and content == files.digest(source, limits.COPIED)


def clean_name(name: str) -> str:
    """A file's name without white space and characters that trouble a shell, another system or a link.

    It can be had on every system: no device is called that, it does not end in a point, it is short enough.
    """
    name = _UNCLEAN.sub("-", unicodedata.normalize("NFC", HARMFUL.sub("-", name)))
    stem, suffix = os.path.splitext(re.sub(r"-{2,}", "-", name).rstrip("-. "))
    stem, suffix = _at_most(stem, LONGEST_STEM).strip("-. "), _at_most(suffix, LONGEST_SUFFIX).rstrip("-. ")
    device = _DEVICE.fullmatch(unicodedata.normalize("NFKC", stem.partition(".")[0]).strip("-"))
    return f"{'file-' if device else ''}{stem or 'file'}{suffix}"


def _at_most(text: str, length: int) -> str:
    """The beginning of a text, in at most so many bytes."""
    return text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")


def bring(folder: str, item: Evidence) -> None:
    """Copy a file to its place in the project, never over another. Raises CannotRunError."""
    if not item.copy:
        return
    full = os.path.join(folder, *item.path.split("/"))
    above, name = os.path.split(full)
    with _opened(folder, above, make=True) as place:
        try:
            with place.writing(name, new=True) as put:
                for part in files.parts(item.source, limits.COPIED):
                    put(part)
        except UnreadableFileError as error:
            message = f"{item.source} can't be read: {error.reason}; nothing was changed"
            raise CannotRunError(message) from None
        except OSError as error:
            _fail(full, error)


def take_back(folder: str, item: Evidence) -> None:
    """Remove a copy that no record names after all."""
    if item.copy:
        above, name = os.path.split(os.path.join(folder, *item.path.split("/")))
        with suppress(OSError), directory.open_inside(folder, above) as place:
            place.unlink(name)
