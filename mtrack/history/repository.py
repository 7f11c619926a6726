"""The repository that holds a workspace: its commits, what each changed in its tree, and the contents."""

from __future__ import annotations

import os
import posixpath
from contextlib import closing
from datetime import date
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from mtrack import files, git, limits
from mtrack.changes.event import Commit
from mtrack.errors import CannotRunError, UsageError
from mtrack.history.dates import RAW, written
from mtrack.record.schema import is_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIELDS = ("%P", "%an", "%ae", "%ad", "%cd", "%s")
_FORMAT = "".join(f"{field}%x00" for field in _FIELDS)
_NO_DATE = "1970-01-01T00:00:00+00:00"
_DIFF = (
    "--raw",
    "-r",
    "-z",
    "--root",
    "--no-renames",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=none",  # which is what git does without .gitmodules; given, it does not read that file
)
LINK, SUBMODULE = "120000", "160000"
_TRUSTED = (
    ("gpg.program", "gpg"),
    ("gpg.openpgp.program", "gpg"),
    ("gpg.x509.program", "gpgsm"),
    ("gpg.ssh.program", "ssh-keygen"),
    ("gpg.ssh.allowedsignersfile", os.devnull),
    ("gpg.ssh.revocationfile", os.devnull),
    ("gpg.mintrustlevel", "undefined"),
)
"""The settings that signatures are checked with, and their defaults; a repository has no say in them."""


_MARK = 64
"""Bytes in which the line that begins a signature is found."""
_BARRED = frozenset({"", ".", ".."})
_LONGEST_NAME, _LONGEST_PATH = 255, 4095
"""Characters of a file's name and of a path that some system allows."""
_SHOWN = 100
_NEAR = 1_000
"""Commits among which one with a date is looked for."""


class TreeEntry(NamedTuple):
    """A file of a commit: how git keeps it, its content's name, and its path from the workspace's root."""

    mode: str
    content: str
    path: str


class TreeChange(NamedTuple):
    """A file that a commit changed: its path from the repository's root, and its content's name; None where it went.

    Of a link the content is the path that it leads to, as written.
    """

    path: str
    content: str | None
    is_link: bool = False


class Repository:
    """A git repository, as seen from a workspace in it."""

    def __init__(self, root: str, what: str = "this") -> None:
        """`root` is the workspace. Raises CannotRunError where it is in no repository, which `what` needs."""
        self.root = root
        self.place = git.open_repository(root, what)
        self.prefix = self.place.inner
        """The workspace's folder in the repository; "" at its top."""
        self._blobs: git.Blobs | None = None
        self._expected: Iterator[str] = iter(())
        self._announced: set[str] = set()
        self._ahead: dict[str, bytes | None] = {}
        """Contents that were read and not asked for yet."""

    def shown(self, folder: str) -> str:
        """A folder of the repository as a path from the workspace's root."""
        return posixpath.relpath(f"/{folder}", f"/{self.prefix}") if self.prefix else folder

    def expect(self, names: Iterable[str]) -> None:
        """Say which contents will be asked for, in this order: they are then read many at a time."""
        names = list(names)
        self._expected, self._announced, self._ahead = iter(names), set(names), {}

    def content(self, name: str) -> bytes | None:
        """A content; None where it is larger than a file of records may be. Raises CannotRunError without it."""
        if name not in self._announced:
            return self._read([name])[name]
        while name not in self._ahead:
            self._ahead |= self._read(list(islice(self._expected, git.BATCH)))
        self._announced.remove(name)
        return self._ahead.pop(name)

    def _read(self, names: list[str]) -> dict[str, bytes | None]:
        if self._blobs is None:
            self._blobs = git.Blobs(self.place)
        return dict(zip(names, self._blobs.get(names, limits.FILE_BYTES), strict=True))

    def close(self) -> None:
        """Close the git process that reads contents."""
        if self._blobs is not None:
            self._blobs.close()
            self._blobs = None

    def find(self, revision: str) -> str:
        """The full hash of the commit that a revision means. Raises UsageError."""
        return self.look_up(revision) or self._unknown(revision)

    def find_before(self, revision: str) -> str | None:
        """As `find`, or of a day the last commit written before it.

        None where HEAD is asked for before the first commit, or a day before all. Raises UsageError.
        """
        if is_date(revision):
            return self._last_before(revision)
        found = self.look_up(revision)
        if found is None and revision == "HEAD" and git.try_read(self.place, "symbolic-ref", "-q", "HEAD"):
            return None
        return found or self._unknown(revision)

    def _unknown(self, revision: str) -> NoReturn:
        message = f"git knows no revision '{revision}' here; in a shallow clone, fetch it first"
        raise UsageError(message)

    def _last_before(self, day: str) -> str | None:
        """The last commit on the way to HEAD whose author wrote it before a day; None where there is none."""
        listed = git.try_read(self.place, "log", "--first-parent", RAW, "--format=%H %ad", "HEAD", "--")
        dated = (line.partition(" ") for line in (listed or b"").decode("ascii", "replace").splitlines())
        return next((commit for commit, _, raw in dated if (written(raw) or day)[:10] < day), None)

    def look_up(self, revision: str) -> str | None:
        """As `find`; None where there is none."""
        if "\0" in revision:
            return None
        done = git.try_read(self.place, "rev-parse", "--verify", "-q", "--end-of-options", f"{revision}^{{commit}}")
        found = "" if done is None else done.decode("ascii", "replace").strip()
        return found if found.isalnum() else None  # of "^HEAD" git says that it is all but that

    def day(self, commit: str) -> date:
        """The committer's day of a commit; where it has none, that of the nearest before it that has one."""
        options = ("--first-parent", f"--max-count={_NEAR}", RAW, "--format=%cd")
        lines = git.read(self.place, "rev-list", *options, commit, "--").decode("ascii", "replace").split("\n")
        known = (written(line) for line in lines if not line.startswith("commit "))
        return date.fromisoformat(next((found for found in known if found is not None), _NO_DATE)[:10])

    def short(self, commit: str) -> str:
        """The short name of a commit."""
        return git.read(self.place, "rev-parse", "--short", commit).decode("ascii").strip()

    def merge_base(self, ours: str, theirs: str) -> str:
        """The newest commit that both are made from. Raises UsageError."""
        found = git.try_read(self.place, "merge-base", ours, theirs)
        if found is None:
            message = f"{ours[:10]} and {theirs[:10]} have no commit in common here; in a shallow clone, fetch more of it first"
            raise UsageError(message)
        return found.decode("ascii").strip()

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents a shallow clone lacks."""
        path = os.fsdecode(git.read(self.place, "rev-parse", "--git-path", "shallow").removesuffix(b"\n"))
        try:
            return frozenset(files.read(os.path.join(self.place.top, path)).decode("ascii").split())
        except (files.UnreadableFileError, UnicodeDecodeError):
            return frozenset()

    @cached_property
    def not_checked_out(self) -> dict[str, str]:
        """The files that a sparse checkout leaves out of the working tree, by path from the workspace's root: their content's name."""
        if self.place.bare:
            return {}
        start = len(os.fsencode(self.prefix)) + 1 if self.prefix else 0
        found: dict[str, str] = {}
        for line in git.read(self.place, "ls-files", "-t", "--stage", "-z", "--", self.place.path(".")).split(b"\0"):
            if line.startswith(b"S "):
                head, _, name = line.partition(b"\t")
                path = os.fsdecode(name[start:])
                if not os.path.lexists(os.path.join(self.root, *path.split("/"))):
                    found[path] = head.split()[2].decode("ascii")
        return found

    def commits(self, *revisions: str) -> list[Commit]:
        """The commits from which these are made, themselves too, parents first. Raises CannotRunError."""
        texts = git.texts(
            self.place, "rev-list", "--topo-order", "--reverse", "--encoding=UTF-8", RAW, f"--format={_FORMAT}",
            "--end-of-options", *revisions, "--",
        )  # fmt: skip
        return [_commit(fields) for fields in zip(*[texts] * len(_FIELDS), strict=False)]  # and a line break at the end

    def commits_after(self, known: str, head: str) -> list[Commit] | None:
        """A commit, and all that came after it up to `head`, parents first.

        None where that is not all: where one of them has a parent that is not among them.
        """
        ancestor = git.ask(self.place, "merge-base", "--is-ancestor", known, head)
        if ancestor.returncode:
            return None
        found = self.commits(head, f"^{known}")
        names = {known, *(commit.id for commit in found)}
        if any(not commit.parents or not names.issuperset(commit.parents) for commit in found):
            return None
        return [Commit(known, (), "", "", _NO_DATE, _NO_DATE, ""), *found]

    def signatures(self, commits: list[str]) -> dict[str, str]:
        """Git's verdict on each commit's signature, by the programs and keys of the user: "G" is a good one.

        A good one of a key that nobody vouched for counts for OpenPGP, where most keys are like that.
        """
        output = git.read(  # rev-list would not know whom the user trusts
            self.place, "log", "--no-walk=unsorted", "--no-patch", "--no-notes", "--format=%H%x00%G?", "--stdin",
            stdin="".join(f"{commit}\n" for commit in commits).encode(), settings=self._trusted(),
        )  # fmt: skip
        result: dict[str, str] = {}
        for line in output.split(b"\n"):
            if b"\0" in line:
                commit, state = os.fsdecode(line).split("\0")
                result[commit] = "G" if state == "U" and self._is_openpgp(commit) else state
        return result

    def _is_openpgp(self, commit: str) -> bool:
        """Whether a commit is signed with OpenPGP."""
        head = b""
        with closing(git.pieces(self.place, "cat-file", "commit", commit)) as pieces:
            for piece in pieces:
                head, end, _ = (head[-_MARK:] + piece).partition(b"\n\n")
                if b"\ngpgsig -----BEGIN PGP " in head or b"\ngpgsig-sha256 -----BEGIN PGP " in head:
                    return True
                if end:
                    break
        return False

    def branches(self) -> dict[str, str]:
        """The last commit of each branch, also of those that follow a remote's, with the name; one name per commit."""
        texts = git.texts(
            self.place,
            "for-each-ref",
            "--format=%(objectname)%00%(refname)%00%(symref)%00",
            "refs/heads",
            "refs/remotes",
        )
        result: dict[str, str] = {}
        for commit, name, leads_to in zip(texts, texts, texts, strict=False):  # and a line break at the end
            if not leads_to:
                shown = _cut(os.fsdecode(name).removeprefix("refs/heads/").removeprefix("refs/remotes/"))
                result.setdefault(commit.strip().decode("ascii"), shown)
        return result

    def _trusted(self) -> tuple[str, ...]:
        """The settings for signatures: the user's, else the system's, else git's own."""
        result = []
        for name, default in _TRUSTED:
            found = None
            for scope in ("--global", "--system"):
                found = found or git.try_read(self.place, "config", scope, "--get", name)
            result.append(f"{name}={os.fsdecode(found).rstrip() if found else default}")
        return tuple(result)

    def changes(self, pairs: Iterable[tuple[str, str | None]]) -> Iterator[list[TreeChange]]:
        """The entries that each commit changed in the tree of its given parent, or of none. Raises CannotRunError.

        They are told while git runs, one commit after another.
        """
        pairs = list(pairs)
        asked = "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in pairs)
        parts = git.stream(self.place, "diff-tree", "--stdin", "--always", *_DIFF, stdin=asked.encode())
        read = 0
        found: list[TreeChange] = []
        known: set[str] = set()
        for part in parts:
            if part.startswith(b":"):
                _, mode, _, content, _ = part.decode("ascii").split()
                path = os.fsdecode(next(parts))
                if path not in known:
                    check_paths((path,), pairs[read - 1][0])
                    known.add(path)
                is_file = mode != SUBMODULE and content.strip("0")
                found.append(TreeChange(path, content if is_file else None, mode == LINK))
                check_number(len(found), pairs[read - 1][0])
            elif part:
                if read:
                    yield found
                if len(known) > limits.SNAPSHOT_FILES:
                    known.clear()
                read, found = read + 1, []
        if read:
            yield found

    def holding(self, commit: str, paths: Iterable[str]) -> frozenset[str]:
        """Those of some paths from the repository's top at which a commit has something. Raises CannotRunError."""
        found = git.read(self.place, "ls-tree", "-z", "--full-tree", "--name-only", commit, "--", *paths)
        return frozenset(map(os.fsdecode, found.split(b"\0")))

    def entries(self, commit: str, below: str = ".") -> list[TreeEntry]:
        """Every file that the workspace holds below a path at a commit, submodules aside. Raises CannotRunError."""
        top = self.place.path(below)
        where = () if top == "." else (top,)
        found: list[TreeEntry] = []
        for line in git.stream(self.place, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *where):
            head, _, path = line.partition(b"\t")
            if path:
                mode, _, content = head.decode("ascii").split()
                found.append(TreeEntry(mode, content, os.fsdecode(path)))
                check_number(len(found), commit)
        paths = [entry.path for entry in found]
        check_paths(paths, commit)
        _check_places(paths, commit)
        start = len(self.prefix) + 1 if self.prefix else 0
        return [
            entry._replace(path=entry.path[start:])
            for entry in found
            if entry.mode != SUBMODULE and len(entry.path) > start
        ]


def check_number(files: int, commit: str) -> None:
    """Raise CannotRunError where a tree holds more files than are read: a few objects can say that there are billions."""
    if files > limits.SNAPSHOT_FILES:
        message = f"{commit[:10]} holds more than {limits.SNAPSHOT_FILES:,} files, and no history is read of a tree that large"
        raise CannotRunError(message)


def check_paths(paths: Iterable[str], commit: str) -> None:
    """Raise CannotRunError for a path that no checkout could have: absolute, with `..` or `.git`, too long."""
    for path in paths:
        parts = path.split("/")
        if (
            not _BARRED.isdisjoint(parts)
            or (len(path) > _LONGEST_NAME and (len(path) > _LONGEST_PATH or max(map(len, parts)) > _LONGEST_NAME))
            or (".git" in path.casefold() and any(part.casefold() == ".git" for part in parts))
            or (os.name == "nt" and any(mark in path for mark in "\\:"))
        ):
            _refuse(path, commit, "no checkout could have")


def _check_places(paths: list[str], commit: str) -> None:
    """Raise CannotRunError for a path that is there twice, or is a file and a folder at once."""
    known = set(paths)
    if len(known) < len(paths):
        _refuse(next(path for path in known if paths.count(path) > 1), commit, "is there twice")
    for folder in {path.rpartition("/")[0] for path in paths}:
        above = folder
        while above:
            if above in known:
                _refuse(above, commit, "is a file and a folder")
            above = above.rpartition("/")[0]


def _refuse(path: str, commit: str, why: str) -> NoReturn:
    shown = path if len(path) <= _SHOWN else f"{path[:_SHOWN]}…"
    message = f"the tree of {commit[:10]} holds a path that {why}: '{shown}'; git fsck tells more"
    raise CannotRunError(message)


def _commit(fields: tuple[bytes, ...]) -> Commit:
    """A commit of its fields; before the first git writes a line with the commit's name."""
    first, *others = fields
    if len(first) >= git.LONGEST_TEXT:
        message = f"{first.strip()[7:17].decode('ascii')} is made from more commits than any is: its parents take {len(first):,} bytes"
        raise CannotRunError(message)
    head, _, parents = first.decode("ascii").lstrip("\n").partition("\n")
    author, email, date, committed, subject = (_cut(text.decode("utf-8", "replace")) for text in others)
    dates = written(date), written(committed)
    dates = dates[0] or dates[1] or _NO_DATE, dates[1] or dates[0] or _NO_DATE
    return Commit(head.removeprefix("commit "), tuple(parents.split()), author, email, *dates, subject)


def _cut(text: str) -> str:
    return text if len(text) <= limits.LINE else f"{text[: limits.LINE]}…"
