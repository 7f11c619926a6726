"""What a view says where nothing is to show: never that all is settled where nothing was looked at."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["Milestones.yaml", "milestones.yml"])
def test_a_project_whose_file_is_misnamed_is_left_out_with_a_word(view: str, name: str, tmp_path: Path) -> None:
    tree = {"mtrack.yaml": "format: 1\n", "a/milestones.yaml": RECORD.format(""), f"b/{name}": RECORD.format("")}
    write_tree(tmp_path, tree)
    shown = mtrack(*view.split(), tmp_path, "--as-of", "2026-02-20")
    assert shown.err == f"mtrack: this project is left out until fixed (mtrack lint says why): b/{name}\n"
    assert shown.code == (0 if view == "next" else 1)
    (tmp_path / "mtrack.yaml").write_text("format: 1\nrules: {milestones-file-missing: off}\n", encoding="utf-8")
    shown = mtrack(*view.split(), tmp_path, "--as-of", "2026-02-20")
    assert (shown.code, shown.err) == (0, "")


def test_a_misnamed_file_is_among_what_gaps_skips(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"a/milestones.yaml": RECORD.format(""), "b/Milestones.yaml": RECORD.format(""), "mtrack.yaml": ""}
    )
    shown = mtrack("gaps", tmp_path, "--format", "json", "--as-of", "2026-02-20")
    assert (json.loads(shown.out)["skipped"], shown.code) == (["b/Milestones.yaml"], 1)
    assert json.loads(mtrack("gaps", tmp_path / "a", "--format", "json", "--as-of", "2026-02-20").out)["skipped"] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_project_behind_a_link_out_of_the_workspace_is_left_out_with_a_word(view: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {
        "w/mtrack.yaml": "format: 1\n", "w/a/milestones.yaml": RECORD.format(""), "b/milestones.yaml": RECORD.format(""),
    })  # fmt: skip
    root = tmp_path / "w"
    (root / "b").symlink_to(tmp_path / "b")
    (root / ".venv").symlink_to(tmp_path / "b")
    (root / "a/invoices").symlink_to(tmp_path / "b")  # each paper there is told where it is named
    (root / "inside").symlink_to(root / "a")
    shown = mtrack(*view.split(), root, "--as-of", "2026-02-20")
    assert shown.err == "mtrack: what lies behind these links is left out, since they lead out of the workspace: b\n"
    assert shown.code == (0 if view == "next" else 1)
    told = mtrack("lint", root, "--select", "unreadable", "--format", "concise", "--as-of", "2026-02-20")
    assert (told.out.count("error[unreadable]"), told.code) == (1, 1)
    assert "b: error[unreadable] the folder is a link that leads out of the workspace" in told.out
    (root / "mtrack.yaml").write_text("format: 1\nexclude: [b]\n", encoding="utf-8")
    shown = mtrack(*view.split(), root, "--as-of", "2026-02-20")
    assert (shown.code, shown.err) == (0, "")
