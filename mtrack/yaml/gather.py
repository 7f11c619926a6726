"""Changes by the node where each meets the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtrack.yaml.changes import Append, Put, Remove
from mtrack.yaml.refusal import refuse_at

if TYPE_CHECKING:
    from mtrack.finding import Route
    from mtrack.yaml.changes import Change
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.tree import Node, Tree


class Wanted(Struct):
    """A node that changes meet, and what is to become of it.

    `name` is the key it stands below ("[]" after it for a list's item), `key` that key's node, `flow` whether it
    lies in braces or brackets, `items` more items of a list, each with the place of the item it is to stand before.
    """

    node: Node
    name: str
    shape: Shape
    key: Node | None = None
    flow: bool = False
    keys: dict[str, Any] = field(default_factory=dict)
    items: list[tuple[int | None, Any]] = field(default_factory=list)
    value: Any = None
    replace: bool = False
    removals: list[str] = field(default_factory=list)

    def below(self, step: str | int) -> Wanted | None:
        """The same for the value a route's step leads to; None where nothing is there."""
        child = self.node.get(step)
        if child is None:
            return None
        flow = self.flow or child.flow
        if isinstance(step, int):
            return Wanted(child, f"{self.name}[]", self.shape.item, flow=flow)
        key = self.node.pairs[self.node.index(step) or 0][0]
        return Wanted(child, step, self.shape.child(step), key, flow)


def gather(tree: Tree, changes: tuple[Change, ...], shape: Shape) -> list[Wanted]:
    """The changes by the node each meets; those that make one missing mapping become one. Raises RefusedError."""
    gathered: dict[int, Wanted] = {}
    for change in changes:
        wanted, rest = _follow(tree, change, shape)
        _want(tree, gathered.setdefault(id(wanted.node), wanted), change, rest)
    return list(gathered.values())


def _follow(tree: Tree, change: Change, shape: Shape) -> tuple[Wanted, Route]:
    """The node at which the way to a change ends, and what is left of the way. Raises RefusedError."""
    at = Wanted(tree.root, "", shape, flow=tree.root.flow)
    _check_open(tree, at.node)
    last = len(change.route) - isinstance(change, Remove)
    for depth, step in enumerate(change.route[:last], 1):
        child = at.below(step)
        if child is None:
            return at, change.route[depth - 1 :]
        at = child
        if depth < last or isinstance(change, Append):
            _check_open(tree, at.node)
    return at, change.route[last:]


def _check_open(tree: Tree, node: Node) -> None:
    """Raise RefusedError where a node on the way is an alias or is shared by one."""
    if node.kind == "alias" or (node.anchor is not None and node.anchor in tree.shared):
        refuse_at(tree, node.start, "alias")
    if node.tag is not None:
        refuse_at(tree, node.start, "tag")


def _want(tree: Tree, wanted: Wanted, change: Change, rest: Route) -> None:
    node = wanted.node
    if isinstance(change, Remove):
        if len(rest) != 1 or node.kind != "mapping" or node.index(str(rest[0])) is None:
            refuse_at(tree, node.start, "layout", "there is nothing to remove there")
        wanted.removals.append(str(rest[0]))
    elif not rest and isinstance(change, Append) and node.kind == "sequence" and node.items:
        wanted.items.append((change.before, change.value))
    elif node.kind == "mapping" and node.pairs and rest:
        wanted.keys = _joined(wanted.keys, _made(tree, node, change, rest))
    else:
        value = _made(tree, node, change, rest)
        _check_replaceable(tree, node, holds=bool(rest) or isinstance(change, Append))
        wanted.value = _joined(wanted.value, value) if wanted.replace else value
        wanted.replace = True


def _made(tree: Tree, node: Node, change: Put | Append, rest: Route) -> Any:
    """The value to put at a node, with the mappings that are missing on the way to it."""
    value: Any = change.value if isinstance(change, Put) else [change.value]
    for step in reversed(rest):
        if not isinstance(step, str):
            refuse_at(tree, node.start, "layout", "there is no such item")
        value = {step: value}
    return value


def _joined(old: Any, new: Any) -> Any:
    """A value to be put where another is to be put as well: mappings and lists hold what is in both."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _joined(old.get(key), value) for key, value in new.items()}
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    return new


def _check_replaceable(tree: Tree, node: Node, *, holds: bool) -> None:
    """Raise RefusedError unless a value may be put where a node stands; `holds`: a mapping or list that begins there."""
    reason = ""
    if node.kind == "alias":
        reason = "alias"
    elif (node.kind != "scalar" and not node.bare) or (holds and not (node.null or node.bare)):
        reason = "occupied"
    elif node.anchor is not None:
        reason = "alias" if node.anchor in tree.shared else "anchor"
    elif node.tag is not None:
        reason = "tag"
    elif node.style in ("|", ">"):
        reason = "block-scalar"
    if reason:
        refuse_at(tree, node.start, reason)
