"""A file's text, its plain data with exact decimals, and the way from a route to a place.

YAML 1.2 core is the meaning, whatever a parser's defaults are: both parsers only deliver nodes, and scalars are
resolved here, guided by the schema (`Shape`): where text is asked for, a plain scalar is its characters; where an
amount is asked for, only plain digits are one. libyaml's C parser reads nearly every file; what it refuses, and
what is known to mean something else to it, is judged by the reference, ruamel.yaml in pure Python.
"""

from __future__ import annotations

import operator
import os
import re
import stat
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct, field
from msgspec.structs import replace

from mtrack import money
from mtrack.finding import Place, Route, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.yaml.shape import Shape

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 100
MAX_ALIAS_NODES = 10_000
MAX_SHOWN = 60
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_BREAK = re.compile(r"\r\n|\n|\r")
# The version in a %YAML line, after comments and other directives.
_VERSION = re.compile(r"\A((?:(?:%(?!YAML)[^\r\n]*|[ \t]*(?:#[^\r\n]*)?)(?>\r\n|\n|\r))*+%YAML[ ]+1\.)[0-9](?![0-9])")
# Line breaks to YAML 1.1, and to both parsers, that YAML 1.2 reads as ordinary characters.
_OLD_BREAKS = "\x85\u2028\u2029"
# What libyaml reads otherwise: a byte-order mark in the text, "? key", and names of aliases that are not ASCII words.
_STEP_ASIDE = re.compile(
    r"\ufeff|(?:^|[\s,\[{:-])(?:\?(?=[\s,\]}])|[*&][\w-]*[^\s\w,\[\]{}-])", re.MULTILINE | re.ASCII
)
# Where an alias or a tag may begin: only events tell where an alias stands and whether there is a lone "!".
_ALIAS_OR_TAG = re.compile(r"(?:^|[\s,\[{:-])[*!]", re.MULTILINE)
# Without one of these a text has nothing that either of them looks for; most have none.
_MARKS = "\ufeff?*&!"
_MANY_BRACKETS = 30
# A line on which a block could begin in the 21st column or further right.
_FAR_RIGHT = re.compile(r"\n[ \t?:-]{20}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIBYAML: Any = getattr(yaml, "CLoader", object)
"""PyYAML may be built without libyaml; then the reference reads everything."""


class _Loader(_LIBYAML):  # type: ignore[misc]
    """libyaml composing nodes. The tag of a node is "" where the file gives none."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, _kind: type, _value: object, _implicit: object) -> str:
        return ""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Keep the composer, which recurses in C, from going too deep; called on the way into each node."""
        self.depth += 1
        if self.depth > MAX_DEPTH + 1:  # a scalar is a level here
            raise yaml.YAMLError

    def ascend_resolver(self) -> None:
        """Called on the way out of each node."""
        self.depth -= 1


class _ShallowLoader(_Loader):
    """For a text that can't nest too deep: both hooks are functions in C that do nothing, and cost less than counting."""

    descend_resolver = staticmethod(operator.is_)  # type: ignore[assignment]
    ascend_resolver = staticmethod(int)  # type: ignore[assignment]


def _may_nest_deep(text: str) -> bool:
    """Whether nesting could come near MAX_DEPTH.

    A level of blocks begins further right than the one around it, only a list may stand below its key; a level of
    brackets may hold one more without brackets, as in [a: b]. That makes at most 40 and 58 levels here.
    """
    lines = "\n" + text.replace("\r", "\n")
    return lines.count("[") + lines.count("{") >= _MANY_BRACKETS or _FAR_RIGHT.search(lines) is not None


class Flaw(Struct, frozen=True):
    """Why a file can't be used: `offsets` (start, end) in code points, `first` the place it repeats."""

    message: str
    hint: str
    offsets: tuple[int, int] | None = None
    first: tuple[int, int] | None = None


class Source(Struct):
    """A file as it was read.

    `path` is relative to the root. `unreadable` says why it could not be read, `flaws` what is wrong with its
    YAML; `data` is None then. `text` leaves a byte-order mark out, `had_bom` remembers it.
    """

    path: str
    text: str = ""
    had_bom: bool = False
    unreadable: Flaw | None = None
    flaws: tuple[Flaw, ...] = ()
    data: Any = None
    _lines: list[int] = field(default_factory=list)
    _texts: dict[int, str] = field(default_factory=dict)
    _root: Any = None
    _keys: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict)

    def offsets(self, place: Place) -> tuple[int, int] | None:
        """Where a place starts and ends, in code points from the file's start; None for the file itself.

        A route that leads nowhere ends at its last part that is there.
        """
        if place.offsets is not None:
            return place.offsets
        if place.route is None:
            return None
        node, key = self._nodes(), None
        for step in place.route:
            child = self._child(node, step)
            if child is None:
                break
            key, node = child
        else:
            if place.key and key is not None:
                return _extent(self.text, key)
        if node is None:
            return (0, 0)
        start, end = _extent(self.text, node)
        if start >= end and key is not None:
            return _extent(self.text, key)
        return (start, end)

    def first_key(self, route: Route, preferred: tuple[str, ...] = ()) -> Route:
        """The route of the mapping's first key, or of the first `preferred` one that is there; else `route`."""
        node = self._nodes()
        for step in route:
            child = self._child(node, step)
            if child is None:
                return route
            node = child[1]
        if not isinstance(node, yaml.MappingNode) or not node.value:
            return route
        keys = [_characters(key) for key, _ in node.value]
        name = next((key for key in preferred if key in keys), keys[0])
        return (*route, name)

    def span(self, place: Place) -> Span | None:
        """The lines and columns of a place, from 1; None for the file itself."""
        offsets = self.offsets(place)
        if offsets is None:
            return None
        return Span(*self.position(offsets[0]), *self.position(offsets[1]))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in code points."""
        if not self._lines:
            self._lines = [0, *(match.end() for match in _BREAK.finditer(self.text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line, without its line break; the same text each time, many findings may keep it."""
        found = self._texts.get(line)
        if found is None:
            self.position(0)
            start = self._lines[line - 1]
            match = _BREAK.search(self.text, start)
            found = self._texts[line] = self.text[start : match.start() if match else None]
        return found

    def forget(self) -> None:
        """Drop the nodes; they are made again from the text when a place is asked for."""
        self._root = None
        self._keys = {}

    def _nodes(self) -> Any:
        if self._root is None:
            self._root = compose(self.text).root
        return self._root

    def _child(self, node: Any, step: str | int) -> tuple[Any, Any] | None:
        """Key (None in a list) and value at a step of a route; each mapping is looked through once."""
        if isinstance(node, yaml.MappingNode):
            keys = self._keys.get(id(node))
            if keys is None:
                pairs = reversed(node.value)
                keys = {_characters(key): (key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)}
                self._keys[id(node)] = keys
            return keys.get(step) if isinstance(step, str) else None
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return None, node.value[step]
        return None


def _characters(node: Any) -> str:
    """A scalar's characters; two escapes that make one, as JSON writes U+10000 and up, are joined."""
    value: str = node.value
    if node.style != '"' or not _SURROGATE.search(value):
        return value
    try:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return value


def _extent(text: str, node: Any) -> tuple[int, int]:
    """Start and end of a node without the white space and comments a block's end mark runs over."""
    start = node.start_mark.index
    if isinstance(node, yaml.ScalarNode):
        end = node.end_mark.index
        if node.style in ("|", ">"):
            end = start + len(text[start:end].rstrip())
        return start, end
    if node.flow_style or not node.value:
        return start, node.end_mark.index
    last = node.value[-1]
    if isinstance(last, tuple):
        key, value = last
        span = _extent(text, value)
        return start, (span if span[1] > span[0] else _extent(text, key))[1]
    return start, max(_extent(text, last)[1], start)


def read(root: str, path: str, shape: Shape, *, walked: bool = False) -> Source:
    """Read and parse the file at `path` (relative to `root`, with "/"). Never raises for what a file holds.

    `walked` says that the folder is known to lie in the workspace, so that only the file itself can lead out.
    """
    return from_bytes(path, read_bytes(root, path, walked=walked), shape)


def from_bytes(path: str, raw: bytes | Flaw, shape: Shape) -> Source:
    """The source for what `read_bytes` gave."""
    if isinstance(raw, Flaw):
        return Source(path, unreadable=raw)
    had_bom = raw.startswith(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8")
        at = len(good) - had_bom
        flaw = Flaw(
            f"the file is not UTF-8: byte 0x{raw[error.start]:02X} is no part of a character",
            "save it as UTF-8",
            (at, at + 1),
        )
        # The text up to there still gives line and column.
        return Source(path, good.removeprefix("\ufeff") + "\ufffd", had_bom, unreadable=flaw)
    return parse(path, text, shape)


def read_bytes(root: str, path: str, *, walked: bool = False) -> bytes | Flaw:
    """The bytes of a file, or why it can't be read; `walked` as for `read`."""
    full = os.path.join(root, *path.split("/"))
    try:
        info = os.lstat(full)
        if stat.S_ISLNK(info.st_mode) or not walked:
            if not inside(os.path.realpath(full), os.path.realpath(root)):
                return Flaw("the file is a link that leads out of the workspace", "put a copy in its place")
            info = os.stat(full)
        if stat.S_ISDIR(info.st_mode):
            return Flaw("this is a folder, not a file", "rename the folder, or put the records in a file")
        if not stat.S_ISREG(info.st_mode):
            return Flaw("this is not a regular file", "put a plain text file in its place")
        if info.st_size <= MAX_BYTES:
            with open(full, "rb", buffering=0) as file:
                raw = file.read()
            if len(raw) <= MAX_BYTES:
                return raw
    except OSError as error:
        return Flaw(f"the file can't be read: {os.strerror(error.errno or 5).lower()}", "check its permissions")
    return Flaw("the file is larger than 5 MiB", "split the project, or remove what doesn't belong here")


def shorten(text: str) -> str:
    """Text from a file, short enough for a message."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def inside(path: str, folder: str) -> bool:
    """Whether a real path is `folder` itself or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def parse(path: str, text: str, shape: Shape) -> Source:
    """The source for a text that is already at hand; `text` may begin with a byte-order mark."""
    had_bom = text.startswith("\ufeff")
    source = Source(path, text[1:] if had_bom else text, had_bom)
    composed = compose(source.text)
    builder = _Builder(source.text, composed.aliases)
    flaws = list(composed.flaws)
    if not flaws:
        source.data = builder.build(composed.root, shape, 1)
        flaws = builder.flaws
    if flaws:
        source.data = None
        source.flaws = tuple(sorted(flaws, key=lambda flaw: flaw.offsets or (0, 0)))
    return source


class Composed(Struct, frozen=True):
    """A document as nodes (PyYAML's classes, whichever parser made them), or what is wrong with it."""

    root: Any = None
    aliases: frozenset[int] = frozenset()
    """The ids of the nodes that are aliases."""
    flaws: tuple[Flaw, ...] = ()


def compose(text: str) -> Composed:
    """The nodes of the one document in `text`: by libyaml where that is certain, else by the reference.

    Whatever 1.x a %YAML line asks for, the meaning is that of 1.2 core.
    """
    text = _VERSION.sub(r"\g<1>2", text)
    old_breaks = [char for char in _OLD_BREAKS if char in text]
    if not old_breaks:
        return _compose(text)
    private = map(chr, range(0xE000, 0xF900))
    stand_ins = {ord(old): next(char for char in private if char not in text) for old in old_breaks}
    composed = _compose(text.translate(stand_ins))
    _restore(composed.root, {ord(stand_in): old for old, stand_in in stand_ins.items()})
    return composed


def _restore(root: Any, originals: dict[int, int]) -> None:
    """Put characters that others stood in for back into the scalars."""
    pending, seen = [root], set[int]()
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            node.value = node.value.translate(originals)
        elif node is not None and id(node.value) not in seen:
            seen.add(id(node.value))
            for child in node.value:
                pending.extend(child if isinstance(child, tuple) else (child,))


def _compose(text: str) -> Composed:
    refused: Exception | None = None
    marked = any(char in text for char in _MARKS)
    if _LIBYAML is not object and not (marked and _STEP_ASIDE.search(text)):
        try:
            if marked and _ALIAS_OR_TAG.search(text):
                return compose_events(yaml.parse(text, Loader=yaml.CLoader), text)
            return Composed((_Loader if _may_nest_deep(text) else _ShallowLoader)(text).get_single_node())
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            refused = error
    composed = compose_reference(text)
    if composed.flaws and isinstance(refused, yaml.MarkedYAMLError) and "\t" in text:
        # The reference takes any tab outside quotes amiss; libyaml knows which one is wrong.
        return Composed(flaws=(_flaw_of(refused, text),))
    return composed


def compose_reference(text: str) -> Composed:
    """The nodes by ruamel.yaml in pure Python: slower, and it reads what libyaml does not."""
    import ruamel.yaml  # noqa: PLC0415  (only where libyaml steps aside)
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    loader = ruamel.yaml.YAML(typ="safe", pure=True)
    try:
        return compose_events(loader.parse(text), text)
    except MarkedYAMLError as error:
        return Composed(flaws=(_flaw_of(error, text),))
    except YAMLError as error:
        at = getattr(error, "position", 0)
        return Composed(flaws=(_syntax_flaw(getattr(error, "reason", ""), text, at, at),))
    except (ValueError, AttributeError, AssertionError, IndexError, TypeError, RecursionError):
        return Composed(flaws=(Flaw("this is not YAML", "see yaml.org/spec", (0, 0)),))


# What either parser complains of, what it means to a user and what to do; True where it began is the better place.
_COMPLAINTS: tuple[tuple[str, str, str, bool], ...] = (
    ("mapping values are not allowed", "a colon where no key can end",
     "put text that holds ': ' in quotes, line the key up with its neighbours, write a space after each colon", False),
    ("while parsing a flow.*<stream end>", "a bracket is opened here and never closed", "close it", True),
    ("end of stream|unexpected document", "a quote is opened here and never closed", "close it", True),
    (r"expected ',' or '(?P<what>[]}])'", "a comma or '{what}' is missing before this",
     "close the bracket; put text that holds brackets, commas or ': ' in quotes", False),
    (r"expected (<block end>|'?<document start>|key|'-').*\(first in its line\)",
     "this does not line up with the list or mapping it stands in", "indent it like its neighbours", False),
    ("expected (<block end>|key|'-')", "text goes on where the value has already ended",
     "put all of it in one pair of quotes; inside '…' an apostrophe is written twice", False),
    ("expected '?<document start>", "nothing may follow here", "remove it, or check the brackets and quotes before it", False),
    ("could not find expected ':'", "this is neither a key with a colon nor the item of a list",
     "write `key: value`, or indent it as part of the text above", True),
    (r"found character '(?P<what>.)' that cannot start", "text can't begin with {what}", "put the text in quotes", False),
    ("cannot start any token", "no text can begin like this", "put the text in quotes", False),
    ("sequence entries are not allowed", "a list can't begin here", "begin it on a line of its own, below its key", False),
    ("mapping keys are not allowed", "'?' announces a key, and none can begin here", "put the text in quotes", False),
    ("node content", "a value is missing before this", "write it, or remove what asks for it", False),
    ("unknown escape|expected escape|escape code", "this escape is unknown in double quotes",
     r"write a backslash as \\, or use single quotes", False),
    ("chomping or indentation|comment or a? ?line break|indentation indicator", "text on the line that '|' or '>' opens",
     "begin the text on the next line, or put it in quotes", False),
    (r"undefined alias ['\"]?(?P<what>[^'\"]*)", "*{what} repeats what &{what} marks, and nothing does",
     "put the text in quotes", False),
    ("alphabetic or numeric character", "'&' and '*' mark and repeat a value, and no name follows", "put the text in quotes", False),
    ("incompatible YAML", "this version of YAML is unknown", "write %YAML 1.2, or leave the line out", False),
    ("directive", "a line that begins with % tells YAML something, and this one nothing it knows", "remove the line", False),
    ("tag|'!'", "'!' begins a tag, and tags are not part of this format", "put the text in quotes", False),
)  # fmt: skip


def _flaw_of(error: Any, text: str) -> Flaw:
    """The flaw in a parser's error, either parser's."""
    began, mark = error.context_mark, error.problem_mark or error.context_mark
    at = min(mark.index, len(text)) if mark else 0
    return _syntax_flaw(f"{error.context}: {error.problem}", text, at, began.index if began else at)


def _syntax_flaw(problem: str, text: str, at: int, began: int) -> Flaw:
    """A parser's complaint in words a user can act on; `began` is where what it was reading began."""
    before = text[max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1 : at]
    if text[at : at + 1] == "\t" or (not before.strip() and "\t" in before):
        return Flaw("a tab where YAML wants spaces", "indent with spaces", (at, min(at + 1, len(text))))
    if "special characters are not allowed" in problem or "control characters" in problem:
        message = f"the character U+{ord(text[at : at + 1] or chr(0)):04X} may not stand in YAML"
        return Flaw(message, "remove it, or write it as an escape in double quotes", (at, min(at + 1, len(text))))
    message, hint = "this is not YAML", "check the indentation, colons, brackets and quotes around here"
    if not before.strip(" -"):
        problem += " (first in its line)"
    for pattern, words, remedy, where_it_began in _COMPLAINTS:
        if found := re.search(pattern, problem, re.DOTALL):
            message, hint = words.format(**found.groupdict()), remedy
            at = began if where_it_began else at
            break
    return Flaw(message, hint, (at, min(at + 1, len(text))))


def compose_events(events: Iterator[Any], text: str) -> Composed:
    """Nodes from parser events, ruamel's or PyYAML's; an alias becomes a node of its own that shares its children."""
    composer = _Composer(text)
    for event in events:
        composer.take(event)
        if composer.flaw is not None:
            return Composed(flaws=(composer.flaw,))
    return Composed(composer.root, frozenset(composer.aliases))


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

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._begin(event, yaml.ScalarNode(_tag(event), event.value, event.start_mark, event.end_mark, event.style))
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, yaml.MappingNode if kind == "MappingStartEvent" else yaml.SequenceNode)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
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
        if len(self.open) >= MAX_DEPTH:
            at = event.start_mark.index
            self.flaw = Flaw(f"nested more than {MAX_DEPTH} levels deep", "flatten it", (at, at + 1))
            return
        node = kind(_tag(event), [], event.start_mark, event.end_mark, event.flow_style)
        self._begin(event, node)
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
                _syntax_flaw(f"undefined alias '{shorten(event.anchor)}'", self.text, *span), offsets=span
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
        elif parent.value and parent.value[-1][1] is None:
            parent.value[-1] = (parent.value[-1][0], node)
        else:
            parent.value.append((node, None))


def _tag(event: Any) -> str:
    return "" if event.tag is None else str(event.tag)


class _Builder:
    """Plain data from nodes, in the sense the schema asks for; collects duplicate keys, tags and merge keys."""

    def __init__(self, text: str, aliases: frozenset[int]) -> None:
        self.text = text
        self.aliases = aliases
        self.flaws: list[Flaw] = []
        self.in_alias = 0
        self.spent = 0

    def build(self, node: Any, shape: Shape, depth: int) -> Any:
        if self.aliases and id(node) in self.aliases:
            self.in_alias += 1
            try:
                return self._node(node, shape, depth)
            finally:
                self.in_alias -= 1
        return self._node(node, shape, depth)

    def _node(self, node: Any, shape: Shape, depth: int) -> Any:
        if node is None or (self.in_alias and not self._affordable(node)):
            return None
        if node.tag:
            self._tagged(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, shape)
        if depth > MAX_DEPTH:
            self._flaw(node, f"nested more than {MAX_DEPTH} levels deep", "flatten it")
            return None
        if isinstance(node, yaml.SequenceNode):
            item = shape.item
            return [self.build(child, item, depth + 1) for child in node.value]
        return self._mapping(node, shape, depth)

    def _mapping(self, node: Any, shape: Shape, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        firsts: dict[str, Any] = {}
        for key, value in node.value:
            # Nearly every key and value is plain: those without a detour.
            name = key.value
            if type(key) is not yaml.ScalarNode or key.style or key.tag or name == "<<" or self.aliases:
                name = self._key(key)
                if name is None:
                    continue
            if name in result:
                firsts = firsts or {
                    _characters(k): k for k, _ in reversed(node.value) if isinstance(k, yaml.ScalarNode)
                }
                self._repeated(key, firsts[name], name)
            below = shape.properties.get(name) or shape.child(name)
            if type(value) is yaml.ScalarNode and not (value.style or value.tag or self.aliases):
                text = value.value
                result[name] = None if text in _NULLS else text if below.kind == "text" else scalar(text, below.kind)
            else:
                result[name] = self.build(value, below, depth + 1)
        return result

    def _repeated(self, key: Any, first: Any, name: str) -> None:
        message, hint = f"the key '{shorten(name)}' stands here twice", "keep one of the two"
        self.flaws.append(Flaw(message, hint, _extent(self.text, key), _extent(self.text, first)))

    def _key(self, node: Any) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._flaw(
                node,
                "a key must be a word, not a list or mapping",
                "write the key as plain text; put text that begins with { or [ in quotes",
            )
            return None
        if self.in_alias or (self.aliases and id(node) in self.aliases):
            self._affordable(node)
        if node.tag:
            self._tagged(node)
        if node.value == "<<" and not node.style:
            self._flaw(node, "'<<' merges mappings, which this format does not have", "write the keys out")
            return None
        return self._whole(node)

    def _scalar(self, node: Any, shape: Shape) -> Any:
        if node.style:
            return self._whole(node)
        if node.value in _NULLS:
            return None
        return scalar(node.value, shape.kind)

    def _whole(self, node: Any) -> str:
        value = _characters(node)
        if node.style == '"' and _SURROGATE.search(value):
            self._flaw(node, "an escape here is half a character", "write the character itself")
        return value

    def _tagged(self, node: Any) -> None:
        name = shorten(node.tag.replace("tag:yaml.org,2002:", "!!"))
        self._flaw(node, f"the tag {name} is not part of this format", "remove the tag")

    def _flaw(self, node: Any, message: str, hint: str) -> None:
        self.flaws.append(Flaw(message, hint, _extent(self.text, node)))

    def _affordable(self, node: Any) -> bool:
        """Whether what the aliases repeat is still within bounds."""
        self.spent += 1
        if self.spent == MAX_ALIAS_NODES + 1:
            self._flaw(node, f"the aliases expand to more than {MAX_ALIAS_NODES:,} values", "write the values out")
        return self.spent <= MAX_ALIAS_NODES


def scalar(value: str, kind: str) -> str | bool | int | Decimal | None:
    """A plain scalar that is not empty, in the sense `kind` asks for: text, amount, count, flag or any.

    What does not fit stays its characters; the schema then says what is wrong with it.
    """
    if kind == "text":
        return value
    if kind == "count":
        return int(value) if _INTEGER.fullmatch(value) else value
    if kind in ("flag", "any") and value in _BOOLEANS:
        return _BOOLEANS[value]
    if kind == "flag":
        return value
    amount = money.parse(value)
    return value if amount is None else amount
