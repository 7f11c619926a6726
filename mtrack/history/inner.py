"""The workspaces within a workspace, and what their settings silence for commands that run there."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack.check.pipeline import check
from mtrack.check.workspace import open_workspace
from mtrack.errors import CannotRunError
from mtrack.finding import Place
from mtrack.history.judged import open_judged
from mtrack.history.matching import lost
from mtrack.history.vanished import HINT, place_of
from mtrack.rules.context import Weakening
from mtrack.workspace import SETTINGS, ancestors, find_root, is_below, join
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.workspace import Folder


class Inner:
    """The workspaces within `now`, beside those that `before` had."""

    def __init__(  # noqa: PLR0913
        self,
        now: Workspace,
        before: Workspace,
        revision: str,
        shown: Callable[[], Sequence[Finding]],
        strict: Callable[[], Sequence[Finding]],
        of_settings: Callable[[Workspace, Workspace], Iterable[Weakening]],
    ) -> None:
        """`shown` gives the findings in `now`, `strict` those by the settings of `before`.

        `of_settings` tells what the settings of a workspace silence, given it before and now.
        """
        self.now = now
        self.before = before
        self.revision = revision
        self._shown = shown
        self._strict = strict
        self._of_settings = of_settings

    def weakenings(self) -> Iterator[Weakening]:
        """Those that came or are none any more, and what their settings silence."""
        before, now = self.before.walk.folders, self.now.walk.folders
        own = f"its own {SETTINGS} alone"
        for folder in sorted(before.keys() | now.keys()):
            is_own, was_own = (folder in walked and SETTINGS in walked[folder].files for walked in (now, before))
            how: str | None = None
            silenced: tuple[tuple[Place, str], ...] = ()
            if folder == ".":
                above = find_root(self.now.root)
                if was_own and not is_own and above != self.now.root:
                    path = os.path.relpath(os.path.join(above, SETTINGS), self.now.root).replace(os.sep, "/")
                    how = f"commands here go by {path}, and went by {own} at {self.revision}"
            elif is_own and was_own:
                yield from self._by_settings_of(folder)
            elif is_own:
                how = f"commands in {folder} go by {own}, and went by that of the workspace at {self.revision}"
                silenced = self._lost_below(folder, self._governing(before, folder), folder)
            elif was_own and not is_own and folder in now:
                how = (
                    f"commands in {folder} go by the {SETTINGS} of the workspace, and went by {own} at {self.revision}"
                )
                silenced = self._lost_below(folder, folder, self._governing(now, folder))
            if how is not None:
                yield Weakening(Place(join(folder, SETTINGS)), how, HINT, silenced)

    @staticmethod
    def _governing(folders: Mapping[str, Folder], path: str) -> str:
        """The folder by whose settings commands in a folder go, where it has none of its own."""
        return next((above for above in ancestors(path) if above in folders and SETTINGS in folders[above].files), ".")

    def _lost_below(self, folder: str, was: str, now: str) -> tuple[tuple[Place, str], ...]:
        """What commands in a folder do not find any more: they went by the settings in the folder `was`, and go by those in `now`."""
        try:
            strict = self._strict() if was == "." else self._found_by_settings_of(was)
            shown = (
                self._shown() if now == "." else check(open_workspace(self._in(now), self.now.as_of)).report.findings
            )
        except CannotRunError:  # commands there say so themselves; what could not be read then silences nothing now
            return ()
        found, still = (
            [item for item in map(partial(_from_root, top), findings) if is_below(item.path, folder)]
            for findings, top in ((strict, was), (shown, now))
        )
        own = {join(top, SETTINGS) for top in (was, now)}
        return tuple(place_of(item) for item in lost(found, still) if item.path not in own)

    def _found_by_settings_of(self, folder: str) -> Sequence[Finding]:
        """The findings of today in a workspace within this one, by the settings that it had. Raises CannotRunError."""
        then = open_workspace(os.path.join(self.before.root, folder), self.before.as_of).settings
        return check(open_judged(self._in(folder), self.now.as_of, then)).report.findings

    def _in(self, folder: str) -> str:
        return os.path.join(self.now.root, folder)

    def _by_settings_of(self, folder: str) -> Iterator[Weakening]:
        """What the settings of a workspace within this one silence for commands that run there."""
        path = join(folder, SETTINGS)
        if source.read_bytes(self.now.root, path) == source.read_bytes(self.before.root, path):
            return
        try:
            before, now = (
                open_workspace(os.path.join(workspace.root, folder), workspace.as_of)
                for workspace in (self.before, self.now)
            )
        except CannotRunError:  # commands there say so themselves; what could not be read then silences nothing now
            return
        for item in self._of_settings(before, now):
            if item.place.path == SETTINGS:  # the waivers of projects are told already
                yield replace(
                    item,
                    place=_below(folder, item.place),
                    how=f"for commands in {folder}, {item.how}",
                    silenced=tuple((_below(folder, place), told) for place, told in item.silenced),
                )


def _from_root(folder: str, finding: Finding) -> Finding:
    """A finding in the workspace in a folder, with its paths from the root."""
    about = finding.about
    return replace(
        finding,
        path=join(folder, finding.path),
        about=join(folder, about) if about is not None and not about.startswith("/") else about,
    )


def _below(folder: str, place: Place) -> Place:
    """The place with its path from the root, of one from a folder."""
    return replace(place, path=join(folder, place.path))
