"""The cash position of a deal, and what blocks it."""

from collections.abc import Iterable
from datetime import date, datetime

from domain.billing_schedule import BillingSchedule
from domain.charge import ChargeState, ChargeStatus
from domain.contract import Contract
from domain.ids import ChargeId, DealId
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from domain.responsibility import Party
from domain.stage import Stage
from domain.value import Value


class CashPosition(Value):
    """The money of one deal, each figure apart and never one "revenue" (IFRS 15.105-108).

    Net of VAT: contracted, planned, billable, held, billed, credited. With VAT: paid, outstanding,
    overdue. `billed` is what was invoiced before credits. All in the contract's currency.
    """

    deal: DealId
    contracted: Money
    planned: Money
    billable: Money
    held: Money
    billed: Money
    credited: Money
    tax: Money
    paid: Money
    outstanding: Money
    overdue: Money

    @property
    def unbilled(self) -> Money:
        return self.contracted - self.billed + self.credited


class Blocker(Value):
    """Why a charge is not invoiced yet: its state, the reason, since when, and who must act."""

    charge: ChargeId
    name: str
    net: Money
    state: ChargeState
    reason: str
    since: datetime
    responsible: Party


class DealStatus(Value):
    """A deal at a glance."""

    deal: DealId
    name: str
    stage: Stage
    waits_for: str
    needs_attention: bool
    customer: str
    project: str
    project_url: str
    deal_url: str


def cash_position(contract: Contract, schedule: BillingSchedule, *, today: date) -> CashPosition:
    """Sum the charges up by their state; invoices count by what the ERP says of them."""
    currency = contract.value.currency

    def total(amounts: Iterable[Money]) -> Money:
        return Money.total(amounts, currency)

    def net(*states: ChargeState) -> Money:
        return total(status.charge.net for status in schedule.in_state(*states))

    invoices = schedule.invoices
    return CashPosition(
        deal=contract.deal,
        contracted=contract.value,
        planned=net(ChargeState.PLANNED),
        billable=net(ChargeState.BILLABLE, ChargeState.DRAFTED),
        held=net(ChargeState.HELD),
        billed=total(invoice.net for invoice in invoices),
        credited=total(invoice.credited_net for invoice in invoices),
        tax=total(invoice.tax for invoice in invoices),
        paid=total(invoice.paid for invoice in invoices),
        outstanding=total(invoice.outstanding for invoice in invoices),
        overdue=total(invoice.outstanding for invoice in invoices if is_overdue(invoice, today)),
    )


def is_overdue(invoice: Invoice, today: date) -> bool:
    """Whether it is unpaid on the day after it was due; interest may start then (2011/7/EU)."""
    is_open = invoice.status is InvoiceStatus.ISSUED and bool(invoice.outstanding)
    return is_open and invoice.due_on is not None and invoice.due_on < today


def blockers(charges: Iterable[ChargeStatus]) -> tuple[Blocker, ...]:
    """Return one blocker for every charge that is not invoiced yet."""
    return tuple(
        Blocker(
            charge=status.charge.id,
            name=status.charge.description,
            net=status.charge.net,
            state=status.state,
            reason=status.reason,
            since=status.since,
            responsible=status.responsible,
        )
        for status in charges
        if not status.state.is_invoiced
    )
