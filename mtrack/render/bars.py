"""Progress as two bars of block characters."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from mtrack.views.progress import Progress

WIDTH = 30
MOST_OVER = 10
"""How far a bar runs past its end; beyond, it says that it goes on."""


def bars(progress: Progress, width: int = WIDTH) -> tuple[str, str]:
    """Delivery and billing as two bars on one scale, the agreed amount.

    Delivery: █ approved. Billing: █ paid, ⊘ written off, ▓ outstanding, ▒ overdue. What is billed over the agreed amount
    runs past the end as ✕, but never far.
    """
    if progress.agreed <= 0:
        return "░" * width, "░" * width

    def end(amount: Decimal) -> int:
        cells = round(Fraction(amount) * width / Fraction(progress.agreed))
        return min(max(cells, 0), width + MOST_OVER + 1)

    delivered = min(end(progress.approved), width)
    states, line, billed = progress.states, "", Decimal()
    for block, part in zip("█⊘▓▒", (states.paid, states.written_off, states.outstanding, states.overdue), strict=True):
        billed = money.plus(billed, part)
        line += block * max(end(billed) - len(line), 0)
    over = max(len(line) - width, 1 if progress.overbilled else 0)
    past = "✕" * over if over <= MOST_OVER else "✕" * (MOST_OVER - 1) + "…"
    return "█" * delivered + "░" * (width - delivered), line[:width].ljust(width, "░") + past
