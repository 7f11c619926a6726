"""The context of a rule about one project: the file as it was read, and the project with its figures and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money, workspace
from mtrack.figures import clock, ledger
from mtrack.record import evidence

if TYPE_CHECKING:
    from datetime import date

    from mtrack.errors import Failure
    from mtrack.figures.ledger import Ledger, MilestoneFigures
    from mtrack.finding import Place, Problem, Route
    from mtrack.record.evidence import Named, State
    from mtrack.record.model import Invoice, Milestone, Project, Waiver
    from mtrack.record.settings import Settings
    from mtrack.record.verdict import Verdict
    from mtrack.workspace import Walk
    from mtrack.yaml.source import Source


class RecordFile(Struct, frozen=True):
    """A YAML file of the workspace: what was read, and what its shape breaks. `folder` is None for `mtrack.yaml`.

    `broken` are the schema's problems; `usable` says whether the other rules can check it. `failure` is where mtrack itself
    failed to read it.
    """

    source: Source
    folder: str | None
    unknown_keys: tuple[Problem, ...]
    broken: tuple[Problem, ...]
    usable: bool
    failure: Failure | None = None


Compare = Callable[["ProjectContext"], tuple["Verdict", ...]]
"""Compares a project's records with its papers."""


class ProjectContext:
    """One project with its figures and its files, as of a day."""

    def __init__(  # noqa: PLR0913
        self,
        project: Project,
        settings: Settings,
        root: str,
        as_of: date,
        walk: Walk | None = None,
        compare: Compare | None = None,
        tracked: frozenset[str] | None = None,
        before: ProjectContext | None = None,
    ) -> None:
        """`walk` is the walk over the workspace, so that no folder is looked at twice; it also notes what is looked up.

        `compare` reads the papers; without it there is no verdict on anything. `tracked` are the files in the project that git
        tracks, from the root; None where it tracks no records there. `before` is another version of the project, whose
        figures are not worked out again where they are the same.
        """
        self._before = before
        self._compare = compare
        self.tracked = tracked
        self.project = project
        self.settings = settings
        self.root = root
        self.as_of = as_of
        self._walk = walk or workspace.Walk((), ())

    @cached_property
    def ledger(self) -> Ledger:
        """The project worked out as it stood at the end of the day: views, gaps and overlaps see this."""
        known = None if self._before is None else self._before.ledger
        return ledger.work_out(self.project, self.settings.payment_terms, self.as_of, known)

    @cached_property
    def whole_ledger(self) -> Ledger:
        """The whole record worked out, whatever its dates: a `status` is compared with what it asks for."""
        if not self.ledger.left_out:
            return self.ledger
        return ledger.work_out(self.project, self.settings.payment_terms)

    @cached_property
    def paid_before_void(self) -> frozenset[int]:
        """The milestones by whose status alone an invoice counts as paid so far, which is void later, by their index."""
        return clock.paid_before_void(self.project, self.as_of)

    @cached_property
    def milestone_by_id(self) -> dict[str, Milestone]:
        """The milestones by id; of several with one id the first."""
        return {milestone.id: milestone for milestone in reversed(self.project.milestones)}

    @cached_property
    def invoice_by_number(self) -> dict[str, Invoice]:
        """The invoice records by number; of several with one number the first."""
        return {invoice.number: invoice for invoice in reversed([*self.project.invoices()])}

    @cached_property
    def counted(self) -> tuple[MilestoneFigures, ...]:
        """The milestones that are not cancelled, as they stood."""
        return tuple([figures for figures in self.ledger.milestones if not figures.milestone.cancelled])

    @cached_property
    def to_be_billed(self) -> tuple[MilestoneFigures, ...]:
        """The counted milestones that ask for an invoice: worth something, and not on hold."""
        return tuple(
            [item for item in self.counted if item.milestone.amount and not item.milestone.on_hold(self.as_of)]
        )

    @property
    def seen(self) -> Project:
        """The project as it stood at the end of the day."""
        return self.ledger.project

    @property
    def currency_known(self) -> bool:
        """Whether the project's currency is in ISO 4217 or among the workspace's own."""
        return money.is_currency(self.project.currency, self.settings.currencies)

    @cached_property
    def files(self) -> tuple[tuple[Named, State], ...]:
        """Every file the records name, looked up."""
        return tuple(
            (named, evidence.look(self.root, self.project.folder, named, self._walk))
            for named in evidence.named_files(self.project)
        )

    def not_tracked(self, path: str) -> str | None:
        """What git does not track of a file of the project: the file, or a link on the way to it; None where it tracks all.

        `path` is from the root, as is what it gives.
        """
        tracked = self.tracked or frozenset()
        if path in tracked and evidence.is_listed(path, self._walk):
            return None
        return next((step for step in evidence.steps(self.root, path) if step not in tracked), None)

    @property
    def reads_papers(self) -> bool:
        """Whether the papers are read."""
        return self._compare is not None

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of the papers on the recorded values; none where they are not read."""
        return () if self._compare is None else self._compare(self)

    @cached_property
    def invoice_files(self) -> dict[Route, tuple[Named, State]]:
        """The invoices' files, by the route of the invoice."""
        return {named.invoice.route: (named, state) for named, state in self.files if named.invoice is not None}

    @cached_property
    def unrecorded(self) -> list[str]:
        """Evidence that no record names; paths from the root."""
        recorded = {named.normal for named, _ in self.files}
        return evidence.unrecorded(self.root, self.project.folder, recorded, self.settings.exclude, self._walk)

    @cached_property
    def twins(self) -> dict[str, str]:
        """The files that records name and that are not there, by the one no record names that looks the same.

        And the other way round; paths from the project, as they are compared.
        """
        missing = [named.normal for named, state in self.files if state.missing == evidence.NOT_THERE]
        if not missing:
            return {}
        below = 0 if self.project.folder == "." else len(self.project.folder) + 1
        alike = {evidence.look_alike(path): path for path in (path[below:] for path in reversed(self.unrecorded))}
        pairs = {path: alike[look] for path in missing if (look := evidence.look_alike(path)) in alike}
        return pairs | {twin: path for path, twin in pairs.items()}


class Weakening(Struct, frozen=True):
    """A part of a change that silences findings, or a whole project: `how`, in words, and its place.

    `silenced` are the findings that would be there without it, with their places; `was` is where a project that is out
    of sight was.
    """

    place: Place
    how: str
    hint: str
    silenced: tuple[tuple[Place, str], ...]
    was: str | None = None


class CheckedWaiver(Struct, frozen=True):
    """A waiver and what the rules about waivers report: that it accepts nothing, that its last day has passed."""

    waiver: Waiver
    unused: bool
    expired: bool
