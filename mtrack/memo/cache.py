"""The user's cache folder: where it is, how large, and what is removed when it grows."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress

from mtrack.interrupts import held_back

TYPE_CHECKING = False  # `typing` takes as long to load as all that a kept run needs
if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 500 * 1000 * 1000
"""Bytes that may be kept; what was not used for longest goes first."""
_DAY = 24 * 60 * 60
_SAFELY = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_PAGES = ".pages"
"""The ending of a file that lists the pages of a report which mtrack wrote: no run can find that out again."""


def folder() -> str | None:
    """The path of the cache: `mtrack` in the user's cache folder; None where the user has none."""
    top = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(top):  # as the XDG Base Directory Specification has it
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        top = os.path.join(home, ".cache")
    return os.path.join(top, "mtrack")


def size(top: str) -> int:
    """The bytes of all that is kept."""
    return sum(info.st_size for _, info in _files(top))


def clear(top: str) -> int:
    """Remove what is kept, but for what says which pages of reports are mtrack's own; the bytes removed."""
    removed = 0
    for path, info in list(_files(top)):
        if not path.endswith(_PAGES):
            with suppress(OSError):
                os.unlink(path)
                removed += info.st_size
    return removed


def bound_now_and_then(top: str, added: int) -> None:
    """Keep it within the limit: looked at once a day, and whenever much was added."""
    mark = os.path.join(top, "bounded")
    try:
        is_due = not 0 <= time.time() - os.stat(mark).st_mtime < _DAY
    except OSError:
        is_due = True
    if is_due or added > LIMIT // 100:
        bound(top)
        with suppress(OSError):
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
            os.utime(mark)


def bound(top: str, limit: int = LIMIT) -> None:
    """Remove what was not used for longest, until the rest is within the limit."""
    found = [(info.st_mtime_ns, info.st_size, path) for path, info in _files(top)]
    left = sum(size for _, size, _ in found)
    for _, length, path in sorted(found):
        if left <= limit:
            return
        if not path.endswith(_PAGES):
            with suppress(OSError):
                os.unlink(path)
                left -= length


def _files(top: str) -> Iterator[tuple[str, os.stat_result]]:
    """The regular files below the folder; links are not followed, not even to the folder itself."""
    pending = [top]
    with suppress(OSError):
        if not stat.S_ISDIR(os.lstat(top).st_mode):
            return
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.path, entry.stat(follow_symlinks=False)


def is_older(info: os.stat_result, seconds: float) -> bool:
    """Whether a file was written longer ago than that."""
    return info.st_mtime + seconds < time.time()


def read(path: str) -> bytes | None:
    """The bytes of a file of the user's own that no one else may write; None for anything else. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | _SAFELY)
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            return None
        if os.name != "nt" and (info.st_uid != os.geteuid() or info.st_mode & 0o022):
            return None
        with open(fd, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(fd)


def write(path: str, *parts: bytes) -> None:
    """Give a file its content, part by part, whole or not at all. Raises OSError."""
    with held_back():
        temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, 0o600)
        try:
            with open(fd, "wb") as file:
                file.writelines(parts)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise


def code() -> Iterator[str]:
    """The state of mtrack itself, and of the folders its libraries lie in."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    pending = [here, os.path.join(os.path.dirname(here), "schemas")]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                elif entry.name.endswith((".py", ".json")):
                    info = entry.stat()
                    yield f"{entry.path} {info.st_size} {info.st_mtime_ns}"
    for path in sys.path:
        with suppress(OSError):
            yield f"{path} {os.stat(path or os.curdir).st_mtime_ns}" if "site-packages" in path else path
