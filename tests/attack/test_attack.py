"""Every command and format on a workspace whose every field tries to be obeyed: nothing that reads its streams obeys."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
from history.story import Story
from support import ROOT, Result, mtrack, write_tree

from attack.channels import (
    obeyed_by_browser,
    obeyed_by_runner,
    obeyed_by_spreadsheet,
    obeyed_by_terminal,
    obeyed_in_markdown,
)
from attack.corpus import RECORDS, TEXTS, quoted, write_corpus
from mtrack.cli.commands import COMMANDS
from mtrack.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = "2026-02-20"
GITHUB_COMMANDS = ("::error ", "::warning ", "::notice ")


def _commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for names in COMMANDS.values() for name in names}
    return {name: command for name, command in found.items() if command is not None}


def _formats(command: click.Command) -> tuple[str, ...]:
    option = next((item for item in command.params if item.name == "format_"), None)
    return tuple(option.type.choices) if option is not None and isinstance(option.type, click.Choice) else ()


VIEWS = [(name, format_) for name, command in _commands().items() for format_ in _formats(command)]
"""Every command that has formats, with each."""


@pytest.fixture(scope="module", params=range(int(os.environ.get("ATTACK_TURNS", "1"))))
def corpus(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The workspace in a repository, where each record was different before, with hostile authors and subjects."""
    story = Story(tmp_path_factory.mktemp("attack") / "work")
    write_corpus(story.folder, request.param)
    records = list(story.folder.rglob("milestones.yaml"))
    now = {path: path.read_text(encoding="utf-8") for path in records}
    for path, text in now.items():
        path.write_text(text.replace("amount: 4000.00", "amount: 3000.00"), encoding="utf-8")
    story.commit("begin", "2025-12-01")
    for path, text in now.items():
        path.write_text(text, encoding="utf-8")
    author = "".join(TEXTS).replace("<", "").replace(">", "").replace("\n", "")
    story.git("add", "--all")
    for text in ("\n\n".join(TEXTS), *TEXTS[::RECORDS]):
        story.git(
            "commit", "--quiet", "--allow-empty", f"--author={author} <a@example.com>", "-m", text, day="2026-02-01"
        )
    return story.folder


def check(format_: str, result: Result, *, in_ci: bool) -> None:
    """Nothing in either stream is obeyed by what reads it."""
    assert "this should not have happened" not in result.err
    assert obeyed_by_terminal(result.err) == []
    assert obeyed_by_terminal(result.out) == []
    if in_ci or format_ == "github":
        assert obeyed_by_runner(result.err) == []
        own = (
            [line for line in result.out.split("\n") if line.startswith(GITHUB_COMMANDS)] if format_ == "github" else []
        )
        assert obeyed_by_runner("\n".join(line for line in result.out.split("\n") if line not in own)) == []
        assert not any("##[" in line for line in own)
    if format_ == "csv":
        assert obeyed_by_spreadsheet(result.out) == []
    if format_ == "md":
        assert obeyed_in_markdown(result.out) == []


def test_the_commands_are_all_there() -> None:
    assert {("lint", "github"), ("status", "csv"), ("diff", "md"), ("verify", "junit"), ("log", "text")} <= set(VIEWS)


@pytest.mark.xdist_group("attack")
@pytest.mark.parametrize(
    ("name", "format_", "in_ci"),
    [(*view, True) for view in VIEWS] + [(*view, False) for view in VIEWS if view[1] == "github"],
)
def test_no_view_is_obeyed(  # noqa: PLR0913
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    format_: str,
    in_ci: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if in_ci:
        monkeypatch.setenv("CI", "true")
    arguments = ["--as-of", AS_OF] if any(item.name == "as_of" for item in _commands()[name].params) else []
    if name == "report" and format_ == "html":
        arguments += ["--output", str(tmp_path / "site")]
    result = mtrack(name, "--format", format_, *arguments, cwd=corpus)
    assert result.code in (0, 1), result.err
    assert result.out
    check(format_, result, in_ci=in_ci)
    if name == "report" and format_ == "html":
        pages = sorted((tmp_path / "site").rglob("*.html"))
        assert len(pages) > RECORDS
        for page in pages:
            assert obeyed_by_browser(page.read_text(encoding="utf-8")) == [], page.name


ARGUMENTS = ["a\x1b[31mb\x07", "a\x9b2J", "a\u202eb\u200bc", "a\n::error::x", "\r  ::add-mask::x", "\u3000::stop-commands::x", "##[error]a", "::error::x", "\udce9", "=1+1"]  # fmt: skip

RECORD = """project: Acme
client: {text}
currency: EUR
milestones:
  - {{id: M1, name: {text}, amount: 400.00, deliverable: {{approved: 2026-02-02}}, status: not_billed}}
  - {{id: M2, name: {text}, amount: 400.00, invoice: {{number: {text}, amount: 400.00, sent: 2026-02-03}}, status: sent}}
"""


def _typed(text: str) -> list[list[str]]:
    """Command lines with a text in every place where one can be typed, right and wrong."""
    spots = [
        [text], [f"--{text}"], ["lint", text], ["lint", f"--{text}"], ["lint", "--format", text], ["lint", "--select", text], ["lint", "--as-of", text],
        ["lint", "--since", text], ["lint", "--at", text], ["lint", "--output", text + "/x/y"], ["lint", ".", text], ["status", "--client", text],
        ["invoices", "--state", text], ["log", text], ["log", "--invoice", text, "--author", text], ["diff", text], ["report", "-o", text + "/x"], ["rules", text], ["schema", text],
        ["new", text], ["new", "p" + text, "--currency", text, "--milestone", f"{text}=1"], ["new", "q", "--currency", "EUR", "--milestone", text], ["new", "r", "--currency", "EUR", "--milestone", f"{text}=1", "--dry-run"],
        ["new", "s", "--currency", "EUR", "--from", text], ["add", text, "a", "1"], ["add", "acme", text, text], ["add", "acme", text, "1", "--id", text],
        ["add", "acme", text, "1"], ["add", "acme", text, "1", "--dry-run"], ["deliver", "acme", text], ["deliver", "acme", "M1", "--note", text], ["approve", "acme", "M1", "--by", text, "--force"],
        ["approve", "acme", "M1", "--signoff", text], ["hold", "acme", "M1", "--reason", text], ["hold", "acme", "M1", "--until", text], ["bill", "acme", "M1", text, text],
        ["bill", "acme", "M1", text], ["bill", "acme", "M1", "X-1", "--amount", text], ["bill", "acme", "X-1", "--line", text], ["bill", "acme", "M1", "X-2", "--replaces", text], ["bill", "acme", "M1", text + "2"],
        ["pay", text], ["pay", text, text], ["pay", text, "1", "--reference", text, "--received", text], ["pay", text, "1", "--reference", text, "--note", text], ["credit", text, text + "3"], ["credit", text, text, "--line", text],
        ["void", text, "--reason", text], ["void", text], ["write-off", text, "--reason", text], ["cancel", "acme", "M1", "--reason", text], ["amend", "acme", "--note", text, "--amount", text], ["close", text], ["init", text + "/deep"], ["completion", text],
    ]  # fmt: skip
    return [[*words, *(["--as-of", AS_OF] if i % 2 else [])] for i, words in enumerate(spots)]


@pytest.mark.parametrize("text", ARGUMENTS, ids=ascii)
def test_nothing_typed_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Arguments are echoed, in usage errors, in what a verb did, in diffs: to a terminal and to the log of CI."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr("support._Output.isatty", lambda _stream: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    in_record = quoted(text).replace("\\U0000DCE9", "e")
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD.format(text=in_record)})
    done = 0
    for words in _typed(text):
        result = mtrack(*words, cwd=tmp_path)
        assert result.code in (0, 1, 2, 3), words
        check("text", result, in_ci=True)
        done += not result.code
    assert (done >= 10) != (text == "\udce9")  # which is no text, so it is wrong usage everywhere


@pytest.mark.xdist_group("attack")
def test_json_is_the_same_in_ci(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a runner would obey is an escape in JSON anyway: the log's guard finds nothing left to change."""
    at_desk = mtrack("status", "--format", "json", "--as-of", AS_OF, cwd=corpus).out
    monkeypatch.setenv("CI", "true")
    assert mtrack("status", "--format", "json", "--as-of", AS_OF, cwd=corpus).out == at_desk
    assert "##[" not in at_desk
    assert "##[" in json.dumps(json.loads(at_desk))


def test_a_question_shows_its_choices_and_its_default(tmp_path: Path) -> None:
    """On a real terminal: the number that comes next, and the invoices to choose from."""
    pexpect: Any = pytest.importorskip("pexpect")
    text = quoted("R\u202e\x1b[31m-1")
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD.format(text=text)})
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "LANG": "C.UTF-8"}

    def asked(*words: str) -> str:
        command = [sys.executable, "-m", "mtrack", *words, "--as-of", AS_OF]
        shell = pexpect.spawn(command[0], command[1:], cwd=str(tmp_path), env=environment, encoding="utf-8", timeout=60, echo=False)  # fmt: skip
        shown: str = ""
        while shell.expect([pexpect.EOF, ": $"]):  # a question; all are answered with what they offer
            shown += shell.before + ": "
            shell.sendline("")
        shown += shell.before
        shell.close()
        assert shell.exitstatus == 0, shown
        assert obeyed_by_terminal(shown.replace("\r\n", "\n")) == []
        return shown

    assert r" [R\u202e\x1b[31m-1]: " in asked("void")
    assert r" [R\u202e\x1b[31m-2]: " in asked("bill", "acme", "M1")
    numbers = {row["number"] for row in json.loads(mtrack("invoices", tmp_path, "--format", "json").out)["rows"]}
    assert numbers == {"R\u202e\x1b[31m-1", "R\u202e\x1b[31m-2"}  # taken as they are
