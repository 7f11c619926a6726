"""The dates of an invoice's text, each with what the words beside it say it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack.verify.another import is_of_another
from mtrack.verify.dates import dates
from mtrack.verify.invoice_number import is_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.verify.dates import Day

_LETTER = re.compile(r"[^\W\d_]")
_DUE = re.compile(
    r"\bdue\b|payable|pay\w*\s+(?:by|until)|fällig|zahlbar|zahlungsziel|échéance|vencimiento|vence|limite|scadenza|verval|förfall|forfald|termin\w*\s+płatn|支払期限",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"dated?\b|datum|issued|\bfecha|\bdata\b|\bdato\b|émise|\bdel?\s*$|発行|請求日|日付", re.IGNORECASE
)
_OTHER_DAY = re.compile(
    r"leistung|liefer|\bservices?\b|period|zeitraum|performed|deliver|prestation|période|livraison|consegna|entrega|levering|valid"
    r"|gültig|\border|bestell|auftrag|contract|vertrag|commande|pedido",
    re.IGNORECASE,
)
"""Words of a day on which something else is than that of the invoice."""
_OF_INVOICE = re.compile(r"invoice|rechnung|fact(?:ur|uur)|fattur|faktur|fatura|issue", re.IGNORECASE)
_INVOICE = r"(?:(?:tax|vat)\s+)?(?:invoice|rechnungs?|facture|factur[ae]|fattura|factuur|faktur[aey]|fatura)"
_PLAINLY = {
    "sent": re.compile(
        rf"\b(?:{_INVOICE}|(?:{_INVOICE}|ausstellungs|beleg)?dat(?:um|e|a|o)|dated|fecha|issued?|emissione|emisión|emissão|émission|émise|facturation"
        r"|expedición|wystawienia|utställd|of|on|the|d(?:[eiu]|el)?|vom|den|der|le|am)\b|請求日|発行日?",
        re.IGNORECASE,
    ),
    "due": re.compile(
        rf"\b(?:{_INVOICE}|due|dat[aeo]|datum|payments?|pay|payable|by|until|before|on|the|this|is|total|amount|please|fällig|fälligkeit(?:sdatum|stag)?"
        r"|zahlbar|zahlungsziel|bis|zum|am|d(?:[eiu]|el)?|l[ea]|échéance|fecha|vencimiento|vence|límite|pago|scadenza|pagamento|vervaldatum"
        r"|förfallodatum|förfallodag|forfaldsdato|forfallsdato|termin|płatności)\b|支払期限",
        re.IGNORECASE,
    ),
}
"""The words of a label that says no more than that a day is an invoice's own, or the one on which it is due."""
_DISCOUNT = re.compile(
    r"(?<!without )(?<!ohne )(?<!no )\b(?:skonto|discount|escompte|sconto|korting|descuento|kassarabatt)", re.IGNORECASE
)
_RANGE = re.compile(r"\W*(?:to|until|through|bis|au|al|a|t/m|tot|till)?\W*", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;]|\.\s")


def invoice_days(text: str) -> Iterator[tuple[Day, str, bool]]:
    """The dates of a row, each with the field that the words beside it name, and whether these say nothing else.

    The field is "other" for none of the invoice's, "" without words.
    """
    days = list(dates(text))
    role = ""
    for before, day, behind in zip([None, *days], days, [*days[1:], None], strict=False):
        words = text[before.end if before else 0 : day.start]
        rest = text[day.end : behind.start if behind else None]
        if before is None or not _RANGE.fullmatch(words) or role != "other":
            clause = _CLAUSE.split(rest, maxsplit=1)[0]
            role = _day_role(words if _LETTER.search(words) else rest, clause)
        is_other = is_of_another(text, day.start) or is_label(words)
        plain = _PLAINLY.get("" if is_other else role)
        yield day, "other" if is_other else role, bool(plain and not _LETTER.search(plain.sub("", words)))


def _day_role(words: str, behind: str) -> str:
    """What the words before a day say it is, and those behind it in its clause."""
    if _DISCOUNT.search(_CLAUSE.split(words)[-1]) or _DISCOUNT.search(behind):
        return "other"
    if _DUE.search(words):
        return "due"
    if _OTHER_DAY.search(words) and not _OF_INVOICE.search(words):
        return "other"
    return "sent" if _ISSUED.search(words) else ""
