"""The declaration of rules: the decorator registers a rule, the function's name is its id, its docstring its page."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar

from msgspec import Struct

from mtrack.finding import Category

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.branches import BranchPair
    from mtrack.changes.trail import Trail
    from mtrack.errors import Failure
    from mtrack.finding import Problem, Severity
    from mtrack.rules.context import CheckedWaiver, ProjectContext, RecordFile, Weakening
    from mtrack.rules.facts import WorkspaceFacts

Scope = Literal["file", "project", "workspace", "close", "waivers", "history", "branches", "since", "mtrack"]
Money = Literal["to_bill", "overdue", "ahead"]
"""The state of the money a gap is about: not billed, overdue, or not yet to be billed."""

Task = Literal["chase", "bill", "approve", "deliver", "tidy"]
"""The task that `mtrack next` makes of a finding."""

Trait = Literal[
    "billed before approval", "cancelled milestone", "closed", "comment", "count differs", "credit or replacement",
    "dates to compare", "future date", "incomplete agreement", "invoice parts", "no invoice file", "no sign-off",
    "non-ASCII number", "other currency", "overbilled", "overdue", "overpaid", "paid without payments",
    "planned date passed", "read papers", "references", "repeated id", "skipped milestone", "sum differs",
    "tax rate", "tracked by git", "unbilled approved", "unbilled completed", "unbilled deposit", "underbilled",
    "unusable file", "unusual decimals", "wrong status",
]  # fmt: skip
"""A trait of a project that a rule may need (`mtrack/rules/traits.py`)."""

REGISTRY: dict[str, Rule] = {}
"""Every rule by name, filled as the rule modules are imported."""


class Rule(Struct, frozen=True):
    """A rule. `scope` says what `check` is given: a file, a project's context, the facts of the workspace.

    `across` is what it checks across projects, all of it or the part that is in no project. `local` says that an edit
    in one project can bring it up in that project, and in those that name the same invoices, and nowhere else.
    `next_step` says in a few words what to do about a gap or an overlap.
    """

    name: str
    category: Category
    severity: Severity
    scope: Scope
    check: Callable[..., Iterator[Problem]]
    across: Callable[[WorkspaceFacts], Iterator[Problem]] | None = None
    fixable: bool = False
    local: bool = False
    next_step: str = ""
    money: Money = "to_bill"
    gross: bool = False
    """Whether the amount at stake has its tax with it."""
    verifies: bool = False
    """Whether it compares the records with the papers."""
    needs: Trait | None = None
    """Without this in a project it finds nothing there; None where it always runs."""
    task: Task | None = "tidy"
    """The task that `mtrack next` makes of its findings; None where nothing is to be done."""

    @property
    def state(self) -> str:
        """The state of the money it is about, or "alarm" for an overlap."""
        return "alarm" if self.category is Category.OVERLAP else self.money

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.page.split("\n", 1)[0]

    @property
    def page(self) -> str:
        """Its page: why it matters, a bad and a good sample."""
        return inspect.cleandoc(self.check.__doc__ or "")


FileCheck = Callable[["RecordFile"], "Iterator[Problem]"]
ProjectCheck = Callable[["ProjectContext"], "Iterator[Problem]"]
WorkspaceCheck = Callable[["WorkspaceFacts"], "Iterator[Problem]"]
CloseCheck = Callable[["ProjectContext", frozenset[str]], "Iterator[Problem]"]
WaiverCheck = Callable[[tuple["CheckedWaiver", ...]], "Iterator[Problem]"]
HistoryCheck = Callable[["Trail"], "Iterator[Problem]"]
BranchCheck = Callable[["BranchPair"], "Iterator[Problem]"]
SinceCheck = Callable[[tuple["Weakening", ...]], "Iterator[Problem]"]
FailureCheck = Callable[["Failure"], "Iterator[Problem]"]
AnyCheck = TypeVar("AnyCheck", bound=Callable[..., "Iterator[Problem]"])


def _register(check: AnyCheck, severity: Severity, scope: Scope, **more: object) -> AnyCheck:
    """Register a rule; its category is the name of its module or package in `mtrack.rules`."""
    name = check.__name__.strip("_").replace("_", "-")
    if name in REGISTRY:
        message = f"two rules are called {name}"
        raise ValueError(message)
    category = Category(check.__module__.split(".")[2])
    REGISTRY[name] = Rule(name, category, severity, scope, check, **more)  # type: ignore[arg-type]
    return check


def file_rule(severity: Severity, *, across: WorkspaceCheck | None = None) -> Callable[[FileCheck], FileCheck]:
    """A rule about a file as such: whether it can be read and what shape it has; `across` checks what lies outside them."""
    return lambda check: _register(check, severity, "file", across=across, local=across is not None)


def project_rule(  # noqa: PLR0913
    severity: Severity,
    *,
    fixable: bool = False,
    next_step: str = "",
    money: Money = "to_bill",
    gross: bool = False,
    across: WorkspaceCheck | None = None,
    local: bool = False,
    needs: Trait | None = None,
    task: Task | None = "tidy",
) -> Callable[[ProjectCheck], ProjectCheck]:
    """A rule about one project; `across` checks what lies outside every project. It runs where a project has what it `needs`."""
    return lambda check: _register(
        check,
        severity,
        "project",
        fixable=fixable,
        next_step=next_step,
        money=money,
        gross=gross,
        across=across,
        local=local,
        needs=needs,
        task=task,
    )


def paper_rule(severity: Severity) -> Callable[[ProjectCheck], ProjectCheck]:
    """A rule about what the papers of a project say; it finds nothing where they are not read."""
    return lambda check: _register(check, severity, "project", verifies=True, needs="read papers")


def workspace_rule(
    severity: Severity, *, next_step: str = "", gross: bool = False, local: bool = False
) -> Callable[[WorkspaceCheck], WorkspaceCheck]:
    """A rule that looks across projects."""
    return lambda check: _register(
        check, severity, "workspace", next_step=next_step, gross=gross, across=check, local=local
    )


def close_rule(severity: Severity) -> Callable[[CloseCheck], CloseCheck]:
    """A rule that also asks which other rules found something in the project."""
    return lambda check: _register(check, severity, "close")


def waiver_rule(severity: Severity) -> Callable[[WaiverCheck], WaiverCheck]:
    """A rule about waivers, checked once all other problems are known."""
    return lambda check: _register(check, severity, "waivers")


def history_rule(severity: Severity) -> Callable[[HistoryCheck], HistoryCheck]:
    """A rule about what the commits of a repository did to a project; only `mtrack audit` asks it."""
    return lambda check: _register(check, severity, "history")


def branch_rule(severity: Severity) -> Callable[[BranchCheck], BranchCheck]:
    """A rule about two branches; only `mtrack audit --branches` asks it."""
    return lambda check: _register(check, severity, "branches")


def failure_rule(severity: Severity) -> Callable[[FailureCheck], FailureCheck]:
    """The rule that reports where mtrack itself failed: it is not about records, so nothing sets its severity or waives it."""
    return lambda check: _register(check, severity, "mtrack")


def since_rule(severity: Severity) -> Callable[[SinceCheck], SinceCheck]:
    """A rule about what a change silenced; only `mtrack lint --since` asks it."""
    return lambda check: _register(check, severity, "since")


def is_about_history(name: str) -> bool:
    """Whether a rule is asked by `mtrack audit` alone, which also judges the waivers of it."""
    return name in REGISTRY and REGISTRY[name].category is Category.AUDIT


def compares_versions(name: str) -> bool:
    """Whether a rule compares versions, so that a check of one version can't judge its waivers."""
    return is_about_history(name) or (name in REGISTRY and REGISTRY[name].scope == "since")
