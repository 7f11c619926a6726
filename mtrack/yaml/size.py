"""Whether a text could be more than a file may hold, judged by its characters alone."""

from __future__ import annotations

from typing import Any

from mtrack import limits


def may_be_wide(text: str) -> bool:
    """Whether a mapping could have more keys than one may: each has its colon, or its comma in braces."""
    return len(text) > limits.KEYS and text.count(":") + text.count(",") > limits.KEYS


def may_be_too_much(text: str) -> bool:
    """Whether a text could go beyond the limits of keys and parts."""
    return len(text) * 2 > limits.PARTS or may_be_wide(text)


def parts(data: Any) -> int:
    """The keys, values and brackets of data, as `limits.PARTS` counts them, where it is of one text without aliases."""
    found, pending = 0, [data]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            found += 2 + len(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            found += 2
            pending.extend(item)
        else:
            found += 1
    return found
