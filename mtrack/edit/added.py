"""The findings that an edit adds to those of a workspace: more of a kind, or more money at stake in them.

Of all that rules find nearly everything is there before and after. So problems are compared as rules yield them, and
only those of kinds of which there are more become findings, with their lines and their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mtrack import money
from mtrack.check.judged import judged
from mtrack.check.project import findings
from mtrack.finding import Finding, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from mtrack.check.report import Report
    from mtrack.check.waivers import LocatedProblem
    from mtrack.check.workspace import Workspace

T = TypeVar("T")
Subject = tuple[str | None, str | None]
"""The milestone and the invoice that something is found in."""
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

    return _added(found(before), found(after), lambda items: findings(after, items), opens)


def added_to(before: Report, after: Report, opens: frozenset[str]) -> AddedFindings:
    """The same of the reports on all of a workspace."""
    old, new = (
        _grouped((item.rule, item.path, item, item) for item in report.findings if not item.waived)
        for report in (before, after)
    )
    return _added(old, new, list, opens)


def _grouped(items: Iterable[tuple[str, str, Problem | Finding, T]]) -> Found[T]:
    result: Found[T] = {}
    for rule, path, item, origin in items:
        result.setdefault((rule, path), []).append((item, origin))
    return result


def _added(
    old: Found[T], new: Found[T], made: Callable[[list[T]], Iterable[Finding]], opens: frozenset[str]
) -> AddedFindings:
    """The findings of kinds of which there is more: those with another message, else as many as there are more."""
    known: dict[tuple[str, str, Subject], list[str]] = {}
    more: list[T] = []
    for group, items in new.items():
        before = old.get(group, [])
        grown = _grown([item for item, _ in before], [item for item, _ in items])
        if grown:
            more += [origin for item, origin in items if _subject(item) in grown]
            for item, _ in before:
                if _subject(item) in grown:
                    known.setdefault((*group, _subject(item)), []).append(item.message)
    kinds: dict[tuple[str, str, Subject], list[Finding]] = {}
    for finding in sorted(made(more), key=lambda finding: finding.order):
        kinds.setdefault((finding.rule, finding.path, _subject(finding)), []).append(finding)
    errors: list[Finding] = []
    warnings: list[Finding] = []
    left: list[Finding] = []
    for kind, found in kinds.items():
        messages = known.get(kind, [])
        said = set(messages)
        for finding in [one for one in found if one.message not in said] or found[len(messages) :] or found:
            if finding.severity is Severity.WARNING:
                warnings.append(finding)
            elif finding.severity is Severity.ERROR:
                (left if finding.rule in opens else errors).append(finding)
    return AddedFindings(tuple(errors), tuple(warnings), tuple(left))


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
