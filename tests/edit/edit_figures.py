"""Random edits of generated records, their figures before and after worked out by the independent oracle."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from edit_verbs import context_of, splice_records
from oracle import figures, generate
from oracle.basics import number_key
from oracle.clock import all_invoices
from oracle.sample import read
from oracle.writer import yaml_text

from mtrack.edit import statuses, verbs
from mtrack.edit.verbs import Edit
from mtrack.errors import UsageError
from mtrack.money import Rate
from mtrack.yaml.changes import apply
from mtrack.yaml.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle.basics import Record

    from mtrack.record.model import Invoice, Milestone
    from mtrack.rules.context import ProjectContext
    from mtrack.yaml.changes import Change

KEPT = ("received", "settled", "outstanding")
OF_MILESTONE = ("agreed", "billed", "unbilled", "settled", "outstanding", "overdue", "states")
DAYS = (date.max, generate.MIDDLE)
"""The whole record, and a day with much on both sides of it."""


class Tried(NamedTuple):
    """A verb on a record: its name, the numbers of the invoices whose figures it is to change, the edit."""

    name: str
    about: tuple[str, ...]
    edit: Callable[[], Edit]


class Found(NamedTuple):
    """What came of some edits: how many of each verb, how many marks were written, and what went wrong."""

    made: Counter[str]
    marked: int
    wrong: list[str]


def _part(rng: random.Random, amount: Decimal) -> Decimal:
    """A part of an amount, with as many decimals."""
    step = Decimal((0, (1,), int(amount.as_tuple().exponent)))
    return (amount * rng.randint(1, 110) / 100 // step) * step


def _of_milestones(context: ProjectContext, rng: random.Random, day: date) -> Iterator[Tried]:
    one: Milestone = rng.choice(context.project.milestones)
    other: Milestone = rng.choice(context.project.milestones)
    part = _part(rng, one.amount)
    bill = partial(verbs.bill, context, number="NEW-1", sent=day)
    yield Tried("bill", ("NEW-1",), lambda: bill([(one, rng.choice([None, part]))]))
    if one is not other:
        yield Tried("bill lines", ("NEW-1",), lambda: bill([(one, part), (other, None)], lines=True))
    yield Tried("cancel", (), lambda: verbs.cancel(context, one, date=day, reason="dropped"))
    yield Tried("hold", (), lambda: verbs.hold(context, one, reason="waits"))
    yield Tried("release", (), lambda: verbs.release(context, one))
    yield Tried("deliver", (), lambda: verbs.deliver(context, one, date=day, force=True))
    yield Tried("approve", (), lambda: verbs.approve(context, one, date=day, by="product owner", force=True))
    yield Tried("set", (), lambda: verbs.set_terms(context, one, amount=part, upfront=rng.choice([None, True, False])))
    yield Tried("add", (), lambda: verbs.add(context, "More", part, upfront=True))
    yield Tried("add before", (), lambda: verbs.add(context, "More", part, before=one.index))
    yield Tried("amend", (), lambda: verbs.amend(context, amount=part, milestones=1, note="more"))
    new = [{"name": "More", "amount": part}]
    yield Tried("amend all", (), lambda: verbs.amend(context, amount=part, added=new, changed=[(one, part)]))
    yield Tried("close", (), lambda: verbs.close(context, date=day, force=True))


def _of_invoices(context: ProjectContext, rng: random.Random, day: date) -> Iterator[Tried]:
    invoices = list(context.project.invoices())
    if not invoices:
        return
    one: Invoice = rng.choice(invoices)
    about = (one.number, *([one.credits] if one.credits else []))
    part = rng.choice([None, _part(rng, one.amount)])
    pay = partial(verbs.pay, context, one)
    yield Tried("pay", about, lambda: pay(verbs.Paid(date=day, amount=part)))
    yield Tried(
        "discount", about, lambda: pay(verbs.Paid(date=day, amount=part, discount=Rate(Decimal(2))), total=part)
    )
    yield Tried("refund", about, lambda: pay(verbs.Paid(date=day, amount=-_part(rng, one.amount))))
    yield Tried("dispute", about, lambda: verbs.dispute(context, one, since=day, reason="wrong"))
    yield Tried("end dispute", about, lambda: verbs.end_dispute(context, one))
    yield Tried("void", about, lambda: verbs.void(context, one, date=day, reason="wrong"))
    yield Tried("credit", (*about, "NEW-2"), lambda: verbs.credit(context, one, "NEW-2", sent=day, amount=part))
    shares: list[tuple[Milestone, Decimal | None]] = [(rng.choice(context.project.milestones), _part(rng, one.amount))]
    yield Tried(
        "credit a line", (*about, "NEW-2"), lambda: verbs.credit(context, one, "NEW-2", sent=day, shares=shares)
    )
    yield Tried("write-off", about, lambda: verbs.write_off(context, one, part, date=day, reason="insolvent"))


def _fix(context: ProjectContext) -> Edit:
    changes = statuses.fix_statuses(context, {item.id for item in context.project.milestones})
    return Edit(changes, "", "")


def _by_number(book: Record) -> dict[tuple[Any, str], dict[str, Any]]:
    return {(one["own"], one["key"]): {name: one[name] for name in KEPT} for one in book["invoices"]}


def _moved(before: Record, after: Record, about: tuple[str, ...]) -> Iterator[str]:
    """The invoices whose money an edit moved though it is not about them."""
    told = {number_key(number) for number in about}
    new = _by_number(after)
    for key, old in _by_number(before).items():
        if key[1] not in told and new.get(key) != old:
            yield f"{key[1]}: {_words(old)} is now {_words(new.get(key))}"


def _words(figures_: dict[str, Any] | None) -> str:
    return str({name: str(value) for name, value in (figures_ or {}).items()})


def _milestones_moved(before: Record, after: Record, but: set[str]) -> Iterator[str]:
    for old, new in zip(before["milestones"], after["milestones"], strict=True):
        if old["id"] in but:
            continue
        yield from (f"{old['id']}: {name} moved" for name in OF_MILESTONE if old[name] != new[name])


def _mismatches(book: Record) -> set[str]:
    return {one["id"] for one in book["milestones"] if one["status"] not in one["accepted"]}


def _kept_in_words(record: Record, rng: random.Random) -> None:
    """Make a record one that lists few payments: its statuses alone say what is paid, not always rightly."""
    for invoice, _ in all_invoices(record):
        if rng.random() < 0.8:
            for key in ("payments", "paid", "written_off"):
                invoice.pop(key, None)
    for milestone in record["milestones"]:
        if milestone["status"] != "cancelled":
            milestone["status"] = rng.choice(["paid", "paid", "paid", "sent", "not_billed", "written_off"])


class _Subject:
    """A record to try edits on, with its figures before."""

    def __init__(self, record: Record, settings: Record, rng: random.Random) -> None:
        self.settings, self.rng = settings, rng
        self.text = yaml_text(record, rng.choice([99, 4, 2]))
        self.old = read(self.text)
        self.before = {day: figures.ledger(self.old, settings, day) for day in DAYS}
        context = context_of(self.text)
        assert context is not None, self.text
        self.context = context

    def cases(self) -> Iterator[Tried]:
        month = self.rng.choice([1, 12])
        day = date(2026, month, self.rng.randint(1, 28))
        yield from _of_milestones(self.context, self.rng, day)
        yield from _of_invoices(self.context, self.rng, day)
        yield Tried("fix", (), partial(_fix, self.context))

    def edited(self, changes: tuple[Change, ...], *, through_text: bool) -> Record | None:
        """The record after changes; None where the file can't be edited."""
        if not through_text:
            changed: Record = apply(self.old, changes)
            return changed
        try:
            text = splice_records(self.text, changes)
        except RefusedError:
            return None
        again: Record = read(text)
        return again

    def faults(self, tried: Tried, record: Record) -> Iterator[str]:
        """What is wrong with a record after an edit."""
        # No status speaks of an invoice that is void, so before the day on which it became void its word can be lost.
        void = [one for one in self.before[date.max]["invoices"] if one["void"]]
        of_void = {name for one in void for name in one["lines"]}
        about = (*tried.about, *(one["number"] for one in void))
        for day in DAYS:
            before, after = self.before[day], figures.ledger(record, self.settings, day)
            yield from _moved(before, after, about)
            if tried.name == "fix":
                yield from _milestones_moved(before, after, set() if day == date.max else of_void)
            if day == date.max and (more := _mismatches(after) - _mismatches(before)):
                yield f"the status of {', '.join(sorted(more))} is wrong now"


def try_seed(seed: int) -> Found:
    """Every verb once on each record of the workspace of a seed."""
    rng = random.Random(seed)  # noqa: S311  (a seed makes it repeatable)
    made, marked, wrong = Counter[str](), 0, list[str]()
    workspace = generate.workspace(seed)
    for data in workspace.projects.values():
        if rng.random() < 0.6:
            _kept_in_words(data, rng)
        subject = _Subject(data, workspace.settings, rng)
        for tried in subject.cases():
            try:
                edit = tried.edit()
            except UsageError:
                continue
            also = statuses.consequences(subject.context, edit.changes).changes
            # Most are not written: that what is written is what was meant has tests and a fuzz of its own.
            through_text = bool(also) or rng.random() < 0.1
            record = subject.edited((*edit.changes, *also), through_text=through_text) if edit.changes else None
            if record is None:
                continue
            made[tried.name] += 1
            marked += sum(change.route[-1] == "paid" for change in also)
            name = f"seed {seed}, {tried.name} {' '.join(tried.about)}"
            wrong += [f"{name}: {fault}\n{subject.text}" for fault in subject.faults(tried, record)]
    return Found(made, marked, wrong)


def try_edits(seed: int, wanted: int) -> Found:
    """At least so many edits, on the workspaces from a seed on."""
    made, marked, wrong = Counter[str](), 0, list[str]()
    while made.total() < wanted:
        found = try_seed(seed)
        made += found.made
        marked += found.marked
        wrong += found.wrong
        seed += 1
    return Found(made, marked, wrong)
