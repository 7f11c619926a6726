"""Keys put into a mapping, each after the one a careful person would write it after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.yaml import lines
from mtrack.yaml import style as styles
from mtrack.yaml.flow import first_in_flow, into_flow
from mtrack.yaml.refusal import refuse_at

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.gather import Wanted
    from mtrack.yaml.style import Value
    from mtrack.yaml.tree import Node, Tree

FIRST = -1
"""The place before the first pair of a mapping."""


def insert_keys(draft: Draft, wanted: Wanted) -> None:
    """Give a mapping more keys, in the order of its shape."""
    node, style = wanted.node, draft.style
    rank = {name: i for i, name in enumerate(wanted.shape.properties)}
    groups: dict[int, list[str]] = {}
    for name in sorted(wanted.keys, key=lambda name: rank.get(name, len(rank))):
        groups.setdefault(_before(draft.tree, wanted, name, rank), []).append(name)
    for pair, names in groups.items():
        quote = node.pairs[max(pair, 0)][0].style
        new = [
            (
                styles.scalar(name, style, flow=node.flow, quote=quote),
                styles.styled(wanted.keys[name], name, style, flow=node.flow),
            )
            for name in names
        ]
        at = node.first + 1 if pair == FIRST else node.pairs[pair][1].last + 1
        draft.change(at, at, [event for both in new for part in both for event in styles.events(part)])
        (_into_braces if node.flow else _into_block)(draft, node, pair, new)


def _into_braces(draft: Draft, node: Node, pair: int, new: list[tuple[Value, Value]]) -> None:
    written = [f"{styles.written(key)}: {styles.in_flow(item, draft.style)}" for key, item in new]
    if pair == FIRST:
        first_in_flow(draft, node, written)
    else:
        into_flow(draft, node, node.pairs[pair][0].start, lines.end_in_flow(draft.tree, node.pairs[pair]), written)


def _before(tree: Tree, wanted: Wanted, name: str, rank: dict[str, int]) -> int:
    """The pair that a new key is to follow: as in the mapping's siblings, else by the usual order, else the last.

    FIRST where the usual order puts it before all that is there.
    """
    node = wanted.node
    present = {key.value: i for i, (key, _) in enumerate(node.pairs)}
    beside = _before_in_siblings(tree, wanted, name, present)
    if beside is not None:
        return beside
    own = rank.get(name, len(rank))
    earlier = [i for key, i in present.items() if key in rank and rank[key] < own]
    if earlier:
        return max(earlier)
    first = node.pairs[0][0]
    movable = node.flow or lines.begins_line(tree, first.start)
    return FIRST if rank.get(first.value, -1) > own and movable else len(node.pairs) - 1


def _before_in_siblings(tree: Tree, wanted: Wanted, name: str, present: dict[str, int]) -> int | None:
    """The pair that the key follows in the last sibling that has it; None where no sibling helps."""
    for other in reversed(_siblings(tree, wanted)):
        at = other.index(name)
        if at and other.pairs[at - 1][0].value in present:
            return present[other.pairs[at - 1][0].value]
    return None


def _siblings(tree: Tree, wanted: Wanted) -> list[Node]:
    """The other mappings of the same kind, where the kind is a list's items."""
    if not wanted.name.endswith("[]"):
        return []
    for node in tree.root.walk():
        if any(item is wanted.node for item in node.items):
            return [item for item in node.items if item is not wanted.node and item.kind == "mapping"]
    return []


def _into_block(draft: Draft, node: Node, pair: int, new: list[tuple[Value, Value]]) -> None:
    """Insert pairs as lines of their own, below the pair before and the comments that belong to it."""
    tree = draft.tree
    column = tree.column(node.pairs[0][0].start)
    near = node.pairs[max(pair, 0)][0].start
    _check_layout(tree, node, near, column)
    blank = _blank_before(tree, node, pair)
    values_at = lines.value_column(tree, node)
    added: list[str] = []
    for name, item in new:
        head = len(styles.written(name)) + 1
        gap = " " * max(values_at - column - head, 1) if values_at else " "
        block = styles.pair_lines(name, item, column, draft.style, gap)
        added += [""] if blank else []
        added += [" " * column + block[0], *block[1:]]
    if pair == FIRST:
        at = tree.line_start(near)
        draft.cut(at, at, tree.newline(near).join([*added, ""]))
        return
    draft.add_lines(lines.tail(tree, tree.line_end(lines.end_of(node.pairs[pair])), column), added)


def _check_layout(tree: Tree, node: Node, near: int, column: int) -> None:
    """Raise RefusedError where keys are announced by '?', or the one nearby is not in line with the first."""
    for key, _ in node.pairs:
        if key.start and tree.text[: key.start].rstrip(" ").endswith("?") and key.colon is None:
            refuse_at(tree, key.start, "layout")
    if tree.column(near) != column:
        refuse_at(tree, near, "layout")


def _blank_before(tree: Tree, node: Node, pair: int) -> bool:
    """Whether a blank line stands before a pair at the file's top, and so should before the next."""
    if node is not tree.root or pair <= 0 or lines.keeps_blanks(tree, node.pairs[pair][1]):
        return False
    return lines.blank_above(tree, tree.line_start(node.pairs[pair][0].start))
