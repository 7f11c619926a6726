"""Papers that the tests make: PDFs, DOCX and ODT files, and e-invoices, each from a few lines."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: list[tuple[float, float, str]], attached: dict[str, bytes] | None = None, width: int = 595) -> bytes:
    """A PDF whose pages show texts at places (points from the left and from the bottom)."""
    objects = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    kids = []
    for page in pages:
        shown = b"".join(b"BT /F 10 Tf %.1f %.1f Td (%s) Tj ET\n" % (x, y, _literal(text)) for x, y, text in page)
        objects.append(b"<</Length %d>>stream\n" % len(shown) + shown + b"endstream")
        content = len(objects)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 842]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
            % (width, content)
        )
        kids.append(b"%d 0 R" % len(objects))
    names = b""
    for name, data in (attached or {}).items():
        objects.append(b"<</Type/EmbeddedFile/Length %d>>stream\n" % len(data) + data + b"\nendstream")
        file = len(objects)
        objects.append(b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>" % (name.encode(), name.encode(), file))
        names += b"(%s) %d 0 R " % (name.encode(), len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[%s]>>>>>>" % names
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _file(objects)


_HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def drawn(content: str, page: str = "", font: bytes = _HELVETICA) -> bytes:
    """A PDF with one page, by what draws it."""
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content.encode())
    kid = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>%s>>"
    pages = b"<</Type/Pages/Count 1/Kids[5 0 R]>>"
    return _file([b"<</Type/Catalog/Pages 2 0 R>>", pages, font, stream, kid % page.encode()])


def _literal(text: str) -> bytes:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")


def _file(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def lines(*texts: str, top: float = 800) -> list[tuple[float, float, str]]:
    """A page with one text under the other; a "|" goes to the next column."""
    return [
        (50 + 180 * column, top - 20 * row, cell.strip())
        for row, text in enumerate(texts)
        for column, cell in enumerate(text.split("|"))
    ]


def docx(*blocks: str | list[list[str]]) -> bytes:
    """A Word document of paragraphs and tables."""
    body = "".join(_w_paragraph(block) if isinstance(block, str) else _w_table(block) for block in blocks)
    return _zip(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        }
    )


def _w_paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _w_table(rows: list[list[str]]) -> str:
    cells = ("".join(f"<w:tc>{_w_paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def odt(*blocks: str | list[list[str]]) -> bytes:
    """An OpenDocument text of paragraphs and tables."""
    body = "".join(f"<t:p>{escape(block)}</t:p>" if isinstance(block, str) else _o_table(block) for block in blocks)
    spaces = 'xmlns:o="urn:oasis:office" xmlns:t="urn:oasis:text" xmlns:table="urn:oasis:table"'
    return _zip(
        {"content.xml": f"<o:document-content {spaces}><o:body><o:text>{body}</o:text></o:body></o:document-content>"}
    )


def _o_table(rows: list[list[str]]) -> str:
    cells = ("".join(f"<table:table-cell><t:p>{escape(cell)}</t:p></table:table-cell>" for cell in row) for row in rows)
    return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"


def _zip(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def ubl(  # noqa: PLR0913
    number: str = "INV-7", day: str = "2026-02-03", currency: str = "EUR", net: str = "4000.00", tax: str = "760.00",
    gross: str = "4760.00", due: str = "2026-03-05", *, credit_note: bool = False,
) -> bytes:  # fmt: skip
    """An invoice as UBL."""
    name = "CreditNote" if credit_note else "Invoice"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{name} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{name}-2"
 xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2">
<c:ID>{number}</c:ID><c:IssueDate>{day}</c:IssueDate><c:DueDate>{due}</c:DueDate>
<c:{name}TypeCode>{"381" if credit_note else "380"}</c:{name}TypeCode><c:DocumentCurrencyCode>{currency}</c:DocumentCurrencyCode>
<a:TaxTotal><c:TaxAmount currencyID="{currency}">{tax}</c:TaxAmount></a:TaxTotal>
<a:LegalMonetaryTotal><c:TaxExclusiveAmount currencyID="{currency}">{net}</c:TaxExclusiveAmount>
<c:TaxInclusiveAmount currencyID="{currency}">{gross}</c:TaxInclusiveAmount></a:LegalMonetaryTotal></{name}>""".encode()


def cii(number: str = "INV-7", net: str = "4000.00", *, first_version: bool = False) -> bytes:
    """An invoice as CII, or as ZUGFeRD 1."""
    root = "CrossIndustryDocument" if first_version else "CrossIndustryInvoice"
    document = "HeaderExchangedDocument" if first_version else "ExchangedDocument"
    deal = "SpecifiedSupplyChainTradeTransaction" if first_version else "SupplyChainTradeTransaction"
    settlement = f"Applicable{'SupplyChain' if first_version else 'Header'}TradeSettlement"
    total = f"SpecifiedTradeSettlement{'' if first_version else 'Header'}MonetarySummation"
    return f"""<?xml version="1.0"?><r:{root} xmlns:r="urn:r" xmlns:x="urn:x"><r:{document}><x:ID>{number}</x:ID>
<x:TypeCode>380</x:TypeCode><x:IssueDateTime><x:DateTimeString format="102">20260203</x:DateTimeString></x:IssueDateTime>
</r:{document}><r:{deal}><x:{settlement}><x:InvoiceCurrencyCode>EUR</x:InvoiceCurrencyCode>
<x:SpecifiedTradePaymentTerms><x:DueDateDateTime><x:DateTimeString format="102">20260305</x:DateTimeString></x:DueDateDateTime>
</x:SpecifiedTradePaymentTerms><x:{total}><x:TaxBasisTotalAmount>{net}</x:TaxBasisTotalAmount>
<x:TaxTotalAmount currencyID="EUR">760.00</x:TaxTotalAmount><x:GrandTotalAmount>4760.00</x:GrandTotalAmount></x:{total}>
</x:{settlement}></r:{deal}></r:{root}>""".encode()
