"""Steps in the ERP: customers and their invoices."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from temporalio import activity

from activities.effects import Effects, key_of
from activities.issue_invoice import DraftDeleted, IssueInvoiceOperation, require_as_asked
from domain.bill import Bill, CreditOrder, DraftedInvoice
from domain.claim import ClaimedBill, ClaimState, NotClaimed, Proof, Settlement
from domain.company import Account
from domain.customer import CUSTOMER, TIE, CustomerMatch, OpenCustomer, Verdict
from domain.effect import OtherAccount, Receipt
from domain.ids import CustomerKey, ExternalId, Subject
from domain.invoice import DraftInvoice, Invoice, InvoiceStatus, IssueInvoice
from domain.kickoff import Customer, EnsureCustomer
from domain.matching import match_customer
from domain.money import Money
from domain.refusal import Refusal
from domain.repair import RepairRequest
from domain.write_back import WriteBack
from ports.billing_ledger import BillingLedger, CreditOnRecord
from ports.erp import Customers, Invoicing
from ports.failures import Rejected
from ports.links import Link, LinkStore

Clock = Callable[[], datetime]


class CustomerActivities:
    """Finds, opens and archives customers."""

    def __init__(
        self,
        customers: Customers,
        effects: Effects,
        billing_ledger: BillingLedger,
        links: LinkStore,
        clock: Clock,
    ) -> None:
        self._customers = customers
        self._effects = effects
        self._billing_ledger = billing_ledger
        self._links = links
        self._clock = clock

    @activity.defn(name="erp.match_customer")
    async def match_customer(self, account: Account) -> CustomerMatch:
        """Take the customer that our key is tied to; else match by numbers and name."""
        found = await self._customers.find_customers(account)
        tie = await self._tie(account.customer_key)
        archived = {each.id for each in found if each.is_archived}
        if tie is None or tie.external_id in archived:
            return match_customer(account, found)
        reason = f"{account.customer_key} is tied to this customer"
        return CustomerMatch(verdict=Verdict.MATCHED, reason=reason, chosen=tie.external_id)

    @activity.defn(name="erp.open_customer")
    async def open_customer(self, ensure: EnsureCustomer) -> Customer:
        """Open the customer; an existing one is linked to our key and never changed."""
        if ensure.existing is None:
            made = await self._effects.execute(self._customers.open_customer, ensure.opening)
            return Customer(id=made.id, url=made.url)
        known = await self._tie(ensure.opening.key)
        if known and known.external_id == ensure.existing:
            return Customer(id=ensure.existing, url="")
        link = Link(
            system=self._customers.open_customer.system,
            tenant=await self._customers.open_customer.tenant(),
            kind=TIE,
            key=ensure.opening.key,
            external_id=ensure.existing,
            deal=ensure.opening.deal,
        )
        await self._links.add(link, now=self._clock())
        return Customer(id=ensure.existing, url="")

    @activity.defn(name="erp.undo_open_customer")
    async def undo_open_customer(self, ensure: EnsureCustomer) -> None:
        """Archive it again, unless it was there before us or another contract uses it.

        A deal that begins meanwhile agrees its contract first, so it is seen; then it waits.
        """
        opening: OpenCustomer = ensure.opening
        if ensure.existing:
            return
        await self._effects.undo(
            self._customers.open_customer,
            opening,
            reason="the deal was cancelled",
            unless=lambda: self._is_shared(opening),
        )

    async def _tie(self, key: CustomerKey) -> Link | None:
        """The customer of our key: the one that a person chose, else the one that we opened."""
        here = (self._customers.open_customer.system, await self._customers.open_customer.tenant())
        chosen = await self._links.find_by_key(*here, TIE, key)
        return chosen or await self._links.find_by_key(*here, CUSTOMER, key)

    async def _is_shared(self, opening: OpenCustomer) -> bool:
        """Whether another contract uses the customer, by this key or by another one."""
        if await self._billing_ledger.is_customer_shared(opening.key, opening.deal):
            return True
        tie = await self._tie(opening.key)
        if tie is None:
            return False
        keys = await self._links.of_external_id(tie.system, tie.tenant, TIE, tie.external_id)
        return any(link.key != opening.key for link in keys)


class InvoiceActivities:
    """Bills charges exactly once: claim, draft, issue, read back; withdraws, credits."""

    def __init__(
        self,
        invoicing: Invoicing,
        effects: Effects,
        billing_ledger: BillingLedger,
        links: LinkStore,
        clock: Clock,
    ) -> None:
        self._invoicing = invoicing
        self._effects = effects
        self._billing_ledger = billing_ledger
        self._links = links
        self._clock = clock

    @activity.defn(name="erp.draft_invoice")
    async def draft_invoice(self, bill: Bill) -> DraftedInvoice:
        """Claim the charges, then make their one draft."""
        await self._require_customer(bill)
        await self._billing_ledger.claim(bill.claimed(), now=self._clock())
        draft = bill.draft(self._clock())
        made = await self._effects.execute(self._invoicing.draft_invoice, draft)
        return DraftedInvoice(bill=bill, invoice=made.id, draft=draft)

    @activity.defn(name="erp.issue_invoice")
    async def issue_invoice(self, drafted: DraftedInvoice) -> Invoice:
        """Issue the elected draft within the safety bound, and put the proof on record.

        It gets the dates of today, however long it waited. One that is gone at the ERP, voided or
        deleted, is returned as such, and its charges are free. Raises ContractValueExceeded, and
        Refusal if the draft, or then the document, is not what we asked for.
        """
        bill = await self._permit(drafted)
        draft = drafted.bill.draft(self._clock())
        issue = IssueInvoice(draft=draft, invoice=drafted.invoice)
        operation = IssueInvoiceOperation(self._invoicing)
        if bill.state is not ClaimState.ISSUED:
            await self._effects.sweep(self._invoicing.draft_invoice, drafted.draft)
            with suppress(DraftDeleted):  # its charges are freed below
                await self._effects.execute(operation, issue)
        invoice = operation.answer or await self._invoicing.read_invoice(drafted.invoice)
        if invoice.is_void:
            await self._free(bill, draft)
            return invoice
        require_as_asked(issue, invoice, self._invoicing)
        if invoice.status is InvoiceStatus.DRAFT:
            system, name = self._invoicing.draft_invoice.system, invoice.number or invoice.id
            raise Rejected(system, f"invoice {name} is a draft still: finance must issue it there")
        await self._record_issued(drafted.bill, invoice)
        if bill.state is ClaimState.ISSUED:
            await self._record_settlement(bill.subject, invoice)
        return invoice

    @activity.defn(name="erp.record_invoice")
    async def record_invoice(self, drafted: DraftedInvoice) -> Invoice:
        """Put an issued invoice on record again, as the ERP has it. Nothing is made or issued.

        A voided one is left out. Raises Refusal if it is not what we asked for.
        """
        invoice = await self._invoicing.read_invoice(drafted.invoice)
        bill = await self._billing_ledger.find_bill(drafted.bill.subject)
        if invoice.status is InvoiceStatus.GONE or (bill and bill.proof):
            return invoice
        issue = IssueInvoice(draft=drafted.draft, invoice=drafted.invoice)
        require_as_asked(issue, invoice, self._invoicing)
        if invoice.status is InvoiceStatus.DRAFT:
            raise Refusal(f"{drafted.bill.subject} is a draft at the ERP, and was issued for us")
        await self._billing_ledger.claim(drafted.bill.claimed(), now=self._clock())
        made = Receipt(id=invoice.id, url=invoice.url)
        await self._effects.record(self._invoicing.draft_invoice, drafted.draft, made)
        await self._effects.record(IssueInvoiceOperation(self._invoicing), issue, made)
        await self._billing_ledger.permit(drafted.bill.subject, now=self._clock())
        await self._record_issued(drafted.bill, invoice)
        await self._record_settlement(drafted.bill.subject, invoice)
        return invoice

    @activity.defn(name="erp.record_credit")
    async def record_credit(self, order: CreditOrder) -> None:
        """Put a credit on record again if the ERP has our credit note. None is made."""
        credit = order.credit(self._clock())
        if await self._invoicing.credit_invoice.find(credit):
            await self.credit_invoice(order)

    @activity.defn(name="erp.read_invoice")
    async def read_invoice(self, drafted: DraftedInvoice) -> Invoice:
        """Read the invoice as it is now, and record what became of it in the billing ledger."""
        await self._effects.require_account(self._invoicing.draft_invoice, drafted.bill.deal)
        invoice = await self._invoicing.read_invoice(drafted.invoice)
        try:
            await self._record_settlement(drafted.bill.subject, invoice)
        except NotClaimed:
            return await self.record_invoice(drafted)
        return invoice

    @activity.defn(name="erp.withdraw_invoice")
    async def withdraw_invoice(self, bill: Bill) -> Invoice | None:
        """Delete the draft and free the claim; return the invoice if it is already issued.

        Raises Rejected if the ERP keeps the draft for another reason.
        """
        reason = "the bill was withdrawn"
        draft = bill.draft(self._clock())
        try:
            await self._effects.undo(self._invoicing.draft_invoice, draft, reason=reason)
        except Rejected as refused:
            return await self._issued_meanwhile(bill, draft, refused)
        await self._billing_ledger.release(bill.claimed(), reason=reason, now=self._clock())
        return None

    @activity.defn(name="erp.credit_invoice")
    async def credit_invoice(self, order: CreditOrder) -> Invoice:
        """Credit the invoice in full, by a credit note that names it."""
        credit = order.credit(self._clock())
        await self._effects.execute(self._invoicing.credit_invoice, credit)
        on_record = CreditOnRecord(
            subject=credit.subject,
            net=credit.net,
            charges=order.bill.reference.charges,
            by=order.by,
        )
        await self._billing_ledger.record_credit(order.bill.subject, on_record, now=self._clock())
        invoice = await self._invoicing.read_invoice(order.invoice.id)
        await self._record_settlement(order.bill.subject, invoice)
        return invoice

    async def _require_customer(self, bill: Bill) -> None:
        """Raise OtherAccount if the bill's customer was opened or chosen elsewhere."""
        here = await key_of(self._invoicing.draft_invoice, bill.subject)
        if self._effects.has_begun(here, bill.deal):
            return
        opened = await self._links.of_key(CUSTOMER, bill.customer_key)
        known = [*opened, *await self._links.of_key(TIE, bill.customer_key)]
        there = [link.account for link in known if link.external_id == bill.customer]
        if there and here.account not in there:
            raise OtherAccount(bill.deal, here.role, there=there[0], here=here.account)

    async def _issued_meanwhile(
        self, bill: Bill, draft: DraftInvoice, refused: Rejected
    ) -> Invoice:
        made = await self._effects.execute(self._invoicing.draft_invoice, draft)
        if (await self._invoicing.read_invoice(made.id)).status is InvoiceStatus.DRAFT:
            raise refused
        return await self.issue_invoice(DraftedInvoice(bill=bill, invoice=made.id, draft=draft))

    async def _permit(self, drafted: DraftedInvoice) -> ClaimedBill:
        """Permit the bill; put it on record again with its draft if our records are older."""
        subject = drafted.bill.subject
        try:
            return await self._billing_ledger.permit(subject, now=self._clock())
        except NotClaimed:
            again = await self.draft_invoice(drafted.bill)
        if again.invoice != drafted.invoice:
            reason = f"{subject} was drafted as {drafted.invoice}, and is {again.invoice} now"
            raise Refusal(f"{reason}: finance must delete one of them")
        return await self._billing_ledger.permit(subject, now=self._clock())

    async def _record_settlement(self, subject: Subject, invoice: Invoice) -> None:
        """Record what the ERP says became of an issued invoice."""
        if invoice.status is InvoiceStatus.GONE:
            await self._billing_ledger.void(subject, now=self._clock())
            return
        said = Settlement(paid=invoice.paid, credited=invoice.credited, due_on=invoice.due_on)
        await self._billing_ledger.record_settlement(subject, said, now=self._clock())

    async def _free(self, bill: ClaimedBill, draft: DraftInvoice) -> None:
        """Free the charges of a document that is gone at the ERP."""
        if bill.proof:
            await self._billing_ledger.void(bill.subject, now=self._clock())
            return
        reason = "its draft was deleted at the ERP"
        await self._effects.undo(self._invoicing.draft_invoice, draft, reason=reason)
        await self._billing_ledger.release(bill, reason=reason, now=self._clock())

    async def _record_issued(self, bill: Bill, invoice: Invoice) -> None:
        key = await key_of(self._invoicing.draft_invoice, bill.subject)
        await self._billing_ledger.record_issued(
            bill.subject, key, _proof(invoice), now=self._clock()
        )

    @activity.defn(name="erp.read_revenue")
    async def read_revenue(self, request: RepairRequest) -> WriteBack:
        """Return the deal's revenue for the CRM, as the ERP states it in every issued invoice.

        A voided one counts as never issued. While a run follows the deal's invoices, what became of
        them is recorded by that run only: what our ledger knows is no news to a poll any more.
        """
        await self._effects.require_account(self._invoicing.draft_invoice, request.deal)
        bills = [bill for bill in await self._billing_ledger.bills(request.deal) if bill.proof]
        read = self._seen if request.is_deal_closed else self._read
        found = [await read(bill) for bill in bills]
        invoices = [invoice for invoice in found if invoice.status is not InvoiceStatus.GONE]
        baseline = await self._billing_ledger.baseline(request.deal)
        currency = baseline.value.currency
        return WriteBack(
            subject=Subject(f"{request.deal}:repair:{request.occasion}"),
            deal=request.deal,
            contracted=baseline.value,
            billed=Money.total((invoice.net for invoice in invoices), currency),
            credited=Money.total((invoice.credited_net for invoice in invoices), currency),
            paid=Money.total((invoice.paid for invoice in invoices), currency),
            outstanding=Money.total((invoice.outstanding for invoice in invoices), currency),
        )

    async def _seen(self, bill: ClaimedBill) -> Invoice:
        """Read the invoice as it is now, and record what became of it in the billing ledger."""
        invoice = await self._read(bill)
        await self._record_settlement(bill.subject, invoice)
        return invoice

    async def _read(self, bill: ClaimedBill) -> Invoice:
        document = bill.proof.document if bill.proof else ExternalId("")
        return await self._invoicing.read_invoice(document)


def _proof(invoice: Invoice) -> Proof:
    return Proof(
        document=invoice.id,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        url=invoice.url,
        pdf=invoice.pdf,
    )
