"""One function a verb: a project's context and what the user said in, the changes to its records out.

Nothing here reads or writes a file. What the user left open is taken from the record: the agreed amount not yet
billed, the amount outstanding. Statuses are not a verb's business: `statuses.py` brings them up to date for all.
"""

from mtrack.edit.verbs.agreement import accept, add, amend, close
from mtrack.edit.verbs.delivery import approve, cancel, deliver, hold, release
from mtrack.edit.verbs.edit import Edit, check_thousands, stated
from mtrack.edit.verbs.invoices import bill, credit, shares_of, void
from mtrack.edit.verbs.numbers import next_id, next_number
from mtrack.edit.verbs.payments import pay, write_off

__all__ = [
    "Edit",
    "accept",
    "add",
    "amend",
    "approve",
    "bill",
    "cancel",
    "check_thousands",
    "close",
    "credit",
    "deliver",
    "hold",
    "next_id",
    "next_number",
    "pay",
    "release",
    "shares_of",
    "stated",
    "void",
    "write_off",
]
