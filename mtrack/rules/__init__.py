"""All rules, in the order of their pages. A rule is added by writing its function in a module of its category."""

from functools import cache, lru_cache

from mtrack.finding import Category, Severity
from mtrack.rules import agreement as agreement
from mtrack.rules import close as close
from mtrack.rules import gap as gap
from mtrack.rules import overlap as overlap
from mtrack.rules import status as status
from mtrack.rules.audit import agreed as agreed
from mtrack.rules.audit import branches as branches
from mtrack.rules.audit import commits as commits
from mtrack.rules.audit import invoices as invoices
from mtrack.rules.audit import progress as progress
from mtrack.rules.evidence import agreement_papers as agreement_papers
from mtrack.rules.evidence import attachments as attachments
from mtrack.rules.evidence import invoice_papers as invoice_papers
from mtrack.rules.evidence import other_papers as other_papers
from mtrack.rules.record import contents as contents
from mtrack.rules.record import figures as figures
from mtrack.rules.record import names as names
from mtrack.rules.record import projects as projects
from mtrack.rules.record import waivers as waivers
from mtrack.rules.record import weakened as weakened
from mtrack.rules.registry import REGISTRY, Rule, Scope, Trait

__all__ = ["INTERNAL", "RULES", "Rule", "asked_by_others", "of_project", "of_scope"]

INTERNAL = REGISTRY["internal"]
"""The rule that reports where mtrack itself failed."""
RULES: dict[str, Rule] = dict(
    sorted(
        (item for item in REGISTRY.items() if item[1] is not INTERNAL),
        key=lambda item: list(Category).index(item[1].category),
    )
)
"""Every rule about records by name: by category, in a category as its modules have them."""


@cache
def of_scope(scope: Scope) -> tuple[Rule, ...]:
    """The rules that are given the same thing to check."""
    return tuple(rule for rule in RULES.values() if rule.scope == scope)


@lru_cache(maxsize=1024)
def of_project(traits: frozenset[Trait] | None, unasked: frozenset[str] = frozenset()) -> tuple[Rule, ...]:
    """The rules about a project that could fire in one with these traits, all of them without; `unasked` are left out."""
    rules = of_scope("project")
    if traits is not None:
        rules = tuple([rule for rule in rules if rule.needs is None or rule.needs in traits])
    return tuple([rule for rule in rules if rule.name not in unasked]) if unasked else rules


@cache
def asked_by_others() -> frozenset[str]:
    """The rules whose findings others look at, even where they are off: errors in gaps and overlaps, and bad waivers."""
    return frozenset(
        rule.name
        for rule in RULES.values()
        if rule.name == "unknown-milestone"
        or (rule.severity is Severity.ERROR and rule.category in (Category.GAP, Category.OVERLAP))
    )
