"""A file's text, its plain data, and the way from a route to a place."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtrack import files, ways
from mtrack.files import UnreadableFileError
from mtrack.finding import Place, Span
from mtrack.yaml import forms, plain
from mtrack.yaml.flaw import Flaw
from mtrack.yaml.size import may_be_too_much

if TYPE_CHECKING:
    from mtrack.yaml.forms import Form
    from mtrack.yaml.places import Places
    from mtrack.yaml.plain_places import PlainPlaces
    from mtrack.yaml.shape import Shape

_BREAK = re.compile(r"\r\n|\n|\r")


class Source(Struct):
    """A file as it was read.

    `path` is relative to the root. `unreadable` says why it could not be read, `flaws` what is wrong with its
    YAML, `more` how many flaws there are beyond those; `data` is None then. `unread` are keys left out of it, beyond
    those that a mapping may have. `text` leaves a byte-order mark out, `had_bom` remembers it.
    """

    path: str
    text: str = ""
    had_bom: bool = False
    unreadable: Flaw | None = None
    flaws: tuple[Flaw, ...] = ()
    more: int = 0
    unread: int = 0
    data: Any = None
    forms: list[Form] = []
    """The forms it was read by, where like files are known to fit the schema or not."""
    _lines: list[int] = field(default_factory=list)
    _texts: dict[int, str] = field(default_factory=dict)
    is_plain: bool = False
    """Whether it was read without a parser."""
    _places: Places | PlainPlaces | None = None

    @property
    def whole(self) -> str:
        """The text with its byte-order mark, if it had one."""
        return f"\ufeff{self.text}" if self.had_bom else self.text

    def offsets(self, place: Place) -> tuple[int, int] | None:
        """Start and end of a place, in code points from the file's start; None for the file itself.

        A route that leads nowhere ends at its last part that is there.
        """
        if place.offsets is not None:
            return place.offsets
        if place.route is None:
            return None
        places = self._known_places()
        if place.first is None:
            return places.offsets(place.route, key=place.key)
        key = places.first_key(place.route, place.first)
        return places.offsets(place.route if key is None else (*place.route, key), key=True)

    @property
    def fits(self) -> bool:
        """Whether the data is known to fit the schema, since other data of these forms does."""
        return bool(self.forms) and all(form.fits for form in self.forms)

    def note_that_it_fits(self) -> None:
        """Note that the data fits the schema: so will other data of these forms."""
        for form in self.forms:
            form.fits = True

    def span(self, place: Place) -> Span | None:
        """The lines and columns of a place, from 1; None for the file itself."""
        offsets = self.offsets(place)
        if offsets is None:
            return None
        start, end = offsets
        line, column = self.position(start)
        if line < len(self._lines) and end < self._lines[line]:  # on one line
            return Span(line, column, line, column + end - start)
        return Span(line, column, *self.position(end))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in code points."""
        if not self._lines and "\r" not in self.text:
            self._lines = [0, *accumulate([len(line) + 1 for line in self.text.split("\n")])]
            self._lines.pop()  # behind the last line none begins
        elif not self._lines:
            self._lines = [0, *(match.end() for match in _BREAK.finditer(self.text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line, without its line break; the same text each time, many findings may keep it."""
        found = self._texts.get(line)
        if found is None:
            self.position(0)
            start = self._lines[line - 1]
            match = _BREAK.search(self.text, start)
            found = self._texts[line] = self.text[start : match.start() if match else None]
        return found

    def forget(self) -> None:
        """Drop the nodes; they are made again from the text when a place is asked for."""
        self._places = None

    def _known_places(self) -> Places | PlainPlaces:
        if self._places is None and self.is_plain:
            from mtrack.yaml.plain_places import PlainPlaces  # noqa: PLC0415  (where nothing is found no place is asked for)

            self._places = PlainPlaces(self.text)
        elif self._places is None:
            from mtrack.yaml.places import Places  # noqa: PLC0415  (a parser takes long to load, and most files need none)

            self._places = Places(self.text)
        return self._places


def read(root: str, path: str, shape: Shape, *, walked: bool = False) -> Source:
    """Read and parse the file at `path` (relative to `root`, with "/"). Never raises for what a file holds.

    `walked` says that the folder is known to lie in the workspace, so that only the file itself can lead out.
    """
    return from_bytes(path, read_bytes(root, path, walked=walked), shape)


def from_bytes(path: str, raw: bytes | Flaw, shape: Shape) -> Source:
    """The source for what `read_bytes` gave."""
    if isinstance(raw, Flaw):
        return Source(path, unreadable=raw)
    had_bom = raw.startswith(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8")
        at = len(good) - had_bom
        flaw = Flaw(
            f"the file is not UTF-8: byte 0x{raw[error.start]:02X} is no part of a character",
            "save it as UTF-8",
            (at, at + 1),
        )
        # The text up to there still gives line and column.
        return Source(path, good.removeprefix("\ufeff") + "\ufffd", had_bom, unreadable=flaw)
    return parse(path, text, shape)


def read_bytes(root: str, path: str, *, walked: bool = False) -> bytes | Flaw:
    """The bytes of a file, or why it can't be read; `walked` as for `read`."""
    full = os.path.join(root, *path.split("/"))
    try:
        return files.read(full, within=None if walked and not os.path.islink(full) else root)
    except UnreadableFileError as error:
        return Flaw(error.message, error.hint)


def parse(path: str, text: str, shape: Shape) -> Source:
    """The source for a text that is already at hand; `text` may begin with a byte-order mark."""
    had_bom = text.startswith("\ufeff")
    source = Source(path, text[1:] if had_bom else text, had_bom)
    if ways.is_on("plain"):
        if ways.is_on("forms"):
            source.data, source.forms = forms.read(source.text, shape)
        elif not may_be_too_much(source.text):
            source.data = plain.read(source.text, shape)
        source.is_plain = source.data is not None
    if not source.is_plain:
        _parse(source, shape)
    return source


def _parse(source: Source, shape: Shape) -> None:
    """Read a text that is not plain."""
    from mtrack.yaml.build import Builder  # noqa: PLC0415  (a parser takes long to load, and most files need none)
    from mtrack.yaml.compose import compose  # noqa: PLC0415
    from mtrack.yaml.places import Places  # noqa: PLC0415

    composed = compose(source.text)
    builder = Builder(source.text, composed.aliases)
    flaws = list(composed.flaws)
    if not flaws:
        source.data = builder.build(composed.root, shape, 1)
        flaws, source.more = builder.flaws, builder.more
        source._places = Places(source.text, composed.root)  # noqa: SLF001  (its own; most places are asked for at once)
    source.unread = composed.unread
    if flaws:
        source.data = None
        source.flaws = tuple(sorted(flaws, key=lambda flaw: flaw.offsets or (0, 0)))
