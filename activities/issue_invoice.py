"""Makes a draft a document, as an effect of its own, if the draft still reads as we asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.document import compare
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.invoice import Invoice, InvoiceStatus, IssueInvoice
from domain.refusal import Refusal
from ports.erp import Invoicing
from ports.failures import Rejected
from ports.operation import Attempt


class DraftDeleted(Refusal):
    """Somebody deleted the elected draft: its charges are free."""


@dataclass
class IssueInvoiceOperation:
    """Issues one draft. Issuing it again changes nothing, so a repeat waits for nobody.

    `answer` is the issued invoice, if the ERP answered with all of it.
    """

    invoicing: Invoicing
    answer: Invoice | None = None
    kind = EffectKind("erp.issue")
    is_repeatable = True
    looks_first = False

    @property
    def system(self) -> str:
        return self.invoicing.draft_invoice.system

    @property
    def idempotency(self) -> IdempotencyPolicy:
        settle_time = self.invoicing.draft_invoice.idempotency.settle_time
        return IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=settle_time)

    async def tenant(self) -> str:
        return await self.invoicing.draft_invoice.tenant()

    async def do(self, command: IssueInvoice, _: Attempt) -> Receipt:
        """Compare, set the dates, issue.

        Raises Refusal if somebody changed the draft meanwhile, and DraftDeleted if it is gone.
        """
        draft = await self.invoicing.read_invoice(command.invoice)
        if draft.is_void:
            raise DraftDeleted(f"draft {draft.number or draft.id} was deleted at the ERP")
        require_as_asked(command, draft, self.invoicing)
        if draft.customer != command.draft.customer:
            raise Refusal(
                f"draft {draft.number or draft.id} is for customer {draft.customer} and not for"
                f" {command.draft.customer}: finance must set the customer in the ERP"
            )
        dates = command.draft.dates
        if draft.status is InvoiceStatus.DRAFT and not draft.is_dated(dates):
            await self.invoicing.set_dates(command.invoice, dates)
        self.answer = await self.invoicing.issue(command.invoice)
        return Receipt(id=draft.id, url=draft.url)

    async def find(self, command: IssueInvoice) -> Sequence[Receipt]:
        found = await self.invoicing.read_invoice(command.invoice)
        is_issued = found.status in {InvoiceStatus.ISSUED, InvoiceStatus.PAID}
        return [Receipt(id=found.id, url=found.url)] if is_issued else []

    async def undo(self, _: IssueInvoice, receipt: Receipt) -> None:
        reason = f"invoice {receipt.id} is issued: only a credit note reverses it"
        raise Rejected(self.system, reason)


def require_as_asked(command: IssueInvoice, invoice: Invoice, invoicing: Invoicing) -> None:
    """Raise Refusal unless the document reads what we asked for, to the cent."""
    if differences := compare(command.draft.lines, invoice, invoicing.tax_rounding):
        raise Refusal(
            f"invoice {invoice.number or invoice.id}: {'; '.join(map(str, differences))}:"
            " finance must compare the two, and mend it in the ERP"
        )
