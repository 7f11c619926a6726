"""The registers of invoices and payments, as the bookkeeper's programs read them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: P
currency: EUR
milestones:
  - id: M1
    name: One
    amount: 1000.00
    deliverable: {approved: 2026-02-01}
    invoice:
      number: R-1
      amount: 1000.00
      sent: 2026-02-02
      payments: [{date: 2026-02-10, amount: 1000.00, received: {amount: %s, currency: %s}}]
    status: paid
"""


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1100", "USD", "1100.00"),
        ("1100.5", "USD", "1100.50"),
        ("1100.00", "USD", "1100.00"),
        ("150000", "JPY", "150000"),
        ("330.5", "KWD", "330.500"),
        ("0.01234567", "BTC", "0.01234567"),
        ("0.5", "BTC", "0.50"),
    ],
)
def test_what_came_in_has_the_decimals_of_its_currency(
    amount: str, currency: str, written: str, tmp_path: Path
) -> None:
    write_tree(
        tmp_path,
        {"mtrack.yaml": "format: 1\ncurrencies: {BTC: 8}\n", "p/milestones.yaml": RECORD % (amount, currency)},
    )
    arguments = ("payments", tmp_path, "--as-of", "2026-02-20", "--format")
    [row] = csv.DictReader(mtrack(*arguments, "csv").out.splitlines())
    assert (row["received_amount"], row["received_currency"], row["amount"]) == (written, currency, "1000.00")
    [row] = json.loads(mtrack(*arguments, "json").out)["rows"]
    assert row["received_amount"] == written
