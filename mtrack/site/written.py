"""The pages that mtrack wrote into a report's folder, kept in the user's cache: the folder itself proves nothing."""

from __future__ import annotations

import hashlib
import os
import zlib
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mtrack import files
from mtrack.directory import Directory, own_folder, plain
from mtrack.errors import CannotRunError
from mtrack.site.rows import KeptRows
from mtrack.watch import State  # noqa: TC001  (msgspec reads the annotations)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

_LIMIT = 256 << 20
_MOST_KEPT = 100
"""The number of reports whose pages are known; those not written for longest are forgotten first."""

_PATIENCE = 30.0
"""Seconds to wait for another report into the same folder."""

_SHOWS = os.name != "nt"
"""Whether the state of a file shows that it was changed: on Windows it need not."""
_unpack_rows = msgspec.msgpack.Decoder(dict[str, KeptRows]).decode


class _Entry(Struct, frozen=True, array_like=True):
    """A page: digests of its content and of what it was made from, and its state where that shows each later change.

    Without content its name is one that a page had until it was written whole.
    """

    name: str
    content: str
    inputs: str
    state: State | None = None


class Written:
    """The pages mtrack wrote: by name and digest of the content, the digest of what each was made from.

    A page is noted before it is written, so that a run that is killed leaves none unknown.
    """

    def __init__(self, cache: str | None, folder: str = ".", *, single: bool = False) -> None:
        """`cache` is the user's cache folder, None to remember only while this run lasts; `folder` is the report's.

        Of an output that is a `single` file, which `folder` then names, only the name is noted that it has until it is whole.
        """
        self._path = None
        self._pages: dict[str, dict[str, str]] = {}
        self._states: dict[str, tuple[State, str]] = {}
        """The state of a page whose content was known, with its digest."""
        self.temporary: set[str] = set()
        """The names that pages had, in earlier runs that did not end, until they were written whole."""
        self._rows: dict[str, KeptRows] | None = None
        """The kept rows by page; None until one is asked for."""
        self._notes: FileIO | None = None
        """The file in which pages are noted, once one is."""
        if cache is not None and own_folder(top := os.path.join(cache, "reports")):
            place = os.fsencode(os.path.normcase(plain(folder))) + (b"\0" if single else b"")
            name = hashlib.sha256(place).hexdigest()
            self._path = os.path.join(top, name)

    @contextmanager
    def held(self, patience: float = _PATIENCE) -> Iterator[None]:
        """Know what was written, and keep other mtracks from writing the same report.

        Raises CannotRunError where one does for longer than `patience` seconds.
        """
        if self._path is None:
            yield
            return
        top, name = os.path.split(self._path)
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(Directory.top(top))
                stack.enter_context(folder.locked(f"{name}.lock", patience))
            except TimeoutError:
                message = (
                    f"another mtrack has been writing this report for {patience:.0f} seconds; run the command again"
                )
                raise CannotRunError(message) from None
            except OSError:  # nothing can be kept there: what was written before may still be read
                pass
            self._load(self._path)
            stack.callback(self._end_notes)
            yield

    def _load(self, path: str) -> None:
        self._pages, self._states, self.temporary = {}, {}, set()
        decode = msgspec.json.Decoder(_Entry).decode
        with suppress(files.UnreadableFileError):
            for line in files.read(f"{path}.pages", _LIMIT).splitlines():
                with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                    entry = decode(line)
                    if not entry.content:
                        self.temporary.add(entry.name)
                        continue
                    self._pages.setdefault(entry.name, {})[entry.content] = entry.inputs
                    if entry.state is not None:
                        self._states[entry.name] = entry.state, entry.content

    def names(self) -> list[str]:
        """The names of all pages."""
        return sorted(self._pages)

    def content(self, name: str, state: State) -> str | None:
        """The digest of what a page holds that is in a state; None where that does not say."""
        known = self._states.get(name) if _SHOWS else None
        return known[1] if known is not None and known[0] == state else None

    def inputs(self, name: str, content: str | None) -> str | None:
        """The digest of a page's inputs, by the page's content; None where mtrack wrote no such page."""
        return self._pages.get(name, {}).get(content) if content is not None else None

    def note(self, name: str, content: str, inputs: str) -> None:
        """Note a page that is about to be written."""
        self._pages.setdefault(name, {})[content] = inputs
        self._note(_Entry(name, content, inputs))

    def note_temporary(self, page: str, name: str) -> None:
        """Note the name in its folder that a page has while it is written."""
        above = page.rpartition("/")[0]
        self._note(_Entry(f"{above}/{name}" if above else name, "", ""))

    def _note(self, entry: _Entry) -> None:
        if self._path is not None:
            with suppress(OSError):
                if self._notes is None:
                    self._notes = open(f"{self._path}.pages", "ab", buffering=0)  # noqa: SIM115  (until all are noted)
                self._notes.write(_line(entry))

    def rows(self, name: str) -> KeptRows | None:
        """The rows of a page, as far as they are known; whoever takes some makes sure that it is that page."""
        if self._rows is None:
            self._rows = {}
            with suppress(files.UnreadableFileError, msgspec.MsgspecError, UnicodeDecodeError):
                data = files.read(f"{self._path}.rows", _LIMIT) if self._path is not None else b""
                if data[:4] == _checksum(data[4:]):
                    self._rows = _unpack_rows(data[4:])
        return self._rows.get(name)

    def keep_rows(self, name: str, rows: KeptRows | None) -> None:
        """Keep the rows of a page, None for a page without any."""
        self.rows(name)
        assert self._rows is not None
        self._rows.pop(name, None)
        if rows is not None:
            self._rows[name] = rows

    def _end_notes(self) -> None:
        if self._notes is not None:
            self._notes.close()
            self._notes = None

    def settle(self, pages: dict[str, tuple[str, str]], states: dict[str, State]) -> None:
        """Forget all but these pages: by name, the digests of content and inputs, and the states that are known."""
        self._end_notes()
        self._pages = {name: {content: inputs} for name, (content, inputs) in pages.items()}
        self._states = {name: (state, pages[name][0]) for name, state in states.items() if name in pages}
        lines = (_line(_Entry(name, *digests, states.get(name))) for name, digests in sorted(pages.items()))
        if self._path is not None:
            with suppress(OSError):
                files.write(f"{self._path}.pages", [b"".join(lines)], durable=False)
        self._settle_rows()
        self._forget()

    def forget(self) -> None:
        """Forget all that is noted: an output that is one file proves itself, and is whole."""
        self._end_notes()
        if self._path is not None:
            with suppress(OSError):
                os.unlink(f"{self._path}.pages")

    def _settle_rows(self) -> None:
        """Keep the rows of the pages that are there, if one was drawn."""
        if self._rows is None:
            return
        self._rows = {name: rows for name, rows in self._rows.items() if rows.content in self._pages.get(name, ())}
        if self._path is not None:
            data = msgspec.msgpack.encode(self._rows)
            with suppress(OSError):
                files.write(f"{self._path}.rows", [_checksum(data), data], durable=False)

    def _forget(self) -> None:
        """Remove what is known of the reports that were not written for longest."""
        if self._path is None:
            return
        with suppress(OSError), os.scandir(os.path.dirname(self._path)) as entries:
            found = sorted((entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith(".pages"))
            for _, path in found[:-_MOST_KEPT]:
                for old in (path, path.removesuffix(".pages") + ".rows"):
                    with suppress(FileNotFoundError):
                        os.unlink(old)


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "little")


def _line(entry: _Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"
