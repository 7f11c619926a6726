"""An edit being drafted: where the text is to be cut, and which events that is to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from mtrack.yaml.refusal import refuse
from mtrack.yaml.tree import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.style import Style
    from mtrack.yaml.tree import Tree

Cut = tuple[int, int, str]
"""Start, end and what comes in the place of what stood there."""


class Draft(Struct):
    """The cuts into a text (start, end, event, replacement) and the changes of its events (first, end, new ones).

    Cuts at one place are made in the order of the events they stand for, so what is nested deeper comes first.
    """

    tree: Tree
    style: Style
    cuts: list[tuple[int, int, int, str]] = field(default_factory=list)
    events: list[tuple[int, int, list[Event]]] = field(default_factory=list)

    def change(self, first: int, end: int, new: list[Event]) -> None:
        """Replace the events from `first` to before `end` by new ones; the following cuts belong to this change."""
        self.events.append((first, end, new))

    def cut(self, start: int, end: int, new: str) -> None:
        """Put a new text in the place of the characters from `start` to before `end`."""
        self.cuts.append((start, end, self.events[-1][0], new))

    def add_lines(self, at: int, lines: list[str]) -> None:
        """Put lines below the one that ends at `at`; each gets that line's own line break."""
        newline = self.tree.newline(at)
        self.cut(at, at, newline + newline.join(lines))

    def in_order(self) -> list[Cut]:
        """The cuts from the text's start to its end."""
        return [(start, end, new) for start, end, _, new in sorted(self.cuts, key=lambda cut: cut[:3])]

    def text_after(self) -> str:
        """The text with all cuts made. Raises RefusedError where two overlap."""
        return made(self.tree.text, self.in_order())

    def events_after(self) -> tuple[Event, ...]:
        """The events that the edited text must have. Raises RefusedError where two changes overlap."""
        events, result, at = self.tree.events, list[Event](), 0
        for first, end, new in sorted(self.events, key=lambda change: change[:2]):
            if first < at:
                refuse("proof")
            result += [*events[at:first], *new]
            at = end
        return (*result, *events[at:])


def made(text: str, cuts: Iterable[Cut]) -> str:
    """A text with cuts made, which come in order. Raises RefusedError where two overlap."""
    result, at = list[str](), 0
    for start, end, new in cuts:
        if start < at:
            refuse("proof")
        result += [text[at:start], new]
        at = end
    return "".join([*result, text[at:]])


def undone(after: str, text: str, cuts: Iterable[Cut]) -> str:
    """The edited text with every cut taken back: the text before, if nothing outside the cuts has changed."""
    result: list[str] = []
    at, shift = 0, 0
    for start, end, new in cuts:
        place = start + shift
        if after[place : place + len(new)] != new:
            return ""
        result += [after[at:place], text[start:end]]
        at = place + len(new)
        shift += len(new) - (end - start)
    return "".join([*result, after[at:]])
