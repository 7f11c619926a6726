"""The program beside the oracle on generated workspaces: `python tests/oracle/compare.py SEED COUNT`.

Options: `--only TEXT` shows differences whose figure contains the text, `--yaml` the record with each,
`--most N` how many are shown of one figure (default 3), `--day DATE` looks at one day alone, `--jobs N` processes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from support import mtrack  # noqa: E402

from oracle import figures, generate, rules  # noqa: E402
from oracle.basics import Record, exact, number_key, unit_of  # noqa: E402
from oracle.judged import Fired  # noqa: E402
from oracle.writer import write, yaml_text  # noqa: E402

ONCE_A_MILESTONE = {"payment-not-recorded", "billed-cancelled"}
"""Rules of a milestone and the invoices that bill it: the contract does not say one finding for each invoice or not."""

MISSING = "missing in the JSON"


class Difference(NamedTuple):
    """One figure or finding that differs."""

    seed: int
    day: date | None
    project: str
    figure: str
    program: str
    oracle: str

    def __str__(self) -> str:
        place = f"seed {self.seed}, {self.day}, {self.project or 'workspace'}"
        return f"{place}: {self.figure}: program {self.program}, oracle {self.oracle}"


class Comparison:
    """Collects the differences of one workspace on one day."""

    def __init__(self, made: generate.Workspace, root: Path, day: date) -> None:
        self.made, self.root, self.day = made, root, day
        self.books = figures.workspace(made.projects, made.settings, day)
        self.whole = {book["path"]: book for book in figures.workspace(made.projects, made.settings, date.max)}
        self.fired = rules.fired(made.projects, made.settings, day)
        self.found: list[Difference] = []

    def tell(self, project: str, figure: str, program: object, oracle: object) -> None:
        self.found.append(Difference(self.made.seed, self.day, project, figure, str(program), str(oracle)))

    def missing(self, figure: str) -> None:
        """A key that the JSON does not have is one difference, whatever the workspace and day."""
        one = Difference(self.made.seed, None, "", figure, MISSING, "there")
        if one not in self.found:
            self.found.append(one)

    def run(self, *command: str) -> Any:
        """The JSON of a command; None where there is none."""
        result = mtrack(*command, self.root, "--format", "json", "--as-of", self.day.isoformat())
        try:
            return json.loads(result.out)
        except ValueError:
            if result.code == 2:
                self.missing(f"mtrack {' '.join(command)}")
            else:
                self.tell("", f"mtrack {' '.join(command)}", f"exit {result.code}: {result.err.strip()[-200:]}", "JSON")
            return None

    def amounts(self, project: str, figure: str, program: Any, oracle: dict[str, Fraction], currency: str) -> None:
        """Each amount of a mapping."""
        for name, value in oracle.items():
            if not isinstance(program, dict) or name not in program:
                self.missing(f"{kind(figure)}.{name}")
                continue
            given = _amount(program[name])
            if given == value:
                continue
            off = "" if given is None else _odd_unit(given - value, currency, self.made.settings)
            self.tell(project, f"{figure}.{name}{off}", program[name], shown(value))

    def equal(self, project: str, figure: str, program: Record, key: str, oracle: Any) -> None:
        """One value of a mapping."""
        if key not in program:
            self.missing(f"{kind(figure)}.{key}")
        elif program[key] != oracle:
            self.tell(project, f"{figure}.{key}", program[key], oracle)

    def left_out(self, command: str, data: Record) -> None:
        """How many records a view leaves out, since they are dated later."""
        self.equal("", command, data, "left_out", sum(len(book["left_out"]) for book in self.books))

    def status(self) -> None:
        data = self.run("status")
        if data is None:
            return
        self.left_out("status", data)
        shown_projects = {project["path"]: project for project in data["projects"]}
        for book in self.books:
            project = shown_projects.get(book["path"])
            if project is None:
                self.tell(book["path"], "status", "no such project", "there")
                continue
            self._project_status(book, project)
        for currency, total in figures.sums(self.books).items():
            self._totals("", f"status totals {currency}", data.get("totals", {}).get(currency), total, currency)

    def _totals(self, project: str, figure: str, program: Any, total: Record, currency: str) -> None:
        names = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")
        self.amounts(project, figure, program, {name: total[name] for name in names}, currency)
        states = program.get("states") if isinstance(program, dict) else None
        self.amounts(project, f"{figure} states", states, total["states"], currency)

    def _project_status(self, book: Record, project: Record) -> None:
        path, currency = book["path"], book["currency"]
        self._totals(path, "status totals", project.get("totals"), book["totals"], currency)
        closed = book["record"].get("closed")
        self.equal(path, "status project", project, "closed", None if closed is None else closed.isoformat())
        whole = self.whole[path]["by_id"]
        rows = {row["id"]: row for row in project["milestones"]}
        for milestone in book["milestones"]:
            figure, row = f"status {milestone['id']}", rows.get(milestone["id"], {})
            names = ("agreed", "billed", "unbilled", "settled", "outstanding", "overdue", "amount")
            self.amounts(path, figure, row, {name: milestone[name] for name in names}, currency)
            self.amounts(path, f"{figure} states", row.get("states"), milestone["states"], currency)
            self.equal(path, figure, row, "state", milestone["state"])
            self.equal(path, figure, row, "expected_status", whole[milestone["id"]]["expected"])
            for name in ("completed", "approved"):
                day = milestone[name]
                self.equal(path, figure, row, name, None if day is None else day.isoformat())

    def aging(self) -> None:
        data = self.run("aging")
        if data is None:
            return
        self.left_out("aging", data)
        buckets: dict[str, dict[str, Fraction]] = {}
        for book in self.books:
            into = buckets.setdefault(book["currency"], dict.fromkeys(figures.BUCKETS, Fraction(0)))
            for name, amount in book["aging"].items():
                into[name] += amount
        for currency, amounts in buckets.items():
            given = data["buckets"].get(currency, dict.fromkeys(amounts, "0"))
            self.amounts("", f"aging {currency}", given, amounts, currency)

    def invoices(self) -> None:
        data = self.run("invoices")
        if data is None:
            return
        self.left_out("invoices", data)
        for currency, total in figures.sums(self.books).items():
            columns = {name: total[name] for name in ("gross", "received", "settled", "outstanding", "overdue")}
            self.amounts("", f"invoices sums {currency}", data["sums"].get(currency), columns, currency)
        rows = {(row["project"], number_key(row["number"]), row["kind"]): row for row in data["rows"]}
        for book in self.books:
            for invoice in book["invoices"]:
                kind = "invoice" if invoice["credits"] is None else "credit_note"
                row = rows.pop((book["path"], invoice["key"], kind), None)
                if row is None:
                    self.tell(book["path"], f"invoices {invoice['key']}", "no row", kind)
                else:
                    self._register(book, invoice, row)
        for path, number, kind in rows:
            self.tell(path, f"invoices {number}", kind, "no row")

    def _register(self, book: Record, invoice: Record, row: Record) -> None:
        figure = f"invoices {invoice['key']}"
        sign = 1 if invoice["credits"] is None else -1
        amounts = {"net": sign * invoice["amount"], "tax": sign * invoice["tax"], "gross": sign * invoice["gross"]}
        if not invoice["void"] and sign == 1:
            names = ("received", "withheld", "credited", "written_off", "settled", "outstanding", "overdue", "retained")
            amounts |= {name: invoice[name] for name in names}
            amounts |= {"fee": invoice["fees"], "discount": invoice["discounted"]}
        self.amounts(book["path"], figure, row, amounts, book["currency"])
        self.equal(book["path"], figure, row, "state", invoice["state"])
        if invoice["outstanding"] and invoice["live"]:
            due = None if invoice["due"] is None else invoice["due"].isoformat()
            self.equal(book["path"], figure, row, "due", due)

    def payments(self) -> None:
        data = self.run("payments")
        if data is None:
            return
        self.left_out("payments", data)
        given = Counter(
            (row["project"], number_key(row["invoice"]), row["date"], _amount(row["amount"])) for row in data["rows"]
        )
        expected = Counter(
            (book["path"], invoice["key"], day, amount)
            for book in self.books
            for invoice in book["invoices"]
            for day, amount in _payments_of(invoice)
        )
        for row in (given - expected).elements():
            self.tell(row[0], f"payments {row[1]}", f"{row[2]} {shown(row[3])}", "no such row")
        for row in (expected - given).elements():
            self.tell(row[0], f"payments {row[1]}", "no such row", f"{row[2]} {shown(row[3])}")

    def lint(self) -> None:
        data = self.run("lint")
        if data is None:
            return
        for path in data["skipped"]:
            self.tell(path, "lint", "skipped", "judged")
        given = [
            Fired(
                one["rule"],
                one["project"] or "",
                one["milestone"],
                one["invoice"],
                _amount(one["amount"]),
            )
            for one in data["findings"]
        ]
        for one in data["findings"]:
            if one["rule"] in {"schema", "invalid-yaml", "unreadable", "unknown-key", "attachment-missing"}:
                self.tell(one["project"] or "", f"lint {one['rule']}", one["message"], "fits the schema")
        self.findings("lint", [one for one in given if one.rule in rules.KNOWN_RULES], self.fired)

    def gaps(self) -> None:
        data = self.run("gaps")
        if data is None:
            return
        given = [
            Fired(one["rule"], project["path"], one["milestone"], one["invoice"], _amount(one["amount"]))
            for project in data["projects"]
            for one in [*project["gaps"], *project["overlaps"]]
        ]
        expected = [one for one in self.fired if one.rule in rules.GAPS_AND_OVERLAPS]
        self.findings("gaps", [one for one in given if one.rule in rules.GAPS_AND_OVERLAPS], expected)

    def findings(self, command: str, given: list[Fired], expected: list[Fired]) -> None:
        """Findings as a multiset; what the oracle leaves open is not compared."""
        left = [one._replace(invoice=None) if one.rule in ONCE_A_MILESTONE else one for one in given]
        left = [one for place, one in enumerate(left) if one.rule not in ONCE_A_MILESTONE or one not in left[:place]]
        unmatched = []
        # those that name most choose first, since one without an invoice would take any
        for one in sorted(expected, key=lambda one: (one.invoice is None, one.amount is None)):
            match = next((other for other in left if _same_finding(one, other, amounts=True)), None)
            if match is None:
                unmatched.append(one)
            else:
                left.remove(match)
        for one in unmatched:
            match = next((other for other in left if _same_finding(one, other, amounts=False)), None)
            figure = _finding(command, one)
            if match is None:
                self.tell(one.path, figure, "nothing", f"fires {shown(one.amount)}")
            else:
                left.remove(match)
                self.tell(one.path, f"{figure} amount", shown(match.amount), shown(one.amount))
        for one in left:
            self.tell(one.path, _finding(command, one), f"fires {shown(one.amount)}", "nothing")


def _payments_of(invoice: Record) -> list[tuple[str | None, Fraction | None]]:
    """Day and amount of each payment; `paid: true` has no day."""
    raw = invoice["raw"]
    found: list[tuple[str | None, Fraction | None]] = []
    found += [(str(payment["date"]), exact(payment["amount"])) for payment in raw.get("payments") or []]
    if raw.get("paid"):
        found.append((None if raw["paid"] is True else str(raw["paid"]), raw["x-left"]))
    return found


def _finding(command: str, one: Fired) -> str:
    return f"{command} {one.rule} {one.milestone or '-'} {number_key(one.invoice or '-')}"


def _same_finding(oracle: Fired, program: Fired, *, amounts: bool) -> bool:
    if (oracle.rule, oracle.path, oracle.milestone) != (program.rule, program.path, program.milestone):
        return False
    if oracle.invoice is not None and number_key(oracle.invoice) != number_key(program.invoice):
        return False
    return not amounts or oracle.amount is None or oracle.amount == program.amount


def _amount(value: Any) -> Fraction | None:
    """An amount of the JSON: text with a decimal point."""
    try:
        return None if value is None else Fraction(Decimal(str(value)))
    except InvalidOperation:
        return None


def _odd_unit(off: Fraction, currency: str, settings: Record) -> str:
    """A mark for what may only be an odd cent that went to another milestone."""
    return " (odd unit)" if abs(off) <= 2 * unit_of(currency, settings) else ""


def shown(amount: Fraction | None) -> str:
    """An exact amount as text."""
    if amount is None:
        return "-"
    text = f"{amount.numerator * 10**18 // amount.denominator:+020d}"
    whole, part = text[1:-18].lstrip("0") or "0", text[-18:].rstrip("0")
    return ("-" if amount < 0 else "") + whole + (f".{part}" if part else "")


def kind(figure: str) -> str:
    """What a figure is, without the record it is of: `status M1.agreed` is `status agreed`."""
    kept = []
    for word in figure.split():
        record, dot, key = word.rpartition(".")
        if dot:
            kept += [word if _is_plain(record) else key]
        elif _is_plain(word):
            kept.append(word)
    return " ".join(kept)


def _is_plain(word: str) -> bool:
    """Whether a word is none of an id, an invoice number and a currency."""
    return any(map(str.isalpha, word)) and not any(map(str.isdigit, word)) and not word.isupper()


def differences(made: generate.Workspace, root: Path, days: tuple[date, ...] = generate.DAYS) -> list[Difference]:
    """All that differs between the program and the oracle on a workspace written at `root`."""
    found: dict[Difference, None] = {}
    for day in days:
        comparison = Comparison(made, root, day)
        for view in ("status", "lint", "gaps", "aging", "invoices", "payments"):
            try:
                getattr(comparison, view)()
            except KeyError as error:
                comparison.missing(f"{view}: {error}")
        found |= dict.fromkeys(comparison.found)
    return list(found)


def compare_seed(seed: int, days: tuple[date, ...] = generate.DAYS) -> list[Difference]:
    """All that differs on the workspace of a seed."""
    made = generate.workspace(seed)
    with tempfile.TemporaryDirectory() as folder:
        return differences(made, write(made, Path(folder) / "workspace"), days)


def _record_text(one: Difference) -> str:
    made = generate.workspace(one.seed)
    chosen = [one.project] if one.project in made.projects else list(made.projects)
    texts = [f"# mtrack.yaml\n{yaml_text(made.settings)}"]
    texts += [f"# {path}/milestones.yaml\n{yaml_text(made.projects[path], 4)}" for path in chosen]
    return "\n".join(texts)


def main(arguments: list[str]) -> int:
    """Print the differences of some seeds, grouped by figure, the most frequent first."""
    parser = argparse.ArgumentParser(description="compare the program with the oracle")
    parser.add_argument("seed", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--only", default="", help="figures that contain this text")
    parser.add_argument("--most", type=int, default=3, help="how many to show of one figure")
    parser.add_argument("--day", type=date.fromisoformat, help="one as-of day alone")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--yaml", action="store_true", help="show the record with each difference")
    options = parser.parse_args(arguments)
    groups: dict[str, list[Difference]] = defaultdict(list)
    missing: set[str] = set()
    days = (options.day,) if options.day else generate.DAYS
    seeds = range(options.seed, options.seed + options.count)
    with ProcessPoolExecutor(options.jobs) as pool:
        for one in chain.from_iterable(pool.map(partial(compare_seed, days=days), seeds, chunksize=4)):
            if one.program == MISSING:
                missing.add(one.figure)
            elif options.only in one.figure:
                groups[kind(one.figure)].append(one)
    out = sys.stdout
    for figure in sorted(missing):
        out.write(f"{MISSING}: {figure}\n")
    for name, members in sorted(groups.items(), key=lambda item: -len(item[1])):
        out.write(f"\n== {name}: {len(members)} on {len({one.seed for one in members})} workspaces\n")
        for one in members[: options.most]:
            out.write(f"{one}\n")
            if options.yaml:
                out.write(f"{_record_text(one)}\n")
    out.write(f"\n{sum(map(len, groups.values()))} differences on {options.count} workspaces\n")
    return 1 if groups or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
