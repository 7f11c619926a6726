"""DOCX and ODT: paragraphs and rows of tables in reading order. The line of a paragraph is its number."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from mtrack.verify.documents import xml
from mtrack.verify.documents.document import Document, Row, UnreadableError, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MAX_PART = 64 << 20
"""Bytes that a part of an archive may unpack to."""
MAX_RATIO = 200
"""The unpacked size of a part over 1 MiB, at most, as a multiple of its packed size."""
_MAX_PARTS = 5_000
_DOCX_HIDDEN = frozenset(
    ["del", "delText", "Fallback", "footnoteReference", "instrText", "moveFrom", "pPr", "rPr", "sectPr", "tblPr"]
)
_ODT_HIDDEN = frozenset({"annotation", "tracked-changes"})
_HEADINGS = ("heading", "berschrift", "titre", "titolo", "ttulo", "título", "kop", "rubrik", "otsikko")
_MAX_REPEAT = 50


def read_docx(data: bytes) -> Document:
    """A Word document, with its footnotes, headers and footers behind its body; deleted text is left out."""
    with open_archive(data) as archive:
        names = archive.namelist()
        if "word/document.xml" not in names:
            raise UnreadableError(reason="is not a Word document", damaged=True)
        rows = _Rows()
        body = xml.first(xml.read_xml(read_part(archive, "word/document.xml")), "body")
        _docx_blocks(body if body is not None else (), rows)
        for name in sorted(names):
            if name.endswith(".xml") and name.startswith(("word/footnotes", "word/header", "word/footer")):
                _docx_blocks(xml.read_xml(read_part(archive, name)), rows)
    return Document("docx", rows.rows)


def read_odt(data: bytes) -> Document:
    """An OpenDocument text."""
    with open_archive(data) as archive:
        if "content.xml" not in archive.namelist():
            raise UnreadableError(reason="is not an OpenDocument text", damaged=True)
        rows = _Rows()
        content = xml.read_xml(read_part(archive, "content.xml"))
        _remove_hidden(content, _hiding_styles(content))
        body = xml.first(content, "body")
        _odt_blocks(body if body is not None else (), rows)
    return Document("odt", rows.rows)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive that a file is. Raises UnreadableError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableError(reason="is damaged", damaged=True) from None
    if len(archive.namelist()) > _MAX_PARTS:
        raise UnreadableError(reason=f"has more than {_MAX_PARTS:,} parts")
    return archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked no further than the limits allow, whatever the archive says of its size."""
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise UnreadableError(reason="is protected by a password")
    limit = min(MAX_PART, max(1 << 20, info.compress_size * MAX_RATIO))
    try:
        with archive.open(info) as part:
            data = part.read(min(info.file_size, limit) + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise UnreadableError(reason="is damaged", damaged=True) from None
    if len(data) > limit or info.file_size > limit:
        raise UnreadableError(reason="unpacks to far more than a document should")
    return data


class _Rows:
    """Collects paragraphs and tables."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.number = self.tables = 0

    def paragraph(self, text: str, heading: int) -> None:
        """Add a paragraph that has text."""
        text = squeeze(text)
        if text:
            self.number += 1
            self.rows.append(Row(self.number, text, (text,), heading=heading))

    def table(self, table: Iterator[list[str]]) -> None:
        """Add the rows of a table that have text."""
        self.tables += 1
        header: tuple[str, ...] = ()
        for row in table:
            cells = tuple(map(squeeze, row))
            if any(cells):
                self.number += 1
                text = " ".join(filter(None, cells))
                self.rows.append(Row(self.number, text, cells, table=self.tables, header=header))
                header = header or cells


def _docx_blocks(node: Element | tuple[()], rows: _Rows) -> None:
    for child in node:
        tag = xml.local(child.tag)
        if tag == "p":
            rows.paragraph("".join(_docx_text(child)), _docx_heading(child))
        elif tag == "tbl":
            rows.table(_docx_row(row) for row in _below(child, "tr"))
        elif tag not in _DOCX_HIDDEN:
            _docx_blocks(child, rows)


def _docx_row(row: Element) -> list[str]:
    """The cells of a row; before the next one, a cell that takes several columns has empty ones behind it."""
    cells: list[str] = []
    gap = 0
    for cell in _below(row, "tc"):
        cells += [*[""] * gap, "".join(_docx_text(cell))]
        span = xml.first(cell, "tcPr", "gridSpan")
        gap = 0 if span is None else _number(span, "val") - 1
    return cells


def _below(node: Element, name: str) -> Iterator[Element]:
    """The nearest elements of a name below a node."""
    for child in node:
        tag = xml.local(child.tag)
        if tag == name:
            yield child
        elif tag not in _DOCX_HIDDEN and tag not in {"tc", "tr"}:
            yield from _below(child, name)


def _docx_text(node: Element) -> Iterator[str]:
    for child in node:
        tag = xml.local(child.tag)
        if tag == "t":
            yield child.text or ""
        elif tag in {"tab", "br", "cr"}:
            yield " "
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag not in _DOCX_HIDDEN and not (tag == "r" and _is_gone(child)):
            yield from _docx_text(child)
            if tag == "p":
                yield " "


def _is_gone(run: Element) -> bool:
    """Whether the text of a run is hidden or struck through."""
    marks = (xml.first(run, "rPr", name) for name in ("vanish", "strike", "dstrike"))
    return any(mark is not None and mark.get("val", "true") not in {"0", "false", "off"} for mark in marks)


def _docx_heading(paragraph: Element) -> int:
    style = xml.first(paragraph, "pPr", "pStyle")
    name = style.get("val", "").casefold() if style is not None else ""
    if name in {"title", "titel"}:
        return 1
    if not any(word in name for word in _HEADINGS):
        return 0
    return int(name[-1]) if name[-1:].isascii() and name[-1:].isdigit() else 1


def _hiding_styles(content: Element) -> frozenset[str]:
    """The styles of a document whose text is not displayed, or is struck through."""
    styles = xml.every(content, "automatic-styles", "style")
    return frozenset(style.get("name", "") for style in styles if any(map(_hides, xml.every(style, "text-properties"))))


def _hides(properties: Element) -> bool:
    lines = (properties.get(f"text-line-through-{name}", "none") for name in ("style", "type"))
    return properties.get("display") == "none" or any(line != "none" for line in lines)


def _remove_hidden(node: Element, styles: frozenset[str]) -> None:
    """Empty each element below a node whose text is not displayed; what stands behind it stays."""
    for child in node:
        tag = xml.local(child.tag)
        if (
            (tag in {"h", "p", "span"} and child.get("style-name") in styles)
            or (tag == "section" and child.get("display") == "none")
            or (tag in {"hidden-paragraph", "hidden-text"} and child.get("is-hidden") == "true")
        ):
            tail = child.tail
            child.clear()
            child.tail = tail
        else:
            _remove_hidden(child, styles)


def _odt_blocks(node: Element | tuple[()], rows: _Rows) -> None:
    for child in node:
        tag = xml.local(child.tag)
        if tag == "p":
            rows.paragraph("".join(_odt_text(child)), 0)
        elif tag == "h":
            rows.paragraph("".join(_odt_text(child)), _number(child, "outline-level"))
        elif tag == "table":
            rows.table(_odt_table(child))
        elif tag not in _ODT_HIDDEN:
            _odt_blocks(child, rows)


def _odt_table(node: Element) -> Iterator[list[str]]:
    for child in node:
        if xml.local(child.tag) == "table-row":
            cells: list[str] = []
            for cell in child:
                if xml.local(cell.tag) in {"table-cell", "covered-table-cell"}:
                    cells += ["".join(_odt_text(cell))] * _number(cell, "number-columns-repeated")
            yield cells
        else:
            yield from _odt_table(child)


def _number(node: Element, attribute: str) -> int:
    """A small number that an attribute gives; 1 where it gives none."""
    value = node.get(attribute, "1")
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:4]) < _MAX_REPEAT else 1


def _odt_text(node: Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        tag = xml.local(child.tag)
        if tag in {"s", "tab", "line-break"}:
            yield " "
        elif tag not in _ODT_HIDDEN:
            yield from _odt_text(child)
            if tag in {"p", "h"}:
                yield " "
        yield child.tail or ""
