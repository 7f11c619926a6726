"""The commits of a history by number, parents first, and the trees that are still needed."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from mtrack.history.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.changes.event import Commit

_BOTH = 3


class Graph:
    """A history. A tree is kept while a child, or a merge whose base it is, has not been read."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.commits = commits
        known = self.numbers = {commit.id: i for i, commit in enumerate(commits)}
        self.parents = [tuple(known[parent] for parent in commit.parents if parent in known) for commit in commits]
        self.bases = {
            i: tuple(self.base(above[0], other) for other in above[1:])
            for i, above in enumerate(self.parents)
            if len(above) > 1
        }
        """The bases of each merge: of its first parent and each other; None where they have no commit in common."""
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
        return [*self.parents[i], *(base for base in self.bases.get(i, ()) if base is not None)]

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

    def base(self, ours: int, theirs: int) -> int | None:
        """The newest commit that both are made from."""
        sides = {ours: 1, theirs: 2} if ours != theirs else {ours: _BOTH}
        heap = [-commit for commit in sides]
        heapq.heapify(heap)
        while heap:
            commit = -heapq.heappop(heap)
            if sides[commit] == _BOTH:
                return commit
            for parent in self.parents[commit]:
                if parent not in sides:
                    sides[parent] = 0
                    heapq.heappush(heap, -parent)
                sides[parent] |= sides[commit]
        return None
