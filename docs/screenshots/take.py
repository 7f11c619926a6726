"""Takes the README's pictures of the example's report: `python docs/screenshots/take.py`, with chromium installed."""

# ruff: noqa: INP001  (a script, not a package)
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
EXAMPLE = HERE.parent.parent / "example-workspace"
AS_OF = "2026-11-22"
PICTURES = (
    ("overview-light", "index", 1280, 1200, "light"),
    ("overview-dark", "index", 1280, 1200, "dark"),
    ("overview-phone", "index", 390, 1180, "light"),
    ("project-light", "projects/hooli-app", 1280, 1200, "light"),
    ("project-dark", "projects/hooli-app", 1280, 1200, "dark"),
    ("project-phone", "projects/hooli-app", 390, 1180, "light"),
    ("register-light", "invoices", 1280, 1200, "light"),
    ("register-phone", "invoices", 390, 1180, "dark"),
    ("statement-dark", "projects/hooli-app-statement", 1280, 1200, "dark"),
    ("statement-phone", "projects/hooli-app-statement", 390, 1180, "light"),
)
"""Name, page, width and height in pixels, theme."""


def main() -> None:
    """Draw the example's report somewhere without a commit, and take the pictures."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copytree(EXAMPLE, os.path.join(folder, "example"))
        site = Path(folder, "site")
        command = [sys.executable, "-m", "mtrack", "report", "example", "-o", str(site), "--as-of", AS_OF]
        environment = {**os.environ, "PYTHONPATH": str(EXAMPLE.parent)}
        subprocess.run(command, cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, page, width, height, theme in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
            tab = context.new_page()
            tab.goto((site / f"{page}.html").as_uri())
            tab.screenshot(path=HERE / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
