"""A paper may crash, stall or fill its reader: the next is read, and what is known is kept and believed with care."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import zlib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from papers_of import cii, lines, pdf, ubl
from support import ROOT, write_tree

from mtrack.verify import pool as pool_module
from mtrack.verify.claims import AgreementClaim, InvoiceClaim, MilestoneClaim, SignoffClaim
from mtrack.verify.pool import FATAL, SLOW, UNREAD, Pool, Worker
from mtrack.verify.protocol import Examined, Job, Request
from mtrack.verify.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.verify.protocol import Answer

MILESTONES = tuple(MilestoneClaim(f"M{i}", f"Discovery part {i}", Decimal(1000 + i)) for i in range(1, 31))
AGREEMENT = AgreementClaim("EUR", MILESTONES, (Decimal(7000),), (30,), date(2026, 1, 10), 30)
INVOICE = InvoiceClaim("INV-7", "EUR", Decimal(4000), date(2026, 2, 3), Decimal(760), due=(date(2026, 3, 5),))
GOOD = "Discovery part 1: EUR 1,001.00\n"
HOSTILE = next(
    (
        folder / "shared/evidence/hostile/make.py"
        for folder in ROOT.parents
        if (folder / "shared/evidence/hostile/make.py").is_file()
    ),
    None,
)


@pytest.fixture
def workers() -> Iterator[Pool]:
    with Pool() as pool:
        yield pool


def job(root: Path, *names: str) -> Job:
    return Job(AGREEMENT, tuple((name, str(root / name)) for name in names))


def states(found: Examined) -> dict[str | None, str]:
    return {verdict.id: verdict.verdict for verdict in found.verdicts if verdict.id in ("M1", "INV-7")}


def test_e_invoices_alone_and_inside_a_pdf(tmp_path: Path, workers: Pool) -> None:
    write_tree(tmp_path, {
        "a.xml": ubl(), "b.xml": cii(), "c.xml": cii(first_version=True),
        "d.pdf": pdf(lines("Invoice"), attached={"factur-x.xml": cii()}), "e.xml": ubl(net="4100.00"),
        "f.xml": b"<other/>", "g.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    })  # fmt: skip
    found = {
        name: workers.examine([Job(INVOICE, ((name, str(tmp_path / name)),))])[0]
        for name in sorted(os.listdir(tmp_path))
    }
    for name in ("a.xml", "b.xml", "c.xml", "d.pdf"):
        fields = {verdict.field: (verdict.verdict, verdict.certain) for verdict in found[name].verdicts}
        assert set(fields) == {"number", "currency", "sent", "due", "net", "tax", "gross", "kind"}, name
        assert set(fields.values()) == {("confirmed", True)}, name
    assert {one.field for one in found["e.xml"].verdicts if one.verdict == "differs"} == {"net"}
    assert found["f.xml"].troubles[0].reason == "is XML, and no invoice as UBL or CII"
    assert found["g.xml"].troubles[0].reason.startswith("declares a document type (DTD)")


def test_what_an_e_invoice_lacks_may_stand_in_the_text_around_it(tmp_path: Path, workers: Pool) -> None:
    short = re.sub(rb"<x:SpecifiedTradePaymentTerms>.*?</x:SpecifiedTradePaymentTerms>", b"", cii(), flags=re.DOTALL)
    for due, verdict in (("5 March 2026", "confirmed"), ("6 March 2026", "not_found")):
        page = lines("Invoice INV-8", f"Due on {due}", "Total EUR 4,000.00")
        (tmp_path / "i.pdf").write_bytes(pdf(page, attached={"factur-x.xml": short}))
        found = workers.examine([Job(INVOICE, (("i.pdf", str(tmp_path / "i.pdf")),))])[0].verdicts
        assert {one.field: one.verdict for one in found} == {
            **dict.fromkeys(("number", "currency", "sent", "net", "tax", "gross", "kind"), "confirmed"), "due": verdict,
        }  # fmt: skip
        assert [one.quote for one in found if one.field == "due"] == [
            "Due on 5 March 2026" if verdict == "confirmed" else None
        ]


def test_the_next_paper_is_read_after_one_that_kills_the_reader(tmp_path: Path, workers: Pool) -> None:
    write_tree(tmp_path, {"good.md": GOOD, "bomb.pdf": _bomb()})
    both, alone = workers.examine([job(tmp_path, "bomb.pdf", "good.md"), job(tmp_path, "good.md")])
    assert [(trouble.path, trouble.reason) for trouble in both.troubles] == [("bomb.pdf", FATAL)]
    assert states(both) == states(alone) == {"M1": "confirmed"}


def _bomb() -> bytes:
    """A PDF that unpacks to more than the reader may have."""
    packed = zlib.compress(b" " * (1 << 30), 9)
    data = pdf(lines("x"))
    start = data.index(b"4 0 obj\n")
    end = data.index(b"endobj", start)
    stream = b"4 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream\n"
    return data[:start] + stream + data[end:]


def test_a_paper_that_takes_too_long_is_let_go(tmp_path: Path, workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"good.md": GOOD, "slow.md": "| EUR 5,000.00 | Discovery part 1 |\n" * 40_000})
    monkeypatch.setattr(pool_module, "SECONDS", 0.3)
    slow = workers.examine([job(tmp_path, "slow.md")])[0]
    assert [(trouble.reason, trouble.lasting) for trouble in slow.troubles] == [(SLOW, False)]
    monkeypatch.setattr(pool_module, "SECONDS", 10.0)
    assert states(workers.examine([job(tmp_path, "good.md")])[0]) == {"M1": "confirmed"}


def test_a_paper_that_took_too_long_is_not_read_again_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path / "papers", {"slow.md": "| EUR 5,000.00 | Discovery part 1 |\n" * 40_000})
    monkeypatch.setattr(pool_module, "SECONDS", 0.3)
    with Pool() as pool:
        (slow,) = pool.examine([job(root, "slow.md")])
    store = Store(str(tmp_path / "cache"))
    key = store.key(job(root, "slow.md"))
    store.put(key, slow)
    assert store.get(key) == slow
    (kept,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    os.utime(kept, (0, 0))
    assert store.get(key) is None


def test_a_paper_that_many_records_name_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_tree(tmp_path, {"good.md": GOOD, "other.md": "Discovery part 2: EUR 1,002.00\n"})
    asked: list[tuple[tuple[str, ...], bool]] = []
    plain = Worker.ask

    def ask(worker: Worker, request: Request, seconds: float) -> Answer | None:
        asked.append((tuple(path for path, _ in request.files), request.claim is not None))
        return plain(worker, request, seconds)

    monkeypatch.setattr(Worker, "ask", ask)
    claims = [msgspec.structs.replace(AGREEMENT, milestones=(milestone,)) for milestone in MILESTONES[:3]]
    jobs = [Job(claim, ((name, str(root / name)),)) for claim in claims for name in ("good.md", "other.md")]
    with Pool() as pool:
        together = pool.examine(jobs)
    assert Counter(asked) == {
        ((name,), compared): (1, 3)[compared] for name in ("good.md", "other.md") for compared in (False, True)
    }
    with Pool() as pool:
        assert together == [pool.examine([one])[0] for one in jobs]
    assert [found.verdicts[0].verdict for found in together] == [
        "confirmed", "not_found", "not_found", "confirmed", "not_found", "not_found",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "reason"), [("slow.md", SLOW), ("bomb.pdf", FATAL)])
def test_a_paper_that_many_records_name_holds_a_run_up_once(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path, {"slow.md": "| EUR 5,000.00 | Discovery part 1 |\n" * 40_000, "bomb.pdf": _bomb()})
    started: list[Any] = []
    plain = subprocess.Popen

    def start(*arguments: Any, **more: Any) -> Any:
        started.append(plain(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(pool_module, "SECONDS", {SLOW: 0.3, FATAL: 10.0}[reason])
    with Pool() as pool:
        found = pool.examine([job(root, name)] * 50)
    assert [[trouble.reason for trouble in examined.troubles] for examined in found] == [[reason]] * 50
    assert len(started) == 1


def test_papers_that_take_long_all_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_tree(tmp_path, {f"{i}.md": GOOD for i in range(3)})
    monkeypatch.setattr(pool_module, "USUAL", 0.0)
    monkeypatch.setattr(pool_module, "LOST", 1e-9)
    with Pool() as pool:
        found = [pool.examine([job(root, f"{i}.md")])[0] for i in range(3)]
    assert [states(examined) for examined in found] == [{"M1": "confirmed"}, {}, {}]
    assert [trouble.reason for examined in found for trouble in examined.troubles] == [UNREAD, UNREAD]


def test_papers_that_take_too_long_do_not_hold_a_run_up_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = {f"{i}.md": f"| EUR 5,000.00 | Discovery part {i} |\n" * 40_000 for i in range(3)}
    root = write_tree(tmp_path / "papers", dict(slow))
    monkeypatch.setattr(pool_module, "SECONDS", 0.3)
    monkeypatch.setattr(pool_module, "LOST", 0.5)
    with Pool() as pool:
        found = [pool.examine([job(root, name)])[0].troubles for name in slow]
    assert [trouble.reason for troubles in found for trouble in troubles] == [SLOW, SLOW, UNREAD]
    store = Store(str(tmp_path / "cache"))
    store.put(store.key(job(root, "2.md")), Examined((), found[2]))
    assert store.get(store.key(job(root, "2.md"))) is None


def test_what_is_known_is_not_read_again(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "papers", {"good.md": GOOD})
    with Pool() as pool:
        (found,) = pool.examine([job(root, "good.md")])
    store = Store(str(tmp_path / "cache"))
    key = store.key(job(root, "good.md"))
    store.put(key, found)
    assert Store(str(tmp_path / "cache")).get(key) == found
    (kept,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert {oct(path.stat().st_mode & 0o777) for path in (kept.parent, kept.parent.parent)} == {"0o700"}
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert "EUR" not in kept.name
    (root / "good.md").write_text("Discovery part 1: EUR 1,002.00\n", encoding="utf-8")
    assert store.key(job(root, "good.md")) != key


def test_what_was_planted_or_broken_is_not_believed(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "papers", {"good.md": GOOD})
    store = Store(str(tmp_path / "cache"))
    key = store.key(job(root, "good.md"))
    assert key is not None
    store.put(key, Examined((), ()))
    (kept,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    good = kept.read_bytes()
    for bad in (b"", b"{", b"[]", good.replace(key.encode(), b"0" * 64), b"\xff" * 100):
        kept.write_bytes(bad)
        assert store.get(key) is None
    kept.unlink()
    kept.symlink_to(root / "good.md")
    assert store.get(key) is None
    kept.unlink()
    kept.write_bytes(good)
    kept.chmod(0o622)
    assert store.get(key) is None
    (tmp_path / "cache").chmod(0o777)
    assert Store(str(tmp_path / "cache")).get(key) is None


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    store = Store(str(tmp_path / "cache"))
    key = store.key(job(write_tree(tmp_path, {"good.md": GOOD}), "good.md"))
    store.put(key, Examined((), ()))
    assert store.get(key) is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
@pytest.mark.skipif(HOSTILE is None, reason="the maker of hostile papers does not lie beside the checkout")
@pytest.mark.xdist_group("evidence")
def test_hostile_papers(tmp_path: Path) -> None:
    assert HOSTILE is not None
    papers = tmp_path / "papers"
    papers.mkdir()
    for name, make in runpy.run_path(str(HOSTILE))["FILES"].items():
        data = make()
        (papers / name).write_bytes(data.encode() if isinstance(data, str) else data)
    rows = "".join(f"| Discovery part {i} | EUR {i},000.00 |\n" for i in range(150_000))
    (papers / "rows.md").write_text("| Milestone | Amount |\n|---|---|\n" + rows, encoding="utf-8")
    write_tree(papers, {"good.md": GOOD})
    before = {path: path.read_bytes() for path in papers.iterdir()}
    # In a process of its own, whose memory is measured: what made the papers took more than the limit.
    code = f"""
import re, sys, time
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}, {str(ROOT / "tests/verify")!r}]
import os
from test_worker import *
with Pool() as pool:
    # The long good one first: what the bad ones take may use up the time of a run on a slow machine.
    for name in sorted(os.listdir({str(papers)!r}), key=lambda name: (name != "rows.md", name)):
        for claim in (AGREEMENT, INVOICE, SignoffClaim("M1", MILESTONES)):
            begin = time.monotonic()
            (found,) = pool.examine([Job(claim, ((name, os.path.join({str(papers)!r}, name)),))])
            print(name, type(claim).__name__, round(time.monotonic() - begin, 1), len(found.verdicts), *(t.reason for t in found.troubles), sep="|")
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *told, memory = run.stdout.splitlines()
    assert int(memory) < 150
    for line in told:
        name, claim, seconds, verdicts, *reasons = line.split("|")
        assert float(seconds) < 12, line
        assert int(verdicts) > 0 or reasons, line
        assert name != "good.md" or claim != "AgreementClaim" or not reasons
        assert name != "rows.md" or int(verdicts) > 0, line
        assert "\x1b" not in line
    assert {path: path.read_bytes() for path in papers.iterdir()} == before


def test_signoffs(tmp_path: Path, workers: Pool) -> None:
    three = tuple(
        MilestoneClaim(f"M{i}", name, Decimal(1000)) for i, name in enumerate(("Phase 2 design", "Site", "Launch"), 1)
    )
    mail = "From: Ada <ada@example.org>\nDate: Mon, 2 Feb 2026 09:00:00 +0100\nSubject: {}\n\nAccepted, thank you.\n"
    texts = {
        "own": "M2 is done",
        "name": "The site is fine",
        "several": "Milestones 1, 2 and 3",
        "other": "Milestone 3",
        "none": "Fine",
    }
    write_tree(tmp_path, {f"{name}.eml": mail.format(text) for name, text in texts.items()})

    def checked(name: str, milestone: str = "M2", day: date = date(2026, 2, 3)) -> dict[str, str]:
        claim = SignoffClaim(milestone, three, day)
        found = workers.examine([Job(claim, ((f"{name}.eml", str(tmp_path / f"{name}.eml")),))])[0]
        return {verdict.field: verdict.verdict for verdict in found.verdicts}

    assert checked("own") == {"milestone": "confirmed", "date": "confirmed"}
    assert checked("name")["milestone"] == "confirmed"
    assert checked("several")["milestone"] == "confirmed"
    assert checked("other")["milestone"] == "differs"
    assert checked("none")["milestone"] == "not_found"
    assert checked("own", day=date(2026, 2, 5))["date"] == "differs"
    assert checked("own", milestone="M1")["milestone"] == "differs"  # its name has a 2, its id has not
