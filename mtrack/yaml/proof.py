"""The proof that an edited text holds the changes asked for and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack.yaml import source
from mtrack.yaml import tree as trees
from mtrack.yaml.draft import undone
from mtrack.yaml.refusal import refuse, refuse_at
from mtrack.yaml.tree import UnreadableError

if TYPE_CHECKING:
    from mtrack.yaml.draft import Cut, Draft
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.source import Source


def prove_events(draft: Draft, after: str) -> None:
    """Raise RefusedError unless the events are those wanted."""
    tree = draft.tree
    try:
        events = trees.bare_events(after, tree.parser)
    except UnreadableError as error:
        refuse("proof", f"the edited text would not be YAML: {error}")
    if events != draft.events_after():
        for node in tree.root.walk():
            if node.style in ("|", ">") and node.end == len(tree.text):
                refuse_at(tree, node.start, "last-line")
        refuse("proof")


def prove_text(before: str, after: str, cuts: list[Cut]) -> None:
    """Raise RefusedError unless no character outside the cuts has changed."""
    if undone(after, before, cuts) != before:
        refuse("proof")


def prove_data(path: str, after: str, data: Any, shape: Shape) -> Source:
    """The edited text of the file `path` as mtrack's own reader reads it. Raises RefusedError unless it sees `data`."""
    read = source.parse(path, after, shape)
    if read.flaws or read.data != data:
        refuse("proof")
    return read
