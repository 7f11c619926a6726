"""A workspace's own templates: only where the user says so, told, sandboxed, and read like all that others wrote."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from changes import RECORDS
from hostile import write_hostile
from support import AS_OF, ROOT, add_evidence, mtrack, write_tree
from test_site import files

if TYPE_CHECKING:
    from pathlib import Path

    from support import Result

FOOT = "templates/site/foot.html.j2"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    records = RECORDS.format(name="One", number="A-1")
    root = write_tree(tmp_path / "studio", {"mtrack.yaml": "format: 1\nname: Studio\n", "one/milestones.yaml": records})
    add_evidence(root)
    return root


def report(root: Path, *words: str | Path) -> Result:
    return mtrack("report", root, "--as-of", AS_OF.isoformat(), *words)


@pytest.mark.parametrize("option", ["-o", "--single-file"])
def test_own_templates_draw_only_where_the_user_says_so(tree: Path, tmp_path: Path, option: str) -> None:
    write_tree(tree, {FOOT: "<footer>Our own {{ name }}</footer>", "templates/site/report.css": "/* our own */"})
    plain, own = (tmp_path / f"{name}{'.html' if option == '--single-file' else ''}" for name in ("plain", "own"))
    said = report(tree, option, plain)
    assert said.code == 0
    assert said.err == "mtrack: the workspace's own templates/ are not used; --templates has them draw the pages\n"
    said = report(tree, option, own, "--templates")
    assert said.code == 0
    assert said.err == (
        "mtrack: the pages are drawn by the workspace's own templates/, which can make them say anything\n"
    )
    for place, used in ((plain, False), (own, True)):
        text = b"".join(files(place).values()) if place.is_dir() else place.read_bytes()
        assert (b"<footer>Our own Studio</footer>" in text) is used
        assert (b"/* our own */" in text) is used


def test_a_folder_of_that_name_that_draws_nothing_is_no_matter(tree: Path, tmp_path: Path) -> None:
    write_tree(tree, {"templates/letter.txt": "Dear"})
    assert report(tree, "-o", tmp_path / "out").err == ""
    said = report(tree, "-o", tmp_path / "out", "--templates")
    assert said.code == 2
    assert "--templates draws with templates/site in the workspace, and there is none" in said.err
    assert report(tree, "--format", "md", "--templates").code == 2


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ url.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ ''|attr('format')|attr('__globals__') }}",
        "{{ ('{0.__class__}'|attr('format'))(name) }}",
        "{% include '../../../mtrack.yaml' %}",
        "{% include '/etc/hostname' %}",
        "{{ nothing }}",
        "{% broken",
    ],
)
def test_own_templates_are_sandboxed(tree: Path, tmp_path: Path, hostile: str) -> None:
    write_tree(tree, {FOOT: hostile})
    said = report(tree, "-o", tmp_path / "out", "--templates")
    assert said.code == 3
    assert "templates" in said.err
    assert "should not have happened" not in said.err


def test_own_templates_bring_no_script(tree: Path, tmp_path: Path) -> None:
    write_tree(tree, {"templates/site/report.js": "alert(1)"})
    assert report(tree, "-o", tmp_path / "out", "--templates").code == 0
    assert (tmp_path / "out/report.js").read_bytes() == (ROOT / "templates/site/report.js").read_bytes()


@pytest.mark.parametrize("name", ["foot.html.j2", "report.css"])
@pytest.mark.parametrize("kind", ["link out", "endless", "pipe", "folder", "large"])
def test_own_templates_are_read_like_all_that_others_wrote(tree: Path, tmp_path: Path, name: str, kind: str) -> None:
    secret = write_tree(tmp_path, {"secret.txt": "secret"}) / "secret.txt"
    full = write_tree(tree, {"templates/site/other.txt": ""}) / "templates/site" / name
    if kind == "pipe":
        os.mkfifo(full)
    elif kind == "folder":
        full.mkdir()
    elif kind == "large":
        full.write_bytes(b" " * (6 << 20))
    else:
        full.symlink_to(secret if kind == "link out" else "/dev/zero")
    said = report(tree, "-o", tmp_path / "out", "--templates")
    assert said.code == 3
    assert f"templates/site/{name}" in said.err
    assert b"secret" not in b"".join(files(tmp_path / "out").values())


def test_a_folder_of_templates_that_leads_out_is_not_entered(tree: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "elsewhere", {"site/foot.html.j2": "secret"})
    (tree / "templates").symlink_to(tmp_path / "elsewhere")
    assert report(tree, "-o", tmp_path / "out", "--templates").code == 2
    (tree / "templates").unlink()
    shutil.copytree(tmp_path / "elsewhere", tree / "templates")
    shutil.rmtree(tree / "templates/site")
    (tree / "templates/site").symlink_to(tmp_path / "elsewhere/site")
    said = report(tree, "-o", tmp_path / "out", "--templates")
    assert (said.code, "leads out of the workspace" in said.err) == (3, True)


@pytest.mark.parametrize("option", ["-o", "--single-file"])
def test_what_compiles_to_less_draws_the_same(tmp_path: Path, option: str) -> None:
    ending = ".html" if option == "--single-file" else ""
    root = write_hostile(tmp_path / "work")
    plain, own = tmp_path / f"plain{ending}", tmp_path / f"own{ending}"
    assert report(root, option, plain).code == 1
    write_tree(root, {FOOT: (ROOT / FOOT).read_bytes()})  # in the sandbox, as Jinja2 compiles it
    said = report(root, option, own, "--templates")
    assert "drawn by the workspace's own templates/" in said.err
    assert (files(plain) == files(own)) if plain.is_dir() else (plain.read_bytes() == own.read_bytes())
