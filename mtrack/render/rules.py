"""`mtrack rules`: the list, and a rule's page."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mtrack.render.findings import TINTS
from mtrack.render.terminal import Screen, styled
from mtrack.render.words import capital
from mtrack.rules import RULES
from mtrack.rules.pages import RECORDS, page

if TYPE_CHECKING:
    from mtrack.rules import Rule
    from mtrack.rules.pages import SampleFile


def listing(rules: tuple[Rule, ...], *, colour: bool) -> str:
    """Every rule: severity, name, one line; by category."""
    screen = Screen(colour=colour)
    category = None
    for rule in rules:
        if rule.category is not category:
            if category is not None:
                screen.line()
            category = rule.category
            screen.line(styled(category.value, "bold"))
        severity = styled(f"{rule.severity.word:<8}", TINTS[rule.severity])
        screen.line("  ", severity, f"{rule.name:<26}{rule.summary}{' (fix)' if rule.fixable else ''}")
    screen.line()
    screen.line("mtrack rules RULE shows one rule's page; (fix): mtrack lint --fix can fix it.")
    return screen.text()


def page_text(rule: Rule, *, colour: bool) -> str:
    """One rule's page."""
    screen, parts = Screen(colour=colour), page(rule)
    fixed = ", fixed by mtrack lint --fix" if rule.fixable else ""
    screen.line(styled(rule.name, "bold"))
    screen.line()
    screen.lines(textwrap.wrap(parts.summary, 88))
    screen.line(f"({rule.severity.word} by default, category {rule.category.value}{fixed})")
    screen.line()
    for paragraph in parts.why.split("\n\n"):
        screen.lines([*textwrap.wrap(capital(paragraph), 88), ""])
    for name, sample in (("Bad", parts.bad), ("Good", parts.good)):
        screen.line(styled(f"{name}:", "bold"))
        screen.line()
        for file in sample:
            screen.lines(_sample_file(file, alone=len(sample) == 1))
        screen.line()
    related = [other.name for other in RULES.values() if other.category is rule.category and other is not rule]
    screen.lines(textwrap.wrap(f"See also: {', '.join(related)}.", 88, break_on_hyphens=False))
    screen.line()
    screen.line(
        f"To accept a finding, with a reason: `waivers: [{{rule: {rule.name}, reason: …}}]` in milestones.yaml or mtrack.yaml."
    )
    screen.line(f"To change its severity: `rules: {{{rule.name}: off}}` in mtrack.yaml (error, warning, info, off).")
    return screen.text()


def _sample_file(file: SampleFile, *, alone: bool) -> list[str]:
    when = (
        ""
        if file.commit is None
        else f", {file.commit if file.commit == 'not committed' else f'committed {file.commit}'}"
    )
    head = [] if alone and file.path == RECORDS else [f"    # {file.path}{when}"]
    return [*head, *(f"    {line}" for line in file.text.rstrip("\n").splitlines())]
