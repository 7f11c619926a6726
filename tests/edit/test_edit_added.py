"""What an edit adds to the findings, held to its definition over complete findings."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mtrack import money
from mtrack.check.pipeline import check
from mtrack.edit import find
from mtrack.edit.added import AddedFindings, added_findings, added_to
from mtrack.finding import Finding, Severity
from mtrack.record import schema
from mtrack.record.settings import Settings
from mtrack.yaml import source

if TYPE_CHECKING:
    from mtrack.check.workspace import Workspace

OPENS = frozenset({"amount-unlisted"})
ITEMS = [
    "- {id: M1, name: One, amount: 10.00, status: sent, invoice: {number: I1, amount: 10.00, sent: 2026-01-05}}\n",
    "- {id: M1, name: One, amount: 12.00, status: sent, invoice: {number: I1, amount: 10.00, sent: 2026-01-05}}\n",
    "- {id: M2, name: One, amount: 10.00, status: paid, invoice: {number: I1, amount: 15.00, sent: 2026-01-05}}\n",
    "- {id: M2, name: Two, amount: 20.00, status: not_billed, deliverable: {approved: 2026-01-02}}\n",
    "- {id: M3, name: Two, amount: 20.00, status: sent}\n",
    "- {id: M4, name: Four, amount: 5.00, status: not_billed, attachments: [a.pdf]}\n",
]
MORE = [
    "", "agreement: {total: 40.00}\n", "waivers:\n- {rule: overdue, milestone: M1, reason: r}\n",
    "waivers:\n- {rule: duplicate-name, reason: r}\n", "closed: 2026-02-02\n", "note: 5\n",
]  # fmt: skip


def workspace(texts: dict[str, str]) -> Workspace:
    shape = schema.shape("milestones")
    sources = {folder: source.parse(f"{folder}/milestones.yaml", text, shape) for folder, text in texts.items()}
    return find.load("/nowhere", date(2026, 11, 22), Settings(currency="EUR"), sources)


def defined(before: Workspace, after: Workspace, planned: frozenset[str]) -> AddedFindings:
    """More of a kind, or more money at stake: those that say something new, else those beyond as many as there were."""
    old, new = (defaultdict[object, list[Finding]](list) for _ in range(2))
    for groups, side in ((old, before), (new, after)):
        for finding in check(side).report.findings:
            if not finding.waived and not (finding.rule == "attachment-missing" and finding.about in planned):
                groups[finding.rule, finding.path, finding.milestone, finding.invoice].append(finding)
    added: list[Finding] = []
    for key, found in new.items():
        known = old[key]
        stakes = [money.total(one.amount for one in side if one.amount is not None) for side in (found, known)]
        if len(found) > len(known) or stakes[0] > stakes[1]:
            messages = {one.message for one in known}
            added += [one for one in found if one.message not in messages] or found[len(known) :] or found
    added.sort(key=lambda one: one.order)
    errors = [one for one in added if one.severity is Severity.ERROR]
    return AddedFindings(
        tuple(one for one in errors if one.rule not in OPENS),
        tuple(one for one in added if one.severity is Severity.WARNING),
        tuple(one for one in errors if one.rule in OPENS),
    )


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_added_is_what_there_is_more_of(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    items = rng.choices(ITEMS, k=rng.randint(1, 6))
    changed = items.copy()
    for _ in range(rng.randint(0, 2)):
        at = rng.randrange(len(changed))
        changed[at : at + rng.randint(0, 1)] = rng.choices(ITEMS, k=rng.randint(0, 1)) or [rng.choice(changed)]
    more = rng.choice(MORE)
    texts = [
        f"project: P\nmilestones:\n{''.join(each)}{own}"
        for each, own in ((items, more), (changed, rng.choice([more, *MORE])))
    ]
    other = {"q": f"project: Q\nmilestones:\n{rng.choice(ITEMS)}"} if rng.random() < 0.5 else {}
    before, after = (workspace({"p": text, **other}) for text in texts)
    planned = frozenset(["p/a.pdf"] if rng.random() < 0.5 else [])
    found = added_findings(before, after, OPENS, planned)
    assert found == defined(before, after, planned)
    if not planned:
        assert added_to(check(before).report, check(after).report, OPENS) == found


def test_what_changes_between_others_that_stay_is_seen() -> None:
    """The first and the third of four change, and only in the third is more at stake."""
    item = "- {{id: M{0}, name: N{0}, amount: {1}, status: sent, invoice: {{number: I{0}, amount: {1}, sent: 2026-01-0{2}}}}}\n"
    texts = [
        "project: P\nmilestones:\n" + "".join(item.format(i, amount, day) for i, (amount, day) in enumerate(rows, 1))
        for rows in ([(10, 5), (10, 5), (10, 5), (10, 5)], [(10, 6), (10, 5), (12, 5), (10, 5)])
    ]
    before, after = (workspace({"p": text}) for text in texts)
    found = added_findings(before, after, OPENS)
    assert found == defined(before, after, frozenset())
    assert [(one.rule, one.invoice) for one in found.warnings if one.rule == "overdue"] == [("overdue", "I3")]
