"""The requests to the worker, and its answers."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import Literal

from msgspec import Struct

from mtrack.record.verdict import Verdict  # noqa: TC001
from mtrack.verify.claims import Claim  # noqa: TC001
from mtrack.verify.einvoice import EInvoice  # noqa: TC001


class Job(Struct, frozen=True):
    """A claim on files, which are given as (path from the project, path to open)."""

    claim: Claim
    files: tuple[tuple[str, str], ...]


class Trouble(Struct, frozen=True):
    """A file that can't be read, and why; `lasting` where it will be so the next time too, `slow` where that is likely."""

    path: str
    reason: str
    damaged: bool
    lasting: bool = True
    slow: bool = False


class Examined(Struct, frozen=True):
    """The result of a job."""

    verdicts: tuple[Verdict, ...]
    troubles: tuple[Trouble, ...]


class Item(Struct, frozen=True):
    """A proposed milestone and where it stands."""

    name: str
    amount: Decimal
    page: int | None
    line: int


class Proposal(Struct, frozen=True):
    """The proposal of an agreement; `adds_up` where the amounts sum to one that is stated, `total` that or another.

    `doubt` says of the paper why it is not to be taken as it stands; `choice` are the currencies that it is in, where
    one of them tells.
    """

    items: tuple[Item, ...] = ()
    total: Decimal | None = None
    currency: str | None = None
    adds_up: bool = False
    signed: date | None = None
    terms: int | None = None
    doubt: str = ""
    choice: tuple[str, ...] = ()


class Facts(Struct, frozen=True):
    """The facts that a paper states of itself: an e-mail's day and sender, and whether it forwards another, a structured invoice."""

    day: date | None = None
    sender: str = ""
    forwards: bool = False
    invoice: EInvoice | None = None


class Request(Struct, frozen=True, omit_defaults=True):
    """Files to read or compare, as (path from the project, path to open); `claim` is None where they are only read."""

    files: tuple[tuple[str, bytes], ...]
    claim: Claim | None = None
    want: Literal["", "proposal", "facts"] = ""
    """The information wanted of a file beside whether it can be read."""
    currency: str = ""
    """The currency that a proposal is to be in, where it is known."""
    keep: bool = False
    """Whether the files are compared with another claim next."""


class Answer(Struct, frozen=True, omit_defaults=True):
    """The answer to a request; `trouble` says why a file can't be read."""

    verdicts: tuple[Verdict, ...] = ()
    proposal: Proposal | None = None
    facts: Facts | None = None
    trouble: str = ""
    damaged: bool = False
