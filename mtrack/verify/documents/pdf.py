"""PDF: the text layer as rows, the files inside, and the days of digital signatures."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from datetime import date
from itertools import groupby
from math import isfinite, pi
from operator import itemgetter
from typing import TYPE_CHECKING

import pypdfium2
from pypdfium2 import raw

from mtrack.verify.documents.document import MAX_ROWS, Document, Row, UnreadableError, squeeze
from mtrack.verify.documents.layout import Line, Word, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
_TOO_LONG = f"has a page of more than {_MAX_CHARACTERS:,} characters, and only those are read"
_NO_LETTERS = "has text in a font that does not say which letters it draws"
_UNMAPPED = 0.05
"""The part of a page's characters that are controls where its fonts don't say which letters they draw."""
_QUARTER = pi / 2
_ASKEW = 0.1
"""Radians by which text may lean and still be a row."""
_SAME_LINE, _FAR = 0.3, 3
"""Parts of its height by which a character may be higher or lower than the one before it, and farther to the right."""
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
        of_page, unread = _page(pdf, page)
        found.extend((page + 1, number, line, bold) for number, (line, bold) in enumerate(of_page, 1))
        cut = cut or unread
        if len(found) > MAX_ROWS:
            break
    return Document("pdf", _rows(found), cut, signed=tuple(_signatures(pdf)), attached=tuple(_attachments(pdf)))


def _page(pdf: pypdfium2.PdfDocument, number: int) -> tuple[list[tuple[Line, bool]], str]:
    """The lines of a page, each with whether it is bold, and what of them is not read; none where the page is broken."""
    try:
        page = pdf[number]
        if raw.FPDFPage_GetAnnotCount(page.raw) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == 1:
            page.close()
            page = pdf[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return [], ""
    count = text.count_chars()
    cut = _TOO_LONG if count > _MAX_CHARACTERS else ""
    characters = list(_characters(text.raw, min(count, _MAX_CHARACTERS)))
    if sum(_is_unmapped(text.raw, char) for char in characters if char.text < " ") > _UNMAPPED * len(characters):
        characters = [char for char in characters if not _is_unmapped(text.raw, char)]
        cut = cut or _NO_LETTERS
    found = [
        (line, len(line.cells) == 1 and raw.FPDFText_GetFontWeight(text.raw, line.place) >= _BOLD)
        for line in _all_lines(text.raw, characters)
    ]
    text.close()
    page.close()
    return found, cut


def _is_unmapped(text: raw.FPDF_TEXTPAGE, char: Word) -> bool:
    """Whether a character is the mere number of a shape, since its font does not say which letter that is."""
    return bool(raw.FPDFText_HasUnicodeMapError(text, char.place) == 1)


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


def _all_lines(text: raw.FPDF_TEXTPAGE, characters: list[Word]) -> Iterator[Line]:
    """The lines of a page: those of the direction in which most of it is written, then the others, and what is askew."""
    angles = list(_angles(text, characters))
    if not any(angles):
        yield from lines(characters)
        return
    directions: dict[int, list[Word]] = {}
    askew: list[list[Word]] = []
    for angle, group in groupby(zip(angles, characters, strict=True), key=itemgetter(0)):
        turn = round(angle / _QUARTER)
        chars = [char for _, char in group]
        if abs(angle - turn * _QUARTER) < _ASKEW:
            directions.setdefault(turn % 4, []).extend(chars)
        else:
            askew.append(chars)
    for turn, chars in sorted(directions.items(), key=lambda of: -len(of[1])):
        yield from lines(map(_TURNED[turn], chars) if turn else chars)
    for chars in askew:
        shown = squeeze("".join(char.text for char in chars))
        if shown:
            yield Line((shown,), 1.0, chars[0].place)  # no heading, however large


def _angles(text: raw.FPDF_TEXTPAGE, characters: list[Word]) -> Iterator[float]:
    """The angle of each character, clockwise; it is asked for only where one does not go on to the right of that before it."""
    angle = left = bottom = 0.0
    for char in characters:
        height = char.top - char.bottom
        goes_on = abs(char.bottom - bottom) < _SAME_LINE * height and 0 <= char.left - left < _FAR * height
        if (angle or not goes_on) and not char.text.isspace():
            angle = raw.FPDFText_GetCharAngle(text, char.place)
            angle = round(angle, 2) if isfinite(angle) else 0.0
        left, bottom = char.left, char.bottom
        yield angle


_TURNED: dict[int, Callable[[Word], Word]] = {
    1: lambda char: Word(-char.top, char.left, -char.bottom, char.right, char.text, char.place),
    2: lambda char: Word(-char.right, -char.top, -char.left, -char.bottom, char.text, char.place),
    3: lambda char: Word(char.bottom, -char.right, char.top, -char.left, char.text, char.place),
}
"""A character of each direction as it stands where the page is turned so that it is upright."""


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
