"""Wrong usage is told in one voice, options that would be ignored are refused, and no output takes a record's place."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import click
import pytest
from support import add_evidence, mtrack, write_tree

from mtrack.cli.commands import COMMANDS
from mtrack.cli.main import cli
from mtrack.render.findings import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: Acme
currency: EUR
milestones:
  - {id: M1, name: D, amount: 9.00, status: sent, invoice: {number: I1, amount: 9.00, sent: 2026-01-02}}
"""
AS_OF = ("--as-of", "2026-02-20")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("frobnicate", "there is no command 'frobnicate'; mtrack --help lists them"),
        ("lnt", "there is no command 'lnt'; did you mean lint?"),
        ("--frob", "there is no option '--frob'; mtrack --help lists them"),
        ("lint --frmat json", "there is no option '--frmat'; did you mean --format?"),
        ("lint --format", "--format needs a value: mtrack lint --help shows which"),
        ("lint --fix=1", "--fix takes no value"),
        ("lint --format xml", "--format: there is no 'xml'; choose from text, concise, json, sarif, github, gitlab, junit"),
        ("lint --format jsn", "--format: there is no 'jsn'; did you mean json? choose from text, concise, json, sarif, github, gitlab, junit"),
        ("lint nowhere", "there is no file or folder 'nowhere'"),
        ("lint --output acme", "--output: 'acme' is a folder, not a file"),
        ("init mtrack.yaml", "'mtrack.yaml' is a file, not a folder"),
        ("new other --from nowhere", "--from: there is no file 'nowhere'"),
        ("serve --port 99999", "--port: '99999' is not a whole number from 0 to 65535"),
        ("new other --count -1", "--count: '-1' is not a whole number of 0 or more"),
        ("amend acme --milestones some", "--milestones: 'some' is not a whole number"),
        ("completion", "SHELL is missing: mtrack completion [OPTIONS] {bash|zsh|fish}"),
        ("void I1 5 6", "'5' is a word too many; usage: mtrack void [OPTIONS] [NUMBER]"),
        ("add acme More -50", "'-50' is below 0"),
        ("add acme More 1,5", "'1,5' is not an amount; write 1.50"),
        ("waive , --reason x", "RULE: there is no rule ','; mtrack rules lists them"),
        ("waive overdue,overpaid --reason x", "RULE: there is no rule 'overdue,overpaid'; did you mean overpaid?"),
        ("lint --select ,", "--select names no rule; mtrack rules lists them"),
        ("lint --ignore ,", "--ignore names no rule; mtrack rules lists them"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_one_voice(line: str, message: str, root: Path) -> None:
    result = mtrack(*line.split(), cwd=root)
    assert (result.code, result.out, result.err) == (2, "", f"mtrack: {message}\n")


EMPTY = [
    (name, param)
    for name in cli.list_commands(click.Context(cli))
    for param in (cli.get_command(click.Context(cli), name) or cli).params
    if not (isinstance(param, click.Option) and param.is_flag)
]
"""Each argument and each option with a value, by command."""


@pytest.mark.parametrize(("name", "param"), EMPTY, ids=[f"{name} {param.name}" for name, param in EMPTY])
def test_an_empty_word_is_wrong_usage(name: str, param: click.Parameter, root: Path) -> None:
    before = sorted(root.rglob("*"))
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    arguments = [item for item in command.params if isinstance(item, click.Argument)]
    for empty in ("", " ", "\t"):  # as "$AN_UNSET_VARIABLE" is
        if isinstance(param, click.Argument):
            lines = [["x"] * arguments.index(param) + [empty]]
            expected = "a word is empty; usage: mtrack "
        else:
            option = param.opts[-1]
            lines = [
                [option, empty],
                [*(["x"] * len(arguments)), option, empty],
                *([[f"{option}={empty}"]] if option[1] == "-" else []),
            ]
            expected = f"{option} is empty; write a value, or leave it out"
        for line in lines:
            result = mtrack(name, *line, cwd=root)
            assert (result.code, result.out) == (2, ""), line
            assert result.err.startswith(f"mtrack: {expected}"), line
    assert sorted(root.rglob("*")) == before


def test_a_misspelt_option_is_told_beside_a_negative_amount(root: Path) -> None:
    result = mtrack("pay", "I1", "-50", "--referenc", "x", cwd=root)
    assert (result.code, result.err) == (2, "mtrack: there is no option '--referenc'; did you mean --reference?\n")
    result = mtrack("pay", "I1", "-5", "--note", "--referenc", "--dry-run", *AS_OF, cwd=root)
    assert result.code == 0, result.err  # the value of an option is none itself
    assert 'amount: -5.00, note: "--referenc"' in result.out
    assert mtrack("pay", "I1", "--dry-run", *AS_OF, "--", "-5", cwd=root).code == 0


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\u202eb", "a\u200bb", "a\U000e0041b", "a\nb"])
@pytest.mark.parametrize(
    "line", ["lint --as-of", "lint --format", "lint", "lint --select", "rules", "schema", "pay I1"]
)
def test_an_argument_is_shown_and_not_obeyed(text: str, line: str, root: Path) -> None:
    result = mtrack(*line.split(), text, cwd=root)
    assert result.code == 2
    assert not set(result.err) & set("\x1b\u202e\u200b\U000e0041")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("report --format md -o X", "--format md prints the summary on standard output"),
        ("report --format md -o mtrack-report", "--format md prints the summary on standard output"),
        ("report --format md --single-file X.html", "--format md prints the summary on standard output"),
        ("report -o D --single-file F.html", "-o writes a folder, --single-file one file; give one of them"),
        ("report --format md --force", "--force replaces files; leave out --format md"),
        ("lint --diff --output X", "--diff shows a diff on standard output; leave --output out"),
        ("lint --diff --format json", "--diff shows a diff on standard output; leave --format out"),
        ("lint --force", "--force goes with --output"),
        ("approve acme M1 --move", "--move goes with --signoff"),
        ("bill acme M1 I2 --move", "--move goes with --file"),
        ("new other --move", "--move goes with --agreement"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(line: str, message: str, root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    result = mtrack(*line.split(), cwd=root)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"mtrack: {message}")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


OUTPUTS = [("lint", "--output"), ("report", "--single-file"), ("report", "-o")]


@pytest.mark.parametrize("command", OUTPUTS, ids=" ".join)
@pytest.mark.parametrize(
    "target",
    [
        "acme/milestones.yaml",
        "mtrack.yaml",
        "acme/../acme/milestones.yaml",
        "link.html",
        "other/milestones.yaml",
        "other/Milestones.yml",
        "milestone.yaml",
        "MTRACK.YAML",
    ],
)
def test_no_output_takes_the_place_of_records_or_settings(command: tuple[str, str], target: str, root: Path) -> None:
    (root / "link.html").symlink_to(os.path.join("acme", "milestones.yaml"))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    result = mtrack(*command, target, *AS_OF, cwd=root)
    assert (result.code, result.out) == (2, "")
    assert "it holds records or settings; name another with" in result.err
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(("command", "option"), OUTPUTS[:2])
def test_a_file_that_is_no_report_is_written_over_only_with_force(command: str, option: str, root: Path) -> None:
    write_tree(root, {"notes.html": "<p>my notes, not the report of anything</p>\n"})
    result = mtrack(command, option, "notes.html", *AS_OF, cwd=root)
    assert (result.code, result.out) == (2, "")
    assert "notes.html is there already and is not a report of mtrack" in result.err
    assert "my notes" in (root / "notes.html").read_text(encoding="utf-8")
    assert mtrack(command, option, "notes.html", "--force", *AS_OF, cwd=root).err == ""
    assert "my notes" not in (root / "notes.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("tree", ["found", "clean", "broken", "waived"])
def test_an_earlier_report_is_written_over(style: str, tree: str, root: Path) -> None:
    if tree == "clean":
        agreement = "agreement: {file: a.pdf, signed: 2026-01-01, total: 9.00}"
        write_tree(root, {"acme/milestones.yaml": f"project: A\ncurrency: EUR\n{agreement}\nmilestones:\n  - {{id: M1, name: D, amount: 9.00, status: not_billed}}\n"})  # fmt: skip
        add_evidence(root)
    elif tree == "broken":
        write_tree(root, {"acme/milestones.yaml": "project: [\n"})
    elif tree == "waived":
        names = ("agreement-missing", "billed-before-approval", "invoice-file-missing", "overdue")
        waivers = "".join(f"  - {{rule: {name}, reason: agreed}}\n" for name in names)
        write_tree(root, {"mtrack.yaml": f"format: 1\nwaivers:\n{waivers}"})
    for _ in range(2):
        result = mtrack("lint", "--format", style, "--output", "out.txt", *AS_OF, cwd=root)
        assert (result.code, result.err) == (0 if tree in ("clean", "waived") else 1, "")
    assert mtrack("lint", "--format", "json", "--output", "out.txt", *AS_OF, cwd=root).err == ""
    assert json.loads((root / "out.txt").read_text(encoding="utf-8"))["version"] == 1


def test_an_earlier_single_file_is_written_over(root: Path) -> None:
    for _ in range(2):
        assert mtrack("report", "--single-file", "out.html", *AS_OF, cwd=root).err == ""


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no such device here")
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_device_is_not_replaced(force: tuple[str, ...], root: Path) -> None:
    os.symlink("/dev/null", root / "null")
    result = mtrack("lint", "--output", "null", *force, *AS_OF, cwd=root)
    assert (result.code, "is not a file that can be written over" in result.err) == (2, True)
    assert (root / "null").is_symlink()


@pytest.mark.parametrize("name", [name for commands in COMMANDS.values() for name in commands])
def test_one_line_about_a_command_stands_in_one_place(name: str) -> None:
    import click  # noqa: PLC0415

    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.short_help in [commands[name][1] for commands in COMMANDS.values() if name in commands]


def test_readme_says_which_commands_take_a_day() -> None:
    without = [
        name for commands in COMMANDS.values() for name in commands if "--as-of" not in mtrack(name, "--help").out
    ]
    assert without == ["log", "init", "rules", "fields", "cache", "completion", "schema"]
    assert not re.search(r"[Ee]very command takes `--as-of", mtrack("--help").out)
