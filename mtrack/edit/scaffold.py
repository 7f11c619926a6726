"""The files of a new workspace: settings, schemas for editors, jobs for CI. What they say stands in `templates/init/`."""

from __future__ import annotations

import json
import os
import re
from contextlib import ExitStack

from mtrack import __version__, resources, workspace
from mtrack.edit import writer
from mtrack.interrupts import held_back

FILES = {
    workspace.SETTINGS: "mtrack.yaml",
    ".gitignore": "gitignore",
    ".vscode/settings.json": "vscode-settings.json",
    ".vscode/extensions.json": "vscode-extensions.json",
    ".github/workflows/mtrack.yml": "github-workflow.yml",
    ".gitlab-ci.yml": "gitlab-ci.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".mtrack/requirements.txt": "requirements.txt",
}
"""Path in the workspace, and the name of its template."""

SCHEMAS = {f".mtrack/schemas/{name}.schema.json": name for name in ("milestones", "workspace")}
"""Path in the workspace, and the name of the schema: those of the files that people edit."""

_PINNED = re.compile(r"git\+https://[\w./~-]+@[0-9a-f]{40,64}|https://[\w./~-]+#sha256=[0-9a-f]{64}")
"""An address of one content: without user, port or anything that YAML or a shell would read otherwise."""

_NO_CURRENCY = "# currency: EUR\n"


def contents(currency: str | None) -> dict[str, str]:
    """Every file of a new workspace, by its path from the root."""
    known = source()
    files = {path: _filled(f"init/{name}", known or "") for path, name in FILES.items()}
    if currency is not None:
        files[workspace.SETTINGS] = files[workspace.SETTINGS].replace(_NO_CURRENCY, f"currency: {currency}\n")
    return files | {path: resources.schema_text(name) for path, name in SCHEMAS.items()}


def _filled(template: str, source: str) -> str:
    """The text of a template; what a job installs is pinned to this version."""
    return resources.template_text(template).replace("{version}", __version__).replace("{source}", source)


def source() -> str | None:
    """The source that this mtrack was installed from, as pip takes it: a repository's commit, or a file with its hash.

    None where that is not known, or not on the web.
    """
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415

    try:
        known = json.loads(distribution("mtrack").read_text("direct_url.json") or "{}")
        url = known["url"]
        if "vcs_info" in known:
            found = f"git+{url}@{known['vcs_info']['commit_id']}"
        else:
            found = f"{url}#sha256={known['archive_info']['hashes']['sha256']}"
    except (PackageNotFoundError, ValueError, KeyError, TypeError):
        return None
    return found if _PINNED.fullmatch(found) else None


def stale(root: str) -> dict[str, str]:
    """The schemas in the workspace that are not this mtrack's: path, and "missing" or "out of date".

    Line ends don't count: git may have changed them. Raises CannotRunError.
    """
    result: dict[str, str] = {}
    for path, name in SCHEMAS.items():
        full = os.path.join(root, *path.split("/"))
        if not os.path.lexists(full):
            result[path] = "missing"
        elif writer.read(full).replace(b"\r\n", b"\n") != resources.schema_text(name).encode():
            result[path] = "out of date"
    return result


def refresh(root: str) -> tuple[str, ...]:
    """Bring the workspace's schemas up to date, all or none; the paths written. Raises CannotRunError."""
    for path in SCHEMAS:
        writer.check_inside(root, os.path.join(root, *path.split("/")))
    written = stale(root)
    with held_back(), ExitStack() as undo:
        for path, state in written.items():
            full, text = os.path.join(root, *path.split("/")), resources.schema_text(SCHEMAS[path]).encode()
            if state == "missing":
                writer.create(root, full, text)
                undo.callback(writer.remove, root, full)
            else:
                before = writer.read(full)
                writer.replace(root, full, before, text)
                undo.callback(writer.replace, root, full, text, before)
        undo.pop_all()
    return tuple(written)


def modeline(root: str, folder: str) -> str:
    """The line by which an editor finds the schema of a project's records; nothing where the workspace has none."""
    schema = next(path for path, name in SCHEMAS.items() if name == "milestones")
    if not os.path.isfile(os.path.join(root, *schema.split("/"))):
        return ""
    up = "" if folder == "." else "../" * (folder.count("/") + 1)
    return f"# yaml-language-server: $schema={up}{schema}\n"
