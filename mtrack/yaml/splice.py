"""The writer: takes a text and changes, returns a text that is verified to hold exactly those changes.

Nothing is dumped. The places are found by a parser's events, the text is cut there and only there, and
the result is parsed again: all events before, between and after the changed ones must be the same, the new ones
exactly those wanted, the characters outside the cuts untouched, and mtrack's own reader must see the old data with
the changes applied. Of a long list the events are those of an excerpt; characters and data are all there are. What
can't be done that way is refused, with the lines to write by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack.yaml import tree as trees
from mtrack.yaml.by_hand import by_hand
from mtrack.yaml.changes import Remove, apply, take_over
from mtrack.yaml.compose import originals, stand_ins
from mtrack.yaml.draft import Draft, made
from mtrack.yaml.excerpt import excerpt
from mtrack.yaml.gather import gather
from mtrack.yaml.keys import insert_keys
from mtrack.yaml.lists import add_items
from mtrack.yaml.proof import prove_data, prove_events, prove_text
from mtrack.yaml.refusal import RefusedError, refuse
from mtrack.yaml.removal import remove_pair
from mtrack.yaml.style import Style
from mtrack.yaml.tree import UnreadableError
from mtrack.yaml.values import replace_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.changes import Change
    from mtrack.yaml.draft import Cut
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


class _MeetError(Exception):
    """Changes that can't be made at once."""


def _splice(read: Source, changes: tuple[Change, ...], shape: Shape) -> Source:
    try:
        cuts = _near(read, changes, shape)
        if cuts is None:
            cuts = _cuts(read.text, changes, shape)
    except _MeetError:
        return _one_after_the_other(read, changes, shape)
    after = made(read.text, cuts)
    prove_text(read.text, after, cuts)
    wanted = apply(read.data, changes)
    result = prove_data(read.path, ("\ufeff" if read.had_bom else "") + after, wanted, shape)
    take_over(result.data, wanted, read.data)
    return result


def _near(read: Source, changes: tuple[Change, ...], shape: Shape) -> list[Cut] | None:
    """The cuts into a long text, found in what stands near them; None where all of it must be looked at.

    That is so too where they are refused: the reason names a place in the whole text.
    """
    near = excerpt(read, changes, shape)
    if near is None:
        return None
    try:
        return near.in_whole(_cuts(near.text, near.changes, shape))
    except RefusedError:
        return None


def _cuts(text: str, changes: tuple[Change, ...], shape: Shape) -> list[Cut]:
    """The cuts into a text that make changes, proved by the events of the edited text. Raises _MeetError."""
    known = stand_ins(text + repr(changes))
    tree = _tree(text.translate(known))
    gathered = gather(tree, changes, shape)
    if any(_meet(wanted) for wanted in gathered):
        raise _MeetError
    draft = Draft(tree, Style.of(tree, shape))
    for wanted in gathered:
        _cut(draft, wanted)
    prove_events(draft, draft.text_after())
    back = originals(known)
    return [(start, end, new.translate(back)) for start, end, new in draft.in_order()]


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
