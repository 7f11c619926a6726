"""The findings that an edit adds to those of a workspace: more of a kind, or more money at stake in them.

Of all that rules find nearly everything is there before and after. So problems are compared as rules yield them, and
only those of kinds of which there are more become findings, with their lines and their order.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mtrack import limits, money
from mtrack.check.judged import judged
from mtrack.check.project import Asked, findings
from mtrack.finding import Finding, Problem, Severity
from mtrack.rules import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from mtrack.check.report import Report
    from mtrack.check.waivers import LocatedProblem
    from mtrack.check.workspace import Workspace
    from mtrack.record.model import Project

T = TypeVar("T")
Subject = tuple[str | None, str | None]
"""The milestone and the invoice that something is found in."""
Kind = tuple[str, str, Subject]
"""What is found alike: a rule, a file and a subject."""
Found = dict[tuple[str, str], list[tuple[Problem | Finding, T]]]
"""What is found, in its order, by rule and file: a problem or a finding, and what is to be made a finding of."""


class AddedFindings(Struct, frozen=True):
    """The findings that an edit adds to those of a workspace."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    """The files and folders that may hold a number that the edit takes, and can't be used."""


def added_findings(
    before: Workspace, after: Workspace, opens: frozenset[str], planned: frozenset[str] = frozenset()
) -> AddedFindings:
    """The findings of `after` beyond those of `before`, of workspaces that are read already.

    `opens` are rules whose errors the edit leaves for the next one, `planned` files that will be there once it is written.
    """

    def found(workspace: Workspace) -> Found[LocatedProblem]:
        return _grouped(
            (item.rule.name, item.problem.place.path, item.problem, item)
            for item in judged(workspace)
            if item.waiver is None and not (item.rule.name == "attachment-missing" and item.problem.about in planned)
        )

    return _added(found(before), found(after), lambda items, most: findings(after, items, Asked(most=most)), opens)


def added_to(before: Report, after: Report, opens: frozenset[str]) -> AddedFindings:
    """The same of the reports on all of a workspace."""
    old, new = (
        _grouped((item.rule, item.path, item, item) for item in report.findings if not item.waived)
        for report in (before, after)
    )
    return _added(old, new, lambda items, _: items, opens)


def _grouped(items: Iterable[tuple[str, str, Problem | Finding, T]]) -> Found[T]:
    result: Found[T] = {}
    for rule, path, item, origin in items:
        result.setdefault((rule, path), []).append((item, origin))
    return result


def _added(
    old: Found[T], new: Found[T], made: Callable[[list[T], int | None], Iterable[Finding]], opens: frozenset[str]
) -> AddedFindings:
    """The findings of kinds of which there is more: those with another message, else as many as there are more.

    `made` makes findings, of one rule in one file no more than so many.
    """
    unsaid: list[T] = []
    repeated: list[T] = []
    known: dict[Kind, int] = {}
    """How many there were of a kind of which each says what another did before."""
    for group, items in new.items():
        before = old.get(group, [])
        grown = _grown([item for item, _ in before], [item for item, _ in items])
        messages = _by_subject(before, grown)
        for subject, own in _by_subject(items, grown).items():
            said = {item.message for item, _ in messages.get(subject, ())}
            fresh = [origin for item, origin in own if item.message not in said]
            unsaid += fresh
            if not fresh:
                known[*group, subject] = len(messages[subject])
                repeated += [origin for _, origin in own]
    kinds: dict[Kind, list[Finding]] = {}
    for finding in sorted(made(repeated, None), key=_order):
        kinds.setdefault((finding.rule, finding.path, _subject(finding)), []).append(finding)
    found = [*made(unsaid, limits.FINDINGS)]
    for kind, alike in kinds.items():
        found += alike[known[kind] :] or alike
    found.sort(key=_order)
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    return AddedFindings(
        tuple(finding for finding in errors if finding.rule not in opens),
        tuple(finding for finding in found if finding.severity is Severity.WARNING),
        tuple(finding for finding in errors if finding.rule in opens),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.order


def _by_subject(
    items: Iterable[tuple[Problem | Finding, T]], subjects: set[Subject]
) -> dict[Subject, list[tuple[Problem | Finding, T]]]:
    """What is found in some subjects, in its order."""
    result: dict[Subject, list[tuple[Problem | Finding, T]]] = {}
    for item in items if subjects else ():
        subject = _subject(item[0])
        if subject in subjects:
            result.setdefault(subject, []).append(item)
    return result


def _grown(old: list[Problem | Finding], new: list[Problem | Finding]) -> set[Subject]:
    """The subjects of which there is more, or more at stake; what is the same at both ends adds nothing to either."""
    if old == new:
        return set()
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    before = _stakes(old[first : len(old) - last])
    return {
        subject
        for subject, amounts in _stakes(new[first : len(new) - last]).items()
        if len(amounts) > len(before.get(subject, ())) or money.total(amounts) > money.total(before.get(subject, ()))
    }


def _alike(old: list[Problem | Finding], new: list[Problem | Finding]) -> int:
    """The number of items that two lists begin with."""
    short = min(len(old), len(new))
    return next((i for i in range(short) if old[i] != new[i]), short)


def _stakes(found: Iterable[Problem | Finding]) -> dict[Subject, list[Decimal]]:
    """The amounts at stake by subject, 0 where there is none."""
    result: dict[Subject, list[Decimal]] = {}
    for item in found:
        result.setdefault(_subject(item), []).append(money.ZERO if item.amount is None else item.amount)
    return result


def _subject(item: Problem | Finding) -> Subject:
    return item.milestone, item.invoice


_ABOUT_INVOICE = re.compile(r"""mtrack (?:void|credit|pay|write-off) ('[^']*(?:'"'"'[^']*)*'|\S+)""")
"""A command about an invoice that is there, with its number as a shell takes it."""


def without_recording(
    errors: Iterable[Finding], before: Sequence[Project], after: Sequence[Project]
) -> tuple[Finding, ...]:
    """The errors of an edit that is not made: their hints without the ways that begin at an invoice it would have brought.

    The invoice is not there to take back or to pay; where another has its number, that one would be.
    """
    had, has = (Counter(invoice.key for project in side for invoice in project.invoices()) for side in (before, after))
    brought = {
        commands.quoted(invoice.number)
        for project in after
        for invoice in project.invoices()
        if has[invoice.key] > had[invoice.key]
    }

    def possible(hint: str) -> str | None:
        ways = [way for way in hint.split("; or ") if brought.isdisjoint(_ABOUT_INVOICE.findall(way))]
        return "; or ".join(ways) or None

    return tuple(replace(error, hint=possible(error.hint)) if error.hint else error for error in errors)
