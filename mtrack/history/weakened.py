"""Findings that a change hides and the settings before it would show: by settings, waivers, and hidden folders."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack.check.pipeline import check
from mtrack.check.project import findings
from mtrack.check.waivers import LocatedProblem, Waivers, fitting, key_of
from mtrack.check.workspace import Workspace
from mtrack.finding import Place, Severity
from mtrack.history.inner import Inner
from mtrack.history.judged import open_judged
from mtrack.history.matching import lost as lost_of
from mtrack.history.sides import Side, moves
from mtrack.history.vanished import HINT, Vanished, place_of
from mtrack.history.widened import Accepted, widened
from mtrack.patterns import matcher
from mtrack.rules import RULES, of_scope
from mtrack.rules.context import Weakening
from mtrack.words import count
from mtrack.workspace import RECORDS, SETTINGS, ancestors, is_below, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.check.report import Selection
    from mtrack.finding import Finding
    from mtrack.history.outside import Outside
    from mtrack.history.widened import Widened
    from mtrack.record.model import PaymentTerms, Waiver
    from mtrack.record.settings import Settings
    from mtrack.yaml.flaw import Flaw

_JUDGING = ("currency", "payment_terms", "tax_rate", "bill_within", "verify", "locale", "currencies")
"""The settings, beside rules, exclude and waivers, that decide what a check finds."""
_OF_AUDIT = ("correct_within", "require_signed")
"""The settings that decide what `mtrack audit` finds."""


def weakened(  # noqa: PLR0913
    now: Workspace,
    before: Workspace,
    earlier: Sequence[Finding],
    revision: str,
    selection: Selection | None = None,
    outside: Outside | None = None,
) -> list[Finding]:
    """The findings about what the workspace silences now; `before` is it as `revision` had it.

    `earlier` was found in that. Of a selection's paths only what can silence something under them. The settings and waivers of then decide how grave these are and what is accepted.
    """
    found = [
        _with_what_is_asked_for_first(item, selection)
        for item in _Comparison(now, before, earlier, revision, outside).weakenings()
        if selection is None or _concerns(item, selection)
    ]
    located = [
        LocatedProblem(rule, problem, now.project_of(problem.place.path), None, _severity(before, now, rule.name), True)  # noqa: FBT003
        for rule in of_scope("since")
        for problem in rule.check(tuple(found))
    ]
    return findings(now, Waivers(now, before.settings.waivers).apply(located, ()))


def _concerns(item: Weakening, selection: Selection) -> bool:
    """Whether something silences, or could, what lies under the paths of a selection.

    Settings and records hold for all that lies beside and below them; a project that went out of sight was somewhere, and
    what others share with it is lost with it.
    """
    paths = [item.place.path, *([item.was] if item.was is not None else ())]
    if any(map(selection.takes_path, (*paths, *(place.path for place, _ in item.silenced)))):
        return True
    holds_for = [item.was] if item.was is not None else []
    folder, _, name = item.place.path.rpartition("/")
    if name in (SETTINGS, RECORDS):
        holds_for.append(folder or ".")
    return any(is_below(path, top) for path in selection.paths for top in holds_for)


def _with_what_is_asked_for_first(item: Weakening, selection: Selection | None) -> Weakening:
    """With what a project that went silences under the paths of a selection before the rest, of which only so many are listed."""
    if selection is None or item.was is None:
        return item
    return replace(
        item, silenced=tuple(sorted(item.silenced, key=lambda found: not selection.takes_path(found[0].path)))
    )


def _severity(before: Workspace, now: Workspace, name: str) -> Severity | None:
    """The graver of what both settings make of a rule."""
    graded = [_graded(workspace.settings, name) for workspace in (before, now)]
    return max((severity for severity in graded if severity is not None), default=None)


def may_end_later(terms: PaymentTerms, other: PaymentTerms) -> bool:
    """Whether an invoice sent on some day falls due later by some terms than by others."""
    if terms.month_end == other.month_end:
        return terms.days > other.days
    begin = date(2024, 1, 1)  # a leap year and the three after it hold every row of months
    return any(terms.due(day) > other.due(day) for day in (begin + timedelta(days=i) for i in range(1461)))


def _may_hold_waivers(raw: bytes | Flaw) -> bool:
    """Whether records may have the key; an escape could hide it."""
    return isinstance(raw, bytes) and (b"waivers" in raw or b"\\" in raw)


def _graded(settings: Settings, name: str) -> Severity | None:
    return settings.rules.get(name, RULES[name].severity)


class _Comparison:
    """A workspace beside what it was, both as of the same day."""

    def __init__(
        self, now: Workspace, before: Workspace, earlier: Sequence[Finding], revision: str, outside: Outside | None
    ) -> None:
        self.outside = outside
        self.now = now
        self.before = before
        self.earlier = earlier
        self.revision = revision
        self._patterns: dict[str, str | None] = {}
        """The patterns by folder, since many findings lie in few."""

    def weakenings(self) -> Iterator[Weakening]:
        """The changes that silence something, settings first."""
        yield from self.weakenings_of_settings()
        yield from Inner(
            self.now, self.before, self.revision, lambda: self._shown, lambda: self._found_strictly, self._of_settings
        ).weakenings()
        yield from self._by_folders()

    def weakenings_of_settings(self) -> Iterator[Weakening]:
        """The settings and waivers that silence something."""
        if self._settings_differ or self._widened:
            yield from self._by_settings()

    def _of_settings(self, before: Workspace, now: Workspace) -> Iterable[Weakening]:
        """What the settings and waivers of another workspace silence."""
        return _Comparison(now, before, (), self.revision, None).weakenings_of_settings()

    @cached_property
    def _settings_differ(self) -> bool:
        old, new = self.before.settings, self.now.settings
        return any(getattr(old, name) != getattr(new, name) for name in (*_JUDGING, *_OF_AUDIT, "rules", "exclude"))

    @cached_property
    def _strict(self) -> Workspace:
        """The records of today with the settings of then."""
        return open_judged(self.now.root, self.now.as_of, self.before.settings)

    @cached_property
    def _found_strictly(self) -> Sequence[Finding]:
        return check(self._strict).report.findings

    @cached_property
    def _shown(self) -> Sequence[Finding]:
        return check(self.now).report.findings

    # Waivers.

    @cached_property
    def _known(self) -> dict[str | None, tuple[Waiver, ...]]:
        """The waivers of then: of the settings (None), and of each project that has some then or now, at the place where it is now."""
        result: dict[str | None, tuple[Waiver, ...]] = {None: self.before.settings.waivers}
        for folder in self.now.walk.projects:
            old = self._old_folder(folder)
            if _may_hold_waivers(self.now.raw(folder)) or (old and _may_hold_waivers(self.before.raw(old))):
                context = self.before.open(old)[1] if old is not None else None
                own = context.project.waivers if context is not None else ()
                result[folder] = tuple(replace(waiver, path=join(folder, RECORDS)) for waiver in own)
        return result

    @cached_property
    def _accepted(self) -> Accepted:
        """What they accept; a project's waiver accepts nothing in another project."""
        return Accepted((waiver for waivers in self._known.values() for waiver in waivers), self.now.as_of)

    def _old_folder(self, folder: str) -> str | None:
        """The folder where a project was."""
        return folder if folder in self.before.walk.projects else self._moved.get(folder)

    @cached_property
    def _moved(self) -> dict[str, str]:
        """The old folder of each project that moved."""
        return moves(*self._sides)

    @cached_property
    def _sides(self) -> tuple[Side, Side]:
        return Side(self.before, lambda _path: None), Side(self.now, lambda _path: None)

    @cached_property
    def _gone(self) -> list[str]:
        """The folders of the projects of then that are not in them any more."""
        shown = set(self.now.walk.projects)
        then, now = self._sides
        return [folder for folder in self.before.walk.projects if folder not in shown or then.is_another(folder, now)]

    @cached_property
    def _widened(self) -> list[Widened]:
        """The waivers of now that accept what those of then don't, of rules that were on."""
        own = [*self.now.settings.waivers]
        for folder in self._known:
            context = self.now.open(folder)[1] if folder is not None else None
            own += context.project.waivers if context is not None else ()
        found = widened(self._accepted, own, self.now.as_of)
        return [item for item in found if _graded(self.before.settings, item.waiver.rule) is not None]

    # Settings and waivers.

    def _by_settings(self) -> Iterator[Weakening]:
        shown = self._shown
        causes: dict[tuple[Place, str], list[Finding]] = {}
        accepted = self._by_waivers(shown, causes)
        if self._settings_differ:
            lost = [
                finding
                for finding in lost_of(self._found_strictly, shown)
                if (finding.subject, finding.message) not in accepted
            ]
            self._attribute(lost, causes)
        for cause in self._without_a_list():
            causes.setdefault(cause, [])
        for (place, how), silenced in causes.items():
            yield Weakening(place, how, HINT, tuple(map(place_of, silenced)))

    def _by_waivers(
        self, shown: Sequence[Finding], causes: dict[tuple[Place, str], list[Finding]]
    ) -> set[tuple[Any, ...]]:
        """Add each waiver that accepts more, and what it accepts today that nothing of then accepts on its last day.

        The result tells what is accepted so. A waiver that accepts nothing yet counts too: what it waits for may come.
        """
        by_key = {key_of(item.waiver): item for item in self._widened}
        for item in self._widened:
            causes[self._waiver(item)] = []
        accepted: set[tuple[Any, ...]] = set()
        for finding in shown if by_key else ():
            if not finding.waived:
                continue
            for item in [by_key[key] for key in dict.fromkeys(fitting(finding)) if key in by_key]:
                if not self._accepted.accepts(finding, item.last):
                    causes[self._waiver(item)].append(finding)
                    accepted.add((finding.subject, finding.message))
        return accepted

    def _waiver(self, item: Widened) -> tuple[Place, str]:
        key = "until" if item.was is not None and item.waiver.until is not None else "rule"
        return Place(item.waiver.path, (*item.waiver.route, key)), item.how(self.revision)

    def _without_a_list(self) -> Iterator[tuple[Place, str]]:
        """The changes that silence something whatever is found today: what `mtrack audit` and `mtrack verify` find, or what is still to come."""
        was, now = self.before.settings, self.now.settings
        if was.verify and not now.verify:
            yield self._key("verify"), "the papers are no longer compared with the records"
        if now.correct_within > was.correct_within:
            days = f"{count(now.correct_within, 'day')}, and was {was.correct_within:,} at {self.revision}"
            yield self._key("correct_within"), f"a correction is reported only after {days}"
        if was.require_signed and not now.require_signed:
            yield self._key("require_signed"), f"commits need no signature, and did at {self.revision}"
        if was.currency is not None and now.currency != was.currency:
            yield self._changed("currency")
        if now.bill_within > was.bill_within:
            yield self._changed("bill_within")
        if now.payment_terms != was.payment_terms and may_end_later(now.payment_terms, was.payment_terms):
            yield self._changed("payment_terms")
        for name in sorted(was.rules.keys() | now.rules.keys()):
            if name in RULES and (cause := self._rule(name)) is not None:
                yield cause

    def _changed(self, name: str) -> tuple[Place, str]:
        return self._key(name), f"`{name}` is not what it was at {self.revision}"

    def _attribute(self, lost: Iterable[Finding], causes: dict[tuple[Place, str], list[Finding]]) -> None:
        """Add each finding to what silences it, and each project that an exclude hides."""
        hidden = [folder for folder in self._strict.walk.projects if folder not in self.now.walk.projects]
        for folder in hidden:
            causes.setdefault(self._exclude(folder), [])
        tops = set(hidden)
        others: list[Finding] = []
        for finding in lost:
            paths = [
                finding.path,
                *([finding.about] if finding.about else ()),
                *(item.path for item in finding.related),
            ]
            excluded = next((path for path in paths if self._pattern(path) is not None), None)
            rule = self._rule(finding.rule)
            if excluded is not None:
                above = (folder for folder in reversed([excluded, *ancestors(excluded)]) if folder in tops)
                top = next(above, excluded)
                causes.setdefault(self._exclude(top), []).append(finding)
            elif rule is not None:
                causes.setdefault(rule, []).append(finding)
            else:
                others.append(finding)
        others = self._attribute_to_keys(others, causes)
        if hidden:  # what rules across projects find where these are seen
            causes[self._exclude(hidden[0])] += others

    def _attribute_to_keys(self, lost: list[Finding], causes: dict[tuple[Place, str], list[Finding]]) -> list[Finding]:
        """Add each finding to the first setting whose change alone silences it; those that none does."""
        changed = [name for name in _JUDGING if getattr(self.before.settings, name) != getattr(self.now.settings, name)]
        for name in changed:
            if not lost:
                break
            settings = replace(self._strict.settings, **{name: getattr(self.now.settings, name)})
            only = Workspace(self.now.root, self.now.as_of, settings, self._strict.walk)
            gone = lost_of(lost, check(only).report.findings)
            if gone:
                causes.setdefault(self._changed(name), []).extend(gone)
                ids = set(map(id, gone))
                lost = [finding for finding in lost if id(finding) not in ids]
        return lost

    def _rule(self, name: str) -> tuple[Place, str] | None:
        """The setting that makes a rule less grave than it was."""
        was, now = _graded(self.before.settings, name), _graded(self.now.settings, name)
        if was is None or (now is not None and now >= was):
            return None
        words = "off" if now is None else f"{_an(now)} now"
        return self._key("rules", name), f"'{name}' is {words}, and was {_an(was)} at {self.revision}"

    def _exclude(self, path: str) -> tuple[Place, str]:
        """The pattern that hides a project, or a file of one."""
        pattern = self._pattern(path)
        what = "the project " if path in self._strict.walk.projects else ""
        place = (
            self._key("exclude") if pattern is None else self._key("exclude", self._written("exclude").index(pattern))
        )
        return place, f"`exclude` hides {what}{path}, which {self.revision} shows"

    def _pattern(self, path: str) -> str | None:
        """The pattern of today that hides a path, which those of then don't."""
        parts = path.split("/") if path in self._strict.walk.folders else path.split("/")[:-1]
        for folder in ("/".join(parts[: i + 1]) for i in range(len(parts))):
            if folder not in self._patterns:
                self._patterns[folder] = self._own_pattern(folder)
            if self._patterns[folder] is not None:
                return self._patterns[folder]
        return None

    def _own_pattern(self, folder: str) -> str | None:
        """The pattern of today that hides a folder, whatever hides those above it."""
        old, new = self.before.settings.exclude, self.now.settings.exclude
        number = matcher(new).decides(folder)
        return new[number] if number is not None and matcher(new)(folder) and not matcher(old)(folder) else None

    def _written(self, key: str) -> list[str]:
        written = self.now.settings.source
        return list(written.data[key]) if written is not None else []

    def _key(self, *route: str | int) -> Place:
        """A key of the settings of today; where it is not there, the first one; without settings the file."""
        written = self.now.settings.source
        data = written.data if written is not None and isinstance(written.data, dict) else {}
        if not data:
            return Place(SETTINGS)
        inner = data.get(str(route[0]))
        if inner is None:
            return Place(SETTINGS, (next(iter(data)),))
        return Place(SETTINGS, route[:1] if isinstance(inner, dict) and route[-1] not in inner else route)

    def _by_folders(self) -> Iterator[Weakening]:
        """The projects of then that neither are in sight now nor are hidden by an exclude of now."""
        if self._gone:
            shown = set(self.now.walk.projects)
            excluded = set(self._strict.walk.projects) - shown
            moved = set(self._moved.values())
            gone = [folder for folder in self._gone if folder not in excluded and folder not in moved]
            vanished = Vanished(
                self.now, self.before, self.earlier, self.revision, self.outside,
                lambda: self._found_strictly if self._settings_differ else self._shown, self._moved,
            )  # fmt: skip
            yield from vanished.weakenings(gone, shown | excluded)


def _an(severity: Severity) -> str:
    return (
        f"{'a' if severity is Severity.WARNING else 'an'} {severity.word}"
        if severity is not Severity.INFO
        else "an info"
    )
