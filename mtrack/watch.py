"""What a run looks at in the file system, with the state it had before it was read: all that a kept result rests on.

A state is the time of the last change of content and of the entry itself, the size and the number of the file; None of
what must not be there. Of a folder it stands for the names in it.
"""

from __future__ import annotations

import os
import stat
from array import array
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

State = tuple[int, int, int, int]
ABSENT: State = (-1, -1, -1, -1)
UNKNOWN: State = (-2, -2, -2, -2)
"""Of what changed too recently, or in a way that no state shows: the next run takes it for changed."""
_COARSE, _FINE = 2_000_000_000, 100_000_000
"""How old the last change must be (nanoseconds) so that a later one can be told from it by its time: where the file
system counts in whole seconds, and where it counts finer."""


def _state(info: os.stat_result) -> State:
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino


class Earlier(NamedTuple):
    """What an earlier run looked at, which of that has changed since, and what it kept."""

    paths: list[str]
    states: array[int]
    changed: frozenset[str]
    content: object


class Watch:
    """Notes what is looked at; `sure` says that it is all of it, so that something may be kept."""

    def __init__(self, began: int, earlier: Earlier | None = None) -> None:
        """`began` is when the run began, in nanoseconds."""
        self.began = began
        self.earlier = earlier
        self.sure = True
        self.paths: list[str] = []
        self.states = array("q")
        """Four numbers for each path."""
        self.doubts: list[str] = []
        """What the next run takes for changed."""
        self.git: tuple[str, ...] | None = None
        """The files among them that say what git tracks; None where nothing says so."""
        self.content: object = None
        """What is kept for the next run."""
        self.packed: Callable[[], bytes] = bytes
        """The same as bytes."""

    def note(self, path: str, info: os.stat_result) -> None:
        """Note the state that an entry had before it was read."""
        state = _state(info)
        newest = max(state[0], state[1])
        is_new = self.began - newest < (_FINE if newest % 1_000_000_000 else _COARSE)
        self._add(path, UNKNOWN if is_new or stat.S_ISLNK(info.st_mode) else state)

    def look(self, path: str) -> None:
        """Note the state of an entry that may not be there."""
        try:
            info = os.stat(path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            self._add(path, ABSENT)
        except (OSError, ValueError):
            self._add(path, UNKNOWN)
        else:
            self.note(path, info)

    def doubt(self, path: str) -> None:
        """Something is there that no state stands for: a link, what can't be read, what the walk left out."""
        self.doubts.append(path)

    def give_up(self) -> None:
        """The result rests on something that can't be looked at again, such as how long another program took."""
        self.sure = False

    def cut(self, count: int) -> None:
        """Forget all but the first so many notes."""
        del self.paths[count:], self.states[4 * count :]

    def take(self, start: int, end: int) -> None:
        """Take over notes of the earlier run, which are known to hold."""
        assert self.earlier is not None
        self.paths += self.earlier.paths[start:end]
        self.states += self.earlier.states[4 * start : 4 * end]

    def join(self, other: Watch) -> None:
        """Take over what another one notes."""
        self.paths += other.paths
        self.states += other.states
        self.doubts += other.doubts

    def table(self) -> tuple[list[str], array[int]]:
        """All paths with their states."""
        return self.paths + self.doubts, self.states + array("q", UNKNOWN * len(self.doubts))

    def _add(self, path: str, state: State) -> None:
        self.paths.append(path)
        self.states.extend(state)


def changed(paths: list[str], states: array[int]) -> Iterator[str]:
    """The entries that are not as they were."""
    lstat, numbers = os.lstat, iter(states)
    for path, modified, entered, size, number in zip(paths, numbers, numbers, numbers, numbers, strict=True):
        try:
            info = lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            if entered != ABSENT[1]:
                yield path
        except (OSError, ValueError):
            yield path
        else:
            same = info.st_mtime_ns == modified and info.st_ctime_ns == entered
            if not same or info.st_size != size or info.st_ino != number:
                yield path
