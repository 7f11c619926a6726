"""Work shared among processes, where the system can fork: large workspaces are checked on every core.

No thread runs when this is used, and a child does nothing but compute and hand over bytes.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from mtrack import ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
ENOUGH = 100
"""The number of projects that are worth a process."""
_MOST = 8


def shares(items: Sequence[T]) -> list[Sequence[T]]:
    """The items in as many runs as there are processes for them; one where they are few, or nothing can be forked."""
    count = min(_cores(), len(items) // ENOUGH, _MOST)
    if count < 2 or sys.platform != "linux" or not ways.is_on("fork") or threading.active_count() > 1:  # noqa: PLR2004
        return [items]
    cuts = [len(items) * i // count for i in range(count + 1)]
    return [items[low:high] for low, high in pairwise(cuts)]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


@contextmanager
def children(works: Sequence[Callable[[], bytes]]) -> Iterator[list[Child | None]]:
    """A process for each piece of work while the block runs, None where the system has none left.

    Whatever happens in the block, none is left behind.
    """
    running: list[Child | None] = []
    try:
        for work in works:
            running.append(_child(work))  # noqa: PERF401  (those that run are ended whatever happens)
        yield running
    finally:
        for child in filter(None, running):
            child.end()


def _child(work: Callable[[], bytes]) -> Child | None:
    try:
        return Child(work)
    except OSError:
        return None


class Child:
    """A process that does one piece of work."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        """Raises OSError where no process can be started."""
        self._pipe, writing = os.pipe()
        try:
            self._id = os.fork()
        except OSError:
            os.close(self._pipe)
            os.close(writing)
            raise
        if not self._id:
            _work_and_exit(work, writing)
        os.close(writing)
        self._running = True

    def result(self) -> bytes | None:
        """The result of the work, once it is done; None where the process failed."""
        with open(self._pipe, "rb", closefd=False) as file:
            content = file.read()
        code = os.waitpid(self._id, 0)[1]
        self._running = False
        return content if code == 0 else None

    def end(self) -> None:
        """End the process, if it has not ended."""
        os.close(self._pipe)
        if self._running:
            import signal  # noqa: PLC0415  (only where something went wrong)

            with suppress(OSError):
                os.kill(self._id, signal.SIGKILL)
                os.waitpid(self._id, 0)


def _work_and_exit(work: Callable[[], bytes], writing: int) -> None:
    """Work in the child: nothing but the result leaves it, no exception, and no buffer of its parent's."""
    code = 1
    try:
        left = memoryview(work())
        while left:
            left = left[os.write(writing, left) :]
        code = 0
    except BaseException:  # noqa: BLE001, S110  (the parent does the work again and tells)
        pass
    finally:
        os._exit(code)
