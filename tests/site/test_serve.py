"""The preview: to this machine alone, nothing said of bad requests, no end of connections, and no script but its own."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from changes import RECORDS
from support import AS_OF, add_evidence, write_tree

from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.site import serve
from mtrack.site.build import Options, write_folder
from mtrack.site.links import SERVED
from mtrack.site.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = write_tree(
        tmp_path / "studio",
        {
            "mtrack.yaml": "format: 1\nname: Studio\n",
            "one/milestones.yaml": RECORDS.format(name="One", number="A-1"),
            "one/signoffs/page.html": SCRIPT,
            "one/signoffs/picture.svg": f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>",
            "one/.hidden/x.txt": "hidden",
        },
    )
    add_evidence(root)
    write_tree(tmp_path, {"outside.txt": "secret"})
    (root / "one/signoffs/out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "one/signoffs/in.txt").symlink_to("../invoices/A-1.pdf")
    (root / "one/away").symlink_to(tmp_path)
    (root / "one/signoffs/hidden.txt").symlink_to("../.hidden/x.txt")
    (root / "one/seen").symlink_to(".hidden")
    os.mkfifo(root / "one/signoffs/pipe.txt")
    return root


@pytest.fixture
def port(tree: Path) -> Iterator[int]:
    given = Options(advance=lambda _done, _of: None, say=pytest.fail, written=Written(None), live=True)

    def build(folder: str) -> None:
        write_folder(open_workspace(str(tree), AS_OF), Selection(), ".", folder, given)

    preview = serve.Preview(str(tree), build)
    preview.rebuild()
    assert preview.trouble is None
    with serve.serving(preview, 0) as address:
        yield int(address.split(":")[2].partition("/")[0])
    preview.close()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def send(port: int, request: bytes) -> bytes:
    """What comes back for bytes that need not be a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


HOST = b"Host: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1 more\r\n" + HOST + b"\r\n",
        b"GET / HTTP/x.y\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Host: elsewhere.example\r\n\r\n",
        b"GET http://127.0.0.1/ HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /index.html%00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET //[ HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /_file/%00.txt HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
def test_a_bad_request_gets_400_without_a_word(port: int, capfd: pytest.CaptureFixture[str], request_: bytes) -> None:
    answer = send(port, request_)
    assert answer.startswith(b"HTTP/1.1 404 " if b"//[" in request_ else b"HTTP/1.1 400 "), answer
    assert ask(port, "/index.html")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_bytes_of_all_kinds_are_answered_without_a_word(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    for byte in range(256):
        one = bytes([byte])
        for request in (
            b"GET /" + one + b" HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /x%" + f"{byte:02x}".encode() + b".html HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET / HTTP/1.1\r\n" + HOST + b"X: " + one + b"\r\n\r\n",
        ):
            answer = send(port, request)
            assert b"Traceback" not in answer
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
        assert ask(port, "/", method)[0] in (400, 405, 501)
    assert send(port, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n").split()[1] == b"414"
    assert send(port, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n").split()[1] == b"431"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1.example.org", "localhost.example.org", "127.0.0.2", "[::1]"]
)
def test_another_host_s_name_is_refused(port: int, host: str) -> None:
    assert ask(port, "/index.html", Host=host)[0] == 421
    assert ask(port, "/index.html", Host=f"{host}:{port}")[0] == 421


def test_it_listens_to_this_machine_alone(port: int) -> None:
    with socket.socket() as connection:
        connection.settimeout(2)
        assert connection.connect_ex(("127.0.0.2", port)) != 0


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_scripts_are_limited_to_its_own_by_path(port: int, name: str) -> None:
    for path in ("/index.html", "/projects/one.html", "/none.html"):
        policy = ask(port, path, Host=f"{name}:{port}")[1]["Content-Security-Policy"]
        parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert parts["default-src"] == "'none'"
        own = f"http://{name}:{port}"
        assert parts["script-src"].split() == [f"{own}/report.js", f"{own}/search.js", f"{own}/live.js"]
        assert parts["base-uri"] == parts["form-action"] == parts["frame-ancestors"] == "'none'"


def test_the_workspace_s_files_are_shown_and_run_nothing(port: int) -> None:
    for name, kind in (("signoffs/page.html", "text/html"), ("signoffs/picture.svg", "image/svg+xml")):
        code, headers, content = ask(port, f"{SERVED}one/{name}")
        assert (code, headers["Content-Type"]) == (200, kind)
        assert SCRIPT.encode() in content
        assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
    code, headers, content = ask(port, f"{SERVED}one/milestones.yaml")
    assert (code, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert headers["Content-Security-Policy"] == "sandbox"
    assert b"project: One" in content
    assert ask(port, f"{SERVED}one/signoffs/in.txt")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "one/signoffs/out.txt", "one/away/outside.txt", "one/signoffs/pipe.txt", "one/signoffs", "one/.hidden/x.txt",
        "one/signoffs/hidden.txt", "one/seen/x.txt", "../outside.txt", "one/../../outside.txt", "one/%2e%2e/%2e%2e/outside.txt", "one//milestones.yaml",
        "/etc/hostname", "one%2fmilestones.yaml/..", ".", "", "none.txt", "%ff.txt",
    ],
)  # fmt: skip
def test_no_other_file_is(port: int, path: str) -> None:
    code, _, content = ask(port, f"{SERVED}{path}")
    assert code == 404
    assert b"secret" not in content


def test_at_most_32_pages_wait_for_builds(port: int) -> None:
    with ExitStack() as stack:
        codes = []
        for _ in range(serve.MOST_OPEN + 8):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            connection.sendall(b"GET /live HTTP/1.1\r\n" + HOST + b"\r\n")
            codes.append(connection.recv(100).split()[1])
        assert codes == [b"200"] * serve.MOST_OPEN + [b"503"] * 8
        assert ask(port, "/index.html")[0] == 200
        assert _threads() <= serve.MOST_OPEN + 4


def test_many_idle_connections_keep_no_one_out(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        for _ in range(3 * serve.MOST_OPEN):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)).sendall(b"GET /")
        begin = time.monotonic()
        assert ask(port, "/index.html")[0] == 200
        assert time.monotonic() - begin < 5
        assert _threads() <= serve.MOST_OPEN + 4
    assert capfd.readouterr() == ("", "")


def _threads() -> int:
    """Threads that answer, once those that have nothing to do have ended."""
    for _ in range(100):
        count = sum("process_request" in thread.name for thread in threading.enumerate())
        if count <= serve.MOST_OPEN + 4:
            break
        time.sleep(0.05)
    return count


def test_a_request_that_never_ends_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve._Handler, "timeout", 0.2)  # noqa: SLF001
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /index.html HT")
        assert connection.recv(100) == b""


def _seconds_open(act: Callable[[], object], most: float = 10.0) -> float:
    """How long a connection stays open while something is done to it again and again."""
    began = time.monotonic()
    while time.monotonic() - began < most:
        try:
            act()
        except OSError:
            break
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("begin", [b"", b"GET /index.html HT", b"GET /index.html HTTP/1.1\r\n" + HOST + b"X-"])
def test_a_whole_request_must_come_in_time(port: int, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(serve, "_PATIENCE", 0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(begin)
        assert _seconds_open(lambda: connection.sendall(b"x")) < 5  # each byte in time, but not all
    assert ask(port, "/index.html")[0] == 200


def test_the_next_request_of_a_connection_must_come_in_time_too(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_PATIENCE", 0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for _ in range(3):  # more than that time in all
            connection.sendall(b"HEAD /index.html HTTP/1.1\r\n" + HOST + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.25)
        connection.sendall(b"HEAD /index.html HTTP/1.1\r\n" + HOST)
        assert _seconds_open(lambda: connection.sendall(b"x")) < 5


def test_a_slow_reader_is_let_go(port: int, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_ANSWER_PATIENCE", 0.5)
    (tree / "one/signoffs/large.txt").write_bytes(bytes(64 << 20))
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {SERVED}one/signoffs/large.txt HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        assert connection.recv(4096)

        def take() -> None:
            assert connection.recv(4096)
            if not any("process_request" in thread.name for thread in threading.enumerate()):
                raise OSError

        assert _seconds_open(take) < 5  # each part in time, but never all: nobody answers any more
    assert ask(port, "/index.html")[0] == 200


def test_a_page_that_waits_for_builds_stays(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_PATIENCE", 0.3)
    monkeypatch.setattr(serve, "_ANSWER_PATIENCE", 0.3)
    monkeypatch.setattr(serve, "_HEARTBEAT", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /live HTTP/1.1\r\n" + HOST + b"\r\n")
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            assert connection.recv(65536)
