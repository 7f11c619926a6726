"""Comments that begin behind a plain value on its line, and may have been meant as a part of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route

_NUMBER_SIGN = re.compile(r"[ \t]+(#[0-9][^\r\n]*)")


def number_signs(text: str) -> Iterator[tuple[Route, tuple[int, int]]]:
    """The plain values that a comment with a digit right behind its `#` follows: their routes, and the comments."""
    if "#" not in text or _NUMBER_SIGN.search(text) is None:
        return
    from mtrack.yaml.places import scalars  # noqa: PLC0415  (a parser takes long to load, and most files need none)

    for route, node in scalars(text):
        found = _NUMBER_SIGN.match(text, node.end_mark.index) if node.value and not node.style else None
        if found is not None:
            yield route, (found.start(1), found.start(1) + len(found[1].rstrip()))
