"""The nodes of a text, and the way from a route to its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mtrack.yaml.compose import compose
from mtrack.yaml.nodes import characters, extent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route


class Places:
    """The offsets of the keys and values of a text; each mapping is looked through once."""

    def __init__(self, text: str, root: Any = None) -> None:
        self._text = text
        self._root = compose(text).root if root is None else root
        self._keys: dict[int, dict[str, tuple[Any, Any]]] = {}
        self._steps: dict[Route, tuple[Any, Any] | None] = {(): (None, self._root)}
        """Key and value at the routes that were gone so far; None at one that leads nowhere."""

    def offsets(self, route: Route, *, key: bool) -> tuple[int, int]:
        """Start and end of the value at a route, or of its key; a route that leads nowhere ends at its last part."""
        found = self._at(route)
        if found is not None and key and found[0] is not None:
            return extent(self._text, found[0])
        while found is None:
            route = route[:-1]
            found = self._at(route)
        name, node = found
        if node is None:
            return (0, 0)
        start, end = extent(self._text, node)
        if start >= end and name is not None:
            return extent(self._text, name)
        return (start, end)

    def first_key(self, route: Route, preferred: tuple[str, ...]) -> str | None:
        """The first `preferred` key that the mapping at a route has, else its first; None where there is no mapping."""
        keys = self._keys_at(route)
        return next((key for key in preferred if key in keys), keys[0] if keys else None)

    def _keys_at(self, route: Route) -> list[str]:
        found = self._at(route)
        node = found[1] if found is not None else None
        return [characters(key) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []

    def _at(self, route: Route) -> tuple[Any, Any] | None:
        """Key (None in a list) and value at a route; None where it leads nowhere."""
        if route in self._steps:
            return self._steps[route]
        above = self._at(route[:-1])
        found = self._steps[route] = self._child(above[1], route[-1]) if above is not None else None
        return found

    def _child(self, node: Any, step: str | int) -> tuple[Any, Any] | None:
        """Key (None in a list) and value at a step of a route."""
        if isinstance(node, yaml.MappingNode):
            keys = self._keys.get(id(node))
            if keys is None:
                pairs = reversed(node.value)
                keys = {characters(key): (key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)}
                self._keys[id(node)] = keys
            return keys.get(step) if isinstance(step, str) else None
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return None, node.value[step]
        return None


def scalars(text: str) -> Iterator[tuple[Route, Any]]:
    """The values of a text that are neither mapping nor list, with their routes."""
    pending: list[tuple[Route, Any]] = [((), compose(text).root)]
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
