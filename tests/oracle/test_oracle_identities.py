"""The identities of section 3 on generated records, and what the generator promises."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from oracle import clock, figures, generate, rules
from oracle.basics import Record, allocate, number_key
from oracle.compare import shown
from oracle.sample import read, workspaces
from oracle.writer import yaml_text

if TYPE_CHECKING:
    from oracle.judged import Fired


def all_records() -> list[tuple[Record, Record]]:
    return [(record, made.settings) for made in workspaces() for record in made.projects.values()]


@cache
def all_books() -> list[Record]:
    return [figures.ledger(record, settings, day) for record, settings in all_records() for day in generate.DAYS]


def test_agreed_is_what_is_billed_and_what_is_not() -> None:
    for book in all_books():
        for one in [book["totals"], *book["milestones"]]:
            assert one["agreed"] == one["billed"] + one["unbilled"] - one["overbilled"] + one["overcredited"]


def test_gross_is_what_is_settled_and_what_is_not() -> None:
    for book in all_books():
        for one in [book["totals"], *(invoice for invoice in book["invoices"] if invoice["credits"] is None)]:
            assert one["gross"] == one["settled"] + one["outstanding"] - one["overpaid"]


def test_the_seven_states_sum_to_the_agreed_money() -> None:
    for book in all_books():
        for one in [book["totals"], *book["milestones"]]:
            assert sum(one["states"].values()) == one["agreed"] + one["overbilled"]
            assert min(one["states"].values()) >= 0


def test_milestones_sum_to_their_project() -> None:
    for book in all_books():
        for name in ("settled", "outstanding", "overdue", "billed"):
            assert sum(milestone[name] for milestone in book["milestones"]) == book["totals"][name], name


def test_shares_of_an_invoice_sum_to_it_in_whole_units() -> None:
    for book in all_books():
        for invoice in book["invoices"]:
            shares = invoice["shares"].values()
            for name in ("gross", "outstanding", "overdue") if invoice["credits"] is None else ("gross",):
                assert sum(share[name] for share in shares) == invoice[name]
            for share in shares:
                assert not any(amount % book["unit"] for amount in share.values())
                # settled alone can be below 0, after a refund of more than came
                assert all(amount >= 0 for name, amount in share.items() if name != "settled")


def test_buckets_sum_to_what_is_outstanding() -> None:
    for book in all_books():
        assert sum(book["aging"].values()) == book["totals"]["outstanding"]


def test_figures_do_not_depend_on_the_order_of_projects_or_invoices() -> None:
    for made in workspaces():
        for record in made.projects.values():
            turned = copy.deepcopy(record)
            turned["invoices"] = list(reversed(turned.get("invoices") or []))
            for day in generate.DAYS:
                before = figures.ledger(record, made.settings, day)
                after = figures.ledger(turned, made.settings, day)
                assert before["totals"] == after["totals"]
                assert before["aging"] == after["aging"]


def test_writing_paid_where_a_status_is_taken_at_its_word_changes_nothing() -> None:
    taken = 0
    for record, settings in all_records():
        written, count = with_paid(record, settings)
        taken += count
        for day in generate.DAYS:
            before, after = figures.ledger(record, settings, day), figures.ledger(written, settings, day)
            assert before["totals"] == after["totals"]
    assert taken > 20


def with_paid(record: Record, settings: Record) -> tuple[Record, int]:
    """The record with `paid: true` on each invoice that is taken at its word on any day."""
    written, count = copy.deepcopy(record), 0
    book = figures.ledger(record, settings, date.max)
    for invoice, (raw, _) in zip(book["invoices"], clock.all_invoices(written), strict=True):
        if not invoice["listed"] and invoice["received"] and invoice["lines"]:
            raw["paid"] = True
            count += 1
    return written, count


def test_a_figure_for_a_day_is_that_of_the_record_with_everything_later_removed() -> None:
    compared = 0
    for record, settings in all_records():
        whole, _ = with_paid(record, settings)
        for milestone in whole["milestones"]:  # no status is taken at its word any more
            if milestone["status"] != "cancelled":
                milestone["status"] = "not_billed"
        for day, later in pairwise(generate.DAYS):
            cut, left_out = clock.as_of(whole, day)
            if not left_out or _settles_by_what_is_to_come(whole, cut, day):
                continue
            compared += 1
            before, after = figures.ledger(whole, settings, day), figures.ledger(cut, settings, later)
            for name in ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "gross", "overpaid"):
                assert before["totals"][name] == after["totals"][name]
            assert clock.as_of(cut, day)[1] == []
    assert compared > 50


def _settles_by_what_is_to_come(whole: Record, cut: Record, day: date) -> bool:
    """Whether `paid` on an invoice leaves room for what is dated later."""
    for invoice, _ in clock.all_invoices(cut):
        if invoice.get("paid") and clock.left_to_pay(whole, invoice, day) != clock.left_to_pay(cut, invoice, day):
            return True
    return False


def test_projects_sum_to_their_workspace() -> None:
    for made in workspaces():
        books = figures.workspace(made.projects, made.settings, generate.MIDDLE)
        total = figures.sums(books)
        for currency, found in total.items():
            own = [book["totals"] for book in books if book["currency"] == currency]
            assert found["outstanding"] == sum(one["outstanding"] for one in own)
            assert sum(found["states"].values()) == sum(sum(one["states"].values()) for one in own)


# The generator and the helpers


def test_the_generator_repeats_itself_and_is_dense() -> None:
    assert generate.workspace(7) == generate.workspace(7)
    found = {one.rule for made in workspaces() for one in _fired_on_all_days(made)}
    expected = rules.KNOWN_RULES - {"duplicate-payment", "duplicate-attachment", "duplicate-invoice-number"}
    assert expected <= found
    invoices = {invoice["state"] for book in all_books() for invoice in book["invoices"]}
    assert invoices == {
        "void",
        "credited",
        "paid",
        "written_off",
        "disputed",
        "overdue",
        "partially_paid",
        "outstanding",
    }
    assert {milestone["state"] for book in all_books() for milestone in book["milestones"]} == {*figures.STATES, None}


def _fired_on_all_days(made: generate.Workspace) -> list[Fired]:
    return [one for day in generate.DAYS for one in rules.fired(made.projects, made.settings, day)]


def test_records_keep_their_meaning_as_yaml() -> None:
    for made in workspaces()[:20]:
        for record in made.projects.values():
            for deepest in (0, 2, 4, 99):
                again = read(yaml_text(record, deepest))
                for day in generate.DAYS[::2]:
                    before, after = (figures.ledger(one, made.settings, day) for one in (record, again))
                    assert before["totals"] == after["totals"]


def test_allocation_has_no_odd_cent_left() -> None:
    cent = Fraction(1, 100)
    assert [shown(part) for part in allocate(Fraction(100), [Fraction(1)] * 3, cent)] == ["33.34", "33.33", "33.33"]
    assert [shown(part) for part in allocate(Fraction(-1), [Fraction(1), Fraction(2)], cent)] == ["-0.33", "-0.67"]
    assert allocate(Fraction(5), [Fraction(0), Fraction(0)], cent) == [Fraction(5, 2), Fraction(5, 2)]


def test_numbers_are_compared_as_people_read_them() -> None:
    alike = ("INV-7", "inv‑7", "INV − 7", "ＩＮＶ－7", "INV\u200b-7")
    assert {number_key(number) for number in alike} == {"inv-7"}


def test_a_later_day_leaves_out_no_more() -> None:
    for record, _ in all_records():
        counts = [len(clock.as_of(record, day)[1]) for day in generate.DAYS]
        inside = [len(clock.all_invoices(clock.as_of(record, day)[0])) for day in generate.DAYS]
        assert inside == sorted(inside)
        assert counts[-1] == 0 or max(counts) > 0
        assert clock.as_of(record, generate.DAYS[-1] + timedelta(days=3650))[1] == []


def test_paid_never_stands_beside_payments() -> None:
    for record, _ in all_records():
        for invoice, _ in clock.all_invoices(record):
            assert not (invoice.get("paid") and invoice.get("payments"))
