"""Every figure of section 3, by plain loops over a record that `clock` has cut at a day."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.basics import Record, allocate, due_by_terms, exact, half_up, inside, listed, number_key, on, unit_of
from oracle.clock import all_invoices, as_of, gross_of, is_cancelled

if TYPE_CHECKING:
    from datetime import date

STATES = ("paid", "written_off", "outstanding", "overdue", "to_bill", "on_hold", "ahead")
URGENCY = ("overdue", "to_bill", "outstanding", "on_hold", "ahead", "written_off", "paid")
BUCKETS = ("retained", "not_due", "1-30", "31-60", "61-90", "over_90", "disputed")
BILLED_STATES = ("paid", "written_off", "overdue", "outstanding")
"""The states of billed money, in the order in which the last one takes the odd cents."""
SUMMED = ("agreed", "billed", "unbilled", "overbilled", "overcredited", "settled", "outstanding", "overdue")
NOTHING = Fraction(0)


def ledger(record: Record, settings: Record, day: date, path: str = "") -> Record:
    """All figures of a project at the end of a day; `date.max` gives the whole record."""
    seen, left_out = as_of(record, day)
    currency = record.get("currency") or settings.get("currency")
    book: Record = {
        "path": path,
        "record": seen,
        "settings": settings,
        "day": day,
        "currency": currency,
        "unit": unit_of(str(currency), settings),
        "left_out": left_out,
    }
    book["milestones"] = [_read_milestone(milestone) for milestone in seen["milestones"]]
    book["by_id"] = {milestone["id"]: milestone for milestone in book["milestones"]}
    book["invoices"] = [_read_invoice(raw, own) for raw, own in all_invoices(seen)]
    for invoice in book["invoices"]:
        _find_credited(book, invoice)
    for invoice in book["invoices"]:
        _settle(book, invoice)
        _schedule(book, invoice)
        _share_out(book, invoice)
        invoice["state"] = _invoice_state(invoice)
    for milestone in book["milestones"]:
        _add_up(book, milestone)
    book["totals"] = _totals(book)
    book["aging"] = _aging(book)
    return book


# Reading


def _read_milestone(raw: Record) -> Record:
    deliverable = inside(raw, "deliverable")
    return {
        "id": raw["id"],
        "raw": raw,
        "amount": exact(raw["amount"]),
        "status": raw["status"],
        "cancelled": is_cancelled(raw),
        "upfront": bool(raw.get("upfront")),
        "planned": on(raw.get("planned")),
        "completed": on(deliverable.get("completed")),
        "approved": on(deliverable.get("approved")),
    }


def _read_invoice(raw: Record, own: str | None) -> Record:
    lines: dict[str, Fraction] = {}
    if own is not None:
        lines[own] = exact(raw["amount"])
    for line in listed(raw, "lines"):
        lines[line["milestone"]] = lines.get(line["milestone"], NOTHING) + exact(line["amount"])
    return {
        "raw": raw,
        "own": own,
        "number": str(raw["number"]),
        "key": number_key(raw["number"]),
        "lines": lines,
        "amount": exact(raw["amount"]),
        "tax": exact(raw.get("tax")),
        "gross": gross_of(raw),
        "sent": on(raw["sent"]),
        "void": bool(raw.get("void")),
        "credits": None if raw.get("credits") is None else number_key(raw["credits"]),
        "disputed": bool(raw.get("disputed")),
        "upfront": bool(raw.get("upfront")),
        "listed": raw["x-listed"],
    }


# Invoices


def _find_credited(book: Record, invoice: Record) -> None:
    """The credit notes against an invoice; a note that credits a note settles nothing."""
    invoice["notes"] = []
    if invoice["credits"] is None:
        invoice["notes"] = [
            note
            for note in book["invoices"]
            if note["credits"] == invoice["key"] and not note["void"] and note is not invoice
        ]
    back = sum((note["amount"] for note in invoice["notes"]), NOTHING)
    invoice["credited_in_full"] = bool(invoice["notes"]) and back >= invoice["amount"]
    invoice["live"] = not invoice["void"] and invoice["credits"] is None and not invoice["credited_in_full"]


def _at_its_word(book: Record, invoice: Record) -> bool:
    """Whether the milestones' statuses alone settle it."""
    if invoice["listed"] or invoice["void"] or invoice["credits"] is not None:
        return False
    billed = [book["by_id"][name] for name in invoice["lines"] if name in book["by_id"]]
    # the status has no day, so one that says cancelled is put aside before the day of the mapping too
    statuses = [one["status"] for one in billed if not one["cancelled"] and one["status"] != "cancelled"]
    return bool(statuses) and all(status == "paid" for status in statuses)


def _settle(book: Record, invoice: Record) -> None:
    raw = invoice["raw"]
    for figure, key in (("received", "amount"), ("withheld", "withheld"), ("fees", "fee"), ("discounted", "discount")):
        invoice[figure] = sum((exact(payment.get(key)) for payment in listed(raw, "payments")), NOTHING)
    if raw.get("paid") or _at_its_word(book, invoice):
        invoice["received"] += raw["x-left"]
    invoice["written_off"] = exact(inside(raw, "written_off").get("amount"))
    # what a note gives beyond the gross is overcredited, not settled: only so gross = settled + outstanding - overpaid
    invoice["credited_raw"] = sum((note["gross"] for note in invoice["notes"]), NOTHING)
    invoice["credited"] = min(invoice["credited_raw"], invoice["gross"])
    invoice["cash_like"] = sum((invoice[name] for name in ("received", "withheld", "fees", "discounted")), NOTHING)
    invoice["settled"] = invoice["cash_like"] + invoice["written_off"] + invoice["credited"]
    if invoice["credits"] is not None:
        invoice["settled"] = -invoice["gross"]
    open_ = NOTHING if invoice["credits"] is not None else invoice["gross"] - invoice["settled"]
    invoice["outstanding"], invoice["overpaid"] = max(open_, NOTHING), max(-open_, NOTHING)


def retained_amount(record: Record, invoice: Record, unit: Fraction) -> Fraction:
    """What the client keeps back of an invoice by its own record, else by the agreement's rate."""
    own = inside(invoice["raw"], "retained")
    if own:
        return exact(own.get("amount"))
    rate = exact(inside(record, "agreement").get("retention"))
    # the key of the invoice decides, as it does for "payment before sent"; an upfront milestone alone does not
    if not rate or invoice["upfront"] or invoice["credits"] is not None:
        return NOTHING
    return half_up(invoice["gross"] * rate / 100, unit)


def _retained_day(book: Record, invoice: Record) -> date | None:
    until = on(inside(invoice["raw"], "retained").get("until"))
    if until is not None:
        return until
    counting = [milestone for milestone in book["milestones"] if not milestone["cancelled"]]
    asked = [milestone for milestone in counting if not milestone["upfront"] and milestone["amount"]]
    if any(milestone["approved"] is None for milestone in asked):
        return None
    # the last approval is that of any milestone not cancelled, an upfront one that was approved too
    return max((milestone["approved"] for milestone in counting if milestone["approved"]), default=None)


def due_day(record: Record, settings: Record, invoice: Record) -> date:
    """When an invoice falls due as a whole."""
    due = on(invoice["raw"].get("due"))
    if due is not None:
        return due
    terms = inside(record, "agreement").get("payment_terms")
    if terms is None:
        terms = settings.get("payment_terms")
    return due_by_terms(invoice["sent"], 30 if terms is None else terms)


def _schedule(book: Record, invoice: Record) -> None:
    """The parts in which an invoice falls due, and what of each is open."""
    retained = min(retained_amount(book["record"], invoice, book["unit"]), invoice["gross"])
    left = invoice["gross"] - retained
    parts: list[Record] = []
    for instalment in listed(invoice["raw"], "instalments"):
        amount = min(exact(instalment["amount"]), left)
        parts.append({"day": on(instalment["due"]), "amount": amount, "retained": False})
        left -= amount
    due = due_day(book["record"], book["settings"], invoice)
    if left or not parts:
        parts.append({"day": due, "amount": left, "retained": False})
    parts.sort(key=lambda part: part["day"])
    if retained:
        parts.append({"day": _retained_day(book, invoice), "amount": retained, "retained": True})
    money = invoice["settled"]  # a refund of more than came is below 0: it falls due with the first part
    for part in parts:
        part["open"] = NOTHING if invoice["void"] or invoice["credits"] else max(part["amount"] - money, NOTHING)
        money = max(money - part["amount"], NOTHING)
        late = part["day"] is not None and part["day"] < book["day"]
        part["overdue"] = part["open"] if late and invoice["live"] and not invoice["disputed"] else NOTHING
    invoice["parts"] = parts
    invoice["due"] = next((part["day"] for part in parts if part["open"]), due)
    invoice["retained"] = sum((part["open"] for part in parts if part["retained"]), NOTHING)
    invoice["overdue"] = sum((part["overdue"] for part in parts), NOTHING)


def _invoice_state(invoice: Record) -> str:
    if invoice["void"]:
        return "void"
    if invoice["credits"] is not None or invoice["credited_in_full"]:
        return "credited"
    if not invoice["outstanding"]:
        return "written_off" if invoice["written_off"] and not invoice["received"] else "paid"
    if invoice["disputed"]:
        return "disputed"
    if invoice["overdue"]:
        return "overdue"
    return "partially_paid" if invoice["cash_like"] or invoice["written_off"] else "outstanding"


# Shares of milestones in invoices


def _share_out(book: Record, invoice: Record) -> None:
    """Per milestone of an invoice the gross, what is credited, paid, written off, overdue and open of it."""
    names, unit = list(invoice["lines"]), book["unit"]
    gross = allocate(invoice["gross"], list(invoice["lines"].values()), unit)
    credited = _share_credits(invoice, dict(zip(names, gross, strict=True)), unit)
    left = [share - credited[name] for name, share in zip(names, gross, strict=True)]
    room = sum(left, NOTHING)
    paid_whole = min(max(invoice["cash_like"], NOTHING), room)
    paid = allocate(paid_whole, left, unit)
    left = [share - taken for share, taken in zip(left, paid, strict=True)]
    gone = allocate(min(invoice["written_off"], room - paid_whole), left, unit)
    left = [share - taken for share, taken in zip(left, gone, strict=True)]
    # after a refund of more than came, more is outstanding than the gross
    more = invoice["outstanding"] - sum(left, NOTHING) if invoice["outstanding"] else NOTHING
    left = [share + part for share, part in zip(left, allocate(more, gross, unit), strict=True)]
    late = allocate(invoice["overdue"], left, unit)
    excess = allocate(invoice["overpaid"], gross, unit)
    invoice["shares"] = {}
    for place, name in enumerate(names):
        invoice["shares"][name] = {
            "gross": gross[place],
            "credited": credited[name],
            "paid": paid[place],
            "written_off": gone[place],
            "outstanding": left[place],
            "overdue": late[place],
            "settled": gross[place] - left[place] + excess[place],
        }


def _share_credits(invoice: Record, gross: dict[str, Fraction], unit: Fraction) -> dict[str, Fraction]:
    """Credit notes go to the milestones their lines name, the rest in proportion to what is left of the lines."""
    credited = dict.fromkeys(gross, NOTHING)
    rest = NOTHING
    for note in invoice["notes"]:
        parts = allocate(note["gross"], list(note["lines"].values()), unit)
        for name, part in zip(note["lines"], parts, strict=True):
            taken = min(part, gross[name] - credited[name]) if name in gross else NOTHING
            if name in gross:
                credited[name] += taken
            rest += part - taken
    left = [gross[name] - credited[name] for name in gross]
    more = allocate(min(rest, sum(left, NOTHING)), left, unit)
    for name, part in zip(gross, more, strict=True):
        credited[name] += part
    return credited


# Milestones


def on_hold(milestone: Record, day: date) -> bool:
    """Whether a milestone is held back on a day: no `until`, or the day not after it."""
    raw = milestone["raw"].get("hold")
    if raw is None:
        return False
    until = on(raw.get("until"))
    return until is None or day <= until


def upfront_day(record: Record, milestone: Record) -> date | None:
    """The day from which a deposit may be billed."""
    signed: date | None = on(inside(record, "agreement").get("signed"))
    return milestone["planned"] or signed


def _billable(book: Record, milestone: Record) -> bool:
    if milestone["approved"] is not None:
        return True
    # an upfront milestone without any day is not known to have come
    day = upfront_day(book["record"], milestone)
    return milestone["upfront"] and day is not None and day <= book["day"]


def bills(invoice: Record, milestone: Record) -> bool:
    """Whether an invoice has a line on a milestone, of whatever amount."""
    return milestone["id"] in invoice["lines"]


def _add_up(book: Record, milestone: Record) -> None:
    billed = settled = outstanding = overdue = NOTHING
    for invoice in book["invoices"]:
        if invoice["void"] or not bills(invoice, milestone):
            continue
        share = invoice["shares"][milestone["id"]]
        if invoice["credits"] is not None:
            billed -= invoice["lines"][milestone["id"]]
            settled -= share["gross"]
        else:
            billed += invoice["lines"][milestone["id"]]
            settled += share["settled"]
            outstanding += share["outstanding"]
            overdue += share["overdue"]
    agreed = NOTHING if milestone["cancelled"] else milestone["amount"]
    milestone.update(agreed=agreed, billed=billed, settled=settled, outstanding=outstanding, overdue=overdue)
    milestone["unbilled"] = min(max(agreed - billed, NOTHING), agreed)
    milestone["overbilled"] = max(billed - agreed, NOTHING)
    milestone["overcredited"] = max(-billed, NOTHING)
    milestone["hold"] = on_hold(milestone, book["day"])
    milestone["live"] = [invoice for invoice in book["invoices"] if invoice["live"] and bills(invoice, milestone)]
    milestone["states"] = _states(book, milestone)
    milestone["state"] = _largest(milestone["states"])
    milestone["expected"] = _expected(milestone)
    milestone["accepted"] = _accepted(milestone)


def _states(book: Record, milestone: Record) -> dict[str, Fraction]:
    states = dict.fromkeys(STATES, NOTHING)
    surplus = _surplus(book, milestone)
    for invoice in book["invoices"]:
        if invoice["void"] or invoice["credits"] is not None or not bills(invoice, milestone):
            continue
        net = _net_after_notes(invoice, milestone)
        if net < 0:
            surplus -= net
            continue
        for state, part in _net_parts(invoice["shares"][milestone["id"]], net, book["unit"]).items():
            states[state] += part
    for state in reversed(BILLED_STATES):  # credit beyond the invoice takes from what is still to come first
        taken = min(surplus, states[state])
        states[state] -= taken
        surplus -= taken
    where = "ahead"
    if _billable(book, milestone):
        where = "on_hold" if milestone["hold"] else "to_bill"
    states[where] += milestone["unbilled"]
    return states


def _net_after_notes(invoice: Record, milestone: Record) -> Fraction:
    notes: list[Record] = invoice["notes"]
    given = sum((note["lines"].get(milestone["id"], NOTHING) for note in notes), NOTHING)
    net: Fraction = invoice["lines"][milestone["id"]] - given
    return net


def _surplus(book: Record, milestone: Record) -> Fraction:
    """What credit notes take from a milestone that their invoice does not bill, or that have no such invoice."""
    surplus = NOTHING
    for note in book["invoices"]:
        if note["void"] or note["credits"] is None or not bills(note, milestone):
            continue
        known = [
            invoice
            for invoice in book["invoices"]
            if any(found is note for found in invoice["notes"]) and not invoice["void"] and bills(invoice, milestone)
        ]
        if not known:
            surplus += note["lines"][milestone["id"]]
    return surplus


def _net_parts(share: Record, net: Fraction, unit: Fraction) -> dict[str, Fraction]:
    """The gross parts of a share counted net, in the ratio of what is left net to what is left gross."""
    gross = {
        "paid": share["paid"],
        "written_off": share["written_off"],
        "overdue": share["overdue"],
        "outstanding": share["outstanding"] - share["overdue"],
    }
    present = [state for state in BILLED_STATES if gross[state]]
    if not present:  # nothing to pay counts as settled
        return {"paid": net}
    whole = sum(gross.values(), NOTHING)
    parts: dict[str, Fraction] = {}
    left = net
    for state in present[:-1]:
        parts[state] = min(half_up(gross[state] * net / whole, unit), left)
        left -= parts[state]
    parts[present[-1]] = left
    return parts


def _largest(states: dict[str, Fraction]) -> str | None:
    best = max(URGENCY, key=lambda state: states[state])  # the first of equals is the most urgent
    return best if states[best] else None


def _expected(milestone: Record) -> str:
    """The status that a record asks for; of the whole record where the ledger is."""
    live = milestone["live"]
    if milestone["cancelled"]:
        return "cancelled"
    if not live:
        return "not_billed"
    moved = [invoice for invoice in live if invoice["cash_like"] or invoice["written_off"]]
    # an invoice of gross 0 is settled, though nothing came: it is asked before "nothing settled on any"
    if all(not invoice["outstanding"] for invoice in live) and milestone["billed"] >= milestone["agreed"]:
        cash = any(invoice["received"] for invoice in live)
        gone = any(invoice["written_off"] for invoice in live)
        return "written_off" if gone and not cash else "paid"
    return "partially_paid" if moved else "sent"


def _accepted(milestone: Record) -> list[str]:
    expected = milestone["expected"]
    if expected == "sent" and not any(invoice["listed"] for invoice in milestone["live"]):
        return ["sent", "partially_paid"]
    if expected == "not_billed" and not milestone["amount"]:
        return ["not_billed", "sent", "partially_paid", "paid", "written_off"]
    return [expected]


# Sums


def _totals(book: Record) -> Record:
    totals: Record = {
        name: sum((milestone[name] for milestone in book["milestones"]), NOTHING)
        for name in ("agreed", "billed", "unbilled", "overbilled", "overcredited")
    }
    counting = [invoice for invoice in book["invoices"] if not invoice["void"]]
    for name in ("received", "settled", "outstanding", "overdue", "overpaid"):
        totals[name] = sum((invoice[name] for invoice in counting), NOTHING)
    totals["gross"] = sum(
        (-invoice["gross"] if invoice["credits"] is not None else invoice["gross"] for invoice in counting), NOTHING
    )
    totals["states"] = {
        state: sum((milestone["states"][state] for milestone in book["milestones"]), NOTHING) for state in STATES
    }
    return totals


def bucket_of(days: int) -> str:
    """The bucket of what is due since so many days."""
    for limit, name in ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= limit:
            return name
    return "over_90"


def _aging(book: Record) -> dict[str, Fraction]:
    buckets = dict.fromkeys(BUCKETS, NOTHING)
    for invoice in book["invoices"]:
        for part in invoice["parts"]:
            if part["retained"]:
                name = "retained"
            elif not invoice["live"]:  # what is left of an invoice whose net is credited is not chased
                name = "not_due"
            else:
                name = bucket_of((book["day"] - part["day"]).days)
            buckets["disputed" if invoice["disputed"] else name] += part["open"]
    return buckets


def sums(books: list[Record]) -> dict[str, Record]:
    """The totals of several projects by currency."""
    found: dict[str, Record] = {}
    for book in books:
        into = found.setdefault(book["currency"], {"states": dict.fromkeys(STATES, NOTHING)})
        for name, value in book["totals"].items():
            if name == "states":
                for state in STATES:
                    into["states"][state] += value[state]
            else:
                into[name] = into.get(name, NOTHING) + value
    return found


def workspace(projects: dict[str, Record], settings: Record, day: date) -> list[Record]:
    """The ledgers of a workspace in the order of their paths."""
    return [ledger(projects[path], settings, day, path) for path in sorted(projects)]


def plain(value: Any) -> Any:
    """Figures in a form to be compared and printed: no raw record, no link between records."""
    if isinstance(value, dict):
        hidden = ("raw", "record", "settings", "notes", "live", "by_id", "day")
        return {key: plain(inner) for key, inner in value.items() if key not in hidden}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
