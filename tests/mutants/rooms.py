"""What is mutated, and the tests that judge it: those that run in this process and know the room well."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent


class Room(NamedTuple):
    """Modules by their patterns, and files or folders of tests."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    properties: bool = False
    """Whether tests of many examples (hypothesis) judge too."""
    without: tuple[str, ...] = ()
    """Modules that are left out."""

    @property
    def files(self) -> list[Path]:
        """The modules, in the order of their names."""
        found = {path for pattern in self.modules for path in (ROOT / "mtrack").glob(pattern)}
        return sorted(found - {ROOT / "mtrack" / name for name in self.without})


ROOMS = {
    "figures": Room(
        ("figures/*.py",),
        (
            "tests/test_figures.py", "tests/test_rules.py", "tests/test_life.py", "tests/test_fix.py", "tests/views/test_views.py",
            "tests/views/test_left_out.py", "tests/views/test_status_days.py", "tests/oracle/test_oracle_agreement.py", "tests/edit/test_nothing_unpays.py", "tests/edit/test_tax_of_parts.py",
            "tests/fuzzing/test_known_figures.py",
        ),
        properties=True,
    ),
    "rules": Room(
        ("rules/**/*.py",),
        (
            "tests/test_rules.py", "tests/test_rule_words.py", "tests/test_rule_pages.py", "tests/test_series.py", "tests/test_waivers.py",
            "tests/test_precision.py", "tests/test_hints.py", "tests/test_settings.py",
            "tests/history/test_audit.py", "tests/history/test_weakened.py", "tests/history/test_vanished.py", "tests/verify/test_evidence.py",
            "tests/verify/test_agreements.py", "tests/verify/test_verify_command.py", "tests/test_commas.py",
            "tests/edit/test_numbers.py", "tests/test_containment.py", "tests/test_limits.py", "tests/history/test_broken.py",
            "tests/edit/test_nothing_unpays.py",
        ),
        # The registry is read while the modules load, before a mutant of it is made.
        without=("rules/registry.py",),
    ),
    "writer": Room(
        (
            *(f"yaml/{name}.py" for name in ("by_hand", "changes", "comments", "draft", "excerpt", "flow", "keys", "lines", "lists")),
            *(f"yaml/{name}.py" for name in ("proof", "removal", "splice", "style", "values")), "edit/**/*.py",
        ),
        (
            "tests/edit/test_edit_splice.py", "tests/edit/test_edit_layouts.py", "tests/edit/test_edit_writer.py",
            "tests/edit/test_edit_terms.py", "tests/edit/test_edit_commands.py", "tests/edit/test_edit_life.py", "tests/edit/test_edit_words.py", "tests/edit/test_edit_details.py", "tests/edit/test_edit_excerpt.py", "tests/test_init.py", "tests/spreadsheet/test_import_command.py",
            "tests/edit/test_nothing_unpays.py",
            "tests/edit/test_numbers.py", "tests/edit/test_tax_of_parts.py", "tests/test_editor.py", "tests/test_fix.py",
            "tests/test_life.py",
        ),
    ),
}  # fmt: skip
