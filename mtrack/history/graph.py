"""The commits of a history by number, parents first, and the trees that are still needed."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.history.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtrack.changes.event import Commit

_BOTH, _BELOW = 3, 4
_DEEPEST = 10
"""How often the commits that two are made from are themselves looked at like that."""


class Base(Struct, frozen=True):
    """The commits that two others are made from, the newest first, each not made from another of them; none, if nothing.

    `below` has what the first is made from together with each other one, as where two branches were merged both ways.
    """

    commits: tuple[int, ...]
    below: tuple[Base, ...]

    def all(self) -> Iterator[int]:
        """The commits, and those below."""
        yield from self.commits
        for base in self.below:
            yield from base.all()


class Graph:
    """A history. A tree is kept while a child, or a merge whose base it is, has not been read."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.commits = commits
        known = self.numbers = {commit.id: i for i, commit in enumerate(commits)}
        self.parents = [tuple(known[parent] for parent in commit.parents if parent in known) for commit in commits]
        self.bases = {
            i: tuple(self._base(above[0], other) for other in above[1:])
            for i, above in enumerate(self.parents)
            if len(above) > 1
        }
        """The bases of each merge: of its first parent and each other."""
        self.trees: dict[int, Tree] = {}
        self.needed = [0] * len(commits)
        for i in range(len(commits)):
            for other in self._asked_by(i):
                self.needed[other] += 1

    def keep(self, i: int) -> None:
        """Keep the tree of a commit to the end."""
        self.needed[i] += 1

    def pairs(self) -> list[tuple[str, str | None]]:
        """Each commit and its first parent."""
        return [
            (commit.id, self.commits[above[0]].id if above else None)
            for commit, above in zip(self.commits, self.parents, strict=True)
        ]

    def _asked_by(self, i: int) -> list[int]:
        return [*self.parents[i], *(commit for base in self.bases.get(i, ()) for commit in base.all())]

    def take(self, above: Sequence[int]) -> Tree:
        """The first parent's tree, to be changed: itself where nobody else needs it."""
        if not above:
            return Tree({}, {})
        tree = self.trees[above[0]]
        return tree.copy() if self.needed[above[0]] > 1 else tree

    def done(self, i: int, tree: Tree) -> None:
        """Keep the tree of a commit that was read, and drop the trees that only it needed."""
        for other in self._asked_by(i):
            self.needed[other] -= 1
            if not self.needed[other]:
                self.trees.pop(other, None)
        if self.needed[i]:
            self.trees[i] = tree

    def _base(self, ours: int, theirs: int, depth: int = 0) -> Base:
        found = self.common(ours, theirs)
        if depth == _DEEPEST:
            return Base(found[:1], ())
        return Base(found, tuple(self._base(found[0], other, depth + 1) for other in found[1:]))

    def common(self, ours: int, theirs: int) -> tuple[int, ...]:
        """The commits that both are made from, the newest first, without those that others of them are made from."""
        sides = {ours: 1, theirs: 2} if ours != theirs else {ours: _BOTH}
        heap = [-commit for commit in sides]
        heapq.heapify(heap)
        left = len(heap)
        """The commits in the heap that are not below one that was found."""
        result: list[int] = []
        while left:
            commit = -heapq.heappop(heap)
            side = sides[commit]
            left -= side < _BELOW
            if side == _BOTH:
                result.append(commit)
                side |= _BELOW
            for parent in self.parents[commit]:
                was = sides.get(parent)
                if was is None:
                    heapq.heappush(heap, -parent)
                    left += side < _BELOW
                elif was < _BELOW <= side:
                    left -= 1
                sides[parent] = side | (was or 0)
        return tuple(result)
