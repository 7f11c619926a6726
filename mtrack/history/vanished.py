"""The projects of a revision that no command shows any more: hidden, led away, moved out of the workspace, or deleted."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from mtrack.changes.moves import Candidate, pair
from mtrack.files import inside
from mtrack.finding import Place
from mtrack.history import versions
from mtrack.history.matching import lost
from mtrack.history.outside import folders
from mtrack.history.sides import Side, moved
from mtrack.rules import RULES
from mtrack.rules.context import Weakening
from mtrack.workspace import RECORDS, join
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.history.outside import Outside

HINT = "put it back, or say in the change why it is right"


class Vanished:
    """The projects of `before` that `now` does not show."""

    def __init__(  # noqa: PLR0913
        self,
        now: Workspace,
        before: Workspace,
        earlier: Sequence[Finding],
        revision: str,
        outside: Outside | None,
        still: Callable[[], Sequence[Finding]],
        moved: Mapping[str, str],
    ) -> None:
        """`earlier` are the findings of then, `still` gives those of today by the settings of then.

        `moved` are the old folders of the projects that are in sight somewhere else.
        """
        self.now = now
        self.before = before
        self.earlier = earlier
        self.revision = revision
        self.outside = outside
        self._still = still
        self._moved = {old: new for new, old in moved.items()}
        self._gone: dict[str, None] = {}
        self._elsewhere: dict[str, list[Finding]] = {}
        """What is not found in other projects any more, by the folder of the project that took part in it."""

    def weakenings(self, gone: Iterable[str], known: Container[str]) -> Iterator[Weakening]:
        """Where those that are `gone` went: behind a link, into a repository of their own, out of sight; else they were deleted.

        `known` are the folders of the projects that are in sight, and of those that an exclude of now hides.
        """
        self._gone = dict.fromkeys(gone)
        self._elsewhere = self._lost_elsewhere()
        left: list[str] = []
        for folder in self._gone:
            link = self._link(folder)
            if link is None:
                left.append(folder)
            else:
                inner = inside(os.path.realpath(os.path.join(self.now.root, link)), os.path.realpath(self.now.root))
                where = "gave way to a link" if inner else "lies behind a link out of the workspace"
                how = f"the project {folder} {where}, and {self.revision} shows it"
                yield Weakening(Place(link), how, HINT, self._found_then(folder, folder), folder)
        own = self.outside.repositories(left) if left and self.outside is not None else {}
        for folder, path in own.items():
            how = f"the project {folder} gave way to a repository of its own in {path}, and {self.revision} shows it"
            yield Weakening(Place(path), how, HINT, self._found_then(folder, folder), folder)
        left = [folder for folder in left if folder not in own]
        hidden = self._hidden(known) if left else {}
        side = Side(self.before, lambda _path: None)
        moved = pair({folder: side.candidate(folder) for folder in left}, hidden) if hidden else {}
        for new, old in sorted(moved.items()):
            how = f"the project {old} is hidden in {new}, and {self.revision} shows it"
            yield Weakening(Place(new), how, HINT, self._found_then(old, new), old)
        left = [folder for folder in left if folder not in moved.values()]
        away = self._away() if left else {}
        moved = pair({folder: side.candidate(folder) for folder in left}, away) if away else {}
        for new, old in sorted(moved.items()):
            how = f"the project {old} lies in {new} outside the workspace, and {self.revision} shows it"
            yield Weakening(Place(join(old, RECORDS)), how, HINT, self._found_then(old, old), old)
        for folder in left:
            if folder not in moved.values() and self._was_more_than_an_offer(folder):
                went = "gave way to another one" if folder in self.now.walk.projects else "went"
                how = f"the project {folder} {went}, and {self.revision} shows it"
                hint = "put it back, and record `cancelled` on what is not to be done, or `closed` on the project"
                yield Weakening(Place(join(folder, RECORDS)), how, hint, self._found_then(folder, folder), folder)

    def _was_more_than_an_offer(self, folder: str) -> bool:
        """Whether something of a project was signed, delivered or billed, or nobody can say."""
        context = self.before.open(folder)[1]
        if context is None:
            return True
        project = context.project
        is_signed = project.agreement is not None and project.agreement.signed is not None
        return (
            is_signed
            or any(item.deliverable.completed or item.deliverable.approved for item in project.milestones)
            or any(item.status not in ("not_billed", "cancelled") for item in project.milestones)
            or next(project.invoices(), None) is not None
        )

    def _link(self, folder: str) -> str | None:
        """The part of a path that is a link."""
        parts = folder.split("/")
        paths = ("/".join(parts[: i + 1]) for i in range(len(parts)))
        return next((path for path in paths if os.path.islink(os.path.join(self.now.root, path))), None)

    def _hidden(self, known: Container[str]) -> dict[str, Candidate]:
        """The projects in hidden and excluded folders that are not as they were there; their content as it is read."""
        result: dict[str, Candidate] = {}
        for folder in folders(self.now.root):
            path = join(folder, RECORDS)
            if folder in known:
                continue
            raw, was = (source.read_bytes(root, path) for root in (self.now.root, self.before.root))
            if isinstance(raw, bytes) and raw != was:
                result[folder] = _candidate(path, raw)
        return result

    def _away(self) -> dict[str, Candidate]:
        """The projects that came outside the workspace."""
        found = self.outside.records() if self.outside is not None else {}
        return {folder: _candidate(join(folder, RECORDS), raw) for folder, raw in found.items()}

    def _found_then(self, old: str, new: str) -> tuple[tuple[Place, str], ...]:
        """The findings of then in a project, at the paths that it has now, and those in other projects that are gone with it."""
        own = [moved(finding, old, new) for finding in self.earlier if finding.project == old and not finding.waived]
        return tuple(map(place_of, (*own, *self._elsewhere.get(old, ()))))

    def _lost_elsewhere(self) -> dict[str, list[Finding]]:
        """The findings of then in the projects that are in sight, which went with one of those that are not.

        One that looks across projects and names no place in another counts with the first of them.
        """
        others = [item for item in self.earlier if item.project is not None and item.project not in self._gone]
        taking = {id(finding): part for finding in others if (part := self._takes_part(finding)) is not None}
        if not taking:
            return {}
        places = [(finding.project or ".", taking.get(id(finding))) for finding in others]
        here = [
            moved(finding, old, self._moved.get(old, old)) for finding, (old, _) in zip(others, places, strict=True)
        ]
        missing = set(map(id, lost(here, self._still())))
        result: dict[str, list[Finding]] = {}
        for finding, (_, part) in zip(here, places, strict=True):
            if part is not None and id(finding) in missing:
                result.setdefault(part, []).append(finding)
        return result

    def _takes_part(self, finding: Finding) -> str | None:
        """Which of the projects that are gone a finding in another one is about too; None where it is about none."""
        paths = [*([finding.about] if finding.about else ()), *(item.path for item in finding.related)]
        owners = [self.before.project_of(path) for path in paths]
        if not finding.related and RULES[finding.rule].scope == "workspace":
            owners.append(next(iter(self._gone)))
        return next((owner for owner in owners if owner is not None and owner in self._gone), None)


def _candidate(path: str, raw: bytes) -> Candidate:
    return Candidate(hashlib.sha256(raw).hexdigest(), versions.parse(path, raw).records, lambda: raw)


def place_of(finding: Finding) -> tuple[Place, str]:
    """The place of a finding, and its rule and message."""
    line = finding.span.line if finding.span is not None else None
    return Place(finding.path, line=line), f"{finding.rule}: {finding.message}"
