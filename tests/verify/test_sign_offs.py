"""Which milestone a sign-off speaks of: by a label, a range, an ordinal or a name, and what is none of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mtrack.verify.claims import MilestoneClaim, SignoffClaim
from mtrack.verify.documents import read
from mtrack.verify.papers import papers
from mtrack.verify.signoff import check_signoff

NAMES = ("Design", "Beta release", "Launch", "Support", "Design review")


def of_each(text: str) -> list[str | None]:
    """What a text says of each of the five milestones: its id, another's or None."""
    milestones = tuple(MilestoneClaim(f"M{i}", name, Decimal(1)) for i, name in enumerate(NAMES, 1))
    document = papers([("mail.txt", read("mail.txt", text.encode()))])
    return [check_signoff(SignoffClaim(one.id, milestones), document)[0].found for one in milestones]


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


@pytest.mark.parametrize("text", ["Second milestone accepted, payment 30 days.", "The 2nd phase is accepted."])
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
