"""Nodes (PyYAML's classes) from the events of a parser, either one; and the characters that a node covers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from mtrack import limits
from mtrack.yaml.complaints import syntax_flaw
from mtrack.yaml.flaw import Flaw, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

SURROGATE = re.compile("[\ud800-\udfff]")


class Composed(Struct, frozen=True):
    """A document as nodes (PyYAML's classes, whichever parser made them), or what is wrong with it."""

    root: Any = None
    aliases: frozenset[int] = frozenset()
    """The ids of the nodes that are aliases."""
    flaws: tuple[Flaw, ...] = ()
    unread: int = 0
    """The number of keys that were left out, beyond those that a mapping may have."""


def compose_events(events: Iterator[Any], text: str) -> Composed:
    """Nodes from parser events, ruamel's or PyYAML's; an alias becomes a node of its own that shares its children.

    Of a mapping with more keys than one may have, the first are taken and the others counted.
    """
    composer = _Composer(text)
    for event in events:
        composer.take(event)
        if composer.flaw is not None:
            return Composed(flaws=(composer.flaw,))
    return Composed(composer.root, frozenset(composer.aliases), unread=(composer.unplaced + 1) // 2)


class _Composer:
    """Takes events one by one until there is a flaw."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Any = None
        self.flaw: Flaw | None = None
        self.aliases: set[int] = set()
        self.documents = 0
        self.open: list[Any] = []
        self.open_anchors: list[str | None] = []
        self.anchors: dict[str, Any] = {}
        self.unplaced = 0
        """The number of keys and values that were left out."""
        self.is_full = False
        """Whether the innermost mapping takes no more keys."""

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            if self.is_full:
                self.unplaced += 1
                return
            self._begin(event, yaml.ScalarNode(_tag(event), event.value, event.start_mark, event.end_mark, event.style))
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, yaml.MappingNode if kind == "MappingStartEvent" else yaml.SequenceNode)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.is_full = False  # if it is full, the next key finds out
            self.open.pop().end_mark = event.end_mark
            self.open_anchors.pop()
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                at = event.start_mark.index
                self.flaw = Flaw("a second document begins here", "keep one document a file", (at, at + 3))

    def _begin(self, event: Any, node: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = node
        self._place(node)

    def _open(self, event: Any, kind: type[yaml.CollectionNode]) -> None:
        if len(self.open) >= limits.DEPTH:
            at = event.start_mark.index
            self.flaw = Flaw(f"nested more than {limits.DEPTH} levels deep", "flatten it", (at, at + 1))
            return
        node = kind(_tag(event), [], event.start_mark, event.end_mark, event.flow_style)
        self._begin(event, node)
        self.is_full = False
        self.open.append(node)
        self.open_anchors.append(event.anchor)

    def _alias(self, event: Any) -> None:
        span = (event.start_mark.index, event.end_mark.index)
        node = self.anchors.get(event.anchor)
        if event.anchor in self.open_anchors:
            message, hint = f"the alias *{shorten(event.anchor)} stands inside its own anchor", "write the value out"
            self.flaw = Flaw(message, hint, span)
        elif node is None:
            self.flaw = replace(
                syntax_flaw(f"undefined alias '{shorten(event.anchor)}'", self.text, *span), offsets=span
            )
        else:
            # A flow style, because an alias ends where it says, not where its last child does.
            style = {"style": node.style} if isinstance(node, yaml.ScalarNode) else {"flow_style": True}
            alias = type(node)("", node.value, event.start_mark, event.end_mark, **style)
            self.aliases.add(id(alias))
            self._place(alias)

    def _place(self, node: Any) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, yaml.SequenceNode):
            parent.value.append(node)
        elif len(parent.value) >= limits.KEYS and parent.value[-1][1] is not None:
            self.unplaced += 1
            self.is_full = True
        elif parent.value and parent.value[-1][1] is None:
            parent.value[-1] = (parent.value[-1][0], node)
        else:
            parent.value.append((node, None))


def _tag(event: Any) -> str:
    return "" if event.tag is None else str(event.tag)


def characters(node: Any) -> str:
    """A scalar's characters; two escapes that make one, as JSON writes U+10000 and up, are joined."""
    value: str = node.value
    if node.style != '"' or not SURROGATE.search(value):
        return value
    try:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return value


def extent(text: str, node: Any) -> tuple[int, int]:
    """Start and end of a node without the white space and comments a block's end mark runs over."""
    start = node.start_mark.index
    if isinstance(node, yaml.ScalarNode):
        end = node.end_mark.index
        if node.style in ("|", ">"):
            end = start + len(text[start:end].rstrip(" \t\r\n"))
        return start, end
    if node.flow_style or not node.value:
        return start, node.end_mark.index
    last = node.value[-1]
    if isinstance(last, tuple):
        key, value = last
        span = extent(text, value)
        return start, (span if span[1] > span[0] else extent(text, key))[1]
    return start, max(extent(text, last)[1], start)
