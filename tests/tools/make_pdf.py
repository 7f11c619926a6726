"""A one-page PDF from a few lines of text: enough for a fixture that a PDF reader opens, the same bytes every time.

PDF 1.4 (ISO 32000-1): the file structure of section 7.5, the standard fonts of 9.6.2.2, WinAnsiEncoding of annex D.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
MARGIN = 64
FONTS = {"plain": "Helvetica", "bold": "Helvetica-Bold", "fixed": "Courier"}
"""The fonts a line can be set in; every reader brings these along."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, set below the one before it. `size` in points; without text it is a gap of that size."""

    text: str = ""
    font: str = "plain"
    size: int = 10


def one_page(lines: Iterable[Line], *, title: str, made: date) -> bytes:
    """The PDF. `made` is its creation date; the clock is not asked. Raises ValueError for text outside Windows-1252."""
    content = _content(lines)
    names = list(FONTS)
    fonts = " ".join(f"/{name} {5 + i} 0 R" for i, name in enumerate(names))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        f"/Resources << /Font << {fonts} >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{FONTS[name]} /Encoding /WinAnsiEncoding >>".encode()
            for name in names
        ),
        b"<< /Title %s /CreationDate (D:%s090000Z) >>" % (_string(title), made.strftime("%Y%m%d").encode()),
    ]
    return _file(objects, info=len(objects))


def _content(lines: Iterable[Line]) -> bytes:
    y = HEIGHT - MARGIN
    parts: list[bytes] = []
    for line in lines:
        y -= line.size + 5
        if line.text:
            parts.append(
                b"BT /%s %d Tf %d %d Td %s Tj ET\n" % (line.font.encode(), line.size, MARGIN, y, _string(line.text))
            )
    if y < MARGIN:
        message = "the lines do not fit on one page"
        raise ValueError(message)
    return b"".join(parts)


def _string(text: str) -> bytes:
    """A literal string (7.3.4.2): backslash and parentheses escaped."""
    plain = text.encode("cp1252")
    return b"(" + plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _file(objects: list[bytes], info: int) -> bytes:
    """Header, objects numbered from 1, cross-reference table, trailer (7.5); the catalog is object 1."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")  # the second line says that the file is binary
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    name = hashlib.sha256(bytes(out)).hexdigest()[:32].encode()
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R /ID [<%s> <%s>] >>\n" % (len(objects) + 1, info, name, name)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
