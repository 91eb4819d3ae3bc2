"""Milestone billing: one bill of a contract becomes one invoice, and the invoice becomes cash."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

from temporalio import workflow

from activities.erp import InvoiceActivities as Invoices
from domain.attention import Action, Attention
from domain.bill import Bill, BillReference, BillResult, CreditOrder, DraftedInvoice
from domain.billing_schedule import Transition
from domain.cash import is_overdue
from domain.charge import ChargeState, Standing
from domain.command import ChargeRequest, CommandName
from domain.event import InvoiceChanged
from domain.ids import DealId
from domain.invoice import Invoice
from domain.refusal import Refusal
from domain.responsibility import Party
from workflows.attention import Aborted, Skipped, WithAttention

BILL_AGAIN = "bill-again"
_CANCELLED = "the deal was cancelled"


@workflow.defn(name="milestone-billing")
class MilestoneBilling(WithAttention):
    """Drafts, waits for approval where the policy asks for it, issues, and sees it paid."""

    @workflow.init
    def __init__(self, bill: Bill) -> None:
        super().__init__(bill.deal)
        self._cleared = not bill.needs_approval
        self._hold: ChargeRequest | None = None
        self._questioned = ""
        """What the CRM says otherwise than the contract, while nobody has decided about it."""
        self._credit: ChargeRequest | None = None
        self._issuing = False
        self._issued: Invoice | None = None
        self._news = False
        self._adopted = False

    @workflow.run
    async def run(self, bill: Bill) -> BillResult:
        try:
            drafted, invoice = await self._issue(bill)
        except (Aborted, Skipped, asyncio.CancelledError) as stopped:
            return await self._withdraw(bill, str(stopped) or _CANCELLED)
        self._issued = invoice
        try:
            if not invoice.is_over:  # a bill seen to once more may find that nothing is new
                await self._tell_deal(bill, standing_on(invoice), invoice)
            self._issued = invoice = await self._collect(bill, drafted, invoice)
            standing = await self._bill_again_or_drop(bill, invoice)
        except asyncio.CancelledError:
            return await self._end(bill, _left(self._issued), self._issued)
        return await self._end(bill, standing, invoice)

    async def _issue(self, bill: Bill) -> tuple[DraftedInvoice, Invoice]:
        drafted = await self._draft(bill)
        await self._clearance(bill)
        return drafted, await self.attempt(Invoices.issue_invoice, drafted, "Issue the invoice")

    async def _draft(self, bill: Bill) -> DraftedInvoice:
        return await self.attempt(
            Invoices.draft_invoice, bill, f"Draft the invoice over {bill.net}"
        )

    async def _clearance(self, bill: Bill) -> None:
        """Wait until the bill is approved and not held."""
        while self._hold or self._questioned or not self._cleared:
            why = _held_because(self._hold) if self._hold else self._questioned
            why = why or "its amount needs approval"
            await self._tell_deal(bill, Standing.held(why), None)
            workflow.set_current_details(f"### Held\n{why}. `approve` or `release` lets it go.")
            await self._until_cleared_or_news()
            workflow.set_current_details("")
            if self._news:
                self._news = False
                await self._draft(bill)
        self._issuing = True

    async def _until_cleared_or_news(self) -> None:
        await workflow.wait_condition(
            lambda: self._news or (self._cleared and not self._hold and not self._questioned)
        )

    async def _collect(self, bill: Bill, drafted: DraftedInvoice, invoice: Invoice) -> Invoice:
        """Read the invoice whenever it may have changed, until nothing is outstanding."""
        while not invoice.is_over or self._credit:
            await self._wait_for_news(invoice)
            await self._credit_if_asked(drafted)
            invoice = await self.attempt(Invoices.read_invoice, drafted, "See what was paid")
            self._issued = invoice
            if not invoice.is_over:
                await self._tell_deal(bill, standing_on(invoice), invoice)
        return invoice

    async def _bill_again_or_drop(self, bill: Bill, invoice: Invoice) -> Standing:
        """Ask finance what becomes of charges that are free again; others stand as they do."""
        if not invoice.is_freed:
            return standing_on(invoice)
        await self._tell_deal(bill, standing_on(invoice), invoice)
        how = how_freed(invoice)
        asked = self.attention(
            "bill-again",
            what=f"bill {bill.description} again, or drop it",
            why=f"{how}: `amend` to {BILL_AGAIN}, or `skip` to drop it",
            responsible=(Party.FINANCE,),
            verbs=(Action.AMEND, Action.SKIP),
            choices=(BILL_AGAIN,),
        )
        decision = await self.park(asked)
        if decision.action is Action.SKIP:
            return dropped(invoice, f"{how}: {decision.reason}")
        reason = f"{decision.by} has it billed again"
        return Standing(state=ChargeState.BILLABLE, reason=reason, responsible=Party.CASHWARD)

    async def _credit_if_asked(self, drafted: DraftedInvoice) -> None:
        """Credit the whole invoice, unless the customer paid while somebody asked for that."""
        request = self._credit
        if request is None:
            return
        invoice = await self.attempt(Invoices.read_invoice, drafted, "See what is outstanding")
        if invoice.is_freed:
            workflow.logger.info("somebody credited or voided it in the ERP meanwhile")
        elif invoice.outstanding != invoice.gross:
            await self.park(self._paid_meanwhile(invoice, request))
        else:
            await self._credit_in_full(drafted.bill, invoice, request)
        self._credit = None

    async def _credit_in_full(self, bill: Bill, invoice: Invoice, request: ChargeRequest) -> None:
        order = CreditOrder(bill=bill, invoice=invoice, reason=request.reason, by=request.by)
        with suppress(Skipped):
            await self.attempt(
                Invoices.credit_invoice,
                order,
                f"Credit {invoice.number}",
                verbs=(Action.RETRY, Action.SKIP),
            )

    def _paid_meanwhile(self, invoice: Invoice, request: ChargeRequest) -> Attention:
        return self.attention(
            "credit",
            what=f"{invoice.number} is not credited: only {invoice.outstanding} is outstanding",
            why=f"{request.by} asked for a credit: {request.reason}; credit the rest in the ERP",
            responsible=(Party.FINANCE,),
            verbs=(Action.SKIP,),
        )

    async def _wait_for_news(self, invoice: Invoice) -> None:
        """Wait for a signal, or until the day after the invoice is due."""
        today = workflow.now().date()
        due = invoice.due_on
        until_overdue = None
        if due and not is_overdue(invoice, today):
            overdue_from = datetime.combine(due + timedelta(days=1), time(), UTC)
            until_overdue = overdue_from - workflow.now()
        try:
            await workflow.wait_condition(
                lambda: self._news,
                timeout=until_overdue,
                timeout_summary=f"{invoice.number} due {due}",
            )
        except TimeoutError:
            workflow.logger.info("the invoice is overdue")
        self._news = False

    async def _withdraw(self, bill: Bill, reason: str) -> BillResult:
        """Delete the draft; an invoice issued meanwhile stays for a person to credit."""
        invoice = await self.attempt(Invoices.withdraw_invoice, bill, "Withdraw the draft")
        if invoice is None:
            return await self._end(bill, Standing.cancelled(reason), None)
        return await self._end(bill, Standing(state=ChargeState.ISSUED, reason=reason), invoice)

    async def _end(self, bill: Bill, standing: Standing, invoice: Invoice | None) -> BillResult:
        """Return the result; signal it to a deal that continued as new meanwhile."""
        result = BillResult(standing=standing, invoice=invoice)
        if self._adopted:
            await self.tell_parent(
                "charge_moved", last_transition(bill.reference, self.deal, result)
            )
        return result

    async def _tell_deal(self, bill: Bill, standing: Standing, invoice: Invoice | None) -> None:
        move = Transition(
            charges=bill.reference.charges, standing=standing, bill=bill.subject, invoice=invoice
        )
        await self.tell_parent("charge_moved", move)

    @workflow.signal(description="The ERP knows something new about this invoice.")
    def invoice_changed(self, fact: InvoiceChanged) -> None:
        self._news = True
        self.look_again(f"the ERP told {fact.event}")

    @workflow.signal(description="The deal continued as new: report the end to it.")
    async def adopted(self) -> None:
        self._adopted = True
        for attention in self.attentions:
            await self.tell_parent("attention_raised", attention)

    @workflow.signal(description="The CRM differs from the contract; empty once it is decided.")
    def questioned(self, why: str) -> None:
        self._questioned = why

    @workflow.update(description="Let an invoice go that waits for approval.")
    async def approve(self, request: ChargeRequest) -> str:
        self._cleared = True
        return await self.accept(CommandName.APPROVE, request, f"approved by {request.by}")

    @approve.validator
    def _approve_what_waits(self, request: ChargeRequest) -> None:
        if self._cleared:
            raise Refusal("nothing waits for approval here")

    @workflow.update(description="Hold this invoice back before it is issued.")
    async def hold(self, request: ChargeRequest) -> str:
        self._hold = request
        return await self.accept(
            CommandName.HOLD, request, f"{request.charge} is held: {request.reason}"
        )

    @hold.validator
    def _hold_what_is_not_issued(self, request: ChargeRequest) -> None:
        if self._issuing:
            raise Refusal(f"{request.charge} is issued, or is being issued: credit it instead")

    @workflow.update(description="Release a held invoice.")
    async def release(self, request: ChargeRequest) -> str:
        self._hold = None
        return await self.accept(
            CommandName.RELEASE, request, f"{request.charge} is released by {request.by}"
        )

    @release.validator
    def _release_what_is_held(self, request: ChargeRequest) -> None:
        if not self._hold:
            raise Refusal(f"{request.charge} is not held")

    @workflow.update(description="Credit the whole issued invoice.")
    async def credit(self, request: ChargeRequest) -> str:
        self._credit = request
        self._news = True
        return await self.accept(
            CommandName.CREDIT, request, f"{request.charge} is being credited by {request.by}"
        )

    @credit.validator
    def _credit_what_is_unpaid(self, request: ChargeRequest) -> None:
        invoice = self._issued
        if invoice is None:
            way_out = "ask again in a moment" if self._issuing else "hold it instead"
            raise Refusal(f"{request.charge} is not issued yet: {way_out}")
        if self._credit:
            raise Refusal(f"{invoice.number} is already being credited")
        if invoice.outstanding != invoice.gross:
            raise Refusal(
                f"of {invoice.number} only {invoice.outstanding} is outstanding: credit the rest"
                " in the ERP, and Cashward reads that"
            )


def _held_because(request: ChargeRequest) -> str:
    return request.reason or f"{request.by} holds it"


def standing_on(invoice: Invoice) -> Standing:
    """Return where the charges of an invoice stand, by what the ERP says of it."""
    if invoice.is_freed:
        return Standing.freed(how_freed(invoice))
    if invoice.is_over:
        return Standing(state=ChargeState.PAID)
    return Standing.issued(invoice.number, outstanding=invoice.outstanding, gross=invoice.gross)


def how_freed(invoice: Invoice) -> str:
    """Say how an invoice came to free its charges; one without a number was a draft."""
    if not invoice.is_void:
        return f"{invoice.number} was credited"
    return f"{invoice.number} was voided" if invoice.number else "its draft was deleted at the ERP"


def dropped(invoice: Invoice, reason: str) -> Standing:
    """Return where charges stand that are not billed again: a voided invoice never billed them."""
    if invoice.is_void:
        return Standing.cancelled(reason)
    return Standing(state=ChargeState.CREDITED, reason=reason)


def last_transition(reference: BillReference, deal: DealId, result: BillResult) -> Transition:
    """Return the transition that the end of a bill makes."""
    return Transition(
        charges=reference.charges,
        standing=result.standing,
        bill=reference.subject(deal),
        invoice=result.invoice,
        is_last=True,
    )


def _left(invoice: Invoice | None) -> Standing:
    """Return where the charges stand when their deal is cancelled."""
    if invoice and invoice.is_freed:
        return dropped(invoice, _CANCELLED)
    return Standing(state=ChargeState.ISSUED, reason=_CANCELLED)
