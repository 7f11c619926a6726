"""A folder held open: operations by name happen in this folder, even if its path changes, and follow no link."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from mtrack import files, limits
from mtrack.files import inside
from mtrack.interrupts import let_in, undone
from mtrack.workspace import RECORDS, SETTINGS, above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

BY_DESCRIPTOR = {os.open, os.stat, os.mkdir, os.unlink, os.rmdir, os.rename, os.link} <= os.supports_dir_fd
"""Whether the system looks names up in an open folder. Where it can't, each step is checked before it is made."""
_HOLDING = sum(getattr(os, name, 0) for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")) | getattr(os, "O_PATH", 0)
_READING = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))
_PAUSE = 0.02
"""Seconds between two looks whether a lock is free."""
_OF_OTHERS = (SETTINGS, RECORDS, ".git")
"""Names that mark a folder whose contents may come from anyone."""


class LinkError(OSError):
    """A link stands where a folder or a file was to be written; `filename` is its path."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.ELOOP, "it is a link", path)

    @property
    def path(self) -> str:
        """The path of the link."""
        return str(self.filename)


class Directory:
    """An open folder. Names are single names in it; `path` only says to people where it was."""

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self._fd = descriptor

    @classmethod
    def top(cls, path: str) -> Directory:
        """Open a folder by a path that is taken as it is. Raises OSError."""
        return cls(path, os.open(path, _HOLDING) if BY_DESCRIPTOR else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the folder."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _at(self, name: str) -> str:
        return name if self._fd is not None else os.path.join(self.path, name)

    def below(self, name: str, *, make: bool = False) -> Directory:
        """Open a folder in this one; with `make`, it is made where there is none. Raises LinkError, OSError."""
        full = os.path.join(self.path, name)
        if make:
            with suppress(FileExistsError):
                os.mkdir(self._at(name), dir_fd=self._fd)
        info = os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)
        if is_link(info):
            raise LinkError(full)
        if not stat.S_ISDIR(info.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), full)
        return Directory(full, os.open(name, _HOLDING, dir_fd=self._fd) if self._fd is not None else None)

    def stat(self, name: str) -> os.stat_result | None:
        """The status of an entry, of a link the link's own; None where there is no entry. Raises OSError."""
        try:
            return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @property
    def identity(self) -> tuple[int, int]:
        """The device and file number of this folder, whatever its name."""
        info = os.stat(self.path) if self._fd is None else os.fstat(self._fd)
        return info.st_dev, info.st_ino

    def names(self) -> list[str]:
        """The names of all entries. Raises OSError."""
        if self._fd is None:
            return os.listdir(self.path)
        fd = os.open(".", os.O_RDONLY, dir_fd=self._fd)
        try:
            return os.listdir(fd)
        finally:
            os.close(fd)

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a regular file; None for anything else, for what can't be read or is larger than mtrack writes."""
        try:
            fd = self.open(name)
            try:
                return files.digest_open(fd, limits.COPIED)
            finally:
                os.close(fd)
        except OSError:
            return None

    def read(self, name: str, limit: int = limits.FILE_BYTES) -> bytes:
        """The bytes of a regular file of at most `limit` bytes. Raises UnreadableFileError, OSError."""
        fd = self.open(name)
        try:
            return files.read_open(fd, limit)
        finally:
            os.close(fd)

    def open(self, name: str) -> int:
        """Open a regular file to read; the descriptor is the caller's. Raises LinkError, OSError."""
        info = os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)
        full = os.path.join(self.path, name)
        if is_link(info):
            raise LinkError(full)
        fd = os.open(self._at(name), os.O_RDONLY | _READING, dir_fd=self._fd)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, "it is not a regular file", full)
        return fd

    def try_lock(self, name: str) -> int | None:
        """Make a file in this folder, where there is none, and lock it; None while another process holds it.

        The lock ends when the descriptor is closed, or with the process. A file of several names is a link too: locked by
        one of them, it is by all. Raises OSError, LinkError.
        """
        info = self.stat(name)
        if info is not None and (is_link(info) or (stat.S_ISREG(info.st_mode) and info.st_nlink > 1)):
            raise LinkError(os.path.join(self.path, name))
        fd = os.open(self._at(name), os.O_RDWR | os.O_CREAT | _READING, 0o644, dir_fd=self._fd)
        try:
            if _lock(fd) and (info := self.stat(name)) is not None and os.path.samestat(info, os.fstat(fd)):
                return fd  # else who held it has removed it meanwhile
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        return None

    @contextmanager
    def locked(self, name: str, patience: float) -> Iterator[None]:
        """Hold a lock by a file of that name, which goes with it: in a block that holds interrupts back.

        A file that has content is not mtrack's: it does as a lock, and stays.
        Raises TimeoutError after `patience` seconds, OSError, LinkError.
        """
        patient_until = time.monotonic() + patience
        while (lock := self.try_lock(name)) is None:
            if time.monotonic() > patient_until:
                raise TimeoutError
            with let_in():
                time.sleep(_PAUSE)

        def unlock() -> None:
            with suppress(OSError):  # while it is held: who waits sees that it has lost its name, and starts over
                if not os.fstat(lock).st_size:
                    self.unlink(name)

        try:
            with undone(unlock):
                yield
        finally:
            unlock()
            os.close(lock)

    def write(  # noqa: PLR0913  (as `files.write`)
        self,
        name: str,
        parts: Iterable[bytes],
        *,
        new: bool = False,
        durable: bool = True,
        check: Callable[[], None] = lambda: None,
        note: Callable[[str], None] = lambda _name: None,
    ) -> None:
        """As `files.write`, of a file in this folder; what stands there is replaced, and a link not followed."""
        files.write(self._at(name), parts, new=new, durable=durable, check=check, note=note, folder=self._fd)

    def unlink(self, name: str) -> None:
        """Remove a file. Raises OSError."""
        os.unlink(self._at(name), dir_fd=self._fd)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder. Raises OSError."""
        os.rmdir(self._at(name), dir_fd=self._fd)


def _lock(fd: int) -> bool:
    """Lock an open file against other processes without waiting; whether that succeeded."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def is_link(info: os.stat_result) -> bool:
    """Whether an entry is a link, or what Windows has instead."""
    return stat.S_ISLNK(info.st_mode) or getattr(info, "st_reparse_tag", 0) == getattr(
        stat, "IO_REPARSE_TAG_MOUNT_POINT", -1
    )


def plain(path: str) -> str:
    """An absolute path whose first step is no link: in the top folder links are the system's own, as /tmp is on some."""
    drive, rest = os.path.splitdrive(os.path.abspath(path))
    first, *more = rest.strip(os.sep).split(os.sep)
    return os.path.join(os.path.realpath(os.path.join(drive + os.sep, first)), *more)


def open_plain(
    path: str, *, make: bool = False, visit: Callable[[Directory, str | None], None] = lambda _folder, _name: None
) -> Directory:
    """Open a folder that no link leads to, but for the system's own; with `make`, what is missing of it is made.

    `visit` is called with each folder on the way and the name to go on with, None at the end, before anything is made below
    it. Raises LinkError, OSError.
    """
    drive, rest = os.path.splitdrive(plain(path))
    return _descend(Directory.top(drive + os.sep), list(filter(None, rest.split(os.sep))), make=make, visit=visit)


def open_inside(root: str, path: str, *, make: bool = False) -> Directory:
    """Open a folder of the workspace `root`; links are followed while they lead to a place inside it.

    Raises LinkError where one leads out, OSError.
    """
    top, real = os.path.realpath(root), os.path.realpath(path)
    if not inside(real, top):
        raise LinkError(path)
    below = os.path.relpath(real, top)
    return _descend(Directory.top(top), [] if below == os.curdir else below.split(os.sep), make=make)


def _descend(
    folder: Directory,
    names: list[str],
    *,
    make: bool,
    visit: Callable[[Directory, str | None], None] = lambda _folder, _name: None,
) -> Directory:
    try:
        for name in names:
            visit(folder, name)
            below = folder.below(name, make=make)
            folder.close()
            folder = below
        visit(folder, None)
    except BaseException:
        folder.close()
        raise
    return folder


def own_folder(path: str) -> bool:
    """Make a folder of the user's; whether it is the user's own, and no one else may write into it.

    One inside a workspace or a repository is not: what lies there can come from anyone.
    """
    try:
        if any(os.path.lexists(os.path.join(folder, name)) for folder in above(path) for name in _OF_OTHERS):
            return False
        os.makedirs(path, mode=0o700, exist_ok=True)
        return is_own(os.lstat(path), stat.S_IFDIR)
    except OSError:
        return False


def is_own(info: os.stat_result, kind: int) -> bool:
    """Whether an entry is of a kind and the user's own, and no one else may write into it."""
    if stat.S_IFMT(info.st_mode) != kind:
        return False
    if not hasattr(os, "getuid"):
        return True
    return info.st_uid == os.getuid() and not info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
