"""A small, valid PDF of one page."""

from collections.abc import Sequence

from testbed.vendors.common.state import Doc

_HEAD = b"%PDF-1.4\n"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def invoice_pdf(doc: Doc, contact: Doc) -> bytes:
    """The document as a page of text."""
    number = doc.get("InvoiceNumber") or doc.get("CreditNoteNumber")
    head = [f"{number}   {doc['Status']}", f"To: {contact.get('Name', '')}", doc["Date"]]
    lines = [f"{line.get('Description', '')}   {line['LineAmount']}" for line in doc["LineItems"]]
    return _pdf([*head, *lines, f"Total: {doc['Total']} {doc['CurrencyCode']}"])


def _pdf(lines: Sequence[str]) -> bytes:
    """A page of A4. Characters outside Latin-1 become `?`."""
    text = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    drawn = f"BT /F1 10 Tf 16 TL 56 790 Td\n{text}\nET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        _FONT,
    ]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects and the table of their positions."""
    body, starts = _HEAD, []
    for number, content in enumerate(objects, start=1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
