"""Workspaces built from chosen facts, so that every figure is known before mtrack is asked: `python tests/fuzzing/known_figures.py 5000 [SEED]`.

Nothing is worked out here from records. A milestone is given its parts of the seven states, as whole shares of its
amount, and the records that make it so are written beside them; the figures are those parts, added up.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from oracle.writer import yaml_text  # noqa: E402
from support import mtrack, write_tree  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AS_OF = date(2026, 6, 15)
LATER = AS_OF + timedelta(5)
LONG_AGO, RECENTLY = AS_OF - timedelta(60), AS_OF - timedelta(10)
"""Days of sending: with 30 days to pay, what was sent on the first is overdue, on the second not yet due."""
URGENCY = ("overdue", "to_bill", "outstanding", "on_hold", "ahead", "written_off", "paid")
WHOLE = 100
"""A milestone's amount, in the parts that are chosen of it; all are multiples of 5."""

Facts = dict[str, Any]
"""Of a milestone: its share of each state in hundredths of its amount, `billed`, its `status`, and `left_out`, `received`."""


class Maker:
    """A project in the making: the record, and the facts of each milestone."""

    def __init__(self, rng: Random, path: str) -> None:
        self.rng, self.path = rng, path
        self.currency, self.places = rng.choice([("EUR", 2), ("EUR", 2), ("JPY", 0), ("BHD", 3)])
        self.tax = rng.choice([0, 0, 25])
        self.milestones: list[dict[str, Any]] = []
        self.invoices: list[dict[str, Any]] = []
        self.facts: list[Facts] = []
        self.cases: list[str] = []
        self.numbers = 0

    def amount(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self.places)

    def milestone(self, status: str, **more: Any) -> int:
        """A milestone of an amount by chance; the amount, in the smallest units, is a multiple of 400."""
        units = 400 * self.rng.randint(1, 20_000)
        number = len(self.milestones) + 1
        record = {"id": f"M{number}", "name": f"Phase {number}", "amount": self.amount(units), "status": status} | more
        self.milestones.append(record)
        return units

    def approved(self, status: str, **more: Any) -> int:
        return self.milestone(status, deliverable={"approved": LONG_AGO}, **more)

    def gross(self, net: int) -> int:
        return net + net * self.tax // 100

    def invoice(self, units: int, sent: date, **more: Any) -> dict[str, Any]:
        self.numbers += 1
        made: dict[str, Any] = {"number": f"{self.path}-{self.numbers}", "amount": self.amount(units), "sent": sent}
        if self.tax:
            made["tax"] = self.amount(units * self.tax // 100)
        return made | more

    def own(self, units: int, sent: date, **more: Any) -> dict[str, Any]:
        """The invoice in the last milestone."""
        made = self.invoice(units, sent, **more)
        self.milestones[-1]["invoice"] = made
        return made

    def listed(self, shares: dict[int, int], sent: date, **more: Any) -> dict[str, Any]:
        """An invoice at the top, over milestones by their place from the end."""
        made = self.invoice(sum(shares.values()), sent, **more)
        made["lines"] = [
            {"milestone": self.milestones[place]["id"], "amount": self.amount(part)} for place, part in shares.items()
        ]
        self.invoices.append(made)
        return made

    def payments(self, units: int, day: date) -> list[dict[str, Any]]:
        """Money that came in one payment, or in two."""
        first = units // 2 if self.rng.random() < 0.5 else units
        parts = [part for part in (first, units - first) if part]
        return [{"date": day, "amount": self.amount(part)} for part in parts]

    def fact(self, units: int, billed: int = WHOLE, received: int = 0, left_out: int = 0, **states: int) -> None:
        """Note the facts of a milestone, in hundredths of its amount; without states it counts for nothing."""
        self.facts.append({"units": units, "billed": billed, "received": received, "left_out": left_out, "states": states, "cancelled": not states})  # fmt: skip


def ahead(make: Maker) -> None:
    make.fact(make.milestone("not_billed"), billed=0, ahead=WHOLE)


def approved_later(make: Maker) -> None:
    make.fact(make.milestone("not_billed", deliverable={"approved": LATER}), billed=0, left_out=1, ahead=WHOLE)


def to_bill(make: Maker) -> None:
    make.fact(make.approved("not_billed"), billed=0, to_bill=WHOLE)


def deposit_to_bill(make: Maker) -> None:
    make.fact(make.milestone("not_billed", upfront=True, planned=LONG_AGO), billed=0, to_bill=WHOLE)


def on_hold(make: Maker) -> None:
    hold = make.rng.choice(
        [{"reason": "waits"}, {"reason": "waits", "until": LATER}, {"reason": "waits", "until": AS_OF}]
    )
    make.fact(make.approved("not_billed", hold=hold), billed=0, on_hold=WHOLE)


def hold_ended(make: Maker) -> None:
    hold = {"reason": "waits", "until": AS_OF - timedelta(1)}
    make.fact(make.approved("not_billed", hold=hold), billed=0, to_bill=WHOLE)


def paid(make: Maker) -> None:
    units = make.approved("paid")
    make.own(units, LONG_AGO, payments=make.payments(make.gross(units), RECENTLY))
    make.fact(units, received=WHOLE, paid=WHOLE)


def said_to_be_paid(make: Maker) -> None:
    units = make.approved("paid")
    said: dict[str, Any] = make.rng.choice([{}, {"paid": True}, {"paid": RECENTLY}])
    make.own(units, LONG_AGO, **said)
    make.fact(units, received=WHOLE, paid=WHOLE)


def paid_less_deductions(make: Maker) -> None:
    units = make.approved("paid")
    gross = make.gross(units)
    part = make.amount(gross // 20)
    make.own(units, LONG_AGO, payments=[{"date": AS_OF, "amount": make.amount(gross) - 3 * part, "withheld": part, "fee": part, "discount": part}])  # fmt: skip
    make.fact(units, received=85, paid=WHOLE)


def paid_later(make: Maker) -> None:
    units = make.approved("paid")
    payments = make.payments(make.gross(units), LATER)
    make.own(units, RECENTLY, payments=payments)
    make.fact(units, left_out=len(payments), outstanding=WHOLE)


def not_due(make: Maker) -> None:
    units = make.approved("sent")
    day: dict[str, date] = make.rng.choice([{}, {"due": AS_OF}, {"due": LATER}])
    make.own(units, RECENTLY, **day)
    make.fact(units, outstanding=WHOLE)


def overdue(make: Maker) -> None:
    units = make.approved("sent")
    make.own(units, *make.rng.choice([(LONG_AGO,), (AS_OF - timedelta(31),)]))
    make.fact(units, overdue=WHOLE)


def overdue_by_its_date(make: Maker) -> None:
    units = make.approved("sent")
    make.own(units, RECENTLY, due=AS_OF - timedelta(1))
    make.fact(units, overdue=WHOLE)


def paid_in_part(make: Maker) -> None:
    units, part = make.approved("partially_paid"), make.rng.choice([25, 50, 75])
    late = make.rng.random() < 0.5
    make.own(units, LONG_AGO if late else RECENTLY, payments=make.payments(make.gross(units) * part // WHOLE, RECENTLY))
    make.fact(units, received=part, **{"paid": part, "overdue" if late else "outstanding": WHOLE - part})


def refunded_in_part(make: Maker) -> None:
    units = make.approved("partially_paid")
    gross = make.gross(units)
    back = {"date": RECENTLY, "amount": -make.amount(gross // 4)}
    make.own(units, LONG_AGO, payments=[{"date": LONG_AGO, "amount": make.amount(gross)}, back])
    make.fact(units, received=75, paid=75, overdue=25)


def disputed(make: Maker) -> None:
    units = make.approved("sent")
    make.own(units, LONG_AGO, disputed={"since": RECENTLY, "reason": "scope"})
    make.fact(units, outstanding=WHOLE)


def written_off(make: Maker) -> None:
    units = make.approved("written_off")
    make.own(
        units, LONG_AGO, written_off={"date": RECENTLY, "amount": make.amount(make.gross(units)), "reason": "insolvent"}
    )
    make.fact(units, written_off=WHOLE)


def rest_written_off(make: Maker) -> None:
    units = make.approved("paid")
    gross = make.gross(units)
    loss = {"date": AS_OF, "amount": make.amount(gross - gross // 4), "reason": "insolvent"}
    make.own(units, LONG_AGO, payments=make.payments(gross // 4, RECENTLY), written_off=loss)
    make.fact(units, received=25, paid=25, written_off=75)


def cancelled(make: Maker) -> None:
    more = make.rng.choice([{}, {"cancelled": {"date": RECENTLY, "reason": "dropped"}}])
    make.fact(make.approved("cancelled", **more), billed=0)


def void(make: Maker) -> None:
    units = make.approved("not_billed")
    make.own(units, LONG_AGO, void={"date": RECENTLY, "reason": "wrong"}, payments=[])
    make.fact(units, billed=0, to_bill=WHOLE)


def credited(make: Maker) -> None:
    units = make.approved("not_billed")
    invoice = make.own(units, LONG_AGO)
    make.listed({-1: units}, RECENTLY, credits=invoice["number"])
    make.fact(units, billed=0, to_bill=WHOLE)


def credited_in_part(make: Maker) -> None:
    units = make.approved("sent")
    invoice = make.own(units, LONG_AGO)
    make.listed({-1: units // 4}, RECENTLY, credits=invoice["number"])
    make.fact(units, billed=75, to_bill=25, overdue=75)


def credited_and_billed_again(make: Maker) -> None:
    units = make.approved("sent")
    first = make.own(units, LONG_AGO)
    make.listed({-1: units}, RECENTLY, credits=first["number"])
    make.listed({-1: units}, RECENTLY, replaces=first["number"])
    make.fact(units, outstanding=WHOLE)


def two_invoices(make: Maker) -> None:
    units = make.approved("partially_paid")
    make.own(units // 4, LONG_AGO, payments=make.payments(make.gross(units // 4), RECENTLY))
    make.listed({-1: units - units // 4}, RECENTLY)
    make.fact(units, received=25, paid=25, outstanding=75)


def billed_in_part(make: Maker) -> None:
    is_approved = make.rng.random() < 0.7
    units = make.approved("sent") if is_approved else make.milestone("sent")
    make.own(units // 2, RECENTLY, upfront=True)
    make.fact(units, billed=50, outstanding=50, **{"to_bill" if is_approved else "ahead": 50})


def billed_too_much(make: Maker) -> None:
    units = make.approved("sent")
    make.own(units + units // 4, RECENTLY)
    make.fact(units, billed=125, outstanding=125)


def billed_later(make: Maker) -> None:
    units = make.approved("sent")
    make.own(units, LATER)
    make.fact(units, billed=0, left_out=1, to_bill=WHOLE)


def in_instalments(make: Maker) -> None:
    units, part = make.approved("partially_paid"), make.rng.choice([25, 50])
    gross = make.gross(units)
    halves = [
        {"due": AS_OF - timedelta(1), "amount": make.amount(gross // 2)},
        {"due": AS_OF, "amount": make.amount(gross // 2)},
    ]
    make.own(units, LONG_AGO, instalments=halves, payments=make.payments(gross * part // WHOLE, RECENTLY))
    states = {"paid": part, "outstanding": 50} | ({"overdue": 50 - part} if part < 50 else {})
    make.fact(units, received=part, **states)


def retained(make: Maker) -> None:
    units = make.approved("partially_paid")
    gross = make.gross(units)
    kept = {"amount": make.amount(gross // 10), "until": LATER}
    make.own(units, LONG_AGO, retained=kept, payments=make.payments(gross - gross // 10, RECENTLY))
    make.fact(units, received=90, paid=90, outstanding=10)


def together(make: Maker) -> None:
    first, second = make.approved("partially_paid"), make.approved("partially_paid")
    part, late = make.rng.choice([25, 50]), make.rng.random() < 0.5
    cash = make.gross(first + second) * part // WHOLE
    make.listed({-2: first, -1: second}, LONG_AGO if late else RECENTLY, payments=make.payments(cash, RECENTLY))
    for units in (first, second):
        make.fact(units, received=part, **{"paid": part, "overdue" if late else "outstanding": WHOLE - part})


CASES: tuple[Callable[[Maker], None], ...] = (
    ahead, approved_later, to_bill, deposit_to_bill, on_hold, hold_ended, paid, said_to_be_paid, paid_less_deductions, paid_later, not_due, overdue,
    overdue_by_its_date, paid_in_part, refunded_in_part, disputed, written_off, rest_written_off, cancelled, void, credited, credited_in_part, credited_and_billed_again, two_invoices,
    billed_in_part, billed_too_much, billed_later, in_instalments, retained, together,
)  # fmt: skip


def workspace(seed: int) -> list[Maker]:
    """The projects of a seed."""
    rng = Random(seed)  # noqa: S311  (a seed makes it repeatable)
    made = []
    for number in range(rng.choice([1, 1, 2, 3])):
        make = Maker(rng, f"p{number + 1}")
        for case in rng.choices(CASES, k=rng.randint(1, 6)):
            make.cases.append(case.__name__)
            case(make)
        made.append(make)
    return made


def write(projects: list[Maker], root: Path) -> None:
    """Write the workspace."""
    files: dict[str, str | bytes] = {"mtrack.yaml": "format: 1\n"}
    for make in projects:
        record: dict[str, Any] = {"project": make.path, "currency": make.currency}
        record["agreement"] = {"signed": LONG_AGO - timedelta(30), "payment_terms": 30}
        record["milestones"] = make.milestones
        if make.invoices:
            record["invoices"] = make.invoices
        files[f"{make.path}/milestones.yaml"] = yaml_text(record, 4)
    write_tree(root, files)


def _figures(make: Maker, fact: Facts) -> Counter[str]:
    """The figures of a milestone, in the smallest units: net, but for those of an invoice's money."""
    hundredth = fact["units"] // WHOLE
    states = {f"states.{name}": share * hundredth for name, share in fact["states"].items()}
    open_ = sum(fact["states"].get(name, 0) for name in ("outstanding", "overdue"))
    settled = sum(fact["states"].get(name, 0) for name in ("paid", "written_off"))
    counted = 0 if fact["cancelled"] else fact["units"]
    return Counter(
        {
            "agreed": counted, "billed": fact["billed"] * hundredth, "unbilled": max(0, counted - fact["billed"] * hundredth),
            "received": make.gross(fact["received"] * hundredth), "settled": make.gross(settled * hundredth), "outstanding": make.gross(open_ * hundredth),
            "overdue": make.gross(fact["states"].get("overdue", 0) * hundredth), **states,
        }
    )  # fmt: skip


def _told(shown: dict[str, Any], places: int) -> Counter[str]:
    """The figures that mtrack tells, in the smallest units."""
    names = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")
    flat = {name: shown[name] for name in names if name in shown} | {
        f"states.{name}": shown["states"][name] for name in URGENCY
    }
    return Counter({name: int(Decimal(text).scaleb(places)) for name, text in flat.items()})


def _different(where: str, wanted: Counter[str], told: Counter[str]) -> Iterator[str]:
    for name in told:
        if wanted[name] != told[name]:
            yield f"{where} {name}: {told[name]}, and it was made {wanted[name]}"


def differences(seed: int, root: Path) -> list[str]:
    """What `status` tells of a seed's workspace otherwise than it was made."""
    projects = workspace(seed)
    write(projects, root)
    result = mtrack("status", root, "--format", "json", "--as-of", AS_OF.isoformat())
    assert result.code == 0, result
    told = json.loads(result.out)
    found: list[str] = []
    sums: dict[str, Counter[str]] = {}
    for make, shown in zip(projects, told["projects"], strict=True):
        whole: Counter[str] = Counter()
        for fact, record, milestone in zip(make.facts, make.milestones, shown["milestones"], strict=True):
            where = f"seed {seed}, {make.path} {record['id']}"
            wanted = _figures(make, fact)
            whole.update(wanted)
            found += _different(where, wanted, _told(milestone, make.places))
            state = max(fact["states"], key=lambda name: (fact["states"][name], -URGENCY.index(name)), default=None)
            for key, value in (("status", record["status"]), ("expected_status", record["status"]), ("state", state)):
                found += [f"{where} {key}: {milestone[key]}, not {value}"] if milestone[key] != value else []
        found += _different(f"seed {seed}, {make.path}", whole, _told(shown["totals"], make.places))
        sums.setdefault(make.currency, Counter()).update(whole)
    places = {make.currency: make.places for make in projects}
    for currency, total in sums.items():
        found += _different(f"seed {seed}, {currency}", total, _told(told["totals"][currency], places[currency]))
    left_out = sum(fact["left_out"] for make in projects for fact in make.facts)
    return found + (
        [f"seed {seed} left_out: {told['left_out']}, not {left_out}"] if told["left_out"] != left_out else []
    )


def main(count: int, seed: int) -> int:
    """Build so many workspaces; what is told otherwise is printed."""
    found: list[str] = []
    for i in range(count):
        with tempfile.TemporaryDirectory() as folder:
            found += differences(seed * 1_000_000 + i, Path(folder))
    print(f"{count:,} workspaces of known figures, {len(found)} told otherwise")
    print("\n".join(found[:20]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
