"""XML from strangers, read by expat alone: no document type, no entity, no network, bounded depth and size."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mtrack.verify.documents.document import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 200
_MAX_ELEMENTS = 400_000


def read_xml(data: bytes) -> Element:
    """The root element, its names without their namespaces except the root's."""
    reader = _Reader()
    try:
        return reader.read(data)
    except expat.ExpatError as error:
        message = f"is not well-formed XML (line {error.lineno}: {expat.errors.messages.get(error.code, 'broken')})"
        raise UnreadableError(message, damaged=True) from None
    except (ValueError, LookupError, AssertionError):
        raise UnreadableError(reason="is not well-formed XML", damaged=True) from None


class _Reader:
    """Builds the tree of one text."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.depth = self.elements = 0

    def read(self, data: bytes) -> Element:
        """Parse it all."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.builder.data
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(data, True)  # noqa: FBT003  (expat takes no keyword)
        return self.builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > _MAX_DEPTH or self.elements > _MAX_ELEMENTS:
            raise UnreadableError(reason="is nested deeper or is larger than a document should be")
        self.builder.start(tag, {local(name): value for name, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self.depth -= 1
        self.builder.end(tag)

    def _refuse(self, *_: object) -> None:
        message = "declares a document type (DTD), which no invoice and no document needs"
        raise UnreadableError(message, damaged=True)


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def every(node: Element | None, *path: str) -> Iterator[Element]:
    """The elements at a path of names below a node, whatever their namespace."""
    if node is None:
        return
    if not path:
        yield node
        return
    for child in node:
        if local(child.tag) == path[0]:
            yield from every(child, *path[1:])


def first(node: Element | None, *path: str) -> Element | None:
    """The first element at a path; None where there is none."""
    return next(every(node, *path), None)


def text(node: Element | None, *path: str) -> str:
    """The text of the first element at a path that has any; empty where none has."""
    return next((found for child in every(node, *path) if (found := (child.text or "").strip())), "")
