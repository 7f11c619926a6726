"""Reasons why a text can't be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from mtrack.errors import CannotRunError

if TYPE_CHECKING:
    from mtrack.yaml.tree import Tree

REASONS = {
    "alias": "the value is an alias, or is shared by one: a change here would be a change elsewhere",
    "anchor": "the value carries an anchor",
    "tag": "the value carries a tag",
    "block-scalar": "the value is written as a block of text",
    "layout": "the layout here is one that mtrack does not edit ('? key', a key without its colon, a comment in the way)",
    "last-line": "the file ends inside a block of text, without a newline",
    "documents": "the file holds no document, or several",
    "line-ends": "the file has lone carriage returns as line ends",
    "flaws": "the file breaks YAML or the format",
    "occupied": "something else stands there already",
    "proof": "the edited text did not prove to be exactly the edit asked for",
}


class RefusedError(CannotRunError):
    """The text can't be edited safely; `reason` is a key of `REASONS`, `by_hand` the lines to write instead.

    `place` is the line and the column that can't be edited, where it is one place.
    """

    def __init__(self, reason: str, detail: str = "", place: tuple[int, int] | None = None) -> None:
        self.reason = reason
        self.detail = detail or REASONS[reason]
        self.place = place
        self.by_hand = ""
        super().__init__(self.detail)


def refuse(reason: str, detail: str = "", place: tuple[int, int] | None = None) -> NoReturn:
    """Raise RefusedError."""
    raise RefusedError(reason, detail, place) from None


def refuse_at(tree: Tree, offset: int, reason: str, detail: str = "") -> NoReturn:
    """Raise RefusedError for a place in the text."""
    refuse(reason, detail, (tree.text.count("\n", 0, offset) + 1, tree.column(offset) + 1))
