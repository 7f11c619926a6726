"""The rows of a long page: those made of the same as before are taken from the page that stands there, others drawn."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

SLOT = Markup("\0rows\0")
"""The mark for a page's rows; no text of a record holds it, since control characters are written as escapes."""
_DIGEST = 32


class KeptRows(Struct, frozen=True, array_like=True):
    """The rows on a page of that content (a digest): the first byte, digests of what each is made of, and lengths."""

    content: str
    start: int
    digests: bytes
    lengths: list[int]


class Rows:
    """The rows of a page that is being drawn."""

    def __init__(self, page: bytes = b"", kept: KeptRows | None = None) -> None:
        """`page` is the one that stands there and has the `kept` rows."""
        self._known: dict[bytes, memoryview] = {}
        self._digests: list[bytes] = []
        self._rows: list[bytes | memoryview] = []
        if kept is not None:
            view = memoryview(page)
            digests = (kept.digests[i : i + _DIGEST] for i in range(0, len(kept.digests), _DIGEST))
            places = pairwise(accumulate(kept.lengths, initial=kept.start))
            self._known = {digest: view[start:end] for digest, (start, end) in zip(digests, places, strict=False)}
        self._start = 0

    def add(self, digest: bytes, draw: Callable[[], str]) -> None:
        """The next row; `digest` is one of all that it is made of, of 32 bytes."""
        row = self._known.get(digest)
        self._rows.append(page_bytes(draw()) if row is None else row)
        self._digests.append(digest)

    def placed(self, page: str) -> bytes:
        """A page with the rows in its slot."""
        head, slot, rest = page_bytes(page).partition(SLOT.encode())
        self._start = len(head) if slot else -1
        return b"".join((head, *self._rows, rest)) if slot else head

    def kept(self, content: str) -> KeptRows | None:
        """The facts to keep of the page for next time; `content` is its digest. None where it has no rows."""
        if self._start < 0 or not self._rows:
            return None
        return KeptRows(content, self._start, b"".join(self._digests), [len(row) for row in self._rows])


def page_bytes(text: str) -> bytes:
    """Text as a page's bytes; what can't be written in UTF-8 stands as an escape."""
    return text.encode("utf-8", "backslashreplace")
