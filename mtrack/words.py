"""Words that messages and outputs share: a plural, a list of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def capital(text: str) -> str:
    """Text with its first letter raised, to begin a paragraph or a title."""
    return text[:1].upper() + text[1:]


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things in words: "1 project", "2 projects"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that looks most like one; None where none looks enough like it, from 0 (any) to 1 (the same)."""
    from difflib import get_close_matches  # noqa: PLC0415  (only where something is wrong)

    letters = frozenset(word)  # no more letters match than are in the word at all
    alike = [one for one in known if 2 * sum([letter in letters for letter in one]) >= cutoff * (len(word) + len(one))]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=cutoff)), None)


def listed(names: Sequence[str], most: int = 10) -> str:
    """Names one after another, no more than `most`: "A, B and 3 more"."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def listed_with_and(names: Sequence[str], most: int = 6) -> str:
    """Names in words: "A", "A and B", "A, B and C", of many the first few and "9 more"."""
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most:,} more"]
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)
