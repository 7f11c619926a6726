"""`Problem`, which a rule yields, and `Finding`, which everyone else sees: complete, frozen, ordered."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from enum import IntEnum, StrEnum

from msgspec import Struct
from msgspec.structs import force_setattr

from mtrack import limits

Route = tuple[str | int, ...]
"""The way to a value inside a file: mapping keys and list indexes, as in ("milestones", 2, "amount")."""


class Severity(IntEnum):
    """The severity of a finding; a higher number is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The name as users write it: "error", "warning" or "info"."""
        return _WORDS[self]


_WORDS = ("", "info", "warning", "error")


class Category(StrEnum):
    """The kind of trouble that a rule looks for."""

    RECORD = "record"
    AGREEMENT = "agreement"
    GAP = "gap"
    OVERLAP = "overlap"
    STATUS = "status"
    EVIDENCE = "evidence"
    CLOSE = "close"
    AUDIT = "audit"


def bounded(words: str) -> str:
    """Words that may quote a long text of a file, as long as those of a finding may be."""
    return words if len(words) <= limits.MESSAGE else f"{words[: limits.MESSAGE]}…"


class Place(Struct, frozen=True):
    """A place in a file, by its route; lines and columns are found last, in one module (`source`).

    `path` is relative to the root, with "/". A `route` of None means the file or folder itself; `key` means the
    key at the end of the route, not its value; `first` the first of these keys that the mapping there has, else its
    first key. `offsets` (start, end, in code points) serve only what has no
    route: syntax errors.
    """

    path: str
    route: Route | None = None
    key: bool = False
    offsets: tuple[int, int] | None = None
    line: int | None = None
    """Line of a paper, which is not looked into again."""
    first: tuple[str, ...] | None = None

    @property
    def record(self) -> tuple[str, int]:
        """The list in which the record at this place stands, and its index there; "" and -1 where it is in none."""
        route = self.route
        if route is not None and len(route) > 1:
            name, index = route[:2]
            if isinstance(name, str) and isinstance(index, int):
                return name, index
        return "", -1


class Span(Struct, frozen=True, array_like=True):
    """A stretch of a file. Lines and columns count from 1, in Unicode code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class CommitRef(Struct, frozen=True, array_like=True):
    """The commit that a finding is about. `date` is the author's, ISO with offset."""

    id: str
    author: str
    date: str


class Problem(Struct, frozen=True, kw_only=True):
    """One result of a rule, before severities, lines and waivers.

    `amount` is the amount at stake in `currency`; `since` the day it began, for the gaps view; `about` the path
    (from the root) of another file that it is about; `left_out` says that it is about a record dated later, which
    figures and views leave out. It stands for `more` of its kind in the same file, which were not worked out.
    """

    place: Place
    message: str
    hint: str | None = None
    milestone: str | None = None
    invoice: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    since: date | None = None
    about: str | None = None
    left_out: bool = False
    related: tuple[tuple[Place, str], ...] = ()
    commit: CommitRef | None = None
    more: int = 0

    def __post_init__(self) -> None:
        """Cut words that quote more of a file than they should."""
        if len(self.message) > limits.MESSAGE:
            force_setattr(self, "message", bounded(self.message))
        if self.hint is not None and len(self.hint) > limits.MESSAGE:
            force_setattr(self, "hint", bounded(self.hint))


class Related(Struct, frozen=True, array_like=True):
    """Another place that belongs to a finding."""

    path: str
    span: Span | None
    message: str


class Finding(Struct, frozen=True, kw_only=True, array_like=True):
    """One finding, complete: every output format draws from it and from nothing else.

    `project` is the project folder's path from the root ("." for the root itself). `waiver` is the reason of
    the waiver that accepts it. `excerpt` is the source line the span begins on, of a long one a part, which begins
    after `cut` characters. `left_out` and `more` are as in `Problem`.
    """

    rule: str
    category: Category
    severity: Severity
    path: str
    span: Span | None
    project: str | None
    milestone: str | None
    invoice: str | None
    amount: Decimal | None
    currency: str | None
    message: str
    hint: str | None
    related: tuple[Related, ...]
    since: date | None = None
    about: str | None = None
    left_out: bool = False
    waiver: str | None = None
    excerpt: str | None = None
    cut: int = 0
    more: int = 0
    decimals: int = 2
    """Decimals of the currency, to write the amount with."""
    commit: CommitRef | None = None
    """The commit that a finding about the history is about."""
    shown: str | None = None
    """The finding in the output format of this run, where that is made beforehand."""

    @property
    def waived(self) -> bool:
        """Whether a waiver accepts it."""
        return self.waiver is not None

    @property
    def subject(self) -> tuple[str, ...]:
        """Its identity whatever its line and its age: rule, path, and what it names, else the message."""
        named = (self.milestone or "", self.invoice or "", self.about or "")
        return (self.rule, self.path, *(named if any(named) else (self.message,)))

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The sort key: path (code points), line (none first), column, rule, message."""
        line, column = (self.span.line, self.span.column) if self.span else (0, 0)
        return (self.path, line, column, self.rule, self.message)
