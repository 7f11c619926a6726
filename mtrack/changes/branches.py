"""Two branches that are not merged into each other, and the invoices that each has brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.changes.facts import LINES, Version
from mtrack.finding import CommitRef, Place, Problem
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from mtrack.changes.facts import Record
    from mtrack.record.model import Project


class Branch(Struct, frozen=True):
    """A branch: its name, its last commit, and its projects by who they are."""

    name: str
    commit: CommitRef
    projects: Mapping[int, Version]


class Brought(Struct, frozen=True):
    """An invoice that a branch brought, the project it is in, and the version it stands in."""

    uid: int
    version: Version
    record: Record

    @property
    def number(self) -> str:
        """The number as written."""
        return str(self.record.fields["number"])

    @property
    def terms(self) -> tuple[object, ...]:
        """The values by which it is another invoice where they differ."""
        fields = self.record.fields
        return self.uid, fields["amount"], fields["sent"], sorted(fields[LINES].items())

    def share(self, milestone: str) -> Decimal:
        """The amount it bills of a milestone: nothing if void, credit notes negative."""
        fields = self.record.fields
        if "void" in fields:
            return money.ZERO
        amount: Decimal = fields[LINES].get(milestone, money.ZERO)
        return money.minus(money.ZERO, amount) if "credits" in fields else amount


class BranchPair:
    """Two branches, and the invoices in what both are made from; `today` are the projects that can be used now, by their path."""

    def __init__(
        self, ours: Branch, theirs: Branch, bases: Sequence[Mapping[int, Version]], today: Mapping[str, Project]
    ) -> None:
        """`bases` are the projects of each commit that both are made from, the newest first."""
        self.ours = ours
        self.theirs = theirs
        found = {(item.uid, number_key(item.number)): item for base in reversed(bases) for item in _invoices(base)}
        self.base = tuple(found.values())
        self.today = today

    def brought(self, branch: Branch) -> list[Brought]:
        """The invoices that a branch added since the merge base."""
        old = {number_key(item.number) for item in self.base}
        return [item for item in _invoices(branch.projects) if number_key(item.number) not in old]

    def billed_before(self, uid: int, milestone: str) -> Decimal:
        """The amount billed of a milestone at the merge base."""
        return money.total(item.share(milestone) for item in self.base if item.uid == uid)

    def problem(self, item: Brought, message: str, hint: str, milestone: str | None = None) -> Problem:
        """A problem with an invoice; its place is where it stands now."""
        path = f"{item.version.folder}/milestones.yaml" if item.version.folder != "." else "milestones.yaml"
        project = self.today.get(path)
        now = None
        if project is not None:
            now = next((found for found in project.invoices() if found.key == number_key(item.number)), None)
        commit = self.theirs.commit
        return Problem(
            place=Place(path, (*now.route, "number")) if now is not None else Place(path),
            message=f"{message} (commit {commit.id[:10]} by {commit.author} on {commit.date[:10]})",
            hint=hint,
            milestone=milestone,
            invoice=item.number,
            commit=commit,
        )


def _invoices(projects: Mapping[int, Version]) -> Iterator[Brought]:
    for uid, version in projects.items():
        for record in version.of_kind("invoice"):
            yield Brought(uid, version, record)
