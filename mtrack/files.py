"""The one way to write a file, whole or not at all, and the one way to read one that a user put there."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from mtrack import limits
from mtrack.interrupts import held_back, let_in, undone

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Callable, Iterable, Iterator

_PART = 1 << 20
TEMPORARY = ".mtrack-tmp"
"""The ending of an unfinished file's name."""
_READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))
_WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_BINARY"))


class UnreadableFileError(Exception):
    """A file can't be read: `message` says so in full, `reason` only why, `hint` what to do."""

    def __init__(self, message: str, hint: str, reason: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.reason = reason


_LINK = (
    "the file is a link that leads out of the workspace", "put a copy in its place",
    "it is a link that leads out of the workspace",
)  # fmt: skip
_FOLDER = ("this is a folder, not a file", "rename the folder, or put the records in a file", "is a directory")
_SPECIAL = ("this is not a regular file", "put a plain text file in its place", "it is not a regular file")


def inside(path: str, folder: str) -> bool:
    """Whether a real path is `folder` itself or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def read(full: str, limit: int = limits.FILE_BYTES, *, within: str | None = None) -> bytes:
    """The bytes of a regular file of at most `limit` bytes; never waits for a pipe or a device.

    `within` is the folder that a link may not lead out of. Raises UnreadableFileError.
    """
    if within is not None and not inside(os.path.realpath(full), os.path.realpath(within)):
        raise UnreadableFileError(*_LINK)
    try:
        fd = os.open(full, _READING)
        try:
            return read_open(fd, limit)
        finally:
            os.close(fd)
    except OSError as error:
        raise _told(full, error) from error


def read_open(fd: int, limit: int) -> bytes:
    """The bytes of an open file, as `read` gives them. Raises UnreadableFileError, OSError."""
    info = os.fstat(fd)
    _check_regular(info)
    raw = _read(fd, info.st_size, limit)
    if raw is None:
        large = f"larger than {limit // 2**20} MiB"
        hint = "split the project, or remove what doesn't belong here"
        message = f"the file is {large}"
        raise UnreadableFileError(message, hint, f"it is {large}")
    return raw


def digest(full: str, limit: int) -> str | None:
    """A digest of a regular file's content; None where it can't be read, or is larger than `limit` bytes."""
    import hashlib  # noqa: PLC0415  (its library takes long to load, and most runs hash nothing)

    result = hashlib.sha256()
    done = 0
    try:
        if os.stat(full).st_size > limit:
            return None
        for part in parts(full, limit + 1):
            result.update(part)
            done += len(part)
    except (OSError, UnreadableFileError):
        return None
    return result.hexdigest() if done <= limit else None


def digest_open(fd: int, limit: int) -> str | None:
    """The same of an open file. Raises OSError."""
    import hashlib  # noqa: PLC0415  (its library takes long to load, and most runs hash nothing)

    size = os.fstat(fd).st_size
    if size > limit:
        return None
    result, length = hashlib.sha256(), min(size + 1, _PART)
    while part := os.read(fd, length):
        result.update(part)
    return result.hexdigest()


def digest_of_head(full: str, length: int) -> str | None:
    """A digest of the first `length` bytes of a regular file; None where it can't be read."""
    import hashlib  # noqa: PLC0415  (its library takes long to load, and most runs hash nothing)

    try:
        return hashlib.sha256(b"".join(parts(full, length))).hexdigest()
    except UnreadableFileError:
        return None


def parts(full: str, limit: int) -> Iterator[bytes]:
    """The first bytes of a regular file, at most `limit`, part by part; never waits for a pipe or a device.

    Raises UnreadableFileError.
    """
    try:
        fd = os.open(full, _READING)
        try:
            _check_regular(os.fstat(fd))
            while limit > 0 and (part := os.read(fd, min(_PART, limit))):
                limit -= len(part)
                yield part
        finally:
            os.close(fd)
    except OSError as error:
        raise _told(full, error) from error


def _check_regular(info: os.stat_result) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise UnreadableFileError(*_FOLDER)
    if not stat.S_ISREG(info.st_mode):
        raise UnreadableFileError(*_SPECIAL)


def _read(fd: int, size: int, limit: int) -> bytes | None:
    """The rest of an open file; None where it is more than `limit` bytes."""
    if size > limit:
        return None
    parts: list[bytes] = []
    total = 0
    while part := os.read(fd, max(size - total, 0) + 1):
        parts.append(part)
        total += len(part)
        if total > limit:
            return None
    return b"".join(parts)


def system_words(error: OSError) -> str:
    """The system's reason for a refusal, as it stands in a message."""
    return os.strerror(error.errno or errno.EIO).lower()


def temporary_folder(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with the object. Raises OSError, which says that there can be none, where and why."""
    import tempfile  # noqa: PLC0415  (most runs need none)

    try:
        return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    except OSError as error:
        refused, place = error, error.filename
    if place is None:  # none of the usual places will do, and `tempfile` does not say why: the first one is asked again
        place = next(filter(None, map(os.environ.get, ("TMPDIR", "TEMP", "TMP"))), os.path.join(os.sep, "tmp"))
        try:
            with tempfile.TemporaryFile(dir=place, buffering=0) as file:
                file.write(b"-")
        except OSError as error:
            refused = error
    raise OSError(refused.errno, f"no temporary file can be written: {system_words(refused)}", place)


def _told(full: str, error: OSError) -> UnreadableFileError:
    if os.path.isdir(full):  # Windows opens none
        return UnreadableFileError(*_FOLDER)
    if error.errno in (errno.ENXIO, errno.EOPNOTSUPP):
        return UnreadableFileError(*_SPECIAL)
    reason = system_words(error)
    return UnreadableFileError(f"the file can't be read: {reason}", "check its permissions", reason)


def write(  # noqa: PLR0913  (each says how one step is made)
    full: str,
    parts: Iterable[bytes],
    *,
    new: bool = False,
    durable: bool = True,
    check: Callable[[], None] = lambda: None,
    note: Callable[[str], None] = lambda _name: None,
    folder: int | None = None,
) -> None:
    """Write a file whole or not at all: it has no name until its last part is written.

    A regular file that is replaced leaves its mode, owner and extended attributes; with `new`, none is ever replaced.
    `note` is told the name that the file has until then, before it is made, and `check` is called right before it gets
    its own. `durable`: it is on the disk by then. `full` is looked up in `folder`, the descriptor of an open one, where
    it is given. Raises OSError.
    """
    temporary = _beside(full)

    def undo() -> None:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)

    with held_back(), undone(undo):
        model = None if new else _regular(full, folder)
        note(os.path.basename(temporary))
        try:
            _write_temporary(temporary, parts, model, full, durable=durable, folder=folder)
            check()
            if new:
                _name(temporary, full, folder)
            else:
                os.replace(temporary, full, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            undo()
            raise
        if durable:
            flush_folder(os.path.dirname(full) or ".", folder)


def _write_temporary(  # noqa: PLR0913  (as `write`)
    temporary: str,
    parts: Iterable[bytes],
    model: os.stat_result | None,
    full: str,
    *,
    durable: bool,
    folder: int | None,
) -> None:
    fd = os.open(temporary, _WRITING, 0o600 if model else 0o666, dir_fd=folder)
    try:
        iterator = iter(parts)
        while (part := _next(iterator)) is not None:
            _write_all(fd, part)
        if model is not None:
            _take_after(fd, model, full, folder)
        if durable:
            os.fsync(fd)
    finally:
        os.close(fd)


def _next(parts: Iterator[bytes]) -> bytes | None:
    with let_in():  # it may take long to come
        return next(parts, None)


def _beside(full: str) -> str:
    folder, name = os.path.split(full)
    return os.path.join(folder, f".{name[:100]}.{os.urandom(4).hex()}{TEMPORARY}")


def _write_all(fd: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def _regular(full: str, folder: int | None) -> os.stat_result | None:
    """The status of a regular file; None for anything else."""
    try:
        info = os.stat(full, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return info if stat.S_ISREG(info.st_mode) else None


def _take_after(fd: int, info: os.stat_result, full: str, folder: int | None) -> None:
    """Give an open file the mode, the owner and the extended attributes of another."""
    if hasattr(os, "fchown"):
        own = os.fstat(fd)
        if (own.st_uid, own.st_gid) != (info.st_uid, info.st_gid):
            os.fchown(fd, info.st_uid, info.st_gid)
        os.fchmod(fd, stat.S_IMODE(info.st_mode))
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            model = os.open(full, _READING | os.O_NOFOLLOW, dir_fd=folder)
            try:
                for name in os.listxattr(model):
                    os.setxattr(fd, name, os.getxattr(model, name))
            finally:
                os.close(model)


def _name(temporary: str, full: str, folder: int | None) -> None:
    """Give a finished file its name, never that of another file. Raises FileExistsError."""
    try:
        os.link(temporary, full, src_dir_fd=folder, dst_dir_fd=folder)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if _exists(full, folder):
            raise FileExistsError(full) from None
        os.rename(temporary, full, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)


def _exists(full: str, folder: int | None) -> bool:
    try:
        os.stat(full, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def flush_folder(path: str, folder: int | None = None) -> None:
    """Make sure that a folder's entries are on the disk, where the system can."""
    with suppress(OSError):
        fd = os.open(path, os.O_RDONLY, dir_fd=folder)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
