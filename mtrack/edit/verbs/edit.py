"""The result of a verb, and helpers that all verbs share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.errors import UsageError
from mtrack.finding import Place, Route
from mtrack.money import Rate
from mtrack.record.precision import THOUSANDS, precision_fault, reads_as_thousands
from mtrack.yaml.changes import Change, Put

if TYPE_CHECKING:
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.record.model import Invoice
    from mtrack.rules.context import ProjectContext

UNLISTED = ("amount-unlisted", "milestones-missing")
"""The rules that fire while more is agreed than the milestones come to, by amount and by count."""
EXCEEDED = ("amount-exceeds-agreement", "milestones-extra")
"""Those that fire while the milestones come to more than is agreed."""


class Edit(Struct, frozen=True):
    """The edit that a verb makes.

    `did` is the line the user reads, `message` the commit's, `opens` the error rules that this step may leave open
    for the next one, `numbers` the invoice numbers that are new or meant by a new record.
    """

    changes: tuple[Change, ...]
    did: str
    message: str
    opens: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


def amount_here(context: ProjectContext, amount: Decimal) -> Decimal:
    """An amount with as many decimals as the project's others are written with.

    Raises UsageError where it may be meant as a thousand times that.
    """
    project = context.project
    check_thousands(amount, project.currency, project.currency_decimals)
    written = [item.amount for item in project.milestones] + [item.amount for item in project.invoices()]
    whole = all(item.as_tuple().exponent == 0 for item in written)
    return Decimal(money.plain(amount, 0 if whole else project.decimals))


def check_thousands(amount: Decimal, currency: str, allowed: int | None) -> None:
    """Raise UsageError for three decimals where the currency has fewer: they may be digits behind a separator."""
    fault = precision_fault(amount, currency, allowed) if reads_as_thousands(amount, allowed) else None
    if fault is not None and money.decimals_used(amount) < THOUSANDS:  # with all three the edit is refused anyway
        raise UsageError(fault[0])


def maybe_here(context: ProjectContext, amount: Decimal | Rate | None, whole: Decimal | None = None) -> Decimal | None:
    """The same; of a rate that share of `whole`, None where the user gave neither."""
    if isinstance(amount, Rate):
        assert whole is not None
        amount = amount.of(whole, context.project.decimals)
    return None if amount is None else amount_here(context, amount)


def figures_of(context: ProjectContext, invoice: Invoice) -> InvoiceFigures:
    """The figures of an invoice by the whole record, which is what an edit adds to."""
    return next(item for item in context.whole_ledger.invoices if item.invoice.route == invoice.route)


def stated(**keys: Any) -> dict[str, Any]:
    """A mapping without the keys that nothing was said about."""
    return {key: value for key, value in keys.items() if value is not None}


class Values:
    """Values that a verb sets, where others may be recorded already, and what to say about those."""

    def __init__(self, context: ProjectContext, *, force: bool) -> None:
        self._context = context
        self._force = force
        self.changes: tuple[Change, ...] = ()
        self.said = ""

    def put(self, route: Route, old: Any, new: Any, what: str) -> None:
        """Set a value; `what` are the words before the one that was there.

        Raises UsageError where another is there, unless forced: then it says which.
        """
        if old == new:
            return
        if old is not None:
            if not self._force:
                message = f"{what} {old} already ({self._place(route)}); --force writes {new} instead"
                raise UsageError(message)
            self.replaced(what, old)
        self.changes += (Put(route, new),)

    def replaced(self, what: str, old: Any) -> None:
        """Say which value was there before."""
        self.said += f"; before, {what} {old}"

    def _place(self, route: Route) -> str:
        path = self._context.project.path
        span = self._context.project.source.span(Place(path, route))
        return f"{path}:{span.line}:{span.column}" if span else path
