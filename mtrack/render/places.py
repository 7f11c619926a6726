"""Places as outputs print them: path:line:column, the path as somebody there would write it."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mtrack.finding import Span


class Viewpoint(Struct, frozen=True):
    """The viewpoint of paths: the workspace's `root` and the folder to `start` from, both absolute, with "/"."""

    root: str = "/"
    start: str = "/"

    def path(self, path: str) -> str:
        """A path from the workspace's root, as seen from here."""
        return path if self.root == self.start else _seen(self.root, self.start, path)


@lru_cache(maxsize=1)
def _seen(root: str, start: str, path: str) -> str:
    """Kept from one finding to the next, which is mostly in the same file."""
    return posixpath.relpath(posixpath.join(root, path), start)


AT_ROOT = Viewpoint()


def place(path: str, span: Span | None) -> str:
    """A place: path, and line and column where they are known."""
    return path if span is None else f"{path}:{span.line}:{span.column}"
