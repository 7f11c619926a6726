"""A mapping's pair taken out: its lines in a block, its part of the line in braces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.yaml import lines
from mtrack.yaml.flow import comma_after
from mtrack.yaml.refusal import refuse_at
from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.tree import Node, Tree


def remove_pair(draft: Draft, node: Node, pair: int) -> None:
    """Take a pair out of a mapping that has others."""
    tree = draft.tree
    key, value = node.pairs[pair]
    if len(node.pairs) == 1:
        refuse_at(tree, key.start, "layout", "it is the only key there")
    inside = {inner.anchor for inner in value.walk() if inner.kind != "alias"} | {key.anchor}
    if inside & tree.shared:
        refuse_at(tree, key.start, "alias")
    draft.change(key.first, value.last + 1, [])
    if node.flow:
        _out_of_braces(draft, node, pair)
    elif lines.begins_line(tree, key.start):
        end = lines.tail(tree, tree.line_end(lines.end_of((key, value))), tree.column(key.start))
        _remove_lines(draft, node.pairs[pair - 1][1] if pair else None, tree.line_start(key.start), end)
    else:
        _after_dash(draft, node, pair)


def _out_of_braces(draft: Draft, node: Node, pair: int) -> None:
    """Take out a pair and the comma after it; of the last one, that before it."""
    tree = draft.tree
    key = node.pairs[pair][0]
    end = lines.end_in_flow(tree, node.pairs[pair])
    above = lines.end_in_flow(tree, node.pairs[pair - 1]) if pair else node.start
    following = node.pairs[pair + 1][0].start if pair + 1 < len(node.pairs) else None
    if lines.has_comment(tree, above if following is None else key.start, following or end):
        refuse_at(tree, key.start, "layout")
    if following is None:
        draft.cut(above, end, "")
    elif pair and not lines.begins_line(tree, key.start) and "\n" in tree.text[end:following]:
        commas = comma_after(tree.text, above, key.start), comma_after(tree.text, end, following)
        draft.cut(commas[0] or above, commas[1] or following, "")
    else:
        draft.cut(key.start, following, "")


def _after_dash(draft: Draft, node: Node, pair: int) -> None:
    """Take out a pair that stands beside a dash: the next key takes its place."""
    tree = draft.tree
    key = node.pairs[pair][0]
    if pair + 1 >= len(node.pairs):
        refuse_at(tree, key.start, "layout")
    end = lines.tail(tree, tree.line_end(lines.end_of(node.pairs[pair])), tree.column(key.start))
    following = node.pairs[pair + 1][0].start
    if tree.text[end:following].strip(WHITE):
        refuse_at(tree, key.start, "layout")
    draft.cut(key.start, following, "")


def _remove_lines(draft: Draft, before: Node | None, start: int, end: int) -> None:
    """Take lines out, and blank ones that would be too many without them; `before` is the value that stands above."""
    tree = draft.tree
    keeps = before is not None and lines.keeps_blanks(tree, before)
    blanks = [] if keeps else lines.blanks_above(tree, start)
    if end == len(tree.text):
        _remove_last_lines(draft, before, start, blanks)
        return
    end += len(tree.newline(end))
    below = _end_of_blanks(tree, end)
    if below > end and keeps:  # the blank lines below would become part of the text above
        end = below
    elif blanks and end == len(tree.text):
        start = blanks[-1]
    elif blanks and below > end:
        start = blanks[0]
    draft.cut(start, end, "")


def _remove_last_lines(draft: Draft, before: Node | None, start: int, blanks: list[int]) -> None:
    """Take out the lines of a file that ends without a line break: what stands above ends so then."""
    tree = draft.tree
    if before and lines.last_in(before).style in ("|", ">"):
        refuse_at(tree, start, "last-line")
    start = blanks[-1] if blanks else start
    draft.cut(max(start - len(tree.newline(max(start - 2, 0))), 0), len(tree.text), "")


def _end_of_blanks(tree: Tree, start: int) -> int:
    """The start of the first line at or below a line's start that is not blank."""
    text = tree.text
    while start < len(text) and not text[start : tree.line_end(start)].strip(WHITE):
        start = min(tree.line_end(start) + len(tree.newline(start)), len(text))
    return start
