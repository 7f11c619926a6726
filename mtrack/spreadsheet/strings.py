"""The texts of a workbook as it keeps them: in runs with a style each, with escapes, shared by several cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.spreadsheet.cells import refuse_damaged
from mtrack.verify.documents import xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character that XML can't hold, or an underscore before what looks like one (ECMA-376, part 1, ST_Xstring)."""


class Text(Struct, frozen=True):
    """The text of a cell, whether a part of it is struck through, and whether a part has only the cell's own style."""

    value: str
    is_struck: bool = False
    is_plain: bool = True


class Strings:
    """The texts of a workbook's cells."""

    def __init__(self, parts: Iterable[Element]) -> None:
        tables = [root for root in parts if xml.local(root.tag) == "sst"]
        if len(tables) > 1:
            refuse_damaged()
        self.shared = [_text(item) for table in tables for item in xml.every(table, "si")]

    def of(self, cell: Element) -> Text | None:
        """The text of a cell; None where it holds something else."""
        kind, value = cell.get("t"), xml.first(cell, "v")
        written = value.text or "" if value is not None else ""
        if kind == "s" and value is not None:
            index = int(written) if re.fullmatch("[0-9]{1,7}", written) else len(self.shared)
            return self.shared[index] if index < len(self.shared) else refuse_damaged()
        if kind == "str":
            return Text(_unescaped(written))
        inline = xml.first(cell, "is")
        return _text(inline) if kind == "inlineStr" and inline is not None else None


def _text(node: Element) -> Text:
    runs = list(_runs(node))
    return Text(
        _unescaped("".join(text for text, _ in runs)),
        is_struck=any(text.strip() and style is not None and _is_on(style, "strike") for text, style in runs),
        is_plain=any(text.strip() and style is None for text, style in runs),
    )


def _runs(node: Element) -> Iterator[tuple[str, Element | None]]:
    """The runs of a text, each with its style; how it is pronounced is left out."""
    for child in node:
        if xml.local(child.tag) == "t":
            yield child.text or "", None
        elif xml.local(child.tag) == "r":
            yield "".join(text.text or "" for text in xml.every(child, "t")), xml.first(child, "rPr")


def _is_on(style: Element, name: str) -> bool:
    found = xml.first(style, name)
    return found is not None and found.get("val", "1") not in ("0", "false", "off")


def _unescaped(text: str) -> str:
    """A text with the characters that escapes stand for; half of a pair, and NUL, are no characters."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
