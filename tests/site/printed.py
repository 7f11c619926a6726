"""What stands on the sheets of paper that the browser prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2

if TYPE_CHECKING:
    from playwright.sync_api import Page


def printed(page: Page, size: str = "A4") -> list[str]:
    """The text of each sheet of a page as it is printed."""
    with pypdfium2.PdfDocument(page.pdf(format=size)) as document:
        return [sheet.get_textpage().get_text_bounded() for sheet in document]
