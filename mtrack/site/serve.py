"""The preview: the report on the loopback address, rebuilt and reloaded when a file changes.

watchfiles watches, with the notices of each system; the standard library serves the folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from mtrack.errors import CannotRunError, UsageError
from mtrack.files import inside
from mtrack.site.links import SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

HOST = "127.0.0.1"
LIVE = """new EventSource("/live").onmessage = function (event) {
  if (window.mtrackSeen !== undefined && window.mtrackSeen !== event.data) { location.reload(); }
  window.mtrackSeen = event.data;
};
"""
"""Reloads a page when the server counts a new build."""
_TROUBLE = Markup(
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'\"><title>mtrack</title>"
    '<link rel="stylesheet" href="/report.css"><script src="/live.js"></script></head><body>'
    '<main class="wrap"><div class="title"><h1>The report could not be drawn</h1></div>'
    '<section class="broken"><p>{}</p><p>It is drawn again as soon as a file changes.</p></section></main></body></html>'
)
_HEARTBEAT = 15.0


class Preview:
    """What is served: the newest build, or what kept it from being made."""

    def __init__(self, root: str, build: Callable[[str], None]) -> None:
        """`build` writes the site into the folder it is given, and raises CannotRunError where it can't."""
        self.root = root
        self._build = build
        self._temporary = tempfile.TemporaryDirectory(prefix="mtrack-preview-")
        self.folder = os.path.join(self._temporary.name, "site")
        self.trouble: str | None = None
        self.builds = 0
        self.changed = threading.Condition()

    def rebuild(self) -> None:
        """Build again, and tell the pages that are open."""
        try:
            self._build(self.folder)
            trouble = None
        except (CannotRunError, UsageError) as error:
            trouble = str(error)
        with self.changed:
            self.trouble = trouble
            self.builds += 1
            self.changed.notify_all()

    def close(self) -> None:
        """Remove the build."""
        self._temporary.cleanup()


class _Handler(SimpleHTTPRequestHandler):
    """Serves the build and, under `SERVED`, the workspace's files; to this machine only."""

    protocol_version = "HTTP/1.1"
    server_version = "mtrack"
    sys_version = ""

    def __init__(self, preview: Preview, *arguments: Any, **more: Any) -> None:
        self._preview = preview
        super().__init__(*arguments, directory=preview.folder, **more)

    def do_GET(self) -> None:
        """Answer a request; one for another host's name, which a page elsewhere could point here, is refused."""
        if not self._is_for_us():
            return
        path = urlsplit(self.path).path
        if path == "/live":
            self._live()
        elif path == "/live.js":
            self._text(LIVE, "text/javascript")
        elif self._preview.trouble is not None and (path.endswith((".html", "/"))):
            self._text(_TROUBLE.format(self._preview.trouble), "text/html")
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        """The same without the content."""
        if self._is_for_us():
            super().do_HEAD()

    def _is_for_us(self) -> bool:
        host = self.headers.get("Host") or ""
        known = (host.rpartition(":")[0] or host) in (HOST, "localhost")
        if not known:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return known

    def send_head(self) -> Any:
        """Only files: no listing of folders."""
        path = urlsplit(self.path).path
        if path.startswith(SERVED) and not self._is_evidence(path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, _path: str | os.PathLike[str]) -> None:
        """No listing of folders."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def translate_path(self, path: str) -> str:
        """Where a file is."""
        plain = urlsplit(path).path
        if not plain.startswith(SERVED):
            return super().translate_path(path)
        parts = unquote(plain.removeprefix(SERVED), errors="surrogateescape").split("/")
        return os.path.join(self._preview.root, *parts)

    def _is_evidence(self, path: str) -> bool:
        parts = unquote(path.removeprefix(SERVED), errors="surrogateescape").split("/")
        if any(not part or part.startswith(".") or "\0" in part or os.sep in part for part in parts):
            return False
        full = self.translate_path(path)
        return os.path.isfile(full) and inside(os.path.realpath(full), os.path.realpath(self._preview.root))

    def end_headers(self) -> None:
        """Headers of every answer: no caching, no guessed types, and no scripts in the workspace's files."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.path.startswith(SERVED):
            self.send_header("Content-Security-Policy", "sandbox")
        super().end_headers()

    def _text(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _live(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        preview = self._preview
        seen = -1
        while True:
            with preview.changed:
                preview.changed.wait_for(lambda: preview.builds != seen, timeout=_HEARTBEAT)  # noqa: B023
                seen = preview.builds
            try:
                self.wfile.write(f"data: {seen}\n\n".encode())
                self.wfile.flush()
            except OSError:
                return

    def copyfile(self, source: BufferedReader, outputfile: Any) -> None:  # type: ignore[override]
        """A reader who closes the connection is not an error."""
        try:
            super().copyfile(source, outputfile)
        except OSError:
            self.close_connection = True

    def log_message(self, *_arguments: Any) -> None:
        """Log no requests: the terminal shows only what is wrong."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: Any, _address: Any) -> None:
        """A broken connection is not reported."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(_request, _address)


@contextmanager
def serving(preview: Preview, port: int) -> Iterator[str]:
    """Serve a preview on the loopback address while the block runs; its address. Raises CannotRunError."""
    try:
        server = _Server((HOST, port), partial(_Handler, preview))
    except (OSError, OverflowError) as error:
        message = f"port {port} can't be used: {error}; name another with --port"
        raise CannotRunError(message) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/index.html"
    finally:
        server.shutdown()
        server.server_close()


def watch(preview: Preview, stop: threading.Event) -> None:
    """Rebuild whenever a file of the workspace changes, until told to stop."""
    from watchfiles import watch as watch_files  # noqa: PLC0415  (only the preview watches)

    for _ in watch_files(preview.root, stop_event=stop, watch_filter=_counts, debounce=300, step=50, rust_timeout=500):
        preview.rebuild()


def _counts(_change: object, path: str) -> bool:
    """Whether a change can matter: hidden files and editors' backups don't."""
    name = os.path.basename(path)
    return not (name.startswith(".") or name.endswith(("~", ".swp", ".tmp"))) and f"{os.sep}.git{os.sep}" not in path
