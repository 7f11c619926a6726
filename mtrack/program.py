"""Another program that runs: it is held to limits, and never left behind when mtrack ends."""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Self

from mtrack.errors import CannotRunError
from mtrack.interrupts import held_back, undone

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from threading import Thread

CHUNK = 1 << 16
_BETWEEN = 0.1
"""Seconds after which an interrupt is noticed that came while another thread ran, or right before the waiting began."""
_MOMENT = 1
"""Seconds in which a program that is asked to end does so, and in which its last words arrive."""


class SilentError(CannotRunError):
    """A program neither ended nor said anything for as long as it may, and was ended."""


class Program:
    """A program that runs, until its block is left at the latest; what it has started ends with it.

    `stdout` is read as a file is. Whoever reads gets SilentError where the program neither ends nor says anything for
    `silence` seconds; it is ended then.
    """

    def __init__(  # noqa: PLR0913  (each says how it runs)
        self,
        command: list[str],
        environment: dict[str, str],
        name: str,
        silence: float,
        *,
        memory: int | None = None,
        at_terminal: bool = False,
        heard: bool = True,
    ) -> None:
        """`name` is what a user calls it. Raises OSError where it can't be started.

        `memory` bounds the bytes it may take, where the system can do that. One `at_terminal` may ask the user for
        something, so that it stays where Ctrl-C reaches it; what it has started is ended with it on Linux alone. What it
        writes on standard error is kept where it is `heard`.
        """
        import subprocess  # noqa: PLC0415  (not where nothing is run)

        self._name, self._silence = name, silence
        self._said: list[bytes] = []
        self._last_word = 0.0
        self._threads: list[Thread] = []
        self._running = self._given_up = False
        own_group = os.name == "posix" and not at_terminal
        try:
            with held_back():
                self._process = subprocess.Popen(  # noqa: S603  (arguments are a list; no shell)
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=own_group,
                    stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
                )  # fmt: skip
                self._stop = partial(_stop, self._process, group=own_group)
                self._undone = undone(self._stop)
                self._undone.__enter__()
                self._running = True
                self._open(memory)
        except BaseException:
            self.close()
            raise

    def _open(self, memory: int | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin = self._process.stdin
        self._output: int | None = self._process.stdout.fileno()
        self.stdout = io.BufferedReader(_Output(self.read), CHUNK)
        self._poll = _poll(self._output)
        if memory is not None:
            _hold_to(self._process.pid, memory)
        if self._process.stderr is not None:
            self._beside(self._listen, self._process.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_running", False):  # an interrupt came before its block was entered
            self.close()

    def feed(self, content: bytes) -> None:
        """Write all to its standard input, and close that, while it is read."""
        if content:
            self._beside(self._feed, content)
        else:
            self.stdin.close()

    def _beside(self, work: Callable[[Any], None], what: object) -> None:
        from threading import Thread  # noqa: PLC0415

        thread = Thread(target=work, args=(what,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _feed(self, content: bytes) -> None:
        with suppress(OSError), self.stdin as pipe:  # where it has ended, nobody asks for the rest
            pipe.write(content)

    def _listen(self, pipe: IO[bytes]) -> None:
        """Keep the end of what it says on standard error."""
        with suppress(OSError, ValueError), pipe:
            while part := os.read(pipe.fileno(), CHUNK):
                self._last_word = time.monotonic()
                self._said[:] = [b"".join(self._said)[-CHUNK:], part]

    @property
    def said(self) -> bytes:
        """The last that it has said on standard error; all of it, once it has ended."""
        return b"".join(self._said)

    def read(self, size: int) -> bytes:
        """What comes next on its standard output; nothing once that is closed. Raises SilentError."""
        if self._output is None:
            return b""
        if self._poll is None:
            return self._read_in_time(self._output, size)
        start = time.monotonic()
        while not self._poll(_BETWEEN * 1000):
            if time.monotonic() - max(start, self._last_word) >= self._silence:
                raise self._silent()
        return os.read(self._output, size)

    def _read_in_time(self, output: int, size: int) -> bytes:
        """The same where pipes can't be polled, as on Windows."""
        from threading import Timer  # noqa: PLC0415

        timer = Timer(self._silence, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            part = os.read(output, size)
        finally:
            timer.cancel()
        if self._given_up:
            raise self._silent()
        return part

    def _give_up(self) -> None:
        self._given_up = True
        self._stop()

    def ended(self) -> int:
        """Its exit code, once it has ended: after the last of its standard output. Raises SilentError."""
        import subprocess  # noqa: PLC0415

        try:
            return self._process.wait(self._silence)
        except subprocess.TimeoutExpired:
            raise self._silent() from None
        finally:
            self.close()

    def close(self) -> None:
        """End it, where it has not ended, and what it has started."""
        with held_back():
            if not self._running:
                return
            self._end()
            self._running = False
            self._undone.__exit__()
            for thread in self._threads:
                thread.join(_MOMENT)
            if not any(
                thread.is_alive() for thread in self._threads
            ):  # which something that it has left behind keeps waiting
                with suppress(OSError):
                    self.stdin.close()
            self._output = None  # `stdout` may be in the middle of reading, and is not closed
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _end(self) -> None:
        import subprocess  # noqa: PLC0415

        if self._process.returncode is None:
            self._stop()
        try:
            self._process.wait(_MOMENT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _silent(self) -> SilentError:
        self.close()
        seconds = f"{self._silence:g} second{'' if self._silence == 1 else 's'}"
        return SilentError(f"'{self._name}' neither ended nor said anything for {seconds}, and was ended")


class _Output(io.RawIOBase):
    """The standard output of a program, for a buffer."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _stop(process: subprocess.Popen[bytes], *, group: bool) -> None:
    """End a process and its group at once; one in no group of its own, and what it has started, may put files in order first."""
    import signal  # noqa: PLC0415

    if group:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        return
    started = _started_by(process.pid)  # while it runs: what it leaves behind is no longer known as its own
    with suppress(OSError):
        process.terminate()
    for child in started:
        with suppress(OSError):
            os.kill(child, signal.SIGTERM)


def _started_by(process: int) -> list[int]:
    """The processes that a process has started, and those that they have. Linux alone tells."""
    found: dict[int, list[int]] = {}
    with suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                parent = file.read().rpartition(b")")[2].split()[1]  # after the name, which may hold anything
                found.setdefault(int(parent), []).append(int(name))
    started = list(found.get(process, ()))
    for child in started:
        started += found.get(child, ())
    return started


def _poll(output: int) -> Callable[[float], object] | None:
    """A function that waits for output, for so many milliseconds; None where the system has none."""
    import select  # noqa: PLC0415

    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(output, select.POLLIN)
    return poll.poll


def _hold_to(process: int, size: int) -> None:
    """Bound the memory of a process. Linux alone can do that."""
    with suppress(ImportError, AttributeError, OSError):
        import resource  # noqa: PLC0415

        resource.prlimit(process, resource.RLIMIT_DATA, (size, size))
