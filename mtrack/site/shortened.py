"""Long lists on a page: the first of them and how many more there are, so that no file makes a page that hangs a browser."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from mtrack import limits
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

S = TypeVar("S")
T = TypeVar("T")


class Rest(Struct, frozen=True):
    """How many more rows a list has, in words, and the command that lists them, None for no command."""

    text: str
    command: str | None


class Shortened(Struct, Generic[T], frozen=True):
    """The first rows of a list, how many it has in all, and what is said of the rest; None where there is none."""

    rows: tuple[T, ...] = ()
    in_all: int = 0
    rest: Rest | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def rows(found: Sequence[S], make: Callable[[S], T], noun: str, command: Sequence[str] = ()) -> Shortened[T]:
    """What is made of the first rows that a page shows; `command` lists all of them."""
    return _first(found, make, noun, limits.PAGE_ROWS, command)


def findings(found: Sequence[S], make: Callable[[S], T]) -> Shortened[T]:
    """What is made of the findings that the page of all of them shows."""
    return _first(found, make, "finding", limits.PAGE_FINDINGS, ("lint",))


def in_cell(found: Sequence[S], make: Callable[[S], T], noun: str, command: Sequence[str] = ()) -> Shortened[T]:
    """What is made of the first of a list that stands in a row."""
    return _first(found, make, noun, limits.CELL_ROWS, command)


def _first(found: Sequence[S], make: Callable[[S], T], noun: str, most: int, command: Sequence[str]) -> Shortened[T]:
    rest = None
    if len(found) > most:
        text = f"and {count(len(found) - most, f'more {noun}')}"
        rest = Rest(text, shlex.join(("mtrack", *command)) if command else None)
    return Shortened(tuple(map(make, found[:most])), len(found), rest)
