"""The program says what the oracle says of 200 generated workspaces, each at five as-of days; `make fuzz` takes 10,000."""

from __future__ import annotations

import pytest

from oracle import generate
from oracle.compare import compare_seed

GROUP = 10
SEEDS = range(0, 200, GROUP)


@pytest.mark.parametrize("first", SEEDS)
def test_the_program_and_the_oracle_agree(first: int) -> None:
    assert len(generate.DAYS) == 5
    found = [one for seed in range(first, first + GROUP) for one in compare_seed(seed)]
    assert [str(one) for one in found] == []
