"""The one way to run git."""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from mtrack import files, git_files, limits
from mtrack.errors import CannotRunError
from mtrack.files import system_words
from mtrack.program import CHUNK, Program

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator, Iterator

_SETTINGS = ("core.fsmonitor=false", "safe.bareRepository=explicit")
"""A repository's own settings must not run programs, nor a folder in the workspace pass for one."""
LITERAL = "--literal-pathspecs"
"""Paths are names, whatever characters they hold; for commands that take this."""
_KEPT = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
)
"""The variables that say who the user is and where settings are; the others could lead into another repository."""
_CEILINGS = "GIT_CEILING_DIRECTORIES"
"""Names the folders that are not looked into for a repository, nor those above them."""
_LONGEST = 500
"""Characters of git's own words that are passed on."""
LONGEST_TEXT = 1 << 16
"""Bytes of a text that are kept where it is longer: enough for the `limits.LINE` characters that are shown."""
_LONGEST_PART = 1 << 20
"""Bytes of what git tells of one file."""


class Location(NamedTuple):
    """The repository around a folder: where git is run, and the folder's path from there, "" where it is the same.

    `top` holds `.git`; a `bare` repository is where the folder itself is one and no other lies around it.
    """

    top: str
    inner: str
    bare: bool = False

    @property
    def folder(self) -> str:
        """What holds the repository's own files, or says where they are."""
        return self.top if self.bare else os.path.join(self.top, ".git")

    def path(self, below: str) -> str:
        """A path below the folder, from the top."""
        if below in ("", "."):
            return self.inner or "."
        return f"{self.inner}/{below}" if self.inner else below


def locate(folder: str) -> Location | None:
    """The repository that a folder lies in, found by walking up; None where there is none.

    Git itself would take a folder with `HEAD`, `objects` and `refs` for a bare repository, and such a folder can come
    with the records.
    """
    real = top = os.path.realpath(folder)
    ceilings = {os.path.realpath(path) for path in os.environ.get(_CEILINGS, "").split(os.pathsep) if path}
    while not os.path.lexists(os.path.join(top, ".git")):
        above = os.path.dirname(top)
        if above == top or above in ceilings:
            return Location(real, "", bare=True) if _is_bare(real) else None
        top = above
    inner = os.path.relpath(real, top).replace(os.sep, "/")
    return Location(top, "" if inner == "." else inner)


def _is_bare(folder: str) -> bool:
    names = ("HEAD", "objects", "refs", "config")
    return all(os.path.exists(os.path.join(folder, name)) for name in names)


def run(place: Location, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git at the top of a repository; no lock is taken that can be done without. Raises OSError without git, CannotRunError."""
    git_files.check(place.folder)
    return _run([*_command(_SETTINGS), "-C", place.top], arguments, _environment(place.top), stdin)


def run_apart(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git for what needs no repository: it sees none, not even one that a hook is run for. Raises CannotRunError."""
    try:
        return _run([*_command((*_SETTINGS, *_READING)), "-C", folder], arguments, _environment(folder))
    except OSError as error:
        raise _not_run(error, "the history is read with git") from None


def _command(settings: tuple[str, ...]) -> list[str]:
    return ["git", "--no-pager", *(part for setting in settings for part in ("-c", setting))]


def _run(
    git: list[str], arguments: tuple[str, ...], environment: dict[str, str], stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    import subprocess  # noqa: PLC0415  (not where there is no repository)

    with _start(git, arguments, environment) as program:
        program.feed(stdin)
        output = b"".join(iter(lambda: program.read(CHUNK), b""))
        return subprocess.CompletedProcess([*git, *arguments], program.ended(), output, program.said)


def _start(
    git: list[str],
    arguments: tuple[str, ...],
    environment: dict[str, str],
    *,
    memory: int | None = None,
    heard: bool = True,
) -> Program:
    """Git, with a name for messages: its command without options."""
    words = [word for word in arguments if not word.startswith("-")]
    commits = words[0] == "commit"
    silence = limits.GIT_COMMIT_SILENCE if commits else limits.GIT_SILENCE
    command, name = [*git, *arguments], f"git {words[0]}"
    return Program(command, environment, name, silence, memory=memory, at_terminal=commits, heard=heard)


def _environment(top: str) -> dict[str, str]:
    """An environment in which git fetches nothing, and looks for no repository above `top`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)}
    return kept | {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        _CEILINGS: os.path.dirname(os.path.realpath(top)),
    }


_READING = (
    "core.commitGraph=false", "log.showSignature=false", "log.mailmap=false", f"core.attributesFile={os.devnull}"
)  # fmt: skip
"""Settings that could show another history than the commits themselves, run a program, or read a file of the working tree."""


def read(place: Location, *arguments: str, stdin: bytes = b"", settings: tuple[str, ...] = ()) -> bytes:
    """The output of a git command that reads the history; writes, runs and fetches nothing. Raises CannotRunError."""
    done = ask(place, *arguments, stdin=stdin, settings=settings)
    if done.returncode:
        message = f"git can't read the history: {_words(done)}"
        raise CannotRunError(message)
    return done.stdout


def stream(place: Location, *arguments: str, stdin: bytes = b"") -> Iterator[bytes]:
    """As `read`, the parts that a zero byte ends, one after another while git runs: no more is held than was asked for."""
    return _parts(pieces(place, *arguments, stdin=stdin))


def texts(place: Location, *arguments: str) -> Iterator[bytes]:
    """As `stream`, of each part little more than its first `LONGEST_TEXT` bytes: a subject has no bound."""
    return _parts(pieces(place, *arguments), cut=True)


def pieces(place: Location, *arguments: str, stdin: bytes = b"") -> Generator[bytes, None, None]:
    """As `read`, piece by piece as git writes it."""
    git_files.check(place.folder)
    try:
        program = _start([*_reading(place), LITERAL], arguments, _reading_environment(place), memory=limits.GIT_BYTES)
    except OSError as error:
        raise _not_run(error, "the history is read with git") from None
    with program:
        program.feed(stdin)
        while chunk := program.read(CHUNK):
            yield chunk
        code = program.ended()
    if code:
        words = _quoted(program.said)
        message = f"git can't read the history: {words}"
        if "out of memory" in words.lower():
            message = f"git takes more than {limits.GIT_BYTES >> 20:,} MiB to tell the files of a commit, and is given no more"
        raise CannotRunError(message)


def _parts(pieces: Generator[bytes, None, None], *, cut: bool = False) -> Iterator[bytes]:
    """What a zero byte ends, `cut` or whole; CannotRunError where it is longer than any path."""
    rest = b""
    with closing(pieces):
        for piece in pieces:
            *parts, rest = (rest + piece).split(b"\0")
            yield from parts
            if cut and len(rest) > LONGEST_TEXT:
                rest = rest[:LONGEST_TEXT]
            elif len(rest) > _LONGEST_PART:
                message = f"git tells a name of more than {_LONGEST_PART:,} bytes, and no path is that long"
                raise CannotRunError(message)
    if rest:
        yield rest


def try_read(place: Location, *arguments: str) -> bytes | None:
    """As `read`; None where git says no."""
    done = ask(place, *arguments)
    return None if done.returncode else done.stdout


def ask(
    place: Location, *arguments: str, stdin: bytes = b"", settings: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run git to read the history, whatever it says. Raises CannotRunError without git."""
    git_files.check(place.folder)
    try:
        return _run([*_reading(place, settings), LITERAL], arguments, _reading_environment(place), stdin)
    except OSError as error:
        raise _not_run(error, "the history is read with git") from None


def _not_run(error: OSError, purpose: str, then: str = "") -> CannotRunError:
    """The reason that git was not run: there is none, or the words in which the system refused."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return CannotRunError(f"{purpose}, which is not installed{then}")
    return CannotRunError(f"{purpose}, which can't be run: {system_words(error)}{then}")


def _reading(place: Location, settings: tuple[str, ...] = ()) -> list[str]:
    """A git that follows no replace refs, before its arguments."""
    bare = ["--git-dir=."] if place.bare else []
    return [*_command((*_SETTINGS, *_READING, *settings)), "--no-replace-objects", "-C", place.top, *bare]


def _reading_environment(place: Location) -> dict[str, str]:
    """As for every git, without grafts; no protocol is allowed, so that old versions fetch nothing either."""
    return _environment(place.top) | {"GIT_GRAFT_FILE": os.devnull, "GIT_ALLOW_PROTOCOL": ""}


def open_repository(root: str, what: str = "this") -> Location:
    """The repository around a workspace, which git agrees holds it. Raises CannotRunError; `what` needs it."""
    place = locate(root)
    if place is None:
        message = f"{what} needs a git repository, and the workspace is in none"
        raise CannotRunError(message)
    done = ask(place, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--show-prefix")
    if done.returncode:
        message = f"git can't read the repository around the workspace: {_words(done)}"
        raise CannotRunError(message)
    if done.stdout.split() not in ([b"false", b"true"], [b"true", b"false"]):
        message = f"the repository of {os.path.join(place.top, '.git')} has its files in another folder (core.worktree)"
        raise CannotRunError(message)
    return place


BATCH = 200
"""Number of contents requested at once: few enough that their names fit into a pipe that nobody reads yet."""
_BLOB = re.compile(rb"[0-9a-f]+ blob ([0-9]{1,18})\n")
"""The line that git writes before a content."""


class Blobs:
    """The contents that git keeps, read one after another by a git that stays until `close`."""

    def __init__(self, place: Location) -> None:
        """Raises CannotRunError without git."""
        git_files.check(place.folder)
        try:
            self._git = _start(_reading(place), ("cat-file", "--batch"), _reading_environment(place), heard=False)
        except OSError as error:
            raise _not_run(error, "the history is read with git") from None

    def get(self, names: list[str], limit: int) -> Iterator[bytes | None]:
        """The contents of blobs; None for one of more bytes than `limit`. Raises CannotRunError where one is missing.

        All names are asked for at once, so that git works while the answers are read; `BATCH` of them at most.
        """
        asked, answers = self._git.stdin, self._git.stdout
        try:
            asked.write("".join(f"{name}\n" for name in names).encode())
            asked.flush()
        except OSError:
            self._missing(names[0])
        for name in names:
            head = _BLOB.fullmatch(answers.readline(_LONGEST))
            if head is None:
                self._missing(name)
            left = int(head[1]) + 1  # and a line break
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
        how = "fetch it first (in a partial clone with git fetch --refetch --no-filter)"
        message = f"git has not all of the history here ({name[:10]} is missing); {how}"
        raise CannotRunError(message)

    def close(self) -> None:
        """End the git process."""
        self._git.close()


def rests_on(root: str) -> list[str] | None:
    """The files that say whether a folder lies in a repository, and what git tracks there; None where none can."""
    place = locate(root)
    top, paths = os.path.realpath(root), []
    while place is None or top != place.top:
        paths.append(os.path.join(top, ".git"))
        top, below = os.path.dirname(top), top
        if top == below:
            return paths
    if place.bare or not os.path.isfile(os.path.join(top, ".git", "index")):
        return None
    home, config = os.path.expanduser("~"), os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    own = (os.path.join(home, ".gitconfig"), os.path.join(config, "git", "config"), "/etc/gitconfig")
    return [*paths, *own, *(os.path.join(top, ".git", name) for name in ("index", "config"))]


def head_rests_on(root: str) -> list[str] | None:
    """The files that say which commit is checked out, and where a shallow clone is cut; None where they can't be determined."""
    place = locate(root)
    folder = os.path.join(place.top, ".git") if place is not None and not place.bare else ""
    names = ["HEAD", "packed-refs", "shallow", "reftable/tables.list"]
    try:
        said = files.read(os.path.join(folder, "HEAD"))
        if said.startswith(b"ref: "):
            names.append(os.fsdecode(said[5:].rstrip(b"\n")))
            branch = os.path.join(folder, names[-1])
            if os.path.lexists(branch) and files.read(branch).startswith(b"ref: "):
                return None  # a name for another branch
    except (files.UnreadableFileError, ValueError):
        return None
    return [os.path.join(folder, name) for name in names]


def tracked(root: str, below: str = ".") -> frozenset[str] | None:
    """The files below a path that git tracks, as paths from `root`; None where there is no repository with files.

    Raises CannotRunError where there is one that git can't read.
    """
    place = locate(root)
    if place is None or place.bare:
        return None
    done = ask(place, "ls-files", "-z", "--", place.path(below))
    if done.returncode:
        if try_read(place, "rev-parse", "--is-bare-repository") == b"true\n":
            return None
        message = f"git can't tell which files are committed: {_words(done)}"
        raise CannotRunError(message)
    start = len(os.fsencode(place.inner)) + 1 if place.inner else 0
    return frozenset(os.fsdecode(path[start:]) for path in done.stdout.split(b"\0") if path)


def head(root: str) -> str | None:
    """The short hash of the commit checked out at `root`; None without git, a repository or a commit."""
    place = locate(root)
    try:
        return text_of(try_read(place, *_HEAD) or b"") or None if place is not None else None
    except CannotRunError:
        return None


_HEAD = ("rev-parse", "--short", "--verify", "-q", "--end-of-options", "HEAD")


def user_name(root: str) -> str | None:
    """The name of the committer at `root`, by git's settings; None without git or a name."""
    place = locate(root)
    try:
        done = run_apart(root, "config", "user.name") if place is None else ask(place, "config", "user.name")
    except CannotRunError:
        return None
    return text_of(done.stdout) or None


def around_edit(
    place: Location, *arguments: str, stdin: bytes = b"", recorded: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run git around an edit; `recorded` where that is made."""
    try:
        return run(place, *arguments, stdin=stdin)
    except OSError as error:
        raise _no_git_to_commit_with(error) from None
    except CannotRunError as error:
        message = f"recorded, but not committed: {error}" if recorded else f"{error}; nothing was changed"
        raise CannotRunError(message) from None


def _no_git_to_commit_with(error: OSError) -> CannotRunError:
    return _not_run(error, "--commit needs git", "; nothing was changed")


def work_tree(root: str) -> Location:
    """The repository that an edit is committed to. Raises CannotRunError."""
    import shutil  # noqa: PLC0415  (what it loads takes as long as a lint of a few projects)

    if shutil.which("git") is None:
        raise _no_git_to_commit_with(FileNotFoundError())
    place = locate(root)
    if place is None or place.bare:
        message = f"--commit needs a git repository, and {os.path.relpath(root)} is in none; nothing was changed"
        raise CannotRunError(message)
    found = around_edit(place, "rev-parse", "--is-inside-work-tree")
    if found.returncode:
        message = f"--commit needs a git repository, and git says {_words(found)}; nothing was changed"
        raise CannotRunError(message)
    if text_of(found.stdout) != "true":
        message = f"--commit needs a working tree, and the repository of {os.path.relpath(root)} has none here; nothing was changed"
        raise CannotRunError(message)
    return place


def ready(root: str, paths: list[str]) -> None:
    """Raise CannotRunError where there is no repository, or the files are ignored or have changes that are not committed."""
    place = work_tree(root)
    try:
        git_files.check_to_commit(place.top)
    except CannotRunError as error:
        message = f"{error}; nothing was changed"
        raise CannotRunError(message) from None
    if not paths:
        return
    ignored = ignored_of(place, paths)
    if ignored:
        message = f"{left_alone(ignored)}; nothing was changed"
        raise CannotRunError(message)
    state = around_edit(place, LITERAL, *STATUS, "--", *map(place.path, paths))
    if state.returncode:
        message = f"git can't determine the state of {', '.join(paths)}: {_words(state)}; nothing was changed"
        raise CannotRunError(message)
    if state.stdout:
        message = f"{', '.join(paths)} has changes that are not committed yet; commit them first, or leave --commit out; nothing was changed"
        raise CannotRunError(message)


def ignored_of(place: Location, paths: list[str], *, recorded: bool = False) -> list[str]:
    """Those of some files that git leaves alone, by the patterns of `.gitignore` and the like."""
    asked = "\0".join(map(place.path, paths)).encode("utf-8", "surrogateescape")
    found = os.fsdecode(
        around_edit(place, "check-ignore", "-z", "--stdin", stdin=asked, recorded=recorded).stdout
    ).split("\0")
    return [path for path in paths if place.path(path) in found]


def left_alone(paths: list[str]) -> str:
    """Words for files that git ignores, and how to go on."""
    return f"git ignores {', '.join(paths)}; leave --commit out, or change the pattern that git check-ignore -v shows"


STATUS = ("status", "--porcelain", "--untracked-files=all", "--ignore-submodules=all")


def text_of(output: bytes) -> str:
    """What git wrote, as text."""
    return output.decode("utf-8", "replace").strip()


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    """Git's own account of its failure, with the remedy it names, in one line and in quotes."""
    return _quoted(done.stderr or done.stdout)


def _quoted(said: bytes) -> str:
    lines = [" ".join(line.split()) for line in text_of(said).splitlines() if line.strip()]
    first = next((i for i, line in enumerate(lines) if line.startswith(("fatal:", "error:"))), len(lines) - 1)
    told = " ".join(lines[first:]) if lines else "nothing"
    return f"'{told if len(told) <= _LONGEST else told[: _LONGEST - 1] + '…'}'"
