"""`mtrack log`: text, JSON (version 1, `schemas/log.schema.json`), Markdown, CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.render import events as shared
from mtrack.render.csv import csv_text
from mtrack.render.json_text import json_text
from mtrack.render.markdown import Document
from mtrack.render.terminal import Apart, Screen, styled
from mtrack.render.wording import Wording

if TYPE_CHECKING:
    from mtrack.history.log import Log

_SHALLOW = "this is a shallow clone: what came before its first commits is not shown"


def text(view: Log, *, colour: bool) -> str:
    """A block per commit: who, when, what it says; then its events by project, and what they come to."""
    screen = Screen(colour=colour)
    for entry in view.entries:
        commit = entry.commit
        screen.line(
            styled(commit.id[: shared.SHORT], "yellow"), f" {commit.date[:10]} ", styled((Apart(commit.author),), "bold"),
            ": ", Apart(commit.subject),
        )  # fmt: skip
        for folder, events in shared.by_project(entry.events).items():
            screen.line("  ", styled(shared.project_name(folder), "bold"))
            for event in events:
                screen.line("    ", Apart(event.message))
            if total := shared.sums(events):
                screen.line("    ", styled(total, "dim"))
        screen.line()
    if not view.entries:
        screen.line("no events")
    if view.shallow:
        screen.line(_SHALLOW)
    return screen.text()


def markdown(view: Log) -> str:
    """A section per commit, a list of its events per project."""
    page = Document(Wording("en"))
    page.heading(2, "Billing history")
    for entry in view.entries:
        commit = entry.commit
        page.heading(3, commit.date[:10], commit.subject)
        page.paragraph(f"{commit.id[: shared.SHORT]} by {commit.author}")
        for folder, events in shared.by_project(entry.events).items():
            page.paragraph("Settings" if folder is None else folder)
            page.items(event.message for event in events)
    if not view.entries:
        page.paragraph("No events.")
    if view.shallow:
        page.paragraph(f"Note: {_SHALLOW}.")
    return page.text()


def json(view: Log) -> str:
    """Version 1 of the machine format."""
    return json_text(
        {
            "version": 1,
            "head": view.head,
            "shallow": view.shallow,
            "events": [shared.json_event(event, entry.commit) for entry in view.entries for event in entry.events],
        }
    )


def csv(view: Log) -> str:
    """A line per event."""
    return csv_text(
        shared.COLUMNS, (shared.row(event, entry.commit) for entry in view.entries for event in entry.events)
    )


FORMATS = {"json": json, "csv": csv, "md": markdown}
"""The formats that need to know nothing of a terminal."""
