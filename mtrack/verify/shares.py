"""The milestones of a schedule of percentages: "30 % on signing" of a stated total."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

WHOLE = Decimal(100)
_REACH = 4
"""Rows that may stand between two percentages of one list."""
_MOST = 30
_DECIMALS = 2
PAID = re.compile(
    r"pa(?:y|id)|instal|invoic|bill|due\b|zahl|\brate\b|\braten\b|rechnung|fällig|anzahlung|paiement|versement|acompte|factur"
    r"|échéan|pago|cuota|plazo|pagament|rata|fattur|betal|termijn|faktur|支払",
    re.IGNORECASE,
)
_MAX_TEXT = 300


def lists(papers: Papers, percentages: Iterable[Spot], with_amounts: set[int]) -> Iterator[list[Spot]]:
    """The percentages of rows one under the other that come to 100, where the paper speaks of paying.

    A row has one and no amount, as those `with_amounts` have.
    """
    run: list[Spot] = []
    alone = [spot for spot in percentages if spot.row not in with_amounts and not spot.amount.negative]
    twice = {one.row for one, other in pairwise(alone) if one.row == other.row}
    for spot in alone:
        if run and (spot.row - run[-1].row > _REACH or spot.table != run[-1].table or spot.column != run[-1].column):
            run = []
        if spot.row in twice:
            run = []
            continue
        run.append(spot)
        if len(run) > 1 and money.total(one.amount.values[0] for one in run) == WHOLE:
            if len(run) <= _MOST and _is_paid(papers, run):
                yield run
            run = []


def _is_paid(papers: Papers, run: list[Spot]) -> bool:
    """Whether a word of paying stands in the rows, in those above or in the headings."""
    around = papers.rows[max(0, run[0].row - _REACH) : run[-1].row + 1]
    texts = (text for row in around for text in (row.text, *row.header))
    return any(PAID.search(text[:_MAX_TEXT]) for text in (run[0].heading, *texts))


def of_total(run: list[Spot], total: Spot) -> list[Spot] | None:
    """The spots with the amounts that they are of a total; None where they are of nothing, or one is no whole number of cents."""
    whole = total.amount.values[0]
    amounts = [money.scaled(money.times(spot.amount.values[0], whole), -2) for spot in run]
    if not whole or any(money.decimals_used(amount) > _DECIMALS for amount in amounts):
        return None
    return [worth(spot, amount, total) for spot, amount in zip(run, amounts, strict=True)]


def worth(spot: Spot, amount: Decimal, total: Spot) -> Spot:
    """A spot as the place of an amount that is a part of a total."""
    found = replace(spot.amount, values=(amount,), currencies=total.amount.currencies, percent=False)
    return replace(spot, amount=found)
