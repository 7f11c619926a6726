"""The commands, and the page that `mtrack --help` shows. Imports nothing, so that it starts fast."""

from __future__ import annotations

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Check and show": {
        "next": ("mtrack.cli.next", "Show what to do, the most urgent first."),
        "lint": ("mtrack.cli.lint", "Check the records: what is wrong, missing, billed twice, unpaid."),
        "verify": ("mtrack.cli.verify", "Compare the records with the papers."),
        "gaps": ("mtrack.cli.views", "Show gaps and overlaps by project, with amounts."),
        "status": ("mtrack.cli.views", "Show every milestone's record, and delivery beside billing."),
        "aging": ("mtrack.cli.views", "Show what is outstanding, by age."),
        "invoices": ("mtrack.cli.registers", "List every invoice and credit note, with sums."),
        "payments": ("mtrack.cli.registers", "List every payment, with sums."),
        "forecast": ("mtrack.cli.views", "Show the cash to expect, by month."),
        "report": ("mtrack.cli.report", "Write a report of the workspace for others to read."),
        "log": ("mtrack.cli.history", "Show who changed what in the records, and when."),
        "diff": ("mtrack.cli.history", "Show what a change does to the money."),
        "audit": ("mtrack.cli.history", "Find changes to what should have stayed, with their commits."),
        "serve": ("mtrack.cli.serve", "Preview the report while you edit."),
    },
    "Record": {
        "init": ("mtrack.cli.create", "Make a folder a workspace."),
        "new": ("mtrack.cli.create", "Create a project: its folder and records."),
        "import": ("mtrack.cli.spreadsheet", "Record a running project from a spreadsheet."),
        "add": ("mtrack.cli.create", "Add a milestone."),
        "set": ("mtrack.cli.delivery", "Change what was agreed or planned for a milestone."),
        "deliver": ("mtrack.cli.delivery", "Record that the work was handed over."),
        "approve": ("mtrack.cli.delivery", "Record the client's approval: when, who, the sign-off."),
        "bill": ("mtrack.cli.invoices", "Record an invoice that was sent, for one milestone or several."),
        "pay": ("mtrack.cli.invoices", "Record money that came in on an invoice."),
        "dispute": ("mtrack.cli.invoices", "Record that the client disputes an invoice, or no longer does."),
        "void": ("mtrack.cli.invoices", "Record that an invoice was withdrawn."),
        "credit": ("mtrack.cli.invoices", "Record a credit note against an invoice."),
        "cancel": ("mtrack.cli.delivery", "Record that a milestone will not be delivered."),
        "hold": ("mtrack.cli.delivery", "Put a milestone's billing on hold, or release it."),
        "amend": ("mtrack.cli.agreement", "Record an amendment to the agreement."),
        "write-off": ("mtrack.cli.invoices", "Write off what will not be collected."),
        "waive": ("mtrack.cli.agreement", "Accept findings, with a reason."),
        "close": ("mtrack.cli.agreement", "Close a project."),
    },
    "Reference": {
        "rules": ("mtrack.cli.reference", "List the rules, or show one rule's page."),
        "fields": ("mtrack.cli.reference", "List the keys of the files, or say what one means."),
        "cache": ("mtrack.cli.cache", "Show what is kept between runs, or clear it."),
        "completion": ("mtrack.cli.reference", "Print a shell's completion script."),
        "schema": ("mtrack.cli.reference", "Print a JSON Schema of the files and outputs."),
    },
}
"""Group, command, and where it is with its one-line help."""


def overview() -> str:
    """The text of `mtrack --help`."""
    lines = [
        "Usage: mtrack COMMAND [ARGS]...",
        "",
        "mtrack keeps agreement, milestones, invoices and sign-offs of each project",
        "together in plain files, and checks that they line up.",
    ]
    for group, commands in COMMANDS.items():
        lines += ["", f"{group}:"]
        lines += [f"  {name:<10} {text}" for name, (_, text) in commands.items()]
    lines += [
        "",
        "Options:",
        "  --version  Show the version.",
        "  --debug    Show the traceback where mtrack itself fails.",
        "  -h, --help Show this page; after a command, that command's.",
        "",
        "Exit codes: 0 nothing to fix, 1 findings, 2 wrong usage, 3 could not run.",
    ]
    return "\n".join(lines) + "\n"
