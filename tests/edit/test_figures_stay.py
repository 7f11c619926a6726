"""No command changes a figure it was not asked to change, on generated records: `make fuzz` tries 50,000 edits."""

from __future__ import annotations

import edit_figures
import pytest

BATCHES, EDITS = 8, 250


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_verb_moves_the_money_of_another_invoice_and_fix_no_figure(batch: int) -> None:
    found = edit_figures.try_edits(batch * 1000, EDITS)
    assert not found.wrong, found.wrong[0]
    assert found.made.total() >= EDITS
    assert found.marked  # some would have lost their settlement
    assert len(found.made) >= 15, found.made
