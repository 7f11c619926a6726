"""The sink for Markdown: nothing in a text is read as markup, table edge, mention or HTML."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from mtrack.render.cells import Amount, Code, Column, Kind
from mtrack.render.terminal import plain, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.render.cells import Single, Value
    from mtrack.render.wording import Wording

_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>#|~$"} | {"&": "&amp;"})
"""The signs that mark up text, as they are written where they shall not."""
_REFERENCE = re.compile(
    r"""
    [@#!$&%~^\[:GgWw](?:  # one of a few signs first: what has none is passed over quickly
        (?<=@)
        | (?<=[#!$]) (?=[0-9])
        | (?<=&) amp; (?=[0-9])
        | (?<=[%~]) (?=[\w"]|\\_)
        | (?<=\^) (?=(?i:alert))
        | (?<=\[) (?=(?:\w|\\_)+:)
        | (?<=[Gg]) (?<!\w[Gg]) [HhLl]- (?=[0-9])
        | (?<=:) (?=//)
        | (?<=[Ww]) [Ww]{2} (?=\.)
    )
    """,
    re.VERBOSE,
)
"""The text after which GitHub and GitLab would make a link of what follows, though no markup asks for one.

GitLab's are those of https://docs.gitlab.com/user/markdown/#gitlab-specific-references.
"""
_BLOCK = re.compile(r"\A((?=[-+=:])|[0-9]{1,9}(?=[.)]))")
"""The beginning of a list, a rule, a heading or a definition where it stands first."""


@lru_cache(maxsize=4096)
def escape(text: str) -> str:
    """Text as Markdown that reads the same within a line; controls become escapes, and nothing becomes a link or a mention."""
    return _REFERENCE.sub(lambda found: f"{found[0]}<!-- -->", safe(text).translate(_ESCAPES))


def begin(text: str) -> str:
    """The same for text that begins a block or follows the mark of one."""
    return _BLOCK.sub(r"\1\\", escape(text.lstrip()))


@lru_cache(maxsize=4096)
def code(text: str) -> str:
    """Text as inline code."""
    inert = safe(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", inert)), default=0) + 1)
    pad = " " if inert.startswith("`") or inert.endswith("`") else ""
    return f"{fence}{pad}{inert}{pad}{fence}"


class Document:
    """A Markdown page: callers add plain values, here they are escaped. Dates are ISO, amounts the locale's."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._lines: list[str] = []

    def heading(self, level: int, *names: str) -> None:
        """Add a heading of names, with an empty line below."""
        self._lines += [f"{'#' * level} {' · '.join(map(escape, names))}", ""]

    def paragraph(self, *parts: str | Code) -> None:
        """Add a paragraph, with an empty line below."""
        runs: list[str | Code] = []
        for part in parts:
            if runs and isinstance(part, str) and isinstance(runs[-1], str):
                runs[-1] += part  # what one ends with and the next begins with may be a reference together
            else:
                runs.append(part)
        texts = [code(part.text) if isinstance(part, Code) else escape(part) for part in runs[1:]]
        first = code(runs[0].text) if isinstance(runs[0], Code) else begin(runs[0])
        self._lines += ["".join([first, *texts]), ""]

    def items(self, texts: Iterable[str]) -> None:
        """Add a list, with an empty line below."""
        self._lines += [*(f"- {begin(text)}" for text in texts), ""]

    def block(self, *lines: str) -> None:
        """Add lines as they are, in a fixed width, with an empty line below."""
        inert = (safe(line).replace("```", "'''") for line in lines)
        self._lines += ["```text", *inert, "```", ""]

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        """Add a table, with an empty line below."""
        head = "".join(f" {escape(column.heading).strip()} |" if column.heading else " |" for column in columns)
        rule = "".join("--:|" if column.kind is Kind.AMOUNT else "---|" for column in columns)
        self._lines += [f"|{head}", f"|{rule}"]
        self._lines += [f"| {' | '.join(map(self._cell, row))} |" for row in rows]
        self._lines.append("")

    def text(self) -> str:
        """The page."""
        return "\n".join(self._lines)

    def _cell(self, value: Value) -> str:
        return "<br>".join(map(self._single, value)) if isinstance(value, tuple) else self._single(value)

    def _single(self, value: Single) -> str:
        if isinstance(value, str):
            return escape(value).strip()
        if value is None:
            return ""
        if isinstance(value, int):
            return str(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Code):
            return code(value.text)
        return escape(self._wording.amount(value) if isinstance(value, Amount) else plain(value)).strip()
