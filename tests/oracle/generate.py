"""Small workspaces from a seed, dense with what is odd, and a writer that makes files of them."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import NamedTuple

from oracle.basics import Record, allocate, decimals, exact, half_up, inside, listed, number_key, unit_of
from oracle.clock import all_invoices, gross_of, is_cancelled
from oracle.figures import ledger

MIDDLE = date(2026, 3, 15)
DAYS = (date(2025, 12, 31), date(2026, 2, 1), MIDDLE, date(2026, 5, 31), date(2026, 12, 31))
"""The days on which workspaces are looked at: most of what happens lies between them."""
CURRENCIES = ("EUR", "EUR", "EUR", "JPY", "BHD", "TOKN")
NUMBERS = ["INV-{count}", "{count}/{year}", "{count:03}-{year}-{client}", "{count}/{month:02}/{year}"]
"""Ways to number invoices, beside the usual one."""
STATUSES = ("not_billed", "sent", "partially_paid", "paid", "cancelled", "written_off")


class Workspace(NamedTuple):
    """A workspace as plain data: `mtrack.yaml`, and each project's record by its folder."""

    seed: int
    settings: Record
    projects: dict[str, Record]


def workspace(seed: int) -> Workspace:
    """The workspace of a seed."""
    rng = Random(seed)  # noqa: S311  (a seed makes it repeatable)
    settings: Record = {"format": 1, "currency": "EUR", "currencies": {"TOKN": 18}}
    if rng.random() < 0.3:
        settings["payment_terms"] = rng.choice([0, 14, {"days": 30, "month_end": rng.choice(["before", "after"])}])
    if rng.random() < 0.4:
        settings["bill_within"] = 7
    if rng.random() < 0.3:
        settings["tax_rate"] = Decimal(rng.choice(["19", "8.1"]))
    main, style = rng.choice(CURRENCIES), rng.choice(["INV-{year}-{count:03}"] * 8 + NUMBERS)
    makers = [_Project(rng, settings, place, main, style) for place in range(rng.choice([1, 1, 2, 3, 4]))]
    count = 0
    for maker in makers:
        count = maker.fill(count)
    _one_paper(rng, makers)
    _one_transfer(rng, makers)
    for maker in makers:
        maker.set_statuses()
    return Workspace(seed, settings, {maker.path: maker.record for maker in makers})


class _Project:
    """One project in the making."""

    def __init__(self, rng: Random, settings: Record, place: int, main: str, style: str) -> None:
        self.rng, self.settings, self.style = rng, settings, style
        self.currency = main if rng.random() < 0.6 else rng.choice(CURRENCIES)
        self.places = decimals(self.currency, settings)
        self.unit = unit_of(self.currency, settings)
        self.path = f"project-{place + 1}" if rng.random() < 0.8 else f"clients/project-{place + 1}"
        self.tax = Fraction(rng.choice([0, 19, 19]))
        self.count = self.notes = 0
        self.record: Record = {"project": f"Project {place + 1}", "currency": self.currency}
        if rng.random() < 0.6:
            self.record["client"] = rng.choice(["Acme", "Globex", "Initech"])

    # Values

    def chance(self, odds: float) -> bool:
        return self.rng.random() < odds

    def day(self, low: int = -130, high: int = 130) -> date:
        return MIDDLE + timedelta(days=self.rng.randint(low, high))

    def after(self, day: date, most: int = 90) -> date:
        """A day that is rarely before another."""
        return day + timedelta(days=self.rng.randint(-5 if self.chance(0.05) else 0, most))

    def decimal(self, amount: Fraction) -> Decimal:
        sign, digits = ("-" if amount < 0 else ""), str(abs(int(amount / self.unit)))
        if not self.places:
            return Decimal(sign + digits)
        digits = digits.rjust(self.places + 1, "0")
        return Decimal(f"{sign}{digits[: -self.places]}.{digits[-self.places :]}")

    def part(self, amount: Fraction, low: int = 10, high: int = 90) -> Fraction:
        return half_up(amount * self.rng.randint(low, high) / 100, self.unit)

    def amount(self) -> Fraction:
        if self.chance(0.05):
            return Fraction(0)
        if self.chance(0.5):
            return Fraction(self.rng.randint(1, 40) * 100)
        return self.rng.randint(1, 10 ** min(7, 3 + self.places)) * self.unit + (self.unit if self.places > 3 else 0)

    def file(self, name: str) -> str:
        return f"invoices/{re.sub(r'[^A-Za-z0-9-]', '-', name)}.pdf"

    # The record

    def fill(self, count: int) -> int:
        """Everything but the statuses."""
        self.count = count
        milestones = [self.milestone(place) for place in range(self.rng.randint(1, 5))]
        self.record["milestones"] = milestones
        self.record["agreement"] = self.agreement()
        self.bill()
        invoices = [invoice for invoice, _ in all_invoices(self.record)]
        for invoice in invoices:
            self.settle(invoice)
            self.afterwards(invoice)
        if self.chance(0.08):
            self.record["closed"] = self.day(0, 130)
        self.file_agreement()
        return self.count

    def milestone(self, place: int) -> Record:
        made: Record = {"id": f"M{place + 1}", "name": f"Phase {place + 1}", "amount": self.decimal(self.amount())}
        made["status"] = "not_billed"
        if self.chance(0.5):
            made["planned"] = self.day()
        if self.chance(0.18):
            made["upfront"] = True
        if self.chance(0.65):
            deliverable: Record = {"completed": self.day(-130, 80)}
            if self.chance(0.8):
                deliverable["approved"] = self.after(deliverable["completed"], 40)
            made["deliverable"] = deliverable
        if self.chance(0.12):
            made["hold"] = {"reason": "waits"} if self.chance(0.5) else {"until": self.day(), "reason": "waits"}
        if self.chance(0.08):
            made["status"] = "cancelled"
            if self.chance(0.6):
                made["cancelled"] = {"date": self.day(), "reason": "dropped"}
        return made

    def agreement(self) -> Record:
        made: Record = {"file": "agreement/signed.pdf"} if self.chance(0.97) else {"payment_terms": 30}
        if self.chance(0.9):
            made["signed"] = self.day(-160, -60 if self.chance(0.9) else 30)
        if self.chance(0.2):
            made["payment_terms"] = self.rng.choice([0, 10, {"days": 20, "month_end": "after"}])
        if self.chance(0.15):
            made["retention"] = Decimal(self.rng.choice(["5", "10", "12.5"]))
        if self.tax and self.chance(0.3):
            made["tax_rate"] = Decimal(19)
        return made

    def file_agreement(self) -> None:
        """Total and count, with the amendments that lead to them."""
        agreement = self.record["agreement"]
        counting = [milestone for milestone in self.record["milestones"] if not is_cancelled(milestone)]
        total, count = sum((exact(one["amount"]) for one in counting), Fraction(0)), len(counting)
        amendments: list[Record] = []
        for number in range(self.rng.choice([0, 0, 0, 1, 2])):
            change = min(self.amount(), total)
            total -= change
            made: Record = {"file": f"agreement/amendment-{number + 1}.pdf", "amount": self.decimal(change)}
            if self.chance(0.8):
                made["signed"] = self.day()
            if self.chance(0.4) and count:
                made["milestones"], count = 1, count - 1
            amendments.append(made)
        if self.chance(0.9):
            off = self.rng.choice([0] * 20 + [-100, 100]) * self.unit
            agreement["total"] = self.decimal(max(total + off, Fraction(0)))
        if self.chance(0.6):
            agreement["milestones"] = max(0, count + (self.rng.choice([-1, 1]) if self.chance(0.08) else 0))
        if amendments:
            agreement["amendments"] = amendments

    # Invoices

    def number(self, sent: date) -> str:
        self.count += 2 if self.chance(0.08) else 1
        client = self.record.get("client", "Umbrella")
        number = self.style.format(count=self.count, year=sent.year, month=sent.month, client=client)
        if self.chance(0.03):
            return number + self.rng.choice(["-R1", "-v2"])
        return self.looks_like(number) if self.chance(0.03) else number

    def looks_like(self, number: str) -> str:
        """The same number, written in another way."""
        return self.rng.choice([number.lower(), number.replace("-", "–"), number.replace("-", " - ")])

    def refer(self, number: str) -> str:
        return self.looks_like(number) if self.chance(0.1) else number

    def invoice(self, lines: list[tuple[Record, Fraction]], sent: date) -> Record:
        net = sum((amount for _, amount in lines), Fraction(0))
        made: Record = {"number": self.number(sent), "amount": self.decimal(net), "sent": sent}
        if self.tax:
            tax = half_up(net * self.tax / 100, self.unit)
            made["tax"] = self.decimal(tax + (self.unit if self.chance(0.05) else 0))
        if self.chance(0.85):
            made["file"] = self.file(made["number"] if self.chance(0.97) else "INV-2026-001")
        if self.chance(0.2):
            made["due"] = self.after(sent, 60)
        if self.chance(0.08):
            made["upfront"] = True
        self.schedule(made)
        return made

    def schedule(self, invoice: Record) -> None:
        gross = gross_of(invoice)
        retained = Fraction(0)
        rate = exact(self.record["agreement"].get("retention"))
        if rate and not invoice.get("upfront"):
            retained = half_up(gross * rate / 100, self.unit)
        if self.chance(0.12):
            retained = self.part(gross, 5, 30)
            invoice["retained"] = {"amount": self.decimal(retained)}
            if self.chance(0.5):
                invoice["retained"]["until"] = self.after(invoice["sent"], 150)
        if self.chance(0.12):
            parts = allocate(gross - retained, [Fraction(1)] * self.rng.randint(2, 3), self.unit)
            if self.chance(0.05):
                parts[0] += self.unit
            invoice["instalments"] = [
                {"due": self.after(invoice["sent"], 150), "amount": self.decimal(part)} for part in parts
            ]

    def bill(self) -> None:
        waiting = list(self.record["milestones"])
        several: list[Record] = []
        while waiting:
            milestone = waiting.pop(0)
            kind = self.rng.choice(["none", "own", "own", "own", "two", "joint", "joint"])
            early = not inside(milestone, "deliverable").get("approved") and not milestone.get("upfront")
            if (is_cancelled(milestone) or early) and self.chance(0.6):
                kind = "none"
            if kind == "own":
                milestone["invoice"] = self.invoice([(milestone, self.billed(milestone))], self.sent(milestone))
            elif kind == "two":
                whole = self.billed(milestone)
                first = half_up(whole / 2, self.unit) if self.chance(0.4) else self.part(whole)
                day = self.sent(milestone)
                for share in (first, whole - first):
                    several.append(self.with_lines([(milestone, share)], day))
                    day = day if self.chance(0.4) else self.after(day, 40)
            elif kind == "joint":
                others = [waiting.pop(0) for _ in range(min(len(waiting), self.rng.randint(1, 2)))]
                lines = [(one, self.billed(one)) for one in (milestone, *others)]
                several.append(self.with_lines(lines, self.sent(self.rng.choice([milestone, *others]))))
        if several:
            self.record["invoices"] = several

    def with_lines(self, lines: list[tuple[Record, Fraction]], sent: date) -> Record:
        made = self.invoice(lines, sent)
        made["lines"] = [{"milestone": milestone["id"], "amount": self.decimal(share)} for milestone, share in lines]
        return made

    def billed(self, milestone: Record) -> Fraction:
        agreed = exact(milestone["amount"])
        odds = self.rng.random()
        if odds < 0.1:
            return self.part(agreed)
        return agreed + self.unit * 50 if odds < 0.16 else agreed

    def sent(self, milestone: Record) -> date:
        approved = inside(milestone, "deliverable").get("approved")
        if approved is not None and self.chance(0.85):
            return self.after(approved, 30)
        return self.day(-120, 60)

    # What happens to an invoice

    def settle(self, invoice: Record) -> None:
        odds = self.rng.random()
        gross = gross_of(invoice)
        if odds < 0.4:
            return
        if odds < 0.47:
            invoice["paid"] = True
        elif odds < 0.54:
            invoice["paid"] = self.after(invoice["sent"])
        elif odds < 0.88:
            self.pay(invoice, gross)
        if odds >= 0.83 or (odds >= 0.47 and self.chance(0.05)):
            self.write_off(invoice, gross)

    def pay(self, invoice: Record, gross: Fraction) -> None:
        left = gross if self.chance(0.6) else self.part(gross)
        if self.chance(0.07):
            left += self.unit * 10
        payments = []
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            part = left if self.chance(0.4) else self.part(left, 30, 70)
            payments.append(self.payment(part, self.after(invoice["sent"])))
            left -= part
        if left and self.chance(0.6):
            payments.append(self.payment(left, self.after(invoice["sent"])))
        if self.chance(0.08):
            back = self.part(exact(payments[0]["amount"]), 10, 60)
            payments.append({"date": self.after(invoice["sent"]), "amount": self.decimal(-back), "note": "refund"})
        invoice["payments"] = payments

    def payment(self, amount: Fraction, day: date) -> Record:
        made: Record = {"date": day}
        aside = Fraction(0)
        for key, odds in (("withheld", 0.1), ("fee", 0.08), ("discount", 0.12)):
            if self.chance(odds):
                taken = self.part(amount, 1, 10)
                made[key] = self.decimal(taken)
                aside += taken
        made["amount"] = self.decimal(amount - aside)
        if self.chance(0.3):
            made["reference"] = f"{self.path} {self.rng.randint(1, 4)}"
        if self.chance(0.05):
            made["received"] = {"amount": Decimal("120.50"), "currency": "USD"}
        return made

    def write_off(self, invoice: Record, gross: Fraction) -> None:
        paid = sum(
            (exact(one.get(key)) for one in listed(invoice, "payments") for key in ("amount", "withheld", "fee")),
            Fraction(0),
        )
        left = max(gross - paid, Fraction(0))
        if self.chance(0.4):
            left = self.part(left)
        invoice["written_off"] = {
            "date": self.after(invoice["sent"], 120),
            "amount": self.decimal(left),
            "reason": "insolvent",
        }

    def afterwards(self, invoice: Record) -> None:
        if self.chance(0.07):
            invoice["disputed"] = {"since": self.after(invoice["sent"], 60), "reason": "scope"}
        voided = self.chance(0.08)
        if voided:
            invoice["void"] = {"date": self.after(invoice["sent"], 60), "reason": "wrong"}
            for key in ("payments", "paid", "written_off") if self.chance(0.7) else ():
                invoice.pop(key, None)
        if self.chance(0.1 if voided else 0.16):
            self.credit(invoice)
        if self.chance(0.5 if voided else 0.02):
            self.reissue(invoice)

    def lines_of(self, invoice: Record) -> list[tuple[Record, Fraction]]:
        by_id = {milestone["id"]: milestone for milestone in self.record["milestones"]}
        if not invoice.get("lines"):
            own = next(milestone for milestone in by_id.values() if milestone.get("invoice") is invoice)
            return [(own, exact(invoice["amount"]))]
        return [(by_id[line["milestone"]], exact(line["amount"])) for line in invoice["lines"]]

    def credit(self, invoice: Record) -> None:
        """A credit note, sometimes two: over one line, over all, in full, too much, on another milestone."""
        lines = self.lines_of(invoice)
        kind = self.rng.choice(["full", "full", "part", "one", "one", "more", "elsewhere"])
        if kind == "one":
            milestone, share = self.rng.choice(lines)
            lines = [(milestone, self.part(share, 10, 100))]
        elif kind == "elsewhere":
            lines = [(self.rng.choice(self.record["milestones"]), self.part(exact(invoice["amount"])))]
        elif kind == "part":
            lines = [(milestone, self.part(share)) for milestone, share in lines]
        elif kind == "more":
            lines = [(milestone, share + self.unit * 30) for milestone, share in lines]
        notes = [lines]
        if kind == "full" and self.chance(0.3):
            first = [(milestone, self.part(share)) for milestone, share in lines]
            notes = [first, [(one, share - taken) for (one, share), (_, taken) in zip(lines, first, strict=True)]]
        left = exact(invoice.get("tax"))
        for place, shares in enumerate(notes):
            rest = kind == "full" and place == len(notes) - 1
            left -= self.add_note(invoice, shares, left if rest else None)

    def add_note(self, invoice: Record, lines: list[tuple[Record, Fraction]], tax: Fraction | None) -> Fraction:
        net = sum((share for _, share in lines), Fraction(0))
        self.notes += 1
        made: Record = {
            "number": f"CN-{self.path[-1]}-{self.notes}",
            "amount": self.decimal(net),
            "credits": invoice["number"],
        }
        made["sent"] = self.after(invoice["sent"], 90)
        if invoice.get("tax") is not None:
            tax = half_up(net * self.tax / 100, self.unit) if tax is None else tax
            made["tax"] = self.decimal(tax)
        made["lines"] = [{"milestone": one["id"], "amount": self.decimal(share)} for one, share in lines]
        if self.chance(0.1):
            made["void"] = {"date": self.after(made["sent"], 40), "reason": "wrong"}
        self.record.setdefault("invoices", []).append(made)
        return tax or Fraction(0)

    def reissue(self, invoice: Record) -> None:
        made = self.with_lines(self.lines_of(invoice), self.after(invoice["sent"], 60))
        made["replaces"] = self.refer(invoice["number"])
        self.settle(made)
        self.record.setdefault("invoices", []).append(made)

    # Statuses

    def set_statuses(self) -> None:
        """Right ones by the record, some of them taken at their word; now and then a wrong one."""
        milestones = [one for one in self.record["milestones"] if one["status"] != "cancelled"]
        for milestone in milestones:
            milestone["status"] = "paid" if self.chance(0.6) else "not_billed"
        for _ in range(3):  # a status that settles an invoice can change what its neighbour is expected to say
            bring_right(self.record, self.settings)
        for milestone in milestones:
            if self.chance(0.06):
                milestone["status"] = self.rng.choice(STATUSES)
        if self.chance(0.05):
            chosen = self.rng.choice(self.record["milestones"])
            chosen["amount"] = Decimal(f"{int(chosen['amount'])}.000")


def bring_right(record: Record, settings: Record, day: date = date.max) -> None:
    """Write the expected statuses into a record."""
    book = ledger(record, settings, day)
    for milestone, figures in zip(record["milestones"], book["milestones"], strict=True):
        milestone["status"] = figures["expected"]


def _one_paper(rng: Random, makers: list[_Project]) -> None:
    """One invoice that bills two projects: one number, one total, sometimes a total that is too small."""
    for first, second in itertools.pairwise(makers):
        if first.currency != second.currency or rng.random() > 0.6:
            continue
        one, other = (_plain_invoice(maker) for maker in (first, second))
        if one is None or other is None:
            continue
        total = exact(one["amount"]) + exact(other["amount"]) - (first.unit if rng.random() < 0.1 else 0)
        other.update(number=one["number"], sent=one["sent"])
        for invoice in (one, other):
            invoice["total"] = first.decimal(max(total, exact(invoice["amount"])))
        break


def _plain_invoice(maker: _Project) -> Record | None:
    """An invoice to which nothing refers."""
    named = {
        number_key(invoice[key])
        for invoice, _ in all_invoices(maker.record)
        for key in ("credits", "replaces")
        if invoice.get(key)
    }
    for invoice, _ in all_invoices(maker.record):
        if number_key(invoice["number"]) not in named and not invoice.get("credits") and not invoice.get("replaces"):
            return invoice
    return None


def _one_transfer(rng: Random, makers: list[_Project]) -> None:
    """One transfer over several invoices: one reference and day, mostly with its total on each."""
    open_: dict[str, list[tuple[_Project, Record]]] = {}
    for maker in makers:
        for invoice, _ in all_invoices(maker.record):
            if not any(invoice.get(key) for key in ("payments", "paid", "written_off", "void", "credits")):
                open_.setdefault(maker.currency, []).append((maker, invoice))
    for currency, invoices in open_.items():
        if len(invoices) < 2 or rng.random() > 0.5:
            continue
        total = sum((gross_of(invoice) for _, invoice in invoices), Fraction(0))
        alike = rng.random() < 0.5  # the same part of each: a duplicate where the total is missing
        told = rng.random() < 0.7
        day = MIDDLE + timedelta(days=rng.randint(-20, 100))
        least = min(gross_of(invoice) for _, invoice in invoices)
        for maker, invoice in invoices:
            amount = least if alike else gross_of(invoice)
            payment = {"date": day, "amount": maker.decimal(amount), "reference": f"transfer {currency}"}
            if told:
                payment["total"] = maker.decimal(total)
            invoice["payments"] = [payment]
