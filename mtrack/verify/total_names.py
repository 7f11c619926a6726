"""The names of a total: what a row is called that adds up others, in papers and in spreadsheets."""

from __future__ import annotations

SUMS = (
    "total", "totals", "totale", "totaux", "totaal", "totalt", "grandtotal", "sumtotal", "totalsum", "overalltotal", "totalgeneral",
    "totalgénéral", "totalgeral", "totalsumma", "sumatotal", "sum", "sums", "summe", "summa", "suma", "soma", "somme", "gesamt",
    "gesamtsumme", "gesamtbetrag", "gesamtpreis", "gesamthonorar", "gesamtkosten", "endsumme", "razem", "итого", "合計", "合計金額", "総合計", "総額", "総計",
)  # fmt: skip
"""Words for a sum, written as one, which name one also beside what is summed: "Design total"."""
WHOLE = (
    "overall", "altogether", "in all", "aggregate", "insgesamt", "montant global", "celkem", "spolu", "ukupno", "skupaj", "összesen",
    "toplam", "yhteensä", "i alt", "samlet", "auftragssumme", "vertragssumme", "ogółem", "łącznie", "kokku", "kopā", "iš viso", "σύνολο",
    "усього", "разом", "общо",
)  # fmt: skip
"""Words that name the sum of all where nothing stands beside them but what it is a sum of, as a price."""
CONTRACT = (
    "contract price", "contract value", "contract amount", "contract sum", "project cost", "project price", "project value",
    "auftragswert", "vertragswert",
)  # fmt: skip
"""Names of what is agreed in all, which may also be that of its only part."""
PAYABLE = (
    "final price", "agreed price", "net price", "reduced price", "special price", "final amount", "amount payable", "amount due", "amount to pay",
    "to pay", "payable", "endpreis", "endbetrag", "zahlbetrag", "zu zahlen", "à payer", "net à payer", "a pagar", "importe a pagar", "da pagare",
    "te betalen", "att betala", "at betale", "å betale",
)  # fmt: skip
"""Names of what is left to be paid of a sum."""
NET = (
    "net", "nett", "netto", "neto", "nettosumme", "nettobetrag", "nettopreis", "nettogesamt", "subtotal", "subtotaal", "subtotale", "sous total",
    "zwischensumme", "delsumma", "delsum", "excl", "excluding", "exkl", "ekskl", "ex", "ohne", "zonder", "hors", "sans", "sin", "senza", "bez",
)  # fmt: skip
"""The words, with the name of a tax, of a sum before tax that is called nothing else: "Subtotaal excl. btw", "Netto"."""
