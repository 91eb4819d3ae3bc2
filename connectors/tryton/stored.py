"""Customer invoices and credit notes as Tryton has them, and what was set against them."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from pydantic import Field, ValidationError

from connectors.tryton.lines import OF_A_LINE, Line
from connectors.tryton.links import Links
from connectors.tryton.office import MODEL, Office
from connectors.tryton.wire import Day, Exact, Moment, Row, Rows, Text, Wire
from domain.billing import Invoice, InvoiceStatus
from domain.effect import Made
from domain.money import Money
from domain.names import ExternalId
from ports.failures import Rejected

_STATUSES: Final = {
    "draft": InvoiceStatus.DRAFT,
    "validated": InvoiceStatus.DRAFT,
    "posted": InvoiceStatus.ISSUED,
    "paid": InvoiceStatus.PAID,
    "cancelled": InvoiceStatus.GONE,
}


class _Currency(Wire):
    id: int
    code: str


class StoredInvoice(Row):
    """A document on file; a credit note is one whose amounts are negative."""

    reference: Text = ""
    number: Text = ""
    state: str
    invoice_date: Day | None = None
    payment_term_date: Day | None = None
    untaxed_amount: Exact
    tax_amount: Exact
    total_amount: Exact
    amount_to_pay: Exact
    cancel_move: int | None = None
    write_date: Moment | None = None
    currency: _Currency = Field(alias="currency.")
    lines: tuple[int, ...] = ()
    lines_to_pay: tuple[Line, ...] = Field((), alias="lines_to_pay.")
    payment_lines: tuple[Line, ...] = Field((), alias="payment_lines.")
    reconciliation_lines: tuple[Line, ...] = Field((), alias="reconciliation_lines.")

    @property
    def status(self) -> InvoiceStatus:
        return _STATUSES[self.state]

    @property
    def is_draft(self) -> bool:
        return self.status is InvoiceStatus.DRAFT

    @property
    def is_gone(self) -> bool:
        return self.status is InvoiceStatus.GONE

    @property
    def name(self) -> str:
        return self.number or str(self.id)

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.untaxed_amount, self.tax_amount, self.total_amount

    @property
    def age(self) -> tuple[bool, int]:
        """Sorts documents before drafts, and each oldest first."""
        return self.is_draft, self.id

    @property
    def changed_at(self) -> datetime | None:
        """The last change of the record, or of a payment that is set against it."""
        moments = [self.write_date, *(line.write_date for line in self.payment_lines)]
        return max(filter(None, moments), default=None)

    @property
    def settlements(self) -> list[Line]:
        """What was set against it and still is, each once."""
        ours = {None, *(line.reconciliation for line in self.lines_to_pay)}
        found = {line.id: line for line in (*self.payment_lines, *self.reconciliation_lines)}
        return [line for line in found.values() if line.reconciliation in ours]

    @property
    def due_on(self) -> Day | None:
        """Of several instalments, the last."""
        dates = [line.maturity_date for line in self.lines_to_pay]
        return max(filter(None, dates), default=self.payment_term_date)

    def invoice(self, links: Links) -> Invoice:
        """In our words: whatever settles it and is no credit note counts as paid."""
        credited = self._settled(of_credit_notes=True)
        return Invoice(
            id=ExternalId(str(self.id)),
            reference=self.reference,
            number=self.number,
            status=self.status,
            url=links.record(MODEL, self.id),
            issued_on=self.invoice_date,
            due_on=self.due_on,
            net=self.money(self.untaxed_amount),
            tax=self.money(self.tax_amount),
            gross=self.money(self.total_amount),
            paid=self.money(self._settled(of_credit_notes=False)),
            credited=self.money(credited),
            pdf="" if self.is_draft else links.pdf(self.id),
        )

    def made(self, links: Links) -> Made:
        return Made(id=ExternalId(str(self.id)), url=links.record(MODEL, self.id))

    def money(self, amount: Decimal) -> Money:
        """An amount of the document. Raises Rejected for half a yen."""
        try:
            return Money.of(amount, self.currency.code)
        except ValidationError as odd:
            reason = f"{self.reference} reads {amount} {self.currency.code}, which nobody can pay"
            raise Rejected(Office.system, reason) from odd

    def _settled(self, *, of_credit_notes: bool) -> Decimal:
        is_home = all(line.second_currency is None for line in self.lines_to_pay)
        parts = [
            line.in_currency(self.currency.id, is_home=is_home)
            for line in self.settlements
            if of_credit_notes is (line.is_of_a_credit_note or line.move.id == self.cancel_move)
        ]
        return sum(parts, start=Decimal(0))


_LINES = ("lines_to_pay", "payment_lines", "reconciliation_lines")


class Invoices(Rows):
    """Documents with their settlements, in one read."""

    model: ClassVar = MODEL
    reads: ClassVar = (
        *("reference", "number", "state", "invoice_date", "payment_term_date"),
        *("untaxed_amount", "tax_amount", "total_amount", "amount_to_pay"),
        *("cancel_move", "write_date", "currency.code", "lines"),
        *(f"{lines}.{field}" for lines in _LINES for field in OF_A_LINE),
    )
    result: list[StoredInvoice]
