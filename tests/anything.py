"""Hypothesis strategies: any records that fit the schema, right or wrong."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

ZERO = Decimal(0)
AS_OF_ANY = st.dates(date(2025, 6, 1), date(2026, 6, 1))
STATUS_WORDS = ("not_billed", "sent", "partially_paid", "paid", "cancelled", "written_off")
DAYS = st.dates(date(2025, 6, 1), date(2026, 6, 1)).map(date.isoformat)
MONEY = st.one_of(
    st.sampled_from([Decimal(0), Decimal(100), Decimal("33.33"), Decimal("0.01")]),
    st.decimals(0, 5000, places=2),
    st.decimals(0, 5, places=5),
)
SIGNED = st.one_of(MONEY, MONEY.map(lambda amount: -amount if amount else amount))


@st.composite
def invoices(draw: st.DrawFn, number: int, ids: list[str], *, own: bool) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {"milestone": draw(st.sampled_from(ids)), "amount": draw(MONEY)}
        for _ in range(1 if own else draw(st.integers(1, 3)))
    ]
    result: dict[str, Any] = {
        "number": f"INV-{number}",
        "amount": sum((line["amount"] for line in lines), ZERO),
        "sent": draw(DAYS),
    }
    if not own:
        result["lines"] = lines
    optional: dict[str, st.SearchStrategy[Any]] = {
        "tax": MONEY,
        "due": DAYS,
        "payments": st.lists(
            st.fixed_dictionaries(
                {"date": DAYS, "amount": SIGNED}, optional={"withheld": SIGNED, "fee": SIGNED, "discount": MONEY}
            ),
            max_size=3,
        ),
        "written_off": st.fixed_dictionaries({"date": DAYS, "amount": MONEY}),
        "void": st.fixed_dictionaries({"date": DAYS}),
        "disputed": st.fixed_dictionaries({"since": DAYS}),
        "retained": st.fixed_dictionaries({"amount": MONEY}, optional={"until": DAYS}),
        "instalments": st.lists(st.fixed_dictionaries({"due": DAYS, "amount": MONEY}), min_size=1, max_size=3),
        "upfront": st.booleans(),
        "credits": st.integers(0, 6).map(lambda other: f"inv-{other}"),
    }
    for key, strategy in optional.items():
        if draw(st.integers(0, 3)) == 0:
            result[key] = draw(strategy)
    if "payments" not in result and draw(st.integers(0, 4)) == 0:
        result["paid"] = draw(st.one_of(DAYS, st.just(True)))  # noqa: FBT003
    return result


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    ids = [f"M{i}" for i in range(draw(st.integers(1, 4)))]
    milestones: list[dict[str, Any]] = []
    for i, name in enumerate(ids):
        item: dict[str, Any] = {
            "id": name,
            "name": name,
            "amount": draw(MONEY),
            "status": draw(st.sampled_from(STATUS_WORDS)),
        }
        if draw(st.booleans()):
            item["invoice"] = draw(invoices(i, [name], own=True))
        if draw(st.integers(0, 5)) == 0:
            item["cancelled"] = {"date": draw(DAYS)}
        if draw(st.booleans()):
            item["deliverable"] = {"approved": draw(DAYS)}
        if draw(st.integers(0, 3)) == 0:
            item["upfront"] = True
        if draw(st.integers(0, 3)) == 0:
            item["planned"] = draw(DAYS)
        if draw(st.integers(0, 4)) == 0:
            item["hold"] = draw(st.fixed_dictionaries({}, optional={"until": DAYS}))
        milestones.append(item)
    data: dict[str, Any] = {"project": "P", "milestones": milestones}
    data["invoices"] = [draw(invoices(len(ids) + i, ids, own=False)) for i in range(draw(st.integers(0, 4)))]
    if draw(st.booleans()):
        data["agreement"] = {"payment_terms": draw(st.integers(0, 120))}
        if draw(st.integers(0, 2)) == 0:
            data["agreement"]["retention"] = Decimal(draw(st.sampled_from((5, 10, 100))))
    return data


def restored(item: dict[str, Any]) -> Any:
    """An amount that JSON had to carry as text, as `{"amount": "1.00"}`."""
    return Decimal(item["amount"]) if set(item) == {"amount"} and isinstance(item["amount"], str) else item


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """A copy of the same records."""
    text = json.dumps(data, default=lambda amount: {"amount": str(amount)})
    result: dict[str, Any] = json.loads(text, object_hook=restored)
    return result


def shuffled(data: dict[str, Any], random: Any) -> dict[str, Any]:
    """The same records with every list in another order."""
    result = copied(data)
    lists = [result["milestones"], result["invoices"]]
    for invoice in [*result["invoices"], *(item["invoice"] for item in result["milestones"] if "invoice" in item)]:
        lists += [invoice.get("payments", []), invoice.get("lines", [])]
    for items in lists:
        random.shuffle(items)
    return result


def flow(value: Any) -> str:
    """Data as YAML on one line, amounts in plain digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
