"""DOCX and ODT: paragraphs and rows of tables in reading order. The line of a paragraph is its number."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from mtrack.verify.documents import xml
from mtrack.verify.documents.document import Document, Row, UnreadableError, raised, squeeze, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

MAX_PART = 64 << 20
"""Bytes that a part of an archive may unpack to."""
MAX_RATIO = 200
"""The unpacked size of a part over 1 MiB, at most, as a multiple of its packed size."""
_MAX_PARTS = 5_000
_DOCX_HIDDEN = frozenset(
    ["del", "delText", "Fallback", "footnoteReference", "instrText", "moveFrom", "pPr", "rPr", "rt", "sectPr", "tblPr"]
)
_ODT_HIDDEN = frozenset({"annotation", "desc", "note-citation", "title", "tracked-changes"})
_ASIDES = frozenset({"note-body", "table", "tbl", "text-box", "txbxContent"})
"""What may stand within a paragraph or a cell and has rows of its own."""
_MAIN = "word/document.xml"
_HEADINGS = ("heading", "berschrift", "titre", "titolo", "ttulo", "título", "kop", "rubrik", "otsikko")
_MAX_REPEAT = 50


def read_docx(data: bytes) -> Document:
    """A Word document, with its notes, headers and footers behind its body; deleted text is left out."""
    with open_archive(data) as archive:
        names = archive.namelist()
        main = _main_part(archive) if "_rels/.rels" in names else _MAIN
        if main not in names:
            raise UnreadableError(reason="is not a Word document", damaged=True)
        rows = _Rows()
        body = xml.first(xml.read_xml(read_part(archive, main)), "body")
        _docx_blocks(body if body is not None else (), rows)
        for name in sorted(names):
            if name.endswith(".xml") and name.startswith(
                ("word/footnotes", "word/endnotes", "word/header", "word/footer")
            ):
                _docx_blocks(xml.read_xml(read_part(archive, name)), rows)
    return Document("docx", rows.rows)


def _main_part(archive: zipfile.ZipFile) -> str:
    """The name of the part with the text, which need not be the usual one."""
    for one in xml.every(xml.read_xml(read_part(archive, "_rels/.rels")), "Relationship"):
        if one.get("Type", "").endswith("/officeDocument"):
            return one.get("Target", "").removeprefix("/")
    return _MAIN


def read_odt(data: bytes) -> Document:
    """An OpenDocument text, with its headers and footers behind its body, and its notes behind all."""
    with open_archive(data) as archive:
        names = archive.namelist()
        if "content.xml" not in names:
            raise UnreadableError(reason="is not an OpenDocument text", damaged=True)
        rows = _Rows()
        content = _styled(read_part(archive, "content.xml"))
        body = xml.first(content, "body")
        _odt_blocks(body if body is not None else (), rows)
        if "styles.xml" in names:
            for page in xml.every(_styled(read_part(archive, "styles.xml")), "master-styles", "master-page"):
                _odt_blocks([part for part in page if part.get("display") != "false"], rows)
        for note in rows.notes:
            _odt_blocks(note, rows)
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
    """Collects paragraphs and tables; `notes` are those of the text before, which stand behind all."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.notes: list[Element] = []
        self.number = self.tables = 0

    def paragraph(self, text: str, heading: int) -> None:
        """Add a paragraph that has text."""
        found = [cells[0] for cells in table_rows([_lines(text)]) if cells[0]]
        self.number += bool(found)
        self.rows += [Row(self.number, line, (line,), heading=heading) for line in found]

    def table(self, table: Iterator[list[str]]) -> None:
        """Add the rows of a table that have text; tables within it stand in front of the row that they are in."""
        self.tables += 1
        number = self.tables
        header: tuple[str, ...] = ()
        for texts in table:
            found = [cells for cells in table_rows(list(map(_lines, texts))) if any(cells)]
            self.number += bool(found)
            for cells in found:
                text = " ".join(filter(None, cells))
                self.rows.append(Row(self.number, text, cells, table=number, header=header))
                header = header or cells


def _lines(text: str) -> list[str]:
    return list(filter(None, map(squeeze, text.split("\n"))))


def _asides(node: Element, hidden: frozenset[str]) -> Iterator[Element]:
    """The tables, text boxes and notes within a paragraph or a cell."""
    for child in node:
        tag = xml.local(child.tag)
        if tag in _ASIDES:
            yield child
        elif tag not in hidden:
            yield from _asides(child, hidden)


def _docx_blocks(node: Iterable[Element], rows: _Rows) -> None:
    for child in node:
        tag = xml.local(child.tag)
        if tag == "p":
            rows.paragraph("".join(_docx_text(child)), _docx_heading(child))
            _docx_blocks(_asides(child, _DOCX_HIDDEN), rows)
        elif tag == "tbl":
            rows.table(_docx_row(row, rows) for row in _below(child, "tr") if not _is_row_gone(row))
        elif tag not in _DOCX_HIDDEN:
            _docx_blocks(child, rows)


def _is_row_gone(row: Element) -> bool:
    """Whether a row is deleted or hidden."""
    return any(xml.first(row, "trPr", name) is not None for name in ("del", "hidden"))


def _docx_row(row: Element, rows: _Rows) -> list[str]:
    """The cells of a row; before the next one, a cell that takes several columns has empty ones behind it."""
    before = xml.first(row, "trPr", "gridBefore")
    cells: list[str] = []
    gap = 0 if before is None else _number(before, "val")
    for cell in _below(row, "tc"):
        _docx_blocks(_asides(cell, _DOCX_HIDDEN), rows)
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
    """The text of a paragraph or a cell; each of its lines ends with a line feed."""
    for child in node:
        tag = xml.local(child.tag)
        if tag == "t":
            yield (child.text or "").replace("\n", " ")
        elif tag in {"tab", "ptab"}:
            yield " "
        elif tag in {"br", "cr"}:
            yield "\n"
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag == "r":
            yield from () if _is_gone(child) else _run(child)
        elif tag in _ASIDES:
            yield " "
        elif tag not in _DOCX_HIDDEN:
            yield from _docx_text(child)
            if tag == "p":
                yield "\n"


def _run(run: Element) -> Iterator[str]:
    position = xml.first(run, "rPr", "vertAlign")
    text = _docx_text(run)
    return map(raised, text) if position is not None and position.get("val") == "superscript" else text


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


def _styled(data: bytes) -> Element:
    """A part of an OpenDocument text, without what is not displayed, and with its raised numbers apart."""
    root = xml.read_xml(data)
    styles = {
        style.get("name", ""): properties
        for style in xml.every(root, "automatic-styles", "style")
        for properties in xml.every(style, "text-properties")
    }
    hiding = frozenset(name for name, properties in styles.items() if _hides(properties))
    raising = frozenset(name for name, properties in styles.items() if _raises(properties))
    _apply_styles(root, hiding, raising)
    return root


def _hides(properties: Element) -> bool:
    lines = (properties.get(f"text-line-through-{name}", "none") for name in ("style", "type"))
    return properties.get("display") == "none" or any(line != "none" for line in lines)


def _raises(properties: Element) -> bool:
    position = properties.get("text-position", "").split(" ")[0]
    return position == "super" or (position.endswith("%") and position.strip("0%").isdigit())


def _apply_styles(node: Element, hiding: frozenset[str], raising: frozenset[str]) -> None:
    """Empty each element below a node whose text is not displayed; what stands behind it stays."""
    for child in node:
        tag = xml.local(child.tag)
        if (
            (tag in {"h", "p", "span"} and child.get("style-name") in hiding)
            or (tag == "section" and child.get("display") == "none")
            or (tag in {"hidden-paragraph", "hidden-text"} and child.get("is-hidden") == "true")
        ):
            tail = child.tail
            child.clear()
            child.tail = tail
            continue
        if tag == "span" and child.text and child.get("style-name") in raising:
            child.text = raised(child.text)
        _apply_styles(child, hiding, raising)


def _odt_blocks(node: Iterable[Element], rows: _Rows) -> None:
    for child in node:
        tag = xml.local(child.tag)
        if tag in {"p", "h"}:
            rows.paragraph("".join(_odt_text(child)), _number(child, "outline-level") if tag == "h" else 0)
            _odt_asides(child, rows)
        elif tag == "table":
            rows.table(_odt_table(child, rows))
        elif tag not in _ODT_HIDDEN:
            _odt_blocks(child, rows)


def _odt_asides(node: Element, rows: _Rows) -> None:
    """Read the tables and text boxes within a paragraph or a cell now, and its notes later."""
    for aside in _asides(node, _ODT_HIDDEN):
        if xml.local(aside.tag) == "note-body":
            rows.notes.append(aside)
        else:
            _odt_blocks((aside,), rows)


def _odt_table(node: Element, rows: _Rows) -> Iterator[list[str]]:
    for child in node:
        if xml.local(child.tag) != "table-row":
            yield from _odt_table(child, rows)
        elif child.get("visibility", "visible") == "visible":
            cells: list[str] = []
            for cell in child:
                if xml.local(cell.tag) in {"table-cell", "covered-table-cell"}:
                    _odt_asides(cell, rows)
                    cells += ["".join(_odt_text(cell))] * _number(cell, "number-columns-repeated")
            yield cells


def _number(node: Element, attribute: str) -> int:
    """A small number that an attribute gives; 1 where it gives none."""
    value = node.get(attribute, "1")
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:4]) < _MAX_REPEAT else 1


def _odt_text(node: Element) -> Iterator[str]:
    """The text of a paragraph or a cell; each of its lines ends with a line feed."""
    yield (node.text or "").replace("\n", " ")
    for child in node:
        tag = xml.local(child.tag)
        if tag in {"s", "tab"}:
            yield " "
        elif tag == "line-break":
            yield "\n"
        elif tag in _ASIDES:
            yield " "
        elif tag not in _ODT_HIDDEN:
            yield from _odt_text(child)
            if tag in {"p", "h"}:
                yield "\n"
        yield (child.tail or "").replace("\n", " ")
