"""One function per verb: takes a project's context and what the user said, returns the changes to its records.

Nothing here reads or writes a file. What the user left open is taken from the record: the agreed amount not yet
billed, the amount outstanding. Statuses are not a verb's business: `statuses.py` brings them up to date for all.
"""

from mtrack.edit.verbs.agreement import accept, add, amend, close, waive
from mtrack.edit.verbs.delivery import approve, cancel, deliver, hold, release, set_terms
from mtrack.edit.verbs.edit import Edit, check_thousands, stated
from mtrack.edit.verbs.import_records import import_records
from mtrack.edit.verbs.invoices import Parts, bill, credit, dispute, end_dispute, shares_of, tax_rate, void
from mtrack.edit.verbs.numbers import check_id, next_id, next_number
from mtrack.edit.verbs.payments import Paid, pay, pay_together, write_off

__all__ = [
    "Edit",
    "Paid",
    "Parts",
    "accept",
    "add",
    "amend",
    "approve",
    "bill",
    "cancel",
    "check_id",
    "check_thousands",
    "close",
    "credit",
    "deliver",
    "dispute",
    "end_dispute",
    "hold",
    "import_records",
    "next_id",
    "next_number",
    "pay",
    "pay_together",
    "release",
    "set_terms",
    "shares_of",
    "stated",
    "tax_rate",
    "void",
    "waive",
    "write_off",
]
