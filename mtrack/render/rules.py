"""`mtrack rules`: the list, and a rule's page."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mtrack.render.plain import capital, style
from mtrack.rules import RULES
from mtrack.rules.pages import RECORDS, page

if TYPE_CHECKING:
    from mtrack.rules import Rule
    from mtrack.rules.pages import SampleFile

_TINTS = {"error": "red", "warning": "yellow", "info": "blue"}


def listing(rules: tuple[Rule, ...], colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """Every rule: severity, name, one line; by category."""
    lines: list[str] = []
    category = ""
    for rule in rules:
        if rule.category.value != category:
            category = rule.category.value
            lines += ["", style(category, "bold", colour=colour)] if lines else [style(category, "bold", colour=colour)]
        word = rule.severity.word
        severity = style(f"{word:<8}", _TINTS[word], colour=colour)
        lines.append(f"  {severity}{rule.name:<26}{rule.summary}{' (fix)' if rule.fixable else ''}")
    lines += ["", "mtrack rules RULE shows one rule's page; (fix): mtrack lint --fix can mend it."]
    return "\n".join(lines) + "\n"


def page_text(rule: Rule, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """One rule's page."""
    parts = page(rule)
    facts = f"{rule.severity.word} by default, category {rule.category.value}"
    facts += ", mended by mtrack lint --fix" if rule.fixable else ""
    lines = [
        style(rule.name, "bold", colour=colour),
        "",
        *textwrap.wrap(parts.summary, 88),
        f"({facts})",
        "",
        *(line for paragraph in parts.why.split("\n\n") for line in (*textwrap.wrap(capital(paragraph), 88), "")),
    ]
    for name, sample in (("Bad", parts.bad), ("Good", parts.good)):
        lines += [style(f"{name}:", "bold", colour=colour), ""]
        for file in sample:
            lines += _sample_file(file, alone=len(sample) == 1)
        lines.append("")
    related = [other.name for other in RULES.values() if other.category is rule.category and other is not rule]
    lines += [
        *textwrap.wrap(f"See also: {', '.join(related)}.", 88, break_on_hyphens=False),
        "",
        f"To accept a finding, with a reason: `waivers: [{{rule: {rule.name}, reason: …}}]` in milestones.yaml or mtrack.yaml.",
        f"To change its severity: `rules: {{{rule.name}: off}}` in mtrack.yaml (error, warning, info, off).",
    ]
    return "\n".join(lines) + "\n"


def _sample_file(file: SampleFile, *, alone: bool) -> list[str]:
    head = [] if alone and file.path == RECORDS else [f"    # {file.path}"]
    return [*head, *(f"    {line}" for line in file.text.rstrip("\n").splitlines())]
