"""The process that reads papers and compares them: it may crash, stall or run out of memory, and mtrack goes on.

A request is a line of JSON, and so is its answer. A file is read by one request and compared by the next, so that it
is known which of several files is at fault.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING

import msgspec

from mtrack import files
from mtrack.verify.agreement import check_agreement
from mtrack.verify.claims import AgreementClaim, InvoiceClaim
from mtrack.verify.documents import read
from mtrack.verify.documents.document import MAX_SIZE, Document, UnreadableError
from mtrack.verify.einvoice import embedded, read_einvoice
from mtrack.verify.invoice import check_structured, check_text
from mtrack.verify.papers import Papers, papers
from mtrack.verify.proposal import propose
from mtrack.verify.protocol import Answer, Facts, Request
from mtrack.verify.signoff import check_signoff

if TYPE_CHECKING:
    from mtrack.record.verdict import Verdict
    from mtrack.verify.claims import Claim
    from mtrack.verify.einvoice import EInvoice

MAX_MEMORY = 1 << 30
"""Bytes of address space, where the system can bound it."""


def main() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not stand among the answers
    os.dup2(nowhere, 2)
    _bound()
    serve(os.fdopen(0, "rb"), answers)


def _bound() -> None:
    """Bound the memory; write no file and no core dump."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  (not on every system)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each line of `requests` with one of `answers`."""
    reader = Reader()
    for line in requests:
        answers.write(msgspec.json.encode(_answer(reader, line)) + b"\n")


def _answer(reader: Reader, line: bytes) -> Answer:
    try:
        return reader.answer(msgspec.json.decode(line, type=Request))
    except UnreadableError as error:
        return Answer(trouble=str(error), damaged=error.damaged)
    except (MemoryError, RecursionError):
        return Answer(trouble="needs more memory to read than a document should")
    except OSError as error:
        return Answer(trouble=f"can't be read ({error.strerror or 'no such file'})", damaged=True)
    except Exception as error:  # noqa: BLE001  (whatever a hostile file makes a parser raise)
        return Answer(trouble=f"can't be read (its reader fails with {type(error).__name__})", damaged=True)


class Reader:
    """Reads and compares; holds what it has read until it has compared it with the last claim."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def answer(self, request: Request) -> Answer:
        """Read the files of a request; compare them where it has a claim."""
        documents = [(path, self._document(path, os.fsdecode(full))) for path, full in request.files]
        if request.claim is None and not request.want:
            return Answer()
        if not request.keep:
            self.documents.clear()
        if request.want == "proposal":
            return Answer(proposal=propose(papers(documents), request.currency))
        if request.want == "facts":
            document = documents[0][1]
            return Answer(facts=Facts(document.day, document.sender, document.forwards, embedded(document.attached)))
        assert request.claim is not None
        return Answer(tuple(_compare(request.claim, documents)))

    def _document(self, path: str, full: str) -> Document:
        if full not in self.documents:
            self.documents[full] = _readable(read(path, _content(full)))
        return self.documents[full]


def _content(full: str) -> bytes:
    if os.path.getsize(full) > MAX_SIZE:
        raise UnreadableError(reason="is larger than 64 MiB")
    try:
        return files.read(full, MAX_SIZE)
    except files.UnreadableFileError as error:
        raise UnreadableError(reason=f"can't be read: {error.reason}", damaged=True) from None


def _readable(document: Document) -> Document:
    """The document, where it has something to compare: an XML file has only where it is an invoice."""
    if document.kind == "xml" and read_einvoice(document.attached[0][1]) is None:
        raise UnreadableError(reason="is XML, and no invoice as UBL or CII")
    if not document.rows and embedded(document.attached) is None:
        raise UnreadableError(reason="has no text: it may be a scan")
    return document


def _compare(claim: Claim, documents: list[tuple[str, Document]]) -> list[Verdict]:
    if isinstance(claim, AgreementClaim):
        return check_agreement(claim, papers(documents))
    path, document = documents[0]
    if isinstance(claim, InvoiceClaim):
        invoice = embedded(document.attached)
        return check_text(claim, papers(documents)) if invoice is None else _hybrid(claim, invoice, path, documents)
    text: Papers = papers(documents)
    return check_signoff(claim, text, is_mail=document.kind == "mail", day=document.day)


def _hybrid(claim: InvoiceClaim, invoice: EInvoice, path: str, documents: list[tuple[str, Document]]) -> list[Verdict]:
    """The verdicts of an e-invoice; of what it has nothing, as the short ones have no due date, those of the text around it."""
    found = check_structured(claim, invoice, path)
    lacking = {verdict.field for verdict in found if verdict.verdict == "not_found" and verdict.quote is None}
    if not lacking or not documents[0][1].rows:
        return found
    text = {
        verdict.field: verdict for verdict in check_text(claim, papers(documents)) if verdict.verdict == "confirmed"
    }
    return [text.get(verdict.field, verdict) if verdict.field in lacking else verdict for verdict in found]
