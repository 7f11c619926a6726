"""The files named by invoices that have the same content."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mtrack import limits
from mtrack.files import digest, digest_of_head

if TYPE_CHECKING:
    from mtrack.rules.facts import WorkspaceFacts

UNREAD = " bytes"
"""The ending of the text that stands for a file's content, where the file is not read to its end."""


def contents(workspace: WorkspaceFacts, sizes: dict[str, int]) -> dict[str, str]:
    """A text that stands for each file's content: a digest; where that is too much to read, its size and beginning.

    A file that begins as no other of its size does is not read any further, and stands for itself.
    """
    begins = {file: (size, digest_of_head(workspace.full(file), limits.HEAD) or file) for file, size in sizes.items()}
    alike = Counter(begins.values())
    left, unread = limits.HASHED_IN_ALL, set[tuple[int, str]]()  # of files that are alike all are read, or none
    for size, begin in sorted(key for key, times in alike.items() if times > 1):
        left -= size * alike[size, begin]
        if size > limits.HASHED or left < 0:
            unread.add((size, begin))

    def content(file: str, key: tuple[int, str]) -> str:
        if alike[key] == 1:
            return file
        if key in unread:
            return f"{key[1]} {key[0]}{UNREAD}"
        if key[0] <= limits.HEAD:
            return key[1]
        return digest(workspace.full(file), limits.HASHED) or file

    return {file: content(file, key) for file, key in begins.items()}
