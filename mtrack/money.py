"""Money: strict parsing to `Decimal`, exact arithmetic, currencies and their decimals, and the one formatter.

No amount is ever a float. Arithmetic is exact whatever the number of digits, and the same whatever the
default context is: it is done in a context of its own, with room for every digit that a file can hold.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from functools import cache, lru_cache, reduce
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import resources
from mtrack.limits import NAMES
from mtrack.words import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ZERO = Decimal(0)
_EXACT = Context(prec=12_000_000, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation])
plus, minus, times = _EXACT.add, _EXACT.subtract, _EXACT.multiply
"""The exact sum of two, their difference, their product."""
MAX_LENGTH = 60
"""Characters that may still be an amount in disguise."""


@cache
def _written() -> re.Pattern[str]:
    """The pattern of a written amount, from the schema."""
    return re.compile(resources.schema("milestones")["$defs"]["plainDigits"]["pattern"], re.ASCII)


@cache
def limits() -> tuple[int, int]:
    """The most digits that an amount may have before the point, and after it."""
    before, after = re.findall(r"\{1,([0-9]+)\}", _written().pattern)
    return int(before), int(after)


def parse(text: str) -> Decimal | None:
    """The amount in `text`: plain digits, as many as `limits` says, or None where it is anything else."""
    if not _written().fullmatch(text):
        return None
    amount = Decimal(text)
    return amount or amount.copy_abs()  # no -0


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return reduce(_EXACT.add, filter(None, amounts), ZERO)


def columns(rows: Iterable[tuple[Decimal, ...]], width: int) -> tuple[Decimal, ...]:
    """The exact sums of the columns of a table."""
    rows = tuple(rows)
    if len(rows) == 1:
        return rows[0]
    sums = tuple(map(total, zip(*rows, strict=True)))
    return sums or (ZERO,) * width


def excess(left: Decimal, right: Decimal) -> Decimal:
    """The amount by which `left` exceeds `right`; not below 0."""
    return _EXACT.subtract(left, right) if left > right else ZERO


def percent(part: Decimal, whole: Decimal) -> int:
    """A part of a whole in whole percent, rounded down. `whole` is above 0."""
    from fractions import Fraction  # noqa: PLC0415  (slow to load; most runs need none)

    return int(Fraction(part) * 100 // Fraction(whole))


def allocate(amount: Decimal, weights: tuple[Decimal, ...], decimals: int) -> tuple[Decimal, ...]:
    """`amount` split in proportion to `weights`, so that the parts sum to it exactly.

    Parts are rounded down to `decimals` places and what is left goes, unit by unit, to the largest remainders
    (Hamilton's method), the first of equals first. Weights that sum to 0 get equal parts.
    """
    if len(weights) == 1:
        return (amount,)
    whole = total(weights)
    if whole <= 0:
        weights, whole = (Decimal(1),) * len(weights), Decimal(len(weights))
    decimals = max(decimals, -_exponent(amount))
    units = int(_EXACT.scaleb(amount, decimals))
    scale = max(-_exponent(weight) for weight in weights)
    parts = [int(_EXACT.scaleb(weight, max(scale, 0))) for weight in weights]
    size = sum(parts)
    floors = [units * part // size for part in parts]
    remainders = sorted(range(len(parts)), key=lambda i: (-(units * parts[i] % size), i))
    for i in remainders[: units - sum(floors)]:
        floors[i] += 1
    return tuple(_EXACT.scaleb(Decimal(floor), -decimals) for floor in floors)


def proportion(amount: Decimal, part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """`amount` × `part` / `whole`, rounded half up to `decimals` places. None is negative, and `whole` is above 0."""
    scale = sum(max(-_exponent(number), 0) for number in (amount, part))
    top = int(_EXACT.scaleb(_EXACT.multiply(amount, part), scale + decimals))
    below = max(-_exponent(whole), 0)
    bottom = int(_EXACT.scaleb(whole, below)) * 10 ** max(scale - below, 0)
    top *= 10 ** max(below - scale, 0)
    return _EXACT.scaleb(Decimal((2 * top + bottom) // (2 * bottom)), -decimals)


class Rate(Struct, frozen=True):
    """So many percent of something."""

    percent: Decimal

    def of(self, amount: Decimal, decimals: int) -> Decimal:
        """That share of an amount, rounded half up to `decimals` places."""
        return proportion(amount, self.percent, Decimal(100), decimals)


def scaled(amount: Decimal, decimals: int) -> Decimal:
    """The amount times ten to the power of `places`, exactly."""
    return _EXACT.scaleb(amount, decimals)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)  # never NaN or infinity: `parse` refuses them
    return exponent


def decimals_used(amount: Decimal) -> int:
    """The number of an amount's decimals, trailing zeros aside."""
    if not amount:
        return 0
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    decimals = -exponent  # and so the last digit stands at -1
    while decimals > 0 and not digits[decimals + exponent - 1]:
        decimals -= 1
    return max(decimals, 0)


def with_places(amount: Decimal, decimals: int) -> Decimal:
    """The same amount with at least `decimals` places and no zeros after them."""
    if amount.same_quantum(_unit(decimals)):
        return amount
    try:
        return _EXACT.quantize(amount, _unit(decimals))
    except Inexact:
        return _EXACT.quantize(amount, _unit(decimals_used(amount)))


@cache
def _unit(decimals: int) -> Decimal:
    return Decimal((0, (1,), -decimals))


@lru_cache(maxsize=4096)
def plain(amount: Decimal, decimals: int) -> str:
    """The amount as a decimal string with at least `decimals` places and none lost: "500.00"."""
    return f"{with_places(amount or ZERO, decimals):f}"


@lru_cache(maxsize=4096)
def display(amount: Decimal, currency: str, decimals: int) -> str:
    """The amount as messages write it, whatever the locale: "EUR 5,000.00"."""
    return f"{currency} {with_places(amount or ZERO, decimals):,f}"


def suggestion(found: str, decimals: int = 2) -> str | None:
    """The amount probably meant by `found`, written as the format wants it; None where it is anyone's guess."""
    if len(found) > MAX_LENGTH:
        return None
    if (exact := parse(found)) is not None:
        return plain(exact, decimals)
    bare = re.sub(r"[\s_'\u2019\u00a0\u202f]|[A-Z]{3}|[$\u20ac\u00a3\u00a5]", "", found).lstrip("+")
    if other := re.fullmatch(r"[-+]?0([xob])([0-9a-fA-F]+)", bare):
        base = {"x": 16, "o": 8, "b": 2}[other[1]]
        try:
            bare = str(int(other[2], base))
        except ValueError:
            return None
    ambiguous = re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{3}", bare)  # a thousand to some, one to others
    for thousands, point in ((",", "."), (".", ",")):
        if re.fullmatch(rf"-?[0-9]{{1,3}}(?:\{thousands}[0-9]{{2,3}})*\{thousands}[0-9]{{3}}(?:\{point}[0-9]*)?", bare):
            bare = bare.replace(thousands, "")
            break
    bare = bare.replace(",", ".")
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return None
    if ambiguous or not amount.is_finite() or abs(amount.adjusted()) > MAX_LENGTH:
        return None
    meant = plain(amount, decimals)
    return meant if parse(meant) is not None else None


USUAL = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "JPY": 0, "CAD": 2, "AUD": 2, "INR": 2, "SEK": 2, "PLN": 2}
"""The decimals of currencies that nearly every workspace has to do with; others take the whole list, which is slow to load."""


@cache
def _iso_decimals() -> dict[str, int | None]:
    import iso4217  # noqa: PLC0415  (slow to load; a lint of clean files needs it once)

    return {currency.code: currency.exponent for currency in iso4217.Currency}


def is_currency(code: str, own: Mapping[str, int]) -> bool:
    """Whether `code` is in ISO 4217 or among the workspace's own `currencies`."""
    return code in own or code in USUAL or code in _iso_decimals()


def decimals(code: str | None, own: Mapping[str, int]) -> int | None:
    """The number of a currency's decimals (ISO 4217 minor units); None where there is no limit or it is unknown."""
    if code is None:
        return None
    if code in own:
        return own[code]
    return USUAL[code] if code in USUAL else _iso_decimals().get(code)


def nearest_currency(code: str, own: Mapping[str, int]) -> str | None:
    """The known code that looks most like `code`."""
    if is_currency(code.upper(), own):
        return code.upper()
    return nearest(code.upper(), (*islice(own, NAMES), *_iso_decimals()))
