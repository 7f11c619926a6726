"""One bad rule or project costs only itself: where mtrack itself fails is noted, and everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mtrack.errors import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mtrack.check.workspace import Workspace
    from mtrack.finding import Problem
    from mtrack.rules import Rule
    from mtrack.rules.context import ProjectContext

T = TypeVar("T")
RuleProblem = tuple["Rule", "Problem"]


def ask(workspace: Workspace, path: str, rule: Rule, *given: Any) -> list[RuleProblem]:
    """The problems that a rule finds in what it is given, which is about the file at `path`."""
    return _each(workspace, path, rule, rule.check, given)


def ask_across(workspace: Workspace, rule: Rule, *given: Any) -> list[RuleProblem]:
    """The problems that a rule finds across projects, where it looks across them."""
    return _each(workspace, ".", rule, rule.across, given) if rule.across is not None else []


def _each(
    workspace: Workspace, path: str, rule: Rule, check: Callable[..., Iterator[Problem]], given: tuple[Any, ...]
) -> list[RuleProblem]:
    result: list[RuleProblem] = []
    try:
        for problem in check(*given):
            result.append((rule, problem))  # noqa: PERF401  (what it has found before it fails counts)
    except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this rule)
        workspace.note(failure(path, f"the rule {rule.name}", error))
    return result


def made(workspace: Workspace, folder: str, make: Callable[[ProjectContext], T]) -> T | None:
    """The result of `make` for a project; None where it can't be used, or mtrack itself fails at it, now or before."""
    file, context = workspace.open(folder)
    if context is None or folder in workspace.given_up:
        return None
    try:
        return make(context)
    except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this project)
        workspace.note(failure(file.source.path, "the project's figures", error))
        workspace.given_up.add(folder)
        return None
