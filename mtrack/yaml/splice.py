"""The writer: takes a text and changes, returns a text that is verified to hold exactly those changes.

Nothing is dumped. The places are found by a parser's events, the text is cut there and only there, and
the result is parsed again: all events before, between and after the changed ones must be the same, the new ones
exactly those wanted, the characters outside the cuts untouched, and mtrack's own reader must see the old data with
the changes applied. What can't be done that way is refused, with the lines to write by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack.yaml import tree as trees
from mtrack.yaml.by_hand import by_hand
from mtrack.yaml.changes import Remove, apply
from mtrack.yaml.compose import originals, stand_ins
from mtrack.yaml.draft import Draft
from mtrack.yaml.gather import gather
from mtrack.yaml.keys import insert_keys
from mtrack.yaml.lists import add_items
from mtrack.yaml.proof import prove_data, prove_events
from mtrack.yaml.refusal import RefusedError, refuse
from mtrack.yaml.removal import remove_pair
from mtrack.yaml.style import Style
from mtrack.yaml.tree import UnreadableError
from mtrack.yaml.values import replace_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.changes import Change
    from mtrack.yaml.gather import Wanted
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.source import Source
    from mtrack.yaml.tree import Tree

_LONE_RETURN = re.compile("\r(?!\n)")


def splice(read: Source, changes: Iterable[Change], shape: Shape, names: tuple[str, ...] = ()) -> Source:
    """The file with the changes made, as it is read then. Raises RefusedError.

    `names` are the keys by which messages name a list's items.
    """
    changes = tuple(changes)
    try:
        _check(read)
        return _splice(read, changes, shape)
    except RefusedError as refused:
        refused.by_hand = by_hand(changes, read, names)
        raise


def _check(read: Source) -> None:
    """Raise RefusedError where a text is not one that can be edited."""
    lone = _LONE_RETURN.search(read.text)
    if lone:
        refuse("line-ends", place=read.position(lone.start()))
    if read.flaws:
        flaw = read.flaws[0]
        refuse("flaws", f"{flaw.message}; {flaw.hint}", read.position(flaw.offsets[0]) if flaw.offsets else None)


def _splice(read: Source, changes: tuple[Change, ...], shape: Shape) -> Source:
    known = stand_ins(read.text + repr(changes))
    tree = _tree(read.text.translate(known))
    gathered = gather(tree, changes, shape)
    if any(_meet(wanted) for wanted in gathered):
        return _one_after_the_other(read, changes, shape)
    draft = Draft(tree, Style.of(tree, shape))
    for wanted in gathered:
        _cut(draft, wanted)
    after = draft.text_after()
    prove_events(draft, after)
    whole = ("\ufeff" if read.had_bom else "") + after.translate(originals(known))
    return prove_data(read.path, whole, apply(read.data, changes), shape)


def _meet(wanted: Wanted) -> bool:
    """Whether a key goes where another goes or comes: each would be cut with the other's neighbours."""
    return bool(wanted.removals and wanted.keys) or len(wanted.removals) > 1


def _one_after_the_other(read: Source, changes: tuple[Change, ...], shape: Shape) -> Source:
    """The file without the first key that goes, and then with all other changes; no route is another by it."""
    first = next(change for change in changes if isinstance(change, Remove))
    without = _splice(read, (first,), shape)
    return _splice(without, tuple(change for change in changes if change is not first), shape)


def _tree(text: str) -> Tree:
    try:
        return trees.read(text, trees.parser_for(text))
    except UnreadableError as error:
        refuse("documents", str(error))


def _cut(draft: Draft, wanted: Wanted) -> None:
    for name in wanted.removals:
        remove_pair(draft, wanted.node, wanted.node.index(name) or 0)
    if wanted.replace:
        replace_value(draft, wanted)
    if wanted.keys:
        insert_keys(draft, wanted)
    if wanted.items:
        add_items(draft, wanted)
