"""What a view says where nothing is to show: never that all is settled where nothing was looked at."""

from __future__ import annotations

import json
import shutil
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
@pytest.mark.parametrize("name", ["Milestones.yaml", "milestones.yml", "deep/MILESTONES.YAML.txt"])
def test_a_project_whose_file_is_misnamed_is_left_out_with_a_word(view: str, name: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/milestones.yaml": RECORD.format(""), f"b/{name}": RECORD.format("")})

    def said(settings: str = "") -> tuple[int, str]:
        (tmp_path / "mtrack.yaml").write_text(f"format: 1\n{settings}", encoding="utf-8")
        shown = mtrack(*view.split(), tmp_path, "--as-of", "2026-02-20")
        return shown.code, shown.err

    words = f"mtrack: this project is left out until fixed (mtrack lint says why): b/{name}\n"
    assert said() == (1, words)
    assert mtrack(*view.split(), tmp_path / "a", "--as-of", "2026-02-20").err == ""
    waiver = f"waivers: [{{rule: milestones-file-missing, file: b/{name}, reason: of another tool"
    assert said(f"{waiver}}}]\n") == (0, "")
    assert said(f"{waiver}, until: 2026-02-19}}]\n")[1] == words
    assert said("rules: {milestones-file-missing: off}\n") == (0, "")
    assert said("exclude: [b]\n") == (0, "")


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ("next", "report --format md")])
@pytest.mark.parametrize("format_", ["text", "json", "csv", "md"])
def test_no_format_is_silent_of_a_misnamed_file(view: str, format_: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/milestones.yaml": RECORD.format(""), "b/milestone.yml": RECORD.format("")})
    shown = mtrack(view, tmp_path, "--format", format_, "--as-of", "2026-02-20")
    assert shown.code == 1
    assert "b/milestone.yml" in shown.err
    if (view, format_) == ("gaps", "json"):
        assert json.loads(shown.out)["skipped"] == ["b/milestone.yml"]


def test_a_waiver_of_a_project_holds_for_a_misnamed_file_in_it(tmp_path: Path) -> None:
    waiver = "waivers: [{rule: milestones-file-missing, file: plan/milestones.yml, reason: of another tool}]\n"
    write_tree(tmp_path, {"a/milestones.yaml": waiver + RECORD.format(""), "a/plan/milestones.yml": "- 1\n"})
    shown = mtrack("status", tmp_path, "--as-of", "2026-02-20")
    assert (shown.code, shown.err) == (0, "")


def test_the_report_names_a_misnamed_file_and_links_no_page_that_is_not_there(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"w/b/{name}": RECORD.format("") for name in ("milestone.yml", "Milestones.yml")})
    write_tree(tmp_path, {"w/a/milestones.yaml": RECORD.format(""), "w/c/milestones.yaml": "project: [\n"})
    shown = mtrack("report", tmp_path / "w", "-o", tmp_path / "site", "--as-of", "2026-02-20")
    assert (shown.code, shown.err.count("b/Milestones.yml, b/milestone.yml")) == (1, 1)
    page = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert page.count("<bdi>b/<wbr>Milestones.yml</bdi>, <bdi>b/<wbr>milestone.yml</bdi>.") == 1
    assert 'href="projects/c.html"' in page
    assert 'href="projects/b' not in page
    invoices = (tmp_path / "site/invoices.html").read_text(encoding="utf-8")
    assert "3 projects can't be read and are left out here" in " ".join(invoices.split())


def behind_a_link(tmp_path: Path) -> Path:
    """A workspace in which a project has given way to a link to a folder elsewhere that holds it."""
    write_tree(tmp_path, {f"{path}/milestones.yaml": RECORD.format("") for path in ("w/a", "away/b")})
    (tmp_path / "w/b").symlink_to(tmp_path / "away/b")
    return write_tree(tmp_path / "w", {"mtrack.yaml": "format: 1\n"})


@pytest.mark.parametrize("view", VIEWS)
def test_a_project_behind_a_link_out_of_the_workspace_is_left_out_with_a_word(view: str, tmp_path: Path) -> None:
    root = behind_a_link(tmp_path)

    def said(*paths: str, settings: str = "") -> tuple[int, str]:
        write_tree(root, {"mtrack.yaml": f"format: 1\n{settings}"})
        under = [root / path for path in paths or ("",)]
        shown = mtrack(*view.split(), *under, "--as-of", "2026-02-20")
        return shown.code, shown.err

    words = "mtrack: what lies behind these links is left out, since they lead out of the workspace: b\n"
    told = 1, words
    assert said() == told
    assert said("a") == (0, "")
    assert said(settings="exclude: [b]\n") == (0, "")
    assert said(settings="waivers: [{rule: link-outside, file: b, reason: templates}]\n") == (0, "")
    assert said(settings="rules: {link-outside: off}\n") == (0, "")
    shutil.rmtree(tmp_path / "away")  # the same tree, where the disk is not there
    assert said() == told


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ("next", "report --format md")])
@pytest.mark.parametrize("format_", ["text", "json", "csv", "md"])
def test_no_format_is_silent_of_a_link_out_of_the_workspace(view: str, format_: str, tmp_path: Path) -> None:
    shown = mtrack(view, behind_a_link(tmp_path), "--format", format_, "--as-of", "2026-02-20")
    assert (shown.code, shown.err.count("since they lead out of the workspace: b\n")) == (1, 1)
    assert "away" not in shown.out


def test_links_that_hide_no_project_are_not_told(tmp_path: Path) -> None:
    root, away = behind_a_link(tmp_path), tmp_path / "away"
    (root / "b").unlink()
    write_tree(away, {"notes.txt": "x", "LICENSE": "x"})
    links: dict[str, str | Path] = {
        ".venv": away, "a/invoices": away, "a/signoffs/old": away, "inside": root / "a", "notes.txt": away / "notes.txt",
        "LICENSE": away / "LICENSE", "gone.txt": away / "gone.txt", "loop": root / "loop", "nothing": "nothing-here",
    }  # fmt: skip
    for link, target in links.items():
        (root / link).parent.mkdir(exist_ok=True)
        (root / link).symlink_to(target)
    shown = mtrack("status", root, "--as-of", "2026-02-20")
    assert (shown.code, shown.err) == (0, "")
    found = mtrack("lint", root, "--select", "link-outside", "--as-of", "2026-02-20")
    assert (found.code, "link-outside" in found.out) == (0, False)


def test_a_link_out_is_a_warning_and_a_task(tmp_path: Path) -> None:
    root = behind_a_link(tmp_path)
    (root / "a/more").symlink_to(tmp_path / "away")
    found = mtrack("lint", root, "--select", "link-outside", "--format", "concise", "--as-of", "2026-02-20")
    assert (found.code, found.out.count("warning[link-outside]"), found.err) == (0, 2, "")
    words = "b: warning[link-outside] the link leads out of the workspace, so nothing behind it is in any sum or check"
    assert words in found.out
    assert mtrack("lint", root, "--select", "link-outside", "--fail-on", "warning").code == 1
    items = json.loads(mtrack("next", root, "--format", "json", "--as-of", "2026-02-20").out)["items"]
    assert [(item["verb"], item["path"]) for item in items if item["rule"] == "link-outside"] == [
        ("tidy", "a/more"), ("tidy", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_papers_without_records_are_left_out_with_a_word(view: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/milestones.yaml": RECORD.format(""), "b/invoices/1.pdf": "x", "c/agreement/sow.pdf": "x"})
    write_tree(tmp_path, {"c/milestones.yml": RECORD.format(""), "a/notes/invoices/1.pdf": "x"})

    def said(*paths: str, settings: str = "exclude: [c]\n") -> tuple[int, str]:
        write_tree(tmp_path, {"mtrack.yaml": f"format: 1\n{settings}"})
        under = [tmp_path / path for path in paths or ("",)]
        shown = mtrack(*view.split(), *under, "--as-of", "2026-02-20")
        return shown.code, shown.err

    words = "mtrack: these folders hold papers but no milestones.yaml, so nothing of them is in any sum: b\n"
    fails = 1
    assert said() == (fails, words)
    assert said("a") == (0, "")
    misnamed = "mtrack: this project is left out until fixed (mtrack lint says why): c/milestones.yml\n"
    assert said(settings="") == (fails, misnamed + words)  # of c that is told alone
    assert said(settings="exclude: [b, c]\n") == (0, "")
    assert said(settings="exclude: [c]\nwaivers: [{rule: milestones-file-missing, file: b, reason: old}]\n") == (0, "")
    assert said(settings="rules: {milestones-file-missing: off}\n") == (0, "")


def test_records_that_can_not_be_used_are_the_first_thing_to_do(tmp_path: Path) -> None:
    """One task a file, whatever is wrong in it."""
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\n",
            "a/milestones.yaml": RECORD.format(""),
            "b/milestones.yaml": "project: [\n",
            "c/milestones.yaml": RECORD.format("").replace("EUR", "XYZ"),
            "d/milestones.yaml": "project: 1\nmilestones: 2\ncurrency: 3\n",
        },
    )
    shown = mtrack("next", tmp_path, "--format", "json", "--as-of", "2026-02-20")
    assert shown.code == 1
    items = [item for item in json.loads(shown.out)["items"] if item["project"] != "a"]
    assert [(item["verb"], item["project"], item["path"], item["rule"]) for item in items] == [
        ("correct", "b", "b/milestones.yaml", "invalid-yaml"),
        ("correct", "c", "c/milestones.yaml", "unknown-currency"),
        ("correct", "d", "d/milestones.yaml", "schema"),
    ]
    assert items[2]["message"].endswith("; and 1 more")
    assert mtrack("next", tmp_path / "a", "--as-of", "2026-02-20").code == 0
    waiver = "waivers: [{rule: unknown-currency, file: c/milestones.yaml, reason: barter}]\n"
    write_tree(tmp_path, {"mtrack.yaml": f"format: 1\n{waiver}"})
    items = json.loads(mtrack("next", tmp_path, "--format", "json", "--as-of", "2026-02-20").out)["items"]
    assert [item["rule"] for item in items if item["project"] == "c"] == ["agreement-missing"]
