"""Places as outputs print them: path:line:column, the path as somebody there would write it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mtrack.finding import Span


class Viewpoint(Struct, frozen=True):
    """From where paths are seen: the workspace's `root` and the folder to `start` from, both absolute, with "/"."""

    root: str = "/"
    start: str = "/"

    def path(self, path: str) -> str:
        """A path from the workspace's root, as seen from here."""
        if self.root == self.start:
            return path
        return posixpath.relpath(posixpath.join(self.root, path), self.start)


AT_ROOT = Viewpoint()


def place(path: str, span: Span | None) -> str:
    """A place: path, and line and column where they are known."""
    return path if span is None else f"{path}:{span.line}:{span.column}"
