"""What the oracle's tests share."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from oracle import generate


@cache
def workspaces() -> list[generate.Workspace]:
    """Some workspaces, made once."""
    return [generate.workspace(seed) for seed in range(60)]


class _Loader(yaml.CSafeLoader):
    """Amounts as decimals, dates as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith((":timestamp", ":merge"))]
    for first, forms in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _decimal(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe loader)
