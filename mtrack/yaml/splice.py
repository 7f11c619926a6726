"""The writer: a text and the changes wanted in, a text that is proven to hold exactly those changes out.

Nothing is dumped. The places are found by the reference parser's events, the text is cut there and only there, and
the result is parsed again: all events before, between and after the changed ones must be the same, the new ones
exactly those wanted, the characters outside the cuts untouched, and mtrack's own reader must see the old data with
the changes applied. What can't be done that way is refused, with the lines to write by hand.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec import Struct, field

from mtrack.errors import CannotRunError
from mtrack.finding import Place
from mtrack.yaml import source
from mtrack.yaml import style as styles
from mtrack.yaml import tree as trees
from mtrack.yaml.tree import Node, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.finding import Route
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.source import Source
    from mtrack.yaml.style import Style
    from mtrack.yaml.tree import Event, Tree

ORDER: dict[str, tuple[str, ...]] = {
    "": ("project", "client", "contact", "note", "currency", "agreement", "milestones", "invoices", "closed", "waivers"),
    "agreement": ("file", "signed", "total", "milestones", "payment_terms", "amendments"),
    "amendments[]": ("file", "signed", "amount", "milestones", "note"),
    "milestones[]": (
        "id", "name", "amount", "planned", "upfront", "deliverable", "invoice", "hold", "cancelled", "attachments",
        "note", "status",
    ),
    "deliverable": ("note", "completed", "approved", "approved_by", "signoff"),
    "invoice": (
        "number", "amount", "sent", "tax", "total", "due", "file", "payments", "disputed", "written_off", "void",
        "credits", "replaces", "lines",
    ),
    "payments[]": ("date", "amount", "withheld", "fee", "received", "reference", "note"),
    "hold": ("until", "reason"),
    "cancelled": ("date", "reason"),
    "void": ("date", "reason"),
    "written_off": ("date", "amount", "reason"),
}  # fmt: skip
"""The order of keys in which a careful person writes them."""
ORDER["invoices[]"] = ORDER["invoice"]

_SPACE = re.compile(" +(?=#)")

FIRST = -1
"""Before the first pair of a mapping."""

REASONS = {
    "alias": "the value is an alias, or is shared by one: a change here would be a change elsewhere",
    "anchor": "the value carries an anchor",
    "tag": "the value carries a tag",
    "block-scalar": "the value is written as a block of text",
    "layout": "the layout here is one that mtrack does not edit ('? key', a key without its colon, a comment in the way)",
    "last-line": "the file ends inside a block of text, without a newline",
    "documents": "the file holds no document, or several",
    "line-ends": "the file has lone carriage returns as line ends",
    "flaws": "the file breaks YAML or the format",
    "occupied": "something else stands there already",
    "proof": "the edited text did not prove to be exactly the edit asked for",
}
"""Why an edit can be refused."""


class RefusedError(CannotRunError):
    """The text can't be edited safely; `reason` is a key of `REASONS`, `by_hand` the lines to write instead.

    `place` is the line and the column that stand in the way, where it is one place.
    """

    def __init__(self, reason: str, detail: str = "", place: tuple[int, int] | None = None) -> None:
        self.reason = reason
        self.detail = detail or REASONS[reason]
        self.place = place
        self.by_hand = ""
        super().__init__(self.detail)


def refuse(reason: str, detail: str = "", place: tuple[int, int] | None = None) -> NoReturn:
    """Raise RefusedError."""
    raise RefusedError(reason, detail, place) from None


def _refuse_at(tree: Tree, offset: int, reason: str, detail: str = "") -> NoReturn:
    refuse(reason, detail, (tree.text.count("\n", 0, offset) + 1, tree.column(offset) + 1))


class Put(Struct, frozen=True):
    """Set the value at a route; keys that are missing on the way are made."""

    route: Route
    value: Any


class Append(Struct, frozen=True):
    """Add an item to the end of the list at a route; the list is made where there is none."""

    route: Route
    value: Any


class Remove(Struct, frozen=True):
    """Take a mapping's key away, with its value."""

    route: Route


Change = Put | Append | Remove


class _Cuts(Struct):
    """What is to be done to a text: cuts (start, end, event, replacement) and events (first, end, new ones).

    Cuts at one place are made in the order of the events they stand for, so what is nested deeper comes first.
    """

    text: list[tuple[int, int, int, str]] = field(default_factory=list)
    events: list[tuple[int, int, list[Event]]] = field(default_factory=list)

    def cut(self, start: int, end: int, new: str) -> None:
        """One more cut, for the change of events that was noted last."""
        self.text.append((start, end, self.events[-1][0], new))

    def in_order(self) -> list[tuple[int, int, str]]:
        """The cuts from the text's start to its end."""
        return [(start, end, new) for start, end, _, new in sorted(self.text, key=lambda cut: cut[:3])]

    def text_after(self, text: str) -> str:
        result, at = [], 0
        for start, end, new in self.in_order():
            if start < at:
                refuse("proof")
            result += [text[at:start], new]
            at = end
        return "".join([*result, text[at:]])

    def events_after(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        result: list[Event] = []
        at = 0
        for first, end, new in sorted(self.events, key=lambda change: change[:2]):
            if first < at:
                refuse("proof")
            result += [*events[at:first], *new]
            at = end
        return (*result, *events[at:])


class _Wanted(Struct):
    """Changes gathered by the place they meet the text: the node there, and what is to become of it."""

    node: Node
    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    value: Any = None
    replace: bool = False
    removals: list[str] = field(default_factory=list)
    key: Node | None = None
    flow: bool = False


def splice(text: str, changes: Iterable[Change], shape: Shape) -> str:
    """The text with the changes made. `text` may begin with a byte-order mark. Raises RefusedError."""
    changes = tuple(changes)
    try:
        return _splice(text, changes, shape)
    except RefusedError as refused:
        refused.by_hand = by_hand(changes, source.parse("", text.removeprefix("\ufeff"), shape))
        raise


def _splice(text: str, changes: tuple[Change, ...], shape: Shape) -> str:
    if text.startswith("\ufeff"):
        return "\ufeff" + _splice(text[1:], changes, shape)
    alone = re.search("\r(?!\n)", text)
    read = source.parse("", text, shape)
    if alone:
        refuse("line-ends", place=read.position(alone.start()))
    if read.flaws:
        flaw = read.flaws[0]
        refuse("flaws", f"{flaw.message}; {flaw.hint}", read.position(flaw.offsets[0]) if flaw.offsets else None)
    try:
        tree = trees.read(text, trees.parser_for(text))
    except UnreadableError as error:
        refuse("documents", str(error))
    cuts = _Cuts()
    style = styles.Style.of(tree)
    for wanted in _gather(tree, changes):
        _cut(tree, style, wanted, cuts)
    result = cuts.text_after(text)
    _prove(tree, cuts, result, apply(read.data, changes), shape)
    return result


def _prove(tree: Tree, cuts: _Cuts, result: str, data: Any, shape: Shape) -> None:
    """Raise RefusedError unless the result is the edit and nothing else."""
    try:
        after = trees.read(result, tree.parser).events
    except UnreadableError as error:
        message = f"the edited text would not be YAML: {error}"
        refuse("proof", message)
    if after != cuts.events_after(tree.events):
        for node in tree.root.walk():
            if node.style in ("|", ">") and node.end == len(tree.text):
                _refuse_at(tree, node.start, "last-line")
        refuse("proof")
    if _undo(cuts, tree.text, result) != tree.text:
        refuse("proof")
    again = source.parse("", result, shape)
    if again.flaws or again.data != data:
        refuse("proof")


def _undo(cuts: _Cuts, before: str, after: str) -> str:
    """The edited text with every cut taken back: the text before, if nothing outside the cuts has changed."""
    result: list[str] = []
    at, shift = 0, 0
    for start, end, new in cuts.in_order():
        place = start + shift
        if after[place : place + len(new)] != new:
            return ""
        result += [after[at:place], before[start:end]]
        at = place + len(new)
        shift += len(new) - (end - start)
    return "".join([*result, after[at:]])


# Data -------------------------------------------------------------------------------------------------------------


def apply(data: Any, changes: Iterable[Change]) -> Any:
    """Plain data with the changes made, as mtrack's reader would deliver it."""
    data = _copy(data)
    for change in changes:
        if isinstance(change, Remove):
            holder = _step_to(data, change.route[:-1])
            del holder[change.route[-1]]
            continue
        holder = _step_to(data, change.route[:-1], make=True)
        last = change.route[-1]
        if isinstance(change, Put):
            holder[last] = plain(change.value)
        else:
            items = (holder.get(last) if isinstance(holder, dict) else holder[last]) or []
            holder[last] = [*items, plain(change.value)]
    return data


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copy(value) for value in data]
    return data


def _step_to(data: Any, route: Route, *, make: bool = False) -> Any:
    for step in route:
        if make and isinstance(data, dict) and data.get(str(step)) is None:
            data[str(step)] = {}
        data = data[step]
    return data


def plain(value: Any) -> Any:
    """A value as the reader delivers it: days become text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def by_hand(changes: Iterable[Change], read: Source) -> str:
    """The changes as lines a person can write: the place in words, below it the YAML."""
    lines: list[str] = []
    empty = styles.Style.of(trees.read("{}\n"))
    place = ""
    for change in changes:
        *above, last = change.route
        if place != (place := _in_words(tuple(above), read)):
            lines.append(f"{place}:")
        if isinstance(change, Remove):
            lines.append(f"  (take `{last}` away)")
        elif isinstance(change, Put):
            value = styles.styled(change.value, str(last), empty, flow=True)
            lines.append(f"  {last}: {styles.in_flow(value, empty)}")
        else:
            value = styles.styled(change.value, f"{last}[]", empty, flow=True)
            lines += [f"  {last}: (one more)", f"    - {styles.in_flow(value, empty)}"]
    return "\n".join(lines)


def _in_words(route: Route, read: Source) -> str:
    """Where a mapping stands: `in milestones, M2, invoice (line 14)`; items go by what names them."""
    words: list[str] = []
    data, line = read.data, 0
    for depth, step in enumerate(route, 1):
        inside = isinstance(data, dict if isinstance(step, str) else list)
        data = data[step] if inside and (step in data if isinstance(step, str) else step < len(data)) else None
        name = data.get("id") or data.get("number") if isinstance(data, dict) and isinstance(step, int) else None
        words.append(step if isinstance(step, str) else str(name or f"item {step + 1}"))
        span = read.span(Place("", route[:depth])) if data is not None else None
        line = span.line if span else line
    if not words:
        return "at the top"
    return f"in {', '.join(words)}" + (f" (line {line})" if line else "")


# Where ------------------------------------------------------------------------------------------------------------


def _gather(tree: Tree, changes: tuple[Change, ...]) -> list[_Wanted]:
    """The changes by the node where each meets the text; those that make one missing mapping become one."""
    gathered: dict[int, _Wanted] = {}
    for change in changes:
        node, key, name, flow = tree.root, None, "", tree.root.flow
        route = change.route
        _passable(tree, node)
        depth = 0
        last = len(route) - (1 if isinstance(change, Remove) else 0)
        while depth < last:
            child = node.get(route[depth])
            if child is None:
                break
            key = node.pairs[node.index(str(route[depth])) or 0][0] if node.kind == "mapping" else None
            name = f"{name}[]" if isinstance(route[depth], int) else str(route[depth])
            flow = flow or child.flow
            node = child
            depth += 1
            if depth < last or isinstance(change, Append):
                _passable(tree, node)
        rest = route[depth:]
        wanted = gathered.setdefault(id(node), _Wanted(node, name, key=key, flow=flow))
        _want(tree, wanted, change, rest)
    return list(gathered.values())


def _passable(tree: Tree, node: Node) -> None:
    """Raise RefusedError where a node on the way is an alias or is shared by one."""
    if node.kind == "alias" or (node.anchor is not None and node.anchor in tree.shared):
        _refuse_at(tree, node.start, "alias")
    if node.tag is not None:
        _refuse_at(tree, node.start, "tag")


def _want(tree: Tree, wanted: _Wanted, change: Change, rest: Route) -> None:
    node = wanted.node
    if isinstance(change, Remove):
        if len(rest) != 1 or node.kind != "mapping" or node.index(str(rest[0])) is None:
            _refuse_at(tree, node.start, "layout", "there is nothing to remove there")
        wanted.removals.append(str(rest[0]))
        return
    value: Any = change.value if isinstance(change, Put) else [change.value]
    if not rest and isinstance(change, Append) and node.kind == "sequence" and node.items:
        wanted.items.append(change.value)
        return
    for step in reversed(rest):
        if not isinstance(step, str):
            _refuse_at(tree, node.start, "layout", "there is no such item")
        value = {step: value}
    if node.kind == "mapping" and node.pairs and rest:
        _merge(wanted.keys, value)
        return
    _replaceable(tree, node, deeper=bool(rest))
    if wanted.replace and isinstance(value, dict) and isinstance(wanted.value, dict):
        _merge(wanted.value, value)
    elif wanted.replace and isinstance(value, list) and isinstance(wanted.value, list):
        wanted.value = wanted.value + value
    else:
        wanted.value = value
    wanted.replace = True


def _replaceable(tree: Tree, node: Node, *, deeper: bool) -> None:
    """Raise RefusedError unless a value may be put where a node stands; `deeper`: a mapping that begins there."""
    reason = ""
    if (node.kind in ("mapping", "sequence") and not node.bare) or (deeper and not (node.null or node.bare)):
        reason = "alias" if node.kind == "alias" else "occupied"
    elif node.anchor is not None or node.kind == "alias":
        reason = "alias" if node.kind == "alias" or node.anchor in tree.shared else "anchor"
    elif node.tag is not None:
        reason = "tag"
    elif node.style in ("|", ">"):
        reason = "block-scalar"
    if reason:
        _refuse_at(tree, node.start, reason)


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] = dict(into[key])
            _merge(into[key], value)
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key] = into[key] + value
        else:
            into[key] = value


# Cuts -------------------------------------------------------------------------------------------------------------


def _cut(tree: Tree, style: Style, wanted: _Wanted, cuts: _Cuts) -> None:
    node = wanted.node
    if wanted.removals and (wanted.keys or len(wanted.removals) > 1):
        refuse("layout", "two changes meet in one place")
    for name in wanted.removals:
        _remove(tree, node, node.index(name) or 0, cuts)
    if wanted.replace:
        _replace(tree, style, wanted, cuts)
    if wanted.keys:
        _insert_keys(tree, style, wanted, cuts)
    if wanted.items:
        _append_items(tree, style, wanted, cuts)


def _replace(tree: Tree, style: Style, wanted: _Wanted, cuts: _Cuts) -> None:
    """Put a value where a scalar, nothing, or an empty mapping or list stands."""
    node, key, text = wanted.node, wanted.key, tree.text
    value = wanted.value
    if isinstance(value, dict | list):
        new = styles.styled(value, wanted.name, style, flow=wanted.flow or node.bare)
    else:
        quote = node.style if not node.null else style.quote(wanted.name)
        if isinstance(value, bool | int | Decimal):
            quote = None
        new = styles.scalar(value, style, flow=wanted.flow, quote=quote)
    if node.bare and "#" in text[node.start : node.end]:
        _refuse_at(tree, node.start, "layout")
    cuts.events.append((node.first, node.last + 1, list(styles.events(new))))
    if new.kind == "scalar" or new.flow:
        inline = styles.in_flow(new, style)
        if not node.empty:
            cuts.cut(node.start, node.end, inline)
            _hold_comment(tree, node.end, len(inline) - (node.end - node.start), cuts)
        elif key is None or (key.colon is None and not wanted.flow):
            _refuse_at(tree, node.start, "layout")
        elif key.colon is None:
            cuts.cut(key.end, key.end, f": {inline}")
        else:
            after = text[key.colon : key.colon + 1]
            cuts.cut(key.colon, key.colon, f" {inline}" + ("" if after in " \t\r\n,]}" else " "))
        return
    if key is None or key.colon is None:
        _refuse_at(tree, node.start, "layout")
    if not node.empty:  # `~` goes, and the block begins below
        cuts.cut(key.colon, node.end, "")
    column = tree.column(key.start)
    at = tree.line_end(node.end)
    newline = tree.newline(key.start)
    lines = styles.body_lines(new, column, style)
    cuts.cut(at, at, newline + newline.join(lines))


def _hold_comment(tree: Tree, at: int, longer: int, cuts: _Cuts) -> None:
    """Take from the space before a comment, or add to it, what the value before has grown by or shrunk."""
    space = _SPACE.match(tree.text, at)
    if space is None or not _in_line(tree, space.end()):
        return
    width = len(space[0])
    wanted = max(width - longer, min(width, 2))
    cuts.cut(space.end() - max(width - wanted, 0), space.end(), " " * max(wanted - width, 0))


def _in_line(tree: Tree, comment: int) -> bool:
    """Whether another comment begins in the column of this one, after a text of another length: that is no chance."""
    column = tree.column(comment)
    before = [line[:column] for line in tree.text.splitlines() if line[column : column + 1] == "#"]
    return len({len(text.rstrip()) for text in before if text.strip() and text.endswith(" ")}) > 1


def _insert_keys(tree: Tree, style: Style, wanted: _Wanted, cuts: _Cuts) -> None:
    """Give a mapping more keys, each after the one a careful person would write it after."""
    node = wanted.node
    order = ORDER.get(wanted.name, ())
    rank = {name: i for i, name in enumerate(order)}
    groups: dict[int, list[str]] = {}
    for name in sorted(wanted.keys, key=lambda name: rank.get(name, len(rank))):
        groups.setdefault(_before(tree, wanted, name, rank), []).append(name)
    for pair, names in groups.items():
        new = [
            (
                styles.scalar(name, style, flow=node.flow, quote=node.pairs[max(pair, 0)][0].style),
                styles.styled(wanted.keys[name], name, style, flow=node.flow),
            )
            for name in names
        ]
        at = node.first + 1 if pair == FIRST else node.pairs[pair][1].last + 1
        cuts.events.append((at, at, [event for both in new for part in both for event in styles.events(part)]))
        if not node.flow:
            _into_block(tree, style, node, pair, new, cuts)
            continue
        written = [f"{styles.written(key)}: {styles.in_flow(item, style)}" for key, item in new]
        if pair == FIRST:
            _first_in_flow(tree, node, written, cuts)
        else:
            _into_flow(tree, node, node.pairs[pair][0].start, _end(node.pairs[pair]), written, cuts)


def _first_in_flow(tree: Tree, node: Node, new: list[str], cuts: _Cuts) -> None:
    """Insert elements before the first one in braces, one a line where that one has a line of its own."""
    start = node.pairs[0][0].start
    line = tree.line_start(start)
    indent = tree.text[line:start]
    between = f",{tree.newline(start)}{indent}" if line > node.start and not indent.strip() else ", "
    cuts.cut(start, start, between.join([*new, ""]))


def _end(pair: tuple[Node, Node]) -> int:
    key, value = pair
    return max(value.end, key.colon or key.end)


def _before(tree: Tree, wanted: _Wanted, name: str, rank: dict[str, int]) -> int:
    """Which pair a new key is to follow: as in the mapping's siblings, else by the usual order, else the last.

    FIRST where the usual order puts it before all that is there.
    """
    node = wanted.node
    present = {key.value: i for i, (key, _) in enumerate(node.pairs)}
    for other in reversed(_siblings(tree, wanted)):
        at = other.index(name)
        if at:
            before = other.pairs[at - 1][0].value
            if before in present:
                return present[before]
    own = rank.get(name, len(rank))
    earlier = [i for key, i in present.items() if key in rank and rank[key] < own]
    if earlier:
        return max(earlier)
    first = node.pairs[0][0]
    alone = not tree.text[tree.line_start(first.start) : first.start].strip()
    return FIRST if rank.get(first.value, -1) > own and (node.flow or alone) else len(node.pairs) - 1


def _siblings(tree: Tree, wanted: _Wanted) -> list[Node]:
    """The other mappings of the same kind, where the kind is a list's items."""
    if not wanted.name.endswith("[]"):
        return []
    for node in tree.root.walk():
        if any(item is wanted.node for item in node.items):
            return [item for item in node.items if item is not wanted.node and item.kind == "mapping"]
    return []


def _into_block(  # noqa: PLR0913
    tree: Tree, style: Style, node: Node, pair: int, new: list[tuple[styles.Value, styles.Value]], cuts: _Cuts
) -> None:
    """Insert pairs as lines of their own, below the pair before and the comments that belong to it."""
    text = tree.text
    column = tree.column(node.pairs[0][0].start)
    for key, _ in node.pairs:
        if key.start and text[: key.start].rstrip(" ").endswith("?") and key.colon is None:
            _refuse_at(tree, key.start, "layout")
    near = node.pairs[max(pair, 0)][0].start
    if tree.column(near) != column:
        _refuse_at(tree, near, "layout")
    newline = tree.newline(near)
    gap_of = _value_column(tree, node)
    lines: list[str] = []
    blank = _blank_before(tree, node, pair)
    for name, item in new:
        head = len(styles.written(name)) + 1
        gap = " " * max(gap_of - column - head, 1) if gap_of else " "
        block = styles.pair_lines(name, item, column, style, gap)
        if blank:
            lines.append("")
        lines += [" " * column + block[0], *block[1:]]
    if pair == FIRST:
        at = tree.line_start(near)
        cuts.cut(at, at, newline.join([*lines, ""]))
        return
    at = _tail(tree, tree.line_end(_end(node.pairs[pair])), column)
    cuts.cut(at, at, newline + newline.join(lines))


def _blank_before(tree: Tree, node: Node, pair: int) -> bool:
    """Whether a blank line stands before a pair at the file's top, and so should before the next."""
    if node is not tree.root or pair <= 0 or _keeps_blanks(tree, node.pairs[pair][1]):
        return False
    start = tree.line_start(node.pairs[pair][0].start)
    return _blank_above(tree, start)


def _last_in(node: Node) -> Node:
    """The value a value ends with: itself, or the last one in it, however deep."""
    while node.pairs or node.items:
        node = node.pairs[-1][1] if node.pairs else node.items[-1]
    return node


def _blanks_above(tree: Tree, start: int) -> list[int]:
    """Where the blank lines above a line begin, the nearest first."""
    result: list[int] = []
    while start > 0:
        above = tree.line_start(start - 1)
        if tree.text[above:start].strip():
            break
        result.append(above)
        start = above
    return result


def _keeps_blanks(tree: Tree, node: Node) -> bool:
    """Whether a value ends with a block of text (`|+`) to which a blank line below would belong."""
    node = _last_in(node)
    header = tree.text[node.start : tree.line_end(node.start)].partition("#")[0]
    return node.style in ("|", ">") and "+" in header


def _blank_above(tree: Tree, start: int) -> bool:
    """Whether the line above a line (comments between aside) is blank."""
    while start > 0:
        above = tree.line_start(start - 1)
        line = tree.text[above : start - 1].strip()
        if not line:
            return True
        if not line.startswith("#"):
            return False
        start = above
    return False


def _value_column(tree: Tree, node: Node) -> int | None:
    """The column where the values of a mapping are lined up; None where they aren't."""
    found: set[int] = set()
    lengths: set[int] = set()
    for key, value in node.pairs:
        if (
            value.kind == "scalar"
            and not value.empty
            and key.colon
            and tree.line_start(value.start) == tree.line_start(key.start)
        ):
            found.add(tree.column(value.start))
            lengths.add(key.colon - key.start)
    return next(iter(found)) if len(found) == 1 and len(lengths) > 1 else None


def _tail(tree: Tree, at: int, column: int) -> int:
    """The end of the comment lines below `at` that stand deeper than `column`: they belong to what is above."""
    text, scan = tree.text, at
    while scan < len(text):
        start = text.find("\n", scan) + 1
        if not start:
            break
        end = tree.line_end(start)
        line = text[start:end]
        if line.strip():
            indent = len(line) - len(line.lstrip(" "))
            if not line.lstrip().startswith("#") or indent <= column:
                break
            at = end
        scan = end
        if end == len(text):
            break
    return at


def _into_flow(  # noqa: PLR0913
    tree: Tree, node: Node, element: int, at: int, new: list[str], cuts: _Cuts
) -> None:
    """Insert elements into braces after the one from `element` to `at`, one a line where that is the habit."""
    text = tree.text
    inline = ", " + ", ".join(new)
    line = tree.line_start(element)
    indent = text[line:element]
    if indent.strip() or line <= node.start:
        cuts.cut(at, at, inline)
        return
    newline = tree.newline(element)
    end = tree.line_end(at)
    comma = _comma(text, at, node.end)
    if comma is not None and not _code(text[comma:end]) and tree.line_end(comma) == end:
        cuts.cut(end, end, "".join(f"{newline}{indent}{item}," for item in new))
    elif comma is None and not _code(text[at:end]):
        lines = f",{newline}{indent}".join(new)
        if end == at:
            cuts.cut(at, at, f",{newline}{indent}{lines}")
        else:
            cuts.cut(at, at, ",")
            cuts.cut(end, end, f"{newline}{indent}{lines}")
    else:
        cuts.cut(at, at, inline)


def _code(text: str) -> str:
    """What stands in a line's rest besides white space and a comment."""
    text = text.strip()
    return "" if text.startswith("#") else text


def _comma(text: str, at: int, end: int) -> int | None:
    """The end of the comma that follows an element; None where none does."""
    while at < end:
        if text[at] == ",":
            return at + 1
        if text[at] == "#":
            at = text.find("\n", at)
            if at < 0:
                return None
        elif not text[at].isspace():
            return None
        at += 1
    return None


def _append_items(tree: Tree, style: Style, wanted: _Wanted, cuts: _Cuts) -> None:
    """Add items after a list's last one, and after the comments that belong to it."""
    node = wanted.node
    last = node.items[-1]
    name = wanted.name + "[]"
    new: list[styles.Value] = []
    for item in wanted.items:
        value = styles.styled(item, name, style, flow=node.flow)
        if not node.flow and value.kind == "mapping" and value.pairs and last.kind == "mapping":
            value = styles.styled(item, name, _as_last(style, name, flow=last.flow), flow=False)
        new.append(value)
    cuts.events.append((last.last + 1, last.last + 1, [event for value in new for event in styles.events(value)]))
    if node.flow:
        _into_flow(tree, node, last.start, last.end, [styles.in_flow(value, style) for value in new], cuts)
        return
    column, gap, lead = _item_layout(tree, last)
    newline = tree.newline(last.start)
    lines: list[str] = []
    blank = len(node.items) > 1 and not _keeps_blanks(tree, last)
    blank = blank and all(
        _blank_above(tree, tree.line_start(styles.dash_of(tree.text, item) or 0)) for item in node.items[1:]
    )
    for value in new:
        written = styles.item_lines(value, column, gap, style)
        if blank:
            lines.append("")
        if lead and value.kind == "mapping" and not value.flow:
            lines += [" " * column + "-", " " * (column + 1 + len(gap)) + written[0][1 + len(gap) :]]
        else:
            lines.append(" " * column + written[0])
        lines += written[1:]
    at = _tail(tree, tree.line_end(last.end), column)
    cuts.cut(at, at, newline + newline.join(lines))


def _item_layout(tree: Tree, item: Node) -> tuple[int, str, bool]:
    """The column of an item's dash, what stands between the two, and whether the dash has a line of its own."""
    dash = styles.dash_of(tree.text, item)
    if dash is None:
        _refuse_at(tree, item.start, "layout")
    column = tree.column(dash)
    between = tree.text[dash + 1 : item.start]
    if "\n" not in between:
        return column, " " if "\t" in between else between, False
    if item.kind != "mapping" or item.flow:
        _refuse_at(tree, item.start, "layout")
    return column, " " * (tree.column(item.start) - column - 1), True


def _as_last(style: Style, name: str, *, flow: bool) -> Style:
    """The style, but for items that are to look like the last of their list."""
    from collections import Counter  # noqa: PLC0415

    from msgspec.structs import replace  # noqa: PLC0415

    flows = dict(style.flows)
    flows[name] = Counter({flow: 1})
    return replace(style, flows=flows)


def _remove(tree: Tree, node: Node, pair: int, cuts: _Cuts) -> None:
    """Take a pair out: its lines in a block, its part of the line in braces."""
    text = tree.text
    key, value = node.pairs[pair]
    if len(node.pairs) == 1:
        _refuse_at(tree, key.start, "layout", "it is the only key there")
    inside = {inner.anchor for inner in value.walk() if inner.kind != "alias"} | {key.anchor}
    if inside & tree.shared:
        _refuse_at(tree, key.start, "alias")
    cuts.events.append((key.first, value.last + 1, []))
    if node.flow:
        if pair + 1 < len(node.pairs):
            start, end = key.start, node.pairs[pair + 1][0].start
        else:
            start, end = _end(node.pairs[pair - 1]), _end((key, value))
        if "#" in text[start:end]:
            _refuse_at(tree, key.start, "layout")
        cuts.cut(start, end, "")
        return
    column = tree.column(key.start)
    end = _tail(tree, tree.line_end(_end((key, value))), column)
    start = tree.line_start(key.start)
    if text[start : key.start].strip():  # after a dash: the next key takes its place
        if pair + 1 >= len(node.pairs):
            _refuse_at(tree, key.start, "layout")
        following = node.pairs[pair + 1][0].start
        if text[end:following].strip():
            _refuse_at(tree, key.start, "layout")
        cuts.cut(key.start, following, "")
        return
    _remove_lines(tree, node.pairs[pair - 1][1] if pair else None, start, end, cuts)


def _remove_lines(tree: Tree, before: Node | None, start: int, end: int, cuts: _Cuts) -> None:
    """Take lines out, and blank ones that would be too many without them; `before` is the value that stands above."""
    text = tree.text
    blanks = [] if before and _keeps_blanks(tree, before) else _blanks_above(tree, start)
    if end == len(text):  # what stands above ends the file now, without a line break as well
        if before and _last_in(before).style in ("|", ">"):
            _refuse_at(tree, start, "last-line")
        start = blanks[-1] if blanks else start
        cuts.cut(max(start - len(tree.newline(max(start - 2, 0))), 0), end, "")
        return
    end += len(tree.newline(end))
    below = end
    while below < len(text) and not text[below : tree.line_end(below)].strip():
        below = min(tree.line_end(below) + len(tree.newline(below)), len(text))
    if below > end and before and _keeps_blanks(tree, before):  # they would become part of it
        end = below
    elif blanks and end == len(text):
        start = blanks[-1]
    elif blanks and below > end:
        start = blanks[0]
    cuts.cut(start, end, "")
