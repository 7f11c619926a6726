"""All that breaks the schema in a file, each fault at its place: one problem per place, and unknown keys apart."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack import limits
from mtrack.characters import seen_tight
from mtrack.finding import Place, Problem, Route
from mtrack.record import schema, wording
from mtrack.record.commas import cut_by_comma
from mtrack.record.faults import Faults, list_too_long
from mtrack.words import nearest
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.schema import Violation
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.source import Source

_TELLING = ("type", "enum", "const", "required", "format", "minLength", "pattern")
"""Keywords in the order of how much they say about one value."""
_NOUNS = ("agreement", "deliverable", "invoice", "hold")
"""Keys that are words: one says "the invoice", but "`cancelled`"."""


def faults(name: str, source: Source, missing: tuple[str, ...]) -> Faults:
    """All that breaks the schema `name` in a parsed file; `missing` as in `find_faults`."""
    found = _Found(name, source)
    violations, left, unknown = schema.violations(name, source.data)
    for violation in _telling(violations):
        found.take(violation)
    found.leave_out(left)
    found.more_unknown += unknown
    for key in missing:
        found.missing.setdefault((), []).append(key)
    if not violations and name == "milestones" and (too_long := list_too_long(source)) is not None:
        found.take_list(*too_long)
    return found.faults()


def _telling(violations: list[Violation]) -> list[Violation]:
    """Violations by route, of those at one route first the one that says most; none inside a key that must go."""
    misplaced = {violation.route for violation in violations if violation.keyword == "not"}
    return sorted(
        (
            violation
            for violation in violations
            if violation.keyword == "not"
            or not any(violation.route[:i] in misplaced for i in range(len(violation.route) + 1))
        ),
        key=_rank,
    )


def _rank(violation: Violation) -> tuple[str, int]:
    keyword = violation.keyword
    return repr(violation.route), _TELLING.index(keyword) if keyword in _TELLING else len(_TELLING)


class _Found:
    """Problems as they are found; those at one place become one."""

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.source = source
        self.unknown: list[Problem] = []
        self.broken: dict[Place, Problem] = {}
        self.missing: dict[Route, list[str]] = {}
        self.routes: list[Route] = []
        self.more_unknown = 0
        self.more_broken = 0

    def leave_out(self, routes: list[Route]) -> None:
        """Count values at fault that are not put into words."""
        self.routes += routes
        self.more_broken += len(routes)

    def take(self, violation: Violation) -> None:
        """Note a violation in words."""
        route, details = violation.route, violation.details
        if violation.keyword == "additionalProperties":
            self._take_unknown(route, details["unexpected"])
        elif violation.keyword == "not":
            self.unknown.append(_misplaced(self.source.path, route))
        elif violation.keyword == "required":
            keys = self.missing.setdefault(route, [])
            keys.append(details["property"])
            keys.sort(key=list(schema.at(self.name, route)["properties"]).index)
        elif self._full(route if violation.key is None else (*route, violation.key)):
            return
        elif violation.key is not None:
            place = self._place((*route, violation.key), key=True)
            self._add(place, (*route, violation.key), wording.words_about_key(route, violation.key))
        elif violation.keyword == "type" and details["types"] == ["null"]:  # a key that its neighbour excludes
            self._add(self._place(route, key=True), route, wording.words(self.name, self.source, violation))
        elif (place := self._place(route)) not in self.broken:  # the first complaint about a value says enough
            self._add(place, route, wording.words(self.name, self.source, violation))

    def take_list(self, milestone: int, count: int) -> None:
        """Note the attachments of a milestone as those by which there are too many."""
        route: Route = ("milestones", milestone, "attachments")
        message = f"the `attachments` of this project name {count:,} files; they may name {limits.ATTACHMENTS:,}"
        self._add(self._place(route), route, (message, "pack several into one file, or split the project"))

    def _take_unknown(self, route: Route, keys: Iterable[str]) -> None:
        """Note unknown keys of a mapping; those that a comma within a number makes are reported as such a comma."""
        known = schema.at(self.name, route)["properties"]
        for key in keys:
            if len(self.unknown) >= limits.FAULTS or len(self.broken) > limits.FAULTS:
                self.more_unknown += 1
            elif (cut := cut_by_comma(self.source, route, key)) is None:
                self.unknown.append(_unknown_key(self.source.path, route, key, known))
            else:
                self._add(cut.place, route, (cut.message, cut.hint))

    def _place(self, route: Route, *, key: bool = False) -> Place:
        """A place; what is wrong with the whole file stands at its first line."""
        return Place(self.source.path, route, key) if route else Place(self.source.path, offsets=(0, 0))

    def _add(self, place: Place, route: Route, words: wording.Words) -> None:
        message, hint = words
        self.broken[place] = Problem(place=place, message=message, hint=hint)
        self.routes.append(route)

    def _full(self, route: Route) -> bool:
        """Whether enough is in words; what is at a route is then only counted."""
        if len(self.broken) < limits.FAULTS:
            return False
        self.leave_out([route])
        return True

    def faults(self) -> Faults:
        """All of it; what stands at one place, as missing keys and the empty one beside them may, in one problem."""
        if self.source.unread:
            self._add(Place(self.source.path, offsets=(0, 0)), (), _too_wide(self.source.unread))
        for route, keys in self.missing.items():
            if self._full(route):
                continue
            place = Place(self.source.path, route, first=("id", "project"))
            self._add(place, route, _missing(self.name, self.source, route, keys))
        broken: dict[tuple[int, int] | None, Problem] = {}
        for place, problem in self.broken.items():
            where = self.source.offsets(place)
            first = broken.get(where)
            broken[where] = problem if first is None else _joined(first, problem)
        more_unknown, more_broken = self.more_unknown, self.more_broken
        if not broken:  # what is only counted is told with what is in words
            more_unknown, more_broken = more_unknown + more_broken, 0
        elif not self.unknown:
            more_unknown, more_broken = 0, more_unknown + more_broken
        unknown = _with_more(self.unknown, more_unknown + self.source.unread)
        return Faults(unknown, _with_more(list(broken.values()), more_broken), tuple(self.routes))


def _with_more(problems: list[Problem], more: int) -> tuple[Problem, ...]:
    """The problems, the last of which stands for more."""
    if not problems or not more:
        return tuple(problems)
    return (*problems[:-1], replace(problems[-1], more=more))


def _too_wide(unread: int) -> wording.Words:
    message = f"a mapping has more than {limits.KEYS:,} keys: {unread:,} are not read"
    return message, "remove what doesn't belong here, or write it as a list under a key that begins with x-"


def _joined(first: Problem, second: Problem) -> Problem:
    hints = [hint for hint in (first.hint, second.hint) if hint]
    return replace(first, message=f"{first.message}; {second.message}", hint="; ".join(hints) or None)


def _misplaced(path: str, route: Route) -> Problem:
    hint = "move the invoice to the project's `invoices`; a milestone's own invoice bills that milestone alone"
    return Problem(place=Place(path, route, key=True), message=f"`{route[-1]}` is not a key here", hint=hint)


def _unknown_key(path: str, route: Route, key: str, known: Iterable[str]) -> Problem:
    """A key the format does not have, or has elsewhere, with the nearest known one."""
    place, known = Place(path, (*route, key), key=True), list(known)
    word, shown = seen_tight(key[: wording.MAX_LIKE]).replace("-", "_"), shorten(key) or "''"
    near, nearer = (nearest(word, known, cutoff) for cutoff in (0.6, 0.8))
    homes = _homes().get(word)
    if homes and not nearer:
        return Problem(
            place=place, message=f"`{shown}` is not a key here", hint=f"it belongs to {' or '.join(homes[:3])}"
        )
    if near and not key.isascii():
        odd = next(char for char in key if not char.isascii())
        return Problem(
            place=place,
            message=f"`{shown}` is not a key of this format",
            hint=f"{wording.named(odd)} stands in it: write `{near}`",
        )
    hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(known)}; your own keys begin with x-"
    return Problem(place=place, message=f"`{shown}` is not a key of this format", hint=hint)


@cache
def _homes() -> dict[str, list[str]]:
    """The mappings that have a key, as users call them, by key."""
    result: dict[str, list[str]] = {}

    def visit(name: str, mapping: Shape, route: Route, home: str) -> None:
        for key, child in mapping.properties.items():
            homes = result.setdefault(key, [])
            if home not in homes:
                homes.append(home)
            if child.items is not None:
                item = (*route, key, 0)
                visit(name, child.items, item, _with_article(wording.item_noun(name, item)))
            else:
                visit(name, child, (*route, key), "an invoice" if key == "invoice" else f"`{key}`")

    visit("milestones", schema.shape("milestones"), (), "a project")
    visit("workspace", schema.shape("workspace"), (), "mtrack.yaml")
    return result


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _missing(name: str, source: Source, route: Route, keys: list[str]) -> wording.Words:
    where = _called(name, source, route)
    if keys == ["currency"] and not route:
        message = f"`currency` is missing from {where}, and mtrack.yaml sets none"
        return message, "add `currency: EUR` here, or to mtrack.yaml for all projects"
    names = [f"`{key}`" for key in keys]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    examples = [f"`{key}: {wording.example(name, (*route, key))}`" for key in keys]
    return f"{listed} {'is' if len(keys) == 1 else 'are'} missing from {where}", f"add {', '.join(examples)}"


def _called(name: str, source: Source, route: Route) -> str:
    """The user's name for the mapping at a route: "milestone M2", "the invoice of milestone M2", "payment 1 of …"."""
    if not route:
        return "the project" if name == "milestones" else "the settings"
    names: list[str] = []
    data: Any = source.data
    for i, step in enumerate(route):
        data = data[step]
        if isinstance(step, int):
            label = data.get("id") or data.get("number") if isinstance(data, dict) else None
            noun = wording.item_noun(name, route[: i + 1])
            names.append(f"{noun} {shorten(label) if isinstance(label, str) else step + 1}")
        elif i + 1 == len(route) or not isinstance(route[i + 1], int):
            names.append(f"the {step}" if step in _NOUNS else f"`{step}`")
    return " of ".join(reversed(names))
