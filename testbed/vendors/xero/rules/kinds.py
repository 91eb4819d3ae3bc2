"""The two kinds of sales documents."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The names that one kind of document has for its parts; the rules are the same."""

    plural: str
    noun: str
    id: str
    number: str
    type: str
    prefix: str
    is_credit: bool


INVOICE = Kind(
    plural="Invoices",
    noun="Invoice",
    id="InvoiceID",
    number="InvoiceNumber",
    type="ACCREC",
    prefix="INV-",
    is_credit=False,
)
CREDIT_NOTE = Kind(
    plural="CreditNotes",
    noun="Credit note",
    id="CreditNoteID",
    number="CreditNoteNumber",
    type="ACCRECCREDIT",
    prefix="CN-",
    is_credit=True,
)
