"""Items put into a list: at its end, or before another item."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack.yaml import lines
from mtrack.yaml import style as styles
from mtrack.yaml.flow import first_in_flow, into_flow
from mtrack.yaml.refusal import refuse_at

if TYPE_CHECKING:
    from mtrack.yaml.draft import Draft
    from mtrack.yaml.gather import Wanted
    from mtrack.yaml.style import Style, Value
    from mtrack.yaml.tree import Node, Tree


def add_items(draft: Draft, wanted: Wanted) -> None:
    """Put new items where they are wanted."""
    places = dict.fromkeys(before for before, _ in wanted.items)
    for place in places:
        values = [item for before, item in wanted.items if before == place]
        at = len(wanted.node.items) if place is None else place
        if not 0 <= at <= len(wanted.node.items):
            refuse_at(draft.tree, wanted.node.start, "layout", "there is no such item")
        _insert(draft, wanted, at, values)


def _insert(draft: Draft, wanted: Wanted, at: int, items: list[Any]) -> None:
    """Add items after the one before place `at`, and after the comments that belong to it; before the first at 0."""
    node, style = wanted.node, draft.style
    near = node.items[max(at - 1, 0)]
    new = [_styled(item, wanted, near, style) for item in items]
    event = near.last + 1 if at else near.first
    draft.change(event, event, [event for value in new for event in styles.events(value)])
    if not node.flow:
        _insert_lines(draft, wanted, at, new)
    elif at:
        into_flow(draft, node, near.start, near.end, [styles.in_flow(value, style) for value in new])
    else:
        first_in_flow(draft, node, [styles.in_flow(value, style) for value in new])


def _insert_lines(draft: Draft, wanted: Wanted, at: int, new: list[Value]) -> None:
    """Add items as lines; before the first one below the list's key, so that comments stay with the old first."""
    node, tree = wanted.node, draft.tree
    column, gap, lead = _item_layout(tree, node, max(at - 1, 0))
    blank = [""] if _blank_between(tree, node) else []
    added: list[str] = []
    for value in new:
        lines_of = _item_lines(value, column, gap, draft.style, lead=lead)
        added += [*blank, *lines_of] if at else [*lines_of, *blank]
    if at:
        end = lines.tail(tree, tree.line_end(node.items[at - 1].end), column)
    elif wanted.key is not None and wanted.key.colon is not None:
        end = tree.line_end(wanted.key.colon)
    else:
        refuse_at(tree, node.start, "layout")
    draft.add_lines(end, added)


def _item_lines(value: Value, column: int, gap: str, style: Style, *, lead: bool) -> list[str]:
    """An item as lines with their indent; with `lead` its dash has a line of its own."""
    first, *rest = styles.item_lines(value, column, gap, style)
    if lead and value.kind == "mapping" and not value.flow:
        return [" " * column + "-", " " * (column + 1 + len(gap)) + first[1 + len(gap) :], *rest]
    return [" " * column + first, *rest]


def _styled(item: Any, wanted: Wanted, near: Node, style: Style) -> Value:
    """A new item in the style of the one near it."""
    name = wanted.name + "[]"
    value = styles.styled(item, name, style, flow=wanted.node.flow)
    if wanted.node.flow or value.kind != "mapping" or not value.pairs or near.kind != "mapping":
        return value
    as_near = replace(style, flows=style.flows | {name: Counter({near.flow: 1})})
    return styles.styled(item, name, as_near, flow=False)


def _blank_between(tree: Tree, node: Node) -> bool:
    """Whether a blank line stands between all of a list's items, and so should before the next."""
    if len(node.items) < 2 or lines.keeps_blanks(tree, node.items[-1]):  # noqa: PLR2004
        return False
    dashes = (lines.dash_of(tree, node, i) or 0 for i in range(1, len(node.items)))
    return all(lines.blank_above(tree, tree.line_start(dash)) for dash in dashes)


def _item_layout(tree: Tree, node: Node, i: int) -> tuple[int, str, bool]:
    """The column of an item's dash, what stands between the two, and whether the dash has a line of its own."""
    item, dash = node.items[i], lines.dash_of(tree, node, i)
    if dash is None:
        refuse_at(tree, item.start, "layout")
    column = tree.column(dash)
    between = tree.text[dash + 1 : item.start]
    if "\n" not in between:
        return column, " " if "\t" in between else between, False
    if item.kind != "mapping" or item.flow:
        return column, " ", False
    return column, " " * (tree.column(item.start) - column - 1), "#" not in between
