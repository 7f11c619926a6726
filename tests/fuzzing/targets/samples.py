"""Records that targets begin with, and the words they are made of."""

from __future__ import annotations

RECORD = """\
project: Acme website
client: Acme
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2, retention: 10, payment_terms: {days: 30, month_end: after},
  amendments: [{file: agreement/a.pdf, signed: 2026-02-01, amount: -500.00, milestones: 1}]}
milestones:
  - id: M1
    name: Discovery complete
    amount: 4000.00
    deliverable: {note: research report, completed: 2026-02-01, approved: 2026-02-02, approved_by: Ada, signoff: signoffs/m1.eml}
    invoice: {number: INV-2026-004, amount: 4000.00, tax: 760.00, sent: 2026-02-03, due: 2026-03-03, retained: {amount: 400.00},
      instalments: [{due: 2026-03-03, amount: 4360.00}], payments: [{date: 2026-02-20, amount: 100.00, withheld: 1, fee: 2, discount: 3, reference: x}]}
    status: partially_paid
  - id: M2
    name: "Beta #2"
    amount: 5000.00
    upfront: true
    hold: {until: 2026-06-01, reason: waits}
    status: not_billed
invoices:
  - {number: R-1, amount: 100, sent: 2026-02-04, lines: [{milestone: M2, amount: 100}], void: {date: 2026-02-05, reason: x}}
  - {number: R-2, amount: 100, sent: 2026-02-05, lines: [{milestone: M1, amount: 100}], credits: INV-2026-004, replaces: R-1}
  - {number: R-3, amount: 10, sent: 2026-02-06, lines: [{milestone: M2, amount: 10}], written_off: {date: 2026-02-07, amount: 10}, disputed: {since: 2026-02-07}, paid: true}
waivers:
  - {rule: overdue, reason: agreed, until: 2026-05-01, number: R-1}
"""
BLOCKS = """\
# a comment
project: 'John''s "shop"'
milestones:

- id: M1
  name: >-
    folded
    text
  amount: 1.50
  x-own: |
    literal
  attachments:
  - one.pdf
  - "two \\u00e9.pdf"
  invoice:
    number: 0012
    amount: -5
    sent: 2026-01-01
  note:
  status: sent
closed: ~
"""
SETTINGS = """\
format: 1
name: Studio
currency: EUR
payment_terms: 14
tax_rate: 19
locale: de_DE
currencies: {BTC: 8}
exclude: ["old-*", "!keep"]
rules: {overdue: warning, unbilled: off}
waivers: [{rule: overdue, reason: x, file: acme/milestones.yaml}]
"""
KEYS = (
    "project", "client", "contact", "note", "currency", "agreement", "milestones", "invoices", "closed", "waivers", "file", "signed", "total",
    "payment_terms", "tax_rate", "retention", "transcript", "verified", "amendments", "id", "name", "amount", "status", "planned", "upfront",
    "deliverable", "invoice", "hold", "cancelled", "attachments", "number", "tax", "due", "instalments", "retained", "paid", "payments", "disputed",
    "written_off", "void", "credits", "replaces", "lines", "sent", "completed", "approved", "approved_by", "signoff", "until", "reason", "date",
    "withheld", "fee", "discount", "received", "reference", "rule", "milestone", "format", "bill_within", "correct_within", "verify",
    "require_signed", "locale", "currencies", "exclude", "rules", "since", "by", "sha256", "amounts", "days", "month_end",
)  # fmt: skip
WORDS = (
    *KEYS, *(f"{key}: " for key in KEYS[:30]), "not_billed", "sent", "partially_paid", "paid", "cancelled", "written_off", "true", "false", "null", "~", "2026-02-30",
    "2026-02-03", "24,000", "1e3", "0x10", ".inf", "4_000", "-5", "0012", "9" * 30, "1." + "0" * 30 + "1", ": ", "- ", "\n  ", "\n    - ", "{", "}", "[", "]",
    ", ", " #", "# ", "'", '"', "|\n", ">-\n", "---\n", "...\n", "<<: ", "&a ", "*a", "!!str ", "!x ", "? ", "%YAML 1.1\n", "\t", "\r\n", "\ufeff", "\x85",
    "\u2028", "\u202e", "\u00e9", "\U0001f600", "\\x1b", "EUR", "JPY", "M1", "R-1", "x-own: ",
)  # fmt: skip
