"""Three decimals where the currency has fewer: in words, in options and in CSV (SPEC 4, `amount-precision`)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

from mtrack.record.precision import precision_fault

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("amount", "allowed", "message"),
    [
        ("24.000", 2, "24.000 reads as twenty-four: write 24.00, or 24000.00"),
        ("24.000", 0, "24.000 reads as twenty-four: write 24, or 24000"),
        ("-1.000", 2, "-1.000 reads as minus one: write -1.00, or -1000.00"),
        ("999.000", 1, "999.000 reads as nine hundred and ninety-nine: write 999.0, or 999000.0"),
        ("100.000", 2, "100.000 reads as one hundred: write 100.00, or 100000.00"),
        ("13.000", 2, "13.000 reads as thirteen: write 13.00, or 13000.00"),
        ("1234.000", 2, "1234.000 reads as 1234: write 1234.00, or 1234000.00"),
        ("24.500", 2, "24.500 reads as 24.5: write 24.50, or 24500.00"),
        ("24.500", 0, "24.500 has 1 decimal, and XXX has none"),
        ("24.005", 2, "24.005 has 3 decimals, and XXX has 2 decimals"),
        ("24.00", 0, None),
        ("24.0000", 2, None),
        ("24.000", 3, None),
        ("24.000", 8, None),
        ("24.000", None, None),
        ("24", 2, None),
    ],
)
def test_words(amount: str, allowed: int | None, message: str | None) -> None:
    fault = precision_fault(Decimal(amount), "XXX", allowed)
    assert (fault and fault[0]) == message


RECORDS = """project: Acme
currency: EUR
agreement: {total: 48.00}
milestones:
  - {id: M1, name: One, amount: 24.00, upfront: true, status: not_billed}
  - {id: M2, name: Two, amount: 24.00, upfront: true, invoice: {number: R-1, amount: 24.00, sent: 2026-02-03}, status: sent}
"""


@pytest.mark.parametrize(
    "command",
    [
        "add acme Three 24.000",
        "bill acme M1 R-2 --amount 24.000",
        "bill acme M1 R-2 --tax 4.000",
        "pay R-1 24.000",
        "pay R-1 1.00 --fee 1.000",
        "pay R-1 1.00 --received 24.000USD",
        "credit R-1 C-1 --amount 24.000",
        "write-off R-1 24.000",
        "amend acme --amount 24.000 --milestones 1",
        "new globex --currency EUR --milestone One=24.000",
        "new globex --currency JPY --total 24.000 --milestone One=24",
    ],
)
def test_verbs_refuse_it(command: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORDS})
    words = [word.replace("USD", " USD") for word in command.split()]
    result = mtrack(*words, "--as-of", "2026-02-20", "--force", cwd=tmp_path)
    assert result.code == 2, result
    assert " reads as " in result.err
    assert ": write " in result.err
    assert (tmp_path / "acme/milestones.yaml").read_text() == RECORDS
    assert not (tmp_path / "globex").exists()


@pytest.mark.parametrize("options", ["", "--decimal ."])
@pytest.mark.parametrize(
    "command", ["new globex --currency EUR --from milestones.csv", "import milestones.csv --project acme"]
)
def test_a_spreadsheet_with_it_is_refused(command: str, options: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "mtrack.yaml": "format: 1\n",
        "acme/milestones.yaml": RECORDS,
        "milestones.csv": "name,amount\nOne,24.000\n",
    }
    write_tree(tmp_path, files)
    result = mtrack(*command.split(), *options.split(), "--as-of", "2026-02-20", "--force", cwd=tmp_path)
    assert result.code == 1, result
    assert result.out.startswith("B2: ")
    assert " reads as " in result.out
    assert ": write " in result.out
    assert (tmp_path / "acme/milestones.yaml").read_text() == RECORDS
    assert not (tmp_path / "globex").exists()
