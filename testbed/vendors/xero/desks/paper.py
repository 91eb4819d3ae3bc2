"""What leaves the organisation about an invoice: its page online, its PDF, its e-mail."""

import hashlib

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.desks.documents import DocumentDesk
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.pdf import pdf

_MAILABLE = {"SUBMITTED", "AUTHORISED", "PAID"}


class PaperDesk:
    """Serves the paper side of invoices or credit notes."""

    def __init__(self, documents: DocumentDesk, books: Books) -> None:
        self._documents = documents
        self._books = books

    def read(self, call: Call) -> Answer:
        """One document, as JSON, or as a PDF when that is what is accepted."""
        if "application/pdf" not in call.headers.get("Accept", ""):
            return self._documents.read(call)
        doc = self._documents.named(call)
        name = doc[self._documents.kind.number]
        headers = {
            "Content-Type": "application/pdf",
            "Content-Disposition": f'attachment; filename="{_ascii(name)}.pdf"',
        }
        return Answer(200, pdf([*self._lines(doc)]), headers)

    def online(self, call: Call) -> Answer:
        doc = self._documents.named(call)
        if doc["Status"] in {"DRAFT", "SUBMITTED", "DELETED"}:
            raise self._no(doc, "The online invoice is available once the invoice is approved.")
        mark = hashlib.sha256(doc["InvoiceID"].encode()).hexdigest()[:20]
        url = f"https://in.xero.example/{mark}"
        return wrapped(call, "OnlineInvoices", [{"OnlineInvoiceUrl": url}])

    def email(self, call: Call) -> Answer:
        """Send one mail; asked twice, it is sent twice."""
        doc = self._documents.named(call)
        contact = self._books.get("Contacts", doc["Contact"]["ContactID"]) or {}
        if doc["Status"] not in _MAILABLE:
            raise self._no(doc, "Invoice not of valid status for emailing")
        if not contact.get("EmailAddress"):
            raise self._no(doc, "The contact has no email address.")
        number = self._books.store.next_id("Emails")
        mail = {"InvoiceID": doc["InvoiceID"], "at": self._books.now}
        self._books.shelf("Emails").put(str(number), mail)
        self._books.file("Invoices", {**doc, "SentToContact": doc["Status"] != "SUBMITTED"})
        return Answer(204)

    def _no(self, doc: Doc, reason: str) -> Refusal:
        kind = self._documents.kind
        shown = {name: doc[name] for name in ("Type", kind.number) if name in doc}
        return refusals.validation([refusals.echo(shown, (reason,), kind.id)])

    def _lines(self, doc: Doc) -> list[str]:
        contact = self._books.get("Contacts", doc["Contact"]["ContactID"]) or {}
        kind, currency = self._documents.kind, doc["CurrencyCode"]
        head = [
            f"{self._books.organisation['LegalName']}",
            f"{kind.noun} {doc[kind.number]}   {doc['Status']}",
            f"To: {contact.get('Name', '')}   {contact.get('TaxNumber', '')}",
            f"Date: {doc['Date']}   Due: {doc.get('DueDate', '-')}",
            f"Reference: {doc.get('Reference', '-')}",
            "",
        ]
        lines = [_line(line) for line in doc["LineItems"]]
        foot = [f"{name}: {doc[name]} {currency}" for name in ("SubTotal", "TotalTax", "Total")]
        return [*head, *lines, "", *foot]


def _line(line: Doc) -> str:
    priced = f"{line.get('Quantity', '')} x {line.get('UnitAmount', '')} = {line['LineAmount']}"
    return f"{line.get('Description', '')}   {priced}   tax {line['TaxAmount']}"


def _ascii(text: str) -> str:
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in text)
