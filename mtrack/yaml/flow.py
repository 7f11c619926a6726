"""Elements put into braces and brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.yaml.lines import begins_line
from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.tree import Node, Tree


def first_in_flow(draft: Draft, node: Node, new: list[str]) -> None:
    """Put elements before the first one in braces or brackets, one a line where that is the habit."""
    tree = draft.tree
    start = _starts(node)[0]
    indent = _indent(tree, node, start)
    between = ", " if indent is None else f",{tree.newline(start)}{indent}"
    draft.cut(start, start, between.join([*new, ""]))


def into_flow(draft: Draft, node: Node, element: int, at: int, new: list[str]) -> None:
    """Put elements into braces after the one from `element` to `at`, one a line where that is the habit."""
    tree, text = draft.tree, draft.tree.text
    indent = _indent(tree, node, element)
    end, comma = tree.line_end(at), comma_after(text, at, node.end)
    gap = " " if text[at - 1] == ":" else ""  # after a key without a value, where a comma would become part of the key
    if indent is not None and comma is not None and tree.line_end(comma) == end and not _code(text[comma:end]):
        draft.add_lines(end, [f"{indent}{item}," for item in new])
    elif indent is not None and comma is None and not _code(text[at:end]):
        draft.cut(at, at, f"{gap},")
        draft.add_lines(end, _separated(indent, new))
    elif indent is not None and comma is None and _one_a_line(tree, node):
        draft.cut(at, at, f"{gap},")
        draft.add_lines(at, _separated(indent, new))
    else:
        draft.cut(at, at, f"{gap}, " + ", ".join(new))


def _separated(indent: str, new: list[str]) -> list[str]:
    """Elements as lines, a comma after each but the last."""
    *before, last = new
    return [*(f"{indent}{item}," for item in before), indent + last]


def _indent(tree: Tree, node: Node, element: int) -> str | None:
    """The beginning of the line for an element beside another; None where it goes on the other's line."""
    if _on_own_line(tree, node, element):
        return tree.text[tree.line_start(element) : element]
    starts = _starts(node)
    return tree.text[tree.line_start(starts[-1]) : starts[-1]] if _one_a_line(tree, node) else None


def _starts(node: Node) -> list[int]:
    return [key.start for key, _ in node.pairs] or [item.start for item in node.items]


def _on_own_line(tree: Tree, node: Node, element: int) -> bool:
    return tree.line_start(element) > node.start and begins_line(tree, element)


def _one_a_line(tree: Tree, node: Node) -> bool:
    """Whether each element in braces has a line of its own; the first may stand beside the brace."""
    starts = _starts(node)
    return all(_on_own_line(tree, node, start) for start in starts[1:] or starts)


def _code(text: str) -> str:
    """The rest of a line without white space and a comment."""
    text = text.strip(WHITE)
    return "" if text.startswith("#") else text


def comma_after(text: str, at: int, end: int) -> int | None:
    """The end of the comma that follows an element; None where none does."""
    while at < end:
        if text[at] == ",":
            return at + 1
        if text[at] == "#":
            at = text.find("\n", at, end)
            if at < 0:
                return None
        elif text[at] not in WHITE:
            return None
        at += 1
    return None
