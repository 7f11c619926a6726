"""Comments that begin behind a plain value on its line, and may have been meant as a part of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from mtrack.yaml.compose import compose
from mtrack.yaml.nodes import characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route

_NUMBER_SIGN = re.compile(r"[ \t]+(#[0-9][^\r\n]*)")


def number_signs(text: str) -> Iterator[tuple[Route, tuple[int, int]]]:
    """The plain values that a comment with a digit right behind its `#` follows: their routes, and the comments."""
    if "#" not in text or _NUMBER_SIGN.search(text) is None:
        return
    for route, node in _scalars(compose(text).root, ()):
        found = _NUMBER_SIGN.match(text, node.end_mark.index) if node.value and not node.style else None
        if found is not None:
            yield route, (found.start(1), found.start(1) + len(found[1].rstrip()))


def _scalars(node: Any, route: Route) -> Iterator[tuple[Route, Any]]:
    """The values of a document that are neither mapping nor list, with their routes."""
    pending: list[tuple[Route, Any]] = [(route, node)]
    seen: set[int] = set()
    while pending:
        route, node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            yield route, node
        elif node is not None and id(node.value) not in seen:
            seen.add(id(node.value))
            if isinstance(node, yaml.MappingNode):
                pending.extend(((*route, characters(key)), value) for key, value in node.value)
            else:
                pending.extend(((*route, i), item) for i, item in enumerate(node.value))
