"""The verdicts of earlier runs, in the user's cache folder: by the content of the files, the claim and the version."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mtrack import __version__, files
from mtrack.directory import is_own, own_folder
from mtrack.memo import cache
from mtrack.verify.documents.document import MAX_SIZE
from mtrack.verify.protocol import Examined  # noqa: TC001  (msgspec reads the annotations)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.verify.protocol import Job

_FORMAT = 14
"""The format of what is kept; raised whenever readers or comparisons change."""
_MAX_KEPT = 4 << 20
_AGAIN = 24 * 3600.0
"""Seconds after which a paper that took too long is tried again: the computer may have been busy."""


class Kept(Struct, frozen=True):
    """The content of one file of the cache; `key` must be the one it is asked for by."""

    key: str
    examined: Examined


class Store:
    """Keeps what came of jobs. Whatever goes wrong with the cache, the papers are read again."""

    def __init__(self, folder: str | None) -> None:
        """`folder` is where verdicts are kept; None keeps nothing."""
        self._folder = folder if folder is not None and own_folder(folder) else None

    def key(self, job: Job, content_of: Callable[[str], str | None] | None = None) -> str | None:
        """The key under which a job is kept; None where a file can't be read. `content_of` is its digest, if that is known."""
        content_of = content_of or content_digest
        digest = hashlib.sha256(msgspec.json.encode((_FORMAT, __version__, job.claim)))
        for path, full in job.files:
            content = content_of(full)
            if content is None:
                return None
            digest.update(msgspec.json.encode((path, content)))
        return digest.hexdigest()

    def get(self, key: str | None) -> Examined | None:
        """The kept result; None where none is usable."""
        if key is None or self._folder is None:
            return None
        try:
            handle = os.open(self._path(key), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                info = os.fstat(handle)
                if not is_own(info, stat.S_IFREG):
                    return None
                kept = msgspec.json.decode(file.read(_MAX_KEPT), type=Kept)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        again = not all(trouble.lasting for trouble in kept.examined.troubles) and cache.is_older(info, _AGAIN)
        return kept.examined if kept.key == key and not again else None

    def put(self, key: str | None, examined: Examined) -> None:
        """Keep what came of a job, but for what may turn out otherwise the next time; that a paper is slow, for a day."""
        keeps = all(trouble.lasting or trouble.slow for trouble in examined.troubles)
        if key is None or self._folder is None or not keeps:
            return
        data = msgspec.json.encode(Kept(key, examined))
        if len(data) > _MAX_KEPT:
            return
        with suppress(OSError):
            path = self._path(key)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            cache.write(path, data)

    def _path(self, key: str) -> str:
        assert self._folder is not None
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def content_digest(*paths: str) -> str | None:
    """The SHA-256 of files' contents one after the other, of each up to one byte over the limit of size.

    None where one can't be read.
    """
    digest = hashlib.sha256()
    try:
        for path in paths:
            for part in files.parts(path, MAX_SIZE + 1):
                digest.update(part)
    except files.UnreadableFileError:
        return None
    return digest.hexdigest()
