"""`python -m mtrack` and the `mtrack` command: the one place where exceptions become exit codes."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # Python has loaded it anyway; `signal` takes longer

_raises = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
if _raises:  # while this is loaded, Ctrl-C ends it by the signal: nobody is there yet to catch an exception
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

import gc  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from contextlib import suppress  # noqa: E402
from errno import EIO, EPIPE  # noqa: E402
from io import TextIOWrapper  # noqa: E402

from mtrack import runner  # noqa: E402
from mtrack.interrupts import INTERRUPTED, last_words, lose_no_interrupt  # noqa: E402

TYPE_CHECKING = False  # `typing` takes as long to load as all that --help needs
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

BROKEN_PIPE = 141
_WRITTEN = ("utf-8", "backslashreplace")
"""The encoding of what is written, and what becomes of characters that it has none for."""


class OutputError(Exception):
    """Standard output can't be written, for the reason `errno`."""

    def __init__(self, errno: int) -> None:
        super().__init__(os.strerror(errno).lower())
        self.errno = errno


_TO_THE_END: list[object] = []
"""Objects kept until the process ends, so that the system frees them at once instead of one by one."""


def main() -> None:
    """Run the command line and exit: 0, 1, 2 or 3 (docs/rules.md); 130 on Ctrl-C, 141 where nobody reads the output."""
    try:
        code = _main()
    except KeyboardInterrupt as stop:  # before `run` or after it
        code = _interrupted(stop)
    os._exit(code)  # without taking all objects apart one by one: the system frees them at once


def _main() -> int:
    try:
        lose_no_interrupt()
        _use_utf8()
        gc.disable()  # a run is short and keeps what it reads: garbage collection would only scan all of it repeatedly
        _open_streams()
        return run(sys.argv[1:], _raise_interrupts)
    except Exception as error:  # noqa: BLE001  (not even what tells of failures could be loaded)
        if isinstance(error.__cause__, KeyboardInterrupt):  # in a class body, where Python 3.11 makes another of it
            raise error.__cause__ from None
        sys.stderr.write(f"mtrack: mtrack itself failed: {type(error).__name__}: {error}\n")
        return 3


def _use_utf8() -> None:
    """Restart in Python's UTF-8 mode where the locale's encoding is another: files and arguments are in UTF-8."""
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode and sys.executable:
        with suppress(OSError):
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def _open_streams() -> None:
    """Open standard streams that the caller has closed on the null device, so that no file opened later takes their place."""
    with suppress(OSError):
        while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004
            os.set_inheritable(fd, True)  # noqa: FBT003  (it takes no keyword)
        os.close(fd)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  (until the end)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # as arguments are read
    sys.stdout, sys.stderr = _Stream(sys.stdout, _refuse), _Stream(sys.stderr, lambda _error: None)


class _Stream:
    """A standard stream that reports an error in writing to it."""

    def __init__(self, stream: TextIO, failed: Callable[[OSError], None]) -> None:
        self._stream, self._failed = stream, failed

    def write(self, text: str) -> int:
        """Write text."""
        try:
            self._stream.write(text)
        except OSError as error:
            self._failed(error)
        return len(text)

    def flush(self) -> None:
        """Flush."""
        try:
            self._stream.flush()
        except OSError as error:
            self._failed(error)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def _refuse(error: OSError) -> None:
    raise OutputError(error.errno or EIO) from error


def _raise_interrupts() -> None:
    from mtrack.interrupts import raise_interrupts  # noqa: PLC0415  (what is answered at once has nothing to undo)

    raise_interrupts()


def run(arguments: list[str], begin: Callable[[], None] = lambda: None) -> int:
    """Run the command line; the exit code. `--help` alone is answered before any library is loaded.

    `begin` is called first where what an earlier run printed will not do.
    """
    for stream in (sys.stdout, sys.stderr):
        # Not where it is so already, as standard error is: interrupted on the way, it could write nothing any more.
        if hasattr(stream, "reconfigure") and (stream.encoding, stream.errors) != _WRITTEN:
            stream.reconfigure(encoding=_WRITTEN[0], errors=_WRITTEN[1])
    interrupted = False
    try:
        if arguments in (["--help"], ["-h"]):
            from mtrack.cli.commands import overview  # noqa: PLC0415

            sys.stdout.write(overview())
            code = 0
        else:
            code = _kept_or_new(arguments, begin)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        code, interrupted = _interrupted(stop), True
    except OutputError as error:
        if error.errno == EPIPE:
            return BROKEN_PIPE
        sys.stderr.write(f"mtrack: the output can't be written: {error}\n")
        return 3
    if interrupted:
        gc.collect()  # what it has left without its end takes its temporary folder along
    return code


def _interrupted(stop: KeyboardInterrupt) -> int:
    sys.stderr.write(last_words())
    return getattr(stop, "code", INTERRUPTED)


def _kept_or_new(arguments: list[str], begin: Callable[[], None]) -> int:
    """Print the kept output of an earlier run where it still holds; else run the command and keep its output."""
    from mtrack.memo import run as memo  # noqa: PLC0415

    kept = memo.begin(arguments)
    code = kept.replay() if kept is not None else None
    if code is not None:
        return code
    begin()
    if kept is None:
        return _guarded(arguments)
    with kept.noting():
        code = _guarded(arguments, kept)
    sys.stdout.flush()  # nobody waits for what is kept
    kept.keep(code)
    _TO_THE_END[:] = [kept]
    return code


def _guarded(arguments: list[str], kept: object = None) -> int:
    """The command, its streams guarded where a runner reads them."""
    if not runner.reads(arguments):
        return _command(arguments, kept)
    from mtrack.cli.ci_log import CiLog  # noqa: PLC0415

    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(CiLog, streams)
    try:
        return _command(arguments, kept)
    finally:
        sys.stdout, sys.stderr = streams


def _command(arguments: list[str], kept: object = None) -> int:
    try:
        from mtrack.cli.main import command_line  # noqa: PLC0415  (only where it is not just --help)

        return command_line(arguments, kept)
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001  (no traceback ever reaches a user)
        from mtrack.interrupts import raise_again  # noqa: PLC0415

        raise_again()
        return _tell(error, debug="--debug" in arguments)


def _tell(error: Exception, *, debug: bool) -> int:
    from mtrack.cli import trouble  # noqa: PLC0415

    return trouble.report(error, debug=debug)


if _raises:
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)

if __name__ == "__main__":
    main()
