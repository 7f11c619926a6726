"""Progress as two bars of block characters."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.views.progress import Progress

WIDTH = 30
MOST_OVER = 10
"""How far a bar runs past its end; beyond, it says that it goes on."""


def bars(progress: Progress, width: int = WIDTH) -> tuple[str, str]:
    """Delivery and billing as two bars on one scale, the agreed amount.

    Delivery: █ approved. Billing: █ received, ▓ outstanding, ▒ overdue. What is billed over the agreed amount
    runs past the end as ✕, but never far.
    """
    if progress.agreed <= 0:
        return "░" * width, "░" * width

    def end(*parts: Decimal) -> int:
        cells = round(sum(map(Fraction, parts), Fraction()) * width / Fraction(progress.agreed))
        return min(max(cells, 0), width + MOST_OVER + 1)

    delivered = min(end(progress.approved), width)
    received, open_ = end(progress.received), end(progress.received, progress.outstanding)
    billed = end(progress.received, progress.outstanding, progress.overdue)
    line = "█" * received + "▓" * max(open_ - received, 0) + "▒" * max(billed - open_, 0)
    over = max(len(line) - width, 1 if progress.overbilled else 0)
    past = "✕" * over if over <= MOST_OVER else "✕" * (MOST_OVER - 1) + "…"
    return "█" * delivered + "░" * (width - delivered), line[:width].ljust(width, "░") + past
