"""A YAML text as a tree of places, made from a parser's events.

Composing hides aliases and merges; events don't. Each node knows the events it covers, so that a proof can say
which of them an edit may change, and the characters it covers, so that a splice knows where to cut.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtrack import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = tuple[Any, ...]
"""An event without its marks: texts of the same events mean the same."""

REFERENCE, LIBYAML = "ruamel.yaml", "libyaml"
_COLON = re.compile(r"[ \t]*:")
_DIRECTIVE = re.compile(r"^(%YAML[ ]+1\.)[0-9]\b", re.MULTILINE)
_BREAK = re.compile(r"\r\n|\n")
WHITE = " \t\r\n"
"""The characters that YAML treats as white space; a no-break space, for one, is text."""


class UnreadableError(Exception):
    """The text is not one YAML document that can be edited; the message says why."""


class Node(Struct):
    """A value in the text.

    `kind` is "mapping", "sequence", "scalar" or "alias"; `first` and `last` are its first and last event, `start`
    and `end` its characters (of a block collection: to the end of its last value). `style` is None for a plain
    scalar. `colon` is the end of the colon after a key, None where there is none on the key's line.
    """

    kind: str
    first: int
    start: int
    end: int
    last: int = -1
    flow: bool = False
    style: str | None = None
    value: str = ""
    anchor: str | None = None
    tag: str | None = None
    colon: int | None = None
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """A scalar of no characters: `key:`."""
        return self.kind == "scalar" and self.style is None and not self.value and self.start == self.end

    @property
    def null(self) -> bool:
        """A plain scalar that means nothing is there."""
        return self.kind == "scalar" and self.style is None and self.value in ("", "~", "null", "Null", "NULL")

    @property
    def bare(self) -> bool:
        """A mapping or list with nothing in it."""
        return self.kind in ("mapping", "sequence") and not self.pairs and not self.items

    def get(self, step: str | int) -> Node | None:
        """The value a route's step leads to."""
        if self.kind == "mapping":
            return next((value for key, value in self.pairs if key.kind == "scalar" and key.value == step), None)
        if self.kind == "sequence" and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step]
        return None

    def index(self, key: str) -> int | None:
        """The index of the mapping's pair that has a key."""
        return next((i for i, (name, _) in enumerate(self.pairs) if name.kind == "scalar" and name.value == key), None)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, keys included."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            for pair in node.pairs:
                pending.extend(pair)
            pending.extend(node.items)


class Tree(Struct, frozen=True):
    """A text, its events and its root. `shared` are the anchors that aliases point at."""

    text: str
    events: tuple[Event, ...]
    root: Node
    shared: frozenset[str]
    parser: str

    def column(self, offset: int) -> int:
        """The number of characters before an offset on its line."""
        return offset - (self.text.rfind("\n", 0, offset) + 1)

    def indent(self, offset: int) -> int:
        """The number of spaces at the beginning of the line an offset is on."""
        return _indent(self.text[self.line_start(offset) : self.line_end(offset)])

    def line_end(self, offset: int) -> int:
        """The end of the line an offset is on, before its line break."""
        match = _BREAK.search(self.text, offset)
        return match.start() if match else len(self.text)

    def line_start(self, offset: int) -> int:
        """The first character of the line an offset is on."""
        return self.text.rfind("\n", 0, offset) + 1

    def newline(self, offset: int) -> str:
        """The line break that ends the line an offset is on; on the last line, which has none, that of the one above."""
        match = _BREAK.search(self.text, offset)
        if match:
            return match[0]
        last = self.text.rfind("\n")
        return "\r\n" if last > 0 and self.text[last - 1] == "\r" else "\n"


def events(text: str, parser: str = REFERENCE) -> Iterator[Any]:
    """A parser's events. Raises UnreadableError where they end early."""
    import ruamel.yaml  # noqa: PLC0415  (only an edit needs the reference parser)
    import yaml  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    if text.lstrip().startswith("%"):
        text = _DIRECTIVE.sub(r"\g<1>2", text)
    try:
        if parser == LIBYAML:
            yield from yaml.parse(text, Loader=yaml.CSafeLoader)
        else:
            yield from ruamel.yaml.YAML(typ="safe", pure=True).parse(text)
    except (MarkedYAMLError, yaml.MarkedYAMLError) as error:
        raise UnreadableError(error.problem or error.context or "not YAML") from None
    except (YAMLError, yaml.YAMLError) as error:
        raise UnreadableError(getattr(error, "reason", None) or "not YAML") from None
    except (ValueError, AttributeError, AssertionError, IndexError, TypeError, RecursionError):
        message = "not YAML that can be parsed"
        raise UnreadableError(message) from None


def bare_events(text: str, parser: str) -> tuple[Event, ...]:
    """A parser's events without their marks. Raises UnreadableError."""
    return tuple(map(bare_event, events(text, parser)))


def bare_event(event: Any) -> Event:
    """An event without its marks."""
    kind = type(event).__name__.removesuffix("Event")
    tag = None if getattr(event, "tag", None) is None else str(event.tag)
    if kind == "Scalar":
        return (kind, event.anchor, tag, tuple(event.implicit[:2]), event.value, event.style or None)
    if kind in ("MappingStart", "SequenceStart"):
        return (kind, event.anchor, tag, bool(event.flow_style))
    if kind == "Alias":
        return (kind, event.anchor)
    if kind in ("DocumentStart", "DocumentEnd"):
        return (kind, bool(event.explicit))
    return (kind,)


def parser_for(text: str) -> str:
    """The parser to edit a text by: the reference, but for a text too large for it, or a tab outside quotes.

    Those only libyaml takes; what it reads otherwise is a flaw in a large text.
    """
    if len(text) > limits.REFERENCE_BYTES:
        return LIBYAML
    if "\t" in text:
        try:
            bare_events(text, REFERENCE)
        except UnreadableError:
            return LIBYAML
    return REFERENCE


def read(text: str, parser: str = REFERENCE) -> Tree:
    """The tree of a text of one document. Raises UnreadableError."""
    reader, bare = _Reader(text), list[Event]()
    for i, event in enumerate(events(text, parser)):  # one by one: those of a large text take much memory
        reader.take(i, event)
        bare.append(bare_event(event))
    documents = sum(kind == "DocumentStart" for kind, *_ in bare)
    if documents != 1:
        message = "the file holds no document" if not documents else "the file holds several documents"
        raise UnreadableError(message)
    assert reader.root is not None
    return Tree(text, tuple(bare), reader.root, frozenset(reader.shared), parser)


class _Reader:
    """Makes nodes of events, one by one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node | None = None
        self.shared: set[str] = set()
        self.open: list[tuple[Node, list[Node]]] = []

    def take(self, i: int, event: Any) -> None:
        """The next event, number `i` of them."""
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._place(self._scalar(i, event))
        elif kind == "AliasEvent":
            self.shared.add(event.anchor)
            self._place(_node("alias", i, event, last=i))
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            node = _node("mapping" if kind[0] == "M" else "sequence", i, event, flow=bool(event.flow_style))
            self.open.append((node, []))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            node, children = self.open.pop()
            node.last = i
            _close(self.text, node, children, event)
            self._place(node)

    def _scalar(self, i: int, event: Any) -> Node:
        node = _node("scalar", i, event, last=i, style=event.style or None, value=event.value)
        if node.style in ("|", ">"):
            node.end = _block_scalar_end(self.text, node)
        return node

    def _place(self, node: Node) -> None:
        if self.open:
            self.open[-1][1].append(node)
        else:
            self.root = node


def _node(kind: str, i: int, event: Any, **more: Any) -> Node:
    tag = None if getattr(event, "tag", None) is None else str(event.tag)
    return Node(kind, i, event.start_mark.index, event.end_mark.index, anchor=event.anchor, tag=tag, **more)


def _close(text: str, node: Node, children: list[Node], event: Any) -> None:
    """Give a collection its children and its end; an empty value stands right after its colon."""
    if node.kind == "mapping":
        node.pairs = list(zip(children[::2], children[1::2], strict=True))
        for key, value in node.pairs:
            match = _COLON.match(text, key.end)
            key.colon = match.end() if match else None
            if value.empty and value.anchor is None and value.tag is None:
                value.start = value.end = key.end if key.colon is None else key.colon
    else:
        node.items = children
    if node.flow:
        node.end = event.end_mark.index
    elif children:
        node.end = max(node.pairs[-1][1].end, node.pairs[-1][0].end) if node.pairs else node.items[-1].end


def _block_scalar_end(text: str, node: Node) -> int:
    """The end of a block scalar's last line; with `+`, of the last blank line that belongs to it."""
    header, *body = text[node.start : node.end].split("\n")
    if "+" in header.partition("#")[0]:
        end = node.end - (len(body[-1]) if body and not body[-1].strip(WHITE) else 0)
        return node.start + len(text[node.start : end].removesuffix("\n").removesuffix("\r"))
    indent = next((_indent(line) for line in body if line.strip(WHITE)), 0)
    while body and not body[-1].strip(WHITE) and _indent(body[-1]) <= indent:
        body.pop()
    return node.start + len("\n".join([header, *body]).removesuffix("\r"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
