"""What a run looks at in the file system, with the state it had before it was read: all that a printed result rests on.

A state is the time of the last change of content and of the entry itself, the size and the number of the file; None of
what must not be there. Of a folder it stands for the names in it.
"""

from __future__ import annotations

import os
import stat
from array import array

State = tuple[int, int, int, int]
ABSENT: State = (-1, -1, -1, -1)
_COARSE, _FINE = 2_000_000_000, 100_000_000
"""How old the last change must be (nanoseconds) so that a later one can be told from it by its time: where the file
system counts in whole seconds, and where it counts finer."""


def _state(info: os.stat_result) -> State:
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino


class Watch:
    """Notes what is looked at; `sure` says that it is all of it, and that every later change would show in a state."""

    def __init__(self, began: int) -> None:
        """`began` is when the run began, in nanoseconds."""
        self._began = began
        self.sure = True
        self.paths: list[str] = []
        self.states = array("q")
        """Four numbers for each path."""

    def note(self, path: str, info: os.stat_result) -> None:
        """Note the state that an entry had before it was read."""
        self._add(path, _state(info))
        if stat.S_ISLNK(info.st_mode):
            self.sure = False

    def look(self, path: str) -> None:
        """Note the state of an entry that may not be there."""
        try:
            info = os.stat(path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            self.paths.append(path)
            self.states.extend(ABSENT)
        except (OSError, ValueError):
            self.sure = False
        else:
            self.note(path, info)

    def give_up(self) -> None:
        """Something was looked at that no state stands for: a link, what can't be read, another program's word."""
        self.sure = False

    def _add(self, path: str, state: State) -> None:
        self.paths.append(path)
        self.states.extend(state)
        newest = max(state[0], state[1])
        if self._began - newest < (_FINE if newest % 1_000_000_000 else _COARSE):
            self.sure = False


def are_same(paths: list[str], states: array[int]) -> bool:
    """Whether entries are all as they were."""
    stat_of, numbers = os.stat, iter(states)
    for path, changed, entered, size, number in zip(paths, numbers, numbers, numbers, numbers, strict=True):
        try:
            info = stat_of(path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            if entered != ABSENT[1]:
                return False
        except (OSError, ValueError):
            return False
        else:
            same = info.st_mtime_ns == changed and info.st_ctime_ns == entered and info.st_size == size
            if not same or info.st_ino != number:
                return False
    return True
