"""The number suggested for an invoice or a credit note: the project's own series, of its kind, in the period of the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mtrack.edit.verbs import next_number
from mtrack.record.model import Heading, number_key
from mtrack.rules.facts import Entry, InvoiceFacts


def project(name: str) -> Heading:
    """A project; what stands before a '-' in its name is its client."""
    return Heading(name, f"{name}/milestones.yaml", name, name.partition("-")[0], "EUR", 2)


def entries(history: str) -> list[Entry]:
    """Records of lines such as `acme INV-1 2026-03-05`, credit notes with `credit` behind."""
    result: list[Entry] = []
    for at, line in enumerate(history.split(", ") if history else ()):
        name, number, sent, *credit = line.split()
        number = number.replace("_", " ")
        facts = InvoiceFacts(
            ("invoices", at), number, number_key(number), Decimal(1), None, date.fromisoformat(sent), "M1",
            later=False, void=False, live=True, file=None, path="", size=None, payments=(), milestones=("M1",),
            credit_note=bool(credit),
        )  # fmt: skip
        result.append(Entry(project(name), facts))
    return result


TABLE: list[tuple[str, str, str, str | None, str | None]] = [
    # history, project, day, the invoice's number, the credit note's
    ("", "acme", "2026-11-26", None, None),
    ("acme final 2026-03-05", "acme", "2026-11-26", None, None),
    ("acme INV-2026-001 2026-03-05, acme INV-2026-009 2026-04-05, acme X 2026-05-05", "acme", "2026-11-26", "INV-2026-010", "INV-2026-010"),
    ("acme 7/2026 2026-03-05", "acme", "2026-11-26", "8/2026", "8/2026"),
    ("acme INV-9 2026-03-05, acme CN-1 2026-03-06 credit, acme CN-2 2026-03-07 credit", "acme", "2026-11-26", "INV-10", "CN-3"),
    ("acme INV-50 2026-03-05, beta CN-2 2026-03-07 credit", "acme", "2026-11-26", "INV-51", "CN-3"),
    ("acme INV-1 2026-03-05, acme INV-2 2026-03-06 credit, acme INV-3 2026-03-07", "acme", "2026-11-26", "INV-4", "INV-4"),
    # the project's own series, else the workspace's most recent
    ("acme A-7 2026-03-05, beta B/100 2026-04-05", "acme", "2026-11-26", "A-8", "A-8"),
    ("acme A-7 2026-03-05, beta B/100 2026-04-05", "gamma", "2026-11-26", "B/101", "B/101"),
    ("acme INV-1 2026-03-05, beta INV-2 2026-04-05", "acme", "2026-11-26", "INV-3", "INV-3"),
    # a client's code: one count over all clients, or one for each
    ("acme 001-2026-ACME 2026-03-05, beta 002-2026-BETA 2026-04-05", "acme", "2026-11-26", "003-2026-ACME", "003-2026-ACME"),
    ("acme 001-2026-ACME 2026-03-05, beta 001-2026-BETA 2026-04-05", "acme", "2026-11-26", "002-2026-ACME", "002-2026-ACME"),
    ("acme-1 001-2026-ACME 2026-03-05, beta 002-2026-BETA 2026-04-05", "acme-2", "2026-11-26", "003-2026-ACME", "003-2026-ACME"),
    # another client's credit note has a counter of that count; CN-2 stands for no client
    ("acme 001-2026-ACME 2026-03-05, beta 002-2026-BETA 2026-04-05 credit", "acme", "2026-11-26", "003-2026-ACME", "003-2026-ACME"),
    ("acme 001-2026-ACME 2026-03-05, beta 002-2026-BTA 2026-04-05, beta 003-2026-BTA 2026-04-06 credit", "acme", "2026-11-26", "004-2026-ACME", "004-2026-ACME"),
    ("acme INV-1 2026-03-05, beta CN-2 2026-03-07 credit", "acme", "2026-11-26", "INV-2", "CN-3"),
    ("acme OLD-7 2026-03-05, beta NEW-90 2026-04-05", "acme", "2026-11-26", "OLD-8", "OLD-8"),
    # a new year
    ("acme INV-2025-098 2025-12-05", "acme", "2026-01-10", "INV-2026-001", "INV-2026-001"),
    ("acme INV-2024-040 2024-12-05, acme INV-2025-001 2025-01-05, acme INV-2025-098 2025-12-05", "acme", "2026-01-10", "INV-2026-001", "INV-2026-001"),
    ("acme INV-2024-040 2024-12-05, acme INV-2025-041 2025-01-05, acme INV-2025-098 2025-12-05", "acme", "2026-01-10", "INV-2026-099", "INV-2026-099"),
    ("acme INV-2025-098 2025-12-05, beta INV-2026-001 2026-01-05", "acme", "2026-01-10", "INV-2026-002", "INV-2026-002"),
    ("acme INV-25-8 2025-12-05, acme INV-25-12 2025-12-06", "acme", "2026-01-10", "INV-26-1", "INV-26-1"),
    ("acme R2599 2025-12-05, acme R2598 2025-12-04", "acme", "2026-01-10", "R2601", "R2601"),
    # a new month
    ("acme 202610-041 2026-10-05, acme 202611-042 2026-11-05", "acme", "2026-12-10", "202612-043", "202612-043"),
    ("acme 1/10/2026 2026-10-05, acme 2/10/2026 2026-10-06, acme 1/11/2026 2026-11-05", "acme", "2026-11-26", "2/11/2026", "2/11/2026"),
    ("acme 1/8/2026 2026-08-05, acme 1/9/2026 2026-09-06", "acme", "2026-10-10", "1/10/2026", "1/10/2026"),
    ("acme 2025-12-30 2025-12-05, acme 2026-01-01 2026-01-05, acme 2026-02-02 2026-02-05", "acme", "2026-03-10", "2026-03-03", "2026-03-03"),
    # a date is the whole number
    ("acme 20261003 2026-10-03", "acme", "2026-11-26", "20261126", "20261126"),
    ("acme 20261003 2026-10-03", "acme", "2026-10-03", None, None),
    # a revision is the number itself, and no number is used twice
    ("acme INV-7 2026-03-05, acme INV-8-R1 2026-03-06", "acme", "2026-11-26", "INV-9", "INV-9"),
    ("acme INV_007 2026-03-05, acme inv_008 2026-03-06", "acme", "2026-11-26", "inv 009", "inv 009"),
    ("acme INV-2025-098 2025-12-05, beta INV-2026-1 2026-01-05", "acme", "2026-01-10", "INV-2026-002", "INV-2026-002"),
]  # fmt: skip


@pytest.mark.parametrize(("history", "name", "day", "invoice", "credit_note"), TABLE)
def test_table(history: str, name: str, day: str, invoice: str | None, credit_note: str | None) -> None:
    found = entries(history)
    sent = date.fromisoformat(day)
    assert next_number(found, project(name), sent, credit=False) == invoice
    assert next_number(found, project(name), sent, credit=True) == credit_note
    assert not {invoice, credit_note} & {entry.invoice.number for entry in found}
