"""What mtrack wrote into a report's folder, kept in the user's cache: nothing in the folder itself is taken as proof."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from mtrack import files
from mtrack.check.store import StoredProject
from mtrack.directory import Directory, own_folder, plain
from mtrack.errors import CannotRunError
from mtrack.views.summary import ProjectSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LIMIT = 256 << 20
_MOST_KEPT = 100
"""Of how many reports is known what was written; those not written for longest are forgotten first."""

_PATIENCE = 30.0
"""Seconds to wait for another report into the same folder."""

_entry = msgspec.json.Decoder(tuple[str, str, str])


class Written:
    """The pages mtrack wrote: by name and digest of the content, the digest of what each was made from.

    A page is noted before it is written, so that a run that is killed leaves none unknown.
    """

    def __init__(self, cache: str | None, folder: str = ".", *, reuse: bool = True) -> None:
        """`cache` is the user's cache folder, None to remember only while this run lasts; `folder` is the report's.

        Without `reuse` all is read and drawn again.
        """
        self._reuse = reuse
        self._path = None
        self._pages: dict[str, dict[str, str]] = {}
        self._projects: dict[str, StoredProject[ProjectSummary]] = {}
        self._packed: dict[int, msgspec.Raw] = {}
        """What is kept of projects as it was read, by the `id` of what was made of it."""
        if cache is not None and own_folder(top := os.path.join(cache, "reports")):
            name = hashlib.sha256(os.fsencode(os.path.normcase(plain(folder)))).hexdigest()
            self._path = os.path.join(top, name)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Know what was written, and keep other mtracks from writing the same report. Raises CannotRunError where one does."""
        if self._path is None:
            yield
            return
        top, name = os.path.split(self._path)
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(Directory.top(top))
                stack.enter_context(folder.locked(f"{name}.lock", _PATIENCE))
            except TimeoutError:
                message = (
                    f"another mtrack has been writing this report for {_PATIENCE:.0f} seconds; run the command again"
                )
                raise CannotRunError(message) from None
            except OSError:  # nothing can be kept there: what was written before may still be read
                pass
            self._load(self._path)
            yield

    def _load(self, path: str) -> None:
        self._pages = {}
        with suppress(files.UnreadableFileError):
            for line in files.read(f"{path}.pages", _LIMIT).splitlines():
                with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                    name, content, inputs = _entry.decode(line)
                    self._pages.setdefault(name, {})[content] = inputs

    def names(self) -> list[str]:
        """The names of all pages."""
        return sorted(self._pages)

    def inputs(self, name: str, content: str | None) -> str | None:
        """What a page of that content was made from; None where mtrack wrote no such page."""
        return self._pages.get(name, {}).get(content) if content is not None else None

    def note(self, name: str, content: str, inputs: str) -> None:
        """Note a page that is about to be written."""
        self._pages.setdefault(name, {})[content] = inputs
        if self._path is not None:
            with suppress(OSError), open(f"{self._path}.pages", "ab", buffering=0) as file:
                file.write(_line(name, content, inputs))

    def settle(self, pages: dict[str, tuple[str, str]]) -> None:
        """Forget all but these pages: by name, the digests of content and inputs."""
        self._pages = {name: {content: inputs} for name, (content, inputs) in pages.items()}
        lines = (_line(name, content, inputs) for name, (content, inputs) in sorted(pages.items()))
        self._save("pages", b"".join(lines))
        self._forget()

    @property
    def projects(self) -> dict[str, StoredProject[ProjectSummary]]:
        """What the last report kept of the projects; nothing where that can't be read."""
        if not self._reuse:
            return {}
        if self._path is None:
            return self._projects
        decode = msgspec.msgpack.Decoder(StoredProject[ProjectSummary]).decode
        try:
            packed = msgspec.msgpack.decode(files.read(f"{self._path}.projects", _LIMIT), type=dict[str, msgspec.Raw])
            kept = {folder: decode(raw) for folder, raw in packed.items()}
        except (files.UnreadableFileError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        self._packed = {id(kept[folder]): raw for folder, raw in packed.items()}
        return kept

    def keep(self, projects: dict[str, StoredProject[ProjectSummary]]) -> None:
        """Keep what the next report can use of the projects."""
        if self._path is None:
            self._projects = projects
            return
        self._save(
            "projects", _encoded({folder: self._packed.get(id(item), item) for folder, item in projects.items()})
        )

    def _save(self, kind: str, content: bytes) -> None:
        if self._path is not None:
            with suppress(OSError), files.writing(f"{self._path}.{kind}", durable=False) as put:
                put(content)

    def _forget(self) -> None:
        """Remove what is known of the reports that were not written for longest."""
        if self._path is None:
            return
        with suppress(OSError), os.scandir(os.path.dirname(self._path)) as entries:
            found = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith(".pages"))
            for _, path in found[:-_MOST_KEPT]:
                for kind in (".pages", ".projects"):
                    with suppress(FileNotFoundError):
                        os.unlink(path.removesuffix(".pages") + kind)


def _line(*parts: str) -> bytes:
    return msgspec.json.encode(parts) + b"\n"


def _encoded(kept: dict[str, StoredProject[ProjectSummary] | msgspec.Raw]) -> bytes:
    """What is kept, less the projects with file names that are not text: those are read again each time."""
    try:
        return msgspec.msgpack.encode(kept)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode({folder: item for folder, item in kept.items() if _is_text((folder, item))})


def _is_text(parts: Iterable[object]) -> bool:
    try:
        msgspec.msgpack.encode(parts)
    except UnicodeEncodeError:
        return False
    return True
