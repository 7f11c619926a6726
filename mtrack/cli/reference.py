"""`mtrack rules`, `mtrack fields`, `mtrack schema`, `mtrack completion`: the built-in reference."""

from __future__ import annotations

import os

import click

from mtrack import resources
from mtrack.cli import complete, options, output, values
from mtrack.errors import CannotRunError, UsageError
from mtrack.words import nearest


@options.command()
@click.argument("rule", required=False, shell_complete=complete.rules)
def rules(rule: str | None) -> None:
    """List the rules, or show one rule's page: why it matters, a bad and a good sample."""
    from mtrack.render import rules as render  # noqa: PLC0415
    from mtrack.rules import INTERNAL, RULES  # noqa: PLC0415

    if rule is None:
        output.write(render.listing(tuple(RULES.values()), output.screen_width(), colour=output.use_colour()))
        return
    name = rule.lower().replace("_", "-")
    page = INTERNAL if name == INTERNAL.name else RULES.get(name)
    if page is None:
        meant = nearest(name, RULES, 0.4)
        hint = f"did you mean {meant}?" if meant else "mtrack rules lists them"
        message = f"there is no rule '{rule}'; {hint}"
        raise UsageError(message)
    output.write(render.page_text(page, output.screen_width(), colour=output.use_colour()))


@options.command()
@click.argument("key", required=False, shell_complete=complete.fields)
def fields(key: str | None) -> None:
    """List the keys of milestones.yaml and mtrack.yaml, or say what one means: `approved`, or `invoices.due`."""
    from mtrack.record import fields as known  # noqa: PLC0415
    from mtrack.render import fields as render  # noqa: PLC0415

    every = [field for schema in known.FILES for field in known.fields(schema)]
    if key is None:
        output.write(render.listing(every, output.screen_width(), colour=output.use_colour()))
        return
    wanted = f".{key.replace('[]', '').strip('.').lower()}"
    found = [field for field in every if f".{field.path.replace('[]', '')}".endswith(wanted)]
    if not found:
        meant = nearest(wanted.rpartition(".")[2], [field.name for field in every], 0.5)
        hint = f"did you mean {meant}?" if meant else "mtrack fields lists them"
        message = f"there is no key '{key}'; {hint}"
        raise UsageError(message)
    output.write(render.page(found, output.screen_width(), colour=output.use_colour()))


def _schema_names(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in resources.SCHEMAS if name.startswith(incomplete)]


@options.command()
@click.argument("name", metavar="[NAME|PATH]", required=False, shell_complete=_schema_names)
@click.option("--check", is_flag=True, help="Say whether the schemas in the workspace of PATH are this mtrack's.")
@click.option("--update", is_flag=True, help="Write this mtrack's schemas into the workspace of PATH.")
def schema(name: str | None, check: bool, update: bool) -> int:  # noqa: FBT001
    """Print a JSON Schema: of milestones.yaml, of mtrack.yaml (workspace), or of what a view prints as JSON.

    A workspace keeps copies of the first two in .mtrack/schemas, for editors. With --check, exit code 1 says that they
    are missing or another version's.
    """
    if not check and not update:
        if name not in resources.SCHEMAS:
            message = f"there is no schema '{name}'" if name else "NAME is missing"
            message += f": mtrack schema {'|'.join(resources.SCHEMAS)}"
            raise UsageError(message)
        output.write(resources.schema_text(name))
        return 0
    if check and update:
        message = "--check and --update exclude each other"
        raise UsageError(message)
    return _workspace_schemas(name or ".", update=update)


def _workspace_schemas(path: str, *, update: bool) -> int:
    """Check or update the schemas in a workspace; the exit code."""
    from mtrack import workspace  # noqa: PLC0415
    from mtrack.edit import scaffold  # noqa: PLC0415

    if not os.path.exists(path):
        message = f"there is no {path}"
        raise UsageError(message)
    root = workspace.find_root(path)
    if not os.path.lexists(os.path.join(root, workspace.SETTINGS)):
        message = f"{path} lies in no workspace: mtrack init makes one"
        raise CannotRunError(message)
    if update:
        for schema_path in scaffold.refresh(root):
            output.show(f"wrote {os.path.relpath(os.path.join(root, schema_path))}")
        return 0
    found = scaffold.stale(root)
    for schema_path, state in found.items():
        output.show(f"{os.path.relpath(os.path.join(root, schema_path))} is {state}: mtrack schema --update writes it")
    return 1 if found else 0


@options.command()
@click.argument("shell", type=values.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete commands, projects, milestones, invoice numbers and rules.

    \b
    For bash: mtrack completion bash > ~/.local/share/bash-completion/completions/mtrack
    """  # noqa: D301  (\b keeps click from filling the line)
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    import mtrack.cli.shells  # noqa: F401, PLC0415  (click then knows them)
    from mtrack.cli.main import cli  # noqa: PLC0415

    script = get_completion_class(shell)
    assert script is not None
    output.write(script(cli, {}, "mtrack", "_MTRACK_COMPLETE").source())
