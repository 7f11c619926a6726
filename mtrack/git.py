"""The one way to run git, and one commit with the files an edit touched and nothing else."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, NoReturn

from mtrack.errors import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = ("core.fsmonitor=false", "safe.bareRepository=explicit")
"""A repository's own settings must not run programs, nor a folder in the workspace pass for one."""
_LITERAL = "--literal-pathspecs"
"""Paths are names, whatever characters they hold; for commands that take this."""
_KEPT = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_",
)
"""The variables that say who the user is and where settings are; the others could lead into another repository."""


def run(root: str, *arguments: str, stdin: bytes = b"", apart: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder; nothing is fetched, no lock is taken that can be done without. Raises OSError without git.

    `apart` is for what needs no repository: it then sees none, not even one that a hook is run for.
    """
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    command = ["git", "--no-pager", *settings, "-C", root, *arguments]
    return subprocess.run(  # noqa: S603  (arguments are a list; no shell)
        command, input=stdin, capture_output=True, check=False, env=_environment(root, apart=apart)
    )


def _environment(root: str, *, apart: bool) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)}
    kept |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    return kept | ({"GIT_CEILING_DIRECTORIES": os.path.dirname(root)} if apart else {})


_READING = ("core.commitGraph=false", "log.showSignature=false")
"""What could tell another history than the commits themselves, or run a program."""


def read(root: str, *arguments: str, stdin: bytes = b"", settings: tuple[str, ...] = ()) -> bytes:
    """What git says of the history at `root`; nothing is written, run or fetched. Raises CannotRunError."""
    done = ask(root, arguments, stdin, settings)
    if done.returncode:
        message = f"git can't read the history: {_last(done.stderr)}"
        raise CannotRunError(message)
    return done.stdout


def try_read(root: str, *arguments: str) -> bytes | None:
    """As `read`; None where git says no."""
    done = ask(root, arguments)
    return None if done.returncode else done.stdout


def ask(
    root: str, arguments: tuple[str, ...], stdin: bytes = b"", settings: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run git to read the history, whatever it says. Raises CannotRunError without git."""
    try:
        return subprocess.run(  # noqa: S603  (arguments are a list; no shell)
            [*_reading(root, settings), *arguments],
            input=stdin, capture_output=True, check=False, env=_reading_environment(root),
        )  # fmt: skip
    except OSError:
        message = "the history is read with git, which is not installed"
        raise CannotRunError(message) from None


def _reading(root: str, settings: tuple[str, ...] = ()) -> list[str]:
    """A git that follows no replace refs, before its arguments."""
    parts = [part for setting in (*_SETTINGS, *_READING, *settings) for part in ("-c", setting)]
    bare = ["--git-dir=."] if _is_bare(root) else []
    return ["git", "--no-pager", "--no-replace-objects", *parts, "-C", root, *bare]


def _is_bare(root: str) -> bool:
    """Whether a folder is itself a bare repository; one above it, or inside a workspace, is never taken for one."""
    names = ("HEAD", "objects", "refs", "config")
    return all(os.path.exists(os.path.join(root, name)) for name in names) and not os.path.lexists(
        os.path.join(root, ".git")
    )


def _reading_environment(root: str) -> dict[str, str]:
    """As for every git, without grafts; no protocol is allowed, so that old versions fetch nothing either."""
    return _environment(root, apart=False) | {"GIT_GRAFT_FILE": os.devnull, "GIT_ALLOW_PROTOCOL": ""}


BATCH = 200
"""How many contents are asked for at once: few enough that their names fit into a pipe that nobody reads yet."""


class Blobs:
    """The contents that git keeps, read one after another by a git that stays until `close`."""

    def __init__(self, root: str) -> None:
        """Raises CannotRunError without git."""
        try:
            self._git = subprocess.Popen(  # noqa: S603
                [*_reading(root), "cat-file", "--batch"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_reading_environment(root),
            )  # fmt: skip
        except OSError:
            message = "the history is read with git, which is not installed"
            raise CannotRunError(message) from None

    def get(self, names: list[str], limit: int) -> Iterator[bytes | None]:
        """The contents of blobs; None for one of more bytes than `limit`. Raises CannotRunError where one is missing.

        All names are asked for at once, so that git works while the answers are read; `BATCH` of them at most.
        """
        asked, answers = self._git.stdin, self._git.stdout
        assert asked is not None
        assert answers is not None
        try:
            asked.write("".join(f"{name}\n" for name in names).encode())
            asked.flush()
        except OSError:
            self._missing(names[0])
        for name in names:
            head = answers.readline().split()
            if head[1:2] != [b"blob"]:
                self._missing(name)
            left = int(head[2]) + 1  # and a line break
            if left > limit + 1:
                while left:
                    left -= len(answers.read(min(left, 1 << 20))) or left
                yield None
                continue
            content = answers.read(left)
            if len(content) != left:
                self._missing(name)
            yield content[:-1]

    def _missing(self, name: str) -> NoReturn:
        message = f"git has not all of the history here ({name[:10]} is missing); fetch it first"
        raise CannotRunError(message)

    def close(self) -> None:
        """Let git go."""
        for stream in (self._git.stdin, self._git.stdout):
            if stream is not None:
                stream.close()
        self._git.wait()


def tracked(root: str, below: str = ".") -> frozenset[str] | None:
    """The files below a folder that git tracks, as paths from `root`; None where there is no git or no repository."""
    try:
        found = try_read(root, _LITERAL, "ls-files", "-z", "--", below)
    except CannotRunError:
        return None
    return None if found is None else frozenset(os.fsdecode(path) for path in found.split(b"\0") if path)


def head(root: str) -> str | None:
    """The short hash of the commit checked out at `root`; None without git, a repository or a commit."""
    if not _may_have_one(root):
        return None
    try:
        done = run(root, "rev-parse", "--short", "--verify", "-q", "--end-of-options", "HEAD")
    except OSError:
        return None
    return _text(done.stdout) or None


def user_name(root: str) -> str | None:
    """Who commits at `root`, by git's settings; None without git or a name."""
    try:
        return _text(run(root, "config", "user.name").stdout) or None
    except OSError:
        return None


def _may_have_one(root: str) -> bool:
    """Whether git is worth asking: it takes a while to say no."""
    folder, above = os.path.realpath(root), ""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, above = os.path.dirname(folder), folder
        if folder == above:
            return False
    return True


def _git(root: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return run(root, *arguments, stdin=stdin)
    except OSError:
        message = "--commit needs git, which is not installed; nothing was changed"
        raise CannotRunError(message) from None


def ready(root: str, paths: list[str]) -> None:
    """Raise CannotRunError where there is no repository, or the files have changes that are not committed."""
    found = _git(root, "rev-parse", "--is-inside-work-tree")
    if found.returncode or _text(found.stdout) != "true":
        message = f"--commit needs a git repository, and {os.path.relpath(root)} is in none; nothing was changed"
        raise CannotRunError(message)
    if not paths:
        return
    state = _git(root, _LITERAL, "status", "--porcelain", "--untracked-files=all", "--", *paths)
    if state.returncode:
        message = f"git can't tell the state of {', '.join(paths)}: {_last(state.stderr)}; nothing was changed"
        raise CannotRunError(message)
    if state.stdout:
        message = f"{', '.join(paths)} has changes that are not committed yet; commit them first, or leave --commit out; nothing was changed"
        raise CannotRunError(message)


def commit(root: str, paths: list[str], message: str) -> str:
    """Commit just these files, those that git ignores aside; the commit's short name.

    The user's hooks run. Raises CannotRunError; the edit stays then.
    """
    asked = "\0".join(paths).encode("utf-8", "surrogateescape")
    ignored = os.fsdecode(_git(root, "check-ignore", "-z", "--stdin", stdin=asked).stdout).split("\0")
    paths = [path for path in paths if path not in ignored]
    for arguments in (
        ("add", "--intent-to-add", "--", *paths),
        ("commit", "--quiet", "--only", "--message", message, "--", *paths),
    ):
        done = _patiently(root, _LITERAL, *arguments)
        if done.returncode:
            trouble = f"recorded, but not committed: git says {_last(done.stderr or done.stdout)}"
            raise CannotRunError(trouble)
    return _text(_git(root, "rev-parse", "--short", "--verify", "--end-of-options", "HEAD").stdout)


def _patiently(root: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git, again where another git holds the index for a moment."""
    for _ in range(50):
        done = _git(root, *arguments)
        if not done.returncode or b"index.lock" not in done.stderr:
            break
        time.sleep(1 / 10)
    return done


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()


def _last(output: bytes) -> str:
    lines = [line.strip() for line in _text(output).splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return f"'{(fatal or lines or ['nothing'])[-1]}'"
