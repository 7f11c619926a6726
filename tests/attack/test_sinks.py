"""The sinks alone: what fuzzing found in them, and its neighbours."""

from __future__ import annotations

import pytest

from attack.channels import obeyed_by_runner, obeyed_in_markdown
from mtrack.render.ci_log import inert
from mtrack.render.markdown import Document
from mtrack.render.wording import Wording


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("late~", "Grace"),
        ("%", "7"),
        ("#", "12"),
        ("a@", "b"),
        ("GH", "-5"),
        ("https:", "//example.org"),
        ("w", "ww.example.org"),
        ("*", "*a**"),
    ],
)
def test_no_two_texts_of_a_paragraph_are_a_reference_together(first: str, second: str) -> None:
    page = Document(Wording("en"))
    page.paragraph("See ", first, second)
    assert obeyed_in_markdown(page.text()) == []


@pytest.mark.parametrize("text", ["a~_x", "~_", "%_1", "[feature_flag:123]", "[_a:1", "~~_~_a", '~"_', "x_~_y_"])
def test_an_underscore_hides_no_reference(text: str) -> None:
    page = Document(Wording("en"))
    page.paragraph(text)
    page.items([text])
    assert obeyed_in_markdown(page.text()) == []


@pytest.mark.parametrize("before", ["\udcef\udcbc", "\udc80", " \udcff\t"])
def test_bytes_that_are_no_text_hide_no_command_from_the_log(before: str) -> None:
    line = f"{before}::error file=x::y\n"
    assert obeyed_by_runner(line)
    assert obeyed_by_runner(inert(line)) == []
