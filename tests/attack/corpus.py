"""Texts that try to be obeyed, by what would obey them, and a workspace with each of them in every field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import write_tree

if TYPE_CHECKING:
    from pathlib import Path

TERMINAL = (
    "a\x1b[31mb\x1b]0;title\x07\x1b[2J", "a\x9b31mb", "a\rb", "a\nb", "a\tb", "a\x7f\x08b", "abc\u202egpj.exe", "a\u2066b\u2069c\u200fd",
    "a\u200bb\u200db\u2060c\ufeffd", "a\xadb\u034fc\u115fd\u3164e", "a\U000e0041\U000e0042b", "a\u2028b\u2029c\x85d", "a\ufe0fb\u180ec\u206ad",
)  # fmt: skip
CI = (
    "::error file=x::y", "  ::add-mask::x", "\t::stop-commands::x", "a\n::set-output name=x::y", "a\r::debug::x", "\xa0\u3000::warning::x",
    "\x0b::notice::x", "\x85::group::x", "\u2028::endgroup::", "##[error]x", "a ##[group]b", "##vso[task.complete result=Failed]x", "a###[section]b",
)  # fmt: skip
SPREADSHEET = (
    "=1+1", "  =1+1", "\t=1+1", "+1+1", "-1+1", "@SUM(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", "\xa0\uff1d1", "x;=1+1",
    "x; +1", 'x";=1+1;"', "x,=1+1", "\u2212=1", 'x;"=1+1&";y', 'x; " "+1', '"=1+1',
)  # fmt: skip
MARKDOWN = (
    "- [ ] a", "+ a", "* a", "1. a", "1) a", "# a", "> a", "---", "===", "    a", "| a | b |\n|---|---|", "@someone and @org/team",
    "#12 and GH-12", "![a](https://example.com)", "[a](javascript:b)", "[a]: https://example.com", "```\na", "~~~", "`a", "**a** _b_ ~~c~~", "<!-- a", "&lt;b&gt; &copy;", "$a$", "a\\", "<https://example.com>", "https://example.com/a", "see www.example.com", "FTP://example.com (https://a)", "!1 %1 &1 $1 ~bug", '%"a b" ~"c d"', "x!2 smb://a/b GL-3", "[vulnerability:1] ^alert#2",
)  # fmt: skip
HTML = (
    "<script>window.hacked = 1</script>", "\" onmouseover=\"window.hacked = 1\" x='", "<img src=x onerror='window.hacked = 1'>",
    "javascript:window.hacked=1", "</title></style></p><b>", "{{ 7 * 7 }}{% raw %}", "a<br>b", "<details open ontoggle=window.hacked=1>",
)  # fmt: skip
TEXTS = (*TERMINAL, *CI, *SPREADSHEET, *MARKDOWN, *HTML)


def quoted(text: str) -> str:
    """A text in the double quotes of YAML, each character that it has no room for as an escape."""
    return (
        '"'
        + "".join(char if 0x20 <= ord(char) < 0x7F and char not in '\\"' else f"\\U{ord(char):08X}" for char in text)
        + '"'
    )


class _Fields:
    """The texts of a record's fields, another in each: over all turns, each field has held every text."""

    def __init__(self, record: int, turn: int) -> None:
        self.at = record + turn * RECORDS

    def raw(self) -> str:
        self.at += STEP
        return TEXTS[self.at % len(TEXTS)]

    def __str__(self) -> str:
        return quoted(self.raw())


RECORDS = 19
TURNS = -(-len(TEXTS) // RECORDS)
STEP = 7
"""From one field to the next."""


def _records(q: _Fields, i: int) -> str:
    """A record that fits the schema, a text in every field where one is asked for."""
    number = {j: quoted(f"{q.raw()} {i}-{j}") for j in range(1, 7)}
    return f"""project: {q}
client: {q}
contact: {q}
note: {q}
currency: EUR
x-{i}: {q}
agreement:
  file: {q}
  signed: 2026-01-10
  total: 9000.00
  milestones: 2
  amendments: [{{file: {q}, note: {q}, amount: 10.00}}]
milestones:
  - id: M1
    name: {q}
    amount: 4000.00
    planned: 2026-01-30
    deliverable: {{note: {q}, completed: 2026-02-01, approved: 2026-02-02, approved_by: {q}, signoff: {q}}}
    attachments: [{q}]
    note: {q}
    invoice:
      number: {number[1]}
      amount: 4000.00
      sent: 2026-01-03
      file: {q}
      payments:
        - {{date: 2026-02-10, amount: 1000.00, reference: {q}, note: {q}}}
        - {{date: 2026-02-10, amount: -10.00, reference: {number[6]}, note: {q}}}
      disputed: {{since: 2026-02-11, reason: {q}}}
    status: paid
  - id: M2
    name: {q}
    amount: 5000.00
    hold: {{reason: {q}}}
    status: not_billed
  - {{id: M3, name: {q}, amount: 1.00, cancelled: {{date: 2026-02-05, reason: {q}}}, status: not_billed}}
invoices:
  - {{number: {number[2]}, amount: 100.00, sent: 2026-01-04, void: {{date: 2026-02-05, reason: {q}}}, lines: [{{milestone: M1, amount: 100.00}}]}}
  - {{number: {number[3]}, amount: 90.00, sent: 2026-01-04, replaces: {number[1]}, written_off: {{date: 2026-02-05, amount: 9.00, reason: {q}}}, lines: [{{milestone: M1, amount: 90.00}}]}}
  - {{number: {number[4]}, amount: 10.00, sent: 2026-02-04, credits: {number[1]}, lines: [{{milestone: M1, amount: 10.00}}]}}
  - {{number: {number[1]}, amount: 10.00, sent: 2027-02-04, credits: {number[5]}, lines: [{{milestone: {q}, amount: 10.00}}]}}
waivers:
  - {{rule: total-missing, milestone: {q}, number: {q}, file: {q}, reason: {q}}}
  - {{rule: future-date, reason: {q}}}
  - {{rule: future-date, reason: {q}, until: 2026-01-01}}
"""


def _bad(q: _Fields) -> str:
    """A record that breaks the schema in every way that shows what was written."""
    return f"""project: [{q}]
{q}: {q}
currency: {q}
closed: {q}
agreement: {{signed: {q}, total: {q}, {q}: 1}}
milestones:
  - {{id: {q}, name: {q}, amount: {q}, status: {q}, planned: {q}, upfront: {q}, {q}: {q}}}
  - {q}
  - {{id: M1, name: x, amount: 1, status: sent, invoice: {{number: {q}, amount: {q}, sent: {q}}}}}
waivers: [{{rule: {q}, reason: {q}}}]
"""


def write_corpus(root: Path, turn: int = 0) -> Path:
    """The workspace: records that fit the schema, some that do not, and some that are no YAML, in folders of such names."""
    texts = TEXTS[turn * RECORDS :] + TEXTS[: turn * RECORDS]
    files: dict[str, str | bytes] = {
        "mtrack.yaml": f"format: 1\nname: {quoted(' '.join(texts))}\ncurrency: EUR\n{quoted(texts[0])}: {quoted(texts[1])}\n"
         "rules: {" + ", ".join(f"{quoted(text)}: {quoted(text)}" for text in texts[:RECORDS]) + "}\n"
        + "waivers:\n" + "".join(f"  - {{rule: overdue, file: {quoted(text)}, reason: {quoted(text)}}}\n" for text in texts[:RECORDS])
    }  # fmt: skip
    for i, text in enumerate(texts[:RECORDS]):
        name = text.replace("/", "|")
        files[f"{name}/milestones.yaml"] = _records(_Fields(i, turn), i)
        files[f"{name}/invoices/{name}"] = "a paper\n"
        files[f"bad/{i}/milestones.yaml"] = _bad(_Fields(i, turn))
        files[f"bad/{name}/milestones.yaml"] = f"project: {quoted(text)}\n{text}: [{text}\n"
    return write_tree(root, files)
