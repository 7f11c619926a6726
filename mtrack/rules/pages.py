"""The parts of a rule's page: what it says, and its bad and good samples as trees of files."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.registry import Rule

_SECTION = re.compile(r"^(Bad|Good):\n", re.MULTILINE)
_COMMIT = re.compile(r"^=== (.+)\n", re.MULTILINE)
_FILE = re.compile(r"^>>> (\S+)(?: \((\S+)\)| -> (\S+))?\n", re.MULTILINE)
RECORDS = "acme/milestones.yaml"
"""The file a sample is where it names no other."""


class SampleFile(Struct, frozen=True):
    """A file of a sample; `encoding` as Python names it. A link has no text, but what it `leads_to`.

    In a sample that is a series of versions `commit` is the day the file is committed, with " on BRANCH" where it is
    another branch than the first, or "not committed".
    """

    path: str
    text: str
    encoding: str = "utf-8"
    commit: str | None = None
    leads_to: str | None = None


class Page(Struct, frozen=True):
    """A rule's page. A sample whose only file is the records has every file they name beside it.

    The rule about failures of mtrack itself has no samples.
    """

    summary: str
    why: str
    bad: tuple[SampleFile, ...]
    good: tuple[SampleFile, ...]


def page(rule: Rule) -> Page:
    """The page in a rule's docstring. Raises ValueError where a part is missing."""
    parts = _SECTION.split(rule.page + "\n")
    if rule.scope == "mtrack":
        parts += ["Bad", "", "Good", ""]
    if [name for name in parts[1::2]] != ["Bad", "Good"]:  # noqa: C416
        message = f"the page of {rule.name} must have one Bad and one Good sample, in that order"
        raise ValueError(message)
    summary, _, why = parts[0].partition("\n")
    if not why.strip().startswith("Why:"):
        message = f"the page of {rule.name} does not say why"
        raise ValueError(message)
    why = why.strip().removeprefix("Why:").strip()
    return Page(summary.strip(), re.sub(r"(?<!\n)\n(?!\n)", " ", why), _sample(parts[2]), _sample(parts[4]))


def _sample(text: str) -> tuple[SampleFile, ...]:
    parts = _COMMIT.split(dedent(text).strip("\n") + "\n")
    files = list(_files(parts[0], None))
    for commit, content in zip(parts[1::2], parts[2::2], strict=True):
        files += _files(content, commit)
    return tuple(files)


def _files(text: str, commit: str | None) -> Iterator[SampleFile]:
    parts = _FILE.split(text)
    if parts[0].strip():
        yield SampleFile(RECORDS, parts[0].strip("\n") + "\n", commit=commit)
    for path, encoding, link, content in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        yield SampleFile(path, content, encoding or "utf-8", commit, link)
