"""Workspaces built from chosen facts: every figure is the one that they were built for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fuzzing import known_figures

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_figures_known_from_how_they_were_made(tmp_path: Path, first: int) -> None:
    assert [
        one for seed in range(first, first + 25) for one in known_figures.differences(seed, tmp_path / str(seed))
    ] == []


def test_every_way_to_make_figures_is_tried() -> None:
    tried = {place for seed in range(200) for make in known_figures.workspace(seed) for place in make.cases}
    assert tried == {case.__name__ for case in known_figures.CASES}


def test_a_figure_told_otherwise_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(make: known_figures.Maker) -> None:
        units = make.approved("sent")
        make.own(units, known_figures.LONG_AGO)
        make.fact(units, outstanding=known_figures.WHOLE)

    monkeypatch.setattr(known_figures, "CASES", (too_late,))
    found = known_figures.differences(1, tmp_path)
    figures = {text.split(": ")[0].split()[-1] for text in found}
    assert figures == {"overdue", "states.outstanding", "states.overdue", "state"}
