"""Reads a version of a project by its milestones, each text once: most commits change one of many.

What this can't split with certainty is left to the reader of whole files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import ways
from mtrack.changes import facts
from mtrack.record import schema
from mtrack.yaml import plain, source

if TYPE_CHECKING:
    from mtrack.changes.facts import Record, Records

# Anchors, aliases, tags, directives, tabs, other line ends: what could reach over a line.
_MARKS = "&*!%\t\r\ufeff\x85\u2028\u2029"
# Documents and block scalars do too.
_DOCUMENT = ("---", "...", "\n---", "\n...")
_BLOCK = re.compile(r"[|>?][-+0-9]*[ ]*(?:#.*)?$", re.MULTILINE)
# Where a list ends: at the next line that begins at the left edge.
_END = re.compile(r"\n(?=[^ \n])")
_END_OF_UNINDENTED = re.compile(r"\n(?=[^ \n-])")
_LIST = re.compile(r"^milestones:[ ]*(?:#.*)?\n", re.MULTILINE)
_ITEM = re.compile(r"[ ]*- ")
_SAMPLE = {"id": "M", "name": "n", "amount": 1, "status": "not_billed"}


class Pieces(Struct, frozen=True):
    """The text around the milestones, and that of each."""

    shell: str
    items: tuple[str, ...]


class PieceReader:
    """Reads versions from pieces that were read before, and new ones."""

    def __init__(self) -> None:
        self._shells: dict[str, dict[str, Any] | None] = {}
        self._items: dict[str, dict[str, Any] | None] = {}
        self._around: dict[str, tuple[Records, Records]] = {}
        """The records around the milestones: those before them, and those after."""
        self._records: dict[tuple[str, int], tuple[Record, ...]] = {}

    def read(self, text: str) -> tuple[Records, str | None] | None:
        """The records of a version and its own currency; None where the whole must be read."""
        pieces = take_apart(text)
        if pieces is None:
            return None
        shell = self._shell(pieces.shell)
        if shell is None:
            return None
        self._read_together([item for item in pieces.items if item not in self._items])
        parts: list[tuple[Record, ...]] = []
        known = self._records
        for place, item in enumerate(pieces.items):
            part = known.get((item, place)) or self._part(item, place)
            if part is None:
                return None
            parts.append(part)
        before, after = self._around[pieces.shell]
        result = dict(before)
        for part in parts:
            result[part[0].key] = part[0]
        for part in parts:
            for record in part[1:]:
                result[record.key] = record
        result |= after
        if len(result) != len(before) + len(after) + sum(map(len, parts)):  # an id or a number stands twice
            return None
        return result, shell.get("currency")

    def _shell(self, text: str) -> dict[str, Any] | None:
        """The data around the milestones; None where it can't be used alone."""
        if text not in self._shells:
            data = _data(text)
            usable = isinstance(data, dict) and "milestones" not in data
            if usable and schema.is_valid("milestones", {**data, "milestones": [_SAMPLE]}):
                self._shells[text] = data
                around = facts.records(data)
                late = {key: record for key, record in around.items() if record.kind in ("invoice", "payment")}
                self._around[text] = {key: record for key, record in around.items() if key not in late}, late
            else:
                self._shells[text] = None
        return self._shells[text]

    def _read_together(self, texts: list[str]) -> None:
        """Read milestones at once, where each line of them stands alone and all are in order."""
        if not texts or not ways.is_on("plain"):
            return
        data = plain.read(f"milestones:\n{''.join(texts)}", schema.shape("milestones"))
        if data is not None and list(data) == ["milestones"] and isinstance(data["milestones"], list):
            items = data["milestones"]
            if len(items) == len(texts) and schema.is_valid("milestones", {"project": "p", **data}):
                self._items.update(zip(texts, items, strict=True))

    def _item(self, text: str) -> dict[str, Any] | None:
        """The data of a milestone; None where its text is not just one."""
        if text not in self._items:
            data = _data(f"milestones:\n{text}")
            usable = isinstance(data, dict) and list(data) == ["milestones"] and isinstance(data["milestones"], list)
            one = usable and len(data["milestones"]) == 1 and schema.is_valid("milestones", {"project": "p", **data})
            self._items[text] = data["milestones"][0] if one else None
        return self._items[text]

    def _part(self, text: str, place: int) -> tuple[Record, ...] | None:
        """The records of a milestone: itself, its invoice, the payments; None where its text is not just one."""
        item = self._item(text)
        if item is None:
            return None
        found = self._records[text, place] = facts.records_of_milestone(item, place)
        return found


def take_apart(text: str) -> Pieces | None:
    """The pieces of a text; None where it is not plain enough. Whether a piece is one milestone shows when it is read."""
    if (
        any(mark in text for mark in _MARKS)
        or text.startswith(_DOCUMENT[:2])
        or any(mark in text for mark in _DOCUMENT[2:])
    ):
        return None
    if any(mark in text for mark in "|>?") and _BLOCK.search(text):
        return None
    match = _LIST.search(text)
    first = _ITEM.match(text, match.end()) if match is not None else None
    if match is None or first is None:
        return None
    begin = first[0]
    end = (_END if begin.startswith(" ") else _END_OF_UNINDENTED).search(text, match.end())
    tail = "" if end is None else text[end.end() :]
    if tail and not (tail[0].isascii() and tail[0].isalpha()):
        return None
    body = text[first.end() : len(text) if end is None else end.end()]
    items = [begin + item + "\n" for item in body.removesuffix("\n").split(f"\n{begin}")]
    return Pieces(text[: match.start()] + tail, tuple(items))


def _data(text: str) -> Any:
    """The data in a text; None where it can't be read."""
    read = source.parse("", text, schema.shape("milestones"))
    return None if read.flaws else read.data
