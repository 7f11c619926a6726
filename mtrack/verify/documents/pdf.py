"""PDF: the text layer as rows, the files inside, and the days of digital signatures."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

import pypdfium2
from pypdfium2 import raw

from mtrack.verify.documents.document import MAX_ROWS, Document, Row, UnreadableError
from mtrack.verify.documents.layout import Line, Word, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PAGES = 500
_MAX_CHARACTERS = 40_000
"""Characters of a page."""
_MAX_FILES = 20
_MAX_FILE = 16 << 20
_BOLD = 600
_BOLD_LEVEL = 9
_MAX_HEADING = 200
_NOT_TEXT = {0, 10, 13, 0xFFFE, 0xFFFF}
_SURROGATES = range(0xD800, 0xE000)
_MAX_CODE = 0x10FFFF
_SIGNED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


def read_pdf(data: bytes) -> Document:
    """The rows of up to 500 pages; what is filled into forms counts as text."""
    raw.FPDF_LoadMemDocument64(b"", 0, None)  # a PDF without pages sets no error, and leaves that of the one before
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        if raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise UnreadableError(reason="is protected by a password") from None
        raise UnreadableError(reason="is not a PDF that can be read", damaged=True) from None
    try:
        return _document(pdf)
    finally:
        pdf.close()


def _document(pdf: pypdfium2.PdfDocument) -> Document:
    pages = len(pdf)
    found: list[tuple[int, int, Line, bool]] = []
    cut = f"has more than {MAX_PAGES} pages, and only those are read" if pages > MAX_PAGES else ""
    for page in range(min(pages, MAX_PAGES)):
        of_page, is_whole = _page(pdf, page)
        found.extend((page + 1, number, line, bold) for number, (line, bold) in enumerate(of_page, 1))
        if not is_whole:
            cut = cut or f"has a page of more than {_MAX_CHARACTERS:,} characters, and only those are read"
        if len(found) > MAX_ROWS:
            break
    return Document("pdf", _rows(found), cut, signed=tuple(_signatures(pdf)), attached=tuple(_attachments(pdf)))


def _page(pdf: pypdfium2.PdfDocument, number: int) -> tuple[list[tuple[Line, bool]], bool]:
    """The lines of a page, each with whether it is bold, and whether these are all; none where the page is broken."""
    try:
        page = pdf[number]
        if raw.FPDFPage_GetAnnotCount(page.raw) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == 1:
            page.close()
            page = pdf[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return [], True
    count = text.count_chars()
    found = [
        (line, len(line.cells) == 1 and raw.FPDFText_GetFontWeight(text.raw, line.place) >= _BOLD)
        for line in lines(_characters(text.raw, min(count, _MAX_CHARACTERS)))
    ]
    text.close()
    page.close()
    return found, count <= _MAX_CHARACTERS


def _characters(text: raw.FPDF_TEXTPAGE, count: int) -> Iterator[Word]:
    box = raw.FS_RECTF()
    pointer = ctypes.byref(box)
    for i in range(count):
        code = raw.FPDFText_GetUnicode(text, i)
        if code in _NOT_TEXT or code in _SURROGATES or code > _MAX_CODE:
            continue
        # a broken file gives some characters no place
        if raw.FPDFText_GetLooseCharBox(text, i, pointer) and isfinite(box.left + box.bottom + box.right + box.top):
            yield Word(box.left, box.bottom, box.right, box.top, chr(code), i)


def _rows(found: list[tuple[int, int, Line, bool]]) -> list[Row]:
    """Rows; lines in larger or bolder letters than most of the text are headings."""
    sizes: Counter[float] = Counter()
    for _, _, line, _ in found:
        sizes[_size(line)] += sum(map(len, line.cells))
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    larger = sorted((size for size in sizes if size > 1.12 * body), reverse=True)
    return [
        Row(number, " ".join(line.cells), line.cells, page=page, heading=_heading(line, body, larger, bold=bold))
        for page, number, line, bold in found
    ]


def _size(line: Line) -> float:
    return round(line.height * 2) / 2


def _heading(line: Line, body: float, larger: list[float], *, bold: bool) -> int:
    size, text = _size(line), " ".join(line.cells)
    if len(line.cells) > 2 or len(text) > _MAX_HEADING:  # noqa: PLR2004  (a number and its title)
        return 0
    if size in larger:
        return min(1 + larger.index(size), _BOLD_LEVEL - 1)
    return _BOLD_LEVEL if bold and size >= 0.95 * body and not text.endswith((".", ",", ";")) else 0


def _signatures(pdf: pypdfium2.PdfDocument) -> Iterator[date]:
    for i in range(max(0, min(raw.FPDF_GetSignatureCount(pdf.raw), _MAX_FILES))):
        signature = raw.FPDF_GetSignatureObject(pdf.raw, i)
        size = raw.FPDFSignatureObj_GetTime(signature, None, 0) if signature else 0
        if 0 < size < _MAX_HEADING:
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFSignatureObj_GetTime(signature, buffer, size)
            day = _day(buffer.value.decode("ascii", "replace"))
            if day is not None:
                yield day


def _day(text: str) -> date | None:
    match = _SIGNED.match(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _attachments(pdf: pypdfium2.PdfDocument) -> Iterator[tuple[str, bytes]]:
    for i in range(min(pdf.count_attachments(), _MAX_FILES)):
        try:
            attachment = pdf.get_attachment(i)
            name = attachment.get_name()
            data = bytes(attachment.get_data()) if name.lower().endswith(".xml") else b""
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            continue
        if 0 < len(data) <= _MAX_FILE:
            yield name, data
