"""Facts from a paper given to a command: an agreement's milestones, an e-invoice's amounts, an e-mail's day."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.cli import output, prompts
from mtrack.errors import UsageError
from mtrack.verify.pool import Pool
from mtrack.verify.protocol import Facts, Proposal, Trouble

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.record.verdict import Field
    from mtrack.verify.einvoice import EInvoice


_INSTEAD = "--agreement and --milestone 'NAME=AMOUNT' instead of --from"


def proposal(path: str, currency: str | None) -> Proposal:
    """The milestones that an agreement proposes. Raises UsageError where it can't be read, or has no plain schedule."""
    with Pool() as pool:
        found = pool.proposal(os.path.abspath(path), currency or "")
    if isinstance(found, Trouble):
        message = f"{path} {found.reason}"
        raise UsageError(message)
    if not found.items:
        message = f"no payment schedule is found in {path}; give {_INSTEAD}"
        raise UsageError(message)
    if found.doubt:
        choice = f"--currency {' or '.join(found.choice)}, or " if found.choice else ""
        message = f"{path} {found.doubt}; give {choice}{_INSTEAD}"
        raise UsageError(message)
    return found


def is_ready(found: Proposal, path: str) -> bool:
    """Whether a proposal is to be recorded: on a terminal it is shown and asked for, else it has to add up."""
    if not prompts.can_ask():
        return found.adds_up
    for item in found.items:
        page = "" if item.page is None else f"p. {item.page}, "
        output.note(f"  {item.name}: {_money(found, item.amount)} ({os.path.basename(path)} {page}l. {item.line})")
    output.note(_sum_of(found))
    answer = prompts.one("SCHEDULE", _yes_or_no, default="y" if found.adds_up else "n")
    return answer == "y"


def _yes_or_no(text: str) -> str:
    if text.lower() in {"y", "yes", "n", "no"}:
        return text[0].lower()
    message = "answer y or n"
    raise UsageError(message)


def _sum_of(found: Proposal) -> str:
    stated = None if found.total is None else _money(found, found.total)
    if found.adds_up:
        return f"they add up to the {stated} that is stated"
    return "they add up to no amount that is stated" + ("" if stated is None else f"; stated is {stated}")


def _money(found: Proposal, amount: Decimal) -> str:
    """An amount of a proposal, in its currency where the paper says one."""
    decimals = money.decimals(found.currency, {})
    return money.display(amount, found.currency or "", 2 if decimals is None else decimals).strip()


def tell_draft(found: Proposal, path: str) -> None:
    """Say why milestones were printed and not recorded."""
    output.warn(f"draft: of {path}; {_sum_of(found)}; check it, and save it as milestones.yaml")


def facts(path: str | None) -> Facts:
    """The facts that a file states of itself; none where there is no file, or it can't be read."""
    if path is None:
        return Facts()
    with Pool() as pool:
        found = pool.facts(os.path.abspath(path))
    return Facts() if isinstance(found, Trouble) else found


def invoice(path: str | None) -> EInvoice | None:
    """The structured invoice in a file, where it is one. Raises UsageError for a credit note or a proforma invoice."""
    found = facts(path).invoice if path is not None and path.lower().endswith((".pdf", ".xml")) else None
    if found is not None and found.kind != "invoice":
        instead = "record it with mtrack credit" if found.kind == "credit note" else "give the invoice that was sent"
        message = f"{path} is a {found.kind}; {instead}"
        raise UsageError(message)
    return found


def tell_prepaid(found: EInvoice | None, number: str) -> None:
    """Say what of a recorded e-invoice is paid already by its own words, since no payment is recorded with it."""
    if found is not None and found.prepaid:
        paid = money.plain(found.prepaid, 2)
        output.note(
            f"the invoice says that {paid} of it is paid already; record that: mtrack pay {shlex.quote(number)} {paid}"
        )


def check_currency(found: EInvoice | None, currency: str) -> None:
    """Raise UsageError where an e-invoice is in another currency than the project."""
    if found is not None and found.currency and found.currency != currency:
        message = f"the invoice is in {found.currency}, and the project in {currency}"
        raise UsageError(message)


def due_in(found: EInvoice, *, whole: bool) -> tuple[date | None, tuple[tuple[date, Decimal | None], ...]]:
    """The day on which an e-invoice is due, or its instalments; they are recorded where the `whole` invoice is as it says.

    Raises UsageError where it has several days, and not for each its part of the gross amount.
    """
    if len(found.due) <= 1:
        return next(iter(found.due), None), ()
    parts = dict(found.instalments)
    is_complete = len(parts) == len(found.instalments) and set(parts) == set(found.due)
    if whole and is_complete and money.total(parts.values()) == found.gross:
        return None, found.instalments
    days = ", ".join(day.isoformat() for day in found.due)
    message = (
        f"the invoice is due on several days ({days}), and its parts are not plain; "
        "give --due DATE, or --instalment DATE=AMOUNT for each"
    )
    raise UsageError(message)


_OPTIONS: dict[Field, str] = {"net": "--amount", "tax": "--tax", "sent": "--sent", "due": "--due"}


def check_read(found: EInvoice, **taken: bool) -> None:
    """Raise UsageError where one of the values that are `taken` from an e-invoice is none that can be recorded."""
    unread: dict[Field, str] = dict(found.unread)
    amounts: dict[Field, Decimal | None] = {"net": found.net, "tax": found.tax}
    for field, amount in amounts.items():
        if amount is not None and (amount < 0 or money.parse(money.plain(amount, 2)) is None):
            unread[field] = money.plain(amount, 2)
    for field, option in _OPTIONS.items():
        if taken[field] and field in unread:
            what = "a day" if field in {"sent", "due"} else f"an amount in {found.currency or 'one currency'}"
            message = f"the invoice has '{unread[field]}' where {what} should stand; give {option}"
            raise UsageError(message)
    if (taken["net"] or taken["tax"]) and not found.adds_up:
        net, tax, gross = (money.plain(amount or money.ZERO, 2) for amount in (found.net, found.tax, found.gross))
        message = f"the invoice says {net} net and {tax} of tax, and {gross} in all; give --amount and --tax"
        raise UsageError(message)
