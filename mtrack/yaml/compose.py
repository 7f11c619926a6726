"""A YAML text as nodes. YAML 1.2 core is the meaning, whatever a parser's defaults are.

libyaml's C parser reads nearly every file; what it refuses, and what is known to mean something else to it, is read by
the reference, ruamel.yaml in pure Python.
"""

from __future__ import annotations

import operator
import re
from contextlib import suppress
from typing import Any

import yaml

from mtrack import limits
from mtrack.yaml.complaints import flaw_of, syntax_flaw
from mtrack.yaml.flaw import Flaw
from mtrack.yaml.nodes import Composed, compose_events
from mtrack.yaml.size import may_be_wide

# The version in a %YAML line, after comments and other directives.
_VERSION = re.compile(r"\A((?:(?:%(?!YAML)[^\r\n]*|[ \t]*(?:#[^\r\n]*)?)(?>\r\n|\n|\r))*+%YAML[ ]+1\.)[0-9](?![0-9])")
# Line breaks to YAML 1.1, and to both parsers, that YAML 1.2 reads as ordinary characters.
_OLD_BREAKS = "\x85\u2028\u2029"
# What libyaml reads otherwise: a byte-order mark in the text, "? key", and names of aliases that are not ASCII words.
_STEP_ASIDE = re.compile(
    r"\ufeff|(?:^|[\s,\[{:-])(?:\?(?=[\s,\]}])|[*&][\w-]*[^\s\w,\[\]{}-])", re.MULTILINE | re.ASCII
)
# Where an alias or a tag may begin: only events tell where an alias stands and whether there is a lone "!".
_ALIAS_OR_TAG = re.compile(r"(?:^|[\s,\[{:-])[*!]", re.MULTILINE)
# Without one of these a text has nothing that either of them looks for; most have none.
_MARKS = "\ufeff?*&!"
_MANY_BRACKETS = 30
_BRACKET = re.compile(r"[][{}]")
# A line on which a block could begin in the 21st column or further right.
_FAR_RIGHT = re.compile(r"\n[ \t?:-]{20}")
_LIBYAML: Any = getattr(yaml, "CLoader", object)
"""PyYAML may be built without libyaml; then the reference reads everything."""


class _BeyondError(Exception):
    """A mapping has more keys than one may have, or the nesting more levels."""


class _Loader(_LIBYAML):  # type: ignore[misc]
    """libyaml composing nodes. The tag of a node is "" where the file gives none."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    resolve = staticmethod("".format)  # gives "" whatever the arguments, in C: it is called for each node

    def descend_resolver(self, parent: Any, _index: object) -> None:
        """Keep the composer, which recurses in C, from going too deep or too wide; called on the way into each node."""
        if type(parent) is yaml.MappingNode and len(parent.value) > limits.KEYS:
            raise _BeyondError
        self.depth += 1
        if self.depth > limits.DEPTH + 1:  # a scalar is a level here
            raise _BeyondError

    def ascend_resolver(self) -> None:
        """Called on the way out of each node."""
        self.depth -= 1


class _ShallowLoader(_Loader):
    """A loader for texts that can't nest too deep or too wide: its hooks, C functions that do nothing, cost less."""

    descend_resolver = staticmethod(operator.is_)  # type: ignore[assignment]
    ascend_resolver = staticmethod(int)  # type: ignore[assignment]


def _may_nest_deep(text: str) -> bool:
    """Whether nesting could come near the limit.

    A level of blocks begins further right than the one around it, only a list may stand below its key; a level of
    brackets may hold one more without brackets, as in [a: b]. That makes at most 40 and 58 levels here.
    """
    lines = "\n" + text.replace("\r", "\n")
    return levels_of_brackets(text) >= _MANY_BRACKETS or _FAR_RIGHT.search(lines) is not None


def levels_of_brackets(text: str) -> int:
    """As many levels of brackets as a text can have at most.

    Without quotes and comments no closing bracket is text but outside of all brackets, where it takes no level away.
    """
    opening = text.count("[") + text.count("{")
    if opening < _MANY_BRACKETS or any(char in text for char in "\"'#"):
        return opening
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def _too_many_parts(text: str) -> Flaw | None:
    """The flaw of a text that holds too many keys, values and brackets, found before any node is made."""
    if len(text) * 2 < limits.PARTS:
        return None
    try:
        parts = _Loader(text).raw_parse()
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # deeper than libyaml goes: composing stops long before
            return None
        raise
    if parts <= limits.PARTS:
        return None
    message = f"the file holds {parts:,} keys, values and brackets; it may hold {limits.PARTS:,}"
    return Flaw(message, "split the project, or remove what doesn't belong here", (0, 0))


def compose(text: str) -> Composed:
    """The nodes of the one document in `text`: by libyaml where that is certain, else by the reference.

    Whatever 1.x a %YAML line asks for, the meaning is that of 1.2 core.
    """
    text = _VERSION.sub(r"\g<1>2", text)
    known = stand_ins(text)
    if not known:
        return _compose(text)
    composed = _compose(text.translate(known))
    _restore(composed.root, originals(known))
    return composed


def stand_ins(text: str) -> dict[int, str]:
    """Characters that `text` does not hold, for `str.translate`: one for each old line break that it does."""
    private = map(chr, range(0xE000, 0xF900))
    old_breaks = [char for char in _OLD_BREAKS if char in text]
    return {ord(old): next(char for char in private if char not in text) for old in old_breaks}


def originals(known: dict[int, str]) -> dict[int, str]:
    """The way back from stand-ins."""
    return {ord(stand_in): chr(old) for old, stand_in in known.items()}


def _restore(root: Any, table: dict[int, str]) -> None:
    """Put characters that others stood in for back into the scalars."""
    pending, seen = [root], set[int]()
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            node.value = node.value.translate(table)
        elif node is not None and id(node.value) not in seen:
            seen.add(id(node.value))
            for child in node.value:
                pending.extend(child if isinstance(child, tuple) else (child,))


def _compose(text: str) -> Composed:
    refused: Exception | None = None
    marked = any(char in text for char in _MARKS)
    aside = _STEP_ASIDE.search(text) if marked else None
    if _LIBYAML is not object and not aside:
        try:
            return _by_libyaml(text, marked=marked)
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            refused = error
    if len(text) > limits.REFERENCE_BYTES:
        return Composed(flaws=(_beyond_reference(text, refused, aside),))
    composed = compose_reference(text)
    if composed.flaws and isinstance(refused, yaml.MarkedYAMLError) and "\t" in text:
        # The reference rejects any tab outside quotes; libyaml knows which one is wrong.
        return Composed(flaws=(flaw_of(refused, text),))
    return composed


def _by_libyaml(text: str, *, marked: bool) -> Composed:
    """The nodes by libyaml; `marked` texts may hold aliases and tags. Raises what it raises."""
    if flaw := _too_many_parts(text):
        return Composed(flaws=(flaw,))
    if not (marked and _ALIAS_OR_TAG.search(text)):
        loader = _Loader if _may_nest_deep(text) or may_be_wide(text) else _ShallowLoader
        with suppress(_BeyondError):  # the events say where
            return Composed(loader(text).get_single_node())
    return compose_events(yaml.parse(text, Loader=yaml.CLoader), text)


def _beyond_reference(text: str, refused: Exception | None, aside: re.Match[str] | None) -> Flaw:
    """The flaw of a file too large for the slow reader: libyaml's complaint, or the part that it can't read."""
    if isinstance(refused, yaml.MarkedYAMLError):
        return flaw_of(refused, text)
    if isinstance(refused, yaml.reader.ReaderError):
        return syntax_flaw(refused.reason, text, refused.position, refused.position)
    size = f"{limits.REFERENCE_BYTES // 1024} KiB"
    if aside is None:
        return Flaw("this is not YAML", "see yaml.org/spec", (0, 0))
    message = f"a '?', '&', '*' or U+FEFF that stands like this is read only in files of up to {size}"
    return Flaw(message, "leave it out, or split the project", (aside.start(), aside.end()))


def compose_reference(text: str) -> Composed:
    """The nodes by ruamel.yaml in pure Python: slower, and it reads what libyaml does not."""
    import ruamel.yaml  # noqa: PLC0415  (only where libyaml can't be used)
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    loader = ruamel.yaml.YAML(typ="safe", pure=True)
    try:
        return compose_events(loader.parse(text), text)
    except MarkedYAMLError as error:
        return Composed(flaws=(flaw_of(error, text),))
    except YAMLError as error:
        at = getattr(error, "position", 0)
        return Composed(flaws=(syntax_flaw(getattr(error, "reason", ""), text, at, at),))
    except (ValueError, AttributeError, AssertionError, IndexError, TypeError, RecursionError):
        return Composed(flaws=(Flaw("this is not YAML", "see yaml.org/spec", (0, 0)),))
