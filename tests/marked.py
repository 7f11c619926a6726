"""Trees in one text, with marks at the places that findings are expected at.

A case is a file under `tests/cases/RULE/`: a head in YAML, then the files of a tree. Drop one there and it is a test.

    findings:                        every finding of the tree, in order; a field that is not given is null
      - {rule: overdue, at: a, milestone: M1, message: …, hint: …, related: [{at: b, message: …}]}
    skipped: [acme/milestones.yaml]
    as_of: 2026-02-20
    arguments: [--select, gap]       of `mtrack lint`
    >>> acme/milestones.yaml         a text file; «a|…» marks the place a, and is taken away
    >>> acme/notes.txt (latin-1)     in that encoding
    >>> acme/link.pdf -> target      a link
    >>> acme/invoices/               an empty folder

`at` names a mark, or the path of a file or folder for findings without a line. Where all files are YAML, every file
that the records name is written too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from support import AS_OF, add_evidence

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(r"^>>> (\S+?)(?: -> (\S+)| \((\S+)\))?\n", re.MULTILINE)
_MARK = re.compile(r"«(\w+)\||»")


@dataclass(frozen=True)
class Spot:
    """A place in a file as findings give it; no lines for the file itself."""

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass
class Tree:
    """The files of a text, without the marks, and where the marks were."""

    texts: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)

    def spot(self, name: str) -> Spot:
        """A mark, or a file or folder itself."""
        return self.spots.get(name) or Spot(name)

    def write(self, root: Path, as_of: Any = AS_OF) -> Path:
        """Write the files, and those that the records name where all are YAML."""
        for path, text in self.texts.items():
            target = root / path
            if path.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode(self.encodings.get(path) or "utf-8"))
        for path, leads_to in self.links.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(leads_to)
        if all(path.endswith(".yaml") for path in (*self.texts, *self.links)):
            add_evidence(root, as_of)
        return root


def tree(text: str) -> Tree:
    """The tree in a text; without a `>>>` line it is the records of the project `acme`."""
    if not text.startswith(">>> "):
        text = f">>> acme/milestones.yaml\n{text}"
    result = Tree()
    parts = _FILE.split(text)
    for path, link, encoding, content in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        if link:
            result.links[path] = link
            continue
        result.texts[path] = _unmarked(path, content, result.spots)
        result.encodings[path] = encoding or ""
    return result


def _unmarked(path: str, text: str, spots: dict[str, Spot]) -> str:
    clean = ""
    starts: list[tuple[str, int]] = []
    end = 0
    for mark in _MARK.finditer(text):
        clean += text[end : mark.start()]
        end = mark.end()
        if mark[1]:
            starts.append((mark[1], len(clean)))
            continue
        name, start = starts.pop()
        assert name not in spots, f"the mark {name} stands twice"
        spots[name] = Spot(path, *_position(clean, start), *_position(clean, len(clean)))
    assert not starts, f"the mark {starts} is not closed"
    return clean + text[end:]


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


@dataclass(frozen=True)
class Case:
    """A case file: what it expects, and its tree."""

    head: dict[str, Any]
    tree: Tree


def case(path: Path) -> Case:
    """Read a case file; all values of its head are text."""
    head, _, files = path.read_text(encoding="utf-8").partition("\n>>> ")
    return Case(yaml.load(head, Loader=yaml.BaseLoader) or {}, tree(f">>> {files}"))  # noqa: S506  (makes only text)
