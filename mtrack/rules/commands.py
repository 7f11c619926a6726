"""The commands that hints name, in full and with a project's own words."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.record.model import Heading, Milestone


def of_project(verb: str, project: Heading, *words: str) -> str:
    """A command about a project: "mtrack add acme NAME 500.00"."""
    return " ".join(("mtrack", verb, shlex.quote(project.folder), *words))


def of_milestone(verb: str, project: Heading, milestone: Milestone, *words: str) -> str:
    """A command about a milestone: "mtrack bill acme M2 NUMBER"."""
    return of_project(verb, project, shlex.quote(milestone.id), *words)


def of_invoice(verb: str, number: str, *words: str) -> str:
    """A command about an invoice: "mtrack dispute INV-7 --reason …"."""
    return " ".join(("mtrack", verb, shlex.quote(number), *words))


def amount(project: Heading, value: Decimal, *, signed: bool = False) -> str:
    """An amount as it is typed; with a sign, as what an amendment adds or takes away."""
    plain = money.plain(value, project.places)
    return f"+{plain}" if signed and value > 0 else plain


REASON = "--reason …"
"""For the user to fill in."""
