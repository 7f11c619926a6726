"""All rules, in the order of their pages. A rule is added by writing its function in the module of its category."""

from functools import cache

from mtrack.finding import Category
from mtrack.rules import agreement, audit, close, evidence, gap, overlap, record, status
from mtrack.rules.registry import REGISTRY, Rule, Scope

__all__ = ["RULES", "Rule", "agreement", "audit", "close", "evidence", "gap", "of_scope", "overlap", "record", "status"]

RULES: dict[str, Rule] = dict(sorted(REGISTRY.items(), key=lambda item: list(Category).index(item[1].category)))
"""Every rule by name: by category, in a category as its module has them."""


@cache
def of_scope(scope: Scope) -> tuple[Rule, ...]:
    """The rules that are given the same thing to check."""
    return tuple(rule for rule in RULES.values() if rule.scope == scope)
