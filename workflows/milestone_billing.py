"""Milestone billing: one charge of a contract becomes one invoice, and the invoice becomes cash."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

from temporalio import workflow

from activities.erp import InvoiceActivities as Invoices
from domain.attention import Action, Attention
from domain.bill import Bill, BillResult, CreditOrder, DraftedInvoice
from domain.billing_schedule import Transition
from domain.cash import is_overdue
from domain.charge import ChargeState
from domain.command import ChargeRequest, CommandName
from domain.event import InvoiceChanged
from domain.invoice import Invoice, InvoiceStatus
from domain.refusal import Refusal
from domain.responsibility import Party
from workflows.attention import Aborted, Skipped, WithAttention


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
            return await self._withdraw(bill, str(stopped) or "the deal was cancelled")
        self._issued = invoice
        try:
            if how_ended(invoice) is None:  # a bill seen to once more may find that nothing is new
                await self._tell_deal(bill, ChargeState.ISSUED, _reason(invoice), invoice)
            invoice = await self._collect(bill, drafted, invoice)
        except asyncio.CancelledError:
            return await self._end(bill, ChargeState.ISSUED, "the deal was cancelled", invoice)
        return await self._end(bill, how_ended(invoice) or ChargeState.ISSUED, "", invoice)

    async def _issue(self, bill: Bill) -> tuple[DraftedInvoice, Invoice]:
        drafted = await self._draft(bill)
        await self._clearance(bill)
        return drafted, await self.attempt(Invoices.issue_invoice, drafted, "Issue the invoice")

    async def _draft(self, bill: Bill) -> DraftedInvoice:
        return await self.attempt(
            Invoices.draft_invoice, bill, f"Draft the invoice over {bill.charge.net}"
        )

    async def _clearance(self, bill: Bill) -> None:
        """Wait until the bill is approved and not held."""
        while self._hold or self._questioned or not self._cleared:
            why = _held_because(self._hold) if self._hold else self._questioned
            why = why or "its amount needs approval"
            await self._tell_deal(bill, ChargeState.HELD, why, None, responsible=Party.FINANCE)
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
        while how_ended(invoice) is None or self._credit:
            await self._wait_for_news(invoice)
            await self._credit_if_asked(drafted)
            invoice = await self.attempt(Invoices.read_invoice, drafted, "See what was paid")
            self._issued = invoice
            if how_ended(invoice) is None:
                await self._tell_deal(bill, ChargeState.ISSUED, _reason(invoice), invoice)
        return invoice

    async def _credit_if_asked(self, drafted: DraftedInvoice) -> None:
        """Credit the whole invoice, unless the customer paid while somebody asked for that."""
        request = self._credit
        if request is None:
            return
        invoice = await self.attempt(Invoices.read_invoice, drafted, "See what is outstanding")
        if how_ended(invoice) is ChargeState.CREDITED:
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
        state = ChargeState.ISSUED if invoice else ChargeState.CANCELLED
        return await self._end(bill, state, reason, invoice)

    async def _end(
        self, bill: Bill, state: ChargeState, reason: str, invoice: Invoice | None
    ) -> BillResult:
        """Return the result; signal it to a deal that continued as new meanwhile."""
        if self._adopted:
            last = Transition(
                charge=bill.charge.id, state=state, reason=reason, invoice=invoice, is_last=True
            )
            await self.tell_parent("charge_moved", last)
        return BillResult(charge=bill.charge.id, state=state, invoice=invoice, reason=reason)

    async def _tell_deal(
        self,
        bill: Bill,
        state: ChargeState,
        reason: str,
        invoice: Invoice | None,
        responsible: Party = Party.CUSTOMER,
    ) -> None:
        move = Transition(
            charge=bill.charge.id,
            state=state,
            reason=reason,
            responsible=responsible,
            invoice=invoice,
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


def how_ended(invoice: Invoice) -> ChargeState | None:
    """Return PAID or CREDITED; None while something is outstanding."""
    if invoice.status is InvoiceStatus.ISSUED and invoice.outstanding:
        return None
    if invoice.status is InvoiceStatus.GONE or invoice.credited == invoice.gross:
        return ChargeState.CREDITED
    return ChargeState.PAID


def _reason(invoice: Invoice) -> str:
    return f"{invoice.number}: {invoice.outstanding} of {invoice.gross} is not paid yet"
