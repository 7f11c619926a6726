"""The lines around a place in a tree: blank ones, comments, and where what belongs together ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.tree import Node, Tree

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
"""White space and comments."""


def end_of(pair: tuple[Node, Node]) -> int:
    """The end of a mapping's pair; of one without a value, of its colon."""
    key, value = pair
    return max(value.end, key.colon or key.end)


def end_in_flow(tree: Tree, pair: tuple[Node, Node]) -> int:
    """The end of a pair in braces; of one without a value, of the space after its colon."""
    end = end_of(pair)
    beside = tree.text[end - 1 : end + 2]
    return end + (pair[1].empty and beside.startswith(": ") and beside != ": #")


def dash_of(tree: Tree, node: Node, i: int) -> int | None:
    """The offset of the dash before a block list's item."""
    at = _GAP.match(tree.text, node.items[i - 1].end if i else node.start).end()  # type: ignore[union-attr]
    if tree.text[at : at + 1] != "-":  # after an anchor
        at = len(tree.text[: node.items[i].start].rstrip(WHITE)) - 1
    return at if tree.text[at : at + 1] == "-" else None


def has_comment(tree: Tree, start: int, end: int) -> bool:
    """Whether there is a comment between two offsets, not counting `#` inside a value."""
    inside = [node for node in tree.root.walk() if node.kind == "scalar" and start <= node.start < node.end <= end]
    at = start
    for node in sorted(inside, key=lambda node: node.start):
        if "#" in tree.text[at : node.start]:
            return True
        at = node.end
    return "#" in tree.text[at:end]


def last_in(node: Node) -> Node:
    """The value a value ends with: itself, or the last one in it, however deep."""
    while node.pairs or node.items:
        node = node.pairs[-1][1] if node.pairs else node.items[-1]
    return node


def keeps_blanks(tree: Tree, node: Node) -> bool:
    """Whether a value ends with a block of text (`|+`) to which a blank line below would belong."""
    node = last_in(node)
    header = tree.text[node.start : tree.line_end(node.start)].partition("#")[0]
    return node.style in ("|", ">") and "+" in header


def begins_line(tree: Tree, offset: int) -> bool:
    """Whether nothing but white space stands before an offset on its line."""
    return not tree.text[tree.line_start(offset) : offset].strip(WHITE)


def blanks_above(tree: Tree, start: int) -> list[int]:
    """The starts of the blank lines above a line, the nearest first."""
    result: list[int] = []
    while start > 0:
        above = tree.line_start(start - 1)
        if tree.text[above:start].strip(WHITE):
            break
        result.append(above)
        start = above
    return result


def blank_above(tree: Tree, start: int) -> bool:
    """Whether the line above a line (comments between aside) is blank."""
    while start > 0:
        above = tree.line_start(start - 1)
        line = tree.text[above : start - 1].strip(WHITE)
        if not line:
            return True
        if not line.startswith("#"):
            return False
        start = above
    return False


def tail(tree: Tree, at: int, column: int) -> int:
    """The end of the comment lines below `at` that stand deeper than `column`: they belong to what is above."""
    scan = at
    while start := tree.text.find("\n", scan) + 1:
        scan = tree.line_end(start)
        line = tree.text[start:scan]
        if not line.strip(WHITE):
            continue
        if not line.lstrip(WHITE).startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
            break
        at = scan
    return at


def value_column(tree: Tree, node: Node) -> int | None:
    """The column where the values of a mapping are lined up; None where they aren't."""
    beside = [
        (tree.column(value.start), key.colon - key.start)
        for key, value in node.pairs
        if value.kind == "scalar" and not value.empty and key.colon
        and tree.line_start(value.start) == tree.line_start(key.start)
    ]  # fmt: skip
    columns, lengths = {column for column, _ in beside}, {length for _, length in beside}
    return columns.pop() if len(columns) == 1 and len(lengths) > 1 else None
