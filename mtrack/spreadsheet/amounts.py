"""Amounts as a file writes them: with a decimal point or a decimal comma, the same in the whole file."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.record.precision import precision_fault
from mtrack.spreadsheet import formats
from mtrack.verify import currencies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.spreadsheet.cells import Cell, Faults

_SPACES = " \u00a0\u202f\u2009"
_AMOUNT = re.compile(
    rf"""(?P<sign>[-−–+]?)[{_SPACES}]*(?P<pre>{currencies.MARK})?[{_SPACES}]*(?P<inner>[-−–]?)[{_SPACES}]*
    (?P<number>[0-9](?:[0-9.,'’{_SPACES}]*[0-9.,])?)(?P<dash>(?<=[.,])[-–—]{{1,2}})?
    [{_SPACES}]*(?P<post>{currencies.MARK})?(?P<after>[-−]?)""",
    re.VERBOSE,
)
_OTHER = {".": ",", ",": "."}
_MAX_DIGITS = 18
_DASHES = frozenset(" -–—")


class Written(Struct, frozen=True):
    """An amount as a cell writes it: what it is by each decimal mark that it can have, and its currency's marks."""

    readings: dict[str, Decimal]
    marks: tuple[str, ...] = ()


def written(text: str) -> Written | None:
    """The amount in a text; None where it is not an amount."""
    bare = text.strip()
    in_brackets = bare.startswith("(") and bare.endswith(")")
    match = _AMOUNT.fullmatch(bare[1:-1].strip() if in_brackets else bare)
    if match is None:
        return None
    signs = [sign for sign in (match["sign"], match["inner"], match["after"], "-" if in_brackets else "") if sign]
    readings = {mark: value for mark in _OTHER if (value := _read(match["number"], match["dash"], mark)) is not None}
    if len(signs) > 1 or not readings:
        return None
    if signs and signs != ["+"]:
        readings = {mark: value.copy_negate() if value else value for mark, value in readings.items()}
    return Written(readings, tuple(mark for mark in (match["pre"], match["post"]) if mark))


def _read(number: str, dash: str | None, mark: str) -> Decimal | None:
    """A number whose decimals stand behind `mark`; None where it can't be written so."""
    whole, found, fraction = number.partition(mark)
    if (dash and (not found or fraction)) or (fraction and not fraction.isdecimal()):
        return None
    digits = _grouped(whole, _OTHER[mark])
    if digits is None or max(len(digits), len(fraction)) > _MAX_DIGITS:
        return None
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def _grouped(whole: str, separator: str) -> str | None:
    """The digits before the decimals, their thousands separated by one kind of mark or none."""
    if whole.isdecimal():
        return whole
    for mark in (separator, "'", "’", *_SPACES):
        inner = rf"{re.escape(mark)}[0-9]{{3}}"
        lakhs = r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if mark == "," else ""
        if re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{inner})+{lakhs}", whole):
            return whole.replace(mark, "")
    return None


class Amounts:
    """Reads the amounts of a file once its decimal mark is known."""

    def __init__(self, currency: str, decimals: int | None, faults: Faults) -> None:
        self.currency = currency
        self.decimals = decimals
        self.faults = faults
        self.mark = "."
        self.refused: set[Cell] = set()

    def shown(self, amount: Decimal) -> str:
        """An amount as messages write it."""
        return money.display(amount, self.currency, 2 if self.decimals is None else self.decimals)

    def settle(self, cells: Iterable[Cell], said: str | None, usual: str | None = None) -> None:
        """Find the decimal mark of all the cells; what does not fit, or is not plain, is a fault.

        `usual` is the mark where no cell says which.
        """
        found = [(cell, amount) for cell in cells if isinstance(cell.value, str) and (amount := written(cell.value))]
        sure = [(cell, next(iter(amount.readings))) for cell, amount in found if len(amount.readings) == 1]
        if said is not None:
            self.mark = said
        elif sure:
            self.mark = sure[0][1]
            self._refuse_mixed(sure)
        elif usual is None:
            self._refuse_ambiguous(found)

    def _refuse_mixed(self, sure: list[tuple[Cell, str]]) -> None:
        first, mark = sure[0]
        for cell, other in sure:
            if other != mark:
                self.refused.add(cell)
                self.faults.add(
                    cell,
                    f"'{cell.text}' has a decimal {_said(other)}, and '{first.text}' in {first.address} a decimal {_said(mark)}; "
                    "a file has one of them",
                )

    def _refuse_ambiguous(self, found: list[tuple[Cell, Written]]) -> None:
        for cell, amount in found:
            point, comma = amount.readings["."], amount.readings[","]
            if point != comma:
                small, large = sorted((point, comma), key=abs)
                write = " or ".join(
                    money.plain(value, self.decimals or 0) for value in (small, large) if self._is_exact(value)
                )
                self.faults.add(
                    cell,
                    f"'{cell.text}' reads as {small:f} or as {large:f}: write {write}, "
                    "or say which mark separates the decimals: --decimal . or --decimal ,",
                )
                self.mark = ""

    def _is_exact(self, amount: Decimal) -> bool:
        """Whether the currency has all the decimals of an amount."""
        return self.decimals is None or money.decimals_used(amount) <= self.decimals

    def read(self, cell: Cell) -> Decimal | None:
        """The amount in a cell; None where it is none, which is a fault."""
        amount = self._plain(cell) if cell not in self.refused else None
        if amount is None:
            return None
        if money.parse(f"{amount:f}") is None:
            self.faults.add(cell, f"'{cell.text}' has more digits than an amount can have")
            return None
        fault = precision_fault(amount, self.currency, self.decimals)
        if fault is not None:
            self.faults.add(cell, "; ".join(fault))
            return None
        return Decimal(money.plain(amount, 0))

    def _plain(self, cell: Cell) -> Decimal | None:
        if isinstance(cell.value, Decimal):
            return cell.value if self._is_shown_as_amount(cell, cell.value) else None
        amount = written(cell.value) if isinstance(cell.value, str) else None
        if amount is None:
            kind = "a share, not an amount" if cell.text.endswith("%") else "not an amount"
            self.faults.add(cell, f"'{cell.text}' is {kind}")
            return None
        if not self._fits(cell, amount.marks):
            return None
        if self.mark and self.mark not in amount.readings:
            if len({*amount.readings}) == 1:
                self.faults.add(cell, f"'{cell.text}' is not written with a decimal {_said(self.mark)}")
            return None
        return amount.readings[self.mark] if self.mark else None

    def _is_shown_as_amount(self, cell: Cell, value: Decimal) -> bool:
        """Whether a workbook shows a number as it is, with nothing around it but a sign and the project's currency."""
        own = formats.section(value, cell.format)
        if own.is_share:
            self.faults.add(cell, f"{money.plain(money.scaled(value, 2), 0)}% is a share, not an amount")
            return False
        if not value and not own.has_number and _DASHES.issuperset(own.around("")):
            return True  # how accountants show 0
        one = written(own.around("1"))
        marks = one.marks if one is not None else ()
        if all(currencies.of_mark(mark, self.currency) for mark in marks) and _is_plain(own, one, value):
            return self._fits(cell, marks, money.plain(value, 0))
        shown = formats.as_text(value, cell.format) or own.shown(value)
        says = f"shows '{shown}'" if shown else "shows nothing"
        self.faults.add(
            cell,
            f"the cell holds {money.plain(value, 0)} and {says}; write the amount, and format the cell as a number",
        )
        return False

    def _fits(self, cell: Cell, marks: tuple[str, ...], number: str | None = None) -> bool:
        """Whether marks are the project's currency; beside a `number` a format shows them."""
        for mark in marks:
            codes = currencies.of_mark(mark, self.currency)
            if self.currency not in codes:
                kind = f"in {codes[0]}, and the project in {self.currency}" if codes else "not an amount"
                self.faults.add(cell, f"'{cell.text if number is None else f'{mark} {number}'}' is {kind}")
                return False
        return True


def _is_plain(own: formats.Section, one: Written | None, value: Decimal) -> bool:
    """Whether a section shows a number itself; `one` is how it shows 1."""
    if one is None or not own.has_number or own.is_scaled:
        return False
    return all(reading == 1 or (reading == -1 and value <= 0) for reading in one.readings.values())


def _said(mark: str) -> str:
    return "point" if mark == "." else "comma"
