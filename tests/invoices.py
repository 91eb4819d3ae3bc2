"""Invoices of one line, as an ERP has them."""

from datetime import date
from decimal import Decimal

from domain.ids import ExternalId
from domain.invoice import CreditNote, DocumentLine, Invoice, InvoiceStatus, Payment, TaxTotal
from domain.money import Money


def payment(amount: Money) -> Payment:
    return Payment(id=ExternalId("p"), paid_on=date(2026, 12, 20), amount=amount)


def invoice(net: Money, *, rate: int = 23, paid: Money | None = None) -> Invoice:
    """An issued invoice, of which as much was paid."""
    tax = net.share(Decimal(rate))
    line = DocumentLine(
        description="Work",
        quantity=Decimal(1),
        unit_price=net.amount,
        net=net,
        category="S",
        rate=Decimal(rate),
    )
    return Invoice(
        id=ExternalId("i"),
        reference="cw:acme:x",
        number="INV-1",
        customer=ExternalId("c"),
        status=InvoiceStatus.ISSUED,
        url="",
        issued_on=date(2026, 12, 1),
        due_on=date(2026, 12, 31),
        lines=(line,),
        taxes=(TaxTotal(category="S", rate=Decimal(rate), net=net, tax=tax),),
        net=net,
        tax=tax,
        gross=net + tax,
        payments=(payment(paid),) if paid else (),
    )


def credit_of(credited: Invoice, *, allocated: Money | None = None) -> CreditNote:
    """A credit note that mirrors the invoice."""
    parts = {name: getattr(credited, name) for name in ("lines", "taxes", "net", "tax", "gross")}
    return CreditNote(
        id=ExternalId("n"),
        reference="cw:acme:x:credit",
        number="CN-1",
        issued_on=date(2026, 12, 10),
        allocated=allocated or credited.gross,
        **parts,
    )
