"""The style of a file, so that new text looks like the old: indents, dashes, quotes, flow or block.

`Style` gathers the habits of a tree; `styled` gives a new value its style; `flow` and `block` write it, and
`events` lists the parser events that it must give afterwards.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field

from mtrack.characters import is_text
from mtrack.errors import UsageError
from mtrack.yaml import lines
from mtrack.yaml.shape import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.yaml.shape import Shape
    from mtrack.yaml.tree import Event, Node, Tree

T = TypeVar("T")

# What some YAML reader, 1.1 or 1.2, takes for something other than text.
_NOT_TEXT = re.compile(
    r"""(?:
    ~|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF
    |[-+]?[0-9][0-9_]*|[-+]?0[xob][0-9a-fA-F_]+
    |[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9].*)?
    |=|<<
    )""",
    re.VERBOSE,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSAFE_START = frozenset("-?:,[]{}#&*!|>'\"%@`.=<")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Value(Struct):
    """A value to be written, its style decided. `style` is a scalar's quote, None where plain."""

    kind: str
    text: str = ""
    style: str | None = None
    flow: bool = False
    pairs: list[tuple[Value, Value]] = field(default_factory=list)
    items: list[Value] = field(default_factory=list)
    key: str = ""


class Style(Struct):
    """The habits of a file."""

    tree: Tree
    shape: Shape
    steps: Counter[int] = field(default_factory=Counter)
    offsets: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    gaps: Counter[str] = field(default_factory=Counter)
    flows: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    quotes: dict[str, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    key_quotes: Counter[str | None] = field(default_factory=Counter)
    days: Counter[str | None] = field(default_factory=Counter)
    paddings: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, tree: Tree, shape: Shape = ANY) -> Style:
        """The habits of a tree that is meant to have a shape."""
        style = cls(tree, shape)
        style._gather(tree.root, "")
        return style

    def _gather(self, root: Node, name: str) -> None:
        pending: list[tuple[Node, str, int | None]] = [(root, name, None)]
        while pending:
            node, name, column = pending.pop()
            if not node.bare and node.kind in ("mapping", "sequence"):
                self.flows[name][node.flow] += 1
                self._padding(node)
            if node.kind == "mapping":
                own = self._step(node, column)
                self._quotes(node)
                pending.extend((value, key.value, own) for key, value in node.pairs)
            elif node.kind == "sequence":
                self._dashes(node, name, column)
                pending.extend((item, name + "[]", None) for item in node.items)

    def _step(self, node: Node, column: int | None) -> int | None:
        """The column of a block mapping, which is noted against that of the one around it."""
        if node.flow or not node.pairs:
            return None
        own = self.tree.column(node.pairs[0][0].start)
        if column is not None and own > column:
            self.steps[own - column] += 1
        return own

    def _quotes(self, node: Node) -> None:
        for key, value in node.pairs:
            self.key_quotes[key.style] += 1
            if value.kind == "scalar" and not value.null and value.style not in ("|", ">"):
                self.quotes[key.value][value.style] += 1
                self.quotes[""][value.style] += value.style is not None
                if _DAY.fullmatch(value.value):
                    self.days[value.style] += 1

    def _dashes(self, node: Node, name: str, column: int | None) -> None:
        dash = lines.dash_of(self.tree, node, 0) if node.items and not node.flow else None
        if dash is None:
            return
        self.gaps[self.tree.text[dash + 1 : node.items[0].start]] += 1
        if column is not None:
            self.offsets[name][self.tree.column(dash) - column] += 1
            self.offsets[""][self.tree.column(dash) - column] += 1

    def _padding(self, node: Node) -> None:
        if not node.flow or self.tree.text[node.start] not in "{[":
            return
        after = self.tree.text[node.start + 1 : node.start + 2]
        if after not in ("\n", "\r", "#"):
            self.paddings[" " if after == " " else ""] += 1

    @property
    def step(self) -> int:
        """The columns by which a mapping in a mapping is indented."""
        return _most(self.steps, 2)

    def offset(self, key: str) -> int:
        """The columns by which a list's dashes are indented from its key."""
        return _most(self.offsets.get(key) or self.offsets[""], 2 if self.step < 4 else self.step)  # noqa: PLR2004

    @property
    def gap(self) -> str:
        """The white space between a dash and its item."""
        plain = Counter({gap: count for gap, count in self.gaps.items() if gap and not gap.strip(" ")})
        return _most(plain, " ")

    @property
    def padding(self) -> str:
        """The white space inside a brace."""
        return _most(self.paddings, "")

    @property
    def key_quote(self) -> str | None:
        """The quote around keys, where nearly all are quoted."""
        most = _most(self.key_quotes, None)
        return most if most and self.key_quotes[most] * 2 > sum(self.key_quotes.values()) else None

    def quote(self, key: str, value: Any) -> str | None:
        """The quote around a value of a key, as elsewhere in the file; around a day, where all days are quoted."""
        if isinstance(value, date) and self.days and not self.days[None]:
            return _most(self.days, None)
        known = self.quotes.get(key)
        return _most(known, None) if known else self.key_quote

    @property
    def needed_quote(self) -> str:
        """The quote to use where there must be one."""
        return _most(Counter({style: count for style, count in self.quotes[""].items() if style}), '"') or '"'

    def is_flow(self, name: str, value: dict[str, Any] | list[Any]) -> bool:
        """Whether a new mapping or list of this name is to stand in braces (in block surroundings)."""
        known = self.flows.get(name)
        if known:
            return known[True] > known[False]
        if isinstance(value, list):
            return all(not isinstance(item, dict | list) for item in value) and len(value) <= 3  # noqa: PLR2004
        if any(isinstance(item, dict | list) for item in value.values()):
            return False
        return self._is_small(name)

    def _is_small(self, name: str) -> bool:
        """Whether a mapping of single values is to stand in braces: as others like it do."""
        large, small = _sizes(self.shape)
        if name in large:
            return False
        items = self._flows_of(other for other in small if other.endswith("[]"))
        if items and name.endswith("[]"):
            return items[True] > items[False]
        values = self._flows_of(other for other in (*large, *small) if not other.endswith("[]"))
        return values[True] > values[False]

    def _flows_of(self, names: Iterable[str]) -> Counter[bool]:
        result = Counter[bool]()
        for name in names:
            result.update(self.flows.get(name, {}))
        return result


def _sizes(shape: Shape) -> tuple[set[str], set[str]]:
    """The names of the mappings in a shape, those that hold a list and those that don't; not what is in the latter."""
    large, small = set[str](), set[str]()
    pending = list(shape.properties.items())
    while pending:
        name, below = pending.pop()
        if below.items is not None:
            pending.append((f"{name}[]", below.items))
        elif any(part.items for part in below.properties.values()):
            large.add(name)
            pending.extend(below.properties.items())
        elif below.properties:
            small.add(name)
    return large, small


def _most(counts: Counter[T], default: T) -> T:
    return max(counts, key=lambda item: (counts[item], str(item))) if counts else default


def plain_safe(text: str, *, flow: bool) -> bool:
    """Whether text may stand without quotes and every reader takes it for text."""
    if not text or text != text.strip() or text[0] in _UNSAFE_START or _NOT_TEXT.fullmatch(text):
        return False
    if _CONTROL.search(text) or ": " in text or " #" in text or text.endswith(":"):
        return False
    return not (flow and re.search(r"[,\[\]{}]|:$", text))


def scalar(value: Any, style: Style, *, flow: bool, quote: str | None) -> Value:
    """A single value in its style: an amount plain, text plain where that is safe and usual here. Raises UsageError."""
    if isinstance(value, bool):
        return Value("scalar", "true" if value else "false")
    if isinstance(value, Decimal):
        return Value("scalar", f"{value:f}")
    if isinstance(value, int):
        return Value("scalar", str(value))
    if isinstance(value, date):
        return Value("scalar", value.isoformat(), quote)
    if not is_text(value):
        message = f"'{value}' can't be recorded: it is not text in UTF-8"
        raise UsageError(message)
    if quote is None and not plain_safe(value, flow=flow):
        quote = style.needed_quote
    if quote == "'" and _CONTROL.search(value):
        quote = '"'
    return Value("scalar", value, quote)


def styled(value: Any, name: str, style: Style, *, flow: bool) -> Value:
    """A value under the key `name` in its style, inside braces or not."""
    if isinstance(value, dict):
        braces = flow or not value or style.is_flow(name, value)
        result = Value("mapping", flow=braces, key=name)
        for key, item in value.items():
            name_value = scalar(key, style, flow=braces, quote=style.key_quote)
            result.pairs.append((name_value, styled(item, key, style, flow=braces)))
        return result
    if isinstance(value, list):
        braces = flow or not value or style.is_flow(name, value)
        items = [styled(item, name + "[]", style, flow=braces) for item in value]
        return Value("sequence", flow=braces, items=items, key=name)
    return scalar(value, style, flow=flow, quote=style.quote(name, value))


def written(value: Value) -> str:
    """A scalar's characters."""
    if value.style == "'":
        return "'" + value.text.replace("'", "''") + "'"
    if value.style == '"':
        return '"' + "".join(_ESCAPES.get(char) or _escape(char) for char in value.text) + '"'
    return value.text


def _escape(char: str) -> str:
    if not _CONTROL.match(char):
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"  # noqa: PLR2004


def in_flow(value: Value, style: Style) -> str:
    """A value on one line."""
    if value.kind == "scalar":
        return written(value)
    if value.kind == "mapping":
        inner = ", ".join(f"{written(key)}: {in_flow(item, style)}" for key, item in value.pairs)
        return "{" + (f"{style.padding}{inner}{style.padding}" if inner else "") + "}"
    return "[" + ", ".join(in_flow(item, style) for item in value.items) + "]"


def pair_lines(key: Value, value: Value, column: int, style: Style, gap: str = " ") -> list[str]:
    """A mapping's pair as lines; the first without its indent, which the place gives."""
    head = written(key) + ":"
    if value.kind == "scalar" or value.flow:
        return [f"{head}{gap}{in_flow(value, style)}"]
    return [head, *body_lines(value, column, style)]


def body_lines(value: Value, column: int, style: Style) -> list[str]:
    """The lines of a block collection below the key that stands at `column`."""
    if value.kind == "mapping":
        inner = column + style.step
        return [line for key, item in value.pairs for line in _indented(pair_lines(key, item, inner, style), inner)]
    inner = column + style.offset(value.key)
    return [line for item in value.items for line in _indented(item_lines(item, inner, style.gap, style), inner)]


def item_lines(item: Value, column: int, gap: str, style: Style) -> list[str]:
    """A list's item as lines; the dash stands at `column`, the first line comes without its indent."""
    if item.kind == "scalar" or item.flow:
        return [f"-{gap}{in_flow(item, style)}"]
    inner = column + 1 + len(gap)
    first, *rest = [
        line for key, value in item.pairs for line in _indented(pair_lines(key, value, inner, style), inner)
    ]
    return [f"-{gap}{first[inner:]}", *rest]


def _indented(new: list[str], column: int) -> list[str]:
    return [" " * column + new[0], *new[1:]]


def events(value: Value) -> Iterator[Event]:
    """The events that a parser gives of a value once it is written."""
    if value.kind == "scalar":
        yield ("Scalar", None, None, (value.style is None, value.style is not None), value.text, value.style)
        return
    kind = value.kind.capitalize()
    yield (f"{kind}Start", None, None, value.flow)
    for key, item in value.pairs:
        yield from events(key)
        yield from events(item)
    for item in value.items:
        yield from events(item)
    yield (f"{kind}End",)
