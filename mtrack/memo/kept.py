"""Bytes that save the next run work, kept by name in a folder of the user's cache for this same mtrack."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress

from mtrack.directory import own_folder
from mtrack.memo import cache


class Kept:
    """What earlier runs of this mtrack kept under a name. Whatever goes wrong with the cache, the work is done again."""

    def __init__(self, folder: str | None) -> None:
        """`folder` is where it is kept; None keeps nothing."""
        self._folder = folder if folder is not None and own_folder(folder) else None
        self._state = "\0".join((sys.version, *cache.code())).encode("utf-8", "surrogatepass") if self._folder else b""

    def get(self, name: str) -> bytes | None:
        """The content; None where none is usable."""
        if self._folder is None:
            return None
        path = os.path.join(self._folder, name)
        with suppress(OSError):
            kept = cache.read(path)
            if kept is not None and kept.startswith(self._digest(content := kept[hashlib.sha256().digest_size :])):
                os.utime(path)  # it was used
                return content
        return None

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, instead of what was kept under the name."""
        if self._folder is not None:
            with suppress(OSError):
                cache.write(os.path.join(self._folder, name), self._digest(content), content)

    def _digest(self, content: bytes) -> bytes:
        return hashlib.sha256(b"\0".join((self._state, content))).digest()
