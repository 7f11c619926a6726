"""The git commit a workspace stands at, read and never written."""

from __future__ import annotations

import os
import re
import subprocess

_HASH = re.compile(r"[0-9a-f]{4,64}")


def revision(root: str) -> str | None:
    """The short hash of the commit checked out at `root`; None without git, a repository or a commit."""
    if not _may_have_one(root):
        return None
    # A repository's own settings must not run programs.
    command = ["git", "-c", "core.fsmonitor=false", "-C", root, "rev-parse", "--short", "HEAD"]
    try:
        result = subprocess.run(  # noqa: S603  (fixed arguments)
            command,
            capture_output=True,
            check=True,
            timeout=20,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    head = result.stdout.decode("ascii", "replace").strip()
    return head if _HASH.fullmatch(head) else None


def _may_have_one(root: str) -> bool:
    """Whether git is worth asking: it takes a while to say no."""
    folder, above = os.path.realpath(root), ""
    while "GIT_DIR" not in os.environ and not os.path.lexists(os.path.join(folder, ".git")):
        folder, above = os.path.dirname(folder), folder
        if folder == above:
            return False
    return True
