"""The folder a report stands in: written only where something changed, and never emptied of what is not ours."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from mtrack.errors import CannotRunError, UsageError
from mtrack.source import inside
from mtrack.workspace import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mtrack.books import Workspace

MANIFEST = ".mtrack-report.json"
_OURS = re.compile(r"(projects/[a-z0-9._-]+|[a-z]+)\.(html|css|js)")


class Folder:
    """A report's folder and the manifest of the pages mtrack wrote there: page, digest of inputs, digest of bytes."""

    def __init__(self, path: str) -> None:
        """Raises UsageError where the folder holds something and no manifest says that mtrack made it."""
        self.path = path
        self._before = self._load()
        self._now: dict[str, list[str]] = {}
        self.written = 0

    def _load(self) -> dict[str, list[str]]:
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return {}
        except OSError as error:
            message = f"{self.path} can't be used for the report: {os.strerror(error.errno or 5).lower()}"
            raise UsageError(message) from error
        if not names:
            return {}
        try:
            with open(os.path.join(self.path, MANIFEST), encoding="utf-8") as file:
                data = json.load(file)
            pages = data["pages"]
            return {
                name: [str(part) for part in parts]
                for name, parts in pages.items()
                if _OURS.fullmatch(name) and isinstance(parts, list) and len(parts) == 2  # noqa: PLR2004
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self.path} is not empty and mtrack did not make it; name a new folder with -o"
            raise UsageError(message) from error

    def put(self, name: str, inputs: str, make: Callable[[], str]) -> None:
        """Write a page, unless it is there as it was made from the same inputs."""
        full = os.path.join(self.path, *name.split("/"))
        there = _digest_of(full)
        before = self._before.get(name)
        if before is not None and there == before[1] and before[0] == inputs:
            self._now[name] = before
            return
        content = make().encode("utf-8", "backslashreplace")
        digest = hashlib.sha256(content).hexdigest()
        if there != digest:
            write(full, content)
            self.written += 1
        self._now[name] = [inputs, digest]

    def finish(self) -> None:
        """Remove the pages that are no more, and say in the manifest what is there."""
        for name in self._before.keys() - self._now.keys():
            try:
                os.unlink(os.path.join(self.path, *name.split("/")))
            except OSError:
                continue
        with suppress(OSError):  # not empty, most of the time
            os.rmdir(os.path.join(self.path, "projects"))
        self._save(self._now)

    def abandon(self) -> None:
        """Say what is there, old pages and new, where a run ends early: the next one then knows its own."""
        self._save(self._before | self._now)

    def _save(self, pages: dict[str, list[str]]) -> None:
        text = json.dumps({"version": 1, "pages": dict(sorted(pages.items()))}, indent=0) + "\n"
        full = os.path.join(self.path, MANIFEST)
        content = text.encode()
        if _digest_of(full) != hashlib.sha256(content).hexdigest():
            write(full, content)

    def begin(self) -> None:
        """Make the folder, and mark it as mtrack's own so that a run cut short can be run again."""
        full = os.path.join(self.path, MANIFEST)
        if not os.path.exists(full):
            write(full, b'{"version": 1, "pages": {}}\n')


def _digest_of(full: str) -> str | None:
    try:
        with open(full, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def write(full: str, content: bytes) -> None:
    """Write a file whole or not at all. Raises CannotRunError where that can't be done."""
    with writing(full) as write_part:
        write_part(content)


class writing:  # noqa: N801  (used as a function)
    """Write a file in parts, whole or not at all: `with writing(path) as put: put(b"...")`."""

    def __init__(self, full: str) -> None:
        self._full = full
        self._temporary = ""

    def __enter__(self) -> Callable[[bytes], object]:
        try:
            folder = os.path.dirname(self._full) or "."
            os.makedirs(folder, exist_ok=True)
            handle, self._temporary = tempfile.mkstemp(prefix=".mtrack-", dir=folder)
            self._file = os.fdopen(handle, "wb")
        except OSError as error:
            raise self._told(error) from error
        return self._file.write

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        try:
            self._file.close()
            if kind is None:
                os.chmod(self._temporary, 0o666 & ~_umask())
                os.replace(self._temporary, self._full)
            else:
                os.unlink(self._temporary)
        except OSError as trouble:
            raise self._told(trouble) from trouble
        if isinstance(error, OSError):
            raise self._told(error) from error

    def _told(self, error: OSError) -> CannotRunError:
        return CannotRunError(f"{self._full} can't be written: {os.strerror(error.errno or 5).lower()}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def refuse_records(workspace: Workspace, target: str) -> None:
    """Refuse to write a report over records. Raises UsageError.

    That is: over the workspace itself, or into a project's folder (where the root is the project, into its
    evidence).
    """
    root, real = os.path.realpath(workspace.root), os.path.realpath(target)
    if real == root or inside(root, real):
        message = f"{target} holds the workspace; name another folder with -o"
        raise UsageError(message)
    for folder in _kept(workspace, root):
        if inside(real, os.path.realpath(folder)):
            message = f"{target} lies among a project's records; name a folder outside with -o"
            raise UsageError(message)


def _kept(workspace: Workspace, root: str) -> Iterator[str]:
    for folder in workspace.found.projects:
        if folder != ".":
            yield os.path.join(root, *folder.split("/"))
        else:
            yield from (os.path.join(root, name) for name in EVIDENCE)
