"""Standard output and error of a run in CI: what comes from records is no command to the runner there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack.render.ci_log import inert, unfinished

if TYPE_CHECKING:
    from typing import TextIO


class CiLog:
    """A stream whose lines a runner shows and does not obey; all else is the stream's behind it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    def write(self, text: str) -> int:
        """Write text, wherever its lines begin and end."""
        shown = inert(self._begun + text)[len(self._begun) :]
        self._begun = unfinished(self._begun + text)
        self._stream.write(shown)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write texts one after the other."""
        for line in lines:
            self.write(line)

    def write_commands(self, text: str) -> None:
        """Write lines that are commands; who made them has seen to what is in them."""
        self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
