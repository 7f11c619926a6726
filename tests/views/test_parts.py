"""Every sum is that of the parts of the invoices or projects it is made of."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from anything import AS_OF_ANY, projects
from hypothesis import given
from test_views import context

from mtrack.views.cash import column_of, expected
from mtrack.views.invoice_parts import FIXED, GROSS, NET_STATES, OWED
from mtrack.views.parts import names_of
from mtrack.views.project_parts import FIXED as OF_PROJECTS
from mtrack.views.project_parts import UNBILLED, project_parts
from mtrack.views.statement import statement
from mtrack.views.summary import project_summary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mtrack.views.parts import Parts


def summed(all_parts: Iterable[Parts]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for parts in all_parts:
        for amount, names in parts:
            assert amount
            for name in names.split():
                sums[name] += amount
    return sums


@given(projects(), AS_OF_ANY)
def test_every_sum_of_what_is_billed_is_that_of_the_parts_of_its_invoices(data: dict[str, Any], as_of: date) -> None:
    shown = context(data, as_of)
    item = project_summary(shown, ())
    sums = summed(row.parts for row in item.invoices)
    assert sums["net-billed"] == item.totals.billed
    for state in NET_STATES:
        assert sums[f"net-{state}"] == getattr(item.progress.states, state), state
    for name in GROSS:
        assert sums[name] == getattr(item.totals, "gross" if name == "billed" else name), name
    assert {name: amount for name, amount in sums.items() if name.startswith("age-") and amount} == {
        f"age-{bucket}": amount for bucket, amount in item.owed.items()
    }
    assert sums["billed-span"] == sum(item.turnover.billed.values())
    assert sums["received-span"] == sum(item.turnover.received.values())
    assert sums["undated-span"] == item.turnover.undated
    told = statement(shown).sums
    assert sums["tax"] == told.tax
    for name in OWED:
        assert sums[f"owed-{name}"] == getattr(told, "due" if name == "now" else name), name
    for month, amount in item.turnover.received.items():
        assert sums[f"received-{month.isoformat()[:7]}"] == amount, month
    cash: dict[str, Decimal] = defaultdict(Decimal)
    for one in expected(shown):
        if one.invoice is not None and one.band == "certain":
            cash[f"due-{column_of(one.month, one.band, late=one.late)}"] += one.amount
    assert {name: amount for name, amount in sums.items() if name.startswith("due-")} == cash
    assert set(names_of((row.parts for row in item.invoices), FIXED)) <= set(sums)


@given(projects(), AS_OF_ANY)
def test_every_sum_of_what_is_not_billed_is_a_part_of_its_project(data: dict[str, Any], as_of: date) -> None:
    shown = context(data, as_of)
    item = project_summary(shown, ())
    sums = summed([project_parts(item)])
    states = dict(item.progress.states.items())
    for name in UNBILLED:
        assert sums[name] == states.get(name, getattr(item.totals, name, None)), name
    cash: dict[str, Decimal] = defaultdict(Decimal)
    for one in expected(shown):
        cash["cash"] += one.amount
        if one.band not in ("retained", "disputed"):
            cash[f"cash-{column_of(one.month, one.band, late=one.late)}"] += one.amount
    assert {name: amount for name, amount in sums.items() if name.startswith("cash")} == cash
    assert names_of([project_parts(item)], OF_PROJECTS) == sorted(
        (name for name, amount in sums.items() if amount),
        key=lambda name: (OF_PROJECTS.index(name) if name in OF_PROJECTS else len(OF_PROJECTS), name),
    )
