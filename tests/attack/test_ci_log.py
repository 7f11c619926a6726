"""The log of CI: no line is a command, however the text of it comes, and nothing else is changed."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import ROOT, mtrack

from attack.channels import obeyed_by_runner
from mtrack.cli.ci_log import CiLog
from mtrack.render.ci_log import inert

TEXT = st.text(st.sampled_from("::##[] \t\n\r\x0b\x85\u2028\u3000\ufeff\xad\u200bavso\\"), max_size=30)


@given(st.lists(TEXT, max_size=6))
def test_no_line_is_a_command_wherever_the_text_is_cut(pieces: list[str]) -> None:
    behind = io.StringIO()
    log = CiLog(behind)
    log.writelines(pieces)
    assert obeyed_by_runner(behind.getvalue()) == []
    assert behind.getvalue() == inert("".join(pieces))


@example("\ufeff::")
@example("\xad :::")
@given(TEXT)
def test_only_the_end_of_a_command_is_changed(text: str) -> None:
    shown = inert(text)
    assert shown.replace("\\x3a", ":").replace("\\x5b", "[") == text
    assert obeyed_by_runner(text) or shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a: b::c\n", "a: b::c\n"), ("::error::x\n", ":\\x3aerror::x\n"), (" \t::x\n::y", " \t:\\x3ax\n:\\x3ay"), (":::", ":\\x3a:"),
        ("\x1b[1m::x", "\x1b[1m:\\x3ax"), ("\ufeff::x\n\u200b \xad::y", "\ufeff:\\x3ax\n\u200b \xad:\\x3ay"), ("\x00\u2060\U000e0041::", "\x00\u2060\U000e0041:\\x3a"), ("a\ufeff::", "a\ufeff::"), ("a##[b]", "a##\\x5bb]"), ("##vso[x]", "##vso\\x5bx]"), ("##teamcity[x]", "##teamcity\\x5bx]"), ("###[a]", "###\\x5ba]"), ("# #[a] ##", "# #[a] ##"),
    ],
)  # fmt: skip
def test_examples(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_a_stream_that_is_guarded_is_still_that_stream() -> None:
    behind = io.StringIO()
    log = CiLog(behind)
    assert (log.write("::a"), log.isatty(), log.encoding) == (3, False, behind.encoding)
    log.write_commands("::error ::b\n")
    assert behind.getvalue() == ":\\x3aa::error ::b\n"


def test_the_guard_ends_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """What GitHub's format says to the runner passes; where CI is not set, and in no such format, nothing is changed."""
    monkeypatch.setenv("CI", "1")
    commands = mtrack(
        "lint", ROOT / "example-workspace", "--format", "github", "--as-of", "2026-11-22"
    ).out.splitlines()
    assert commands
    assert all(re.match("::(error|warning|notice) file=|waived: ", line) for line in commands)
    monkeypatch.delenv("CI")
    assert mtrack("rules", "::x").err.startswith("mtrack: there is no rule '::x'")


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD", "TEAMCITY_VERSION"])
def test_every_runner_is_known_by_what_it_sets(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    for name in ("CI", "TF_BUILD", "TEAMCITY_VERSION"):
        monkeypatch.delenv(name, raising=False)
    texts = ("::x", "##vso[x]", "##[x]", "##teamcity[x]")
    assert all(text in mtrack("rules", text).err for text in texts)
    monkeypatch.setenv(variable, "1")
    assert not any(text in mtrack("rules", f"\n{text}").err for text in texts)
