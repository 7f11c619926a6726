"""The files and folders that a run looks at, with their state before they were read: all that a kept result depends on.

A state is the time of the last change of content and of the entry itself, the size and the number of the file; ABSENT
where nothing may be there. Of a folder it stands for the names in it.
"""

from __future__ import annotations

import os
import stat
import time
from array import array

TYPE_CHECKING = False  # `typing` takes as long to load as all that a kept run needs
if TYPE_CHECKING:
    from collections.abc import Callable

State = tuple[int, int, int, int]
ABSENT: State = (-1, -1, -1, -1)
UNKNOWN: State = (-2, -2, -2, -2)
"""The state of an entry that changed too recently, or in a way no state shows: the next run takes it for changed."""
_COARSE, _FINE = 2_000_000_000, 100_000_000
"""The least age of the last change (nanoseconds) for a later one to have a different time: where the file
system counts in whole seconds, and where it counts finer."""


def state_of(info: os.stat_result) -> State:
    """The state of an entry."""
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino


def is_fine(state: State) -> bool:
    """Whether the file system counts finer than in seconds."""
    return bool(max(state[:2]) % 1_000_000_000)


def is_settled(state: State, now: int) -> bool:
    """Whether the last change is long enough ago for a later one to have a different time."""
    return now - max(state[:2]) >= (_FINE if is_fine(state) else _COARSE)


_MANY = 1000
"""More changes than this: the system may have reported only some."""
Group = list[str]
"""A folder, and names in it that were looked at; "." is the folder itself."""


class Earlier:
    """The entries that an earlier run looked at, those changed since, and the content that it kept."""

    def __init__(self, groups: list[Group], states: array[int], changed: frozenset[str], content: object) -> None:
        self.groups = groups
        self.states = states
        self.changed = changed
        self.content = content


class Watch:
    """The entries that a run looks at; `sure` says that none is missing, so that something may be kept."""

    def __init__(self, began: int, earlier: Earlier | None = None) -> None:
        """`began` is when the run began, in nanoseconds."""
        self.began = began
        self.earlier = earlier
        self.sure = True
        self._groups: list[Group] = []
        self._states = array("q")
        """Four numbers for each name."""
        self._looked: dict[str, State] = {}
        self._unsettled: list[str] = []
        """Paths that changed too recently."""
        self.doubts: list[str] = []
        """Paths that the next run takes for changed."""
        self.git: tuple[str, ...] | None = None
        """The files among them that say what git tracks; None where nothing says so."""
        self.content: object = None
        """The content that is kept for the next run."""
        self.packed: Callable[[], bytes] = bytes
        """The same as bytes."""

    def enter(self, folder: str, info: os.stat_result) -> None:
        """Note the state that a folder had before it was read; what is noted next lies in it."""
        self._groups.append([folder])
        self.note(".", info)

    def note(self, name: str, info: os.stat_result) -> None:
        """Note the state that an entry of the folder had before it was read."""
        self._groups[-1].append(name)
        state = self._state(info)
        self._states.extend(state)
        if state == UNKNOWN:
            self._unsettled.append(f"{self._groups[-1][0]}/{name}")

    def leave(self) -> None:
        """Forget what was noted of the folder, since it can't be read."""
        names = len(self._groups.pop()) - 1
        del self._states[len(self._states) - 4 * names :]

    def look(self, path: str) -> None:
        """Note the state of an entry that may not be there."""
        try:
            self._looked[path] = self._state(os.stat(path, follow_symlinks=False))
        except (FileNotFoundError, NotADirectoryError):
            self._looked[path] = ABSENT
        except (OSError, ValueError):
            self._looked[path] = UNKNOWN

    def doubt(self, path: str) -> None:
        """Note something that no state stands for: a link, what can't be read, what the walk left out."""
        self.doubts.append(path)

    def give_up(self) -> None:
        """Note that the result rests on something that can't be looked at again, such as how long a program took."""
        self.sure = False

    def take(self, new: dict[int, Watch]) -> None:
        """Take over what the earlier run noted of its folders, but for some, by their place, that were looked at again."""
        assert self.earlier is not None
        start = end = 0
        for i, group in enumerate(self.earlier.groups[:-1]):
            if i in new:
                self._states += self.earlier.states[start:end]
                self._join(new[i])
                start = end + 4 * (len(group) - 1)
            else:
                self._groups.append(group)
            end += 4 * (len(group) - 1)
        self._states += self.earlier.states[start:end]

    def _join(self, other: Watch) -> None:
        self._groups += other._groups
        self._states += other._states
        self._unsettled += other._unsettled
        self.doubts += other.doubts

    def after(self, reported: set[str], *, is_all: bool) -> Earlier | None:
        """Its entries for the next round of a process that is notified of changes; None where nothing can be reused."""
        if not self.sure or self.content is None:
            return None
        groups, states = self.table()
        if not is_all or len(reported) > _MANY:  # of so many the system may have left some out
            return Earlier(groups, states, frozenset(changed(groups, states)), self.content)
        elsewhere = groups[-1:]
        found = changed(elsewhere, states[len(states) - 4 * (len(elsewhere[0]) - 1) :])
        return Earlier(groups, states, frozenset((*found, *reported, *map(_plain, self._unsettled))), self.content)

    def table(self) -> tuple[list[Group], array[int]]:
        """All that was looked at, folder by folder, with the states; last what lies elsewhere."""
        found = self._looked | dict.fromkeys(self.doubts, UNKNOWN)
        elsewhere = {path.removeprefix("/"): state for path, state in found.items()}
        states = array("q", [number for state in elsewhere.values() for number in state])
        return [*self._groups, ["", *elsewhere]], self._states + states

    def _state(self, info: os.stat_result) -> State:
        state = state_of(info)
        return state if is_settled(state, self.began) and not stat.S_ISLNK(info.st_mode) else UNKNOWN


def changed(groups: list[Group], states: array[int]) -> list[str]:
    """The entries that are not as they were, by their full paths. Raises ValueError where not each has a state."""
    if 4 * sum(len(group) - 1 for group in groups) != len(states):
        message = "not every name has a state"
        raise ValueError(message)
    result: list[str] = []
    lstat, numbers = os.lstat, iter(states)
    for folder, *names in groups:
        for name, modified, entered, size, number in zip(names, numbers, numbers, numbers, numbers, strict=False):
            try:
                info = lstat(f"{folder}/{name}")
            except (FileNotFoundError, NotADirectoryError):
                same = entered == ABSENT[1]
            except (OSError, ValueError):
                same = False
            else:
                same = info.st_ctime_ns == entered and info.st_mtime_ns == modified and info.st_size == size
                same = same and info.st_ino == number
            if not same:
                result.append(_plain(f"{folder}/{name}"))
    return result


def _plain(path: str) -> str:
    return "/" + os.path.normpath(path).lstrip("/")


class Rounds:
    """The watches of a process that stays: each begins with what has changed since the one before."""

    def __init__(self) -> None:
        self._last: Watch | None = None
        self._reported: set[str] = set()
        self._is_notified = False
        """Whether changes are reported; not yet in the first round."""

    def notify(self, path: str) -> None:
        """Note that something has changed at a path, and so has the folder it lies in."""
        self._reported |= {path, os.path.dirname(path)}

    def watch(self) -> Watch:
        """The watch for the next round."""
        began, last = time.time_ns(), self._last
        reported, self._reported = self._reported, set()
        self._last = Watch(began, None if last is None else last.after(reported, is_all=self._is_notified))
        self._is_notified = last is not None
        return self._last
