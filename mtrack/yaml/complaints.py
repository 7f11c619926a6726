"""The error messages of both YAML parsers in words that a user can act on."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from mtrack.yaml.flaw import Flaw

# What either parser complains of, what it means to a user and what to do; True where it began is the better place.
_COMPLAINTS: tuple[tuple[str, str, str, bool], ...] = (
    ("mapping values are not allowed", "a colon where no key can end",
     "put text that holds ': ' in quotes, line the key up with its neighbours, write a space after each colon", False),
    ("while parsing a flow.*<stream end>", "a bracket is opened here and never closed", "close it", True),
    ("end of stream|unexpected document", "a quote is opened here and never closed", "close it", True),
    (r"expected ',' or '(?P<what>[]}])'", "a comma or '{what}' is missing before this",
     "close the bracket; put text that holds brackets, commas or ': ' in quotes", False),
    (r"expected (<block end>|'?<document start>|key|'-').*\(first in its line\)",
     "this does not line up with the list or mapping it stands in", "indent it like its neighbours", False),
    ("expected (<block end>|key|'-')", "text goes on where the value has already ended",
     "put all of it in one pair of quotes; inside '…' an apostrophe is written twice", False),
    ("expected '?<document start>", "nothing may follow here", "remove it, or check the brackets and quotes before it", False),
    ("could not find expected ':'", "this is neither a key with a colon nor the item of a list",
     "write `key: value`, or indent it as part of the text above", True),
    (r"found character '(?P<what>.)' that cannot start", "text can't begin with {what}", "put the text in quotes", False),
    ("cannot start any token", "no text can begin like this", "put the text in quotes", False),
    ("sequence entries are not allowed", "a list can't begin here", "begin it on a line of its own, below its key", False),
    ("mapping keys are not allowed", "'?' announces a key, and none can begin here", "put the text in quotes", False),
    ("node content", "a value is missing before this", "write it, or remove what asks for it", False),
    ("unknown escape|expected escape|escape code", "this escape is unknown in double quotes",
     r"write a backslash as \\, or use single quotes", False),
    ("chomping or indentation|comment or a? ?line break|indentation indicator", "text on the line that '|' or '>' opens",
     "begin the text on the next line, or put it in quotes", False),
    (r"undefined alias ['\"]?(?P<what>[^'\"]*)", "*{what} repeats what &{what} marks, and nothing does",
     "put the text in quotes", False),
    ("alphabetic or numeric character", "'&' and '*' mark and repeat a value, and no name follows", "put the text in quotes", False),
    ("incompatible YAML", "this version of YAML is unknown", "write %YAML 1.2, or leave the line out", False),
    ("directive", "a line that begins with % is a YAML directive, and this one is unknown", "remove the line", False),
    ("tag|'!'", "'!' begins a tag, and tags are not part of this format", "put the text in quotes", False),
)  # fmt: skip


def flaw_of(error: Any, text: str) -> Flaw:
    """The flaw in a parser's error, either parser's."""
    began, mark = error.context_mark, error.problem_mark or error.context_mark
    at = min(mark.index, len(text)) if mark else 0
    return syntax_flaw(f"{error.context}: {error.problem}", text, at, began.index if began else at)


_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|\Z)", re.MULTILINE)
_CUT = re.compile(r"[^\s,\[\]{}][ \t]+(#)[0-9]")
_BLANK = "\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\u00ad"
"""Characters that look like a space, or like nothing, and are neither to YAML."""
_BLANK_LAYOUT = re.compile(rf"^[ -]*([{_BLANK}])|^[ ]*(?:- +)?[\w-]+:([{_BLANK}])")
_KEY = re.compile(r"[\w-]+(?=:(?:[ \r\n]|\Z))")
_NO_SPACE = re.compile(r"^[ ]*(-)[A-Za-z_]+:(?=[ \r\n]|\Z)")


def conflict(text: str) -> Flaw | None:
    """The first mark that a merge left in the text."""
    found = _CONFLICT.search(text)
    if found is None:
        return None
    hint = "keep one side or the other, and remove the lines of <<<<<<<, ======= and >>>>>>>"
    return Flaw("an unresolved merge begins here", hint, found.span())


def blank(char: str) -> tuple[str, str]:
    """Message and hint for a character that only looks like a space, or like nothing."""
    name = f"U+{ord(char):04X}"
    if unicodedata.category(char) == "Cf":
        return f"{name}, a character that can't be seen, stands here", "remove it"
    return f"{name} here, which only looks like a space", "write a space"


def _layout(text: str, at: int) -> Flaw | None:
    """The flaw in the layout of a complaint's line or the one above, where the complaint itself misses it."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    start = text.rfind("\n", 0, at) + 1
    for begin, stop in ((start, end), (text.rfind("\n", 0, max(start - 1, 0)) + 1, max(start - 1, 0))):
        line = text[begin:stop]
        if found := _BLANK_LAYOUT.match(line):
            place = begin + found.start(found.lastindex or 0)
            return Flaw(*blank(text[place]), (place, place + 1))
        if found := _NO_SPACE.match(line):
            place = begin + found.start(1)
            return Flaw("a dash without a space begins no item", "write a space after the dash", (place, place + 1))
    return None


def _missing_dash(problem: str, text: str, at: int) -> Flaw | None:
    """A key in the column of the dashes above it, where the item there begins with the same key."""
    start = text.rfind("\n", 0, at) + 1
    key = _KEY.match(text, at)
    if "block end" not in problem or key is None or text[start:at].strip(" "):
        return None
    outside = re.compile(rf"[ ]{{0,{at - start}}}[^ \r\n#]")
    above = next((line for line in reversed(text[:start].splitlines()) if outside.match(line)), "")
    if not above.startswith(f"{text[start:at]}- ") or not above.lstrip(" -").startswith(f"{key[0]}:"):
        return None
    return Flaw(f"`{key[0]}` stands where an item begins, without its dash", "begin it with `- `", key.span())


def _cut_inside_brackets(problem: str, text: str, began: int, at: int) -> Flaw | None:
    """A ` #` and a digit inside brackets: what follows is a comment to YAML, the closing bracket too."""
    found = _CUT.search(text, began, at) if "flow" in problem else None
    before = "" if found is None else text[text.rfind("\n", 0, found.start(1)) + 1 : found.start(1)]
    if found is None or before.count("'") % 2 or before.count('"') % 2:  # within quotes it begins none
        return None
    message = "` #` begins a comment here, and with it the rest of the line is gone, the closing bracket too"
    return Flaw(message, "put the text that holds it in quotes", found.span(1))


def syntax_flaw(problem: str, text: str, at: int, began: int) -> Flaw:
    """A parser's complaint in words a user can act on; `began` is where what it was reading began."""
    if cause := (
        conflict(text)
        or _layout(text, at)
        or _cut_inside_brackets(problem, text, began, at)
        or _missing_dash(problem, text, at)
    ):
        return cause
    before = text[max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1 : at]
    if text[at : at + 1] == "\t" or (not before.strip() and "\t" in before):
        return Flaw("a tab where YAML wants spaces", "indent with spaces", (at, min(at + 1, len(text))))
    if "special characters are not allowed" in problem or "control characters" in problem:
        message = f"the character U+{ord(text[at : at + 1] or chr(0)):04X} may not stand in YAML"
        return Flaw(message, "remove it, or write it as an escape in double quotes", (at, min(at + 1, len(text))))
    message, hint = "this is not YAML", "check the indentation, colons, brackets and quotes around here"
    if not before.strip(" -"):
        problem += " (first in its line)"
    for pattern, words, remedy, where_it_began in _COMPLAINTS:
        if match := re.search(pattern, problem, re.DOTALL):
            message, hint = words.format(**match.groupdict()), remedy
            at = began if where_it_began else at
            break
    return Flaw(message, hint, (at, min(at + 1, len(text))))
