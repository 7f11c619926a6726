"""`mtrack rules`: the list, and a rule's page."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mtrack.render.findings import TINTS
from mtrack.render.terminal import Screen, Whole, styled
from mtrack.rules import INTERNAL, RULES
from mtrack.rules.pages import RECORDS, page
from mtrack.words import capital

if TYPE_CHECKING:
    from mtrack.rules import Rule
    from mtrack.rules.pages import SampleFile

_PROSE = 88
"""Columns that a rule's page is set in."""
_BESIDE = 80
"""The width from which a rule's summary stands beside its name."""


def listing(rules: tuple[Rule, ...], width: int | None = None, *, colour: bool) -> str:
    """Every rule: severity, name, one line; by category. Lines break within `width` columns, where one is given."""
    screen = Screen(colour=colour, width=width)
    category = None
    column = max((len(rule.name) for rule in rules), default=0) + 1
    for rule in rules:
        if rule.category is not category:
            if category is not None:
                screen.line()
            category = rule.category
            screen.line(styled(category.value, "bold"))
        severity = styled(f"{rule.severity.word:<8}", TINTS[rule.severity])
        summary = f"{rule.summary}{' (fix)' if rule.fixable else ''}"
        if width is None or width >= _BESIDE:
            screen.line("  ", severity, Whole(rule.name.ljust(column)), summary, hang=10 + column)
        else:
            screen.line("  ", severity, Whole(rule.name))
            screen.line(f"    {summary}", hang=4)
    screen.line()
    screen.line("mtrack rules RULE shows one rule's page; (fix): mtrack lint --fix can fix it.")
    return screen.text()


def page_text(rule: Rule, width: int | None = None, *, colour: bool) -> str:
    """One rule's page. Its samples stay as they are: they are to be copied."""
    screen, parts = Screen(colour=colour, width=width), page(rule)
    widest = min(width or _PROSE, _PROSE)
    fixed = ", fixed by mtrack lint --fix" if rule.fixable else ""
    default = "" if rule is INTERNAL else " by default"
    screen.line(styled(rule.name, "bold"))
    screen.line()
    screen.lines(textwrap.wrap(parts.summary, widest))
    screen.line(f"({rule.severity.word}{default}, category {rule.category.value}{fixed})", hang=1)
    screen.line()
    for paragraph in parts.why.split("\n\n"):
        screen.lines([*textwrap.wrap(capital(paragraph), widest), ""])
    for name, sample in (("Bad", parts.bad), ("Good", parts.good)) if parts.bad else ():
        screen.line(styled(f"{name}:", "bold"))
        screen.line()
        for file in sample:
            for line in _sample_file(file, alone=len(sample) == 1):
                screen.line(Whole(line))
        screen.line()
    related = [other.name for other in RULES.values() if other.category is rule.category and other is not rule]
    screen.lines(textwrap.wrap(f"See also: {', '.join(related)}.", widest, break_on_hyphens=False))
    if rule is INTERNAL:
        return screen.text()
    screen.line()
    screen.line(
        f"To accept a finding: mtrack waive {rule.name} PROJECT --reason … (without PROJECT, in the whole workspace).",
        hang=2,
    )
    screen.line(
        f"To change its severity: `rules: {{{rule.name}: off}}` in mtrack.yaml (error, warning, info, off).", hang=2
    )
    return screen.text()


def _sample_file(file: SampleFile, *, alone: bool) -> list[str]:
    when = (
        ""
        if file.commit is None
        else f", {file.commit if file.commit == 'not committed' else f'committed {file.commit}'}"
    )
    leads = "" if file.leads_to is None else f" -> {file.leads_to}"
    head = [] if alone and file.path == RECORDS else [f"    # {file.path}{leads}{when}"]
    return [*head, *(f"    {line}" for line in file.text.rstrip("\n").splitlines())]
