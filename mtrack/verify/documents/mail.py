"""E-mails: who wrote it and when, and its text."""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING

from mtrack.verify.documents.document import Document, Row, UnreadableError, squeeze
from mtrack.verify.documents.html import read_html
from mtrack.verify.documents.text import decode, decode_as, decode_html, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from email.message import EmailMessage, MIMEPart

_MAX_PARTS = 200
_TOO_MANY = "has more parts than an e-mail should"
_MAX_DEPTH = 20
_TEXTS = ("text/plain", "text/html", "text/calendar")
"""The kinds of text that are read, the plainest first."""
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|enc|vb|vl|pd|doorst|転送)\s*:", re.IGNORECASE)
_HEADERS = ("Date", "From", "To", "Subject")
_WRONG = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""The errors that the standard library raises on headers and parts that break the rules of e-mails."""


def read_mail(data: bytes) -> Document:
    """An `.eml` file: its main headers, then its text; the lines are counted over both."""
    if data.count(b"\n--") > _MAX_PARTS * 4 and data.lower().count(b"multipart/") > _MAX_PARTS:
        raise UnreadableError(_TOO_MANY)
    data = decode(data).encode() if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    message = email.message_from_bytes(data, policy=email.policy.default)
    headers = _headers(message)
    if not headers:
        raise UnreadableError(reason="has none of the headers of an e-mail", damaged=True)
    rows, tables = headers, 0
    for part in _parts(message):
        below = rows[-1].number
        for row in part:
            row.page, row.number = None, row.number + below
            row.table = None if row.table is None else row.table + tables
        tables = max((row.table for row in part if row.table is not None), default=tables)
        rows += part
    return Document("mail", rows, day=_date(message), sender=_sender(message), forwards=_forwards(message))


def _headers(message: MIMEPart) -> list[Row]:
    texts = [squeeze(f"{name}: {value}") for name in _HEADERS if (value := _header(message, name))]
    return [Row(i, text, (text,)) for i, text in enumerate(texts, 1)]


def _header(message: MIMEPart, name: str) -> str:
    try:
        return str(message[name] or "")
    except _WRONG:
        return ""


def _date(message: EmailMessage) -> date | None:
    try:
        return message["date"].datetime.date()  # type: ignore[no-any-return]
    except _WRONG:
        return None


def _sender(message: EmailMessage) -> str:
    """The name of who sent it, or the address where no name is given."""
    try:
        address = message["from"].addresses[0]
        return squeeze(str(address.display_name or address.addr_spec))
    except _WRONG:
        return ""


def _forwards(message: MIMEPart) -> bool:
    """Whether its subject says that it forwards another e-mail, or one is attached: that is the one which approves."""
    return _FORWARDED.match(_header(message, "Subject")) is not None or _holds_message(message)


def _holds_message(message: MIMEPart, depth: int = 0) -> bool:
    try:
        parts = list(message.iter_parts()) if message.is_multipart() else []
    except _WRONG:
        return False
    return message.get_content_type() == "message/rfc822" or (
        depth < _MAX_DEPTH and any(_holds_message(part, depth + 1) for part in parts)
    )


def _parts(message: MIMEPart, depth: int = 0) -> Iterator[list[Row]]:
    """The rows of each text of a message: of those that say the same in several forms one, and those of messages within."""
    try:
        kind, parts = message.get_content_type(), list(message.iter_parts()) if message.is_multipart() else []
        attached = message.is_attachment()
    except _WRONG:
        return
    if len(parts) > _MAX_PARTS:
        raise UnreadableError(_TOO_MANY)
    if depth > _MAX_DEPTH:
        return
    if kind == "message/rfc822":
        for part in parts:
            yield _headers(part)
            yield from _parts(part, depth + 1)
    elif kind == "multipart/alternative":
        forms = [(_rank(part), list(_parts(part, depth + 1))) for part in parts]
        yield from min((form for form in forms if any(form[1])), key=lambda form: form[0], default=(0, []))[1]
    elif parts:
        for part in parts:
            yield from _parts(part, depth + 1)
    elif kind in _TEXTS and not attached:
        yield _rows(message)


def _rank(part: MIMEPart) -> int:
    kind = part.get_content_type()
    return _TEXTS.index(kind) if kind in _TEXTS else len(_TEXTS) - 1


def _rows(part: MIMEPart) -> list[Row]:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except _WRONG:
        return []
    if not isinstance(payload, bytes):
        return []
    if part.get_content_subtype() == "html":
        return read_html(decode_as(payload, charset) if charset else decode_html(payload)).rows
    return read_text(decode_as(payload, charset) if charset else decode(payload)).rows
