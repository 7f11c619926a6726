"""How a rule is declared: the decorator is the registration, the function's name its id, its docstring its page."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Category, Problem, Severity
    from mtrack.rules.context import CheckedWaiver, ProjectContext, RecordFile
    from mtrack.rules.facts import WorkspaceFacts

Scope = Literal["file", "project", "workspace", "close", "waivers"]

REGISTRY: dict[str, Rule] = {}
"""Every rule by name, filled as the rule modules are imported."""


class Rule(Struct, frozen=True):
    """A rule. `scope` says what `check` is given: a file, a project's context, the workspace as a whole.

    `across` is what it checks of the workspace as a whole, be it all it checks or the part that no project holds.
    """

    name: str
    category: Category
    severity: Severity
    fixable: bool
    scope: Scope
    check: Callable[..., Iterator[Problem]]
    across: Callable[[WorkspaceFacts], Iterator[Problem]] | None = None

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.page.split("\n", 1)[0]

    @property
    def page(self) -> str:
        """Its page: why it matters, a bad and a good sample."""
        return inspect.cleandoc(self.check.__doc__ or "")


_WorkspaceCheck = Callable[["WorkspaceFacts"], "Iterator[Problem]"]


def _register(
    scope: Scope,
    category: Category,
    severity: Severity,
    *,
    fixable: bool = False,
    across: _WorkspaceCheck | None = None,
) -> Any:
    def register(check: Callable[..., Iterator[Problem]]) -> Callable[..., Iterator[Problem]]:
        name = check.__name__.strip("_").replace("_", "-")
        if name in REGISTRY:
            message = f"two rules are called {name}"
            raise ValueError(message)
        whole = check if scope == "workspace" else across
        REGISTRY[name] = Rule(name, category, severity, fixable, scope, check, whole)
        return check

    return register


def file_rule(
    category: Category, severity: Severity
) -> Callable[[Callable[[RecordFile], Iterator[Problem]]], Callable[[RecordFile], Iterator[Problem]]]:
    """A rule about a file as such: whether it can be read and what shape it has."""
    return _register("file", category, severity)  # type: ignore[no-any-return]


def project_rule(
    category: Category, severity: Severity, *, fixable: bool = False, across: _WorkspaceCheck | None = None
) -> Callable[[Callable[[ProjectContext], Iterator[Problem]]], Callable[[ProjectContext], Iterator[Problem]]]:
    """A rule about one project; `across` checks what of it is in no project."""
    return _register("project", category, severity, fixable=fixable, across=across)  # type: ignore[no-any-return]


def workspace_rule(category: Category, severity: Severity) -> Callable[[_WorkspaceCheck], _WorkspaceCheck]:
    """A rule that looks across projects."""
    return _register("workspace", category, severity)  # type: ignore[no-any-return]


def close_rule(
    category: Category, severity: Severity
) -> Callable[
    [Callable[[ProjectContext, frozenset[str]], Iterator[Problem]]],
    Callable[[ProjectContext, frozenset[str]], Iterator[Problem]],
]:
    """A rule that also asks which other rules found something in the project."""
    return _register("close", category, severity)  # type: ignore[no-any-return]


def waiver_rule(
    category: Category, severity: Severity
) -> Callable[
    [Callable[[tuple[CheckedWaiver, ...]], Iterator[Problem]]], Callable[[tuple[CheckedWaiver, ...]], Iterator[Problem]]
]:
    """A rule about waivers, judged once all other findings are known."""
    return _register("waivers", category, severity)  # type: ignore[no-any-return]
