"""`mtrack status --format csv` imports to the same records."""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import anything
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import faults, read
from support import ROOT, mtrack, write_tree

from mtrack.changes import facts
from mtrack.figures import ledger, schedule
from mtrack.record import model, schema
from mtrack.record.model import PaymentTerms
from mtrack.record.settings import Settings
from mtrack.render.status_csv import COLUMNS
from mtrack.render.status_csv import csv as status_csv
from mtrack.rules.context import ProjectContext
from mtrack.views.status import StatusView, project_status
from mtrack.yaml import source

if TYPE_CHECKING:
    from pathlib import Path

LAST = date(9999, 12, 31)
TERMS = PaymentTerms(30)
TEXTS = st.text(
    st.one_of(st.sampled_from("ab \n;,'\"=-+@–1."), st.characters(exclude_categories=["Cs"])), min_size=1, max_size=12
).filter(lambda text: bool(text.strip()))


def project_of(data: dict[str, Any]) -> model.Project:
    empty = source.parse("p/milestones.yaml", "", schema.shape("milestones"))
    return model.build("p", empty, data, "EUR", 2, ())


def exported(data: dict[str, Any]) -> str:
    """What `status --format csv` prints of a project's record, all of it."""
    context = ProjectContext(project_of(data), Settings(), ".", LAST)
    item = project_status(context)
    view = StatusView(LAST, None, "en", (item,), {}, {}, {}, None, ())  # type: ignore[arg-type]
    return status_csv(view)


def figures_of(data: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What invoices come to, by number."""
    whole = ledger.work_out(project_of(data), TERMS)
    return {
        item.invoice.key: (item.gross, item.received, item.settled, item.outstanding, item.due)
        for item in whole.invoices
    }


def plain(value: Any) -> Any:
    """Records as the reader of YAML has them, amounts by their value."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return value.normalize() + 0
    return value.isoformat() if isinstance(value, date) else value


def facts_of(data: dict[str, Any]) -> dict[Any, Any]:
    """The facts of the milestones, invoices and payments of a record, but the status, and flags that are not set."""
    return {
        key: {name: value for name, value in record.fields.items() if not _is_unset(name, value)}
        for key, record in facts.records(plain(data)).items()
        if key[0] in ("milestone", "invoice", "payment")
    }


def _is_unset(name: str, value: Any) -> bool:
    return name == "status" or value is False or (name in ("withheld", "fee", "discount") and not value)


def in_cents(value: Any) -> Any:
    """Records with at most two decimals, lines still adding up."""
    if isinstance(value, dict):
        result = {key: in_cents(item) for key, item in value.items()}
        if "lines" in result:
            result["amount"] = sum((line["amount"] for line in result["lines"]), Decimal(0))
        return result
    if isinstance(value, list):
        return [in_cents(item) for item in value]
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP) if isinstance(value, Decimal) else value


OF_MILESTONES = {
    "note": TEXTS,
    "planned": anything.DAYS,
    "hold": st.fixed_dictionaries({}, optional={"until": anything.DAYS, "reason": TEXTS}),
    "attachments": st.lists(TEXTS, min_size=1, max_size=2, unique=True),
}
OF_DELIVERABLES = {"note": TEXTS, "approved_by": TEXTS, "completed": anything.DAYS, "signoff": TEXTS}


def add_some(draw: st.DrawFn, record: dict[str, Any], strategies: dict[str, st.SearchStrategy[Any]]) -> None:
    """Give a record some more keys."""
    for key, strategy in strategies.items():
        if draw(st.integers(0, 2)) == 0:
            record[key] = draw(strategy)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A project's record, with texts of all kinds, holds, notes and days."""
    data: dict[str, Any] = in_cents(draw(anything.projects()))
    for item in data["milestones"]:
        item["name"] = draw(TEXTS)
        add_some(draw, item, OF_MILESTONES)
        add_some(draw, item.setdefault("deliverable", {}), OF_DELIVERABLES)
    for invoice in [*(item["invoice"] for item in data["milestones"] if "invoice" in item), *data.get("invoices", [])]:
        add_some(draw, invoice, {"file": TEXTS})
        for payment in invoice.get("payments", []):
            add_some(draw, payment, {"reference": TEXTS, "note": TEXTS})
    return data


@given(records())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_records_come_back_from_their_export(data: dict[str, Any]) -> None:
    text = exported(data)
    found = read(text, terms=schedule.terms(project_of(data), TERMS).payment)
    back = data | {"milestones": plain(found.milestones), "invoices": plain(found.invoices)}
    was = facts_of(data)
    for figures in ledger.work_out(project_of(data), TERMS).invoices:
        if figures.at_its_word:  # then it says so itself, since the status alone may change
            was["invoice", figures.invoice.key, 0]["paid"] = True
    assert facts_of(back) == was
    assert figures_of(back) == figures_of(data)


@pytest.mark.parametrize(
    "folder", sorted(path.parent.name for path in (ROOT / "example-workspace").glob("*/milestones.yaml"))
)
def test_the_example_comes_back_with_all_its_figures(folder: str, tmp_path: Path) -> None:
    arguments = ("--as-of", "2026-11-22")
    before = mtrack("status", ROOT / "example-workspace" / folder, "--format", "csv", *arguments).out
    figures = mtrack("invoices", ROOT / "example-workspace" / folder, "--format", "csv", *arguments).out
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "plan.csv": before})
    done = mtrack("new", folder, "--from", "plan.csv", "--force", *arguments, cwd=tmp_path)
    assert done.code == 0, done.out + done.err
    after = mtrack("status", folder, "--format", "csv", *arguments, cwd=tmp_path).out

    def rows(text: str) -> list[list[str]]:
        import csv  # noqa: PLC0415

        left_out = {COLUMNS.index(name) for name in ("agreement", "signed", "status", "due_by")}
        return [[cell for i, cell in enumerate(row) if i not in left_out] for row in csv.reader(text.splitlines())]

    def without_due(text: str) -> list[list[str]]:
        return [row[:-1] for row in rows(text)]

    assert without_due(after) == without_due(before)
    assert mtrack("invoices", folder, "--format", "csv", *arguments, cwd=tmp_path).out == figures


def test_an_export_of_several_projects_is_refused(tmp_path: Path) -> None:
    del tmp_path
    text = mtrack("status", ROOT / "example-workspace", "--format", "csv", "--as-of", "2026-11-22").out
    assert faults(text)[0].endswith(
        "'globex-rebrand' is another project than 'acme-website'; export one: mtrack status acme-website --format csv"
    )


def test_what_stands_in_more_has_to_be_what_an_export_writes() -> None:
    text = exported(
        {"project": "p", "currency": "EUR", "milestones": [
            {"id": "M1", "name": "a\nb", "amount": Decimal("5.00"), "status": "not_billed", "hold": {"reason": "x"}}]}
    )  # fmt: skip
    assert read(text).milestones[0] == {
        "id": "M1", "name": "a\nb", "amount": Decimal(5), "hold": {"reason": "x"}, "status": "not_billed",
    }  # fmt: skip
    head, line = text.splitlines()
    for more in ("[]", "{", '{"id": "M9"}', '{"hold": 5}', '{"invoices": [5]}', '{"invoices": {}}', '{"attachments": "x"}',
                 '{"invoices": [{"number": "R"}]}', '{"name": ""}', "[" * 10_000, '{"deliverable": {"approved": "soon"}}'):  # fmt: skip
        broken = ",".join(line.split(",")[:34]) + ',"' + more.replace('"', '""') + '"'
        assert faults(f"{head}\n{broken}\n") == ["AI2: this is not what mtrack status --format csv writes here"]
    assert json.loads(line.split(",", 34)[34].strip('"').replace('""', '"')) == {
        "name": "a\nb",
        "hold": {"reason": "x"},
    }


def test_a_due_day_by_other_terms_is_kept_as_a_day() -> None:
    data = {"project": "p", "currency": "EUR", "milestones": [
        {"id": "M1", "name": "A", "amount": Decimal("5.00"), "status": "sent",
         "invoice": {"number": "R-1", "amount": Decimal("5.00"), "sent": "2026-01-05"}}]}  # fmt: skip
    text = exported(data)
    assert "due" not in read(text).milestones[0]["invoice"]
    assert read(text, terms=PaymentTerms(14)).milestones[0]["invoice"]["due"] == date(2026, 2, 4)
    data["milestones"][0]["invoice"]["due"] = "2026-02-04"  # type: ignore[index]
    assert read(exported(data)).milestones[0]["invoice"]["due"] == date(2026, 2, 4)
