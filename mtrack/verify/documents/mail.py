"""E-mails: who wrote it and when, and its text."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

from mtrack.verify.documents.document import Document, Row, UnreadableError, squeeze
from mtrack.verify.documents.html import read_html
from mtrack.verify.documents.text import decode, read_text

if TYPE_CHECKING:
    from datetime import date
    from email.message import EmailMessage

_MAX_PARTS = 200
_HEADERS = ("Date", "From", "To", "Subject")
_WRONG = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""The errors that the standard library raises on headers and parts that break the rules of e-mails."""


def read_mail(data: bytes) -> Document:
    """An `.eml` file: its main headers, then its text; the lines are counted over both."""
    if data.count(b"\n--") > _MAX_PARTS * 4 and data.lower().count(b"multipart/") > _MAX_PARTS:
        raise UnreadableError(reason="has more parts than an e-mail should")
    message = email.message_from_bytes(data, policy=email.policy.default)
    headers = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    if not headers:
        raise UnreadableError(reason="has none of the headers of an e-mail", damaged=True)
    rows = [Row(i, squeeze(text), (squeeze(text),)) for i, text in enumerate(headers, 1)]
    for row in _body(message):
        row.page, row.number = None, row.number + len(headers)
        rows.append(row)
    return Document("mail", rows, day=_date(message), sender=_sender(message))


def _header(message: EmailMessage, name: str) -> str:
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


def _body(message: EmailMessage) -> list[Row]:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except _WRONG:
        part = None
    if part is None:
        return []
    try:
        content = str(part.get_content())
    except _WRONG:
        payload = part.get_payload(decode=True)
        content = decode(payload) if isinstance(payload, bytes) else ""
    return (read_html if part.get_content_subtype() == "html" else read_text)(content).rows
