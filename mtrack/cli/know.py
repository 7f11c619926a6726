"""`mtrack rules`, `mtrack schema`, `mtrack completion`: what mtrack knows."""

from __future__ import annotations

import click

from mtrack import resources
from mtrack.cli import common, complete
from mtrack.errors import UsageError


@click.command(short_help="The rules and their pages.")
@click.argument("rule", required=False, shell_complete=complete.rules)
def rules(rule: str | None) -> None:
    """List the rules, or show one rule's page: why it matters, a bad and a good sample."""
    from mtrack.render import rules as render  # noqa: PLC0415
    from mtrack.rules import RULES  # noqa: PLC0415

    if rule is None:
        common.write(render.listing(tuple(RULES.values()), common.use_colour()))
        return
    name = rule.lower().replace("_", "-")
    if name not in RULES:
        from difflib import get_close_matches  # noqa: PLC0415

        nearest = get_close_matches(name, RULES, n=1, cutoff=0.4)
        hint = f"did you mean {nearest[0]}?" if nearest else "mtrack rules lists them"
        message = f"there is no rule '{rule}'; {hint}"
        raise UsageError(message)
    common.write(render.page_text(RULES[name], common.use_colour()))


@click.command(short_help="Print a JSON Schema.")
@click.argument("name", type=click.Choice(resources.SCHEMAS))
def schema(name: str) -> None:
    """Print a JSON Schema: of milestones.yaml, of mtrack.yaml (workspace), or of what lint and status print as JSON."""
    common.write(resources.schema_text(name))


@click.command(short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete commands, projects, milestones, invoice numbers and rules.

    \b
    For bash: mtrack completion bash > ~/.local/share/bash-completion/completions/mtrack
    """  # noqa: D301  (\b keeps click from filling the line)
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from mtrack.cli.main import cli  # noqa: PLC0415

    script = get_completion_class(shell)
    assert script is not None
    common.write(script(cli, {}, "mtrack", "_MTRACK_COMPLETE").source())
