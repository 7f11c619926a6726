"""The preview: the report on the loopback address, rebuilt and reloaded when a file changes.

watchfiles watches, with the notices of each system; the standard library serves the folder.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager, suppress
from email.message import Message
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from mtrack import directory, files
from mtrack.errors import CannotRunError, UsageError
from mtrack.site.links import SERVED
from mtrack.site.pages import SEARCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

HOST = "127.0.0.1"
MOST_OPEN = 32
"""Connections that wait for an answer at once, and as many again that wait for builds."""
_PATIENCE = 10.0
"""Seconds in which a whole request must come, and some of an answer be taken."""
_ANSWER_PATIENCE = 60.0
"""Seconds in which a whole answer must be taken, the largest file too."""
LIVE = """(function () {
  "use strict";
  var key = "mtrack-view " + location.pathname;
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function fields() { return all("form [name]"); }
  function isOpen(item) { return item.open; }
  function isReport() { return document.querySelector(".top"); }
  function head(place) {
    var table = document.getElementById(place[0]);
    return table && table.querySelectorAll("thead th")[place[1]];
  }
  function view() {
    return {
      fields: fields().map(function (field) { return [field.name, field.value]; }),
      open: all("details").map(isOpen),
      sorted: all("th[aria-sort]").map(function (head) {
        return [head.closest("table").id, head.cellIndex, head.getAttribute("aria-sort")];
      })
    };
  }
  function reload() {
    try {
      if (isReport()) { sessionStorage.setItem(key, JSON.stringify(view())); }
    } catch (error) { /* the page starts without */ }
    location.reload();
  }
  document.addEventListener("DOMContentLoaded", function () {
    try {
      var kept = isReport() && JSON.parse(sessionStorage.getItem(key));
      if (!kept) { return; }
      sessionStorage.removeItem(key);
      all("details").forEach(function (item, i) { item.open = kept.open.length > i ? kept.open[i] : item.open; });
      fields().forEach(function (field, i) {
        if (kept.fields[i] && kept.fields[i][0] === field.name && kept.fields[i][1] !== field.value) {
          field.value = kept.fields[i][1];
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }
      });
      kept.sorted.forEach(function (place) {
        for (var turn = 0; turn < 2 && head(place).getAttribute("aria-sort") !== place[2]; turn += 1) {
          head(place).querySelector("button").click();
        }
      });
    } catch (error) { /* the page starts without */ }
  });
  new EventSource("/live").onmessage = function (event) {
    if (window.mtrackSeen !== undefined && window.mtrackSeen !== event.data) { reload(); }
    window.mtrackSeen = event.data;
  };
})();
"""
"""Reloads a page when the server counts a new build; what was typed, unfolded and sorted stays."""
_PAGE = Markup(
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'\"><title>mtrack</title>"
    '<link rel="stylesheet" href="/report.css"><script src="/live.js"></script></head><body>'
    '<main class="wrap"><div class="title"><h1>{}</h1></div>'
    '<section class="broken"><p>{}</p><p>{}</p></section></main></body></html>'
)
_TO_OVERVIEW = Markup('It may come with the next change. <a href="/index.html">Overview</a>')
_SCRIPTS = ("report.js", SEARCH, "live.js")
_HEARTBEAT = 15.0
_COMMITS = os.path.join(".git", "logs", "HEAD")
"""The file in which git notes each commit."""


class Preview:
    """The site that is served: the newest build, or what kept it from being made."""

    def __init__(self, root: str, build: Callable[[str], None]) -> None:
        """`build` writes the site into the folder it is given, and raises CannotRunError where it can't."""
        self.root = root
        self._build = build
        self._temporary = files.temporary_folder("mtrack-preview-")
        self.folder = os.path.join(os.path.realpath(self._temporary.name), "site")
        self.trouble: str | None = None
        self.builds = 0
        self.is_over = False
        """Whether nobody is served any more."""
        self.changed = threading.Condition()

    def rebuild(self) -> None:
        """Build again, and notify the pages that are open."""
        try:
            self._build(self.folder)
            trouble = None
        except (CannotRunError, UsageError) as error:
            trouble = str(error)
        with self.changed:
            self.trouble = trouble
            self.builds += 1
            self.changed.notify_all()

    def end(self) -> None:
        """Let go of the pages that wait for builds."""
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def close(self) -> None:
        """Remove the build."""
        self._temporary.cleanup()


class _Handler(SimpleHTTPRequestHandler):
    """Serves the build and, under `SERVED`, the workspace's files; to this machine only."""

    protocol_version = default_request_version = "HTTP/1.1"
    server_version = "mtrack"
    sys_version = ""
    timeout = _PATIENCE
    server: _Server
    path = ""
    headers = Message()  # as long as none were read
    extensions_map = SimpleHTTPRequestHandler.extensions_map | dict.fromkeys(
        (".yaml", ".yml", ".eml", ".md", ".txt"), "text/plain; charset=utf-8"
    )

    def __init__(self, preview: Preview, *arguments: Any, **more: Any) -> None:
        self._preview = preview
        super().__init__(*arguments, directory=preview.folder, **more)

    def handle_one_request(self) -> None:
        """Wait for a request and answer it, each in its time."""
        self.server.allow(self.connection, _PATIENCE)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Parse a request; an empty line is not one either."""
        understood = super().parse_request()
        self.server.allow(self.connection, _ANSWER_PATIENCE)
        if not understood and not self.requestline.strip():
            self.send_error(HTTPStatus.BAD_REQUEST)
        return understood

    def do_GET(self) -> None:
        """Answer a request."""
        self._answer(self._get)

    def do_HEAD(self) -> None:
        """The same without the content."""
        self._answer(super().do_HEAD)

    def _answer(self, answer: Callable[[], None]) -> None:
        """Answer a request that makes sense; one for another host's name, which a page elsewhere could point here, is refused."""
        try:
            if self._is_for_us():
                answer()
        except ValueError:  # an address that is none, or a path that no file can have
            self.send_error(HTTPStatus.BAD_REQUEST)
        except OSError:  # the reader has gone
            self.close_connection = True

    def _is_for_us(self) -> bool:
        host, *more = self.headers.get_all("Host") or ("",)
        if not host or more or not self.path.startswith("/") or "\0" in unquote(self.path):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        if host.removesuffix(f":{self.server.server_port}") not in (HOST, "localhost"):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        return True

    def _get(self) -> None:
        path = urlsplit(self.path).path
        if path == "/live":
            self._live()
        elif path == "/live.js":
            self._text(LIVE, "text/javascript")
        elif self._preview.trouble is not None and (path.endswith((".html", "/"))):
            next_time = "It is drawn again as soon as a file changes."
            self._text(_PAGE.format("The report could not be drawn", self._preview.trouble, next_time), "text/html")
        elif path.endswith(".html") and not path.startswith(SERVED) and not os.path.isfile(self.translate_path(path)):
            text = _PAGE.format(
                "There is no such page", "No project or page of the report has this address.", _TO_OVERVIEW
            )
            self._text(text, "text/html", HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def send_head(self) -> Any:
        """Only files: of the build, or of the workspace."""
        path = urlsplit(self.path).path
        if not path.startswith(SERVED):
            return super().send_head()
        name = unquote(path.removeprefix(SERVED), errors="surrogateescape")
        file = self._open(name.split("/"))
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
        self.end_headers()
        return file

    def _open(self, parts: list[str]) -> BufferedReader | None:
        """Open a file of the workspace, hidden ones aside; through a link only to another that it would open."""
        if any(not part or part.startswith(".") or os.sep in part for part in parts):
            return None
        root = self._preview.root
        real = os.path.realpath(os.path.join(root, *parts))
        if any(part.startswith(".") for part in os.path.relpath(real, os.path.realpath(root)).split(os.sep)):
            return None
        above, name = os.path.split(real)
        try:
            with directory.open_inside(root, above) as folder:
                return os.fdopen(folder.open(name), "rb")
        except OSError:
            return None

    def list_directory(self, _path: str | os.PathLike[str]) -> None:
        """No listing of folders."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Headers of every answer: no caching, no guessed types, and which scripts may run."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Content-Security-Policy", self._policy())
        super().end_headers()

    def _policy(self) -> str:
        """The preview's own scripts, whatever a page says; of the workspace's files none."""
        if self.path.startswith(SERVED):
            is_page = self.guess_type(urlsplit(self.path).path).endswith(("html", "xml"))
            return "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'" if is_page else "sandbox"
        name = "localhost" if (self.headers.get("Host") or "").startswith("localhost") else HOST
        scripts = " ".join(f"http://{name}:{self.server.server_port}/{script}" for script in _SCRIPTS)
        return (
            f"default-src 'none'; style-src 'self'; script-src {scripts}; connect-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )

    def _text(self, text: str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _live(self) -> None:
        if not self.server.stays(self.connection):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        preview = self._preview
        seen = -1
        while True:
            with preview.changed:
                preview.changed.wait_for(lambda: preview.is_over or preview.builds != seen, timeout=_HEARTBEAT)  # noqa: B023
                seen = preview.builds
            if preview.is_over:
                return
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
    """Serves at most `MOST_OPEN` requests at once: one more, and the connection that was opened first is closed."""

    daemon_threads = True
    request_queue_size = 2 * MOST_OPEN

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}
        """The connections, in the order they were opened, and when the time of each is over."""
        self._staying: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin to answer, on a thread."""
        with self._lock:
            if len(self._open) >= MOST_OPEN:
                self._let_go(next(iter(self._open)))
            self._open[request] = monotonic() + _PATIENCE
        super().process_request(request, client_address)

    def allow(self, request: socket.socket, seconds: float) -> None:
        """Give a connection so much time from now for its next step: the time of one `recv` says nothing of a request."""
        with self._lock:
            if request in self._open:
                self._open[request] = monotonic() + seconds

    def service_actions(self) -> None:
        """Let go of the connections whose time is over."""
        with self._lock:
            now = monotonic()
            for request in [request for request, end in self._open.items() if end < now]:
                self._let_go(request)

    def _let_go(self, request: socket.socket) -> None:
        """Close a connection under its thread, which then ends."""
        del self._open[request]
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)

    def stays(self, request: socket.socket) -> bool:
        """Let a connection stay open for news of builds, if there are not too many."""
        with self._lock:
            if len(self._staying) >= MOST_OPEN:
                return False
            self._open.pop(request, None)
            self._staying.add(request)
            return True

    def shutdown_request(self, request: Any) -> None:
        """The end of a connection."""
        with self._lock:
            self._open.pop(request, None)
            self._staying.discard(request)
        super().shutdown_request(request)

    def handle_error(self, _request: Any, _address: Any) -> None:
        """A connection that broke is no trouble."""


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
        preview.end()


def watch(preview: Preview, stop: threading.Event, notify: Callable[[str], None]) -> None:
    """Rebuild whenever a file of the workspace changes, until `stop` is set; `notify` is called with every changed path."""
    from watchfiles import watch as watch_files  # noqa: PLC0415  (only the preview watches)

    def counts(_change: object, path: str) -> bool:
        notify(path)
        return _counts(path)

    for _ in watch_files(preview.root, stop_event=stop, watch_filter=counts, debounce=300, step=50, rust_timeout=500):
        preview.rebuild()


def _counts(path: str) -> bool:
    """Whether a change can matter: hidden files and editors' backups don't; of git's own, a new commit does."""
    if path.endswith(_COMMITS):
        return True
    name = os.path.basename(path)
    return not (name.startswith(".") or name.endswith(("~", ".swp", ".tmp"))) and f"{os.sep}.git{os.sep}" not in path
