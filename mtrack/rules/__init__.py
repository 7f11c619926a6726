"""All rules, in the order of their pages. A rule is added by writing its function in the module of its category."""

from mtrack.finding import Category
from mtrack.rules import agreement, close, evidence, gaps, overlaps, record, status
from mtrack.rules.registry import REGISTRY, Rule

__all__ = ["RULES", "Rule", "agreement", "close", "evidence", "gaps", "overlaps", "record", "status"]

RULES: dict[str, Rule] = dict(sorted(REGISTRY.items(), key=lambda item: list(Category).index(item[1].category)))
"""Every rule by name: by category, in a category as its module has them."""
