"""Elements put into braces and brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.tree import Node


def first_in_flow(draft: Draft, node: Node, new: list[str]) -> None:
    """Put elements before the first one in braces, one a line where that one has a line of its own."""
    tree = draft.tree
    start = node.pairs[0][0].start
    line = tree.line_start(start)
    indent = tree.text[line:start]
    between = f",{tree.newline(start)}{indent}" if line > node.start and not indent.strip(WHITE) else ", "
    draft.cut(start, start, between.join([*new, ""]))


def into_flow(draft: Draft, node: Node, element: int, at: int, new: list[str]) -> None:
    """Put elements into braces after the one from `element` to `at`, one a line where that is the habit."""
    tree, text = draft.tree, draft.tree.text
    line = tree.line_start(element)
    indent = text[line:element]
    end = tree.line_end(at)
    comma = _comma(text, at, node.end)
    own_line = line > node.start and not indent.strip(WHITE)
    if own_line and comma is not None and not _code(text[comma:end]) and tree.line_end(comma) == end:
        draft.add_lines(end, [f"{indent}{item}," for item in new])
    elif own_line and comma is None and not _code(text[at:end]):
        lines = [indent + item for item in new]
        lines[:-1] = [f"{item}," for item in lines[:-1]]
        draft.cut(at, at, ",")
        draft.add_lines(end, lines)
    else:
        draft.cut(at, at, ", " + ", ".join(new))


def _code(text: str) -> str:
    """What stands in a line's rest besides white space and a comment."""
    text = text.strip(WHITE)
    return "" if text.startswith("#") else text


def _comma(text: str, at: int, end: int) -> int | None:
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
