"""A git repository made commit by commit, on days that are given."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR = ("Studio North", "studio@north.example")


class Story:
    """A repository in a folder. Each commit has a day: the author's and, if no other is given, the committer's."""

    def __init__(self, folder: Path, *init: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main", *init)

    def git(self, *arguments: str, day: str = "2026-01-01", committed: str | None = None, stdin: bytes = b"") -> str:
        """Run git; what it says."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        for role, when in (("AUTHOR", day), ("COMMITTER", committed or day)):
            stamp = when if "T" in when else f"{when}T12:00:00+00:00"
            environment |= {f"GIT_{role}_NAME": AUTHOR[0], f"GIT_{role}_EMAIL": AUTHOR[1], f"GIT_{role}_DATE": stamp}
        settings = ("-c", "core.autocrlf=false", "-c", "protocol.file.allow=always")
        command = ["git", *settings, "-C", str(self.folder), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=environment)
        assert done.returncode == 0, (arguments, done.stderr)
        return os.fsdecode(done.stdout).strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        """Write files; None removes one."""
        for path, content in files.items():
            target = self.folder / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(
        self, subject: str, day: str, files: dict[str, str | bytes | None] | None = None, committed: str | None = None
    ) -> str:
        """Write files and commit everything; the commit's full hash."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, day=day, committed=committed)
        return self.git("rev-parse", "HEAD")
