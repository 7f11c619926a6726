"""The commands there are, and the page `mtrack --help` shows. Loads nothing, so that it is there at once."""

from __future__ import annotations

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Look": {
        "next": ("mtrack.cli.next", "What to do, the most urgent first."),
        "lint": ("mtrack.cli.lint", "Check the records: what is wrong, missing, billed twice, unpaid."),
        "verify": ("mtrack.cli.verify", "Compare the records with the papers themselves."),
        "gaps": ("mtrack.cli.views", "What is owed and what is doubled, by project, with amounts."),
        "status": ("mtrack.cli.views", "Every milestone's record, and delivery beside billing."),
        "aging": ("mtrack.cli.views", "What is outstanding, by age."),
        "invoices": ("mtrack.cli.registers", "The register of invoices, with sums."),
        "payments": ("mtrack.cli.registers", "The register of payments, with sums."),
        "forecast": ("mtrack.cli.views", "The cash to expect, by month."),
        "report": ("mtrack.cli.report", "A report of the workspace for others to read."),
        "log": ("mtrack.cli.history", "Who changed what in the records, and when."),
        "diff": ("mtrack.cli.history", "What a change does to the money."),
        "audit": ("mtrack.cli.history", "What was changed that should have stayed, with the commit."),
        "serve": ("mtrack.cli.serve", "Preview the report while you edit."),
    },
    "Record": {
        "init": ("mtrack.cli.begin", "Make a folder a workspace."),
        "new": ("mtrack.cli.begin", "Create a project: its folder and records."),
        "import": ("mtrack.cli.spreadsheet", "A running project from a spreadsheet."),
        "add": ("mtrack.cli.begin", "Add one more milestone."),
        "set": ("mtrack.cli.delivery", "A milestone was agreed or planned anew."),
        "deliver": ("mtrack.cli.delivery", "The work was handed over."),
        "approve": ("mtrack.cli.delivery", "The client approved it: when, who, the sign-off."),
        "bill": ("mtrack.cli.invoices", "An invoice was sent, over one milestone or several."),
        "pay": ("mtrack.cli.invoices", "Money came in on an invoice."),
        "dispute": ("mtrack.cli.invoices", "The client does not accept an invoice; or does after all."),
        "void": ("mtrack.cli.invoices", "An invoice was withdrawn."),
        "credit": ("mtrack.cli.invoices", "A credit note was sent against an invoice."),
        "cancel": ("mtrack.cli.delivery", "A milestone will not be delivered."),
        "hold": ("mtrack.cli.delivery", "A milestone is not to be billed yet."),
        "amend": ("mtrack.cli.agreement", "The agreement was changed."),
        "write-off": ("mtrack.cli.invoices", "What is outstanding will not be collected."),
        "waive": ("mtrack.cli.agreement", "Findings are accepted, with a reason."),
        "close": ("mtrack.cli.agreement", "The project is over."),
    },
    "Know": {
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
