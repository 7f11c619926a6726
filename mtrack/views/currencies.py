"""Sums are kept per currency: projects are grouped by it first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.model import Heading


class _OfProject(Protocol):
    @property
    def project(self) -> Heading: ...


T = TypeVar("T", bound=_OfProject)


def by_currency(items: Iterable[T]) -> dict[str, list[T]]:
    """The items of projects by their currency, sorted."""
    result: dict[str, list[T]] = {}
    for item in items:
        result.setdefault(item.project.currency, []).append(item)
    return dict(sorted(result.items()))
