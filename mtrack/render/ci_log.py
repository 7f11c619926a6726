r"""The sink for the log of a CI server: no line of it is a command to the runner, such as `::error` or `##[group]`.

What makes a command one is written as an escape like \x3a, its last character, so that text can be looked at as it comes.
"""

from __future__ import annotations

import re
from functools import cache

from mtrack.characters import INVISIBLE

# What a runner trims before it looks for a command. Colours count, since some strip them before, and so does all that
# shows nothing: a comparison by the rules of a language, which is usual in .NET, passes over it.
# Bytes that are no text, which stand as surrogates, may be dropped too.
_NOTHING = f"\ud800-\udfff\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f{INVISIBLE}\u200c\u200d\ufe0e\ufe0f"
_BEGIN = rf"(?:^|(?<=[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]))(?:\x1b\[[0-9;]*m|[^\S\r\n]|[{_NOTHING}])*"
_HASHES = re.compile(r"(##[A-Za-z]{0,12})\[")


@cache
def _colons() -> re.Pattern[str]:
    return re.compile(f"({_BEGIN}:):", re.MULTILINE)


@cache
def _may_go_on() -> re.Pattern[str]:
    return re.compile(rf"{_BEGIN}:?\Z|##?[A-Za-z]{{0,12}}\Z", re.MULTILINE)


def inert(text: str) -> str:
    """Text of whose lines a runner obeys none."""
    text = _colons().sub(r"\1\\x3a", text) if "::" in text else text
    return _HASHES.sub(r"\1\\x5b", text) if "##" in text else text


def unfinished(text: str) -> str:
    """The end of a text that could become a command by what is written behind it; "x" for another begun line."""
    if not text or text[-1] in "\r\n":
        return ""
    found = _may_go_on().search(text, max(len(text) - 1000, 0))
    return found[0] if found else "x"


def hashes_escaped(text: str, bracket: str) -> str:
    """Text of a format that has an escape of its own for the bracket."""
    return _HASHES.sub(lambda match: match[1] + bracket, text) if "##" in text else text
