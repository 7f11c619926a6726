"""What is billed is the same in every sum and in the invoices it is made of."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from anything import AS_OF_ANY, projects
from hypothesis import given
from test_views import context

from mtrack.views.cash import column_of, expected
from mtrack.views.invoice_parts import GROSS, NET_STATES, names_of
from mtrack.views.summary import project_summary

if TYPE_CHECKING:
    from datetime import date


@given(projects(), AS_OF_ANY)
def test_every_sum_of_what_is_billed_is_that_of_the_parts_of_its_invoices(data: dict[str, Any], as_of: date) -> None:
    shown = context(data, as_of)
    item = project_summary(shown, ())
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in item.invoices:
        for amount, names in row.parts:
            assert amount
            for name in names.split():
                sums[name] += amount
    assert sums["net-billed"] == item.totals.billed
    for state in NET_STATES:
        assert sums[f"net-{state}"] == getattr(item.progress.states, state), state
    for name in GROSS:
        assert sums[name] == getattr(item.totals, "gross" if name == "billed" else name), name
    assert {name: amount for name, amount in sums.items() if name.startswith("age-") and amount} == {
        f"age-{bucket}": amount for bucket, amount in item.owed.items()
    }
    for month, amount in item.turnover.received.items():
        assert sums[f"received-{month.isoformat()[:7]}"] == amount, month
    cash: dict[str, Decimal] = defaultdict(Decimal)
    for one in expected(shown):
        if one.invoice is not None and one.band == "certain":
            cash[f"due-{column_of(one.month, one.band, late=one.late)}"] += one.amount
    assert {name: amount for name, amount in sums.items() if name.startswith("due-")} == cash
    assert set(names_of(row.parts for row in item.invoices)) <= set(sums)
