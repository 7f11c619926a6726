"""What is said of a file that breaks the schema: every place is in the file, and no word is Python's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fuzzing.targets import samples
from mtrack.check.workspace import load_project
from mtrack.record import schema, settings
from mtrack.record.faults import find_faults
from mtrack.yaml import source

if TYPE_CHECKING:
    from mtrack.finding import Place, Problem
    from mtrack.yaml.source import Source

SEEDS = [b"m" + samples.RECORD.encode(), b"m" + samples.BLOCKS.encode(), b"w" + samples.SETTINGS.encode()]
WORDS = samples.WORDS
_PYTHON = re.compile(
    r"\b(?:None|True|False|NoneType|Decimal|dict|tuple|frozenset|bool|Struct|Traceback|Error|Exception|additionalProperties|"
    r"minLength|minItems|patternProperties|anyOf|oneOf|enum|const|regex)\b|<class|object at 0x"
)


def _places(read: Source, problem: Problem) -> list[Place]:
    places = [problem.place, *(place for place, _ in problem.related)]
    return [place for place in places if place.path == read.path]


def _check(read: Source, problem: Problem) -> None:
    for place in _places(read, problem):
        span = read.span(place)
        assert span is not None, problem
        lines = re.split("\r\n|\n|\r", read.text)
        assert 1 <= span.line <= span.end_line <= len(lines), (span, problem)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1, (span, problem)
        assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1, (span, problem)
    for text in (problem.message, problem.hint or ""):
        assert all(match[0] in read.text for match in _PYTHON.finditer(text)), text
        assert "\n" not in text or "\n" in read.text, text
    assert problem.message, problem


def check(data: bytes) -> None:
    """The faults of a record or, behind a "w", of settings."""
    text = data[1:].decode("utf-8", "replace")
    name = "workspace" if data[:1] == b"w" else "milestones"
    read = source.parse("mtrack.yaml" if name == "workspace" else "p/milestones.yaml", text, schema.shape(name))
    if read.flaws or read.unreadable:
        return
    faults = find_faults(name, read)
    for problem in (*faults.unknown, *faults.broken):
        _check(read, problem)
    if name == "workspace":
        found = settings.from_source(read)
        for problem in (*found.unknown_keys, *found.broken):
            _check(read, problem)
    else:
        file, project = load_project("p", read, settings.Settings(currency="EUR"))
        for problem in (*file.unknown_keys, *file.broken):
            _check(read, problem)
        assert file.usable == (project is not None)
