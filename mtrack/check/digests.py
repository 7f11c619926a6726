"""Digests of data, and of all that a page of a project is drawn from."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from mtrack import __version__

if TYPE_CHECKING:
    from mtrack.check.workspace import Workspace


def digest_of(*parts: object) -> str:
    """A digest of data, "" where there is none."""
    if not any(parts):
        return ""
    import hashlib  # noqa: PLC0415  (its library takes long to load, and most runs hash nothing)

    return hashlib.sha256(encoded(parts)).hexdigest()


def tracked_digest(files: frozenset[str] | None) -> str:
    """A digest of the files that git tracks in a project."""
    return digest_of(*sorted(files)) if files else ""


def encoded(data: object) -> bytes:
    """Data as bytes that are the same for the same data, whatever characters file names have."""
    try:
        return msgspec.msgpack.encode(data)
    except UnicodeEncodeError:
        return repr(data).encode("utf-8", "surrogatepass")


def inputs(workspace: Workspace, folder: str, found: object) -> str:
    """A digest of all that a page of a project is drawn from, with what was `found` in it."""
    file, context = workspace.open(folder)
    files = [(state.outside, state.missing, state.size) for _, state in context.files] if context is not None else []
    source, settings = file.source, workspace.settings.source
    read = source.text, source.had_bom, source.unreadable
    return digest_of(__version__, code(), workspace.as_of, settings and settings.text, read, files, found)


@cache
def code() -> bytes:
    """A digest of mtrack itself: changed code may draw something else, whatever its version says."""
    import hashlib  # noqa: PLC0415

    result = hashlib.sha256()
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    result.update(file.read())
    return result.digest()
