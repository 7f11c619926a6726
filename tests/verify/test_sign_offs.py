"""Which milestone a sign-off speaks of: by a label, a range, an ordinal or a name, and what is none of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mtrack.verify.claims import MilestoneClaim, SignoffClaim
from mtrack.verify.documents import read
from mtrack.verify.papers import papers
from mtrack.verify.signoff import check_signoff

if TYPE_CHECKING:
    from mtrack.record.verdict import Verdict

NAMES = ("Design", "Beta release", "Launch", "Support", "Design review")


def states_of(text: str, milestone: str) -> list[Verdict]:
    """The verdicts of a text on the sign-off of one of the five milestones."""
    milestones = tuple(MilestoneClaim(f"M{i}", name, Decimal(1)) for i, name in enumerate(NAMES, 1))
    return check_signoff(SignoffClaim(milestone, milestones), papers([("mail.txt", read("mail.txt", text.encode()))]))


def of_each(text: str) -> list[str | None]:
    """What a text says of each of the five milestones: its id, another's or None."""
    return [states_of(text, f"M{i}")[0].found for i in range(1, len(NAMES) + 1)]


def signed(*own: int, other: str | None) -> list[str | None]:
    return [f"M{i}" if i in own else other for i in range(1, 6)]


@pytest.mark.parametrize(
    "text",
    [
        "Milestones 1-3 are accepted.", "Milestones 1 - 3", "Milestones 1 to 3", "Milestones 1 through 3", "Milestones 1, 2-3",
        "Milestones 1, 2 and 3", "Meilensteine 1 bis 3 sind abgenommen", "Milestone 1-3", "M1-3", "M1\u2013M3", "M1 \u2013 M3",
        "M1 to M3 are accepted", "Jalons 1 \u00e0 3", "Etappen 1 bis 3",
    ],
)  # fmt: skip
def test_a_range(text: str) -> None:
    assert of_each(text) == signed(1, 2, 3, other="M1")


@pytest.mark.parametrize("text", ["Milestone 1 - 3 reports are fine", "Milestone 1 to 3 people's delight"])
def test_what_may_be_a_range_is_nobodys_contradiction(text: str) -> None:
    assert of_each(text) == ["M1", None, None, "M1", "M1"]


@pytest.mark.parametrize(
    "text",
    [
        "At this stage I accept the Beta release.", "For my part I approve the Beta release.",
        "In the next step I'm taking the Beta release live.", "After the first phase I accept the Beta release.",
        "In the last part I saw the Beta release.", "The 40 m4 office is fine. Beta release approved.",
        "The 40 m\u00b3 tank is full. Beta release approved.", "Etapp i mål: Beta release.", "Beta release, payment 30 days.",
        "Beta release, payment within 30 days, rate 19 % MwSt.", "Beta release, payment 1,000.00 EUR",
    ],
)  # fmt: skip
def test_what_is_no_label(text: str) -> None:
    assert of_each(text) == signed(2, other="M2")


@pytest.mark.parametrize(
    "text",
    [
        "At this stage I accept the delivery.", "Accepted, payment 30 days.", "Rate 19% MwSt", "Payment 5,000.00 EUR",
        "At every step I was pleased.", "Part ix",
    ],
)  # fmt: skip
def test_a_paper_that_names_none(text: str) -> None:
    assert of_each(text) == signed(other="milestone 9" if "ix" in text else None)


@pytest.mark.parametrize(
    "text",
    [
        "Phase II",
        "phase ii is accepted",
        "Stage II deliverables",
        "Milestone 2 days of work are fine",
        "milestone no. 2",
    ],
)
def test_a_label(text: str) -> None:
    expected = signed(other=None) if "days" in text else signed(2, other="M2")
    assert of_each(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Second milestone accepted, payment 30 days.", "The 2nd phase is accepted.", "Wir nehmen den 2. Meilenstein ab.",
        "Der zweite Meilenstein ist abgenommen.", "La deuxième étape est acceptée.", "La 2e étape est acceptée.", "El segundo hito, aceptado.",
        "La seconda tappa è accettata.", "De tweede mijlpaal is akkoord.", "Andra etappen är godkänd.",
    ],
)  # fmt: skip
def test_an_ordinal_confirms_and_contradicts_nothing(text: str) -> None:
    assert of_each(text) == signed(2, other=None)


@pytest.mark.parametrize(
    ("text", "own", "other"),
    [
        ("We accept the Design review.", (5,), "M5"),
        ("We accept the design\nreview.", (5,), "M5"),
        ("We accept the Design and the Design review.", (1, 5), "M1"),
        ("We accept the Design.", (1,), "M1"),
    ],
)
def test_a_name_that_is_part_of_another(text: str, own: tuple[int, ...], other: str) -> None:
    found = of_each(text)
    assert [f"M{i}" == found[i - 1] for i in range(1, 6)] == [i in own for i in range(1, 6)]
    assert {found[i] for i in (1, 2, 3)} <= {other, None}


@pytest.mark.parametrize(
    "text",
    [
        "All is well. Milestone 3 may begin.", "All is well and milestone 3 can start.", "Meilenstein 3 kann jetzt beginnen.",
        "We proceed with milestone 3.", "L'étape 3 peut commencer.",
    ],
)  # fmt: skip
def test_work_that_comes_next_is_not_accepted(text: str) -> None:
    [second] = [one.verdict for one in states_of(text, "M2")]
    [third] = [one.verdict for one in states_of(text, "M3")]
    assert (second, third) == ("not_found", "elsewhere")


def test_what_is_accepted_stands_beside_what_comes_next() -> None:
    text = "Milestone 2 is accepted and milestone 3 may begin."
    assert [one.verdict for one in states_of(text, "M2")] == ["confirmed"]
    assert [(one.verdict, one.found) for one in states_of(text, "M1")] == [("differs", "M2")]
    assert [one.verdict for one in states_of(text, "M3")] == ["elsewhere"]
