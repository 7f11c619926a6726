"""A mark for each finding that stays the same while lines move and days pass."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.finding import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """One mark per finding, all different: of its rule, file and subject, not of its line or its age in days.

    The message counts only where nothing names the subject. Equal ones are distinguished by their order.
    """
    seen: dict[tuple[str, ...], int] = {}
    result: list[str] = []
    for finding in findings:
        key = finding.subject
        seen[key] = seen.get(key, 0) + 1
        text = "\0".join((*key, str(seen[key])))
        result.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return result
