"""Items put at a list's end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack.yaml import lines
from mtrack.yaml import style as styles
from mtrack.yaml.flow import into_flow
from mtrack.yaml.refusal import refuse_at

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.gather import Wanted
    from mtrack.yaml.style import Style, Value
    from mtrack.yaml.tree import Node, Tree


def append_items(draft: Draft, wanted: Wanted) -> None:
    """Add items after a list's last one, and after the comments that belong to it."""
    node, style = wanted.node, draft.style
    last = node.items[-1]
    new = [_styled(item, wanted, style) for item in wanted.items]
    draft.change(last.last + 1, last.last + 1, [event for value in new for event in styles.events(value)])
    if node.flow:
        into_flow(draft, node, last.start, last.end, [styles.in_flow(value, style) for value in new])
        return
    column, gap, lead = _item_layout(draft.tree, node)
    blank = _blank_between(draft.tree, node)
    added: list[str] = []
    for value in new:
        first, *rest = styles.item_lines(value, column, gap, style)
        added += [""] if blank else []
        if lead and value.kind == "mapping" and not value.flow:
            added += [" " * column + "-", " " * (column + 1 + len(gap)) + first[1 + len(gap) :]]
        else:
            added.append(" " * column + first)
        added += rest
    draft.add_lines(lines.tail(draft.tree, draft.tree.line_end(last.end), column), added)


def _styled(item: Any, wanted: Wanted, style: Style) -> Value:
    """How a new item is to look: as the last of its list."""
    name, last = wanted.name + "[]", wanted.node.items[-1]
    value = styles.styled(item, name, style, flow=wanted.node.flow)
    if wanted.node.flow or value.kind != "mapping" or not value.pairs or last.kind != "mapping":
        return value
    as_last = replace(style, flows=style.flows | {name: Counter({last.flow: 1})})
    return styles.styled(item, name, as_last, flow=False)


def _blank_between(tree: Tree, node: Node) -> bool:
    """Whether a blank line stands between all of a list's items, and so should before the next."""
    if len(node.items) < 2 or lines.keeps_blanks(tree, node.items[-1]):  # noqa: PLR2004
        return False
    dashes = (lines.dash_of(tree, node, i) or 0 for i in range(1, len(node.items)))
    return all(lines.blank_above(tree, tree.line_start(dash)) for dash in dashes)


def _item_layout(tree: Tree, node: Node) -> tuple[int, str, bool]:
    """The column of the last item's dash, what stands between the two, and whether the dash has a line of its own."""
    item, dash = node.items[-1], lines.dash_of(tree, node, len(node.items) - 1)
    if dash is None:
        refuse_at(tree, item.start, "layout")
    column = tree.column(dash)
    between = tree.text[dash + 1 : item.start]
    if "\n" not in between:
        return column, " " if "\t" in between else between, False
    if item.kind != "mapping" or item.flow:
        return column, " ", False
    return column, " " * (tree.column(item.start) - column - 1), "#" not in between
