"""One reader per kind of file: bytes in, a document out, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.verify.documents.document import MAX_SIZE, Document, UnreadableError, limited

if TYPE_CHECKING:
    from collections.abc import Callable

_ENDINGS = {
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "odt": "odt",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "text": "text",
    "eml": "mail",
    "xml": "xml",
}
_PICTURES = frozenset(["bmp", "gif", "heic", "heif", "jpeg", "jpg", "png", "tif", "tiff", "webp"])
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_BINARY = (b"%PDF-", _ZIP, _OLE, b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def kind(name: str, data: bytes) -> str:
    """The kind of a file, by its ending and its first bytes. Raises `UnreadableError` where the two don't agree."""
    ending = name.lower().rpartition(".")[2]
    found = _ENDINGS.get(ending)
    if ending in _PICTURES:
        raise UnreadableError(reason="is a picture, with no text to read")
    if found is None and b"%PDF-" in data[:1024]:
        return "pdf"
    if found is None:
        raise UnreadableError(reason="is of a kind that is not read")
    if not _fits(found, data):
        raise UnreadableError(reason=f"is not what its ending '.{ending}' says", damaged=True)
    return found


def _fits(found: str, data: bytes) -> bool:
    if found == "pdf":
        return b"%PDF-" in data[:1024]
    if found in {"docx", "odt"}:
        if data.startswith(_OLE):
            raise UnreadableError(reason="is protected by a password, or an old Word file")
        return data.startswith(_ZIP)
    return not data.startswith(_BINARY)


def read(name: str, data: bytes) -> Document:
    """Read a file, within the limits. Raises `UnreadableError`. An XML file has no rows: it is for e-invoices."""
    if len(data) > MAX_SIZE:
        raise UnreadableError(reason="is larger than 64 MiB")
    found = kind(name, data)
    document = limited(_reader(found)(data))
    if not document.rows and found != "xml" and not document.attached:
        raise UnreadableError(document.cut or ("has no text: it may be a scan" if found == "pdf" else "has no text"))
    return document


def _reader(found: str) -> Callable[[bytes], Document]:
    """The reader of a kind; loaded where it is needed, since most workspaces hold few kinds."""
    from mtrack.verify.documents import html, mail, office, text  # noqa: PLC0415

    if found == "pdf":
        from mtrack.verify.documents import pdf  # noqa: PLC0415  (pypdfium2 takes its time to load)

        return pdf.read_pdf
    return {
        "docx": office.read_docx,
        "odt": office.read_odt,
        "mail": mail.read_mail,
        "html": lambda data: html.read_html(text.decode_html(data)),
        "markdown": lambda data: text.read_markdown(text.decode(data)),
        "text": lambda data: text.read_text(text.decode(data)),
        "xml": lambda data: Document("xml", [], attached=(("invoice.xml", data),)),
    }[found]
