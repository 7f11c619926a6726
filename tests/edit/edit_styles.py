"""Records in every style a hand may write: data and dress are chosen at random, from a seed or by hypothesis."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

Choose = random.Random
WORDS = [
    "Discovery",
    "Beta: go",
    "Läufe",
    "résumé",
    "phase one",
    "yes",
    "it's",
    'a "quoted" word',
    "日本語",
    "42",
    "a, b",
    "# no",
    "x" * 90,
]


@dataclass
class Dress:
    """How a record is written."""

    rng: Choose
    step: int = 2
    offset: int = 2
    gap: int = 1
    quote: str = ""
    key_quote: str = ""
    pad: str = ""
    comments: float = 0.0
    blank: float = 0.0
    flow: dict[str, bool] = field(default_factory=dict)
    tall: float = 0.0
    align: bool = False
    nulls: float = 0.0
    dash_alone: bool = False
    trailing: float = 0.0

    def maybe(self, chance: float) -> bool:
        return self.rng.random() < chance


def dress(rng: Choose) -> Dress:
    """A style, most of it the same all through the file, as people write."""
    step = rng.choice([2, 2, 2, 4, 3, 1])
    return Dress(
        rng, step, rng.choice([0, 2, step, step]), rng.choice([1, 1, 1, 2, 3]), rng.choice(["", "", "", "'", '"']),
        rng.choice(["", "", "", "", '"', "'"]), rng.choice(["", "", " "]), rng.choice([0, 0, 0.15, 0.5]), rng.choice([0, 0, 0.1, 0.3]),
        {name: rng.random() < 0.5 for name in ("agreement", "deliverable", "invoice", "hold", "payments", "payment", "lines", "line", "amendments")},
        rng.choice([0, 0, 0.3, 1]), rng.random() < 0.15, rng.choice([0, 0, 0.3]), rng.random() < 0.08, rng.choice([0, 0, 0.1]),
    )  # fmt: skip


def record(rng: Choose) -> dict[str, Any]:  # noqa: C901, PLR0912  (a list of chances)
    """A record that is sound enough for every verb to have something to do."""
    milestones: list[dict[str, Any]] = []
    number = 0
    for i in range(rng.randint(1, 4)):
        item: dict[str, Any] = {
            "id": f"M{i + 1}",
            "name": rng.choice(WORDS),
            "amount": rng.choice(["4000.00", "1000", "0.10", "5000.0"]),
        }
        if rng.random() < 0.3:
            item["planned"] = "2026-05-01"
        if rng.random() < 0.6:
            item["deliverable"] = {"completed": "2026-01-30", "approved": "2026-02-02"}
            if rng.random() < 0.4:
                item["deliverable"]["note"] = rng.choice(WORDS)
        if rng.random() < 0.6:
            number += 1
            item["invoice"] = {"number": f"INV-{number:03d}", "amount": item["amount"], "sent": "2026-02-03"}
            if rng.random() < 0.4:
                item["invoice"]["payments"] = [{"date": "2026-03-01", "amount": "1.00"}]
        if rng.random() < 0.25:
            item["hold"] = {"until": "2026-09-01", "reason": rng.choice(WORDS)}
        if rng.random() < 0.2:
            item["note"] = rng.choice([*WORDS, "|", ">", "|-", "|+"])
        if rng.random() < 0.2:
            item["x-mine"] = {"a": ["1", "2"]}
        item["status"] = rng.choice(["not_billed", "sent", "paid"])
        if rng.random() < 0.2:
            keys = list(item)
            rest = keys[1:]
            rng.shuffle(rest)
            item = {key: item[key] for key in (keys[0], *rest)}
        milestones.append(item)
    data: dict[str, Any] = {"project": "Acme website", "currency": "EUR"}
    if rng.random() < 0.4:
        data["client"] = rng.choice(WORDS)
    data["agreement"] = {"file": "agreement/sow.pdf", "signed": "2026-01-10", "total": "9000.00"}
    if rng.random() < 0.3:
        data["agreement"]["amendments"] = [{"signed": "2026-02-02", "amount": "-5.00"}]
    data["milestones"] = milestones
    if rng.random() < 0.4:
        data["invoices"] = [
            {
                "number": f"TOP-{i + 1}",
                "amount": "7.00",
                "sent": "2026-05-04",
                "lines": [{"milestone": "M1", "amount": "7.00"}],
            }
            for i in range(rng.randint(1, 2))
        ]
    if rng.random() < 0.2:
        data["waivers"] = [{"rule": "signoff-missing", "reason": "on the phone"}]
    return data


_PLAIN = re.compile(r"[A-Za-zäöüéèß日本語 0-9/.-]+")


def _scalar(value: str, style: Dress, *, key: str = "", flow: bool = False) -> str:
    amount = key in ("amount", "total", "tax")
    if amount:
        return value
    quote = style.quote if key != "id" else ""
    if not quote and (not _PLAIN.fullmatch(value) or value in ("yes", "42") or value.strip() != value):
        quote = '"' if "'" in value else "'"
    if flow and not quote and not re.fullmatch(r"[^,\[\]{}#:]+", value):
        quote = '"'
    if quote == "'":
        return "'" + value.replace("'", "''") + "'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quote else value


def _key(name: str, style: Dress) -> str:
    return f"{style.key_quote}{name}{style.key_quote}"


def _flow(value: Any, style: Dress, key: str = "") -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name, style)}: {_flow(item, style, name)}" for name, item in value.items())
        return "{" + style.pad + inner + style.pad + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item, style, key) for item in value) + "]"
    return _scalar(value, style, key=key, flow=True)


def _tall(value: Any, style: Dress, key: str, column: int) -> list[str]:
    """Braces over several lines."""
    inner = " " * (column + style.step)
    parts = [f"{_key(name, style)}: {_flow(item, style, name)}" for name, item in value.items()] if isinstance(value, dict) else [
        _flow(item, style, key) for item in value
    ]  # fmt: skip
    trailing = style.maybe(0.4)
    lines = ["{" if isinstance(value, dict) else "["]
    for i, part in enumerate(parts):
        comma = "," if i + 1 < len(parts) or trailing else ""
        lines.append(inner + part + comma + ("  # inside" if style.maybe(style.comments / 2) else ""))
    lines.append(" " * column + ("}" if isinstance(value, dict) else "]"))
    return lines


def _comment(style: Dress) -> str:
    text = style.rng.choice([" # a comment", "   # it's: {odd, [here", "\t# tab", ""])
    return text if style.maybe(style.comments) else (" " if style.maybe(style.trailing) else "")


def _between(style: Dress, column: int) -> list[str]:
    lines: list[str] = []
    if style.maybe(style.comments / 2):
        lines.append(
            " " * style.rng.choice([column, column, column + 2, max(column - 2, 0), 0]) + "# - line: of {comment"
        )
    if style.maybe(style.blank):
        lines.append(style.rng.choice(["", "", "  "]))
    return lines


def _pairs(data: dict[str, Any], style: Dress, column: int) -> list[str]:
    lines: list[str] = []
    widest = max(len(_key(name, style)) for name in data)
    for name, value in data.items():
        if lines:
            lines += _between(style, column)
        head = " " * column + _key(name, style) + ":"
        space = " " * (widest - len(_key(name, style)) + 1) if style.align else " " * style.rng.choice([1, 1, 1, 1, 2])
        if isinstance(value, str):
            if value in ("|", ">", "|-", "|+"):
                body = [
                    " " * (column + style.step) + word for word in ("first line", "# not a comment", "  deeper: yes")
                ]
                lines += [f"{head} {value}", *body] + ([""] if value == "|+" else [])
            else:
                lines.append(head + space + _scalar(value, style, key=name) + _comment(style))
            continue
        known = name in style.flow
        if (known and style.flow[name]) or name == "x-mine":
            if style.maybe(style.tall):
                tall = _tall(value, style, name, column)
                lines += [f"{head} {tall[0]}", *tall[1:]]
            else:
                lines.append(head + space + _flow(value, style, name) + _comment(style))
        elif isinstance(value, dict):
            lines.append(head + _comment(style))
            lines += _pairs(value, style, column + style.step)
        else:
            lines.append(head + _comment(style))
            lines += _items(value, style, column + style.offset, name)
        if style.maybe(style.nulls) and name == "name":
            lines.append(
                " " * column
                + _key(style.rng.choice(["attachments", "cancelled"]), style)
                + ":"
                + style.rng.choice(["", " ~", " null"])
                + _comment(style)
            )
    return lines


def _items(items: list[Any], style: Dress, column: int, name: str) -> list[str]:
    lines: list[str] = []
    single = {"payments": "payment", "lines": "line"}.get(name, "")
    for item in items:
        if lines:
            lines += _between(style, column)
        if style.flow.get(single) or (name == "amendments" and style.gap > 1):
            lines.append(" " * column + "-" + " " * style.gap + _flow(item, style) + _comment(style))
            continue
        if style.dash_alone and name == "milestones":
            lines.append(" " * column + "-")
            lines += _pairs(item, style, column + style.step)
            continue
        inner = _pairs(item, style, column + 1 + style.gap)
        lines += [" " * column + "-" + " " * style.gap + inner[0].lstrip(" "), *inner[1:]]
    return lines


def text(rng: Choose) -> str:
    """A record in a style."""
    style = dress(rng)
    data = record(rng)
    if rng.random() < 0.06:
        style.key_quote = style.quote = '"'
        body = "\n".join(_tall(data, style, "", 0) if rng.random() < 0.5 else [_flow(data, style)])
    else:
        if style.key_quote and rng.random() < 0.5:
            style.key_quote = ""
        body = "\n".join(_pairs(data, style, rng.choice([0] * 9 + [2])))
    if rng.random() < 0.04:  # what is refused on the way there
        body = body.replace("status: sent", rng.choice(["status: &s sent", "status: |-\n          sent"]), 1)
    if rng.random() < 0.3:
        body = rng.choice(["---\n", "# head\n---\n", "%YAML 1.2\n---\n", "# head\n\n", "\n"]) + body
    body += rng.choice(["\n", "\n", "\n", "", "\n\n", "\n# the end\n", "\n...\n", "\n  # deeper end"])
    if rng.random() < 0.15:
        body = body.replace("\n", "\r\n")
    if rng.random() < 0.1:
        body = "\ufeff" + body
    return body
