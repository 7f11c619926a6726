"""The workspaces that the pages are judged on: none, one, broken, long names, large amounts, many currencies, locales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostile import write_hostile
from support import ROOT, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = "2026-11-22"
LONG = "Harmonisation of the reporting chains between both offices"
TOPICS = ("Website", "Customer portal", "Mobile app", "Data warehouse", "Annual report", "Office move", "Intranet")
CLIENTS = ("Acme", "Globex", "Initech", "Umbrella", "Hooli", "Vandelay", "Wonka", "Soylent Corporation", "Stark")
CURRENCIES = ("EUR", "USD", "CHF", "GBP", "JPY", "SEK", "PLN")


def project(name: str, currency: str, count: int, amount: int = 12_000, *, title: str = "Stage") -> str:
    """A project of so many milestones: the first paid, then overdue, outstanding, approved, completed, planned."""
    lines = [
        f"project: {name}", f"client: Client of {name}", f"contact: Accounts <accounts@{name.lower().replace(' ', '-')}.example>",
        f"currency: {currency}",
        f"agreement: {{file: agreement/sow.pdf, signed: 2026-01-10, total: {amount * count}, milestones: {count}}}",
        "milestones:",
    ]  # fmt: skip
    for i in range(1, count + 1):
        stage = min((i - 1) * 6 // max(count, 6), 5) if count > 6 else i - 1
        lines.append(f"  - id: M{i}\n    name: {title} {i}\n    amount: {amount}\n    planned: 2026-{1 + i % 12:02}-15")
        if stage < 5:
            approved = f", approved: 2026-0{stage + 3}-05, signoff: signoffs/m{i}.eml" if stage < 4 else ""
            lines.append(f"    deliverable: {{completed: 2026-0{stage + 3}-01{approved}, note: report {i}}}")
        if stage < 3:
            sent = ("2026-03-06", "2026-05-06", "2026-11-06")[stage]
            paid = f", payments: [{{date: 2026-04-02, amount: {amount}, reference: transfer}}]" if stage == 0 else ""
            number = f"{name[:3].upper()}-{currency}-{i:03}"
            lines.append(
                f"    invoice: {{number: {number}, amount: {amount}, sent: {sent}, file: invoices/{i}.pdf{paid}}}"
            )
        lines.append(f"    status: {('paid', 'sent', 'sent', 'not_billed', 'not_billed', 'not_billed')[stage]}")
    return "\n".join(lines) + "\n"


def settings(**more: str) -> str:
    return "format: 1\nname: Studio North\n" + "".join(f"{name}: {value}\n" for name, value in more.items())


def _example(_folder: Path) -> Path:
    return ROOT / "example-workspace"


def _none(folder: Path) -> Path:
    return write_tree(folder, {"mtrack.yaml": settings()})


def _one(folder: Path) -> Path:
    return write_tree(folder, {"mtrack.yaml": settings(), "solo/milestones.yaml": project("Solo", "EUR", 6)})


def _broken(folder: Path) -> Path:
    files: dict[str, str | bytes] = {"mtrack.yaml": settings(), "whole/milestones.yaml": project("Whole", "EUR", 6)}
    return write_tree(
        folder, files | {"torn/milestones.yaml": "project: Torn\nmilestones: [\n", "odd/milestones.yaml": "x: 1\n"}
    )


def _many(folder: Path) -> Path:
    files: dict[str, str | bytes] = {"mtrack.yaml": settings()}
    for i in range(400):
        name = f"{TOPICS[i % len(TOPICS)]} {i:03}"
        text = project(name, CURRENCIES[i % 11 % len(CURRENCIES)], 8, 700 + 3_719 * i % 23_000)
        number, client = f"number: {name[:3].upper()}-", f"{CLIENTS[i % 23 % len(CLIENTS)]} {i % 23}"
        text = text.replace(number, f"{number}{i:03}-").replace(f"Client of {name}", client)
        files[f"c{i % 23:02}/p{i:03}/milestones.yaml"] = text
    return write_tree(folder, files)


def _long(folder: Path) -> Path:
    large = project("Large", "USD", 6, 123_456_789_012, title="Stage")
    token = project("Token", "TKN", 6).replace("amount: 12000", "amount: 12000.000000000000000001")
    token = token.replace("total: 72000", "total: 72000.000000000000000006")
    files: dict[str, str | bytes] = {
        "mtrack.yaml": settings(currencies="{TKN: 18}"),
        "large/milestones.yaml": large,
        "token/milestones.yaml": token,
    }
    return write_tree(folder, files | {"forty/milestones.yaml": project(LONG, "EUR", 40, title=LONG)})


def _locale(locale: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        files: dict[str, str | bytes] = {
            "mtrack.yaml": settings(locale=locale),
            "one/milestones.yaml": project("Eins", "EUR", 6, 1_234_567),
        }
        return write_tree(folder, files | {"two/milestones.yaml": project("プロジェクト", "JPY", 6, 9_876_543)})

    return write


WORKSPACES: dict[str, Callable[[Path], Path]] = {
    "example": _example,
    "none": _none,
    "one": _one,
    "broken": _broken,
    "many": _many,
    "long": _long,
    "de_DE": _locale("de_DE"),
    "ar": _locale("ar"),
    "ja": _locale("ja"),
    "hostile": write_hostile,
}
