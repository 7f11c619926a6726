"""Compares the records with the papers: what stands in an agreement, an invoice, a sign-off, and where."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.check.workspace import Workspace


@contextmanager
def comparing(workspace: Workspace, cache: str | None) -> Iterator[None]:
    """Have the papers of a workspace read where rules ask for them; `cache` is the folder that keeps verdicts."""
    from mtrack.verify.store import Store  # noqa: PLC0415  (a workspace that is not verified loads none of it)
    from mtrack.verify.verifier import Verifier  # noqa: PLC0415

    with Verifier(Store(cache)) as verifier:
        workspace.compare = verifier
        try:
            yield
        finally:
            workspace.compare = None
            if not verifier.lasting and workspace.walk.watch is not None:
                workspace.walk.watch.give_up()
