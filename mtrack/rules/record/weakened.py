"""A rule about what a change silences: settings, waivers and folders that hide what would be found without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.rules.registry import since_rule
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.context import Weakening

_MOST = 20
"""Places of what was silenced that are listed."""


@since_rule(Severity.WARNING)
def settings_weakened(weakenings: tuple[Weakening, ...]) -> Iterator[Problem]:
    """A change silences what the settings before it would show: a rule turned off or lowered, an exclude, a waiver.

    Why: whoever changes the records can change what they are judged by, and a check that is switched off finds
    nothing. `mtrack lint --since REV` compares the settings with those of REV; a project that moved to a hidden or
    excluded folder, behind a link or out of the workspace, or gave way to a repository of its own, counts too. So
    does one that was deleted or gave way to another one in its folder, unless nothing in it had been signed,
    delivered or billed, and an `mtrack.yaml` that comes or goes in a folder below, so that commands there go by
    another. What other projects had in common with one that went, as an invoice number, is told with it. No setting or waiver of the change itself silences this. A waiver that is new, accepts more than those of
    REV, or for longer, is told, and a rule that is less grave, also where that silences nothing yet: the next change
    would be judged by it. So is another currency, and what the settings of a workspace within this one silence for
    commands that run there. What only `mtrack audit` or `mtrack verify` would find is told without a list. Where a
    part of the workspace is asked for, all that holds for it is told, wherever it stands. `--settings-from REV`
    judges by the settings of REV.

    Bad:
        === 2026-02-01
        >>> mtrack.yaml
        format: 1
        >>> acme/agreement/sow.pdf
        the statement of work, not signed yet
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-02-02
        >>> mtrack.yaml
        format: 1
        rules: {agreement-unsigned: off}

    Good:
        === 2026-02-01
        >>> mtrack.yaml
        format: 1
        >>> acme/agreement/sow.pdf
        the statement of work, not signed yet
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-02-02
        >>> mtrack.yaml
        format: 1
        name: Studio North
    """
    for item in weakenings:
        shown = item.silenced[:_MOST]
        more = len(item.silenced) - len(shown)
        told = f", which silences {count(len(item.silenced), 'finding')}" if item.silenced else ""
        yield Problem(
            place=item.place,
            message=f"{item.how}{told}" + (f" (the first {_MOST} are listed)" if more else ""),
            hint=item.hint,
            related=shown,
        )
