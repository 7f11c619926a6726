"""A value put where a scalar, nothing, or an empty mapping or list stands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack.yaml import style as styles
from mtrack.yaml.refusal import refuse_at
from mtrack.yaml.tree import WHITE

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.gather import Wanted
    from mtrack.yaml.style import Value
    from mtrack.yaml.tree import Node, Tree

_SPACE = re.compile(" +(?=#)")


def replace_value(draft: Draft, wanted: Wanted) -> None:
    """Put the wanted value where the node stands."""
    node = wanted.node
    new = _styled(draft, wanted)
    draft.change(node.first, node.last + 1, list(styles.events(new)))
    if new.kind != "scalar" and not new.flow:
        _below(draft, wanted, new)
    elif node.bare and "#" in draft.tree.text[node.start : node.end]:
        _below_comment(draft, node, styles.in_flow(new, draft.style)[1:-1].strip())
    elif node.empty:
        _after_key(draft, wanted, styles.in_flow(new, draft.style))
    else:
        inline = styles.in_flow(new, draft.style)
        draft.cut(node.start, node.end, inline)
        _hold_comment(draft, node.end, len(inline) - (node.end - node.start))


def _styled(draft: Draft, wanted: Wanted) -> Value:
    node, value, style = wanted.node, wanted.value, draft.style
    if isinstance(value, dict | list):
        return styles.styled(value, wanted.name, style, flow=wanted.flow or node.bare)
    quote = style.quote(wanted.name, value) if node.null else node.style
    if isinstance(value, bool | int | Decimal):
        quote = None
    return styles.scalar(value, style, flow=wanted.flow, quote=quote)


def _after_key(draft: Draft, wanted: Wanted, inline: str) -> None:
    """Write a value on the line of its key, which has none."""
    node, key, tree = wanted.node, wanted.key, draft.tree
    if key is None or (key.colon is None and not wanted.flow):
        refuse_at(tree, node.start, "layout")
    elif key.colon is None:
        draft.cut(key.end, key.end, f": {inline}")
    else:
        after = tree.text[key.colon : key.colon + 1]
        draft.cut(key.colon, key.colon, f" {inline}" + ("" if after in " \t\r\n,]}" else " "))


def _below(draft: Draft, wanted: Wanted, new: Value) -> None:
    """Write a mapping or list as lines below its key; `~` beside the key goes."""
    node, key, tree = wanted.node, wanted.key, draft.tree
    if key is None or key.colon is None:
        refuse_at(tree, node.start, "layout")
    if not node.empty:
        draft.cut(key.colon, node.end, "")
    draft.add_lines(tree.line_end(node.end), styles.body_lines(new, tree.column(key.start), draft.style))


def _below_comment(draft: Draft, node: Node, inner: str) -> None:
    """Write what is to stand in brackets that hold nothing but comments."""
    tree = draft.tree
    comment = tree.text.rindex("#", node.start, node.end)
    line = tree.line_start(comment)
    before = tree.text[line:comment]
    indent = (
        before if line > node.start and not before.strip(WHITE) else " " * (tree.indent(node.start) + draft.style.step)
    )
    draft.add_lines(tree.line_end(comment), [indent + inner])


def _hold_comment(draft: Draft, at: int, longer: int) -> None:
    """Take from the space before a comment, or add to it, what the value before has grown by or shrunk."""
    space = _SPACE.match(draft.tree.text, at)
    if space is None or not _in_line(draft.tree, space.end()):
        return
    width = len(space[0])
    wanted = max(width - longer, min(width, 2))
    draft.cut(space.end() - max(width - wanted, 0), space.end(), " " * max(wanted - width, 0))


def _in_line(tree: Tree, comment: int) -> bool:
    """Whether another comment begins in the column of this one after a text of another length, so by intent."""
    column = tree.column(comment)
    before = [line[:column] for line in tree.text.split("\n") if line[column : column + 1] == "#"]
    return len({len(text.rstrip()) for text in before if text.strip() and text.endswith(" ")}) > 1
