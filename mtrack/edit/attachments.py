"""Files given on the command line: where they go in a project, under which name, and their copy."""

from __future__ import annotations

import os
import re
import stat
import unicodedata

from msgspec import Struct

from mtrack import files, limits
from mtrack.characters import harmful, seen
from mtrack.edit import writer
from mtrack.errors import CannotRunError, UsageError
from mtrack.files import UnreadableFileError, inside
from mtrack.workspace import is_reserved

_UNCLEAN = re.compile(r"[^\w.()+,=@-]+")
_DEVICE = re.compile("CON|PRN|AUX|NUL|CLOCK\\$|CONIN\\$?|CONOUT\\$?|(COM|LPT)[0-9]", re.IGNORECASE)
"""Names that Windows takes for a device, whatever follows a point."""
LONGEST_STEM, LONGEST_SUFFIX = 100, 20
"""Lengths in bytes; a name of 255 is too long for most file systems."""


class Attachment(Struct, frozen=True):
    """A file that a record is to name: where it comes from, and its path from the project folder."""

    source: str
    path: str
    copy: bool
    """Whether it must be copied; False where it, or a file with the same content, is there already."""
    same: bool = False
    """Whether source and target are one file."""


def locate(folder: str, source: str, subfolder: str) -> Attachment:
    """The place below `subfolder` in a project for a file from the command line. Raises UsageError, CannotRunError."""
    writer.check_given(source)
    size = _size(source)
    top, real = os.path.realpath(folder), os.path.realpath(source)
    if inside(real, top):
        path = os.path.relpath(real, top).replace(os.sep, "/")
        if "\\" not in path:
            return Attachment(source, path, copy=False, same=True)
    target = os.path.join(folder, subfolder)
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
            return Attachment(source, f"{subfolder}/{name}", copy=True)
        if _is_same(os.path.join(target, alike), source, size):
            return Attachment(source, f"{subfolder}/{alike}", copy=False)
    message = f"{target} is full of files named like {stem}{suffix}"
    raise CannotRunError(message)


def _by_look(folder: str) -> dict[str, str]:
    """The names in a folder, by what they look like: names that look alike are one file on some systems."""
    try:
        return {seen(name): name for name in sorted(os.listdir(folder), reverse=True)}
    except FileNotFoundError:
        return {}
    except OSError as error:
        writer.cannot_write(folder, error)


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
    """Whether two files have the same content; False above the size that is compared."""
    if not os.path.isfile(full) or os.stat(full).st_size != size:
        return False
    content = files.digest(full, limits.COPIED)
    return content is not None and content == files.digest(source, limits.COPIED)


def clean_name(name: str) -> str:
    """A file's name without white space and characters that trouble a shell, another system or a link.

    It is valid on every system: no device's name, no point at the end, short enough. It is not hidden, nor one by which
    mtrack knows records or settings: a copy called `milestones.yaml` would make a project of the folder it lies in.
    """
    name = _UNCLEAN.sub("-", unicodedata.normalize("NFC", harmful().sub("-", name)))
    stem, suffix = os.path.splitext(re.sub(r"-{2,}", "-", name).rstrip("-. "))
    stem, suffix = _at_most(stem, LONGEST_STEM).strip("-. "), _at_most(suffix, LONGEST_SUFFIX).rstrip("-. ")
    device = _DEVICE.fullmatch(unicodedata.normalize("NFKC", stem.partition(".")[0]).strip("-"))
    name = f"{stem or 'file'}{suffix}"
    return f"file-{name}" if device or is_reserved(name) else name


def _at_most(text: str, length: int) -> str:
    """The beginning of a text that fits into `length` bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")


def copy_in(folder: str, item: Attachment) -> None:
    """Copy a file to its place in the project, never over another. Raises CannotRunError."""
    if not item.copy:
        return
    full = os.path.join(folder, *item.path.split("/"))
    above, name = os.path.split(full)
    with writer.open_folder(folder, above, make=True) as above_it:
        try:
            above_it.write(name, files.parts(item.source, limits.COPIED), new=True)
        except UnreadableFileError as error:
            message = f"{item.source} can't be read: {error.reason}; nothing was changed"
            raise CannotRunError(message) from None
        except OSError as error:
            writer.cannot_write(full, error)


def remove_copy(folder: str, item: Attachment) -> None:
    """Remove a copy that no record names after all."""
    if item.copy:
        writer.remove(folder, os.path.join(folder, *item.path.split("/")))
