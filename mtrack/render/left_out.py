"""The line in which every view says what it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mtrack.words import count

if TYPE_CHECKING:
    from datetime import date

    from mtrack.render.markdown import Document
    from mtrack.render.terminal import Screen
    from mtrack.views.left_out import LeftOut


class _View(Protocol):
    @property
    def as_of(self) -> date: ...
    @property
    def left_out(self) -> LeftOut: ...


def words(item: LeftOut, as_of: date) -> str | None:
    """The note on records left out, naming the first; None where there are none."""
    if not item.count:
        return None
    rest = item.count - len(item.first)
    more = f" and {rest} more" if rest else ""
    return f"left out, since dated after {as_of}: {count(item.count, 'record')} ({', '.join(item.first)}{more})"


def sentence(item: LeftOut, as_of: date) -> str | None:
    """The same as a sentence of a page."""
    line = words(item, as_of)
    return line and f"{line[0].upper()}{line[1:]}."


def warn_of_left_out(screen: Screen, view: _View) -> None:
    """Say it on the terminal."""
    if line := words(view.left_out, view.as_of):
        screen.line()
        screen.line(line)


def write_left_out(page: Document, view: _View) -> None:
    """Say it in a Markdown document."""
    if line := sentence(view.left_out, view.as_of):
        page.paragraph(line)
