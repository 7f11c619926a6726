"""The independent judge of an edit: libyaml's tree, a plain reading of what a change means, and the lines."""

from __future__ import annotations

import copy
import difflib
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from mtrack.yaml.changes import Append, Change, Put, Remove


def tree(text: str) -> Any:
    """The data of a text as libyaml reads it, every scalar as its characters, mappings with the order of their keys."""
    data = yaml.load(text.removeprefix("\ufeff"), Loader=yaml.CBaseLoader)  # noqa: S506  (makes text only)
    return _in_order(data)


def _in_order(data: Any) -> Any:
    if isinstance(data, dict):
        return {"": None, **{key: _in_order(value) for key, value in data.items()}}
    if isinstance(data, list):
        return [_in_order(value) for value in data]
    return data


def _said(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {"": None, **{key: _said(item) for key, item in value.items()}}
    if isinstance(value, list):
        return [_said(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def wanted(data: Any, changes: tuple[Change, ...]) -> Any:
    """The data after the changes, worked out without any of mtrack's code."""
    data = copy.deepcopy(data)
    between = [change for change in changes if isinstance(change, Append) and change.before is not None]
    assert len(between) < 2  # so that the order in which they are made says nothing
    for change in [*(change for change in changes if change not in between), *between]:
        at = data
        for step in change.route[:-1]:
            if isinstance(at, dict) and (step not in at or at[step] in ("", "~", "null")):
                at[step] = {"": None}
            at = at[step]
        last = change.route[-1]
        if isinstance(change, Put):
            at[last] = _said(change.value)
        elif isinstance(change, Append):
            known = at.get(last) if isinstance(at, dict) else at[last]
            items = known if isinstance(known, list) else []
            place = len(items) if change.before is None else change.before
            at[last] = [*items[:place], _said(change.value), *items[place:]]
        else:
            del at[last]
    return data


def _lost_comments(before: str, after: str) -> list[str]:
    """Comments (and what looks like one) that no line of the new text ends with any more, as often as before."""
    found = re.findall(r"(?:^|(?<=\s))#[^\r\n]*", before, re.MULTILINE)
    new = Counter(line[at:] for line in after.splitlines() for at in range(len(line)) if line[at] == "#")
    return [comment for comment, count in Counter(found).items() if new[comment] < count]


def faults(before: str, after: str, changes: tuple[Change, ...]) -> list[str]:
    """What is wrong with an edit; nothing, where it is exactly the one that was asked for."""
    result: list[str] = []
    if tree(after) != wanted(tree(before), changes):
        result.append("the data is not the intended data")
    if before.startswith("\ufeff") != after.startswith("\ufeff"):
        result.append("the byte-order mark")
    if ("\r\n" in before) != ("\r\n" in after) or after.count("\n") - after.count("\r\n") > before.count(
        "\n"
    ) - before.count("\r\n") + (0 if "\r\n" in before and before.count("\n") == before.count("\r\n") else 10_000):
        result.append("line ends")
    if (before[-1:] == "\n") != (after[-1:] == "\n"):
        result.append("the final newline")
    removes = any(isinstance(change, Remove) for change in changes)
    if not removes and _lost_comments(before, after):
        result.append("a comment is lost")
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if old and not old[-1].endswith("\n"):  # what is added below the last line needs a line break there
        old[-1] += "\n"
        new[-1] += "\n"
    if "\r\n" in before:
        old = [line.replace("\r\n", "\n") for line in old]
        new = [line.replace("\r\n", "\n") for line in new]
    touched = sum(
        end - start
        for tag, start, end, *_ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )
    allowed = len(changes) + (20 if removes else 0)
    if touched > allowed:
        result.append(f"{touched} lines touched for {len(changes)} changes")
    return result
