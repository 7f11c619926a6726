"""The facts of each project that rules across projects need; a store keeps them from one run to the next."""

from __future__ import annotations

import os
import posixpath
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from mtrack.characters import seen_tight
from mtrack.finding import Route  # noqa: TC001
from mtrack.record.model import Heading  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext
    from mtrack.workspace import Walk


class PaymentFacts(Struct, frozen=True, array_like=True, gc=False):
    """A payment that has a reference; `key` is that as it is compared, which is as invoice numbers are."""

    route: Route
    reference: str
    key: str
    date: date
    amount: Decimal
    total: Decimal | None
    """The whole transfer, where it also pays other invoices."""


class InvoiceFacts(Struct, frozen=True, array_like=True, gc=False):
    """An invoice record.

    `key` is the number as it is compared, `later` says that it was sent after the day the workspace is looked at. `file` is as written, `path` the same from the root, in its shortest form
    and wherever it leads; `size` is in bytes, None without a usable file.
    """

    route: Route
    number: str
    key: str
    amount: Decimal
    total: Decimal | None
    sent: date
    only_milestone: str | None
    later: bool
    void: bool
    live: bool
    file: str | None
    path: str
    size: int | None
    payments: tuple[PaymentFacts, ...]
    milestones: tuple[str, ...]
    """The ids of the milestones it bills, in the order of its lines."""
    credit_note: bool = False


class Facts(Struct, frozen=True, array_like=True, gc=False):
    """The facts of one project: its invoice records in the order of their lines, and the ids of its milestones.

    `overbilled` are the ids of those that are billed more than agreed.
    """

    project: Heading
    invoices: tuple[InvoiceFacts, ...]
    milestones: tuple[str, ...]
    overbilled: frozenset[str]


class Entry(NamedTuple):
    """An invoice record and the project it is in."""

    project: Heading
    invoice: InvoiceFacts


class WorkspaceFacts:
    """The workspace as the rules across projects see it."""

    def __init__(  # noqa: PLR0913
        self,
        root: str,
        settings: Settings,
        walk: Walk,
        skipped: tuple[str, ...],
        facts: Iterable[Facts],
        paths: tuple[str, ...] = (".",),
    ) -> None:
        """`paths` are those that were asked for, from the root."""
        self.root = root
        self.settings = settings
        self.walk = walk
        self.skipped = skipped
        self.paths = paths
        self.facts = tuple(sorted(facts, key=lambda item: item.project.path))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every invoice record, in the order of paths and lines."""
        return tuple(Entry(item.project, invoice) for item in self.facts for invoice in item.invoices)

    @property
    def seen_entries(self) -> tuple[Entry, ...]:
        """The entries that were sent by the day the workspace is looked at."""
        return tuple(entry for entry in self.entries if not entry.invoice.later)

    def full(self, path: str) -> str:
        """The full path of a path from the root."""
        return os.path.join(self.root, path)


def facts(context: ProjectContext) -> Facts:
    """The facts of one project."""
    project = context.project
    files = context.invoice_files
    invoices: list[InvoiceFacts] = []
    for figures in context.whole_ledger.invoices:
        invoice = figures.invoice
        file = files.get(invoice.route)
        path = posixpath.normpath(posixpath.join(project.folder, invoice.file)) if invoice.file is not None else ""
        paid = tuple(
            PaymentFacts(payment.route, payment.reference, key, payment.date, payment.amount, payment.total)
            for payment in invoice.payments
            if payment.reference and (key := seen_tight(payment.reference))
        )
        invoices.append(
            InvoiceFacts(
                invoice.route, invoice.number, invoice.key, invoice.amount, invoice.total, invoice.sent, invoice.only_milestone,
                invoice.sent > context.as_of, invoice.void is not None, figures.live, invoice.file, path,
                file[1].size if file and file[1].usable else None, paid, tuple(line.milestone for line in invoice.lines),
                invoice.is_credit_note,
            )
        )  # fmt: skip
    if project.invoices_first:
        invoices.sort(key=lambda item: item.route[0])
    overbilled = frozenset(item.milestone.id for item in context.whole_ledger.milestones if item.overbilled)
    return Facts(project.heading, tuple(invoices), tuple(milestone.id for milestone in project.milestones), overbilled)
