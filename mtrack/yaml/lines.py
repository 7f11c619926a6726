"""The lines around a place in a tree: blank ones, comments, and where what belongs together ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.tree import Node, Tree


def end_of(pair: tuple[Node, Node]) -> int:
    """The end of a mapping's pair; of one without a value, of its colon."""
    key, value = pair
    return max(value.end, key.colon or key.end)


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
    """Where the blank lines above a line begin, the nearest first."""
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
