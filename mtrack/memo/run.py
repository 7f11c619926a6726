"""The output and the knowledge of a run: the same run prints the output again while all that it rests on is unchanged.

Where something has changed, the new run is told what, and given what the earlier run knew.

This is asked before any library is loaded, so it loads nothing but what Python has loaded anyway, or nearly.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from array import array
from contextlib import contextmanager, suppress

from mtrack import runner, ways
from mtrack.memo import cache
from mtrack.watch import Earlier, Watch, changed

TYPE_CHECKING = False  # `typing` takes as long to load as all that a kept run needs
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


_READING = frozenset({"--format", "--select", "--ignore", "--fail-on", "--as-of", "--client", "--all", "--from", "--to",
                      "--state", "--days"})  # fmt: skip
_OPTIONS = {
    **dict.fromkeys(
        ("lint", "gaps", "status", "next", "aging", "forecast", "invoices", "payments", "verify"), _READING
    ),
    "log": frozenset({"--format", "--invoice", "--author", "--no-pager"}),
    "report": frozenset({"--format", "--as-of", "--client", "-o", "--output", "--force", "--period", "--with-files"}),
}
"""The runs that are kept, by command with its options: what reads the workspace and asks for nothing else."""
_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES", "GITHUB_ACTIONS", "GITLAB_CI", "TZ", "HOME", "PATH",
              "XDG_CONFIG_HOME", "LANG", *runner.VARIABLES)  # fmt: skip
_PREFIXES = ("LC_", "GIT_", "PYTHON", "MTRACK_", "_MTRACK_")
"""Prefixes of environment variables that the output may depend on."""
_MAGIC = b"mtrack run 3\n"
_HEAD = 5
"""Numbers at the head of a kept run: its exit code, and how long its parts are."""
_MOST = 256 << 20
"""Bytes of a run that are still kept."""


def begin(arguments: list[str]) -> Run | None:
    """The run for a command line; None for one that is not kept."""
    options = _OPTIONS.get(arguments[0]) if arguments else None
    if options is None or os.name == "nt" or not ways.is_on("memo"):
        return None  # on Windows a file can change and show nothing of it
    if any(word.startswith("-") and word.split("=", 1)[0] not in options for word in arguments):
        return None
    top = cache.folder()
    try:
        prints = arguments[0] != "report"
        return Run(os.path.join(top, "runs"), _key(arguments), prints=prints) if top is not None else None
    except OSError:
        return None


def _key(arguments: list[str]) -> bytes:
    """A key of all that the output depends on beside the workspace."""
    here = os.getcwd()
    variables = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if name in _VARIABLES or name.startswith(_PREFIXES)
    ]
    streams = [str(stream.isatty()) for stream in (sys.stdout, sys.stderr)]
    parts = [*arguments, "", here, *map(os.path.realpath, ("", *arguments)), *variables, *streams, *_terminal(),
             time.strftime("%Y-%m-%d"), str(os.geteuid()), sys.version, *cache.code()]  # fmt: skip
    return "\0".join(parts).encode("utf-8", "surrogatepass")


def _terminal() -> Iterator[str]:
    """The size of the terminal, where there is one."""
    with suppress(OSError, ValueError, AttributeError):
        yield str(os.get_terminal_size(sys.__stdout__.fileno()))  # type: ignore[union-attr]


class Run:
    """A run of a command line: what an earlier one printed, or what this one prints."""

    def __init__(self, folder: str, key: bytes, *, prints: bool) -> None:
        """Begin a run. One that only `prints` need not run again; another looks at what it has written."""
        self._folder = folder
        self._prints = prints
        self._path = os.path.join(folder, f"{zlib.crc32(key):08x}{zlib.adler32(key):08x}")
        self._key = key
        self._began = time.time_ns()
        self._printed: list[tuple[int, str]] = []
        self._watches: list[Watch] = []
        self._earlier: Earlier | None = None

    def replay(self) -> int | None:
        """Print what an earlier run printed, and give its exit code; None where there is none that still holds."""
        try:
            kept = self._kept()
        except (OSError, ValueError):  # not there, cut off, or no text
            return None
        if kept is None:
            return None
        code, self._earlier, printed = kept
        if self._earlier.changed or not self._prints:
            return None
        try:
            chunks = list(_chunks(printed))
        except ValueError:
            return None
        for number, text in chunks:
            (sys.stdout, sys.stderr)[number].write(text)
        with suppress(OSError):
            os.utime(self._path)  # it was used
        return code

    def _kept(self) -> tuple[int, Earlier, memoryview] | None:
        """The exit code, what an earlier run knew, and what it printed."""
        data = cache.read(self._path)
        if data is None or not data.startswith(_MAGIC):
            return None
        view = memoryview(data)[len(_MAGIC) : -4]
        if zlib.crc32(view) != int.from_bytes(data[-4:], "little"):
            return None
        code, *lengths = array("q", bytes(view[: _HEAD * 8]))
        at, parts = _HEAD * 8, []
        for length in lengths:
            parts.append(view[at : at + length])
            at += length
        key, packed, numbers, content = parts
        if key != self._key or code not in (0, 1):
            return None
        groups = [group.split("\0") for group in os.fsdecode(bytes(packed)).split("\0\0")]
        states = array("q", bytes(numbers))
        earlier = Earlier(groups, states, frozenset(changed(groups, states)), content)
        return code, earlier, view[at:]

    def watch(self) -> Watch:
        """The watch that notes all that this run looks at."""
        self._watches.append(Watch(self._began, self._earlier))
        return self._watches[-1]

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is printed while the block runs."""
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (_Stream(stream, self._printed, i) for i, stream in enumerate(streams))
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams

    def keep(self, code: int) -> None:
        """Keep what was printed, if it is sure what it rests on."""
        from mtrack.directory import own_folder  # noqa: PLC0415  (only where a run is kept)

        if code not in (0, 1) or len(self._watches) != 1 or not self._watches[0].sure or not own_folder(self._folder):
            return
        with suppress(OSError, ValueError):
            groups, states = self._watches[0].table()
            packed = os.fsencode("\0\0".join(map("\0".join, groups)))
            parts = self._key, packed, states.tobytes(), self._watches[0].packed()
            content = array("q", (code, *map(len, parts))).tobytes(), *parts, *_packed(self._printed)
            size, checksum = sum(map(len, content)), 0
            for part in content:
                checksum = zlib.crc32(part, checksum)
            if size <= _MOST:
                cache.write(self._path, _MAGIC, *content, checksum.to_bytes(4, "little"))
                cache.bound_now_and_then(os.path.dirname(self._folder), size)


class _Stream:
    """A standard stream that notes what is written to it."""

    def __init__(self, stream: Any, printed: list[tuple[int, str]], number: int) -> None:
        self._stream, self._printed, self._number = stream, printed, number

    def write(self, text: str) -> int:
        """Write, and note it."""
        self._printed.append((self._number, text))
        return int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _packed(printed: list[tuple[int, str]]) -> Iterator[bytes]:
    for number, text in printed:
        content = text.encode("utf-8", "surrogatepass")
        yield array("q", (number, len(content))).tobytes()
        yield content


def _chunks(data: memoryview) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(data):
        number, length = array("q", bytes(data[at : at + 16]))
        if number not in (0, 1) or not 0 <= length <= len(data) - at - 16:
            raise ValueError(length)  # nothing that mtrack keeps
        at += 16 + length
        yield number, str(data[at - length : at], "utf-8", "surrogatepass")
