"""One visit to each project, in several processes where that pays: each is read, something is made of it, it is closed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import Struct

from mtrack.check.processes import children, shares
from mtrack.errors import Failure  # noqa: TC001  (msgspec reads the annotations)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtrack.check.workspace import Workspace

T = TypeVar("T")


class _Share(Struct, Generic[T], frozen=True, array_like=True):
    """The results of another process for its share of the projects."""

    items: tuple[T, ...]
    has_figures: tuple[bool, ...]
    failures: tuple[Failure, ...]
    given_up: tuple[str, ...]
    doubts: tuple[str, ...]
    """The paths that the next run takes for changed."""


def visit_all(
    workspace: Workspace, folders: Sequence[str], visit: Callable[[str], T], kind: type[T] | None
) -> dict[str, T]:
    """The result of a visit to each project; `kind` is its type, if it can be handed over from another process."""
    result: dict[str, T] = {}

    def visit_some(share: Sequence[str], of: int = 0) -> None:
        """Visit some of `of` projects, while the others are visited at the same pace."""
        for i, folder in enumerate(share):
            if of:
                workspace.advance(i * of // len(share), of)
            result[folder] = visit(folder)
            if not alone:
                workspace.close(folder)

    alone = len(folders) == 1  # it may be asked for again
    own, *others = shares(folders) if kind is not None and workspace.on_disk and not workspace.compare else [folders]
    if others:
        workspace.tracked  # noqa: B018  (asked once, for all)
    with children([partial(_hand_over, workspace, share, visit) for share in others]) as helping:
        visit_some(own, len(folders))
        for share, child in zip(others, helping, strict=True):
            taken = _take_over(workspace, share, child.result() if child is not None else None, kind)
            if taken is None:
                visit_some(share)
            else:
                result.update(taken)
    workspace.advance(len(folders), len(folders))
    return result


def _hand_over(workspace: Workspace, folders: Sequence[str], visit: Callable[[str], T]) -> bytes:
    """The results of another process for its share, as bytes."""
    watch = workspace.walk.watch
    known = len(watch.doubts) if watch is not None else 0
    items: list[T] = []
    for folder in folders:
        items.append(visit(folder))
        workspace.close(folder)
    return msgspec.msgpack.encode(
        _Share(
            tuple(items),
            tuple(workspace.has_figures(folder) for folder in folders),
            tuple(workspace.failures),
            tuple(sorted(workspace.given_up)),
            tuple(watch.doubts[known:]) if watch is not None else (),
        )
    )


def _take_over(
    workspace: Workspace, folders: Sequence[str], content: bytes | None, kind: type[T] | None
) -> dict[str, T] | None:
    """The results of another process; None where they can't be used."""
    try:
        share = msgspec.msgpack.decode(content or b"", type=_Share[kind])  # type: ignore[valid-type]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    workspace.take_over(dict(zip(folders, share.has_figures, strict=True)), share.failures, share.given_up)
    for path in share.doubts:
        workspace.walk.watch.doubt(path)
    return dict(zip(folders, share.items, strict=True))
