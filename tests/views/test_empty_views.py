"""What a view says where nothing is to show: never that all is settled where nothing was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: P
{}currency: EUR
milestones:
  - {{id: M1, name: One, amount: 100.00, deliverable: {{approved: 2026-01-01}}, status: not_billed}}
"""
VIEWS = ["gaps", "status", "aging", "forecast", "invoices", "payments", "next", "report --format md"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_client_that_is_not_there_is_told(view: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {
        "mtrack.yaml": "format: 1\n", "a/milestones.yaml": RECORD.format("client: Acme GmbH\n"),
        "b/milestones.yaml": RECORD.format("client: Globex\n"), "c/milestones.yaml": RECORD.format(""),
    })  # fmt: skip

    def said(client: str, *paths: str) -> str:
        under = [tmp_path / path for path in paths or ("",)]
        return mtrack(*view.split(), *under, "--client", client, "--as-of", "2026-02-20").err

    assert said("acmee") == "mtrack: no project here is of a client 'acmee'; there is Acme GmbH, Globex\n"
    assert said("acme") == ""
    assert said("GLOBEX") == ""
    if not view.startswith("report"):
        assert said("globex", "a") == "mtrack: no project here is of a client 'globex'; there is Acme GmbH\n"
        assert said("globex", "c") == "mtrack: no project here is of a client 'globex'; no project names its client\n"


@pytest.mark.parametrize("view", VIEWS)
def test_a_folder_without_projects_is_told(view: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "a/milestones.yml": RECORD.format("")})
    words = "mtrack: there is no project here, so there is nothing to show; mtrack lint says what nearly is one\n"
    assert mtrack(*view.split(), tmp_path, "--as-of", "2026-02-20").err == words
