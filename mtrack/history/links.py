"""Where a path of a commit leads by the links in its tree, which the working tree would follow too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 4095
"""Bytes of a link's target."""
_MOST = 40
"""Links that are followed on the way of one path."""


class Lead(NamedTuple):
    """The path that is led to, and the links on the way there."""

    path: str
    links: tuple[str, ...]


def lead(path: str, links: Mapping[str, str]) -> Lead | None:
    """Where a path leads; None where that is out of the tree, or round in circles. `links` are the targets by path."""
    done: list[str] = []
    followed: list[str] = []
    left = path.split("/")[::-1]
    while left:
        part = left.pop()
        if part == "..":
            if not done:
                return None
            done.pop()
        elif part not in ("", "."):
            done.append(part)
            target = links.get("/".join(done))
            if target is not None:
                followed.append("/".join(done))
                if len(followed) > _MOST or not target or target.startswith("/"):
                    return None
                done.pop()
                left += target.split("/")[::-1]
    return Lead("/".join(done), tuple(followed))
