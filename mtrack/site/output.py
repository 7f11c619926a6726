"""The folder of a report: only what changed is written, and only what mtrack wrote there is ever removed."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from mtrack import files
from mtrack.check.store import StoredProject
from mtrack.errors import CannotRunError, UsageError
from mtrack.files import inside
from mtrack.views.summary import ProjectSummary
from mtrack.workspace import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mtrack.check.workspace import Workspace

MANIFEST = ".mtrack-report.json"
KEPT = ".mtrack-kept"
_OURS = re.compile(r"(projects/[a-z0-9._-]+|[a-z]+(-[0-9]+)?)\.(html|css|js)")


class Folder:
    """A report's folder and the manifest of the pages mtrack wrote there: page, digest of inputs, size in bytes."""

    def __init__(self, path: str) -> None:
        """Raises UsageError where the folder holds something and no manifest says that mtrack made it."""
        self.path = path
        self._before = self._load()
        self._now: dict[str, tuple[str, int]] = {}
        self._packed: dict[int, msgspec.Raw] = {}
        """What is kept as it was read, by the `id` of what was made of it."""

    @cached_property
    def kept(self) -> dict[str, StoredProject[ProjectSummary]]:
        """What the last report kept of the projects; nothing where that can't be read."""
        decode = msgspec.msgpack.Decoder(StoredProject[ProjectSummary]).decode
        try:
            with open(os.path.join(self.path, KEPT), "rb") as file:
                packed = msgspec.msgpack.decode(file.read(), type=dict[str, msgspec.Raw])
            kept = {folder: decode(raw) for folder, raw in packed.items()}
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        self._packed = {id(kept[folder]): raw for folder, raw in packed.items()}
        return kept

    def _load(self) -> dict[str, tuple[str, int]]:
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
            return {
                name: (parts[0], parts[1])
                for name, parts in data["pages"].items()
                if _OURS.fullmatch(name) and isinstance(parts, list) and len(parts) == 2  # noqa: PLR2004
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self.path} is not empty and mtrack did not make it; name a new folder with -o"
            raise UsageError(message) from error

    def put(self, name: str, inputs: str, make: Callable[[], str]) -> None:
        """Write a page, unless it is there as it was made from the same inputs."""
        full = os.path.join(self.path, *name.split("/"))
        before = self._before.get(name) if name not in self._now else None  # else it was written a moment ago
        if before is not None and before == (inputs, _size_of(full)):
            self._now[name] = before
            return
        content = make().encode("utf-8", "backslashreplace")
        _update(full, content)
        self._now[name] = inputs, len(content)

    def finish(self, kept: dict[str, StoredProject[ProjectSummary]]) -> None:
        """Remove the pages that are no more, say in the manifest what is there, and keep what the next report can use."""
        for name in self._before.keys() - self._now.keys():
            try:
                os.unlink(os.path.join(self.path, *name.split("/")))
            except OSError:
                continue
        with suppress(OSError):  # not empty, most of the time
            os.rmdir(os.path.join(self.path, "projects"))
        self._save(self._now)
        packed = {folder: self._packed.get(id(item), item) for folder, item in kept.items()}
        _update(os.path.join(self.path, KEPT), _encoded(packed))

    def abandon(self) -> None:
        """List old pages and new in the manifest where a run ends early, so that the next run can replace them."""
        self._save(self._before | self._now)

    def _save(self, pages: dict[str, tuple[str, int]]) -> None:
        content = msgspec.json.encode({"version": 1, "pages": dict(sorted(pages.items()))})
        _update(os.path.join(self.path, MANIFEST), content + b"\n")

    def begin(self) -> None:
        """Make the folder, and mark it as mtrack's own so that a run cut short can be run again."""
        full = os.path.join(self.path, MANIFEST)
        if not os.path.exists(full):
            write(full, b'{"version": 1, "pages": {}}\n')


def _encoded(kept: dict[str, StoredProject[ProjectSummary] | msgspec.Raw]) -> bytes:
    """What is kept, less the projects with file names that are not text: those are read again each time."""
    try:
        return msgspec.msgpack.encode(kept)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode({folder: item for folder, item in kept.items() if _is_text(folder, item)})


def _is_text(*parts: object) -> bool:
    try:
        msgspec.msgpack.encode(parts)
    except UnicodeEncodeError:
        return False
    return True


def _size_of(full: str) -> int | None:
    try:
        return os.stat(full).st_size
    except OSError:
        return None


def _update(full: str, content: bytes) -> None:
    """Write a file, unless it is there with that content."""
    try:
        with open(full, "rb") as file:
            if file.read() == content:
                return
    except OSError:
        pass
    write(full, content)


def write(full: str, content: bytes) -> None:
    """Write a file whole or not at all. Raises CannotRunError where that can't be done."""
    with writing(full) as write_part:
        write_part(content)


@contextmanager
def writing(full: str) -> Iterator[Callable[[bytes], None]]:
    """Write a file in parts, and the folders above it. Raises CannotRunError where that can't be done."""
    try:
        os.makedirs(os.path.dirname(full) or ".", exist_ok=True)
        with files.writing(full, durable=False) as put:
            yield put
    except OSError as error:
        message = f"{full} can't be written: {os.strerror(error.errno or 5).lower()}"
        raise CannotRunError(message) from error


def refuse_records(workspace: Workspace, target: str) -> None:
    """Refuse to write a report over records. Raises UsageError.

    That is: over the workspace itself, or into a project's folder (where the root is the project, into its
    evidence).
    """
    root, real = os.path.realpath(workspace.origin), os.path.realpath(target)
    if real == root or inside(root, real):
        message = f"{target} holds the workspace; name another folder with -o"
        raise UsageError(message)
    for folder in _kept(workspace, root):
        if inside(real, folder):
            message = f"{target} lies among a project's records; name a folder outside with -o"
            raise UsageError(message)


def _kept(workspace: Workspace, root: str) -> Iterator[str]:
    """The real paths of folders that hold records and nothing else."""
    real = workspace.found.real
    for folder in workspace.found.projects:
        if folder != ".":
            yield real[folder] if workspace.commit is None else os.path.join(root, *folder.split("/"))
        else:
            yield from (os.path.realpath(os.path.join(root, name)) for name in EVIDENCE)
